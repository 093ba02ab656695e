package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Counter is how many persons an exporter sent abroad in a calendar year; a trigger lets it only grow.
type Counter struct{ ent.Schema }

// Fields of the table.
func (Counter) Fields() []ent.Field {
	return []ent.Field{
		field.Uint32("exporter").Immutable().Comment("The permanent number of the exporter."),
		field.Int32("year").Immutable().Comment("The calendar year, Asia/Shanghai."),
		field.Int64("persons").Comment("Distinct persons without sensitive data."),
		field.Int64("sensitive").Comment("Distinct persons with sensitive data."),
	}
}

// Indexes of the table.
func (Counter) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("exporter", "year").Unique(),
	}
}

// Annotations of the table.
func (Counter) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("counter")}
}
