package server

import (
	"context"
	"slices"

	"waybill/internal/decision"
	"waybill/internal/gate"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// principalService keeps the principals and their tokens.
type principalService struct {
	waybillv1.UnimplementedPrincipalServiceServer
	*core
}

func principalWritten(m *waybillv1.Principal, result *waybillv1.WriteResult) *waybillv1.WritePrincipalResponse {
	return &waybillv1.WritePrincipalResponse{Principal: m, Result: result}
}

func (s principalService) GetPrincipal(ctx context.Context, r *waybillv1.GetPrincipalRequest) (*waybillv1.Principal, error) {
	return get[*waybillv1.Principal](ctx, s.core, registry.Principals, r)
}

func (s principalService) ListPrincipals(ctx context.Context, r *waybillv1.ListPrincipalsRequest) (*waybillv1.ListPrincipalsResponse, error) {
	page, next, err := list[*waybillv1.Principal](ctx, s.core, registry.Principals, "", r)
	return &waybillv1.ListPrincipalsResponse{Principals: page, NextPageToken: next}, err
}

func (s principalService) CreatePrincipal(ctx context.Context, r *waybillv1.CreatePrincipalRequest) (*waybillv1.WritePrincipalResponse, error) {
	return create(ctx, s.core, r, r.GetPrincipal(), principalWritten)
}

func (s principalService) UpdatePrincipal(ctx context.Context, r *waybillv1.UpdatePrincipalRequest) (*waybillv1.WritePrincipalResponse, error) {
	return update(ctx, s.core, r, r.GetPrincipal(), principalWritten)
}

func (s principalService) DeletePrincipal(ctx context.Context, r *waybillv1.DeletePrincipalRequest) (*waybillv1.DeletePrincipalResponse, error) {
	return remove(ctx, s.core, registry.Principals, r, func(result *waybillv1.WriteResult) *waybillv1.DeletePrincipalResponse {
		return &waybillv1.DeletePrincipalResponse{Result: result}
	})
}

// CreateToken gives a principal a new token. The secret is shown in this answer
// alone: a repeat of the same request_id returns the token's record without it.
func (s principalService) CreateToken(ctx context.Context, r *waybillv1.CreateTokenRequest) (*waybillv1.CreateTokenResponse, error) {
	t := newToken()
	resp, replayed, err := write(ctx, s.core, writing[*waybillv1.CreateTokenResponse]{
		digest: requestDigest(callOf(ctx).method, r), options: r.GetOptions(),
		prepare: func(ctx context.Context, now registry.Time) (proposal, error) {
			_, q, err := amended(ctx, s.core, r, r.GetParent(), now, func(n *registry.Principal, now registry.Time) error {
				return t.addTo(n, now, r.GetExpireTime())
			})
			if err != nil {
				return proposal{}, err
			}
			p, err := s.prepare(ctx, r, q)
			p.hashes = map[string][32]byte{t.id: t.hash}
			return p, err
		},
		respond: func(_ proposal, _ []registry.Change, result *waybillv1.WriteResult) *waybillv1.CreateTokenResponse {
			return &waybillv1.CreateTokenResponse{Token: t.message(), Result: result}
		},
	})
	if err == nil && !replayed && !r.GetOptions().GetValidateOnly() {
		resp.Secret = t.text
	}
	return resp, err
}

func (s principalService) RevokeToken(ctx context.Context, r *waybillv1.RevokeTokenRequest) (*waybillv1.WritePrincipalResponse, error) {
	return amend(ctx, s.core, r, r.GetParent(), principalWritten, func(n *registry.Principal, now registry.Time) error {
		i := slices.IndexFunc(n.Tokens, func(t registry.Token) bool { return t.ID == r.GetId() })
		if i < 0 {
			return registry.Errorf(registry.NotFound, "NOT_FOUND", "%s has no such token", n.Name)
		}
		return end(n.Name, "revoked", &n.Tokens[i].RevokeTime, now)
	})
}

// SetConsentSource records legal's word; of a principal legal may change nothing else.
func (s principalService) SetConsentSource(ctx context.Context, r *waybillv1.SetConsentSourceRequest) (*waybillv1.WritePrincipalResponse, error) {
	return amend(ctx, s.core, r, r.GetName(), principalWritten, func(n *registry.Principal, _ registry.Time) error {
		n.ConsentSource = nil
		if src := r.GetConsentSource(); src != nil {
			n.ConsentSource = &registry.ConsentSource{MaxAgeSeconds: src.GetMaxAgeSeconds()}
		}
		return nil
	})
}

// ownPrincipal holds an edit of a principal to what create and update may state:
// who is a source of consent is legal's word. Other nouns pass.
func ownPrincipal(old, n registry.Noun) error {
	p, ok := n.(*registry.Principal)
	if !ok {
		return nil
	}
	var was registry.Principal
	if o, ok := old.(*registry.Principal); ok {
		was = *o
	}
	if !sameSource(p.ConsentSource, was.ConsentSource) {
		return registry.Errorf(registry.PermissionDenied, "ROLE_NOT_PERMITTED", "who is a source of consent is legal's word, by SetConsentSource")
	}
	return nil
}

func sameSource(a, b *registry.ConsentSource) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// keepsAdmin refuses edits that would leave no principal of role ADMIN with a
// token in force, where there is one now: nobody could manage principals any more.
func keepsAdmin(view *gate.View, edits []registry.Edit, now registry.Time) error {
	after := map[uint32]*registry.Principal{}
	for _, e := range edits {
		if c, _ := registry.CollectionOf(e.Name); c == registry.Principals {
			p, _ := e.Noun.(*registry.Principal) // nil deletes
			after[e.Number] = p
		}
	}
	if len(after) == 0 {
		return nil
	}
	before, kept := false, false
	view.Snapshot.Principals(func(p decision.Principal) bool {
		before = before || manages(p.Role, p.Tokens, now)
		if n, edited := after[p.Number]; !edited {
			kept = kept || manages(p.Role, p.Tokens, now)
		} else if n != nil {
			kept = kept || manages(n.Role, n.Tokens, now)
		}
		return true
	})
	if before && !kept {
		return registry.Errorf(registry.Precondition, "STATE_INVALID",
			"this would leave no principal of role ADMIN with a token in force; give another admin a token first")
	}
	return nil
}

func manages(role registry.Role, tokens []registry.Token, now registry.Time) bool {
	return role == registry.RoleAdmin && slices.ContainsFunc(tokens, func(t registry.Token) bool {
		return t.RevokeTime == 0 && (t.ExpireTime == 0 || t.ExpireTime > now)
	})
}
