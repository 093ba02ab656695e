package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"waybill/internal/registry"
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
)

// What one apply may hold.
const (
	maxApplyBytes = 64 << 20
	maxApplyNouns = 200_000
)

// application is what one apply asks for.
type application struct {
	options *waybillv1.ApplyOptions
	digest  [32]byte
	nouns   []registry.Noun
}

// Apply compares the stream's nouns with the registry and records the difference
// as one revision, or only shows it.
func (s registryService) Apply(stream grpc.ClientStreamingServer[waybillv1.ApplyRequest, waybillv1.ApplyResponse]) error {
	ctx := stream.Context()
	a, err := receive(callOf(ctx).method, stream)
	if err != nil {
		return err
	}
	use := newRecentUse(s.core)
	if a.options.GetPrune() {
		if err := use.ahead(ctx, a); err != nil {
			return err
		}
	}
	var plan *registry.Plan
	resp, _, err := write(ctx, s.core, writing[*waybillv1.ApplyResponse]{
		digest: a.digest, options: a.options.GetOptions(),
		prepare: func(ctx context.Context, now registry.Time) (p proposal, err error) {
			if plan, err = s.plan(ctx, a, use, now); err != nil {
				return proposal{}, err
			}
			return proposal{head: plan.Head, edits: plan.Edits}, nil
		},
		respond: func(_ proposal, _ []registry.Change, result *waybillv1.WriteResult) *waybillv1.ApplyResponse {
			return &waybillv1.ApplyResponse{Plan: planItems(plan), Etag: plan.Etag, Result: result}
		},
	})
	if err != nil {
		return err
	}
	return stream.SendAndClose(resp)
}

// plan compares, and holds the difference to the caller's role and to the plan
// that was shown.
func (s registryService) plan(ctx context.Context, a *application, use *recentUse, now registry.Time) (*registry.Plan, error) {
	plan, err := registry.PlanApply(ctx, s.store, a.nouns, registry.ApplyOptions{
		Prune: a.options.GetPrune(), PruneUsed: a.options.GetPruneUsed(), Used: use.of, Now: now,
	})
	if err != nil {
		return nil, err
	}
	if err := s.mayApply(ctx, plan.Edits); err != nil {
		return nil, err
	}
	if etag := a.options.GetOptions().GetEtag(); etag != "" && etag != plan.Etag {
		return nil, registry.Errorf(registry.Aborted, "ETAG_MISMATCH", "the registry moved since the plan was shown; look at the new plan")
	}
	return plan, nil
}

// mayApply keeps legal from what is the admin's: the settings, and of principals
// everything but who is a source of consent.
func (s registryService) mayApply(ctx context.Context, edits []registry.Edit) error {
	if callOf(ctx).principal.Role == registry.RoleAdmin {
		return nil
	}
	for _, e := range edits {
		switch c, _ := registry.CollectionOf(e.Name); c {
		case registry.SettingsOf:
			return registry.Errorf(registry.PermissionDenied, "ROLE_NOT_PERMITTED", "the settings are changed by an admin")
		case registry.Principals:
			recs, _, err := s.store.Get(ctx, e.Name)
			if err != nil {
				return err
			}
			if !onlySourceDiffers(recs[e.Name].Noun, e.Noun) {
				return registry.Errorf(registry.PermissionDenied, "ROLE_NOT_PERMITTED",
					"%s is changed by an admin; legal states of a principal whether it is a source of consent", e.Name)
			}
		}
	}
	return nil
}

func onlySourceDiffers(before, after registry.Noun) bool {
	b, ok := before.(*registry.Principal)
	a, ok2 := after.(*registry.Principal)
	if !ok || !ok2 {
		return false
	}
	x, y := *b, *a
	x.ConsentSource, y.ConsentSource = nil, nil
	xb, err := registry.Encode(&x)
	if err != nil {
		return false
	}
	yb, err := registry.Encode(&y)
	return err == nil && bytes.Equal(xb, yb)
}

// receive reads the stream. Every wrong noun is told at once, by its place among all.
func receive(method string, stream grpc.ClientStreamingServer[waybillv1.ApplyRequest, waybillv1.ApplyResponse]) (*application, error) {
	a := &application{}
	var messages []proto.Message
	var wrong walk
	size := 0
	for first := true; ; first = false {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if first {
			a.options = r.GetOptions()
		} else if r.GetOptions() != nil {
			return nil, invalid("options", "given in the first message only")
		}
		if size += proto.Size(r); size > maxApplyBytes || len(a.nouns)+len(r.GetResources()) > maxApplyNouns {
			return nil, invalid("resources", fmt.Sprintf("at most %d nouns and %d MiB in one apply", maxApplyNouns, maxApplyBytes>>20))
		}
		messages = append(messages, r)
		for _, res := range r.GetResources() {
			n, err := wire.FromResource(res)
			wrong.noun(len(a.nouns), err)
			a.nouns = append(a.nouns, n)
		}
	}
	a.digest = requestDigest(method, messages...)
	if a.options.GetOptions() != nil {
		wrong.options(a.options.GetOptions())
	}
	return a, wrong.err()
}

// noun adds what is wrong with the i-th noun of an apply.
func (w *walk) noun(i int, err error) {
	var e *registry.Error
	if errors.As(err, &e) {
		for _, f := range e.Fields {
			w.add(fmt.Sprintf("resources[%d].%s", i, f.Field), f.Expected)
		}
	}
}

func planItems(p *registry.Plan) []*waybillv1.PlanItem {
	var items []*waybillv1.PlanItem
	for _, i := range p.Items {
		items = append(items, &waybillv1.PlanItem{Action: waybillv1.PlanAction(i.Action), Name: i.Name, Fields: i.Fields})
	}
	return items
}
