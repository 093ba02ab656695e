package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"

	"waybill/internal/registry"
)

// Purpose is why data is shared.
type Purpose struct{ ent.Schema }

// Fields of the table.
func (Purpose) Fields() []ent.Field {
	return []ent.Field{
		text("title", "The title, or the legal name."),
		text("sentence", "What it is."),
		text("example", "One example."),
		enum("service", registry.Service(0), "The service it is."),
		flag("analytics", "It analyses behaviour."),
		flag("tracking", "It tracks."),
		flag("profiling", "It profiles."),
		flag("interest_advertising", "It shows advertising by interests."),
		flag("high_risk", "It is of high risk, GDPR 35."),
		text("clause", "The clause of the policy that states it."),
		flag("automated_decision", "It decides by automated means, PIPL 55(2)."),
		flag("foreign_proceedings", "It serves proceedings abroad, PIPL 41."),
		flag("wind_down", "It winds down a ceased service."),
		flag("deletion", "It deletes, corrects or returns data."),
	}
}

// Edges of the table.
func (Purpose) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("agreements", Agreement.Type).Ref("purposes").Comment("The agreements that cover it."),
		edge.From("transfers", Transfer.Type).Ref("purposes").Comment("The transfers that cover it."),
		edge.From("assessments", Assessment.Type).Ref("purposes").Comment("The assessments that cover it."),
		edge.From("policies", PolicyVersion.Type).Ref("purposes").Comment("The policy versions that state it."),
		edge.From("mentioning_policies", PolicyVersion.Type).Ref("mentioned_purposes").Comment("The policy versions whose lists name it."),
		edge.From("noticed_recipients", Recipient.Type).Ref("notice_purposes").Comment("The recipients whose notices or deal name it."),
		edge.From("mentioning_exporters", Exporter.Type).Ref("mentioned_purposes").Comment("The exporters whose products or holds name it."),
		edge.From("instruments", Instrument.Type).Ref("purposes").Comment("The instruments used for it."),
		edge.From("exception_records", ExceptionRecord.Type).Ref("purposes").Comment("The exceptions whose purpose it is."),
		edge.To("links", SubprocessorLink.Type).Comment("The links that serve it."),
	}
}

// Mixin of the table.
func (Purpose) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Purpose) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("purpose")}
}
