// Package ent is the generated client of the tables in ent/schema; it does not
// leave internal/store.
package ent

//go:generate go tool ent generate ./schema
//go:generate go run ../internal/store/migration
