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

// ShardHead is the state of one shard of the decision log; a trigger lets it only grow.
type ShardHead struct{ ent.Schema }

// Fields of the table.
func (ShardHead) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").StorageKey("shard").Immutable().Comment("The shard."),
		field.String("replica_id").Immutable().Comment("The replica that writes it."),
		field.Int64("size").Comment("The number of leaves."),
		field.Bytes("root").Comment("The RFC 6962 root."),
		field.Bytes("right_edge").Comment("The right edge of its tree, 32 bytes for each full subtree."),
		field.Int64("last_now").GoType(registry.Time(0)).Comment("The largest now of its entries."),
		field.Bool("sealed").Comment("It takes no more entries."),
	}
}

// Edges of the table.
func (ShardHead) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("replica", Replica.Type).Ref("shards").Field("replica_id").Unique().Required().Immutable().Comment("The replica that writes it."),
		edge.To("segments", Segment.Type).Comment("Its segments."),
	}
}

// Indexes of the table.
func (ShardHead) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("last_now"),
	}
}

// Annotations of the table.
func (ShardHead) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("shard_head")}
}
