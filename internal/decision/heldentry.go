package decision

import (
	"bytes"
	"encoding/hex"
	"errors"
	"unicode/utf8"

	"waybill/internal/registry"
)

// The canonical bytes of what is held of one subject, as its row keeps them. They
// are read for every question, so they are read by hand.

// Append appends the canonical bytes of h to dst.
func (h *Held) Append(dst []byte) []byte {
	m := encoder{b: dst}
	m.begin()
	if h.Source.Shard != "" {
		m.key(1)
		m.b = appendHead(m.b, cborArray, 2)
		m.shard(h.Source.Shard)
		m.b = appendHead(m.b, cborUint, uint64(h.Source.Index))
	}
	m.flag(2, h.Erased)
	m.flag(3, h.Restricted)
	m.flag(4, h.DoNotTrack)
	m.flag(5, h.OptedOutAds)
	m.list(6, h.Objected)
	m.number(7, uint64(h.Age))
	m.list(8, h.Accepted)
	if len(h.Consents) > 0 {
		m.key(9)
		m.b = appendHead(m.b, cborArray, uint64(len(h.Consents)))
		for i := range h.Consents {
			m.b = h.Consents[i].append(m.b)
		}
	}
	m.list(10, h.AcceptedByGuardian)
	m.end()
	return m.b
}

func (c *KeptConsent) append(dst []byte) []byte {
	m := encoder{b: dst}
	m.begin()
	m.number(1, uint64(c.Type))
	m.number(2, uint64(c.Purpose))
	m.list(3, c.Categories)
	m.number(4, uint64(c.Recipient))
	m.number(5, uint64(c.Policy))
	m.instant(6, c.GiveTime)
	m.instant(7, c.ExpireTime)
	m.instant(8, c.WithdrawTime)
	m.flag(9, c.ByGuardian)
	m.flag(10, c.ChildInterest)
	m.tag16(11, c.Publication)
	m.texts(12, c.Countries)
	m.end()
	return m.b
}

// shard appends the name of a shard: its bytes where it is hex in small letters,
// which every shard's name here is, else the text.
func (m *encoder) shard(name string) {
	var raw [32]byte
	if n := len(name) / 2; n > 0 && n <= len(raw) && len(name)%2 == 0 {
		if _, err := hex.Decode(raw[:n], []byte(name)); err == nil && hex.EncodeToString(raw[:n]) == name {
			m.b = append(appendHead(m.b, cborBytes, uint64(n)), raw[:n]...)
			return
		}
	}
	m.b = append(appendHead(m.b, cborText, uint64(len(name))), name...)
}

var errHeld = errors.New("decode what is held: the bytes are not canonical")

// Decode reads h from its canonical bytes and refuses what does not encode to the
// same bytes again. It keeps none of b.
func (h *Held) Decode(b []byte) error {
	*h = Held{Objected: h.Objected[:0], Accepted: h.Accepted[:0], AcceptedByGuardian: h.AcceptedByGuardian[:0], Consents: h.Consents[:0]}
	r := reader{b: b}
	for range r.head(cborMap) {
		switch r.head(cborUint) {
		case 1:
			if r.head(cborArray) != 2 {
				return errHeld
			}
			h.Source = FactSource{r.shard(), int64(r.head(cborUint))}
		case 2:
			h.Erased = r.yes()
		case 3:
			h.Restricted = r.yes()
		case 4:
			h.DoNotTrack = r.yes()
		case 5:
			h.OptedOutAds = r.yes()
		case 6:
			h.Objected = r.numbers(h.Objected)
		case 7:
			h.Age = AgeBand(r.head(cborUint))
		case 8:
			h.Accepted = r.numbers(h.Accepted)
		case 9:
			for range r.head(cborArray) {
				if h.Consents = append(h.Consents, r.consent()); r.bad {
					return errHeld
				}
			}
		case 10:
			h.AcceptedByGuardian = r.numbers(h.AcceptedByGuardian)
		default:
			return errHeld
		}
		if r.bad {
			return errHeld
		}
	}
	var room [512]byte
	if r.bad || len(r.b) > 0 || !bytes.Equal(h.Append(room[:0]), b) {
		return errHeld
	}
	return nil
}

// reader reads CBOR that is compared with its own encoding afterwards, so that it
// needs to be safe but not strict. After what it cannot read it is bad.
type reader struct {
	b   []byte
	bad bool
}

// head reads a head of a major type and returns its number; 0 where it is bad.
func (r *reader) head(major byte) uint64 {
	if r.bad || len(r.b) == 0 || r.b[0]&0xe0 != major {
		r.bad = true
		return 0
	}
	short := r.b[0] & 0x1f
	r.b = r.b[1:]
	if short < 24 {
		return uint64(short)
	}
	n := 1 << (short - 24)
	if short > 27 || len(r.b) < n {
		r.bad = true
		return 0
	}
	var v uint64
	for _, c := range r.b[:n] {
		v = v<<8 | uint64(c)
	}
	r.b = r.b[n:]
	if (major == cborArray || major == cborMap || major == cborBytes || major == cborText) && v > uint64(len(r.b)) {
		r.bad = true // each item has a byte
		return 0
	}
	return v
}

func (r *reader) yes() bool {
	if r.bad || len(r.b) == 0 || r.b[0] != 0xf5 {
		r.bad = true
		return false
	}
	r.b = r.b[1:]
	return true
}

func (r *reader) numbers(dst []uint32) []uint32 {
	for range r.head(cborArray) {
		dst = append(dst, uint32(r.head(cborUint)))
	}
	return dst
}

func (r *reader) texts() (all []string) {
	for range r.head(cborArray) {
		text := r.take(r.head(cborText))
		r.bad = r.bad || !utf8.Valid(text)
		all = append(all, string(text))
	}
	return all
}

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) shard() string {
	if len(r.b) > 0 && r.b[0]&0xe0 == cborText {
		text := r.take(r.head(cborText))
		r.bad = r.bad || !utf8.Valid(text)
		return string(text)
	}
	return hex.EncodeToString(r.take(r.head(cborBytes)))
}

func (r *reader) instant() registry.Time {
	if len(r.b) > 0 && r.b[0]&0xe0 == cborNegative {
		return registry.Time(-1 - int64(r.head(cborNegative)))
	}
	return registry.Time(r.head(cborUint))
}

func (r *reader) consent() (c KeptConsent) {
	for range r.head(cborMap) {
		switch r.head(cborUint) {
		case 1:
			c.Type = ConsentType(r.head(cborUint))
		case 2:
			c.Purpose = uint32(r.head(cborUint))
		case 3:
			c.Categories = r.numbers(nil)
		case 4:
			c.Recipient = uint32(r.head(cborUint))
		case 5:
			c.Policy = uint32(r.head(cborUint))
		case 6:
			c.GiveTime = r.instant()
		case 7:
			c.ExpireTime = r.instant()
		case 8:
			c.WithdrawTime = r.instant()
		case 9:
			c.ByGuardian = r.yes()
		case 10:
			c.ChildInterest = r.yes()
		case 11:
			if b := r.take(r.head(cborBytes)); len(b) == 16 {
				c.Publication = [16]byte(b)
			} else {
				r.bad = true
			}
		case 12:
			c.Countries = r.texts()
		default:
			r.bad = true
		}
		if r.bad {
			return c
		}
	}
	return c
}
