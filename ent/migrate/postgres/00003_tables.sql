-- +goose Up
-- Modify "agreement" table
ALTER TABLE "agreement" ADD COLUMN "deletion_certificate_time" bigint NOT NULL DEFAULT 0;
-- Modify "assessment" table
ALTER TABLE "assessment" ADD COLUMN "recipient_kinds" jsonb NOT NULL DEFAULT 'null', ADD COLUMN "simplified" boolean NOT NULL DEFAULT false;
-- Modify "policy" table
ALTER TABLE "policy" ADD COLUMN "safeguards" jsonb NOT NULL DEFAULT 'null', ADD COLUMN "waivers" jsonb NOT NULL DEFAULT 'null', ADD COLUMN "exception_kinds" jsonb NOT NULL DEFAULT 'null';
-- Modify "recipient" table
ALTER TABLE "recipient" ADD COLUMN "incidents" jsonb NOT NULL DEFAULT 'null', ADD COLUMN "deal" jsonb NOT NULL DEFAULT 'null';
-- Modify "settings" table
ALTER TABLE "settings" ADD COLUMN "hmt_authority" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "nonsensitive_tier" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "statutory_duty_lifts_assessment" boolean NOT NULL DEFAULT false, ADD COLUMN "count_exempt_flows" boolean NOT NULL DEFAULT false, ADD COLUMN "agreement_deferral_off" boolean NOT NULL DEFAULT false, ADD COLUMN "assessment_deferral_off" boolean NOT NULL DEFAULT false;
-- Modify "transfer" table
ALTER TABLE "transfer" ADD COLUMN "exemption" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "derogation" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "no_safeguards_reason" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "occasional" boolean NOT NULL DEFAULT false, ADD COLUMN "approved_scale" bigint NOT NULL DEFAULT 0, ADD COLUMN "check_time" bigint NOT NULL DEFAULT 0, ADD COLUMN "hr_coverage" boolean NOT NULL DEFAULT false, ADD COLUMN "uk_extension" boolean NOT NULL DEFAULT false, ADD COLUMN "sensitive_labelled" boolean NOT NULL DEFAULT false, ADD COLUMN "importer_under_gdpr" boolean NOT NULL DEFAULT false, ADD COLUMN "annexes" jsonb NOT NULL DEFAULT 'null', ADD COLUMN "supplementary_measures" character varying NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "renewal_apply_time" bigint NOT NULL DEFAULT 0;
-- Create "instrument" table
CREATE TABLE "instrument" ("number" bigint NOT NULL, "name" character varying NOT NULL COLLATE "C", "revision" bigint NOT NULL, "create_time" bigint NOT NULL, "update_time" bigint NOT NULL, "title" character varying NOT NULL DEFAULT '' COLLATE "C", "document_number" character varying NOT NULL DEFAULT '' COLLATE "C", "citation" character varying NOT NULL DEFAULT '' COLLATE "C", "regime" character varying NOT NULL COLLATE "C", "categories" jsonb NOT NULL, "issue_time" bigint NOT NULL DEFAULT 0, "expire_time" bigint NOT NULL DEFAULT 0, "revoke_time" bigint NOT NULL DEFAULT 0, "necessity_reason" character varying NOT NULL DEFAULT '' COLLATE "C", "secrecy_citation" character varying NOT NULL DEFAULT '' COLLATE "C", "orders_publication" boolean NOT NULL DEFAULT false, "particular_inquiry" boolean NOT NULL DEFAULT false, "treaty" character varying NOT NULL DEFAULT '' COLLATE "C", "foreign_approval" jsonb NOT NULL, "conflict_decision" jsonb NOT NULL, "approved_by" character varying NOT NULL DEFAULT '' COLLATE "C", "second_approved_by" character varying NOT NULL DEFAULT '' COLLATE "C", "approve_time" bigint NOT NULL DEFAULT 0, "recipient_id" bigint NOT NULL, PRIMARY KEY ("number"), CONSTRAINT "instrument_recipient_instruments" FOREIGN KEY ("recipient_id") REFERENCES "recipient" ("number") ON DELETE NO ACTION);
-- Create index "instrument_name_key" to table: "instrument"
CREATE UNIQUE INDEX "instrument_name_key" ON "instrument" ("name");
-- Create index "instrument_recipient_id" to table: "instrument"
CREATE INDEX "instrument_recipient_id" ON "instrument" ("recipient_id");
-- Create "exception_record" table
CREATE TABLE "exception_record" ("number" bigint NOT NULL, "name" character varying NOT NULL COLLATE "C", "revision" bigint NOT NULL, "create_time" bigint NOT NULL, "update_time" bigint NOT NULL, "title" character varying NOT NULL DEFAULT '' COLLATE "C", "exception" character varying NOT NULL COLLATE "C", "categories" jsonb NOT NULL, "citation" character varying NOT NULL DEFAULT '' COLLATE "C", "regimes" jsonb NOT NULL, "obliges_sharing" boolean NOT NULL DEFAULT false, "organ" character varying NOT NULL DEFAULT '' COLLATE "C", "demand" character varying NOT NULL DEFAULT '' COLLATE "C", "declared_emergency" character varying NOT NULL DEFAULT '' COLLATE "C", "case_number" character varying NOT NULL DEFAULT '' COLLATE "C", "interest" character varying NOT NULL DEFAULT '' COLLATE "C", "why_impracticable" character varying NOT NULL DEFAULT '' COLLATE "C", "emergency" boolean NOT NULL DEFAULT false, "life_or_body" boolean NOT NULL DEFAULT false, "incapable" boolean NOT NULL DEFAULT false, "special_ground" character varying NOT NULL DEFAULT '' COLLATE "C", "proofs" jsonb NOT NULL, "reasonable_scope" character varying NOT NULL DEFAULT '' COLLATE "C", "no_major_impact" character varying NOT NULL DEFAULT '' COLLATE "C", "orders_publication" boolean NOT NULL DEFAULT false, "secrecy_citation" character varying NOT NULL DEFAULT '' COLLATE "C", "justification" character varying NOT NULL DEFAULT '' COLLATE "C", "effective_time" bigint NOT NULL DEFAULT 0, "expire_time" bigint NOT NULL DEFAULT 0, "emergency_end_time" bigint NOT NULL DEFAULT 0, "approved_by" character varying NOT NULL DEFAULT '' COLLATE "C", "second_approved_by" character varying NOT NULL DEFAULT '' COLLATE "C", "approve_time" bigint NOT NULL DEFAULT 0, "instrument_id" bigint NULL, PRIMARY KEY ("number"), CONSTRAINT "exception_record_instrument_exception_records" FOREIGN KEY ("instrument_id") REFERENCES "instrument" ("number") ON DELETE NO ACTION);
-- Create index "exception_record_name_key" to table: "exception_record"
CREATE UNIQUE INDEX "exception_record_name_key" ON "exception_record" ("name");
-- Create index "exceptionrecord_instrument_id" to table: "exception_record"
CREATE INDEX "exceptionrecord_instrument_id" ON "exception_record" ("instrument_id");
-- Create "exception_record_covered_categories" table
CREATE TABLE "exception_record_covered_categories" ("exception_record_id" bigint NOT NULL, "category_id" bigint NOT NULL, PRIMARY KEY ("exception_record_id", "category_id"), CONSTRAINT "exception_record_covered_categories_exception_record_id" FOREIGN KEY ("exception_record_id") REFERENCES "exception_record" ("number") ON DELETE NO ACTION, CONSTRAINT "exception_record_covered_categories_category_id" FOREIGN KEY ("category_id") REFERENCES "category" ("number") ON DELETE NO ACTION);
-- Create index "exception_record_covered_categories_category_id" to table: "exception_record_covered_categories"
CREATE INDEX "exception_record_covered_categories_category_id" ON "exception_record_covered_categories" ("category_id");
-- Modify "exporter" table
ALTER TABLE "exporter" DROP COLUMN "ciio", ADD COLUMN "ciio_periods" jsonb NOT NULL DEFAULT 'null', ADD COLUMN "free_trade_zones" jsonb NOT NULL DEFAULT 'null', ADD COLUMN "small_handlers" jsonb NOT NULL DEFAULT 'null', ADD COLUMN "volume_openings" jsonb NOT NULL DEFAULT 'null', ADD COLUMN "holds" jsonb NOT NULL DEFAULT 'null';
-- Create "exception_record_exporters" table
CREATE TABLE "exception_record_exporters" ("exception_record_id" bigint NOT NULL, "exporter_id" bigint NOT NULL, PRIMARY KEY ("exception_record_id", "exporter_id"), CONSTRAINT "exception_record_exporters_exception_record_id" FOREIGN KEY ("exception_record_id") REFERENCES "exception_record" ("number") ON DELETE NO ACTION, CONSTRAINT "exception_record_exporters_exporter_id" FOREIGN KEY ("exporter_id") REFERENCES "exporter" ("number") ON DELETE NO ACTION);
-- Create index "exception_record_exporters_exporter_id" to table: "exception_record_exporters"
CREATE INDEX "exception_record_exporters_exporter_id" ON "exception_record_exporters" ("exporter_id");
-- Create "exception_record_proved_categories" table
CREATE TABLE "exception_record_proved_categories" ("exception_record_id" bigint NOT NULL, "category_id" bigint NOT NULL, PRIMARY KEY ("exception_record_id", "category_id"), CONSTRAINT "exception_record_proved_categories_exception_record_id" FOREIGN KEY ("exception_record_id") REFERENCES "exception_record" ("number") ON DELETE NO ACTION, CONSTRAINT "exception_record_proved_categories_category_id" FOREIGN KEY ("category_id") REFERENCES "category" ("number") ON DELETE NO ACTION);
-- Create index "exception_record_proved_categories_category_id" to table: "exception_record_proved_categories"
CREATE INDEX "exception_record_proved_categories_category_id" ON "exception_record_proved_categories" ("category_id");
-- Modify "purpose" table
ALTER TABLE "purpose" ADD COLUMN "automated_decision" boolean NOT NULL DEFAULT false, ADD COLUMN "foreign_proceedings" boolean NOT NULL DEFAULT false, ADD COLUMN "wind_down" boolean NOT NULL DEFAULT false, ADD COLUMN "deletion" boolean NOT NULL DEFAULT false;
-- Create "exception_record_purposes" table
CREATE TABLE "exception_record_purposes" ("exception_record_id" bigint NOT NULL, "purpose_id" bigint NOT NULL, PRIMARY KEY ("exception_record_id", "purpose_id"), CONSTRAINT "exception_record_purposes_exception_record_id" FOREIGN KEY ("exception_record_id") REFERENCES "exception_record" ("number") ON DELETE NO ACTION, CONSTRAINT "exception_record_purposes_purpose_id" FOREIGN KEY ("purpose_id") REFERENCES "purpose" ("number") ON DELETE NO ACTION);
-- Create index "exception_record_purposes_purpose_id" to table: "exception_record_purposes"
CREATE INDEX "exception_record_purposes_purpose_id" ON "exception_record_purposes" ("purpose_id");
-- Create "exception_record_recipients" table
CREATE TABLE "exception_record_recipients" ("exception_record_id" bigint NOT NULL, "recipient_id" bigint NOT NULL, PRIMARY KEY ("exception_record_id", "recipient_id"), CONSTRAINT "exception_record_recipients_exception_record_id" FOREIGN KEY ("exception_record_id") REFERENCES "exception_record" ("number") ON DELETE NO ACTION, CONSTRAINT "exception_record_recipients_recipient_id" FOREIGN KEY ("recipient_id") REFERENCES "recipient" ("number") ON DELETE NO ACTION);
-- Create index "exception_record_recipients_recipient_id" to table: "exception_record_recipients"
CREATE INDEX "exception_record_recipients_recipient_id" ON "exception_record_recipients" ("recipient_id");
-- Create "exporter_mentioned_categories" table
CREATE TABLE "exporter_mentioned_categories" ("exporter_id" bigint NOT NULL, "category_id" bigint NOT NULL, PRIMARY KEY ("exporter_id", "category_id"), CONSTRAINT "exporter_mentioned_categories_exporter_id" FOREIGN KEY ("exporter_id") REFERENCES "exporter" ("number") ON DELETE NO ACTION, CONSTRAINT "exporter_mentioned_categories_category_id" FOREIGN KEY ("category_id") REFERENCES "category" ("number") ON DELETE NO ACTION);
-- Create index "exporter_mentioned_categories_category_id" to table: "exporter_mentioned_categories"
CREATE INDEX "exporter_mentioned_categories_category_id" ON "exporter_mentioned_categories" ("category_id");
-- Create "exporter_mentioned_purposes" table
CREATE TABLE "exporter_mentioned_purposes" ("exporter_id" bigint NOT NULL, "purpose_id" bigint NOT NULL, PRIMARY KEY ("exporter_id", "purpose_id"), CONSTRAINT "exporter_mentioned_purposes_exporter_id" FOREIGN KEY ("exporter_id") REFERENCES "exporter" ("number") ON DELETE NO ACTION, CONSTRAINT "exporter_mentioned_purposes_purpose_id" FOREIGN KEY ("purpose_id") REFERENCES "purpose" ("number") ON DELETE NO ACTION);
-- Create index "exporter_mentioned_purposes_purpose_id" to table: "exporter_mentioned_purposes"
CREATE INDEX "exporter_mentioned_purposes_purpose_id" ON "exporter_mentioned_purposes" ("purpose_id");
-- Create "instrument_covered_categories" table
CREATE TABLE "instrument_covered_categories" ("instrument_id" bigint NOT NULL, "category_id" bigint NOT NULL, PRIMARY KEY ("instrument_id", "category_id"), CONSTRAINT "instrument_covered_categories_instrument_id" FOREIGN KEY ("instrument_id") REFERENCES "instrument" ("number") ON DELETE NO ACTION, CONSTRAINT "instrument_covered_categories_category_id" FOREIGN KEY ("category_id") REFERENCES "category" ("number") ON DELETE NO ACTION);
-- Create index "instrument_covered_categories_category_id" to table: "instrument_covered_categories"
CREATE INDEX "instrument_covered_categories_category_id" ON "instrument_covered_categories" ("category_id");
-- Create "instrument_exporters" table
CREATE TABLE "instrument_exporters" ("instrument_id" bigint NOT NULL, "exporter_id" bigint NOT NULL, PRIMARY KEY ("instrument_id", "exporter_id"), CONSTRAINT "instrument_exporters_instrument_id" FOREIGN KEY ("instrument_id") REFERENCES "instrument" ("number") ON DELETE NO ACTION, CONSTRAINT "instrument_exporters_exporter_id" FOREIGN KEY ("exporter_id") REFERENCES "exporter" ("number") ON DELETE NO ACTION);
-- Create index "instrument_exporters_exporter_id" to table: "instrument_exporters"
CREATE INDEX "instrument_exporters_exporter_id" ON "instrument_exporters" ("exporter_id");
-- Create "instrument_purposes" table
CREATE TABLE "instrument_purposes" ("instrument_id" bigint NOT NULL, "purpose_id" bigint NOT NULL, PRIMARY KEY ("instrument_id", "purpose_id"), CONSTRAINT "instrument_purposes_instrument_id" FOREIGN KEY ("instrument_id") REFERENCES "instrument" ("number") ON DELETE NO ACTION, CONSTRAINT "instrument_purposes_purpose_id" FOREIGN KEY ("purpose_id") REFERENCES "purpose" ("number") ON DELETE NO ACTION);
-- Create index "instrument_purposes_purpose_id" to table: "instrument_purposes"
CREATE INDEX "instrument_purposes_purpose_id" ON "instrument_purposes" ("purpose_id");
