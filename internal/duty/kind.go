package duty

// Kind is what is owed, numbered as the contract's DutyKind.
type Kind uint8

// The kinds.
const (
	PropagateWithdrawal         Kind = 1
	PropagateErasure            Kind = 2
	PropagateCorrection         Kind = 3
	DeleteOrReturn              Kind = 4
	FileContract                Kind = 5
	RegulariseAgreement         Kind = 6
	RegulariseAssessment        Kind = 7
	NotifySubjectAfterEmergency Kind = 8
	NotifySubjectOfDisclosure   Kind = 9
	InformAuthorityAndSubject   Kind = 10
	NotifyIncidentAuthority     Kind = 11
	NotifyIncidentSubjects      Kind = 12
	AnswerComplaint             Kind = 13
	DeleteMinorData             Kind = 14
	EscalateConflict            Kind = 15
	InformServiceCeased         Kind = 16
	RenewMechanism              Kind = 17
	RenewAgreement              Kind = 18
	DeclareVolume               Kind = 19
	Recheck                     Kind = 20
	AuditMinors                 Kind = 21
)

// The offices that owe. A recipient is reached through legal.
const (
	Legal     = "legal"
	Service   = "service" // the exporter's service that shared or collected
	Recipient = "recipient"
)

// kinds say of each kind its name in the contract, who owes, what, by which text,
// and on what clock when no date is known otherwise.
var kinds = [...]struct {
	name, owner, asks, clause string
	clock                     clock
	derived                   bool // it follows from the registry only, nobody opens one
}{
	PropagateWithdrawal: {"PROPAGATE_WITHDRAWAL", Recipient, "Tell the recipient that consent was withdrawn, and have it stop what rested on it.",
		"S6-6; PIPL 15; GDPR 7(3)", workingDays(1), false},
	PropagateErasure: {"PROPAGATE_ERASURE", Recipient, "Tell the recipient to delete the person's data, and have it confirm.",
		"S6-4, S6-5; PIPL 47; GDPR 17, 19", workingDays(15), false},
	PropagateCorrection: {"PROPAGATE_CORRECTION", Recipient, "Tell the recipient of the correction.",
		"S6-3; PIPL 46; GDPR 16, 19", workingDays(15), false},
	DeleteOrReturn: {"DELETE_OR_RETURN", Recipient, "Have the data deleted or returned, and record the certificate.",
		"PIPL 21(2); GDPR 28(3)(g)", workingDays(15), false},
	FileContract: {"FILE_CONTRACT", Legal, "File the standard contract with the provincial CAC, and record number and date.",
		"SCM 7; GBA-SC", workingDays(10), true},
	RegulariseAgreement: {"REGULARISE_AGREEMENT", Legal, "Conclude the agreement that the emergency left no time for.",
		"rules 21-28, E5", workingDays(5), false},
	RegulariseAssessment: {"REGULARISE_ASSESSMENT", Legal, "Make the impact assessment that the emergency left no time for.",
		"PIPL 55, E5", workingDays(5), false},
	NotifySubjectAfterEmergency: {"NOTIFY_SUBJECT_AFTER_EMERGENCY", Service, "Tell the person, now that the emergency is over, what was shared with whom.",
		"PIPL 18(2)", workingDays(1), false},
	NotifySubjectOfDisclosure: {"NOTIFY_SUBJECT_OF_DISCLOSURE", Service, "Tell the person of the disclosure, unless secrecy is ordered.",
		"PIPL 18(1), 35; GDPR 13, 14", workingDays(15), false},
	InformAuthorityAndSubject: {"INFORM_SA_AND_SUBJECT", Legal, "Inform the supervisory authority and the person of the transfer and of the compelling interests.",
		"GDPR 49(1), second subparagraph", hours(72), false},
	NotifyIncidentAuthority: {"NOTIFY_INCIDENT_AUTHORITY", Legal, "Report the incident to the authority.",
		"S5-2; PIPL 57; NCI 4; GDPR 33", hours(4), false},
	NotifyIncidentSubjects: {"NOTIFY_INCIDENT_SUBJECTS", Service, "Tell the persons of the incident, what it means for them and what they can do.",
		"S5-2; PIPL 57; GDPR 34", hours(72), false},
	AnswerComplaint: {"ANSWER_COMPLAINT", Legal, "Answer the request or complaint, or refuse it with reasons.",
		"S6-7; PIPL 50; GDPR 12(3)", workingDays(15), false},
	DeleteMinorData: {"DELETE_MINOR_DATA", Service, "Delete the minor's data, and have the recipients delete it.",
		"S7; MinorsReg 34", workingDays(1), false},
	EscalateConflict: {"ESCALATE_CONFLICT", Legal, "Have counsel decide which of the two laws is followed in this one act.",
		"PIPL 41; GDPR 48", sameDay, false},
	InformServiceCeased: {"INFORM_SERVICE_CEASED", Service, "Tell the users that the service ceases, stop collecting, and delete or anonymise their data.",
		"S3-2; PIPL 47(1)(2)", atOnce, false},
	RenewMechanism: {"RENEW_MECHANISM", Legal, "Extend or replace the mechanism of the transfer before it ends.",
		"CBDF 9; CERT 14; GDPR 44", atOnce, true},
	RenewAgreement: {"RENEW_AGREEMENT", Legal, "Renew the agreement before it ends, or end the sharing.",
		"S4-1n; rule 24", atOnce, true},
	DeclareVolume: {"DECLARE_VOLUME", Legal, "File for the stronger mechanism, and declare the volumes shared before.",
		"CBDF 7, 8", workingDays(10), false},
	Recheck: {"RECHECK", Legal, "Check again, and record the result.",
		"rules 7, 50", atOnce, false},
	AuditMinors: {"AUDIT_MINORS", Legal, "Audit how the year's data of minors was handled, and report the result to the CAC.",
		"MinorsReg 37", atOnce, true},
}

// Known reports whether k is a kind.
func (k Kind) Known() bool { return k > 0 && int(k) < len(kinds) }

// String returns the name of the contract without its prefix: FILE_CONTRACT.
func (k Kind) String() string {
	if !k.Known() {
		return "UNSPECIFIED"
	}
	return kinds[k].name
}

// Owner returns who owes a duty of this kind.
func (k Kind) Owner() string { return kinds[k].owner }

// Asks returns what is owed, a sentence for people.
func (k Kind) Asks() string { return kinds[k].asks }

// Clause returns the texts that it rests on.
func (k Kind) Clause() string { return kinds[k].clause }

// ByHand reports whether a person may open one: a duty that only ever follows from
// the registry is opened by recording what it follows from.
func (k Kind) ByHand() bool { return k.Known() && !kinds[k].derived }

// HasClock reports whether the kind has a clock of its own; without one its date is
// that of what it follows from, or is given.
func (k Kind) HasClock() bool { return k.Known() && kinds[k].clock != atOnce }

// Outcome is how a duty was closed, numbered as the contract's DutyOutcome.
type Outcome uint8

// The outcomes. Refused and Extended are those of a complaint.
const (
	Done     Outcome = 1
	Refused  Outcome = 2 // with reasons (S6-7; GDPR 12(4))
	Extended Outcome = 3 // by two months, the person told why within the first (GDPR 12(3))
)
