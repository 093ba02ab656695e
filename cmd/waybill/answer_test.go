package main

import (
	"bytes"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	pb "waybill/proto/waybill/v1"
)

var editionOne = &pb.Edition{Number: 1, RulesJudged: 41, RulesTotal: 60}

// TestAnswer holds the printed answer to the forms that scripts and people rely on.
func TestAnswer(t *testing.T) {
	useBy := timestamppb.New(time.Date(2025, 3, 1, 10, 31, 7, 0, time.UTC))
	question := func(categories ...string) *pb.ShareQuestion {
		return &pb.ShareQuestion{Recipient: "sf", Purpose: "delivery", Categories: categories}
	}
	tests := map[string]struct {
		q *pb.ShareQuestion
		d *pb.ShareDecision
	}{
		"gap-and-evidence": {question("user.name"), &pb.ShareDecision{
			Name: "decisions/7f3a", Outcome: pb.Outcome_OUTCOME_DENIED, Edition: editionOne, UseBy: useBy, Token: &pb.RevisionToken{Revision: 412},
			Reasons: []*pb.Reason{
				{Code: pb.ReasonCode_REASON_CODE_AGREEMENT_TERMS_INCOMPLETE, Class: pb.ReasonClass_REASON_CLASS_GAP, Rule: 26, Clause: "PIPL 21",
					Sentence: "agreements/sf-2025 has no audit term (PIPL 21; rule 26).", Field: "terms.audit", Cure: "Legal fills it: terms.audit. Ask: legal-ops@example.com."},
				{Code: pb.ReasonCode_REASON_CODE_CONSENT_MISSING, Class: pb.ReasonClass_REASON_CLASS_EVIDENCE, Rule: 30, Field: "question.order", Cure: "You can cure it: --order-ref.",
					Sentence: "No consent for purposes/delivery; the contract basis needs an order reference and none was given (rule 30)"},
			}}},
		"violation-in-part": {question("user.name", "categories/user.address", "user.id_number"), &pb.ShareDecision{
			Name: "decisions/8a01", Outcome: pb.Outcome_OUTCOME_DENIED, Edition: editionOne, UseBy: useBy, Token: &pb.RevisionToken{Revision: 412},
			PermittedCategories: []string{"categories/user.name", "categories/user.address"},
			Reasons: []*pb.Reason{
				{Code: pb.ReasonCode_REASON_CODE_CATEGORY_OUTSIDE_RECIPIENT_KIND, Class: pb.ReasonClass_REASON_CLASS_VIOLATION, Rule: 17, Clause: "S4-1(2)", Sentence: "user.id_number is not for logistics (S4-1(2); rule 17)", Cure: "The share must change: leave user.id_number out."},
				{Code: pb.ReasonCode_REASON_CODE_CATEGORY_NOT_NECESSARY_FOR_PURPOSE, Class: pb.ReasonClass_REASON_CLASS_VIOLATION, Rule: 18, Clause: "PIPL 6", Sentence: "user.id_number is not needed for purposes/delivery (PIPL 6; rule 18)"},
			}}},
		"allowed": {question("user.name"), &pb.ShareDecision{
			Name: "decisions/9c44", Outcome: pb.Outcome_OUTCOME_ALLOWED, Edition: editionOne, UseBy: useBy, Token: &pb.RevisionToken{Revision: 412},
			Agreements: []string{"agreements/sf-2025"}, Policy: "policies/2024-08-30",
			Obligations: []*pb.Obligation{
				{Code: pb.ObligationCode_OBLIGATION_CODE_KEEP_CONFIDENTIAL, Sentence: "Keep the data confidential"},
				{Code: pb.ObligationCode_OBLIGATION_CODE_RENEW_AGREEMENT_BY, Record: "agreements/sf-2025", Sentence: "agreements/sf-2025 ends", DueTime: useBy},
			}}},
		"observed-and-explained": {question("user.name"), &pb.ShareDecision{
			Outcome: pb.Outcome_OUTCOME_DENIED, Mode: pb.Mode_MODE_OBSERVE, Edition: editionOne, UseBy: useBy, Token: &pb.RevisionToken{Revision: 3},
			Reasons: []*pb.Reason{{Code: pb.ReasonCode_REASON_CODE_AGREEMENT_MISSING, Class: pb.ReasonClass_REASON_CLASS_GAP, Rule: 21, Clause: "PIPL 21", Sentence: "there is no agreement (PIPL 21; rule 21)"}}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := answer(&b, tt.q, tt.d); err != nil {
				t.Fatal(err)
			}
			golden(t, "answer-"+name, b.Bytes())
		})
	}
}
