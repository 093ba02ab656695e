package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"

	"waybill/internal/registry"
)

// result is what await carries from its goroutine.
type result[T any] struct {
	value T
	err   error
}

// await runs f beside the caller and returns at the caller's deadline at the
// latest: lib/pq waits for a server that hangs even when the context is done.
// What f goes on with is bounded by ioTimeout and by its pool's size.
func await[T any](ctx context.Context, f func() (T, error), late func() error) (T, error) {
	done := make(chan result[T], 1)
	go func() {
		v, err := f()
		done <- result[T]{v, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, late()
	}
}

// read runs f in one repeatable-read, read-only transaction, so that all of its
// statements see one state.
func read[T any](ctx context.Context, s *Store, db *sql.DB, unavailable, attempted string, f func(ctx context.Context, tx *sql.Tx) (T, error)) (T, error) {
	var options *sql.TxOptions // SQLite: a read transaction is a snapshot
	if s.postgres() {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	return await(ctx, func() (value T, err error) {
		err = retry(ctx, func() error {
			return onConn(ctx, db, func(conn *sql.Conn) error {
				tx, err := conn.BeginTx(ctx, options)
				if err != nil {
					return err
				}
				if value, err = f(ctx, tx); err != nil {
					return errors.Join(err, undo(tx))
				}
				return tx.Commit()
			})
		})
		return value, s.fail(unavailable, attempted, err)
	}, func() error { return s.fail(unavailable, attempted, ctx.Err()) })
}

// The states of a write. Only one of the caller's deadline and the sending of
// the COMMIT can leave running.
const (
	running int32 = iota
	committing
	abandoned
)

// errAbandoned ends a write whose caller had gone before its COMMIT was sent.
var errAbandoned = errors.New("the caller's time ran out before the commit was sent")

// write runs f in one transaction and commits it. Until the COMMIT is sent the
// caller's context ends it; after that nothing does: the caller gets
// OUTCOME_UNKNOWN at its deadline, and the commit goes on.
func write[T any](ctx context.Context, s *Store, db *sql.DB, unavailable, attempted string, f func(ctx context.Context, tx *sql.Tx) (T, error)) (T, error) {
	return commit(ctx, s, db, unavailable, attempted, func(conn *sql.Conn, send func() bool) (value T, sent bool, err error) {
		tx, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
		if err != nil {
			return value, false, err
		}
		if value, err = f(ctx, tx); err != nil {
			return value, false, errors.Join(err, undo(tx))
		}
		if !send() {
			return value, false, errors.Join(errAbandoned, undo(tx))
		}
		return value, true, tx.Commit()
	})
}

// commit runs one attempt after another of a write. The attempt calls send just
// before what commits, does not commit if that says no, and returns whether it
// sent it.
func commit[T any](ctx context.Context, s *Store, db *sql.DB, unavailable, attempted string, attempt func(conn *sql.Conn, send func() bool) (T, bool, error)) (T, error) {
	var state atomic.Int32
	return await(ctx, func() (value T, err error) {
		err = retry(ctx, func() error {
			return onConn(ctx, db, func(conn *sql.Conn) error {
				unsynced := s.unsynced.Load()
				var sent bool
				value, sent, err = attempt(conn, func() bool { return state.CompareAndSwap(running, committing) })
				var answer *registry.Error // such as a lost compare-and-swap: nothing was written
				switch {
				case errors.As(err, &answer):
				case sent && err == nil && s.unsynced.Load() != unsynced:
					return unknownOutcome(attempted, errors.New("the wait for the synchronous standby was cancelled"))
				case sent && err != nil && !refused(err):
					// What state the connection is in is not known either.
					return errors.Join(unknownOutcome(attempted, err), drop(conn))
				case sent && err != nil:
					if !state.CompareAndSwap(committing, running) {
						return err
					}
					// A connection whose COMMIT was refused may still be in its transaction.
					return errors.Join(err, drop(conn))
				}
				return err
			})
		})
		return value, s.fail(unavailable, attempted, err)
	}, func() error {
		if state.CompareAndSwap(running, abandoned) {
			return s.fail(unavailable, attempted, ctx.Err())
		}
		return unknownOutcome(attempted, ctx.Err())
	})
}

// onConn runs f on one connection, which is not used again after an error that
// makes it doubtful.
func onConn(ctx context.Context, db *sql.DB, f func(conn *sql.Conn) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	err = f(conn)
	if err != nil && disconnected(err) {
		err = errors.Join(err, drop(conn))
	}
	if e := conn.Close(); e != nil && !errors.Is(e, sql.ErrConnDone) {
		err = errors.Join(err, e)
	}
	return err
}

// drop takes a connection out of its pool.
func drop(conn *sql.Conn) error {
	err := conn.Raw(func(any) error { return driver.ErrBadConn })
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return nil
	}
	return err
}

func undo(tx *sql.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) && !disconnected(err) {
		return err
	}
	return nil
}
