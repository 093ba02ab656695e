package wire

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"waybill/internal/decision"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

const twoCases = `registry: ..
cases:
  - name: A parcel
    clause: ["S4-1(2)", PIPL 23]
    at: 2025-06-01
    as: desk
    question:
      recipient: sf
      categories: [user.name]
      ageBand: 16_17
      order: {reference: 7001, subject: u-1}
      consents:
        - {type: ORDINARY, policy: 2024-08-30, giveTime: 2025-01-01}
    changes:
      recipients:
        - name: b
          deployments: [{name: eu}]
      remove: [recipients/c]
    patch: {recipients/a: {terminateTime: 2025-01-01, title: null}, recipients/b: {title: B}}
    outcome: DENIED
    reasons: [AGREEMENT_MISSING, REASON_CODE_CONSENT_MISSING]
    only: true
    regimes: {CONSENT_MISSING: [CN, EU], AGREEMENT_MISSING: POLICY}
    permitted: []
  - name: Do-not-track
    question: {recipient: sf, doNotTrack: true}
    refused: FIELD_NOT_JUDGED
    field: do_not_track
  - name: Allowed
    clause: PIPL 23
    question: {recipient: sf}
    outcome: ALLOWED
    obligations: [KEEP_CONFIDENTIAL]
    permitted: [user.name]
`

func TestLoadCases(t *testing.T) {
	cases, err := LoadCases(File{"c.yaml", []byte(twoCases)})
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) != 3 {
		t.Fatalf("%d cases", len(cases))
	}
	c := cases[0]
	question := &waybillv1.ShareQuestion{Recipient: "sf", Categories: []string{"user.name"}, AgeBand: waybillv1.AgeBand_AGE_BAND_16_17,
		Order: &waybillv1.OrderReference{Reference: "7001", Subject: "u-1"},
		Consents: []*waybillv1.Consent{{Type: waybillv1.ConsentType_CONSENT_TYPE_ORDINARY, Policy: "2024-08-30",
			GiveTime: timestamp(mustInstant(t, "2024-12-31T16:00:00Z"))}}}
	if !proto.Equal(c.Question, question) {
		t.Errorf("question %v", c.Question)
	}
	c.Question = nil
	changes, patches := c.Changes, c.Patches
	c.Changes, c.Patches = nil, nil
	want := Case{Name: "A parcel", Clause: []string{"S4-1(2)", "PIPL 23"}, At: mustInstant(t, "2025-05-31T16:00:00Z"), As: "principals/desk", Registry: []string{".."},
		Remove: []string{"recipients/c"}, Outcome: decision.Denied, Reasons: []decision.Code{decision.AgreementMissing, decision.ConsentMissing}, Only: true,
		Regimes:   map[decision.Code][]registry.Regime{decision.ConsentMissing: {registry.RegimeCn, registry.RegimeEu}, decision.AgreementMissing: {registry.RegimePolicy}},
		Permitted: []string{}, File: "c.yaml", Line: 3}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	if len(changes) != 2 || changes[1].Noun.ResourceName() != "recipients/b/deployments/eu" || len(patches) != 2 {
		t.Errorf("%+v %+v", changes, patches)
	}
	if c := cases[1]; c.Refused != "FIELD_NOT_JUDGED" || c.Field != "question.do_not_track" || c.Outcome != decision.Undecided || !c.Question.DoNotTrack || c.At != DefaultCaseTime || c.Permitted != nil {
		t.Errorf("%+v", c)
	}
	if c := cases[2]; c.Outcome != decision.Allowed || !reflect.DeepEqual(c.Obligations, []decision.ObligationCode{decision.KeepConfidential}) ||
		!reflect.DeepEqual(c.Permitted, []string{"categories/user.name"}) || !reflect.DeepEqual(c.Clause, []string{"PIPL 23"}) {
		t.Errorf("%+v", c)
	}

	base := []registry.Noun{&registry.Recipient{Name: "recipients/a", Title: "A", Country: "CN"}, &registry.Recipient{Name: "recipients/c"}}
	got, err := cases[0].Apply(base)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, []registry.Noun{
		&registry.Recipient{Name: "recipients/a", Country: "CN", TerminateTime: mustInstant(t, "2024-12-31T16:00:00Z")},
		&registry.Recipient{Name: "recipients/b", Title: "B"}, &registry.Deployment{Name: "recipients/b/deployments/eu"}}) {
		t.Errorf("%+v", got)
	}
	if base[0].(*registry.Recipient).Title != "A" || len(base) != 2 {
		t.Error("the nouns given were changed")
	}
	if _, err := cases[0].Apply(nil); err == nil || !strings.Contains(err.Error(), "c.yaml:19: patch") || !strings.Contains(err.Error(), "no recipients/c") {
		t.Error(err)
	}
}

