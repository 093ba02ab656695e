package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) transfers(ctx context.Context, puts []edit) error {
	return save(ctx, p, puts, func(s *setter, e *edit) (*ent.TransferCreate, edges) {
		c := p.client.Transfer.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setTransfer(s, c.Mutation(), e.change.Noun.(*registry.Transfer))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.Transfer.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		m.ClearRecipients()
		m.ClearPurposes()
		m.ClearCoveredCategories()
		m.ClearOnwardRecipients()
		setTransfer(s, m, e.change.Noun.(*registry.Transfer))
		return u
	}, func(cs []*ent.TransferCreate) executor { return p.client.Transfer.CreateBulk(cs...) })
}

func setTransfer(s *setter, m *ent.TransferMutation, n *registry.Transfer) {
	m.SetExporterID(s.id(n.Exporter))
	m.SetTitle(n.Title)
	m.SetRegime(n.Regime)
	m.SetMechanism(n.Mechanism)
	m.SetCountries(n.Countries)
	m.SetCategories(n.Categories)
	m.SetValidFrom(n.ValidFrom)
	m.SetValidTo(n.ValidTo)
	m.SetRecertifiedUntil(n.RecertifiedUntil)
	m.SetRevokeTime(n.RevokeTime)
	m.SetRevokeReason(n.RevokeReason)
	m.SetExemption(n.Exemption)
	m.SetDerogation(n.Derogation)
	m.SetNoSafeguardsReason(n.NoSafeguardsReason)
	m.SetOccasional(n.Occasional)
	m.SetApprovedScale(n.ApprovedScale)
	m.SetCheckTime(n.CheckTime)
	m.SetHrCoverage(n.HRCoverage)
	m.SetUkExtension(n.UKExtension)
	m.SetSensitiveLabelled(n.SensitiveLabelled)
	m.SetImporterUnderGdpr(n.ImporterUnderGDPR)
	m.SetSupplementaryMeasures(n.SupplementaryMeasures)
	m.SetRenewalApplyTime(n.RenewalApplyTime)
	m.SetAnnexes(s.json(n.Annexes))
	m.SetSuspensions(s.json(n.Suspensions))
	m.SetEvidence(s.json(n.Evidence))
	m.AddRecipientIDs(s.ids(n.Recipients)...)
	m.AddPurposeIDs(s.ids(n.Purposes)...)
	m.AddCoveredCategoryIDs(s.ids(covered(n.CoveredCategories, n.Categories))...)
	m.AddOnwardRecipientIDs(s.ids(n.OnwardRecipients)...)
	if n.Agreement == "" {
		m.ClearAgreementID()
	} else {
		m.SetAgreementID(s.id(n.Agreement))
	}
}

// transferOf returns the noun of a row whose edges are loaded.
func transferOf(r *ent.Transfer) (*registry.Transfer, error) {
	n := &registry.Transfer{
		Name:                  r.Name,
		Title:                 r.Title,
		Regime:                r.Regime,
		Mechanism:             r.Mechanism,
		Countries:             r.Countries,
		Categories:            r.Categories,
		ValidFrom:             r.ValidFrom,
		ValidTo:               r.ValidTo,
		RecertifiedUntil:      r.RecertifiedUntil,
		RevokeTime:            r.RevokeTime,
		RevokeReason:          r.RevokeReason,
		Exemption:             r.Exemption,
		Derogation:            r.Derogation,
		NoSafeguardsReason:    r.NoSafeguardsReason,
		Occasional:            r.Occasional,
		ApprovedScale:         r.ApprovedScale,
		CheckTime:             r.CheckTime,
		HRCoverage:            r.HrCoverage,
		UKExtension:           r.UkExtension,
		SensitiveLabelled:     r.SensitiveLabelled,
		ImporterUnderGDPR:     r.ImporterUnderGdpr,
		SupplementaryMeasures: r.SupplementaryMeasures,
		RenewalApplyTime:      r.RenewalApplyTime,
		Exporter:              r.Edges.Exporter.Name,
		Recipients:            names(r.Edges.Recipients),
		Purposes:              names(r.Edges.Purposes),
		CoveredCategories:     names(r.Edges.CoveredCategories),
		OnwardRecipients:      names(r.Edges.OnwardRecipients),
	}
	if r.Edges.Agreement != nil {
		n.Agreement = r.Edges.Agreement.Name
	}
	return n, nested(
		part{r.Suspensions, &n.Suspensions},
		part{r.Evidence, &n.Evidence},
		part{r.Annexes, &n.Annexes},
	)
}
