package decision

import (
	"math/bits"

	"waybill/internal/registry"
)

// The cross-border rules 51 to 60.

const (
	markTier marks = 1 << iota
	markBegun
	markEnded
	markStopped
	markDestination
	markRecipient
	markTransferPurpose
	markTransferCategory
	markScale
	markUnfiled
	markUncounted // the working-day calendar does not reach the deadline of the filing
	markAssessment
	markOnward
)

var transferMarks = [...]struct {
	code   Code
	detail Detail
}{
	{TransferMechanismInsufficient, NoDetail},
	{TransferMechanismNotYetEffective, NoDetail}, {TransferMechanismExpired, NoDetail}, {TransferMechanismSuspended, NoDetail},
	{TransferDestinationNotCovered, NoDetail}, {TransferRecipientNotCovered, NoDetail},
	{TransferPurposeNotCovered, NoDetail}, {TransferCategoryNotCovered, NoDetail},
	{TransferVolumeExceeded, NoDetail}, {TransferFilingOverdue, NoDetail}, {TransferFilingOverdue, DetailCalendar},
	{TransferTiaMissing, NoDetail}, {OnwardDestinationNotCovered, NoDetail},
}

// foreign reports whether a country is abroad under a regime.
func (e *scratch) foreign(r registry.Regime, c country) bool {
	switch r {
	case registry.RegimeEu:
		return !c.inEEA(e.edition)
	case registry.RegimeUk:
		return c != gb
	}
	return c != cn
}

// crosses reports whether the share is under a regime and leaves it.
func (e *scratch) crosses(r registry.Regime) bool { return e.under(r) && e.abroad[r] }

// gather reads the candidates of all regimes, once: the transfers of this exporter
// that name this recipient, or rest on an agreement with it, under a regime that
// the share leaves, as far as they match the question. Readings R39 and R70.
func (e *scratch) gather() {
	if e.gathered {
		return
	}
	e.gathered = true
	e.gatherFrom(e.rec.transfers)
	for i := range e.rec.agreements.len() {
		resting, _ := cut(relations(e.s.record(e.rec.agreements.at(i))), 0)
		e.gatherFrom(resting)
	}
}

func (e *scratch) gatherFrom(l list) {
	for i := range l.len() {
		n := l.at(i)
		if e.isGathered(n) {
			continue
		}
		e.transfers = append(e.transfers, transferView{})
		t := &e.transfers[len(e.transfers)-1]
		readTransfer(n, e.s.record(n), t)
		if t.exporter == e.exporter.number && e.crosses(t.regime) {
			if e.readContract(t); e.edition == 1 || e.matches(t) {
				continue
			}
		}
		e.transfers = e.transfers[:len(e.transfers)-1]
	}
}

func (e *scratch) isGathered(n uint32) bool {
	for i := range e.transfers {
		if e.transfers[i].number == n {
			return true
		}
	}
	return false
}

// contract reports whether the mechanism is a contract, and rests on an agreement.
func (t *transferView) contract(edition int) bool {
	switch t.mechanism {
	case registry.MechanismBcr: // its group has signed it: reading R82
		return edition > 1
	case registry.MechanismStandardContract, registry.MechanismGbaContract, registry.MechanismScc,
		registry.MechanismIdta, registry.MechanismUkAddendum:
		return true
	}
	return false
}

// readContract reads what a transfer by contract takes from its agreement.
func (e *scratch) readContract(t *transferView) {
	if !t.contract(e.edition) {
		return
	}
	var a agreementView
	if !e.contractOf(t, &a) {
		t.rests = contractView{state: markOurs}
		return
	}
	t.rests = contractView{state: e.state(&a), module: a.module, specific: a.specific}
	if a.number != t.agreement && a.typ != t.mechanism.Contract() { // its contract is no more: reading R83
		t.rests.state |= markTerminated
	}
}

// contractOf reads the agreement that a transfer rests on, which may be one that took the
// place of the named one, and reports whether there is one.
func (e *scratch) contractOf(t *transferView, a *agreementView) bool {
	n := e.counting(t.agreement)
	rec := e.s.record(n)
	if n == 0 || len(rec) == 0 {
		return false
	}
	readAgreement(n, rec, a)
	e.endAsAmended(a)
	return true
}

// hasCandidate reports whether some transfer is a candidate under a regime.
func (e *scratch) hasCandidate(r registry.Regime) bool {
	for i := range e.transfers {
		if e.transfers[i].regime == r {
			return true
		}
	}
	return false
}

