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

// Replica is one start of a server; it registers before it serves. While it lives, a
// registry write waits for it.
type Replica struct{ ent.Schema }

// Fields of the table.
func (Replica) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("Its name, new at every start."),
		field.Int64("register_time").GoType(registry.Time(0)).Immutable().Comment("When it registered."),
		field.Int64("lease").Default(0).Immutable().Comment("How long it may answer after a renewal, in microseconds; 0 where no other server has the database."),
		field.Bool("live").Default(false).Comment("It may answer. What lapsed or left does not come back."),
		field.Int64("renewal").Default(0).Comment("How often it renewed; one that does not move for a lease is of a replica that cannot answer."),
		field.String("epoch").Default("").Comment("The history of the revision that it confirmed."),
		field.Int64("revision").Default(0).Comment("The revision that it confirmed: it answers by no older one."),
	}
}

// Edges of the table.
func (Replica) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("shards", ShardHead.Type).Comment("Its shards."),
	}
}

// Indexes of the table.
func (Replica) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("live").Annotations(entsql.IndexWhere("live")),
	}
}

// Annotations of the table.
func (Replica) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("replica")}
}
