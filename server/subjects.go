package server

import (
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
)

// checkSubjects decides a bulk share person by person, at one revision: each has a
// record of its own. The answer is the first denied person's, or the first's where
// all are allowed, and says who may be shared.
func (s *shareService) checkSubjects(c *call, r *waybillv1.CheckShareRequest) (*waybillv1.CheckShareResponse, error) {
	if err := wire.Subjects(r.GetQuestion()); err != nil {
		return nil, err
	}
	subjects := r.GetQuestion().GetSubjects()
	w := s.batches.Get().(*batch)
	defer s.batches.Put(w)
	w.grow(len(subjects))
	asked := make([]*waybillv1.ShareQuestion, len(subjects))
	for i := range subjects {
		asked[i] = wire.OfSubject(r.GetQuestion(), i)
		if err := wire.Question(asked[i], &w.questions[i]); err != nil {
			return nil, err
		}
	}
	var resp *waybillv1.CheckShareResponse
	opt := checkOptions(r.GetAtLeastRevision(), r.GetRequestId())
	opt.Give = func() error {
		hints := batchHints
		var first, denied *waybillv1.ShareDecision
		each := make([]*waybillv1.SubjectDecision, len(subjects))
		var permitted []string
		for i := range w.answers {
			if err := s.settled(c, &w.answers[i]); err != nil {
				return err
			}
			d := answer(wire.DecisionWithin(w.answers[i].View.Snapshot, asked[i], &w.answers[i].Decision, &hints), &w.answers[i], r.GetRequestId())
			each[i] = &waybillv1.SubjectDecision{Index: int32(i), Name: d.GetName(), Outcome: d.GetOutcome(), PrimaryReason: d.GetPrimaryReason()}
			if i == 0 {
				first = d
			}
			switch {
			case d.GetOutcome() == waybillv1.Outcome_OUTCOME_ALLOWED:
				permitted = append(permitted, subjects[i])
			case denied == nil:
				denied = d
			}
		}
		if denied != nil {
			first = denied
		}
		first.PermittedSubjects, first.SubjectDecisions = permitted, each
		resp = &waybillv1.CheckShareResponse{Decision: first}
		return c.send(resp)
	}
	if err := s.gate.CheckBatch(c, c.principal, w.questions, opt, w.answers); err != nil {
		return nil, err
	}
	return resp, nil
}
