package wire

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/registry"
)

// filler fills one message from YAML by proto JSON names.
type filler struct {
	*loader
	lines  map[string]int // of each field by its path in the contract
	parent string         // the recipient that a deployment stands in
	patch  bool           // null is a value: it takes the field away
	set    []protoreflect.FieldDescriptor
	// literal takes numbers and dates as the text they are written in: a question
	// has names and references only.
	literal bool
}

// message reads a mapping into m, whose path is given.
func (f *filler) message(m protoreflect.Message, n *yaml.Node, path string) {
	if n.Kind != yaml.MappingNode {
		f.wrong(n.Line, path, "a mapping of fields")
		return
	}
	fds := m.Descriptor().Fields()
	top := len(f.lines) == 0
	if _, ok := f.lines[path]; !ok {
		f.lines[path] = n.Line
	}
	seen := map[protoreflect.FieldNumber]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		fd := fds.ByJSONName(key.Value)
		if fd == nil {
			fd = fds.ByName(protoreflect.Name(key.Value))
		}
		if fd == nil {
			f.unknownField(key, m.Descriptor(), path)
			continue
		}
		at := path + "." + string(fd.Name())
		f.lines[at] = key.Line
		if seen[fd.Number()] {
			f.wrong(key.Line, at, "each field once")
			continue
		}
		seen[fd.Number()] = true
		if top && f.patch {
			f.set = append(f.set, fd)
			if isNull(value) {
				continue
			}
		}
		f.field(m, fd, value, at)
	}
	f.qualify(m)
}

func (f *filler) unknownField(key *yaml.Node, md protoreflect.MessageDescriptor, path string) {
	var known []string
	for i := range md.Fields().Len() {
		if fd := md.Fields().Get(i); fd.Number() != metaField {
			known = append(known, fd.JSONName())
		}
	}
	if md.Name() == "Recipient" {
		known = append(known, "deployments")
	}
	expected := "a field of " + strings.ToLower(string(md.Name()))
	if meant := near(key.Value, known); meant != "" {
		expected = "did you mean " + meant + "?"
	}
	f.wrong(key.Line, path+"."+shown(key.Value), expected)
}

func (f *filler) field(m protoreflect.Message, fd protoreflect.FieldDescriptor, n *yaml.Node, path string) {
	switch {
	case isNull(n):
		f.wrong(n.Line, path, "a value; leave the field out where there is none")
	case fd.Number() == metaField: // output only
	case fd.IsList():
		f.list(m, fd, n, path)
	default:
		v, ok := f.value(m.NewField(fd), fd, n, path)
		if ok {
			m.Set(fd, v)
		}
	}
}

func (f *filler) list(m protoreflect.Message, fd protoreflect.FieldDescriptor, n *yaml.Node, path string) {
	if n.Kind != yaml.SequenceNode {
		f.wrong(n.Line, path, "a list")
		return
	}
	if len(n.Content) == 0 {
		return
	}
	l := m.Mutable(fd).List()
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		f.lines[at] = item.Line
		if isNull(item) {
			f.wrong(item.Line, at, "a value")
			continue
		}
		if v, ok := f.value(l.NewElement(), fd, item, at); ok {
			l.Append(v)
		}
	}
}

