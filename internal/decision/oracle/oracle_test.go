package oracle_test

import (
	"slices"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// handmade is one share, made of a world in which it would be allowed.
type handmade struct {
	name string
	make func(w *world)
	want string
}

// cases are shares that would be allowed but for one thing, by the rule that it
// concerns: from part 1, 2.3 and 2.7 of rules.md and from the readings.
var cases = []handmade{
	// What is in order is allowed.
	{"a parcel", func(w *world) { w.ask("courier", "delivery", "name", "address", "phone") }, "ALLOWED"},
	{"a text message", func(w *world) { w.ask("sms", "sending", "phone") }, "ALLOWED"},
	{"a partner abroad", func(w *world) { w.ask("partner", "events", "name") }, "ALLOWED"},
	{"the police", func(w *world) { w.ask("police", "disclosure", "name") }, "ALLOWED"},
	{"a foreign organ with the approval", func(w *world) { w.ask("fbi", "disclosure", "name") }, "ALLOWED"},
	{"a successor", func(w *world) { w.ask("buyer", "account", "name"); w.no() }, "ALLOWED"},
	{"the public", func(w *world) { w.ask("everybody", "events", "name") }, "ALLOWED"},

	// 1, 2.
	{"another exporter", func(w *world) { w.ask("near", "events", "name"); w.q.Exporter = "exporters/none" }, "REQUEST_INVALID(exporter)"},
	{"collected in the future", func(w *world) { w.ask("near", "events", "name"); w.q.CollectTime = in(1) }, "REQUEST_INVALID(collect_time)"},
	{"an unknown purpose", func(w *world) { w.ask("near", "none", "name") }, "PURPOSE_UNKNOWN"},
	{"an unknown category", func(w *world) { w.ask("near", "events", "name", "none") }, "CATEGORY_UNKNOWN"},
	{"an unknown country", func(w *world) {
		w.ask("near", "events", "name")
		get[*registry.Deployment](w, "recipients/near/deployments/main").AccessCountries = nil
	}, "COUNTRY_UNKNOWN IMPACT_ASSESSMENT_STALE/CN TRANSFER_NO_MECHANISM/CN"},

	// 3 to 5.
	{"no version in force", func(w *world) { w.ask("near", "events", "name"); w.policy().EffectiveTime = in(1) }, "POLICY_VERSION_NOT_IN_FORCE"},
	{"no version was notified", func(w *world) { w.ask("near", "events", "name"); w.policy().Significant = true }, "POLICY_VERSION_NOT_IN_FORCE POLICY_CHANGE_NOT_NOTIFIED"},
	{"a later version, not notified, permits", func(w *world) {
		w.ask("near", "marketing", "name")
		later(w).Significant = true
		w.no()
		w.orders()
	}, "POLICY_CHANGE_NOT_NOTIFIED CONSENT_MISSING/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"a later version, not accepted, permits", func(w *world) {
		w.ask("analysts", "marketing", "name")
		later(w)
	}, "POLICY_WEAKENS_RIGHTS_NO_CONSENT"},
	{"a later version, accepted, permits", func(w *world) {
		w.ask("analysts", "marketing", "name")
		later(w)
		w.q.AcceptedPolicy = "policies/v2"
	}, "ALLOWED"},
	{"a later version, accepted as held, permits", func(w *world) {
		w.ask("analysts", "marketing", "name")
		later(w)
		w.in.Facts = &decision.Facts{Accepted: []uint32{w.number("policies/v2")}}
	}, "ALLOWED"},
	{"a later version does not permit either", func(w *world) {
		w.ask("analysts", "marketing", "name")
		p := later(w)
		p.WeakensRights, p.Kinds = true, p.Kinds[:1]
	}, "PURPOSE_OUTSIDE_RECIPIENT_KIND"},

	// 6 to 9.
	{"an unknown recipient", func(w *world) { w.ask("near", "events", "name"); w.q.Recipient = "recipients/none" }, "RECIPIENT_UNKNOWN"},
	{"not approved", func(w *world) { w.ask("near", "events", "name"); w.recipient().ApproveTime = 0 }, "RECIPIENT_NOT_APPROVED(approve_time)"},
	{"an open incident", func(w *world) {
		w.ask("near", "events", "name")
		w.recipient().Incidents = []registry.Incident{{ID: "i", DiscoverTime: now, Suspends: true}}
	}, "RECIPIENT_SUSPENDED"},
	{"a resolved incident", func(w *world) {
		w.ask("near", "events", "name")
		w.recipient().Incidents = []registry.Incident{{ID: "i", DiscoverTime: ago(3), ResolveTime: now, Suspends: true}}
	}, "ALLOWED"},
	{"terminated", func(w *world) { w.ask("near", "events", "name"); w.recipient().TerminateTime = now }, "RECIPIENT_TERMINATED"},
	{"listed", func(w *world) {
		w.ask("near", "events", "name")
		w.recipient().Screenings[0].Result = registry.ScreeningResultListed
	}, "RECIPIENT_RESTRICTED_LIST"},

	// 10 and what the exceptions waive (2.3).
	{"a duty, to the police", func(w *world) { w.ask("police", "disclosure", "id-number"); w.no(); w.claim(1) }, "ALLOWED"},
	{"a duty, to a partner", func(w *world) { w.ask("near", "fraud", "name"); w.claim(1) }, "LEGAL_EXCEPTION_UNSUPPORTED(kind)"},
	{"a duty within the group, not obliged", func(w *world) { w.ask("affiliate", "fraud", "name"); w.claim(1) }, "LEGAL_EXCEPTION_UNSUPPORTED(kind)"},
	{"a duty within the group, obliged", func(w *world) { w.ask("affiliate", "fraud", "name"); w.no(); w.claim(1).ObligesSharing = true }, "ALLOWED"},
	{"a duty of another law", func(w *world) {
		w.ask("police", "disclosure", "name")
		w.claim(1).Regimes = []registry.Regime{registry.RegimeEu}
	}, "LEGAL_EXCEPTION_UNSUPPORTED(regimes)"},
	{"no record", func(w *world) {
		w.ask("police", "disclosure", "name")
		w.claim(1)
		w.q.ExceptionRecord = "exceptions/none"
	}, "LEGAL_EXCEPTION_UNSUPPORTED(exception_record)"},
	{"one approver", func(w *world) {
		w.ask("police", "disclosure", "name")
		w.claim(2).SecondApprovedBy = " Legal "
	}, "LEGAL_EXCEPTION_UNSUPPORTED(approved_by)"},
	{"security without a demand", func(w *world) { w.ask("police", "disclosure", "name"); w.claim(2).Demand = "" }, "LEGAL_EXCEPTION_UNSUPPORTED(evidence)"},
	{"security", func(w *world) { w.ask("police", "disclosure", "name"); w.no(); w.q.Erased = true; w.claim(2) }, "ALLOWED"},
	{"a declared emergency", func(w *world) {
		w.ask("police", "disclosure", "name")
		w.no()
		r := w.claim(3)
		r.Demand, r.DeclaredEmergency = "", "notice 1"
	}, "ALLOWED"},
	{"an investigation", func(w *world) { w.ask("police", "disclosure", "name"); w.no(); w.q.Objected = true; w.claim(4) }, "ALLOWED"},
	{"an investigation without letter", func(w *world) { w.ask("police", "disclosure", "name"); w.no(); w.claim(4).Instrument = "" },
		"LEGAL_EXCEPTION_UNSUPPORTED(categories) LEGAL_EXCEPTION_UNSUPPORTED(evidence) CONSENT_MISSING/CN"},
	{"an investigation that asks for less", func(w *world) {
		w.ask("near", "events", "name", "phone")
		w.q.AuthorityInstrument = "instruments/police"
		w.claim(4)
		get[*registry.Instrument](w, "instruments/police").CoveredCategories = []string{"categories/name"}
	}, "LEGAL_EXCEPTION_UNSUPPORTED(categories)"},
	{"a foreign letter, a certificate in force", func(w *world) {
		w.ask("fbi", "disclosure", "name")
		w.no()
		get[*registry.Instrument](w, "instruments/fbi").ForeignApproval = nil
		w.claim(4)
	}, "LEGAL_EXCEPTION_UNSUPPORTED(kind) CONSENT_MISSING/CN SEPARATE_CONSENT_MISSING_CROSS_BORDER/CN FOREIGN_AUTHORITY_APPROVAL_MISSING/CN"},
	{"a rescue", func(w *world) { w.ask("ambulance", "rescue", "id-number"); w.no(); w.claim(5) }, "ALLOWED"},
	{"a rescue, deferral off", func(w *world) {
		w.ask("ambulance", "rescue", "name")
		w.claim(5)
		get[*registry.Settings](w, "settings").AgreementDeferralOff = true
	}, "AGREEMENT_MISSING"},
	{"a rescue after the emergency", func(w *world) { w.ask("ambulance", "rescue", "name"); w.no(); w.claim(5).EmergencyEndTime = now },
		"LEGAL_EXCEPTION_UNSUPPORTED(effective_time) AGREEMENT_MISSING CONSENT_MISSING/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"a rescue without the second limb", func(w *world) { w.ask("ambulance", "rescue", "name"); w.no(); w.claim(5).WhyImpracticable = " " },
		"LEGAL_EXCEPTION_UNSUPPORTED(evidence) AGREEMENT_MISSING CONSENT_MISSING/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"made public", func(w *world) { w.ask("near", "events", "name"); w.no(); w.claim(6); w.us().City = "beijing" }, "ALLOWED"},
	{"made public, in Shenzhen", func(w *world) { w.ask("near", "events", "name"); w.no(); w.claim(6) }, "DEIDENTIFICATION_REQUIRED/CN_SZ"},
	{"made public, of many", func(w *world) {
		w.ask("near", "events", "name")
		w.crowd(9)
		w.q.Cohort.Purpose = "purposes/events"
		w.claim(6)
	},
		"LEGAL_EXCEPTION_UNSUPPORTED(evidence) SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"made public, objected", func(w *world) { w.ask("near", "events", "name"); w.claim(6); w.q.Objected = true },
		"LEGAL_EXCEPTION_UNSUPPORTED(evidence) SUBJECT_RESTRICTED_OR_OBJECTED(objected)"},
	{"made public, sensitive", func(w *world) { w.ask("near", "events", "id-number"); w.claim(6) }, "LEGAL_EXCEPTION_UNSUPPORTED(categories)"},
	{"made public, without proof", func(w *world) { w.ask("near", "events", "name"); w.claim(6).Proofs = nil }, "LEGAL_EXCEPTION_UNSUPPORTED(categories)"},
	{"a cell that says no", func(w *world) {
		w.ask("near", "events", "name")
		w.no(decision.ConsentSeparateProvision)
		w.claim(6)
		w.policy().Waivers = []registry.WaiverCell{{Exception: 6, Group: registry.WaiverGroupSeparateConsent, Effect: registry.WaiverEffectNo}}
	}, "SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"a duty of our law, for a person in Germany", func(w *world) {
		w.ask("affiliate", "fraud", "name")
		w.berlin()
		w.q.Erased = true
		w.claim(1).ObligesSharing = true
	}, "SUBJECT_ERASED_OR_CANCELLED"},
	{"minimisation is never waived", func(w *world) {
		w.ask("police", "disclosure", "name")
		w.claim(1)
		w.policy().Necessity = nil
	}, "CATEGORY_NOT_NECESSARY_FOR_PURPOSE"},

	// 11 to 13.
	{"erased", func(w *world) { w.ask("near", "events", "name"); w.q.Erased = true }, "SUBJECT_ERASED_OR_CANCELLED"},
	{"erased as held", func(w *world) { w.ask("near", "events", "name"); w.in.Facts = &decision.Facts{Erased: true} }, "SUBJECT_ERASED_OR_CANCELLED"},
	{"erased, a hold", func(w *world) { w.ask("near", "events", "name"); w.q.Erased = true; w.hold("events") }, "ALLOWED"},
	{"restricted", func(w *world) { w.ask("near", "events", "name"); w.q.Restricted = true }, "SUBJECT_RESTRICTED_OR_OBJECTED(restricted)"},
	{"objected as held to another purpose", func(w *world) {
		w.ask("near", "events", "name")
		w.in.Facts = &decision.Facts{Objected: []uint32{w.number("purposes/fraud")}}
	}, "ALLOWED"},
	{"do not track", func(w *world) { w.ask("analysts", "statistics", "usage"); w.q.DoNotTrack = true }, "SUBJECT_DO_NOT_TRACK"},
	{"opted out", func(w *world) { w.ask("near", "ads", "context"); w.q.OptedOutAds = true }, "SUBJECT_OPTED_OUT_ADS"},
	{"opted out, another purpose", func(w *world) { w.ask("near", "events", "context"); w.q.OptedOutAds = true }, "ALLOWED"},

	// 14 to 19.
	{"outside the policy", func(w *world) { w.ask("courier", "delivery", "name"); w.orders(); w.no(); w.policy().Purposes = nil }, "PURPOSE_OUTSIDE_POLICY"},
	{"outside the policy, consented", func(w *world) { w.ask("courier", "delivery", "name"); w.policy().Purposes = nil }, "ALLOWED"},
	{"outside the kind", func(w *world) {
		w.ask("courier", "marketing", "name")
		w.policy().Kinds[2].Purposes = []string{"purposes/delivery"}
	}, "PURPOSE_OUTSIDE_RECIPIENT_KIND"},
	{"an affiliate that processes", func(w *world) {
		w.ask("affiliate", "fraud", "name")
		w.recipient().Role = registry.RecipientRoleProcessor
		w.agreement().Type = registry.AgreementTypeDpa
	}, "PURPOSE_OUTSIDE_RECIPIENT_KIND"},
	{"a password", func(w *world) { w.ask("near", "events", "password") }, "CATEGORY_NEVER_SHAREABLE"},
	{"a code to the own address", func(w *world) { w.ask("sms", "sending", "code"); w.q.ToOwnAddress = true }, "ALLOWED"},
	{"a code to another address", func(w *world) { w.ask("sms", "sending", "code") }, "CATEGORY_NEVER_SHAREABLE"},
	{"a hash, not hosted", func(w *world) { w.ask("cloud", "hosting", "hash") }, "CATEGORY_NEVER_SHAREABLE CATEGORY_OUTSIDE_RECIPIENT_KIND"},
	{"hosted by the agreement", func(w *world) { w.ask("cloud", "hosting", "name"); w.agreement().Hosting = true }, "ALLOWED"},
	{"not hosted", func(w *world) { w.ask("cloud", "hosting", "name") }, "CATEGORY_OUTSIDE_RECIPIENT_KIND"},
	{"not necessary", func(w *world) { w.ask("near", "events", "name"); w.policy().Necessity = nil }, "CATEGORY_NOT_NECESSARY_FOR_PURPOSE"},
	{"necessity past its review", func(w *world) {
		w.ask("near", "events", "context")
		w.policy().Necessity[3].ReviewUntil = now
	}, "CATEGORY_NOT_NECESSARY_FOR_PURPOSE"},
	{"necessity of three years ago", func(w *world) {
		w.ask("near", "events", "context")
		w.policy().Necessity[3].ApproveTime = ago(1095)
	}, "CATEGORY_NOT_NECESSARY_FOR_PURPOSE"},
	{"linked", func(w *world) { w.ask("analysts", "events", "usage", "phone") }, "ANALYTICS_LINKAGE_FORBIDDEN"},
	{"not linked", func(w *world) { w.ask("analysts", "events", "usage", "address") }, "ALLOWED"},

	// 20.
	{"identifiable on rules for staff", func(w *world) { w.ask("near", "account", "name"); w.q.HRReference = "rules" }, "DEIDENTIFICATION_REQUIRED/CN_SZ"},
	{"de-identified", func(w *world) { w.ask("near", "account", "name"); w.q.HRReference, w.q.Deidentified = "rules", true }, "ALLOWED"},

	// 21 to 28, 49.
	{"no agreement", func(w *world) { w.ask("near", "events", "name"); w.drop("agreements/near") }, "AGREEMENT_MISSING"},
	{"a natural person without NDA", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.recipient().NaturalPerson = true
	}, "AGREEMENT_MISSING"},
	{"signed by us only", func(w *world) { w.ask("near", "events", "name"); w.agreement().TheirSignature = nil }, "AGREEMENT_NOT_SIGNED_BY_BOTH(their_signature)"},
	{"effective tomorrow", func(w *world) { w.ask("near", "events", "name"); w.agreement().EffectiveTime = in(1) }, "AGREEMENT_NOT_YET_EFFECTIVE"},
	{"expires now", func(w *world) { w.ask("near", "events", "name"); w.agreement().ExpireTime = now }, "AGREEMENT_EXPIRED"},
	{"terminated agreement", func(w *world) { w.ask("near", "events", "name"); w.agreement().TerminateTime = now }, "AGREEMENT_TERMINATED"},
	{"no measures", func(w *world) { w.ask("near", "events", "name"); w.agreement().Terms.Measures = "" }, "AGREEMENT_TERMS_INCOMPLETE(terms.measures)"},
	{"another purpose agreed", func(w *world) { w.ask("near", "events", "name"); w.agreement().Purposes = nil }, "AGREEMENT_PURPOSE_NOT_COVERED"},
	{"another category agreed", func(w *world) { w.ask("near", "events", "name"); w.agreement().CoveredCategories = nil }, "AGREEMENT_CATEGORY_NOT_COVERED(agreement_categories)"},
	{"kept longer than the schedule", func(w *world) { w.ask("courier", "delivery", "address"); w.agreement().Terms.RetentionLimitDays = 181 }, "RECIPIENT_RETENTION_EXCEEDS"},
	{"kept as long as the schedule", func(w *world) { w.ask("courier", "delivery", "address"); w.agreement().Terms.RetentionLimitDays = 180 }, "ALLOWED"},
	{"no limit agreed", func(w *world) { w.ask("courier", "delivery", "address"); w.agreement().Terms.RetentionLimitDays = 0 }, "RECIPIENT_RETENTION_EXCEEDS"},
	{"no limit agreed, a hold", func(w *world) {
		w.ask("courier", "delivery", "address")
		w.agreement().Terms.RetentionLimitDays = 0
		w.hold("delivery")
	}, "ALLOWED"},

	// 29.
	{"not told", func(w *world) { w.ask("near", "events", "name"); w.recipient().Notices = nil }, "NOTICE_MISSING/CN"},
	{"told without a route abroad", func(w *world) { w.ask("partner", "events", "name"); w.recipient().Notices[0].RightsRoute = "" }, "NOTICE_MISSING/CN"},
	{"the police, not stated and not told", func(w *world) {
		w.ask("police", "disclosure", "name")
		w.recipient().Notices = nil
		w.policy().Purposes = nil
	}, "NOTICE_MISSING/CN"},
	{"the police, in secret", func(w *world) {
		w.ask("police", "disclosure", "name")
		w.recipient().Notices = nil
		w.policy().Purposes = nil
		get[*registry.Instrument](w, "instruments/police").SecrecyCitation = "law 2"
	}, "ALLOWED"},
	{"the police, stated", func(w *world) { w.ask("police", "disclosure", "name"); w.recipient().Notices = nil }, "ALLOWED"},
	{"a successor, told the name", func(w *world) {
		w.ask("buyer", "account", "name")
		w.recipient().Notices = []registry.Notice{{RecipientTitle: "a", Contact: "b", NotifyTime: ago(1), SubjectGroups: []registry.SubjectGroup{registry.SubjectGroupUser}}}
	}, "ALLOWED"},

	// 30 to 36.
	{"no consent", func(w *world) { w.ask("sms", "sending", "phone"); w.no() }, "CONSENT_MISSING/CN"},
	{"withdrawn now", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.consent(decision.ConsentOrdinary, "purposes/account").WithdrawTime = now
	}, "CONSENT_WITHDRAWN/CN"},
	{"withdrawn in a minute", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.consent(decision.ConsentOrdinary, "purposes/account").WithdrawTime = now + 60*second
	}, "ALLOWED"},
	{"withdrawn as held", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.consent(decision.ConsentOrdinary, "purposes/account")
		w.in.Facts = &decision.Facts{Consents: []decision.HeldConsent{{Type: decision.ConsentOrdinary, Purpose: w.number("purposes/account"), WithdrawTime: ago(1)}}}
	}, "CONSENT_WITHDRAWN/CN"},
	{"withdrawn in another record", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.consent(decision.ConsentOrdinary, "purposes/account")
		c := w.consent(decision.ConsentOrdinary, "purposes/account")
		c.GiveTime, c.WithdrawTime = ago(60), ago(1)
	}, "CONSENT_WITHDRAWN/CN"},
	{"given anew", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.consent(decision.ConsentOrdinary, "purposes/account").WithdrawTime = ago(2)
		w.consent(decision.ConsentOrdinary, "purposes/account").GiveTime = ago(1)
	}, "ALLOWED"},
	{"given as it was checked", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		c := w.consent(decision.ConsentOrdinary, "purposes/account")
		c.GiveTime = c.CheckTime
	}, "ALLOWED"},
	{"checked before it was given", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		c := w.consent(decision.ConsentOrdinary, "purposes/account")
		c.GiveTime = c.CheckTime + 1
	}, "CONSENT_SCOPE_MISMATCH/CN"},
	{"given before its version", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.consent(decision.ConsentOrdinary, "purposes/account").GiveTime = ago(801)
	}, "CONSENT_SCOPE_MISMATCH/CN"},
	{"a guardian's for an adult", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.consent(decision.ConsentGuardian, "purposes/account")
	}, "CONSENT_MISSING/CN"},
	{"consented as held", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.in.Facts = &decision.Facts{Consents: []decision.HeldConsent{{Type: decision.ConsentOrdinary, Purpose: w.number("purposes/account"), Policy: w.number("policies/v1"),
			Categories: []uint32{w.number("categories/phone")}, GiveTime: ago(1)}}}
	}, "ALLOWED"},
	{"consented to another category", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.consent(decision.ConsentOrdinary, "purposes/account").Categories = []string{"categories/name"}
	}, "CONSENT_SCOPE_MISMATCH/CN"},
	{"a parcel without order", func(w *world) { w.ask("courier", "delivery", "name"); w.no() }, "CONSENT_MISSING/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"a parcel with the order of another", func(w *world) { w.ask("courier", "delivery", "name"); w.no(); w.orders(); w.q.OrderSubject = "s2" },
		"CONSENT_MISSING/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"a basis that is not listed", func(w *world) {
		w.ask("affiliate", "marketing", "name")
		w.no()
		w.orders()
		w.q.Bases[registry.RegimeCn] = registry.BasisContract
	}, "CONSENT_MISSING/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"no consent to the recipient", func(w *world) { w.ask("affiliate", "fraud", "name"); w.no(decision.ConsentSeparateProvision) }, "SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"no consent to the sensitive", func(w *world) { w.ask("near", "events", "id-number"); w.no(decision.ConsentSeparateSensitive) }, "SEPARATE_CONSENT_MISSING_SENSITIVE/CN"},
	{"no consent to go abroad", func(w *world) { w.ask("partner", "events", "name"); w.no(decision.ConsentSeparateCrossBorder) }, "SEPARATE_CONSENT_MISSING_CROSS_BORDER/CN"},
	{"no consent to publish", func(w *world) { w.ask("everybody", "events", "name"); w.no(decision.ConsentSeparatePublic) },
		"SEPARATE_CONSENT_MISSING_PUBLIC PUBLIC_DISCLOSURE_NOT_PERMITTED"},
	{"consent to another publication", func(w *world) { w.ask("everybody", "events", "name"); w.q.Publication = "book" },
		"SEPARATE_CONSENT_MISSING_PUBLIC PUBLIC_DISCLOSURE_NOT_PERMITTED"},
	{"publication ordered", func(w *world) {
		w.ask("everybody", "events", "name")
		w.no(decision.ConsentSeparatePublic)
		w.q.AuthorityInstrument = "instruments/everybody"
	}, "ALLOWED"},
	{"a thousand persons", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.q.Quantity, w.q.AgeBand = 1000, 0
		w.us().Products = nil
	}, "CONSENT_MISSING/CN MINOR_GUARDIAN_CONSENT_MISSING/CN"},
	{"a cohort", func(w *world) { w.ask("sms", "sending", "phone"); w.crowd(1000) }, "ALLOWED"},
	{"a cohort of another size", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.crowd(1000)
		w.q.Quantity = 1001
		w.q.AgeBand = decision.AgeAdult
	}, "CONSENT_MISSING/CN"},
	{"a cohort of yesterday", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.crowd(1000)
		w.q.Cohort.AttestTime, w.q.AgeBand = ago(1)-1, decision.AgeAdult
	}, "CONSENT_MISSING/CN"},

	// 37 to 39.
	{"twelve years old", func(w *world) { w.ask("sms", "sending", "phone"); w.q.AgeBand = decision.AgeUnder13 }, "MINOR_GUARDIAN_CONSENT_MISSING/CN"},
	{"twelve years old, in a product for minors", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.q.AgeBand = decision.AgeUnder13
		w.policy().ServesMinors, w.policy().ChildRules = true, "rules"
		for i := range w.q.Consents {
			w.q.Consents[i].ByGuardian = true
		}
	}, "ALLOWED"},
	{"sixteen as held", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.in.Facts = &decision.Facts{Age: decision.Age16To17}
	}, "MINOR_GUARDIAN_CONSENT_MISSING/CN"},
	{"sixteen, deletion", func(w *world) { w.ask("near", "deletion", "phone"); w.q.AgeBand = decision.Age16To17 }, "ALLOWED"},
	{"sixteen, the police", func(w *world) { w.ask("police", "disclosure", "phone"); w.q.AgeBand = decision.Age16To17 }, "ALLOWED"},
	{"of unknown age, a product for minors", func(w *world) {
		w.ask("near", "events", "name")
		w.q.AgeBand = 0
		w.us().Products[0].Minors = registry.MinorsAimAimed
	}, "MINOR_GUARDIAN_CONSENT_MISSING/CN"},
	{"a child's profile", func(w *world) {
		w.ask("near", "profile", "name")
		w.q.AgeBand = decision.Age13
		w.policy().ServesMinors, w.policy().ChildRules = true, "rules"
		for i := range w.q.Consents {
			w.q.Consents[i].ByGuardian = true
		}
	}, "MINOR_PROFILING_FORBIDDEN/CN_SZ"},
	{"sensitive without safeguards", func(w *world) { w.ask("near", "events", "id-number"); w.policy().Safeguards = nil }, "SENSITIVE_SAFEGUARDS_MISSING/CN"},
	{"safeguards without notice", func(w *world) { w.ask("near", "events", "id-number"); w.policy().Safeguards[3].Notice = "" }, "SENSITIVE_SAFEGUARDS_MISSING/CN"},

	// 41, 42.
	{"no letter", func(w *world) { w.ask("police", "disclosure", "name"); w.q.AuthorityInstrument = "" }, "AUTHORITY_INSTRUMENT_MISSING(authority_instrument)"},
	{"a letter that expires now", func(w *world) {
		w.ask("police", "disclosure", "name")
		get[*registry.Instrument](w, "instruments/police").ExpireTime = now
	}, "AUTHORITY_INSTRUMENT_MISSING(instrument.standing)"},
	{"a letter of another", func(w *world) { w.ask("police", "disclosure", "name"); w.q.AuthorityInstrument = "instruments/fbi" }, "AUTHORITY_INSTRUMENT_MISSING(instrument.scope)"},
	{"beyond the letter", func(w *world) {
		w.ask("police", "disclosure", "name", "phone")
		get[*registry.Instrument](w, "instruments/police").CoveredCategories = []string{"categories/name"}
	}, "AUTHORITY_INSTRUMENT_MISSING(instrument.categories)"},
	{"a letter without necessity", func(w *world) {
		w.ask("police", "disclosure", "name")
		get[*registry.Instrument](w, "instruments/police").NecessityReason = " "
	}, "AUTHORITY_INSTRUMENT_MISSING(necessity_reason)"},
	{"a foreign organ, no approval", func(w *world) {
		w.ask("fbi", "disclosure", "name")
		get[*registry.Instrument](w, "instruments/fbi").ForeignApproval.Number = ""
	}, "FOREIGN_AUTHORITY_APPROVAL_MISSING/CN"},
	{"a foreign organ, the approval is the mechanism", func(w *world) { w.ask("fbi", "disclosure", "name"); w.drop("transfers/fbi-cn") }, "ALLOWED"},
	{"a body of Hong Kong", func(w *world) {
		w.ask("fbi", "disclosure", "name")
		w.moves("HK")
		get[*registry.Instrument](w, "instruments/fbi").ForeignApproval = nil
	}, "FOREIGN_AUTHORITY_APPROVAL_MISSING/CN"},
	{"a body of Hong Kong, export only", func(w *world) {
		w.ask("fbi", "disclosure", "name")
		w.moves("HK")
		get[*registry.Instrument](w, "instruments/fbi").ForeignApproval = nil
		get[*registry.Settings](w, "settings").HmtAuthority = registry.HmtAuthorityExportOnly
	}, "ALLOWED"},
	{"proceedings abroad, through a partner", func(w *world) { w.ask("partner", "proceedings", "name") }, "FOREIGN_AUTHORITY_APPROVAL_MISSING/CN"},
	{"our organ under the law of the Union", func(w *world) {
		w.ask("police", "disclosure", "name")
		w.us().RegionsServed = []string{"CN", "DE"}
		w.q.SubjectRegions = []string{"DE"}
	}, "FOREIGN_AUTHORITY_APPROVAL_MISSING/EU(conflict_of_laws) TRANSFER_NO_MECHANISM/EU(conflict_of_laws)"},

	// 43, 44.
	{"a bidder", func(w *world) {
		w.ask("buyer", "account", "name")
		w.recipient().Deal.CloseTime = in(1)
		w.agreement().Type = registry.AgreementTypeSharingC2c
	}, "ALLOWED"},
	{"a bidder without consent", func(w *world) {
		w.ask("buyer", "account", "name")
		w.no(decision.ConsentSeparateProvision)
		w.recipient().Deal = nil
	}, "AGREEMENT_MISSING SEPARATE_CONSENT_MISSING_PROVISION/CN SUCCESSOR_NOT_BOUND(deal)"},
	{"an undertaking that is not signed", func(w *world) { w.ask("buyer", "account", "name"); w.no(); w.agreement().OurSignature = nil },
		"AGREEMENT_NOT_SIGNED_BY_BOTH(our_signature) SUCCESSOR_NOT_BOUND(undertaking)"},
	{"a changed method", func(w *world) { w.ask("buyer", "account", "name"); w.no(); w.recipient().Deal.MethodChanged = true }, "SUCCESSOR_PURPOSE_CHANGED/CN"},
	{"a changed purpose, consented", func(w *world) { w.ask("buyer", "account", "name"); w.recipient().Deal.Purposes = nil }, "ALLOWED"},

	// 45, 46, 60.
	{"a link", func(w *world) { w.ask("near", "events", "name"); w.link("courier") }, "ALLOWED"},
	{"a link that is not authorised", func(w *world) { w.ask("near", "events", "name"); w.link("courier").AuthoriseTime = 0 }, "SUBPROCESSOR_NOT_AUTHORISED"},
	{"a link without contract", func(w *world) { w.ask("near", "events", "name"); w.link("courier").SubAgreement = "" }, "SUBPROCESSOR_FLOWDOWN_MISSING"},
	{"a link to a further country", func(w *world) {
		w.ask("partner", "events", "name")
		w.link("courier")
		d := get[*registry.Deployment](w, "recipients/courier/deployments/main")
		d.AccessCountries = []string{"GB"}
	}, "ONWARD_DESTINATION_NOT_COVERED/CN"},

	// 47, 48.
	{"four hundred days after", func(w *world) { w.ask("courier", "delivery", "address"); w.q.CollectTime = ago(400) }, "RETENTION_EXPIRED(retention)"},
	{"of unknown age of data", func(w *world) { w.ask("courier", "delivery", "address"); w.q.CollectTime = 0 }, "RETENTION_EXPIRED(collect_time)"},
	{"of unknown age of data, an open order", func(w *world) { w.ask("courier", "delivery", "address"); w.q.CollectTime = 0; w.orders() }, "ALLOWED"},
	{"of unknown age of data, an order of something else", func(w *world) {
		w.ask("near", "delivery", "address")
		w.q.CollectTime = 0
		w.orders()
	}, "RETENTION_EXPIRED(collect_time)"},
	{"ceased yesterday", func(w *world) {
		w.ask("near", "events", "name")
		w.q.Product = "app"
		w.us().Products[0].CeaseTime = ago(1)
	}, "SERVICE_CEASED"},
	{"ceased yesterday, not named", func(w *world) { w.ask("near", "events", "name"); w.us().Products[0].CeaseTime = ago(1) }, "ALLOWED"},
	{"ceased yesterday, winding down", func(w *world) {
		w.ask("near", "wind-down", "name")
		w.q.Product = "app"
		w.us().Products[0].CeaseTime = ago(1)
	}, "ALLOWED"},

	// 50.
	{"not assessed", func(w *world) { w.ask("near", "events", "name"); w.drop("assessments/near") }, "IMPACT_ASSESSMENT_MISSING/CN"},
	{"assessed for other countries", func(w *world) {
		w.ask("near", "events", "name")
		get[*registry.Assessment](w, "assessments/near").Countries = nil
	}, "IMPACT_ASSESSMENT_STALE/CN"},
	{"assessed for the kind", func(w *world) {
		w.ask("police", "disclosure", "name")
		a := get[*registry.Assessment](w, "assessments/police")
		a.Recipients, a.RecipientKinds = nil, []registry.RecipientKind{registry.RecipientKindAuthority}
	}, "ALLOWED"},
	{"assessed in short", func(w *world) {
		w.ask("near", "events", "name")
		get[*registry.Assessment](w, "assessments/near").Simplified = true
	}, "IMPACT_ASSESSMENT_MISSING/CN"},
	{"assessed in short by a small handler", func(w *world) {
		w.ask("near", "events", "name")
		get[*registry.Assessment](w, "assessments/near").Simplified = true
		w.us().SmallHandlers = []registry.SmallHandler{{StartTime: ago(1), Persons: 9}}
	}, "ALLOWED"},

	// 51 to 59 under CN, 2.6, 2.7.
	{"no mechanism", func(w *world) { w.ask("partner", "events", "name"); w.drop("transfers/partner-cn") }, "TRANSFER_NO_MECHANISM/CN"},
	{"the exemption by volume", func(w *world) {
		w.ask("partner", "events", "name")
		w.exempt(registry.ExemptionVolume)
		w.counts(99_998, 0)
	}, "ALLOWED"},
	{"the 100,000th person", func(w *world) {
		w.ask("partner", "events", "name")
		w.exempt(registry.ExemptionVolume)
		w.counts(99_999, 0)
	}, "TRANSFER_NO_MECHANISM/CN"},
	{"one sensitive person by volume", func(w *world) { w.ask("partner", "events", "id-number"); w.exempt(registry.ExemptionVolume) }, "TRANSFER_NO_MECHANISM/CN"},
	{"the exemption does not help 50", func(w *world) {
		w.ask("partner", "events", "name")
		w.exempt(registry.ExemptionVolume)
		w.counts(99_998, 0)
		w.drop("assessments/partner")
	}, "IMPACT_ASSESSMENT_MISSING/CN"},
	{"the 9,999th sensitive person", func(w *world) { w.ask("partner", "events", "id-number"); w.counts(0, 9_998) }, "ALLOWED"},
	{"the 10,000th sensitive person", func(w *world) { w.ask("partner", "events", "id-number"); w.counts(0, 9_999) }, "TRANSFER_MECHANISM_INSUFFICIENT/CN"},
	{"the 10,000th, counted already", func(w *world) {
		w.ask("partner", "events", "id-number")
		w.counts(0, 9_999)
		w.in.Counters.InSensitive = true
	}, "ALLOWED"},
	{"the millionth person", func(w *world) { w.ask("partner", "events", "name"); w.counts(999_999, 0) }, "TRANSFER_MECHANISM_INSUFFICIENT/CN"},
	{"the millionth person, assessed", func(w *world) {
		w.ask("partner", "events", "name")
		w.counts(999_999, 0)
		w.transfer("cn").Mechanism = registry.MechanismSecurityAssessment
	}, "ALLOWED"},
	{"others while S is assessed", func(w *world) { w.ask("partner", "events", "name"); w.counts(0, 10_000) }, "TRANSFER_MECHANISM_INSUFFICIENT/CN"},
	{"others of their own tier", func(w *world) {
		w.ask("partner", "events", "name")
		w.counts(0, 10_000)
		get[*registry.Settings](w, "settings").NonsensitiveTier = registry.NonsensitiveTierOwnTier
	}, "ALLOWED"},
	{"the opening of the year", func(w *world) {
		w.ask("partner", "events", "name")
		w.us().VolumeOpenings = []registry.VolumeOpening{{Year: 2026, Persons: 999_999}}
	}, "TRANSFER_MECHANISM_INSUFFICIENT/CN"},
	{"critical infrastructure", func(w *world) {
		w.ask("partner", "events", "name")
		w.us().CIIOPeriods = []registry.Period{{StartTime: ago(1)}}
	}, "TRANSFER_MECHANISM_INSUFFICIENT/CN"},
	{"important data, by treaty", func(w *world) {
		w.ask("partner", "events", "grid")
		w.transfer("cn").Mechanism = registry.MechanismTreaty
	}, "TRANSFER_MECHANISM_INSUFFICIENT/CN"},
	{"in transit", func(w *world) {
		w.ask("partner", "events", "name")
		w.exempt(registry.ExemptionTransit)
		w.q.Origin = "US"
	}, "ALLOWED"},
	{"of an order", func(w *world) {
		w.ask("partner", "events", "id-number")
		w.exempt(registry.ExemptionContract)
		w.orders()
		w.restsOnContract()
		w.counts(0, 20_000)
	}, "ALLOWED"},
	{"in a free-trade zone", func(w *world) {
		w.ask("partner", "events", "name")
		w.exempt(registry.ExemptionFreeTradeZone)
		w.zone("id-number")
	}, "ALLOWED"},
	{"on the negative list", func(w *world) {
		w.ask("partner", "events", "name")
		w.exempt(registry.ExemptionFreeTradeZone)
		w.zone("name")
	}, "TRANSFER_NO_MECHANISM/CN"},
	{"three years after the result", func(w *world) {
		w.ask("partner", "events", "name")
		w.transfer("cn").Evidence.IssueTime, w.transfer("cn").ValidFrom = ago(1096), ago(1096)
	}, "TRANSFER_MECHANISM_EXPIRED/CN"},
	{"a revoked certificate", func(w *world) { w.ask("partner", "events", "name"); w.transfer("cn").RevokeTime = now }, "TRANSFER_MECHANISM_SUSPENDED/CN"},
	{"a certificate from tomorrow", func(w *world) { w.ask("partner", "events", "name"); w.transfer("cn").ValidFrom = in(1) }, "TRANSFER_MECHANISM_NOT_YET_EFFECTIVE/CN"},
	{"beyond the approved scale", func(w *world) {
		w.ask("partner", "events", "name")
		w.transfer("cn").ApprovedScale = 100
		w.counts(60, 40)
	}, "TRANSFER_VOLUME_EXCEEDED/CN"},
	{"within the approved scale", func(w *world) {
		w.ask("partner", "events", "name")
		w.transfer("cn").ApprovedScale = 101
		w.counts(60, 40)
	}, "ALLOWED"},
	{"another country", func(w *world) { w.ask("partner", "events", "name"); w.q.DestinationCountries = []string{"DE"} }, "TRANSFER_DESTINATION_NOT_COVERED/CN"},
	{"another category sent", func(w *world) { w.ask("partner", "events", "name"); w.transfer("cn").CoveredCategories = nil }, "TRANSFER_CATEGORY_NOT_COVERED/CN"},
	{"a standard contract", func(w *world) { w.ask("partner", "events", "name"); w.contract() }, "ALLOWED"},
	{"a standard contract without the law abroad", func(w *world) { w.ask("partner", "events", "name"); w.contract(); w.drop("assessments/law") }, "TRANSFER_TIA_MISSING/CN"},
	{"not filed after ten working days", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.transfer("cn").Evidence.FilingNumber = ""
	}, "TRANSFER_FILING_OVERDUE/CN"},
	{"not filed within ten working days", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.transfer("cn").Evidence.FilingNumber, w.transfer("cn").ValidFrom = "", ago(3)
		w.rests("cn").EffectiveTime = ago(3)
	}, "ALLOWED"},

	// EU and UK.
	{"to Berlin, nothing of the Union", func(w *world) { w.ask("near", "events", "name"); w.berlin(); w.drop("transfers/near-eu") }, "TRANSFER_NO_MECHANISM/EU"},
	{"clauses", func(w *world) { w.ask("near", "events", "name"); w.berlin() }, "ALLOWED"},
	{"clauses of another module", func(w *world) {
		w.ask("near", "events", "name")
		w.berlin()
		get[*registry.Agreement](w, "agreements/scc").SCCModule = 2
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"clauses for an importer under the GDPR", func(w *world) { w.ask("near", "events", "name"); w.berlin(); w.transfer("eu").ImporterUnderGDPR = true }, "TRANSFER_NO_MECHANISM/EU"},
	{"clauses without annex", func(w *world) { w.ask("near", "events", "name"); w.berlin(); w.transfer("eu").Annexes.Measures = "" }, "TRANSFER_MECHANISM_NOT_YET_EFFECTIVE/EU"},
	{"clauses without assessment", func(w *world) { w.ask("near", "events", "name"); w.berlin(); w.drop("assessments/tia") }, "TRANSFER_TIA_MISSING/EU"},
	{"a derogation that is not occasional", func(w *world) {
		w.ask("near", "events", "name")
		w.derogate()
		w.transfer("eu").Occasional = false
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"a derogation by explicit consent", func(w *world) { w.ask("near", "events", "name"); w.derogate() }, "ALLOWED"},
	{"to London, nothing of the Kingdom", func(w *world) {
		w.ask("near", "events", "name")
		w.us().RegionsServed = []string{"GB"}
	}, "TRANSFER_NO_MECHANISM/UK"},
	{"a processor for London, without instructions", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.us().RegionsServed = []string{"GB"}
		w.bridge()
		t := w.agreement().Terms
		t.StaffConfidentiality, t.AssistRights, t.AssistSecurity = "9", "10", "11"
	}, "AGREEMENT_TERMS_INCOMPLETE(terms.instructions)"},
	{"a child of 12 in London", func(w *world) {
		w.ask("near", "events", "name")
		w.us().RegionsServed = []string{"GB"}
		w.bridge()
		w.q.AgeBand = decision.AgeUnder13
		w.policy().ServesMinors, w.policy().ChildRules = true, "rules"
		for i := range w.q.Consents {
			w.q.Consents[i].ByGuardian = true
		}
		w.no(decision.ConsentGuardian)
	}, "MINOR_GUARDIAN_CONSENT_MISSING/CN MINOR_GUARDIAN_CONSENT_MISSING/UK"},
	{"high risk in London", func(w *world) {
		w.ask("courier", "scoring", "name")
		w.us().RegionsServed = []string{"GB"}
		w.bridge()
	}, "IMPACT_ASSESSMENT_MISSING/UK"},
}

