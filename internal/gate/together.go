package gate

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// together is one try to make a group durable whose commit decides some of it: the
// facts that are written first, then the questions, and of these the counted ones
// last, in turn. It touches what its callers asked with only while it holds the
// group, and waits for the database only while it does not.
type together struct {
	r  *recorder
	g  *group
	tx ledger.Tx // nil until something is to be moved

	written []ledger.Tag // subjects whose facts are written
	asked   []ledger.Tag // subjects that are only asked for
	rows    map[ledger.Tag]ledger.HeldFacts
	held    map[ledger.Tag]*subjectHeld
	facts   decision.Facts

	requests []ledger.FactRequest
	of       map[ledger.Tag]*deferred // whose request it is

	year     int32
	counted  []countedShare
	expected int                 // bytes of their entries
	counters map[uint32]*counter // by exporter
}

// subjectHeld is what is held of one subject as this commit goes on.
type subjectHeld struct {
	held     decision.Held
	sequence int64
	changed  bool
}

// countedShare is a question that reads the counters.
type countedShare struct {
	d        *deferred
	i        int
	exporter uint32
	known    bool          // there is a subject or a count key
	tags     [2]ledger.Tag // among persons, among those with sensitive data
}

// counter is that of one exporter as this commit goes on.
type counter struct {
	ledger.Counter
	tags  map[ledger.Tag]bool // those that are counted
	fresh []ledger.Tag
	moved bool
}

// maxMoved is how often a group is decided again because another server wrote
// facts of the same subjects.
const maxMoved = 5

// errGone ends a try whose callers' wait ran out.
var errGone = registry.Errorf(registry.Unavailable, "LEDGER_UNAVAILABLE", "nobody waits for the record any more")

func (r *recorder) together(ctx context.Context, a *attempt) error {
	for n := 1; ; n++ {
		t := &together{r: r, g: a.group}
		again, err := t.try(ctx, a)
		if t.tx != nil {
			t.tx.Rollback() // nothing after an append
		}
		if n < maxMoved && (again || registry.ReasonOf(err) == "FACTS_MOVED") {
			continue
		}
		return err
	}
}

// try returns again where a request turned out to be recorded before: the group is
// decided without it.
func (t *together) try(ctx context.Context, a *attempt) (again bool, err error) {
	r, g := t.r, t.g
	if !g.hold() {
		return false, errGone
	}
	t.collect()
	g.touch.Unlock()
	if err := t.read(ctx); err != nil {
		return false, err
	}
	if !g.hold() {
		return false, errGone
	}
	for !t.decide() {
	}
	g.touch.Unlock()
	if again, err := t.put(ctx); again || err != nil {
		return again, err
	}
	if len(t.counted) > 0 {
		if err := t.count(ctx); err != nil {
			return false, err
		}
	}
	if len(g.ends) == 0 { // all of it was refused
		g.place(r.head.Shard, r.head.Tree.Size())
		return false, nil
	}
	var seg ledger.Segment
	seg, a.next = r.segment(g)
	if t.tx != nil {
		err = t.tx.Append(ctx, seg, r.head, a.next)
	} else {
		err = r.ledger.Append(ctx, seg, r.head, a.next)
	}
	if a.unsure = err != nil; a.unsure {
		return false, err
	}
	r.stands(a)
	return false, nil
}

// collect finds whose facts are to be read.
func (t *together) collect() {
	for _, d := range t.g.deferred {
		switch {
		case d.repeated:
		case len(d.facts) > 0:
			t.written = append(t.written, d.tags...)
		case d.consults:
			for _, tag := range d.tags {
				if tag != (ledger.Tag{}) {
					t.asked = append(t.asked, tag)
				}
			}
		}
	}
	t.written = sortTags(t.written)
	t.asked = slices.DeleteFunc(sortTags(t.asked), func(tag ledger.Tag) bool {
		_, found := slices.BinarySearchFunc(t.written, tag, compareTags)
		return found
	})
}

func sortTags(tags []ledger.Tag) []ledger.Tag {
	slices.SortFunc(tags, compareTags)
	return slices.Compact(tags)
}

