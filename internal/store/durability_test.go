package store_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"waybill/internal/registry"
	"waybill/internal/store"
	"waybill/internal/store/pgtest"
)

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
