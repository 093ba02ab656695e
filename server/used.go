package server

import (
	"context"
	"time"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// recentSpan is how long a decision keeps what it rests on from being pruned
// without being named.
const recentSpan = registry.Time(30 * 24 * time.Hour / time.Microsecond)

// answeredWithin is more than passes from the now of a decision until it is
// recorded, if it was answered, with what the clocks of two servers may differ by.
const answeredWithin = registry.Time(time.Minute / time.Microsecond)

// recentUse finds what a decision of the last 30 days rests on. It keeps what it
// found: asked again, it reads only what may have been recorded since.
type recentUse struct {
	*core
	used   map[uint32]bool
	unused map[uint32]registry.Time // until when no decision was found
}

func newRecentUse(s *core) *recentUse {
	return &recentUse{core: s, used: map[uint32]bool{}, unused: map[uint32]registry.Time{}}
}

// of reports which of the numbers a recent decision rests on. It reads all of
// them until every number is found.
func (u *recentUse) of(ctx context.Context, numbers []uint32) (map[uint32]bool, error) {
	now := registry.At(u.now())
	from, open := now, map[uint32]bool{}
	for _, n := range numbers {
		if u.used[n] {
			continue
		}
		open[n] = true
		since := now - recentSpan
		if until := u.unused[n]; until != 0 {
			since = max(since, until-answeredWithin)
		}
		from = min(from, since)
	}
	for at := new(decisionPosition); at != nil && len(open) > 0; {
		var err error
		at, err = u.scan(ctx, decisionFilter{from: from}, *at, func(_ string, _ int64, entry []byte) (bool, error) {
			err := u.eachUsed(ctx, entry, func(n uint32) {
				if open[n] {
					u.used[n] = true
					delete(open, n)
				}
			})
			return len(open) > 0, err
		})
		if err != nil {
			return nil, err
		}
	}
	for n := range open {
		u.unused[n] = now
	}
	return u.used, nil
}

// ahead looks for what an apply would prune before it is its turn to write, so
// that other writes need not wait for the reading of 30 days. What is wrong with
// the apply itself is told in its turn.
func (u *recentUse) ahead(ctx context.Context, a *application) error {
	var unread error
	_, err := registry.PlanApply(ctx, u.store, a.nouns, registry.ApplyOptions{
		Prune: true, PruneUsed: a.options.GetPruneUsed(), Now: registry.At(u.now()),
		Used: func(ctx context.Context, numbers []uint32) (used map[uint32]bool, err error) {
			used, unread = u.of(ctx, numbers)
			return used, unread
		},
	})
	if err != nil && unread != nil {
		return err
	}
	return nil
}

// eachUsed gives the number of every record that a decision rests on: what it was
// asked of, what it relied upon, and what its reasons name.
func (s *core) eachUsed(ctx context.Context, entry []byte, use func(uint32)) error {
	e, err := ledger.DecodeDecision(entry)
	if err != nil {
		return err
	}
	q, snap, err := s.question(ctx, e)
	if err != nil {
		return err
	}
	d, err := decision.DecodeAnswer(e.Answer)
	if err != nil {
		return err
	}
	for _, n := range append(append(d.Agreements, d.Transfers...), d.Policy, d.Exporter, d.ConsentSource) {
		use(n)
	}
	for _, r := range d.Reasons {
		use(r.Record)
	}
	for _, w := range d.Waived {
		use(w.Exception)
	}
	for _, name := range append(q.Categories, q.Recipient, q.Deployment, q.Purpose, q.ServedPurpose, q.Assessment, q.AuthorityInstrument, q.ExceptionRecord, q.AcceptedPolicy) {
		use(snap.Number(name))
	}
	return nil
}
