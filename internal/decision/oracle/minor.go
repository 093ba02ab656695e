package oracle

import (
	"slices"
	"strings"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

func (j *judge) under14() bool { return j.age == decision.AgeUnder13 || j.age == decision.Age13 }

func (j *judge) under18() bool { return j.age >= decision.AgeUnder13 && j.age <= decision.Age16To17 }

// consentAge is the age of GDPR 8 in the strictest region (R30, R83), 13 under the law
// of the United Kingdom (R44).
func (j *judge) consentAge(regime registry.Regime) int {
	if regime == registry.RegimeUk {
		return 13
	}
	age := 0
	for _, region := range j.regions {
		region = stateOf(region)
		switch {
		case region == unknown:
			age = 16
		case !inEEA(region):
		case slices.Contains([]string{"BE", "EE", "FI", "LV", "MT", "PT", "SE", "IS"}, region):
			age = max(age, 13)
		case slices.Contains([]string{"AT", "BG", "CY", "ES", "IT", "LT"}, region):
			age = max(age, 14)
		case slices.Contains([]string{"CZ", "FR", "GR"}, region):
			age = max(age, 15)
		default:
			age = 16
		}
	}
	if age == 0 {
		return 16
	}
	return age
}

// mayLieBelow reports whether a person of the band may be younger than the age.
func mayLieBelow(b decision.AgeBand, age int) bool {
	switch b {
	case decision.AgeUnder13:
		return true
	case decision.Age13:
		return 13 < age
	case decision.Age14:
		return 14 < age
	case decision.Age15:
		return 15 < age
	case decision.Age16To17:
		return 16 < age
	}
	return false
}

// notAimed reports whether the product, or every product, is declared not aimed
// at minors (R29).
func (j *judge) notAimed() bool {
	if j.q.Product != "" {
		p := j.product()
		return p != nil && p.Minors == registry.MinorsAimNotAimed
	}
	return len(j.exporter.Products) > 0 && !slices.ContainsFunc(j.exporter.Products, func(p registry.Product) bool {
		return p.Minors != registry.MinorsAimNotAimed
	})
}

// guardian is G of R29.
func (j *judge) guardian(v view, c asked) bool {
	return j.has(v.kind, j.served.Name, c, func(k consent) bool { return k.Type == decision.ConsentGuardian })
}

// separateByGuardian is Separate of R29: each separate consent that rules 33 to 36
// ask of the regime is covered by one that a guardian gave.
func (j *judge) separateByGuardian(regime registry.Regime, p *registry.Policy, v view, c asked) bool {
	by := func(t decision.ConsentType) bool { return j.presented(t, v, c, true) }
	if v.class == public && !by(decision.ConsentSeparatePublic) {
		return false
	}
	if regime != registry.RegimeCn {
		return !j.asks34(p, v, regime, c) || by(decision.ConsentExplicitEU)
	}
	return (!j.asks33(p, v) || by(decision.ConsentSeparateProvision)) &&
		(!j.asks34(p, v, regime, c) || by(decision.ConsentSeparateSensitive)) &&
		(!j.asks35(p, v) || by(decision.ConsentSeparateCrossBorder))
}

// Rule 37 MINOR_GUARDIAN_CONSENT_MISSING (R29, R30, R63, R82).
func (j *judge) rule37() {
	if !j.basisKnown() {
		return
	}
	const code = decision.MinorGuardianConsentMissing
	// R80: a band that anybody may state narrows, and never stands for one that is known.
	doubted := !j.source() && j.held.Age == decision.AgeUnspecified && j.age != decision.AgeUnknown && !j.cohort
	if (j.age == decision.AgeUnknown || doubted) && j.runs(37) && !j.notAimed() {
		for _, regime := range j.laws() {
			j.fire(code, regime)
		}
	}
	vital := j.q.Exception == decision.Exception(registry.ExceptionVitalInterest)
	for _, regime := range j.laws() {
		j.each(37, regime, func(p *registry.Policy, v view, c asked) {
			basis := j.basis(p, v.kind, regime)
			byGuardian := j.guardian(v, c) && j.separateByGuardian(regime, p, v, c)
			freed := j.served.Deletion || v.class == authority || vital && j.supported[c.name] // R63
			switch {
			case j.under18() && !freed && !(p.ServesMinors && j.guardian(v, c)) && basis != registry.BasisContract,
				regime == registry.RegimeCn && j.under14() && !(byGuardian && p.ChildRules != ""),
				regime != registry.RegimeCn && basis == registry.BasisConsent && mayLieBelow(j.age, j.consentAge(regime)) && !byGuardian:
				j.fire(code, regime, c.name)
			}
		})
	}
	if j.regimes[registry.RegimeCnSz] && j.age == decision.AgeAdultLackingCapacity {
		j.each(37, registry.RegimeCnSz, func(p *registry.Policy, v view, c asked) {
			if !j.guardian(v, c) || !j.separateByGuardian(registry.RegimeCn, p, v, c) { // R82
				j.fire(code, registry.RegimeCnSz, c.name)
			}
		})
	}
}

// kindsOf are the kinds that a rule runs for which needs the kind only to count
// consents: where the deployment is unknown it runs once.
func (j *judge) kindsOf(rule int) []registry.RecipientKind {
	if len(j.views) == 0 {
		return []registry.RecipientKind{registry.RecipientKindUnspecified}
	}
	var out []registry.RecipientKind
	for _, v := range j.viewsOf(rule) {
		out = append(out, v.kind)
	}
	return out
}

// Rule 38 MINOR_PROFILING_FORBIDDEN (R31), CN_SZ.
func (j *judge) rule38() {
	if j.served == nil || !j.regimes[registry.RegimeCnSz] || !j.under14() ||
		!j.served.Profiling && !j.served.InterestAdvertising {
		return
	}
	for _, kind := range j.kindsOf(38) {
		for _, c := range j.asked {
			if !j.has(kind, j.served.Name, c, func(k consent) bool {
				return k.Type == decision.ConsentGuardian && k.ChildInterest != ""
			}) {
				j.fire(decision.MinorProfilingForbidden, registry.RegimeCnSz, c.name)
			}
		}
	}
}

// Rule 39 SENSITIVE_SAFEGUARDS_MISSING (R64), each regime by its own flags.
func (j *judge) rule39() {
	if j.served == nil || !j.runs(39) {
		return
	}
	for _, regime := range j.laws() {
		for _, p := range j.versions {
			for _, c := range j.asked {
				asks := c.any(func(l leaf) bool { return l.special })
				if regime == registry.RegimeCn {
					asks = c.any(func(l leaf) bool { return l.sensitive }) || j.under14()
				}
				if asks && !slices.ContainsFunc(p.Safeguards, func(s registry.Safeguard) bool {
					return s.Purpose == j.served.Name && c.coveredBy(s.CoveredCategories) && stated(s.SpecificPurpose, s.Necessity, s.Protection, s.Notice, s.ApprovedBy) &&
						j.judgementStands(s.ApproveTime, s.ReviewUntil)
				}) {
					j.fireAt(decision.SensitiveSafeguardsMissing, regime, "", p.Name, c.name)
				}
			}
		}
	}
}

// stated reports whether each text says something.
func stated(texts ...string) bool {
	return !slices.ContainsFunc(texts, func(t string) bool { return strings.TrimSpace(t) == "" })
}

// judgementStands is R52: from its approval until its review, else for three years.
func (j *judge) judgementStands(approved, review registry.Time) bool {
	if review == 0 {
		review = approved + 1095*day
	}
	return given(approved, j.t) && j.t < review
}
