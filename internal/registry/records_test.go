package registry

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	contractDir = "../../proto/waybill/v1"
	recordsFile = "../../docs/records.md"
	recordsFrom = "<!-- nouns: written by the registry's tests from the contract, -update -->\n"
	recordsTo   = "<!-- end of nouns -->\n"
)

type contractField struct {
	repeated           bool
	kind, name, number string
	comment            string
}

type contractType struct {
	enum    bool
	comment string
	fields  []contractField // of an enum: name, number and comment
}

var (
	contractBlock = regexp.MustCompile(`(?s)((?://[^\n]*\n)+)(message|enum) (\w+) \{\n(.*?)\n\}`)
	contractItem  = regexp.MustCompile(`^(?:(repeated )?([\w.]+) )?(\w+) = (\d+);`)
)

// contract reads the messages and enums of the contract with their comments.
func contract(t *testing.T) map[string]contractType {
	t.Helper()
	files, err := filepath.Glob(contractDir + "/*.proto")
	if err != nil || len(files) == 0 {
		t.Fatalf("no contract: %v", err)
	}
	types := map[string]contractType{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range contractBlock.FindAllStringSubmatch(string(text), -1) {
			ct := contractType{enum: m[2] == "enum", comment: sentence(m[1])}
			var comment string
			for line := range strings.Lines(m[4]) {
				line = strings.TrimSpace(line)
				if strings.HasPrefix(line, "//") {
					comment += line + "\n"
				} else if item := contractItem.FindStringSubmatch(line); item != nil {
					ct.fields = append(ct.fields, contractField{item[1] != "", item[2], item[3], item[4], sentence(comment)})
					comment = ""
				}
			}
			types[m[3]] = ct
		}
	}
	return types
}

// sentence joins the lines of a comment.
func sentence(comment string) string {
	var words []string
	for line := range strings.Lines(comment) {
		words = append(words, strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "//")))
	}
	return strings.Join(words, " ")
}

func messageOf(c Collection) string { return reflect.TypeOf(New(c)).Elem().Name() }

// Each field of a noun has the contract's number, name and type.
func TestNounsAreTheContract(t *testing.T) {
	types := contract(t)
	scalar := map[string]string{"string": "string", "bool": "bool", "int32": "int32", "int64": "int64", "google.protobuf.Timestamp": "Time"}
	checked := map[reflect.Type]bool{}
	var check func(g reflect.Type) []string
	check = func(g reflect.Type) []string {
		var names []string
		ct, ok := types[g.Name()]
		if !ok {
			t.Fatalf("the contract has no %s", g.Name())
		}
		fields := slices.DeleteFunc(slices.Clone(ct.fields), func(f contractField) bool { return f.kind == "Meta" })
		if len(fields) != g.NumField() {
			t.Fatalf("%s has %d fields, %d in the contract", g.Name(), g.NumField(), len(fields))
		}
		checked[g] = true
		for i, f := range fields {
			for fmt.Sprint(len(names)+1) != f.number { // a number that is no longer used
				if names = append(names, ""); len(names) > 1000 {
					t.Fatalf("%s.%s is not in the order of the numbers", g.Name(), f.name)
				}
			}
			names = append(names, f.name)
			field := g.Field(i)
			if tag := field.Tag.Get("cbor"); tag != f.number+",keyasint,omitempty" {
				t.Errorf("%s.%s is tagged %q, %s in the contract", g.Name(), field.Name, tag, f.number)
			}
			if flat(field.Name) != flat(f.name) {
				t.Errorf("%s.%s is %s in the contract", g.Name(), field.Name, f.name)
			}
			typ := field.Type
			if f.repeated != (typ.Kind() == reflect.Slice) {
				t.Errorf("%s.%s is a list on one side only", g.Name(), field.Name)
				continue
			}
			for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
				typ = typ.Elem()
			}
			want := f.kind
			if s, ok := scalar[f.kind]; ok {
				want = s
			}
			if typ.Name() != want {
				t.Errorf("%s.%s is a %s, in the contract %s", g.Name(), field.Name, typ.Name(), f.kind)
			}
			switch {
			case typ.Kind() == reflect.Struct && !checked[typ]:
				check(typ)
			case typ.Kind() == reflect.Uint8:
				checkEnum(t, typ, types[typ.Name()])
			}
		}
		return names
	}
	for _, c := range Collections {
		if names := check(reflect.TypeOf(New(c)).Elem()); !slices.Equal(names, fieldNames[c]) {
			t.Errorf("%s: the fields are %q, want %q", c, fieldNames[c], names)
		}
	}
	for i, f := range types["Resource"].fields {
		if c := Collection(i + 1); messageOf(c) != f.kind || f.number != fmt.Sprint(i+1) {
			t.Errorf("collection %d is %s, in the contract %s %s", c, messageOf(c), f.kind, f.number)
		}
	}
	for i, action := range []PlanAction{PlanAdd, PlanChange, PlanRemove, PlanAbsent} {
		f := types["PlanAction"].fields[i+1]
		if want := fmt.Sprint(action); f.number != want {
			t.Errorf("%s is %s, not %s", f.name, f.number, want)
		}
	}
}

