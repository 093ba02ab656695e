package wire

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"waybill/internal/decision"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// DefaultCaseTime is when a case is judged that says no time.
var DefaultCaseTime = registry.At(time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC))

// Case is one decision case: a question, the answer that is wanted, and what the
// registry is changed to for it.
type Case struct {
	Name     string
	Clause   []string      // what of law or policy it shows
	At       registry.Time // when it is judged
	As       string        // principals/x that asks, "" for none
	Registry []string      // files or folders, relative to the case file
	Question *waybillv1.ShareQuestion
	Held     *Held  // of the subject; nil is nothing
	Tally    *Tally // of the exporter's year; nil is an empty year

	Changes []Located // nouns that replace or add
	Patches []Patch   // fields that replace those of a noun
	Remove  []string  // nouns that are taken away first

	Outcome     decision.Outcome // Undecided where the question is refused
	Reasons     []decision.Code  // among those given; with Only exactly these
	Only        bool
	Regimes     map[decision.Code][]registry.Regime // that a reason names
	Permitted   []string                            // full names; nil is not asked
	Details     map[decision.Code][]string          // decision.Detail of a reason, in words
	Classes     map[decision.Code][]decision.Class  // that a reason has
	Obligations []decision.ObligationCode           // among those given
	Without     []decision.ObligationCode           // not among those given
	Due         map[decision.ObligationCode]registry.Time
	Waived      []WantedWaiver // exactly these; nil is not asked
	Counted     *WantedCount   // nil is not asked
	Policy      string         // policies/x that governed; "" is not asked
	Agreements  []string       // exactly those relied upon; nil is not asked
	Transfers   []string       // exactly those relied upon; nil is not asked
	UseBy       registry.Time  // 0 is not asked
	Subjects    []string       // of a bulk share, that may be shared; nil is not asked
	Refused     string         // a name of ErrorReason without prefix
	Field       string         // that the refusal names: question.x

	File string
	Line int
}

// Patch replaces top-level fields of one noun; null takes a field away.
type Patch struct {
	Name   string
	Line   int
	file   string
	fields proto.Message
	set    []protoreflect.FieldDescriptor
	lines  map[string]int
}

// LoadCases reads a file of decision cases: registry: files, cases: a list, each
// with name, clause, at, as, question, facts, counters, changes, patch, remove, and
// what is wanted: outcome, reasons, only, regimes, details, classes, permitted,
// permittedSubjects, obligations, without, due, waived, counted, policy, agreements,
// transfers, useBy, or refused and field.
// It is as strict as Load, and its errors are of the same kind.
func LoadCases(f File) ([]Case, error) { return LoadCasesIn(nil, f) }

// LoadCasesIn is LoadCases where dates are of the zone; nil is Asia/Shanghai.
func LoadCasesIn(zone *time.Location, f File) ([]Case, error) {
	l := loader{file: f.Name}
	l.parse(f)
	l.zone = zone
	if zone == nil {
		l.zone = (&loader{}).findZone(nil)
	}
	var cases []Case
	for _, d := range l.documents {
		cases = append(cases, l.casesOf(d.root)...)
	}
	names := map[string]int{}
	for _, c := range cases {
		if first, twice := names[c.Name]; twice {
			l.wrong(c.Line, "name", fmt.Sprintf("each name once; it stands in line %d too", first))
		}
		names[c.Name] = c.Line
	}
	if err := l.err("the cases are refused"); err != nil {
		return nil, err
	}
	return cases, nil
}

func (l *loader) casesOf(root *yaml.Node) []Case {
	if root.Kind != yaml.MappingNode {
		l.wrong(root.Line, "", "cases: with a list below it")
		return nil
	}
	var cases []Case
	var files []string
	at := DefaultCaseTime
	for i := 0; i+1 < len(root.Content); i += 2 {
		switch key, value := root.Content[i], root.Content[i+1]; key.Value {
		case "registry":
			files = l.words(value, "registry")
		case "at":
			at = l.time(value, "at")
		case "cases":
		default:
			l.unknownKey(key, []string{"registry", "at", "cases"})
		}
	}
	list := child(root, "cases")
	if list == nil || list.Kind != yaml.SequenceNode {
		l.wrong(root.Line, "cases", "a list of cases")
		return nil
	}
	for _, n := range list.Content {
		c := Case{Registry: files, At: at, File: l.file, Line: n.Line}
		if n.Kind != yaml.MappingNode {
			l.wrong(n.Line, "cases", "a mapping: name, clause, question, outcome")
			continue
		}
		l.caseOf(n, &c)
		cases = append(cases, c)
	}
	return cases
}

