package server

import (
	"context"

	"waybill/internal/cure"
	"waybill/internal/decision"
	"waybill/internal/gate"
	"waybill/internal/registry"
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
)

// ExplainShare answers as CheckShare would, with the trace and without a record; of
// a denial it tells what would cure it. A question without categories is answered by
// what it would need.
func (s *shareService) ExplainShare(ctx context.Context, r *waybillv1.ExplainShareRequest) (*waybillv1.ExplainShareResponse, error) {
	c := callOf(ctx)
	// A registry of the past is compiled for it: not for those who ask in great number.
	if r.GetAsOf() != 0 && c.principal.Role == registry.RoleCaller {
		return nil, registry.Errorf(registry.PermissionDenied, "ROLE_NOT_PERMITTED", "the role %s does not permit as_of", c.principal.Role)
	}
	at, err := instant("time", r.GetTime())
	if err != nil {
		return nil, err
	}
	if r.GetAsOf() < 0 {
		return nil, invalid("as_of", "a revision, or nothing for the newest")
	}
	if len(r.GetQuestion().GetSubjects()) > 0 {
		return nil, invalid("question.subjects", "nothing: an explanation is of one subject")
	}
	if len(r.GetQuestion().GetCategories()) == 0 {
		return s.explainNeeds(c, r, at)
	}
	var w single
	if err := wire.Question(r.GetQuestion(), &w.question); err != nil {
		return nil, err
	}
	if err := s.gate.Explain(c, c.principal, &w.question, explainOptions(r, at), &w.answer); err != nil {
		return nil, err
	}
	if err := wire.Refusal(&w.answer.Decision); err != nil {
		return nil, err
	}
	v, decided := w.answer.View.Snapshot, &w.answer.Decision
	resp := &waybillv1.ExplainShareResponse{
		Decision: answer(wire.Decision(v, r.GetQuestion(), decided), &w.answer, ""), Trace: wire.Trace(v, r.GetQuestion(), decided),
	}
	// What cures the registry of the past is of the past.
	if decided.Outcome == decision.Denied && r.GetAsOf() == 0 {
		steps, err := cure.Find(c, v, s.store, &w.question, w.answer.Read)
		if err != nil {
			return nil, err
		}
		for _, step := range steps {
			resp.Cures = append(resp.Cures, &waybillv1.Cure{
				Class: waybillv1.ReasonClass(step.Class), Field: step.Field, Record: step.Record, Sentence: step.Sentence, Codes: codesOf(step.Codes),
			})
		}
	}
	return resp, nil
}

// explainNeeds answers what a share between exporter and recipient for a purpose
// would need, as the registry stands.
func (s *shareService) explainNeeds(c *call, r *waybillv1.ExplainShareRequest, at registry.Time) (*waybillv1.ExplainShareResponse, error) {
	if r.GetAsOf() != 0 {
		return nil, invalid("as_of", "nothing: what is needed is asked of the registry as it stands")
	}
	var q decision.Question
	if err := wire.Pair(r.GetQuestion(), &q); err != nil {
		return nil, err
	}
	now := s.now()
	if err := s.keeper.Fresh(now); err != nil {
		return nil, err
	}
	if at == 0 {
		at = registry.At(now)
	}
	needs, err := cure.Needs(c, s.keeper.View().Snapshot, s.store, &q, decision.Inputs{Now: at, Principal: c.principal.Number})
	if err != nil {
		return nil, err
	}
	resp := &waybillv1.ExplainShareResponse{}
	for _, n := range needs {
		resp.Needs = append(resp.Needs, &waybillv1.Need{
			Field: n.Field, Required: n.Required, Why: n.Sentence, Codes: codesOf(n.Codes), Class: waybillv1.ReasonClass(n.Class), Record: n.Record,
		})
	}
	return resp, nil
}

func codesOf(codes []decision.Code) []waybillv1.ReasonCode {
	out := make([]waybillv1.ReasonCode, len(codes))
	for i, code := range codes {
		out[i] = waybillv1.ReasonCode(code)
	}
	return out
}

func explainOptions(r *waybillv1.ExplainShareRequest, at registry.Time) gate.ExplainOptions {
	return gate.ExplainOptions{Time: at, AsOf: r.GetAsOf(), AtLeast: atLeast(r.GetAtLeastRevision())}
}
