package store

import (
	"bytes"
	"context"
	"database/sql"
	"slices"

	"github.com/lib/pq"

	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// tagList is a list of tags as the argument of a query that ends in
// "tag " + the condition that it returns.
func (s *Store) tagList(tags []ledger.Tag) (condition string, args []any) {
	if s.postgres() {
		return "= ANY(?::bytea[])", []any{tagArray(tags)}
	}
	for i := range tags {
		args = append(args, tags[i][:])
	}
	return "IN (" + places(len(tags)) + ")", args
}

func tagArray(tags []ledger.Tag) pq.ByteaArray {
	a := make(pq.ByteaArray, len(tags))
	for i := range tags {
		a[i] = tags[i][:]
	}
	return a
}

// tagChunk is how many tags one query of SQLite names.
const tagChunk = 500

// chunks cuts the tags for one query each.
func (s *Store) chunks(tags []ledger.Tag) [][]ledger.Tag {
	if s.postgres() {
		return [][]ledger.Tag{tags}
	}
	return slices.Collect(slices.Chunk(tags, tagChunk))
}

// heldFacts reads the rows of tags; suffix locks them.
func (s *Store) heldFacts(ctx context.Context, q querier, tags []ledger.Tag, suffix string) ([]ledger.HeldFacts, error) {
	out := make([]ledger.HeldFacts, 0, len(tags))
	for _, part := range s.chunks(tags) {
		condition, args := s.tagList(part)
		rows, err := q.QueryContext(ctx, s.sql("SELECT tag, sequence, data FROM fact WHERE tag "+condition+suffix), args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var f ledger.HeldFacts
			var tag sql.RawBytes
			if err := rows.Scan(&tag, &f.Sequence, &f.Data); err != nil {
				rows.Close()
				return nil, err
			}
			copy(f.Tag[:], tag)
			out = append(out, f)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// knownTags returns those of the tags that a table has.
func (s *Store) knownTags(ctx context.Context, q querier, table string, tags []ledger.Tag) ([]ledger.Tag, error) {
	var out []ledger.Tag
	for _, part := range s.chunks(tags) {
		condition, args := s.tagList(part)
		rows, err := q.QueryContext(ctx, s.sql("SELECT tag FROM "+table+" WHERE tag "+condition), args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var tag sql.RawBytes
			if err := rows.Scan(&tag); err != nil {
				rows.Close()
				return nil, err
			}
			out = append(out, ledger.Tag(tag))
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Facts reads what is held of subjects, by their tags: the rows of those that are
// there, in no order.
func (s *Store) Facts(ctx context.Context, tags []ledger.Tag) ([]ledger.HeldFacts, error) {
	if len(tags) == 0 {
		return nil, nil
	}
	return await(ctx, func() (rows []ledger.HeldFacts, err error) {
		err = retry(ctx, func() error {
			// One statement sees one state: it needs no transaction of its own.
			return onConn(ctx, s.entriesReader, func(conn *sql.Conn) error {
				rows, err = s.heldFacts(ctx, conn, tags, "")
				return err
			})
		})
		return rows, s.fail(ledgerUnavailable, "read the held facts", err)
	}, func() error { return s.fail(ledgerUnavailable, "read the held facts", ctx.Err()) })
}

// AnyFacts reports whether anything is held of anybody.
func (s *Store) AnyFacts(ctx context.Context) (bool, error) {
	return read(ctx, s, s.entriesReader, ledgerUnavailable, "look for held facts", func(ctx context.Context, tx *sql.Tx) (any bool, err error) {
		return any, tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM fact)").Scan(&any)
	})
}

// Counters reads the counter of an exporter and year, and which of the tags are
// counted, as of one moment.
func (s *Store) Counters(ctx context.Context, exporter uint32, year int32, tags []ledger.Tag) (c ledger.Counter, counted []ledger.Tag, err error) {
	type both struct {
		c       ledger.Counter
		counted []ledger.Tag
	}
	b, err := read(ctx, s, s.entriesReader, ledgerUnavailable, "read a counter", func(ctx context.Context, tx *sql.Tx) (b both, err error) {
		err = tx.QueryRowContext(ctx, s.sql("SELECT persons, sensitive FROM counter WHERE exporter = ? AND year = ?"), int64(exporter), int64(year)).Scan(&b.c.Persons, &b.c.Sensitive)
		if err != nil && err != sql.ErrNoRows {
			return b, err
		}
		if len(tags) > 0 {
			b.counted, err = s.knownTags(ctx, tx, "counted", tags)
		} else {
			err = nil
		}
		return b, err
	})
	return b.c, b.counted, err
}

// Requested returns where the request of a tag was recorded; NOT_FOUND if it was
// not, or more than 24 hours ago.
func (s *Store) Requested(ctx context.Context, tag ledger.Tag) (ledger.FactRequest, error) {
	return read(ctx, s, s.entriesReader, ledgerUnavailable, "read a request of facts", func(ctx context.Context, tx *sql.Tx) (ledger.FactRequest, error) {
		all, err := s.requests(ctx, tx, []ledger.Tag{tag})
		if err == nil && len(all) == 0 {
			err = registry.Errorf(registry.NotFound, "NOT_FOUND", "there is no such request")
		}
		if err != nil {
			return ledger.FactRequest{}, err
		}
		return all[0], nil
	})
}

func (s *Store) requests(ctx context.Context, q querier, tags []ledger.Tag) (all []ledger.FactRequest, err error) {
	for _, part := range s.chunks(tags) {
		condition, args := s.tagList(part)
		rows, err := q.QueryContext(ctx, s.sql("SELECT tag, digest, shard, first, time FROM fact_request WHERE tag "+condition), args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var r ledger.FactRequest
			var tag, digest []byte
			if err := rows.Scan(&tag, &digest, &r.Shard, &r.First, &r.Time); err != nil {
				rows.Close()
				return nil, err
			}
			copy(r.Tag[:], tag)
			copy(r.Digest[:], digest)
			all = append(all, r)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// ForgetRequests forgets requests of facts that were recorded before a time, in
// microseconds, at most a limit of them, and returns how many.
func (s *Store) ForgetRequests(ctx context.Context, before int64, limit int) (int64, error) {
	return write(ctx, s, s.entries, ledgerUnavailable, "forget requests of facts", func(ctx context.Context, tx *sql.Tx) (int64, error) {
		r, err := tx.ExecContext(ctx, s.sql("DELETE FROM fact_request WHERE tag IN (SELECT tag FROM fact_request WHERE time < ? ORDER BY time LIMIT ?)"), before, limit)
		if err != nil {
			return 0, err
		}
		return r.RowsAffected()
	})
}

// sortedTags returns the tags in ascending order, each once: the order that they
// are locked in.
func sortedTags(tags []ledger.Tag) []ledger.Tag {
	tags = slices.Clone(tags)
	slices.SortFunc(tags, compareTags)
	return slices.Compact(tags)
}

func compareTags(a, b ledger.Tag) int { return bytes.Compare(a[:], b[:]) }
