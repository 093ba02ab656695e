package gate

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func reason(err error) string { return registry.ReasonOf(err) }

// TestConservation: what is answered under load is what stands in the ledger,
// where the receipt says, once.
func TestConservation(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[string]bool{}
	for range 16 {
		wg.Go(func() {
			var a Answer
			as := make([]Answer, 5)
			for i := range 100 {
				if err := g.Check(t.Context(), g.shop, question(), CheckOptions{RequestID: "r"}, &a); err != nil {
					t.Error(err)
					return
				}
				keep := []Answer{a}
				if i%10 == 0 {
					qs := []decision.Question{*question(), *question(), *question(), *question(), *question()}
					if err := g.CheckBatch(t.Context(), g.shop, qs, CheckOptions{}, as); err != nil {
						t.Error(err)
						return
					}
					keep = append(keep, as...)
				}
				mu.Lock()
				for _, a := range keep {
					id := fmt.Sprint(a.Shard, "-", a.Index)
					if seen[id] {
						t.Errorf("%s was answered twice", id)
					}
					seen[id] = true
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	entries := g.mem.entries(t)
	n := 0
	for shard, es := range entries {
		for i := range es {
			n++
			if !seen[fmt.Sprint(shard, "-", i)] {
				t.Errorf("%s-%d was recorded and not answered", shard, i)
			}
		}
	}
	if n != len(seen) {
		t.Errorf("%d recorded, %d answered", n, len(seen))
	}
}

// TestOutcomeUnknown settles a commit whose reply was lost (F12).
func TestOutcomeUnknown(t *testing.T) {
	t.Run("it was written", func(t *testing.T) {
		g := start(t, KeeperConfig{}, Config{Retry: time.Millisecond})
		var lost atomic.Bool
		g.mem.set(func(m *memory) {
			m.after = func() error {
				if lost.CompareAndSwap(false, true) {
					return errAway
				}
				return nil
			}
		})
		var a Answer
		for i := range 2 {
			if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a); err != nil || a.Index != int64(i) {
				t.Fatalf("answer %d: index %d, %v", i, a.Index, err)
			}
		}
		if len(g.mem.entries(t)[a.Shard]) != 2 {
			t.Errorf("the ledger holds %d entries, want 2", len(g.mem.entries(t)[a.Shard]))
		}
	})
	t.Run("it was not written", func(t *testing.T) {
		g := start(t, KeeperConfig{}, Config{Retry: time.Millisecond})
		var lost atomic.Bool
		g.mem.set(func(m *memory) {
			m.before = func() error {
				if lost.CompareAndSwap(false, true) {
					return errAway
				}
				return nil
			}
		})
		var a Answer
		if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a); err != nil || a.Index != 0 {
			t.Fatalf("index %d, %v", a.Index, err)
		}
		if len(g.mem.entries(t)[a.Shard]) != 1 {
			t.Error("the entry does not stand once")
		}
	})
	t.Run("another moved the head", func(t *testing.T) {
		g := start(t, KeeperConfig{}, Config{})
		var a, b Answer
		if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a); err != nil {
			t.Fatal(err)
		}
		g.mem.set(func(m *memory) {
			h := m.heads[a.Shard]
			h.Sealed = true
			m.heads[a.Shard] = h
		})
		if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &b); reason(err) != "LEDGER_UNAVAILABLE" {
			t.Fatalf("a sealed shard answers %v", err)
		}
		if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &b); err != nil || b.Shard == a.Shard || g.mem.replicas != 2 {
			t.Fatalf("no new incarnation: shard %s after %s, %v", b.Shard, a.Shard, err)
		}
	})
}

