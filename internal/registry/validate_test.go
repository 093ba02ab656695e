package registry

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestSampleIsValid(t *testing.T) {
	for _, n := range sample() {
		if err := Validate(n, now); err != nil {
			t.Error(err)
		}
	}
}

// edit returns the sample noun of the name after f.
func edit[N Noun](name string, f func(N)) Noun {
	n := found(name)
	f(n.(N))
	return n
}

func TestValidate(t *testing.T) {
	type cases map[string]struct {
		noun   Noun
		fields []string
	}
	exporter := func(f func(*Exporter)) Noun { return edit("exporters/prosense", f) }
	recipient := func(f func(*Recipient)) Noun { return edit("recipients/sf", f) }
	deployment := func(f func(*Deployment)) Noun { return edit("recipients/cloud/deployments/main", f) }
	agreement := func(f func(*Agreement)) Noun { return edit("agreements/sf-2025", f) }
	transfer := func(f func(*Transfer)) Noun { return edit("transfers/sf", f) }
	eu := func(m Mechanism, f func(*Transfer)) Noun {
		return transfer(func(n *Transfer) { n.Regime, n.Mechanism, n.Agreement = RegimeEu, m, ""; f(n) })
	}
	uk := func(m Mechanism, f func(*Transfer)) Noun {
		return transfer(func(n *Transfer) { n.Regime, n.Mechanism, n.Agreement = RegimeUk, m, ""; f(n) })
	}
	instrument := func(f func(*Instrument)) Noun { return edit("instruments/order", f) }
	exception := func(f func(*ExceptionRecord)) Noun { return edit("exceptions/case", f) }
	safeguard := func(f func(*Safeguard)) Noun {
		return edit("policies/2024-08-30", func(n *Policy) {
			n.Safeguards = []Safeguard{{
				Purpose: "purposes/delivery", Categories: []string{"categories/user.*"}, SpecificPurpose: "a", Necessity: "b", Protection: "c", Notice: "d",
				ApprovedBy: "DPO", ApproveTime: now,
			}}
			f(&n.Safeguards[0])
		})
	}
	waived := func(cells ...WaiverCell) Noun {
		return edit("policies/2024-08-30", func(n *Policy) { n.Waivers = cells })
	}
	assessment := func(f func(*Assessment)) Noun { return edit("assessments/sf", f) }
	policy := func(f func(*Policy)) Noun { return edit("policies/2024-08-30", f) }
	principal := func(f func(*Principal)) Noun { return edit("principals/shop", f) }
	settings := func(f func(*Settings)) Noun { return edit("settings", f) }
	category := func(f func(*Category)) Noun { return edit("categories/user.name", f) }
	purpose := func(f func(*Purpose)) Noun { return edit("purposes/delivery", f) }

	for name, c := range (cases{
		"exporter, nothing given":       {&Exporter{}, []string{"exporter.name", "exporter.title", "exporter.country"}},
		"exporter in CN without a city": {exporter(func(n *Exporter) { n.City = "" }), []string{"exporter.city"}},
		"exporter elsewhere":            {exporter(func(n *Exporter) { n.Country, n.City = "DE", "" }), nil},
		"exporter, city in capitals":    {exporter(func(n *Exporter) { n.City = "Shenzhen" }), []string{"exporter.city"}},
		"exporter, country unknown":     {exporter(func(n *Exporter) { n.Country = "UNKNOWN" }), []string{"exporter.country"}},
		"exporter, region unknown":      {exporter(func(n *Exporter) { n.RegionsServed = []string{"UNKNOWN"} }), []string{"exporter.regions_served[0]"}},
		"exporter, region twice":        {exporter(func(n *Exporter) { n.RegionsServed = []string{"DE", "CN", "DE"} }), []string{"exporter.regions_served[2]"}},
		"exporter, products":            {exporter(func(n *Exporter) { n.Products = []Product{{ID: "a"}, {}, {ID: "a", Minors: 9}} }), []string{"exporter.products[1].id", "exporter.products[2].minors", "exporter.products[2]"}},
		"exporter, critical operator":   {exporter(func(n *Exporter) { n.CIIOPeriods = []Period{{StartTime: now}} }), nil},
		"exporter, periods":             {exporter(func(n *Exporter) { n.CIIOPeriods = []Period{{StartTime: now, EndTime: now}, {}} }), []string{"exporter.ciio_periods[0].end_time", "exporter.ciio_periods[1].start_time"}},
		"exporter, zone": {exporter(func(n *Exporter) {
			n.FreeTradeZones = []FreeTradeZone{{Zone: "Qianhai", StartTime: now, NegativeList: "2024", ListedCategories: []string{"categories/user.*"}, ApprovedBy: "legal", ApproveTime: now}}
		}), nil},
		"exporter, zone, nothing given": {exporter(func(n *Exporter) { n.FreeTradeZones = []FreeTradeZone{{}} }), []string{
			"exporter.free_trade_zones[0].zone", "exporter.free_trade_zones[0].start_time", "exporter.free_trade_zones[0].negative_list",
			"exporter.free_trade_zones[0].listed_categories", "exporter.free_trade_zones[0].approved_by", "exporter.free_trade_zones[0].approve_time"}},
		"exporter, small handler": {exporter(func(n *Exporter) { n.SmallHandlers = []SmallHandler{{StartTime: now, Persons: 99_999}} }), nil},
		"exporter, not small": {exporter(func(n *Exporter) {
			n.SmallHandlers = []SmallHandler{{StartTime: now, Persons: 100_000}, {EndTime: now}}
		}), []string{"exporter.small_handlers[0].persons", "exporter.small_handlers[1].start_time", "exporter.small_handlers[1].persons"}},
		"exporter, opening": {exporter(func(n *Exporter) { n.VolumeOpenings = []VolumeOpening{{Year: 2025}, {Year: 2026, Persons: 1 << 40}} }), nil},
		"exporter, openings": {exporter(func(n *Exporter) {
			n.VolumeOpenings = []VolumeOpening{{Year: 2026, Persons: -1}, {Year: 2026, SensitivePersons: -1}, {}}
		}), []string{"exporter.volume_openings[0].persons", "exporter.volume_openings[1].year", "exporter.volume_openings[1].sensitive_persons", "exporter.volume_openings[2].year"}},
		"exporter, hold": {exporter(func(n *Exporter) {
			n.Holds = []LegalHold{{Citation: "ECL 31", Purposes: []string{"purposes/delivery"}, Categories: []string{"categories/user.*"}, StartTime: now, ApprovedBy: "legal"}}
		}), nil},
		"exporter, hold, nothing given": {exporter(func(n *Exporter) { n.Holds = []LegalHold{{}} }), []string{
			"exporter.holds[0].citation", "exporter.holds[0].purposes", "exporter.holds[0].categories", "exporter.holds[0].start_time", "exporter.holds[0].approved_by"}},

		"recipient, nothing given":    {&Recipient{}, []string{"recipient.name", "recipient.title", "recipient.kind", "recipient.role", "recipient.country"}},
		"recipient, unknown country":  {recipient(func(n *Recipient) { n.Country = "UNKNOWN" }), nil},
		"recipient, no such kind":     {recipient(func(n *Recipient) { n.Kind = 99 }), []string{"recipient.kind"}},
		"recipient, authority":        {recipient(func(n *Recipient) { n.Kind = RecipientKindAuthority }), []string{"recipient.role"}},
		"recipient, role authority":   {recipient(func(n *Recipient) { n.Role = RecipientRoleAuthority }), []string{"recipient.role"}},
		"recipient, successor":        {recipient(func(n *Recipient) { n.Kind, n.Role = RecipientKindSuccessor, RecipientRoleProcessor }), []string{"recipient.role"}},
		"recipient, public":           {recipient(func(n *Recipient) { n.Kind, n.Role, n.Country = RecipientKindPublic, RecipientRoleNone, "" }), nil},
		"recipient, public with role": {recipient(func(n *Recipient) { n.Kind = RecipientKindPublic }), []string{"recipient.role"}},
		"recipient, notice": {recipient(func(n *Recipient) {
			n.Notices[0].NotifyTime = 0
			n.Notices[0].SubjectGroups = []SubjectGroup{1, 1, 0}
			n.Notices[0].Purposes = []string{"purposes/delivery", "categories/x", "purposes/delivery"}
		}), []string{"recipient.notices[0].purposes[1]", "recipient.notices[0].purposes[2]", "recipient.notices[0].notify_time", "recipient.notices[0].subject_groups[1]", "recipient.notices[0].subject_groups[2]"}},
		"recipient, suspension reversed": {recipient(func(n *Recipient) { n.Suspensions = []Period{{StartTime: now, EndTime: now}, {EndTime: now}} }), []string{"recipient.suspensions[0].end_time", "recipient.suspensions[1].start_time"}},
		"recipient, incidents": {recipient(func(n *Recipient) {
			n.Incidents = []Incident{{ID: "a", DiscoverTime: now, ResolveTime: now}, {ID: "a", DiscoverTime: now, ResolveTime: now + 1}, {}}
		}), []string{"recipient.incidents[0].resolve_time", "recipient.incidents[2].id", "recipient.incidents[2].discover_time", "recipient.incidents[1]"}},
		"recipient, deal of none": {recipient(func(n *Recipient) { n.Deal = &Deal{ID: "sale"} }), []string{"recipient.deal"}},
		"recipient, deal": {recipient(func(n *Recipient) {
			n.Kind, n.Role, n.Deal = RecipientKindSuccessor, RecipientRoleController, &Deal{ID: "sale", CloseTime: now}
		}), nil},
		"recipient, deal without id": {recipient(func(n *Recipient) { n.Kind, n.Role, n.Deal = RecipientKindSuccessor, RecipientRoleController, &Deal{} }), []string{"recipient.deal.id"}},
		"recipient, screening":       {recipient(func(n *Recipient) { n.Screenings = []Screening{{}} }), []string{"recipient.screenings[0].screen_time", "recipient.screenings[0].result"}},

		"deployment, nothing given": {&Deployment{}, []string{"deployment.name", "deployment.title"}},
		"deployment, link, nothing given": {deployment(func(n *Deployment) { n.Links = []SubprocessorLink{{}} }),
			[]string{"deployment.links[0].recipient", "deployment.links[0].service", "deployment.links[0].authorisation"}},
		"deployment, general without notice": {deployment(func(n *Deployment) { n.Links[0].NoticeUntil = 0 }), []string{"deployment.links[0].notice_until"}},
		"deployment of another recipient":    {deployment(func(n *Deployment) { n.Links[0].Deployment = "recipients/sf/deployments/a" }), []string{"deployment.links[0].deployment"}},
		"deployment, link twice":             {deployment(func(n *Deployment) { n.Links = append(n.Links, n.Links[0]) }), []string{"deployment.links[1]"}},
		"deployment, countries":              {deployment(func(n *Deployment) { n.StorageCountries = []string{"DE", "Germany", "DE"} }), []string{"deployment.storage_countries[1]", "deployment.storage_countries[2]"}},
		"deployment, kind and role":          {deployment(func(n *Deployment) { n.Kind, n.Role = RecipientKindCloud, RecipientRoleNone }), []string{"deployment.role"}},

		"agreement, nothing given":     {&Agreement{}, []string{"agreement.name", "agreement.title", "agreement.type", "agreement.recipients"}},
		"agreement without recipients": {agreement(func(n *Agreement) { n.Recipients = nil }), []string{"agreement.recipients"}},
		"sub-agreement of three": {agreement(func(n *Agreement) {
			n.Exporters, n.Recipients = nil, []string{"recipients/a", "recipients/b", "recipients/c"}
		}), []string{"agreement.recipients"}},
		"sub-agreement with itself":          {agreement(func(n *Agreement) { n.Exporters, n.Recipients = nil, []string{"recipients/a", "recipients/a"} }), []string{"agreement.recipients[1]"}},
		"agreement, dates reversed":          {agreement(func(n *Agreement) { n.ExpireTime = n.EffectiveTime }), []string{"agreement.expire_time"}},
		"agreement, reason without time":     {agreement(func(n *Agreement) { n.TerminateReason = "x" }), []string{"agreement.terminate_time"}},
		"agreement, module of none":          {agreement(func(n *Agreement) { n.SCCModule = 2 }), []string{"agreement.scc_module"}},
		"agreement, clauses":                 {agreement(func(n *Agreement) { n.Type = AgreementTypeEuScc }), []string{"agreement.scc_module"}},
		"agreement, module 5":                {agreement(func(n *Agreement) { n.Type, n.SCCModule = AgreementTypeEuScc, 5 }), []string{"agreement.scc_module"}},
		"agreement, module 4":                {agreement(func(n *Agreement) { n.Type, n.SCCModule = AgreementTypeEuScc, 4 }), nil},
		"agreement, module of an addendum":   {agreement(func(n *Agreement) { n.Type, n.SCCModule = AgreementTypeUkAddendum, 2 }), nil},
		"agreement, addendum, no module":     {agreement(func(n *Agreement) { n.Type = AgreementTypeUkAddendum }), nil},
		"agreement, module 5 of an addendum": {agreement(func(n *Agreement) { n.Type, n.SCCModule = AgreementTypeUkAddendum, 5 }), []string{"agreement.scc_module"}},
		"agreement, deleted before any end":  {agreement(func(n *Agreement) { n.ExpireTime, n.DeletionCertificateTime = 0, now }), []string{"agreement.deletion_certificate_time"}},
		"agreement, deleted after its end":   {agreement(func(n *Agreement) { n.ExpireTime, n.TerminateTime, n.DeletionCertificateTime = 0, now, now }), nil},
		"agreement amends itself":            {agreement(func(n *Agreement) { n.Amends = n.Name }), []string{"agreement.amends"}},
		"agreement, terms": {agreement(func(n *Agreement) {
			n.Terms = &Terms{SubprocessorMode: 9, SubprocessorNoticeDays: -1, RetentionLimitDays: -1, StorageCountries: []string{"x"}}
		}), []string{"agreement.terms.subprocessor_mode", "agreement.terms.subprocessor_notice_days", "agreement.terms.retention_limit_days", "agreement.terms.storage_countries[0]"}},
		"agreement, names": {agreement(func(n *Agreement) {
			n.Categories = []string{"user.name", "categories/user.*", "categories/user.*", "categories/*", "", ".*"}
		}), []string{"agreement.categories[0]", "agreement.categories[2]", "agreement.categories[3]", "agreement.categories[4]", "agreement.categories[5]"}},
		"agreement, a name and its below": {agreement(func(n *Agreement) { n.Categories = []string{"categories/user", "categories/user.*"} }), nil},

		"transfer, nothing given":      {&Transfer{}, []string{"transfer.name", "transfer.title", "transfer.regime", "transfer.exporter", "transfer.recipients", "transfer.countries", "transfer.purposes", "transfer.categories", "transfer.valid_from", "transfer.evidence.reference"}},
		"transfer under POLICY":        {transfer(func(n *Transfer) { n.Regime = RegimePolicy }), []string{"transfer.regime"}},
		"transfer under UK":            {transfer(func(n *Transfer) { n.Regime = RegimeUk }), []string{"transfer.mechanism"}},
		"transfer, BCR of the UK":      {uk(MechanismBcr, func(*Transfer) {}), nil},
		"transfer, addendum":           {uk(MechanismUkAddendum, func(n *Transfer) { n.Agreement, n.Annexes = "agreements/a", &Annexes{Parties: "I.A"} }), nil},
		"transfer, IDTA, no agreement": {uk(MechanismIdta, func(n *Transfer) { n.Annexes = &Annexes{} }), []string{"transfer.agreement", "transfer.annexes"}},
		"transfer, UK adequacy":        {uk(MechanismUkAdequacy, func(n *Transfer) { n.Countries = []string{"DE", "JP", "US", "CN", "GB"} }), []string{"transfer.countries[2]", "transfer.countries[3]", "transfer.countries[4]"}},
		"transfer, bridge":             {uk(MechanismUkBridge, func(*Transfer) {}), []string{"transfer.countries[0]", "transfer.recertified_until"}},
		"transfer, bridge complete": {uk(MechanismUkBridge, func(n *Transfer) {
			n.Countries, n.RecertifiedUntil, n.UKExtension, n.SensitiveLabelled, n.HRCoverage = []string{"US"}, now, true, true, true
		}), nil},
		"transfer, derogation of the UK": {uk(MechanismDerogation, func(n *Transfer) {
			n.Derogation, n.Occasional, n.NoSafeguardsReason = DerogationContract, true, "none to be had"
		}), nil},
		"transfer, derogation, which":  {eu(MechanismDerogation, func(n *Transfer) {}), []string{"transfer.derogation"}},
		"transfer, derogation of none": {eu(MechanismBcr, func(n *Transfer) { n.Derogation, n.Occasional, n.NoSafeguardsReason = DerogationContract, true, "x" }), []string{"transfer.derogation", "transfer.no_safeguards_reason", "transfer.occasional"}},
		"transfer, exemption":          {transfer(func(n *Transfer) { n.Mechanism, n.Exemption = MechanismExemption, ExemptionTransit }), nil},
		"transfer, exemption, which":   {transfer(func(n *Transfer) { n.Mechanism = MechanismExemption }), []string{"transfer.exemption"}},
		"transfer, exemption of none":  {transfer(func(n *Transfer) { n.Exemption = ExemptionTransit }), []string{"transfer.exemption"}},
		"transfer, treaty":             {transfer(func(n *Transfer) { n.Mechanism = MechanismTreaty }), nil},
		"transfer, treaty under EU":    {eu(MechanismTreaty, func(n *Transfer) {}), []string{"transfer.mechanism"}},
		"transfer, what is another's": {transfer(func(n *Transfer) {
			n.HRCoverage, n.UKExtension, n.SensitiveLabelled, n.Annexes, n.ApprovedScale = true, true, true, &Annexes{}, -1
		}), []string{"transfer.hr_coverage", "transfer.uk_extension", "transfer.sensitive_labelled", "transfer.annexes", "transfer.approved_scale"}},
		"transfer, scale":             {transfer(func(n *Transfer) { n.ApprovedScale = 1_000_000 }), nil},
		"transfer, mechanism absent":  {transfer(func(n *Transfer) { n.Mechanism = 0 }), []string{"transfer.mechanism"}},
		"transfer, of another regime": {transfer(func(n *Transfer) { n.Mechanism = MechanismScc }), []string{"transfer.mechanism"}},
		"transfer without agreement":  {transfer(func(n *Transfer) { n.Agreement = "" }), []string{"transfer.agreement"}},
		"transfer, GBA":               {transfer(func(n *Transfer) { n.Mechanism, n.Countries = MechanismGbaContract, []string{"HK", "MO", "TW"} }), []string{"transfer.countries[2]"}},
		"transfer, DPF":               {eu(MechanismDpf, func(n *Transfer) {}), []string{"transfer.countries[0]", "transfer.recertified_until"}},
		"transfer, DPF complete":      {eu(MechanismDpf, func(n *Transfer) { n.Countries, n.RecertifiedUntil = []string{"US"}, now }), nil},
		"transfer, adequacy":          {eu(MechanismAdequacy, func(n *Transfer) { n.Countries = []string{"JP", "US", "CN", "GB"} }), []string{"transfer.countries[1]", "transfer.countries[2]"}},
		"transfer, BCR":               {eu(MechanismBcr, func(n *Transfer) {}), nil},
		"transfer, dates reversed":    {transfer(func(n *Transfer) { n.ValidTo, n.RecertifiedUntil = n.ValidFrom, n.ValidFrom-1 }), []string{"transfer.valid_to", "transfer.recertified_until"}},
		"transfer, country unknown":   {transfer(func(n *Transfer) { n.Countries = []string{"UNKNOWN"} }), []string{"transfer.countries[0]"}},
		"transfer, evidence blank":    {transfer(func(n *Transfer) { n.Evidence.Reference = " " }), []string{"transfer.evidence.reference"}},
		"transfer, reason alone":      {transfer(func(n *Transfer) { n.RevokeReason = "x" }), []string{"transfer.revoke_time"}},
		"transfer, suspension":        {transfer(func(n *Transfer) { n.Suspensions = []Period{{StartTime: 2, EndTime: 1}} }), []string{"transfer.suspensions[0].end_time"}},

		"assessment, nothing given":  {&Assessment{}, []string{"assessment.name", "assessment.title", "assessment.type", "assessment.exporter", "assessment.recipients", "assessment.purposes", "assessment.categories"}},
		"assessment, review at once": {assessment(func(n *Assessment) { n.ReviewUntil = n.ApproveTime }), []string{"assessment.review_until"}},
		"assessment of a kind":       {assessment(func(n *Assessment) { n.Recipients, n.RecipientKinds = nil, []RecipientKind{RecipientKindAuthority} }), nil},
		"assessment, kinds": {assessment(func(n *Assessment) {
			n.Type, n.RecipientKinds = AssessmentTypeTia, []RecipientKind{RecipientKindAuthority, 99, RecipientKindAuthority}
		}), []string{"assessment.recipient_kinds", "assessment.recipient_kinds[1]", "assessment.recipient_kinds[2]"}},
		"assessment, TIA": {assessment(func(n *Assessment) { n.Type = AssessmentTypeTia }), nil},

		"policy, nothing given":   {&Policy{}, []string{"policy.name", "policy.title", "policy.subject_groups", "policy.regions", "policy.effective_time"}},
		"policy, * and more":      {policy(func(n *Policy) { n.Regions = []string{"*", "DE"} }), []string{"policy.regions[0]"}},
		"policy, published later": {policy(func(n *Policy) { n.PublishTime = n.EffectiveTime + 1 }), []string{"policy.effective_time"}},
		"policy, closed lists": {policy(func(n *Policy) {
			n.Kinds = []KindList{{Kind: RecipientKindCloud, AnyCategory: true}, {Kind: RecipientKindLogistics, AnyCategory: true}}
		}), []string{"policy.kinds[0].any_category", "policy.kinds[1].any_category"}},
		"policy, any and a list":    {policy(func(n *Policy) { n.Kinds[1].Categories = []string{"categories/device"} }), []string{"policy.kinds[1].any_category"}},
		"policy, kind twice":        {policy(func(n *Policy) { n.Kinds[1].Kind = RecipientKindLogistics; n.Kinds[1].AnyCategory = false }), []string{"policy.kinds[1].kind"}},
		"policy, bases":             {policy(func(n *Policy) { n.Bases = []BasisEntry{{}} }), []string{"policy.bases[0].purpose", "policy.bases[0].kind", "policy.bases[0].basis", "policy.bases[0].regimes"}},
		"policy, interests in CN":   {policy(func(n *Policy) { n.Bases[0].Basis = BasisLegitimateInterests }), []string{"policy.bases[0].regimes[0]", "policy.bases[0].regimes[1]"}},
		"policy, regime POLICY":     {policy(func(n *Policy) { n.Bases[0].Regimes = []Regime{RegimePolicy} }), []string{"policy.bases[0].regimes[0]"}},
		"policy, basis twice":       {policy(func(n *Policy) { n.Bases = append(n.Bases, n.Bases[0]); n.Bases[1].Regimes = []Regime{RegimeEu} }), []string{"policy.bases[1].regimes[0]"}},
		"policy, ground in CN":      {policy(func(n *Policy) { n.Bases[0].SpecialGround, n.Bases[0].Regimes = "9(2)(h)", []Regime{RegimeCn} }), []string{"policy.bases[0].special_ground"}},
		"policy, ground in UK":      {policy(func(n *Policy) { n.Bases[0].SpecialGround, n.Bases[0].Regimes = "9(2)(h)", []Regime{RegimeUk} }), nil},
		"policy, necessity, review": {policy(func(n *Policy) { n.Necessity[0].ReviewUntil = n.Necessity[0].ApproveTime }), []string{"policy.necessity[0].review_until"}},
		"policy, safeguards":        {safeguard(func(*Safeguard) {}), nil},
		"policy, safeguards, nothing given": {safeguard(func(s *Safeguard) { *s = Safeguard{} }), []string{
			"policy.safeguards[0].purpose", "policy.safeguards[0].categories", "policy.safeguards[0].specific_purpose", "policy.safeguards[0].necessity",
			"policy.safeguards[0].protection", "policy.safeguards[0].notice", "policy.safeguards[0].approved_by", "policy.safeguards[0].approve_time"}},
		"policy, safeguards, review":     {safeguard(func(s *Safeguard) { s.ReviewUntil = now }), []string{"policy.safeguards[0].review_until"}},
		"policy, waivers, nothing given": {waived(WaiverCell{}), []string{"policy.waivers[0].exception", "policy.waivers[0].group", "policy.waivers[0].effect"}},
		"policy, waiver twice":           {waived(WaiverCell{ExceptionMadePublic, WaiverGroupConsent, WaiverEffectNo}, WaiverCell{ExceptionMadePublic, WaiverGroupConsent, WaiverEffectYes}), []string{"policy.waivers[1]"}},
		"policy, exception kinds": {policy(func(n *Policy) {
			n.ExceptionKinds = []ExceptionKinds{{ExceptionVitalInterest, []RecipientKind{RecipientKindRescue}}, {ExceptionVitalInterest, nil}, {0, []RecipientKind{0}}}
		}), []string{"policy.exception_kinds[1].exception", "policy.exception_kinds[1].kinds", "policy.exception_kinds[2].exception", "policy.exception_kinds[2].kinds[0]"}},
		"policy, ground, consent":  {policy(func(n *Policy) { n.Bases[0].SpecialGround, n.Bases[0].Basis = "9(2)(h)", BasisConsent }), []string{"policy.bases[0].special_ground"}},
		"policy, necessity":        {policy(func(n *Policy) { n.Necessity = []Necessity{{}} }), []string{"policy.necessity[0].purpose", "policy.necessity[0].categories", "policy.necessity[0].approved_by", "policy.necessity[0].approve_time", "policy.necessity[0].reason"}},
		"policy, retention":        {policy(func(n *Policy) { n.Retention = append(n.Retention, n.Retention[0]); n.Retention[1].Days = 0 }), []string{"policy.retention[1].days", "policy.retention[1].categories[0]"}},
		"policy, notice":           {policy(func(n *Policy) { n.Notices = []PolicyNotice{{}} }), []string{"policy.notices[0].channel", "policy.notices[0].send_time"}},
		"policy, purpose of twice": {policy(func(n *Policy) { n.Purposes = []string{"purposes/a", "purposes/a"} }), []string{"policy.purposes[1]"}},

		"instrument, nothing given":  {&Instrument{}, []string{"instrument.name", "instrument.title", "instrument.recipient", "instrument.exporters", "instrument.categories", "instrument.purposes"}},
		"instrument not approved":    {instrument(func(n *Instrument) { n.ApprovedBy, n.SecondApprovedBy, n.ApproveTime = "", "", 0 }), nil},
		"instrument of one office":   {instrument(func(n *Instrument) { n.SecondApprovedBy = " Legal" }), []string{"instrument.second_approved_by"}},
		"instrument, dates reversed": {instrument(func(n *Instrument) { n.ExpireTime = n.IssueTime }), []string{"instrument.expire_time"}},
		"instrument under POLICY":    {instrument(func(n *Instrument) { n.Regime = RegimePolicy }), []string{"instrument.regime"}},
		"instrument, conflict":       {instrument(func(n *Instrument) { n.ConflictDecision = &ConflictDecision{ApprovedBy: "a", SecondApprovedBy: "a"} }), []string{"instrument.conflict_decision.second_approved_by"}},

		"exception, nothing given": {&ExceptionRecord{}, []string{"exception_record.name", "exception_record.title", "exception_record.exception", "exception_record.exporters", "exception_record.recipients", "exception_record.purposes", "exception_record.categories"}},
		"exception of one office":  {exception(func(n *ExceptionRecord) { n.SecondApprovedBy = n.ApprovedBy }), []string{"exception_record.second_approved_by"}},
		"exception, regimes":       {exception(func(n *ExceptionRecord) { n.Regimes = []Regime{RegimeCn, RegimePolicy, RegimeCn} }), []string{"exception_record.regimes[2]", "exception_record.regimes[1]"}},
		"exception, proofs": {exception(func(n *ExceptionRecord) {
			n.Proofs = []PublicationProof{{Category: "categories/device"}, {Category: "categories/device"}, {}}
		}), []string{"exception_record.proofs[2].category", "exception_record.proofs[1]"}},
		"exception, dates reversed": {exception(func(n *ExceptionRecord) { n.ExpireTime = n.EffectiveTime }), []string{"exception_record.expire_time"}},

		"principal, nothing given":  {&Principal{}, []string{"principal.name", "principal.title", "principal.role"}},
		"principal observes":        {principal(func(n *Principal) { n.ObserveUntil, n.ObserveReason = now+90*day, "new" }), nil},
		"principal, over 90 days":   {principal(func(n *Principal) { n.ObserveUntil, n.ObserveReason = now+90*day+1, "new" }), []string{"principal.observe_until"}},
		"principal, no reason":      {principal(func(n *Principal) { n.ObserveUntil = now + day }), []string{"principal.observe_reason"}},
		"principal, age of consent": {principal(func(n *Principal) { n.ConsentSource.MaxAgeSeconds = 86401 }), []string{"principal.consent_source.max_age_seconds"}},
		"principal, negative age":   {principal(func(n *Principal) { n.ConsentSource.MaxAgeSeconds = -1 }), []string{"principal.consent_source.max_age_seconds"}},

		"settings, nothing given": {&Settings{}, []string{"settings.name", "settings.zone"}},
		"settings, no zone":       {settings(func(n *Settings) { n.Zone = "Asia/Shenzhen" }), []string{"settings.zone"}},
		"settings, the server's":  {settings(func(n *Settings) { n.Zone = "Local" }), []string{"settings.zone"}},
		"settings, a path":        {settings(func(n *Settings) { n.Zone = "../../etc/passwd" }), []string{"settings.zone"}},
		"settings, choices":       {settings(func(n *Settings) { n.HmtAuthority, n.NonsensitiveTier = 3, 3 }), []string{"settings.hmt_authority", "settings.nonsensitive_tier"}},
		"settings, age":           {settings(func(n *Settings) { n.ScreeningAgeDays = -1 }), []string{"settings.screening_age_days"}},

		"category, nothing given":  {&Category{}, []string{"category.name", "category.title", "category.sentence", "category.example"}},
		"category, important":      {category(func(n *Category) { n.ImportantData = true }), nil},
		"category, contradictory":  {category(func(n *Category) { n.NonPersonal, n.Sensitive = true, true }), []string{"category.non_personal"}},
		"category, credential":     {category(func(n *Category) { n.Credential = 77 }), []string{"category.credential"}},
		"purpose, nothing given":   {&Purpose{}, []string{"purpose.name", "purpose.title", "purpose.sentence", "purpose.example"}},
		"purpose, foreign":         {purpose(func(n *Purpose) { n.Name, n.ForeignProceedings = "purposes/foreign-proceedings", true }), nil},
		"purpose, name in capital": {purpose(func(n *Purpose) { n.Name = "purposes/Delivery" }), []string{"purpose.name"}},
		"purpose of another noun":  {purpose(func(n *Purpose) { n.Name = "categories/delivery" }), []string{"purpose.name"}},
	}) {
		t.Run(name, func(t *testing.T) {
			err := Validate(c.noun, now)
			if c.fields == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, Invalid, "FIELD_INVALID", c.fields...)
		})
	}
}

