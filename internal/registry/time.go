package registry

import "time"

// Time is an instant in microseconds since 1970-01-01T00:00:00Z. Zero means
// "not given": that one instant cannot be stated. Spans are half-open [from, to).
type Time int64

// Bounds of a stated instant, [MinTime, MaxTime): 1971 to 2200. What lies
// outside is a slip of the pen, never a fact of an agreement.
var (
	MinTime = At(time.Date(1971, 1, 1, 0, 0, 0, 0, time.UTC))
	MaxTime = At(time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC))
)

// At returns t as a Time, cut to microseconds.
func At(t time.Time) Time { return Time(t.UnixMicro()) }

// Std returns t in UTC.
func (t Time) Std() time.Time { return time.UnixMicro(int64(t)).UTC() }

// String formats t as RFC 3339 with microseconds, or "" when not given.
func (t Time) String() string {
	if t == 0 {
		return ""
	}
	return t.Std().Format("2006-01-02T15:04:05.999999Z07:00")
}

// Contains reports whether t lies in [p.StartTime, p.EndTime).
func (p Period) Contains(t Time) bool {
	return p.StartTime <= t && (p.EndTime == 0 || t < p.EndTime)
}
