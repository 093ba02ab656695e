-- +goose Up
-- Create "agreement" table
CREATE TABLE `agreement` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `type` text NOT NULL, `our_signature` json NOT NULL, `their_signature` json NOT NULL, `categories` json NOT NULL, `subject_groups` json NOT NULL, `hosting` bool NOT NULL DEFAULT (false), `effective_time` integer NOT NULL DEFAULT (0), `expire_time` integer NOT NULL DEFAULT (0), `terminate_time` integer NOT NULL DEFAULT (0), `terminate_reason` text NOT NULL DEFAULT (''), `scc_module` integer NOT NULL DEFAULT (0), `terms` json NOT NULL, `document_digest` text NOT NULL DEFAULT (''), `amends_id` integer NULL, PRIMARY KEY (`number`), CONSTRAINT `agreement_agreement_amendments` FOREIGN KEY (`amends_id`) REFERENCES `agreement` (`number`) ON DELETE NO ACTION);
-- Create index "agreement_name_key" to table: "agreement"
CREATE UNIQUE INDEX `agreement_name_key` ON `agreement` (`name`);
-- Create index "agreement_amends_id" to table: "agreement"
CREATE INDEX `agreement_amends_id` ON `agreement` (`amends_id`);
-- Create "assessment" table
CREATE TABLE `assessment` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `type` text NOT NULL, `categories` json NOT NULL, `countries` json NOT NULL, `approved_by` text NOT NULL DEFAULT (''), `approve_time` integer NOT NULL DEFAULT (0), `review_until` integer NOT NULL DEFAULT (0), `document_digest` text NOT NULL DEFAULT (''), `exporter_id` integer NOT NULL, PRIMARY KEY (`number`), CONSTRAINT `assessment_exporter_assessments` FOREIGN KEY (`exporter_id`) REFERENCES `exporter` (`number`) ON DELETE NO ACTION);
-- Create index "assessment_name_key" to table: "assessment"
CREATE UNIQUE INDEX `assessment_name_key` ON `assessment` (`name`);
-- Create index "assessment_exporter_id" to table: "assessment"
CREATE INDEX `assessment_exporter_id` ON `assessment` (`exporter_id`);
-- Create "category" table
CREATE TABLE `category` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `sentence` text NOT NULL DEFAULT (''), `example` text NOT NULL DEFAULT (''), `sensitive` bool NOT NULL DEFAULT (false), `special` bool NOT NULL DEFAULT (false), `direct_identifier` bool NOT NULL DEFAULT (false), `credential` text NOT NULL, `identity_or_contact` bool NOT NULL DEFAULT (false), `analytics` bool NOT NULL DEFAULT (false), `non_personal` bool NOT NULL DEFAULT (false), `important_data` bool NOT NULL DEFAULT (false), `clause` text NOT NULL DEFAULT (''), `parent_id` integer NULL, PRIMARY KEY (`number`), CONSTRAINT `category_category_children` FOREIGN KEY (`parent_id`) REFERENCES `category` (`number`) ON DELETE NO ACTION);
-- Create index "category_name_key" to table: "category"
CREATE UNIQUE INDEX `category_name_key` ON `category` (`name`);
-- Create index "category_parent_id" to table: "category"
CREATE INDEX `category_parent_id` ON `category` (`parent_id`);
-- Create "change" table
CREATE TABLE `change` (`id` integer NOT NULL, `revision` integer NOT NULL, `operation` integer NOT NULL, `collection` integer NOT NULL, `number` integer NOT NULL, `name` text NOT NULL, `author` text NOT NULL, `time` integer NOT NULL, `create_time` integer NOT NULL, `entry` blob NOT NULL, `root` blob NOT NULL, PRIMARY KEY (`id`));
-- Create index "change_number_revision" to table: "change"
CREATE UNIQUE INDEX `change_number_revision` ON `change` (`number`, `revision`);
-- Create index "change_name_revision" to table: "change"
CREATE UNIQUE INDEX `change_name_revision` ON `change` (`name`, `revision`);
-- Create index "change_revision" to table: "change"
CREATE INDEX `change_revision` ON `change` (`revision`);
-- Create index "change_time_revision" to table: "change"
CREATE INDEX `change_time_revision` ON `change` (`time`, `revision`);
-- Create "deployment" table
CREATE TABLE `deployment` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `storage_countries` json NOT NULL, `access_countries` json NOT NULL, `kind` text NOT NULL, `role` text NOT NULL, `hosting` bool NOT NULL DEFAULT (false), `recipient_id` integer NOT NULL, PRIMARY KEY (`number`), CONSTRAINT `deployment_recipient_deployments` FOREIGN KEY (`recipient_id`) REFERENCES `recipient` (`number`) ON DELETE NO ACTION);
-- Create index "deployment_name_key" to table: "deployment"
CREATE UNIQUE INDEX `deployment_name_key` ON `deployment` (`name`);
-- Create index "deployment_recipient_id" to table: "deployment"
CREATE INDEX `deployment_recipient_id` ON `deployment` (`recipient_id`);
-- Create "exporter" table
CREATE TABLE `exporter` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `country` text NOT NULL DEFAULT (''), `city` text NOT NULL DEFAULT (''), `regions_served` json NOT NULL, `products` json NOT NULL, `contact` text NOT NULL DEFAULT (''), `ciio` bool NOT NULL DEFAULT (false), PRIMARY KEY (`number`));
-- Create index "exporter_name_key" to table: "exporter"
CREATE UNIQUE INDEX `exporter_name_key` ON `exporter` (`name`);
-- Create "idempotency" table
CREATE TABLE `idempotency` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `author` text NOT NULL, `request_id` text NOT NULL, `digest` blob NOT NULL, `response` blob NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL);
-- Create index "idempotency_author_request_id" to table: "idempotency"
CREATE UNIQUE INDEX `idempotency_author_request_id` ON `idempotency` (`author`, `request_id`);
-- Create index "idempotency_create_time" to table: "idempotency"
CREATE INDEX `idempotency_create_time` ON `idempotency` (`create_time`);
-- Create "policy" table
CREATE TABLE `policy` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `subject_groups` json NOT NULL, `regions` json NOT NULL, `publish_time` integer NOT NULL DEFAULT (0), `effective_time` integer NOT NULL DEFAULT (0), `significant` bool NOT NULL DEFAULT (false), `weakens_rights` bool NOT NULL DEFAULT (false), `kinds` json NOT NULL, `bases` json NOT NULL, `necessity` json NOT NULL, `retention` json NOT NULL, `serves_minors` bool NOT NULL DEFAULT (false), `child_rules` text NOT NULL DEFAULT (''), `text_digest` text NOT NULL DEFAULT (''), `notices` json NOT NULL, PRIMARY KEY (`number`));
-- Create index "policy_name_key" to table: "policy"
CREATE UNIQUE INDEX `policy_name_key` ON `policy` (`name`);
-- Create "principal" table
CREATE TABLE `principal` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `role` text NOT NULL, `observe_until` integer NOT NULL DEFAULT (0), `observe_reason` text NOT NULL DEFAULT (''), `consent_source` json NOT NULL, `tokens` json NOT NULL, PRIMARY KEY (`number`));
-- Create index "principal_name_key" to table: "principal"
CREATE UNIQUE INDEX `principal_name_key` ON `principal` (`name`);
-- Create "pruned" table
CREATE TABLE `pruned` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `log` text NOT NULL, `from_index` integer NOT NULL, `until_index` integer NOT NULL, `author` text NOT NULL, `reason` text NOT NULL, `time` integer NOT NULL);
-- Create index "pruned_log_from_index" to table: "pruned"
CREATE INDEX `pruned_log_from_index` ON `pruned` (`log`, `from_index`);
-- Create "purpose" table
CREATE TABLE `purpose` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `sentence` text NOT NULL DEFAULT (''), `example` text NOT NULL DEFAULT (''), `service` text NOT NULL, `analytics` bool NOT NULL DEFAULT (false), `tracking` bool NOT NULL DEFAULT (false), `profiling` bool NOT NULL DEFAULT (false), `interest_advertising` bool NOT NULL DEFAULT (false), `high_risk` bool NOT NULL DEFAULT (false), `clause` text NOT NULL DEFAULT (''), PRIMARY KEY (`number`));
-- Create index "purpose_name_key" to table: "purpose"
CREATE UNIQUE INDEX `purpose_name_key` ON `purpose` (`name`);
-- Create "recipient" table
CREATE TABLE `recipient` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `kind` text NOT NULL, `role` text NOT NULL, `role_answer` text NOT NULL DEFAULT (''), `natural_person` bool NOT NULL DEFAULT (false), `country` text NOT NULL DEFAULT (''), `contact` text NOT NULL DEFAULT (''), `privacy_contact` text NOT NULL DEFAULT (''), `registration_number` text NOT NULL DEFAULT (''), `notices` json NOT NULL, `approve_time` integer NOT NULL DEFAULT (0), `suspensions` json NOT NULL, `terminate_time` integer NOT NULL DEFAULT (0), `due_diligence_until` integer NOT NULL DEFAULT (0), `screenings` json NOT NULL, `usable_from` integer NOT NULL DEFAULT (0), `sentence` text NOT NULL DEFAULT (''), `inbound_source` bool NOT NULL DEFAULT (false), PRIMARY KEY (`number`));
-- Create index "recipient_name_key" to table: "recipient"
CREATE UNIQUE INDEX `recipient_name_key` ON `recipient` (`name`);
-- Create "revision" table
CREATE TABLE `revision` (`k` integer NOT NULL, `epoch` text NOT NULL, `number` integer NOT NULL, `next_number` integer NOT NULL, `changes` integer NOT NULL, `root` blob NOT NULL, `right_edge` blob NOT NULL, `update_time` integer NOT NULL, PRIMARY KEY (`k`));
-- Create "settings" table
CREATE TABLE `settings` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `zone` text NOT NULL DEFAULT (''), `screening_age_days` integer NOT NULL DEFAULT (0), `separate_consent_without_consent_basis` bool NOT NULL DEFAULT (false), `gap_contact` text NOT NULL DEFAULT (''), PRIMARY KEY (`number`));
-- Create index "settings_name_key" to table: "settings"
CREATE UNIQUE INDEX `settings_name_key` ON `settings` (`name`);
-- Create "subprocessor_link" table
CREATE TABLE `subprocessor_link` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `position` integer NOT NULL, `authorisation` text NOT NULL, `authorise_time` integer NOT NULL DEFAULT (0), `notice_until` integer NOT NULL DEFAULT (0), `object_time` integer NOT NULL DEFAULT (0), `sub_agreement_id` integer NULL, `deployment_id` integer NOT NULL, `target_id` integer NULL, `service_id` integer NULL, `recipient_id` integer NOT NULL, CONSTRAINT `subprocessor_link_agreement_links` FOREIGN KEY (`sub_agreement_id`) REFERENCES `agreement` (`number`) ON DELETE NO ACTION, CONSTRAINT `subprocessor_link_deployment_links` FOREIGN KEY (`deployment_id`) REFERENCES `deployment` (`number`) ON DELETE NO ACTION, CONSTRAINT `subprocessor_link_deployment_reached_by` FOREIGN KEY (`target_id`) REFERENCES `deployment` (`number`) ON DELETE NO ACTION, CONSTRAINT `subprocessor_link_purpose_links` FOREIGN KEY (`service_id`) REFERENCES `purpose` (`number`) ON DELETE NO ACTION, CONSTRAINT `subprocessor_link_recipient_reached_by` FOREIGN KEY (`recipient_id`) REFERENCES `recipient` (`number`) ON DELETE NO ACTION);
-- Create index "subprocessorlink_deployment_id_position" to table: "subprocessor_link"
CREATE UNIQUE INDEX `subprocessorlink_deployment_id_position` ON `subprocessor_link` (`deployment_id`, `position`);
-- Create index "subprocessorlink_recipient_id" to table: "subprocessor_link"
CREATE INDEX `subprocessorlink_recipient_id` ON `subprocessor_link` (`recipient_id`);
-- Create index "subprocessor_link_sub_agreement_id" to table: "subprocessor_link"
CREATE INDEX `subprocessor_link_sub_agreement_id` ON `subprocessor_link` (`sub_agreement_id`);
-- Create index "subprocessor_link_target_id" to table: "subprocessor_link"
CREATE INDEX `subprocessor_link_target_id` ON `subprocessor_link` (`target_id`);
-- Create index "subprocessor_link_service_id" to table: "subprocessor_link"
CREATE INDEX `subprocessor_link_service_id` ON `subprocessor_link` (`service_id`);
-- Create "token" table
CREATE TABLE `token` (`id` text NOT NULL, `hash` blob NOT NULL, `principal_id` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `token_principal_token_hashes` FOREIGN KEY (`principal_id`) REFERENCES `principal` (`number`) ON DELETE NO ACTION);
-- Create index "token_principal_id" to table: "token"
CREATE INDEX `token_principal_id` ON `token` (`principal_id`);
-- Create "transfer" table
CREATE TABLE `transfer` (`number` integer NOT NULL, `name` text NOT NULL, `revision` integer NOT NULL, `create_time` integer NOT NULL, `update_time` integer NOT NULL, `title` text NOT NULL DEFAULT (''), `regime` text NOT NULL, `mechanism` text NOT NULL, `countries` json NOT NULL, `categories` json NOT NULL, `valid_from` integer NOT NULL DEFAULT (0), `valid_to` integer NOT NULL DEFAULT (0), `recertified_until` integer NOT NULL DEFAULT (0), `suspensions` json NOT NULL, `revoke_time` integer NOT NULL DEFAULT (0), `revoke_reason` text NOT NULL DEFAULT (''), `evidence` json NOT NULL, `agreement_id` integer NULL, `exporter_id` integer NOT NULL, PRIMARY KEY (`number`), CONSTRAINT `transfer_agreement_transfers` FOREIGN KEY (`agreement_id`) REFERENCES `agreement` (`number`) ON DELETE NO ACTION, CONSTRAINT `transfer_exporter_transfers` FOREIGN KEY (`exporter_id`) REFERENCES `exporter` (`number`) ON DELETE NO ACTION);
-- Create index "transfer_name_key" to table: "transfer"
CREATE UNIQUE INDEX `transfer_name_key` ON `transfer` (`name`);
-- Create index "transfer_exporter_id" to table: "transfer"
CREATE INDEX `transfer_exporter_id` ON `transfer` (`exporter_id`);
-- Create index "transfer_agreement_id" to table: "transfer"
CREATE INDEX `transfer_agreement_id` ON `transfer` (`agreement_id`);
-- Create "agreement_exporters" table
CREATE TABLE `agreement_exporters` (`agreement_id` integer NOT NULL, `exporter_id` integer NOT NULL, PRIMARY KEY (`agreement_id`, `exporter_id`), CONSTRAINT `agreement_exporters_agreement_id` FOREIGN KEY (`agreement_id`) REFERENCES `agreement` (`number`) ON DELETE NO ACTION, CONSTRAINT `agreement_exporters_exporter_id` FOREIGN KEY (`exporter_id`) REFERENCES `exporter` (`number`) ON DELETE NO ACTION);
-- Create index "agreement_exporters_exporter_id" to table: "agreement_exporters"
CREATE INDEX `agreement_exporters_exporter_id` ON `agreement_exporters` (`exporter_id`);
-- Create "agreement_recipients" table
CREATE TABLE `agreement_recipients` (`agreement_id` integer NOT NULL, `recipient_id` integer NOT NULL, PRIMARY KEY (`agreement_id`, `recipient_id`), CONSTRAINT `agreement_recipients_agreement_id` FOREIGN KEY (`agreement_id`) REFERENCES `agreement` (`number`) ON DELETE NO ACTION, CONSTRAINT `agreement_recipients_recipient_id` FOREIGN KEY (`recipient_id`) REFERENCES `recipient` (`number`) ON DELETE NO ACTION);
-- Create index "agreement_recipients_recipient_id" to table: "agreement_recipients"
CREATE INDEX `agreement_recipients_recipient_id` ON `agreement_recipients` (`recipient_id`);
-- Create "agreement_purposes" table
CREATE TABLE `agreement_purposes` (`agreement_id` integer NOT NULL, `purpose_id` integer NOT NULL, PRIMARY KEY (`agreement_id`, `purpose_id`), CONSTRAINT `agreement_purposes_agreement_id` FOREIGN KEY (`agreement_id`) REFERENCES `agreement` (`number`) ON DELETE NO ACTION, CONSTRAINT `agreement_purposes_purpose_id` FOREIGN KEY (`purpose_id`) REFERENCES `purpose` (`number`) ON DELETE NO ACTION);
-- Create index "agreement_purposes_purpose_id" to table: "agreement_purposes"
CREATE INDEX `agreement_purposes_purpose_id` ON `agreement_purposes` (`purpose_id`);
-- Create "agreement_covered_categories" table
CREATE TABLE `agreement_covered_categories` (`agreement_id` integer NOT NULL, `category_id` integer NOT NULL, PRIMARY KEY (`agreement_id`, `category_id`), CONSTRAINT `agreement_covered_categories_agreement_id` FOREIGN KEY (`agreement_id`) REFERENCES `agreement` (`number`) ON DELETE NO ACTION, CONSTRAINT `agreement_covered_categories_category_id` FOREIGN KEY (`category_id`) REFERENCES `category` (`number`) ON DELETE NO ACTION);
-- Create index "agreement_covered_categories_category_id" to table: "agreement_covered_categories"
CREATE INDEX `agreement_covered_categories_category_id` ON `agreement_covered_categories` (`category_id`);
-- Create "assessment_recipients" table
CREATE TABLE `assessment_recipients` (`assessment_id` integer NOT NULL, `recipient_id` integer NOT NULL, PRIMARY KEY (`assessment_id`, `recipient_id`), CONSTRAINT `assessment_recipients_assessment_id` FOREIGN KEY (`assessment_id`) REFERENCES `assessment` (`number`) ON DELETE NO ACTION, CONSTRAINT `assessment_recipients_recipient_id` FOREIGN KEY (`recipient_id`) REFERENCES `recipient` (`number`) ON DELETE NO ACTION);
-- Create index "assessment_recipients_recipient_id" to table: "assessment_recipients"
CREATE INDEX `assessment_recipients_recipient_id` ON `assessment_recipients` (`recipient_id`);
-- Create "assessment_purposes" table
CREATE TABLE `assessment_purposes` (`assessment_id` integer NOT NULL, `purpose_id` integer NOT NULL, PRIMARY KEY (`assessment_id`, `purpose_id`), CONSTRAINT `assessment_purposes_assessment_id` FOREIGN KEY (`assessment_id`) REFERENCES `assessment` (`number`) ON DELETE NO ACTION, CONSTRAINT `assessment_purposes_purpose_id` FOREIGN KEY (`purpose_id`) REFERENCES `purpose` (`number`) ON DELETE NO ACTION);
-- Create index "assessment_purposes_purpose_id" to table: "assessment_purposes"
CREATE INDEX `assessment_purposes_purpose_id` ON `assessment_purposes` (`purpose_id`);
-- Create "assessment_covered_categories" table
CREATE TABLE `assessment_covered_categories` (`assessment_id` integer NOT NULL, `category_id` integer NOT NULL, PRIMARY KEY (`assessment_id`, `category_id`), CONSTRAINT `assessment_covered_categories_assessment_id` FOREIGN KEY (`assessment_id`) REFERENCES `assessment` (`number`) ON DELETE NO ACTION, CONSTRAINT `assessment_covered_categories_category_id` FOREIGN KEY (`category_id`) REFERENCES `category` (`number`) ON DELETE NO ACTION);
-- Create index "assessment_covered_categories_category_id" to table: "assessment_covered_categories"
CREATE INDEX `assessment_covered_categories_category_id` ON `assessment_covered_categories` (`category_id`);
-- Create "policy_version_purposes" table
CREATE TABLE `policy_version_purposes` (`policy_version_id` integer NOT NULL, `purpose_id` integer NOT NULL, PRIMARY KEY (`policy_version_id`, `purpose_id`), CONSTRAINT `policy_version_purposes_policy_version_id` FOREIGN KEY (`policy_version_id`) REFERENCES `policy` (`number`) ON DELETE NO ACTION, CONSTRAINT `policy_version_purposes_purpose_id` FOREIGN KEY (`purpose_id`) REFERENCES `purpose` (`number`) ON DELETE NO ACTION);
-- Create index "policy_version_purposes_purpose_id" to table: "policy_version_purposes"
CREATE INDEX `policy_version_purposes_purpose_id` ON `policy_version_purposes` (`purpose_id`);
-- Create "policy_version_mentioned_purposes" table
CREATE TABLE `policy_version_mentioned_purposes` (`policy_version_id` integer NOT NULL, `purpose_id` integer NOT NULL, PRIMARY KEY (`policy_version_id`, `purpose_id`), CONSTRAINT `policy_version_mentioned_purposes_policy_version_id` FOREIGN KEY (`policy_version_id`) REFERENCES `policy` (`number`) ON DELETE NO ACTION, CONSTRAINT `policy_version_mentioned_purposes_purpose_id` FOREIGN KEY (`purpose_id`) REFERENCES `purpose` (`number`) ON DELETE NO ACTION);
-- Create index "policy_version_mentioned_purposes_purpose_id" to table: "policy_version_mentioned_purposes"
CREATE INDEX `policy_version_mentioned_purposes_purpose_id` ON `policy_version_mentioned_purposes` (`purpose_id`);
-- Create "policy_version_mentioned_categories" table
CREATE TABLE `policy_version_mentioned_categories` (`policy_version_id` integer NOT NULL, `category_id` integer NOT NULL, PRIMARY KEY (`policy_version_id`, `category_id`), CONSTRAINT `policy_version_mentioned_categories_policy_version_id` FOREIGN KEY (`policy_version_id`) REFERENCES `policy` (`number`) ON DELETE NO ACTION, CONSTRAINT `policy_version_mentioned_categories_category_id` FOREIGN KEY (`category_id`) REFERENCES `category` (`number`) ON DELETE NO ACTION);
-- Create index "policy_version_mentioned_categories_category_id" to table: "policy_version_mentioned_categories"
CREATE INDEX `policy_version_mentioned_categories_category_id` ON `policy_version_mentioned_categories` (`category_id`);
-- Create "recipient_notice_purposes" table
CREATE TABLE `recipient_notice_purposes` (`recipient_id` integer NOT NULL, `purpose_id` integer NOT NULL, PRIMARY KEY (`recipient_id`, `purpose_id`), CONSTRAINT `recipient_notice_purposes_recipient_id` FOREIGN KEY (`recipient_id`) REFERENCES `recipient` (`number`) ON DELETE NO ACTION, CONSTRAINT `recipient_notice_purposes_purpose_id` FOREIGN KEY (`purpose_id`) REFERENCES `purpose` (`number`) ON DELETE NO ACTION);
-- Create index "recipient_notice_purposes_purpose_id" to table: "recipient_notice_purposes"
CREATE INDEX `recipient_notice_purposes_purpose_id` ON `recipient_notice_purposes` (`purpose_id`);
-- Create "recipient_notice_categories" table
CREATE TABLE `recipient_notice_categories` (`recipient_id` integer NOT NULL, `category_id` integer NOT NULL, PRIMARY KEY (`recipient_id`, `category_id`), CONSTRAINT `recipient_notice_categories_recipient_id` FOREIGN KEY (`recipient_id`) REFERENCES `recipient` (`number`) ON DELETE NO ACTION, CONSTRAINT `recipient_notice_categories_category_id` FOREIGN KEY (`category_id`) REFERENCES `category` (`number`) ON DELETE NO ACTION);
-- Create index "recipient_notice_categories_category_id" to table: "recipient_notice_categories"
CREATE INDEX `recipient_notice_categories_category_id` ON `recipient_notice_categories` (`category_id`);
-- Create "transfer_recipients" table
CREATE TABLE `transfer_recipients` (`transfer_id` integer NOT NULL, `recipient_id` integer NOT NULL, PRIMARY KEY (`transfer_id`, `recipient_id`), CONSTRAINT `transfer_recipients_transfer_id` FOREIGN KEY (`transfer_id`) REFERENCES `transfer` (`number`) ON DELETE NO ACTION, CONSTRAINT `transfer_recipients_recipient_id` FOREIGN KEY (`recipient_id`) REFERENCES `recipient` (`number`) ON DELETE NO ACTION);
-- Create index "transfer_recipients_recipient_id" to table: "transfer_recipients"
CREATE INDEX `transfer_recipients_recipient_id` ON `transfer_recipients` (`recipient_id`);
-- Create "transfer_purposes" table
CREATE TABLE `transfer_purposes` (`transfer_id` integer NOT NULL, `purpose_id` integer NOT NULL, PRIMARY KEY (`transfer_id`, `purpose_id`), CONSTRAINT `transfer_purposes_transfer_id` FOREIGN KEY (`transfer_id`) REFERENCES `transfer` (`number`) ON DELETE NO ACTION, CONSTRAINT `transfer_purposes_purpose_id` FOREIGN KEY (`purpose_id`) REFERENCES `purpose` (`number`) ON DELETE NO ACTION);
-- Create index "transfer_purposes_purpose_id" to table: "transfer_purposes"
CREATE INDEX `transfer_purposes_purpose_id` ON `transfer_purposes` (`purpose_id`);
-- Create "transfer_covered_categories" table
CREATE TABLE `transfer_covered_categories` (`transfer_id` integer NOT NULL, `category_id` integer NOT NULL, PRIMARY KEY (`transfer_id`, `category_id`), CONSTRAINT `transfer_covered_categories_transfer_id` FOREIGN KEY (`transfer_id`) REFERENCES `transfer` (`number`) ON DELETE NO ACTION, CONSTRAINT `transfer_covered_categories_category_id` FOREIGN KEY (`category_id`) REFERENCES `category` (`number`) ON DELETE NO ACTION);
-- Create index "transfer_covered_categories_category_id" to table: "transfer_covered_categories"
CREATE INDEX `transfer_covered_categories_category_id` ON `transfer_covered_categories` (`category_id`);
-- Create "transfer_onward_recipients" table
CREATE TABLE `transfer_onward_recipients` (`transfer_id` integer NOT NULL, `recipient_id` integer NOT NULL, PRIMARY KEY (`transfer_id`, `recipient_id`), CONSTRAINT `transfer_onward_recipients_transfer_id` FOREIGN KEY (`transfer_id`) REFERENCES `transfer` (`number`) ON DELETE NO ACTION, CONSTRAINT `transfer_onward_recipients_recipient_id` FOREIGN KEY (`recipient_id`) REFERENCES `recipient` (`number`) ON DELETE NO ACTION);
-- Create index "transfer_onward_recipients_recipient_id" to table: "transfer_onward_recipients"
CREATE INDEX `transfer_onward_recipients_recipient_id` ON `transfer_onward_recipients` (`recipient_id`);
