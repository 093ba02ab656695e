package store

import (
	"fmt"
	"syscall"

	"waybill/internal/registry"
)

// refuseNetwork refuses a network filesystem, on which SQLite's locks do not hold.
func refuseNetwork(dir string) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return fmt.Errorf("look at the data directory's filesystem: %w", err)
	}
	switch uint32(fs.Type) {
	case 0x6969, 0x517b, 0xff534d42, 0xfe534d42: // NFS, SMB, CIFS, SMB2
		return registry.Errorf(registry.Precondition, "STATE_INVALID", "the data directory %s is on a network filesystem; use a local one, or PostgreSQL", dir)
	}
	return nil
}