// TestHungCommit: hung means failed, within the wait, and it recovers by itself.
func TestHungCommit(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{Wait: 50 * time.Millisecond})
	release := make(chan struct{})
	g.mem.set(func(m *memory) { m.before = func() error { <-release; return nil } })
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			var a Answer
			began := time.Now()
			if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a); reason(err) != "LEDGER_UNAVAILABLE" {
				t.Errorf("a hung commit answers %v", err)
			}
			if d := time.Since(began); d > time.Second {
				t.Errorf("it took %v", d)
			}
		})
		time.Sleep(5 * time.Millisecond)
	}
	wg.Wait()
	g.mem.set(func(m *memory) { m.before = nil })
	if reason(g.Serving()) != "LEDGER_UNAVAILABLE" {
		t.Error("it says that it serves")
	}
	close(release)
	var a Answer
	eventually(t, func() bool { return g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a) == nil })
	g.mem.entries(t)
}

func TestQueueFull(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{QueueEntries: 4, Wait: 100 * time.Millisecond})
	release := make(chan struct{})
	g.mem.set(func(m *memory) { m.before = func() error { <-release; return nil } })
	full := atomic.Int32{}
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			var a Answer
			if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a); reason(err) == "QUEUE_FULL" {
				full.Add(1)
			}
		})
	}
	wg.Wait()
	close(release)
	if full.Load() == 0 {
		t.Error("nothing was refused")
	}
}

// TestAdvanceWaits: Advance returns after every older check was answered.
func TestAdvanceWaits(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{Wait: 5 * time.Second})
	hold, held := make(chan struct{}), make(chan struct{})
	var once sync.Once
	g.mem.set(func(m *memory) {
		m.before = func() error { once.Do(func() { close(held) }); <-hold; return nil }
	})
	answered := atomic.Bool{}
	var wg sync.WaitGroup
	wg.Go(func() {
		var a Answer
		if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a); err != nil {
			t.Error(err)
		}
		answered.Store(true)
	})
	<-held
	r := g.store.write(&registry.Recipient{Name: "recipients/courier", TerminateTime: 1})
	wg.Go(func() {
		time.Sleep(50 * time.Millisecond)
		if answered.Load() {
			t.Error("the check was answered early")
		}
		close(hold)
	})
	if err := g.keeper.Advance(t.Context(), anyEpoch, r); err != nil {
		t.Fatal(err)
	}
	if g.keeper.View().Head.Revision != r {
		t.Error("the running snapshot has not the revision")
	}
	wg.Wait()
}

// TestLease: no answer past the lease, judged before the check and after its commit.
func TestLease(t *testing.T) {
	g := start(t, KeeperConfig{Poll: 5 * time.Millisecond, Lease: 100 * time.Millisecond}, Config{})
	var a Answer
	// It runs out while the commit is under way.
	g.mem.set(func(m *memory) {
		m.before = func() error {
			g.store.set(func(s *fakeStore) { s.err = errAway })
			time.Sleep(150 * time.Millisecond)
			return nil
		}
	})
	if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a); reason(err) != "REGISTRY_STALE" {
		t.Fatalf("after its commit: %v", err)
	}
	g.mem.set(func(m *memory) { m.before = nil })
	if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a); reason(err) != "REGISTRY_STALE" {
		t.Fatalf("before the check: %v", err)
	}
	if reason(g.Serving()) != "REGISTRY_STALE" {
		t.Error("it says that it serves")
	}
	g.store.set(func(s *fakeStore) { s.err = nil })
	deadline := time.Now().Add(5 * time.Second)
	for g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a) != nil {
		if time.Now().After(deadline) {
			t.Fatal("it does not recover")
		}
		time.Sleep(time.Millisecond)
	}
}

// TestLeaseByEveryClock: each of the three clocks alone ends the lease.
func TestLeaseByEveryClock(t *testing.T) {
	base, boot := time.Now(), time.Duration(0)
	now := base
	s := newStore(func() time.Time { return now })
	k := NewKeeper(s, KeeperConfig{Boot: func() time.Duration { return boot }}, func() time.Time { return now })
	if err := k.poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := k.freshByAll(k.View()); err != nil {
		t.Fatal(err)
	}
	boot = 6 * time.Second
	if err := k.freshByAll(k.View()); reason(err) != "REGISTRY_STALE" {
		t.Errorf("the boot clock alone: %v", err)
	}
	boot = 0
	now = base.Round(0).Add(6 * time.Second) // the wall clock, without a monotonic reading
	if err := k.freshByAll(k.View()); reason(err) != "REGISTRY_STALE" {
		t.Errorf("the wall clock alone: %v", err)
	}
	now = base.Round(0).Add(-time.Hour) // set back: it extends nothing
	boot = 6 * time.Second
	if err := k.freshByAll(k.View()); reason(err) != "REGISTRY_STALE" {
		t.Errorf("the wall clock set back: %v", err)
	}
}

