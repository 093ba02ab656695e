package decision

import "waybill/internal/registry"

// Which exemptions and derogations match a question: reading R70.

// matches reports whether a mechanism that asks something of the question finds it.
func (e *scratch) matches(t *transferView) bool {
	switch t.mechanism {
	case registry.MechanismScc:
		return t.facts&factImporterUnder == 0 && e.fitsModule(t.rests.module)
	case registry.MechanismGbaContract:
		return e.exporter.greaterBay
	case registry.MechanismExemption:
		return e.exempt(registry.Exemption(t.ground))
	case registry.MechanismDerogation:
		const both = factOccasional | factNoSafeguards
		return t.facts&both == both && e.derogates(registry.Derogation(t.ground), t.regime)
	}
	return true
}

// fitsModule reports whether a module of the EU clauses fits the role of every
// deployment that is sent to.
func (e *scratch) fitsModule(module uint8) bool {
	for i := range e.deps {
		d := &e.deps[i]
		if d.class&forTransfers == 0 {
			continue
		}
		fits := false
		switch d.role {
		case registry.RecipientRoleProcessor:
			fits = module == 2 || module == 3
		case registry.RecipientRoleController:
			fits = module == 1
		case registry.RecipientRoleJointController, registry.RecipientRoleAuthority:
			fits = module == 1
		}
		if !fits {
			return false
		}
	}
	return true
}

// exempt reports whether an exemption of CBDF 4 to 6 or NDSMR 35(6) matches.
func (e *scratch) exempt(x registry.Exemption) bool {
	switch x {
	case registry.ExemptionTransit:
		origin := parseCountry(e.q.Origin)
		return origin.known() && origin != cn
	case registry.ExemptionContract:
		return e.evidence(registry.BasisContract) == NoDetail && e.rests(registry.BasisContract)
	case registry.ExemptionHumanResources:
		return e.rests(registry.BasisHumanResources)
	case registry.ExemptionEmergency:
		return e.supports(e5)
	case registry.ExemptionFreeTradeZone:
		return e.inZone()
	case registry.ExemptionStatutoryDuty:
		return e.supports(e1) && e.claim.counts[registry.RegimeCn]
	case registry.ExemptionVolume:
		return e.volume.demands() == tierNone
	}
	return false
}

// inZone reports whether the exporter is in a free-trade zone whose negative list
// names nothing of what is asked.
func (e *scratch) inZone() bool {
	for i := range e.exporter.zones {
		z := &e.exporter.zones[i]
		if z.Contains(e.now) && z.approve <= e.now && !e.namesAny(z.listed) {
			return true
		}
	}
	return false
}

// namesAny reports whether the set has a leaf of an asked category.
func (e *scratch) namesAny(o ordinals) bool {
	for i := range e.asked {
		if e.asked[i].category == nil {
			continue
		}
		for _, leaf := range e.asked[i].leaves {
			if o.has(leaf) {
				return true
			}
		}
	}
	return false
}

// derogates reports whether a derogation of GDPR 49 matches.
// rests reports whether every deployment has this basis under the law of the mainland.
func (e *scratch) rests(b registry.Basis) bool {
	for i := range e.deps {
		if d := &e.deps[i]; d.class&forTransfers != 0 && d.bases[registry.RegimeCn] != b {
			return false
		}
	}
	return true
}

func (e *scratch) derogates(x registry.Derogation, r registry.Regime) bool {
	switch x {
	case registry.DerogationExplicitConsent:
		return e.explicitly()
	case registry.DerogationContract, registry.DerogationContractInInterest:
		return e.evidence(registry.BasisContract) == NoDetail
	case registry.DerogationPublicInterest:
		return e.supports(e1) && e.claim.counts[r]
	case registry.DerogationLegalClaims:
		return e.instrument.stands && e.have&needPurpose != 0 && e.instrument.purposes.has(e.purpose.place) &&
			e.covered(e.instrument.categories) == e.all()
	case registry.DerogationVitalInterests:
		return e.supports(e5) && e.claim.flags&lifeOrBody != 0 && e.claim.flags&incapable != 0
	case registry.DerogationPublicRegister:
		return true
	case registry.DerogationCompellingInterests:
		return e.have&needServed != 0 && e.evidence(registry.BasisLegitimateInterests) == NoDetail
	}
	return false
}

// explicitly reports whether one explicit consent to the transfer covers all that is
// asked: readings R70, R81.
func (e *scratch) explicitly() bool {
	if e.have&needServed == 0 {
		return false
	}
	for i := range e.consents {
		c := &e.consents[i]
		if c.typ == ConsentExplicitEUTransfer && c.purpose == e.served.number && c.stands && !c.withdrew && c.named && c.names == e.all() {
			return true
		}
	}
	return false
}

// greaterBay are the nine mainland cities of the Greater Bay Area, whose companies may
// use its standard contracts.
var greaterBay = []string{"guangzhou", "shenzhen", "zhuhai", "foshan", "huizhou", "dongguan", "zhongshan", "jiangmen", "zhaoqing"}
