package main

import (
	"context"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// compileNouns checks nouns and expands their wildcards as apply does on an empty
// registry, and compiles what it would record: files are judged without a server.
func compileNouns(ctx context.Context, nouns []registry.Noun, now registry.Time) (*decision.Snapshot, error) {
	records, err := registry.Assemble(ctx, nouns, now)
	if err != nil {
		return nil, err
	}
	head := registry.Head{Epoch: "files", Revision: 1, NextNumber: uint32(len(records) + 1), Changes: int64(len(records)), Clock: now}
	return decision.Compile(head, func(yield func(registry.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	})
}
