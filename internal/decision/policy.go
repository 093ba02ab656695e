package decision

import (
	"slices"
	"strings"

	"waybill/internal/registry"
)

// Versions of the privacy policy, compiled: what each states, and which older ones
// it weakens against.

// addVersions compiles the versions, the oldest first.
func (t *tables) addVersions(versions []*registry.Policy, number map[*registry.Policy]uint32, r names, tree []*category) {
	leaves := func(name string) []uint32 {
		below, all := strings.CutSuffix(strings.TrimPrefix(name, "categories/"), ".*")
		for _, c := range tree {
			if c.name == below && (!all || len(c.leaves) != 1 || c.leaves[0] != c.place) {
				return c.leaves
			}
		}
		return nil
	}
	var may []*registry.Policy // those that may govern in edition 1
	compiled := map[*registry.Policy]*policy{}
	var walked []*registry.Policy
	for _, v := range versions {
		if v.EffectiveTime == 0 {
			continue
		}
		p := compilePolicy(number[v], v, r)
		for _, k := range v.Retention {
			e := retention{purpose: r.number(k.Purpose), days: k.Days}
			var places []uint32
			for _, c := range k.Categories {
				places = append(places, leaves(c)...)
			}
			e.leaves = newOrdinals(places)
			p.retention = append(p.retention, e)
		}
		p.place, p.notified = len(t.versions), notified(v)
		for _, o := range walked {
			w := weakens(v, o)
			p.weakens[0] = append(p.weakens[0], w)
			p.weakens[1] = append(p.weakens[1], w || weakensBeside(v, o) || p.unschedules(compiled[o]))
		}
		walked = append(walked, v)
		t.versions = append(t.versions, p)
		compiled[v] = p
		for _, c := range p.regions {
			if !slices.Contains(t.named, c) {
				t.named = append(t.named, c)
			}
		}
		if p.notified && !slices.ContainsFunc(before(v, may), func(o *registry.Policy) bool { return weakens(v, o) }) {
			may = append(may, v)
		}
	}
	for _, v := range slices.Backward(may) {
		t.policies = append(t.policies, compiled[v])
	}
}

// notified reports whether a version is not significant, or a notice was sent
// before it took effect.
func notified(v *registry.Policy) bool {
	return !v.Significant || slices.ContainsFunc(v.Notices, func(n registry.PolicyNotice) bool {
		return n.SendTime != 0 && n.SendTime < v.EffectiveTime
	})
}

// before returns the versions that would govern persons of v's audience without
// it: for each subject group and region, the newest before it that may govern.
// Reading R15.
func before(v *registry.Policy, may []*registry.Policy) (out []*registry.Policy) {
	regions := v.Regions
	if slices.Contains(regions, "*") { // every region that some version names, and all others
		for _, o := range may {
			regions = append(slices.Clip(regions), o.Regions...)
		}
	}
	for _, g := range v.SubjectGroups {
		for _, r := range regions {
			for _, o := range slices.Backward(may) {
				if o.EffectiveTime < v.EffectiveTime && slices.Contains(o.SubjectGroups, g) &&
					(slices.Contains(o.Regions, "*") || slices.Contains(o.Regions, r)) {
					if !slices.Contains(out, o) {
						out = append(out, o)
					}
					break
				}
			}
		}
	}
	return out
}

// weakens reports whether v weakens rights against a version before it: reading R15.
func weakens(v, old *registry.Policy) bool {
	if v.WeakensRights || !subset(v.Purposes, old.Purposes) {
		return true
	}
	for _, k := range v.Kinds {
		i := slices.IndexFunc(old.Kinds, func(o registry.KindList) bool { return o.Kind == k.Kind })
		if i < 0 {
			return true
		}
		o := old.Kinds[i]
		if !subset(k.Purposes, o.Purposes) || k.AnyCategory && !o.AnyCategory ||
			!k.AnyCategory && !o.AnyCategory && !subset(k.CoveredCategories, o.CoveredCategories) {
			return true
		}
	}
	return longer(v.Retention, old.Retention)
}

// weakensBeside reports whether v weakens rights by what reading R15 does not compare:
// a basis that was not listed, and an exception that waives more or may be claimed for
// more kinds. Reading R83.
func weakensBeside(v, old *registry.Policy) bool {
	for _, b := range v.Bases {
		for _, regime := range b.Regimes {
			if b.Basis != registry.BasisConsent && !slices.ContainsFunc(old.Bases, func(o registry.BasisEntry) bool {
				return o.Purpose == b.Purpose && o.Kind == b.Kind && o.Basis == b.Basis && slices.Contains(o.Regimes, regime) &&
					(given(o.SpecialGround) || !given(b.SpecialGround))
			}) {
				return true
			}
		}
	}
	for x := registry.ExceptionLegalObligation; x <= registry.ExceptionMadePublic; x++ {
		for g := registry.WaiverGroupErasedOrRestricted; g <= registry.WaiverGroupAssessment; g++ {
			if now := v.Waiver(g, x); now != registry.WaiverEffectNo && now != old.Waiver(g, x) {
				return true
			}
		}
		was := old.KindsOf(x)
		if slices.ContainsFunc(v.KindsOf(x), func(k registry.RecipientKind) bool { return !slices.Contains(was, k) }) {
			return true
		}
	}
	return false
}

