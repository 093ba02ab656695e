package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) instruments(ctx context.Context, puts []edit) error {
	return save(ctx, p, puts, func(s *setter, e *edit) (*ent.InstrumentCreate, edges) {
		c := p.client.Instrument.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setInstrument(s, c.Mutation(), e.change.Noun.(*registry.Instrument))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.Instrument.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		m.ClearExporters()
		m.ClearPurposes()
		m.ClearCoveredCategories()
		setInstrument(s, m, e.change.Noun.(*registry.Instrument))
		return u
	}, func(cs []*ent.InstrumentCreate) executor { return p.client.Instrument.CreateBulk(cs...) })
}

func setInstrument(s *setter, m *ent.InstrumentMutation, n *registry.Instrument) {
	m.SetRecipientID(s.id(n.Recipient))
	m.SetTitle(n.Title)
	m.SetDocumentNumber(n.Number)
	m.SetCitation(n.Citation)
	m.SetRegime(n.Regime)
	m.SetCategories(n.Categories)
	m.SetIssueTime(n.IssueTime)
	m.SetExpireTime(n.ExpireTime)
	m.SetRevokeTime(n.RevokeTime)
	m.SetNecessityReason(n.NecessityReason)
	m.SetSecrecyCitation(n.SecrecyCitation)
	m.SetOrdersPublication(n.OrdersPublication)
	m.SetParticularInquiry(n.ParticularInquiry)
	m.SetTreaty(n.Treaty)
	m.SetApprovedBy(n.ApprovedBy)
	m.SetSecondApprovedBy(n.SecondApprovedBy)
	m.SetApproveTime(n.ApproveTime)
	m.SetForeignApproval(s.json(n.ForeignApproval))
	m.SetConflictDecision(s.json(n.ConflictDecision))
	m.AddExporterIDs(s.ids(n.Exporters)...)
	m.AddPurposeIDs(s.ids(n.Purposes)...)
	m.AddCoveredCategoryIDs(s.ids(covered(n.CoveredCategories, n.Categories))...)
}

// instrumentOf returns the noun of a row whose edges are loaded.
func instrumentOf(r *ent.Instrument) (*registry.Instrument, error) {
	n := &registry.Instrument{
		Name:              r.Name,
		Title:             r.Title,
		Number:            r.DocumentNumber,
		Citation:          r.Citation,
		Regime:            r.Regime,
		Categories:        r.Categories,
		IssueTime:         r.IssueTime,
		ExpireTime:        r.ExpireTime,
		RevokeTime:        r.RevokeTime,
		NecessityReason:   r.NecessityReason,
		SecrecyCitation:   r.SecrecyCitation,
		OrdersPublication: r.OrdersPublication,
		ParticularInquiry: r.ParticularInquiry,
		Treaty:            r.Treaty,
		ApprovedBy:        r.ApprovedBy,
		SecondApprovedBy:  r.SecondApprovedBy,
		ApproveTime:       r.ApproveTime,
		Recipient:         r.Edges.Recipient.Name,
		Exporters:         names(r.Edges.Exporters),
		Purposes:          names(r.Edges.Purposes),
		CoveredCategories: names(r.Edges.CoveredCategories),
	}
	return n, nested(
		part{r.ForeignApproval, &n.ForeignApproval},
		part{r.ConflictDecision, &n.ConflictDecision},
	)
}