// Every text field that holds names, by the contract's comments, is a reference
// of the right collection: what is listed here and not found is forgotten.
func TestReferencesOfEveryField(t *testing.T) {
	want := map[string]Collection{
		"Exporters": Exporters, "Exporter": Exporters, "Recipients": Recipients, "Recipient": Recipients, "OnwardRecipients": Recipients,
		"Deployment": Deployments, "Purposes": Purposes, "Purpose": Purposes, "Service": Purposes, "Categories": Categories,
		"CoveredCategories": Categories, "Agreement": Agreements, "SubAgreement": Agreements, "Amends": Agreements,
		"ListedCategories": Categories, "Category": Categories, "Instrument": Instruments,
	}
	for _, c := range Collections {
		n := filled(c)
		got := map[string]Collection{}
		for _, r := range References(n) {
			if !strings.HasPrefix(r.Field, c.String()+".") {
				t.Errorf("%s does not begin with its noun", r.Field)
			}
			if strings.HasSuffix(r.Field, ".name") {
				continue
			}
			got[r.Name] = r.Collection
		}
		var walk func(v reflect.Value, field string)
		walk = func(v reflect.Value, field string) {
			switch v.Kind() {
			case reflect.Struct:
				for i := range v.NumField() {
					walk(v.Field(i), v.Type().Field(i).Name)
				}
			case reflect.Pointer:
				if v.Type() != reflect.TypeFor[*Terms]() { // its purpose and categories are clauses
					walk(v.Elem(), field)
				}
			case reflect.Slice:
				for i := range v.Len() {
					walk(v.Index(i), field)
				}
			case reflect.String:
				if w, ok := want[field]; ok {
					if got[v.String()] != w {
						t.Errorf("%s: %s %q is a reference to %s, not %s", c, field, v.String(), got[v.String()], w)
					}
					delete(got, v.String())
				}
			}
		}
		walk(reflect.ValueOf(n), "")
		for name := range got {
			t.Errorf("%s: %q is no reference", c, name)
		}
	}
}

func TestReferences(t *testing.T) {
	got := References(&Deployment{Name: "recipients/a/deployments/b", Links: []SubprocessorLink{{Recipient: "recipients/c", Service: "purposes/d"}}})
	want := []Reference{
		{Field: "deployment.name", Name: "recipients/a", Collection: Recipients},
		{Field: "deployment.links[0].recipient", Name: "recipients/c", Collection: Recipients},
		{Field: "deployment.links[0].service", Name: "purposes/d", Collection: Purposes},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	got = References(&Category{Name: "categories/a.b.c"})
	if want := []Reference{{Field: "category.name", Name: "categories/a.b", Collection: Categories}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := References(&Category{Name: "categories/a"}); got != nil {
		t.Errorf("got %v", got)
	}
}
