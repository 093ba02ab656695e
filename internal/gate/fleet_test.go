package gate

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// database is one that several servers have: a registry, a ledger and the
// registered replicas.
type database struct {
	*fakeStore
	ledger *memory
	row    chan struct{} // the revision row: held by a writer until it has committed
	next   atomic.Int64  // with sequence
	// sequence is the mutant that numbers writes as they begin, not as they commit.
	sequence bool

	members   sync.Mutex
	live      map[string]registry.Replica
	listeners map[*port]func()
}

func newDatabase() *database {
	s := &database{fakeStore: newStore(time.Now), ledger: newMemory(), row: make(chan struct{}, 1), live: map[string]registry.Replica{}, listeners: map[*port]func(){}}
	s.next.Store(s.head.Revision)
	return s
}

// commit records nouns, as of a writer's clock, by a transaction that takes so long.
func (s *database) commit(at time.Time, takes time.Duration, nouns ...registry.Noun) (revision int64) {
	if s.sequence {
		revision = s.next.Add(1)
	} else {
		s.row <- struct{}{}
		defer func() { <-s.row }()
		revision = s.head.Revision + 1
	}
	time.Sleep(takes)
	s.set(func(f *fakeStore) {
		f.record(revision, nouns)
		f.head.Time = max(f.head.Time, registry.At(at))
	})
	s.members.Lock()
	defer s.members.Unlock()
	for p, changed := range s.listeners {
		if !p.deaf.Load() {
			go changed()
		}
	}
	return revision
}

// registered returns the names of the live replicas.
func (s *database) registered() []string {
	s.members.Lock()
	defer s.members.Unlock()
	return slices.Collect(maps.Keys(s.live))
}

// port is the database as one server reaches it. Each call takes a while on its way
// and on its way back, and can be held on either: "Append<" before it is done,
// "Append>" before its reply.
type port struct {
	*database
	deaf  atomic.Bool // hears of no change
	while func() time.Duration

	mu   sync.Mutex
	held map[string]chan struct{}
}

// hold holds calls until they are released.
func (p *port) hold(names ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range names {
		if p.held[n] == nil {
			p.held[n] = make(chan struct{})
		}
	}
}

func (p *port) release(names ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range names {
		if c := p.held[n]; c != nil {
			close(c)
			delete(p.held, n)
		}
	}
}

// everything is every call on its way there and back, as of a process that is stopped.
var everything = func() (all []string) {
	for _, n := range []string{"Head", "Fold", "Changes", "Tokens", "Register", "Renew", "Confirm", "End", "Live", "Open", "Shard", "Append", "Last"} {
		all = append(all, n+"<", n+">")
	}
	return all
}()

func (p *port) at(name string) {
	time.Sleep(p.while())
	p.mu.Lock()
	c := p.held[name]
	p.mu.Unlock()
	if c != nil {
		<-c
	}
}

