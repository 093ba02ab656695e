package decision_test

import (
	"fmt"
	"slices"

	"waybill/internal/registry"
)

// addPolicies adds a first version, which mostly states everything, and up to three
// later ones.
func (w *scene) addPolicies() {
	w.groups = pick(w.Rand, []registry.SubjectGroup{registry.SubjectGroupUser}, []registry.SubjectGroup{registry.SubjectGroupUser, registry.SubjectGroupEmployee})
	p := &registry.Policy{Name: "policies/v1", Title: "a", SubjectGroups: w.groups, Regions: []string{"*"}, PublishTime: w.ago(900),
		EffectiveTime: w.ago(800), Purposes: w.names(registry.Purposes), ServesMinors: w.chance(60)}
	if w.chance(60) {
		p.ChildRules = "child rules"
	}
	for k := registry.RecipientKindAffiliate; k <= registry.RecipientKindPublic; k++ {
		l := registry.KindList{Kind: k, Purposes: w.names(registry.Purposes), AnyCategory: w.chance(30)}
		switch {
		case k == registry.RecipientKindCloud:
			l.AnyCategory = false
			l.Categories = []string{"categories/device.model", "categories/device.usage"}
		case k == registry.RecipientKindLogistics || !l.AnyCategory:
			l.AnyCategory = false
			l.Categories = w.leaves()
		}
		l.CoveredCategories = l.Categories
		if k == registry.RecipientKindRescue && w.chance(40) {
			l.Purposes = []string{"purposes/account"}
		}
		p.Kinds = append(p.Kinds, l)
		w.addBases(p, k)
	}
	for _, name := range p.Purposes {
		n := registry.Necessity{Purpose: name, Categories: w.leaves(), CoveredCategories: w.leaves(), ApprovedBy: "legal", ApproveTime: w.ago(900), Reason: "a"}
		if w.chance(20) {
			n.ReviewUntil = w.now + aDay
		}
		p.Necessity = append(p.Necessity, n)
		p.Safeguards = append(p.Safeguards, registry.Safeguard{Purpose: name, Categories: w.leaves(), CoveredCategories: w.leaves(), SpecificPurpose: "a", Necessity: "b", Protection: "c", Notice: "d",
			ApprovedBy: "legal", ApproveTime: w.ago(900), ReviewUntil: pick(w.Rand, 0, w.now+aDay)})
		if w.chance(30) {
			p.Retention = append(p.Retention, registry.Retention{Purpose: name, Categories: pick(w.Rand, w.leaves()[:2], []string{"categories/user.contact", "categories/device.model"}, []string{"categories/user"}), Days: 100})
		}
	}
	if w.chance(15) {
		w.addWaivers(p)
	}
	if w.chance(60) {
		w.addExceptionKinds(p)
	}
	first := p
	if w.chance(35) { // the first states less; a later one may state all
		first = cloneNoun(p)
		w.narrow(first)
	}
	w.repair(first)
	w.put(first)
	if first != p && w.chance(60) { // that one is
		p = cloneNoun(p)
		p.Name, p.EffectiveTime, p.PublishTime = "policies/wide", w.ago(150), w.ago(151)
		w.repair(p)
		w.put(p)
	}
	for i := range pick(w.Rand, 0, 0, 1, 1, 2, 3) {
		w.addPolicy(pick(w.Rand, p, first), i+2)
	}
}

// narrow takes something away from a version.
func (w *scene) narrow(p *registry.Policy) {
	for range 1 + w.IntN(2) {
		switch w.IntN(4) {
		case 0, 1:
			p.Purposes = partOf(w.Rand, p.Purposes, len(p.Purposes))
		case 2:
			k := &p.Kinds[w.IntN(len(p.Kinds))]
			k.Purposes = partOf(w.Rand, k.Purposes, len(k.Purposes))
		case 3:
			k := &p.Kinds[w.IntN(len(p.Kinds))]
			k.AnyCategory, k.CoveredCategories = false, partOf(w.Rand, w.leaves(), 20)
		}
	}
}

func (w *scene) addBases(p *registry.Policy, k registry.RecipientKind) {
	ground := ""
	if w.chance(50) {
		ground = "9(2)(h)"
	}
	p.Bases = append(p.Bases,
		registry.BasisEntry{Purpose: "purposes/delivery", Kind: k, Regimes: laws, Basis: registry.BasisContract, SpecialGround: ground},
		registry.BasisEntry{Purpose: "purposes/account", Kind: k, Regimes: laws, Basis: registry.BasisHumanResources, SpecialGround: ground},
		registry.BasisEntry{Purpose: "purposes/fraud", Kind: k, Regimes: laws, Basis: registry.BasisLegalObligation, SpecialGround: ground},
		registry.BasisEntry{Purpose: "purposes/research", Kind: k, Regimes: laws[2:], Basis: registry.BasisLegitimateInterests, SpecialGround: ground})
	if w.chance(30) {
		p.Bases = append(p.Bases,
			registry.BasisEntry{Purpose: "purposes/fraud", Kind: k, Regimes: partOf(w.Rand, laws, 4), Basis: registry.BasisPublicBodyRequest},
			registry.BasisEntry{Purpose: "purposes/account", Kind: k, Regimes: partOf(w.Rand, laws, 4), Basis: registry.BasisContract})
	}
}

