package storetest

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"waybill/internal/duty"
	"waybill/internal/registry"
	"waybill/internal/store"
)

// sampleDuty fills every field but those of the closing.
func sampleDuty(id string, due registry.Time) duty.Duty {
	return duty.Duty{
		ID: id, Kind: duty.AnswerComplaint, Owner: duty.Legal, Exporters: []string{"exporters/a", "exporters/b"},
		Recipient: "recipients/r", RecipientNumber: 7, Record: "agreements/x", Cause: "hand",
		SubjectTag: bytes.Repeat([]byte{0xab}, duty.TagBytes), Regime: registry.RegimeCn,
		BeginTime: 1_000, CreateTime: 2_000, DueTime: due, Calendar: 1, Note: "case 7", OpenedBy: "principals/legal",
	}
}

func closed(d duty.Duty, at registry.Time) duty.Duty {
	d.CloseTime, d.ClosedBy, d.Outcome, d.Evidence, d.CloseNote = at, "principals/legal", duty.Refused, "letters/7", "unfounded"
	return d
}

func duties(t *testing.T, s *store.Store, q duty.Query) []duty.Duty {
	t.Helper()
	all, err := s.Duties(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func openDuties(t *testing.T, s *store.Store, all ...duty.Duty) {
	t.Helper()
	if err := s.OpenDuties(t.Context(), all); err != nil {
		t.Fatal(err)
	}
}

// dutyRecords: every field comes back, opening twice is harmless, a closing is set
// once and carries what goes on.
func dutyRecords(t *testing.T, b Backend) {
	s := b.Open(t)
	d := sampleDuty("a", 5_000)
	shut := closed(d, 4_000)
	for i, v := 0, reflect.ValueOf(shut); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("the sample leaves %s out", v.Type().Field(i).Name)
		}
	}
	bare := duty.Duty{ID: "bare", Kind: duty.Recheck, Owner: duty.Legal, Cause: "registry", BeginTime: 1, CreateTime: 1}
	openDuties(t, s)
	openDuties(t, s, d, bare)
	changed := d
	changed.Note = "another"
	openDuties(t, s, changed, d)
	if got := duties(t, s, duty.Query{}); !reflect.DeepEqual(got, []duty.Duty{bare, d}) {
		t.Fatalf("read\n%+v\n%+v wanted", got, []duty.Duty{bare, d})
	}
	next := sampleDuty("next", 9_000)
	if err := s.CloseDuty(t.Context(), shut, &next); err != nil {
		t.Fatal(err)
	}
	if got := duties(t, s, duty.Query{IDs: []string{"a", "next", "none"}}); !reflect.DeepEqual(got, []duty.Duty{shut, next}) {
		t.Errorf("read\n%+v\n%+v wanted", got, []duty.Duty{shut, next})
	}
	if err := s.CloseDuty(t.Context(), closed(d, 4_500), nil); registry.ReasonOf(err) != "STATE_INVALID" {
		t.Errorf("closed twice: %v", err)
	}
	// One that follows from the registry has no row before.
	derived := closed(sampleDuty("derived", 0), 4_000)
	if err := s.CloseDuty(t.Context(), derived, nil); err != nil {
		t.Fatal(err)
	}
	if got := duties(t, s, duty.Query{IDs: []string{"derived"}}); !reflect.DeepEqual(got, []duty.Duty{derived}) {
		t.Errorf("read\n%+v\n%+v wanted", got, derived)
	}
	for name, wrong := range map[string]func(d *duty.Duty){
		"no id":    func(d *duty.Duty) { d.ID = "" },
		"no kind":  func(d *duty.Duty) { d.Kind = 0 },
		"no time":  func(d *duty.Duty) { d.CreateTime = 0 },
		"half tag": func(d *duty.Duty) { d.SubjectTag = d.SubjectTag[:8] },
		"closed":   func(d *duty.Duty) { d.CloseTime = 1 },
	} {
		bad := sampleDuty("bad", 1)
		wrong(&bad)
		if err := s.OpenDuties(t.Context(), []duty.Duty{sampleDuty("good", 1), bad}); registry.ReasonOf(err) != "INTERNAL" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.CloseDuty(t.Context(), sampleDuty("open", 1), nil); registry.ReasonOf(err) != "INTERNAL" {
		t.Errorf("closed without evidence: %v", err)
	}
	if got := duties(t, s, duty.Query{IDs: []string{"good", "open"}}); len(got) != 0 {
		t.Errorf("part of a refused write stands: %+v", got)
	}
}

// dutyGuard: behind the store's back a duty is only closed, once.
func dutyGuard(t *testing.T, b Backend) {
	s := b.Open(t)
	openDuties(t, s, sampleDuty("open", 5_000), sampleDuty("shut", 5_000))
	if err := s.CloseDuty(t.Context(), closed(sampleDuty("shut", 5_000), 4_000), nil); err != nil {
		t.Fatal(err)
	}
	const shut = "close_time = 9, closed_by = 'x', outcome = 1, evidence = 'e'"
	for _, query := range []string{
		"DELETE FROM duty",
		"UPDATE duty SET due_time = 9000 WHERE id = 'open'",
		"UPDATE duty SET evidence = 'e' WHERE id = 'open'",
		"UPDATE duty SET close_time = 9, closed_by = 'x', outcome = 1 WHERE id = 'open'",
		"UPDATE duty SET " + shut + ", due_time = 9000 WHERE id = 'open'",
		"UPDATE duty SET " + shut + ", note = 'x' WHERE id = 'open'",
		"UPDATE duty SET " + shut + ", subject_tag = recipient_number WHERE id = 'none' OR id = 'shut'",
		"UPDATE duty SET " + shut + " WHERE id = 'shut'",
		"UPDATE duty SET close_time = 0 WHERE id = 'shut'",
		"UPDATE duty SET evidence = 'other' WHERE id = 'shut'",
	} {
		if err := b.Exec(t, true, query); err == nil {
			t.Errorf("%s is not refused", query)
		} else if !strings.Contains(err.Error(), "waybill:") && !strings.Contains(query, "subject_tag") {
			t.Errorf("%s is refused by %v, not by a trigger", query, err)
		}
	}
	if err := b.Exec(t, true, "UPDATE duty SET "+shut+" WHERE id = 'open'"); err != nil {
		t.Errorf("the guard refuses a closing: %v", err)
	}
}

// dutyLists: filters, order and pages.
func dutyLists(t *testing.T, b Backend) {
	s := b.Open(t)
	mk := func(id string, due registry.Time, f func(d *duty.Duty)) duty.Duty {
		d := sampleDuty(id, due)
		if f != nil {
			f(&d)
		}
		return d
	}
	openDuties(t, s,
		mk("overdue", 3_000, nil),
		mk("due", 8_000, func(d *duty.Duty) { d.Kind = duty.Recheck }),
		mk("undated", 0, func(d *duty.Duty) { d.Recipient = "recipients/other" }),
		mk("later", 9_000, func(d *duty.Duty) { d.CreateTime = 6_000 }),
		mk("ours", 8_000, func(d *duty.Duty) { d.Exporters = nil }),
		mk("theirs", 8_000, func(d *duty.Duty) { d.Exporters = []string{"exporters/ab"} }),
		mk("shut", 4_000, nil),
	)
	if err := s.CloseDuty(t.Context(), closed(sampleDuty("shut", 4_000), 4_500), nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		q    duty.Query
		want string
	}{
		"all, in their order": {duty.Query{}, "undated overdue shut due ours theirs later"},
		"recorded by then":    {duty.Query{On: 5_000}, "undated overdue shut due ours theirs"},
		"open":                {duty.Query{On: 5_000, States: []duty.State{duty.Pending, duty.Overdue, duty.Undated}}, "undated overdue due ours theirs"},
		"overdue":             {duty.Query{On: 5_000, States: []duty.State{duty.Overdue}}, "undated overdue"},
		"overdue before":      {duty.Query{On: 4_000, States: []duty.State{duty.Overdue}}, "undated overdue shut"},
		"due":                 {duty.Query{On: 8_000, States: []duty.State{duty.Pending}}, "undated later"},
		"undated":             {duty.Query{On: 5_000, States: []duty.State{duty.Undated}}, "undated"},
		"closed":              {duty.Query{On: 5_000, States: []duty.State{duty.Closed}}, "shut"},
		"not yet closed":      {duty.Query{On: 4_499, States: []duty.State{duty.Closed}}, ""},
		"of a kind":           {duty.Query{Kind: duty.Recheck}, "due"},
		"of a recipient":      {duty.Query{Recipient: "recipients/other"}, "undated"},
		"of an exporter":      {duty.Query{Exporter: "exporters/a"}, "undated overdue shut due ours later"},
		"a page":              {duty.Query{Limit: 2}, "undated overdue"},
		"the next page":       {duty.Query{AfterDue: 8_000, AfterID: "due", Limit: 2}, "ours theirs"},
	} {
		var ids []string
		for _, d := range duties(t, s, c.q) {
			ids = append(ids, d.ID)
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%s: %s; %s wanted", name, got, c.want)
		}
	}
	if !slices.IsSortedFunc(duties(t, s, duty.Query{}), duty.Compare) {
		t.Error("the order is not that of duty.Compare")
	}
}

// dutyRaces: many open the same and close the same; one of each counts.
func dutyRaces(t *testing.T, b Backend) {
	s := b.Open(t)
	var wg sync.WaitGroup
	var won atomic.Int32
	for range 8 {
		wg.Go(func() {
			if err := s.OpenDuties(t.Context(), []duty.Duty{sampleDuty("a", 5), sampleDuty("b", 5)}); err != nil {
				t.Error(err)
			}
			err := s.CloseDuty(t.Context(), closed(sampleDuty("a", 5), 9), nil)
			if err == nil {
				won.Add(1)
			} else if registry.ReasonOf(err) != "STATE_INVALID" {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(duties(t, s, duty.Query{})); n != 2 || won.Load() != 1 {
		t.Errorf("%d duties, closed %d times", n, won.Load())
	}
}
