package decision

import (
	"math"
	"testing"
	"time"

	"waybill/internal/registry"
)

// TestTierBounds: every bound of rules.md 2.6 is inclusive.
func TestTierBounds(t *testing.T) {
	for name, c := range map[string]struct {
		v    volume // before; ownTier, operator, hasImportant
		q    int64
		s, n bool
		want tier
	}{
		"nothing before":                                 {volume{}, 1, false, true, tierNone},
		"99,998 and 1 are below the contract":            {volume{persons: 99_998}, 1, false, true, tierNone},
		"99,999 and 1 reach it":                          {volume{persons: 99_999}, 1, false, true, tierContract},
		"100,000 and 1 are above it":                     {volume{persons: 100_000}, 1, false, true, tierContract},
		"a bulk of 100,000":                              {volume{}, 100_000, false, true, tierContract},
		"a bulk of 99,999":                               {volume{}, 99_999, false, true, tierNone},
		"999,998 and 1 are below the assessment":         {volume{persons: 999_998}, 1, false, true, tierContract},
		"999,999 and 1 reach it":                         {volume{persons: 999_999}, 1, false, true, tierAssessment},
		"1,000,000 and 1 are above it":                   {volume{persons: 1_000_000}, 1, false, true, tierAssessment},
		"one sensitive person needs a contract":          {volume{}, 1, true, false, tierContract},
		"9,998 sensitive and 1 are below":                {volume{sensitive: 9_998}, 1, true, false, tierContract},
		"9,999 sensitive and 1 reach the assessment":     {volume{sensitive: 9_999}, 1, true, false, tierAssessment},
		"10,000 sensitive and 1 are above":               {volume{sensitive: 10_000}, 1, true, false, tierAssessment},
		"S of others counts for a flow that is not":      {volume{sensitive: 10_000}, 1, false, true, tierAssessment},
		"S does not grow by a flow that is not":          {volume{sensitive: 9_999}, 1, false, true, tierNone},
		"its own tier does not look at S":                {volume{sensitive: 10_000, ownTier: true}, 1, false, true, tierNone},
		"its own tier, but it is sensitive":              {volume{sensitive: 9_999, ownTier: true}, 1, true, true, tierAssessment},
		"N does not grow by what is all sensitive":       {volume{persons: 999_999}, 1, true, false, tierContract},
		"N grows by a mixed share":                       {volume{persons: 999_999}, 1, true, true, tierAssessment},
		"an operator of critical infrastructure":         {volume{operator: true}, 1, false, true, tierAssessment},
		"important data":                                 {volume{hasImportant: true}, 1, false, true, tierAssessment},
		"so many that they are more than can be counted": {volume{persons: math.MaxInt64}, math.MaxInt64, false, true, tierAssessment},
	} {
		t.Run(name, func(t *testing.T) {
			v := c.v
			v.grow(c.q, Counters{}, c.s, c.n)
			if got := v.demands(); got != c.want {
				t.Errorf("tier %d, want %d", got, c.want)
			}
		})
	}
}

// TestCountedAlready: a subject that is counted adds nothing to the count that has him.
func TestCountedAlready(t *testing.T) {
	v := volume{persons: 99_999, sensitive: 9_999}
	v.grow(1, Counters{InPersons: true}, false, true)
	if v.demands() != tierNone || v.count().PersonsAfter != 99_999 {
		t.Errorf("in N already: %+v", v)
	}
	v.grow(1, Counters{InPersons: true}, true, false)
	if v.demands() != tierAssessment || v.count().SensitiveAfter != 10_000 {
		t.Errorf("in N only, and sensitive: %+v", v)
	}
	v.grow(1, Counters{InSensitive: true}, true, false)
	if v.demands() != tierContract || v.count().SensitiveAfter != 9_999 {
		t.Errorf("in S already: %+v", v)
	}
}

