package server

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/gate"
	"waybill/internal/registry"
	"waybill/internal/store"
	waybillv1 "waybill/proto/waybill/v1"
)

// world is a real server on loopback over a real store, and a connection a role.
type world struct {
	t        testing.TB
	dir      string
	postgres string // its database, "" on SQLite
	store    *store.Store
	keeper   *gate.Keeper
	gate     *gate.Gate
	server   *Server
	addr     string
	log      *logLines
	tokens   map[registry.Role]string
	conns    map[registry.Role]*grpc.ClientConn
	stop     func() // ends server, gate and keeper
}

// logLines keeps what was logged.
type logLines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var roles = []registry.Role{registry.RoleCaller, registry.RoleLegal, registry.RoleAuditor, registry.RoleAdmin}

func principalOf(r registry.Role) string { return "principals/" + strings.ToLower(r.String()) }

// newWorld starts a server with the settings and one principal a role.
func newWorld(t testing.TB) *world { return newWorldOn(t, "") }

// newWorldOn is a world on a database of PostgreSQL, "" for SQLite.
func newWorldOn(t testing.TB, postgres string) *world {
	t.Helper()
	ctx := t.Context()
	w := &world{t: t, postgres: postgres, log: &logLines{}, tokens: map[registry.Role]string{}, conns: map[registry.Role]*grpc.ClientConn{}}
	w.open(ctx)
	now := registry.At(time.Now())
	if err := EnsureSettings(ctx, w.store, "operator", now); err != nil {
		t.Fatal(err)
	}
	for _, r := range roles {
		token, err := IssueToken(ctx, w.store, Issue{Principal: principalOf(r), Title: "The " + r.String(), Role: r, Author: "operator", Reason: "test", Now: now})
		if err != nil {
			t.Fatal(err)
		}
		w.tokens[r] = token
	}
	w.serve(ctx)
	for _, r := range roles {
		w.conns[r] = w.dial(w.tokens[r])
	}
	return w
}

func (w *world) dial(token string, o ...grpc.DialOption) *grpc.ClientConn {
	w.t.Helper()
	o = append(o, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if token != "" {
		o = append(o, grpc.WithUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			return invoke(metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token), method, req, reply, cc, opts...)
		}), grpc.WithStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			return streamer(metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token), desc, cc, method, opts...)
		}))
	}
	conn, err := grpc.NewClient(w.addr, o...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { conn.Close() })
	return conn
}

func (w *world) listen() net.Listener {
	w.t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.addr = lis.Addr().String()
	return lis
}

func (w *world) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(io.Writer(w.log), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (w *world) legal() waybillv1.RegistryServiceClient {
	return waybillv1.NewRegistryServiceClient(w.conns[registry.RoleLegal])
}

// apply sends nouns as one role.
func (w *world) apply(role registry.Role, o *waybillv1.ApplyOptions, resources ...*waybillv1.Resource) (*waybillv1.ApplyResponse, error) {
	w.t.Helper()
	stream, err := waybillv1.NewRegistryServiceClient(w.conns[role]).Apply(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	if err := stream.Send(&waybillv1.ApplyRequest{Options: o}); err != nil {
		return nil, err
	}
	for _, r := range resources {
		if err := stream.Send(&waybillv1.ApplyRequest{Resources: []*waybillv1.Resource{r}}); err != nil {
			break // the reason comes with the close
		}
	}
	return stream.CloseAndRecv()
}

// fill applies the small registry of nouns.
func (w *world) fill() *waybillv1.ApplyResponse {
	w.t.Helper()
	resp, err := w.apply(registry.RoleLegal, nil, smallRegistry()...)
	if err != nil {
		w.t.Fatalf("apply the small registry: %v", err)
	}
	return resp
}

func day(s string) *timestamppb.Timestamp {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return timestamppb.New(t)
}

func res(m any) *waybillv1.Resource {
	switch m := m.(type) {
	case *waybillv1.Exporter:
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Exporter{Exporter: m}}
	case *waybillv1.Recipient:
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Recipient{Recipient: m}}
	case *waybillv1.Deployment:
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Deployment{Deployment: m}}
	case *waybillv1.Agreement:
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Agreement{Agreement: m}}
	case *waybillv1.Purpose:
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Purpose{Purpose: m}}
	case *waybillv1.Category:
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Category{Category: m}}
	case *waybillv1.Policy:
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Policy{Policy: m}}
	case *waybillv1.Principal:
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Principal{Principal: m}}
	case *waybillv1.Settings:
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Settings{Settings: m}}
	case *waybillv1.Transfer:
		return &waybillv1.Resource{Resource: &waybillv1.Resource_Transfer{Transfer: m}}
	}
	panic("no noun")
}

func category(id, title, example string) *waybillv1.Category {
	return &waybillv1.Category{Name: "categories/" + id, Title: title, Sentence: title + " of a person.", Example: example}
}

// screened is yesterday, so that the screening is not stale.
var screened = timestamppb.New(time.Now().Add(-24 * time.Hour).Truncate(time.Second))

func courier() *waybillv1.Recipient {
	return &waybillv1.Recipient{
		Name: "recipients/sf", Title: "SF Express", Kind: waybillv1.RecipientKind_RECIPIENT_KIND_LOGISTICS,
		Role: waybillv1.RecipientRole_RECIPIENT_ROLE_PROCESSOR, Country: "SG", Sentence: "Delivers parcels.",
		ApproveTime: day("2025-01-01"), DueDiligenceUntil: day("2099-01-01"),
		Screenings: []*waybillv1.Screening{{ScreenTime: screened, Result: waybillv1.ScreeningResult_SCREENING_RESULT_CLEAR, Source: "all lists"}},
	}
}

