package decision

import "waybill/internal/registry"

// Rule 29: readings R35, R57 and R62.

func ruleNotified(e *scratch) {
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		if r == registry.RegimeCnSz || !e.under(r) {
			continue
		}
		for i := range e.deps {
			if d := &e.deps[i]; d.class&e.rule.kinds != 0 && (i == 0 || e.deps[i-1].class != d.class || e.deps[i-1].role != d.role) {
				e.fireOn(NoticeMissing, r, DetailNotices, e.recNumber, e.known&^e.told(d, r))
			}
		}
	}
}

// told returns the asked categories of which persons were told as the regime asks,
// all where it asks for no notice.
func (e *scratch) told(d *judged, r registry.Regime) uint64 {
	abroad := e.abroad[r]
	switch {
	case d.class == forAuthority:
		if r == registry.RegimeCn && !abroad && (e.secret() || e.disclosureStated()) || r != registry.RegimeCn && e.inquires(r) {
			return e.known
		}
	case d.class == forSuccessor:
		if r == registry.RegimeCn && !abroad {
			return e.introduced()
		}
	case !controls(d.role) && d.role != registry.RecipientRoleAuthority && (r != registry.RegimeCn || !abroad):
		return e.known
	}
	return e.noticed(abroad)
}

// secret reports whether a law that the instrument cites demands secrecy, PIPL 18(1):
// a law of the mainland, reading R83.
func (e *scratch) secret() bool {
	v := &e.instrument
	return v.stands && v.flags&statesSecrecy != 0 && (e.edition < 3 || v.regime == registry.RegimeCn || v.regime == registry.RegimeCnSz)
}

// disclosureStated reports whether every governing version states the served purpose.
func (e *scratch) disclosureStated() bool {
	if e.have&(needPolicy|needServed) != needPolicy|needServed {
		return false
	}
	for _, p := range e.policies {
		if !p.purposes.has(e.served.place) {
			return false
		}
	}
	return true
}

// inquires reports whether a body of the Union or the United Kingdom makes a
// particular inquiry, GDPR 4(9).
func (e *scratch) inquires(r registry.Regime) bool {
	return e.instrument.stands && e.instrument.flags&particularInquiry != 0 && !e.foreign(r, e.rec.country)
}

// introduced returns all asked categories if the group was told who the successor is
// and how it is reached, none otherwise.
func (e *scratch) introduced() uint64 {
	b := e.rec.notices
	i := 2
	for range u16(b, 0) {
		at, complete, groups := instantAt(b, i), b[i+8], uint16(u16(b, i+9))
		if past(at, e.now) && complete&toldWho != 0 && groups&(1<<e.group) != 0 {
			return e.known
		}
		_, i = cutOrdinals(b, i+11)
		_, i = cutOrdinals(b, i)
	}
	return 0
}
