package server

import (
	"testing"
	"time"
)

// TestRefusalsAreToldOnceASecond: who calls in a loop does not fill the log.
func TestRefusalsAreToldOnceASecond(t *testing.T) {
	var r refusals
	start := time.Now()
	told := 0
	for i := range 1000 { // for two seconds, two principals
		at := start.Add(time.Duration(i) * 2 * time.Millisecond)
		for p := range uint32(2) {
			if r.tell(p, at) {
				told++
			}
		}
	}
	if told != 4 {
		t.Errorf("told %d times, want 2 for each of 2", told)
	}
}
