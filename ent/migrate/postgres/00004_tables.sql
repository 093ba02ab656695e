-- +goose Up
-- Create "duty" table
CREATE TABLE "duty" ("id" character varying NOT NULL COLLATE "C", "kind" smallint NOT NULL, "owner" character varying NOT NULL COLLATE "C", "exporters" character varying NOT NULL COLLATE "C", "recipient" character varying NOT NULL COLLATE "C", "recipient_number" bigint NOT NULL, "record" character varying NOT NULL COLLATE "C", "cause" character varying NOT NULL COLLATE "C", "subject_tag" bytea NOT NULL, "regime" smallint NOT NULL, "begin_time" bigint NOT NULL, "create_time" bigint NOT NULL, "due_time" bigint NOT NULL, "calendar" bigint NOT NULL, "note" character varying NOT NULL COLLATE "C", "opened_by" character varying NOT NULL COLLATE "C", "close_time" bigint NOT NULL, "closed_by" character varying NOT NULL COLLATE "C", "outcome" smallint NOT NULL, "evidence" character varying NOT NULL COLLATE "C", "close_note" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"));
-- Create index "duty_due_time_id" to table: "duty"
CREATE INDEX "duty_due_time_id" ON "duty" ("due_time", "id");
-- Create index "duty_recipient_due_time" to table: "duty"
CREATE INDEX "duty_recipient_due_time" ON "duty" ("recipient", "due_time");
