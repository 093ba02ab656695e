package server

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

func (w *world) export(t *testing.T) []*waybillv1.Resource {
	t.Helper()
	stream, err := waybillv1.NewRegistryServiceClient(w.conns[registry.RoleAuditor]).Export(t.Context(), &waybillv1.ExportRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var all []*waybillv1.Resource
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, part.GetResources()...)
	}
}

func TestApply(t *testing.T) {
	w := newWorld(t)
	before := w.standing()
	shown, err := w.apply(registry.RoleLegal, &waybillv1.ApplyOptions{Options: &waybillv1.WriteOptions{ValidateOnly: true}}, smallRegistry()...)
	if err != nil {
		t.Fatal(err)
	}
	added := 0
	for _, i := range shown.GetPlan() {
		if i.GetAction() == waybillv1.PlanAction_PLAN_ACTION_ADD {
			added++
		}
	}
	if added != len(smallRegistry()) || shown.GetEtag() == "" || shown.GetResult() != nil || w.standing() != before {
		t.Errorf("plan %v", shown)
	}
	done, err := w.apply(registry.RoleLegal, &waybillv1.ApplyOptions{Options: &waybillv1.WriteOptions{Etag: shown.GetEtag(), Reason: "first"}}, smallRegistry()...)
	if err != nil || done.GetResult().GetToken().GetRevision() != before.revision+1 {
		t.Fatalf("%v, %v", done, err)
	}
	t.Run("a stale plan", func(t *testing.T) {
		_, err := w.apply(registry.RoleLegal, &waybillv1.ApplyOptions{Options: &waybillv1.WriteOptions{Etag: shown.GetEtag()}}, smallRegistry()...)
		refused(t, err, codes.Aborted, "ETAG_MISMATCH")
	})
	t.Run("an export applied changes nothing", func(t *testing.T) {
		before := w.standing()
		for _, r := range []registry.Role{registry.RoleLegal, registry.RoleAdmin} {
			resp, err := w.apply(r, &waybillv1.ApplyOptions{Prune: true}, w.export(t)...)
			if err != nil || len(resp.GetPlan()) != 0 || resp.GetResult() != nil || w.standing() != before {
				t.Errorf("%s: %v, %v", r, resp, err)
			}
		}
	})
	t.Run("an export grants no category that came later", func(t *testing.T) {
		a := courierAgreement()
		a.Name, a.Categories = "agreements/wide", []string{"categories/user.*"}
		if _, err := w.apply(registry.RoleLegal, nil, res(a)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.apply(registry.RoleLegal, nil, res(category("user.blood", "Blood group", "rhesus negative"))); err != nil {
			t.Fatal(err)
		}
		all := w.export(t)
		for _, r := range all {
			if got := r.GetAgreement(); got.GetName() == a.Name && (len(got.GetCategories()) != 4 || slices.Contains(got.GetCategories(), "categories/user.blood")) {
				t.Errorf("exported as %q", got.GetCategories())
			}
		}
		resp, err := w.apply(registry.RoleLegal, nil, all...)
		if err != nil || len(resp.GetPlan()) != 0 {
			t.Errorf("applied again: %v, %v", resp, err)
		}
	})
	t.Run("all that is wrong is named", func(t *testing.T) {
		bad := courier()
		bad.Country, bad.Kind = "UK", 99
		_, err := w.apply(registry.RoleLegal, nil, res(category("x", "X", "x")), res(bad))
		refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "resources[1].recipient.country", "resources[1].recipient.kind")
		if !strings.Contains(status.Convert(err).Message(), "GB") {
			t.Errorf("the probable code is not named: %v", err)
		}
	})
	t.Run("a signed agreement", func(t *testing.T) {
		a := courierAgreement()
		a.Terms.Audit = "another"
		_, err := w.apply(registry.RoleLegal, nil, res(a))
		refused(t, err, codes.FailedPrecondition, "AGREEMENT_SIGNED")
		if !strings.Contains(status.Convert(err).Message(), "amend") {
			t.Errorf("no word of amending: %v", err)
		}
	})
	t.Run("two with one name", func(t *testing.T) {
		_, err := w.apply(registry.RoleLegal, nil, res(courierAgreement()), res(courierAgreement()))
		refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "resources[1].agreement.name")
	})
	t.Run("options in a later message", func(t *testing.T) {
		stream, err := w.legal().Apply(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := stream.Send(&waybillv1.ApplyRequest{Options: &waybillv1.ApplyOptions{}}); err != nil {
				break
			}
		}
		_, err = stream.CloseAndRecv()
		refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "options")
	})
}

