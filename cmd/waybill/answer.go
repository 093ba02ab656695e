package main

import (
	"fmt"
	"io"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	pb "waybill/proto/waybill/v1"
)

// The answer as a person reads it. The forms are fixed: see the example.

// answer writes a decision on q for a person.
func answer(w io.Writer, q *pb.ShareQuestion, d *pb.ShareDecision) error {
	head := strings.TrimPrefix(d.GetOutcome().String(), "OUTCOME_")
	if n := len(d.GetReasons()); n > 0 {
		head += fmt.Sprintf("  %d %s", n, plural(n, "reason"))
	}
	if d.GetMode() == pb.Mode_MODE_OBSERVE {
		head += "  OBSERVE"
	}
	if _, err := fmt.Fprintln(w, head); err != nil {
		return err
	}
	var rows [][]string
	for _, r := range d.GetReasons() {
		rows = append(rows, []string{className(r.GetClass()), codeName(r.GetCode()), reasonSentence(r)})
	}
	for _, o := range d.GetObligations() {
		rows = append(rows, []string{"MUST", strings.TrimPrefix(o.GetCode().String(), "OBLIGATION_CODE_"), obligationSentence(o)})
	}
	if err := columns(w, "  ", rows); err != nil {
		return err
	}
	if line := permitted(q, d); line != "" {
		fmt.Fprintln(w, line)
	}
	for _, x := range d.GetWaived() {
		fmt.Fprintf(w, "Waived: %s (%s)\n", codeName(x.GetCode()), x.GetEvidence())
	}
	if rests := restsOn(d); rests != "" {
		fmt.Fprintln(w, "Rests on "+rests)
	}
	_, err := fmt.Fprintln(w, foot(d))
	return err
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func className(c pb.ReasonClass) string { return strings.TrimPrefix(c.String(), "REASON_CLASS_") }
func codeName(c pb.ReasonCode) string   { return strings.TrimPrefix(c.String(), "REASON_CODE_") }

// reasonSentence is the sentence, with its clause and rule, and what to do next.
func reasonSentence(r *pb.Reason) string {
	s := strings.TrimSuffix(r.GetSentence(), ".")
	// What to leave out stands in a line of its own below.
	if cure := r.GetCure(); cure != "" && !strings.HasPrefix(cure, "The share must change: leave ") {
		s += ". " + strings.TrimSuffix(cure, ".")
	}
	return s
}

func obligationSentence(o *pb.Obligation) string {
	s := o.GetSentence()
	if s == "" {
		s = o.GetRecord()
	}
	if o.GetDueTime() != nil && !strings.Contains(s, o.GetDueTime().AsTime().Format("2006-01-02")) {
		s = strings.TrimSuffix(s, ".") + " (by " + instant(o.GetDueTime()) + ")"
	}
	return s
}

// permitted says which part of a denied share would pass.
func permitted(q *pb.ShareQuestion, d *pb.ShareDecision) string {
	if d.GetOutcome() != pb.Outcome_OUTCOME_DENIED {
		return ""
	}
	if len(d.GetPermittedCategories()) == 0 {
		return "Nothing of this would pass."
	}
	pass := map[string]bool{}
	var passing, rest []string
	for _, c := range d.GetPermittedCategories() {
		pass[short(c)] = true
		passing = append(passing, short(c))
	}
	for _, c := range q.GetCategories() {
		if !pass[short(c)] {
			rest = append(rest, short(c))
		}
	}
	return fmt.Sprintf("Without %s this part would pass: %s", strings.Join(rest, ", "), strings.Join(passing, ", "))
}

// short leaves out the prefix of a category, which its dots make plain.
func short(category string) string { return strings.TrimPrefix(category, "categories/") }

func restsOn(d *pb.ShareDecision) string {
	if d.GetOutcome() != pb.Outcome_OUTCOME_ALLOWED {
		return ""
	}
	all := append(append([]string{}, d.GetAgreements()...), d.GetTransfers()...)
	if d.GetPolicy() != "" {
		all = append(all, d.GetPolicy())
	}
	return strings.Join(all, ", ")
}

// foot is the last line: the record, the edition, the revision and when it lapses.
func foot(d *pb.ShareDecision) string {
	name := d.GetName()
	if name == "" {
		name = "not recorded"
	}
	e := d.GetEdition()
	s := fmt.Sprintf("%s  edition %d (%d of %d rules)  revision %d", name, e.GetNumber(), e.GetRulesJudged(), e.GetRulesTotal(), d.GetToken().GetRevision())
	if d.GetUseBy() != nil && d.GetName() != "" {
		s += "  use by " + d.GetUseBy().AsTime().UTC().Format("15:04:05Z")
	}
	return s
}

func instant(t *timestamppb.Timestamp) string {
	if t == nil {
		return ""
	}
	return t.AsTime().UTC().Format("2006-01-02T15:04:05Z07:00")
}

// traceRows is what every rule did, for explain.
func traceRows(steps []*pb.TraceStep) [][]string {
	rows := [][]string{{"RULE", "RESULT", "CODE", "REGIME", "RECORD", "CATEGORY"}}
	for _, s := range steps {
		rule := "-"
		if s.GetRule() != 0 {
			rule = fmt.Sprint(s.GetRule())
		}
		regime := strings.TrimPrefix(s.GetRegime().String(), "REGIME_")
		if s.GetRegime() == pb.Regime_REGIME_UNSPECIFIED {
			regime = ""
		}
		rows = append(rows, []string{rule, s.GetResult(), codeName(s.GetCode()), regime, s.GetRecord(), short(s.GetCategory())})
	}
	return rows
}
