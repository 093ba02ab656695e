package registry

import (
	"slices"
	"sort"
	"strings"
)

// A grant is a list of categories that is expanded when it is written, so that
// a category recorded later is not granted by what was signed before.
type grant struct {
	field   string // its path within the noun: notices[0].categories
	key     string // what it is the list of, to find it in the state before
	stated  []string
	covered *[]string
}

// identity tells a list from others and from the same with other names.
func (g grant) identity() string { return g.key + "\x00" + strings.Join(g.stated, "\x00") }

// keep gives each list that is as it was the expansion that is stored, and
// returns those that are new or changed.
func keep(now, before []grant) []grant {
	stored := map[string][][]string{}
	for _, g := range before {
		stored[g.identity()] = append(stored[g.identity()], *g.covered)
	}
	var open []grant
	for _, g := range now {
		id := g.identity()
		if was := stored[id]; len(was) > 0 {
			*g.covered = slices.Clone(was[0])
			if len(was) > 1 { // the last one serves whatever follows
				stored[id] = was[1:]
			}
			continue
		}
		*g.covered = nil
		if len(g.stated) > 0 {
			open = append(open, g)
		}
	}
	return open
}

// expand fills the list's expansion from all categories, sorted: what it names,
// and for x.* every descendant of x. It reports an inner node named without .*,
// and a wildcard with nothing below it.
func (g grant) expand(c *checks, categories []string) {
	var covered []string
	for i, name := range g.stated {
		base, wild := strings.CutSuffix(name, ".*")
		below := descendants(categories, base)
		switch {
		case wild && len(below) == 0:
			c.add(at(g.field, i), "the category itself: there is none below it")
		case wild:
			covered = append(covered, below...)
		case len(below) > 0:
			c.add(at(g.field, i), "the categories below it, or .* for all that are held now")
		default:
			covered = append(covered, name)
		}
	}
	slices.Sort(covered)
	*g.covered = slices.Compact(covered)
}

// descendants returns the part of the sorted names that lies below one.
func descendants(sorted []string, name string) []string {
	prefix := name + "."
	from := sort.SearchStrings(sorted, prefix)
	to := from
	for to < len(sorted) && strings.HasPrefix(sorted[to], prefix) {
		to++
	}
	return sorted[from:to]
}
