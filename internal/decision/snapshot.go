package decision

import (
	"iter"

	"waybill/internal/registry"
)

type scratch struct{}

// Snapshot is the registry compiled at a revision. It is immutable and safe for
// concurrent use.
type Snapshot struct{}

// Compile compiles the records of a fold. head is the registry's state that the
// fold was read at.
func Compile(head registry.Head, records iter.Seq2[registry.Record, error]) (*Snapshot, error) {
	return nil, nil
}

// Apply returns the snapshot after the changes, which follow s without a gap;
// head is the state after them. It copies only what they touch.
func (s *Snapshot) Apply(head registry.Head, changes []registry.Change) (*Snapshot, error) {
	return nil, nil
}

// Head returns the registry's state that was compiled.
func (s *Snapshot) Head() registry.Head { return registry.Head{} }

// Name returns the name of a record by its number, "" if there is none.
func (s *Snapshot) Name(number uint32) string { return "" }

// Number returns the number of a record by its full name, 0 if there is none.
func (s *Snapshot) Number(name string) uint32 { return 0 }

// Principal is what the gate reads of a principal.
type Principal struct {
	Number       uint32
	Role         registry.Role
	ObserveUntil registry.Time
	Tokens       []registry.Token
}

// Principal returns a principal by its number; ok is false if there is none.
func (s *Snapshot) Principal(number uint32) (p Principal, ok bool) { return }

// Principals calls f for every principal until it returns false.
func (s *Snapshot) Principals(f func(Principal) bool) {}

// Nearest returns the up to n names of the collection that are nearest to the
// given one, the nearest first.
func (s *Snapshot) Nearest(c registry.Collection, name string, n int) []string { return nil }

// Check decides q at in.Now and writes the answer into d. It reads no clock and
// allocates nothing once d has been used before.
func (s *Snapshot) Check(q *Question, in *Inputs, d *Decision) {}

// GapContact returns whom a caller asks when the registry is incomplete.
func (s *Snapshot) GapContact() string { return "" }
