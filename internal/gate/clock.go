package gate

import "time"

// moment is one instant by three clocks. An age is the largest of the three
// differences: the monotonic clock can stop while a machine is suspended, and the
// wall clock can be set back, so none is enough alone (reliability F7, F8).
type moment struct {
	wall time.Time // with Go's monotonic reading
	boot time.Duration
}

// age returns how old m is at t by the monotonic and the wall clock.
func (m moment) age(t time.Time) time.Duration {
	return max(t.Sub(m.wall), t.Round(0).Sub(m.wall.Round(0)))
}

// within reports whether m is at most d old at another moment, by all three clocks.
func (m moment) within(d time.Duration, here moment) bool {
	return m.age(here.wall) <= d && here.boot-m.boot <= d
}

// jumped reports whether the wall clock was moved by more than limit since m.
func (m moment) jumped(t time.Time, limit time.Duration) bool {
	return (t.Round(0).Sub(m.wall.Round(0)) - t.Sub(m.wall)).Abs() > limit
}