// addWaivers states cells of the matrix as data: the default's, or that the rules stand.
func (w *scene) addWaivers(p *registry.Policy) {
	for range 1 + w.IntN(3) {
		p.Waivers = append(p.Waivers, w.waiver())
	}
}

// waiver is a cell that a version may state.
func (w *scene) waiver() registry.WaiverCell {
	c := registry.WaiverCell{Exception: 1 + registry.Exception(w.IntN(6)), Group: 1 + registry.WaiverGroup(w.IntN(12)), Effect: registry.WaiverEffectNo}
	if w.chance(30) {
		c.Effect = registry.DefaultWaiver(c.Group, c.Exception)
	}
	if c.Group == registry.WaiverGroupKindLists && w.chance(50) {
		c.Effect = registry.WaiverEffectYes
	}
	return c
}

// addExceptionKinds states for which kinds exceptions may be claimed.
func (w *scene) addExceptionKinds(p *registry.Policy) {
	for e := registry.ExceptionLegalObligation; e <= registry.ExceptionMadePublic; e++ {
		if w.chance(30) {
			continue
		}
		k := registry.ExceptionKinds{Exception: e}
		for kind := registry.RecipientKindAffiliate; kind <= registry.RecipientKindPublic; kind++ {
			if !w.chance(10) {
				k.Kinds = append(k.Kinds, kind)
			}
		}
		p.ExceptionKinds = append(p.ExceptionKinds, k)
	}
}

// addPolicy adds a later version: mostly one again, for all or a part of its audience.
func (w *scene) addPolicy(like *registry.Policy, i int) {
	p := cloneNoun(like)
	p.Name = fmt.Sprintf("policies/v%d", i)
	p.EffectiveTime = pick(w.Rand, w.ago(400-i), w.ago(400-i), w.ago(300), w.now, w.now+1, w.now-1)
	p.PublishTime = p.EffectiveTime - aDay
	p.Significant = w.chance(40)
	p.Notices = nil
	if w.chance(70) {
		p.Notices = []registry.PolicyNotice{{Channel: "e-mail", SendTime: p.EffectiveTime - pick(w.Rand, aDay, 1, 0)}}
	}
	if w.chance(40) {
		p.Regions = partOf(w.Rand, []string{"CN", "DE", "FR", "SG", "SE", "GB"}, 3)
		if served := w.nouns[pick(w.Rand, w.names(registry.Exporters)...)].(*registry.Exporter).RegionsServed; len(served) > 0 && w.chance(50) { // all of an exporter, or almost
			p.Regions = partOf(w.Rand, served, len(served))
		}
	}
	if w.chance(30) {
		p.SubjectGroups = partOf(w.Rand, w.groups, 2)
	}
	for range w.IntN(3) { // what narrows
		switch w.IntN(7) {
		case 0:
			p.Purposes = partOf(w.Rand, p.Purposes, len(p.Purposes))
		case 1:
			p.Necessity = partOf(w.Rand, p.Necessity, len(p.Necessity))
		case 2:
			p.Bases = partOf(w.Rand, p.Bases, len(p.Bases))
		case 3:
			k := &p.Kinds[w.IntN(len(p.Kinds))]
			k.Purposes = partOf(w.Rand, k.Purposes, len(k.Purposes))
		case 4:
			p.ServesMinors = !p.ServesMinors
		case 5:
			p.Kinds = partOf(w.Rand, p.Kinds, len(p.Kinds))
		case 6:
			w.addWaivers(p)
		}
	}
	if w.chance(35) {
		w.widen(p)
	}
	if w.chance(25) { // what widens
		k := &p.Kinds[w.IntN(len(p.Kinds))]
		switch w.IntN(4) {
		case 0:
			p.WeakensRights = true
		case 1:
			k.CoveredCategories, k.AnyCategory = w.leaves(), false
			k.Categories = k.CoveredCategories
		case 2:
			k.AnyCategory, k.Categories, k.CoveredCategories = true, nil, nil
		case 3:
			p.Retention = append(p.Retention, registry.Retention{Purpose: "purposes/ads", Categories: slices.Clone(w.leaves()[2:3]), Days: 10})
		}
	}
	w.repair(p)
	w.put(p)
}
