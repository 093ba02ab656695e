package decision_test

import (
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// TestLaterVersions: a person is held to what took effect for him, and a later
// version that would permit the share is named.
func TestLaterVersions(t *testing.T) {
	// v1 of the market does not state what is asked; v2 does, so it weakens.
	const weakens = "POLICY_WEAKENS_RIGHTS_NO_CONSENT POLICY weakens_rights policies/v2"
	later := func(w *town, name string) *registry.Policy {
		v := *w.policy()
		v.Name, v.EffectiveTime = "policies/"+name, on(2026, 3, 1)
		v.Kinds = []registry.KindList{w.policy().Kinds[0]}
		w.put(&v)
		return &v
	}
	start := func(t *testing.T) (*town, *registry.Policy) {
		w := newTown(t)
		v2 := later(w, "v2")
		w.policy().Purposes = []string{"purposes/returns"}
		return w, v2
	}
	for name, c := range map[string]struct {
		change func(w *town, v2 *registry.Policy)
		want   string
		policy string
	}{
		"it weakens":           {func(*town, *registry.Policy) {}, weakens, "v1"},
		"not in effect yet":    {func(_ *town, v *registry.Policy) { v.EffectiveTime = marketNow + 1 }, "PURPOSE_OUTSIDE_POLICY POLICY purpose policies/v1", "v1"},
		"accepted":             {func(w *town, _ *registry.Policy) { w.q.AcceptedPolicy = "policies/v2" }, "", "v2"},
		"another was accepted": {func(w *town, _ *registry.Policy) { w.q.AcceptedPolicy = "policies/v1" }, weakens, "v1"},
		"accepted, said by no source": {func(w *town, _ *registry.Policy) {
			w.q.AcceptedPolicy = "policies/v2"
			of[*registry.Principal](w, "principals/desk").ConsentSource = nil
		}, weakens, "v1"},
		"acceptance that is held": {func(w *town, _ *registry.Policy) {
			w.in.Facts = &decision.Facts{Accepted: []uint32{w.snapshot().Number("policies/v2")}}
		}, "", "v2"},
		"accepted but not notified": {func(w *town, v *registry.Policy) { w.q.AcceptedPolicy, v.Significant = "policies/v2", true }, "POLICY_CHANGE_NOT_NOTIFIED POLICY policy_notices policies/v2", "v1"},
		"for another group": {func(_ *town, v *registry.Policy) {
			v.SubjectGroups = []registry.SubjectGroup{registry.SubjectGroupLead}
		}, "PURPOSE_OUTSIDE_POLICY POLICY purpose policies/v1", "v1"},
		"for another region":       {func(_ *town, v *registry.Policy) { v.Regions = []string{"DE"} }, "PURPOSE_OUTSIDE_POLICY POLICY purpose policies/v1", "v1"},
		"it takes a category away": {func(w *town, v *registry.Policy) { v.Kinds[0].CoveredCategories = w.q.Categories[1:] }, "POLICY_WEAKENS_RIGHTS_NO_CONSENT POLICY weakens_rights policies/v2 110; PURPOSE_OUTSIDE_POLICY POLICY purpose policies/v1 1", "v1"},
		"a third narrows what governs": {func(w *town, _ *registry.Policy) {
			v := later(w, "v3")
			v.Purposes, v.EffectiveTime = w.policy().Purposes, on(2026, 4, 1)
		}, "PURPOSE_OUTSIDE_POLICY POLICY purpose policies/v3", "v3"},
		"nobody is told of the first":   {func(w *town, v *registry.Policy) { w.policy().Significant, v.EffectiveTime = true, marketNow+1 }, "POLICY_VERSION_NOT_IN_FORCE POLICY policy; POLICY_CHANGE_NOT_NOTIFIED POLICY policy_notices policies/v1", ""},
		"then the second is the first":  {func(w *town, _ *registry.Policy) { w.policy().Significant = true }, "", "v2"},
		"the author's word is no first": {func(w *town, v *registry.Policy) { w.policy().Significant, v.WeakensRights = true, true }, "", "v2"},
	} {
		t.Run(name, func(t *testing.T) {
			w, v2 := start(t)
			w.q.SubjectGroup = registry.SubjectGroupUser
			c.change(w, v2)
			w.want(c.want)
			policy := ""
			if c.policy != "" {
				policy = "policies/" + c.policy
			}
			if got := w.snapshot().Name(w.d.Policy); got != policy {
				t.Errorf("%q governs, want %q", got, policy)
			}
		})
	}
}

// TestJudgementsAge: a judgement without a date of review holds three years.
func TestJudgementsAge(t *testing.T) {
	w := newTown(t)
	n := &w.policy().Necessity[0]
	const gone = "CATEGORY_NOT_NECESSARY_FOR_PURPOSE POLICY necessity policies/v1"
	n.ApproveTime = marketNow - 1095*86400e6
	w.want(gone)
	n.ApproveTime++
	w.want("")
	n.ReviewUntil = marketNow
	w.want(gone)
}
