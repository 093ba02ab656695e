package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/duty"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// Duties keeps the duties that were recorded. Its errors are registry.Error.
type Duties interface {
	// OpenDuties records duties, all or none; one whose id is there stays as it is.
	OpenDuties(ctx context.Context, duties []duty.Duty) error
	// CloseDuty records a duty as closed and opens next, if given; STATE_INVALID if it
	// is closed already.
	CloseDuty(ctx context.Context, d duty.Duty, next *duty.Duty) error
	// Duties returns recorded duties in the order of duty.Compare.
	Duties(ctx context.Context, q duty.Query) ([]duty.Duty, error)
}

// maxEvidenceBytes is the longest reference to a proof.
const maxEvidenceBytes = 1000

var dutyID = regexp.MustCompile(`^[0-9a-f]{20}$`)

// followed keeps what duties follow from of the newest revision that was asked for.
type followed struct {
	mu       sync.Mutex
	epoch    string
	revision int64
	registry *duty.Registry
}

// follow returns what duties follow from, at the revision that the keeper holds.
func (s *core) follow(ctx context.Context) (*duty.Registry, error) {
	head := s.keeper.View().Head
	f := &s.followed
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.registry != nil && f.epoch == head.Epoch && f.revision == head.Revision {
		return f.registry, nil
	}
	records := func(func(registry.Record, error) bool) {}
	if head.Revision > 0 { // revision 0 asks a fold for the newest
		_, all, err := s.store.Fold(ctx, head.Revision)
		if err != nil {
			return nil, err
		}
		records = all
	}
	r, err := duty.Read(records)
	if err != nil {
		return nil, err
	}
	f.epoch, f.revision, f.registry = head.Epoch, head.Revision, r
	return r, nil
}

// owed returns the duties that follow from the registry at a time and have no row.
func (s *core) owed(ctx context.Context, on registry.Time, keep func(duty.Duty) bool) ([]duty.Duty, error) {
	r, err := s.follow(ctx)
	if err != nil {
		return nil, err
	}
	owed := slices.DeleteFunc(r.Owed(on), func(d duty.Duty) bool { return !keep(d) })
	recorded := map[string]bool{}
	for part := range slices.Chunk(owed, 500) {
		var ids []string
		for _, d := range part {
			ids = append(ids, d.ID)
		}
		rows, err := s.duties.Duties(ctx, duty.Query{IDs: ids})
		if err != nil {
			return nil, err
		}
		for _, d := range rows {
			recorded[d.ID] = true
		}
	}
	return slices.DeleteFunc(owed, func(d duty.Duty) bool { return recorded[d.ID] }), nil
}

// duty returns a duty by its name, recorded or following from the registry.
func (s *core) duty(ctx context.Context, name string, on registry.Time) (duty.Duty, error) {
	id, ok := strings.CutPrefix(name, duty.Prefix)
	if !ok || !dutyID.MatchString(id) {
		return duty.Duty{}, invalid("name", "duties/{id}")
	}
	rows, err := s.duties.Duties(ctx, duty.Query{IDs: []string{id}})
	if err != nil {
		return duty.Duty{}, err
	}
	if len(rows) == 0 {
		rows, err = s.owed(ctx, on, func(d duty.Duty) bool { return d.ID == id })
	}
	if err != nil || len(rows) == 0 {
		return duty.Duty{}, errors.Join(err, registry.Errorf(registry.NotFound, "NOT_FOUND", "there is no such duty; one that follows from the registry goes when the registry is put right"))
	}
	return rows[0], nil
}

// dutyRegisterService reads the duties.
type dutyRegisterService struct {
	waybillv1.UnimplementedDutyRegisterServiceServer
	*core
}

// GetDuty returns one duty.
func (s dutyRegisterService) GetDuty(ctx context.Context, r *waybillv1.GetDutyRequest) (*waybillv1.Duty, error) {
	on, err := s.dutyTime(r.GetOnTime())
	if err != nil {
		return nil, err
	}
	d, err := s.duty(ctx, r.GetName(), on)
	if err != nil {
		return nil, err
	}
	return dutyMessage(d, on), nil
}

