package decision

import (
	"encoding/binary"

	"waybill/internal/registry"
)

// agreement: terms u32, groups u16, flags u8, module u8, retention u32, amends u32, times,
// exporters, purposes, categories, recipients; its relations are the transfers
// that rest on it.

// Terms of an agreement, a bit each, in the order of their details.
const (
	termConfidentiality = 1 << iota
	termPurpose
	termPeriod
	termMethod
	termCategories
	termMeasures
	termAudit
	termSubprocessorMode
	termDeleteOrReturn
	termInstructions
	termStaffConfidentiality
	termAssistRights
	termAssistSecurity
	termAllocation
	termContact
	termEntrusting
)

type agreementView struct {
	number     uint32
	typ        registry.AgreementType
	terms      uint32
	groups     uint16
	hosting    bool
	noOnward   bool
	specific   bool // sub-processors are authorised one by one
	general    bool // or as such, with a time to object
	module     uint8
	retention  uint32 // days
	amends     uint32 // the agreement that it amends; 0 is none
	ours       registry.Time
	theirs     registry.Time
	effective  registry.Time
	expire     registry.Time
	terminate  registry.Time
	exporters  list
	purposes   ordinals
	categories ordinals
	recipients list
	resting    list

	// What Check finds of it as a candidate: whether its type fits, and its marks,
	// where they were looked for.
	fit, marked bool
	marks       marks
	hits        hits
}

func agreementRecord(n *registry.Agreement, r names) []byte {
	b := header(registry.Agreements, uint8(n.Type), n.Name)
	terms, noOnward, retention := termBits(n.Terms), n.Type == registry.AgreementTypeGbaSc, int32(0)
	if n.Terms != nil {
		noOnward = noOnward || n.Terms.SubprocessorMode == registry.SubprocessorModeNone
		retention = n.Terms.RetentionLimitDays
	}
	b = binary.LittleEndian.AppendUint32(b, terms)
	b = binary.LittleEndian.AppendUint16(b, groupBits(n.SubjectGroups))
	flags := byte(0)
	if n.Hosting {
		flags |= 1
	}
	if noOnward {
		flags |= 2
	}
	if n.Terms != nil && n.Terms.SubprocessorMode == registry.SubprocessorModeSpecific {
		flags |= 4
	}
	if n.Terms != nil && n.Terms.SubprocessorMode == registry.SubprocessorModeGeneral {
		flags |= 8
	}
	b = append(b, flags, byte(n.SCCModule))
	b = binary.LittleEndian.AppendUint32(b, uint32(retention))
	b = binary.LittleEndian.AppendUint32(b, r.number(n.Amends))
	b = appendTimes(b, signed(n.OurSignature), signed(n.TheirSignature), n.EffectiveTime, n.ExpireTime, n.TerminateTime)
	b = appendList(b, r.numbers(n.Exporters))
	b = appendOrdinals(b, r.ordinals(n.Purposes))
	b = appendOrdinals(b, r.ordinals(n.CoveredCategories))
	b = appendList(b, r.numbers(n.Recipients))
	return finish(b)
}

func signed(s *registry.Signature) registry.Time {
	if s == nil || s.Signatory == "" {
		return 0
	}
	return s.SignTime
}

func termBits(t *registry.Terms) (m uint32) {
	if t == nil {
		return 0
	}
	for i, s := range []string{
		t.Confidentiality, t.Purpose, t.Period, t.Method, t.Categories, t.Measures, t.Audit, t.SubprocessorMode.String(),
		t.DeleteOrReturn, t.Instructions, t.StaffConfidentiality, t.AssistRights, t.AssistSecurity, t.Allocation, t.Contact, t.Entrusting,
	} {
		if s != "" {
			m |= 1 << i
		}
	}
	return m
}

// amendsOf reads the agreement that a record amends.
func amendsOf(rec []byte) uint32 { return u32(rec, headerSize+u16(rec, 2)+12) }

func readAgreement(number uint32, rec []byte, v *agreementView) {
	i := headerSize + u16(rec, 2)
	v.number, v.typ, v.terms, v.groups = number, registry.AgreementType(rec[1]), u32(rec, i), uint16(u16(rec, i+4))
	v.hosting, v.noOnward, v.specific = rec[i+6]&1 != 0, rec[i+6]&2 != 0, rec[i+6]&4 != 0
	v.general = rec[i+6]&8 != 0
	v.module, v.retention, v.amends = rec[i+7], u32(rec, i+8), u32(rec, i+12)
	var ts [5]registry.Time
	i = times(rec, i+16, ts[:])
	v.ours, v.theirs, v.effective, v.expire, v.terminate = ts[0], ts[1], ts[2], ts[3], ts[4]
	v.exporters, i = cut(rec, i)
	v.purposes, i = cutOrdinals(rec, i)
	v.categories, i = cutOrdinals(rec, i)
	v.recipients, i = cut(rec, i)
	v.resting, _ = cut(rec, i)
}