// approved returns the asked categories for which the approval of PIPL 41 is the
// mechanism, so that nothing else is asked: reading R60.
func (e *scratch) approved(r registry.Regime) uint64 {
	if r != registry.RegimeCn {
		return 0
	}
	return e.approvedAbroad()
}

func ruleMechanism(e *scratch) {
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		if !e.crosses(r) {
			continue
		}
		if e.gather(); e.hasCandidate(r) {
			continue
		}
		if approved := e.approved(r); approved != 0 {
			e.fireOn(TransferNoMechanism, r, NoDetail, 0, e.known&^approved)
		} else {
			e.fire(TransferNoMechanism, r, NoDetail, 0, 0)
		}
	}
}

// Rule 52 and 57, of the mainland alone.

func ruleTier(e *scratch, t *transferView) marks {
	if t.regime == registry.RegimeCn && !e.volume.reaches(t.mechanism, registry.Exemption(t.ground)) {
		return markTier
	}
	return 0
}

func ruleScale(e *scratch, t *transferView) marks {
	if t.regime == registry.RegimeCn && e.volume.exceeds(t.scale) {
		return markScale
	}
	return 0
}

func ruleTransferBegun(e *scratch, t *transferView) marks {
	if t.from == 0 || t.from > e.now || t.rests.state&(markOurs|markTheirs|markEffective) != 0 || e.adequate(t)&markBegun != 0 {
		return markBegun
	}
	return 0
}

// ruleTransferReady asks, from edition 2 on, also for the annexes of the clauses
// (R73) and for the UK extension of a list entry.
func ruleTransferReady(e *scratch, t *transferView) marks {
	need := uint16(0)
	switch t.mechanism {
	case registry.MechanismScc:
		need = factParties | factTransfer | factMeasures | factAuthority
	case registry.MechanismUkAddendum:
		need = factParties | factTransfer | factMeasures
	case registry.MechanismUkBridge:
		need = factUKExtension
	}
	if need&factParties != 0 && t.rests.specific && (t.rests.module == 2 || t.rests.module == 3) {
		need |= factSubprocessors
	}
	if t.facts&need != need {
		return markBegun
	}
	return ruleTransferBegun(e, t)
}

// certifies reports whether the mechanism is an entry of a list that is certified
// again each year.
func (t *transferView) certifies() bool {
	return t.mechanism == registry.MechanismDpf || t.mechanism == registry.MechanismUkBridge
}

