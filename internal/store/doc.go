// Package store keeps the registry and the ledger in SQL: PostgreSQL, or two
// SQLite files. It is the one room that knows ent, SQL, transactions and
// dialects, and no type of theirs leaves it. It implements registry.Store and
// the ledger's port of internal/gate. It does not own the rules of an edit
// (internal/registry), the formats of the logs (internal/ledger) or when
// anything is read or written.
//
// Invariants: every write of the registry takes the revision row first, by
// compare-and-swap on epoch and number, so that revisions are gapless and in
// commit order; the table change is the truth and the nouns' rows are its
// projection, written in the same transaction; what needs two statements reads
// in one repeatable-read transaction; a COMMIT is never cancelled, and one that
// was not confirmed is reported as OUTCOME_UNKNOWN, never as a failure; names
// are compared byte by byte.
package store
