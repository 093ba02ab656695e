package server

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// maxTokenBytes is the longest authorization that is looked at.
const maxTokenBytes = 512

// grant is what the contract says of one method.
type grant struct {
	roles uint16 // bit r: role r may call it
	gated bool   // the gate itself judges how fresh the registry is
}

func (g grant) permits(r registry.Role) bool { return r != 0 && g.roles&(1<<r) != 0 }

// access is the option required_roles of every method, by its full name
// (/waybill.v1.ShareService/CheckShare). A method that is absent is denied.
type access map[string]grant

func newAccess(services map[string]grpc.ServiceInfo) access {
	a := access{}
	for name := range services {
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
		if err != nil {
			continue
		}
		sd, ok := d.(protoreflect.ServiceDescriptor)
		if !ok {
			continue
		}
		for i := range sd.Methods().Len() {
			m := sd.Methods().Get(i)
			var g grant
			for _, r := range requiredRoles(m) {
				g.roles |= 1 << r
			}
			g.gated = name == waybillv1.ShareService_ServiceDesc.ServiceName
			if g.roles != 0 {
				a["/"+name+"/"+string(m.Name())] = g
			}
		}
	}
	return a
}

func requiredRoles(m protoreflect.MethodDescriptor) []waybillv1.Role {
	roles, _ := proto.GetExtension(m.Options(), waybillv1.E_RequiredRoles).([]waybillv1.Role)
	return roles
}

// exempt reports whether a method is called without a token: health, and
// reflection, which is registered on loopback only.
func exempt(method string) bool {
	return strings.HasPrefix(method, "/grpc.health.v1.Health/") || strings.HasPrefix(method, "/grpc.reflection.")
}

// admit finds out who calls and whether the role permits the method. It looks at
// nothing of the request: permission is judged before existence.
func (s *core) admit(c *call) error {
	if exempt(c.method) {
		return nil
	}
	if err := c.Err(); err != nil {
		return err
	}
	g, known := s.access[c.method]
	now := s.now()
	if !g.gated {
		if err := s.keeper.Fresh(now); err != nil {
			return err
		}
	}
	c.view = s.keeper.View()
	if c.view == nil {
		return registry.Errorf(registry.Unavailable, "REGISTRY_NOT_LOADED", "the registry is not loaded yet")
	}
	c.token = bearer(c)
	if c.token == "" {
		return registry.Errorf(registry.Unauthenticated, "UNAUTHENTICATED", "a token is needed, known, in force and not revoked")
	}
	p, err := c.view.Authenticate(c.token, registry.At(now))
	if err != nil {
		return err
	}
	c.principal = p
	if !known || !g.permits(p.Role) {
		if s.refusals.tell(p.Number, now) {
			s.log.Warn("role not permitted", "request_id", c.id(), "method", c.method, "principal", c.author(), "role", p.Role.String())
		}
		return registry.Errorf(registry.PermissionDenied, "ROLE_NOT_PERMITTED", "the role %s does not permit this method", p.Role)
	}
	return nil
}

// readmit judges the caller again by the newest registry that the keeper holds,
// for an effect that must not rest on a principal as it stood before.
func (s *core) readmit(c *call) error {
	view := s.keeper.View()
	if view == c.view {
		return nil
	}
	p, err := view.Authenticate(c.token, registry.At(s.now()))
	if err != nil {
		return err
	}
	if !s.access[c.method].permits(p.Role) {
		return registry.Errorf(registry.PermissionDenied, "ROLE_NOT_PERMITTED", "the role %s does not permit this method", p.Role)
	}
	c.view, c.principal = view, p
	return nil
}

// bearer returns the token of the one authorization header, or "".
func bearer(ctx context.Context) string {
	values := metadata.ValueFromIncomingContext(ctx, "authorization")
	if len(values) != 1 || len(values[0]) > maxTokenBytes {
		return ""
	}
	const scheme = "bearer "
	v := values[0]
	if len(v) <= len(scheme) || !strings.EqualFold(v[:len(scheme)], scheme) {
		return ""
	}
	return v[len(scheme):]
}
