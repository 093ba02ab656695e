package server

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/gate"
	"waybill/internal/ledger"
	"waybill/internal/registry"
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
)

func (w *world) decisions() waybillv1.DecisionServiceClient {
	return waybillv1.NewDecisionServiceClient(w.conns[registry.RoleAuditor])
}

func (w *world) check(q *waybillv1.ShareQuestion) *waybillv1.ShareDecision {
	w.t.Helper()
	resp, err := w.share(registry.RoleCaller).CheckShare(w.t.Context(), &waybillv1.CheckShareRequest{Question: q, RequestId: "order 17"})
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.GetDecision()
}

func TestCheckShare(t *testing.T) {
	w := newWorld(t)
	applied := w.fill()
	d := w.check(deliveryQuestion())
	if d.GetOutcome() != waybillv1.Outcome_OUTCOME_ALLOWED || d.GetMode() != waybillv1.Mode_MODE_ENFORCE || d.GetRequestId() != "order 17" ||
		!proto.Equal(d.GetToken(), applied.GetResult().GetToken()) || d.GetAgreements()[0] != "agreements/sf-2025" || d.GetReceipt().GetShard() == "" {
		t.Fatalf("%v", d)
	}
	if span := d.GetUseBy().AsTime().Sub(d.GetDecideTime().AsTime()); span != useBy {
		t.Errorf("use_by %v after the decision", span)
	}
	got, err := w.decisions().GetDecision(t.Context(), &waybillv1.GetDecisionRequest{Name: d.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	if leaf := ledger.LeafHash(got.GetEntry()); string(leaf[:]) != string(d.GetReceipt().GetLeafHash()) {
		t.Error("the receipt is of another entry")
	}
	if got.GetPrincipal() != "principals/caller" || got.GetQuestion().GetRecipient() != "recipients/sf" || strings.Contains(got.String(), "customer-17") {
		t.Errorf("%v", got)
	}
	d.RequestId, got.Decision.RequestId = "", ""
	if !proto.Equal(d, got.GetDecision()) {
		t.Errorf("recorded %v\nanswered %v", got.GetDecision(), d)
	}

	q := deliveryQuestion()
	q.Categories = append(q.Categories, "user.id_number")
	if d := w.check(q); d.GetOutcome() != waybillv1.Outcome_OUTCOME_DENIED || len(d.GetPermittedCategories()) != 2 || len(d.GetReasons()) == 0 {
		t.Errorf("%v", d)
	}
	if got := w.recorded(); got != 2 {
		t.Errorf("%d decisions are recorded, want 2", got)
	}
}

// TestRevocation: when the write returns, no answer is ALLOWED.
func TestRevocation(t *testing.T) {
	w := newWorld(t)
	w.fill()
	if d := w.check(deliveryQuestion()); d.GetOutcome() != waybillv1.Outcome_OUTCOME_ALLOWED {
		t.Fatalf("%v", d)
	}
	resp, err := waybillv1.NewAgreementServiceClient(w.conns[registry.RoleLegal]).TerminateAgreement(t.Context(),
		&waybillv1.TerminateAgreementRequest{Name: "agreements/sf-2025", Options: &waybillv1.WriteOptions{Reason: "breach"}})
	if err != nil {
		t.Fatal(err)
	}
	d := w.check(deliveryQuestion())
	if d.GetOutcome() != waybillv1.Outcome_OUTCOME_DENIED || d.GetPrimaryReason() != waybillv1.ReasonCode_REASON_CODE_AGREEMENT_TERMINATED {
		t.Errorf("%v", d)
	}
	t.Run("a token of the write is met", func(t *testing.T) {
		token := resp.GetResult().GetToken()
		_, err := w.share(registry.RoleCaller).CheckShare(t.Context(), &waybillv1.CheckShareRequest{Question: deliveryQuestion(), AtLeastRevision: token})
		if err != nil {
			t.Error(err)
		}
		lost := &waybillv1.RevisionToken{Epoch: "another", Revision: 1}
		_, err = w.share(registry.RoleCaller).CheckShare(t.Context(), &waybillv1.CheckShareRequest{Question: deliveryQuestion(), AtLeastRevision: lost})
		refused(t, err, codes.FailedPrecondition, "TOKEN_UNKNOWN_EPOCH")
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		token.Revision += 5
		_, err = w.share(registry.RoleCaller).CheckShare(ctx, &waybillv1.CheckShareRequest{Question: deliveryQuestion(), AtLeastRevision: token})
		if c := status.Code(err); c != codes.Unavailable && c != codes.DeadlineExceeded {
			t.Errorf("a revision to come: %v", err)
		}
	})
}

// TestSubjects: a list of subjects is decided person by person, each with a record.
func TestSubjects(t *testing.T) {
	w := newWorld(t)
	w.fill()
	q := deliveryQuestion()
	q.Subjects, q.Subject = []string{"customer-2", q.Subject, "customer-3"}, ""
	for _, allowed := range []bool{true, false} {
		before := w.recorded()
		if !allowed {
			q.Categories = append(q.Categories, "user.id_number")
		}
		d := w.check(q)
		if (d.GetOutcome() == waybillv1.Outcome_OUTCOME_ALLOWED) != allowed || (len(d.GetPermittedSubjects()) == 3) != allowed {
			t.Fatalf("%v", d)
		}
		names := map[string]bool{}
		for i, s := range d.GetSubjectDecisions() {
			if int(s.GetIndex()) != i || s.GetName() == "" || s.GetOutcome() != d.GetOutcome() || s.GetPrimaryReason() != d.GetPrimaryReason() {
				t.Errorf("%d: %v", i, s)
			}
			names[s.GetName()] = true
		}
		if got := w.recorded() - before; got != 3 || len(names) != 3 || d.GetName() != d.GetSubjectDecisions()[0].GetName() {
			t.Errorf("%d decisions are recorded, named %v", got, names)
		}
	}
	_, err := w.share(registry.RoleCaller).BatchCheckShares(t.Context(), &waybillv1.BatchCheckSharesRequest{Questions: []*waybillv1.ShareQuestion{q}})
	refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "questions[0].subjects")
	_, err = w.share(registry.RoleCaller).ExplainShare(t.Context(), &waybillv1.ExplainShareRequest{Question: q})
	refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "question.subjects")
}

