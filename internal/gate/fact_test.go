package gate

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// judging puts another decision in the place of the engine's until the test ends:
// it is called after the engine, and may change what that said.
func judging(t testing.TB, after func(q *decision.Question, in *decision.Inputs, d *decision.Decision)) {
	was := check
	check = func(s *decision.Snapshot, q *decision.Question, in *decision.Inputs, d *decision.Decision) {
		was(s, q, in, d)
		after(q, in, d)
	}
	t.Cleanup(func() { check = was })
}

// refusing lets the engine refuse every question, as edition 1 did some, while the
// returned flag is set.
func refusing(t testing.TB) *atomic.Bool {
	var refuse atomic.Bool
	judging(t, func(_ *decision.Question, _ *decision.Inputs, d *decision.Decision) {
		if refuse.Load() {
			d.Outcome, d.Refusal = decision.Undecided, decision.RefusedUK
		}
	})
	return &refuse
}

// allow makes d an allowance, or a denial.
func allow(d *decision.Decision, yes bool) {
	d.Reasons, d.Outcome, d.Permitted = d.Reasons[:0], decision.Denied, 0
	if yes {
		d.Outcome, d.Permitted = decision.Allowed, 1
	}
}

// byConsent allows what a standing held consent covers, or nothing was ever withdrawn.
func byConsent(_ *decision.Question, in *decision.Inputs, d *decision.Decision) {
	withdrawn := in.Facts != nil && slices.ContainsFunc(in.Facts.Consents, func(c decision.HeldConsent) bool { return c.WithdrawTime != 0 && c.WithdrawTime <= in.Now })
	allow(d, !withdrawn && (in.Facts == nil || !in.Facts.Erased))
}

func erasure(subject string) []SubjectFact {
	return []SubjectFact{{Subject: subject, Fact: decision.Fact{Kind: decision.FactErasure}}}
}

func withdrawal(subject string) []SubjectFact {
	return []SubjectFact{{Subject: subject, Fact: decision.Fact{Kind: decision.FactWithdrawal, Purpose: 4}}}
}

// quick returns soon from writes, where a test does not measure that.
var quick = Config{Facts: 20 * time.Millisecond, Margin: time.Millisecond, Look: 5 * time.Millisecond, Wait: 5 * time.Second, Alone: true}

// factEntries returns every fact of the ledger, with where it stands.
func (m *memory) factEntries(t *testing.T) (all []*ledger.FactEntry, at []decision.FactSource) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.segments {
		raw, err := ledger.DecodeEntries(s.Data, s.Count)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range raw {
			if ledger.KindOf(b) == ledger.KindFact {
				e, err := ledger.DecodeFact(b)
				if err != nil {
					t.Fatal(err)
				}
				all, at = append(all, e), append(at, decision.FactSource{Shard: s.Shard, Index: s.First + int64(i)})
			}
		}
	}
	return all, at
}

