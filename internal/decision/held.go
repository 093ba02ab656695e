package decision

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"

	"waybill/internal/registry"
)

// FactKind is what a fact says of its subject, numbered as the contract.
type FactKind uint8

// The kinds of facts.
const (
	FactUnspecified FactKind = iota
	FactConsent
	FactWithdrawal
	FactErasure
	FactCancellation
	FactRestriction
	FactObjection
	FactDoNotTrack
	FactAdsOptOut
	FactAgeBand
	FactAcceptance
	FactCorrection
)

// Fact is one thing that was said of a subject, as its entry in the ledger keeps
// it. Purpose, recipient, policy and categories are numbers of the registry.
type Fact struct {
	Kind FactKind
	// Off ends a restriction, an objection, do-not-track or an opt-out.
	Off                        bool
	Type                       ConsentType // with a withdrawal, 0 is every type
	Purpose, Recipient, Policy uint32
	Categories                 []uint32
	// Time is when it was said: when a consent was given or withdrawn.
	Time, ExpireTime          registry.Time
	ByGuardian, ChildInterest bool
	Publication               [16]byte // its tag by the facts key; zero is none
	Age                       AgeBand
	Countries                 []string // of a consent; none is any
}

// Append appends the canonical bytes of f to dst.
func (f *Fact) Append(dst []byte) []byte {
	m := encoder{b: dst}
	m.begin()
	m.number(1, uint64(f.Kind))
	m.flag(2, f.Off)
	m.number(3, uint64(f.Type))
	m.number(4, uint64(f.Purpose))
	m.list(5, f.Categories)
	m.number(6, uint64(f.Recipient))
	m.number(7, uint64(f.Policy))
	m.instant(8, f.Time)
	m.instant(9, f.ExpireTime)
	m.flag(10, f.ByGuardian)
	m.flag(11, f.ChildInterest)
	m.tag16(12, f.Publication)
	m.number(13, uint64(f.Age))
	m.texts(14, f.Countries)
	m.end()
	return m.b
}

func (m *encoder) tag16(k uint64, tag [16]byte) {
	if tag != [16]byte{} {
		m.key(k)
		m.b = append(append(m.b, cborBytes|16), tag[:]...)
	}
}

// DecodeFact reads a fact from its canonical bytes, and refuses what does not
// encode to the same bytes again.
func DecodeFact(b []byte) (*Fact, error) {
	var e struct {
		Kind        FactKind      `cbor:"1,keyasint,omitempty"`
		Off         bool          `cbor:"2,keyasint,omitempty"`
		Type        ConsentType   `cbor:"3,keyasint,omitempty"`
		Purpose     uint32        `cbor:"4,keyasint,omitempty"`
		Categories  []uint32      `cbor:"5,keyasint,omitempty"`
		Recipient   uint32        `cbor:"6,keyasint,omitempty"`
		Policy      uint32        `cbor:"7,keyasint,omitempty"`
		Time        registry.Time `cbor:"8,keyasint,omitempty"`
		ExpireTime  registry.Time `cbor:"9,keyasint,omitempty"`
		Guardian    bool          `cbor:"10,keyasint,omitempty"`
		Interest    bool          `cbor:"11,keyasint,omitempty"`
		Publication []byte        `cbor:"12,keyasint,omitempty"`
		Age         AgeBand       `cbor:"13,keyasint,omitempty"`
		Countries   []string      `cbor:"14,keyasint,omitempty"`
	}
	if err := strict.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("decode a fact: %w", err)
	}
	f := &Fact{
		Kind: e.Kind, Off: e.Off, Type: e.Type, Purpose: e.Purpose, Recipient: e.Recipient, Policy: e.Policy, Categories: e.Categories,
		Time: e.Time, ExpireTime: e.ExpireTime, ByGuardian: e.Guardian, ChildInterest: e.Interest, Age: e.Age, Countries: e.Countries,
	}
	copy(f.Publication[:], e.Publication)
	if !bytes.Equal(f.Append(nil), b) {
		return nil, fmt.Errorf("decode a fact: the bytes are not canonical")
	}
	return f, nil
}

// MaxHeld is how many consents and withdrawals are held of one subject.
const MaxHeld = 128

