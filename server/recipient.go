package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// recipientService keeps the recipients and their deployments.
type recipientService struct {
	waybillv1.UnimplementedRecipientServiceServer
	*core
}

func recipientWritten(m *waybillv1.Recipient, result *waybillv1.WriteResult) *waybillv1.WriteRecipientResponse {
	return &waybillv1.WriteRecipientResponse{Recipient: m, Result: result}
}

func (s recipientService) GetRecipient(ctx context.Context, r *waybillv1.GetRecipientRequest) (*waybillv1.Recipient, error) {
	return get[*waybillv1.Recipient](ctx, s.core, registry.Recipients, r)
}

func (s recipientService) ListRecipients(ctx context.Context, r *waybillv1.ListRecipientsRequest) (*waybillv1.ListRecipientsResponse, error) {
	page, next, err := list[*waybillv1.Recipient](ctx, s.core, registry.Recipients, "", r)
	return &waybillv1.ListRecipientsResponse{Recipients: page, NextPageToken: next}, err
}

func (s recipientService) CreateRecipient(ctx context.Context, r *waybillv1.CreateRecipientRequest) (*waybillv1.WriteRecipientResponse, error) {
	return create(ctx, s.core, r, r.GetRecipient(), recipientWritten)
}

func (s recipientService) UpdateRecipient(ctx context.Context, r *waybillv1.UpdateRecipientRequest) (*waybillv1.WriteRecipientResponse, error) {
	return update(ctx, s.core, r, r.GetRecipient(), recipientWritten)
}

func (s recipientService) DeleteRecipient(ctx context.Context, r *waybillv1.DeleteRecipientRequest) (*waybillv1.DeleteRecipientResponse, error) {
	return remove(ctx, s.core, registry.Recipients, r, func(result *waybillv1.WriteResult) *waybillv1.DeleteRecipientResponse {
		return &waybillv1.DeleteRecipientResponse{Result: result}
	})
}

// ApproveRecipient states since when it is approved and until when the due diligence holds.
func (s recipientService) ApproveRecipient(ctx context.Context, r *waybillv1.ApproveRecipientRequest) (*waybillv1.WriteRecipientResponse, error) {
	return amend(ctx, s.core, r, r.GetName(), recipientWritten, func(n *registry.Recipient, now registry.Time) error {
		at, err := verbTime(r, now)
		if err != nil {
			return err
		}
		until, err := instant("due_diligence_until", r.GetDueDiligenceUntil())
		if err != nil {
			return err
		}
		return approve(n, at, until)
	})
}

// SuspendRecipient suspends it from a time, until another if one is given.
func (s recipientService) SuspendRecipient(ctx context.Context, r *waybillv1.SuspendRecipientRequest) (*waybillv1.WriteRecipientResponse, error) {
	return amend(ctx, s.core, r, r.GetName(), recipientWritten, func(n *registry.Recipient, now registry.Time) error {
		at, err := verbTime(r, now)
		if err != nil {
			return err
		}
		until, err := instant("end_time", r.GetEndTime())
		if err != nil {
			return err
		}
		return suspend(n, at, until, r.GetOptions().GetReason())
	})
}

// ResumeRecipient ends the suspension that stands at a time.
func (s recipientService) ResumeRecipient(ctx context.Context, r *waybillv1.ResumeRecipientRequest) (*waybillv1.WriteRecipientResponse, error) {
	return amend(ctx, s.core, r, r.GetName(), recipientWritten, func(n *registry.Recipient, now registry.Time) error {
		at, err := verbTime(r, now)
		if err != nil {
			return err
		}
		return resume(n, at)
	})
}

// TerminateRecipient ends it for good.
func (s recipientService) TerminateRecipient(ctx context.Context, r *waybillv1.TerminateRecipientRequest) (*waybillv1.WriteRecipientResponse, error) {
	return amend(ctx, s.core, r, r.GetName(), recipientWritten, func(n *registry.Recipient, now registry.Time) error {
		at, err := verbTime(r, now)
		if err != nil {
			return err
		}
		return end(n.Name, "terminated", &n.TerminateTime, at)
	})
}
