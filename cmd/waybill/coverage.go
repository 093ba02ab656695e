package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"waybill/internal/decision"
	"waybill/internal/registry"
	"waybill/internal/wire"
	pb "waybill/proto/waybill/v1"
)

// seedClauses are the clauses of the policy that are checked when a share is
// decided, with the tags by which a case says that it shows one.
var seedClauses = []struct {
	clause string
	tags   []string // a tag stands for itself; one that ends in * for all that begin so
	says   string
}{
	{"Summary", []string{"Summary"}, "clear purpose, least necessity"},
	{"S1.1(1)-(4)", []string{"S1.1*"}, "collected per purpose"},
	{"S1.2", []string{"S1.2"}, "device, log and network information"},
	{"S1.2 end", []string{"S1.2 end"}, "other purposes need consent in advance"},
	{"S1-3(1)-(11)", []string{"S1-3*"}, "exceptions of collection are none of sharing"},
	{"S2-2(1)", []string{"S2-2(1)"}, "analytics is not linked to what was submitted"},
	{"S2-2(3)", []string{"S2-2(3)"}, "do-not-track is respected"},
	{"S2-2(5)", []string{"S2-2(5)"}, "opting out of interest-based advertising"},
	{"S3-1", []string{"S3-1"}, "kept no longer than needed"},
	{"S3-2", []string{"S3-2"}, "a ceased service stops"},
	{"S4-1 intro", []string{"S4-1 intro", "S4-1"}, "entrusted parties serve only on our behalf"},
	{"S4-1(1)", []string{"S4-1(1)"}, "affiliates: four purposes"},
	{"S4-1(2)", []string{"S4-1(2)"}, "partners: only stated purposes"},
	{"S4-1(2) cloud", []string{"S4-1(2) cloud"}, "device and network information; hosting"},
	{"S4-1(2) logistics", []string{"S4-1(2) logistics"}, "a closed list for delivery"},
	{"S4-1m", []string{"S4-1m"}, "a successor stays bound"},
	{"S4-1n", []string{"S4-1n"}, "a confidentiality agreement with everyone"},
	{"S4-2(1)", []string{"S4-2(1)"}, "publication by explicit consent"},
	{"S4-2(2)", []string{"S4-2(2)"}, "legal disclosure: instrument and necessity"},
	{"S4-3(1)", []string{"S4-3(1)"}, "our legal obligations"},
	{"S4-3(2)", []string{"S4-3(2)"}, "national and defence security"},
	{"S4-3(3)", []string{"S4-3(3)"}, "public safety, health, major public interest"},
	{"S4-3(4)", []string{"S4-3(4)"}, "criminal proceedings"},
	{"S4-3(5)", []string{"S4-3(5)"}, "vital interests, consent hard to get"},
	{"S4-3(6)", []string{"S4-3(6)"}, "made public by the person"},
	{"S6-4, S6-5", []string{"S6-4", "S6-5"}, "deletion, cancelled accounts"},
	{"S6-6", []string{"S6-6"}, "withdrawal"},
	{"S7", []string{"S7"}, "minors"},
	{"S9", []string{"S9"}, "transfers abroad"},
	{"S10", []string{"S10"}, "changes of the policy"},
}

// shown counts the cases in which something happened, and in which it did not
// though it might have.
type shown struct{ fired, not int }

func (t *shown) count(fired bool) {
	if fired {
		t.fired++
	} else {
		t.not++
	}
}

// matrixCell is one cell of the waiver matrix.
type matrixCell struct {
	group     registry.WaiverGroup
	exception registry.Exception
}

// coverage gathers what the cases that pass show of the law.
type coverage struct {
	clauses map[string]*shown
	codes   map[decision.Code]*shown
	cells   map[matrixCell]*shown
}

func newCoverage() *coverage {
	v := &coverage{clauses: map[string]*shown{}, codes: map[decision.Code]*shown{}, cells: map[matrixCell]*shown{}}
	for _, s := range seedClauses {
		v.clauses[s.clause] = &shown{}
	}
	for _, r := range wire.Law() {
		v.codes[r.Code] = &shown{}
	}
	for _, g := range waiverGroups() {
		for _, e := range exceptions() {
			v.cells[matrixCell{g, e}] = &shown{}
		}
	}
	return v
}

