package decision

import (
	"encoding/binary"

	"waybill/internal/registry"
)

// exception: flags u16, regimes u8, instrument u32, times, exporters,
// recipients, purposes, categories, proofs.

// What the record of an exception states, a bit each.
const (
	twoApproved uint16 = 1 << iota
	statesCitation
	statesOrgan
	statesDemand
	declaredEmergency
	statesCase
	statesInterest
	statesImpracticable
	emergency
	lifeOrBody
	incapable
	specialGround
	statesScope // reasonable, and no major impact
	recordOrdersPublication
	secrecyDemanded
	obligesSharing
)

type exceptionView struct {
	number       uint32
	exception    registry.Exception
	flags        uint16
	regimes      uint8 // a bit a regime
	instrument   uint32
	effective    registry.Time
	expire       registry.Time
	emergencyEnd registry.Time
	approve      registry.Time
	exporters    list
	recipients   list
	purposes     ordinals
	categories   ordinals
	proofs       []byte // 12 bytes each: the category's ordinal, the capture
}

const proofSize = 12

func exceptionRecord(n *registry.ExceptionRecord, r names) []byte {
	b := header(registry.Exceptions, uint8(n.Exception), n.Name)
	b = appendFlags(b,
		twoApprovers(n.ApprovedBy, n.SecondApprovedBy), given(n.Citation), given(n.Organ), given(n.Demand), given(n.DeclaredEmergency),
		given(n.CaseNumber), given(n.Interest), given(n.WhyImpracticable), n.Emergency, n.LifeOrBody, n.Incapable, given(n.SpecialGround),
		given(n.ReasonableScope) && given(n.NoMajorImpact), n.OrdersPublication, given(n.SecrecyCitation), n.ObligesSharing)
	regimes := byte(0)
	for _, g := range n.Regimes {
		regimes |= 1 << (g & 7)
	}
	b = append(b, regimes)
	b = binary.LittleEndian.AppendUint32(b, r.number(n.Instrument))
	b = appendTimes(b, n.EffectiveTime, n.ExpireTime, n.EmergencyEndTime, n.ApproveTime)
	b = appendList(b, r.numbers(n.Exporters))
	b = appendList(b, r.numbers(n.Recipients))
	b = appendOrdinals(b, r.ordinals(n.Purposes))
	b = appendOrdinals(b, r.ordinals(n.CoveredCategories))
	for _, p := range n.Proofs {
		if places := r.ordinals([]string{p.Category}); given(p.Reference) && p.CaptureTime != 0 && len(places) == 1 {
			b = binary.LittleEndian.AppendUint32(b, places[0])
			b = appendTime(b, p.CaptureTime)
		}
	}
	return finish(b)
}

func readException(number uint32, rec []byte, v *exceptionView) {
	i := headerSize + u16(rec, 2)
	v.number, v.exception, v.flags, v.regimes, v.instrument = number, registry.Exception(rec[1]), uint16(u16(rec, i)), rec[i+2], u32(rec, i+3)
	var ts [4]registry.Time
	i = times(rec, i+7, ts[:])
	v.effective, v.expire, v.emergencyEnd, v.approve = ts[0], ts[1], ts[2], ts[3]
	v.exporters, i = cut(rec, i)
	v.recipients, i = cut(rec, i)
	v.purposes, i = cutOrdinals(rec, i)
	v.categories, i = cutOrdinals(rec, i)
	v.proofs = body(rec)[i:]
}

// proven reports whether the leaf was proved public by the instant.
func (v *exceptionView) proven(leaf uint32, now registry.Time) bool {
	for i := 0; i+proofSize <= len(v.proofs); i += proofSize {
		if u32(v.proofs, i) == leaf && instantAt(v.proofs, i+4) <= now {
			return true
		}
	}
	return false
}
