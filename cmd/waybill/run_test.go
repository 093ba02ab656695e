package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	pb "waybill/proto/waybill/v1"
)

const example = "../../examples/prosense"

// noon is when the example's dozen is asked; the test's clock runs on from there,
// so that no answer changes with the calendar.
var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func clock() func() time.Time {
	begin := time.Now()
	return func() time.Time { return noon.Add(time.Since(begin)) }
}

// world is a data directory and the environment of a person in it.
type world struct {
	t   *testing.T
	dir string
	env map[string]string
	now func() time.Time
}

func newWorld(t *testing.T) *world {
	dir := t.TempDir()
	return &world{t: t, dir: filepath.Join(dir, "waybill"), env: map[string]string{"XDG_DATA_HOME": dir}, now: clock()}
}

// in is the same world for a subtest.
func (w *world) in(t *testing.T) *world {
	sub := *w
	sub.t = t
	return &sub
}

func (w *world) cli(stdin string, out, err io.Writer) *cli {
	return &cli{in: strings.NewReader(stdin), out: out, err: err, getenv: func(k string) string { return w.env[k] }, now: w.now}
}

// result is what one run of the program left behind.
type result struct {
	code     int
	out, err string
}

func (w *world) run(args ...string) result { return w.runIn("", args...) }

func (w *world) runIn(stdin string, args ...string) result {
	w.t.Helper()
	var out, err bytes.Buffer
	code := w.cli(stdin, &out, &err).run(w.t.Context(), args)
	return result{code, out.String(), err.String()}
}

// must runs and wants an exit code.
func (w *world) must(code int, args ...string) result {
	w.t.Helper()
	r := w.run(args...)
	if r.code != code {
		w.t.Fatalf("waybill %s: exit %d, want %d\n%s%s", strings.Join(args, " "), r.code, code, r.out, r.err)
	}
	return r
}

// serve runs a server until stop is called; the environment then finds it.
func (w *world) serve(args ...string) (stop func()) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	var log safeBuffer
	done := make(chan int, 1)
	go func() {
		code := w.cli("", writer, &log).run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...))
		writer.Close()
		done <- code
	}()
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), " on "); ok && strings.HasPrefix(lines.Text(), "Serving ") {
			w.env["WAYBILL_SERVER"] = address
			break
		}
	}
	go func() {
		for lines.Scan() {
		}
	}()
	if w.env["WAYBILL_SERVER"] == "" {
		cancel()
		w.t.Fatalf("the server ended with %d: %s", <-done, log.String())
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if code := <-done; code != 0 {
			w.t.Errorf("the server ended with %d: %s", code, log.String())
		}
		delete(w.env, "WAYBILL_SERVER")
	}
	w.t.Cleanup(stop)
	return stop
}

var changing = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`decisions/[0-9a-z.-]+`), "decisions/…"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "<instant>"},
	{regexp.MustCompile(`\b\d\d:\d\d:\d\dZ`), "<time>"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "<address>"},
	{regexp.MustCompile(`\b[0-9a-f]{24}\b`), "<epoch>"},
	{regexp.MustCompile(`\b[0-9a-f]{20}\b`), "<token>"},
	{regexp.MustCompile(`digest [0-9a-f]{64}`), "digest <digest>"},
	{regexp.MustCompile(`^waybill [^\n]*\nedition`), "waybill <version>\nedition"},
	{regexp.MustCompile(`waybill [0-9a-z+]+, edition`), "waybill <version>, edition"},
}

// settled takes out of an output what differs from run to run.
func (w *world) settled(r result) []byte {
	s := r.out
	if r.err != "" {
		s += "--- stderr\n" + r.err
	}
	s = strings.ReplaceAll(s, w.dir, "<data>")
	for _, c := range changing {
		s = c.pattern.ReplaceAllString(s, c.with)
	}
	return []byte(s)
}

