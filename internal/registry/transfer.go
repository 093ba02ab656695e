package registry

import (
	"slices"
	"strings"
)

// What proves a mechanism.
type Evidence struct {
	// The number of the decision, contract, certificate or list entry.
	Reference string `cbor:"1,keyasint,omitempty"`
	// Who issued it.
	Issuer string `cbor:"2,keyasint,omitempty"`
	// When it was issued: the result date of an assessment.
	IssueTime Time `cbor:"3,keyasint,omitempty"`
	// The filing number.
	FilingNumber string `cbor:"4,keyasint,omitempty"`
	// When it was filed.
	FilingTime Time `cbor:"5,keyasint,omitempty"`
	// The SHA-256 of the document, in hex.
	DocumentDigest string `cbor:"6,keyasint,omitempty"`
}

// The annexes of the standard contractual clauses. One is a reference to the
// completed annex; absent means that it is not completed.
type Annexes struct {
	// Annex I.A, the parties.
	Parties string `cbor:"1,keyasint,omitempty"`
	// Annex I.B, the transfer.
	Transfer string `cbor:"2,keyasint,omitempty"`
	// Annex I.C, the supervisory authority.
	Authority string `cbor:"3,keyasint,omitempty"`
	// Annex II, the technical and organisational measures.
	Measures string `cbor:"4,keyasint,omitempty"`
	// Annex III, the sub-processors: modules 2 and 3 with specific authorisation.
	Subprocessors string `cbor:"5,keyasint,omitempty"`
}

// One cross-border flow under one regime by one mechanism.
type Transfer struct {
	// transfers/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// The regime: CN, EU or UK.
	Regime Regime `cbor:"3,keyasint,omitempty"`
	// The mechanism.
	Mechanism Mechanism `cbor:"4,keyasint,omitempty"`
	// Who sends.
	Exporter string `cbor:"5,keyasint,omitempty"`
	// Who receives.
	Recipients []string `cbor:"6,keyasint,omitempty"`
	// The countries it reaches, ISO 3166-1 alpha-2.
	Countries []string `cbor:"7,keyasint,omitempty"`
	// The purposes it covers.
	Purposes []string `cbor:"8,keyasint,omitempty"`
	// The categories it covers; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"9,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"10,keyasint,omitempty"`
	// The recipients that may receive onward.
	OnwardRecipients []string `cbor:"11,keyasint,omitempty"`
	// The agreement that a contract mechanism rests on.
	Agreement string `cbor:"12,keyasint,omitempty"`
	// From when it is valid.
	ValidFrom Time `cbor:"13,keyasint,omitempty"`
	// Until when it is valid; an assessment and a certificate end after three years at the latest.
	ValidTo Time `cbor:"14,keyasint,omitempty"`
	// Until when the annual re-certification holds; needed for the DPF.
	RecertifiedUntil Time `cbor:"15,keyasint,omitempty"`
	// When it was suspended.
	Suspensions []Period `cbor:"16,keyasint,omitempty"`
	// When it was revoked.
	RevokeTime Time `cbor:"17,keyasint,omitempty"`
	// Why it was revoked.
	RevokeReason string `cbor:"18,keyasint,omitempty"`
	// What proves it.
	Evidence *Evidence `cbor:"19,keyasint,omitempty"`
	// Which exemption, for EXEMPTION.
	Exemption Exemption `cbor:"20,keyasint,omitempty"`
	// Which derogation, for DEROGATION.
	Derogation Derogation `cbor:"21,keyasint,omitempty"`
	// Why neither adequacy nor safeguards are to be had, for DEROGATION.
	NoSafeguardsReason string `cbor:"22,keyasint,omitempty"`
	// The flow is occasional, not regular, for DEROGATION.
	Occasional bool `cbor:"23,keyasint,omitempty"`
	// The approved scale: distinct persons in a calendar year; absent means none is stated.
	ApprovedScale int64 `cbor:"24,keyasint,omitempty"`
	// When the list entry or certificate status was last looked up.
	CheckTime Time `cbor:"25,keyasint,omitempty"`
	// The list entry covers human-resources data, for DPF and UK_BRIDGE.
	HRCoverage bool `cbor:"26,keyasint,omitempty"`
	// The list entry has the UK extension, for UK_BRIDGE.
	UKExtension bool `cbor:"27,keyasint,omitempty"`
	// Sensitive data is labelled as such to the importer, for UK_BRIDGE.
	SensitiveLabelled bool `cbor:"28,keyasint,omitempty"`
	// The importer is itself under the GDPR for this processing: clauses are not for it (recital 7).
	ImporterUnderGDPR bool `cbor:"29,keyasint,omitempty"`
	// The annexes of the clauses, for SCC and UK_ADDENDUM.
	Annexes *Annexes `cbor:"30,keyasint,omitempty"`
	// Supplementary measures, EDPB 01/2020.
	SupplementaryMeasures string `cbor:"31,keyasint,omitempty"`
	// When its renewal or extension was applied for; an application is not validity.
	RenewalApplyTime Time `cbor:"32,keyasint,omitempty"`
}

