package gate

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// ask asks one question and returns the reason of its error, "" if it was answered.
func (g *running) ask(t testing.TB) string {
	var a Answer
	err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a)
	if (err == nil) != (a.Decision.Outcome != decision.Undecided && a.View != nil && a.Shard != "") {
		t.Errorf("with the error %v the outcome is %d", err, a.Decision.Outcome)
	}
	if err != nil && reason(err) == "" {
		t.Errorf("the error has no reason: %v", err)
	}
	return reason(err)
}

// bubble runs f in a synctest bubble. What packages keep for ever is made before.
func bubble(t *testing.T, f func(t *testing.T)) {
	ledger.EncodeEntries(nil, []byte{1}, []uint32{1})
	if _, err := ledger.DecodeEntries(ledger.EncodeEntries(nil, []byte{1}, []uint32{1}), 1); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, f)
}

// TestHungIsFailedIn250ms: every caller is told within the wait, those who come
// while the commit is overdue at once, and when it is done it goes on by itself.
func TestHungIsFailedIn250ms(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := start(t, KeeperConfig{}, Config{})
		hang := make(chan struct{})
		g.mem.set(func(m *memory) { m.before = func() error { <-hang; return nil } })
		began := time.Now()
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 4 * time.Millisecond)
				asked := time.Now()
				if why := g.ask(t); why != "LEDGER_UNAVAILABLE" {
					t.Errorf("caller %d: %q", i, why)
				}
				if took := time.Since(asked); took > 250*time.Millisecond {
					t.Errorf("caller %d was told after %v", i, took)
				}
			})
		}
		wg.Wait()
		if took := time.Since(began); took < 250*time.Millisecond {
			t.Errorf("all were told after %v, before the wait", took)
		}
		asked := time.Now()
		if why := g.ask(t); why != "LEDGER_UNAVAILABLE" || time.Since(asked) != 0 {
			t.Errorf("while a commit is overdue: %q after %v", why, time.Since(asked))
		}
		if reason(g.Serving()) != "LEDGER_UNAVAILABLE" {
			t.Error("it says that it serves")
		}
		g.mem.set(func(m *memory) { m.before = nil })
		close(hang)
		synctest.Wait()
		if err := g.Serving(); err != nil {
			t.Errorf("after the commit: %v", err)
		}
		if why := g.ask(t); why != "" {
			t.Errorf("after the commit: %q", why)
		}
		// What was under way was committed without its callers; what had only
		// gathered was never written.
		n := 0
		for _, es := range g.mem.entries(t) {
			n += len(es)
		}
		if n != 2 {
			t.Errorf("the ledger holds %d entries, want the one that hung and the last", n)
		}
	})
}

// TestLedgerAwayAtStart: there is no answer before the replica is registered.
func TestLedgerAwayAtStart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, s := newMemory(), newStore(time.Now)
		m.away = true
		quiet := slog.New(slog.DiscardHandler)
		k := NewKeeper(s, KeeperConfig{Log: quiet}, time.Now)
		g := &running{Gate: New(k, m, keysOf(t), Config{Log: quiet}, time.Now), store: s, mem: m}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { k.Run(ctx) })
		wg.Go(func() { g.Run(ctx) })
		time.Sleep(5 * time.Second)
		if why := g.ask(t); why != "LEDGER_UNAVAILABLE" {
			t.Errorf("without a ledger: %q", why)
		}
		m.set(func(m *memory) { m.away = false })
		time.Sleep(time.Second)
		synctest.Wait()
		if m.replicas != 1 {
			t.Errorf("%d replicas are registered before the first question", m.replicas)
		}
		if len(m.heads) != 0 {
			t.Error("a shard is open before its first commit")
		}
		if why := g.ask(t); why != "" {
			t.Errorf("with a ledger: %q", why)
		}
		// It serves again without a question when the ledger comes back.
		m.set(func(m *memory) { m.away, m.before = true, func() error { return errAway } })
		if why := g.ask(t); why != "LEDGER_UNAVAILABLE" {
			t.Errorf("the ledger is away: %q", why)
		}
		time.Sleep(10 * time.Second)
		if reason(g.Serving()) != "LEDGER_UNAVAILABLE" {
			t.Error("it serves without a ledger")
		}
		m.set(func(m *memory) { m.away, m.before = false, nil })
		time.Sleep(2 * time.Second)
		if err := g.Serving(); err != nil {
			t.Errorf("the ledger is back: %v", err)
		}
		cancel()
		wg.Wait()
		if why := g.ask(t); why != "LEDGER_UNAVAILABLE" && why != "" {
			t.Errorf("after the end: %q", why)
		}
	})
}

// TestRunEndsWithoutLedger: a commit that hangs or is unsure does not keep the
// server from ending.
func TestRunEndsWithoutLedger(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := start(t, KeeperConfig{}, Config{})
		g.mem.set(func(m *memory) { m.away, m.before = true, func() error { return errAway } })
		if why := g.ask(t); why != "" && why != "LEDGER_UNAVAILABLE" {
			t.Error(why)
		}
	}) // start's cleanup waits for both
}

// TestUnsureThenMoved: a send whose reply was lost, sent again, is told by the
// ledger that the head moved; the head is the group's own.
func TestUnsureThenMoved(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{})
	var n atomic.Int32
	g.mem.set(func(m *memory) {
		m.after = func() error {
			if n.Add(1) == 1 {
				return registry.Errorf(registry.Aborted, "HEAD_MOVED", "the head moved")
			}
			return nil
		}
	})
	if why := g.ask(t); why != "" {
		t.Fatal(why)
	}
	if why := g.ask(t); why != "" || len(g.mem.heads) != 1 {
		t.Errorf("%q on %d shards", why, len(g.mem.heads))
	}
}

