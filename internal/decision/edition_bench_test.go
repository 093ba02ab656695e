package decision_test

import (
	"fmt"
	"syscall"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

func BenchmarkEditions(b *testing.B) {
	s, err := decision.Compile(registry.Head{Revision: 1}, market(1000))
	if err != nil {
		b.Fatal(err)
	}
	for edition := 1; edition <= decision.Edition; edition++ {
		b.Run(fmt.Sprint(edition), func(b *testing.B) {
			qs := make([]decision.Question, 100)
			for i := range qs {
				qs[i] = marketQuestion(i)
			}
			var d decision.Decision
			in := decision.Inputs{Now: marketNow}
			var before, after syscall.Rusage
			syscall.Getrusage(syscall.RUSAGE_SELF, &before)
			for i := range b.N {
				if err := s.CheckEdition(edition, &qs[i%100], &in, &d); err != nil {
					b.Fatal(err)
				}
			}
			syscall.Getrusage(syscall.RUSAGE_SELF, &after)
			b.ReportMetric(float64(after.Utime.Nano()-before.Utime.Nano())/float64(b.N), "cpu-ns/op")
		})
	}
}
