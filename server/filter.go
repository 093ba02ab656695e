package server

import (
	"context"
	"strings"

	"waybill/internal/registry"
)

// history returns the name of a collection that a list is narrowed to, whose
// collection may be left out, with its changes: the record may be withdrawn. A name
// that never had one is NOT_FOUND with the nearest.
func (s *core) history(ctx context.Context, c registry.Collection, field, name string) (string, []registry.Change, error) {
	full := name
	if !strings.Contains(name, "/") {
		full = c.Prefix() + name
	}
	if err := inCollection(c, field, full); err != nil {
		return "", nil, err
	}
	changes, err := s.store.Changes(ctx, 0, 0, full, 0)
	if err == nil && len(changes) == 0 {
		err = s.notFound(ctx, full)
	}
	return full, changes, err
}

// everNamed returns the name that is meant of all that were ever recorded: itself
// where it is well formed, else the one that has it in some collection. A name that
// is none is NOT_FOUND with the nearest.
func (s *core) everNamed(ctx context.Context, field, name string) (string, error) {
	candidates := []string{name}
	if _, ok := registry.CollectionOf(name); !ok {
		candidates = inCollections(name)
	}
	var known []string
	for _, n := range candidates {
		changes, err := s.store.Changes(ctx, 0, 0, n, 1)
		if err != nil {
			return "", err
		}
		if len(changes) > 0 {
			known = append(known, n)
		}
	}
	switch len(known) {
	case 0:
		return "", s.notFound(ctx, name)
	case 1:
		return known[0], nil
	}
	return "", invalid(field, "one of "+strings.Join(known, ", "))
}

// inCollections returns the names that one without its collection may mean.
func inCollections(name string) []string {
	var names []string
	for _, c := range registry.Collections {
		full := c.Prefix() + name
		if got, ok := registry.CollectionOf(full); ok && got == c && c != registry.SettingsOf {
			names = append(names, full)
		}
	}
	return names
}
