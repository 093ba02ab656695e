package schema

import (
	"database/sql/driver"
	"fmt"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Tag is a keyed hash of a caller's text, 16 bytes.
type Tag [16]byte

// Value writes a tag as bytes.
func (t Tag) Value() (driver.Value, error) { return t[:], nil }

// Scan reads a tag from bytes.
func (t *Tag) Scan(v any) error {
	b, ok := v.([]byte)
	if !ok || len(b) != len(t) {
		return fmt.Errorf("a tag is %T", v)
	}
	copy(t[:], b)
	return nil
}

// Fact is what is held of one subject: the sum of its entries in the ledger. A trigger lets its sequence only grow.
type Fact struct{ ent.Schema }

// Fields of the table.
func (Fact) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("id").GoType(Tag{}).StorageKey("tag").Immutable().Comment("The subject's tag, by the facts key."),
		field.Int64("sequence").Comment("How many facts of the subject were written."),
		field.Bytes("data").Comment("What is held, canonical CBOR."),
	}
}

// Annotations of the table.
func (Fact) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("fact")}
}
