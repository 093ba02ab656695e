package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// chunk bounds the values of one IN list.
const chunk = 500

// stored is one row of change as it is kept.
type stored struct {
	index      int64
	revision   int64
	operation  registry.Operation
	collection registry.Collection
	number     uint32
	name       string
	create     registry.Time
	entry      []byte
	root       []byte
}

const storedColumns = "c.id, c.revision, c.operation, c.collection, c.number, c.name, c.create_time, c.entry, c.root"

// scan reads all rows of a query of storedColumns.
func scan(rows *sql.Rows, err error) ([]stored, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []stored
	for rows.Next() {
		var c stored
		if err := rows.Scan(&c.index, &c.revision, &c.operation, &c.collection, &c.number, &c.name, &c.create, &c.entry, &c.root); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// change decodes the row; the entry is what counts.
func (c *stored) change() (registry.Change, error) {
	e, err := ledger.DecodeChange(c.entry)
	if err != nil {
		return registry.Change{}, fmt.Errorf("change %d: %w", c.index, err)
	}
	if e.Index != c.index || e.Revision != c.revision || e.Number != c.number || e.Name != c.name ||
		e.Operation != uint8(c.operation) || e.Collection != uint8(c.collection) || len(c.root) != 32 {
		return registry.Change{}, fmt.Errorf("change %d: its row is not that of its entry", c.index)
	}
	ch := registry.Change{Revision: e.Revision, Index: e.Index, Operation: c.operation, Name: e.Name, Number: e.Number,
		Author: e.Author, Reason: e.Reason, Time: registry.Time(e.Time), Root: [32]byte(c.root), Entry: c.entry}
	if c.operation == registry.Put {
		if ch.Noun, err = registry.Decode(c.collection, e.Body); err != nil {
			return registry.Change{}, fmt.Errorf("change %d: %w", c.index, err)
		}
	}
	return ch, nil
}

func (c *stored) record() (registry.Record, error) {
	ch, err := c.change()
	if err != nil {
		return registry.Record{Number: c.number, Revision: c.revision}, err
	}
	return registry.Record{Noun: ch.Noun, Number: c.number, Revision: c.revision, CreateTime: c.create, UpdateTime: ch.Time}, nil
}

// Get returns the named records as they stand, and the head.
func (s *Store) Get(ctx context.Context, names ...string) (map[string]registry.Record, registry.Head, error) {
	type found struct {
		records map[string]registry.Record
		head    registry.Head
	}
	f, err := read(ctx, s, s.reader, registryUnavailable, "get records", func(ctx context.Context, tx *sql.Tx) (found, error) {
		f := found{records: make(map[string]registry.Record, len(names))}
		var err error
		if f.head, err = s.head(ctx, tx); err != nil {
			return f, err
		}
		rows, err := s.newest(ctx, tx, names)
		if err != nil {
			return f, err
		}
		for _, c := range rows {
			if c.operation != registry.Put {
				continue
			}
			if f.records[c.name], err = c.record(); err != nil {
				return f, err
			}
		}
		return f, nil
	})
	return f.records, f.head, err
}

// newest returns the newest change of each name, tombstones too.
func (s *Store) newest(ctx context.Context, q querier, names []string) ([]stored, error) {
	names = slices.Clone(names)
	slices.Sort(names)
	var all []stored
	for part := range slices.Chunk(slices.Compact(names), chunk) {
		rows, err := scan(q.QueryContext(ctx, s.sql("SELECT "+storedColumns+" FROM change c WHERE c.name IN ("+places(len(part))+
			") AND c.revision = (SELECT max(n.revision) FROM change n WHERE n.name = c.name)"), anys(part)...))
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

func anys[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// Fold returns every record as recorded at the revision. The rows are read
// before it returns; an entry that cannot be decoded is yielded as an error with
// its number, and the others still come.
func (s *Store) Fold(ctx context.Context, revision int64) (int64, iter.Seq2[registry.Record, error], error) {
	type folded struct {
		revision int64
		rows     []stored
	}
	f, err := read(ctx, s, s.reader, registryUnavailable, "fold the changes", func(ctx context.Context, tx *sql.Tx) (folded, error) {
		head, rows, err := s.fold(ctx, tx, revision)
		if revision == 0 {
			return folded{head.Revision, rows}, err
		}
		return folded{revision, rows}, err
	})
	if err != nil {
		return 0, nil, err
	}
	return f.revision, func(yield func(registry.Record, error) bool) {
		for i := range f.rows {
			r, err := f.rows[i].record()
			if !yield(r, s.fail(registryUnavailable, "fold the changes", err)) {
				return
			}
		}
	}, nil
}

// fold reads the newest put of each number at the revision (0: the newest), in
// the order of Collections and names. It costs by nouns, not by history: numbers
// are dense, and each is one look into an index.
func (s *Store) fold(ctx context.Context, q querier, revision int64) (registry.Head, []stored, error) {
	if s.postgres() {
		if _, err := q.ExecContext(ctx, fmt.Sprintf("SET LOCAL statement_timeout = %d", foldTimeout)); err != nil {
			return registry.Head{}, nil, err
		}
	}
	head, err := s.head(ctx, q)
	if err != nil {
		return head, nil, err
	}
	if revision < 0 || revision > head.Revision {
		return head, nil, registry.Errorf(registry.NotFound, "NOT_FOUND", "there is no revision %d; the newest is %d", revision, head.Revision)
	}
	if revision == 0 {
		revision = head.Revision
	}
	if revision == 0 {
		return head, nil, nil
	}
	rows, err := scan(q.QueryContext(ctx, s.sql(`WITH RECURSIVE n(number) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT number + 1 FROM n WHERE number + 1 < ?)
		SELECT `+storedColumns+` FROM (
			SELECT number, (SELECT max(m.revision) FROM change m WHERE m.number = n.number AND m.revision <= ?) AS revision FROM n
		) p JOIN change c ON c.number = p.number AND c.revision = p.revision WHERE c.operation = ?`), int64(head.NextNumber), revision, int64(registry.Put)))
	if err != nil {
		return head, nil, err
	}
	slices.SortFunc(rows, func(a, b stored) int {
		return cmp.Or(cmp.Compare(place(a.collection), place(b.collection)), strings.Compare(a.name, b.name))
	})
	return head, rows, nil
}

// place is a collection's place in the order in which nouns can be applied.
func place(c registry.Collection) int { return slices.Index(registry.Collections, c) }

// RevisionAt returns the newest revision recorded at or before the time, 0 if none.
func (s *Store) RevisionAt(ctx context.Context, known registry.Time) (int64, error) {
	return read(ctx, s, s.reader, registryUnavailable, "find the revision of a time", func(ctx context.Context, tx *sql.Tx) (int64, error) {
		var r int64
		err := tx.QueryRowContext(ctx, s.sql("SELECT revision FROM change WHERE time <= ? ORDER BY time DESC, revision DESC LIMIT 1"), int64(known)).Scan(&r)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil
		}
		return r, err
	})
}

// Changes returns the changes with after < Revision <= upTo, in their order.
func (s *Store) Changes(ctx context.Context, after, upTo int64, name string, limit int) ([]registry.Change, error) {
	return read(ctx, s, s.reader, registryUnavailable, "read changes", func(ctx context.Context, tx *sql.Tx) ([]registry.Change, error) {
		query, args := "SELECT "+storedColumns+" FROM change c WHERE c.revision > ?", []any{after}
		if upTo > 0 {
			query, args = query+" AND c.revision <= ?", append(args, upTo)
		}
		if name != "" {
			query, args = query+" AND c.name = ?", append(args, name)
		}
		query += " ORDER BY c.revision, c.id"
		if limit > 0 {
			query, args = query+" LIMIT ?", append(args, limit)
		}
		rows, err := scan(tx.QueryContext(ctx, s.sql(query), args...))
		if err != nil {
			return nil, err
		}
		changes := make([]registry.Change, 0, len(rows))
		for i := range rows {
			ch, err := rows[i].change()
			if err != nil {
				return nil, err
			}
			changes = append(changes, ch)
		}
		return changes, nil
	})
}

// List returns up to limit (0: all) records of the collection after the name, in
// the order of names, as they stand, and the head.
func (s *Store) List(ctx context.Context, c registry.Collection, parent, after string, limit int) ([]registry.Record, registry.Head, error) {
	type page struct {
		records []registry.Record
		head    registry.Head
	}
	table, ok := tables[c]
	if !ok {
		return nil, registry.Head{}, registry.Errorf(registry.Invalid, "FIELD_INVALID", "there is no collection %d", c)
	}
	p, err := read(ctx, s, s.reader, registryUnavailable, "list records", func(ctx context.Context, tx *sql.Tx) (page, error) {
		var p page
		var err error
		if p.head, err = s.head(ctx, tx); err != nil {
			return p, err
		}
		query, args := "SELECT "+storedColumns+" FROM "+table+" r JOIN change c ON c.number = r.number AND c.revision = r.revision WHERE r.name > ?", []any{after}
		if parent != "" {
			// '0' is the byte after '/': all names below the parent, and no others.
			query, args = query+" AND r.name > ? AND r.name < ?", append(args, parent+"/deployments/", parent+"/deployments0")
		}
		query += " ORDER BY r.name"
		if limit > 0 {
			query, args = query+" LIMIT ?", append(args, limit)
		}
		rows, err := scan(tx.QueryContext(ctx, s.sql(query), args...))
		if err != nil {
			return p, err
		}
		p.records = make([]registry.Record, len(rows))
		for i := range rows {
			if p.records[i], err = rows[i].record(); err != nil {
				return p, err
			}
		}
		return p, nil
	})
	return p.records, p.head, err
}
