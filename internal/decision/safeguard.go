package decision

import "waybill/internal/registry"

// Rule 39: reading R64.

func ruleSafeguards(e *scratch) {
	if e.flags&(flagSensitive|flagSpecial) == 0 && !e.under14() {
		return
	}
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		if r == registry.RegimeCnSz || !e.under(r) {
			continue
		}
		bad := e.flagged(flagSpecial)
		if r == registry.RegimeCn {
			if bad = e.flagged(flagSensitive); e.under14() {
				bad = e.known
			}
		}
		for _, p := range e.policies {
			e.fireOn(SensitiveSafeguardsMissing, r, DetailSafeguards, p.number, bad&^e.safeguarded(p))
		}
	}
}

// safeguarded returns the asked categories that a safeguard of the version covers.
func (e *scratch) safeguarded(p *policy) (m uint64) {
	for i := range p.safeguards {
		if s := &p.safeguards[i]; s.purpose == e.served.number && s.approved <= e.now && e.now < s.until {
			m |= e.covered(s.categories)
		}
	}
	return m
}
