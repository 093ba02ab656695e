package decision

// severity of a rule: rules.md 2.1.
type severity byte

const (
	hard  severity = 'H' // only a change of the registry cures it
	cures severity = 'D' // the named evidence cures it
)

// kinds says for which classes of kind of recipient a rule runs: readings R13, R45.
type kinds uint8

const (
	forOrdinary kinds = 1 << iota
	forPublic
	forSpecial   // authority, rescue, successor: in edition 1
	forAuthority // from edition 2 on
	forSuccessor // whose deal is closed: from edition 2 on

	forAll        = forOrdinary | forPublic | forSpecial // of edition 1
	forEvery      = forOrdinary | forPublic | forAuthority | forSuccessor
	forNamed      = forOrdinary | forAuthority | forSuccessor // all but the public
	forAgreements = forOrdinary | forSuccessor
	forTransfers  = forNamed
	forStated     = forOrdinary | forPublic | forAuthority // rule 14
)

// rule is one row of the catalogue of rules.md 2.2. A row has one of three
// forms: a function of the whole question, or one for its end; marks of an agreement that is a
// candidate; marks of a transfer that is a candidate (one bit a reason). The marks
// of a candidate that a category decides come as one mark and the categories it hits.
// Which editions have the row: edition.go.
type rule struct {
	number     int // 0 outside the catalogue
	codes      []Code
	clause     string
	severity   severity
	class      Class
	since      int // the first edition that has it
	until      int // the first that has not; 0 is none
	needs      need
	kinds      kinds
	when       cue // 0: always
	whole      func(*scratch)
	after      func(*scratch) // as whole, once it is known what the share rests on
	agreement  func(*scratch, *judged, *agreementView) marks
	perAsked   func(*scratch, *judged, *agreementView) hit
	transfer   func(*scratch, *transferView) marks
	perAskedTr func(*scratch, *transferView) hit
}

const (
	needCandidates = needExporter | needRecipient | needDeployment
	needConsent    = needCandidates | needServed | needPolicy
)

