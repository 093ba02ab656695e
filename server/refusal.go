package server

import (
	"sync"
	"time"
)

// refusals keeps when each principal's refusal was last logged: one line a second
// tells it, and a caller in a loop does not fill the log.
type refusals struct {
	mu   sync.Mutex
	last map[uint32]time.Time // by the principal's number
}

// tell reports whether a refusal at now is to be logged.
func (r *refusals) tell(principal uint32, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, ok := r.last[principal]; ok && now.Sub(last) < time.Second {
		return false
	}
	if r.last == nil {
		r.last = map[uint32]time.Time{}
	}
	r.last[principal] = now
	return true
}
