package oracle

import (
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// R14: for each region the newest version that governs the group there.
func (j *judge) resolveVersions() {
	if j.group == 0 || j.regions == nil {
		return // rule 3 reads what is unknown
	}
	for _, region := range j.regions {
		var newest *registry.Policy
		for _, p := range j.policies {
			if j.governs(p, region) && (newest == nil || j.newer(p, newest)) {
				newest = p
			}
		}
		switch {
		case newest == nil:
			j.regionless = true
		case !slices.Contains(j.versions, newest):
			j.versions = append(j.versions, newest)
		}
	}
	if j.regionless {
		j.versions = nil // the rules that read the version do not run
	}
}

// newer orders versions by effective time, then by number.
func (r *Registry) newer(a, b *registry.Policy) bool {
	if a.EffectiveTime != b.EffectiveTime {
		return a.EffectiveTime > b.EffectiveTime
	}
	return r.numbers[a.Name] > r.numbers[b.Name]
}

func (j *judge) governs(p *registry.Policy, region string) bool {
	audience := slices.Contains(p.SubjectGroups, j.group) &&
		(slices.Contains(p.Regions, region) || slices.Contains(p.Regions, "*"))
	return audience && p.EffectiveTime != 0 && p.EffectiveTime <= j.t && j.mayGovern(p)
}

// mayGovern: notified where significant, and it does not weaken (R14).
func (j *judge) mayGovern(p *registry.Policy) bool {
	notified := slices.ContainsFunc(p.Notices, func(n registry.PolicyNotice) bool {
		return n.SendTime != 0 && n.SendTime < p.EffectiveTime
	})
	return (!p.Significant || notified) && !j.weakens(p)
}

// R15: for every group and region of its audience, against the version that governs
// there before it. The first version weakens nothing, whatever its author says.
func (j *judge) weakens(p *registry.Policy) bool {
	regions := slices.Clone(p.Regions)
	if slices.Contains(regions, "*") {
		for _, o := range j.policies {
			regions = append(regions, o.Regions...)
		}
	}
	for _, group := range p.SubjectGroups {
		for _, region := range regions {
			var before *registry.Policy
			for _, o := range j.policies {
				if o.EffectiveTime != 0 && o.EffectiveTime < p.EffectiveTime && slices.Contains(o.SubjectGroups, group) &&
					(slices.Contains(o.Regions, region) || slices.Contains(o.Regions, "*")) && j.mayGovern(o) &&
					(before == nil || j.newer(o, before)) {
					before = o
				}
			}
			if before != nil && weakensAgainst(p, before) {
				return true
			}
		}
	}
	return false
}

func weakensAgainst(p, before *registry.Policy) bool {
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

// Rule 14 PURPOSE_OUTSIDE_POLICY (R17) reads the served purpose; cured per
// category by a covering consent to it.
func (j *judge) rule14() {
	if j.served == nil || j.recipient == nil { // a consent covers by its recipient
		return
	}
	for _, kind := range j.kindsOf(14) {
		for _, p := range j.versions {
			if slices.Contains(p.Purposes, j.served.Name) {
				continue
			}
			for _, c := range j.asked {
				if !j.covered(kind, j.served.Name, c) {
					j.fire(decision.PurposeOutsidePolicy, registry.RegimePolicy, c.name)
				}
			}
		}
	}
}

// Rule 15 PURPOSE_OUTSIDE_RECIPIENT_KIND (R18) reads the purpose asked.
func (j *judge) rule15() {
	if j.purpose == nil {
		return
	}
	for _, v := range j.viewsOf(15) {
		processorAffiliate := v.kind == registry.RecipientKindAffiliate && v.role == registry.RecipientRoleProcessor
		var curable bool
		switch v.kind {
		case registry.RecipientKindAffiliate:
			curable = v.role == registry.RecipientRoleController || v.role == registry.RecipientRoleJointController
		case registry.RecipientKindPartner, registry.RecipientKindSupport, registry.RecipientKindMessaging:
			curable = true
		}
		for _, p := range j.versions {
			list := kindList(p, v.kind)
			if list != nil && slices.Contains(list.Purposes, j.purpose.Name) && !processorAffiliate {
				continue
			}
			for _, c := range j.asked {
				if !curable || !j.covered(v.kind, j.purpose.Name, c) {
					j.fire(decision.PurposeOutsideRecipientKind, registry.RegimePolicy, c.name)
				}
			}
		}
	}
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
// agreement, rules21to28 judges it.
func (j *judge) rule17() {
	if j.purpose == nil {
		return
	}
	for _, v := range j.viewsOf(17) {
		if j.hosted(v) {
			continue
		}
		for _, c := range j.asked {
			if j.outsideKind(v.kind, c) {
				j.fire(decision.CategoryOutsideRecipientKind, registry.RegimePolicy, c.name)
			}
		}
	}
}

// hosted reports whether a view is a cloud processor asked for HOSTING: then
// hosting, the deployment's or the agreement's, passes rule 17 (R20).
func (j *judge) hosted(v view) bool {
	return v.kind == registry.RecipientKindCloud && v.role == registry.RecipientRoleProcessor &&
		j.purpose != nil && j.purpose.Service == registry.ServiceHosting
}

// outsideKind reports whether a governing version's list for the kind lacks the category.
func (j *judge) outsideKind(kind registry.RecipientKind, c asked) bool {
	for _, p := range j.versions {
		list := kindList(p, kind)
		if list == nil || !list.AnyCategory && !c.coveredBy(list.CoveredCategories) {
			return true // no list is an empty list
		}
	}
	return false
}

// Rule 18 CATEGORY_NOT_NECESSARY_FOR_PURPOSE (R21) reads the served purpose.
func (j *judge) rule18() {
	if j.served == nil {
		return
	}
	for _, p := range j.versions {
		for _, c := range j.asked {
			if !slices.ContainsFunc(p.Necessity, func(n registry.Necessity) bool {
				return n.Purpose == j.served.Name && n.ApprovedBy != "" && n.ApproveTime != 0 && n.ApproveTime <= j.t &&
					c.coveredBy(n.CoveredCategories)
			}) {
				j.fire(decision.CategoryNotNecessaryForPurpose, registry.RegimePolicy, c.name)
			}
		}
	}
}
