package wire

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

const small = `# One courier.
settings:
  zone: Asia/Shanghai
  gapContact: legal-ops@example.com
recipients:
  - name: sf
    title: SF Express
    kind: LOGISTICS
    role: RECIPIENT_ROLE_PROCESSOR
    country: CN
    approve_time: 2025-01-01
    screenings:
      - {screenTime: 2025-03-01T09:00:00+08:00, result: CLEAR}
    deployments:
      - name: eu
        storageCountries: [DE, UNKNOWN]
        links:
          - {recipient: aws, deployment: west, service: hosting, subAgreement: sf-aws}
agreements:
  - name: sf-2025
    recipients: [sf, recipients/other]
    categories: [user.name, "user.contact.*"]
    terms:
      audit: cl. 11
policies:
  - name: 2024-08-30
    regions: ["*"]
---
deployments:
  - name: recipients/sf/deployments/us
  - name: other/deployments/x
`

// What edition 2 reads is stated in files too, and written as it was read.
const wide = `settings:
  hmtAuthority: EXPORT_ONLY
exporters:
  - name: a
    ciioPeriods:
      - startTime: 2025-01-01
    volumeOpenings:
      - year: 2026
        persons: 12000000000
instruments:
  - name: order
    recipient: court
    exporters: [a]
    number: 1/2026
    regime: CN
    categories: [user.*]
    foreignApproval:
      number: "17"
exceptions:
  - name: case
    exception: CRIMINAL_PROCEEDINGS
    exporters: [a]
    regimes: [CN]
    instrument: order
    proofs:
      - category: user.name
        captureTime: 2025-01-31
`

