package server

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// TestStop: a call that runs ends with its answer; a new one finds nobody.
func TestStop(t *testing.T) {
	w := newWorld(t)
	w.fill()
	stream, err := waybillv1.NewRegistryServiceClient(w.conns[registry.RoleLegal]).Apply(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&waybillv1.ApplyRequest{Options: &waybillv1.ApplyOptions{}}); err != nil {
		t.Fatal(err)
	}
	watch, err := healthv1.NewHealthClient(w.dial("")).Watch(t.Context(), &healthv1.HealthCheckRequest{Service: "waybill.v1.ShareService"})
	if err != nil {
		t.Fatal(err)
	}
	for status := healthv1.HealthCheckResponse_UNKNOWN; status != healthv1.HealthCheckResponse_SERVING; {
		resp, err := watch.Recv()
		if err != nil {
			t.Fatal(err)
		}
		status = resp.GetStatus()
	}
	stopped := make(chan struct{})
	go func() { w.stop(); close(stopped) }()
	for { // health says so before the connections go
		resp, err := watch.Recv()
		if err != nil {
			t.Fatalf("the watch ended without a word: %v", err)
		}
		if resp.GetStatus() == healthv1.HealthCheckResponse_NOT_SERVING {
			break
		}
	}
	if err := stream.Send(&waybillv1.ApplyRequest{Resources: smallRegistry()}); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.CloseAndRecv(); err != nil {
		t.Errorf("the call that ran: %v", err)
	}
	w.conns[registry.RoleLegal].Close()
	select {
	case <-stopped:
	case <-time.After(10 * time.Second):
		t.Fatal("the server does not stop")
	}
	_, err = w.share(registry.RoleCaller).CheckShare(t.Context(), &waybillv1.CheckShareRequest{Question: deliveryQuestion()})
	if status.Code(err) != codes.Unavailable {
		t.Errorf("after the stop: %v", err)
	}
}

// TestNoText: what callers write that is no name of the registry is found in no
// log, no error and no file of the data.
func TestNoText(t *testing.T) {
	const canary = "jane.roe-canary@example.com"
	w := newWorld(t)
	w.fill()
	var said strings.Builder
	say := func(err error) { said.WriteString(status.Convert(err).String()) }
	for _, change := range []func(*waybillv1.ShareQuestion){
		func(q *waybillv1.ShareQuestion) { q.Recipient = canary },
		func(q *waybillv1.ShareQuestion) { q.Deployment = canary },
		func(q *waybillv1.ShareQuestion) { q.Purpose = canary },
		func(q *waybillv1.ShareQuestion) { q.Exporter = canary },
		func(q *waybillv1.ShareQuestion) { q.Categories = []string{canary} },
		func(q *waybillv1.ShareQuestion) { q.Subject = canary },
		func(q *waybillv1.ShareQuestion) { q.Product = canary },
		func(q *waybillv1.ShareQuestion) { q.Origin = canary },
		func(q *waybillv1.ShareQuestion) { q.HrReference, q.Citation, q.Assessment = canary, canary, canary },
		func(q *waybillv1.ShareQuestion) {
			q.Order = &waybillv1.OrderReference{Reference: canary, Subject: canary}
		},
		func(q *waybillv1.ShareQuestion) {
			q.Chain = []*waybillv1.ChainLink{{Recipient: canary, Deployment: canary}}
		},
	} {
		q := deliveryQuestion()
		change(q)
		resp, err := w.share(registry.RoleCaller).CheckShare(t.Context(), &waybillv1.CheckShareRequest{Question: q, RequestId: canary})
		say(err)
		if d := resp.GetDecision(); d != nil { // the caller's own words are echoed to the caller
			d.RequestId, d.PermittedCategories = "", nil
			for _, r := range d.GetReasons() {
				r.Categories = nil
			}
			said.WriteString(d.String())
		}
	}
	reader := waybillv1.NewRegistryServiceClient(w.conns[registry.RoleAuditor])
	for _, name := range []string{canary, "recipients/" + canary, "categories/" + canary} {
		_, err := reader.Lookup(t.Context(), &waybillv1.LookupRequest{Name: name})
		say(err)
		_, err = w.recipients().GetRecipient(t.Context(), &waybillv1.GetRecipientRequest{Name: name})
		say(err)
	}
	_, err := reader.Find(t.Context(), &waybillv1.FindRequest{Words: canary})
	say(err)
	_, err = w.apply(registry.RoleLegal, nil, res(&waybillv1.Recipient{Name: canary, Title: "x"}))
	say(err)
	if got := said.String(); strings.Contains(got, "canary") {
		t.Errorf("said: %s", got)
	}
	if got := w.log.String(); strings.Contains(got, "canary") {
		t.Errorf("logged:\n%s", got)
	}
	w.stop()
	err = filepath.WalkDir(w.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), "canary") {
			t.Errorf("%s holds the text", filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestInFlight: a request_id is taken while its write is under way.
func TestInFlight(t *testing.T) {
	w := newWorld(t)
	w.server.turn <- struct{}{} // no write gets its turn
	req := &waybillv1.CreateRecipientRequest{Recipient: courier(), Options: &waybillv1.WriteOptions{RequestId: "r"}}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	waiting := make(chan error)
	go func() {
		_, err := w.recipients().CreateRecipient(ctx, req)
		waiting <- err
	}()
	for w.server.flight.begin("principals/legal", "r") { // until the first has taken it
		w.server.flight.end("principals/legal", "r")
		time.Sleep(time.Millisecond)
	}
	_, err := w.recipients().CreateRecipient(t.Context(), req)
	refused(t, err, codes.Aborted, "REQUEST_IN_FLIGHT")
	if err := <-waiting; status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("the first: %v", err)
	}
	<-w.server.turn
	for !w.server.flight.begin("principals/legal", "r") { // its caller gave up before the server let go of it
		time.Sleep(time.Millisecond)
	}
	w.server.flight.end("principals/legal", "r")
	if _, err := w.recipients().CreateRecipient(t.Context(), req); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