var caseKeys = []string{"name", "clause", "at", "as", "question", "facts", "counters", "changes", "patch", "remove",
	"outcome", "reasons", "only", "regimes", "details", "classes", "permitted", "permittedSubjects", "obligations", "without", "due",
	"waived", "counted", "policy", "agreements", "transfers", "useBy", "refused", "field"}

// ofReasons are the keys that can be read only when the reasons are known.
type ofReasons struct{ regimes, details, classes, field *yaml.Node }

func (l *loader) caseOf(n *yaml.Node, c *Case) {
	var later ofReasons
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		switch key.Value {
		case "name":
			c.Name = l.word(v, "name")
		case "clause":
			c.Clause = l.words(v, "clause")
		case "at":
			c.At = l.time(v, "at")
		case "as":
			c.As = prefixed(registry.Principals, l.word(v, "as"))
			if !isName(registry.Principals, c.As) {
				l.wrong(v.Line, "as", nameExpected(registry.Principals))
			}
		case "question":
			f := filler{loader: l, lines: map[string]int{}, literal: true}
			c.Question = new(waybillv1.ShareQuestion)
			f.message(c.Question.ProtoReflect(), v, "question")
		case "facts":
			c.Held = l.held(v)
		case "counters":
			c.Tally = l.tally(v)
		case "changes":
			l.changes(v, c)
		case "patch":
			l.patches(v, c)
		case "remove":
			l.removals(v, c)
		case "outcome":
			c.Outcome = decision.Outcome(l.value(v, "outcome", waybillv1.Outcome(0).Descriptor()))
		case "reasons":
			for _, item := range l.items(v, "reasons") {
				c.Reasons = append(c.Reasons, decision.Code(l.value(item, "reasons", waybillv1.ReasonCode(0).Descriptor())))
			}
		case "only":
			if c.Only = v.Tag == "!!bool" && v.Value == "true"; !c.Only && v.Value != "false" {
				l.wrong(v.Line, "only", "true or false")
			}
		case "regimes":
			later.regimes = v
		case "details":
			later.details = v
		case "classes":
			later.classes = v
		case "permitted":
			c.Permitted = append([]string{}, l.names(v, "permitted", registry.Categories)...)
		case "permittedSubjects":
			c.Subjects = append([]string{}, l.words(v, "permittedSubjects")...)
		case "obligations":
			c.Obligations = l.duties(v, "obligations")
		case "without":
			c.Without = l.duties(v, "without")
		case "due":
			c.Due = map[decision.ObligationCode]registry.Time{}
			if v.Kind != yaml.MappingNode {
				l.wrong(v.Line, "due", "a mapping of obligations to times")
				continue
			}
			for i := 0; i+1 < len(v.Content); i += 2 {
				code := decision.ObligationCode(l.value(v.Content[i], "due", waybillv1.ObligationCode(0).Descriptor()))
				c.Due[code] = l.time(v.Content[i+1], "due")
			}
		case "waived":
			c.Waived = l.waivers(v)
		case "counted":
			c.Counted = l.counted(v)
		case "policy":
			c.Policy = prefixed(registry.Policies, l.word(v, "policy"))
		case "agreements":
			c.Agreements = append([]string{}, l.names(v, "agreements", registry.Agreements)...)
		case "transfers":
			c.Transfers = append([]string{}, l.names(v, "transfers", registry.Transfers)...)
		case "useBy":
			c.UseBy = l.time(v, "useBy")
		case "refused":
			if l.value(v, "refused", waybillv1.ErrorReason(0).Descriptor()) != 0 {
				c.Refused = strings.TrimPrefix(v.Value, enumPrefix(waybillv1.ErrorReason(0).Descriptor()))
			}
		case "field":
			later.field = v
		default:
			l.unknownKey(key, caseKeys)
		}
	}
	l.wanted(n, c, later)
}

func (l *loader) duties(n *yaml.Node, path string) (codes []decision.ObligationCode) {
	for _, item := range l.items(n, path) {
		codes = append(codes, decision.ObligationCode(l.value(item, path, waybillv1.ObligationCode(0).Descriptor())))
	}
	return codes
}

