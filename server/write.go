package server

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

const (
	// useBy is how long an allowed answer may be acted upon after it was decided.
	useBy = 10 * time.Second
	// maxAttempts is how often a write is prepared again because another came first.
	maxAttempts = 8
)

// reply is the response of any write.
type reply interface {
	proto.Message
	GetResult() *waybillv1.WriteResult
}

// proposal is a write that passed the registry's rules at a head.
type proposal struct {
	head   registry.Head
	edits  []registry.Edit
	hashes map[string][32]byte // of new tokens, by token id
}

// writing is one write of a caller: digest is over the whole request; prepare
// may run several times, once for each head that it is tried at; respond makes
// the response, with a nil result when nothing was written.
type writing[R reply] struct {
	digest  [32]byte
	options *waybillv1.WriteOptions
	prepare func(ctx context.Context, now registry.Time) (proposal, error)
	respond func(p proposal, changes []registry.Change, result *waybillv1.WriteResult) R
}

// requestDigest returns the digest that a request_id stands for: the method and
// every field of the request.
func requestDigest(method string, requests ...proto.Message) [32]byte {
	h := sha256.New()
	h.Write([]byte(method))
	for _, r := range requests {
		h.Write([]byte{0})
		h.Write(canonicalMessage(r))
	}
	return [32]byte(h.Sum(nil))
}

// write makes one write and returns when no server of the database answers by the
// registry before it any more. replayed says that an earlier request of the same
// request_id made it. A write whose effect could not be confirmed is
// OUTCOME_UNKNOWN; the same request_id settles it.
func write[R reply](ctx context.Context, s *core, w writing[R]) (resp R, replayed bool, err error) {
	var none R
	c := callOf(ctx)
	id := w.options.GetRequestId()
	if id != "" {
		if !s.flight.begin(c.author(), id) {
			return none, false, registry.Errorf(registry.Aborted, "REQUEST_IN_FLIGHT", "a request of the same request_id is under way")
		}
		defer s.flight.end(c.author(), id)
	}
	resp, revision, replayed, err := inTurn(ctx, s, c, w)
	if err != nil || revision == 0 {
		return resp, replayed, err
	}
	if err := s.settle(ctx, resp.GetResult().GetToken().GetEpoch(), revision, replayed); err != nil {
		return none, false, &registry.Error{Kind: registry.Unavailable, Reason: "OUTCOME_UNKNOWN", Err: err,
			Message: "the write is recorded, but not confirmed to be in force; repeat it with the same request_id"}
	}
	s.log.Info("registry written", "request_id", c.id(), "method", c.method, "principal", c.author(), "revision", revision, "replayed", replayed)
	// The last answer before it may be of a server whose clock is ahead.
	resp.GetResult().UseBy = timestamppb.New(s.now().Add(useBy + s.keeper.Spread()))
	return resp, replayed, nil
}

// settle waits until a revision is in force everywhere. One that is remembered
// stands in the history of now, whatever its epoch was called when it was written.
func (s *core) settle(ctx context.Context, epoch string, revision int64, replayed bool) error {
	if replayed {
		h, err := s.store.Head(ctx)
		if err != nil {
			return err
		}
		epoch = h.Epoch
	}
	return s.keeper.Settle(ctx, epoch, revision)
}

// inTurn records while it holds the turn: writes of one server wait here, not at
// each other's heads. A panic gives the turn on too.
func inTurn[R reply](ctx context.Context, s *core, c *call, w writing[R]) (resp R, revision int64, replayed bool, err error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return resp, 0, false, ctx.Err()
	}
	defer func() { <-s.turn }()
	return record(ctx, s, c, w)
}

