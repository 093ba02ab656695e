package wire

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// WriteYAML writes nouns in the form that Load reads, in a stable order: the
// collections as they can be applied, each by name, deployments within their
// recipient. Collections of names, prefixes of enums, meta and output-only fields
// are left out; what is 00:00 in the zone of the settings among rs (Asia/Shanghai
// without) is a date. The errors are w's.
func WriteYAML(w io.Writer, rs []*waybillv1.Resource) error {
	return WriteYAMLIn(w, nil, rs)
}

// WriteYAMLIn is WriteYAML for nouns that LoadIn reads with the same zone.
func WriteYAMLIn(w io.Writer, zone *time.Location, rs []*waybillv1.Resource) error {
	p := printer{zone: zone, deployments: map[string][]proto.Message{}}
	byCollection := map[registry.Collection][]proto.Message{}
	recipients := map[string]bool{}
	for _, r := range rs {
		m := Noun(r)
		if m == nil {
			continue
		}
		switch m := m.(type) {
		case *waybillv1.Settings:
			if z, err := loadZone(m.Zone); err == nil {
				p.zone = z
			}
		case *waybillv1.Recipient:
			recipients[m.Name] = true
		}
		c := shapes[m.ProtoReflect().Descriptor().FullName()].collection
		byCollection[c] = append(byCollection[c], m)
	}
	if p.zone == nil {
		z, err := loadZone(defaultZone)
		if err != nil {
			return fmt.Errorf("write YAML: %w", err)
		}
		p.zone = z
	}
	for _, ms := range byCollection {
		slices.SortStableFunc(ms, func(a, b proto.Message) int { return strings.Compare(nameOfMessage(a), nameOfMessage(b)) })
	}
	var loose []proto.Message
	for _, m := range byCollection[registry.Deployments] {
		if of := registry.RecipientOf(nameOfMessage(m)); recipients[of] {
			p.deployments[of] = append(p.deployments[of], m)
		} else {
			loose = append(loose, m)
		}
	}
	byCollection[registry.Deployments] = loose
	root := &yaml.Node{Kind: yaml.MappingNode}
	for _, c := range registry.Collections {
		ms := byCollection[c]
		if len(ms) == 0 {
			continue
		}
		if c == registry.SettingsOf {
			root.Content = append(root.Content, scalar("settings"), p.message(ms[0].ProtoReflect(), ""))
			continue
		}
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, m := range ms {
			list.Content = append(list.Content, p.message(m.ProtoReflect(), ""))
		}
		root.Content = append(root.Content, scalar(keyOf(c)), list)
	}
	if len(root.Content) == 0 {
		return nil
	}
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return fmt.Errorf("write YAML: %w", err)
	}
	if err := enc.Close(); err != nil {
		return fmt.Errorf("write YAML: %w", err)
	}
	return nil
}

func keyOf(c registry.Collection) string {
	for key, of := range collectionKeys {
		if of == c {
			return key
		}
	}
	return ""
}

func nameOfMessage(m proto.Message) string {
	pm := m.ProtoReflect()
	return pm.Get(pm.Descriptor().Fields().ByNumber(1)).String()
}

// printer turns messages into YAML.
type printer struct {
	zone        *time.Location
	deployments map[string][]proto.Message // by recipient
}

func scalar(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

// message prints the fields that are given, by number; parent is the recipient
// that a deployment stands in.
func (p *printer) message(m protoreflect.Message, parent string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	fds := m.Descriptor().Fields()
	for i := range fds.Len() {
		fd := fds.Get(i)
		u := rules[string(m.Descriptor().Name())+"."+string(fd.Name())]
		if !m.Has(fd) || fd.Number() == metaField || u.check == outputOnly || u.check == ownName && u.collection == registry.SettingsOf {
			continue
		}
		if u.check == nameOf && u.collection == registry.Deployments {
			parent = m.Get(fds.ByName("recipient")).String()
		}
		n.Content = append(n.Content, scalar(fd.JSONName()), p.field(m, fd, u, parent))
	}
	if r, ok := m.Interface().(*waybillv1.Recipient); ok && len(p.deployments[r.Name]) > 0 {
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, d := range p.deployments[r.Name] {
			list.Content = append(list.Content, p.message(d.ProtoReflect(), r.Name))
		}
		n.Content = append(n.Content, scalar("deployments"), list)
	}
	return n
}

func (p *printer) field(m protoreflect.Message, fd protoreflect.FieldDescriptor, u rule, parent string) *yaml.Node {
	if !fd.IsList() {
		return p.value(m.Get(fd), fd, u, parent)
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	if fd.Message() == nil {
		list.Style = yaml.FlowStyle
	}
	l := m.Get(fd).List()
	for i := range l.Len() {
		list.Content = append(list.Content, p.value(l.Get(i), fd, u, parent))
	}
	return list
}

func (p *printer) value(v protoreflect.Value, fd protoreflect.FieldDescriptor, u rule, parent string) *yaml.Node {
	switch {
	case isTimestamp(fd):
		return p.instant(v.Message().Interface().(*timestamppb.Timestamp).AsTime())
	case fd.Message() != nil:
		return p.message(v.Message(), "")
	case fd.Kind() == protoreflect.EnumKind:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: enumName(fd.Enum(), v.Enum())}
	case fd.Kind() == protoreflect.StringKind:
		return line(shortName(u, v.String(), parent))
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: v.String()}
}

// enumName returns the short name of an enum's value, its number when unknown.
func enumName(ed protoreflect.EnumDescriptor, n protoreflect.EnumNumber) string {
	if v := ed.Values().ByNumber(n); v != nil {
		return strings.TrimPrefix(string(v.Name()), enumPrefix(ed))
	}
	return fmt.Sprint(n)
}

// shortName leaves out of a name what Load puts back.
func shortName(u rule, s, parent string) string {
	if u.check != ownName && u.check != nameOf && u.check != grantOf {
		return s
	}
	if u.collection == registry.Deployments {
		if id, ok := strings.CutPrefix(s, parent+"/deployments/"); ok && parent != "" {
			return id
		}
		return s
	}
	return strings.TrimPrefix(s, u.collection.Prefix())
}

// line prints text: as lines where it has simple ones, else quoted as needed.
func line(s string) *yaml.Node {
	n := scalar(s)
	if strings.ContainsAny(s, "\n\t") {
		n.Style = yaml.DoubleQuotedStyle
		if simpleLines(s) {
			n.Style = yaml.LiteralStyle
		}
	}
	return n
}

// simpleLines reports whether every line stands in a block as it is.
func simpleLines(s string) bool {
	if strings.Contains(s, "\t") {
		return false
	}
	for l := range strings.SplitSeq(s, "\n") {
		if l == "" || l != strings.TrimSpace(l) {
			return false
		}
	}
	return true
}

// instant prints a date where it is 00:00 in the zone, else RFC 3339 there.
func (p *printer) instant(t time.Time) *yaml.Node {
	in := t.In(p.zone)
	s := in.Format(time.DateOnly)
	if back, ok := readInstant(s, p.zone); !ok || !back.Equal(t) {
		s = in.Format(time.RFC3339Nano)
		if back, ok := readInstant(s, p.zone); !ok || !back.Equal(t) { // a zone whose offset has seconds
			s = t.UTC().Format(time.RFC3339Nano)
		}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: s}
}
