-- +goose Up
-- Written by hand. A duty is append-only: no DELETE, and no UPDATE but the one that
-- closes it. REPLACE deletes without firing a DELETE trigger, so it is refused by itself.

-- +goose StatementBegin
CREATE TRIGGER duty_update BEFORE UPDATE ON duty WHEN NOT (OLD.close_time = 0 AND NEW.close_time > 0 AND NEW.evidence <> ''
  AND (NEW.id, NEW.kind, NEW.owner, NEW.exporters, NEW.recipient, NEW.recipient_number, NEW.record, NEW.cause, NEW.subject_tag,
       NEW.regime, NEW.begin_time, NEW.create_time, NEW.due_time, NEW.calendar, NEW.note, NEW.opened_by)
    = (OLD.id, OLD.kind, OLD.owner, OLD.exporters, OLD.recipient, OLD.recipient_number, OLD.record, OLD.cause, OLD.subject_tag,
       OLD.regime, OLD.begin_time, OLD.create_time, OLD.due_time, OLD.calendar, OLD.note, OLD.opened_by))
BEGIN SELECT RAISE(ABORT, 'waybill: a duty is only closed, once'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER duty_delete BEFORE DELETE ON duty
BEGIN SELECT RAISE(ABORT, 'waybill: DELETE on duty is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER duty_replace BEFORE INSERT ON duty WHEN EXISTS (SELECT 1 FROM duty WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'waybill: REPLACE on duty is refused'); END;
-- +goose StatementEnd
