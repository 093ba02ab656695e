package registry

import (
	"context"
	"iter"
)

// Store keeps the registry. Everything it returns is consistent at one revision.
// Its errors are *Error: UNAVAILABLE with REGISTRY_UNAVAILABLE when the database
// cannot be reached, OUTCOME_UNKNOWN when a commit was not confirmed.
type Store interface {
	// Head reads the revision row and the database's clock.
	Head(ctx context.Context) (Head, error)
	// Get returns the named records as they stand, absent names left out, and the
	// head at which all of them were read.
	Get(ctx context.Context, names ...string) (map[string]Record, Head, error)
	// Fold returns every record as recorded at the revision (0: the newest), in the
	// order of Collections and then of names, and the revision that it read.
	Fold(ctx context.Context, revision int64) (int64, iter.Seq2[Record, error], error)
	// RevisionAt returns the newest revision recorded at or before the time.
	RevisionAt(ctx context.Context, known Time) (int64, error)
	// Changes returns the changes with after < Revision <= upTo (0: the newest) in
	// their order, of one noun if name is given, at most limit (0: all).
	Changes(ctx context.Context, after, upTo int64, name string, limit int) ([]Change, error)
	// Referrers returns up to limit names of records that name this one.
	Referrers(ctx context.Context, name string, limit int) ([]string, error)
	// List returns up to limit records of the collection after the name, in the
	// order of names (byte-wise), as they stand. A parent narrows deployments.
	List(ctx context.Context, c Collection, parent, after string, limit int) ([]Record, Head, error)
	// Commit records the edits as one revision if the registry still stands at
	// base.Revision of base.Epoch; otherwise it returns Aborted with
	// REVISION_MOVED and nothing was written. The commit is never cancelled.
	Commit(ctx context.Context, base Head, w Write) (Head, []Change, error)
	// Remembered returns what an earlier write of the same author and request id
	// answered within 24 hours: nil if there was none.
	Remembered(ctx context.Context, author, requestID string) (*Memory, error)
	// TokenHashes returns the SHA-256 of the secrets of all tokens, by token id.
	TokenHashes(ctx context.Context) (map[string][32]byte, error)
}

// Edit is one put (Noun given) or one deletion of a write.
type Edit struct {
	Name   string
	Noun   Noun   // nil deletes
	Number uint32 // 0: new; the store gives base.NextNumber and so on, in order
}

// Write is what is recorded as one revision.
type Write struct {
	Edits  []Edit
	Author string
	Reason string
	Time   Time // when it is recorded, never before that of the revision before
	// RequestID, when given, is remembered with the digest of the request and the
	// bytes that were answered.
	RequestID string
	Digest    [32]byte
	// Response is called with the head after, inside the transaction's making, and
	// returns the bytes to remember.
	Response func(Head, []Change) []byte
	// TokenHashes are new tokens' SHA-256 by token id; they stay out of changes.
	TokenHashes map[string][32]byte
}

// Memory is what an earlier write answered.
type Memory struct {
	Digest   [32]byte
	Response []byte
	Revision int64
}
