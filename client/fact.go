package client

import (
	"context"
	"fmt"
	"time"

	waybillv1 "waybill/proto/waybill/v1"
)

// Fact is one thing that was said of one subject.
type Fact = waybillv1.Fact

// factTimeout bounds a write of facts whose context has no deadline: it waits until
// no server answers by what was held before.
const factTimeout = 10 * time.Second

// WriteFacts writes 1 to 1,000 facts, all or none. When it returns without an
// error no answer is given any more that rests on what the facts took away; one
// that was given before lapses at the returned time. The same requestID may be
// repeated after an error, for 24 hours.
func (c *Client) WriteFacts(ctx context.Context, requestID string, facts ...*Fact) (useBy time.Time, err error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, factTimeout)
		defer cancel()
	}
	resp, err := waybillv1.NewFactServiceClient(c.conn).WriteFacts(ctx, &waybillv1.WriteFactsRequest{Facts: facts, RequestId: requestID})
	if err != nil {
		return time.Time{}, fmt.Errorf("write %d facts: %w", len(facts), err)
	}
	return resp.GetUseBy().AsTime(), nil
}

// Withdraw records that a subject withdrew consent to a purpose, of every type and
// to every recipient.
func (c *Client) Withdraw(ctx context.Context, requestID, subject, purpose string) (useBy time.Time, err error) {
	return c.WriteFacts(ctx, requestID, &Fact{Subject: subject, Kind: waybillv1.FactKind_FACT_KIND_WITHDRAWAL, Purpose: purpose})
}

// Facts returns what is held of a subject. It is for legal and auditors.
func (c *Client) Facts(ctx context.Context, subject string) (*waybillv1.HeldFacts, error) {
	held, err := waybillv1.NewFactServiceClient(c.conn).GetFacts(ctx, &waybillv1.GetFactsRequest{Subject: subject})
	if err != nil {
		return nil, fmt.Errorf("get facts: %w", err)
	}
	return held, nil
}
