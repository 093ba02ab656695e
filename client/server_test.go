package client_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/client"
	"waybill/internal/gate"
	"waybill/internal/registry"
	"waybill/internal/store"
	waybillv1 "waybill/proto/waybill/v1"
	"waybill/server"
)

// served is a real server on loopback over a real store in a directory.
type served struct {
	addr, token string // of principals/admin
	caller      string // the token of principals/shop
	stop        func() error
}

// serve starts a server with a small registry: one exporter, one courier that may
// get a name and an address, one that has no agreement.
func serve(ctx context.Context) (s *served, err error) {
	dir, err := os.MkdirTemp("", "waybill-client-")
	if err != nil {
		return nil, err
	}
	cfg := store.Config{Database: dir, Replica: "test"}
	if err := store.Migrate(ctx, cfg); err != nil {
		return nil, err
	}
	st, err := store.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	now := registry.At(time.Now())
	if err := server.EnsureSettings(ctx, st, "operator", now); err != nil {
		return nil, err
	}
	s = &served{}
	for name, at := range map[string]struct {
		role  registry.Role
		token *string
	}{"principals/admin": {registry.RoleAdmin, &s.token}, "principals/shop": {registry.RoleCaller, &s.caller}} {
		*at.token, err = server.IssueToken(ctx, st, server.Issue{Principal: name, Title: name, Role: at.role, Author: "operator", Reason: "test", Now: now})
		if err != nil {
			return nil, err
		}
	}
	keys, err := gate.EmbeddedKeys(filepath.Join(dir, "tag.keys"), time.Now())
	if err != nil {
		return nil, err
	}
	keeper := gate.NewKeeper(st, gate.KeeperConfig{Poll: 20 * time.Millisecond}, time.Now)
	g := gate.New(keeper, st, keys, gate.Config{Wait: 5 * time.Second}, time.Now)
	srv := server.New(server.Config{Keeper: keeper, Gate: g, Store: st, Segments: st, Duties: st, Log: slog.New(slog.DiscardHandler), Version: "test", LameDuck: -1})
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.addr = lis.Addr().String()
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	failed := make(chan error, 3)
	for _, run := range []func() error{func() error { return keeper.Run(running) }, func() error { return g.Run(running) }, func() error { return srv.Serve(lis) }} {
		wg.Go(func() {
			if err := run(); err != nil {
				failed <- err
			}
		})
	}
	s.stop = func() error {
		srv.Stop()
		cancel()
		wg.Wait()
		if err := st.Close(); err != nil {
			return err
		}
		select {
		case err := <-failed:
			return err
		default:
			return os.RemoveAll(dir)
		}
	}
	for deadline := time.Now().Add(5 * time.Second); g.Serving() != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("the gate does not serve: %w", g.Serving())
		}
	}
	return s, s.fill(ctx)
}

func day(s string) *timestamppb.Timestamp {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return timestamppb.New(t)
}

func (s *served) fill(ctx context.Context) error {
	c, err := client.Dial(ctx, s.addr, client.Options{Token: s.token})
	if err != nil {
		return err
	}
	defer c.Close()
	stream, err := waybillv1.NewRegistryServiceClient(c.Conn()).Apply(ctx)
	if err != nil {
		return err
	}
	if err := stream.Send(&waybillv1.ApplyRequest{Resources: registryOf()}); err != nil {
		return err
	}
	_, err = stream.CloseAndRecv()
	return err
}

func registryOf() []*waybillv1.Resource {
	category := func(id, title, example string) *waybillv1.Resource {
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Category{Category: &waybillv1.Category{
			Name: "categories/" + id, Title: title, Sentence: title + " of a person.", Example: example}}}
	}
	recipient := func(id, title string) *waybillv1.Resource {
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Recipient{Recipient: &waybillv1.Recipient{
			Name: "recipients/" + id, Title: title, Kind: waybillv1.RecipientKind_RECIPIENT_KIND_LOGISTICS,
			Role: waybillv1.RecipientRole_RECIPIENT_ROLE_PROCESSOR, Country: "SG", ApproveTime: day("2025-01-01"), DueDiligenceUntil: day("2099-01-01"),
			Screenings: []*waybillv1.Screening{{ScreenTime: timestamppb.New(time.Now().Add(-24 * time.Hour)), Result: waybillv1.ScreeningResult_SCREENING_RESULT_CLEAR}}}}}
	}
	deployment := func(recipient string) *waybillv1.Resource {
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Deployment{Deployment: &waybillv1.Deployment{
			Name: "recipients/" + recipient + "/deployments/sg", Title: "Singapore", StorageCountries: []string{"SG"}, AccessCountries: []string{"SG"}}}}
	}
	parcel := []string{"categories/user.name", "categories/user.address"}
	users := []waybillv1.SubjectGroup{waybillv1.SubjectGroup_SUBJECT_GROUP_USER}
	return []*waybillv1.Resource{
		category("user", "User", "all of a user"), category("user.name", "Name", "the name on a parcel"),
		category("user.address", "Address", "street and house number"), category("user.id_number", "Identity number", "a passport's"),
		{Resource: &waybillv1.Resource_Purpose{Purpose: &waybillv1.Purpose{Name: "purposes/delivery", Title: "Delivery",
			Sentence: "Bringing an order to its buyer.", Example: "a parcel", Service: waybillv1.Service_SERVICE_NONE}}},
		{Resource: &waybillv1.Resource_Exporter{Exporter: &waybillv1.Exporter{Name: "exporters/acme-sg", Title: "Acme", Country: "SG",
			RegionsServed: []string{"SG"}, Contact: "dpo@example.com"}}},
		recipient("sf", "SF Express"), deployment("sf"), recipient("dhl", "DHL"), deployment("dhl"),
		{Resource: &waybillv1.Resource_Agreement{Agreement: &waybillv1.Agreement{Name: "agreements/sf-2025", Title: "Processing by SF",
			Type: waybillv1.AgreementType_AGREEMENT_TYPE_DPA, Exporters: []string{"exporters/acme-sg"}, Recipients: []string{"recipients/sf"},
			OurSignature:   &waybillv1.Signature{Signatory: "DPO", SignTime: day("2025-01-01")},
			TheirSignature: &waybillv1.Signature{Signatory: "Director", SignTime: day("2025-01-02")},
			Purposes:       []string{"purposes/delivery"}, Categories: parcel, SubjectGroups: users, EffectiveTime: day("2025-01-03"),
			Terms: &waybillv1.Terms{Confidentiality: "1", Purpose: "2", Period: "3", Method: "4", Categories: "5", Measures: "6", Audit: "7",
				SubprocessorMode: waybillv1.SubprocessorMode_SUBPROCESSOR_MODE_NONE, DeleteOrReturn: "8"}}}},
		{Resource: &waybillv1.Resource_Policy{Policy: &waybillv1.Policy{Name: "policies/2025", Title: "Privacy policy", SubjectGroups: users,
			Regions: []string{"*"}, EffectiveTime: day("2025-01-01"), Purposes: []string{"purposes/delivery"},
			Kinds: []*waybillv1.KindList{{Kind: waybillv1.RecipientKind_RECIPIENT_KIND_LOGISTICS, Purposes: []string{"purposes/delivery"}, Categories: parcel}},
			Necessity: []*waybillv1.Necessity{{Purpose: "purposes/delivery", Categories: parcel, ApprovedBy: "Legal",
				ApproveTime: day("2024-12-01"), Reason: "A parcel needs a name and an address."}}}}},
	}
}
