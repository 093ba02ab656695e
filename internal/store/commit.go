package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// Channel is where PostgreSQL is told of each new revision, with its number as
// the payload. It only makes polls sooner.
const Channel = "waybill_revision"

// committed is what one registry write made.
type committed struct {
	head    registry.Head
	changes []registry.Change
}

// Commit records the edits as one revision, if the registry still stands at the
// base; otherwise it returns Aborted with REVISION_MOVED. An edit whose number is
// not its noun's is refused, and so is a name that stands twice.
func (s *Store) Commit(ctx context.Context, base registry.Head, w registry.Write) (registry.Head, []registry.Change, error) {
	if len(w.Edits) == 0 {
		return registry.Head{}, nil, registry.Errorf(registry.Invalid, "FIELD_INVALID", "a revision needs an edit")
	}
	c, err := write(ctx, s, s.writer, registryUnavailable, "commit a revision", func(ctx context.Context, tx *sql.Tx) (committed, error) {
		return s.record(ctx, tx, base, w)
	})
	return c.head, c.changes, err
}

func (s *Store) record(ctx context.Context, tx *sql.Tx, base registry.Head, w registry.Write) (committed, error) {
	// The revision row first: its lock makes revisions gapless and in commit order.
	var edge []byte
	var before registry.Time
	head := base
	err := tx.QueryRowContext(ctx, s.sql("UPDATE revision SET number = number + 1 WHERE k = 1 AND number = ? AND "+s.epoch+
		" = ? RETURNING number, next_number, changes, right_edge, update_time, "+s.clock), base.Revision, base.Epoch).
		Scan(&head.Revision, &head.NextNumber, &head.Changes, &edge, &before, &head.Clock)
	if errors.Is(err, sql.ErrNoRows) {
		return committed{}, registry.Errorf(registry.Aborted, "REVISION_MOVED", "the registry changed meanwhile; read it again")
	}
	if err != nil {
		return committed{}, fmt.Errorf("take the revision: %w", err)
	}
	if !s.postgres() {
		head.Clock = registry.At(s.now())
	}
	tree, err := ledger.NewTree(head.Changes, edge)
	if err != nil {
		return committed{}, err
	}
	w.Time = max(w.Time, before)
	log, err := s.number(ctx, tx, &head, &tree, w)
	if err != nil {
		return committed{}, err
	}
	if err := s.insertChanges(ctx, tx, log); err != nil {
		return committed{}, err
	}
	if err := s.project(ctx, tx, log); err != nil {
		return committed{}, fmt.Errorf("write the rows: %w", err)
	}
	if err := s.keepTokens(ctx, tx, log, w.TokenHashes); err != nil {
		return committed{}, err
	}
	head.Changes, head.Root, head.Time = tree.Size(), tree.Root(), w.Time
	changes := make([]registry.Change, len(log))
	for i := range log {
		changes[i] = log[i].change
	}
	if err := s.remember(ctx, tx, head, changes, w); err != nil {
		return committed{}, err
	}
	if _, err := tx.ExecContext(ctx, s.sql("UPDATE revision SET next_number = ?, changes = ?, root = ?, right_edge = ?, update_time = ? WHERE k = 1"),
		int64(head.NextNumber), head.Changes, head.Root[:], tree.Edge(), int64(w.Time)); err != nil {
		return committed{}, fmt.Errorf("move the head: %w", err)
	}
	if s.postgres() {
		if _, err := tx.ExecContext(ctx, "SELECT pg_notify($1, $2)", Channel, fmt.Sprint(head.Revision)); err != nil {
			return committed{}, fmt.Errorf("notify: %w", err)
		}
	}
	return committed{head, changes}, nil
}

// edit is one edit with the change that records it.
type edit struct {
	change     registry.Change
	collection registry.Collection
	create     registry.Time
	fresh      bool // it has no row yet
}

// number numbers the edits and makes their entries, leaves and roots.
func (s *Store) number(ctx context.Context, tx *sql.Tx, head *registry.Head, tree *ledger.Tree, w registry.Write) ([]edit, error) {
	names := make([]string, len(w.Edits))
	for i, e := range w.Edits {
		names[i] = e.Name
	}
	rows, err := s.newest(ctx, tx, names)
	if err != nil {
		return nil, fmt.Errorf("read what is edited: %w", err)
	}
	standing := map[string]stored{}
	for _, c := range rows {
		if c.operation == registry.Put {
			standing[c.name] = c
		}
	}
	if sorted := slices.Sorted(slices.Values(names)); len(slices.Compact(sorted)) != len(names) {
		return nil, registry.Errorf(registry.Invalid, "FIELD_INVALID", "a name stands twice in one write")
	}
	log := make([]edit, len(w.Edits))
	for i, e := range w.Edits {
		collection, ok := registry.CollectionOf(e.Name)
		if !ok || (e.Noun != nil && (e.Noun.Collection() != collection || e.Noun.ResourceName() != e.Name)) {
			return nil, registry.Errorf(registry.Invalid, "FIELD_INVALID", "an edit's name is not its noun's")
		}
		now, stands := standing[e.Name]
		switch {
		case e.Noun == nil && !stands:
			return nil, registry.Errorf(registry.NotFound, "NOT_FOUND", "%s is not there", e.Name)
		case e.Number == 0 && e.Noun != nil && stands:
			return nil, registry.Errorf(registry.Exists, "ALREADY_EXISTS", "%s is there already", e.Name)
		case e.Number != 0 && (!stands || e.Number != now.number):
			return nil, registry.Errorf(registry.NotFound, "NOT_FOUND", "%s has not the number %d", e.Name, e.Number)
		}
		r := edit{collection: collection, create: now.create, fresh: !stands, change: registry.Change{
			Revision: head.Revision, Index: tree.Size(), Operation: registry.Put, Name: e.Name, Number: now.number,
			Author: w.Author, Reason: w.Reason, Time: w.Time, Noun: e.Noun,
		}}
		if !stands {
			r.change.Number, r.create = head.NextNumber, w.Time
			head.NextNumber++
		}
		var body []byte
		if e.Noun == nil {
			r.change.Operation = registry.Delete
		} else if body, err = registry.Encode(e.Noun); err != nil {
			return nil, err
		}
		if r.change.Entry, err = ledger.EncodeChange(&ledger.ChangeEntry{
			Version: 1, Revision: head.Revision, Index: r.change.Index, Operation: uint8(r.change.Operation), Collection: uint8(collection),
			Number: r.change.Number, Name: e.Name, Author: w.Author, Reason: w.Reason, Time: int64(w.Time), Body: body,
		}); err != nil {
			return nil, err
		}
		tree.Append(ledger.LeafHash(r.change.Entry))
		r.change.Root = tree.Root()
		log[i] = r
	}
	return log, nil
}

func (s *Store) insertChanges(ctx context.Context, tx *sql.Tx, log []edit) error {
	for part := range slices.Chunk(log, chunk) {
		query := "INSERT INTO change (id, revision, operation, collection, number, name, author, time, create_time, entry, root) VALUES "
		var args []any
		for i, e := range part {
			if i > 0 {
				query += ", "
			}
			query += "(" + places(11) + ")"
			c := &part[i].change
			args = append(args, c.Index, c.Revision, int64(c.Operation), int64(e.collection), int64(c.Number), c.Name, c.Author,
				int64(c.Time), int64(e.create), c.Entry, c.Root[:])
		}
		if _, err := tx.ExecContext(ctx, s.sql(query), args...); err != nil {
			return fmt.Errorf("write the changes: %w", err)
		}
	}
	return nil
}
