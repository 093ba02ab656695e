package registry

import (
	"context"
	"slices"
)

// cycles refuses nouns that would name themselves through others: deployments by
// the sub-processors they reach (a link without a deployment reaches all of the
// recipient's), agreements by what they amend. Any circle that a write closes
// passes through a noun that it puts.
func (w *write) cycles(ctx context.Context) error {
	var ps problems
	for _, p := range w.puts {
		switch n := p.noun.(type) {
		case *Deployment:
			for i, l := range n.Links {
				back, err := w.reaches(ctx, l, n.Name)
				if err != nil {
					return err
				}
				if back {
					ps.add(p, FieldError{"deployment." + at("links", i), "a sub-processor that does not lead back to this deployment"})
				}
			}
		case *Agreement:
			back, err := w.amendsItself(ctx, n)
			if err != nil {
				return err
			}
			if back {
				ps.add(p, FieldError{"agreement.amends", "an agreement that does not lead back to this one"})
			}
		}
	}
	return w.refuse(Precondition, "CYCLE", "it would name itself through others", ps)
}

// reaches reports whether the link leads to the deployment, through all others.
func (w *write) reaches(ctx context.Context, l SubprocessorLink, target string) (bool, error) {
	seen := map[string]bool{}
	for links := []SubprocessorLink{l}; len(links) > 0; {
		var level []string
		for _, l := range links {
			next := []string{l.Deployment}
			if l.Deployment == "" {
				var err error
				if next, err = w.names(ctx, Deployments, l.Recipient); err != nil {
					return false, err
				}
			}
			for _, d := range next {
				if d == target {
					return true, nil
				}
				if !seen[d] {
					seen[d] = true
					level = append(level, d)
				}
			}
		}
		if err := w.fetch(ctx, level); err != nil {
			return false, err
		}
		links = nil
		for _, d := range level {
			if n, ok := w.look(d).(*Deployment); ok {
				links = append(links, n.Links...)
			}
		}
	}
	return false, nil
}

func (w *write) amendsItself(ctx context.Context, a *Agreement) (bool, error) {
	for seen, name := map[string]bool{}, a.Amends; name != "" && !seen[name]; {
		if name == a.Name {
			return true, nil
		}
		seen[name] = true
		if err := w.fetch(ctx, []string{name}); err != nil {
			return false, err
		}
		n, ok := w.look(name).(*Agreement)
		if !ok {
			return false, nil
		}
		name = n.Amends
	}
	return false, nil
}

// order sorts the puts so that what is named comes first: by collection, then by
// name, and within a collection what a noun names before it.
func (w *write) order(context.Context) error {
	slices.SortFunc(w.puts, func(a, b *put) int { return compareNames(a.name(), b.name()) })
	sorted, placed := make([]*put, 0, len(w.puts)), map[string]bool{}
	changing := map[string]*put{}
	for _, p := range w.puts {
		changing[p.name()] = p
	}
	// Circles were refused, so the depth is that of the longest chain of names.
	var place func(p *put)
	place = func(p *put) {
		if placed[p.name()] {
			return
		}
		placed[p.name()] = true
		for _, r := range p.refs {
			if q := changing[r.Name]; q != nil && r.Collection == p.noun.Collection() {
				place(q)
			}
		}
		sorted = append(sorted, p)
	}
	for _, p := range w.puts {
		place(p)
	}
	w.puts = sorted
	return nil
}

// deletions returns the names to delete: what names others before what it names.
func (w *write) deletions() []string {
	names := make([]string, 0, len(w.deletes))
	for d := range w.deletes {
		names = append(names, d)
	}
	slices.SortFunc(names, compareNames)
	sorted, placed := make([]string, 0, len(names)), map[string]bool{}
	var place func(name string)
	place = func(name string) {
		rec, gone := w.deletes[name]
		if !gone || placed[name] {
			return
		}
		placed[name] = true
		if rec.Noun != nil {
			for _, r := range References(rec.Noun) {
				if r.Collection == rec.Noun.Collection() {
					place(r.Name)
				}
			}
		}
		sorted = append(sorted, name)
	}
	for _, n := range names {
		place(n)
	}
	slices.Reverse(sorted)
	return sorted
}

// compareNames orders names as a fold does: by Collections, then byte-wise.
func compareNames(a, b string) int {
	ca, _ := CollectionOf(a)
	cb, _ := CollectionOf(b)
	if ca != cb {
		return slices.Index(Collections, ca) - slices.Index(Collections, cb)
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
