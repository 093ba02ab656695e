package gate

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"sync"
	"sync/atomic"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// View is the registry as one check sees it: a compiled snapshot, its head, and
// the tokens that it knows. What is exported is immutable.
type View struct {
	Snapshot *decision.Snapshot
	Head     registry.Head

	tokens map[string]credential
	// proof is of the newest poll that found the registry at this view.
	proof atomic.Pointer[proof]
	// refs counts the checks in flight, and one while the view is the current one.
	refs    atomic.Int64
	once    sync.Once
	drained chan struct{} // closed when it was replaced and every check has left
}

// proof says when a view was known to be current, and whether this clock was then
// the database's.
type proof struct {
	sent   moment // before the poll was sent
	skewed bool
}

type credential struct {
	hash      [32]byte
	principal uint32
	expire    registry.Time
	revoke    registry.Time
}

// newView joins a snapshot with the hashes of the tokens' secrets.
func newView(s *decision.Snapshot, head registry.Head, hashes map[string][32]byte) *View {
	v := &View{Snapshot: s, Head: head, tokens: make(map[string]credential, len(hashes)), drained: make(chan struct{})}
	v.refs.Store(1)
	if len(hashes) == 0 {
		return v
	}
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

// ahead is how far one server's clock may be before another's: each is within two
// seconds of the database's.
const ahead = 2 * maxSkew

// instant returns the time of a check at a clock's reading: not before the newest
// change was recorded. A revocation as of now, by the clock of the server that
// wrote it, is in force on one whose clock is behind. A writer whose clock was
// wrong altogether moves nobody's time by more.
func (v *View) instant(now registry.Time) registry.Time {
	return max(now, min(v.Head.Time, now+registry.Time(ahead.Microseconds())))
}

// leave counts a check out. A check that met the view just as it was replaced
// comes and goes once more after it was drained; it decides nothing.
func (v *View) leave() {
	if v.refs.Add(-1) == 0 {
		v.once.Do(func() { close(v.drained) })
	}
}

// errToken is the one answer to every token that does not stand: it tells
// nothing of why.
var errToken = registry.Errorf(registry.Unauthenticated, "UNAUTHENTICATED", "the token is missing, unknown, expired or revoked")

// A token is wb_{id}_{secret}; the secret is 32 random bytes in base64url, which
// may hold an underscore, so it is found by its length.
const (
	tokenPrefix  = "wb_"
	secretLength = 43
	maxToken     = 256
)

// Authenticate returns the principal of a token wb_{id}_{secret} at an instant.
// Secrets are compared by their SHA-256 in constant time. It allocates nothing.
func (v *View) Authenticate(token string, now registry.Time) (decision.Principal, error) {
	at := len(token) - secretLength - 1
	if at <= len(tokenPrefix) || len(token) > maxToken || !strings.HasPrefix(token, tokenPrefix) || token[at] != '_' {
		return decision.Principal{}, errToken
	}
	var secret [secretLength]byte
	copy(secret[:], token[at+1:])
	hash := sha256.Sum256(secret[:])
	now = v.instant(now)
	c, known := v.tokens[token[len(tokenPrefix):at]]
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
