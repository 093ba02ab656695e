package store

import (
	"context"
	"slices"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) deployments(ctx context.Context, puts []edit) error {
	if err := save(ctx, p, puts, func(s *setter, e *edit) (*ent.DeploymentCreate, edges) {
		c := p.client.Deployment.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setDeployment(s, c.Mutation(), e.change.Noun.(*registry.Deployment))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.Deployment.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		setDeployment(s, m, e.change.Noun.(*registry.Deployment))
		return u
	}, func(cs []*ent.DeploymentCreate) executor { return p.client.Deployment.CreateBulk(cs...) }); err != nil {
		return err
	}
	return p.links(ctx, puts)
}

func setDeployment(s *setter, m *ent.DeploymentMutation, n *registry.Deployment) {
	m.SetRecipientID(s.id(registry.RecipientOf(n.Name)))
	m.SetTitle(n.Title)
	m.SetStorageCountries(n.StorageCountries)
	m.SetAccessCountries(n.AccessCountries)
	m.SetKind(n.Kind)
	m.SetRole(n.Role)
	m.SetHosting(n.Hosting)
}

// deploymentOf returns the noun of a row whose edges are loaded.
func deploymentOf(r *ent.Deployment) (*registry.Deployment, error) {
	n := &registry.Deployment{
		Name:             r.Name,
		Title:            r.Title,
		StorageCountries: r.StorageCountries,
		AccessCountries:  r.AccessCountries,
		Kind:             r.Kind,
		Role:             r.Role,
		Hosting:          r.Hosting,
	}
	links := slices.SortedFunc(slices.Values(r.Edges.Links), func(a, b *ent.SubprocessorLink) int { return a.Position - b.Position })
	for _, l := range links {
		link := registry.SubprocessorLink{Recipient: l.Edges.Recipient.Name, Authorisation: l.Authorisation,
			AuthoriseTime: l.AuthoriseTime, NoticeUntil: l.NoticeUntil, ObjectTime: l.ObjectTime}
		if l.Edges.Target != nil {
			link.Deployment = l.Edges.Target.Name
		}
		if l.Edges.Service != nil {
			link.Service = l.Edges.Service.Name
		}
		if l.Edges.SubAgreement != nil {
			link.SubAgreement = l.Edges.SubAgreement.Name
		}
		n.Links = append(n.Links, link)
	}
	return n, nil
}

// links writes the links anew, when all deployments that they may name are there.
func (p *projection) links(ctx context.Context, puts []edit) error {
	var fresh []*ent.SubprocessorLinkCreate
	for _, e := range puts {
		if !e.fresh {
			if err := p.exec(ctx, "DELETE FROM subprocessor_link WHERE deployment_id = ?", int64(e.change.Number)); err != nil {
				return err
			}
		}
		s := &setter{p: p}
		for i, l := range e.change.Noun.(*registry.Deployment).Links {
			c := p.client.SubprocessorLink.Create().SetDeploymentID(e.change.Number).SetPosition(i).SetRecipientID(s.id(l.Recipient)).
				SetAuthorisation(l.Authorisation).SetAuthoriseTime(l.AuthoriseTime).SetNoticeUntil(l.NoticeUntil).SetObjectTime(l.ObjectTime)
			if l.Deployment != "" {
				c.SetTargetID(s.id(l.Deployment))
			}
			if l.Service != "" {
				c.SetServiceID(s.id(l.Service))
			}
			if l.SubAgreement != "" {
				c.SetSubAgreementID(s.id(l.SubAgreement))
			}
			fresh = append(fresh, c)
		}
		if s.err != nil {
			return s.err
		}
	}
	for part := range slices.Chunk(fresh, bulkRows) {
		if err := p.client.SubprocessorLink.CreateBulk(part...).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
