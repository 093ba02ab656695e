//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"waybill/internal/store/pgtest"
	pb "waybill/proto/waybill/v1"
)

// cut is where a connection to PostgreSQL is dropped around a commit.
type cut int

const (
	whole  cut = iota
	before     // what commits is not sent on
	sent       // it is sent on, and the connection dropped at once
	after      // PostgreSQL has committed and said so; its word is not passed on
	cuts
	// late is of a registry's commit only: it is under way until somebody has looked
	// for the request and has not found it.
	late
)

func (c cut) String() string {
	return map[cut]string{before: "before", sent: "while sending", after: "after", late: "long before"}[c]
}

// commitment is what commits.
type commitment int

const (
	ofLedger   commitment = iota + 1 // the one statement of the ledger's append
	ofRegistry                       // the COMMIT of a transaction that took a revision
)

// postgresProxy stands between a server and PostgreSQL and reads what the server
// sends, so that it can drop a connection right at a commit.
type postgresProxy struct {
	server string
	quiet  atomic.Bool // no notification is passed on
	rule   atomic.Pointer[func(commitment) cut]
	mu     sync.Mutex
	made   map[commitment]map[cut]int
	// looked is told that a request was looked for, by who then waits for landed.
	looked, landed chan struct{}
}

// link is one connection through the proxy.
type link struct {
	swallow atomic.Bool // PostgreSQL's answers are not passed on
	late    atomic.Bool // somebody waits until its commit has landed
	looks   atomic.Bool // its next result is that of looking for a request
}

// newPostgresProxy returns a proxy and the DSN that goes through it.
func newPostgresProxy(t *testing.T, dsn string) (*postgresProxy, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	x := &postgresProxy{server: u.Host, made: map[commitment]map[cut]int{ofLedger: {}, ofRegistry: {}},
		looked: make(chan struct{}), landed: make(chan struct{})}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go x.serve(c)
		}
	}()
	u.Host = l.Addr().String()
	return x, u.String()
}

// arm sets where connections are dropped, nil for nowhere.
func (x *postgresProxy) arm(rule func(commitment) cut) {
	if rule == nil {
		x.rule.Store(nil)
		return
	}
	x.rule.Store(&rule)
}

func (x *postgresProxy) decide(of commitment) cut {
	rule := x.rule.Load()
	if of == 0 || rule == nil {
		return whole
	}
	c := (*rule)(of)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.made[of][c]++
	return c
}

// count returns how often connections were dropped so.
func (x *postgresProxy) count(of commitment, c cut) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.made[of][c]
}

func (x *postgresProxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", x.server)
	if err != nil {
		return
	}
	defer server.Close()
	var k link
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer client.Close()
		x.answers(server, client, &k)
	}()
	if err := x.questions(client, server, &k); err == nil {
		<-ended // PostgreSQL is still to commit what it was sent
	}
}

// protocolMessage reads one message of the protocol: a kind, a length of itself and the body,
// and a body.
func protocolMessage(r io.Reader, kind bool) ([]byte, error) {
	head := 4
	if kind {
		head = 5
	}
	m := make([]byte, head)
	if _, err := io.ReadFull(r, m); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(m[head-4:])) - 4
	if n < 0 || n > 64<<20 {
		return nil, fmt.Errorf("a message of %d bytes", n)
	}
	m = append(m, make([]byte, n)...)
	_, err := io.ReadFull(r, m[head:])
	return m, err
}

var errCut = errors.New("cut")

// questions passes on what the server of the test sends, until it cuts. It returns
// nil when the connection is to end with PostgreSQL's answer.
func (x *postgresProxy) questions(client, server net.Conn, k *link) error {
	in, out := bufio.NewReader(client), bufio.NewWriter(server)
	took := false // the transaction has a revision
	what := whole
	for first := true; ; first = false {
		m, err := protocolMessage(in, !first) // the first has no kind
		if err != nil {
			return err
		}
		var of commitment
		if !first && (m[0] == 'P' || m[0] == 'Q') {
			query := string(m[5:])
			switch {
			case strings.Contains(query, "UPDATE shard_head"):
				of = ofLedger
			case strings.Contains(query, "UPDATE revision SET number"):
				took = true
			case m[0] == 'Q' && strings.HasPrefix(query, "COMMIT") && took:
				of, took = ofRegistry, false
			case m[0] == 'Q' && strings.HasPrefix(query, "ROLLBACK"):
				took = false
			case strings.Contains(query, "FROM idempotency WHERE author"):
				k.looks.Store(true)
			}
		}
		if c := x.decide(of); c != whole {
			what = c
		}
		if what == before {
			return errCut
		}
		if what == late {
			client.Close()
			select {
			case <-x.looked:
				k.late.Store(true)
			case <-time.After(callDeadline):
				return errCut
			}
		}
		if what == after || what == late {
			k.swallow.Store(true)
		}
		if _, err := out.Write(m); err != nil {
			return err
		}
		ends := !first && (m[0] == 'Q' || m[0] == 'S') // a simple query, or Sync
		if in.Buffered() == 0 || ends {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		switch {
		case what == sent && ends:
			return errCut
		case (what == after || what == late) && ends:
			return nil
		}
	}
}

// answers passes on what PostgreSQL says. What it says once swallow is set is
// awaited, to ReadyForQuery, and dropped.
func (x *postgresProxy) answers(server, client net.Conn, k *link) {
	in, out := bufio.NewReader(server), bufio.NewWriter(client)
	for {
		m, err := protocolMessage(in, true)
		if err != nil {
			return
		}
		if k.swallow.Load() {
			if m[0] == 'Z' {
				if k.late.Load() {
					x.landed <- struct{}{}
				}
				return
			}
			continue
		}
		if m[0] == 'C' && k.looks.Swap(false) {
			select {
			case x.looked <- struct{}{}: // a commit waits for this
				<-x.landed
			default:
			}
		}
		if m[0] != 'A' || !x.quiet.Load() {
			if _, err := out.Write(m); err != nil {
				return
			}
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return
			}
		}
	}
}

