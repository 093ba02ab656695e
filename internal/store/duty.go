package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"waybill/internal/duty"
	"waybill/internal/registry"
)

const dutyColumns = `id, kind, owner, exporters, recipient, recipient_number, record, cause, subject_tag, regime,
	begin_time, create_time, due_time, calendar, note, opened_by, close_time, closed_by, outcome, evidence, close_note`

// OpenDuties records duties, all or none. One whose id is there already is left as
// it stands, so that opening again is harmless.
func (s *Store) OpenDuties(ctx context.Context, duties []duty.Duty) error {
	if len(duties) == 0 {
		return nil
	}
	_, err := write(ctx, s, s.entries, ledgerUnavailable, "open duties", func(ctx context.Context, tx *sql.Tx) (struct{}, error) {
		for _, d := range duties {
			if d.CloseTime != 0 {
				return struct{}{}, registry.Errorf(registry.Internal, "INTERNAL", "a duty is opened that is closed")
			}
			if err := s.insertDuty(ctx, tx, d); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
	return err
}

// insertDuty adds the row unless its id is there.
func (s *Store) insertDuty(ctx context.Context, tx *sql.Tx, d duty.Duty) error {
	if d.ID == "" || !d.Kind.Known() || d.CreateTime == 0 || len(d.SubjectTag) != 0 && len(d.SubjectTag) != duty.TagBytes {
		return registry.Errorf(registry.Internal, "INTERNAL", "a duty lacks its id, kind or time, or its tag is not one")
	}
	// SQLite's trigger would take a conflict for a REPLACE: it is looked for first,
	// and its one writer leaves no gap. PostgreSQL's writers may race.
	query := "INSERT INTO duty (" + dutyColumns + ") SELECT " + s.dutyPlaces() + " WHERE NOT EXISTS (SELECT 1 FROM duty WHERE id = ?)"
	if s.postgres() {
		query += " ON CONFLICT (id) DO NOTHING"
	}
	if _, err := tx.ExecContext(ctx, s.sql(query), append(dutyRow(d), d.ID)...); err != nil {
		return fmt.Errorf("write a duty: %w", err)
	}
	return nil
}

// dutyPlaces are placeholders whose types PostgreSQL cannot see in a SELECT.
func (s *Store) dutyPlaces() string {
	if !s.postgres() {
		return places(21)
	}
	types := []string{"varchar", "smallint", "varchar", "varchar", "varchar", "bigint", "varchar", "varchar", "bytea", "smallint",
		"bigint", "bigint", "bigint", "bigint", "varchar", "varchar", "bigint", "varchar", "smallint", "varchar", "varchar"}
	return "?::" + strings.Join(types, ", ?::")
}

func dutyRow(d duty.Duty) []any {
	tag := d.SubjectTag
	if tag == nil {
		tag = []byte{}
	}
	return []any{d.ID, int64(d.Kind), d.Owner, namesText(d.Exporters), d.Recipient, int64(d.RecipientNumber), d.Record, d.Cause, tag, int64(d.Regime),
		int64(d.BeginTime), int64(d.CreateTime), int64(d.DueTime), int64(d.Calendar), d.Note, d.OpenedBy,
		int64(d.CloseTime), d.ClosedBy, int64(d.Outcome), d.Evidence, d.CloseNote}
}

// namesText is ,a,b, for a and b, so that ,a, finds it.
func namesText(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "," + strings.Join(names, ",") + ","
}

// CloseDuty records a duty as closed, by d's close time and what belongs to it, and
// opens next, if given, in the same transaction. A duty that follows from the
// registry has no row before it is closed: it gets one. One that is closed already
// is STATE_INVALID.
func (s *Store) CloseDuty(ctx context.Context, d duty.Duty, next *duty.Duty) error {
	if d.CloseTime == 0 || d.Evidence == "" || d.ClosedBy == "" || d.Outcome == 0 {
		return registry.Errorf(registry.Internal, "INTERNAL", "a duty is closed without its time, author, outcome or evidence")
	}
	_, err := write(ctx, s, s.entries, ledgerUnavailable, "close a duty", func(ctx context.Context, tx *sql.Tx) (struct{}, error) {
		open := d
		open.CloseTime, open.ClosedBy, open.Outcome, open.Evidence, open.CloseNote = 0, "", 0, "", ""
		if err := s.insertDuty(ctx, tx, open); err != nil {
			return struct{}{}, err
		}
		r, err := tx.ExecContext(ctx, s.sql("UPDATE duty SET close_time = ?, closed_by = ?, outcome = ?, evidence = ?, close_note = ? WHERE id = ? AND close_time = 0"),
			int64(d.CloseTime), d.ClosedBy, int64(d.Outcome), d.Evidence, d.CloseNote, d.ID)
		if err != nil {
			return struct{}{}, fmt.Errorf("close the row: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return struct{}{}, errors.Join(err, registry.Errorf(registry.Precondition, "STATE_INVALID", "the duty is closed already"))
		}
		if next != nil {
			return struct{}{}, s.insertDuty(ctx, tx, *next)
		}
		return struct{}{}, nil
	})
	return err
}

// Duties returns recorded duties in the order of their due time, those without one
// first, and of their ids.
func (s *Store) Duties(ctx context.Context, q duty.Query) ([]duty.Duty, error) {
	query, args := "SELECT "+dutyColumns+" FROM duty WHERE 1 = 1", []any(nil)
	where := func(condition string, values ...any) {
		query += " AND " + condition
		args = append(args, values...)
	}
	if len(q.IDs) > 0 {
		where("id IN ("+places(len(q.IDs))+")", anys(q.IDs)...)
	}
	if q.On != 0 {
		where("create_time <= ?", int64(q.On))
		states, values := inStates(q)
		where(states, values...)
	}
	if q.Kind != 0 {
		where("kind = ?", int64(q.Kind))
	}
	if q.Recipient != "" {
		where("recipient = ?", q.Recipient)
	}
	if q.Exporter != "" {
		where("(exporters = '' OR exporters LIKE ?)", "%,"+q.Exporter+",%")
	}
	if q.AfterID != "" {
		where("(due_time > ? OR (due_time = ? AND id > ?))", int64(q.AfterDue), int64(q.AfterDue), q.AfterID)
	}
	query += " ORDER BY due_time, id"
	if q.Limit > 0 {
		query, args = query+" LIMIT ?", append(args, q.Limit)
	}
	return read(ctx, s, s.entriesReader, ledgerUnavailable, "read duties", func(ctx context.Context, tx *sql.Tx) ([]duty.Duty, error) {
		rows, err := tx.QueryContext(ctx, s.sql(query), args...)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var all []duty.Duty
		for rows.Next() {
			d, err := scanDuty(rows)
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
		return all, rows.Err()
	})
}

// inStates narrows to what may be in one of the states: a duty without a date in
// its row may have one by the calendar of today.
func inStates(q duty.Query) (condition string, values []any) {
	on := int64(q.On)
	var either []string
	for _, st := range q.States {
		switch st {
		case duty.Closed:
			either = append(either, "(close_time > 0 AND close_time <= ?)")
			values = append(values, on)
		case duty.Overdue:
			either = append(either, "((close_time = 0 OR close_time > ?) AND due_time <= ?)")
			values = append(values, on, on)
		case duty.Pending:
			either = append(either, "((close_time = 0 OR close_time > ?) AND (due_time > ? OR due_time = 0))")
			values = append(values, on, on)
		case duty.Undated:
			either = append(either, "((close_time = 0 OR close_time > ?) AND due_time = 0)")
			values = append(values, on)
		}
	}
	if len(either) == 0 {
		return "1 = 1", nil
	}
	return "(" + strings.Join(either, " OR ") + ")", values
}

func scanDuty(rows *sql.Rows) (duty.Duty, error) {
	var d duty.Duty
	var kind, regime, outcome uint8
	var exporters string
	err := rows.Scan(&d.ID, &kind, &d.Owner, &exporters, &d.Recipient, &d.RecipientNumber, &d.Record, &d.Cause, &d.SubjectTag, &regime,
		&d.BeginTime, &d.CreateTime, &d.DueTime, &d.Calendar, &d.Note, &d.OpenedBy, &d.CloseTime, &d.ClosedBy, &outcome, &d.Evidence, &d.CloseNote)
	d.Kind, d.Regime, d.Outcome = duty.Kind(kind), registry.Regime(regime), duty.Outcome(outcome)
	if exporters != "" {
		d.Exporters = slices.Collect(strings.SplitSeq(strings.Trim(exporters, ","), ","))
	}
	if len(d.SubjectTag) == 0 {
		d.SubjectTag = nil
	}
	return d, err
}
