package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) recipients(ctx context.Context, puts []edit) error {
	return save(ctx, p, puts, func(s *setter, e *edit) (*ent.RecipientCreate, edges) {
		c := p.client.Recipient.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setRecipient(s, c.Mutation(), e.change.Noun.(*registry.Recipient))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.Recipient.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		m.ClearNoticePurposes()
		m.ClearNoticeCategories()
		setRecipient(s, m, e.change.Noun.(*registry.Recipient))
		return u
	}, func(cs []*ent.RecipientCreate) executor { return p.client.Recipient.CreateBulk(cs...) })
}

func setRecipient(s *setter, m *ent.RecipientMutation, n *registry.Recipient) {
	m.SetTitle(n.Title)
	m.SetKind(n.Kind)
	m.SetRole(n.Role)
	m.SetRoleAnswer(n.RoleAnswer)
	m.SetNaturalPerson(n.NaturalPerson)
	m.SetCountry(n.Country)
	m.SetContact(n.Contact)
	m.SetPrivacyContact(n.PrivacyContact)
	m.SetRegistrationNumber(n.RegistrationNumber)
	m.SetApproveTime(n.ApproveTime)
	m.SetTerminateTime(n.TerminateTime)
	m.SetDueDiligenceUntil(n.DueDiligenceUntil)
	m.SetUsableFrom(n.UsableFrom)
	m.SetSentence(n.Sentence)
	m.SetInboundSource(n.InboundSource)
	m.SetNotices(s.json(n.Notices))
	m.SetSuspensions(s.json(n.Suspensions))
	m.SetScreenings(s.json(n.Screenings))
	m.SetIncidents(s.json(n.Incidents))
	m.SetDeal(s.json(n.Deal))
	m.AddNoticePurposeIDs(s.ids(mentioned(n, registry.Purposes))...)
	m.AddNoticeCategoryIDs(s.ids(mentioned(n, registry.Categories))...)
}

// recipientOf returns the noun of a row whose edges are loaded.
func recipientOf(r *ent.Recipient) (*registry.Recipient, error) {
	n := &registry.Recipient{
		Name:               r.Name,
		Title:              r.Title,
		Kind:               r.Kind,
		Role:               r.Role,
		RoleAnswer:         r.RoleAnswer,
		NaturalPerson:      r.NaturalPerson,
		Country:            r.Country,
		Contact:            r.Contact,
		PrivacyContact:     r.PrivacyContact,
		RegistrationNumber: r.RegistrationNumber,
		ApproveTime:        r.ApproveTime,
		TerminateTime:      r.TerminateTime,
		DueDiligenceUntil:  r.DueDiligenceUntil,
		UsableFrom:         r.UsableFrom,
		Sentence:           r.Sentence,
		InboundSource:      r.InboundSource,
	}
	return n, nested(
		part{r.Notices, &n.Notices},
		part{r.Suspensions, &n.Suspensions},
		part{r.Screenings, &n.Screenings},
		part{r.Incidents, &n.Incidents},
		part{r.Deal, &n.Deal},
	)
}
