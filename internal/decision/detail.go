package decision

// Detail is the field that a reason rests on, or what was wrong with it. Its
// number stands in recorded answers: new ones are added at the end.
type Detail uint8

// NoDetail is none; the others are grouped by the record that has the field.
const (
	NoDetail Detail = iota

	// Fields of the question.
	DetailExporter
	DetailRecipient
	DetailDeployment
	DetailPurpose
	DetailServedPurpose
	DetailCategories
	DetailSubjectGroup
	DetailProduct
	DetailDeidentified
	DetailChain
	DetailException
	DetailToOwnAddress

	// Fields what is wrong with the evidence (rules 30 to 36).
	DetailNonePresented
	DetailNoSubject
	DetailNotASource
	DetailCheckStale
	DetailBulk
	DetailBasisNotListed
	DetailOrderMissing
	DetailOrderOfAnother
	DetailHrReferenceMissing
	DetailCitationMissing
	DetailAssessmentMissing

	// Fields of a recipient or deployment.
	DetailApproveTime
	DetailDueDiligenceUntil
	DetailScreeningMissing
	DetailScreeningStale
	DetailUsableFrom
	DetailSuspensions
	DetailTerminateTime
	DetailCountry
	DetailStorageCountries
	DetailAccessCountries
	DetailDeployments
	DetailNotices
	DetailKind

	// Fields of an agreement.
	DetailOurSignature
	DetailTheirSignature
	DetailEffectiveTime
	DetailExpireTime
	DetailAgreementPurposes
	DetailAgreementCategories
	DetailAgreementSubjectGroups
	DetailTermsConfidentiality
	DetailTermsPurpose
	DetailTermsPeriod
	DetailTermsMethod
	DetailTermsCategories
	DetailTermsMeasures
	DetailTermsAudit
	DetailTermsSubprocessorMode
	DetailTermsDeleteOrReturn
	DetailTermsInstructions
	DetailTermsStaffConfidentiality
	DetailTermsAssistRights
	DetailTermsAssistSecurity
	DetailTermsAllocation
	DetailTermsContact

	// Fields of a link.
	DetailLinkAuthorisation
	DetailLinkUnrecorded
	DetailLinkDepth
	DetailSubAgreement

	// Fields of an assessment.
	DetailReviewUntil
	DetailCountries

	// Fields of a transfer.
	DetailRecertifiedUntil
	DetailAdequacy
	DetailTransferSuspensions
	DetailRevokeTime
	DetailTransferAgreement
	DetailTransferCountries
	DetailTransferRecipients
	DetailTransferPurposes
	DetailTransferCategories

	// Fields of a policy version.
	DetailPolicy
	DetailNecessity
	DetailServesMinors
	DetailChildRules
	DetailGuardian
	DetailProducts
	DetailSpecialGround

	// From edition 2 on.
	DetailExceptionRecord
	DetailApprovedBy
	DetailEvidence
	DetailRegimes
	DetailErased
	DetailRestricted
	DetailObjected
	DetailDoNotTrack
	DetailOptedOutAds
	DetailCollectTime
	DetailCohort
	DetailPublication
	DetailAuthorityInstrument
	DetailInstrumentStanding
	DetailInstrumentScope
	DetailInstrumentCategories
	DetailNecessityReason
	DetailForeignApproval
	DetailTreaty
	DetailConflictOfLaws
	DetailIncidents
	DetailDeal
	DetailUndertaking
	DetailMethodChanged
	DetailDealPurposes
	DetailPolicyNotices
	DetailWeakensRights
	DetailSafeguards
	DetailRetention
	DetailCeaseTime
	DetailRetentionLimit
	DetailCalendar
)

