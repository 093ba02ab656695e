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

// recentlyUsed reports which of the numbers a decision of the last 30 days rests
// on. It reads all of them until every number is found.
func (s *core) recentlyUsed(ctx context.Context, numbers []uint32) (map[uint32]bool, error) {
	used := make(map[uint32]bool, len(numbers))
	open := make(map[uint32]bool, len(numbers))
	for _, n := range numbers {
		open[n] = true
	}
	f := decisionFilter{from: registry.At(s.now()) - recentSpan}
	for at := new(decisionPosition); at != nil && len(open) > 0; {
		var err error
		at, err = s.scan(ctx, f, *at, func(_ string, _ int64, entry []byte) (bool, error) {
			err := s.eachUsed(ctx, entry, func(n uint32) {
				if open[n] {
					used[n] = true
					delete(open, n)
				}
			})
			return len(open) > 0, err
		})
		if err != nil {
			return nil, err
		}
	}
	return used, nil
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
	for _, name := range append(q.Categories, q.Recipient, q.Deployment, q.Purpose, q.ServedPurpose, q.Assessment) {
		use(snap.Number(name))
	}
	return nil
}
