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

// Category is what is shared: a tree by its dotted ids.
type Category struct{ ent.Schema }

// Fields of the table.
func (Category) Fields() []ent.Field {
	return []ent.Field{
		text("title", "The title, or the legal name."),
		text("sentence", "What it is."),
		text("example", "One example; never a value of a person."),
		flag("sensitive", "Sensitive under PIPL 28."),
		flag("special", "Special under GDPR 9."),
		flag("direct_identifier", "Identifies a person directly."),
		enum("credential", registry.Credential(0), "What kind of credential it is."),
		flag("identity_or_contact", "Identity or contact data."),
		flag("analytics", "Analytics data."),
		flag("non_personal", "Not personal data."),
		flag("important_data", "Important data."),
		text("clause", "The clause of the policy that names it."),
		field.Uint32("parent_id").Optional().Nillable().Comment("The category above it in the tree, if the registry holds it."),
	}
}

// Edges of the table.
func (Category) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("children", Category.Type).Comment("The categories below it."),
		edge.From("parent", Category.Type).Ref("children").Field("parent_id").Unique().Comment("The category above it."),
		edge.From("agreements", Agreement.Type).Ref("covered_categories").Comment("The agreements that cover it."),
		edge.From("transfers", Transfer.Type).Ref("covered_categories").Comment("The transfers that cover it."),
		edge.From("assessments", Assessment.Type).Ref("covered_categories").Comment("The assessments that cover it."),
		edge.From("mentioning_policies", PolicyVersion.Type).Ref("mentioned_categories").Comment("The policy versions whose lists name it."),
		edge.From("noticed_recipients", Recipient.Type).Ref("notice_categories").Comment("The recipients whose notices or incidents name it."),
		edge.From("mentioning_exporters", Exporter.Type).Ref("mentioned_categories").Comment("The exporters whose zones or holds name it."),
		edge.From("instruments", Instrument.Type).Ref("covered_categories").Comment("The instruments that cover it."),
		edge.From("exception_records", ExceptionRecord.Type).Ref("covered_categories").Comment("The exceptions that cover it."),
		edge.From("proving_exceptions", ExceptionRecord.Type).Ref("proved_categories").Comment("The exceptions that prove its publication."),
	}
}

// Indexes of the table.
func (Category) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("parent_id"),
	}
}

// Mixin of the table.
func (Category) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (Category) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("category")}
}