// TestReaches: which mechanism is enough for which tier.
func TestReaches(t *testing.T) {
	none, contract, assessment := volume{}, volume{persons: 100_000}, volume{persons: 1_000_000}
	operator, important := volume{operator: true}, volume{hasImportant: true}
	lifted := volume{operator: true, liftsStatutory: true}
	for _, v := range []*volume{&none, &contract, &assessment, &operator, &important, &lifted} {
		v.grow(1, Counters{}, false, true)
	}
	for _, c := range []struct {
		m                                                       registry.Mechanism
		x                                                       registry.Exemption
		none, contract, assessment, operator, important, lifted bool
	}{
		{registry.MechanismSecurityAssessment, 0, true, true, true, true, true, true},
		{registry.MechanismTreaty, 0, true, true, true, true, false, true},
		{registry.MechanismStandardContract, 0, true, true, false, false, false, false},
		{registry.MechanismCertification, 0, true, true, false, false, false, false},
		{registry.MechanismGbaContract, 0, true, true, false, false, false, false},
		{registry.MechanismExemption, registry.ExemptionVolume, true, false, false, false, false, false},
		{registry.MechanismExemption, registry.ExemptionTransit, true, true, true, true, false, true},
		{registry.MechanismExemption, registry.ExemptionContract, true, true, true, true, false, true},
		{registry.MechanismExemption, registry.ExemptionHumanResources, true, true, true, true, false, true},
		{registry.MechanismExemption, registry.ExemptionEmergency, true, true, true, true, false, true},
		{registry.MechanismExemption, registry.ExemptionFreeTradeZone, true, true, true, true, false, true},
		{registry.MechanismExemption, registry.ExemptionStatutoryDuty, true, true, false, false, false, true},
	} {
		for i, v := range []*volume{&none, &contract, &assessment, &operator, &important, &lifted} {
			want := []bool{c.none, c.contract, c.assessment, c.operator, c.important, c.lifted}[i]
			if got := v.reaches(c.m, c.x); got != want {
				t.Errorf("%s %s for %+v: %v", c.m, c.x, *v, got)
			}
		}
	}
}

// TestApprovedScale: the scale itself is within it; zero is none.
func TestApprovedScale(t *testing.T) {
	v := volume{persons: 400, sensitive: 99}
	v.grow(1, Counters{}, false, true)
	for scale, want := range map[int64]bool{0: false, 499: true, 500: false, 501: false, math.MaxInt64: false} {
		if got := v.exceeds(scale); got != want {
			t.Errorf("500 of %d: %v", scale, got)
		}
	}
	v.grow(1, Counters{}, true, true) // both grow
	if !v.exceeds(500) || v.exceeds(501) {
		t.Errorf("%+v", v)
	}
}

// TestWarns: from 80 % of the bound ahead, and of an approved scale.
func TestWarns(t *testing.T) {
	for _, c := range []struct {
		persons, sensitive int64
		s, want            bool
	}{
		{79_998, 0, false, false}, {79_999, 0, false, true}, {80_000, 0, false, true},
		{99_998, 0, false, true}, {99_999, 0, false, false}, {100_000, 0, false, false},
		{799_998, 0, false, false}, {799_999, 0, false, true}, {5_000_000, 0, false, true},
		{0, 7_998, true, false}, {0, 7_999, true, true}, {0, 8_000, true, true}, {0, 20_000, true, true},
		{0, 8_000, false, true}, {0, 7_999, false, false}, {79_999, 0, true, false},
	} {
		v := volume{persons: c.persons, sensitive: c.sensitive}
		v.grow(1, Counters{}, c.s, !c.s)
		if got := v.count(); got.Warn != c.want {
			t.Errorf("%+v: %+v", c, got)
		}
	}
	c := Counted{PersonsAfter: 700, SensitiveAfter: 99}
	for scale, want := range map[int64]bool{0: false, 1000: false, 999: false, 998: true, 1: true, math.MaxInt64: false} {
		if got := c.nears(scale); got != want {
			t.Errorf("799 of %d: %v", scale, got)
		}
	}
	if c = (Counted{PersonsAfter: 4}); !c.nears(5) || c.nears(6) {
		t.Error("80 % of 5 are 4, of 6 more")
	}
}

// TestCountingYear: the year turns at midnight in Shanghai, 16:00 UTC.
func TestCountingYear(t *testing.T) {
	for at, want := range map[string]int32{
		"2026-12-31T15:59:59.999999Z": 2026, "2026-12-31T16:00:00Z": 2027, "2027-01-01T00:00:00Z": 2027,
		"2028-02-29T16:00:00Z": 2028, "1971-01-01T00:00:00Z": 1971,
	} {
		u, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := CountingYear(registry.At(u)); got != want {
			t.Errorf("%s: %d", at, got)
		}
	}
}