// unschedules reports whether p states no more how long something is kept that it holds
// necessary for a purpose, which an older version stated: reading R83.
func (p *policy) unschedules(old *policy) bool {
	for i := range old.retention {
		for n := range p.necessity {
			was, needed := &old.retention[i], &p.necessity[n]
			if was.purpose != needed.purpose {
				continue
			}
			for leaf := range uint32(8 * len(needed.categories)) {
				if needed.categories.has(leaf) && was.leaves.has(leaf) && !slices.ContainsFunc(p.retention, func(r retention) bool {
					return r.purpose == was.purpose && r.leaves.has(leaf)
				}) {
					return true
				}
			}
		}
	}
	return false
}

// longer reports whether data of a purpose and category is kept longer than
// before, or is now kept by a schedule where there was none.
func longer(now, was []registry.Retention) bool {
	for _, r := range now {
		for _, c := range r.Categories {
			if !slices.ContainsFunc(was, func(o registry.Retention) bool {
				return o.Purpose == r.Purpose && slices.Contains(o.Categories, c) && r.Days <= o.Days
			}) {
				return true
			}
		}
	}
	return false
}

func subset(a, b []string) bool {
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

func compilePolicy(number uint32, n *registry.Policy, r names) *policy {
	p := &policy{
		number: number, groups: groupBits(n.SubjectGroups), effective: n.EffectiveTime,
		purposes: newOrdinals(r.ordinals(n.Purposes)), servesMinors: n.ServesMinors, childRules: n.ChildRules != "",
	}
	for _, c := range n.Regions {
		if c == "*" {
			p.anywhere = true
		} else {
			p.regions = append(p.regions, parseCountry(c))
		}
	}
	for _, k := range n.Kinds {
		if int(k.Kind) < len(p.kinds) {
			p.kinds[k.Kind] = kindList{k.AnyCategory, newOrdinals(r.ordinals(k.Purposes)), newOrdinals(r.ordinals(k.CoveredCategories))}
		}
	}
	for _, b := range n.Bases {
		e := basisEntry{purpose: r.number(b.Purpose), kind: b.Kind, basis: b.Basis, special: b.SpecialGround != ""}
		for _, g := range b.Regimes {
			e.regimes |= 1 << (g & 7)
		}
		p.bases = append(p.bases, e)
	}
	for _, m := range n.Necessity {
		if m.ApprovedBy != "" && m.ApproveTime != 0 {
			p.necessity = append(p.necessity, necessity{
				r.number(m.Purpose), m.ApproveTime, reviewed(m.ApproveTime, m.ReviewUntil), newOrdinals(r.ordinals(m.CoveredCategories)),
			})
		}
	}
	for _, m := range n.Safeguards {
		stated := true
		for _, text := range []string{m.SpecificPurpose, m.Necessity, m.Protection, m.Notice, m.ApprovedBy} {
			stated = stated && given(text)
		}
		if stated && m.ApproveTime != 0 {
			p.safeguards = append(p.safeguards, safeguard{
				r.number(m.Purpose), m.ApproveTime, reviewed(m.ApproveTime, m.ReviewUntil), newOrdinals(r.ordinals(m.CoveredCategories)),
			})
		}
	}
	for x := registry.ExceptionLegalObligation; x <= registry.ExceptionMadePublic; x++ {
		for g := range p.waivers {
			p.waivers[g][x] = n.Waiver(registry.WaiverGroup(g), x)
		}
		for _, k := range n.KindsOf(x) {
			p.claimable[x] |= 1 << (k & 15)
		}
	}
	return p
}

// judgementAge is how long a judgement holds that states no date of review:
// reading R52.
const judgementAge = 1095 * day

// reviewed returns until when a judgement holds.
func reviewed(approved, until registry.Time) registry.Time {
	if until == 0 {
		return approved + judgementAge
	}
	return until
}

// given reports whether a text says anything.
func given(text string) bool { return strings.TrimSpace(text) != "" }

func (p *policy) covers(g registry.SubjectGroup, r country) bool {
	return p.groups&(1<<g) != 0 && (p.anywhere || slices.Contains(p.regions, r))
}
