package gate

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// Config tunes the gate; its zero value works.
type Config struct {
	Wait         time.Duration // for a record; 250 ms, then there is no answer
	Commit       time.Duration // of one call of the ledger; 10 s
	Retry        time.Duration // between looks at a ledger that is away; 25 ms, growing to 1 s
	Gather       int           // rounds of the scheduler that a group may grow for before it is committed; 8
	QueueEntries int           // that wait for their record; 8,192
	QueueBytes   int           // of their entries; 32 MiB
	// Facts is within what time of their reading an answer is given that used held
	// facts, else it is dropped; 250 ms. A write of facts returns no sooner than that
	// and a margin after its commit, so that every answer without it was given.
	Facts  time.Duration
	Margin time.Duration // 250 ms
	// Look is how often it is looked whether anything is held of anybody, while
	// nothing is; 200 ms. Five times as long the last look is believed.
	Look time.Duration
	// Alone: no other server writes to this ledger.
	Alone bool
	Log   *slog.Logger // slog.Default when nil
}

func (c Config) withDefaults() Config {
	if c.Wait == 0 {
		c.Wait = 250 * time.Millisecond
	}
	if c.Commit == 0 {
		c.Commit = 10 * time.Second
	}
	if c.Retry == 0 {
		c.Retry = 25 * time.Millisecond
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
	if c.Facts == 0 {
		c.Facts = 250 * time.Millisecond
	}
	if c.Margin == 0 {
		c.Margin = 250 * time.Millisecond
	}
	if c.Look == 0 {
		c.Look = 200 * time.Millisecond
	}
	// A group is never more than a segment may hold.
	c.QueueEntries, c.QueueBytes = min(c.QueueEntries, ledger.MaxSegmentEntries), min(c.QueueBytes, ledger.MaxSegmentBytes/2)
	if c.Log == nil {
		c.Log = slog.Default()
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
	r := newRecorder(l, cfg, now, k.cfg.Boot, keys)
	if k.cfg.Replicas != nil {
		r.shared = k
	}
	return &Gate{keeper: k, rec: r, keys: keys, cfg: cfg, now: now, past: newPast()}
}

// renewEvery is how often the keys' file is looked at again.
const renewEvery = time.Hour

// Run registers this start of the server with the ledger, then commits until ctx
// ends and what waits is written, and returns nil. Until it has registered, and
// while the ledger is away, there is no answer. Without a key it does not begin.
func (g *Gate) Run(ctx context.Context) error {
	if g.keys.ID(g.now()) == "" {
		return errors.New("tag keys: none is in use yet")
	}
	var renewer sync.WaitGroup
	defer renewer.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	renewer.Go(func() { g.renewKeys(ctx) })
	renewer.Go(func() { g.rec.watchHeld(ctx) })
	if g.rec.begin(ctx) {
		g.rec.run(ctx)
	}
	return nil
}

func (g *Gate) renewKeys(ctx context.Context) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := g.keys.Renew(g.now()); err != nil {
				g.cfg.Log.Error("the tag keys cannot be renewed; the ones at hand stay in use", "error", err)
			}
			if err := g.rec.forgetRequests(ctx); err != nil {
				g.cfg.Log.Error("old requests of facts cannot be forgotten", "error", err)
			}
		}
	}
}

// Serving returns nil when checks can be answered, else what they would get.
func (g *Gate) Serving() error {
	if err := g.keeper.Fresh(g.now()); err != nil {
		return err
	}
	return g.rec.serving()
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
	// Give hands the answer on, to whoever acts on it. It is called once, when the
	// answer is filled, and the check counts as answered when it returns: Advance
	// waits for it. Its error is the check's. Without it the check counts as
	// answered when it returns.
	Give func() error
}

// Modes of an answer, numbered as the contract.
const (
	Enforce uint8 = 1
	Observe uint8 = 2
)

