package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Token is the hash of a principal's token; it stays out of changes and exports.
type Token struct{ ent.Schema }

// Fields of the table.
func (Token) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("The token's id, the middle of wb_{id}_{secret}."),
		field.Uint32("principal_id").Immutable().Comment("Whose it is."),
		field.Bytes("hash").Immutable().Comment("The SHA-256 of the secret, 32 bytes."),
	}
}

// Edges of the table.
func (Token) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("principal", Principal.Type).Ref("token_hashes").Field("principal_id").Unique().Required().Immutable().Comment("Whose it is."),
	}
}

// Indexes of the table.
func (Token) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("principal_id"),
	}
}

// Annotations of the table.
func (Token) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("token")}
}
