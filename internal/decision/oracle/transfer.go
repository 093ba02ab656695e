package oracle

import (
	"slices"
	"time"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// adequacy of R41: from when and until when; a zero end is none.
var adequacy = map[string]struct{ from, to registry.Time }{
	"GB": {to: registry.At(time.Date(2031, 12, 27, 0, 0, 0, 0, time.UTC))},
	"BR": {from: registry.At(time.Date(2026, 1, 26, 0, 0, 0, 0, time.UTC))},
}

// contract reports whether the mechanism is a contract or rests on its agreement as one
// does, so that it holds only while that passes 22 to 25 (R40).
func contract(t *registry.Transfer) bool {
	switch t.Mechanism {
	case registry.MechanismStandardContract, registry.MechanismGbaContract, registry.MechanismScc,
		registry.MechanismIdta, registry.MechanismUkAddendum, // R73
		registry.MechanismBcr: // R82
		return true
	}
	return false
}

// typeOf is the type of agreement that a mechanism by contract is (R83).
var typeOf = map[registry.Mechanism]registry.AgreementType{
	registry.MechanismStandardContract: registry.AgreementTypeCnSc,
	registry.MechanismGbaContract:      registry.AgreementTypeGbaSc,
	registry.MechanismScc:              registry.AgreementTypeEuScc,
	registry.MechanismIdta:             registry.AgreementTypeIdta,
	registry.MechanismUkAddendum:       registry.AgreementTypeUkAddendum,
	registry.MechanismBcr:              registry.AgreementTypeBcrMembership,
}

// restsOn is the agreement on which a transfer by contract rests: the one that counts in
// its family, else the one that it names (R40, R83); nil where it names none or is no
// contract. another is whether it is not the one that it names.
func (j *judge) restsOn(t *registry.Transfer) (a *registry.Agreement, another bool) {
	named := j.agreements[t.Agreement]
	if named == nil || !contract(t) {
		return nil, false
	}
	if a := j.counting(named); a != nil {
		return a, a != named
	}
	return named, false
}

// replaced reports whether what counts in the place of a transfer's contract is of another
// type, so that its contract is no more (rule 55, R83).
func (j *judge) replaced(t *registry.Transfer) bool {
	a, another := j.restsOn(t)
	return another && a.Type != typeOf[t.Mechanism]
}

// endOf is the end of R40, 0 if there is none: also that of the contract on which
// the mechanism rests (R83).
func (j *judge) endOf(t *registry.Transfer) registry.Time {
	var end registry.Time
	earliest := func(at registry.Time) {
		if at != 0 && (end == 0 || at < end) {
			end = at
		}
	}
	earliest(t.ValidTo)
	earliest(t.RecertifiedUntil)
	if t.Mechanism == registry.MechanismSecurityAssessment || t.Mechanism == registry.MechanismCertification {
		issued := t.ValidFrom
		if t.Evidence != nil && t.Evidence.IssueTime != 0 && t.Evidence.IssueTime <= t.ValidFrom {
			issued = t.Evidence.IssueTime
		}
		earliest(j.threeYearsAfter(issued))
	}
	if a, _ := j.restsOn(t); a != nil {
		earliest(a.ExpireTime)
	}
	return end
}

// threeYearsAfter counts in the registry's zone; 29 February ends on 28 February (R40).
func (j *judge) threeYearsAfter(at registry.Time) registry.Time {
	if at == 0 {
		return 0
	}
	s := at.Std().In(j.zone())
	year, month, date := s.Date()
	if month == time.February && date == 29 {
		date = 28
	}
	return registry.At(time.Date(year+3, month, date, s.Hour(), s.Minute(), s.Second(), s.Nanosecond(), j.zone()))
}

// ofAgreement reports whether rules 22 to 25 raise one of the codes on what a contract
// mechanism rests on (R83); one that is not there is not signed.
func (j *judge) ofAgreement(t *registry.Transfer, codes ...decision.Code) bool {
	if !contract(t) {
		return false
	}
	a, _ := j.restsOn(t)
	if a == nil {
		return slices.Contains(codes, decision.AgreementNotSignedByBoth)
	}
	return slices.ContainsFunc(j.rules22to25(a), func(r Reason) bool { return slices.Contains(codes, r.Code) })
}

// unfinished is what rule 53 says of clauses without their annexes and of a bridge
// without its extension (R73). Module and mode are those of what counts (R83).
func (j *judge) unfinished(t *registry.Transfer) bool {
	switch t.Mechanism {
	case registry.MechanismUkBridge:
		return !t.UKExtension
	case registry.MechanismScc, registry.MechanismUkAddendum:
		x := registry.Annexes{}
		if t.Annexes != nil {
			x = *t.Annexes
		}
		a, _ := j.restsOn(t)
		listed := a != nil && (a.SCCModule == 2 || a.SCCModule == 3) && terms(a).SubprocessorMode == registry.SubprocessorModeSpecific
		return x.Parties == "" || x.Transfer == "" || x.Measures == "" || t.Mechanism == registry.MechanismScc && x.Authority == "" ||
			listed && x.Subprocessors == ""
	}
	return false
}

// unlabelled is what rule 56 says of a category that a list entry does not cover (R73).
func (j *judge) unlabelled(t *registry.Transfer, c asked) bool {
	staff := j.group == registry.SubjectGroupEmployee || j.group == registry.SubjectGroupApplicant
	switch t.Mechanism {
	case registry.MechanismDpf:
		return staff && !t.HRCoverage
	case registry.MechanismUkBridge:
		return staff && !t.HRCoverage || !t.SensitiveLabelled && c.any(func(l leaf) bool { return l.special })
	}
	return false
}

// files reports whether a contract must be filed and is not, until when, and whether
// the calendar knows that day (R73). The days begin with the effect of what counts in the
// place of its agreement, else when the transfer is valid, or when its agreement took
// effect, if that was before. A filing from before a signature is none (R83).
func (j *judge) files(t *registry.Transfer) (unfiled bool, due registry.Time, known bool) {
	if t.Mechanism != registry.MechanismStandardContract && t.Mechanism != registry.MechanismGbaContract {
		return false, 0, true
	}
	a, another := j.restsOn(t)
	if e := t.Evidence; e != nil && e.FilingNumber != "" && given(e.FilingTime, j.t) && !signedSince(a, e.FilingTime) {
		return false, 0, true
	}
	from := t.ValidFrom
	switch {
	case another:
		from = a.EffectiveTime
	case a != nil && a.EffectiveTime != 0:
		from = min(from, a.EffectiveTime)
	}
	due, err := registry.AddWorkingDays(from, 10)
	return true, due, err == nil
}

// signedSince reports whether one of the two signed an agreement after a time.
func signedSince(a *registry.Agreement, at registry.Time) bool {
	return a != nil && slices.ContainsFunc([]*registry.Signature{a.OurSignature, a.TheirSignature}, func(s *registry.Signature) bool {
		return s != nil && at < s.SignTime
	})
}

// assessedAbroad reports whether the law of the destinations was assessed as the
// mechanism asks (rule 59, R73).
func (j *judge) assessedAbroad(t *registry.Transfer, c asked) bool {
	var want registry.AssessmentType
	switch t.Mechanism {
	case registry.MechanismScc, registry.MechanismAdHocClauses, registry.MechanismCodeOrCertification:
		want = registry.AssessmentTypeTia
	case registry.MechanismIdta, registry.MechanismUkAddendum:
		want = registry.AssessmentTypeUkTra
	case registry.MechanismBcr:
		want = registry.AssessmentTypeTia
		if t.Regime == registry.RegimeUk {
			want = registry.AssessmentTypeUkTra
		}
	case registry.MechanismStandardContract:
		want = registry.AssessmentTypeCnScLaw
	default:
		return true
	}
	if j.purpose == nil {
		return true // the rule reads what is unknown
	}
	places := slices.DeleteFunc(j.countries(), func(country string) bool { return !abroad(t.Regime, country) })
	for _, a := range j.assessments {
		if a.Type == want && a.Exporter == j.exporter.Name && slices.Contains(a.Recipients, j.recipient.Name) &&
			slices.Contains(a.Purposes, j.purpose.Name) && c.coveredBy(a.CoveredCategories) && !adds(places, a.Countries) &&
			j.approved(a) && a.ReviewUntil > j.t {
			return true
		}
	}
	return false
}

// finding is a code that hits a candidate, with the detail that the readings name.
type finding struct {
	code   decision.Code
	detail string
}

// findings returns what rules 52 to 60 say of a candidate for one category (R40, R41,
// R71, R73, R83). Each code counts once.
func (j *judge) findings(t *registry.Transfer, c asked) []finding {
	var out []finding
	add := func(code decision.Code, fires bool) {
		if fires {
			out = append(out, finding{code, ""})
		}
	}
	var begins, ended, elsewhere bool
	for _, country := range j.direct() {
		if abroad(t.Regime, country) {
			elsewhere = elsewhere || !slices.Contains(t.Countries, country)
			if a, ok := adequacy[country]; ok && t.Mechanism == registry.MechanismAdequacy {
				begins = begins || a.from > j.t
				ended = ended || a.to != 0 && a.to <= j.t
			}
		}
	}
	end := j.endOf(t)
	listed := t.Mechanism == registry.MechanismDpf || t.Mechanism == registry.MechanismUkBridge
	add(decision.TransferMechanismInsufficient, t.Regime == registry.RegimeCn && !j.reaches(t))
	add(decision.TransferMechanismNotYetEffective, !given(t.ValidFrom, j.t) || begins || j.unfinished(t) ||
		j.ofAgreement(t, decision.AgreementNotSignedByBoth, decision.AgreementNotYetEffective))
	add(decision.TransferMechanismExpired, given(end, j.t) || ended ||
		listed && t.RecertifiedUntil == 0 || j.ofAgreement(t, decision.AgreementExpired))
	add(decision.TransferMechanismSuspended, given(t.RevokeTime, j.t) || j.ofAgreement(t, decision.AgreementTerminated) || j.replaced(t) ||
		slices.ContainsFunc(t.Suspensions, func(p registry.Period) bool {
			return p.StartTime <= j.t && (p.EndTime == 0 || j.t < p.EndTime)
		}))
	add(decision.TransferDestinationNotCovered, elsewhere)
	add(decision.TransferRecipientNotCovered, !slices.Contains(t.Recipients, j.recipient.Name))
	add(decision.TransferPurposeNotCovered, j.purpose != nil && !slices.Contains(t.Purposes, j.purpose.Name))
	add(decision.TransferCategoryNotCovered, !c.coveredBy(t.CoveredCategories) || j.unlabelled(t, c))
	if t.Regime == registry.RegimeCn {
		s, n := j.after()
		add(decision.TransferVolumeExceeded, t.ApprovedScale != 0 && s+n > t.ApprovedScale)
		if unfiled, due, known := j.files(t); unfiled && !known {
			out = append(out, finding{decision.TransferFilingOverdue, "calendar"})
		} else {
			add(decision.TransferFilingOverdue, unfiled && j.t >= due)
		}
	}
	add(decision.TransferTiaMissing, !j.assessedAbroad(t, c))
	add(decision.OnwardDestinationNotCovered, j.onwardElsewhere(t))
	return out
}

// onwardElsewhere is rule 60 (R40).
func (j *judge) onwardElsewhere(t *registry.Transfer) bool {
	for _, l := range j.links {
		if l.recipient == nil {
			continue
		}
		places, _ := placesOf(l.recipient, l.deployments)
		for _, country := range places {
			if t.Mechanism == registry.MechanismGbaContract && !slices.Contains([]string{"CN", "HK", "MO"}, country) {
				return true
			}
			if abroad(t.Regime, country) && !slices.Contains(t.Countries, country) && !slices.Contains(t.OnwardRecipients, l.recipient.Name) {
				return true
			}
		}
	}
	return false
}

// greaterBay are the cities whose exporters may use the contract of the Greater Bay
// Area (R82).
var greaterBay = []string{"guangzhou", "shenzhen", "zhuhai", "foshan", "huizhou", "dongguan", "zhongshan", "jiangmen", "zhaoqing"}

// candidate reports whether a transfer is one for this share (R39, R70, R82). A module is
// that of what counts (R83).
func (j *judge) candidate(t *registry.Transfer, regime registry.Regime) bool {
	if t.Exporter != j.exporter.Name || t.Regime != regime {
		return false
	}
	a := j.agreements[t.Agreement]
	named := slices.Contains(t.Recipients, j.recipient.Name) || slices.Contains(t.OnwardRecipients, j.recipient.Name) ||
		a != nil && slices.Contains(a.Recipients, j.recipient.Name)
	switch t.Mechanism {
	case registry.MechanismScc:
		rests, _ := j.restsOn(t)
		return named && rests != nil && !t.ImporterUnderGDPR && !j.anySends(func(v view) bool { return !moduleFits(rests.SCCModule, v.role) })
	case registry.MechanismGbaContract:
		return named && slices.Contains(greaterBay, j.exporter.City)
	case registry.MechanismExemption:
		return named && j.exempts(t)
	case registry.MechanismDerogation:
		return named && t.Occasional && t.NoSafeguardsReason != "" && j.derogates(t)
	}
	return named
}

// anySends is anyView of those whose class has rules 51 to 60 (R70).
func (j *judge) anySends(is func(view) bool) bool { return slices.ContainsFunc(j.viewsOf(51), is) }

// moduleFits reports whether a module of the clauses fits a role (R70, R82).
func moduleFits(module int32, role registry.RecipientRole) bool {
	switch role {
	case registry.RecipientRoleProcessor:
		return module == 2 || module == 3
	case registry.RecipientRoleController, registry.RecipientRoleJointController, registry.RecipientRoleAuthority:
		return module == 1
	}
	return false
}

// exempts reports whether an exemption matches the question (R70, R82).
func (j *judge) exempts(t *registry.Transfer) bool {
	everyBasis := func(b registry.Basis) bool {
		return j.basisKnown() && !slices.ContainsFunc(j.versions, func(p *registry.Policy) bool {
			return j.anySends(func(v view) bool { return j.basis(p, v.kind, registry.RegimeCn) != b })
		})
	}
	claimed := func(e registry.Exception) bool {
		return j.q.Exception == decision.Exception(e) && j.supportedForAll()
	}
	switch t.Exemption {
	case registry.ExemptionTransit:
		return j.q.Origin != "" && j.q.Origin != unknown && j.q.Origin != "CN"
	case registry.ExemptionContract:
		return everyBasis(registry.BasisContract)
	case registry.ExemptionHumanResources:
		return everyBasis(registry.BasisHumanResources)
	case registry.ExemptionEmergency:
		return claimed(registry.ExceptionVitalInterest)
	case registry.ExemptionStatutoryDuty:
		return claimed(registry.ExceptionLegalObligation) && j.counts(registry.RegimeCn)
	case registry.ExemptionFreeTradeZone:
		return slices.ContainsFunc(j.exporter.FreeTradeZones, func(z registry.FreeTradeZone) bool {
			return given(z.StartTime, j.t) && !given(z.EndTime, j.t) && z.ApprovedBy != "" && given(z.ApproveTime, j.t) &&
				!slices.ContainsFunc(j.asked, func(c asked) bool {
					return c.any(func(l leaf) bool { return slices.Contains(z.CoveredCategories, l.name) })
				})
		})
	case registry.ExemptionVolume:
		return j.tier() == tierNone
	}
	return false
}

// derogates reports whether a derogation matches the question (R70, R81, R82).
func (j *judge) derogates(t *registry.Transfer) bool {
	claimed := func(e registry.Exception) bool {
		return j.q.Exception == decision.Exception(e) && j.supportedForAll()
	}
	switch t.Derogation {
	case registry.DerogationExplicitConsent:
		return j.served != nil && len(j.asked) == len(j.q.Categories) && slices.ContainsFunc(j.believed, func(k consent) bool {
			return k.Type == decision.ConsentExplicitEUTransfer && k.Recipient == j.recipient.Name && !given(k.WithdrawTime, j.t) &&
				!slices.ContainsFunc(j.asked, func(c asked) bool { return !j.reachesTo(k, j.served.Name, c) })
		})
	case registry.DerogationContract, registry.DerogationContractInInterest:
		return j.evidence(registry.BasisContract, t.Regime)
	case registry.DerogationPublicInterest:
		return claimed(registry.ExceptionLegalObligation) && j.counts(t.Regime)
	case registry.DerogationLegalClaims:
		i := j.instruments[j.q.AuthorityInstrument]
		return i != nil && j.stands(i) && j.purpose != nil && slices.Contains(i.Purposes, j.purpose.Name) &&
			len(j.asked) == len(j.q.Categories) && !slices.ContainsFunc(j.asked, func(c asked) bool { return !c.coveredBy(i.CoveredCategories) })
	case registry.DerogationVitalInterests:
		return claimed(registry.ExceptionVitalInterest) && j.claim.LifeOrBody && j.claim.Incapable
	case registry.DerogationPublicRegister:
		return true
	case registry.DerogationCompellingInterests:
		return j.served != nil && j.evidence(registry.BasisLegitimateInterests, t.Regime)
	}
	return false
}

// candidates are the transfers that the share may rest on under a regime.
func (j *judge) candidates(regime registry.Regime) []*registry.Transfer {
	var out []*registry.Transfer
	for _, t := range j.transfers {
		if j.candidate(t, regime) {
			out = append(out, t)
		}
	}
	return out
}

// best is the best candidate for a category (2.1(3)(a)), nil if there is none, and what
// is found of it.
func (j *judge) best(regime registry.Regime, c asked) (best *registry.Transfer, found []finding) {
	for _, t := range j.candidates(regime) {
		fs := j.findings(t, c)
		if best == nil || better(len(fs), len(found), t.ValidFrom, best.ValidFrom, j.numbers[t.Name], j.numbers[best.Name]) {
			best, found = t, fs
		}
	}
	return best, found
}

// Rules 51 TRANSFER_NO_MECHANISM and 52 to 60, per regime and category: one candidate
// that passes all suffices (2.1(3)(a), R38 to R41, R70 to R74). What the approval of
// the PRC authority covers needs none under CN (R60).
func (j *judge) rules51to60() {
	if j.exporter == nil || len(j.views) == 0 || !j.runs(51) {
		return
	}
	for _, regime := range j.laws() {
		if !j.crossBorder(regime) {
			continue
		}
		open := slices.Clone(j.asked)
		if regime == registry.RegimeCn {
			approved := j.approvedCategories()
			open = slices.DeleteFunc(open, func(c asked) bool { return approved[c.name] })
			if len(open) == 0 && len(approved) > 0 {
				continue
			}
		}
		if len(j.candidates(regime)) == 0 {
			var cats []string // none named: the whole question
			for _, c := range open {
				if len(open) < len(j.asked) {
					cats = append(cats, c.name)
				}
			}
			j.fireAt(decision.TransferNoMechanism, regime, j.conflict(regime), "", cats...)
			continue
		}
		for _, c := range open {
			best, found := j.best(regime, c)
			if len(found) == 0 {
				j.transfersRelied[best.Name] = true
			}
			for _, f := range found {
				j.fireAt(f.code, regime, f.detail, best.Name, c.name)
			}
		}
	}
}