// TestApplyRoles: legal grants no roles and keeps no settings by way of a file.
func TestApplyRoles(t *testing.T) {
	w := newWorld(t)
	principal := func(change func(*waybillv1.Principal)) *waybillv1.Resource {
		p := &waybillv1.Principal{Name: "principals/caller", Title: "The CALLER", Role: waybillv1.Role_ROLE_CALLER}
		change(p)
		return res(p)
	}
	for name, c := range map[string]struct {
		resource *waybillv1.Resource
		ok       bool
	}{
		"a source of consent": {principal(func(p *waybillv1.Principal) { p.ConsentSource = &waybillv1.ConsentSource{MaxAgeSeconds: 10} }), true},
		"a role":              {principal(func(p *waybillv1.Principal) { p.Role = waybillv1.Role_ROLE_ADMIN }), false},
		"a title":             {principal(func(p *waybillv1.Principal) { p.Title = "Boss" }), false},
		"a new principal":     {principal(func(p *waybillv1.Principal) { p.Name = "principals/new" }), false},
		"an observer":         {principal(func(p *waybillv1.Principal) { p.ObserveUntil, p.ObserveReason = day("2026-12-01"), "x" }), false},
		"the settings":        {res(&waybillv1.Settings{Name: "settings", Zone: "Europe/Berlin"}), false},
	} {
		t.Run(name, func(t *testing.T) {
			before := w.standing()
			_, err := w.apply(registry.RoleLegal, nil, c.resource)
			if c.ok && err != nil {
				t.Fatal(err)
			}
			if !c.ok {
				refused(t, err, codes.PermissionDenied, "ROLE_NOT_PERMITTED")
				if w.standing() != before {
					t.Error("something was written")
				}
			}
		})
	}
	if _, err := w.apply(registry.RoleAdmin, nil, res(&waybillv1.Settings{Name: "settings", Zone: "Europe/Berlin"})); err != nil {
		t.Errorf("an admin changes the settings: %v", err)
	}
	_, err := w.apply(registry.RoleAdmin, nil, res(&waybillv1.Principal{Name: "principals/admin", Title: "A", Role: waybillv1.Role_ROLE_AUDITOR}))
	refused(t, err, codes.FailedPrecondition, "STATE_INVALID")
}

// TestPrune: what a recent decision rests on is withdrawn only by its name.
func TestPrune(t *testing.T) {
	w := newWorld(t)
	w.fill()
	if _, err := w.share(registry.RoleCaller).CheckShare(t.Context(), &waybillv1.CheckShareRequest{Question: deliveryQuestion()}); err != nil {
		t.Fatal(err)
	}
	var kept []*waybillv1.Resource
	for _, r := range smallRegistry() {
		if r.GetAgreement() == nil && r.GetCategory().GetName() != "categories/user.id_number" {
			kept = append(kept, r)
		}
	}
	before := w.standing()
	_, err := w.apply(registry.RoleLegal, &waybillv1.ApplyOptions{Prune: true}, kept...)
	refused(t, err, codes.FailedPrecondition, "RECENTLY_USED")
	if msg := status.Convert(err).Message(); !strings.Contains(msg, "agreements/sf-2025") || strings.Contains(msg, "id_number") || w.standing() != before {
		t.Errorf("%v", err)
	}
	resp, err := w.apply(registry.RoleLegal, &waybillv1.ApplyOptions{Prune: true, PruneUsed: []string{"agreements/sf-2025"}}, kept...)
	if err != nil || len(resp.GetPlan()) != 2 {
		t.Errorf("%v, %v", resp, err)
	}
}

