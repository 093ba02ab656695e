package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// instrumentService keeps the instruments of authorities.
type instrumentService struct {
	waybillv1.UnimplementedInstrumentServiceServer
	*core
}

func instrumentWritten(m *waybillv1.Instrument, result *waybillv1.WriteResult) *waybillv1.WriteInstrumentResponse {
	return &waybillv1.WriteInstrumentResponse{Instrument: m, Result: result}
}

func (s instrumentService) GetInstrument(ctx context.Context, r *waybillv1.GetInstrumentRequest) (*waybillv1.Instrument, error) {
	return get[*waybillv1.Instrument](ctx, s.core, registry.Instruments, r)
}

func (s instrumentService) ListInstruments(ctx context.Context, r *waybillv1.ListInstrumentsRequest) (*waybillv1.ListInstrumentsResponse, error) {
	page, next, err := list[*waybillv1.Instrument](ctx, s.core, registry.Instruments, "", r)
	return &waybillv1.ListInstrumentsResponse{Instruments: page, NextPageToken: next}, err
}

func (s instrumentService) CreateInstrument(ctx context.Context, r *waybillv1.CreateInstrumentRequest) (*waybillv1.WriteInstrumentResponse, error) {
	return create(ctx, s.core, r, r.GetInstrument(), instrumentWritten)
}

func (s instrumentService) UpdateInstrument(ctx context.Context, r *waybillv1.UpdateInstrumentRequest) (*waybillv1.WriteInstrumentResponse, error) {
	return update(ctx, s.core, r, r.GetInstrument(), instrumentWritten)
}

func (s instrumentService) DeleteInstrument(ctx context.Context, r *waybillv1.DeleteInstrumentRequest) (*waybillv1.DeleteInstrumentResponse, error) {
	return remove(ctx, s.core, registry.Instruments, r, func(result *waybillv1.WriteResult) *waybillv1.DeleteInstrumentResponse {
		return &waybillv1.DeleteInstrumentResponse{Result: result}
	})
}