// TestFactsAreRead: a fact that was written decides, and the decision says which
// entry it comes from; where nothing is held of anybody nothing is read.
func TestFactsAreRead(t *testing.T) {
	g := start(t, KeeperConfig{}, quick)
	var a Answer
	read := func(subject string) *decision.Facts {
		t.Helper()
		q := question()
		q.Subject = subject
		if err := g.Check(t.Context(), g.shop, q, CheckOptions{RequestID: "r"}, &a); err != nil {
			t.Fatal(err)
		}
		e := g.mem.entries(t)[a.Shard][a.Index]
		f, err := decision.DecodeFacts(a.View.Snapshot, e.Facts)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Replay(a.View.Snapshot, e); err != nil {
			t.Errorf("%s: %v", subject, err)
		}
		return f
	}
	erased := func() bool {
		return slices.ContainsFunc(a.Decision.Reasons, func(r decision.Reason) bool { return r.Code == decision.SubjectErasedOrCancelled })
	}
	if f := read("u-1"); f != nil || erased() {
		t.Errorf("before any fact it reads %+v", f)
	}
	w, err := g.WriteFacts(t.Context(), g.shop, erasure("u-1"), FactOptions{})
	if err != nil || len(w.LeafHashes) != 1 || w.Now == 0 {
		t.Fatalf("%+v, %v", w, err)
	}
	if f := read("u-1"); f == nil || !f.Erased || !erased() || !slices.Equal(f.Sources, []decision.FactSource{{Shard: w.Shard, Index: w.First}}) {
		t.Errorf("after it, it reads %+v", f)
	}
	tag := g.keys.set.Load().facts.factTag(factSubject, "u-1")
	last := g.mem.segments[len(g.mem.segments)-1]
	if f := read("u-2"); f == nil || f.Erased || len(f.Sources) != 0 || erased() || f.Tag == tag {
		t.Errorf("of another subject it reads %+v", f)
	}
	if !ledger.Filter(last.Tags).May(tag[:]) {
		t.Error("the segment's filter does not know whose facts were read")
	}
	facts, _ := g.mem.factEntries(t)
	if len(facts) != 1 || facts[0].Sequence != 1 || facts[0].Subject != tag || facts[0].Principal != g.shop.Number || ledger.LeafHash(ledger.AppendFact(nil, facts[0])) != w.LeafHashes[0] {
		t.Errorf("the ledger holds %+v", facts)
	}
	h, n, err := g.Held(t.Context(), "u-1")
	if err != nil || n != 1 || !h.Erased {
		t.Errorf("what is held is %+v, %d, %v", h, n, err)
	}
	if h, n, err := g.Held(t.Context(), "u-9"); err != nil || n != 0 || h.Erased {
		t.Errorf("of nobody %+v, %d, %v is held", h, n, err)
	}
	// A batch, and an explanation.
	as := make([]Answer, 3)
	qs := []decision.Question{*question(), *question(), *question()}
	qs[1].Subject = ""
	if err := g.CheckBatch(t.Context(), g.shop, qs, CheckOptions{}, as); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false, true} {
		e := g.mem.entries(t)[as[i].Shard][as[i].Index]
		if f, err := decision.DecodeFacts(as[i].View.Snapshot, e.Facts); err != nil || (f != nil) != want {
			t.Errorf("question %d of a batch reads %+v, %v", i, f, err)
		}
	}
	if err := g.Explain(t.Context(), g.shop, question(), ExplainOptions{}, &a); err != nil || !erased() {
		t.Errorf("an explanation does not know it: %v", err)
	}
}