// TestConservationUnderFaults: whatever the ledger does, an answer stands where its
// receipt says, and what was not answered is at most a surplus.
func TestConservationUnderFaults(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			g := start(t, KeeperConfig{}, Config{Retry: time.Millisecond, Wait: 20 * time.Millisecond})
			var mu sync.Mutex
			r := rand.New(rand.NewPCG(seed, 1))
			fault := func(percent int) func() error {
				return func() error {
					mu.Lock()
					x, hang := r.IntN(100), time.Duration(r.IntN(30))*time.Millisecond
					mu.Unlock()
					switch {
					case x < percent:
						return errAway
					case x < percent+3:
						time.Sleep(hang)
					}
					return nil
				}
			}
			g.mem.set(func(m *memory) { m.before, m.after = fault(15), fault(15) })
			type receipt struct {
				index int64
				leaf  ledger.Hash
				now   registry.Time
			}
			got := map[string][]receipt{}
			var wg sync.WaitGroup
			for w := range 8 {
				wg.Go(func() {
					as := make([]Answer, 3)
					for i := range 150 {
						var err error
						keep := as[:1]
						if (i+w)%5 == 0 {
							keep = as
							err = g.CheckBatch(t.Context(), g.shop, []decision.Question{*question(), *question(), *question()}, CheckOptions{}, as)
						} else {
							err = g.Check(t.Context(), g.shop, question(), CheckOptions{RequestID: "r"}, &as[0])
						}
						if err != nil {
							time.Sleep(time.Millisecond) // while a commit is overdue it is told at once
							continue
						}
						mu.Lock()
						for _, a := range keep {
							got[a.Shard] = append(got[a.Shard], receipt{a.Index, a.LeafHash, a.Decision.Now})
						}
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			entries := g.mem.entries(t)
			answers := 0
			for shard, rs := range got {
				once := map[int64]bool{}
				for _, x := range rs {
					answers++
					e := entries[shard][x.index]
					if e == nil || registry.Time(e.Now) != x.now || ledger.LeafHash(ledger.AppendDecision(nil, e)) != x.leaf || once[x.index] {
						t.Errorf("%s-%d was answered and does not stand there once", shard, x.index)
					}
					once[x.index] = true
				}
			}
			if answers == 0 {
				t.Error("nothing was answered")
			}
		})
	}
}

// TestNowUnderConcurrency: in every shard now never goes back, though the clocks of
// the callers do, and an answer's now is that of its entry.
func TestNowUnderConcurrency(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{})
	g.Gate.now = func() time.Time { return time.Now().Add(-time.Duration(rand.IntN(1000)) * time.Microsecond) }
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			var a Answer
			as := make([]Answer, 20)
			qs := make([]decision.Question, 20)
			for i := range qs {
				qs[i] = *question()
			}
			last := registry.Time(0)
			for i := range 200 {
				var err error
				if w == 0 && i%4 == 0 {
					err = g.CheckBatch(t.Context(), g.shop, qs, CheckOptions{}, as)
					a.Decision.Now = as[19].Decision.Now
				} else {
					err = g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a)
				}
				if err != nil {
					t.Error(err)
				}
				if a.Decision.Now < last {
					t.Errorf("a caller's now goes back from %v to %v", last, a.Decision.Now)
				}
				last = a.Decision.Now
			}
		})
	}
	wg.Wait()
	all := g.mem.entries(t) // checks the order
	for _, s := range g.mem.segments {
		entries := all[s.Shard]
		if entries[s.First].Now != s.MinNow || entries[s.First+int64(s.Count)-1].Now != s.MaxNow {
			t.Fatalf("segment %d has not the span that it says", s.First)
		}
	}
}

// TestClockBehindTheLedger: a clock further behind what was recorded than is
// allowed is not trusted.
func TestClockBehindTheLedger(t *testing.T) {
	m := newMemory()
	m.heads["old"] = ledger.ShardHead{Shard: "old", LastNow: time.Now().Add(time.Minute).UnixMicro()}
	g := startOn(t, m, KeeperConfig{}, Config{})
	if why := g.ask(t); why != "CLOCK_UNTRUSTED" {
		t.Errorf("a minute behind: %q", why)
	}
}

func TestQueueBytes(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{QueueBytes: 100})
	if why := g.ask(t); why != "QUEUE_FULL" {
		t.Errorf("an entry larger than the queue: %q", why)
	}
	var as [2]Answer
	g2 := start(t, KeeperConfig{}, Config{QueueEntries: 1})
	if err := g2.CheckBatch(t.Context(), g2.shop, []decision.Question{*question(), *question()}, CheckOptions{}, as[:]); reason(err) != "QUEUE_FULL" || as[0].Decision.Outcome != decision.Undecided {
		t.Errorf("a batch larger than the queue: %v", err)
	}
	if why := g2.ask(t); why != "" {
		t.Errorf("after it: %q", why)
	}
}

// TestQueueIsGivenBack: whatever becomes of a group, its place in the queue returns.
func TestQueueIsGivenBack(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{Wait: 5 * time.Millisecond, Retry: time.Millisecond})
	for i := range 30 {
		g.mem.set(func(m *memory) {
			m.before = func() error {
				if i%3 == 0 {
					time.Sleep(12 * time.Millisecond)
				}
				if i%5 == 0 {
					return errAway
				}
				return nil
			}
		})
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() { g.ask(t) })
		}
		wg.Wait()
	}
	g.mem.set(func(m *memory) { m.before = nil })
	eventually(t, func() bool {
		g.rec.mu.Lock()
		defer g.rec.mu.Unlock()
		return g.rec.entries == 0 && g.rec.bytes == 0 && !g.rec.stuck && g.rec.committing == nil
	})
}
