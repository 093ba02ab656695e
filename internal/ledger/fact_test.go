package ledger_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"

	"waybill/internal/ledger"
)

func facts() map[string]*ledger.FactEntry {
	return map[string]*ledger.FactEntry{
		"fact": {
			Kind: ledger.KindFact, Version: 1, Epoch: "7f3a-00000001", Revision: 412, ChangeRoot: ledger.LeafHash([]byte("root")), Now: 1_795_424_400_123_456,
			Principal: 9, KeyID: "2026-11", RequestID: bytes.Repeat([]byte{7}, 16), FactsKeyID: "facts", Subject: ledger.Tag(bytes.Repeat([]byte{8}, 16)),
			Sequence: 3, PreviousShard: "0011223344556677", PreviousIndex: 1 << 33, Fact: []byte{0xa1, 0x01, 0x02},
		},
		"fact-bare": {Kind: ledger.KindFact, Version: 1},
	}
}

func factAgain(b []byte) ([]byte, error) {
	e, err := ledger.DecodeFact(b)
	if err != nil {
		return nil, err
	}
	return ledger.AppendFact(nil, e), nil
}

func TestFactGolden(t *testing.T) {
	for name, e := range facts() {
		b := ledger.AppendFact(nil, e)
		golden(t, name, b)
		got, err := ledger.DecodeFact(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(got.RequestID) == 0 {
			got.RequestID = e.RequestID
		}
		if len(got.Fact) == 0 {
			got.Fact = e.Fact
		}
		if !reflect.DeepEqual(got, e) {
			t.Errorf("%s: got %+v, want %+v", name, got, e)
		}
	}
}

// TestKindOf: no entry of one kind is read as another.
func TestKindOf(t *testing.T) {
	for name, e := range decisions() {
		b := ledger.AppendDecision(nil, e)
		if ledger.KindOf(b) != ledger.KindDecision {
			t.Errorf("%s is of kind %d", name, ledger.KindOf(b))
		}
		if _, err := ledger.DecodeFact(b); err == nil {
			t.Errorf("%s is read as a fact", name)
		}
	}
	for name, e := range facts() {
		b := ledger.AppendFact(nil, e)
		if ledger.KindOf(b) != ledger.KindFact {
			t.Errorf("%s is of kind %d", name, ledger.KindOf(b))
		}
		if _, err := ledger.DecodeDecision(b); err == nil {
			t.Errorf("%s is read as a decision", name)
		}
	}
	if ledger.KindOf(nil) != ledger.KindDecision {
		t.Error("what is no entry has a kind of its own")
	}
}

// TestAppendFactIsTheLibrary: the hand-written encoder writes what the library does.
func TestAppendFactIsTheLibrary(t *testing.T) {
	det, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		part := func(label string) []byte { return rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, label) }
		e := &ledger.FactEntry{
			Kind: ledger.KindFact, Version: ledger.Version, Epoch: rapid.String().Draw(t, "epoch"), Revision: rapid.Int64().Draw(t, "revision"),
			ChangeRoot: ledger.LeafHash(part("root")), Now: rapid.Int64().Draw(t, "now"), Principal: rapid.Uint32().Draw(t, "principal"),
			KeyID: rapid.String().Draw(t, "key"), RequestID: part("request"), FactsKeyID: rapid.String().Draw(t, "facts key"),
			Sequence: rapid.Int64().Draw(t, "sequence"), PreviousShard: rapid.String().Draw(t, "shard"), PreviousIndex: rapid.Int64().Draw(t, "index"), Fact: part("fact"),
		}
		copy(e.Subject[:], part("subject"))
		want, err := det.Marshal(e)
		if err != nil {
			t.Fatalf("%v", err)
		}
		b := ledger.AppendFact(nil, e)
		if !bytes.Equal(b, want) {
			t.Fatalf("by hand %x, by the library %x", b, want)
		}
		if got, err := factAgain(b); err != nil || !bytes.Equal(got, b) {
			t.Fatalf("%x does not come back: %v", b, err)
		}
	})
}

// TestFlippedFact: every other byte in every place is refused, or is another entry.
func TestFlippedFact(t *testing.T) {
	for name, e := range facts() {
		b := ledger.AppendFact(nil, e)
		for i := range b {
			for x := 1; x < 256; x++ {
				c := bytes.Clone(b)
				c[i] ^= byte(x)
				if got, err := factAgain(c); err == nil && !bytes.Equal(got, c) {
					t.Fatalf("%s, byte %d as %#x: it is read, and written as other bytes", name, i, c[i])
				}
			}
		}
		for n := range len(b) {
			if _, err := factAgain(b[:n]); err == nil {
				t.Errorf("%s: the first %d bytes are an entry", name, n)
			}
		}
	}
}

func FuzzDecodeFact(f *testing.F) {
	for _, e := range facts() {
		f.Add(ledger.AppendFact(nil, e))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if again, err := factAgain(b); err == nil && !bytes.Equal(again, b) {
			t.Errorf("%x is read, and written as %x", b, again)
		}
	})
}
