package decision_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/internal/decision"
	"waybill/internal/registry"
	"waybill/internal/wire"
)

// lawyersCase is one case of the example, ready to be asked.
type lawyersCase struct {
	wire.Case
	records []registry.Record
	s       *decision.Snapshot
	q       decision.Question
	in      decision.Inputs
}

var lawyers []lawyersCase

// lawyersCases are the example's cases, read once for all tests; nobody changes one.
func lawyersCases(t *testing.T) []lawyersCase {
	t.Helper()
	if lawyers == nil {
		lawyers = readLawyersCases(t)
	}
	return lawyers
}

// readLawyersCases reads the example's registry and its cases.
func readLawyersCases(t *testing.T) []lawyersCase {
	t.Helper()
	const dir = "../../examples/prosense"
	read := func(pattern string) (fs []wire.File) {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, n := range names {
			data, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			fs = append(fs, wire.File{Name: n, Data: data})
		}
		return fs
	}
	loaded := map[string][]registry.Noun{}
	// nounsOf returns the nouns of the files that a case names, all where it names none.
	nounsOf := func(patterns []string) []registry.Noun {
		key := strings.Join(patterns, " ")
		if nouns, ok := loaded[key]; ok {
			return nouns
		}
		var files []wire.File
		if len(patterns) == 0 {
			files = read("*.yaml")
		}
		for _, p := range patterns {
			if !strings.HasSuffix(p, ".yaml") {
				p = filepath.Join(p, "*.yaml") // a directory
			}
			files = append(files, read(filepath.Join("cases", p))...)
		}
		located, err := wire.Load(files...)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range located {
			loaded[key] = append(loaded[key], l.Noun)
		}
		return loaded[key]
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	var out []lawyersCase
	assembled := map[string]lawyersCase{}
	for _, f := range read("cases/*.yaml") {
		cases, err := wire.LoadCasesIn(zone, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			if c.Refused != "" || len(c.Question.GetSubjects()) > 0 {
				continue // a list of subjects is asked as a question each
			}
			l := lawyersCase{Case: c}
			// What is assembled of an unchanged registry serves every case of its time.
			key := strings.Join(c.Registry, " ") + "@" + c.At.String()
			same := len(c.Remove)+len(c.Changes)+len(c.Patches) == 0
			if have, ok := assembled[key]; ok && same {
				l.records, l.s = have.records, have.s
			} else {
				changed, err := c.Apply(nounsOf(c.Registry))
				if err != nil {
					t.Fatal(err)
				}
				if l.records, err = registry.Assemble(t.Context(), changed, c.At); err != nil {
					t.Fatalf("%s: %v", c.Name, err)
				}
				if l.s, err = decision.Compile(registry.Head{Revision: 1}, each(l.records)); err != nil {
					t.Fatal(err)
				}
				if same {
					assembled[key] = l
				}
			}
			if err := wire.Question(c.Question, &l.q); err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			l.in = decision.Inputs{Now: c.At, Principal: l.s.Number(c.As), Counters: c.Counters()}
			if l.in.Facts, err = c.Facts(l.s.Number); err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			out = append(out, l)
		}
	}
	return out
}

// holds reports whether a decision is what the case wants.
func (c *lawyersCase) holds(d *decision.Decision) bool {
	var codes []decision.Code
	for _, r := range d.Reasons {
		codes = append(codes, r.Code)
	}
	for _, want := range c.Reasons {
		if !slices.Contains(codes, want) {
			return false
		}
	}
	for _, got := range codes {
		if c.Only && !slices.Contains(c.Reasons, got) {
			return false
		}
	}
	return d.Outcome == c.Outcome
}

// TestEveryRuleIsHeldByACase removes each row of the rule table in turn: some case
// must fail.
func TestEveryRuleIsHeldByACase(t *testing.T) {
	cases := lawyersCases(t)
	var d decision.Decision
	for i := range cases {
		c := &cases[i]
		if c.s.Check(&c.q, &c.in, &d); !c.holds(&d) {
			t.Errorf("%s: %v, %v", c.Name, d.Outcome, d.Reasons)
		}
	}
	for row := 1; row <= decision.Rows(); row++ {
		codes, judged := decision.RowCodes(row)
		if !judged {
			continue
		}
		if !slices.ContainsFunc(cases, func(c lawyersCase) bool {
			c.s.CheckWithout(row, &c.q, &c.in, &d)
			return !c.holds(&d)
		}) {
			t.Errorf("without %v no case fails", codes)
		}
	}
}

// TestEveryCodeIsShown: every code of a judged rule is wanted by a case and, alone
// or not, absent from another.
func TestEveryCodeIsShown(t *testing.T) {
	var names []string
	wanted := map[decision.Code]bool{}
	for _, c := range lawyersCases(t) {
		for _, code := range c.Reasons {
			wanted[code] = true
		}
	}
	for row := 1; row <= decision.Rows(); row++ {
		codes, judged := decision.RowCodes(row)
		for _, code := range codes {
			if judged && !wanted[code] {
				names = append(names, code.String())
			}
		}
	}
	if len(names) > 0 {
		t.Errorf("no case shows %s", strings.Join(names, ", "))
	}
}

// TestEveryCellIsHeldByACase turns each cell of the default matrix of waivers to the
// other side in turn, in every version: some case must fail. A cell that waives turns
// to NO, one that does not to YES.
func TestEveryCellIsHeldByACase(t *testing.T) {
	cases := lawyersCases(t)
	var d decision.Decision
	for e := registry.ExceptionLegalObligation; e <= registry.ExceptionMadePublic; e++ {
		for g := registry.WaiverGroupErasedOrRestricted; g <= registry.WaiverGroupAssessment; g++ {
			cell := registry.WaiverCell{Exception: e, Group: g, Effect: registry.WaiverEffectNo}
			if registry.DefaultWaiver(g, e) == registry.WaiverEffectNo {
				cell.Effect = registry.WaiverEffectYes
			}
			turned := map[*decision.Snapshot]*decision.Snapshot{}
			if !slices.ContainsFunc(cases, func(c lawyersCase) bool {
				if c.q.Exception != decision.Exception(e) {
					return false
				}
				if turned[c.s] == nil {
					turned[c.s] = withCell(t, c.records, cell)
				}
				turned[c.s].Check(&c.q, &c.in, &d)
				return !c.holds(&d)
			}) {
				t.Errorf("with %v × %v %v no case fails", e, g, cell.Effect)
			}
		}
	}
}

// withCell compiles the records with a cell in every version of the policy.
func withCell(t *testing.T, records []registry.Record, cell registry.WaiverCell) *decision.Snapshot {
	t.Helper()
	changed := slices.Clone(records)
	for i, r := range changed {
		if p, ok := r.Noun.(*registry.Policy); ok {
			q := *p
			q.Waivers = append(slices.DeleteFunc(slices.Clone(p.Waivers), func(w registry.WaiverCell) bool {
				return w.Exception == cell.Exception && w.Group == cell.Group
			}), cell)
			changed[i].Noun = &q
		}
	}
	s, err := decision.Compile(registry.Head{Revision: 1}, each(changed))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
