package decision

import (
	"cmp"
	"slices"
	"strings"

	"waybill/internal/registry"
)

// nearestLimit bounds how many names are compared; past it only those that begin
// alike are.
const nearestLimit = 20_000

// Nearest returns the up to n names of the collection that are nearest to the
// given one (edit distance of the ids, a shared part first), the nearest first.
// It serves messages to people and walks the whole registry.
func (s *Snapshot) Nearest(c registry.Collection, name string, n int) []string {
	type found struct {
		name     string
		distance int
	}
	id := strings.TrimPrefix(name, c.Prefix())
	if len(id) > 64 {
		id = id[:64]
	}
	var all []found
	compared := 0
	for _, p := range s.pages {
		if p == nil {
			continue
		}
		for i := range uint32(pageSize) {
			rec := p.record(i)
			if len(rec) == 0 || registry.Collection(rec[0]) != c {
				continue
			}
			other := string(nameOf(rec))
			oid := strings.TrimPrefix(other, c.Prefix())
			if compared++; compared > nearestLimit && (oid == "" || id == "" || oid[0] != id[0]) {
				continue
			}
			d := distance(id, oid)
			if id != "" && (strings.Contains(oid, id) || strings.Contains(id, oid)) {
				d = min(d, 1)
			}
			if d <= max(len(id), len(oid))*2/3 {
				all = append(all, found{other, d})
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name)) })
	var out []string
	for i := range min(n, len(all)) {
		out = append(out, all[i].name)
	}
	return out
}

// distance is the Levenshtein distance of two short strings.
func distance(a, b string) int {
	if len(b) > 128 {
		b = b[:128]
	}
	var row [129]int
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
