package gate

import (
	"context"
	"time"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// deferred is a check, a batch, or a write of facts that the commit of its group
// decides, because it reads or moves what the ledger's database holds.
type deferred struct {
	view      *View
	principal decision.Principal
	requestID string
	at        int64 // of its receipt, microseconds

	// A check or a batch.
	questions []*decision.Question
	answers   []*Answer
	consults  bool    // held facts are read for its subjects
	none      *moment // the look by which there are none to be read
	places    []int   // of its entries in the group

	// A write of facts.
	facts   []SubjectFact
	request ledger.FactRequest // without a tag where there is no request id

	tags []ledger.Tag // of the subjects by the facts key, one for each question or fact

	// What came of it.
	err      error
	repeated bool // the request was recorded before, as request says
}

// entries returns how many entries it will be.
func (d *deferred) entries() int { return max(len(d.questions), len(d.facts)) }

// tag returns the tag of the subject of question i; zero where none is read.
func (d *deferred) tag(i int) ledger.Tag {
	if len(d.tags) == 0 {
		return ledger.Tag{}
	}
	return d.tags[i]
}

// roomOfFact is how many bytes a fact's entry is counted for before it is written.
const roomOfFact = 512

// roomOf is how many bytes a question's entry is counted for before it is written,
// without what is held of its subject.
func roomOf(q *decision.Question) int {
	n := 1<<10 + 17*(len(q.Categories)+len(q.SubjectRegions)+len(q.DestinationCountries)+2*len(q.Chain))
	for i := range q.Consents {
		n += 160 + 17*len(q.Consents[i].Categories)
	}
	return n
}

func (d *deferred) room() int {
	n := roomOfFact * len(d.facts)
	for _, q := range d.questions {
		n += roomOf(q)
	}
	return n
}

// join lets d be decided by the commit of the group that gathers.
func (r *recorder) join(d *deferred) (*group, error) {
	n, room := d.entries(), d.room()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed || r.stuck:
		return nil, errLedger
	case r.entries+n > r.cfg.QueueEntries || r.bytes+room > r.cfg.QueueBytes:
		return nil, errQueueFull
	}
	g := r.gatherer()
	g.refs.Add(1)
	g.deferred = append(g.deferred, d)
	r.queue(g, n, room)
	return g, nil
}

// answerTogether fills the answers when their decisions, made by the commit of
// their group, are recorded. none is the look by which nothing is held of anybody,
// nil if what is held is to be read. The caller holds the view.
func (g *Gate) answerTogether(v *View, at time.Time, p decision.Principal, qs []*decision.Question, as []*Answer, requestID string, none *moment) error {
	err := g.answerDeferred(v, at, p, qs, as, requestID, none)
	if err == errTogether { // a fact was written meanwhile
		err = g.answerDeferred(v, at, p, qs, as, requestID, nil)
	}
	if err == errTogether {
		err = errFactsKey
	}
	return err
}

func (g *Gate) answerDeferred(v *View, at time.Time, p decision.Principal, qs []*decision.Question, as []*Answer, requestID string, none *moment) error {
	now, err := g.instant(v, at)
	if err != nil {
		return err
	}
	d := &deferred{view: v, principal: p, requestID: requestID, at: now, questions: qs, answers: as, places: make([]int, len(qs)), none: none}
	if err := g.consult(d); err != nil {
		return err
	}
	grp, err := g.rec.join(d)
	if err != nil {
		return err
	}
	defer grp.leave()
	here, err := g.await(v, grp)
	switch {
	case grp.err != nil:
		return grp.failed()
	case d.err != nil:
		return d.err
	case err != nil:
		return err
	case d.consults && !grp.read.within(g.cfg.Facts, here):
		return errFactsOld
	case d.none != nil && !g.rec.held.stillNone(d.none, here):
		return errTogether
	}
	for i, a := range as {
		a.receive(grp, d.places[i])
	}
	return nil
}

// consult tags the subjects whose held facts are to be read.
func (g *Gate) consult(d *deferred) error {
	for _, q := range d.questions {
		d.consults = d.consults || q.Subject != ""
	}
	switch {
	case !d.consults:
		d.none = nil
		return nil
	case d.none != nil:
		d.consults = false
		return nil
	}
	key := g.keys.set.Load().facts
	if key == nil {
		if err := g.rec.look(context.Background()); err != nil {
			return errLedger
		}
		if d.none, d.consults = g.rec.held.none(g.now()), false; d.none == nil {
			return errFactsKey
		}
		return nil
	}
	d.tags = make([]ledger.Tag, len(d.questions))
	for i, q := range d.questions {
		if q.Subject != "" {
			d.tags[i] = key.factTag(factSubject, q.Subject)
		}
	}
	return nil
}

// SubjectFact is one fact of one subject. Its fact's publication is filled from
// Publication, and its time, where it has none, is that of the record.
type SubjectFact struct {
	Subject     string
	Publication string
	Fact        decision.Fact
}

