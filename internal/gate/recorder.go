package gate

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// Ledger is the port through which decisions become durable. What is passed to it
// is the caller's again when it returns.
type Ledger interface {
	// RegisterReplica records an incarnation before it serves; at is in microseconds.
	// Without a lease no other server has the database.
	RegisterReplica(ctx context.Context, replica string, at int64, lease time.Duration) error
	// OpenShard inserts a new, empty shard head; NOT_FOUND when its replica is not
	// registered any more.
	OpenShard(ctx context.Context, h ledger.ShardHead) error
	// ShardHead reads a shard's head; NOT_FOUND when there is none.
	ShardHead(ctx context.Context, shard string) (ledger.ShardHead, error)
	// Append adds a segment and moves the head from prev to next, in one
	// transaction. A head that is not prev, or is sealed, is Aborted HEAD_MOVED. A
	// commit that was not confirmed is Unavailable OUTCOME_UNKNOWN. A COMMIT is
	// never cancelled.
	Append(ctx context.Context, seg ledger.Segment, prev, next ledger.ShardHead) error
	// LastNow returns the largest now of all shards, in microseconds; 0 for none.
	LastNow(ctx context.Context) (int64, error)
	// AnyFacts reports whether anything is held of anybody.
	AnyFacts(ctx context.Context) (bool, error)
	// Facts reads what is held of subjects: the rows of those that are there.
	Facts(ctx context.Context, tags []ledger.Tag) ([]ledger.HeldFacts, error)
	// Counters reads a counter, and which of the tags are counted, without a lock.
	Counters(ctx context.Context, exporter uint32, year int32, tags []ledger.Tag) (ledger.Counter, []ledger.Tag, error)
	// Begin opens a transaction, for what moves together with a shard's head.
	Begin(ctx context.Context) (ledger.Tx, error)
	// ForgetRequests forgets requests of facts that were recorded before a time, at
	// most a limit of them, and returns how many.
	ForgetRequests(ctx context.Context, before int64, limit int) (int64, error)
}

var (
	errLedger    = registry.Errorf(registry.Unavailable, "LEDGER_UNAVAILABLE", "the ledger did not take the record in time; there is no answer")
	errQueueFull = registry.Errorf(registry.ResourceExhausted, "QUEUE_FULL", "too many questions wait for their record")
)

// How often a ledger that failed is looked at while nobody asks, and the longest
// pause between two tries to settle a commit.
const (
	probeEvery = time.Second
	maxRetry   = time.Second
)

// recorder gathers entries into groups and commits one group at a time. Callers
// take its mutex once each; its committer is one goroutine.
type recorder struct {
	ledger Ledger
	shared *Keeper // it registers this process among others; nil where there are none
	cfg    Config
	now    func() time.Time
	boot   func() time.Duration
	keys   *Keys
	held   heldness
	wake   chan struct{} // one for each group that begins
	grown  atomic.Int32  // entries of the group that gathers
	// lastNow is of the newest entry that was added, and what the ledger held
	// before; it is written under mu.
	lastNow atomic.Int64

	mu         sync.Mutex
	gathering  *group // nil when nothing waits
	committing *group // nil between commits
	entries    int    // that wait or are being committed
	bytes      int    // of them
	closed     bool   // not begun, or ended
	stuck      bool   // a commit is overdue: whoever comes is told at once
	failing    bool   // the ledger's last word was an error
	watchdog   *time.Timer
	watching   bool // the watchdog is set

	// The committer's own.
	replica string           // registered, "" if none
	head    ledger.ShardHead // of this incarnation's shard; Shard is "" if none is open
	data    []byte           // of the segment that is being written
	writing *writing         // of what a commit decides
}

func newRecorder(l Ledger, cfg Config, now func() time.Time, boot func() time.Duration, keys *Keys) *recorder {
	r := &recorder{ledger: l, cfg: cfg, now: now, boot: boot, keys: keys, wake: make(chan struct{}, 1), closed: true, writing: newWriting()}
	r.held.trust, r.held.alone = 5*cfg.Look, cfg.Alone
	r.watchdog = time.AfterFunc(time.Hour, r.watch)
	r.watchdog.Stop()
	return r
}