func ruleTransferExpired(e *scratch, t *transferView) marks {
	if t.end != 0 && t.end <= e.now || t.recertified != 0 && t.recertified <= e.now ||
		t.certifies() && t.recertified == 0 ||
		t.rests.state&markExpired != 0 || e.adequate(t)&markEnded != 0 {
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
		if p.link >= 0 || !e.foreign(t.regime, p.country) {
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
	if inPeriod(t.suspensions, e.now) || t.revoke != 0 && t.revoke <= e.now || t.rests.state&markTerminated != 0 {
		return markStopped
	}
	return 0
}

func ruleTransferScope(e *scratch, t *transferView) (m marks) {
	for i := range e.places {
		if p := &e.places[i]; p.link < 0 && e.foreign(t.regime, p.country) && !t.countries.has(p.country) {
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

// ruleTransferLabels asks, from edition 2 on, also what a list entry covers: the
// data of staff and applicants, and special categories as the importer is told.
func ruleTransferLabels(e *scratch, t *transferView) hit {
	h := ruleTransferCategory(e, t)
	if !t.certifies() {
		return h
	}
	if t.facts&factHR == 0 && (e.group == registry.SubjectGroupEmployee || e.group == registry.SubjectGroupApplicant) {
		h.asked = e.known
	}
	if t.mechanism == registry.MechanismUkBridge && t.facts&factLabelled == 0 {
		h.asked |= e.flagged(flagSpecial)
	}
	return h
}

// Rule 58. A late filing counts from then on.
func ruleFiled(e *scratch, t *transferView) marks {
	switch {
	case !t.files() || e.filed(t):
		return 0
	}
	switch by := e.fileBy(t); {
	case by == 0:
		return markUncounted
	case by <= e.now:
		return markUnfiled
	}
	return 0
}

// fileBy returns by when a contract is to be filed, 0 outside the calendar: ten
// working days after it took effect, be it by the transfer's record or by its own; after
// an amendment took effect that counts in its place. Reading R83; before, by the
// transfer's alone.
func (e *scratch) fileBy(t *transferView) registry.Time {
	var a agreementView
	if e.edition < 3 || t.from == 0 || !e.contractOf(t, &a) {
		return t.fileBy
	}
	if a.number == t.agreement && (a.effective == 0 || a.effective >= t.from) {
		return t.fileBy
	}
	by, err := registry.AddWorkingDays(a.effective, filingDays)
	if err != nil {
		return 0
	}
	return by
}

// files reports whether the mechanism is a contract that is filed.
func (t *transferView) files() bool {
	return t.mechanism == registry.MechanismStandardContract || t.mechanism == registry.MechanismGbaContract
}

// filed reports whether it was: before now, and from edition 3 on not before it was
// signed (reading R83).
func (e *scratch) filed(t *transferView) bool {
	if t.filed == 0 || t.filed > e.now {
		return false
	}
	var a agreementView
	return e.edition < 3 || !e.contractOf(t, &a) || t.filed >= a.ours && t.filed >= a.theirs
}

// ruleImporterLaw is rule 59: the assessment of the importer's law that a tool needs.
func ruleImporterLaw(e *scratch, t *transferView) hit {
	typ := t.importerLaw()
	if typ == 0 {
		return hit{}
	}
	var good uint64
	var a assessmentView
	for i := range e.rec.assessments.len() {
		n := e.rec.assessments.at(i)
		readAssessment(n, e.s.record(n), &a)
		if e.assesses(&a, typ) && a.review > e.now && e.assessedAbroad(&a, t.regime) {
			good |= e.covered(a.categories)
		}
	}
	return hit{markAssessment, e.known &^ good}
}

// importerLaw returns the type of that assessment, 0 for none.
func (t *transferView) importerLaw() registry.AssessmentType {
	switch t.mechanism {
	case registry.MechanismScc, registry.MechanismAdHocClauses, registry.MechanismCodeOrCertification:
		return registry.AssessmentTypeTia
	case registry.MechanismBcr:
		if t.regime == registry.RegimeUk {
			return registry.AssessmentTypeUkTra
		}
		return registry.AssessmentTypeTia
	case registry.MechanismIdta, registry.MechanismUkAddendum:
		return registry.AssessmentTypeUkTra
	case registry.MechanismStandardContract:
		return registry.AssessmentTypeCnScLaw
	}
	return 0
}

// assessedAbroad reports whether an assessment is of every country that the share
// reaches outside a regime.
func (e *scratch) assessedAbroad(a *assessmentView, r registry.Regime) bool {
	for i := range e.places {
		if c := e.places[i].country; e.foreign(r, c) && !a.countries.has(c) {
			return false
		}
	}
	return true
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
		if e.foreign(t.regime, p.country) && !t.countries.has(p.country) && !t.onward.has(e.links[p.link].recipient) {
			return markOnward
		}
	}
	return 0
}

// restOnTransfers finds for each regime and asked category the transfer that it
// rests on, or the reasons of the best candidate.
func (e *scratch) restOnTransfers(p *program) {
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		if !e.crosses(r) {
			continue
		}
		e.gather()
		left := e.known &^ e.approved(r)
		for n := range e.transfers {
			if t := &e.transfers[n]; t.regime == r && left != 0 {
				e.markTransfer(p, r, t)
			}
		}
		for ; left != 0; left &= left - 1 {
			e.restOnTransfer(r, bits.TrailingZeros64(left))
		}
	}
}

func (e *scratch) restOnTransfer(r registry.Regime, k int) {
	var best *transferView
	var bestMarks marks
	for n := range e.transfers {
		t := &e.transfers[n]
		if t.regime != r {
			continue
		}
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
			x := transferMarks[bits.TrailingZeros64(uint64(m))]
			e.fire(x.code, r, x.detail, best.number, 1<<k)
		}
	}
}

// markTransfer finds the marks of a candidate.
func (e *scratch) markTransfer(p *program, regime registry.Regime, t *transferView) {
	t.marks, t.hits = 0, hits{}
	for m := e.planned.transfer; m != 0; m &= m - 1 {
		r := &p.transfer[bits.TrailingZeros64(m)]
		x := r.run(e, t)
		t.marks |= x
		if e.tracing {
			e.step(r.rule, regime, x != 0, t.number, -1)
		}
	}
	for m := e.planned.perAskedT; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		r := &p.perAskedT[i]
		t.hits[i] = r.run(e, t)
		if e.tracing {
			e.stepAsked(r.rule, regime, t.hits[i], t.number)
		}
	}
}