// Answer is a decision with where it is recorded. It is the caller's and may be
// used again. After an error its outcome is Undecided and its view nil.
type Answer struct {
	Decision decision.Decision
	View     *View
	Mode     uint8
	Shard    string // "" when it was not recorded
	Index    int64
	LeafHash ledger.Hash
	// Read is what an explanation was decided by; what a check was stands in its record.
	Read decision.Inputs
}

// void takes back an answer that is not to be given.
func (a *Answer) void() {
	a.Decision.Outcome = decision.Undecided
	a.View, a.Mode, a.Shard, a.Index, a.LeafHash, a.Read = nil, 0, "", 0, ledger.Hash{}, decision.Inputs{}
}

func (a *Answer) receive(grp *group, i int) {
	a.Shard, a.Index, a.LeafHash = grp.shard, grp.first+int64(i), grp.hashes[i]
}

// Check decides q for the principal, records the decision, and then fills a. Its
// errors are Unavailable (REGISTRY_NOT_LOADED, REGISTRY_STALE, CLOCK_UNTRUSTED,
// LEDGER_UNAVAILABLE, REVISION_NOT_REACHED), ResourceExhausted (QUEUE_FULL),
// Precondition (TOKEN_UNKNOWN_EPOCH), Unauthenticated when the principal is gone,
// Invalid (REGIME_NOT_JUDGED), the context's when it ended before, and those of Give.
func (g *Gate) Check(ctx context.Context, p decision.Principal, q *decision.Question, opt CheckOptions, a *Answer) error {
	err := g.check(ctx, p, q, opt, a)
	if err != nil {
		a.void()
	}
	return err
}

func (g *Gate) check(ctx context.Context, p decision.Principal, q *decision.Question, opt CheckOptions, a *Answer) error {
	v, at, err := g.enter(ctx, opt.AtLeast)
	if err != nil {
		return err
	}
	defer v.leave()
	if err := g.answer(v, at, p, q, opt.RequestID, a); err != nil {
		return err
	}
	return opt.give()
}

func (o *CheckOptions) give() error {
	if o.Give == nil {
		return nil
	}
	return o.Give()
}

// answer fills a when the decision is recorded. The caller holds the view. A
// question that reads nothing of the ledger is decided here; one whose subject may
// have held facts, or that is counted, by the commit of its group.
func (g *Gate) answer(v *View, at time.Time, p decision.Principal, q *decision.Question, requestID string, a *Answer) error {
	none := g.rec.held.none(at)
	if q.Subject == "" || none != nil {
		err := g.answerNow(v, at, p, q, requestID, none, a)
		if err != errTogether {
			return err
		}
	}
	return g.answerTogether(v, at, p, []*decision.Question{q}, []*Answer{a}, requestID, g.rec.held.none(at))
}

// errTogether says that a question is to be decided by the commit of its group.
var errTogether = errors.New("the question reads the ledger")

func (g *Gate) answerNow(v *View, at time.Time, p decision.Principal, q *decision.Question, requestID string, none *moment, a *Answer) error {
	w := writings.Get().(*writing)
	defer w.free()
	if err := w.begin(g.keys, v, p, requestID); err != nil {
		return err
	}
	grp, i, err := g.record(w, at, q, a)
	if err != nil {
		return err
	}
	defer grp.leave()
	here, err := g.await(v, grp)
	if err != nil {
		return err
	}
	if q.Subject != "" && !g.rec.held.stillNone(none, here) {
		return errTogether // a fact was written meanwhile: it is asked once more
	}
	a.receive(grp, i)
	return nil
}

// CheckBatch decides the questions at one revision and one instant. None is
// answered unless all are recorded. as has the length of qs. Its errors are those
// of Check; after REGIME_NOT_JUDGED the first answer with a Refusal is the one.
func (g *Gate) CheckBatch(ctx context.Context, p decision.Principal, qs []decision.Question, opt CheckOptions, as []Answer) error {
	err := g.checkBatch(ctx, p, qs, opt, as)
	if err != nil {
		for i := range as {
			as[i].void()
		}
	}
	return err
}

