package registry

// An approved assessment and its scope.
type Assessment struct {
	// assessments/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// What it is.
	Type AssessmentType `cbor:"3,keyasint,omitempty"`
	// Who sends.
	Exporter string `cbor:"4,keyasint,omitempty"`
	// Who receives.
	Recipients []string `cbor:"5,keyasint,omitempty"`
	// The purposes assessed.
	Purposes []string `cbor:"6,keyasint,omitempty"`
	// The categories assessed; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"7,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"8,keyasint,omitempty"`
	// The countries assessed, ISO 3166-1 alpha-2.
	Countries []string `cbor:"9,keyasint,omitempty"`
	// The office that approved it.
	ApprovedBy string `cbor:"10,keyasint,omitempty"`
	// When it was approved.
	ApproveTime Time `cbor:"11,keyasint,omitempty"`
	// Until when it stands without review.
	ReviewUntil Time `cbor:"12,keyasint,omitempty"`
	// The SHA-256 of the document, in hex.
	DocumentDigest string `cbor:"13,keyasint,omitempty"`
	// Every recipient of these kinds is in its scope: the standing assessment of disclosures to authorities.
	RecipientKinds []RecipientKind `cbor:"14,keyasint,omitempty"`
	// Made in the simplified form of small handlers.
	Simplified bool `cbor:"15,keyasint,omitempty"`
}

func (n *Assessment) validate(c *checks) {
	c.text("title", n.Title, "a title")
	given(c, "type", n.Type)
	c.text("exporter", n.Exporter, "who sends")
	if len(n.RecipientKinds) == 0 {
		c.some("recipients", len(n.Recipients), "recipient, or recipient_kinds")
	} else if n.Type != AssessmentTypePipia && n.Type != AssessmentTypeDpia {
		c.add("recipient_kinds", "nothing: only PIPIA and DPIA are made for whole kinds")
	}
	each(c, "recipient_kinds", n.RecipientKinds)
	c.some("purposes", len(n.Purposes), "purpose")
	c.some("categories", len(n.Categories), "category")
	c.countries("countries", n.Countries, false)
	c.span(n.ApproveTime, "review_until", n.ReviewUntil, "approve_time")
}

func (n *Assessment) refer(r *references) {
	r.name("exporter", n.Exporter, Exporters)
	r.names("recipients", n.Recipients, Recipients)
	r.names("purposes", n.Purposes, Purposes)
	r.categories("categories", n.Categories)
	r.covered("covered_categories", n.CoveredCategories)
}

func (n *Assessment) grants() []grant {
	return []grant{{"categories", "", &n.Categories, &n.CoveredCategories}}
}
