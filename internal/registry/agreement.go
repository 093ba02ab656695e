package registry

import (
	"slices"
)

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
// which is an agreement of its own that names the one it amends. It says all that is
// agreed: once it has taken effect the one that it amends counts for nothing, and does
// not come back when it ends.
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
	// The agreement that this one amends or renews, and takes the place of once it is signed and in effect.
	Amends string `cbor:"20,keyasint,omitempty"`
	// When the recipient certified deletion or return after the end.
	DeletionCertificateTime Time `cbor:"21,keyasint,omitempty"`
}

func (n *Agreement) validate(c *checks) {
	c.text("title", n.Title, "a title")
	given(c, "type", n.Type)
	if len(n.Exporters) == 0 {
		if len(n.Recipients) != 2 {
			c.add("recipients", "exactly two in a sub-agreement; any other agreement needs exporters too")
		}
	} else {
		c.some("recipients", len(n.Recipients), "recipient")
	}
	each(c, "subject_groups", n.SubjectGroups)
	c.span(n.EffectiveTime, "expire_time", n.ExpireTime, "effective_time")
	if n.TerminateReason != "" && n.TerminateTime == 0 {
		c.add("terminate_time", "when it was terminated, beside the reason")
	}
	if n.DeletionCertificateTime != 0 && n.TerminateTime == 0 && n.ExpireTime == 0 {
		c.add("deletion_certificate_time", "nothing before it ends: it has no terminate_time and no expire_time")
	}
	switch {
	case n.Type == AgreementTypeEuScc && (n.SCCModule < 1 || n.SCCModule > 4):
		c.add("scc_module", "1 to 4, the module of the clauses")
	case n.Type == AgreementTypeUkAddendum && (n.SCCModule < 0 || n.SCCModule > 4):
		c.add("scc_module", "1 to 4, the module of the clauses that it is added to, or nothing")
	case n.Type != AgreementTypeEuScc && n.Type != AgreementTypeUkAddendum && n.SCCModule != 0:
		c.add("scc_module", "nothing: only EU_SCC and what is added to it have modules")
	}
	if n.Amends != "" && n.Amends == n.Name {
		c.add("amends", "another agreement")
	}
	if t := n.Terms; t != nil {
		known(c, "terms.subprocessor_mode", t.SubprocessorMode)
		if t.SubprocessorNoticeDays < 0 {
			c.add("terms.subprocessor_notice_days", "days, not negative")
		}
		if t.RetentionLimitDays < 0 {
			c.add("terms.retention_limit_days", "days, not negative")
		}
		c.countries("terms.storage_countries", t.StorageCountries, false)
		c.countries("terms.access_countries", t.AccessCountries, false)
	}
}

func (n *Agreement) refer(r *references) {
	r.names("exporters", n.Exporters, Exporters)
	r.names("recipients", n.Recipients, Recipients)
	r.names("purposes", n.Purposes, Purposes)
	r.categories("categories", n.Categories)
	r.covered("covered_categories", n.CoveredCategories)
	r.name("amends", n.Amends, Agreements)
}

func (n *Agreement) grants() []grant {
	return []grant{{"categories", "", &n.Categories, &n.CoveredCategories}}
}

// Signed reports whether both sides have signed: from then on only its end may be
// recorded.
func (n *Agreement) Signed() bool {
	return n.OurSignature != nil && n.OurSignature.SignTime != 0 && n.TheirSignature != nil && n.TheirSignature.SignTime != 0
}

// fixed returns which of the changed fields may not change, given the stored
// state: all of a signed agreement but its termination and the certificate of
// deletion that follows its end, each once.
func (n *Agreement) fixed(changed []string) []string {
	if !n.Signed() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(changed), func(f string) bool {
		switch f {
		case "terminate_time", "terminate_reason":
			return n.TerminateTime == 0
		case "deletion_certificate_time":
			return n.DeletionCertificateTime == 0
		}
		return false
	})
}

// TerminateAgreement records the termination of a signed agreement. It returns a
// copy. STATE_INVALID: its termination is recorded already, or it is a draft,
// which is withdrawn instead.
func TerminateAgreement(a *Agreement, when Time, reason string) (*Agreement, error) {
	switch {
	case a.TerminateTime != 0:
		return nil, stateInvalid(a, "terminated already")
	case !a.Signed():
		return nil, stateInvalid(a, "not signed by both sides: a draft is withdrawn, not terminated")
	}
	n := *a
	n.TerminateTime, n.TerminateReason = when, reason
	return &n, nil
}