func (s *core) dutyTime(t *timestamppb.Timestamp) (registry.Time, error) {
	on, err := instant("on_time", t)
	if on == 0 {
		on = registry.At(s.now())
	}
	return on, err
}

// ListDuties merges what is recorded with what follows from the registry. The
// position of a page is the recorded due time and the id of the last duty before.
func (s dutyRegisterService) ListDuties(ctx context.Context, r *waybillv1.ListDutiesRequest) (*waybillv1.ListDutiesResponse, error) {
	q, err := s.dutyQuery(ctx, r)
	if err != nil {
		return nil, err
	}
	owed, err := s.owed(ctx, q.On, func(d duty.Duty) bool { return passes(d, q) })
	if err != nil {
		return nil, err
	}
	size := pageSize(r)
	page, err := s.recordedDuties(ctx, q, size+1)
	if err != nil {
		return nil, err
	}
	page = append(page, owed...)
	slices.SortFunc(page, duty.Compare)
	resp := &waybillv1.ListDutiesResponse{CalendarEdition: registry.CalendarEdition, CalendarUntil: registry.LastYear}
	if len(page) > size {
		page = page[:size]
		last := page[size-1]
		resp.NextPageToken = pageToken(r, fmt.Sprintf("%d %s", last.DueTime, last.ID))
	}
	for _, d := range page {
		resp.Duties = append(resp.Duties, dutyMessage(d, q.On))
	}
	return resp, nil
}

func (s *core) dutyQuery(ctx context.Context, r *waybillv1.ListDutiesRequest) (q duty.Query, err error) {
	if q.On, err = s.dutyTime(r.GetOnTime()); err != nil {
		return q, err
	}
	q.Kind = duty.Kind(r.GetKind())
	q.States = []duty.State{duty.Pending, duty.Overdue, duty.Undated}
	if len(r.GetStates()) > 0 {
		q.States = nil
	}
	for i, st := range r.GetStates() {
		if st == waybillv1.DutyState_DUTY_STATE_UNSPECIFIED {
			return q, invalid(fmt.Sprintf("states[%d]", i), "DUE, OVERDUE, CLOSED or UNDATED")
		}
		q.States = append(q.States, duty.State(st))
	}
	if r.GetRecipient() != "" {
		if q.Recipient, _, err = s.history(ctx, registry.Recipients, "recipient", r.GetRecipient()); err != nil {
			return q, err
		}
	}
	if r.GetExporter() != "" {
		if q.Exporter, _, err = s.history(ctx, registry.Exporters, "exporter", r.GetExporter()); err != nil {
			return q, err
		}
	}
	at, err := position(r)
	if err != nil || at == "" {
		return q, err
	}
	if _, err := fmt.Sscanf(at, "%d %s", &q.AfterDue, &q.AfterID); err != nil {
		return q, registry.Errorf(registry.Invalid, "PAGE_TOKEN_INVALID", "the page token is not of this request")
	}
	return q, nil
}

// passes reports whether a duty is one that the query asks for.
func passes(d duty.Duty, q duty.Query) bool {
	return (q.AfterID == "" || duty.Compare(d, duty.Duty{DueTime: q.AfterDue, ID: q.AfterID}) > 0) &&
		slices.Contains(q.States, d.State(q.On)) &&
		(q.Kind == 0 || d.Kind == q.Kind) &&
		(q.Recipient == "" || d.Recipient == q.Recipient) &&
		(q.Exporter == "" || len(d.Exporters) == 0 || slices.Contains(d.Exporters, q.Exporter))
}

