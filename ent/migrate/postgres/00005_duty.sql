-- +goose Up
-- Written by hand. A duty is append-only: no DELETE, and no UPDATE but the one that
-- closes it.

-- +goose StatementBegin
CREATE FUNCTION waybill_close_duty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.close_time = 0 AND NEW.close_time > 0 AND NEW.evidence <> ''
    AND (NEW.id, NEW.kind, NEW.owner, NEW.exporters, NEW.recipient, NEW.recipient_number, NEW.record, NEW.cause, NEW.subject_tag,
         NEW.regime, NEW.begin_time, NEW.create_time, NEW.due_time, NEW.calendar, NEW.note, NEW.opened_by)
      = (OLD.id, OLD.kind, OLD.owner, OLD.exporters, OLD.recipient, OLD.recipient_number, OLD.record, OLD.cause, OLD.subject_tag,
         OLD.regime, OLD.begin_time, OLD.create_time, OLD.due_time, OLD.calendar, OLD.note, OLD.opened_by) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'waybill: a duty is only closed, once' USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

CREATE TRIGGER duty_update BEFORE UPDATE ON duty FOR EACH ROW EXECUTE FUNCTION waybill_close_duty();
CREATE TRIGGER duty_delete BEFORE DELETE ON duty FOR EACH ROW EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER duty_truncate BEFORE TRUNCATE ON duty FOR EACH STATEMENT EXECUTE FUNCTION waybill_refuse();
