-- +goose Up
-- Written by hand: SQLite adds columns where they stand, and a copy of the table
-- would leave the heads of its shards without their replica.
ALTER TABLE `replica` ADD COLUMN `lease` integer NOT NULL DEFAULT (0);
ALTER TABLE `replica` ADD COLUMN `live` bool NOT NULL DEFAULT (false);
ALTER TABLE `replica` ADD COLUMN `renewal` integer NOT NULL DEFAULT (0);
ALTER TABLE `replica` ADD COLUMN `epoch` text NOT NULL DEFAULT ('');
ALTER TABLE `replica` ADD COLUMN `revision` integer NOT NULL DEFAULT (0);
CREATE INDEX `replica_live` ON `replica` (`live`) WHERE live;
