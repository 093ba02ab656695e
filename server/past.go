package server

import (
	"context"
	"sync"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// maxPast is how many snapshots of the past are kept, and maxDelta how many
// changes one is carried on by rather than compiled anew.
const (
	maxPast  = 4
	maxDelta = 2000
)

// past keeps a few snapshots of earlier revisions, for readers of decisions.
type past struct {
	mu   sync.Mutex
	kept []*decision.Snapshot // the newest used last
}

// notRecorded says that there was no such record at the revision, and when it was
// first recorded if that was later.
func (s *core) notRecorded(ctx context.Context, name string, revision int64) error {
	first, err := s.store.Changes(ctx, 0, 0, name, 1)
	if err != nil {
		return err
	}
	if len(first) == 0 || first[0].Revision <= revision {
		return s.notFound(ctx, name)
	}
	return registry.Errorf(registry.NotFound, "NOT_FOUND", "not recorded by then; first recorded at revision %d on %s", first[0].Revision, first[0].Time)
}

// snapshotAt returns the registry compiled as it stood at the revision. Readers
// ask in the order of revisions, so it is mostly the one before and a few changes.
func (s *core) snapshotAt(ctx context.Context, revision int64) (*decision.Snapshot, error) {
	view := s.keeper.View()
	if revision == view.Head.Revision {
		return view.Snapshot, nil
	}
	s.past.mu.Lock()
	defer s.past.mu.Unlock()
	var base *decision.Snapshot
	for i, k := range s.past.kept {
		switch r := k.Head().Revision; {
		case k.Head().Epoch != view.Head.Epoch:
		case r == revision:
			s.past.kept = append(append(s.past.kept[:i:i], s.past.kept[i+1:]...), k)
			return k, nil
		case r < revision && (base == nil || base.Head().Revision < r):
			base = k
		}
	}
	snap, err := s.carryOn(ctx, base, revision)
	if err == nil && snap == nil {
		snap, err = s.compileAt(ctx, view.Head.Epoch, revision)
	}
	if err != nil {
		return nil, err
	}
	s.past.kept = append(s.past.kept, snap)
	if len(s.past.kept) > maxPast {
		s.past.kept = append([]*decision.Snapshot(nil), s.past.kept[1:]...)
	}
	return snap, nil
}

// carryOn applies the changes between; nil when there is nothing to start from or
// too much to apply.
func (s *core) carryOn(ctx context.Context, base *decision.Snapshot, revision int64) (*decision.Snapshot, error) {
	if base == nil {
		return nil, nil
	}
	from := base.Head()
	changes, err := s.store.Changes(ctx, from.Revision, revision, "", maxDelta+1)
	if err != nil || len(changes) > maxDelta || len(changes) == 0 {
		return nil, err
	}
	last := changes[len(changes)-1]
	return base.Apply(registry.Head{Epoch: from.Epoch, Revision: revision, Changes: last.Index + 1, Root: last.Root}, changes)
}

func (s *core) compileAt(ctx context.Context, epoch string, revision int64) (*decision.Snapshot, error) {
	if revision == 0 {
		return decision.Compile(registry.Head{Epoch: epoch}, func(func(registry.Record, error) bool) {})
	}
	head := registry.Head{Epoch: epoch, Revision: revision}
	if changes, err := s.store.Changes(ctx, revision-1, revision, "", 0); err != nil {
		return nil, err
	} else if len(changes) > 0 {
		last := changes[len(changes)-1]
		head.Changes, head.Root = last.Index+1, last.Root
	}
	_, records, err := s.store.Fold(ctx, revision)
	if err != nil {
		return nil, err
	}
	return decision.Compile(head, records)
}