// add adds a's entries to the group that gathers, and counts the caller in. It
// returns nil when a's now lies before an entry that was added in the meantime:
// the caller decides again at a later instant. r.mu is held.
func (r *recorder) add(a *addition) (g *group, first int, err error) {
	switch {
	case r.closed || r.stuck:
		return nil, 0, errLedger
	case r.entries+len(a.ends) > r.cfg.QueueEntries || r.bytes+len(a.entries) > r.cfg.QueueBytes:
		return nil, 0, errQueueFull
	case a.now < r.lastNow.Load():
		return nil, 0, nil
	}
	r.lastNow.Store(a.now)
	g = r.gatherer()
	first = g.add(a)
	r.queue(g, len(a.ends), len(a.entries))
	return g, first, nil
}

// gatherer returns the group that gathers, and begins one if there is none. r.mu
// is held.
func (r *recorder) gatherer() *group {
	if r.gathering != nil {
		return r.gathering
	}
	r.gathering = newGroup(time.Now().Add(r.cfg.Wait))
	if !r.watching {
		r.watching = true
		r.watchdog.Reset(r.cfg.Wait)
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return r.gathering
}

// queue counts entries and bytes that wait for their record. r.mu is held.
func (r *recorder) queue(g *group, entries, bytes int) {
	g.queued, g.room = g.queued+entries, g.room+bytes
	r.entries += entries
	r.bytes += bytes
	r.grown.Store(int32(g.queued))
}

// watch fails the groups whose wait ran out: hung means failed. One that still
// gathers is dropped and never written; one that is being committed goes on
// without its callers, and until it is settled nobody waits any more.
func (r *recorder) watch() {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	next := time.Duration(-1)
	for _, g := range []*group{r.committing, r.gathering} {
		switch {
		case g == nil || g.settled.Load():
		case g.deadline.After(now):
			if left := g.deadline.Sub(now); next < 0 || left < next {
				next = left
			}
		case g == r.committing:
			r.stuck, r.failing = true, true
			g.settle(errLedger)
		default:
			g.settle(errLedger)
			r.gathering = nil
			r.release(g)
		}
	}
	if r.watching = next >= 0; r.watching {
		r.watchdog.Reset(next)
	}
}

// release gives back the group's place in the queue. r.mu is held.
func (r *recorder) release(g *group) {
	r.entries -= g.queued
	r.bytes -= g.room
	g.leave()
}

// gather waits, for a few rounds of the scheduler, until the group stops growing:
// what is there is taken along before anything is synced.
func (r *recorder) gather() {
	size := r.grown.Load()
	for range r.cfg.Gather {
		runtime.Gosched()
		n := r.grown.Load()
		if n == size {
			return
		}
		size = n
	}
}

// take takes the group that gathers, to commit it; nil if there is none.
func (r *recorder) take() *group {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.committing, r.gathering = r.gathering, nil
	r.grown.Store(0)
	if g := r.committing; g != nil && len(g.deferred) > 0 {
		// Whatever is added from now on is of this instant or a later one.
		g.now = r.lastNow.Load()
		for _, d := range g.deferred {
			g.now = max(g.now, d.at)
		}
		r.lastNow.Store(g.now)
		g.plain = g.mark()
	}
	return r.committing
}

// begin registers the incarnation, where the keeper does not, and reads the ledger's last now, until it
// succeeds or ctx ends; only then is anything recorded.
func (r *recorder) begin(ctx context.Context) bool {
	for wait := r.cfg.Retry; ; wait = min(2*wait, maxRetry) {
		var err error
		if r.shared == nil {
			err = r.register(ctx)
		}
		if err == nil {
			var last int64
			if last, err = r.lastRecorded(ctx); err == nil {
				r.tell(nil)
				r.look(ctx) // what it cannot find out is read for every question
				r.mu.Lock()
				r.lastNow.Store(last)
				r.closed = false
				r.mu.Unlock()
				return true
			}
		}
		r.tell(err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}

func (r *recorder) lastRecorded(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Commit)
	defer cancel()
	return r.ledger.LastNow(ctx)
}

// register records a replica of a new name, if this incarnation has none yet. One
// whose outcome is not known is left behind: it never writes. Among others the
// incarnation is the keeper's.
func (r *recorder) register(ctx context.Context) error {
	if r.shared != nil {
		if r.replica = r.shared.Replica(); r.replica == "" {
			return errLedger
		}
		return nil
	}
	if r.replica != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Commit)
	defer cancel()
	replica := randomID()
	if err := r.ledger.RegisterReplica(ctx, replica, r.now().UnixMicro(), 0); err != nil {
		return err
	}
	r.replica = replica
	return nil
}

// run commits groups until ctx ends, then what still waits.
func (r *recorder) run(ctx context.Context) {
	for {
		var probe <-chan time.Time
		if r.fails() {
			probe = time.After(probeEvery)
		}
		select {
		case <-r.wake:
			r.gather()
			if g := r.take(); g != nil {
				r.commit(ctx, g)
			}
		case <-probe:
			if _, err := r.lastRecorded(ctx); err == nil {
				r.tell(nil)
			}
		case <-ctx.Done():
			r.mu.Lock()
			r.closed = true
			r.mu.Unlock()
			if g := r.take(); g != nil {
				last, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.Wait)
				r.commit(last, g)
				cancel()
			}
			return
		}
	}
}

