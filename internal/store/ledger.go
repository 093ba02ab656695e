package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// OpenShard inserts the head of a new shard of a registered replica. It returns
// NOT_FOUND when the replica is registered no more.
func (s *Store) OpenShard(ctx context.Context, h ledger.ShardHead) error {
	_, err := write(ctx, s, s.entries, ledgerUnavailable, "open a shard", func(ctx context.Context, tx *sql.Tx) (struct{}, error) {
		// The replica's row is held, so that it does not end beside its new shard.
		held := "SELECT count(*) FROM (SELECT 1 FROM replica WHERE id = ? AND (live OR lease = 0)" + s.share + ") r"
		var registered int
		if err := tx.QueryRowContext(ctx, s.sql(held), h.Replica).Scan(&registered); err != nil {
			return struct{}{}, err
		}
		if registered == 0 {
			return struct{}{}, errNotRegistered
		}
		_, err := tx.ExecContext(ctx, s.sql("INSERT INTO shard_head (shard, replica_id, size, root, right_edge, last_now, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)"),
			h.Shard, h.Replica, h.Tree.Size(), h.Root[:], h.Tree.Edge(), h.LastNow, h.Sealed)
		return struct{}{}, err
	})
	return err
}

// ShardHead reads the head of a shard; NOT_FOUND if there is none.
func (s *Store) ShardHead(ctx context.Context, shard string) (ledger.ShardHead, error) {
	return read(ctx, s, s.entriesReader, ledgerUnavailable, "read a shard's head", func(ctx context.Context, tx *sql.Tx) (ledger.ShardHead, error) {
		h := ledger.ShardHead{Shard: shard}
		var size int64
		var root, edge []byte
		err := tx.QueryRowContext(ctx, s.sql("SELECT replica_id, size, root, right_edge, last_now, sealed FROM shard_head WHERE shard = ?"), shard).
			Scan(&h.Replica, &size, &root, &edge, &h.LastNow, &h.Sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return h, registry.Errorf(registry.NotFound, "NOT_FOUND", "there is no such shard")
		}
		if err != nil {
			return h, err
		}
		if h.Tree, err = ledger.NewTree(size, edge); err != nil {
			return h, err
		}
		if h.Root = h.Tree.Root(); string(root) != string(h.Root[:]) {
			return h, fmt.Errorf("the root of shard %s is not that of its right edge", shard)
		}
		return h, nil
	})
}

// LastNow returns the largest now of all entries of all shards, in microseconds.
func (s *Store) LastNow(ctx context.Context) (int64, error) {
	return read(ctx, s, s.entriesReader, ledgerUnavailable, "read the last now", func(ctx context.Context, tx *sql.Tx) (int64, error) {
		var now int64
		return now, tx.QueryRowContext(ctx, "SELECT COALESCE(max(last_now), 0) FROM shard_head").Scan(&now)
	})
}

// buffers hold what a commit sends: it may go on after its caller has gone, who
// uses its own buffers again.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Append adds the segment and moves the shard's head from prev to next, if it
// still stands at prev's size and root and is not sealed; otherwise it returns
// Aborted with HEAD_MOVED. A segment of no entries only moves the head: that is
// how a shard is sealed. A commit that was not confirmed is OUTCOME_UNKNOWN;
// ShardHead tells, later, what became of it.
func (s *Store) Append(ctx context.Context, seg ledger.Segment, prev, next ledger.ShardHead) error {
	if err := leads(seg, prev, next); err != nil {
		return err
	}
	buffer := buffers.Get().(*[]byte)
	*buffer = append(append((*buffer)[:0], seg.Data...), seg.Tags...)
	seg.Data, seg.Tags = (*buffer)[:len(seg.Data):len(seg.Data)], (*buffer)[len(seg.Data):]
	move, insert := appendArguments(seg, prev, next)
	_, err := commit(ctx, s, s.entries, ledgerUnavailable, "append a segment", func(conn *sql.Conn, send func() bool) (struct{}, bool, error) {
		if s.postgres() {
			return struct{}{}, true, s.appendStatement(ctx, conn, send, seg.Count, move, insert)
		}
		sent, err := appendTransaction(ctx, conn, send, seg, move, insert)
		return struct{}{}, sent, err
	})
	// Only a commit whose outcome is not known may still read its buffer.
	if registry.ReasonOf(err) != "OUTCOME_UNKNOWN" && ctx.Err() == nil {
		buffers.Put(buffer)
	}
	return err
}

func leads(seg ledger.Segment, prev, next ledger.ShardHead) error {
	if seg.Shard != prev.Shard || seg.Shard != next.Shard || seg.First != prev.Tree.Size() || next.Tree.Size() != prev.Tree.Size()+int64(seg.Count) {
		return registry.Errorf(registry.Internal, "INTERNAL", "a segment does not lead from one head of its shard to the next")
	}
	return nil
}

// appendArguments are those of moveHead, and of the segment's columns but its shard.
func appendArguments(seg ledger.Segment, prev, next ledger.ShardHead) (move, insert []any) {
	return []any{next.Tree.Size(), next.Root[:], next.Tree.Edge(), next.LastNow, next.Sealed, prev.Shard, prev.Tree.Size(), prev.Root[:]},
		[]any{seg.First, seg.Count, seg.Data, seg.MinNow, seg.MaxNow, recipientText(seg.Recipients), seg.Allowed, seg.Denied, seg.Tags}
}

