package wire

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"waybill/internal/decision"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// book is a small set of names, numbered by their place.
type book struct {
	list    []string
	contact string
}

func (b *book) Name(n uint32) string {
	if n == 0 || int(n) > len(b.list) {
		return ""
	}
	return b.list[n-1]
}

func (b *book) Number(name string) uint32 {
	for i, n := range b.list {
		if n == name {
			return uint32(i + 1)
		}
	}
	return 0
}

func (b *book) Nearest(c registry.Collection, name string, n int) []string {
	var out []string
	for _, s := range b.list {
		if isName(c, s) && len(out) < n {
			out = append(out, s)
		}
	}
	return out
}

func (b *book) GapContact() string { return b.contact }

func (b *book) Kind(uint32) registry.RecipientKind  { return registry.RecipientKindLogistics }
func (b *book) Exception(uint32) registry.Exception { return registry.ExceptionVitalInterest }

var shelf = &book{[]string{"agreements/sf-2025", "recipients/sf", "purposes/delivery", "exporters/cn", "categories/user.name",
	"categories/user.id_number", "policies/2024-08-30", "principals/desk", "recipients/sf/deployments/eu", "transfers/t", "categories/user.address"}, "legal-ops@example.com"}

const secret = "alice@example.com"

func sampleDecision(code decision.Code, detail decision.Detail, record uint32, categories uint64) *decision.Decision {
	return &decision.Decision{Outcome: decision.Denied, Now: registry.At(noon.AsTime()), Recipient: 2, Exporter: 4, Purpose: 3, Served: 3, Policy: 7,
		Reasons: []decision.Reason{{Code: code, Detail: detail, Record: record, Categories: categories, Regime: registry.RegimeCn}}}
}

func allCodes() (codes []decision.Code) {
	for n := range 1 << 16 {
		if c := decision.Code(n); c.String() != "" {
			codes = append(codes, c)
		}
	}
	return codes
}

func TestEveryCodeAndDetailHasASentence(t *testing.T) {
	q := plainQuestion()
	q.Categories = []string{"user.name", "user.id_number", secret}
	q.Recipient, q.Deployment, q.Purpose, q.Exporter, q.ServedPurpose = secret, secret, secret, secret, secret
	for _, c := range allCodes() {
		if _, ok := catalogue[c]; !ok {
			t.Errorf("%s has no sentence", c)
			continue
		}
		for detail := decision.NoDetail; detail <= decision.DetailRetentionLimit; detail++ {
			for _, record := range []uint32{0, 1, 9, 99} {
				for _, set := range []uint64{0, 1, 3, 4} {
					for _, known := range []bool{true, false} {
						d := sampleDecision(c, detail, record, set)
						if !known {
							d.Recipient, d.Exporter, d.Purpose, d.Served, d.Policy = 0, 0, 0, 0, 0
						}
						r := render(shelf, q, d).Reasons[0]
						for _, s := range []string{r.Sentence, r.Cure} {
							if len(s) < 10 || strings.ContainsAny(s, "{}|") || strings.Contains(s, "%!") || strings.Contains(s, "  ") || strings.Contains(s, " .") {
								t.Fatalf("%s %s: %q", c, detail, s)
							}
							if strings.Contains(s, secret) {
								t.Fatalf("%s %s repeats the caller: %q", c, detail, s)
							}
						}
						if !strings.HasSuffix(r.Sentence, ".") || !strings.HasSuffix(strings.TrimSuffix(r.Cure, " Ask: "+shelf.contact), ".") {
							t.Fatalf("%s %s: %q %q", c, detail, r.Sentence, r.Cure)
						}
						if first := r.Sentence[0]; record == 0 && set == 0 && !known && (first < 'A' || first > 'Z') {
							t.Fatalf("%s %s begins small: %q", c, detail, r.Sentence)
						}
						if r.Field == "" || !contractField(r.Field) {
							t.Fatalf("%s %s: %q is no field", c, detail, r.Field)
						}
						if strings.Contains(strings.Join(r.Categories, " "), secret) {
							t.Fatalf("%s repeats the caller: %v", c, r.Categories)
						}
						asks := strings.Contains(r.Cure, shelf.contact)
						switch decision.ClassOf(c, detail) {
						case decision.Gap:
							if !strings.Contains(r.Cure, "egal ") || !asks {
								t.Fatalf("%s %s: a gap is legal's to fill: %q", c, detail, r.Cure)
							}
						case decision.EvidenceC:
							if !strings.HasPrefix(r.Cure, "You can cure it: ") || asks {
								t.Fatalf("%s %s: evidence is the caller's: %q", c, detail, r.Cure)
							}
						default:
							if !strings.HasPrefix(r.Cure, "The share must ") && !strings.HasPrefix(r.Cure, "The question must ") || asks {
								t.Fatalf("%s %s: a violation must change: %q", c, detail, r.Cure)
							}
						}
					}
				}
			}
		}
	}
	for c, e := range catalogue {
		if c.String() == "" {
			t.Errorf("%d is no code", c)
		}
		if e.details != nil && len(e.details) == 0 {
			t.Errorf("%s: no details", c)
		}
	}
}

