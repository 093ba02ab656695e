package oracle

import (
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// ofType reports whether a type of consent counts for a kind at all (R24, R80). One to
// a transfer under GDPR 49(1)(a) serves its derogation and nothing else (R81).
func (j *judge) ofType(c consent, kind registry.RecipientKind) bool {
	switch c.Type {
	case decision.ConsentOrdinary, decision.ConsentSeparateProvision, decision.ConsentSeparateSensitive,
		decision.ConsentSeparateCrossBorder, decision.ConsentExplicitEU:
		return true
	case decision.ConsentGuardian:
		return j.under18() || j.age == decision.AgeAdultLackingCapacity
	case decision.ConsentSeparatePublic:
		return kind == registry.RecipientKindPublic
	}
	return false
}

// coversButWithdrawal is R24 without its last condition.
func (j *judge) coversButWithdrawal(c consent, kind registry.RecipientKind, purpose string, a asked) bool {
	return j.ofType(c, kind) && j.reachesTo(c, purpose, a)
}

// reachesTo is R24 without its types and its last condition. Three types are given to
// one recipient, and without it cover nothing (R24, R81); so does one whose version
// does not speak to the person, or whose countries are others (R83).
func (j *judge) reachesTo(c consent, purpose string, a asked) bool {
	recipient := c.Recipient == "" || c.Recipient == j.q.Recipient
	if c.Recipient == "" && (c.Type == decision.ConsentSeparateProvision || c.Type == decision.ConsentSeparateCrossBorder || c.Type == decision.ConsentExplicitEUTransfer) {
		recipient = false
	}
	publication := c.Type != decision.ConsentSeparatePublic || c.Publication != "" && c.Publication == j.q.Publication // R49
	return c.Purpose == purpose && (c.every || a.coveredBy(c.Categories)) && recipient && publication &&
		(c.CheckTime == 0 || c.GiveTime <= c.CheckTime) && // R81; what is held was not checked
		j.policies[c.Policy] != nil && (c.every || published(j.policies[c.Policy]) <= c.GiveTime) && given(c.GiveTime, j.t) && !given(c.ExpireTime, j.t) &&
		j.speaks(j.policies[c.Policy]) && j.goesThere(c)
}

// speaks reports whether a version has the person in its audience, as far as who that is
// is known: the group and every region resolved. One that never takes effect has none (R83).
func (j *judge) speaks(p *registry.Policy) bool {
	if j.exporter == nil || j.group == 0 {
		return true
	}
	return p.EffectiveTime != 0 && slices.Contains(p.SubjectGroups, j.group) &&
		(slices.Contains(p.Regions, "*") || !adds(j.regions, p.Regions))
}

// goesThere reports whether a consent is to every country judged but our own, where it
// names countries at all. What is UNKNOWN is nowhere; without a deployment none is judged (R83).
func (j *judge) goesThere(c consent) bool {
	return len(c.Countries) == 0 || len(j.views) == 0 || !slices.ContainsFunc(j.countries(), func(country string) bool {
		if j.exporter != nil && country == j.exporter.Country && country != unknown {
			return false
		}
		return country == unknown || !slices.Contains(c.Countries, country)
	})
}

// published is from when a version is there to be consented under (R80).
func published(p *registry.Policy) registry.Time {
	if p.PublishTime != 0 {
		return p.PublishTime
	}
	return p.EffectiveTime
}

// has reports whether a believed consent that fits covers (purpose, category) (R24).
func (j *judge) has(kind registry.RecipientKind, purpose string, a asked, fits func(consent) bool) bool {
	return slices.ContainsFunc(j.believed, func(c consent) bool {
		return fits(c) && j.coversButWithdrawal(c, kind, purpose, a) && !given(c.WithdrawTime, j.t)
	})
}

// covered reports whether any believed consent covers (purpose, category).
func (j *judge) covered(kind registry.RecipientKind, purpose string, a asked) bool {
	return j.has(kind, purpose, a, func(consent) bool { return true })
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
		return !j.bulk() && j.q.OrderRef != "" && j.q.OrderSubject != "" && j.q.OrderSubject == j.q.Subject // R48
	case registry.BasisHumanResources:
		return j.q.HRReference != ""
	case registry.BasisLegalObligation, registry.BasisPublicBodyRequest:
		return j.q.Citation != ""
	case registry.BasisLegitimateInterests:
		a := j.assessments[j.q.Assessment]
		return (regime == registry.RegimeEu || regime == registry.RegimeUk) && j.exporter != nil && a != nil && a.Exporter == j.exporter.Name &&
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

// each calls f for each version, deployment that the rule runs for, and category:
// what fires under one fires (R6, R14).
func (j *judge) each(rule int, regime registry.Regime, f func(p *registry.Policy, v view, c asked)) {
	for _, p := range j.versions {
		for _, v := range j.viewsUnder(rule, regime) {
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
	j.each(20, registry.RegimeCnSz, func(p *registry.Policy, v view, c asked) {
		other := func(r registry.Regime) bool {
			b := j.basis(p, v.kind, r)
			return b == registry.BasisHumanResources || b == registry.BasisLegitimateInterests
		}
		if v.controls() && c.personal() && (other(registry.RegimeCnSz) || other(registry.RegimeCn)) {
			j.fire(decision.DeidentificationRequired, registry.RegimeCnSz, c.name)
		}
		// R80: what an exception spares is no consent.
		if v.controls() && c.personal() && j.basis(p, v.kind, registry.RegimeCn) == registry.BasisConsent && !j.covered(v.kind, j.served.Name, c) {
			spared, _ := j.waives(decision.ConsentMissing, registry.RegimeCn, c.name)
			if too, _ := j.waives(decision.DeidentificationRequired, registry.RegimeCnSz, c.name); spared && !too {
				j.fire(decision.DeidentificationRequired, registry.RegimeCnSz, c.name)
			}
		}
	})
}

// Rules 30 CONSENT_MISSING, 31 CONSENT_WITHDRAWN, 32 CONSENT_SCOPE_MISMATCH (R25,
// R48): exactly one of them. Without a subject 30 fires for another basis too (R81).
func (j *judge) rules30to32() {
	if !j.basisKnown() {
		return
	}
	for _, regime := range j.laws() {
		j.each(30, regime, func(p *registry.Policy, v view, c asked) {
			if j.bulk() && !j.cohort { // whatever the basis
				j.fire(decision.ConsentMissing, regime, c.name)
				return
			}
			if j.basis(p, v.kind, regime) != registry.BasisConsent {
				if j.nobody() && c.personal() {
					j.fireAt(decision.ConsentMissing, regime, "no_subject", "", c.name)
				}
				return
			}
			if j.covered(v.kind, j.served.Name, c) {
				return
			}
			code := decision.ConsentMissing
			for _, k := range j.believed {
				if code == decision.ConsentMissing && j.ofType(k, v.kind) && k.Purpose == j.served.Name {
					code = decision.ConsentScopeMismatch
				}
				if j.coversButWithdrawal(k, v.kind, j.served.Name, c) { // and it does not cover: withdrawn
					code = decision.ConsentWithdrawn
				}
			}
			j.fire(code, regime, c.name)
		})
	}
}

// asks33 and its like say whether a separate consent is asked of a regime for a
// category (R27, R45); the rule fires where it is asked and not covered.
func (j *judge) asks33(p *registry.Policy, v view) bool {
	return v.class.has(33, registry.RegimeCn) && v.controls() && j.separate(p, v)
}

func (j *judge) asks34(p *registry.Policy, v view, regime registry.Regime, c asked) bool {
	if !v.class.has(34, regime) {
		return false
	}
	if regime == registry.RegimeCn {
		return (c.any(func(l leaf) bool { return l.sensitive }) || j.under14()) && j.separate(p, v)
	}
	basis := j.basis(p, v.kind, regime)
	ground := basis != registry.BasisConsent && slices.ContainsFunc(j.listed(p, v.kind, regime), func(e registry.BasisEntry) bool {
		return e.Basis == basis && e.SpecialGround != ""
	})
	return c.any(func(l leaf) bool { return l.special }) && !ground
}

func (j *judge) asks35(p *registry.Policy, v view) bool {
	return v.class.has(35, registry.RegimeCn) && j.crossBorder(registry.RegimeCn) && j.separate(p, v)
}

// separate: the CN basis is CONSENT, or the setting asks.
func (j *judge) separate(p *registry.Policy, v view) bool {
	return j.settings.SeparateConsentWithoutConsentBasis || j.basis(p, v.kind, registry.RegimeCn) == registry.BasisConsent
}

// presented reports whether a separate consent of the type covers the category
// for the served purpose; two types name the recipient (R27).
func (j *judge) presented(t decision.ConsentType, v view, c asked, byGuardian bool) bool {
	return j.has(v.kind, j.served.Name, c, func(k consent) bool {
		return k.Type == t && (k.ByGuardian || !byGuardian)
	})
}

// Rule 33 SEPARATE_CONSENT_MISSING_PROVISION (R27), CN.
func (j *judge) rule33() {
	if !j.basisKnown() || !j.regimes[registry.RegimeCn] {
		return
	}
	j.each(33, registry.RegimeCn, func(p *registry.Policy, v view, c asked) {
		if j.asks33(p, v) && !j.presented(decision.ConsentSeparateProvision, v, c, false) {
			j.fire(decision.SeparateConsentMissingProvision, registry.RegimeCn, c.name)
		}
	})
}

// Rule 34 SEPARATE_CONSENT_MISSING_SENSITIVE (R27), each regime by its own flags.
func (j *judge) rule34() {
	if !j.basisKnown() {
		return
	}
	for _, regime := range j.laws() {
		want := decision.ConsentExplicitEU
		if regime == registry.RegimeCn {
			want = decision.ConsentSeparateSensitive
		}
		j.each(34, regime, func(p *registry.Policy, v view, c asked) {
			if j.asks34(p, v, regime, c) && !j.presented(want, v, c, false) {
				j.fire(decision.SeparateConsentMissingSensitive, regime, c.name)
			}
		})
	}
}

// Rule 35 SEPARATE_CONSENT_MISSING_CROSS_BORDER (R27), CN.
func (j *judge) rule35() {
	if !j.basisKnown() || !j.regimes[registry.RegimeCn] {
		return
	}
	j.each(35, registry.RegimeCn, func(p *registry.Policy, v view, c asked) {
		if j.asks35(p, v) && !j.presented(decision.ConsentSeparateCrossBorder, v, c, false) {
			j.fire(decision.SeparateConsentMissingCrossBorder, registry.RegimeCn, c.name)
		}
	})
}

// published is what lets the public have a category (R61, R82): a covering consent to
// this publication, or the question's instrument where it orders publication for the
// purpose asked.
func (j *judge) published(v view, c asked) bool {
	i := j.instruments[j.q.AuthorityInstrument]
	return j.presented(decision.ConsentSeparatePublic, v, c, false) ||
		i != nil && j.stands(i) && i.OrdersPublication && slices.Contains(i.Purposes, j.purpose.Name) && c.coveredBy(i.CoveredCategories) && !blank(i.NecessityReason)
}

// Rule 36 SEPARATE_CONSENT_MISSING_PUBLIC (R61).
func (j *judge) rule36() { j.ofPublic(36, decision.SeparateConsentMissingPublic) }

// Rule 40 PUBLIC_DISCLOSURE_NOT_PERMITTED (R61).
func (j *judge) rule40() { j.ofPublic(40, decision.PublicDisclosureNotPermitted) }

func (j *judge) ofPublic(rule int, code decision.Code) {
	if j.served == nil {
		return
	}
	for _, v := range j.viewsOf(rule) {
		for _, c := range j.asked {
			if v.class == public && !j.published(v, c) {
				j.fire(code, registry.RegimePolicy, c.name)
			}
		}
	}
}
