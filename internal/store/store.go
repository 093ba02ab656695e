package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"

	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// Config says where the store is.
type Config struct {
	// Database is a PostgreSQL URL (postgres://…, several hosts allowed) or the
	// directory of the SQLite files, made if it is not there.
	Database string
	// Replica names this process to PostgreSQL (application_name).
	Replica string
	// Now is the clock of an embedded store; time.Now when nil. PostgreSQL's
	// own clock is used there.
	Now func() time.Time
}

// Store is an open store. It is safe for concurrent use.
type Store struct {
	dialect string
	now     func() time.Time

	// PostgreSQL: writer and reader are one pool. SQLite: one writer connection
	// and a pool of readers for each file.
	writer, reader *sql.DB
	// polls has the head's connections, so that no list delays a poll.
	polls *sql.DB
	// entries has the ledger's: binary parameters on PostgreSQL.
	entries, entriesReader *sql.DB
	// replicas has the connections of registration, so that no renewal waits for a
	// record and no poll for a renewal.
	replicas *sql.DB
	listener pq.Config // PostgreSQL: of the connection that listens

	epoch  string // the SQL expression of the epoch
	clock  string // the SQL expression of the database's clock
	unsafe string // the SQL expression of the setting that would lose a commit, '' if none
	share  string // the SQL that holds a row which is read

	unsynced atomic.Int64 // commits that PostgreSQL did not replicate as told
	lock     *os.File     // SQLite: the directory is ours
}

var _ registry.Store = (*Store)(nil)

// Open opens the store. It returns SCHEMA_VERSION when the database's schema is
// not that of this binary (run Migrate), and REGISTRY_UNAVAILABLE when it cannot
// be reached, is in use by another process, or does not promise durability.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s, err := connect(ctx, cfg, false)
	if err != nil {
		return nil, err
	}
	if err := s.checkSchema(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close closes the connections. Commits under way end first.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.reader, s.polls, s.replicas, s.entriesReader, s.entries, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// connect opens the pools without looking at the schema.
func connect(ctx context.Context, cfg Config, migrating bool) (*Store, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Store{now: cfg.Now}
	open := s.openSQLite
	if strings.HasPrefix(cfg.Database, "postgres://") || strings.HasPrefix(cfg.Database, "postgresql://") {
		open = s.openPostgres
	}
	if err := open(ctx, cfg, migrating); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) postgres() bool { return s.dialect == dialect.Postgres }

// sql writes the placeholders of the dialect: queries here are written with ?.
func (s *Store) sql(query string) string {
	if !s.postgres() {
		return query
	}
	var b strings.Builder
	n := 0
	for {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n++
		fmt.Fprintf(&b, "$%d", n)
		query = after
	}
}

// places returns "?, ?, ?" for n values.
func places(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// firstRevision makes the revision row of a new database; its id is the epoch.
func (s *Store) firstRevision(ctx context.Context) error {
	var id [12]byte
	if _, err := rand.Read(id[:]); err != nil {
		return fmt.Errorf("name the history: %w", err)
	}
	var empty ledger.Tree
	root := empty.Root()
	_, err := s.writer.ExecContext(ctx, s.sql(`INSERT INTO revision (k, epoch, number, next_number, changes, root, right_edge, update_time)
		VALUES (1, ?, 0, 1, 0, ?, ?, 0) ON CONFLICT (k) DO NOTHING`), hex.EncodeToString(id[:]), root[:], empty.Edge())
	if err != nil {
		return s.fail(registryUnavailable, "make the first revision", err)
	}
	return nil
}
