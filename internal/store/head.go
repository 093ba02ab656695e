package store

import (
	"context"
	"database/sql"
	"fmt"

	"waybill/internal/registry"
)

// Head reads the revision row and the database's clock, in one statement.
func (s *Store) Head(ctx context.Context) (registry.Head, error) {
	return await(ctx, func() (head registry.Head, err error) {
		err = retry(ctx, func() error {
			return onConn(ctx, s.polls, func(conn *sql.Conn) (err error) {
				head, err = s.head(ctx, conn)
				return err
			})
		})
		return head, s.fail(registryUnavailable, "read the head", err)
	}, func() error { return s.fail(registryUnavailable, "read the head", ctx.Err()) })
}

// querier is a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func (s *Store) head(ctx context.Context, q querier) (registry.Head, error) {
	var h registry.Head
	var root []byte
	var unsafe string
	err := q.QueryRowContext(ctx, "SELECT "+s.epoch+", number, next_number, changes, root, update_time, "+s.clock+", "+s.unsafe+" FROM revision WHERE k = 1").
		Scan(&h.Epoch, &h.Revision, &h.NextNumber, &h.Changes, &root, &h.Time, &h.Clock, &unsafe)
	if err != nil {
		return h, err
	}
	if unsafe != "" {
		return h, registry.Errorf(registry.Unavailable, registryUnavailable, "PostgreSQL runs with %s off: a record could be lost after its answer; turn it on", unsafe)
	}
	if len(root) != len(h.Root) {
		return h, fmt.Errorf("the head's root has %d bytes", len(root))
	}
	copy(h.Root[:], root)
	if !s.postgres() {
		h.Clock = registry.At(s.now())
	}
	return h, nil
}
