package server

import (
	"context"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"waybill/internal/gate"
	"waybill/internal/registry"
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
)

// serverStream stands where grpc-go keeps the headers of a call.
type serverStream struct{ grpc.ServerTransportStream }

func (serverStream) SetHeader(metadata.MD) error { return nil }

// checkContext is the context of a call of a principal, as the transport makes it.
func (w *world) checkContext(r registry.Role) context.Context {
	ctx := metadata.NewIncomingContext(w.t.Context(), metadata.Pairs("authorization", "Bearer "+w.tokens[r]))
	return grpc.NewContextWithServerTransportStream(ctx, serverStream{})
}

// What one check may allocate outside the gate: the call and its token's header on
// the way in; the answer and what it holds on the way out.
const (
	maxAdmitAllocs  = 2
	maxAnswerAllocs = 10
)

// TestCheckAllocations holds the path of a check to its few allocations.
func TestCheckAllocations(t *testing.T) {
	w := newWorld(t)
	w.fill()
	ctx, req := w.checkContext(registry.RoleCaller), &waybillv1.CheckShareRequest{Question: fullQuestion()}
	info := &grpc.UnaryServerInfo{FullMethod: waybillv1.ShareService_CheckShare_FullMethodName}
	admit := testing.AllocsPerRun(200, func() {
		if _, err := w.server.unary(ctx, req, info, func(context.Context, any) (any, error) { return nil, nil }); err != nil {
			t.Fatal(err)
		}
	})
	if admit > maxAdmitAllocs {
		t.Errorf("%v allocations on the way in, want at most %d", admit, maxAdmitAllocs)
	}
	x := w.decided(ctx, req)
	if n := testing.AllocsPerRun(200, func() { answer(wire.Decision(x.View.Snapshot, req.GetQuestion(), &x.Decision), x, "") }); n > maxAnswerAllocs {
		t.Errorf("%v allocations for an answer, want at most %d", n, maxAnswerAllocs)
	}
}

// fullQuestion names everything in full, as a service does that asks often.
func fullQuestion() *waybillv1.ShareQuestion {
	q := deliveryQuestion()
	q.Recipient, q.Purpose, q.Categories = "recipients/sf", "purposes/delivery", []string{"categories/user.name", "categories/user.address"}
	return q
}

// decided is an answer of the gate to the request.
func (w *world) decided(ctx context.Context, req *waybillv1.CheckShareRequest) *gate.Answer {
	w.t.Helper()
	c := w.server.begin(ctx, waybillv1.ShareService_CheckShare_FullMethodName)
	if err := w.server.admit(c); err != nil {
		w.t.Fatal(err)
	}
	var x single
	if err := wire.Question(req.GetQuestion(), &x.question); err != nil {
		w.t.Fatal(err)
	}
	if err := w.gate.Check(c, c.principal, &x.question, gate.CheckOptions{}, &x.answer); err != nil {
		w.t.Fatal(err)
	}
	return &x.answer
}

// BenchmarkCheckShare measures one check from the interceptor to the response:
// alone, without the gate; and with it, one at a time and many in flight.
func BenchmarkCheckShare(b *testing.B) {
	w := newWorld(b)
	w.fill()
	req := &waybillv1.CheckShareRequest{Question: fullQuestion()}
	s := newShareService(w.server.core)
	info := &grpc.UnaryServerInfo{FullMethod: waybillv1.ShareService_CheckShare_FullMethodName}
	handle := func(ctx context.Context, req any) (any, error) {
		return s.CheckShare(ctx, req.(*waybillv1.CheckShareRequest))
	}
	ctx := w.checkContext(registry.RoleCaller)
	check := func(b *testing.B) {
		if _, err := w.server.unary(ctx, req, info, handle); err != nil {
			b.Error(err)
		}
	}
	b.Run("interceptor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := w.server.unary(ctx, req, info, func(context.Context, any) (any, error) { return nil, nil })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("answer", func(b *testing.B) {
		x := w.decided(ctx, req)
		b.ReportAllocs()
		for b.Loop() {
			answer(wire.Decision(x.View.Snapshot, req.GetQuestion(), &x.Decision), x, "")
		}
	})
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			check(b)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(64)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				check(b)
			}
		})
	})
}
