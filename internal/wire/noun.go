package wire

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// metaField is the number of Meta in every noun; it has no counterpart.
const metaField = 90

// shape is how one message of the contract and one struct of the registry face
// each other, field by field.
type shape struct {
	collection registry.Collection // 0 for a message within a noun
	message    protoreflect.MessageType
	fields     []field
}

// field is one pair of the same number.
type field struct {
	desc  protoreflect.FieldDescriptor
	index int // in the struct
	rule  rule
	inner *shape // of a message
}

var messages = map[registry.Collection]proto.Message{
	registry.Exporters: (*waybillv1.Exporter)(nil), registry.Recipients: (*waybillv1.Recipient)(nil),
	registry.Deployments: (*waybillv1.Deployment)(nil), registry.Agreements: (*waybillv1.Agreement)(nil),
	registry.Transfers: (*waybillv1.Transfer)(nil), registry.Assessments: (*waybillv1.Assessment)(nil),
	registry.SettingsOf: (*waybillv1.Settings)(nil), registry.Purposes: (*waybillv1.Purpose)(nil),
	registry.Categories: (*waybillv1.Category)(nil), registry.Policies: (*waybillv1.Policy)(nil),
	registry.Principals: (*waybillv1.Principal)(nil), registry.Instruments: (*waybillv1.Instrument)(nil),
	registry.Exceptions: (*waybillv1.ExceptionRecord)(nil),
}

// shapes holds the nouns' shapes by the full name of their message. It is made
// once; a field without its pair stops the program before it serves.
var shapes = func() map[protoreflect.FullName]*shape {
	made := map[protoreflect.FullName]*shape{}
	for c, m := range messages {
		mt := m.ProtoReflect().Type()
		s, err := makeShape(mt, reflect.TypeOf(registry.New(c)).Elem())
		if err != nil {
			panic(fmt.Errorf("pair %s: %w", c, err))
		}
		s.collection = c
		made[mt.Descriptor().FullName()] = s
	}
	return made
}()

// makeShape pairs the fields of a message and a struct by number.
func makeShape(mt protoreflect.MessageType, st reflect.Type) (*shape, error) {
	s := &shape{message: mt}
	byNumber := map[protoreflect.FieldNumber]int{}
	for i := range st.NumField() {
		n, _, _ := strings.Cut(st.Field(i).Tag.Get("cbor"), ",")
		number, err := strconv.Atoi(n)
		if err != nil {
			return nil, fmt.Errorf("%s.%s has no number", st.Name(), st.Field(i).Name)
		}
		byNumber[protoreflect.FieldNumber(number)] = i
	}
	fds := mt.Descriptor().Fields()
	for i := range fds.Len() {
		fd := fds.Get(i)
		if fd.Number() == metaField {
			continue
		}
		index, ok := byNumber[fd.Number()]
		if !ok {
			return nil, fmt.Errorf("%s has no field of its number", fd.FullName())
		}
		delete(byNumber, fd.Number())
		f := field{desc: fd, index: index}
		f.rule, ok = rules[string(mt.Descriptor().Name())+"."+string(fd.Name())]
		if !ok && (fd.Kind() == protoreflect.StringKind || isNumber(fd)) {
			return nil, fmt.Errorf("%s has no rule", fd.FullName())
		}
		if fd.Message() != nil && !isTimestamp(fd) {
			inner := st.Field(index).Type
			for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			var err error
			if f.inner, err = makeShape(innerType(mt, fd), inner); err != nil {
				return nil, err
			}
		}
		s.fields = append(s.fields, f)
	}
	if len(byNumber) > 0 {
		return nil, fmt.Errorf("%s has fields that the contract has not: %v", st.Name(), byNumber)
	}
	return s, nil
}

func innerType(mt protoreflect.MessageType, fd protoreflect.FieldDescriptor) protoreflect.MessageType {
	if fd.IsList() {
		return mt.New().NewField(fd).List().NewElement().Message().Type()
	}
	return mt.New().NewField(fd).Message().Type()
}

