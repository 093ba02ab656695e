package oracle

import (
	"cmp"
	"slices"
	"strings"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// twoApproved: both approvers given and different, the approval not after the time.
func (j *judge) twoApproved(first, second string, at registry.Time) bool {
	first, second = strings.TrimSpace(first), strings.TrimSpace(second)
	return first != "" && second != "" && !strings.EqualFold(first, second) && given(at, j.t)
}

// stands reports whether an instrument stands (R58).
func (j *judge) stands(i *registry.Instrument) bool {
	return j.exporter != nil && slices.Contains(i.Exporters, j.exporter.Name) && i.Number != "" && i.Citation != "" &&
		j.twoApproved(i.ApprovedBy, i.SecondApprovedBy, i.ApproveTime) && given(i.IssueTime, j.t) &&
		i.ExpireTime > j.t && !given(i.RevokeTime, j.t)
}

// approvedAbroad reports whether an instrument has the approval of the PRC authority (R60).
func (j *judge) approvedAbroad(i *registry.Instrument) bool {
	f := i.ForeignApproval
	return f != nil && f.Number != "" && f.Authority != "" && given(f.ApproveTime, j.t)
}

// foreign reports whether a deployment judged is of a foreign body under a regime (R59, R81).
func (j *judge) foreign(v view, regime registry.Regime) bool {
	if !v.organ() {
		return false
	}
	country := j.recipient.Country
	if regime == registry.RegimeCn && slices.Contains([]string{"HK", "MO", "TW"}, country) {
		return j.settings.HmtAuthority != registry.HmtAuthorityExportOnly
	}
	return abroad(regime, country)
}

// resolveException finds for which categories the exception claimed is supported,
// and what fails of it (R53).
func (j *judge) resolveException() {
	j.supported = map[string]bool{}
	if j.q.Exception == 0 || j.exporter == nil || j.recipient == nil || j.purpose == nil || len(j.views) == 0 {
		return
	}
	fails := func(detail string, cats ...string) {
		j.unsupported = append(j.unsupported, Reason{decision.LegalExceptionUnsupported, registry.RegimePolicy, detail, "", cats})
	}
	r := j.exceptions[j.q.ExceptionRecord]
	if r == nil {
		fails("exception_record")
		return
	}
	claimed := registry.Exception(j.q.Exception)
	if r.Exception != claimed || !slices.Contains(r.Exporters, j.exporter.Name) || !slices.Contains(r.Recipients, j.recipient.Name) ||
		!slices.Contains(r.Purposes, j.purpose.Name) {
		fails("exception_record")
	}
	if !j.twoApproved(r.ApprovedBy, r.SecondApprovedBy, r.ApproveTime) {
		fails("approved_by")
	}
	if !given(r.EffectiveTime, j.t) || given(r.ExpireTime, j.t) || given(r.EmergencyEndTime, j.t) {
		fails("effective_time")
	}
	if slices.ContainsFunc(j.views, func(v view) bool { return !j.mayClaim(claimed, r, v) }) {
		fails("kind")
	}
	if !j.evidenced(claimed, r) {
		fails("evidence")
	}
	if claimed <= registry.ExceptionCriminalProceedings && !slices.ContainsFunc(r.Regimes, func(g registry.Regime) bool { return j.regimes[g] }) {
		fails("regimes")
	}
	whole := len(j.unsupported) > 0
	for _, c := range j.asked {
		if !j.inScope(claimed, r, c) {
			fails("categories", c.name)
		} else if !whole {
			j.supported[c.name] = true
		}
	}
	j.claim = r
}

// mayClaim is the detail `kind` of R53 for one deployment.
func (j *judge) mayClaim(claimed registry.Exception, r *registry.ExceptionRecord, v view) bool {
	listed := slices.Contains(registry.DefaultExceptionKinds(claimed), v.kind)
	if len(j.versions) > 0 {
		listed = !slices.ContainsFunc(j.versions, func(p *registry.Policy) bool { return !slices.Contains(p.KindsOf(claimed), v.kind) })
	}
	switch claimed {
	case registry.ExceptionLegalObligation:
		return listed && (v.kind != registry.RecipientKindAffiliate || r.ObligesSharing) ||
			v.role == registry.RecipientRoleProcessor && r.Organ != ""
	case registry.ExceptionCriminalProceedings:
		i := j.instruments[r.Instrument]
		if j.regimes[registry.RegimeCn] && j.foreign(v, registry.RegimeCn) && (i == nil || !j.stands(i) || !j.approvedAbroad(i)) {
			return false
		}
		return listed || i != nil && j.stands(i)
	}
	return listed
}

// evidenced is the detail `evidence` of R53.
func (j *judge) evidenced(claimed registry.Exception, r *registry.ExceptionRecord) bool {
	switch claimed {
	case registry.ExceptionLegalObligation:
		return r.Citation != ""
	case registry.ExceptionNationalSecurity:
		return r.Citation != "" && r.Organ != "" && r.Demand != ""
	case registry.ExceptionPublicInterest:
		return r.Citation != "" && (r.Organ != "" && r.Demand != "" || r.DeclaredEmergency != "")
	case registry.ExceptionCriminalProceedings:
		i := j.instruments[r.Instrument]
		return r.Organ != "" && r.CaseNumber != "" && r.Citation != "" && i != nil && j.stands(i) &&
			(i.Recipient == j.recipient.Name && slices.Contains(i.Purposes, j.purpose.Name) || !slices.ContainsFunc(j.views, func(v view) bool { return v.kind == registry.RecipientKindAuthority }))
	case registry.ExceptionVitalInterest:
		return !blank(r.Interest) && !blank(r.WhyImpracticable) && (r.Emergency || !j.regimes[registry.RegimeCn])
	case registry.ExceptionMadePublic:
		return !blank(r.ReasonableScope) && !blank(r.NoMajorImpact) && !j.objected && !j.bulk()
	}
	return false
}

// inScope is the detail `categories` of R53.
func (j *judge) inScope(claimed registry.Exception, r *registry.ExceptionRecord, c asked) bool {
	if claimed == registry.ExceptionMadePublic && c.any(func(l leaf) bool {
		return l.sensitive && j.regimes[registry.RegimeCn] || !slices.ContainsFunc(r.Proofs, func(p registry.PublicationProof) bool {
			return p.Category == l.name && p.Reference != "" && given(p.CaptureTime, j.t)
		})
	}) {
		return false
	}
	if claimed == registry.ExceptionCriminalProceedings { // no wider than its instrument
		if i := j.instruments[r.Instrument]; i == nil || !c.coveredBy(i.CoveredCategories) {
			return false
		}
	}
	return c.coveredBy(r.CoveredCategories)
}

// Rule 10 LEGAL_EXCEPTION_UNSUPPORTED (R53).
func (j *judge) rule10() { j.reasons = append(j.reasons, j.unsupported...) }

// supportedForAll reports whether the exception is supported for every asked category;
// one that is unknown never is.
func (j *judge) supportedForAll() bool {
	return j.claim != nil && !slices.ContainsFunc(j.q.Categories, func(c string) bool { return !j.supported[c] }) &&
		!slices.ContainsFunc(j.unsupported, func(r Reason) bool { return len(r.Categories) == 0 })
}

// counts reports whether a supported exception counts under a regime (R54, R80, R82).
func (j *judge) counts(regime registry.Regime) bool {
	has := func(r registry.Regime) bool { return slices.Contains(j.claim.Regimes, r) }
	if regime == registry.RegimePolicy {
		return j.anyLaw(j.counts) && !j.anyLaw(func(r registry.Regime) bool { return !j.counts(r) })
	}
	switch j.claim.Exception {
	case registry.ExceptionVitalInterest:
		return j.claim.LifeOrBody || regime != registry.RegimeEu && regime != registry.RegimeUk
	case registry.ExceptionMadePublic:
		return true
	}
	switch regime {
	case registry.RegimeCnSz:
		return j.regimes[regime] && (has(registry.RegimeCn) || has(registry.RegimeCnSz))
	}
	return has(regime)
}

// anyLaw reports whether a regime that is resolved has the property.
func (j *judge) anyLaw(is func(registry.Regime) bool) bool {
	for _, r := range []registry.Regime{registry.RegimeCn, registry.RegimeCnSz, registry.RegimeEu, registry.RegimeUk} {
		if j.regimes[r] && is(r) {
			return true
		}
	}
	return false
}

// GroupOf is the group of the waiver matrix that a code stands in, 0 for none.
func GroupOf(code decision.Code) registry.WaiverGroup {
	switch rule := code.Rule(); {
	case rule == 11 || rule == 12:
		return registry.WaiverGroupErasedOrRestricted
	case rule == 14:
		return registry.WaiverGroupPurpose
	case rule == 15 || rule == 17:
		return registry.WaiverGroupKindLists
	case rule == 20:
		return registry.WaiverGroupDeidentification
	case 21 <= rule && rule <= 28:
		return registry.WaiverGroupAgreement
	case rule == 29:
		return registry.WaiverGroupNotice
	case 30 <= rule && rule <= 32:
		return registry.WaiverGroupConsent
	case 33 <= rule && rule <= 36:
		return registry.WaiverGroupSeparateConsent
	case rule == 37:
		return registry.WaiverGroupGuardian
	case rule == 40:
		return registry.WaiverGroupPublic
	case 47 <= rule && rule <= 49:
		return registry.WaiverGroupRetention
	case rule == 50:
		return registry.WaiverGroupAssessment
	}
	return 0
}

// effect is the strictest cell of the governing versions, the default's where none
// governs (R54).
func (j *judge) effect(g registry.WaiverGroup) registry.WaiverEffect {
	if len(j.versions) == 0 {
		return registry.DefaultWaiver(g, j.claim.Exception)
	}
	fromStrictest := []registry.WaiverEffect{registry.WaiverEffectNo, registry.WaiverEffectIfLawDemands, registry.WaiverEffectDeferred, registry.WaiverEffectYes}
	for _, e := range fromStrictest {
		for _, p := range j.versions {
			if p.Waiver(g, j.claim.Exception) == e {
				return e
			}
		}
	}
	return registry.WaiverEffectNo
}

// waives reports whether the exception waives a reason of a code and regime for a
// category, "" for the whole question, and whether it only puts it off (R54).
func (j *judge) waives(code decision.Code, regime registry.Regime, category string) (waives, deferred bool) {
	g := GroupOf(code)
	if j.claim == nil || g == 0 || !j.counts(regime) {
		return false, false
	}
	if category == "" && !j.supportedForAll() || category != "" && !j.supported[category] {
		return false, false
	}
	r, effect := j.claim, j.effect(g)
	if regime == registry.RegimeEu || regime == registry.RegimeUk {
		return effect == registry.WaiverEffectYes && waivesAbroad(r, code.Rule()), false
	}
	switch effect {
	case registry.WaiverEffectYes:
		return true, false
	case registry.WaiverEffectIfLawDemands:
		i := j.instruments[r.Instrument]
		return g == registry.WaiverGroupNotice && r.SecrecyCitation != "" ||
			g == registry.WaiverGroupPublic && (r.OrdersPublication || i != nil && j.stands(i) && i.OrdersPublication), false
	case registry.WaiverEffectDeferred:
		if r.Exception != registry.ExceptionVitalInterest {
			return false, false
		}
		_, err := registry.AddWorkingDays(j.t, 5)
		switch g {
		case registry.WaiverGroupNotice:
			return true, true
		case registry.WaiverGroupAgreement:
			ok := err == nil && !j.settings.AgreementDeferralOff && code != decision.AgreementTerminated
			return ok, ok
		case registry.WaiverGroupAssessment:
			ok := err == nil && !j.settings.AssessmentDeferralOff
			return ok, ok
		}
	}
	return false, false
}

// waivesAbroad is what an exception waives of a regime of the Union or the United
// Kingdom (R54).
func waivesAbroad(r *registry.ExceptionRecord, rule int) bool {
	consents := 30 <= rule && rule <= 32
	switch r.Exception {
	case registry.ExceptionLegalObligation, registry.ExceptionCriminalProceedings:
		return consents
	case registry.ExceptionNationalSecurity, registry.ExceptionPublicInterest:
		return consents || rule == 34 && r.SpecialGround != ""
	case registry.ExceptionVitalInterest:
		return (consents || rule == 34 && r.Incapable) && r.LifeOrBody
	case registry.ExceptionMadePublic:
		return rule == 34
	}
	return false
}

// notes records that a reason of a code and regime was waived.
func (j *judge) notes(code decision.Code, regime registry.Regime) {
	_, deferred := j.waivesAny(code, regime)
	j.waived[Waived{code, regime, j.claim.Name, deferred}] = true
}

// waivesAny is waives for some category.
func (j *judge) waivesAny(code decision.Code, regime registry.Regime) (waives, deferred bool) {
	for c := range j.supported {
		if waives, deferred = j.waives(code, regime, c); waives {
			return waives, deferred
		}
	}
	return j.waives(code, regime, "")
}

// unwaived takes out of the reasons what the exception waives, and notes it.
func (j *judge) unwaived() []Reason {
	var out []Reason
	for _, r := range j.reasons {
		if len(r.Categories) == 0 {
			if waives, _ := j.waives(r.Code, r.Regime, ""); waives {
				j.notes(r.Code, r.Regime)
			} else {
				out = append(out, r)
			}
			continue
		}
		var left []string
		for _, c := range r.Categories {
			if waives, _ := j.waives(r.Code, r.Regime, c); waives {
				j.notes(r.Code, r.Regime)
			} else {
				left = append(left, c)
			}
		}
		if len(left) > 0 {
			r.Categories = left
			out = append(out, r)
		}
	}
	return out
}

func (j *judge) waivedInOrder() []Waived {
	var out []Waived
	for w := range j.waived {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b Waived) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Regime, b.Regime))
	})
	return out
}
