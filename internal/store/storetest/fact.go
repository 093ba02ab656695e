package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waybill/internal/ledger"
	"waybill/internal/registry"
	"waybill/internal/store"
)

func tagOf(n int) (t ledger.Tag) {
	copy(t[:], fmt.Sprintf("tag %012d", n))
	return t
}

// begin opens a transaction that is undone when the test ends.
func begin(t testing.TB, s *store.Store) ledger.Tx {
	t.Helper()
	tx, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tx.Rollback() })
	return tx
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// appended appends one entry to the shard through the transaction.
func appended(t testing.TB, tx ledger.Tx, h ledger.ShardHead) (ledger.ShardHead, error) {
	t.Helper()
	encoder.Lock()
	seg, after := next(h, 1, nil)
	encoder.Unlock()
	if err := tx.Append(t.Context(), seg, h, after); err != nil {
		return h, err
	}
	return after, nil
}

func facts(t *testing.T, b Backend) {
	s := b.Open(t)
	ctx := t.Context()
	head := openShard(t, s, "r1", "s1")
	if any, err := s.AnyFacts(ctx); err != nil || any {
		t.Fatalf("an empty database holds facts: %v, %v", any, err)
	}
	var tags []ledger.Tag
	var rows []ledger.HeldFacts
	for i := range 1200 { // more than one query of SQLite names
		tags = append(tags, tagOf(i))
		rows = append(rows, ledger.HeldFacts{Tag: tagOf(i), Sequence: 1, Data: []byte(fmt.Sprint("first ", i))})
	}
	// What is not committed is not there, neither rows nor the segment.
	tx := begin(t, s)
	if got, err := tx.LockFacts(ctx, tags); err != nil || len(got) != 0 {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	must(t, tx.PutFacts(ctx, rows, nil))
	must(t, tx.Rollback())
	if got, err := s.Facts(ctx, tags); err != nil || len(got) != 0 {
		t.Fatalf("after a rollback %d rows, %v", len(got), err)
	}
	tx = begin(t, s)
	slices.Reverse(rows)
	must(t, tx.PutFacts(ctx, rows, nil))
	head, err := appended(t, tx, head)
	must(t, err)
	must(t, tx.Rollback()) // nothing, after a commit
	if any, err := s.AnyFacts(ctx); err != nil || !any {
		t.Fatalf("facts are not found: %v, %v", any, err)
	}
	if got, err := s.Facts(ctx, append(tags, tagOf(5000))); err != nil || len(got) != len(tags) {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	// A row is written over the sequence that was read.
	tx = begin(t, s)
	got, err := tx.LockFacts(ctx, []ledger.Tag{tagOf(3), tagOf(2), tagOf(9999), tagOf(3)})
	if err != nil || len(got) != 2 || !slices.ContainsFunc(got, func(r ledger.HeldFacts) bool {
		return r.Tag == tagOf(2) && r.Sequence == 1 && string(r.Data) == "first 2"
	}) {
		t.Fatalf("rows %v, %v", got, err)
	}
	second := []ledger.HeldFacts{{Tag: tagOf(3), Sequence: 3, Data: []byte("b")}, {Tag: tagOf(2), Sequence: 2, Data: []byte("a")}, {Tag: tagOf(7777), Sequence: 1, Data: []byte("new")}}
	must(t, tx.PutFacts(ctx, second, map[ledger.Tag]int64{tagOf(2): 1, tagOf(3): 1}))
	head, err = appended(t, tx, head)
	must(t, err)
	for _, wrong := range []map[ledger.Tag]int64{{tagOf(2): 1}, {}} { // a sequence that moved on, a tag that was new
		tx = begin(t, s)
		reason(t, tx.PutFacts(ctx, []ledger.HeldFacts{{Tag: tagOf(2), Sequence: 9, Data: []byte("x")}}, wrong), "FACTS_MOVED")
		must(t, tx.Rollback())
	}
	if got, err := s.Facts(ctx, []ledger.Tag{tagOf(2), tagOf(3), tagOf(7777)}); err != nil || len(got) != 3 {
		t.Fatalf("%v, %v", got, err)
	}
	// A head that moved undoes all.
	stale := head
	stale.Root[0] ^= 1
	tx = begin(t, s)
	must(t, tx.PutFacts(ctx, []ledger.HeldFacts{{Tag: tagOf(2), Sequence: 3, Data: []byte("lost")}}, map[ledger.Tag]int64{tagOf(2): 2}))
	_, err = appended(t, tx, stale)
	reason(t, err, "HEAD_MOVED")
	must(t, tx.Rollback())
	if got, err := s.Facts(ctx, []ledger.Tag{tagOf(2)}); err != nil || string(got[0].Data) != "a" {
		t.Fatalf("%v, %v", got, err)
	}
	for _, q := range []string{"UPDATE fact SET data = data", "UPDATE fact SET sequence = sequence - 1", "DELETE FROM fact"} {
		if err := b.Exec(t, true, q); err == nil || !strings.Contains(err.Error(), "waybill:") {
			t.Errorf("%s: %v", q, err)
		}
	}
}

func requests(t *testing.T, b Backend) {
	s := b.Open(t)
	ctx := t.Context()
	head := openShard(t, s, "r1", "s1")
	one := ledger.FactRequest{Tag: tagOf(1), Digest: tagOf(100), Shard: "s1", First: 5, Time: 1000}
	two := ledger.FactRequest{Tag: tagOf(2), Digest: tagOf(200), Shard: "s1", First: 6, Time: 2000}
	tx := begin(t, s)
	if known, err := tx.Remember(ctx, []ledger.FactRequest{two, one}); err != nil || len(known) != 0 {
		t.Fatalf("%v, %v", known, err)
	}
	head, err := appended(t, tx, head)
	must(t, err)
	tx = begin(t, s)
	three := ledger.FactRequest{Tag: tagOf(3), Digest: tagOf(300), Shard: "s1", First: 7, Time: 3000}
	if known, err := tx.Remember(ctx, []ledger.FactRequest{three, one}); err != nil || !slices.Equal(known, []ledger.FactRequest{one}) {
		t.Fatalf("%v, %v", known, err)
	}
	must(t, tx.Rollback())
	if n, err := s.ForgetRequests(ctx, 2000, 10); err != nil || n != 1 {
		t.Fatalf("%d are forgotten, %v", n, err)
	}
	tx = begin(t, s)
	if known, err := tx.Remember(ctx, []ledger.FactRequest{one, three}); err != nil || len(known) != 0 {
		t.Fatalf("%v, %v", known, err)
	}
	_, err = appended(t, tx, head)
	must(t, err)
}

func counters(t *testing.T, b Backend) {
	s := b.Open(t)
	ctx := t.Context()
	head := openShard(t, s, "r1", "s1")
	if c, counted, err := s.Counters(ctx, 7, 2026, []ledger.Tag{tagOf(1)}); err != nil || c != (ledger.Counter{}) || len(counted) != 0 {
		t.Fatalf("%v, %v, %v", c, counted, err)
	}
	tx := begin(t, s)
	if c, err := tx.LockCounter(ctx, 7, 2026); err != nil || c != (ledger.Counter{}) {
		t.Fatalf("%v, %v", c, err)
	}
	if c, err := tx.LockCounter(ctx, 9, 2026); err != nil || c != (ledger.Counter{}) {
		t.Fatalf("%v, %v", c, err)
	}
	if got, err := tx.Counted(ctx, nil); err != nil || got != nil {
		t.Fatalf("%v, %v", got, err)
	}
	must(t, tx.Count(ctx, 7, 2026, ledger.Counter{Persons: 2, Sensitive: 1}, []ledger.Tag{tagOf(2), tagOf(1), tagOf(1)}))
	head, err := appended(t, tx, head)
	must(t, err)
	if c, counted, err := s.Counters(ctx, 7, 2026, []ledger.Tag{tagOf(1), tagOf(3)}); err != nil || c != (ledger.Counter{Persons: 2, Sensitive: 1}) || !slices.Equal(counted, []ledger.Tag{tagOf(1)}) {
		t.Fatalf("%v, %v, %v", c, counted, err)
	}
	if c, _, err := s.Counters(ctx, 7, 2027, nil); err != nil || c != (ledger.Counter{}) {
		t.Fatalf("another year: %v, %v", c, err)
	}
	// What does not commit does not count.
	stale := head
	stale.Root[0] ^= 1
	tx = begin(t, s)
	_, err = tx.LockCounter(ctx, 7, 2026)
	must(t, err)
	must(t, tx.Count(ctx, 7, 2026, ledger.Counter{Persons: 9, Sensitive: 9}, []ledger.Tag{tagOf(4)}))
	_, err = appended(t, tx, stale)
	reason(t, err, "HEAD_MOVED")
	must(t, tx.Rollback())
	if c, counted, err := s.Counters(ctx, 7, 2026, []ledger.Tag{tagOf(4)}); err != nil || c.Persons != 2 || len(counted) != 0 {
		t.Fatalf("%v, %v, %v", c, counted, err)
	}
	for _, q := range []string{"UPDATE counter SET persons = persons - 1", "DELETE FROM counter", "UPDATE counted SET year = 1", "DELETE FROM counted"} {
		if err := b.Exec(t, true, q); err == nil || !strings.Contains(err.Error(), "waybill:") {
			t.Errorf("%s: %v", q, err)
		}
	}
}

// counterTurns: many transactions, each on a shard of its own, count one each.
func counterTurns(t *testing.T, b Backend) {
	s := b.Open(t)
	const servers, each = 4, 15
	var wg sync.WaitGroup
	var done atomic.Int64
	for w := range servers {
		head := openShard(t, s, fmt.Sprint("r", w), fmt.Sprint("s", w))
		wg.Go(func() {
			for i := range each {
				tx, err := s.Begin(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				c, err := tx.LockCounter(t.Context(), 1, 2026)
				if err == nil {
					c.Persons++
					err = tx.Count(t.Context(), 1, 2026, c, []ledger.Tag{tagOf(w*each + i)})
				}
				if err == nil {
					head, err = appended(t, tx, head)
				}
				if err != nil {
					t.Error(err)
				}
				tx.Rollback()
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if c, _, err := s.Counters(t.Context(), 1, 2026, nil); err != nil || c.Persons != servers*each {
		t.Errorf("%d are counted, want %d: %v", c.Persons, servers*each, err)
	}
}

// abandonedTransaction: a caller whose time runs out gets its answer, nothing
// stands, and the ledger goes on.
func abandonedTransaction(t *testing.T, b Backend) {
	s := b.Open(t)
	head := openShard(t, s, "r1", "s1")
	ctx, cancel := context.WithCancel(t.Context())
	tx, err := s.Begin(ctx)
	must(t, err)
	must(t, tx.PutFacts(ctx, []ledger.HeldFacts{{Tag: tagOf(1), Sequence: 1, Data: []byte("x")}}, nil))
	cancel()
	if err := tx.PutFacts(ctx, []ledger.HeldFacts{{Tag: tagOf(2), Sequence: 1, Data: []byte("x")}}, nil); err == nil {
		encoder.Lock()
		seg, after := next(head, 1, nil)
		encoder.Unlock()
		if err = tx.Append(ctx, seg, head, after); err == nil {
			t.Fatal("it commits after its caller's time")
		}
	} else if registry.ReasonOf(err) != "LEDGER_UNAVAILABLE" {
		t.Fatalf("it answers %v", err)
	}
	tx.Rollback()
	if _, err := s.Begin(ctx); registry.ReasonOf(err) != "LEDGER_UNAVAILABLE" {
		t.Fatalf("it begins after its caller's time: %v", err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		tx, err := s.Begin(t.Context())
		must(t, err)
		_, err = appended(t, tx, head)
		tx.Rollback()
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	if any, err := s.AnyFacts(t.Context()); err != nil || any {
		t.Fatalf("what was abandoned stands: %v, %v", any, err)
	}
}
