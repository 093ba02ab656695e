package registry

import (
	"bytes"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Canonical bytes are deterministic CBOR, RFC 8949 4.2.1, with the contract's
// field numbers as integer keys. What is not given is left out.

var (
	canonicalEncoder = func() cbor.EncMode {
		m, err := cbor.CoreDetEncOptions().EncMode()
		if err != nil {
			panic(err)
		}
		return m
	}()
	canonicalDecoder = func() cbor.DecMode {
		m, err := cbor.DecOptions{
			DupMapKey:         cbor.DupMapKeyEnforcedAPF,
			IndefLength:       cbor.IndefLengthForbidden,
			TagsMd:            cbor.TagsForbidden,
			ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
			UTF8:              cbor.UTF8RejectInvalid,
			MaxNestedLevels:   16,
			MaxArrayElements:  1 << 20,
			MaxMapPairs:       256,
		}.DecMode()
		if err != nil {
			panic(err)
		}
		return m
	}()
)

// Encode returns the canonical bytes of a noun.
func Encode(n Noun) ([]byte, error) {
	b, err := canonicalEncoder.Marshal(n)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", n.ResourceName(), err)
	}
	return b, nil
}

// Decode reads a noun of the collection from its canonical bytes. It refuses
// unknown fields and whatever does not encode to the same bytes again.
func Decode(c Collection, b []byte) (Noun, error) {
	n := New(c)
	if n == nil {
		return nil, fmt.Errorf("decode noun: unknown collection %d", c)
	}
	if err := canonicalDecoder.Unmarshal(b, n); err != nil {
		return nil, fmt.Errorf("decode %s: %w", c, err)
	}
	again, err := Encode(n)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(b, again) {
		return nil, fmt.Errorf("decode %s: the bytes are not canonical", c)
	}
	return n, nil
}
