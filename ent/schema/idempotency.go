package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"waybill/internal/registry"
)

// Idempotency is what a write answered, remembered for 24 hours.
type Idempotency struct{ ent.Schema }

// Fields of the table.
func (Idempotency) Fields() []ent.Field {
	return []ent.Field{
		field.String("author").Immutable().Comment("Who wrote."),
		field.String("request_id").Immutable().Comment("The id of the request."),
		field.Bytes("digest").Immutable().Comment("The SHA-256 of the request."),
		field.Bytes("response").Immutable().Comment("The bytes that were answered."),
		field.Int64("revision").Immutable().Comment("The revision it recorded."),
		field.Int64("create_time").GoType(registry.Time(0)).Immutable().Comment("When it was recorded."),
	}
}

// Indexes of the table.
func (Idempotency) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("author", "request_id").Unique(),
		index.Fields("create_time"),
	}
}

// Annotations of the table.
func (Idempotency) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("idempotency")}
}
