package decision

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"waybill/internal/registry"
)

func drawFact(t *rapid.T) *Fact {
	few := func(label string) uint32 { return rapid.Uint32Range(0, 3).Draw(t, label) }
	f := &Fact{
		Kind: FactKind(rapid.IntRange(1, int(FactCorrection)).Draw(t, "kind")), Off: rapid.Bool().Draw(t, "off"),
		Purpose: 1 + few("purpose"), Time: registry.Time(rapid.Int64Range(1, 50).Draw(t, "time")),
	}
	switch f.Kind {
	case FactConsent:
		f.Type, f.Recipient, f.Policy, f.Categories = ConsentType(1+few("type")), few("recipient"), few("policy"), []uint32{1 + few("category"), 70_000}
		f.ExpireTime, f.ByGuardian, f.ChildInterest, f.Publication[0] = registry.Time(few("expire")), rapid.Bool().Draw(t, "guardian"), rapid.Bool().Draw(t, "child"), byte(few("publication"))
		f.Countries = [][]string{nil, {"HK"}, {"CN", "US"}}[rapid.IntRange(0, 2).Draw(t, "countries")]
	case FactWithdrawal:
		f.Type, f.Recipient = ConsentType(few("type")), few("recipient")
	case FactAgeBand:
		f.Age = AgeBand(few("age"))
	case FactAcceptance:
		f.Policy, f.ByGuardian = 1+few("policy"), rapid.Bool().Draw(t, "guardian")
	}
	return f
}

// TestHeldBytes: whatever was said, what is held has one encoding, and a fact too.
func TestHeldBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h, again Held
		h.Source = FactSource{rapid.SampledFrom([]string{"", "00112233445566ff", "a shard", "AB", "abc"}).Draw(t, "shard"), 1 << 40}
		if h.Source.Shard == "" {
			h.Source = FactSource{}
		}
		for range rapid.IntRange(0, 20).Draw(t, "n") {
			f := drawFact(t)
			b := f.Append(nil)
			got, err := DecodeFact(b)
			if err != nil || !reflect.DeepEqual(got, f) {
				t.Fatalf("%+v comes back as %+v: %v", f, got, err)
			}
			h.Add(f)
			row := h.Append(nil)
			if err := again.Decode(row); err != nil || !bytes.Equal(again.Append(nil), row) || len(again.Consents) != len(h.Consents) || again.Source != h.Source {
				t.Fatalf("%+v comes back as %+v: %v", h, again, err)
			}
			for i := range row {
				c := bytes.Clone(row)
				c[i] ^= byte(1 + i*7)
				if again.Decode(c) == nil && !bytes.Equal(again.Append(nil), c) {
					t.Fatalf("byte %d: it is read, and written as other bytes", i)
				}
			}
		}
	})
}

// TestWithdrawnStaysWithdrawn holds what is held to a list of all that was said:
// no consent stands that was given at or before a withdrawal that reaches it, and
// for every withdrawal a record stays that withdraws what others present.
func TestWithdrawnStaysWithdrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Held
		var said []Fact
		for range rapid.IntRange(1, 40).Draw(t, "n") {
			f := drawFact(t)
			said = append(said, *f)
			h.Add(f)
		}
		var f Facts
		h.Facts(&f, [16]byte{1}, 1_000, "", [16]byte{})
		for _, w := range said {
			if w.Kind != FactWithdrawal {
				continue
			}
			for _, c := range f.Consents {
				reached := (w.Type == 0 || w.Type == c.Type) && w.Purpose == c.Purpose && (w.Recipient == 0 || c.Recipient == 0 || w.Recipient == c.Recipient)
				if reached && c.WithdrawTime == 0 && c.GiveTime <= w.Time {
					t.Fatalf("%+v stands after %+v", c, w)
				}
			}
			// What another presents, given before the withdrawal, of any type it names.
			for typ := ConsentOrdinary; typ <= ConsentGuardian; typ++ {
				if w.Type != 0 && w.Type != typ {
					continue
				}
				if !slices.ContainsFunc(f.Consents, func(c HeldConsent) bool {
					return c.Type == typ && c.Purpose == w.Purpose && (c.Recipient == 0 || w.Recipient == 0 || c.Recipient == w.Recipient) && c.WithdrawTime >= w.Time
				}) {
					t.Fatalf("nothing withdraws what is presented, of type %d after %+v: %+v", typ, w, f.Consents)
				}
			}
		}
		// A withdrawal may take a consent by way of another that it took: one that names
		// no recipient stands for all of them (R80).
		alike := func(x, y *Fact) bool {
			return (x.Type == 0 || x.Type == y.Type) && x.Purpose == y.Purpose && (x.Recipient == 0 || y.Recipient == 0 || x.Recipient == y.Recipient)
		}
		taken := make([]registry.Time, len(said)) // when each consent may have been withdrawn
		for again := true; again; {
			again = false
			for i := range said {
				if said[i].Kind != FactConsent {
					continue
				}
				for k := range said {
					at := taken[k]
					if said[k].Kind == FactWithdrawal {
						at = said[k].Time
					}
					if at > taken[i] && alike(&said[k], &said[i]) && said[i].Time <= at {
						taken[i], again = at, true
					}
				}
			}
		}
		for i, c := range said {
			if c.Kind != FactConsent {
				continue
			}
			last := taken[i] != 0
			stands := slices.ContainsFunc(h.Consents, func(k KeptConsent) bool {
				return k.Type == c.Type && k.Purpose == c.Purpose && k.Recipient == c.Recipient && k.Publication == c.Publication && k.WithdrawTime == 0
			})
			if !last && !stands {
				t.Fatalf("%+v was never withdrawn and does not stand: %+v", c, h.Consents)
			}
		}
	})
}

