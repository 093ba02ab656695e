package main

import (
	"strings"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
	"waybill/internal/wire"
	pb "waybill/proto/waybill/v1"
)

func allowedAnswer() *answered {
	d := &decision.Decision{Outcome: decision.Allowed, UseBy: 50,
		Obligations: []decision.Obligation{{Code: decision.KeepConfidential}, {Code: decision.ObligationCode(pb.ObligationCode_OBLIGATION_CODE_FILE_CONTRACT), Due: 7}},
		Waived:      []decision.Waived{{Code: decision.ConsentMissing, Regime: registry.RegimeCn}, {Code: decision.AgreementMissing, Regime: registry.RegimePolicy, Deferred: true}},
		Counted:     decision.Counted{Year: 2026, PersonsBefore: 1, PersonsAfter: 2, SensitiveBefore: 3, SensitiveAfter: 3, Warn: true}}
	return &answered{decision: d, ShareDecision: &pb.ShareDecision{Outcome: pb.Outcome_OUTCOME_ALLOWED, Policy: "policies/p",
		Agreements: []string{"agreements/a"}, Transfers: []string{"transfers/t"}, PermittedCategories: []string{"categories/x"}, PermittedSubjects: []string{"s"}}}
}

func deniedAnswer() *answered {
	d := &decision.Decision{Outcome: decision.Denied, Reasons: []decision.Reason{{Code: decision.ConsentMissing, Regime: registry.RegimeCn, Detail: decision.DetailBulk}}}
	return &answered{decision: d, ShareDecision: &pb.ShareDecision{Outcome: pb.Outcome_OUTCOME_DENIED,
		Reasons: []*pb.Reason{{Code: pb.ReasonCode_REASON_CODE_CONSENT_MISSING, Regime: pb.Regime_REGIME_CN, Class: pb.ReasonClass_REASON_CLASS_EVIDENCE}}}}
}

