package decision_test

import (
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// inquiry makes the courier an authority that an instrument is addressed from; the
// basis of the share is a public body's request.
func inquiry(t *testing.T) (*town, *registry.Instrument) {
	w := newTown(t)
	r := w.courier()
	r.Kind, r.Role = registry.RecipientKindAuthority, registry.RecipientRoleAuthority
	w.policy().Bases = append(w.policy().Bases, registry.BasisEntry{Purpose: w.q.Purpose, Kind: r.Kind, Basis: registry.BasisPublicBodyRequest,
		Regimes: []registry.Regime{registry.RegimeCn, registry.RegimeEu, registry.RegimeUk}})
	order := &registry.Instrument{
		Name: "instruments/order", Recipient: r.Name, Exporters: []string{"exporters/acme"}, Number: "7", Citation: "Law 1", Regime: registry.RegimeCn,
		CoveredCategories: w.q.Categories, Purposes: []string{w.q.Purpose}, IssueTime: on(2026, 5, 1), ExpireTime: on(2027, 1, 1), NecessityReason: "fraud",
		ApprovedBy: "legal", SecondApprovedBy: "dpo", ApproveTime: on(2026, 5, 2),
	}
	w.put(order)
	w.q.AuthorityInstrument, w.q.Citation = order.Name, "Law 1"
	w.q.OrderRef, w.q.OrderSubject = "", ""
	return w, order
}

func TestInstrument(t *testing.T) {
	const missing, at = "AUTHORITY_INSTRUMENT_MISSING POLICY ", " instruments/order"
	for name, c := range map[string]struct {
		change func(w *town, i *registry.Instrument)
		want   string
	}{
		"it stands":        {func(*town, *registry.Instrument) {}, ""},
		"none":             {func(w *town, _ *registry.Instrument) { w.q.AuthorityInstrument = "" }, missing + "authority_instrument"},
		"unknown":          {func(w *town, _ *registry.Instrument) { w.q.AuthorityInstrument = "instruments/x" }, missing + "authority_instrument"},
		"expired":          {func(_ *town, i *registry.Instrument) { i.ExpireTime = marketNow }, missing + "instrument.standing" + at},
		"without an end":   {func(_ *town, i *registry.Instrument) { i.ExpireTime = 0 }, missing + "instrument.standing" + at},
		"revoked":          {func(_ *town, i *registry.Instrument) { i.RevokeTime = marketNow }, missing + "instrument.standing" + at},
		"of another":       {func(_ *town, i *registry.Instrument) { i.Recipient = "recipients/x" }, missing + "instrument.scope" + at},
		"other categories": {func(w *town, i *registry.Instrument) { i.CoveredCategories = w.q.Categories[1:] }, missing + "instrument.categories" + at + " 1"},
		"no reason":        {func(_ *town, i *registry.Instrument) { i.NecessityReason = " " }, missing + "necessity_reason" + at},
		"not stated":       {func(w *town, _ *registry.Instrument) { w.policy().Purposes = nil }, "PURPOSE_OUTSIDE_POLICY POLICY purpose policies/v1; NOTICE_MISSING CN notices recipients/r0000000"},
		"secret by law":    {func(w *town, i *registry.Instrument) { i.SecrecyCitation = "Law 2" }, ""},
		"no agreement": {func(w *town, _ *registry.Instrument) {
			of[*registry.Agreement](w, "agreements/a0000000-1").TerminateTime = 1
		}, ""},
		"without a consent": {func(w *town, _ *registry.Instrument) { w.q.Citation = "" }, "CONSENT_MISSING CN citation_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			w, i := inquiry(t)
			c.change(w, i)
			w.want(c.want)
			if _, told := w.obliged(decision.NotifySubjectOfDisclosure); c.want == "" && told == (name == "secret by law") {
				t.Errorf("the subject is told: %v", told)
			}
		})
	}
	if decision.ClassOf(decision.AuthorityInstrumentMissing, decision.DetailNecessityReason) != decision.EvidenceC ||
		decision.ClassOf(decision.AuthorityInstrumentMissing, decision.DetailInstrumentStanding) != decision.Violation {
		t.Error("a reason can be shown, an instrument that does not stand cannot")
	}
}

