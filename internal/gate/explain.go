package gate

import (
	"context"
	"fmt"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// ExplainOptions qualify an explanation.
type ExplainOptions struct {
	Time    registry.Time // judged at; 0 is now
	AsOf    int64         // the registry as recorded at this revision; 0 is the newest
	AtLeast *RevisionToken
}

// Explain decides without a record and traces every rule. Its errors are those of
// Check but for the ledger's, and those of a store that cannot be read.
func (g *Gate) Explain(ctx context.Context, p decision.Principal, q *decision.Question, opt ExplainOptions, a *Answer) error {
	err := g.explain(ctx, p, q, opt, a)
	if err != nil {
		a.void()
	}
	return err
}

func (g *Gate) explain(ctx context.Context, p decision.Principal, q *decision.Question, opt ExplainOptions, a *Answer) error {
	v, at, err := g.enter(ctx, opt.AtLeast)
	if err != nil {
		return err
	}
	v.leave() // nobody acts on an explanation: a write does not wait for it
	until, err := v.observes(p)
	if err != nil {
		return err
	}
	now := registry.At(at)
	a.Mode = mode(until, now)
	if opt.AsOf < 0 || opt.AsOf > v.Head.Revision {
		return registry.Errorf(registry.NotFound, "NOT_FOUND", "there is no revision %d; the newest is %d", opt.AsOf, v.Head.Revision)
	}
	if opt.AsOf != 0 && opt.AsOf != v.Head.Revision {
		if v, err = g.past.view(ctx, g.keeper, v.Head.Epoch, opt.AsOf); err != nil {
			return err
		}
	}
	if opt.Time != 0 {
		now = opt.Time
	}
	a.Decision.Tracing = true
	v.Snapshot.Check(q, &decision.Inputs{Now: now, Principal: p.Number}, &a.Decision)
	a.View, a.Shard, a.Index, a.LeafHash = v, "", 0, ledger.Hash{}
	if a.Decision.Refusal != decision.NotRefused {
		return errRegime
	}
	return nil
}

// past keeps the last registry of the past that was asked for. One is compiled at
// a time: it costs as much as a start.
type past struct {
	turn chan struct{} // held by who reads or compiles
	last *View
}

func newPast() past { return past{turn: make(chan struct{}, 1)} }

func (c *past) view(ctx context.Context, k *Keeper, epoch string, revision int64) (*View, error) {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-c.turn }()
	if c.last != nil && c.last.Head.Epoch == epoch && c.last.Head.Revision == revision {
		return c.last, nil
	}
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Load)
	defer cancel()
	head := registry.Head{Epoch: epoch, Revision: revision}
	changes, err := k.store.Changes(ctx, revision-1, revision, "", 0)
	if err == nil && len(changes) == 0 {
		err = registry.Errorf(registry.NotFound, "NOT_FOUND", "there is no revision %d", revision)
	}
	if err != nil {
		return nil, fmt.Errorf("explain as of revision %d: %w", revision, err)
	}
	last := &changes[len(changes)-1]
	head.Changes, head.Root = last.Index+1, last.Root
	s, err := k.compile(ctx, head)
	if err != nil {
		return nil, fmt.Errorf("explain as of revision %d: %w", revision, err)
	}
	c.last = newView(s, head, nil)
	return c.last, nil
}
