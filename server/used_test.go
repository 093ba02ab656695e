package server

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"waybill/internal/ledger"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// watched tells of each reading of the ledger that goes far back, after it.
type watched struct {
	ledger Segments
	read   chan struct{}
	pass   chan struct{}
}

func (s watched) Segments(ctx context.Context, q ledger.SegmentQuery) ([]ledger.Segment, error) {
	segments, err := s.ledger.Segments(ctx, q)
	if q.MinNow != 0 && registry.Time(q.MinNow).Std().Before(time.Now().Add(-24*time.Hour)) {
		s.read <- struct{}{}
		<-s.pass
	}
	return segments, err
}

// pruned applies the small registry without its agreement.
func (w *world) pruned() <-chan error {
	var kept []*waybillv1.Resource
	for _, r := range smallRegistry() {
		if r.GetAgreement() == nil {
			kept = append(kept, r)
		}
	}
	done := make(chan error, 1)
	go func() {
		_, err := w.apply(registry.RoleLegal, &waybillv1.ApplyOptions{Prune: true}, kept...)
		done <- err
	}()
	return done
}

// TestPruneHoldsNobodyUp: while an apply reads 30 days of decisions, others write,
// and what was decided since it read is seen.
func TestPruneHoldsNobodyUp(t *testing.T) {
	w := newWorld(t)
	w.fill()
	slow := watched{w.store, make(chan struct{}), make(chan struct{})}
	w.server.segments = slow
	done := w.pruned()
	<-slow.read
	soon, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := w.recipients().ApproveRecipient(soon, &waybillv1.ApproveRecipientRequest{Name: "recipients/sf",
		Options: &waybillv1.WriteOptions{Reason: "again"}, DueDiligenceUntil: day("2098-01-01")}); err != nil {
		t.Errorf("a write beside it: %v", err)
	}
	w.check(deliveryQuestion())
	select {
	case slow.pass <- struct{}{}:
	case err := <-done:
		t.Fatal(err)
	}
	for {
		select {
		case <-slow.read:
			t.Error("it reads 30 days again")
			slow.pass <- struct{}{}
			continue
		case err := <-done:
			refused(t, err, codes.FailedPrecondition, "RECENTLY_USED")
		}
		break
	}
}

// TestPruneKeepsWhatWasClaimed: an accepted policy version, an instrument or the
// record of an exception that a question named was used by it.
func TestPruneKeepsWhatWasClaimed(t *testing.T) {
	w := newWorld(t)
	w.fill()
	for _, r := range smallRegistry() {
		if p := r.GetPolicy(); p != nil { // one that governs nobody yet
			p.Name, p.EffectiveTime = "policies/2090", day("2090-01-01")
			if _, err := w.apply(registry.RoleLegal, nil, res(p)); err != nil {
				t.Fatal(err)
			}
		}
	}
	q := deliveryQuestion()
	q.AcceptedPolicy = "2090"
	if d := w.check(q); d.GetPolicy() == "policies/2090" {
		t.Fatalf("%v", d)
	}
	const name = "policies/2090"
	rec, _, err := w.store.Get(t.Context(), name)
	if err != nil || rec[name].Number == 0 {
		t.Fatalf("%v: %v", rec, err)
	}
	used, err := newRecentUse(w.server.core).of(t.Context(), []uint32{rec[name].Number})
	if err != nil || !used[rec[name].Number] {
		t.Errorf("%v, %v", used, err)
	}
}