func TestLoadOfInstrumentsAndExceptions(t *testing.T) {
	_, err := Load(File{"a.yaml", []byte(wide)})
	var e *registry.Error
	if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Field != "a.yaml:9: exporter.volume_openings[0].persons" {
		t.Errorf("more persons than there are: %v", err)
	}
	text := strings.Replace(wide, "12000000000", "120000", 1)
	found, err := Load(File{"a.yaml", []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	jan := func(d int) registry.Time { return registry.At(time.Date(2025, 1, d, -8, 0, 0, 0, time.UTC)) }
	want := []registry.Noun{
		&registry.Settings{Name: "settings", HmtAuthority: registry.HmtAuthorityExportOnly},
		&registry.Exporter{Name: "exporters/a", CIIOPeriods: []registry.Period{{StartTime: jan(1)}}, VolumeOpenings: []registry.VolumeOpening{{Year: 2026, Persons: 120_000}}},
		&registry.Instrument{Name: "instruments/order", Recipient: "recipients/court", Exporters: []string{"exporters/a"}, Number: "1/2026", Regime: registry.RegimeCn,
			Categories: []string{"categories/user.*"}, ForeignApproval: &registry.ForeignApproval{Number: "17"}},
		&registry.ExceptionRecord{Name: "exceptions/case", Exception: registry.ExceptionCriminalProceedings, Exporters: []string{"exporters/a"}, Regimes: []registry.Regime{registry.RegimeCn},
			Instrument: "instruments/order", Proofs: []registry.PublicationProof{{Category: "categories/user.name", CaptureTime: jan(31)}}},
	}
	var resources []*waybillv1.Resource
	for i, l := range found {
		if !reflect.DeepEqual(l.Noun, want[i]) {
			t.Errorf("%+v, want %+v", l.Noun, want[i])
		}
		resources = append(resources, l.Resource)
	}
	var b bytes.Buffer
	if err := WriteYAML(&b, resources); err != nil || len(found) != len(want) || b.String() != text {
		t.Errorf("%v, written as\n%s", err, b.String())
	}
}

func TestLoad(t *testing.T) {
	found, err := Load(File{"a.yaml", []byte(small)}, File{"b.yaml", []byte("# nothing yet\n")}, File{"c.yaml", []byte("categories: []\n")})
	if err != nil {
		t.Fatal(err)
	}
	shanghai := func(y int, m time.Month, d, h int) registry.Time {
		return registry.At(time.Date(y, m, d, h-8, 0, 0, 0, time.UTC))
	}
	want := []registry.Noun{
		&registry.Settings{Name: "settings", Zone: "Asia/Shanghai", GapContact: "legal-ops@example.com"},
		&registry.Recipient{Name: "recipients/sf", Title: "SF Express", Kind: registry.RecipientKindLogistics, Role: registry.RecipientRoleProcessor, Country: "CN",
			ApproveTime: shanghai(2025, 1, 1, 0), Screenings: []registry.Screening{{ScreenTime: shanghai(2025, 3, 1, 9), Result: registry.ScreeningResultClear}}},
		&registry.Deployment{Name: "recipients/sf/deployments/eu", StorageCountries: []string{"DE", "UNKNOWN"}, Links: []registry.SubprocessorLink{
			{Recipient: "recipients/aws", Deployment: "recipients/aws/deployments/west", Service: "purposes/hosting", SubAgreement: "agreements/sf-aws"}}},
		&registry.Agreement{Name: "agreements/sf-2025", Recipients: []string{"recipients/sf", "recipients/other"},
			Categories: []string{"categories/user.name", "categories/user.contact.*"}, Terms: &registry.Terms{Audit: "cl. 11"}},
		&registry.Policy{Name: "policies/2024-08-30", Regions: []string{"*"}},
		&registry.Deployment{Name: "recipients/sf/deployments/us"},
		&registry.Deployment{Name: "recipients/other/deployments/x"},
	}
	if len(found) != len(want) {
		t.Fatalf("%d nouns", len(found))
	}
	for i, l := range found {
		if !reflect.DeepEqual(l.Noun, want[i]) {
			t.Errorf("got %+v, want %+v", l.Noun, want[i])
		}
		if n, err := FromResource(l.Resource); err != nil || !reflect.DeepEqual(n, want[i]) {
			t.Errorf("resource %+v, %v", n, err)
		}
	}
	a := found[3]
	for path, line := range map[string]int{"agreement": 20, "agreement.terms.audit": 24, "agreement.terms.period": 23, "agreement.categories[1]": 22, "agreement.recipients[7]": 21, "nonsense": 20} {
		if got := a.FieldLine(path); got != line {
			t.Errorf("%s stands in line %d, want %d", path, got, line)
		}
	}
	if a.File != "a.yaml" || a.Line != 20 {
		t.Errorf("%s:%d", a.File, a.Line)
	}
}

func TestLoadReadsDatesInTheZone(t *testing.T) {
	const text = "recipients: [{name: a, approveTime: 2025-07-01}]\n"
	approve := func(found []Located, err error) registry.Time {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return found[0].Noun.(*registry.Recipient).ApproveTime
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	file := File{"a", []byte(text)}
	for name, c := range map[string]struct {
		got  registry.Time
		want string
	}{
		"none":     {approve(Load(file)), "2025-06-30T16:00:00Z"},
		"given":    {approve(LoadIn(berlin, file)), "2025-06-30T22:00:00Z"},
		"settings": {approve(LoadIn(berlin, file, File{"b", []byte("settings: {zone: UTC}")})), "2025-07-01T00:00:00Z"},
	} {
		if c.got.String() != c.want {
			t.Errorf("%s: %s, want %s", name, c.got, c.want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		field    string
		expected string
	}{
		"unknown collection":      {"recipient:\n  - name: a\n", "f.yaml:1: recipient", "did you mean recipients?"},
		"unknown field":           {"agreements:\n  - name: a\n    effectivTime: 2025-01-01\n", "f.yaml:3: agreement.effectivTime", "did you mean effectiveTime?"},
		"unknown inner field":     {"agreements:\n  - name: a\n    terms:\n      audits: x\n", "f.yaml:4: agreement.terms.audits", "did you mean audit?"},
		"far field":               {"agreements:\n  - name: a\n    colour: x\n", "f.yaml:3: agreement.colour", "a field of agreement"},
		"secret as a key":         {"agreements:\n  - alice@example.com: x\n", "f.yaml:2: agreement.a key", "a field of agreement"},
		"both spellings":          {"agreements:\n  - name: a\n    effectiveTime: 2025-01-01\n    effective_time: 2025-01-01\n", "f.yaml:4: agreement.effective_time", "once"},
		"key twice":               {"agreements:\n  - name: a\n    title: x\n    title: y\n", "f.yaml:4: title", "line 3 too"},
		"collection twice":        {"agreements: []\nagreements: []\n", "f.yaml:2: agreements", "line 1 too"},
		"alias":                   {"agreements:\n  - &x {name: a}\n  - *x\n", "f.yaml:2", "no aliases"},
		"merge":                   {"agreements:\n  - name: a\n    <<: {title: x}\n", "f.yaml:3: agreement.a key", "a field of agreement"},
		"tag":                     {"agreements:\n  - name: !!binary aGk=\n", "f.yaml:2", "no tags"},
		"no YAML":                 {"agreements:\n  - name: [a\n", "f.yaml:", "YAML"},
		"tab":                     {"agreements:\n\t- name: a\n", "f.yaml:", "YAML"},
		"deep":                    {"agreements: " + strings.Repeat("[", 40) + strings.Repeat("]", 40), "f.yaml:1", "32 levels"},
		"complex key":             {"? [a]\n: b\n", "f.yaml:1", "a name as the key"},
		"a list of documents":     {"- name: a\n", "f.yaml:1", "collections"},
		"no list":                 {"agreements: x\n", "f.yaml:1: agreements", "a list"},
		"no mapping":              {"agreements: [x]\n", "f.yaml:1: agreement", "mapping"},
		"settings in a list":      {"settings: [{zone: UTC}]\n", "f.yaml:1: settings", "mapping"},
		"number as text":          {"recipients: [{name: a, title: 5}]\n", "f.yaml:1: recipient.title", "in quotes"},
		"bool as text":            {"recipients: [{name: a, title: true}]\n", "f.yaml:1: recipient.title", "in quotes"},
		"text as bool":            {"recipients: [{name: a, naturalPerson: yes}]\n", "f.yaml:1: recipient.natural_person", "true or false"},
		"text as number":          {"settings: {screeningAgeDays: many}\n", "f.yaml:1: settings.screening_age_days", "whole number"},
		"big number":              {"settings: {screeningAgeDays: 99999999999}\n", "f.yaml:1: settings.screening_age_days", "whole number"},
		"hexadecimal":             {"settings: {screeningAgeDays: 0x10}\n", "f.yaml:1: settings.screening_age_days", "whole number"},
		"list as text":            {"recipients: [{name: a, title: [x]}]\n", "f.yaml:1: recipient.title", "one value"},
		"text as list":            {"agreements: [{name: a, purposes: x}]\n", "f.yaml:1: agreement.purposes", "a list"},
		"text as message":         {"agreements: [{name: a, terms: x}]\n", "f.yaml:1: agreement.terms", "mapping"},
		"null":                    {"recipients:\n  - name: a\n    title:\n", "f.yaml:3: recipient.title", "leave the field out"},
		"null in a list":          {"agreements: [{name: a, purposes: [~]}]\n", "f.yaml:1: agreement.purposes[0]", "a value"},
		"unknown enum":            {"recipients: [{name: a, kind: LOGISTIC}]\n", "f.yaml:1: recipient.kind", "did you mean LOGISTICS?"},
		"enum in lower case":      {"recipients: [{name: a, kind: logistics}]\n", "f.yaml:1: recipient.kind", "did you mean LOGISTICS?"},
		"enum by number":          {"recipients: [{name: a, kind: 3}]\n", "f.yaml:1: recipient.kind", "one of AFFILIATE"},
		"enum zero":               {"recipients: [{name: a, kind: UNSPECIFIED}]\n", "f.yaml:1: recipient.kind", "one of AFFILIATE"},
		"date":                    {"recipients: [{name: a, approveTime: 01.02.2025}]\n", "f.yaml:1: recipient.approve_time", "2025-01-31"},
		"no such day":             {"recipients: [{name: a, approveTime: 2025-02-30}]\n", "f.yaml:1: recipient.approve_time", "2025-01-31"},
		"year 0":                  {"recipients: [{name: a, approveTime: 0000-01-01}]\n", "f.yaml:1: recipient.approve_time", "1971"},
		"year 9999":               {"recipients: [{name: a, approveTime: 9999-01-01}]\n", "f.yaml:1: recipient.approve_time", "2200"},
		"country":                 {"recipients:\n  - name: a\n    country: UK\n", "f.yaml:3: recipient.country", "probably GB"},
		"name":                    {"recipients: [{name: A B}]\n", "f.yaml:1: recipient.name", "lower-case"},
		"no name":                 {"recipients: [{title: x}]\n", "f.yaml:1: recipient.name", "a name"},
		"deployment of whom":      {"deployments: [{name: eu}]\n", "f.yaml:1: deployment.name", "deployments/{id}"},
		"deployment of another":   {"recipients: [{name: a, deployments: [{name: recipients/b/deployments/x}]}]\n", "f.yaml:1: deployment.name", "stands in"},
		"deployments in no list":  {"recipients: [{name: a, deployments: {name: x}}]\n", "f.yaml:1: recipient.deployments", "a list"},
		"dangling short link":     {"deployments: [{name: a/deployments/b, links: [{deployment: c}]}]\n", "f.yaml:1: deployment.links[0].deployment", "recipients/{id}"},
		"two of a name":           {"recipients:\n  - name: a\n  - name: recipients/a\n", "f.yaml:3: recipients/a", "f.yaml:2 too"},
		"settings twice":          {"settings: {zone: UTC}\n---\nsettings: {zone: UTC}\n", "f.yaml:3: settings", "f.yaml:1 too"},
		"zone":                    {"settings: {zone: Mars/Olympus}\n", "f.yaml:1: settings.zone", "Asia/Shanghai"},
		"control character":       {"recipients: [{name: a, title: \"\\x00\"}]\n", "f.yaml:1: recipient.title", "control"},
		"second document, line 5": {"recipients: []\n---\n# x\nrecipients:\n  - nam: a\n", "f.yaml:5: recipient.nam", "did you mean name?"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(File{"f.yaml", []byte(c.text)})
			var e *registry.Error
			if !errors.As(err, &e) || e.Kind != registry.Invalid || e.Reason != "FIELD_INVALID" {
				t.Fatalf("%v", err)
			}
			for _, f := range e.Fields {
				if strings.HasPrefix(f.Field, c.field) && strings.Contains(f.Expected, c.expected) {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("repeats %v", err)
					}
					return
				}
			}
			t.Errorf("%+v", e.Fields)
		})
	}
	if _, err := Load(File{"big.yaml", make([]byte, maxFile+1)}); err == nil || !strings.Contains(err.Error(), "16 MiB") {
		t.Error(err)
	}
}

func TestLoadNamesEverything(t *testing.T) {
	_, err := Load(File{"a.yaml", []byte("recipients:\n  - {name: A, country: UK}\n  - {nam: b}\n")}, File{"b.yaml", []byte("x: [\n")}, File{"c.yaml", []byte("settings: {zones: UTC}\n")})
	var e *registry.Error
	if !errors.As(err, &e) || len(e.Fields) != 5 {
		t.Errorf("%v", err)
	}
}

func TestOutputOnlyFieldsOfAFileAreIgnored(t *testing.T) {
	found, err := Load(File{"a", []byte("agreements:\n  - name: a\n    coveredCategories: [user.name]\n    meta: {number: 5, state: DRAFT}\nprincipals:\n  - name: p\n    tokens: [{id: abc}]\n")})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range found {
		if !reflect.DeepEqual(l.Noun, &registry.Agreement{Name: "agreements/a"}) && !reflect.DeepEqual(l.Noun, &registry.Principal{Name: "principals/p"}) {
			t.Errorf("%+v", l.Noun)
		}
	}
}

// What WriteYAML writes, Load reads as the same nouns.
func TestWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[string]registry.Noun{}
		var rs []*waybillv1.Resource
		for range rapid.IntRange(1, 6).Draw(t, "nouns") {
			n := genNoun(t, rapid.SampledFrom(collections).Draw(t, "collection"), "")
			if _, twice := want[n.ResourceName()]; twice {
				continue
			}
			want[n.ResourceName()] = n
			rs = append(rs, ToResource(registry.Record{Noun: n, Number: 3}, 0))
			if r, ok := n.(*registry.Recipient); ok && rapid.Bool().Draw(t, "with a deployment") {
				d := genNoun(t, registry.Deployments, "").(*registry.Deployment)
				d.Name = r.Name + "/deployments/x"
				want[d.Name] = d
				rs = append(rs, ToResource(registry.Record{Noun: d}, 0))
			}
		}
		checkWritten(t, rs, want)
	})
}

