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

// hold adds the consents that are held here of the person.
func (e *scratch) hold() {
	f := e.in.Facts
	if f == nil || e.edition == 1 || e.bulk() {
		return
	}
	for i := range f.Consents {
		c := &f.Consents[i]
		p := presented{typ: c.Type, purpose: c.Purpose, byGuardian: c.ByGuardian, childInterest: c.ChildInterest,
			named: c.Recipient != 0 && c.Recipient == e.recNumber, recipient: c.Recipient, gave: c.GiveTime, withdrawn: c.WithdrawTime}
		rec := e.s.record(c.Policy)
		p.stands = len(rec) > 0 && registry.Collection(rec[0]) == registry.Policies && e.standing(c.Policy, c.GiveTime) && past(c.GiveTime, e.now) && !past(c.ExpireTime, e.now) &&
			fitsRecipient(c.Type, c.Recipient == 0, p.named) && e.fitsPublication(c.Type, c.Publication) && e.fitsAudience(c.Policy) && e.fitsCountries(c.Countries)
		p.withdrew = past(c.WithdrawTime, e.now)
		for k := range e.asked {
			if e.asked[k].category != nil && e.holdsAll(c, e.asked[k].category) {
				p.names |= 1 << k
			}
		}
		e.consents = append(e.consents, p)
	}
}

// holdsAll reports whether the held consent names every leaf of the category.
func (e *scratch) holdsAll(c *HeldConsent, k *category) bool {
	for _, leaf := range k.leaves {
		if !slices.Contains(c.Categories, e.t.categories[leaf].number) {
			return false
		}
	}
	return true
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

// deletes reports whether the share is to have one person's data deleted, which who
// received it must be told of (PIPL 47; GDPR 17(2), 19): reading R83.
func (e *scratch) deletes() bool {
	return e.edition > 2 && e.purpose != nil && e.purpose.deletion && e.purpose == e.served && e.q.Quantity <= 1
}

func ruleErased(e *scratch) {
	if e.erased && !e.deletes() {
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
