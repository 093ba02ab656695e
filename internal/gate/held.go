package gate

import (
	"context"
	"sync/atomic"
	"time"

	"waybill/internal/registry"
)

// heldness is what this server knows of whether anything is held of anybody. While
// nothing is, no question reads the ledger for it.
type heldness struct {
	alone bool          // no other server writes
	trust time.Duration // how long a look that found nothing is believed
	// any: something is held, for good. It is true before the first fact of this
	// server is committed.
	any atomic.Bool
	// looked is before the newest look that found nothing was sent.
	looked atomic.Pointer[moment]
	// since is when it was first known here that something is held.
	since atomic.Pointer[moment]
}

// none returns the look by which nothing is held of anybody; nil if the ledger is
// to be read.
func (h *heldness) none(at time.Time) *moment {
	if h.any.Load() {
		return nil
	}
	m := h.looked.Load()
	if m == nil || !h.alone && m.age(at) > h.trust*3/4 {
		return nil
	}
	return m
}

// stillNone judges a look again, after the commit of what was decided by it.
func (h *heldness) stillNone(m *moment, here moment) bool {
	return !h.any.Load() && (h.alone || m.within(h.trust, here))
}

// found notes that something is held since a moment at the latest.
func (h *heldness) found(at moment) {
	h.any.Store(true)
	h.since.CompareAndSwap(nil, &at)
}

// look asks the ledger once whether anything is held.
func (r *recorder) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.held.trust) // later its word is worth nothing
	defer cancel()
	sent := moment{r.now(), r.boot()}
	any, err := r.ledger.AnyFacts(ctx)
	switch {
	case err != nil:
		return err
	case any:
		r.held.found(moment{r.now(), r.boot()})
	default:
		r.held.looked.Store(&sent)
	}
	return nil
}

// watchHeld looks again and again until something is held or ctx ends. What cannot
// be looked at is read for every question, so an error is told by those.
func (r *recorder) watchHeld(ctx context.Context) {
	tick := time.NewTicker(r.cfg.Look)
	defer tick.Stop()
	for !r.held.any.Load() {
		if r.look(ctx) == nil && r.held.alone {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// How long a request of facts is remembered, and how many are forgotten at once.
const (
	rememberFor  = 24 * time.Hour
	forgetAtOnce = 10_000
)

func (r *recorder) forgetRequests(ctx context.Context) error {
	for {
		n, err := r.forgetSome(ctx)
		if err != nil || n < forgetAtOnce {
			return err
		}
	}
}

func (r *recorder) forgetSome(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Commit)
	defer cancel()
	return r.ledger.ForgetRequests(ctx, r.now().Add(-rememberFor).UnixMicro(), forgetAtOnce)
}

var (
	errFactsKey = registry.Errorf(registry.Unavailable, "KEY_MISSING",
		"facts are held, and this server has no key of the use facts in its tag keys: it cannot read them")
	errCountingKey = registry.Errorf(registry.Unavailable, "KEY_MISSING",
		"the share is counted, and this server has no key of the use counting in its tag keys")
	errFactsOld  = registry.Errorf(registry.Unavailable, "LEDGER_UNAVAILABLE", "the ledger took the record too late for the held facts that decided; there is no answer")
	errHeldFull  = registry.Errorf(registry.ResourceExhausted, "FACTS_FULL", "no more consents of this subject can be held; withdraw what is over")
	errTwoAtOnce = registry.Errorf(registry.Aborted, "REQUEST_IN_FLIGHT", "a request of the same request_id is under way")
)
