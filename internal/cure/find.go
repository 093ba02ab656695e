package cure

import (
	"cmp"
	"context"
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// Step is one thing that is missing.
type Step struct {
	Class    decision.Class // EVIDENCE: the caller shows it; GAP: legal records it
	Field    string         // of the question ("question.consents"), or of the record
	Record   string         // the record, or the one to make; "" for the question
	Sentence string
	Codes    []decision.Code // the reasons that it answers, in the order of the catalogue
}

// Registry is what is read of the registry beside the snapshot.
type Registry interface {
	// Get returns the named records, absent names left out.
	Get(ctx context.Context, names ...string) (map[string]registry.Record, registry.Head, error)
	// List returns up to limit records of the collection after the name; a parent
	// narrows deployments.
	List(ctx context.Context, c registry.Collection, parent, after string, limit int) ([]registry.Record, registry.Head, error)
}

// maxRounds bounds how often what a step brings to light is answered by another.
const maxRounds = 12

// move is a step with what it does to the trial.
type move struct {
	Step
	key string // no two moves of one key
	do  func(*trial)
}

// Find returns the fewest steps that would make the share allowed, the caller's
// before legal's; none where it is allowed, or where no steps do. Its errors are
// those of the registry.
func Find(ctx context.Context, s *decision.Snapshot, r Registry, q *decision.Question, in decision.Inputs) ([]Step, error) {
	f := &finder{ctx: ctx, s: s, r: r, q: q, in: in, nouns: map[string]registry.Noun{}}
	moves, err := f.grow()
	if err != nil || len(moves) == 0 {
		return nil, err
	}
	for i := len(moves) - 1; i >= 0; i-- {
		without := slices.Delete(slices.Clone(moves), i, i+1)
		if ok, err := f.allowed(without); err != nil {
			return nil, err
		} else if ok {
			moves = without
		}
	}
	slices.SortStableFunc(moves, func(a, b move) int { return cmp.Compare(order(a.Class), order(b.Class)) })
	steps := make([]Step, len(moves))
	for i, m := range moves {
		slices.Sort(m.Codes)
		m.Codes = slices.Compact(m.Codes)
		steps[i] = m.Step
	}
	return steps, nil
}

// order puts first who can act at once.
func order(c decision.Class) int {
	if c == decision.EvidenceC {
		return 0
	}
	return 1
}

// finder is one search.
type finder struct {
	ctx   context.Context
	s     *decision.Snapshot
	r     Registry
	q     *decision.Question
	in    decision.Inputs
	nouns map[string]registry.Noun // as recorded, by name; nil for absent ones
	d     decision.Decision        // of the last trial
	err   error
}

// grow adds a move for every reason until the share is allowed; nil where a reason
// has none, or its move does not help.
func (f *finder) grow() ([]move, error) {
	var moves []move
	for range maxRounds {
		ok, err := f.allowed(moves)
		if err != nil || ok {
			return moves, err
		}
		before := len(moves)
		for i := range f.d.Reasons {
			m := f.answer(&f.d.Reasons[i])
			if f.err != nil {
				return nil, f.err
			}
			if m == nil {
				return nil, nil
			}
			if at := slices.IndexFunc(moves, func(o move) bool { return o.key == m.key }); at < 0 {
				moves = append(moves, *m)
			} else {
				moves[at].Codes = append(moves[at].Codes, m.Codes...)
			}
		}
		if len(moves) == before {
			return nil, nil
		}
	}
	return nil, nil
}

// allowed asks again with the moves made.
func (f *finder) allowed(moves []move) (bool, error) {
	t := &trial{finder: f, q: *f.q, puts: map[string]registry.Noun{}}
	t.q.Consents = slices.Clone(f.q.Consents)
	if f.in.Facts != nil {
		t.facts = *f.in.Facts
		t.facts.Consents = slices.Clone(t.facts.Consents)
	}
	for _, m := range moves {
		m.do(t)
	}
	if f.err != nil {
		return false, f.err
	}
	s, err := t.snapshot()
	if err != nil {
		return false, err
	}
	in := f.in
	in.Facts = &t.facts
	s.Check(&t.q, &in, &f.d)
	return f.d.Outcome == decision.Allowed, nil
}

// trial is a copy of question, facts and registry that moves are made in.
type trial struct {
	*finder
	q     decision.Question
	facts decision.Facts
	puts  map[string]registry.Noun
	names []string // of puts, in the order they were made
}

// snapshot returns the registry with what was put.
func (t *trial) snapshot() (*decision.Snapshot, error) {
	if len(t.names) == 0 {
		return t.s, nil
	}
	head := t.s.Head()
	head.Revision++
	next := head.NextNumber
	if next == 0 {
		next = 1 << 31 // a head of the past does not say; numbers past all others
	}
	var changes []registry.Change
	for _, name := range t.names {
		number := t.s.Number(name)
		if number == 0 {
			number = next
			next++
		}
		changes = append(changes, registry.Change{Revision: head.Revision, Operation: registry.Put, Name: name, Number: number, Noun: t.puts[name]})
	}
	return t.s.Apply(head, changes)
}

// put takes a noun into the trial.
func (t *trial) put(n registry.Noun) {
	name := n.ResourceName()
	if t.puts[name] == nil {
		t.names = append(t.names, name)
	}
	t.puts[name] = n
}

// recorded returns a noun as it stands, nil if there is none. It is not to be changed.
func (f *finder) recorded(name string) registry.Noun {
	if n, ok := f.nouns[name]; ok || name == "" || f.err != nil {
		return n
	}
	records, _, err := f.r.Get(f.ctx, name)
	if err != nil {
		f.err = err
		return nil
	}
	f.nouns[name] = nil
	if rec, ok := records[name]; ok {
		f.nouns[name] = rec.Noun
	}
	return f.nouns[name]
}

// edit returns a shallow copy of a noun as the trial has it, which was put; nil if
// there is none. Lists are replaced, never changed in place.
func edit[T any, P interface {
	*T
	registry.Noun
}](t *trial, name string) P {
	old, ok := t.puts[name].(P)
	if !ok {
		if old, ok = t.recorded(name).(P); !ok || old == nil {
			return nil
		}
	}
	n := P(new(T))
	*n = *old
	t.put(n)
	return n
}

// deployments returns the recipient's.
func (f *finder) deployments(recipient string) []*registry.Deployment {
	records, _, err := f.r.List(f.ctx, registry.Deployments, recipient, "", 1000)
	if err != nil {
		f.err = err
		return nil
	}
	var out []*registry.Deployment
	for _, r := range records {
		out = append(out, r.Noun.(*registry.Deployment))
	}
	return out
}
