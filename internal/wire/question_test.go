package wire

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/decision"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

var noon = timestamppb.New(time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC))

func plainQuestion() *waybillv1.ShareQuestion {
	return &waybillv1.ShareQuestion{Exporter: "exporters/cn", Recipient: "recipients/sf", Purpose: "purposes/delivery",
		Categories: []string{"categories/user.name", "categories/user.address", "categories/user.contact.phone"}, Subject: "u-1",
		Order: &waybillv1.OrderReference{Reference: "o-1", Subject: "u-1"}}
}

func plainConsent() *waybillv1.Consent {
	return &waybillv1.Consent{Type: waybillv1.ConsentType_CONSENT_TYPE_ORDINARY, Purpose: "delivery", Categories: []string{"user.name"},
		Policy: "2024-08-30", GiveTime: noon, CheckTime: noon, Method: "click"}
}

func TestQuestionReadsEverything(t *testing.T) {
	q := plainQuestion()
	q.Exporter, q.Recipient, q.Deployment, q.Purpose, q.ServedPurpose = "cn", "sf", "eu", "hosting", "delivery"
	q.Categories = []string{"user.name", "categories/user.address"}
	q.SubjectGroup, q.AgeBand, q.Quantity = waybillv1.SubjectGroup_SUBJECT_GROUP_USER, waybillv1.AgeBand_AGE_BAND_16_17, 3
	q.SubjectRegions, q.Origin, q.DestinationCountries = []string{"CN", "UNKNOWN"}, "DE", []string{"HK"}
	q.Product, q.HrReference, q.Citation, q.Assessment = "shop", "hr", "PIPL 13", "lia"
	q.Bases = []*waybillv1.BasisClaim{{Regime: waybillv1.Regime_REGIME_CN, Basis: waybillv1.Basis_BASIS_CONTRACT},
		{Regime: waybillv1.Regime_REGIME_EU, Basis: waybillv1.Basis_BASIS_LEGITIMATE_INTERESTS}}
	c := plainConsent()
	c.Type, c.Recipient, c.Evidence, c.Subject, c.ByGuardian, c.ChildInterest = waybillv1.ConsentType_CONSENT_TYPE_SEPARATE_PROVISION, "sf", "e", "u-2", true, "why"
	c.Countries = []string{"DE", "HK"}
	c.ExpireTime, c.WithdrawTime = timestamppb.New(noon.AsTime().Add(time.Hour)), noon
	q.Consents = []*waybillv1.Consent{c}
	q.ToOwnAddress, q.Deidentified = true, true
	q.Chain = []*waybillv1.ChainLink{{Recipient: "aws", Deployment: "cn"}, {Recipient: "recipients/x", Deployment: "recipients/x/deployments/y"}}
	q.Exception = &waybillv1.ExceptionClaim{Exception: waybillv1.Exception_EXCEPTION_VITAL_INTEREST, Record: "r-1"}
	q.DoNotTrack, q.OptedOutInterestAds, q.Restricted, q.Objected, q.Erased, q.CollectTime = true, true, true, true, true, noon
	q.AuthorityInstrument, q.AcceptedPolicy, q.CountKey, q.Publication = "i-1", "v2", "k-1", "winners-2026"
	at := registry.At(noon.AsTime())
	want := decision.Question{
		Exporter: "exporters/cn", Recipient: "recipients/sf", Deployment: "recipients/sf/deployments/eu", Purpose: "purposes/hosting",
		ServedPurpose: "purposes/delivery", Categories: []string{"categories/user.name", "categories/user.address"}, Subject: "u-1",
		SubjectGroup: registry.SubjectGroupUser, SubjectRegions: []string{"CN", "UNKNOWN"}, Product: "shop", AgeBand: decision.Age16To17, Origin: "DE",
		DestinationCountries: []string{"HK"}, Quantity: 3, Bases: [6]registry.Basis{2: registry.BasisContract, 4: registry.BasisLegitimateInterests},
		OrderRef: "o-1", OrderSubject: "u-1", HRReference: "hr", Citation: "PIPL 13", Assessment: "assessments/lia",
		Consents: []decision.Consent{{Type: decision.ConsentSeparateProvision, Purpose: "purposes/delivery", Categories: []string{"categories/user.name"},
			Recipient: "recipients/sf", Policy: "policies/2024-08-30", GiveTime: at, ExpireTime: at + 3600e6, WithdrawTime: at, CheckTime: at,
			Method: "click", Evidence: "e", Subject: "u-2", ByGuardian: true, ChildInterest: "why", Countries: []string{"DE", "HK"}}},
		ToOwnAddress: true, Deidentified: true,
		Chain:     []decision.ChainLink{{Recipient: "recipients/aws", Deployment: "recipients/aws/deployments/cn"}, {Recipient: "recipients/x", Deployment: "recipients/x/deployments/y"}},
		Exception: 5, ExceptionRecord: "exceptions/r-1",
		DoNotTrack: true, OptedOutAds: true, Restricted: true, Objected: true, Erased: true, CollectTime: at,
		AuthorityInstrument: "instruments/i-1", AcceptedPolicy: "policies/v2", CountKey: "k-1", Publication: "winners-2026",
	}
	var got decision.Question
	for range 2 { // the second time into a question that was used
		if err := Question(q, &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
	}
	// Every field of the question is either read here or not judged.
	fields := q.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		if fd := fields.Get(i); !q.ProtoReflect().Has(fd) && fd.Name() != "subjects" && fd.Name() != "cohort" {
			t.Errorf("%s is not in this test", fd.Name())
		}
	}
	// Nothing of a question stays for the next.
	if err := Question(plainQuestion(), &got); err != nil {
		t.Fatal(err)
	}
	var fresh decision.Question
	if err := Question(plainQuestion(), &fresh); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", fresh) {
		t.Errorf("got %+v, want %+v", got, fresh)
	}
}

