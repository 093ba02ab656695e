package server

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/duty"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

func (w *world) duties(r registry.Role) waybillv1.DutyServiceClient {
	return waybillv1.NewDutyServiceClient(w.conns[r])
}

// listed reads every page of two and returns the duties.
func (w *world) listed(r *waybillv1.ListDutiesRequest) []*waybillv1.Duty {
	w.t.Helper()
	r = proto.CloneOf(r)
	var all []*waybillv1.Duty
	for r.PageSize = 2; ; {
		resp, err := waybillv1.NewDutyRegisterServiceClient(w.conns[registry.RoleAuditor]).ListDuties(w.t.Context(), r)
		if err != nil {
			w.t.Fatal(err)
		}
		if resp.GetCalendarEdition() != registry.CalendarEdition || resp.GetCalendarUntil() != registry.LastYear {
			w.t.Errorf("the calendar is said to be %d until %d", resp.GetCalendarEdition(), resp.GetCalendarUntil())
		}
		all = append(all, resp.GetDuties()...)
		if r.PageToken = resp.GetNextPageToken(); r.PageToken == "" {
			return all
		}
	}
}

// told is a duty as the tests write it.
func told(all []*waybillv1.Duty) string {
	var lines []string
	for _, d := range all {
		lines = append(lines, fmt.Sprintf("%s %s %s", duty.Kind(d.GetKind()), strings.TrimPrefix(d.GetState().String(), "DUTY_STATE_"), d.GetRecord()))
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

func complaint(id string) *waybillv1.OpenDutyRequest {
	return &waybillv1.OpenDutyRequest{
		Kind: waybillv1.DutyKind_DUTY_KIND_ANSWER_COMPLAINT, BeginTime: timestamppb.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)),
		Options: &waybillv1.WriteOptions{RequestId: id, Reason: "case 4711"},
	}
}

// ending is an agreement that ended on 1 June 2026.
func ending() *waybillv1.Agreement {
	a := courierAgreement()
	a.ExpireTime = day("2026-06-01")
	return a
}

func closes(name, evidence string) *waybillv1.CloseDutyRequest {
	return &waybillv1.CloseDutyRequest{Name: name, Evidence: evidence}
}