const heldCases = `at: 2026-01-01T00:00:00+08:00
cases:
  - name: Held
    question: {recipient: sf}
    facts:
      erased: true
      restricted: true
      doNotTrack: true
      optedOutAds: true
      objected: [b, purposes/a]
      ageBand: UNDER_13
      accepted: ["2026-03-01"]
      acceptedByGuardian: ["2024-08-30"]
      consents:
        - {type: SEPARATE_PROVISION, purpose: a, categories: [user.name], recipient: sf, policy: 2024-08-30, giveTime: 2025-01-01, expireTime: 2027-01-01, withdrawTime: 2026-01-01, byGuardian: true, childInterest: yes, publication: winners, countries: [DE]}
    counters: {persons: 99999, sensitive: 7, alreadyCounted: [persons, sensitive]}
    outcome: ALLOWED
    obligations: [COUNT_QUANTITY]
    without: [FILE_CONTRACT]
    due: {FILE_CONTRACT: 2026-01-15}
    waived: [{code: CONSENT_MISSING, regime: CN}, {code: AGREEMENT_MISSING, deferred: true}]
    counted: {personsBefore: 99999, personsAfter: 100000, sensitiveBefore: 7, sensitiveAfter: 7, warn: false}
    policy: "2024-08-30"
    agreements: []
    transfers: [t]
    useBy: 2026-01-02
  - name: Not counted
    question: {recipient: sf, subjects: [a, b]}
    outcome: DENIED
    reasons: [CONSENT_MISSING]
    details: {CONSENT_MISSING: [none_presented]}
    classes: {CONSENT_MISSING: EVIDENCE}
    permittedSubjects: [a]
    waived: []
    counted: false
`

func TestLoadCasesWithHeldFacts(t *testing.T) {
	cases, err := LoadCases(File{"c.yaml", []byte(heldCases)})
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]uint32{"purposes/a": 1, "purposes/b": 2, "policies/2026-03-01": 3, "policies/2024-08-30": 4, "categories/user.name": 5, "recipients/sf": 6}
	c := cases[0]
	facts, err := c.Facts(func(name string) uint32 { return numbers[name] })
	if err != nil {
		t.Fatal(err)
	}
	want := &decision.Facts{Erased: true, Restricted: true, DoNotTrack: true, OptedOutAds: true, Objected: []uint32{1, 2}, Age: decision.AgeUnder13, Accepted: []uint32{3}, AcceptedByGuardian: []uint32{4},
		Consents: []decision.HeldConsent{{Type: decision.ConsentSeparateProvision, Purpose: 1, Recipient: 6, Policy: 4, Categories: []uint32{5},
			GiveTime: mustInstant(t, "2024-12-31T16:00:00Z"), ExpireTime: mustInstant(t, "2026-12-31T16:00:00Z"), WithdrawTime: mustInstant(t, "2025-12-31T16:00:00Z"),
			ByGuardian: true, ChildInterest: true, Publication: "winners", Countries: []string{"DE"}}}}
	if !reflect.DeepEqual(facts, want) {
		t.Errorf("got  %+v\nwant %+v", facts, want)
	}
	if _, err := c.Facts(func(string) uint32 { return 0 }); err == nil || !strings.Contains(err.Error(), "purposes/b") {
		t.Error(err)
	}
	if got := c.Counters(); !reflect.DeepEqual(got, &decision.Counters{Year: 2026, Persons: 99_999, Sensitive: 7, InPersons: true, InSensitive: true}) {
		t.Errorf("%+v", got)
	}
	yes, before, after, seven := false, int64(99_999), int64(100_000), int64(7)
	if !reflect.DeepEqual(c.Counted, &WantedCount{PersonsBefore: &before, PersonsAfter: &after, SensitiveBefore: &seven, SensitiveAfter: &seven, Warn: &yes}) {
		t.Errorf("%+v", c.Counted)
	}
	if !reflect.DeepEqual(c.Waived, []WantedWaiver{{Code: decision.ConsentMissing, Regime: registry.RegimeCn}, {Code: decision.AgreementMissing, Deferred: true}}) {
		t.Errorf("%+v", c.Waived)
	}
	if !reflect.DeepEqual(c.Without, []decision.ObligationCode{decision.ObligationCode(waybillv1.ObligationCode_OBLIGATION_CODE_FILE_CONTRACT)}) ||
		c.Due[c.Without[0]] != mustInstant(t, "2026-01-14T16:00:00Z") || c.Policy != "policies/2024-08-30" || c.Agreements == nil || len(c.Agreements) != 0 ||
		!reflect.DeepEqual(c.Transfers, []string{"transfers/t"}) || c.UseBy != mustInstant(t, "2026-01-01T16:00:00Z") {
		t.Errorf("%+v", c)
	}
	c = cases[1]
	if facts, err := c.Facts(nil); facts != nil || err != nil || c.Counters().Year != 2026 || c.Counters().Persons != 0 {
		t.Errorf("%v %v", facts, err)
	}
	if !c.Counted.None || c.Waived == nil || len(c.Waived) != 0 || !reflect.DeepEqual(c.Subjects, []string{"a"}) ||
		!reflect.DeepEqual(c.Details, map[decision.Code][]string{decision.ConsentMissing: {"none_presented"}}) ||
		!reflect.DeepEqual(c.Classes, map[decision.Code][]decision.Class{decision.ConsentMissing: {decision.EvidenceC}}) {
		t.Errorf("%+v", c)
	}
}

