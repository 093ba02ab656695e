package wire

import (
	"iter"
	"strings"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// From a file to an answer: the words of a real snapshot.
func TestDecisionOfASnapshot(t *testing.T) {
	found, err := Load(File{"a.yaml", []byte(`
settings: {gapContact: legal-ops@example.com}
exporters: [{name: cn, title: Us, country: CN, regionsServed: [CN]}]
purposes: [{name: delivery, title: Delivery, sentence: Parcels., example: A parcel., service: NONE}]
categories: [{name: user.name, title: Name, sentence: A name., example: On a label.}]
recipients:
  - name: sf
    title: SF Express
    kind: LOGISTICS
    role: PROCESSOR
    country: CN
    deployments:
      - {name: eu, storageCountries: [CN], accessCountries: [CN]}
`)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := decision.Compile(registry.Head{Revision: 1}, numbered(found))
	if err != nil {
		t.Fatal(err)
	}
	src := &waybillv1.ShareQuestion{Recipient: "sf", Purpose: "delivery", Categories: []string{"user.name", secret}, Deployment: "eux"}
	var q decision.Question
	if err := Question(src, &q); err != nil {
		t.Fatal(err)
	}
	d := decision.Decision{Tracing: true}
	s.Check(&q, &decision.Inputs{Now: registry.At(noon.AsTime())}, &d)
	a := Decision(s, src, &d)
	if a.Outcome != waybillv1.Outcome_OUTCOME_DENIED || len(a.Reasons) != len(d.Reasons) || a.PrimaryReason != waybillv1.ReasonCode_REASON_CODE_REQUEST_INVALID {
		t.Fatalf("%v", a)
	}
	said := map[waybillv1.ReasonCode]string{}
	for _, r := range a.Reasons {
		said[r.Code] += r.Sentence + " " + r.Cure + "\n"
		if strings.Contains(r.String(), secret) {
			t.Errorf("repeats the caller: %v", r)
		}
	}
	for code, words := range map[waybillv1.ReasonCode]string{
		waybillv1.ReasonCode_REASON_CODE_REQUEST_INVALID:        "none of recipients/sf's; the nearest is recipients/sf/deployments/eu",
		waybillv1.ReasonCode_REASON_CODE_CATEGORY_UNKNOWN:       "Category 2 of the question is not in the registry",
		waybillv1.ReasonCode_REASON_CODE_RECIPIENT_NOT_APPROVED: "Legal approves it: approve_time. Ask: legal-ops@example.com",
	} {
		if !strings.Contains(said[code], words) {
			t.Errorf("%s: %q", code, said[code])
		}
	}
	if steps := Trace(s, src, &d); len(steps) != len(d.Trace) || len(steps) == 0 {
		t.Errorf("%d steps of %d", len(steps), len(d.Trace))
	}
}

func numbered(found []Located) iter.Seq2[registry.Record, error] {
	return func(yield func(registry.Record, error) bool) {
		for i, l := range found {
			if !yield(registry.Record{Noun: l.Noun, Number: uint32(i + 1), Revision: 1}, nil) {
				return
			}
		}
	}
}
