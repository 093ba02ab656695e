package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) policies(ctx context.Context, puts []edit) error {
	return save(ctx, p, puts, func(s *setter, e *edit) (*ent.PolicyVersionCreate, edges) {
		c := p.client.PolicyVersion.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setPolicy(s, c.Mutation(), e.change.Noun.(*registry.Policy))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.PolicyVersion.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		m.ClearPurposes()
		m.ClearMentionedPurposes()
		m.ClearMentionedCategories()
		setPolicy(s, m, e.change.Noun.(*registry.Policy))
		return u
	}, func(cs []*ent.PolicyVersionCreate) executor { return p.client.PolicyVersion.CreateBulk(cs...) })
}

func setPolicy(s *setter, m *ent.PolicyVersionMutation, n *registry.Policy) {
	m.SetTitle(n.Title)
	m.SetRegions(n.Regions)
	m.SetPublishTime(n.PublishTime)
	m.SetEffectiveTime(n.EffectiveTime)
	m.SetSignificant(n.Significant)
	m.SetWeakensRights(n.WeakensRights)
	m.SetServesMinors(n.ServesMinors)
	m.SetChildRules(n.ChildRules)
	m.SetTextDigest(n.TextDigest)
	m.SetSubjectGroups(s.json(n.SubjectGroups))
	m.SetKinds(s.json(n.Kinds))
	m.SetBases(s.json(n.Bases))
	m.SetNecessity(s.json(n.Necessity))
	m.SetRetention(s.json(n.Retention))
	m.SetNotices(s.json(n.Notices))
	m.SetSafeguards(s.json(n.Safeguards))
	m.SetWaivers(s.json(n.Waivers))
	m.SetExceptionKinds(s.json(n.ExceptionKinds))
	m.AddPurposeIDs(s.ids(n.Purposes)...)
	m.AddMentionedPurposeIDs(s.ids(mentioned(n, registry.Purposes))...)
	m.AddMentionedCategoryIDs(s.ids(mentioned(n, registry.Categories))...)
}

// policyOf returns the noun of a row whose edges are loaded.
func policyOf(r *ent.PolicyVersion) (*registry.Policy, error) {
	n := &registry.Policy{
		Name:          r.Name,
		Title:         r.Title,
		Regions:       r.Regions,
		PublishTime:   r.PublishTime,
		EffectiveTime: r.EffectiveTime,
		Significant:   r.Significant,
		WeakensRights: r.WeakensRights,
		ServesMinors:  r.ServesMinors,
		ChildRules:    r.ChildRules,
		TextDigest:    r.TextDigest,
		Purposes:      names(r.Edges.Purposes),
	}
	return n, nested(
		part{r.SubjectGroups, &n.SubjectGroups},
		part{r.Kinds, &n.Kinds},
		part{r.Bases, &n.Bases},
		part{r.Necessity, &n.Necessity},
		part{r.Retention, &n.Retention},
		part{r.Notices, &n.Notices},
		part{r.Safeguards, &n.Safeguards},
		part{r.Waivers, &n.Waivers},
		part{r.ExceptionKinds, &n.ExceptionKinds},
	)
}
