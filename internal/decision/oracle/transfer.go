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

// contract reports whether the mechanism is a contract, which holds only while its
// agreement passes 22 to 25 (R40).
func contract(t *registry.Transfer) bool {
	switch t.Mechanism {
	case registry.MechanismStandardContract, registry.MechanismGbaContract, registry.MechanismScc:
		return true
	}
	return false
}

// endOf is the end of R40, 0 if there is none: also that of the contract on which
// the mechanism rests.
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
	if a := j.agreements[t.Agreement]; a != nil && contract(t) {
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

// ofAgreement returns the codes that rules 22 to 25 raise on a contract
// mechanism's agreement; one that is not there is not signed.
func (j *judge) ofAgreement(t *registry.Transfer, codes ...decision.Code) bool {
	if !contract(t) {
		return false
	}
	a := j.agreements[t.Agreement]
	if a == nil {
		return slices.Contains(codes, decision.AgreementNotSignedByBoth)
	}
	return slices.ContainsFunc(j.rules22to25(a), func(r Reason) bool { return slices.Contains(codes, r.Code) })
}

// codesOf returns what rules 53 to 60 say of a candidate for one category (R40, R41).
func (j *judge) codesOf(t *registry.Transfer, c asked) []decision.Code {
	var out []decision.Code
	add := func(code decision.Code, fires bool) {
		if fires {
			out = append(out, code)
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
	add(decision.TransferMechanismNotYetEffective, !given(t.ValidFrom, j.t) || begins ||
		j.ofAgreement(t, decision.AgreementNotSignedByBoth, decision.AgreementNotYetEffective))
	add(decision.TransferMechanismExpired, given(end, j.t) || ended ||
		t.Mechanism == registry.MechanismDpf && t.RecertifiedUntil == 0 || j.ofAgreement(t, decision.AgreementExpired))
	add(decision.TransferMechanismSuspended, given(t.RevokeTime, j.t) || j.ofAgreement(t, decision.AgreementTerminated) ||
		slices.ContainsFunc(t.Suspensions, func(p registry.Period) bool {
			return p.StartTime <= j.t && (p.EndTime == 0 || j.t < p.EndTime)
		}))
	add(decision.TransferDestinationNotCovered, elsewhere)
	add(decision.TransferRecipientNotCovered, !slices.Contains(t.Recipients, j.recipient.Name))
	add(decision.TransferPurposeNotCovered, j.purpose != nil && !slices.Contains(t.Purposes, j.purpose.Name))
	add(decision.TransferCategoryNotCovered, !c.coveredBy(t.CoveredCategories))
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

// candidate reports whether a transfer is one for this share (R39).
func (j *judge) candidate(t *registry.Transfer, regime registry.Regime) bool {
	if t.Exporter != j.exporter.Name || t.Regime != regime {
		return false
	}
	a := j.agreements[t.Agreement]
	return slices.Contains(t.Recipients, j.recipient.Name) || slices.Contains(t.OnwardRecipients, j.recipient.Name) ||
		a != nil && slices.Contains(a.Recipients, j.recipient.Name)
}

// Rules 51 TRANSFER_NO_MECHANISM and 53 to 60, per regime and category: one
// candidate that passes all suffices (2.1(3)(a), R38 to R41).
func (j *judge) rules51to60() {
	if j.exporter == nil || !j.ordinary(51) {
		return
	}
	for _, regime := range j.resolvedOf(registry.RegimeCn, registry.RegimeEu) {
		if !j.crossBorder(regime) {
			continue
		}
		var candidates []*registry.Transfer
		for _, t := range j.transfers {
			if j.candidate(t, regime) {
				candidates = append(candidates, t)
			}
		}
		if len(candidates) == 0 {
			j.fire(decision.TransferNoMechanism, regime)
			continue
		}
		for _, c := range j.asked {
			var best *registry.Transfer
			var codes []decision.Code
			for _, t := range candidates {
				cs := j.codesOf(t, c)
				if best == nil || better(len(cs), len(codes), t.ValidFrom, best.ValidFrom, j.numbers[t.Name], j.numbers[best.Name]) {
					best, codes = t, cs
				}
			}
			if len(codes) == 0 {
				j.transfersRelied[best.Name] = true
			}
			for _, code := range codes {
				j.fireAt(code, regime, decision.NoDetail, best.Name, c.name)
			}
		}
	}
}
