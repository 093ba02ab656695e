//go:build !linux

package gate

import "time"

// bootTime knows no such clock here; the other two stand alone.
func bootTime() time.Duration { return 0 }
