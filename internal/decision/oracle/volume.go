package oracle

import (
	"slices"
	"time"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// tier is the mechanism that the volumes of a year demand (R71).
type tier int

const (
	tierNone tier = iota
	tierContract
	tierAssessment
)

// year is the calendar year of the share in China.
func (j *judge) year() int32 {
	return int32(j.t.Std().In(time.FixedZone("Asia/Shanghai", 8*60*60)).Year())
}

// countersOfYear are the counters, zero where they were not read or are of another
// year (R71).
func (j *judge) countersOfYear() decision.Counters {
	if j.counters.Year != j.year() {
		return decision.Counters{}
	}
	return j.counters
}

// before are the persons of the year with and without sensitive data before the share,
// the registry's opening included (R71).
func (j *judge) before() (sensitive, others int64) {
	sensitive, others = j.countersOfYear().Sensitive, j.countersOfYear().Persons
	for _, o := range j.exporter.VolumeOpenings {
		if o.Year == j.year() {
			sensitive, others = sensitive+o.SensitivePersons, others+o.Persons
		}
	}
	return sensitive, others
}

// sensitive is s of R71, others is n; what is unknown is neither.
func (j *judge) sensitive() bool {
	return slices.ContainsFunc(j.asked, func(c asked) bool { return j.under14() || c.any(func(l leaf) bool { return l.sensitive }) })
}

func (j *judge) others() bool {
	return !j.under14() && slices.ContainsFunc(j.asked, func(c asked) bool { return !c.any(func(l leaf) bool { return l.sensitive }) })
}

// after are S' and N' of R71; who is counted already adds nothing.
func (j *judge) after() (sensitive, others int64) {
	sensitive, others = j.before()
	if j.sensitive() && !j.countersOfYear().InSensitive {
		sensitive += j.quantity()
	}
	if j.others() && !j.countersOfYear().InPersons {
		others += j.quantity()
	}
	return sensitive, others
}

func (j *judge) important() bool {
	return slices.ContainsFunc(j.asked, func(c asked) bool { return c.any(func(l leaf) bool { return l.important }) })
}

// tier is that of a share without exemption (R71).
func (j *judge) tier() tier {
	s, n := j.after()
	ciio := slices.ContainsFunc(j.exporter.CIIOPeriods, func(p registry.Period) bool { return p.Contains(j.t) })
	ownTier := j.settings.NonsensitiveTier == registry.NonsensitiveTierOwnTier && !j.sensitive()
	switch {
	case j.important(), ciio, s >= 10_000 && !ownTier, n >= 1_000_000:
		return tierAssessment
	case j.sensitive(), n >= 100_000:
		return tierContract
	}
	return tierNone
}

// tierFor is that which a candidate must reach (R71).
func (j *judge) tierFor(t *registry.Transfer) tier {
	computed := j.tier()
	switch {
	case t.Mechanism != registry.MechanismExemption || t.Exemption == registry.ExemptionVolume:
		return computed
	case j.important():
		return tierAssessment
	case t.Exemption == registry.ExemptionStatutoryDuty && !j.settings.StatutoryDutyLiftsAssessment && computed == tierAssessment:
		return tierAssessment
	}
	return tierNone
}

// reaches reports whether a mechanism of CN is strong enough (rule 52, R71).
func (j *judge) reaches(t *registry.Transfer) bool {
	level := tierNone
	switch t.Mechanism {
	case registry.MechanismSecurityAssessment:
		return true
	case registry.MechanismTreaty:
		level = tierAssessment
	case registry.MechanismStandardContract, registry.MechanismCertification, registry.MechanismGbaContract:
		level = tierContract
	}
	return level >= j.tierFor(t) && !j.important() // which is for the assessment alone
}

// counted is what an allowed share counts (R72).
func (j *judge) counted(transfers []string) decision.Counted {
	if !j.regimes[registry.RegimeCn] || !j.crossBorder(registry.RegimeCn) || !j.runs(51) {
		return decision.Counted{}
	}
	rests := j.settings.CountExemptFlows
	scaled := func(int64) bool { return false }
	for _, name := range transfers {
		t := j.transfers[name]
		if t.Regime == registry.RegimeCn {
			rests = rests || t.Mechanism != registry.MechanismExemption || t.Exemption == registry.ExemptionVolume
		}
		if before := scaled; t.ApprovedScale != 0 {
			scaled = func(persons int64) bool { return before(persons) || 5*persons >= 4*t.ApprovedScale }
		}
	}
	if !rests {
		return decision.Counted{}
	}
	s, n := j.before()
	c := decision.Counted{Year: j.year(), PersonsBefore: n, PersonsAfter: n, SensitiveBefore: s, SensitiveAfter: s}
	if j.sensitive() {
		if !j.countersOfYear().InSensitive {
			c.SensitiveAfter += j.quantity()
		}
	} else if !j.countersOfYear().InPersons {
		c.PersonsAfter += j.quantity()
	}
	bound := int64(80_000)
	if c.PersonsAfter >= 100_000 {
		bound = 800_000
	}
	c.Warn = c.SensitiveAfter >= 8_000 || c.PersonsAfter >= bound || scaled(c.SensitiveAfter+c.PersonsAfter)
	return c
}
