package gate

import (
	"context"
	"errors"
	"testing"
	"time"

	"waybill/internal/decision"
)

// TestGiveHoldsTheView: until an answer was given on, Advance waits; however the
// giving ends, it waits no more.
func TestGiveHoldsTheView(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{})
	refused := errors.New("the caller is gone")
	for name, c := range map[string]struct {
		give func() error
		want error
	}{
		"given":   {func() error { return nil }, nil},
		"refused": {func() error { return refused }, refused},
		"panics":  {func() error { panic("broken") }, nil},
	} {
		for _, batch := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				as := make([]Answer, 1)
				revision, given := int64(0), 0
				opt := CheckOptions{Give: func() error {
					given++
					if as[0].Decision.Outcome == decision.Undecided || as[0].Shard == "" {
						t.Errorf("nothing to give: %+v", as[0])
					}
					revision = g.store.write(courier(1))
					ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
					defer cancel()
					if err := g.keeper.Advance(ctx, anyEpoch, revision); reason(err) != "REVISION_NOT_REACHED" {
						t.Errorf("it does not wait for what is being given: %v", err)
					}
					return c.give()
				}}
				err := func() (err error) {
					defer func() { recover() }()
					if batch {
						return g.CheckBatch(t.Context(), g.shop, []decision.Question{*question()}, opt, as)
					}
					return g.Check(t.Context(), g.shop, question(), opt, &as[0])
				}()
				if !errors.Is(err, c.want) || given != 1 || c.want != nil && as[0].Decision.Outcome != decision.Undecided {
					t.Errorf("given %d times, %+v: %v", given, as[0], err)
				}
				if err := g.keeper.Advance(t.Context(), anyEpoch, revision); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