// cohortQuestion is a bulk question of an attested cohort.
func cohortQuestion() *waybillv1.ShareQuestion {
	q := plainQuestion()
	q.Subject, q.Order, q.Quantity = "", nil, 500
	q.Cohort = &waybillv1.CohortAttestation{Id: "newsletter-07", Size: 500, Purpose: "delivery", Recipient: "sf",
		ConsentTypes: []waybillv1.ConsentType{waybillv1.ConsentType_CONSENT_TYPE_SEPARATE_PROVISION, waybillv1.ConsentType_CONSENT_TYPE_ORDINARY},
		Policy:       "2024-08-30", AttestTime: noon, WithdrawnExcluded: proto.Int64(0), MinorsExcluded: proto.Int64(3)}
	return q
}

func TestQuestionReadsACohort(t *testing.T) {
	want := decision.Cohort{ID: "newsletter-07", Size: 500, Purpose: "purposes/delivery", Recipient: "recipients/sf", Policy: "policies/2024-08-30",
		Types: []decision.ConsentType{decision.ConsentOrdinary, decision.ConsentSeparateProvision}, AttestTime: registry.At(noon.AsTime()),
		WithdrawnExcluded: 0, MinorsExcluded: 3, ObjectedExcluded: decision.None}
	var got decision.Question
	for range 2 {
		if err := Question(cohortQuestion(), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Cohort, want) {
			t.Fatalf("got  %+v\nwant %+v", got.Cohort, want)
		}
	}
}

func TestBulkQuestionsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(q *waybillv1.ShareQuestion)
		field  string
	}{
		"no id":             {func(q *waybillv1.ShareQuestion) { q.Cohort.Id = "" }, "question.cohort.id"},
		"no size":           {func(q *waybillv1.ShareQuestion) { q.Cohort.Size = 0 }, "question.cohort.size"},
		"no purpose":        {func(q *waybillv1.ShareQuestion) { q.Cohort.Purpose = "" }, "question.cohort.purpose"},
		"no types":          {func(q *waybillv1.ShareQuestion) { q.Cohort.ConsentTypes = nil }, "question.cohort.consent_types"},
		"a type twice":      {func(q *waybillv1.ShareQuestion) { q.Cohort.ConsentTypes[1] = q.Cohort.ConsentTypes[0] }, "question.cohort.consent_types[1]"},
		"an unknown type":   {func(q *waybillv1.ShareQuestion) { q.Cohort.ConsentTypes[1] = 99 }, "question.cohort.consent_types[1]"},
		"no time":           {func(q *waybillv1.ShareQuestion) { q.Cohort.AttestTime = nil }, "question.cohort.attest_time"},
		"fewer than none":   {func(q *waybillv1.ShareQuestion) { q.Cohort.MinorsExcluded = proto.Int64(-1) }, "question.cohort.minors_excluded"},
		"a key for one":     {func(q *waybillv1.ShareQuestion) { q.Quantity, q.CountKey = 1, "k" }, "question.count_key"},
		"no such publicity": {func(q *waybillv1.ShareQuestion) { q.Publication = "Zhang San" }, "question.publication"},
	} {
		q := cohortQuestion()
		c.change(q)
		wantField(t, name, Question(q, new(decision.Question)), c.field)
	}
	list := func() *waybillv1.ShareQuestion {
		q := plainQuestion()
		q.Subject, q.Subjects = "", []string{"u-1", "u-2"}
		return q
	}
	for name, c := range map[string]struct {
		change func(q *waybillv1.ShareQuestion)
		field  string
	}{
		"too many":            {func(q *waybillv1.ShareQuestion) { q.Subjects = make([]string, MaxSubjects+1) }, "question.subjects"},
		"an empty one":        {func(q *waybillv1.ShareQuestion) { q.Subjects[1] = "" }, "question.subjects[1]"},
		"one twice":           {func(q *waybillv1.ShareQuestion) { q.Subjects[1] = "u-1" }, "question.subjects[1]"},
		"beside a subject":    {func(q *waybillv1.ShareQuestion) { q.Subject = "u-1" }, "question.subject"},
		"beside a cohort":     {func(q *waybillv1.ShareQuestion) { q.Cohort = cohortQuestion().Cohort }, "question.cohort"},
		"beside an age":       {func(q *waybillv1.ShareQuestion) { q.AgeBand = 7 }, "question.age_band"},
		"a consent of nobody": {func(q *waybillv1.ShareQuestion) { q.Consents = []*waybillv1.Consent{plainConsent()} }, "question.consents[0].subject"},
	} {
		q := list()
		c.change(q)
		wantField(t, name, Subjects(q), c.field)
	}
}

