package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/gate"
	"waybill/internal/registry"
	"waybill/internal/store"
	pb "waybill/proto/waybill/v1"
	"waybill/server"
)

// operator is the author of what is written outside a server.
const operator = "operator"

// localAdmin is the principal whose token the embedded server writes to a file.
const localAdmin = "principals/admin"

// openRegistry opens the store and its keys. The embedded one migrates itself and
// gets its settings and its admin token.
func (c *cli) openRegistry(ctx context.Context, at location, log *slog.Logger) (_ *store.Store, keys *gate.Keys, err error) {
	cfg := store.Config{Database: at.database, Replica: "serve", Now: c.now}
	if at.dir == "" {
		if keys, err = openTagKeys(at, false, c.now()); err != nil {
			return nil, nil, err
		}
		s, err := c.reachStore(ctx, cfg, log)
		return s, keys, err
	}
	if err := os.MkdirAll(at.dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the data directory: %w", err)
	}
	_, missing := os.Stat(filepath.Join(at.dir, ledgerFile))
	if keys, err = openTagKeys(at, errors.Is(missing, fs.ErrNotExist), c.now()); err != nil {
		return nil, nil, err
	}
	if err := store.Migrate(ctx, cfg); err != nil {
		return nil, nil, err
	}
	s, err := store.Open(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	if err := c.embed(ctx, at, s, log); err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, keys, nil
}

// reachStore opens the store on PostgreSQL and tries again while the database
// cannot be reached: a server that starts before its database waits for it.
func (c *cli) reachStore(ctx context.Context, cfg store.Config, log *slog.Logger) (*store.Store, error) {
	const first, most = 100 * time.Millisecond, 5 * time.Second
	for wait := first; ; wait = min(2*wait, most) {
		s, err := store.Open(ctx, cfg)
		if err == nil || registry.ReasonOf(err) != "REGISTRY_UNAVAILABLE" || ctx.Err() != nil {
			return s, err
		}
		if wait == first {
			log.Warn("the database cannot be reached; trying again until it can", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(wait):
		}
	}
}

// embed gives an embedded registry its settings and a token in a file.
func (c *cli) embed(ctx context.Context, at location, s *store.Store, log *slog.Logger) error {
	now := registry.At(c.now())
	if err := server.EnsureSettings(ctx, s, operator, now); err != nil {
		return err
	}
	path := filepath.Join(at.dir, tokenFile)
	token, err := readSecret(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return usagef("read the token: %w", err)
	}
	good, err := tokenStands(ctx, s, token, now)
	if err != nil || good {
		return err
	}
	recs, _, err := s.Get(ctx, localAdmin)
	if err != nil {
		return err
	}
	first := len(recs) == 0
	token, err = server.IssueToken(ctx, s, server.Issue{
		Principal: localAdmin, Title: "Administrator of this machine", Role: registry.RoleAdmin,
		RevokeOthers: true, Author: operator, Reason: map[bool]string{true: "first start", false: "the token's file was lost"}[first], Now: now,
	})
	if err != nil {
		return err
	}
	if err := writeSecret(path, token+"\n"); err != nil {
		return err
	}
	if !first {
		log.Warn("the admin token's file was lost or does not hold: a new token was written and the old ones revoked", "file", path)
	}
	return nil
}

// tokenStands reports whether the file's token is one of the admin's that holds.
func tokenStands(ctx context.Context, s *store.Store, token string, now registry.Time) (bool, error) {
	recs, _, err := s.Get(ctx, localAdmin)
	if err != nil {
		return false, err
	}
	p, ok := recs[localAdmin].Noun.(*registry.Principal)
	id, secret, cut := strings.Cut(strings.TrimPrefix(token, "wb_"), "_")
	if !ok || !cut {
		return false, nil
	}
	hashes, err := s.TokenHashes(ctx)
	if err != nil {
		return false, err
	}
	for _, t := range p.Tokens {
		if t.ID == id && t.RevokeTime == 0 && (t.ExpireTime == 0 || now < t.ExpireTime) {
			return hashes[id] == sha256.Sum256([]byte(secret)), nil
		}
	}
	return false, nil
}

// inForce waits until every server answers by what the database holds now.
func inForce(ctx context.Context, s *store.Store) error {
	head, err := s.Head(ctx)
	if err != nil {
		return err
	}
	return gate.Settled(ctx, s, slog.New(slog.DiscardHandler), time.Now, head.Epoch, head.Revision)
}

// createTokenInDatabase makes a token without a server, as the operator.
func (c *cli) createTokenInDatabase(ctx context.Context, f *tokenFlags, name string, role registry.Role) (*pb.CreateTokenResponse, error) {
	if role == 0 {
		return nil, usagef("--database needs --role: the principal may be new")
	}
	at, err := c.where(&placeFlags{database: f.database})
	if err != nil {
		return nil, err
	}
	ask := server.Issue{
		Principal: name, Title: strings.TrimPrefix(name, registry.Principals.Prefix()), Role: role,
		Author: operator, Reason: "token create", Now: registry.At(c.now()),
	}
	if f.expires != "" {
		t, err := time.Parse(time.RFC3339, f.expires)
		if d, e := time.ParseDuration(f.expires); e == nil {
			t, err = c.now().Add(d), nil
		}
		if err != nil || !t.After(c.now()) {
			return nil, usagef("--expires %s: write a time to come, as 2027-01-31T00:00:00Z or 720h", f.expires)
		}
		ask.Expire = registry.At(t)
	}
	s, err := store.Open(ctx, store.Config{Database: at.database, Replica: "token", Now: c.now})
	if err != nil {
		return nil, err
	}
	token, err := server.IssueToken(ctx, s, ask)
	if err == nil {
		err = inForce(ctx, s)
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return nil, err
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(token, "wb_"), "_")
	made := &pb.CreateTokenResponse{Token: &pb.Token{Id: id, CreateTime: timestamppb.New(ask.Now.Std())}, Secret: token}
	if ask.Expire != 0 {
		made.Token.ExpireTime = timestamppb.New(ask.Expire.Std())
	}
	return made, nil
}
