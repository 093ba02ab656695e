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
