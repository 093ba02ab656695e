package decision_test

import (
	"testing"
	"time"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// rescue makes the courier a standing body of rescue without an agreement, and claims
// the vital interest of a person.
func rescue(t *testing.T) (*town, *registry.ExceptionRecord) {
	w := newTown(t)
	r := w.courier()
	r.Kind, r.Role = registry.RecipientKindRescue, registry.RecipientRoleController
	for i := range 2 {
		of[*registry.Agreement](w, []string{"agreements/a0000000-0", "agreements/a0000000-1"}[i]).Recipients = nil
	}
	of[*registry.Assessment](w, "assessments/p0000000").Recipients = nil
	record := &registry.ExceptionRecord{
		Name: "exceptions/fire", Exception: registry.ExceptionVitalInterest, Exporters: []string{"exporters/acme"}, Recipients: []string{r.Name},
		Purposes: []string{w.q.Purpose}, CoveredCategories: w.q.Categories, Interest: "life", WhyImpracticable: "unconscious", Emergency: true,
		EffectiveTime: on(2026, 5, 1), ExpireTime: marketNow + 5e6, EmergencyEndTime: on(2026, 7, 1),
		ApprovedBy: "legal", SecondApprovedBy: "dpo", ApproveTime: on(2026, 5, 1),
	}
	w.put(record)
	w.q.Exception, w.q.ExceptionRecord = decision.Exception(registry.ExceptionVitalInterest), record.Name
	w.q.OrderRef, w.q.OrderSubject = "", ""
	return w, record
}

// TestDeferral: a rescue is not blocked by what can be made up for, and what is put
// off is owed.
func TestDeferral(t *testing.T) {
	w, _ := rescue(t)
	w.want("")
	const all = "PURPOSE_OUTSIDE_RECIPIENT_KIND POLICY; CATEGORY_OUTSIDE_RECIPIENT_KIND POLICY; AGREEMENT_MISSING POLICY deferred; NOTICE_MISSING CN deferred; " +
		"CONSENT_MISSING CN; SEPARATE_CONSENT_MISSING_PROVISION CN; IMPACT_ASSESSMENT_MISSING CN deferred"
	if got := w.waived(); got != all {
		t.Errorf("waived  %s\nwant    %s", got, all)
	}
	five := registry.At(time.Date(2026, 6, 9, 0, 0, 0, 0, time.FixedZone("", 8*3600))) // Monday, and five working days
	exception := w.snapshot().Number("exceptions/fire")
	for c, due := range map[decision.ObligationCode]registry.Time{
		decision.RegulariseAgreement: five, decision.RegulariseAssessment: five, decision.NotifySubjectAfterEmergency: on(2026, 7, 1), decision.KeepExceptionFile: 0,
	} {
		if o, ok := w.obliged(c); !ok || o.Due != due || o.Record != exception {
			t.Errorf("obligation %d: %v, due %v, want %v", c, ok, o.Due, due)
		}
	}
	if w.d.UseBy != marketNow+5e6 {
		t.Errorf("it may be used until %v, after the exception's end", w.d.UseBy)
	}
}

// TestDeferralHasItsBounds: each case changes what the rescue of TestDeferral rests on.
func TestDeferralHasItsBounds(t *testing.T) {
	settings := func(w *town) *registry.Settings { return of[*registry.Settings](w, "settings") }
	agreement := func(w *town) *registry.Agreement { return of[*registry.Agreement](w, "agreements/a0000000-1") }
	for name, c := range map[string]struct {
		change func(w *town, r *registry.ExceptionRecord)
		want   string
	}{
		"agreements are not put off":  {func(w *town, _ *registry.ExceptionRecord) { settings(w).AgreementDeferralOff = true }, "AGREEMENT_MISSING POLICY"},
		"assessments are not put off": {func(w *town, _ *registry.ExceptionRecord) { settings(w).AssessmentDeferralOff = true }, "IMPACT_ASSESSMENT_MISSING CN"},
		"beyond the calendar": {func(w *town, r *registry.ExceptionRecord) {
			w.in.Now = on(2027, 1, 4)
			r.ExpireTime, r.EmergencyEndTime = 0, 0
			w.courier().Screenings[0].ScreenTime = on(2026, 12, 1)
			w.policy().Necessity[0].ReviewUntil = on(2030, 1, 1)
		}, "AGREEMENT_MISSING POLICY; IMPACT_ASSESSMENT_MISSING CN"},
		"a draft": {func(w *town, _ *registry.ExceptionRecord) {
			a := agreement(w)
			a.Recipients, a.Type, a.OurSignature = []string{recipientName(0)}, registry.AgreementTypeSharingC2c, nil
		}, ""},
		"a termination is final": {func(w *town, _ *registry.ExceptionRecord) {
			a := agreement(w)
			a.Recipients, a.Type, a.OurSignature, a.TerminateTime = []string{recipientName(0)}, registry.AgreementTypeSharingC2c, nil, on(2026, 5, 1)
		}, "AGREEMENT_TERMINATED POLICY terminate_time agreements/a0000000-1"},
		"so is a suspension": {func(w *town, _ *registry.ExceptionRecord) {
			w.courier().Suspensions = []registry.Period{{StartTime: on(2026, 5, 1)}}
		}, "RECIPIENT_SUSPENDED POLICY suspensions recipients/r0000000"},
		"and an incident that is open": {func(w *town, _ *registry.ExceptionRecord) {
			w.courier().Incidents = []registry.Incident{{DiscoverTime: on(2026, 5, 1), Suspends: true}}
		}, "RECIPIENT_SUSPENDED POLICY incidents recipients/r0000000"},
		"minimisation stands": {func(w *town, _ *registry.ExceptionRecord) {
			w.policy().Necessity[0].CoveredCategories = w.q.Categories[1:]
		},
			"CATEGORY_NOT_NECESSARY_FOR_PURPOSE POLICY necessity policies/v1 1"},
		"a version narrows the cell": {func(w *town, _ *registry.ExceptionRecord) {
			w.policy().Waivers = []registry.WaiverCell{{Exception: registry.ExceptionVitalInterest, Group: registry.WaiverGroupConsent, Effect: registry.WaiverEffectNo}}
		}, "CONSENT_MISSING CN none_presented"},
		"what it does not cover is missing": {func(w *town, r *registry.ExceptionRecord) { r.CoveredCategories = w.q.Categories[:2] },
			"LEGAL_EXCEPTION_UNSUPPORTED POLICY categories exceptions/fire 100; PURPOSE_OUTSIDE_RECIPIENT_KIND POLICY purpose 100; " +
				"CATEGORY_OUTSIDE_RECIPIENT_KIND POLICY categories 100; AGREEMENT_MISSING POLICY; NOTICE_MISSING CN notices recipients/r0000000 100; " +
				"CONSENT_MISSING CN none_presented 100; SEPARATE_CONSENT_MISSING_PROVISION CN 100; IMPACT_ASSESSMENT_MISSING CN 100"},
	} {
		t.Run(name, func(t *testing.T) {
			w, r := rescue(t)
			c.change(w, r)
			w.want(c.want)
		})
	}
}

// TestUnsupported: what fails of a claim is named, and it waives nothing.
func TestUnsupported(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *town, r *registry.ExceptionRecord)
		want   []string
	}{
		"no record":          {func(w *town, _ *registry.ExceptionRecord) { w.q.ExceptionRecord = "exceptions/none" }, []string{"exception_record"}},
		"of another":         {func(_ *town, r *registry.ExceptionRecord) { r.Purposes = []string{"purposes/returns"} }, []string{"exception_record"}},
		"one approver twice": {func(_ *town, r *registry.ExceptionRecord) { r.SecondApprovedBy = " Legal" }, []string{"approved_by"}},
		"expired":            {func(_ *town, r *registry.ExceptionRecord) { r.ExpireTime = marketNow }, []string{"effective_time"}},
		"kind":               {func(w *town, _ *registry.ExceptionRecord) { w.courier().Kind = registry.RecipientKindPartner }, []string{"kind"}},
		"no emergency":       {func(_ *town, r *registry.ExceptionRecord) { r.Emergency = false }, []string{"evidence"}},
		"blank reason":       {func(_ *town, r *registry.ExceptionRecord) { r.WhyImpracticable = " " }, []string{"evidence"}},
		"two things":         {func(_ *town, r *registry.ExceptionRecord) { r.ExpireTime, r.Interest = marketNow, "" }, []string{"effective_time", "evidence"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, r := rescue(t)
			c.change(w, r)
			var got []string
			for _, x := range w.ask().Reasons {
				if x.Code == decision.LegalExceptionUnsupported {
					got = append(got, x.Detail.String())
				}
			}
			if len(got) != len(c.want) || got[0] != c.want[0] || got[len(got)-1] != c.want[len(got)-1] || len(w.d.Waived) != 0 {
				t.Errorf("%v, waived %v; want %v", got, w.d.Waived, c.want)
			}
		})
	}
}

