package decision_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// flow is a registry of one share that is in order but for its transfers: from an
// exporter under one law to a processor in the United States.
type flow struct {
	exporter   *registry.Exporter
	recipient  *registry.Recipient
	deployment *registry.Deployment
	agreement  *registry.Agreement // the contract that transfers rest on
	settings   *registry.Settings
	transfers  []*registry.Transfer
	more       []registry.Noun
	abroad     bool // the purpose serves proceedings abroad

	q  decision.Question
	in decision.Inputs
}

var flowNow = at("2026-11-25T12:00:00+08:00")

func at(rfc3339 string) registry.Time {
	t, err := time.Parse(time.RFC3339Nano, rfc3339)
	if err != nil {
		panic(err)
	}
	return registry.At(t)
}

var (
	flowCategories = []string{"categories/plain", "categories/sensitive", "categories/special", "categories/important", "categories/other"}
	flowPurposes   = []string{"purposes/delivery", "purposes/tracking"}
	longAgo        = at("2025-01-01T00:00:00+08:00")
	longHence      = at("2029-01-01T00:00:00+08:00")
)

// newFlow returns a flow from CN, DE or GB, by the agreement type of its contract.
func newFlow(country string, contract registry.AgreementType) *flow {
	f := &flow{
		settings: &registry.Settings{Name: "settings", Zone: "Asia/Shanghai", ScreeningAgeDays: 3650},
		exporter: &registry.Exporter{Name: "exporters/acme", Country: country, RegionsServed: []string{country},
			Products: []registry.Product{{ID: "shop", Minors: registry.MinorsAimNotAimed}}},
		recipient: &registry.Recipient{Name: "recipients/usp", Kind: registry.RecipientKindLogistics, Role: registry.RecipientRoleProcessor, Country: "US",
			ApproveTime: longAgo, DueDiligenceUntil: longHence, Screenings: []registry.Screening{{ScreenTime: longAgo, Result: registry.ScreeningResultClear}},
			Notices: []registry.Notice{{RecipientTitle: "x", Contact: "y", Method: "z", RightsRoute: "r", NotifyTime: longAgo, Purposes: flowPurposes, CoveredCategories: flowCategories,
				SubjectGroups: []registry.SubjectGroup{registry.SubjectGroupUser, registry.SubjectGroupEmployee, registry.SubjectGroupApplicant}}}},
		deployment: &registry.Deployment{Name: "recipients/usp/deployments/main", StorageCountries: []string{"US"}, AccessCountries: []string{"US"}},
		in:         decision.Inputs{Now: flowNow},
		q: decision.Question{Exporter: "exporters/acme", Recipient: "recipients/usp", Purpose: "purposes/delivery", Categories: []string{"categories/plain"},
			Subject: "u-1", OrderRef: "o-1", OrderSubject: "u-1", SubjectRegions: []string{country}, SubjectGroup: registry.SubjectGroupUser},
	}
	f.agreement = f.contract("agreements/contract", contract)
	return f
}

// contract returns an agreement in force that covers all.
func (f *flow) contract(name string, typ registry.AgreementType) *registry.Agreement {
	a := &registry.Agreement{Name: name, Type: typ, Exporters: []string{"exporters/acme"}, Recipients: []string{"recipients/usp"},
		OurSignature:   &registry.Signature{Signatory: "legal", SignTime: longAgo},
		TheirSignature: &registry.Signature{Signatory: "board", SignTime: longAgo},
		Purposes:       flowPurposes, CoveredCategories: flowCategories, EffectiveTime: longAgo,
		SubjectGroups: []registry.SubjectGroup{registry.SubjectGroupUser, registry.SubjectGroupEmployee, registry.SubjectGroupApplicant},
		Terms: &registry.Terms{Confidentiality: "1", Purpose: "2", Period: "3", Method: "4", Categories: "5", Measures: "6", Audit: "7",
			SubprocessorMode: registry.SubprocessorModeGeneral, DeleteOrReturn: "8", Instructions: "9", StaffConfidentiality: "10", AssistRights: "11",
			AssistSecurity: "12", Entrusting: "13"}}
	if typ == registry.AgreementTypeEuScc {
		a.SCCModule = 2
	}
	return a
}

// assess adds an assessment of a type that covers all, and returns it.
func (f *flow) assess(t registry.AssessmentType) *registry.Assessment {
	a := &registry.Assessment{Name: fmt.Sprintf("assessments/a%d", len(f.more)), Type: t, Exporter: "exporters/acme", Recipients: []string{"recipients/usp"}, Purposes: flowPurposes,
		CoveredCategories: flowCategories, Countries: []string{"US", "CN", "DE", "GB", "IN"}, ApprovedBy: "dpo", ApproveTime: longAgo, ReviewUntil: longHence}
	f.more = append(f.more, a)
	return a
}

// add adds a transfer by a mechanism that covers all, and returns it.
func (f *flow) add(r registry.Regime, m registry.Mechanism) *registry.Transfer {
	t := &registry.Transfer{Name: fmt.Sprintf("transfers/t%d", len(f.transfers)), Regime: r, Mechanism: m, Exporter: "exporters/acme", Recipients: []string{"recipients/usp"},
		Countries: []string{"US"}, Purposes: flowPurposes, CoveredCategories: flowCategories, ValidFrom: at("2025-06-02T00:00:00+08:00"), Evidence: &registry.Evidence{Reference: "1"}}
	switch m {
	case registry.MechanismStandardContract, registry.MechanismGbaContract:
		t.Evidence.FilingNumber, t.Evidence.FilingTime = "2", at("2025-06-05T00:00:00+08:00")
		fallthrough
	case registry.MechanismScc, registry.MechanismIdta, registry.MechanismUkAddendum:
		t.Agreement = f.agreement.Name
	case registry.MechanismDpf, registry.MechanismUkBridge:
		t.RecertifiedUntil, t.HRCoverage = longHence, true
	}
	switch m {
	case registry.MechanismScc, registry.MechanismUkAddendum:
		t.Annexes = &registry.Annexes{Parties: "1", Transfer: "2", Authority: "3", Measures: "4"}
	case registry.MechanismUkBridge:
		t.UKExtension, t.SensitiveLabelled = true, true
	}
	f.transfers = append(f.transfers, t)
	return t
}

