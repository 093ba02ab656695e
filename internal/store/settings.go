package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) settings(ctx context.Context, puts []edit) error {
	return save(ctx, p, puts, func(s *setter, e *edit) (*ent.SettingsCreate, edges) {
		c := p.client.Settings.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setSettings(s, c.Mutation(), e.change.Noun.(*registry.Settings))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.Settings.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		setSettings(s, m, e.change.Noun.(*registry.Settings))
		return u
	}, func(cs []*ent.SettingsCreate) executor { return p.client.Settings.CreateBulk(cs...) })
}

func setSettings(s *setter, m *ent.SettingsMutation, n *registry.Settings) {
	m.SetZone(n.Zone)
	m.SetScreeningAgeDays(n.ScreeningAgeDays)
	m.SetSeparateConsentWithoutConsentBasis(n.SeparateConsentWithoutConsentBasis)
	m.SetGapContact(n.GapContact)
	m.SetHmtAuthority(n.HmtAuthority)
	m.SetNonsensitiveTier(n.NonsensitiveTier)
	m.SetStatutoryDutyLiftsAssessment(n.StatutoryDutyLiftsAssessment)
	m.SetCountExemptFlows(n.CountExemptFlows)
	m.SetAgreementDeferralOff(n.AgreementDeferralOff)
	m.SetAssessmentDeferralOff(n.AssessmentDeferralOff)
}

// settingsOf returns the noun of a row whose edges are loaded.
func settingsOf(r *ent.Settings) (*registry.Settings, error) {
	n := &registry.Settings{
		Name:                               r.Name,
		Zone:                               r.Zone,
		ScreeningAgeDays:                   r.ScreeningAgeDays,
		SeparateConsentWithoutConsentBasis: r.SeparateConsentWithoutConsentBasis,
		GapContact:                         r.GapContact,
		HmtAuthority:                       r.HmtAuthority,
		NonsensitiveTier:                   r.NonsensitiveTier,
		StatutoryDutyLiftsAssessment:       r.StatutoryDutyLiftsAssessment,
		CountExemptFlows:                   r.CountExemptFlows,
		AgreementDeferralOff:               r.AgreementDeferralOff,
		AssessmentDeferralOff:              r.AssessmentDeferralOff,
	}
	return n, nil
}