var detailNames = [...]string{
	DetailExporter:                  "exporter",
	DetailRecipient:                 "recipient",
	DetailDeployment:                "deployment",
	DetailPurpose:                   "purpose",
	DetailServedPurpose:             "served_purpose",
	DetailCategories:                "categories",
	DetailSubjectGroup:              "subject_group",
	DetailProduct:                   "product",
	DetailDeidentified:              "deidentified",
	DetailChain:                     "chain",
	DetailException:                 "exception",
	DetailToOwnAddress:              "to_own_address",
	DetailNonePresented:             "none_presented",
	DetailNoSubject:                 "no_subject",
	DetailNotASource:                "not_a_source",
	DetailCheckStale:                "check_stale",
	DetailBulk:                      "bulk",
	DetailBasisNotListed:            "basis_not_listed",
	DetailOrderMissing:              "order_missing",
	DetailOrderOfAnother:            "order_of_another",
	DetailHrReferenceMissing:        "hr_reference_missing",
	DetailCitationMissing:           "citation_missing",
	DetailAssessmentMissing:         "assessment_missing",
	DetailApproveTime:               "approve_time",
	DetailDueDiligenceUntil:         "due_diligence_until",
	DetailScreeningMissing:          "screening_missing",
	DetailScreeningStale:            "screening_stale",
	DetailUsableFrom:                "usable_from",
	DetailSuspensions:               "suspensions",
	DetailTerminateTime:             "terminate_time",
	DetailCountry:                   "country",
	DetailStorageCountries:          "storage_countries",
	DetailAccessCountries:           "access_countries",
	DetailDeployments:               "deployments",
	DetailNotices:                   "notices",
	DetailKind:                      "kind",
	DetailOurSignature:              "our_signature",
	DetailTheirSignature:            "their_signature",
	DetailEffectiveTime:             "effective_time",
	DetailExpireTime:                "expire_time",
	DetailAgreementPurposes:         "agreement_purposes",
	DetailAgreementCategories:       "agreement_categories",
	DetailAgreementSubjectGroups:    "agreement_subject_groups",
	DetailTermsConfidentiality:      "terms.confidentiality",
	DetailTermsPurpose:              "terms.purpose",
	DetailTermsPeriod:               "terms.period",
	DetailTermsMethod:               "terms.method",
	DetailTermsCategories:           "terms.categories",
	DetailTermsMeasures:             "terms.measures",
	DetailTermsAudit:                "terms.audit",
	DetailTermsSubprocessorMode:     "terms.subprocessor_mode",
	DetailTermsDeleteOrReturn:       "terms.delete_or_return",
	DetailTermsInstructions:         "terms.instructions",
	DetailTermsStaffConfidentiality: "terms.staff_confidentiality",
	DetailTermsAssistRights:         "terms.assist_rights",
	DetailTermsAssistSecurity:       "terms.assist_security",
	DetailTermsAllocation:           "terms.allocation",
	DetailTermsContact:              "terms.contact",
	DetailLinkAuthorisation:         "link_authorisation",
	DetailLinkUnrecorded:            "link_unrecorded",
	DetailLinkDepth:                 "link_depth",
	DetailSubAgreement:              "sub_agreement",
	DetailReviewUntil:               "review_until",
	DetailCountries:                 "countries",
	DetailRecertifiedUntil:          "recertified_until",
	DetailAdequacy:                  "adequacy",
	DetailTransferSuspensions:       "transfer_suspensions",
	DetailRevokeTime:                "revoke_time",
	DetailTransferAgreement:         "transfer_agreement",
	DetailTransferCountries:         "transfer_countries",
	DetailTransferRecipients:        "transfer_recipients",
	DetailTransferPurposes:          "transfer_purposes",
	DetailTransferCategories:        "transfer_categories",
	DetailPolicy:                    "policy",
	DetailNecessity:                 "necessity",
	DetailServesMinors:              "serves_minors",
	DetailChildRules:                "child_rules",
	DetailGuardian:                  "guardian",
	DetailProducts:                  "products",
	DetailSpecialGround:             "special_ground",

	DetailExceptionRecord:      "exception_record",
	DetailApprovedBy:           "approved_by",
	DetailEvidence:             "evidence",
	DetailRegimes:              "regimes",
	DetailErased:               "erased",
	DetailRestricted:           "restricted",
	DetailObjected:             "objected",
	DetailDoNotTrack:           "do_not_track",
	DetailOptedOutAds:          "opted_out_interest_ads",
	DetailCollectTime:          "collect_time",
	DetailCohort:               "cohort",
	DetailPublication:          "publication",
	DetailAuthorityInstrument:  "authority_instrument",
	DetailInstrumentStanding:   "instrument.standing",
	DetailInstrumentScope:      "instrument.scope",
	DetailInstrumentCategories: "instrument.categories",
	DetailNecessityReason:      "necessity_reason",
	DetailForeignApproval:      "foreign_approval",
	DetailTreaty:               "treaty",
	DetailConflictOfLaws:       "conflict_of_laws",
	DetailIncidents:            "incidents",
	DetailDeal:                 "deal",
	DetailUndertaking:          "undertaking",
	DetailMethodChanged:        "deal.method_changed",
	DetailDealPurposes:         "deal.purposes",
	DetailPolicyNotices:        "policy_notices",
	DetailWeakensRights:        "weakens_rights",
	DetailSafeguards:           "safeguards",
	DetailRetention:            "retention",
	DetailCeaseTime:            "cease_time",
	DetailRetentionLimit:       "terms.retention_limit_days",
	DetailCalendar:             "calendar",
}

// String returns the field as the contract has it, or a word for what was wrong.
func (d Detail) String() string { return detailNames[d] }
