package oracle

import (
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

const day = registry.Time(24 * 60 * 60 * 1_000_000)

// given reports whether an instant is given and not after t.
func given(at, t registry.Time) bool { return at != 0 && at <= t }

// Rule 1 REQUEST_INVALID (R1, R3, R6, R7, R16, R28).
func (j *judge) rule1() {
	for detail, bad := range map[decision.Detail]bool{
		decision.DetailExporter:      j.exporter == nil,
		decision.DetailServedPurpose: j.badServed,
		decision.DetailDeployment:    j.badDeployment,
		decision.DetailSubjectGroup:  j.badGroup,
		decision.DetailProduct:       j.badProduct,
		decision.DetailDeidentified:  j.q.Deidentified && j.directIdentifier(),
		decision.DetailChain:         j.chainInvalid,
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
		j.fireAt(decision.CountryUnknown, registry.RegimePolicy, decision.NoDetail, record)
	}
	if len(j.views) == 0 || j.public() { // R13: the public has no country
		return
	}
	if slices.Contains(j.q.DestinationCountries, unknown) {
		unknownAt("")
	}
	_, lacking := placesOf(j.recipient, j.judged())
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

// Rules 6 to 9 (R22) run for the recipient and for each link's.
func (j *judge) rules6to9() {
	if j.recipient == nil {
		j.fire(decision.RecipientUnknown, registry.RegimePolicy)
	}
	if len(j.views) > 0 && len(j.viewsOf(6)) == 0 {
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
	fire := func(code decision.Code, detail decision.Detail) {
		j.fireAt(code, registry.RegimePolicy, detail, r.Name)
	}
	// Rule 7 RECIPIENT_NOT_APPROVED.
	if !given(r.ApproveTime, j.t) {
		fire(decision.RecipientNotApproved, decision.DetailApproveTime)
	}
	if r.DueDiligenceUntil == 0 || r.DueDiligenceUntil <= j.t {
		fire(decision.RecipientNotApproved, decision.DetailDueDiligenceUntil)
	}
	if r.UsableFrom > j.t {
		fire(decision.RecipientNotApproved, decision.DetailUsableFrom)
	}
	var newest *registry.Screening // of several at one time the last listed
	for i, s := range r.Screenings {
		if given(s.ScreenTime, j.t) && (newest == nil || s.ScreenTime >= newest.ScreenTime) {
			newest = &r.Screenings[i]
		}
	}
	age := registry.Time(365)
	if j.settings.ScreeningAgeDays != 0 {
		age = registry.Time(j.settings.ScreeningAgeDays)
	}
	switch {
	case newest == nil:
		fire(decision.RecipientNotApproved, decision.DetailScreeningMissing)
	case newest.Result == registry.ScreeningResultListed:
		// Rule 9 RECIPIENT_RESTRICTED_LIST, alone.
		fire(decision.RecipientRestrictedList, decision.NoDetail)
	case newest.ScreenTime+age*day <= j.t:
		fire(decision.RecipientNotApproved, decision.DetailScreeningStale)
	}
	// Rule 8 RECIPIENT_SUSPENDED, RECIPIENT_TERMINATED.
	for _, p := range r.Suspensions {
		if p.StartTime <= j.t && (p.EndTime == 0 || j.t < p.EndTime) {
			fire(decision.RecipientSuspended, decision.NoDetail)
		}
	}
	if given(r.TerminateTime, j.t) {
		fire(decision.RecipientTerminated, decision.NoDetail)
	}
}

// KIND_NOT_JUDGED (R13).
func (j *judge) kindNotJudged() {
	for _, v := range j.views {
		switch v.kind {
		case registry.RecipientKindAuthority, registry.RecipientKindRescue, registry.RecipientKindSuccessor, registry.RecipientKindPublic:
			j.fire(decision.KindNotJudged, registry.RegimePolicy)
		}
	}
}

// Rule 10 LEGAL_EXCEPTION_UNSUPPORTED: in this edition every claimed exception.
func (j *judge) rule10() {
	if j.q.Exception != 0 {
		j.fire(decision.LegalExceptionUnsupported, registry.RegimePolicy)
	}
}

// Rule 29 NOTICE_MISSING (R35) reads the purpose asked and the subject group.
func (j *judge) rule29() {
	if j.exporter == nil || j.purpose == nil || j.group == 0 {
		return
	}
	for _, v := range j.viewsOf(29) {
		controls := v.role == registry.RecipientRoleController || v.role == registry.RecipientRoleJointController
		for _, regime := range j.resolvedOf(registry.RegimeCn, registry.RegimeEu) {
			crossBorder := j.crossBorder(regime)
			if !controls && !(regime == registry.RegimeCn && crossBorder) {
				continue
			}
			for _, c := range j.asked {
				if !slices.ContainsFunc(j.recipient.Notices, func(n registry.Notice) bool {
					return given(n.NotifyTime, j.t) && n.RecipientTitle != "" && n.Contact != "" && n.Method != "" &&
						slices.Contains(n.Purposes, j.purpose.Name) && slices.Contains(n.SubjectGroups, j.group) &&
						c.coveredBy(n.CoveredCategories) && (n.RightsRoute != "" || !crossBorder)
				}) {
					j.fire(decision.NoticeMissing, regime, c.name)
				}
			}
		}
	}
}

// ordinary reports whether a rule runs for one of the views at all.
func (j *judge) ordinary(rule int) bool { return len(j.viewsOf(rule)) > 0 }

// Rule 45 SUBPROCESSOR_NOT_AUTHORISED (R12, R36).
func (j *judge) rule45() {
	if !j.ordinary(45) {
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
		if !authorised {
			j.fire(decision.SubprocessorNotAuthorised, registry.RegimePolicy)
		}
	}
}

// Rule 46 SUBPROCESSOR_FLOWDOWN_MISSING (R36) per recorded link.
func (j *judge) rule46() {
	if !j.ordinary(46) {
		return
	}
	for _, l := range j.links {
		if l.recorded == nil || l.recipient == nil {
			continue
		}
		a := j.agreements[l.recorded.SubAgreement]
		if a == nil || !slices.Contains(a.Recipients, l.holder) || !slices.Contains(a.Recipients, l.recipient.Name) ||
			len(j.rules22to25(a)) > 0 {
			j.fire(decision.SubprocessorFlowdownMissing, registry.RegimePolicy)
		}
	}
}

// Rule 50 IMPACT_ASSESSMENT_MISSING, IMPACT_ASSESSMENT_STALE (R37) reads the
// purpose asked; under EU the served one too decides whether it is of high risk.
func (j *judge) rule50() {
	if j.exporter == nil || j.purpose == nil || !j.ordinary(50) {
		return
	}
	highRisk := j.purpose.HighRisk || j.served != nil && j.served.HighRisk
	for _, regime := range j.resolvedOf(registry.RegimeCn, registry.RegimeEu) {
		want := registry.AssessmentTypePipia
		if regime == registry.RegimeEu {
			want = registry.AssessmentTypeDpia
			if !highRisk {
				continue
			}
		}
		for _, c := range j.asked {
			var newest *registry.Assessment
			fresh := false
			for _, a := range j.assessments {
				if a.Type != want || a.Exporter != j.exporter.Name || !slices.Contains(a.Recipients, j.recipient.Name) ||
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
				j.fireAt(decision.ImpactAssessmentStale, regime, decision.NoDetail, newest.Name, c.name)
			}
		}
	}
}

// approved reports whether an assessment is approved at the time (R37).
func (j *judge) approved(a *registry.Assessment) bool {
	return given(a.ApproveTime, j.t) && a.ApprovedBy != ""
}
