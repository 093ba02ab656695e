package wire

import "waybill/internal/decision"

// phrase is one sentence of the catalogue with its cure. In braces stand, with
// what is said where there is none after a bar: record, recipient, exporter,
// purpose, served, policy (names); cats (the categories) and the words that agree
// with them (are, go, identify, them); under (the regime); term (a term's name);
// nearest (known names); unknown (categories that are not known, by their place).
type phrase struct {
	sentence string
	cure     string
	field    string // of the record, or of the question with its prefix; "" is that of the detail
}

// entry is what is said of one code, and of its details where it differs.
type entry struct {
	phrase
	details map[decision.Detail]phrase
}

const (
	legalFills  = "Legal fills it: {field}."
	showConsent = "You can cure it: --consent."
	another     = "The share must change: another recipient."
)

// catalogue says in plain English what every code means, who can cure it and how:
// GAP is legal's, EVIDENCE the caller's, and after a VIOLATION the share must change.
var catalogue = map[decision.Code]entry{
	decision.RequestInvalid: {phrase{"The question cannot be judged as it is asked", "The question must change: {field}.", ""}, map[decision.Detail]phrase{
		decision.DetailExporter:      {"The question names no exporter that the registry holds, or none where it holds several{nearest}", "The question must change: --exporter.", ""},
		decision.DetailDeployment:    {"The deployment asked for is none of {recipient|the recipient}'s{nearest}", "The question must change: --deployment, or none for all of them.", ""},
		decision.DetailServedPurpose: {"{purpose|The purpose} and the served purpose do not fit: a service names the purpose of ours that it serves, any other purpose serves itself", "The question must change: --served-purpose.", ""},
		decision.DetailSubjectGroup:  {"The question names no subject group, and the policy versions cover none or several", "The question must change: --subject-group.", ""},
		decision.DetailProduct:       {"The product asked for is none of {exporter|the exporter}'s", "The question must change: --product.", ""},
		decision.DetailDeidentified:  {"The share is said to be de-identified, but a category in it identifies a person directly", "The question must change: leave out --deidentified, or the category.", ""},
	}},
	decision.PurposeUnknown: {phrase{"The purpose asked for is not in the registry{nearest}", "Ask for a purpose of the registry (--purpose), or legal records it: purposes.", "question.purpose"}, map[decision.Detail]phrase{
		decision.DetailServedPurpose: {"The served purpose is not in the registry{nearest}", "Ask for a purpose of the registry (--served-purpose), or legal records it: purposes.", ""},
	}},
	decision.CategoryUnknown: {phrase{"{unknown}", "Ask for a category of the registry (--category), or legal records it: categories.", "question.categories"}, nil},
	decision.CountryUnknown: {phrase{"A country that the share reaches is not known", legalFills, "country"}, map[decision.Detail]phrase{
		decision.DetailCountry:          {"{record|The question} leaves open which countries the share reaches: one is unknown or not given", "Legal fills it: country, storage_countries, access_countries, and the deployments.", "country"},
		decision.DetailStorageCountries: {"{record|A deployment} does not say in which countries it stores the data", legalFills, ""},
		decision.DetailAccessCountries:  {"{record|A deployment} does not say from which countries the data is read", legalFills, ""},
		decision.DetailDeployments:      {"{record|The recipient} has no deployment, so where the data goes is not known", "Legal records one with its countries: deployments.", ""},
	}},
	decision.PolicyVersionNotInForce: {phrase{"No version of the privacy policy governs these persons at this time", "Legal records a version with this group and region that is in effect: policies.", "effective_time"}, nil},
	decision.PolicyChangeNotNotified: {phrase{"{record|A later policy version} is a significant change and no notice was sent before it took effect", "Legal records the notice: notices.", "notices"}, nil},
	decision.PolicyWeakensRightsNoConsent: {phrase{"Only {record|a version} permits this, which weakens the person's rights and which the person did not accept", "The share must wait for the explicit acceptance of the person, or of the guardian who represents one: a fact POLICY_ACCEPTANCE, by_guardian.",
		"weakens_rights"}, nil},
	decision.RecipientUnknown: {phrase{"The recipient is not in the registry{nearest}", "Ask for a recipient of the registry (--recipient), or legal records it: recipients.", "question.recipient"}, map[decision.Detail]phrase{
		decision.DetailChain: {"A further recipient of the chain is not in the registry", "Legal records it (recipients), or corrects the link that names it.", ""},
	}},
	decision.RecipientNotApproved: {phrase{"{record|The recipient} may not be used yet: it is not approved in full", "Legal approves it: approve_time.", "approve_time"}, map[decision.Detail]phrase{
		decision.DetailApproveTime:       {"{record|The recipient} is not approved at this time", "Legal approves it: approve_time.", ""},
		decision.DetailDueDiligenceUntil: {"{record|The recipient} has no due diligence that still holds", legalFills, ""},
		decision.DetailScreeningMissing:  {"{record|The recipient} was not screened against restricted and sanctions lists", legalFills, ""},
		decision.DetailScreeningStale:    {"{record|The recipient} was last screened too long ago", "Legal screens it again: screenings.", ""},
		decision.DetailUsableFrom:        {"{record|The recipient} may not be used yet: its notice period still runs", "Legal waits for its end, or corrects it: usable_from.", ""},
	}},
	decision.RecipientSuspended: {phrase{"{record|The recipient} is suspended", "The share must wait until legal resumes the recipient, or change: another recipient.", "suspensions"}, map[decision.Detail]phrase{
		decision.DetailIncidents: {"{record|The recipient} is suspended by a security incident that is open", "The share must wait until the incident is resolved, or change: another recipient.", ""},
	}},
	decision.RecipientTerminated:     {phrase{"{record|The recipient} was terminated", another, "terminate_time"}, nil},
	decision.RecipientRestrictedList: {phrase{"{record|The recipient} is on a restricted or sanctions list", another, "screenings"}, nil},
	decision.KindNotJudged:           {phrase{"{record|The recipient} is of a kind that this edition does not judge: authority, rescue, successor or public", "The share must not be made on this answer; ask legal how it is decided.", "kind"}, nil},
	decision.LegalExceptionUnsupported: {phrase{"The exception claimed is not supported, so it waives nothing", "You can cure it: claim it with a record that supports it (--exception), or leave it out and show what the rules ask.", "question.exception"}, map[decision.Detail]phrase{
		decision.DetailExceptionRecord: {"The exception claimed waives nothing: no record of it is of this kind, and names {exporter|the exporter}, {recipient|the recipient} and {purpose|the purpose}", "You can cure it: the id of such a record (--exception), which legal keeps: exceptions.", "question.exception.record"},
		decision.DetailApprovedBy:      {"The exception claimed waives nothing: two different offices have not approved {record|its record} at this time", "You can cure it: a record that both approved (--exception).", "second_approved_by"},
		decision.DetailEffectiveTime:   {"The exception claimed waives nothing: {record|its record} does not stand at this time", "You can cure it: a record that is in effect and has not expired (--exception).", "expire_time"},
		decision.DetailKind:            {"The exception claimed waives nothing: it may not be claimed for {kind|this kind of recipient}", "You can cure it: another recipient, or what the rules ask without an exception.", "kind"},
		decision.DetailEvidence:        {"The exception claimed waives nothing: {record|its record} lacks the evidence that it needs", "You can cure it: a record with its citation, organ and demand, its case and instrument, its interest, or its proofs (--exception).", "citation"},
		decision.DetailRegimes:         {"The exception claimed waives nothing: {record|its record} cites the law of no regime that the share falls under", "You can cure it: a record that cites the law of one of them (--exception).", "regimes"},
		decision.DetailCategories:      {"The exception claimed does not waive for {cats|what is asked}: {record|its record} does not cover it, or does not prove it public", "You can cure it: leave {cats|it} out, or a record that covers it (--exception).", "categories"},
	}},

	decision.SubjectErasedOrCancelled: {phrase{"The person's data was erased or the account cancelled, and no duty of law keeps {cats|what is asked} for {served|the purpose}", "The share must not be made.", "question.erased"}, nil},
	decision.SubjectRestrictedOrObjected: {phrase{"The person objected, or restricted the use of the data", "The share must not be made.", "question.restricted"}, map[decision.Detail]phrase{
		decision.DetailRestricted: {"A restriction of the person's data is in force, for all purposes", "The share must wait until the restriction is lifted.", ""},
		decision.DetailObjected:   {"The person objected to {served|the purpose}", "The share must not be made for this purpose.", ""},
	}},
	decision.SubjectDoNotTrack:  {phrase{"The person asked not to be tracked, and {served|the purpose} tracks", "The share must change: another purpose.", "question.do_not_track"}, nil},
	decision.SubjectOptedOutAds: {phrase{"The person opted out of interest-based advertising", "The share must change: another purpose.", "question.opted_out_interest_ads"}, nil},

	decision.PurposeOutsidePolicy: {phrase{"{served|The purpose} is not stated in {policy|the privacy policy}", "The share must change: another purpose, or with a consent that names this one (--consent).", "purposes"}, nil},
	decision.PurposeOutsideRecipientKind: {phrase{"{purpose|The purpose} is not for {kind|this kind of recipient}", "The share must change: another purpose or recipient.", "kinds"}, map[decision.Detail]phrase{
		decision.DetailKind: {"{recipient|The recipient} is an affiliate that acts as a processor, so it is judged by the kind of its service, which no deployment states", "The share must change: a deployment whose kind legal has recorded (--deployment).", "kind"},
	}},
	decision.CategoryNeverShareable: {phrase{"{cats|A credential} {are} never shared: a one-time code goes only by message to the person's own number or address, a hash only to a host, a clear secret nowhere",
		"The share must change: leave {cats|it} out; a one-time code to the person's own address says --to-own-address.", "question.categories"}, nil},
	decision.CategoryOutsideRecipientKind: {phrase{"{cats|What is asked} {are} not for {kind|this kind of recipient}", "The share must change: leave {cats|it} out.", "kinds"}, nil},
	decision.CategoryNotNecessaryForPurpose: {phrase{"{cats|What is asked} {are} not needed for {served|the purpose}", "The share must change: leave {cats|it} out.",
		"necessity"}, nil},
	decision.AnalyticsLinkageForbidden: {phrase{"Analytics data and what identifies or reaches a person may not go together: {cats|what is asked}", "The share must change: ask for them apart, without a common key.", "question.categories"}, nil},
	decision.DeidentificationRequired: {phrase{"{cats|What is asked} {identify} a person, and the basis does not permit that in Shenzhen", "You can cure it: de-identify the data (--deidentified), or show consent (--consent) or an order (--order-ref).",
		"question.deidentified"}, nil},

	decision.AgreementMissing: {phrase{"No agreement of a type that fits the role of {recipient|the recipient} names both it and {exporter|the exporter}", "Legal records it: agreements.", "recipients"}, nil},
	decision.AgreementNotSignedByBoth: {phrase{"{record|The agreement} is not signed by both sides at this time", "Legal fills it: our_signature, their_signature.", "our_signature"}, map[decision.Detail]phrase{
		decision.DetailOurSignature:   {"{record|The agreement} is not signed by us at this time", legalFills, ""},
		decision.DetailTheirSignature: {"{record|The agreement} is not signed by the other side at this time", legalFills, ""},
	}},
	decision.AgreementNotYetEffective:    {phrase{"{record|The agreement} is not yet in effect", "The share must wait until the agreement takes effect.", "effective_time"}, nil},
	decision.AgreementExpired:            {phrase{"{record|The agreement} has expired", "The share must wait until legal renews the agreement.", "expire_time"}, nil},
	decision.AgreementTerminated:         {phrase{"{record|The agreement} was terminated", "The share must wait for a new agreement, or change: another recipient.", "terminate_time"}, nil},
	decision.AgreementTermsIncomplete:    {phrase{"{record|The agreement} has no {term} term", legalFills, ""}, nil},
	decision.AgreementPurposeNotCovered:  {phrase{"{record|The agreement} does not cover {purpose|the purpose}", "The share must change: another purpose, or wait until legal amends the agreement.", "purposes"}, nil},
	decision.AgreementCategoryNotCovered: {phrase{"{record|The agreement} does not cover {cats|what is asked}", "The share must change: leave {cats|it} out, or wait until legal amends the agreement.", "categories"}, map[decision.Detail]phrase{decision.DetailAgreementSubjectGroups: {"{record|The agreement} does not cover this group of persons", "The share must change, or wait until legal amends the agreement: subject_groups.", ""}}},

	decision.NoticeMissing: {phrase{"The persons were not told that {cats|what is asked} {go} to {recipient|this recipient} for {purpose|this purpose}{under}", "Legal records what they were told, with name, contact and method, and the route of rights abroad: notices.", "notices"}, nil},
	decision.ConsentMissing: {phrase{"No consent for {served|the purpose}", showConsent, "question.consents"}, map[decision.Detail]phrase{
		decision.DetailNonePresented:      {"No consent for {served|the purpose}: none was given with the question", showConsent, ""},
		decision.DetailNoSubject:          {"No consent for {served|the purpose}: the question names no subject, so none counts", "You can cure it: --subject.", ""},
		decision.DetailNotASource:         {"No consent for {served|the purpose}: you are not a source of consent that legal has named, so none counts", "You can cure it: ask through a named source of consent.", ""},
		decision.DetailCheckStale:         {"No consent for {served|the purpose}: what was given is of another subject, or was last checked too long ago", "You can cure it: check it again and give it with its check_time (--consent).", ""},
		decision.DetailBulk:               {"No consent for {served|the purpose}: the share is of many persons, and neither lists them nor attests who they are", "You can cure it: list the subjects (subjects), or attest the cohort (cohort).", ""},
		decision.DetailCohort:             {"No consent for {served|the purpose}: the attestation of the cohort does not count, for it is not from a source of consent, is older than 24 hours, is of another size or purpose, names no recipient or another policy than theirs, or does not say who was left out", "You can cure it: attest the cohort anew (--cohort).", ""},
		decision.DetailBasisNotListed:     {"No consent for {served|the purpose}; the basis named is not one that the policy lists for it", "You can cure it: --consent, or a basis that is listed.", ""},
		decision.DetailOrderMissing:       {"No consent for {served|the purpose}; the contract basis needs an order reference and none was given", "You can cure it: --order-ref.", ""},
		decision.DetailOrderOfAnother:     {"No consent for {served|the purpose}; the order given is not the person's own", "You can cure it: an order of this person (--order-ref, --order-subject), or --consent.", ""},
		decision.DetailHrReferenceMissing: {"No consent for {served|the purpose}; the basis of human resources needs its rules or collective contract and none was given", "You can cure it: --hr-ref.", ""},
		decision.DetailCitationMissing:    {"No consent for {served|the purpose}; the legal basis needs its law and article and none was given", "You can cure it: --citation.", ""},
		decision.DetailAssessmentMissing:  {"No consent for {served|the purpose}; legitimate interests need an assessment that holds for this recipient and purpose", "You can cure it: --assessment.", ""},
	}},
	decision.ConsentWithdrawn:     {phrase{"The consent for {served|the purpose} was withdrawn", "The share must not be made.", "question.consents"}, nil},
	decision.ConsentScopeMismatch: {phrase{"A consent for {served|the purpose} was given, but none that covers {cats|what is asked} for this recipient and its countries, under a policy version for this person, at this time", "You can cure it: a consent that covers it (--consent).", "question.consents"}, nil},
	decision.SeparateConsentMissingProvision: {phrase{"No separate consent to provide {cats|the data} to {recipient|this recipient}", "You can cure it: a separate consent that names the recipient (--consent).",
		"question.consents"}, nil},
	decision.SeparateConsentMissingSensitive: {phrase{"No separate or explicit consent for {cats|sensitive data}{under}", "You can cure it: a separate consent to sensitive data, explicit under the GDPR (--consent).",
		"question.consents"}, map[decision.Detail]phrase{decision.DetailSpecialGround: {"No explicit consent for {cats|special data}, and the basis states no ground of GDPR 9(2)", "You can cure it: an explicit consent (--consent).", ""}}},
	decision.SeparateConsentMissingCrossBorder: {phrase{"No separate consent to send {cats|the data} abroad to {recipient|this recipient}", "You can cure it: a separate consent that names the recipient (--consent).",
		"question.consents"}, nil},
	decision.SeparateConsentMissingPublic: {phrase{"No separate consent to publish {cats|the data}", "You can cure it: a separate consent to publication (--consent).", "question.consents"}, nil},
	decision.MinorGuardianConsentMissing: {phrase{"The person is, or may be, a minor or lacks capacity, and the guardian did not consent to {served|the purpose}{under}", "The share must change: with the guardian's consent (--consent), or not at all.", "question.age_band"}, map[decision.Detail]phrase{
		decision.DetailGuardian:     {"The guardian did not consent to {cats|this} for {served|the purpose}, with every separate consent that the law asks{under}", "The share must change: with the guardian's consent (--consent), or not at all.", ""},
		decision.DetailServesMinors: {"The person is a minor, and {policy|the privacy policy} does not serve minors", "The share must not be made; a minor's data is deleted.", ""},
		decision.DetailChildRules:   {"The person is under 14, and {policy|the privacy policy} has no rules for children", "The share must not be made.", ""},
		decision.DetailProducts:     {"The person's age is not known, and the product, or one of {exporter|the exporter}'s, is not declared to be for adults", "The share must change: say the age (--age-band) or a product that is not aimed at minors (--product).", ""},
	}},
	decision.MinorProfilingForbidden:      {phrase{"The person is under 14, and {served|the purpose} profiles", "The share must not be made without the guardian's express consent in the interest of the child (--consent).", "question.age_band"}, nil},
	decision.SensitiveSafeguardsMissing:   {phrase{"{record|The policy version} has no approved safeguard that holds for {cats|sensitive data} and {served|the purpose}{under}: a specific purpose, its necessity, strict protection and a notice", "Legal records it: safeguards.", "safeguards"}, nil},
	decision.PublicDisclosureNotPermitted: {phrase{"Nothing permits to publish {cats|this}: no separate consent to this publication, and no instrument that orders it", "The share must not be made without a separate consent to this publication (--consent, publication).", "question.publication"}, nil},
	decision.AuthorityInstrumentMissing: {phrase{"No instrument of {recipient|the authority} that stands demands this", "The share must wait for an instrument that legal has recorded: instruments.", "question.authority_instrument"}, map[decision.Detail]phrase{
		decision.DetailAuthorityInstrument:  {"The question names no instrument of {recipient|the authority} that the registry holds", "The share must name one that legal has recorded: authority_instrument.", ""},
		decision.DetailInstrumentStanding:   {"{record|The instrument} does not stand at this time: it is not approved by two, not issued, expired or revoked, lacks its number or law, or is not addressed to {exporter|the exporter}", "The share must wait for an instrument that stands.", ""},
		decision.DetailInstrumentScope:      {"{record|The instrument} is of another authority, or is not used for {purpose|this purpose}", "The share must change: another instrument, or another purpose.", ""},
		decision.DetailInstrumentCategories: {"{record|The instrument} does not ask for {cats|what is asked}", "The share must change: leave {cats|it} out.", ""},
		decision.DetailNecessityReason:      {"{record|The instrument} says no reason why we believe the disclosure necessary", "You can cure it: have the reason recorded with the instrument: necessity_reason.", ""},
	}},
	decision.ForeignAuthorityApprovalMissing: {phrase{"A foreign authority asks, and the approval that the law demands is missing{under}", "The share must not be made; counsel decides.", "question.authority_instrument"}, map[decision.Detail]phrase{
		decision.DetailForeignApproval: {"The data goes to a foreign authority or proceedings abroad, and {record|no instrument} shows no approval of the competent authority for this act{under}", "The share must not be made before the approval is given and recorded: foreign_approval.", ""},
		decision.DetailTreaty:          {"The data goes to a foreign authority or proceedings abroad, and no treaty, decision of counsel or transfer permits {cats|it}{under}", "The share must not be made before legal records one of them; counsel decides.", ""},
		decision.DetailConflictOfLaws:  {"CONFLICT OF LAWS: one law demands what another forbids{under}", "The share must not be made; counsel decides the same day.", ""},
	}},
	decision.SuccessorNotBound: {phrase{"{record|The successor} is not bound by this policy", "The share must wait for its signed undertaking, or for the person's new consent.", "deal"}, map[decision.Detail]phrase{
		decision.DetailDeal:        {"The deal by which {record|the recipient} succeeds us is not closed, and the person did not consent to provide {cats|the data} to it", "The share must wait until the deal closes, or for a separate consent that names it (--consent).", ""},
		decision.DetailUndertaking: {"{record|The successor} has signed no undertaking to this policy that is in force", "The share must wait for its undertaking (agreements), or for a separate consent that names it (--consent).", ""},
	}},
	decision.SuccessorPurposeChanged: {phrase{"{record|The successor} will use the data for what our policy does not state, or in another way", "The share must wait for a separate consent that names it (--consent).", "deal"}, map[decision.Detail]phrase{
		decision.DetailMethodChanged: {"{record|The successor} changes the method of processing", "The share must wait for a separate consent that names it (--consent).", ""},
		decision.DetailDealPurposes:  {"{record|The successor}'s deal names no purposes, or one that our policy does not state", "The share must wait for a separate consent that names it (--consent).", ""},
	}},

	decision.SubprocessorNotAuthorised: {phrase{"A sub-processor of the chain, {record|not named}, is not authorised", "The share must change: a deployment without it, or wait until legal authorises it.", "links.authorisation"}, map[decision.Detail]phrase{
		decision.DetailLinkAuthorisation: {"The sub-processor {record|of the chain} is not authorised at this time", "The share must change: a deployment without it, or wait until legal authorises it.", ""},
		decision.DetailLinkUnrecorded:    {"{record|A further recipient} of the question's chain is recorded as a sub-processor of no deployment asked for", "The share must change: a deployment that reaches it, or wait until legal records the link.", ""},
		decision.DetailLinkDepth:         {"The chain of sub-processors behind {record|the recipient} is longer than is followed", "The share must change: a deployment with a shorter chain.", ""},
	}},
	decision.SubprocessorFlowdownMissing: {phrase{"No contract of the same obligations in force binds the sub-processor {record|of the chain}", legalFills, "links.sub_agreement"}, nil},
	decision.RetentionExpired: {phrase{"{cats|The data} {are} older than the policy keeps it for {served|the purpose}", "The share must not be made; the data is due for deletion.", "retention"}, map[decision.Detail]phrase{
		decision.DetailCollectTime: {"The policy keeps {cats|the data} for so many days, and the question does not say when it was collected", "You can cure it: say when it was collected (collect_time), or show the order that is open (--order-ref).", ""},
		decision.DetailRetention:   {"{cats|The data} {are} older than the policy keeps it for {served|the purpose}", "The share must not be made; the data is due for deletion.", ""},
	}},
	decision.ServiceCeased:             {phrase{"The product, or one that used {served|this purpose}, was ceased", "The share must not be made, but for a purpose that winds the service down.", "products.cease_time"}, nil},
	decision.RecipientRetentionExceeds: {phrase{"{record|The agreement} lets the recipient keep {cats|the data} longer than our schedule, or states no limit", "The share must wait until legal amends the agreement.", "terms.retention_limit_days"}, nil},

	decision.ImpactAssessmentMissing: {phrase{"No approved impact assessment covers {cats|this} for {purpose|the purpose} and {recipient|this recipient}{under}", "Legal records it: assessments.", "approve_time"}, nil},
	decision.ImpactAssessmentStale: {phrase{"{record|The impact assessment} no longer holds for {cats|this}", "Legal reviews it: review_until, countries.", "review_until"}, map[decision.Detail]phrase{
		decision.DetailReviewUntil: {"{record|The impact assessment} is due for review", "Legal reviews it: review_until.", ""},
		decision.DetailCountries:   {"{record|The impact assessment} does not cover every country that the share reaches", "Legal reviews it: countries.", ""},
	}},

	decision.TransferNoMechanism: {phrase{"The share crosses a border{under}, and no transfer to {recipient|this recipient} is recorded that matches it", "Legal records it, or the exemption that matches: transfers.", "recipients"}, map[decision.Detail]phrase{
		decision.DetailConflictOfLaws: {"CONFLICT OF LAWS: an instrument demands the share, and{under} no transfer is recorded for {recipient|this recipient}", "Legal records it (transfers), or counsel decides the same day.", "recipients"},
	}},
	decision.TransferMechanismInsufficient:    {phrase{"{record|The transfer} rests on a mechanism too weak for it: the persons sent abroad this year, sensitive or important data, or critical infrastructure demand a stronger one", "The share must wait for a stronger mechanism; splitting it is forbidden.", "mechanism"}, nil},
	decision.TransferMechanismNotYetEffective: {phrase{"{record|The transfer} is not yet valid, its agreement is not signed and in effect, or its annexes or its list entry are not complete", "The share must wait until the transfer is valid.", "valid_from"}, map[decision.Detail]phrase{decision.DetailTransferAgreement: {"The agreement of {record|the transfer} is not signed or not in effect", "The share must wait until the agreement is in force.", ""}}},
	decision.TransferMechanismExpired: {phrase{"{record|The transfer} is past its validity, or its agreement has expired", "The share must wait until legal renews the mechanism.", "valid_to"}, map[decision.Detail]phrase{
		decision.DetailRecertifiedUntil:  {"{record|The transfer} is past its annual re-certification", "The share must wait until legal records the new one.", ""},
		decision.DetailAdequacy:          {"The adequacy decision that {record|the transfer} rests on has ended", "The share must wait for another mechanism.", ""},
		decision.DetailTransferAgreement: {"The agreement of {record|the transfer} has expired", "The share must wait until legal renews the agreement.", ""},
	}},
	decision.TransferMechanismSuspended: {phrase{"{record|The transfer} is suspended or revoked, or its agreement was terminated", "The share must wait for a transfer that stands.", "suspensions"}, map[decision.Detail]phrase{
		decision.DetailTransferSuspensions: {"{record|The transfer} is suspended", "The share must wait until the suspension ends.", ""},
		decision.DetailRevokeTime:          {"{record|The transfer} was revoked", "The share must wait for another mechanism.", ""},
		decision.DetailTransferAgreement:   {"The agreement of {record|the transfer} was terminated", "The share must wait for a new agreement.", ""},
	}},
	decision.TransferDestinationNotCovered: {phrase{"{record|The transfer} does not cover every country that the share reaches", "The share must change: a deployment in a country covered, or wait until legal extends the transfer.", "countries"}, nil},
	decision.TransferRecipientNotCovered:   {phrase{"{record|The transfer} does not cover {recipient|this recipient}", "The share must change: another recipient, or wait until legal extends the transfer.", "recipients"}, nil},
	decision.TransferPurposeNotCovered:     {phrase{"{record|The transfer} does not cover {purpose|the purpose}", "The share must change: another purpose, or wait until legal extends the transfer.", "purposes"}, nil},
	decision.TransferCategoryNotCovered:    {phrase{"{record|The transfer} does not cover {cats|what is asked}", "The share must change: leave {cats|it} out, or wait until legal extends the transfer.", "categories"}, nil},
	decision.TransferVolumeExceeded:        {phrase{"{record|The transfer} would be over its approved scale", "The share must wait for a new approval.", "approved_scale"}, nil},
	decision.TransferFilingOverdue: {phrase{"{record|The transfer} was not filed in time", "Legal files it: evidence.filing_number.", "evidence.filing_number"}, map[decision.Detail]phrase{
		decision.DetailCalendar: {"{record|The transfer} is not filed, and the working-day calendar does not reach the day by which it must be", "Legal files it: evidence.filing_number.", "evidence.filing_number"},
	}},
	decision.TransferTiaMissing:          {phrase{"{record|The transfer} has no assessment of the law at its destination that covers {cats|what is asked} and still holds", "Legal records it, of type TIA, UK_TRA or CN_SC_LAW: assessments.", "mechanism"}, nil},
	decision.OnwardDestinationNotCovered: {phrase{"{record|The transfer} does not cover a country that a sub-processor of the chain reaches", "The share must change: a deployment without it, or wait until legal extends the transfer.", "countries"}, nil},
}

