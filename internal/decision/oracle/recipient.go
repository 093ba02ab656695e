package oracle

import (
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

const day = registry.Time(24 * 60 * 60 * 1_000_000)

// given reports whether an instant is given and not after t.
func given(at, t registry.Time) bool { return at != 0 && at <= t }

// Rule 1 REQUEST_INVALID (R1, R3, R6, R7, R16, R28, R77).
func (j *judge) rule1() {
	for detail, bad := range map[string]bool{
		"exporter":       j.exporter == nil,
		"served_purpose": j.badServed,
		"deployment":     j.badDeployment,
		"subject_group":  j.badGroup,
		"product":        j.badProduct,
		"deidentified":   j.q.Deidentified && j.directIdentifier(),
		"chain":          j.chainInvalid,
		"collect_time":   j.q.CollectTime > j.t,
	} {
		if bad {
			j.fireAt(decision.RequestInvalid, registry.RegimePolicy, detail, "")
		}
	}
}

func (j *judge) directIdentifier() bool {
	return slices.ContainsFunc(j.asked, func(c asked) bool {
		return c.any(func(l leaf) bool { return l.directIdentifier })
	})
}

// Rule 2 PURPOSE_UNKNOWN, CATEGORY_UNKNOWN, COUNTRY_UNKNOWN (R2, R11).
func (j *judge) rule2() {
	// A different served purpose given with one that serves itself is named once, by rule 1.
	if j.unknownPurpose || j.unknownServed && !j.badServed {
		j.fire(decision.PurposeUnknown, registry.RegimePolicy)
	}
	for _, name := range j.q.Categories {
		if j.categories[name] == nil {
			j.fire(decision.CategoryUnknown, registry.RegimePolicy, name)
		}
	}
	unknownAt := func(record string) {
		j.fireAt(decision.CountryUnknown, registry.RegimePolicy, "", record)
	}
	if len(j.views) == 0 || j.allPublic() { // the public has no country (R45)
		return
	}
	if slices.Contains(j.q.DestinationCountries, unknown) {
		unknownAt("")
	}
	_, lacking := placesOf(j.recipient, j.placed())
	for _, l := range j.links {
		if l.recipient != nil {
			_, more := placesOf(l.recipient, l.deployments)
			lacking = append(lacking, more...)
		}
	}
	for _, record := range lacking {
		unknownAt(record)
	}
}

// Rules 6 to 9 (R22, R81) run for the recipient and for each link's.
func (j *judge) rules6to9() {
	if j.recipient == nil {
		j.fire(decision.RecipientUnknown, registry.RegimePolicy)
	}
	if !j.runs(6) {
		return
	}
	if j.recipient != nil {
		j.rules7to9(j.recipient)
	}
	for _, l := range j.links {
		if l.recipient == nil {
			j.fire(decision.RecipientUnknown, registry.RegimePolicy)
			continue
		}
		j.rules7to9(l.recipient)
	}
}

func (j *judge) rules7to9(r *registry.Recipient) {
	fire := func(code decision.Code, detail string) {
		j.fireAt(code, registry.RegimePolicy, detail, r.Name)
	}
	// Rule 7 RECIPIENT_NOT_APPROVED.
	if !given(r.ApproveTime, j.t) {
		fire(decision.RecipientNotApproved, "approve_time")
	}
	if r.DueDiligenceUntil == 0 || r.DueDiligenceUntil <= j.t {
		fire(decision.RecipientNotApproved, "due_diligence_until")
	}
	if r.UsableFrom > j.t {
		fire(decision.RecipientNotApproved, "usable_from")
	}
	age := registry.Time(365)
	if j.settings.ScreeningAgeDays != 0 {
		age = registry.Time(j.settings.ScreeningAgeDays)
	}
	newest := j.newestScreening(r, func(registry.Screening) bool { return true })
	switch {
	case j.listed9(r):
		// Rule 9 RECIPIENT_RESTRICTED_LIST: then nothing is said of a screening's age.
		fire(decision.RecipientRestrictedList, "")
	case newest == 0:
		fire(decision.RecipientNotApproved, "screening_missing")
	case newest+age*day <= j.t:
		fire(decision.RecipientNotApproved, "screening_stale")
	}
	// Rule 8 RECIPIENT_SUSPENDED, RECIPIENT_TERMINATED.
	for _, p := range r.Suspensions {
		if p.StartTime <= j.t && (p.EndTime == 0 || j.t < p.EndTime) {
			fire(decision.RecipientSuspended, "")
		}
	}
	for _, i := range r.Incidents { // R78
		if i.Suspends && given(i.DiscoverTime, j.t) && !given(i.ResolveTime, j.t) {
			fire(decision.RecipientSuspended, "")
		}
	}
	if given(r.TerminateTime, j.t) {
		fire(decision.RecipientTerminated, "")
	}
}

// newestScreening is the time of a recipient's newest screening at or before the time
// among those of a kind, 0 if there is none (R22).
func (j *judge) newestScreening(r *registry.Recipient, of func(registry.Screening) bool) registry.Time {
	var newest registry.Time
	for _, s := range r.Screenings {
		if of(s) && given(s.ScreenTime, j.t) {
			newest = max(newest, s.ScreenTime)
		}
	}
	return newest
}

// listed9 reports whether a recipient is LISTED by the newest screening of some source
// as written; at one instant a LISTED one counts, and no other source clears it (R81).
func (j *judge) listed9(r *registry.Recipient) bool {
	return slices.ContainsFunc(r.Screenings, func(s registry.Screening) bool {
		sameSource := func(o registry.Screening) bool { return o.Source == s.Source }
		return s.Result == registry.ScreeningResultListed && given(s.ScreenTime, j.t) && s.ScreenTime == j.newestScreening(r, sameSource)
	})
}

// Rule 29 NOTICE_MISSING (R35, R57, R62) reads the purpose asked and the subject group.
func (j *judge) rule29() {
	if j.exporter == nil || j.purpose == nil || j.group == 0 {
		return
	}
	for _, v := range j.viewsOf(29) {
		needs := v.controls() || v.role == registry.RecipientRoleAuthority || v.class == authority || v.class == successor
		for _, regime := range j.laws() {
			abroad := j.crossBorder(regime)
			if !needs && !(regime == registry.RegimeCn && abroad) || v.class == authority && j.toldOtherwise(regime, abroad) {
				continue
			}
			for _, c := range j.asked {
				if !slices.ContainsFunc(j.recipient.Notices, func(n registry.Notice) bool {
					told := given(n.NotifyTime, j.t) && n.RecipientTitle != "" && n.Contact != "" && slices.Contains(n.SubjectGroups, j.group)
					if v.class == successor && regime == registry.RegimeCn && !abroad {
						return told
					}
					return told && n.Method != "" && slices.Contains(n.Purposes, j.purpose.Name) &&
						c.coveredBy(n.CoveredCategories) && (n.RightsRoute != "" || !abroad)
				}) {
					j.fire(decision.NoticeMissing, regime, c.name)
				}
			}
		}
	}
}

// toldOtherwise reports whether a disclosure to an authority needs no notice (R62).
func (j *judge) toldOtherwise(regime registry.Regime, abroadUnder bool) bool {
	if regime == registry.RegimeCn {
		return !abroadUnder && (j.secret() || j.statesServed())
	}
	i := j.instruments[j.q.AuthorityInstrument]
	return i != nil && j.stands(i) && i.ParticularInquiry && !abroad(regime, j.recipient.Country)
}

// secret reports whether the question's instrument stands and a law of the mainland
// demands its secrecy (R62, R83).
func (j *judge) secret() bool {
	i := j.instruments[j.q.AuthorityInstrument]
	return i != nil && j.stands(i) && i.SecrecyCitation != "" && (i.Regime == registry.RegimeCn || i.Regime == registry.RegimeCnSz)
}

// statesServed reports whether every governing version states the served purpose.
func (j *judge) statesServed() bool {
	return j.served != nil && len(j.versions) > 0 && !slices.ContainsFunc(j.versions, func(p *registry.Policy) bool {
		return !slices.Contains(p.Purposes, j.served.Name)
	})
}

// allows reports whether the agreements let the question's recipient engage another in
// this way, those in force of any type in whose place no other counts: one that allows it
// suffices, and where none is in force nothing is said (R82, R83).
func (j *judge) allows(way registry.Authorisation) bool {
	if j.exporter == nil || !j.runs(21) {
		return true // the agreements are unknown, or none is asked for
	}
	some := false
	for _, a := range j.agreements {
		if !j.between(a) || len(j.rules22to25(a)) > 0 || j.amended(a) {
			continue
		}
		some = true
		switch terms(a).SubprocessorMode {
		case registry.SubprocessorModeGeneral, registry.SubprocessorModeUnspecified:
			return true // where none is stated 26 speaks
		case registry.SubprocessorModeSpecific:
			if way == registry.AuthorisationSpecific {
				return true
			}
		}
	}
	return !some
}

// Rule 45 SUBPROCESSOR_NOT_AUTHORISED (R12, R36, R82, R83).
func (j *judge) rule45() {
	if len(j.views) == 0 || !j.runs(45) {
		return
	}
	if j.chainTooLong {
		j.fire(decision.SubprocessorNotAuthorised, registry.RegimePolicy)
	}
	for _, l := range j.links {
		authorised := false
		switch {
		case l.recorded == nil: // one that is unknown is recorded nowhere
			authorised = l.recipient != nil && j.recordedOn(l.recipient.Name)
		case l.recorded.Authorisation == registry.AuthorisationSpecific:
			authorised = given(l.recorded.AuthoriseTime, j.t)
		case l.recorded.Authorisation == registry.AuthorisationGeneral:
			authorised = given(l.recorded.NoticeUntil, j.t) && !given(l.recorded.ObjectTime, j.t)
		}
		if l.recorded != nil && l.holder == j.recipient.Name && !j.allows(l.recorded.Authorisation) {
			authorised = false
		}
		if !authorised {
			j.fire(decision.SubprocessorNotAuthorised, registry.RegimePolicy)
		}
	}
}

// Rule 46 SUBPROCESSOR_FLOWDOWN_MISSING (R36, R82) per recorded link.
func (j *judge) rule46() {
	if len(j.views) == 0 || !j.runs(46) {
		return
	}
	for _, l := range j.links {
		if l.recorded == nil || l.recipient == nil {
			continue
		}
		a := j.agreements[l.recorded.SubAgreement]
		if a == nil || a.Type == registry.AgreementTypeNda || !slices.Contains(a.Recipients, l.holder) || !slices.Contains(a.Recipients, l.recipient.Name) ||
			len(j.byItself(a)) > 0 {
			j.fire(decision.SubprocessorFlowdownMissing, registry.RegimePolicy)
		}
	}
}

// Rule 50 IMPACT_ASSESSMENT_MISSING, IMPACT_ASSESSMENT_STALE (R37, R69) reads the
// purpose asked; under EU and UK the served one too decides whether it is of high risk.
func (j *judge) rule50() {
	if j.exporter == nil || j.purpose == nil || len(j.views) == 0 || !j.runs(50) {
		return
	}
	highRisk := j.purpose.HighRisk || j.served != nil && j.served.HighRisk
	for _, regime := range j.laws() {
		want := registry.AssessmentTypePipia
		if regime != registry.RegimeCn {
			want = registry.AssessmentTypeDpia
			if !highRisk {
				continue
			}
		}
		for _, c := range j.asked {
			var newest *registry.Assessment
			fresh := false
			for _, a := range j.assessments {
				if a.Type != want || a.Exporter != j.exporter.Name || !j.assesses(a) || a.Simplified && !j.smallHandler() ||
					!slices.Contains(a.Purposes, j.purpose.Name) || !c.coveredBy(a.CoveredCategories) || !j.approved(a) {
					continue
				}
				if newest == nil || a.ApproveTime > newest.ApproveTime ||
					a.ApproveTime == newest.ApproveTime && j.numbers[a.Name] > j.numbers[newest.Name] {
					newest = a
				}
				if a.ReviewUntil > j.t && !adds(j.countries(), a.Countries) {
					fresh = true
				}
			}
			switch {
			case newest == nil:
				j.fire(decision.ImpactAssessmentMissing, regime, c.name)
			case !fresh:
				j.fireAt(decision.ImpactAssessmentStale, regime, "", newest.Name, c.name)
			}
		}
	}
}

// assesses reports whether an assessment is of the recipient: by its name, or by the
// kinds of all deployments judged (R69).
func (j *judge) assesses(a *registry.Assessment) bool {
	return slices.Contains(a.Recipients, j.recipient.Name) ||
		!slices.ContainsFunc(j.views, func(v view) bool { return !slices.Contains(a.RecipientKinds, v.kind) })
}

// smallHandler reports whether the exporter is a small handler at the time.
func (j *judge) smallHandler() bool {
	return slices.ContainsFunc(j.exporter.SmallHandlers, func(h registry.SmallHandler) bool {
		return given(h.StartTime, j.t) && !given(h.EndTime, j.t)
	})
}

// approved reports whether an assessment is approved at the time (R37).
func (j *judge) approved(a *registry.Assessment) bool {
	return given(a.ApproveTime, j.t) && a.ApprovedBy != ""
}