// through makes a call. Its caller goes on at its deadline, and the call without it.
func through[T any](ctx context.Context, p *port, name string, f func() (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	done := make(chan result, 1)
	go func() {
		p.at(name + "<")
		v, err := f()
		p.at(name + ">")
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
		var none T
		return none, errAway
	}
}

func call(ctx context.Context, p *port, name string, f func() error) error {
	_, err := through(ctx, p, name, func() (struct{}, error) { return struct{}{}, f() })
	return err
}

func (p *port) Head(ctx context.Context) (registry.Head, error) {
	return through(ctx, p, "Head", func() (registry.Head, error) { return p.fakeStore.Head(context.Background()) })
}

func (p *port) Fold(ctx context.Context, revision int64) (int64, iter.Seq2[registry.Record, error], error) {
	type folded struct {
		at  int64
		seq iter.Seq2[registry.Record, error]
	}
	f, err := through(ctx, p, "Fold", func() (folded, error) {
		at, seq, err := p.fakeStore.Fold(ctx, revision)
		return folded{at, seq}, err
	})
	return f.at, f.seq, err
}

func (p *port) Changes(ctx context.Context, after, upTo int64, name string, limit int) ([]registry.Change, error) {
	return through(ctx, p, "Changes", func() ([]registry.Change, error) { return p.fakeStore.Changes(ctx, after, upTo, name, limit) })
}

func (p *port) TokenHashes(ctx context.Context) (map[string][32]byte, error) {
	return through(ctx, p, "Tokens", func() (map[string][32]byte, error) { return p.fakeStore.TokenHashes(ctx) })
}

var errNoReplica = registry.Errorf(registry.NotFound, notFound, "the replica is not registered")

// member changes a live replica.
func (p *port) member(ctx context.Context, name, id string, f func(*registry.Replica) bool) error {
	return call(ctx, p, name, func() error {
		p.members.Lock()
		defer p.members.Unlock()
		r, ok := p.live[id]
		if !ok || !f(&r) {
			return errNoReplica
		}
		p.live[id] = r
		return nil
	})
}

func (p *port) RegisterReplica(ctx context.Context, id string, at int64, lease time.Duration) error {
	return call(ctx, p, "Register", func() error {
		p.members.Lock()
		defer p.members.Unlock()
		p.live[id] = registry.Replica{ID: id, RegisterTime: registry.Time(at), Lease: lease}
		return nil
	})
}

func (p *port) RenewReplica(ctx context.Context, id string) error {
	return p.member(ctx, "Renew", id, func(r *registry.Replica) bool { r.Renewal++; return true })
}

func (p *port) ConfirmReplica(ctx context.Context, id, epoch string, revision int64) error {
	return p.member(ctx, "Confirm", id, func(r *registry.Replica) bool { r.Epoch, r.Revision = epoch, revision; return true })
}

func (p *port) EndReplica(ctx context.Context, id string, renewal int64) error {
	return call(ctx, p, "End", func() error {
		p.members.Lock()
		defer p.members.Unlock()
		r, ok := p.live[id]
		if !ok || renewal >= 0 && r.Renewal != renewal {
			return errNoReplica
		}
		delete(p.live, id)
		p.ledger.set(func(m *memory) {
			for shard, h := range m.heads {
				if h.Replica == id {
					h.Sealed = true
					m.heads[shard] = h
				}
			}
		})
		return nil
	})
}

func (p *port) LiveReplicas(ctx context.Context) ([]registry.Replica, error) {
	return through(ctx, p, "Live", func() ([]registry.Replica, error) {
		p.members.Lock()
		defer p.members.Unlock()
		return slices.Collect(maps.Values(p.live)), nil
	})
}

func (p *port) Listen(ctx context.Context, changed func()) {
	p.members.Lock()
	p.listeners[p] = changed
	p.members.Unlock()
	<-ctx.Done()
}

func (p *port) OpenShard(ctx context.Context, h ledger.ShardHead) error {
	return call(ctx, p, "Open", func() error {
		p.members.Lock()
		defer p.members.Unlock()
		if _, ok := p.live[h.Replica]; !ok {
			return errNoReplica
		}
		return p.ledger.OpenShard(ctx, h)
	})
}

func (p *port) ShardHead(ctx context.Context, shard string) (ledger.ShardHead, error) {
	return through(ctx, p, "Shard", func() (ledger.ShardHead, error) { return p.ledger.ShardHead(ctx, shard) })
}

func (p *port) Append(ctx context.Context, seg ledger.Segment, prev, next ledger.ShardHead) error {
	return call(ctx, p, "Append", func() error { return p.ledger.Append(ctx, seg, prev, next) })
}

func (p *port) AnyFacts(ctx context.Context) (bool, error) { return p.ledger.AnyFacts(ctx) }

func (p *port) Facts(ctx context.Context, tags []ledger.Tag) ([]ledger.HeldFacts, error) {
	return p.ledger.Facts(ctx, tags)
}

func (p *port) Counters(ctx context.Context, exporter uint32, year int32, tags []ledger.Tag) (ledger.Counter, []ledger.Tag, error) {
	return p.ledger.Counters(ctx, exporter, year, tags)
}

func (p *port) Begin(ctx context.Context) (ledger.Tx, error) { return p.ledger.Begin(ctx) }

func (p *port) ForgetRequests(ctx context.Context, before int64, limit int) (int64, error) {
	return p.ledger.ForgetRequests(ctx, before, limit)
}

func (p *port) LastNow(ctx context.Context) (int64, error) {
	return through(ctx, p, "Last", func() (int64, error) { return p.ledger.LastNow(ctx) })
}

// member is one server of a fleet.
type member struct {
	*Gate
	port *port // nil on a real database
	now  func() time.Time
	shop decision.Principal
}

// base is what a server reaches of its database.
type base interface {
	registry.Store
	Ledger
	Replicas
}

// begin runs a server until the test ends.
func begin(t testing.TB, b base, keys *Keys, kc KeeperConfig, gc Config, now func() time.Time, fault mutants, lastLook time.Duration) *member {
	kc.Log, gc.Log = slog.New(slog.DiscardHandler), slog.New(slog.DiscardHandler)
	kc.Replicas = b
	k := NewKeeper(b, kc, now)
	k.mutants = fault
	if lastLook != 0 {
		k.last = lastLook
	}
	m := &member{Gate: New(k, b, keys, gc, now), now: now}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { k.Run(ctx) })
	all.Go(func() { m.Run(ctx) })
	t.Cleanup(func() { cancel(); all.Wait() })
	return m
}

