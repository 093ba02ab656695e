package ledger

import (
	"bytes"
	"fmt"
)

// Version is the version of the envelopes that are written.
const Version = 1

// ChangeEntry is a leaf of the change log: one edit of the registry.
type ChangeEntry struct {
	Version    uint8  `cbor:"1,keyasint"`
	Revision   int64  `cbor:"2,keyasint"`
	Index      int64  `cbor:"3,keyasint"` // of the leaf
	Operation  uint8  `cbor:"4,keyasint"` // 1 put, 2 delete
	Collection uint8  `cbor:"5,keyasint"`
	Number     uint32 `cbor:"6,keyasint"` // permanent
	Name       string `cbor:"7,keyasint"`
	Author     string `cbor:"8,keyasint"`
	Reason     string `cbor:"9,keyasint"`
	Time       int64  `cbor:"10,keyasint"` // microseconds since 1970, UTC
	Body       []byte `cbor:"11,keyasint"` // canonical bytes of the noun; empty after a deletion
}

// EncodeChange returns the canonical bytes of a change.
func EncodeChange(e *ChangeEntry) ([]byte, error) {
	c := *e
	if c.Body == nil {
		c.Body = []byte{} // a null is not a byte string
	}
	b, err := encoder.Marshal(&c)
	if err != nil {
		return nil, fmt.Errorf("encode change %d: %w", e.Index, err)
	}
	return b, nil
}

// DecodeChange reads a change, and refuses what does not encode to the same bytes.
func DecodeChange(b []byte) (*ChangeEntry, error) {
	var e ChangeEntry
	if err := decoder.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("decode a change: %w", err)
	}
	again, err := EncodeChange(&e)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, b) {
		return nil, fmt.Errorf("decode a change: the bytes are not canonical")
	}
	if e.Version != Version {
		return nil, fmt.Errorf("decode a change: version %d is not known", e.Version)
	}
	return &e, nil
}

// DecisionEntry is a leaf of a shard: one decision with all that it is a function
// of. Question, Facts, Counters and Answer are canonical CBOR of the decision's
// own making, kept here as byte strings.
type DecisionEntry struct {
	Version    uint8  `cbor:"1,keyasint"`
	Edition    uint16 `cbor:"2,keyasint"`
	Epoch      string `cbor:"3,keyasint"`
	Revision   int64  `cbor:"4,keyasint"`
	ChangeRoot Hash   `cbor:"5,keyasint"`  // RFC 6962 root of the change log at Revision
	Now        int64  `cbor:"6,keyasint"`  // microseconds since 1970, UTC
	Principal  uint32 `cbor:"7,keyasint"`  // who asked
	Mode       uint8  `cbor:"8,keyasint"`  // 1 enforce, 2 observe
	KeyID      string `cbor:"9,keyasint"`  // of the ledger key that made the tags
	RequestID  []byte `cbor:"10,keyasint"` // tag of the request id, or empty
	Question   []byte `cbor:"11,keyasint"`
	Facts      []byte `cbor:"12,keyasint"`
	Counters   []byte `cbor:"13,keyasint"`
	Answer     []byte `cbor:"14,keyasint"`
}

// AppendDecision appends the canonical bytes of a decision to dst. It does not
// allocate when dst has room.
func AppendDecision(dst []byte, e *DecisionEntry) []byte {
	b := append(dst, majorMap|14)
	b = appendHead(append(b, 1), majorUint, uint64(e.Version))
	b = appendHead(append(b, 2), majorUint, uint64(e.Edition))
	b = appendText(append(b, 3), e.Epoch)
	b = appendInt(append(b, 4), e.Revision)
	b = appendBytes(append(b, 5), e.ChangeRoot[:])
	b = appendInt(append(b, 6), e.Now)
	b = appendHead(append(b, 7), majorUint, uint64(e.Principal))
	b = appendHead(append(b, 8), majorUint, uint64(e.Mode))
	b = appendText(append(b, 9), e.KeyID)
	b = appendBytes(append(b, 10), e.RequestID)
	b = appendBytes(append(b, 11), e.Question)
	b = appendBytes(append(b, 12), e.Facts)
	b = appendBytes(append(b, 13), e.Counters)
	return appendBytes(append(b, 14), e.Answer)
}

// DecodeDecision reads a decision, and refuses what does not encode to the same bytes.
func DecodeDecision(b []byte) (*DecisionEntry, error) {
	var e DecisionEntry
	if err := decoder.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("decode a decision: %w", err)
	}
	if !bytes.Equal(AppendDecision(nil, &e), b) {
		return nil, fmt.Errorf("decode a decision: the bytes are not canonical")
	}
	if e.Version != Version {
		return nil, fmt.Errorf("decode a decision: version %d is not known", e.Version)
	}
	return &e, nil
}
