package registry

import (
	"slices"
	"strings"
)

// bothApproved reports whether two offices approved at or before a time. That they
// are two is asked when they are written.
func bothApproved(first, second string, when, on Time) bool {
	return strings.TrimSpace(first) != "" && strings.TrimSpace(second) != "" && past(when, on)
}

// approvedFields returns which of the changed fields two offices approved as they
// are, so that nobody alone changes them after: all but those that are free. None
// if both approved anew, later than before.
func approvedFields(changed []string, was, is Time, free ...string) []string {
	if is > was {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(changed), func(f string) bool { return slices.Contains(free, f) })
}