// FactOptions qualify a write of facts.
type FactOptions struct {
	// RequestID makes the write idempotent for the principal for 24 hours; Request are
	// the bytes of the request that it stands for.
	RequestID string
	Request   []byte
}

// WrittenFacts is where facts are recorded: one entry each, one after another.
type WrittenFacts struct {
	Shard      string
	First      int64
	LeafHashes []ledger.Hash // nil where the request was repeated
	Now        registry.Time // zero where the request was repeated
}

// WriteFacts records facts, all or none. When it returns without an error no
// answer that rests on what was held before is given any more by any server. Its
// errors are Unavailable (KEY_MISSING, LEDGER_UNAVAILABLE and those of a registry
// that is not fresh; OUTCOME_UNKNOWN when they may be recorded), ResourceExhausted
// (QUEUE_FULL, FACTS_FULL), Aborted (REQUEST_IN_FLIGHT), Exists
// (IDEMPOTENCY_MISMATCH) and the context's.
func (g *Gate) WriteFacts(ctx context.Context, p decision.Principal, facts []SubjectFact, opt FactOptions) (WrittenFacts, error) {
	key := g.keys.set.Load().facts
	if key == nil {
		return WrittenFacts{}, errFactsKey
	}
	v, at, err := g.enter(ctx, nil)
	if err != nil {
		return WrittenFacts{}, err
	}
	d := newFacts(key, v, p, facts, opt)
	out, committed, err := g.writeFacts(at, d)
	v.leave() // what is left is to wait
	if err != nil {
		return WrittenFacts{}, err
	}
	return out, g.outlast(ctx, committed)
}

func newFacts(key *key, v *View, p decision.Principal, facts []SubjectFact, opt FactOptions) *deferred {
	d := &deferred{view: v, principal: p, requestID: opt.RequestID, facts: facts, tags: make([]ledger.Tag, len(facts))}
	for i := range facts {
		d.tags[i] = key.factTag(factSubject, facts[i].Subject)
		if text := facts[i].Publication; text != "" {
			facts[i].Fact.Publication = key.factTag(factPublication, text)
		}
	}
	if opt.RequestID != "" {
		d.request.Tag = key.factTag(factRequest, v.Snapshot.Name(p.Number)+"\x00"+opt.RequestID)
		d.request.Digest = key.factTag(factDigest, string(opt.Request))
	}
	return d
}

func (g *Gate) writeFacts(at time.Time, d *deferred) (WrittenFacts, moment, error) {
	var out WrittenFacts
	var err error
	if d.at, err = g.instant(d.view, at); err != nil {
		return out, moment{}, err
	}
	g.rec.held.any.Store(true) // from now on this server's questions read what is held
	grp, err := g.rec.join(d)
	if err != nil {
		return out, moment{}, err
	}
	defer grp.leave()
	<-grp.done
	switch {
	case grp.err != nil:
		if err := grp.failed(); grp.now == 0 { // it was never taken to be committed
			return out, moment{}, err
		}
		return out, moment{}, registry.Errorf(registry.Unavailable, "OUTCOME_UNKNOWN",
			"the ledger did not confirm the facts in time: they may be recorded; repeat the request with the same request_id")
	case d.err != nil:
		return out, moment{}, d.err
	case d.repeated:
		return WrittenFacts{Shard: d.request.Shard, First: d.request.First}, moment{g.now(), g.keeper.cfg.Boot()}, nil
	}
	first := d.places[0]
	return WrittenFacts{
		Shard: grp.shard, First: grp.first + int64(first), LeafHashes: append([]ledger.Hash(nil), grp.hashes[first:first+len(d.facts)]...),
		Now: registry.Time(grp.now),
	}, grp.committed, nil
}

// outlast waits until no server gives an answer any more that it decided before a
// commit: those that read what was held then, and those that had looked and found
// that nothing was held of anybody.
func (g *Gate) outlast(ctx context.Context, committed moment) error {
	g.rec.held.found(committed)
	wait := g.cfg.Facts + g.cfg.Margin - g.now().Sub(committed.wall)
	if !g.cfg.Alone {
		wait = max(wait, g.rec.held.trust+g.cfg.Margin-g.now().Sub(g.rec.held.since.Load().wall))
	}
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return &registry.Error{Kind: registry.Unavailable, Reason: "OUTCOME_UNKNOWN", Err: ctx.Err(),
			Message: "the facts are recorded, but not confirmed to be in force; repeat the request with the same request_id"}
	}
}

// Held is what is held of a subject, and how many facts of it were written.
func (g *Gate) Held(ctx context.Context, subject string) (h decision.Held, sequence int64, err error) {
	key := g.keys.set.Load().facts
	if key == nil {
		return h, 0, errFactsKey
	}
	rows, err := g.rec.ledger.Facts(ctx, []ledger.Tag{key.factTag(factSubject, subject)})
	if err != nil || len(rows) == 0 {
		return h, 0, err
	}
	return h, rows[0].Sequence, h.Decode(rows[0].Data)
}
