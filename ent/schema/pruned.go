package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"waybill/internal/registry"
)

// Pruned is a span of a log that may be deleted, and why. A trigger refuses to change it.
type Pruned struct{ ent.Schema }

// Fields of the table.
func (Pruned) Fields() []ent.Field {
	return []ent.Field{
		field.String("log").Immutable().Comment("'changes', or the shard."),
		field.Int64("from_index").Immutable().Comment("The first index of the span."),
		field.Int64("until_index").Immutable().Comment("The first index after the span."),
		field.String("author").Immutable().Comment("Who pruned."),
		field.String("reason").Immutable().Comment("Why."),
		field.Int64("time").GoType(registry.Time(0)).Immutable().Comment("When."),
	}
}

// Indexes of the table.
func (Pruned) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("log", "from_index"),
	}
}

// Annotations of the table.
func (Pruned) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("pruned")}
}
