package server

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"waybill/internal/decision"
	"waybill/internal/registry"
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
)

// exportBytes is about how large one message of an export is.
const exportBytes = 256 << 10

// registryService reads and writes the registry as a whole.
type registryService struct {
	waybillv1.UnimplementedRegistryServiceServer
	*core
}

// Export sends every noun at one revision, in an order that can be applied, and
// with the same grants where it is.
func (s registryService) Export(r *waybillv1.ExportRequest, stream grpc.ServerStreamingServer[waybillv1.ExportResponse]) error {
	ctx := stream.Context()
	on, revision, err := s.asKnown(ctx, r)
	if err != nil {
		return err
	}
	token := &waybillv1.RevisionToken{Epoch: s.keeper.View().Head.Epoch, Revision: revision}
	if revision == 0 {
		return stream.Send(&waybillv1.ExportResponse{Token: token})
	}
	_, records, err := s.store.Fold(ctx, revision)
	if err != nil {
		return err
	}
	part, size := &waybillv1.ExportResponse{Token: token}, 0
	var categories []string // they come before what names them, in the order of names
	for rec, err := range records {
		if err != nil {
			return err
		}
		if rec.Noun.Collection() == registry.Categories {
			categories = append(categories, rec.Noun.ResourceName())
		}
		if rec.Noun, err = registry.Portable(rec.Noun, categories); err != nil {
			return err
		}
		res := wire.ToResource(rec, on)
		part.Resources = append(part.Resources, res)
		if size += proto.Size(res); size < exportBytes {
			continue
		}
		if err := stream.Send(part); err != nil {
			return err
		}
		part, size = &waybillv1.ExportResponse{Token: token}, 0
	}
	return stream.Send(part)
}

// asKnown returns the time of the states and the revision of an export.
func (s registryService) asKnown(ctx context.Context, r *waybillv1.ExportRequest) (on registry.Time, revision int64, err error) {
	on = registry.At(s.now())
	known, err := instant("known_time", r.GetKnownTime())
	if err != nil {
		return 0, 0, err
	}
	if known == 0 {
		head, err := s.store.Head(ctx)
		return on, head.Revision, err
	}
	revision, err = s.store.RevisionAt(ctx, known)
	return known, revision, err
}

// Lookup returns one noun by its name, whose collection may be left out.
func (s registryService) Lookup(ctx context.Context, r *waybillv1.LookupRequest) (*waybillv1.LookupResponse, error) {
	name, err := s.fullName(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	rec, on, revision, err := s.recorded(ctx, name, r)
	if err != nil {
		return nil, err
	}
	return &waybillv1.LookupResponse{Resource: wire.ToResource(rec, on), OnTime: timestamp(on), Revision: revision}, nil
}

// fullName returns the name that is meant: itself where it is well formed, else
// the one noun that has it in some collection.
func (s registryService) fullName(ctx context.Context, name string) (string, error) {
	if _, ok := registry.CollectionOf(name); ok {
		return name, nil
	}
	candidates := inCollections(name)
	if len(candidates) == 0 {
		return "", s.notFound(ctx, name)
	}
	recs, _, err := s.store.Get(ctx, candidates...)
	if err != nil {
		return "", err
	}
	candidates = slices.DeleteFunc(candidates, func(n string) bool { _, ok := recs[n]; return !ok })
	switch len(candidates) {
	case 0:
		return "", s.notFound(ctx, name)
	case 1:
		return candidates[0], nil
	}
	return "", invalid("name", "one of "+strings.Join(candidates, ", "))
}

// nearest returns the names of the registry that are nearest to one that is not:
// of its collection, or of all where it names none.
func (s *core) nearest(name string, n int) []string {
	view := s.keeper.View()
	if view == nil {
		return nil
	}
	if c, ok := registry.CollectionOf(name); ok {
		return view.Snapshot.Nearest(c, name, n)
	}
	for _, c := range registry.Collections {
		if c != registry.SettingsOf && c != registry.Deployments && strings.HasPrefix(name, c.Prefix()) {
			return view.Snapshot.Nearest(c, name, n)
		}
	}
	var ids []string
	full := map[string]string{}
	for _, c := range registry.Collections {
		if c == registry.Deployments || c == registry.SettingsOf {
			continue
		}
		for _, near := range view.Snapshot.Nearest(c, c.Prefix()+name, n) {
			id := strings.TrimPrefix(near, c.Prefix())
			if _, taken := full[id]; !taken {
				full[id] = near
				ids = append(ids, id)
			}
		}
	}
	near := registry.Nearest(name, ids, n)
	for i, id := range near {
		near[i] = full[id]
	}
	return near
}

// GetVersion returns the server's and the registry's facts.
func (s registryService) GetVersion(ctx context.Context, _ *waybillv1.GetVersionRequest) (*waybillv1.GetVersionResponse, error) {
	view, now := callOf(ctx).view, registry.At(s.now())
	v := &waybillv1.GetVersionResponse{
		Version: s.version, Edition: decision.Edition, EditionDigest: decision.Digest(),
		RulesJudged: int32(decision.RulesJudged()), RulesTotal: decision.RulesTotal,
		Token: &waybillv1.RevisionToken{Epoch: view.Head.Epoch, Revision: view.Head.Revision},
	}
	for _, c := range decision.NotJudged() {
		v.NotJudged = append(v.NotJudged, c.String())
	}
	view.Snapshot.Principals(func(p decision.Principal) bool {
		if p.ObserveUntil > now {
			v.Observers++
		}
		return true
	})
	return v, nil
}
