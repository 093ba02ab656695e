package registry

// The approval of the competent PRC authority for data stored in China, PIPL 41,
// DSL 36. It is itself the CN mechanism for the one act that the instrument asks.
type ForeignApproval struct {
	// The number of the approval.
	Number string `cbor:"1,keyasint,omitempty"`
	// The authority that gave it.
	Authority string `cbor:"2,keyasint,omitempty"`
	// When it was given.
	ApproveTime Time `cbor:"3,keyasint,omitempty"`
}

// Counsel's decision where one law binds what another forbids: for one act, by
// two approvers.
type ConflictDecision struct {
	// The law that binds.
	BindingLaw string `cbor:"1,keyasint,omitempty"`
	// The law that forbids.
	ForbiddingLaw string `cbor:"2,keyasint,omitempty"`
	// Why the disclosure is made all the same.
	Reason string `cbor:"3,keyasint,omitempty"`
	// The counsel who approved it.
	ApprovedBy string `cbor:"4,keyasint,omitempty"`
	// The second approver.
	SecondApprovedBy string `cbor:"5,keyasint,omitempty"`
	// When it was decided.
	ApproveTime Time `cbor:"6,keyasint,omitempty"`
}

// The instrument of an authority: a subpoena, an order, a written demand, S4-2(2).
// It stands in place of an agreement, names no person, and has two approvers.
type Instrument struct {
	// instruments/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// The authority that it is addressed from.
	Recipient string `cbor:"3,keyasint,omitempty"`
	// The exporters that it is addressed to.
	Exporters []string `cbor:"4,keyasint,omitempty"`
	// Its number.
	Number string `cbor:"5,keyasint,omitempty"`
	// The law and the article that it rests on.
	Citation string `cbor:"6,keyasint,omitempty"`
	// The regime whose law that is: it binds under no other.
	Regime Regime `cbor:"7,keyasint,omitempty"`
	// The categories that it asks for; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"8,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"9,keyasint,omitempty"`
	// The purposes that it is used for.
	Purposes []string `cbor:"10,keyasint,omitempty"`
	// When it was issued.
	IssueTime Time `cbor:"11,keyasint,omitempty"`
	// When it expires.
	ExpireTime Time `cbor:"12,keyasint,omitempty"`
	// When it was revoked.
	RevokeTime Time `cbor:"13,keyasint,omitempty"`
	// Why we believe the disclosure necessary: rights, safety, fraud, a government's request.
	NecessityReason string `cbor:"14,keyasint,omitempty"`
	// The law that demands secrecy, PIPL 18(1); absent means that none does.
	SecrecyCitation string `cbor:"15,keyasint,omitempty"`
	// It orders publication.
	OrdersPublication bool `cbor:"16,keyasint,omitempty"`
	// It is a particular inquiry of a body of the Union, a member state or the United Kingdom, GDPR 4(9).
	ParticularInquiry bool `cbor:"17,keyasint,omitempty"`
	// A treaty or an agreement on mutual legal assistance that it rests on, GDPR 48.
	Treaty string `cbor:"18,keyasint,omitempty"`
	// The approval of the PRC authority.
	ForeignApproval *ForeignApproval `cbor:"19,keyasint,omitempty"`
	// Counsel's decision on a conflict of laws.
	ConflictDecision *ConflictDecision `cbor:"20,keyasint,omitempty"`
	// The office that approved the record.
	ApprovedBy string `cbor:"21,keyasint,omitempty"`
	// The second approver, another office.
	SecondApprovedBy string `cbor:"22,keyasint,omitempty"`
	// When both had approved.
	ApproveTime Time `cbor:"23,keyasint,omitempty"`
}

func (n *Instrument) validate(c *checks) {
	c.text("title", n.Title, "a title")
	c.text("recipient", n.Recipient, "the authority that it is addressed from")
	c.some("exporters", len(n.Exporters), "exporter that it is addressed to")
	c.some("categories", len(n.Categories), "category that it asks for")
	c.some("purposes", len(n.Purposes), "purpose that it is used for")
	if known(c, "regime", n.Regime) && n.Regime == RegimePolicy {
		c.add("regime", "the regime of a law")
	}
	c.span(n.IssueTime, "expire_time", n.ExpireTime, "issue_time")
	c.twoOffices("second_approved_by", n.ApprovedBy, n.SecondApprovedBy)
	if d := n.ConflictDecision; d != nil {
		c.twoOffices("conflict_decision.second_approved_by", d.ApprovedBy, d.SecondApprovedBy)
	}
}

func (n *Instrument) refer(r *references) {
	r.name("recipient", n.Recipient, Recipients)
	r.names("exporters", n.Exporters, Exporters)
	r.categories("categories", n.Categories)
	r.covered("covered_categories", n.CoveredCategories)
	r.names("purposes", n.Purposes, Purposes)
}

func (n *Instrument) grants() []grant {
	return []grant{{"categories", "", &n.Categories, &n.CoveredCategories}}
}

// Approved reports whether both approvers had approved the record at a time.
func (n *Instrument) Approved(on Time) bool {
	return bothApproved(n.ApprovedBy, n.SecondApprovedBy, n.ApproveTime, on)
}

// fixed returns which of the changed fields may not change so at now, given the
// stored state. What comes later to an approved instrument is free: its revocation,
// the approval of the PRC authority, and counsel's decision, which has two approvers
// of its own.
func (n *Instrument) fixed(next *Instrument, changed []string, now Time) []string {
	if !n.Approved(now) {
		return nil
	}
	return approvedFields(changed, n.ApproveTime, next.ApproveTime, "title", "revoke_time", "foreign_approval", "conflict_decision")
}
