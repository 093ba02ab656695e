package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// transferService keeps the cross-border transfers.
type transferService struct {
	waybillv1.UnimplementedTransferServiceServer
	*core
}

func transferWritten(m *waybillv1.Transfer, result *waybillv1.WriteResult) *waybillv1.WriteTransferResponse {
	return &waybillv1.WriteTransferResponse{Transfer: m, Result: result}
}

func (s transferService) GetTransfer(ctx context.Context, r *waybillv1.GetTransferRequest) (*waybillv1.Transfer, error) {
	return get[*waybillv1.Transfer](ctx, s.core, registry.Transfers, r)
}

func (s transferService) ListTransfers(ctx context.Context, r *waybillv1.ListTransfersRequest) (*waybillv1.ListTransfersResponse, error) {
	page, next, err := list[*waybillv1.Transfer](ctx, s.core, registry.Transfers, "", r)
	return &waybillv1.ListTransfersResponse{Transfers: page, NextPageToken: next}, err
}

func (s transferService) CreateTransfer(ctx context.Context, r *waybillv1.CreateTransferRequest) (*waybillv1.WriteTransferResponse, error) {
	return create(ctx, s.core, r, r.GetTransfer(), transferWritten)
}

func (s transferService) UpdateTransfer(ctx context.Context, r *waybillv1.UpdateTransferRequest) (*waybillv1.WriteTransferResponse, error) {
	return update(ctx, s.core, r, r.GetTransfer(), transferWritten)
}

func (s transferService) DeleteTransfer(ctx context.Context, r *waybillv1.DeleteTransferRequest) (*waybillv1.DeleteTransferResponse, error) {
	return remove(ctx, s.core, registry.Transfers, r, func(result *waybillv1.WriteResult) *waybillv1.DeleteTransferResponse {
		return &waybillv1.DeleteTransferResponse{Result: result}
	})
}

// RevokeTransfer ends its mechanism; no share rests on it from then on.
func (s transferService) RevokeTransfer(ctx context.Context, r *waybillv1.RevokeTransferRequest) (*waybillv1.WriteTransferResponse, error) {
	return amend(ctx, s.core, r, r.GetName(), transferWritten, func(n *registry.Transfer, now registry.Time) error {
		at, err := verbTime(r, now)
		if err != nil {
			return err
		}
		n.RevokeReason = r.GetOptions().GetReason()
		return end(n.Name, "revoked", &n.RevokeTime, at)
	})
}
