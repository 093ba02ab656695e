package decision_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// market is a registry of n couriers: each with one deployment, two agreements (one
// expired), and an assessment for every hundred of them. One in ten is suspended.
func market(n int) iter.Seq2[registry.Record, error] {
	return func(yield func(registry.Record, error) bool) {
		number := uint32(0)
		put := func(noun registry.Noun) bool {
			number++
			return yield(registry.Record{Noun: noun, Number: number, Revision: 1}, nil)
		}
		day := func(y int, m time.Month) registry.Time { return registry.At(time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)) }
		put(&registry.Settings{Name: "settings", Zone: "UTC"})
		var cats []string
		for i := range 24 {
			cats = append(cats, fmt.Sprintf("categories/user.c%02d", i))
		}
		put(&registry.Category{Name: "categories/user"})
		for _, c := range cats {
			put(&registry.Category{Name: c})
		}
		purposes := []string{"purposes/delivery", "purposes/returns", "purposes/prizes"}
		for _, p := range purposes {
			put(&registry.Purpose{Name: p, Service: registry.ServiceNone})
		}
		put(&registry.Exporter{Name: "exporters/acme", Country: "CN", City: "shanghai", RegionsServed: []string{"CN"},
			Products: []registry.Product{{ID: "shop", Minors: registry.MinorsAimNotAimed}}})
		for i := range n {
			r := &registry.Recipient{
				Name: recipientName(i), Kind: registry.RecipientKindLogistics, Role: registry.RecipientRoleProcessor, Country: "CN",
				ApproveTime: day(2024, 1), DueDiligenceUntil: day(2030, 1),
				Screenings: []registry.Screening{{ScreenTime: day(2026, 1), Result: registry.ScreeningResultClear}},
			}
			if i%10 == 9 {
				r.Suspensions = []registry.Period{{StartTime: day(2025, 1)}}
			}
			put(r)
			for k, until := range []registry.Time{day(2025, 1), day(2030, 1)} {
				put(&registry.Agreement{
					Name: fmt.Sprintf("agreements/a%07d-%d", i, k), Type: registry.AgreementTypeDpa,
					Exporters: []string{"exporters/acme"}, Recipients: []string{r.Name},
					OurSignature:   &registry.Signature{Signatory: "legal", SignTime: day(2024, 1)},
					TheirSignature: &registry.Signature{Signatory: "board", SignTime: day(2024, 1)},
					Purposes:       purposes[:2], CoveredCategories: cats[:5], SubjectGroups: []registry.SubjectGroup{registry.SubjectGroupUser},
					EffectiveTime: day(2024, 1), ExpireTime: until,
					Terms: &registry.Terms{Confidentiality: "1", Purpose: "2", Period: "3", Method: "4", Categories: "5", Measures: "6",
						Audit: "7", SubprocessorMode: registry.SubprocessorModeNone, DeleteOrReturn: "8"},
				})
			}
			put(&registry.Deployment{Name: r.Name + "/deployments/main", StorageCountries: []string{"CN"}, AccessCountries: []string{"CN"}})
		}
		for i := 0; i < n; i += 100 {
			a := &registry.Assessment{
				Name: fmt.Sprintf("assessments/p%07d", i), Type: registry.AssessmentTypePipia, Exporter: "exporters/acme",
				Purposes: purposes, CoveredCategories: cats, Countries: []string{"CN"}, ApprovedBy: "dpo", ApproveTime: day(2024, 1), ReviewUntil: day(2030, 1),
			}
			for k := i; k < min(i+100, n); k++ {
				a.Recipients = append(a.Recipients, recipientName(k))
			}
			put(a)
		}
		put(&registry.Policy{
			Name: "policies/v1", SubjectGroups: []registry.SubjectGroup{registry.SubjectGroupUser}, Regions: []string{"*"},
			EffectiveTime: day(2024, 1), Purposes: purposes,
			Kinds: []registry.KindList{{Kind: registry.RecipientKindLogistics, Purposes: purposes, CoveredCategories: cats[:6]}},
			Bases: []registry.BasisEntry{{Purpose: purposes[0], Kind: registry.RecipientKindLogistics, Basis: registry.BasisContract,
				Regimes: []registry.Regime{registry.RegimeCn}}},
			Necessity: []registry.Necessity{{Purpose: purposes[0], CoveredCategories: cats[:6], ApprovedBy: "dpo", ApproveTime: day(2024, 1)}},
		})
	}
}

