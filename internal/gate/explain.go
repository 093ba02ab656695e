package gate

import (
	"context"
	"fmt"
	"slices"
	"time"

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

// Explain decides without a record and traces every rule. Held facts and counters
// are read as they stand now, whatever the time and the revision. Its errors are
// those of Check, and those of a store that cannot be read.
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
	in := decision.Inputs{Now: now, Principal: p.Number}
	if in.Facts, err = g.factsOf(ctx, at, now, q); err != nil {
		return err
	}
	a.Decision.Tracing = true
	check(v.Snapshot, q, &in, &a.Decision)
	if a.Decision.Countable && a.Decision.Exporter != 0 {
		if in.Counters, err = g.countersOf(ctx, now, q, a.Decision.Exporter); err != nil {
			return err
		}
		check(v.Snapshot, q, &in, &a.Decision)
	}
	a.View, a.Shard, a.Index, a.LeafHash, a.Read = v, "", 0, ledger.Hash{}, in
	if a.Decision.Refusal != decision.NotRefused {
		return errRegime
	}
	return nil
}

// factsOf reads what is held of the question's subject; nil where nothing is read.
func (g *Gate) factsOf(ctx context.Context, at time.Time, now registry.Time, q *decision.Question) (*decision.Facts, error) {
	d := &deferred{questions: []*decision.Question{q}}
	if q.Subject == "" || g.rec.held.none(at) != nil {
		return nil, nil
	}
	if err := g.consult(d); err != nil || !d.consults {
		return nil, err
	}
	rows, err := g.rec.ledger.Facts(ctx, d.tags)
	if err != nil {
		return nil, err
	}
	var h decision.Held
	if len(rows) > 0 {
		if err := h.Decode(rows[0].Data); err != nil {
			return nil, err
		}
	}
	f := new(decision.Facts)
	h.Facts(f, d.tags[0], now, q.Publication, g.keys.set.Load().facts.factTag(factPublication, q.Publication))
	return f, nil
}

// countersOf reads the counters that the question would be decided by.
func (g *Gate) countersOf(ctx context.Context, now registry.Time, q *decision.Question, exporter uint32) (*decision.Counters, error) {
	key := g.keys.set.Load().counting
	if key == nil {
		return nil, errCountingKey
	}
	c := &decision.Counters{Year: decision.CountingYear(now)}
	tags, known := countTags(key, exporter, c.Year, q)
	ask := tags[:]
	if !known {
		ask = nil
	}
	n, counted, err := g.rec.ledger.Counters(ctx, exporter, c.Year, ask)
	c.Persons, c.Sensitive = n.Persons, n.Sensitive
	c.InPersons, c.InSensitive = slices.Contains(counted, tags[0]), slices.Contains(counted, tags[1])
	return c, err
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
