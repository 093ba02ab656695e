package decision

import "waybill/internal/registry"

// Rules 47 to 49: how long data is kept, and services that ceased.

// schedule is for how many days each asked category is kept: reading R66.
type schedule struct {
	kept uint64 // the asked categories that have one
	days [MaxCategories]int32
}

// resolveSchedule finds the fewest days of the governing versions for each asked
// category. In edition 1 nothing reads it.
func (e *scratch) resolveSchedule() {
	e.schedule.kept = 0
	if e.edition == 1 {
		return
	}
	for _, p := range e.policies {
		for i := range p.retention {
			if r := &p.retention[i]; r.purpose == e.served.number {
				e.keep(r)
			}
		}
	}
}

func (e *scratch) keep(r *retention) {
	s := &e.schedule
	for k := range e.asked {
		c := e.asked[k].category
		if c == nil || !r.leaves.hasSome(c.leaves) {
			continue
		}
		if s.kept&(1<<k) == 0 || r.days < s.days[k] {
			s.days[k] = r.days
		}
		s.kept |= 1 << k
	}
}

func ruleRetention(e *scratch) {
	if e.schedule.kept == 0 {
		return
	}
	left := e.schedule.kept &^ e.held()
	at := e.q.CollectTime
	if at == 0 || at > e.now {
		if left != 0 && !e.openOrder() {
			e.fire(RetentionExpired, registry.RegimePolicy, DetailCollectTime, 0, left)
		}
		return
	}
	var old uint64
	for k := range e.asked {
		if left&(1<<k) != 0 && at+registry.Time(e.schedule.days[k])*day <= e.now {
			old |= 1 << k
		}
	}
	e.fireOn(RetentionExpired, registry.RegimePolicy, DetailRetention, 0, old)
}

// openOrder reports whether an order of the person is given, and is what the share
// rests on where a law is resolved: an order of something else says nothing of this
// data's age.
func (e *scratch) openOrder() bool {
	if e.evidence(registry.BasisContract) != NoDetail {
		return false
	}
	const laws = 1<<registry.RegimeCn | 1<<registry.RegimeEu | 1<<registry.RegimeUk
	if e.regimes&laws == 0 || len(e.deps) == 0 {
		return true
	}
	for i := range e.deps {
		for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
			if r != registry.RegimeCnSz && e.under(r) && e.deps[i].bases[r] == registry.BasisContract {
				return true
			}
		}
	}
	return false
}

// ruleCeased: reading R67.
func ruleCeased(e *scratch) {
	if e.served.windDown {
		return
	}
	for i := range e.exporter.products {
		p := &e.exporter.products[i]
		asked := p.id == e.q.Product
		if e.q.Product == "" {
			asked = p.purposes.has(e.served.place)
		}
		if asked && past(p.cease, e.now) {
			e.fire(ServiceCeased, registry.RegimePolicy, DetailCeaseTime, e.exporter.number, 0)
		}
	}
}

// ruleRetainedLonger judges rule 49 with the agreement that a category rests on.
func ruleRetainedLonger(e *scratch, _ *judged, a *agreementView) hit {
	if e.schedule.kept == 0 {
		return hit{}
	}
	var longer uint64
	for k := range e.asked {
		if e.schedule.kept&(1<<k) != 0 && (a.retention == 0 || int64(a.retention) > int64(e.schedule.days[k])) {
			longer |= 1 << k
		}
	}
	if longer != 0 {
		longer &^= e.held()
	}
	return hit{markRetention, longer}
}