// catalogue is the table of rules of every edition, in the order of rules.md 2.2.
// An edition judges the rows in force in it: those with a function, and with
// since <= edition < until. The others deny nothing in it.
//
// What a shipped edition answered stays as it was: testdata/edition-N holds its
// rows and its answers. So a row in force in a shipped edition is changed in its
// until alone. A rule whose meaning changes wholly gets a second row beside the
// old: the old has until: 2, the new since: 2 and a function of its own. So do a
// change of clause, class, needs or kinds. A step that rules share (resolving,
// following, ordering, obligations) branches on the scratch's edition instead, and
// so does a use of compiled-in data that changes. A row without a function that
// is to judge from edition 2 on gets its function and since: 2.
var catalogue = []rule{
	{number: 1, codes: []Code{RequestInvalid}, clause: "design", severity: hard, class: Violation, since: 1, until: 2, kinds: forAll, whole: ruleRequest},
	{number: 1, codes: []Code{RequestInvalid}, clause: "design", severity: hard, class: Violation, since: 2, kinds: forEvery, whole: ruleRequest},
	{number: 2, codes: []Code{PurposeUnknown, CategoryUnknown, CountryUnknown}, clause: "PIPL 6; GDPR 5(1)(b)(c)", severity: hard, class: Gap, since: 1, until: 2, kinds: forAll, whole: ruleUnknown},
	{number: 2, codes: []Code{PurposeUnknown, CategoryUnknown, CountryUnknown}, clause: "PIPL 6; GDPR 5(1)(b)(c)", severity: hard, class: Gap, since: 2, kinds: forEvery, whole: ruleUnknown},
	{number: 3, codes: []Code{PolicyVersionNotInForce}, clause: "S10; PIPL 17", severity: hard, class: Gap, since: 1, until: 2, needs: needExporter | needGroup, kinds: forAll, whole: rulePolicyInForce},
	{number: 3, codes: []Code{PolicyVersionNotInForce}, clause: "S10; PIPL 17", severity: hard, class: Gap, since: 2, needs: needExporter | needGroup, kinds: forEvery, whole: rulePolicyInForce},
	{number: 4, codes: []Code{PolicyChangeNotNotified}, clause: "S10; PIPL 17(2)", severity: cures, class: Gap, since: 2, needs: needExporter | needGroup, kinds: forEvery, when: cueVersion, whole: ruleNotNotified},
	{number: 5, codes: []Code{PolicyWeakensRightsNoConsent}, clause: "S10; PIPL 14(2)", severity: cures, class: Violation, since: 2, needs: needLater, kinds: forEvery, when: cueVersion, whole: ruleWeakens},
	{number: 6, codes: []Code{RecipientUnknown}, clause: "S4-1n; PIPL 23", severity: hard, class: Gap, since: 1, until: 2, kinds: forOrdinary | forSpecial, whole: ruleRecipientKnown},
	{number: 6, codes: []Code{RecipientUnknown}, clause: "S4-1n; PIPL 23", severity: hard, class: Gap, since: 2, kinds: forNamed, whole: ruleRecipientKnown},
	{number: 7, codes: []Code{RecipientNotApproved}, clause: "GDPR 28(1); PIPL 21", severity: hard, class: Gap, since: 1, until: 2, kinds: forOrdinary | forSpecial, whole: ruleApproved},
	{number: 7, codes: []Code{RecipientNotApproved}, clause: "GDPR 28(1); PIPL 21", severity: hard, class: Gap, since: 2, kinds: forNamed, whole: ruleApproved},
	{number: 8, codes: []Code{RecipientSuspended, RecipientTerminated}, clause: "S5-2; EU-SCC 14(f), 16(b); CN-SC 7(1)", severity: hard, class: Violation, since: 1, until: 2, kinds: forOrdinary | forSpecial, whole: ruleActive},
	{number: 8, codes: []Code{RecipientSuspended, RecipientTerminated}, clause: "S5-2; EU-SCC 14(f), 16(b); CN-SC 7(1)", severity: hard, class: Violation, since: 2, kinds: forNamed, whole: ruleActive},
	{number: 9, codes: []Code{RecipientRestrictedList}, clause: "PIPL 42", severity: hard, class: Violation, since: 1, until: 2, kinds: forOrdinary | forSpecial, whole: ruleListed},
	{number: 9, codes: []Code{RecipientRestrictedList}, clause: "PIPL 42", severity: hard, class: Violation, since: 2, kinds: forNamed, whole: ruleListed},
	{number: 0, codes: []Code{KindNotJudged}, clause: "this edition", severity: hard, class: Violation, since: 1, until: 2, needs: needRecipient | needDeployment, kinds: forPublic | forSpecial, whole: ruleKind},
	{number: 10, codes: []Code{LegalExceptionUnsupported}, clause: "S4-3; PIPL 13(3)-(7), 27", severity: cures, class: EvidenceC, since: 1, until: 2, kinds: forAll, whole: ruleException},
	{number: 10, codes: []Code{LegalExceptionUnsupported}, clause: "S4-3; PIPL 13(3)-(7), 27", severity: cures, class: EvidenceC, since: 2, needs: needClaim, kinds: forEvery, when: cueClaim, whole: ruleClaim},
	{number: 11, codes: []Code{SubjectErasedOrCancelled}, clause: "S6-4, S6-5; PIPL 47; NDSMR 24", severity: cures, class: Violation, since: 2, needs: needExporter | needServed, kinds: forEvery, when: cueSubject, whole: ruleErased},
	{number: 12, codes: []Code{SubjectRestrictedOrObjected}, clause: "PIPL 44, 27; GDPR 18, 21", severity: cures, class: Violation, since: 2, kinds: forEvery, when: cueSubject, whole: ruleRestricted},
	{number: 13, codes: []Code{SubjectDoNotTrack, SubjectOptedOutAds}, clause: "S2-2(3)(5); PIPL 24(2)", severity: cures, class: Violation, since: 2, needs: needServed, kinds: forEvery, when: cueSubject, whole: ruleSignals},
	{number: 14, codes: []Code{PurposeOutsidePolicy}, clause: "S1.2, S4-1(2); PIPL 6, 14(2); NDSMR 22(4); GDPR 5(1)(b)", severity: cures, class: Violation, since: 1, until: 2, needs: needPolicy | needServed | needRecipient, kinds: forAll, whole: rulePurposeStated},
	{number: 14, codes: []Code{PurposeOutsidePolicy}, clause: "S1.2, S4-1(2); PIPL 6, 14(2); NDSMR 22(4); GDPR 5(1)(b)", severity: cures, class: Violation, since: 2, needs: needPolicy | needServed | needRecipient, kinds: forStated, whole: rulePurposeStated},
	{number: 15, codes: []Code{PurposeOutsideRecipientKind}, clause: "S4-1(1)(2), S2-2", severity: cures, class: Violation, since: 1, needs: needPolicy | needPurpose | needRecipient | needDeployment, kinds: forOrdinary, whole: rulePurposeOfKind},
	{number: 16, codes: []Code{CategoryNeverShareable}, clause: "S5-1; PIPL 51", severity: hard, class: Violation, since: 1, until: 2, needs: needPurpose | needRecipient | needDeployment, kinds: forAll, whole: ruleCredential},
	{number: 16, codes: []Code{CategoryNeverShareable}, clause: "S5-1; PIPL 51", severity: hard, class: Violation, since: 2, needs: needPurpose | needRecipient | needDeployment, kinds: forEvery, when: cueCredential, whole: ruleCredential},
	{number: 17, codes: []Code{CategoryOutsideRecipientKind}, clause: "S4-1(2)", severity: hard, class: Violation, since: 1, needs: needPolicy | needPurpose | needRecipient | needDeployment, kinds: forOrdinary, whole: ruleCategoryOfKind, perAsked: ruleHosted},
	{number: 18, codes: []Code{CategoryNotNecessaryForPurpose}, clause: "S4-1(1); PIPL 6; SZ-Data 11; GDPR 5(1)(c)", severity: hard, class: Violation, since: 1, until: 2, needs: needPolicy | needServed, kinds: forAll, whole: ruleNecessary},
	{number: 18, codes: []Code{CategoryNotNecessaryForPurpose}, clause: "S4-1(1); PIPL 6; SZ-Data 11; GDPR 5(1)(c)", severity: hard, class: Violation, since: 2, needs: needPolicy | needServed, kinds: forEvery, whole: ruleNecessary},
	{number: 19, codes: []Code{AnalyticsLinkageForbidden}, clause: "S2-2(1)", severity: hard, class: Violation, since: 2, needs: needPurpose | needServed | needRecipient | needDeployment, kinds: forEvery, when: cueLinkage, whole: ruleLinkage},
	{number: 20, codes: []Code{DeidentificationRequired}, clause: "SZ-Data 26, 27", severity: cures, class: EvidenceC, since: 1, needs: needConsent, kinds: forOrdinary, when: cueShenzhen, whole: ruleDeidentified},
	{number: 21, codes: []Code{AgreementMissing}, clause: "S4-1n; PIPL 20, 21; NDSMR 12; SZ-Data 59, 81; GDPR 26, 28(3), 28(9)", severity: hard, class: Gap, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, whole: ruleAgreement},
	{number: 21, codes: []Code{AgreementMissing}, clause: "S4-1n; PIPL 20, 21; NDSMR 12; SZ-Data 59, 81; GDPR 26, 28(3), 28(9)", severity: hard, class: Gap, since: 2, needs: needCandidates, kinds: forAgreements, whole: ruleAgreement},
	{number: 22, codes: []Code{AgreementNotSignedByBoth}, clause: "S4-1n; CivC 490", severity: hard, class: Gap, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, agreement: ruleSigned},
	{number: 22, codes: []Code{AgreementNotSignedByBoth}, clause: "S4-1n; CivC 490", severity: hard, class: Gap, since: 2, needs: needCandidates, kinds: forAgreements, agreement: ruleSigned},
	{number: 23, codes: []Code{AgreementNotYetEffective}, clause: "PIPL 21", severity: hard, class: Violation, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, agreement: ruleEffective},
	{number: 23, codes: []Code{AgreementNotYetEffective}, clause: "PIPL 21", severity: hard, class: Violation, since: 2, needs: needCandidates, kinds: forAgreements, agreement: ruleEffective},
	{number: 24, codes: []Code{AgreementExpired}, clause: "PIPL 21", severity: hard, class: Violation, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, agreement: ruleExpired},
	{number: 24, codes: []Code{AgreementExpired}, clause: "PIPL 21", severity: hard, class: Violation, since: 2, needs: needCandidates, kinds: forAgreements, agreement: ruleExpired},
	{number: 25, codes: []Code{AgreementTerminated}, clause: "PIPL 21(2)", severity: hard, class: Violation, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, agreement: ruleTerminated},
	{number: 25, codes: []Code{AgreementTerminated}, clause: "PIPL 21(2)", severity: hard, class: Violation, since: 2, needs: needCandidates, kinds: forAgreements, agreement: ruleTerminated},
	{number: 26, codes: []Code{AgreementTermsIncomplete}, clause: "S4-1n; PIPL 21; NDSMR 12; GDPR 28(3)", severity: cures, class: Gap, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, agreement: ruleTerms},
	{number: 26, codes: []Code{AgreementTermsIncomplete}, clause: "S4-1n; PIPL 21; NDSMR 12; GDPR 28(3)", severity: cures, class: Gap, since: 2, needs: needCandidates, kinds: forAgreements, agreement: ruleTerms},
	{number: 27, codes: []Code{AgreementPurposeNotCovered}, clause: "S4-1n; PIPL 21(2), 23; GDPR 28(3)(a)", severity: hard, class: Violation, since: 1, until: 2, needs: needCandidates | needPurpose, kinds: forOrdinary, agreement: rulePurposeAgreed},
	{number: 27, codes: []Code{AgreementPurposeNotCovered}, clause: "S4-1n; PIPL 21(2), 23; GDPR 28(3)(a)", severity: hard, class: Violation, since: 2, needs: needCandidates | needPurpose, kinds: forAgreements, agreement: rulePurposeAgreed},
	{number: 28, codes: []Code{AgreementCategoryNotCovered}, clause: "PIPL 21; GDPR 28(3)", severity: hard, class: Violation, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, agreement: ruleGroupAgreed, perAsked: ruleCategoryAgreed},
	{number: 28, codes: []Code{AgreementCategoryNotCovered}, clause: "PIPL 21; GDPR 28(3)", severity: hard, class: Violation, since: 2, needs: needCandidates, kinds: forAgreements, agreement: ruleGroupAgreed, perAsked: ruleCategoryAgreed},
	{number: 29, codes: []Code{NoticeMissing}, clause: "PIPL 17, 22, 23, 39; NDSMR 21; GDPR 13(1)(e)(f), 14(3)(c)", severity: cures, class: Gap, since: 1, until: 2, needs: needCandidates | needPurpose | needGroup, kinds: forOrdinary, whole: ruleNotice},
	{number: 29, codes: []Code{NoticeMissing}, clause: "PIPL 17, 22, 23, 39; NDSMR 21; GDPR 13(1)(e)(f), 14(3)(c)", severity: cures, class: Gap, since: 2, needs: needCandidates | needPurpose | needGroup, kinds: forNamed, whole: ruleNotified},
	{number: 30, codes: []Code{ConsentMissing}, clause: "S1.2; PIPL 13(1), 14; GDPR 6, 7(1)", severity: cures, class: EvidenceC, since: 1, until: 2, needs: needConsent, kinds: forOrdinary | forPublic, whole: ruleConsent},
	{number: 30, codes: []Code{ConsentMissing}, clause: "S1.2; PIPL 13(1), 14; GDPR 6, 7(1)", severity: cures, class: EvidenceC, since: 2, needs: needConsent, kinds: forEvery, when: cueConsent, whole: ruleConsent},
	{number: 31, codes: []Code{ConsentWithdrawn}, clause: "S6-6; PIPL 15; GDPR 7(3)", severity: cures, class: Violation, since: 1, until: 2, needs: needConsent, kinds: forOrdinary | forPublic, whole: ruleConsent},
	{number: 31, codes: []Code{ConsentWithdrawn}, clause: "S6-6; PIPL 15; GDPR 7(3)", severity: cures, class: Violation, since: 2, needs: needConsent, kinds: forEvery, when: cueConsent, whole: ruleConsent},
	{number: 32, codes: []Code{ConsentScopeMismatch}, clause: "PIPL 14(2), 23; NDSMR 22(4)(6)", severity: cures, class: EvidenceC, since: 1, until: 2, needs: needConsent, kinds: forOrdinary | forPublic, whole: ruleConsent},
	{number: 32, codes: []Code{ConsentScopeMismatch}, clause: "PIPL 14(2), 23; NDSMR 22(4)(6)", severity: cures, class: EvidenceC, since: 2, needs: needConsent, kinds: forEvery, when: cueConsent, whole: ruleConsent},
	{number: 33, codes: []Code{SeparateConsentMissingProvision}, clause: "PIPL 23; NDSMR 62(7)", severity: cures, class: EvidenceC, since: 1, needs: needConsent, kinds: forOrdinary, whole: ruleProvision},
	{number: 34, codes: []Code{SeparateConsentMissingSensitive}, clause: "PIPL 28, 29; NDSMR 22(2); GDPR 9(2)(a)", severity: cures, class: EvidenceC, since: 1, until: 2, needs: needConsent, kinds: forOrdinary | forPublic, whole: ruleSensitive},
	{number: 34, codes: []Code{SeparateConsentMissingSensitive}, clause: "PIPL 28, 29; NDSMR 22(2); GDPR 9(2)(a)", severity: cures, class: EvidenceC, since: 2, needs: needConsent, kinds: forEvery, when: cueSensitive, whole: ruleSensitive},
	{number: 35, codes: []Code{SeparateConsentMissingCrossBorder}, clause: "PIPL 39; CBDF 10; CN-SC 2(3)", severity: cures, class: EvidenceC, since: 1, until: 2, needs: needConsent, kinds: forOrdinary, whole: ruleCrossBorder},
	{number: 35, codes: []Code{SeparateConsentMissingCrossBorder}, clause: "PIPL 39; CBDF 10; CN-SC 2(3)", severity: cures, class: EvidenceC, since: 2, needs: needConsent, kinds: forOrdinary | forAuthority, when: cueExport, whole: ruleCrossBorder},
	{number: 36, codes: []Code{SeparateConsentMissingPublic}, clause: "S4-2(1); PIPL 25", severity: cures, class: EvidenceC, since: 1, until: 2, needs: needRecipient | needDeployment | needServed, kinds: forPublic, whole: rulePublic},
	{number: 36, codes: []Code{SeparateConsentMissingPublic}, clause: "S4-2(1); PIPL 25", severity: cures, class: EvidenceC, since: 2, needs: needRecipient | needDeployment | needServed, kinds: forPublic, whole: rulePublication},
	{number: 37, codes: []Code{MinorGuardianConsentMissing}, clause: "S7; PIPL 31, 28; SZ-Data 20; NDSMR 22(3); GDPR 8", severity: cures, class: Violation, since: 1, until: 2, needs: needConsent, kinds: forOrdinary | forPublic, whole: ruleGuardian},
	{number: 37, codes: []Code{MinorGuardianConsentMissing}, clause: "S7; PIPL 31, 28; SZ-Data 20; NDSMR 22(3); GDPR 8", severity: cures, class: Violation, since: 2, needs: needConsent, kinds: forEvery, whole: ruleGuardian},
	{number: 38, codes: []Code{MinorProfilingForbidden}, clause: "SZ-Data 30", severity: cures, class: Violation, since: 1, until: 2, needs: needExporter | needServed, kinds: forOrdinary | forPublic, whole: ruleProfiling},
	{number: 38, codes: []Code{MinorProfilingForbidden}, clause: "SZ-Data 30", severity: cures, class: Violation, since: 2, needs: needExporter | needServed, kinds: forEvery, when: cueShenzhen, whole: ruleProfiling},
	{number: 39, codes: []Code{SensitiveSafeguardsMissing}, clause: "PIPL 28(2), 30; EU-SCC 8.7", severity: cures, class: Gap, since: 2, needs: needPolicy | needServed, kinds: forEvery, when: cueSensitive, whole: ruleSafeguards},
	{number: 40, codes: []Code{PublicDisclosureNotPermitted}, clause: "S4-2; PIPL 25", severity: cures, class: Violation, since: 2, needs: needRecipient | needDeployment | needServed, kinds: forPublic, whole: ruleDisclosure},
	{number: 41, codes: []Code{AuthorityInstrumentMissing}, clause: "S4-2(2); PIPL 34; SZ-Data 27(1)", severity: hard, class: Violation, since: 2, needs: needCandidates | needPurpose, kinds: forAuthority, whole: ruleInstrument},
	{number: 42, codes: []Code{ForeignAuthorityApprovalMissing}, clause: "PIPL 41; DSL 36; GDPR 48", severity: hard, class: Violation, since: 2, needs: needCandidates | needPurpose, kinds: forNamed, when: cueForeign, whole: ruleForeign, after: ruleForeignAfter},
	{number: 43, codes: []Code{SuccessorNotBound}, clause: "S4-1m; PIPL 22; NDSMR 14", severity: cures, class: Violation, since: 2, needs: needCandidates | needServed, kinds: forAgreements, when: cueSuccession, whole: ruleBound},
	{number: 44, codes: []Code{SuccessorPurposeChanged}, clause: "PIPL 22", severity: cures, class: Violation, since: 2, needs: needConsent, kinds: forSuccessor, whole: ruleSuccession},
	{number: 45, codes: []Code{SubprocessorNotAuthorised}, clause: "PIPL 21(3); GDPR 28(2); EU-SCC 9; CN-SC 3(9)", severity: hard, class: Violation, since: 1, until: 2, needs: needRecipient | needDeployment, kinds: forOrdinary, whole: ruleAuthorised},
	{number: 45, codes: []Code{SubprocessorNotAuthorised}, clause: "PIPL 21(3); GDPR 28(2); EU-SCC 9; CN-SC 3(9)", severity: hard, class: Violation, since: 2, needs: needRecipient | needDeployment, kinds: forNamed, when: cueChain, whole: ruleAuthorised},
	{number: 46, codes: []Code{SubprocessorFlowdownMissing}, clause: "GDPR 28(4); EU-SCC 9(b)", severity: cures, class: Gap, since: 1, until: 2, needs: needRecipient | needDeployment, kinds: forOrdinary, whole: ruleFlowdown},
	{number: 46, codes: []Code{SubprocessorFlowdownMissing}, clause: "GDPR 28(4); EU-SCC 9(b)", severity: cures, class: Gap, since: 2, needs: needRecipient | needDeployment, kinds: forNamed, when: cueChain, whole: ruleFlowdown},
	{number: 47, codes: []Code{RetentionExpired}, clause: "S3-1; PIPL 19, 47; GDPR 5(1)(e)", severity: cures, class: Violation, since: 2, needs: needPolicy | needServed | needExporter, kinds: forEvery, when: cueSchedule, whole: ruleRetention},
	{number: 48, codes: []Code{ServiceCeased}, clause: "S3-2; PIPL 47(1)(2)", severity: cures, class: Violation, since: 2, needs: needExporter | needServed, kinds: forEvery, whole: ruleCeased},
	{number: 49, codes: []Code{RecipientRetentionExceeds}, clause: "S3-1; PIPL 19; CN-SC 3(5)", severity: cures, class: Violation, since: 2, needs: needCandidates | needPolicy | needServed, kinds: forAgreements, when: cueSchedule, perAsked: ruleRetainedLonger},
	{number: 50, codes: []Code{ImpactAssessmentMissing, ImpactAssessmentStale}, clause: "PIPL 55, 56; CBDF 10; CERT 6; GDPR 35", severity: cures, class: Gap, since: 1, until: 2, needs: needCandidates | needPurpose, kinds: forOrdinary | forPublic, whole: ruleAssessment},
	{number: 50, codes: []Code{ImpactAssessmentMissing, ImpactAssessmentStale}, clause: "PIPL 55, 56; CBDF 10; CERT 6; GDPR 35", severity: cures, class: Gap, since: 2, needs: needCandidates | needPurpose, kinds: forEvery, whole: ruleAssessment},
	{number: 51, codes: []Code{TransferNoMechanism}, clause: "PIPL 38; NDSMR 35; GDPR 44", severity: hard, class: Gap, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, whole: ruleMechanism},
	{number: 51, codes: []Code{TransferNoMechanism}, clause: "PIPL 38; NDSMR 35; GDPR 44", severity: hard, class: Gap, since: 2, needs: needCandidates, kinds: forNamed, when: cueCrossing, whole: ruleMechanism},
	{number: 52, codes: []Code{TransferMechanismInsufficient}, clause: "CBDF 7, 8; CERT 5", severity: hard, class: Violation, since: 2, needs: needCandidates, kinds: forTransfers, transfer: ruleTier},
	{number: 53, codes: []Code{TransferMechanismNotYetEffective}, clause: "PIPL 38; SCM", severity: hard, class: Violation, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, transfer: ruleTransferBegun},
	{number: 53, codes: []Code{TransferMechanismNotYetEffective}, clause: "PIPL 38; SCM", severity: hard, class: Violation, since: 2, needs: needCandidates, kinds: forNamed, transfer: ruleTransferReady},
	{number: 54, codes: []Code{TransferMechanismExpired}, clause: "CBDF 9; CERT 8; DPF I.3", severity: hard, class: Violation, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, transfer: ruleTransferExpired},
	{number: 54, codes: []Code{TransferMechanismExpired}, clause: "CBDF 9; CERT 8; DPF I.3", severity: hard, class: Violation, since: 2, needs: needCandidates, kinds: forNamed, transfer: ruleTransferExpired},
	{number: 55, codes: []Code{TransferMechanismSuspended}, clause: "CERT 10; SAM 17; EU-SCC 14(f), 16", severity: hard, class: Violation, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, transfer: ruleTransferStopped},
	{number: 55, codes: []Code{TransferMechanismSuspended}, clause: "CERT 10; SAM 17; EU-SCC 14(f), 16", severity: hard, class: Violation, since: 2, needs: needCandidates, kinds: forNamed, transfer: ruleTransferStopped},
	{number: 56, codes: []Code{TransferDestinationNotCovered, TransferRecipientNotCovered, TransferPurposeNotCovered, TransferCategoryNotCovered}, clause: "NDSMR 38; CN-SC annex 1; EU-SCC I.B", severity: hard, class: Violation, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, transfer: ruleTransferScope, perAskedTr: ruleTransferCategory},
	{number: 56, codes: []Code{TransferDestinationNotCovered, TransferRecipientNotCovered, TransferPurposeNotCovered, TransferCategoryNotCovered}, clause: "NDSMR 38; CN-SC annex 1; EU-SCC I.B", severity: hard, class: Violation, since: 2, needs: needCandidates, kinds: forNamed, transfer: ruleTransferScope, perAskedTr: ruleTransferLabels},
	{number: 57, codes: []Code{TransferVolumeExceeded}, clause: "NDSMR 38; CBDF 7, 8", severity: hard, class: Violation, since: 2, needs: needCandidates, kinds: forTransfers, transfer: ruleScale},
	{number: 58, codes: []Code{TransferFilingOverdue}, clause: "SCM; GBA-SC", severity: cures, class: Gap, since: 2, needs: needCandidates, kinds: forTransfers, transfer: ruleFiled},
	{number: 59, codes: []Code{TransferTiaMissing}, clause: "EU-SCC 14(d); EDPB 01/2020; CN-SC 4(4)", severity: cures, class: Gap, since: 2, needs: needCandidates | needPurpose, kinds: forTransfers, perAskedTr: ruleImporterLaw},
	{number: 60, codes: []Code{OnwardDestinationNotCovered}, clause: "EU-SCC 8.8, 9; CN-SC 3(8); DPF", severity: hard, class: Violation, since: 1, until: 2, needs: needCandidates, kinds: forOrdinary, transfer: ruleOnward},
	{number: 60, codes: []Code{OnwardDestinationNotCovered}, clause: "EU-SCC 8.8, 9; CN-SC 3(8); DPF", severity: hard, class: Violation, since: 2, needs: needCandidates, kinds: forNamed, transfer: ruleOnward},
}

