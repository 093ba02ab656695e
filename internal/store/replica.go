package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"waybill/internal/registry"
)

// RegisterReplica records one start of a server, before it serves. The name is new
// at every start; at is in microseconds. With a lease every registry write waits
// for it from now on; without one no other server has the database.
func (s *Store) RegisterReplica(ctx context.Context, replica string, at int64, lease time.Duration) error {
	return s.alone(ctx, "register a replica", "INSERT INTO replica (id, register_time, lease, live) VALUES (?, ?, ?, ?)",
		replica, at, lease.Microseconds(), lease > 0)
}

// RenewReplica counts one renewal. It returns NOT_FOUND when the replica is not
// registered, or is registered no more.
func (s *Store) RenewReplica(ctx context.Context, replica string) error {
	return s.alone(ctx, "renew a replica", "UPDATE replica SET renewal = renewal + 1 WHERE id = ? AND live", replica)
}

// ConfirmReplica records that the replica answers by no state of the registry
// before the revision. It returns NOT_FOUND when the replica is registered no more.
func (s *Store) ConfirmReplica(ctx context.Context, replica, epoch string, revision int64) error {
	return s.alone(ctx, "confirm a revision", "UPDATE replica SET epoch = ?, revision = ? WHERE id = ? AND live", epoch, revision, replica)
}

// alone runs one statement that is its own transaction, of one row.
func (s *Store) alone(ctx context.Context, attempted, query string, args ...any) error {
	_, err := commit(ctx, s, s.replicas, ledgerUnavailable, attempted, func(conn *sql.Conn, send func() bool) (struct{}, bool, error) {
		if !send() {
			return struct{}{}, false, errAbandoned
		}
		r, err := conn.ExecContext(context.WithoutCancel(ctx), s.sql(query), args...)
		if err != nil {
			return struct{}{}, true, err
		}
		return struct{}{}, true, stands(r)
	})
	return err
}

// stands returns NOT_FOUND when a statement met no replica that is registered.
func stands(r sql.Result) error {
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		err = errNotRegistered
	}
	return err
}

var errNotRegistered = registry.Errorf(registry.NotFound, "NOT_FOUND", "the replica is not registered, or its lease ran out")

// EndReplica ends the registration of a replica whose renewals still stand at a
// number (any, if it is negative) and seals its shards, in one transaction: what
// it was committing then fails. It returns NOT_FOUND when the replica has renewed
// since, or has ended.
func (s *Store) EndReplica(ctx context.Context, replica string, renewal int64) error {
	_, err := write(ctx, s, s.replicas, ledgerUnavailable, "end a replica", func(ctx context.Context, tx *sql.Tx) (struct{}, error) {
		r, err := tx.ExecContext(ctx, s.sql("UPDATE replica SET live = false WHERE id = ? AND live AND (renewal = ? OR ? < 0)"), replica, renewal, renewal)
		if err == nil {
			err = stands(r)
		}
		if err == nil {
			// A head that moves meanwhile is sealed where it then stands.
			_, err = tx.ExecContext(ctx, s.sql("UPDATE shard_head SET sealed = true WHERE replica_id = ? AND NOT sealed"), replica)
		}
		return struct{}{}, err
	})
	return err
}

// LiveReplicas returns the replicas that registry writes wait for, by their names.
func (s *Store) LiveReplicas(ctx context.Context) ([]registry.Replica, error) {
	return await(ctx, func() (all []registry.Replica, err error) {
		err = retry(ctx, func() error {
			return onConn(ctx, s.replicas, func(conn *sql.Conn) error {
				all, err = liveReplicas(ctx, conn)
				return err
			})
		})
		return all, s.fail(ledgerUnavailable, "list the replicas", err)
	}, func() error { return s.fail(ledgerUnavailable, "list the replicas", ctx.Err()) })
}

func liveReplicas(ctx context.Context, q querier) (_ []registry.Replica, err error) {
	rows, err := q.QueryContext(ctx, "SELECT id, register_time, lease, renewal, epoch, revision FROM replica WHERE live ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var all []registry.Replica
	for rows.Next() {
		var r registry.Replica
		var lease int64
		if err := rows.Scan(&r.ID, &r.RegisterTime, &lease, &r.Renewal, &r.Epoch, &r.Revision); err != nil {
			return nil, err
		}
		r.Lease = time.Duration(lease) * time.Microsecond
		all = append(all, r)
	}
	return all, rows.Err()
}
