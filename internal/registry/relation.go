package registry

import (
	"context"
	"slices"
)

// related is a noun that asks something of the nouns it names, beyond that they exist.
type related interface {
	ruled
	relate(c *checks, look func(name string) Noun)
}

// dangling refuses names that will not exist.
func (w *write) dangling(ctx context.Context) error {
	var ps problems
	for _, p := range w.all {
		for _, r := range p.refs {
			if r.Covered || w.look(r.Name) != nil {
				continue
			}
			hint, err := w.hint(ctx, r.Collection, r.Name)
			if err != nil {
				return err
			}
			ps.add(p, FieldError{r.Field, "a " + r.Collection.String() + " of the registry" + hint})
		}
	}
	return w.refuse(Precondition, "DANGLING_NAME", "it names what is not in the registry", ps)
}

// recheckLimit is how many records that rest on a changed one are looked at.
const recheckLimit = 10_000

// relate checks what nouns ask of those they name: of the nouns put, and of the
// stored ones that rest on a noun whose change may break them.
func (w *write) relate(ctx context.Context) error {
	var ps problems
	for _, p := range w.all { // what is named may change where the noun does not
		if n, ok := p.noun.(related); ok {
			c := &checks{root: n.Collection().String() + "."}
			n.relate(c, w.look)
			ps.add(p, c.errs...)
		}
	}
	if err := w.refuse(Invalid, "FIELD_INVALID", "refused", ps); err != nil {
		return err
	}
	for _, p := range w.puts {
		if p.exists() && rested(p.noun.Collection(), p.changed) {
			if err := w.relateReferrers(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// rested reports whether one of the fields is read by another noun's relate.
func rested(c Collection, changed []string) bool {
	var read []string
	switch c {
	case Agreements:
		read = []string{"type", "exporters", "recipients"}
	case Purposes:
		read = []string{"service"}
	}
	return slices.ContainsFunc(changed, func(f string) bool { return slices.Contains(read, f) })
}

func (w *write) relateReferrers(ctx context.Context, p *put) error {
	names, err := w.view.referrers(ctx, p.name(), recheckLimit)
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		c, _ := CollectionOf(n)
		_, gone := w.deletes[n]
		return gone || w.byName[n] != nil || c != Transfers && c != Deployments
	})
	if err := w.fetch(ctx, names); err != nil {
		return err
	}
	var named []string
	for _, n := range names {
		for _, r := range References(w.known[n].Noun) {
			if r.Collection == Agreements || r.Collection == Purposes {
				named = append(named, r.Name)
			}
		}
	}
	slices.Sort(named)
	if err := w.fetch(ctx, slices.Compact(named)); err != nil {
		return err
	}
	var broken []string
	for _, name := range names {
		n, ok := w.known[name].Noun.(related)
		if !ok {
			continue
		}
		c := &checks{}
		if n.relate(c, w.look); len(c.errs) > 0 {
			broken = append(broken, name)
		}
	}
	if len(broken) > 0 {
		return &Error{Kind: Precondition, Reason: "IN_USE", Message: p.name() + " cannot change so: " + someOf(broken) + " rests on it as it stands"}
	}
	return nil
}

// inUse refuses to delete what is still named outside the write.
func (w *write) inUse(ctx context.Context) error {
	if len(w.deletes) == 0 {
		return nil
	}
	named := map[string][]string{} // by nouns of the write, in the state after
	for name, p := range w.byName {
		for _, r := range p.refs {
			if _, gone := w.deletes[r.Name]; gone && !slices.Contains(named[r.Name], name) {
				named[r.Name] = append(named[r.Name], name)
			}
		}
	}
	limit := len(w.deletes) + len(w.byName) + 4
	for _, d := range w.deletions() {
		names, err := w.view.referrers(ctx, d, limit)
		if err != nil {
			return err
		}
		left := named[d]
		for _, n := range names {
			if _, gone := w.deletes[n]; !gone && w.byName[n] == nil {
				left = append(left, n)
			}
		}
		if len(left) == 0 {
			continue
		}
		slices.Sort(left)
		return &Error{
			Kind: Precondition, Reason: "IN_USE", Message: d + " is still named by " + someOf(left),
			Metadata: map[string]string{"resource": d},
		}
	}
	return nil
}
