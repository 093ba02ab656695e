package decision

import "waybill/internal/registry"

// Rules 14 to 18 and 20: what the policy version states.

func rulePurposeStated(e *scratch) {
	for _, p := range e.policies {
		e.fireOn(PurposeOutsidePolicy, registry.RegimePolicy, DetailPurpose, p.number, e.unstated(p)&^e.postponedUnder(p, PurposeOutsidePolicy))
	}
}

// unstated returns the asked categories that rule 14 hits under a version.
func (e *scratch) unstated(p *policy) uint64 {
	if p.purposes.has(e.served.place) {
		return 0
	}
	kind := registry.RecipientKindUnspecified
	if e.everyPublic() {
		kind = registry.RecipientKindPublic
	}
	return e.known &^ e.consented(e.served.number, e.ordinary(kind), false)
}

func (e *scratch) everyPublic() bool {
	for i := range e.deps {
		if e.deps[i].kind != registry.RecipientKindPublic {
			return false
		}
	}
	return len(e.deps) > 0
}

func rulePurposeOfKind(e *scratch) {
	for i := range e.deps {
		d := &e.deps[i]
		if d.class&e.rule.kinds == 0 {
			continue
		}
		detail := DetailPurpose
		if affiliateProcessor(d) {
			detail = DetailKind
		}
		e.fireOn(PurposeOutsideRecipientKind, registry.RegimePolicy, detail, 0, e.outsidePurposes(d, d.policy)&^e.postponedUnder(d.policy, PurposeOutsideRecipientKind))
	}
}

// affiliateProcessor reports whether an affiliate is to be judged by the kind of a
// service that no deployment states.
func affiliateProcessor(d *judged) bool {
	return d.kind == registry.RecipientKindAffiliate && d.role == registry.RecipientRoleProcessor
}

// outsidePurposes returns the asked categories that rule 15 hits under a version.
func (e *scratch) outsidePurposes(d *judged, p *policy) uint64 {
	switch {
	case affiliateProcessor(d):
		return e.known
	case p.kinds[d.kind].purposes.has(e.purpose.place):
		return 0
	case curedByConsent(d):
		return e.known &^ e.consented(e.purpose.number, e.ordinary(d.kind), false)
	}
	return e.known
}

// curedByConsent reports whether a specific prior consent cures rule 15 (S1.2).
func curedByConsent(d *judged) bool {
	switch d.kind {
	case registry.RecipientKindAffiliate:
		return controls(d.role)
	case registry.RecipientKindPartner, registry.RecipientKindSupport, registry.RecipientKindMessaging:
		return true
	}
	return false
}

func ruleCredential(e *scratch) {
	credentials := e.flagged(flagCode | flagHash | flagClear)
	if credentials == 0 {
		return
	}
	own, hosted := e.q.ToOwnAddress && e.purpose.service == registry.ServiceMessageDelivery, true
	for i := range e.deps {
		d := &e.deps[i]
		own = own && d.kind == registry.RecipientKindMessaging && d.role == registry.RecipientRoleProcessor
		hosted = hosted && d.number != 0 && d.hosting
	}
	bad := e.flagged(flagClear)
	if !own {
		bad |= e.flagged(flagCode)
	}
	if !hosted {
		bad |= e.flagged(flagHash)
	}
	e.fireOn(CategoryNeverShareable, registry.RegimePolicy, DetailCategories, 0, bad)
}

// outsideKind returns the asked categories that are outside the list of the
// deployment's kind: reading R20.
func (e *scratch) outsideKind(d *judged) (bad uint64) {
	for _, p := range e.policies {
		bad |= e.outsideList(d, p)
	}
	return bad
}

// outsideList is outsideKind under one version.
func (e *scratch) outsideList(d *judged, p *policy) uint64 {
	k := &p.kinds[d.kind]
	if k.any {
		return 0
	}
	return e.known &^ e.covered(k.categories) // no entry is an empty list
}

// mayHost reports whether the deployment is a cloud that may be asked to host
// what its list does not name, if it or its agreement says so.
func (e *scratch) mayHost(d *judged) bool {
	return d.kind == registry.RecipientKindCloud && d.role == registry.RecipientRoleProcessor && e.purpose.service == registry.ServiceHosting
}

