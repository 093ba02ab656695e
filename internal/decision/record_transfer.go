package decision

import (
	"encoding/binary"
	"time"

	"waybill/internal/registry"
)

// transfer: regime u8, exporter u32, agreement u32, times, suspensions,
// countries, purposes, categories, onward, recipients.

type transferView struct {
	number      uint32
	mechanism   registry.Mechanism
	regime      registry.Regime
	exporter    uint32
	agreement   uint32
	from        registry.Time
	end         registry.Time // of its validity, its statutory limit included
	recertified registry.Time
	revoke      registry.Time
	suspensions []byte
	countries   countries
	purposes    ordinals
	categories  ordinals
	onward      list
	recipients  list

	// What Check finds of it as a candidate.
	marks marks
	hits  hits
}

func transferRecord(n *registry.Transfer, r names, zone *time.Location) []byte {
	b := header(registry.Transfers, uint8(n.Mechanism), n.Name)
	b = append(b, byte(n.Regime))
	b = binary.LittleEndian.AppendUint32(b, orNone(r.number(n.Exporter)))
	b = binary.LittleEndian.AppendUint32(b, r.number(n.Agreement))
	b = appendTimes(b, n.ValidFrom, validityEnd(n, zone), n.RecertifiedUntil, n.RevokeTime)
	b = appendPeriods(b, n.Suspensions)
	b = appendCountries(b, n.Countries)
	b = appendOrdinals(b, r.ordinals(n.Purposes))
	b = appendOrdinals(b, r.ordinals(n.CoveredCategories))
	b = appendList(b, r.numbers(n.OnwardRecipients))
	b = appendList(b, r.numbers(n.Recipients))
	return finish(b)
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
	v.number, v.mechanism, v.regime = number, registry.Mechanism(rec[1]), registry.Regime(rec[i])
	v.exporter, v.agreement = u32(rec, i+1), u32(rec, i+5)
	var ts [4]registry.Time
	i = times(rec, i+9, ts[:])
	v.from, v.end, v.recertified, v.revoke = ts[0], ts[1], ts[2], ts[3]
	n := u16(rec, i) * 16
	v.suspensions, i = rec[i+2:i+2+n], i+2+n
	v.countries, i = cutCountries(rec, i)
	v.purposes, i = cutOrdinals(rec, i)
	v.categories, i = cutOrdinals(rec, i)
	v.onward, i = cut(rec, i)
	v.recipients, _ = cut(rec, i)
}

// assessment: approved u8, exporter u32, times, countries, purposes, categories, recipients.

type assessmentView struct {
	number     uint32
	typ        registry.AssessmentType
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
	v.number, v.typ, v.exporter = number, registry.AssessmentType(rec[1]), u32(rec, i)
	var ts [2]registry.Time
	i = times(rec, i+4, ts[:])
	v.approve, v.review = ts[0], ts[1]
	v.countries, i = cutCountries(rec, i)
	v.purposes, i = cutOrdinals(rec, i)
	v.categories, i = cutOrdinals(rec, i)
	v.recipients, _ = cut(rec, i)
}
