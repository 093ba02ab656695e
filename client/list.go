package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	waybillv1 "waybill/proto/waybill/v1"
)

// listPage is how many items are asked for at once.
const listPage = 500

// When asks for the registry as it stood.
type When struct {
	// On is the time at which states are computed; zero is now.
	On time.Time
	// Known is the registry as recorded by then; zero is the newest.
	Known time.Time
}

func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// pages walks a list. It yields an error once, as its last pair; a caller that
// stops early costs no further call.
func pages[T any](ctx context.Context, what string, page func(ctx context.Context, token string) ([]T, string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for token := ""; ; {
			items, next, err := page(ctx, token)
			if err != nil {
				var none T
				yield(none, fmt.Errorf("list %s: %w", what, err))
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			token = next
		}
	}
}

// Exporters lists the exporters in the order of their names.
func (c *Client) Exporters(ctx context.Context, w When) iter.Seq2[*waybillv1.Exporter, error] {
	service := waybillv1.NewExporterServiceClient(c.conn)
	return pages(ctx, "exporters", func(ctx context.Context, token string) ([]*waybillv1.Exporter, string, error) {
		r, err := service.ListExporters(ctx, &waybillv1.ListExportersRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetExporters(), r.GetNextPageToken(), err
	})
}

// Recipients lists the recipients in the order of their names.
func (c *Client) Recipients(ctx context.Context, w When) iter.Seq2[*waybillv1.Recipient, error] {
	service := waybillv1.NewRecipientServiceClient(c.conn)
	return pages(ctx, "recipients", func(ctx context.Context, token string) ([]*waybillv1.Recipient, string, error) {
		r, err := service.ListRecipients(ctx, &waybillv1.ListRecipientsRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetRecipients(), r.GetNextPageToken(), err
	})
}

// Agreements lists the agreements in the order of their names.
func (c *Client) Agreements(ctx context.Context, w When) iter.Seq2[*waybillv1.Agreement, error] {
	service := waybillv1.NewAgreementServiceClient(c.conn)
	return pages(ctx, "agreements", func(ctx context.Context, token string) ([]*waybillv1.Agreement, string, error) {
		r, err := service.ListAgreements(ctx, &waybillv1.ListAgreementsRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetAgreements(), r.GetNextPageToken(), err
	})
}

// Transfers lists the transfers in the order of their names.
func (c *Client) Transfers(ctx context.Context, w When) iter.Seq2[*waybillv1.Transfer, error] {
	service := waybillv1.NewTransferServiceClient(c.conn)
	return pages(ctx, "transfers", func(ctx context.Context, token string) ([]*waybillv1.Transfer, string, error) {
		r, err := service.ListTransfers(ctx, &waybillv1.ListTransfersRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetTransfers(), r.GetNextPageToken(), err
	})
}

// Assessments lists the assessments in the order of their names.
func (c *Client) Assessments(ctx context.Context, w When) iter.Seq2[*waybillv1.Assessment, error] {
	service := waybillv1.NewAssessmentServiceClient(c.conn)
	return pages(ctx, "assessments", func(ctx context.Context, token string) ([]*waybillv1.Assessment, string, error) {
		r, err := service.ListAssessments(ctx, &waybillv1.ListAssessmentsRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetAssessments(), r.GetNextPageToken(), err
	})
}

// Purposes lists the purposes in the order of their names.
func (c *Client) Purposes(ctx context.Context, w When) iter.Seq2[*waybillv1.Purpose, error] {
	service := waybillv1.NewPurposeServiceClient(c.conn)
	return pages(ctx, "purposes", func(ctx context.Context, token string) ([]*waybillv1.Purpose, string, error) {
		r, err := service.ListPurposes(ctx, &waybillv1.ListPurposesRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetPurposes(), r.GetNextPageToken(), err
	})
}

// Categories lists the categories in the order of their names.
func (c *Client) Categories(ctx context.Context, w When) iter.Seq2[*waybillv1.Category, error] {
	service := waybillv1.NewCategoryServiceClient(c.conn)
	return pages(ctx, "categories", func(ctx context.Context, token string) ([]*waybillv1.Category, string, error) {
		r, err := service.ListCategories(ctx, &waybillv1.ListCategoriesRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetCategories(), r.GetNextPageToken(), err
	})
}

// Policies lists the policy versions in the order of their names.
func (c *Client) Policies(ctx context.Context, w When) iter.Seq2[*waybillv1.Policy, error] {
	service := waybillv1.NewPolicyServiceClient(c.conn)
	return pages(ctx, "policy versions", func(ctx context.Context, token string) ([]*waybillv1.Policy, string, error) {
		r, err := service.ListPolicies(ctx, &waybillv1.ListPoliciesRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetPolicies(), r.GetNextPageToken(), err
	})
}

// Principals lists the principals in the order of their names.
func (c *Client) Principals(ctx context.Context, w When) iter.Seq2[*waybillv1.Principal, error] {
	service := waybillv1.NewPrincipalServiceClient(c.conn)
	return pages(ctx, "principals", func(ctx context.Context, token string) ([]*waybillv1.Principal, string, error) {
		r, err := service.ListPrincipals(ctx, &waybillv1.ListPrincipalsRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetPrincipals(), r.GetNextPageToken(), err
	})
}

// Instruments lists the instruments of authorities in the order of their names.
func (c *Client) Instruments(ctx context.Context, w When) iter.Seq2[*waybillv1.Instrument, error] {
	service := waybillv1.NewInstrumentServiceClient(c.conn)
	return pages(ctx, "instruments", func(ctx context.Context, token string) ([]*waybillv1.Instrument, string, error) {
		r, err := service.ListInstruments(ctx, &waybillv1.ListInstrumentsRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetInstruments(), r.GetNextPageToken(), err
	})
}

// ExceptionRecords lists the records of exceptions in the order of their names.
func (c *Client) ExceptionRecords(ctx context.Context, w When) iter.Seq2[*waybillv1.ExceptionRecord, error] {
	service := waybillv1.NewExceptionRecordServiceClient(c.conn)
	return pages(ctx, "exceptions", func(ctx context.Context, token string) ([]*waybillv1.ExceptionRecord, string, error) {
		r, err := service.ListExceptionRecords(ctx, &waybillv1.ListExceptionRecordsRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetExceptionRecords(), r.GetNextPageToken(), err
	})
}

// Deployments lists the deployments of a recipient (recipients/sf), of all where
// it is empty.
func (c *Client) Deployments(ctx context.Context, recipient string, w When) iter.Seq2[*waybillv1.Deployment, error] {
	service := waybillv1.NewRecipientServiceClient(c.conn)
	return pages(ctx, "deployments", func(ctx context.Context, token string) ([]*waybillv1.Deployment, string, error) {
		r, err := service.ListDeployments(ctx, &waybillv1.ListDeploymentsRequest{Parent: recipient, PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known)})
		return r.GetDeployments(), r.GetNextPageToken(), err
	})
}

// RegisteredTransfers lists the cross-border transfers in force, and with all
// also the others.
func (c *Client) RegisteredTransfers(ctx context.Context, w When, all bool) iter.Seq2[*waybillv1.Transfer, error] {
	service := waybillv1.NewTransferRegisterServiceClient(c.conn)
	return pages(ctx, "registered transfers", func(ctx context.Context, token string) ([]*waybillv1.Transfer, string, error) {
		r, err := service.ListRegisteredTransfers(ctx, &waybillv1.ListRegisteredTransfersRequest{PageSize: listPage, PageToken: token, OnTime: stamp(w.On), KnownTime: stamp(w.Known), ShowAll: all})
		return r.GetTransfers(), r.GetNextPageToken(), err
	})
}

// DutyFilter narrows a list of duties; its zero value is all that are open.
type DutyFilter struct {
	// On is the time at which they stand, zero now.
	On     time.Time
	States []waybillv1.DutyState
	Kind   waybillv1.DutyKind
	// Recipient and Exporter are full names: recipients/sf.
	Recipient, Exporter string
}

// Duties lists who owes what by when, what has no date first, then by date.
func (c *Client) Duties(ctx context.Context, f DutyFilter) iter.Seq2[*waybillv1.Duty, error] {
	service := waybillv1.NewDutyRegisterServiceClient(c.conn)
	return pages(ctx, "duties", func(ctx context.Context, token string) ([]*waybillv1.Duty, string, error) {
		r, err := service.ListDuties(ctx, &waybillv1.ListDutiesRequest{PageSize: listPage, PageToken: token, OnTime: stamp(f.On), States: f.States, Kind: f.Kind, Recipient: f.Recipient, Exporter: f.Exporter})
		return r.GetDuties(), r.GetNextPageToken(), err
	})
}

// DecisionFilter narrows a list of decisions; its zero value is all of them.
type DecisionFilter struct {
	// Start and End are the span [Start, End) of the decisions' times.
	Start, End time.Time
	// Recipient is a full name: recipients/sf.
	Recipient string
	Outcome   waybillv1.Outcome
}

// Decisions lists recorded decisions by shard and index.
func (c *Client) Decisions(ctx context.Context, f DecisionFilter) iter.Seq2[*waybillv1.Decision, error] {
	service := waybillv1.NewDecisionServiceClient(c.conn)
	return pages(ctx, "decisions", func(ctx context.Context, token string) ([]*waybillv1.Decision, string, error) {
		r, err := service.ListDecisions(ctx, &waybillv1.ListDecisionsRequest{PageSize: listPage, PageToken: token, StartTime: stamp(f.Start), EndTime: stamp(f.End), Recipient: f.Recipient, Outcome: f.Outcome})
		return r.GetDecisions(), r.GetNextPageToken(), err
	})
}

// Changes lists the changes after a revision in their order, of one noun if a
// name is given.
func (c *Client) Changes(ctx context.Context, after int64, name string) iter.Seq2[*waybillv1.Change, error] {
	service := waybillv1.NewChangeServiceClient(c.conn)
	return pages(ctx, "changes", func(ctx context.Context, token string) ([]*waybillv1.Change, string, error) {
		r, err := service.ListChanges(ctx, &waybillv1.ListChangesRequest{PageSize: listPage, PageToken: token, AfterRevision: after, Name: name})
		return r.GetChanges(), r.GetNextPageToken(), err
	})
}

// Export walks the whole registry as recorded by a time, zero the newest, in an
// order that can be applied.
func (c *Client) Export(ctx context.Context, known time.Time) iter.Seq2[*waybillv1.Resource, error] {
	return func(yield func(*waybillv1.Resource, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // ends the stream when the caller stops early
		stream, err := waybillv1.NewRegistryServiceClient(c.conn).Export(ctx, &waybillv1.ExportRequest{KnownTime: stamp(known)})
		for err == nil {
			var part *waybillv1.ExportResponse
			if part, err = stream.Recv(); err != nil {
				break
			}
			for _, r := range part.GetResources() {
				if !yield(r, nil) {
					return
				}
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(nil, fmt.Errorf("export the registry: %w", err))
		}
	}
}
