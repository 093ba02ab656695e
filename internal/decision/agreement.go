package decision

import (
	"math/bits"

	"waybill/internal/registry"
)

// marks are the reasons of one candidate, a bit each: an agreement's (rules 17,
// 22 to 28) or a transfer's (53 to 60). Their number is the number of reasons.
type marks uint64

const (
	markOurs marks = 1 << iota
	markTheirs
	markEffective
	markExpired
	markTerminated
	markPurpose
	markCategory
	markGroup
	markHosting
	markTerms // and the following, one a term
)

const termShift = 9

// markRetention comes after the terms.
const markRetention marks = 1 << 24

var agreementMarks = [...]struct {
	code   Code
	detail Detail
}{
	{AgreementNotSignedByBoth, DetailOurSignature}, {AgreementNotSignedByBoth, DetailTheirSignature},
	{AgreementNotYetEffective, DetailEffectiveTime}, {AgreementExpired, DetailExpireTime},
	{AgreementTerminated, DetailTerminateTime}, {AgreementPurposeNotCovered, DetailAgreementPurposes},
	{AgreementCategoryNotCovered, DetailAgreementCategories}, {AgreementCategoryNotCovered, DetailAgreementSubjectGroups},
	{CategoryOutsideRecipientKind, DetailCategories},
	{AgreementTermsIncomplete, DetailTermsConfidentiality}, {AgreementTermsIncomplete, DetailTermsPurpose},
	{AgreementTermsIncomplete, DetailTermsPeriod}, {AgreementTermsIncomplete, DetailTermsMethod},
	{AgreementTermsIncomplete, DetailTermsCategories}, {AgreementTermsIncomplete, DetailTermsMeasures},
	{AgreementTermsIncomplete, DetailTermsAudit}, {AgreementTermsIncomplete, DetailTermsSubprocessorMode},
	{AgreementTermsIncomplete, DetailTermsDeleteOrReturn}, {AgreementTermsIncomplete, DetailTermsInstructions},
	{AgreementTermsIncomplete, DetailTermsStaffConfidentiality}, {AgreementTermsIncomplete, DetailTermsAssistRights},
	{AgreementTermsIncomplete, DetailTermsAssistSecurity}, {AgreementTermsIncomplete, DetailTermsAllocation},
	{AgreementTermsIncomplete, DetailTermsContact},
	{RecipientRetentionExceeds, DetailRetentionLimit},
}

// state returns the marks of rules 22 to 25: why an agreement is not in force.
func (e *scratch) state(a *agreementView) (m marks) {
	return ruleSigned(e, nil, a) | ruleEffective(e, nil, a) | ruleExpired(e, nil, a) | ruleTerminated(e, nil, a)
}

func ruleSigned(e *scratch, _ *judged, a *agreementView) (m marks) {
	if a.ours == 0 || a.ours > e.now {
		m |= markOurs
	}
	if a.theirs == 0 || a.theirs > e.now {
		m |= markTheirs
	}
	return m
}

func ruleEffective(e *scratch, _ *judged, a *agreementView) marks {
	if a.effective == 0 || a.effective > e.now {
		return markEffective
	}
	return 0
}

func ruleExpired(e *scratch, _ *judged, a *agreementView) marks {
	if a.expire != 0 && a.expire <= e.now {
		return markExpired
	}
	return 0
}

func ruleTerminated(e *scratch, _ *judged, a *agreementView) marks {
	if a.terminate != 0 && a.terminate <= e.now {
		return markTerminated
	}
	return 0
}

// The terms that a role needs: reading R34.
const (
	termsProcessor = termPurpose | termPeriod | termMethod | termCategories | termMeasures | termAudit | termSubprocessorMode | termDeleteOrReturn
	termsEU        = termInstructions | termStaffConfidentiality | termAssistRights | termAssistSecurity
	termsControl   = termPurpose | termMethod | termCategories | termMeasures
	termsJoint     = termAllocation | termContact
	termsChecked   = termEntrusting - 1
)

func ruleTerms(e *scratch, d *judged, a *agreementView) marks {
	need := uint32(termConfidentiality)
	switch {
	case e.works(d):
	case d.role == registry.RecipientRoleProcessor:
		need |= termsProcessor
		if e.under(registry.RegimeEu) || e.under(registry.RegimeUk) {
			need |= termsEU
		}
	case d.role == registry.RecipientRoleJointController:
		need |= termsJoint
	default:
		need |= termsControl
	}
	missing := need &^ a.terms
	if missing&termConfidentiality != 0 && e.confidential() {
		missing &^= termConfidentiality
	}
	return marks(missing&termsChecked) << termShift
}

