package registry

import (
	"regexp"
	"strings"
	"testing"
)

// FuzzNames holds the names to the patterns that the docs give.
func FuzzNames(f *testing.F) {
	id := regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)
	category := regexp.MustCompile(`^[a-z0-9_]{1,64}(\.[a-z0-9_]{1,64}){0,9}$`)
	long := strings.Repeat("a", 64)
	for _, s := range []string{"", "a", "-", "a-", "-a", "a-b", "A", "a_b", "a.b", "a..b", ".a", "a.", "é", "a\n",
		long, long + "a", long + "." + long, strings.Repeat("a.", 9) + "a", strings.Repeat("a.", 10) + "a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := isID(s); got != id.MatchString(s) {
			t.Errorf("isID(%q) = %v", s, got)
		}
		if got := isCategory(s); got != category.MatchString(s) {
			t.Errorf("isCategory(%q) = %v", s, got)
		}
	})
}