// recordedDuties returns up to limit recorded duties that pass. The store may give one too
// many: a duty without a date may have one by the calendar of today.
func (s *core) recordedDuties(ctx context.Context, q duty.Query, limit int) ([]duty.Duty, error) {
	var page []duty.Duty
	for q.Limit = limit; ; {
		rows, err := s.duties.Duties(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, d := range rows {
			if passes(d, q) {
				if page = append(page, d); len(page) == limit {
					return page, nil
				}
			}
		}
		if len(rows) < limit {
			return page, nil
		}
		q.AfterDue, q.AfterID = rows[len(rows)-1].DueTime, rows[len(rows)-1].ID
	}
}

func dutyMessage(d duty.Duty, on registry.Time) *waybillv1.Duty {
	m := &waybillv1.Duty{
		Name: duty.Prefix + d.ID, Kind: waybillv1.DutyKind(d.Kind), State: waybillv1.DutyState(d.State(on)),
		Owner: d.Owner, Sentence: d.Kind.Asks(), Clause: d.Kind.Clause(), Exporters: d.Exporters, Recipient: d.Recipient,
		RecipientNumber: int64(d.RecipientNumber), Record: d.Record, Cause: d.Cause, SubjectTag: d.SubjectTag,
		Regime: waybillv1.Regime(d.Regime), BeginTime: timestamp(d.BeginTime), CreateTime: timestamp(d.CreateTime),
		DueTime: timestamp(d.Date()), CalendarEdition: int32(d.Calendar), Note: d.Note, OpenedBy: d.OpenedBy, Etag: dutyEtag(d),
	}
	if d.Date() == 0 {
		m.UndatedReason = d.Why()
	}
	if d.CloseTime != 0 && d.CloseTime <= on {
		m.CloseTime, m.ClosedBy, m.Outcome = timestamp(d.CloseTime), d.ClosedBy, waybillv1.DutyOutcome(d.Outcome)
		m.Evidence, m.CloseNote = d.Evidence, d.CloseNote
	}
	return m
}

// dutyEtag is of all that changes of a duty.
func dutyEtag(d duty.Duty) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s %d", d.ID, d.CloseTime))
	return hex.EncodeToString(h[:8])
}

// dutyService opens and closes duties.
type dutyService struct {
	waybillv1.UnimplementedDutyServiceServer
	*core
}

// OpenDuty records a duty that a person opens.
func (s dutyService) OpenDuty(ctx context.Context, r *waybillv1.OpenDutyRequest) (*waybillv1.WriteDutyResponse, error) {
	c, now := callOf(ctx), registry.At(s.now())
	if err := s.readmit(c); err != nil {
		return nil, err
	}
	d, err := s.dutyByHand(ctx, r, now)
	if err != nil {
		return nil, err
	}
	d.OpenedBy = c.author()
	d.ID = duty.NewID(0, d.OpenedBy, requestOrRandom(r.GetOptions().GetRequestId()))
	if !r.GetOptions().GetValidateOnly() {
		if d, err = s.open(ctx, d); err != nil {
			return nil, err
		}
		s.log.Info("duty opened", "request_id", c.id(), "principal", c.author(), "duty", d.ID, "kind", d.Kind.String())
	}
	return &waybillv1.WriteDutyResponse{Duty: dutyMessage(d, now)}, nil
}

// requestOrRandom makes a repeated request the same duty, and any other a new one.
func requestOrRandom(id string) string {
	if id != "" {
		return "request " + id
	}
	return "random " + rand.Text()
}

// open records a duty, or returns the one that an earlier request of the same
// request_id opened.
func (s *core) open(ctx context.Context, d duty.Duty) (duty.Duty, error) {
	if err := s.duties.OpenDuties(ctx, []duty.Duty{d}); err != nil {
		return d, err
	}
	rows, err := s.duties.Duties(ctx, duty.Query{IDs: []string{d.ID}})
	if err != nil || len(rows) == 0 {
		return d, errors.Join(err, registry.Errorf(registry.Unavailable, "OUTCOME_UNKNOWN", "the duty was not found after it was written; repeat it with the same request_id"))
	}
	same := rows[0]
	same.CreateTime, same.CloseTime, same.ClosedBy, same.Outcome, same.Evidence, same.CloseNote = d.CreateTime, 0, "", 0, "", ""
	if !reflect.DeepEqual(same, d) {
		return d, registry.Errorf(registry.Exists, "IDEMPOTENCY_MISMATCH", "the request_id opened another duty")
	}
	return rows[0], nil
}

