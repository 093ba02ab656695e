package decision

import "waybill/internal/registry"

// The classes of kind of the deployments judged.

// classify finds the class of every deployment judged: reading R45. In edition 1
// one class decides for all: R13.
func (e *scratch) classify() {
	e.classes, e.bidding = 0, false
	for i := range e.deps {
		d := &e.deps[i]
		switch d.class = forOrdinary; d.kind {
		case registry.RecipientKindAuthority:
			d.class = forAuthority
		case registry.RecipientKindPublic:
			d.class = forPublic
		case registry.RecipientKindRescue:
			if e.edition == 1 {
				d.class = forSpecial
			}
		case registry.RecipientKindSuccessor:
			switch {
			case past(e.rec.close, e.now):
				d.class = forSuccessor
			case e.edition > 1: // before its deal is closed a bidder is a partner
				d.kind, d.bidder, e.bidding = registry.RecipientKindPartner, true, true
			default:
				d.class = forSpecial
			}
		}
		e.classes |= d.class
	}
	if e.classes == 0 {
		e.classes = forOrdinary
	}
	if e.edition == 1 {
		e.classifyAlike()
	}
}

func (e *scratch) classifyAlike() {
	class := forOrdinary
	switch {
	case e.classes&(forSpecial|forAuthority|forSuccessor) != 0:
		class = forSpecial
	case e.classes&forPublic != 0:
		class = forPublic
	}
	e.classes = class
	for i := range e.deps {
		e.deps[i].class = class
	}
}
