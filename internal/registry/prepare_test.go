package registry

import (
	"slices"
	"testing"
)

func TestPrepareSample(t *testing.T) {
	m := newMemory()
	names, err := m.write(t, Request{Put: sample()})
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != len(sample()) {
		t.Fatalf("wrote %d of %d", len(names), len(sample()))
	}
	t.Log(slices.Clone(names))
}