func TestBatch(t *testing.T) {
	w := newWorld(t)
	w.fill()
	unknown := deliveryQuestion()
	unknown.Recipient = "jane@example.com"
	resp, err := w.share(registry.RoleCaller).BatchCheckShares(t.Context(), &waybillv1.BatchCheckSharesRequest{
		Questions: []*waybillv1.ShareQuestion{deliveryQuestion(), unknown, deliveryQuestion()}})
	if err != nil {
		t.Fatal(err)
	}
	ds := resp.GetDecisions()
	if len(ds) != 3 || ds[0].GetOutcome() != waybillv1.Outcome_OUTCOME_ALLOWED || ds[1].GetOutcome() != waybillv1.Outcome_OUTCOME_DENIED ||
		ds[2].GetReceipt().GetIndex() != ds[0].GetReceipt().GetIndex()+2 || !proto.Equal(ds[0].GetDecideTime(), ds[2].GetDecideTime()) {
		t.Errorf("%v", ds)
	}
	if strings.Contains(resp.String(), "jane") || strings.Contains(w.log.String(), "jane") {
		t.Error("a caller's text was repeated")
	}
	before := w.standing()
	bad := deliveryQuestion()
	bad.Purpose = ""
	for name, c := range map[string]struct {
		questions     []*waybillv1.ShareQuestion
		reason, field string
	}{
		"none":         {nil, "FIELD_INVALID", "questions"},
		"too many":     {make([]*waybillv1.ShareQuestion, MaxBatch+1), "FIELD_INVALID", "questions"},
		"one is bad":   {[]*waybillv1.ShareQuestion{deliveryQuestion(), bad}, "FIELD_INVALID", "questions[1].purpose"},
		"one is empty": {[]*waybillv1.ShareQuestion{deliveryQuestion(), {}}, "FIELD_INVALID", "questions[1].recipient"},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range c.questions {
				if c.questions[i] == nil {
					c.questions[i] = &waybillv1.ShareQuestion{}
				}
			}
			_, err := w.share(registry.RoleCaller).BatchCheckShares(t.Context(), &waybillv1.BatchCheckSharesRequest{Questions: c.questions})
			refused(t, err, codes.InvalidArgument, c.reason, c.field)
			if w.standing() != before {
				t.Error("something was written")
			}
		})
	}
}

