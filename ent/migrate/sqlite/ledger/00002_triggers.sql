-- +goose Up
-- Written by hand. Segments are append-only: no UPDATE; DELETE only where a
-- pruned row covers it. A shard's head only grows.
-- REPLACE deletes without firing a DELETE trigger, so it is refused by itself.

-- +goose StatementBegin
CREATE TRIGGER segment_update BEFORE UPDATE ON segment
BEGIN SELECT RAISE(ABORT, 'waybill: UPDATE on segment is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER segment_delete BEFORE DELETE ON segment WHEN NOT EXISTS (SELECT 1 FROM pruned WHERE log = OLD.shard AND from_index <= OLD.first AND OLD.first + OLD.entries <= until_index)
BEGIN SELECT RAISE(ABORT, 'waybill: DELETE on segment is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER segment_replace BEFORE INSERT ON segment WHEN EXISTS (SELECT 1 FROM segment WHERE id = NEW.id OR (shard = NEW.shard AND first = NEW.first))
BEGIN SELECT RAISE(ABORT, 'waybill: REPLACE on segment is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER shard_head_update BEFORE UPDATE ON shard_head WHEN NOT (NEW.shard = OLD.shard AND NEW.replica_id = OLD.replica_id AND NOT OLD.sealed AND NEW.last_now >= OLD.last_now
  AND (NEW.size > OLD.size OR (NEW.size = OLD.size AND NEW.root = OLD.root AND NEW.right_edge = OLD.right_edge)))
BEGIN SELECT RAISE(ABORT, 'waybill: a shard head only grows'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER shard_head_delete BEFORE DELETE ON shard_head
BEGIN SELECT RAISE(ABORT, 'waybill: DELETE on shard_head is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER shard_head_replace BEFORE INSERT ON shard_head WHEN EXISTS (SELECT 1 FROM shard_head WHERE shard = NEW.shard)
BEGIN SELECT RAISE(ABORT, 'waybill: REPLACE on shard_head is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER pruned_update BEFORE UPDATE ON pruned
BEGIN SELECT RAISE(ABORT, 'waybill: UPDATE on pruned is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER pruned_delete BEFORE DELETE ON pruned
BEGIN SELECT RAISE(ABORT, 'waybill: DELETE on pruned is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER pruned_replace BEFORE INSERT ON pruned WHEN EXISTS (SELECT 1 FROM pruned WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'waybill: REPLACE on pruned is refused'); END;
-- +goose StatementEnd
