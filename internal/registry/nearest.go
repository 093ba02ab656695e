package registry

import (
	"slices"
	"strings"
)

// Nearest returns up to n of the names that are nearest to the given one by edit
// distance, the nearest first, equals in the order of names. A prefix that all of
// them share costs nothing.
func Nearest(name string, names []string, n int) []string {
	type candidate struct {
		name     string
		distance int
	}
	var best []candidate
	var row []int
	for _, v := range names {
		var d int
		d, row = distance(name, v, row)
		if len(best) == n && (n == 0 || d > best[n-1].distance || d == best[n-1].distance && v > best[n-1].name) {
			continue
		}
		i, _ := slices.BinarySearchFunc(best, candidate{v, d}, func(a, b candidate) int {
			if a.distance != b.distance {
				return a.distance - b.distance
			}
			return strings.Compare(a.name, b.name)
		})
		best = slices.Insert(best, i, candidate{v, d})
		best = best[:min(len(best), n)]
	}
	out := make([]string, len(best))
	for i, c := range best {
		out[i] = c.name
	}
	return out
}

// distance is Levenshtein's, byte-wise, after the common beginning and end. Row
// is scratch, returned to be used again.
func distance(a, b string, row []int) (int, []int) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	row = row[:0]
	for j := range len(b) + 1 {
		row = append(row, j)
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
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)], row
}
