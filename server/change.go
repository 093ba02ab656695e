package server

import (
	"context"
	"fmt"
	"slices"

	"waybill/internal/registry"
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
)

// changeService reads the changes.
type changeService struct {
	waybillv1.UnimplementedChangeServiceServer
	*core
}

// ListChanges lists changes in their order. The position of a page is the
// revision of its first change and how many of that revision came before.
func (s changeService) ListChanges(ctx context.Context, r *waybillv1.ListChangesRequest) (*waybillv1.ListChangesResponse, error) {
	after, skip, err := changePosition(r)
	if err != nil {
		return nil, err
	}
	name := r.GetName()
	if name != "" {
		if name, err = s.everNamed(ctx, "name", name); err != nil {
			return nil, err
		}
	}
	size := pageSize(r)
	changes, err := s.store.Changes(ctx, after, 0, name, skip+size+1)
	if err != nil {
		return nil, err
	}
	changes = changes[min(skip, len(changes)):]
	resp := &waybillv1.ListChangesResponse{}
	if len(changes) > size {
		next := changes[size].Revision
		before := slices.IndexFunc(changes, func(c registry.Change) bool { return c.Revision == next })
		given := size - before
		if before == 0 {
			given += skip // the whole page is of the revision that the page before ended in
		}
		resp.NextPageToken = pageToken(r, fmt.Sprintf("%d %d", next-1, given))
		changes = changes[:size]
	}
	for _, c := range changes {
		resp.Changes = append(resp.Changes, changeMessage(c))
	}
	return resp, nil
}

func changePosition(r *waybillv1.ListChangesRequest) (after int64, skip int, err error) {
	if r.GetAfterRevision() < 0 {
		return 0, 0, invalid("after_revision", "a revision, or nothing for all")
	}
	at, err := position(r)
	if err != nil || at == "" {
		return r.GetAfterRevision(), 0, err
	}
	if _, err := fmt.Sscanf(at, "%d %d", &after, &skip); err != nil {
		return 0, 0, registry.Errorf(registry.Invalid, "PAGE_TOKEN_INVALID", "the page token is not of this request")
	}
	return after, skip, nil
}

func changeMessage(c registry.Change) *waybillv1.Change {
	m := &waybillv1.Change{
		Revision: c.Revision, Index: c.Index, Operation: waybillv1.ChangeOperation(c.Operation), Name: c.Name, Number: int64(c.Number),
		Author: c.Author, Reason: c.Reason, RecordTime: timestamp(c.Time), Root: c.Root[:], Entry: c.Entry,
	}
	if c.Noun != nil {
		m.Resource = wire.ToResource(registry.Record{Noun: c.Noun, Number: c.Number, Revision: c.Revision, UpdateTime: c.Time}, c.Time)
	}
	return m
}

// transferRegisterService reads the register of cross-border transfers.
type transferRegisterService struct {
	waybillv1.UnimplementedTransferRegisterServiceServer
	*core
}

// ListRegisteredTransfers lists transfers at one revision, which the pages share:
// the position of a page is the revision and the last name of the one before.
func (s transferRegisterService) ListRegisteredTransfers(ctx context.Context, r *waybillv1.ListRegisteredTransfersRequest) (*waybillv1.ListRegisteredTransfersResponse, error) {
	on, revision, after, err := s.registerAt(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, size := &waybillv1.ListRegisteredTransfersResponse{Revision: revision}, pageSize(r)
	if revision == 0 {
		return resp, nil
	}
	_, records, err := s.store.Fold(ctx, revision)
	if err != nil {
		return nil, err
	}
	for rec, err := range records {
		if err != nil {
			return nil, err
		}
		t, ok := rec.Noun.(*registry.Transfer)
		if !ok || t.Name <= after || !r.GetShowAll() && registry.State(t, on) != registry.StateInForce {
			continue
		}
		if len(resp.Transfers) == size {
			resp.NextPageToken = pageToken(r, fmt.Sprintf("%d %s", revision, resp.Transfers[size-1].GetName()))
			break
		}
		resp.Transfers = append(resp.Transfers, messageOf[*waybillv1.Transfer](rec, on))
	}
	return resp, nil
}

func (s transferRegisterService) registerAt(ctx context.Context, r *waybillv1.ListRegisteredTransfersRequest) (on registry.Time, revision int64, after string, err error) {
	on, known, err := s.times(r)
	if err != nil {
		return 0, 0, "", err
	}
	at, err := position(r)
	switch {
	case err != nil:
	case at != "":
		_, err = fmt.Sscanf(at, "%d %s", &revision, &after)
	case known != 0:
		revision, err = s.store.RevisionAt(ctx, known)
	default:
		var head registry.Head
		head, err = s.store.Head(ctx)
		revision = head.Revision
	}
	return on, revision, after, err
}