func wantField(t *testing.T, name string, err error, field string) {
	t.Helper()
	var e *registry.Error
	if !errors.As(err, &e) || e.Reason != "FIELD_INVALID" || !slices.ContainsFunc(e.Fields, func(f registry.FieldError) bool { return f.Field == field }) {
		t.Errorf("%s: %v, want %s", name, err, field)
	}
}

// One subject of a list has its own consents and order, and nobody else's.
func TestOfSubject(t *testing.T) {
	q := plainQuestion()
	q.Subject, q.Subjects = "", []string{"u-1", "u-2"}
	for _, s := range q.Subjects {
		c := plainConsent()
		c.Subject = s
		q.Consents = append(q.Consents, c)
	}
	for i, s := range q.Subjects {
		one := OfSubject(q, i)
		if one.Subject != s || len(one.Subjects) != 0 || len(one.Consents) != 1 || one.Consents[0].Subject != s || (one.Order != nil) != (s == "u-1") {
			t.Errorf("%s: %v", s, one)
		}
		if err := Question(one, new(decision.Question)); err != nil {
			t.Error(err)
		}
	}
	if len(q.Subjects) != 2 || len(q.Consents) != 2 || q.Order == nil {
		t.Errorf("the list was changed: %v", q)
	}
}

// Text that is no name asks of an unknown record; it is an answer, not an error.
func TestQuestionKeepsWhatIsNoName(t *testing.T) {
	q := plainQuestion()
	q.Recipient, q.Purpose, q.Categories = "alice@example.com", "Résumé!", []string{"a b", "agreements/x"}
	var dst decision.Question
	if err := Question(q, &dst); err != nil {
		t.Fatal(err)
	}
	if dst.Recipient != "recipients/alice@example.com" || dst.Purpose != "purposes/Résumé!" || dst.Categories[0] != "categories/a b" || dst.Categories[1] != "categories/agreements/x" {
		t.Errorf("%+v", dst)
	}
}

func TestPlainQuestionAllocatesNothing(t *testing.T) {
	q := plainQuestion()
	var dst decision.Question
	if n := testing.AllocsPerRun(100, func() {
		if err := Question(q, &dst); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
	q.Consents = []*waybillv1.Consent{plainConsent()}
	c := q.Consents[0]
	c.Purpose, c.Categories[0], c.Policy = "purposes/delivery", "categories/user.name", "policies/2024-08-30"
	if n := testing.AllocsPerRun(100, func() {
		if err := Question(q, &dst); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("with a consent: %v allocations", n)
	}
}

func BenchmarkQuestion(b *testing.B) {
	short := plainQuestion()
	short.Recipient, short.Purpose, short.Categories = "sf", "delivery", []string{"user.name", "user.address", "user.contact.phone"}
	for name, q := range map[string]*waybillv1.ShareQuestion{"full": plainQuestion(), "prefixes-left-out": short} {
		b.Run(name, func(b *testing.B) {
			var dst decision.Question
			b.ReportAllocs()
			for b.Loop() {
				if err := Question(q, &dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func FuzzQuestionText(f *testing.F) {
	f.Add("sf", "user.name", "eu")
	f.Add("alice@example.com", "\x00", "recipients/x/deployments/y")
	f.Fuzz(func(t *testing.T, recipient, category, deployment string) {
		q := plainQuestion()
		q.Recipient, q.Categories, q.Deployment = recipient, []string{category}, deployment
		var dst decision.Question
		err := Question(q, &dst)
		if err == nil && (!strings.HasPrefix(dst.Recipient, "recipients/") || !strings.HasPrefix(dst.Categories[0], "categories/")) {
			t.Errorf("%+v", dst)
		}
		if err != nil && registry.ReasonOf(err) != "FIELD_INVALID" {
			t.Error(err)
		}
	})
}
