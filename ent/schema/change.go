package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"waybill/internal/registry"
)

// Change is the truth: one edit with the full state after. A trigger refuses UPDATE, and DELETE unless a pruned row covers it.
type Change struct{ ent.Schema }

// Fields of the table.
func (Change) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Annotations(given()).Immutable().Comment("The index of its leaf in the change log, from 0."),
		field.Int64("revision").Immutable().Comment("The revision it belongs to."),
		field.Uint8("operation").Immutable().Comment("1 put, 2 delete."),
		field.Uint8("collection").Immutable().Comment("The noun's collection, by its permanent number."),
		field.Uint32("number").Immutable().Comment("The noun's permanent number."),
		field.String("name").Immutable().Comment("The noun's name."),
		field.String("author").Immutable().Comment("Who made it: principals/x or operator."),
		field.Int64("time").GoType(registry.Time(0)).Immutable().Comment("When it was recorded."),
		field.Int64("create_time").GoType(registry.Time(0)).Immutable().Comment("When the noun's first change was recorded."),
		field.Bytes("entry").Immutable().Comment("The canonical bytes of the change: the leaf."),
		field.Bytes("root").Immutable().Comment("The RFC 6962 root of the log with this leaf as its last."),
	}
}

// Indexes of the table.
func (Change) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("number", "revision").Unique(),
		index.Fields("name", "revision").Unique(),
		index.Fields("revision"),
		index.Fields("time", "revision"),
	}
}

// Annotations of the table.
func (Change) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("change")}
}