// contractField reports whether a path is one of the question or of some noun.
func contractField(path string) bool {
	var has func(md protoreflect.MessageDescriptor, path string) bool
	has = func(md protoreflect.MessageDescriptor, path string) bool {
		head, rest, more := strings.Cut(path, ".")
		name, _, _ := strings.Cut(head, "[")
		fd := md.Fields().ByName(protoreflect.Name(name))
		if fd == nil {
			return false
		}
		return !more || fd.Message() != nil && has(fd.Message(), rest)
	}
	if path == "question" {
		return true
	}
	if rest, ok := strings.CutPrefix(path, "question."); ok {
		return has((&waybillv1.ShareQuestion{}).ProtoReflect().Descriptor(), rest)
	}
	for _, m := range messages {
		if has(m.ProtoReflect().Descriptor(), path) {
			return true
		}
	}
	return false
}

func TestSentences(t *testing.T) {
	for name, c := range map[string]struct {
		code           decision.Code
		detail         decision.Detail
		record         uint32
		set            uint64
		sentence, cure string
		field          string
	}{
		"a gap": {decision.AgreementTermsIncomplete, decision.DetailTermsAudit, 1, 0, "agreements/sf-2025 has no audit term (",
			"Legal fills it: terms.audit. Ask: legal-ops@example.com", "terms.audit"},
		"evidence": {decision.ConsentMissing, decision.DetailOrderMissing, 0, 1,
			"No consent for purposes/delivery; the contract basis needs an order reference and none was given (", "You can cure it: --order-ref.", "question.order"},
		"a violation": {decision.CategoryNotNecessaryForPurpose, decision.DetailNecessity, 7, 2, "user.id_number is not needed for purposes/delivery (",
			"The share must change: leave user.id_number out.", "necessity"},
		"two categories": {decision.CategoryOutsideRecipientKind, decision.DetailCategories, 0, 3,
			"user.name, user.id_number are not for logistics (", "The share must change: leave user.name, user.id_number out.", "kinds"},
		"an unknown category": {decision.CategoryUnknown, decision.DetailCategories, 0, 4,
			"Category 3 of the question is not in the registry; the nearest are categories/user.name, categories/user.id_number, categories/user.address (",
			"Ask for a category of the registry (--category), or legal records it: categories. Ask: legal-ops@example.com", "question.categories[2]"},
		"an unknown recipient": {decision.RecipientUnknown, decision.DetailRecipient, 0, 0, "The recipient is not in the registry; the nearest is recipients/sf (",
			"Ask for a recipient of the registry (--recipient), or legal records it: recipients. Ask: legal-ops@example.com", "question.recipient"},
		"under a law": {decision.TransferNoMechanism, 0, 0, 0, "The share crosses a border under PIPL, and no transfer to recipients/sf is recorded that matches it (",
			"Legal records it, or the exemption that matches: transfers. Ask: legal-ops@example.com", "recipients"},
	} {
		t.Run(name, func(t *testing.T) {
			q := plainQuestion()
			q.Recipient, q.Categories = "sf", []string{"user.name", "user.id_number", secret}
			r := render(shelf, q, sampleDecision(c.code, c.detail, c.record, c.set)).Reasons[0]
			if !strings.HasPrefix(r.Sentence, c.sentence) || r.Cure != c.cure || r.Field != c.field {
				t.Errorf("got  %q %q %q", r.Sentence, r.Cure, r.Field)
			}
			if info := decision.Info(c.code); r.Clause != info.Clause || int(r.Rule) != c.code.Rule() || !strings.Contains(r.Sentence, info.Clause) {
				t.Errorf("%+v", r)
			}
		})
	}
	many := []string{"categories/a", "categories/b", "categories/c", "categories/d", "categories/e", "categories/f", "categories/g"}
	if got := listed(many); got != "a, b, c, d, e and 2 more" {
		t.Error(got)
	}
}

