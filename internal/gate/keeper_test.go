package gate

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"waybill/internal/registry"
)

func courier(terminate registry.Time) *registry.Recipient {
	return &registry.Recipient{Name: "recipients/courier", Kind: registry.RecipientKindLogistics, Role: registry.RecipientRoleProcessor, Country: "CN", TerminateTime: terminate}
}

// loaded is a keeper that has polled once and does not run.
func loaded(t *testing.T, s *fakeStore, cfg KeeperConfig) *Keeper {
	t.Helper()
	cfg.Log = slog.New(slog.DiscardHandler)
	k := NewKeeper(s, cfg, time.Now)
	if err := k.poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k
}

func TestDelta(t *testing.T) {
	s := newStore(time.Now)
	k := loaded(t, s, KeeperConfig{})
	for i := range 3 {
		r := s.write(courier(registry.Time(i)))
		if err := k.poll(t.Context()); err != nil || k.View().Head.Revision != r {
			t.Fatalf("revision %d: %v", k.View().Head.Revision, err)
		}
	}
	if s.folds != 1 {
		t.Errorf("%d folds, want the first alone", s.folds)
	}
	for name, spoil := range map[string]func(*fakeStore){
		"a gap":          func(s *fakeStore) { s.changes = s.changes[:len(s.changes)-1] },
		"another root":   func(s *fakeStore) { s.changes[len(s.changes)-1].Root[0] ^= 1 },
		"no index":       func(s *fakeStore) { s.changes[len(s.changes)-1].Index-- },
		"another number": func(s *fakeStore) { s.changes[len(s.changes)-1].Revision-- },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(time.Now)
			k := loaded(t, s, KeeperConfig{})
			s.write(courier(1))
			r := s.write(courier(2))
			s.set(spoil)
			if err := k.poll(t.Context()); err != nil || k.View().Head.Revision != r || s.folds != 2 {
				t.Errorf("revision %d after %d folds: %v", k.View().Head.Revision, s.folds, err)
			}
		})
	}
}

// TestHistoryThatWentBack: a revision of the same epoch that is lower is no
// registry to answer from; the view that is held is not renewed by it.
func TestHistoryThatWentBack(t *testing.T) {
	for name, spoil := range map[string]func(*fakeStore){
		"a lower revision": func(s *fakeStore) { s.head.Revision-- },
		"another root":     func(s *fakeStore) { s.head.Root[0] ^= 1 },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(time.Now)
			s.write(courier(1))
			k := loaded(t, s, KeeperConfig{})
			proven := k.View().proof.Load()
			s.set(spoil)
			var load *loadError
			if err := k.poll(t.Context()); !errors.As(err, &load) {
				t.Errorf("it is taken: %v", err)
			}
			if k.View().proof.Load() != proven {
				t.Error("it renews the lease")
			}
		})
	}
}

// TestLeaseIsTheViews: what a poll proves of a newer view it does not prove of an
// older one that a check is still on.
func TestLeaseIsTheViews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(time.Now)
		k := loaded(t, s, KeeperConfig{})
		old := k.enter()
		time.Sleep(4 * time.Second)
		s.write(courier(1))
		if err := k.poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := k.freshByAll(old); err != nil {
			t.Errorf("within the lease: %v", err)
		}
		time.Sleep(1001 * time.Millisecond)
		if err := k.freshByAll(old); reason(err) != "REGISTRY_STALE" {
			t.Errorf("the older view after its lease: %v", err)
		}
		if err := k.Fresh(time.Now()); err != nil {
			t.Errorf("the newer view: %v", err)
		}
		old.leave()
	})
}

// TestLeaseFromBeforeThePoll: the lease begins before the poll is sent, not when
// its answer comes.
func TestLeaseFromBeforeThePoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(time.Now)
		s.delay = 400 * time.Millisecond
		k := loaded(t, s, KeeperConfig{})
		time.Sleep(4200 * time.Millisecond) // two heads took 800 ms
		if err := k.Fresh(time.Now()); err != nil {
			t.Errorf("at the end of the lease: %v", err)
		}
		time.Sleep(time.Microsecond)
		if err := k.Fresh(time.Now()); reason(err) != "REGISTRY_STALE" {
			t.Errorf("past the lease: %v", err)
		}
	})
}

