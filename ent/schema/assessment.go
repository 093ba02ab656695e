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

// Assessment is an approved assessment and its scope.
type Assessment struct{ ent.Schema }

// Fields of the table.
func (Assessment) Fields() []ent.Field {
	return []ent.Field{
		text("title", "The title, or the legal name."),
		enum("type", registry.AssessmentType(0), "What it is."),
		field.Uint32("exporter_id").Comment("Who sends."),
		list("categories", "The categories as stated, with wildcards."),
		list("countries", "The countries assessed."),
		text("approved_by", "The office that approved it."),
		instant("approve_time", "When it was approved."),
		instant("review_until", "Until when it stands without review."),
		text("document_digest", "The SHA-256 of the document, in hex."),
		laterNested("recipient_kinds", "The kinds whose every recipient is in its scope."),
		flag("simplified", "Made in the simplified form of small handlers."),
	}
}

// Edges of the table.
func (Assessment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("exporter", Exporter.Type).Ref("assessments").Field("exporter_id").Unique().Required().Comment("Who sends."),
		edge.To("recipients", Recipient.Type).Comment("Who receives."),
		edge.To("purposes", Purpose.Type).Comment("The purposes assessed."),
		edge.To("covered_categories", Category.Type).Comment("The categories covered, wildcards expanded."),
	}
}

// Indexes of the table.
func (Assessment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("exporter_id"),
	}
}

// Mixin of the table.
func (Assessment) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Assessment) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("assessment")}
}