// mechanisms lists which regimes know a tool and the agreement that a contract
// mechanism rests on (0: any or none).
var mechanisms = [...]struct {
	regimes   []Regime
	agreement AgreementType
	contract  bool
}{
	MechanismSecurityAssessment:  {regimes: []Regime{RegimeCn}},
	MechanismStandardContract:    {[]Regime{RegimeCn}, AgreementTypeCnSc, true},
	MechanismCertification:       {regimes: []Regime{RegimeCn}},
	MechanismGbaContract:         {[]Regime{RegimeCn}, AgreementTypeGbaSc, true},
	MechanismAdequacy:            {regimes: []Regime{RegimeEu}},
	MechanismDpf:                 {regimes: []Regime{RegimeEu}},
	MechanismScc:                 {[]Regime{RegimeEu}, AgreementTypeEuScc, true},
	MechanismBcr:                 {regimes: []Regime{RegimeEu, RegimeUk}, agreement: AgreementTypeBcrMembership},
	MechanismExemption:           {regimes: []Regime{RegimeCn}},
	MechanismTreaty:              {regimes: []Regime{RegimeCn}},
	MechanismAdHocClauses:        {regimes: []Regime{RegimeEu}},
	MechanismCodeOrCertification: {regimes: []Regime{RegimeEu}},
	MechanismDerogation:          {regimes: []Regime{RegimeEu, RegimeUk}},
	MechanismUkAdequacy:          {regimes: []Regime{RegimeUk}},
	MechanismUkBridge:            {regimes: []Regime{RegimeUk}},
	MechanismIdta:                {[]Regime{RegimeUk}, AgreementTypeIdta, true},
	MechanismUkAddendum:          {[]Regime{RegimeUk}, AgreementTypeUkAddendum, true},
}

// Contract returns the type of the agreement that the mechanism is, 0 for none.
func (m Mechanism) Contract() AgreementType { return mechanisms[m].agreement }

// adequate lists the countries with an adequacy decision under GDPR 45, as
// readings R41; the United States are by the DPF only.
var adequate = []string{"AD", "AR", "BR", "CA", "CH", "FO", "GB", "GG", "IL", "IM", "JE", "JP", "KR", "NZ", "UY"}

// adequateUK lists those of the United Kingdom, as readings R74 and R83: first the EEA
// and its territories; the United States are by the bridge only.
var adequateUK = []string{
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
	"AX", "GF", "GP", "MF", "MQ", "RE", "YT",
	"AD", "AR", "CA", "CH", "FO", "GG", "GI", "IL", "IM", "JE", "JP", "KR", "NZ", "UY",
}

func (n *Transfer) validate(c *checks) {
	c.text("title", n.Title, "a title")
	if n.Regime != RegimeCn && n.Regime != RegimeEu && n.Regime != RegimeUk {
		c.add("regime", "CN, EU or UK")
	} else if given(c, "mechanism", n.Mechanism) {
		n.validateMechanism(c)
	}
	c.text("exporter", n.Exporter, "who sends")
	c.some("recipients", len(n.Recipients), "recipient")
	c.some("countries", len(n.Countries), "country")
	c.countries("countries", n.Countries, false)
	c.some("purposes", len(n.Purposes), "purpose")
	c.some("categories", len(n.Categories), "category")
	if n.ValidFrom == 0 {
		c.add("valid_from", "from when it is valid")
	}
	c.span(n.ValidFrom, "valid_to", n.ValidTo, "valid_from")
	c.span(n.ValidFrom, "recertified_until", n.RecertifiedUntil, "valid_from")
	if n.ApprovedScale < 0 {
		c.add("approved_scale", "how many persons in a calendar year, not negative")
	}
	c.periods("suspensions", n.Suspensions)
	if n.RevokeReason != "" && n.RevokeTime == 0 {
		c.add("revoke_time", "when it was revoked, beside the reason")
	}
	if n.Evidence == nil {
		c.add("evidence.reference", "the number of the decision, contract, certificate or list entry")
	} else {
		c.text("evidence.reference", n.Evidence.Reference, "the number of the decision, contract, certificate or list entry")
	}
}