// wanted checks that a case says one thing only, and that what it says of its
// reasons is of its reasons.
func (l *loader) wanted(n *yaml.Node, c *Case, later ofReasons) {
	need := func(ok bool, path, expected string) {
		if !ok {
			l.wrong(n.Line, path, expected)
		}
	}
	need(c.Name != "", "name", "a name; it is needed")
	need(c.Question != nil, "question", "a question; it is needed")
	need((c.Outcome == decision.Undecided) != (c.Refused == ""), "outcome", "outcome: ALLOWED or DENIED; or refused: with the reason")
	need(c.Outcome == decision.Denied || len(c.Reasons) == 0 && !c.Only, "reasons", "reasons only where the outcome is DENIED")
	need(!c.Only || len(c.Reasons) > 0, "only", "the reasons that are meant")
	need(c.Outcome == decision.Allowed || len(c.Obligations)+len(c.Without)+len(c.Due) == 0, "obligations", "obligations only where the outcome is ALLOWED")
	need(c.Outcome == decision.Allowed || c.UseBy == 0, "useBy", "a time only where the outcome is ALLOWED")
	need(c.Refused == "" || c.Permitted == nil, "permitted", "no categories where the question is refused")
	need(c.Refused == "" || c.Waived == nil && c.Counted == nil && c.Agreements == nil && c.Transfers == nil && c.Policy == "", "refused", "nothing else where the question is refused")
	need(c.Subjects == nil || len(c.Question.GetSubjects()) > 0, "permittedSubjects", "a question that lists its subjects")
	need(len(c.Question.GetSubjects()) == 0 || c.Held == nil, "facts", "nothing: the question lists its subjects, and facts are of one of them")
	if field := later.field; field != nil {
		c.Field = l.word(field, "field")
		if !strings.HasPrefix(c.Field, "question.") && c.Field != "question" {
			c.Field = "question." + c.Field
		}
		if c.Refused == "" || !questionField(c.Field) {
			l.wrong(field.Line, "field", "the field of the question that is refused, such as question.do_not_track")
		}
	}
	c.Regimes, c.Details, c.Classes = nil, nil, nil
	if later.regimes != nil {
		c.Regimes = map[decision.Code][]registry.Regime{}
	}
	l.byCode(later.regimes, "regimes", c.Reasons, func(code decision.Code, item *yaml.Node) {
		c.Regimes[code] = append(c.Regimes[code], registry.Regime(l.value(item, "regimes", waybillv1.Regime(0).Descriptor())))
	})
	if later.details != nil {
		c.Details = map[decision.Code][]string{}
	}
	l.byCode(later.details, "details", c.Reasons, func(code decision.Code, item *yaml.Node) {
		c.Details[code] = append(c.Details[code], l.word(item, "details"))
	})
	if later.classes != nil {
		c.Classes = map[decision.Code][]decision.Class{}
	}
	l.byCode(later.classes, "classes", c.Reasons, func(code decision.Code, item *yaml.Node) {
		c.Classes[code] = append(c.Classes[code], decision.Class(l.value(item, "classes", waybillv1.ReasonClass(0).Descriptor())))
	})
}

// questionField reports whether a path is one of the question, indices aside.
func questionField(path string) bool {
	md := (&waybillv1.ShareQuestion{}).ProtoReflect().Descriptor()
	for _, part := range strings.Split(path, ".")[1:] {
		if md == nil {
			return false
		}
		name, _, _ := strings.Cut(part, "[")
		fd := md.Fields().ByName(protoreflect.Name(name))
		if fd == nil {
			return false
		}
		md = fd.Message()
	}
	return true
}

// changes reads whole nouns, and patch and remove where they stand among them.
func (l *loader) changes(n *yaml.Node, c *Case) {
	sub := loader{file: l.file, zone: l.zone}
	sub.collections(n, "patch", "remove")
	for _, e := range sub.errs.list {
		l.errs.add(e.Field, e.Expected)
	}
	c.Changes = append(c.Changes, sub.found...)
	if p := child(n, "patch"); p != nil {
		l.patches(p, c)
	}
	if r := child(n, "remove"); r != nil {
		l.removals(r, c)
	}
}

