// Package gate owns what runs: the keeper, which holds the registry compiled and
// knows how fresh it is, and the recorder, which makes every decision durable
// before it is answered. It has goroutines and a clock, no SQL; it declares the
// ports it calls.
//
// It does not own the decision (internal/decision), the form of an entry
// (internal/ledger) or the database (internal/store).
//
// Invariants: no answer without its record; no answer by a registry whose lease
// ran out, judged before the check and after its commit; one check and one batch
// see one revision; now never goes back.
package gate
