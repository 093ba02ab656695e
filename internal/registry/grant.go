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
	stated  *[]string
	covered *[]string
}

// identity tells a list from others and from the same with other names.
func (g grant) identity() string { return g.key + "\x00" + strings.Join(*g.stated, "\x00") }

// keep gives each list that is as it was the expansion that is stored. It returns
// the lists that are new or changed, and the stored ones that none was like.
func keep(now, before []grant) (open, left []grant) {
	stored := map[string][]grant{}
	for _, g := range before {
		stored[g.identity()] = append(stored[g.identity()], g)
	}
	same := map[string]bool{}
	for _, g := range now {
		id := g.identity()
		if was := stored[id]; len(was) > 0 {
			same[id] = true
			*g.covered = slices.Clone(*was[0].covered)
			if len(was) > 1 { // the last one serves whatever follows
				stored[id] = was[1:]
			}
			continue
		}
		*g.covered = nil
		if len(*g.stated) > 0 {
			open = append(open, g)
		}
	}
	for _, g := range before {
		if !same[g.identity()] {
			left = append(left, g)
		}
	}
	return open, left
}

// restore gives a list that names all that a stored one with a wildcard covers, as
// an export does, the stored wildcard and expansion again. It returns the stored
// lists that are left, and whether it was one of them.
func (g grant) restore(left []grant, categories []string) ([]grant, bool) {
	for i, was := range left {
		if was.key != g.key || !was.wild() || g.wild() || !within(*g.stated, *was.covered) || !within(was.names(categories), *g.stated) {
			continue
		}
		*g.stated, *g.covered = slices.Clone(*was.stated), slices.Clone(*was.covered)
		return slices.Delete(left, i, i+1), true
	}
	return left, false
}

func within(a, b []string) bool {
	set := make(map[string]bool, len(b))
	for _, n := range b {
		set[n] = true
	}
	return !slices.ContainsFunc(a, func(n string) bool { return !set[n] })
}

// wild reports whether the list states a wildcard.
func (g grant) wild() bool {
	return slices.ContainsFunc(*g.stated, func(n string) bool { return strings.HasSuffix(n, ".*") })
}

// names returns what the stored list grants without wildcards: its expansion but
// for what only a wildcard brought and is no leaf now, which no question asks for.
// Where nothing would be left it is all of the expansion.
func (g grant) names(categories []string) []string {
	names := slices.DeleteFunc(slices.Clone(*g.covered), func(n string) bool {
		return len(descendants(categories, n)) > 0 && !slices.Contains(*g.stated, n)
	})
	if len(names) == 0 {
		return slices.Clone(*g.covered)
	}
	return names
}

// Portable returns a recorded noun as an empty registry can take it over with the
// same grants: where a wildcard would reach categories recorded after it, the list
// names what it grants instead. Categories are the names of all of the registry,
// sorted. The noun given is not changed, and returned if it says all already.
func Portable(n Noun, categories []string) (Noun, error) {
	outgrown := func(g grant) bool {
		c := &checks{}
		return g.wild() && (!slices.Equal(g.expansion(c, categories), *g.covered) || len(c.errs) > 0)
	}
	r, ok := n.(ruled)
	if !ok || !slices.ContainsFunc(r.grants(), outgrown) {
		return n, nil
	}
	body, err := Encode(n)
	if err != nil {
		return nil, err
	}
	again, err := Decode(n.Collection(), body)
	if err != nil {
		return nil, err
	}
	for _, g := range again.(ruled).grants() {
		if outgrown(g) {
			*g.stated = g.names(categories)
		}
	}
	return again, nil
}

// expansion returns the list's expansion over all categories, sorted: what it
// names, and for x.* every descendant of x. It reports an inner node named without
// .*, and a wildcard with nothing below it.
func (g grant) expansion(c *checks, categories []string) []string {
	var covered []string
	for i, name := range *g.stated {
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
	return slices.Compact(covered)
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