// Held is what is held of one subject: the sum of its facts, in the order of their
// sequence. Nothing of it names a subject.
type Held struct {
	// Source is the entry of the newest fact; each entry names the one before, so
	// that a fact which is left out of a decision is found.
	Source                                      FactSource
	Erased, Restricted, DoNotTrack, OptedOutAds bool
	Objected                                    []uint32 // ascending
	Age                                         AgeBand
	Accepted, AcceptedByGuardian                []uint32 // ascending
	Consents                                    []KeptConsent
}

// KeptConsent is a consent, or a withdrawal where it has no time of giving. A
// withdrawal of type 0 is of every type.
type KeptConsent struct {
	Type                               ConsentType
	Purpose, Recipient, Policy         uint32
	Categories                         []uint32
	GiveTime, ExpireTime, WithdrawTime registry.Time
	ByGuardian, ChildInterest          bool
	Publication                        [16]byte
	Countries                          []string
}

// same reports whether two stand for the same consent: of one type, purpose,
// recipient and publication.
func (c *KeptConsent) same(o *KeptConsent) bool {
	return c.Type == o.Type && c.Purpose == o.Purpose && c.Recipient == o.Recipient && c.Publication == o.Publication
}

// covers reports whether the withdrawal c reaches the consent o: what either does
// not name is not compared.
func (c *KeptConsent) covers(o *KeptConsent) bool {
	return (c.Type == 0 || c.Type == o.Type) && c.Purpose == o.Purpose &&
		(c.Recipient == 0 || o.Recipient == 0 || c.Recipient == o.Recipient) &&
		(c.Publication == [16]byte{} || o.Publication == [16]byte{} || c.Publication == o.Publication)
}

// Add adds a fact. It returns false when there is no more room for a consent.
func (h *Held) Add(f *Fact) bool {
	switch f.Kind {
	case FactConsent:
		return h.give(f)
	case FactWithdrawal:
		h.withdraw(f)
	case FactErasure, FactCancellation:
		h.Erased = true
	case FactRestriction:
		h.Restricted = !f.Off
	case FactObjection:
		h.Objected = with(h.Objected, f.Purpose, !f.Off)
	case FactDoNotTrack:
		h.DoNotTrack = !f.Off
	case FactAdsOptOut:
		h.OptedOutAds = !f.Off
	case FactAgeBand:
		h.Age = f.Age
	case FactAcceptance:
		if f.ByGuardian {
			h.AcceptedByGuardian = with(h.AcceptedByGuardian, f.Policy, true)
		} else {
			h.Accepted = with(h.Accepted, f.Policy, true)
		}
	case FactCorrection: // what is owed for it is a duty; nothing is held
	}
	return true
}

// with returns the ascending list with or without v.
func with(list []uint32, v uint32, in bool) []uint32 {
	i, found := slices.BinarySearch(list, v)
	switch {
	case in && !found:
		return slices.Insert(list, i, v)
	case !in && found:
		return slices.Delete(list, i, i+1)
	}
	return list
}

// give takes the place of the standing consent of the same type, purpose,
// recipient and publication. Withdrawn ones stay: they withdraw what others
// present. What was given before a withdrawal that reaches it is withdrawn.
func (h *Held) give(f *Fact) bool {
	c := KeptConsent{
		Type: f.Type, Purpose: f.Purpose, Recipient: f.Recipient, Policy: f.Policy, Categories: f.Categories, GiveTime: f.Time,
		ExpireTime: f.ExpireTime, ByGuardian: f.ByGuardian, ChildInterest: f.ChildInterest, Publication: f.Publication, Countries: f.Countries,
	}
	for i := range h.Consents {
		o := &h.Consents[i]
		if o.WithdrawTime != 0 && o.covers(&c) && c.GiveTime <= o.WithdrawTime {
			c.WithdrawTime = max(c.WithdrawTime, o.WithdrawTime)
		}
	}
	for i := range h.Consents {
		o := &h.Consents[i]
		if o.same(&c) && o.GiveTime != 0 && (o.WithdrawTime == 0) == (c.WithdrawTime == 0) {
			if c.WithdrawTime != 0 {
				c.WithdrawTime = max(c.WithdrawTime, o.WithdrawTime)
			}
			if o.GiveTime <= c.GiveTime { // of two the one that was given last, whichever is told first
				*o = c
			} else {
				o.WithdrawTime = c.WithdrawTime
			}
			return true
		}
	}
	h.Consents = append(h.Consents, c)
	return len(h.Consents) <= MaxHeld
}