// dutyByHand reads the request, without id and author.
func (s *core) dutyByHand(ctx context.Context, r *waybillv1.OpenDutyRequest, now registry.Time) (d duty.Duty, err error) {
	d = duty.Duty{Kind: duty.Kind(r.GetKind()), Cause: "hand", CreateTime: now, Note: r.GetOptions().GetReason()}
	switch {
	case !d.Kind.ByHand():
		return d, invalid("kind", "a kind that a person may open: what follows from the registry is opened by recording it there")
	case r.GetOptions().GetEtag() != "":
		return d, invalid("options.etag", "nothing: a new duty has no etag")
	case d.Note == "":
		return d, invalid("options.reason", "what it is about: the number of the case, no data of persons")
	}
	if d.BeginTime, err = instant("begin_time", r.GetBeginTime()); err != nil {
		return d, err
	}
	if d.BeginTime == 0 || d.BeginTime > now {
		return d, invalid("begin_time", "when its clock began, such as the receipt; it is not to come")
	}
	if d.Regime, err = regimeOfDuty(d.Kind, r.GetRegime()); err != nil {
		return d, err
	}
	if err := s.concerns(ctx, r, &d); err != nil {
		return d, err
	}
	return dateDuty(d, r)
}

// regimeOfDuty returns whose clock a complaint runs on.
func regimeOfDuty(k duty.Kind, given waybillv1.Regime) (registry.Regime, error) {
	regime := registry.Regime(given)
	switch {
	case regime == 0:
	case k != duty.AnswerComplaint:
		return 0, invalid("regime", "nothing: only a complaint has the clocks of several")
	case regime == registry.RegimeCnSz:
		return 0, invalid("regime", "EU or UK for one month, or POLICY or CN for 15 working days")
	}
	return regime, nil
}

// concerns fills in whom and what the duty concerns: names that the registry has or had.
func (s *core) concerns(ctx context.Context, r *waybillv1.OpenDutyRequest, d *duty.Duty) error {
	if r.GetExporter() != "" {
		name, _, err := s.history(ctx, registry.Exporters, "exporter", r.GetExporter())
		if err != nil {
			return err
		}
		d.Exporters = []string{name}
	}
	if r.GetRecipient() != "" {
		name, changes, err := s.history(ctx, registry.Recipients, "recipient", r.GetRecipient())
		if err != nil {
			return err
		}
		d.Recipient, d.RecipientNumber = name, changes[len(changes)-1].Number
	}
	if r.GetRecord() != "" {
		name, err := s.everNamed(ctx, "record", r.GetRecord())
		if err != nil {
			return err
		}
		d.Record = name
	}
	return nil
}

// dateDuty counts when the duty is due, and holds a date that is given to the count.
func dateDuty(d duty.Duty, r *waybillv1.OpenDutyRequest) (duty.Duty, error) {
	due, err := instant("due_time", r.GetDueTime())
	if err != nil {
		return d, err
	}
	if due != 0 && due <= d.BeginTime {
		return d, invalid("due_time", "a time after begin_time")
	}
	if due == 0 && !d.Kind.HasClock() {
		return d, invalid("due_time", "when it is due: a duty of this kind has no clock of its own")
	}
	counted := duty.Open(d)
	switch {
	case due == 0 && counted.DueTime == 0:
		return d, invalid("due_time", counted.Why()+"; give the date by the State Council's notice of that year")
	case due != 0 && d.Kind == duty.AnswerComplaint && counted.DueTime != 0 && due > counted.DueTime:
		return d, invalid("due_time", "at the latest "+counted.DueTime.String())
	case due != 0 && due != counted.DueTime:
		counted.DueTime, counted.Calendar = due, 0
	}
	return counted, nil
}

