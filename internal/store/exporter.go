package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) exporters(ctx context.Context, puts []edit) error {
	return save(ctx, p, puts, func(s *setter, e *edit) (*ent.ExporterCreate, edges) {
		c := p.client.Exporter.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setExporter(s, c.Mutation(), e.change.Noun.(*registry.Exporter))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.Exporter.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		m.ClearMentionedPurposes()
		m.ClearMentionedCategories()
		setExporter(s, m, e.change.Noun.(*registry.Exporter))
		return u
	}, func(cs []*ent.ExporterCreate) executor { return p.client.Exporter.CreateBulk(cs...) })
}

func setExporter(s *setter, m *ent.ExporterMutation, n *registry.Exporter) {
	m.SetTitle(n.Title)
	m.SetCountry(n.Country)
	m.SetCity(n.City)
	m.SetRegionsServed(n.RegionsServed)
	m.SetContact(n.Contact)
	m.SetProducts(s.json(n.Products))
	m.SetCiioPeriods(s.json(n.CIIOPeriods))
	m.SetFreeTradeZones(s.json(n.FreeTradeZones))
	m.SetSmallHandlers(s.json(n.SmallHandlers))
	m.SetVolumeOpenings(s.json(n.VolumeOpenings))
	m.SetHolds(s.json(n.Holds))
	m.AddMentionedPurposeIDs(s.ids(mentioned(n, registry.Purposes))...)
	m.AddMentionedCategoryIDs(s.ids(mentioned(n, registry.Categories))...)
}

// exporterOf returns the noun of a row whose edges are loaded.
func exporterOf(r *ent.Exporter) (*registry.Exporter, error) {
	n := &registry.Exporter{
		Name:          r.Name,
		Title:         r.Title,
		Country:       r.Country,
		City:          r.City,
		RegionsServed: r.RegionsServed,
		Contact:       r.Contact,
	}
	return n, nested(
		part{r.Products, &n.Products},
		part{r.CiioPeriods, &n.CIIOPeriods},
		part{r.FreeTradeZones, &n.FreeTradeZones},
		part{r.SmallHandlers, &n.SmallHandlers},
		part{r.VolumeOpenings, &n.VolumeOpenings},
		part{r.Holds, &n.Holds},
	)
}
