package registry

// The proof that a subject made a category public, PIPL 27.
type PublicationProof struct {
	// The category.
	Category string `cbor:"1,keyasint,omitempty"`
	// Where the proof is kept, never the publication itself.
	Reference string `cbor:"2,keyasint,omitempty"`
	// When it was captured.
	CaptureTime Time `cbor:"3,keyasint,omitempty"`
}

// The record of an exception of the policy, S4-3: the statutory ground, its
// scope and its evidence. It names no person, and has two approvers.
type ExceptionRecord struct {
	// exceptions/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// Which of the six.
	Exception Exception `cbor:"3,keyasint,omitempty"`
	// The exporters that hold the duty or act on the ground.
	Exporters []string `cbor:"4,keyasint,omitempty"`
	// The recipients.
	Recipients []string `cbor:"5,keyasint,omitempty"`
	// The purposes: the exception's own.
	Purposes []string `cbor:"6,keyasint,omitempty"`
	// The categories; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"7,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"8,keyasint,omitempty"`
	// The law and the article.
	Citation string `cbor:"9,keyasint,omitempty"`
	// The regimes whose law that is; a citation counts in no other.
	Regimes []Regime `cbor:"10,keyasint,omitempty"`
	// The cited article obliges this sharing within the group, for LEGAL_OBLIGATION.
	ObligesSharing bool `cbor:"11,keyasint,omitempty"`
	// The organ that demands, for NATIONAL_SECURITY, PUBLIC_INTEREST and CRIMINAL_PROCEEDINGS.
	Organ string `cbor:"12,keyasint,omitempty"`
	// The reference of its written demand.
	Demand string `cbor:"13,keyasint,omitempty"`
	// The reference of a declared public-health emergency, for PUBLIC_INTEREST.
	DeclaredEmergency string `cbor:"14,keyasint,omitempty"`
	// The number of the case, for CRIMINAL_PROCEEDINGS.
	CaseNumber string `cbor:"15,keyasint,omitempty"`
	// The instrument, for CRIMINAL_PROCEEDINGS.
	Instrument string `cbor:"16,keyasint,omitempty"`
	// The interest at stake, for VITAL_INTEREST.
	Interest string `cbor:"17,keyasint,omitempty"`
	// Why consent cannot be had, for VITAL_INTEREST.
	WhyImpracticable string `cbor:"18,keyasint,omitempty"`
	// An emergency for life, health or property, PIPL 13(4).
	Emergency bool `cbor:"19,keyasint,omitempty"`
	// Life or body is at stake, GDPR 6(1)(d).
	LifeOrBody bool `cbor:"20,keyasint,omitempty"`
	// The subject is incapable of consenting, GDPR 9(2)(c), 49(1)(f).
	Incapable bool `cbor:"21,keyasint,omitempty"`
	// The ground of GDPR 9(2) for special categories: (g) or (i).
	SpecialGround string `cbor:"22,keyasint,omitempty"`
	// The proofs of publication, one a category, for MADE_PUBLIC.
	Proofs []PublicationProof `cbor:"23,keyasint,omitempty"`
	// Why the scope is reasonable, for MADE_PUBLIC.
	ReasonableScope string `cbor:"24,keyasint,omitempty"`
	// Why there is no major impact on the person, for MADE_PUBLIC.
	NoMajorImpact string `cbor:"25,keyasint,omitempty"`
	// The law orders publication.
	OrdersPublication bool `cbor:"26,keyasint,omitempty"`
	// The law that demands secrecy, PIPL 18(1); absent means that none does.
	SecrecyCitation string `cbor:"27,keyasint,omitempty"`
	// Whom it serves, where the recipient stands for a body that is not listed.
	Justification string `cbor:"28,keyasint,omitempty"`
	// From when it stands.
	EffectiveTime Time `cbor:"29,keyasint,omitempty"`
	// Until when it stands.
	ExpireTime Time `cbor:"30,keyasint,omitempty"`
	// When the emergency ended; the notice is then due.
	EmergencyEndTime Time `cbor:"31,keyasint,omitempty"`
	// The office that approved the record.
	ApprovedBy string `cbor:"32,keyasint,omitempty"`
	// The second approver, another office.
	SecondApprovedBy string `cbor:"33,keyasint,omitempty"`
	// When both had approved.
	ApproveTime Time `cbor:"34,keyasint,omitempty"`
}

func (n *ExceptionRecord) validate(c *checks) {
	c.text("title", n.Title, "a title")
	given(c, "exception", n.Exception)
	c.some("exporters", len(n.Exporters), "exporter")
	c.some("recipients", len(n.Recipients), "recipient")
	c.some("purposes", len(n.Purposes), "purpose")
	c.some("categories", len(n.Categories), "category")
	c.laws("regimes", n.Regimes)
	proved := make([]string, len(n.Proofs))
	for i, p := range n.Proofs {
		proved[i] = p.Category
		c.text(at("proofs", i)+".category", p.Category, "the category")
	}
	c.once("proofs", proved)
	c.span(n.EffectiveTime, "expire_time", n.ExpireTime, "effective_time")
	c.twoOffices("second_approved_by", n.ApprovedBy, n.SecondApprovedBy)
}

func (n *ExceptionRecord) refer(r *references) {
	r.names("exporters", n.Exporters, Exporters)
	r.names("recipients", n.Recipients, Recipients)
	r.names("purposes", n.Purposes, Purposes)
	r.categories("categories", n.Categories)
	r.covered("covered_categories", n.CoveredCategories)
	r.name("instrument", n.Instrument, Instruments)
	for i, p := range n.Proofs {
		r.name(at("proofs", i)+".category", p.Category, Categories)
	}
}

func (n *ExceptionRecord) grants() []grant {
	return []grant{{"categories", "", &n.Categories, &n.CoveredCategories}}
}

// Approved reports whether both approvers had approved the record at a time.
func (n *ExceptionRecord) Approved(on Time) bool {
	return bothApproved(n.ApprovedBy, n.SecondApprovedBy, n.ApproveTime, on)
}

// fixed returns which of the changed fields may not change so at now, given the
// stored state: the end of an emergency comes later and is free.
func (n *ExceptionRecord) fixed(next *ExceptionRecord, changed []string, now Time) []string {
	if !n.Approved(now) {
		return nil
	}
	return approvedFields(changed, n.ApproveTime, next.ApproveTime, "title", "emergency_end_time")
}
