package server

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"waybill/internal/decision"
	"waybill/internal/ledger"
	"waybill/internal/registry"
	"waybill/internal/wire"
	waybillv1 "waybill/proto/waybill/v1"
)

const (
	// segmentPage is how many segments are read at once, and maxSegments how many
	// one page of decisions looks through before it ends short.
	segmentPage = 8
	maxSegments = 256
)

// decisionService reads the decisions.
type decisionService struct {
	waybillv1.UnimplementedDecisionServiceServer
	*core
}

// decisionName returns the name of the entry at an index of a shard.
func decisionName(shard string, index int64) string {
	var b [128]byte
	return string(strconv.AppendInt(append(append(append(b[:0], "decisions/"...), shard...), '-'), index, 10))
}

// entryOf reads the name of a decision.
func entryOf(name string) (shard string, index int64, ok bool) {
	id, ok := strings.CutPrefix(name, "decisions/")
	i := strings.LastIndexByte(id, '-')
	if !ok || i < 1 {
		return "", 0, false
	}
	index, err := strconv.ParseInt(id[i+1:], 10, 64)
	return id[:i], index, err == nil && index >= 0 && decisionName(id[:i], index) == name
}

// GetDecision returns one decision as recorded.
func (s decisionService) GetDecision(ctx context.Context, r *waybillv1.GetDecisionRequest) (*waybillv1.Decision, error) {
	shard, index, ok := entryOf(r.GetName())
	if !ok {
		return nil, invalid("name", "decisions/{id}")
	}
	segments, err := s.segments.Segments(ctx, ledger.SegmentQuery{Shard: shard, From: index, Limit: 1})
	if err != nil {
		return nil, err
	}
	for _, seg := range segments {
		if index < seg.First || index >= seg.First+int64(seg.Count) {
			continue
		}
		entries, err := ledger.DecodeEntries(seg.Data, seg.Count)
		if err != nil {
			return nil, fmt.Errorf("read segment %s/%d: %w", seg.Shard, seg.First, err)
		}
		if entry := entries[index-seg.First]; ledger.KindOf(entry) == ledger.KindDecision {
			return s.render(ctx, shard, index, entry)
		}
	}
	return nil, registry.Errorf(registry.NotFound, "NOT_FOUND", "there is no such decision")
}

// render returns an entry of the ledger with the names of the registry at its revision.
func (s *core) render(ctx context.Context, shard string, index int64, entry []byte) (*waybillv1.Decision, error) {
	wrap := func(err error) error { return fmt.Errorf("read decision %s-%d: %w", shard, index, err) }
	e, err := ledger.DecodeDecision(entry)
	if err != nil {
		return nil, wrap(err)
	}
	q, snap, err := s.question(ctx, e)
	if err != nil {
		return nil, wrap(err)
	}
	d, err := decision.DecodeAnswer(e.Answer)
	if err != nil {
		return nil, wrap(err)
	}
	d.Now, d.Revision = registry.Time(e.Now), e.Revision
	question := recordedQuestion(q)
	m := &waybillv1.Decision{Name: decisionName(shard, index), Principal: snap.Name(e.Principal), Question: question, Decision: wire.Decision(snap, question, d), Entry: entry}
	leaf := ledger.LeafHash(entry)
	m.Decision.Name, m.Decision.Mode = m.Name, waybillv1.Mode(e.Mode)
	if e.Edition != decision.Edition { // the edition of an answer is shared: it is replaced, not written to
		m.Decision.Edition = &waybillv1.Edition{Number: int32(e.Edition)}
	}
	m.Decision.Token = &waybillv1.RevisionToken{Epoch: e.Epoch, Revision: e.Revision}
	m.Decision.Receipt = &waybillv1.Receipt{Shard: shard, Index: index, LeafHash: leaf[:]}
	if len(e.RequestID) > 0 {
		m.Decision.RequestId = "tag:" + hex.EncodeToString(e.RequestID)
	}
	return m, nil
}

