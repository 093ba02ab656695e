package storetest

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"waybill/internal/ledger"
	"waybill/internal/registry"
	"waybill/internal/store"
)

func appendOnly(t *testing.T, b Backend) {
	s := b.Open(t)
	put(t, s, &registry.Purpose{Name: "purposes/a"}, &registry.Purpose{Name: "purposes/b"})
	head := openShard(t, s, "r1", "s1")
	head = appendSegment(t, s, head, 3, nil)
	head = appendSegment(t, s, head, 2, nil)
	for _, q := range []struct {
		inLedger bool
		query    string
	}{
		{false, "UPDATE change SET author = 'x'"},
		{false, "UPDATE change SET entry = entry WHERE id = 0"},
		{false, "DELETE FROM change"},
		{false, "DELETE FROM change WHERE id = 1"},
		{true, "UPDATE segment SET allowed = 0"},
		{true, "DELETE FROM segment WHERE first = 0"},
		{true, "DELETE FROM shard_head"},
		{true, "UPDATE shard_head SET size = size - 1"},
		{true, "UPDATE shard_head SET last_now = last_now - 1"},
		{true, "UPDATE shard_head SET replica_id = 'r2'"},
	} {
		if err := b.Exec(t, q.inLedger, q.query); err == nil {
			t.Errorf("%s is not refused", q.query)
		} else if !strings.Contains(err.Error(), "waybill:") {
			t.Errorf("%s is refused by %v, not by a trigger", q.query, err)
		}
	}
	prune := func(inLedger bool, log string, from, until int) {
		t.Helper()
		query := fmt.Sprintf("INSERT INTO pruned (log, from_index, until_index, author, reason, time) VALUES ('%s', %d, %d, 'operator', 'old', 1)", log, from, until)
		if err := b.Exec(t, inLedger, query); err != nil {
			t.Fatal(err)
		}
	}
	prune(false, "changes", 0, 1)
	prune(true, "s1", 0, 4)
	prune(true, "s2", 0, 9)
	for query, want := range map[string]bool{
		"DELETE FROM segment WHERE first = 3": false, "DELETE FROM segment WHERE first = 0": true,
		"UPDATE pruned SET until_index = 9": false, "DELETE FROM pruned": false,
	} {
		if err := b.Exec(t, true, query); (err == nil) != want {
			t.Errorf("%s: %v", query, err)
		}
	}
	for query, want := range map[string]bool{"DELETE FROM change WHERE id = 1": false, "DELETE FROM change WHERE id = 0": true} {
		if err := b.Exec(t, false, query); (err == nil) != want {
			t.Errorf("%s: %v", query, err)
		}
	}
	if got, err := s.Segments(t.Context(), ledger.SegmentQuery{Shard: "s1"}); err != nil || len(got) != 1 || got[0].First != 3 {
		t.Errorf("left are %v, %v", got, err)
	}
	_ = head
}

