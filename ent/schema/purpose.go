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
		edge.From("noticed_recipients", Recipient.Type).Ref("notice_purposes").Comment("The recipients whose notices name it."),
		edge.To("links", SubprocessorLink.Type).Comment("The links that serve it."),
	}
}

// Mixin of the table.
func (Purpose) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Purpose) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("purpose")}
}
