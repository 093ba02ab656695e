package decision

import (
	"math/bits"

	"waybill/internal/registry"
)

// Rule 50: impact assessments.

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
