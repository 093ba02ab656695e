-- +goose Up
-- Written by hand. The log of changes is append-only: no UPDATE; DELETE
-- only where a pruned row covers it.
-- REPLACE deletes without firing a DELETE trigger, so it is refused by itself.

-- +goose StatementBegin
CREATE TRIGGER change_update BEFORE UPDATE ON change
BEGIN SELECT RAISE(ABORT, 'waybill: UPDATE on change is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER change_delete BEFORE DELETE ON change WHEN NOT EXISTS (SELECT 1 FROM pruned WHERE log = 'changes' AND from_index <= OLD.id AND OLD.id < until_index)
BEGIN SELECT RAISE(ABORT, 'waybill: DELETE on change is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER change_replace BEFORE INSERT ON change WHEN EXISTS (SELECT 1 FROM change WHERE id = NEW.id OR (number = NEW.number AND revision = NEW.revision) OR (name = NEW.name AND revision = NEW.revision))
BEGIN SELECT RAISE(ABORT, 'waybill: REPLACE on change is refused'); END;
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
