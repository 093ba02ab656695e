// Package wire owns the only conversion between the contract's messages and the
// types of internal/registry and internal/decision: nouns both ways, the question
// in, the decision out with its sentences and cures, and the files in which a
// registry and decision cases are written (strict YAML in proto JSON names).
//
// It owns what can be said of one message alone: shapes, lengths, names by their
// grammar, countries, enums, instants. What needs other records (dangling names,
// which mechanism fits which regime) is internal/registry's; what denies a share
// is internal/decision's.
//
// Invariants: a field's number in the contract is its number in the noun; every
// field has a rule; a refusal is one registry.Error with every field that is
// wrong, and repeats no text of a caller that is not a name of the registry.
package wire
