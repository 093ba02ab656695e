package decision_test

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// world is a registry that is edited at random.
type world struct {
	r        *rand.Rand
	records  map[uint32]registry.Record
	names    map[string]uint32
	next     uint32
	revision int64
}

func newWorld(seed uint64) *world {
	w := &world{r: rand.New(rand.NewPCG(seed, 7)), records: map[uint32]registry.Record{}, names: map[string]uint32{}, next: 1, revision: 1}
	for r := range market(12) {
		w.records[r.Number], w.names[r.Noun.ResourceName()] = r, r.Number
		w.next = max(w.next, r.Number+1)
	}
	return w
}

func (w *world) fold() iter.Seq2[registry.Record, error] {
	place := map[registry.Collection]int{}
	for i, c := range registry.Collections {
		place[c] = i
	}
	all := slices.SortedFunc(maps.Values(w.records), func(a, b registry.Record) int {
		return cmp.Or(cmp.Compare(place[a.Noun.Collection()], place[b.Noun.Collection()]), cmp.Compare(a.Noun.ResourceName(), b.Noun.ResourceName()))
	})
	return func(yield func(registry.Record, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (w *world) put(n registry.Noun) registry.Change {
	number := w.names[n.ResourceName()]
	if number == 0 {
		number = w.next
		w.next++
	}
	w.names[n.ResourceName()] = number
	w.records[number] = registry.Record{Noun: n, Number: number}
	return registry.Change{Operation: registry.Put, Name: n.ResourceName(), Number: number, Noun: n}
}

func (w *world) pick(of ...string) string { return of[w.r.IntN(len(of))] }

func (w *world) some(of ...string) (out []string) {
	for _, s := range of {
		if w.r.IntN(2) == 0 {
			out = append(out, s)
		}
	}
	return out
}

// edit makes one random change; what it names exists.
func (w *world) edit() registry.Change {
	recipient := func() string { return recipientName(w.r.IntN(12)) }
	cats := w.some("categories/user.c00", "categories/user.c02", "categories/user.c04", "categories/user.c09", "categories/new.x")
	existing := cats[:0]
	for _, c := range cats {
		if w.names[c] != 0 {
			existing = append(existing, c)
		}
	}
	purposes := w.some("purposes/delivery", "purposes/returns", "purposes/prizes")
	at := func() registry.Time { return marketNow + registry.Time(w.r.IntN(3)-1)*1e12 }
	switch w.r.IntN(10) {
	case 0:
		old := w.records[w.names[recipient()]].Noun.(*registry.Recipient)
		n := *old
		n.TerminateTime, n.Country = at(), w.pick("CN", "US", "UNKNOWN")
		n.Notices = []registry.Notice{{RecipientTitle: "x", Contact: "y", Method: "z", Purposes: purposes, CoveredCategories: slices.Clone(existing), NotifyTime: at(),
			SubjectGroups: []registry.SubjectGroup{registry.SubjectGroupUser}}}
		return w.put(&n)
	case 1:
		return w.put(&registry.Deployment{Name: recipient() + "/deployments/" + w.pick("main", "second"), StorageCountries: w.some("CN", "DE"), AccessCountries: w.some("CN", "US"),
			Links: []registry.SubprocessorLink{{Recipient: recipient(), Authorisation: registry.AuthorisationSpecific, AuthoriseTime: at()}}})
	case 2, 3:
		return w.put(&registry.Agreement{Name: "agreements/n" + fmt.Sprint(w.r.IntN(6)), Type: registry.AgreementTypeDpa, Exporters: []string{"exporters/acme"},
			Recipients: slices.Compact(slices.Sorted(slices.Values([]string{recipient(), recipient()}))), Purposes: purposes, CoveredCategories: slices.Clone(existing), EffectiveTime: at(), ExpireTime: at()})
	case 4:
		agreement := "agreements/n" + fmt.Sprint(w.r.IntN(6))
		if w.names[agreement] == 0 {
			agreement = ""
		}
		return w.put(&registry.Transfer{Name: "transfers/t" + fmt.Sprint(w.r.IntN(4)), Regime: registry.RegimeCn, Mechanism: registry.MechanismCertification, Exporter: "exporters/acme",
			Recipients: []string{recipient()}, OnwardRecipients: []string{recipient()}, Agreement: agreement, Countries: w.some("US", "DE"), Purposes: purposes, CoveredCategories: slices.Clone(existing), ValidFrom: at()})
	case 5:
		return w.put(&registry.Assessment{Name: "assessments/n" + fmt.Sprint(w.r.IntN(3)), Type: registry.AssessmentTypePipia, Exporter: "exporters/acme", Recipients: []string{recipient()},
			Purposes: purposes, CoveredCategories: slices.Clone(existing), Countries: []string{"CN", "US"}, ApprovedBy: "x", ApproveTime: at(), ReviewUntil: at(),
			RecipientKinds: []registry.RecipientKind{registry.RecipientKindLogistics, registry.RecipientKindPublic}[:w.r.IntN(3)], Simplified: w.r.IntN(2) == 0})
	case 6:
		return w.put(&registry.Category{Name: w.pick("categories/new", "categories/new.x", "categories/user.c00", "categories/user.c00.deep"), Sensitive: w.r.IntN(2) == 0})
	case 7:
		old := *w.records[w.names["policies/v1"]].Noun.(*registry.Policy)
		old.Purposes = purposes
		return w.put(&old)
	case 8: // withdraw what nothing names
		for _, name := range []string{"transfers/t0", "transfers/t1", "assessments/n0", recipientName(3) + "/deployments/second"} {
			if n := w.names[name]; n != 0 {
				delete(w.names, name)
				delete(w.records, n)
				return registry.Change{Operation: registry.Delete, Name: name, Number: n}
			}
		}
	}
	return w.put(&registry.Principal{Name: "principals/p" + fmt.Sprint(w.r.IntN(3)), Role: registry.RoleCaller, ConsentSource: &registry.ConsentSource{MaxAgeSeconds: int32(w.r.IntN(90))}})
}

// TestApplyEqualsCompile holds a line of deltas equal to a compile of the fold.
func TestApplyEqualsCompile(t *testing.T) {
	for seed := range uint64(20) {
		w := newWorld(seed)
		s, err := decision.Compile(registry.Head{Revision: 1}, w.fold())
		if err != nil {
			t.Fatal(err)
		}
		for range 40 {
			var changes []registry.Change
			for range 1 + w.r.IntN(3) { // several revisions, several changes each
				w.revision++
				for range 1 + w.r.IntN(3) {
					c := w.edit()
					c.Revision = w.revision
					changes = append(changes, c)
				}
			}
			head := registry.Head{Revision: w.revision}
			if s, err = s.Apply(head, changes); err != nil {
				t.Fatal(err)
			}
			full, err := decision.Compile(head, w.fold())
			if err != nil {
				t.Fatal(err)
			}
			for n := range w.next {
				if a, b := s.Describe(n), full.Describe(n); a != b {
					t.Fatalf("seed %d: record %d by deltas is\n%s\nby a compile\n%s", seed, n, a, b)
				}
			}
			if a, b := s.Standing(), full.Standing(); !slices.Equal(a, b) {
				t.Fatalf("seed %d: standing assessments by deltas %v, by a compile %v", seed, a, b)
			}
			for name, n := range w.names {
				if s.Number(name) != n {
					t.Fatalf("seed %d: %s is %d, want %d", seed, name, s.Number(name), n)
				}
			}
			for i := range 12 {
				q := marketQuestion(i)
				var a, b decision.Decision
				in := &decision.Inputs{Now: marketNow}
				s.Check(&q, in, &a)
				full.Check(&q, in, &b)
				if x, y := decision.AppendAnswer(nil, &a), decision.AppendAnswer(nil, &b); string(x) != string(y) {
					t.Fatalf("seed %d: %s: by deltas %v, by a compile %v", seed, q.Recipient, a.Reasons, b.Reasons)
				}
			}
		}
	}
}

// TestApplyRefusesGaps: changes that do not follow ask for a full compile.
func TestApplyRefusesGaps(t *testing.T) {
	s, err := decision.Compile(registry.Head{Epoch: "a", Revision: 1}, market(2))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(1)
	c := w.edit()
	for name, try := range map[string]struct {
		head     registry.Head
		revision int64
	}{
		"gap":   {registry.Head{Epoch: "a", Revision: 3}, 3},
		"short": {registry.Head{Epoch: "a", Revision: 3}, 2},
		"epoch": {registry.Head{Epoch: "b", Revision: 2}, 2},
	} {
		c.Revision = try.revision
		if _, err := s.Apply(try.head, []registry.Change{c}); err != decision.ErrRecompile {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCheckAllocatesNothing on questions that are allowed and denied.
func TestCheckAllocatesNothing(t *testing.T) {
	s, err := decision.Compile(registry.Head{Revision: 1}, market(50))
	if err != nil {
		t.Fatal(err)
	}
	var d decision.Decision
	in := &decision.Inputs{Now: marketNow}
	for i := range 20 {
		q := marketQuestion(i)
		if i%5 == 4 {
			q.Recipient, q.Categories = "recipients/nobody", []string{"categories/none", "categories/user.c00"}
		}
		s.Check(&q, in, &d)
		if n := testing.AllocsPerRun(100, func() { s.Check(&q, in, &d) }); n != 0 {
			t.Errorf("%s: %v allocations", q.Recipient, n)
		}
	}
}
