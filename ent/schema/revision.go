package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"waybill/internal/registry"
)

// Revision is the registry's state as a single row, taken first by every write.
type Revision struct{ ent.Schema }

// Fields of the table.
func (Revision) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").StorageKey("k").Immutable().Annotations(given()).Comment("Always 1."),
		field.String("epoch").Comment("The random id of this history."),
		field.Int64("number").Comment("The newest revision; gapless, in commit order."),
		field.Uint32("next_number").Comment("The permanent number that the next new noun gets."),
		field.Int64("changes").Comment("The number of leaves of the change log."),
		field.Bytes("root").Comment("The RFC 6962 root of the change log."),
		field.Bytes("right_edge").Comment("The right edge of its tree, 32 bytes for each full subtree."),
		field.Int64("update_time").GoType(registry.Time(0)).Comment("When the newest revision was recorded."),
	}
}

// Annotations of the table.
func (Revision) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("revision")}
}
