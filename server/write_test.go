package server

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

func (w *world) recipients() waybillv1.RecipientServiceClient {
	return waybillv1.NewRecipientServiceClient(w.conns[registry.RoleLegal])
}

func (w *world) principals() waybillv1.PrincipalServiceClient {
	return waybillv1.NewPrincipalServiceClient(w.conns[registry.RoleAdmin])
}

func TestNounLifecycle(t *testing.T) {
	w := newWorld(t)
	ctx, s := t.Context(), w.recipients()
	made, err := s.CreateRecipient(ctx, &waybillv1.CreateRecipientRequest{Recipient: courier(), Options: &waybillv1.WriteOptions{Reason: "new courier"}})
	if err != nil {
		t.Fatal(err)
	}
	meta := made.GetRecipient().GetMeta()
	if meta.GetNumber() == 0 || meta.GetEtag() == "" || meta.GetRevision() != made.GetResult().GetToken().GetRevision() || meta.GetState() == "" {
		t.Errorf("meta %v, result %v", meta, made.GetResult())
	}
	if useBy := made.GetResult().GetUseBy().AsTime(); time.Until(useBy) < 8*time.Second || time.Until(useBy) > 11*time.Second {
		t.Errorf("use_by in %v", time.Until(useBy))
	}
	got, err := s.GetRecipient(ctx, &waybillv1.GetRecipientRequest{Name: "recipients/sf"})
	if err != nil || !proto.Equal(got, made.GetRecipient()) {
		t.Fatalf("got %v, %v; want %v", got, err, made.GetRecipient())
	}

	got.Title, got.Sentence = "SF Holding", "not in the mask"
	updated, err := s.UpdateRecipient(ctx, &waybillv1.UpdateRecipientRequest{Recipient: got,
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}}, Options: &waybillv1.WriteOptions{Etag: meta.GetEtag()}})
	if err != nil {
		t.Fatal(err)
	}
	r := updated.GetRecipient()
	if r.GetTitle() != "SF Holding" || r.GetSentence() != "Delivers parcels." || r.GetMeta().GetNumber() != meta.GetNumber() ||
		!proto.Equal(r.GetMeta().GetCreateTime(), meta.GetCreateTime()) || r.GetMeta().GetEtag() == meta.GetEtag() {
		t.Errorf("updated to %v", r)
	}
	_, err = s.UpdateRecipient(ctx, &waybillv1.UpdateRecipientRequest{Recipient: got, Options: &waybillv1.WriteOptions{Etag: meta.GetEtag()}})
	refused(t, err, codes.Aborted, "ETAG_MISMATCH")

	if _, err := s.DeleteRecipient(ctx, &waybillv1.DeleteRecipientRequest{Name: "recipients/sf"}); err != nil {
		t.Fatal(err)
	}
	_, err = s.GetRecipient(ctx, &waybillv1.GetRecipientRequest{Name: "recipients/sf"})
	refused(t, err, codes.NotFound, "NOT_FOUND")
	again, err := s.CreateRecipient(ctx, &waybillv1.CreateRecipientRequest{Recipient: courier()})
	if err != nil || again.GetRecipient().GetMeta().GetNumber() == meta.GetNumber() {
		t.Errorf("the name came back as %v, %v; its number is never reused", again, err)
	}
}

