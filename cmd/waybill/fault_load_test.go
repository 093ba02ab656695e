//go:build linux

package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"waybill/internal/ledger"
	pb "waybill/proto/waybill/v1"
)

const (
	callers     = 32
	connections = 4
	batchSize   = 10
	// maxAnswer is how long any caller may wait for an answer or for a no.
	maxAnswer = time.Second
	// callDeadline is longer, so that a server that hangs is seen to.
	callDeadline = 5 * time.Second
	// writeDeadline also covers the lease of a server that was killed before.
	writeDeadline = 15 * time.Second
)

// receipt is what one answer said of its place in the ledger.
type receipt struct {
	request string
	shard   string
	index   int64
	leaf    ledger.Hash
	outcome pb.Outcome
}

// call is one call as its caller saw it.
type call struct {
	request    string
	questions  int
	begun, end time.Time
	code       codes.Code
	reason     string
}

func (c *call) took() time.Duration { return c.end.Sub(c.begun) }

// acknowledged is a registry write that was confirmed.
type acknowledged struct {
	request  string
	noun     string
	revision int64
}

// told is what the outside world knows of a site, over all lives of its servers.
type told struct {
	mu       sync.Mutex
	receipts []receipt
	calls    []call
	changes  []acknowledged
	writes   []call
	loads    int
}

// asked returns the questions of each request that was sent.
func (k *told) asked() map[string]int {
	all := map[string]int{}
	for i := range k.calls {
		all[k.calls[i].request] = k.calls[i].questions
	}
	return all
}

// load is callers that ask and one writer that writes, until they are told to end.
type load struct {
	life     *life
	told     *told
	endless  bool // a server that is gone does not end a caller
	id       int
	stop     context.CancelFunc
	done     sync.WaitGroup
	answered atomic.Int64
	refused  atomic.Int64
	changed  atomic.Int64
	// pending is the write that has no answer when the load ends.
	pending *write
}

// begin puts load on a server. A load that is not endless ends by itself when the
// server is gone: when nobody answers. One that is busy refuses, and is asked again.
func (p *life) begin(k *told, endless bool) *load {
	p.site.t.Helper()
	ctx, stop := context.WithCancel(p.site.t.Context())
	k.loads++
	l := &load{life: p, told: k, endless: endless, id: k.loads, stop: stop}
	var share []pb.ShareServiceClient
	for range connections {
		share = append(share, pb.NewShareServiceClient(p.dial(p.site.admin)))
	}
	for i := range callers {
		l.done.Go(func() { l.call(ctx, share[i%connections], i) })
	}
	recipients := pb.NewRecipientServiceClient(p.dial(p.site.legal))
	l.done.Go(func() { l.write(ctx, recipients) })
	return l
}

// end waits for the calls under way; no new ones are made.
func (l *load) end() {
	l.stop()
	l.done.Wait()
}

// warm waits until the load has had answers and changes.
func (l *load) warm(answers, changes int64) {
	l.life.site.t.Helper()
	answers += l.answered.Load()
	changes += l.changed.Load()
	for end := time.Now().Add(20 * time.Second); l.answered.Load() < answers || l.changed.Load() < changes; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			l.end()
			l.life.site.t.Fatalf("in 20 s the load had %d answers and %d changes; the last errors: %s\n%s",
				l.answered.Load(), l.changed.Load(), l.told.errors(), l.life.log.String())
		}
	}
}

