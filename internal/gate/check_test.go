package gate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
	"waybill/internal/store"
)

// TestEntry: what stands in the ledger is what was asked, by whom, and answered.
func TestEntry(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{})
	var a Answer
	q := question()
	q.OrderRef, q.OrderSubject = "o-1", q.Subject
	if err := g.Check(t.Context(), g.shop, q, CheckOptions{RequestID: "r-1"}, &a); err != nil {
		t.Fatal(err)
	}
	e := g.mem.entries(t)[a.Shard][a.Index]
	now := a.Decision.Now.Std()
	key := g.keys
	if e.Edition != decision.Edition || e.Epoch != "e1" || e.Revision != 1 || e.ChangeRoot != a.View.Head.Root || e.Now != int64(a.Decision.Now) ||
		e.Principal != g.shop.Number || e.Mode != Enforce || e.KeyID != key.ID(now) || string(e.RequestID) != string(key.Tag(nil, "r-1", now)) {
		t.Errorf("the entry is %+v", e)
	}
	if ledger.LeafHash(ledger.AppendDecision(nil, e)) != a.LeafHash {
		t.Error("the receipt's leaf is not the entry's")
	}
	asked, err := decision.DecodeQuestion(a.View.Snapshot, e.Question)
	if err != nil || asked.Recipient != q.Recipient || asked.Subject != fmt.Sprintf("tag:%x", key.Tag(nil, q.Subject, now)) ||
		asked.OrderSubject != asked.Subject || asked.OrderRef != fmt.Sprintf("tag:%x", key.Tag(nil, "o-1", now)) {
		t.Errorf("the question is %+v: %v", asked, err)
	}
	d, err := decision.DecodeAnswer(e.Answer)
	if err != nil || d.Outcome != a.Decision.Outcome || fmt.Sprint(d.Reasons) != fmt.Sprint(a.Decision.Reasons) {
		t.Errorf("the answer is %+v: %v", d, err)
	}
	s := g.mem.segments[0]
	if s.Count != 1 || s.Denied != 1 || s.Allowed != 0 || fmt.Sprint(s.Recipients) != fmt.Sprint([]uint32{a.Decision.Recipient}) ||
		!ledger.Filter(s.Tags).May(key.Tag(nil, q.Subject, now)) || s.MinNow != e.Now || s.MaxNow != e.Now {
		t.Errorf("the segment's index is %+v", s)
	}
}

// TestMode: a principal observes until its date, as it stands in the view that
// decides; one that is gone gets no answer.
func TestMode(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{})
	var a Answer
	put := func(until registry.Time) {
		r := g.store.write(&registry.Principal{Name: "principals/shop", Role: registry.RoleCaller, ObserveUntil: until, Tokens: []registry.Token{{ID: "t1"}}})
		if err := g.keeper.Advance(t.Context(), anyEpoch, r); err != nil {
			t.Fatal(err)
		}
	}
	for until, want := range map[registry.Time]uint8{0: Enforce, registry.At(time.Now().Add(time.Hour)): Observe, registry.At(time.Now()): Enforce} {
		put(until)
		if err := g.Check(t.Context(), g.shop, question(), CheckOptions{}, &a); err != nil || a.Mode != want {
			t.Errorf("until %v: mode %d, want %d: %v", until, a.Mode, want, err)
		}
		if e := g.mem.entries(t)[a.Shard][a.Index]; e.Mode != want {
			t.Errorf("until %v: mode %d is recorded", until, e.Mode)
		}
	}
	gone := g.shop
	gone.Number = 99
	if err := g.Check(t.Context(), gone, question(), CheckOptions{}, &a); reason(err) != "UNAUTHENTICATED" || a.Decision.Outcome != decision.Undecided {
		t.Errorf("a principal that is gone: %v", err)
	}
}

