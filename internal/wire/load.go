package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// Limits of one file.
const (
	maxFile  = 16 << 20 // bytes
	maxDepth = 32       // of lists and mappings within each other
)

// File is a file of registry nouns or of decision cases.
type File struct {
	Name string
	Data []byte
}

// Located is a noun as a file states it, and where.
type Located struct {
	Resource *waybillv1.Resource // without meta
	Noun     registry.Noun
	File     string
	Line     int
	lines    map[string]int
}

// FieldLine returns the line that states a field, by its path in the contract
// (agreement.terms.audit), or the line of what holds it.
func (l *Located) FieldLine(path string) int { return lineOf(l.lines, path, l.Line) }

func lineOf(lines map[string]int, path string, otherwise int) int {
	for path != "" {
		if n, ok := lines[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['), 0)]
	}
	return otherwise
}

// Load reads registry files: YAML documents that map collections to lists of
// nouns (recipients: [...], settings: {...}) in proto JSON names. Snake case is
// read too; enum values may lack their prefix, names their collection; a
// recipient may hold its deployments; a date is 00:00 in the zone of the
// settings among the files, Asia/Shanghai without.
//
// It is strict: unknown fields, keys given twice, wrong types, aliases, two nouns
// of one name and whatever FromProto refuses are refused together by one
// registry.Error, Invalid with FIELD_INVALID, whose fields are file:line: path.
func Load(files ...File) ([]Located, error) { return LoadIn(nil, files...) }

// LoadIn is Load where dates are of the zone if the files' settings name none;
// nil is Asia/Shanghai.
func LoadIn(zone *time.Location, files ...File) ([]Located, error) {
	var l loader
	for _, f := range files {
		l.file = f.Name
		l.parse(f)
	}
	l.zone = l.findZone(zone)
	for _, d := range l.documents {
		l.file = d.file
		l.collections(d.root)
	}
	if err := l.err("the files are refused"); err != nil {
		return nil, err
	}
	return l.found, nil
}

// document is one YAML document of a file.
type document struct {
	file string
	root *yaml.Node
}

// loader reads files and gathers what is wrong with them.
type loader struct {
	file      string
	zone      *time.Location
	documents []document
	found     []Located
	byName    map[string]int // index in found
	errs      fieldErrors
}

func (l *loader) wrong(line int, path, expected string) {
	where := l.file + ":" + strconv.Itoa(line)
	if path != "" {
		where += ": " + path
	}
	l.errs.add(where, expected)
}

// err returns one error for all files, in the order of files and lines.
func (l *loader) err(message string) error { return l.errs.err("FIELD_INVALID", message) }

var yamlLine = regexp.MustCompile(`line (\d+)`)

// parse reads the documents of a file and refuses what strict YAML has not.
func (l *loader) parse(f File) {
	if len(f.Data) > maxFile {
		l.wrong(1, "", "a file of at most 16 MiB")
		return
	}
	dec := yaml.NewDecoder(bytes.NewReader(f.Data))
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			line := 1
			if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
				line, _ = strconv.Atoi(m[1])
			}
			l.wrong(line, "", "YAML; it cannot be read from here")
			return
		}
		if len(doc.Content) == 0 || isNull(doc.Content[0]) { // only comments
			continue
		}
		if l.plain(doc.Content[0], 0) {
			l.documents = append(l.documents, document{f.Name, doc.Content[0]})
		}
	}
}

