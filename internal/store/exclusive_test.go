package store_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"waybill/internal/registry"
	"waybill/internal/store"
	"waybill/internal/store/pgtest"
)

// openExclusive opens the store as the one server of its database.
func openExclusive(t *testing.T, dsn string) (*store.Store, error) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Database: dsn, Exclusive: time.Millisecond})
	if err == nil {
		t.Cleanup(func() { s.Close() })
	}
	return s, err
}

// TestExclusive: one server a database; tools work beside it; who lost the lock
// reads no head until it has it again.
func TestExclusive(t *testing.T) {
	server := pgtest.New(t)
	dsn := server.Database(t)
	tool := openStore(t, dsn)
	one, err := openExclusive(t, dsn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openExclusive(t, dsn); !errors.Is(err, store.ErrHeld) {
		t.Fatalf("a second server: %v", err)
	}
	if _, _, err := tool.Commit(t.Context(), head(t, tool), purpose("purposes/a")); err != nil {
		t.Fatalf("a tool beside it: %v", err)
	}
	if err := store.Migrate(t.Context(), store.Config{Database: dsn}); err != nil {
		t.Fatalf("migrate beside it: %v", err)
	}

	// A caller that goes away takes no lock with it.
	pid := holder(t, dsn)
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Microsecond)
		_, _ = one.Head(ctx)
		cancel()
	}
	if now := holder(t, dsn); now != pid {
		t.Errorf("the lock went from %d to %d", pid, now)
	}

	// Another takes the lock at the moment it is lost, and the former reads nothing.
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "SELECT pg_terminate_backend($1, 5000)", pid); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "SELECT pg_advisory_lock(x'77617962696c6c'::bigint)"); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Head(t.Context()); !errors.Is(err, store.ErrHeld) {
		t.Fatalf("a head without the lock: %v", err)
	}
	if _, err := conn.ExecContext(t.Context(), "SELECT pg_advisory_unlock_all()"); err != nil {
		t.Fatal(err)
	}
	ask := func() error {
		_, err := one.Head(t.Context())
		return err
	}
	recovers(t, ask)

	// A restart of the database needs no hand.
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := server.Run(); err != nil {
		t.Fatal(err)
	}
	recovers(t, ask)
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := openExclusive(t, dsn); err != nil {
		t.Fatalf("after the first ended: %v", err)
	}
}

// holder returns the process of PostgreSQL that has the lock.
func holder(t *testing.T, dsn string) (pid int) {
	t.Helper()
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted").Scan(&pid); err != nil {
		t.Fatalf("who has the lock: %v", err)
	}
	return pid
}

// TestDurabilityTurnedOff: what is turned off under an open store either does not
// reach its sessions or ends its answers.
func TestDurabilityTurnedOff(t *testing.T) {
	server := pgtest.New(t)
	dsn := server.Database(t)
	s := openStore(t, dsn)
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	set := func(setting string) {
		for _, q := range []string{"ALTER SYSTEM SET " + setting, "SELECT pg_reload_conf()"} {
			if _, err := db.ExecContext(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(200 * time.Millisecond)
	}
	set("synchronous_commit = off")
	head(t, s)
	if _, err := store.Open(t.Context(), store.Config{Database: dsn}); err != nil {
		t.Errorf("a session has its own synchronous_commit: %v", err)
	}
	for _, name := range []string{"fsync", "full_page_writes"} {
		set(name + " = off")
		if _, err := s.Head(t.Context()); registry.ReasonOf(err) != "REGISTRY_UNAVAILABLE" || !strings.Contains(err.Error(), name) {
			t.Errorf("%s off: %v", name, err)
		}
		set(name + " = on")
		head(t, s)
	}
}
