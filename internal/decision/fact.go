package decision

import (
	"bytes"
	"fmt"

	"waybill/internal/registry"
)

// The canonical bytes of what a decision read beside the question: the held facts
// of its subject, and the counters before. An entry without them has none.

// AppendFacts appends the canonical bytes of f to dst; nothing for nil. tag is that
// of AppendQuestion, so that a publication compares as it did.
func AppendFacts(dst []byte, f *Facts, tag func(dst []byte, text string) []byte) []byte {
	if f == nil {
		return dst
	}
	m := encoder{b: dst, tag: tag}
	m.begin()
	m.key(1)
	m.b = append(append(m.b, cborBytes|16), f.Tag[:]...)
	m.flag(2, f.Erased)
	m.flag(3, f.Restricted)
	m.flag(4, f.DoNotTrack)
	m.flag(5, f.OptedOutAds)
	m.list(6, f.Objected)
	m.number(7, uint64(f.Age))
	m.list(8, f.Accepted)
	if len(f.Consents) > 0 {
		m.key(9)
		m.b = appendHead(m.b, cborArray, uint64(len(f.Consents)))
		for i := range f.Consents {
			m.b = f.Consents[i].append(m.b, tag)
		}
	}
	if len(f.Sources) > 0 {
		m.key(10)
		m.b = appendHead(m.b, cborArray, uint64(len(f.Sources)))
		for _, s := range f.Sources {
			m.b = appendHead(m.b, cborArray, 2)
			m.b = append(appendHead(m.b, cborText, uint64(len(s.Shard))), s.Shard...)
			m.b = appendHead(m.b, cborUint, uint64(s.Index))
		}
	}
	m.list(11, f.AcceptedByGuardian)
	m.end()
	return m.b
}

func (c *HeldConsent) append(dst []byte, tag func([]byte, string) []byte) []byte {
	m := encoder{b: dst, tag: tag}
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
	m.tagged(11, c.Publication)
	m.texts(12, c.Countries)
	m.end()
	return m.b
}

type heldEntry struct {
	Type          ConsentType   `cbor:"1,keyasint,omitempty"`
	Purpose       uint32        `cbor:"2,keyasint,omitempty"`
	Categories    []uint32      `cbor:"3,keyasint,omitempty"`
	Recipient     uint32        `cbor:"4,keyasint,omitempty"`
	Policy        uint32        `cbor:"5,keyasint,omitempty"`
	GiveTime      registry.Time `cbor:"6,keyasint,omitempty"`
	ExpireTime    registry.Time `cbor:"7,keyasint,omitempty"`
	WithdrawTime  registry.Time `cbor:"8,keyasint,omitempty"`
	ByGuardian    bool          `cbor:"9,keyasint,omitempty"`
	ChildInterest bool          `cbor:"10,keyasint,omitempty"`
	Publication   *reference    `cbor:"11,keyasint,omitempty"`
	Countries     []string      `cbor:"12,keyasint,omitempty"`
}

type sourceEntry struct {
	_     struct{} `cbor:",toarray"`
	Shard string
	Index int64
}

type factsEntry struct {
	Tag         []byte        `cbor:"1,keyasint"`
	Erased      bool          `cbor:"2,keyasint,omitempty"`
	Restricted  bool          `cbor:"3,keyasint,omitempty"`
	DoNotTrack  bool          `cbor:"4,keyasint,omitempty"`
	OptedOutAds bool          `cbor:"5,keyasint,omitempty"`
	Objected    []uint32      `cbor:"6,keyasint,omitempty"`
	Age         AgeBand       `cbor:"7,keyasint,omitempty"`
	Accepted    []uint32      `cbor:"8,keyasint,omitempty"`
	Consents    []heldEntry   `cbor:"9,keyasint,omitempty"`
	Sources     []sourceEntry `cbor:"10,keyasint,omitempty"`
	ByGuardian  []uint32      `cbor:"11,keyasint,omitempty"`
}

// DecodeFacts reads facts from their canonical bytes, nil from none, and refuses
// what does not encode to the same bytes again. s resolves nothing but tags.
func DecodeFacts(s *Snapshot, b []byte) (*Facts, error) {
	if len(b) == 0 {
		return nil, nil
	}
	var e factsEntry
	if err := strict.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("decode facts: %w", err)
	}
	if len(e.Tag) != 16 {
		return nil, fmt.Errorf("decode facts: a tag has %d bytes, want 16", len(e.Tag))
	}
	r := resolver{s: s}
	f := &Facts{
		Erased: e.Erased, Restricted: e.Restricted, DoNotTrack: e.DoNotTrack, OptedOutAds: e.OptedOutAds,
		Objected: e.Objected, Age: e.Age, Accepted: e.Accepted, AcceptedByGuardian: e.ByGuardian, Tag: [16]byte(e.Tag),
	}
	for _, c := range e.Consents {
		f.Consents = append(f.Consents, HeldConsent{
			Type: c.Type, Purpose: c.Purpose, Recipient: c.Recipient, Policy: c.Policy, Categories: c.Categories,
			GiveTime: c.GiveTime, ExpireTime: c.ExpireTime, WithdrawTime: c.WithdrawTime,
			ByGuardian: c.ByGuardian, ChildInterest: c.ChildInterest, Publication: r.name(c.Publication), Countries: c.Countries,
		})
	}
	for _, x := range e.Sources {
		f.Sources = append(f.Sources, FactSource{x.Shard, x.Index})
	}
	if r.err != nil {
		return nil, fmt.Errorf("decode facts: %w", r.err)
	}
	if again := AppendFacts(nil, f, nil); !bytes.Equal(again, b) {
		return nil, fmt.Errorf("decode facts: the bytes are not canonical")
	}
	return f, nil
}

// AppendCounters appends the canonical bytes of c to dst; nothing for nil.
func AppendCounters(dst []byte, c *Counters) []byte {
	if c == nil {
		return dst
	}
	m := encoder{b: dst}
	m.begin()
	m.number(1, uint64(c.Year))
	m.number(2, uint64(c.Persons))
	m.number(3, uint64(c.Sensitive))
	m.flag(4, c.InPersons)
	m.flag(5, c.InSensitive)
	m.end()
	return m.b
}

type countersEntry struct {
	Year        int32 `cbor:"1,keyasint,omitempty"`
	Persons     int64 `cbor:"2,keyasint,omitempty"`
	Sensitive   int64 `cbor:"3,keyasint,omitempty"`
	InPersons   bool  `cbor:"4,keyasint,omitempty"`
	InSensitive bool  `cbor:"5,keyasint,omitempty"`
}

// DecodeCounters reads counters from their canonical bytes, nil from none, and
// refuses what does not encode to the same bytes again.
func DecodeCounters(b []byte) (*Counters, error) {
	if len(b) == 0 {
		return nil, nil
	}
	var e countersEntry
	if err := strict.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("decode counters: %w", err)
	}
	c := &Counters{e.Year, e.Persons, e.Sensitive, e.InPersons, e.InSensitive}
	if again := AppendCounters(nil, c); !bytes.Equal(again, b) {
		return nil, fmt.Errorf("decode counters: the bytes are not canonical")
	}
	return c, nil
}