func (n *Transfer) validateMechanism(c *checks) {
	m := mechanisms[n.Mechanism]
	if !slices.Contains(m.regimes, n.Regime) {
		var fit []string
		for i, k := range mechanisms {
			if slices.Contains(k.regimes, n.Regime) {
				fit = append(fit, Mechanism(i).String())
			}
		}
		c.add("mechanism", "under %s one of %s", n.Regime, strings.Join(fit, ", "))
		return
	}
	if m.contract {
		c.text("agreement", n.Agreement, "an agreement of type "+m.agreement.String()+", on which the mechanism rests")
	}
	listed := map[Mechanism][]string{MechanismAdequacy: adequate, MechanismUkAdequacy: adequateUK}[n.Mechanism]
	for i, country := range n.Countries {
		f := at("countries", i)
		switch {
		case n.Mechanism == MechanismGbaContract && country != "HK" && country != "MO":
			c.add(f, "HK or MO: the contract reaches no further")
		case (n.Mechanism == MechanismDpf || n.Mechanism == MechanismUkBridge) && country != "US":
			c.add(f, "US: the framework reaches no further")
		case listed != nil && !slices.Contains(listed, country):
			c.add(f, "a country with an adequacy decision: %s", strings.Join(listed, ", "))
		}
	}
	if (n.Mechanism == MechanismDpf || n.Mechanism == MechanismUkBridge) && n.RecertifiedUntil == 0 {
		c.add("recertified_until", "until when the annual re-certification holds")
	}
	n.validateDetails(c)
}

// validateDetails asks for the facts that belong to the mechanism, and for none of another's.
func (n *Transfer) validateDetails(c *checks) {
	only := func(field string, given bool, of ...Mechanism) {
		if given && !slices.Contains(of, n.Mechanism) {
			names := make([]string, len(of))
			for i, m := range of {
				names[i] = m.String()
			}
			c.add(field, "nothing: it belongs to %s", strings.Join(names, " and "))
		}
	}
	if n.Mechanism == MechanismExemption {
		given(c, "exemption", n.Exemption)
	}
	only("exemption", n.Exemption != 0, MechanismExemption)
	if n.Mechanism == MechanismDerogation {
		given(c, "derogation", n.Derogation)
	}
	only("derogation", n.Derogation != 0, MechanismDerogation)
	only("no_safeguards_reason", n.NoSafeguardsReason != "", MechanismDerogation)
	only("occasional", n.Occasional, MechanismDerogation)
	only("hr_coverage", n.HRCoverage, MechanismDpf, MechanismUkBridge)
	only("uk_extension", n.UKExtension, MechanismUkBridge)
	only("sensitive_labelled", n.SensitiveLabelled, MechanismUkBridge)
	only("annexes", n.Annexes != nil, MechanismScc, MechanismUkAddendum)
}

func (n *Transfer) refer(r *references) {
	r.name("exporter", n.Exporter, Exporters)
	r.names("recipients", n.Recipients, Recipients)
	r.names("purposes", n.Purposes, Purposes)
	r.categories("categories", n.Categories)
	r.covered("covered_categories", n.CoveredCategories)
	r.names("onward_recipients", n.OnwardRecipients, Recipients)
	r.name("agreement", n.Agreement, Agreements)
}

func (n *Transfer) grants() []grant {
	return []grant{{"categories", "", &n.Categories, &n.CoveredCategories}}
}

// relate checks what the transfer asks of the agreement that it names.
func (n *Transfer) relate(c *checks, look func(string) Noun) {
	a, ok := look(n.Agreement).(*Agreement)
	if !ok {
		return
	}
	m := mechanisms[n.Mechanism]
	if m.agreement != 0 && a.Type != m.agreement {
		c.add("agreement", "an agreement of type %s, on which %s rests", m.agreement, n.Mechanism)
		return
	}
	if !m.contract {
		return
	}
	if !slices.Contains(a.Exporters, n.Exporter) {
		c.add("agreement", "an agreement to which %s is party", n.Exporter)
	}
	for i, r := range n.Recipients {
		if !slices.Contains(a.Recipients, r) {
			c.add(at("recipients", i), "a party of %s", n.Agreement)
		}
	}
}

// RevokeTransfer records the revocation. It returns a copy. STATE_INVALID: it is
// recorded already.
func RevokeTransfer(t *Transfer, when Time, reason string) (*Transfer, error) {
	if t.RevokeTime != 0 {
		return nil, stateInvalid(t, "revoked already")
	}
	n := *t
	n.RevokeTime, n.RevokeReason = when, reason
	return &n, nil
}