func TestExplain(t *testing.T) {
	w := newWorld(t)
	first := w.fill().GetResult().GetToken().GetRevision()
	before := w.standing()
	s := w.share(registry.RoleAuditor)
	resp, err := s.ExplainShare(t.Context(), &waybillv1.ExplainShareRequest{Question: deliveryQuestion()})
	if err != nil || resp.GetDecision().GetOutcome() != waybillv1.Outcome_OUTCOME_ALLOWED || resp.GetDecision().GetReceipt() != nil || len(resp.GetTrace()) < 20 {
		t.Errorf("%v, %v", resp, err)
	}
	early, err := s.ExplainShare(t.Context(), &waybillv1.ExplainShareRequest{Question: deliveryQuestion(), Time: day("2024-06-01")})
	if err != nil || early.GetDecision().GetOutcome() != waybillv1.Outcome_OUTCOME_DENIED {
		t.Errorf("in 2024: %v, %v", early, err)
	}
	empty, err := s.ExplainShare(t.Context(), &waybillv1.ExplainShareRequest{Question: deliveryQuestion(), AsOf: first - 1})
	if err != nil || empty.GetDecision().GetOutcome() != waybillv1.Outcome_OUTCOME_DENIED || empty.GetDecision().GetToken().GetRevision() != first-1 {
		t.Errorf("before the registry: %v, %v", empty, err)
	}
	_, err = s.ExplainShare(t.Context(), &waybillv1.ExplainShareRequest{Question: deliveryQuestion(), AsOf: first + 100})
	refused(t, err, codes.NotFound, "NOT_FOUND")
	_, err = s.ExplainShare(t.Context(), &waybillv1.ExplainShareRequest{Question: deliveryQuestion(), AsOf: -1})
	refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "as_of")
	for role, permitted := range map[registry.Role]bool{registry.RoleCaller: false, registry.RoleLegal: true, registry.RoleAdmin: true} {
		_, err := w.share(role).ExplainShare(t.Context(), &waybillv1.ExplainShareRequest{Question: deliveryQuestion(), AsOf: first})
		if permitted && err != nil {
			t.Errorf("%s: %v", role, err)
		} else if !permitted {
			refused(t, err, codes.PermissionDenied, "ROLE_NOT_PERMITTED")
			if !strings.Contains(err.Error(), "as_of") {
				t.Errorf("as_of is not named: %v", err)
			}
		}
	}
	if w.standing() != before {
		t.Error("an explanation was recorded")
	}
}

func TestObserve(t *testing.T) {
	w := newWorld(t)
	w.fill()
	_, err := w.principals().UpdatePrincipal(t.Context(), &waybillv1.UpdatePrincipalRequest{Principal: &waybillv1.Principal{
		Name: "principals/caller", Title: "Shop", Role: waybillv1.Role_ROLE_CALLER, ObserveUntil: timestamppb.New(time.Now().Add(time.Hour)), ObserveReason: "the registry is being filled"}})
	if err != nil {
		t.Fatal(err)
	}
	if d := w.check(deliveryQuestion()); d.GetMode() != waybillv1.Mode_MODE_OBSERVE {
		t.Errorf("%v", d)
	}
	v, err := waybillv1.NewRegistryServiceClient(w.conns[registry.RoleAuditor]).GetVersion(t.Context(), &waybillv1.GetVersionRequest{})
	if err != nil || v.GetObservers() != 1 {
		t.Errorf("%v, %v", v, err)
	}
}