// Every want of a case is met by the answer that has it, and bites where it has not.
func TestEveryWantBites(t *testing.T) {
	n := func(i int64) *int64 { return &i }
	no := false
	filed := decision.ObligationCode(pb.ObligationCode_OBLIGATION_CODE_FILE_CONTRACT)
	waived := func(more ...wire.WantedWaiver) []wire.WantedWaiver {
		return append([]wire.WantedWaiver{{Code: decision.ConsentMissing, Regime: registry.RegimeCn}, {Code: decision.AgreementMissing, Deferred: true}}, more...)
	}
	for name, want := range map[string]struct{ met, missed wire.Case }{
		"permitted":   {wire.Case{Permitted: []string{"categories/x"}}, wire.Case{Permitted: []string{}}},
		"subjects":    {wire.Case{Subjects: []string{"s"}}, wire.Case{Subjects: []string{"s", "u"}}},
		"obligations": {wire.Case{Obligations: []decision.ObligationCode{filed}}, wire.Case{Obligations: []decision.ObligationCode{decision.PurposeLimit}}},
		"without":     {wire.Case{Without: []decision.ObligationCode{decision.PurposeLimit}}, wire.Case{Without: []decision.ObligationCode{filed}}},
		"due":         {wire.Case{Due: map[decision.ObligationCode]registry.Time{filed: 7}}, wire.Case{Due: map[decision.ObligationCode]registry.Time{filed: 8}}},
		"waived":      {wire.Case{Waived: waived()}, wire.Case{Waived: waived(wire.WantedWaiver{Code: decision.NoticeMissing})}},
		"waived all":  {wire.Case{Waived: waived()}, wire.Case{Waived: waived()[:1]}},
		"waived none": {wire.Case{}, wire.Case{Waived: []wire.WantedWaiver{}}},
		"deferred":    {wire.Case{Waived: waived()}, wire.Case{Waived: []wire.WantedWaiver{{Code: decision.ConsentMissing}, {Code: decision.AgreementMissing}}}},
		"its regime":  {wire.Case{Waived: waived()}, wire.Case{Waived: []wire.WantedWaiver{{Code: decision.ConsentMissing, Regime: registry.RegimeEu}, waived()[1]}}},
		"counted":     {wire.Case{Counted: &wire.WantedCount{PersonsAfter: n(2), SensitiveBefore: n(3)}}, wire.Case{Counted: &wire.WantedCount{PersonsBefore: n(2)}}},
		"sensitive":   {wire.Case{Counted: &wire.WantedCount{SensitiveAfter: n(3)}}, wire.Case{Counted: &wire.WantedCount{SensitiveAfter: n(4)}}},
		"warn":        {wire.Case{}, wire.Case{Counted: &wire.WantedCount{Warn: &no}}},
		"not counted": {wire.Case{}, wire.Case{Counted: &wire.WantedCount{None: true}}},
		"policy":      {wire.Case{Policy: "policies/p"}, wire.Case{Policy: "policies/q"}},
		"agreements":  {wire.Case{Agreements: []string{"agreements/a"}}, wire.Case{Agreements: []string{}}},
		"transfers":   {wire.Case{Transfers: []string{"transfers/t"}}, wire.Case{Transfers: []string{"transfers/u"}}},
		"use by":      {wire.Case{UseBy: 50}, wire.Case{UseBy: 51}},
		"outcome":     {wire.Case{}, wire.Case{Refused: "FIELD_INVALID"}},
	} {
		want.met.Outcome, want.missed.Outcome = decision.Allowed, decision.Allowed
		if !allowedAnswer().fits(&want.met) {
			t.Errorf("%s: wanted %q and not met by %q", name, wantedText(&want.met), allowedAnswer().text())
		}
		if allowedAnswer().fits(&want.missed) {
			t.Errorf("%s: wanted %q and met by %q", name, wantedText(&want.missed), allowedAnswer().text())
		}
	}
	reasons := []decision.Code{decision.ConsentMissing}
	met := wire.Case{Outcome: decision.Denied, Reasons: reasons, Only: true, Regimes: map[decision.Code][]registry.Regime{decision.ConsentMissing: {registry.RegimeCn}},
		Details: map[decision.Code][]string{decision.ConsentMissing: {decision.DetailBulk.String()}}, Classes: map[decision.Code][]decision.Class{decision.ConsentMissing: {decision.EvidenceC}}}
	if !deniedAnswer().fits(&met) {
		t.Errorf("wanted %q and not met by %q", wantedText(&met), deniedAnswer().text())
	}
	for name, missed := range map[string]wire.Case{
		"reasons": {Reasons: []decision.Code{decision.AgreementMissing}},
		"only":    {Reasons: nil, Only: true},
		"regimes": {Reasons: reasons, Regimes: map[decision.Code][]registry.Regime{decision.ConsentMissing: {registry.RegimeUk}}},
		"details": {Reasons: reasons, Details: map[decision.Code][]string{decision.ConsentMissing: {"kind"}}},
		"classes": {Reasons: reasons, Classes: map[decision.Code][]decision.Class{decision.ConsentMissing: {decision.Gap}}},
	} {
		if missed.Outcome = decision.Denied; deniedAnswer().fits(&missed) {
			t.Errorf("%s: wanted %q and met", name, wantedText(&missed))
		}
	}
}

// What is printed of a case that fails names each want and each part of the answer.
func TestTextOfACase(t *testing.T) {
	two := int64(2)
	yes := true
	c := wire.Case{Outcome: decision.Allowed, Permitted: []string{}, Subjects: []string{}, Without: []decision.ObligationCode{decision.PurposeLimit},
		Due:    map[decision.ObligationCode]registry.Time{decision.KeepConfidential: 0},
		Waived: []wire.WantedWaiver{}, Counted: &wire.WantedCount{PersonsAfter: &two, Warn: &yes}, Policy: "policies/p", Agreements: []string{}, Transfers: []string{"transfers/t"}}
	for _, part := range []string{"ALLOWED", "permitted nothing", "for nobody", "without PURPOSE_LIMIT", "KEEP_CONFIDENTIAL by", "waived nothing", "counted persons after 2, warn true", "policy p", "agreements none", "transfers t"} {
		if !strings.Contains(wantedText(&c), part) {
			t.Errorf("%q lacks %q", wantedText(&c), part)
		}
	}
	for _, part := range []string{"ALLOWED", "for s", "FILE_CONTRACT by", "waived CONSENT_MISSING under CN, AGREEMENT_MISSING under POLICY deferred", "counted persons 1 to 2, sensitive 3 to 3, warn true", "agreements a", "transfers t", "policy p", "use by"} {
		if !strings.Contains(allowedAnswer().text(), part) {
			t.Errorf("%q lacks %q", allowedAnswer().text(), part)
		}
	}
	if got := deniedAnswer().text(); !strings.Contains(got, "CONSENT_MISSING under CN for "+decision.DetailBulk.String()+" as EVIDENCE") {
		t.Error(got)
	}
}