// CloseDuty closes a duty by evidence.
func (s dutyService) CloseDuty(ctx context.Context, r *waybillv1.CloseDutyRequest) (*waybillv1.WriteDutyResponse, error) {
	c, now := callOf(ctx), registry.At(s.now())
	if err := s.readmit(c); err != nil {
		return nil, err
	}
	d, err := s.duty(ctx, r.GetName(), now)
	if err != nil {
		return nil, err
	}
	shut, next, err := closing(d, r, c.author(), now)
	if err != nil {
		return nil, err
	}
	if d.CloseTime == 0 && !r.GetOptions().GetValidateOnly() {
		if err := s.duties.CloseDuty(ctx, shut, next); err != nil {
			return nil, err
		}
		s.log.Info("duty closed", "request_id", c.id(), "principal", c.author(), "duty", d.ID, "kind", d.Kind.String())
	}
	resp := &waybillv1.WriteDutyResponse{Duty: dutyMessage(shut, now)}
	if next != nil {
		resp.Next = dutyMessage(*next, now)
	}
	return resp, nil
}

// closing returns a duty as the request closes it, and the one that goes on where an
// answer is put off. One that the same person closed just so is returned as it stands.
func closing(d duty.Duty, r *waybillv1.CloseDutyRequest, author string, now registry.Time) (shut duty.Duty, next *duty.Duty, err error) {
	shut = d
	shut.ClosedBy, shut.Outcome, shut.Evidence, shut.CloseNote = author, duty.Outcome(r.GetOutcome()), strings.TrimSpace(r.GetEvidence()), r.GetOptions().GetReason()
	if shut.Outcome == 0 {
		shut.Outcome = duty.Done
	}
	switch {
	case shut.Evidence == "" || len(shut.Evidence) > maxEvidenceBytes:
		return d, nil, invalid("evidence", fmt.Sprintf("where the proof is kept, at most %d bytes; no data of persons", maxEvidenceBytes))
	case shut.Outcome != duty.Done && d.Kind != duty.AnswerComplaint:
		return d, nil, invalid("outcome", "DONE: only a complaint is refused or put off")
	case shut.Outcome != duty.Done && shut.CloseNote == "":
		return d, nil, invalid("options.reason", "why the complaint is refused or put off, as the person was told")
	case d.CloseTime != 0 && !reflect.DeepEqual(shut, d):
		return d, nil, stateInvalid(duty.Prefix+d.ID, "the duty is closed already")
	case r.GetOptions().GetEtag() != "" && r.GetOptions().GetEtag() != dutyEtag(d) && d.CloseTime == 0:
		return d, nil, &registry.Error{Kind: registry.Aborted, Reason: "ETAG_MISMATCH", Message: "the duty changed since it was read; read it again", Metadata: map[string]string{"name": duty.Prefix + d.ID}}
	}
	if shut.CloseTime == 0 {
		shut.CloseTime = now
	}
	if shut.Outcome == duty.Extended {
		next, err = putOff(shut)
	}
	return shut, next, err
}

// putOff returns the duty that goes on for two months more (GDPR 12(3)).
func putOff(shut duty.Duty) (*duty.Duty, error) {
	name := duty.Prefix + shut.ID
	switch {
	case !duty.Monthly(shut.Regime):
		return nil, stateInvalid(name, "15 working days are not put off: only an answer under the GDPR is")
	case strings.HasPrefix(shut.Cause, duty.Prefix):
		return nil, stateInvalid(name, "the answer was put off once; it is not again")
	case shut.CloseTime >= shut.DueTime:
		return nil, stateInvalid(name, "an answer is put off within the first month only")
	}
	due, err := duty.AnswerDue(shut.Regime, shut.BeginTime, true)
	if err != nil {
		return nil, err
	}
	next := shut
	next.ID, next.Cause = duty.NewID(shut.Kind, "put off", shut.ID), name
	next.CreateTime, next.DueTime, next.OpenedBy = shut.CloseTime, due, shut.ClosedBy
	next.CloseTime, next.ClosedBy, next.Outcome, next.Evidence, next.CloseNote = 0, "", 0, "", ""
	return &next, nil
}
