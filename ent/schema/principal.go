package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"

	"waybill/internal/registry"
)

// Principal is who calls.
type Principal struct{ ent.Schema }

// Fields of the table.
func (Principal) Fields() []ent.Field {
	return []ent.Field{
		text("title", "The title, or the legal name."),
		enum("role", registry.Role(0), "What it may do."),
		instant("observe_until", "Observe until then; 0 means enforce."),
		text("observe_reason", "Why it observes."),
		nested("consent_source", "Legal's word that it is a source of presented consent."),
		nested("tokens", "Its tokens, without their hashes."),
	}
}

// Edges of the table.
func (Principal) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("token_hashes", Token.Type).Comment("The hashes of its tokens."),
	}
}

// Mixin of the table.
func (Principal) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Principal) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("principal")}
}
