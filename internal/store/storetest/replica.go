package storetest

import (
	"slices"
	"testing"
	"time"

	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// replicas: who is registered is waited for; who ended comes back as nobody, and
// his shards take no more entries.
func replicas(t *testing.T, b Backend) {
	s := b.Open(t)
	live := func(want ...registry.Replica) {
		t.Helper()
		got, err := s.LiveReplicas(t.Context())
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("live are %+v, %v; want %+v", got, err, want)
		}
	}
	live()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	one := registry.Replica{ID: "one", RegisterTime: start, Lease: 5 * time.Second}
	two := registry.Replica{ID: "two", RegisterTime: start + 1, Lease: time.Second}
	must(s.RegisterReplica(t.Context(), two.ID, int64(two.RegisterTime), two.Lease))
	must(s.RegisterReplica(t.Context(), one.ID, int64(one.RegisterTime), one.Lease))
	must(s.RegisterReplica(t.Context(), "alone", int64(start), 0)) // nobody waits for it
	reason(t, s.RegisterReplica(t.Context(), one.ID, int64(start), one.Lease), "ALREADY_EXISTS")
	live(one, two)

	must(s.RenewReplica(t.Context(), "one"))
	must(s.ConfirmReplica(t.Context(), "one", "e", 7))
	one.Renewal, one.Epoch, one.Revision = 1, "e", 7
	live(one, two)
	for at, want := range map[int64]bool{6: true, 7: true, 8: false} {
		if one.Confirmed("e", at) != want || one.Confirmed("f", at) {
			t.Errorf("confirmed %d: %v", at, !want)
		}
	}

	open := func(replica, shard string) error {
		h := ledger.ShardHead{Shard: shard, Replica: replica}
		h.Root = h.Tree.Root()
		return s.OpenShard(t.Context(), h)
	}
	must(open("one", "s1"))
	must(open("two", "s2"))
	must(open("alone", "s3"))
	reason(t, open("nobody", "s4"), "NOT_FOUND")
	head, err := s.ShardHead(t.Context(), "s1")
	must(err)
	head = appendSegment(t, s, head, 3, nil)

	reason(t, s.EndReplica(t.Context(), "one", 0), "NOT_FOUND") // it has renewed since
	live(one, two)
	must(s.EndReplica(t.Context(), "one", 1))
	live(two)
	for _, err := range []error{
		s.EndReplica(t.Context(), "one", 1), s.EndReplica(t.Context(), "one", -1), s.RenewReplica(t.Context(), "one"),
		s.ConfirmReplica(t.Context(), "one", "e", 8), open("one", "s5"), s.RenewReplica(t.Context(), "nobody"),
	} {
		reason(t, err, "NOT_FOUND")
	}
	sealed := head
	sealed.Sealed = true
	if h, err := s.ShardHead(t.Context(), "s1"); err != nil || h != sealed {
		t.Errorf("its shard stands at %+v, %v; want %+v", h, err, sealed)
	}
	encoder.Lock()
	seg, after := next(head, 1, nil)
	encoder.Unlock()
	reason(t, s.Append(t.Context(), seg, head, after), "HEAD_MOVED")
	for _, shard := range []string{"s2", "s3"} {
		if h, err := s.ShardHead(t.Context(), shard); err != nil || h.Sealed {
			t.Errorf("shard %s of another is sealed: %v", shard, err)
		}
	}
	must(s.EndReplica(t.Context(), "two", -1))
	live()
	consistent(t, s)
}
