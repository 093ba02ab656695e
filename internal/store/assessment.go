package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) assessments(ctx context.Context, puts []edit) error {
	return save(ctx, p, puts, func(s *setter, e *edit) (*ent.AssessmentCreate, edges) {
		c := p.client.Assessment.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setAssessment(s, c.Mutation(), e.change.Noun.(*registry.Assessment))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.Assessment.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		m.ClearRecipients()
		m.ClearPurposes()
		m.ClearCoveredCategories()
		setAssessment(s, m, e.change.Noun.(*registry.Assessment))
		return u
	}, func(cs []*ent.AssessmentCreate) executor { return p.client.Assessment.CreateBulk(cs...) })
}

func setAssessment(s *setter, m *ent.AssessmentMutation, n *registry.Assessment) {
	m.SetExporterID(s.id(n.Exporter))
	m.SetTitle(n.Title)
	m.SetType(n.Type)
	m.SetCategories(n.Categories)
	m.SetCountries(n.Countries)
	m.SetApprovedBy(n.ApprovedBy)
	m.SetApproveTime(n.ApproveTime)
	m.SetReviewUntil(n.ReviewUntil)
	m.SetDocumentDigest(n.DocumentDigest)
	m.SetSimplified(n.Simplified)
	m.SetRecipientKinds(s.json(n.RecipientKinds))
	m.AddRecipientIDs(s.ids(n.Recipients)...)
	m.AddPurposeIDs(s.ids(n.Purposes)...)
	m.AddCoveredCategoryIDs(s.ids(covered(n.CoveredCategories, n.Categories))...)
}

// assessmentOf returns the noun of a row whose edges are loaded.
func assessmentOf(r *ent.Assessment) (*registry.Assessment, error) {
	n := &registry.Assessment{
		Name:              r.Name,
		Title:             r.Title,
		Type:              r.Type,
		Categories:        r.Categories,
		Countries:         r.Countries,
		ApprovedBy:        r.ApprovedBy,
		ApproveTime:       r.ApproveTime,
		ReviewUntil:       r.ReviewUntil,
		DocumentDigest:    r.DocumentDigest,
		Simplified:        r.Simplified,
		Exporter:          r.Edges.Exporter.Name,
		Recipients:        names(r.Edges.Recipients),
		Purposes:          names(r.Edges.Purposes),
		CoveredCategories: names(r.Edges.CoveredCategories),
	}
	return n, nested(
		part{r.RecipientKinds, &n.RecipientKinds},
	)
}
