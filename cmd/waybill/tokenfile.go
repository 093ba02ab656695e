package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"google.golang.org/grpc"

	"waybill/internal/registry"
	"waybill/internal/store"
	pb "waybill/proto/waybill/v1"
)

// reserve makes the file that a token will be written to, before there is one: a
// token that nobody could be given is not made.
func reserve(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, usagef("--write-to %s: the file is there already", path)
	}
	if err != nil {
		return nil, usagef("--write-to: %w", err)
	}
	return f, nil
}

// createTo makes the token and writes it to the reserved file. Where that fails
// the file goes, and a token that was made is revoked.
func createTo(f *os.File, make func() (*pb.CreateTokenResponse, error), revoke func(id string) error) (*pb.CreateTokenResponse, error) {
	made, err := make()
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	_, err = f.WriteString(made.GetSecret() + "\n")
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		made.Secret = ""
		return made, nil
	}
	err = errors.Join(fmt.Errorf("write the token, which is revoked: %w", err), os.Remove(f.Name()))
	if e := revoke(made.GetToken().GetId()); e != nil {
		err = errors.Join(err, fmt.Errorf("revoke the token %s, which still holds: %w", made.GetToken().GetId(), e))
	}
	return nil, err
}

// revokeToken has the server revoke a token that could not be handed over.
func (c *cli) revokeToken(ctx context.Context, principal, id string) error {
	return c.with(ctx, callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
		_, err := pb.NewPrincipalServiceClient(conn).RevokeToken(ctx, &pb.RevokeTokenRequest{
			Parent: principal, Id: id, Options: &pb.WriteOptions{RequestId: requestID(), Reason: "the token's file could not be written"},
		})
		return err
	})
}

// revokeTokenInDatabase does the same without a server.
func (c *cli) revokeTokenInDatabase(ctx context.Context, f *tokenFlags, principal, id string) (err error) {
	at, err := c.where(&placeFlags{database: f.database})
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Config{Database: at.database, Replica: "token", Now: c.now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	recs, _, err := s.Get(ctx, principal)
	if err != nil {
		return err
	}
	held, ok := recs[principal].Noun.(*registry.Principal)
	if !ok {
		return registry.Errorf(registry.NotFound, "NOT_FOUND", "there is no %s", principal)
	}
	now := registry.At(c.now())
	next := *held
	next.Tokens = slices.Clone(held.Tokens)
	for i := range next.Tokens {
		if next.Tokens[i].ID == id {
			next.Tokens[i].RevokeTime = now
		}
	}
	head, edits, err := registry.Prepare(ctx, s, registry.Request{
		Put: []registry.Noun{&next}, Etags: map[string]string{principal: registry.Etag(recs[principal])}, MustExist: true, EditTokens: true, Now: now,
	})
	if err != nil {
		return err
	}
	_, _, err = s.Commit(ctx, head, registry.Write{Author: operator, Reason: "the token's file could not be written", Time: now, Edits: edits})
	if err != nil {
		return err
	}
	return inForce(ctx, s)
}
