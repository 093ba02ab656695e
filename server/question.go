package server

import (
	"waybill/internal/decision"
	waybillv1 "waybill/proto/waybill/v1"
)

// recordedQuestion returns a question of the ledger for a reader. What was no
// name of the registry stands as "tag:" and hex.
func recordedQuestion(q *decision.Question) *waybillv1.ShareQuestion {
	m := &waybillv1.ShareQuestion{
		Exporter: q.Exporter, Recipient: q.Recipient, Deployment: q.Deployment, Purpose: q.Purpose, ServedPurpose: q.ServedPurpose,
		Categories: q.Categories, Subject: q.Subject, SubjectGroup: waybillv1.SubjectGroup(q.SubjectGroup), SubjectRegions: q.SubjectRegions,
		Product: q.Product, AgeBand: waybillv1.AgeBand(q.AgeBand), Origin: q.Origin, DestinationCountries: q.DestinationCountries,
		Quantity: q.Quantity, HrReference: q.HRReference, Citation: q.Citation, Assessment: q.Assessment,
		ToOwnAddress: q.ToOwnAddress, Deidentified: q.Deidentified,
	}
	for regime, basis := range q.Bases {
		if basis != 0 {
			m.Bases = append(m.Bases, &waybillv1.BasisClaim{Regime: waybillv1.Regime(regime), Basis: waybillv1.Basis(basis)})
		}
	}
	if q.OrderRef != "" || q.OrderSubject != "" {
		m.Order = &waybillv1.OrderReference{Reference: q.OrderRef, Subject: q.OrderSubject}
	}
	for i := range q.Consents {
		m.Consents = append(m.Consents, recordedConsent(&q.Consents[i]))
	}
	for _, l := range q.Chain {
		m.Chain = append(m.Chain, &waybillv1.ChainLink{Recipient: l.Recipient, Deployment: l.Deployment})
	}
	if q.Exception != 0 {
		m.Exception = &waybillv1.ExceptionClaim{Exception: waybillv1.Exception(q.Exception), Record: q.ExceptionRecord}
	}
	return m
}

func recordedConsent(c *decision.Consent) *waybillv1.Consent {
	return &waybillv1.Consent{
		Type: waybillv1.ConsentType(c.Type), Purpose: c.Purpose, Categories: c.Categories, Recipient: c.Recipient, Policy: c.Policy,
		GiveTime: timestamp(c.GiveTime), ExpireTime: timestamp(c.ExpireTime), WithdrawTime: timestamp(c.WithdrawTime),
		Method: c.Method, Evidence: c.Evidence, CheckTime: timestamp(c.CheckTime), Subject: c.Subject,
		ByGuardian: c.ByGuardian, ChildInterest: c.ChildInterest, Publication: c.Publication, Countries: c.Countries,
	}
}
