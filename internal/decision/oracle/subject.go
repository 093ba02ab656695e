package oracle

import (
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// consent is one that is believed: presented by a source, held here, or a cohort's
// word (R23, R47, R48).
type consent struct {
	decision.Consent
	every bool // a cohort's: of every asked category
}

// bulk reports whether the question is for many persons without a list (R48).
func (j *judge) bulk() bool { return j.q.Quantity > 1 }

// nobody reports whether the question is for one person and does not say who, so that
// what is held of the person cannot be read (R81).
func (j *judge) nobody() bool { return !j.bulk() && j.q.Subject == "" }

// quantity is how many persons the share is of.
func (j *judge) quantity() int64 { return max(j.q.Quantity, 1) }

// source reports whether the asking principal is a source of consent.
func (j *judge) source() bool { return j.principal != nil && j.principal.ConsentSource != nil }

// resolveSubject puts what is presented and what is held together (R46 to R48).
func (j *judge) resolveSubject() {
	j.erased = j.q.Erased || j.held.Erased
	j.restricted = j.q.Restricted || j.held.Restricted
	j.doNotTrack = j.q.DoNotTrack || j.held.DoNotTrack
	j.optedOut = j.q.OptedOutAds || j.held.OptedOutAds
	j.objected = j.q.Objected || j.served != nil && slices.Contains(j.held.Objected, j.numbers[j.served.Name])
	j.cohort = j.cohortCounts()
	j.age = j.ageBand()
	if j.bulk() { // presented consents count for nothing, and held ones are of one person
		if j.cohort {
			for _, t := range j.q.Cohort.Types {
				j.believed = append(j.believed, consent{decision.Consent{Type: t, Purpose: j.q.Cohort.Purpose, Recipient: j.q.Cohort.Recipient,
					Policy: j.q.Cohort.Policy, GiveTime: j.q.Cohort.AttestTime}, true})
			}
		}
		return
	}
	j.believed = append(j.presentedConsents(), j.heldConsents()...)
	for _, w := range slices.Clone(j.believed) { // R47, R80: a withdrawal takes what was given before it
		if !given(w.WithdrawTime, j.t) {
			continue
		}
		for i := range j.believed {
			c := &j.believed[i]
			known := func(name string) bool { return j.recipients[name] != nil }
			if takes(w.Type, c.Type) && c.Purpose == w.Purpose && c.GiveTime < w.WithdrawTime && (!known(c.Recipient) || !known(w.Recipient) || c.Recipient == w.Recipient) &&
				!given(c.WithdrawTime, j.t) {
				c.WithdrawTime = w.WithdrawTime
			}
		}
	}
}

// takes reports whether the withdrawal of a consent of one type takes those of another
// with it (R82).
func takes(withdrawn, other decision.ConsentType) bool {
	return withdrawn == other || withdrawn == decision.ConsentOrdinary || withdrawn == decision.ConsentGuardian
}

// openOrder reports whether the order given is what the share rests on, where a law
// is resolved (R80).
func (j *judge) openOrder() bool {
	if !j.evidence(registry.BasisContract, registry.RegimePolicy) {
		return false
	}
	if len(j.laws()) == 0 || len(j.views) == 0 {
		return true
	}
	for _, r := range j.laws() {
		for _, p := range j.versions {
			for _, v := range j.views {
				if j.basis(p, v.kind, r) == registry.BasisContract {
					return true
				}
			}
		}
	}
	return false
}

// cohortCounts is R48; it must name a recipient (R81) and a version that speaks to the
// persons (R83).
func (j *judge) cohortCounts() bool {
	c := j.q.Cohort
	return j.bulk() && c.ID != "" && c.Recipient != "" && j.source() && given(c.AttestTime, j.t) && j.t-c.AttestTime <= day && c.Size == j.q.Quantity &&
		c.WithdrawnExcluded != decision.None && c.MinorsExcluded != decision.None && c.ObjectedExcluded != decision.None &&
		j.policies[c.Policy] != nil && j.speaks(j.policies[c.Policy]) && j.served != nil && c.Purpose == j.served.Name
}

// ageBand is the band that counts (R23, R47, R48): a presented ADULT or UNKNOWN only
// from a source; of a presented and a held one the younger.
func (j *judge) ageBand() decision.AgeBand {
	presented := j.q.AgeBand
	if presented == decision.AgeUnspecified || presented == decision.AgeAdult && !j.source() {
		presented = decision.AgeUnknown
	}
	held := j.held.Age
	if held == decision.AgeUnspecified {
		held = decision.AgeUnknown
	}
	fromYoungest := []decision.AgeBand{decision.AgeUnder13, decision.Age13, decision.Age14, decision.Age15, decision.Age16To17,
		decision.AgeAdultLackingCapacity, decision.AgeAdult, decision.AgeUnknown}
	for _, band := range fromYoungest {
		if band != presented && band != held {
			continue
		}
		if band == decision.AgeUnknown && j.cohort { // of which minors were left out
			return decision.AgeAdult
		}
		return band
	}
	return decision.AgeUnknown
}

// presentedConsents are those that count (R23).
func (j *judge) presentedConsents() []consent {
	if !j.source() || j.q.Subject == "" {
		return nil
	}
	limit := registry.Time(60)
	if s := j.principal.ConsentSource.MaxAgeSeconds; s != 0 {
		limit = registry.Time(s)
	}
	var out []consent
	for _, c := range j.q.Consents {
		if c.Subject != "" && c.Subject != j.q.Subject || !given(c.CheckTime, j.t) || j.t-c.CheckTime > limit*1_000_000 {
			continue
		}
		out = append(out, consent{Consent: c})
	}
	return out
}

// heldConsents need no source and no check time (R47).
func (j *judge) heldConsents() []consent {
	name := func(number uint32) string {
		if number != 0 && j.names[number] == "" {
			return "no record" // which names no record is not absent
		}
		return j.names[number]
	}
	var out []consent
	for _, h := range j.held.Consents {
		c := decision.Consent{Type: h.Type, Purpose: name(h.Purpose), Recipient: name(h.Recipient), Policy: name(h.Policy), GiveTime: h.GiveTime,
			ExpireTime: h.ExpireTime, WithdrawTime: h.WithdrawTime, ByGuardian: h.ByGuardian, Publication: h.Publication, Countries: h.Countries}
		for _, n := range h.Categories {
			c.Categories = append(c.Categories, name(n))
		}
		if h.ChildInterest {
			c.ChildInterest = "held"
		}
		out = append(out, consent{Consent: c})
	}
	return out
}

// holdsLegally reports whether a legal hold of the exporter stands for the served
// purpose and the category (R56).
func (j *judge) holdsLegally(c asked) bool {
	return slices.ContainsFunc(j.exporter.Holds, func(h registry.LegalHold) bool {
		return given(h.StartTime, j.t) && !given(h.EndTime, j.t) && h.ApprovedBy != "" && h.Citation != "" &&
			slices.Contains(h.Purposes, j.served.Name) && c.coveredBy(h.CoveredCategories)
	})
}

// Rule 11 SUBJECT_ERASED_OR_CANCELLED (R56, R83): whoever received the data of one person
// is told to delete it, by a purpose that serves itself, and no service.
func (j *judge) rule11() {
	told := j.served != nil && j.served == j.purpose && j.served.Deletion && !j.bulk()
	if j.exporter == nil || j.served == nil || !j.runs(11) || !j.erased || told {
		return
	}
	for _, c := range j.asked {
		if !j.holdsLegally(c) {
			j.fire(decision.SubjectErasedOrCancelled, registry.RegimePolicy, c.name)
		}
	}
}

// Rule 12 SUBJECT_RESTRICTED_OR_OBJECTED (R56): a restriction is for every purpose, deletion
// too (R83), an objection that is presented for this one, one that is held for the served one.
func (j *judge) rule12() {
	if !j.runs(12) {
		return
	}
	if j.restricted {
		j.fireAt(decision.SubjectRestrictedOrObjected, registry.RegimePolicy, "restricted", "")
	}
	if j.objected {
		j.fireAt(decision.SubjectRestrictedOrObjected, registry.RegimePolicy, "objected", "")
	}
}

// Rule 13 SUBJECT_DO_NOT_TRACK, SUBJECT_OPTED_OUT_ADS (R56) reads the served purpose.
func (j *judge) rule13() {
	if j.served == nil || !j.runs(13) {
		return
	}
	if j.doNotTrack && j.served.Tracking {
		j.fire(decision.SubjectDoNotTrack, registry.RegimePolicy)
	}
	if j.optedOut && j.served.InterestAdvertising {
		j.fire(decision.SubjectOptedOutAds, registry.RegimePolicy)
	}
}

// schedule is the fewest days that the governing versions let data of the category
// be kept for the served purpose (R66); 0 is none.
func (j *judge) schedule(c asked) registry.Time {
	var fewest registry.Time
	for _, p := range j.versions {
		for _, e := range p.Retention {
			if e.Purpose != j.served.Name || !slices.ContainsFunc(e.Categories, func(name string) bool {
				return c.any(func(l leaf) bool { return within(l.name, name) })
			}) {
				continue
			}
			if days := registry.Time(e.Days); fewest == 0 || days < fewest {
				fewest = days
			}
		}
	}
	return fewest
}

// Rule 47 RETENTION_EXPIRED (R66) reads the served purpose.
func (j *judge) rule47() {
	if j.exporter == nil || j.served == nil || len(j.versions) == 0 || !j.runs(47) {
		return
	}
	for _, c := range j.asked {
		days := j.schedule(c)
		switch {
		case days == 0 || j.holdsLegally(c):
		case !given(j.q.CollectTime, j.t):
			if !j.openOrder() {
				j.fireAt(decision.RetentionExpired, registry.RegimePolicy, "collect_time", "", c.name)
			}
		case j.q.CollectTime+days*day <= j.t:
			j.fireAt(decision.RetentionExpired, registry.RegimePolicy, "retention", "", c.name)
		}
	}
}

// Rule 48 SERVICE_CEASED (R67) reads the served purpose.
func (j *judge) rule48() {
	if j.exporter == nil || j.served == nil || !j.runs(48) || j.served.WindDown {
		return
	}
	for _, p := range j.exporter.Products {
		mine := p.ID == j.q.Product || j.q.Product == "" && slices.Contains(p.Purposes, j.served.Name)
		if mine && given(p.CeaseTime, j.t) {
			j.fire(decision.ServiceCeased, registry.RegimePolicy)
		}
	}
}
