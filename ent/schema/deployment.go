package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"waybill/internal/registry"
)

// Deployment is one of a recipient's services or regions.
type Deployment struct{ ent.Schema }

// Fields of the table.
func (Deployment) Fields() []ent.Field {
	return []ent.Field{
		field.Uint32("recipient_id").Comment("Whose it is."),
		text("title", "The title, or the legal name."),
		list("storage_countries", "Where the data is stored."),
		list("access_countries", "From where it is read."),
		enum("kind", registry.RecipientKind(0), "Its own kind, when it differs."),
		enum("role", registry.RecipientRole(0), "Its own role, when it differs."),
		flag("hosting", "It hosts our business records."),
	}
}

// Edges of the table.
func (Deployment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("recipient", Recipient.Type).Ref("deployments").Field("recipient_id").Unique().Required().Comment("Whose it is."),
		edge.To("links", SubprocessorLink.Type).Comment("The sub-processors it reaches."),
		edge.To("reached_by", SubprocessorLink.Type).Comment("The links that reach it."),
	}
}

// Mixin of the table.
func (Deployment) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Deployment) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("deployment")}
}