func checkWritten(t interface {
	Fatalf(format string, args ...any)
}, rs []*waybillv1.Resource, want map[string]registry.Noun) {
	var b, again bytes.Buffer
	if err := WriteYAML(&b, rs); err != nil {
		t.Fatalf("%v", err)
	}
	found, err := Load(File{"out.yaml", b.Bytes()})
	if err != nil {
		t.Fatalf("%v\n%s", err, b.Bytes())
	}
	if len(found) != len(want) {
		t.Fatalf("%d nouns of %d\n%s", len(found), len(want), b.Bytes())
	}
	var back []*waybillv1.Resource
	for _, l := range found {
		if !reflect.DeepEqual(l.Noun, want[l.Noun.ResourceName()]) {
			t.Fatalf("got %+v\nwant %+v\n%s", l.Noun, want[l.Noun.ResourceName()], b.Bytes())
		}
		back = append(back, l.Resource)
	}
	if err := WriteYAML(&again, back); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Fatalf("written again it differs: %v\n%s\n%s", err, b.Bytes(), again.Bytes())
	}
}

func TestWriteYAMLForm(t *testing.T) {
	found, err := Load(File{"a.yaml", []byte(small)})
	if err != nil {
		t.Fatal(err)
	}
	var rs []*waybillv1.Resource
	for _, l := range found {
		rs = append(rs, ToResource(registry.Record{Noun: l.Noun, Number: 7}, 0))
	}
	var b bytes.Buffer
	if err := WriteYAML(&b, rs); err != nil {
		t.Fatal(err)
	}
	const want = `settings:
  zone: Asia/Shanghai
  gapContact: legal-ops@example.com
recipients:
  - name: sf
    title: SF Express
    kind: LOGISTICS
    role: PROCESSOR
    country: CN
    approveTime: 2025-01-01
    screenings:
      - screenTime: 2025-03-01T09:00:00+08:00
        result: CLEAR
    deployments:
      - name: eu
        storageCountries: [DE, UNKNOWN]
        links:
          - recipient: aws
            deployment: west
            service: hosting
            subAgreement: sf-aws
      - name: us
agreements:
  - name: sf-2025
    recipients: [sf, other]
    categories: [user.name, user.contact.*]
    terms:
      audit: cl. 11
deployments:
  - name: recipients/other/deployments/x
policies:
  - name: "2024-08-30"
    regions: ['*']
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	b.Reset()
	if err := WriteYAML(&b, nil); err != nil || b.Len() != 0 {
		t.Errorf("%q %v", b.String(), err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("recipients: [{name: a, title: \"x\\ny\", contact: |\n  z\n}]"))
	f.Add([]byte("settings: {zone: Europe/Berlin}\nrecipients:\n- name: 1\n  approveTime: 2025-03-30"))
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := Load(File{"f.yaml", data})
		if err != nil {
			if registry.ReasonOf(err) != "FIELD_INVALID" {
				t.Fatal(err)
			}
			return
		}
		want := map[string]registry.Noun{}
		var rs []*waybillv1.Resource
		for _, l := range found {
			want[l.Noun.ResourceName()] = l.Noun
			rs = append(rs, l.Resource)
		}
		checkWritten(t, rs, want)
	})
}
