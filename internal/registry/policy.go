package registry

// What a policy version lets a kind of recipient get.
type KindList struct {
	// The kind.
	Kind RecipientKind `cbor:"1,keyasint,omitempty"`
	// The purposes it may be asked for.
	Purposes []string `cbor:"2,keyasint,omitempty"`
	// The categories it may get; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"3,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"4,keyasint,omitempty"`
	// No list of categories binds this kind; refused for cloud and logistics.
	AnyCategory bool `cbor:"5,keyasint,omitempty"`
}

// A basis that may be relied on (rules.md 2.4a).
type BasisEntry struct {
	// The purpose, the served one where a service is asked for.
	Purpose string `cbor:"1,keyasint,omitempty"`
	// The kind of recipient.
	Kind RecipientKind `cbor:"2,keyasint,omitempty"`
	// The regimes that list it.
	Regimes []Regime `cbor:"3,keyasint,omitempty"`
	// The basis.
	Basis Basis `cbor:"4,keyasint,omitempty"`
	// The ground of GDPR 9(2) that comes with it, for special categories.
	SpecialGround string `cbor:"5,keyasint,omitempty"`
}

// The categories that are necessary for a purpose, and who approved it.
type Necessity struct {
	// The purpose.
	Purpose string `cbor:"1,keyasint,omitempty"`
	// The categories; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"2,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"3,keyasint,omitempty"`
	// The office that approved the entry.
	ApprovedBy string `cbor:"4,keyasint,omitempty"`
	// When it was approved.
	ApproveTime Time `cbor:"5,keyasint,omitempty"`
	// Why they are necessary.
	Reason string `cbor:"6,keyasint,omitempty"`
}

// How long data is kept.
type Retention struct {
	// The purpose.
	Purpose string `cbor:"1,keyasint,omitempty"`
	// The categories.
	Categories []string `cbor:"2,keyasint,omitempty"`
	// Days.
	Days int32 `cbor:"3,keyasint,omitempty"`
}

// A notice of a policy version.
type PolicyNotice struct {
	// E-mail, website or push.
	Channel string `cbor:"1,keyasint,omitempty"`
	// When it was sent.
	SendTime Time `cbor:"2,keyasint,omitempty"`
}

// A version of the privacy policy.
type Policy struct {
	// policies/{version}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// The subject groups of its audience.
	SubjectGroups []SubjectGroup `cbor:"3,keyasint,omitempty"`
	// The regions of its audience, ISO 3166-1 alpha-2; "*" is every region.
	Regions []string `cbor:"4,keyasint,omitempty"`
	// When it was published.
	PublishTime Time `cbor:"5,keyasint,omitempty"`
	// When it takes effect.
	EffectiveTime Time `cbor:"6,keyasint,omitempty"`
	// The change is significant.
	Significant bool `cbor:"7,keyasint,omitempty"`
	// The author's word that it weakens rights; what a comparison finds is added to it.
	WeakensRights bool `cbor:"8,keyasint,omitempty"`
	// The purposes it states.
	Purposes []string `cbor:"9,keyasint,omitempty"`
	// What each kind of recipient may get.
	Kinds []KindList `cbor:"10,keyasint,omitempty"`
	// The bases that may be relied on.
	Bases []BasisEntry `cbor:"11,keyasint,omitempty"`
	// The categories necessary for each purpose.
	Necessity []Necessity `cbor:"12,keyasint,omitempty"`
	// How long data is kept.
	Retention []Retention `cbor:"13,keyasint,omitempty"`
	// It serves minors.
	ServesMinors bool `cbor:"14,keyasint,omitempty"`
	// The document of special rules for children.
	ChildRules string `cbor:"15,keyasint,omitempty"`
	// The SHA-256 of its text, in hex.
	TextDigest string `cbor:"16,keyasint,omitempty"`
	// The notices sent.
	Notices []PolicyNotice `cbor:"17,keyasint,omitempty"`
}
