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

// Ledger is the port through which decisions become durable.
type Ledger interface {
	// RegisterReplica records an incarnation before it serves; at is in microseconds.
	RegisterReplica(ctx context.Context, replica string, at int64) error
	// OpenShard inserts a new, empty shard head.
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
}

// group is what one commit makes durable. Callers append to it under the
// recorder's mutex, wait for done, and read the results.
type group struct {
	entries    []byte
	ends       []uint32
	minNow     int64
	maxNow     int64
	recipients []uint32
	tags       []byte // TagSize bytes each
	allowed    int
	denied     int
	timer      *time.Timer

	settled atomic.Bool
	done    chan struct{} // closed when settled

	// Results, written before done is closed.
	err    error
	shard  string
	first  int64
	hashes []ledger.Hash
}

// settle gives the group its outcome, once; it reports whether it was the first.
func (g *group) settle(err error) bool {
	if !g.settled.CompareAndSwap(false, true) {
		return false
	}
	g.err = err
	g.timer.Stop()
	close(g.done)
	return true
}

// recorder gathers entries into groups and commits one group at a time.
type recorder struct {
	ledger Ledger
	keeper *Keeper
	cfg    Config
	now    func() time.Time

	mu      sync.Mutex
	current *group // gathers; nil when nothing waits
	waiting int    // entries in groups that are not settled
	bytes   int
	lastNow int64 // of the newest entry that was appended
	closed  bool

	wake chan struct{}
	head ledger.ShardHead // of this incarnation's shard; only the committer's
	// healthy: the last commit succeeded, or none was tried yet.
	healthy atomic.Bool
}

var (
	errLedger    = registry.Errorf(registry.Unavailable, "LEDGER_UNAVAILABLE", "the ledger did not take the record in time; there is no answer")
	errQueueFull = registry.Errorf(registry.ResourceExhausted, "QUEUE_FULL", "too many questions wait for their record")
)

// addition is what one caller adds: entries one after another, with their ends.
type addition struct {
	entries    []byte
	ends       []uint32
	now        int64
	recipients []uint32
	tags       []byte
	allowed    int
	denied     int
}

// add appends to the current group. ok is false when a's now lies before an entry
// that was appended in the meantime: decide again at a later instant.
func (r *recorder) add(a *addition) (g *group, first int, ok bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return nil, 0, true, errLedger
	case r.waiting+len(a.ends) > r.cfg.QueueEntries || r.bytes+len(a.entries) > r.cfg.QueueBytes:
		return nil, 0, true, errQueueFull
	case a.now < r.lastNow:
		return nil, 0, false, nil
	}
	r.lastNow = a.now
	g = r.current
	if g == nil {
		g = &group{done: make(chan struct{}), minNow: a.now}
		if buf, ok := buffers.Get().(*[]byte); ok {
			g.entries = (*buf)[:0]
		}
		g.timer = time.AfterFunc(r.cfg.Wait, func() { r.expire(g) })
		r.current = g
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
	first = len(g.ends)
	base := uint32(len(g.entries))
	g.entries = append(g.entries, a.entries...)
	for _, e := range a.ends {
		g.ends = append(g.ends, base+e)
	}
	g.maxNow = a.now
	g.recipients = append(g.recipients, a.recipients...)
	g.tags = append(g.tags, a.tags...)
	g.allowed += a.allowed
	g.denied += a.denied
	r.waiting += len(a.ends)
	r.bytes += len(a.entries)
	return g, first, true, nil
}

// buffers are those of groups that are on disk.
var buffers sync.Pool

// expire fails a group whose wait ran out: hung means failed. A group that still
// gathers is dropped and never written.
func (r *recorder) expire(g *group) {
	r.mu.Lock()
	if r.current == g {
		r.current = nil
		r.release(g)
	}
	r.mu.Unlock()
	g.settle(errLedger)
}

// release gives back the group's place in the queue; the mutex is held.
func (r *recorder) release(g *group) {
	r.waiting -= len(g.ends)
	r.bytes -= len(g.entries)
}