// decisionFilter is what a list of decisions is narrowed to.
type decisionFilter struct {
	from, to  registry.Time // [from, to), 0 is open
	recipient string        // "" is all
	numbers   []uint32      // every number that the recipient's name ever had
	outcome   decision.Outcome
}

// decisionPosition is where a page begins: after an index of a segment.
type decisionPosition struct {
	shard rankedShard
	first int64 // of the segment
	next  int64 // index of the first entry not yet given
}

// rankedShard is a shard with the time that it is listed by.
type rankedShard struct {
	minNow int64 // of its first segment that the filter may pass; segments are only added after it
	name   string
}

func (a rankedShard) compare(b rankedShard) int {
	return cmp.Or(cmp.Compare(a.minNow, b.minNow), cmp.Compare(a.name, b.name))
}

// ListDecisions lists decisions by shard, in the order of the shards' first times,
// and index. A page may be short of its size, even empty, while there is a next one.
func (s decisionService) ListDecisions(ctx context.Context, r *waybillv1.ListDecisionsRequest) (*waybillv1.ListDecisionsResponse, error) {
	f, err := s.filter(ctx, r)
	if err != nil {
		return nil, err
	}
	at, err := positionOfDecisions(r)
	if err != nil {
		return nil, err
	}
	resp, size := &waybillv1.ListDecisionsResponse{}, pageSize(r)
	last, err := s.scan(ctx, f, at, func(shard string, index int64, entry []byte) (bool, error) {
		d, err := s.render(ctx, shard, index, entry)
		if err != nil {
			return false, err
		}
		resp.Decisions = append(resp.Decisions, d)
		return len(resp.Decisions) < size, nil
	})
	if err != nil {
		return nil, err
	}
	if last != nil {
		resp.NextPageToken = pageToken(r, fmt.Sprintf("%d %d %d %s", last.first, last.next, last.shard.minNow, last.shard.name))
	}
	return resp, nil
}

func positionOfDecisions(r *waybillv1.ListDecisionsRequest) (at decisionPosition, err error) {
	p, err := position(r)
	if err != nil || p == "" {
		return at, err
	}
	if _, err := fmt.Sscanf(p, "%d %d %d %s", &at.first, &at.next, &at.shard.minNow, &at.shard.name); err != nil {
		return at, registry.Errorf(registry.Invalid, "PAGE_TOKEN_INVALID", "the page token is not of this request")
	}
	return at, nil
}

func (s decisionService) filter(ctx context.Context, r *waybillv1.ListDecisionsRequest) (f decisionFilter, err error) {
	if f.from, err = instant("start_time", r.GetStartTime()); err != nil {
		return f, err
	}
	if f.to, err = instant("end_time", r.GetEndTime()); err != nil {
		return f, err
	}
	if f.to != 0 && f.to <= f.from {
		return f, invalid("end_time", "a time after start_time")
	}
	f.outcome = decision.Outcome(r.GetOutcome())
	if r.GetRecipient() == "" {
		return f, nil
	}
	name, changes, err := s.history(ctx, registry.Recipients, "recipient", r.GetRecipient())
	if err != nil {
		return f, err
	}
	f.recipient = name
	for _, c := range changes {
		if !slices.Contains(f.numbers, c.Number) {
			f.numbers = append(f.numbers, c.Number)
		}
	}
	return f, nil
}

// query is the filter as far as the ledger's index of segments knows it.
func (f decisionFilter) query() ledger.SegmentQuery {
	q := ledger.SegmentQuery{MinNow: int64(f.from), MaxNow: int64(f.to), Outcome: uint8(f.outcome), Limit: segmentPage}
	if len(f.numbers) == 1 {
		q.Recipient = f.numbers[0]
	}
	return q
}

