package gate

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// KeeperConfig tunes the keeper; its zero value works.
type KeeperConfig struct {
	Poll     time.Duration // between polls; 250 ms
	Deadline time.Duration // of one poll; 500 ms
	Load     time.Duration // of a fold or a delta; 60 s
	Lease    time.Duration // how long a poll keeps the registry fresh; 5 s
	MaxSkew  time.Duration // from the database's clock; 2 s
	Log      *slog.Logger  // slog.Default when nil
	// Replicas are the servers of the same database; nil where there can be no other.
	Replicas Replicas
	// Boot returns the time since boot, suspension included; the system's when nil.
	Boot func() time.Duration
}

func (c KeeperConfig) withDefaults() KeeperConfig {
	or := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	or(&c.Poll, 250*time.Millisecond)
	or(&c.Deadline, 500*time.Millisecond)
	or(&c.Load, time.Minute)
	or(&c.Lease, 5*time.Second)
	or(&c.MaxSkew, maxSkew)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Boot == nil {
		c.Boot = bootTime
	}
	return c
}

// maxSkew is how far this clock may be from the database's.
const maxSkew = 2 * time.Second

const (
	// maxDelta is how many changes are applied rather than compiled anew.
	maxDelta = 10_000
	// pollGap is the least time between two polls, however many ask for one.
	pollGap = 2 * time.Millisecond
	// maxLoadDelay is the longest pause after a registry that could not be loaded.
	maxLoadDelay = 5 * time.Second
)

// Keeper holds the registry compiled and knows how fresh it is. Run polls and
// loads; everybody else reads one atomic pointer.
type Keeper struct {
	store registry.Store
	cfg   KeeperConfig
	now   func() time.Time

	view atomic.Pointer[View]
	ask  chan struct{} // for a poll before its time
	turn sync.Mutex    // held by a poll: what is found later is published later
	last time.Duration // the lease, of the look after a commit

	registered   atomic.Pointer[registration] // nil while this process is not
	lapsed       chan struct{}                // it is to register anew
	unregistered bool                         // as it was last told
	peers        *peers

	mutants mutants

	mu    sync.Mutex
	moved chan struct{} // closed at the next publication
	older []*View       // replaced views that checks are in flight on
}

// mutants are faults that a test asks for, to see that it would find them.
type mutants struct {
	hasty     bool // a revision is confirmed before older checks are answered
	late      bool // freshness counts from after the poll
	unrenewed bool // freshness counts from the poll, whatever became of the registration
}

// NewKeeper returns a keeper of the store's registry; Run starts it.
func NewKeeper(store registry.Store, cfg KeeperConfig, now func() time.Time) *Keeper {
	cfg = cfg.withDefaults()
	return &Keeper{
		store: store, cfg: cfg, now: now, last: cfg.Lease, ask: make(chan struct{}, 1), moved: make(chan struct{}),
		lapsed: make(chan struct{}, 1), peers: newPeers(cfg.Replicas, cfg.Log, now),
	}
}

// Run polls until ctx ends, and then returns nil. A database that is away is no
// reason to end: the keeper goes on trying, and the lease says when its registry
// is too old. Where there may be other servers it stays registered among them, and
// leaves them at the end: nothing is answered then.
func (k *Keeper) Run(ctx context.Context) error {
	if k.cfg.Replicas == nil {
		k.polls(ctx)
		return nil
	}
	var all sync.WaitGroup
	for _, run := range []func(context.Context){k.polls, k.stay, k.confirm, func(ctx context.Context) { k.cfg.Replicas.Listen(ctx, k.early) }} {
		all.Go(func() { run(ctx) })
	}
	all.Wait()
	if err := k.leave(ctx); err != nil {
		k.cfg.Log.Warn("this server's registration is left to lapse", "error", err)
	}
	return nil
}

// early asks for a poll before its time.
func (k *Keeper) early() {
	select {
	case k.ask <- struct{}{}:
	default:
	}
}

func (k *Keeper) polls(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	gap := time.NewTicker(pollGap)
	defer gap.Stop()
	failed, delay := false, k.cfg.Poll
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-k.ask:
			select {
			case <-ctx.Done():
				return
			case <-gap.C:
			}
		}
		err := k.poll(ctx)
		if ctx.Err() != nil {
			return
		}
		if (err != nil) != failed {
			failed = err != nil
			if failed {
				k.cfg.Log.Error("the registry cannot be confirmed", "error", err)
			} else {
				k.cfg.Log.Info("the registry is confirmed", "revision", k.view.Load().Head.Revision)
			}
		}
		// A registry that cannot be loaded costs more than a poll: try it less often.
		if _, loading := err.(*loadError); loading {
			delay = min(2*delay, maxLoadDelay)
			timer.Reset(delay/2 + rand.N(delay/2))
			continue
		}
		delay = k.cfg.Poll
		timer.Reset(delay)
	}
}

