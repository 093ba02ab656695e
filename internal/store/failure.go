package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/lib/pq"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"waybill/internal/registry"
)

// Reasons of what cannot be reached.
const (
	registryUnavailable = "REGISTRY_UNAVAILABLE"
	ledgerUnavailable   = "LEDGER_UNAVAILABLE"
)

// attempts bounds how often a transaction is tried that lost to another.
const attempts = 4

// fail turns any error into the domain's: no word of SQL reaches a caller but
// inside Err, which is for the log.
func (s *Store) fail(unavailable, attempted string, err error) error {
	var e *registry.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	e = &registry.Error{Kind: registry.Internal, Reason: "INTERNAL", Message: "the store failed", Err: fmt.Errorf("%s: %w", attempted, err)}
	switch {
	case disconnected(err), transient(err), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Reason, e.Message = registry.Unavailable, unavailable, "the database does not answer"
	case violates(err, "23503", sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY):
		e.Kind, e.Reason, e.Message = registry.Precondition, "IN_USE", "a record that others name cannot go"
	case duplicate(err):
		e.Kind, e.Reason, e.Message = registry.Exists, "ALREADY_EXISTS", "the record is there already"
	}
	return e
}

func unknownOutcome(attempted string, err error) error {
	return &registry.Error{Kind: registry.Unavailable, Reason: "OUTCOME_UNKNOWN",
		Message: "the database did not confirm the commit: it may have happened", Err: fmt.Errorf("%s: %w", attempted, err)}
}

func violates(err error, state pq.ErrorCode, code int) bool {
	var p *pq.Error
	if errors.As(err, &p) {
		return p.Code == state
	}
	var l *sqlite.Error
	return errors.As(err, &l) && l.Code() == code
}

// duplicate reports a row that is there already. On SQLite a trigger that
// refuses REPLACE may say so first.
func duplicate(err error) bool {
	var l *sqlite.Error
	return violates(err, "23505", sqlite3.SQLITE_CONSTRAINT_UNIQUE) || violates(err, "23505", sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY) ||
		errors.As(err, &l) && l.Code() == sqlite3.SQLITE_CONSTRAINT_TRIGGER && strings.Contains(l.Error(), "waybill: REPLACE")
}

// transient reports a transaction that lost to another and may be tried again.
func transient(err error) bool {
	var p *pq.Error
	if errors.As(err, &p) {
		switch p.Code {
		case "40001", "40P01", "55P03": // serialization, deadlock, lock timeout
			return true
		}
		return false
	}
	var l *sqlite.Error
	if errors.As(err, &l) {
		switch l.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return true
		}
	}
	return false
}

// disconnected reports a database that cannot be reached, cannot write or has
// no room; the connection is not used again.
func disconnected(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	var n net.Error
	if errors.As(err, &n) {
		return true
	}
	var p *pq.Error
	if errors.As(err, &p) {
		switch p.Code.Class() {
		case "08", "53", "57", "58": // connection, resources, operator, system
			return true
		}
		// 25006: read only, 55000: in recovery; an old primary, both.
		return p.Code == "25006" || p.Code == "55000" || p.Severity == "FATAL" || p.Severity == "PANIC"
	}
	var l *sqlite.Error
	if errors.As(err, &l) {
		switch l.Code() & 0xff {
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT:
			return true
		}
	}
	return false
}

// refused reports that the database answered, and that nothing was committed.
func refused(err error) bool {
	var p *pq.Error
	if errors.As(err, &p) {
		return p.Severity == "ERROR"
	}
	var l *sqlite.Error
	if errors.As(err, &l) {
		switch l.Code() & 0xff {
		// A failed sync may leave the transaction in the log: SQLITE_IOERR is not here.
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_INTERRUPT:
			return true
		}
	}
	return false
}

// retry runs f until it succeeds, fails for good, or was tried often enough.
func retry(ctx context.Context, f func() error) error {
	for i := 1; ; i++ {
		err := f()
		var e *registry.Error // an answer, or an outcome that is not known
		if err == nil || i == attempts || ctx.Err() != nil || errors.As(err, &e) || !(transient(err) || errors.Is(err, driver.ErrBadConn)) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(i)*5*time.Millisecond + rand.N(10*time.Millisecond)):
		}
	}
}
