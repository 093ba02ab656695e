package store_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"waybill/internal/registry"
	"waybill/internal/store"
	"waybill/internal/store/pgtest"
	"waybill/internal/store/storetest"
)

// opened remembers where the newest store of each test is.
type opened struct {
	mu sync.Mutex
	at map[testing.TB]string
}

func (o *opened) open(t testing.TB, database string) *store.Store {
	t.Helper()
	cfg := store.Config{Database: database, Replica: "test"}
	if err := store.Migrate(t.Context(), cfg); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.at == nil {
		o.at = map[testing.TB]string{}
	}
	o.at[t] = database
	return s
}

func (o *opened) where(t testing.TB) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.at[t]
}

func exec(driver, dsn, query string) error {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(query)
	return err
}

func sqlite() storetest.Backend {
	var o opened
	return storetest.Backend{
		Open: func(t testing.TB) *store.Store { return o.open(t, t.TempDir()) },
		Exec: func(t testing.TB, inLedger bool, query string) error {
			file := "registry.db"
			if inLedger {
				file = "ledger.db"
			}
			return exec("sqlite", "file:"+filepath.Join(o.where(t), file)+"?_pragma=busy_timeout(5000)", query)
		},
	}
}

func postgres() storetest.Backend {
	var o opened
	return storetest.Backend{
		Open: func(t testing.TB) *store.Store { return o.open(t, pgtest.Start(t)) },
		Exec: func(t testing.TB, _ bool, query string) error { return exec("postgres", o.where(t), query) },
	}
}

func TestSQLite(t *testing.T) { storetest.Run(t, sqlite()) }

func TestPostgres(t *testing.T) { storetest.Run(t, postgres()) }

// TestSameAnswers makes one history on both and compares every byte of it.
func TestSameAnswers(t *testing.T) {
	a, b := storetest.History(t, sqlite()), storetest.History(t, postgres())
	if len(a) != len(b) || len(a) == 0 {
		t.Fatalf("%d and %d answers", len(a), len(b))
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			t.Errorf("answer %d: SQLite %q, PostgreSQL %q", i, a[i], b[i])
		}
	}
}

func TestOpen(t *testing.T) {
	t.Run("a directory is for one process", func(t *testing.T) {
		cfg := store.Config{Database: t.TempDir()}
		if err := store.Migrate(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = store.Open(t.Context(), cfg); registry.ReasonOf(err) != "REGISTRY_UNAVAILABLE" {
			t.Fatalf("a second open: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = store.Open(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a directory's files are for their owner", func(t *testing.T) {
		var o opened
		dir := t.TempDir()
		for _, name := range []string{"registry.db", "ledger.db"} { // as an older version made them
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(dir, name), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range []string{dir, t.TempDir()} {
			if err := o.open(t, d).RegisterReplica(t.Context(), "r", 1, 0); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"registry.db", "registry.db-wal", "registry.db-shm", "ledger.db", "ledger.db-wal", "ledger.db-shm"} {
				if info, err := os.Stat(filepath.Join(d, name)); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v, %v", name, info, err)
				}
			}
		}
	})
	for name, database := range map[string]func(t *testing.T) string{
		"SQLite":     func(t *testing.T) string { return t.TempDir() },
		"PostgreSQL": func(t *testing.T) string { return pgtest.Start(t) },
	} {
		t.Run("a schema that is behind on "+name, func(t *testing.T) {
			cfg := store.Config{Database: database(t)}
			if _, err := store.Open(t.Context(), cfg); registry.ReasonOf(err) != "SCHEMA_VERSION" {
				t.Fatalf("open: %v", err)
			}
			var wg sync.WaitGroup
			for range 3 { // several at once, as replicas that start together
				wg.Go(func() {
					if err := store.Migrate(t.Context(), cfg); err != nil && registry.ReasonOf(err) != "REGISTRY_UNAVAILABLE" {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			s, err := store.Open(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, setting := range []string{"synchronous_commit"} {
		t.Run("PostgreSQL with "+setting+" off", func(t *testing.T) {
			cfg := store.Config{Database: pgtest.Start(t)}
			if err := store.Migrate(t.Context(), cfg); err != nil {
				t.Fatal(err)
			}
			cfg.Database += "&" + setting + "=off"
			if _, err := store.Open(t.Context(), cfg); registry.ReasonOf(err) != "STATE_INVALID" {
				t.Fatalf("open: %v", err)
			}
		})
	}
	t.Run("a URL's password is in no error", func(t *testing.T) {
		for _, u := range []string{"postgres://u:canary@127.0.0.1:1/x?sslmode=disable", "postgres://u:canary@[::1/x", "mysql://u:canary@h/x", "postgres://u:canary@127.0.0.1:1/x?sslmode=nonsense"} {
			_, err := store.Open(t.Context(), store.Config{Database: u})
			if err == nil || bytes.Contains([]byte(err.Error()), []byte("canary")) {
				t.Errorf("error %v", err)
			}
		}
	})
}