// secondLook are those of R81, each sentence with what is denied by it and what is not.
var secondLook = []handmade{
	// Rule 9 reads each list by itself, and rule 7 the newest screening of all.
	{"listed by one list, cleared by another since", func(w *world) { w.screened("un", 30, listed, "cac", 20, cleared) }, "RECIPIENT_RESTRICTED_LIST"},
	{"listed by one list, cleared by it since", func(w *world) { w.screened("un", 30, listed, "un", 20, cleared) }, "ALLOWED"},
	{"cleared by it since, written before", func(w *world) { w.screened("un", 20, cleared, "un", 30, listed) }, "ALLOWED"},
	{"listed by it again since", func(w *world) { w.screened("un", 30, listed, "un", 20, cleared, "un", 10, listed) }, "RECIPIENT_RESTRICTED_LIST"},
	{"listed and cleared by one list at once", func(w *world) { w.screened("un", 20, listed, "un", 20, cleared) }, "RECIPIENT_RESTRICTED_LIST"},
	{"cleared and listed by one list at once", func(w *world) { w.screened("un", 20, cleared, "un", 20, listed) }, "RECIPIENT_RESTRICTED_LIST"},
	{"both at once, and cleared since", func(w *world) { w.screened("un", 20, listed, "un", 20, cleared, "un", 19, cleared) }, "ALLOWED"},
	{"a list written in another way", func(w *world) { w.screened("UN", 30, listed, "un", 20, cleared) }, "RECIPIENT_RESTRICTED_LIST"},
	{"a list with a blank", func(w *world) { w.screened("un ", 30, listed, "un", 20, cleared) }, "RECIPIENT_RESTRICTED_LIST"},
	{"listed by no list named, cleared by one", func(w *world) { w.screened("", 30, listed, "un", 20, cleared) }, "RECIPIENT_RESTRICTED_LIST"},
	{"listed by one, cleared by no list named", func(w *world) { w.screened("un", 30, listed, "", 20, cleared) }, "RECIPIENT_RESTRICTED_LIST"},
	{"listed and cleared by no list named", func(w *world) { w.screened("", 30, listed, "", 20, cleared) }, "ALLOWED"},
	{"listed tomorrow", func(w *world) { w.screened("un", -1, listed, "un", 20, cleared) }, "ALLOWED"},
	{"listed now", func(w *world) { w.screened("un", 0, listed, "un", 20, cleared) }, "RECIPIENT_RESTRICTED_LIST"},
	{"cleared tomorrow", func(w *world) { w.screened("un", 20, listed, "un", -1, cleared) }, "RECIPIENT_RESTRICTED_LIST"},
	{"one list read long ago, another lately", func(w *world) { w.screened("un", 400, cleared, "cac", 20, cleared) }, "ALLOWED"},
	{"every list read long ago", func(w *world) { w.screened("un", 400, cleared, "cac", 365, cleared) }, "RECIPIENT_NOT_APPROVED(screening_stale)"},
	{"listed long ago, and nothing read since", func(w *world) { w.screened("un", 500, listed, "cac", 400, cleared) }, "RECIPIENT_RESTRICTED_LIST"},
	{"cleared long ago, and nothing read since", func(w *world) { w.screened("un", 500, listed, "un", 400, cleared) }, "RECIPIENT_NOT_APPROVED(screening_stale)"},
	{"never screened", func(w *world) { w.screened() }, "RECIPIENT_NOT_APPROVED(screening_missing)"},
	{"screened tomorrow", func(w *world) { w.screened("un", -1, listed) }, "RECIPIENT_NOT_APPROVED(screening_missing)"},
	{"listed, and not approved", func(w *world) {
		w.screened("un", 400, listed)
		w.recipient().ApproveTime = 0
	}, "RECIPIENT_NOT_APPROVED(approve_time) RECIPIENT_RESTRICTED_LIST"},
	{"listed, a link's screened long ago", func(w *world) {
		w.screened("un", 400, listed)
		w.link("courier")
		w.recipientNamed("courier").Screenings = []registry.Screening{{ScreenTime: ago(400), Result: cleared}}
	}, "RECIPIENT_NOT_APPROVED(screening_stale) RECIPIENT_RESTRICTED_LIST"},
	{"a link's listed by one list, cleared by another", func(w *world) {
		w.screened("un", 30, cleared)
		w.link("courier")
		w.recipientNamed("courier").Screenings = []registry.Screening{{ScreenTime: ago(30), Result: listed, Source: "un"}, {ScreenTime: ago(20), Result: cleared}}
	}, "RECIPIENT_RESTRICTED_LIST"},

	// A cohort names its recipient.
	{"a cohort for whomever", func(w *world) { w.ask("sms", "sending", "phone"); w.crowd(1000); w.q.Cohort.Recipient = "" }, "CONSENT_MISSING/CN"},
	{"a cohort for whomever, on rules for staff", func(w *world) {
		w.staff("near", "name")
		w.crowd(1000)
		w.q.Cohort.Recipient = ""
	}, "CONSENT_MISSING/CN"},
	{"a cohort, on rules for staff", func(w *world) { w.staff("near", "name"); w.crowd(1000) }, "ALLOWED"},
	{"a cohort for another", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.crowd(1000)
		w.q.Cohort.Recipient = "recipients/near"
	}, "CONSENT_SCOPE_MISMATCH/CN"},

	// A share of one person says of whom.
	{"of somebody, on rules for staff", func(w *world) { w.staff("near", "name") }, "ALLOWED"},
	{"of nobody, on rules for staff", func(w *world) { w.staff("near", "name"); w.q.Subject = "" }, "CONSENT_MISSING/CN(no_subject)"},
	{"of nobody, one by number", func(w *world) { w.staff("near", "name"); w.q.Subject, w.q.Quantity = "", 1 }, "CONSENT_MISSING/CN(no_subject)"},
	{"of nobody, basis named", func(w *world) {
		w.staff("near", "name")
		w.q.Subject, w.q.Bases[registry.RegimeCn] = "", registry.BasisHumanResources
	}, "CONSENT_MISSING/CN(no_subject)"},
	{"of nobody, nothing personal", func(w *world) { w.staff("near", "context"); w.q.Subject = "" }, "ALLOWED"},
	{"of nobody, on consent", func(w *world) { w.ask("sms", "sending", "phone"); w.q.Subject = "" }, "CONSENT_MISSING/CN"},
	{"of nobody, nothing personal, on consent", func(w *world) { w.ask("sms", "sending", "context"); w.q.Subject = "" }, "CONSENT_MISSING/CN"},
	{"of nobody, an order", func(w *world) { w.ask("courier", "delivery", "name"); w.orders(); w.q.Subject = "" },
		"CONSENT_MISSING/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"of nobody, in Berlin", func(w *world) { w.staff("near", "name"); w.berlin(); w.q.Subject = "" }, "CONSENT_MISSING/CN(no_subject) CONSENT_MISSING/EU(no_subject)"},
	{"of nobody, in Berlin, where consent is the basis", func(w *world) {
		w.staff("near", "name")
		w.berlin()
		w.q.Subject, w.q.Bases[registry.RegimeEu] = "", registry.BasisConsent
	}, "CONSENT_MISSING/CN(no_subject) CONSENT_MISSING/EU"},
	{"of nobody, in London", func(w *world) {
		w.staff("near", "name")
		w.us().RegionsServed = []string{"GB"}
		w.bridge()
		w.q.Subject = ""
	}, "CONSENT_MISSING/CN(no_subject) CONSENT_MISSING/UK(no_subject)"},
	{"of nobody, to a successor", func(w *world) { w.staff("buyer", "name"); w.q.Subject = "" }, "ALLOWED"},
	{"of nobody, to a bidder", func(w *world) {
		w.staff("buyer", "name")
		w.q.Subject, w.recipient().Deal.CloseTime = "", in(1)
		w.agreement().Type = registry.AgreementTypeSharingC2c
	}, "CONSENT_MISSING/CN(no_subject) SUCCESSOR_NOT_BOUND(deal)"},
	{"of nobody, in Berlin, to a successor", func(w *world) { w.staff("buyer", "name"); w.berlin(); w.q.Subject = "" }, "CONSENT_MISSING/EU(no_subject)"},
	{"of somebody, in Berlin, to a successor", func(w *world) { w.staff("buyer", "name"); w.berlin() }, "ALLOWED"},
	{"of nobody, a duty that waives it", func(w *world) { w.staff("police", "name"); w.q.Subject = ""; w.claim(1) }, "ALLOWED"},
	{"of nobody, to the police", func(w *world) { w.staff("police", "name"); w.q.Subject = "" }, "CONSENT_MISSING/CN(no_subject)"},

	// A rescue service that is an authority is judged by rule 42 as one.
	{"rangers of another country, with the approval", func(w *world) { w.ask("rangers", "rescue", "name"); w.claim(5) }, "ALLOWED"},
	{"rangers, the approval is the mechanism", func(w *world) { w.ask("rangers", "rescue", "name"); w.claim(5); w.drop("transfers/rangers-cn") }, "ALLOWED"},
	{"rangers, the approval of something else is no mechanism", func(w *world) {
		w.ask("rangers", "rescue", "name", "phone")
		w.claim(5)
		w.drop("transfers/rangers-cn")
		get[*registry.Instrument](w, "instruments/rangers").CoveredCategories = []string{"categories/name"}
	}, "TRANSFER_NO_MECHANISM/CN"},
	{"rangers without the approval", func(w *world) {
		w.ask("rangers", "rescue", "name")
		w.claim(5)
		get[*registry.Instrument](w, "instruments/rangers").ForeignApproval = nil
	}, "FOREIGN_AUTHORITY_APPROVAL_MISSING/CN"},
	{"rangers without instrument", func(w *world) { w.ask("rangers", "rescue", "name"); w.claim(5); w.q.AuthorityInstrument = "" }, "FOREIGN_AUTHORITY_APPROVAL_MISSING/CN"},
	{"rangers with another's instrument", func(w *world) {
		w.ask("rangers", "rescue", "name")
		w.claim(5)
		w.q.AuthorityInstrument = "instruments/fbi"
	},
		"FOREIGN_AUTHORITY_APPROVAL_MISSING/CN"},
	{"rangers, an instrument for something else", func(w *world) {
		w.ask("rangers", "rescue", "name")
		w.claim(5)
		get[*registry.Instrument](w, "instruments/rangers").Purposes = []string{"purposes/events"}
	}, "FOREIGN_AUTHORITY_APPROVAL_MISSING/CN"},
	{"rangers that are no authority", func(w *world) {
		w.ask("rangers", "rescue", "name")
		w.claim(5)
		w.q.AuthorityInstrument, w.recipient().Role = "", registry.RecipientRoleController
	}, "ALLOWED"},
	{"rangers with an authority among the deployments", func(w *world) {
		w.ask("rangers", "rescue", "name")
		w.claim(5)
		w.q.AuthorityInstrument, w.recipient().Role = "", registry.RecipientRoleController
		get[*registry.Deployment](w, "recipients/rangers/deployments/main").Role = registry.RecipientRoleAuthority
	}, "FOREIGN_AUTHORITY_APPROVAL_MISSING/CN"},
	{"a partner abroad in the role of an authority", func(w *world) {
		w.ask("partner", "events", "name")
		w.recipient().Role = registry.RecipientRoleAuthority
	}, "AGREEMENT_MISSING"},
	{"our own rescue service, an authority", func(w *world) {
		w.ask("ambulance", "rescue", "name")
		w.claim(5)
		w.recipient().Role = registry.RecipientRoleAuthority
	}, "ALLOWED"},
	{"rangers of Hong Kong", func(w *world) {
		w.ask("rangers", "rescue", "name")
		w.claim(5)
		w.moves("HK")
		w.q.AuthorityInstrument = ""
	}, "FOREIGN_AUTHORITY_APPROVAL_MISSING/CN"},
	{"rangers of Hong Kong, export only", func(w *world) {
		w.ask("rangers", "rescue", "name")
		w.claim(5)
		w.moves("HK")
		w.q.AuthorityInstrument = ""
		get[*registry.Settings](w, "settings").HmtAuthority = registry.HmtAuthorityExportOnly
	}, "ALLOWED"},
	{"our own rescue service for a person in Germany", func(w *world) {
		w.ask("ambulance", "rescue", "name")
		w.berlin()
		w.claim(5).LifeOrBody = true
		w.recipient().Role = registry.RecipientRoleAuthority
	}, "ALLOWED"}, // the clauses are of a regime that asks for them
	{"our own rescue service for a person in Germany, no clauses", func(w *world) {
		w.ask("ambulance", "rescue", "name")
		w.berlin()
		w.claim(5).LifeOrBody = true
		w.recipient().Role = registry.RecipientRoleAuthority
		w.drop("transfers/ambulance-eu")
	}, "FOREIGN_AUTHORITY_APPROVAL_MISSING/EU TRANSFER_NO_MECHANISM/EU"},
	{"our own rescue service for a person in Germany, no authority, no clauses", func(w *world) {
		w.ask("ambulance", "rescue", "name")
		w.berlin()
		w.claim(5).LifeOrBody = true
		w.drop("transfers/ambulance-eu")
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"our own rescue service for a person in Germany, by treaty", func(w *world) {
		w.ask("ambulance", "rescue", "name")
		w.berlin()
		w.claim(5).LifeOrBody = true
		w.recipient().Role = registry.RecipientRoleAuthority
		w.drop("transfers/ambulance-eu")
		w.q.AuthorityInstrument = "instruments/police"
		get[*registry.Instrument](w, "instruments/police").Treaty, get[*registry.Instrument](w, "instruments/police").Regime = "treaty", registry.RegimeEu
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"rangers that investigate, without the approval", func(w *world) { // a foreign body is one for R53 too
		w.ask("rangers", "disclosure", "name")
		get[*registry.Instrument](w, "instruments/rangers").ForeignApproval = nil
		w.policy().ExceptionKinds = []registry.ExceptionKinds{{Exception: registry.ExceptionCriminalProceedings, Kinds: []registry.RecipientKind{registry.RecipientKindRescue}}}
		w.claim(4)
	}, "LEGAL_EXCEPTION_UNSUPPORTED(kind) AGREEMENT_MISSING FOREIGN_AUTHORITY_APPROVAL_MISSING/CN"},
	{"rangers that investigate, with the approval", func(w *world) {
		w.ask("rangers", "disclosure", "name")
		w.no()
		w.policy().ExceptionKinds = []registry.ExceptionKinds{{Exception: registry.ExceptionCriminalProceedings, Kinds: []registry.RecipientKind{registry.RecipientKindRescue}}}
		w.claim(4)
	}, "AGREEMENT_MISSING"},
	{"a rescue authority at home is asked for no instrument", func(w *world) {
		w.ask("ambulance", "rescue", "name")
		w.claim(5)
		w.recipient().Role = registry.RecipientRoleAuthority
		w.q.AuthorityInstrument = "instruments/none"
	}, "ALLOWED"},

	// The consent of GDPR 49(1)(a) serves its derogation, and that of 9(2)(a) does not.
	{"a derogation by that consent alone", func(w *world) { w.ask("near", "events", "name"); w.derogate(); w.no(decision.ConsentExplicitEU) }, "ALLOWED"},
	{"a derogation by the consent of 9(2)(a)", func(w *world) {
		w.ask("near", "events", "name")
		w.derogate()
		w.no(decision.ConsentExplicitEUTransfer)
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"a derogation by a consent for whomever", func(w *world) {
		w.ask("near", "events", "name")
		w.derogate()
		w.no(decision.ConsentExplicitEUTransfer)
		w.consent(decision.ConsentExplicitEUTransfer, "purposes/events").Recipient = ""
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"a derogation by a consent for another", func(w *world) {
		w.ask("near", "events", "name")
		w.derogate()
		w.no(decision.ConsentExplicitEUTransfer)
		w.consent(decision.ConsentExplicitEUTransfer, "purposes/events").Recipient = "recipients/partner"
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"a derogation by a consent to something else", func(w *world) {
		w.ask("near", "events", "name")
		w.derogate()
		w.no(decision.ConsentExplicitEUTransfer)
		w.consent(decision.ConsentExplicitEUTransfer, "purposes/fraud")
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"a derogation by a consent to a part", func(w *world) {
		w.ask("near", "events", "name", "phone")
		w.derogate()
		w.no(decision.ConsentExplicitEUTransfer)
		w.consent(decision.ConsentExplicitEUTransfer, "purposes/events").Categories = []string{"categories/name"}
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"a derogation by a consent that was withdrawn", func(w *world) {
		w.ask("near", "events", "name")
		w.derogate()
		w.no(decision.ConsentExplicitEUTransfer)
		w.consent(decision.ConsentExplicitEUTransfer, "purposes/events").WithdrawTime = now
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"a derogation, the consent of 9(2)(a) withdrawn", func(w *world) {
		w.ask("near", "events", "name")
		w.derogate()
		w.no(decision.ConsentExplicitEU)
		w.consent(decision.ConsentExplicitEU, "purposes/events").WithdrawTime = now
	}, "ALLOWED"},
	{"a derogation by a consent as held", func(w *world) { w.ask("near", "events", "name"); w.derogate(); w.holds(w.number("recipients/near")) }, "ALLOWED"},
	{"a derogation by a consent as held for whomever", func(w *world) { w.ask("near", "events", "name"); w.derogate(); w.holds(0) }, "TRANSFER_NO_MECHANISM/EU"},
	{"a derogation by a cohort", func(w *world) {
		w.staff("near", "name")
		w.derogate()
		w.crowd(9)
		w.q.Cohort.Types = []decision.ConsentType{decision.ConsentExplicitEUTransfer}
	}, "ALLOWED"},
	{"a derogation by a cohort of 9(2)(a)", func(w *world) {
		w.staff("near", "name")
		w.derogate()
		w.crowd(9)
		w.q.Cohort.Types = []decision.ConsentType{decision.ConsentExplicitEU}
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"no consent but to the transfer", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.consent(decision.ConsentExplicitEUTransfer, "purposes/account")
	}, "CONSENT_MISSING/CN"},
	{"no consent but that of 9(2)(a)", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.consent(decision.ConsentExplicitEU, "purposes/account")
	}, "ALLOWED"},
	{"no consent but to the transfer, withdrawn", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.no()
		w.consent(decision.ConsentExplicitEUTransfer, "purposes/account").WithdrawTime = now
	}, "CONSENT_MISSING/CN"},
	{"outside the policy, consent to the transfer", func(w *world) {
		w.ask("courier", "delivery", "name")
		w.orders()
		w.no()
		w.consent(decision.ConsentExplicitEUTransfer, "purposes/delivery")
		w.policy().Purposes = nil
	}, "PURPOSE_OUTSIDE_POLICY"},
	{"special, consent to the transfer", func(w *world) { w.ask("near", "events", "id-number"); w.berlin(); w.no(decision.ConsentExplicitEU) }, "SEPARATE_CONSENT_MISSING_SENSITIVE/EU"},
	{"special, the consent of 9(2)(a)", func(w *world) {
		w.ask("near", "events", "id-number")
		w.berlin()
		w.no(decision.ConsentExplicitEUTransfer)
	}, "ALLOWED"},
}

// thirdLook are those of R82, each sentence with what is denied by it and what is not.
var thirdLook = []handmade{
	// Consent.
	{"an ordinary consent withdrawn takes the separate one", func(w *world) { w.ask("near", "events", "name"); w.withdraws(decision.ConsentOrdinary) },
		"CONSENT_WITHDRAWN/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"a guardian's consent withdrawn takes all", func(w *world) { w.ask("near", "events", "name"); w.withdraws(decision.ConsentGuardian) },
		"CONSENT_WITHDRAWN/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"another type withdrawn takes its own", func(w *world) { w.ask("near", "events", "name"); w.withdraws(decision.ConsentExplicitEU) }, "ALLOWED"},
	{"a separate consent withdrawn takes its own", func(w *world) { w.ask("near", "events", "name"); w.withdraws(decision.ConsentSeparateProvision) },
		"SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"an ordinary consent withdrawn before the others were given", func(w *world) {
		w.ask("near", "events", "name")
		c := w.consent(decision.ConsentOrdinary, "purposes/events")
		c.GiveTime, c.WithdrawTime = ago(60), ago(50)
	}, "ALLOWED"},
	{"an ordinary consent to another purpose withdrawn", func(w *world) {
		w.ask("near", "events", "name")
		w.consent(decision.ConsentOrdinary, "purposes/fraud").WithdrawTime = now
	}, "ALLOWED"},
	{"an ordinary consent for another recipient withdrawn", func(w *world) {
		w.ask("near", "events", "name")
		c := w.consent(decision.ConsentOrdinary, "purposes/events")
		c.Recipient, c.WithdrawTime = "recipients/sms", now
	}, "ALLOWED"},
	{"an ordinary consent withdrawn as held", func(w *world) {
		w.ask("near", "events", "name")
		w.in.Facts = &decision.Facts{Consents: []decision.HeldConsent{{Type: decision.ConsentOrdinary, Purpose: w.number("purposes/events"), GiveTime: ago(70), WithdrawTime: ago(1)}}}
	}, "CONSENT_WITHDRAWN/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},

	// Versions.
	{"a later version with fewer days", func(w *world) {
		w.ask("courier", "delivery", "address")
		w.orders()
		w.again().Retention = []registry.Retention{{Purpose: "purposes/delivery", Categories: []string{"categories/address"}, Days: 9}}
	}, "RETENTION_EXPIRED(retention) RECIPIENT_RETENTION_EXCEEDS"},

	// Successors.
	{"served, neither the deal's nor ours", func(w *world) { w.ask("buyer", "events", "name"); w.no(); w.forgets("events") }, "SUCCESSOR_PURPOSE_CHANGED/CN"},
	{"served, neither the deal's nor ours, a changed method", func(w *world) {
		w.ask("buyer", "events", "name")
		w.no()
		w.forgets("events")
		w.recipient().Deal.MethodChanged = true
	}, "SUCCESSOR_PURPOSE_CHANGED/CN"},
	{"served, not the deal's, but ours", func(w *world) { w.ask("buyer", "events", "name"); w.no() }, "ALLOWED"},
	{"served, not ours, but the deal's", func(w *world) {
		w.ask("buyer", "account", "name")
		w.no()
		w.forgets("account")
	}, "SUCCESSOR_PURPOSE_CHANGED/CN"},
	{"served, neither the deal's nor ours, consented", func(w *world) { w.ask("buyer", "events", "name"); w.forgets("events") }, "ALLOWED"},

	// Agreements.
	{"a natural person that decides itself", func(w *world) { w.ask("near", "events", "name"); w.recipient().NaturalPerson = true }, "ALLOWED"},
	{"a natural person that decides itself, with an NDA", func(w *world) {
		w.ask("near", "events", "name")
		w.recipient().NaturalPerson, w.agreement().Type = true, registry.AgreementTypeNda
	}, "AGREEMENT_MISSING"},
	{"a natural person that decides itself, no measures", func(w *world) {
		w.ask("near", "events", "name")
		w.recipient().NaturalPerson, w.agreement().Terms.Measures = true, ""
	}, "AGREEMENT_TERMS_INCOMPLETE(terms.measures)"},
	{"a natural person under our authority", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.recipient().NaturalPerson, w.agreement().Type, w.agreement().Terms = true, registry.AgreementTypeNda, &registry.Terms{Confidentiality: "1"}
	}, "ALLOWED"},

	// Chains.
	{"a specific link, a specific mode", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.link("near")
		w.agreement().Terms.SubprocessorMode = registry.SubprocessorModeSpecific
	}, "ALLOWED"},
	{"a general link, a specific mode", func(w *world) {
		w.ask("sms", "sending", "phone")
		l := w.link("near")
		l.Authorisation, l.NoticeUntil = registry.AuthorisationGeneral, ago(1)
		w.agreement().Terms.SubprocessorMode = registry.SubprocessorModeSpecific
	}, "SUBPROCESSOR_NOT_AUTHORISED"},
	{"a link, none may be engaged", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.link("near")
		w.agreement().Terms.SubprocessorMode = registry.SubprocessorModeNone
	}, "SUBPROCESSOR_NOT_AUTHORISED"},
	{"a link, another agreement allows it", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.link("near")
		w.agreement().Terms.SubprocessorMode = registry.SubprocessorModeNone
		w.put(w.agreementOf("agreements/nda", w.q.Recipient, registry.AgreementTypeNda))
	}, "ALLOWED"},
	{"a link, another agreement allowed it", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.link("near")
		w.agreement().Terms.SubprocessorMode = registry.SubprocessorModeNone
		a := w.agreementOf("agreements/nda", w.q.Recipient, registry.AgreementTypeNda)
		a.TerminateTime = now
		w.put(a)
	}, "SUBPROCESSOR_NOT_AUTHORISED"},
	{"a link, no agreement in force", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.link("near")
		w.agreement().Terms.SubprocessorMode, w.agreement().ExpireTime = registry.SubprocessorModeNone, now
	}, "AGREEMENT_EXPIRED"},
	{"a link under an NDA", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.link("near")
		get[*registry.Agreement](w, "agreements/sub").Type = registry.AgreementTypeNda
	}, "SUBPROCESSOR_FLOWDOWN_MISSING"},

	// Guardians.
	{"an adult who lacks capacity, no separate consent by the guardian", func(w *world) {
		w.ask("near", "events", "name")
		w.q.AgeBand = decision.AgeAdultLackingCapacity
	}, "MINOR_GUARDIAN_CONSENT_MISSING/CN_SZ"},
	{"an adult who lacks capacity, all by the guardian", func(w *world) {
		w.ask("near", "events", "name")
		w.q.AgeBand = decision.AgeAdultLackingCapacity
		for i := range w.q.Consents {
			w.q.Consents[i].ByGuardian = true
		}
	}, "ALLOWED"},

	// Publication.
	{"published by an order", func(w *world) {
		w.ask("everybody", "events", "name")
		w.no(decision.ConsentSeparatePublic)
		w.q.AuthorityInstrument = "instruments/everybody"
	}, "ALLOWED"},
	{"published by an order for another purpose", func(w *world) {
		w.ask("everybody", "events", "name")
		w.no(decision.ConsentSeparatePublic)
		w.q.AuthorityInstrument = "instruments/everybody"
		get[*registry.Instrument](w, w.q.AuthorityInstrument).Purposes = []string{"purposes/fraud"}
	}, "SEPARATE_CONSENT_MISSING_PUBLIC PUBLIC_DISCLOSURE_NOT_PERMITTED"},

	// Exceptions.
	{"a rescue of property, of a person in Germany", func(w *world) {
		w.ask("ambulance", "rescue", "name")
		w.berlin()
		w.claim(5)
		w.recipient().Role = registry.RecipientRoleAuthority
	}, "AGREEMENT_MISSING"},

	// Transfers.
	{"clauses of module 4", func(w *world) {
		w.ask("near", "events", "name")
		w.berlin()
		w.rests("eu").SCCModule = 4
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"binding rules", func(w *world) { w.ask("near", "events", "name"); w.binding() }, "ALLOWED"},
	{"binding rules that nobody signed", func(w *world) { w.ask("near", "events", "name"); w.binding(); w.transfer("eu").Agreement = "" },
		"TRANSFER_MECHANISM_NOT_YET_EFFECTIVE/EU"},
	{"binding rules that have ended", func(w *world) { w.ask("near", "events", "name"); w.binding(); w.rests("eu").ExpireTime = now },
		"TRANSFER_MECHANISM_EXPIRED/EU"},
	{"binding rules that were left", func(w *world) { w.ask("near", "events", "name"); w.binding(); w.rests("eu").TerminateTime = now },
		"TRANSFER_MECHANISM_SUSPENDED/EU"},
	{"the contract of the bay, from Beijing", func(w *world) { w.ask("partner", "events", "name"); w.bay(); w.us().City = "beijing" }, "TRANSFER_NO_MECHANISM/CN"},
	{"the contract of the bay, from Zhuhai", func(w *world) { w.ask("partner", "events", "name"); w.bay(); w.us().City = "zhuhai" }, "ALLOWED"},
	{"of an order that the share does not rest on", func(w *world) {
		w.ask("partner", "events", "id-number")
		w.exempt(registry.ExemptionContract)
		w.orders()
	}, "TRANSFER_NO_MECHANISM/CN"},
	{"a derogation of public interest, of a duty", func(w *world) { w.publicInterest(1) }, "ALLOWED"},
	{"a derogation of public interest, of security", func(w *world) { w.publicInterest(2) },
		"FOREIGN_AUTHORITY_APPROVAL_MISSING/EU(conflict_of_laws) TRANSFER_NO_MECHANISM/EU(conflict_of_laws)"},
	{"a derogation of a claim", func(w *world) { w.ask("near", "events", "name", "phone"); w.claims("name", "phone") }, "ALLOWED"},
	{"a derogation of a claim to less", func(w *world) { w.ask("near", "events", "name", "phone"); w.claims("name") }, "TRANSFER_NO_MECHANISM/EU(conflict_of_laws)"},
	{"not filed, the contract in effect after the transfer", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.transfer("cn").Evidence.FilingNumber, w.transfer("cn").ValidFrom = "", ago(30)
		w.rests("cn").EffectiveTime = ago(3)
	}, "TRANSFER_FILING_OVERDUE/CN"},
}

