package decision

import (
	"math"
	"slices"
	"time"

	"waybill/internal/registry"
)

// The volume tiers of exports from the mainland (rules.md 2.6): what a year's
// persons demand of the mechanism, and what an allowed share counts. Readings R71
// and R72.

// tier is what a flow out of the mainland demands of its mechanism, the weakest first.
type tier uint8

const (
	tierNone       tier = iota // exempt by volume: CBDF 5(1)(4)
	tierContract               // a standard contract or a certification: CBDF 8
	tierAssessment             // the security assessment: CBDF 7
)

// The bounds of the tiers, in persons of a calendar year. They are inclusive: 以上
// includes the number (Civil Code 1259).
const (
	contractFrom            = 100_000
	assessmentFrom          = 1_000_000
	sensitiveAssessmentFrom = 10_000
)

// How many persons a share warns from: 80 % of the bound that lies ahead.
const (
	warnContractFrom            = 80_000
	warnAssessmentFrom          = 800_000
	warnSensitiveAssessmentFrom = 8_000
)

// CountingYear returns the calendar year of Asia/Shanghai in which an export is counted.
func CountingYear(at registry.Time) int32 {
	const ahead = 8 * 3600 * second // one offset since 1991
	return int32(time.UnixMicro(int64(at + ahead)).UTC().Year())
}

// volume is what a share and its year's persons are to the tiers.
type volume struct {
	year               int32
	persons, sensitive int64 // N and S before the share, the opening included
	// N and S with the share, each if it grows by it: N', S'.
	personsWith, sensitiveWith int64
	// What the share would add to each.
	addPersons, addSensitive int64

	hasSensitive   bool // some category is sensitive, or the person is under 14: s
	hasImportant   bool // some category is important data
	operator       bool // of critical information infrastructure
	ownTier        bool // a flow that is not sensitive does not look at S
	liftsStatutory bool
}

// measure finds what the share is to the tiers, where it leaves the mainland.
func (e *scratch) measure() {
	v := &e.volume
	*v = volume{
		year: CountingYear(e.now), hasImportant: e.flagged(flagImportant) != 0, operator: within(e.exporter.ciio, e.now),
		ownTier: e.t.ownTier, liftsStatutory: e.t.statutoryLifts,
	}
	var counted Counters
	if c := e.in.Counters; c != nil && c.Year == v.year {
		counted = *c
	}
	v.persons, v.sensitive = counted.Persons, counted.Sensitive
	for i := range e.exporter.openings {
		if o := &e.exporter.openings[i]; o.Year == v.year {
			v.persons, v.sensitive = plus(v.persons, o.Persons), plus(v.sensitive, o.SensitivePersons)
		}
	}
	sensitive := e.flagged(flagSensitive)
	if e.under14() {
		sensitive = e.known
	}
	v.grow(max(1, e.q.Quantity), counted, sensitive != 0, e.known&^sensitive != 0)
}

// count counts an allowed share that leaves the mainland by what is not exempt
// there: reading R72.
func (e *scratch) count() bool {
	counted, near := e.t.countExempt, false
	v := e.volume.count()
	for i := range e.transfers {
		t := &e.transfers[i]
		if !slices.Contains(e.d.Transfers, t.number) {
			continue
		}
		counted = counted || t.regime == registry.RegimeCn &&
			(t.mechanism != registry.MechanismExemption || registry.Exemption(t.ground) == registry.ExemptionVolume)
		near = near || v.nears(t.scale)
	}
	if counted {
		v.Warn = v.Warn || near
		e.d.Counted = v
	}
	return counted
}

// grow sets what the share makes of N and S: q persons, who count already where in
// says so; s and n say whether sensitive and other data are asked.
func (v *volume) grow(q int64, c Counters, s, n bool) {
	v.hasSensitive = s
	v.addPersons, v.addSensitive = q, q
	if c.InPersons {
		v.addPersons = 0
	}
	if c.InSensitive {
		v.addSensitive = 0
	}
	v.personsWith, v.sensitiveWith = v.persons, v.sensitive
	if s {
		v.sensitiveWith = plus(v.sensitive, v.addSensitive)
	}
	if n {
		v.personsWith = plus(v.persons, v.addPersons)
	}
}

// demands returns the tier without an exemption.
func (v *volume) demands() tier {
	switch {
	case v.hasImportant, v.operator, v.personsWith >= assessmentFrom,
		v.sensitiveWith >= sensitiveAssessmentFrom && (v.hasSensitive || !v.ownTier):
		return tierAssessment
	case v.hasSensitive, v.personsWith >= contractFrom:
		return tierContract
	}
	return tierNone
}

// demandsOf returns the tier that a mechanism must reach: an exemption that
// matches lifts it, but never for important data.
func (v *volume) demandsOf(m registry.Mechanism, x registry.Exemption) tier {
	switch {
	case m != registry.MechanismExemption || x == registry.ExemptionVolume:
		return v.demands()
	case v.hasImportant:
		return tierAssessment
	case x == registry.ExemptionStatutoryDuty && !v.liftsStatutory && v.demands() == tierAssessment:
		return tierAssessment
	}
	return tierNone
}

// reaches reports whether a mechanism reaches the tier that it must.
func (v *volume) reaches(m registry.Mechanism, x registry.Exemption) bool {
	if v.hasImportant {
		return m == registry.MechanismSecurityAssessment
	}
	reached := tierNone
	switch m {
	case registry.MechanismSecurityAssessment, registry.MechanismTreaty:
		reached = tierAssessment
	case registry.MechanismStandardContract, registry.MechanismCertification, registry.MechanismGbaContract:
		reached = tierContract
	}
	return reached >= v.demandsOf(m, x)
}

// exceeds reports whether the year's persons with the share are more than an
// approved scale; zero is none.
func (v *volume) exceeds(scale int64) bool {
	return scale > 0 && plus(v.personsWith, v.sensitiveWith) > scale
}

// count returns what the share, counted, makes of the year: in S if it is
// sensitive, else in N.
func (v *volume) count() Counted {
	c := Counted{Year: v.year, PersonsBefore: v.persons, PersonsAfter: v.persons, SensitiveBefore: v.sensitive, SensitiveAfter: v.sensitive}
	if v.hasSensitive {
		c.SensitiveAfter = plus(v.sensitive, v.addSensitive)
	} else {
		c.PersonsAfter = plus(v.persons, v.addPersons)
	}
	c.Warn = c.SensitiveAfter >= warnSensitiveAssessmentFrom || c.PersonsAfter >= warnAssessmentFrom ||
		c.PersonsAfter >= warnContractFrom && c.PersonsAfter < contractFrom
	return c
}

// nears reports whether what was counted reaches 80 % of an approved scale; zero
// is none.
func (c *Counted) nears(scale int64) bool {
	return scale > 0 && plus(c.PersonsAfter, c.SensitiveAfter) >= scale-scale/5
}

// plus adds counts that are not negative and stops at the largest.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
