package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// exporterService keeps the exporters.
type exporterService struct {
	waybillv1.UnimplementedExporterServiceServer
	*core
}

func exporterWritten(m *waybillv1.Exporter, result *waybillv1.WriteResult) *waybillv1.WriteExporterResponse {
	return &waybillv1.WriteExporterResponse{Exporter: m, Result: result}
}

func (s exporterService) GetExporter(ctx context.Context, r *waybillv1.GetExporterRequest) (*waybillv1.Exporter, error) {
	return get[*waybillv1.Exporter](ctx, s.core, registry.Exporters, r)
}

func (s exporterService) ListExporters(ctx context.Context, r *waybillv1.ListExportersRequest) (*waybillv1.ListExportersResponse, error) {
	page, next, err := list[*waybillv1.Exporter](ctx, s.core, registry.Exporters, "", r)
	return &waybillv1.ListExportersResponse{Exporters: page, NextPageToken: next}, err
}

func (s exporterService) CreateExporter(ctx context.Context, r *waybillv1.CreateExporterRequest) (*waybillv1.WriteExporterResponse, error) {
	return create(ctx, s.core, r, r.GetExporter(), exporterWritten)
}

func (s exporterService) UpdateExporter(ctx context.Context, r *waybillv1.UpdateExporterRequest) (*waybillv1.WriteExporterResponse, error) {
	return update(ctx, s.core, r, r.GetExporter(), exporterWritten)
}

func (s exporterService) DeleteExporter(ctx context.Context, r *waybillv1.DeleteExporterRequest) (*waybillv1.DeleteExporterResponse, error) {
	return remove(ctx, s.core, registry.Exporters, r, func(result *waybillv1.WriteResult) *waybillv1.DeleteExporterResponse {
		return &waybillv1.DeleteExporterResponse{Result: result}
	})
}
