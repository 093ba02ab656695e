package client

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	waybillv1 "waybill/proto/waybill/v1"
)

// CheckOptions are what a question may be asked with beside itself.
type CheckOptions struct {
	// AtLeast asks for the registry at this state or a later one, such as the
	// token that a write answered.
	AtLeast *waybillv1.RevisionToken
	// RequestID is recorded and echoed, to find the decision by; a repeat is
	// decided and recorded again.
	RequestID string
}

// Check asks whether one share may be made. The decision is recorded before it is
// answered. The Decision is never nil; on an error it says no.
func (c *Client) Check(ctx context.Context, q *Question, o CheckOptions) (*Decision, error) {
	asked := c.now()
	resp, err := c.share.CheckShare(ctx, &waybillv1.CheckShareRequest{Question: q, AtLeastRevision: o.AtLeast, RequestId: o.RequestID})
	if err != nil {
		return &Decision{}, fmt.Errorf("check share: %w", err)
	}
	return c.decision(resp.GetDecision(), asked), nil
}

// BatchCheck asks many questions at one revision, at most 1,000. It returns one
// Decision a question, in their order; on an error all of them say no.
func (c *Client) BatchCheck(ctx context.Context, qs []*Question, o CheckOptions) ([]*Decision, error) {
	asked := c.now()
	decisions := make([]*Decision, len(qs))
	for i := range decisions {
		decisions[i] = &Decision{}
	}
	resp, err := c.share.BatchCheckShares(ctx, &waybillv1.BatchCheckSharesRequest{Questions: qs, AtLeastRevision: o.AtLeast, RequestId: o.RequestID})
	if err != nil {
		return decisions, fmt.Errorf("check %d shares: %w", len(qs), err)
	}
	if got := len(resp.GetDecisions()); got != len(qs) {
		return decisions, fmt.Errorf("check %d shares: %d answers", len(qs), got)
	}
	for i, d := range resp.GetDecisions() {
		decisions[i] = c.decision(d, asked)
	}
	return decisions, nil
}

// ExplainOptions say when a question is explained.
type ExplainOptions struct {
	// Time is the instant that it is judged at; zero is now.
	Time time.Time
	// AsOf is the revision as recorded; 0 is the newest. Not for callers.
	AsOf int64
	// AtLeast asks for the registry at this state or a later one.
	AtLeast *waybillv1.RevisionToken
}

// Explanation is the answer as it would be, and what every rule did.
type Explanation struct {
	decision *waybillv1.ShareDecision
	trace    []*waybillv1.TraceStep
}

// Explain asks for the answer as it would be, without a record. An explanation is
// no answer: nothing may leave on it, so it has no MayProceed.
func (c *Client) Explain(ctx context.Context, q *Question, o ExplainOptions) (*Explanation, error) {
	r := &waybillv1.ExplainShareRequest{Question: q, AsOf: o.AsOf, AtLeastRevision: o.AtLeast}
	if !o.Time.IsZero() {
		r.Time = timestamppb.New(o.Time)
	}
	resp, err := c.share.ExplainShare(ctx, r)
	if err != nil {
		return &Explanation{}, fmt.Errorf("explain share: %w", err)
	}
	return &Explanation{decision: resp.GetDecision(), trace: resp.GetTrace()}, nil
}

// Message returns the answer as it would be, nil when there is none.
func (e *Explanation) Message() *waybillv1.ShareDecision { return e.decision }

// Trace returns what every rule did.
func (e *Explanation) Trace() []*waybillv1.TraceStep { return e.trace }

func (c *Client) decision(m *waybillv1.ShareDecision, asked time.Time) *Decision {
	return &Decision{message: m, asked: asked, now: c.now}
}
