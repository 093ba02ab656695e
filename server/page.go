package server

import (
	"crypto/sha256"
	"encoding/base64"

	"google.golang.org/protobuf/proto"

	"waybill/internal/registry"
)

const (
	defaultPageSize = 100
	maxPageSize     = 1000
	pageMark        = 12 // bytes of the digest that binds a token to its filter
)

// pageRequest is any request for a page.
type pageRequest interface {
	proto.Message
	GetPageSize() int32
	GetPageToken() string
}

func pageSize(r pageRequest) int {
	switch n := int(r.GetPageSize()); {
	case n == 0:
		return defaultPageSize
	default:
		return min(n, maxPageSize)
	}
}

// pageToken returns the opaque token of the page after position: the position
// with a digest over it and every other field of the request.
func pageToken(r pageRequest, position string) string {
	mark := filterDigest(r, position)
	return base64.RawURLEncoding.EncodeToString(append(mark[:pageMark:pageMark], position...))
}

// position returns what a page token stands for, "" for the first page.
func position(r pageRequest) (string, error) {
	if r.GetPageToken() == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(r.GetPageToken())
	if err == nil && len(b) > pageMark {
		at := string(b[pageMark:])
		if mark := filterDigest(r, at); string(mark[:pageMark]) == string(b[:pageMark]) {
			return at, nil
		}
	}
	return "", &registry.Error{Kind: registry.Invalid, Reason: "PAGE_TOKEN_INVALID", Message: "the page token is not of this request",
		Fields: []registry.FieldError{{Field: "page_token", Expected: "the next_page_token of the same request, its other fields unchanged"}}}
}

func filterDigest(r pageRequest, position string) [32]byte {
	filter := proto.Clone(r)
	m := filter.ProtoReflect()
	for _, name := range []string{"page_token", "page_size"} {
		m.Clear(m.Descriptor().Fields().ByTextName(name))
	}
	h := sha256.New()
	h.Write([]byte(m.Descriptor().FullName()))
	h.Write(canonicalMessage(filter))
	h.Write([]byte{0})
	h.Write([]byte(position))
	return [32]byte(h.Sum(nil))
}

// canonicalMessage returns the deterministic bytes of a message.
func canonicalMessage(m proto.Message) []byte {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil // only of text that is not UTF-8, which the transport refuses
	}
	return b
}
