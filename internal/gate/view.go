package gate

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"sync/atomic"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// View is the registry as one check sees it: a compiled snapshot, its head, and
// the tokens that it knows. It is immutable but for the count of checks in flight.
type View struct {
	Snapshot *decision.Snapshot
	Head     registry.Head

	tokens   map[string]credential
	inflight atomic.Int64
}

type credential struct {
	hash      [32]byte
	principal uint32
	expire    registry.Time
	revoke    registry.Time
}

// newView joins a snapshot with the hashes of the tokens' secrets.
func newView(s *decision.Snapshot, head registry.Head, hashes map[string][32]byte) *View {
	v := &View{Snapshot: s, Head: head, tokens: make(map[string]credential, len(hashes))}
	s.Principals(func(p decision.Principal) bool {
		for _, t := range p.Tokens {
			if h, ok := hashes[t.ID]; ok {
				v.tokens[t.ID] = credential{h, p.Number, t.ExpireTime, t.RevokeTime}
			}
		}
		return true
	})
	return v
}

// errToken is the one answer to every token that does not stand: it tells
// nothing of why.
var errToken = registry.Errorf(registry.Unauthenticated, "UNAUTHENTICATED", "the token is missing, unknown, expired or revoked")

// maxToken bounds what is looked at.
const maxToken = 256

// Authenticate returns the principal of a token wb_{id}_{secret} at an instant.
// Secrets are compared by their SHA-256 in constant time. It allocates nothing.
func (v *View) Authenticate(token string, now registry.Time) (decision.Principal, error) {
	rest, ok := strings.CutPrefix(token, "wb_")
	if !ok || len(token) > maxToken {
		return decision.Principal{}, errToken
	}
	id, secret, ok := strings.Cut(rest, "_")
	if !ok {
		return decision.Principal{}, errToken
	}
	var buf [maxToken]byte
	hash := sha256.Sum256(buf[:copy(buf[:], secret)])
	c, known := v.tokens[id]
	same := subtle.ConstantTimeCompare(hash[:], c.hash[:]) == 1
	if !known || !same || c.expire != 0 && c.expire <= now || c.revoke != 0 && c.revoke <= now {
		return decision.Principal{}, errToken
	}
	p, ok := v.Snapshot.Principal(c.principal)
	if !ok {
		return decision.Principal{}, errToken
	}
	return p, nil
}