func TestVerbs(t *testing.T) {
	w := newWorld(t)
	w.fill()
	ctx, s := t.Context(), w.recipients()
	why := &waybillv1.WriteOptions{Reason: "decided by legal"}
	state := func() string {
		t.Helper()
		r, err := s.GetRecipient(ctx, &waybillv1.GetRecipientRequest{Name: "recipients/sf"})
		if err != nil {
			t.Fatal(err)
		}
		return r.GetMeta().GetState()
	}
	approved := state()
	if _, err := s.SuspendRecipient(ctx, &waybillv1.SuspendRecipientRequest{Name: "recipients/sf"}); true {
		refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "options.reason")
	}
	if _, err := s.ResumeRecipient(ctx, &waybillv1.ResumeRecipientRequest{Name: "recipients/sf", Options: why}); true {
		refused(t, err, codes.FailedPrecondition, "STATE_INVALID", "recipients/sf")
	}
	if _, err := s.SuspendRecipient(ctx, &waybillv1.SuspendRecipientRequest{Name: "recipients/sf", Options: why}); err != nil {
		t.Fatal(err)
	}
	if got := state(); got != "SUSPENDED" {
		t.Errorf("state %s after suspend", got)
	}
	if _, err := s.SuspendRecipient(ctx, &waybillv1.SuspendRecipientRequest{Name: "recipients/sf", Options: why}); true {
		refused(t, err, codes.FailedPrecondition, "STATE_INVALID")
	}
	if _, err := s.ResumeRecipient(ctx, &waybillv1.ResumeRecipientRequest{Name: "recipients/sf", Options: why}); err != nil {
		t.Fatal(err)
	}
	if got := state(); got != approved {
		t.Errorf("state %s after resume, want %s", got, approved)
	}
	if _, err := s.ApproveRecipient(ctx, &waybillv1.ApproveRecipientRequest{Name: "recipients/sf", Options: why, DueDiligenceUntil: day("2098-01-01")}); err != nil {
		t.Fatal(err)
	}
	r, err := s.TerminateRecipient(ctx, &waybillv1.TerminateRecipientRequest{Name: "recipients/sf", Options: why})
	if err != nil {
		t.Fatal(err)
	}
	if r.GetRecipient().GetMeta().GetState() != "TERMINATED" || !proto.Equal(r.GetRecipient().GetApproveTime(), day("2025-01-01")) {
		t.Errorf("terminated to %v", r.GetRecipient())
	}
	if _, err := s.ApproveRecipient(ctx, &waybillv1.ApproveRecipientRequest{Name: "recipients/sf", Options: why}); true {
		refused(t, err, codes.FailedPrecondition, "STATE_INVALID")
	}

	agreements := waybillv1.NewAgreementServiceClient(w.conns[registry.RoleLegal])
	a, err := agreements.TerminateAgreement(ctx, &waybillv1.TerminateAgreementRequest{Name: "agreements/sf-2025", Options: why})
	if err != nil || a.GetAgreement().GetMeta().GetState() != "TERMINATED" || a.GetAgreement().GetTerminateReason() != "decided by legal" {
		t.Errorf("terminated %v, %v", a, err)
	}
	if _, err := agreements.TerminateAgreement(ctx, &waybillv1.TerminateAgreementRequest{Name: "agreements/sf-2025", Options: why}); true {
		refused(t, err, codes.FailedPrecondition, "STATE_INVALID", "agreements/sf-2025")
	}
	a.Agreement.Purposes = nil
	_, err = agreements.UpdateAgreement(ctx, &waybillv1.UpdateAgreementRequest{Agreement: a.GetAgreement()})
	refused(t, err, codes.FailedPrecondition, "AGREEMENT_SIGNED", "agreement.purposes")
}

