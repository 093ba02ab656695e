package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// assessmentService keeps the assessments.
type assessmentService struct {
	waybillv1.UnimplementedAssessmentServiceServer
	*core
}

func assessmentWritten(m *waybillv1.Assessment, result *waybillv1.WriteResult) *waybillv1.WriteAssessmentResponse {
	return &waybillv1.WriteAssessmentResponse{Assessment: m, Result: result}
}

func (s assessmentService) GetAssessment(ctx context.Context, r *waybillv1.GetAssessmentRequest) (*waybillv1.Assessment, error) {
	return get[*waybillv1.Assessment](ctx, s.core, registry.Assessments, r)
}

func (s assessmentService) ListAssessments(ctx context.Context, r *waybillv1.ListAssessmentsRequest) (*waybillv1.ListAssessmentsResponse, error) {
	page, next, err := list[*waybillv1.Assessment](ctx, s.core, registry.Assessments, "", r)
	return &waybillv1.ListAssessmentsResponse{Assessments: page, NextPageToken: next}, err
}

func (s assessmentService) CreateAssessment(ctx context.Context, r *waybillv1.CreateAssessmentRequest) (*waybillv1.WriteAssessmentResponse, error) {
	return create(ctx, s.core, r, r.GetAssessment(), assessmentWritten)
}

func (s assessmentService) UpdateAssessment(ctx context.Context, r *waybillv1.UpdateAssessmentRequest) (*waybillv1.WriteAssessmentResponse, error) {
	return update(ctx, s.core, r, r.GetAssessment(), assessmentWritten)
}

func (s assessmentService) DeleteAssessment(ctx context.Context, r *waybillv1.DeleteAssessmentRequest) (*waybillv1.DeleteAssessmentResponse, error) {
	return remove(ctx, s.core, registry.Assessments, r, func(result *waybillv1.WriteResult) *waybillv1.DeleteAssessmentResponse {
		return &waybillv1.DeleteAssessmentResponse{Result: result}
	})
}
