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
		laterNested("ciio_periods", "When it is an operator of critical information infrastructure."),
		laterNested("free_trade_zones", "The free-trade zones it is in."),
		laterNested("small_handlers", "When it is a small handler."),
		laterNested("volume_openings", "What was exported before it was counted here."),
		laterNested("holds", "The duties of law to keep data."),
	}
}

// Edges of the table.
func (Exporter) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("mentioned_purposes", Purpose.Type).Comment("The purposes that its products and holds name."),
		edge.To("mentioned_categories", Category.Type).Comment("The categories that its zones and holds name or cover."),
		edge.From("agreements", Agreement.Type).Ref("exporters").Comment("The agreements it is party to."),
		edge.To("transfers", Transfer.Type).Comment("What it transfers."),
		edge.To("assessments", Assessment.Type).Comment("Its assessments."),
		edge.From("instruments", Instrument.Type).Ref("exporters").Comment("The instruments that are addressed to it."),
		edge.From("exception_records", ExceptionRecord.Type).Ref("exporters").Comment("The exceptions it acts on."),
	}
}

// Mixin of the table.
func (Exporter) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Exporter) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("exporter")}
}
