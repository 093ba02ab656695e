package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// purposeService keeps the purposes.
type purposeService struct {
	waybillv1.UnimplementedPurposeServiceServer
	*core
}

func purposeWritten(m *waybillv1.Purpose, result *waybillv1.WriteResult) *waybillv1.WritePurposeResponse {
	return &waybillv1.WritePurposeResponse{Purpose: m, Result: result}
}

func (s purposeService) GetPurpose(ctx context.Context, r *waybillv1.GetPurposeRequest) (*waybillv1.Purpose, error) {
	return get[*waybillv1.Purpose](ctx, s.core, registry.Purposes, r)
}

func (s purposeService) ListPurposes(ctx context.Context, r *waybillv1.ListPurposesRequest) (*waybillv1.ListPurposesResponse, error) {
	page, next, err := list[*waybillv1.Purpose](ctx, s.core, registry.Purposes, "", r)
	return &waybillv1.ListPurposesResponse{Purposes: page, NextPageToken: next}, err
}

func (s purposeService) CreatePurpose(ctx context.Context, r *waybillv1.CreatePurposeRequest) (*waybillv1.WritePurposeResponse, error) {
	return create(ctx, s.core, r, r.GetPurpose(), purposeWritten)
}

func (s purposeService) UpdatePurpose(ctx context.Context, r *waybillv1.UpdatePurposeRequest) (*waybillv1.WritePurposeResponse, error) {
	return update(ctx, s.core, r, r.GetPurpose(), purposeWritten)
}

func (s purposeService) DeletePurpose(ctx context.Context, r *waybillv1.DeletePurposeRequest) (*waybillv1.DeletePurposeResponse, error) {
	return remove(ctx, s.core, registry.Purposes, r, func(result *waybillv1.WriteResult) *waybillv1.DeletePurposeResponse {
		return &waybillv1.DeletePurposeResponse{Result: result}
	})
}
