package decision_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

func tag(dst []byte, text string) []byte {
	h := sha256.Sum256([]byte(text))
	return append(dst, h[:16]...)
}

// drawQuestion draws a question over the market, with names that are unknown.
func drawQuestion(t *rapid.T) *decision.Question {
	maybe := func(label string, of ...string) string {
		return rapid.SampledFrom(append(of, "")).Draw(t, label)
	}
	q := &decision.Question{
		Exporter: maybe("exporter", "exporters/acme", "exporters/nobody"), Recipient: maybe("recipient", recipientName(1), recipientName(9), "anna@example.com"),
		Deployment: maybe("deployment", recipientName(1)+"/deployments/main", "x"), Purpose: maybe("purpose", "purposes/delivery", "unknown"),
		ServedPurpose: maybe("served", "purposes/prizes"), Subject: maybe("subject", "u-1", "u-2"), Product: maybe("product", "shop", "unknown shop"),
		SubjectGroup: registry.SubjectGroup(rapid.IntRange(0, 5).Draw(t, "group")), AgeBand: decision.AgeBand(rapid.IntRange(0, 8).Draw(t, "age")),
		Origin: maybe("origin", "CN", "DE"), Quantity: rapid.Int64Range(0, 1<<40).Draw(t, "quantity"),
		OrderRef: maybe("order", "o-1"), OrderSubject: maybe("order subject", "u-1", "u-2"), HRReference: maybe("hr", "rules"),
		Citation: maybe("citation", "PIPL 13(3)"), Assessment: maybe("assessment", "assessments/p0000000", "assessments/none"),
		ToOwnAddress: rapid.Bool().Draw(t, "own"), Deidentified: rapid.Bool().Draw(t, "deidentified"),
		Exception: decision.Exception(rapid.IntRange(0, 6).Draw(t, "exception")),
	}
	q.Categories = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"categories/user.c00", "categories/user.c07", "categories/user", "categories/none"}), 1, 3, rapid.ID[string]).Draw(t, "categories")
	q.SubjectRegions = rapid.SliceOfN(rapid.SampledFrom([]string{"CN", "DE", "UNKNOWN"}), 0, 3).Draw(t, "regions")
	q.DestinationCountries = rapid.SliceOfN(rapid.SampledFrom([]string{"CN", "US", "UNKNOWN"}), 0, 2).Draw(t, "destinations")
	q.Bases[registry.RegimeCn] = registry.Basis(rapid.IntRange(0, 4).Draw(t, "basis"))
	for range rapid.IntRange(0, 2).Draw(t, "consents") {
		q.Consents = append(q.Consents, decision.Consent{
			Type: decision.ConsentType(rapid.IntRange(1, 8).Draw(t, "type")), Purpose: q.Purpose, Categories: q.Categories,
			Recipient: maybe("consent recipient", q.Recipient), Policy: "policies/v1", Method: "click", Evidence: maybe("evidence", "e-1"),
			GiveTime: marketNow - registry.Time(rapid.Int64Range(0, 10).Draw(t, "given")), WithdrawTime: registry.Time(rapid.Int64Range(0, 5).Draw(t, "withdrawn")),
			CheckTime: marketNow, Subject: maybe("consent subject", "u-1"), ByGuardian: rapid.Bool().Draw(t, "guardian"), Countries: [][]string{nil, {"HK"}, {"CN", "US"}}[rapid.IntRange(0, 2).Draw(t, "countries")],
		})
	}
	if rapid.Bool().Draw(t, "chain") {
		q.Chain = []decision.ChainLink{{Recipient: recipientName(2)}, {Recipient: recipientName(3), Deployment: recipientName(3) + "/deployments/main"}}
	}
	if q.Exception != 0 {
		q.ExceptionRecord = maybe("exception record", "x-1", "assessments/p0000000")
	}
	flag := func(label string) bool { return rapid.Bool().Draw(t, label) }
	q.DoNotTrack, q.OptedOutAds, q.Restricted, q.Objected, q.Erased = flag("dnt"), flag("ads"), flag("restricted"), flag("objected"), flag("erased")
	q.CollectTime = registry.Time(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "collected"))
	q.AuthorityInstrument, q.AcceptedPolicy = maybe("instrument", "instruments/none"), maybe("accepted", "policies/v1")
	q.Publication, q.CountKey = maybe("publication", "winners-2026"), maybe("count key", "k-1")
	if flag("cohort") {
		count := func(label string) int64 { return rapid.Int64Range(decision.None, 3).Draw(t, label) }
		q.Cohort = decision.Cohort{
			ID: "cohort-1", Size: rapid.Int64Range(1, 1<<40).Draw(t, "size"), Purpose: q.Purpose, Recipient: maybe("cohort recipient", q.Recipient), Policy: "policies/v1",
			Types: []decision.ConsentType{decision.ConsentOrdinary, decision.ConsentSeparateProvision}, AttestTime: marketNow,
			WithdrawnExcluded: count("withdrawn excluded"), MinorsExcluded: count("minors excluded"), ObjectedExcluded: count("objected excluded"),
		}
	}
	return q
}