// TestErrorsLeaveNoOutcome: an answer that was used before says nothing after an error.
func TestErrorsLeaveNoOutcome(t *testing.T) {
	refuse := refusing(t)
	g := start(t, KeeperConfig{}, Config{})
	as := make([]Answer, 2)
	qs := []decision.Question{*question(), *question()}
	if err := g.CheckBatch(t.Context(), g.shop, qs, CheckOptions{}, as); err != nil || as[1].Decision.Outcome != decision.Denied {
		t.Fatal(err)
	}
	empty := func(err error) {
		t.Helper()
		if err == nil {
			t.Fatal("there is no error")
		}
		for i := range as {
			if as[i].Decision.Outcome != decision.Undecided || as[i].View != nil || as[i].Shard != "" {
				t.Errorf("answer %d still stands after %v", i, err)
			}
		}
	}
	refuse.Store(true)
	err := g.CheckBatch(t.Context(), g.shop, qs, CheckOptions{}, as)
	empty(err)
	if reason(err) != "REGIME_NOT_JUDGED" || as[0].Decision.Refusal == decision.NotRefused {
		t.Errorf("what was refused is not told: %v", err)
	}
	empty(g.CheckBatch(t.Context(), g.shop, nil, CheckOptions{}, as))
	empty(g.CheckBatch(t.Context(), g.shop, qs[:1], CheckOptions{}, as))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	err = g.CheckBatch(ended, g.shop, qs, CheckOptions{}, as)
	empty(err)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a call that ended: %v", err)
	}
}

// TestExplainHoldsNobodyUp: a registry of the past that takes long to compile
// keeps no write waiting, and one is compiled at a time.
func TestExplainHoldsNobodyUp(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{})
	r := g.store.write(courier(1))
	if err := g.keeper.Advance(t.Context(), anyEpoch, r); err != nil {
		t.Fatal(err)
	}
	g.past.turn <- struct{}{} // somebody compiles
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		var a Answer
		ended <- g.Explain(ctx, g.shop, question(), ExplainOptions{AsOf: 1}, &a)
	}()
	r = g.store.write(courier(2))
	if err := g.keeper.Advance(t.Context(), anyEpoch, r); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("its caller left: %v", err)
	}
	<-g.past.turn
	folds := g.store.folds
	for range 3 {
		var a Answer
		if err := g.Explain(t.Context(), g.shop, question(), ExplainOptions{AsOf: 1, Time: 5}, &a); err != nil || a.View.Head.Revision != 1 || a.Decision.Now != 5 || a.View.Head.Root == [32]byte{} {
			t.Errorf("as of 1 at 5: revision %d, now %d, %v", a.View.Head.Revision, a.Decision.Now, err)
		}
	}
	if g.store.folds != folds+1 {
		t.Errorf("%d folds for one revision asked three times", g.store.folds-folds)
	}
}

// TestNoKeyNoStart: without a key that is in use the gate does not begin.
func TestNoKeyNoStart(t *testing.T) {
	keys, err := ParseKeys([]byte(keyLine("later", "2199-01-01T00:00:00Z", 1)))
	if err != nil {
		t.Fatal(err)
	}
	g := New(loaded(t, newStore(time.Now), KeeperConfig{}), newMemory(), keys, Config{}, time.Now)
	if err := g.Run(t.Context()); err == nil {
		t.Error("it runs without a key")
	}
	var a Answer
	if err := g.Check(t.Context(), decision.Principal{}, question(), CheckOptions{}, &a); reason(err) != "LEDGER_UNAVAILABLE" {
		t.Errorf("it answers %v", err)
	}
}

// TestKeysOfTheMonth: an entry is tagged by the key of the month of its now, and a
// server that runs over the end of a month makes the next.
func TestKeysOfTheMonth(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := start(t, KeeperConfig{Poll: time.Hour, Lease: 2 * time.Hour}, Config{Look: time.Hour}) // a bubble begins on 2000-01-01
		var a Answer
		for _, want := range []string{"2000-01", "2000-02"} {
			if err := g.Check(t.Context(), g.shop, question(), CheckOptions{RequestID: "r"}, &a); err != nil {
				t.Fatal(err)
			}
			if e := g.mem.entries(t)[a.Shard][a.Index]; e.KeyID != want {
				t.Errorf("the key is %q, want %q", e.KeyID, want)
			}
			time.Sleep(31*24*time.Hour + 2*time.Hour)
			synctest.Wait()
		}
	})
}

