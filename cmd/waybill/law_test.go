package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
	"waybill/internal/wire"
	pb "waybill/proto/waybill/v1"
)

const lawDocument = "../../docs/law.md"

// lawMarkdown is the generated part of the document.
func lawMarkdown() string {
	var b strings.Builder
	cellOf := func(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
	fmt.Fprintf(&b, "\n## The rules of edition %d\n\n", decision.Edition)
	b.WriteString("*Hard*: only a change of the registry cures it, save where an exception waives or defers it.\n*Class*: who can act; GAP is legal's, EVIDENCE the caller's, after a VIOLATION the share must change.\n\n")
	b.WriteString("| rule | code | clause | regimes | severity | class | cure |\n|---|---|---|---|---|---|---|\n")
	for _, r := range wire.Law() {
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s | %s | %s |\n", r.Rule, r.Code, cellOf(r.Clause), strings.Join(stringsOf(r.Regimes), ", "), r.Severity, r.Class, cellOf(r.Cure))
	}
	b.WriteString("\n## What exceptions waive by default\n\nA policy version may state cells of its own (`waivers`, `exception_kinds`); it may narrow\nany, and widen only what the seed's own words waive.\n\n| group |")
	for _, e := range exceptions() {
		fmt.Fprintf(&b, " %s |", e)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(exceptions())) + "\n")
	for _, g := range waiverGroups() {
		fmt.Fprintf(&b, "| %s |", g)
		for _, e := range exceptions() {
			fmt.Fprintf(&b, " %s |", registry.DefaultWaiver(g, e))
		}
		b.WriteString("\n")
	}
	b.WriteString("| *kinds* |")
	for _, e := range exceptions() {
		fmt.Fprintf(&b, " %s |", strings.Join(stringsOf(registry.DefaultExceptionKinds(e)), ", "))
	}
	b.WriteString("\n\n## Open points\n\n| point | setting | default | why |\n|---|---|---|---|\n")
	for _, p := range wire.OpenPoints {
		setting := "none"
		if p.Setting != "" {
			setting = "`" + p.Setting + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cellOf(p.Point), setting, cellOf(p.Default), cellOf(p.Why))
	}
	b.WriteString("\n")
	return b.String()
}

// TestLawDocument holds docs/law.md to the rule table.
func TestLawDocument(t *testing.T) {
	const begin, end = "<!-- law: begin -->\n", "<!-- law: end -->\n"
	raw, err := os.ReadFile(lawDocument)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s lacks its marks", lawDocument)
	}
	want := before + begin + lawMarkdown() + end + after
	if *update {
		if err := os.WriteFile(lawDocument, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(raw) != want {
		t.Errorf("%s is not what the rule table gives; run go test ./cmd/waybill -run Law -update and read the diff", lawDocument)
	}
}

// TestLawRows: every code stands once, with a clause, a regime and a cure.
func TestLawRows(t *testing.T) {
	seen := map[decision.Code]bool{}
	last := decision.Code(0)
	for _, r := range wire.Law() {
		if seen[r.Code] || r.Code < last || r.Clause == "" || len(r.Regimes) == 0 || r.Cure == "" || strings.ContainsAny(r.Cure, "{}|") {
			t.Errorf("%+v", r)
		}
		seen[r.Code], last = true, r.Code
	}
	if len(seen) != 68 {
		t.Errorf("%d codes, want 68", len(seen))
	}
}

// TestCoverage: the example's cases show every clause that is checked, every code
// and every cell of the waiver matrix, fired and not fired; and what they are
// answered names a regime that the rule table gives the rule.
func TestCoverage(t *testing.T) {
	v := newCoverage()
	exampleCases(t, func(c *wire.Case, m *pb.ShareDecision) {
		v.see(c, m)
		for _, x := range m.GetReasons() {
			if code := decision.Code(x.GetCode()); !slices.Contains(decision.RegimesOf(code.Rule()), registry.Regime(x.GetRegime())) {
				t.Errorf("%s: %s under %s", c.Name, code, registry.Regime(x.GetRegime()))
			}
		}
	})
	if lacking := v.lacks(); len(lacking) > 0 {
		t.Errorf("no case shows %s", strings.Join(lacking, ", "))
	}
}

// exampleCases runs the cases of the example; all must pass.
func exampleCases(t *testing.T, passed func(*wire.Case, *pb.ShareDecision)) {
	t.Helper()
	c := &cli{out: io.Discard}
	paths, err := filepath.Glob("../../examples/prosense/cases/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%v: %v", paths, err)
	}
	files, err := c.read(paths)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{c: c, offline: map[string]*offline{}, passed: passed}
	for _, f := range files {
		results, err := b.run(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.failed() {
				t.Errorf("%s:%d: %s: wanted %s, got %s", r.file, r.line, r.name, r.wanted, r.got)
			}
		}
	}
}
