package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// exceptionService keeps the records of exceptions.
type exceptionService struct {
	waybillv1.UnimplementedExceptionRecordServiceServer
	*core
}

func exceptionWritten(m *waybillv1.ExceptionRecord, result *waybillv1.WriteResult) *waybillv1.WriteExceptionRecordResponse {
	return &waybillv1.WriteExceptionRecordResponse{ExceptionRecord: m, Result: result}
}

func (s exceptionService) GetExceptionRecord(ctx context.Context, r *waybillv1.GetExceptionRecordRequest) (*waybillv1.ExceptionRecord, error) {
	return get[*waybillv1.ExceptionRecord](ctx, s.core, registry.Exceptions, r)
}

func (s exceptionService) ListExceptionRecords(ctx context.Context, r *waybillv1.ListExceptionRecordsRequest) (*waybillv1.ListExceptionRecordsResponse, error) {
	page, next, err := list[*waybillv1.ExceptionRecord](ctx, s.core, registry.Exceptions, "", r)
	return &waybillv1.ListExceptionRecordsResponse{ExceptionRecords: page, NextPageToken: next}, err
}

func (s exceptionService) CreateExceptionRecord(ctx context.Context, r *waybillv1.CreateExceptionRecordRequest) (*waybillv1.WriteExceptionRecordResponse, error) {
	return create(ctx, s.core, r, r.GetExceptionRecord(), exceptionWritten)
}

func (s exceptionService) UpdateExceptionRecord(ctx context.Context, r *waybillv1.UpdateExceptionRecordRequest) (*waybillv1.WriteExceptionRecordResponse, error) {
	return update(ctx, s.core, r, r.GetExceptionRecord(), exceptionWritten)
}

func (s exceptionService) DeleteExceptionRecord(ctx context.Context, r *waybillv1.DeleteExceptionRecordRequest) (*waybillv1.DeleteExceptionRecordResponse, error) {
	return remove(ctx, s.core, registry.Exceptions, r, func(result *waybillv1.WriteResult) *waybillv1.DeleteExceptionRecordResponse {
		return &waybillv1.DeleteExceptionRecordResponse{Result: result}
	})
}
