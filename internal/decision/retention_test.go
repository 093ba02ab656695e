package decision_test

import (
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// TestRetention: data with a schedule says when it was collected, and goes to nobody
// who keeps it longer.
func TestRetention(t *testing.T) {
	const day = registry.Time(86_400_000_000)
	agreement := func(w *town) *registry.Agreement { return of[*registry.Agreement](w, "agreements/a0000000-1") }
	consented := func(w *town) {
		w.q.Consents = []decision.Consent{w.consent(decision.ConsentOrdinary)}
		w.q.OrderRef, w.q.OrderSubject = "", ""
	}
	for name, c := range map[string]struct {
		change func(w *town)
		want   string
	}{
		"no age, an order that is open":  {func(*town) {}, ""},
		"no age":                         {consented, "RETENTION_EXPIRED POLICY collect_time 10"},
		"of the future":                  {func(w *town) { w.q.CollectTime = marketNow + 1 }, "REQUEST_INVALID POLICY collect_time"},
		"a moment short of the schedule": {func(w *town) { w.q.CollectTime = marketNow - 90*day + 1 }, ""},
		"as old as the schedule":         {func(w *town) { w.q.CollectTime = marketNow - 90*day }, "RETENTION_EXPIRED POLICY retention 10"},
		"kept by law": {func(w *town) {
			consented(w)
			agreement(w).Terms.RetentionLimitDays = 0
			w.exporter().Holds = []registry.LegalHold{{Citation: "Tax law 1", ApprovedBy: "legal", Purposes: []string{w.q.Purpose}, CoveredCategories: w.q.Categories, StartTime: on(2026, 1, 1)}}
		}, ""},
		"of an ancestor": {func(w *town) {
			w.policy().Retention[0].Categories = []string{"categories/user"}
			consented(w)
		}, "RETENTION_EXPIRED POLICY collect_time"},
		"for another purpose":           {func(w *town) { w.policy().Retention[0].Purpose = "purposes/returns"; consented(w) }, ""},
		"the recipient keeps it longer": {func(w *town) { agreement(w).Terms.RetentionLimitDays = 91 }, "RECIPIENT_RETENTION_EXCEEDS POLICY terms.retention_limit_days agreements/a0000000-1 10"},
		"the agreement states no limit": {func(w *town) { agreement(w).Terms.RetentionLimitDays = 0 }, "RECIPIENT_RETENTION_EXCEEDS POLICY terms.retention_limit_days agreements/a0000000-1 10"},
		"the product was ceased":        {func(w *town) { w.exporter().Products[0].CeaseTime, w.q.Product = marketNow, "shop" }, "SERVICE_CEASED POLICY cease_time exporters/acme"},
		"one that used the purpose was": {func(w *town) {
			p := &w.exporter().Products[0]
			p.CeaseTime, p.Purposes = marketNow, []string{w.q.Purpose}
		}, "SERVICE_CEASED POLICY cease_time exporters/acme"},
		"to wind it down": {func(w *town) {
			w.exporter().Products[0].CeaseTime, w.q.Product = marketNow, "shop"
			of[*registry.Purpose](w, w.q.Purpose).WindDown = true
		}, ""},
		"one that did not use it was": {func(w *town) { w.exporter().Products[0].CeaseTime = marketNow }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			w.policy().Retention = []registry.Retention{{Purpose: w.q.Purpose, Categories: w.q.Categories[1:2], Days: 90}}
			agreement(w).Terms.RetentionLimitDays = 90
			c.change(w)
			w.want(c.want)
		})
	}
}

// TestLinkage: both kinds of data do not go to who analyses, and what is permitted
// never holds both.
func TestLinkage(t *testing.T) {
	w := newTown(t)
	w.category(0).Analytics, w.category(2).IdentityOrContact = true, true
	w.want("")
	of[*registry.Purpose](w, w.q.Purpose).Analytics = true
	w.want("ANALYTICS_LINKAGE_FORBIDDEN POLICY categories 11")
	if w.d.Permitted != 0 {
		t.Errorf("%b is permitted, and holds both", w.d.Permitted)
	}
	// Where another reason takes one of them away, the rest may go.
	w.policy().Necessity[0].CoveredCategories = w.q.Categories[1:]
	w.want("CATEGORY_NOT_NECESSARY_FOR_PURPOSE POLICY necessity policies/v1 1; ANALYTICS_LINKAGE_FORBIDDEN POLICY categories 11")
	if w.d.Permitted != 0b110 {
		t.Errorf("%b is permitted, want 110", w.d.Permitted)
	}
}

// TestSafeguards: sensitive data needs a safeguard that is stated in full and holds.
func TestSafeguards(t *testing.T) {
	w := newTown(t)
	w.category(2).Sensitive = true
	w.q.Consents = []decision.Consent{w.consent(decision.ConsentSeparateSensitive)}
	const missing = "SENSITIVE_SAFEGUARDS_MISSING CN safeguards policies/v1 10"
	w.want(missing)
	s := registry.Safeguard{
		Purpose: w.q.Purpose, CoveredCategories: w.q.Categories[1:2], SpecificPurpose: "a", Necessity: "b", Protection: "c", Notice: "d",
		ApprovedBy: "dpo", ApproveTime: on(2026, 1, 1), ReviewUntil: marketNow + 1,
	}
	w.policy().Safeguards = []registry.Safeguard{s}
	w.want("")
	w.policy().Safeguards[0].ReviewUntil = marketNow
	w.want(missing)
	w.policy().Safeguards[0].ReviewUntil, w.policy().Safeguards[0].Notice = 0, ""
	w.want(missing)
	w.q.AgeBand = decision.AgeUnder13
	if got := w.reasons(); len(got) < 60 {
		t.Error(got)
	}
}
