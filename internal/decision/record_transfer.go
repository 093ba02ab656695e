package decision

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"waybill/internal/registry"
)

// transfer: regime u8, ground u8, facts u16, scale u64, exporter u32, agreement u32,
// times, suspensions, countries, purposes, categories, onward, recipients.

// Facts of a transfer, a bit each.
const (
	factOccasional = 1 << iota
	factNoSafeguards
	factHR
	factUKExtension
	factLabelled
	factImporterUnder // the importer is itself under the GDPR
	factParties       // and the following: the annexes that are completed
	factTransfer
	factAuthority
	factMeasures
	factSubprocessors
)

type transferView struct {
	number      uint32
	mechanism   registry.Mechanism
	regime      registry.Regime
	ground      uint8 // its exemption or derogation
	facts       uint16
	scale       int64 // approved; 0 is none
	exporter    uint32
	agreement   uint32
	from        registry.Time
	end         registry.Time // of its validity, its statutory limit included
	recertified registry.Time
	revoke      registry.Time
	filed       registry.Time // 0 without a number
	fileBy      registry.Time // 0: outside the calendar
	suspensions []byte
	countries   countries
	purposes    ordinals
	categories  ordinals
	onward      list
	recipients  list

	// What Check finds of it as a candidate: the marks of the contract that it rests
	// on (22 to 25) with its module and mode, and its own.
	rests contractView
	marks marks
	hits  hits
}

// contractView is what a transfer reads of the agreement that it rests on.
type contractView struct {
	state    marks
	module   uint8
	specific bool // sub-processors are authorised one by one
}

func transferRecord(n *registry.Transfer, r names, zone *time.Location) []byte {
	b := header(registry.Transfers, uint8(n.Mechanism), n.Name)
	b = append(b, byte(n.Regime), byte(n.Exemption)|byte(n.Derogation))
	b = binary.LittleEndian.AppendUint16(b, transferFacts(n))
	b = binary.LittleEndian.AppendUint64(b, uint64(n.ApprovedScale))
	b = binary.LittleEndian.AppendUint32(b, orNone(r.number(n.Exporter)))
	b = binary.LittleEndian.AppendUint32(b, r.number(n.Agreement))
	filed, fileBy := filing(n)
	b = appendTimes(b, n.ValidFrom, validityEnd(n, zone), n.RecertifiedUntil, n.RevokeTime, filed, fileBy)
	b = appendPeriods(b, n.Suspensions)
	b = appendCountries(b, n.Countries)
	b = appendOrdinals(b, r.ordinals(n.Purposes))
	b = appendOrdinals(b, r.ordinals(n.CoveredCategories))
	b = appendList(b, r.numbers(n.OnwardRecipients))
	b = appendList(b, r.numbers(n.Recipients))
	return finish(b)
}

func transferFacts(n *registry.Transfer) (m uint16) {
	a := n.Annexes
	if a == nil {
		a = &registry.Annexes{}
	}
	for i, is := range []bool{
		n.Occasional, given(n.NoSafeguardsReason), n.HRCoverage, n.UKExtension, n.SensitiveLabelled, n.ImporterUnderGDPR,
		given(a.Parties), given(a.Transfer), given(a.Authority), given(a.Measures), given(a.Subprocessors),
	} {
		if is {
			m |= 1 << i
		}
	}
	return m
}

// filingDays are the working days after taking effect in which a contract is
// filed (SCM; GBA-SC).
const filingDays = 10

// filing returns when a contract was filed, 0 without a number, and by when it is
// to be, 0 where the working-day calendar does not reach: reading R73.
func filing(n *registry.Transfer) (filed, by registry.Time) {
	if n.Mechanism != registry.MechanismStandardContract && n.Mechanism != registry.MechanismGbaContract {
		return 0, 0
	}
	if n.Evidence != nil && given(n.Evidence.FilingNumber) {
		filed = n.Evidence.FilingTime
	}
	by, err := registry.AddWorkingDays(n.ValidFrom, filingDays)
	if err != nil {
		by = 0
	}
	return filed, by
}

// validityEnd returns the earlier of the stated end and, for an assessment and a
// certificate, three years after the result (CBDF 9, CERT 8): reading R40.
func validityEnd(n *registry.Transfer, zone *time.Location) registry.Time {
	end := n.ValidTo
	if n.Mechanism == registry.MechanismSecurityAssessment || n.Mechanism == registry.MechanismCertification {
		base := n.ValidFrom
		if n.Evidence != nil && n.Evidence.IssueTime != 0 && (base == 0 || n.Evidence.IssueTime < base) {
			base = n.Evidence.IssueTime
		}
		if base != 0 {
			t := base.Std().In(zone)
			limit := t.AddDate(3, 0, 0)
			if limit.Day() != t.Day() { // 29 February
				limit = limit.AddDate(0, 0, -limit.Day())
			}
			if l := registry.At(limit); end == 0 || l < end {
				end = l
			}
		}
	}
	return end
}

