package cure_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/internal/cure"
	"waybill/internal/decision"
	"waybill/internal/registry"
	"waybill/internal/wire"
)

// recorded is a registry in memory.
type recorded map[string]registry.Record

func (r recorded) Get(_ context.Context, names ...string) (map[string]registry.Record, registry.Head, error) {
	out := map[string]registry.Record{}
	for _, n := range names {
		if rec, ok := r[n]; ok {
			out[n] = rec
		}
	}
	return out, registry.Head{}, nil
}

func (r recorded) List(_ context.Context, c registry.Collection, parent, _ string, _ int) ([]registry.Record, registry.Head, error) {
	var out []registry.Record
	for name, rec := range r {
		if rec.Noun.Collection() == c && (parent == "" || strings.HasPrefix(name, parent+"/")) {
			out = append(out, rec)
		}
	}
	slices.SortFunc(out, func(a, b registry.Record) int {
		return strings.Compare(a.Noun.ResourceName(), b.Noun.ResourceName())
	})
	return out, registry.Head{}, nil
}

// world is one registry of the example, compiled.
type world struct {
	s     *decision.Snapshot
	store recorded
}

func compile(t *testing.T, nouns []registry.Noun, at registry.Time) world {
	t.Helper()
	records, err := registry.Assemble(t.Context(), nouns, at)
	if err != nil {
		t.Fatal(err)
	}
	w := world{store: recorded{}}
	next := uint32(1)
	for _, r := range records {
		w.store[r.Noun.ResourceName()] = r
		next = max(next, r.Number+1)
	}
	w.s, err = decision.Compile(registry.Head{Revision: 1, NextNumber: next}, func(yield func(registry.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func example(t *testing.T, pattern string) (fs []wire.File) {
	t.Helper()
	paths, err := filepath.Glob("../../examples/prosense/" + pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %v", pattern, err)
	}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		fs = append(fs, wire.File{Name: p, Data: data})
	}
	return fs
}

func nouns(t *testing.T) (all []registry.Noun) {
	t.Helper()
	located, err := wire.Load(example(t, "*.yaml")...)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range located {
		all = append(all, l.Noun)
	}
	return all
}

// TestFind asks for the cures of every case that is denied. Those that are found
// are found by asking again; the test holds how many are, that nobody's no is
// cured, and the order.
func TestFind(t *testing.T) {
	all := nouns(t)
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	// Every fourth case: each is tried many times over.
	const every = 4
	seen, denied, cured := 0, 0, map[decision.Code]int{}
	var found int
	for _, f := range example(t, "cases/*.yaml") {
		cases, err := wire.LoadCasesIn(zone, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			if c.Refused != "" || c.Outcome != decision.Denied || len(c.Question.GetSubjects()) > 0 {
				continue
			}
			if seen++; seen%every != 0 {
				continue
			}
			changed, err := c.Apply(all)
			if err != nil {
				t.Fatal(err)
			}
			w := compile(t, changed, c.At)
			var q decision.Question
			if wire.Question(c.Question, &q) != nil {
				continue // for the cases' own test to tell
			}
			in := decision.Inputs{Now: c.At, Principal: w.s.Number(c.As)}
			var d decision.Decision
			if w.s.Check(&q, &in, &d); d.Outcome != decision.Denied {
				continue // it is denied by what only the case's facts say
			}
			denied++
			steps, err := cure.Find(t.Context(), w.s, w.store, &q, in)
			if err != nil {
				t.Fatal(err)
			}
			if len(steps) == 0 {
				continue
			}
			found++
			for i, s := range steps {
				if s.Sentence == "" || s.Field == "" && s.Record == "" || len(s.Codes) == 0 {
					t.Errorf("%s: %+v", c.Name, s)
				}
				if i > 0 && s.Class == decision.EvidenceC && steps[i-1].Class != decision.EvidenceC {
					t.Errorf("%s: legal's step comes before the caller's: %+v", c.Name, steps)
				}
				for _, code := range s.Codes {
					cured[code]++
				}
			}
			for _, r := range d.Reasons {
				switch r.Code {
				case decision.RecipientSuspended, decision.RecipientTerminated, decision.RecipientRestrictedList, decision.SubjectRestrictedOrObjected, decision.SubjectDoNotTrack:
					t.Errorf("%s: %s is said to be cured by %+v", c.Name, r.Code, steps)
				}
			}
		}
	}
	t.Logf("%d cases are denied, cures were found for %d, of %d codes", denied, found, len(cured))
	if found*10 < denied*4 {
		t.Errorf("cures were found for %d of %d denied cases", found, denied)
	}
}

// TestNeeds: what a courier needs is an order of the person, and nothing of legal.
func TestNeeds(t *testing.T) {
	at := registry.At(time.Date(2026, 7, 1, 4, 0, 0, 0, time.UTC))
	w := compile(t, nouns(t), at)
	q := decision.Question{Exporter: "exporters/prosense-shenzhen", Recipient: "recipients/swift-courier", Purpose: "purposes/delivery", SubjectRegions: []string{"CN"}}
	needs, err := cure.Needs(t.Context(), w.s, w.store, &q, decision.Inputs{Now: at})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, n := range needs {
		t.Logf("%v %s %s: %s %v", n.Required, n.Record, n.Field, n.Sentence, n.Codes)
		got[n.Field] = n.Required
	}
	for field, required := range map[string]bool{"question.order": true, "question.categories": true, "question.age_band": false, "question.quantity": false} {
		if r, ok := got[field]; !ok || r != required {
			t.Errorf("%s: %v, %v", field, r, ok)
		}
	}
	if len(q.Categories) != 0 {
		t.Error("the question was changed")
	}
}

// TestNeedsAnException: where an exception on file opens the share, it is what is
// needed, with its instrument, and nothing of legal.
func TestNeedsAnException(t *testing.T) {
	at := registry.At(time.Date(2026, 7, 1, 4, 0, 0, 0, time.UTC))
	w := compile(t, nouns(t), at)
	for recipient, c := range map[string]struct {
		purpose string
		fields  []string
	}{
		"recipients/emergency-medical": {"purposes/person-rescue", []string{"question.subject", "question.subject_regions", "question.exception"}},
		"recipients/longhua-police":    {"purposes/legal-disclosure", []string{"question.subject", "question.exception", "question.authority_instrument"}},
	} {
		q := decision.Question{Exporter: "exporters/prosense-shenzhen", Recipient: recipient, Purpose: c.purpose, SubjectGroup: registry.SubjectGroupUser}
		needs, err := cure.Needs(t.Context(), w.s, w.store, &q, decision.Inputs{Now: at})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, n := range needs {
			if n.Field == "" || n.Sentence == "" || n.Required && n.Class != decision.EvidenceC {
				t.Errorf("%s: %+v", recipient, n)
			}
			got[n.Field] = n.Required
		}
		for _, field := range c.fields {
			if !got[field] {
				t.Errorf("%s: %s is not said to be needed: %v", recipient, field, got)
			}
		}
	}
}
