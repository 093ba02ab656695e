-- +goose Up
-- Written by hand. What is held and what is counted only grow: a fact that was
-- written is undone by another fact, never by taking its row away.

-- +goose StatementBegin
CREATE FUNCTION waybill_grow_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.tag = OLD.tag AND NEW.sequence > OLD.sequence THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'waybill: a subject''s facts only grow' USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION waybill_grow_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id = OLD.id AND NEW.exporter = OLD.exporter AND NEW.year = OLD.year AND NEW.persons >= OLD.persons AND NEW.sensitive >= OLD.sensitive THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'waybill: a counter only grows' USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

CREATE TRIGGER fact_update BEFORE UPDATE ON fact FOR EACH ROW EXECUTE FUNCTION waybill_grow_fact();
CREATE TRIGGER fact_delete BEFORE DELETE ON fact FOR EACH ROW EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER fact_truncate BEFORE TRUNCATE ON fact FOR EACH STATEMENT EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER counter_update BEFORE UPDATE ON counter FOR EACH ROW EXECUTE FUNCTION waybill_grow_counter();
CREATE TRIGGER counter_delete BEFORE DELETE ON counter FOR EACH ROW EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER counter_truncate BEFORE TRUNCATE ON counter FOR EACH STATEMENT EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER counted_change BEFORE UPDATE OR DELETE ON counted FOR EACH ROW EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER counted_truncate BEFORE TRUNCATE ON counted FOR EACH STATEMENT EXECUTE FUNCTION waybill_refuse();
