package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"

	"waybill/internal/registry"
)

// Noun is what every row of a noun has.
type Noun struct{ mixin.Schema }

// Fields of every noun.
func (Noun) Fields() []ent.Field {
	return []ent.Field{
		field.Uint32("id").StorageKey("number").Immutable().Annotations(given()).Comment("The permanent number, never reused."),
		field.String("name").Unique().Immutable().Comment("The resource name, compared byte by byte."),
		field.Int64("revision").Comment("The revision that recorded this state."),
		field.Int64("create_time").GoType(registry.Time(0)).Immutable().Comment("When its first change was recorded."),
		field.Int64("update_time").GoType(registry.Time(0)).Comment("When this state was recorded."),
	}
}