func rulePurposeAgreed(e *scratch, _ *judged, a *agreementView) marks {
	if !a.purposes.has(e.purpose.place) {
		return markPurpose
	}
	return 0
}

func ruleGroupAgreed(e *scratch, _ *judged, a *agreementView) marks {
	if e.have&needGroup != 0 && a.groups&(1<<e.group) == 0 {
		return markGroup
	}
	return 0
}

func ruleCategoryAgreed(e *scratch, _ *judged, a *agreementView) hit {
	return hit{markCategory, e.known &^ e.covered(a.categories)}
}

// fits reports whether an agreement is of a type fit for the role: reading R32.
func (e *scratch) fits(d *judged, a *agreementView) bool {
	entrusting := a.terms&termEntrusting != 0
	switch {
	case d.class == forSuccessor && a.typ == registry.AgreementTypeSuccessorUndertaking:
		return true
	case e.works(d):
		return a.typ == registry.AgreementTypeNda
	case d.role == registry.RecipientRoleProcessor:
		switch a.typ {
		case registry.AgreementTypeDpa:
			return true
		case registry.AgreementTypeEuScc:
			return a.module == 2 || a.module == 3
		case registry.AgreementTypeCnSc, registry.AgreementTypeGbaSc:
			return entrusting
		}
	case d.role == registry.RecipientRoleController:
		switch a.typ {
		case registry.AgreementTypeSharingC2c:
			return true
		case registry.AgreementTypeEuScc:
			return a.module == 1
		case registry.AgreementTypeCnSc:
			return !entrusting
		}
	case d.role == registry.RecipientRoleJointController:
		return a.typ == registry.AgreementTypeJoint
	}
	return false
}

// works reports whether the recipient is a natural person under our authority, whose
// paper is a promise of confidentiality: readings R32, R82.
func (e *scratch) works(d *judged) bool {
	return e.rec.natural && (e.edition == 1 || d.role == registry.RecipientRoleProcessor)
}

// agree reads the agreements of this exporter and this recipient, but those that an
// amendment took the place of.
func (e *scratch) agree() {
	amending := false
	for i := range e.rec.agreements.len() {
		n := e.rec.agreements.at(i)
		e.agreements = append(e.agreements, agreementView{})
		a := &e.agreements[len(e.agreements)-1]
		readAgreement(n, e.s.record(n), a)
		if !a.exporters.has(e.exporter.number) {
			e.agreements = e.agreements[:len(e.agreements)-1]
			continue
		}
		amending = amending || a.amends != 0
	}
	if e.kinRead = e.kinRead || !amending; amending && e.edition > 2 {
		e.supersede()
	}
}

// confidential reports whether some agreement of the two that is in force ticks
// confidentiality: reading R34.
func (e *scratch) confidential() bool {
	for i := range e.agreements {
		if a := &e.agreements[i]; a.terms&termConfidentiality != 0 && e.state(a) == 0 {
			return true
		}
	}
	return false
}

// candidates reports whether an agreement fits the deployment's role.
func (e *scratch) candidates(d *judged) bool {
	for i := range e.agreements {
		if e.fits(d, &e.agreements[i]) {
			return true
		}
	}
	return false
}

func ruleAgreement(e *scratch) {
	for i := range e.deps {
		if d := &e.deps[i]; d.class&forAgreements != 0 && !e.candidates(d) {
			e.fire(AgreementMissing, registry.RegimePolicy, NoDetail, 0, 0)
			return
		}
	}
}

// alike reports whether a deployment is judged as an earlier one was.
func (e *scratch) alike(i int) bool {
	d := &e.deps[i]
	for k := range i {
		if o := &e.deps[k]; o.class == d.class && o.kind == d.kind && o.role == d.role && o.hosting == d.hosting {
			return true
		}
	}
	return false
}

// restOnAgreements finds for each deployment and asked category the agreement
// that it rests on, or the reasons of the best candidate: rules.md 2.1(3)(a).
func (e *scratch) restOnAgreements(p *program) {
	for i := range e.deps {
		d := &e.deps[i]
		if d.class&forAgreements == 0 || e.alike(i) {
			continue
		}
		// Those in force first: one without marks beats all others.
		left := e.known
		for n := range e.agreements {
			a := &e.agreements[n]
			a.fit, a.marked = e.fits(d, a), false
			if a.fit && e.state(a) == 0 {
				e.markAgreement(p, d, a)
				if a.marks == 0 {
					left &= a.hits.any()
				}
			}
		}
		for n := range e.agreements {
			if a := &e.agreements[n]; a.fit && !a.marked && (left != 0 || e.tracing) {
				e.markAgreement(p, d, a)
			}
		}
		for k := range e.asked {
			if e.asked[k].category != nil {
				e.restOn(k)
			}
		}
	}
}

