package decision

import (
	"slices"

	"waybill/internal/registry"
)

// What an explanation asks of a snapshot and of a decision beside the answer.

// Leaves returns the names of the leaves that a category stands for, none for an
// unknown one.
func (s *Snapshot) Leaves(category string) []string {
	n, rec := s.find(registry.Categories, category)
	if n == 0 {
		return nil
	}
	var out []string
	for _, leaf := range s.t.categories[ordinal(rec)].leaves {
		out = append(out, s.Name(s.t.categories[leaf].number))
	}
	return out
}

// Countries returns the countries that were judged, as codes or UNKNOWN; it reads
// what the last Check left in d.
func (d *Decision) Countries() []string {
	seen := map[country]bool{}
	var out []string
	for _, p := range d.scratch.places {
		if !seen[p.country] {
			seen[p.country] = true
			out = append(out, p.country.String())
		}
	}
	return out
}

// MayAsk returns what a question of a purpose could name, of the registry: the
// exporters, the purposes that a service can serve (none for another purpose), and
// the categories that some version finds necessary for a purpose. All sorted.
func (s *Snapshot) MayAsk(purpose string) (exporters, served []string) {
	for _, e := range s.t.exporters {
		if e != nil {
			exporters = append(exporters, e.name)
		}
	}
	slices.Sort(exporters)
	n, rec := s.find(registry.Purposes, purpose)
	if n == 0 || s.t.purposes[ordinal(rec)].service <= registry.ServiceNone {
		return exporters, nil
	}
	for _, p := range s.t.purposes {
		if p != nil && p.service <= registry.ServiceNone {
			served = append(served, s.Name(p.number))
		}
	}
	slices.Sort(served)
	return exporters, served
}

// Necessary returns the leaves that some version of the policy finds necessary for
// a purpose, sorted, at most MaxCategories.
func (s *Snapshot) Necessary(purpose string) []string {
	n := s.Number(purpose)
	var out []string
	for _, c := range s.t.categories {
		if c == nil || len(c.leaves) != 1 || c.leaves[0] != c.place {
			continue
		}
		for _, p := range s.t.versions {
			if slices.ContainsFunc(p.necessity, func(e necessity) bool { return e.purpose == n && e.categories.has(c.place) }) {
				out = append(out, s.Name(c.number))
				break
			}
		}
	}
	slices.Sort(out)
	return out[:min(len(out), MaxCategories)]
}
