package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// problem is one field of one noun of a write.
type problem struct {
	put   *put
	field FieldError
}

type problems []problem

func (ps *problems) add(p *put, fields ...FieldError) {
	for _, f := range fields {
		*ps = append(*ps, problem{p, f})
	}
}

// refuse returns one error for all problems, or nil. It says what of the nouns, so
// the text fits one and many; its metadata "resource" is the first of them.
func (w *write) refuse(kind ErrorKind, reason, what string, ps problems) error {
	if len(ps) == 0 {
		return nil
	}
	e := &Error{Kind: kind, Reason: reason, Metadata: map[string]string{"resource": titleOf(ps[0].put.noun)}}
	var nouns []string
	for i, p := range ps {
		if i == 0 || ps[i-1].put != p.put {
			nouns = append(nouns, titleOf(p.put.noun))
		}
		if w.indexed {
			p.field.Field = fmt.Sprintf("resources[%d].%s", p.put.index, p.field.Field)
		}
		e.Fields = append(e.Fields, p.field)
	}
	e.Message = someOf(nouns) + ": " + what
	return e
}

// someOf names up to three: "a", "a, b and c", "a, b, c and 4 more".
func someOf(names []string) string {
	switch n := len(names); {
	case n > 3:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), n-3)
	case n > 1:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	default:
		return strings.Join(names, "")
	}
}

// maxHints is how many unknown names of one write are answered with the nearest.
const maxHints = 32

// hint says which names of the collection are nearest to one that is unknown,
// which itself is not repeated: it may be anything. It continues a sentence.
func (w *write) hint(ctx context.Context, c Collection, name string) (string, error) {
	if w.hints++; w.hints > maxHints {
		return "", nil
	}
	parent := ""
	if c == Deployments {
		parent = RecipientOf(name)
	}
	names, err := w.names(ctx, c, parent)
	if err != nil {
		return "", err
	}
	if i, ok := slices.BinarySearch(names, name); ok { // it is to be put, and was to be there
		names = slices.Delete(slices.Clone(names), i, i+1)
	}
	switch near := Nearest(name, names, 3); len(near) {
	case 0:
		return "; there is none yet", nil
	case 1:
		return "; the only one is " + near[0], nil
	default:
		return "; the nearest are " + someOf(near), nil
	}
}

// names returns the names of a collection as they will stand, sorted.
func (w *write) names(ctx context.Context, c Collection, parent string) ([]string, error) {
	key := [2]string{c.String(), parent}
	if names, ok := w.lists[key]; ok {
		return names, nil
	}
	held, err := w.view.names(ctx, c, parent)
	if err != nil {
		return nil, err
	}
	names := slices.DeleteFunc(slices.Clone(held), func(n string) bool { _, gone := w.deletes[n]; return gone })
	for n, p := range w.byName {
		if p.noun.Collection() == c && (parent == "" || RecipientOf(n) == parent) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	w.lists[key] = names
	return names, nil
}
