package wire

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"waybill/internal/decision"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

var collections = registry.Collections

func TestEveryFieldHasItsPairAndItsRule(t *testing.T) {
	used := map[string]bool{}
	var walk func(s *shape, st reflect.Type)
	walk = func(s *shape, st reflect.Type) {
		desc := s.message.Descriptor()
		if got, want := len(s.fields), st.NumField(); got != want {
			t.Errorf("%s: %d fields paired, the noun has %d", desc.Name(), got, want)
		}
		fds := desc.Fields()
		for i := range fds.Len() {
			fd := fds.Get(i)
			if fd.Number() == metaField {
				continue
			}
			var f *field
			for j := range s.fields {
				if s.fields[j].desc.Number() == fd.Number() {
					f = &s.fields[j]
				}
			}
			if f == nil {
				t.Errorf("%s has no pair", fd.FullName())
				continue
			}
			sf := st.Field(f.index)
			if !strings.HasPrefix(sf.Tag.Get("cbor"), fmt.Sprintf("%d,keyasint", fd.Number())) {
				t.Errorf("%s is paired with %s of another number", fd.FullName(), sf.Name)
			}
			if strings.EqualFold(strings.ReplaceAll(string(fd.Name()), "_", ""), sf.Name) == false {
				t.Errorf("%s is paired with %s", fd.FullName(), sf.Name)
			}
			ft := sf.Type
			if fd.IsList() != (ft.Kind() == reflect.Slice) {
				t.Errorf("%s: list and %s", fd.FullName(), ft)
				continue
			}
			if fd.IsList() {
				ft = ft.Elem()
			}
			fits := false
			switch fd.Kind() {
			case protoreflect.StringKind:
				fits = ft.Kind() == reflect.String
			case protoreflect.BoolKind:
				fits = ft.Kind() == reflect.Bool
			case protoreflect.Int32Kind:
				fits = ft.Kind() == reflect.Int32
			case protoreflect.Int64Kind:
				fits = ft.Kind() == reflect.Int64 && ft != reflect.TypeFor[registry.Time]()
			case protoreflect.EnumKind:
				fits = ft.Kind() == reflect.Uint8
			case protoreflect.MessageKind:
				if isTimestamp(fd) {
					fits = ft == reflect.TypeFor[registry.Time]()
				} else {
					if fd.IsList() {
						fits = ft.Kind() == reflect.Struct
					} else {
						fits = ft.Kind() == reflect.Pointer && ft.Elem().Kind() == reflect.Struct
					}
					if ft.Kind() == reflect.Pointer {
						ft = ft.Elem()
					}
					walk(f.inner, ft)
				}
			}
			if !fits {
				t.Errorf("%s does not fit %s", fd.FullName(), ft)
			}
			key := string(desc.Name()) + "." + string(fd.Name())
			if _, ok := rules[key]; ok {
				used[key] = true
			} else if fd.Kind() == protoreflect.StringKind || isNumber(fd) {
				t.Errorf("%s has no rule", key)
			}
		}
	}
	for _, c := range collections {
		s := shapes[messages[c].ProtoReflect().Descriptor().FullName()]
		if s.collection != c {
			t.Fatalf("%s: collection %d", c, s.collection)
		}
		fd := new(waybillv1.Resource).ProtoReflect().Descriptor().Fields().ByNumber(protoreflect.FieldNumber(c))
		if fd.Message().FullName() != s.message.Descriptor().FullName() {
			t.Errorf("%s is %s in Resource", c, fd.Message().FullName())
		}
		walk(s, reflect.TypeOf(registry.New(c)).Elem())
	}
	for key := range rules {
		if !used[key] {
			t.Errorf("rule %s is of no field", key)
		}
	}
}