func readTransfer(number uint32, rec []byte, v *transferView) {
	i := headerSize + u16(rec, 2)
	v.number, v.mechanism, v.regime, v.ground = number, registry.Mechanism(rec[1]), registry.Regime(rec[i]), rec[i+1]
	v.facts, v.scale = uint16(u16(rec, i+2)), int64(binary.LittleEndian.Uint64(rec[i+4:]))
	v.exporter, v.agreement = u32(rec, i+12), u32(rec, i+16)
	var ts [6]registry.Time
	i = times(rec, i+20, ts[:])
	v.from, v.end, v.recertified, v.revoke, v.filed, v.fileBy = ts[0], ts[1], ts[2], ts[3], ts[4], ts[5]
	n := u16(rec, i) * 16
	v.suspensions, i = rec[i+2:i+2+n], i+2+n
	v.countries, i = cutCountries(rec, i)
	v.purposes, i = cutOrdinals(rec, i)
	v.categories, i = cutOrdinals(rec, i)
	v.onward, i = cut(rec, i)
	v.recipients, _ = cut(rec, i)
}

// assessment: simplified u8, kinds u16, exporter u32, times, countries, purposes,
// categories, recipients.

type assessmentView struct {
	number     uint32
	typ        registry.AssessmentType
	simplified bool
	kinds      uint16 // bit a kind: all its recipients are in the scope
	exporter   uint32
	approve    registry.Time // 0 without the office that approved
	review     registry.Time
	countries  countries
	purposes   ordinals
	categories ordinals
	recipients list
}

func assessmentRecord(n *registry.Assessment, r names) []byte {
	b := header(registry.Assessments, uint8(n.Type), n.Name)
	simplified := byte(0)
	if n.Simplified {
		simplified = 1
	}
	b = binary.LittleEndian.AppendUint16(append(b, simplified), kindBits(n.RecipientKinds))
	b = binary.LittleEndian.AppendUint32(b, orNone(r.number(n.Exporter)))
	approve := n.ApproveTime
	if n.ApprovedBy == "" {
		approve = 0
	}
	b = appendTimes(b, approve, n.ReviewUntil)
	b = appendCountries(b, n.Countries)
	b = appendOrdinals(b, r.ordinals(n.Purposes))
	b = appendOrdinals(b, r.ordinals(n.CoveredCategories))
	b = appendList(b, r.numbers(n.Recipients))
	return finish(b)
}

func readAssessment(number uint32, rec []byte, v *assessmentView) {
	i := headerSize + u16(rec, 2)
	v.number, v.typ, v.simplified = number, registry.AssessmentType(rec[1]), rec[i] != 0
	v.kinds, v.exporter = uint16(u16(rec, i+1)), u32(rec, i+3)
	var ts [2]registry.Time
	i = times(rec, i+7, ts[:])
	v.approve, v.review = ts[0], ts[1]
	v.countries, i = cutCountries(rec, i)
	v.purposes, i = cutOrdinals(rec, i)
	v.categories, i = cutOrdinals(rec, i)
	v.recipients, _ = cut(rec, i)
}

func kindBits(ks []registry.RecipientKind) (m uint16) {
	for _, k := range ks {
		m |= 1 << (k & 15)
	}
	return m
}

// standing is an assessment whose scope is whole kinds of recipient. No relation
// leads to it, so the snapshot lists these few.
type standing struct {
	number, exporter uint32
	kinds            uint16
	typ              registry.AssessmentType
}

// standingAfter returns the standing assessments, ascending, after the changed
// records: those of old that are not among them, and those that they are.
func standingAfter(old []standing, changed map[uint32][]byte) []standing {
	var out []standing
	for _, x := range old {
		if _, is := changed[x.number]; !is {
			out = append(out, x)
		}
	}
	for number, rec := range changed {
		if len(rec) == 0 || registry.Collection(rec[0]) != registry.Assessments {
			continue
		}
		var v assessmentView
		if readAssessment(number, rec, &v); v.kinds != 0 {
			out = append(out, standing{number, v.exporter, v.kinds, v.typ})
		}
	}
	slices.SortFunc(out, func(a, b standing) int { return cmp.Compare(a.number, b.number) })
	return out
}
