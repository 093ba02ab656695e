// Package server owns the gRPC face of the gate and the registry: who calls,
// what they may do, how much; converting the contract's messages; errors as
// statuses; pages; idempotent writes.
//
// It owns no rule of the field: what an edit must pass is internal/registry's,
// what a share must pass is internal/decision's, and when an answer may be given
// is internal/gate's.
//
// Invariants: a method without the option required_roles is denied; permission is
// judged before existence; a write is made at the head that it was prepared at and
// returns only after every older check was answered; no text of a caller stands in
// a log line; a denied share is an answer, not an error.
package server
