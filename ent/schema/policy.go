package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
)

// PolicyVersion is a version of the privacy policy. (Policy is a word of ent's own.)
type PolicyVersion struct{ ent.Schema }

// Fields of the table.
func (PolicyVersion) Fields() []ent.Field {
	return []ent.Field{
		text("title", "The title, or the legal name."),
		nested("subject_groups", "The subject groups of its audience."),
		list("regions", "The regions of its audience; * is every region."),
		instant("publish_time", "When it was published."),
		instant("effective_time", "When it takes effect."),
		flag("significant", "The change is significant."),
		flag("weakens_rights", "The author's word that it weakens rights."),
		nested("kinds", "What each kind of recipient may get."),
		nested("bases", "The bases that may be relied on."),
		nested("necessity", "The categories necessary for each purpose."),
		nested("retention", "How long data is kept."),
		flag("serves_minors", "It serves minors."),
		text("child_rules", "The document of special rules for children."),
		text("text_digest", "The SHA-256 of its text, in hex."),
		nested("notices", "The notices sent."),
		laterNested("safeguards", "The safeguards of sensitive data."),
		laterNested("waivers", "The cells of the waiver matrix that differ from the default."),
		laterNested("exception_kinds", "The kinds of recipient that exceptions may be claimed for, where they differ from the default."),
	}
}

// Edges of the table.
func (PolicyVersion) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("purposes", Purpose.Type).Comment("The purposes it states."),
		edge.To("mentioned_purposes", Purpose.Type).Comment("The purposes that its lists name."),
		edge.To("mentioned_categories", Category.Type).Comment("The categories that its lists name or cover."),
	}
}

// Mixin of the table.
func (PolicyVersion) Mixin() []ent.Mixin { return []ent.Mixin{Noun{}} }

// Annotations of the table.
func (PolicyVersion) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("policy")}
}
