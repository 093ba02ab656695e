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

// SubprocessorLink is a sub-processor that a deployment reaches; it lives and dies with it.
type SubprocessorLink struct{ ent.Schema }

// Fields of the table.
func (SubprocessorLink) Fields() []ent.Field {
	return []ent.Field{
		field.Uint32("deployment_id").Comment("The deployment that reaches."),
		field.Int("position").Comment("Its place in the deployment's list, from 0."),
		field.Uint32("recipient_id").Comment("The recipient that is reached."),
		field.Uint32("target_id").Optional().Nillable().Comment("Its deployment; null means all of them."),
		field.Uint32("service_id").Optional().Nillable().Comment("The service purpose it serves."),
		enum("authorisation", registry.Authorisation(0), "How it was authorised."),
		instant("authorise_time", "When it was authorised or announced."),
		instant("notice_until", "When the notice period ends."),
		instant("object_time", "When we objected."),
		field.Uint32("sub_agreement_id").Optional().Nillable().Comment("The contract of the same obligations between the two."),
	}
}

// Edges of the table.
func (SubprocessorLink) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("deployment", Deployment.Type).Ref("links").Field("deployment_id").Unique().Required().Comment("The deployment that reaches."),
		edge.From("recipient", Recipient.Type).Ref("reached_by").Field("recipient_id").Unique().Required().Comment("The recipient that is reached."),
		edge.From("target", Deployment.Type).Ref("reached_by").Field("target_id").Unique().Comment("Its deployment."),
		edge.From("service", Purpose.Type).Ref("links").Field("service_id").Unique().Comment("The service purpose."),
		edge.From("sub_agreement", Agreement.Type).Ref("links").Field("sub_agreement_id").Unique().Comment("The contract between the two."),
	}
}

// Indexes of the table.
func (SubprocessorLink) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("deployment_id", "position").Unique(),
		index.Fields("recipient_id"),
	}
}

// Annotations of the table.
func (SubprocessorLink) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("subprocessor_link")}
}