func compareTags(a, b ledger.Tag) int { return bytes.Compare(a[:], b[:]) }

// begin opens the transaction if it is not open.
func (t *together) begin(ctx context.Context) (err error) {
	if t.tx == nil {
		t.tx, err = t.r.ledger.Begin(ctx)
	}
	return err
}

// read reads what is held: locked where it is written, as of one statement where
// it is only asked for.
func (t *together) read(ctx context.Context) error {
	t.rows = make(map[ledger.Tag]ledger.HeldFacts, len(t.written)+len(t.asked))
	t.g.read = moment{t.r.now(), t.r.boot()}
	keep := func(rows []ledger.HeldFacts, err error) error {
		for _, row := range rows {
			t.rows[row.Tag] = row
		}
		return err
	}
	if len(t.asked) > 0 {
		if err := keep(t.r.ledger.Facts(ctx, t.asked)); err != nil {
			return err
		}
	}
	if len(t.written) == 0 {
		return nil
	}
	if err := t.begin(ctx); err != nil {
		return err
	}
	return keep(t.tx.LockFacts(ctx, t.written))
}

// subject returns what is held of a subject.
func (t *together) subject(tag ledger.Tag) (*subjectHeld, error) {
	if h := t.held[tag]; h != nil {
		return h, nil
	}
	h := new(subjectHeld)
	if row, ok := t.rows[tag]; ok {
		h.sequence = row.Sequence
		if err := h.held.Decode(row.Data); err != nil {
			return nil, &registry.Error{Kind: registry.Internal, Reason: "INTERNAL", Message: "what is held of a subject cannot be read", Err: err}
		}
	}
	t.held[tag] = h
	return h, nil
}

// decide decides all but what is counted, and writes its entries. It returns false
// where a write of facts was refused: what it had changed is to be decided without.
func (t *together) decide() bool {
	g := t.g
	g.back(g.plain)
	t.held = make(map[ledger.Tag]*subjectHeld, len(t.rows))
	t.of, t.requests, t.counted, t.expected = map[ledger.Tag]*deferred{}, t.requests[:0], t.counted[:0], 0
	t.year = decision.CountingYear(registry.Time(g.now))
	for _, d := range g.deferred {
		if len(d.facts) > 0 && d.err == nil && !d.repeated {
			if d.err = t.enterFacts(d); d.err != nil {
				return false
			}
		}
	}
	for _, d := range g.deferred {
		if len(d.facts) > 0 {
			continue
		}
		before, counted := g.mark(), len(t.counted)
		if d.err = t.judge(d); d.err != nil {
			g.back(before)
			t.counted = t.counted[:counted]
		}
	}
	return true
}

// enterFacts adds facts to what is held, each with its entry.
func (t *together) enterFacts(d *deferred) error {
	g, w := t.g, t.r.writing
	defer w.forget()
	if err := w.begin(t.r.keys, d.view, d.principal, d.requestID); err != nil {
		return err
	}
	if err := w.start(g.now); err != nil {
		return err
	}
	if d.request.Tag != (ledger.Tag{}) {
		if t.of[d.request.Tag] != nil {
			return errTwoAtOnce
		}
		t.of[d.request.Tag] = d
		d.request.Shard, d.request.First, d.request.Time = t.r.head.Shard, t.r.head.Tree.Size()+int64(len(g.ends)), g.now
		t.requests = append(t.requests, d.request)
	}
	e := ledger.FactEntry{
		Kind: ledger.KindFact, Version: ledger.Version, Epoch: w.entry.Epoch, Revision: w.entry.Revision, ChangeRoot: w.entry.ChangeRoot,
		Now: g.now, Principal: d.principal.Number, KeyID: w.entry.KeyID, RequestID: w.entry.RequestID, FactsKeyID: t.r.keys.set.Load().facts.ID,
	}
	d.places = []int{len(g.ends)}
	for i := range d.facts {
		h, err := t.subject(d.tags[i])
		if err != nil {
			return err
		}
		f := d.facts[i].Fact
		if f.Time == 0 {
			f.Time = registry.Time(g.now)
		}
		e.Subject, e.Sequence = d.tags[i], h.sequence+1
		e.PreviousShard, e.PreviousIndex = h.held.Source.Shard, h.held.Source.Index
		w.question = f.Append(w.question[:0])
		e.Fact = w.question
		h.held.Source = decision.FactSource{Shard: t.r.head.Shard, Index: t.r.head.Tree.Size() + int64(len(g.ends))}
		h.sequence, h.changed = e.Sequence, true
		if !h.held.Add(&f) {
			return errHeldFull
		}
		w.reset(g.now)
		w.entries = ledger.AppendFact(w.entries, &e)
		w.ends = append(w.ends, uint32(len(w.entries)))
		w.tags = append(w.tags, e.Subject[:]...)
		g.append(&w.addition)
	}
	return t.bounded()
}

