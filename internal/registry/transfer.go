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

// One cross-border flow under one regime by one mechanism.
type Transfer struct {
	// transfers/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// The regime: CN or EU.
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
}

// mechanisms lists which tools a regime knows and the agreement that a contract
// mechanism rests on (0: any or none).
var mechanisms = [...]struct {
	regime    Regime
	agreement AgreementType
	contract  bool
}{
	MechanismSecurityAssessment: {regime: RegimeCn},
	MechanismStandardContract:   {RegimeCn, AgreementTypeCnSc, true},
	MechanismCertification:      {regime: RegimeCn},
	MechanismGbaContract:        {RegimeCn, AgreementTypeGbaSc, true},
	MechanismAdequacy:           {regime: RegimeEu},
	MechanismDpf:                {regime: RegimeEu},
	MechanismScc:                {RegimeEu, AgreementTypeEuScc, true},
	MechanismBcr:                {regime: RegimeEu, agreement: AgreementTypeBcrMembership},
}

// adequate lists the countries with an adequacy decision under GDPR 45, as
// readings R41; the United States are by the DPF only.
var adequate = []string{"AD", "AR", "BR", "CA", "CH", "FO", "GB", "GG", "IL", "IM", "JE", "JP", "KR", "NZ", "UY"}

func (n *Transfer) validate(c *checks) {
	c.text("title", n.Title, "a title")
	if n.Regime != RegimeCn && n.Regime != RegimeEu {
		c.add("regime", "CN or EU")
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
	if m.regime != n.Regime {
		var fit []string
		for i, k := range mechanisms {
			if k.regime == n.Regime {
				fit = append(fit, Mechanism(i).String())
			}
		}
		c.add("mechanism", "under %s one of %s", n.Regime, strings.Join(fit, ", "))
		return
	}
	if m.contract {
		c.text("agreement", n.Agreement, "an agreement of type "+m.agreement.String()+", on which the mechanism rests")
	}
	for i, country := range n.Countries {
		f := at("countries", i)
		switch {
		case n.Mechanism == MechanismGbaContract && country != "HK" && country != "MO":
			c.add(f, "HK or MO: the contract reaches no further")
		case n.Mechanism == MechanismDpf && country != "US":
			c.add(f, "US: the framework reaches no further")
		case n.Mechanism == MechanismAdequacy && !slices.Contains(adequate, country):
			c.add(f, "a country with an adequacy decision: %s", strings.Join(adequate, ", "))
		}
	}
	if n.Mechanism == MechanismDpf && n.RecertifiedUntil == 0 {
		c.add("recertified_until", "until when the annual re-certification holds")
	}
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
