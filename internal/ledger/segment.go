package ledger

import (
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Segment is what one group commit adds to a shard: entries, compressed, with a
// small index for readers. Leaf hashes are derived from the entries again, never
// stored.
type Segment struct {
	Shard          string
	First          int64 // index of its first leaf
	Count          int
	Data           []byte   // EncodeEntries
	MinNow, MaxNow int64    // microseconds
	Recipients     []uint32 // numbers, ascending, each once
	Allowed        int
	Denied         int
	Tags           []byte // a Filter of the subjects' tags
}

// ShardHead is the state of a shard; it only grows.
type ShardHead struct {
	Shard   string
	Replica string
	Tree    Tree
	Root    Hash
	LastNow int64 // the largest now of an entry, microseconds
	Sealed  bool
}

// SegmentQuery selects segments in the order (shard, first). Zero fields select all.
type SegmentQuery struct {
	Shard      string
	From       int64 // segments that hold this index or a later one
	AfterShard string
	AfterFirst int64 // segments after (AfterShard, AfterFirst), when AfterShard is given
	MinNow     int64 // entries at or after
	MaxNow     int64 // entries before
	Recipient  uint32
	Outcome    uint8 // 1 allowed, 2 denied
	Limit      int
}

// Limits of a segment, against what was tampered with.
const (
	MaxSegmentEntries = 1 << 16
	MaxSegmentBytes   = 64 << 20
)

var (
	compressor = func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		if err != nil {
			panic(err)
		}
		return e
	}()
	decompressor = func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(MaxSegmentBytes), zstd.WithDecoderConcurrency(0))
		if err != nil {
			panic(err)
		}
		return d
	}()
)

// raws hold what is about to be compressed.
var raws = sync.Pool{New: func() any { return new([]byte) }}

// EncodeEntries appends the compressed form of the entries to dst: one zstd frame
// (RFC 8878) of each entry's length as a uvarint and its bytes. entries holds them
// one after another; ends[i] is where entry i ends.
func EncodeEntries(dst []byte, entries []byte, ends []uint32) []byte {
	p := raws.Get().(*[]byte)
	raw, start := (*p)[:0], uint32(0)
	for _, end := range ends {
		raw = binary.AppendUvarint(raw, uint64(end-start))
		raw = append(raw, entries[start:end]...)
		start = end
	}
	dst = compressor.EncodeAll(raw, dst)
	*p = raw
	raws.Put(p)
	return dst
}

// DecodeEntries returns the count entries of a segment's data; they share memory.
// What would not be bounded by the limits of a segment is refused.
func DecodeEntries(data []byte, count int) ([][]byte, error) {
	if count < 1 || count > MaxSegmentEntries {
		return nil, fmt.Errorf("a segment of %d entries, want 1 to %d", count, MaxSegmentEntries)
	}
	raw, err := decompressor.DecodeAll(data, nil)
	if err != nil {
		return nil, fmt.Errorf("decompress a segment: %w", err)
	}
	out := make([][]byte, 0, count)
	for len(raw) > 0 {
		n, k := binary.Uvarint(raw)
		// A length has one form: its last byte is not an empty one.
		if k <= 0 || k > 1 && raw[k-1] == 0 || n > uint64(len(raw)-k) || len(out) == count {
			return nil, fmt.Errorf("a segment is cut off after %d entries", len(out))
		}
		out = append(out, raw[k:k+int(n):k+int(n)])
		raw = raw[k+int(n):]
	}
	if len(out) != count {
		return nil, fmt.Errorf("a segment holds %d entries, want %d", len(out), count)
	}
	return out, nil
}

// Filter is a Bloom filter of 16-byte tags: ten bits and seven probes a tag, one
// false positive in about a hundred.
type Filter []byte

// NewFilter returns a filter for n tags.
func NewFilter(n int) Filter { return make(Filter, (10*n+7)/8) }

// Add adds a tag.
func (f Filter) Add(tag []byte) {
	f.probe(tag, func(i uint64) bool { f[i>>3] |= 1 << (i & 7); return true })
}

// May reports whether the tag may have been added.
func (f Filter) May(tag []byte) bool {
	if len(f) == 0 {
		return false
	}
	return f.probe(tag, func(i uint64) bool { return f[i>>3]&(1<<(i&7)) != 0 })
}

func (f Filter) probe(tag []byte, at func(uint64) bool) bool {
	a, b := binary.LittleEndian.Uint64(tag), binary.LittleEndian.Uint64(tag[8:])
	bits := uint64(len(f)) * 8
	for i := range uint64(7) {
		if !at((a + i*b) % bits) {
			return false
		}
	}
	return true
}
