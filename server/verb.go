package server

import (
	"slices"

	"waybill/internal/registry"
)

// verbTime returns when a verb takes effect, now when absent. A verb needs a reason.
func verbTime(r datedRequest, now registry.Time) (registry.Time, error) {
	if r.GetOptions().GetReason() == "" {
		return 0, invalid("options.reason", "why; it is kept in the change")
	}
	at, err := instant("time", r.GetTime())
	if at == 0 {
		at = now
	}
	return at, err
}

func stateInvalid(name, format string, args ...any) error {
	e := registry.Errorf(registry.Precondition, "STATE_INVALID", format, args...)
	e.Metadata = map[string]string{"name": name}
	return e
}

// reached reports whether the dated fact holds at a time.
func reached(fact, at registry.Time) bool { return fact != 0 && fact <= at }

// approve states since when a recipient is approved; an approval that stands
// keeps its time, so that the past does not change.
func approve(n *registry.Recipient, at, until registry.Time) error {
	if reached(n.TerminateTime, at) {
		return stateInvalid(n.Name, "%s is terminated", n.Name)
	}
	if !reached(n.ApproveTime, at) {
		n.ApproveTime = at
	}
	if until != 0 {
		if until <= at {
			return invalid("due_diligence_until", "a time after the approval")
		}
		n.DueDiligenceUntil = until
	}
	return nil
}

func suspend(n *registry.Recipient, at, end registry.Time, reason string) error {
	if reached(n.TerminateTime, at) {
		return stateInvalid(n.Name, "%s is terminated", n.Name)
	}
	if end != 0 && end <= at {
		return invalid("end_time", "a time after the suspension begins")
	}
	if slices.ContainsFunc(n.Suspensions, func(p registry.Period) bool { return p.Contains(at) }) {
		return stateInvalid(n.Name, "%s is suspended already", n.Name)
	}
	n.Suspensions = append(n.Suspensions, registry.Period{StartTime: at, EndTime: end, Reason: reason})
	return nil
}

// resume ends every suspension that contains the time; one that would have begun
// at that very time never was.
func resume(n *registry.Recipient, at registry.Time) error {
	found := false
	for i := range n.Suspensions {
		if n.Suspensions[i].Contains(at) {
			n.Suspensions[i].EndTime = at
			found = true
		}
	}
	if !found {
		return stateInvalid(n.Name, "%s is not suspended", n.Name)
	}
	n.Suspensions = slices.DeleteFunc(n.Suspensions, func(p registry.Period) bool { return p.StartTime == p.EndTime })
	return nil
}

// end sets the time at which something ends for good; it may be moved nearer,
// never away.
func end(name, word string, ended *registry.Time, at registry.Time) error {
	if reached(*ended, at) {
		return stateInvalid(name, "%s is %s already", name, word)
	}
	*ended = at
	return nil
}
