package decision_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// kept returns the editions of which testdata holds a directory.
func kept(t *testing.T) (out []int) {
	t.Helper()
	dirs, err := filepath.Glob("testdata/edition-*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		var n int
		if _, err := fmt.Sscanf(filepath.Base(dir), "edition-%d", &n); err != nil || dir != corpusDir(n) {
			t.Fatalf("%s is of no edition: %v", dir, err)
		}
		out = append(out, n)
	}
	return out
}

// rowsOf is what testdata/edition-N/rows.golden holds: an edition's digest and its rows.
func rowsOf(t *testing.T, edition int) string {
	t.Helper()
	digest, err := decision.DigestOf(edition)
	if err != nil {
		t.Fatal(err)
	}
	return digest + "\n" + decision.RowsInForce(edition)
}

func rowsFile(edition int) string { return filepath.Join(corpusDir(edition), "rows.golden") }

// updateNewest writes what is kept of the newest edition, unless it has shipped:
// what is kept of a shipped edition is never rewritten.
func updateNewest(t *testing.T) {
	t.Helper()
	if !*update || decision.Edition <= decision.Shipped {
		return
	}
	writeCorpus(t)
	if err := os.WriteFile(rowsFile(decision.Edition), []byte(rowsOf(t, decision.Edition)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestOldEditionsReplay decides every question of every kept corpus again, from
// bytes alone and under its edition, and wants the same bytes of the answer.
func TestOldEditionsReplay(t *testing.T) {
	updateNewest(t)
	for _, edition := range kept(t) {
		t.Run(fmt.Sprint(edition), func(t *testing.T) { replay(t, edition) })
	}
}

func replay(t *testing.T, edition int) {
	registries, decisions, differ := 0, 0, 0
	outcomes, codes := map[decision.Outcome]int{}, map[decision.Code]int{}
	var d decision.Decision
	readCorpus(t, edition, func(c corpusRegistry) {
		registries++
		s := c.compile(t)
		for i, k := range c.Decisions {
			decisions++
			q, err := decision.DecodeQuestion(s, k.Question)
			if err != nil {
				t.Fatalf("registry %d, question %d: %v", registries, i, err)
			}
			if err := s.CheckEdition(edition, q, inputs(t, s, k), &d); err != nil {
				t.Fatal(err)
			}
			outcomes[d.Outcome]++
			for _, r := range d.Reasons {
				codes[r.Code]++
			}
			if d.Refusal == decision.NotRefused && bytes.Equal(decision.AppendAnswer(nil, &d), k.Answer) {
				continue
			}
			if differ++; differ > 5 {
				continue
			}
			was, err := decision.DecodeAnswer(k.Answer)
			if err != nil {
				t.Fatal(err)
			}
			t.Errorf("registry %d, question %d: answers %v %v %v, answered %v %v", registries, i, d.Refusal, d.Outcome, d.Reasons, was.Outcome, was.Reasons)
		}
	})
	t.Logf("%d decisions of %d registries: %v", decisions, registries, outcomes)
	if differ > 0 {
		t.Errorf("%d of %d decisions of edition %d do not replay", differ, decisions, edition)
	}
	if outcomes[decision.Allowed] < decisions/10 || outcomes[decision.Denied] < decisions/10 {
		t.Errorf("of %d decisions: %v", decisions, outcomes)
	}
	for _, code := range decision.CodesInForce(edition) {
		if codes[code] == 0 {
			t.Errorf("no decision of edition %d shows %s", edition, code)
		}
	}
}

// TestCorpusHoldsEveryRow leaves out each row of an edition in turn: some decision
// of its corpus must then differ, or the corpus would not notice.
func TestCorpusHoldsEveryRow(t *testing.T) {
	for _, edition := range kept(t) {
		missed := map[int]bool{}
		for row := 1; row <= decision.Rows(); row++ {
			if _, in := decision.RowCodesIn(row, edition); in {
				missed[row] = true
			}
		}
		var d decision.Decision
		readCorpus(t, edition, func(c corpusRegistry) {
			if len(missed) == 0 {
				return
			}
			s := c.compile(t)
			for _, k := range c.Decisions {
				q, err := decision.DecodeQuestion(s, k.Question)
				if err != nil {
					t.Fatal(err)
				}
				for row := range missed {
					s.CheckEditionWithout(edition, row, q, inputs(t, s, k), &d)
					if !bytes.Equal(decision.AppendAnswer(nil, &d), k.Answer) {
						delete(missed, row)
					}
				}
			}
		})
		for row := range missed {
			codes, _ := decision.RowCodesIn(row, edition)
			t.Errorf("without %v all of edition %d replays", codes, edition)
		}
	}
}

// TestShippedEditionsAreKept: of every shipped edition there are a corpus and its
// rows, the rows are those of the table, and the digest is what it was.
func TestShippedEditionsAreKept(t *testing.T) {
	for edition := 1; edition <= decision.Shipped; edition++ {
		if _, err := os.Stat(corpusFile(edition)); err != nil {
			t.Error(err)
		}
		want, err := os.ReadFile(rowsFile(edition))
		if err != nil {
			t.Error(err)
			continue
		}
		if got := rowsOf(t, edition); got != string(want) {
			t.Errorf("the rows of edition %d changed: a rule that changes gets a second row; got\n%s", edition, got)
		}
	}
	if digest, err := decision.DigestOf(decision.Edition); err != nil || digest != decision.Digest() {
		t.Errorf("the table's digest is %s and edition %d shipped with %s, %v: raise Edition", decision.Digest(), decision.Edition, digest, err)
	}
	if decision.Shipped < decision.Edition-1 || decision.Shipped > decision.Edition {
		t.Errorf("edition %d is the newest and %d shipped: each ships before the next begins", decision.Edition, decision.Shipped)
	}
}

// asOf returns a registry, a question and its inputs to ask under an edition.
func asOf(t *testing.T) (*decision.Snapshot, *decision.Question, *decision.Inputs) {
	t.Helper()
	s, err := decision.Compile(registry.Head{Revision: 1}, market(10))
	if err != nil {
		t.Fatal(err)
	}
	q := marketQuestion(9)
	return s, &q, &decision.Inputs{Now: marketNow}
}

// TestNewestEditionIsChecks: Check decides as CheckEdition does under the newest.
func TestNewestEditionIsChecks(t *testing.T) {
	s, q, in := asOf(t)
	var d, same decision.Decision
	s.Check(q, in, &d)
	if err := s.CheckEdition(decision.Edition, q, in, &same); err != nil {
		t.Fatal(err)
	}
	if len(d.Reasons) == 0 || !bytes.Equal(decision.AppendAnswer(nil, &d), decision.AppendAnswer(nil, &same)) {
		t.Errorf("%v, %v", d.Reasons, same.Reasons)
	}
}

// TestUnknownEdition: an edition that the binary does not know is told apart from
// an answer that differs.
func TestUnknownEdition(t *testing.T) {
	s, q, in := asOf(t)
	var d decision.Decision
	for _, edition := range []int{-1, 0, decision.Edition + 1, 65535} {
		if err := s.CheckEdition(edition, q, in, &d); !errors.Is(err, decision.ErrUnknownEdition) {
			t.Errorf("edition %d: %v", edition, err)
		}
		if _, err := decision.DigestOf(edition); !errors.Is(err, decision.ErrUnknownEdition) {
			t.Errorf("digest of edition %d: %v", edition, err)
		}
	}
	if d.Outcome != decision.Undecided {
		t.Errorf("an unknown edition decided %v", d.Outcome)
	}
}

// TestSecondEdition gives a table of two editions: each has its own rows.
func TestSecondEdition(t *testing.T) {
	s, q, in := asOf(t)
	editions := s.TwoEditions(q, in)
	one, two := editions[0], editions[1]
	if got := fmt.Sprintf("%v %d %v %s", one.Rows, one.Judged, one.NotJudged, one.Clause); got != "[1 4] 1 [PURPOSE_UNKNOWN] old" {
		t.Errorf("edition 1: %s", got)
	}
	if got := fmt.Sprintf("%v %d %v %s", two.Rows, two.Judged, two.NotJudged, two.Clause); got != "[2 3] 2 [] new" {
		t.Errorf("edition 2: %s", got)
	}
	if fmt.Sprint(one.Ran, two.Ran) != "[1 1] [2 2]" {
		t.Errorf("the rules saw the editions %v and %v", one.Ran, two.Ran)
	}
	if one.Digest == two.Digest {
		t.Error("two editions have one digest")
	}
}

// TestAnEditionKeepsItsFlowDown: from edition 2 on a promise of confidentiality is no
// flow-down (R82); edition 1 took it for one, and what it answered replays.
func TestAnEditionKeepsItsFlowDown(t *testing.T) {
	found := false
	for _, c := range lawyersCases(t) {
		if !strings.Contains(c.Name, "its paper is a promise of confidentiality") {
			continue
		}
		found = true
		for edition, want := range map[int]bool{1: false, 2: true} {
			var d decision.Decision
			if err := c.s.CheckEdition(edition, &c.q, &c.in, &d); err != nil {
				t.Fatal(err)
			}
			if got := slices.ContainsFunc(d.Reasons, func(r decision.Reason) bool { return r.Code == decision.SubprocessorFlowdownMissing }); got != want {
				t.Errorf("edition %d: %v", edition, d.Reasons)
			}
		}
	}
	if !found {
		t.Fatal("the case is gone")
	}
}
