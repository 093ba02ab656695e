package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"waybill/internal/registry"
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
		laterEnum("hmt_authority", registry.HmtAuthority(0), "How a body of Hong Kong, Macau or Taiwan is seen."),
		laterEnum("nonsensitive_tier", registry.NonsensitiveTier(0), "What a flow without sensitive data needs once sensitive ones demand the assessment."),
		flag("statutory_duty_lifts_assessment", "The exemption of a statutory duty lifts the security assessment too."),
		flag("count_exempt_flows", "Flows that are exempt under CBDF 3 to 6 are counted too."),
		flag("agreement_deferral_off", "Vital interests do not defer rules 21 to 28."),
		flag("assessment_deferral_off", "Vital interests do not defer rule 50."),
	}
}

// Mixin of the table.
func (Settings) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Settings) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("settings")}
}
