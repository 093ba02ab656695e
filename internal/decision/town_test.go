package decision_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// town is a small registry that a test changes before it asks: that of the market
// with one courier.
type town struct {
	t     *testing.T
	nouns []registry.Noun
	q     decision.Question
	in    decision.Inputs
	d     decision.Decision
}

func newTown(t *testing.T) *town {
	w := &town{t: t, q: marketQuestion(0), in: decision.Inputs{Now: marketNow}}
	for r := range market(1) {
		w.nouns = append(w.nouns, r.Noun)
	}
	w.put(&registry.Principal{Name: "principals/desk", Role: registry.RoleCaller, ConsentSource: &registry.ConsentSource{}})
	return w
}

// put adds nouns, or replaces those of their names.
func (w *town) put(nouns ...registry.Noun) {
	for _, n := range nouns {
		found := false
		for i := range w.nouns {
			if w.nouns[i].ResourceName() == n.ResourceName() {
				w.nouns[i], found = n, true
			}
		}
		if !found {
			w.nouns = append(w.nouns, n)
		}
	}
}

// of returns a noun of the town, to be changed.
func of[N registry.Noun](w *town, name string) N {
	w.t.Helper()
	for _, n := range w.nouns {
		if n.ResourceName() == name {
			return n.(N)
		}
	}
	w.t.Fatalf("there is no %s", name)
	panic("unreachable")
}

func (w *town) courier() *registry.Recipient { return of[*registry.Recipient](w, recipientName(0)) }
func (w *town) policy() *registry.Policy     { return of[*registry.Policy](w, "policies/v1") }
func (w *town) exporter() *registry.Exporter { return of[*registry.Exporter](w, "exporters/acme") }
func (w *town) category(i int) *registry.Category {
	return of[*registry.Category](w, fmt.Sprintf("categories/user.c%02d", i))
}

func (w *town) snapshot() *decision.Snapshot {
	w.t.Helper()
	s, err := decision.Compile(registry.Head{Revision: 1}, func(yield func(registry.Record, error) bool) {
		for i, n := range w.nouns {
			if !yield(registry.Record{Noun: n, Number: uint32(i + 1), Revision: 1}, nil) {
				return
			}
		}
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// ask decides the town's question, asked by its desk.
func (w *town) ask() *decision.Decision {
	w.t.Helper()
	s := w.snapshot()
	w.in.Principal = s.Number("principals/desk")
	s.Check(&w.q, &w.in, &w.d)
	return &w.d
}

// reasons writes out what denies: code, regime, detail, record and categories.
func (w *town) reasons() string {
	w.t.Helper()
	s := w.snapshot()
	var out []string
	for _, r := range w.ask().Reasons {
		text := fmt.Sprint(r.Code, " ", r.Regime)
		if r.Detail != decision.NoDetail {
			text += fmt.Sprint(" ", r.Detail)
		}
		if r.Record != 0 {
			text += fmt.Sprint(" ", s.Name(r.Record))
		}
		if r.Categories != 0 && r.Categories != 1<<len(w.q.Categories)-1 {
			text += fmt.Sprintf(" %b", r.Categories)
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

// waived writes out what the exception took away.
func (w *town) waived() string {
	var out []string
	for _, x := range w.d.Waived {
		text := fmt.Sprint(x.Code, " ", x.Regime)
		if x.Deferred {
			text += " deferred"
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

func (w *town) obliged(c decision.ObligationCode) (decision.Obligation, bool) {
	for _, o := range w.d.Obligations {
		if o.Code == c {
			return o, true
		}
	}
	return decision.Obligation{}, false
}

// want asks and compares the reasons.
func (w *town) want(reasons string) {
	w.t.Helper()
	if got := w.reasons(); got != reasons {
		w.t.Errorf("got  %s\nwant %s", got, reasons)
	}
}

func on(y int, m time.Month, d int) registry.Time {
	return registry.At(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

// consent returns a consent of the question's subject to all that it asks.
func (w *town) consent(t decision.ConsentType) decision.Consent {
	return decision.Consent{
		Type: t, Purpose: w.q.Purpose, Categories: w.q.Categories, Policy: "policies/v1", GiveTime: on(2026, 5, 1),
		CheckTime: marketNow, Recipient: w.q.Recipient,
	}
}

func (w *town) held(t decision.ConsentType) decision.HeldConsent {
	s := w.snapshot()
	c := decision.HeldConsent{
		Type: t, Purpose: s.Number(w.q.Purpose), Recipient: s.Number(w.q.Recipient), Policy: s.Number("policies/v1"), GiveTime: on(2026, 5, 1),
	}
	for _, name := range w.q.Categories {
		c.Categories = append(c.Categories, s.Number(name))
	}
	return c
}