func TestEntryBytes(t *testing.T) {
	s, err := decision.Compile(registry.Head{Revision: 1}, market(20))
	if err != nil {
		t.Fatal(err)
	}
	det, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	same := func(t *rapid.T, b []byte) {
		var v any
		if err := cbor.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		if again, err := det.Marshal(v); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("the bytes are not deterministic CBOR: %x, %x, %v", b, again, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuestion(t)
		var d, again decision.Decision
		in := &decision.Inputs{Now: marketNow}
		s.Check(q, in, &d)
		b := decision.AppendQuestion(nil, s, q, &d, tag)
		same(t, b)
		replayed, err := decision.DecodeQuestion(s, b)
		if err != nil {
			t.Fatalf("%v\n%+v", err, q)
		}
		for _, secret := range []string{"anna@example.com", "u-1", "u-2", "o-1", "unknown shop"} {
			if bytes.Contains(b, []byte(secret)) {
				t.Fatalf("the entry holds %q", secret)
			}
		}
		s.Check(replayed, in, &again)
		x, y := decision.AppendAnswer(nil, &d), decision.AppendAnswer(nil, &again)
		same(t, x)
		if !bytes.Equal(x, y) {
			t.Fatalf("the replayed question decides otherwise:\n%v\n%v", d.Reasons, again.Reasons)
		}
		back, err := decision.DecodeAnswer(x)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(back.Reasons, back.Outcome, back.Permitted) != fmt.Sprint(d.Reasons, d.Outcome, d.Permitted) {
			t.Fatalf("the answer reads as %v, want %v", back, d)
		}
	})
}

func FuzzDecodeQuestion(f *testing.F) {
	s, err := decision.Compile(registry.Head{Revision: 1}, market(5))
	if err != nil {
		f.Fatal(err)
	}
	q := marketQuestion(1)
	var d decision.Decision
	s.Check(&q, &decision.Inputs{Now: marketNow}, &d)
	f.Add(decision.AppendQuestion(nil, s, &q, &d, tag))
	f.Add([]byte{0xa0})
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := decision.DecodeQuestion(s, b)
		if err != nil {
			return
		}
		d := decision.Decision{Exporter: s.Number(q.Exporter)}
		if q.Exporter == "" {
			d.Exporter = s.Number("exporters/acme")
		}
		if again := decision.AppendQuestion(nil, s, q, &d, nil); !bytes.Equal(again, b) {
			t.Fatalf("%x encodes to %x", b, again)
		}
	})
}

func FuzzDecodeAnswer(f *testing.F) {
	s, err := decision.Compile(registry.Head{Revision: 1}, market(5))
	if err != nil {
		f.Fatal(err)
	}
	q := marketQuestion(1)
	var d decision.Decision
	s.Check(&q, &decision.Inputs{Now: marketNow}, &d)
	f.Add(decision.AppendAnswer(nil, &d))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := decision.DecodeAnswer(b)
		if err != nil {
			return
		}
		if again := decision.AppendAnswer(nil, d); !bytes.Equal(again, b) {
			t.Fatalf("%x encodes to %x", b, again)
		}
	})
}