// TestCommandLine runs every form of the command line against one server with the
// example applied.
func TestCommandLine(t *testing.T) {
	w := newWorld(t)
	w.serve()
	applied := w.must(0, "apply", "-f", example, "--yes", "--reason", "first")
	if !strings.Contains(applied.out, "Done: revision ") {
		t.Fatalf("apply printed %s", applied.out)
	}
	order := []string{"--exporter", "prosense-shenzhen", "--recipient", "swift-courier", "--purpose", "delivery", "--subject", "customer-1001", "--subject-region", "CN", "--subject-group", "user"}
	paid := append(order[:len(order):len(order)], "--order-ref", "order-7001")
	bulk := []string{"--exporter", "prosense-shenzhen", "--recipient", "swift-courier", "--purpose", "delivery", "--subject-region", "CN", "--subject-group", "user"}
	for _, tt := range []struct {
		name string
		code int
		args []string
	}{
		{"check-allowed", 0, append([]string{"check", "--category", "user.name,user.address"}, paid...)},
		{"check-violation", 1, append([]string{"check", "--category", "user.name", "--category", "user.address", "--category", "user.id_number"}, paid...)},
		{"check-evidence", 1, append([]string{"check", "--category", "user.name"}, order...)},
		{"check-unknown-recipient", 1, []string{"check", "--exporter", "prosense-shenzhen", "--recipient", "swift-courrier", "--purpose", "delivery", "--category", "user.name", "--subject-region", "CN", "--subject-group", "user"}},
		{"check-country", 64, append([]string{"check", "--category", "user.name", "--destination", "UK"}, paid...)},
		{"check-flag", 64, []string{"check", "--recipient", "swift-courier"}},
		{"check-enum", 64, append([]string{"check", "--category", "user.name", "--age-band", "young"}, paid...)},
		{"check-cohort", 1, append([]string{"check", "--category", "user.name", "--quantity", "500", "--cohort", "testdata/cohort.yaml"}, bulk...)},
		{"check-cohort-misspelt", 65, append([]string{"check", "--category", "user.name", "--quantity", "500", "--cohort", "testdata/cohort-misspelt.yaml"}, bulk...)},
		{"explain", 0, append([]string{"explain", "--category", "user.name", "--at", "2026-06-01"}, paid...)},
		{"find", 0, []string{"find", "sms code"}},
		{"get", 0, []string{"get", "agreements/swift-dpa", "--on", "2025-06-30"}},
		{"get-short", 0, []string{"get", "swift-dpa", "-o", "yaml"}},
		{"get-unknown", 64, []string{"get", "agreements/swift-dpq"}},
		{"list-transfers", 0, []string{"list", "transfers"}},
		{"list-principals", 0, []string{"list", "principals"}},
		{"list-nothing", 64, []string{"list", "vendors"}},
		{"diff-nothing", 0, []string{"diff", "-f", example}},
		{"apply-nothing", 0, []string{"apply", "-f", example, "--yes"}},
		{"token-list", 0, []string{"token", "list"}},
		{"facts-write", 0, []string{"facts", "write", "-f", "testdata/facts.yaml", "--request-id", "f-1"}},
		{"facts-withdraw", 0, []string{"facts", "withdraw", "--subject", "customer-2002", "--purpose", "delivery", "--at", "2026-11-20"}},
		{"facts-get-refused", 77, []string{"facts", "get", "--subject", "customer-2002"}},
		{"facts-refused", 64, []string{"facts", "withdraw", "--subject", "customer-2002", "--purpose", "deliverie"}},
		{"facts-misspelt", 65, []string{"facts", "write", "-f", "testdata/facts-misspelt.yaml"}},
		{"facts-of-nobody", 64, []string{"facts", "withdraw", "--purpose", "delivery"}},
		{"version", 0, []string{"version"}},
		{"no-command", 64, []string{"ask"}},
		{"no-flag", 64, []string{"check", "--vendor", "x"}},
		{"output", 64, []string{"version", "-o", "xml"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := w.in(t).run(tt.args...)
			if r.code != tt.code {
				t.Errorf("exit %d, want %d\n%s%s", r.code, tt.code, r.out, r.err)
			}
			golden(t, tt.name, w.settled(r))
		})
	}
	t.Run("decision is found again", func(t *testing.T) {
		w := w.in(t)
		r := w.run(append([]string{"check", "--category", "user.name", "-o", "json"}, paid...)...)
		name := regexp.MustCompile(`decisions/[^"]+`).FindString(r.out)
		if got := w.must(0, "get", name); !strings.Contains(got.out, "ALLOWED") {
			t.Errorf("get %s printed %s", name, got.out)
		}
	})
	t.Run("export comes back with no change", func(t *testing.T) {
		w := w.in(t)
		file := filepath.Join(t.TempDir(), "all.yaml")
		if err := os.WriteFile(file, []byte(w.must(0, "export").out), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := w.must(0, "diff", "-f", file); !strings.HasPrefix(r.out, "0 added, 0 changed, 0 removed") {
			t.Errorf("diff printed %s", r.out)
		}
	})
	t.Run("a signed agreement is amended", func(t *testing.T) {
		w := w.in(t)
		file := changedFile(t, "agreements.yaml", "audit: cl. 11", "audit: cl. 12")
		r := w.must(65, "apply", "-f", file, "--yes")
		for _, want := range []string{"amend", file + ":", "terms"} {
			if !strings.Contains(r.err, want) {
				t.Errorf("stderr lacks %q: %s", want, r.err)
			}
		}
	})
	t.Run("a dangling name has its line", func(t *testing.T) {
		w := w.in(t)
		file := changedFile(t, "agreements.yaml", "recipients: [swift-courier]", "recipients: [swift-courrier]")
		if r := w.must(65, "diff", "-f", file); !regexp.MustCompile(`agreements\.yaml:\d+: .*recipients`).MatchString(r.err) {
			t.Errorf("stderr: %s", r.err)
		}
	})
	t.Run("an unknown field has its line", func(t *testing.T) {
		w := w.in(t)
		file := changedFile(t, "settings.yaml", "gapContact", "gapContakt")
		if r := w.must(65, "diff", "-f", file); !strings.Contains(r.err, "gapContact") || !strings.Contains(r.err, file+":") {
			t.Errorf("stderr: %s", r.err)
		}
	})
	t.Run("a change is shown, asked and made", func(t *testing.T) {
		w := w.in(t)
		file := changedFile(t, "settings.yaml", "legal-ops@example.com", "gaps@example.com")
		if r := w.must(1, "diff", "-f", file); !strings.Contains(r.out, "~ change") || !strings.Contains(r.out, "gap_contact: legal-ops@example.com -> gaps@example.com") ||
			!strings.Contains(r.out, "not in the files and left alone") || strings.Contains(r.out, "? not in the files") {
			t.Errorf("diff printed %s", r.out)
		}
		if r := w.must(1, "diff", "-v", "-f", file); !strings.Contains(r.out, "? not in the files") {
			t.Errorf("diff -v printed %s", r.out)
		}
		if r := w.must(64, "apply", "-f", file); !strings.Contains(r.err, "--yes") {
			t.Errorf("apply without a terminal said %s", r.err)
		}
		for _, tt := range []struct {
			answer string
			code   int
		}{{"n\n", 1}, {"", 1}, {"y\n", 0}} {
			var out, errs bytes.Buffer
			c := w.cli(tt.answer, &out, &errs)
			c.terminal = true
			if code := c.run(t.Context(), []string{"apply", "-f", file}); code != tt.code {
				t.Errorf("answer %q: exit %d, want %d: %s%s", tt.answer, code, tt.code, out.String(), errs.String())
			}
		}
		w.must(0, "diff", "-f", file)
	})
	t.Run("tokens", func(t *testing.T) {
		w := w.in(t)
		made := w.must(0, "token", "create", "auditor-two", "--role", "auditor", "--expires", "1h")
		secret := regexp.MustCompile(`wb_[0-9a-f]+_\S+`).FindString(made.out)
		id := strings.Split(secret, "_")[1]
		other := &world{t: t, dir: w.dir, now: w.now, env: map[string]string{"WAYBILL_SERVER": w.env["WAYBILL_SERVER"], "WAYBILL_TOKEN": secret}}
		other.must(0, "list", "decisions", "--outcome", "denied", "--limit", "2")
		other.must(0, "list", "changes", "--limit", "2", "-o", "json")
		if r := other.must(77, append([]string{"check", "--category", "user.name"}, paid...)...); !strings.Contains(r.err, "AUDITOR") {
			t.Errorf("stderr: %s", r.err)
		}
		other.must(77, "token", "create", "mine", "--role", "admin")
		w.must(0, "token", "revoke", id)
		other.must(77, "list", "recipients")
		w.must(64, "token", "revoke", id+"0")
	})
	t.Run("a limit is not negative", func(t *testing.T) {
		w := w.in(t)
		w.must(64, "list", "recipients", "--limit", "-1")
		w.must(64, "find", "courier", "--limit", "-1")
	})
	t.Run("help has its own example", func(t *testing.T) {
		w := w.in(t)
		for _, command := range []string{"check", "explain"} {
			if r := w.must(0, command, "--help"); !strings.Contains(r.out, "  waybill "+command+" --recipient sf") {
				t.Errorf("%s --help: %s", command, r.out)
			}
		}
	})
	t.Run("cases may name their registry by an absolute path", func(t *testing.T) {
		w := w.in(t)
		dir, err := filepath.Abs(example)
		if err != nil {
			t.Fatal(err)
		}
		file := changedFile(t, "cases/00-dozen.yaml", "registry: ..", "registry: "+dir)
		w.must(0, "test", file)
	})
	t.Run("diff shows what is in use", func(t *testing.T) {
		w := w.in(t)
		// swift-dpa carried the checks above; rhine-dpa carried none.
		without := regexp.MustCompile(`(?s)  - name: (swift|rhine)-dpa\n.*?(\n  - name: )`)
		text, err := os.ReadFile(filepath.Join(example, "agreements.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		file := changedFile(t, "agreements.yaml", string(text), without.ReplaceAllString(string(text), "$2"))
		files, err := filepath.Glob(filepath.Join(example, "*.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		kept := []string{"--prune", "-f", file}
		for _, f := range files {
			if filepath.Base(f) != "agreements.yaml" {
				kept = append(kept, "-f", f)
			}
		}
		r := w.must(1, append([]string{"diff"}, kept...)...)
		if !regexp.MustCompile(`- remove +agreements/swift-dpa +in use: .*--prune-used agreements/swift-dpa`).MatchString(r.out) ||
			!regexp.MustCompile(`- remove +agreements/rhine-dpa\n`).MatchString(r.out) {
			t.Errorf("diff printed %s", r.out)
		}
		if r := w.must(65, append([]string{"apply", "--yes"}, kept...)...); !strings.Contains(r.err, "--prune-used") {
			t.Errorf("apply said %s", r.err)
		}
	})
	t.Run("a token that is refused leaves nothing", func(t *testing.T) {
		w := w.in(t)
		before := w.must(0, "list", "principals").out + w.must(0, "token", "list").out
		dir := t.TempDir()
		path := filepath.Join(dir, "held.token")
		w.must(64, "token", "create", "late", "--role", "caller", "--expires", "2001-01-01", "--write-to", path)
		w.must(64, "token", "create", "late", "--role", "caller", "--expires", "-1h")
		w.must(64, "token", "create", "late", "--role", "caller", "--write-to", filepath.Join(dir, "none", "x"))
		if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
			t.Fatalf("the reserved file was left: %v", err)
		}
		w.must(64, "token", "create", "late", "--role", "caller", "--write-to", path)
		if b, err := os.ReadFile(path); err != nil || string(b) != "mine" {
			t.Errorf("the file that was there holds %q, %v", b, err)
		}
		if after := w.must(0, "list", "principals").out + w.must(0, "token", "list").out; after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
	t.Run("a token whose file fails is revoked", func(t *testing.T) {
		w := w.in(t)
		c := w.cli("", io.Discard, io.Discard)
		c.output = "table"
		path := filepath.Join(t.TempDir(), "full.token")
		f, err := reserve(path)
		if err != nil {
			t.Fatal(err)
		}
		var id string
		_, err = createTo(f, func() (*pb.CreateTokenResponse, error) {
			if err := f.Close(); err != nil { // what follows cannot be written
				t.Error(err)
			}
			made, err := c.createToken(t.Context(), &tokenFlags{}, "principals/unwritten", pb.Role_ROLE_CALLER)
			id = made.GetToken().GetId()
			return made, err
		}, func(id string) error { return c.revokeToken(t.Context(), "principals/unwritten", id) })
		if err == nil {
			t.Fatal("no error")
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("the file was left")
		}
		if r := w.must(0, "token", "list", "unwritten"); !regexp.MustCompile(id + ` +revoked`).MatchString(r.out) {
			t.Errorf("the token %s holds: %s", id, r.out)
		}
	})
	t.Run("completion", func(t *testing.T) {
		w := w.in(t)
		for _, tt := range []struct{ args, want string }{
			{"__complete check --age-band ", "under-13"},
			{"__complete list ", "recipients"},
			{"__complete check --recipient swift", "swift-courier"},
			{"__complete -o ", "yaml"},
		} {
			args := strings.Split(tt.args, " ")
			if r := w.must(0, args...); !strings.Contains(r.out, tt.want) {
				t.Errorf("%s offers %s", tt.args, r.out)
			}
		}
		if r := w.must(0, "completion", "bash"); !strings.Contains(r.out, "__start_waybill") {
			t.Error("there is no completion for bash")
		}
	})
	t.Run("doctor beside a server", func(t *testing.T) {
		w := w.in(t)
		golden(t, "doctor-serving", w.settled(w.must(0, "doctor")))
	})
	t.Run("what is held is shown to an auditor", func(t *testing.T) {
		w := *w.in(t)
		made := w.must(0, "token", "create", "reader", "--role", "auditor", "-o", "json")
		w.env = maps.Clone(w.env)
		w.env["WAYBILL_TOKEN"] = regexp.MustCompile(`wb_[^"]+`).FindString(made.out)
		for name, subject := range map[string]string{"facts-get": "customer-2002", "facts-get-nothing": "customer-2003"} {
			golden(t, name, w.settled(w.must(0, "facts", "get", "--subject", subject)))
		}
	})
}

// changedFile is a file of the example with one text changed.
func changedFile(t *testing.T, name, from, to string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(example, name))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte(from)) {
		t.Fatalf("%s has no %q", name, from)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(name))
	if err := os.WriteFile(path, bytes.Replace(b, []byte(from), []byte(to), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
