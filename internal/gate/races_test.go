package gate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"waybill/internal/ledger"
	"waybill/internal/registry"
	"waybill/internal/store"
	"waybill/internal/store/pgtest"
)

// races is how many races a test makes: some, or as many as WAYBILL_RACES says.
func races(t *testing.T, some int) int {
	v := os.Getenv("WAYBILL_RACES")
	if v == "" {
		return some
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		t.Fatalf("WAYBILL_RACES is %q: give the number of races", v)
	}
	return n
}

// contest is servers of one database, their callers, and the trial of now.
type contest struct {
	members []*member
	trial   atomic.Pointer[trial]
	found   faults
	given   []atomic.Int64 // answers of each server
	pause   func() time.Duration
}

// call asks one server, over and over.
func (c *contest) call(ctx context.Context, server int) {
	for ctx.Err() == nil {
		if c.trial.Load().ask(ctx, c.members[server], server) {
			c.given[server].Add(1)
		}
		time.Sleep(c.pause())
	}
}

// callers begins callers of each server, until stop is called.
func (c *contest) callers(ctx context.Context, n int) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	for i := range len(c.members) * n {
		all.Go(func() { c.call(ctx, i%len(c.members)) })
	}
	return func() { cancel(); all.Wait() }
}

// TestRacesInVirtualTime: servers whose every call of the database takes a random
// while, with clocks that differ, of which some hear of no change, some are stopped and
// some cannot reach the database, in time that only passes when nobody has anything
// to do. It shows what interleavings of the gate's own steps can bring about; it says
// nothing of PostgreSQL or of gRPC.
func TestRacesInVirtualTime(t *testing.T) {
	const each = 200 // races of one fleet
	ledger.EncodeEntries(nil, []byte{1}, []uint32{1})
	n, seed := races(t, 400), rand.Uint64()
	begun := time.Now()
	var all outcome
	for i := range max(n/each, 1) {
		o := virtual(t, mutant{}, seed, uint64(i), each)
		if o.fault != "" {
			t.Fatalf("in fleet %d of seed %d: %s", i, seed, o.fault)
		}
		all.races, all.answers, all.stops, all.passed = all.races+o.races, all.answers+o.answers, all.stops+o.stops, all.passed+o.passed
	}
	took := time.Since(begun)
	t.Logf("%d races in %v (%v in virtual time): %d answers, servers stopped or cut off %d times, nothing given by an older registry after the revoking write returned",
		all.races, took.Round(time.Millisecond), all.passed.Round(time.Second), all.answers, all.stops)
}

// TestRacesCatch: the same races find each mutant that they can meet, with more of what
// it takes. The script of each is in barrier_test.go.
func TestRacesCatch(t *testing.T) {
	ledger.EncodeEntries(nil, []byte{1}, []uint32{1})
	for name, m := range map[string]mutant{
		"no second look":               {lastLook: long},
		"confirmed before the answers": {faults: mutants{hasty: true}},
		"fresh from after the poll":    {faults: mutants{late: true}},
	} {
		t.Run(name, func(t *testing.T) {
			made, seed := 0, rand.Uint64()
			for i := range uint64(60) {
				o := virtual(t, m, seed, i, 200)
				made += o.races
				if o.fault != "" {
					t.Logf("caught in %d races: %s", made, o.fault)
					return
				}
			}
			t.Errorf("not caught in %d races of seed %d", made, seed)
		})
	}
}

// random is a source for many.
type random struct {
	mu sync.Mutex
	r  *rand.Rand
}

func (r *random) n(n int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.r.IntN(n)
}

// within returns a duration below d, mostly a short one.
func (r *random) within(d time.Duration) time.Duration {
	return d >> r.n(8) * time.Duration(r.n(1000)) / 1000
}

// outcome is what came of the races of one fleet.
type outcome struct {
	races          int
	answers, stops int64
	passed         time.Duration
	fault          string
}

// virtual makes up to n races of one fleet in a bubble, until one finds a fault.
func virtual(t *testing.T, m mutant, seed, fleet uint64, n int) (o outcome) {
	synctest.Test(t, func(t *testing.T) { o = bubbled(t, m, rand.New(rand.NewPCG(seed, fleet)), n) })
	return o
}

// stop is what happens to a server.
type stop int

