package registry

// A half-open span of time.
type Period struct {
	// When it begins.
	StartTime Time `cbor:"1,keyasint,omitempty"`
	// When it ends; absent means open.
	EndTime Time `cbor:"2,keyasint,omitempty"`
	// Why.
	Reason string `cbor:"3,keyasint,omitempty"`
}

// What subjects were told of a recipient.
type Notice struct {
	// The recipient's name as told.
	RecipientTitle string `cbor:"1,keyasint,omitempty"`
	// The recipient's contact as told.
	Contact string `cbor:"2,keyasint,omitempty"`
	// The purposes told.
	Purposes []string `cbor:"3,keyasint,omitempty"`
	// The method of processing told.
	Method string `cbor:"4,keyasint,omitempty"`
	// The categories told; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"5,keyasint,omitempty"`
	// How rights are exercised against the recipient; needed overseas.
	RightsRoute string `cbor:"6,keyasint,omitempty"`
	// The groups that were told.
	SubjectGroups []SubjectGroup `cbor:"7,keyasint,omitempty"`
	// When they were told.
	NotifyTime Time `cbor:"8,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"9,keyasint,omitempty"`
}

// One screening against restricted and sanctions lists.
type Screening struct {
	// When it was made.
	ScreenTime Time `cbor:"1,keyasint,omitempty"`
	// What it found.
	Result ScreeningResult `cbor:"2,keyasint,omitempty"`
	// The lists that were read.
	Source string `cbor:"3,keyasint,omitempty"`
}

// Who receives.
type Recipient struct {
	// recipients/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The legal name.
	Title string `cbor:"2,keyasint,omitempty"`
	// What it is.
	Kind RecipientKind `cbor:"3,keyasint,omitempty"`
	// Whether it decides itself.
	Role RecipientRole `cbor:"4,keyasint,omitempty"`
	// Legal's answer to the question of who decides, with its author.
	RoleAnswer string `cbor:"5,keyasint,omitempty"`
	// A natural person under our authority.
	NaturalPerson bool `cbor:"6,keyasint,omitempty"`
	// The country of establishment, ISO 3166-1 alpha-2 or UNKNOWN.
	Country string `cbor:"7,keyasint,omitempty"`
	// The contact.
	Contact string `cbor:"8,keyasint,omitempty"`
	// The contact for privacy, or the data protection officer.
	PrivacyContact string `cbor:"9,keyasint,omitempty"`
	// The number in its company register.
	RegistrationNumber string `cbor:"10,keyasint,omitempty"`
	// What subjects were told of it.
	Notices []Notice `cbor:"11,keyasint,omitempty"`
	// When it was approved.
	ApproveTime Time `cbor:"12,keyasint,omitempty"`
	// When it was suspended.
	Suspensions []Period `cbor:"13,keyasint,omitempty"`
	// When it was terminated.
	TerminateTime Time `cbor:"14,keyasint,omitempty"`
	// Until when the due diligence holds.
	DueDiligenceUntil Time `cbor:"15,keyasint,omitempty"`
	// The screenings.
	Screenings []Screening `cbor:"16,keyasint,omitempty"`
	// From when it may be used: the end of a running notice period.
	UsableFrom Time `cbor:"17,keyasint,omitempty"`
	// One sentence on what it does for us.
	Sentence string `cbor:"18,keyasint,omitempty"`
	// It is also a source of personal data for us.
	InboundSource bool `cbor:"19,keyasint,omitempty"`
}

// A sub-processor that a deployment reaches.
type SubprocessorLink struct {
	// The recipient that is reached.
	Recipient string `cbor:"1,keyasint,omitempty"`
	// Its deployment; absent means all of them.
	Deployment string `cbor:"2,keyasint,omitempty"`
	// The service purpose it serves.
	Service string `cbor:"3,keyasint,omitempty"`
	// How it was authorised.
	Authorisation Authorisation `cbor:"4,keyasint,omitempty"`
	// When it was authorised, or announced under a general authorisation.
	AuthoriseTime Time `cbor:"5,keyasint,omitempty"`
	// When the notice period ends; needed for a general authorisation.
	NoticeUntil Time `cbor:"6,keyasint,omitempty"`
	// When we objected.
	ObjectTime Time `cbor:"7,keyasint,omitempty"`
	// The contract of the same obligations between the two recipients.
	SubAgreement string `cbor:"8,keyasint,omitempty"`
}

// One of a recipient's services or regions.
type Deployment struct {
	// recipients/{id}/deployments/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// Where the data is stored, ISO 3166-1 alpha-2 or UNKNOWN.
	StorageCountries []string `cbor:"3,keyasint,omitempty"`
	// From where it is read, ISO 3166-1 alpha-2 or UNKNOWN.
	AccessCountries []string `cbor:"4,keyasint,omitempty"`
	// Its own kind, when it differs from the recipient's.
	Kind RecipientKind `cbor:"5,keyasint,omitempty"`
	// Its own role, when it differs from the recipient's.
	Role RecipientRole `cbor:"6,keyasint,omitempty"`
	// It hosts our business records.
	Hosting bool `cbor:"7,keyasint,omitempty"`
	// The sub-processors it reaches.
	Links []SubprocessorLink `cbor:"8,keyasint,omitempty"`
}