func courierAgreement() *waybillv1.Agreement {
	return &waybillv1.Agreement{
		Name: "agreements/sf-2025", Title: "Processing by SF", Type: waybillv1.AgreementType_AGREEMENT_TYPE_DPA,
		Exporters: []string{"exporters/acme-sg"}, Recipients: []string{"recipients/sf"},
		OurSignature:   &waybillv1.Signature{Signatory: "DPO", SignTime: day("2025-01-01")},
		TheirSignature: &waybillv1.Signature{Signatory: "Director", SignTime: day("2025-01-02")},
		Purposes:       []string{"purposes/delivery"}, Categories: []string{"categories/user.name", "categories/user.address"},
		SubjectGroups: []waybillv1.SubjectGroup{waybillv1.SubjectGroup_SUBJECT_GROUP_USER}, EffectiveTime: day("2025-01-03"),
		Terms: &waybillv1.Terms{Confidentiality: "1", Purpose: "2", Period: "3", Method: "4", Categories: "5", Measures: "6", Audit: "7",
			SubprocessorMode: waybillv1.SubprocessorMode_SUBPROCESSOR_MODE_NONE, DeleteOrReturn: "8"},
	}
}

// smallRegistry is one exporter under no regime, one courier, and what an allowed
// share of a name and an address needs.
func smallRegistry() []*waybillv1.Resource {
	code := category("user.verification_code", "Verification code", "the SMS code of a login")
	code.Credential = waybillv1.Credential_CREDENTIAL_CODE
	return []*waybillv1.Resource{
		res(category("user", "Users", "all that is known of a user")),
		res(category("user.name", "Name", "the name on a parcel")),
		res(category("user.address", "Address", "street and house number")),
		res(category("user.id_number", "Identity number", "the number of a passport")),
		res(code),
		res(&waybillv1.Purpose{Name: "purposes/delivery", Title: "Delivery", Sentence: "Bringing an order to its buyer.", Example: "a parcel", Service: waybillv1.Service_SERVICE_NONE}),
		res(&waybillv1.Exporter{Name: "exporters/acme-sg", Title: "Acme Singapore", Country: "SG", RegionsServed: []string{"SG"}, Contact: "dpo@example.com",
			Products: []*waybillv1.Product{{Id: "shop", Title: "Shop", Minors: waybillv1.MinorsAim_MINORS_AIM_NOT_AIMED}}}),
		res(courier()),
		res(&waybillv1.Deployment{Name: "recipients/sf/deployments/sg", Title: "Singapore", StorageCountries: []string{"SG"}, AccessCountries: []string{"SG"}}),
		res(courierAgreement()),
		res(&waybillv1.Policy{Name: "policies/2025", Title: "Privacy policy", SubjectGroups: []waybillv1.SubjectGroup{waybillv1.SubjectGroup_SUBJECT_GROUP_USER},
			Regions: []string{"*"}, PublishTime: day("2024-12-01"), EffectiveTime: day("2025-01-01"), Purposes: []string{"purposes/delivery"},
			Kinds: []*waybillv1.KindList{{Kind: waybillv1.RecipientKind_RECIPIENT_KIND_LOGISTICS, Purposes: []string{"purposes/delivery"}, Categories: []string{"categories/user.name", "categories/user.address"}}},
			Necessity: []*waybillv1.Necessity{{Purpose: "purposes/delivery", Categories: []string{"categories/user.name", "categories/user.address"},
				ApprovedBy: "Legal", ApproveTime: day("2024-12-01"), Reason: "A parcel needs a name and an address."}}}),
	}
}

func deliveryQuestion() *waybillv1.ShareQuestion {
	return &waybillv1.ShareQuestion{Recipient: "sf", Purpose: "delivery", Categories: []string{"user.name", "user.address"}, Subject: "customer-17",
		SubjectRegions: []string{"SG"}, Origin: "SG"}
}

// refused asserts the code and the reason of an error, and that it names the fields.
func refused(t testing.TB, err error, code codes.Code, reason string, fields ...string) {
	t.Helper()
	if status.Code(err) != code {
		t.Fatalf("got %v, want %v %s", err, code, reason)
	}
	got, named := "", map[string]bool{}
	for _, d := range status.Convert(err).Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			if d.Domain != Domain {
				t.Errorf("domain %q", d.Domain)
			}
			got = d.Reason
		case *errdetails.BadRequest:
			for _, v := range d.FieldViolations {
				named[v.Field] = true
			}
		case *errdetails.PreconditionFailure:
			for _, v := range d.Violations {
				named[v.Subject] = true
			}
		}
	}
	if got != reason {
		t.Errorf("reason %q, want %q: %v", got, reason, err)
	}
	for _, f := range fields {
		if !named[f] {
			t.Errorf("field %q is not named, only %v: %v", f, named, err)
		}
	}
}

// standing is what a refused request must leave as it was.
type standing struct{ revision, decisions int64 }

func (w *world) standing() standing {
	w.t.Helper()
	head, err := w.store.Head(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return standing{head.Revision, w.recorded()}
}
