package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"waybill/ent/migrate"
	"waybill/internal/registry"
)

// Migrate brings the database to the schema of this binary. Several at once are
// safe: on PostgreSQL one waits for the other, SQLite's directory is locked.
func Migrate(ctx context.Context, cfg Config) (err error) {
	s, err := connect(ctx, cfg, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, part := range s.schemas() {
		if err := s.migrate(ctx, part); err != nil {
			return err
		}
	}
	return s.firstRevision(ctx)
}

// schema is one database and the directory of its SQL.
type schema struct {
	db  *sql.DB
	dir string
}

func (s *Store) schemas() []schema {
	if s.postgres() {
		return []schema{{s.writer, migrate.Postgres}}
	}
	return []schema{{s.writer, migrate.SQLiteRegistry}, {s.entries, migrate.SQLiteLedger}}
}

func (s *Store) migrate(ctx context.Context, part schema) error {
	files, err := migrate.Files(part.dir)
	if err != nil {
		return fmt.Errorf("read the migrations of %s: %w", part.dir, err)
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption(nil)
	if s.postgres() {
		// An advisory lock is granted on a standby too, and protects nothing there.
		var standby bool
		if err := part.db.QueryRowContext(ctx, "SELECT pg_is_in_recovery()").Scan(&standby); err != nil {
			return s.fail(registryUnavailable, "ask whether the database is a standby", err)
		}
		if standby {
			return registry.Errorf(registry.Unavailable, registryUnavailable, "the database is a standby; migrate the primary")
		}
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("lock the schema: %w", err)
		}
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, part.db, files, options...)
	if err != nil {
		return fmt.Errorf("read the migrations of %s: %w", part.dir, err)
	}
	if _, err := p.Up(ctx); err != nil {
		return s.fail(registryUnavailable, "migrate "+part.dir, err)
	}
	return nil
}

// checkSchema returns SCHEMA_VERSION unless the database has exactly the
// schema of this binary.
func (s *Store) checkSchema(ctx context.Context) error {
	for _, part := range s.schemas() {
		want, err := newest(part.dir)
		if err != nil {
			return err
		}
		exists := "SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'"
		if s.postgres() {
			exists = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('goose_db_version')"
		}
		var tables int
		if err := part.db.QueryRowContext(ctx, exists).Scan(&tables); err != nil {
			return s.fail(registryUnavailable, "look for the schema's version", err)
		}
		var have int64
		if tables > 0 {
			err := part.db.QueryRowContext(ctx, "SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&have)
			if err != nil {
				return s.fail(registryUnavailable, "read the schema's version", err)
			}
		}
		e := registry.Errorf(registry.Precondition, "SCHEMA_VERSION", "the database's schema (%s) is at version %d, this binary needs %d", part.dir, have, want)
		switch {
		case have < want:
			e.Message += ": run waybill migrate"
			return e
		case have > want:
			e.Message += ": run a newer waybill"
			return e
		}
	}
	return nil
}

// newest returns the version of the last file of a directory.
func newest(dir string) (version int64, err error) {
	files, err := migrate.Files(dir)
	if err != nil {
		return 0, fmt.Errorf("read the migrations of %s: %w", dir, err)
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("read the migrations of %s: %w", dir, err)
	}
	for _, n := range names {
		v, err := goose.NumericComponent(n)
		if err != nil {
			return 0, fmt.Errorf("read the migrations of %s: %w", dir, err)
		}
		version = max(version, v)
	}
	return version, nil
}
