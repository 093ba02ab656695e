package gate

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// memory is a ledger in memory whose Append can be made to fail, hang or lose its
// reply.
type memory struct {
	mu       sync.Mutex
	heads    map[string]ledger.ShardHead
	segments []ledger.Segment
	replicas int
	before   func() error // called before the write; an error writes nothing
	after    func() error // called after the write; an error loses the reply
	away     bool         // all but Append fails
	facts    map[ledger.Tag]ledger.HeldFacts
	requests map[ledger.Tag]ledger.FactRequest
	counters map[uint32]ledger.Counter
	counted  map[ledger.Tag]bool
}

func newMemory() *memory {
	return &memory{
		heads: map[string]ledger.ShardHead{}, facts: map[ledger.Tag]ledger.HeldFacts{}, requests: map[ledger.Tag]ledger.FactRequest{},
		counters: map[uint32]ledger.Counter{}, counted: map[ledger.Tag]bool{},
	}
}

var errAway = registry.Errorf(registry.Unavailable, "OUTCOME_UNKNOWN", "the database is away")

func (m *memory) RegisterReplica(context.Context, string, int64, time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return errAway
	}
	m.replicas++
	return nil
}

func (m *memory) OpenShard(_ context.Context, h ledger.ShardHead) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return errAway
	}
	m.heads[h.Shard] = h
	return nil
}

func (m *memory) ShardHead(_ context.Context, shard string) (ledger.ShardHead, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return ledger.ShardHead{}, errAway
	}
	return m.heads[shard], nil
}

func (m *memory) LastNow(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return 0, errAway
	}
	last := int64(0)
	for _, h := range m.heads {
		last = max(last, h.LastNow)
	}
	return last, nil
}

func (m *memory) hooks() (before, after func() error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.before, m.after
}

func (m *memory) Append(ctx context.Context, seg ledger.Segment, prev, next ledger.ShardHead) error {
	return m.append(ctx, seg, prev, next, func() {})
}

// append writes, and what moves with it.
func (m *memory) append(_ context.Context, seg ledger.Segment, prev, next ledger.ShardHead, with func()) error {
	before, after := m.hooks()
	if before != nil {
		if err := before(); err != nil {
			return err
		}
	}
	m.mu.Lock()
	h := m.heads[seg.Shard]
	if h.Sealed || h.Root != prev.Root || h.Tree.Size() != prev.Tree.Size() {
		m.mu.Unlock()
		return registry.Errorf(registry.Aborted, "HEAD_MOVED", "the head moved")
	}
	m.heads[seg.Shard] = next
	with()
	seg.Data, seg.Recipients = slices.Clone(seg.Data), slices.Clone(seg.Recipients) // the caller's again
	m.segments = append(m.segments, seg)
	m.mu.Unlock()
	if after != nil {
		return after()
	}
	return nil
}

func (m *memory) set(f func(*memory)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(m)
}

// entries returns every decision of the ledger by shard and index, checked
// against the heads.
func (m *memory) entries(t *testing.T) map[string]map[int64]*ledger.DecisionEntry {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]map[int64]*ledger.DecisionEntry{}
	trees := map[string]*ledger.Tree{}
	for _, s := range m.segments {
		raw, err := ledger.DecodeEntries(s.Data, s.Count)
		if err != nil {
			t.Fatal(err)
		}
		if out[s.Shard] == nil {
			out[s.Shard], trees[s.Shard] = map[int64]*ledger.DecisionEntry{}, &ledger.Tree{}
		}
		last := int64(0)
		for i, b := range raw {
			if ledger.KindOf(b) == ledger.KindFact {
				trees[s.Shard].Append(ledger.LeafHash(b))
				continue
			}
			e, err := ledger.DecodeDecision(b)
			if err != nil {
				t.Fatal(err)
			}
			if e.Now < last {
				t.Errorf("now goes back from %d to %d", last, e.Now)
			}
			last = e.Now
			out[s.Shard][s.First+int64(i)] = e
			trees[s.Shard].Append(ledger.LeafHash(b))
		}
	}
	for shard, tree := range trees {
		if tree.Root() != m.heads[shard].Root {
			t.Errorf("the head of shard %s is not the root of its entries", shard)
		}
	}
	return out
}

// fakeStore is a registry of a few nouns.
type fakeStore struct {
	registry.Store
	mu      sync.Mutex
	head    registry.Head
	nouns   map[string]registry.Record
	changes []registry.Change
	tree    ledger.Tree
	hashes  map[string][32]byte
	now     func() time.Time
	skew    time.Duration
	delay   time.Duration // of an answer to Head
	err     error
	folds   int
}

func (s *fakeStore) Head(ctx context.Context) (registry.Head, error) {
	s.mu.Lock()
	delay := s.delay
	s.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-ctx.Done():
		return registry.Head{}, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.head
	h.Clock = registry.At(s.now().Add(s.skew))
	return h, s.err
}

