package decision

import "waybill/internal/registry"

// What the catalogue says of itself, for those who read the law and not the code.

// Rules returns every rule of the newest edition, in the order of the catalogue.
func Rules() []RuleInfo {
	var out []RuleInfo
	for i := range catalogue {
		r := &catalogue[i]
		if n := len(out); r.number == 0 || n > 0 && out[n-1].Number == r.number {
			continue // outside the catalogue, or the row of another edition
		}
		out = append(out, Info(r.codes[0]))
	}
	return out
}

// RegimesOf returns the regimes that a rule of the catalogue is evaluated under,
// rules.md 2.1(1): POLICY is always, the others where they are resolved.
func RegimesOf(number int) []registry.Regime {
	const policy, cn, sz, eu, uk = registry.RegimePolicy, registry.RegimeCn, registry.RegimeCnSz, registry.RegimeEu, registry.RegimeUk
	switch number {
	case 20, 38:
		return []registry.Regime{sz}
	case 33, 35, 44, 57, 58:
		return []registry.Regime{cn}
	case 37:
		return []registry.Regime{cn, sz, eu, uk}
	case 29, 30, 31, 32, 34, 39, 42, 50, 51, 53, 54, 55, 56, 59, 60:
		return []registry.Regime{cn, eu, uk}
	case 52:
		return []registry.Regime{cn} // the tiers are the mainland's
	}
	return []registry.Regime{policy}
}

// WaiverGroupOf returns the group of the waiver matrix that a rule belongs to, 0
// for the rules that no exception touches (rules.md 2.3).
func WaiverGroupOf(number int) registry.WaiverGroup {
	switch {
	case number == 11, number == 12:
		return registry.WaiverGroupErasedOrRestricted
	case number == 14:
		return registry.WaiverGroupPurpose
	case number == 15, number == 17:
		return registry.WaiverGroupKindLists
	case number == 20:
		return registry.WaiverGroupDeidentification
	case number >= 21 && number <= 28:
		return registry.WaiverGroupAgreement
	case number == 29:
		return registry.WaiverGroupNotice
	case number >= 30 && number <= 32:
		return registry.WaiverGroupConsent
	case number >= 33 && number <= 36:
		return registry.WaiverGroupSeparateConsent
	case number == 37:
		return registry.WaiverGroupGuardian
	case number == 40:
		return registry.WaiverGroupPublic
	case number >= 47 && number <= 49:
		return registry.WaiverGroupRetention
	case number == 50:
		return registry.WaiverGroupAssessment
	}
	return 0
}
