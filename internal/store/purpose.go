package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) purposes(ctx context.Context, puts []edit) error {
	return save(ctx, p, puts, func(s *setter, e *edit) (*ent.PurposeCreate, edges) {
		c := p.client.Purpose.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setPurpose(s, c.Mutation(), e.change.Noun.(*registry.Purpose))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.Purpose.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		setPurpose(s, m, e.change.Noun.(*registry.Purpose))
		return u
	}, func(cs []*ent.PurposeCreate) executor { return p.client.Purpose.CreateBulk(cs...) })
}

func setPurpose(s *setter, m *ent.PurposeMutation, n *registry.Purpose) {
	m.SetTitle(n.Title)
	m.SetSentence(n.Sentence)
	m.SetExample(n.Example)
	m.SetService(n.Service)
	m.SetAnalytics(n.Analytics)
	m.SetTracking(n.Tracking)
	m.SetProfiling(n.Profiling)
	m.SetInterestAdvertising(n.InterestAdvertising)
	m.SetHighRisk(n.HighRisk)
	m.SetClause(n.Clause)
	m.SetAutomatedDecision(n.AutomatedDecision)
	m.SetForeignProceedings(n.ForeignProceedings)
	m.SetWindDown(n.WindDown)
	m.SetDeletion(n.Deletion)
}

// purposeOf returns the noun of a row whose edges are loaded.
func purposeOf(r *ent.Purpose) (*registry.Purpose, error) {
	n := &registry.Purpose{
		Name:                r.Name,
		Title:               r.Title,
		Sentence:            r.Sentence,
		Example:             r.Example,
		Service:             r.Service,
		Analytics:           r.Analytics,
		Tracking:            r.Tracking,
		Profiling:           r.Profiling,
		InterestAdvertising: r.InterestAdvertising,
		HighRisk:            r.HighRisk,
		Clause:              r.Clause,
		AutomatedDecision:   r.AutomatedDecision,
		ForeignProceedings:  r.ForeignProceedings,
		WindDown:            r.WindDown,
		Deletion:            r.Deletion,
	}
	return n, nil
}
