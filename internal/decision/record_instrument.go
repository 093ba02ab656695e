package decision

import (
	"encoding/binary"
	"strings"

	"waybill/internal/registry"
)

// instrument: flags u16, recipient u32, times, exporters, purposes, categories.

// What an instrument states, a bit each.
const (
	states uint16 = 1 << iota // number, citation and two approvers
	statesNecessity
	statesSecrecy
	ordersPublication
	particularInquiry
	statesTreaty
	statesApproval // number and authority of the approval of PIPL 41
	statesConflict // both laws, the reason and two approvers
)

type instrumentView struct {
	number     uint32
	regime     registry.Regime
	flags      uint16
	recipient  uint32
	approve    registry.Time
	issue      registry.Time
	expire     registry.Time
	revoke     registry.Time
	permitted  registry.Time // the approval of PIPL 41
	resolved   registry.Time // counsel's decision on a conflict
	exporters  list
	purposes   ordinals
	categories ordinals
}

// twoApprovers reports whether both are given, and are two: one office written in two
// ways is one.
func twoApprovers(first, second string) bool {
	return given(first) && given(second) && !strings.EqualFold(strings.TrimSpace(first), strings.TrimSpace(second))
}

func instrumentRecord(n *registry.Instrument, r names) []byte {
	a, c := n.ForeignApproval, n.ConflictDecision
	if a == nil {
		a = &registry.ForeignApproval{}
	}
	if c == nil {
		c = &registry.ConflictDecision{}
	}
	b := header(registry.Instruments, uint8(n.Regime), n.Name)
	b = appendFlags(b,
		given(n.Number) && given(n.Citation) && twoApprovers(n.ApprovedBy, n.SecondApprovedBy),
		given(n.NecessityReason), given(n.SecrecyCitation), n.OrdersPublication, n.ParticularInquiry, given(n.Treaty),
		given(a.Number) && given(a.Authority),
		given(c.BindingLaw) && given(c.ForbiddingLaw) && given(c.Reason) && twoApprovers(c.ApprovedBy, c.SecondApprovedBy))
	b = binary.LittleEndian.AppendUint32(b, orNone(r.number(n.Recipient)))
	b = appendTimes(b, n.ApproveTime, n.IssueTime, n.ExpireTime, n.RevokeTime, a.ApproveTime, c.ApproveTime)
	b = appendList(b, r.numbers(n.Exporters))
	b = appendOrdinals(b, r.ordinals(n.Purposes))
	b = appendOrdinals(b, r.ordinals(n.CoveredCategories))
	return finish(b)
}

// appendFlags appends up to 16 flags, the first the lowest bit.
func appendFlags(b []byte, flags ...bool) []byte {
	m := uint16(0)
	for i, f := range flags {
		if f {
			m |= 1 << i
		}
	}
	return binary.LittleEndian.AppendUint16(b, m)
}

func readInstrument(number uint32, rec []byte, v *instrumentView) {
	i := headerSize + u16(rec, 2)
	v.number, v.regime, v.flags, v.recipient = number, registry.Regime(rec[1]), uint16(u16(rec, i)), u32(rec, i+2)
	var ts [6]registry.Time
	i = times(rec, i+6, ts[:])
	v.approve, v.issue, v.expire, v.revoke, v.permitted, v.resolved = ts[0], ts[1], ts[2], ts[3], ts[4], ts[5]
	v.exporters, i = cut(rec, i)
	v.purposes, i = cutOrdinals(rec, i)
	v.categories, _ = cutOrdinals(rec, i)
}
