package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/lib/pq"

	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// together is an open transaction of the ledger: what moves together with a
// shard's head. It is its caller's alone; what a call that its caller gave up is
// still waiting for, is ended behind it.
type together struct {
	s      *Store
	conn   *sql.Conn
	tx     *sql.Tx
	over   bool // committed, rolled back, or left to who still waits for the database
	doubts bool // the connection is not used again
}

var _ ledger.Tx = (*together)(nil)

// Begin opens a transaction. Its statements end at their contexts; a COMMIT is
// never cancelled.
func (s *Store) Begin(ctx context.Context) (ledger.Tx, error) {
	const attempted = "open a transaction"
	type opened struct {
		t   *together
		err error
	}
	done := make(chan opened, 1)
	go func() {
		t, err := s.begin(ctx)
		done <- opened{t, err}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			return nil, s.fail(ledgerUnavailable, attempted, o.err)
		}
		return o.t, nil
	case <-ctx.Done():
		go func() { // nobody waits for it any more
			if o := <-done; o.err == nil {
				o.t.Rollback()
			}
		}()
		return nil, s.fail(ledgerUnavailable, attempted, ctx.Err())
	}
}

func (s *Store) begin(ctx context.Context) (*together, error) {
	conn, err := s.entries.Conn(ctx)
	if err != nil {
		return nil, err
	}
	t := &together{s: s, conn: conn}
	if t.tx, err = conn.BeginTx(context.WithoutCancel(ctx), nil); err != nil {
		return nil, errors.Join(err, t.close(disconnected(err)))
	}
	return t, nil
}

// close gives the connection back.
func (t *together) close(doubtful bool) error {
	var err error
	if doubtful {
		err = drop(t.conn)
	}
	if e := t.conn.Close(); e != nil && !errors.Is(e, sql.ErrConnDone) {
		err = errors.Join(err, e)
	}
	return err
}

// Rollback undoes what was not committed.
func (t *together) Rollback() error {
	if t.over {
		return nil
	}
	t.over = true
	err := undo(t.tx)
	return errors.Join(err, t.close(t.doubts || err != nil))
}

// do runs one statement or more in t, and returns at the caller's deadline at the
// latest; what is still under way then is ended behind it.
func do[T any](ctx context.Context, t *together, attempted string, f func() (T, error)) (T, error) {
	var none T
	if t.over {
		return none, t.s.fail(ledgerUnavailable, attempted, errAbandoned)
	}
	done := make(chan result[T], 1)
	go func() {
		v, err := f()
		done <- result[T]{v, err}
	}()
	select {
	case r := <-done:
		t.doubts = t.doubts || r.err != nil && disconnected(r.err)
		return r.value, t.s.fail(ledgerUnavailable, attempted, r.err)
	case <-ctx.Done():
		t.over = true
		left := &together{s: t.s, conn: t.conn, tx: t.tx, doubts: true}
		go func() {
			<-done
			left.Rollback() // the connection goes with it, whatever it says
		}()
		return none, t.s.fail(ledgerUnavailable, attempted, ctx.Err())
	}
}

// LockFacts reads the rows of the tags that are there, and locks them in the order
// of their tags. On SQLite the transaction itself is the lock.
func (t *together) LockFacts(ctx context.Context, tags []ledger.Tag) ([]ledger.HeldFacts, error) {
	suffix := ""
	if t.s.postgres() {
		suffix = " ORDER BY tag FOR UPDATE"
	}
	return do(ctx, t, "lock the held facts", func() ([]ledger.HeldFacts, error) {
		return t.s.heldFacts(ctx, t.tx, sortedTags(tags), suffix)
	})
}

// PutFacts writes rows over those of before, and new ones.
func (t *together) PutFacts(ctx context.Context, rows []ledger.HeldFacts, before map[ledger.Tag]int64) error {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b ledger.HeldFacts) int { return compareTags(a.Tag, b.Tag) })
	var changed, fresh []ledger.HeldFacts
	for _, r := range rows {
		if before[r.Tag] > 0 {
			changed = append(changed, r)
		} else {
			fresh = append(fresh, r)
		}
	}
	_, err := do(ctx, t, "write held facts", func() (struct{}, error) {
		if err := t.putChanged(ctx, changed, before); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.putFresh(ctx, fresh)
	})
	return err
}

var errFactsMoved = registry.Errorf(registry.Aborted, "FACTS_MOVED", "the facts of a subject were written by another meanwhile")