func isNumber(fd protoreflect.FieldDescriptor) bool {
	return fd.Kind() == protoreflect.Int32Kind || fd.Kind() == protoreflect.Int64Kind
}

func isTimestamp(fd protoreflect.FieldDescriptor) bool {
	return fd.Message() != nil && fd.Message().FullName() == "google.protobuf.Timestamp"
}

// FromProto returns the noun that a message of the contract states. Output-only
// fields (meta, covered_categories, tokens) are left out. A message that breaks a
// rule is refused by one registry.Error, Invalid with FIELD_INVALID, that names
// every wrong field by its path (recipient.notices[0].contact).
func FromProto(m proto.Message) (registry.Noun, error) {
	if m == nil {
		return nil, registry.Errorf(registry.Invalid, "FIELD_INVALID", "no noun is given")
	}
	pm := m.ProtoReflect()
	s := shapes[pm.Descriptor().FullName()]
	if s == nil {
		return nil, registry.Errorf(registry.Internal, "INTERNAL", "convert %s: it is no noun", pm.Descriptor().FullName())
	}
	r := reader{path: []step{{s.collection.String(), -1}}}
	n := registry.New(s.collection)
	if !pm.IsValid() {
		r.wrong("a value is needed")
	} else {
		r.message(s, pm, reflect.ValueOf(n).Elem())
	}
	if err := r.errs.err("FIELD_INVALID", "the "+s.collection.String()+" is refused"); err != nil {
		return nil, err
	}
	return n, nil
}

// step is one part of a path: a field, and the index within it or -1.
type step struct {
	name  string
	index int
}

func pathString(steps []step) string {
	var b strings.Builder
	for i, s := range steps {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
		if s.index >= 0 {
			fmt.Fprintf(&b, "[%d]", s.index)
		}
	}
	return b.String()
}

// reader reads one message and gathers what is wrong with it.
type reader struct {
	path []step
	errs fieldErrors
}

func (r *reader) wrong(expected string) { r.errs.add(pathString(r.path), expected) }

func (r *reader) message(s *shape, m protoreflect.Message, into reflect.Value) {
	if len(m.GetUnknown()) > 0 {
		r.wrong("only fields that this version knows")
	}
	for i := range s.fields {
		f := &s.fields[i]
		if f.rule.check == outputOnly {
			continue
		}
		r.path = append(r.path, step{string(f.desc.Name()), -1})
		switch {
		case f.rule.check == ownName && !m.Has(f.desc):
			r.wrong("a name: " + nameExpected(f.rule.collection))
		case !m.Has(f.desc):
		case f.desc.IsList():
			r.list(f, m.Get(f.desc).List(), into.Field(f.index))
		default:
			r.value(f, m.Get(f.desc), into.Field(f.index))
		}
		r.path = r.path[:len(r.path)-1]
	}
}

func (r *reader) list(f *field, l protoreflect.List, into reflect.Value) {
	limit := maxNested
	if f.rule.check == nameOf || f.rule.check == grantOf {
		limit = maxNames
	}
	if l.Len() > limit {
		r.wrong(fmt.Sprintf("at most %d items", limit))
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), l.Len(), l.Len()))
	last := &r.path[len(r.path)-1]
	for i := range l.Len() {
		last.index = i
		r.value(f, l.Get(i), into.Index(i))
		last = &r.path[len(r.path)-1]
	}
	last.index = -1
}

