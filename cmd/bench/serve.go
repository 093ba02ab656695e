package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	_ "github.com/lib/pq" // the naive way asks through database/sql
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/gate"
	"waybill/internal/ledger"
	"waybill/internal/registry"
	"waybill/internal/store"
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
	"waybill/server"
)

// The modes of the server under test.
const (
	modeEcho     = "echo"
	modeMemory   = "memory"
	modeSQLite   = "sqlite"
	modePostgres = "postgres"
	modeNaive    = "naive"
)

// gcPercent is that of waybill serve: a registry has no pointers to walk, so the
// live heap is small and would be collected far too often.
const gcPercent = 400

// ready is what a served mode tells the process that started it.
type ready struct {
	Address string `json:"address"`
	Token   string `json:"token"`
}

// question is what is asked: may the courier have a name, an address and a
// telephone number, for a delivery that the person ordered?
func question() *waybillv1.ShareQuestion {
	return &waybillv1.ShareQuestion{
		Exporter: "exporters/prosense-shenzhen", Recipient: "recipients/swift-courier", Purpose: "purposes/delivery",
		Categories:   []string{"categories/user.name", "categories/user.address", "categories/user.contact.phone"},
		Subject:      "customer-1001",
		SubjectGroup: waybillv1.SubjectGroup_SUBJECT_GROUP_USER, SubjectRegions: []string{"CN"},
		Order: &waybillv1.OrderReference{Reference: "order-1", Subject: "customer-1001"},
	}
}

// serveMode serves one mode until ctx ends.
func serveMode(ctx context.Context, mode, dir, database, examples string) error {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	switch mode {
	case modeEcho:
		return serveBare(ctx, lis, echo{canned: cannedAnswer()})
	case modeNaive:
		db, err := sql.Open("postgres", database)
		if err != nil {
			return err
		}
		defer db.Close()
		n, err := newNaive(ctx, db)
		if err != nil {
			return err
		}
		return serveBare(ctx, lis, n)
	}
	return serveGate(ctx, lis, mode, dir, database, examples)
}

func tell(lis net.Listener, token string) error {
	return json.NewEncoder(os.Stdout).Encode(ready{lis.Addr().String(), token})
}

func serveBare(ctx context.Context, lis net.Listener, s waybillv1.ShareServiceServer) error {
	g := grpc.NewServer()
	waybillv1.RegisterShareServiceServer(g, s)
	go func() { <-ctx.Done(); g.Stop() }()
	if err := tell(lis, ""); err != nil {
		return err
	}
	return g.Serve(lis)
}

// echo is the floor: the same messages are decoded and encoded, and nothing else.
type echo struct {
	waybillv1.UnimplementedShareServiceServer
	canned *waybillv1.ShareDecision
}

func (e echo) CheckShare(context.Context, *waybillv1.CheckShareRequest) (*waybillv1.CheckShareResponse, error) {
	return &waybillv1.CheckShareResponse{Decision: e.canned}, nil
}

// cannedAnswer has the size of a real one.
func cannedAnswer() *waybillv1.ShareDecision {
	now := timestamppb.New(time.UnixMicro(1_795_000_000_123_456))
	d := &waybillv1.ShareDecision{
		Name: "decisions/7f3a2c1b9d0e4f55-123456", Outcome: waybillv1.Outcome_OUTCOME_ALLOWED, Mode: waybillv1.Mode_MODE_ENFORCE,
		Edition:             &waybillv1.Edition{Number: 1, Digest: "0f0e0d0c0b0a09080706050403020100f0e0d0c0b0a090807060504030201000", RulesJudged: 41, RulesTotal: 60},
		NotJudged:           []waybillv1.ReasonCode{40, 50, 190, 390, 470, 480, 490, 520, 570, 580, 590},
		PermittedCategories: question().Categories,
		Agreements:          []string{"agreements/swift-dpa"}, Policy: "policies/2024-08-30",
		Token: &waybillv1.RevisionToken{Epoch: "0123456789abcdef", Revision: 12}, DecideTime: now, UseBy: now,
		Receipt: &waybillv1.Receipt{Shard: "7f3a2c1b9d0e4f55", Index: 123456, LeafHash: make([]byte, 32)},
	}
	for _, code := range []waybillv1.ObligationCode{1, 2, 4, 7} {
		d.Obligations = append(d.Obligations, &waybillv1.Obligation{Code: code, DueTime: now, Record: "agreements/swift-dpa", Sentence: "Keep the data confidential, as the agreement asks."})
	}
	return proto.Clone(d).(*waybillv1.ShareDecision)
}

