package server

import (
	"testing"

	"waybill/internal/decision"
	waybillv1 "waybill/proto/waybill/v1"
)

// TestRecordedConsent: an auditor reads every field of a consent that was presented.
func TestRecordedConsent(t *testing.T) {
	m := recordedConsent(&decision.Consent{
		Type: decision.ConsentSeparatePublic, Purpose: "purposes/p", Categories: []string{"categories/c"}, Recipient: "recipients/r", Policy: "policies/v",
		GiveTime: 1, ExpireTime: 2, WithdrawTime: 3, CheckTime: 4, Method: "m", Evidence: "e", Subject: "s", ByGuardian: true, ChildInterest: "i",
		Publication: "p", Countries: []string{"DE"},
	}).ProtoReflect()
	fields := (&waybillv1.Consent{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		if f := fields.Get(i); !m.Has(f) {
			t.Errorf("%s is not there", f.Name())
		}
	}
}
