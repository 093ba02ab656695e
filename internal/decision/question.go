package decision

import "waybill/internal/registry"

// MaxCategories is how many categories one question may name.
const MaxCategories = 64

// AgeBand is what is known of a subject's age, numbered as the contract.
type AgeBand uint8

// The age bands.
const (
	AgeUnspecified AgeBand = iota
	AgeUnknown
	AgeUnder13
	Age13
	Age14
	Age15
	Age16To17
	AgeAdult
	AgeAdultLackingCapacity
)

// ConsentType is the type of a consent, numbered as the contract.
type ConsentType uint8

// The consent types.
const (
	ConsentUnspecified ConsentType = iota
	ConsentOrdinary
	ConsentSeparateProvision
	ConsentSeparateSensitive
	ConsentSeparateCrossBorder
	ConsentSeparatePublic
	ConsentExplicitEU
	ConsentGuardian
)

// Exception is one of the six exceptions of the policy, numbered as the contract.
type Exception uint8

// Consent is a consent presented with a question. Its names are full names.
type Consent struct {
	Type          ConsentType
	Purpose       string
	Categories    []string
	Recipient     string
	Policy        string
	GiveTime      registry.Time
	ExpireTime    registry.Time
	WithdrawTime  registry.Time
	CheckTime     registry.Time
	Method        string
	Evidence      string
	Subject       string // "" is the question's
	ByGuardian    bool
	ChildInterest string
}

// ChainLink is a further recipient that the caller names.
type ChainLink struct {
	Recipient, Deployment string
}

// Question is one share to decide. Names are full ("recipients/sf"); regions and
// countries are ISO 3166-1 alpha-2 or UNKNOWN, already checked by shape.
// Subjects are opaque and compared byte-wise; Check reads nothing else of them.
type Question struct {
	Exporter, Recipient, Deployment string
	Purpose, ServedPurpose          string
	Categories                      []string // 1 to MaxCategories, no name twice
	Subject                         string
	SubjectGroup                    registry.SubjectGroup
	SubjectRegions                  []string
	Product                         string
	AgeBand                         AgeBand
	Origin                          string
	DestinationCountries            []string
	Quantity                        int64 // 0 is 1
	// Bases is the basis named for each regime, by its number; zero is none.
	Bases        [6]registry.Basis
	OrderRef     string
	OrderSubject string
	HRReference  string
	Citation     string
	Assessment   string // assessments/x, evidence of legitimate interests
	Consents     []Consent
	ToOwnAddress bool
	Deidentified bool
	Chain        []ChainLink
	Exception    Exception
	// ExceptionRecord is the id of the exception's record.
	ExceptionRecord string
}

// Inputs is what a decision reads beside the snapshot and the question.
type Inputs struct {
	// Now is the instant that decides.
	Now registry.Time
	// Principal is the number of the principal that asks, 0 for none. It decides
	// whether presented consent and age bands are believed.
	Principal uint32
}

// Outcome is the answer, numbered as the contract.
type Outcome uint8

// The outcomes. Everything but Allowed reads as no.
const (
	Undecided Outcome = iota
	Allowed
	Denied
)

// Refusal says that the question is not judged by this edition: there is no
// decision and no record.
type Refusal uint8

// The refusals.
const (
	// NotRefused: there is a decision.
	NotRefused Refusal = iota
	// RefusedUK: the question would fall under the law of the United Kingdom.
	RefusedUK
)

// Class says who can act on a reason, numbered as the contract.
type Class uint8

// The classes.
const (
	Gap       Class = 1
	Violation Class = 2
	EvidenceC Class = 3
)

// Reason is one reason of a denial. Categories is a bit set over the question's
// categories; zero means the whole question.
type Reason struct {
	Code       Code
	Regime     registry.Regime
	Detail     Detail // the field, or what was wrong with it
	Record     uint32 // number of the record it rests on; 0 is none
	Categories uint64
}

// ObligationCode is what must be done with an allowed share, numbered as the contract.
type ObligationCode uint8

// The obligations that this edition raises.
const (
	KeepConfidential    ObligationCode = 1
	PurposeLimit        ObligationCode = 2
	NoOnwardTransfer    ObligationCode = 3
	RetainUntil         ObligationCode = 4
	RenewAgreementBy    ObligationCode = 5
	RenewMechanismBy    ObligationCode = 6
	DeleteOrReturnAtEnd ObligationCode = 7
)

// Obligation is one thing that must be done.
type Obligation struct {
	Code   ObligationCode
	Record uint32        // number of the agreement or transfer; 0 is none
	Due    registry.Time // 0 is none
}

// StepResult is what a rule did.
type StepResult uint8

// The results.
const (
	NotRun StepResult = iota
	Passed
	Fired
)

// Step is one line of a trace.
type Step struct {
	Code     Code // the rule's first code
	Regime   registry.Regime
	Result   StepResult
	Record   uint32
	Category int // index in the question, -1 for the whole
}

// Decision is the answer to one question. It is the caller's and may be used
// again: its slices keep their capacity. Numbers are those of registry records.
type Decision struct {
	Refusal     Refusal
	Outcome     Outcome
	Now         registry.Time
	UseBy       registry.Time
	Revision    int64
	Reasons     []Reason // in the order of the catalogue
	Permitted   uint64   // bit set over the question's categories
	Obligations []Obligation
	Agreements  []uint32 // relied upon, ascending
	Transfers   []uint32 // relied upon, ascending
	Policy      uint32   // the governing version; 0 is none
	// ConsentSource is the principal whose consents and age band were believed; 0 is none.
	ConsentSource uint32
	// Exporter, Recipient and Purpose are what the names resolved to; 0 is unknown.
	Exporter, Recipient, Deployment, Purpose, Served uint32
	// Trace is filled when Tracing is set.
	Tracing bool
	Trace   []Step

	scratch scratch
}
