package decision

import "waybill/internal/registry"

// Rules 43 and 44: reading R57.

// provided returns the asked categories whose provision to this very recipient the
// person agreed to anew.
func (e *scratch) provided() uint64 {
	return e.known & e.consented(e.served.number, only(ConsentSeparateProvision), false)
}

func ruleBound(e *scratch) {
	for i := range e.deps {
		switch d := &e.deps[i]; {
		case d.bidder:
			e.fireOn(SuccessorNotBound, registry.RegimePolicy, DetailDeal, e.recNumber, e.known&^e.provided())
		case d.class == forSuccessor && !e.undertook():
			e.fireOn(SuccessorNotBound, registry.RegimePolicy, DetailUndertaking, e.recNumber, e.known&^e.provided())
		}
	}
}

// undertook reports whether an undertaking of the successor is in force.
func (e *scratch) undertook() bool {
	for i := range e.agreements {
		if a := &e.agreements[i]; a.typ == registry.AgreementTypeSuccessorUndertaking && e.state(a) == 0 {
			return true
		}
	}
	return false
}

func ruleSuccession(e *scratch) {
	if !e.under(registry.RegimeCn) {
		return
	}
	changed := func(d Detail) {
		e.fireOn(SuccessorPurposeChanged, registry.RegimeCn, d, e.recNumber, e.known&^e.provided())
	}
	if e.rec.newMethod {
		changed(DetailMethodChanged)
	}
	stated := !e.rec.dealt.empty()
	for _, p := range e.policies {
		stated = stated && e.rec.dealt.within(p.purposes)
	}
	if !stated || !e.succeeds() {
		changed(DetailDealPurposes)
	}
}

// succeeds reports whether the served purpose is one of the deal's, or every governing
// version states it: reading R82.
func (e *scratch) succeeds() bool {
	if e.rec.dealt.has(e.served.place) {
		return true
	}
	for _, p := range e.policies {
		if !p.purposes.has(e.served.place) {
			return false
		}
	}
	return true
}
