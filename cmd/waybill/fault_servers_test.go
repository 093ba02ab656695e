//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"waybill/internal/store/pgtest"
	pb "waybill/proto/waybill/v1"
)

// lease is how long a server may answer after it last renewed, and what a write
// may take at most when another server does not confirm it.
const (
	lease        = 5 * time.Second
	leaseAtMost  = lease + lease/20 + 3*time.Second // and the time to do it in, on a busy machine
	serversOfOne = 3
	asking       = 3 // callers of each server
)

// TestServers runs three servers on one PostgreSQL and revokes what they answer by:
// nobody is told ALLOWED who asked after the revoking write returned. The ordinary
// run is some seconds of races; WAYBILL_RACES=100000 asks for that many.
func TestServers(t *testing.T) {
	f := &faults{dir: t.TempDir()}
	f.program = buildProgram(t, f.dir)
	f.rounds = 3
	races, every, limit := 400, 2*time.Second, 12*time.Second
	if v := os.Getenv("WAYBILL_RACES"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			t.Fatalf("WAYBILL_RACES is %q: give the number of races", v)
		}
		races, every, limit = n, 10*time.Second, 24*time.Hour
	}
	t.Run("Revocations", func(t *testing.T) { f.revocations(t, races, every, limit, false) })
	t.Run("WithoutNotifications", func(t *testing.T) { f.revocations(t, max(races/10, 10), every, limit/3, true) })
	t.Run("Killed", f.serverKilled)
	t.Run("OneRequest", f.oneRequest)
}

// fleet is several servers of one database, with a caller's and legal's
// connections to each.
type fleet struct {
	site    *site
	servers []*life
	legal   []*grpc.ClientConn
	share   []pb.ShareServiceClient
}

func (f *faults) fleet(t *testing.T, s *site) *fleet {
	t.Helper()
	x := &fleet{site: s}
	for range serversOfOne {
		p := s.start()
		x.servers = append(x.servers, p)
		x.legal = append(x.legal, p.dial(s.legal))
		x.share = append(x.share, pb.NewShareServiceClient(p.dial(s.admin)))
	}
	return x
}

// race is one revocation and the checks that run beside it.
type race struct {
	question *pb.ShareQuestion
	revoked  atomic.Bool // its write has returned
	over     atomic.Bool // what it revoked is about to be allowed again
	revision atomic.Int64
	useBy    atomic.Int64
	allowed  [serversOfOne]atomic.Int64 // answers of each server
	after    [serversOfOne]atomic.Int64 // calls of each that began after it was revoked and have ended
}

// parcel is a question about a parcel to a region by a courier, which the example
// allows.
func parcel(courier, region string) *pb.ShareQuestion {
	return &pb.ShareQuestion{
		Exporter: "prosense-shenzhen", Recipient: courier, Purpose: "delivery", Categories: []string{"user.name", "user.address"},
		SubjectGroup: pb.SubjectGroup_SUBJECT_GROUP_USER, SubjectRegions: []string{region}, Subject: "customer-1",
		Order: &pb.OrderReference{Reference: "order-7001", Subject: "customer-1"},
	}
}

// races is the judge of all races.
type races struct {
	*fleet
	t       *testing.T
	current atomic.Pointer[race]
	away    atomic.Int32 // the server that is stopped, -1 for none
	denied  atomic.Int64
	answers atomic.Int64
	late    atomic.Int64                         // ALLOWED received after the write's reply from a call before it
	refused sync.Map                             // errors met
	stopped [serversOfOne]atomic.Int64           // how often each was stopped or let go on
	last    [serversOfOne]atomic.Pointer[string] // what each server said last
	took    []time.Duration
}

// any returns a server that is not away.
func (x *races) any() int {
	for {
		if i := rand.IntN(len(x.legal)); i != int(x.away.Load()) {
			return i
		}
	}
}

