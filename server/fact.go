package server

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/gate"
	"waybill/internal/registry"
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
)

// factService keeps facts of subjects.
type factService struct {
	waybillv1.UnimplementedFactServiceServer
	*core
}

// WriteFacts records facts; the gate returns when no answer rests on what they
// took away.
func (s factService) WriteFacts(ctx context.Context, r *waybillv1.WriteFactsRequest) (*waybillv1.WriteFactsResponse, error) {
	c := callOf(ctx)
	if err := s.maySayFacts(c); err != nil {
		return nil, err
	}
	if err := requestID("request_id", r.GetRequestId()); err != nil {
		return nil, err
	}
	facts, err := wire.Facts(r.GetFacts(), c.view.Snapshot, registry.At(s.now()))
	if err != nil {
		return nil, err
	}
	write := make([]gate.SubjectFact, len(facts))
	for i, f := range r.GetFacts() {
		write[i] = gate.SubjectFact{Subject: f.GetSubject(), Publication: f.GetPublication(), Fact: facts[i]}
	}
	if err := s.readmit(c); err != nil {
		return nil, err
	}
	w, err := s.gate.WriteFacts(c, c.principal, write, gate.FactOptions{RequestID: r.GetRequestId(), Request: canonicalMessage(r)})
	if err != nil {
		return nil, err
	}
	s.log.Debug("facts written", "request_id", c.id(), "principal", c.author(), "facts", len(write), "repeated", w.LeafHashes == nil)
	return s.writtenFacts(w), nil
}

// maySayFacts refuses a caller that legal did not name as a source of consent.
func (s factService) maySayFacts(c *call) error {
	if c.principal.Role != registry.RoleCaller || c.view.Snapshot.SourceOfConsent(c.principal.Number) {
		return nil
	}
	return registry.Errorf(registry.PermissionDenied, "ROLE_NOT_PERMITTED", "facts are taken from legal, an admin, and callers that legal named as a source of consent")
}

func (s factService) writtenFacts(w gate.WrittenFacts) *waybillv1.WriteFactsResponse {
	resp := &waybillv1.WriteFactsResponse{
		Receipt: &waybillv1.Receipt{Shard: w.Shard, Index: w.First}, RecordTime: timestamp(w.Now), UseBy: timestamppb.New(s.now().Add(useBy)),
	}
	for i := range w.LeafHashes {
		resp.LeafHashes = append(resp.LeafHashes, w.LeafHashes[i][:])
	}
	if len(resp.LeafHashes) > 0 {
		resp.Receipt.LeafHash = resp.LeafHashes[0]
	}
	return resp
}

// GetFacts returns what is held of one subject.
func (s factService) GetFacts(ctx context.Context, r *waybillv1.GetFactsRequest) (*waybillv1.HeldFacts, error) {
	c := callOf(ctx)
	if err := wire.Subject("subject", r.GetSubject()); err != nil {
		return nil, err
	}
	s.log.Info("facts read", "request_id", c.id(), "principal", c.author())
	h, count, err := s.gate.Held(ctx, r.GetSubject())
	if err != nil {
		return nil, err
	}
	return wire.HeldFacts(c.view.Snapshot, &h, count), nil
}
