package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"waybill/internal/store/pgtest"
)

// blocks returns the README's fenced blocks of a language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(b), -1) {
		all = append(all, m[1])
	}
	if len(all) == 0 {
		t.Fatalf("README.md has no block of %s", language)
	}
	return all
}

// words splits a command line as a shell does, with single and double quotes.
func words(line string, env map[string]string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`'([^']*)'|"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		all = append(all, os.Expand(m[1]+m[2]+m[3], func(k string) string { return env[k] }))
	}
	return all
}

// TestREADMEConsole runs what the README shows and holds it to what it prints: …
// stands for anything.
func TestREADMEConsole(t *testing.T) {
	t.Chdir("../..")
	w := newWorld(t)
	w.serve()
	w.must(0, "apply", "-f", "examples/prosense", "--yes")
	shown := 0
	for _, block := range blocks(t, "console") {
		for _, part := range strings.Split("\n"+block, "\n$ ")[1:] {
			line, want, _ := strings.Cut(part, "\n")
			args := words(line, nil)
			if args[0] != "waybill" {
				t.Errorf("%s is not ours to run", line)
				continue
			}
			r := w.run(args[1:]...)
			pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(want)), "…", `[\s\S]*?`) + "$"
			if got := strings.TrimSpace(r.out + r.err); !regexp.MustCompile(pattern).MatchString(got) {
				t.Errorf("$ %s\n--- prints\n%s\n--- the README has\n%s", line, got, want)
			}
			shown++
		}
	}
	if shown < 5 {
		t.Errorf("the README shows %d commands", shown)
	}
}

// TestREADMEDemo: the first of the two commands ends in a dozen answers.
func TestREADMEDemo(t *testing.T) {
	t.Chdir("../..")
	w := newWorld(t)
	r := w.must(0, "demo", "--once", "--listen", "127.0.0.1:0", "examples/prosense")
	golden := filepath.Join("cmd", "waybill", "testdata", "demo.golden")
	got := w.settled(result{out: r.out})
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != string(got) {
		t.Errorf("%s differs: %v\n%s", golden, err, got)
	}
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^make (\w+)`).FindAllStringSubmatch(strings.Join(blocks(t, "sh"), "\n"), -1) {
		if !regexp.MustCompile(`(?m)^` + m[1] + `:`).Match(makefile) {
			t.Errorf("there is no make %s", m[1])
		}
	}
}

// TestREADMEPostgreSQL runs the README's way to serve for real, in its order; only
// the certificate and the address are the test's own.
func TestREADMEPostgreSQL(t *testing.T) {
	t.Chdir("../..")
	var block string
	for _, b := range blocks(t, "sh") {
		if strings.Contains(b, "waybill migrate") {
			block = b
		}
	}
	w := newWorld(t)
	w.now = time.Now // the database's clock is its own
	w.env["WAYBILL_DATABASE"] = pgtest.Start(t)
	t.Chdir(t.TempDir())
	block = strings.ReplaceAll(block, "\\\n", " ")
	served := false
	for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
		args := words(line, w.env)
		switch {
		case args[0] != "waybill":
			if out, err := exec.CommandContext(t.Context(), "sh", "-c", line).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", line, err, out)
			}
		case args[1] == "serve":
			cert, key := certificate(t)
			with := map[string]string{"server.crt": cert, "server.key": key, "0.0.0.0:7433": "127.0.0.1:0"}
			for i := range args {
				if v := with[args[i]]; v != "" {
					args[i] = v
				}
			}
			w.serve(args[2:]...)
			w.must(0, "list", "principals", "--token-file", "admin.token", "--tls-ca", cert)
			served = true
		default:
			w.must(0, args[1:]...)
		}
	}
	if !served {
		t.Error("the README serves nothing")
	}
}
