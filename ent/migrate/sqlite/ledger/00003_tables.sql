-- +goose Up
-- Create "duty" table
CREATE TABLE `duty` (`id` text NOT NULL, `kind` integer NOT NULL, `owner` text NOT NULL, `exporters` text NOT NULL, `recipient` text NOT NULL, `recipient_number` integer NOT NULL, `record` text NOT NULL, `cause` text NOT NULL, `subject_tag` blob NOT NULL, `regime` integer NOT NULL, `begin_time` integer NOT NULL, `create_time` integer NOT NULL, `due_time` integer NOT NULL, `calendar` integer NOT NULL, `note` text NOT NULL, `opened_by` text NOT NULL, `close_time` integer NOT NULL, `closed_by` text NOT NULL, `outcome` integer NOT NULL, `evidence` text NOT NULL, `close_note` text NOT NULL, PRIMARY KEY (`id`));
-- Create index "duty_due_time_id" to table: "duty"
CREATE INDEX `duty_due_time_id` ON `duty` (`due_time`, `id`);
-- Create index "duty_recipient_due_time" to table: "duty"
CREATE INDEX `duty_recipient_due_time` ON `duty` (`recipient`, `due_time`);
