//go:build !race

package gate

import (
	"context"
	"strings"
	"testing"
	"time"

	"waybill/internal/registry"
)

// The race detector lets pools forget at random: what is counted here holds without it.

// TestCheckAllocates: a check takes its memory from what was used before.
func TestCheckAllocates(t *testing.T) {
	g := start(t, KeeperConfig{}, Config{})
	var a Answer
	q := question()
	check := func() {
		if err := g.Check(context.Background(), g.shop, q, CheckOptions{RequestID: "r"}, &a); err != nil {
			t.Error(err)
		}
	}
	for range 100 {
		check()
	}
	// A group of one: its channel, its filter, and what the fake of the ledger keeps.
	if n := testing.AllocsPerRun(200, check); n > 8 {
		t.Errorf("a check alone allocates %v times", n)
	}
}

func TestAuthenticateAllocatesNothing(t *testing.T) {
	v, now := start(t, KeeperConfig{}, Config{}).keeper.View(), registry.At(time.Now())
	if n := testing.AllocsPerRun(100, func() {
		if _, err := v.Authenticate("wb_t1_"+secret, now); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("it allocates %v times", n)
	}
}

func TestTagAllocatesNothing(t *testing.T) {
	ks, text, buf, now := keysOf(t), strings.Repeat("a long text ", 50), make([]byte, 0, 64), time.Now()
	if n := testing.AllocsPerRun(100, func() { buf = ks.Tag(buf[:0], text, now) }); n != 0 {
		t.Errorf("it allocates %v times", n)
	}
}
