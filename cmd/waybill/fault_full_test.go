//go:build linux

package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// diskFull takes the room under SQLite away, under load (reliability F10): callers
// are told within a second, nothing told is lost, and the server goes on by itself
// when there is room again.
func (f *faults) diskFull(t *testing.T) {
	t.Run("Device", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "disk")
		do(t, func() error { return os.Mkdir(dir, 0o700) })
		err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=3m")
		if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
			t.Logf("mounting is not permitted here (%v); only the limit on a file's size was tried", err)
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { do(t, func() error { return syscall.Unmount(dir, 0) }) })
		// The log of the ledger alone outgrows 3 MiB before SQLite empties it.
		f.noRoom(t, f.inDirectory(t, filepath.Join(dir, "data")), func(*life) error { return nil }, func(*life) error {
			return syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=256m")
		})
	})
	t.Run("FileSize", func(t *testing.T) {
		limit := func(bytes uint64) func(*life) error {
			return func(p *life) error {
				return unix.Prlimit(p.pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}, nil)
			}
		}
		f.noRoom(t, f.onSQLite(t), limit(64<<10), limit(unix.RLIM_INFINITY))
	})
}

func (f *faults) noRoom(t *testing.T, s *site, full, room func(*life) error) {
	k := &told{}
	p := s.start()
	l := p.begin(k, true)
	l.warm(100, 0)
	do(t, func() error { return full(p) })
	for end := time.Now().Add(20 * time.Second); l.refused.Load() < callers; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("nobody was refused: there was room")
		}
	}
	o := outage{name: "no room", from: time.Now(), partly: true}
	time.Sleep(f.outage / 2)
	o.to = time.Now()
	do(t, func() error { return room(p) })
	l.warm(200, 3)
	took := time.Since(o.to)
	if took > recovery {
		t.Errorf("%v passed until the load went on", took)
	}
	l.end()
	k.refused(t, o)
	l.settle(p)
	p.seen(k, 8)
	p.stop()
	s.doctor()
	r := s.audit(k)
	t.Logf("the load went on within %v; %d answers told, %d entries in %d shards, %d of callers that were told no; %d changes told; errors met: %s",
		took.Round(time.Millisecond), len(k.receipts), r.decisions, r.shards, r.surplus, len(k.changes), k.errors())
}
