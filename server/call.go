package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"waybill/internal/decision"
	"waybill/internal/gate"
)

// requestIDHeader carries the caller's id of a call, and back, or else the one that
// it is logged under.
const requestIDHeader = "x-request-id"

// call is one call on its way: its context, and who asks. It is the context that
// handlers get, so that one allocation carries all of it.
type call struct {
	context.Context
	method    string
	ids       *requestIDs
	requestID string // ours; "" until it is asked for; see id
	given     string // the caller's own; it is echoed, never logged
	told      bool   // the id was sent to the caller
	token     string
	transport grpc.ServerStream // of a check, which sends its own answer
	view      *gate.View        // that the principal was authenticated by
	principal decision.Principal
}

type callKey struct{}

// Value returns the call itself for its key.
func (c *call) Value(key any) any {
	if _, ok := key.(callKey); ok {
		return c
	}
	return c.Context.Value(key)
}

// id returns what the call is logged under; it is made when it is first needed.
func (c *call) id() string {
	if c.requestID == "" {
		c.requestID = c.ids.next()
	}
	return c.requestID
}

// tell sends the caller its own id, ours where it brought none, before anything
// else is sent. An error names ours, which the log has.
func (c *call) tell() {
	if c.told {
		return
	}
	c.told = true
	id := c.given
	if id == "" {
		id = c.id()
	}
	// An error means that the transport is gone; the call ends by itself.
	_ = grpc.SetHeader(c.Context, metadata.MD{requestIDHeader: {id}})
}

// send hands the answer of a check to the transport: when it returns the message
// is encoded and queued for its connection, in no wait for the caller to read.
// Outside a connection it does nothing.
func (c *call) send(m any) error {
	if c.transport == nil {
		return nil
	}
	if c.given != "" {
		c.tell()
	}
	return c.transport.SendMsg(m)
}

// author returns the name of the principal: principals/checkout.
func (c *call) author() string { return c.view.Snapshot.Name(c.principal.Number) }

// callOf returns the call that a handler's context belongs to.
func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// unary is the one interceptor of unary calls: request id, recovery,
// authentication, authorisation, validation, and errors as statuses.
func (s *core) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (resp any, err error) {
	return s.unaryOn(ctx, nil, req, info, handle)
}

// sending serves a unary method whose handler itself sends the response, by
// call.send. On the wire it is the same method.
func (s *core) sending(m grpc.MethodDesc) grpc.StreamDesc {
	return grpc.StreamDesc{StreamName: m.MethodName, Handler: func(srv any, ss grpc.ServerStream) error {
		_, err := m.Handler(srv, ss.Context(), ss.RecvMsg, func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			return s.unaryOn(ctx, ss, req, info, handle)
		})
		return err
	}}
}

func (s *core) unaryOn(ctx context.Context, transport grpc.ServerStream, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (resp any, err error) {
	c := s.begin(ctx, info.FullMethod)
	c.transport = transport
	defer func() {
		if err = s.end(c, recover(), err); err != nil {
			resp = nil
		}
		// An answered check is found by the name of its decision: it is spared the
		// header unless its caller asks for one by bringing an id.
		if err != nil || c.given != "" || !s.access[c.method].gated {
			c.tell()
		}
	}()
	if err := s.admit(c); err != nil {
		return nil, err
	}
	if err := validate(req); err != nil {
		return nil, err
	}
	return handle(c, req)
}

// stream is the one interceptor of streams; each message is validated as it comes.
func (s *core) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
	c := s.begin(ss.Context(), info.FullMethod)
	c.tell()
	defer func() { err = s.end(c, recover(), err) }()
	if err := s.admit(c); err != nil {
		return err
	}
	if exempt(c.method) { // a watch of health has no end of its own
		var cancel context.CancelFunc
		c.Context, cancel = context.WithCancel(c.Context)
		defer cancel()
		defer context.AfterFunc(s.closing, cancel)()
	}
	return handle(srv, &callStream{ServerStream: ss, call: c})
}

// callStream is a stream whose context is the call and whose messages are validated.
type callStream struct {
	grpc.ServerStream
	call *call
}

func (s *callStream) Context() context.Context { return s.call }

func (s *callStream) RecvMsg(m any) error {
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	return validate(m)
}

func (s *core) begin(ctx context.Context, method string) *call {
	c := &call{Context: ctx, method: method, ids: &s.ids}
	if v := metadata.ValueFromIncomingContext(ctx, requestIDHeader); len(v) == 1 && isUUID(v[0]) {
		c.given = v[0]
	}
	return c
}

// end turns what a call ended with into a status. A panic is one log line; what
// it was raised with may hold a caller's text, so only its type and stack are told.
func (s *core) end(c *call, panicked any, err error) error {
	if panicked != nil {
		what := fmt.Sprintf("%T", panicked)
		if e, ok := panicked.(runtime.Error); ok {
			what = e.Error()
		}
		s.log.Error("panic", "request_id", c.id(), "method", c.method, "panic", what, "stack", string(debug.Stack()))
		return internalStatus(c.id())
	}
	if err == nil {
		return nil
	}
	st, known := statusOf(err, c.id())
	if !known {
		s.log.Error("internal error", "request_id", c.id(), "method", c.method, "error", err.Error())
	}
	return st
}

// requestIDs gives ids to calls: a prefix of the process and a count.
type requestIDs struct {
	prefix string
	count  atomic.Uint64
}

func newPrefix() string {
	var b [6]byte
	rand.Read(b[:]) // never fails, crypto/rand
	return hex.EncodeToString(b[:]) + "-"
}

func (r *requestIDs) next() string {
	var b [40]byte
	return string(strconv.AppendUint(append(b[:0], r.prefix...), r.count.Add(1), 16))
}

// isUUID reports whether a caller's id has the form of a UUID, 8-4-4-4-12: nothing
// else is repeated to it.
func isUUID(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i := range len(id) {
		switch b := id[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if b != '-' {
				return false
			}
		case '0' <= b && b <= '9', 'a' <= b && b <= 'f', 'A' <= b && b <= 'F':
		default:
			return false
		}
	}
	return true
}