// marketAbroad is the market with every recipient in the United States, reached
// from the mainland by a filed standard contract.
func marketAbroad(n int) iter.Seq2[registry.Record, error] {
	day := func(y int, m time.Month) registry.Time { return registry.At(time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)) }
	return func(yield func(registry.Record, error) bool) {
		last := uint32(0)
		put := func(noun registry.Noun) bool {
			last++
			return yield(registry.Record{Noun: noun, Number: last, Revision: 1}, nil)
		}
		for r := range market(n) {
			switch noun := r.Noun.(type) {
			case *registry.Recipient:
				noun.Country = "US"
				noun.Notices = []registry.Notice{{
					RecipientTitle: "x", Contact: "y", Method: "z", RightsRoute: "r", NotifyTime: day(2024, 1), Purposes: []string{"purposes/delivery"},
					CoveredCategories: []string{"categories/user.c00", "categories/user.c02", "categories/user.c04"}, SubjectGroups: []registry.SubjectGroup{registry.SubjectGroupUser},
				}}
			case *registry.Deployment:
				noun.StorageCountries, noun.AccessCountries = []string{"US"}, []string{"US"}
			case *registry.Agreement:
				noun.Type, noun.Terms.Entrusting = registry.AgreementTypeCnSc, "9"
			case *registry.Assessment:
				noun.Countries = []string{"CN", "US"}
			}
			if !put(r.Noun) {
				return
			}
			if a, ok := r.Noun.(*registry.Agreement); ok && a.Name[len(a.Name)-1] == '1' {
				put(&registry.Transfer{
					Name: "transfers/t" + a.Name[len("agreements/a"):], Regime: registry.RegimeCn, Mechanism: registry.MechanismStandardContract,
					Exporter: "exporters/acme", Recipients: a.Recipients, Countries: []string{"US"}, Agreement: a.Name, Purposes: a.Purposes,
					CoveredCategories: a.CoveredCategories, ValidFrom: day(2024, 2),
					Evidence: &registry.Evidence{Reference: "1", FilingNumber: "2", FilingTime: day(2024, 3)},
				})
			}
			if a, ok := r.Noun.(*registry.Assessment); ok {
				law := *a
				law.Name, law.Type = a.Name+"-law", registry.AssessmentTypeCnScLaw
				put(&law)
			}
		}
	}
}

func recipientName(i int) string { return fmt.Sprintf("recipients/r%07d", i) }

var marketNow = registry.At(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))

func marketQuestion(i int) decision.Question {
	return decision.Question{
		Exporter: "exporters/acme", Recipient: recipientName(i), Purpose: "purposes/delivery",
		Categories: []string{"categories/user.c00", "categories/user.c02", "categories/user.c04"},
		Subject:    "u-1", OrderRef: "o-1", OrderSubject: "u-1", SubjectRegions: []string{"CN"},
	}
}

// BenchmarkCheck measures one question by name: hot asks of 100 recipients over
// and over, cold of all, uniformly.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{1000, 100_000, 1_000_000} {
		var s *decision.Snapshot
		build := func(b *testing.B) {
			if s != nil {
				return
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			var err error
			if s, err = decision.Compile(registry.Head{Revision: 1}, market(n)); err != nil {
				b.Fatal(err)
			}
			took := time.Since(start)
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.Logf("%d recipients: compiled in %v, %d bytes a recipient", n, took, int(after.HeapAlloc-before.HeapAlloc)/n)
		}
		for _, mode := range []string{"hot", "cold"} {
			b.Run(fmt.Sprintf("%s/recipients=%d", mode, n), func(b *testing.B) {
				build(b)
				// The names of the callers' questions are not the registry's memory.
				asked := 100
				if mode == "cold" {
					asked = min(n, 100_000)
				}
				qs := make([]decision.Question, asked)
				r := rand.New(rand.NewPCG(1, 2))
				for i := range qs {
					qs[i] = marketQuestion(r.IntN(n))
				}
				var d decision.Decision
				in := decision.Inputs{Now: marketNow}
				s.Check(&qs[0], &in, &d)
				b.ReportAllocs()
				b.ResetTimer()
				denied := 0
				for i := range b.N {
					s.Check(&qs[i%len(qs)], &in, &d)
					if d.Outcome != decision.Allowed {
						denied++
					}
				}
				b.ReportMetric(float64(denied)/float64(b.N), "denied/op")
			})
		}
		s = nil
	}
}

// BenchmarkCheckAbroad measures one question of a share that leaves the mainland:
// one bound for its tier, with the year's counters.
func BenchmarkCheckAbroad(b *testing.B) {
	s, err := decision.Compile(registry.Head{Revision: 1}, marketAbroad(1000))
	if err != nil {
		b.Fatal(err)
	}
	qs := make([]decision.Question, 100)
	for i := range qs {
		qs[i] = marketQuestion(i)
	}
	var d decision.Decision
	in := decision.Inputs{Now: marketNow, Counters: &decision.Counters{Year: 2026, Persons: 99_999}}
	s.Check(&qs[0], &in, &d)
	b.ReportAllocs()
	denied := 0
	for i := 0; b.Loop(); i++ {
		s.Check(&qs[i%len(qs)], &in, &d)
		if d.Outcome != decision.Allowed {
			denied++
		}
	}
	b.ReportMetric(float64(denied)/float64(b.N), "denied/op")
}

// BenchmarkApply measures a change of one record.
func BenchmarkApply(b *testing.B) {
	s, err := decision.Compile(registry.Head{Revision: 1}, market(100_000))
	if err != nil {
		b.Fatal(err)
	}
	var noun *registry.Agreement
	var number uint32
	for r := range market(2) {
		if a, ok := r.Noun.(*registry.Agreement); ok {
			noun, number = a, r.Number
		}
	}
	noun.Recipients = []string{recipientName(1)}
	number = s.Number(noun.Name)
	for b.Loop() {
		if _, err := s.Apply(registry.Head{Revision: 2}, []registry.Change{{Revision: 2, Operation: registry.Put, Number: number, Name: noun.Name, Noun: noun}}); err != nil {
			b.Fatal(err)
		}
	}
}
