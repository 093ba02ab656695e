package decision_test

import (
	"bytes"
	"os"
	"testing"

	"waybill/internal/decision"
)

// TestCorpusReplays decides every question of the corpus of edition 1 again, from
// bytes alone, and wants the same bytes of the answer.
func TestCorpusReplays(t *testing.T) {
	if *update {
		if _, err := os.Stat(corpusFile(decision.Edition)); err == nil {
			t.Fatal("the corpus of a shipped edition is never rewritten")
		}
		writeCorpus(t)
	}
	registries, decisions := 0, 0
	outcomes := map[decision.Outcome]int{}
	codes := map[decision.Code]int{}
	var d decision.Decision
	readCorpus(t, 1, func(c corpusRegistry) {
		registries++
		s := c.compile(t)
		for i, k := range c.Decisions {
			decisions++
			q, err := decision.DecodeQuestion(s, k.Question)
			if err != nil {
				t.Fatalf("registry %d, question %d: %v", registries, i, err)
			}
			s.Check(q, &decision.Inputs{Now: k.Now, Principal: k.Principal}, &d)
			if got := decision.AppendAnswer(nil, &d); !bytes.Equal(got, k.Answer) {
				was, err := decision.DecodeAnswer(k.Answer)
				t.Fatalf("registry %d, question %d: %v %v, was %v (%v)", registries, i, d.Outcome, d.Reasons, was, err)
			}
			outcomes[d.Outcome]++
			for _, r := range d.Reasons {
				codes[r.Code]++
			}
		}
	})
	t.Log(registries, decisions, outcomes, codes)
}