// serving waits until the server answers.
func (m *member) serving(t testing.TB) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); m.Serving() != nil; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not serve: %v", m.Serving())
		}
	}
	var err error
	if m.shop, err = m.keeper.View().Authenticate("wb_t1_"+secret, registry.At(m.now())); err != nil {
		t.Fatal(err)
	}
}

// trial is one revocation: the courier is terminated. It judges what servers give.
type trial struct {
	revision atomic.Int64 // of the revoking write, when it is known
	returned atomic.Bool  // the write was settled
	over     atomic.Bool  // the courier is about to be taken back
	found    *faults
}

// faults is the first fault of all trials: one may come long after its trial.
type faults struct{ first atomic.Pointer[string] }

func (f *faults) String() string {
	if first := f.first.Load(); first != nil {
		return *first
	}
	return ""
}

func (x *trial) fault(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	x.found.first.CompareAndSwap(nil, &text)
}

// ask asks one server once, and judges its answer at the moment it is given.
func (x *trial) ask(ctx context.Context, m *member, server int) (given bool) {
	var a Answer
	before := x.returned.Load()
	err := m.Check(ctx, m.shop, question(), CheckOptions{Give: func() error {
		given = true
		at, terminated := a.View.Head.Revision, false
		for _, r := range a.Decision.Reasons {
			terminated = terminated || r.Code == decision.RecipientTerminated
		}
		switch returned, revision := x.returned.Load(), x.revision.Load(); {
		case !returned:
		case at < revision:
			x.fault("server %d gave an answer of revision %d after the write of revision %d had returned; the check began after it: %v", server, at, revision, before)
		case !terminated && !x.over.Load():
			x.fault("server %d gave an answer of revision %d by which the courier is not terminated at %v", server, at, a.Decision.Now)
		}
		return nil
	}}, &a)
	return given && err == nil
}

// revoke terminates the courier through a server, and settles.
func (x *trial) revoke(ctx context.Context, s *database, m *member, takes time.Duration) error {
	now := m.now()
	x.revision.Store(s.commit(now, takes, courier(registry.At(now))))
	err := m.keeper.Settle(ctx, "e1", x.revision.Load())
	if err == nil {
		x.returned.Store(true)
	}
	return err
}