func TestEnumsEqualTheContract(t *testing.T) {
	check := func(ed protoreflect.EnumDescriptor, name func(n int) string) {
		t.Helper()
		for i := range ed.Values().Len() {
			v := ed.Values().Get(i)
			want := strings.TrimPrefix(string(v.Name()), enumPrefix(ed))
			if v.Number() == 0 {
				want = ""
			}
			if got := name(int(v.Number())); got != want {
				t.Errorf("%s: %d is %q here", v.FullName(), v.Number(), got)
			}
		}
	}
	closed := func(ed protoreflect.EnumDescriptor, values []string) {
		t.Helper()
		if len(values) != ed.Values().Len() {
			t.Errorf("%s: %d values, here %d", ed.FullName(), ed.Values().Len(), len(values))
		}
		check(ed, func(n int) string { return values[n] })
	}
	closed(waybillv1.Role(0).Descriptor(), registry.Role(0).Values())
	closed(waybillv1.RecipientKind(0).Descriptor(), registry.RecipientKind(0).Values())
	closed(waybillv1.RecipientRole(0).Descriptor(), registry.RecipientRole(0).Values())
	closed(waybillv1.SubjectGroup(0).Descriptor(), registry.SubjectGroup(0).Values())
	closed(waybillv1.Regime(0).Descriptor(), registry.Regime(0).Values())
	closed(waybillv1.Basis(0).Descriptor(), registry.Basis(0).Values())
	closed(waybillv1.MinorsAim(0).Descriptor(), registry.MinorsAim(0).Values())
	closed(waybillv1.ScreeningResult(0).Descriptor(), registry.ScreeningResult(0).Values())
	closed(waybillv1.Authorisation(0).Descriptor(), registry.Authorisation(0).Values())
	closed(waybillv1.AgreementType(0).Descriptor(), registry.AgreementType(0).Values())
	closed(waybillv1.SubprocessorMode(0).Descriptor(), registry.SubprocessorMode(0).Values())
	closed(waybillv1.Mechanism(0).Descriptor(), registry.Mechanism(0).Values())
	closed(waybillv1.AssessmentType(0).Descriptor(), registry.AssessmentType(0).Values())
	closed(waybillv1.Service(0).Descriptor(), registry.Service(0).Values())
	closed(waybillv1.Credential(0).Descriptor(), registry.Credential(0).Values())
	closed(waybillv1.Exception(0).Descriptor(), registry.Exception(0).Values())
	closed(waybillv1.Exemption(0).Descriptor(), registry.Exemption(0).Values())
	closed(waybillv1.Derogation(0).Descriptor(), registry.Derogation(0).Values())
	closed(waybillv1.WaiverGroup(0).Descriptor(), registry.WaiverGroup(0).Values())
	closed(waybillv1.WaiverEffect(0).Descriptor(), registry.WaiverEffect(0).Values())
	closed(waybillv1.HmtAuthority(0).Descriptor(), registry.HmtAuthority(0).Values())
	closed(waybillv1.NonsensitiveTier(0).Descriptor(), registry.NonsensitiveTier(0).Values())

	check(waybillv1.ReasonCode(0).Descriptor(), func(n int) string { return decision.Code(n).String() })
	values := waybillv1.ReasonCode(0).Descriptor().Values()
	for n := range 1 << 16 {
		if decision.Code(n).String() != "" && values.ByNumber(protoreflect.EnumNumber(n)) == nil {
			t.Errorf("%s is no ReasonCode", decision.Code(n))
		}
	}
	for _, pair := range []struct{ here, contract int }{
		{int(decision.Gap), int(waybillv1.ReasonClass_REASON_CLASS_GAP)},
		{int(decision.Violation), int(waybillv1.ReasonClass_REASON_CLASS_VIOLATION)},
		{int(decision.EvidenceC), int(waybillv1.ReasonClass_REASON_CLASS_EVIDENCE)},
		{int(decision.Allowed), int(waybillv1.Outcome_OUTCOME_ALLOWED)},
		{int(decision.Denied), int(waybillv1.Outcome_OUTCOME_DENIED)},
		{int(decision.AgeUnknown), int(waybillv1.AgeBand_AGE_BAND_UNKNOWN)},
		{int(decision.AgeUnder13), int(waybillv1.AgeBand_AGE_BAND_UNDER_13)},
		{int(decision.Age13), int(waybillv1.AgeBand_AGE_BAND_13)},
		{int(decision.Age14), int(waybillv1.AgeBand_AGE_BAND_14)},
		{int(decision.Age15), int(waybillv1.AgeBand_AGE_BAND_15)},
		{int(decision.Age16To17), int(waybillv1.AgeBand_AGE_BAND_16_17)},
		{int(decision.AgeAdult), int(waybillv1.AgeBand_AGE_BAND_ADULT)},
		{int(decision.AgeAdultLackingCapacity), int(waybillv1.AgeBand_AGE_BAND_ADULT_LACKING_CAPACITY)},
		{int(decision.ConsentOrdinary), int(waybillv1.ConsentType_CONSENT_TYPE_ORDINARY)},
		{int(decision.ConsentSeparateProvision), int(waybillv1.ConsentType_CONSENT_TYPE_SEPARATE_PROVISION)},
		{int(decision.ConsentSeparateSensitive), int(waybillv1.ConsentType_CONSENT_TYPE_SEPARATE_SENSITIVE)},
		{int(decision.ConsentSeparateCrossBorder), int(waybillv1.ConsentType_CONSENT_TYPE_SEPARATE_CROSS_BORDER)},
		{int(decision.ConsentSeparatePublic), int(waybillv1.ConsentType_CONSENT_TYPE_SEPARATE_PUBLIC)},
		{int(decision.ConsentExplicitEU), int(waybillv1.ConsentType_CONSENT_TYPE_EXPLICIT_EU)},
		{int(decision.ConsentGuardian), int(waybillv1.ConsentType_CONSENT_TYPE_GUARDIAN)},
		{int(decision.ConsentExplicitEUTransfer), int(waybillv1.ConsentType_CONSENT_TYPE_EXPLICIT_EU_TRANSFER)},
		{int(decision.KeepConfidential), int(waybillv1.ObligationCode_OBLIGATION_CODE_KEEP_CONFIDENTIAL)},
		{int(decision.PurposeLimit), int(waybillv1.ObligationCode_OBLIGATION_CODE_PURPOSE_LIMIT)},
		{int(decision.NoOnwardTransfer), int(waybillv1.ObligationCode_OBLIGATION_CODE_NO_ONWARD_TRANSFER)},
		{int(decision.RetainUntil), int(waybillv1.ObligationCode_OBLIGATION_CODE_RETAIN_UNTIL)},
		{int(decision.RenewAgreementBy), int(waybillv1.ObligationCode_OBLIGATION_CODE_RENEW_AGREEMENT_BY)},
		{int(decision.RenewMechanismBy), int(waybillv1.ObligationCode_OBLIGATION_CODE_RENEW_MECHANISM_BY)},
		{int(decision.DeleteOrReturnAtEnd), int(waybillv1.ObligationCode_OBLIGATION_CODE_DELETE_OR_RETURN_AT_END)},
		{int(registry.Put), int(waybillv1.ChangeOperation_CHANGE_OPERATION_PUT)},
		{int(registry.Delete), int(waybillv1.ChangeOperation_CHANGE_OPERATION_DELETE)},
	} {
		if pair.here != pair.contract {
			t.Errorf("%+v", pair)
		}
	}
}

