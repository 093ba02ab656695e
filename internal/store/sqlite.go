package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"entgo.io/ent/dialect"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"waybill/internal/registry"
)

// readers is the size of each file's pool of readers.
const readers = 4

// pragmas are set on each connection and read back at start: the driver ignores
// what it does not know.
var pragmas = []struct{ name, set, want string }{
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"busy_timeout", "5000", "5000"},
	{"foreign_keys", "1", "1"},
	{"recursive_triggers", "1", "1"},
}

func (s *Store) openSQLite(ctx context.Context, cfg Config, _ bool) error {
	s.dialect = dialect.SQLite
	s.epoch, s.clock, s.unsafe = "epoch", "0", "''"
	if cfg.Database == "" || strings.Contains(cfg.Database, "://") {
		return registry.Errorf(registry.Invalid, "FIELD_INVALID", "the database is neither a postgres:// URL nor a directory")
	}
	dir, err := filepath.Abs(cfg.Database)
	if err != nil {
		return fmt.Errorf("find the data directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	if err := refuseNetwork(dir); err != nil {
		return err
	}
	if s.lock, err = os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("open the data directory's lock: %w", err)
	}
	if err := syscall.Flock(int(s.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return &registry.Error{Kind: registry.Unavailable, Reason: registryUnavailable,
			Message: "the data directory " + dir + " is in use by another process; stop it, or ask it instead", Err: err}
	}
	for _, file := range []string{"registry.db", "ledger.db"} {
		if err := ownerOnly(filepath.Join(dir, file)); err != nil {
			return err
		}
	}
	// The writer comes first: it sets the journal's mode.
	for _, o := range []struct {
		db     **sql.DB
		file   string
		writer bool
	}{
		{&s.writer, "registry.db", true}, {&s.reader, "registry.db", false},
		{&s.entries, "ledger.db", true}, {&s.entriesReader, "ledger.db", false},
		{&s.polls, "registry.db", false},
	} {
		if *o.db, err = openFile(ctx, filepath.Join(dir, o.file), o.writer); err != nil {
			return s.fail(registryUnavailable, "open "+o.file, err)
		}
	}
	s.replicas = s.entries
	return nil
}

// ownerOnly makes the file if it is not there, and keeps it and what SQLite puts
// beside it from all but their owner. SQLite gives its other files the mode of
// this one.
func ownerOnly(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make the database's file: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("make the database's file: %w", err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(path+suffix, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("close the database's file to others: %w", err)
		}
	}
	return nil
}

func openFile(ctx context.Context, path string, writer bool) (*sql.DB, error) {
	q := url.Values{}
	for _, p := range pragmas {
		q.Add("_pragma", p.name+"("+p.set+")")
	}
	if writer {
		q.Set("_txlock", "immediate")
	} else {
		q.Add("_pragma", "query_only(1)")
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	if writer {
		db.SetMaxOpenConns(1)
	}
	for _, p := range pragmas {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return db, fmt.Errorf("read back pragma %s: %w", p.name, err)
		}
		if got != p.want {
			return db, fmt.Errorf("SQLite has %s %s, not %s", p.name, got, p.want)
		}
	}
	return db, nil
}
