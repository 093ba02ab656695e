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

// fits reports whether an agreement's type fits the role (R32).
func (j *judge) fits(a *registry.Agreement, role registry.RecipientRole) bool {
	entrusting := terms(a).Entrusting != ""
	if j.recipient.NaturalPerson {
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

// rules22to25 returns what rules 22 to 25 say of an agreement (R33).
func (j *judge) rules22to25(a *registry.Agreement) []Reason {
	var out []Reason
	add := func(code decision.Code, detail decision.Detail) {
		out = append(out, Reason{code, registry.RegimePolicy, detail, a.Name, nil})
	}
	signed := func(s *registry.Signature) bool { return s != nil && given(s.SignTime, j.t) }
	if !signed(a.OurSignature) {
		add(decision.AgreementNotSignedByBoth, decision.DetailOurSignature)
	}
	if !signed(a.TheirSignature) {
		add(decision.AgreementNotSignedByBoth, decision.DetailTheirSignature)
	}
	if !given(a.EffectiveTime, j.t) {
		add(decision.AgreementNotYetEffective, decision.NoDetail)
	}
	if given(a.ExpireTime, j.t) {
		add(decision.AgreementExpired, decision.NoDetail)
	}
	if given(a.TerminateTime, j.t) {
		add(decision.AgreementTerminated, decision.NoDetail)
	}
	return out
}

// missingTerms returns the fields that rule 26 asks and the agreement lacks (R34).
func (j *judge) missingTerms(a *registry.Agreement, role registry.RecipientRole) []decision.Detail {
	t := terms(a)
	var out []decision.Detail
	need := func(d decision.Detail, has bool) {
		if !has {
			out = append(out, d)
		}
	}
	need(decision.DetailTermsConfidentiality, t.Confidentiality != "" || j.lentConfidentiality(a))
	if j.recipient.NaturalPerson {
		return out
	}
	switch role {
	case registry.RecipientRoleProcessor:
		need(decision.DetailTermsPurpose, t.Purpose != "")
		need(decision.DetailTermsPeriod, t.Period != "")
		need(decision.DetailTermsMethod, t.Method != "")
		need(decision.DetailTermsCategories, t.Categories != "")
		need(decision.DetailTermsMeasures, t.Measures != "")
		need(decision.DetailTermsAudit, t.Audit != "")
		need(decision.DetailTermsSubprocessorMode, t.SubprocessorMode != 0)
		need(decision.DetailTermsDeleteOrReturn, t.DeleteOrReturn != "")
		if j.regimes[registry.RegimeEu] {
			need(decision.DetailTermsInstructions, t.Instructions != "")
			need(decision.DetailTermsStaffConfidentiality, t.StaffConfidentiality != "")
			need(decision.DetailTermsAssistRights, t.AssistRights != "")
			need(decision.DetailTermsAssistSecurity, t.AssistSecurity != "")
		}
	case registry.RecipientRoleController:
		need(decision.DetailTermsPurpose, t.Purpose != "")
		need(decision.DetailTermsMethod, t.Method != "")
		need(decision.DetailTermsCategories, t.Categories != "")
		need(decision.DetailTermsMeasures, t.Measures != "")
	case registry.RecipientRoleJointController:
		need(decision.DetailTermsAllocation, t.Allocation != "")
		need(decision.DetailTermsContact, t.Contact != "")
	}
	return out
}

// lentConfidentiality: another agreement of the same two, of any type, that passes
// 22 to 25 has the term (R34).
func (j *judge) lentConfidentiality(a *registry.Agreement) bool {
	for _, o := range j.agreements {
		if o.Name != a.Name && j.between(o) && terms(o).Confidentiality != "" && len(j.rules22to25(o)) == 0 {
			return true
		}
	}
	return false
}

// reasonsOf returns what rules 17 (R20) and 22 to 28 (R33) say of a candidate for
// one category and one view.
func (j *judge) reasonsOf(a *registry.Agreement, v view, c asked) []Reason {
	out := j.rules22to25(a)
	add := func(code decision.Code, detail decision.Detail) {
		out = append(out, Reason{code, registry.RegimePolicy, detail, a.Name, nil})
	}
	if j.hosted(v) && !v.hosting && !a.Hosting && j.outsideKind(v.kind, c) {
		add(decision.CategoryOutsideRecipientKind, decision.NoDetail)
	}
	for _, d := range j.missingTerms(a, v.role) {
		add(decision.AgreementTermsIncomplete, d)
	}
	if j.purpose != nil && !slices.Contains(a.Purposes, j.purpose.Name) {
		add(decision.AgreementPurposeNotCovered, decision.NoDetail)
	}
	if !c.coveredBy(a.CoveredCategories) {
		add(decision.AgreementCategoryNotCovered, decision.DetailAgreementCategories)
	}
	if j.group != 0 && !slices.Contains(a.SubjectGroups, j.group) {
		add(decision.AgreementCategoryNotCovered, decision.DetailAgreementSubjectGroups)
	}
	for i := range out {
		out[i].Categories = []string{c.name}
	}
	return out
}

// Rules 21 AGREEMENT_MISSING and 22 to 28: one candidate that passes all suffices
// for a category; if none does, the reasons are the best one's (2.1(3)(a), R33).
func (j *judge) rules21to28() {
	if j.exporter == nil {
		return
	}
	for _, v := range j.viewsOf(21) {
		var candidates []*registry.Agreement
		for _, a := range j.agreements {
			if j.between(a) && j.fits(a, v.role) {
				candidates = append(candidates, a)
			}
		}
		if len(candidates) == 0 {
			j.fire(decision.AgreementMissing, registry.RegimePolicy)
		}
		for _, c := range j.asked {
			if len(candidates) == 0 {
				if j.hosted(v) && !v.hosting && j.outsideKind(v.kind, c) {
					j.fire(decision.CategoryOutsideRecipientKind, registry.RegimePolicy, c.name)
				}
				continue
			}
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

// renewal is the span of 90 days of R42, half-open as all spans.
const renewal = 90 * day

// obligations of an allowed share (R42).
func (j *judge) obligations(agreements, transfers []string) []Obligation {
	out := []Obligation{{Code: decision.KeepConfidential}, {Code: decision.PurposeLimit}}
	for _, name := range agreements {
		a := j.agreements[name]
		t := terms(a)
		if t.SubprocessorMode == registry.SubprocessorModeNone || a.Type == registry.AgreementTypeGbaSc {
			out = append(out, Obligation{decision.NoOnwardTransfer, name, 0})
		}
		if t.RetentionLimitDays > 0 {
			out = append(out, Obligation{decision.RetainUntil, name, j.t + registry.Time(t.RetentionLimitDays)*day})
		}
		if a.ExpireTime != 0 && a.ExpireTime < j.t+renewal {
			out = append(out, Obligation{decision.RenewAgreementBy, name, a.ExpireTime})
		}
	}
	for _, name := range transfers {
		if end := j.endOf(j.transfers[name]); end != 0 && end < j.t+renewal {
			out = append(out, Obligation{decision.RenewMechanismBy, name, end})
		}
	}
	if slices.ContainsFunc(j.views, func(v view) bool { return v.role == registry.RecipientRoleProcessor }) {
		out = append(out, Obligation{Code: decision.DeleteOrReturnAtEnd})
	}
	return out
}

// useBy is R43. An agreement ends when it expires or its termination takes effect,
// a transfer by R40, by its revocation or with its contract.
func (j *judge) useBy(agreements, transfers []string) registry.Time {
	until := j.t + 10_000_000
	end := func(at registry.Time) {
		if at > j.t && at < until {
			until = at
		}
	}
	for _, name := range agreements {
		end(j.agreements[name].ExpireTime)
		end(j.agreements[name].TerminateTime)
	}
	for _, name := range transfers {
		t := j.transfers[name]
		end(j.endOf(t))
		end(t.RevokeTime)
		if a := j.agreements[t.Agreement]; a != nil && contract(t) {
			end(a.TerminateTime)
		}
	}
	return until
}