func (f *flow) compile(t *testing.T) *decision.Snapshot {
	t.Helper()
	law := []registry.Regime{registry.RegimeCn, registry.RegimeEu, registry.RegimeUk}
	nouns := []registry.Noun{f.settings, f.exporter, f.recipient, f.deployment, f.agreement, f.contract("agreements/dpa", registry.AgreementTypeDpa)}
	for _, c := range flowCategories {
		nouns = append(nouns, &registry.Category{Name: c, Sensitive: c == "categories/sensitive", Special: c == "categories/special", ImportantData: c == "categories/important"})
	}
	for _, p := range flowPurposes {
		nouns = append(nouns, &registry.Purpose{Name: p, Service: registry.ServiceNone, ForeignProceedings: f.abroad})
	}
	policy := &registry.Policy{
		Name: "policies/v1", Regions: []string{"*"}, EffectiveTime: longAgo, Purposes: flowPurposes,
		SubjectGroups: []registry.SubjectGroup{registry.SubjectGroupUser, registry.SubjectGroupEmployee, registry.SubjectGroupApplicant},
		Kinds:         []registry.KindList{{Kind: registry.RecipientKindLogistics, Purposes: flowPurposes, AnyCategory: true}},
	}
	for _, p := range flowPurposes {
		policy.Bases = append(policy.Bases,
			registry.BasisEntry{Purpose: p, Kind: registry.RecipientKindLogistics, Basis: registry.BasisContract, Regimes: law, SpecialGround: "(f)"},
			registry.BasisEntry{Purpose: p, Kind: registry.RecipientKindLogistics, Basis: registry.BasisHumanResources, Regimes: law, SpecialGround: "(b)"})
		policy.Necessity = append(policy.Necessity, registry.Necessity{Purpose: p, CoveredCategories: flowCategories, ApprovedBy: "dpo", ApproveTime: longAgo})
		policy.Safeguards = append(policy.Safeguards, registry.Safeguard{Purpose: p, CoveredCategories: flowCategories, SpecificPurpose: "1", Necessity: "2",
			Protection: "3", Notice: "4", ApprovedBy: "dpo", ApproveTime: longAgo})
	}
	nouns = append(append(nouns, policy), f.more...)
	for _, x := range f.transfers {
		nouns = append(nouns, x)
	}
	s, err := decision.Compile(registry.Head{Revision: 1}, func(yield func(registry.Record, error) bool) {
		for i, n := range nouns {
			if !yield(registry.Record{Noun: n, Number: uint32(i + 1), Revision: 1}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask returns the answer, and the reasons as words: code, detail, record.
func (f *flow) ask(t *testing.T) (*decision.Decision, []string) {
	t.Helper()
	s := f.compile(t)
	f.in.Principal = s.Number("principals/app")
	var d decision.Decision
	s.Check(&f.q, &f.in, &d)
	var out []string
	for _, r := range d.Reasons {
		text := r.Code.String()
		if r.Detail != decision.NoDetail {
			text += " " + r.Detail.String()
		}
		out = append(out, text)
	}
	return &d, out
}

// wants asks and compares the reasons; none means allowed.
func (f *flow) wants(t *testing.T, want ...string) *decision.Decision {
	t.Helper()
	d, got := f.ask(t)
	if !slices.Equal(got, want) || (d.Outcome == decision.Allowed) != (len(want) == 0) {
		t.Errorf("outcome %v: %q, want %q", d.Outcome, got, want)
	}
	return d
}

// chinese is a flow out of the mainland with all that is no mechanism.
func chinese() *flow {
	f := newFlow("CN", registry.AgreementTypeCnSc)
	f.assess(registry.AssessmentTypePipia)
	f.assess(registry.AssessmentTypeCnScLaw)
	return f
}

func european() *flow {
	f := newFlow("DE", registry.AgreementTypeEuScc)
	f.assess(registry.AssessmentTypeTia)
	return f
}

func british(contract registry.AgreementType) *flow {
	f := newFlow("GB", contract)
	f.assess(registry.AssessmentTypeUkTra)
	return f
}

func counters(persons, sensitive int64) *decision.Counters {
	return &decision.Counters{Year: 2026, Persons: persons, Sensitive: sensitive}
}

// TestTiers: what the year's persons demand of a flow, at each side of the bounds
// of rules.md 2.6 and 2.7.
func TestTiers(t *testing.T) {
	const (
		insufficient = "TRANSFER_MECHANISM_INSUFFICIENT"
		none         = "TRANSFER_NO_MECHANISM"
	)
	volume := func(f *flow) {
		x := f.add(registry.RegimeCn, registry.MechanismExemption)
		x.Exemption = registry.ExemptionVolume
	}
	by := func(m registry.Mechanism) func(*flow) { return func(f *flow) { f.add(registry.RegimeCn, m) } }
	contract, certificate, assessment := by(registry.MechanismStandardContract), by(registry.MechanismCertification), by(registry.MechanismSecurityAssessment)
	for name, c := range map[string]struct {
		by       func(*flow)
		counters *decision.Counters
		category string
		want     []string
	}{
		"N reaches 99,999, exempt":                 {volume, counters(99_998, 0), "plain", nil},
		"N reaches 100,000, no exemption is left":  {volume, counters(99_999, 0), "plain", []string{none}},
		"N reaches 100,001":                        {volume, counters(100_000, 0), "plain", []string{none}},
		"nothing was read":                         {volume, nil, "plain", nil},
		"another year was read":                    {volume, &decision.Counters{Year: 2025, Persons: 1_000_000}, "plain", nil},
		"one sensitive person is not exempt":       {volume, nil, "sensitive", []string{none}},
		"S of others is looked at":                 {volume, counters(0, 10_000), "plain", []string{none}},
		"N reaches 999,999 by a certificate":       {certificate, counters(999_998, 0), "plain", nil},
		"N reaches 1,000,000 by a certificate":     {certificate, counters(999_999, 0), "plain", []string{insufficient}},
		"N reaches 1,000,001 by a certificate":     {certificate, counters(1_000_000, 0), "plain", []string{insufficient}},
		"S reaches 9,999 by a contract":            {contract, counters(0, 9_998), "sensitive", nil},
		"S reaches 10,000 by a contract":           {contract, counters(0, 9_999), "sensitive", []string{insufficient}},
		"S reaches 10,001 by a contract":           {contract, counters(0, 10_000), "sensitive", []string{insufficient}},
		"S is 10,000 and the flow is not":          {contract, counters(0, 10_000), "plain", []string{insufficient}},
		"an assessment reaches all":                {assessment, counters(1_000_000, 10_000), "sensitive", nil},
		"important data by a contract":             {contract, nil, "important", []string{insufficient}},
		"important data by a treaty":               {by(registry.MechanismTreaty), nil, "important", []string{insufficient}},
		"important data by an assessment":          {assessment, nil, "important", nil},
		"a treaty reaches the assessment":          {by(registry.MechanismTreaty), counters(1_000_000, 0), "plain", nil},
		"a subject who counts already in N":        {volume, &decision.Counters{Year: 2026, Persons: 99_999, InPersons: true}, "plain", nil},
		"a subject who counts already in S":        {contract, &decision.Counters{Year: 2026, Sensitive: 9_999, InSensitive: true}, "sensitive", nil},
		"a subject who counts only in N, for S":    {contract, &decision.Counters{Year: 2026, Sensitive: 9_999, InPersons: true}, "sensitive", []string{insufficient}},
		"no transfer":                              {func(*flow) {}, nil, "plain", []string{none}},
		"no transfer, whatever the counters":       {func(*flow) {}, counters(99_999, 0), "plain", []string{none}},
		"a transfer of another exporter is no one": {func(f *flow) { f.add(registry.RegimeCn, registry.MechanismTreaty).Exporter = "exporters/none" }, nil, "plain", []string{none}},
	} {
		t.Run(name, func(t *testing.T) {
			f := chinese()
			c.by(f)
			f.in.Counters, f.q.Categories = c.counters, []string{"categories/" + c.category}
			if d := f.wants(t, c.want...); !d.Countable {
				t.Error("the counters do not matter")
			}
		})
	}
}

// TestTierSettings: what the registry states of a tier.
func TestTierSettings(t *testing.T) {
	f := chinese()
	f.add(registry.RegimeCn, registry.MechanismStandardContract)
	f.exporter.CIIOPeriods = []registry.Period{{StartTime: flowNow, EndTime: flowNow + 1}}
	f.wants(t, "TRANSFER_MECHANISM_INSUFFICIENT")
	f.in.Now++
	f.wants(t)
	f.in.Now, f.exporter.CIIOPeriods = flowNow, []registry.Period{{StartTime: flowNow + 1}}
	f.wants(t)

	f.in.Counters = counters(0, 10_000)
	f.settings.NonsensitiveTier = registry.NonsensitiveTierOwnTier
	f.wants(t)

	f = chinese()
	f.add(registry.RegimeCn, registry.MechanismExemption).Exemption = registry.ExemptionVolume
	f.exporter.VolumeOpenings = []registry.VolumeOpening{{Year: 2026, Persons: 90_000}, {Year: 2025, Persons: 5_000_000}}
	f.in.Counters = counters(9_998, 0)
	if d := f.wants(t); d.Counted != (decision.Counted{Year: 2026, PersonsBefore: 99_998, PersonsAfter: 99_999, Warn: true}) {
		t.Errorf("%+v", d.Counted)
	}
	f.in.Counters = counters(9_999, 0)
	f.wants(t, "TRANSFER_NO_MECHANISM")
	f.in.Counters = nil // the opening alone
	f.exporter.VolumeOpenings[0].Persons = 99_999
	f.wants(t, "TRANSFER_NO_MECHANISM")
}

// TestYearTurns: the persons of a year are no longer those of the next, from 16:00
// UTC on, where it is midnight in Shanghai.
func TestYearTurns(t *testing.T) {
	f := chinese()
	f.add(registry.RegimeCn, registry.MechanismExemption).Exemption = registry.ExemptionVolume
	f.exporter.VolumeOpenings = []registry.VolumeOpening{{Year: 2026, Persons: 100_000}}
	f.in.Now = at("2026-12-31T15:59:59.999999Z")
	f.wants(t, "TRANSFER_NO_MECHANISM")
	f.in.Now = at("2026-12-31T16:00:00Z")
	if d := f.wants(t); d.Counted != (decision.Counted{Year: 2027, PersonsAfter: 1}) {
		t.Errorf("%+v", d.Counted)
	}
}

// TestCounting: what an allowed share counts, and which does not count.
func TestCounting(t *testing.T) {
	has := func(d *decision.Decision, c decision.ObligationCode) bool {
		return slices.ContainsFunc(d.Obligations, func(o decision.Obligation) bool { return o.Code == c })
	}
	f := chinese()
	f.add(registry.RegimeCn, registry.MechanismStandardContract)
	f.in.Counters = counters(5, 7)
	f.q.Categories = []string{"categories/plain", "categories/sensitive"}
	if d := f.wants(t); d.Counted != (decision.Counted{Year: 2026, PersonsBefore: 5, PersonsAfter: 5, SensitiveBefore: 7, SensitiveAfter: 8}) || !has(d, decision.CountQuantity) {
		t.Errorf("a mixed share counts in S: %+v %v", d.Counted, d.Obligations)
	}
	f.q.AgeBand, f.q.Categories = decision.AgeUnder13, []string{"categories/plain"}
	d, _ := f.ask(t)
	if d.Counted.Year != 0 || has(d, decision.CountQuantity) {
		t.Errorf("a denied share counts: %+v", d.Counted)
	}

	f = chinese()
	f.add(registry.RegimeCn, registry.MechanismExemption).Exemption = registry.ExemptionContract
	f.in.Counters = counters(2_000_000, 20_000)
	if d := f.wants(t); d.Counted.Year != 0 || !d.Countable {
		t.Errorf("an exempt share counts: %+v", d.Counted)
	}
	f.settings.CountExemptFlows = true
	if d := f.wants(t); d.Counted.PersonsAfter != 2_000_001 || !has(d, decision.CountQuantity) {
		t.Errorf("an exempt share does not count: %+v", d.Counted)
	}

	f = chinese()
	f.add(registry.RegimeCn, registry.MechanismStandardContract).ApprovedScale = 1000
	f.in.Counters = counters(700, 98)
	if d := f.wants(t); d.Counted.Warn {
		t.Errorf("799 of 1,000 warn: %+v", d.Counted)
	}
	f.in.Counters = counters(700, 99)
	if d := f.wants(t); !d.Counted.Warn {
		t.Errorf("800 of 1,000 do not warn: %+v", d.Counted)
	}
	f.in.Counters = counters(900, 99)
	f.wants(t)
	f.in.Counters = counters(900, 100)
	f.wants(t, "TRANSFER_VOLUME_EXCEEDED")

	f = newFlow("DE", registry.AgreementTypeEuScc)
	f.add(registry.RegimeEu, registry.MechanismDpf)
	if d := f.wants(t); d.Countable || d.Counted.Year != 0 {
		t.Errorf("a share out of the Union counts: %+v", d.Counted)
	}
	f = newFlow("CN", registry.AgreementTypeCnSc)
	f.assess(registry.AssessmentTypePipia)
	f.recipient.Country, f.deployment.StorageCountries, f.deployment.AccessCountries = "CN", []string{"CN"}, []string{"CN"}
	if d := f.wants(t); d.Countable {
		t.Error("a domestic share reads counters")
	}
	// Staff who query from Manila export what is stored in Shenzhen.
	f.deployment.AccessCountries = []string{"CN", "PH"}
	f.more[0].(*registry.Assessment).Countries = []string{"CN", "PH"}
	if d := f.wants(t, "TRANSFER_NO_MECHANISM"); !d.Countable {
		t.Error("remote access is no export")
	}
}

// TestExemptions: an exemption is a candidate only where it matches.
func TestExemptions(t *testing.T) {
	for name, c := range map[string]struct {
		x     registry.Exemption
		set   func(*flow)
		match bool
	}{
		"transit":                         {registry.ExemptionTransit, func(f *flow) { f.q.Origin = "SG" }, true},
		"transit of what is ours":         {registry.ExemptionTransit, func(f *flow) { f.q.Origin = "CN" }, false},
		"transit from nowhere":            {registry.ExemptionTransit, func(f *flow) { f.q.Origin = "UNKNOWN" }, false},
		"transit without an origin":       {registry.ExemptionTransit, func(f *flow) {}, false},
		"a contract":                      {registry.ExemptionContract, func(f *flow) {}, true},
		"human resources":                 {registry.ExemptionHumanResources, func(f *flow) { f.q.OrderRef, f.q.HRReference = "", "h" }, true},
		"a contract is no staff":          {registry.ExemptionHumanResources, func(f *flow) {}, false},
		"a zone":                          {registry.ExemptionFreeTradeZone, func(f *flow) { f.exporter.FreeTradeZones[0].StartTime = flowNow }, true},
		"a zone from tomorrow":            {registry.ExemptionFreeTradeZone, func(f *flow) { f.exporter.FreeTradeZones[0].StartTime = flowNow + 1 }, false},
		"a zone until now":                {registry.ExemptionFreeTradeZone, func(f *flow) { f.exporter.FreeTradeZones[0].EndTime = flowNow }, false},
		"a zone until then":               {registry.ExemptionFreeTradeZone, func(f *flow) { f.exporter.FreeTradeZones[0].EndTime = flowNow + 1 }, true},
		"a zone that nobody approved":     {registry.ExemptionFreeTradeZone, func(f *flow) { f.exporter.FreeTradeZones[0].ApprovedBy = "" }, false},
		"a zone that is not yet approved": {registry.ExemptionFreeTradeZone, func(f *flow) { f.exporter.FreeTradeZones[0].ApproveTime = flowNow + 1 }, false},
		"a listed category": {registry.ExemptionFreeTradeZone, func(f *flow) {
			f.exporter.FreeTradeZones[0].CoveredCategories = []string{"categories/plain"}
		}, false},
		"no emergency is claimed":      {registry.ExemptionEmergency, func(f *flow) {}, false},
		"no statutory duty is claimed": {registry.ExemptionStatutoryDuty, func(f *flow) {}, false},
		"volume":                       {registry.ExemptionVolume, func(f *flow) {}, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := chinese()
			f.exporter.FreeTradeZones = []registry.FreeTradeZone{{Zone: "z", StartTime: longAgo, NegativeList: "n", CoveredCategories: []string{"categories/other"},
				ApprovedBy: "dpo", ApproveTime: longAgo}}
			f.add(registry.RegimeCn, registry.MechanismExemption).Exemption = c.x
			c.set(f)
			_, got := f.ask(t)
			if slices.Contains(got, "TRANSFER_NO_MECHANISM") == c.match {
				t.Errorf("%q", got)
			}
		})
	}
	f := chinese() // what is exempt is so at any volume, but for important data
	f.add(registry.RegimeCn, registry.MechanismExemption).Exemption = registry.ExemptionContract
	f.in.Counters = counters(2_000_000, 20_000)
	f.q.Categories = []string{"categories/sensitive"}
	f.wants(t)
	f.q.Categories = []string{"categories/sensitive", "categories/important"}
	f.wants(t, "TRANSFER_MECHANISM_INSUFFICIENT")
	f.exporter.CIIOPeriods, f.q.Categories = []registry.Period{{StartTime: longAgo}}, []string{"categories/plain"}
	f.wants(t)
}

// TestDerogations: a derogation is a candidate only where it matches, is
// occasional, and says why there is no safeguard.
func TestDerogations(t *testing.T) {
	order := func(f *flow) {}
	for name, c := range map[string]struct {
		x     registry.Derogation
		set   func(*flow)
		match bool
	}{
		"a contract":                       {registry.DerogationContract, order, true},
		"a contract of another":            {registry.DerogationContract, func(f *flow) { f.q.OrderSubject = "u-2" }, false},
		"in the person's interest":         {registry.DerogationContractInInterest, order, true},
		"a public register":                {registry.DerogationPublicRegister, order, true},
		"regular":                          {registry.DerogationPublicRegister, func(f *flow) { f.transfers[0].Occasional = false }, false},
		"no reason":                        {registry.DerogationPublicRegister, func(f *flow) { f.transfers[0].NoSafeguardsReason = "" }, false},
		"no instrument":                    {registry.DerogationLegalClaims, order, false},
		"nothing claimed":                  {registry.DerogationPublicInterest, order, false},
		"nobody's life":                    {registry.DerogationVitalInterests, order, false},
		"no consent":                       {registry.DerogationExplicitConsent, order, false},
		"no assessment":                    {registry.DerogationCompellingInterests, order, false},
		"compelling interests":             {registry.DerogationCompellingInterests, func(f *flow) { f.q.Assessment = f.assess(registry.AssessmentTypeLia).Name }, true},
		"an explicit consent":              {registry.DerogationExplicitConsent, func(f *flow) { f.consent("recipients/usp", "categories/plain") }, true},
		"a consent that names nobody":      {registry.DerogationExplicitConsent, func(f *flow) { f.consent("", "categories/plain") }, false},
		"a consent to something else":      {registry.DerogationExplicitConsent, func(f *flow) { f.consent("recipients/usp", "categories/other") }, false},
		"a consent to a part of the asked": {registry.DerogationExplicitConsent, func(f *flow) { f.consent("recipients/usp", "categories/plain"); f.q.Categories = flowCategories[:2] }, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFlow("DE", registry.AgreementTypeEuScc)
			x := f.add(registry.RegimeEu, registry.MechanismDerogation)
			x.Derogation, x.Occasional, x.NoSafeguardsReason = c.x, true, "none"
			c.set(f)
			d, got := f.ask(t)
			if slices.Contains(got, "TRANSFER_NO_MECHANISM") == c.match {
				t.Errorf("%q", got)
			}
			inform := slices.ContainsFunc(d.Obligations, func(o decision.Obligation) bool { return o.Code == decision.InformSAAndSubject && o.Record != 0 })
			if inform != (c.match && c.x == registry.DerogationCompellingInterests) {
				t.Errorf("%v", d.Obligations)
			}
		})
	}
}

// consent presents an explicit consent from a source.
func (f *flow) consent(recipient string, categories ...string) {
	f.more = append(f.more, &registry.Principal{Name: "principals/app", Role: registry.RoleCaller, ConsentSource: &registry.ConsentSource{}})
	f.q.Consents = []decision.Consent{{Type: decision.ConsentExplicitEUTransfer, Purpose: "purposes/delivery", Categories: categories, Recipient: recipient,
		Policy: "policies/v1", GiveTime: longAgo, CheckTime: flowNow}}
}

// TestClauses: module, annexes, importer and assessment of the EU clauses.
func TestClauses(t *testing.T) {
	const (
		none  = "TRANSFER_NO_MECHANISM"
		begun = "TRANSFER_MECHANISM_NOT_YET_EFFECTIVE"
		tia   = "TRANSFER_TIA_MISSING"
	)
	for name, c := range map[string]struct {
		set  func(*flow, *registry.Transfer)
		want []string
	}{
		"in order":                  {func(f *flow, x *registry.Transfer) {}, nil},
		"module 3 fits a processor": {func(f *flow, x *registry.Transfer) { f.agreement.SCCModule = 3 }, nil},
		"module 1 does not":         {func(f *flow, x *registry.Transfer) { f.agreement.SCCModule = 1 }, []string{none}},
		"module 4 does not":         {func(f *flow, x *registry.Transfer) { f.agreement.SCCModule = 4 }, []string{none}},
		"no agreement":              {func(f *flow, x *registry.Transfer) { x.Agreement = "" }, []string{none}},
		"under the GDPR itself":     {func(f *flow, x *registry.Transfer) { x.ImporterUnderGDPR = true }, []string{none}},
		"no annexes":                {func(f *flow, x *registry.Transfer) { x.Annexes = nil }, []string{begun}},
		"no parties":                {func(f *flow, x *registry.Transfer) { x.Annexes.Parties = "" }, []string{begun}},
		"no transfer":               {func(f *flow, x *registry.Transfer) { x.Annexes.Transfer = "" }, []string{begun}},
		"no measures":               {func(f *flow, x *registry.Transfer) { x.Annexes.Measures = "" }, []string{begun}},
		"no authority":              {func(f *flow, x *registry.Transfer) { x.Annexes.Authority = "" }, []string{begun}},
		"sub-processors one by one": {func(f *flow, x *registry.Transfer) {
			f.agreement.Terms.SubprocessorMode = registry.SubprocessorModeSpecific
		}, []string{begun}},
		"and they are listed": {func(f *flow, x *registry.Transfer) {
			f.agreement.Terms.SubprocessorMode = registry.SubprocessorModeSpecific
			x.Annexes.Subprocessors = "5"
		}, nil},
		"no assessment":              {func(f *flow, x *registry.Transfer) { f.more = nil }, []string{tia}},
		"one of another type":        {func(f *flow, x *registry.Transfer) { f.tia().Type = registry.AssessmentTypeUkTra }, []string{tia}},
		"of another country":         {func(f *flow, x *registry.Transfer) { f.tia().Countries = []string{"IN"} }, []string{tia}},
		"not approved":               {func(f *flow, x *registry.Transfer) { f.tia().ApprovedBy = "" }, []string{tia}},
		"approved later":             {func(f *flow, x *registry.Transfer) { f.tia().ApproveTime = flowNow + 1 }, []string{tia}},
		"reviewed until now":         {func(f *flow, x *registry.Transfer) { f.tia().ReviewUntil = flowNow }, []string{tia}},
		"reviewed until then":        {func(f *flow, x *registry.Transfer) { f.tia().ReviewUntil = flowNow + 1 }, nil},
		"of another purpose":         {func(f *flow, x *registry.Transfer) { f.tia().Purposes = flowPurposes[1:] }, []string{tia}},
		"of another category":        {func(f *flow, x *registry.Transfer) { f.tia().CoveredCategories = flowCategories[1:] }, []string{tia}},
		"the contract is terminated": {func(f *flow, x *registry.Transfer) { f.agreement.TerminateTime = flowNow }, []string{"TRANSFER_MECHANISM_SUSPENDED"}},
		"the contract has expired":   {func(f *flow, x *registry.Transfer) { f.agreement.ExpireTime = flowNow }, []string{"TRANSFER_MECHANISM_EXPIRED"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := european()
			c.set(f, f.add(registry.RegimeEu, registry.MechanismScc))
			f.wants(t, c.want...)
		})
	}
	// A lapsed list entry yields to the clauses (rules.md 2.7).
	f := european()
	f.add(registry.RegimeEu, registry.MechanismScc)
	f.add(registry.RegimeEu, registry.MechanismDpf).RecertifiedUntil = flowNow
	f.wants(t)
	f.transfers = f.transfers[1:]
	f.wants(t, "TRANSFER_MECHANISM_EXPIRED")
	f.transfers[0].RecertifiedUntil++
	f.wants(t)
}

func (f *flow) tia() *registry.Assessment { return f.more[0].(*registry.Assessment) }

// TestListEntries: what an entry of the DPF and of its UK extension covers.
func TestListEntries(t *testing.T) {
	f := newFlow("DE", registry.AgreementTypeEuScc)
	x := f.add(registry.RegimeEu, registry.MechanismDpf)
	f.q.SubjectGroup = registry.SubjectGroupEmployee
	f.wants(t)
	x.HRCoverage = false
	f.wants(t, "TRANSFER_CATEGORY_NOT_COVERED")
	f.q.SubjectGroup = registry.SubjectGroupApplicant
	f.wants(t, "TRANSFER_CATEGORY_NOT_COVERED")
	f.q.SubjectGroup = registry.SubjectGroupUser
	f.wants(t)

	f = newFlow("GB", registry.AgreementTypeIdta)
	x = f.add(registry.RegimeUk, registry.MechanismUkBridge)
	f.q.Categories = []string{"categories/plain", "categories/special"}
	f.wants(t)
	x.SensitiveLabelled = false
	if d := f.wants(t, "TRANSFER_CATEGORY_NOT_COVERED"); d.Permitted != 1 {
		t.Errorf("permitted %b", d.Permitted)
	}
	x.SensitiveLabelled, x.UKExtension = true, false
	f.wants(t, "TRANSFER_MECHANISM_NOT_YET_EFFECTIVE")
	x.UKExtension, x.RecertifiedUntil = true, 0
	f.wants(t, "TRANSFER_MECHANISM_EXPIRED")
}

// TestUK: the mechanisms of the United Kingdom.
func TestUK(t *testing.T) {
	f := british(registry.AgreementTypeIdta)
	f.wants(t, "TRANSFER_NO_MECHANISM")
	f.add(registry.RegimeUk, registry.MechanismIdta)
	f.wants(t)
	f.agreement.TheirSignature = nil
	f.wants(t, "TRANSFER_MECHANISM_NOT_YET_EFFECTIVE")
	f = british(registry.AgreementTypeUkAddendum)
	x := f.add(registry.RegimeUk, registry.MechanismUkAddendum)
	f.wants(t)
	x.Annexes.Authority = ""
	f.wants(t)
	x.Annexes.Measures = ""
	f.wants(t, "TRANSFER_MECHANISM_NOT_YET_EFFECTIVE")
	f.tia().Type = registry.AssessmentTypeTia
	f.wants(t, "TRANSFER_MECHANISM_NOT_YET_EFFECTIVE", "TRANSFER_TIA_MISSING")

	f = newFlow("GB", registry.AgreementTypeIdta)
	f.recipient.Country, f.deployment.StorageCountries, f.deployment.AccessCountries = "DE", []string{"DE"}, []string{"DE"}
	f.wants(t, "TRANSFER_NO_MECHANISM")
	x = f.add(registry.RegimeUk, registry.MechanismUkAdequacy)
	x.Countries = []string{"DE"}
	f.wants(t)
	f = newFlow("DE", registry.AgreementTypeEuScc) // the other way the Commission's decision ends
	f.recipient.Country, f.deployment.StorageCountries, f.deployment.AccessCountries = "GB", []string{"GB"}, []string{"GB"}
	x = f.add(registry.RegimeEu, registry.MechanismAdequacy)
	x.Countries = []string{"GB"}
	f.wants(t)
	f.in.Now = at("2031-12-27T00:00:00Z")
	if _, got := f.ask(t); !slices.Contains(got, "TRANSFER_MECHANISM_EXPIRED") {
		t.Errorf("%q", got)
	}
	f.in.Now--
	if _, got := f.ask(t); slices.Contains(got, "TRANSFER_MECHANISM_EXPIRED") {
		t.Errorf("%q", got)
	}
}

// TestFiling: a contract is filed within ten working days after it takes effect, be it
// by its own date or by the transfer's, and late is filed too.
func TestFiling(t *testing.T) {
	deadline := at("2026-11-17T00:00:00+08:00")
	for name, c := range map[string]struct {
		now       registry.Time
		from      string
		when      registry.Time // filed; 0 is not
		want      []string
		due       registry.Time
		effective string // of the agreement, "" is from
	}{
		"on the tenth day":          {deadline - 1, "2026-11-02T00:00:00+08:00", 0, nil, deadline, ""},
		"after it":                  {deadline, "2026-11-02T00:00:00+08:00", 0, []string{"TRANSFER_FILING_OVERDUE"}, 0, ""},
		"filed":                     {deadline, "2026-11-02T00:00:00+08:00", deadline - 1, nil, 0, ""},
		"filed late":                {deadline + 5, "2026-11-02T00:00:00+08:00", deadline + 5, nil, 0, ""},
		"to be filed":               {deadline, "2026-11-02T00:00:00+08:00", deadline + 1, []string{"TRANSFER_FILING_OVERDUE"}, 0, ""},
		"beyond the calendar":       {at("2026-12-30T00:00:00+08:00"), "2026-12-29T00:00:00+08:00", 0, []string{"TRANSFER_FILING_OVERDUE calendar"}, 0, ""},
		"beyond it, but filed":      {at("2026-12-30T00:00:00+08:00"), "2026-12-29T00:00:00+08:00", at("2026-12-30T00:00:00+08:00"), nil, 0, ""},
		"filed in the first minute": {at("2026-11-02T00:00:00+08:00"), "2026-11-02T00:00:00+08:00", at("2026-11-02T00:00:00+08:00"), nil, 0, ""},
		"the contract before":       {deadline - 1, "2026-11-10T00:00:00+08:00", 0, nil, deadline, "2026-11-02T00:00:00+08:00"},
		"the contract is overdue":   {deadline, "2026-11-10T00:00:00+08:00", 0, []string{"TRANSFER_FILING_OVERDUE"}, 0, "2026-11-02T00:00:00+08:00"},
		"the transfer before":       {deadline, "2026-11-02T00:00:00+08:00", 0, []string{"TRANSFER_FILING_OVERDUE"}, 0, "2026-11-10T00:00:00+08:00"},
		"only it in the calendar":   {at("2027-01-15T00:00:00+08:00"), "2027-01-10T00:00:00+08:00", 0, []string{"TRANSFER_FILING_OVERDUE"}, 0, "2026-11-02T00:00:00+08:00"},
		"the contract long before":  {deadline, "2026-11-10T00:00:00+08:00", 0, []string{"TRANSFER_FILING_OVERDUE calendar"}, 0, "2023-11-10T00:00:00+08:00"},
	} {
		t.Run(name, func(t *testing.T) {
			f := chinese()
			x := f.add(registry.RegimeCn, registry.MechanismStandardContract)
			x.ValidFrom, x.Evidence.FilingTime = at(c.from), c.when
			if f.agreement.EffectiveTime = x.ValidFrom; c.effective != "" {
				f.agreement.EffectiveTime = at(c.effective)
			}
			f.in.Now = c.now
			d := f.wants(t, c.want...)
			due := registry.Time(0)
			for _, o := range d.Obligations {
				if o.Code == decision.FileContract {
					due = o.Due
				}
			}
			if due != c.due {
				t.Errorf("due %s, want %s", due, c.due)
			}
		})
	}
	f := chinese()
	f.add(registry.RegimeCn, registry.MechanismStandardContract).Evidence.FilingNumber = ""
	f.wants(t, "TRANSFER_FILING_OVERDUE")
}

// TestThreeYears: an assessment and a certificate end three years after the result,
// half-open, in the registry's zone.
func TestThreeYears(t *testing.T) {
	for _, m := range []registry.Mechanism{registry.MechanismSecurityAssessment, registry.MechanismCertification} {
		for issued, end := range map[string]string{
			"2023-11-26T00:00:00+08:00": "2026-11-26T00:00:00+08:00",
			"2024-02-29T00:00:00+08:00": "2027-02-28T00:00:00+08:00",
		} {
			f := chinese()
			x := f.add(registry.RegimeCn, m)
			x.ValidFrom, x.Evidence.IssueTime = at(issued), at(issued)
			f.in.Now = at(end) - 1
			f.wants(t)
			f.in.Now = at(end)
			f.wants(t, "TRANSFER_MECHANISM_EXPIRED")
		}
	}
}

// TestGreaterBayArea: from its contract nothing goes on to another country.
func TestGreaterBayArea(t *testing.T) {
	f := newFlow("CN", registry.AgreementTypeGbaSc)
	f.assess(registry.AssessmentTypePipia).Countries = []string{"HK", "SG", "CN"}
	f.recipient.Country, f.deployment.StorageCountries, f.deployment.AccessCountries = "HK", []string{"HK"}, []string{"HK"}
	f.add(registry.RegimeCn, registry.MechanismGbaContract).Countries = []string{"HK"}
	f.wants(t, "TRANSFER_NO_MECHANISM") // the exporter is in none of the nine cities
	f.exporter.City = "guangzhou"
	f.wants(t)
	f.more = append(f.more, &registry.Recipient{Name: "recipients/sub", Kind: registry.RecipientKindLogistics, Role: registry.RecipientRoleProcessor, Country: "SG",
		ApproveTime: longAgo, DueDiligenceUntil: longHence, Screenings: f.recipient.Screenings},
		&registry.Deployment{Name: "recipients/sub/deployments/main", StorageCountries: []string{"SG"}, AccessCountries: []string{"SG"}})
	sub := f.contract("agreements/sub", registry.AgreementTypeDpa)
	sub.Exporters, sub.Recipients = nil, []string{"recipients/usp", "recipients/sub"}
	f.more = append(f.more, sub)
	f.deployment.Links = []registry.SubprocessorLink{{Recipient: "recipients/sub", Authorisation: registry.AuthorisationSpecific, AuthoriseTime: longAgo, SubAgreement: "agreements/sub"}}
	f.wants(t, "ONWARD_DESTINATION_NOT_COVERED")
	f.transfers[0].OnwardRecipients = []string{"recipients/sub"}
	f.wants(t, "ONWARD_DESTINATION_NOT_COVERED")
}

// TestStandingAssessments: one of whole kinds serves every recipient of them, and a
// simplified one while the exporter is small.
func TestStandingAssessments(t *testing.T) {
	f := newFlow("CN", registry.AgreementTypeCnSc)
	f.assess(registry.AssessmentTypeCnScLaw)
	f.add(registry.RegimeCn, registry.MechanismStandardContract)
	f.wants(t, "IMPACT_ASSESSMENT_MISSING")
	a := f.assess(registry.AssessmentTypePipia)
	a.Recipients, a.RecipientKinds = nil, []registry.RecipientKind{registry.RecipientKindAuthority}
	f.wants(t, "IMPACT_ASSESSMENT_MISSING")
	a.RecipientKinds = append(a.RecipientKinds, registry.RecipientKindLogistics)
	f.wants(t)
	a.ReviewUntil = flowNow
	if d := f.wants(t, "IMPACT_ASSESSMENT_STALE review_until"); d.Reasons[0].Record == 0 {
		t.Error("no record")
	}
	a.ReviewUntil, a.Exporter = longHence, "exporters/none"
	f.wants(t, "IMPACT_ASSESSMENT_MISSING")
	a.Exporter, a.Simplified = "exporters/acme", true
	f.wants(t, "IMPACT_ASSESSMENT_MISSING")
	f.exporter.SmallHandlers = []registry.SmallHandler{{StartTime: flowNow, EndTime: flowNow + 1, Persons: 99_999}}
	f.wants(t)
	f.in.Now++
	f.wants(t, "IMPACT_ASSESSMENT_MISSING")
	f.in.Now, a.Simplified = flowNow, false
	f.deployment.Kind = registry.RecipientKindSupport // its own kind decides
	if _, got := f.ask(t); !slices.Contains(got, "IMPACT_ASSESSMENT_MISSING") {
		t.Errorf("%q", got)
	}
}

// TestExemptionDoesNotHelp: an exempt flow still needs its assessment (rules.md 2.7).
func TestExemptionDoesNotHelp(t *testing.T) {
	f := newFlow("CN", registry.AgreementTypeCnSc)
	f.add(registry.RegimeCn, registry.MechanismExemption).Exemption = registry.ExemptionVolume
	f.in.Counters = counters(99_998, 0)
	f.wants(t, "IMPACT_ASSESSMENT_MISSING")
}

// TestAbroadAllocatesNothing.
func TestAbroadAllocatesNothing(t *testing.T) {
	var d decision.Decision
	for _, f := range []*flow{chinese(), european(), british(registry.AgreementTypeIdta)} {
		r := map[string]registry.Regime{"CN": registry.RegimeCn, "DE": registry.RegimeEu, "GB": registry.RegimeUk}[f.exporter.Country]
		for m := registry.MechanismSecurityAssessment; m <= registry.MechanismUkAddendum; m++ {
			x := f.add(r, m)
			x.Exemption, x.Derogation, x.Occasional, x.NoSafeguardsReason = registry.ExemptionVolume, registry.DerogationPublicRegister, true, "x"
		}
		f.in.Counters = counters(99_998, 0)
		s := f.compile(t)
		s.Check(&f.q, &f.in, &d)
		if n := testing.AllocsPerRun(100, func() { s.Check(&f.q, &f.in, &d) }); n != 0 {
			t.Errorf("%s: %v allocations", f.exporter.Country, n)
		}
	}
}

// claim claims an exception, and returns its record, which supports it.
func (f *flow) claim(x registry.Exception, regimes ...registry.Regime) *registry.ExceptionRecord {
	r := &registry.ExceptionRecord{Name: "exceptions/x", Exception: x, Exporters: []string{"exporters/acme"}, Recipients: []string{"recipients/usp"}, Purposes: flowPurposes,
		CoveredCategories: flowCategories, Citation: "law 1", Regimes: regimes, Organ: "o", Interest: "life", WhyImpracticable: "unconscious", Emergency: true,
		LifeOrBody: true, Incapable: true, EffectiveTime: longAgo, ApprovedBy: "legal", SecondApprovedBy: "board", ApproveTime: longAgo}
	f.more = append(f.more, r)
	f.q.Exception, f.q.ExceptionRecord = decision.Exception(x), r.Name
	return r
}

// instrument names an instrument that stands, and returns it.
func (f *flow) instrument() *registry.Instrument {
	n := &registry.Instrument{Name: "instruments/i", Recipient: "recipients/usp", Exporters: []string{"exporters/acme"}, Number: "1", Citation: "law 1", Regime: registry.RegimeEu,
		CoveredCategories: flowCategories[:1], Purposes: flowPurposes, IssueTime: longAgo, ExpireTime: longHence, NecessityReason: "n",
		ApprovedBy: "legal", SecondApprovedBy: "board", ApproveTime: longAgo}
	f.more = append(f.more, n)
	f.q.AuthorityInstrument = n.Name
	return n
}

// TestClaimedMechanisms: what an exception or an instrument opens, and only where it
// is supported for all that is asked.
func TestClaimedMechanisms(t *testing.T) {
	rescue := func(f *flow) {
		f.recipient.Kind, f.recipient.Role = registry.RecipientKindRescue, registry.RecipientRoleController
	}
	exempts := func(x registry.Exemption, set func(*flow)) func(*flow) {
		return func(f *flow) { f.add(registry.RegimeCn, registry.MechanismExemption).Exemption = x; set(f) }
	}
	derogates := func(x registry.Derogation, set func(*flow)) func(*flow) {
		return func(f *flow) {
			d := f.add(registry.RegimeEu, registry.MechanismDerogation)
			d.Derogation, d.Occasional, d.NoSafeguardsReason = x, true, "none"
			set(f)
		}
	}
	for name, c := range map[string]struct {
		from  string
		set   func(*flow)
		match bool
	}{
		"an emergency": {"CN", exempts(registry.ExemptionEmergency, func(f *flow) { rescue(f); f.claim(registry.ExceptionVitalInterest) }), true},
		"an emergency that leaves out a category": {"CN", exempts(registry.ExemptionEmergency, func(f *flow) {
			rescue(f)
			f.claim(registry.ExceptionVitalInterest).CoveredCategories = flowCategories[1:]
		}), false},
		"a statutory duty":         {"CN", exempts(registry.ExemptionStatutoryDuty, func(f *flow) { f.claim(registry.ExceptionLegalObligation, registry.RegimeCn) }), true},
		"a duty under another law": {"CN", exempts(registry.ExemptionStatutoryDuty, func(f *flow) { f.claim(registry.ExceptionLegalObligation, registry.RegimeEu) }), false},
		"a duty that is no emergency": {"CN", exempts(registry.ExemptionEmergency, func(f *flow) {
			f.claim(registry.ExceptionLegalObligation, registry.RegimeCn)
		}), false},
		"public interest": {"DE", derogates(registry.DerogationPublicInterest, func(f *flow) { f.claim(registry.ExceptionLegalObligation, registry.RegimeEu) }), true},
		"public interest of another law": {"DE", derogates(registry.DerogationPublicInterest, func(f *flow) {
			f.claim(registry.ExceptionLegalObligation, registry.RegimeUk)
		}), false},
		"vital interests": {"DE", derogates(registry.DerogationVitalInterests, func(f *flow) { rescue(f); f.claim(registry.ExceptionVitalInterest) }), true},
		"of one who can consent": {"DE", derogates(registry.DerogationVitalInterests, func(f *flow) {
			rescue(f)
			f.claim(registry.ExceptionVitalInterest).Incapable = false
		}), false},
		"legal claims":                     {"DE", derogates(registry.DerogationLegalClaims, func(f *flow) { f.instrument() }), true},
		"an instrument of yesterday":       {"DE", derogates(registry.DerogationLegalClaims, func(f *flow) { f.instrument().ExpireTime = flowNow }), false},
		"an instrument of another purpose": {"DE", derogates(registry.DerogationLegalClaims, func(f *flow) { f.instrument().Purposes = flowPurposes[1:] }), false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFlow(c.from, registry.AgreementTypeCnSc)
			c.set(f)
			if _, got := f.ask(t); slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "TRANSFER_NO_MECHANISM") }) == c.match {
				t.Errorf("%q", got)
			}
		})
	}
	// A statutory duty leaves the assessment standing unless the settings lift it.
	f := newFlow("CN", registry.AgreementTypeCnSc)
	f.add(registry.RegimeCn, registry.MechanismExemption).Exemption = registry.ExemptionStatutoryDuty
	f.claim(registry.ExceptionLegalObligation, registry.RegimeCn)
	f.assess(registry.AssessmentTypePipia)
	f.in.Counters = counters(999_998, 0)
	f.wants(t)
	f.in.Counters = counters(999_999, 0)
	f.wants(t, "TRANSFER_MECHANISM_INSUFFICIENT")
	f.settings.StatutoryDutyLiftsAssessment = true
	f.wants(t)
}

