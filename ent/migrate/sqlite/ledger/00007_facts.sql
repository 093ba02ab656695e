-- +goose Up
-- Written by hand. What is held and what is counted only grow: a fact that was
-- written is undone by another fact, never by taking its row away.
-- REPLACE deletes without firing a DELETE trigger, so it is refused by itself.

-- +goose StatementBegin
CREATE TRIGGER fact_update BEFORE UPDATE ON fact WHEN NOT (NEW.tag = OLD.tag AND NEW.sequence > OLD.sequence)
BEGIN SELECT RAISE(ABORT, 'waybill: a subject''s facts only grow'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER fact_delete BEFORE DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'waybill: DELETE on fact is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER counter_update BEFORE UPDATE ON counter WHEN NOT (NEW.id = OLD.id AND NEW.exporter = OLD.exporter AND NEW.year = OLD.year AND NEW.persons >= OLD.persons AND NEW.sensitive >= OLD.sensitive)
BEGIN SELECT RAISE(ABORT, 'waybill: a counter only grows'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER counter_delete BEFORE DELETE ON counter
BEGIN SELECT RAISE(ABORT, 'waybill: DELETE on counter is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER counted_update BEFORE UPDATE ON counted
BEGIN SELECT RAISE(ABORT, 'waybill: UPDATE on counted is refused'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER counted_delete BEFORE DELETE ON counted
BEGIN SELECT RAISE(ABORT, 'waybill: DELETE on counted is refused'); END;
-- +goose StatementEnd