func openShard(t testing.TB, s *store.Store, replica, shard string) ledger.ShardHead {
	t.Helper()
	if err := s.RegisterReplica(t.Context(), replica, int64(start), 0); err != nil {
		t.Fatal(err)
	}
	h := ledger.ShardHead{Shard: shard, Replica: replica}
	h.Root = h.Tree.Root()
	if err := s.OpenShard(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	return h
}

// next makes a segment of n entries after a head, and the head after it.
func next(prev ledger.ShardHead, n int, change func(*ledger.Segment)) (ledger.Segment, ledger.ShardHead) {
	after := prev
	var entries []byte
	var ends []uint32
	for i := range n {
		e := fmt.Appendf(nil, "%s/%d", prev.Shard, prev.Tree.Size()+int64(i))
		entries = append(entries, e...)
		ends = append(ends, uint32(len(entries)))
		after.Tree.Append(ledger.LeafHash(e))
	}
	first := prev.Tree.Size()
	seg := ledger.Segment{Shard: prev.Shard, First: first, Count: n, Data: ledger.EncodeEntries(nil, entries, ends),
		MinNow: int64(start) + first*1000, MaxNow: int64(start) + (first+int64(n))*1000 - 1, Allowed: n, Tags: []byte{1, 2, 3}}
	if change != nil {
		change(&seg)
	}
	after.Root, after.LastNow = after.Tree.Root(), seg.MaxNow
	return seg, after
}

var encoder sync.Mutex // ledger.EncodeEntries is for one goroutine at a time

func appendSegment(t testing.TB, s *store.Store, prev ledger.ShardHead, n int, change func(*ledger.Segment)) ledger.ShardHead {
	t.Helper()
	encoder.Lock()
	seg, after := next(prev, n, change)
	encoder.Unlock()
	if err := s.Append(t.Context(), seg, prev, after); err != nil {
		t.Fatal(err)
	}
	return after
}

func shards(t *testing.T, b Backend) {
	s := b.Open(t)
	if now, err := s.LastNow(t.Context()); err != nil || now != 0 {
		t.Fatalf("last now %d, %v", now, err)
	}
	_, err := s.ShardHead(t.Context(), "s1")
	reason(t, err, "NOT_FOUND")
	empty := openShard(t, s, "r1", "s1")
	reason(t, s.OpenShard(t.Context(), empty), "ALREADY_EXISTS")
	if h, err := s.ShardHead(t.Context(), "s1"); err != nil || h != empty {
		t.Fatalf("head %+v, %v", h, err)
	}
	head := appendSegment(t, s, empty, 5, nil)
	if h, err := s.ShardHead(t.Context(), "s1"); err != nil || h != head {
		t.Fatalf("head %+v, %v; want %+v", h, err, head)
	}
	if now, err := s.LastNow(t.Context()); err != nil || now != head.LastNow {
		t.Fatalf("last now %d, %v", now, err)
	}
	encoder.Lock()
	late, afterLate := next(empty, 2, nil)
	seg, after := next(head, 2, nil)
	encoder.Unlock()
	reason(t, s.Append(t.Context(), late, empty, afterLate), "HEAD_MOVED")
	forged := head
	forged.Root[0] ^= 1
	reason(t, s.Append(t.Context(), seg, forged, after), "HEAD_MOVED")
	reason(t, s.Append(t.Context(), seg, head, head), "INTERNAL")
	// Many at once: one wins.
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			switch err := s.Append(t.Context(), seg, head, after); {
			case err == nil:
				won.Add(1)
			case registry.ReasonOf(err) != "HEAD_MOVED":
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Fatalf("%d appends won, want 1", won.Load())
	}
	sealed := after
	sealed.Sealed = true
	if err := s.Append(t.Context(), ledger.Segment{Shard: "s1", First: after.Tree.Size()}, after, sealed); err != nil {
		t.Fatal(err)
	}
	encoder.Lock()
	seg, more := next(after, 1, nil)
	encoder.Unlock()
	reason(t, s.Append(t.Context(), seg, after, more), "HEAD_MOVED")
	if got, err := s.Segments(t.Context(), ledger.SegmentQuery{Shard: "s1"}); err != nil || len(got) != 2 || got[1].First != 5 {
		t.Fatalf("segments %v, %v", got, err)
	}
}

func segments(t *testing.T, b Backend) {
	s := b.Open(t)
	a, c := openShard(t, s, "r1", "a"), openShard(t, s, "r2", "c")
	a = appendSegment(t, s, a, 10, func(g *ledger.Segment) { g.Recipients = []uint32{3, 13} })
	appendSegment(t, s, a, 10, func(g *ledger.Segment) { g.Recipients, g.Allowed, g.Denied = []uint32{1}, 4, 6 })
	c = appendSegment(t, s, c, 5, func(g *ledger.Segment) { g.Allowed, g.Denied, g.Tags = 0, 5, nil })
	appendSegment(t, s, c, 5, func(g *ledger.Segment) { g.Recipients = []uint32{3} })
	at := func(i int64) int64 { return int64(start) + i*1000 }
	for name, test := range map[string]struct {
		q    ledger.SegmentQuery
		want []string
	}{
		"all":                  {ledger.SegmentQuery{}, []string{"a/0", "a/10", "c/0", "c/5"}},
		"a shard":              {ledger.SegmentQuery{Shard: "a"}, []string{"a/0", "a/10"}},
		"from its last index":  {ledger.SegmentQuery{Shard: "a", From: 9}, []string{"a/0", "a/10"}},
		"from the next":        {ledger.SegmentQuery{Shard: "a", From: 10, Limit: 1}, []string{"a/10"}},
		"past the end":         {ledger.SegmentQuery{Shard: "a", From: 20}, nil},
		"after":                {ledger.SegmentQuery{AfterShard: "a", AfterFirst: 0, Limit: 2}, []string{"a/10", "c/0"}},
		"a recipient":          {ledger.SegmentQuery{Recipient: 3}, []string{"a/0", "c/5"}},
		"no recipient's digit": {ledger.SegmentQuery{Recipient: 1}, []string{"a/10"}},
		"allowed":              {ledger.SegmentQuery{Outcome: 1}, []string{"a/0", "a/10", "c/5"}},
		"denied":               {ledger.SegmentQuery{Outcome: 2}, []string{"a/10", "c/0"}},
		"a span":               {ledger.SegmentQuery{MinNow: at(5), MaxNow: at(10)}, []string{"a/0", "c/5"}},
		"at an instant":        {ledger.SegmentQuery{MinNow: at(10), MaxNow: at(10) + 1}, []string{"a/10"}},
	} {
		got, err := s.Segments(t.Context(), test.q)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, g := range got {
			found = append(found, fmt.Sprintf("%s/%d", g.Shard, g.First))
		}
		if !slices.Equal(found, test.want) {
			t.Errorf("%s: %v, want %v", name, found, test.want)
		}
	}
	encoder.Lock()
	want, _ := next(a, 10, func(g *ledger.Segment) { g.Recipients, g.Allowed, g.Denied = []uint32{1}, 4, 6 })
	encoder.Unlock()
	got, err := s.Segments(t.Context(), ledger.SegmentQuery{Shard: "a", From: 10})
	if err != nil || !reflect.DeepEqual(got[0], want) {
		t.Fatalf("segment %+v, %v; want %+v", got, err, want)
	}
	entries, err := ledger.DecodeEntries(got[0].Data, got[0].Count)
	if err != nil || !bytes.Equal(entries[0], []byte("a/10")) {
		t.Fatalf("entries %q, %v", entries, err)
	}
}
