package decision

// Code is the stable code of a reason, numbered as the contract: ten times the
// rule's number in the catalogue of rules.md 2.2, plus the place within the rule.
type Code uint16

// The codes, in the order of the catalogue.
const (
	RequestInvalid                    Code = 10
	PurposeUnknown                    Code = 20
	CategoryUnknown                   Code = 21
	CountryUnknown                    Code = 22
	PolicyVersionNotInForce           Code = 30
	PolicyChangeNotNotified           Code = 40
	PolicyWeakensRightsNoConsent      Code = 50
	RecipientUnknown                  Code = 60
	RecipientNotApproved              Code = 70
	RecipientSuspended                Code = 80
	RecipientTerminated               Code = 81
	RecipientRestrictedList           Code = 90
	KindNotJudged                     Code = 99
	LegalExceptionUnsupported         Code = 100
	SubjectErasedOrCancelled          Code = 110
	SubjectRestrictedOrObjected       Code = 120
	SubjectDoNotTrack                 Code = 130
	SubjectOptedOutAds                Code = 131
	PurposeOutsidePolicy              Code = 140
	PurposeOutsideRecipientKind       Code = 150
	CategoryNeverShareable            Code = 160
	CategoryOutsideRecipientKind      Code = 170
	CategoryNotNecessaryForPurpose    Code = 180
	AnalyticsLinkageForbidden         Code = 190
	DeidentificationRequired          Code = 200
	AgreementMissing                  Code = 210
	AgreementNotSignedByBoth          Code = 220
	AgreementNotYetEffective          Code = 230
	AgreementExpired                  Code = 240
	AgreementTerminated               Code = 250
	AgreementTermsIncomplete          Code = 260
	AgreementPurposeNotCovered        Code = 270
	AgreementCategoryNotCovered       Code = 280
	NoticeMissing                     Code = 290
	ConsentMissing                    Code = 300
	ConsentWithdrawn                  Code = 310
	ConsentScopeMismatch              Code = 320
	SeparateConsentMissingProvision   Code = 330
	SeparateConsentMissingSensitive   Code = 340
	SeparateConsentMissingCrossBorder Code = 350
	SeparateConsentMissingPublic      Code = 360
	MinorGuardianConsentMissing       Code = 370
	MinorProfilingForbidden           Code = 380
	SensitiveSafeguardsMissing        Code = 390
	PublicDisclosureNotPermitted      Code = 400
	AuthorityInstrumentMissing        Code = 410
	ForeignAuthorityApprovalMissing   Code = 420
	SuccessorNotBound                 Code = 430
	SuccessorPurposeChanged           Code = 440
	SubprocessorNotAuthorised         Code = 450
	SubprocessorFlowdownMissing       Code = 460
	RetentionExpired                  Code = 470
	ServiceCeased                     Code = 480
	RecipientRetentionExceeds         Code = 490
	ImpactAssessmentMissing           Code = 500
	ImpactAssessmentStale             Code = 501
	TransferNoMechanism               Code = 510
	TransferMechanismInsufficient     Code = 520
	TransferMechanismNotYetEffective  Code = 530
	TransferMechanismExpired          Code = 540
	TransferMechanismSuspended        Code = 550
	TransferDestinationNotCovered     Code = 560
	TransferRecipientNotCovered       Code = 561
	TransferPurposeNotCovered         Code = 562
	TransferCategoryNotCovered        Code = 563
	TransferVolumeExceeded            Code = 570
	TransferFilingOverdue             Code = 580
	TransferTiaMissing                Code = 590
	OnwardDestinationNotCovered       Code = 600
)