// fails reports whether the ledger's last word was an error: then it is looked at
// now and again, so that a server that gets no questions because of it gets some.
func (r *recorder) fails() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failing
}

// tell keeps what the ledger's last word was, and logs when it changes.
func (r *recorder) tell(err error) {
	r.mu.Lock()
	changed := (err != nil) != r.failing
	r.failing = err != nil
	r.mu.Unlock()
	switch {
	case !changed:
	case err != nil:
		r.cfg.Log.Error("the ledger does not take records", slog.Any("error", err))
	default:
		r.cfg.Log.Info("the ledger takes records")
	}
}

// serving returns nil when a record would be taken.
func (r *recorder) serving() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.stuck || r.failing {
		return errLedger
	}
	return nil
}

func randomID() string {
	var b [8]byte
	rand.Read(b[:]) // never fails, crypto/rand
	return hex.EncodeToString(b[:])
}

// commit makes the group durable, or fails it. It returns when it is known what
// stands in the ledger, so that the next group starts from a head that is sure
// (reliability F12).
func (r *recorder) commit(ctx context.Context, g *group) {
	a := attempt{group: g}
	for wait := time.Duration(0); ; wait = min(max(2*wait, r.cfg.Retry), maxRetry) {
		err := r.try(ctx, &a)
		if err == nil {
			break
		}
		r.tell(err)
		if !a.unsure && g.settled.Load() {
			break // its callers are gone and nothing of it stands: it is not written again
		}
		select {
		case <-time.After(wait):
			continue
		case <-ctx.Done():
		}
		if a.unsure { // the server ends; whoever reads next sees what stands
			r.abandon()
		}
		break
	}
	g.settle(errLedger) // nothing if it has its outcome
	r.mu.Lock()
	r.committing, r.stuck = nil, false
	r.release(g)
	r.mu.Unlock()
}

// attempt is where the commit of one group stands.
type attempt struct {
	group *group
	next  ledger.ShardHead // after the group
	// unsure: the group was sent, and it is not known what became of it.
	unsure bool
}

