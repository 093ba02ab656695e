package wire

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
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
	c.ExpireTime, c.WithdrawTime = timestamppb.New(noon.AsTime().Add(time.Hour)), noon
	q.Consents = []*waybillv1.Consent{c}
	q.ToOwnAddress, q.Deidentified = true, true
	q.Chain = []*waybillv1.ChainLink{{Recipient: "aws", Deployment: "cn"}, {Recipient: "recipients/x", Deployment: "recipients/x/deployments/y"}}
	q.Exception = &waybillv1.ExceptionClaim{Exception: waybillv1.Exception_EXCEPTION_VITAL_INTEREST, Record: "r-1"}
	at := registry.At(noon.AsTime())
	want := decision.Question{
		Exporter: "exporters/cn", Recipient: "recipients/sf", Deployment: "recipients/sf/deployments/eu", Purpose: "purposes/hosting",
		ServedPurpose: "purposes/delivery", Categories: []string{"categories/user.name", "categories/user.address"}, Subject: "u-1",
		SubjectGroup: registry.SubjectGroupUser, SubjectRegions: []string{"CN", "UNKNOWN"}, Product: "shop", AgeBand: decision.Age16To17, Origin: "DE",
		DestinationCountries: []string{"HK"}, Quantity: 3, Bases: [6]registry.Basis{2: registry.BasisContract, 4: registry.BasisLegitimateInterests},
		OrderRef: "o-1", OrderSubject: "u-1", HRReference: "hr", Citation: "PIPL 13", Assessment: "assessments/lia",
		Consents: []decision.Consent{{Type: decision.ConsentSeparateProvision, Purpose: "purposes/delivery", Categories: []string{"categories/user.name"},
			Recipient: "recipients/sf", Policy: "policies/2024-08-30", GiveTime: at, ExpireTime: at + 3600e6, WithdrawTime: at, CheckTime: at,
			Method: "click", Evidence: "e", Subject: "u-2", ByGuardian: true, ChildInterest: "why"}},
		ToOwnAddress: true, Deidentified: true,
		Chain:     []decision.ChainLink{{Recipient: "recipients/aws", Deployment: "recipients/aws/deployments/cn"}, {Recipient: "recipients/x", Deployment: "recipients/x/deployments/y"}},
		Exception: 5, ExceptionRecord: "r-1",
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
		if fd := fields.Get(i); !q.ProtoReflect().Has(fd) && !unjudged[string(fd.Name())] {
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

var unjudged = map[string]bool{"do_not_track": true, "opted_out_interest_ads": true, "restricted": true, "erased": true, "collect_time": true,
	"authority_instrument": true, "accepted_policy": true, "subjects": true, "cohort": true, "count_key": true}

func TestQuestionRefuses(t *testing.T) {
	const secret = "alice@example.com"
	type edit = func(q *waybillv1.ShareQuestion)
	consent := func(f func(c *waybillv1.Consent)) edit {
		return func(q *waybillv1.ShareQuestion) {
			c := plainConsent()
			f(c)
			q.Consents = []*waybillv1.Consent{plainConsent(), c}
		}
	}
	many := make([]string, 65)
	for i := range many {
		many[i] = fmt.Sprintf("c%d", i)
	}
	for name, c := range map[string]struct {
		edit     edit
		field    string
		expected string
	}{
		"no recipient":       {func(q *waybillv1.ShareQuestion) { q.Recipient = "" }, "question.recipient", "needed"},
		"no purpose":         {func(q *waybillv1.ShareQuestion) { q.Purpose = "" }, "question.purpose", "needed"},
		"no category":        {func(q *waybillv1.ShareQuestion) { q.Categories = nil }, "question.categories", "1 to 64"},
		"empty category":     {func(q *waybillv1.ShareQuestion) { q.Categories[1] = "" }, "question.categories[1]", "needed"},
		"65 categories":      {func(q *waybillv1.ShareQuestion) { q.Categories = many }, "question.categories", "1 to 64"},
		"10,000 categories":  {func(q *waybillv1.ShareQuestion) { q.Categories = make([]string, 10_000) }, "question.categories", "1 to 64"},
		"category twice":     {func(q *waybillv1.ShareQuestion) { q.Categories[2] = "user.name" }, "question.categories[2]", "once"},
		"long recipient":     {func(q *waybillv1.ShareQuestion) { q.Recipient = strings.Repeat("x", 201) }, "question.recipient", "200 bytes"},
		"NUL":                {func(q *waybillv1.ShareQuestion) { q.Purpose = "a\x00" }, "question.purpose", "control"},
		"control":            {func(q *waybillv1.ShareQuestion) { q.Categories[0] = "a\u0085" }, "question.categories[0]", "control"},
		"long subject":       {func(q *waybillv1.ShareQuestion) { q.Subject = strings.Repeat("x", 257) }, "question.subject", "256"},
		"negative quantity":  {func(q *waybillv1.ShareQuestion) { q.Quantity = -1 }, "question.quantity", "at least 1"},
		"unknown group":      {func(q *waybillv1.ShareQuestion) { q.SubjectGroup = 77 }, "question.subject_group", "SUPPLIER"},
		"unknown age band":   {func(q *waybillv1.ShareQuestion) { q.AgeBand = 77 }, "question.age_band", "16_17"},
		"region":             {func(q *waybillv1.ShareQuestion) { q.SubjectRegions = []string{"CN", "UK"} }, "question.subject_regions[1]", "probably GB"},
		"empty region":       {func(q *waybillv1.ShareQuestion) { q.SubjectRegions = []string{""} }, "question.subject_regions[0]", "alpha-2"},
		"origin":             {func(q *waybillv1.ShareQuestion) { q.Origin = "USA" }, "question.origin", "probably US"},
		"destination":        {func(q *waybillv1.ShareQuestion) { q.DestinationCountries = []string{"cn"} }, "question.destination_countries[0]", "probably CN"},
		"unknown exception":  {func(q *waybillv1.ShareQuestion) { q.Exception = &waybillv1.ExceptionClaim{Exception: 7} }, "question.exception.exception", "VITAL_INTEREST"},
		"exception unsaid":   {func(q *waybillv1.ShareQuestion) { q.Exception = &waybillv1.ExceptionClaim{Record: "r"} }, "question.exception.exception", "VITAL_INTEREST"},
		"chain":              {func(q *waybillv1.ShareQuestion) { q.Chain = []*waybillv1.ChainLink{{}} }, "question.chain[0].recipient", "needed"},
		"basis twice":        {bases(2, 1, 2, 2), "question.bases[1].regime", "once"},
		"basis of no regime": {bases(0, 1), "question.bases[0].regime", "CN_SZ"},
		"basis of the UK":    {bases(5, 1), "question.bases[0].regime", "CN_SZ"},
		"basis of POLICY":    {bases(1, 1), "question.bases[0].regime", "CN_SZ"},
		"unknown basis":      {bases(2, 99), "question.bases[0].basis", "CONTRACT"},
		"no basis":           {bases(2, 0), "question.bases[0].basis", "CONTRACT"},
		"interests in China": {bases(2, 5), "question.bases[0].basis", "PIPL 13"},
		"consent type":       {consent(func(c *waybillv1.Consent) { c.Type = 0 }), "question.consents[1].type", "GUARDIAN"},
		"consent purpose":    {consent(func(c *waybillv1.Consent) { c.Purpose = "" }), "question.consents[1].purpose", "needed"},
		"consent policy":     {consent(func(c *waybillv1.Consent) { c.Policy = "" }), "question.consents[1].policy", "needed"},
		"consent categories": {consent(func(c *waybillv1.Consent) { c.Categories = nil }), "question.consents[1].categories", "1 to"},
		"consent wildcard":   {consent(func(c *waybillv1.Consent) { c.Categories = []string{"user.*"} }), "question.consents[1].categories[0]", "wildcard"},
		"consent category":   {consent(func(c *waybillv1.Consent) { c.Categories = []string{"a", "a"} }), "question.consents[1].categories[1]", "once"},
		"consent not given":  {consent(func(c *waybillv1.Consent) { c.GiveTime = nil }), "question.consents[1].give_time", "needed"},
		"consent unchecked":  {consent(func(c *waybillv1.Consent) { c.CheckTime = nil }), "question.consents[1].check_time", "needed"},
		"consent method":     {consent(func(c *waybillv1.Consent) { c.Method = "" }), "question.consents[1].method", "needed"},
		"consent in 9999": {consent(func(c *waybillv1.Consent) {
			c.ExpireTime = timestamppb.New(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
		}), "question.consents[1].expire_time", "2200"},
		"consent reversed":  {consent(func(c *waybillv1.Consent) { c.ExpireTime = noon }), "question.consents[1].expire_time", "later"},
		"provision to whom": {consent(func(c *waybillv1.Consent) { c.Type = 2 }), "question.consents[1].recipient", "needed"},
		"abroad to whom":    {consent(func(c *waybillv1.Consent) { c.Type = 4 }), "question.consents[1].recipient", "needed"},
		"nil consent":       {func(q *waybillv1.ShareQuestion) { q.Consents = []*waybillv1.Consent{nil} }, "question.consents[0]", "consent"},
		"unknown field": {func(q *waybillv1.ShareQuestion) {
			q.ProtoReflect().SetUnknown(protoreflect.RawFields{0xf8, 0x06, 0x01})
		}, "question", "knows"},
	} {
		t.Run(name, func(t *testing.T) {
			q := plainQuestion()
			q.Assessment = secret
			c.edit(q)
			var dst decision.Question
			err := Question(q, &dst)
			var e *registry.Error
			if !errors.As(err, &e) || e.Kind != registry.Invalid || e.Reason != "FIELD_INVALID" {
				t.Fatalf("%v", err)
			}
			if len(e.Fields) != 1 || e.Fields[0].Field != c.field || !strings.Contains(e.Fields[0].Expected, c.expected) {
				t.Errorf("%+v", e.Fields)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error repeats the caller: %v", err)
			}
		})
	}
	if err := Question(nil, new(decision.Question)); registry.ReasonOf(err) != "FIELD_INVALID" {
		t.Error(err)
	}
}

func bases(pairs ...int) func(q *waybillv1.ShareQuestion) {
	return func(q *waybillv1.ShareQuestion) {
		for i := 0; i < len(pairs); i += 2 {
			q.Bases = append(q.Bases, &waybillv1.BasisClaim{Regime: waybillv1.Regime(pairs[i]), Basis: waybillv1.Basis(pairs[i+1])})
		}
	}
}

func TestQuestionRefusesWhatIsNotJudged(t *testing.T) {
	fields := (&waybillv1.ShareQuestion{}).ProtoReflect().Descriptor().Fields()
	for name := range unjudged {
		fd := fields.ByName(protoreflect.Name(name))
		if fd == nil {
			t.Fatalf("no field %s", name)
		}
		q := plainQuestion()
		m := q.ProtoReflect()
		switch {
		case fd.IsList():
			m.Mutable(fd).List().Append(protoreflect.ValueOfString("x"))
		case fd.Kind() == protoreflect.BoolKind:
			m.Set(fd, protoreflect.ValueOfBool(true))
		case fd.Kind() == protoreflect.StringKind:
			m.Set(fd, protoreflect.ValueOfString("x"))
		default:
			m.Mutable(fd)
		}
		err := Question(q, new(decision.Question))
		var e *registry.Error
		if !errors.As(err, &e) || e.Kind != registry.Invalid || e.Reason != "FIELD_NOT_JUDGED" || len(e.Fields) != 1 || e.Fields[0].Field != "question."+name {
			t.Errorf("%s: %v", name, err)
		}
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
