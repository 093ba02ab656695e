package decision

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"waybill/internal/registry"
)

// The records of a snapshot are bytes without pointers, so that the collector
// has nothing to walk: 256 records a page, found by permanent number. A delta
// copies the pages it touches. A record is
//
//	collection u8, kind u8, name length u16, body length u32, fields, name, ...
//
// little-endian; what follows the body is its relations: lists of the numbers of
// records that name this one. Names are found through a sharded index of hashes.

const (
	pageBits   = 8
	pageSize   = 1 << pageBits
	headerSize = 8
)

type page struct {
	ends [pageSize]uint32 // where each record ends in data
	data []byte
}

func (p *page) record(i uint32) []byte {
	var start uint32
	if i > 0 {
		start = p.ends[i-1]
	}
	return p.data[start:p.ends[i]]
}

// with returns a copy of p (nil is empty) in which the records of set stand.
func (p *page) with(set map[uint32][]byte) *page {
	if p == nil {
		p = &page{}
	}
	n := 0
	for i := range uint32(pageSize) {
		if b, ok := set[i]; ok {
			n += len(b)
		} else {
			n += len(p.record(i))
		}
	}
	c := &page{data: make([]byte, 0, n)}
	for i := range uint32(pageSize) {
		if b, ok := set[i]; ok {
			c.data = append(c.data, b...)
		} else {
			c.data = append(c.data, p.record(i)...)
		}
		c.ends[i] = uint32(len(c.data))
	}
	return c
}

func u16(b []byte, i int) int    { return int(binary.LittleEndian.Uint16(b[i:])) }
func u32(b []byte, i int) uint32 { return binary.LittleEndian.Uint32(b[i:]) }
func instantAt(b []byte, i int) registry.Time {
	return registry.Time(binary.LittleEndian.Uint64(b[i:]))
}

func nameOf(rec []byte) []byte {
	if len(rec) < headerSize {
		return nil
	}
	return rec[headerSize : headerSize+u16(rec, 2)]
}

func body(rec []byte) []byte      { return rec[:u32(rec, 4)] }
func relations(rec []byte) []byte { return rec[u32(rec, 4):] }

// list is a counted list of numbers, ascending: count u16, then u32 each.
type list []byte

func (l list) len() int        { return len(l) >> 2 }
func (l list) at(i int) uint32 { return binary.LittleEndian.Uint32(l[i<<2:]) }

// has reports whether n is in the list.
func (l list) has(n uint32) bool {
	if len(l) <= 16*4 {
		for i := 0; i+4 <= len(l); i += 4 {
			if binary.LittleEndian.Uint32(l[i:]) == n {
				return true
			}
		}
		return false
	}
	lo, hi := 0, l.len()
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if v := l.at(m); v == n {
			return true
		} else if v < n {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return false
}

// cut reads the list at b[i:] and returns it and where it ends.
func cut(b []byte, i int) (list, int) {
	end := i + 2 + u16(b, i)*4
	return list(b[i+2 : end]), end
}

// ordinals is a set of categories or purposes by their places in the tables, a
// bit each: length u16 in bytes, then the bytes. Places are never reused within a
// line of deltas, so a set stays right when the tables grow.
type ordinals []byte

func (o ordinals) has(i uint32) bool {
	k := i >> 3
	return k < uint32(len(o)) && o[k]&(1<<(i&7)) != 0
}

// hasAll reports whether every place is in the set.
func (o ordinals) hasAll(is []uint32) bool {
	for _, i := range is {
		if !o.has(i) {
			return false
		}
	}
	return true
}

// hasSome reports whether some place is in the set.
func (o ordinals) hasSome(is []uint32) bool {
	for _, i := range is {
		if o.has(i) {
			return true
		}
	}
	return false
}

// empty reports whether no place is in the set.
func (o ordinals) empty() bool {
	for _, b := range o {
		if b != 0 {
			return false
		}
	}
	return true
}

// within reports whether every place of the set is in another.
func (o ordinals) within(p ordinals) bool {
	for i, b := range o {
		if i >= len(p) && b != 0 || i < len(p) && b&^p[i] != 0 {
			return false
		}
	}
	return true
}

func newOrdinals(is []uint32) ordinals {
	var o ordinals
	for _, i := range is {
		for uint32(len(o)) <= i>>3 {
			o = append(o, 0)
		}
		o[i>>3] |= 1 << (i & 7)
	}
	return o
}

// cutOrdinals reads the set at b[i:] and returns it and where it ends.
func cutOrdinals(b []byte, i int) (ordinals, int) {
	end := i + 2 + u16(b, i)
	return ordinals(b[i+2 : end]), end
}

func appendOrdinals(b []byte, is []uint32) []byte {
	o := newOrdinals(is)
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(o))), o...)
}

func appendList(b []byte, ns []uint32) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(len(ns)))
	for _, n := range ns {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

func appendTime(b []byte, t registry.Time) []byte {
	return binary.LittleEndian.AppendUint64(b, uint64(t))
}

// The index: shards of open-addressed slots, each a half of the name's hash and
// the number. A slot is found by the hash's place in the shard, then in order.

type slot struct{ hash, number uint32 }

type shard struct {
	slots []slot
	used  int
}

var hashSeed = maphash.MakeSeed()

func hashName(name string) uint64 { return maphash.String(hashSeed, name) }

func (h *shard) place(hash uint32) int {
	return int(uint64(hash) * uint64(len(h.slots)) >> 32)
}

func (h *shard) add(s slot) {
	i := h.place(s.hash)
	for h.slots[i].number != 0 {
		if i++; i == len(h.slots) {
			i = 0
		}
	}
	h.slots[i] = s
	h.used++
}

// rebuilt returns a shard with the slots of h but those dropped, and those added.
func (h *shard) rebuilt(drop map[uint32]bool, add []slot) *shard {
	n := h.used + len(add)
	c := &shard{slots: make([]slot, n+n/4+1)}
	for _, s := range h.slots {
		if s.number != 0 && !drop[s.number] {
			c.add(s)
		}
	}
	for _, s := range add {
		c.add(s)
	}
	return c
}

func instant(rfc3339 string) registry.Time {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		panic(err)
	}
	return registry.At(t)
}
