//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"waybill/internal/store/pgtest"
)

// recovery is how long a server may take until it answers again, once its database
// does.
const recovery = 5 * time.Second

// outage is when a database was away.
type outage struct {
	name     string
	from, to time.Time
	partly   bool // a small record may still find room
}

// databaseGone kills and freezes PostgreSQL under load (reliability F2, F3): no
// answer without its record, everybody is told within a second, and the server
// comes back by itself.
func (f *faults) databaseGone(t *testing.T) {
	database := pgtest.New(t)
	s := f.onPostgreSQL(t, database.Database(t))
	k := &told{}

	// How many goroutines a server of this load has when nothing is wrong.
	p := s.start()
	l := p.begin(k, true)
	l.warm(200, 3)
	sound := goroutines(p.dump())
	l.end()
	p = s.start()
	l.settle(p)

	l = p.begin(k, true)
	l.warm(200, 3)
	threads, memory := p.state("Threads"), p.state("VmRSS")
	var outages []outage
	for _, way := range []struct {
		name      string
		off, back func() error
	}{{"killed", database.Kill, database.Run}, {"frozen", database.Freeze, database.Thaw}} {
		o := outage{name: way.name, from: time.Now()}
		do(t, way.off)
		time.Sleep(f.outage)
		busyThreads, busyMemory := p.state("Threads"), p.state("VmRSS")
		o.to = time.Now()
		do(t, way.back)
		outages = append(outages, o)
		back := time.Now()
		l.warm(200, 3)
		took := time.Since(back)
		if took > recovery {
			t.Errorf("%s: %v passed until the load went on", way.name, took)
		}
		// The collector lets memory double, and more under the race detector; the
		// stacks below are the sharper look.
		if busyThreads > threads+16 || busyMemory > 4*memory {
			t.Errorf("%s: %d threads and %d kB became %d and %d", way.name, threads, memory, busyThreads, busyMemory)
		}
		t.Logf("%s for %v: 200 answers and 3 changes came within %v of its return; threads %d, then %d; memory %d kB, then %d",
			way.name, f.outage, took.Round(time.Millisecond), threads, busyThreads, memory, busyMemory)
	}

	// Once more frozen, for the stacks of a server that waits.
	o := outage{name: "frozen again", from: time.Now()}
	do(t, database.Freeze)
	time.Sleep(f.outage / 3)
	o.to = time.Now()
	stacks := p.dump()
	do(t, database.Thaw)
	l.end()
	if hung := goroutines(stacks); hung > sound+callers {
		t.Errorf("%d goroutines became %d while the database hung:\n%s", sound, hung, stacks)
	} else {
		t.Logf("%d goroutines under load, %d while the database hung", sound, hung)
	}
	for _, o := range append(outages, o) {
		k.refused(t, o)
	}

	p = s.start()
	l.settle(p)
	p.seen(k, 8)
	p.stop()
	s.doctor()
	r := s.audit(k)
	t.Logf("%d answers told, %d entries in %d shards, %d of callers that were told no; %d changes told; errors met: %s",
		len(k.receipts), r.decisions, r.shards, r.surplus, len(k.changes), k.errors())
}

func do(t *testing.T, f func() error) {
	t.Helper()
	if err := f(); err != nil {
		t.Fatal(err)
	}
}

func goroutines(stacks string) int { return strings.Count("\n"+stacks, "\ngoroutine ") }

// refused holds every check that met an outage to UNAVAILABLE within a second.
// The first quarter of a second may still bring what was on its way.
func (k *told) refused(t *testing.T, o outage) {
	t.Helper()
	complain := limited(t)
	n, slowest := 0, time.Duration(0)
	reasons := map[string]int{}
	for i := range k.calls {
		c := &k.calls[i]
		if c.end.Before(o.from) || c.begun.After(o.to) {
			continue
		}
		slowest = max(slowest, c.took())
		if c.took() > maxAnswer {
			complain("%s: %s waited %v for %s %s", o.name, c.request, c.took(), c.code, c.reason)
		}
		switch c.code {
		case codes.Unavailable:
			n++
			reasons[c.reason]++
		case codes.OK:
			if !o.partly && c.begun.After(o.from.Add(250*time.Millisecond)) && c.end.Before(o.to) {
				complain("%s: %s was answered without a database", o.name, c.request)
			}
		default:
			complain("%s: %s got %s %s", o.name, c.request, c.code, c.reason)
		}
	}
	if n == 0 {
		t.Errorf("%s: no check was refused, so there was no outage", o.name)
	}
	var slowestWrite time.Duration
	writes := map[string]int{}
	for i := range k.writes {
		if c := &k.writes[i]; c.end.After(o.from) && c.begun.Before(o.to) {
			slowestWrite = max(slowestWrite, c.took())
			writes[c.code.String()+" "+c.reason]++
		}
	}
	t.Logf("%s: %d checks refused (%s), the slowest after %v; writes: %s, the slowest %v",
		o.name, n, tally(reasons), slowest.Round(time.Millisecond), tally(writes), slowestWrite.Round(time.Millisecond))
}

func tally(of map[string]int) string {
	var all []string
	for name, n := range of {
		all = append(all, fmt.Sprintf("%d %s", n, strings.TrimSpace(name)))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