// Rules 11 to 13 and 40 to 44 are not listed by an answer: a question that would
// engage them is refused, or its kind of recipient is denied.
func silent(number int) bool { return number >= 11 && number <= 13 || number >= 40 && number <= 44 }

func (r *rule) hasFunction() bool {
	return r.whole != nil || r.after != nil || r.agreement != nil || r.perAsked != nil || r.transfer != nil || r.perAskedTr != nil
}

// inForce reports whether an edition judges by the row.
func (r *rule) inForce(edition int) bool {
	return r.hasFunction() && r.since <= edition && (r.until == 0 || edition < r.until)
}

// program is what of the table is in force in an edition, split by the form of its
// rows, so that Check loops over what is there.
type program struct {
	edition   int
	whole     []row[func(*scratch)]
	after     []row[func(*scratch)]
	agreement []row[func(*scratch, *judged, *agreementView) marks]
	perAsked  []row[func(*scratch, *judged, *agreementView) hit]
	transfer  []row[func(*scratch, *transferView) marks]
	perAskedT []row[func(*scratch, *transferView) hit]
}

// row is what Check reads of a rule.
type row[F any] struct {
	needs need
	kinds kinds
	when  cue
	run   F
	rule  *rule
}

// activate returns the program of an edition of a table without one of its rows
// (1-based; 0 leaves none out).
func activate(table []rule, edition, without int) *program {
	p := &program{edition: edition}
	for i := range table {
		r := &table[i]
		if i+1 == without || !r.inForce(edition) {
			continue
		}
		when := r.when
		if when == 0 {
			when = cueAlways
		}
		if r.whole != nil {
			p.whole = append(p.whole, row[func(*scratch)]{r.needs, r.kinds, when, r.whole, r})
		}
		if r.after != nil {
			p.after = append(p.after, row[func(*scratch)]{r.needs, r.kinds, when, r.after, r})
		}
		if r.agreement != nil {
			p.agreement = append(p.agreement, row[func(*scratch, *judged, *agreementView) marks]{r.needs, r.kinds, when, r.agreement, r})
		}
		if r.perAsked != nil {
			p.perAsked = append(p.perAsked, row[func(*scratch, *judged, *agreementView) hit]{r.needs, r.kinds, when, r.perAsked, r})
		}
		if r.transfer != nil {
			p.transfer = append(p.transfer, row[func(*scratch, *transferView) marks]{r.needs, r.kinds, when, r.transfer, r})
		}
		if r.perAskedTr != nil {
			p.perAskedT = append(p.perAskedT, row[func(*scratch, *transferView) hit]{r.needs, r.kinds, when, r.perAskedTr, r})
		}
	}
	if len(p.whole) > 64 {
		panic("decision: more rows than a plan has bits")
	}
	return p
}