func (s *fakeStore) Fold(_ context.Context, revision int64) (int64, iter.Seq2[registry.Record, error], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.folds++
	at := map[string]registry.Record{}
	for _, c := range s.changes {
		if c.Revision <= revision {
			at[c.Name] = registry.Record{Noun: c.Noun, Number: c.Number, Revision: c.Revision}
		}
	}
	return revision, func(yield func(registry.Record, error) bool) {
		for _, c := range registry.Collections {
			for _, r := range at {
				if r.Noun.Collection() == c && !yield(r, nil) {
					return
				}
			}
		}
	}, s.err
}

func (s *fakeStore) Changes(_ context.Context, after, upTo int64, _ string, _ int) ([]registry.Change, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []registry.Change
	for _, c := range s.changes {
		if c.Revision > after && c.Revision <= upTo {
			out = append(out, c)
		}
	}
	return out, s.err
}

func (s *fakeStore) TokenHashes(context.Context) (map[string][32]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hashes, s.err
}

// write records nouns as one revision and returns it.
func (s *fakeStore) write(nouns ...registry.Noun) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record(s.head.Revision+1, nouns)
	return s.head.Revision
}

// record records nouns as a revision. s.mu is held.
func (s *fakeStore) record(revision int64, nouns []registry.Noun) {
	for _, n := range nouns {
		r, ok := s.nouns[n.ResourceName()]
		if !ok {
			r.Number = uint32(len(s.nouns) + 1)
		}
		r.Noun = n
		s.nouns[n.ResourceName()] = r
		s.tree.Append(ledger.LeafHash(fmt.Append(nil, n.ResourceName(), len(s.changes))))
		s.changes = append(s.changes, registry.Change{Revision: revision, Index: int64(len(s.changes)), Operation: registry.Put, Name: n.ResourceName(), Number: r.Number, Noun: n, Root: s.tree.Root()})
	}
	s.head.Revision = max(s.head.Revision, revision)
	s.head.Changes, s.head.Root = s.tree.Size(), s.tree.Root()
}

func (s *fakeStore) set(f func(*fakeStore)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

const secret = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

func newStore(now func() time.Time) *fakeStore {
	s := &fakeStore{head: registry.Head{Epoch: "e1"}, nouns: map[string]registry.Record{}, now: now,
		hashes: map[string][32]byte{"t1": sha256.Sum256([]byte(secret))}}
	s.write(
		&registry.Settings{Name: "settings", Zone: "UTC"},
		&registry.Category{Name: "categories/user"}, &registry.Category{Name: "categories/user.name"},
		&registry.Purpose{Name: "purposes/delivery", Service: registry.ServiceNone},
		&registry.Exporter{Name: "exporters/acme", Country: "CN", City: "shanghai"},
		&registry.Recipient{Name: "recipients/courier", Kind: registry.RecipientKindLogistics, Role: registry.RecipientRoleProcessor, Country: "CN"},
		&registry.Principal{Name: "principals/shop", Role: registry.RoleCaller, Tokens: []registry.Token{{ID: "t1"}}},
		// At home: nothing is counted.
		&registry.Deployment{Name: "recipients/courier/deployments/cn", StorageCountries: []string{"CN"}, AccessCountries: []string{"CN"}},
	)
	return s
}

func keysOf(t testing.TB) *Keys {
	k, err := EmbeddedKeys(t.TempDir()+"/keys", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func question() *decision.Question {
	return &decision.Question{Recipient: "recipients/courier", Purpose: "purposes/delivery", Categories: []string{"categories/user.name"}, Subject: "u-1"}
}

// running is a gate that runs on fakes.
type running struct {
	*Gate
	store *fakeStore
	mem   *memory
	shop  decision.Principal
	stop  func() // ends what runs, once
}

func start(t testing.TB, kc KeeperConfig, gc Config) *running {
	return startOn(t, newMemory(), kc, gc)
}

func startOn(t testing.TB, m *memory, kc KeeperConfig, gc Config) *running {
	s := newStore(time.Now)
	kc.Log, gc.Log = slog.New(slog.DiscardHandler), slog.New(slog.DiscardHandler)
	k := NewKeeper(s, kc, time.Now)
	r := startGate(t, k, New(k, m, keysOf(t), gc, time.Now), s)
	r.mem = m
	return r
}

// startGate runs a gate and its keeper until the test ends.
func startGate(t testing.TB, k *Keeper, g *Gate, s *fakeStore) *running {
	if err := k.poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{}, 2)
	go func() { k.Run(ctx); done <- struct{}{} }()
	go func() { g.Run(ctx); done <- struct{}{} }()
	stop := sync.OnceFunc(func() { cancel(); <-done; <-done })
	t.Cleanup(stop)
	for g.Serving() != nil {
		time.Sleep(time.Millisecond)
	}
	p, err := k.View().Authenticate("wb_t1_"+secret, registry.At(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	return &running{Gate: g, store: s, shop: p, stop: stop}
}

// eventually waits until f holds.
func eventually(t testing.TB, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not come about")
		}
	}
}
