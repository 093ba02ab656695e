package store_test

import (
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"waybill/ent/migrate"
	"waybill/internal/registry"
	"waybill/internal/store"
	"waybill/internal/store/pgtest"
)

var (
	alters = regexp.MustCompile("(?m)^ALTER TABLE [`\"](\\w+)[`\"] (.*);$")
	adds   = regexp.MustCompile("ADD COLUMN [`\"](\\w+)[`\"]")
	makes  = regexp.MustCompile("(?m)^CREATE TABLE [`\"](\\w+)[`\"]")
	// functions are PostgreSQL's only; their triggers go with them.
	functions = regexp.MustCompile(`(?m)^CREATE (?:OR REPLACE )?FUNCTION (\w+)\(`)
)

// undo returns the statements that bring a registry of the newest version back to version 2.
func undo(t *testing.T, dir, cascade string) []string {
	t.Helper()
	files, err := migrate.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(names)
	var undo []string
	for _, name := range names {
		if name < "00003" {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range alters.FindAllSubmatch(text, -1) {
			for _, c := range adds.FindAllSubmatch(m[2], -1) {
				undo = append(undo, fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s", m[1], c[1]))
			}
		}
		made := makes.FindAllSubmatch(text, -1)
		slices.Reverse(made)
		for _, m := range made {
			undo = append(undo, fmt.Sprintf("DROP TABLE %s%s", m[1], cascade))
		}
		for _, m := range functions.FindAllSubmatch(text, -1) {
			undo = append(undo, fmt.Sprintf("DROP FUNCTION %s CASCADE", m[1]))
		}
	}
	return append(undo, "ALTER TABLE exporter ADD COLUMN ciio boolean NOT NULL DEFAULT false", "DELETE FROM goose_db_version WHERE version_id > 2")
}

// TestUpgrade: a registry with rows of every table that version 3 changes goes up
// to it, and its rows are what its changes say.
func TestUpgrade(t *testing.T) {
	nouns := []registry.Noun{
		&registry.Settings{Name: "settings", Zone: "Asia/Shanghai"},
		&registry.Category{Name: "categories/name"}, &registry.Purpose{Name: "purposes/delivery", Title: "Delivery"},
		&registry.Exporter{Name: "exporters/a", Products: []registry.Product{{ID: "shop"}}},
		&registry.Recipient{Name: "recipients/sf", Notices: []registry.Notice{{Purposes: []string{"purposes/delivery"}}}},
		&registry.Agreement{Name: "agreements/sf", Exporters: []string{"exporters/a"}, Recipients: []string{"recipients/sf"}},
		&registry.Transfer{Name: "transfers/sf", Exporter: "exporters/a", Recipients: []string{"recipients/sf"}, Agreement: "agreements/sf"},
		&registry.Assessment{Name: "assessments/sf", Exporter: "exporters/a", Recipients: []string{"recipients/sf"}},
		&registry.Policy{Name: "policies/2024", Purposes: []string{"purposes/delivery"}},
	}
	up := func(t *testing.T, database, driver, dsn string, undo []string) {
		cfg := store.Config{Database: database, Replica: "test"}
		with := func(f func(s *store.Store)) {
			t.Helper()
			if err := store.Migrate(t.Context(), cfg); err != nil {
				t.Fatal(err)
			}
			s, err := store.Open(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			f(s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		commit := func(s *store.Store, nouns ...registry.Noun) {
			t.Helper()
			head, err := s.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			w := registry.Write{Author: "operator", Time: head.Clock}
			for _, n := range nouns {
				have, _, err := s.Get(t.Context(), n.ResourceName())
				if err != nil {
					t.Fatal(err)
				}
				w.Edits = append(w.Edits, registry.Edit{Name: n.ResourceName(), Noun: n, Number: have[n.ResourceName()].Number})
			}
			if _, _, err := s.Commit(t.Context(), head, w); err != nil {
				t.Fatal(err)
			}
		}
		consistent := func(s *store.Store) {
			t.Helper()
			if found, err := s.CompareRows(t.Context()); err != nil || len(found) > 0 {
				t.Errorf("rows differ from changes: %v, %v", found, err)
			}
		}
		with(func(s *store.Store) { commit(s, nouns...) })
		db, err := sql.Open(driver, dsn)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range undo {
			if _, err := db.Exec(q); err != nil {
				t.Fatalf("%s: %v", q, err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Open(t.Context(), cfg); registry.ReasonOf(err) != "SCHEMA_VERSION" {
			t.Fatalf("open at version 2: %v", err)
		}
		with(func(s *store.Store) {
			consistent(s)
			commit(s, &registry.Exporter{Name: "exporters/a", Holds: []registry.LegalHold{{Purposes: []string{"purposes/delivery"}}}},
				&registry.Instrument{Name: "instruments/order", Recipient: "recipients/sf"},
				&registry.ExceptionRecord{Name: "exceptions/case", Instrument: "instruments/order"})
			consistent(s)
		})
	}
	t.Run("SQLite", func(t *testing.T) {
		dir := t.TempDir()
		up(t, dir, "sqlite", "file:"+filepath.Join(dir, "registry.db"), undo(t, migrate.SQLiteRegistry, ""))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := pgtest.Start(t)
		up(t, dsn, "postgres", dsn, undo(t, migrate.Postgres, " CASCADE"))
	})
}