// TestDecisionsInOrderOfTime: shards, whose ids are random, are listed in the order
// of their first decisions.
func TestDecisionsInOrderOfTime(t *testing.T) {
	w := newWorld(t)
	w.fill()
	caller, err := w.keeper.View().Authenticate(w.tokens[registry.RoleCaller], registry.At(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := gate.EmbeddedKeys(filepath.Join(w.dir, "tag.keys"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for range 6 { // servers, one after another
		g := gate.New(w.keeper, w.store, keys, gate.Config{Wait: 5 * time.Second, Log: w.logger()}, time.Now)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- g.Run(ctx) }()
		for range 2 {
			var x single
			if err := wire.Question(deliveryQuestion(), &x.question); err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
				if err = g.Check(t.Context(), caller, &x.question, gate.CheckOptions{}, &x.answer); err == nil {
					break
				}
				if time.Now().After(deadline) {
					t.Fatal(err)
				}
			}
			want = append(want, decisionName(x.answer.Shard, x.answer.Index))
		}
		stop()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
	for _, size := range []int32{0, 1, 2, 5} {
		var got []string
		req := &waybillv1.ListDecisionsRequest{PageSize: size}
		for pages := 0; pages < 20; pages++ {
			page, err := w.decisions().ListDecisions(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range page.GetDecisions() {
				got = append(got, d.GetName())
			}
			if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: got %v, want %v", size, got, want)
		}
	}
}

func TestListDecisions(t *testing.T) {
	w := newWorld(t)
	w.fill()
	other := courier()
	other.Name, other.Title = "recipients/dhl", "DHL"
	if _, err := w.apply(registry.RoleLegal, nil, res(other)); err != nil {
		t.Fatal(err)
	}
	toDHL := deliveryQuestion()
	toDHL.Recipient = "dhl"
	var names []string
	for range 4 {
		names = append(names, w.check(deliveryQuestion()).GetName(), w.check(toDHL).GetName())
	}
	// The recipient is withdrawn: what was asked of it is still found.
	if _, err := w.recipients().DeleteRecipient(t.Context(), &waybillv1.DeleteRecipientRequest{Name: "recipients/dhl"}); err != nil {
		t.Fatal(err)
	}
	after := timestamppb.New(time.Now())
	for name, c := range map[string]struct {
		req  *waybillv1.ListDecisionsRequest
		want int
	}{
		"all":       {&waybillv1.ListDecisionsRequest{}, 8},
		"recipient": {&waybillv1.ListDecisionsRequest{Recipient: "recipients/dhl"}, 4},
		"its id":    {&waybillv1.ListDecisionsRequest{Recipient: "dhl"}, 4},
		"allowed":   {&waybillv1.ListDecisionsRequest{Outcome: waybillv1.Outcome_OUTCOME_ALLOWED}, 4},
		"denied sf": {&waybillv1.ListDecisionsRequest{Outcome: waybillv1.Outcome_OUTCOME_DENIED, Recipient: "recipients/sf"}, 0},
		"before":    {&waybillv1.ListDecisionsRequest{EndTime: after}, 8},
		"later":     {&waybillv1.ListDecisionsRequest{StartTime: after}, 0},
	} {
		for _, size := range []int32{0, 3} {
			t.Run(name, func(t *testing.T) {
				var got []string
				req := proto.Clone(c.req).(*waybillv1.ListDecisionsRequest)
				req.PageSize = size
				for pages := 0; ; pages++ {
					page, err := w.decisions().ListDecisions(t.Context(), req)
					if err != nil || pages > 20 {
						t.Fatal(err, pages)
					}
					for _, d := range page.GetDecisions() {
						got = append(got, d.GetName())
					}
					if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
						break
					}
				}
				if len(got) != c.want {
					t.Errorf("%d decisions, want %d", len(got), c.want)
				}
				if c.want == 8 && strings.Join(got, " ") != strings.Join(names, " ") {
					t.Errorf("got %v, want %v", got, names)
				}
			})
		}
	}
	_, err := w.decisions().ListDecisions(t.Context(), &waybillv1.ListDecisionsRequest{Recipient: "recipients/none"})
	refused(t, err, codes.NotFound, "NOT_FOUND")
	for _, name := range []string{"decisions/x", "decisions/-1", "decisions/a-01", "x", ""} {
		_, err := w.decisions().GetDecision(t.Context(), &waybillv1.GetDecisionRequest{Name: name})
		refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "name")
	}
	_, err = w.decisions().GetDecision(t.Context(), &waybillv1.GetDecisionRequest{Name: names[0][:strings.LastIndexByte(names[0], '-')] + "-999"})
	refused(t, err, codes.NotFound, "NOT_FOUND")
}

func TestTransferRegister(t *testing.T) {
	w := newWorld(t)
	w.fill()
	transfer := func(id string, from, to *timestamppb.Timestamp) *waybillv1.Resource {
		return res(&waybillv1.Transfer{Name: "transfers/" + id, Title: id, Regime: waybillv1.Regime_REGIME_EU, Mechanism: waybillv1.Mechanism_MECHANISM_BCR,
			Exporter: "exporters/acme-sg", Recipients: []string{"recipients/sf"}, Countries: []string{"SG"}, Purposes: []string{"purposes/delivery"},
			Categories: []string{"categories/user.name"}, ValidFrom: from, ValidTo: to, Evidence: &waybillv1.Evidence{Reference: "BCR 7", Issuer: "DPC", IssueTime: from}})
	}
	if _, err := w.apply(registry.RoleLegal, nil, transfer("a", day("2025-01-01"), nil), transfer("b", day("2024-01-01"), day("2025-06-01")), transfer("c", day("2025-01-01"), nil)); err != nil {
		t.Fatal(err)
	}
	s := waybillv1.NewTransferRegisterServiceClient(w.conns[registry.RoleAuditor])
	list := func(req *waybillv1.ListRegisteredTransfersRequest) string {
		t.Helper()
		var names []string
		for {
			page, err := s.ListRegisteredTransfers(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range page.GetTransfers() {
				names = append(names, strings.TrimPrefix(x.GetName(), "transfers/"))
			}
			if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
				return strings.Join(names, " ")
			}
		}
	}
	if got := list(&waybillv1.ListRegisteredTransfersRequest{PageSize: 1}); got != "a c" {
		t.Errorf("now: %s", got)
	}
	if got := list(&waybillv1.ListRegisteredTransfersRequest{OnTime: day("2024-06-01")}); got != "b" {
		t.Errorf("in 2024: %s", got)
	}
	if got := list(&waybillv1.ListRegisteredTransfersRequest{ShowAll: true, PageSize: 2}); got != "a b c" {
		t.Errorf("all: %s", got)
	}
	if got := list(&waybillv1.ListRegisteredTransfersRequest{KnownTime: day("2024-06-01")}); got != "" {
		t.Errorf("known in 2024: %s", got)
	}
}