// TestTransferEnds: three years after the result, half-open; what began on a 29
// February ends on the 28th, in the registry's zone.
func TestTransferEnds(t *testing.T) {
	zone := time.FixedZone("Asia/Shanghai", 8*3600)
	at := func(y int, m time.Month, d int) registry.Time {
		return registry.At(time.Date(y, m, d, 0, 0, 0, 0, zone))
	}
	for name, c := range map[string]struct {
		m              registry.Mechanism
		from, to, done registry.Time
		want           registry.Time
	}{
		"a result":                     {registry.MechanismSecurityAssessment, at(2024, 5, 20), 0, at(2024, 5, 10), at(2027, 5, 10)},
		"a certificate":                {registry.MechanismCertification, at(2024, 5, 10), 0, at(2024, 5, 20), at(2027, 5, 10)},
		"no date of the result":        {registry.MechanismSecurityAssessment, at(2024, 5, 10), 0, 0, at(2027, 5, 10)},
		"29 February":                  {registry.MechanismSecurityAssessment, at(2024, 2, 29), 0, at(2024, 2, 29), at(2027, 2, 28)},
		"1 March":                      {registry.MechanismSecurityAssessment, at(2024, 3, 1), 0, at(2024, 3, 1), at(2027, 3, 1)},
		"an earlier end that is given": {registry.MechanismCertification, at(2024, 5, 10), at(2026, 1, 1), 0, at(2026, 1, 1)},
		"a later end that is given":    {registry.MechanismCertification, at(2024, 5, 10), at(2030, 1, 1), 0, at(2027, 5, 10)},
		"a contract has no such end":   {registry.MechanismStandardContract, at(2024, 5, 10), 0, 0, 0},
	} {
		n := &registry.Transfer{Mechanism: c.m, ValidFrom: c.from, ValidTo: c.to, Evidence: &registry.Evidence{IssueTime: c.done}}
		if got := validityEnd(n, zone); got != c.want {
			t.Errorf("%s: ends %s, want %s", name, got, c.want)
		}
	}
}

// TestFilingDeadline: ten working days of the mainland after the day of taking
// effect, to the end of the last, over holidays and worked Saturdays.
func TestFilingDeadline(t *testing.T) {
	for _, c := range []struct {
		m    registry.Mechanism
		from string
		want string
	}{
		{registry.MechanismStandardContract, "2026-11-02T00:00:00+08:00", "2026-11-17T00:00:00+08:00"},
		{registry.MechanismGbaContract, "2026-11-02T23:59:59+08:00", "2026-11-17T00:00:00+08:00"},
		{registry.MechanismStandardContract, "2026-09-21T00:00:00+08:00", "2026-10-13T00:00:00+08:00"}, // two holidays, a worked Saturday
		{registry.MechanismStandardContract, "2026-12-16T00:00:00+08:00", "2026-12-31T00:00:00+08:00"},
		{registry.MechanismStandardContract, "2026-12-18T00:00:00+08:00", ""}, // it would need a day of 2027
		{registry.MechanismStandardContract, "2023-12-29T00:00:00+08:00", ""},
		{registry.MechanismCertification, "2026-11-02T00:00:00+08:00", ""},
	} {
		var want registry.Time
		if c.want != "" {
			want = instant(c.want)
		}
		if _, got := filing(&registry.Transfer{Mechanism: c.m, ValidFrom: instant(c.from)}); got != want {
			t.Errorf("%s from %s: by %s, want %s", c.m, c.from, got, want)
		}
	}
	numbered := &registry.Transfer{Mechanism: registry.MechanismStandardContract, Evidence: &registry.Evidence{FilingTime: 5}}
	if filed, _ := filing(numbered); filed != 0 {
		t.Error("a filing without a number counts")
	}
	numbered.Evidence.FilingNumber = "1"
	if filed, _ := filing(numbered); filed != 5 {
		t.Error("a filing with its number does not count")
	}
}
