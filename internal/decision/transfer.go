package decision

import (
	"math/bits"

	"waybill/internal/registry"
)

// Rule 50, and the cross-border rules 51 to 60.

func ruleAssessment(e *scratch) {
	if e.under(registry.RegimeCn) {
		e.assess(registry.RegimeCn, registry.AssessmentTypePipia)
	}
	if e.under(registry.RegimeEu) && (e.purpose.highRisk || e.served != nil && e.served.highRisk) {
		e.assess(registry.RegimeEu, registry.AssessmentTypeDpia)
	}
}

func (e *scratch) assess(r registry.Regime, t registry.AssessmentType) {
	var exists, good uint64
	for i := range e.rec.assessments.len() {
		n := e.rec.assessments.at(i)
		var a assessmentView
		readAssessment(n, e.s.record(n), &a)
		if !e.assesses(&a, t) {
			continue
		}
		m := e.covered(a.categories)
		exists |= m
		if a.review > e.now && e.assessedEverywhere(&a) {
			good |= m
		}
	}
	e.fireOn(ImpactAssessmentMissing, r, NoDetail, 0, e.known&^exists)
	for stale := e.known & exists &^ good; stale != 0; stale &= stale - 1 {
		e.fireStale(r, t, bits.TrailingZeros64(stale))
	}
}

// fireStale names the newest assessment of one asked category.
func (e *scratch) fireStale(r registry.Regime, t registry.AssessmentType, k int) {
	var newest, a assessmentView
	for i := range e.rec.assessments.len() {
		n := e.rec.assessments.at(i)
		readAssessment(n, e.s.record(n), &a)
		if e.assesses(&a, t) && a.categories.hasAll(e.asked[k].leaves) &&
			(newest.number == 0 || a.approve > newest.approve || a.approve == newest.approve && a.number > newest.number) {
			newest = a
		}
	}
	detail := DetailCountries
	if newest.review <= e.now {
		detail = DetailReviewUntil
	}
	e.fire(ImpactAssessmentStale, r, detail, newest.number, 1<<k)
}

// assesses reports whether an assessment is an approved one of the type, of this
// exporter and the purpose asked.
func (e *scratch) assesses(a *assessmentView, t registry.AssessmentType) bool {
	return a.typ == t && a.exporter == e.exporter.number && a.approve != 0 && a.approve <= e.now && a.purposes.has(e.purpose.place)
}

func (e *scratch) assessedEverywhere(a *assessmentView) bool {
	for _, p := range e.places {
		if !a.countries.has(p.country) {
			return false
		}
	}
	return true
}

const (
	markBegun marks = 1 << iota
	markEnded
	markStopped
	markDestination
	markRecipient
	markTransferPurpose
	markTransferCategory
	markOnward
)

var transferMarks = [...]Code{
	TransferMechanismNotYetEffective, TransferMechanismExpired, TransferMechanismSuspended,
	TransferDestinationNotCovered, TransferRecipientNotCovered, TransferPurposeNotCovered, TransferCategoryNotCovered,
	OnwardDestinationNotCovered,
}

// foreign reports whether a country is abroad under a regime.
func foreign(r registry.Regime, c country) bool {
	switch r {
	case registry.RegimeEu:
		return !c.inEEA()
	case registry.RegimeUk:
		return c != gb
	}
	return c != cn
}

// transferCandidates reads the transfers of this exporter under the regime that
// name this recipient, or rest on an agreement with it: reading R39.
func (e *scratch) transferCandidates(r registry.Regime) {
	e.transfers = e.transfers[:0]
	read := func(l list) {
		for i := range l.len() {
			n := l.at(i)
			known := false
			for k := range e.transfers {
				known = known || e.transfers[k].number == n
			}
			if known {
				continue
			}
			e.transfers = append(e.transfers, transferView{})
			t := &e.transfers[len(e.transfers)-1]
			readTransfer(n, e.s.record(n), t)
			if t.regime != r || t.exporter != e.exporter.number {
				e.transfers = e.transfers[:len(e.transfers)-1]
			}
		}
	}
	read(e.rec.transfers)
	for i := range e.rec.agreements.len() {
		n := e.rec.agreements.at(i)
		var a agreementView
		readAgreement(n, e.s.record(n), &a)
		read(a.resting)
	}
}

func ruleMechanism(e *scratch) {
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		if r == registry.RegimeCnSz || !e.under(r) || !e.abroad[r] {
			continue
		}
		if e.transferCandidates(r); len(e.transfers) == 0 {
			e.fire(TransferNoMechanism, r, NoDetail, 0, 0)
		}
	}
}

// contract reports whether the mechanism is a contract, and rests on an agreement.
func (t *transferView) contract() bool {
	switch t.mechanism {
	case registry.MechanismStandardContract, registry.MechanismGbaContract, registry.MechanismScc:
		return true
	}
	return false
}

