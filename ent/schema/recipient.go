package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"

	"waybill/internal/registry"
)

// Recipient is who receives.
type Recipient struct{ ent.Schema }

// Fields of the table.
func (Recipient) Fields() []ent.Field {
	return []ent.Field{
		text("title", "The title, or the legal name."),
		enum("kind", registry.RecipientKind(0), "What it is."),
		enum("role", registry.RecipientRole(0), "Whether it decides itself."),
		text("role_answer", "Legal's answer to the question of who decides."),
		flag("natural_person", "A natural person under our authority."),
		text("country", "The country of establishment, or UNKNOWN."),
		text("contact", "The contact."),
		text("privacy_contact", "The contact for privacy."),
		text("registration_number", "The number in its company register."),
		nested("notices", "What subjects were told of it."),
		instant("approve_time", "When it was approved."),
		nested("suspensions", "When it was suspended."),
		instant("terminate_time", "When it was terminated."),
		instant("due_diligence_until", "Until when the due diligence holds."),
		nested("screenings", "The screenings."),
		instant("usable_from", "From when it may be used."),
		text("sentence", "What it does for us."),
		flag("inbound_source", "It is also a source of personal data for us."),
		laterNested("incidents", "Its security incidents."),
		laterNested("deal", "The deal of a successor."),
	}
}

// Edges of the table.
func (Recipient) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("notice_purposes", Purpose.Type).Comment("The purposes that its notices and its deal name."),
		edge.To("notice_categories", Category.Type).Comment("The categories that its notices name or cover, and its incidents name."),
		edge.To("deployments", Deployment.Type).Comment("Its deployments."),
		edge.To("reached_by", SubprocessorLink.Type).Comment("The links that reach it."),
		edge.From("agreements", Agreement.Type).Ref("recipients").Comment("The agreements it is party to."),
		edge.From("transfers", Transfer.Type).Ref("recipients").Comment("The transfers to it."),
		edge.From("onward_transfers", Transfer.Type).Ref("onward_recipients").Comment("The transfers that reach it onward."),
		edge.From("assessments", Assessment.Type).Ref("recipients").Comment("The assessments of it."),
		edge.To("instruments", Instrument.Type).Comment("The instruments that it addresses to us."),
		edge.From("exception_records", ExceptionRecord.Type).Ref("recipients").Comment("The exceptions under which it receives."),
	}
}

// Mixin of the table.
func (Recipient) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Recipient) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("recipient")}
}
