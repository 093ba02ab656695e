package store

import (
	"context"

	"waybill/ent"
	"waybill/internal/registry"
)

func (p *projection) exceptions(ctx context.Context, puts []edit) error {
	return save(ctx, p, puts, func(s *setter, e *edit) (*ent.ExceptionRecordCreate, edges) {
		c := p.client.ExceptionRecord.Create().SetID(e.change.Number)
		e.set(c.Mutation())
		setException(s, c.Mutation(), e.change.Noun.(*registry.ExceptionRecord))
		return c, c.Mutation()
	}, func(s *setter, e *edit) executor {
		u := p.client.ExceptionRecord.UpdateOneID(e.change.Number)
		m := u.Mutation()
		e.set(m)
		m.ClearExporters()
		m.ClearRecipients()
		m.ClearPurposes()
		m.ClearCoveredCategories()
		m.ClearProvedCategories()
		setException(s, m, e.change.Noun.(*registry.ExceptionRecord))
		return u
	}, func(cs []*ent.ExceptionRecordCreate) executor { return p.client.ExceptionRecord.CreateBulk(cs...) })
}

func setException(s *setter, m *ent.ExceptionRecordMutation, n *registry.ExceptionRecord) {
	m.SetTitle(n.Title)
	m.SetException(n.Exception)
	m.SetCategories(n.Categories)
	m.SetCitation(n.Citation)
	m.SetObligesSharing(n.ObligesSharing)
	m.SetOrgan(n.Organ)
	m.SetDemand(n.Demand)
	m.SetDeclaredEmergency(n.DeclaredEmergency)
	m.SetCaseNumber(n.CaseNumber)
	m.SetInterest(n.Interest)
	m.SetWhyImpracticable(n.WhyImpracticable)
	m.SetEmergency(n.Emergency)
	m.SetLifeOrBody(n.LifeOrBody)
	m.SetIncapable(n.Incapable)
	m.SetSpecialGround(n.SpecialGround)
	m.SetReasonableScope(n.ReasonableScope)
	m.SetNoMajorImpact(n.NoMajorImpact)
	m.SetOrdersPublication(n.OrdersPublication)
	m.SetSecrecyCitation(n.SecrecyCitation)
	m.SetJustification(n.Justification)
	m.SetEffectiveTime(n.EffectiveTime)
	m.SetExpireTime(n.ExpireTime)
	m.SetEmergencyEndTime(n.EmergencyEndTime)
	m.SetApprovedBy(n.ApprovedBy)
	m.SetSecondApprovedBy(n.SecondApprovedBy)
	m.SetApproveTime(n.ApproveTime)
	m.SetRegimes(s.json(n.Regimes))
	m.SetProofs(s.json(n.Proofs))
	m.AddExporterIDs(s.ids(n.Exporters)...)
	m.AddRecipientIDs(s.ids(n.Recipients)...)
	m.AddPurposeIDs(s.ids(n.Purposes)...)
	m.AddCoveredCategoryIDs(s.ids(covered(n.CoveredCategories, n.Categories))...)
	m.AddProvedCategoryIDs(s.ids(proved(n))...)
	if n.Instrument == "" {
		m.ClearInstrumentID()
	} else {
		m.SetInstrumentID(s.id(n.Instrument))
	}
}

// proved returns the categories that the proofs name.
func proved(n *registry.ExceptionRecord) []string {
	var names []string
	for _, p := range n.Proofs {
		names = append(names, p.Category)
	}
	return set(names)
}

// exceptionOf returns the noun of a row whose edges are loaded.
func exceptionOf(r *ent.ExceptionRecord) (*registry.ExceptionRecord, error) {
	n := &registry.ExceptionRecord{
		Name:              r.Name,
		Title:             r.Title,
		Exception:         r.Exception,
		Categories:        r.Categories,
		Citation:          r.Citation,
		ObligesSharing:    r.ObligesSharing,
		Organ:             r.Organ,
		Demand:            r.Demand,
		DeclaredEmergency: r.DeclaredEmergency,
		CaseNumber:        r.CaseNumber,
		Interest:          r.Interest,
		WhyImpracticable:  r.WhyImpracticable,
		Emergency:         r.Emergency,
		LifeOrBody:        r.LifeOrBody,
		Incapable:         r.Incapable,
		SpecialGround:     r.SpecialGround,
		ReasonableScope:   r.ReasonableScope,
		NoMajorImpact:     r.NoMajorImpact,
		OrdersPublication: r.OrdersPublication,
		SecrecyCitation:   r.SecrecyCitation,
		Justification:     r.Justification,
		EffectiveTime:     r.EffectiveTime,
		ExpireTime:        r.ExpireTime,
		EmergencyEndTime:  r.EmergencyEndTime,
		ApprovedBy:        r.ApprovedBy,
		SecondApprovedBy:  r.SecondApprovedBy,
		ApproveTime:       r.ApproveTime,
		Exporters:         names(r.Edges.Exporters),
		Recipients:        names(r.Edges.Recipients),
		Purposes:          names(r.Edges.Purposes),
		CoveredCategories: names(r.Edges.CoveredCategories),
	}
	if r.Edges.Instrument != nil {
		n.Instrument = r.Edges.Instrument.Name
	}
	return n, nested(
		part{r.Regimes, &n.Regimes},
		part{r.Proofs, &n.Proofs},
	)
}
