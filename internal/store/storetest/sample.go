package storetest

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"waybill/internal/registry"
	"waybill/internal/store"
)

var start = registry.At(time.Date(2026, 3, 1, 8, 0, 0, 123456000, time.UTC))

// World returns small nouns that name each other, in an order that does not
// matter to a write.
func World() []registry.Noun {
	return []registry.Noun{
		&registry.Deployment{Name: "recipients/sf/deployments/cn", StorageCountries: []string{"CN"}, AccessCountries: []string{"CN"},
			Links: []registry.SubprocessorLink{{Recipient: "recipients/ali", Deployment: "recipients/ali/deployments/cn", Service: "purposes/hosting", SubAgreement: "agreements/sub"}}},
		&registry.Deployment{Name: "recipients/ali/deployments/cn", Hosting: true},
		&registry.Agreement{Name: "agreements/amended", Amends: "agreements/sf", Type: registry.AgreementType(1), Exporters: []string{"exporters/a"}, Recipients: []string{"recipients/sf"}},
		&registry.Agreement{Name: "agreements/sf", Exporters: []string{"exporters/b", "exporters/a"}, Recipients: []string{"recipients/sf"},
			Purposes: []string{"purposes/delivery"}, Categories: []string{"categories/user.*"}, CoveredCategories: []string{"categories/user.name", "categories/user.phone"}},
		&registry.Agreement{Name: "agreements/sub", Recipients: []string{"recipients/sf", "recipients/ali"}},
		&registry.Recipient{Name: "recipients/sf", Title: "SF", Notices: []registry.Notice{{Purposes: []string{"purposes/delivery"}, Categories: []string{"categories/user.name"}}}},
		&registry.Recipient{Name: "recipients/ali"},
		&registry.Exporter{Name: "exporters/a", Holds: []registry.LegalHold{{Purposes: []string{"purposes/hosting"}, Categories: []string{"categories/user.phone"}}}},
		&registry.Exporter{Name: "exporters/b"},
		&registry.ExceptionRecord{Name: "exceptions/case", Exporters: []string{"exporters/a"}, Recipients: []string{"recipients/sf"}, Instrument: "instruments/order",
			Proofs: []registry.PublicationProof{{Category: "categories/user.name"}}},
		&registry.Instrument{Name: "instruments/order", Recipient: "recipients/sf", Exporters: []string{"exporters/a"}},
		&registry.Purpose{Name: "purposes/delivery"}, &registry.Purpose{Name: "purposes/hosting"},
		&registry.Category{Name: "categories/user.phone"}, &registry.Category{Name: "categories/user"}, &registry.Category{Name: "categories/user.name"},
	}
}

// named gives the values of fields that name other nouns of the World.
var named = map[string][]string{
	"Exporter": {"exporters/a"}, "Exporters": {"exporters/b", "exporters/a"},
	"Recipient": {"recipients/sf"}, "Recipients": {"recipients/sf", "recipients/ali"}, "OnwardRecipients": {"recipients/ali"},
	"Deployment": {"recipients/ali/deployments/cn"}, "Service": {"purposes/hosting"},
	"Purpose": {"purposes/delivery"}, "Purposes": {"purposes/hosting", "purposes/delivery"},
	"Categories": {"categories/user.*", "categories/user"}, "CoveredCategories": {"categories/user", "categories/user.name", "categories/user.phone"},
	"Agreement": {"agreements/sf"}, "SubAgreement": {"agreements/sub"}, "Amends": {"agreements/sf"},
	"ListedCategories": {"categories/user.*"}, "Category": {"categories/user.phone"}, "Instrument": {"instruments/order"},
}

// Full returns one noun of each collection with every field filled.
func Full() []registry.Noun {
	var nouns []registry.Noun
	names := map[registry.Collection]string{registry.SettingsOf: "settings", registry.Deployments: "recipients/sf/deployments/full", registry.Categories: "categories/user.full"}
	for _, c := range registry.Collections {
		n := registry.New(c)
		v := reflect.ValueOf(n).Elem()
		counter := 0
		fillStruct(v, &counter)
		name := names[c]
		if name == "" {
			name = c.Prefix() + "full"
		}
		v.FieldByName("Name").SetString(name)
		nouns = append(nouns, n)
	}
	return nouns
}