func factColumns(rows []ledger.HeldFacts, before map[ledger.Tag]int64) []any {
	tags, data := make(pq.ByteaArray, len(rows)), make(pq.ByteaArray, len(rows))
	sequences, was := make(pq.Int64Array, len(rows)), make(pq.Int64Array, len(rows))
	for i := range rows {
		tags[i], data[i], sequences[i], was[i] = rows[i].Tag[:], rows[i].Data, rows[i].Sequence, before[rows[i].Tag]
	}
	return []any{tags, sequences, data, was}
}

func (t *together) putChanged(ctx context.Context, rows []ledger.HeldFacts, before map[ledger.Tag]int64) error {
	if len(rows) == 0 {
		return nil
	}
	if t.s.postgres() {
		r, err := t.tx.ExecContext(ctx, `UPDATE fact SET sequence = v.sequence, data = v.data
			FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bigint[]) AS v(tag, sequence, data, was)
			WHERE fact.tag = v.tag AND fact.sequence = v.was`, factColumns(rows, before)...)
		return affected(r, err, len(rows), errFactsMoved)
	}
	for _, r := range rows {
		done, err := t.tx.ExecContext(ctx, "UPDATE fact SET sequence = ?, data = ? WHERE tag = ? AND sequence = ?", r.Sequence, r.Data, r.Tag[:], before[r.Tag])
		if err := affected(done, err, 1, errFactsMoved); err != nil {
			return err
		}
	}
	return nil
}

func (t *together) putFresh(ctx context.Context, rows []ledger.HeldFacts) error {
	if len(rows) == 0 {
		return nil
	}
	if t.s.postgres() {
		r, err := t.tx.ExecContext(ctx, `INSERT INTO fact (tag, sequence, data)
			SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) ON CONFLICT (tag) DO NOTHING`, factColumns(rows, nil)[:3]...)
		return affected(r, err, len(rows), errFactsMoved)
	}
	for _, r := range rows {
		done, err := t.tx.ExecContext(ctx, "INSERT INTO fact (tag, sequence, data) VALUES (?, ?, ?) ON CONFLICT (tag) DO NOTHING", r.Tag[:], r.Sequence, r.Data)
		if err := affected(done, err, 1, errFactsMoved); err != nil {
			return err
		}
	}
	return nil
}

// affected turns a statement that reached other rows than it should into an error.
func affected(r sql.Result, err error, want int, otherwise error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != int64(want) {
		return errors.Join(err, otherwise)
	}
	return nil
}

// Remember keeps where requests are recorded; if any of them was kept before it
// keeps none and returns those.
func (t *together) Remember(ctx context.Context, requests []ledger.FactRequest) ([]ledger.FactRequest, error) {
	requests = slices.Clone(requests)
	slices.SortFunc(requests, func(a, b ledger.FactRequest) int { return compareTags(a.Tag, b.Tag) })
	return do(ctx, t, "remember requests of facts", func() ([]ledger.FactRequest, error) {
		tags := make([]ledger.Tag, len(requests))
		for i := range requests {
			tags[i] = requests[i].Tag
		}
		known, err := t.s.requests(ctx, t.tx, tags)
		if err != nil || len(known) > 0 {
			return known, err
		}
		return nil, t.remember(ctx, requests)
	})
}

func (t *together) remember(ctx context.Context, requests []ledger.FactRequest) error {
	if t.s.postgres() {
		tags, digests := make(pq.ByteaArray, len(requests)), make(pq.ByteaArray, len(requests))
		shards, firsts, times := make(pq.StringArray, len(requests)), make(pq.Int64Array, len(requests)), make(pq.Int64Array, len(requests))
		for i := range requests {
			r := &requests[i]
			tags[i], digests[i], shards[i], firsts[i], times[i] = r.Tag[:], r.Digest[:], r.Shard, r.First, r.Time
		}
		done, err := t.tx.ExecContext(ctx, `INSERT INTO fact_request (tag, digest, shard, first, time)
			SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::varchar[], $4::bigint[], $5::bigint[]) ON CONFLICT (tag) DO NOTHING`, tags, digests, shards, firsts, times)
		return affected(done, err, len(requests), errFactsMoved)
	}
	for _, r := range requests {
		if _, err := t.tx.ExecContext(ctx, "INSERT INTO fact_request (tag, digest, shard, first, time) VALUES (?, ?, ?, ?, ?)",
			r.Tag[:], r.Digest[:], r.Shard, r.First, r.Time); err != nil {
			return err
		}
	}
	return nil
}

