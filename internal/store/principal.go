package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) principals(ctx context.Context, puts []edit) error {
	return save(ctx, p, puts, func(s *setter, e *edit) (*ent.PrincipalCreate, edges) {
		c := p.client.Principal.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setPrincipal(s, c.Mutation(), e.change.Noun.(*registry.Principal))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.Principal.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		setPrincipal(s, m, e.change.Noun.(*registry.Principal))
		return u
	}, func(cs []*ent.PrincipalCreate) executor { return p.client.Principal.CreateBulk(cs...) })
}

func setPrincipal(s *setter, m *ent.PrincipalMutation, n *registry.Principal) {
	m.SetTitle(n.Title)
	m.SetRole(n.Role)
	m.SetObserveUntil(n.ObserveUntil)
	m.SetObserveReason(n.ObserveReason)
	m.SetConsentSource(s.json(n.ConsentSource))
	m.SetTokens(s.json(n.Tokens))
}

// principalOf returns the noun of a row whose edges are loaded.
func principalOf(r *ent.Principal) (*registry.Principal, error) {
	n := &registry.Principal{
		Name:          r.Name,
		Title:         r.Title,
		Role:          r.Role,
		ObserveUntil:  r.ObserveUntil,
		ObserveReason: r.ObserveReason,
	}
	return n, nested(
		part{r.ConsentSource, &n.ConsentSource},
		part{r.Tokens, &n.Tokens},
	)
}
