package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"waybill/internal/registry"
)

// Transfer is one cross-border flow under one regime by one mechanism.
type Transfer struct{ ent.Schema }

// Fields of the table.
func (Transfer) Fields() []ent.Field {
	return []ent.Field{
		text("title", "The title, or the legal name."),
		enum("regime", registry.Regime(0), "The regime."),
		enum("mechanism", registry.Mechanism(0), "The mechanism."),
		field.Uint32("exporter_id").Comment("Who sends."),
		list("countries", "The countries it reaches."),
		list("categories", "The categories as stated, with wildcards."),
		field.Uint32("agreement_id").Optional().Nillable().Comment("The agreement that a contract mechanism rests on."),
		instant("valid_from", "From when it is valid."),
		instant("valid_to", "Until when it is valid."),
		instant("recertified_until", "Until when the annual re-certification holds."),
		nested("suspensions", "When it was suspended."),
		instant("revoke_time", "When it was revoked."),
		text("revoke_reason", "Why it was revoked."),
		nested("evidence", "What proves it."),
		laterEnum("exemption", registry.Exemption(0), "Which exemption, for EXEMPTION."),
		laterEnum("derogation", registry.Derogation(0), "Which derogation, for DEROGATION."),
		text("no_safeguards_reason", "Why neither adequacy nor safeguards are to be had, for DEROGATION."),
		flag("occasional", "The flow is occasional, not regular, for DEROGATION."),
		field.Int64("approved_scale").Default(0).Comment("The approved scale: distinct persons in a calendar year; 0 means none is stated."),
		instant("check_time", "When the list entry or certificate status was last looked up."),
		flag("hr_coverage", "The list entry covers human-resources data."),
		flag("uk_extension", "The list entry has the UK extension."),
		flag("sensitive_labelled", "Sensitive data is labelled as such to the importer."),
		flag("importer_under_gdpr", "The importer is itself under the GDPR for this processing."),
		laterNested("annexes", "The annexes of the clauses."),
		text("supplementary_measures", "Supplementary measures, EDPB 01/2020."),
		instant("renewal_apply_time", "When its renewal or extension was applied for."),
	}
}

// Edges of the table.
func (Transfer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("exporter", Exporter.Type).Ref("transfers").Field("exporter_id").Unique().Required().Comment("Who sends."),
		edge.To("recipients", Recipient.Type).Comment("Who receives."),
		edge.To("purposes", Purpose.Type).Comment("The purposes it covers."),
		edge.To("covered_categories", Category.Type).Comment("The categories it covers, wildcards expanded."),
		edge.To("onward_recipients", Recipient.Type).Comment("The recipients that may receive onward."),
		edge.From("agreement", Agreement.Type).Ref("transfers").Field("agreement_id").Unique().Comment("The agreement it rests on."),
	}
}

// Indexes of the table.
func (Transfer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("exporter_id"),
		index.Fields("agreement_id"),
	}
}

// Mixin of the table.
func (Transfer) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Transfer) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("transfer")}
}
