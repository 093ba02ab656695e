package decision

import (
	"slices"

	"waybill/internal/registry"
)

// Agreements that amend others: reading R83.

// kin is an agreement of this exporter and this recipient, where some of theirs amend
// others.
type kin struct {
	number, amends uint32
	effective, end registry.Time // end is its termination
	begun          bool          // both have signed, and it has taken effect
	root           uint32        // the first of those that it amends, in turn
}

// readKin reads them; there are none where nothing amends anything.
func (e *scratch) readKin() {
	e.kinRead = true
	amending := false
	for i := range e.rec.agreements.len() {
		amending = amending || amendsOf(e.s.record(e.rec.agreements.at(i))) != 0
	}
	if !amending || e.exporter == nil {
		return
	}
	for i := range e.rec.agreements.len() {
		var a agreementView
		n := e.rec.agreements.at(i)
		if readAgreement(n, e.s.record(n), &a); a.exporters.has(e.exporter.number) {
			e.kin = append(e.kin, kin{n, a.amends, a.effective, a.terminate, ruleSigned(e, nil, &a)|ruleEffective(e, nil, &a) == 0, n})
		}
	}
	for i := range e.kin {
		k := &e.kin[i]
		for range e.kin { // no longer than all of them
			up := e.kinOf(e.kinOf(k.root).amends)
			if up == nil {
				break
			}
			k.root = up.number
		}
	}
}

func (e *scratch) kinOf(number uint32) *kin {
	for i := range e.kin {
		if e.kin[i].number == number {
			return &e.kin[i]
		}
	}
	return nil
}

// counting returns the agreement that counts in the place of one: of those that are
// joined by what they amend, the last that took effect; itself where none did.
func (e *scratch) counting(number uint32) uint32 {
	if e.edition < 3 {
		return number
	}
	if !e.kinRead {
		e.readKin()
	}
	k := e.kinOf(number)
	if k == nil {
		return number
	}
	var last *kin
	for i := range e.kin {
		o := &e.kin[i]
		if o.begun && o.root == k.root && (last == nil || o.effective > last.effective || o.effective == last.effective && o.number > last.number) {
			last = o
		}
	}
	if last == nil {
		return number
	}
	return last.number
}

// endAsAmended gives an agreement that counts the termination of one whose place it
// took, if that was terminated after it: who ends the contract ends it as amended.
func (e *scratch) endAsAmended(a *agreementView) {
	if e.counting(a.number) != a.number {
		return
	}
	k := e.kinOf(a.number)
	for i := range e.kin {
		if o := &e.kin[i]; k != nil && k.begun && o.begun && o.root == k.root && o.end > a.effective && (a.terminate == 0 || o.end < a.terminate) {
			a.terminate = o.end
		}
	}
}

// supersede takes the agreements away that took effect and do not count any more.
func (e *scratch) supersede() {
	e.agreements = slices.DeleteFunc(e.agreements, func(a agreementView) bool {
		n := e.counting(a.number)
		return n != a.number && e.kinOf(a.number).begun
	})
	for i := range e.agreements {
		e.endAsAmended(&e.agreements[i])
	}
}
