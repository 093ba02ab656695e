package decision

import "waybill/internal/registry"

// The exception that a question claims: what supports it (reading R53), and what it
// waives (R54, R55).

// claim is the exception claimed, judged once a check.
type claim struct {
	exceptionView
	judged    bool
	supported uint64  // the asked categories that it is supported for
	counts    [6]bool // by regime
	order     instrument
	failed    uint8  // what fails for the whole question, a bit each, as below
	uncovered uint64 // the asked categories that fail
	due       registry.Time
}

// What fails of a claim for the whole question.
const (
	failsRecord = 1 << iota
	failsApproval
	failsTime
	failsKind
	failsEvidence
	failsRegimes
)

var claimDetails = [...]Detail{
	DetailExceptionRecord, DetailApprovedBy, DetailEffectiveTime, DetailKind, DetailEvidence, DetailRegimes,
}

// Exceptions of the contract by their places in rules.md 2.3.
const (
	e1 = Exception(registry.ExceptionLegalObligation)
	e2 = Exception(registry.ExceptionNationalSecurity)
	e3 = Exception(registry.ExceptionPublicInterest)
	e4 = Exception(registry.ExceptionCriminalProceedings)
	e5 = Exception(registry.ExceptionVitalInterest)
	e6 = Exception(registry.ExceptionMadePublic)
)

const needClaim = needCandidates | needPurpose

// judgeClaim finds what supports the exception claimed.
func (e *scratch) judgeClaim() {
	if e.q.Exception == 0 || e.edition == 1 || e.have&needClaim != needClaim {
		return
	}
	c := &e.claim
	c.judged = true
	n, rec := e.s.find(registry.Exceptions, e.q.ExceptionRecord)
	if n == 0 {
		c.failed = failsRecord
		return
	}
	readException(n, rec, &c.exceptionView)
	e.readInstrument(c.instrument, e.s.record(c.instrument), &c.order)
	fails := func(bit uint8, holds bool) {
		if !holds {
			c.failed |= bit
		}
	}
	x := e.q.Exception
	fails(failsRecord, Exception(c.exception) == x && c.exporters.has(e.exporter.number) && c.recipients.has(e.recNumber) && c.purposes.has(e.purpose.place))
	fails(failsApproval, c.flags&twoApproved != 0 && past(c.approve, e.now))
	fails(failsTime, past(c.effective, e.now) && !past(c.expire, e.now) && !past(c.emergencyEnd, e.now))
	fails(failsKind, e.mayClaim(x))
	fails(failsEvidence, e.evidenced(x))
	fails(failsRegimes, x >= e5 || e.regimes&c.regimes&^(1<<registry.RegimePolicy) != 0)
	c.uncovered = e.known &^ e.covered(c.categories)
	switch x {
	case e4: // no wider than its instrument
		c.uncovered |= e.known &^ e.covered(c.order.categories)
	case e6:
		c.uncovered |= e.known &^ e.madePublic()
	}
	if c.failed != 0 {
		return
	}
	if c.supported = e.known &^ c.uncovered; c.supported != 0 {
		e.countClaim(x)
	}
}

// mayClaim reports whether the exception may be claimed for every deployment.
func (e *scratch) mayClaim(x Exception) bool {
	c := &e.claim
	kinds := ^uint16(0)
	for _, p := range e.policies {
		kinds &= p.claimable[x]
	}
	if len(e.policies) == 0 {
		kinds = defaultClaimable[x]
	}
	for i := range e.deps {
		d := &e.deps[i]
		may := kinds&(1<<d.kind) != 0
		switch x {
		case e1:
			may = may && (d.kind != registry.RecipientKindAffiliate || c.flags&obligesSharing != 0) ||
				d.role == registry.RecipientRoleProcessor && c.flags&statesOrgan != 0
		case e4:
			may = may || c.order.stands
			if e.isAuthority(d) && e.under(registry.RegimeCn) && e.isForeign(registry.RegimeCn) {
				may = may && c.order.approved(e.now)
			}
		}
		if !may {
			return false
		}
	}
	return true
}

// defaultClaimable are the kinds of recipient of the default matrix, a bit each.
var defaultClaimable = func() (m [7]uint16) {
	for x := registry.ExceptionLegalObligation; x <= registry.ExceptionMadePublic; x++ {
		for _, k := range registry.DefaultExceptionKinds(x) {
			m[x] |= 1 << (k & 15)
		}
	}
	return m
}()