// fourthLook are those of R83, each sentence with what is denied by it and what is not.
var fourthLook = []handmade{
	// Weakens.
	{"a later version without the schedule of what it holds necessary", func(w *world) { w.unscheduled() }, "RETENTION_EXPIRED(retention)"},
	{"a later version without the schedule, accepted", func(w *world) {
		w.unscheduled()
		w.q.AcceptedPolicy = "policies/v2"
	}, "ALLOWED"},
	{"a later version without the schedule of what it holds no more necessary", func(w *world) { w.unscheduled().Necessity = nil }, "CATEGORY_NOT_NECESSARY_FOR_PURPOSE"},
	{"a later version without the schedule of what nobody held necessary", func(w *world) {
		p := w.unscheduled()
		p.Necessity = slices.Clone(p.Necessity)
		for i := range p.Necessity {
			p.Necessity[i].ApprovedBy = ""
		}
	}, "CATEGORY_NOT_NECESSARY_FOR_PURPOSE"},
	{"a later version that lists a basis", func(w *world) {
		w.ask("near", "fraud", "name")
		w.no()
		w.q.Citation = "law"
		w.listsDuty(w.again(), "")
	}, "CONSENT_MISSING/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"a later version that lists a basis, accepted", func(w *world) {
		w.ask("near", "fraud", "name")
		w.no()
		w.q.Citation = "law"
		w.listsDuty(w.again(), "")
		w.q.AcceptedPolicy = "policies/v2"
	}, "ALLOWED"},
	{"a later version that lists consent", func(w *world) {
		w.ask("near", "fraud", "name")
		p := w.again()
		w.listsDuty(p, "9(2)(f)")
		p.Bases[len(p.Bases)-1].Basis = registry.BasisConsent
		w.forgets("fraud")
		p.Purposes, w.policy().Purposes = w.policy().Purposes, w.purposes()
		w.no(decision.ConsentOrdinary)
	}, "ALLOWED"},
	{"a later version with a special ground", func(w *world) {
		w.ask("near", "fraud", "id-number")
		w.berlin()
		w.no(decision.ConsentExplicitEU)
		w.q.Citation = "law"
		w.listsDuty(w.policy(), "")
		p := w.again()
		p.Bases = slices.Clone(p.Bases)
		p.Bases[len(p.Bases)-1].SpecialGround = "9(2)(g)"
	}, "SEPARATE_CONSENT_MISSING_SENSITIVE/EU"},
	{"a later version with another special ground", func(w *world) {
		w.ask("near", "fraud", "id-number")
		w.berlin()
		w.no(decision.ConsentExplicitEU)
		w.q.Citation = "law"
		w.listsDuty(w.policy(), "9(2)(f)")
		p := w.again()
		p.Bases = slices.Clone(p.Bases)
		p.Bases[len(p.Bases)-1].SpecialGround = "9(2)(g)"
		p.Safeguards = nil
	}, "SENSITIVE_SAFEGUARDS_MISSING/CN SENSITIVE_SAFEGUARDS_MISSING/EU"},
	{"a later version that lets an exception waive what the rules held", func(w *world) {
		w.ask("police", "disclosure", "name")
		w.no()
		w.claim(1)
		w.again()
		w.policy().Waivers = []registry.WaiverCell{{Exception: 1, Group: registry.WaiverGroupConsent, Effect: registry.WaiverEffectNo}}
	}, "CONSENT_MISSING/CN"},
	{"a later version that lets the rules stand", func(w *world) {
		w.ask("police", "disclosure", "name")
		w.no()
		w.claim(1)
		w.again().Waivers = []registry.WaiverCell{{Exception: 1, Group: registry.WaiverGroupConsent, Effect: registry.WaiverEffectNo}}
	}, "CONSENT_MISSING/CN"},
	{"a later version with a kind more for an exception", func(w *world) {
		w.ask("near", "fraud", "name")
		w.claim(1)
		w.again().ExceptionKinds = []registry.ExceptionKinds{{Exception: 1, Kinds: []registry.RecipientKind{registry.RecipientKindAuthority, registry.RecipientKindPartner}}}
	}, "LEGAL_EXCEPTION_UNSUPPORTED(kind)"},
	{"a later version with a kind less for an exception", func(w *world) {
		w.ask("affiliate", "fraud", "name")
		w.claim(1).ObligesSharing = true
		w.again().ExceptionKinds = []registry.ExceptionKinds{{Exception: 1, Kinds: []registry.RecipientKind{registry.RecipientKindAuthority}}}
	}, "LEGAL_EXCEPTION_UNSUPPORTED(kind)"},

	// Acceptance.
	{"what a child accepted", func(w *world) {
		w.child(decision.Age13)
		w.q.AcceptedPolicy = "policies/v2"
		w.in.Facts = &decision.Facts{Accepted: []uint32{w.number("policies/v2")}}
	}, "POLICY_WEAKENS_RIGHTS_NO_CONSENT"},
	{"what a guardian accepted for a child", func(w *world) {
		w.child(decision.Age13)
		w.in.Facts = &decision.Facts{AcceptedByGuardian: []uint32{w.number("policies/v2")}}
	}, "ALLOWED"},
	{"what a child and a guardian accepted", func(w *world) {
		w.child(decision.Age13)
		w.in.Facts = &decision.Facts{Accepted: []uint32{w.number("policies/v2")}, AcceptedByGuardian: []uint32{w.number("policies/v2")}}
	}, "ALLOWED"},
	{"what a guardian accepted for a child, another version", func(w *world) {
		w.child(decision.Age13)
		w.in.Facts = &decision.Facts{Accepted: []uint32{w.number("policies/v1"), w.number("policies/v2")}, AcceptedByGuardian: []uint32{w.number("policies/v1")}}
	}, "POLICY_WEAKENS_RIGHTS_NO_CONSENT"},
	{"what a child of fourteen accepted", func(w *world) { w.child(decision.Age14); w.q.AcceptedPolicy = "policies/v2" }, "ALLOWED"},
	{"what a guardian accepted for one of seventeen", func(w *world) { w.child(decision.Age16To17); w.guardianAccepts() }, "ALLOWED"},
	{"what a guardian accepted for an adult", func(w *world) {
		w.ask("analysts", "marketing", "name")
		later(w)
		w.guardianAccepts()
	}, "POLICY_WEAKENS_RIGHTS_NO_CONSENT"},
	{"what a guardian accepted for an adult who lacks capacity", func(w *world) { w.child(decision.AgeAdultLackingCapacity); w.guardianAccepts() }, "ALLOWED"},
	{"what a guardian accepted for whoever may be a child", func(w *world) {
		w.ask("analysts", "marketing", "name")
		later(w)
		w.q.AgeBand = decision.AgeUnknown
		w.guardianAccepts()
	}, "POLICY_WEAKENS_RIGHTS_NO_CONSENT"},
	{"what one of fifteen in Germany accepted", func(w *world) { w.youth(decision.Age15, "DE"); w.q.AcceptedPolicy = "policies/v2" }, "POLICY_WEAKENS_RIGHTS_NO_CONSENT"},
	{"what one of fifteen in Germany accepted, as held", func(w *world) {
		w.youth(decision.Age15, "DE")
		w.in.Facts = &decision.Facts{Accepted: []uint32{w.number("policies/v2")}}
	}, "POLICY_WEAKENS_RIGHTS_NO_CONSENT"},
	{"what a guardian accepted for one of fifteen in Germany", func(w *world) { w.youth(decision.Age15, "DE"); w.guardianAccepts() }, "ALLOWED"},
	{"what one of sixteen in Germany accepted", func(w *world) { w.youth(decision.Age16To17, "DE"); w.q.AcceptedPolicy = "policies/v2" }, "ALLOWED"},
	{"what one of fourteen in France accepted", func(w *world) { w.youth(decision.Age14, "FR"); w.q.AcceptedPolicy = "policies/v2" }, "POLICY_WEAKENS_RIGHTS_NO_CONSENT"},
	{"what one of fifteen in France accepted", func(w *world) { w.youth(decision.Age15, "FR"); w.q.AcceptedPolicy = "policies/v2" }, "ALLOWED"},
	{"what one of fourteen in Finland accepted", func(w *world) { w.youth(decision.Age14, "AX"); w.q.AcceptedPolicy = "policies/v2" }, "ALLOWED"},
	{"what one of fourteen in the United Kingdom accepted", func(w *world) {
		w.child(decision.Age14)
		w.bridge()
		w.resides("GB")
		w.q.AcceptedPolicy = "policies/v2"
	}, "ALLOWED"},
	{"what an adult without capacity accepted, as held", func(w *world) {
		w.child(decision.AgeAdult)
		w.q.AcceptedPolicy = "policies/v2"
		w.in.Facts = &decision.Facts{Age: decision.AgeAdultLackingCapacity}
	}, "POLICY_WEAKENS_RIGHTS_NO_CONSENT"},
	{"what an adult without capacity accepted, whoever says so", func(w *world) {
		w.child(decision.AgeAdultLackingCapacity)
		w.in = decision.Inputs{Now: now, Facts: &decision.Facts{Age: decision.AgeAdult, Accepted: []uint32{w.number("policies/v2")}}}
		w.orders()
		w.restsOnContract()
	}, "POLICY_WEAKENS_RIGHTS_NO_CONSENT MINOR_GUARDIAN_CONSENT_MISSING/CN_SZ"},

	// A consent's version.
	{"under a version for staff", func(w *world) {
		w.ask("near", "events", "name")
		w.q.SubjectGroup = registry.SubjectGroupUser
		w.under().SubjectGroups = []registry.SubjectGroup{registry.SubjectGroupEmployee}
	}, "CONSENT_SCOPE_MISMATCH/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"under a version for another region", func(w *world) { w.ask("near", "events", "name"); w.under().Regions = []string{"DE", "FR"} },
		"CONSENT_SCOPE_MISMATCH/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"under a version for this region", func(w *world) { w.ask("near", "events", "name"); w.under().Regions = []string{"DE", "CN"} }, "ALLOWED"},
	{"under a version for one of two regions", func(w *world) {
		w.ask("near", "events", "name")
		w.us().RegionsServed = []string{"CN", "SG"}
		w.under().Regions = []string{"CN", "DE"}
	}, "CONSENT_SCOPE_MISMATCH/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"under a version for both of two regions", func(w *world) {
		w.ask("near", "events", "name")
		w.us().RegionsServed = []string{"CN", "SG"}
		w.under().Regions = []string{"SG", "CN"}
	}, "ALLOWED"},
	{"under a version for one of two regions, of a person there", func(w *world) {
		w.ask("near", "events", "name")
		w.us().RegionsServed, w.q.SubjectRegions = []string{"CN", "SG"}, []string{"CN"}
		w.under().Regions = []string{"CN"}
	}, "ALLOWED"},
	{"under a version for all regions that are known", func(w *world) {
		w.ask("near", "events", "name")
		w.q.SubjectRegions = []string{"CN", "UNKNOWN"}
		w.under().Regions = []string{"CN"}
	}, "CONSENT_SCOPE_MISMATCH/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"under a version for everywhere, of a person somewhere", func(w *world) {
		w.ask("near", "events", "name")
		w.q.SubjectRegions = []string{"CN", "UNKNOWN"}
		w.under()
	}, "ALLOWED"},
	{"under a version that never takes effect", func(w *world) { w.ask("near", "events", "name"); w.under().EffectiveTime = 0 },
		"CONSENT_SCOPE_MISMATCH/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},
	{"a cohort under a version for another region", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.crowd(100)
		w.q.Cohort.Policy = "policies/v0"
		w.under().Regions = []string{"DE"}
	}, "CONSENT_MISSING/CN"},
	{"a cohort under a version for one of two regions", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.crowd(100)
		w.us().RegionsServed = []string{"CN", "SG"}
		w.q.Cohort.Policy = "policies/v0"
		w.under().Regions = []string{"CN"}
	}, "CONSENT_MISSING/CN"},
	{"a cohort under a version for this region", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.crowd(100)
		w.q.Cohort.Policy = "policies/v0"
		w.under().Regions = []string{"CN"}
	}, "ALLOWED"},

	// A consent's countries.
	{"to the country", func(w *world) { w.ask("partner", "events", "name"); w.countries("US") }, "ALLOWED"},
	{"to another country", func(w *world) { w.ask("partner", "events", "name"); w.countries("DE", "CN") },
		"CONSENT_SCOPE_MISMATCH/CN SEPARATE_CONSENT_MISSING_PROVISION/CN SEPARATE_CONSENT_MISSING_CROSS_BORDER/CN"},
	{"to one of two countries", func(w *world) {
		w.ask("partner", "events", "name")
		w.countries("US")
		w.q.DestinationCountries = []string{"DE"}
		w.transfer("cn").Countries = []string{"US", "DE"}
	}, "CONSENT_SCOPE_MISMATCH/CN SEPARATE_CONSENT_MISSING_PROVISION/CN SEPARATE_CONSENT_MISSING_CROSS_BORDER/CN"},
	{"to another country, at home", func(w *world) { w.ask("near", "events", "name"); w.countries("US") }, "ALLOWED"},
	{"to UNKNOWN", func(w *world) {
		w.ask("near", "events", "name")
		w.countries("UNKNOWN", "CN")
		get[*registry.Deployment](w, "recipients/near/deployments/main").AccessCountries = nil
	}, "COUNTRY_UNKNOWN CONSENT_SCOPE_MISMATCH/CN SEPARATE_CONSENT_MISSING_PROVISION/CN SEPARATE_CONSENT_MISSING_CROSS_BORDER/CN IMPACT_ASSESSMENT_STALE/CN TRANSFER_NO_MECHANISM/CN"},
	{"held, to the country", func(w *world) { w.holdsTo("US") }, "ALLOWED"},
	{"held, to another country", func(w *world) { w.holdsTo("DE") }, "TRANSFER_NO_MECHANISM/EU"},

	// The Union's territories.
	{"of a person on Reunion", func(w *world) { w.ask("near", "events", "name"); w.berlin(); w.resides("RE") }, "ALLOWED"},
	{"of a person on Reunion, without mechanism", func(w *world) {
		w.ask("near", "events", "name")
		w.berlin()
		w.resides("RE")
		w.transfer("eu").ValidFrom = 0
	},
		"TRANSFER_MECHANISM_NOT_YET_EFFECTIVE/EU"},
	{"of a person in New Caledonia", func(w *world) {
		w.ask("near", "events", "name")
		w.berlin()
		w.resides("NC")
		w.transfer("eu").ValidFrom = 0
	}, "ALLOWED"},
	{"fourteen years old on Reunion, where the age is that of France", func(w *world) {
		w.ask("near", "events", "id-number")
		w.berlin()
		w.resides("RE")
		w.adolescent(decision.Age14)
	}, "MINOR_GUARDIAN_CONSENT_MISSING/EU"},
	{"fifteen years old on Reunion", func(w *world) {
		w.ask("near", "events", "id-number")
		w.berlin()
		w.resides("RE")
		w.adolescent(decision.Age15)
	}, "ALLOWED"},
	{"fourteen years old on the Aland Islands, where the age is that of Finland", func(w *world) {
		w.ask("near", "events", "id-number")
		w.berlin()
		w.resides("AX")
		w.adolescent(decision.Age14)
	}, "ALLOWED"},
	{"to Guadeloupe, which is abroad, and which the transfer does not name", func(w *world) {
		w.ask("partner", "events", "name")
		w.moves("GP")
		w.transfer("cn").Countries = []string{"FR"}
	}, "TRANSFER_DESTINATION_NOT_COVERED/CN"},
	{"to Mayotte, of a person in Germany", func(w *world) {
		w.ask("partner", "events", "name")
		w.berlin()
		w.moves("YT")
		w.us().Country, w.us().City = "DE", ""
		w.drop("transfers/partner-eu")
	}, "ALLOWED"},
	{"to a body on Saint Martin, which is of the Union", func(w *world) {
		w.ask("fbi", "disclosure", "name")
		w.berlin()
		w.moves("MF")
		w.us().Country, w.us().City = "DE", ""
		w.drop("transfers/fbi-eu")
	}, "ALLOWED"},

	// Amendments.
	{"an amendment to more", func(w *world) {
		w.ask("near", "events", "name")
		w.amends()
		w.agreement().Purposes = nil
	}, "ALLOWED"},
	{"an amendment to less", func(w *world) { w.ask("near", "events", "name"); w.amends().Purposes = nil }, "AGREEMENT_PURPOSE_NOT_COVERED"},
	{"an amendment to less, not yet in effect", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.Purposes, a.EffectiveTime = nil, now+1
	}, "ALLOWED"},
	{"an amendment with others", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.Purposes, a.Recipients = nil, []string{"recipients/sms"}
	}, "ALLOWED"},
	{"an amendment of another type", func(w *world) { w.ask("near", "events", "name"); w.amends().Type = registry.AgreementTypeNda }, "AGREEMENT_MISSING"},
	{"an amendment that an amendment takes back", func(w *world) {
		w.ask("near", "events", "name")
		w.amends().Purposes = nil
		w.amendsAgain("agreements/amendment")
	}, "ALLOWED"},
	{"an amendment to less of an expired amendment", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.ExpireTime = now
		w.amendsAgain(a.Name).Purposes = nil
	}, "AGREEMENT_PURPOSE_NOT_COVERED"},
	{"an amendment to less of an amendment not signed", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.TheirSignature = nil
		w.amendsAgain(a.Name).Purposes = nil
	}, "AGREEMENT_PURPOSE_NOT_COVERED"},
	{"an amendment to less of an amendment terminated, of another type", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.TerminateTime, a.Type = ago(290), registry.AgreementTypeNda
		w.amendsAgain(a.Name).Purposes = nil
	}, "AGREEMENT_PURPOSE_NOT_COVERED"},
	{"an amendment of another type of an expired amendment", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.ExpireTime = now
		w.amendsAgain(a.Name).Type = registry.AgreementTypeNda
	}, "AGREEMENT_MISSING"},
	{"an amendment to less of an amendment with others", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.Recipients = []string{"recipients/sms"}
		w.amendsAgain(a.Name).Purposes = nil
	}, "ALLOWED"},
	{"an amendment to less of an amendment of another exporter", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.Exporters = nil
		w.amendsAgain(a.Name).Purposes = nil
	}, "ALLOWED"},
	{"an amendment to less with others, of an expired amendment", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.ExpireTime = now
		b := w.amendsAgain(a.Name)
		b.Purposes, b.Recipients = nil, []string{"recipients/sms"}
	}, "AGREEMENT_EXPIRED"},
	{"an amendment to less, not yet in effect, of an expired amendment", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.ExpireTime = now
		b := w.amendsAgain(a.Name)
		b.Purposes, b.EffectiveTime = nil, now+1
	}, "AGREEMENT_EXPIRED"},
	{"an amendment to less, of which an amendment has expired", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.Purposes = nil
		w.amendsAgain(a.Name).ExpireTime = now
	}, "AGREEMENT_EXPIRED"},
	{"three amendments, the last to less, those between expired and not signed", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.ExpireTime = now
		b := w.amendsAgain(a.Name)
		b.OurSignature = nil
		w.amendsAgain(b.Name).Purposes = nil
	}, "AGREEMENT_PURPOSE_NOT_COVERED"},
	{"three amendments, the last to less, one between with others", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		b := w.amendsAgain(a.Name)
		b.Recipients = []string{"recipients/sms"}
		w.amendsAgain(b.Name).Purposes = nil
	}, "ALLOWED"},
	{"three amendments, the last to less and expired too", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.ExpireTime = now
		b := w.amendsAgain(a.Name)
		b.TerminateTime = now
		c := w.amendsAgain(b.Name)
		c.ExpireTime = now
	}, "AGREEMENT_EXPIRED AGREEMENT_TERMINATED"},
	{"an amendment that is no more, and nothing comes back", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.Type, a.TerminateTime = registry.AgreementTypeNda, ago(1)
	}, "AGREEMENT_MISSING"},
	{"an amended agreement terminated since its amendment took effect", func(w *world) { w.endedSince(1) }, "AGREEMENT_TERMINATED"},
	{"an amended agreement terminated as its amendment took effect", func(w *world) { w.endedSince(0) }, "ALLOWED"},
	{"an amended agreement terminated before its amendment took effect", func(w *world) { w.endedSince(-1) }, "ALLOWED"},
	{"an amended agreement that is yet to be terminated", func(w *world) {
		w.endedSince(0)
		w.agreement().TerminateTime = now + 1
	}, "ALLOWED"},
	{"an amended agreement not signed, terminated since", func(w *world) {
		w.endedSince(1)
		w.agreement().TheirSignature = nil
	}, "ALLOWED"},
	{"an amended agreement yet to be terminated, its amendment terminated before", func(w *world) {
		w.endedSince(0)
		w.agreement().TerminateTime = now + 1
		get[*registry.Agreement](w, "agreements/amendment").TerminateTime = now
	}, "AGREEMENT_TERMINATED"},
	{"two amendments of one, the earlier terminated since", func(w *world) {
		w.siblings(100, 200)
		get[*registry.Agreement](w, "agreements/sibling").TerminateTime = ago(100) + 1
	}, "AGREEMENT_TERMINATED"},
	{"confidentiality in an amended agreement, terminated since", func(w *world) {
		w.ask("near", "events", "name")
		w.agreement().Terms.Confidentiality = ""
		nda := w.agreementOf("agreements/nda", w.q.Recipient, registry.AgreementTypeNda)
		nda.TerminateTime = ago(1)
		w.put(nda)
		w.amendsAgain(nda.Name).Type = registry.AgreementTypeNda
	}, "AGREEMENT_TERMS_INCOMPLETE(terms.confidentiality)"},
	{"an amended undertaking, terminated since", func(w *world) {
		w.ask("buyer", "account", "name")
		w.no()
		w.amends()
		w.agreement().TerminateTime = ago(1)
	}, "AGREEMENT_TERMINATED SUCCESSOR_NOT_BOUND(undertaking)"},
	{"a sub-processor that an agreement allows of which the amended one was terminated", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.link("near")
		other := w.agreementOf("agreements/other", w.q.Recipient, registry.AgreementTypeDpa)
		other.Terms.SubprocessorMode = registry.SubprocessorModeNone
		w.put(other)
		w.amends()
		w.agreement().TerminateTime = ago(1)
	}, "SUBPROCESSOR_NOT_AUTHORISED"},
	{"an amended agreement that a link names, terminated since", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.link("near")
		a := get[*registry.Agreement](w, "agreements/sub")
		a.Exporters, a.TerminateTime = []string{"exporters/us"}, ago(1)
		b := w.amendsAgain(a.Name)
		b.Recipients = a.Recipients
		get[*registry.Deployment](w, w.q.Recipient+"/deployments/main").Links[0].SubAgreement = b.Name
	}, "ALLOWED"},
	{"an amendment by a draft that only one signed", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.Purposes, a.OurSignature = nil, nil
	}, "ALLOWED"},
	{"an agreement that is not in effect beside an amendment that is", func(w *world) {
		w.ask("near", "events", "name")
		w.amends().Purposes = nil
		w.agreement().EffectiveTime = now + 1
	}, "AGREEMENT_NOT_YET_EFFECTIVE"},
	{"two amendments of one, the later to less", func(w *world) { w.siblings(200, 100) }, "AGREEMENT_PURPOSE_NOT_COVERED"},
	{"two amendments of one, the earlier to less", func(w *world) { w.siblings(100, 200) }, "ALLOWED"},
	{"two amendments of one in effect at once, that of the higher number to less", func(w *world) { w.siblings(100, 100) }, "AGREEMENT_PURPOSE_NOT_COVERED"},
	{"an amendment to less that was in effect before what it amends", func(w *world) {
		w.ask("near", "events", "name")
		a := w.amends()
		a.Purposes, a.EffectiveTime = nil, ago(295)
	}, "ALLOWED"},
	{"two families, of which one was amended to less", func(w *world) {
		w.ask("near", "events", "name")
		w.amends().Purposes = nil
		w.put(w.agreementOf("agreements/other", w.q.Recipient, registry.AgreementTypeSharingC2c))
	}, "ALLOWED"},
	{"the confidentiality of an agreement amended in turn", func(w *world) {
		w.ask("near", "events", "name")
		w.agreement().Terms.Confidentiality = ""
		nda := w.agreementOf("agreements/nda", w.q.Recipient, registry.AgreementTypeNda)
		w.put(nda)
		a := w.amendsAgain(nda.Name)
		a.ExpireTime, a.Type = now, registry.AgreementTypeNda
		b := w.amendsAgain(a.Name)
		b.Terms.Confidentiality, b.Type = "", registry.AgreementTypeNda
	}, "AGREEMENT_TERMS_INCOMPLETE(terms.confidentiality)"},
	{"an undertaking amended in turn into none", func(w *world) {
		w.ask("buyer", "account", "name")
		w.no()
		a := w.amends()
		a.ExpireTime = now
		w.amendsAgain(a.Name).Type = registry.AgreementTypeSharingC2c
	}, "SUCCESSOR_NOT_BOUND(undertaking)"},
	{"a sub-processor that only an agreement amended in turn allows", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.link("near")
		a := w.amends()
		a.ExpireTime = now
		w.amendsAgain(a.Name).Terms.SubprocessorMode = registry.SubprocessorModeNone
	}, "SUBPROCESSOR_NOT_AUTHORISED"},
	{"an amendment without the confidentiality of the amended one", func(w *world) {
		w.ask("near", "events", "name")
		w.amends().Terms.Confidentiality = ""
	}, "AGREEMENT_TERMS_INCOMPLETE(terms.confidentiality)"},
	{"an undertaking amended into none", func(w *world) {
		w.ask("buyer", "account", "name")
		w.no()
		w.amends().Type = registry.AgreementTypeSharingC2c
	}, "SUCCESSOR_NOT_BOUND(undertaking)"},
	{"a sub-processor that only the amended one allows", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.link("near")
		w.amends().Terms.SubprocessorMode = registry.SubprocessorModeNone
	}, "SUBPROCESSOR_NOT_AUTHORISED"},
	{"a transfer that rests on an amended contract", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.amendsContract().Type = registry.AgreementTypeSharingC2c
	}, "TRANSFER_MECHANISM_SUSPENDED/CN"},
	{"a transfer that rests on a contract amended by its like", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.amendsContract()
		w.rests("cn").ExpireTime, w.rests("cn").TerminateTime = ago(80), ago(95)
	}, "ALLOWED"},
	{"a transfer that rests on a contract whose amendment expired", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.amendsContract().ExpireTime = now
	}, "TRANSFER_MECHANISM_EXPIRED/CN"},
	{"a transfer that rests on a contract whose amendment was terminated", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.amendsContract().TerminateTime = now
	}, "TRANSFER_MECHANISM_SUSPENDED/CN"},
	{"a transfer that rests on a contract terminated since its amendment took effect", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.amendsContract()
		w.rests("cn").TerminateTime = ago(95) + 1
	}, "TRANSFER_MECHANISM_SUSPENDED/CN"},
	{"a transfer that rests on a contract whose amendment is not signed", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.amendsContract().TheirSignature = nil
	}, "ALLOWED"},
	{"a transfer that rests on an amendment not signed, of a contract that is", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		a := w.amendsContract()
		a.TheirSignature, w.transfer("cn").Agreement = nil, a.Name
	}, "ALLOWED"},
	{"a transfer that rests on clauses whose amendment is of another module", func(w *world) {
		w.ask("near", "events", "name")
		w.berlin()
		a := *w.rests("eu")
		a.Name, a.Amends, a.SCCModule = "agreements/amendment", a.Name, 2
		w.put(&a)
	}, "TRANSFER_NO_MECHANISM/EU"},
	{"a transfer that rests on clauses of another module, amended", func(w *world) {
		w.ask("near", "events", "name")
		w.berlin()
		a := *w.rests("eu")
		w.rests("eu").SCCModule = 2
		a.Name, a.Amends = "agreements/amendment", a.Name
		w.put(&a)
	}, "ALLOWED"},
	{"clauses amended to name each sub-processor", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.berlin()
		w.drop("agreements/sms")
		w.rests("eu").SCCModule, w.rests("eu").Purposes = 2, w.purposes()
		t := w.rests("eu").Terms
		t.Instructions, t.StaffConfidentiality, t.AssistRights, t.AssistSecurity = "a", "b", "c", "d"
		a := *w.rests("eu")
		terms := *a.Terms
		terms.SubprocessorMode = registry.SubprocessorModeSpecific
		a.Name, a.Amends, a.Terms = "agreements/amendment", a.Name, &terms
		w.put(&a)
	}, "TRANSFER_MECHANISM_NOT_YET_EFFECTIVE/EU"},

	// Filing.
	{"not filed, the contract in effect before the transfer", func(w *world) { w.unfiled(3, 30) }, "TRANSFER_FILING_OVERDUE/CN"},
	{"not filed, the contract in effect just before the transfer", func(w *world) { w.unfiled(3, 4) }, "ALLOWED"},
	{"not filed, the contract in effect when no calendar was", func(w *world) { w.unfiled(3, 1200) }, "TRANSFER_FILING_OVERDUE/CN(calendar)"},
	{"filed, and signed anew since", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.amendsContract().OurSignature.SignTime = ago(90) + 1
	}, "TRANSFER_FILING_OVERDUE/CN"},
	{"filed as it was signed anew", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.amendsContract().TheirSignature.SignTime = ago(90)
	}, "ALLOWED"},
	{"filed before they had signed", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		w.rests("cn").TheirSignature.SignTime = ago(90) + 1
	}, "TRANSFER_FILING_OVERDUE/CN"},
	{"signed anew since it was filed, and in effect for three days", func(w *world) {
		w.ask("partner", "events", "name")
		w.contract()
		a := w.amendsContract()
		a.OurSignature.SignTime, a.EffectiveTime = ago(5), ago(3)
	}, "ALLOWED"},
	{"not filed, the contract amended three days ago", func(w *world) {
		w.unfiled(30, 40)
		w.amendsContract().EffectiveTime = ago(3)
	}, "ALLOWED"},
	{"not filed, the transfer valid for three days, the amendment in effect for longer", func(w *world) {
		w.unfiled(3, 200)
		w.amendsContract()
	}, "TRANSFER_FILING_OVERDUE/CN"},
	{"not filed, amended when no calendar was", func(w *world) {
		w.unfiled(3, 1300)
		w.amendsContract().EffectiveTime = ago(1200)
	}, "TRANSFER_FILING_OVERDUE/CN(calendar)"},

	// Deletion.
	{"erased, to have it deleted", func(w *world) { w.ask("near", "deletion", "name"); w.q.Erased = true }, "ALLOWED"},
	{"erased, to have it deleted in a service", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.q.ServedPurpose = "purposes/deletion"
		for i := range w.q.Consents {
			w.q.Consents[i].Purpose = "purposes/deletion"
		}
		w.in.Facts = &decision.Facts{Erased: true}
	}, "SUBJECT_ERASED_OR_CANCELLED"},
	{"erased, to have it deleted in a service that is deletion too", func(w *world) {
		w.ask("sms", "sending", "phone")
		w.q.Erased, get[*registry.Purpose](w, "purposes/sending").Deletion = true, true
	}, "SUBJECT_ERASED_OR_CANCELLED"},
	{"erased, to have it deleted for many", func(w *world) {
		w.ask("near", "deletion", "name")
		w.crowd(100)
		w.q.Cohort.Purpose, w.q.Cohort.Types = w.q.Purpose, []decision.ConsentType{decision.ConsentOrdinary, decision.ConsentSeparateProvision}
		w.q.Erased = true
	}, "SUBJECT_ERASED_OR_CANCELLED"},
	{"to have it deleted for many", func(w *world) {
		w.ask("near", "deletion", "name")
		w.crowd(100)
		w.q.Cohort.Purpose, w.q.Cohort.Types = w.q.Purpose, []decision.ConsentType{decision.ConsentOrdinary, decision.ConsentSeparateProvision}
	}, "ALLOWED"},
	{"restricted, to have it deleted", func(w *world) { w.ask("near", "deletion", "name"); w.q.Restricted = true }, "SUBJECT_RESTRICTED_OR_OBJECTED(restricted)"},
	{"objected, to have it deleted", func(w *world) { w.ask("near", "deletion", "name"); w.q.Objected = true }, "SUBJECT_RESTRICTED_OR_OBJECTED(objected)"},
	{"erased, to have it deleted, without consent", func(w *world) { w.ask("near", "deletion", "name"); w.q.Erased = true; w.no() },
		"CONSENT_MISSING/CN SEPARATE_CONSENT_MISSING_PROVISION/CN"},

	// Secrecy.
	{"secret by the law of the mainland", func(w *world) { w.secretive(registry.RegimeCn) }, "ALLOWED"},
	{"secret by the law of Shenzhen", func(w *world) { w.secretive(registry.RegimeCnSz) }, "ALLOWED"},
	{"secret by the law of the Union", func(w *world) { w.secretive(registry.RegimeEu) }, "NOTICE_MISSING/CN"},
	{"secret by no law that is named", func(w *world) { w.secretive(0) }, "NOTICE_MISSING/CN"},
	{"secret by the exception's own citation", func(w *world) {
		w.secretive(registry.RegimeEu)
		w.claim(1).SecrecyCitation = "law 9"
	}, "ALLOWED"},
}