// TestApprovalIsTheMechanism: the approval of PIPL 41 stands in place of rules 51 to
// 60 for the categories that its instrument covers.
func TestApprovalIsTheMechanism(t *testing.T) {
	f := chinese()
	f.abroad = true
	n := f.instrument()
	n.Regime, n.ForeignApproval = registry.RegimeCn, &registry.ForeignApproval{Number: "1", Authority: "MOJ", ApproveTime: flowNow}
	if d := f.wants(t); d.Counted.Year != 0 || !d.Countable || len(d.Transfers) != 0 {
		t.Errorf("it counts: %+v", d.Counted)
	}
	f.q.Categories = []string{"categories/plain", "categories/other"}
	if d := f.wants(t, "TRANSFER_NO_MECHANISM"); d.Permitted != 1 || d.Reasons[0].Categories != 2 {
		t.Errorf("permitted %b, %v", d.Permitted, d.Reasons)
	}
	n.ForeignApproval.ApproveTime = flowNow + 1
	if d, got := f.ask(t); d.Permitted != 0 || !slices.Contains(got, "FOREIGN_AUTHORITY_APPROVAL_MISSING foreign_approval") || !slices.Contains(got, "TRANSFER_NO_MECHANISM") {
		t.Errorf("%q", got)
	}
}
