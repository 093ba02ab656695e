package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) categories(ctx context.Context, puts []edit) error {
	return save(ctx, p, puts, func(s *setter, e *edit) (*ent.CategoryCreate, edges) {
		c := p.client.Category.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setCategory(s, c.Mutation(), e.change.Noun.(*registry.Category))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.Category.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		setCategory(s, m, e.change.Noun.(*registry.Category))
		return u
	}, func(cs []*ent.CategoryCreate) executor { return p.client.Category.CreateBulk(cs...) })
}

func setCategory(s *setter, m *ent.CategoryMutation, n *registry.Category) {
	m.SetTitle(n.Title)
	m.SetSentence(n.Sentence)
	m.SetExample(n.Example)
	m.SetSensitive(n.Sensitive)
	m.SetSpecial(n.Special)
	m.SetDirectIdentifier(n.DirectIdentifier)
	m.SetCredential(n.Credential)
	m.SetIdentityOrContact(n.IdentityOrContact)
	m.SetAnalytics(n.Analytics)
	m.SetNonPersonal(n.NonPersonal)
	m.SetImportantData(n.ImportantData)
	m.SetClause(n.Clause)
	if parent := registry.ParentOf(n.Name); parent != "" {
		m.SetParentID(s.id(parent))
	}
}

// categoryOf returns the noun of a row whose edges are loaded.
func categoryOf(r *ent.Category) (*registry.Category, error) {
	n := &registry.Category{
		Name:              r.Name,
		Title:             r.Title,
		Sentence:          r.Sentence,
		Example:           r.Example,
		Sensitive:         r.Sensitive,
		Special:           r.Special,
		DirectIdentifier:  r.DirectIdentifier,
		Credential:        r.Credential,
		IdentityOrContact: r.IdentityOrContact,
		Analytics:         r.Analytics,
		NonPersonal:       r.NonPersonal,
		ImportantData:     r.ImportantData,
		Clause:            r.Clause,
	}
	return n, nil
}