func TestOpenDuty(t *testing.T) {
	w := newWorld(t)
	w.fill()
	legal := w.duties(registry.RoleLegal)
	made, err := legal.OpenDuty(t.Context(), complaint("a"))
	if err != nil {
		t.Fatal(err)
	}
	d := made.GetDuty()
	// 15 working days from Monday 2 March end with Monday 23 March in Shanghai.
	if due := time.Date(2026, 3, 23, 16, 0, 0, 0, time.UTC); !d.GetDueTime().AsTime().Equal(due) || d.GetCalendarEdition() != registry.CalendarEdition ||
		d.GetState() != waybillv1.DutyState_DUTY_STATE_OVERDUE || d.GetOwner() != duty.Legal || d.GetNote() != "case 4711" || d.GetOpenedBy() != "principals/legal" || d.GetCause() != "hand" {
		t.Errorf("opened %v", d)
	}
	again, err := legal.OpenDuty(t.Context(), complaint("a"))
	if err != nil || !proto.Equal(again.GetDuty(), d) {
		t.Errorf("again %v, %v", again, err)
	}
	other := complaint("a")
	other.BeginTime = day("2026-03-03")
	_, err = legal.OpenDuty(t.Context(), other)
	refused(t, err, codes.AlreadyExists, "IDEMPOTENCY_MISMATCH")
	for range 2 {
		if _, err := legal.OpenDuty(t.Context(), complaint("")); err != nil {
			t.Fatal(err)
		}
	}
	dry := complaint("dry")
	dry.Options.ValidateOnly = true
	if _, err := legal.OpenDuty(t.Context(), dry); err != nil {
		t.Error(err)
	}
	if got := w.listed(&waybillv1.ListDutiesRequest{Kind: waybillv1.DutyKind_DUTY_KIND_ANSWER_COMPLAINT}); len(got) != 3 {
		t.Errorf("%d complaints are listed", len(got))
	}
	whole := complaint("whole")
	whole.Kind, whole.DueTime = waybillv1.DutyKind_DUTY_KIND_RECHECK, timestamppb.New(time.Now().Add(time.Hour))
	whole.Exporter, whole.Recipient, whole.Record = "acme-sg", "sf", "agreements/sf-2025"
	made, err = w.duties(registry.RoleAdmin).OpenDuty(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	if d := made.GetDuty(); d.GetState() != waybillv1.DutyState_DUTY_STATE_DUE || d.GetRecipient() != "recipients/sf" || d.GetRecipientNumber() == 0 ||
		!slices.Equal(d.GetExporters(), []string{"exporters/acme-sg"}) || d.GetRecord() != "agreements/sf-2025" || d.GetCalendarEdition() != 0 {
		t.Errorf("opened %v", d)
	}
}

func TestOpenDutyRefused(t *testing.T) {
	w := newWorld(t)
	w.fill()
	for name, c := range map[string]struct {
		change func(r *waybillv1.OpenDutyRequest)
		code   codes.Code
		reason string
		field  string
	}{
		"no kind":                  {func(r *waybillv1.OpenDutyRequest) { r.Kind = 0 }, codes.InvalidArgument, "FIELD_INVALID", "kind"},
		"a kind that only follows": {func(r *waybillv1.OpenDutyRequest) { r.Kind = waybillv1.DutyKind_DUTY_KIND_FILE_CONTRACT }, codes.InvalidArgument, "FIELD_INVALID", "kind"},
		"a kind that nobody knows": {func(r *waybillv1.OpenDutyRequest) { r.Kind = 99 }, codes.InvalidArgument, "FIELD_INVALID", "kind"},
		"no begin":                 {func(r *waybillv1.OpenDutyRequest) { r.BeginTime = nil }, codes.InvalidArgument, "FIELD_INVALID", "begin_time"},
		"to come":                  {func(r *waybillv1.OpenDutyRequest) { r.BeginTime = timestamppb.New(time.Now().Add(time.Hour)) }, codes.InvalidArgument, "FIELD_INVALID", "begin_time"},
		"no reason":                {func(r *waybillv1.OpenDutyRequest) { r.Options.Reason = "" }, codes.InvalidArgument, "FIELD_INVALID", "options.reason"},
		"an etag":                  {func(r *waybillv1.OpenDutyRequest) { r.Options.Etag = "x" }, codes.InvalidArgument, "FIELD_INVALID", "options.etag"},
		"a law without a clock":    {func(r *waybillv1.OpenDutyRequest) { r.Regime = waybillv1.Regime_REGIME_CN_SZ }, codes.InvalidArgument, "FIELD_INVALID", "regime"},
		"a law of no complaint": {func(r *waybillv1.OpenDutyRequest) {
			r.Kind, r.Regime = waybillv1.DutyKind_DUTY_KIND_DELETE_MINOR_DATA, waybillv1.Regime_REGIME_EU
		}, codes.InvalidArgument, "FIELD_INVALID", "regime"},
		"no such recipient":            {func(r *waybillv1.OpenDutyRequest) { r.Recipient = "sg" }, codes.NotFound, "NOT_FOUND", ""},
		"no such exporter":             {func(r *waybillv1.OpenDutyRequest) { r.Exporter = "acme" }, codes.NotFound, "NOT_FOUND", ""},
		"no such record":               {func(r *waybillv1.OpenDutyRequest) { r.Record = "agreements/sf" }, codes.NotFound, "NOT_FOUND", ""},
		"due before it begins":         {func(r *waybillv1.OpenDutyRequest) { r.DueTime = day("2026-03-01") }, codes.InvalidArgument, "FIELD_INVALID", "due_time"},
		"an answer later than its day": {func(r *waybillv1.OpenDutyRequest) { r.DueTime = day("2026-03-24") }, codes.InvalidArgument, "FIELD_INVALID", "due_time"},
		"no clock and no date":         {func(r *waybillv1.OpenDutyRequest) { r.Kind = waybillv1.DutyKind_DUTY_KIND_RECHECK }, codes.InvalidArgument, "FIELD_INVALID", "due_time"},
		"outside the calendar":         {func(r *waybillv1.OpenDutyRequest) { r.BeginTime = day("2023-06-01") }, codes.InvalidArgument, "FIELD_INVALID", "due_time"},
	} {
		t.Run(name, func(t *testing.T) {
			r := complaint("")
			c.change(r)
			_, err := w.duties(registry.RoleLegal).OpenDuty(t.Context(), r)
			if c.field == "" {
				refused(t, err, c.code, c.reason)
			} else {
				refused(t, err, c.code, c.reason, c.field)
			}
		})
	}
	if got := w.listed(&waybillv1.ListDutiesRequest{Kind: waybillv1.DutyKind_DUTY_KIND_ANSWER_COMPLAINT}); len(got) != 0 {
		t.Errorf("refused duties stand: %v", got)
	}
	r := complaint("")
	r.BeginTime = day("2023-06-01")
	_, err := w.duties(registry.RoleLegal).OpenDuty(t.Context(), r)
	if err == nil || !strings.Contains(err.Error(), "not 2023") {
		t.Errorf("the year is not named: %v", err)
	}
	r.DueTime = day("2023-06-26") // legal counted by the notice of that year
	if _, err := w.duties(registry.RoleLegal).OpenDuty(t.Context(), r); err != nil {
		t.Error(err)
	}
}

func TestCloseDuty(t *testing.T) {
	w := newWorld(t)
	w.fill()
	legal := w.duties(registry.RoleLegal)
	made, err := legal.OpenDuty(t.Context(), complaint("a"))
	if err != nil {
		t.Fatal(err)
	}
	name := made.GetDuty().GetName()
	for what, c := range map[string]struct {
		r      *waybillv1.CloseDutyRequest
		code   codes.Code
		reason string
		field  string
	}{
		"no evidence":         {closes(name, " "), codes.InvalidArgument, "FIELD_INVALID", "evidence"},
		"no name":             {closes("agreements/x", "e"), codes.InvalidArgument, "FIELD_INVALID", "name"},
		"no such duty":        {closes("duties/00000000000000000000", "e"), codes.NotFound, "NOT_FOUND", "-"},
		"a refusal, silently": {&waybillv1.CloseDutyRequest{Name: name, Evidence: "e", Outcome: waybillv1.DutyOutcome_DUTY_OUTCOME_REFUSED}, codes.InvalidArgument, "FIELD_INVALID", "options.reason"},
		"another etag":        {&waybillv1.CloseDutyRequest{Name: name, Evidence: "e", Options: &waybillv1.WriteOptions{Etag: "x"}}, codes.Aborted, "ETAG_MISMATCH", "-"},
		"put off under S6-7": {&waybillv1.CloseDutyRequest{Name: name, Evidence: "e", Outcome: waybillv1.DutyOutcome_DUTY_OUTCOME_EXTENDED, Options: &waybillv1.WriteOptions{Reason: "complex"}},
			codes.FailedPrecondition, "STATE_INVALID", name},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := legal.CloseDuty(t.Context(), c.r)
			if c.field == "-" {
				refused(t, err, c.code, c.reason)
			} else {
				refused(t, err, c.code, c.reason, c.field)
			}
		})
	}
	shut := &waybillv1.CloseDutyRequest{Name: name, Evidence: "letters/4711", Outcome: waybillv1.DutyOutcome_DUTY_OUTCOME_REFUSED,
		Options: &waybillv1.WriteOptions{Reason: "not our data", Etag: made.GetDuty().GetEtag()}}
	dry := proto.CloneOf(shut)
	dry.Options.ValidateOnly = true
	if _, err := legal.CloseDuty(t.Context(), dry); err != nil {
		t.Fatal(err)
	}
	first, err := legal.CloseDuty(t.Context(), shut)
	if err != nil {
		t.Fatal(err)
	}
	if d := first.GetDuty(); d.GetState() != waybillv1.DutyState_DUTY_STATE_CLOSED || d.GetEvidence() != "letters/4711" || d.GetCloseNote() != "not our data" ||
		d.GetClosedBy() != "principals/legal" || d.GetCloseTime() == nil || d.GetEtag() == made.GetDuty().GetEtag() {
		t.Errorf("closed %v", d)
	}
	again, err := legal.CloseDuty(t.Context(), shut)
	if err != nil || !proto.Equal(again, first) {
		t.Errorf("again %v, %v", again, err)
	}
	_, err = legal.CloseDuty(t.Context(), closes(name, "another"))
	refused(t, err, codes.FailedPrecondition, "STATE_INVALID", name)
	_, err = w.duties(registry.RoleAdmin).CloseDuty(t.Context(), shut)
	refused(t, err, codes.FailedPrecondition, "STATE_INVALID", name)
	got, err := waybillv1.NewDutyRegisterServiceClient(w.conns[registry.RoleAuditor]).GetDuty(t.Context(), &waybillv1.GetDutyRequest{Name: name})
	if err != nil || !proto.Equal(got, first.GetDuty()) {
		t.Errorf("got %v, %v", got, err)
	}
	if open, closed := w.listed(&waybillv1.ListDutiesRequest{}), w.listed(&waybillv1.ListDutiesRequest{States: []waybillv1.DutyState{waybillv1.DutyState_DUTY_STATE_CLOSED}}); len(open) != 0 || len(closed) != 1 {
		t.Errorf("open %s, closed %s", told(open), told(closed))
	}
	if log := w.log.String(); !strings.Contains(log, "duty closed") || strings.Contains(log, "letters/4711") || strings.Contains(log, "case 4711") {
		t.Error("the log does not tell of the closing, or holds a caller's text")
	}
}