// record prepares and commits, again at a newer head where another write came
// first. The revision is 0 when nothing was written.
func record[R reply](ctx context.Context, s *core, c *call, w writing[R]) (resp R, revision int64, replayed bool, err error) {
	for range maxAttempts {
		if resp, revision, err = remembered[R](ctx, s, c, w); err != nil || revision != 0 {
			return resp, revision, true, err
		}
		now := registry.At(s.now())
		p, err := w.prepare(ctx, now)
		if registry.ReasonOf(err) == revisionMoved {
			continue
		}
		if err != nil || len(p.edits) == 0 {
			// A commit of this very request may have been under way when it was looked
			// for: what it wrote is then what stands in the way.
			if resp, revision, again := remembered[R](ctx, s, c, w); again != nil || revision != 0 {
				return resp, revision, true, again
			}
		}
		if err != nil {
			return resp, 0, false, err
		}
		if err := s.mayWrite(ctx, c, p, now); err != nil {
			return resp, 0, false, err
		}
		if w.options.GetValidateOnly() || len(p.edits) == 0 {
			return w.respond(p, nil, nil), 0, false, nil
		}
		head, changes, err := s.store.Commit(ctx, p.head, registry.Write{
			Edits: p.edits, Author: c.author(), Reason: w.options.GetReason(), Time: now,
			RequestID: w.options.GetRequestId(), Digest: w.digest, TokenHashes: p.hashes,
			Response: func(h registry.Head, changes []registry.Change) []byte {
				return canonicalMessage(w.respond(p, changes, resultOf(h)))
			},
		})
		if registry.ReasonOf(err) == revisionMoved {
			continue
		}
		if err != nil {
			return resp, 0, false, err
		}
		return w.respond(p, changes, resultOf(head)), head.Revision, false, nil
	}
	return resp, 0, false, registry.Errorf(registry.Unavailable, "REGISTRY_UNAVAILABLE", "other writes came first %d times; nothing was written", maxAttempts)
}

// revisionMoved is the store's word, and ours within a write, that another write
// came first. It never reaches a caller.
const revisionMoved = "REVISION_MOVED"

func moved() error {
	return registry.Errorf(registry.Aborted, revisionMoved, "another write came first")
}

func resultOf(h registry.Head) *waybillv1.WriteResult {
	return &waybillv1.WriteResult{Token: &waybillv1.RevisionToken{Epoch: h.Epoch, Revision: h.Revision}}
}

// remembered returns what an earlier request of the same request_id answered; the
// revision is 0 if there was none.
func remembered[R reply](ctx context.Context, s *core, c *call, w writing[R]) (resp R, revision int64, err error) {
	id := w.options.GetRequestId()
	if id == "" || w.options.GetValidateOnly() {
		return resp, 0, nil
	}
	m, err := s.store.Remembered(ctx, c.author(), id)
	if err != nil || m == nil {
		return resp, 0, err
	}
	if m.Digest != w.digest {
		return resp, 0, registry.Errorf(registry.Exists, "IDEMPOTENCY_MISMATCH", "the request_id was used for another request within 24 hours")
	}
	resp = resp.ProtoReflect().Type().New().Interface().(R)
	if err := proto.Unmarshal(m.Response, resp); err != nil {
		return resp, 0, registry.Errorf(registry.Internal, "INTERNAL", "read a remembered response: %v", err)
	}
	return resp, m.Revision, nil
}

// mayWrite judges the caller at the head that the write is made at, and refuses
// what would leave nobody to manage principals.
func (s *core) mayWrite(ctx context.Context, c *call, p proposal, now registry.Time) error {
	if s.keeper.View().Head.Revision < p.head.Revision {
		if err := s.keeper.Advance(ctx, "", p.head.Revision); err != nil {
			return err
		}
	}
	if err := s.readmit(c); err != nil {
		return err
	}
	return keepsAdmin(c.view, p.edits, now)
}

// flight is the set of request ids whose writes are under way on this server.
type flight struct {
	mu  sync.Mutex
	ids map[[2]string]struct{}
}

func (f *flight) begin(author, id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := [2]string{author, id}
	if _, taken := f.ids[key]; taken {
		return false
	}
	if f.ids == nil {
		f.ids = map[[2]string]struct{}{}
	}
	f.ids[key] = struct{}{}
	return true
}

func (f *flight) end(author, id string) {
	f.mu.Lock()
	delete(f.ids, [2]string{author, id})
	f.mu.Unlock()
}