// evidenced reports whether the record has the evidence of the exception.
func (e *scratch) evidenced(x Exception) bool {
	c := &e.claim
	has := func(m uint16) bool { return c.flags&m == m }
	switch x {
	case e1:
		return has(statesCitation)
	case e2:
		return has(statesCitation | statesOrgan | statesDemand)
	case e3:
		return has(statesCitation) && (has(statesOrgan|statesDemand) || has(declaredEmergency))
	case e4:
		return has(statesOrgan|statesCase|statesCitation) && c.order.stands &&
			(e.classes&forAuthority == 0 || c.order.recipient == e.recNumber && c.order.purposes.has(e.purpose.place))
	case e5:
		return has(statesInterest|statesImpracticable) && (has(emergency) || !e.under(registry.RegimeCn))
	case e6:
		return has(statesScope) && !e.objected && !e.bulk() // its proofs are of one person
	}
	return false
}

// madePublic returns the asked categories each of whose leaves is proved public,
// and none of which is sensitive where CN is resolved.
func (e *scratch) madePublic() (m uint64) {
	for i := range e.asked {
		c := e.asked[i].category
		if c == nil || c.any&flagSensitive != 0 && e.under(registry.RegimeCn) {
			continue
		}
		all := true
		for _, leaf := range c.leaves {
			all = all && e.claim.proven(leaf, e.now)
		}
		if all {
			m |= 1 << i
		}
	}
	return m
}

// countClaim finds under which regimes the claim counts: reading R54.
func (e *scratch) countClaim(x Exception) {
	c := &e.claim
	any := x == e5 || x == e6
	stated := func(r registry.Regime) bool { return any || c.regimes&(1<<r) != 0 }
	c.counts[registry.RegimeCn] = stated(registry.RegimeCn)
	c.counts[registry.RegimeCnSz] = e.under(registry.RegimeCnSz) && (stated(registry.RegimeCn) || stated(registry.RegimeCnSz))
	for r := registry.RegimeEu; r <= registry.RegimeUk; r++ { // GDPR 6(1)(d) is life or body: R82
		c.counts[r] = stated(r) && (x != e5 || c.flags&lifeOrBody != 0)
	}
	// Under POLICY only where every law that is resolved knows it: a citation of one
	// law lifts nothing that another gives the person.
	any = false
	all := true
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		if e.under(r) {
			any, all = true, all && c.counts[r]
		}
	}
	c.counts[registry.RegimePolicy] = any && all
}

// supports reports whether the question claims the exception and it is supported for
// every asked category.
func (e *scratch) supports(x Exception) bool {
	return e.claim.supported != 0 && e.q.Exception == x && e.claim.supported == e.all()
}

// effect returns what the claim does to a group of rules: the strictest of the
// governing versions, the default's where none governs.
func (e *scratch) effect(g registry.WaiverGroup) registry.WaiverEffect {
	x := registry.Exception(e.q.Exception)
	if len(e.policies) == 0 {
		return registry.DefaultWaiver(g, x)
	}
	effect := registry.WaiverEffectYes
	for _, p := range e.policies {
		if w := p.waivers[g][x]; strictness(w) < strictness(effect) {
			effect = w
		}
	}
	return effect
}

// strictness orders effects, the strictest first.
func strictness(w registry.WaiverEffect) int {
	switch w {
	case registry.WaiverEffectYes:
		return 3
	case registry.WaiverEffectDeferred:
		return 2
	case registry.WaiverEffectIfLawDemands:
		return 1
	}
	return 0
}

// waives returns the asked categories for which the reasons of a group are waived,
// or put off, under POLICY, CN and CN_SZ. The law of EU and UK is not the matrix's.
func (e *scratch) waives(g registry.WaiverGroup, r registry.Regime) uint64 {
	c := &e.claim
	if c.supported == 0 || !c.counts[r] || r >= registry.RegimeEu {
		return 0
	}
	switch e.effect(g) {
	case registry.WaiverEffectYes:
		return c.supported
	case registry.WaiverEffectIfLawDemands:
		if g == registry.WaiverGroupNotice && c.flags&secrecyDemanded != 0 || g == registry.WaiverGroupPublic && e.publicationOrdered() {
			return c.supported
		}
	case registry.WaiverEffectDeferred:
		if e.defers(g, r) {
			return c.supported
		}
	}
	return 0
}

// publicationOrdered reports whether the record, or its instrument, orders publication.
func (e *scratch) publicationOrdered() bool {
	c := &e.claim
	return c.flags&recordOrdersPublication != 0 || c.order.stands && c.order.flags&ordersPublication != 0
}

// deferral is how many working days an obligation leaves to make up for what was
// put off.
const deferral = 5

