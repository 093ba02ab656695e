package registry

// One side's signature.
type Signature struct {
	// The office that signed; no name of a person is needed.
	Signatory string `cbor:"1,keyasint,omitempty"`
	// When it signed.
	SignTime Time `cbor:"2,keyasint,omitempty"`
}

// The terms of rules.md 4.1. A term is a clause reference or a text; absent
// means that the agreement lacks it.
type Terms struct {
	// Confidentiality; every type needs it.
	Confidentiality string `cbor:"1,keyasint,omitempty"`
	// The purpose is stated.
	Purpose string `cbor:"2,keyasint,omitempty"`
	// The period is stated.
	Period string `cbor:"3,keyasint,omitempty"`
	// The method of processing is stated.
	Method string `cbor:"4,keyasint,omitempty"`
	// The categories are stated.
	Categories string `cbor:"5,keyasint,omitempty"`
	// Protection measures, GDPR 28(3)(c).
	Measures string `cbor:"6,keyasint,omitempty"`
	// Audit and information, GDPR 28(3)(h).
	Audit string `cbor:"7,keyasint,omitempty"`
	// Sub-processors, GDPR 28(3)(d).
	SubprocessorMode SubprocessorMode `cbor:"8,keyasint,omitempty"`
	// Days of notice under a general authorisation.
	SubprocessorNoticeDays int32 `cbor:"9,keyasint,omitempty"`
	// Deletion or return at the end, GDPR 28(3)(g).
	DeleteOrReturn string `cbor:"10,keyasint,omitempty"`
	// Processing on instructions only, GDPR 28(3)(a).
	Instructions string `cbor:"11,keyasint,omitempty"`
	// Commitment of staff to confidentiality, GDPR 28(3)(b).
	StaffConfidentiality string `cbor:"12,keyasint,omitempty"`
	// Assistance with subjects' rights, GDPR 28(3)(e).
	AssistRights string `cbor:"13,keyasint,omitempty"`
	// Assistance with GDPR 32 to 36, 28(3)(f).
	AssistSecurity string `cbor:"14,keyasint,omitempty"`
	// Warning of instructions that infringe the law.
	InfringementWarning string `cbor:"15,keyasint,omitempty"`
	// Notice of a breach, and its deadline.
	BreachNotice string `cbor:"16,keyasint,omitempty"`
	// Allocation of duties between joint controllers.
	Allocation string `cbor:"17,keyasint,omitempty"`
	// The contact point of joint controllers.
	Contact string `cbor:"18,keyasint,omitempty"`
	// Entrusting terms of a standard contract: the recipient is a processor.
	Entrusting string `cbor:"19,keyasint,omitempty"`
	// How many days the recipient may keep the data.
	RetentionLimitDays int32 `cbor:"20,keyasint,omitempty"`
	// The storage countries it states, ISO 3166-1 alpha-2.
	StorageCountries []string `cbor:"21,keyasint,omitempty"`
	// The access countries it states, ISO 3166-1 alpha-2.
	AccessCountries []string `cbor:"22,keyasint,omitempty"`
	// When subjects were told that they are third-party beneficiaries.
	ThirdPartyNoticeTime Time `cbor:"23,keyasint,omitempty"`
	// Subject matter and nature of the processing.
	SubjectMatter string `cbor:"24,keyasint,omitempty"`
}

// An agreement with recipients. Immutable once signed; changed by an amendment,
// which is an agreement of its own that names the one it amends.
type Agreement struct {
	// agreements/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// What it is.
	Type AgreementType `cbor:"3,keyasint,omitempty"`
	// The exporters that are party; none in a sub-agreement.
	Exporters []string `cbor:"4,keyasint,omitempty"`
	// The recipients that are party.
	Recipients []string `cbor:"5,keyasint,omitempty"`
	// Our signature; the first recipient's in a sub-agreement.
	OurSignature *Signature `cbor:"6,keyasint,omitempty"`
	// The other side's signature.
	TheirSignature *Signature `cbor:"7,keyasint,omitempty"`
	// The purposes it covers.
	Purposes []string `cbor:"8,keyasint,omitempty"`
	// The categories it covers; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"9,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"10,keyasint,omitempty"`
	// The subject groups it covers.
	SubjectGroups []SubjectGroup `cbor:"11,keyasint,omitempty"`
	// It entrusts hosting of our business records.
	Hosting bool `cbor:"12,keyasint,omitempty"`
	// When it takes effect.
	EffectiveTime Time `cbor:"13,keyasint,omitempty"`
	// When it expires; absent means with no fixed end.
	ExpireTime Time `cbor:"14,keyasint,omitempty"`
	// When it was terminated.
	TerminateTime Time `cbor:"15,keyasint,omitempty"`
	// Why it was terminated.
	TerminateReason string `cbor:"16,keyasint,omitempty"`
	// The module of the EU clauses, 1 to 4.
	SCCModule int32 `cbor:"17,keyasint,omitempty"`
	// Its terms.
	Terms *Terms `cbor:"18,keyasint,omitempty"`
	// The SHA-256 of the signed document, in hex.
	DocumentDigest string `cbor:"19,keyasint,omitempty"`
	// The agreement that this one amends or renews.
	Amends string `cbor:"20,keyasint,omitempty"`
}
