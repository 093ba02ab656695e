package gate

import (
	"time"

	"golang.org/x/sys/unix"
)

// moment is one instant by three clocks. An age is the largest of the three
// differences: the monotonic clock can stop while a machine is suspended, and the
// wall clock can be set back, so none is enough alone (reliability F7, F8).
type moment struct {
	wall time.Time // with Go's monotonic reading
	boot time.Duration
}

// since returns the age of m at t.
func (m moment) since(t moment) time.Duration { return max(m.sinceWall(t.wall), t.boot-m.boot) }

// sinceWall is since without the boot clock, which costs a system call.
func (m moment) sinceWall(t time.Time) time.Duration {
	return max(t.Sub(m.wall), t.Round(0).Sub(m.wall.Round(0)))
}

// bootTime returns the time since boot, suspension included; 0 where the system
// does not tell.
func bootTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