func fillStruct(v reflect.Value, counter *int) {
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		values := named[name]
		if v.Type() == reflect.TypeFor[registry.Terms]() {
			values = nil // its texts have the names of fields elsewhere
		}
		if v.Type() == reflect.TypeFor[registry.Incident]() && name == "Categories" {
			values = []string{"categories/user", "categories/user.name"} // no wildcards there
		}
		switch {
		case values != nil && f.Kind() == reflect.String:
			f.SetString(values[0])
		case values != nil && f.Type() == reflect.TypeFor[[]string]():
			f.Set(reflect.ValueOf(values))
		default:
			fillValue(f, counter)
		}
	}
}

func fillValue(v reflect.Value, counter *int) {
	*counter++
	if e, ok := v.Interface().(interface{ Values() []string }); ok {
		v.SetUint(uint64(1 + *counter%(len(e.Values())-1)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text \"" + string(rune('a'+*counter%26)) + "\" é 数 ")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32:
		v.SetInt(int64(*counter))
	case reflect.Int64:
		v.SetInt(int64(start) + int64(*counter)*1_000_001)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillStruct(v.Elem(), counter)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fillValue(v.Index(i), counter)
		}
	case reflect.Struct:
		fillStruct(v, counter)
	default:
		panic("a noun has a field of kind " + v.Kind().String())
	}
}

// put commits the nouns as one revision, each with the number it has.
func put(t testing.TB, s *store.Store, nouns ...registry.Noun) (registry.Head, []registry.Change) {
	t.Helper()
	return write(t, s, registry.Write{}, nil, nouns...)
}

// write commits puts and deletes at the head, an hour after the one before.
func write(t testing.TB, s *store.Store, w registry.Write, deletes []string, nouns ...registry.Noun) (registry.Head, []registry.Change) {
	t.Helper()
	names := append([]string{}, deletes...)
	for _, n := range nouns {
		names = append(names, n.ResourceName())
	}
	have, head, err := s.Get(t.Context(), names...)
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	for _, n := range nouns {
		w.Edits = append(w.Edits, registry.Edit{Name: n.ResourceName(), Noun: n, Number: have[n.ResourceName()].Number})
	}
	for _, n := range deletes {
		w.Edits = append(w.Edits, registry.Edit{Name: n, Number: have[n].Number})
	}
	if w.Author == "" {
		w.Author = "principals/legal"
	}
	if w.Time == 0 {
		w.Time = start + registry.Time(head.Revision)*3_600_000_000
	}
	after, changes, err := s.Commit(t.Context(), head, w)
	if err != nil {
		t.Fatalf("commit: %v", err)
	}
	return after, changes
}

// fold returns all records at a revision by name, and their order.
func fold(t testing.TB, s *store.Store, revision int64) (map[string]registry.Record, []string) {
	t.Helper()
	_, seq, err := s.Fold(t.Context(), revision)
	if err != nil {
		t.Fatalf("fold %d: %v", revision, err)
	}
	records, order := map[string]registry.Record{}, []string{}
	for r, err := range seq {
		if err != nil {
			t.Fatalf("fold %d: %v", revision, err)
		}
		records[r.Noun.ResourceName()] = r
		order = append(order, r.Noun.ResourceName())
	}
	return records, order
}

func same(t testing.TB, a, b registry.Noun) bool {
	t.Helper()
	x, err := registry.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := registry.Encode(b)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(x, y)
}

// reason fails the test unless err is a domain error of this reason.
func reason(t testing.TB, err error, want string) {
	t.Helper()
	if got := registry.ReasonOf(err); got != want {
		t.Fatalf("error %v has reason %q, want %q", err, got, want)
	}
}

// consistent fails the test where rows and changes differ.
func consistent(t testing.TB, s *store.Store) {
	t.Helper()
	found, err := s.CompareRows(t.Context())
	if err != nil {
		t.Fatalf("compare rows: %v", err)
	}
	for _, f := range found {
		t.Errorf("rows differ from changes: %s", f)
	}
}