func (g *Gate) checkBatch(ctx context.Context, p decision.Principal, qs []decision.Question, opt CheckOptions, as []Answer) error {
	if len(qs) == 0 || len(qs) != len(as) {
		return registry.Errorf(registry.Internal, "INTERNAL", "a batch of %d questions and %d answers", len(qs), len(as))
	}
	v, at, err := g.enter(ctx, opt.AtLeast)
	if err != nil {
		return err
	}
	defer v.leave()
	if err := g.answerBatch(v, at, p, qs, opt.RequestID, as); err != nil {
		return err
	}
	return opt.give()
}

func (g *Gate) answerBatch(v *View, at time.Time, p decision.Principal, qs []decision.Question, requestID string, as []Answer) error {
	none := g.rec.held.none(at)
	if none != nil || !slices.ContainsFunc(qs, func(q decision.Question) bool { return q.Subject != "" }) {
		err := g.answerBatchNow(v, at, p, qs, requestID, none, as)
		if err != errTogether {
			return err
		}
	}
	questions, answers := make([]*decision.Question, len(qs)), make([]*Answer, len(qs))
	for i := range qs {
		questions[i], answers[i] = &qs[i], &as[i]
	}
	return g.answerTogether(v, at, p, questions, answers, requestID, g.rec.held.none(at))
}

func (g *Gate) answerBatchNow(v *View, at time.Time, p decision.Principal, qs []decision.Question, requestID string, none *moment, as []Answer) error {
	w := writings.Get().(*writing)
	defer w.free()
	if err := w.begin(g.keys, v, p, requestID); err != nil {
		return err
	}
	grp, first, err := g.recordBatch(w, at, qs, as)
	if err != nil {
		return err
	}
	defer grp.leave()
	here, err := g.await(v, grp)
	if err != nil {
		return err
	}
	if none != nil && !g.rec.held.stillNone(none, here) {
		return errTogether
	}
	for i := range as {
		as[i].receive(grp, first+i)
	}
	return nil
}

// enter returns a view that is fresh and has the state that the caller has seen,
// and the instant of the check. The caller leaves the view.
func (g *Gate) enter(ctx context.Context, atLeast *RevisionToken) (*View, time.Time, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, time.Time{}, err
		}
		v, at := g.keeper.enter(), g.now()
		err := g.keeper.fresh(v, at)
		switch {
		case v == nil:
			return nil, at, err
		case err == nil && (atLeast == nil || v.Head.Epoch == atLeast.Epoch && v.Head.Revision >= atLeast.Revision):
			return v, at, nil
		}
		v.leave()
		if err == nil && v.Head.Epoch != atLeast.Epoch {
			err = errEpoch
		}
		if err == nil {
			err = g.catchUp(ctx, atLeast.Revision)
		}
		if err != nil {
			return nil, at, err
		}
	}
}

var errEpoch = registry.Errorf(registry.Precondition, "TOKEN_UNKNOWN_EPOCH", "the token is of a history that this registry does not have")

// maxCatchUp bounds the wait for a revision where the caller gave no deadline.
const maxCatchUp = 5 * time.Second

func (g *Gate) catchUp(ctx context.Context, revision int64) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, maxCatchUp)
		defer cancel()
	}
	return g.keeper.await(ctx, anyEpoch, revision)
}

// await waits for the group's record, then judges the lease of the view that
// decided once more, and returns the moment of that. The wait is bounded by the
// recorder's watchdog, so that no call needs a timer, nor its context.
func (g *Gate) await(v *View, grp *group) (moment, error) {
	<-grp.done
	if grp.err != nil {
		return moment{}, grp.err
	}
	here := moment{g.now(), g.keeper.cfg.Boot()}
	return here, g.keeper.freshAt(v, here)
}
