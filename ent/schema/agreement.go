package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"waybill/internal/registry"
)

// Agreement is an agreement with recipients.
type Agreement struct{ ent.Schema }

// Fields of the table.
func (Agreement) Fields() []ent.Field {
	return []ent.Field{
		text("title", "The title, or the legal name."),
		enum("type", registry.AgreementType(0), "What it is."),
		nested("our_signature", "Our signature; the first recipient's in a sub-agreement."),
		nested("their_signature", "The other side's signature."),
		list("categories", "The categories as stated, with wildcards."),
		nested("subject_groups", "The subject groups it covers."),
		flag("hosting", "It entrusts hosting of our business records."),
		instant("effective_time", "When it takes effect."),
		instant("expire_time", "When it expires."),
		instant("terminate_time", "When it was terminated."),
		text("terminate_reason", "Why it was terminated."),
		field.Int32("scc_module").Default(0).Comment("The module of the EU clauses, 1 to 4."),
		nested("terms", "Its terms."),
		text("document_digest", "The SHA-256 of the signed document, in hex."),
		field.Uint32("amends_id").Optional().Nillable().Comment("The agreement that this one amends or renews."),
		instant("deletion_certificate_time", "When the recipient certified deletion or return after the end."),
	}
}

// Edges of the table.
func (Agreement) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("exporters", Exporter.Type).Comment("The exporters that are party."),
		edge.To("recipients", Recipient.Type).Comment("The recipients that are party."),
		edge.To("purposes", Purpose.Type).Comment("The purposes it covers."),
		edge.To("covered_categories", Category.Type).Comment("The categories it covers, wildcards expanded."),
		edge.To("amendments", Agreement.Type).Comment("What amends it."),
		edge.From("amends", Agreement.Type).Ref("amendments").Field("amends_id").Unique().Comment("What it amends."),
		edge.To("transfers", Transfer.Type).Comment("The transfers that rest on it."),
		edge.To("links", SubprocessorLink.Type).Comment("The links that rest on it."),
	}
}

// Indexes of the table.
func (Agreement) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("amends_id"),
	}
}

// Mixin of the table.
func (Agreement) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Agreement) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("agreement")}
}
