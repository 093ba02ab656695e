-- +goose Up
-- Create "pruned" table
CREATE TABLE `pruned` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `log` text NOT NULL, `from_index` integer NOT NULL, `until_index` integer NOT NULL, `author` text NOT NULL, `reason` text NOT NULL, `time` integer NOT NULL);
-- Create index "pruned_log_from_index" to table: "pruned"
CREATE INDEX `pruned_log_from_index` ON `pruned` (`log`, `from_index`);
-- Create "replica" table
CREATE TABLE `replica` (`id` text NOT NULL, `register_time` integer NOT NULL, PRIMARY KEY (`id`));
-- Create "segment" table
CREATE TABLE `segment` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `first` integer NOT NULL, `entries` integer NOT NULL, `data` blob NOT NULL, `min_now` integer NOT NULL, `max_now` integer NOT NULL, `recipients` text NOT NULL, `allowed` integer NOT NULL, `denied` integer NOT NULL, `tags` blob NOT NULL, `shard` text NOT NULL, CONSTRAINT `segment_shard_head_segments` FOREIGN KEY (`shard`) REFERENCES `shard_head` (`shard`) ON DELETE NO ACTION);
-- Create index "segment_shard_first" to table: "segment"
CREATE UNIQUE INDEX `segment_shard_first` ON `segment` (`shard`, `first`);
-- Create index "segment_max_now" to table: "segment"
CREATE INDEX `segment_max_now` ON `segment` (`max_now`);
-- Create "shard_head" table
CREATE TABLE `shard_head` (`shard` text NOT NULL, `size` integer NOT NULL, `root` blob NOT NULL, `right_edge` blob NOT NULL, `last_now` integer NOT NULL, `sealed` bool NOT NULL, `replica_id` text NOT NULL, PRIMARY KEY (`shard`), CONSTRAINT `shard_head_replica_shards` FOREIGN KEY (`replica_id`) REFERENCES `replica` (`id`) ON DELETE NO ACTION);
-- Create index "shardhead_last_now" to table: "shard_head"
CREATE INDEX `shardhead_last_now` ON `shard_head` (`last_now`);
-- Create index "shard_head_replica_id" to table: "shard_head"
CREATE INDEX `shard_head_replica_id` ON `shard_head` (`replica_id`);