// TestRareQuestionsAllocateNothing: what few questions have costs no memory either,
// once a decision has been used.
func TestRareQuestionsAllocateNothing(t *testing.T) {
	towns := map[string]*town{}
	w, _ := rescue(t)
	towns["what a rescue puts off"] = w
	w, _ = rescue(t)
	w.courier().Kind = registry.RecipientKindPartner
	towns["a claim that is not supported"] = w
	w, order := inquiry(t)
	order.Regime, w.courier().Country = registry.RegimeEu, "US"
	towns["an authority abroad"] = w
	w = newTown(t)
	v := *w.policy()
	v.Name, v.EffectiveTime = "policies/v2", on(2026, 3, 1)
	w.put(&v)
	w.policy().Purposes, w.q.AcceptedPolicy = nil, "policies/v1"
	w.in.Facts = &decision.Facts{Accepted: []uint32{1}, Objected: []uint32{1}, Consents: []decision.HeldConsent{w.held(decision.ConsentSeparatePublic)}}
	towns["a later version and held facts"] = w
	w = newTown(t)
	w.policy().Retention = []registry.Retention{{Purpose: w.q.Purpose, Categories: w.q.Categories, Days: 90}}
	w.category(0).Analytics, w.category(2).IdentityOrContact, w.category(2).Sensitive = true, true, true
	w.q.Quantity, w.q.Erased = 7, true
	w.q.Cohort = decision.Cohort{ID: "c", Size: 7, Purpose: w.q.Purpose, Policy: "policies/v1", Types: []decision.ConsentType{decision.ConsentOrdinary}, AttestTime: marketNow}
	towns["a cohort of data with a schedule"] = w
	for name, w := range towns {
		s := w.snapshot()
		w.in.Principal = s.Number("principals/desk")
		s.Check(&w.q, &w.in, &w.d)
		if len(w.d.Reasons)+len(w.d.Waived) == 0 {
			t.Errorf("%s: nothing rare is in it", name)
		}
		if n := testing.AllocsPerRun(100, func() { s.Check(&w.q, &w.in, &w.d) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