// see takes in one case that passed. A clause fired where a case that names it is
// denied. A code did not fire where the same share is asked by a case of the same
// theme that lacks the reason: of each case, the codes that its clauses name.
func (v *coverage) see(c *wire.Case, m *pb.ShareDecision) {
	denied := m.GetOutcome() == pb.Outcome_OUTCOME_DENIED
	for _, s := range seedClauses {
		if slices.ContainsFunc(c.Clause, func(tag string) bool { return shows(s.tags, tag) }) {
			v.clauses[s.clause].count(denied)
		}
	}
	given := map[decision.Code]bool{}
	for _, r := range m.GetReasons() {
		given[decision.Code(r.GetCode())] = true
	}
	for code, t := range v.codes {
		t.count(given[code])
	}
	e := registry.Exception(c.Question.GetException().GetException())
	if e == 0 || given[decision.LegalExceptionUnsupported] {
		return
	}
	hit := map[registry.WaiverGroup]bool{}
	for _, w := range m.GetWaived() {
		if g := decision.WaiverGroupOf(decision.Code(w.GetCode()).Rule()); g != 0 && !hit[g] {
			hit[g] = true
			v.cells[matrixCell{g, e}].count(true)
		}
	}
	stood := map[registry.WaiverGroup]bool{}
	for code := range given {
		if g := decision.WaiverGroupOf(code.Rule()); g != 0 && !stood[g] {
			stood[g] = true
			v.cells[matrixCell{g, e}].count(false)
		}
	}
}

func shows(tags []string, tag string) bool {
	for _, t := range tags {
		if begin, all := strings.CutSuffix(t, "*"); t == tag || all && strings.HasPrefix(tag, begin) {
			return true
		}
	}
	return false
}

// lacks names what no case shows: a clause or a code that fires nowhere or
// everywhere, a cell that is not shown as the default has it.
func (v *coverage) lacks() []string {
	var out []string
	for _, s := range seedClauses {
		if t := v.clauses[s.clause]; t.fired == 0 || t.not == 0 {
			out = append(out, s.clause)
		}
	}
	for _, r := range wire.Law() {
		if t := v.codes[r.Code]; t.fired == 0 || t.not == 0 {
			out = append(out, r.Code.String())
		}
	}
	for _, g := range waiverGroups() {
		for _, e := range exceptions() {
			t, effect := v.cells[matrixCell{g, e}], registry.DefaultWaiver(g, e)
			waives, stands := effect != registry.WaiverEffectNo, effect == registry.WaiverEffectNo || effect == registry.WaiverEffectIfLawDemands
			if waives && t.fired == 0 || stands && t.not == 0 {
				out = append(out, g.String()+" × "+e.String())
			}
		}
	}
	return out
}

func (c *cli) printCoverage(v *coverage) error {
	row := func(name string, t *shown) map[string]any {
		return map[string]any{"name": name, "fired": t.fired, "not_fired": t.not}
	}
	var clauses, codes, cells []any
	for _, s := range seedClauses {
		clauses = append(clauses, row(s.clause, v.clauses[s.clause]))
	}
	for _, r := range wire.Law() {
		codes = append(codes, row(r.Code.String(), v.codes[r.Code]))
	}
	for _, g := range waiverGroups() {
		for _, e := range exceptions() {
			cells = append(cells, row(g.String()+" × "+e.String(), v.cells[matrixCell{g, e}]))
		}
	}
	lacking := v.lacks()
	var lack []any
	for _, l := range lacking {
		lack = append(lack, l)
	}
	m, err := structOf(map[string]any{"clauses": clauses, "codes": codes, "cells": cells, "not_shown": lack})
	if err != nil {
		return err
	}
	return c.print(m, func(w io.Writer) error {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "CLAUSE\tDENIED\tALLOWED\tSAYS")
		for _, s := range seedClauses {
			fmt.Fprintf(t, "%s\t%d\t%d\t%s\n", s.clause, v.clauses[s.clause].fired, v.clauses[s.clause].not, s.says)
		}
		fmt.Fprintln(t, "\nCODE\tFIRED\tNOT FIRED\tCLAUSE")
		for _, r := range wire.Law() {
			fmt.Fprintf(t, "%s\t%d\t%d\t%s\n", r.Code, v.codes[r.Code].fired, v.codes[r.Code].not, r.Clause)
		}
		fmt.Fprintln(t, "\nGROUP × EXCEPTION\tWAIVED\tSTOOD\tDEFAULT")
		for _, g := range waiverGroups() {
			for _, e := range exceptions() {
				x := v.cells[matrixCell{g, e}]
				fmt.Fprintf(t, "%s × %s\t%d\t%d\t%s\n", g, e, x.fired, x.not, registry.DefaultWaiver(g, e))
			}
		}
		if err := t.Flush(); err != nil {
			return err
		}
		if len(lacking) > 0 {
			fmt.Fprintf(w, "\nNot shown by any case: %s\n", strings.Join(lacking, ", "))
		}
		return nil
	})
}