// write makes one write as legal would: who is told UNAVAILABLE asks again, of any
// server, with the same request_id. A server that was just let go on says so, for it
// judges its caller by no registry that it cannot prove current. It returns what the
// write took, or 0 if its server was stopped meanwhile.
func (x *races) write(ctx context.Context, send func(*grpc.ClientConn, *pb.WriteOptions) error) (time.Duration, error) {
	o := options()
	for {
		server := x.any()
		stopped, sent := x.stopped[server].Load(), time.Now()
		err := send(x.legal[server], o)
		took := time.Since(sent)
		if stopped != x.stopped[server].Load() {
			took = 0
		}
		if status.Code(err) != codes.Unavailable {
			return took, err
		}
		x.meet(fmt.Sprint("a write: ", reasonOfStatus(err)))
		select {
		case <-ctx.Done():
			return took, err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// meet counts an error that a caller met.
func (x *races) meet(what string) {
	n, _ := x.refused.LoadOrStore(what, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
}

// call asks one server, over and over.
func (x *races) call(ctx context.Context, server int) {
	complain := limited(x.t)
	for ctx.Err() == nil {
		r := x.current.Load()
		if r == nil {
			time.Sleep(time.Millisecond)
			continue
		}
		before := r.revoked.Load()
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		resp, err := x.share[server].CheckShare(within, &pb.CheckShareRequest{Question: r.question})
		cancel()
		since := r.revoked.Load()
		d := resp.GetDecision()
		said := fmt.Sprint(d.GetOutcome(), " at revision ", d.GetToken().GetRevision(), " ", d.GetReasons(), " ", err)
		x.last[server].Store(&said)
		// A call that a server held while it was stopped may see the next race.
		next := r.over.Load() && d.GetToken().GetRevision() >= r.revision.Load()
		switch {
		case err != nil:
			x.meet(status.Code(err).String() + " " + reasonOfStatus(err))
			if status.Code(err) != codes.Unavailable {
				complain("server %d: %v", server, err)
			}
			time.Sleep(time.Millisecond)
		case d.GetOutcome() != pb.Outcome_OUTCOME_ALLOWED:
			x.denied.Add(1)
		case next:
		case before:
			complain("server %d said ALLOWED at revision %d to a check that was sent after the revoking write had returned", server, d.GetToken().GetRevision())
		default:
			r.allowed[server].Add(1)
			if since {
				x.late.Add(1)
				if by := r.useBy.Load(); d.GetUseBy().AsTime().UnixNano() > by {
					complain("server %d said ALLOWED until %v, later than the write's use_by %v", server, d.GetUseBy().AsTime(), time.Unix(0, by))
				}
			}
		}
		if err == nil {
			x.answers.Add(1)
		}
		if before {
			r.after[server].Add(1)
		}
	}
}

// until waits for what does not depend on a server that is away.
func (x *races) until(what string, f func(server int) bool) {
	x.t.Helper()
	end := time.Now().Add(20 * time.Second)
	for server := range x.servers {
		for !f(server) && int(x.away.Load()) != server {
			if time.Now().After(end) {
				x.t.Fatalf("server %d: %s does not come about; it last said %s; its log and stacks:\n%s%s",
					server, what, *x.last[server].Load(), x.servers[server].log.String(), x.servers[server].dump())
			}
			time.Sleep(200 * time.Microsecond)
		}
	}
}

// revocation is a way to let a parcel go and to stop it.
type revocation struct {
	name     string
	question *pb.ShareQuestion
	allow    func(ctx context.Context, c *grpc.ClientConn, o *pb.WriteOptions, n int) error
	revoke   func(ctx context.Context, c *grpc.ClientConn, o *pb.WriteOptions, n int) (*pb.WriteResult, error)
}

func options() *pb.WriteOptions { return &pb.WriteOptions{RequestId: requestID(), Reason: "race"} }

// suspension suspends a recipient and resumes it.
func suspension() revocation {
	const name = "recipients/harbour-express"
	return revocation{
		name: "suspend the recipient", question: parcel("harbour-express", "CN"),
		allow: func(ctx context.Context, c *grpc.ClientConn, o *pb.WriteOptions, _ int) error {
			_, err := pb.NewRecipientServiceClient(c).ResumeRecipient(ctx, &pb.ResumeRecipientRequest{Name: name, Options: o})
			return err
		},
		revoke: func(ctx context.Context, c *grpc.ClientConn, o *pb.WriteOptions, _ int) (*pb.WriteResult, error) {
			r, err := pb.NewRecipientServiceClient(c).SuspendRecipient(ctx, &pb.SuspendRecipientRequest{Name: name, Options: o})
			return r.GetResult(), err
		},
	}
}

// revokedTransfer revokes a transfer; each race has one of its own.
func (x *fleet) revokedTransfer() revocation {
	t, ctx := x.site.t, x.site.t.Context()
	w := revocation{name: "revoke the transfer", question: parcel("dragon-freight", "DE")}
	transfers := pb.NewTransferServiceClient(x.legal[0])
	was, err := transfers.GetTransfer(ctx, &pb.GetTransferRequest{Name: "transfers/dragon-eu-scc"})
	if err != nil {
		t.Fatal(err)
	}
	w.allow = func(ctx context.Context, c *grpc.ClientConn, o *pb.WriteOptions, n int) error {
		next := proto.CloneOf(was)
		next.Name, next.Meta, next.CoveredCategories = fmt.Sprintf("transfers/race-%d", n), nil, nil
		_, err := pb.NewTransferServiceClient(c).CreateTransfer(ctx, &pb.CreateTransferRequest{Transfer: next, Options: o})
		return err
	}
	revoke := func(ctx context.Context, c *grpc.ClientConn, o *pb.WriteOptions, name string) (*pb.WriteResult, error) {
		r, err := pb.NewTransferServiceClient(c).RevokeTransfer(ctx, &pb.RevokeTransferRequest{Name: name, Options: o})
		return r.GetResult(), err
	}
	w.revoke = func(ctx context.Context, c *grpc.ClientConn, o *pb.WriteOptions, n int) (*pb.WriteResult, error) {
		return revoke(ctx, c, o, fmt.Sprintf("transfers/race-%d", n))
	}
	if _, err := revoke(ctx, x.legal[0], options(), was.GetName()); err != nil {
		t.Fatal(err)
	}
	return w
}

// terminatedAgreement terminates an agreement; each race has one of its own.
func (x *fleet) terminatedAgreement() revocation {
	t, ctx := x.site.t, x.site.t.Context()
	w := revocation{name: "terminate the agreement", question: parcel("swift-courier", "CN")}
	agreements := pb.NewAgreementServiceClient(x.legal[0])
	was, err := agreements.GetAgreement(ctx, &pb.GetAgreementRequest{Name: "agreements/swift-dpa"})
	if err != nil {
		t.Fatal(err)
	}
	w.allow = func(ctx context.Context, c *grpc.ClientConn, o *pb.WriteOptions, n int) error {
		next := proto.CloneOf(was)
		next.Name, next.Meta, next.CoveredCategories = fmt.Sprintf("agreements/race-%d", n), nil, nil
		_, err := pb.NewAgreementServiceClient(c).CreateAgreement(ctx, &pb.CreateAgreementRequest{Agreement: next, Options: o})
		return err
	}
	terminate := func(ctx context.Context, c *grpc.ClientConn, o *pb.WriteOptions, name string) (*pb.WriteResult, error) {
		r, err := pb.NewAgreementServiceClient(c).TerminateAgreement(ctx, &pb.TerminateAgreementRequest{Name: name, Options: o})
		return r.GetResult(), err
	}
	w.revoke = func(ctx context.Context, c *grpc.ClientConn, o *pb.WriteOptions, n int) (*pb.WriteResult, error) {
		return terminate(ctx, c, o, fmt.Sprintf("agreements/race-%d", n))
	}
	if _, err := terminate(ctx, x.legal[0], options(), was.GetName()); err != nil {
		t.Fatal(err)
	}
	return w
}

// ofOwn is how many races have an agreement or a transfer of their own: what ended
// stays, and more of it would only make each check slower.
const ofOwn = 400

// revocations is n races, or those of a time. One server at a time is stopped and let
// go on beside them. Quiet, no server hears of a change before it polls.
func (f *faults) revocations(t *testing.T, n int, every, limit time.Duration, quiet bool) {
	proxy, dsn := newPostgresProxy(t, pgtest.Start(t))
	proxy.quiet.Store(quiet)
	s := f.onPostgreSQL(t, dsn)
	x := &races{fleet: f.fleet(t, s), t: t}
	x.away.Store(-1)
	ways := []revocation{suspension(), x.revokedTransfer(), x.terminatedAgreement()}
	begun := time.Now()
	ctx, cancel := context.WithCancel(t.Context())
	var beside sync.WaitGroup
	defer beside.Wait()
	defer cancel()
	for i := range serversOfOne * asking {
		beside.Go(func() { x.call(ctx, i%serversOfOne) })
	}
	stops := 0
	beside.Go(func() { stops = x.nemesis(ctx, every) })
	made := map[string]int{}
	own, raced := 0, 0
	for i := range n {
		w := ways[0]
		if k := rand.IntN(6); k > 3 && own < ofOwn && i > 0 {
			w = ways[k-3]
			own++
		}
		x.race(w, i)
		made[w.name]++
		raced++
		if t.Failed() || time.Since(begun) > limit {
			break
		}
	}
	took := time.Since(begun)
	cancel()
	beside.Wait()
	for _, p := range x.servers {
		p.stop()
	}
	s.doctor()
	slices.Sort(x.took)
	met := map[string]int{}
	x.refused.Range(func(k, v any) bool { met[k.(string)] = int(v.(*atomic.Int64).Load()); return true })
	t.Logf("%d races in %v (%s), a server stopped %d times: %d answers, none ALLOWED to a check sent after the revoking write returned; %d ALLOWED of checks sent before it were received after it, none with a later use_by; a revoking write took %v in the median, %v at 99 of 100, %v at most; errors met: %s",
		raced, took.Round(time.Millisecond), tally(made), stops, x.answers.Load(), x.late.Load(), x.took[len(x.took)/2], x.took[len(x.took)*99/100], x.took[len(x.took)-1], tally(met))
}

// race lets a parcel go, and stops it.
func (x *races) race(w revocation, n int) {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.t.Context(), 30*time.Second)
	defer cancel()
	r := &race{question: w.question}
	if last := x.current.Swap(nil); last != nil {
		last.over.Store(true)
	}
	if n > 0 || w.name != suspension().name { // the example begins without a suspension
		if _, err := x.write(ctx, func(c *grpc.ClientConn, o *pb.WriteOptions) error { return w.allow(ctx, c, o, n) }); err != nil {
			x.t.Fatalf("race %d, before: %v", n, err)
		}
	}
	x.current.Store(r)
	x.until("an ALLOWED before the revocation", func(server int) bool { return r.allowed[server].Load() > 0 })
	time.Sleep(rand.N(2 * time.Millisecond))
	var res *pb.WriteResult
	took, err := x.write(ctx, func(c *grpc.ClientConn, o *pb.WriteOptions) (err error) {
		res, err = w.revoke(ctx, c, o, n)
		return err
	})
	if err != nil {
		x.t.Fatalf("race %d, %s: %v", n, w.name, err)
	}
	r.revision.Store(res.GetToken().GetRevision())
	r.useBy.Store(res.GetUseBy().AsTime().UnixNano())
	r.revoked.Store(true)
	if took > 0 {
		x.took = append(x.took, took.Round(10*time.Microsecond))
	}
	if took > leaseAtMost {
		x.t.Errorf("race %d: %s took %v", n, w.name, took)
	}
	x.until("an answer after the revocation", func(server int) bool { return r.after[server].Load() >= asking })
}

// nemesis stops a server and lets it go on: for less than a lease, or for more.
func (x *races) nemesis(ctx context.Context, every time.Duration) (stops int) {
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return stops
		case <-time.After(every/2 + rand.N(every)):
		}
		d := []time.Duration{lease + 2*time.Second, 200 * time.Millisecond, time.Second}[n%3]
		i := rand.IntN(serversOfOne)
		x.away.Store(int32(i))
		x.stopped[i].Add(1)
		if err := syscall.Kill(x.servers[i].pid, syscall.SIGSTOP); err != nil {
			x.t.Errorf("stop server %d: %v", i, err)
		}
		stops++
		select { // it is let go on in any case
		case <-ctx.Done():
		case <-time.After(d):
		}
		if err := syscall.Kill(x.servers[i].pid, syscall.SIGCONT); err != nil {
			x.t.Errorf("let server %d go on: %v", i, err)
		}
		x.stopped[i].Add(1)
		x.away.Store(-1)
	}
}

// serverKilled: a server that is killed delays one write, by a lease at most; one
// that is stopped as it should be delays none.
func (f *faults) serverKilled(t *testing.T) {
	s := f.onPostgreSQL(t, pgtest.Start(t))
	x := f.fleet(t, s)
	n := 0
	write := func() time.Duration {
		t.Helper()
		n++
		sent := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		w := recipientWrite(fmt.Sprintf("after-%d", n), 0)
		if _, err := w.send(ctx, pb.NewRecipientServiceClient(x.legal[0]), options()); err != nil {
			t.Fatalf("write %d: %v", n, err)
		}
		return time.Since(sent)
	}
	soon := time.Second
	write()
	if took := write(); took > soon {
		t.Errorf("with three servers a write took %v", took)
	}
	x.servers[2].stop()
	if took := write(); took > soon {
		t.Errorf("after a server stopped a write took %v", took)
	}
	x.servers[1].kill()
	first := write()
	second := write()
	t.Logf("after a kill: the first write took %v, the second %v", first.Round(time.Millisecond), second.Round(time.Millisecond))
	if first > leaseAtMost || second > soon {
		t.Errorf("after a kill: the first write took %v, the second %v", first, second)
	}
	if first < lease/2 {
		t.Errorf("after a kill the first write took %v: nobody waited for the killed one", first)
	}
	x.servers[0].stop()
	s.doctor()
}

// oneRequest gives several servers the same request at once: it is one change.
func (f *faults) oneRequest(t *testing.T) {
	s := f.onPostgreSQL(t, pgtest.Start(t))
	x := f.fleet(t, s)
	rounds := 10 * f.rounds
	for n := range rounds {
		w := recipientWrite(fmt.Sprintf("one-%d", n), 0)
		var all sync.WaitGroup
		revisions := make([]int64, serversOfOne)
		for i := range serversOfOne {
			all.Go(func() {
				done, seen := w.try(t.Context(), pb.NewRecipientServiceClient(x.legal[i]))
				if done == nil {
					t.Errorf("server %d: %s %s", i, seen.code, seen.reason)
					return
				}
				revisions[i] = done.revision
			})
		}
		all.Wait()
		changes, err := pb.NewChangeServiceClient(x.servers[0].dial(s.admin)).ListChanges(t.Context(), &pb.ListChangesRequest{Name: w.noun})
		if err != nil {
			t.Fatal(err)
		}
		if len(changes.GetChanges()) != 1 || slices.Min(revisions) != slices.Max(revisions) {
			t.Errorf("one request made %d changes and was answered with the revisions %v", len(changes.GetChanges()), revisions)
		}
	}
	for _, p := range x.servers {
		p.stop()
	}
	s.doctor()
	t.Logf("%d requests, each to three servers at once: one change each", rounds)
}
