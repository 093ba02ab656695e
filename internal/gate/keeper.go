package gate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	Log      *slog.Logger
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
	or(&c.MaxSkew, 2*time.Second)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Boot == nil {
		c.Boot = bootTime
	}
	return c
}

// Keeper holds the registry compiled and knows how fresh it is.
type Keeper struct {
	store registry.Store
	cfg   KeeperConfig
	now   func() time.Time

	view  atomic.Pointer[View]
	fresh atomic.Pointer[moment] // before the newest poll that confirmed the view was sent
	skew  atomic.Bool            // this clock is not the database's

	mu     sync.Mutex // held by a refresh
	older  []*View    // replaced views with checks that may be in flight; under mu
	failed bool       // the last poll failed; for one log line a change of state
}

// NewKeeper returns a keeper of the store's registry; Run starts it.
func NewKeeper(store registry.Store, cfg KeeperConfig, now func() time.Time) *Keeper {
	return &Keeper{store: store, cfg: cfg.withDefaults(), now: now}
}

// Run polls until ctx ends. A database that is away is no reason to end: the
// keeper goes on trying, and the lease says when its registry is too old.
func (k *Keeper) Run(ctx context.Context) error {
	t := time.NewTicker(k.cfg.Poll)
	defer t.Stop()
	for {
		err := k.Refresh(ctx)
		if failed := err != nil && ctx.Err() == nil; failed != k.failed {
			k.failed = failed
			if failed {
				k.cfg.Log.Error("the registry cannot be confirmed", "error", err)
			} else {
				k.cfg.Log.Info("the registry is confirmed", "revision", k.view.Load().Head.Revision)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// View returns the registry as it stands here; nil until it is loaded.
func (k *Keeper) View() *View { return k.view.Load() }

// Fresh returns nil if the registry here may still be answered from at now: at
// most a lease passed since before the poll that confirmed it was sent.
func (k *Keeper) Fresh(now time.Time) error {
	f := k.fresh.Load()
	if f == nil {
		return errNotLoaded
	}
	if f.sinceWall(now) > k.cfg.Lease {
		return errStale
	}
	if k.skew.Load() {
		return errClock
	}
	return nil
}

// freshByAll is Fresh by all three clocks.
func (k *Keeper) freshByAll() error {
	m := k.moment()
	if err := k.Fresh(m.wall); err != nil {
		return err
	}
	if k.fresh.Load().since(m) > k.cfg.Lease {
		return errStale
	}
	return nil
}

var (
	errNotLoaded = registry.Errorf(registry.Unavailable, "REGISTRY_NOT_LOADED", "the registry is not loaded yet")
	errStale     = registry.Errorf(registry.Unavailable, "REGISTRY_STALE", "the registry could not be confirmed to be current")
	errClock     = registry.Errorf(registry.Unavailable, "CLOCK_UNTRUSTED", "this server's clock differs from its database's by more than is allowed")
)

func (k *Keeper) moment() moment { return moment{k.now(), k.cfg.Boot()} }

// Refresh polls once and publishes what is newer.
func (k *Keeper) Refresh(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	sent := k.moment()
	poll, cancel := context.WithTimeout(ctx, k.cfg.Deadline)
	head, err := k.store.Head(poll)
	cancel()
	if err != nil {
		return fmt.Errorf("poll the revision: %w", err)
	}
	k.judgeClock(sent.wall, k.now(), head.Clock)
	if v := k.view.Load(); v == nil || v.Head.Epoch != head.Epoch || v.Head.Revision != head.Revision {
		if err := k.load(ctx, v, head); err != nil {
			return err
		}
	}
	k.fresh.Store(&sent)
	k.forget()
	return nil
}

// judgeClock compares this clock, at the middle of a poll, with the database's.
func (k *Keeper) judgeClock(sent, received time.Time, database registry.Time) {
	rtt := received.Sub(sent)
	offset := sent.Add(rtt / 2).Sub(database.Std()).Abs()
	untrusted := offset-rtt/2 > k.cfg.MaxSkew
	if k.skew.Swap(untrusted) != untrusted {
		k.cfg.Log.Warn("the clock was compared with the database's", "trusted", !untrusted, "offset", offset)
	}
}

// load publishes the registry at head: by a delta from v where it can be, else
// by a fold. What does not compile is never published.
func (k *Keeper) load(ctx context.Context, v *View, head registry.Head) error {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Load)
	defer cancel()
	var s *decision.Snapshot
	if v != nil && v.Head.Epoch == head.Epoch && v.Head.Revision < head.Revision {
		changes, err := k.store.Changes(ctx, v.Head.Revision, head.Revision, "", 0)
		if err != nil {
			return fmt.Errorf("read the changes after revision %d: %w", v.Head.Revision, err)
		}
		if s, err = v.Snapshot.Apply(head, changes); err != nil && !errors.Is(err, decision.ErrRecompile) {
			k.cfg.Log.Error("a delta failed, the registry is compiled anew", "error", err)
		}
	}
	if s == nil {
		var err error
		if s, err = k.compile(ctx, head); err != nil {
			return err
		}
	}
	hashes, err := k.store.TokenHashes(ctx)
	if err != nil {
		return fmt.Errorf("read the tokens: %w", err)
	}
	if old := k.view.Swap(newView(s, head, hashes)); old != nil {
		k.older = append(k.older, old)
	}
	return nil
}

func (k *Keeper) compile(ctx context.Context, head registry.Head) (*decision.Snapshot, error) {
	_, records, err := k.store.Fold(ctx, head.Revision)
	if err != nil {
		return nil, fmt.Errorf("fold the registry at revision %d: %w", head.Revision, err)
	}
	return decision.Compile(head, records)
}

// forget drops the views that no check is on. A check enters a view only while it
// is the current one, so a replaced view that is empty stays empty.
func (k *Keeper) forget() {
	left := k.older[:0]
	for _, v := range k.older {
		if v.inflight.Load() != 0 {
			left = append(left, v)
		}
	}
	clear(k.older[len(left):])
	k.older = left
}

// enter returns the current view and counts the caller in; leave counts it out.
func (k *Keeper) enter() *View {
	for {
		v := k.view.Load()
		if v == nil {
			return nil
		}
		v.inflight.Add(1)
		if k.view.Load() == v {
			return v
		}
		v.inflight.Add(-1)
	}
}

func (v *View) leave() { v.inflight.Add(-1) }

// Advance returns when the registry here is at the revision or a later one and
// every check that began on an older one was answered or dropped: after a write
// and before its reply.
func (k *Keeper) Advance(ctx context.Context, revision int64) error {
	for {
		if v := k.view.Load(); v != nil && v.Head.Revision >= revision && k.drained(revision) {
			return nil
		}
		if v := k.view.Load(); v == nil || v.Head.Revision < revision {
			if err := k.Refresh(ctx); err != nil && ctx.Err() == nil {
				k.cfg.Log.Warn("the registry could not be refreshed after a write", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for revision %d: %w", revision, ctx.Err())
		case <-time.After(time.Millisecond):
		}
	}
}

func (k *Keeper) drained(revision int64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, v := range k.older {
		if v.Head.Revision < revision && v.inflight.Load() != 0 {
			return false
		}
	}
	return true
}
