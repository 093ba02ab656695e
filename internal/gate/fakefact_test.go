package gate

import (
	"context"
	"maps"

	"waybill/internal/ledger"
	"waybill/internal/registry"
)

func (m *memory) AnyFacts(context.Context) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return false, errAway
	}
	return len(m.facts) > 0, nil
}

func (m *memory) Facts(_ context.Context, tags []ledger.Tag) (rows []ledger.HeldFacts, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return nil, errAway
	}
	for _, t := range tags {
		if row, ok := m.facts[t]; ok {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func (m *memory) Counters(_ context.Context, exporter uint32, _ int32, tags []ledger.Tag) (c ledger.Counter, counted []ledger.Tag, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range tags {
		if m.counted[t] {
			counted = append(counted, t)
		}
	}
	return m.counters[exporter], counted, nil
}

func (m *memory) ForgetRequests(context.Context, int64, int) (int64, error) { return 0, nil }

// Begin opens a transaction that is written when it is appended. Its counters are
// of one year.
func (m *memory) Begin(context.Context) (ledger.Tx, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return nil, errAway
	}
	return &memoryTx{m: m, facts: map[ledger.Tag]ledger.HeldFacts{}, requests: map[ledger.Tag]ledger.FactRequest{},
		counters: map[uint32]ledger.Counter{}, counted: map[ledger.Tag]bool{}}, nil
}

type memoryTx struct {
	m        *memory
	facts    map[ledger.Tag]ledger.HeldFacts
	requests map[ledger.Tag]ledger.FactRequest
	counters map[uint32]ledger.Counter
	counted  map[ledger.Tag]bool
}

func (t *memoryTx) LockFacts(ctx context.Context, tags []ledger.Tag) ([]ledger.HeldFacts, error) {
	return t.m.Facts(ctx, tags)
}

func (t *memoryTx) PutFacts(_ context.Context, rows []ledger.HeldFacts, before map[ledger.Tag]int64) error {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	for _, r := range rows {
		if t.m.facts[r.Tag].Sequence != before[r.Tag] {
			return registry.Errorf(registry.Aborted, "FACTS_MOVED", "moved")
		}
		t.facts[r.Tag] = r
	}
	return nil
}

func (t *memoryTx) Remember(_ context.Context, requests []ledger.FactRequest) (known []ledger.FactRequest, err error) {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	for _, r := range requests {
		if k, ok := t.m.requests[r.Tag]; ok {
			known = append(known, k)
		}
		t.requests[r.Tag] = r
	}
	return known, nil
}

func (t *memoryTx) LockCounter(_ context.Context, exporter uint32, _ int32) (ledger.Counter, error) {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	return t.m.counters[exporter], nil
}

func (t *memoryTx) Counted(ctx context.Context, tags []ledger.Tag) ([]ledger.Tag, error) {
	_, counted, err := t.m.Counters(ctx, 0, 0, tags)
	return counted, err
}

func (t *memoryTx) Count(_ context.Context, exporter uint32, _ int32, c ledger.Counter, tags []ledger.Tag) error {
	t.counters[exporter] = c
	for _, tag := range tags {
		t.counted[tag] = true
	}
	return nil
}

func (t *memoryTx) Append(ctx context.Context, seg ledger.Segment, prev, next ledger.ShardHead) error {
	return t.m.append(ctx, seg, prev, next, func() {
		maps.Copy(t.m.facts, t.facts)
		maps.Copy(t.m.requests, t.requests)
		maps.Copy(t.m.counters, t.counters)
		maps.Copy(t.m.counted, t.counted)
	})
}

func (t *memoryTx) Rollback() error { return nil }
