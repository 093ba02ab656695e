package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
)

// Exporter is one of our own companies.
type Exporter struct{ ent.Schema }

// Fields of the table.
func (Exporter) Fields() []ent.Field {
	return []ent.Field{
		text("title", "The title, or the legal name."),
		text("country", "The country of establishment."),
		text("city", "The city of establishment, in the mainland of China."),
		list("regions_served", "The regions whose persons it serves."),
		nested("products", "Its products."),
		text("contact", "Whom subjects and authorities contact."),
		flag("ciio", "Operator of critical information infrastructure."),
	}
}

// Edges of the table.
func (Exporter) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("agreements", Agreement.Type).Ref("exporters").Comment("The agreements it is party to."),
		edge.To("transfers", Transfer.Type).Comment("What it transfers."),
		edge.To("assessments", Assessment.Type).Comment("Its assessments."),
	}
}

// Mixin of the table.
func (Exporter) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Exporter) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("exporter")}
}
