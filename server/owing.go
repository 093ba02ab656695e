package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"waybill/internal/decision"
	"waybill/internal/duty"
	"waybill/internal/ledger"
	"waybill/internal/registry"
)

// How the ledger is followed for what it makes somebody owe: how often it is
// looked at, how far back behind what was seen (clocks of servers differ, a shard
// is written late), and how far back behind its end at a start.
const (
	owingEvery   = 2 * time.Second
	owingOverlap = int64(2 * time.Minute / time.Microsecond)
	owingBack    = int64(time.Hour / time.Microsecond)
)

// owing follows the ledger and opens the duties that decisions and facts bring:
// every server follows every shard, and an id is of what it follows from, so that a
// duty is opened once.
type owing struct {
	*core
	seen int64            // now of the newest entry
	next map[string]int64 // index of the first entry not yet read, by shard
}

// lastNower tells where the ledger ends.
type lastNower interface {
	LastNow(ctx context.Context) (int64, error)
}

// followLedger opens duties until ctx ends. A database that is away is asked again.
func (s *core) followLedger(ctx context.Context) {
	o := &owing{core: s, next: map[string]int64{}}
	tick := time.NewTicker(owingEvery)
	defer tick.Stop()
	failed := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := o.pass(ctx)
		if ctx.Err() != nil {
			return
		}
		if (err != nil) != failed {
			if failed = err != nil; failed {
				s.log.Error("duties cannot be opened", "error", err)
			} else {
				s.log.Info("duties are opened")
			}
		}
	}
}

// pass reads what was recorded since the last one.
func (o *owing) pass(ctx context.Context) error {
	if o.keeper.View() == nil {
		return nil // nothing was decided here yet
	}
	if o.seen == 0 {
		l, ok := o.segments.(lastNower)
		if !ok {
			return nil
		}
		last, err := l.LastNow(ctx)
		if err != nil || last == 0 {
			return err
		}
		o.seen = max(1, last-owingBack)
	}
	// What is reached counts only once its duties are recorded.
	reached, seen := maps.Clone(o.next), o.seen
	var opened []duty.Duty
	facts := map[ledger.Tag][]toldFact{}
	err := o.each(ctx, ledger.SegmentQuery{MinNow: o.seen - owingOverlap}, func(seg *ledger.Segment) bool {
		end := seg.First + int64(seg.Count)
		if o.next[seg.Shard] >= end {
			return false
		}
		reached[seg.Shard], seen = max(reached[seg.Shard], end), max(seen, seg.MaxNow)
		return true
	}, func(shard string, index int64, entry []byte) error {
		switch {
		case index < o.next[shard]:
			return nil
		case ledger.KindOf(entry) == ledger.KindFact:
			return tell(facts, shard, index, entry)
		}
		owed, err := o.decided(ctx, shard, index, entry)
		opened = append(opened, owed...)
		return err
	})
	if err != nil {
		return err
	}
	passed, err := o.propagate(ctx, facts)
	if err != nil {
		return err
	}
	if opened = append(opened, passed...); len(opened) > 0 {
		if err := o.duties.OpenDuties(ctx, opened); err != nil {
			return err
		}
	}
	o.next, o.seen = reached, seen
	return nil
}

// each gives the entries of the segments that are wanted, in the order of shard and
// index.
func (o *owing) each(ctx context.Context, q ledger.SegmentQuery, want func(*ledger.Segment) bool, f func(shard string, index int64, entry []byte) error) error {
	q.Limit = segmentPage
	for {
		segments, err := o.segments.Segments(ctx, q)
		if err != nil {
			return err
		}
		for i := range segments {
			seg := &segments[i]
			if !want(seg) {
				continue
			}
			entries, err := ledger.DecodeEntries(seg.Data, seg.Count)
			if err != nil {
				return fmt.Errorf("read segment %s/%d: %w", seg.Shard, seg.First, err)
			}
			for k, e := range entries {
				if err := f(seg.Shard, seg.First+int64(k), e); err != nil {
					return err
				}
			}
		}
		if len(segments) < segmentPage {
			return nil
		}
		last := &segments[len(segments)-1]
		q.AfterShard, q.AfterFirst = last.Shard, last.First
	}
}

// owedFor are the duties that obligations of an allowed share bring.
var owedFor = map[decision.ObligationCode]duty.Kind{
	decision.RegulariseAgreement: duty.RegulariseAgreement, decision.RegulariseAssessment: duty.RegulariseAssessment,
	decision.NotifySubjectAfterEmergency: duty.NotifySubjectAfterEmergency, decision.NotifySubjectOfDisclosure: duty.NotifySubjectOfDisclosure,
	decision.InformSAAndSubject: duty.InformAuthorityAndSubject, decision.MinorDeletionDue: duty.DeleteMinorData,
}