// defers reports whether the reasons of a group are put off under a regime: only by
// E5, and for agreements and assessments only where the settings let it and the
// calendar knows the date.
func (e *scratch) defers(g registry.WaiverGroup, r registry.Regime) bool {
	c := &e.claim
	if c.supported == 0 || !c.counts[r] || r >= registry.RegimeEu || e.q.Exception != e5 || e.effect(g) != registry.WaiverEffectDeferred {
		return false
	}
	switch g {
	case registry.WaiverGroupAgreement:
		return !e.t.agreementsStand && e.deferralDue() != 0
	case registry.WaiverGroupAssessment:
		return !e.t.assessmentsStand && e.deferralDue() != 0
	}
	return g == registry.WaiverGroupNotice
}

// deferralDue is when what was put off is due, 0 outside the calendar.
func (e *scratch) deferralDue() registry.Time {
	if e.claim.due == 0 {
		e.claim.due, _ = registry.AddWorkingDays(e.now, deferral)
	}
	return e.claim.due
}

// groupOf returns the group of rules that a code belongs to, 0 for none. Rule 25 is
// in none here: no deferral cures a termination.
func groupOf(c Code) registry.WaiverGroup {
	if c == AgreementTerminated {
		return 0
	}
	return WaiverGroupOf(c.Rule())
}

// waived returns the asked categories for which a reason is waived, or put off.
func (e *scratch) waived(code Code, r registry.Regime) uint64 {
	g := groupOf(code)
	switch {
	case g == 0:
		return 0
	case r < registry.RegimeEu:
		return e.waives(g, r)
	case e.claim.counts[r] && e.lifts(code) && e.effect(g) == registry.WaiverEffectYes:
		return e.claim.supported
	}
	return 0
}

// lifts reports whether the claim meets what a rule asks under EU and UK, where it
// maps to GDPR 6(1)(c) to (e) and 9(2): reading R54.
func (e *scratch) lifts(code Code) bool {
	consent, special := groupOf(code) == registry.WaiverGroupConsent, code == SeparateConsentMissingSensitive
	flags := e.claim.flags
	switch e.q.Exception {
	case e1, e4:
		return consent
	case e2, e3:
		return consent || special && flags&specialGround != 0
	case e5:
		return flags&lifeOrBody != 0 && (consent || special && flags&incapable != 0)
	case e6:
		return special
	}
	return false
}

// waive takes away from a reason what the claim waives, and names it as waived. It
// reports whether nothing of the reason is left. A mask of zero is the whole
// question, which only a claim that is supported for all of it waives.
func (e *scratch) waive(code Code, r registry.Regime, mask *uint64) bool {
	m := e.waived(code, r)
	if m == 0 || *mask == 0 && m != e.all() || *mask != 0 && m&*mask == 0 {
		return false
	}
	e.noteWaived(Waived{Code: code, Regime: r, Exception: e.claim.number, Deferred: e.defers(groupOf(code), r)})
	if *mask == 0 {
		return true
	}
	*mask &^= m
	return *mask == 0
}

// noteWaived adds what was waived, once, in the order of the catalogue.
func (e *scratch) noteWaived(w Waived) {
	ws := e.d.Waived
	at := 0
	for i := range ws {
		if ws[i].Code == w.Code && ws[i].Regime == w.Regime {
			return
		}
		if ws[i].Code < w.Code || ws[i].Code == w.Code && ws[i].Regime < w.Regime {
			at = i + 1
		}
	}
	ws = append(ws, Waived{})
	copy(ws[at+1:], ws[at:])
	ws[at] = w
	e.d.Waived = ws
}

// Rule 10.

func ruleClaim(e *scratch) {
	c := &e.claim
	if !c.judged {
		return
	}
	for i, detail := range claimDetails {
		if c.failed&(1<<i) != 0 {
			e.fire(LegalExceptionUnsupported, registry.RegimePolicy, detail, c.number, 0)
		}
	}
	e.fireOn(LegalExceptionUnsupported, registry.RegimePolicy, DetailCategories, c.number, c.uncovered)
}

// obligeClaim adds what an exception that waived something leaves to do.
func (e *scratch) obligeClaim(add func(ObligationCode, uint32, registry.Time)) {
	c := &e.claim
	put := func(o ObligationCode, due registry.Time) {
		for i := range e.d.Obligations {
			if e.d.Obligations[i].Code == o {
				return
			}
		}
		add(o, c.number, due)
	}
	for _, w := range e.d.Waived {
		if !w.Deferred {
			continue
		}
		switch groupOf(w.Code) {
		case registry.WaiverGroupNotice:
			put(NotifySubjectAfterEmergency, c.emergencyEnd)
		case registry.WaiverGroupAgreement:
			put(RegulariseAgreement, e.deferralDue())
		case registry.WaiverGroupAssessment:
			put(RegulariseAssessment, e.deferralDue())
		}
	}
	put(KeepExceptionFile, 0)
	if c.expire != 0 {
		e.d.UseBy = min(e.d.UseBy, c.expire)
	}
}
