package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"waybill/internal/registry"
)

// FactRequest is where the facts of one request were recorded, remembered for 24 hours.
type FactRequest struct{ ent.Schema }

// Fields of the table.
func (FactRequest) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("id").GoType(Tag{}).StorageKey("tag").Immutable().Comment("The tag of the principal and its request_id, by the facts key."),
		field.Bytes("digest").Immutable().Comment("The tag of the request, by the facts key."),
		field.String("shard").Immutable().Comment("The shard of its entries."),
		field.Int64("first").Immutable().Comment("The index of the first; the others follow."),
		field.Int64("time").GoType(registry.Time(0)).Immutable().Comment("When it was recorded."),
	}
}

// Indexes of the table.
func (FactRequest) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("time"),
	}
}

// Annotations of the table.
func (FactRequest) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("fact_request")}
}
