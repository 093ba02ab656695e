package server

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// methods are all methods of the contract.
func methods() []protoreflect.MethodDescriptor {
	var all []protoreflect.MethodDescriptor
	protoregistry.GlobalFiles.RangeFilesByPackage("waybill.v1", func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			for j := range f.Services().Get(i).Methods().Len() {
				all = append(all, f.Services().Get(i).Methods().Get(j))
			}
		}
		return true
	})
	return all
}

func path(m protoreflect.MethodDescriptor) string {
	return "/" + string(m.Parent().FullName()) + "/" + string(m.Name())
}

// invoke calls a method with an empty request.
func invoke(ctx context.Context, conn *grpc.ClientConn, m protoreflect.MethodDescriptor) error {
	req, resp := dynamicpb.NewMessage(m.Input()), dynamicpb.NewMessage(m.Output())
	if !m.IsStreamingClient() && !m.IsStreamingServer() {
		return conn.Invoke(ctx, path(m), req, resp)
	}
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: m.IsStreamingClient(), ServerStreams: m.IsStreamingServer()}, path(m))
	if err != nil {
		return err
	}
	if err := stream.SendMsg(req); err != nil {
		return stream.RecvMsg(resp)
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	return stream.RecvMsg(resp)
}

// TestMatrix tries every method in every role, and without a token.
func TestMatrix(t *testing.T) {
	w := newWorld(t)
	w.fill()
	w.nameSource() // what a source may do is a caller's
	all := methods()
	if len(all) < 60 {
		t.Fatalf("the contract has %d methods", len(all))
	}
	anonymous := w.dial("")
	for _, m := range all {
		permitted := map[waybillv1.Role]bool{}
		for _, r := range requiredRoles(m) {
			permitted[r] = true
		}
		if len(permitted) == 0 {
			t.Errorf("%s has no required_roles", m.FullName())
		}
		t.Run(string(m.Parent().Name())+"/"+string(m.Name()), func(t *testing.T) {
			refused(t, invoke(t.Context(), anonymous, m), codes.Unauthenticated, "UNAUTHENTICATED")
			for _, r := range roles {
				err := invoke(t.Context(), w.conns[r], m)
				switch code := status.Code(err); {
				case !permitted[waybillv1.Role(r)]:
					refused(t, err, codes.PermissionDenied, "ROLE_NOT_PERMITTED")
				case code == codes.PermissionDenied, code == codes.Unauthenticated, code == codes.Unimplemented, code == codes.Internal:
					t.Errorf("%s: %v", r, err)
				}
			}
		})
	}
	if log := w.log.String(); !strings.Contains(log, "role not permitted") {
		t.Error("refused roles are not logged")
	}
}

// TestRolesOfMethods holds the contract's options to what the roles are for.
func TestRolesOfMethods(t *testing.T) {
	callers := map[string]bool{"CheckShare": true, "BatchCheckShares": true, "ExplainShare": true, "Find": true, "GetVersion": true,
		"WriteFacts": true} // of callers, those that legal named as a source of consent: TestWhoWritesFacts
	for _, m := range methods() {
		writes := m.Input().Fields().ByName("options") != nil
		for _, r := range requiredRoles(m) {
			switch {
			case r == waybillv1.Role_ROLE_CALLER && !callers[string(m.Name())]:
				t.Errorf("%s is open to callers", m.FullName())
			case r == waybillv1.Role_ROLE_AUDITOR && writes:
				t.Errorf("%s writes and is open to auditors", m.FullName())
			case r == waybillv1.Role_ROLE_LEGAL && writes && m.Parent().Name() == "PrincipalService" && m.Name() != "SetConsentSource":
				t.Errorf("%s is open to legal, which grants no roles", m.FullName())
			case r == waybillv1.Role_ROLE_AUDITOR && (m.Name() == "CheckShare" || m.Name() == "BatchCheckShares"):
				t.Errorf("%s records and is open to auditors", m.FullName())
			}
		}
	}
}

// TestMethodWithoutOption: what the contract says nothing of is denied.
func TestMethodWithoutOption(t *testing.T) {
	w := newWorld(t)
	delete(w.server.access, waybillv1.RegistryService_GetVersion_FullMethodName)
	_, err := waybillv1.NewRegistryServiceClient(w.conns[registry.RoleAdmin]).GetVersion(t.Context(), &waybillv1.GetVersionRequest{})
	refused(t, err, codes.PermissionDenied, "ROLE_NOT_PERMITTED")
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	admin := waybillv1.NewPrincipalServiceClient(w.conns[registry.RoleAdmin])
	create := func(expire *timestamppb.Timestamp) *waybillv1.CreateTokenResponse {
		t.Helper()
		resp, err := admin.CreateToken(t.Context(), &waybillv1.CreateTokenRequest{Parent: "principals/caller", ExpireTime: expire})
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	good, short, gone := create(nil), create(timestamppb.New(time.Now().Add(time.Second))), create(nil)
	if _, err := admin.RevokeToken(t.Context(), &waybillv1.RevokeTokenRequest{Parent: "principals/caller", Id: gone.GetToken().GetId()}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond)
	secret := good.GetSecret()
	for name, c := range map[string]struct {
		header string
		ok     bool
	}{
		"in force":                {"Bearer " + secret, true},
		"scheme in lower case":    {"bearer " + secret, true},
		"no header":               {"", false},
		"no scheme":               {secret, false},
		"another scheme":          {"Basic " + secret, false},
		"empty":                   {"Bearer ", false},
		"expired":                 {"Bearer " + short.GetSecret(), false},
		"revoked":                 {"Bearer " + gone.GetSecret(), false},
		"another secret":          {"Bearer " + secret[:len(secret)-2] + "AA", false},
		"a longer secret":         {"Bearer " + secret + "A", false},
		"a shorter secret":        {"Bearer " + secret[:len(secret)-1], false},
		"another id":              {"Bearer wb_00000000000000000000" + secret[strings.LastIndex(secret[:25], "_"):], false},
		"id of another principal": {"Bearer " + w.tokens[registry.RoleAdmin][:24] + secret[24:], false},
		"no secret":               {"Bearer " + secret[:24], false},
		"the id alone":            {"Bearer " + good.GetToken().GetId(), false},
		"upper case":              {"Bearer " + strings.ToUpper(secret), false},
		"a dot more":              {"Bearer " + secret + ".", false},
		"a JWT":                   {"Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.", false},
		"many dots":               {"Bearer " + strings.Repeat(".", 400), false},
		"very long":               {"Bearer wb_" + strings.Repeat("a", 9000), false},
		"two spaces":              {"Bearer  " + secret, false},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if c.header != "" {
				ctx = metadata.AppendToOutgoingContext(ctx, "authorization", c.header)
			}
			_, err := waybillv1.NewRegistryServiceClient(w.dial("")).GetVersion(ctx, &waybillv1.GetVersionRequest{})
			if c.ok && err != nil {
				t.Fatal(err)
			}
			if !c.ok {
				refused(t, err, codes.Unauthenticated, "UNAUTHENTICATED")
			}
		})
	}
	t.Run("two headers", func(t *testing.T) {
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+secret, "authorization", "Bearer "+secret)
		_, err := waybillv1.NewRegistryServiceClient(w.dial("")).GetVersion(ctx, &waybillv1.GetVersionRequest{})
		refused(t, err, codes.Unauthenticated, "UNAUTHENTICATED")
	})
	if log := w.log.String(); strings.Contains(log, secret[25:]) {
		t.Error("a secret was logged")
	}
}

