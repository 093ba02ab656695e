package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// policyService keeps the policy versions.
type policyService struct {
	waybillv1.UnimplementedPolicyServiceServer
	*core
}

func policyWritten(m *waybillv1.Policy, result *waybillv1.WriteResult) *waybillv1.WritePolicyResponse {
	return &waybillv1.WritePolicyResponse{Policy: m, Result: result}
}

func (s policyService) GetPolicy(ctx context.Context, r *waybillv1.GetPolicyRequest) (*waybillv1.Policy, error) {
	return get[*waybillv1.Policy](ctx, s.core, registry.Policies, r)
}

func (s policyService) ListPolicies(ctx context.Context, r *waybillv1.ListPoliciesRequest) (*waybillv1.ListPoliciesResponse, error) {
	page, next, err := list[*waybillv1.Policy](ctx, s.core, registry.Policies, "", r)
	return &waybillv1.ListPoliciesResponse{Policies: page, NextPageToken: next}, err
}

func (s policyService) CreatePolicy(ctx context.Context, r *waybillv1.CreatePolicyRequest) (*waybillv1.WritePolicyResponse, error) {
	return create(ctx, s.core, r, r.GetPolicy(), policyWritten)
}

func (s policyService) UpdatePolicy(ctx context.Context, r *waybillv1.UpdatePolicyRequest) (*waybillv1.WritePolicyResponse, error) {
	return update(ctx, s.core, r, r.GetPolicy(), policyWritten)
}

func (s policyService) DeletePolicy(ctx context.Context, r *waybillv1.DeletePolicyRequest) (*waybillv1.DeletePolicyResponse, error) {
	return remove(ctx, s.core, registry.Policies, r, func(result *waybillv1.WriteResult) *waybillv1.DeletePolicyResponse {
		return &waybillv1.DeletePolicyResponse{Result: result}
	})
}