// bounded refuses what would make the segment larger than one may be.
func (t *together) bounded() error {
	if len(t.g.entries)+t.expected > ledger.MaxSegmentBytes/2 {
		return errQueueFull
	}
	return nil
}

// judge decides d's questions; those that are counted wait for their turn.
func (t *together) judge(d *deferred) error {
	w := t.r.writing
	defer w.forget()
	if err := w.begin(t.r.keys, d.view, d.principal, d.requestID); err != nil {
		return err
	}
	if err := w.start(t.g.now); err != nil {
		return err
	}
	for i, q := range d.questions {
		if err := t.consider(w, d, i); err != nil {
			return err
		}
		w.in.Counters = nil
		if err := w.judge(q, d.answers[i]); err != nil {
			return err
		}
		if a := &d.answers[i].Decision; a.Countable && a.Exporter != 0 {
			if err := t.postpone(d, i, a.Exporter); err != nil {
				return err
			}
			continue
		}
		t.enter(w, d, i)
	}
	return t.bounded()
}

// enter writes the entry of d's question i, as w judged it.
func (t *together) enter(w *writing, d *deferred, i int) {
	w.reset(t.g.now)
	w.enter(d.questions[i], d.answers[i])
	d.places[i] = t.g.append(&w.addition)
}

// consider gives w the held facts of the subject of d's question i.
func (t *together) consider(w *writing, d *deferred, i int) error {
	w.in.Facts = nil
	if !d.consults || d.tags[i] == (ledger.Tag{}) {
		return nil
	}
	h, err := t.subject(d.tags[i])
	if err != nil {
		return err
	}
	var publication ledger.Tag
	if text := d.questions[i].Publication; text != "" && len(h.held.Consents) > 0 {
		publication = t.r.keys.set.Load().facts.factTag(factPublication, text)
	}
	h.held.Facts(&t.facts, d.tags[i], registry.Time(t.g.now), d.questions[i].Publication, publication)
	w.in.Facts = &t.facts
	return nil
}

// put writes what is held now, and remembers the requests.
func (t *together) put(ctx context.Context) (again bool, err error) {
	var rows []ledger.HeldFacts
	before := map[ledger.Tag]int64{}
	for tag, h := range t.held {
		if h.changed {
			rows = append(rows, ledger.HeldFacts{Tag: tag, Sequence: h.sequence, Data: h.held.Append(nil)})
			before[tag] = t.rows[tag].Sequence
		}
	}
	if len(rows) == 0 {
		return false, nil
	}
	if err := t.tx.PutFacts(ctx, rows, before); err != nil {
		return false, err
	}
	if len(t.requests) == 0 {
		return false, nil
	}
	known, err := t.tx.Remember(ctx, t.requests)
	if err != nil || len(known) == 0 {
		return false, err
	}
	for _, k := range known {
		d := t.of[k.Tag]
		if d.request.Digest != k.Digest {
			d.err = registry.Errorf(registry.Exists, "IDEMPOTENCY_MISMATCH", "the request_id was used for another request within 24 hours")
			continue
		}
		d.request, d.repeated = k, true
	}
	return true, nil
}

// postpone lets d's question i be decided in turn, when the counters are locked.
func (t *together) postpone(d *deferred, i int, exporter uint32) error {
	key := t.r.keys.set.Load().counting
	if key == nil {
		return errCountingKey
	}
	c := countedShare{d: d, i: i, exporter: exporter}
	c.tags, c.known = countTags(key, exporter, t.year, d.questions[i])
	t.counted = append(t.counted, c)
	t.expected += roomOf(d.questions[i]) + 20*len(t.rows[d.tag(i)].Data)
	return nil
}

