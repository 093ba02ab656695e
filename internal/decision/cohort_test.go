package decision_test

import (
	"testing"

	"waybill/internal/decision"
)

// TestCohort: a bulk share needs the attestation of a source that is of this share
// and not a day old; what one person said counts for nothing.
func TestCohort(t *testing.T) {
	good := func(w *town) {
		w.q.Subject, w.q.OrderRef, w.q.OrderSubject, w.q.Quantity = "", "", "", 500
		w.q.Cohort = decision.Cohort{
			ID: "c-1", Size: 500, Purpose: w.q.Purpose, Recipient: w.q.Recipient, Policy: "policies/v1", Types: []decision.ConsentType{decision.ConsentOrdinary}, AttestTime: marketNow - 3600e6,
		}
	}
	const bulk = "CONSENT_MISSING CN cohort"
	for name, c := range map[string]struct {
		change func(w *town)
		want   string
	}{
		"it counts":                      {func(w *town) {}, ""},
		"without one":                    {func(w *town) { w.q.Cohort = decision.Cohort{} }, "CONSENT_MISSING CN bulk"},
		"not from a source":              {func(w *town) { w.nouns = w.nouns[:len(w.nouns)-1] }, bulk},
		"exactly a day old":              {func(w *town) { w.q.Cohort.AttestTime = marketNow - 86400e6 }, ""},
		"more than a day old":            {func(w *town) { w.q.Cohort.AttestTime = marketNow - 86400e6 - 1 }, bulk},
		"of the future":                  {func(w *town) { w.q.Cohort.AttestTime = marketNow + 1 }, bulk},
		"of another size":                {func(w *town) { w.q.Cohort.Size = 499 }, bulk},
		"minors not counted out":         {func(w *town) { w.q.Cohort.MinorsExcluded = decision.None }, bulk},
		"of another purpose":             {func(w *town) { w.q.Cohort.Purpose = "purposes/returns" }, bulk},
		"of no policy version":           {func(w *town) { w.q.Cohort.Policy = "policies/none" }, bulk},
		"of another recipient":           {func(w *town) { w.q.Cohort.Recipient = "recipients/other" }, "CONSENT_SCOPE_MISMATCH CN"},
		"of no recipient":                {func(w *town) { w.q.Cohort.Recipient = "" }, bulk},
		"for one person":                 {func(w *town) { w.q.Quantity, w.q.Cohort.Size = 1, 1 }, "CONSENT_MISSING CN order_missing"},
		"its persons are adults":         {func(w *town) { w.exporter().Products[0].Minors = 0 }, ""},
		"but not where a band says more": {func(w *town) { w.q.AgeBand = decision.Age16To17 }, "MINOR_GUARDIAN_CONSENT_MISSING CN serves_minors"},
		"a presented consent is of one": {func(w *town) {
			w.q.Cohort = decision.Cohort{}
			w.q.Subject, w.q.Consents = "u", []decision.Consent{w.consent(decision.ConsentOrdinary)}
		}, "CONSENT_MISSING CN bulk"},
		"and so is one that is held": {func(w *town) {
			w.q.Cohort = decision.Cohort{}
			w.in.Facts = &decision.Facts{Consents: []decision.HeldConsent{w.held(decision.ConsentOrdinary)}}
		}, "CONSENT_MISSING CN bulk"},
		"an order is of one person as well": {func(w *town) {
			w.q.Subject, w.q.OrderRef, w.q.OrderSubject = "u", "o", "u"
			w.q.Cohort = decision.Cohort{}
		}, "CONSENT_MISSING CN bulk"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			good(w)
			c.change(w)
			w.want(c.want)
		})
	}
}
