package decision

import (
	"slices"

	"waybill/internal/registry"
)

// Which version governs a person, and what a later one would permit: readings R50
// and R51.

// govern finds the governing version of every region in edition 1: reading R14.
func (e *scratch) govern() {
	var newest *policy
	for _, r := range e.regions {
		var p *policy
		for _, v := range e.t.policies { // the newest first
			if v.effective <= e.now && v.covers(e.group, r) {
				p = v
				break
			}
		}
		if p == nil {
			e.policies = e.policies[:0]
			return
		}
		if !slices.Contains(e.policies, p) {
			e.policies = append(e.policies, p)
		}
		if newest == nil || slices.Index(e.t.policies, p) < slices.Index(e.t.policies, newest) {
			newest = p
		}
	}
	e.have |= needPolicy
	e.d.Policy = newest.number
}

// resolveAcceptance finds the version that the question says the subject accepted.
func (e *scratch) resolveAcceptance() {
	e.acceptedPolicy = 0
	if q := e.q; q.AcceptedPolicy != "" && q.Subject != "" && !e.bulk() && !e.guarded() && e.t.sources[e.in.Principal] != 0 {
		if e.acceptedPolicy, _ = e.s.find(registry.Policies, q.AcceptedPolicy); e.acceptedPolicy != 0 {
			e.d.ConsentSource = e.in.Principal
		}
	}
}

// band returns the age band as far as it is said or held, before it is known whom to
// believe: the younger.
func (e *scratch) band() AgeBand {
	if f := e.in.Facts; f != nil {
		return younger(e.q.AgeBand, f.Age)
	}
	return e.q.AgeBand
}

// guarded reports whether a guardian accepts for the person: for one under 14 (PIPL 31),
// or below the age of GDPR 8 where it is read, and for an adult who lacks capacity.
// Reading R83.
func (e *scratch) guarded() bool {
	b := e.band()
	for r := registry.RegimeEu; r <= registry.RegimeUk; r++ {
		if e.edition > 2 && e.under(r) && b.below(e.consentAge(r)) {
			return true
		}
	}
	return e.edition > 2 && (b == AgeUnder13 || b == Age13 || b == AgeAdultLackingCapacity)
}

// accepted reports whether the person accepted the very version, or the guardian did for
// one who has a guardian.
func (e *scratch) accepted(v *policy) bool {
	f := e.in.Facts
	if e.bulk() {
		f = nil
	}
	if b := e.band(); e.edition > 2 && f != nil && (b.minor() || b == AgeAdultLackingCapacity) && slices.Contains(f.AcceptedByGuardian, v.number) {
		return true
	}
	return !e.guarded() && (v.number == e.acceptedPolicy || f != nil && slices.Contains(f.Accepted, v.number))
}

// weakened reports whether v weakens rights against an older version.
func (e *scratch) weakened(v, old *policy) bool {
	if e.edition > 2 {
		return v.weakens[1][old.place]
	}
	return v.weakens[0][old.place]
}

// walk returns the version that governs a region, nil for none, and whether one came
// after it that did not take effect.
func (e *scratch) walk(r country) (last *policy, later bool) {
	for _, v := range e.t.versions {
		if v.effective > e.now {
			break
		}
		if !v.covers(e.group, r) {
			continue
		}
		if later = !v.notified || last != nil && e.weakened(v, last) && !e.accepted(v); !later {
			last = v
		}
	}
	return last, later
}

// governPerson finds the governing version of every region. Regions that no version
// names are governed alike.
func (e *scratch) governPerson() {
	var newest, other *policy
	walked := false
	for _, r := range e.regions {
		named := slices.Contains(e.t.named, r)
		p, later := other, false
		if named || !walked {
			if p, later = e.walk(r); !named {
				other, walked = p, true
			}
		}
		if p == nil {
			e.policies = e.policies[:0]
			return
		}
		e.later = e.later || later
		if !slices.Contains(e.policies, p) {
			e.policies = append(e.policies, p)
		}
		if newest == nil || p.place > newest.place {
			newest = p
		}
	}
	e.have |= needPolicy
	e.d.Policy = newest.number
}

// postponed are the asked categories that a governing version does not permit and a
// later one would.
type postponed struct {
	policy *policy
	mask   uint64
	later  *policy
}

const needLater = needPolicy | needServed | needPurpose | needRecipient | needDeployment

// postpone looks, for what 14, 15 and 17 would hit under a governing version, for
// the newest later version under which they would not.
func (e *scratch) postpone() {
	if !e.later || e.have&needLater != needLater {
		return
	}
	for _, v := range e.policies {
		left := e.outside(v)
		if left == 0 {
			continue
		}
		for _, w := range slices.Backward(e.t.versions) {
			if w.place <= v.place || left == 0 {
				break
			}
			if w.effective > e.now || !e.comesAfter(w, v) {
				continue
			}
			if m := left &^ e.outside(w); m != 0 {
				e.postponed = append(e.postponed, postponed{v, m, w})
				left &^= m
			}
		}
	}
}

// comesAfter reports whether w covers a region that v governs; all that comes after
// v there did not take effect.
func (e *scratch) comesAfter(w, v *policy) bool {
	for _, r := range e.regions {
		if w.covers(e.group, r) {
			if p, _ := e.walk(r); p == v {
				return true
			}
		}
	}
	return false
}

// outside returns the asked categories that 14, 15 or 17 would hit under a version,
// but for what the claim waives.
func (e *scratch) outside(p *policy) (m uint64) {
	if e.classes&forStated != 0 {
		m = e.unstated(p) &^ e.waived(PurposeOutsidePolicy, registry.RegimePolicy)
	}
	var lists uint64
	for i := range e.deps {
		if d := &e.deps[i]; d.class == forOrdinary {
			lists |= e.outsidePurposes(d, p)
			if !e.judgedWithAgreement(d) {
				lists |= e.outsideList(d, p)
			}
		}
	}
	return m | lists&^e.waived(PurposeOutsideRecipientKind, registry.RegimePolicy)
}

// postponedUnder returns the asked categories for which 4 or 5 is given in place of
// a code of 14, 15 and 17 under a version. What the claim waives of it comes first.
func (e *scratch) postponedUnder(p *policy, code Code) (m uint64) {
	for i := range e.postponed {
		if x := &e.postponed[i]; x.policy == p {
			m |= x.mask
		}
	}
	if m != 0 && e.claim.supported != 0 {
		m &^= e.waived(code, registry.RegimePolicy)
	}
	return m
}

func ruleNotNotified(e *scratch) {
	for i := range e.postponed {
		if x := &e.postponed[i]; !x.later.notified {
			e.fireOn(PolicyChangeNotNotified, registry.RegimePolicy, DetailPolicyNotices, x.later.number, x.mask)
		}
	}
	if e.have&needPolicy != 0 {
		return
	}
	for _, w := range slices.Backward(e.t.versions) {
		if w.effective > e.now || w.notified {
			continue
		}
		for _, r := range e.regions {
			if !w.covers(e.group, r) {
				continue
			}
			if p, _ := e.walk(r); p == nil {
				e.fire(PolicyChangeNotNotified, registry.RegimePolicy, DetailPolicyNotices, w.number, 0)
				return
			}
		}
	}
}

func ruleWeakens(e *scratch) {
	for i := range e.postponed {
		if x := &e.postponed[i]; x.later.notified {
			e.fireOn(PolicyWeakensRightsNoConsent, registry.RegimePolicy, DetailWeakensRights, x.later.number, x.mask)
		}
	}
}