func TestClockUntrusted(t *testing.T) {
	g := start(t, KeeperConfig{Poll: time.Millisecond}, Config{})
	g.store.set(func(s *fakeStore) { s.skew = time.Hour })
	if err := g.keeper.poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	var a Answer
	if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a); reason(err) != "CLOCK_UNTRUSTED" {
		t.Fatal(err)
	}
}

func TestTokenOfTheRegistry(t *testing.T) {
	g := start(t, KeeperConfig{Poll: time.Hour}, Config{})
	var a Answer
	check := func(ctx context.Context, tok RevisionToken) error {
		return g.Check(ctx, g.shop, question(), CheckOptions{AtLeast: &tok}, &a)
	}
	if err := check(t.Context(), RevisionToken{"lost", 1}); reason(err) != "TOKEN_UNKNOWN_EPOCH" {
		t.Errorf("another epoch: %v", err)
	}
	r := g.store.write(&registry.Recipient{Name: "recipients/courier"})
	if err := check(t.Context(), RevisionToken{"e1", r}); err != nil || a.View.Head.Revision != r {
		t.Errorf("a newer revision: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := check(ctx, RevisionToken{"e1", r + 1}); reason(err) != "REVISION_NOT_REACHED" {
		t.Errorf("a revision that does not come: %v", err)
	}
}

// TestEpochChange loads the registry anew.
func TestEpochChange(t *testing.T) {
	g := start(t, KeeperConfig{Poll: time.Hour}, Config{})
	g.store.set(func(s *fakeStore) { s.head.Epoch = "e2" })
	if err := g.keeper.poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v := g.keeper.View(); v.Head.Epoch != "e2" || g.store.folds != 2 {
		t.Errorf("epoch %s after %d folds", v.Head.Epoch, g.store.folds)
	}
}

// TestBatchIsSingles: a batch answers what single questions answer.
func TestBatchIsSingles(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{})
	qs := make([]decision.Question, 40)
	for i := range qs {
		qs[i] = *question()
		if i%3 == 0 {
			qs[i].Recipient = fmt.Sprint("recipients/x", i)
		}
		if i%4 == 0 {
			qs[i].Quantity = 7
		}
	}
	as := make([]Answer, len(qs))
	if err := g.CheckBatch(t.Context(), g.shop, qs, CheckOptions{}, as); err != nil {
		t.Fatal(err)
	}
	for i := range qs {
		var a Answer
		if err := g.Check(t.Context(), g.shop, &qs[i], CheckOptions{}, &a); err != nil {
			t.Fatal(err)
		}
		if x, y := fmt.Sprint(a.Decision.Reasons, a.Decision.Permitted), fmt.Sprint(as[i].Decision.Reasons, as[i].Decision.Permitted); x != y {
			t.Errorf("question %d: alone %s, in the batch %s", i, x, y)
		}
		if as[i].Decision.Now != as[0].Decision.Now || as[i].View != as[0].View {
			t.Errorf("question %d has another instant or registry", i)
		}
	}
}

// TestNowNeverGoesBack: the newest instant of the ledger bounds the next one.
func TestNowNeverGoesBack(t *testing.T) {
	s, m := newStore(time.Now), newMemory()
	future := time.Now().Add(time.Second).UnixMicro()
	h := m.heads["old"]
	h.Shard, h.LastNow = "old", future
	m.heads["old"] = h
	k := NewKeeper(s, KeeperConfig{}, time.Now)
	if err := k.poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	g := New(k, m, keysOf(t), Config{}, time.Now)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); g.Run(ctx) }()
	defer func() { cancel(); <-done }()
	for g.Serving() != nil {
		time.Sleep(time.Millisecond)
	}
	var a Answer
	if err := g.Check(ctx, decision.Principal{}, question(), CheckOptions{}, &a); err != nil || int64(a.Decision.Now) < future {
		t.Fatalf("now is %v, not at or after %d: %v", a.Decision.Now, future, err)
	}
}

