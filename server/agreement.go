package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// agreementService keeps the agreements.
type agreementService struct {
	waybillv1.UnimplementedAgreementServiceServer
	*core
}

func agreementWritten(m *waybillv1.Agreement, result *waybillv1.WriteResult) *waybillv1.WriteAgreementResponse {
	return &waybillv1.WriteAgreementResponse{Agreement: m, Result: result}
}

func (s agreementService) GetAgreement(ctx context.Context, r *waybillv1.GetAgreementRequest) (*waybillv1.Agreement, error) {
	return get[*waybillv1.Agreement](ctx, s.core, registry.Agreements, r)
}

func (s agreementService) ListAgreements(ctx context.Context, r *waybillv1.ListAgreementsRequest) (*waybillv1.ListAgreementsResponse, error) {
	page, next, err := list[*waybillv1.Agreement](ctx, s.core, registry.Agreements, "", r)
	return &waybillv1.ListAgreementsResponse{Agreements: page, NextPageToken: next}, err
}

func (s agreementService) CreateAgreement(ctx context.Context, r *waybillv1.CreateAgreementRequest) (*waybillv1.WriteAgreementResponse, error) {
	return create(ctx, s.core, r, r.GetAgreement(), agreementWritten)
}

func (s agreementService) UpdateAgreement(ctx context.Context, r *waybillv1.UpdateAgreementRequest) (*waybillv1.WriteAgreementResponse, error) {
	return update(ctx, s.core, r, r.GetAgreement(), agreementWritten)
}

func (s agreementService) DeleteAgreement(ctx context.Context, r *waybillv1.DeleteAgreementRequest) (*waybillv1.DeleteAgreementResponse, error) {
	return remove(ctx, s.core, registry.Agreements, r, func(result *waybillv1.WriteResult) *waybillv1.DeleteAgreementResponse {
		return &waybillv1.DeleteAgreementResponse{Result: result}
	})
}

// TerminateAgreement ends it for good; no share rests on it from then on.
func (s agreementService) TerminateAgreement(ctx context.Context, r *waybillv1.TerminateAgreementRequest) (*waybillv1.WriteAgreementResponse, error) {
	return amend(ctx, s.core, r, r.GetName(), agreementWritten, func(n *registry.Agreement, now registry.Time) error {
		at, err := verbTime(r, now)
		if err != nil {
			return err
		}
		n.TerminateReason = r.GetOptions().GetReason()
		return end(n.Name, "terminated", &n.TerminateTime, at)
	})
}
