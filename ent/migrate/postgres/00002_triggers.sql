-- +goose Up
-- Written by hand. The log of changes and the segments are append-only: no
-- UPDATE; DELETE only where a pruned row covers it. A shard's head only grows.

-- +goose StatementBegin
CREATE FUNCTION waybill_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'waybill: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION waybill_delete_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM pruned WHERE log = 'changes' AND from_index <= OLD.id AND OLD.id < until_index) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'waybill: DELETE on change is refused' USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION waybill_delete_segment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM pruned WHERE log = OLD.shard AND from_index <= OLD.first AND OLD.first + OLD.entries <= until_index) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'waybill: DELETE on segment is refused' USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION waybill_grow_shard_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.shard = OLD.shard AND NEW.replica_id = OLD.replica_id AND NOT OLD.sealed AND NEW.last_now >= OLD.last_now
    AND (NEW.size > OLD.size OR (NEW.size = OLD.size AND NEW.root = OLD.root AND NEW.right_edge = OLD.right_edge)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'waybill: a shard head only grows' USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

CREATE TRIGGER change_update BEFORE UPDATE ON change FOR EACH ROW EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER change_delete BEFORE DELETE ON change FOR EACH ROW EXECUTE FUNCTION waybill_delete_change();
CREATE TRIGGER change_truncate BEFORE TRUNCATE ON change FOR EACH STATEMENT EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER segment_update BEFORE UPDATE ON segment FOR EACH ROW EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER segment_delete BEFORE DELETE ON segment FOR EACH ROW EXECUTE FUNCTION waybill_delete_segment();
CREATE TRIGGER segment_truncate BEFORE TRUNCATE ON segment FOR EACH STATEMENT EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER shard_head_update BEFORE UPDATE ON shard_head FOR EACH ROW EXECUTE FUNCTION waybill_grow_shard_head();
CREATE TRIGGER shard_head_delete BEFORE DELETE ON shard_head FOR EACH ROW EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER shard_head_truncate BEFORE TRUNCATE ON shard_head FOR EACH STATEMENT EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER pruned_change BEFORE UPDATE OR DELETE ON pruned FOR EACH ROW EXECUTE FUNCTION waybill_refuse();
CREATE TRIGGER pruned_truncate BEFORE TRUNCATE ON pruned FOR EACH STATEMENT EXECUTE FUNCTION waybill_refuse();
