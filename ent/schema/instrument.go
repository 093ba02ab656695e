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

// Instrument is the instrument of an authority.
type Instrument struct{ ent.Schema }

// Fields of the table.
func (Instrument) Fields() []ent.Field {
	return []ent.Field{
		text("title", "The title, or the legal name."),
		field.Uint32("recipient_id").Comment("The authority that it is addressed from."),
		text("document_number", "Its number; the column number is the noun's."),
		text("citation", "The law and the article that it rests on."),
		enum("regime", registry.Regime(0), "The regime whose law that is."),
		list("categories", "The categories as stated, with wildcards."),
		instant("issue_time", "When it was issued."),
		instant("expire_time", "When it expires."),
		instant("revoke_time", "When it was revoked."),
		text("necessity_reason", "Why we believe the disclosure necessary."),
		text("secrecy_citation", "The law that demands secrecy."),
		flag("orders_publication", "It orders publication."),
		flag("particular_inquiry", "It is a particular inquiry, GDPR 4(9)."),
		text("treaty", "The treaty that it rests on, GDPR 48."),
		nested("foreign_approval", "The approval of the PRC authority."),
		nested("conflict_decision", "Counsel's decision on a conflict of laws."),
		text("approved_by", "The office that approved the record."),
		text("second_approved_by", "The second approver."),
		instant("approve_time", "When both had approved."),
	}
}

// Edges of the table.
func (Instrument) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("recipient", Recipient.Type).Ref("instruments").Field("recipient_id").Unique().Required().Comment("The authority that it is addressed from."),
		edge.To("exporters", Exporter.Type).Comment("The exporters that it is addressed to."),
		edge.To("purposes", Purpose.Type).Comment("The purposes that it is used for."),
		edge.To("covered_categories", Category.Type).Comment("The categories it covers, wildcards expanded."),
		edge.To("exception_records", ExceptionRecord.Type).Comment("The exceptions that rest on it."),
	}
}

// Indexes of the table.
func (Instrument) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("recipient_id"),
	}
}

// Mixin of the table.
func (Instrument) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Instrument) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("instrument")}
}
