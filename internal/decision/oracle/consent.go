package oracle

import (
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// source reports whether the asking principal is a source of consent.
func (j *judge) source() bool { return j.principal != nil && j.principal.ConsentSource != nil }

// believed returns the presented consents that count (R23).
func (j *judge) believed() []decision.Consent {
	if !j.source() || j.q.Subject == "" {
		return nil
	}
	limit := registry.Time(60)
	if s := j.principal.ConsentSource.MaxAgeSeconds; s != 0 {
		limit = registry.Time(s)
	}
	var out []decision.Consent
	for _, c := range j.q.Consents {
		if (c.Subject == "" || c.Subject == j.q.Subject) && given(c.CheckTime, j.t) && j.t-c.CheckTime <= limit*1_000_000 {
			out = append(out, c)
		}
	}
	return out
}

// ofType reports whether a type of consent counts for a kind at all (R24).
func ofType(c decision.Consent, kind registry.RecipientKind) bool {
	switch c.Type {
	case decision.ConsentOrdinary, decision.ConsentSeparateProvision, decision.ConsentSeparateSensitive,
		decision.ConsentSeparateCrossBorder, decision.ConsentExplicitEU, decision.ConsentGuardian:
		return true
	case decision.ConsentSeparatePublic:
		return kind == registry.RecipientKindPublic
	}
	return false
}

// coversButWithdrawal is R24 without its last condition.
func (j *judge) coversButWithdrawal(c decision.Consent, kind registry.RecipientKind, purpose string, a asked) bool {
	recipient := c.Recipient == "" || c.Recipient == j.q.Recipient
	if c.Recipient == "" && (c.Type == decision.ConsentSeparateProvision || c.Type == decision.ConsentSeparateCrossBorder) {
		recipient = false
	}
	return ofType(c, kind) && c.Purpose == purpose && a.coveredBy(c.Categories) && recipient &&
		j.policies[c.Policy] != nil && given(c.GiveTime, j.t) && !given(c.ExpireTime, j.t)
}

// has reports whether a believed consent that fits covers (purpose, category) (R24).
func (j *judge) has(kind registry.RecipientKind, purpose string, a asked, fits func(decision.Consent) bool) bool {
	return slices.ContainsFunc(j.believed(), func(c decision.Consent) bool {
		return fits(c) && j.coversButWithdrawal(c, kind, purpose, a) && !given(c.WithdrawTime, j.t)
	})
}

// covered reports whether any believed consent covers (purpose, category).
func (j *judge) covered(kind registry.RecipientKind, purpose string, a asked) bool {
	return j.has(kind, purpose, a, func(decision.Consent) bool { return true })
}

// listed returns the entries of a version for the served purpose, a kind and a regime (R26).
func (j *judge) listed(p *registry.Policy, kind registry.RecipientKind, regime registry.Regime) []registry.BasisEntry {
	var out []registry.BasisEntry
	for _, e := range p.Bases {
		if e.Purpose == j.served.Name && e.Kind == kind && slices.Contains(e.Regimes, regime) {
			out = append(out, e)
		}
	}
	return out
}

// evidence reports whether the evidence of a basis is given (R26).
func (j *judge) evidence(b registry.Basis, regime registry.Regime) bool {
	switch b {
	case registry.BasisContract:
		return j.q.OrderRef != "" && j.q.OrderSubject != "" && j.q.OrderSubject == j.q.Subject
	case registry.BasisHumanResources:
		return j.q.HRReference != ""
	case registry.BasisLegalObligation, registry.BasisPublicBodyRequest:
		return j.q.Citation != ""
	case registry.BasisLegitimateInterests:
		a := j.assessments[j.q.Assessment]
		return regime == registry.RegimeEu && a != nil && a.Exporter == j.exporter.Name &&
			slices.Contains(a.Recipients, j.recipient.Name) && slices.Contains(a.Purposes, j.served.Name) &&
			j.approved(a) && a.ReviewUntil > j.t
	}
	return false
}

// basis is the basis of a regime under a version for a kind (R26).
func (j *judge) basis(p *registry.Policy, kind registry.RecipientKind, regime registry.Regime) registry.Basis {
	evidenced := map[registry.Basis]bool{}
	for _, e := range j.listed(p, kind, regime) {
		if e.Basis != registry.BasisConsent && j.evidence(e.Basis, regime) {
			evidenced[e.Basis] = true
		}
	}
	if named := j.q.Bases[regime]; named != 0 {
		if evidenced[named] {
			return named
		}
		return registry.BasisConsent
	}
	if len(evidenced) == 1 {
		for b := range evidenced {
			return b
		}
	}
	return registry.BasisConsent
}

// basisKnown reports whether what a basis rests on is known.
func (j *judge) basisKnown() bool {
	return j.exporter != nil && j.served != nil && len(j.views) > 0 && len(j.versions) > 0
}

// each calls f for each version, view that the rule runs for, and category:
// what fires under one fires (R6, R14).
func (j *judge) each(rule int, f func(p *registry.Policy, v view, c asked)) {
	for _, p := range j.versions {
		for _, v := range j.viewsOf(rule) {
			for _, c := range j.asked {
				f(p, v, c)
			}
		}
	}
}

// Rule 20 DEIDENTIFICATION_REQUIRED (R28). deidentified counts only without a
// direct identifier (rule 20).
func (j *judge) rule20() {
	if !j.basisKnown() || !j.regimes[registry.RegimeCnSz] || j.q.Deidentified && !j.directIdentifier() {
		return
	}
	j.each(20, func(p *registry.Policy, v view, c asked) {
		other := func(r registry.Regime) bool {
			b := j.basis(p, v.kind, r)
			return b == registry.BasisHumanResources || b == registry.BasisLegitimateInterests
		}
		personal := c.any(func(l leaf) bool { return !l.nonPersonal }) // non-personal only if all leaves are (R4)
		if (v.role == registry.RecipientRoleController || v.role == registry.RecipientRoleJointController) && personal &&
			(other(registry.RegimeCnSz) || other(registry.RegimeCn)) {
			j.fire(decision.DeidentificationRequired, registry.RegimeCnSz, c.name)
		}
	})
}

// Rules 30 CONSENT_MISSING, 31 CONSENT_WITHDRAWN, 32 CONSENT_SCOPE_MISMATCH (R25).
func (j *judge) rules30to32() {
	if !j.basisKnown() {
		return
	}
	for _, regime := range j.resolvedOf(registry.RegimeCn, registry.RegimeEu) {
		j.each(30, func(p *registry.Policy, v view, c asked) {
			if j.q.Quantity > 1 { // whatever the basis
				j.fire(decision.ConsentMissing, regime, c.name)
				return
			}
			if j.basis(p, v.kind, regime) != registry.BasisConsent || j.covered(v.kind, j.served.Name, c) {
				return
			}
			code := decision.ConsentMissing
			for _, consent := range j.believed() {
				if code == decision.ConsentMissing && ofType(consent, v.kind) && consent.Purpose == j.served.Name {
					code = decision.ConsentScopeMismatch
				}
				if j.coversButWithdrawal(consent, v.kind, j.served.Name, c) { // and it does not cover: withdrawn
					code = decision.ConsentWithdrawn
				}
			}
			j.fire(code, regime, c.name)
		})
	}
}

// asks33 and its like say whether a separate consent is asked of a regime for a
// category (R27); the rule fires where it is asked and not covered.
func (j *judge) asks33(p *registry.Policy, v view) bool {
	return (v.role == registry.RecipientRoleController || v.role == registry.RecipientRoleJointController) && j.separate(p, v)
}

func (j *judge) asks34CN(p *registry.Policy, v view, c asked) bool {
	return (c.any(func(l leaf) bool { return l.sensitive }) || j.under14()) && j.separate(p, v)
}

func (j *judge) asks34EU(p *registry.Policy, v view, c asked) bool {
	basis := j.basis(p, v.kind, registry.RegimeEu)
	ground := basis != registry.BasisConsent && slices.ContainsFunc(j.listed(p, v.kind, registry.RegimeEu), func(e registry.BasisEntry) bool {
		return e.Basis == basis && e.SpecialGround != ""
	})
	return c.any(func(l leaf) bool { return l.special }) && !ground
}

func (j *judge) asks35(p *registry.Policy, v view) bool {
	return j.crossBorder(registry.RegimeCn) && j.separate(p, v)
}

// separate: the CN basis is CONSENT, or the setting asks.
func (j *judge) separate(p *registry.Policy, v view) bool {
	return j.settings.SeparateConsentWithoutConsentBasis || j.basis(p, v.kind, registry.RegimeCn) == registry.BasisConsent
}

// presented reports whether a separate consent of the type covers the category
// for the served purpose; two types name the recipient (R27).
func (j *judge) presented(t decision.ConsentType, v view, c asked, byGuardian bool) bool {
	return j.has(v.kind, j.served.Name, c, func(k decision.Consent) bool {
		return k.Type == t && (k.ByGuardian || !byGuardian)
	})
}

// Rule 33 SEPARATE_CONSENT_MISSING_PROVISION (R27), CN.
func (j *judge) rule33() {
	if !j.basisKnown() || !j.regimes[registry.RegimeCn] {
		return
	}
	j.each(33, func(p *registry.Policy, v view, c asked) {
		if j.asks33(p, v) && !j.presented(decision.ConsentSeparateProvision, v, c, false) {
			j.fire(decision.SeparateConsentMissingProvision, registry.RegimeCn, c.name)
		}
	})
}

// Rule 34 SEPARATE_CONSENT_MISSING_SENSITIVE (R27), CN and EU by their own flags.
func (j *judge) rule34() {
	if !j.basisKnown() {
		return
	}
	j.each(34, func(p *registry.Policy, v view, c asked) {
		if j.regimes[registry.RegimeCn] && j.asks34CN(p, v, c) && !j.presented(decision.ConsentSeparateSensitive, v, c, false) {
			j.fire(decision.SeparateConsentMissingSensitive, registry.RegimeCn, c.name)
		}
		if j.regimes[registry.RegimeEu] && j.asks34EU(p, v, c) && !j.presented(decision.ConsentExplicitEU, v, c, false) {
			j.fire(decision.SeparateConsentMissingSensitive, registry.RegimeEu, c.name)
		}
	})
}

// Rule 35 SEPARATE_CONSENT_MISSING_CROSS_BORDER (R27), CN.
func (j *judge) rule35() {
	if !j.basisKnown() || !j.regimes[registry.RegimeCn] {
		return
	}
	j.each(35, func(p *registry.Policy, v view, c asked) {
		if j.asks35(p, v) && !j.presented(decision.ConsentSeparateCrossBorder, v, c, false) {
			j.fire(decision.SeparateConsentMissingCrossBorder, registry.RegimeCn, c.name)
		}
	})
}

// Rule 36 SEPARATE_CONSENT_MISSING_PUBLIC (R27) reads no version.
func (j *judge) rule36() {
	if j.served == nil {
		return
	}
	for _, v := range j.viewsOf(36) {
		for _, c := range j.asked {
			if v.kind == registry.RecipientKindPublic && !j.presented(decision.ConsentSeparatePublic, v, c, false) {
				j.fire(decision.SeparateConsentMissingPublic, registry.RegimePolicy, c.name)
			}
		}
	}
}
