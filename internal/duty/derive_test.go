package duty

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/internal/registry"
)

// at reads an instant of Shanghai: 2026-09-30 15:04.
func at(text string) registry.Time {
	layout := "2006-01-02 15:04"
	v, err := time.ParseInLocation(layout[:len(text)], text, shanghai)
	if err != nil {
		panic(err)
	}
	return registry.At(v)
}

// read makes the registry of some nouns, numbered from 1.
func read(t *testing.T, nouns ...registry.Noun) *Registry {
	t.Helper()
	r, err := Read(func(yield func(registry.Record, error) bool) {
		for i, n := range nouns {
			if !yield(registry.Record{Noun: n, Number: uint32(i + 1)}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// line is a duty as the tests write it: kind, due time, recipient, exporters, note.
func line(d Duty) string {
	due := "undated"
	if d.DueTime != 0 {
		due = d.DueTime.Std().In(shanghai).Format("2006-01-02 15:04")
	}
	s := fmt.Sprintf("%s %s %s %s %s", d.Kind, due, d.Record, d.Recipient, strings.Join(d.Exporters, "+"))
	if d.Note != "" {
		s += " " + d.Note
	}
	return s
}

func owed(r *Registry, on string) []string {
	var all []string
	for _, d := range r.Owed(at(on)) {
		all = append(all, line(d))
	}
	slices.Sort(all) // of the same date the ids decide, which say nothing here
	return all
}

const (
	sz = "exporters/sz"
	de = "exporters/de"
	rx = "recipients/x"
	ry = "recipients/y"
)

func signed(on string) *registry.Signature { return &registry.Signature{SignTime: at(on)} }

func agreement(id string, f func(a *registry.Agreement)) *registry.Agreement {
	a := &registry.Agreement{
		Name: "agreements/" + id, Type: registry.AgreementTypeDpa, Exporters: []string{sz}, Recipients: []string{rx},
		OurSignature: signed("2024-12-01"), TheirSignature: signed("2024-12-01"), EffectiveTime: at("2025-01-01"), ExpireTime: at("2026-06-01"),
	}
	if f != nil {
		f(a)
	}
	return a
}

func transfer(id string, m registry.Mechanism, f func(t *registry.Transfer)) *registry.Transfer {
	t := &registry.Transfer{
		Name: "transfers/" + id, Regime: registry.RegimeCn, Mechanism: m, Exporter: sz, Recipients: []string{rx},
		Countries: []string{"US"}, Purposes: []string{"purposes/p"}, CoveredCategories: []string{"categories/c"}, ValidFrom: at("2026-03-02"),
	}
	if f != nil {
		f(t)
	}
	return t
}

func recipient(name string, f func(x *registry.Recipient)) *registry.Recipient {
	x := &registry.Recipient{Name: name, ApproveTime: at("2025-01-01")}
	if f != nil {
		f(x)
	}
	return x
}

func filed(t *registry.Transfer) {
	t.Evidence = &registry.Evidence{FilingNumber: "44-1", FilingTime: at("2026-03-05")}
}

func TestOwed(t *testing.T) {
	amended := func(f func(a *registry.Agreement)) *registry.Agreement {
		return agreement("b", func(a *registry.Agreement) {
			a.Amends, a.EffectiveTime, a.ExpireTime = "agreements/a", at("2026-06-01"), at("2028-01-01")
			f(a)
		})
	}
	for name, c := range map[string]struct {
		nouns []registry.Noun
		on    string
		want  []string
	}{
		"an agreement far from its end": {[]registry.Noun{agreement("a", nil)}, "2026-01-01", nil},
		"an agreement within 90 days": {[]registry.Noun{agreement("a", nil), recipient(rx, nil)}, "2026-03-03",
			[]string{"RENEW_AGREEMENT 2026-06-01 00:00 agreements/a recipients/x exporters/sz"}},
		"a day before": {[]registry.Noun{agreement("a", nil)}, "2026-03-02 23:59", nil},
		"renewed in time": {[]registry.Noun{agreement("a", nil), amended(func(a *registry.Agreement) {
			a.OurSignature, a.TheirSignature = signed("2026-02-01"), signed("2026-02-01")
		})}, "2026-05-01", nil},
		"renewed with a gap": {[]registry.Noun{agreement("a", nil), amended(func(a *registry.Agreement) { a.EffectiveTime = at("2026-06-02") })}, "2026-05-01",
			[]string{"RENEW_AGREEMENT 2026-06-01 00:00 agreements/a recipients/x exporters/sz"}},
		"renewed by one that is not signed": {[]registry.Noun{agreement("a", nil), amended(func(a *registry.Agreement) { a.TheirSignature = nil })}, "2026-05-01",
			[]string{"RENEW_AGREEMENT 2026-06-01 00:00 agreements/a recipients/x exporters/sz"}},
		"renewed for another": {[]registry.Noun{agreement("a", nil), amended(func(a *registry.Agreement) { a.Recipients = []string{ry} })}, "2026-05-01",
			[]string{"RENEW_AGREEMENT 2026-06-01 00:00 agreements/a recipients/x exporters/sz"}},
		"expired, for each recipient": {[]registry.Noun{agreement("a", func(a *registry.Agreement) { a.Recipients = []string{rx, ry} })}, "2026-06-01",
			[]string{"DELETE_OR_RETURN 2026-06-24 00:00 agreements/a recipients/x exporters/sz", "DELETE_OR_RETURN 2026-06-24 00:00 agreements/a recipients/y exporters/sz"}},
		"terminated before its end": {[]registry.Noun{agreement("a", func(a *registry.Agreement) { a.TerminateTime = at("2026-03-09 11:00") })}, "2026-03-09 11:00",
			[]string{"DELETE_OR_RETURN 2026-03-31 00:00 agreements/a recipients/x exporters/sz"}},
		"to be terminated":       {[]registry.Noun{agreement("a", func(a *registry.Agreement) { a.TerminateTime = at("2026-05-20") })}, "2026-05-01", nil},
		"expired and carried on": {[]registry.Noun{agreement("a", nil), amended(func(a *registry.Agreement) {})}, "2026-07-01", nil},
		"carried on in turn": {[]registry.Noun{agreement("a", nil), amended(func(a *registry.Agreement) {
			a.ExpireTime, a.DeletionCertificateTime = at("2026-06-20"), at("2026-06-21")
		}),
			agreement("c", func(a *registry.Agreement) {
				a.Amends, a.EffectiveTime, a.ExpireTime = "agreements/b", at("2026-06-20"), 0
			})}, "2026-07-01", nil},
		"terminated after it was amended": {[]registry.Noun{agreement("a", func(a *registry.Agreement) { a.TerminateTime, a.ExpireTime = at("2026-06-30"), 0 }), amended(func(a *registry.Agreement) {})}, "2026-06-30",
			[]string{"DELETE_OR_RETURN 2026-07-22 00:00 agreements/a recipients/x exporters/sz"}},
		"the certificate is there": {[]registry.Noun{agreement("a", func(a *registry.Agreement) { a.DeletionCertificateTime = at("2026-06-10") })}, "2026-07-01", nil},
		"a sub-agreement": {[]registry.Noun{agreement("a", func(a *registry.Agreement) { a.Exporters, a.Recipients = nil, []string{rx, ry} })}, "2026-06-01",
			[]string{"DELETE_OR_RETURN 2026-06-24 00:00 agreements/a recipients/y "}},
		"confidentiality alone": {[]registry.Noun{agreement("a", func(a *registry.Agreement) { a.Type = registry.AgreementTypeNda })}, "2026-07-01", nil},
		"a term that says so": {[]registry.Noun{agreement("a", func(a *registry.Agreement) {
			a.Type, a.Terms = registry.AgreementTypeSharingC2c, &registry.Terms{DeleteOrReturn: "cl. 9"}
		})}, "2026-06-01", []string{"DELETE_OR_RETURN 2026-06-24 00:00 agreements/a recipients/x exporters/sz"}},
		"never in effect": {[]registry.Noun{agreement("a", func(a *registry.Agreement) { a.TerminateTime = at("2025-01-01") })}, "2026-06-01", nil},
		"never signed":    {[]registry.Noun{agreement("a", func(a *registry.Agreement) { a.OurSignature = nil })}, "2026-06-01", nil},
		"ended before the calendar": {[]registry.Noun{agreement("a", func(a *registry.Agreement) { a.EffectiveTime, a.ExpireTime = at("2020-01-01"), at("2022-01-01") })}, "2026-06-01",
			[]string{"DELETE_OR_RETURN undated agreements/a recipients/x exporters/sz"}},

		"a contract not filed": {[]registry.Noun{transfer("t", registry.MechanismStandardContract, nil)}, "2026-03-02",
			[]string{"FILE_CONTRACT 2026-03-17 00:00 transfers/t recipients/x exporters/sz"}},
		"not yet in effect": {[]registry.Noun{transfer("t", registry.MechanismStandardContract, nil)}, "2026-03-01", nil},
		"the contract took effect before": {[]registry.Noun{transfer("t", registry.MechanismGbaContract, func(t *registry.Transfer) { t.Agreement = "agreements/a" }),
			agreement("a", func(a *registry.Agreement) { a.EffectiveTime, a.ExpireTime = at("2026-02-24"), 0 })}, "2026-03-20",
			[]string{"FILE_CONTRACT 2026-03-10 00:00 transfers/t recipients/x exporters/sz"}},
		"filed": {[]registry.Noun{transfer("t", registry.MechanismStandardContract, filed)}, "2026-04-02", nil},
		"to be filed": {[]registry.Noun{transfer("t", registry.MechanismStandardContract, func(t *registry.Transfer) {
			filed(t)
			t.Evidence.FilingTime = at("2026-03-12")
		})}, "2026-03-11", []string{"FILE_CONTRACT 2026-03-17 00:00 transfers/t recipients/x exporters/sz"}},
		"filed before it was signed": {[]registry.Noun{transfer("t", registry.MechanismStandardContract, func(t *registry.Transfer) { filed(t); t.Agreement = "agreements/a" }),
			agreement("a", func(a *registry.Agreement) { a.TheirSignature, a.ExpireTime = signed("2026-03-06"), 0 })}, "2026-04-02",
			[]string{"FILE_CONTRACT 2025-01-16 00:00 transfers/t recipients/x exporters/sz"}},
		"amended, and not filed anew": {[]registry.Noun{transfer("t", registry.MechanismStandardContract, func(t *registry.Transfer) { filed(t); t.Agreement = "agreements/a" }),
			agreement("a", func(a *registry.Agreement) { a.ExpireTime = 0 }), agreement("b", func(a *registry.Agreement) {
				a.Amends, a.TheirSignature, a.EffectiveTime, a.ExpireTime = "agreements/a", signed("2026-03-09"), at("2026-03-10"), 0
			})}, "2026-04-02", []string{"FILE_CONTRACT 2026-03-25 00:00 transfers/t recipients/x exporters/sz"}},
		"revoked":                       {[]registry.Noun{transfer("t", registry.MechanismStandardContract, func(t *registry.Transfer) { t.RevokeTime = at("2026-03-10") })}, "2026-04-02", nil},
		"clauses are filed with nobody": {[]registry.Noun{transfer("t", registry.MechanismScc, nil)}, "2026-04-02", nil},

		"a mechanism that ends": {[]registry.Noun{transfer("t", registry.MechanismScc, func(t *registry.Transfer) { t.ValidTo = at("2026-08-01") })}, "2026-05-04",
			[]string{"RENEW_MECHANISM 2026-08-01 00:00 transfers/t recipients/x exporters/sz"}},
		"a mechanism that ended": {[]registry.Noun{transfer("t", registry.MechanismScc, func(t *registry.Transfer) { t.ValidTo = at("2026-08-01") })}, "2026-08-01", nil},
		"replaced": {[]registry.Noun{transfer("t", registry.MechanismScc, func(t *registry.Transfer) { t.ValidTo = at("2026-08-01") }),
			transfer("u", registry.MechanismScc, func(t *registry.Transfer) { t.ValidFrom = at("2026-08-01") })}, "2026-07-01", nil},
		"replaced in part": {[]registry.Noun{transfer("t", registry.MechanismScc, func(t *registry.Transfer) { t.ValidTo = at("2026-08-01") }),
			transfer("u", registry.MechanismScc, func(t *registry.Transfer) { t.Countries = []string{"JP"} })}, "2026-07-01",
			[]string{"RENEW_MECHANISM 2026-08-01 00:00 transfers/t recipients/x exporters/sz"}},
		// Three years after the result end on 2026-06-10; 60 working days before lie
		// the Labour and Qingming holidays.
		"an assessment before its window": {[]registry.Noun{transfer("t", registry.MechanismSecurityAssessment, func(t *registry.Transfer) { t.ValidFrom = at("2023-06-10") })}, "2026-03-12 23:59", nil},
		"an assessment within its window": {[]registry.Noun{transfer("t", registry.MechanismSecurityAssessment, func(t *registry.Transfer) { t.ValidFrom = at("2023-06-10") })}, "2026-03-13",
			[]string{"RENEW_MECHANISM 2026-06-10 00:00 transfers/t recipients/x exporters/sz"}},
		"its extension was applied for": {[]registry.Noun{transfer("t", registry.MechanismSecurityAssessment, func(t *registry.Transfer) {
			t.ValidFrom, t.RenewalApplyTime = at("2023-06-10"), at("2026-04-01")
		})}, "2026-05-01", nil},
		"a certificate, six months before its end": {[]registry.Noun{&registry.Settings{Name: "settings", Zone: "Asia/Shanghai"}, transfer("t", registry.MechanismCertification, func(t *registry.Transfer) {
			t.ValidFrom, t.Evidence = at("2024-03-01"), &registry.Evidence{IssueTime: at("2024-02-29")}
		})}, "2026-07-01", []string{"RENEW_MECHANISM 2026-08-28 00:00 transfers/t recipients/x exporters/sz"}},

		"due diligence that ends": {[]registry.Noun{recipient(rx, func(x *registry.Recipient) { x.DueDiligenceUntil = at("2026-06-01") })}, "2026-05-01",
			[]string{"RECHECK 2026-06-01 00:00 recipients/x recipients/x  The due diligence ends."}},
		"due diligence that has ended": {[]registry.Noun{recipient(rx, func(x *registry.Recipient) { x.DueDiligenceUntil = at("2026-06-01") })}, "2026-09-01",
			[]string{"RECHECK 2026-06-01 00:00 recipients/x recipients/x  The due diligence ends."}},
		"of a recipient that is gone": {[]registry.Noun{recipient(rx, func(x *registry.Recipient) { x.DueDiligenceUntil, x.TerminateTime = at("2026-06-01"), at("2026-05-01") })}, "2026-05-01", nil},
		"a screening that grows stale": {[]registry.Noun{&registry.Settings{Name: "settings", ScreeningAgeDays: 100}, recipient(rx, func(x *registry.Recipient) {
			x.Screenings = []registry.Screening{{ScreenTime: at("2026-03-01")}, {ScreenTime: at("2025-01-01")}}
		})}, "2026-03-20", []string{"RECHECK 2026-06-09 00:00 recipients/x recipients/x  The screening against restricted and sanctions lists grows stale."}},
		"an assessment to review": {[]registry.Noun{&registry.Assessment{Name: "assessments/a", Type: registry.AssessmentTypePipia, Exporter: sz, Recipients: []string{rx},
			ApproveTime: at("2025-01-01"), ReviewUntil: at("2026-06-01")}}, "2026-05-01",
			[]string{"RECHECK 2026-06-01 00:00 assessments/a recipients/x exporters/sz The assessment is due for review."}},
		"an assessment made anew": {[]registry.Noun{
			&registry.Assessment{Name: "assessments/a", Type: registry.AssessmentTypePipia, Exporter: sz, Recipients: []string{rx}, ApproveTime: at("2025-01-01"), ReviewUntil: at("2026-06-01")},
			&registry.Assessment{Name: "assessments/b", Type: registry.AssessmentTypePipia, Exporter: sz, Recipients: []string{rx}, ApproveTime: at("2026-04-01"), ReviewUntil: at("2027-06-01")},
		}, "2026-05-01", nil},
		"a product that ceases": {[]registry.Noun{&registry.Exporter{Name: sz, Products: []registry.Product{{ID: "app", CeaseTime: at("2026-06-01")}, {ID: "web"}}}}, "2026-05-01",
			[]string{"INFORM_SERVICE_CEASED 2026-06-01 00:00 exporters/sz  exporters/sz Product app."}},
		"minors are served": {[]registry.Noun{&registry.Exporter{Name: sz, Country: "CN"}, &registry.Exporter{Name: de, Country: "DE", RegionsServed: []string{"DE"}},
			&registry.Policy{Name: "policies/a", ServesMinors: true, Regions: []string{"*"}, EffectiveTime: at("2025-07-01")}, &registry.Policy{Name: "policies/b", EffectiveTime: at("2025-08-01")}}, "2026-01-01",
			[]string{"AUDIT_MINORS 2026-01-01 00:00 exporters/sz  exporters/sz Year 2025.", "AUDIT_MINORS 2027-01-01 00:00 exporters/sz  exporters/sz Year 2026."}},
		"minors are served later": {[]registry.Noun{&registry.Exporter{Name: de, Country: "DE", RegionsServed: []string{"CN"}},
			&registry.Policy{Name: "policies/a", ServesMinors: true, Regions: []string{"CN"}, EffectiveTime: at("2026-01-02")}}, "2026-01-01", nil},
		"minors were served before the regulations": {[]registry.Noun{&registry.Exporter{Name: de, Country: "DE", RegionsServed: []string{"CN"}},
			&registry.Policy{Name: "policies/gb", ServesMinors: true, Regions: []string{"GB"}, EffectiveTime: at("2019-01-02")},
			&registry.Policy{Name: "policies/a", ServesMinors: true, Regions: []string{"*"}, EffectiveTime: at("2020-01-02")}}, "2024-12-31 23:59",
			[]string{"AUDIT_MINORS 2025-01-01 00:00 exporters/de  exporters/de Year 2024."}},
		"nothing": {nil, "2026-05-01", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := owed(read(t, c.nouns...), c.on); !slices.Equal(got, c.want) {
				t.Errorf("owed on %s:\n%s\nwanted:\n%s", c.on, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestIncidents(t *testing.T) {
	shenzhen := &registry.Exporter{Name: sz, Country: "CN"}
	germany := &registry.Exporter{Name: de, Country: "DE", RegionsServed: []string{"DE"}}
	operator := &registry.Exporter{Name: sz, Country: "CN", CIIOPeriods: []registry.Period{{StartTime: at("2025-01-01")}}}
	ours := agreement("a", nil)
	theirs := agreement("b", func(a *registry.Agreement) { a.Exporters, a.ExpireTime = []string{de}, 0 })
	ours.ExpireTime = 0
	at8 := func(f func(i *registry.Incident)) *registry.Recipient {
		i := registry.Incident{ID: "leak", DiscoverTime: at("2026-05-01 08:00")}
		if f != nil {
			f(&i)
		}
		return recipient(rx, func(x *registry.Recipient) { x.Incidents = []registry.Incident{i} })
	}
	const (
		authority = "NOTIFY_INCIDENT_AUTHORITY "
		subjects  = "NOTIFY_INCIDENT_SUBJECTS "
		cn        = " recipients/x recipients/x exporters/sz Incident leak; what it may have hit: waybill list decisions --outcome allowed --recipient x."
		eu        = " recipients/x recipients/x exporters/de Incident leak; what it may have hit: waybill list decisions --outcome allowed --recipient x."
	)
	for name, c := range map[string]struct {
		nouns []registry.Noun
		want  []string
	}{
		"in the mainland": {[]registry.Noun{shenzhen, germany, ours, at8(nil)}, []string{authority + "2026-05-01 12:00" + cn, subjects + "2026-05-04 08:00" + cn}},
		"a larger one of an operator": {[]registry.Noun{operator, ours, at8(func(i *registry.Incident) { i.Larger = true })},
			[]string{authority + "2026-05-01 09:00" + cn, subjects + "2026-05-04 08:00" + cn}},
		"under the GDPR alone": {[]registry.Noun{shenzhen, germany, theirs, at8(nil)}, []string{authority + "2026-05-04 08:00" + eu}},
		"a high risk":          {[]registry.Noun{germany, theirs, at8(func(i *registry.Incident) { i.HighRisk = true })}, []string{authority + "2026-05-04 08:00" + eu, subjects + "2026-05-04 08:00" + eu}},
		"the authority was told": {[]registry.Noun{shenzhen, ours, at8(func(i *registry.Incident) { i.AuthorityNotifyTime = at("2026-05-01 10:00") })},
			[]string{subjects + "2026-05-04 08:00" + cn}},
		"all were told": {[]registry.Noun{shenzhen, ours, at8(func(i *registry.Incident) {
			i.AuthorityNotifyTime, i.SubjectsNotifyTime = at("2026-05-01 10:00"), at("2026-05-01 10:00")
		})}, nil},
		"the guardians were not": {[]registry.Noun{shenzhen, ours, at8(func(i *registry.Incident) {
			i.AuthorityNotifyTime, i.SubjectsNotifyTime, i.Minors = at("2026-05-01 10:00"), at("2026-05-01 10:00"), true
		})}, []string{subjects + "2026-05-04 08:00" + cn + " Their guardians: data of minors was affected."}},
		"exported data": {[]registry.Noun{shenzhen, ours, at8(func(i *registry.Incident) { i.Exported, i.SubjectsNotifyTime = true, at("2026-05-01 10:00") })},
			[]string{authority + "2026-05-01 12:00" + cn + " The provincial CAC too: exported data was affected (CBDF 11)."}},
		"of nobody's recipient": {[]registry.Noun{germany, at8(nil)}, []string{authority + "2026-05-04 08:00" + eu}},
		"not yet known":         {[]registry.Noun{shenzhen, ours, at8(func(i *registry.Incident) { i.DiscoverTime = at("2026-06-01") })}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := owed(read(t, c.nouns...), "2026-05-10"); !slices.Equal(got, c.want) {
				t.Errorf("owed:\n%s\nwanted:\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestIDs: a duty keeps its id while what it follows from stands, and another end is
// another duty.
func TestIDs(t *testing.T) {
	id := func(f func(a *registry.Agreement), on string) string {
		all := read(t, agreement("a", f)).Owed(at(on))
		if len(all) != 1 {
			t.Fatalf("%d duties", len(all))
		}
		return all[0].ID
	}
	first := id(nil, "2026-05-01")
	if len(first) != 20 || first != id(nil, "2026-05-20") || first != id(func(a *registry.Agreement) { a.Title = "new" }, "2026-05-01") {
		t.Errorf("the id %s does not stay", first)
	}
	if first == id(func(a *registry.Agreement) { a.ExpireTime = at("2026-06-02") }, "2026-05-01") {
		t.Error("another end has the same id")
	}
	if first == id(nil, "2026-06-01") {
		t.Error("another kind has the same id")
	}
}

func TestStates(t *testing.T) {
	d := Open(Duty{ID: "x", Kind: DeleteOrReturn, BeginTime: at("2026-03-02 09:00"), CreateTime: at("2026-03-02 09:00")})
	if d.DueTime != at("2026-03-24") || d.Calendar != registry.CalendarEdition || d.Owner != Recipient {
		t.Fatalf("opened as %+v", d)
	}
	state := func(d Duty, on string, want State) {
		t.Helper()
		if got := d.State(at(on)); got != want {
			t.Errorf("state %d on %s, want %d", got, on, want)
		}
	}
	state(d, "2026-03-23 23:59", Pending)
	state(d, "2026-03-24", Overdue)
	d.CloseTime = at("2026-03-25")
	state(d, "2026-03-24 23:59", Overdue)
	state(d, "2026-03-25", Closed)

	u := Open(Duty{ID: "y", Kind: DeleteOrReturn, BeginTime: at("2026-12-20"), CreateTime: at("2026-12-20")})
	if u.DueTime != 0 || u.Calendar != 0 || !strings.Contains(u.Why(), "not 2027") {
		t.Fatalf("opened as %+v, %s", u, u.Why())
	}
	state(u, "2026-12-21", Undated)
	state(u, "2030-01-01", Undated)
	// One whose row has no date gets it as soon as a calendar reaches.
	u.BeginTime = at("2026-03-02")
	state(u, "2026-03-23", Pending)
	state(u, "2026-03-24", Overdue)
}

func TestClocks(t *testing.T) {
	for _, c := range []struct {
		what   string
		got    registry.Time
		err    error
		wanted string
	}{
		due("complaint", AnswerComplaint, "2026-09-25 10:00", "2026-10-23 00:00"),
		due("filing", FileContract, "2026-09-30", "2026-10-21 00:00"),
		due("regularise", RegulariseAgreement, "2026-03-06 10:00", "2026-03-14 00:00"),
		due("conflict, the same day", EscalateConflict, "2026-03-06 10:00", "2026-03-07 00:00"),
		due("incident", NotifyIncidentAuthority, "2026-03-06 22:00", "2026-03-07 02:00"),
		due("at once", InformServiceCeased, "2026-03-06 22:00", "2026-03-06 22:00"),
		answer("S6-7", registry.RegimePolicy, "2026-03-02", false, "2026-03-24 00:00"),
		answer("one month", registry.RegimeEu, "2026-03-02 10:00", false, "2026-04-02 10:00"),
		answer("one month in the United Kingdom", registry.RegimeUk, "2026-03-02 10:00", false, "2026-04-02 10:00"),
		answer("three months", registry.RegimeEu, "2026-03-02 10:00", true, "2026-06-02 10:00"),
		answer("the last day of a shorter month", registry.RegimeEu, "2026-01-31 10:00", false, "2026-02-28 10:00"),
		answer("the calendar does not bind it", registry.RegimeEu, "2026-12-20 10:00", false, "2027-01-20 10:00"),
	} {
		if c.err != nil || c.got != at(c.wanted) {
			t.Errorf("%s: %s, %v; %s wanted", c.what, c.got, c.err, at(c.wanted))
		}
	}
}

type clocked = struct {
	what   string
	got    registry.Time
	err    error
	wanted string
}

func due(what string, k Kind, begin, wanted string) clocked {
	got, err := Due(k, at(begin))
	return clocked{what, got, err, wanted}
}

func answer(what string, regime registry.Regime, begin string, extended bool, wanted string) clocked {
	got, err := AnswerDue(regime, at(begin), extended)
	return clocked{what, got, err, wanted}
}

// TestKinds: every kind says who owes what by which text.
func TestKinds(t *testing.T) {
	for k := Kind(1); k <= AuditMinors; k++ {
		if !k.Known() || k.Owner() == "" || !strings.HasSuffix(k.Asks(), ".") || k.Clause() == "" {
			t.Errorf("%d lacks something", k)
		}
	}
	for _, k := range []Kind{0, AuditMinors + 1} {
		if k.Known() || k.ByHand() || k.HasClock() || k.String() != "UNSPECIFIED" {
			t.Errorf("%d is a kind", k)
		}
	}
}
