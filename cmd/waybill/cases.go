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
	var verbose bool
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
}

// offline is a registry read from files.
type offline struct {
	nouns    []registry.Noun
	zone     *time.Location
	snapshot map[registry.Time]*decision.Snapshot // unchanged, by the time of the case
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
	o := &offline{snapshot: map[registry.Time]*decision.Snapshot{}}
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
	in := decision.Inputs{Now: c.At}
	if c.As != "" {
		if in.Principal = s.Number(c.As); in.Principal == 0 {
			return f, registry.Errorf(registry.Invalid, "NOT_FOUND", "the registry has no %s that asks", c.As)
		}
	}
	var q decision.Question
	var d decision.Decision
	err = wire.Question(c.Question, &q)
	if err == nil {
		s.Check(&q, &in, &d)
		err = wire.Refusal(&d)
	}
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
	if m := wire.Decision(s, c.Question, &d); !fits(c, m) {
		f.wanted, f.got = wantedText(c), gotText(m)
	}
	return f, nil
}

// fits reports whether an answer is what a case wants.
func fits(c *wire.Case, m *pb.ShareDecision) bool {
	if c.Refused != "" || decision.Outcome(m.GetOutcome()) != c.Outcome {
		return false
	}
	got := map[decision.Code][]registry.Regime{}
	for _, r := range m.GetReasons() {
		code := decision.Code(r.GetCode())
		got[code] = append(got[code], registry.Regime(r.GetRegime()))
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
		for _, r := range regimes {
			if !slices.Contains(got[code], r) {
				return false
			}
		}
	}
	for _, o := range c.Obligations {
		if !slices.ContainsFunc(m.GetObligations(), func(x *pb.Obligation) bool { return decision.ObligationCode(x.GetCode()) == o }) {
			return false
		}
	}
	return c.Permitted == nil || sameNames(c.Permitted, m.GetPermittedCategories())
}

func sameNames(a, b []string) bool {
	long := func(names []string) []string {
		var all []string
		for _, n := range names {
			all = append(all, registry.Categories.Prefix()+short(n))
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
		codes = append(codes, text)
	}
	s += list(map[bool]string{true: "only ", false: ""}[c.Only], codes)
	if c.Permitted != nil {
		s += "; permitted" + cmp.Or(list("", shortened(c.Permitted)), " nothing")
	}
	var obligations []string
	for _, o := range c.Obligations {
		obligations = append(obligations, strings.TrimPrefix(pb.ObligationCode(o).String(), "OBLIGATION_CODE_"))
	}
	return s + list("with ", obligations)
}

func gotText(m *pb.ShareDecision) string {
	s := strings.TrimPrefix(m.GetOutcome().String(), "OUTCOME_")
	var codes []string
	for _, r := range m.GetReasons() {
		text := codeName(r.GetCode())
		if r.GetRegime() > pb.Regime_REGIME_POLICY {
			text += " under " + registry.Regime(r.GetRegime()).String()
		}
		codes = append(codes, text)
	}
	s += list("", codes)
	if m.GetOutcome() == pb.Outcome_OUTCOME_DENIED {
		s += "; permitted" + cmp.Or(list("", shortened(m.GetPermittedCategories())), " nothing")
	}
	var obligations []string
	for _, o := range m.GetObligations() {
		obligations = append(obligations, strings.TrimPrefix(o.GetCode().String(), "OBLIGATION_CODE_"))
	}
	return s + list("with ", obligations)
}

func shortened(categories []string) []string {
	var all []string
	for _, c := range categories {
		all = append(all, short(c))
	}
	return all
}

func list(before string, items []string) string {
	if len(items) == 0 {
		return ""
	}
	return " " + before + strings.Join(items, ", ")
}