const (
	frozen  stop = iota
	deaf         // it is frozen, and hears of nothing
	mute         // it cannot write about itself
	lagging      // a poll is answered late, and then none
)

// likely is what brings out a mutant.
var likely = map[mutant]stop{
	{lastLook: long}:               frozen,
	{faults: mutants{hasty: true}}: frozen,
	{faults: mutants{late: true}}:  lagging,
}

func bubbled(t *testing.T, fault mutant, source *rand.Rand, n int) (o outcome) {
	const servers = 3
	t.Cleanup(func() { time.Sleep(time.Second) }) // the last calls are on their way back
	r := &random{r: source}
	db, born := newDatabase(), time.Now()
	c := &contest{given: make([]atomic.Int64, servers), pause: func() time.Duration { return r.within(60*time.Millisecond) + time.Microsecond }}
	c.trial.Store(&trial{found: &c.found})
	keys := keysOf(t)
	time.Sleep(5 * time.Second) // a key is not in use before it was made, by any of the clocks
	for range servers {
		p := &port{database: db, held: map[string]chan struct{}{}, while: func() time.Duration { return r.within(8 * time.Millisecond) }}
		ahead := time.Duration(r.n(3800)-1900) * time.Millisecond
		now := func() time.Time { return time.Now().Add(ahead) }
		kc := KeeperConfig{Deadline: 10 * time.Second, Boot: func() time.Duration { return time.Since(born) }}
		m := begin(t, p, keys, kc, alone(Config{Wait: 20 * time.Second, Commit: 2 * time.Minute}), now, fault.faults, fault.lastLook)
		m.port = p
		c.members = append(c.members, m)
	}
	for _, m := range c.members {
		m.serving(t)
	}
	ctx, cancel := context.WithCancel(t.Context())
	end := c.callers(ctx, 3)
	var away atomic.Int32
	away.Store(-1)
	var nemesis sync.WaitGroup
	nemesis.Go(func() {
		for ctx.Err() == nil {
			between, what := 4*time.Second, stop(r.n(4))
			if fault != (mutant{}) {
				between, what = time.Second, likely[fault]
			}
			time.Sleep(r.within(between))
			i := r.n(servers)
			p := c.members[i].port
			away.Store(int32(i))
			// For less than a lease, or for more.
			stopped := r.within(4*time.Second) + time.Duration(r.n(2))*6*time.Second
			switch what {
			case mute:
				p.hold("Renew<", "Confirm<")
			case lagging:
				p.hold("Head>")
				time.Sleep(r.within(9 * time.Second))
				p.hold("Head<")
				p.release("Head>")
			case deaf:
				p.deaf.Store(true)
				p.hold(everything...)
			case frozen:
				p.hold(everything...)
			}
			time.Sleep(stopped)
			p.release(everything...)
			p.deaf.Store(false)
			away.Store(-1)
			o.stops++
		}
	})
	writer := func() *member {
		for {
			if i := r.n(servers); i != int(away.Load()) {
				return c.members[i]
			}
		}
	}
	for i := range n {
		x := &trial{found: &c.found}
		c.trial.Store(x)
		time.Sleep(r.within(20 * time.Millisecond))
		within, done := context.WithTimeout(ctx, time.Minute)
		if err := x.revoke(within, db, writer(), r.within(4*time.Millisecond)); err != nil {
			t.Errorf("race %d: %v", i, err)
		}
		time.Sleep(r.within(40 * time.Millisecond))
		x.over.Store(true)
		m := writer()
		if err := m.keeper.Settle(within, "e1", db.commit(m.now(), r.within(4*time.Millisecond), courier(0))); err != nil {
			t.Errorf("race %d, after: %v", i, err)
		}
		done()
		o.races++
		if t.Failed() || c.found.String() != "" {
			break
		}
	}
	cancel()
	nemesis.Wait()
	for _, m := range c.members {
		m.port.release(everything...)
	}
	end()
	o.fault = c.found.String()
	for i := range c.given {
		if c.given[i].Load() == 0 && o.races == n {
			t.Errorf("server %d gave no answer", i)
		}
		o.answers += c.given[i].Load()
	}
	o.passed = time.Since(born)
	return o
}