// noLedger is the gate without durability.
type noLedger struct{}

func (noLedger) RegisterReplica(context.Context, string, int64, time.Duration) error { return nil }
func (noLedger) OpenShard(context.Context, ledger.ShardHead) error                   { return nil }
func (noLedger) LastNow(context.Context) (int64, error)                              { return 0, nil }
func (noLedger) ShardHead(context.Context, string) (ledger.ShardHead, error) {
	return ledger.ShardHead{}, errors.New("nothing is kept")
}
func (noLedger) Append(context.Context, ledger.Segment, ledger.ShardHead, ledger.ShardHead) error {
	return nil
}
func (noLedger) AnyFacts(context.Context) (bool, error) { return false, nil }
func (noLedger) Facts(context.Context, []ledger.Tag) ([]ledger.HeldFacts, error) {
	return nil, errors.New("nothing is kept")
}
func (noLedger) Counters(context.Context, uint32, int32, []ledger.Tag) (ledger.Counter, []ledger.Tag, error) {
	return ledger.Counter{}, nil, errors.New("nothing is kept")
}
func (noLedger) Begin(context.Context) (ledger.Tx, error) {
	return nil, errors.New("nothing is kept")
}
func (noLedger) ForgetRequests(context.Context, int64, int) (int64, error) { return 0, nil }

func serveGate(ctx context.Context, lis net.Listener, mode, dir, database, examples string) error {
	if database == "" {
		database = filepath.Join(dir, "data")
	}
	cfg := store.Config{Database: database, Replica: "bench"}
	if err := store.Migrate(ctx, cfg); err != nil {
		return err
	}
	s, err := store.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer s.Close()
	token, err := fill(ctx, s, examples)
	if err != nil {
		return err
	}
	keys, err := gate.EmbeddedKeys(filepath.Join(dir, "tag.keys"), time.Now())
	if err != nil {
		return err
	}
	debug.SetGCPercent(gcPercent) // as waybill serve does
	k := gate.NewKeeper(s, gate.KeeperConfig{}, time.Now)
	var l gate.Ledger = s
	if mode == modeMemory {
		l = noLedger{}
	}
	g := gate.New(k, l, keys, gate.Config{}, time.Now)
	go k.Run(ctx)
	go g.Run(ctx)
	for g.Serving() != nil && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	srv := server.New(server.Config{Keeper: k, Gate: g, Store: s, Segments: s, Duties: s, LameDuck: -1})
	go func() { <-ctx.Done(); srv.Stop() }()
	if err := tell(lis, token); err != nil {
		return err
	}
	return srv.Serve(lis)
}

// fill records the example, if the registry is empty, and returns a caller's token.
func fill(ctx context.Context, s *store.Store, examples string) (string, error) {
	now := registry.At(time.Now())
	if err := server.EnsureSettings(ctx, s, "operator", now); err != nil {
		return "", err
	}
	names, err := filepath.Glob(filepath.Join(examples, "*.yaml"))
	if err != nil || len(names) == 0 {
		return "", fmt.Errorf("no registry in %s: %w", examples, err)
	}
	var files []wire.File
	for _, n := range names {
		data, err := os.ReadFile(n)
		if err != nil {
			return "", err
		}
		files = append(files, wire.File{Name: n, Data: data})
	}
	located, err := wire.Load(files...)
	if err != nil {
		return "", err
	}
	var nouns []registry.Noun
	for _, l := range located {
		nouns = append(nouns, l.Noun)
	}
	plan, err := registry.PlanApply(ctx, s, nouns, registry.ApplyOptions{Now: now})
	if err != nil {
		return "", err
	}
	if len(plan.Edits) > 0 {
		w := registry.Write{Edits: plan.Edits, Author: "operator", Reason: "bench", Time: now}
		if _, _, err := s.Commit(ctx, plan.Head, w); err != nil {
			return "", err
		}
	}
	return server.IssueToken(ctx, s, server.Issue{
		Principal: "principals/bench-" + strings.ToLower(rand.Text()[:8]), Title: "Bench", Role: registry.RoleCaller, Author: "operator", Reason: "bench", Now: now,
	})
}
