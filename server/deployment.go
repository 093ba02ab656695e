package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

func deploymentWritten(m *waybillv1.Deployment, result *waybillv1.WriteResult) *waybillv1.WriteDeploymentResponse {
	return &waybillv1.WriteDeploymentResponse{Deployment: m, Result: result}
}

func (s recipientService) GetDeployment(ctx context.Context, r *waybillv1.GetDeploymentRequest) (*waybillv1.Deployment, error) {
	return get[*waybillv1.Deployment](ctx, s.core, registry.Deployments, r)
}

func (s recipientService) ListDeployments(ctx context.Context, r *waybillv1.ListDeploymentsRequest) (*waybillv1.ListDeploymentsResponse, error) {
	parent := r.GetParent()
	if parent != "" {
		var err error
		if parent, _, err = s.history(ctx, registry.Recipients, "parent", parent); err != nil {
			return nil, err
		}
	}
	page, next, err := list[*waybillv1.Deployment](ctx, s.core, registry.Deployments, parent, r)
	return &waybillv1.ListDeploymentsResponse{Deployments: page, NextPageToken: next}, err
}

func (s recipientService) CreateDeployment(ctx context.Context, r *waybillv1.CreateDeploymentRequest) (*waybillv1.WriteDeploymentResponse, error) {
	return create(ctx, s.core, r, r.GetDeployment(), deploymentWritten)
}

func (s recipientService) UpdateDeployment(ctx context.Context, r *waybillv1.UpdateDeploymentRequest) (*waybillv1.WriteDeploymentResponse, error) {
	return update(ctx, s.core, r, r.GetDeployment(), deploymentWritten)
}

func (s recipientService) DeleteDeployment(ctx context.Context, r *waybillv1.DeleteDeploymentRequest) (*waybillv1.DeleteDeploymentResponse, error) {
	return remove(ctx, s.core, registry.Deployments, r, func(result *waybillv1.WriteResult) *waybillv1.DeleteDeploymentResponse {
		return &waybillv1.DeleteDeploymentResponse{Result: result}
	})
}