// shards returns the shards that may hold what the query asks for, as they are listed.
func (s *core) shards(ctx context.Context, q ledger.SegmentQuery) ([]rankedShard, error) {
	var all []rankedShard
	for q.Limit = 1; ; {
		segments, err := s.segments.Segments(ctx, q)
		if err != nil {
			return nil, err
		}
		if len(segments) == 0 {
			slices.SortFunc(all, rankedShard.compare)
			return all, nil
		}
		all = append(all, rankedShard{segments[0].MinNow, segments[0].Shard})
		q.AfterShard, q.AfterFirst = segments[0].Shard, math.MaxInt64 // on to the next shard
	}
}

// scan gives every entry that passes the filter until give returns false or
// enough was looked through. It returns where to go on, nil at the end.
func (s *core) scan(ctx context.Context, f decisionFilter, from decisionPosition, give func(shard string, index int64, entry []byte) (bool, error)) (*decisionPosition, error) {
	shards, err := s.shards(ctx, f.query())
	if err != nil {
		return nil, err
	}
	at, read := from, 0
	for _, shard := range shards {
		if shard.compare(from.shard) < 0 {
			continue
		}
		q := f.query()
		q.Shard, q.AfterShard, q.AfterFirst = shard.name, shard.name, -1
		if shard == from.shard { // that segment once more, for what is left of it
			q.AfterFirst = from.first - 1
		}
		for more := true; more; {
			if read >= maxSegments {
				return &at, nil
			}
			segments, err := s.segments.Segments(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, seg := range segments {
				stop, err := s.scanSegment(ctx, f, from, shard, seg, &at, give)
				if err != nil {
					return nil, err
				}
				if stop {
					return &at, nil
				}
				q.AfterFirst = seg.First
			}
			read += max(1, len(segments))
			more = len(segments) == segmentPage
		}
	}
	return nil, nil
}

// scanSegment gives what passes of one segment and moves at on. It reports whether
// give wants no more.
func (s *core) scanSegment(ctx context.Context, f decisionFilter, from decisionPosition, shard rankedShard, seg ledger.Segment, at *decisionPosition, give func(shard string, index int64, entry []byte) (bool, error)) (stop bool, err error) {
	entries, err := ledger.DecodeEntries(seg.Data, seg.Count)
	if err != nil {
		return false, fmt.Errorf("read segment %s/%d: %w", seg.Shard, seg.First, err)
	}
	for i, entry := range entries {
		index := seg.First + int64(i)
		if shard == from.shard && index < from.next {
			continue
		}
		*at = decisionPosition{shard, seg.First, index + 1}
		pass, err := s.passes(ctx, f, entry)
		if err != nil {
			return false, fmt.Errorf("read decision %s-%d: %w", seg.Shard, index, err)
		}
		if !pass {
			continue
		}
		if more, err := give(seg.Shard, index, entry); err != nil || !more {
			return true, err
		}
	}
	return false, nil
}

// passes judges one entry, since a segment is indexed only as a whole, and holds
// more than decisions.
func (s *core) passes(ctx context.Context, f decisionFilter, entry []byte) (bool, error) {
	if ledger.KindOf(entry) != ledger.KindDecision {
		return false, nil
	}
	e, err := ledger.DecodeDecision(entry)
	if err != nil {
		return false, err
	}
	now := registry.Time(e.Now)
	if f.from != 0 && now < f.from || f.to != 0 && now >= f.to {
		return false, nil
	}
	if f.outcome != 0 {
		d, err := decision.DecodeAnswer(e.Answer)
		if err != nil || d.Outcome != f.outcome {
			return false, err
		}
	}
	if f.recipient == "" {
		return true, nil
	}
	q, _, err := s.question(ctx, e)
	return err == nil && q.Recipient == f.recipient, err
}

// question returns the question of an entry and the registry that it was judged by.
func (s *core) question(ctx context.Context, e *ledger.DecisionEntry) (*decision.Question, *decision.Snapshot, error) {
	snap, err := s.snapshotAt(ctx, e.Revision)
	if err != nil {
		return nil, nil, err
	}
	q, err := decision.DecodeQuestion(snap, e.Question)
	return q, snap, err
}
