package gate

import (
	"sync"
	"time"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// writing is the working memory of one check or batch: its entries, before they
// are added to a group.
type writing struct {
	addition
	entry     ledger.DecisionEntry
	in        decision.Inputs
	view      *View
	observe   registry.Time // the principal observes until then
	request   [TagSize]byte
	question  []byte
	answer    []byte
	facts     []byte
	counters  []byte
	keys      *Keys
	key       *key // of the month of now
	requestID string
	q         *decision.Question // whose texts are being tagged
	subjectAt int                // in tags, of the tag of q's subject; -1 before it was made
	tag       func([]byte, string) []byte
}

var writings = sync.Pool{New: func() any { return newWriting() }}

func newWriting() *writing {
	w := &writing{}
	w.tag = w.tagText
	return w
}

// maxPooledWriting is the most that a writing keeps of a large batch.
const maxPooledWriting = 1 << 20

// free gives the memory back without what it referred to.
func (w *writing) free() {
	w.forget()
	if cap(w.entries) <= maxPooledWriting {
		writings.Put(w)
	}
}

func (w *writing) forget() {
	w.view, w.keys, w.key, w.q, w.requestID = nil, nil, nil, nil, ""
	w.in, w.entry = decision.Inputs{}, ledger.DecisionEntry{}
}

// begin prepares what all entries of one call share. The principal is judged as
// it stands in the view that decides.
func (w *writing) begin(keys *Keys, v *View, p decision.Principal, requestID string) error {
	until, err := v.observes(p)
	if err != nil {
		return err
	}
	w.view, w.observe, w.keys, w.requestID = v, until, keys, requestID
	w.in.Principal = p.Number
	w.entry = ledger.DecisionEntry{
		Version: ledger.Version, Edition: decision.Edition, Epoch: v.Head.Epoch, Revision: v.Head.Revision, ChangeRoot: v.Head.Root,
		Principal: p.Number,
	}
	return nil
}

// start empties the memory for entries at an instant, tagged by its key.
func (w *writing) start(now int64) error {
	w.reset(now)
	k := w.keys.at(time.UnixMicro(now))
	if k == nil {
		return errLedger
	}
	if k != w.key {
		w.key, w.entry.KeyID = k, k.ID
		if w.requestID != "" {
			w.entry.RequestID = k.tag(w.request[:0], w.requestID)
		}
	}
	return nil
}

// observes returns until when the principal is under observe in this view.
func (v *View) observes(p decision.Principal) (registry.Time, error) {
	if p.Number == 0 {
		return p.ObserveUntil, nil
	}
	now, ok := v.Snapshot.Principal(p.Number)
	if !ok {
		return 0, errToken
	}
	return now.ObserveUntil, nil
}

// mode returns the mode of an answer at an instant.
func mode(observeUntil, now registry.Time) uint8 {
	if observeUntil > now {
		return Observe
	}
	return Enforce
}

// tagText appends the tag of a text of the question, and keeps its subject's.
func (w *writing) tagText(dst []byte, text string) []byte {
	if text != w.q.Subject {
		return w.key.tag(dst, text)
	}
	if w.subjectAt < 0 {
		w.subjectAt = len(w.tags)
		w.tags = w.key.tag(w.tags, text)
	}
	return append(dst, w.tags[w.subjectAt:w.subjectAt+TagSize]...)
}

// decide decides one question at w.now into a, and appends its entry. A question
// that is counted is not for it: it returns errTogether.
func (w *writing) decide(q *decision.Question, a *Answer) error {
	if err := w.judge(q, a); err != nil {
		return err
	}
	if a.Decision.Countable {
		return errTogether
	}
	w.enter(q, a)
	return nil
}

// check is the decision; tests put their own in its place.
var check = (*decision.Snapshot).Check

// judge decides one question at w.now, by w.in, into a.
func (w *writing) judge(q *decision.Question, a *Answer) error {
	d := &a.Decision
	d.Tracing = false
	w.in.Now = registry.Time(w.now)
	check(w.view.Snapshot, q, &w.in, d)
	if d.Refusal != decision.NotRefused {
		return errRegime
	}
	a.View, a.Mode = w.view, mode(w.observe, w.in.Now)
	return nil
}

// enter appends the entry of what was judged last.
func (w *writing) enter(q *decision.Question, a *Answer) {
	d := &a.Decision
	w.q, w.subjectAt = q, -1
	w.question = decision.AppendQuestion(w.question[:0], w.view.Snapshot, q, d, w.tag)
	w.answer = decision.AppendAnswer(w.answer[:0], d)
	w.entry.Now, w.entry.Mode, w.entry.Question, w.entry.Answer = w.now, a.Mode, w.question, w.answer
	if w.in.Facts != nil || w.in.Counters != nil || len(w.entry.Facts) > 0 || len(w.entry.Counters) > 0 {
		w.enterInputs()
	}
	w.entries = ledger.AppendDecision(w.entries, &w.entry)
	w.ends = append(w.ends, uint32(len(w.entries)))
	if d.Recipient != 0 {
		w.recipients = append(w.recipients, d.Recipient)
	}
	if d.Outcome == decision.Allowed {
		w.allowed++
	} else {
		w.denied++
	}
}

// enterInputs writes what was read of the ledger.
func (w *writing) enterInputs() {
	w.facts = decision.AppendFacts(w.facts[:0], w.in.Facts, w.tag)
	w.counters = decision.AppendCounters(w.counters[:0], w.in.Counters)
	w.entry.Facts, w.entry.Counters = w.facts, w.counters
	if w.in.Facts != nil {
		w.tags = append(w.tags, w.in.Facts.Tag[:]...)
	}
}

var errRegime = &registry.Error{
	Kind: registry.Invalid, Reason: "REGIME_NOT_JUDGED", Message: "the question would fall under the law of the United Kingdom, which edition 1 does not judge",
	Fields: []registry.FieldError{{Field: "question.subject_regions", Expected: "regions outside GB, and an exporter that is not established there"}},
}

// optimistic is how often a check decides without the recorder's mutex before it
// decides under it.
const optimistic = 3

// record decides q at an instant that is not before any entry, and adds its entry
// to a group. Where another entry with a later now comes between, it decides again
// at that instant.
func (g *Gate) record(w *writing, at time.Time, q *decision.Question, a *Answer) (*group, int, error) {
	r := g.rec
	for range optimistic {
		if err := g.decideAt(w, at, q, a); err != nil {
			return nil, 0, err
		}
		r.mu.Lock()
		grp, i, err := r.add(&w.addition)
		r.mu.Unlock()
		if err != nil || grp != nil {
			return grp, i, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := g.decideAt(w, at, q, a); err != nil {
		return nil, 0, err
	}
	return r.add(&w.addition)
}

func (g *Gate) decideAt(w *writing, at time.Time, q *decision.Question, a *Answer) error {
	now, err := g.instant(w.view, at)
	if err != nil {
		return err
	}
	if err := w.start(now); err != nil {
		return err
	}
	return w.decide(q, a)
}

// recordBatch decides the questions under the recorder's mutex: a batch takes so
// long that others would come between again and again.
func (g *Gate) recordBatch(w *writing, at time.Time, qs []decision.Question, as []Answer) (*group, int, error) {
	r := g.rec
	r.mu.Lock()
	defer r.mu.Unlock()
	now, err := g.instant(w.view, at)
	if err != nil {
		return nil, 0, err
	}
	if err := w.start(now); err != nil {
		return nil, 0, err
	}
	for i := range qs {
		if err := w.decide(&qs[i], &as[i]); err != nil {
			return nil, 0, err
		}
	}
	return r.add(&w.addition)
}

// instant returns the now of a check that began at a time: never before the last
// entry, nor before the view's newest change. A clock that lies further behind what
// was recorded than two clocks may differ is not trusted.
func (g *Gate) instant(v *View, at time.Time) (int64, error) {
	now, last := at.UnixMicro(), g.rec.lastNow.Load()
	if last-now > ahead.Microseconds() {
		return 0, errClock
	}
	return max(int64(v.instant(registry.Time(now))), last), nil
}