// View returns the registry as it stands here; nil until it is loaded.
func (k *Keeper) View() *View { return k.view.Load() }

// Fresh returns nil if the registry here may still be answered from at now: at
// most a lease passed since before the poll that confirmed it was sent. Its
// errors are Unavailable: REGISTRY_NOT_LOADED, REGISTRY_STALE, CLOCK_UNTRUSTED.
func (k *Keeper) Fresh(now time.Time) error { return k.fresh(k.view.Load(), now) }

// fresh judges one view by the monotonic and the wall clock.
func (k *Keeper) fresh(v *View, now time.Time) error { return k.within(k.cfg.Lease, v, now) }

func (k *Keeper) within(lease time.Duration, v *View, now time.Time) error {
	if v == nil {
		return errNotLoaded
	}
	p := v.proof.Load()
	switch {
	case p.sent.age(now) > lease:
		return errStale
	case p.skewed || p.sent.jumped(now, k.cfg.MaxSkew):
		return errClock
	}
	return nil
}

// freshByAll judges one view by all three clocks: the last look before an answer.
func (k *Keeper) freshByAll(v *View) error { return k.freshAt(v, k.moment()) }

// freshAt judges one view by all three clocks, as of here.
func (k *Keeper) freshAt(v *View, here moment) error {
	if here.boot-v.proof.Load().sent.boot > k.last {
		return errStale
	}
	return k.within(k.last, v, here.wall)
}

var (
	errNotLoaded = registry.Errorf(registry.Unavailable, "REGISTRY_NOT_LOADED", "the registry is not loaded yet")
	errStale     = registry.Errorf(registry.Unavailable, "REGISTRY_STALE", "the registry could not be confirmed to be current")
	errClock     = registry.Errorf(registry.Unavailable, "CLOCK_UNTRUSTED", "this server's clock differs from its database's by more than is allowed")
)

// poll asks for the head once, publishes what is newer, and renews the lease of
// the view that the registry was found at, by the time before it asked, or before
// it last renewed its registration.
func (k *Keeper) poll(ctx context.Context) error {
	k.turn.Lock()
	defer k.turn.Unlock()
	r := k.registered.Load()
	sent := k.moment()
	head, err := k.head(ctx)
	if err != nil {
		return fmt.Errorf("poll the revision: %w", err)
	}
	p := &proof{k.proved(r, sent), k.skewed(sent.wall, k.now(), head.Clock)}
	if k.mutants.late {
		p.sent = k.moment()
	}
	v := k.view.Load()
	if v != nil && v.Head.Epoch == head.Epoch && v.Head.Revision == head.Revision && v.Head.Root == head.Root {
		v.proof.Store(p)
		return nil
	}
	if v, err = k.load(ctx, v, head); err != nil {
		return &loadError{err}
	}
	v.proof.Store(p)
	k.publish(v)
	return nil
}

func (k *Keeper) head(ctx context.Context) (registry.Head, error) {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Deadline)
	defer cancel()
	return k.store.Head(ctx)
}

// skewed compares this clock, at the middle of a poll, with the database's. It is
// said only of what is certain: half of the round trip is given.
func (k *Keeper) skewed(sent, received time.Time, database registry.Time) bool {
	rtt := received.Sub(sent)
	offset := sent.Add(rtt / 2).Sub(database.Std()).Abs()
	return offset-rtt/2 > k.cfg.MaxSkew
}

// loadError says that the registry was reached but cannot be loaded.
type loadError struct{ error }

func (e *loadError) Unwrap() error { return e.error }

// load returns the registry at head: by a delta from v where it can be, else by a
// fold. What does not compile is never published.
func (k *Keeper) load(ctx context.Context, v *View, head registry.Head) (*View, error) {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Load)
	defer cancel()
	var s *decision.Snapshot
	if v != nil && v.Head.Epoch == head.Epoch {
		if head.Revision <= v.Head.Revision {
			return nil, fmt.Errorf("the registry went from revision %d to %d of one epoch", v.Head.Revision, head.Revision)
		}
		var err error
		if s, err = k.delta(ctx, v, head); err != nil {
			k.cfg.Log.Warn("the registry is compiled anew", "revision", head.Revision, "error", err)
		}
	}
	if s == nil {
		var err error
		if s, err = k.compile(ctx, head); err != nil {
			return nil, err
		}
	}
	hashes, err := k.store.TokenHashes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the tokens: %w", err)
	}
	return newView(s, head, hashes), nil
}

