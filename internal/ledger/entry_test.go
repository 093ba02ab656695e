package ledger_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"

	"waybill/internal/ledger"
)

var update = flag.Bool("update", false, "write the golden files")

// sample is one entry of each shape, by the name of its golden file.
func changes() map[string]*ledger.ChangeEntry {
	return map[string]*ledger.ChangeEntry{
		"change-put": {
			Version: 1, Revision: 412, Index: 1033, Operation: 1, Collection: 4, Number: 77, Name: "agreements/sf-2025",
			Author: "principals/legal", Reason: "signed by both, 顺丰", Time: 1_795_424_400_000_000, Body: []byte{0xa1, 0x01, 0x61, 'x'},
		},
		"change-delete": {Version: 1, Revision: 1, Operation: 2, Collection: 2, Number: 1, Name: "recipients/sf", Author: "operator", Time: 1},
	}
}

func decisions() map[string]*ledger.DecisionEntry {
	root := ledger.LeafHash([]byte("root"))
	return map[string]*ledger.DecisionEntry{
		"decision": {
			Version: 1, Edition: 1, Epoch: "7f3a-00000001", Revision: 412, ChangeRoot: root, Now: 1_795_424_400_123_456, Principal: 9, Mode: 1, KeyID: "2026-11",
			RequestID: bytes.Repeat([]byte{7}, 16), Question: []byte{0xa1, 0x02, 0x18, 0x2a}, Answer: []byte{0xa1, 0x01, 0x01},
		},
		"decision-large": {
			Version: 1, Edition: 300, Epoch: strings.Repeat("e", 30), Revision: 1 << 40, ChangeRoot: root, Now: 1 << 55, Principal: 1 << 31, Mode: 2, KeyID: "k",
			Question: bytes.Repeat([]byte{1}, 70_000), Answer: bytes.Repeat([]byte{2}, 300),
		},
		"decision-bare": {Version: 1, ChangeRoot: root},
	}
}