// contractState returns the marks of the agreement that a contract rests on.
func (e *scratch) contractState(t *transferView) marks {
	if !t.contract() {
		return 0
	}
	rec := e.s.record(t.agreement)
	if t.agreement == 0 || len(rec) == 0 {
		return markOurs
	}
	var a agreementView
	readAgreement(t.agreement, rec, &a)
	return e.state(&a)
}

func ruleTransferBegun(e *scratch, t *transferView) marks {
	if t.from == 0 || t.from > e.now || e.contractState(t)&(markOurs|markTheirs|markEffective) != 0 || e.adequate(t)&markBegun != 0 {
		return markBegun
	}
	return 0
}

func ruleTransferExpired(e *scratch, t *transferView) marks {
	if t.end != 0 && t.end <= e.now || t.recertified != 0 && t.recertified <= e.now ||
		t.mechanism == registry.MechanismDpf && t.recertified == 0 ||
		e.contractState(t)&markExpired != 0 || e.adequate(t)&markEnded != 0 {
		return markEnded
	}
	return 0
}

// adequate judges the Commission's decisions of the countries of the share that
// an adequacy transfer covers: reading R41.
func (e *scratch) adequate(t *transferView) (m marks) {
	if t.mechanism != registry.MechanismAdequacy {
		return 0
	}
	for i := range e.places {
		p := &e.places[i]
		if p.link >= 0 || !foreign(t.regime, p.country) {
			continue
		}
		if d, ok := adequacies[p.country]; ok {
			if d.from > e.now {
				m |= markBegun
			}
			if d.until != 0 && d.until <= e.now {
				m |= markEnded
			}
		}
	}
	return m
}

func ruleTransferStopped(e *scratch, t *transferView) marks {
	if inPeriod(t.suspensions, e.now) || t.revoke != 0 && t.revoke <= e.now || e.contractState(t)&markTerminated != 0 {
		return markStopped
	}
	return 0
}

func ruleTransferScope(e *scratch, t *transferView) (m marks) {
	for i := range e.places {
		if p := &e.places[i]; p.link < 0 && foreign(t.regime, p.country) && !t.countries.has(p.country) {
			m |= markDestination
		}
	}
	if !t.recipients.has(e.recNumber) {
		m |= markRecipient
	}
	if e.have&needPurpose != 0 && !t.purposes.has(e.purpose.place) {
		m |= markTransferPurpose
	}
	return m
}

func ruleTransferCategory(e *scratch, t *transferView) hit {
	return hit{markTransferCategory, e.known &^ e.covered(t.categories)}
}

func ruleOnward(e *scratch, t *transferView) marks {
	for i := range e.places {
		p := &e.places[i]
		if p.link < 0 {
			continue
		}
		if t.mechanism == registry.MechanismGbaContract {
			if p.country != cn && p.country != hk && p.country != mo {
				return markOnward
			}
		}
		if foreign(t.regime, p.country) && !t.countries.has(p.country) && !t.onward.has(e.links[p.link].recipient) {
			return markOnward
		}
	}
	return 0
}

// restOnTransfers finds for each regime and asked category the transfer that it
// rests on, or the reasons of the best candidate.
func (e *scratch) restOnTransfers(p *program) {
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		if r == registry.RegimeCnSz || !e.under(r) || !e.abroad[r] {
			continue
		}
		e.transferCandidates(r)
		for n := range e.transfers {
			e.markTransfer(p, r, &e.transfers[n])
		}
		for k := range e.asked {
			if e.asked[k].category != nil {
				e.restOnTransfer(r, k)
			}
		}
	}
}

func (e *scratch) restOnTransfer(r registry.Regime, k int) {
	var best *transferView
	var bestMarks marks
	for n := range e.transfers {
		t := &e.transfers[n]
		m := t.marks | t.hits.on(k)
		if best == nil || betterCandidate(m, bestMarks, t.from, best.from, t.number, best.number) {
			best, bestMarks = t, m
		}
	}
	switch {
	case best == nil:
	case bestMarks == 0:
		e.rely(&e.d.Transfers, best.number)
		e.passed[r] |= 1 << k
	default:
		for m := bestMarks; m != 0; m &= m - 1 {
			e.fire(transferMarks[bits.TrailingZeros64(uint64(m))], r, NoDetail, best.number, 1<<k)
		}
	}
}

// markTransfer finds the marks of a candidate.
func (e *scratch) markTransfer(p *program, regime registry.Regime, t *transferView) {
	t.marks, t.hits = 0, hits{}
	for i := range p.transfer {
		if r := &p.transfer[i]; e.runs(r.needs, r.kinds) {
			x := r.run(e, t)
			t.marks |= x
			if e.tracing {
				e.step(r.rule, regime, x != 0, t.number, -1)
			}
		}
	}
	for i := range p.perAskedT {
		if r := &p.perAskedT[i]; e.runs(r.needs, r.kinds) {
			t.hits[i] = r.run(e, t)
			if e.tracing {
				e.stepAsked(r.rule, regime, t.hits[i], t.number)
			}
		}
	}
}
