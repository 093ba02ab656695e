package registry

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func exported(t *testing.T, m *memory) []Noun {
	t.Helper()
	_, records, err := m.Fold(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var nouns []Noun
	for r, err := range records {
		if err != nil {
			t.Fatal(err)
		}
		nouns = append(nouns, r.Noun)
	}
	return nouns
}

func plan(t *testing.T, m *memory, nouns []Noun, opt ApplyOptions) (*Plan, error) {
	t.Helper()
	opt.Now = now
	return PlanApply(t.Context(), m, nouns, opt)
}

func items(p *Plan) []string {
	var out []string
	for _, i := range p.Items {
		out = append(out, strings.TrimSpace([]string{"", "+", "~", "-", "?"}[i.Action]+i.Name+" "+strings.Join(i.Fields, ",")))
	}
	return out
}

func unused(context.Context, []uint32) (map[uint32]bool, error) { return nil, nil }

func without(nouns []Noun, names ...string) []Noun {
	return slices.DeleteFunc(nouns, func(n Noun) bool { return slices.Contains(names, n.ResourceName()) })
}

func TestExportThenApply(t *testing.T) {
	m := newMemory()
	p, err := plan(t, m, sample(), ApplyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Items) != len(sample()) || len(p.Edits) != len(sample()) {
		t.Fatalf("%d items and %d edits", len(p.Items), len(p.Edits))
	}
	if _, _, err := m.Commit(t.Context(), p.Head, Write{Edits: p.Edits}); err != nil {
		t.Fatal(err)
	}
	m.put(t, &Category{Name: "categories/user.contact.fax", Title: "F", Sentence: "S", Example: "E"})
	for _, prune := range []bool{false, true} {
		p, err := plan(t, m, exported(t, m), ApplyOptions{Prune: prune})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Items) != 0 || len(p.Edits) != 0 {
			t.Errorf("plan %q", items(p))
		}
	}
}

// What was recorded after a wildcard is not granted by taking the registry elsewhere.
func TestPortable(t *testing.T) {
	m := sampled(t)
	late := []string{"categories/user.contact.fax", "categories/user.contact.phone.work"} // the second splits a leaf
	for _, n := range late {
		m.put(t, &Category{Name: n, Title: "L", Sentence: "S", Example: "E"})
	}
	categories, err := (&write{view: &storeView{store: m}, lists: map[[2]string][]string{}}).names(t.Context(), Categories, "")
	if err != nil {
		t.Fatal(err)
	}
	var taken []Noun
	for _, n := range exported(t, m) {
		p, err := Portable(n, categories)
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, p)
	}
	agreement := taken[slices.IndexFunc(taken, func(n Noun) bool { return n.ResourceName() == "agreements/sf-2025" })].(*Agreement)
	if want := []string{"categories/device", "categories/user.contact.email", "categories/user.name"}; !slices.Equal(agreement.Categories, want) {
		t.Errorf("states %q, want %q", agreement.Categories, want)
	}
	if held := get[*Agreement](t, m, "agreements/sf-2025"); !slices.Contains(held.Categories, "categories/user.*") {
		t.Errorf("the record was changed: %q", held.Categories)
	}

	// A new registry grants what this one does, category by category that is asked for.
	fresh := newMemory()
	fresh.put(t, taken...)
	leaves := func(n Noun) (out [][]string) {
		for _, g := range n.(ruled).grants() {
			out = append(out, slices.DeleteFunc(slices.Clone(*g.covered), func(c string) bool { return len(descendants(categories, c)) > 0 }))
		}
		return out
	}
	for name, rec := range m.records {
		if got, want := leaves(fresh.records[name].Noun), leaves(rec.Noun); !reflect.DeepEqual(got, want) {
			t.Errorf("%s grants %q, want %q", name, got, want)
		}
	}

	// This one takes it back unchanged, wildcards and all.
	p, err := plan(t, m, taken, ApplyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Items) != 0 || len(p.Edits) != 0 {
		t.Errorf("plan %q", items(p))
	}
	// A list that names one less, or one that came later, is another.
	for _, list := range [][]string{{"categories/user.name"}, {"categories/user.contact.email", "categories/user.contact.fax", "categories/user.name"}} {
		p, err = plan(t, m, []Noun{changed(t, m, "agreements/cloud-draft", func(a *Agreement) { a.Categories = list })}, ApplyOptions{})
		if err != nil || len(p.Edits) != 1 || !slices.Equal(p.Edits[0].Noun.(*Agreement).CoveredCategories, list) {
			t.Errorf("%q: %v, %v", list, p, err)
		}
	}
	// What nothing outgrew stays as it is stated.
	held := get[*Assessment](t, sampled(t), "assessments/sf")
	before := slices.DeleteFunc(slices.Clone(categories), func(c string) bool { return slices.Contains(late, c) })
	if p, err := Portable(held, before); err != nil || p != Noun(held) {
		t.Errorf("%v, %v", p, err)
	}
}