// LockCounter reads the counter of an exporter and year, and locks it.
func (t *together) LockCounter(ctx context.Context, exporter uint32, year int32) (ledger.Counter, error) {
	return do(ctx, t, "lock a counter", func() (c ledger.Counter, err error) {
		query := "SELECT persons, sensitive FROM counter WHERE exporter = ? AND year = ?"
		if t.s.postgres() {
			query += " FOR UPDATE"
		}
		look := func() error {
			return t.tx.QueryRowContext(ctx, t.s.sql(query), int64(exporter), int64(year)).Scan(&c.Persons, &c.Sensitive)
		}
		if err = look(); !errors.Is(err, sql.ErrNoRows) {
			return c, err
		}
		if _, err = t.tx.ExecContext(ctx, t.s.sql("INSERT INTO counter (exporter, year, persons, sensitive) VALUES (?, ?, 0, 0) ON CONFLICT (exporter, year) DO NOTHING"),
			int64(exporter), int64(year)); err != nil {
			return c, err
		}
		return c, look()
	})
}

// Counted returns which of the tags are counted.
func (t *together) Counted(ctx context.Context, tags []ledger.Tag) ([]ledger.Tag, error) {
	if len(tags) == 0 {
		return nil, nil
	}
	return do(ctx, t, "read what is counted", func() ([]ledger.Tag, error) { return t.s.knownTags(ctx, t.tx, "counted", tags) })
}

// Count sets a counter that is locked, and counts the tags.
func (t *together) Count(ctx context.Context, exporter uint32, year int32, c ledger.Counter, tags []ledger.Tag) error {
	_, err := do(ctx, t, "count", func() (struct{}, error) {
		r, err := t.tx.ExecContext(ctx, t.s.sql("UPDATE counter SET persons = ?, sensitive = ? WHERE exporter = ? AND year = ?"),
			c.Persons, c.Sensitive, int64(exporter), int64(year))
		if err := affected(r, err, 1, fmt.Errorf("the counter of exporter %d and year %d is not there", exporter, year)); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.count(ctx, exporter, year, sortedTags(tags))
	})
	return err
}

func (t *together) count(ctx context.Context, exporter uint32, year int32, tags []ledger.Tag) error {
	if len(tags) == 0 {
		return nil
	}
	if t.s.postgres() {
		_, err := t.tx.ExecContext(ctx, "INSERT INTO counted (tag, exporter, year) SELECT tag, $2, $3 FROM unnest($1::bytea[]) AS v(tag) ON CONFLICT (tag) DO NOTHING",
			tagArray(tags), int64(exporter), int64(year))
		return err
	}
	for _, tag := range tags {
		if _, err := t.tx.ExecContext(ctx, "INSERT INTO counted (tag, exporter, year) VALUES (?, ?, ?) ON CONFLICT (tag) DO NOTHING", tag[:], int64(exporter), int64(year)); err != nil {
			return err
		}
	}
	return nil
}

// Append adds a segment, moves the head from prev to next, and commits, as the
// store's Append does.
func (t *together) Append(ctx context.Context, seg ledger.Segment, prev, next ledger.ShardHead) error {
	if err := leads(seg, prev, next); err != nil {
		return err
	}
	// The caller has its memory again at its deadline; this may go on.
	seg.Data, seg.Tags = slices.Clone(seg.Data), slices.Clone(seg.Tags)
	move, insert := appendArguments(seg, prev, next)
	_, err := do(ctx, t, "append a segment", func() (struct{}, error) {
		r, err := t.tx.ExecContext(ctx, t.s.sql(moveHead), move...)
		if err == nil {
			err = moved(r)
		}
		if err == nil && seg.Count > 0 {
			_, err = t.tx.ExecContext(ctx, t.s.sql(insertSegment), append([]any{seg.Shard}, insert...)...)
		}
		return struct{}{}, forked(err)
	})
	if err != nil {
		return err
	}
	return t.commit(ctx)
}

// commit sends the COMMIT and waits for its reply until the caller's deadline: by
// then it may have happened.
func (t *together) commit(ctx context.Context) error {
	const attempted = "append a segment"
	if ctx.Err() != nil {
		return t.s.fail(ledgerUnavailable, attempted, ctx.Err())
	}
	t.over = true
	unsynced := t.s.unsynced.Load()
	done := make(chan error, 1)
	go func() {
		err := t.tx.Commit()
		// What state a connection is in whose commit failed is not known.
		done <- errors.Join(err, t.close(err != nil))
	}()
	select {
	case err := <-done:
		switch {
		case err == nil && t.s.unsynced.Load() != unsynced:
			return unknownOutcome(attempted, errors.New("the wait for the synchronous standby was cancelled"))
		case err != nil && !refused(err):
			return unknownOutcome(attempted, err)
		}
		return t.s.fail(ledgerUnavailable, attempted, err)
	case <-ctx.Done():
		return unknownOutcome(attempted, ctx.Err())
	}
}
