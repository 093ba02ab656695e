package gate

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// Config tunes the gate; its zero value works.
type Config struct {
	Wait         time.Duration // for a record; 250 ms, then there is no answer
	Commit       time.Duration // of one attempt to commit; 10 s
	Retry        time.Duration // between looks at a ledger that is away; 50 ms
	Gather       int           // rounds that a group may grow before it is committed; 8
	QueueEntries int           // that wait for their record; 8,192
	QueueBytes   int           // of their entries; 32 MiB
	Log          *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Wait == 0 {
		c.Wait = 250 * time.Millisecond
	}
	if c.Commit == 0 {
		c.Commit = 10 * time.Second
	}
	if c.Retry == 0 {
		c.Retry = 50 * time.Millisecond
	}
	if c.Gather == 0 {
		c.Gather = 8
	}
	if c.QueueEntries == 0 {
		c.QueueEntries = 8192
	}
	if c.QueueBytes == 0 {
		c.QueueBytes = 32 << 20
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Gate answers questions: it decides, records, and answers, in this order.
type Gate struct {
	keeper *Keeper
	rec    *recorder
	keys   *Keys
	cfg    Config
	now    func() time.Time
	past   past
}

// New returns a gate; Run starts it.
func New(k *Keeper, l Ledger, keys *Keys, cfg Config, now func() time.Time) *Gate {
	cfg = cfg.withDefaults()
	g := &Gate{keeper: k, keys: keys, cfg: cfg, now: now}
	g.rec = &recorder{ledger: l, keeper: k, cfg: cfg, now: now, wake: make(chan struct{}, 1)}
	g.rec.healthy.Store(true)
	g.rec.closed = true // until the last now is known
	return g
}

// Run reads the ledger's last now, then commits until ctx ends and what waits is
// written. Until it has read it, there is no answer.
func (g *Gate) Run(ctx context.Context) error {
	for {
		last, err := g.rec.ledger.LastNow(ctx)
		if err == nil {
			g.rec.mu.Lock()
			g.rec.lastNow, g.rec.closed = last, false
			g.rec.mu.Unlock()
			g.rec.healthy.Store(true)
			break
		}
		g.rec.unhealthy("the ledger cannot be read", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(g.cfg.Retry):
		}
	}
	g.rec.run(ctx)
	return nil
}

// Serving returns nil when checks can be answered.
func (g *Gate) Serving() error {
	if err := g.keeper.Fresh(g.now()); err != nil {
		return err
	}
	g.rec.mu.Lock()
	closed := g.rec.closed
	g.rec.mu.Unlock()
	if closed || !g.rec.healthy.Load() {
		return errLedger
	}
	return nil
}

// RevisionToken is a state of the registry that a caller has seen.
type RevisionToken struct {
	Epoch    string
	Revision int64
}

// CheckOptions qualify a check.
type CheckOptions struct {
	AtLeast   *RevisionToken // decided at this state or a later one
	RequestID string         // correlation only; it is kept as a tag
}

// Modes of an answer, numbered as the contract.
const (
	Enforce uint8 = 1
	Observe uint8 = 2
)

// Answer is a decision with where it is recorded. It is the caller's and may be
// used again.
type Answer struct {
	Decision decision.Decision
	View     *View
	Mode     uint8
	Shard    string // "" when it was not recorded
	Index    int64
	LeafHash ledger.Hash
}

// writing is the working memory of one check: its entry, before it is added.
type writing struct {
	addition
	question []byte
	answer   []byte
	key      *key
	tag      func([]byte, string) []byte
}

var writings = sync.Pool{New: func() any {
	w := &writing{}
	w.tag = func(dst []byte, text string) []byte { return w.key.tag(dst, text) }
	return w
}}

func (w *writing) reset(now int64) {
	w.entries, w.ends, w.recipients, w.tags = w.entries[:0], w.ends[:0], w.recipients[:0], w.tags[:0]
	w.allowed, w.denied, w.now = 0, 0, now
}

// Check decides q for the principal, records the decision, and then fills a.
func (g *Gate) Check(ctx context.Context, p decision.Principal, q *decision.Question, opt CheckOptions, a *Answer) error {
	v, err := g.enter(ctx, opt.AtLeast)
	if err != nil {
		return err
	}
	defer v.leave()
	w := writings.Get().(*writing)
	defer writings.Put(w)
	begun := g.now()
	grp, first, err := g.record(w, begun, func(now int64) error {
		return g.decide(w, v, &p, q, opt.RequestID, now, a)
	})
	if err != nil {
		return err
	}
	if err := g.await(ctx, grp); err != nil {
		return err
	}
	a.receive(grp, first)
	return nil
}

// CheckBatch decides the questions at one revision and one instant. None is
// answered unless all are recorded. as has the length of qs.
func (g *Gate) CheckBatch(ctx context.Context, p decision.Principal, qs []decision.Question, opt CheckOptions, as []Answer) error {
	v, err := g.enter(ctx, opt.AtLeast)
	if err != nil {
		return err
	}
	defer v.leave()
	w := writings.Get().(*writing)
	defer writings.Put(w)
	begun := g.now()
	grp, first, err := g.record(w, begun, func(now int64) error {
		for i := range qs {
			if err := g.decide(w, v, &p, &qs[i], opt.RequestID, now, &as[i]); err != nil {
				return fmt.Errorf("question %d: %w", i, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := g.await(ctx, grp); err != nil {
		return err
	}
	for i := range as {
		as[i].receive(grp, first+i)
	}
	return nil
}

// enter returns a view that is fresh and has the state that the caller has seen.
func (g *Gate) enter(ctx context.Context, atLeast *RevisionToken) (*View, error) {
	for {
		if err := g.keeper.Fresh(g.now()); err != nil {
			return nil, err
		}
		v := g.keeper.enter()
		if v == nil {
			return nil, errNotLoaded
		}
		if atLeast == nil {
			return v, nil
		}
		if v.Head.Epoch == atLeast.Epoch && v.Head.Revision >= atLeast.Revision {
			return v, nil
		}
		v.leave()
		if v.Head.Epoch != atLeast.Epoch {
			return nil, registry.Errorf(registry.Precondition, "TOKEN_UNKNOWN_EPOCH", "the token is of a history that this registry does not have")
		}
		if err := g.catchUp(ctx, atLeast.Revision); err != nil {
			return nil, err
		}
	}
}

// maxCatchUp bounds the wait for a revision where the caller gave no deadline.
const maxCatchUp = 2 * time.Second

func (g *Gate) catchUp(ctx context.Context, revision int64) error {
	ctx, cancel := context.WithTimeout(ctx, maxCatchUp)
	defer cancel()
	// A poll that fails is not the end: the next may do.
	_ = g.keeper.Refresh(ctx)
	if v := g.keeper.View(); v != nil && v.Head.Revision >= revision {
		return nil
	}
	select {
	case <-ctx.Done():
	case <-time.After(5 * time.Millisecond):
	}
	if ctx.Err() != nil {
		return registry.Errorf(registry.Unavailable, "REVISION_NOT_REACHED", "revision %d was not reached within the deadline", revision)
	}
	return nil
}

// record decides at an instant that is not before any entry, and adds the entries
// to a group.
func (g *Gate) record(w *writing, begun time.Time, decide func(now int64) error) (*group, int, error) {
	now := max(begun.UnixMicro(), g.rec.last())
	w.key = g.keys.at(begun)
	for {
		w.reset(now)
		if err := decide(now); err != nil {
			return nil, 0, err
		}
		grp, first, ok, err := g.rec.add(&w.addition)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			return grp, first, nil
		}
		now = max(now, g.rec.last())
	}
}

func (r *recorder) last() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lastNow
}

// decide decides one question and appends its entry.
func (g *Gate) decide(w *writing, v *View, p *decision.Principal, q *decision.Question, requestID string, now int64, a *Answer) error {
	in := decision.Inputs{Now: registry.Time(now), Principal: p.Number}
	d := &a.Decision
	v.Snapshot.Check(q, &in, d)
	if d.Refusal != decision.NotRefused {
		return errRefused
	}
	a.View, a.Mode = v, Enforce
	if p.ObserveUntil > in.Now {
		a.Mode = Observe
	}
	w.question = decision.AppendQuestion(w.question[:0], v.Snapshot, q, d, w.tag)
	w.answer = decision.AppendAnswer(w.answer[:0], d)
	var request [TagSize]byte
	e := ledger.DecisionEntry{
		Version: ledger.Version, Edition: decision.Edition, Epoch: v.Head.Epoch, Revision: v.Head.Revision, ChangeRoot: v.Head.Root,
		Now: now, Principal: p.Number, Mode: a.Mode, KeyID: w.key.ID, Question: w.question, Answer: w.answer,
	}
	if requestID != "" {
		e.RequestID = w.key.tag(request[:0], requestID)
	}
	w.entries = ledger.AppendDecision(w.entries, &e)
	w.ends = append(w.ends, uint32(len(w.entries)))
	if d.Recipient != 0 {
		w.recipients = append(w.recipients, d.Recipient)
	}
	if q.Subject != "" {
		w.tags = w.key.tag(w.tags, q.Subject)
	}
	if d.Outcome == decision.Allowed {
		w.allowed++
	} else {
		w.denied++
	}
	return nil
}

var errRefused = &registry.Error{
	Kind: registry.Invalid, Reason: "REGIME_NOT_JUDGED", Message: "the question would fall under the law of the United Kingdom, which this edition does not judge",
	Fields: []registry.FieldError{{Field: "question.subject_regions", Expected: "regions outside GB, and an exporter that is not established there"}},
}

// await waits for the group's record, then judges the lease once more.
func (g *Gate) await(ctx context.Context, grp *group) error {
	select {
	case <-grp.done:
	case <-ctx.Done():
		return ctx.Err() // the record may stand; its caller is gone
	}
	if grp.err != nil {
		return grp.err
	}
	return g.keeper.Fresh(g.now())
}

func (a *Answer) receive(grp *group, i int) {
	a.Shard, a.Index, a.LeafHash = grp.shard, grp.first+int64(i), grp.hashes[i]
}

// ExplainOptions qualify an explanation.
type ExplainOptions struct {
	Time    registry.Time // judged at; 0 is now
	AsOf    int64         // the registry as recorded at this revision; 0 is the newest
	AtLeast *RevisionToken
}

// Explain decides without a record and traces every rule.
func (g *Gate) Explain(ctx context.Context, p decision.Principal, q *decision.Question, opt ExplainOptions, a *Answer) error {
	v, err := g.enter(ctx, opt.AtLeast)
	if err != nil {
		return err
	}
	defer v.leave()
	if opt.AsOf != 0 && opt.AsOf != v.Head.Revision {
		if v, err = g.past.view(ctx, g.keeper, v.Head, opt.AsOf); err != nil {
			return err
		}
	}
	in := decision.Inputs{Now: registry.At(g.now()), Principal: p.Number}
	a.Mode = Enforce
	if p.ObserveUntil > in.Now {
		a.Mode = Observe
	}
	if opt.Time != 0 {
		in.Now = opt.Time
	}
	a.Decision.Tracing = true
	v.Snapshot.Check(q, &in, &a.Decision)
	a.View, a.Shard, a.Index, a.LeafHash = v, "", 0, ledger.Hash{}
	if a.Decision.Refusal != decision.NotRefused {
		return errRefused
	}
	return nil
}

// past keeps the last registry of the past that was asked for; one is compiled at
// a time.
type past struct {
	mu   sync.Mutex
	last *View
}

func (c *past) view(ctx context.Context, k *Keeper, head registry.Head, revision int64) (*View, error) {
	if revision < 0 || revision > head.Revision {
		return nil, registry.Errorf(registry.NotFound, "NOT_FOUND", "there is no revision %d; the newest is %d", revision, head.Revision)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil && c.last.Head.Epoch == head.Epoch && c.last.Head.Revision == revision {
		return c.last, nil
	}
	then := registry.Head{Epoch: head.Epoch, Revision: revision}
	s, err := k.compile(ctx, then)
	if err != nil {
		return nil, fmt.Errorf("explain as of revision %d: %w", revision, err)
	}
	c.last = newView(s, then, nil)
	return c.last, nil
}

// Past returns the snapshot at a revision, for readers of the ledger.
func (g *Gate) Past(ctx context.Context, revision int64) (*decision.Snapshot, error) {
	v := g.keeper.View()
	if v == nil {
		return nil, errNotLoaded
	}
	if revision == v.Head.Revision {
		return v.Snapshot, nil
	}
	then, err := g.past.view(ctx, g.keeper, v.Head, revision)
	if err != nil {
		return nil, err
	}
	return then.Snapshot, nil
}