// delta applies the changes between, if they lead without a gap to the head's root.
func (k *Keeper) delta(ctx context.Context, v *View, head registry.Head) (*decision.Snapshot, error) {
	from := v.Head.Revision
	changes, err := k.store.Changes(ctx, from, head.Revision, "", maxDelta+1)
	if err != nil {
		return nil, fmt.Errorf("read the changes after revision %d: %w", from, err)
	}
	if len(changes) == 0 || len(changes) > maxDelta {
		return nil, fmt.Errorf("%d changes after revision %d", len(changes), from)
	}
	first, last := &changes[0], &changes[len(changes)-1]
	if first.Index != v.Head.Changes || last.Index != head.Changes-1 || last.Root != head.Root {
		return nil, fmt.Errorf("the changes after revision %d do not lead to the head", from)
	}
	return v.Snapshot.Apply(head, changes)
}

// compile folds the registry at a head. The epoch is read again after the fold: a
// failover between would give one history's records the name of another.
func (k *Keeper) compile(ctx context.Context, head registry.Head) (*decision.Snapshot, error) {
	revision, records, err := k.store.Fold(ctx, head.Revision)
	if err != nil {
		return nil, fmt.Errorf("fold the registry at revision %d: %w", head.Revision, err)
	}
	again, err := k.head(ctx)
	if err != nil {
		return nil, fmt.Errorf("confirm the epoch: %w", err)
	}
	if revision != head.Revision || again.Epoch != head.Epoch {
		return nil, fmt.Errorf("the registry moved from revision %d while it was folded", head.Revision)
	}
	return decision.Compile(head, records)
}

// publish makes v the current view. A check enters a view only while it is the
// current one, so a replaced view that is empty stays empty.
func (k *Keeper) publish(v *View) {
	k.mu.Lock()
	defer k.mu.Unlock()
	old := k.view.Swap(v)
	if old != nil {
		old.leave()
		k.older = append(k.older, old)
	}
	k.older = slices.DeleteFunc(k.older, func(o *View) bool {
		select {
		case <-o.drained:
			return true
		default:
			return false
		}
	})
	close(k.moved)
	k.moved = make(chan struct{})
}

// movement returns a channel that is closed at the next publication or registration.
func (k *Keeper) movement() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.moved
}

// stir wakes whoever waits for a movement.
func (k *Keeper) stir() {
	k.mu.Lock()
	defer k.mu.Unlock()
	close(k.moved)
	k.moved = make(chan struct{})
}

// enter returns the current view and counts the caller in; leave counts it out.
// The view is read again after counting, so that publish either sees the count or
// is seen.
func (k *Keeper) enter() *View {
	for {
		v := k.view.Load()
		if v == nil {
			return nil
		}
		v.refs.Add(1)
		if k.view.Load() == v {
			return v
		}
		v.leave()
	}
}

// Advance returns when the registry here is at the revision of the epoch ("": any)
// or a later one and every check that began on an older one was answered or dropped. Its error
// is Unavailable with REVISION_NOT_REACHED when ctx ends first.
func (k *Keeper) Advance(ctx context.Context, epoch string, revision int64) error {
	if err := k.await(ctx, epoch, revision); err != nil {
		return err
	}
	return k.drained(ctx, revision)
}

// drained returns when every check that began on a view before the revision, which
// was published, was answered or dropped.
func (k *Keeper) drained(ctx context.Context, revision int64) error {
	k.mu.Lock()
	older := slices.Clone(k.older)
	k.mu.Unlock()
	for _, v := range older {
		if v.Head.Revision >= revision && v.Head.Epoch == k.view.Load().Head.Epoch {
			continue
		}
		select {
		case <-v.drained:
		case <-ctx.Done():
			return notReached(ctx, revision)
		}
	}
	return nil
}

// anyEpoch is for whoever is content with a revision of any history.
const anyEpoch = ""

// await returns when the current view is at the revision of the epoch or a later one.
func (k *Keeper) await(ctx context.Context, epoch string, revision int64) error {
	for asked := false; ; asked = true {
		moved := k.movement()
		if v := k.view.Load(); v != nil && v.Head.Revision >= revision && (epoch == anyEpoch || v.Head.Epoch == epoch) {
			return nil
		}
		if !asked {
			k.early()
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return notReached(ctx, revision)
		}
	}
}

func notReached(ctx context.Context, revision int64) error {
	return &registry.Error{Kind: registry.Unavailable, Reason: "REVISION_NOT_REACHED", Message: fmt.Sprintf("revision %d was not reached within the deadline", revision), Err: ctx.Err()}
}