func flat(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

func checkEnum(t *testing.T, g reflect.Type, ct contractType) {
	t.Helper()
	values := reflect.Zero(g).Interface().(interface{ Values() []string }).Values()
	if len(values) != len(ct.fields) {
		t.Fatalf("%s has %d values, %d in the contract", g.Name(), len(values), len(ct.fields))
	}
	for i, f := range ct.fields {
		if f.number != fmt.Sprint(i) || i > 0 && !strings.HasSuffix(f.name, "_"+values[i]) {
			t.Errorf("%s: %d is %s, in the contract %s %s", g.Name(), i, values[i], f.number, f.name)
		}
	}
}

// docs/records.md says of each noun what the contract says.
func TestRecordsDocument(t *testing.T) {
	doc, err := os.ReadFile(recordsFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(doc), recordsFrom)
	was, after, ok2 := strings.Cut(rest, recordsTo)
	if !ok || !ok2 {
		t.Fatal("docs/records.md has lost the marks between which the nouns stand")
	}
	is := nounTables(contract(t))
	if *update {
		if err := os.WriteFile(recordsFile, []byte(before+recordsFrom+is+recordsTo+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if was != is {
		t.Error("docs/records.md differs from the contract: run the registry's tests with -update and read what changed")
	}
}

func nounTables(types map[string]contractType) string {
	var b strings.Builder
	var messages, enums []string
	table := func(name string) {
		ct := types[name]
		fmt.Fprintf(&b, "%s\n\n| number | field | type | meaning |\n|---|---|---|---|\n", ct.comment)
		for _, f := range ct.fields {
			if f.kind == "Meta" {
				continue
			}
			kind := strings.TrimPrefix(f.kind, "google.protobuf.")
			switch of, ok := types[f.kind]; {
			case ok && of.enum:
				if !slices.Contains(enums, f.kind) {
					enums = append(enums, f.kind)
				}
			case ok && !slices.Contains(messages, f.kind):
				messages = append(messages, f.kind)
			}
			if f.repeated {
				kind = "list of " + kind
			}
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", f.number, f.name, kind, f.comment)
		}
		b.WriteString("\n")
	}
	for i := range len(Collections) {
		c := Collection(i + 1)
		shape := example(c)
		if c != SettingsOf && c != Deployments {
			shape = c.Prefix() + "{id}"
		} else if c == Deployments {
			shape = "recipients/{id}/deployments/{id}"
		}
		fmt.Fprintf(&b, "### %d %s: `%s`\n\n", c, c, shape)
		table(messageOf(c))
	}
	b.WriteString("### Messages within nouns\n\n")
	for i := 0; i < len(messages); i++ { // a table may add to them
		fmt.Fprintf(&b, "#### %s\n\n", messages[i])
		table(messages[i])
	}
	b.WriteString("### Enums\n\n")
	for _, e := range enums {
		fmt.Fprintf(&b, "#### %s\n\n%s\n\n| number | name | meaning |\n|---|---|---|\n", e, types[e].comment)
		prefix := strings.TrimSuffix(types[e].fields[0].name, "UNSPECIFIED")
		for _, f := range types[e].fields[1:] {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", f.number, strings.TrimPrefix(f.name, prefix), f.comment)
		}
		b.WriteString("\n")
	}
	return b.String()
}
