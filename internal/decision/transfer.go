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
	for r := registry.RegimeEu; r <= registry.RegimeUk; r++ {
		if e.under(r) && (e.purpose.highRisk || e.served != nil && e.served.highRisk) {
			e.assess(r, registry.AssessmentTypeDpia)
		}
	}
}

func (e *scratch) assess(r registry.Regime, t registry.AssessmentType) {
	var exists, good uint64
	var a assessmentView
	for i := range e.assessments() {
		if !e.assessment(i, t, &a) {
			continue
		}
		m := e.covered(a.categories)
		exists |= m
		if a.review > e.now && e.assessedEverywhere(&a) {
			if good |= m; good == e.known {
				return
			}
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
	for i := range e.assessments() {
		if e.assessment(i, t, &a) && a.categories.hasAll(e.asked[k].leaves) &&
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

// assessments is how many assessments may be of the recipient: those that name it,
// and then those of whole kinds.
func (e *scratch) assessments() int {
	n := e.rec.assessments.len()
	if e.edition > 1 {
		n += len(e.s.standing)
	}
	return n
}

// assessment reads the i-th of them, and reports whether it is an approved one of
// the type, of this exporter, recipient and purpose: reading R69.
func (e *scratch) assessment(i int, t registry.AssessmentType, a *assessmentView) bool {
	var n uint32
	if named := e.rec.assessments.len(); i < named {
		n = e.rec.assessments.at(i)
	} else {
		x := &e.s.standing[i-named]
		if x.typ != t || x.exporter != e.exporter.number || !e.ofKinds(x.kinds) {
			return false
		}
		n = x.number
	}
	readAssessment(n, e.s.record(n), a)
	return e.assesses(a, t) && (!a.simplified || e.edition == 1 || within(e.exporter.small, e.now))
}

// ofKinds reports whether every deployment judged is of one of the kinds.
func (e *scratch) ofKinds(kinds uint16) bool {
	for i := range e.deps {
		if kinds&(1<<e.deps[i].kind) == 0 {
			return false
		}
	}
	return true
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

// within reports whether one of the periods contains an instant.
func within(ps []registry.Period, t registry.Time) bool {
	for i := range ps {
		if ps[i].Contains(t) {
			return true
		}
	}
	return false
}

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
func foreign(r registry.Regime, c country) bool {
	switch r {
	case registry.RegimeEu:
		return !c.inEEA()
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
func (t *transferView) contract() bool {
	switch t.mechanism {
	case registry.MechanismStandardContract, registry.MechanismGbaContract, registry.MechanismScc,
		registry.MechanismIdta, registry.MechanismUkAddendum:
		return true
	}
	return false
}

// readContract reads what a transfer by contract takes from its agreement.
func (e *scratch) readContract(t *transferView) {
	if !t.contract() {
		return
	}
	rec := e.s.record(t.agreement)
	if t.agreement == 0 || len(rec) == 0 {
		t.rests = contractView{state: markOurs}
		return
	}
	var a agreementView
	readAgreement(t.agreement, rec, &a)
	t.rests = contractView{state: e.state(&a), module: a.module, specific: a.specific}
}

// matches reports whether a mechanism that asks something of the question finds it.
func (e *scratch) matches(t *transferView) bool {
	switch t.mechanism {
	case registry.MechanismScc:
		return t.facts&factImporterUnder == 0 && e.fitsModule(t.rests.module)
	case registry.MechanismExemption:
		return e.exempt(registry.Exemption(t.ground))
	case registry.MechanismDerogation:
		const both = factOccasional | factNoSafeguards
		return t.facts&both == both && e.derogates(registry.Derogation(t.ground), t.regime)
	}
	return true
}

// fitsModule reports whether a module of the EU clauses fits the role of every
// deployment that is sent to.
func (e *scratch) fitsModule(module uint8) bool {
	for i := range e.deps {
		d := &e.deps[i]
		if d.class&forTransfers == 0 {
			continue
		}
		fits := false
		switch d.role {
		case registry.RecipientRoleProcessor:
			fits = module == 2 || module == 3
		case registry.RecipientRoleController:
			fits = module == 1 || module == 4
		case registry.RecipientRoleJointController, registry.RecipientRoleAuthority:
			fits = module == 1
		}
		if !fits {
			return false
		}
	}
	return true
}

// exempt reports whether an exemption of CBDF 4 to 6 or NDSMR 35(6) matches.
func (e *scratch) exempt(x registry.Exemption) bool {
	switch x {
	case registry.ExemptionTransit:
		origin := parseCountry(e.q.Origin)
		return origin.known() && origin != cn
	case registry.ExemptionContract:
		return e.evidence(registry.BasisContract) == NoDetail
	case registry.ExemptionHumanResources:
		for i := range e.deps {
			if d := &e.deps[i]; d.class&forTransfers != 0 && d.bases[registry.RegimeCn] != registry.BasisHumanResources {
				return false
			}
		}
		return true
	case registry.ExemptionEmergency:
		return e.supports(e5)
	case registry.ExemptionFreeTradeZone:
		return e.inZone()
	case registry.ExemptionStatutoryDuty:
		return e.supports(e1) && e.claim.counts[registry.RegimeCn]
	case registry.ExemptionVolume:
		return e.volume.demands() == tierNone
	}
	return false
}

// inZone reports whether the exporter is in a free-trade zone whose negative list
// names nothing of what is asked.
func (e *scratch) inZone() bool {
	for i := range e.exporter.zones {
		z := &e.exporter.zones[i]
		if z.Contains(e.now) && z.approve <= e.now && !e.namesAny(z.listed) {
			return true
		}
	}
	return false
}

// namesAny reports whether the set has a leaf of an asked category.
func (e *scratch) namesAny(o ordinals) bool {
	for i := range e.asked {
		if e.asked[i].category == nil {
			continue
		}
		for _, leaf := range e.asked[i].leaves {
			if o.has(leaf) {
				return true
			}
		}
	}
	return false
}

// derogates reports whether a derogation of GDPR 49 matches.
func (e *scratch) derogates(x registry.Derogation, r registry.Regime) bool {
	switch x {
	case registry.DerogationExplicitConsent:
		return e.explicitly()
	case registry.DerogationContract, registry.DerogationContractInInterest:
		return e.evidence(registry.BasisContract) == NoDetail
	case registry.DerogationPublicInterest:
		return (e.supports(e1) || e.supports(e2) || e.supports(e3)) && e.claim.counts[r]
	case registry.DerogationLegalClaims:
		return e.instrument.stands && e.have&needPurpose != 0 && e.instrument.purposes.has(e.purpose.place)
	case registry.DerogationVitalInterests:
		return e.supports(e5) && e.claim.flags&lifeOrBody != 0 && e.claim.flags&incapable != 0
	case registry.DerogationPublicRegister:
		return true
	case registry.DerogationCompellingInterests:
		return e.have&needServed != 0 && e.evidence(registry.BasisLegitimateInterests) == NoDetail
	}
	return false
}

// explicitly reports whether one explicit consent to the transfer covers all that is
// asked: readings R70, R81.
func (e *scratch) explicitly() bool {
	if e.have&needServed == 0 {
		return false
	}
	for i := range e.consents {
		c := &e.consents[i]
		if c.typ == ConsentExplicitEUTransfer && c.purpose == e.served.number && c.stands && !c.withdrew && c.named && c.names == e.all() {
			return true
		}
	}
	return false
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
	if inPeriod(t.suspensions, e.now) || t.revoke != 0 && t.revoke <= e.now || t.rests.state&markTerminated != 0 {
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
	case t.fileBy == 0:
		return markUncounted
	case t.fileBy <= e.now:
		return markUnfiled
	}
	return 0
}

// files reports whether the mechanism is a contract that is filed.
func (t *transferView) files() bool {
	return t.mechanism == registry.MechanismStandardContract || t.mechanism == registry.MechanismGbaContract
}

func (e *scratch) filed(t *transferView) bool { return t.filed != 0 && t.filed <= e.now }

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
		if c := e.places[i].country; foreign(r, c) && !a.countries.has(c) {
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
