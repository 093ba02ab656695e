-- +goose Up
-- Create "counted" table
CREATE TABLE `counted` (`tag` blob NOT NULL, `exporter` integer NOT NULL, `year` integer NOT NULL, PRIMARY KEY (`tag`));
-- Create "counter" table
CREATE TABLE `counter` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `exporter` integer NOT NULL, `year` integer NOT NULL, `persons` integer NOT NULL, `sensitive` integer NOT NULL);
-- Create index "counter_exporter_year" to table: "counter"
CREATE UNIQUE INDEX `counter_exporter_year` ON `counter` (`exporter`, `year`);
-- Create "fact" table
CREATE TABLE `fact` (`tag` blob NOT NULL, `sequence` integer NOT NULL, `data` blob NOT NULL, PRIMARY KEY (`tag`));
-- Create "fact_request" table
CREATE TABLE `fact_request` (`tag` blob NOT NULL, `digest` blob NOT NULL, `shard` text NOT NULL, `first` integer NOT NULL, `time` integer NOT NULL, PRIMARY KEY (`tag`));
-- Create index "factrequest_time" to table: "fact_request"
CREATE INDEX `factrequest_time` ON `fact_request` (`time`);
