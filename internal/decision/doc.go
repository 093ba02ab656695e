// Package decision owns the answer to one question: may this exporter share
// these categories, for this purpose, with this recipient, now? Records are
// compiled into a Snapshot; Snapshot.Check decides by one table of rules.
//
// It is pure: no clock, no I/O, no goroutine. A decision is a function of the
// edition, the snapshot, the question and the inputs, and of nothing else. It
// does not own sentences (internal/wire renders them) or records of decisions
// (internal/ledger, internal/gate). Check allocates nothing once its Decision
// has been used before.
package decision
