package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"waybill/internal/registry"
)

// Duty is something owed by a date. A trigger refuses DELETE, and every UPDATE but the one that closes it.
type Duty struct{ ent.Schema }

// Fields of the table.
func (Duty) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("The last part of its name."),
		field.Uint8("kind").Immutable().Comment("What is owed, numbered as the contract's DutyKind."),
		field.String("owner").Immutable().Comment("The office that owes."),
		field.String("exporters").Immutable().Comment("The exporters it concerns, sorted: ,exporters/a,exporters/b, or nothing for all."),
		field.String("recipient").Immutable().Comment("The recipient it concerns, or nothing."),
		field.Uint32("recipient_number").Immutable().Comment("The recipient's permanent number, or 0."),
		field.String("record").Immutable().Comment("The record it rests on, or nothing."),
		field.String("cause").Immutable().Comment("What opened it."),
		field.Bytes("subject_tag").Immutable().Comment("The tag of the person by the facts key, or nothing."),
		field.Uint8("regime").Immutable().Comment("Whose clock it runs on, numbered as the contract's Regime, or 0."),
		field.Int64("begin_time").GoType(registry.Time(0)).Immutable().Comment("When its clock began."),
		field.Int64("create_time").GoType(registry.Time(0)).Immutable().Comment("When it came to be owed."),
		field.Int64("due_time").GoType(registry.Time(0)).Immutable().Comment("When it is overdue; 0 where the calendar did not reach."),
		field.Uint32("calendar").Immutable().Comment("The edition of the calendar that counted it, or 0."),
		field.String("note").Immutable().Comment("What more is to be said."),
		field.String("opened_by").Immutable().Comment("Who opened it."),
		field.Int64("close_time").GoType(registry.Time(0)).Comment("When it was closed; 0 while it is open. Set once, with the four below."),
		field.String("closed_by").Comment("Who closed it."),
		field.Uint8("outcome").Comment("How, numbered as the contract's DutyOutcome."),
		field.String("evidence").Comment("Where the proof is kept."),
		field.String("close_note").Comment("Why so."),
	}
}

// Indexes of the table.
func (Duty) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("due_time", "id"),
		index.Fields("recipient", "due_time"),
	}
}

// Annotations of the table.
func (Duty) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("duty")}
}
