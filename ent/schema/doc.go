// Package schema states the tables by hand, one file a table; ent's client and
// the SQL migrations are generated from it. No rule lives here: rules are
// functions of internal/registry, and the truth is the table change; the nouns'
// tables are its projection, for lists and constraints.
//
// An instant is microseconds since 1970 (0: not given), an enum its name in the
// contract (”: not given), a nested list JSON in the contract's field names.
package schema

import (
	"database/sql/driver"
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"

	"waybill/internal/registry"
)

func text(name, comment string) ent.Field {
	return field.String(name).Default("").Comment(comment)
}

func flag(name, comment string) ent.Field {
	return field.Bool(name).Default(false).Comment(comment)
}

func instant(name, comment string) ent.Field {
	return field.Int64(name).GoType(registry.Time(0)).Default(0).Comment(comment)
}

// list holds codes, such as countries, or categories as they were stated.
func list(name, comment string) ent.Field {
	return field.Strings(name).Comment(comment)
}

func nested(name, comment string) ent.Field {
	return field.JSON(name, json.RawMessage{}).Comment(comment)
}

// enum holds a name of the registry's enum, which is its own ValueScanner.
func enum(name string, of driver.Valuer, comment string) ent.Field {
	return field.String(name).GoType(of).Comment(comment)
}

// laterNested and laterEnum are nested and enum of a table that had rows before the
// column came: the database fills those in.
func laterNested(name, comment string) ent.Field {
	return field.JSON(name, json.RawMessage{}).Annotations(entsql.DefaultExpr("'null'")).Comment(comment)
}

func laterEnum(name string, of driver.Valuer, comment string) ent.Field {
	return field.String(name).GoType(of).Annotations(entsql.DefaultExpr("''")).Comment(comment)
}

// given marks an id that we give, never the database.
func given() entsql.Annotation {
	no := false
	return entsql.Annotation{Incremental: &no}
}
