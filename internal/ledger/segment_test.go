package ledger_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"waybill/internal/ledger"
)

// join puts entries one after another, with their ends.
func join(entries [][]byte) (all []byte, ends []uint32) {
	for _, e := range entries {
		all = append(all, e...)
		ends = append(ends, uint32(len(all)))
	}
	return all, ends
}

func entriesOf(n int) [][]byte {
	var out [][]byte
	for i := range n {
		e := decisions()["decision"]
		e.Now += int64(i)
		out = append(out, ledger.AppendDecision(nil, e))
	}
	return out
}

func TestEntries(t *testing.T) {
	for name, entries := range map[string][][]byte{
		"one": entriesOf(1), "many": entriesOf(5000), "empty ones": {{}, {1}, {}}, "a large one": {bytes.Repeat([]byte("x"), 1<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			all, ends := join(entries)
			data := ledger.EncodeEntries([]byte("before"), all, ends)
			if string(data[:6]) != "before" {
				t.Fatal("it does not append")
			}
			got, err := ledger.DecodeEntries(data[6:], len(entries))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(got, entries, bytes.Equal) {
				t.Error("the entries differ")
			}
			for _, n := range []int{len(entries) - 1, len(entries) + 1, -1, 0, ledger.MaxSegmentEntries + 1} {
				if _, err := ledger.DecodeEntries(data[6:], n); err == nil {
					t.Errorf("it gives %d entries of %d", n, len(entries))
				}
			}
			if got := ledger.EncodeEntries(nil, all, ends); !bytes.Equal(got, data[6:]) {
				t.Error("the same entries have two forms")
			}
		})
	}
}

func compressed(t testing.TB, raw []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(raw, nil)
}

// TestEntriesAreBounded: a few bytes that would fill the memory are refused, and
// so is whatever does not end where it says.
func TestEntriesAreBounded(t *testing.T) {
	bomb := compressed(t, make([]byte, ledger.MaxSegmentBytes+1))
	if len(bomb) > 1<<16 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	for name, data := range map[string][]byte{
		"a bomb":                compressed(t, make([]byte, ledger.MaxSegmentBytes+1)),
		"two frames":            append(compressed(t, make([]byte, ledger.MaxSegmentBytes-1)), compressed(t, make([]byte, 100))...),
		"nothing":               {},
		"no frame":              []byte("entries"),
		"a length too large":    compressed(t, binary.AppendUvarint(nil, 1<<60)),
		"an endless length":     compressed(t, bytes.Repeat([]byte{0x80}, 20)),
		"a length of two forms": compressed(t, []byte{0x81, 0x00, 'x'}),
		"an entry cut off":      compressed(t, []byte{3, 'x', 'y'}),
		"more than it says":     compressed(t, []byte{1, 'x', 'y'}),
		"fewer than it says":    compressed(t, nil),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := ledger.DecodeEntries(data, 1); err == nil {
				t.Errorf("it is taken as %d bytes", len(got[0]))
			}
		})
	}
	all, ends := join(entriesOf(20))
	data := ledger.EncodeEntries(nil, all, ends)
	for i := range data {
		c := bytes.Clone(data)
		c[i] ^= 0x55
		got, err := ledger.DecodeEntries(c, 20)
		if err == nil && bytes.Equal(bytes.Join(got, nil), all) {
			continue // a part of the frame that says nothing of the entries
		}
		if err == nil {
			t.Errorf("byte %d of the frame is another, and other entries are read", i)
		}
	}
}

func TestEntriesAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			entries := entriesOf(10 + i)
			all, ends := join(entries)
			for range 50 {
				got, err := ledger.DecodeEntries(ledger.EncodeEntries(nil, all, ends), len(entries))
				if err != nil || !slices.EqualFunc(got, entries, bytes.Equal) {
					t.Errorf("the entries differ: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestFilter(t *testing.T) {
	const n = 2000
	tag := func(i int) []byte { h := ledger.LeafHash(fmt.Append(nil, i)); return h[:16] }
	f := ledger.NewFilter(n)
	for i := range n {
		f.Add(tag(i))
	}
	for i := range n {
		if !f.May(tag(i)) {
			t.Fatalf("tag %d is denied", i)
		}
	}
	wrong := 0
	for i := n; i < 11*n; i++ {
		if f.May(tag(i)) {
			wrong++
		}
	}
	if wrong > 10*n*3/100 {
		t.Errorf("%d of %d other tags may be in it", wrong, 10*n)
	}
	if ledger.NewFilter(0).May(tag(1)) || ledger.Filter(nil).May(tag(1)) {
		t.Error("an empty filter may hold a tag")
	}
}

func FuzzDecodeEntries(f *testing.F) {
	all, ends := join(entriesOf(3))
	f.Add(ledger.EncodeEntries(nil, all, ends), 3)
	f.Add([]byte{}, 1)
	f.Fuzz(func(t *testing.T, data []byte, count int) {
		entries, err := ledger.DecodeEntries(data, count)
		if err != nil {
			return
		}
		all, ends := join(entries)
		again, err := ledger.DecodeEntries(ledger.EncodeEntries(nil, all, ends), len(entries))
		if err != nil || !slices.EqualFunc(again, entries, bytes.Equal) {
			t.Errorf("the entries do not come back: %v", err)
		}
	})
}

func BenchmarkEncodeEntries(b *testing.B) {
	for _, n := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("entries=%d", n), func(b *testing.B) {
			all, ends := join(entriesOf(n))
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf = ledger.EncodeEntries(buf[:0], all, ends)
			}
		})
	}
}
