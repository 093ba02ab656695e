package server

import (
	"context"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/registry"
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
)

// The requests that every noun's service has in the same shape.
type (
	getRequest interface {
		proto.Message
		GetName() string
		GetOnTime() *timestamppb.Timestamp
		GetKnownTime() *timestamppb.Timestamp
	}
	listRequest interface {
		pageRequest
		GetOnTime() *timestamppb.Timestamp
		GetKnownTime() *timestamppb.Timestamp
	}
	writeRequest interface {
		proto.Message
		GetOptions() *waybillv1.WriteOptions
	}
	updateRequest interface {
		writeRequest
		GetUpdateMask() *fieldmaskpb.FieldMask
	}
	namedRequest interface {
		writeRequest
		GetName() string
	}
	datedRequest interface {
		namedRequest
		GetTime() *timestamppb.Timestamp
	}
)

// get returns one noun of the collection, as recorded at known_time, with the
// state of on_time.
func get[M proto.Message](ctx context.Context, s *core, c registry.Collection, r getRequest) (m M, err error) {
	if err := inCollection(c, "name", r.GetName()); err != nil {
		return m, err
	}
	rec, on, _, err := s.recorded(ctx, r.GetName(), r)
	if err != nil {
		return m, err
	}
	return messageOf[M](rec, on), nil
}

// dated is a request for the registry as it stood.
type dated interface {
	GetOnTime() *timestamppb.Timestamp
	GetKnownTime() *timestamppb.Timestamp
}

// times returns on_time, now when absent, and known_time, 0 when absent.
func (s *core) times(r dated) (on, known registry.Time, err error) {
	if on, err = instant("on_time", r.GetOnTime()); err != nil {
		return 0, 0, err
	}
	if known, err = instant("known_time", r.GetKnownTime()); err != nil {
		return 0, 0, err
	}
	if on == 0 {
		on = registry.At(s.now())
	}
	return on, known, nil
}

// recorded returns a record as the request asks for it, the time of its state and
// the revision that was read.
func (s *core) recorded(ctx context.Context, name string, r dated) (rec registry.Record, on registry.Time, revision int64, err error) {
	on, known, err := s.times(r)
	if err != nil {
		return rec, 0, 0, err
	}
	found := false
	if known == 0 {
		recs, head, err := s.store.Get(ctx, name)
		if err != nil {
			return rec, 0, 0, err
		}
		rec, found = recs[name]
		revision = head.Revision
	} else if revision, err = s.store.RevisionAt(ctx, known); err != nil {
		return rec, 0, 0, err
	} else if rec, found, err = s.knownRecord(ctx, name, revision); err != nil {
		return rec, 0, 0, err
	}
	switch {
	case found:
		return rec, on, revision, nil
	case known != 0:
		return rec, 0, 0, s.notRecorded(ctx, name, revision)
	}
	return rec, 0, 0, s.notFound(ctx, name)
}

// knownRecord returns a noun as its newest change at or before the revision left it.
func (s *core) knownRecord(ctx context.Context, name string, revision int64) (rec registry.Record, found bool, err error) {
	if revision == 0 {
		return rec, false, nil
	}
	changes, err := s.store.Changes(ctx, 0, revision, name, 0)
	if err != nil || len(changes) == 0 {
		return rec, false, err
	}
	for _, ch := range changes {
		if ch.Number != rec.Number {
			rec.CreateTime = ch.Time
		}
		rec.Noun, rec.Number, rec.Revision, rec.UpdateTime = ch.Noun, ch.Number, ch.Revision, ch.Time
	}
	return rec, rec.Noun != nil, nil
}

// list returns a page of the collection in the order of names. The position of a
// page is the last name of the one before.
func list[M proto.Message](ctx context.Context, s *core, c registry.Collection, parent string, r listRequest) (page []M, next string, err error) {
	on, known, err := s.times(r)
	if err != nil {
		return nil, "", err
	}
	after, err := position(r)
	if err != nil {
		return nil, "", err
	}
	size := pageSize(r)
	var recs []registry.Record
	if known == 0 {
		recs, _, err = s.store.List(ctx, c, parent, after, size+1)
	} else {
		recs, err = s.knownList(ctx, c, parent, after, known, size+1)
	}
	if err != nil {
		return nil, "", err
	}
	if len(recs) > size {
		recs = recs[:size]
		next = pageToken(r, recs[size-1].Noun.ResourceName())
	}
	for _, rec := range recs {
		page = append(page, messageOf[M](rec, on))
	}
	return page, next, nil
}