// terms are the words for the terms of an agreement.
var terms = map[decision.Detail]string{
	decision.DetailTermsConfidentiality: "confidentiality", decision.DetailTermsPurpose: "purpose", decision.DetailTermsPeriod: "period",
	decision.DetailTermsMethod: "method", decision.DetailTermsCategories: "categories", decision.DetailTermsMeasures: "security measures",
	decision.DetailTermsAudit: "audit", decision.DetailTermsSubprocessorMode: "sub-processor", decision.DetailTermsDeleteOrReturn: "deletion or return",
	decision.DetailTermsInstructions: "instructions-only", decision.DetailTermsStaffConfidentiality: "staff confidentiality",
	decision.DetailTermsAssistRights: "assistance with rights", decision.DetailTermsAssistSecurity: "assistance with security",
	decision.DetailTermsAllocation: "allocation of duties", decision.DetailTermsContact: "contact point",
}

// fields leads from a detail to the field of the contract where it is not the
// detail's own name: of a record, or of the question.
var fields = map[decision.Detail]string{
	decision.DetailNonePresented: "question.consents", decision.DetailNoSubject: "question.subject", decision.DetailNotASource: "question.consents",
	decision.DetailCheckStale: "question.consents", decision.DetailBulk: "question.quantity", decision.DetailBasisNotListed: "question.bases",
	decision.DetailOrderMissing: "question.order", decision.DetailOrderOfAnother: "question.order", decision.DetailHrReferenceMissing: "question.hr_reference",
	decision.DetailCitationMissing: "question.citation", decision.DetailAssessmentMissing: "question.assessment",
	decision.DetailScreeningMissing: "screenings", decision.DetailScreeningStale: "screenings", decision.DetailAgreementPurposes: "purposes",
	decision.DetailAgreementCategories: "categories", decision.DetailAgreementSubjectGroups: "subject_groups",
	decision.DetailLinkAuthorisation: "links.authorisation", decision.DetailLinkUnrecorded: "question.chain", decision.DetailLinkDepth: "links",
	decision.DetailSubAgreement: "links.sub_agreement", decision.DetailAdequacy: "mechanism", decision.DetailTransferSuspensions: "suspensions",
	decision.DetailTransferAgreement: "agreement", decision.DetailTransferCountries: "countries", decision.DetailTransferRecipients: "recipients",
	decision.DetailTransferPurposes: "purposes", decision.DetailTransferCategories: "categories", decision.DetailPolicy: "effective_time",
	decision.DetailGuardian: "question.consents", decision.DetailSpecialGround: "bases.special_ground", decision.DetailCountries: "countries",
	decision.DetailDeployments:     "storage_countries",
	decision.DetailExceptionRecord: "question.exception.record", decision.DetailEvidence: "citation", decision.DetailErased: "question.erased",
	decision.DetailRestricted: "question.restricted", decision.DetailObjected: "question.objected", decision.DetailDoNotTrack: "question.do_not_track",
	decision.DetailOptedOutAds: "question.opted_out_interest_ads", decision.DetailCollectTime: "question.collect_time", decision.DetailCohort: "question.cohort",
	decision.DetailPublication:         "question.publication",
	decision.DetailAuthorityInstrument: "question.authority_instrument", decision.DetailInstrumentStanding: "expire_time", decision.DetailInstrumentScope: "purposes",
	decision.DetailInstrumentCategories: "categories", decision.DetailConflictOfLaws: "question.authority_instrument", decision.DetailUndertaking: "type",
	decision.DetailPolicyNotices: "notices", decision.DetailCeaseTime: "products.cease_time", decision.DetailRetention: "retention.days",
}

// fieldOf returns the field of the contract that a detail names, "" for none.
func fieldOf(d decision.Detail) string {
	if f, ok := fields[d]; ok {
		return f
	}
	if d >= decision.DetailExporter && d <= decision.DetailToOwnAddress {
		return "question." + d.String()
	}
	if d == decision.NoDetail {
		return ""
	}
	return d.String()
}