// value reads one value; empty is a new message where the field holds messages.
func (f *filler) value(empty protoreflect.Value, fd protoreflect.FieldDescriptor, n *yaml.Node, path string) (protoreflect.Value, bool) {
	if fd.Message() != nil && !isTimestamp(fd) {
		f.message(empty.Message(), n, path)
		return empty, true
	}
	if n.Kind != yaml.ScalarNode {
		f.wrong(n.Line, path, "one value")
		return empty, false
	}
	switch fd.Kind() {
	case protoreflect.MessageKind:
		t, ok := f.instant(n.Value)
		if !ok {
			f.wrong(n.Line, path, "a date such as 2025-01-31, or an instant such as 2025-01-31T09:00:00+08:00")
		}
		return protoreflect.ValueOfMessage(timestamppb.New(t).ProtoReflect()), ok
	case protoreflect.EnumKind:
		return f.enum(fd.Enum(), n, path)
	case protoreflect.BoolKind:
		if n.Tag != "!!bool" || n.Value != "true" && n.Value != "false" {
			f.wrong(n.Line, path, "true or false")
			return empty, false
		}
		return protoreflect.ValueOfBool(n.Value == "true"), true
	case protoreflect.Int32Kind, protoreflect.Int64Kind:
		size := 32
		if fd.Kind() == protoreflect.Int64Kind {
			size = 64
		}
		number, err := strconv.ParseInt(n.Value, 10, size)
		if n.Tag != "!!int" || err != nil {
			f.wrong(n.Line, path, "a whole number")
			return empty, false
		}
		if size == 32 {
			return protoreflect.ValueOfInt32(int32(number)), true
		}
		return protoreflect.ValueOfInt64(number), true
	case protoreflect.StringKind:
		u := rules[string(fd.Parent().Name())+"."+string(fd.Name())]
		named := u.check == ownName || u.check == nameOf || u.check == grantOf || u.check == idOf
		if n.Tag != "!!str" && !((named || f.literal) && (n.Tag == "!!int" || n.Tag == "!!timestamp")) {
			f.wrong(n.Line, path, `text; put it in quotes ("...")`)
			return empty, false
		}
		return protoreflect.ValueOfString(f.name(u, n.Value)), true
	}
	f.wrong(n.Line, path, "a field that files state")
	return empty, false
}

// name puts a name's collection before it where the file leaves it out.
func (f *filler) name(u rule, s string) string {
	if u.check != ownName && u.check != nameOf && u.check != grantOf || s == "" {
		return s
	}
	switch u.collection {
	case registry.SettingsOf:
		return s
	case registry.Deployments:
		switch {
		case strings.HasPrefix(s, "recipients/"):
			return s
		case u.check == ownName && f.parent != "":
			return deploymentName(f.parent, s)
		case strings.Contains(s, "/deployments/"):
			return "recipients/" + s
		}
		return s // of a link: qualify knows its recipient
	}
	return prefixed(u.collection, s)
}

// qualify completes the short name of a link's deployment, once its recipient is read.
func (f *filler) qualify(m protoreflect.Message) {
	if m.Descriptor().Name() != "SubprocessorLink" {
		return
	}
	fds := m.Descriptor().Fields()
	recipient, deployment := fds.ByName("recipient"), fds.ByName("deployment")
	if s := m.Get(deployment).String(); s != "" {
		m.Set(deployment, protoreflect.ValueOfString(deploymentName(m.Get(recipient).String(), s)))
	}
}

// instant reads a date, which is 00:00 in the zone, or an instant of RFC 3339.
func (f *filler) instant(s string) (time.Time, bool) { return readInstant(s, f.zone) }

func readInstant(s string, zone *time.Location) (time.Time, bool) {
	if len(s) == len(time.DateOnly) {
		t, err := time.ParseInLocation(time.DateOnly, s, zone)
		return t, err == nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil
}

// enum reads a value of an enum, with its prefix or without.
func (f *filler) enum(ed protoreflect.EnumDescriptor, n *yaml.Node, path string) (protoreflect.Value, bool) {
	v := ed.Values().ByName(protoreflect.Name(n.Value))
	if v == nil {
		v = ed.Values().ByName(protoreflect.Name(enumPrefix(ed) + n.Value))
	}
	if v == nil || v.Number() == 0 {
		names := enumNames(ed)
		expected := "one of " + strings.Join(names, ", ")
		if meant := near(n.Value, names); meant != "" {
			expected += "; did you mean " + meant + "?"
		}
		f.wrong(n.Line, path, expected)
		return protoreflect.Value{}, false
	}
	return protoreflect.ValueOfEnum(v.Number()), true
}
