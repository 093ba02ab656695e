package registry

import "time"

// Replica is one start of a server among those of its database.
type Replica struct {
	// ID is new at every start.
	ID string
	// RegisterTime is when it registered, by its own clock.
	RegisterTime Time
	// Lease is how long it may answer after the sending of a renewal.
	Lease time.Duration
	// Renewal is how often it renewed.
	Renewal int64
	// Epoch and Revision are the state of the registry that it confirmed: it answers
	// by no older one. The epoch is "" before it has confirmed any.
	Epoch    string
	Revision int64
}

// Confirmed reports whether the replica answers by no state before the revision.
func (r *Replica) Confirmed(epoch string, revision int64) bool {
	return r.Epoch == epoch && r.Revision >= revision
}