func encodeChange(t testing.TB, e *ledger.ChangeEntry) []byte {
	t.Helper()
	b, err := ledger.EncodeChange(e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden holds bytes to a file of hex, which only a new version may change.
func golden(t *testing.T, name string, b []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".cbor.hex")
	var lines strings.Builder
	for h := hex.EncodeToString(b); h != ""; {
		n := min(64, len(h))
		lines.WriteString(h[:n] + "\n")
		h = h[n:]
	}
	if *update {
		if err := os.WriteFile(path, []byte(lines.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != lines.String() {
		t.Errorf("the bytes of %s changed: they are for ever; -update writes them for a new version only", name)
	}
}

func TestGolden(t *testing.T) {
	for name, e := range changes() {
		golden(t, name, encodeChange(t, e))
	}
	for name, e := range decisions() {
		if name != "decision-large" { // its bytes are held to the library
			golden(t, name, ledger.AppendDecision(nil, e))
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for name, e := range changes() {
		got, err := ledger.DecodeChange(encodeChange(t, e))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(got.Body) == 0 {
			got.Body = e.Body
		}
		if !reflect.DeepEqual(got, e) {
			t.Errorf("%s: got %+v, want %+v", name, got, e)
		}
	}
	for name, e := range decisions() {
		b := ledger.AppendDecision(nil, e)
		got, err := ledger.DecodeDecision(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(ledger.AppendDecision(nil, got), b) || got.Now != e.Now || got.KeyID != e.KeyID || !bytes.Equal(got.Question, e.Question) {
			t.Errorf("%s: got %+v, want %+v", name, got, e)
		}
	}
}

// TestAppendDecisionIsTheLibrary: the hand-written encoder writes what the library
// does, for any entry.
func TestAppendDecisionIsTheLibrary(t *testing.T) {
	det, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	same := func(t interface{ Fatalf(string, ...any) }, e *ledger.DecisionEntry) {
		c := *e
		for _, part := range []*[]byte{&c.RequestID, &c.Question, &c.Facts, &c.Counters, &c.Answer} {
			if *part == nil {
				*part = []byte{} // a null is not a byte string
			}
		}
		want, err := det.Marshal(&c)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if got := ledger.AppendDecision([]byte("before"), e); !bytes.Equal(got, append([]byte("before"), want...)) {
			t.Fatalf("by hand %x, by the library %x", got[6:], want)
		}
	}
	for _, e := range decisions() {
		same(t, e)
	}
	rapid.Check(t, func(t *rapid.T) {
		part := func(label string) []byte { return rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, label) }
		e := &ledger.DecisionEntry{
			Version: rapid.Uint8().Draw(t, "version"), Edition: rapid.Uint16().Draw(t, "edition"), Epoch: rapid.String().Draw(t, "epoch"),
			Revision: rapid.Int64().Draw(t, "revision"), ChangeRoot: ledger.LeafHash(part("root")), Now: rapid.Int64().Draw(t, "now"),
			Principal: rapid.Uint32().Draw(t, "principal"), Mode: rapid.Uint8().Draw(t, "mode"), KeyID: rapid.String().Draw(t, "key"),
			RequestID: part("request"), Question: part("question"), Facts: part("facts"), Counters: part("counters"), Answer: part("answer"),
		}
		same(t, e)
		e.Version = ledger.Version
		b := ledger.AppendDecision(nil, e)
		if got, err := ledger.DecodeDecision(b); err != nil || !bytes.Equal(ledger.AppendDecision(nil, got), b) {
			t.Fatalf("%x does not come back: %v", b, err)
		}
	})
}

func TestAppendDecisionAllocatesNothing(t *testing.T) {
	e := decisions()["decision"]
	buf := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { buf = ledger.AppendDecision(buf[:0], e) }); n != 0 {
		t.Errorf("it allocates %v times", n)
	}
}

// TestFlippedBytes: every other byte in every place is refused, or is another entry.
func TestFlippedBytes(t *testing.T) {
	check := func(t *testing.T, b []byte, again func([]byte) ([]byte, error)) {
		t.Helper()
		refused := 0
		for i := range b {
			for x := 1; x < 256; x++ {
				c := bytes.Clone(b)
				c[i] ^= byte(x)
				got, err := again(c)
				switch {
				case err != nil:
					refused++
				case !bytes.Equal(got, c):
					t.Fatalf("byte %d as %#x: it is read, and written as other bytes", i, c[i])
				case ledger.LeafHash(got) == ledger.LeafHash(b):
					t.Fatalf("byte %d as %#x: the leaf is the same", i, c[i])
				}
			}
		}
		if refused == 0 {
			t.Error("nothing was refused")
		}
		for n := range len(b) {
			if _, err := again(b[:n]); err == nil {
				t.Errorf("the first %d bytes are an entry", n)
			}
		}
		if _, err := again(append(bytes.Clone(b), 0)); err == nil {
			t.Error("a byte after the entry is taken")
		}
	}
	for name, e := range changes() {
		t.Run(name, func(t *testing.T) { check(t, encodeChange(t, e), changeAgain) })
	}
	for name, e := range decisions() {
		if name != "decision-large" {
			t.Run(name, func(t *testing.T) { check(t, ledger.AppendDecision(nil, e), decisionAgain) })
		}
	}
}

func changeAgain(b []byte) ([]byte, error) {
	e, err := ledger.DecodeChange(b)
	if err != nil {
		return nil, err
	}
	return ledger.EncodeChange(e)
}

func decisionAgain(b []byte) ([]byte, error) {
	e, err := ledger.DecodeDecision(b)
	if err != nil {
		return nil, err
	}
	return ledger.AppendDecision(nil, e), nil
}

// TestRefused: what CBOR lets one write in two ways has one way here.
func TestRefused(t *testing.T) {
	good := encodeChange(t, changes()["change-delete"])
	type fields map[uint64]any
	whole := func(f fields) fields {
		all := fields{1: 1, 2: 1, 3: 0, 4: 2, 5: 2, 6: 1, 7: "recipients/sf", 8: "operator", 9: "", 10: 1, 11: []byte{}}
		for k, v := range f {
			all[k] = v
		}
		return all
	}
	det, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := det.Marshal(whole(nil)); err != nil || !bytes.Equal(b, good) {
		t.Fatalf("the test's own entry is %x, want %x: %v", b, good, err)
	}
	for name, f := range map[string]fields{
		"another version": {1: 2}, "an unknown key": {12: 1}, "a float": {2: 1.5}, "a null body": {11: nil}, "a text body": {11: "x"},
		"a tagged time": {10: cbor.Tag{Number: 1, Content: 1}}, "a number too large": {6: uint64(1) << 40}, "a text that is a number": {7: 7},
	} {
		b, err := det.Marshal(whole(f))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.DecodeChange(b); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	for name, b := range map[string][]byte{
		"nothing": {}, "an empty map": {0xa0}, "an array": {0x80}, "null": {0xf6},
		"a length in a longer form":   append([]byte{0xb8, 0x0b}, good[1:]...),
		"an indefinite map":           append(append([]byte{0xbf}, good[1:]...), 0xff),
		"an integer in a longer form": append([]byte{good[0], 0x18, 0x01}, good[2:]...),
		"a key twice":                 append(append([]byte{0xac}, good[1:3]...), good[1:]...),
		"a text that is not UTF-8":    bytes.Replace(good, []byte("operator"), []byte("operat\xff\xff"), 1),
	} {
		if _, err := ledger.DecodeChange(b); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func FuzzDecodeChange(f *testing.F) {
	for _, e := range changes() {
		f.Add(encodeChange(f, e))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if again, err := changeAgain(b); err == nil && !bytes.Equal(again, b) {
			t.Errorf("%x is read, and written as %x", b, again)
		}
	})
}

func FuzzDecodeDecision(f *testing.F) {
	for name, e := range decisions() {
		if name != "decision-large" {
			f.Add(ledger.AppendDecision(nil, e))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if again, err := decisionAgain(b); err == nil && !bytes.Equal(again, b) {
			t.Errorf("%x is read, and written as %x", b, again)
		}
	})
}

func BenchmarkAppendDecision(b *testing.B) {
	e, buf := decisions()["decision"], make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = ledger.AppendDecision(buf[:0], e)
	}
}