// plain reports whether a document has no aliases, anchors, tags or keys given
// twice and is not too deep.
func (l *loader) plain(n *yaml.Node, depth int) bool {
	switch {
	case depth > maxDepth:
		l.wrong(n.Line, "", fmt.Sprintf("at most %d levels", maxDepth))
		return false
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		l.wrong(n.Line, "", "no anchors and no aliases: write it out")
		return false
	case n.Style&yaml.TaggedStyle != 0:
		l.wrong(n.Line, "", "no tags")
		return false
	}
	ok := true
	if n.Kind == yaml.MappingNode {
		seen := map[string]int{}
		for i := 0; i < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode {
				l.wrong(k.Line, "", "a name as the key")
				ok = false
				continue
			}
			if first, twice := seen[k.Value]; twice {
				l.wrong(k.Line, shown(k.Value), fmt.Sprintf("each key once; it stands in line %d too", first))
				ok = false
			}
			seen[k.Value] = k.Line
		}
	}
	for _, c := range n.Content {
		ok = l.plain(c, depth+1) && ok
	}
	return ok
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,40}$`)

// shown returns a key that may be shown: one that looks like a field's or a noun's name.
func shown(key string) string {
	if _, ok := registry.CollectionOf(key); ok || identifier.MatchString(key) {
		return key
	}
	return "a key"
}

// keys of a file, by collection; deployments may also stand within a recipient.
var collectionKeys = map[string]registry.Collection{
	"settings": registry.SettingsOf, "exporters": registry.Exporters, "recipients": registry.Recipients, "deployments": registry.Deployments,
	"agreements": registry.Agreements, "transfers": registry.Transfers, "assessments": registry.Assessments, "purposes": registry.Purposes,
	"categories": registry.Categories, "policies": registry.Policies, "principals": registry.Principals,
	"instruments": registry.Instruments, "exceptions": registry.Exceptions,
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// findZone returns the zone of the settings among the documents.
func (l *loader) findZone(otherwise *time.Location) *time.Location {
	for _, d := range l.documents {
		if s := child(d.root, "settings"); s != nil {
			if z := child(s, "zone"); z != nil {
				if zone, err := loadZone(z.Value); err == nil {
					return zone
				}
			}
		}
	}
	if otherwise != nil {
		return otherwise
	}
	zone, err := loadZone(defaultZone)
	if err != nil { // the zones are compiled in
		return time.UTC
	}
	return zone
}

// child returns the value of a key of a mapping, nil if there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// collections reads a mapping of collections, leaving the keys of skip to the caller.
func (l *loader) collections(root *yaml.Node, skip ...string) {
	if root.Kind != yaml.MappingNode {
		l.wrong(root.Line, "", "collections, such as recipients: with a list below it")
		return
	}
next:
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		for _, s := range skip {
			if key.Value == s {
				continue next
			}
		}
		c, ok := collectionKeys[key.Value]
		switch {
		case !ok:
			l.unknownKey(key, sortedKeys(collectionKeys))
		case c == registry.SettingsOf:
			l.noun(c, value, "")
		case value.Kind != yaml.SequenceNode:
			l.wrong(value.Line, key.Value, "a list")
		default:
			for _, n := range value.Content {
				l.noun(c, n, "")
			}
		}
	}
}

// unknownKey refuses a key and names the one that was probably meant.
func (l *loader) unknownKey(key *yaml.Node, known []string) {
	expected := "one of " + strings.Join(known, ", ")
	if meant := near(key.Value, known); meant != "" {
		expected = "did you mean " + meant + "?"
	}
	l.wrong(key.Line, shown(key.Value), expected)
}

// noun reads one noun; parent is the recipient that a deployment stands in.
func (l *loader) noun(c registry.Collection, n *yaml.Node, parent string) {
	if n.Kind != yaml.MappingNode {
		l.wrong(n.Line, c.String(), "a mapping of fields")
		return
	}
	before := len(l.errs.list) + l.errs.more
	m, lines, nested := l.message(c, n, parent)
	if d, ok := m.(*waybillv1.Deployment); ok && parent != "" && registry.RecipientOf(d.Name) != parent {
		l.wrong(lineOf(lines, "deployment.name", n.Line), "deployment.name", "a deployment of the recipient that it stands in")
	}
	if len(l.errs.list)+l.errs.more == before {
		noun, err := FromProto(m)
		if err != nil {
			l.refused(err, lines, n.Line)
		} else {
			l.add(Located{Resource: Resource(ToProto(noun)), Noun: noun, File: l.file, Line: n.Line, lines: lines})
		}
	}
	if nested == nil {
		return
	}
	if nested.Kind != yaml.SequenceNode {
		l.wrong(nested.Line, "recipient.deployments", "a list")
		return
	}
	name := ""
	if r, ok := m.(*waybillv1.Recipient); ok {
		name = r.Name
	}
	for _, d := range nested.Content {
		l.noun(registry.Deployments, d, name)
	}
}

// message reads the fields of a noun into its message, with the line of each by
// path, and returns the deployments that stand within a recipient.
func (l *loader) message(c registry.Collection, n *yaml.Node, parent string) (m proto.Message, lines map[string]int, nested *yaml.Node) {
	s := shapes[messages[c].ProtoReflect().Descriptor().FullName()]
	f := filler{loader: l, lines: map[string]int{}, parent: parent}
	fields := *n
	if c == registry.Recipients {
		fields.Content = nil
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == "deployments" {
				nested = n.Content[i+1]
				continue
			}
			fields.Content = append(fields.Content, n.Content[i], n.Content[i+1])
		}
	}
	pm := s.message.New()
	f.message(pm, &fields, c.String())
	m = pm.Interface()
	if settings, ok := m.(*waybillv1.Settings); ok && settings.Name == "" {
		settings.Name = registry.SettingsOf.Prefix()
	}
	return m, f.lines, nested
}

// refused adds what FromProto refused, by file and line.
func (l *loader) refused(err error, lines map[string]int, line int) {
	var e *registry.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		l.wrong(line, "", err.Error())
		return
	}
	for _, f := range e.Fields {
		l.wrong(lineOf(lines, f.Field, line), f.Field, f.Expected)
	}
}

func (l *loader) add(found Located) {
	name := found.Noun.ResourceName()
	if l.byName == nil {
		l.byName = map[string]int{}
	}
	if i, twice := l.byName[name]; twice {
		first := l.found[i]
		l.wrong(found.FieldLine(found.Noun.Collection().String()+".name"), name, fmt.Sprintf("each noun once; it stands in %s:%d too", first.File, first.Line))
		return
	}
	l.byName[name] = len(l.found)
	l.found = append(l.found, found)
}