// TestRacesOnPostgreSQL: three keepers and gates of one process on a real PostgreSQL,
// with a connection pool each. It shows the statements and their locks at work; the
// processes are those of cmd/waybill's TestServers.
func TestRacesOnPostgreSQL(t *testing.T) {
	const servers = 3
	dsn := pgtest.Start(t)
	if err := store.Migrate(t.Context(), store.Config{Database: dsn}); err != nil {
		t.Fatal(err)
	}
	c := &contest{given: make([]atomic.Int64, servers), pause: func() time.Duration { return rand.N(2 * time.Millisecond) }}
	c.trial.Store(&trial{found: &c.found})
	keys := keysOf(t)
	var stores []*store.Store
	for i := range servers {
		s, err := store.Open(t.Context(), store.Config{Database: dsn, Replica: fmt.Sprint("race ", i)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		stores = append(stores, s)
		if i == 0 {
			fill(t, s)
		}
		c.members = append(c.members, begin(t, s, keys, KeeperConfig{}, Config{Wait: 5 * time.Second}, time.Now, mutants{}, 0))
	}
	for _, m := range c.members {
		m.serving(t)
	}
	stop := c.callers(t.Context(), 2)
	defer stop()
	n, limit := races(t, 2000), 8*time.Second
	if os.Getenv("WAYBILL_RACES") != "" {
		limit = 24 * time.Hour
	}
	begun, made := time.Now(), 0
	var slowest, all time.Duration
	for ; made < n && time.Since(begun) < limit; made++ {
		x := &trial{found: &c.found}
		c.trial.Store(x)
		w := rand.IntN(servers)
		sent := time.Now()
		head := terminate(t, stores[w], sent)
		x.revision.Store(head.Revision)
		if err := c.members[w].keeper.Settle(t.Context(), head.Epoch, head.Revision); err != nil {
			t.Fatal(err)
		}
		took := time.Since(sent)
		slowest, all = max(slowest, took), all+took
		x.returned.Store(true)
		time.Sleep(rand.N(4 * time.Millisecond))
		x.over.Store(true)
		w = rand.IntN(servers)
		head = terminate(t, stores[w], time.Time{})
		if err := c.members[w].keeper.Settle(t.Context(), head.Epoch, head.Revision); err != nil {
			t.Fatal(err)
		}
		if fault := c.found.String(); fault != "" {
			t.Fatalf("race %d: %s", made, fault)
		}
	}
	stop()
	if fault := c.found.String(); fault != "" {
		t.Error(fault)
	}
	answers := int64(0)
	for i := range c.given {
		if c.given[i].Load() == 0 {
			t.Errorf("server %d gave no answer", i)
		}
		answers += c.given[i].Load()
	}
	t.Logf("%d races in %v: %d answers, none by an older registry after the revoking write returned, which took %v in the mean and %v at most",
		made, time.Since(begun).Round(time.Millisecond), answers, (all / time.Duration(max(made, 1))).Round(10*time.Microsecond), slowest.Round(10*time.Microsecond))
}

// fill records the registry of newStore.
func fill(t *testing.T, s *store.Store) {
	t.Helper()
	from := newStore(time.Now)
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := registry.Write{Author: "operator", Reason: "test", Time: registry.At(time.Now()), TokenHashes: from.hashes}
	for _, c := range from.changes {
		w.Edits = append(w.Edits, registry.Edit{Name: c.Name, Noun: c.Noun})
	}
	if _, _, err := s.Commit(t.Context(), head, w); err != nil {
		t.Fatal(err)
	}
}

// terminate records when the courier is terminated, never if the time is zero.
func terminate(t *testing.T, s *store.Store, at time.Time) registry.Head {
	t.Helper()
	when := registry.Time(0)
	if !at.IsZero() {
		when = registry.At(at)
	}
	for {
		recs, head, err := s.Get(t.Context(), "recipients/courier")
		if err != nil {
			t.Fatal(err)
		}
		head, _, err = s.Commit(t.Context(), head, registry.Write{Author: "operator", Reason: "race", Time: registry.At(time.Now()),
			Edits: []registry.Edit{{Name: "recipients/courier", Noun: courier(when), Number: recs["recipients/courier"].Number}}})
		if registry.ReasonOf(err) == "REVISION_MOVED" {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		return head
	}
}
