package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"waybill/internal/registry"
)

// Replica is one start of a server; it registers before it serves.
type Replica struct{ ent.Schema }

// Fields of the table.
func (Replica) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("Its name, new at every start."),
		field.Int64("register_time").GoType(registry.Time(0)).Immutable().Comment("When it registered."),
	}
}

// Edges of the table.
func (Replica) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("shards", ShardHead.Type).Comment("Its shards."),
	}
}

// Annotations of the table.
func (Replica) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("replica")}
}