func (s *core) knownList(ctx context.Context, c registry.Collection, parent, after string, known registry.Time, limit int) ([]registry.Record, error) {
	revision, err := s.store.RevisionAt(ctx, known)
	if err != nil || revision == 0 {
		return nil, err
	}
	_, records, err := s.store.Fold(ctx, revision)
	if err != nil {
		return nil, err
	}
	var recs []registry.Record
	for rec, err := range records {
		if err != nil {
			return nil, err
		}
		name := rec.Noun.ResourceName()
		if rec.Noun.Collection() != c || name <= after || parent != "" && registry.RecipientOf(name) != parent {
			continue
		}
		if recs = append(recs, rec); len(recs) == limit {
			break
		}
	}
	return recs, nil
}

// create records a new noun.
func create[M proto.Message, R reply](ctx context.Context, s *core, r writeRequest, m M, build func(M, *waybillv1.WriteResult) R) (R, error) {
	if r.GetOptions().GetEtag() != "" {
		var none R
		return none, invalid("options.etag", "nothing: a new record has no etag")
	}
	return put(ctx, s, r, build, func(ctx context.Context, now registry.Time) (registry.Record, registry.Request, error) {
		n, err := wire.FromProto(m)
		if err == nil {
			err = ownPrincipal(nil, n)
		}
		return registry.Record{}, registry.Request{Put: []registry.Noun{n}, MustNotExist: true, Now: now}, err
	})
}

// update records the state after a change of all fields, or of those of the mask.
func update[M proto.Message, R reply](ctx context.Context, s *core, r updateRequest, m M, build func(M, *waybillv1.WriteResult) R) (R, error) {
	return put(ctx, s, r, build, func(ctx context.Context, now registry.Time) (old registry.Record, q registry.Request, err error) {
		name := nameOf(m)
		if old, err = s.current(ctx, name, r.GetOptions().GetEtag()); err != nil {
			return old, q, err
		}
		var after proto.Message = m
		if mask := r.GetUpdateMask(); mask != nil {
			after = wire.ToProto(old.Noun)
			if err := merge(after, m, mask.GetPaths()); err != nil {
				return old, q, err
			}
		}
		n, err := wire.FromProto(after)
		if err == nil {
			err = ownPrincipal(old.Noun, n)
		}
		return old, change(old, n, now), err
	})
}

// amend changes one noun by a verb. It changes a copy of the noun in place.
func amend[N registry.Noun, M proto.Message, R reply](ctx context.Context, s *core, r writeRequest, name string, build func(M, *waybillv1.WriteResult) R, verb func(n N, now registry.Time) error) (R, error) {
	return put(ctx, s, r, build, func(ctx context.Context, now registry.Time) (registry.Record, registry.Request, error) {
		return amended(ctx, s, r, name, now, verb)
	})
}

// amended returns a record as it stands and the request to record it changed.
func amended[N registry.Noun](ctx context.Context, s *core, r writeRequest, name string, now registry.Time, verb func(n N, now registry.Time) error) (old registry.Record, q registry.Request, err error) {
	var typed N
	if err := inCollection(typed.Collection(), "name", name); err != nil {
		return old, q, err
	}
	if old, err = s.current(ctx, name, r.GetOptions().GetEtag()); err != nil {
		return old, q, err
	}
	n, err := cloneNoun(old.Noun)
	if err != nil {
		return old, q, err
	}
	if err := verb(n.(N), now); err != nil {
		return old, q, err
	}
	q = change(old, n, now)
	q.EditTokens = true // the noun is the one that stands, with what the verb changed
	return old, q, nil
}

// remove withdraws a noun; its history stays.
func remove[R reply](ctx context.Context, s *core, c registry.Collection, r namedRequest, build func(*waybillv1.WriteResult) R) (R, error) {
	resp, _, err := write(ctx, s, writing[R]{
		digest: requestDigest(callOf(ctx).method, r), options: r.GetOptions(),
		prepare: func(ctx context.Context, now registry.Time) (proposal, error) {
			if err := inCollection(c, "name", r.GetName()); err != nil {
				return proposal{}, err
			}
			old, err := s.current(ctx, r.GetName(), r.GetOptions().GetEtag())
			if err != nil {
				return proposal{}, err
			}
			return s.prepare(ctx, r, registry.Request{Delete: []string{r.GetName()}, MustExist: true, Now: now, Etags: etags(old)})
		},
		respond: func(_ proposal, _ []registry.Change, result *waybillv1.WriteResult) R { return build(result) },
	})
	return resp, err
}

