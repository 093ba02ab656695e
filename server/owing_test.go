package server

import (
	"strings"
	"testing"
	"time"

	"waybill/internal/duty"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// opened waits for the duties that the gate opened.
func (w *world) opened(want int) []duty.Duty {
	w.t.Helper()
	var got []duty.Duty
	for range 100 {
		all, err := w.server.duties.Duties(w.t.Context(), duty.Query{})
		if err != nil {
			w.t.Fatal(err)
		}
		got = got[:0]
		for _, d := range all {
			if d.OpenedBy == "gate" {
				got = append(got, d)
			}
		}
		if len(got) >= want {
			return got
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.t.Fatalf("%d duties are opened, want %d", len(got), want)
	return nil
}

// TestFactsArePropagated: who received a person's data is to be told of an erasure
// and of a correction; who received nothing, and another person's recipients, not.
// The ledger read again opens nothing twice.
func TestFactsArePropagated(t *testing.T) {
	w := newWorld(t)
	w.fill()
	// What is held of a person is named by the shares that follow.
	for _, s := range []string{"customer-17", "customer-18"} {
		if _, err := w.writeFacts(registry.RoleLegal, "", heldConsent(s)); err != nil {
			t.Fatal(err)
		}
	}
	if d := w.check(deliveryQuestion()); d.GetOutcome() != waybillv1.Outcome_OUTCOME_ALLOWED {
		t.Fatalf("%v", d)
	}
	for _, s := range []string{"customer-17", "customer-18"} {
		if _, err := w.writeFacts(registry.RoleLegal, "", fact(s, waybillv1.FactKind_FACT_KIND_CORRECTION), fact(s, waybillv1.FactKind_FACT_KIND_ERASURE)); err != nil {
			t.Fatal(err)
		}
	}
	got := w.opened(2)
	kinds := map[duty.Kind]bool{}
	for _, d := range got {
		kinds[d.Kind] = true
		if d.Recipient != "recipients/sf" || !strings.HasPrefix(d.Cause, "facts/") || len(d.SubjectTag) != duty.TagBytes {
			t.Errorf("%+v", d)
		}
	}
	if len(got) != 2 || !kinds[duty.PropagateErasure] || !kinds[duty.PropagateCorrection] {
		t.Fatalf("%+v", got)
	}
	o := &owing{core: w.server.core, next: map[string]int64{}}
	if err := o.pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := w.opened(2); len(again) != 2 {
		t.Errorf("read again it opens %+v", again)
	}
}
