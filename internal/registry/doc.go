// Package registry owns the nouns: what is recorded of exporters, recipients,
// deployments, agreements, transfers, assessments, purposes, categories, policy
// versions, settings, principals, instruments of authorities and exceptions; the
// rules that an edit must pass; their canonical bytes; the domain error; and the
// port of the store that keeps them.
//
// It does not own the decision (internal/decision), SQL (internal/store) or the
// contract's messages (internal/wire), and imports nothing of ours.
//
// Invariants: a noun's number is permanent and never reused; a change holds the
// full state after; a field's number is the same in the contract and in the
// canonical bytes; what no rule reads is refused when it is written.
package registry
