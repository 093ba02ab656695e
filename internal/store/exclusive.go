package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"waybill/internal/registry"
)

// ErrHeld is returned by Open and Head of an exclusive store while another one
// has the database.
var ErrHeld = &registry.Error{Kind: registry.Unavailable, Reason: registryUnavailable,
	Message: "another server runs on this database; several servers are not supported in this edition"}

// serving is the advisory lock of the one server of a database: "waybill" in ASCII.
const serving = 0x77617962696c6c

// heldFor is how long Open waits for the lock: PostgreSQL may take a moment to
// notice that the former server's connection is gone.
const heldFor = 10 * time.Second

// exclusive makes connections that hold the lock, or fails with ErrHeld. The
// lock dies with its connection: what is read on one is read by the one server.
type exclusive struct{ driver.Connector }

// Connect connects and takes the lock.
func (e exclusive) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := e.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := takeLock(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func takeLock(ctx context.Context, conn driver.Conn) error {
	q, ok := conn.(driver.QueryerContext)
	if !ok {
		return errors.New("the driver cannot query a new connection")
	}
	rows, err := q.QueryContext(ctx, fmt.Sprintf("SELECT pg_try_advisory_lock(%d)", serving), nil)
	if err != nil {
		return err
	}
	taken := make([]driver.Value, 1)
	if err := errors.Join(rows.Next(taken), rows.Close()); err != nil {
		return err
	}
	if taken[0] != true {
		return ErrHeld
	}
	return nil
}

// acquire takes the lock. A holder that lost it without having stopped may
// answer for another lease, so whoever waited for the lock waits that out.
func (s *Store) acquire(ctx context.Context, lease time.Duration) error {
	const pause = 100 * time.Millisecond
	began, waited := time.Now(), false
	for {
		err := s.polls.PingContext(ctx)
		switch {
		case err == nil && !waited:
			return nil
		case err == nil:
			return s.fail(registryUnavailable, "wait for the former server's lease", pauseFor(ctx, lease))
		case !errors.Is(err, ErrHeld) || time.Since(began) > heldFor:
			return s.fail(registryUnavailable, "take the database for one server", err)
		}
		waited = true
		if err := pauseFor(ctx, pause); err != nil {
			return s.fail(registryUnavailable, "take the database for one server", err)
		}
	}
}

func pauseFor(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