// try takes the group one step on. It returns nil when the group is settled.
func (r *recorder) try(ctx context.Context, a *attempt) error {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Commit)
	defer cancel()
	if a.unsure {
		settled, err := r.resolve(ctx, a)
		if settled || err != nil {
			return err
		}
	}
	if err := r.open(ctx); err != nil {
		return err
	}
	if len(a.group.deferred) > 0 {
		return r.together(ctx, a)
	}
	var seg ledger.Segment
	seg, a.next = r.segment(a.group)
	err := r.ledger.Append(ctx, seg, r.head, a.next)
	// After any error the head says what is true: also after HEAD_MOVED, which a
	// lost reply to an earlier send of this group looks like.
	if a.unsure = err != nil; a.unsure {
		return err
	}
	r.stands(a)
	return nil
}

// resolve reads the head again. It returns true when the group has its outcome,
// false when nothing of it stands and it is to be written again.
func (r *recorder) resolve(ctx context.Context, a *attempt) (bool, error) {
	h, err := r.ledger.ShardHead(ctx, r.head.Shard)
	switch at := func(o *ledger.ShardHead) bool { return h.Tree.Size() == o.Tree.Size() && h.Root == o.Root }; {
	case err != nil && registry.ReasonOf(err) != "NOT_FOUND":
		return false, err
	case err == nil && at(&a.next):
		r.stands(a)
		if h.Sealed {
			r.abandon()
		}
		return true, nil
	case err == nil && at(&r.head) && !h.Sealed:
		a.unsure = false
		return a.group.settled.Load(), nil
	}
	// Another has moved, sealed or lost this shard: this incarnation answers nothing
	// more of it and starts again as a new one.
	r.cfg.Log.Error("the shard is not where it was left; a new one begins", "shard", r.head.Shard)
	r.abandon()
	a.group.settle(errLedger)
	return true, nil
}

// stands gives the group its place in the ledger.
func (r *recorder) stands(a *attempt) {
	g := a.group
	g.committed = moment{r.now(), r.boot()}
	g.place(r.head.Shard, r.head.Tree.Size())
	r.head = a.next
	r.tell(nil)
}

// abandon ends this incarnation; the next commit begins another.
func (r *recorder) abandon() {
	if r.shared != nil {
		r.shared.Forsake(r.replica)
	}
	r.head, r.replica = ledger.ShardHead{}, ""
}

// open makes sure that there is a shard to write to: a new incarnation registers,
// then opens a shard of its own. A shard whose opening was not confirmed stays
// behind empty.
func (r *recorder) open(ctx context.Context) error {
	if r.head.Shard != "" {
		return nil
	}
	if err := r.register(ctx); err != nil {
		return err
	}
	h := ledger.ShardHead{Shard: randomID(), Replica: r.replica}
	h.Root = h.Tree.Root()
	if err := r.ledger.OpenShard(ctx, h); err != nil {
		if registry.ReasonOf(err) == notFound {
			r.abandon()
		}
		return err
	}
	r.head = h
	return nil
}

// segment encodes the group and the head after it.
func (r *recorder) segment(g *group) (ledger.Segment, ledger.ShardHead) {
	next := r.head
	g.hashes = g.hashes[:0]
	start := uint32(0)
	for _, end := range g.ends {
		h := ledger.LeafHash(g.entries[start:end])
		g.hashes = append(g.hashes, h)
		next.Tree.Append(h)
		start = end
	}
	next.Root = next.Tree.Root()
	next.LastNow = max(next.LastNow, g.maxNow)
	slices.Sort(g.recipients)
	g.recipients = slices.Compact(g.recipients)
	filter := ledger.NewFilter(len(g.tags) / TagSize)
	for i := 0; i < len(g.tags); i += TagSize {
		filter.Add(g.tags[i : i+TagSize])
	}
	r.data = ledger.EncodeEntries(r.data[:0], g.entries, g.ends)
	return ledger.Segment{
		Shard: r.head.Shard, First: r.head.Tree.Size(), Count: len(g.ends), Data: r.data,
		MinNow: g.minNow, MaxNow: g.maxNow, Recipients: g.recipients, Allowed: g.allowed, Denied: g.denied, Tags: filter,
	}, next
}
