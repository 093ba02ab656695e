package decision

import (
	"math/bits"
	"strings"

	"waybill/internal/registry"
)

// Nearest returns the up to n names of the collection that are nearest to the
// given one by edit distance, the nearest first; none that is far. It serves
// messages to people and walks the names of the whole registry: some 20 ns a
// name, and more only for those whose letters are nearly the same.
func (s *Snapshot) Nearest(c registry.Collection, name string, n int) []string {
	id := strings.TrimPrefix(name, c.Prefix())
	within := max(2, len(id)/3)
	letters := lettersOf(id)
	var near []string
	for _, p := range s.pages {
		if p == nil {
			continue
		}
		for i := range uint32(pageSize) {
			rec := p.record(i)
			if len(rec) == 0 || registry.Collection(rec[0]) != c {
				continue
			}
			other := string(nameOf(rec)[len(c.Prefix()):])
			if len(id) > 2 && (strings.Contains(other, id) || len(other) > 1 && strings.Contains(id, other)) ||
				len(other) <= len(id)+within && len(id) <= len(other)+within && bits.OnesCount64(letters^lettersOf(other)) <= within {
				near = append(near, string(nameOf(rec)))
			}
		}
	}
	return registry.Nearest(c.Prefix()+id, near, n)
}

// lettersOf is the set of a text's bytes, folded to 64.
func lettersOf(s string) (m uint64) {
	for i := range len(s) {
		m |= 1 << (s[i] & 63)
	}
	return m
}
