package registry

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// ApplyOptions say how nouns are applied.
type ApplyOptions struct {
	// Prune withdraws what is held and not wanted. It deletes; it never records a
	// termination. Principals and the settings stay.
	Prune bool
	// PruneUsed are names to withdraw although a recent decision rests on them.
	PruneUsed []string
	// Used reports which of the numbers a decision of the last 30 days rests on.
	// Without it every row to withdraw counts as used.
	Used func(ctx context.Context, numbers []uint32) (map[uint32]bool, error)
	// Now is the time at which limits are counted.
	Now Time
}

// PlanAction is what a plan does with a noun, numbered as the contract.
type PlanAction uint8

// The actions.
const (
	PlanAdd    PlanAction = 1
	PlanChange PlanAction = 2
	PlanRemove PlanAction = 3
	PlanAbsent PlanAction = 4 // held and not wanted, and left alone
)

// PlanItem is one line of a plan. Fields are the changed fields of a PlanChange.
type PlanItem struct {
	Action PlanAction
	Name   string
	Fields []string
}

// Plan is the difference between the registry at Head and what is wanted.
type Plan struct {
	Head  Head
	Items []PlanItem
	Edits []Edit // in the order in which they can be written; empty if nothing differs
	// Etag binds the head's revision and the edits: who applies with it writes
	// just what was shown.
	Etag string
}

// PlanApply compares the wanted nouns with the whole registry. Errors are those
// of Prepare, with fields that begin with resources[i]., and Precondition
// RECENTLY_USED if a row to withdraw was used and is not named in PruneUsed.
func PlanApply(ctx context.Context, r Store, nouns []Noun, opt ApplyOptions) (*Plan, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	held, err := newFoldView(ctx, r, head)
	if err != nil {
		return nil, err
	}
	absent := held.absent(nouns)
	req := Request{Put: nouns, Now: opt.Now}
	if opt.Prune {
		req.Delete = absent
	}
	w, err := prepare(ctx, held, req, true)
	if err != nil {
		return nil, err
	}
	if err := w.recentlyUsed(ctx, opt); err != nil {
		return nil, err
	}
	p := &Plan{Head: head, Edits: w.edits()}
	for _, q := range w.puts {
		if q.exists() {
			p.Items = append(p.Items, PlanItem{PlanChange, q.name(), q.changed})
		} else {
			p.Items = append(p.Items, PlanItem{Action: PlanAdd, Name: q.name()})
		}
	}
	for _, d := range w.deletions() {
		p.Items = append(p.Items, PlanItem{Action: PlanRemove, Name: d})
	}
	if !opt.Prune {
		for _, n := range absent {
			p.Items = append(p.Items, PlanItem{Action: PlanAbsent, Name: n})
		}
	}
	p.Etag = w.digest(head)
	return p, nil
}

// absent returns what is held, not wanted and could be withdrawn, in the order
// of a fold.
func (v *foldView) absent(nouns []Noun) []string {
	wanted := make(map[string]bool, len(nouns))
	for _, n := range nouns {
		if n != nil {
			wanted[n.ResourceName()] = true
		}
	}
	var absent []string
	for _, c := range Collections {
		if c == Principals || c == SettingsOf {
			continue
		}
		for _, n := range v.byName[c] {
			if !wanted[n] {
				absent = append(absent, n)
			}
		}
	}
	return absent
}

func (w *write) recentlyUsed(ctx context.Context, opt ApplyOptions) error {
	if len(w.deletes) == 0 {
		return nil
	}
	var used map[uint32]bool
	if opt.Used != nil {
		var numbers []uint32
		for _, rec := range w.deletes {
			numbers = append(numbers, rec.Number)
		}
		slices.Sort(numbers)
		var err error
		if used, err = opt.Used(ctx, numbers); err != nil {
			return err
		}
	}
	var refused []string
	e := &Error{Kind: Precondition, Reason: "RECENTLY_USED"}
	for _, d := range w.deletions() {
		if (opt.Used == nil || used[w.deletes[d].Number]) && !slices.Contains(opt.PruneUsed, d) {
			refused = append(refused, d)
			e.Fields = append(e.Fields, FieldError{"options.prune_used", d + ", if it is to be withdrawn although a recent decision rests on it"})
		}
	}
	if len(refused) == 0 {
		return nil
	}
	e.Message = "decisions of the last 30 days rest on " + someOf(refused)
	return e
}

// digest is hex of the first 16 bytes of SHA-256 over the head and the edits.
func (w *write) digest(h Head) string {
	d := sha256.New()
	frame := func(b []byte) {
		d.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		d.Write(b)
	}
	frame([]byte(h.Epoch))
	d.Write(binary.BigEndian.AppendUint64(nil, uint64(h.Revision)))
	for _, p := range w.puts {
		frame([]byte(p.name()))
		frame(p.body)
	}
	for _, n := range w.deletions() {
		frame([]byte(n))
		frame(nil)
	}
	return hex.EncodeToString(d.Sum(nil)[:16])
}