const insertSegment = "INSERT INTO segment (shard, first, entries, data, min_now, max_now, recipients, allowed, denied, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

const moveHead = `UPDATE shard_head SET size = ?, root = ?, right_edge = ?, last_now = ?, sealed = ? WHERE shard = ? AND size = ? AND root = ? AND NOT sealed`

// appendStatement is the append on PostgreSQL: one statement, one round trip.
func (s *Store) appendStatement(ctx context.Context, conn *sql.Conn, send func() bool, count int, move, insert []any) error {
	query, args := moveHead, move
	if count > 0 {
		query = "WITH head AS (" + moveHead + ` RETURNING shard) INSERT INTO segment (shard, first, entries, data, min_now, max_now, recipients, allowed, denied, tags)
			SELECT shard, ?::bigint, ?::bigint, ?::bytea, ?::bigint, ?::bigint, ?::varchar, ?::bigint, ?::bigint, ?::bytea FROM head`
		args = append(append(make([]any, 0, len(move)+len(insert)), move...), insert...)
	}
	if !send() {
		return errAbandoned
	}
	r, err := conn.ExecContext(context.WithoutCancel(ctx), s.sql(query), args...)
	if err != nil {
		return forked(err)
	}
	return moved(r)
}

// appendTransaction is the append on SQLite.
func appendTransaction(ctx context.Context, conn *sql.Conn, send func() bool, seg ledger.Segment, move, insert []any) (sent bool, err error) {
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return false, err
	}
	r, err := tx.ExecContext(ctx, moveHead, move...)
	if err == nil {
		err = moved(r)
	}
	if err == nil && seg.Count > 0 {
		_, err = tx.ExecContext(ctx, insertSegment, append([]any{seg.Shard}, insert...)...)
	}
	if err == nil && !send() {
		err = errAbandoned
	}
	if err != nil {
		return false, errors.Join(forked(err), undo(tx))
	}
	return true, tx.Commit()
}

func moved(r sql.Result) error {
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		err = registry.Errorf(registry.Aborted, "HEAD_MOVED", "the shard's head is not where it was, or the shard is sealed")
	}
	return err
}

// forked names the alarm: a head that did not know of its own segment.
func forked(err error) error {
	if duplicate(err) {
		return &registry.Error{Kind: registry.Internal, Reason: "INTERNAL", Message: "the shard holds a segment that its head does not know: it is forked", Err: err}
	}
	return err
}

// Segments returns segments in the order (shard, first), at most q.Limit (0: all).
func (s *Store) Segments(ctx context.Context, q ledger.SegmentQuery) ([]ledger.Segment, error) {
	query := "SELECT shard, first, entries, data, min_now, max_now, recipients, allowed, denied, tags FROM segment WHERE 1 = 1"
	var args []any
	where := func(condition string, values ...any) {
		query += " AND " + condition
		args = append(args, values...)
	}
	if q.Shard != "" {
		where("shard = ?", q.Shard)
	}
	if q.From > 0 {
		where("first + entries > ?", q.From)
	}
	if q.AfterShard != "" {
		where("(shard > ? OR (shard = ? AND first > ?))", q.AfterShard, q.AfterShard, q.AfterFirst)
	}
	if q.MinNow != 0 {
		where("max_now >= ?", q.MinNow)
	}
	if q.MaxNow != 0 {
		where("min_now < ?", q.MaxNow)
	}
	if q.Recipient != 0 {
		where("recipients LIKE ?", "%,"+strconv.FormatUint(uint64(q.Recipient), 10)+",%")
	}
	switch q.Outcome {
	case 1:
		where("allowed > 0")
	case 2:
		where("denied > 0")
	}
	query += " ORDER BY shard, first"
	if q.Limit > 0 {
		query, args = query+" LIMIT ?", append(args, q.Limit)
	}
	return read(ctx, s, s.entriesReader, ledgerUnavailable, "read segments", func(ctx context.Context, tx *sql.Tx) ([]ledger.Segment, error) {
		rows, err := tx.QueryContext(ctx, s.sql(query), args...)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var all []ledger.Segment
		for rows.Next() {
			var g ledger.Segment
			var recipients string
			if err := rows.Scan(&g.Shard, &g.First, &g.Count, &g.Data, &g.MinNow, &g.MaxNow, &recipients, &g.Allowed, &g.Denied, &g.Tags); err != nil {
				return nil, err
			}
			if g.Recipients, err = recipientNumbers(recipients); err != nil {
				return nil, fmt.Errorf("segment %s/%d: %w", g.Shard, g.First, err)
			}
			all = append(all, g)
		}
		return all, rows.Err()
	})
}

// recipientText is ,3,17, for 3 and 17, so that ,3, finds it.
func recipientText(numbers []uint32) string {
	if len(numbers) == 0 {
		return ""
	}
	b := []byte{','}
	for _, n := range numbers {
		b = append(strconv.AppendUint(b, uint64(n), 10), ',')
	}
	return string(b)
}

func recipientNumbers(text string) ([]uint32, error) {
	text = strings.Trim(text, ",")
	if text == "" {
		return nil, nil
	}
	var numbers []uint32
	for p := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, uint32(n))
	}
	return numbers, nil
}