// withdraw withdraws every consent that was given before, and stays, so that it
// withdraws also what others present. There is always room for it: past the limit
// it takes the place of every withdrawal from its purpose, and reaches further.
func (h *Held) withdraw(f *Fact) {
	w := KeptConsent{Type: f.Type, Purpose: f.Purpose, Recipient: f.Recipient, Publication: f.Publication, WithdrawTime: f.Time}
	stands := false
	for i := range h.Consents {
		c := &h.Consents[i]
		if c.GiveTime != 0 && c.WithdrawTime == 0 && w.covers(c) && c.GiveTime <= w.WithdrawTime {
			c.WithdrawTime = w.WithdrawTime
		}
		stands = stands || c.same(&w) && c.WithdrawTime >= w.WithdrawTime
	}
	if !stands {
		h.Consents = append(h.Consents, w)
	}
	// Of the same consent only the last withdrawal says anything.
	h.drop(func(c *KeptConsent) bool {
		return slices.ContainsFunc(h.Consents, func(o KeptConsent) bool { return o.same(c) && o.WithdrawTime > c.WithdrawTime })
	})
	if len(h.Consents) <= MaxHeld {
		return
	}
	all := KeptConsent{Purpose: f.Purpose}
	h.drop(func(c *KeptConsent) bool {
		if c.Purpose == f.Purpose {
			all.WithdrawTime = max(all.WithdrawTime, c.WithdrawTime)
		}
		return c.Purpose == f.Purpose
	})
	h.Consents = append(h.Consents, all)
}

// drop takes out the withdrawn consents that useless names.
func (h *Held) drop(useless func(c *KeptConsent) bool) {
	var kept []KeptConsent
	for i := range h.Consents {
		if c := &h.Consents[i]; c.WithdrawTime == 0 || !useless(c) {
			kept = append(kept, *c)
		}
	}
	h.Consents = kept
}

// Facts fills f with what is held, for a decision at now of a question with a
// publication, whose tag by the facts key is given. A withdrawal by a clock that
// is ahead of this one has happened all the same: it stands as of now.
func (h *Held) Facts(f *Facts, tag [16]byte, now registry.Time, publication string, publicationTag [16]byte) {
	f.Tag = tag
	f.Erased, f.Restricted, f.DoNotTrack, f.OptedOutAds = h.Erased, h.Restricted, h.DoNotTrack, h.OptedOutAds
	f.Objected, f.Age, f.Accepted, f.AcceptedByGuardian = h.Objected, h.Age, h.Accepted, h.AcceptedByGuardian
	f.Consents, f.Sources = f.Consents[:0], f.Sources[:0]
	if h.Source.Shard != "" {
		f.Sources = append(f.Sources, h.Source)
	}
	for i := range h.Consents {
		k := &h.Consents[i]
		c := HeldConsent{
			Type: k.Type, Purpose: k.Purpose, Recipient: k.Recipient, Policy: k.Policy, Categories: k.Categories,
			GiveTime: k.GiveTime, ExpireTime: k.ExpireTime, WithdrawTime: min(k.WithdrawTime, now), ByGuardian: k.ByGuardian, ChildInterest: k.ChildInterest, Countries: k.Countries,
		}
		switch {
		case k.Publication == [16]byte{}:
		case publication != "" && k.Publication == publicationTag:
			c.Publication = publication
		default: // another one: its tag, which is no text of a caller
			c.Publication = tagPrefix + hex.EncodeToString(k.Publication[:])
		}
		if k.Type != 0 {
			f.Consents = append(f.Consents, c)
			continue
		}
		for t := ConsentOrdinary; t <= ConsentExplicitEUTransfer; t++ {
			c.Type = t
			f.Consents = append(f.Consents, c)
		}
	}
}
