package decision_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"waybill/internal/decision"
)

var update = flag.Bool("update", false, "write the golden files")

// TestDetailNumbersArePermanent: they stand in recorded answers, so the list only
// grows at its end.
func TestDetailNumbersArePermanent(t *testing.T) {
	const golden = "testdata/details.golden"
	var b strings.Builder
	for d := decision.NoDetail + 1; d < decision.Details(); d++ {
		fmt.Fprintf(&b, "%d %s\n", d, d)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the numbers of the details moved; got\n%s", b.String())
	}
}

// TestClassOfEveryCode holds the classes to the list of rules.md 2.1: GAP is legal's,
// EVIDENCE the caller's, all others are violations.
func TestClassOfEveryCode(t *testing.T) {
	legal := []int{2, 3, 4, 6, 7, 21, 22, 26, 29, 39, 46, 50, 51, 58, 59}
	caller := []int{10, 20, 30, 32, 33, 34, 35, 36}
	for _, code := range decision.CodesInForce(decision.Edition) {
		want := decision.Violation
		switch rule := code.Rule(); {
		case slices.Contains(legal, rule):
			want = decision.Gap
		case slices.Contains(caller, rule):
			want = decision.EvidenceC
		}
		if got := decision.ClassOf(code, decision.NoDetail); got != want {
			t.Errorf("%v is %v, want %v", code, got, want)
		}
	}
	for detail, code := range map[decision.Detail]decision.Code{
		decision.DetailNecessityReason: decision.AuthorityInstrumentMissing, // 41, the reason
		decision.DetailCollectTime:     decision.RetentionExpired,           // 47, the age
	} {
		if got := decision.ClassOf(code, detail); got != decision.EvidenceC {
			t.Errorf("%v with its detail is %v, want EVIDENCE", code, got)
		}
	}
}