func TestPlan(t *testing.T) {
	m := sampled(t)
	wanted := without(exported(t, m), "settings", "principals/shop", "assessments/sf", "transfers/sf")
	wanted = append(wanted, &Purpose{Name: "purposes/new", Title: "N", Sentence: "S", Example: "E"})
	i := slices.IndexFunc(wanted, func(n Noun) bool { return n.ResourceName() == "agreements/cloud-draft" })
	wanted[i] = changed(t, m, "agreements/cloud-draft", func(a *Agreement) {
		a.Title, a.Categories = "Other", []string{"categories/device"}
	})
	left, err := plan(t, m, wanted, ApplyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := items(left), []string{"+purposes/new", "~agreements/cloud-draft title,categories", "?transfers/sf", "?assessments/sf"}; !slices.Equal(got, want) {
		t.Errorf("plan %q, want %q", got, want)
	}
	if len(left.Edits) != 2 {
		t.Errorf("%d edits, want 2", len(left.Edits))
	}
	pruned, err := plan(t, m, wanted, ApplyOptions{Prune: true, Used: unused})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := items(pruned), []string{"+purposes/new", "~agreements/cloud-draft title,categories", "-assessments/sf", "-transfers/sf"}; !slices.Equal(got, want) {
		t.Errorf("plan %q, want %q", got, want)
	}
	for _, e := range pruned.Edits {
		if strings.HasPrefix(e.Name, "assessments/") != (e.Noun == nil) && strings.HasPrefix(e.Name, "transfers/") != (e.Noun == nil) {
			t.Errorf("%s: %v", e.Name, e.Noun)
		}
	}

	again, err := plan(t, m, wanted, ApplyOptions{Prune: true, Used: unused})
	if err != nil || again.Etag != pruned.Etag {
		t.Errorf("the same plan has another etag (%v)", err)
	}
	if left.Etag == pruned.Etag {
		t.Error("another plan has the same etag")
	}
	m.head.Revision++
	moved, err := plan(t, m, wanted, ApplyOptions{Prune: true, Used: unused})
	if err != nil || moved.Etag == pruned.Etag {
		t.Errorf("the plan at another revision has the same etag (%v)", err)
	}
}

func TestPruneOfWhatIsUsed(t *testing.T) {
	m := sampled(t)
	wanted := without(exported(t, m), "assessments/sf", "transfers/sf")
	used := func(_ context.Context, numbers []uint32) (map[uint32]bool, error) {
		if len(numbers) != 2 || !slices.IsSorted(numbers) {
			t.Errorf("asked for %v", numbers)
		}
		return map[uint32]bool{m.records["transfers/sf"].Number: true}, nil
	}
	_, err := plan(t, m, wanted, ApplyOptions{Prune: true, Used: used})
	e := refused(t, err, Precondition, "RECENTLY_USED", "options.prune_used")
	if !strings.Contains(e.Message, "transfers/sf") || strings.Contains(e.Error(), "assessments/sf") {
		t.Error(e)
	}
	p, err := plan(t, m, wanted, ApplyOptions{Prune: true, Used: used, PruneUsed: []string{"transfers/sf"}})
	if err != nil || len(p.Edits) != 2 {
		t.Fatalf("%v", err)
	}
	for _, e := range p.Edits {
		if e.Noun != nil {
			t.Errorf("pruning records %s", describe(e.Noun))
		}
	}
	// Not known is used.
	_, err = plan(t, m, wanted, ApplyOptions{Prune: true})
	refused(t, err, Precondition, "RECENTLY_USED", "options.prune_used", "options.prune_used")
	failed := func(context.Context, []uint32) (map[uint32]bool, error) {
		return nil, Errorf(Unavailable, "REGISTRY_UNAVAILABLE", "gone")
	}
	_, err = plan(t, m, wanted, ApplyOptions{Prune: true, Used: failed})
	refused(t, err, Unavailable, "REGISTRY_UNAVAILABLE")
}

func TestPlanRefuses(t *testing.T) {
	m := sampled(t)
	wanted := exported(t, m)
	i := slices.IndexFunc(wanted, func(n Noun) bool { return n.ResourceName() == "agreements/sf-2025" })
	wanted[i] = changed(t, m, "agreements/sf-2025", func(a *Agreement) { a.Title = "Other" })
	_, err := plan(t, m, wanted, ApplyOptions{})
	e := refused(t, err, Precondition, "AGREEMENT_SIGNED")
	if !strings.Contains(e.Message, "amend") {
		t.Error(e)
	}
	// A prune that would leave a name without its record.
	_, err = plan(t, m, without(exported(t, m), "purposes/hosting"), ApplyOptions{Prune: true, Used: unused})
	refused(t, err, Precondition, "DANGLING_NAME")
	_, err = plan(t, m, []Noun{nil}, ApplyOptions{})
	refused(t, err, Invalid, "FIELD_INVALID")
}

func TestPruneEverything(t *testing.T) {
	m := sampled(t)
	_, err := plan(t, m, nil, ApplyOptions{Prune: true, Used: unused})
	refused(t, err, Precondition, "STATE_INVALID") // a policy version took effect
	future := changed(t, m, "policies/2024-08-30", func(p *Policy) { p.EffectiveTime = now + 1 })
	if _, err := m.write(t, Request{Put: []Noun{future}, Now: now - 900*day}); err != nil {
		t.Fatal(err)
	}
	p, err := plan(t, m, nil, ApplyOptions{Prune: true, Used: unused})
	if err != nil {
		t.Fatal(err)
	}
	gone := map[string]bool{}
	for _, e := range p.Edits {
		for _, name := range func() []string { n, _ := m.Referrers(t.Context(), e.Name, 100); return n }() {
			if !gone[name] {
				t.Errorf("%s goes before %s, which names it", e.Name, name)
			}
		}
		gone[e.Name] = true
	}
	if len(gone) != len(m.records)-2 {
		t.Errorf("%d of %d go; only the settings and the principal stay", len(gone), len(m.records))
	}
}

func TestAssemble(t *testing.T) {
	nouns := sample()
	slices.Reverse(nouns)
	records, err := Assemble(t.Context(), nouns, now)
	if err != nil {
		t.Fatal(err)
	}
	m := sampled(t)
	if len(records) != len(m.records) {
		t.Fatalf("%d records, want %d", len(records), len(m.records))
	}
	for i, r := range records {
		want := m.records[r.Noun.ResourceName()]
		if r.Number != uint32(i+1) || r.Number != want.Number || r.Revision != 1 || !reflect.DeepEqual(r.Noun, want.Noun) {
			t.Errorf("record %d is %d %s, want %d %s", i, r.Number, describe(r.Noun), want.Number, describe(want.Noun))
		}
	}
	_, err = Assemble(t.Context(), []Noun{found("agreements/sf-2025")}, now)
	refused(t, err, Precondition, "DANGLING_NAME")
}
