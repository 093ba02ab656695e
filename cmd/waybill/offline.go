package main

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// empty is a registry that holds nothing: what files are checked against when
// there is no server. Only what a plan reads of a registry is answered.
type empty struct{ registry.Store }

func (empty) Head(context.Context) (registry.Head, error) {
	return registry.Head{Epoch: "files", NextNumber: 1}, nil
}

func (empty) Fold(context.Context, int64) (int64, iter.Seq2[registry.Record, error], error) {
	return 0, func(func(registry.Record, error) bool) {}, nil
}

// compileNouns checks nouns and expands their wildcards as apply does on an empty
// registry, and compiles what it would record.
func compileNouns(ctx context.Context, nouns []registry.Noun, now registry.Time) (*decision.Snapshot, error) {
	plan, err := registry.PlanApply(ctx, empty{}, nouns, registry.ApplyOptions{Now: now})
	if err != nil {
		return nil, err
	}
	records := make([]registry.Record, 0, len(plan.Edits))
	for i, e := range plan.Edits {
		records = append(records, registry.Record{Noun: e.Noun, Number: uint32(i + 1), Revision: 1, CreateTime: now, UpdateTime: now})
	}
	place := map[registry.Collection]int{}
	for i, c := range registry.Collections {
		place[c] = i
	}
	slices.SortStableFunc(records, func(a, b registry.Record) int {
		return cmp.Or(place[a.Noun.Collection()]-place[b.Noun.Collection()], cmp.Compare(a.Noun.ResourceName(), b.Noun.ResourceName()))
	})
	head := registry.Head{Epoch: "files", Revision: 1, NextNumber: uint32(len(records) + 1), Changes: int64(len(records)), Clock: now}
	return decision.Compile(head, func(yield func(registry.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	})
}
