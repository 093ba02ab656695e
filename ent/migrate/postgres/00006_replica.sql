-- +goose Up
-- Modify "replica" table
ALTER TABLE "replica" ADD COLUMN "lease" bigint NOT NULL DEFAULT 0, ADD COLUMN "live" boolean NOT NULL DEFAULT false, ADD COLUMN "renewal" bigint NOT NULL DEFAULT 0, ADD COLUMN "epoch" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "revision" bigint NOT NULL DEFAULT 0;
-- Create index "replica_live" to table: "replica"
CREATE INDEX "replica_live" ON "replica" ("live") WHERE live;
