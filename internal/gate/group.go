package gate

import (
	"sync"
	"sync/atomic"
	"time"

	"waybill/internal/ledger"
)

// addition is what one caller adds: entries one after another, with their ends,
// all of one instant.
type addition struct {
	entries    []byte
	ends       []uint32
	now        int64
	recipients []uint32
	tags       []byte // TagSize bytes each
	allowed    int
	denied     int
}

func (a *addition) reset(now int64) {
	a.entries, a.ends, a.recipients, a.tags = a.entries[:0], a.ends[:0], a.recipients[:0], a.tags[:0]
	a.allowed, a.denied, a.now = 0, 0, now
}

// group is what one commit makes durable. Callers add to it under the recorder's
// mutex, wait for done, read their results and leave; the last one lets it be
// used again.
type group struct {
	addition
	minNow, maxNow int64
	// deferred are decided by the group's commit, at the instant now; waiting is how
	// many entries they will be. plain is what the group held before the first try.
	deferred []*deferred
	waiting  int
	now      int64
	plain    mark
	// touch is held while the commit decides: until it is free, those whose wait ran
	// out may not take back their questions and answers.
	touch sync.Mutex
	// read is before the held facts were read that decided, and committed after the
	// commit. Both are written before done is closed.
	read, committed moment
	queued, room    int       // entries and bytes that were counted for it
	deadline        time.Time // hung means failed
	refs            atomic.Int32
	settled         atomic.Bool
	done            chan struct{} // closed when settled

	// The outcome, written before done is closed. hashes are the committer's until
	// then; after a failure nobody reads them.
	err    error
	shard  string
	first  int64
	hashes []ledger.Hash
}

// groups are used again with their memory. Those that grew very large are not.
var groups = sync.Pool{New: func() any { return new(group) }}

const maxPooledGroup = 4 << 20

// newGroup returns an empty group that its recorder holds.
func newGroup(deadline time.Time) *group {
	g := groups.Get().(*group)
	g.reset(0)
	g.minNow, g.maxNow = 0, 0
	clear(g.deferred)
	g.deferred, g.waiting, g.now, g.queued, g.room = g.deferred[:0], 0, 0, 0, 0
	g.read, g.committed = moment{}, moment{}
	g.deadline, g.done = deadline, make(chan struct{})
	g.err, g.shard, g.first = nil, "", 0
	g.settled.Store(false)
	g.refs.Store(1)
	return g
}

// add adds a's entries and counts its caller in. It returns the place of the first.
func (g *group) add(a *addition) int {
	g.refs.Add(1)
	return g.append(a)
}

// append adds a's entries and returns the place of the first.
func (g *group) append(a *addition) int {
	first, base := len(g.ends), uint32(len(g.entries))
	if first == 0 {
		g.minNow = a.now
	}
	g.maxNow = a.now
	g.entries = append(g.entries, a.entries...)
	for _, e := range a.ends {
		g.ends = append(g.ends, base+e)
	}
	g.recipients = append(g.recipients, a.recipients...)
	g.tags = append(g.tags, a.tags...)
	g.allowed += a.allowed
	g.denied += a.denied
	return first
}

// mark is where a group stands, to go back to.
type mark struct {
	entries, ends, recipients, tags, allowed, denied int
	minNow, maxNow                                   int64
}

func (g *group) mark() mark {
	return mark{len(g.entries), len(g.ends), len(g.recipients), len(g.tags), g.allowed, g.denied, g.minNow, g.maxNow}
}

// back drops what was added since the mark.
func (g *group) back(m mark) {
	g.entries, g.ends, g.recipients, g.tags = g.entries[:m.entries], g.ends[:m.ends], g.recipients[:m.recipients], g.tags[:m.tags]
	g.allowed, g.denied, g.minNow, g.maxNow = m.allowed, m.denied, m.minNow, m.maxNow
}

// hold lets the commit touch what its callers asked with, until touch is unlocked;
// not when their wait ran out.
func (g *group) hold() bool {
	g.touch.Lock()
	if g.settled.Load() {
		g.touch.Unlock()
		return false
	}
	return true
}

// failed returns the error of a group that failed, when nothing touches what its
// caller asked with any more.
func (g *group) failed() error {
	g.touch.Lock()
	defer g.touch.Unlock()
	return g.err
}

// leave counts the recorder or a caller out.
func (g *group) leave() {
	if g.refs.Add(-1) == 0 && cap(g.entries) <= maxPooledGroup {
		groups.Put(g)
	}
}

// settle fails the group, unless it has its outcome.
func (g *group) settle(err error) {
	if g.settled.CompareAndSwap(false, true) {
		g.err = err
		close(g.done)
	}
}

// place says where the group stands, unless it failed.
func (g *group) place(shard string, first int64) {
	if g.settled.CompareAndSwap(false, true) {
		g.shard, g.first = shard, first
		close(g.done)
	}
}
