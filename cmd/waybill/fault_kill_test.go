//go:build linux

package main

import (
	"math/rand/v2"
	"testing"
	"time"
)

// kill kills the server under load, round after round over one registry
// (reliability F13). The restart needs no hand; what clients were told stands.
func (f *faults) kill(t *testing.T, s *site) {
	k := &told{}
	var slowest time.Duration
	var r recorded
	p := s.start()
	for round := range f.rounds {
		answers, changes := len(k.receipts), len(k.changes)
		l := p.begin(k, false)
		l.warm(100, 3)
		time.Sleep(rand.N(600 * time.Millisecond))
		p.kill()
		l.done.Wait()

		p = s.start()
		slowest = max(slowest, p.tookOff)
		l.settle(p)
		p.seen(k, 8)
		p.stop()
		s.doctor()
		r = s.audit(k)
		t.Logf("round %d: %d answers and %d changes were told and stand", round+1, len(k.receipts)-answers, len(k.changes)-changes)
		if t.Failed() {
			t.FailNow()
		}
		p = s.start()
	}
	p.stop()
	t.Logf("%d rounds: %d answers and %d changes told, none lost; %d entries in %d shards, %d of callers that had gone; slowest start %v",
		f.rounds, len(k.receipts), len(k.changes), r.decisions, r.shards, r.surplus, slowest)
}
