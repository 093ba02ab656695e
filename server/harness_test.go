package server

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"waybill/internal/gate"
	"waybill/internal/ledger"
	"waybill/internal/registry"
	"waybill/internal/store"
	waybillv1 "waybill/proto/waybill/v1"
)

// open opens a new store.
func (w *world) open(ctx context.Context) {
	w.t.Helper()
	w.dir = w.t.TempDir()
	cfg := store.Config{Database: w.dir, Replica: "test"}
	if w.postgres != "" {
		cfg.Database = w.postgres
	}
	if err := store.Migrate(ctx, cfg); err != nil {
		w.t.Fatal(err)
	}
	s, err := store.Open(ctx, cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	w.store = s
	w.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			w.t.Error(err)
		}
	})
}

// serve starts keeper, gate and server, and ends them in the reverse order.
func (w *world) serve(ctx context.Context) {
	w.t.Helper()
	keys, err := gate.EmbeddedKeys(filepath.Join(w.dir, "tag.keys"), time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	w.keeper = gate.NewKeeper(w.store, gate.KeeperConfig{Poll: 20 * time.Millisecond, Log: w.logger()}, time.Now)
	w.gate = gate.New(w.keeper, w.store, keys, gate.Config{Wait: 5 * time.Second, Log: w.logger()}, time.Now)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	for _, run := range []func(context.Context) error{w.keeper.Run, w.gate.Run} {
		wg.Go(func() {
			if err := run(running); err != nil {
				w.t.Error(err)
			}
		})
	}
	w.server = New(Config{Keeper: w.keeper, Gate: w.gate, Store: w.store, Segments: w.store, Duties: w.store, Log: w.logger(), Version: "test", LameDuck: -1})
	lis := w.listen()
	wg.Go(func() {
		if err := w.server.Serve(lis); err != nil {
			w.t.Error(err)
		}
	})
	w.stop = sync.OnceFunc(func() {
		w.server.Stop()
		stop()
		wg.Wait()
	})
	w.t.Cleanup(func() {
		for _, c := range w.conns {
			c.Close()
		}
		w.stop()
	})
	for deadline := time.Now().Add(5 * time.Second); w.gate.Serving() != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("the gate does not serve: %v", w.gate.Serving())
		}
	}
}

func (w *world) share(r registry.Role) waybillv1.ShareServiceClient {
	return waybillv1.NewShareServiceClient(w.conns[r])
}

// recorded counts the decisions in the ledger.
func (w *world) recorded() int64 {
	w.t.Helper()
	var n int64
	q := ledger.SegmentQuery{Limit: 1000}
	for {
		segs, err := w.store.Segments(w.t.Context(), q)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, s := range segs {
			n += int64(s.Count)
			q.AfterShard, q.AfterFirst = s.Shard, s.First
		}
		if len(segs) < 1000 {
			return n
		}
	}
}