// TestOnSQLite runs the gate on the real store.
func TestOnSQLite(t *testing.T) {
	cfg := store.Config{Database: t.TempDir()}
	if err := store.Migrate(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	quiet := slog.New(slog.DiscardHandler)
	k := NewKeeper(s, KeeperConfig{Log: quiet}, time.Now)
	g := New(k, s, keysOf(t), Config{Log: quiet}, time.Now)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{}, 2)
	go func() { k.Run(ctx); done <- struct{}{} }()
	go func() { g.Run(ctx); done <- struct{}{} }()
	t.Cleanup(func() { cancel(); <-done; <-done })
	eventually(t, func() bool { return g.Serving() == nil })

	write := func(nouns ...registry.Noun) int64 {
		base, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w := registry.Write{Author: "operator", Reason: "test", Time: registry.At(time.Now())}
		for _, n := range nouns {
			e := registry.Edit{Name: n.ResourceName(), Noun: n}
			if recs, _, err := s.Get(t.Context(), e.Name); err == nil {
				e.Number = recs[e.Name].Number
			}
			w.Edits = append(w.Edits, e)
		}
		h, _, err := s.Commit(t.Context(), base, w)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Advance(t.Context(), anyEpoch, h.Revision); err != nil {
			t.Fatal(err)
		}
		return h.Revision
	}
	first := write(&registry.Exporter{Name: "exporters/acme", Country: "CN", City: "shanghai"}, &registry.Purpose{Name: "purposes/delivery"},
		&registry.Category{Name: "categories/user"}, &registry.Category{Name: "categories/user.name"}, courier(0), &registry.Principal{Name: "principals/shop", Role: registry.RoleCaller})
	shop, ok := k.View().Snapshot.Principal(k.View().Snapshot.Number("principals/shop"))
	if !ok {
		t.Fatal("the principal is not in the snapshot")
	}
	terminated := func(a *Answer) bool {
		for _, r := range a.Decision.Reasons {
			if r.Code == decision.RecipientTerminated {
				return true
			}
		}
		return false
	}
	as := make([]Answer, 50)
	qs := make([]decision.Question, 50)
	for i := range qs {
		qs[i] = *question()
	}
	if err := g.CheckBatch(t.Context(), shop, qs, CheckOptions{}, as); err != nil || terminated(&as[0]) {
		t.Fatalf("before the termination: %v", err)
	}
	second := write(courier(1))
	var a Answer
	if err := g.Check(t.Context(), shop, question(), CheckOptions{AtLeast: &RevisionToken{k.View().Head.Epoch, second}}, &a); err != nil || !terminated(&a) {
		t.Fatalf("after the termination: %v", err)
	}
	if err := g.Explain(t.Context(), shop, question(), ExplainOptions{AsOf: first}, &a); err != nil || terminated(&a) {
		t.Errorf("as it was: %v", err)
	}
	segments, err := s.Segments(t.Context(), ledger.SegmentQuery{Shard: as[0].Shard})
	if err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	for _, seg := range segments {
		entries, err := ledger.DecodeEntries(seg.Data, seg.Count)
		if err != nil || seg.First != n {
			t.Fatalf("segment %d at %d: %v", seg.First, n, err)
		}
		for i, b := range entries {
			if at := seg.First + int64(i); at < 50 && ledger.LeafHash(b) != as[at].LeafHash {
				t.Errorf("entry %d is not what was answered", at)
			}
		}
		n += int64(len(entries))
	}
	if n != 51 {
		t.Errorf("the ledger holds %d entries, want 51", n)
	}
}
