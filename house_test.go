// Package waybill_test holds the house to its own rules: who may import whom,
// what the README says of the tree, and what may not stand in a file.
package waybill_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// rooms says what each room may import of ours. A room that is not listed may
// not exist.
var rooms = map[string][]string{
	"waybill":                   {},
	"waybill/proto/waybill/v1":  {},
	"waybill/internal/registry": {},
	"waybill/internal/ledger":   {},
	"waybill/internal/decision": {"waybill/internal/registry"},
	"waybill/internal/cure":     {"waybill/internal/registry", "waybill/internal/decision"},
	"waybill/internal/duty":     {"waybill/internal/registry"},
	"waybill/internal/store":    {"waybill/internal/registry", "waybill/internal/ledger", "waybill/internal/duty", "waybill/ent"},
	"waybill/ent":               {"waybill/internal/registry", "waybill/ent"},
	"waybill/internal/gate":     {"waybill/internal/decision", "waybill/internal/ledger", "waybill/internal/registry", "waybill/internal/duty"},
	"waybill/internal/wire":     {"waybill/proto", "waybill/internal/registry", "waybill/internal/decision"},
	// server holds decision's questions and ledger's entries between wire and gate.
	"waybill/server":         {"waybill/proto", "waybill/internal/wire", "waybill/internal/cure", "waybill/internal/gate", "waybill/internal/registry", "waybill/internal/decision", "waybill/internal/ledger", "waybill/internal/duty"},
	"waybill/server/console": {"waybill/proto"},
	"waybill/client":         {"waybill/proto", "waybill/internal/wire", "waybill/internal/ledger", "waybill/internal/decision"},
	"waybill/cmd":            {"waybill"},
	"waybill/examples":       {"waybill"},
}

// room returns the longest listed room that holds the package.
func room(pkg string) (string, bool) {
	best := ""
	for r := range rooms {
		if (pkg == r || (r != "waybill" && strings.HasPrefix(pkg, r+"/"))) && len(r) > len(best) {
			best = r
		}
	}
	return best, best != ""
}

func within(pkg, dir string) bool { return pkg == dir || strings.HasPrefix(pkg, dir+"/") }

type listed struct {
	ImportPath string
	Imports    []string
	Module     struct{ Path string }
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Module", "./...").Output()
	if err != nil {
		var ex *exec.ExitError
		if errors.As(err, &ex) {
			t.Fatalf("go list: %v\n%s", err, ex.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}

// TestImports holds `go list` to the arrows. Tests of a room may import more: a
// test stands outside the program.
func TestImports(t *testing.T) {
	all := packages(t)
	if len(all) < 5 {
		t.Fatalf("go list found %d packages", len(all))
	}
	for _, p := range all {
		for _, complaint := range wrongImports(p) {
			t.Error(complaint)
		}
	}
}

func wrongImports(p listed) []string {
	from, ok := room(p.ImportPath)
	if !ok {
		return []string{fmt.Sprintf("%s is in no room that the house knows", p.ImportPath)}
	}
	var wrong []string
	for _, i := range p.Imports {
		if i != "waybill" && !strings.HasPrefix(i, "waybill/") {
			continue
		}
		if to, _ := room(i); to == from {
			continue
		}
		if !slices.ContainsFunc(rooms[from], func(r string) bool { return within(i, r) }) {
			wrong = append(wrong, fmt.Sprintf("%s imports %s; %s may import only %v", p.ImportPath, i, from, rooms[from]))
		}
	}
	return wrong
}

// TestImportsCanFail shows that the arrows bite.
func TestImportsCanFail(t *testing.T) {
	for name, p := range map[string]listed{
		"registry knows nobody":  {ImportPath: "waybill/internal/registry", Imports: []string{"waybill/internal/ledger"}},
		"gate knows no store":    {ImportPath: "waybill/internal/gate", Imports: []string{"waybill/internal/store"}},
		"duty is pure":           {ImportPath: "waybill/internal/duty", Imports: []string{"waybill/internal/decision"}},
		"server knows no ent":    {ImportPath: "waybill/server", Imports: []string{"waybill/ent/schema"}},
		"a shape is not a room":  {ImportPath: "waybill/internal/utils"},
		"console is a caller":    {ImportPath: "waybill/server/console", Imports: []string{"waybill/internal/gate"}},
		"client knows no server": {ImportPath: "waybill/client", Imports: []string{"waybill/server"}},
	} {
		t.Run(name, func(t *testing.T) {
			if len(wrongImports(p)) == 0 {
				t.Errorf("%s with %v was let through", p.ImportPath, p.Imports)
			}
		})
	}
}

// tracked returns the files that git knows, or, outside a checkout, all files.
func tracked(t *testing.T) []string {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard").Output(); err == nil {
		var files []string
		for f := range strings.Lines(string(out)) {
			f = strings.TrimSpace(f)
			if _, err := os.Stat(f); err == nil {
				files = append(files, f)
			}
		}
		return files
	}
	var files []string
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, filepath.ToSlash(p))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Written apart so that this file does not name what it forbids.
var workplace = regexp.MustCompile(`(^|[\s"'=(:` + "`" + `])(/` + `work|/` + `home/[a-z]|/` + `Users/[A-Za-z]|/` + `root/|/` + `tmp/[a-z])` +
	`|(art` + `ifactory|nexus` + `\.|goproxy` + `\.[a-z]+|GO` + `PROXY=http|registry\.` + `npm)`)

// TestNoWorkplace: no file names a place of one machine or a registry host.
func TestNoWorkplace(t *testing.T) {
	for _, f := range tracked(t) {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(b, 0) >= 0 {
			continue
		}
		n := 0
		for line := range strings.Lines(string(b)) {
			n++
			if m := workplace.FindString(line); m != "" {
				t.Errorf("%s:%d names a workplace: %s", f, n, strings.TrimSpace(m))
			}
		}
	}
}

// TestNoTODO: what is left to do is an issue, not a comment; no test is switched off.
func TestNoTODO(t *testing.T) {
	todo := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b|\bt\.Skip` + `(f|Now)?\(`)
	for _, f := range tracked(t) {
		if path.Ext(f) != ".go" || strings.HasPrefix(f, "ent/") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(b)) {
			n++
			if m := todo.FindString(line); m != "" {
				t.Errorf("%s:%d: %s", f, n, m)
			}
		}
	}
}

// TestMap: the README's map names every room of the tree and no other.
func TestMap(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "## The map")
	if !ok {
		t.Fatal("README.md has no map")
	}
	section, _, _ := strings.Cut(rest, "\n## ")
	named := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z.][A-Za-z0-9/._-]*/)\s`).FindAllStringSubmatch(section, -1) {
		named[strings.TrimSuffix(m[1], "/")] = true
	}
	for dir := range named {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			t.Errorf("the map names %s/, which is not there", dir)
		}
	}
	for _, f := range tracked(t) {
		dir := path.Dir(f)
		if dir == "." {
			continue
		}
		covered := false
		for d := dir; d != "."; d = path.Dir(d) {
			covered = covered || named[d]
		}
		if !covered {
			t.Errorf("the map does not name %s/", dir)
			named[dir] = true // once is enough
		}
	}
}
