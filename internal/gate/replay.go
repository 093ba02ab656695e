package gate

import (
	"bytes"
	"errors"
	"fmt"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// ErrReplay says that a decision, decided again, is another one than was recorded.
var ErrReplay = errors.New("the decision is not what was recorded")

// Replay decides a recorded decision again, by all that its entry holds: the
// question, the facts and the counters, under its edition. s is the registry at its
// revision. It returns ErrReplay where the answer differs, and
// decision.ErrUnknownEdition where this binary cannot tell.
func Replay(s *decision.Snapshot, e *ledger.DecisionEntry) (*decision.Decision, error) {
	q, err := decision.DecodeQuestion(s, e.Question)
	if err != nil {
		return nil, err
	}
	in := decision.Inputs{Now: registry.Time(e.Now), Principal: e.Principal}
	if in.Facts, err = decision.DecodeFacts(s, e.Facts); err != nil {
		return nil, err
	}
	if in.Counters, err = decision.DecodeCounters(e.Counters); err != nil {
		return nil, err
	}
	d := new(decision.Decision)
	if err := s.CheckEdition(int(e.Edition), q, &in, d); err != nil {
		return nil, err
	}
	if again := decision.AppendAnswer(nil, d); !bytes.Equal(again, e.Answer) {
		return d, fmt.Errorf("%w: it has %d bytes, the record %d", ErrReplay, len(again), len(e.Answer))
	}
	return d, nil
}

// ReplayFacts adds up the facts of one subject from their entries, in the order of
// their sequence: what was held after the last. It refuses a fact that is left out,
// is another's, or does not name the one before.
func ReplayFacts(entries []*ledger.FactEntry, at []decision.FactSource) (decision.Held, error) {
	var h decision.Held
	for i, e := range entries {
		if e.Sequence != int64(i)+1 || e.Subject != entries[0].Subject || e.PreviousShard != h.Source.Shard || e.PreviousIndex != h.Source.Index {
			return h, fmt.Errorf("fact %d of a subject does not follow the one before", i+1)
		}
		f, err := decision.DecodeFact(e.Fact)
		if err != nil {
			return h, err
		}
		h.Source = at[i]
		h.Add(f)
	}
	return h, nil
}