func TestIdempotency(t *testing.T) {
	w := newWorld(t)
	ctx, s := t.Context(), w.recipients()
	req := &waybillv1.CreateRecipientRequest{Recipient: courier(), Options: &waybillv1.WriteOptions{RequestId: "create-1"}}
	first, err := s.CreateRecipient(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	before := w.standing()
	again, err := s.CreateRecipient(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	first.Result.UseBy, again.Result.UseBy = nil, nil // counted from each answer
	if !proto.Equal(first, again) || w.standing() != before {
		t.Errorf("the repeat answered %v at %v; want %v at %v", again, w.standing(), first, before)
	}
	other := proto.Clone(req).(*waybillv1.CreateRecipientRequest)
	other.Recipient.Title = "Another"
	_, err = s.CreateRecipient(ctx, other)
	refused(t, err, codes.AlreadyExists, "IDEMPOTENCY_MISMATCH")
	_, err = s.DeleteRecipient(ctx, &waybillv1.DeleteRecipientRequest{Name: "recipients/sf", Options: req.Options})
	refused(t, err, codes.AlreadyExists, "IDEMPOTENCY_MISMATCH")
	t.Run("another principal's request_id is another's", func(t *testing.T) {
		_, err := w.principals().CreatePrincipal(ctx, &waybillv1.CreatePrincipalRequest{Options: req.Options,
			Principal: &waybillv1.Principal{Name: "principals/shop", Title: "Shop", Role: waybillv1.Role_ROLE_CALLER}})
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("a token is shown once", func(t *testing.T) {
		req := &waybillv1.CreateTokenRequest{Parent: "principals/caller", Options: &waybillv1.WriteOptions{RequestId: "token-1"}}
		first, err := w.principals().CreateToken(ctx, req)
		if err != nil || len(first.GetSecret()) != len("wb_")+20+1+43 {
			t.Fatalf("%v, %v", first, err)
		}
		again, err := w.principals().CreateToken(ctx, req)
		if err != nil || again.GetSecret() != "" || again.GetToken().GetId() != first.GetToken().GetId() {
			t.Errorf("the repeat answered %v, %v", again, err)
		}
	})
}

// TestConcurrentWrites: writes that meet all land, each at its own revision, and
// those of one request_id land once.
func TestConcurrentWrites(t *testing.T) {
	w := newWorld(t)
	before := w.standing().revision
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			p := &waybillv1.Purpose{Name: fmt.Sprintf("purposes/p%d", i), Title: "P", Sentence: "S.", Example: "E", Service: waybillv1.Service_SERVICE_NONE}
			_, err := waybillv1.NewPurposeServiceClient(w.conns[registry.RoleLegal]).CreatePurpose(t.Context(), &waybillv1.CreatePurposeRequest{Purpose: p})
			if err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			_, err := w.recipients().CreateRecipient(t.Context(), &waybillv1.CreateRecipientRequest{Recipient: courier(), Options: &waybillv1.WriteOptions{RequestId: "same"}})
			if code := status.Code(err); err != nil && code != codes.Aborted {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := w.standing().revision - before; got != 9 {
		t.Errorf("%d revisions, want 9", got)
	}
}

func TestValidateOnly(t *testing.T) {
	w := newWorld(t)
	before := w.standing()
	resp, err := w.recipients().CreateRecipient(t.Context(), &waybillv1.CreateRecipientRequest{Recipient: courier(),
		Options: &waybillv1.WriteOptions{ValidateOnly: true, RequestId: "v"}})
	if err != nil || resp.GetRecipient().GetTitle() != "SF Express" || resp.GetResult() != nil {
		t.Errorf("%v, %v", resp, err)
	}
	tok, err := w.principals().CreateToken(t.Context(), &waybillv1.CreateTokenRequest{Parent: "principals/caller", Options: &waybillv1.WriteOptions{ValidateOnly: true}})
	if err != nil || tok.GetSecret() != "" {
		t.Errorf("%v, %v", tok, err)
	}
	if w.standing() != before {
		t.Error("something was written")
	}
}

func TestPaging(t *testing.T) {
	w := newWorld(t)
	w.fill()
	s := waybillv1.NewCategoryServiceClient(w.conns[registry.RoleAuditor])
	var names []string
	req := &waybillv1.ListCategoriesRequest{PageSize: 2}
	for {
		page, err := s.ListCategories(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.GetCategories() {
			names = append(names, strings.TrimPrefix(c.GetName(), "categories/"))
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	if got := strings.Join(names, " "); got != "user user.address user.id_number user.name user.verification_code" {
		t.Errorf("got %s", got)
	}
	first, err := s.ListCategories(t.Context(), &waybillv1.ListCategoriesRequest{PageSize: 2})
	if err != nil {
		t.Fatal(err)
	}
	token := first.GetNextPageToken()
	for name, req := range map[string]*waybillv1.ListCategoriesRequest{
		"another filter": {PageToken: token, OnTime: day("2025-01-01")},
		"a flipped bit":  {PageToken: token[:4] + "A" + token[5:]},
		"no base64":      {PageToken: "!!"},
		"short":          {PageToken: "AAAA"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.ListCategories(t.Context(), req)
			refused(t, err, codes.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token")
		})
	}
	_, err = waybillv1.NewPurposeServiceClient(w.conns[registry.RoleAuditor]).ListPurposes(t.Context(), &waybillv1.ListPurposesRequest{PageToken: token})
	refused(t, err, codes.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token")
	if _, err := s.ListCategories(t.Context(), &waybillv1.ListCategoriesRequest{PageSize: 1 << 30}); err != nil {
		t.Errorf("a large page is cut to the maximum: %v", err)
	}
}

func TestKnownTime(t *testing.T) {
	w := newWorld(t)
	w.fill()
	ctx, s := t.Context(), w.recipients()
	before, err := s.GetRecipient(ctx, &waybillv1.GetRecipientRequest{Name: "recipients/sf"})
	if err != nil {
		t.Fatal(err)
	}
	known := timestamppb.New(time.Now())
	time.Sleep(5 * time.Millisecond)
	if _, err := s.SuspendRecipient(ctx, &waybillv1.SuspendRecipientRequest{Name: "recipients/sf", Options: &waybillv1.WriteOptions{Reason: "leak"}}); err != nil {
		t.Fatal(err)
	}
	then, err := s.GetRecipient(ctx, &waybillv1.GetRecipientRequest{Name: "recipients/sf", KnownTime: known})
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(before, then) {
		t.Errorf("known then: %v\nwant %v", then, before)
	}
	early, err := s.GetRecipient(ctx, &waybillv1.GetRecipientRequest{Name: "recipients/sf", OnTime: day("2024-06-01")})
	if err != nil || early.GetMeta().GetState() != "DRAFT" {
		t.Errorf("in force in 2024: %v, %v", early.GetMeta(), err)
	}
	_, err = s.GetRecipient(ctx, &waybillv1.GetRecipientRequest{Name: "recipients/sf", KnownTime: day("2020-01-01")})
	refused(t, err, codes.NotFound, "NOT_FOUND")
	page, err := s.ListRecipients(ctx, &waybillv1.ListRecipientsRequest{KnownTime: known})
	if err != nil || len(page.GetRecipients()) != 1 || len(page.GetRecipients()[0].GetSuspensions()) != 0 {
		t.Errorf("list known then: %v, %v", page, err)
	}
	page, err = s.ListRecipients(ctx, &waybillv1.ListRecipientsRequest{KnownTime: day("2020-01-01")})
	if err != nil || len(page.GetRecipients()) != 0 {
		t.Errorf("list known in 2020: %v, %v", page, err)
	}
}

func TestPrincipals(t *testing.T) {
	w := newWorld(t)
	ctx, admin := t.Context(), w.principals()
	legal := waybillv1.NewPrincipalServiceClient(w.conns[registry.RoleLegal])
	before := w.standing()
	t.Run("the last admin cannot go", func(t *testing.T) {
		_, err := admin.DeletePrincipal(ctx, &waybillv1.DeletePrincipalRequest{Name: "principals/admin"})
		refused(t, err, codes.FailedPrecondition, "STATE_INVALID")
		_, err = admin.UpdatePrincipal(ctx, &waybillv1.UpdatePrincipalRequest{UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"role"}},
			Principal: &waybillv1.Principal{Name: "principals/admin", Role: waybillv1.Role_ROLE_AUDITOR}})
		refused(t, err, codes.FailedPrecondition, "STATE_INVALID")
		me, err := admin.GetPrincipal(ctx, &waybillv1.GetPrincipalRequest{Name: "principals/admin"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = admin.RevokeToken(ctx, &waybillv1.RevokeTokenRequest{Parent: "principals/admin", Id: me.GetTokens()[0].GetId()})
		refused(t, err, codes.FailedPrecondition, "STATE_INVALID")
	})
	t.Run("an admin names no source of consent", func(t *testing.T) {
		_, err := admin.UpdatePrincipal(ctx, &waybillv1.UpdatePrincipalRequest{UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"consent_source"}},
			Principal: &waybillv1.Principal{Name: "principals/caller", ConsentSource: &waybillv1.ConsentSource{MaxAgeSeconds: 5}}})
		refused(t, err, codes.PermissionDenied, "ROLE_NOT_PERMITTED")
		_, err = admin.CreatePrincipal(ctx, &waybillv1.CreatePrincipalRequest{
			Principal: &waybillv1.Principal{Name: "principals/x", Title: "X", Role: waybillv1.Role_ROLE_CALLER, ConsentSource: &waybillv1.ConsentSource{}}})
		refused(t, err, codes.PermissionDenied, "ROLE_NOT_PERMITTED")
	})
	if w.standing() != before {
		t.Error("something was written")
	}
	p, err := legal.SetConsentSource(ctx, &waybillv1.SetConsentSourceRequest{Name: "principals/caller", ConsentSource: &waybillv1.ConsentSource{MaxAgeSeconds: 30}})
	if err != nil || p.GetPrincipal().GetConsentSource().GetMaxAgeSeconds() != 30 || len(p.GetPrincipal().GetTokens()) != 1 {
		t.Errorf("%v, %v", p, err)
	}
	t.Run("an update keeps tokens and source", func(t *testing.T) {
		q := p.GetPrincipal()
		q.Title, q.Tokens = "The shop", nil
		got, err := admin.UpdatePrincipal(ctx, &waybillv1.UpdatePrincipalRequest{Principal: q})
		if err != nil || len(got.GetPrincipal().GetTokens()) != 1 || got.GetPrincipal().GetConsentSource() == nil {
			t.Errorf("%v, %v", got, err)
		}
		if _, err := waybillv1.NewRegistryServiceClient(w.conns[registry.RoleCaller]).GetVersion(ctx, &waybillv1.GetVersionRequest{}); err != nil {
			t.Errorf("the token works no more: %v", err)
		}
	})
	t.Run("a revocation is a revocation", func(t *testing.T) {
		tok, err := admin.CreateToken(ctx, &waybillv1.CreateTokenRequest{Parent: "principals/caller"})
		if err != nil {
			t.Fatal(err)
		}
		conn := waybillv1.NewRegistryServiceClient(w.dial(tok.GetSecret()))
		if _, err := conn.GetVersion(ctx, &waybillv1.GetVersionRequest{}); err != nil {
			t.Fatal(err)
		}
		if _, err := admin.RevokeToken(ctx, &waybillv1.RevokeTokenRequest{Parent: "principals/caller", Id: tok.GetToken().GetId()}); err != nil {
			t.Fatal(err)
		}
		_, err = conn.GetVersion(ctx, &waybillv1.GetVersionRequest{})
		refused(t, err, codes.Unauthenticated, "UNAUTHENTICATED")
		_, err = admin.RevokeToken(ctx, &waybillv1.RevokeTokenRequest{Parent: "principals/caller", Id: "00"})
		refused(t, err, codes.NotFound, "NOT_FOUND")
	})
}

// TestPanicGivesTheTurnOn: a write that breaks does not block those after it.
func TestPanicGivesTheTurnOn(t *testing.T) {
	w := newWorld(t)
	ctx := w.checkContext(registry.RoleLegal)
	_, err := w.server.unary(ctx, &waybillv1.GetVersionRequest{}, &grpc.UnaryServerInfo{FullMethod: waybillv1.RegistryService_GetVersion_FullMethodName},
		func(ctx context.Context, _ any) (any, error) {
			resp, _, err := write(ctx, w.server.core, writing[*waybillv1.WriteRecipientResponse]{
				prepare: func(context.Context, registry.Time) (proposal, error) { panic("broken") },
			})
			return resp, err
		})
	refused(t, err, codes.Internal, "INTERNAL")
	soon, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := w.recipients().CreateRecipient(soon, &waybillv1.CreateRecipientRequest{Recipient: courier()}); err != nil {
		t.Errorf("the write after it: %v", err)
	}
}
