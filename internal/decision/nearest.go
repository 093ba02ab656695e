package decision

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"waybill/internal/registry"
)

// Nearest returns the up to n names of the collection that are nearest to the
// given one by the edit distance of their ids, the nearest first; of equals, one
// that holds the other comes first. It serves messages to people and walks the
// names of the whole registry: some 30 ns a name, and more only for those whose
// letters are nearly the same.
func (s *Snapshot) Nearest(c registry.Collection, name string, n int) []string {
	type found struct {
		name     string
		distance int
		apart    bool // neither holds the other
	}
	id := strings.TrimPrefix(name, c.Prefix())
	if len(id) > maxDistanceText {
		id = id[:maxDistanceText]
	}
	within := max(2, len(id)/3)
	letters := lettersOf(id)
	var all []found
	for _, p := range s.pages {
		if p == nil {
			continue
		}
		for i := range uint32(pageSize) {
			rec := p.record(i)
			if len(rec) == 0 || registry.Collection(rec[0]) != c {
				continue
			}
			other := nameOf(rec)[len(c.Prefix()):]
			holds := len(id) > 2 && len(other) > 2 && (strings.Contains(string(other), id) || strings.Contains(id, string(other)))
			if !holds && (len(other) > len(id)+within || len(id) > len(other)+within || bits.OnesCount64(letters^lettersOf(string(other))) > 2*within) {
				continue
			}
			d := distance(id, string(other))
			if d <= within || holds {
				all = append(all, found{string(nameOf(rec)), d, !holds})
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(min(a.distance, within+1), min(b.distance, within+1)), compareBool(a.apart, b.apart), cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	var out []string
	for i := range min(n, len(all)) {
		out = append(out, all[i].name)
	}
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// lettersOf is the set of a text's bytes, folded to 64.
func lettersOf(s string) (m uint64) {
	for i := range len(s) {
		m |= 1 << (s[i] & 63)
	}
	return m
}

// maxDistanceText is how much of a text is compared.
const maxDistanceText = 128

// distance is the Levenshtein distance of two short strings.
func distance(a, b string) int {
	if len(b) > maxDistanceText {
		b = b[:maxDistanceText]
	}
	var row [maxDistanceText + 1]int
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