func (e *scratch) restOn(k int) {
	var best *agreementView
	var bestMarks marks
	for n := range e.agreements {
		a := &e.agreements[n]
		if !a.marked {
			continue
		}
		m := a.marks | a.hits.on(k)
		if best == nil || betterCandidate(m, bestMarks, a.effective, best.effective, a.number, best.number) {
			best, bestMarks = a, m
		}
	}
	switch {
	case best == nil:
	case bestMarks == 0:
		e.rely(&e.d.Agreements, best.number)
	default:
		for m := bestMarks; m != 0; m &= m - 1 {
			x := agreementMarks[bits.TrailingZeros64(uint64(m))]
			e.fire(x.code, registry.RegimePolicy, x.detail, best.number, 1<<k)
		}
	}
}

// markAgreement finds the marks of a candidate: those that no category changes,
// and those that do.
func (e *scratch) markAgreement(p *program, d *judged, a *agreementView) {
	a.marks, a.hits, a.marked = 0, hits{}, true
	for m := e.planned.agreement; m != 0; m &= m - 1 {
		if r := &p.agreement[bits.TrailingZeros64(m)]; r.kinds&d.class != 0 {
			x := r.run(e, d, a)
			a.marks |= x
			if e.tracing {
				e.step(r.rule, registry.RegimePolicy, x != 0, a.number, -1)
			}
		}
	}
	for m := e.planned.perAsked; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		if r := &p.perAsked[i]; r.kinds&d.class != 0 {
			a.hits[i] = r.run(e, d, a)
			if e.tracing {
				e.stepAsked(r.rule, registry.RegimePolicy, a.hits[i], a.number)
			}
		}
	}
}

// hit is one mark and the asked categories that have it.
type hit struct {
	mark  marks
	asked uint64
}

// hits are the hits of a candidate, one for each rule that reads a category.
type hits [3]hit

// any returns the asked categories that have some mark.
func (h *hits) any() uint64 { return h[0].asked | h[1].asked | h[2].asked }

// on returns the marks of one asked category.
func (h *hits) on(k int) (m marks) {
	for i := range h {
		if h[i].asked&(1<<k) != 0 {
			m |= h[i].mark
		}
	}
	return m
}

// betterCandidate orders candidates: fewest reasons, then latest effective, then
// highest number.
func betterCandidate(m, than marks, effective, thanEffective registry.Time, number, thanNumber uint32) bool {
	if a, b := bits.OnesCount64(uint64(m)), bits.OnesCount64(uint64(than)); a != b {
		return a < b
	}
	if effective != thanEffective {
		return effective > thanEffective
	}
	return number > thanNumber
}

// rely adds a record that the share relies upon.
func (e *scratch) rely(to *[]uint32, number uint32) {
	for _, n := range *to {
		if n == number {
			return
		}
	}
	*to = append(*to, number)
}

// ruleNotice: reading R35.
func ruleNotice(e *scratch) {
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		if r == registry.RegimeCnSz || !e.under(r) {
			continue
		}
		needed := r == registry.RegimeCn && e.abroad[r]
		for i := range e.deps {
			needed = needed || controls(e.deps[i].role)
		}
		if needed {
			e.fireOn(NoticeMissing, r, DetailNotices, e.recNumber, e.known&^e.noticed(e.abroad[r]))
		}
	}
}

// noticed returns the asked categories that one notice covers.
func (e *scratch) noticed(overseas bool) (m uint64) {
	b := e.rec.notices
	i := 2
	for range u16(b, 0) {
		at, complete, groups := instantAt(b, i), b[i+8], uint16(u16(b, i+9))
		var purposes, categories ordinals
		purposes, i = cutOrdinals(b, i+11)
		categories, i = cutOrdinals(b, i)
		if at != 0 && at <= e.now && complete&1 != 0 && (!overseas || complete&2 != 0) &&
			groups&(1<<e.group) != 0 && purposes.has(e.purpose.place) {
			m |= e.covered(categories)
		}
	}
	return m
}
