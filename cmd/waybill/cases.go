package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/internal/decision"
	"waybill/internal/registry"
	"waybill/internal/wire"
	pb "waybill/proto/waybill/v1"
)

// testCommand runs decision cases offline against registry files.
func (c *cli) testCommand() *cobra.Command {
	var registryFiles []string
	var verbose, cover bool
	cmd := &cobra.Command{
		Use:     "test FILE…",
		Short:   "Run decision cases offline against registry files; exit 1 if one fails",
		Example: "  waybill test examples/prosense/cases/*.yaml",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, err := c.read(args)
			if err != nil {
				return err
			}
			b := &bench{c: c, registry: registryFiles, offline: map[string]*offline{}}
			v := newCoverage()
			if cover {
				b.passed = v.see
			}
			passed := 0
			var failures []failure
			for _, f := range files {
				results, err := b.run(cmd.Context(), f)
				if err != nil {
					return err
				}
				for _, r := range results {
					if r.failed() {
						failures = append(failures, r)
						continue
					}
					passed++
					if verbose && c.output == "table" {
						fmt.Fprintf(c.out, "ok    %s:%d: %s\n", r.file, r.line, r.name)
					}
				}
			}
			if cover && len(failures) == 0 {
				return c.printCoverage(v)
			}
			if err := c.printFailures(passed, failures); err != nil {
				return err
			}
			if len(failures) > 0 {
				return &exitError{code: exitNo}
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&registryFiles, "registry", nil, "files or directories of the registry, instead of what the cases name")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "print the cases that pass, too")
	cmd.Flags().BoolVar(&cover, "coverage", false, "print clause × case where all pass: each clause of the policy, each code and each cell of the waiver matrix, fired and not fired")
	return cmd
}

// failure is one case, and what was wanted and got where they differ.
type failure struct {
	file, name  string
	line        int
	wanted, got string
}

func (f failure) failed() bool { return f.wanted != "" }

func (c *cli) printFailures(passed int, failures []failure) error {
	var list []any
	for _, f := range failures {
		list = append(list, map[string]any{"file": f.file, "line": f.line, "name": f.name, "wanted": f.wanted, "got": f.got})
	}
	m, err := structOf(map[string]any{"passed": passed, "failed": len(failures), "failures": list})
	if err != nil {
		return err
	}
	return c.print(m, func(w io.Writer) error {
		for _, f := range failures {
			fmt.Fprintf(w, "FAIL  %s:%d: %s\n  wanted  %s\n  got     %s\n", f.file, f.line, f.name, f.wanted, f.got)
		}
		_, err := fmt.Fprintf(w, "%d passed, %d failed\n", passed, len(failures))
		return err
	})
}

// bench runs cases; a registry that several files share is compiled once.
type bench struct {
	c        *cli
	registry []string
	offline  map[string]*offline
	passed   func(*wire.Case, *pb.ShareDecision) // is told of every case that passes; nil: nobody asked
}

// offline is a registry read from files.
type offline struct {
	nouns    []registry.Noun
	zone     *time.Location
	snapshot map[registry.Time]*decision.Snapshot // unchanged, by the time of the case
	passed   func(*wire.Case, *pb.ShareDecision)
}

func (b *bench) run(ctx context.Context, f wire.File) ([]failure, error) {
	cases, err := wire.LoadCases(f)
	if err != nil {
		return nil, refused(err)
	}
	if len(cases) == 0 {
		return nil, nil
	}
	o, err := b.open(cases[0])
	if err != nil {
		return nil, err
	}
	// Dates of the cases are of the registry's zone.
	if cases, err = wire.LoadCasesIn(o.zone, f); err != nil {
		return nil, refused(err)
	}
	var results []failure
	for i := range cases {
		r, err := o.judge(ctx, &cases[i])
		if err != nil {
			return nil, &exitError{code: exitFile, err: fmt.Errorf("%s:%d: %s: %s", cases[i].File, cases[i].Line, cases[i].Name, message(err))}
		}
		results = append(results, r)
	}
	return results, nil
}

