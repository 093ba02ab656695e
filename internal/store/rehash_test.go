package store_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"waybill/internal/ledger"
	"waybill/internal/store/storetest"
)

// TestRehash changes what is kept behind the triggers' back, once at each place.
func TestRehash(t *testing.T) {
	for name, b := range map[string]struct {
		backend storetest.Backend
		behind  func(trigger, query string) string
	}{
		"SQLite": {sqlite(), func(trigger, query string) string { return "DROP TRIGGER " + trigger + "; " + query }},
		"PostgreSQL": {postgres(), func(_, query string) string {
			return "SET session_replication_role = replica; " + query
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := b.backend.Open(t)
			for i := range 3 {
				if _, _, err := s.Commit(t.Context(), head(t, s), purpose(fmt.Sprintf("purposes/p%d", i))); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.RegisterReplica(t.Context(), "r", 1, 0); err != nil {
				t.Fatal(err)
			}
			const segments = 70 // more than a page
			for _, shard := range []string{"a", "b"} {
				h := ledger.ShardHead{Shard: shard, Replica: "r"}
				h.Root = h.Tree.Root()
				if err := s.OpenShard(t.Context(), h); err != nil {
					t.Fatal(err)
				}
				for i := range int64(segments) {
					next := h
					entries := fmt.Appendf(nil, "%s%03dxyz", shard, i)
					next.Tree.Append(ledger.LeafHash(entries[:4]))
					next.Tree.Append(ledger.LeafHash(entries[4:]))
					next.Root, next.LastNow = next.Tree.Root(), i+1
					seg := ledger.Segment{Shard: shard, First: 2 * i, Count: 2, Data: ledger.EncodeEntries(nil, entries, []uint32{4, 7}), MinNow: i + 1, MaxNow: i + 1}
					if err := s.Append(t.Context(), seg, h, next); err != nil {
						t.Fatal(err)
					}
					h = next
				}
			}
			want := func(wrong ...string) {
				t.Helper()
				r, err := s.Rehash(t.Context())
				if err != nil || r.Changes != 3 || r.Shards != 2 || r.Entries != 4*segments || !slices.Equal(r.Wrong, wrong) {
					t.Errorf("rehashed %+v, %v; want %q", r, err, wrong)
				}
			}
			want()
			tamper := func(inLedger bool, trigger, query string) {
				t.Helper()
				if err := b.backend.Exec(t, inLedger, b.behind(trigger, query)); err != nil {
					t.Fatal(err)
				}
			}
			forged := ledger.EncodeEntries(nil, bytes.Repeat([]byte("z"), 7), []uint32{4, 7})
			literal := map[string]string{"SQLite": "x'%x'", "PostgreSQL": `'\x%x'`}[name]
			const inB = "b/140: the entries before it do not give the head's root"
			tamper(true, "segment_update", "UPDATE segment SET data = "+fmt.Sprintf(literal, forged)+" WHERE shard = 'b' AND first = 138")
			want(inB)
			const inChanges = "changes/1: its entry does not give its root"
			tamper(false, "change_update", "UPDATE change SET entry = "+fmt.Sprintf(literal, "forged")+" WHERE id = 1")
			want(inChanges, inB)
			tamper(true, "segment_delete", "DELETE FROM segment WHERE shard = 'a' AND first = 6")
			want(inChanges, "a/6: its segment is not there; the next begins at 8", inB)
			tamper(false, "change_delete", "DELETE FROM change WHERE id = 0")
			want("changes/0: it is not there", "a/6: its segment is not there; the next begins at 8", inB)
		})
	}
}