var codeNames = map[Code]string{
	RequestInvalid:                    "REQUEST_INVALID",
	PurposeUnknown:                    "PURPOSE_UNKNOWN",
	CategoryUnknown:                   "CATEGORY_UNKNOWN",
	CountryUnknown:                    "COUNTRY_UNKNOWN",
	PolicyVersionNotInForce:           "POLICY_VERSION_NOT_IN_FORCE",
	PolicyChangeNotNotified:           "POLICY_CHANGE_NOT_NOTIFIED",
	PolicyWeakensRightsNoConsent:      "POLICY_WEAKENS_RIGHTS_NO_CONSENT",
	RecipientUnknown:                  "RECIPIENT_UNKNOWN",
	RecipientNotApproved:              "RECIPIENT_NOT_APPROVED",
	RecipientSuspended:                "RECIPIENT_SUSPENDED",
	RecipientTerminated:               "RECIPIENT_TERMINATED",
	RecipientRestrictedList:           "RECIPIENT_RESTRICTED_LIST",
	KindNotJudged:                     "KIND_NOT_JUDGED",
	LegalExceptionUnsupported:         "LEGAL_EXCEPTION_UNSUPPORTED",
	SubjectErasedOrCancelled:          "SUBJECT_ERASED_OR_CANCELLED",
	SubjectRestrictedOrObjected:       "SUBJECT_RESTRICTED_OR_OBJECTED",
	SubjectDoNotTrack:                 "SUBJECT_DO_NOT_TRACK",
	SubjectOptedOutAds:                "SUBJECT_OPTED_OUT_ADS",
	PurposeOutsidePolicy:              "PURPOSE_OUTSIDE_POLICY",
	PurposeOutsideRecipientKind:       "PURPOSE_OUTSIDE_RECIPIENT_KIND",
	CategoryNeverShareable:            "CATEGORY_NEVER_SHAREABLE",
	CategoryOutsideRecipientKind:      "CATEGORY_OUTSIDE_RECIPIENT_KIND",
	CategoryNotNecessaryForPurpose:    "CATEGORY_NOT_NECESSARY_FOR_PURPOSE",
	AnalyticsLinkageForbidden:         "ANALYTICS_LINKAGE_FORBIDDEN",
	DeidentificationRequired:          "DEIDENTIFICATION_REQUIRED",
	AgreementMissing:                  "AGREEMENT_MISSING",
	AgreementNotSignedByBoth:          "AGREEMENT_NOT_SIGNED_BY_BOTH",
	AgreementNotYetEffective:          "AGREEMENT_NOT_YET_EFFECTIVE",
	AgreementExpired:                  "AGREEMENT_EXPIRED",
	AgreementTerminated:               "AGREEMENT_TERMINATED",
	AgreementTermsIncomplete:          "AGREEMENT_TERMS_INCOMPLETE",
	AgreementPurposeNotCovered:        "AGREEMENT_PURPOSE_NOT_COVERED",
	AgreementCategoryNotCovered:       "AGREEMENT_CATEGORY_NOT_COVERED",
	NoticeMissing:                     "NOTICE_MISSING",
	ConsentMissing:                    "CONSENT_MISSING",
	ConsentWithdrawn:                  "CONSENT_WITHDRAWN",
	ConsentScopeMismatch:              "CONSENT_SCOPE_MISMATCH",
	SeparateConsentMissingProvision:   "SEPARATE_CONSENT_MISSING_PROVISION",
	SeparateConsentMissingSensitive:   "SEPARATE_CONSENT_MISSING_SENSITIVE",
	SeparateConsentMissingCrossBorder: "SEPARATE_CONSENT_MISSING_CROSS_BORDER",
	SeparateConsentMissingPublic:      "SEPARATE_CONSENT_MISSING_PUBLIC",
	MinorGuardianConsentMissing:       "MINOR_GUARDIAN_CONSENT_MISSING",
	MinorProfilingForbidden:           "MINOR_PROFILING_FORBIDDEN",
	SensitiveSafeguardsMissing:        "SENSITIVE_SAFEGUARDS_MISSING",
	PublicDisclosureNotPermitted:      "PUBLIC_DISCLOSURE_NOT_PERMITTED",
	AuthorityInstrumentMissing:        "AUTHORITY_INSTRUMENT_MISSING",
	ForeignAuthorityApprovalMissing:   "FOREIGN_AUTHORITY_APPROVAL_MISSING",
	SuccessorNotBound:                 "SUCCESSOR_NOT_BOUND",
	SuccessorPurposeChanged:           "SUCCESSOR_PURPOSE_CHANGED",
	SubprocessorNotAuthorised:         "SUBPROCESSOR_NOT_AUTHORISED",
	SubprocessorFlowdownMissing:       "SUBPROCESSOR_FLOWDOWN_MISSING",
	RetentionExpired:                  "RETENTION_EXPIRED",
	ServiceCeased:                     "SERVICE_CEASED",
	RecipientRetentionExceeds:         "RECIPIENT_RETENTION_EXCEEDS",
	ImpactAssessmentMissing:           "IMPACT_ASSESSMENT_MISSING",
	ImpactAssessmentStale:             "IMPACT_ASSESSMENT_STALE",
	TransferNoMechanism:               "TRANSFER_NO_MECHANISM",
	TransferMechanismInsufficient:     "TRANSFER_MECHANISM_INSUFFICIENT",
	TransferMechanismNotYetEffective:  "TRANSFER_MECHANISM_NOT_YET_EFFECTIVE",
	TransferMechanismExpired:          "TRANSFER_MECHANISM_EXPIRED",
	TransferMechanismSuspended:        "TRANSFER_MECHANISM_SUSPENDED",
	TransferDestinationNotCovered:     "TRANSFER_DESTINATION_NOT_COVERED",
	TransferRecipientNotCovered:       "TRANSFER_RECIPIENT_NOT_COVERED",
	TransferPurposeNotCovered:         "TRANSFER_PURPOSE_NOT_COVERED",
	TransferCategoryNotCovered:        "TRANSFER_CATEGORY_NOT_COVERED",
	TransferVolumeExceeded:            "TRANSFER_VOLUME_EXCEEDED",
	TransferFilingOverdue:             "TRANSFER_FILING_OVERDUE",
	TransferTiaMissing:                "TRANSFER_TIA_MISSING",
	OnwardDestinationNotCovered:       "ONWARD_DESTINATION_NOT_COVERED",
}

// String returns the code as callers see it: "CONSENT_MISSING".
func (c Code) String() string { return codeNames[c] }

// Rule returns the rule's number in the catalogue, 0 outside it.
func (c Code) Rule() int {
	if c == KindNotJudged {
		return 0
	}
	return int(c) / 10
}
