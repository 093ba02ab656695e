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

// ExceptionRecord is the record of an exception of the policy.
type ExceptionRecord struct{ ent.Schema }

// Fields of the table.
func (ExceptionRecord) Fields() []ent.Field {
	return []ent.Field{
		text("title", "The title, or the legal name."),
		enum("exception", registry.Exception(0), "Which of the six."),
		list("categories", "The categories as stated, with wildcards."),
		text("citation", "The law and the article."),
		nested("regimes", "The regimes whose law that is."),
		flag("obliges_sharing", "The cited article obliges this sharing within the group."),
		text("organ", "The organ that demands."),
		text("demand", "The reference of its written demand."),
		text("declared_emergency", "The reference of a declared public-health emergency."),
		text("case_number", "The number of the case."),
		field.Uint32("instrument_id").Optional().Nillable().Comment("The instrument."),
		text("interest", "The interest at stake."),
		text("why_impracticable", "Why consent cannot be had."),
		flag("emergency", "An emergency for life, health or property."),
		flag("life_or_body", "Life or body is at stake."),
		flag("incapable", "The subject is incapable of consenting."),
		text("special_ground", "The ground of GDPR 9(2) for special categories."),
		nested("proofs", "The proofs of publication."),
		text("reasonable_scope", "Why the scope is reasonable."),
		text("no_major_impact", "Why there is no major impact on the person."),
		flag("orders_publication", "The law orders publication."),
		text("secrecy_citation", "The law that demands secrecy."),
		text("justification", "Whom it serves, where the recipient stands for a body that is not listed."),
		instant("effective_time", "From when it stands."),
		instant("expire_time", "Until when it stands."),
		instant("emergency_end_time", "When the emergency ended."),
		text("approved_by", "The office that approved the record."),
		text("second_approved_by", "The second approver."),
		instant("approve_time", "When both had approved."),
	}
}

// Edges of the table.
func (ExceptionRecord) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("exporters", Exporter.Type).Comment("The exporters that hold the duty or act on the ground."),
		edge.To("recipients", Recipient.Type).Comment("The recipients."),
		edge.To("purposes", Purpose.Type).Comment("The purposes."),
		edge.To("covered_categories", Category.Type).Comment("The categories it covers, wildcards expanded."),
		edge.To("proved_categories", Category.Type).Comment("The categories that its proofs name."),
		edge.From("instrument", Instrument.Type).Ref("exception_records").Field("instrument_id").Unique().Comment("The instrument it rests on."),
	}
}

// Indexes of the table.
func (ExceptionRecord) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("instrument_id"),
	}
}

// Mixin of the table.
func (ExceptionRecord) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (ExceptionRecord) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("exception_record")}
}
