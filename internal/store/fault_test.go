package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lib/pq"

	"waybill/internal/ledger"
	"waybill/internal/registry"
	"waybill/internal/store"
	"waybill/internal/store/pgtest"
)

// fault says what to do with a message of the server before it is forwarded.
type fault int

const (
	forward  fault = iota
	cut            // drop both sides, unsent
	cutAfter       // drop both sides once it is sent
)

// proxy stands between a store and PostgreSQL and reads the server's messages.
type proxy struct {
	listener net.Listener
	rule     atomic.Pointer[func(kind byte, body []byte) fault]
}

// newProxy returns a proxy to the server of a DSN, and the DSN that goes through it.
func newProxy(t *testing.T, dsn string) (*proxy, string) {
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
	p := &proxy{listener: l}
	go p.serve(u.Host)
	u.Host = l.Addr().String()
	return p, u.String()
}

// arm sets the rule, nil for none.
func (p *proxy) arm(rule func(kind byte, body []byte) fault) {
	if rule == nil {
		p.rule.Store(nil)
		return
	}
	p.rule.Store(&rule)
}

func (p *proxy) serve(server string) {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			s, err := net.Dial("tcp", server)
			if err != nil {
				return
			}
			defer s.Close()
			go func() {
				_, _ = io.Copy(s, c)
				s.Close()
			}()
			p.answers(c, s)
		}()
	}
}

func (p *proxy) answers(c, s net.Conn) {
	head := make([]byte, 5)
	for {
		if _, err := io.ReadFull(s, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		if _, err := io.ReadFull(s, body); err != nil {
			return
		}
		what := forward
		if rule := p.rule.Load(); rule != nil {
			what = (*rule)(head[0], body)
		}
		if what == cut {
			return
		}
		if _, err := c.Write(append(bytes.Clone(head), body...)); err != nil || what == cutAfter {
			time.Sleep(20 * time.Millisecond)
			return
		}
	}
}

// completed is the server's word that a command is done.
func completed(tag string) func(byte, []byte) fault {
	return func(kind byte, body []byte) fault {
		if kind == 'C' && strings.HasPrefix(string(body), tag) {
			return cut
		}
		return forward
	}
}

func openStore(t *testing.T, dsn string) *store.Store {
	t.Helper()
	var o opened
	return o.open(t, dsn)
}

func purpose(name string) registry.Write {
	return registry.Write{Author: "operator", RequestID: name, Time: 1, Edits: []registry.Edit{{Name: name, Noun: &registry.Purpose{Name: name}}}}
}

// within fails the test if f takes longer than a second.
func within(t *testing.T, f func() error) error {
	t.Helper()
	began := time.Now()
	err := f()
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
	return err
}

// TestDriverPool holds the pinned lib/pq to this: a dropped socket after an
// error does not poison the pool. (v1.12.3 fails every later query.)
func TestDriverPool(t *testing.T) {
	p, dsn := newProxy(t, pgtest.Start(t))
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var n int
	if err := db.QueryRowContext(t.Context(), "SELECT $1::int", 1).Scan(&n); err != nil {
		t.Fatal(err)
	}
	p.arm(func(kind byte, _ []byte) fault {
		if kind == 'E' {
			return cutAfter
		}
		return forward
	})
	if _, err := db.ExecContext(t.Context(), "SELECT 1 FROM nowhere WHERE $1::int = 1", 1); err == nil {
		t.Fatal("no error")
	}
	p.arm(nil)
	failed := 0
	for range 20 {
		if err := db.QueryRowContext(t.Context(), "SELECT $1::int", 1).Scan(&n); err != nil {
			failed++
		}
		time.Sleep(5 * time.Millisecond)
	}
	// The first may meet the dropped socket.
	if failed > 1 {
		t.Fatalf("%d of 20 queries failed after the fault", failed)
	}
}

func TestUnknownOutcome(t *testing.T) {
	p, dsn := newProxy(t, pgtest.Start(t))
	s := openStore(t, dsn)
	base, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Run("a socket dropped before the commit is a failure", func(t *testing.T) {
		p.arm(completed("UPDATE"))
		_, _, err := s.Commit(t.Context(), base, purpose("purposes/before"))
		p.arm(nil)
		if registry.ReasonOf(err) != "REGISTRY_UNAVAILABLE" {
			t.Fatalf("commit: %v", err)
		}
		if h, err := s.Head(t.Context()); err != nil || h.Revision != 0 {
			t.Fatalf("head %+v, %v", h, err)
		}
	})
	t.Run("a socket dropped after the commit is unknown", func(t *testing.T) {
		p.arm(completed("COMMIT"))
		_, _, err := s.Commit(t.Context(), base, purpose("purposes/after"))
		p.arm(nil)
		if registry.ReasonOf(err) != "OUTCOME_UNKNOWN" {
			t.Fatalf("commit: %v", err)
		}
		// The request id settles it.
		if m, err := s.Remembered(t.Context(), "operator", "purposes/after"); err != nil || m == nil || m.Revision != 1 {
			t.Fatalf("remembered %+v, %v", m, err)
		}
	})
	t.Run("a deadline during the commit cancels nothing", func(t *testing.T) {
		head, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		release := make(chan struct{})
		p.arm(func(kind byte, body []byte) fault {
			if kind == 'C' && strings.HasPrefix(string(body), "COMMIT") {
				<-release
			}
			return forward
		})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		err = within(t, func() error {
			_, _, err := s.Commit(ctx, head, purpose("purposes/slow"))
			return err
		})
		p.arm(nil)
		close(release)
		if registry.ReasonOf(err) != "OUTCOME_UNKNOWN" {
			t.Fatalf("commit: %v", err)
		}
		if m, err := s.Remembered(t.Context(), "operator", "purposes/slow"); err != nil || m == nil || m.Revision != 2 {
			t.Fatalf("remembered %+v, %v", m, err)
		}
	})
	t.Run("an append is settled by its head", func(t *testing.T) {
		if err := s.RegisterReplica(t.Context(), "r", 1, 0); err != nil {
			t.Fatal(err)
		}
		prev := ledger.ShardHead{Shard: "s", Replica: "r"}
		prev.Root = prev.Tree.Root()
		if err := s.OpenShard(t.Context(), prev); err != nil {
			t.Fatal(err)
		}
		next := prev
		next.Tree.Append(ledger.LeafHash([]byte("x")))
		next.Root, next.LastNow = next.Tree.Root(), 5
		seg := ledger.Segment{Shard: "s", Count: 1, Data: []byte("x"), MinNow: 5, MaxNow: 5}
		p.arm(completed("INSERT"))
		err := s.Append(t.Context(), seg, prev, next)
		p.arm(nil)
		if registry.ReasonOf(err) != "OUTCOME_UNKNOWN" {
			t.Fatalf("append: %v", err)
		}
		if h, err := s.ShardHead(t.Context(), "s"); err != nil || h != next {
			t.Fatalf("head %+v, %v; want %+v", h, err, next)
		}
		if err := s.Append(t.Context(), seg, prev, next); registry.ReasonOf(err) != "HEAD_MOVED" {
			t.Fatalf("append again: %v", err)
		}
	})
	if found, err := s.CompareRows(t.Context()); err != nil || len(found) != 0 {
		t.Fatalf("rows and changes: %v, %v", found, err)
	}
}

// TestServerGone freezes and kills PostgreSQL under an open store.
func TestServerGone(t *testing.T) {
	server := pgtest.New(t)
	s := openStore(t, server.Database(t))
	if _, _, err := s.Commit(t.Context(), head(t, s), purpose("purposes/a")); err != nil {
		t.Fatal(err)
	}
	ask := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
		defer cancel()
		_, err := s.Head(ctx)
		return err
	}
	if err := server.Freeze(); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := within(t, ask); registry.ReasonOf(err) != "REGISTRY_UNAVAILABLE" {
			t.Errorf("frozen: %v", err)
		}
	}
	if err := server.Thaw(); err != nil {
		t.Fatal(err)
	}
	recovers(t, ask)
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := within(t, ask); registry.ReasonOf(err) != "REGISTRY_UNAVAILABLE" {
		t.Errorf("killed: %v", err)
	}
	if err := server.Run(); err != nil {
		t.Fatal(err)
	}
	recovers(t, ask)
	if h := head(t, s); h.Revision != 1 {
		t.Fatalf("the head after a crash is %+v", h)
	}
	if _, _, err := s.Commit(t.Context(), head(t, s), purpose("purposes/b")); err != nil {
		t.Fatal(err)
	}
}

