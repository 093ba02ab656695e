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

// Segment is a group of decision entries, written by one commit. A trigger refuses UPDATE, and DELETE unless a pruned row covers it.
type Segment struct{ ent.Schema }

// Fields of the table.
func (Segment) Fields() []ent.Field {
	return []ent.Field{
		field.String("shard_id").StorageKey("shard").Immutable().Comment("The shard."),
		field.Int64("first").Immutable().Comment("The index of its first entry."),
		field.Int("entries").Immutable().Comment("How many entries it holds."),
		field.Bytes("data").Immutable().Comment("The entries, compressed."),
		field.Int64("min_now").GoType(registry.Time(0)).Immutable().Comment("The smallest now."),
		field.Int64("max_now").GoType(registry.Time(0)).Immutable().Comment("The largest now."),
		field.String("recipients").Immutable().Comment("The distinct numbers of its recipients, sorted: ,3,17,"),
		field.Int("allowed").Immutable().Comment("How many were allowed."),
		field.Int("denied").Immutable().Comment("How many were denied."),
		field.Bytes("tags").Immutable().Comment("A filter of its subject tags."),
	}
}

// Edges of the table.
func (Segment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("shard", ShardHead.Type).Ref("segments").Field("shard_id").Unique().Required().Immutable().Comment("The shard."),
	}
}

// Indexes of the table.
func (Segment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("shard_id", "first").Unique(),
		index.Fields("max_now"),
	}
}

// Annotations of the table.
func (Segment) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("segment")}
}