// TestFactsChain: the facts of a subject are counted without a gap, each names the
// one before, and their sum is what is held, whoever wrote them together.
func TestFactsChain(t *testing.T) {
	g := start(t, KeeperConfig{}, quick)
	var wg sync.WaitGroup
	for w := range 6 {
		wg.Go(func() {
			for i := range 20 {
				var facts []SubjectFact
				for j := range 1 + (i+w)%4 {
					facts = append(facts, SubjectFact{Subject: fmt.Sprint("u-", (i+j)%5), Publication: "p1", Fact: decision.Fact{
						Kind: decision.FactConsent, Type: decision.ConsentSeparatePublic, Purpose: uint32(1 + w), Categories: []uint32{2}, Policy: 9}})
					facts = append(facts, withdrawal(fmt.Sprint("u-", i%5))...)
				}
				if _, err := g.WriteFacts(t.Context(), g.shop, facts, FactOptions{}); err != nil {
					t.Error(err)
				}
				var a Answer
				q := question()
				q.Subject = fmt.Sprint("u-", i%5)
				if err := g.Check(t.Context(), g.shop, q, CheckOptions{}, &a); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	g.mem.entries(t) // holds the heads to the entries
	all, at := g.mem.factEntries(t)
	for u := range 5 {
		tag := g.keys.set.Load().facts.factTag(factSubject, fmt.Sprint("u-", u))
		var mine []*ledger.FactEntry
		var where []decision.FactSource
		for i, e := range all {
			if e.Subject == tag {
				mine, where = append(mine, e), append(where, at[i])
			}
		}
		h, err := ReplayFacts(mine, where)
		if err != nil {
			t.Fatal(err)
		}
		if row := g.mem.facts[tag]; row.Sequence != int64(len(mine)) || !bytes.Equal(row.Data, h.Append(nil)) {
			t.Errorf("the row of subject %d is not the sum of its %d facts", u, len(mine))
		}
		if len(mine) > 2 {
			if _, err := ReplayFacts(append(slices.Clone(mine[:1]), mine[2:]...), append(slices.Clone(where[:1]), where[2:]...)); err == nil {
				t.Error("a fact that was left out is not missed")
			}
		}
	}
}

// TestFactRequests: a request is made once, whoever repeats it, and its id stands
// for no other.
func TestFactRequests(t *testing.T) {
	g := start(t, KeeperConfig{}, quick)
	opt := FactOptions{RequestID: "r-1", Request: []byte("a")}
	first, err := g.WriteFacts(t.Context(), g.shop, erasure("u-1"), opt)
	if err != nil {
		t.Fatal(err)
	}
	again, err := g.WriteFacts(t.Context(), g.shop, erasure("u-1"), opt)
	if err != nil || again.Shard != first.Shard || again.First != first.First || again.LeafHashes != nil {
		t.Errorf("a repeat is %+v, %v; want %+v", again, err, first)
	}
	opt.Request = []byte("b")
	if _, err := g.WriteFacts(t.Context(), g.shop, erasure("u-2"), opt); reason(err) != "IDEMPOTENCY_MISMATCH" {
		t.Errorf("another request of the same id: %v", err)
	}
	// Many at once: one entry.
	opt = FactOptions{RequestID: "r-2", Request: []byte("c")}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := g.WriteFacts(t.Context(), g.shop, erasure("u-3"), opt); err != nil && reason(err) != "REQUEST_IN_FLIGHT" {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if all, _ := g.mem.factEntries(t); len(all) != 2 {
		t.Errorf("%d facts are recorded, want 2", len(all))
	}
}

// TestFactsFull: a consent too many is refused, with all that was written with it.
func TestFactsFull(t *testing.T) {
	g := start(t, KeeperConfig{}, quick)
	var facts []SubjectFact
	for i := range decision.MaxHeld + 1 {
		facts = append(facts, SubjectFact{Subject: "u-1", Fact: decision.Fact{Kind: decision.FactConsent, Type: decision.ConsentOrdinary, Purpose: 1, Recipient: uint32(i + 1)}})
	}
	if _, err := g.WriteFacts(t.Context(), g.shop, append(erasure("u-2"), facts...), FactOptions{}); reason(err) != "FACTS_FULL" {
		t.Fatalf("a consent too many: %v", err)
	}
	if all, _ := g.mem.factEntries(t); len(all) != 0 || len(g.mem.facts) != 0 {
		t.Errorf("%d facts are recorded of a write that was refused", len(all))
	}
	if _, err := g.WriteFacts(t.Context(), g.shop, facts[1:], FactOptions{}); err != nil {
		t.Error(err)
	}
}

// TestFactsOutlast: a write returns no sooner than every answer without it was given.
func TestFactsOutlast(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{Facts: 60 * time.Millisecond, Margin: 40 * time.Millisecond, Alone: true})
	began := time.Now()
	if _, err := g.WriteFacts(t.Context(), g.shop, erasure("u-1"), FactOptions{}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 100*time.Millisecond {
		t.Errorf("it returns after %v", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := g.WriteFacts(ctx, g.shop, erasure("u-1"), FactOptions{}); reason(err) != "OUTCOME_UNKNOWN" {
		t.Errorf("before that it returns %v", err)
	}
}

// keysWithout returns tag keys that lack the named uses.
func keysWithout(t *testing.T, uses ...Use) *Keys {
	t.Helper()
	var lines strings.Builder
	for i, use := range []Use{UseLedger, UseFacts, UseCounting} {
		if !slices.Contains(uses, use) {
			fmt.Fprintf(&lines, `{"id":"%s","use":"%s","from":"2000-01-01T00:00:00Z","key":"%064x"}`+"\n", use, use, i+1)
		}
	}
	k, err := ParseKeys([]byte(lines.String()))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(k.Lacking(), uses) {
		t.Fatalf("it says that it lacks %v", k.Lacking())
	}
	return k
}

// TestFactsKeyMissing: without the key nothing is written, and nothing answered
// while facts are held; where none is held all is answered.
func TestFactsKeyMissing(t *testing.T) {
	m := newMemory()
	with, without := startWith(t, m, keysWithout(t), KeeperConfig{}, quick), startWith(t, m, keysWithout(t, UseFacts), KeeperConfig{}, Config{Look: 5 * time.Millisecond})
	if _, err := without.WriteFacts(t.Context(), without.shop, erasure("u-1"), FactOptions{}); reason(err) != "KEY_MISSING" {
		t.Errorf("it writes without the key: %v", err)
	}
	if _, _, err := without.Held(t.Context(), "u-1"); reason(err) != "KEY_MISSING" {
		t.Errorf("it reads without the key: %v", err)
	}
	if why := without.ask(t); why != "" {
		t.Errorf("where nothing is held: %q", why)
	}
	if _, err := with.WriteFacts(t.Context(), with.shop, erasure("u-1"), FactOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return without.ask(t) == "KEY_MISSING" })
	q := question()
	q.Subject = ""
	var a Answer
	if err := without.Check(t.Context(), without.shop, q, CheckOptions{}, &a); err != nil {
		t.Errorf("a question of nobody needs no key: %v", err)
	}
}

// TestCountingKeyMissing: what is counted gets no answer without the key.
func TestCountingKeyMissing(t *testing.T) {
	judging(t, counting(10))
	g := startWith(t, newMemory(), keysWithout(t, UseCounting), KeeperConfig{}, quick)
	if why := g.ask(t); why != "KEY_MISSING" {
		t.Errorf("it answers %q", why)
	}
	var a Answer
	if err := g.Explain(t.Context(), g.shop, question(), ExplainOptions{}, &a); reason(err) != "KEY_MISSING" {
		t.Errorf("it explains %v", err)
	}
}

// counting counts each share, as persons, up to a limit.
func counting(limit int64) func(*decision.Question, *decision.Inputs, *decision.Decision) {
	return func(q *decision.Question, in *decision.Inputs, d *decision.Decision) {
		d.Countable = true
		c := in.Counters
		if c == nil {
			allow(d, false)
			return
		}
		n := max(q.Quantity, 1)
		if c.InPersons {
			n = 0
		}
		if allow(d, c.Persons+n <= limit); d.Outcome == decision.Allowed {
			d.Counted = decision.Counted{Year: c.Year, PersonsBefore: 7 + c.Persons, PersonsAfter: 7 + c.Persons + n, SensitiveBefore: c.Sensitive, SensitiveAfter: c.Sensitive}
		}
	}
}

// TestCounters: each person once, a bulk share with a key once, one without each
// time, and what is denied not at all.
func TestCounters(t *testing.T) {
	judging(t, counting(20))
	g := start(t, KeeperConfig{}, quick)
	var a Answer
	exporter := uint32(0)
	for _, step := range []struct {
		subject, key string
		quantity     int64
		allowed      bool
		after        int64
	}{
		{"u-1", "", 0, true, 1}, {"u-1", "", 0, true, 1}, {"u-2", "", 0, true, 2}, {"", "k-1", 5, true, 7}, {"", "k-1", 5, true, 7},
		{"", "k-1", 900, false, 7}, {"u-1", "", 900, false, 7}, // counted as five, and as one
		{"", "", 3, true, 10}, {"", "", 3, true, 13}, {"", "k-2", 8, false, 13}, {"", "k-3", 7, true, 20}, {"u-3", "", 0, false, 20}, {"u-1", "", 0, true, 20},
	} {
		q := question()
		q.Subject, q.CountKey, q.Quantity = step.subject, step.key, step.quantity
		if err := g.Explain(t.Context(), g.shop, q, ExplainOptions{}, &a); err != nil || (a.Decision.Outcome == decision.Allowed) != step.allowed {
			t.Errorf("%+v is explained as %d: %v", step, a.Decision.Outcome, err)
		}
		if err := g.Check(t.Context(), g.shop, q, CheckOptions{}, &a); err != nil || (a.Decision.Outcome == decision.Allowed) != step.allowed {
			t.Errorf("%+v is %d: %v", step, a.Decision.Outcome, err)
		}
		exporter = a.Decision.Exporter
		if n := g.mem.counters[exporter].Persons; n != step.after {
			t.Errorf("after %+v %d are counted", step, n)
		}
		e := g.mem.entries(t)[a.Shard][a.Index]
		if c, err := decision.DecodeCounters(e.Counters); err != nil || c == nil || c.Year != decision.CountingYear(registry.Time(e.Now)) {
			t.Errorf("the entry of %+v has the counters %+v: %v", step, c, err)
		}
	}
	if exporter == 0 {
		t.Error("the exporter is not known")
	}
	// In one batch each is decided in turn.
	m := newMemory()
	g = startOn(t, m, KeeperConfig{}, quick)
	qs, as := make([]decision.Question, 30), make([]Answer, 30)
	for i := range qs {
		qs[i] = *question()
		qs[i].Subject = fmt.Sprint("u-", i)
	}
	if err := g.CheckBatch(t.Context(), g.shop, qs, CheckOptions{}, as); err != nil {
		t.Fatal(err)
	}
	for i := range as {
		if (as[i].Decision.Outcome == decision.Allowed) != (i < 20) {
			t.Errorf("person %d of a batch is %d", i, as[i].Decision.Outcome)
		}
	}
}

// TestTogetherUnderFaults: whatever the ledger does, the counter is what the allowed
// decisions of the ledger say, a subject's row is the sum of its facts, and an answer
// stands where its receipt says.
func TestTogetherUnderFaults(t *testing.T) {
	judging(t, counting(1_000_000))
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			cfg := quick
			cfg.Retry, cfg.Wait, cfg.Facts = time.Millisecond, 20*time.Millisecond, time.Second
			cfg.Margin = time.Millisecond - time.Second
			g := start(t, KeeperConfig{}, cfg)
			var mu sync.Mutex
			r := rand.New(rand.NewPCG(seed, 2))
			fault := func(percent int) func() error {
				return func() error {
					mu.Lock()
					x, hang := r.IntN(100), time.Duration(r.IntN(30))*time.Millisecond
					mu.Unlock()
					switch {
					case x < percent:
						return errAway
					case x < percent+3:
						time.Sleep(hang)
					}
					return nil
				}
			}
			g.mem.set(func(m *memory) { m.before, m.after = fault(15), fault(15) })
			var answered atomic.Int64
			var wg sync.WaitGroup
			for w := range 8 {
				wg.Go(func() {
					as := make([]Answer, 3)
					for i := range 60 {
						q := question()
						q.Subject = fmt.Sprint("u-", (i*7+w)%90)
						if i%5 == 0 {
							if _, err := g.WriteFacts(t.Context(), g.shop, withdrawal(q.Subject), FactOptions{}); err != nil {
								time.Sleep(time.Millisecond)
							}
						}
						if err := g.CheckBatch(t.Context(), g.shop, []decision.Question{*q, *q, *question()}, CheckOptions{}, as); err != nil {
							time.Sleep(time.Millisecond)
							continue
						}
						for k := range as {
							answered.Add(1)
							e := g.mem.entries(t)[as[k].Shard][as[k].Index]
							if e == nil || ledger.LeafHash(ledger.AppendDecision(nil, e)) != as[k].LeafHash {
								t.Errorf("%s-%d was answered and does not stand there", as[k].Shard, as[k].Index)
							}
						}
					}
				})
			}
			wg.Wait()
			g.stop() // a group whose callers have gone is made durable all the same
			if answered.Load() == 0 {
				t.Error("nothing was answered")
			}
			added := int64(0)
			for _, es := range g.mem.entries(t) {
				for _, e := range es {
					d, err := decision.DecodeAnswer(e.Answer)
					if err != nil {
						t.Fatal(err)
					}
					added += d.Counted.PersonsAfter - d.Counted.PersonsBefore
				}
			}
			g.mem.set(func(m *memory) {
				total := int64(0)
				for _, c := range m.counters {
					total += c.Persons
				}
				if total != added || total != int64(len(m.counted)) {
					t.Errorf("%d are counted, the ledger says %d, of %d persons", total, added, len(m.counted))
				}
			})
			all, at := g.mem.factEntries(t)
			for tag, row := range g.mem.facts {
				var mine []*ledger.FactEntry
				var where []decision.FactSource
				for i, e := range all {
					if e.Subject == tag {
						mine, where = append(mine, e), append(where, at[i])
					}
				}
				order := make([]int, len(mine))
				for i := range order {
					order[i] = i
				}
				slices.SortFunc(order, func(a, b int) int { return int(mine[a].Sequence - mine[b].Sequence) })
				var sorted []*ledger.FactEntry
				var places []decision.FactSource
				for _, i := range order {
					sorted, places = append(sorted, mine[i]), append(places, where[i])
				}
				h, err := ReplayFacts(sorted, places)
				if err != nil || row.Sequence != int64(len(mine)) || !bytes.Equal(h.Append(nil), row.Data) {
					t.Errorf("a subject's row is not the sum of its facts: %v", err)
				}
			}
		})
	}
}

// slow is a ledger whose appends take a while, after what decides was read.
type slow struct {
	Ledger
	delay func() time.Duration
}

func (s slow) Append(ctx context.Context, seg ledger.Segment, prev, next ledger.ShardHead) error {
	time.Sleep(s.delay())
	return s.Ledger.Append(ctx, seg, prev, next)
}

// startWith starts a gate on any ledger.
func startWith(t testing.TB, l Ledger, keys *Keys, kc KeeperConfig, gc Config) *running {
	s := newStore(time.Now)
	kc.Log, gc.Log = slog.New(slog.DiscardHandler), slog.New(slog.DiscardHandler)
	k := NewKeeper(s, kc, time.Now)
	g := New(k, l, keys, gc, time.Now)
	return startGate(t, k, g, s)
}

// raced counts the subjects of all races: each withdraws once.
var raced atomic.Int64

// race lets three gates on one ledger answer without end while subjects withdraw,
// and returns how many answers were sent, allowed, after the withdrawal had returned.
func race(t *testing.T, gates []*running, rounds int) (late, allowed int) {
	t.Helper()
	for round := range rounds {
		subject := fmt.Sprint("race-", raced.Add(1))
		var returned atomic.Pointer[time.Time]
		var lates, allows atomic.Int64
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for w := range 3 * len(gates) {
			g := gates[w%len(gates)]
			wg.Go(func() {
				var a Answer
				q := question()
				q.Subject = subject
				for {
					select {
					case <-stop:
						return
					default:
					}
					give := func() error {
						if sent := time.Now(); a.Decision.Outcome == decision.Allowed {
							allows.Add(1)
							if r := returned.Load(); r != nil && sent.After(*r) {
								lates.Add(1)
							}
						}
						return nil
					}
					if g.Check(context.Background(), g.shop, q, CheckOptions{Give: give}, &a) != nil {
						time.Sleep(time.Millisecond)
					}
				}
			})
		}
		for began := time.Now(); allows.Load() == 0 && time.Since(began) < 10*time.Second; {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
		if _, err := gates[round%len(gates)].WriteFacts(t.Context(), gates[0].shop, withdrawal(subject), FactOptions{}); err != nil {
			t.Errorf("round %d: %v", round, err)
			close(stop)
			wg.Wait()
			break
		}
		at := time.Now()
		returned.Store(&at)
		time.Sleep(150 * time.Millisecond)
		close(stop)
		wg.Wait()
		late, allowed = late+int(lates.Load()), allowed+int(allows.Load())
	}
	return late, allowed
}

// rounds is how often a race is run: a few times, or as the environment says.
func rounds(few int) int {
	n := few
	if s := os.Getenv("WAYBILL_FACT_RACES"); s != "" {
		fmt.Sscan(s, &n)
	}
	return n
}

// TestWithdrawalsRace: when a withdrawal has returned nothing is allowed on that
// consent on any of three gates, also where commits are slow; and what holds that
// can be seen to hold it: without the age of the facts, without the wait, and without
// the wait for those who had found nothing held, answers come late.
func TestWithdrawalsRace(t *testing.T) {
	judging(t, byConsent)
	normal := Config{Facts: 100 * time.Millisecond, Margin: 100 * time.Millisecond, Look: 20 * time.Millisecond, Wait: 5 * time.Second}
	for name, c := range map[string]struct {
		change func(*Config)
		slowly bool
		fresh  bool // nothing is held of anybody when it begins
		late   bool
	}{
		"as it is":                           {func(*Config) {}, false, false, false},
		"slow commits":                       {func(*Config) {}, true, false, false},
		"the first fact":                     {func(*Config) {}, true, true, false},
		"no age":                             {func(c *Config) { c.Facts, c.Margin = time.Hour, 200*time.Millisecond-time.Hour }, true, false, true},
		"no wait":                            {func(c *Config) { c.Margin = -c.Facts }, true, false, true},
		"no wait for who found nothing held": {func(c *Config) { c.Alone = true }, true, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := normal
			c.change(&cfg)
			var l Ledger = newMemory()
			if c.slowly {
				l = slow{l, func() time.Duration {
					if rand.IntN(2) == 0 {
						return time.Duration(20+rand.IntN(60)) * time.Millisecond
					}
					return time.Duration(150+rand.IntN(400)) * time.Millisecond
				}}
			}
			keys := keysWithout(t)
			var gates []*running
			for range 3 {
				gates = append(gates, startWith(t, l, keys, KeeperConfig{}, cfg))
			}
			if !c.fresh {
				if _, err := gates[0].WriteFacts(t.Context(), gates[0].shop, erasure("somebody"), FactOptions{}); err != nil {
					t.Fatal(err)
				}
				eventually(t, func() bool { return gates[1].rec.held.any.Load() && gates[2].rec.held.any.Load() })
			}
			n, late := rounds(3), 0
			if c.fresh {
				n = 1
			}
			for try := range 10 {
				l, allowed := race(t, gates, n)
				late += l
				if allowed == 0 {
					t.Error("nothing was allowed: the race is none")
				}
				if !c.late || late > 0 || c.fresh || try == 9 {
					break
				}
			}
			if (late > 0) != c.late {
				t.Errorf("%d answers were sent late, want some: %v", late, c.late)
			}
		})
	}
}

// TestFactsTooOld: an answer whose facts were read too long ago is not given, by
// the boot's clock too, though it is recorded.
func TestFactsTooOld(t *testing.T) {
	var skip atomic.Int64
	began := time.Now()
	boot := func() time.Duration { return time.Since(began) + time.Duration(skip.Load()) }
	cfg := quick
	cfg.Facts = time.Second
	m := newMemory()
	g := startWith(t, m, keysWithout(t), KeeperConfig{Boot: boot, Lease: time.Hour}, cfg)
	if _, err := g.WriteFacts(t.Context(), g.shop, erasure("u-1"), FactOptions{}); err != nil {
		t.Fatal(err)
	}
	if why := g.ask(t); why != "" {
		t.Fatal(why)
	}
	m.set(func(m *memory) { m.after = func() error { skip.Add(int64(2 * time.Second)); return nil } })
	if why := g.ask(t); why != "LEDGER_UNAVAILABLE" {
		t.Errorf("after two seconds of suspension it answers %q", why)
	}
}

// TestKeysOfUses: a keys file has at most one key of facts and of counting, which
// stay what they are; the embedded one makes what lacks.
func TestKeysOfUses(t *testing.T) {
	line := func(id string, use Use, b int) string {
		return fmt.Sprintf(`{"id":"%s","use":"%s","from":"2000-01-01T00:00:00Z","key":"%064x"}`+"\n", id, use, b)
	}
	for name, text := range map[string]string{
		"two of facts": line("a", UseLedger, 1) + line("b", UseFacts, 2) + line("c", UseFacts, 3), "an unknown use": line("a", UseLedger, 1) + line("b", "other", 2),
		"none of the ledger": line("a", UseFacts, 1), "an id twice": line("a", UseLedger, 1) + line("a", UseFacts, 2),
	} {
		if _, err := ParseKeys([]byte(text)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	path := filepath.Join(t.TempDir(), "keys")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(line("a", UseLedger, 1) + line("b", UseFacts, 2))
	k, err := KeysFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"another facts key": line("a", UseLedger, 1) + line("b", UseFacts, 3), "no facts key": line("a", UseLedger, 1)} {
		write(text)
		if k.Renew(time.Now()) == nil {
			t.Errorf("%s is taken while the gate runs", name)
		}
	}
	write(line("a", UseLedger, 1) + line("x", UseFacts, 2) + line("c", UseCounting, 9))
	if err := k.Renew(time.Now()); err != nil || len(k.Lacking()) != 0 {
		t.Errorf("a counting key is added: %v, lacking %v", err, k.Lacking())
	}
	write(line("2020", UseLedger, 1)) // of a server before facts were held
	e, err := EmbeddedKeys(path, time.Now())
	if err != nil || len(e.Lacking()) != 0 {
		t.Fatalf("the embedded keys lack %v: %v", e.Lacking(), err)
	}
	again, err := EmbeddedKeys(path, time.Now())
	if err != nil || again.set.Load().facts.factTag(factSubject, "u") != e.set.Load().facts.factTag(factSubject, "u") {
		t.Errorf("the facts key is another one at the next start: %v", err)
	}
	// No tag of one thing stands for another.
	facts, counting := e.set.Load().facts, e.set.Load().counting
	tags := map[ledger.Tag]string{}
	for name, tag := range map[string]ledger.Tag{
		"subject": facts.factTag(factSubject, "u"), "publication": facts.factTag(factPublication, "u"), "request": facts.factTag(factRequest, "u"),
		"counted": counting.countTag(1, 2026, false, countedSubject, "u"), "sensitive": counting.countTag(1, 2026, true, countedSubject, "u"),
		"key": counting.countTag(1, 2026, false, countedKey, "u"), "year": counting.countTag(1, 2027, false, countedSubject, "u"),
		"exporter": counting.countTag(2, 2026, false, countedSubject, "u"), "ledger": ledger.Tag(e.Tag(nil, "u", time.Now())),
	} {
		if other, ok := tags[tag]; ok {
			t.Errorf("%s and %s have one tag", name, other)
		}
		tags[tag] = name
	}
}

// TestTogetherGoesOn: callers whose wait runs out take their questions back, and
// the commit that was deciding them touches nothing of theirs.
func TestTogetherGoesOn(t *testing.T) {
	cfg := quick
	cfg.Wait = 20 * time.Millisecond
	g := start(t, KeeperConfig{}, cfg)
	for {
		if _, err := g.WriteFacts(t.Context(), g.shop, erasure("u-9"), FactOptions{}); err == nil {
			break
		}
	}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			q, a := question(), new(Answer)
			for i := range 40 {
				q.Subject = fmt.Sprint("u-", i) // the race detector sees who reads it meanwhile
				g.Check(t.Context(), g.shop, q, CheckOptions{}, a)
				if w == 0 && i%8 == 0 {
					hang := make(chan struct{})
					g.mem.set(func(m *memory) { m.before = func() error { <-hang; return nil } })
					time.Sleep(25 * time.Millisecond)
					g.mem.set(func(m *memory) { m.before = nil })
					close(hang)
				}
			}
		})
	}
	wg.Wait()
	eventually(t, func() bool {
		g.rec.mu.Lock()
		defer g.rec.mu.Unlock()
		return g.rec.entries == 0 && g.rec.bytes == 0 && g.rec.committing == nil
	})
	eventually(t, func() bool { return g.ask(t) == "" })
}