func TestDecisionCarriesEverything(t *testing.T) {
	at := registry.At(noon.AsTime())
	d := &decision.Decision{Outcome: decision.Allowed, Now: at, UseBy: at + 10e6, Permitted: 3, Agreements: []uint32{1}, Transfers: []uint32{10}, Policy: 7, ConsentSource: 8,
		Obligations: []decision.Obligation{{Code: decision.KeepConfidential}, {Code: decision.RetainUntil, Record: 1, Due: at}},
		Trace:       []decision.Step{{Code: decision.AgreementMissing, Regime: registry.RegimePolicy, Result: decision.Passed, Record: 1, Category: 1}, {Code: decision.KindNotJudged, Category: -1, Result: decision.Fired}, {Category: 2}}}
	q := &waybillv1.ShareQuestion{Categories: []string{"user.name", "categories/user.address", secret}}
	got := render(shelf, q, d)
	want := &waybillv1.ShareDecision{Outcome: waybillv1.Outcome_OUTCOME_ALLOWED, Edition: edition, NotJudged: notJudgedCodes,
		PermittedCategories: []string{"categories/user.name", "categories/user.address"}, Agreements: []string{"agreements/sf-2025"}, Transfers: []string{"transfers/t"},
		Policy: "policies/2024-08-30", ConsentSource: "principals/desk", DecideTime: timestamp(at), UseBy: timestamp(at + 10e6),
		Obligations: []*waybillv1.Obligation{
			{Code: waybillv1.ObligationCode_OBLIGATION_CODE_KEEP_CONFIDENTIAL, Sentence: "Keep the data confidential."},
			{Code: waybillv1.ObligationCode_OBLIGATION_CODE_RETAIN_UNTIL, Record: "agreements/sf-2025", DueTime: noon, Sentence: "Keep it no longer than 2025-06-01T12:00:00Z (agreements/sf-2025)."}}}
	if !proto.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if edition.Number != decision.Edition || edition.RulesTotal != 60 || int(edition.RulesJudged) != 60-len(decision.NotJudged()) || edition.Digest == "" || len(notJudgedCodes) != len(decision.NotJudged()) {
		t.Errorf("%v %v", edition, notJudgedCodes)
	}
	steps := trace(shelf, q, d)
	if len(steps) != 3 || steps[0].Result != "PASSED" || steps[0].Rule != 21 || steps[0].Record != "agreements/sf-2025" || steps[0].Category != "categories/user.address" ||
		steps[1].Result != "FIRED" || steps[1].Rule != 0 || steps[2].Result != "NOT_RUN" || steps[2].Category != "" {
		t.Errorf("%v", steps)
	}
	if got := stamp(new(answer).decision.DecideTime, 0); got != nil {
		t.Error(got)
	}
}

func TestObligationsHaveSentences(t *testing.T) {
	for c := decision.KeepConfidential; c <= decision.RegulariseAssessment; c++ {
		for _, record := range []string{"", "agreements/a"} {
			for _, due := range []registry.Time{0, registry.At(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))} {
				if s := duty(c, record, due); len(s) < 10 || !strings.HasSuffix(s, ".") || strings.Contains(s, "%!") {
					t.Errorf("%d: %q", c, s)
				}
			}
		}
	}
}

func TestRefusal(t *testing.T) {
	if err := Refusal(&decision.Decision{}); err != nil {
		t.Error(err)
	}
	if err := Refusal(&decision.Decision{Refusal: decision.RefusedUK}); registry.ReasonOf(err) != "REGIME_NOT_JUDGED" {
		t.Error(err)
	}
	if err := Refusal(&decision.Decision{Refusal: 99}); registry.ReasonOf(err) != "INTERNAL" {
		t.Error(err)
	}
}

func allowed() *decision.Decision {
	at := registry.At(noon.AsTime())
	return &decision.Decision{Outcome: decision.Allowed, Now: at, UseBy: at + 10e6, Permitted: 7, Agreements: []uint32{1}, Policy: 7,
		Obligations: []decision.Obligation{{Code: decision.KeepConfidential}, {Code: decision.PurposeLimit}}}
}

func TestAllowedAnswerIsCheap(t *testing.T) {
	q, d := plainQuestion(), allowed()
	if n := testing.AllocsPerRun(100, func() { render(shelf, q, d) }); n > 3 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDecision(b *testing.B) {
	q := plainQuestion()
	for name, d := range map[string]*decision.Decision{"allowed": allowed(), "denied": sampleDecision(decision.AgreementTermsIncomplete, decision.DetailTermsAudit, 1, 3)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				render(shelf, q, d)
			}
		})
	}
}

// TestHintsAreCounted: a batch looks for near names only so often.
func TestHintsAreCounted(t *testing.T) {
	s, err := decision.Compile(registry.Head{Revision: 1}, func(yield func(registry.Record, error) bool) {
		yield(registry.Record{Number: 1, Noun: &registry.Recipient{Name: "recipients/courier", Country: "CN"}}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	q := plainQuestion()
	q.Recipient = "couriers"
	var into decision.Question
	if err := Question(q, &into); err != nil {
		t.Fatal(err)
	}
	var d decision.Decision
	s.Check(&into, &decision.Inputs{Now: registry.MinTime}, &d)
	told := func(hints *int) bool {
		for _, r := range DecisionWithin(s, q, &d, hints).Reasons {
			if strings.Contains(r.Sentence, "recipients/courier") {
				return true
			}
		}
		return false
	}
	hints := 100
	if !told(&hints) || hints == 100 {
		t.Errorf("with hints: %d are left", hints)
	}
	if hints = 0; told(&hints) {
		t.Error("without hints a near name is told")
	}
}
