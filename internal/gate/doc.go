// Package gate owns what runs: the keeper, which holds the registry compiled and
// knows how fresh it is, and the recorder, which makes every decision durable
// before it is answered. It has goroutines and a clock, no SQL; it declares the
// port of the ledger that it calls.
//
// It does not own the decision (internal/decision), the form of an entry
// (internal/ledger) or the database (internal/store).
//
// Invariants: no answer without its record; no answer by a registry whose lease
// ran out, judged when a check begins and again after its commit, for the view
// that decided; one check and one batch see one revision and one instant; a view is held
// until what was decided by it was given on; now
// never goes back within a shard, nor below what was recorded before; an error
// leaves no outcome in the caller's answer.
package gate
