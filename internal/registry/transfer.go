package registry

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
