package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// settingsService keeps the settings.
type settingsService struct {
	waybillv1.UnimplementedSettingsServiceServer
	*core
}

func settingsWritten(m *waybillv1.Settings, result *waybillv1.WriteResult) *waybillv1.WriteSettingsResponse {
	return &waybillv1.WriteSettingsResponse{Settings: m, Result: result}
}

func (s settingsService) GetSettings(ctx context.Context, r *waybillv1.GetSettingsRequest) (*waybillv1.Settings, error) {
	return get[*waybillv1.Settings](ctx, s.core, registry.SettingsOf, r)
}

func (s settingsService) UpdateSettings(ctx context.Context, r *waybillv1.UpdateSettingsRequest) (*waybillv1.WriteSettingsResponse, error) {
	return update(ctx, s.core, r, r.GetSettings(), settingsWritten)
}