func (r *reader) value(f *field, v protoreflect.Value, into reflect.Value) {
	switch {
	case f.inner != nil:
		if into.Kind() == reflect.Pointer {
			into.Set(reflect.New(into.Type().Elem()))
			into = into.Elem()
		}
		r.message(f.inner, v.Message(), into)
	case isTimestamp(f.desc):
		t, ok := instant(v.Message().Interface().(*timestamppb.Timestamp))
		if !ok {
			r.wrong(instantExpected)
			return
		}
		into.SetInt(int64(t))
	case f.desc.Kind() == protoreflect.EnumKind:
		if v.Enum() == 0 || f.desc.Enum().Values().ByNumber(v.Enum()) == nil {
			r.wrong("one of " + strings.Join(enumNames(f.desc.Enum()), ", "))
			return
		}
		into.SetUint(uint64(v.Enum()))
	case f.desc.Kind() == protoreflect.BoolKind:
		into.SetBool(v.Bool())
	case isNumber(f.desc):
		if n := v.Int(); n < 0 || n > f.rule.max {
			r.wrong(fmt.Sprintf("a number from 0 to %d", f.rule.max))
			return
		}
		into.SetInt(v.Int())
	default:
		s, expected := f.rule.string(v.String())
		if expected != "" {
			r.wrong(expected)
			return
		}
		into.SetString(s)
	}
}

const instantExpected = "an instant from 1971-01-01 to before 2200-01-01 (UTC)"

// instant returns a stated instant, cut to microseconds, and whether it lies
// within the bounds of registry.Time.
func instant(ts *timestamppb.Timestamp) (registry.Time, bool) {
	if ts.CheckValid() != nil {
		return 0, false
	}
	t := registry.At(ts.AsTime())
	return t, t >= registry.MinTime && t < registry.MaxTime
}

// enumPrefix returns what the names of an enum begin with: "RECIPIENT_KIND_".
func enumPrefix(ed protoreflect.EnumDescriptor) string {
	return strings.TrimSuffix(string(ed.Values().ByNumber(0).Name()), "UNSPECIFIED")
}

// enumNames returns the names of an enum without their prefix and without zero.
func enumNames(ed protoreflect.EnumDescriptor) []string {
	var names []string
	for i := range ed.Values().Len() {
		if v := ed.Values().Get(i); v.Number() != 0 {
			names = append(names, strings.TrimPrefix(string(v.Name()), enumPrefix(ed)))
		}
	}
	return names
}

// ToProto returns the message of a noun, without meta.
func ToProto(n registry.Noun) proto.Message {
	s := shapes[messages[n.Collection()].ProtoReflect().Descriptor().FullName()]
	m := s.message.New()
	s.write(reflect.ValueOf(n).Elem(), m)
	return m.Interface()
}

func (s *shape) write(from reflect.Value, m protoreflect.Message) {
	for i := range s.fields {
		f := &s.fields[i]
		v := from.Field(f.index)
		if v.IsZero() {
			continue
		}
		if !f.desc.IsList() {
			m.Set(f.desc, f.value(v, func() protoreflect.Value { return m.NewField(f.desc) }))
			continue
		}
		if v.Len() == 0 {
			continue
		}
		l := m.Mutable(f.desc).List()
		for j := range v.Len() {
			l.Append(f.value(v.Index(j), l.NewElement))
		}
	}
}

// value returns the contract's value of v; empty makes a new message.
func (f *field) value(v reflect.Value, empty func() protoreflect.Value) protoreflect.Value {
	switch {
	case f.inner != nil:
		made := empty()
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		f.inner.write(v, made.Message())
		return made
	case isTimestamp(f.desc):
		return protoreflect.ValueOfMessage(timestamp(registry.Time(v.Int())).ProtoReflect())
	case f.desc.Kind() == protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(v.Uint()))
	case f.desc.Kind() == protoreflect.BoolKind:
		return protoreflect.ValueOfBool(v.Bool())
	case f.desc.Kind() == protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(v.Int()))
	case f.desc.Kind() == protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(v.Int())
	}
	return protoreflect.ValueOfString(v.String())
}

// timestamp returns t for the contract, nil when it is not given.
func timestamp(t registry.Time) *timestamppb.Timestamp {
	if t == 0 {
		return nil
	}
	return timestamppb.New(t.Std())
}
