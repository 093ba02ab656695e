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
		Number: int64(rec.Number), Etag: registry.Etag(rec), Revision: rec.Revision,
		CreateTime: timestamp(rec.CreateTime), UpdateTime: timestamp(rec.UpdateTime),
		State: registry.State(rec.Noun, on),
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

// defaultZone is the zone in which a date is 00:00 where the settings name none.
const defaultZone = "Asia/Shanghai"

// Etag returns the etag of a record's state.
func Etag(rec registry.Record) string { return registry.Etag(rec) }
