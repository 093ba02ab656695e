package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) agreements(ctx context.Context, puts []edit) error {
	if err := save(ctx, p, puts, func(s *setter, e *edit) (*ent.AgreementCreate, edges) {
		c := p.client.Agreement.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setAgreement(s, c.Mutation(), e.change.Noun.(*registry.Agreement))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.Agreement.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		m.ClearExporters()
		m.ClearRecipients()
		m.ClearPurposes()
		m.ClearCoveredCategories()
		setAgreement(s, m, e.change.Noun.(*registry.Agreement))
		return u
	}, func(cs []*ent.AgreementCreate) executor { return p.client.Agreement.CreateBulk(cs...) }); err != nil {
		return err
	}
	return p.amends(ctx, puts)
}

func setAgreement(s *setter, m *ent.AgreementMutation, n *registry.Agreement) {
	m.SetTitle(n.Title)
	m.SetType(n.Type)
	m.SetCategories(n.Categories)
	m.SetHosting(n.Hosting)
	m.SetEffectiveTime(n.EffectiveTime)
	m.SetExpireTime(n.ExpireTime)
	m.SetTerminateTime(n.TerminateTime)
	m.SetTerminateReason(n.TerminateReason)
	m.SetDocumentDigest(n.DocumentDigest)
	m.SetSccModule(n.SCCModule)
	m.SetDeletionCertificateTime(n.DeletionCertificateTime)
	m.SetOurSignature(s.json(n.OurSignature))
	m.SetTheirSignature(s.json(n.TheirSignature))
	m.SetSubjectGroups(s.json(n.SubjectGroups))
	m.SetTerms(s.json(n.Terms))
	m.AddExporterIDs(s.ids(n.Exporters)...)
	m.AddRecipientIDs(s.ids(n.Recipients)...)
	m.AddPurposeIDs(s.ids(n.Purposes)...)
	m.AddCoveredCategoryIDs(s.ids(covered(n.CoveredCategories, n.Categories))...)
}

// agreementOf returns the noun of a row whose edges are loaded.
func agreementOf(r *ent.Agreement) (*registry.Agreement, error) {
	n := &registry.Agreement{
		Name:                    r.Name,
		Title:                   r.Title,
		Type:                    r.Type,
		Categories:              r.Categories,
		Hosting:                 r.Hosting,
		EffectiveTime:           r.EffectiveTime,
		ExpireTime:              r.ExpireTime,
		TerminateTime:           r.TerminateTime,
		TerminateReason:         r.TerminateReason,
		DocumentDigest:          r.DocumentDigest,
		SCCModule:               r.SccModule,
		DeletionCertificateTime: r.DeletionCertificateTime,
		Exporters:               names(r.Edges.Exporters),
		Recipients:              names(r.Edges.Recipients),
		Purposes:                names(r.Edges.Purposes),
		CoveredCategories:       names(r.Edges.CoveredCategories),
	}
	if r.Edges.Amends != nil {
		n.Amends = r.Edges.Amends.Name
	}
	return n, nested(
		part{r.OurSignature, &n.OurSignature},
		part{r.TheirSignature, &n.TheirSignature},
		part{r.SubjectGroups, &n.SubjectGroups},
		part{r.Terms, &n.Terms},
	)
}

// amends writes what an agreement amends, when all agreements are there.
func (p *projection) amends(ctx context.Context, puts []edit) error {
	s := &setter{p: p}
	for _, e := range puts {
		var amended any
		if name := e.change.Noun.(*registry.Agreement).Amends; name != "" {
			amended = int64(s.id(name))
		} else if e.fresh {
			continue
		}
		if s.err != nil {
			return s.err
		}
		if err := p.exec(ctx, "UPDATE agreement SET amends_id = ? WHERE number = ?", amended, int64(e.change.Number)); err != nil {
			return err
		}
	}
	return nil
}
