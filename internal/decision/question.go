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
	ConsentExplicitEUTransfer
)

// ToRecipient reports whether a consent of the type is given to one recipient, which
// it must name.
func (t ConsentType) ToRecipient() bool {
	return t == ConsentSeparateProvision || t == ConsentSeparateCrossBorder || t == ConsentExplicitEUTransfer
}

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
	// Publication is the publication consented to, with SEPARATE_PUBLIC.
	Publication string
	Countries   []string // the countries consented to; none is any
}

// ChainLink is a further recipient that the caller names.
type ChainLink struct {
	Recipient, Deployment string
}

// Cohort is a principal's word on the persons of a bulk share.
type Cohort struct {
	ID                         string // "" is none
	Size                       int64
	Purpose, Recipient, Policy string
	Types                      []ConsentType // ascending, none twice
	AttestTime                 registry.Time
	// How many were left out, and why; None is not given.
	WithdrawnExcluded, MinorsExcluded, ObjectedExcluded int64
}

// None is a count of a cohort that was not given.
const None int64 = -1

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
	// ExceptionRecord is the full name of the exception's record; edition 1 took any text.
	ExceptionRecord string

	// What follows is read from edition 2 on.

	DoNotTrack, OptedOutAds bool
	// Restricted holds for all purposes, Objected for this one.
	Restricted, Objected, Erased bool
	CollectTime                  registry.Time // 0 is not given
	AuthorityInstrument          string        // instruments/x
	AcceptedPolicy               string        // the version that the subject accepted explicitly
	Cohort                       Cohort
	CountKey                     string
	Publication                  string
}

// Inputs is what a decision reads beside the snapshot and the question.
type Inputs struct {
	// Now is the instant that decides.
	Now registry.Time
	// Principal is the number of the principal that asks, 0 for none. It decides
	// whether presented consent and age bands are believed.
	Principal uint32
	// Facts are what is held of the subject; nil is nothing.
	Facts *Facts
	// Counters are those of the exporter and year; nil where they were not read.
	Counters *Counters
}

// Facts are what is held of one subject, as read for this decision. Numbers are
// those of registry records.
type Facts struct {
	Erased, Restricted, DoNotTrack, OptedOutAds bool
	Objected                                    []uint32 // purposes, ascending
	Age                                         AgeBand  // AgeUnspecified is none
	Accepted, AcceptedByGuardian                []uint32 // policy versions, ascending
	Consents                                    []HeldConsent
	// Tag is the subject's by the facts key, and Sources are the entries of the
	// ledger that the facts were written by; Check reads neither.
	Tag     [16]byte
	Sources []FactSource
}

// FactSource is the entry of the ledger that a fact was written by.
type FactSource struct {
	Shard string
	Index int64
}

// HeldConsent is a consent held here. Publication is "" where the type has none.
type HeldConsent struct {
	Type                               ConsentType
	Purpose, Recipient, Policy         uint32 // Recipient 0 is none
	Categories                         []uint32
	GiveTime, ExpireTime, WithdrawTime registry.Time
	ByGuardian, ChildInterest          bool
	Publication                        string
	Countries                          []string // none is any
}

// Counters are the distinct persons that an exporter sent abroad in a calendar
// year of Asia/Shanghai, as counted here before this decision, without the opening
// that the registry states.
type Counters struct {
	Year                   int32
	Persons, Sensitive     int64
	InPersons, InSensitive bool // the subject, or the count key, is counted there already
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

// The obligations.
const (
	KeepConfidential    ObligationCode = 1
	PurposeLimit        ObligationCode = 2
	NoOnwardTransfer    ObligationCode = 3
	RetainUntil         ObligationCode = 4
	RenewAgreementBy    ObligationCode = 5
	RenewMechanismBy    ObligationCode = 6
	DeleteOrReturnAtEnd ObligationCode = 7

	FileContract                ObligationCode = 8
	NotifySubjectAfterEmergency ObligationCode = 9
	RegulariseAgreement         ObligationCode = 10
	MinorDeletionDue            ObligationCode = 11
	NotifySubjectOfDisclosure   ObligationCode = 12
	InformSAAndSubject          ObligationCode = 13
	CountQuantity               ObligationCode = 14
	KeepExceptionFile           ObligationCode = 15
	RegulariseAssessment        ObligationCode = 16
)

// Obligation is one thing that must be done.
type Obligation struct {
	Code   ObligationCode
	Record uint32        // number of the agreement or transfer; 0 is none
	Due    registry.Time // 0 is none
}

// Waived is a reason that an exception took away, or put off.
type Waived struct {
	Code      Code
	Regime    registry.Regime
	Exception uint32 // number of the exception's record
	Deferred  bool
}

// Counted is what an allowed share counted, the registry's opening included.
type Counted struct {
	Year                            int32 // 0: nothing was counted
	PersonsBefore, PersonsAfter     int64
	SensitiveBefore, SensitiveAfter int64
	Warn                            bool
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
	Waived      []Waived // in the order of the catalogue, then of regimes
	// Countable: the decision read, or would have read, the counters.
	Countable bool
	Counted   Counted
	// ConsentSource is the principal whose consents and age band were believed; 0 is none.
	ConsentSource uint32
	// Exporter, Recipient and Purpose are what the names resolved to; 0 is unknown.
	Exporter, Recipient, Deployment, Purpose, Served uint32
	// Trace is filled when Tracing is set.
	Tracing bool
	Trace   []Step

	scratch scratch
}
