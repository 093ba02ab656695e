-- +goose Up
-- Written by hand in place of what was generated, which makes each table anew: that
-- needs foreign keys off, and they cannot be put off within a transaction.
ALTER TABLE `agreement` ADD COLUMN `deletion_certificate_time` integer NOT NULL DEFAULT 0;
ALTER TABLE `assessment` ADD COLUMN `recipient_kinds` json NOT NULL DEFAULT 'null';
ALTER TABLE `assessment` ADD COLUMN `simplified` bool NOT NULL DEFAULT false;
ALTER TABLE `exporter` DROP COLUMN `ciio`;
ALTER TABLE `exporter` ADD COLUMN `ciio_periods` json NOT NULL DEFAULT 'null';
ALTER TABLE `exporter` ADD COLUMN `free_trade_zones` json NOT NULL DEFAULT 'null';
ALTER TABLE `exporter` ADD COLUMN `small_handlers` json NOT NULL DEFAULT 'null';
ALTER TABLE `exporter` ADD COLUMN `volume_openings` json NOT NULL DEFAULT 'null';
ALTER TABLE `exporter` ADD COLUMN `holds` json NOT NULL DEFAULT 'null';
ALTER TABLE `policy` ADD COLUMN `safeguards` json NOT NULL DEFAULT 'null';
ALTER TABLE `policy` ADD COLUMN `waivers` json NOT NULL DEFAULT 'null';
ALTER TABLE `policy` ADD COLUMN `exception_kinds` json NOT NULL DEFAULT 'null';
ALTER TABLE `purpose` ADD COLUMN `automated_decision` bool NOT NULL DEFAULT false;
ALTER TABLE `purpose` ADD COLUMN `foreign_proceedings` bool NOT NULL DEFAULT false;
ALTER TABLE `purpose` ADD COLUMN `wind_down` bool NOT NULL DEFAULT false;
ALTER TABLE `purpose` ADD COLUMN `deletion` bool NOT NULL DEFAULT false;
ALTER TABLE `recipient` ADD COLUMN `incidents` json NOT NULL DEFAULT 'null';
ALTER TABLE `recipient` ADD COLUMN `deal` json NOT NULL DEFAULT 'null';
ALTER TABLE `settings` ADD COLUMN `hmt_authority` text NOT NULL DEFAULT '';
ALTER TABLE `settings` ADD COLUMN `nonsensitive_tier` text NOT NULL DEFAULT '';
ALTER TABLE `settings` ADD COLUMN `statutory_duty_lifts_assessment` bool NOT NULL DEFAULT false;
ALTER TABLE `settings` ADD COLUMN `count_exempt_flows` bool NOT NULL DEFAULT false;
ALTER TABLE `settings` ADD COLUMN `agreement_deferral_off` bool NOT NULL DEFAULT false;
ALTER TABLE `settings` ADD COLUMN `assessment_deferral_off` bool NOT NULL DEFAULT false;
ALTER TABLE `transfer` ADD COLUMN `exemption` text NOT NULL DEFAULT '';
ALTER TABLE `transfer` ADD COLUMN `derogation` text NOT NULL DEFAULT '';
ALTER TABLE `transfer` ADD COLUMN `no_safeguards_reason` text NOT NULL DEFAULT '';
ALTER TABLE `transfer` ADD COLUMN `occasional` bool NOT NULL DEFAULT false;
ALTER TABLE `transfer` ADD COLUMN `approved_scale` integer NOT NULL DEFAULT 0;
ALTER TABLE `transfer` ADD COLUMN `check_time` integer NOT NULL DEFAULT 0;
ALTER TABLE `transfer` ADD COLUMN `hr_coverage` bool NOT NULL DEFAULT false;
ALTER TABLE `transfer` ADD COLUMN `uk_extension` bool NOT NULL DEFAULT false;
ALTER TABLE `transfer` ADD COLUMN `sensitive_labelled` bool NOT NULL DEFAULT false;
ALTER TABLE `transfer` ADD COLUMN `importer_under_gdpr` bool NOT NULL DEFAULT false;
ALTER TABLE `transfer` ADD COLUMN `annexes` json NOT NULL DEFAULT 'null';
ALTER TABLE `transfer` ADD COLUMN `supplementary_measures` text NOT NULL DEFAULT '';
ALTER TABLE `transfer` ADD COLUMN `renewal_apply_time` integer NOT NULL DEFAULT 0;
-- Create "exception_record" table
CREATE TABLE `exception_record` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `exception` text NOT NULL, `categories` json NOT NULL, `citation` text NOT NULL DEFAULT (''), `regimes` json NOT NULL, `obliges_sharing` bool NOT NULL DEFAULT (false), `organ` text NOT NULL DEFAULT (''), `demand` text NOT NULL DEFAULT (''), `declared_emergency` text NOT NULL DEFAULT (''), `case_number` text NOT NULL DEFAULT (''), `interest` text NOT NULL DEFAULT (''), `why_impracticable` text NOT NULL DEFAULT (''), `emergency` bool NOT NULL DEFAULT (false), `life_or_body` bool NOT NULL DEFAULT (false), `incapable` bool NOT NULL DEFAULT (false), `special_ground` text NOT NULL DEFAULT (''), `proofs` json NOT NULL, `reasonable_scope` text NOT NULL DEFAULT (''), `no_major_impact` text NOT NULL DEFAULT (''), `orders_publication` bool NOT NULL DEFAULT (false), `secrecy_citation` text NOT NULL DEFAULT (''), `justification` text NOT NULL DEFAULT (''), `effective_time` integer NOT NULL DEFAULT (0), `expire_time` integer NOT NULL DEFAULT (0), `emergency_end_time` integer NOT NULL DEFAULT (0), `approved_by` text NOT NULL DEFAULT (''), `second_approved_by` text NOT NULL DEFAULT (''), `approve_time` integer NOT NULL DEFAULT (0), `instrument_id` integer NULL, PRIMARY KEY (`number`), CONSTRAINT `exception_record_instrument_exception_records` FOREIGN KEY (`instrument_id`) REFERENCES `instrument` (`number`) ON DELETE NO ACTION);
-- Create index "exception_record_name_key" to table: "exception_record"
CREATE UNIQUE INDEX `exception_record_name_key` ON `exception_record` (`name`);
-- Create index "exceptionrecord_instrument_id" to table: "exception_record"
CREATE INDEX `exceptionrecord_instrument_id` ON `exception_record` (`instrument_id`);
-- Create "instrument" table
CREATE TABLE `instrument` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `document_number` text NOT NULL DEFAULT (''), `citation` text NOT NULL DEFAULT (''), `regime` text NOT NULL, `categories` json NOT NULL, `issue_time` integer NOT NULL DEFAULT (0), `expire_time` integer NOT NULL DEFAULT (0), `revoke_time` integer NOT NULL DEFAULT (0), `necessity_reason` text NOT NULL DEFAULT (''), `secrecy_citation` text NOT NULL DEFAULT (''), `orders_publication` bool NOT NULL DEFAULT (false), `particular_inquiry` bool NOT NULL DEFAULT (false), `treaty` text NOT NULL DEFAULT (''), `foreign_approval` json NOT NULL, `conflict_decision` json NOT NULL, `approved_by` text NOT NULL DEFAULT (''), `second_approved_by` text NOT NULL DEFAULT (''), `approve_time` integer NOT NULL DEFAULT (0), `recipient_id` integer NOT NULL, PRIMARY KEY (`number`), CONSTRAINT `instrument_recipient_instruments` FOREIGN KEY (`recipient_id`) REFERENCES `recipient` (`number`) ON DELETE NO ACTION);
-- Create index "instrument_name_key" to table: "instrument"
CREATE UNIQUE INDEX `instrument_name_key` ON `instrument` (`name`);
-- Create index "instrument_recipient_id" to table: "instrument"
CREATE INDEX `instrument_recipient_id` ON `instrument` (`recipient_id`);
-- Create "exception_record_exporters" table
CREATE TABLE `exception_record_exporters` (`exception_record_id` integer NOT NULL, `exporter_id` integer NOT NULL, PRIMARY KEY (`exception_record_id`, `exporter_id`), CONSTRAINT `exception_record_exporters_exception_record_id` FOREIGN KEY (`exception_record_id`) REFERENCES `exception_record` (`number`) ON DELETE NO ACTION, CONSTRAINT `exception_record_exporters_exporter_id` FOREIGN KEY (`exporter_id`) REFERENCES `exporter` (`number`) ON DELETE NO ACTION);
-- Create index "exception_record_exporters_exporter_id" to table: "exception_record_exporters"
CREATE INDEX `exception_record_exporters_exporter_id` ON `exception_record_exporters` (`exporter_id`);
-- Create "exception_record_recipients" table
CREATE TABLE `exception_record_recipients` (`exception_record_id` integer NOT NULL, `recipient_id` integer NOT NULL, PRIMARY KEY (`exception_record_id`, `recipient_id`), CONSTRAINT `exception_record_recipients_exception_record_id` FOREIGN KEY (`exception_record_id`) REFERENCES `exception_record` (`number`) ON DELETE NO ACTION, CONSTRAINT `exception_record_recipients_recipient_id` FOREIGN KEY (`recipient_id`) REFERENCES `recipient` (`number`) ON DELETE NO ACTION);
-- Create index "exception_record_recipients_recipient_id" to table: "exception_record_recipients"
CREATE INDEX `exception_record_recipients_recipient_id` ON `exception_record_recipients` (`recipient_id`);
-- Create "exception_record_purposes" table
CREATE TABLE `exception_record_purposes` (`exception_record_id` integer NOT NULL, `purpose_id` integer NOT NULL, PRIMARY KEY (`exception_record_id`, `purpose_id`), CONSTRAINT `exception_record_purposes_exception_record_id` FOREIGN KEY (`exception_record_id`) REFERENCES `exception_record` (`number`) ON DELETE NO ACTION, CONSTRAINT `exception_record_purposes_purpose_id` FOREIGN KEY (`purpose_id`) REFERENCES `purpose` (`number`) ON DELETE NO ACTION);
-- Create index "exception_record_purposes_purpose_id" to table: "exception_record_purposes"
CREATE INDEX `exception_record_purposes_purpose_id` ON `exception_record_purposes` (`purpose_id`);
-- Create "exception_record_covered_categories" table
CREATE TABLE `exception_record_covered_categories` (`exception_record_id` integer NOT NULL, `category_id` integer NOT NULL, PRIMARY KEY (`exception_record_id`, `category_id`), CONSTRAINT `exception_record_covered_categories_exception_record_id` FOREIGN KEY (`exception_record_id`) REFERENCES `exception_record` (`number`) ON DELETE NO ACTION, CONSTRAINT `exception_record_covered_categories_category_id` FOREIGN KEY (`category_id`) REFERENCES `category` (`number`) ON DELETE NO ACTION);
-- Create index "exception_record_covered_categories_category_id" to table: "exception_record_covered_categories"
CREATE INDEX `exception_record_covered_categories_category_id` ON `exception_record_covered_categories` (`category_id`);
-- Create "exception_record_proved_categories" table
CREATE TABLE `exception_record_proved_categories` (`exception_record_id` integer NOT NULL, `category_id` integer NOT NULL, PRIMARY KEY (`exception_record_id`, `category_id`), CONSTRAINT `exception_record_proved_categories_exception_record_id` FOREIGN KEY (`exception_record_id`) REFERENCES `exception_record` (`number`) ON DELETE NO ACTION, CONSTRAINT `exception_record_proved_categories_category_id` FOREIGN KEY (`category_id`) REFERENCES `category` (`number`) ON DELETE NO ACTION);
-- Create index "exception_record_proved_categories_category_id" to table: "exception_record_proved_categories"
CREATE INDEX `exception_record_proved_categories_category_id` ON `exception_record_proved_categories` (`category_id`);
-- Create "exporter_mentioned_purposes" table
CREATE TABLE `exporter_mentioned_purposes` (`exporter_id` integer NOT NULL, `purpose_id` integer NOT NULL, PRIMARY KEY (`exporter_id`, `purpose_id`), CONSTRAINT `exporter_mentioned_purposes_exporter_id` FOREIGN KEY (`exporter_id`) REFERENCES `exporter` (`number`) ON DELETE NO ACTION, CONSTRAINT `exporter_mentioned_purposes_purpose_id` FOREIGN KEY (`purpose_id`) REFERENCES `purpose` (`number`) ON DELETE NO ACTION);
-- Create index "exporter_mentioned_purposes_purpose_id" to table: "exporter_mentioned_purposes"
CREATE INDEX `exporter_mentioned_purposes_purpose_id` ON `exporter_mentioned_purposes` (`purpose_id`);
-- Create "exporter_mentioned_categories" table
CREATE TABLE `exporter_mentioned_categories` (`exporter_id` integer NOT NULL, `category_id` integer NOT NULL, PRIMARY KEY (`exporter_id`, `category_id`), CONSTRAINT `exporter_mentioned_categories_exporter_id` FOREIGN KEY (`exporter_id`) REFERENCES `exporter` (`number`) ON DELETE NO ACTION, CONSTRAINT `exporter_mentioned_categories_category_id` FOREIGN KEY (`category_id`) REFERENCES `category` (`number`) ON DELETE NO ACTION);
-- Create index "exporter_mentioned_categories_category_id" to table: "exporter_mentioned_categories"
CREATE INDEX `exporter_mentioned_categories_category_id` ON `exporter_mentioned_categories` (`category_id`);
-- Create "instrument_exporters" table
CREATE TABLE `instrument_exporters` (`instrument_id` integer NOT NULL, `exporter_id` integer NOT NULL, PRIMARY KEY (`instrument_id`, `exporter_id`), CONSTRAINT `instrument_exporters_instrument_id` FOREIGN KEY (`instrument_id`) REFERENCES `instrument` (`number`) ON DELETE NO ACTION, CONSTRAINT `instrument_exporters_exporter_id` FOREIGN KEY (`exporter_id`) REFERENCES `exporter` (`number`) ON DELETE NO ACTION);
-- Create index "instrument_exporters_exporter_id" to table: "instrument_exporters"
CREATE INDEX `instrument_exporters_exporter_id` ON `instrument_exporters` (`exporter_id`);
-- Create "instrument_purposes" table
CREATE TABLE `instrument_purposes` (`instrument_id` integer NOT NULL, `purpose_id` integer NOT NULL, PRIMARY KEY (`instrument_id`, `purpose_id`), CONSTRAINT `instrument_purposes_instrument_id` FOREIGN KEY (`instrument_id`) REFERENCES `instrument` (`number`) ON DELETE NO ACTION, CONSTRAINT `instrument_purposes_purpose_id` FOREIGN KEY (`purpose_id`) REFERENCES `purpose` (`number`) ON DELETE NO ACTION);
-- Create index "instrument_purposes_purpose_id" to table: "instrument_purposes"
CREATE INDEX `instrument_purposes_purpose_id` ON `instrument_purposes` (`purpose_id`);
-- Create "instrument_covered_categories" table
CREATE TABLE `instrument_covered_categories` (`instrument_id` integer NOT NULL, `category_id` integer NOT NULL, PRIMARY KEY (`instrument_id`, `category_id`), CONSTRAINT `instrument_covered_categories_instrument_id` FOREIGN KEY (`instrument_id`) REFERENCES `instrument` (`number`) ON DELETE NO ACTION, CONSTRAINT `instrument_covered_categories_category_id` FOREIGN KEY (`category_id`) REFERENCES `category` (`number`) ON DELETE NO ACTION);
-- Create index "instrument_covered_categories_category_id" to table: "instrument_covered_categories"
CREATE INDEX `instrument_covered_categories_category_id` ON `instrument_covered_categories` (`category_id`);