func (l *loader) patches(n *yaml.Node, c *Case) {
	if n.Kind != yaml.MappingNode {
		l.wrong(n.Line, "patch", "a mapping of names to fields")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		of, ok := registry.CollectionOf(key.Value)
		if !ok {
			l.wrong(key.Line, "patch", "a full name, such as recipients/x")
			continue
		}
		s := shapes[messages[of].ProtoReflect().Descriptor().FullName()]
		f := filler{loader: l, lines: map[string]int{}, patch: true}
		m := s.message.New()
		f.message(m, value, of.String())
		for _, fd := range f.set {
			if fd.Number() == 1 {
				l.wrong(key.Line, "patch", "no new name; remove the noun and add another")
			}
		}
		c.Patches = append(c.Patches, Patch{Name: key.Value, Line: key.Line, file: l.file, fields: m.Interface(), set: f.set, lines: f.lines})
	}
}

func (l *loader) removals(n *yaml.Node, c *Case) {
	for _, item := range l.items(n, "remove") {
		if _, ok := registry.CollectionOf(item.Value); !ok {
			l.wrong(item.Line, "remove", "a full name, such as recipients/x")
			continue
		}
		c.Remove = append(c.Remove, item.Value)
	}
}

// Apply returns the registry of the case: nouns without those removed, with those
// changed, and then with those patched. The nouns given stay as they are. What is
// removed or patched must exist; a patched noun is held to the rules of FromProto.
func (c *Case) Apply(nouns []registry.Noun) ([]registry.Noun, error) {
	l := loader{file: c.File}
	out := slices.Clone(nouns)
	find := func(name string) int {
		return slices.IndexFunc(out, func(n registry.Noun) bool { return n.ResourceName() == name })
	}
	for _, name := range c.Remove {
		i := find(name)
		if i < 0 {
			l.wrong(c.Line, "remove", "a noun of the registry; it has no "+name)
			continue
		}
		out = slices.Delete(out, i, i+1)
	}
	for _, change := range c.Changes {
		if i := find(change.Noun.ResourceName()); i >= 0 {
			out[i] = change.Noun
		} else {
			out = append(out, change.Noun)
		}
	}
	for _, p := range c.Patches {
		i := find(p.Name)
		if i < 0 {
			l.wrong(p.Line, "patch", "a noun of the registry; it has no "+p.Name)
			continue
		}
		patched, err := p.apply(out[i])
		if err != nil {
			l.refused(err, p.lines, p.Line)
			continue
		}
		out[i] = patched
	}
	if err := l.err("the case is refused"); err != nil {
		return nil, err
	}
	return out, nil
}

func (p *Patch) apply(n registry.Noun) (registry.Noun, error) {
	m, fields := ToProto(n).ProtoReflect(), p.fields.ProtoReflect()
	for _, fd := range p.set {
		if fields.Has(fd) {
			m.Set(fd, fields.Get(fd))
		} else {
			m.Clear(fd)
		}
	}
	return FromProto(m.Interface())
}

// items returns the items of a list; one value stands for a list of it.
func (l *loader) items(n *yaml.Node, path string) []*yaml.Node {
	switch n.Kind {
	case yaml.SequenceNode:
		return n.Content
	case yaml.ScalarNode:
		return []*yaml.Node{n}
	}
	l.wrong(n.Line, path, "a list")
	return nil
}

func (l *loader) word(n *yaml.Node, path string) string {
	if n.Kind != yaml.ScalarNode || isNull(n) || n.Value == "" {
		l.wrong(n.Line, path, "text")
		return ""
	}
	if expected := textExpected(n.Value, maxTitle, false); expected != "" {
		l.wrong(n.Line, path, expected)
	}
	return n.Value
}

func (l *loader) words(n *yaml.Node, path string) (words []string) {
	for _, item := range l.items(n, path) {
		words = append(words, l.word(item, path))
	}
	return words
}

func (l *loader) time(n *yaml.Node, path string) registry.Time {
	t, ok := readInstant(n.Value, l.zone)
	if at := registry.At(t); n.Kind == yaml.ScalarNode && ok && at >= registry.MinTime && at < registry.MaxTime {
		return at
	}
	l.wrong(n.Line, path, "a date such as 2025-01-31, or an instant such as 2025-01-31T09:00:00+08:00")
	return 0
}

// value reads a name of an enum and returns its number, 0 when it is none.
func (l *loader) value(n *yaml.Node, path string, ed protoreflect.EnumDescriptor) protoreflect.EnumNumber {
	f := filler{loader: l}
	if n.Kind != yaml.ScalarNode {
		l.wrong(n.Line, path, "one value")
		return 0
	}
	v, ok := f.enum(ed, n, path)
	if !ok {
		return 0
	}
	return v.Enum()
}
