package decision_test

import (
	"slices"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

func TestNearest(t *testing.T) {
	s, err := decision.Compile(registry.Head{Revision: 1}, market(3000))
	if err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string][]string{
		"recipients/r0001999x": {"recipients/r0001999"},
		"recipients/zzzzzzzz":  nil,
		"recipients/r0002998":  {"recipients/r0002998"},
		"":                     nil,
	} {
		got := s.Nearest(registry.Recipients, asked, 1)
		if len(want) > 0 && !slices.Equal(got, want) || asked == "recipients/zzzzzzzz" && len(got) > 0 {
			t.Errorf("%q: %v, want %v", asked, got, want)
		}
	}
	if got := s.Nearest(registry.Categories, "categories/user.c0", 3); len(got) != 3 || got[0] != "categories/user.c00" {
		t.Errorf("categories: %v", got)
	}
}

func BenchmarkNearest(b *testing.B) {
	s, err := decision.Compile(registry.Head{Revision: 1}, market(20_000))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s.Nearest(registry.Recipients, "recipients/unknown-courier", 3)
	}
}
