package registry

import (
	"fmt"
	"reflect"
	"slices"
	"time"
)

const day = Time(24 * time.Hour / time.Microsecond)

var now = At(time.Date(2026, 11, 23, 10, 31, 7, 0, time.UTC))

// sample returns a small registry that is sound: every collection, a wildcard, a
// signed agreement, a sub-processor, a transfer of each kind of evidence.
func sample() []Noun {
	category := func(id string) *Category {
		return &Category{Name: "categories/" + id, Title: id, Sentence: "It is " + id + ".", Example: "an example"}
	}
	purpose := func(id string, s Service) *Purpose {
		return &Purpose{Name: "purposes/" + id, Title: id, Sentence: "It is " + id + ".", Example: "an example", Service: s}
	}
	sign := func() *Signature { return &Signature{Signatory: "legal", SignTime: now - 400*day} }
	recipient := func(id string, k RecipientKind, r RecipientRole) *Recipient {
		return &Recipient{Name: "recipients/" + id, Title: id, Kind: k, Role: r, Country: "CN", ApproveTime: now - 300*day, DueDiligenceUntil: now + 300*day}
	}
	sf := recipient("sf", RecipientKindLogistics, RecipientRoleController)
	sf.Notices = []Notice{{
		RecipientTitle: "SF", Contact: "privacy@example.com", Method: "API", NotifyTime: now - 200*day,
		Purposes: []string{"purposes/delivery"}, Categories: []string{"categories/user.contact.*"}, SubjectGroups: []SubjectGroup{SubjectGroupUser},
	}}
	return []Noun{
		&Settings{Name: "settings", Zone: "Asia/Shanghai"},
		category("user"), category("user.name"), category("user.contact"), category("user.contact.phone"), category("user.contact.email"), category("device"),
		purpose("delivery", 0), purpose("hosting", ServiceHosting), purpose("analytics", ServiceNone),
		&Exporter{Name: "exporters/prosense", Title: "ProSense", Country: "CN", City: "shenzhen", RegionsServed: []string{"CN", "DE"}, Products: []Product{{ID: "app", Minors: MinorsAimNotAimed}}},
		sf,
		recipient("cloud", RecipientKindCloud, RecipientRoleProcessor),
		recipient("backup", RecipientKindCloud, RecipientRoleProcessor),
		recipient("court", RecipientKindAuthority, RecipientRoleAuthority),
		&Deployment{Name: "recipients/cloud/deployments/main", Title: "Main", StorageCountries: []string{"DE"}, AccessCountries: []string{"UNKNOWN"}, Hosting: true, Links: []SubprocessorLink{{
			Recipient: "recipients/backup", Deployment: "recipients/backup/deployments/cold", Service: "purposes/hosting",
			Authorisation: AuthorisationGeneral, AuthoriseTime: now - 90*day, NoticeUntil: now - 60*day, SubAgreement: "agreements/cloud-backup",
		}}},
		&Deployment{Name: "recipients/backup/deployments/cold", Title: "Cold", StorageCountries: []string{"DE"}, AccessCountries: []string{"DE"}},
		&Agreement{
			Name: "agreements/sf-2025", Title: "SF", Type: AgreementTypeCnSc, Exporters: []string{"exporters/prosense"}, Recipients: []string{"recipients/sf"},
			OurSignature: sign(), TheirSignature: sign(), Purposes: []string{"purposes/delivery"},
			Categories: []string{"categories/user.*", "categories/device"}, SubjectGroups: []SubjectGroup{SubjectGroupUser},
			EffectiveTime: now - 400*day, ExpireTime: now + 400*day, Terms: &Terms{Confidentiality: "12"},
		},
		&Agreement{Name: "agreements/cloud-draft", Title: "Cloud", Type: AgreementTypeDpa, Exporters: []string{"exporters/prosense"}, Recipients: []string{"recipients/cloud"}, Purposes: []string{"purposes/hosting"}, Categories: []string{"categories/user.*"}},
		&Agreement{Name: "agreements/cloud-backup", Title: "Sub", Type: AgreementTypeDpa, Recipients: []string{"recipients/cloud", "recipients/backup"}},
		&Transfer{
			Name: "transfers/sf", Title: "SF", Regime: RegimeCn, Mechanism: MechanismStandardContract, Exporter: "exporters/prosense", Recipients: []string{"recipients/sf"},
			Countries: []string{"DE"}, Purposes: []string{"purposes/delivery"}, Categories: []string{"categories/user.contact.*"}, Agreement: "agreements/sf-2025",
			ValidFrom: now - 300*day, Evidence: &Evidence{Reference: "SC-1"},
		},
		&Assessment{
			Name: "assessments/sf", Title: "SF", Type: AssessmentTypePipia, Exporter: "exporters/prosense", Recipients: []string{"recipients/sf"},
			Purposes: []string{"purposes/delivery"}, Categories: []string{"categories/user.*"}, Countries: []string{"CN", "DE"},
			ApprovedBy: "DPO", ApproveTime: now - 300*day, ReviewUntil: now + 60*day,
		},
		&Policy{
			Name: "policies/2024-08-30", Title: "Policy", SubjectGroups: []SubjectGroup{SubjectGroupUser}, Regions: []string{"*"}, EffectiveTime: now - 800*day,
			Purposes: []string{"purposes/delivery", "purposes/hosting"},
			Kinds: []KindList{
				{Kind: RecipientKindLogistics, Purposes: []string{"purposes/delivery"}, Categories: []string{"categories/user.name", "categories/user.contact.*"}},
				{Kind: RecipientKindPartner, Purposes: []string{"purposes/analytics"}, AnyCategory: true},
			},
			Bases:     []BasisEntry{{Purpose: "purposes/delivery", Kind: RecipientKindLogistics, Regimes: []Regime{RegimeCn, RegimeCnSz, RegimeEu, RegimeUk}, Basis: BasisContract}},
			Necessity: []Necessity{{Purpose: "purposes/delivery", Categories: []string{"categories/user.*"}, ApprovedBy: "DPO", ApproveTime: now - 800*day, Reason: "The parcel needs an address."}},
			Retention: []Retention{{Purpose: "purposes/delivery", Categories: []string{"categories/user.*"}, Days: 180}},
			Notices:   []PolicyNotice{{Channel: "e-mail", SendTime: now - 801*day}},
		},
		&Instrument{
			Name: "instruments/order", Title: "Order", Recipient: "recipients/court", Exporters: []string{"exporters/prosense"}, Number: "(2026) 1", Citation: "CPL 52",
			Regime: RegimeCn, Categories: []string{"categories/user.contact.*"}, Purposes: []string{"purposes/delivery"}, IssueTime: now - 30*day, ExpireTime: now + 30*day,
			NecessityReason: "A court asks.", ApprovedBy: "legal", SecondApprovedBy: "DPO", ApproveTime: now - 20*day,
		},
		&ExceptionRecord{
			Name: "exceptions/case", Title: "Case", Exception: ExceptionCriminalProceedings, Exporters: []string{"exporters/prosense"}, Recipients: []string{"recipients/court"},
			Purposes: []string{"purposes/delivery"}, Categories: []string{"categories/user.contact.*"}, Citation: "CPL 52", Regimes: []Regime{RegimeCn},
			Organ: "The court", CaseNumber: "(2026) 1", Instrument: "instruments/order", EffectiveTime: now - 20*day, ExpireTime: now + 20*day,
			ApprovedBy: "legal", SecondApprovedBy: "DPO", ApproveTime: now - 20*day,
		},
		&Principal{Name: "principals/shop", Title: "Shop", Role: RoleCaller, ConsentSource: &ConsentSource{}},
	}
}

// found returns the sample noun of the name.
func found(name string) Noun {
	s := sample()
	return s[slices.IndexFunc(s, func(n Noun) bool { return n.ResourceName() == name })]
}

// filled returns a noun of the collection with something in every field, each
// value a function of its place alone.
func filled(c Collection) Noun {
	n := New(c)
	fill(reflect.ValueOf(n).Elem(), c.String())
	return n
}

func fill(v reflect.Value, path string) {
	seed := 0
	for _, b := range []byte(path) {
		seed = (seed*31 + int(b)) % 9973
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), path)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.String:
		v.SetString(path + " 法")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(uint64(1 + seed%3))
	case reflect.Int32:
		v.SetInt(int64(1 + seed))
	case reflect.Int64:
		v.SetInt(int64(now) + int64(seed))
	default:
		panic("a field of a kind that is not filled: " + path)
	}
}
