package oracle

import (
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// terms are an agreement's, empty if it has none.
func terms(a *registry.Agreement) registry.Terms {
	if a.Terms == nil {
		return registry.Terms{}
	}
	return *a.Terms
}

// bound reports whether the recipient is a natural person who works under our
// authority, whom an NDA alone binds (R82).
func (j *judge) bound(role registry.RecipientRole) bool {
	return j.recipient.NaturalPerson && role == registry.RecipientRoleProcessor
}

// fits reports whether an agreement's type fits the role (R32, R82), or is a successor's
// undertaking (R57).
func (j *judge) fits(a *registry.Agreement, v view) bool {
	if v.class == successor && a.Type == registry.AgreementTypeSuccessorUndertaking {
		return true
	}
	role := v.role
	entrusting := terms(a).Entrusting != ""
	if j.bound(role) {
		return a.Type == registry.AgreementTypeNda
	}
	switch role {
	case registry.RecipientRoleProcessor:
		switch a.Type {
		case registry.AgreementTypeDpa:
			return true
		case registry.AgreementTypeEuScc:
			return a.SCCModule == 2 || a.SCCModule == 3
		case registry.AgreementTypeCnSc, registry.AgreementTypeGbaSc:
			return entrusting
		}
	case registry.RecipientRoleController:
		switch a.Type {
		case registry.AgreementTypeSharingC2c:
			return true
		case registry.AgreementTypeEuScc:
			return a.SCCModule == 1
		case registry.AgreementTypeCnSc:
			return !entrusting
		}
	case registry.RecipientRoleJointController:
		return a.Type == registry.AgreementTypeJoint
	}
	return false
}

// between reports whether exporter and recipient are parties.
func (j *judge) between(a *registry.Agreement) bool {
	return slices.Contains(a.Exporters, j.exporter.Name) && slices.Contains(a.Recipients, j.recipient.Name)
}

// family are the agreements of exporter and recipient that are joined with this one by
// what amends what, each directly or through others of these, itself among them; none
// where it is not of these two (R83).
func (j *judge) family(a *registry.Agreement) map[string]bool {
	in := map[string]bool{}
	if !j.between(a) {
		return in
	}
	in[a.Name] = true
	for grown := true; grown; {
		grown = false
		for _, o := range j.agreements {
			if !j.between(o) {
				continue
			}
			if above := j.agreements[o.Amends]; above != nil && j.between(above) && in[o.Name] != in[above.Name] {
				in[o.Name], in[above.Name], grown = true, true, true
			}
		}
	}
	return in
}

// counting is the one of an agreement's family that counts: of those that both signed
// and that were in effect once the last by its effect, whatever became of it; nil where
// there is none (R83).
func (j *judge) counting(a *registry.Agreement) *registry.Agreement {
	var last *registry.Agreement
	for name := range j.family(a) {
		o := j.agreements[name]
		if j.stood(o) && (last == nil || o.EffectiveTime > last.EffectiveTime || o.EffectiveTime == last.EffectiveTime && j.numbers[name] > j.numbers[last.Name]) {
			last = o
		}
	}
	return last
}

// stood reports whether an agreement passed 22 and 23 (R83).
func (j *judge) stood(a *registry.Agreement) bool {
	return len(j.rules22and23(a)) == 0
}

// amended reports whether another agreement counts in the place of one that passed 22 and
// 23, which then counts for nothing (R83). One that did not pass them is judged as ever.
func (j *judge) amended(a *registry.Agreement) bool {
	return j.stood(a) && j.between(a) && j.counting(a) != a
}

// endedAt is when an agreement is terminated, 0 if never: the earliest of its own
// termination and, where it counts in its family, of those of the others that passed 22
// and 23 which are later than its effect (R83).
func (j *judge) endedAt(a *registry.Agreement) registry.Time {
	end := a.TerminateTime
	if !j.stood(a) || j.counting(a) != a {
		return end
	}
	for name := range j.family(a) {
		o := j.agreements[name]
		if at := o.TerminateTime; o != a && j.stood(o) && at > a.EffectiveTime && (end == 0 || at < end) {
			end = at
		}
	}
	return end
}

// rules22and23 returns what rules 22 and 23 say of an agreement (R33).
func (j *judge) rules22and23(a *registry.Agreement) []Reason {
	var out []Reason
	signed := func(s *registry.Signature) bool { return s != nil && given(s.SignTime, j.t) }
	if !signed(a.OurSignature) {
		out = append(out, said(a, decision.AgreementNotSignedByBoth, "our_signature"))
	}
	if !signed(a.TheirSignature) {
		out = append(out, said(a, decision.AgreementNotSignedByBoth, "their_signature"))
	}
	if !given(a.EffectiveTime, j.t) {
		out = append(out, said(a, decision.AgreementNotYetEffective, ""))
	}
	return out
}

// said is a reason of an agreement.
func said(a *registry.Agreement, code decision.Code, detail string) Reason {
	return Reason{code, registry.RegimePolicy, detail, a.Name, nil}
}

// rules22to25 returns what rules 22 to 25 say of an agreement of exporter and recipient, or
// of one on which a transfer rests (R33, R83).
func (j *judge) rules22to25(a *registry.Agreement) []Reason { return j.endingAt(a, j.endedAt(a)) }

// byItself is rules22to25 for what a link names, which no family ends (46, R83).
func (j *judge) byItself(a *registry.Agreement) []Reason { return j.endingAt(a, a.TerminateTime) }

// endingAt is rules 22 to 25 of an agreement that is terminated at a time.
func (j *judge) endingAt(a *registry.Agreement, end registry.Time) []Reason {
	out := j.rules22and23(a)
	if given(a.ExpireTime, j.t) {
		out = append(out, said(a, decision.AgreementExpired, ""))
	}
	if given(end, j.t) {
		out = append(out, said(a, decision.AgreementTerminated, ""))
	}
	return out
}

// missingTerms returns the fields that rule 26 asks and the agreement lacks (R34).
func (j *judge) missingTerms(a *registry.Agreement, role registry.RecipientRole) []string {
	t := terms(a)
	var out []string
	need := func(d string, has bool) {
		if !has {
			out = append(out, d)
		}
	}
	need("terms.confidentiality", t.Confidentiality != "" || j.lentConfidentiality(a))
	if j.bound(role) {
		return out
	}
	switch role {
	case registry.RecipientRoleProcessor:
		need("terms.purpose", t.Purpose != "")
		need("terms.period", t.Period != "")
		need("terms.method", t.Method != "")
		need("terms.categories", t.Categories != "")
		need("terms.measures", t.Measures != "")
		need("terms.audit", t.Audit != "")
		need("terms.subprocessor_mode", t.SubprocessorMode != 0)
		need("terms.delete_or_return", t.DeleteOrReturn != "")
		if j.regimes[registry.RegimeEu] || j.regimes[registry.RegimeUk] { // R44
			need("terms.instructions", t.Instructions != "")
			need("terms.staff_confidentiality", t.StaffConfidentiality != "")
			need("terms.assist_rights", t.AssistRights != "")
			need("terms.assist_security", t.AssistSecurity != "")
		}
	case registry.RecipientRoleJointController:
		need("terms.allocation", t.Allocation != "")
		need("terms.contact", t.Contact != "")
	default: // a controller's, and a successor's whatever its role (R57)
		need("terms.purpose", t.Purpose != "")
		need("terms.method", t.Method != "")
		need("terms.categories", t.Categories != "")
		need("terms.measures", t.Measures != "")
	}
	return out
}

// lentConfidentiality: another agreement of the same two, of any type, that passes
// 22 to 25 and is not amended has the term (R34, R83).
func (j *judge) lentConfidentiality(a *registry.Agreement) bool {
	for _, o := range j.agreements {
		if o.Name != a.Name && j.between(o) && terms(o).Confidentiality != "" && len(j.rules22to25(o)) == 0 && !j.amended(o) {
			return true
		}
	}
	return false
}

// reasonsOf returns what rules 17 (R20), 22 to 28 (R33) and 49 (R68) say of a candidate for
// one category and one view.
func (j *judge) reasonsOf(a *registry.Agreement, v view, c asked) []Reason {
	out := j.rules22to25(a)
	add := func(code decision.Code, detail string) {
		out = append(out, Reason{code, registry.RegimePolicy, detail, a.Name, nil})
	}
	if j.hosted(v) && !v.hosting && !a.Hosting && j.outsideKind(v.kind, c) {
		add(decision.CategoryOutsideRecipientKind, "")
	}
	for _, d := range j.missingTerms(a, v.role) {
		add(decision.AgreementTermsIncomplete, d)
	}
	if j.purpose != nil && !slices.Contains(a.Purposes, j.purpose.Name) {
		add(decision.AgreementPurposeNotCovered, "")
	}
	if !c.coveredBy(a.CoveredCategories) {
		add(decision.AgreementCategoryNotCovered, "agreement_categories")
	}
	if j.group != 0 && !slices.Contains(a.SubjectGroups, j.group) {
		add(decision.AgreementCategoryNotCovered, "agreement_subject_groups")
	}
	if j.served != nil && !j.holdsLegally(c) {
		days, limit := j.schedule(c), registry.Time(terms(a).RetentionLimitDays)
		if days != 0 && v.class.has(49, registry.RegimePolicy) && (limit == 0 || limit > days) {
			add(decision.RecipientRetentionExceeds, "")
		}
	}
	for i := range out {
		out[i].Categories = []string{c.name}
	}
	return out
}

// agreementsFor are the candidates for a deployment (R32, R83).
func (j *judge) agreementsFor(v view) []*registry.Agreement {
	var out []*registry.Agreement
	for _, a := range j.agreements {
		if j.between(a) && j.fits(a, v) && !j.amended(a) {
			out = append(out, a)
		}
	}
	return out
}

// Rules 21 AGREEMENT_MISSING, 22 to 28 and 49 RECIPIENT_RETENTION_EXCEEDS: one candidate that passes all suffices
// for a category; if none does, the reasons are the best one's (2.1(3)(a), R33).
func (j *judge) rules21to28and49() {
	if j.exporter == nil {
		return
	}
	for _, v := range j.viewsOf(21) {
		candidates := j.agreementsFor(v)
		if len(candidates) == 0 {
			j.fire(decision.AgreementMissing, registry.RegimePolicy)
			continue
		}
		for _, c := range j.asked {
			var best *registry.Agreement
			var reasons []Reason
			for _, a := range candidates {
				rs := j.reasonsOf(a, v, c)
				if best == nil || better(len(rs), len(reasons), a.EffectiveTime, best.EffectiveTime, j.numbers[a.Name], j.numbers[best.Name]) {
					best, reasons = a, rs
				}
			}
			if len(reasons) == 0 {
				j.agreementsRelied[best.Name] = true
			}
			j.reasons = append(j.reasons, reasons...)
		}
	}
}

// better orders candidates: fewest reasons, then latest in effect, then highest number.
func better(reasons, than int, from, thanFrom registry.Time, number, thanNumber uint32) bool {
	switch {
	case reasons != than:
		return reasons < than
	case from != thanFrom:
		return from > thanFrom
	}
	return number > thanNumber
}