// TestExplain writes nothing and can look at the past.
func TestExplain(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{})
	r := g.store.write(&registry.Recipient{Name: "recipients/courier", Kind: registry.RecipientKindLogistics, TerminateTime: 1, Country: "CN"})
	if err := g.keeper.Advance(t.Context(), anyEpoch, r); err != nil {
		t.Fatal(err)
	}
	terminated := func(opt ExplainOptions) bool {
		var a Answer
		if err := g.Explain(t.Context(), g.shop, question(), opt, &a); err != nil {
			t.Fatal(err)
		}
		if len(a.Decision.Trace) == 0 || a.Shard != "" {
			t.Error("no trace, or a receipt")
		}
		for _, x := range a.Decision.Reasons {
			if x.Code == decision.RecipientTerminated {
				return true
			}
		}
		return false
	}
	if !terminated(ExplainOptions{}) || terminated(ExplainOptions{AsOf: r - 1}) {
		t.Error("the revision asked for is not the one explained")
	}
	var a Answer
	if err := g.Explain(t.Context(), g.shop, question(), ExplainOptions{AsOf: r + 1}, &a); reason(err) != "NOT_FOUND" {
		t.Error(err)
	}
	if len(g.mem.entries(t)) != 0 {
		t.Error("an explanation was recorded")
	}
}

// TestRefusedIsNotRecorded: what an edition does not judge is no decision.
func TestRefusedIsNotRecorded(t *testing.T) {
	refusing(t).Store(true)
	g := start(t, KeeperConfig{}, Config{})
	var a Answer
	var e *registry.Error
	if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a); !errors.As(err, &e) || e.Reason != "REGIME_NOT_JUDGED" || len(e.Fields) == 0 {
		t.Fatal(err)
	}
	if len(g.mem.entries(t)) != 0 {
		t.Error("a refusal was recorded")
	}
}

func TestAuthenticate(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{})
	now := registry.At(time.Now())
	v := g.keeper.View()
	for name, token := range map[string]string{
		"empty": "", "no prefix": "t1_" + secret, "no secret": "wb_t1_", "wrong secret": "wb_t1_" + secret[1:], "unknown id": "wb_t2_" + secret,
		"long": "wb_t1_" + secret + secret + secret + secret + secret + secret + secret, "no id": "wb__" + secret, "dots": "wb.t1." + secret,
	} {
		if _, err := v.Authenticate(token, now); reason(err) != "UNAUTHENTICATED" {
			t.Errorf("%s: %v", name, err)
		}
	}
	revoke := func(token registry.Token) {
		r := g.store.write(&registry.Principal{Name: "principals/shop", Role: registry.RoleCaller, Tokens: []registry.Token{token}})
		if err := g.keeper.Advance(t.Context(), anyEpoch, r); err != nil {
			t.Fatal(err)
		}
		if _, err := g.keeper.View().Authenticate("wb_t1_"+secret, now); reason(err) != "UNAUTHENTICATED" {
			t.Errorf("%+v: %v", token, err)
		}
	}
	revoke(registry.Token{ID: "t1", RevokeTime: now})
	revoke(registry.Token{ID: "t1", ExpireTime: now})
}

func BenchmarkGate(b *testing.B) {
	g := start(b, KeeperConfig{}, Config{})
	b.ReportAllocs()
	b.SetParallelism(64)
	b.RunParallel(func(p *testing.PB) {
		var a Answer
		q := question()
		for p.Next() {
			if err := g.Check(context.Background(), g.shop, q, CheckOptions{}, &a); err != nil {
				b.Error(err)
			}
		}
	})
}
