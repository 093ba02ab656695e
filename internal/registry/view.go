package registry

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// view is the registry as a write is prepared against: one revision of it.
type view interface {
	// get returns the named records, absent names left out.
	get(ctx context.Context, names []string) (map[string]Record, error)
	// names returns the names of a collection, sorted; a parent narrows deployments.
	names(ctx context.Context, c Collection, parent string) ([]string, error)
	// referrers returns up to limit names of records that name this one.
	referrers(ctx context.Context, name string, limit int) ([]string, error)
}

// errMoved says that two reads of one preparation saw two revisions.
var errMoved = errors.New("the registry moved")

// listPage is what is read of a collection at once; hintLimit bounds the reading
// of those whose names are only read to suggest the nearest.
const (
	listPage  = 1000
	hintLimit = 50_000
)

// storeView reads what it needs from the store.
type storeView struct {
	store Store
	read  bool // head is set
	head  Head
}

// at holds every read to the revision of the first.
func (v *storeView) at(h Head) error {
	if !v.read {
		v.head, v.read = h, true
	}
	if h.Revision != v.head.Revision || h.Epoch != v.head.Epoch {
		return errMoved
	}
	return nil
}

func (v *storeView) get(ctx context.Context, names []string) (map[string]Record, error) {
	if len(names) == 0 {
		return nil, nil
	}
	records, h, err := v.store.Get(ctx, names...)
	if err != nil {
		return nil, err
	}
	return records, v.at(h)
}

func (v *storeView) names(ctx context.Context, c Collection, parent string) ([]string, error) {
	var names []string
	for after := ""; len(names) < hintLimit || c == Categories || c == Deployments; {
		records, h, err := v.store.List(ctx, c, parent, after, listPage)
		if err != nil {
			return nil, err
		}
		if err := v.at(h); err != nil {
			return nil, err
		}
		for _, r := range records {
			names = append(names, r.Noun.ResourceName())
		}
		if len(records) < listPage {
			return names, nil
		}
		after = names[len(names)-1]
	}
	return names, nil
}

func (v *storeView) referrers(ctx context.Context, name string, limit int) ([]string, error) {
	return v.store.Referrers(ctx, name, limit)
}

// foldView is a whole registry in memory.
type foldView struct {
	records map[string]Record
	byName  map[Collection][]string
	refs    map[string][]string // who names this one
}

// newFoldView reads the registry at the head.
func newFoldView(ctx context.Context, r Store, h Head) (*foldView, error) {
	v := &foldView{records: map[string]Record{}, byName: map[Collection][]string{}, refs: map[string][]string{}}
	if h.Revision == 0 {
		return v, nil // revision 0 asks a fold for the newest
	}
	_, records, err := r.Fold(ctx, h.Revision)
	if err != nil {
		return nil, err
	}
	for rec, err := range records {
		if err != nil {
			return nil, err
		}
		name, c := rec.Noun.ResourceName(), rec.Noun.Collection()
		v.records[name] = rec
		v.byName[c] = append(v.byName[c], name)
		for _, ref := range References(rec.Noun) {
			if l := v.refs[ref.Name]; len(l) == 0 || l[len(l)-1] != name {
				v.refs[ref.Name] = append(l, name)
			}
		}
	}
	for _, names := range v.byName {
		slices.Sort(names)
	}
	return v, nil
}

func (v *foldView) get(_ context.Context, names []string) (map[string]Record, error) {
	out := make(map[string]Record, len(names))
	for _, n := range names {
		if r, ok := v.records[n]; ok {
			out[n] = r
		}
	}
	return out, nil
}

func (v *foldView) names(_ context.Context, c Collection, parent string) ([]string, error) {
	names := v.byName[c]
	if parent == "" {
		return names, nil
	}
	prefix := parent + "/deployments/"
	from, _ := slices.BinarySearch(names, prefix)
	to := from
	for to < len(names) && strings.HasPrefix(names[to], prefix) {
		to++
	}
	return names[from:to], nil
}

func (v *foldView) referrers(_ context.Context, name string, limit int) ([]string, error) {
	refs := v.refs[name]
	return refs[:min(len(refs), limit)], nil
}
