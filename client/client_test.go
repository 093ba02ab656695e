package client_test

import (
	"context"
	"iter"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/client"
	waybillv1 "waybill/proto/waybill/v1"
)

// gateOf answers every check with one message, or an error.
type gateOf struct {
	waybillv1.UnimplementedShareServiceServer
	answer *waybillv1.ShareDecision
	err    error
	calls  int
}

func (g *gateOf) CheckShare(context.Context, *waybillv1.CheckShareRequest) (*waybillv1.CheckShareResponse, error) {
	g.calls++
	return &waybillv1.CheckShareResponse{Decision: g.answer}, g.err
}

func (g *gateOf) BatchCheckShares(context.Context, *waybillv1.BatchCheckSharesRequest) (*waybillv1.BatchCheckSharesResponse, error) {
	return &waybillv1.BatchCheckSharesResponse{Decisions: []*waybillv1.ShareDecision{g.answer}}, g.err
}

// dialGate returns a client of a server that answers so, by a clock.
func dialGate(t *testing.T, g *gateOf, now func() time.Time) *client.Client {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	waybillv1.RegisterShareServiceServer(s, g)
	go s.Serve(lis)
	t.Cleanup(s.Stop)
	c, err := client.Dial(t.Context(), lis.Addr().String(), client.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestMayProceed: what says yes, and that all else says no.
func TestMayProceed(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	reason := func(class waybillv1.ReasonClass) *waybillv1.Reason { return &waybillv1.Reason{Class: class} }
	gap, violation, evidence := reason(waybillv1.ReasonClass_REASON_CLASS_GAP), reason(waybillv1.ReasonClass_REASON_CLASS_VIOLATION), reason(waybillv1.ReasonClass_REASON_CLASS_EVIDENCE)
	deny := func(mode waybillv1.Mode, reasons ...*waybillv1.Reason) func(*waybillv1.ShareDecision) {
		return func(d *waybillv1.ShareDecision) {
			d.Outcome, d.Mode, d.Reasons = waybillv1.Outcome_OUTCOME_DENIED, mode, reasons
		}
	}
	const enforce, observe = waybillv1.Mode_MODE_ENFORCE, waybillv1.Mode_MODE_OBSERVE
	for name, c := range map[string]struct {
		change func(*waybillv1.ShareDecision)
		later  time.Duration
		want   bool
	}{
		"allowed":                        {nil, 0, true},
		"allowed, just before use_by":    {nil, 10*time.Second - 1, true},
		"allowed, at use_by":             {nil, 10 * time.Second, false},
		"allowed, the clock stepped on":  {nil, time.Hour, false},
		"no outcome":                     {func(d *waybillv1.ShareDecision) { d.Outcome = 0 }, 0, false},
		"an outcome to come":             {func(d *waybillv1.ShareDecision) { d.Outcome = 3 }, 0, false},
		"allowed with a reason":          {func(d *waybillv1.ShareDecision) { d.Reasons = []*waybillv1.Reason{gap} }, 0, false},
		"allowed without use_by":         {func(d *waybillv1.ShareDecision) { d.UseBy = nil }, 0, false},
		"allowed without its instant":    {func(d *waybillv1.ShareDecision) { d.DecideTime = nil }, 0, false},
		"allowed without a record":       {func(d *waybillv1.ShareDecision) { d.Receipt = nil }, 0, false},
		"a clock behind the server's":    {func(d *waybillv1.ShareDecision) { ahead(d, time.Hour) }, 10 * time.Second, false},
		"denied":                         {deny(enforce, violation), 0, false},
		"denied, a gap":                  {deny(enforce, gap), 0, false},
		"observe, a gap":                 {deny(observe, gap), 0, true},
		"observe, evidence and a gap":    {deny(observe, gap, evidence), 0, true},
		"observe, a violation":           {deny(observe, violation), 0, false},
		"observe, a violation among all": {deny(observe, gap, evidence, violation), 0, false},
		"observe, no class":              {deny(observe, reason(0)), 0, false},
		"observe, no reason":             {deny(observe), 0, false},
		"observe, lapsed":                {deny(observe, gap), 10 * time.Second, false},
		"observe, allowed":               {func(d *waybillv1.ShareDecision) { d.Mode = observe }, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			now := at
			d := &waybillv1.ShareDecision{Outcome: waybillv1.Outcome_OUTCOME_ALLOWED, Mode: enforce, Receipt: &waybillv1.Receipt{Shard: "a"},
				DecideTime: timestamppb.New(at), UseBy: timestamppb.New(at.Add(10 * time.Second))}
			if c.change != nil {
				c.change(d)
			}
			got, err := dialGate(t, &gateOf{answer: d}, func() time.Time { return now }).Check(t.Context(), &client.Question{}, client.CheckOptions{})
			if err != nil {
				t.Fatal(err)
			}
			now = at.Add(c.later)
			if got.MayProceed() != c.want {
				t.Errorf("MayProceed is %t, want %t", !c.want, c.want)
			}
		})
	}
	t.Run("nothing", func(t *testing.T) {
		var none *client.Decision
		if none.MayProceed() || new(client.Decision).MayProceed() || len(none.Reasons()) != 0 || !none.UseBy().IsZero() {
			t.Error("nothing says yes")
		}
	})
}

func ahead(d *waybillv1.ShareDecision, by time.Duration) {
	d.DecideTime, d.UseBy = timestamppb.New(d.DecideTime.AsTime().Add(by)), timestamppb.New(d.UseBy.AsTime().Add(by))
}

// TestErrorsSayNo: an answer that comes with an error is none.
func TestErrorsSayNo(t *testing.T) {
	at := time.Now()
	yes := &waybillv1.ShareDecision{Outcome: waybillv1.Outcome_OUTCOME_ALLOWED, Receipt: &waybillv1.Receipt{Shard: "a"}, DecideTime: timestamppb.New(at), UseBy: timestamppb.New(at.Add(10 * time.Second))}
	for _, code := range []codes.Code{codes.Unavailable, codes.Internal, codes.InvalidArgument, codes.PermissionDenied, codes.ResourceExhausted, codes.Unknown} {
		g := &gateOf{answer: yes, err: status.Error(code, "no")}
		c := dialGate(t, g, nil)
		d, err := c.Check(t.Context(), &client.Question{}, client.CheckOptions{})
		if status.Code(err) != code || d == nil || d.MayProceed() {
			t.Errorf("%v: %v, %v", code, d, err)
		}
		if want := map[bool]int{true: 3, false: 1}[code == codes.Unavailable]; g.calls != want {
			t.Errorf("%v: %d calls, want %d", code, g.calls, want)
		}
		ds, err := c.BatchCheck(t.Context(), []*client.Question{{}, {}}, client.CheckOptions{})
		if err == nil || len(ds) != 2 || ds[0].MayProceed() || ds[1].MayProceed() {
			t.Errorf("%v: batch %v, %v", code, ds, err)
		}
	}
	t.Run("fewer answers than questions", func(t *testing.T) {
		ds, err := dialGate(t, &gateOf{answer: yes}, nil).BatchCheck(t.Context(), []*client.Question{{}, {}}, client.CheckOptions{})
		if err == nil || ds[0].MayProceed() {
			t.Errorf("%v, %v", ds, err)
		}
	})
	t.Run("nobody answers", func(t *testing.T) {
		c, err := client.Dial(t.Context(), "127.0.0.1:1", client.Options{Timeout: 300 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		d, err := c.Check(t.Context(), question(), client.CheckOptions{})
		if err == nil || d.MayProceed() || client.Reason(err) != waybillv1.ErrorReason_ERROR_REASON_UNSPECIFIED {
			t.Errorf("%v, %v", d, err)
		}
	})
}

func TestDial(t *testing.T) {
	t.Run("a token goes to another machine by TLS only", func(t *testing.T) {
		c, err := client.Dial(t.Context(), "192.0.2.1:443", client.Options{Token: token, Timeout: 100 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Check(t.Context(), question(), client.CheckOptions{}); err == nil {
			t.Error("no error")
		}
	})
	t.Run("reasons of errors", func(t *testing.T) {
		for name, c := range map[string]struct {
			token string
			want  waybillv1.ErrorReason
		}{
			"no token":     {"", waybillv1.ErrorReason_ERROR_REASON_UNAUTHENTICATED},
			"another role": {token, waybillv1.ErrorReason_ERROR_REASON_ROLE_NOT_PERMITTED},
		} {
			conn, err := client.Dial(t.Context(), addr, client.Options{Token: c.token})
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range conn.Principals(t.Context(), client.When{}) {
				if client.Reason(err) != c.want {
					t.Errorf("%s: %v", name, err)
				}
			}
			conn.Close()
		}
	})
}

// drain counts the items of a list.
func drain[T any](t *testing.T, what string, list iter.Seq2[T, error]) int {
	t.Helper()
	n := 0
	for _, err := range list {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		n++
	}
	return n
}

func TestLists(t *testing.T) {
	ctx := t.Context()
	c, err := client.Dial(ctx, addr, client.Options{Token: adminToken})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Check(ctx, question(), client.CheckOptions{}); err != nil {
		t.Fatal(err)
	}
	w := client.When{}
	for what, got := range map[string]struct{ n, want int }{
		"exporters": {drain(t, "exporters", c.Exporters(ctx, w)), 1}, "agreements": {drain(t, "agreements", c.Agreements(ctx, w)), 1},
		"deployments": {drain(t, "deployments", c.Deployments(ctx, "", w)), 2}, "its": {drain(t, "its", c.Deployments(ctx, "recipients/sf", w)), 1},
		"transfers": {drain(t, "transfers", c.Transfers(ctx, w)), 0}, "assessments": {drain(t, "assessments", c.Assessments(ctx, w)), 0},
		"purposes": {drain(t, "purposes", c.Purposes(ctx, w)), 1}, "categories": {drain(t, "categories", c.Categories(ctx, w)), 4},
		"policies": {drain(t, "policies", c.Policies(ctx, w)), 1}, "principals": {drain(t, "principals", c.Principals(ctx, w)), 2},
		"register": {drain(t, "register", c.RegisteredTransfers(ctx, w, true)), 0},
		"changes":  {drain(t, "changes", c.Changes(ctx, 0, "")), 3 + len(registryOf())},
	} {
		if got.n != got.want {
			t.Errorf("%s: %d, want %d", what, got.n, got.want)
		}
	}
	if n := drain(t, "decisions", c.Decisions(ctx, client.DecisionFilter{Recipient: "recipients/sf"})); n == 0 {
		t.Error("no decision is listed")
	}
	for range c.Duties(ctx, client.DutyFilter{States: []waybillv1.DutyState{waybillv1.DutyState_DUTY_STATE_CLOSED}}) {
		t.Error("a duty was closed")
	}
	if n := drain(t, "duties", c.Duties(ctx, client.DutyFilter{On: time.Date(2098, 12, 1, 0, 0, 0, 0, time.UTC)})); n == 0 {
		t.Error("no duty is listed")
	}
	t.Run("stopping early", func(t *testing.T) {
		for range c.Export(ctx, time.Time{}) {
			break
		}
		for range c.Changes(ctx, 0, "") {
			break
		}
	})
}

// TestPublicTypes: no internal type stands in the API without a name of its own.
func TestPublicTypes(t *testing.T) {
	for _, v := range []any{&client.Client{}, &client.Decision{}, &client.Explanation{}, client.Options{}, client.CheckOptions{}, client.ExplainOptions{}, client.When{}, client.DecisionFilter{}} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumMethod() {
			if s := typ.Method(i).Type.String(); strings.Contains(s, "internal/") || strings.Contains(s, "registry.") || strings.Contains(s, "decision.") || strings.Contains(s, "ledger.") {
				t.Errorf("%v.%s is %s", typ, typ.Method(i).Name, s)
			}
		}
	}
}
