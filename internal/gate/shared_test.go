package gate

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/store"
	"waybill/internal/store/pgtest"
)

// What several servers on one PostgreSQL do together. The ordinary run takes a
// short slice; make soak takes all of it, by the environment:
//
//	WAYBILL_FACT_RACES  how often each race is run
//	WAYBILL_SUBJECTS    of how many subjects something is held
//	WAYBILL_SECONDS     how long withdrawals are written at a stretch

// setting reads a number from the environment.
func setting(name string, otherwise int) int {
	n := otherwise
	if s := os.Getenv(name); s != "" {
		fmt.Sscan(s, &n)
	}
	return n
}

// sharedLedger makes a migrated PostgreSQL and opens stores on it.
type sharedLedger struct{ dsn string }

func newShared(t testing.TB) sharedLedger {
	t.Helper()
	s := sharedLedger{pgtest.Start(t)}
	if err := store.Migrate(t.Context(), store.Config{Database: s.dsn}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s sharedLedger) open(t testing.TB) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Config{Database: s.dsn, Replica: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return st
}

func (s sharedLedger) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	db, err := sql.Open("postgres", s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// decisionsOf reads every decision of the ledger.
func decisionsOf(t testing.TB, s *store.Store) (all []*ledger.DecisionEntry) {
	t.Helper()
	segments, err := s.Segments(t.Context(), ledger.SegmentQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range segments {
		raw, err := ledger.DecodeEntries(g.Data, g.Count)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range raw {
			if ledger.KindOf(b) != ledger.KindDecision {
				continue
			}
			e, err := ledger.DecodeDecision(b)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
	}
	return all
}

// TestWithdrawalsRaceOnPostgres is the race of three servers on one database.
func TestWithdrawalsRaceOnPostgres(t *testing.T) {
	judging(t, byConsent)
	shared, keys := newShared(t), keysWithout(t)
	cfg := Config{Facts: 100 * time.Millisecond, Margin: 100 * time.Millisecond, Look: 20 * time.Millisecond, Wait: 5 * time.Second}
	var gates []*running
	for range 3 {
		gates = append(gates, startWith(t, shared.open(t), keys, KeeperConfig{}, cfg))
	}
	n := rounds(64)
	crowd := min(max(n/8, 1), 256) // persons who withdraw at about one time
	n = (n + crowd - 1) / crowd * crowd
	late, allowed := race(t, gates, 1) // the first fact of all
	var all sync.WaitGroup
	var mu sync.Mutex
	for range crowd {
		all.Go(func() {
			l, a := race(t, gates, n/crowd)
			mu.Lock()
			defer mu.Unlock()
			late, allowed = late+l, allowed+a
		})
	}
	all.Wait()
	if late > 0 || allowed == 0 {
		t.Errorf("of %d allowed answers %d were sent after the withdrawal had returned", allowed, late)
	}
	t.Logf("%d withdrawals, %d allowed answers, %d late", n+1, allowed, late)
}

// TestBoundaryOnPostgres: three servers race for the last places of a tier; exactly
// as many persons are allowed as there are, and the ledger says who, one by one.
func TestBoundaryOnPostgres(t *testing.T) {
	const places, asked = 40, 120
	var limit atomic.Int64
	judging(t, func(q *decision.Question, in *decision.Inputs, d *decision.Decision) {
		counting(limit.Load())(q, in, d)
	})
	shared, keys := newShared(t), keysWithout(t)
	var gates []*running
	var stores []*store.Store
	for range 3 {
		s := shared.open(t)
		stores = append(stores, s)
		gates = append(gates, startWith(t, s, keys, KeeperConfig{}, Config{Wait: 10 * time.Second, Facts: 10 * time.Second}))
	}
	n := rounds(3)
	for round := range n {
		limit.Store(int64(places * (round + 1)))
		var mu sync.Mutex
		persons := map[string]bool{}
		var wg sync.WaitGroup
		for w := range 12 {
			wg.Go(func() {
				var a Answer
				for i := range asked / 4 {
					q := question()
					q.Subject = fmt.Sprintf("person-%d-%d", round, (i*12+w)%asked) // each is asked three times
					if err := gates[w%3].Check(t.Context(), gates[0].shop, q, CheckOptions{}, &a); err != nil {
						t.Error(err)
						continue
					}
					if a.Decision.Outcome == decision.Allowed {
						mu.Lock()
						persons[q.Subject] = true
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		if len(persons) != places {
			t.Errorf("round %d: %d persons were allowed, want %d", round, len(persons), places)
		}
	}
	// Each place was given once: the counts before and after are a chain.
	var before []int64
	for _, e := range decisionsOf(t, stores[0]) {
		d, err := decision.DecodeAnswer(e.Answer)
		if err != nil {
			t.Fatal(err)
		}
		c, err := decision.DecodeCounters(e.Counters)
		if err != nil || c == nil {
			t.Fatalf("a counted share has the counters %+v: %v", c, err)
		}
		if d.Outcome == decision.Allowed && !c.InPersons {
			before = append(before, c.Persons)
		}
	}
	slices.Sort(before)
	for i, b := range before {
		if b != int64(i) {
			t.Fatalf("place %d was given by a count of %d", i, b)
		}
	}
	if len(before) != places*n {
		t.Errorf("%d places were given, want %d", len(before), places*n)
	}
	t.Logf("%d races of three servers for %d places: exactly %d each time", n, places, places)
}

// fillFacts holds something of n subjects: each a consent, and of every fourth a
// withdrawal too.
func (s sharedLedger) fillFacts(t testing.TB, n int) (bytesEach float64) {
	t.Helper()
	var one, two decision.Held
	one.Source = decision.FactSource{Shard: "00112233445566ff", Index: 1 << 30}
	two.Source = one.Source
	consent := &decision.Fact{Kind: decision.FactConsent, Type: decision.ConsentOrdinary, Purpose: 40, Policy: 61, Categories: []uint32{30, 31, 300}, Time: 1_795_424_400_000_000}
	one.Add(consent)
	two.Add(consent)
	two.Add(&decision.Fact{Kind: decision.FactWithdrawal, Type: decision.ConsentOrdinary, Purpose: 40, Time: 1_795_424_500_000_000})
	const part = 1_000_000
	for from := 0; from < n; from += part {
		s.exec(t, `INSERT INTO fact (tag, sequence, data) SELECT substring(sha256(int8send(i)) for 16), 1, CASE WHEN i % 4 = 0 THEN $3::bytea ELSE $4::bytea END
			FROM generate_series($1::bigint, $2::bigint) AS i`, from, min(from+part, n)-1, two.Append(nil), one.Append(nil))
	}
	s.exec(t, "VACUUM ANALYZE fact")
	db, err := sql.Open("postgres", s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var size int64
	if err := db.QueryRowContext(t.Context(), "SELECT pg_total_relation_size('fact')").Scan(&size); err != nil {
		t.Fatal(err)
	}
	return float64(size) / float64(n)
}

// TestFactsAtScale: what is held of many subjects is small on disk, and reading it
// costs a question little.
func TestFactsAtScale(t *testing.T) {
	n := setting("WAYBILL_SUBJECTS", 20_000)
	shared := newShared(t)
	each := shared.fillFacts(t, n)
	t.Logf("%d subjects, %.0f bytes each on disk", n, each)
	if each > 200 {
		t.Errorf("a subject takes %.0f bytes on disk, want at most 200", each)
	}
	s := shared.open(t)
	tags := make([]ledger.Tag, 256)
	var best time.Duration
	for try := range 200 {
		for i := range tags {
			tags[i] = tagOfSeries(t, int64((try*104_729+i*15_485_863)%n))
		}
		began := time.Now()
		rows, err := s.Facts(t.Context(), tags)
		if err != nil {
			t.Fatal(err)
		}
		var h decision.Held
		var f decision.Facts
		for i := range rows {
			if err := h.Decode(rows[i].Data); err != nil {
				t.Fatal(err)
			}
			h.Facts(&f, rows[i].Tag, 1_795_424_600_000_000, "", ledger.Tag{})
		}
		if took := time.Since(began); best == 0 || took < best {
			best = took
		}
		if len(rows) < 250 {
			t.Fatalf("%d rows of 256", len(rows))
		}
	}
	t.Logf("a group of 256 reads and decodes its facts in %v at best: %v a question", best, best/256)
}

// BenchmarkTogether asks the gate on PostgreSQL, 256 at once, what is plain, what
// reads held facts, and what is counted.
func BenchmarkTogether(b *testing.B) {
	for _, kind := range []string{"plain", "held", "counted"} {
		b.Run(kind, func(b *testing.B) {
			shared := newShared(b)
			if kind == "counted" {
				judging(b, counting(1<<60))
			}
			if kind == "held" {
				shared.fillFacts(b, setting("WAYBILL_SUBJECTS", 20_000))
			}
			g := startWith(b, shared.open(b), keysOf(b), KeeperConfig{}, Config{Wait: 10 * time.Second, Facts: 10 * time.Second})
			var next atomic.Int64
			b.SetParallelism(128)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				var a Answer
				q := question()
				for pb.Next() {
					q.Subject = fmt.Sprint("s-", next.Add(1))
					if err := g.Check(context.Background(), g.shop, q, CheckOptions{}, &a); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// TestWithdrawalsAtARate writes withdrawals for a while, as fast as it can, while
// checks run, and says how many a second.
func TestWithdrawalsAtARate(t *testing.T) {
	judging(t, byConsent)
	seconds := setting("WAYBILL_SECONDS", 1)
	shared, keys := newShared(t), keysWithout(t)
	if n := setting("WAYBILL_SUBJECTS", 0); n > 0 {
		shared.fillFacts(t, n)
	}
	g := startWith(t, shared.open(t), keys, KeeperConfig{}, Config{Wait: 5 * time.Second})
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(seconds)*time.Second)
	defer cancel()
	var written, checked, slowest atomic.Int64
	var wg sync.WaitGroup
	for w := range 400 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				var facts []SubjectFact
				for k := range 10 {
					facts = append(facts, withdrawal(fmt.Sprintf("w-%d-%d-%d", w, i, k))...)
				}
				began := time.Now()
				if _, err := g.WriteFacts(t.Context(), g.shop, facts, FactOptions{RequestID: fmt.Sprintf("r-%d-%d", w, i)}); err != nil {
					t.Error(err)
					return
				}
				for took := int64(time.Since(began)); took > slowest.Load(); {
					slowest.Store(took)
				}
				written.Add(int64(len(facts)))
			}
		})
	}
	for w := range 16 {
		wg.Go(func() {
			var a Answer
			q := question()
			for i := 0; ctx.Err() == nil; i++ {
				q.Subject = fmt.Sprintf("w-%d-%d-0", w, i)
				if g.Check(ctx, g.shop, q, CheckOptions{}, &a) == nil {
					checked.Add(1)
				}
			}
		})
	}
	began := time.Now()
	wg.Wait()
	took := time.Since(began).Seconds()
	if written.Load() == 0 || checked.Load() == 0 {
		t.Error("nothing was written or checked")
	}
	t.Logf("%.0f withdrawals a second over %.1f s, %.0f checks a second beside them; the slowest write took %v", float64(written.Load())/took, took, float64(checked.Load())/took, time.Duration(slowest.Load()))
}

// tagOfSeries is the tag that fillFacts gave subject i.
func tagOfSeries(t testing.TB, i int64) ledger.Tag {
	t.Helper()
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(i))
	sum := sha256.Sum256(b[:])
	return ledger.Tag(sum[:TagSize])
}