// countTags returns the tags of whom the question counts, among persons and among
// those with sensitive data: its subject, if it is of one person, or else its count
// key together with how many persons it stands for, so that no more of them pass as
// counted than were. known is false where it has neither: then it counts each time.
func countTags(key *key, exporter uint32, year int32, q *decision.Question) (tags [2]ledger.Tag, known bool) {
	who, text := countedSubject, q.Subject
	if q.Quantity > 1 {
		who, text = countedKey, ""
		if q.CountKey != "" {
			text = fmt.Sprintf("%s of %d", q.CountKey, q.Quantity)
		}
	}
	if text == "" {
		return tags, false
	}
	for in := range tags {
		tags[in] = key.countTag(exporter, year, in == 1, who, text)
	}
	return tags, true
}

// count locks the counters, decides what is counted in turn, and moves them.
func (t *together) count(ctx context.Context) error {
	if err := t.begin(ctx); err != nil {
		return err
	}
	t.counters = map[uint32]*counter{}
	var exporters []uint32
	var tags []ledger.Tag
	for _, c := range t.counted {
		if t.counters[c.exporter] == nil {
			t.counters[c.exporter] = &counter{tags: map[ledger.Tag]bool{}}
			exporters = append(exporters, c.exporter)
		}
		if c.known {
			tags = append(tags, c.tags[:]...)
		}
	}
	slices.Sort(exporters)
	for _, exporter := range exporters {
		c, err := t.tx.LockCounter(ctx, exporter, t.year)
		if err != nil {
			return err
		}
		t.counters[exporter].Counter = c
	}
	known, err := t.tx.Counted(ctx, sortTags(tags))
	if err != nil {
		return err
	}
	for _, c := range t.counters {
		for _, tag := range known { // a tag is of one exporter
			c.tags[tag] = true
		}
	}
	if !t.g.hold() {
		return errGone
	}
	for _, c := range t.counted {
		if c.d.err == nil {
			c.d.err = t.inTurn(c)
		}
	}
	t.g.touch.Unlock()
	for _, exporter := range exporters {
		c := t.counters[exporter]
		if !c.moved {
			continue
		}
		if err := t.tx.Count(ctx, exporter, t.year, c.Counter, c.fresh); err != nil {
			return err
		}
	}
	return nil
}

// inTurn decides one question by the counters as those before it left them.
func (t *together) inTurn(c countedShare) error {
	w, count := t.r.writing, t.counters[c.exporter]
	defer w.forget()
	if err := w.begin(t.r.keys, c.d.view, c.d.principal, c.d.requestID); err != nil {
		return err
	}
	if err := w.start(t.g.now); err != nil {
		return err
	}
	if err := t.consider(w, c.d, c.i); err != nil {
		return err
	}
	w.in.Counters = &decision.Counters{
		Year: t.year, Persons: count.Persons, Sensitive: count.Sensitive,
		InPersons: c.known && count.tags[c.tags[0]], InSensitive: c.known && count.tags[c.tags[1]],
	}
	if err := w.judge(c.d.questions[c.i], c.d.answers[c.i]); err != nil {
		return err
	}
	d := &c.d.answers[c.i].Decision
	if d.Outcome == decision.Allowed && d.Counted.Year != 0 {
		persons, sensitive := d.Counted.PersonsAfter-d.Counted.PersonsBefore, d.Counted.SensitiveAfter-d.Counted.SensitiveBefore
		count.Persons, count.Sensitive, count.moved = count.Persons+persons, count.Sensitive+sensitive, count.moved || persons > 0 || sensitive > 0
		for in, more := range [2]int64{persons, sensitive} {
			if c.known && more > 0 && !count.tags[c.tags[in]] {
				count.tags[c.tags[in]] = true
				count.fresh = append(count.fresh, c.tags[in])
			}
		}
	}
	t.enter(w, c.d, c.i)
	return nil
}