// call asks, every eighth caller in batches, every question with an id of its own.
func (l *load) call(ctx context.Context, share pb.ShareServiceClient, caller int) {
	var calls []call
	var receipts []receipt
	for n := 0; ctx.Err() == nil; n++ {
		c := call{request: fmt.Sprintf("load-%d-%d-%d", l.id, caller, n), questions: 1, begun: time.Now()}
		// A call that was sent is waited for, so that its outcome is known.
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), callDeadline)
		var decisions []*pb.ShareDecision
		var err error
		if caller%8 == 0 {
			c.questions = batchSize
			r := &pb.BatchCheckSharesRequest{RequestId: c.request}
			for i := range batchSize {
				r.Questions = append(r.Questions, shareQuestion(caller+n+i))
			}
			var resp *pb.BatchCheckSharesResponse
			resp, err = share.BatchCheckShares(within, r)
			decisions = resp.GetDecisions()
		} else {
			var resp *pb.CheckShareResponse
			resp, err = share.CheckShare(within, &pb.CheckShareRequest{RequestId: c.request, Question: shareQuestion(caller + n)})
			if err == nil {
				decisions = []*pb.ShareDecision{resp.GetDecision()}
			}
		}
		cancel()
		c.end, c.code, c.reason = time.Now(), status.Code(err), reasonOfStatus(err)
		calls = append(calls, c)
		for _, d := range decisions {
			receipts = append(receipts, receipt{c.request, d.GetReceipt().GetShard(), d.GetReceipt().GetIndex(), ledger.Hash(d.GetReceipt().GetLeafHash()), d.GetOutcome()})
		}
		l.answered.Add(int64(len(decisions)))
		if err != nil {
			l.refused.Add(1)
			if !l.endless && c.reason == "" { // nobody answered it: the server is gone
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	l.told.mu.Lock()
	defer l.told.mu.Unlock()
	l.told.calls = append(l.told.calls, calls...)
	l.told.receipts = append(l.told.receipts, receipts...)
}

func reasonOfStatus(err error) string {
	s, ok := status.FromError(err)
	if err == nil || !ok {
		return ""
	}
	return reasonOf(s)
}

// questions are one that is allowed, one that is denied and one that cannot be
// answered with a yes by anybody.
var questions = []*pb.ShareQuestion{
	{
		Exporter: "prosense-shenzhen", Recipient: "swift-courier", Purpose: "delivery", Categories: []string{"user.name", "user.address"},
		SubjectGroup: pb.SubjectGroup_SUBJECT_GROUP_USER, SubjectRegions: []string{"CN"}, Order: &pb.OrderReference{Reference: "order-7001"},
	},
	{
		Exporter: "prosense-shenzhen", Recipient: "swift-courier", Purpose: "delivery", Categories: []string{"user.name", "user.id_number"},
		SubjectGroup: pb.SubjectGroup_SUBJECT_GROUP_USER, SubjectRegions: []string{"CN"},
	},
	{
		Exporter: "prosense-shenzhen", Recipient: "nobody", Purpose: "delivery", Categories: []string{"user.name"},
		SubjectGroup: pb.SubjectGroup_SUBJECT_GROUP_USER, SubjectRegions: []string{"CN"},
	},
}

func shareQuestion(n int) *pb.ShareQuestion {
	q := proto.CloneOf(questions[n%len(questions)])
	q.Subject = fmt.Sprintf("customer-%d", n%1000)
	if q.Order != nil {
		q.Order.Subject = q.Subject
	}
	return q
}

// write is one registry write that can be repeated with its request_id.
type write struct {
	request string
	noun    string
	send    func(ctx context.Context, c pb.RecipientServiceClient, o *pb.WriteOptions) (*pb.WriteRecipientResponse, error)
}

func (w *write) try(ctx context.Context, c pb.RecipientServiceClient) (*acknowledged, call) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeDeadline)
	defer cancel()
	seen := call{request: w.request, begun: time.Now()}
	r, err := w.send(ctx, c, &pb.WriteOptions{RequestId: w.request, Reason: "written under load"})
	seen.end, seen.code, seen.reason = time.Now(), status.Code(err), reasonOfStatus(err)
	if err != nil {
		return nil, seen
	}
	return &acknowledged{w.request, w.noun, r.GetResult().GetToken().GetRevision()}, seen
}

// write creates a recipient, suspends it and resumes it, and so on with another.
// A write that fails is repeated with its request_id, as a caller would.
func (l *load) write(ctx context.Context, c pb.RecipientServiceClient) {
	for n := 0; ; n++ {
		w := recipientWrite(fmt.Sprintf("fault-%d-%d", l.id, n/3), n%3)
		for {
			if ctx.Err() != nil {
				return
			}
			done, seen := w.try(ctx, c)
			l.told.mu.Lock()
			l.told.writes = append(l.told.writes, seen)
			if done != nil {
				l.told.changes = append(l.told.changes, *done)
			}
			l.told.mu.Unlock()
			if done != nil {
				l.pending = nil
				l.changed.Add(1)
				break
			}
			l.pending = w
			if !l.endless && seen.reason == "" {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func recipientWrite(id string, step int) *write {
	name := "recipients/" + id
	w := &write{request: fmt.Sprintf("write-%s-%d", id, step), noun: name}
	switch step {
	case 0:
		w.send = func(ctx context.Context, c pb.RecipientServiceClient, o *pb.WriteOptions) (*pb.WriteRecipientResponse, error) {
			return c.CreateRecipient(ctx, &pb.CreateRecipientRequest{Options: o, Recipient: &pb.Recipient{
				Name: name, Title: "Written under load", Kind: pb.RecipientKind_RECIPIENT_KIND_LOGISTICS, Role: pb.RecipientRole_RECIPIENT_ROLE_PROCESSOR,
				Country: "CN", Sentence: "Carries what the load sends.",
			}})
		}
	case 1:
		w.send = func(ctx context.Context, c pb.RecipientServiceClient, o *pb.WriteOptions) (*pb.WriteRecipientResponse, error) {
			return c.SuspendRecipient(ctx, &pb.SuspendRecipientRequest{Name: name, Options: o})
		}
	default:
		w.send = func(ctx context.Context, c pb.RecipientServiceClient, o *pb.WriteOptions) (*pb.WriteRecipientResponse, error) {
			return c.ResumeRecipient(ctx, &pb.ResumeRecipientRequest{Name: name, Options: o})
		}
	}
	return w
}

// settle repeats the write whose answer a fault took, with its request_id.
func (l *load) settle(p *life) {
	p.site.t.Helper()
	if l.pending == nil {
		return
	}
	done, seen := l.pending.try(p.site.t.Context(), pb.NewRecipientServiceClient(p.dial(p.site.legal)))
	if done == nil {
		p.site.t.Fatalf("%s repeated after the fault: %s %s", l.pending.request, seen.code, seen.reason)
	}
	l.told.changes = append(l.told.changes, *done)
	l.pending = nil
}

// errors says which errors callers and the writer met, with how many of each.
func (k *told) errors() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	met := map[string]int{}
	for _, all := range [][]call{k.calls, k.writes} {
		for i := range all {
			if c := &all[i]; c.code != codes.OK {
				met[c.code.String()+" "+c.reason]++
			}
		}
	}
	return tally(met)
}
