package server

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/decision"
	"waybill/internal/gate"
	"waybill/internal/ledger"
	"waybill/internal/registry"
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
)

// MaxBatch is how many questions one batch may hold.
const MaxBatch = 1000

// batchHints is how many unknown names of a batch are answered with near ones.
const batchHints = 32

// shareService decides shares. What a question is converted into is used again.
type shareService struct {
	waybillv1.UnimplementedShareServiceServer
	*core
	singles, batches sync.Pool
}

// single is what one check works in.
type single struct {
	question decision.Question
	answer   gate.Answer
}

// batch is what one batch works in.
type batch struct {
	questions []decision.Question
	answers   []gate.Answer
}

func newShareService(c *core) *shareService {
	s := &shareService{core: c}
	s.singles.New = func() any { return new(single) }
	s.batches.New = func() any { return new(batch) }
	return s
}

// shareServiceDesc is the contract's service but that a check sends its own
// answer, while the gate still counts it as unanswered: a write returns only when
// every answer by an older registry was handed to the transport. What is queued
// there may reach its caller after the write's reply reached another; use_by is
// for that.
func shareServiceDesc(c *core) *grpc.ServiceDesc {
	d := waybillv1.ShareService_ServiceDesc
	d.Methods = nil
	for _, m := range waybillv1.ShareService_ServiceDesc.Methods {
		if m.MethodName == "ExplainShare" { // nobody acts on an explanation
			d.Methods = append(d.Methods, m)
		} else {
			d.Streams = append(d.Streams, c.sending(m))
		}
	}
	return &d
}

// CheckShare decides one share; the gate records the decision before it returns.
func (s *shareService) CheckShare(ctx context.Context, r *waybillv1.CheckShareRequest) (*waybillv1.CheckShareResponse, error) {
	c := callOf(ctx)
	if len(r.GetQuestion().GetSubjects()) > 0 {
		return s.checkSubjects(c, r)
	}
	w := s.singles.Get().(*single)
	defer s.singles.Put(w)
	if err := wire.Question(r.GetQuestion(), &w.question); err != nil {
		return nil, err
	}
	var resp *waybillv1.CheckShareResponse
	opt := checkOptions(r.GetAtLeastRevision(), r.GetRequestId())
	opt.Give = func() error {
		if err := s.settled(c, &w.answer); err != nil {
			return err
		}
		d := wire.Decision(w.answer.View.Snapshot, r.GetQuestion(), &w.answer.Decision)
		resp = &waybillv1.CheckShareResponse{Decision: answer(d, &w.answer, r.GetRequestId())}
		return c.send(resp)
	}
	if err := s.gate.Check(c, c.principal, &w.question, opt, &w.answer); err != nil {
		return nil, err
	}
	return resp, nil
}

// BatchCheckShares decides many shares at one revision.
func (s *shareService) BatchCheckShares(ctx context.Context, r *waybillv1.BatchCheckSharesRequest) (*waybillv1.BatchCheckSharesResponse, error) {
	c, n := callOf(ctx), len(r.GetQuestions())
	if n == 0 || n > MaxBatch {
		return nil, invalid("questions", fmt.Sprintf("1 to %d questions", MaxBatch))
	}
	w := s.batches.Get().(*batch)
	defer s.batches.Put(w)
	w.grow(n)
	for i, q := range r.GetQuestions() {
		if len(q.GetSubjects()) > 0 {
			return nil, item(invalid("question.subjects", "nothing: ask for a list of subjects by CheckShare"), i)
		}
		if err := wire.Question(q, &w.questions[i]); err != nil {
			return nil, item(err, i)
		}
	}
	var resp *waybillv1.BatchCheckSharesResponse
	opt := checkOptions(r.GetAtLeastRevision(), r.GetRequestId())
	opt.Give = func() error {
		resp = &waybillv1.BatchCheckSharesResponse{Decisions: make([]*waybillv1.ShareDecision, n)}
		hints := batchHints
		for i := range w.answers {
			if err := s.settled(c, &w.answers[i]); err != nil {
				return item(err, i)
			}
			d := wire.DecisionWithin(w.answers[i].View.Snapshot, r.GetQuestions()[i], &w.answers[i].Decision, &hints)
			resp.Decisions[i] = answer(d, &w.answers[i], r.GetRequestId())
		}
		return c.send(resp)
	}
	if err := s.gate.CheckBatch(c, c.principal, w.questions, opt, w.answers); err != nil {
		return nil, item(err, w.refused())
	}
	return resp, nil
}

// refused returns the question that the gate does not judge, 0 where it is none's fault.
func (b *batch) refused() int {
	for i := range b.answers {
		if b.answers[i].Decision.Refusal != decision.NotRefused {
			return i
		}
	}
	return 0
}

func (b *batch) grow(n int) {
	if cap(b.questions) < n {
		b.questions = append(b.questions[:cap(b.questions)], make([]decision.Question, n-cap(b.questions))...)
		b.answers = append(b.answers[:cap(b.answers)], make([]gate.Answer, n-cap(b.answers))...)
	}
	b.questions, b.answers = b.questions[:n], b.answers[:n]
}

func checkOptions(t *waybillv1.RevisionToken, requestID string) gate.CheckOptions {
	return gate.CheckOptions{AtLeast: atLeast(t), RequestID: requestID}
}

func atLeast(t *waybillv1.RevisionToken) *gate.RevisionToken {
	if t == nil {
		return nil
	}
	return &gate.RevisionToken{Epoch: t.GetEpoch(), Revision: t.GetRevision()}
}

// settled refuses what there is no decision of, and judges the caller once more
// where the registry moved between the authentication and the decision: a token
// that was revoked gets no answer.
func (s *shareService) settled(c *call, a *gate.Answer) error {
	if err := wire.Refusal(&a.Decision); err != nil || a.View == c.view {
		return err
	}
	return s.readmit(c)
}

// place is what the server adds to an answer, allocated together.
type place struct {
	token   waybillv1.RevisionToken
	receipt waybillv1.Receipt
	leaf    ledger.Hash
}

// answer completes the contract's decision with where it stands. It shares nothing
// with a.
func answer(d *waybillv1.ShareDecision, a *gate.Answer, requestID string) *waybillv1.ShareDecision {
	p := new(place)
	d.Mode = waybillv1.Mode(a.Mode)
	d.RequestId = requestID
	p.token.Epoch, p.token.Revision = a.View.Head.Epoch, a.View.Head.Revision
	d.Token = &p.token
	if a.Shard != "" {
		p.leaf = a.LeafHash
		p.receipt.Shard, p.receipt.Index, p.receipt.LeafHash = a.Shard, a.Index, p.leaf[:]
		d.Name, d.Receipt = decisionName(a.Shard, a.Index), &p.receipt
	}
	return d
}

// item names the question of a batch that is wrong: question.purpose becomes
// questions[3].purpose.
func item(err error, i int) error {
	var e *registry.Error
	if !errors.As(err, &e) {
		return err
	}
	named := *e
	named.Fields = make([]registry.FieldError, len(e.Fields))
	for j, f := range e.Fields {
		if rest, ok := strings.CutPrefix(f.Field, "question"); ok && (rest == "" || rest[0] == '.') {
			f.Field = "questions[" + strconv.Itoa(i) + "]" + rest
		}
		named.Fields[j] = f
	}
	return &named
}

func timestamp(t registry.Time) *timestamppb.Timestamp {
	if t == 0 {
		return nil
	}
	return timestamppb.New(t.Std())
}
