package decision_test

import (
	"slices"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// TestWhoGoverns: a version that weakens governs nobody, however often it is
// published, and a person is held to the version of his own group and region.
func TestWhoGoverns(t *testing.T) {
	const day = registry.Time(86_400_000_000)
	user, lead := registry.SubjectGroupUser, registry.SubjectGroupLead
	version := func(name string, after int, purposes []string, groups ...registry.SubjectGroup) *registry.Policy {
		return &registry.Policy{
			Name: "policies/" + name, SubjectGroups: groups, Regions: []string{"*"}, EffectiveTime: marketNow - 300*day + registry.Time(after)*day,
			Purposes: purposes, Kinds: []registry.KindList{{Kind: registry.RecipientKindLogistics, Purposes: purposes}},
		}
	}
	narrow, wide := []string{"purposes/delivery"}, []string{"purposes/delivery", "purposes/returns"}
	for name, c := range map[string]struct {
		versions []*registry.Policy
		asked    registry.SubjectGroup
		want     string
	}{
		"the newest":             {[]*registry.Policy{version("a", 1, wide, user), version("b", 2, narrow, user)}, user, "policies/b"},
		"one that weakens":       {[]*registry.Policy{version("a", 1, narrow, user), version("b", 2, wide, user)}, user, "policies/a"},
		"one that weakens twice": {[]*registry.Policy{version("a", 1, narrow, user), version("b", 2, wide, user), version("c", 3, wide, user)}, user, "policies/a"},
		"wider for another group": {[]*registry.Policy{version("a", 1, narrow, user), version("b", 2, wide, lead), version("c", 3, wide, user, lead)},
			user, "policies/a"},
		"wider for nobody": {[]*registry.Policy{version("a", 1, wide, user), version("b", 2, wide, lead), version("c", 3, wide, user, lead)}, lead, "policies/c"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := decision.Compile(registry.Head{Revision: 1}, func(yield func(registry.Record, error) bool) {
				last := uint32(0)
				for r := range market(2) {
					if _, ok := r.Noun.(*registry.Policy); ok {
						continue
					}
					if last = max(last, r.Number); !yield(r, nil) {
						return
					}
				}
				for i, v := range c.versions {
					if !yield(registry.Record{Noun: v, Number: last + 1 + uint32(i)}, nil) {
						return
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			q, d := marketQuestion(0), decision.Decision{}
			q.SubjectGroup = c.asked
			if s.Check(&q, &decision.Inputs{Now: marketNow}, &d); s.Name(d.Policy) != c.want {
				t.Errorf("%s governs, want %s", s.Name(d.Policy), c.want)
			}
			// A kind's list that is empty gives nothing, and so does none.
			if !slices.ContainsFunc(d.Reasons, func(r decision.Reason) bool { return r.Code == decision.CategoryOutsideRecipientKind }) {
				t.Error("an empty list lets categories pass")
			}
		})
	}
}
