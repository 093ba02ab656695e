package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
)

// Request is a write that is not yet checked.
type Request struct {
	// Put are nouns, each with its full state after. They are not changed.
	Put []Noun
	// Delete are names to withdraw.
	Delete []string
	// Etags are the states that the write was made against, by name; "" is any.
	Etags map[string]string
	// MustExist asks that every noun put is there, MustNotExist that none is.
	MustExist, MustNotExist bool
	// EditTokens takes the tokens of principals as given; otherwise those that
	// are stored stay, whatever is given.
	EditTokens bool
	// Now is the time at which limits are counted.
	Now Time
}

// prepareAttempts is how often a preparation starts again because the registry moved.
const prepareAttempts = 8

// Etag names a record's state: hex of the first 8 bytes of SHA-256 over its
// number (4 bytes) and its revision (8 bytes), big-endian.
func Etag(rec Record) string {
	b := binary.BigEndian.AppendUint32(nil, rec.Number)
	b = binary.BigEndian.AppendUint64(b, uint64(rec.Revision))
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// Prepare checks a write against the registry and returns the head that it was
// checked at and the edits to commit there: nouns with their wildcards expanded,
// what is named first, then deletions in the reverse order. What would change
// nothing is left out, so there may be no edit.
//
// Errors are *Error; with several nouns put, fields begin with resources[i].
// Invalid FIELD_INVALID; Precondition DANGLING_NAME, AGREEMENT_SIGNED,
// STATE_INVALID, IN_USE, CYCLE; NotFound NOT_FOUND; Exists ALREADY_EXISTS;
// Aborted ETAG_MISMATCH, and REVISION_MOVED if the registry never stood still;
// and whatever the store returns.
func Prepare(ctx context.Context, r Store, req Request) (Head, []Edit, error) {
	for range prepareAttempts {
		v := &storeView{store: r}
		w, err := prepare(ctx, v, req, len(req.Put) > 1)
		if errors.Is(err, errMoved) {
			continue
		}
		if err != nil {
			return Head{}, nil, err
		}
		if !v.read {
			if v.head, err = r.Head(ctx); err != nil {
				return Head{}, nil, err
			}
		}
		return v.head, w.edits(), nil
	}
	return Head{}, nil, Errorf(Aborted, "REVISION_MOVED", "the registry changed again and again while the write was checked")
}

// put is one noun of a write.
type put struct {
	index   int
	noun    ruled  // a copy
	body    []byte // its canonical bytes, once its expansions are filled
	before  Record // its noun is nil if it is new
	changed []string
	refs    []Reference
}

func (p *put) name() string { return p.noun.ResourceName() }
func (p *put) exists() bool { return p.before.Noun != nil }

// write is a request under check: the registry as it will be is the view with
// deletes taken out and puts laid over it.
type write struct {
	view    view
	req     Request
	indexed bool
	all     []*put // in the order of the request
	puts    []*put // those that change something
	byName  map[string]*put
	deletes map[string]Record
	known   map[string]Record // what was read
	asked   map[string]bool   // whether a name was read, found or not
	lists   map[[2]string][]string
	hints   int
}

func prepare(ctx context.Context, v view, req Request, indexed bool) (*write, error) {
	w := &write{
		view: v, req: req, indexed: indexed,
		byName: map[string]*put{}, deletes: map[string]Record{},
		known: map[string]Record{}, asked: map[string]bool{}, lists: map[[2]string][]string{},
	}
	for _, step := range []func(context.Context) error{
		w.take, w.load, w.stand, w.dangling, w.expand, w.compare, w.immutable, w.relate, w.linkage, w.cycles, w.inUse, w.order,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// take copies the nouns and checks each on its own.
func (w *write) take(context.Context) error {
	var ps problems
	for i, n := range w.req.Put {
		p := &put{index: i}
		fs, err := fieldsOf(n, w.req.Now)
		if err != nil {
			return err
		}
		p.noun = n.(ruled)
		ps.add(p, fs...)
		body, err := Encode(n)
		if err != nil {
			return err
		}
		// Reading the bytes back copies the noun as a change will hold it.
		again, err := Decode(n.Collection(), body)
		if err != nil {
			return &Error{Kind: Invalid, Reason: "FIELD_INVALID", Message: titleOf(n) + " cannot be recorded: a text of it is not UTF-8", Err: err}
		}
		p.noun = again.(ruled)
		if w.byName[n.ResourceName()] != nil {
			ps.add(p, FieldError{n.Collection().String() + ".name", "a name that is given once"})
			continue
		}
		w.byName[n.ResourceName()] = p
		w.all = append(w.all, p)
	}
	if err := w.refuse(Invalid, "FIELD_INVALID", "refused", ps); err != nil {
		return err
	}
	for _, d := range w.req.Delete {
		c, ok := CollectionOf(d)
		switch {
		case !ok:
			return fieldErrors{{"name", "the full name of a record: agreements/sf-2025"}}.err("the deletion")
		case c == SettingsOf:
			return fieldErrors{{"name", "any other record: the settings cannot be deleted"}}.err("the deletion")
		case w.byName[d] != nil:
			return fieldErrors{{"name", "a name that is either put or deleted"}}.err(d)
		}
		w.deletes[d] = Record{}
	}
	return nil
}

// load reads the records of the write and of all that they name in one call.
func (w *write) load(ctx context.Context) error {
	var names []string
	for _, p := range w.all {
		p.refs = References(p.noun)
		names = append(names, p.name())
		for _, r := range p.refs {
			if !r.Covered { // given by a caller, and to be replaced
				names = append(names, r.Name)
			}
		}
	}
	for d := range w.deletes {
		names = append(names, d)
	}
	slices.Sort(names)
	return w.fetch(ctx, slices.Compact(names))
}

// fetch reads what was not yet read.
func (w *write) fetch(ctx context.Context, names []string) error {
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return w.asked[n] })
	got, err := w.view.get(ctx, names)
	if err != nil {
		return err
	}
	for _, n := range names {
		w.asked[n] = true
	}
	for n, r := range got {
		w.known[n] = r
	}
	return nil
}

// look returns a noun as it will stand, nil if there is none. It must have been fetched.
func (w *write) look(name string) Noun {
	if p := w.byName[name]; p != nil {
		return p.noun
	}
	if _, gone := w.deletes[name]; gone {
		return nil
	}
	return w.known[name].Noun
}

// stand checks what must or must not be there, and the etags.
func (w *write) stand(ctx context.Context) error {
	for _, p := range w.all {
		p.before = w.known[p.name()]
		switch {
		case w.req.MustExist && !p.exists():
			return w.notFound(ctx, p.name())
		case w.req.MustNotExist && p.exists():
			return &Error{Kind: Exists, Reason: "ALREADY_EXISTS", Message: p.name() + " is there already"}
		}
		if err := w.etag(p.name(), p.before); err != nil {
			return err
		}
	}
	for _, d := range w.req.Delete {
		rec, ok := w.known[d]
		if !ok {
			return w.notFound(ctx, d)
		}
		w.deletes[d] = rec
		if err := w.etag(d, rec); err != nil {
			return err
		}
	}
	return nil
}

func (w *write) etag(name string, rec Record) error {
	want := w.req.Etags[name]
	if want == "" || rec.Noun != nil && want == Etag(rec) {
		return nil
	}
	return Errorf(Aborted, "ETAG_MISMATCH", "%s changed since it was read: read it again", name)
}

func (w *write) notFound(ctx context.Context, name string) error {
	c, _ := CollectionOf(name)
	hint, err := w.hint(ctx, c, name)
	if err != nil {
		return err
	}
	return Errorf(NotFound, "NOT_FOUND", "there is no %s of this name%s", c, hint)
}

// compare finds what changes, and drops what does not.
func (w *write) compare(context.Context) error {
	for _, p := range w.all {
		var err error
		if p.body, err = Encode(p.noun); err != nil {
			return err
		}
		if p.exists() {
			before, err := Encode(p.before.Noun)
			if err != nil {
				return err
			}
			if bytes.Equal(before, p.body) {
				continue
			}
			if p.changed, err = changedFields(p.noun.Collection(), before, p.body); err != nil {
				return err
			}
		}
		w.puts = append(w.puts, p)
	}
	return nil
}

// expand carries over what is not a caller's to state, and expands wildcards.
func (w *write) expand(ctx context.Context) error {
	var ps problems
	for _, p := range w.all {
		var before []grant
		if p.exists() {
			before = p.before.Noun.(ruled).grants()
		}
		if n, ok := p.noun.(*Principal); ok && !w.req.EditTokens {
			n.Tokens = nil
			if was, ok := p.before.Noun.(*Principal); ok {
				n.Tokens = slices.Clone(was.Tokens)
			}
		}
		open, left := keep(p.noun.grants(), before)
		if len(open) > 0 {
			categories, err := w.names(ctx, Categories, "")
			if err != nil {
				return err
			}
			c := &checks{root: p.noun.Collection().String() + "."}
			for _, g := range open {
				var restored bool
				if left, restored = g.restore(left, categories); !restored {
					*g.covered = g.expansion(c, categories)
				}
			}
			ps.add(p, c.errs...)
		}
		p.refs = References(p.noun)
	}
	return w.refuse(Invalid, "FIELD_INVALID", "refused", ps)
}

// approvedExpected is what a field is told that two offices approved as it is.
const approvedExpected = "as both approved it, or a later approve_time, when both approved what changes"

// immutable refuses to change what was signed, took effect, was approved by two,
// terminated or revoked.
func (w *write) immutable(context.Context) error {
	var signed, effective, approved, final problems
	for _, p := range w.puts {
		root := p.noun.Collection().String() + "."
		switch was := p.before.Noun.(type) {
		case *Agreement:
			for _, f := range was.fixed(p.changed) {
				signed.add(p, FieldError{root + f, "as it was signed; amend the agreement by a new one whose amends is " + p.name()})
			}
		case *Policy:
			fixed, err := was.fixed(p.noun.(*Policy), p.changed, w.req.Now)
			if err != nil {
				return err
			}
			for _, f := range fixed {
				effective.add(p, FieldError{root + f.Field, f.Expected})
			}
		case *Recipient:
			if past(was.TerminateTime, w.req.Now) && p.noun.(*Recipient).TerminateTime != was.TerminateTime {
				final.add(p, FieldError{root + "terminate_time", was.TerminateTime.String() + ", as recorded: a termination is for good"})
			}
		case *Transfer:
			if past(was.RevokeTime, w.req.Now) && p.noun.(*Transfer).RevokeTime != was.RevokeTime {
				final.add(p, FieldError{root + "revoke_time", was.RevokeTime.String() + ", as recorded: a revocation is for good"})
			}
		case *Instrument:
			is := p.noun.(*Instrument)
			if past(was.RevokeTime, w.req.Now) && is.RevokeTime != was.RevokeTime {
				final.add(p, FieldError{root + "revoke_time", was.RevokeTime.String() + ", as recorded: a revocation is for good"})
			}
			for _, f := range was.fixed(is, p.changed, w.req.Now) {
				approved.add(p, FieldError{root + f, approvedExpected})
			}
		case *ExceptionRecord:
			for _, f := range was.fixed(p.noun.(*ExceptionRecord), p.changed, w.req.Now) {
				approved.add(p, FieldError{root + f, approvedExpected})
			}
		}
	}
	if err := w.refuse(Precondition, "AGREEMENT_SIGNED", "signed by both sides; amend it", signed); err != nil {
		return err
	}
	if err := w.refuse(Precondition, "STATE_INVALID", "took effect already; amend it by a new version", effective); err != nil {
		return err
	}
	if err := w.refuse(Precondition, "STATE_INVALID", "approved by two offices; both must approve what changes", approved); err != nil {
		return err
	}
	if err := w.refuse(Precondition, "STATE_INVALID", "final as recorded", final); err != nil {
		return err
	}
	var history []string
	for name, rec := range w.deletes {
		if n, ok := rec.Noun.(*Policy); ok && past(n.EffectiveTime, w.req.Now) {
			history = append(history, name)
		}
	}
	if len(history) == 0 {
		return nil
	}
	slices.Sort(history)
	return &Error{
		Kind: Precondition, Reason: "STATE_INVALID", Metadata: map[string]string{"resource": history[0]},
		Message: someOf(history) + " took effect already and cannot be deleted: what people were told rests on it; amend it by a new version",
	}
}

// edits returns what is to be committed.
func (w *write) edits() []Edit {
	var edits []Edit
	for _, p := range w.puts {
		edits = append(edits, Edit{Name: p.name(), Noun: p.noun, Number: p.before.Number})
	}
	for _, d := range w.deletions() {
		edits = append(edits, Edit{Name: d, Number: w.deletes[d].Number})
	}
	return edits
}

// Assemble checks nouns as a registry of their own, as Prepare does for an empty
// one, and returns its records at revision 1: expanded, numbered from 1, what is
// named before what names it. It is how files are judged without a store.
func Assemble(ctx context.Context, nouns []Noun, now Time) ([]Record, error) {
	w, err := prepare(ctx, &foldView{}, Request{Put: nouns, Now: now}, true)
	if err != nil {
		return nil, err
	}
	records := make([]Record, len(w.puts))
	for i, p := range w.puts {
		records[i] = Record{Noun: p.noun, Number: uint32(i + 1), Revision: 1, CreateTime: now, UpdateTime: now}
	}
	return records, nil
}