func head(t *testing.T, s *store.Store) registry.Head {
	t.Helper()
	h, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func recovers(t *testing.T, ask func() error) {
	t.Helper()
	var err error
	for range 100 {
		if err = ask(); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("it does not recover: %v", err)
}

// TestUnreplicated: when somebody cancels the wait for the synchronous standby,
// PostgreSQL answers a COMMIT with success and a warning.
func TestUnreplicated(t *testing.T) {
	server := pgtest.New(t)
	dsn := server.Database(t)
	s := openStore(t, dsn)
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	base := head(t, s)
	standby := func(setting string) {
		for _, q := range []string{"ALTER SYSTEM " + setting, "SELECT pg_reload_conf()"} {
			if _, err := db.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(200 * time.Millisecond)
	}
	standby("SET synchronous_standby_names = 'nobody'")
	defer standby("RESET synchronous_standby_names")
	done := make(chan error, 1)
	go func() {
		_, _, err := s.Commit(t.Context(), base, purpose("purposes/a"))
		done <- err
	}()
	for {
		select {
		case err := <-done:
			if registry.ReasonOf(err) != "OUTCOME_UNKNOWN" {
				t.Fatalf("commit: %v", err)
			}
			return
		case <-time.After(50 * time.Millisecond):
			if _, err := db.Exec("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestNotify: one notification a write, with the revision as its payload.
func TestNotify(t *testing.T) {
	dsn := pgtest.Start(t)
	s := openStore(t, dsn)
	l := pq.NewListener(dsn, 10*time.Millisecond, time.Second, nil)
	defer l.Close()
	if err := l.Listen(store.Channel); err != nil {
		t.Fatal(err)
	}
	for i := range int64(2) {
		w := purpose("purposes/a" + strconv.FormatInt(i, 10))
		w.Edits = append(w.Edits, purpose("purposes/b"+strconv.FormatInt(i, 10)).Edits...)
		if _, _, err := s.Commit(t.Context(), head(t, s), w); err != nil {
			t.Fatal(err)
		}
	}
	for want := 1; want <= 2; want++ {
		select {
		case n := <-l.Notify:
			if n == nil || n.Extra != strconv.Itoa(want) {
				t.Fatalf("notification %+v, want %d", n, want)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("no notification")
		}
	}
	select {
	case n := <-l.Notify:
		t.Fatalf("a notification more: %+v", n)
	case <-time.After(100 * time.Millisecond):
	}
}
