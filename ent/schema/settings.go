package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Settings of the registry; there is one row.
type Settings struct{ ent.Schema }

// Fields of the table.
func (Settings) Fields() []ent.Field {
	return []ent.Field{
		text("zone", "The zone in which a date is 00:00, an IANA name."),
		field.Int32("screening_age_days").Default(0).Comment("Days after which a screening is stale; 0 means 365."),
		flag("separate_consent_without_consent_basis", "Separate consents are asked also where the basis is not consent."),
		text("gap_contact", "Whom a caller asks when the registry is incomplete."),
	}
}

// Mixin of the table.
func (Settings) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Settings) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("settings")}
}
