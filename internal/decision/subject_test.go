package decision_test

import (
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// TestHeldFacts: what is held here is added to what is presented.
func TestHeldFacts(t *testing.T) {
	withdrawn := func(w *town, at registry.Time) decision.HeldConsent {
		h := w.held(decision.ConsentOrdinary)
		h.WithdrawTime = at
		return h
	}
	present := func(w *town) { w.q.Consents = []decision.Consent{w.consent(decision.ConsentOrdinary)} }
	facts := func(w *town, cs ...decision.HeldConsent) { w.in.Facts = &decision.Facts{Consents: cs} }
	for name, c := range map[string]struct {
		change func(w *town)
		want   string
	}{
		"none at all":                  {func(w *town) {}, "CONSENT_MISSING CN order_missing"},
		"a presented one":              {present, ""},
		"a held one":                   {func(w *town) { facts(w, w.held(decision.ConsentOrdinary)) }, ""},
		"held of no subject":           {func(w *town) { w.q.Subject = ""; facts(w, w.held(decision.ConsentOrdinary)) }, ""},
		"a held one that is withdrawn": {func(w *town) { facts(w, withdrawn(w, marketNow)) }, "CONSENT_WITHDRAWN CN"},
		"withdrawn a moment later":     {func(w *town) { facts(w, withdrawn(w, marketNow+1)) }, ""},
		"it withdraws a presented one": {func(w *town) { present(w); facts(w, withdrawn(w, on(2026, 5, 2))) }, "CONSENT_WITHDRAWN CN"},
		"but not one given after it":   {func(w *town) { present(w); facts(w, withdrawn(w, on(2026, 5, 1))) }, ""},
		"nor of another type": {func(w *town) {
			present(w)
			h := withdrawn(w, on(2026, 5, 2))
			h.Type = decision.ConsentSeparateSensitive
			facts(w, h)
		}, ""},
		"but a guardian's word is of all": {func(w *town) {
			present(w)
			h := withdrawn(w, on(2026, 5, 2))
			h.Type = decision.ConsentGuardian
			facts(w, h)
		}, "CONSENT_WITHDRAWN CN"},
		"nor of another purpose": {func(w *town) {
			present(w)
			h := withdrawn(w, on(2026, 5, 2))
			h.Purpose = w.snapshot().Number("purposes/returns")
			facts(w, h)
		}, ""},
		"nor to another recipient": {func(w *town) {
			present(w)
			h := withdrawn(w, on(2026, 5, 2))
			h.Recipient = w.snapshot().Number("exporters/acme")
			facts(w, h)
		}, ""},
		"but one to anybody": {func(w *town) {
			present(w)
			h := withdrawn(w, on(2026, 5, 2))
			h.Recipient = 0
			facts(w, h)
		}, "CONSENT_WITHDRAWN CN"},
		"a younger band that is held": {func(w *town) {
			present(w)
			w.q.AgeBand = decision.AgeAdult
			w.in.Facts = &decision.Facts{Age: decision.Age16To17}
		}, "MINOR_GUARDIAN_CONSENT_MISSING CN serves_minors"},
		"erased":     {func(w *town) { present(w); w.in.Facts = &decision.Facts{Erased: true} }, "SUBJECT_ERASED_OR_CANCELLED POLICY erased"},
		"restricted": {func(w *town) { present(w); w.q.Restricted = true }, "SUBJECT_RESTRICTED_OR_OBJECTED POLICY restricted"},
		"objected to it": {func(w *town) {
			present(w)
			w.in.Facts = &decision.Facts{Objected: []uint32{w.snapshot().Number(w.q.Purpose)}}
		}, "SUBJECT_RESTRICTED_OR_OBJECTED POLICY objected"},
		"objected to something else": {func(w *town) { present(w); w.in.Facts = &decision.Facts{Objected: []uint32{1}} }, ""},
		"not to be tracked": {func(w *town) {
			present(w)
			of[*registry.Purpose](w, w.q.Purpose).Tracking = true
			w.q.DoNotTrack, w.q.OptedOutAds = true, true
		}, "SUBJECT_DO_NOT_TRACK POLICY do_not_track"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			w.q.OrderRef, w.q.OrderSubject = "", ""
			c.change(w)
			w.want(c.want)
		})
	}
}

// TestLegalHold: a duty of law keeps what it names, for what it lets it be used for.
func TestLegalHold(t *testing.T) {
	w := newTown(t)
	w.q.Erased = true
	hold := registry.LegalHold{Citation: "Tax law 1", ApprovedBy: "legal", Purposes: []string{w.q.Purpose}, CoveredCategories: w.q.Categories[:2],
		StartTime: on(2026, 1, 1), EndTime: marketNow + 1}
	w.exporter().Holds = []registry.LegalHold{hold}
	w.want("SUBJECT_ERASED_OR_CANCELLED POLICY erased 100")
	w.exporter().Holds[0].EndTime = marketNow
	w.want("SUBJECT_ERASED_OR_CANCELLED POLICY erased")
	w.exporter().Holds[0].EndTime, w.exporter().Holds[0].ApprovedBy = 0, ""
	w.want("SUBJECT_ERASED_OR_CANCELLED POLICY erased")
}