// The year of the counters is Shanghai's, whatever the instant is elsewhere.
func TestCountersAreOfTheYearInShanghai(t *testing.T) {
	for at, year := range map[string]int32{"2026-12-31T15:59:59.999999Z": 2026, "2026-12-31T16:00:00Z": 2027} {
		if got := (&Case{At: mustInstant(t, at)}).Counters().Year; got != year {
			t.Errorf("%s: %d", at, got)
		}
	}
}

func mustInstant(t *testing.T, s string) registry.Time {
	t.Helper()
	at, ok := readInstant(s, nil)
	if !ok {
		t.Fatal(s)
	}
	return registry.At(at)
}

func TestCasesShareATime(t *testing.T) {
	cases, err := LoadCases(File{"c.yaml", []byte("at: 2026-07-01T12:00:00+08:00\ncases: [{name: a, question: {recipient: sf}, outcome: ALLOWED}]\n")})
	if err != nil || cases[0].At != mustInstant(t, "2026-07-01T04:00:00Z") {
		t.Errorf("%v %v", cases, err)
	}
}

func TestAPatchIsHeldToTheRules(t *testing.T) {
	cases, err := LoadCases(File{"c.yaml", []byte("cases:\n  - name: a\n    question: {recipient: sf}\n    outcome: ALLOWED\n    patch:\n      recipients/a:\n        country: UK\n")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = cases[0].Apply([]registry.Noun{&registry.Recipient{Name: "recipients/a"}})
	var e *registry.Error
	if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Field != "c.yaml:7: recipient.country" || !strings.Contains(e.Fields[0].Expected, "GB") {
		t.Error(err)
	}
}

func TestLoadCasesRefuses(t *testing.T) {
	const good = "name: a\n    question: {recipient: sf}\n    "
	for name, c := range map[string]struct{ text, field, expected string }{
		"no cases":             {"registry: [a]\n", "f.yaml:1: cases", "a list"},
		"unknown key of file":  {"case: []\n", "f.yaml:1: case", "did you mean cases?"},
		"unknown key":          {"cases:\n  - " + good + "outcom: ALLOWED\n", "f.yaml:4: outcom", "did you mean outcome?"},
		"no name":              {"cases:\n  - {question: {}, outcome: ALLOWED}\n", "f.yaml:2: name", "needed"},
		"no question":          {"cases:\n  - {name: a, outcome: ALLOWED}\n", "f.yaml:2: question", "needed"},
		"nothing wanted":       {"cases:\n  - {name: a, question: {}}\n", "f.yaml:2: outcome", "ALLOWED or DENIED"},
		"both wanted":          {"cases:\n  - " + good + "outcome: ALLOWED\n    refused: FIELD_INVALID\n", "f.yaml:2: outcome", "refused"},
		"unknown outcome":      {"cases:\n  - " + good + "outcome: ALLOW\n", "f.yaml:4: outcome", "did you mean ALLOWED?"},
		"unknown reason":       {"cases:\n  - " + good + "outcome: DENIED\n    reasons: [CONSENT_MISING]\n", "f.yaml:5: reasons", "did you mean CONSENT_MISSING?"},
		"reasons of a yes":     {"cases:\n  - " + good + "outcome: ALLOWED\n    reasons: [CONSENT_MISSING]\n", "f.yaml:2: reasons", "DENIED"},
		"only without reasons": {"cases:\n  - " + good + "outcome: DENIED\n    only: true\n", "f.yaml:2: only", "reasons"},
		"only of what":         {"cases:\n  - " + good + "outcome: DENIED\n    reasons: [CONSENT_MISSING]\n    only: maybe\n", "f.yaml:6: only", "true or false"},
		"regime of no reason":  {"cases:\n  - " + good + "outcome: DENIED\n    reasons: [CONSENT_MISSING]\n    regimes: {AGREEMENT_MISSING: CN}\n", "f.yaml:6: regimes", "one of the reasons"},
		"unknown regime":       {"cases:\n  - " + good + "outcome: DENIED\n    reasons: [CONSENT_MISSING]\n    regimes: {CONSENT_MISSING: XX}\n", "f.yaml:6: regimes", "POLICY"},
		"obligation of a no":   {"cases:\n  - " + good + "outcome: DENIED\n    obligations: [PURPOSE_LIMIT]\n", "f.yaml:2: obligations", "ALLOWED"},
		"unknown refusal":      {"cases:\n  - " + good + "refused: NO\n", "f.yaml:4: refused", "FIELD_NOT_JUDGED"},
		"field of nothing":     {"cases:\n  - " + good + "refused: FIELD_INVALID\n    field: question.colour\n", "f.yaml:5: field", "do_not_track"},
		"question's field":     {"cases:\n  - name: a\n    outcome: ALLOWED\n    question:\n      recipent: sf\n", "f.yaml:5: question.recipent", "did you mean recipient?"},
		"name twice":           {"cases:\n  - " + good + "outcome: ALLOWED\n  - " + good + "outcome: ALLOWED\n", "f.yaml:5: name", "line 2"},
		"changes":              {"cases:\n  - " + good + "outcome: ALLOWED\n    changes: {recipients: [{name: a, county: CN}]}\n", "f.yaml:5: recipient.county", "did you mean country?"},
		"patch":                {"cases:\n  - " + good + "outcome: ALLOWED\n    patch: {recipients/a: {county: CN}}\n", "f.yaml:5: recipient.county", "did you mean country?"},
		"patch of what":        {"cases:\n  - " + good + "outcome: ALLOWED\n    patch: {a: {}}\n", "f.yaml:5: patch", "full name"},
		"patch of a name":      {"cases:\n  - " + good + "outcome: ALLOWED\n    patch: {recipients/a: {name: b}}\n", "f.yaml:5: patch", "no new name"},
		"remove":               {"cases:\n  - " + good + "outcome: ALLOWED\n    remove: [a]\n", "f.yaml:5: remove", "full name"},
		"time":                 {"cases:\n  - " + good + "outcome: ALLOWED\n    at: noon\n", "f.yaml:5: at", "2025-01-31"},
		"asks":                 {"cases:\n  - " + good + "outcome: ALLOWED\n    as: A B\n", "f.yaml:5: as", "principals/{id}"},
		"fact":                 {"cases:\n  - " + good + "outcome: ALLOWED\n    facts: {erassed: true}\n", "f.yaml:5: erassed", "did you mean erased?"},
		"fact's value":         {"cases:\n  - " + good + "outcome: ALLOWED\n    facts: {erased: 1}\n", "f.yaml:5: facts.erased", "true or false"},
		"fact's name":          {"cases:\n  - " + good + "outcome: ALLOWED\n    facts: {objected: [A B]}\n", "f.yaml:5: facts.objected", "purposes/{id}"},
		"held consent":         {"cases:\n  - " + good + "outcome: ALLOWED\n    facts: {consents: [{type: ORDINARY, purpose: a, categories: [b], policy: c}]}\n", "f.yaml:5: facts.consents[0].giveTime", "needed"},
		"held as presented":    {"cases:\n  - " + good + "outcome: ALLOWED\n    facts: {consents: [{type: ORDINARY, purpose: a, categories: [b], policy: c, giveTime: 2025-01-01, checkTime: 2025-01-01}]}\n", "f.yaml:5: facts.consents[0]", "checkTime"},
		"facts of whom":        {"cases:\n  - name: a\n    question: {recipient: sf, subjects: [b]}\n    facts: {erased: true}\n    outcome: ALLOWED\n", "f.yaml:2: facts", "lists its subjects"},
		"counter":              {"cases:\n  - " + good + "outcome: ALLOWED\n    counters: {persons: many}\n", "f.yaml:5: counters.persons", "a whole number"},
		"counter below zero":   {"cases:\n  - " + good + "outcome: ALLOWED\n    counters: {persons: -1}\n", "f.yaml:5: counters.persons", "at least 0"},
		"counted where":        {"cases:\n  - " + good + "outcome: ALLOWED\n    counters: {alreadyCounted: here}\n", "f.yaml:5: counters.alreadyCounted", "persons, sensitive"},
		"waived what":          {"cases:\n  - " + good + "outcome: ALLOWED\n    waived: [{regime: CN}]\n", "f.yaml:5: waived.code", "needed"},
		"counted what":         {"cases:\n  - " + good + "outcome: ALLOWED\n    counted: true\n", "f.yaml:5: counted", "false"},
		"due of a no":          {"cases:\n  - " + good + "outcome: DENIED\n    due: {FILE_CONTRACT: 2026-01-01}\n", "f.yaml:2: obligations", "ALLOWED"},
		"lapse of a no":        {"cases:\n  - " + good + "outcome: DENIED\n    useBy: 2026-01-01\n", "f.yaml:2: useBy", "ALLOWED"},
		"detail of no reason":  {"cases:\n  - " + good + "outcome: DENIED\n    reasons: [CONSENT_MISSING]\n    details: {AGREEMENT_MISSING: kind}\n", "f.yaml:6: details", "one of the reasons"},
		"unknown class":        {"cases:\n  - " + good + "outcome: DENIED\n    reasons: [CONSENT_MISSING]\n    classes: {CONSENT_MISSING: GAPS}\n", "f.yaml:6: classes", "did you mean GAP?"},
		"subjects of one":      {"cases:\n  - " + good + "outcome: ALLOWED\n    permittedSubjects: [a]\n", "f.yaml:2: permittedSubjects", "lists its subjects"},
		"more than a refusal":  {"cases:\n  - " + good + "refused: FIELD_INVALID\n    waived: []\n", "f.yaml:2: refused", "nothing else"},
		"alias":                {"cases: &c []\n", "f.yaml:1", "no aliases"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadCases(File{"f.yaml", []byte(c.text)})
			var e *registry.Error
			if !errors.As(err, &e) || e.Kind != registry.Invalid {
				t.Fatalf("%v", err)
			}
			for _, f := range e.Fields {
				if strings.HasPrefix(f.Field, c.field) && strings.Contains(f.Expected, c.expected) {
					return
				}
			}
			t.Errorf("%+v", e.Fields)
		})
	}
}

func FuzzLoadCases(f *testing.F) {
	f.Add([]byte(twoCases))
	f.Add([]byte(heldCases))
	f.Fuzz(func(t *testing.T, data []byte) {
		cases, err := LoadCases(File{"f.yaml", data})
		if err != nil && registry.ReasonOf(err) != "FIELD_INVALID" {
			t.Fatal(err)
		}
		for i := range cases {
			if _, err := cases[i].Facts(func(string) uint32 { return 1 }); err != nil {
				t.Fatal(err)
			}
			if _, err := cases[i].Apply([]registry.Noun{&registry.Recipient{Name: "recipients/a"}}); err != nil && registry.ReasonOf(err) != "FIELD_INVALID" {
				t.Fatal(err)
			}
		}
	})
}