// decided returns the duties that one decision brings: those of its obligations,
// and counsel's where two laws clash.
func (o *owing) decided(ctx context.Context, shard string, index int64, entry []byte) ([]duty.Duty, error) {
	e, err := ledger.DecodeDecision(entry)
	if err != nil {
		return nil, err
	}
	a, err := decision.DecodeAnswer(e.Answer)
	if err != nil {
		return nil, err
	}
	owed := map[duty.Kind]registry.Time{}
	for _, x := range a.Obligations {
		if k, ok := owedFor[x.Code]; ok {
			owed[k] = x.Due
		}
	}
	for _, r := range a.Reasons {
		if r.Detail == decision.DetailConflictOfLaws {
			owed[duty.EscalateConflict] = 0
		}
	}
	if len(owed) == 0 && !a.Counted.Warn {
		return nil, nil
	}
	q, snap, err := o.question(ctx, e)
	if err != nil {
		return nil, err
	}
	facts, err := decision.DecodeFacts(snap, e.Facts)
	if err != nil {
		return nil, err
	}
	name := decisionName(shard, index)
	d := duty.Duty{Cause: name, BeginTime: registry.Time(e.Now), CreateTime: registry.Time(e.Now), OpenedBy: "gate"}
	if n := snap.Number(q.Recipient); n != 0 {
		d.Recipient, d.RecipientNumber = q.Recipient, n
	}
	if x := snap.Name(a.Exporter); x != "" {
		d.Exporters = []string{x}
	}
	if facts != nil {
		d.SubjectTag = facts.Tag[:]
	}
	var out []duty.Duty
	for _, k := range slices.Sorted(maps.Keys(owed)) {
		one := d
		one.ID, one.Kind, one.DueTime = duty.NewID(k, name), k, owed[k]
		out = append(out, duty.Open(one))
	}
	if a.Counted.Warn { // once a year and tier, whatever share came near it first
		d.ID, d.Kind = duty.NewID(duty.DeclareVolume, snap.Name(a.Exporter), fmt.Sprint(a.Counted.Year), tierNear(&a.Counted)), duty.DeclareVolume
		d.Recipient, d.RecipientNumber, d.SubjectTag, d.Note = "", 0, nil, "80 % of "+tierNear(&a.Counted)+" are reached"
		out = append(out, duty.Open(d))
	}
	return out, nil
}

// tierNear names what a count came near to: the assessment's tier, the contract's,
// or else the scale of a transfer (CBDF 7, 8).
func tierNear(c *decision.Counted) string {
	switch {
	case c.SensitiveAfter >= 8_000, c.PersonsAfter >= 800_000:
		return "the tier of the security assessment"
	case c.PersonsAfter >= 80_000 && c.PersonsAfter < 100_000:
		return "the tier of the standard contract"
	}
	return "an approved scale"
}

// toldFact is a fact that recipients are to be told of.
type toldFact struct {
	kind duty.Kind
	name string // of its entry
	now  registry.Time
	fact *decision.Fact
}

// propagated are the facts that recipients are told of.
var propagated = map[decision.FactKind]duty.Kind{
	decision.FactWithdrawal: duty.PropagateWithdrawal, decision.FactErasure: duty.PropagateErasure,
	decision.FactCancellation: duty.PropagateErasure, decision.FactCorrection: duty.PropagateCorrection,
}

// tell takes in one fact, if recipients are to be told of it.
func tell(facts map[ledger.Tag][]toldFact, shard string, index int64, entry []byte) error {
	e, err := ledger.DecodeFact(entry)
	if err != nil {
		return err
	}
	f, err := decision.DecodeFact(e.Fact)
	if err != nil {
		return err
	}
	if k, ok := propagated[f.Kind]; ok {
		facts[e.Subject] = append(facts[e.Subject], toldFact{k, fmt.Sprintf("facts/%s-%d", shard, index), registry.Time(e.Now), f})
	}
	return nil
}

// propagate returns a duty for each recipient that an allowed share gave data of a
// subject of the facts, before the fact. It reads the whole ledger once for all of
// them, past the segments whose filter holds none of their tags. A share that was
// allowed before anything was held of its subject carries no tag of the facts key,
// and is not found.
func (o *owing) propagate(ctx context.Context, facts map[ledger.Tag][]toldFact) ([]duty.Duty, error) {
	if len(facts) == 0 {
		return nil, nil
	}
	opened := map[string]duty.Duty{}
	err := o.each(ctx, ledger.SegmentQuery{Outcome: uint8(decision.Allowed)}, func(seg *ledger.Segment) bool {
		for tag := range facts {
			if ledger.Filter(seg.Tags).May(tag[:]) {
				return true
			}
		}
		return false
	}, func(_ string, _ int64, entry []byte) error {
		if ledger.KindOf(entry) != ledger.KindDecision {
			return nil
		}
		e, err := ledger.DecodeDecision(entry)
		if err != nil || len(e.Facts) == 0 {
			return err
		}
		read, err := decision.DecodeFacts(nil, e.Facts)
		if err != nil {
			return err
		}
		told := facts[read.Tag]
		if len(told) == 0 {
			return nil
		}
		a, err := decision.DecodeAnswer(e.Answer)
		if err != nil || a.Outcome != decision.Allowed {
			return err
		}
		q, snap, err := o.question(ctx, e)
		if err != nil {
			return err
		}
		served := q.ServedPurpose
		if served == "" {
			served = q.Purpose
		}
		for _, t := range told {
			if registry.Time(e.Now) > t.now || t.fact.Purpose != 0 && t.fact.Purpose != snap.Number(served) {
				continue
			}
			d := duty.Duty{ID: duty.NewID(t.kind, t.name, q.Recipient), Kind: t.kind, Recipient: q.Recipient, RecipientNumber: snap.Number(q.Recipient),
				Cause: t.name, SubjectTag: slices.Clone(read.Tag[:]), BeginTime: t.now, CreateTime: t.now, OpenedBy: "gate"}
			if x := snap.Name(a.Exporter); x != "" {
				d.Exporters = []string{x}
			}
			if _, ok := opened[d.ID]; !ok {
				opened[d.ID] = duty.Open(d)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []duty.Duty
	for _, id := range slices.Sorted(maps.Keys(opened)) {
		out = append(out, opened[id])
	}
	return out, nil
}