// TestHeldRoom: past the limit a consent is refused, a withdrawal never.
func TestHeldRoom(t *testing.T) {
	var h Held
	for i := range uint32(MaxHeld) {
		if !h.Add(&Fact{Kind: FactConsent, Type: ConsentSeparateProvision, Purpose: 1, Recipient: i + 1, Time: 1}) {
			t.Fatalf("consent %d is refused", i)
		}
	}
	full := h
	full.Consents = slices.Clone(h.Consents)
	if full.Add(&Fact{Kind: FactConsent, Type: ConsentOrdinary, Purpose: 1, Time: 1}) {
		t.Error("there is room without end")
	}
	if !h.Add(&Fact{Kind: FactWithdrawal, Purpose: 1, Time: 2}) {
		t.Fatal("a withdrawal is refused")
	}
	var f Facts
	h.Facts(&f, [16]byte{}, 3, "", [16]byte{})
	if len(f.Consents) != int(ConsentExplicitEUTransfer) {
		t.Fatalf("%d consents are left, want one withdrawal of every type", len(f.Consents))
	}
	for _, c := range f.Consents {
		if c.WithdrawTime != 2 {
			t.Errorf("%+v stands", c)
		}
	}
}

// TestFactsOfAnotherClock: a withdrawal by a clock that is ahead has happened.
func TestFactsOfAnotherClock(t *testing.T) {
	var h Held
	h.Add(&Fact{Kind: FactWithdrawal, Type: ConsentOrdinary, Purpose: 1, Time: 100})
	var f Facts
	h.Facts(&f, [16]byte{}, 90, "", [16]byte{})
	if f.Consents[0].WithdrawTime != 90 {
		t.Errorf("at 90 it is withdrawn at %d", f.Consents[0].WithdrawTime)
	}
}

// TestFactsPublication: a held publication is the question's, or another one.
func TestFactsPublication(t *testing.T) {
	var h Held
	tag := [16]byte{9}
	h.Add(&Fact{Kind: FactConsent, Type: ConsentSeparatePublic, Purpose: 1, Time: 1, Publication: tag})
	var f Facts
	h.Facts(&f, [16]byte{}, 2, "post 1", tag)
	if f.Consents[0].Publication != "post 1" {
		t.Errorf("it is %q", f.Consents[0].Publication)
	}
	h.Facts(&f, [16]byte{}, 2, "post 2", [16]byte{8})
	if p := f.Consents[0].Publication; p == "" || p == "post 2" {
		t.Errorf("another one is %q", p)
	}
}

func FuzzHeld(f *testing.F) {
	var h Held
	h.Add(&Fact{Kind: FactConsent, Type: ConsentOrdinary, Purpose: 1, Time: 1, Categories: []uint32{3}})
	f.Add(h.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var h Held
		if h.Decode(b) == nil && !bytes.Equal(h.Append(nil), b) {
			t.Errorf("%x is read, and written as %x", b, h.Append(nil))
		}
	})
}

func BenchmarkHeld(b *testing.B) {
	var h, again Held
	h.Source = FactSource{"00112233445566ff", 1 << 20}
	h.Add(&Fact{Kind: FactConsent, Type: ConsentOrdinary, Purpose: 12, Policy: 40, Categories: []uint32{30, 31, 32}, Time: 1_795_424_400_000_000})
	h.Add(&Fact{Kind: FactConsent, Type: ConsentSeparateProvision, Purpose: 12, Recipient: 60, Policy: 40, Categories: []uint32{30, 31, 32}, Time: 1_795_424_400_000_000})
	row := h.Append(nil)
	b.ReportMetric(float64(len(row)), "bytes")
	var f Facts
	for b.Loop() {
		if err := again.Decode(row); err != nil {
			b.Fatal(err)
		}
		again.Facts(&f, [16]byte{}, 1_795_424_400_000_001, "", [16]byte{})
	}
}

// TestFactsBytes: what was held for a decision reads back as it was.
func TestFactsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Held
		for range rapid.IntRange(0, 20).Draw(t, "n") {
			f := drawFact(t)
			f.Publication = [16]byte{}
			h.Add(f)
		}
		var f Facts
		h.Facts(&f, [16]byte{1}, 40, "", [16]byte{})
		b := AppendFacts(nil, &f, nil)
		got, err := DecodeFacts(&Snapshot{}, b)
		if err != nil {
			t.Fatal(err)
		}
		if again := AppendFacts(nil, got, nil); !bytes.Equal(again, b) || len(got.AcceptedByGuardian) != len(h.AcceptedByGuardian) {
			t.Fatalf("%+v is read as %+v", f, got)
		}
	})
}
