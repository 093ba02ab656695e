package oracle

import (
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// R50: for each region the versions are walked, and the last that took effect governs.
func (j *judge) resolveVersions() {
	if j.group == 0 || j.regions == nil {
		return // rule 3 reads what is unknown
	}
	j.walks, j.took = map[string][]*registry.Policy{}, map[string]*registry.Policy{}
	for _, region := range j.regions {
		var walk []*registry.Policy
		for _, p := range j.policies {
			if slices.Contains(p.SubjectGroups, j.group) && (slices.Contains(p.Regions, region) || slices.Contains(p.Regions, "*")) &&
				given(p.EffectiveTime, j.t) {
				walk = append(walk, p)
			}
		}
		slices.SortFunc(walk, func(a, b *registry.Policy) int {
			if j.newer(a, b) {
				return 1
			}
			return -1
		})
		var last *registry.Policy
		for _, p := range walk {
			if notified(p) && (last == nil || !j.weakensAgainst(p, last) || j.accepted(p)) {
				last = p
			}
		}
		j.walks[region], j.took[region] = walk, last
		switch {
		case last == nil:
			j.regionless = true
		case !slices.Contains(j.versions, last):
			j.versions = append(j.versions, last)
		}
	}
	if j.regionless {
		j.versions = nil // the rules that read the version do not run
	}
}

// notified reports whether a version needs no notice, or one was sent before it took effect.
func notified(p *registry.Policy) bool {
	return !p.Significant || slices.ContainsFunc(p.Notices, func(n registry.PolicyNotice) bool {
		return n.SendTime != 0 && n.SendTime < p.EffectiveTime
	})
}

// accepted reports whether this very version was accepted (R50): by the person, as
// presented or held, who is not guarded; or by a guardian, as held, of whom there is one
// (R83).
func (j *judge) accepted(p *registry.Policy) bool {
	if j.bulk() {
		return false
	}
	own := j.source() && j.q.Subject != "" && j.q.AcceptedPolicy == p.Name || slices.Contains(j.held.Accepted, j.numbers[p.Name])
	byGuardian := slices.Contains(j.held.AcceptedByGuardian, j.numbers[p.Name])
	return own && !j.guarded() || byGuardian && (j.under18() || j.age == decision.AgeAdultLackingCapacity)
}

// guarded reports whether nobody but a guardian accepts for the person: who is under 14,
// lacks capacity, or may lie below the age of GDPR 8 where that is the law (R83).
func (j *judge) guarded() bool {
	below := func(regime registry.Regime) bool {
		return j.regimes[regime] && mayLieBelow(j.age, j.consentAge(regime))
	}
	return j.under14() || j.age == decision.AgeAdultLackingCapacity || below(registry.RegimeEu) || below(registry.RegimeUk)
}

// newer orders versions by effective time, then by number.
func (r *Registry) newer(a, b *registry.Policy) bool {
	if a.EffectiveTime != b.EffectiveTime {
		return a.EffectiveTime > b.EffectiveTime
	}
	return r.numbers[a.Name] > r.numbers[b.Name]
}

// weakensAgainst compares two versions (R15, R50, R83).
func (r *Registry) weakensAgainst(p, before *registry.Policy) bool {
	if p.WeakensRights || adds(p.Purposes, before.Purposes) {
		return true
	}
	for _, k := range p.Kinds {
		old := kindList(before, k.Kind)
		if old == nil || adds(k.Purposes, old.Purposes) || k.AnyCategory && !old.AnyCategory ||
			!old.AnyCategory && adds(k.CoveredCategories, old.CoveredCategories) {
			return true
		}
	}
	for _, e := range p.Retention {
		for _, c := range e.Categories {
			if days, ok := retention(before, e.Purpose, c); !ok || e.Days > days {
				return true
			}
		}
	}
	return addsBasis(p, before) || addsException(p, before) || r.dropsSchedule(p, before)
}

// addsBasis reports whether a version lists a basis that the one before did not, or with
// a special ground that it had not (R83).
func addsBasis(p, before *registry.Policy) bool {
	for _, e := range p.Bases {
		if e.Basis == registry.BasisConsent {
			continue
		}
		for _, regime := range e.Regimes {
			old := func(grounded bool) bool {
				return slices.ContainsFunc(before.Bases, func(o registry.BasisEntry) bool {
					return o.Purpose == e.Purpose && o.Kind == e.Kind && o.Basis == e.Basis && slices.Contains(o.Regimes, regime) && (!grounded || !blank(o.SpecialGround))
				})
			}
			if !old(false) || !blank(e.SpecialGround) && !old(true) {
				return true
			}
		}
	}
	return false
}

// addsException reports whether an exception does something else to a group of rules
// than under the version before, and not nothing, or may be claimed for another kind
// (R83).
func addsException(p, before *registry.Policy) bool {
	for e := registry.ExceptionLegalObligation; e <= registry.ExceptionMadePublic; e++ {
		for g := registry.WaiverGroupErasedOrRestricted; g <= registry.WaiverGroupAssessment; g++ {
			if effect := p.Waiver(g, e); effect != registry.WaiverEffectNo && effect != before.Waiver(g, e) {
				return true
			}
		}
		if slices.ContainsFunc(p.KindsOf(e), func(k registry.RecipientKind) bool { return !slices.Contains(before.KindsOf(e), k) }) {
			return true
		}
	}
	return false
}

// dropsSchedule reports whether a version says no more how long something is kept that
// it holds necessary, though the one before did (R83).
func (r *Registry) dropsSchedule(p, before *registry.Policy) bool {
	scheduled := func(v *registry.Policy, purpose, leaf string) bool {
		return slices.ContainsFunc(v.Retention, func(e registry.Retention) bool {
			return e.Purpose == purpose && slices.ContainsFunc(e.Categories, func(named string) bool { return within(leaf, named) })
		})
	}
	for _, n := range p.Necessity {
		if n.ApprovedBy == "" || n.ApproveTime == 0 {
			continue
		}
		for _, leaf := range n.CoveredCategories {
			if r.categories[leaf] != nil && !r.inner(leaf) && scheduled(before, n.Purpose, leaf) && !scheduled(p, n.Purpose, leaf) {
				return true
			}
		}
	}
	return false
}

// adds reports whether now names what before did not.
func adds(now, before []string) bool {
	return slices.ContainsFunc(now, func(s string) bool { return !slices.Contains(before, s) })
}

func retention(p *registry.Policy, purpose, category string) (int32, bool) {
	for _, e := range p.Retention {
		if e.Purpose == purpose && slices.Contains(e.Categories, category) {
			return e.Days, true
		}
	}
	return 0, false
}

// kindList is what a version lists for a kind, nil if nothing.
func kindList(p *registry.Policy, kind registry.RecipientKind) *registry.KindList {
	for i := range p.Kinds {
		if p.Kinds[i].Kind == kind {
			return &p.Kinds[i]
		}
	}
	return nil
}

// Rule 3 POLICY_VERSION_NOT_IN_FORCE (R14).
func (j *judge) rule3() {
	if j.regionless {
		j.fire(decision.PolicyVersionNotInForce, registry.RegimePolicy)
	}
}

// verdict is what 4, 5, 14, 15 and 17 say of a category under a version.
type verdict struct {
	instead decision.Code // 4 or 5, with the later version that would permit
	later   string
	hits    []decision.Code // of 14, 15 and 17, where nothing stands instead
}

// resolveVerdicts judges rules 14, 15 and 17 under each governing version, and rules
// 4 and 5 that stand in their place (R51).
func (j *judge) resolveVerdicts() {
	j.under = map[*registry.Policy]map[string]verdict{}
	for _, p := range j.versions {
		j.under[p] = map[string]verdict{}
		for _, c := range j.asked {
			var v verdict
			for _, code := range j.hitsUnder(p, c) {
				if waives, _ := j.waives(code, registry.RegimePolicy, c.name); waives {
					j.notes(code, registry.RegimePolicy)
					continue
				}
				v.hits = append(v.hits, code)
			}
			if len(v.hits) > 0 && j.served != nil && len(j.views) > 0 {
				for _, later := range j.laterThan(p) {
					if j.permits(later, c) {
						v = verdict{instead: decision.PolicyWeakensRightsNoConsent, later: later.Name}
						if !notified(later) {
							v.instead = decision.PolicyChangeNotNotified
						}
						break
					}
				}
			}
			j.under[p][c.name] = v
		}
	}
}

// permits reports whether none of 14, 15 and 17 would hit under a version.
func (j *judge) permits(p *registry.Policy, c asked) bool {
	return !slices.ContainsFunc(j.hitsUnder(p, c), func(code decision.Code) bool {
		waives, _ := j.waives(code, registry.RegimePolicy, c.name)
		return !waives
	})
}

// laterThan are the versions of the walks that a version ends which came after it and
// did not take effect, the newest first (R51).
func (j *judge) laterThan(p *registry.Policy) []*registry.Policy {
	var out []*registry.Policy
	for region, walk := range j.walks {
		if j.took[region] != p {
			continue
		}
		for _, later := range walk[slices.Index(walk, p)+1:] {
			if !slices.Contains(out, later) {
				out = append(out, later)
			}
		}
	}
	slices.SortFunc(out, func(a, b *registry.Policy) int {
		if j.newer(a, b) {
			return -1
		}
		return 1
	})
	return out
}

// hitsUnder returns which of 14, 15 and 17 would hit a category under a version; 17
// only where it is not judged with the agreement.
func (j *judge) hitsUnder(p *registry.Policy, c asked) []decision.Code {
	var out []decision.Code
	if j.hits14(p, c) {
		out = append(out, decision.PurposeOutsidePolicy)
	}
	if j.hits15(p, c) {
		out = append(out, decision.PurposeOutsideRecipientKind)
	}
	if j.hits17(p, c) {
		out = append(out, decision.CategoryOutsideRecipientKind)
	}
	return out
}

// Rule 4 POLICY_CHANGE_NOT_NOTIFIED (R51); it stands beside rule 3 where a region has
// only versions that lack notice.
func (j *judge) rule4() {
	j.instead(decision.PolicyChangeNotNotified)
	var newest *registry.Policy
	for region, walk := range j.walks {
		if j.took[region] == nil && len(walk) > 0 && (newest == nil || j.newer(walk[len(walk)-1], newest)) {
			newest = walk[len(walk)-1]
		}
	}
	if newest != nil {
		j.fireAt(decision.PolicyChangeNotNotified, registry.RegimePolicy, "", newest.Name)
	}
}

// Rule 5 POLICY_WEAKENS_RIGHTS_NO_CONSENT (R51).
func (j *judge) rule5() { j.instead(decision.PolicyWeakensRightsNoConsent) }

func (j *judge) instead(code decision.Code) {
	for _, p := range j.versions {
		for c, v := range j.under[p] {
			if v.instead == code {
				j.fireAt(code, registry.RegimePolicy, "", v.later, c)
			}
		}
	}
}

// hit fires a rule where it hits under a governing version.
func (j *judge) hit(code decision.Code) {
	for _, p := range j.versions {
		for c, v := range j.under[p] {
			if slices.Contains(v.hits, code) {
				j.fire(code, registry.RegimePolicy, c)
			}
		}
	}
}

// Rule 14 PURPOSE_OUTSIDE_POLICY (R17).
func (j *judge) rule14() { j.hit(decision.PurposeOutsidePolicy) }

// hits14 reads the served purpose; cured per category by a covering consent to it.
func (j *judge) hits14(p *registry.Policy, c asked) bool {
	if j.served == nil || j.recipient == nil || slices.Contains(p.Purposes, j.served.Name) { // a consent covers by its recipient
		return false
	}
	return slices.ContainsFunc(j.kindsOf(14), func(kind registry.RecipientKind) bool { return !j.covered(kind, j.served.Name, c) })
}

// Rule 15 PURPOSE_OUTSIDE_RECIPIENT_KIND (R18).
func (j *judge) rule15() { j.hit(decision.PurposeOutsideRecipientKind) }

// hits15 reads the purpose asked.
func (j *judge) hits15(p *registry.Policy, c asked) bool {
	if j.purpose == nil {
		return false
	}
	for _, v := range j.viewsOf(15) {
		processorAffiliate := v.kind == registry.RecipientKindAffiliate && v.role == registry.RecipientRoleProcessor
		var curable bool
		switch v.kind {
		case registry.RecipientKindAffiliate:
			curable = v.controls()
		case registry.RecipientKindPartner, registry.RecipientKindSupport, registry.RecipientKindMessaging:
			curable = true
		}
		list := kindList(p, v.kind)
		if list != nil && slices.Contains(list.Purposes, j.purpose.Name) && !processorAffiliate {
			continue
		}
		if !curable || !j.covered(v.kind, j.purpose.Name, c) {
			return true
		}
	}
	return false
}

// Rule 16 CATEGORY_NEVER_SHAREABLE (R19).
func (j *judge) rule16() {
	if j.purpose == nil {
		return
	}
	for _, v := range j.viewsOf(16) {
		codeMayGo := v.kind == registry.RecipientKindMessaging && v.role == registry.RecipientRoleProcessor &&
			j.purpose.Service == registry.ServiceMessageDelivery && j.q.ToOwnAddress
		hashMayGo := v.deployment != nil && v.hosting
		for _, c := range j.asked {
			if c.any(func(l leaf) bool {
				return l.credential == registry.CredentialClear ||
					l.credential == registry.CredentialCode && !codeMayGo ||
					l.credential == registry.CredentialHash && !hashMayGo
			}) {
				j.fire(decision.CategoryNeverShareable, registry.RegimePolicy, c.name)
			}
		}
	}
}

// Rule 17 CATEGORY_OUTSIDE_RECIPIENT_KIND (R20). Where it is judged with the
// agreement, rules21to28and49 judges it; without a candidate it is judged here.
func (j *judge) rule17() { j.hit(decision.CategoryOutsideRecipientKind) }

func (j *judge) hits17(p *registry.Policy, c asked) bool {
	return j.purpose != nil && slices.ContainsFunc(j.viewsOf(17), func(v view) bool {
		withAgreement := j.hosted(v) && (v.hosting || j.exporter == nil || len(j.agreementsFor(v)) > 0)
		return !withAgreement && outsideList(p, v.kind, c)
	})
}

// hosted reports whether a view is a cloud processor asked for HOSTING: then
// hosting, the deployment's or the agreement's, passes rule 17 (R20).
func (j *judge) hosted(v view) bool {
	return v.kind == registry.RecipientKindCloud && v.role == registry.RecipientRoleProcessor &&
		j.purpose != nil && j.purpose.Service == registry.ServiceHosting
}

// outsideKind reports whether a governing version's list for the kind lacks the category.
func (j *judge) outsideKind(kind registry.RecipientKind, c asked) bool {
	return slices.ContainsFunc(j.versions, func(p *registry.Policy) bool { return outsideList(p, kind, c) })
}

// outsideList reports whether a version's list for the kind lacks the category; no
// list is an empty list.
func outsideList(p *registry.Policy, kind registry.RecipientKind, c asked) bool {
	list := kindList(p, kind)
	return list == nil || !list.AnyCategory && !c.coveredBy(list.CoveredCategories)
}

// Rule 18 CATEGORY_NOT_NECESSARY_FOR_PURPOSE (R21, R52) reads the served purpose.
func (j *judge) rule18() {
	if j.served == nil || !j.runs(18) {
		return
	}
	for _, p := range j.versions {
		for _, c := range j.asked {
			if !slices.ContainsFunc(p.Necessity, func(n registry.Necessity) bool {
				return n.Purpose == j.served.Name && n.ApprovedBy != "" && j.judgementStands(n.ApproveTime, n.ReviewUntil) &&
					c.coveredBy(n.CoveredCategories)
			}) {
				j.fire(decision.CategoryNotNecessaryForPurpose, registry.RegimePolicy, c.name)
			}
		}
	}
}

// linkage reports whether categories that are given together hold analytics data and
// identity or contact data (R65); one may be both.
func (j *judge) linkage(names []string) bool {
	var analytics, identity bool
	for _, c := range j.asked {
		if slices.Contains(names, c.name) {
			analytics = analytics || c.any(func(l leaf) bool { return l.analytics })
			identity = identity || c.any(func(l leaf) bool { return l.identity })
		}
	}
	return analytics && identity
}

// Rule 19 ANALYTICS_LINKAGE_FORBIDDEN (R65).
func (j *judge) rule19() {
	if j.purpose == nil || j.served == nil || len(j.views) == 0 {
		return
	}
	analytics := j.purpose.Analytics || j.served.Analytics ||
		slices.ContainsFunc(j.views, func(v view) bool {
			return v.kind == registry.RecipientKindAnalytics || v.kind == registry.RecipientKindAdvertising
		})
	if !analytics || !j.linkage(j.q.Categories) {
		return
	}
	for _, c := range j.asked {
		if c.any(func(l leaf) bool { return l.analytics || l.identity }) {
			j.fire(decision.AnalyticsLinkageForbidden, registry.RegimePolicy, c.name)
		}
	}
}