func TestOracleByHand(t *testing.T) {
	for _, c := range slices.Concat(cases, secondLook, thirdLook, fourthLook) {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			c.make(w)
			if got := said(w.answer()); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// later adds a version under which the kind may be asked for marketing, which the
// first does not allow.
func later(w *world) *registry.Policy {
	p := *w.policy()
	w.policy().Kinds = slices.Clone(p.Kinds)
	for i := range w.policy().Kinds {
		w.policy().Kinds[i].Purposes = slices.DeleteFunc(slices.Clone(w.policy().Kinds[i].Purposes), func(s string) bool { return s == "purposes/marketing" })
	}
	p.Name, p.EffectiveTime = "policies/v2", ago(100)
	w.put(&p)
	return &p
}

const (
	listed  = registry.ScreeningResultListed
	cleared = registry.ScreeningResultClear
)

// screened asks of a recipient with these screenings: source, days ago, result.
func (w *world) screened(of ...any) {
	w.ask("near", "events", "name")
	w.recipient().Screenings = nil
	for i := 0; i < len(of); i += 3 {
		w.recipient().Screenings = append(w.recipient().Screenings, registry.Screening{Source: of[i].(string), ScreenTime: ago(of[i+1].(int)), Result: of[i+2].(registry.ScreeningResult)})
	}
}

// staff asks on rules for staff, de-identified, without any consent.
func (w *world) staff(recipient, category string) {
	w.ask(recipient, "account", category)
	w.no()
	w.q.HRReference, w.q.Deidentified = "rules", true
	w.policy().Bases = append(w.policy().Bases, registry.BasisEntry{Purpose: "purposes/account", Kind: w.recipient().Kind, Regimes: everyLaw, Basis: registry.BasisHumanResources})
}

// derogate asks for a person in Germany, with a derogation by explicit consent.
func (w *world) derogate() {
	w.berlin()
	t := w.transfer("eu")
	t.Mechanism, t.Derogation, t.NoSafeguardsReason, t.Occasional = registry.MechanismDerogation, registry.DerogationExplicitConsent, "none", true
}

// holds has a consent to the transfer held in place of the one that is presented.
func (w *world) holds(recipient uint32) {
	w.no(decision.ConsentExplicitEUTransfer)
	c := decision.HeldConsent{Type: decision.ConsentExplicitEUTransfer, Purpose: w.number(w.q.Purpose), Recipient: recipient, Policy: w.number("policies/v1"), GiveTime: ago(1)}
	for _, name := range w.q.Categories {
		c.Categories = append(c.Categories, w.number(name))
	}
	w.in.Facts = &decision.Facts{Consents: []decision.HeldConsent{c}}
}

// withdraws withdraws the presented consent of a type.
func (w *world) withdraws(t decision.ConsentType) {
	for i := range w.q.Consents {
		if w.q.Consents[i].Type == t {
			w.q.Consents[i].WithdrawTime = now
		}
	}
}

// again adds the same version again, for something to be taken away from it.
func (w *world) again() *registry.Policy {
	p := *w.policy()
	p.Name, p.EffectiveTime = "policies/v2", ago(100)
	w.put(&p)
	return &p
}

// forgets takes a purpose out of those that the policy states.
func (w *world) forgets(purpose string) {
	w.policy().Purposes = slices.DeleteFunc(w.policy().Purposes, func(s string) bool { return s == "purposes/"+purpose })
}

// rests is the agreement that the transfer of a regime rests on.
func (w *world) rests(regime string) *registry.Agreement {
	return get[*registry.Agreement](w, w.transfer(regime).Agreement)
}

// restsOnContract makes the order the basis of the question.
func (w *world) restsOnContract() {
	w.policy().Bases = append(w.policy().Bases, registry.BasisEntry{Purpose: w.q.Purpose, Kind: w.recipient().Kind, Regimes: everyLaw, Basis: registry.BasisContract})
}

// binding asks for a person in Germany, by binding corporate rules.
func (w *world) binding() {
	w.berlin()
	t := w.transfer("eu")
	t.Mechanism, t.Agreement = registry.MechanismBcr, "agreements/bcr"
	w.put(w.agreementOf(t.Agreement, w.q.Recipient, registry.AgreementTypeBcrMembership))
}

// bay moves the recipient to Hong Kong, under a filed contract of the Greater Bay Area.
func (w *world) bay() {
	w.moves("HK")
	w.contract()
	w.rests("cn").Type, w.transfer("cn").Mechanism = registry.AgreementTypeGbaSc, registry.MechanismGbaContract
}

// publicInterest asks to tell the police of a person in Germany, with an exception and
// the derogation of public interest.
func (w *world) publicInterest(e registry.Exception) {
	w.ask("police", "disclosure", "name")
	w.derogate()
	w.transfer("eu").Derogation = registry.DerogationPublicInterest
	w.claim(e).Regimes = []registry.Regime{registry.RegimeCn, registry.RegimeEu}
}

// claims gives the derogation of legal claims an instrument for some categories.
func (w *world) claims(categories ...string) {
	w.derogate()
	w.transfer("eu").Derogation, w.q.AuthorityInstrument = registry.DerogationLegalClaims, "instruments/police"
	i := get[*registry.Instrument](w, w.q.AuthorityInstrument)
	i.CoveredCategories = nil
	for _, c := range categories {
		i.CoveredCategories = append(i.CoveredCategories, "categories/"+c)
	}
}

// unscheduled asks for an address that was kept too long, under a later version that says
// no more how long.
func (w *world) unscheduled() *registry.Policy {
	w.ask("courier", "delivery", "address")
	w.orders()
	w.q.CollectTime = ago(200)
	p := w.again()
	p.Retention = nil
	return p
}

// listsDuty lets a version list a legal duty to fight fraud as basis, with a ground.
func (w *world) listsDuty(p *registry.Policy, ground string) {
	p.Bases = append(slices.Clone(p.Bases), registry.BasisEntry{Purpose: "purposes/fraud", Kind: w.recipient().Kind, Regimes: everyLaw, Basis: registry.BasisLegalObligation, SpecialGround: ground})
}

// child asks for marketing, which only a later version permits, of a person of the band
// for whom a guardian consents.
func (w *world) child(band decision.AgeBand) {
	w.ask("analysts", "marketing", "name")
	w.policy().ServesMinors, w.policy().ChildRules = true, "rules"
	later(w)
	w.adolescent(band)
}

// youth is child of a person of a region of the Union.
func (w *world) youth(band decision.AgeBand, region string) {
	w.child(band)
	w.berlin()
	w.resides(region)
	w.adolescent(band)
	for i := range w.q.Consents {
		w.q.Consents[i].ByGuardian = true
	}
}

// guardianAccepts holds that a guardian accepted the later version.
func (w *world) guardianAccepts() {
	w.in.Facts = &decision.Facts{AcceptedByGuardian: []uint32{w.number("policies/v2")}}
}

// adolescent makes the person one of the band, for whom the guardian consents to all.
func (w *world) adolescent(band decision.AgeBand) {
	w.policy().ServesMinors, w.policy().ChildRules = true, "rules"
	w.q.AgeBand = band
	for i := range w.q.Consents {
		w.q.Consents[i].ByGuardian = w.q.SubjectRegions == nil
	}
}

// under lets the consents have been given under an older version, which it returns.
func (w *world) under() *registry.Policy {
	p := *w.policy()
	p.Name, p.EffectiveTime = "policies/v0", ago(810)
	w.put(&p)
	for i := range w.q.Consents {
		w.q.Consents[i].Policy = p.Name
	}
	return &p
}

// countries lets every consent name these.
func (w *world) countries(of ...string) {
	for i := range w.q.Consents {
		w.q.Consents[i].Countries = of
	}
}

// holdsTo asks to go to the US by the derogation of a held consent that names a country.
func (w *world) holdsTo(country string) {
	w.ask("partner", "events", "name")
	w.derogate()
	w.transfer("eu").Countries = []string{"US"}
	w.holds(w.number(w.q.Recipient))
	w.in.Facts.Consents[0].Countries = []string{country}
}

// resides moves the person from Germany.
func (w *world) resides(region string) {
	w.us().RegionsServed, w.q.SubjectRegions = []string{"CN", region}, []string{region}
}

// amends adds an amendment like the agreement.
func (w *world) amends() *registry.Agreement {
	a := w.agreementOf("agreements/amendment", w.q.Recipient, w.agreement().Type)
	a.Amends = w.agreement().Name
	w.put(a)
	return a
}

// endedSince asks by an amendment of an agreement that was terminated some days after the
// amendment took effect.
func (w *world) endedSince(days int) {
	w.ask("near", "events", "name")
	a := w.amends()
	a.EffectiveTime = ago(100)
	w.agreement().TerminateTime = ago(100 - days)
}

// amendsAgain adds an amendment of one that is named, like the first agreement.
func (w *world) amendsAgain(name string) *registry.Agreement {
	a := w.agreementOf(name+"-again", w.q.Recipient, w.agreement().Type)
	a.Amends = name
	w.put(a)
	return a
}

// siblings asks for what two amendments of one agreement say, in effect since some days,
// the second to less.
func (w *world) siblings(first, second int) {
	w.ask("near", "events", "name")
	w.amends().EffectiveTime = ago(first)
	a := w.agreementOf("agreements/sibling", w.q.Recipient, w.agreement().Type)
	a.Amends, a.Purposes, a.EffectiveTime = w.agreement().Name, nil, ago(second)
	w.put(a)
}

// amendsContract adds an amendment like the contract that the CN transfer rests on, in
// effect before it was filed.
func (w *world) amendsContract() *registry.Agreement {
	a := w.agreementOf("agreements/cn-sc-amendment", w.q.Recipient, w.rests("cn").Type)
	a.Amends, a.EffectiveTime = w.rests("cn").Name, ago(95)
	w.put(a)
	return a
}

// unfiled asks by a contract that is not filed, with the days since when the transfer is
// valid and its contract in effect.
func (w *world) unfiled(valid, effective int) {
	w.ask("partner", "events", "name")
	w.contract()
	w.transfer("cn").Evidence.FilingNumber, w.transfer("cn").ValidFrom = "", ago(valid)
	w.rests("cn").EffectiveTime = ago(effective)
}

// secretive asks for the police, of which the person is told nowhere, with an instrument
// that demands secrecy by a law.
func (w *world) secretive(law registry.Regime) {
	w.ask("police", "disclosure", "name")
	w.recipient().Notices = nil
	w.policy().Purposes = slices.DeleteFunc(w.purposes(), func(s string) bool { return s == "purposes/disclosure" })
	i := get[*registry.Instrument](w, "instruments/police")
	i.SecrecyCitation, i.Regime = "law 2", law
}

func (w *world) orders() { w.q.OrderRef, w.q.OrderSubject = "order 1", w.q.Subject }

func (w *world) hold(purpose string) {
	w.us().Holds = []registry.LegalHold{{Citation: "law 3", Purposes: []string{"purposes/" + purpose}, CoveredCategories: w.categories(), StartTime: ago(9), ApprovedBy: "legal"}}
}

func (w *world) crowd(size int64) {
	w.q.Subject, w.q.AgeBand, w.q.Quantity = "", 0, size
	w.no()
	w.q.Cohort = decision.Cohort{ID: "c", Size: size, Purpose: "purposes/account", Recipient: w.q.Recipient, Policy: "policies/v1", Types: []decision.ConsentType{decision.ConsentOrdinary}, AttestTime: ago(1)}
}

// moves puts the recipient and its deployment into another country.
func (w *world) moves(country string) {
	w.recipient().Country = country
	d := get[*registry.Deployment](w, w.q.Recipient+"/deployments/main")
	d.StorageCountries, d.AccessCountries = []string{country}, []string{country}
	w.transfer("cn").Countries = []string{country}
	get[*registry.Assessment](w, w.of("assessments")).Countries = []string{country}
}

func (w *world) link(to string) *registry.SubprocessorLink {
	a := w.agreementOf("agreements/sub", w.q.Recipient, registry.AgreementTypeDpa)
	a.Exporters, a.Recipients = nil, []string{w.q.Recipient, "recipients/" + to}
	w.put(a)
	d := get[*registry.Deployment](w, w.q.Recipient+"/deployments/main")
	d.Links = []registry.SubprocessorLink{{Recipient: "recipients/" + to, Authorisation: registry.AuthorisationSpecific, AuthoriseTime: ago(9), SubAgreement: a.Name}}
	return &d.Links[0]
}

func (w *world) exempt(e registry.Exemption) {
	w.transfer("cn").Mechanism, w.transfer("cn").Exemption = registry.MechanismExemption, e
}

func (w *world) counts(persons, sensitive int64) {
	w.in.Counters = &decision.Counters{Year: 2026, Persons: persons, Sensitive: sensitive}
}

func (w *world) zone(listed string) {
	w.us().FreeTradeZones = []registry.FreeTradeZone{{Zone: "qianhai", StartTime: ago(9), NegativeList: "1", CoveredCategories: []string{"categories/" + listed}, ApprovedBy: "legal", ApproveTime: ago(8)}}
}

// contract makes the CN mechanism a filed standard contract.
func (w *world) contract() {
	w.put(w.agreementOf("agreements/cn-sc", w.q.Recipient, registry.AgreementTypeCnSc))
	t := w.transfer("cn")
	t.Mechanism, t.Agreement = registry.MechanismStandardContract, "agreements/cn-sc"
	t.Evidence = &registry.Evidence{Reference: "1", FilingNumber: "2", FilingTime: ago(90)}
	w.assess("law", registry.AssessmentTypeCnScLaw)
}

func (w *world) assess(name string, kind registry.AssessmentType) {
	a := *get[*registry.Assessment](w, w.of("assessments"))
	a.Name, a.Type = "assessments/"+name, kind
	w.put(&a)
}

// berlin asks for a person in Germany, with what the law of the Union asks.
func (w *world) berlin() {
	w.us().RegionsServed = []string{"CN", "DE"}
	w.q.SubjectRegions = []string{"DE"}
	a := w.agreementOf("agreements/scc", w.q.Recipient, registry.AgreementTypeEuScc)
	a.SCCModule, a.Purposes = 1, nil
	w.put(a)
	w.put(&registry.Transfer{Name: w.of("transfers") + "-eu", Regime: registry.RegimeEu, Mechanism: registry.MechanismScc, Exporter: "exporters/us", Recipients: []string{w.q.Recipient}, Countries: []string{"CN"},
		Purposes: w.purposes(), CoveredCategories: w.categories(), Agreement: a.Name, ValidFrom: ago(90), Annexes: &registry.Annexes{Parties: "a", Transfer: "b", Authority: "c", Measures: "d"}})
	w.assess("tia", registry.AssessmentTypeTia)
}

// bridge lets a recipient be in the United Kingdom's reach.
func (w *world) bridge() {
	w.put(w.agreementOf("agreements/bcr", w.q.Recipient, registry.AgreementTypeBcrMembership))
	w.put(&registry.Transfer{Name: w.of("transfers") + "-uk", Agreement: "agreements/bcr", Regime: registry.RegimeUk, Mechanism: registry.MechanismBcr, Exporter: "exporters/us", Recipients: []string{w.q.Recipient}, Countries: []string{"CN"},
		Purposes: w.purposes(), CoveredCategories: w.categories(), ValidFrom: ago(90)})
	w.assess("tra", registry.AssessmentTypeUkTra)
}

// What an exception waived, and what must be done (2.3, 2.5).
func TestOracleWaivesAndObliges(t *testing.T) {
	w := newWorld()
	w.ask("ambulance", "rescue", "name")
	w.no()
	w.drop("assessments/ambulance")
	w.recipient().Notices = nil
	w.claim(5).ExpireTime = now + 3*second
	a := w.answer()
	if got := said(a); got != "ALLOWED" {
		t.Fatal(got)
	}
	var waived []string
	for _, v := range a.Waived {
		s := v.Code.String()
		if v.Deferred {
			s += " deferred"
		}
		waived = append(waived, s)
	}
	want := []string{"AGREEMENT_MISSING deferred", "NOTICE_MISSING deferred", "CONSENT_MISSING", "SEPARATE_CONSENT_MISSING_PROVISION", "IMPACT_ASSESSMENT_MISSING deferred"}
	if !slices.Equal(waived, want) {
		t.Errorf("waived %q, want %q", waived, want)
	}
	due, _ := registry.AddWorkingDays(now, 5)
	for code, want := range map[decision.ObligationCode]string{
		decision.KeepExceptionFile: "due ", decision.NotifySubjectAfterEmergency: "due ", decision.RegulariseAgreement: "due " + due.String(),
		decision.RegulariseAssessment: "due " + due.String(), decision.CountQuantity: "none", decision.MinorDeletionDue: "none",
	} {
		if got := obliged(a, code); got != want {
			t.Errorf("obligation %d: %s, want %s", code, got, want)
		}
	}
	if a.UseBy != now+3*second {
		t.Errorf("use_by %s, want that of the exception", a.UseBy)
	}
}

// A termination to come of what was amended ends the use of what counts (R43, R83).
func TestOracleEndsUseAsAmended(t *testing.T) {
	for _, c := range []struct{ amended, own, effective, want registry.Time }{
		{now + 3*second, 0, ago(100), now + 3*second},
		{now + 3*second, now + 2*second, ago(100), now + 2*second},
		{now + 3*second, now + 4*second, ago(100), now + 3*second},
		{now + 3*second, 0, now + 1, now + 3*second}, // the amended one counts
		{ago(100), 0, ago(100), now + 10*second},
	} {
		w := newWorld()
		w.ask("near", "events", "name")
		a := w.amends()
		w.agreement().TerminateTime, a.TerminateTime, a.EffectiveTime = c.amended, c.own, c.effective
		if got := w.answer(); said(got) != "ALLOWED" || got.UseBy != c.want {
			t.Errorf("%+v: %s, use_by %s", c, said(got), got.UseBy)
		}
		w = newWorld()
		w.ask("partner", "events", "name")
		w.contract()
		a = w.amendsContract()
		w.rests("cn").TerminateTime, a.TerminateTime, a.EffectiveTime = c.amended, c.own, c.effective
		if got := w.answer(); said(got) != "ALLOWED" || got.UseBy != c.want {
			t.Errorf("by contract, %+v: %s, use_by %s", c, said(got), got.UseBy)
		}
	}
}

func TestOracleCounts(t *testing.T) {
	w := newWorld()
	w.ask("partner", "events", "name", "id-number")
	w.counts(5, 7_999)
	if a := w.answer(); a.Counted != (decision.Counted{Year: 2026, PersonsBefore: 5, PersonsAfter: 5, SensitiveBefore: 7_999, SensitiveAfter: 8_000, Warn: true}) || obliged(a, decision.CountQuantity) == "none" {
		t.Errorf("%s: %+v", said(a), a.Counted)
	}
	w = newWorld()
	w.ask("partner", "events", "name")
	w.contract()
	w.transfer("cn").Evidence.FilingNumber, w.transfer("cn").ValidFrom = "", ago(2)
	w.rests("cn").EffectiveTime = ago(3)
	due, _ := registry.AddWorkingDays(ago(3), 10)
	a := w.answer()
	if got := obliged(a, decision.FileContract); got != "due "+due.String() {
		t.Errorf("%s: %s", said(a), got)
	}
	if a.Counted.PersonsAfter != 1 || a.Counted.Warn {
		t.Errorf("%+v", a.Counted)
	}
}

// Without a subject what is not personal stays permitted (R81).
func TestOraclePermitsWhatIsNotPersonal(t *testing.T) {
	w := newWorld()
	w.staff("near", "name")
	w.q.Categories, w.q.Subject = append(w.q.Categories, "categories/context"), ""
	if a := w.answer(); said(a) != "CONSENT_MISSING/CN(no_subject)" || !slices.Equal(a.Permitted, []string{"categories/context"}) {
		t.Errorf("%s, permitted %q", said(a), a.Permitted)
	}
}
