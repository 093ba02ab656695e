package wire

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of one message.
const (
	maxName    = 200    // bytes of a name
	maxTitle   = 400    // bytes of a title
	maxText    = 4_000  // bytes of a text
	maxSubject = 256    // bytes of an opaque subject
	maxNested  = 1_000  // items of a list of messages, enums or countries
	maxNames   = 20_000 // items of a list of names
	maxErrors  = 100    // fields that one error names
)

// badRune reports whether r has no place in a text: it would hide or reorder
// what a reader sees. Line feeds and tabs are texts' own.
func badRune(r rune, lines bool) bool {
	switch {
	case r == '\n' || r == '\t':
		return !lines
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0xfeff:
		return true
	case r == 0x2028, r == 0x2029:
		return true
	}
	return false
}

// clean reports whether s holds no control character and is valid UTF-8.
func clean(s string, lines bool) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			return cleanRunes(s[i:], lines)
		}
		if c < 0x20 && (!lines || c != '\n' && c != '\t') || c == 0x7f {
			return false
		}
	}
	return true
}

func cleanRunes(s string, lines bool) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if badRune(r, lines) {
			return false
		}
	}
	return true
}

// composed returns s in NFC, so that two titles that look alike are alike.
func composed(s string) string { return norm.NFC.String(s) }

// isDigest reports whether s is a SHA-256 in hex, lower case.
func isDigest(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// near returns the candidate that is nearest to s by edits, upper and lower case
// and underscores aside, or "" when none is near enough to be meant.
func near(s string, candidates []string) string {
	fold := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	s = fold(s)
	if len(s) > 64 {
		return ""
	}
	limit := max(2, len(s)/3)
	if len(s) < 4 {
		limit = 1
	}
	best, bestAt := "", limit+1
	for _, c := range candidates {
		if d := distance(s, fold(c)); d < bestAt {
			best, bestAt = c, d
		}
	}
	return best
}

// distance is the edit distance of two short strings, a swap of neighbours being one edit.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	before, prev, cur := rows[0], rows[1], rows[2]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}