// TestForeignAuthority: a body abroad needs the approval of PIPL 41, whatever else
// there is; where the instrument of one law meets a denial of another, it is said.
func TestForeignAuthority(t *testing.T) {
	foreign := func(t *testing.T) (*town, *registry.Instrument) {
		w, i := inquiry(t)
		i.Regime = registry.RegimeEu
		w.courier().Country = "HK"
		return w, i
	}
	reason := func(w *town) (out string) {
		for _, r := range w.ask().Reasons {
			if r.Code == decision.ForeignAuthorityApprovalMissing {
				out += r.Regime.String() + " " + r.Detail.String() + ";"
			}
		}
		return out
	}
	w, i := foreign(t)
	if got := reason(w); got != "CN foreign_approval;" {
		t.Error(got)
	}
	of[*registry.Settings](w, "settings").HmtAuthority = registry.HmtAuthorityExportOnly
	if got := reason(w); got != "" {
		t.Error(got)
	}
	w.courier().Country = "US"
	w.q.SubjectRegions = []string{"CN", "FR"}
	w.exporter().RegionsServed = []string{"CN", "FR"}
	if got := reason(w); got != "CN conflict_of_laws;EU treaty;" {
		t.Error(got)
	}
	i.Treaty = "MLAT"
	i.ForeignApproval = &registry.ForeignApproval{Number: "1", Authority: "ministry", ApproveTime: on(2026, 5, 3)}
	if got := reason(w); got != "" {
		t.Error(got)
	}
	for _, r := range w.d.Reasons { // the approval is the mechanism under CN, a treaty is none under EU
		if rule := r.Code.Rule(); rule >= 51 && r.Regime == registry.RegimeCn {
			t.Errorf("%v under CN beside the approval", r.Code)
		}
	}
	i.Treaty = ""
	i.ConflictDecision = &registry.ConflictDecision{BindingLaw: "a", ForbiddingLaw: "b", Reason: "c", ApprovedBy: "x", SecondApprovedBy: "y", ApproveTime: marketNow}
	if got := reason(w); got != "" {
		t.Error(got)
	}
	i.ConflictDecision.SecondApprovedBy = "X"
	if got := reason(w); got != "EU treaty;" {
		t.Error(got)
	}
}

// TestPublication: a consent is to one publication.
func TestPublication(t *testing.T) {
	w := newTown(t)
	r := w.courier()
	r.Kind, r.Role, r.Country = registry.RecipientKindPublic, registry.RecipientRoleNone, ""
	w.policy().Kinds = append(w.policy().Kinds, registry.KindList{Kind: r.Kind, Purposes: w.policy().Purposes, AnyCategory: true})
	c := w.consent(decision.ConsentSeparatePublic)
	c.Publication, w.q.Publication = "winners-2026", "winners-2026"
	w.q.Consents = []decision.Consent{c}
	w.want("")
	if len(w.d.Obligations) != 0 {
		t.Errorf("what is public is bound by %v", w.d.Obligations)
	}
	const missing = "CONSENT_SCOPE_MISMATCH CN; SEPARATE_CONSENT_MISSING_PUBLIC POLICY; PUBLIC_DISCLOSURE_NOT_PERMITTED POLICY publication"
	w.q.Publication = "winners-2027"
	w.want(missing)
	w.q.Publication, w.q.Consents[0].Publication = "", ""
	w.want(missing)
}

// TestSuccessor: a bidder is a partner; a successor is bound by its undertaking, or by
// a new consent.
func TestSuccessor(t *testing.T) {
	w := newTown(t)
	r := w.courier()
	r.Kind, r.Role = registry.RecipientKindSuccessor, registry.RecipientRoleController
	r.Deal = &registry.Deal{ID: "d", CloseTime: marketNow, Purposes: []string{w.q.Purpose}}
	r.Notices = []registry.Notice{{RecipientTitle: "New", Contact: "x", SubjectGroups: []registry.SubjectGroup{registry.SubjectGroupUser}, NotifyTime: marketNow}}
	a := of[*registry.Agreement](w, "agreements/a0000000-1")
	a.Type = registry.AgreementTypeSuccessorUndertaking
	a.Terms.Confidentiality, a.Terms.Measures = "1", "2"
	w.q.OrderRef = ""
	w.want("")
	a.TerminateTime = marketNow
	w.want("AGREEMENT_TERMINATED POLICY terminate_time agreements/a0000000-1; SUCCESSOR_NOT_BOUND POLICY undertaking recipients/r0000000")
	a.TerminateTime = 0
	r.Deal.MethodChanged, r.Deal.Purposes = true, nil
	const changed = "SUCCESSOR_PURPOSE_CHANGED CN deal.method_changed recipients/r0000000; SUCCESSOR_PURPOSE_CHANGED CN deal.purposes recipients/r0000000"
	got := w.reasons()
	if got != changed {
		t.Error(got)
	}
	w.q.Consents = []decision.Consent{w.consent(decision.ConsentSeparateProvision)}
	w.want("")
	w.q.Consents = nil
	r.Deal.CloseTime = marketNow + 1
	if got := w.reasons(); got == "" || w.d.Reasons[0].Code != decision.PurposeOutsideRecipientKind {
		t.Errorf("a bidder is judged as a partner: %s", got)
	}
	last := w.d.Reasons[len(w.d.Reasons)-1]
	if last.Code != decision.SuccessorNotBound || last.Detail != decision.DetailDeal {
		t.Errorf("the deal is not closed: %s", got)
	}
}