// commitUnknown drops connections around commits.
func (f *faults) commitUnknown(t *testing.T) {
	x, dsn := newPostgresProxy(t, pgtest.Start(t))
	s, k := f.onPostgreSQL(t, dsn), &told{}
	t.Run("UnderLoad", func(t *testing.T) { f.commitsUnderLoad(t, x, s.in(t), k) })
	t.Run("Repeated", func(t *testing.T) { f.writesRepeated(t, x, s.in(t), k) })
}

// commitsUnderLoad drops connections around the ledger's commits and the
// registry's, at random and under load (reliability F12): everybody is answered or
// told no, and each answer stands once.
func (f *faults) commitsUnderLoad(t *testing.T, x *postgresProxy, s *site, k *told) {
	p := s.start()
	l := p.begin(k, true)
	l.warm(200, 3)
	from, answered := time.Now(), l.answered.Load()
	x.arm(func(of commitment) cut {
		odds := map[commitment]int{ofLedger: 6, ofRegistry: 3}[of]
		if rand.N(odds) > 0 {
			return whole
		}
		return before + rand.N(cuts-before)
	})
	time.Sleep(f.outage)
	// A busy machine commits seldom: it goes on until each kind of cut was met.
	met := func() bool {
		for c := before; c < cuts; c++ {
			if x.count(ofLedger, c) < 3 {
				return false
			}
		}
		return true
	}
	for !met() && time.Since(from) < f.outage+30*time.Second {
		time.Sleep(10 * time.Millisecond)
	}
	x.arm(nil)
	to, during := time.Now(), l.answered.Load()-answered
	l.warm(200, 3)
	l.end()
	l.settle(p)
	p.seen(k, 8)
	p.stop()
	s.doctor()
	r := s.audit(k)

	refused, slowest := 0, time.Duration(0)
	complain := limited(t)
	for i := range k.calls {
		c := &k.calls[i]
		slowest = max(slowest, c.took())
		if c.code != codes.OK {
			refused++
		}
		if c.code != codes.OK && c.code != codes.Unavailable || c.took() > maxAnswer {
			complain("%s got %s %s after %v", c.request, c.code, c.reason, c.took())
		}
	}
	for c := before; c < cuts; c++ {
		if n := x.count(ofLedger, c); n < 3 {
			t.Errorf("the ledger's connection was cut %s its commit %d times in %v", c, n, to.Sub(from))
		}
	}
	if during == 0 {
		t.Error("nobody was answered while connections were cut")
	}
	t.Logf("in %v the ledger's connection was cut %d times before, %d while and %d after a commit, the registry's %d, %d and %d",
		to.Sub(from).Round(time.Millisecond), x.count(ofLedger, before), x.count(ofLedger, sent), x.count(ofLedger, after),
		x.count(ofRegistry, before), x.count(ofRegistry, sent), x.count(ofRegistry, after))
	t.Logf("%d answers in that time; %d of %d calls refused, the slowest after %v; %d answers told, %d entries in %d shards, %d of callers that were told no; errors met: %s",
		during, refused, len(k.calls), slowest.Round(time.Millisecond), len(k.receipts), r.decisions, r.shards, r.surplus, k.errors())
}

// writesRepeated drops the connection around the commit of a registry write
// (reliability F15): the writer is told that the outcome is unknown, and the same
// request_id makes it one change.
func (f *faults) writesRepeated(t *testing.T, x *postgresProxy, s *site, k *told) {
	p := s.start()
	recipients := pb.NewRecipientServiceClient(p.dial(s.legal))
	ways := []cut{before, sent, after, late}
	for _, c := range ways {
		made := x.count(ofRegistry, c)
		for n := range f.rounds {
			w := recipientWrite(fmt.Sprintf("unknown-%d-%d", c, n), 0)
			var once atomic.Bool
			x.arm(func(of commitment) cut {
				if of != ofRegistry || once.Swap(true) {
					return whole
				}
				return c
			})
			done, seen := w.try(t.Context(), recipients)
			x.arm(nil)
			if done != nil || seen.code != codes.Unavailable || seen.reason != "OUTCOME_UNKNOWN" || seen.took() > maxAnswer {
				t.Errorf("cut %s the commit: %s %s after %v, want Unavailable OUTCOME_UNKNOWN", c, seen.code, seen.reason, seen.took())
			}
			for range 2 {
				done, seen := settled(t.Context(), w, recipients)
				if done == nil {
					t.Fatalf("cut %s the commit, and repeated: %s %s", c, seen.code, seen.reason)
				}
				k.changes = append(k.changes, *done)
			}
		}
		if n := x.count(ofRegistry, c) - made; n != f.rounds {
			t.Errorf("%d of %d commits were cut %s", n, f.rounds, c)
		}
	}
	p.seen(k, 0)
	p.stop()
	s.doctor()
	s.audit(k)
	t.Logf("%d writes of unknown outcome, each repeated twice: one change each", len(ways)*f.rounds)
}

// settled repeats a write until the database can be reached again.
func settled(ctx context.Context, w *write, c pb.RecipientServiceClient) (done *acknowledged, seen call) {
	for range 20 {
		if done, seen = w.try(ctx, c); done != nil || seen.code != codes.Unavailable {
			return done, seen
		}
		time.Sleep(20 * time.Millisecond)
	}
	return done, seen
}
