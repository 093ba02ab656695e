package decision

import "waybill/internal/registry"

// Minors: what is known of a person's age (readings R23, R47, R48), and rules 37 and 38.

// believeAge resolves the age band: what widens is believed only from a source.
func (e *scratch) believeAge() {
	e.age = e.q.AgeBand
	if e.age == AgeUnspecified {
		e.age = AgeUnknown
	}
	if e.age == AgeAdult {
		if e.t.sources[e.in.Principal] == 0 {
			e.age = AgeUnknown
		} else {
			e.d.ConsentSource = e.in.Principal
		}
	}
	if e.edition == 1 {
		return
	}
	e.doubted = e.age != AgeUnknown && e.t.sources[e.in.Principal] == 0
	if f := e.in.Facts; f != nil && f.Age != AgeUnspecified {
		e.age, e.doubted = younger(e.age, f.Age), false
	}
	if e.age == AgeUnknown && e.cohort {
		e.age = AgeAdult
	}
}

// younger returns the younger of two bands: an adult who lacks capacity comes before
// one who does not, and what is unknown yields.
func younger(a, b AgeBand) AgeBand {
	rank := func(x AgeBand) int {
		switch x {
		case AgeUnspecified, AgeUnknown:
			return int(AgeAdultLackingCapacity) + 1
		case AgeAdult:
			return int(AgeAdultLackingCapacity)
		case AgeAdultLackingCapacity:
			return int(AgeAdult)
		}
		return int(x)
	}
	if rank(b) < rank(a) {
		return b
	}
	return a
}

func (b AgeBand) minor() bool { return b >= AgeUnder13 && b <= Age16To17 }

func (e *scratch) minor() bool   { return e.age.minor() }
func (e *scratch) under14() bool { return e.age == AgeUnder13 || e.age == Age13 }

// below reports whether the band may lie below an age.
func (b AgeBand) below(age uint8) bool {
	switch b {
	case AgeUnder13:
		return true
	case Age13:
		return age > 13
	case Age14:
		return age > 14
	case Age15:
		return age > 15
	}
	return false
}

// Rules 37 and 38.

func ruleGuardian(e *scratch) {
	guardian := e.consented(e.served.number, only(ConsentGuardian), false)
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		if !e.under(r) {
			continue
		}
		if r == registry.RegimeCnSz {
			if e.age == AgeAdultLackingCapacity {
				e.guardAdult(guardian)
			}
			continue
		}
		// A band that anybody may state narrows, and never stands for one that is known.
		if (e.age == AgeUnknown || e.doubted) && !e.notAimed() {
			e.fire(MinorGuardianConsentMissing, r, DetailProducts, 0, 0)
			if !e.doubted {
				continue
			}
		}
		if !e.minor() {
			continue
		}
		for i := range e.deps {
			e.guard(&e.deps[i], r, guardian)
		}
	}
}

// guardAdult: the guardian of an adult who lacks capacity consents, and gives each
// separate consent that the law of the mainland asks: readings R29, R82.
func (e *scratch) guardAdult(guardian uint64) {
	for i := range e.deps {
		if e.edition > 1 {
			guardian &= e.bySeparateGuardian(&e.deps[i], registry.RegimeCn)
		}
	}
	e.fireOn(MinorGuardianConsentMissing, registry.RegimeCnSz, DetailGuardian, 0, e.known&^guardian)
}

func (e *scratch) guard(d *judged, r registry.Regime, guardian uint64) {
	contract := d.bases[r] == registry.BasisContract
	if !contract {
		bad := e.known &^ e.excusedMinor(d)
		if d.policy.servesMinors {
			bad &^= guardian
		}
		detail := DetailServesMinors
		if d.policy.servesMinors {
			detail = DetailGuardian
		}
		e.fireOn(MinorGuardianConsentMissing, r, detail, 0, bad)
	}
	child := r == registry.RegimeCn && e.under14() ||
		r >= registry.RegimeEu && d.bases[r] == registry.BasisConsent && e.age.below(e.consentAge(r))
	if !child {
		return
	}
	e.fireOn(MinorGuardianConsentMissing, r, DetailGuardian, 0, e.known&^(guardian&e.bySeparateGuardian(d, r)))
	if r == registry.RegimeCn && !d.policy.childRules {
		e.fireOn(MinorGuardianConsentMissing, r, DetailChildRules, 0, e.known)
	}
}

// excusedMinor returns the asked categories for which the limb of verified minors
// does not fire: reading R63.
func (e *scratch) excusedMinor(d *judged) uint64 {
	switch {
	case e.edition == 1:
		return 0
	case e.served.deletion || d.class == forAuthority:
		return e.known
	case e.q.Exception == e5:
		return e.claim.supported
	}
	return 0
}

// servesMinors reports whether every governing version serves minors.
func (e *scratch) servesMinors() bool {
	for _, p := range e.policies {
		if !p.servesMinors {
			return false
		}
	}
	return true
}

// bySeparateGuardian returns the asked categories for which every separate
// consent that the regime asks was given by the guardian.
func (e *scratch) bySeparateGuardian(d *judged, r registry.Regime) uint64 {
	m := d.separate
	var explicit uint64
	if r >= registry.RegimeEu {
		explicit, m = m.explicit[r-registry.RegimeEu], separate{}
	}
	var public uint64
	if d.kind == registry.RecipientKindPublic {
		public = e.known
	}
	return e.known &^ (e.lacking(public, ConsentSeparatePublic, true) |
		e.lacking(m.provision, ConsentSeparateProvision, true) |
		e.lacking(m.sensitive, ConsentSeparateSensitive, true) |
		e.lacking(m.crossBorder, ConsentSeparateCrossBorder, true) |
		e.lacking(explicit, ConsentExplicitEU, true))
}

// oldestConsentAge is the highest that GDPR 8 lets a member state ask.
const oldestConsentAge = 16

// ukConsentAge is the age of UK GDPR 8: reading R44.
const ukConsentAge = 13

// consentAge is the strictest age of GDPR 8 among the regions resolved.
func (e *scratch) consentAge(r registry.Regime) uint8 {
	if r == registry.RegimeUk {
		return ukConsentAge
	}
	age := uint8(0)
	for _, c := range e.regions {
		switch {
		case c.inEEA(e.edition):
			age = max(age, regions[c].age)
		case c == unknownCountry:
			return oldestConsentAge
		}
	}
	if age == 0 {
		return oldestConsentAge
	}
	return age
}

// notAimed reports whether the product is declared not to be aimed at minors.
func (e *scratch) notAimed() bool {
	if e.q.Product == "" {
		return e.exporter.allNotAimed
	}
	for _, p := range e.exporter.products {
		if p.id == e.q.Product {
			return p.notAimed
		}
	}
	return false
}

func ruleProfiling(e *scratch) {
	if !e.under(registry.RegimeCnSz) || !e.under14() || !e.served.profiling {
		return
	}
	var good uint64
	for i := range e.consents {
		c := &e.consents[i]
		if c.typ == ConsentGuardian && c.childInterest && c.purpose == e.served.number && c.stands && !c.withdrew {
			good |= c.names
		}
	}
	e.fireOn(MinorProfilingForbidden, registry.RegimeCnSz, NoDetail, 0, e.known&^good)
}