// put records one noun, as the request that ask makes of the record as it stands.
func put[M proto.Message, R reply](ctx context.Context, s *core, r writeRequest, build func(M, *waybillv1.WriteResult) R, ask func(context.Context, registry.Time) (registry.Record, registry.Request, error)) (R, error) {
	var old registry.Record
	resp, _, err := write(ctx, s, writing[R]{
		digest: requestDigest(callOf(ctx).method, r), options: r.GetOptions(),
		prepare: func(ctx context.Context, now registry.Time) (p proposal, err error) {
			var q registry.Request
			if old, q, err = ask(ctx, now); err != nil {
				return proposal{}, err
			}
			return s.prepare(ctx, r, q)
		},
		respond: func(p proposal, changes []registry.Change, result *waybillv1.WriteResult) R {
			return build(written[M](s, old, p, changes), result)
		},
	})
	return resp, err
}

// prepare runs the registry's rules. An etag that only we asked for, because the
// noun was read before, means that another write came between.
func (s *core) prepare(ctx context.Context, r writeRequest, q registry.Request) (proposal, error) {
	head, edits, err := registry.Prepare(ctx, s.store, q)
	if registry.ReasonOf(err) == "ETAG_MISMATCH" && r.GetOptions().GetEtag() == "" {
		return proposal{}, moved()
	}
	return proposal{head: head, edits: edits}, err
}

// current returns a record as it stands, held to the caller's etag.
func (s *core) current(ctx context.Context, name, etag string) (registry.Record, error) {
	recs, _, err := s.store.Get(ctx, name)
	if err != nil {
		return registry.Record{}, err
	}
	rec, ok := recs[name]
	if !ok {
		return rec, s.notFound(ctx, name)
	}
	if etag != "" && etag != registry.Etag(rec) {
		return rec, &registry.Error{Kind: registry.Aborted, Reason: "ETAG_MISMATCH", Metadata: map[string]string{"name": name},
			Message: name + " changed since it was read; read it again"}
	}
	return rec, nil
}

func change(old registry.Record, n registry.Noun, now registry.Time) registry.Request {
	return registry.Request{Put: []registry.Noun{n}, MustExist: true, Now: now, Etags: etags(old)}
}

func etags(rec registry.Record) map[string]string {
	return map[string]string{rec.Noun.ResourceName(): registry.Etag(rec)}
}

// written returns the noun after a write, or as it would be when nothing was written.
func written[M proto.Message](s *core, old registry.Record, p proposal, changes []registry.Change) M {
	rec := old
	if len(changes) > 0 {
		ch := changes[len(changes)-1]
		rec = registry.Record{Noun: ch.Noun, Number: ch.Number, Revision: ch.Revision, CreateTime: old.CreateTime, UpdateTime: ch.Time}
		if old.Noun == nil {
			rec.CreateTime = ch.Time
		}
	} else if len(p.edits) > 0 {
		rec.Noun = p.edits[len(p.edits)-1].Noun
	}
	return messageOf[M](rec, registry.At(s.now()))
}

func messageOf[M proto.Message](rec registry.Record, on registry.Time) M {
	return wire.Noun(wire.ToResource(rec, on)).(M)
}

// cloneNoun returns a copy that shares nothing, by the canonical bytes.
func cloneNoun(n registry.Noun) (registry.Noun, error) {
	b, err := registry.Encode(n)
	if err != nil {
		return nil, err
	}
	return registry.Decode(n.Collection(), b)
}

// nameOf returns the name that a noun's message states.
func nameOf(m proto.Message) string {
	if n, ok := m.(interface{ GetName() string }); ok {
		return n.GetName()
	}
	return ""
}

// inCollection refuses a name that is not one of the collection.
func inCollection(c registry.Collection, field, name string) error {
	if got, ok := registry.CollectionOf(name); ok && got == c {
		return nil
	}
	want := c.Prefix() + "{id}"
	switch c {
	case registry.SettingsOf:
		want = c.Prefix()
	case registry.Deployments:
		want = "recipients/{id}/deployments/{id}"
	}
	return invalid(field, want)
}

// instant returns a time of a request, 0 when absent.
func instant(field string, t *timestamppb.Timestamp) (registry.Time, error) {
	if t == nil {
		return 0, nil
	}
	at := registry.At(t.AsTime())
	if t.CheckValid() != nil || at < registry.MinTime || at >= registry.MaxTime {
		return 0, invalid(field, "an instant from 1971-01-01 to before 2200-01-01 (UTC)")
	}
	return at, nil
}

// notFound says that there is no such record, and which names are the nearest.
// The name itself is a caller's text and is not repeated.
func (s *core) notFound(_ context.Context, name string) error {
	e := registry.Errorf(registry.NotFound, "NOT_FOUND", "there is no such record")
	if near := s.nearest(name, 3); len(near) > 0 {
		e.Message += "; the nearest are " + strings.Join(near, ", ")
		e.Metadata = map[string]string{"nearest": strings.Join(near, ",")}
	}
	return e
}