// Every reason that the code of these rooms names in a registry.Error is one of the contract's.
func TestErrorReasonsExist(t *testing.T) {
	named := regexp.MustCompile(`(?:Errorf\(registry\.\w+, |Errorf\(\w+, |Reason: +|\.err\()"([A-Z_]{3,})"`)
	found := 0
	for _, dir := range []string{".", "../registry"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
				continue
			}
			b, err := os.ReadFile(dir + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range named.FindAllSubmatch(b, -1) {
				found++
				if string(m[1]) == "REVISION_MOVED" { // what the store tells whoever commits; it reaches no caller
					continue
				}
				if _, ok := waybillv1.ErrorReason_value["ERROR_REASON_"+string(m[1])]; !ok {
					t.Errorf("%s/%s names %s", dir, e.Name(), m[1])
				}
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d reasons found", found)
	}
}

// genNoun draws a noun that the rules of this package pass.
func genNoun(t *rapid.T, c registry.Collection, label string) registry.Noun {
	n := registry.New(c)
	s := shapes[messages[c].ProtoReflect().Descriptor().FullName()]
	genStruct(t, s, reflect.ValueOf(n).Elem(), label)
	return n
}

var (
	genID       = rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?`)
	genCategory = rapid.StringMatching(`[a-z0-9_]{1,6}(\.[a-z0-9_]{1,6}){0,2}`)
	genLine     = rapid.StringOf(rapid.RuneFrom([]rune(" abZ09:-#'\"{}[]|>&*!%@~?,.\\/é中文😀 ")))
	genLines    = rapid.StringOf(rapid.RuneFrom([]rune(" ab:-#'\"\n\t中\\")))
	genCountry  = rapid.SampledFrom([]string{"CN", "NO", "DE", "HK", "US", "GB"})
)

func genName(t *rapid.T, c registry.Collection) string {
	switch c {
	case registry.SettingsOf:
		return "settings"
	case registry.Categories:
		return "categories/" + genCategory.Draw(t, "category")
	case registry.Deployments:
		return "recipients/" + genID.Draw(t, "recipient") + "/deployments/" + genID.Draw(t, "deployment")
	}
	return c.Prefix() + genID.Draw(t, "id")
}

func genStruct(t *rapid.T, s *shape, v reflect.Value, label string) {
	for i := range s.fields {
		f := &s.fields[i]
		fv := v.Field(f.index)
		if f.rule.check == outputOnly || f.rule.check != ownName && rapid.IntRange(0, 2).Draw(t, "absent") == 0 {
			continue
		}
		if !f.desc.IsList() {
			genValue(t, f, fv, label)
			continue
		}
		n := rapid.IntRange(0, 3).Draw(t, "items")
		if n == 0 {
			continue
		}
		fv.Set(reflect.MakeSlice(fv.Type(), n, n))
		for j := range n {
			for k := 0; fv.Index(j).IsZero() && k < 100; k++ { // a list of names or enums holds no empty one
				genValue(t, f, fv.Index(j), label)
				if f.inner != nil {
					break
				}
			}
		}
	}
}

func genValue(t *rapid.T, f *field, v reflect.Value, label string) {
	label += "." + string(f.desc.Name())
	switch {
	case f.inner != nil:
		if v.Kind() == reflect.Pointer {
			v.Set(reflect.New(v.Type().Elem()))
			v = v.Elem()
		}
		genStruct(t, f.inner, v, label)
	case isTimestamp(f.desc):
		at := rapid.Int64Range(int64(registry.MinTime), int64(registry.MaxTime)-1).Draw(t, label)
		if rapid.Bool().Draw(t, "a date") {
			at -= at % (24 * 3600 * 1e6)
			at += 16 * 3600 * 1e6 // 00:00 in China
		}
		v.SetInt(at)
	case f.desc.Kind() == protoreflect.EnumKind:
		v.SetUint(uint64(rapid.IntRange(1, f.desc.Enum().Values().Len()-1).Draw(t, label)))
	case f.desc.Kind() == protoreflect.BoolKind:
		v.SetBool(rapid.Bool().Draw(t, label))
	case isNumber(f.desc):
		v.SetInt(rapid.Int64Range(0, f.rule.max).Draw(t, label))
	default:
		v.SetString(genString(t, f.rule))
	}
}

func genString(t *rapid.T, u rule) string {
	switch u.check {
	case ownName, nameOf:
		return genName(t, u.collection)
	case grantOf:
		return genName(t, u.collection) + rapid.SampledFrom([]string{"", ".*"}).Draw(t, "below")
	case titleText:
		return composed(genLine.Draw(t, "title"))
	case shortText:
		return genLine.Draw(t, "line")
	case longText:
		return genLines.Draw(t, "text")
	case countryOf:
		if u.unknown && rapid.Bool().Draw(t, "unknown") {
			return "UNKNOWN"
		}
		if u.every && rapid.Bool().Draw(t, "every") {
			return "*"
		}
		return genCountry.Draw(t, "country")
	case digestOf:
		return strings.Repeat("0a9f", 16)
	case idOf, cityOf:
		return genID.Draw(t, "id")
	case zoneOf:
		return rapid.SampledFrom([]string{"Asia/Shanghai", "Europe/Berlin", "UTC"}).Draw(t, "zone")
	}
	panic("no generator")
}

func TestNounsRoundTrip(t *testing.T) {
	for _, c := range collections {
		t.Run(c.String(), rapid.MakeCheck(func(t *rapid.T) {
			n := genNoun(t, c, c.String())
			m := ToProto(n)
			back, err := FromProto(m)
			if err != nil {
				t.Fatalf("%v", err)
			}
			if !reflect.DeepEqual(n, back) {
				t.Fatalf("got %+v, want %+v", back, n)
			}
			if !proto.Equal(m, ToProto(back)) {
				t.Fatal("the messages differ")
			}
		}))
	}
}

func TestOutputOnlyFieldsAreIgnored(t *testing.T) {
	n, err := FromProto(&waybillv1.Agreement{Name: "agreements/a", CoveredCategories: []string{"what"}, Meta: &waybillv1.Meta{Number: 9}})
	if err != nil || n.(*registry.Agreement).CoveredCategories != nil {
		t.Errorf("%+v, %v", n, err)
	}
	n, err = FromProto(&waybillv1.Principal{Name: "principals/a", Tokens: []*waybillv1.Token{{Id: "stolen"}}})
	if err != nil || n.(*registry.Principal).Tokens != nil {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestFromProtoRefuses(t *testing.T) {
	secret := "alice@example.com"
	long := strings.Repeat("x", maxText+1)
	ts := func(y int) *timestamppb.Timestamp { return timestamppb.New(time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)) }
	withUnknown := &waybillv1.Purpose{Name: "purposes/a"}
	withUnknown.ProtoReflect().SetUnknown(protoreflect.RawFields{0xf8, 0x06, 0x01})
	for name, c := range map[string]struct {
		in       proto.Message
		field    string
		expected string
	}{
		"no name":                {&waybillv1.Recipient{}, "recipient.name", "recipients/{id}"},
		"name of another":        {&waybillv1.Recipient{Name: "agreements/a"}, "recipient.name", "recipients/{id}"},
		"look-alike name":        {&waybillv1.Recipient{Name: "recipients/ѕf"}, "recipient.name", "lower-case letters"},
		"capital name":           {&waybillv1.Recipient{Name: "recipients/SF"}, "recipient.name", "lower-case letters"},
		"NUL in a name":          {&waybillv1.Recipient{Name: "recipients/s\x00f"}, "recipient.name", "recipients/{id}"},
		"long name":              {&waybillv1.Category{Name: "categories/" + strings.Repeat("a.", 150) + "a"}, "category.name", "dotted"},
		"reference":              {&waybillv1.Assessment{Name: "assessments/a", Exporter: secret}, "assessment.exporter", "exporters/{id}"},
		"reference in a list":    {&waybillv1.Agreement{Name: "agreements/a", Recipients: []string{"recipients/b", secret}}, "agreement.recipients[1]", "recipients/{id}"},
		"empty item":             {&waybillv1.Agreement{Name: "agreements/a", Recipients: []string{""}}, "agreement.recipients[0]", "recipients/{id}"},
		"bare wildcard":          {&waybillv1.Agreement{Name: "agreements/a", Categories: []string{"categories/*"}}, "agreement.categories[0]", "x.*"},
		"wildcard where none is": {&waybillv1.Policy{Name: "policies/a", Retention: []*waybillv1.Retention{{Categories: []string{"categories/a.*"}}}}, "policy.retention[0].categories[0]", "categories/"},
		"nested text":            {&waybillv1.Recipient{Name: "recipients/a", Notices: []*waybillv1.Notice{{Contact: "a\x00b"}}}, "recipient.notices[0].contact", "control characters"},
		"long text":              {&waybillv1.Recipient{Name: "recipients/a", Contact: long}, "recipient.contact", "4000 bytes"},
		"reordered title":        {&waybillv1.Recipient{Name: "recipients/a", Title: "a\u202eb"}, "recipient.title", "control characters"},
		"two-line title":         {&waybillv1.Recipient{Name: "recipients/a", Title: "a\nb"}, "recipient.title", "one line"},
		"year 0":                 {&waybillv1.Recipient{Name: "recipients/a", ApproveTime: &timestamppb.Timestamp{Seconds: -62167219200}}, "recipient.approve_time", "1971"},
		"epoch":                  {&waybillv1.Recipient{Name: "recipients/a", ApproveTime: &timestamppb.Timestamp{}}, "recipient.approve_time", "1971"},
		"year 2200":              {&waybillv1.Recipient{Name: "recipients/a", ApproveTime: ts(2200)}, "recipient.approve_time", "2200"},
		"year 9999":              {&waybillv1.Recipient{Name: "recipients/a", ApproveTime: ts(9999)}, "recipient.approve_time", "2200"},
		"bad nanos":              {&waybillv1.Recipient{Name: "recipients/a", ApproveTime: &timestamppb.Timestamp{Seconds: 1e9, Nanos: -1}}, "recipient.approve_time", "instant"},
		"unknown enum":           {&waybillv1.Recipient{Name: "recipients/a", Kind: 99}, "recipient.kind", "LOGISTICS"},
		"negative enum":          {&waybillv1.Recipient{Name: "recipients/a", Kind: -1}, "recipient.kind", "LOGISTICS"},
		"zero enum in a list":    {&waybillv1.Policy{Name: "policies/a", SubjectGroups: []waybillv1.SubjectGroup{0}}, "policy.subject_groups[0]", "SUPPLIER"},
		"UK":                     {&waybillv1.Recipient{Name: "recipients/a", Country: "UK"}, "recipient.country", "probably GB"},
		"USA":                    {&waybillv1.Recipient{Name: "recipients/a", Country: "USA"}, "recipient.country", "probably US"},
		"SW":                     {&waybillv1.Recipient{Name: "recipients/a", Country: "SW"}, "recipient.country", "probably SE (Sweden) or CH (Switzerland)"},
		"lower case":             {&waybillv1.Recipient{Name: "recipients/a", Country: "cn"}, "recipient.country", "probably CN"},
		"country by name":        {&waybillv1.Recipient{Name: "recipients/a", Country: "Germany"}, "recipient.country", "probably DE"},
		"unknown where not":      {&waybillv1.Exporter{Name: "exporters/a", Country: "UNKNOWN"}, "exporter.country", "must be known"},
		"every where not":        {&waybillv1.Transfer{Name: "transfers/a", Countries: []string{"*"}}, "transfer.countries[0]", "each is named"},
		"digest":                 {&waybillv1.Agreement{Name: "agreements/a", DocumentDigest: "ABC"}, "agreement.document_digest", "SHA-256"},
		"negative days":          {&waybillv1.Agreement{Name: "agreements/a", Terms: &waybillv1.Terms{RetentionLimitDays: -1}}, "agreement.terms.retention_limit_days", "0 to"},
		"module":                 {&waybillv1.Agreement{Name: "agreements/a", SccModule: 5}, "agreement.scc_module", "0 to 4"},
		"city":                   {&waybillv1.Exporter{Name: "exporters/a", City: "Shenzhen"}, "exporter.city", "shenzhen"},
		"product id":             {&waybillv1.Exporter{Name: "exporters/a", Products: []*waybillv1.Product{{Id: "A B"}}}, "exporter.products[0].id", "ids are"},
		"zone":                   {&waybillv1.Settings{Name: "settings", Zone: "Local"}, "settings.zone", "Asia/Shanghai"},
		"many names":             {&waybillv1.Agreement{Name: "agreements/a", Recipients: make([]string, maxNames+1)}, "agreement.recipients", "20000"},
		"many messages":          {&waybillv1.Recipient{Name: "recipients/a", Notices: make([]*waybillv1.Notice, maxNested+1)}, "recipient.notices", "1000"},
		"unknown field":          {withUnknown, "purpose", "knows"},
		"nil":                    {(*waybillv1.Purpose)(nil), "purpose", "value"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := FromProto(c.in)
			var e *registry.Error
			if !errors.As(err, &e) || e.Kind != registry.Invalid || e.Reason != "FIELD_INVALID" {
				t.Fatalf("%v", err)
			}
			for _, f := range e.Fields {
				if f.Field == c.field && strings.Contains(f.Expected, c.expected) {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("the error repeats the caller: %v", err)
					}
					return
				}
			}
			t.Errorf("%+v", e.Fields)
		})
	}
}

func TestEveryWrongFieldIsNamed(t *testing.T) {
	_, err := FromProto(&waybillv1.Recipient{Name: "x", Country: "UK", Kind: 77, Contact: "\x00"})
	var e *registry.Error
	if !errors.As(err, &e) || len(e.Fields) != 4 {
		t.Errorf("%v", err)
	}
	many := &waybillv1.Agreement{Name: "agreements/a", Recipients: make([]string, 5000)}
	if _, err = FromProto(many); !errors.As(err, &e) || len(e.Fields) != maxErrors || !strings.Contains(e.Message, "4900 fields more") {
		t.Errorf("%v", e)
	}
}

func TestTitlesAreComposed(t *testing.T) {
	n, err := FromProto(&waybillv1.Purpose{Name: "purposes/a", Title: "Cafe\u0301"})
	if err != nil || n.(*registry.Purpose).Title != "Caf\u00e9" {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestCountries(t *testing.T) {
	assigned := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if isCountry(string([]rune{a, b})) {
				assigned++
			}
		}
	}
	if assigned != 249 {
		t.Errorf("%d codes, ISO 3166-1 assigns 249", assigned)
	}
	alpha3, names := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(assignedCountries) {
		for e := range strings.SplitSeq(strings.TrimSpace(line), ";") {
			alpha3[e[3:6]], names[e[7:]] = true, true
		}
	}
	if len(alpha3) != 249 || len(names) != 249 {
		t.Errorf("%d alpha-3 codes and %d names", len(alpha3), len(names))
	}
	for _, s := range []string{"", "C", "CNN", "c1", "ÄÖ", "EU", "UK", "XX"} {
		if isCountry(s) {
			t.Errorf("%q is no country", s)
		}
	}
}

func TestResourcesCarryMeta(t *testing.T) {
	on := registry.At(time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC))
	rec := registry.Record{Noun: &registry.Recipient{Name: "recipients/a", TerminateTime: on}, Number: 7, Revision: 9, CreateTime: on, UpdateTime: on}
	r := ToResource(rec, on)
	m := r.GetRecipient().GetMeta()
	if m.GetNumber() != 7 || m.GetRevision() != 9 || m.GetEtag() != Etag(rec) || m.GetState() != "TERMINATED" || !m.GetCreateTime().AsTime().Equal(on.Std()) {
		t.Errorf("%v", m)
	}
	n, err := FromResource(r)
	if err != nil || !reflect.DeepEqual(n, rec.Noun) {
		t.Errorf("%+v, %v", n, err)
	}
	if _, err := FromResource(&waybillv1.Resource{}); registry.ReasonOf(err) != "FIELD_INVALID" {
		t.Error(err)
	}
	next := rec
	next.Revision++
	if Etag(rec) == Etag(next) || len(Etag(rec)) != 16 {
		t.Error("etags of two revisions are equal")
	}
}