// take waits until the group stops growing, for a few rounds of the scheduler,
// and takes it: what is there is gathered before anything is synced.
func (r *recorder) take() *group {
	size := -1
	for range r.cfg.Gather {
		r.mu.Lock()
		n := 0
		if r.current != nil {
			n = len(r.current.ends)
		}
		r.mu.Unlock()
		if n == size {
			break
		}
		size = n
		runtime.Gosched()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.current
	r.current = nil
	return g
}

// run commits groups until ctx ends, then what still waits.
func (r *recorder) run(ctx context.Context) {
	for {
		select {
		case <-r.wake:
		case <-ctx.Done():
			r.mu.Lock()
			r.closed = true
			r.mu.Unlock()
			r.commitNext(context.WithoutCancel(ctx))
			return
		}
		r.commitNext(ctx)
	}
}

func (r *recorder) commitNext(ctx context.Context) {
	g := r.take()
	if g == nil {
		return
	}
	r.commit(ctx, g)
	r.mu.Lock()
	r.release(g)
	r.mu.Unlock()
	buffers.Put(&g.entries)
}

// commit makes the group durable, or fails it. It returns when it is known what
// stands in the ledger, so that the next group starts from a head that is sure.
func (r *recorder) commit(ctx context.Context, g *group) {
	if g.settled.Load() { // its wait ran out
		return
	}
	if r.head.Shard == "" && !r.open(ctx) {
		g.settle(errLedger)
		return
	}
	seg, next, hashes := r.segment(g)
	for try := 0; ; try++ {
		err := r.append(ctx, seg, next)
		switch {
		case err == nil:
			r.healthy.Store(true)
			r.head = next
			g.shard, g.first, g.hashes = seg.Shard, seg.First, hashes
			g.settle(r.keeper.freshByAll())
			return
		case registry.ReasonOf(err) == "HEAD_MOVED":
			// Another has sealed or moved this shard: this incarnation answers nothing
			// more of it and starts again as a new one.
			r.log("the shard was moved by another; a new one begins", err)
			r.head = ledger.ShardHead{}
			g.settle(errLedger)
			return
		}
		if r.healthy.Swap(false) {
			r.log("the ledger cannot be written", err)
		}
		switch r.reread(ctx, seg.Shard, next) {
		case atNext:
			r.healthy.Store(true)
			r.head = next
			g.shard, g.first, g.hashes = seg.Shard, seg.First, hashes
			g.settle(r.keeper.freshByAll())
			return
		case elsewhere:
			r.head = ledger.ShardHead{}
			g.settle(errLedger)
			return
		}
		if g.settled.Load() { // its callers are gone: it is not written again
			return
		}
	}
}

// append runs one Append within its deadline.
func (r *recorder) append(ctx context.Context, seg ledger.Segment, next ledger.ShardHead) error {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Commit)
	defer cancel()
	return r.ledger.Append(ctx, seg, r.head, next)
}

type place uint8

const (
	atPrevious place = iota
	atNext
	elsewhere
)

// reread asks the database where the head stands until it answers (F12).
func (r *recorder) reread(ctx context.Context, shard string, next ledger.ShardHead) place {
	for {
		try, cancel := context.WithTimeout(ctx, r.cfg.Commit)
		h, err := r.ledger.ShardHead(try, shard)
		cancel()
		switch {
		case err != nil && ctx.Err() != nil:
			return elsewhere // the server ends; whoever reads next sees what stands
		case err != nil && registry.ReasonOf(err) == "NOT_FOUND":
			return elsewhere
		case err != nil:
			select {
			case <-time.After(r.cfg.Retry):
			case <-ctx.Done():
			}
			continue
		case h.Sealed:
			return elsewhere
		case h.Tree.Size() == next.Tree.Size() && h.Root == next.Root:
			return atNext
		case h.Tree.Size() == r.head.Tree.Size() && h.Root == r.head.Root:
			return atPrevious
		}
		return elsewhere
	}
}

// open starts a new incarnation: a replica row, then a shard of its own.
func (r *recorder) open(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Commit)
	defer cancel()
	h := ledger.ShardHead{Shard: randomID(), Replica: randomID()}
	h.Root = h.Tree.Root()
	if err := r.ledger.RegisterReplica(ctx, h.Replica, r.now().UnixMicro()); err != nil {
		r.unhealthy("the replica cannot be registered", err)
		return false
	}
	if err := r.ledger.OpenShard(ctx, h); err != nil {
		r.unhealthy("the shard cannot be opened", err)
		return false
	}
	r.head = h
	return true
}

func (r *recorder) unhealthy(what string, err error) {
	if r.healthy.Swap(false) {
		r.log(what, err)
	}
}

func (r *recorder) log(what string, err error) {
	r.cfg.Log.Error(what, slog.Any("error", err))
}

// segment encodes the group and the head after it.
func (r *recorder) segment(g *group) (ledger.Segment, ledger.ShardHead, []ledger.Hash) {
	next := r.head
	hashes := make([]ledger.Hash, len(g.ends))
	start := uint32(0)
	for i, end := range g.ends {
		hashes[i] = ledger.LeafHash(g.entries[start:end])
		next.Tree.Append(hashes[i])
		start = end
	}
	next.Root = next.Tree.Root()
	next.LastNow = max(next.LastNow, g.maxNow)
	slices.Sort(g.recipients)
	filter := ledger.NewFilter(len(g.tags) / TagSize)
	for i := 0; i < len(g.tags); i += TagSize {
		filter.Add(g.tags[i : i+TagSize])
	}
	return ledger.Segment{
		Shard: r.head.Shard, First: r.head.Tree.Size(), Count: len(g.ends), Data: ledger.EncodeEntries(nil, g.entries, g.ends),
		MinNow: g.minNow, MaxNow: g.maxNow, Recipients: slices.Compact(g.recipients), Allowed: g.allowed, Denied: g.denied, Tags: filter,
	}, next, hashes
}

func randomID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
