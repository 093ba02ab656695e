package decision

import (
	"slices"

	"waybill/internal/registry"
)

// What the person said of its data: readings R46, R47, and rules 11 to 13.

// resolveSubject finds what narrows: it is believed from anybody, and what is held
// here is added.
func (e *scratch) resolveSubject() {
	q := e.q
	e.erased, e.restricted, e.objected, e.untracked, e.noAds = q.Erased, q.Restricted, q.Objected, q.DoNotTrack, q.OptedOutAds
	if f := e.in.Facts; f != nil {
		e.erased, e.restricted = e.erased || f.Erased, e.restricted || f.Restricted
		e.untracked, e.noAds = e.untracked || f.DoNotTrack, e.noAds || f.OptedOutAds
		e.objected = e.objected || e.served != nil && slices.Contains(f.Objected, e.served.number)
	}
}

// held returns the asked categories that a duty of law keeps: reading R56.
func (e *scratch) held() (m uint64) {
	if e.exporter == nil || e.served == nil {
		return 0
	}
	for i := range e.exporter.holds {
		if h := &e.exporter.holds[i]; h.Contains(e.now) && h.purposes.has(e.served.place) {
			m |= e.covered(h.categories)
		}
	}
	return m
}

func ruleErased(e *scratch) {
	if e.erased {
		e.fireOn(SubjectErasedOrCancelled, registry.RegimePolicy, DetailErased, 0, e.known&^e.held())
	}
}

func ruleRestricted(e *scratch) {
	if e.restricted {
		e.fire(SubjectRestrictedOrObjected, registry.RegimePolicy, DetailRestricted, 0, 0)
	}
	if e.objected {
		e.fire(SubjectRestrictedOrObjected, registry.RegimePolicy, DetailObjected, 0, 0)
	}
}

func ruleSignals(e *scratch) {
	if e.untracked && e.served.tracking {
		e.fire(SubjectDoNotTrack, registry.RegimePolicy, DetailDoNotTrack, 0, 0)
	}
	if e.noAds && e.served.interest {
		e.fire(SubjectOptedOutAds, registry.RegimePolicy, DetailOptedOutAds, 0, 0)
	}
}
