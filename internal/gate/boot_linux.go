package gate

import (
	"time"

	"golang.org/x/sys/unix"
)

// bootTime returns the time since boot, suspension included. It costs a system call.
func bootTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