func ruleCategoryOfKind(e *scratch) {
	for i := range e.deps {
		d := &e.deps[i]
		if d.class&e.rule.kinds == 0 || e.judgedWithAgreement(d) {
			continue
		}
		e.fireOn(CategoryOutsideRecipientKind, registry.RegimePolicy, DetailCategories, 0, e.outsideList(d, d.policy)&^e.postponedUnder(d.policy, CategoryOutsideRecipientKind))
	}
}

// judgedWithAgreement reports whether a cloud that may host passes rule 17, or is
// judged with the agreement that a category rests on.
func (e *scratch) judgedWithAgreement(d *judged) bool {
	return e.mayHost(d) && (d.hosting || e.have&needExporter != 0 && e.candidates(d))
}

// ruleHosted judges rule 17 with the agreement that a category rests on.
func ruleHosted(e *scratch, d *judged, a *agreementView) hit {
	if e.mayHost(d) && !d.hosting && !a.hosting {
		return hit{markHosting, e.outsideKind(d)}
	}
	return hit{}
}

func ruleNecessary(e *scratch) {
	for _, p := range e.policies {
		var good uint64
		for i := range p.necessity {
			if n := &p.necessity[i]; n.purpose == e.served.number && e.counts(n) {
				good |= e.covered(n.categories)
			}
		}
		if e.known&^good != 0 {
			good = e.necessaryTogether(p)
		}
		e.fireOn(CategoryNotNecessaryForPurpose, registry.RegimePolicy, DetailNecessity, p.number, e.known&^good)
	}
}

// counts reports whether a judgement holds: reading R52. In edition 1 it had no end.
func (e *scratch) counts(n *necessity) bool {
	return n.approved <= e.now && (e.edition == 1 || e.now < n.until)
}

// necessaryTogether returns the asked categories each of whose leaves some entry
// of the purpose covers, one entry or several.
func (e *scratch) necessaryTogether(p *policy) (good uint64) {
	for i := range e.asked {
		c := e.asked[i].category
		if c == nil {
			continue
		}
		all := true
		for _, leaf := range c.leaves {
			found := false
			for k := range p.necessity {
				if n := &p.necessity[k]; n.purpose == e.served.number && e.counts(n) && n.categories.has(leaf) {
					found = true
					break
				}
			}
			if all = all && found; !all {
				break
			}
		}
		if all {
			good |= 1 << i
		}
	}
	return good
}

func ruleDeidentified(e *scratch) {
	// It counts only without a direct identifier; with one, rule 1 fires.
	if !e.under(registry.RegimeCnSz) || e.q.Deidentified && e.flagged(flagDirect) == 0 {
		return
	}
	personal := e.known &^ e.flaggedWhole(flagNonPersonal)
	for i := range e.deps {
		d := &e.deps[i]
		if d.class&e.rule.kinds != 0 && controls(d.role) && (asksDeidentified(d.bases[registry.RegimeCnSz]) || asksDeidentified(d.bases[registry.RegimeCn])) {
			e.fireOn(DeidentificationRequired, registry.RegimeCnSz, DetailDeidentified, 0, personal)
		}
		if d.class&e.rule.kinds != 0 && controls(d.role) {
			e.fireOn(DeidentificationRequired, registry.RegimeCnSz, DetailDeidentified, 0, personal&e.unconsented(d))
		}
	}
}

// unconsented returns the asked categories that an exception spares the consent of
// PIPL 13, and that nobody consented to: SZ-Data 26 knows the consent, not what is
// spared, unless the exception spares de-identification too.
func (e *scratch) unconsented(d *judged) uint64 {
	if d.bases[registry.RegimeCn] != registry.BasisConsent || e.waives(registry.WaiverGroupDeidentification, registry.RegimeCnSz) != 0 {
		return 0
	}
	return e.waives(registry.WaiverGroupConsent, registry.RegimeCn) &^ e.consented(e.served.number, e.ordinary(d.kind), false)
}

// asksDeidentified reports whether a basis is none of the four of SZ-Data 26.
func asksDeidentified(b registry.Basis) bool {
	return b == registry.BasisHumanResources || b == registry.BasisLegitimateInterests
}