// TestRunPollsAndGoesOn: a database that hangs or is away ends nothing; when it is
// back the registry is confirmed within a poll.
func TestRunPollsAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(time.Now)
		s.err = errAway
		k := NewKeeper(s, KeeperConfig{Log: slog.New(slog.DiscardHandler)}, time.Now)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- k.Run(ctx) }()
		time.Sleep(10 * time.Second)
		if err := k.Fresh(time.Now()); reason(err) != "REGISTRY_NOT_LOADED" {
			t.Errorf("without a database: %v", err)
		}
		s.set(func(s *fakeStore) { s.err = nil })
		time.Sleep(250 * time.Millisecond)
		synctest.Wait()
		if err := k.Fresh(time.Now()); err != nil {
			t.Errorf("a poll after it is there: %v", err)
		}
		s.set(func(s *fakeStore) { s.delay = time.Hour }) // it hangs
		time.Sleep(6 * time.Second)
		if err := k.Fresh(time.Now()); reason(err) != "REGISTRY_STALE" {
			t.Errorf("of a database that hangs: %v", err)
		}
		s.set(func(s *fakeStore) { s.delay = 0 })
		time.Sleep(time.Second)
		synctest.Wait()
		if err := k.Fresh(time.Now()); err != nil {
			t.Errorf("after it hung: %v", err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestSkew: the clocks are compared at the middle of the poll, and the half of the
// round trip is given.
func TestSkew(t *testing.T) {
	k := NewKeeper(nil, KeeperConfig{}, time.Now)
	sent := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	received := sent.Add(400 * time.Millisecond)
	for offset, want := range map[time.Duration]bool{
		200 * time.Millisecond: false, 2400 * time.Millisecond: false, 2401 * time.Millisecond: true, -2 * time.Second: false, -2001 * time.Millisecond: true,
		time.Hour: true, -time.Hour: true,
	} {
		if got := k.skewed(sent, received, registry.At(sent.Add(offset))); got != want {
			t.Errorf("a database %v ahead of the sending: %v, want %v", offset, got, want)
		}
	}
	m := moment{wall: time.Now()}
	if m.jumped(time.Now().Add(time.Minute), 2*time.Second) {
		t.Error("time that passes is no jump")
	}
}

// TestAdvanceEnds: with its context, and without Run.
func TestAdvanceEnds(t *testing.T) {
	s := newStore(time.Now)
	k := loaded(t, s, KeeperConfig{})
	if err := k.Advance(t.Context(), anyEpoch, k.View().Head.Revision); err != nil {
		t.Errorf("to where it is: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := k.Advance(ctx, anyEpoch, 99); reason(err) != "REVISION_NOT_REACHED" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("to what does not come: %v", err)
	}
	v := k.enter()
	defer v.leave()
	r := s.write(courier(1))
	if err := k.poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := k.Advance(ctx, anyEpoch, r); reason(err) != "REVISION_NOT_REACHED" {
		t.Errorf("with a check that is not answered: %v", err)
	}
}

// TestAdvanceUnderLoad: no check is on an older view when Advance has returned.
func TestAdvanceUnderLoad(t *testing.T) {
	s := newStore(time.Now)
	k := loaded(t, s, KeeperConfig{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{}, 5)
	go func() { k.Run(ctx); done <- struct{}{} }()
	var floor atomic.Int64
	for range 4 {
		go func() {
			defer func() { done <- struct{}{} }()
			for ctx.Err() == nil {
				v := k.enter()
				// Whoever is within, is within while the floor is not above it.
				if at := floor.Load(); v.Head.Revision < at {
					t.Errorf("a check is on revision %d after Advance to %d", v.Head.Revision, at)
				}
				v.leave()
				runtime.Gosched()
			}
		}()
	}
	for range 30 {
		r := s.write(courier(1))
		if err := k.Advance(ctx, anyEpoch, r); err != nil {
			t.Fatal(err)
		}
		floor.Store(r)
	}
	cancel()
	for range 5 {
		<-done
	}
	if n := len(k.older); n > 1 {
		t.Errorf("%d older views are kept", n)
	}
}
