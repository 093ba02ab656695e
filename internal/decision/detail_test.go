package decision_test

import (
	"flag"
	"fmt"
	"os"
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
