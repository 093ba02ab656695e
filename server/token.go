package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// token is a new token of a principal: wb_{id}_{secret}, the secret 256 random
// bits in 43 characters. Only the SHA-256 of the secret is kept.
type token struct {
	id, text        string
	hash            [32]byte
	create, expires registry.Time
}

func newToken() *token {
	var id [10]byte
	var secret [32]byte
	rand.Read(id[:]) // never fails, crypto/rand
	rand.Read(secret[:])
	t := &token{id: hex.EncodeToString(id[:])}
	text := base64.RawURLEncoding.EncodeToString(secret[:])
	t.text = "wb_" + t.id + "_" + text
	t.hash = sha256.Sum256([]byte(text))
	return t
}

// addTo records the token with a principal.
func (t *token) addTo(n *registry.Principal, now registry.Time, expire *timestamppb.Timestamp) error {
	at, err := instant("expire_time", expire)
	if err != nil {
		return err
	}
	if at != 0 && at <= now {
		return invalid("expire_time", "a time to come, or nothing for never")
	}
	t.create, t.expires = now, at
	n.Tokens = append(n.Tokens, registry.Token{ID: t.id, CreateTime: now, ExpireTime: at})
	return nil
}

func (t *token) message() *waybillv1.Token {
	m := &waybillv1.Token{Id: t.id, CreateTime: timestamppb.New(t.create.Std())}
	if t.expires != 0 {
		m.ExpireTime = timestamppb.New(t.expires.Std())
	}
	return m
}

// Issue asks for a token outside a server: at the first start, or by an operator
// at the database.
type Issue struct {
	// Principal is recorded with Title and Role if there is none of the name; one
	// that exists must have the role.
	Principal, Title string
	Role             registry.Role
	// Expire is when the token expires; zero means never.
	Expire registry.Time
	// RevokeOthers revokes the principal's other tokens: the file that held one is lost.
	RevokeOthers bool
	// Author and Reason are kept in the change.
	Author, Reason string
	// Now is when it is recorded.
	Now registry.Time
}

// IssueToken records a new token and returns it, the only time that it is seen.
// Its errors are the store's, and STATE_INVALID for a principal of another role.
func IssueToken(ctx context.Context, store registry.Store, ask Issue) (string, error) {
	t := newToken()
	err := settle(ctx, store, registry.Write{Author: ask.Author, Reason: ask.Reason, Time: ask.Now, TokenHashes: map[string][32]byte{t.id: t.hash}},
		func() (registry.Request, error) {
			recs, _, err := store.Get(ctx, ask.Principal)
			if err != nil {
				return registry.Request{}, err
			}
			p := &registry.Principal{Name: ask.Principal, Title: ask.Title, Role: ask.Role}
			q := registry.Request{Now: ask.Now, MustNotExist: true}
			if rec, ok := recs[ask.Principal]; ok {
				n, err := cloneNoun(rec.Noun)
				if err != nil {
					return q, err
				}
				p = n.(*registry.Principal)
				q = change(rec, p, ask.Now)
			}
			if p.Role != ask.Role {
				return q, stateInvalid(p.Name, "%s has the role %s", p.Name, p.Role)
			}
			for i := range p.Tokens {
				if ask.RevokeOthers && p.Tokens[i].RevokeTime == 0 {
					p.Tokens[i].RevokeTime = ask.Now
				}
			}
			p.Tokens = append(p.Tokens, registry.Token{ID: t.id, CreateTime: ask.Now, ExpireTime: ask.Expire})
			q.Put, q.EditTokens = []registry.Noun{p}, true
			return q, nil
		})
	if err != nil {
		return "", err
	}
	return t.text, nil
}

// EnsureSettings records the settings with their defaults if there are none: the
// zone Asia/Shanghai, screenings stale after 365 days, no contact.
func EnsureSettings(ctx context.Context, store registry.Store, author string, now registry.Time) error {
	return settle(ctx, store, registry.Write{Author: author, Reason: "first start", Time: now}, func() (registry.Request, error) {
		recs, _, err := store.Get(ctx, "settings")
		if err != nil || len(recs) > 0 {
			return registry.Request{}, err
		}
		return registry.Request{Put: []registry.Noun{&registry.Settings{Name: "settings", Zone: "Asia/Shanghai"}}, MustNotExist: true, Now: now}, nil
	})
}

// settle makes a write outside a server, again where another came first.
func settle(ctx context.Context, store registry.Store, w registry.Write, ask func() (registry.Request, error)) error {
	for range maxAttempts {
		q, err := ask()
		if err != nil || len(q.Put) == 0 {
			return err
		}
		head, edits, err := registry.Prepare(ctx, store, q)
		if reason := registry.ReasonOf(err); reason == "ETAG_MISMATCH" || reason == "ALREADY_EXISTS" {
			continue
		}
		if err != nil {
			return err
		}
		w.Edits = edits
		if _, _, err = store.Commit(ctx, head, w); registry.ReasonOf(err) != revisionMoved {
			return err
		}
	}
	return registry.Errorf(registry.Unavailable, "REGISTRY_UNAVAILABLE", "other writes came first %d times; nothing was written", maxAttempts)
}
