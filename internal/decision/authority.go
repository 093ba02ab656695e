package decision

import "waybill/internal/registry"

// Rules 36 and 40 to 42: what is made public, and what an authority asks for.

// conflicts reports whether a reason denies under one law what the instrument of
// another demands: reading R60.
func (e *scratch) conflicts(code Code, r registry.Regime) bool {
	return (code == ForeignAuthorityApprovalMissing || code == TransferNoMechanism) &&
		e.under(e.instrument.regime) && r != e.instrument.regime
}

// published returns the asked categories that the person lets be published, or that
// the question's instrument orders to be: reading R61.
func (e *scratch) published() uint64 {
	consent := e.consented(e.served.number, only(ConsentSeparatePublic), false)
	if v := &e.instrument; v.stands && v.flags&(ordersPublication|statesNecessity) == ordersPublication|statesNecessity &&
		e.purpose != nil && v.purposes.has(e.purpose.place) {
		return consent | e.covered(v.categories)
	}
	return consent
}

func rulePublication(e *scratch) {
	e.fireOn(SeparateConsentMissingPublic, registry.RegimePolicy, NoDetail, 0, e.known&^e.published())
}

func ruleDisclosure(e *scratch) {
	e.fireOn(PublicDisclosureNotPermitted, registry.RegimePolicy, DetailPublication, 0, e.known&^e.published())
}

// ruleInstrument: reading R59.
func ruleInstrument(e *scratch) {
	v := &e.instrument
	fire := func(d Detail) { e.fire(AuthorityInstrumentMissing, registry.RegimePolicy, d, v.number, 0) }
	if v.number == 0 {
		fire(DetailAuthorityInstrument)
		return
	}
	v.relied = true
	if !v.stands {
		fire(DetailInstrumentStanding)
	}
	if v.recipient != e.recNumber || !v.purposes.has(e.purpose.place) {
		fire(DetailInstrumentScope)
	}
	e.fireOn(AuthorityInstrumentMissing, registry.RegimePolicy, DetailInstrumentCategories, v.number, e.known&^e.covered(v.categories))
	if v.flags&statesNecessity == 0 {
		fire(DetailNecessityReason)
	}
}

// toAuthority reports whether an authority receives, be it one that rescues: readings
// R45, R81.
func (e *scratch) toAuthority() bool {
	for i := range e.deps {
		if e.isAuthority(&e.deps[i]) {
			return true
		}
	}
	return false
}

func (e *scratch) isAuthority(d *judged) bool {
	return d.class == forAuthority || e.edition > 1 && d.kind == registry.RecipientKindRescue && d.role == registry.RecipientRoleAuthority
}

// toForeign reports whether a foreign body receives under the regime, or the share
// serves proceedings abroad: reading R60.
func (e *scratch) toForeign(r registry.Regime) bool {
	if e.toAuthority() && e.isForeign(r) {
		return true
	}
	return (e.purpose.foreign || e.served != nil && e.served.foreign) && (r == registry.RegimeCn || e.abroad[r])
}

// hasApproval reports whether the question's instrument has the approval of PIPL 41
// for this act.
func (e *scratch) hasApproval() bool {
	v := &e.instrument
	return v.approved(e.now) && v.purposes.has(e.purpose.place) && (!e.toAuthority() || v.recipient == e.recNumber)
}

// approvedAbroad returns the asked categories whose CN mechanism is the approval of
// PIPL 41: rules 51 to 60 do not run for them under CN.
func (e *scratch) approvedAbroad() uint64 {
	if !e.instrument.stands || e.have&needClaim != needClaim || !e.under(registry.RegimeCn) || !e.toForeign(registry.RegimeCn) || !e.hasApproval() {
		return 0
	}
	return e.covered(e.instrument.categories)
}

func ruleForeign(e *scratch) {
	if r := registry.RegimeCn; e.under(r) && e.toForeign(r) {
		if e.hasApproval() {
			e.instrument.relied = true
		} else {
			e.fire(ForeignAuthorityApprovalMissing, r, DetailForeignApproval, e.instrument.number, 0)
		}
	}
}

// ruleForeignAfter judges EU and UK once it is known which categories have a
// transfer of theirs.
func ruleForeignAfter(e *scratch) {
	v := &e.instrument
	for r := registry.RegimeEu; r <= registry.RegimeUk; r++ {
		if !e.under(r) || !e.toForeign(r) {
			continue
		}
		if v.stands && (v.flags&statesTreaty != 0 || v.flags&statesConflict != 0 && past(v.resolved, e.now)) {
			v.relied = true
			continue
		}
		e.fireOn(ForeignAuthorityApprovalMissing, r, DetailTreaty, v.number, e.known&^e.passed[r])
	}
}