// TestPutOff: an answer under the GDPR is put off once, within its month.
func TestPutOff(t *testing.T) {
	w := newWorld(t)
	legal := w.duties(registry.RoleLegal)
	received := time.Now().Add(-time.Hour).Truncate(time.Second)
	r := complaint("eu")
	r.Regime, r.BeginTime = waybillv1.Regime_REGIME_EU, timestamppb.New(received)
	made, err := legal.OpenDuty(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if d := made.GetDuty(); d.GetState() != waybillv1.DutyState_DUTY_STATE_DUE || d.GetCalendarEdition() != 0 || d.GetDueTime().AsTime().Sub(received) < 27*24*time.Hour {
		t.Fatalf("opened %v", d)
	}
	off := &waybillv1.CloseDutyRequest{Name: made.GetDuty().GetName(), Evidence: "letters/1", Outcome: waybillv1.DutyOutcome_DUTY_OUTCOME_EXTENDED, Options: &waybillv1.WriteOptions{Reason: "complex"}}
	first, err := legal.CloseDuty(t.Context(), off)
	if err != nil {
		t.Fatal(err)
	}
	if n := first.GetNext(); n.GetState() != waybillv1.DutyState_DUTY_STATE_DUE || n.GetCause() != off.GetName() || n.GetDueTime().AsTime().Sub(received) < 89*24*time.Hour || !n.GetBeginTime().AsTime().Equal(received) {
		t.Errorf("goes on as %v", n)
	}
	if again, err := legal.CloseDuty(t.Context(), off); err != nil || !proto.Equal(again, first) {
		t.Errorf("again %v, %v", again, err)
	}
	if got := w.listed(&waybillv1.ListDutiesRequest{}); len(got) != 1 || got[0].GetName() != first.GetNext().GetName() {
		t.Errorf("open: %v", got)
	}
	off.Name = first.GetNext().GetName()
	_, err = legal.CloseDuty(t.Context(), off)
	refused(t, err, codes.FailedPrecondition, "STATE_INVALID", off.GetName())
	late := complaint("late")
	late.Regime = waybillv1.Regime_REGIME_EU
	if made, err = legal.OpenDuty(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	off.Name = made.GetDuty().GetName()
	_, err = legal.CloseDuty(t.Context(), off)
	refused(t, err, codes.FailedPrecondition, "STATE_INVALID", off.GetName())
}

// TestFollowedDuties: what follows from the registry is listed with what is
// recorded, its closing sticks, and it goes when the registry is put right.
func TestFollowedDuties(t *testing.T) {
	w := newWorld(t)
	w.fill()
	apply := func(a *waybillv1.Agreement) {
		t.Helper()
		if _, err := w.apply(registry.RoleLegal, nil, res(a)); err != nil {
			t.Fatal(err)
		}
	}
	ended := func(id string) *waybillv1.Agreement {
		a := ending()
		a.Name = "agreements/" + id
		return a
	}
	apply(ended("one"))
	apply(ended("two"))
	if _, err := w.duties(registry.RoleLegal).OpenDuty(t.Context(), complaint("a")); err != nil {
		t.Fatal(err)
	}
	list := func(r *waybillv1.ListDutiesRequest) string { t.Helper(); return told(w.listed(r)) }
	deletion := &waybillv1.ListDutiesRequest{Kind: waybillv1.DutyKind_DUTY_KIND_DELETE_OR_RETURN}
	const one, two, answer = "DELETE_OR_RETURN OVERDUE agreements/one", "DELETE_OR_RETURN OVERDUE agreements/two", "ANSWER_COMPLAINT OVERDUE "
	if got := list(&waybillv1.ListDutiesRequest{}); got != answer+"; "+one+"; "+two {
		t.Errorf("listed %s", got)
	}
	if got := list(&waybillv1.ListDutiesRequest{States: []waybillv1.DutyState{waybillv1.DutyState_DUTY_STATE_DUE}}); got != "" {
		t.Errorf("due: %s", got)
	}
	if got := list(&waybillv1.ListDutiesRequest{Recipient: "sf"}); got != one+"; "+two {
		t.Errorf("of the recipient: %s", got)
	}
	if got := list(&waybillv1.ListDutiesRequest{Exporter: "exporters/acme-sg"}); got != answer+"; "+one+"; "+two {
		t.Errorf("of the exporter: %s", got)
	}
	// On another date: the renewals that were owed, and the deletions not yet overdue.
	if got := list(&waybillv1.ListDutiesRequest{OnTime: day("2026-05-20")}); got != "RENEW_AGREEMENT DUE agreements/one; RENEW_AGREEMENT DUE agreements/two" {
		t.Errorf("on 20 May: %s", got)
	}
	if got := list(&waybillv1.ListDutiesRequest{OnTime: day("2026-06-02")}); got != "DELETE_OR_RETURN DUE agreements/one; DELETE_OR_RETURN DUE agreements/two" {
		t.Errorf("on 2 June: %s", got)
	}

	name := w.listed(deletion)[0].GetName()
	first := w.listed(deletion)[0].GetRecord()
	shut, err := w.duties(registry.RoleLegal).CloseDuty(t.Context(), closes(name, "certificates/7"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.duties(registry.RoleLegal).CloseDuty(t.Context(), closes(name, "certificates/7")); err != nil || !proto.Equal(again, shut) {
		t.Errorf("again %v, %v", again, err)
	}
	if got := w.listed(deletion); len(got) != 1 || got[0].GetRecord() == first {
		t.Errorf("after the closing: %s", told(got))
	}
	closed := &waybillv1.ListDutiesRequest{States: []waybillv1.DutyState{waybillv1.DutyState_DUTY_STATE_CLOSED}}
	if got := list(closed); got != "DELETE_OR_RETURN CLOSED "+first {
		t.Errorf("closed: %s", got)
	}
	if got := list(&waybillv1.ListDutiesRequest{States: []waybillv1.DutyState{waybillv1.DutyState_DUTY_STATE_CLOSED}, OnTime: day("2026-07-02")}); got != "" {
		t.Errorf("closed before it was: %s", got)
	}

	// The other goes by the fact that it asks for.
	rest := w.listed(deletion)[0]
	right := ended(strings.TrimPrefix(rest.GetRecord(), "agreements/"))
	right.DeletionCertificateTime = day("2026-06-10")
	apply(right)
	if got := w.listed(deletion); len(got) != 0 {
		t.Errorf("after the certificate: %s", told(got))
	}
	_, err = waybillv1.NewDutyRegisterServiceClient(w.conns[registry.RoleAuditor]).GetDuty(t.Context(), &waybillv1.GetDutyRequest{Name: rest.GetName()})
	refused(t, err, codes.NotFound, "NOT_FOUND")
	if got := list(closed); got != "DELETE_OR_RETURN CLOSED "+first {
		t.Errorf("the closing did not stick: %s", got)
	}
}

func TestListDutiesRefused(t *testing.T) {
	w := newWorld(t)
	w.fill()
	auditor := waybillv1.NewDutyRegisterServiceClient(w.conns[registry.RoleAuditor])
	for range 3 {
		if _, err := w.duties(registry.RoleLegal).OpenDuty(t.Context(), complaint("")); err != nil {
			t.Fatal(err)
		}
	}
	page, err := auditor.ListDuties(t.Context(), &waybillv1.ListDutiesRequest{PageSize: 1})
	if err != nil || page.GetNextPageToken() == "" {
		t.Fatalf("%v, %v", page, err)
	}
	_, err = auditor.ListDuties(t.Context(), &waybillv1.ListDutiesRequest{PageToken: page.GetNextPageToken(), Recipient: "sf"})
	refused(t, err, codes.InvalidArgument, "PAGE_TOKEN_INVALID")
	_, err = auditor.ListDuties(t.Context(), &waybillv1.ListDutiesRequest{Recipient: "sg"})
	refused(t, err, codes.NotFound, "NOT_FOUND")
	_, err = auditor.ListDuties(t.Context(), &waybillv1.ListDutiesRequest{States: []waybillv1.DutyState{0}})
	refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "states[0]")
	_, err = auditor.GetDuty(t.Context(), &waybillv1.GetDutyRequest{Name: "duties/x"})
	refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "name")
}

// TestKindsOfContract: the kinds, states and outcomes are those of the contract.
func TestKindsOfContract(t *testing.T) {
	for n, name := range waybillv1.DutyKind_name {
		if got := "DUTY_KIND_" + duty.Kind(n).String(); got != name {
			t.Errorf("kind %d is %s, %s in the contract", n, got, name)
		}
	}
	for got, want := range map[int32]waybillv1.DutyState{
		int32(duty.Pending): waybillv1.DutyState_DUTY_STATE_DUE, int32(duty.Overdue): waybillv1.DutyState_DUTY_STATE_OVERDUE,
		int32(duty.Closed): waybillv1.DutyState_DUTY_STATE_CLOSED, int32(duty.Undated): waybillv1.DutyState_DUTY_STATE_UNDATED,
	} {
		if got != int32(want) {
			t.Errorf("state %d is %s", got, want)
		}
	}
	for got, want := range map[int32]waybillv1.DutyOutcome{
		int32(duty.Done): waybillv1.DutyOutcome_DUTY_OUTCOME_DONE, int32(duty.Refused): waybillv1.DutyOutcome_DUTY_OUTCOME_REFUSED, int32(duty.Extended): waybillv1.DutyOutcome_DUTY_OUTCOME_EXTENDED,
	} {
		if got != int32(want) {
			t.Errorf("outcome %d is %s", got, want)
		}
	}
}
