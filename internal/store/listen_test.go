package store_test

import (
	"context"
	"testing"
	"time"

	"waybill/internal/registry"
	"waybill/internal/store/pgtest"
)

// TestListen: a commit is heard of at once, also after the database was killed, and
// one that hangs holds nobody up.
func TestListen(t *testing.T) {
	server := pgtest.New(t)
	s := openStore(t, server.Database(t))
	heard := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Listen(ctx, func() {
			select {
			case heard <- struct{}{}:
			default:
			}
		})
	}()
	hear := func(within time.Duration) {
		t.Helper()
		select {
		case <-heard:
		case <-time.After(within):
			t.Fatal("nothing was heard")
		}
	}
	hear(5 * time.Second) // it listens
	n := 0
	write := func() {
		t.Helper()
		n++
		recovers(t, func() error {
			h, err := s.Head(t.Context())
			if err != nil {
				return err
			}
			_, _, err = s.Commit(t.Context(), h, purpose("purposes/p"+string(rune('a'+n))))
			if registry.ReasonOf(err) == "REVISION_MOVED" {
				return nil
			}
			return err
		})
	}
	for range 5 {
		write()
		hear(time.Second)
	}
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := server.Run(); err != nil {
		t.Fatal(err)
	}
	hear(5 * time.Second) // it listens again, and does not know what it missed
	write()
	hear(time.Second)
	if err := server.Freeze(); err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case <-ended:
	case <-time.After(time.Second):
		t.Error("it does not end while the database hangs")
	}
	if err := server.Thaw(); err != nil {
		t.Fatal(err)
	}
}