func TestLookup(t *testing.T) {
	w := newWorld(t)
	w.fill()
	s := waybillv1.NewRegistryServiceClient(w.conns[registry.RoleAuditor])
	for _, name := range []string{"recipients/sf", "sf"} {
		resp, err := s.Lookup(t.Context(), &waybillv1.LookupRequest{Name: name})
		if err != nil || resp.GetResource().GetRecipient().GetName() != "recipients/sf" || resp.GetRevision() == 0 || resp.GetOnTime() == nil {
			t.Errorf("%s: %v, %v", name, resp, err)
		}
	}
	for name, near := range map[string]string{
		"recipients/sf-express": "recipients/sf", "user.nam": "categories/user.name", "categories/user.adress": "categories/user.address",
		"agreements/sf-2026": "agreements/sf-2025", "purposes/delivry": "purposes/delivery",
	} {
		_, err := s.Lookup(t.Context(), &waybillv1.LookupRequest{Name: name})
		refused(t, err, codes.NotFound, "NOT_FOUND")
		if msg := status.Convert(err).Message(); !strings.Contains(msg, near) {
			t.Errorf("%s: %s; want %s among the nearest", name, msg, near)
		}
	}
	head, err := w.store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Lookup(t.Context(), &waybillv1.LookupRequest{Name: "sf", KnownTime: day("2020-01-01")})
	refused(t, err, codes.NotFound, "NOT_FOUND")
	if msg, want := status.Convert(err).Message(), fmt.Sprintf("not recorded by then; first recorded at revision %d on 20", head.Revision); !strings.Contains(msg, want) {
		t.Errorf("%s; want %s", msg, want)
	}
	_, err = s.Lookup(t.Context(), &waybillv1.LookupRequest{Name: "recipients/s", KnownTime: day("2020-01-01")})
	refused(t, err, codes.NotFound, "NOT_FOUND")
	if msg := status.Convert(err).Message(); !strings.Contains(msg, "the nearest are recipients/sf") {
		t.Errorf("%s", msg)
	}
	_, err = s.Lookup(t.Context(), &waybillv1.LookupRequest{Name: "jane@example.com"})
	refused(t, err, codes.NotFound, "NOT_FOUND")
	if strings.Contains(status.Convert(err).Message(), "jane") || strings.Contains(w.log.String(), "jane") {
		t.Error("a caller's text was repeated")
	}
}

func TestFind(t *testing.T) {
	w := newWorld(t)
	w.fill()
	s := waybillv1.NewRegistryServiceClient(w.conns[registry.RoleCaller])
	for words, want := range map[string]string{
		"sms code": "categories/user.verification_code", "SMS Codes": "categories/user.verification_code", "street": "categories/user.address",
		"passport": "categories/user.id_number", "delivers parcels": "recipients/sf", "bringing orders": "purposes/delivery", "sf": "recipients/sf",
	} {
		resp, err := s.Find(t.Context(), &waybillv1.FindRequest{Words: words})
		if err != nil || len(resp.GetFindings()) == 0 || resp.GetFindings()[0].GetName() != want {
			t.Errorf("%q: %v, %v; want %s first", words, resp, err, want)
		}
	}
	resp, err := s.Find(t.Context(), &waybillv1.FindRequest{Words: "sms code"})
	if err != nil || !strings.Contains(resp.GetFindings()[0].GetRemark(), "only to a messaging processor") {
		t.Errorf("%v, %v", resp, err)
	}
	t.Run("a change is found", func(t *testing.T) {
		if _, err := w.apply(registry.RoleLegal, nil, res(category("user.blood", "Blood group", "rhesus negative"))); err != nil {
			t.Fatal(err)
		}
		resp, err := s.Find(t.Context(), &waybillv1.FindRequest{Words: "rhesus"})
		if err != nil || len(resp.GetFindings()) != 1 {
			t.Errorf("%v, %v", resp, err)
		}
	})
	_, err = s.Find(t.Context(), &waybillv1.FindRequest{Words: " .,"})
	refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "words")
}

func TestChanges(t *testing.T) {
	w := newWorld(t)
	w.fill()
	s := waybillv1.NewChangeServiceClient(w.conns[registry.RoleAuditor])
	var all []*waybillv1.Change
	req := &waybillv1.ListChangesRequest{PageSize: 3}
	for {
		page, err := s.ListChanges(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.GetChanges()...)
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	for i, c := range all {
		if c.GetIndex() != int64(i) || len(c.GetEntry()) == 0 || len(c.GetRoot()) != 32 || c.GetAuthor() == "" {
			t.Fatalf("change %d is %v", i, c)
		}
		if p := c.GetResource().GetPrincipal(); p != nil && strings.Contains(c.String(), "wb_") {
			t.Errorf("a change holds a token: %v", c)
		}
	}
	if want := 1 + len(roles) + len(smallRegistry()); len(all) != want {
		t.Errorf("%d changes, want %d", len(all), want)
	}
	one, err := s.ListChanges(t.Context(), &waybillv1.ListChangesRequest{Name: "recipients/sf"})
	if err != nil || len(one.GetChanges()) != 1 || one.GetChanges()[0].GetAuthor() != "principals/legal" {
		t.Errorf("%v, %v", one, err)
	}
}

func TestVersion(t *testing.T) {
	w := newWorld(t)
	v, err := waybillv1.NewRegistryServiceClient(w.conns[registry.RoleCaller]).GetVersion(t.Context(), &waybillv1.GetVersionRequest{})
	if err != nil || v.GetVersion() != "test" || v.GetEdition() == 0 || v.GetRulesTotal() != 60 || v.GetRulesJudged() != 60 || len(v.GetNotJudged()) != 0 || v.GetToken().GetEpoch() == "" {
		t.Errorf("%v, %v", v, err)
	}
}
