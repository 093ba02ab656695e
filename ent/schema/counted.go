package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Counted is one person, or one bulk share, that a counter counts; a trigger refuses UPDATE.
type Counted struct{ ent.Schema }

// Fields of the table.
func (Counted) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("id").GoType(Tag{}).StorageKey("tag").Immutable().Comment("Its tag, by the counting key; exporter, year and what it counts in go into it."),
		field.Uint32("exporter").Immutable().Comment("The permanent number of the exporter."),
		field.Int32("year").Immutable().Comment("The calendar year, Asia/Shanghai."),
	}
}

// Annotations of the table.
func (Counted) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("counted")}
}