// TestExempt: health and reflection need no token.
func TestExempt(t *testing.T) {
	w := newWorld(t)
	conn := w.dial("")
	for _, service := range []string{"", "waybill.v1.ShareService"} {
		stream, err := healthv1.NewHealthClient(conn).Watch(t.Context(), &healthv1.HealthCheckRequest{Service: service})
		if err != nil {
			t.Fatal(err)
		}
		for { // until the watch has seen the gate serve
			resp, err := stream.Recv()
			if err != nil {
				t.Fatalf("health of %q: %v", service, err)
			}
			if resp.GetStatus() == healthv1.HealthCheckResponse_SERVING {
				break
			}
		}
	}
	stream, err := reflectionv1.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&reflectionv1.ServerReflectionRequest{MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Errorf("reflection on loopback: %v", err)
	}
}

func TestRequestID(t *testing.T) {
	w := newWorld(t)
	given := "0123abcd-89ef-4567-8888-0123456789ab"
	for name, c := range map[string]struct {
		send string
		kept bool
	}{
		"a UUID is kept":             {given, true},
		"none is made":               {"", false},
		"other text is not repeated": {"jane@example.com", false},
		"nor is a telephone number":  {"8613800138000", false},
		"nor one in groups":          {"0086-138-0013-8000", false},
		"nor hex alone":              {"0123abcd89ef456788880123456789ab", false},
		"nor dashes elsewhere":       {"0123abcd8-9ef-4567-8888-0123456789ab", false},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if c.send != "" {
				ctx = metadata.AppendToOutgoingContext(ctx, requestIDHeader, c.send)
			}
			var header metadata.MD
			_, err := waybillv1.NewRegistryServiceClient(w.conns[registry.RoleCaller]).GetVersion(ctx, &waybillv1.GetVersionRequest{}, grpc.Header(&header))
			if err != nil {
				t.Fatal(err)
			}
			got := header.Get(requestIDHeader)
			if len(got) != 1 || got[0] == "" || (got[0] == c.send) != c.kept {
				t.Errorf("sent %q, got %v", c.send, got)
			}
		})
	}
}

// TestCallersIDIsNotLogged: the log and the error have the server's own id.
func TestCallersIDIsNotLogged(t *testing.T) {
	w := newWorld(t)
	given := "00008613-8001-3800-0000-000000000000"
	var header metadata.MD
	_, err := waybillv1.NewPrincipalServiceClient(w.conns[registry.RoleCaller]).ListPrincipals(metadata.AppendToOutgoingContext(t.Context(), requestIDHeader, given),
		&waybillv1.ListPrincipalsRequest{}, grpc.Header(&header))
	refused(t, err, codes.PermissionDenied, "ROLE_NOT_PERMITTED")
	if got := header.Get(requestIDHeader); len(got) != 1 || got[0] != given {
		t.Errorf("it is not echoed: %v", got)
	}
	id := ""
	for _, d := range status.Convert(err).Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			id = info.GetMetadata()["request_id"]
		}
	}
	if log := w.log.String(); id == "" || strings.Contains(log, given) || !strings.Contains(log, "request_id="+id) {
		t.Errorf("the error has %q, the log:\n%s", id, log)
	}
}

// panics is a handler that breaks, with a caller's text in its hand.
func TestPanicIsInternal(t *testing.T) {
	w := newWorld(t)
	c := w.server.core
	_, err := c.unary(t.Context(), &healthv1.HealthCheckRequest{}, &grpc.UnaryServerInfo{FullMethod: "/grpc.health.v1.Health/Check"},
		func(context.Context, any) (any, error) { panic("jane@example.com") })
	refused(t, err, codes.Internal, "INTERNAL")
	if got := status.Convert(err).Message(); got != "internal error" {
		t.Errorf("message %q", got)
	}
	log := w.log.String()
	if strings.Count(log, "msg=panic") != 1 || strings.Contains(log, "jane") {
		t.Errorf("log:\n%s", log)
	}
}
