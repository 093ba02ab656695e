package wire

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// ToResource returns a record as any noun of the contract, with its meta; the
// state is the one that its dated facts give at on.
func ToResource(rec registry.Record, on registry.Time) *waybillv1.Resource {
	m := ToProto(rec.Noun)
	setMeta(m, &waybillv1.Meta{
		Number: int64(rec.Number), Etag: Etag(rec), Revision: rec.Revision,
		CreateTime: timestamp(rec.CreateTime), UpdateTime: timestamp(rec.UpdateTime),
		State: State(rec.Noun, on),
	})
	return Resource(m)
}

// Resource wraps the message of a noun; nil if it is none.
func Resource(m proto.Message) *waybillv1.Resource {
	s := shapes[m.ProtoReflect().Descriptor().FullName()]
	if s == nil {
		return nil
	}
	r := new(waybillv1.Resource)
	rm := r.ProtoReflect()
	rm.Set(rm.Descriptor().Fields().ByNumber(protoreflect.FieldNumber(s.collection)), protoreflect.ValueOfMessage(m.ProtoReflect()))
	return r
}

// Noun returns the message that a resource holds, nil if it holds none.
func Noun(r *waybillv1.Resource) proto.Message {
	rm := r.ProtoReflect()
	fd := rm.WhichOneof(rm.Descriptor().Oneofs().Get(0))
	if fd == nil {
		return nil
	}
	return rm.Get(fd).Message().Interface()
}

// FromResource returns the noun that a resource states; its errors are those of FromProto.
func FromResource(r *waybillv1.Resource) (registry.Noun, error) {
	m := Noun(r)
	if m == nil {
		return nil, &registry.Error{Kind: registry.Invalid, Reason: "FIELD_INVALID", Message: "the resource is refused",
			Fields: []registry.FieldError{{Field: "resource", Expected: "one noun"}}}
	}
	return FromProto(m)
}

func setMeta(m proto.Message, meta *waybillv1.Meta) {
	pm := m.ProtoReflect()
	pm.Set(pm.Descriptor().Fields().ByNumber(metaField), protoreflect.ValueOfMessage(meta.ProtoReflect()))
}

// State returns the state that a noun's dated facts give at on, "" for a noun
// that has none. It is what a person reads in a list; a share is judged by the
// rules, which read more (the settings, other records).
func State(n registry.Noun, on registry.Time) string {
	since := func(t registry.Time) bool { return t != 0 && t <= on }
	switch n := n.(type) {
	case *registry.Recipient:
		return recipientState(n, on)
	case *registry.Agreement:
		switch {
		case since(n.TerminateTime):
			return "TERMINATED"
		case n.OurSignature == nil || n.TheirSignature == nil || !since(n.OurSignature.SignTime) || !since(n.TheirSignature.SignTime):
			return "DRAFT"
		case since(n.ExpireTime):
			return "EXPIRED"
		case !since(n.EffectiveTime):
			return "SIGNED"
		}
		return "IN_FORCE"
	case *registry.Transfer:
		switch {
		case since(n.RevokeTime):
			return "REVOKED"
		case suspended(n.Suspensions, on):
			return "SUSPENDED"
		case !since(n.ValidFrom):
			return "DRAFT"
		case since(n.ValidTo), since(n.RecertifiedUntil), since(threeYears(n)), n.Mechanism == registry.MechanismDpf && n.RecertifiedUntil == 0:
			return "EXPIRED"
		}
		return "VALID"
	case *registry.Assessment:
		switch {
		case !since(n.ApproveTime):
			return "DRAFT"
		case n.ReviewUntil == 0 || since(n.ReviewUntil):
			return "REVIEW_DUE"
		}
		return "APPROVED"
	case *registry.Policy:
		switch {
		case since(n.EffectiveTime):
			return "EFFECTIVE"
		case since(n.PublishTime):
			return "PUBLISHED"
		}
		return "DRAFT"
	case *registry.Principal:
		if n.ObserveUntil > on {
			return "OBSERVE"
		}
		return "ENFORCE"
	}
	return ""
}

// recipientState: ACTIVE is approved, with due diligence and a clear screening,
// and usable; APPROVED lacks one of these.
func recipientState(n *registry.Recipient, on registry.Time) string {
	switch {
	case n.TerminateTime != 0 && n.TerminateTime <= on:
		return "TERMINATED"
	case suspended(n.Suspensions, on):
		return "SUSPENDED"
	case n.ApproveTime == 0 || n.ApproveTime > on:
		return "DRAFT"
	}
	var newest registry.Screening
	for _, s := range n.Screenings {
		if s.ScreenTime <= on && s.ScreenTime >= newest.ScreenTime {
			newest = s
		}
	}
	if newest.Result != registry.ScreeningResultClear || n.DueDiligenceUntil <= on || n.UsableFrom > on {
		return "APPROVED"
	}
	return "ACTIVE"
}

func suspended(spans []registry.Period, on registry.Time) bool {
	for _, p := range spans {
		if p.Contains(on) {
			return true
		}
	}
	return false
}

// threeYears is the end that the law sets to a security assessment and to a
// certification, counted in China's zone; 0 for any other mechanism.
func threeYears(n *registry.Transfer) registry.Time {
	if n.Mechanism != registry.MechanismSecurityAssessment && n.Mechanism != registry.MechanismCertification {
		return 0
	}
	from := n.ValidFrom
	if n.Evidence != nil && n.Evidence.IssueTime != 0 && n.Evidence.IssueTime < from {
		from = n.Evidence.IssueTime
	}
	zone, err := loadZone(defaultZone)
	if err != nil {
		return 0
	}
	t := from.Std().In(zone)
	end := t.AddDate(3, 0, 0)
	if end.Day() != t.Day() { // 29 February ends on 28 February
		end = end.AddDate(0, 0, -1)
	}
	return registry.At(end)
}

// defaultZone is the zone in which a date is 00:00 where the settings name none.
const defaultZone = "Asia/Shanghai"
