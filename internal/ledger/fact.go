package ledger

import (
	"bytes"
	"context"
	"fmt"
)

// Kind is what an entry of a shard is. A decision, which came first, does not say
// so; every other kind stands under the key 0, before everything else.
type Kind uint8

// The kinds of entries.
const (
	KindDecision Kind = 1
	KindFact     Kind = 2
)

// KindOf returns the kind of an entry, from its first bytes.
func KindOf(entry []byte) Kind {
	if len(entry) > 2 && entry[0]&0xe0 == majorMap && entry[1] == 0 {
		return Kind(entry[2])
	}
	return KindDecision
}

// Tag is the keyed hash of a caller's text, 16 bytes.
type Tag = [16]byte

// FactEntry is a leaf of a shard: one fact that was written. Fact is canonical CBOR
// of the decision's own making. The facts of one subject are counted without a gap
// from 1, and each names the entry of the one before.
type FactEntry struct {
	Kind       Kind   `cbor:"0,keyasint"`
	Version    uint8  `cbor:"1,keyasint"`
	Epoch      string `cbor:"2,keyasint"`
	Revision   int64  `cbor:"3,keyasint"`  // whose records the fact names
	ChangeRoot Hash   `cbor:"4,keyasint"`  // RFC 6962 root of the change log at Revision
	Now        int64  `cbor:"5,keyasint"`  // when it was recorded, microseconds since 1970, UTC
	Principal  uint32 `cbor:"6,keyasint"`  // who wrote it
	KeyID      string `cbor:"7,keyasint"`  // of the ledger key that made the tag of the request id
	RequestID  []byte `cbor:"8,keyasint"`  // tag of the request id, or empty
	FactsKeyID string `cbor:"9,keyasint"`  // of the facts key that made the other tags
	Subject    Tag    `cbor:"10,keyasint"` // the subject's tag
	Sequence   int64  `cbor:"11,keyasint"` // of the subject's facts
	// The entry of the fact before; "" and 0 for the first.
	PreviousShard string `cbor:"12,keyasint"`
	PreviousIndex int64  `cbor:"13,keyasint"`
	Fact          []byte `cbor:"14,keyasint"`
}

// AppendFact appends the canonical bytes of a fact to dst. It does not allocate
// when dst has room.
func AppendFact(dst []byte, e *FactEntry) []byte {
	b := append(dst, majorMap|15)
	b = appendHead(append(b, 0), majorUint, uint64(e.Kind))
	b = appendHead(append(b, 1), majorUint, uint64(e.Version))
	b = appendText(append(b, 2), e.Epoch)
	b = appendInt(append(b, 3), e.Revision)
	b = appendBytes(append(b, 4), e.ChangeRoot[:])
	b = appendInt(append(b, 5), e.Now)
	b = appendHead(append(b, 6), majorUint, uint64(e.Principal))
	b = appendText(append(b, 7), e.KeyID)
	b = appendBytes(append(b, 8), e.RequestID)
	b = appendText(append(b, 9), e.FactsKeyID)
	b = appendBytes(append(b, 10), e.Subject[:])
	b = appendInt(append(b, 11), e.Sequence)
	b = appendText(append(b, 12), e.PreviousShard)
	b = appendInt(append(b, 13), e.PreviousIndex)
	return appendBytes(append(b, 14), e.Fact)
}

// DecodeFact reads a fact, and refuses what does not encode to the same bytes.
func DecodeFact(b []byte) (*FactEntry, error) {
	var e FactEntry
	if err := decoder.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("decode a fact: %w", err)
	}
	switch {
	case !bytes.Equal(AppendFact(nil, &e), b):
		return nil, fmt.Errorf("decode a fact: the bytes are not canonical")
	case e.Kind != KindFact:
		return nil, fmt.Errorf("decode a fact: the entry is of kind %d", e.Kind)
	case e.Version != Version:
		return nil, fmt.Errorf("decode a fact: version %d is not known", e.Version)
	}
	return &e, nil
}

// HeldFacts is the row of one subject: how many facts of it were written, and
// their sum.
type HeldFacts struct {
	Tag      Tag
	Sequence int64
	Data     []byte
}

// FactRequest is where the facts of one request were recorded.
type FactRequest struct {
	Tag    Tag // of the principal and its request id
	Digest Tag // of the request
	Shard  string
	First  int64 // index of the first entry
	Time   int64 // microseconds
}

// Counter is how many persons were counted.
type Counter struct{ Persons, Sensitive int64 }

// Tx is an open transaction of a ledger's database: what moves together with a
// shard's head. Locks are taken in the order of the methods, and tags, exporters
// and years in ascending order, so that two transactions cannot wait for each
// other. It ends with Append or Rollback; after an error only Rollback is called,
// and it may be called after either.
type Tx interface {
	// LockFacts reads the rows of the tags that are there, and locks them.
	LockFacts(ctx context.Context, tags []Tag) ([]HeldFacts, error)
	// PutFacts writes rows: of the sequence before, as LockFacts read it, or new
	// where the tag had none. Where another was faster it is Aborted FACTS_MOVED.
	PutFacts(ctx context.Context, rows []HeldFacts, before map[Tag]int64) error
	// Remember keeps where requests are recorded. It returns those of the tags that
	// were kept before, and then keeps none.
	Remember(ctx context.Context, requests []FactRequest) ([]FactRequest, error)
	// LockCounter reads the counter of an exporter and year, and locks it.
	LockCounter(ctx context.Context, exporter uint32, year int32) (Counter, error)
	// Counted returns which of the tags are counted.
	Counted(ctx context.Context, tags []Tag) ([]Tag, error)
	// Count sets a counter that is locked, and counts the tags.
	Count(ctx context.Context, exporter uint32, year int32, c Counter, tags []Tag) error
	// Append adds a segment, moves the head from prev to next, and commits. Its
	// errors are those of the store's Append.
	Append(ctx context.Context, seg Segment, prev, next ShardHead) error
	// Rollback undoes what was not committed.
	Rollback() error
}