// open reads the registry of a file of cases.
func (b *bench) open(first wire.Case) (*offline, error) {
	names := b.registry
	if len(names) == 0 {
		for _, n := range first.Registry {
			if !filepath.IsAbs(n) {
				n = filepath.Join(filepath.Dir(first.File), n)
			}
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return nil, usagef("%s names no registry: give --registry", first.File)
	}
	key := strings.Join(names, "\x00")
	if o := b.offline[key]; o != nil {
		return o, nil
	}
	_, located, err := b.c.load(names)
	if err != nil {
		return nil, err
	}
	o := &offline{snapshot: map[registry.Time]*decision.Snapshot{}, passed: b.passed}
	for _, l := range located {
		o.nouns = append(o.nouns, l.Noun)
		if s, ok := l.Noun.(*registry.Settings); ok && s.Zone != "" {
			if o.zone, err = time.LoadLocation(s.Zone); err != nil {
				return nil, &exitError{code: exitFile, err: fmt.Errorf("%s:%d: settings.zone: %w", l.File, l.Line, err)}
			}
		}
	}
	b.offline[key] = o
	return o, nil
}

// compile makes the snapshot of a case as apply and a server would.
func (o *offline) compile(ctx context.Context, c *wire.Case) (*decision.Snapshot, error) {
	changed := len(c.Changes)+len(c.Patches)+len(c.Remove) > 0
	if s := o.snapshot[c.At]; s != nil && !changed {
		return s, nil
	}
	nouns, err := c.Apply(o.nouns)
	if err != nil {
		return nil, err
	}
	s, err := compileNouns(ctx, nouns, c.At)
	if err == nil && !changed {
		o.snapshot[c.At] = s
	}
	return s, err
}

// judge asks a case's question and compares.
func (o *offline) judge(ctx context.Context, c *wire.Case) (failure, error) {
	f := failure{file: c.File, line: c.Line, name: c.Name}
	s, err := o.compile(ctx, c)
	if err != nil {
		return f, err
	}
	in := decision.Inputs{Now: c.At, Counters: c.Counters()}
	if c.As != "" {
		if in.Principal = s.Number(c.As); in.Principal == 0 {
			return f, registry.Errorf(registry.Invalid, "NOT_FOUND", "the registry has no %s that asks", c.As)
		}
	}
	if in.Facts, err = c.Facts(s.Number); err != nil {
		return f, err
	}
	got, err := ask(s, c.Question, &in)
	if err != nil {
		var e *registry.Error
		if !errors.As(err, &e) {
			return f, err
		}
		if c.Refused != e.Reason || (c.Field != "" && !slices.ContainsFunc(e.Fields, func(x registry.FieldError) bool { return x.Field == c.Field })) {
			f.wanted, f.got = wantedText(c), "refused: "+strings.ReplaceAll(e.Error(), "\n", " ")+" ("+e.Reason+")"
		}
		return f, nil
	}
	if !got.fits(c) {
		f.wanted, f.got = wantedText(c), got.text()
	} else if o.passed != nil {
		o.passed(c, got.ShareDecision)
	}
	return f, nil
}

// answered is an answer in both forms: as the contract has it, and as it was decided.
type answered struct {
	*pb.ShareDecision
	decision *decision.Decision
	snapshot *decision.Snapshot
}

// ask decides a question; one that lists its subjects is decided for each of them,
// and answered as a server does: by the first denied, or the first.
func ask(s *decision.Snapshot, q *pb.ShareQuestion, in *decision.Inputs) (*answered, error) {
	if len(q.GetSubjects()) == 0 {
		return askOne(s, q, in)
	}
	if err := wire.Subjects(q); err != nil {
		return nil, err
	}
	var given *answered
	permitted := []string{}
	for i, subject := range q.GetSubjects() {
		a, err := askOne(s, wire.OfSubject(q, i), in)
		if err != nil {
			return nil, err
		}
		allowed := a.GetOutcome() == pb.Outcome_OUTCOME_ALLOWED
		if allowed {
			permitted = append(permitted, subject)
		}
		if given == nil || !allowed && given.GetOutcome() == pb.Outcome_OUTCOME_ALLOWED {
			given = a
		}
	}
	given.PermittedSubjects = permitted
	return given, nil
}

func askOne(s *decision.Snapshot, asked *pb.ShareQuestion, in *decision.Inputs) (*answered, error) {
	var q decision.Question
	if err := wire.Question(asked, &q); err != nil {
		return nil, err
	}
	d := new(decision.Decision)
	s.Check(&q, in, d)
	if err := wire.Refusal(d); err != nil {
		return nil, err
	}
	return &answered{ShareDecision: wire.Decision(s, asked, d), decision: d, snapshot: s}, nil
}

// fits reports whether an answer is what a case wants.
func (a *answered) fits(c *wire.Case) bool {
	return c.Refused == "" && decision.Outcome(a.GetOutcome()) == c.Outcome && a.fitsReasons(c) && a.fitsObligations(c) && a.fitsWaived(c) && a.fitsCounted(c) &&
		(c.Permitted == nil || sameNames(registry.Categories, c.Permitted, a.GetPermittedCategories())) &&
		(c.Subjects == nil || slices.Equal(c.Subjects, a.GetPermittedSubjects())) &&
		(c.Policy == "" || c.Policy == a.GetPolicy()) &&
		(c.Agreements == nil || sameNames(registry.Agreements, c.Agreements, a.GetAgreements())) &&
		(c.Transfers == nil || sameNames(registry.Transfers, c.Transfers, a.GetTransfers())) &&
		(c.UseBy == 0 || c.UseBy == a.decision.UseBy)
}

func (a *answered) fitsReasons(c *wire.Case) bool {
	got := map[decision.Code][]decision.Reason{}
	for _, r := range a.decision.Reasons {
		got[r.Code] = append(got[r.Code], r)
	}
	for _, code := range c.Reasons {
		if _, ok := got[code]; !ok {
			return false
		}
	}
	if c.Only {
		for code := range got {
			if !slices.Contains(c.Reasons, code) {
				return false
			}
		}
	}
	for code, regimes := range c.Regimes {
		for _, regime := range regimes {
			if !slices.ContainsFunc(got[code], func(r decision.Reason) bool { return r.Regime == regime }) {
				return false
			}
		}
	}
	for code, details := range c.Details {
		for _, detail := range details {
			if !slices.ContainsFunc(got[code], func(r decision.Reason) bool { return r.Detail.String() == detail }) {
				return false
			}
		}
	}
	for code, classes := range c.Classes {
		for _, class := range classes {
			if !slices.ContainsFunc(a.GetReasons(), func(r *pb.Reason) bool {
				return decision.Code(r.GetCode()) == code && decision.Class(r.GetClass()) == class
			}) {
				return false
			}
		}
	}
	return true
}

func (a *answered) fitsObligations(c *wire.Case) bool {
	has := func(code decision.ObligationCode) bool {
		return slices.ContainsFunc(a.decision.Obligations, func(x decision.Obligation) bool { return x.Code == code })
	}
	for _, code := range c.Obligations {
		if !has(code) {
			return false
		}
	}
	for code, due := range c.Due {
		if !slices.ContainsFunc(a.decision.Obligations, func(x decision.Obligation) bool { return x.Code == code && x.Due == due }) {
			return false
		}
	}
	return !slices.ContainsFunc(c.Without, has)
}

// fitsWaived holds waivers to the wanted ones in both directions: what was waived
// unasked is as telling as what was not.
func (a *answered) fitsWaived(c *wire.Case) bool {
	if c.Waived == nil {
		return true
	}
	match := func(w wire.WantedWaiver, got decision.Waived) bool {
		return w.Code == got.Code && (w.Regime == 0 || w.Regime == got.Regime) && w.Deferred == got.Deferred
	}
	for _, w := range c.Waived {
		if !slices.ContainsFunc(a.decision.Waived, func(got decision.Waived) bool { return match(w, got) }) {
			return false
		}
	}
	for _, got := range a.decision.Waived {
		if !slices.ContainsFunc(c.Waived, func(w wire.WantedWaiver) bool { return match(w, got) }) {
			return false
		}
	}
	return true
}

func (a *answered) fitsCounted(c *wire.Case) bool {
	w, got := c.Counted, a.decision.Counted
	if w == nil {
		return true
	}
	if w.None {
		return got.Year == 0
	}
	same := func(wanted *int64, got int64) bool { return wanted == nil || *wanted == got }
	return got.Year != 0 && same(w.PersonsBefore, got.PersonsBefore) && same(w.PersonsAfter, got.PersonsAfter) &&
		same(w.SensitiveBefore, got.SensitiveBefore) && same(w.SensitiveAfter, got.SensitiveAfter) && (w.Warn == nil || *w.Warn == got.Warn)
}

func sameNames(of registry.Collection, a, b []string) bool {
	long := func(names []string) []string {
		var all []string
		for _, n := range names {
			all = append(all, of.Prefix()+short(n))
		}
		slices.Sort(all)
		return all
	}
	return slices.Equal(long(a), long(b))
}

func wantedText(c *wire.Case) string {
	if c.Refused != "" {
		return strings.TrimSpace("refused: " + c.Refused + " " + c.Field)
	}
	s := strings.TrimPrefix(pb.Outcome(c.Outcome).String(), "OUTCOME_")
	var codes []string
	for _, code := range c.Reasons {
		text := code.String()
		for _, r := range c.Regimes[code] {
			text += " under " + r.String()
		}
		for _, d := range c.Details[code] {
			text += " for " + d
		}
		for _, class := range c.Classes[code] {
			text += " as " + strings.TrimPrefix(pb.ReasonClass(class).String(), "REASON_CLASS_")
		}
		codes = append(codes, text)
	}
	s += list(map[bool]string{true: "only ", false: ""}[c.Only], codes)
	if c.Permitted != nil {
		s += "; permitted" + cmp.Or(list("", shortened(c.Permitted)), " nothing")
	}
	if c.Subjects != nil {
		s += "; for" + cmp.Or(list("", c.Subjects), " nobody")
	}
	var duties []string
	for _, o := range c.Obligations {
		duties = append(duties, dutyName(o))
	}
	for o, due := range c.Due {
		duties = append(duties, dutyName(o)+" by "+due.String())
	}
	slices.Sort(duties)
	s += list("with ", duties)
	duties = nil
	for _, o := range c.Without {
		duties = append(duties, dutyName(o))
	}
	s += list("without ", duties)
	if c.Waived != nil {
		var all []string
		for _, w := range c.Waived {
			all = append(all, waiverText(w.Code, w.Regime, w.Deferred))
		}
		s += "; waived" + cmp.Or(list("", all), " nothing")
	}
	if w := c.Counted; w != nil {
		s += "; counted " + countedText(w)
	}
	for _, part := range []struct {
		what  string
		names []string
	}{{"agreements", c.Agreements}, {"transfers", c.Transfers}} {
		if part.names != nil {
			s += "; " + part.what + cmp.Or(list("", shortened(part.names)), " none")
		}
	}
	if c.Policy != "" {
		s += "; policy " + short(c.Policy)
	}
	if c.UseBy != 0 {
		s += "; use by " + c.UseBy.String()
	}
	return s
}

// text says all of an answer that a case may want.
func (a *answered) text() string {
	s := strings.TrimPrefix(a.GetOutcome().String(), "OUTCOME_")
	var codes []string
	for i, r := range a.decision.Reasons {
		text := r.Code.String()
		if r.Regime > registry.RegimePolicy {
			text += " under " + r.Regime.String()
		}
		if r.Detail != decision.NoDetail {
			text += " for " + r.Detail.String()
		}
		if i < len(a.GetReasons()) {
			text += " as " + strings.TrimPrefix(a.GetReasons()[i].GetClass().String(), "REASON_CLASS_")
		}
		codes = append(codes, text)
	}
	s += list("", codes)
	if a.GetOutcome() == pb.Outcome_OUTCOME_DENIED {
		s += "; permitted" + cmp.Or(list("", shortened(a.GetPermittedCategories())), " nothing")
	}
	if a.PermittedSubjects != nil {
		s += "; for" + cmp.Or(list("", a.PermittedSubjects), " nobody")
	}
	var duties []string
	for _, o := range a.decision.Obligations {
		text := dutyName(o.Code)
		if o.Due != 0 {
			text += " by " + o.Due.String()
		}
		duties = append(duties, text)
	}
	s += list("with ", duties)
	var waived []string
	for _, w := range a.decision.Waived {
		waived = append(waived, waiverText(w.Code, w.Regime, w.Deferred))
	}
	s += "; waived" + cmp.Or(list("", waived), " nothing")
	if got := a.decision.Counted; got.Year != 0 {
		s += fmt.Sprintf("; counted persons %d to %d, sensitive %d to %d, warn %t", got.PersonsBefore, got.PersonsAfter, got.SensitiveBefore, got.SensitiveAfter, got.Warn)
	}
	if names := a.GetAgreements(); len(names) > 0 {
		s += "; agreements" + list("", shortened(names))
	}
	if names := a.GetTransfers(); len(names) > 0 {
		s += "; transfers" + list("", shortened(names))
	}
	if a.GetPolicy() != "" {
		s += "; policy " + short(a.GetPolicy())
	}
	if a.GetOutcome() == pb.Outcome_OUTCOME_ALLOWED {
		s += "; use by " + a.decision.UseBy.String()
	}
	return s
}

func dutyName(o decision.ObligationCode) string {
	return strings.TrimPrefix(pb.ObligationCode(o).String(), "OBLIGATION_CODE_")
}

func waiverText(code decision.Code, regime registry.Regime, deferred bool) string {
	s := code.String()
	if regime != 0 {
		s += " under " + regime.String()
	}
	if deferred {
		s += " deferred"
	}
	return s
}

func countedText(w *wire.WantedCount) string {
	if w.None {
		return "nothing"
	}
	var all []string
	for _, figure := range []struct {
		what string
		n    *int64
	}{{"persons before", w.PersonsBefore}, {"persons after", w.PersonsAfter}, {"sensitive before", w.SensitiveBefore}, {"sensitive after", w.SensitiveAfter}} {
		if figure.n != nil {
			all = append(all, fmt.Sprintf("%s %d", figure.what, *figure.n))
		}
	}
	if w.Warn != nil {
		all = append(all, fmt.Sprintf("warn %t", *w.Warn))
	}
	return strings.Join(all, ", ")
}

func shortened(names []string) []string {
	var all []string
	for _, n := range names {
		all = append(all, short(n))
	}
	return all
}

func list(before string, items []string) string {
	if len(items) == 0 {
		return ""
	}
	return " " + before + strings.Join(items, ", ")
}
