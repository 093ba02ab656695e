package storetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"waybill/internal/ledger"
	"waybill/internal/registry"
)

func roundTrip(t *testing.T, b Backend) {
	s := b.Open(t)
	put(t, s, World()...)
	full := Full()
	head, _ := put(t, s, full...)
	consistent(t, s)
	for _, n := range full {
		got, at, err := s.Get(t.Context(), n.ResourceName())
		if err != nil {
			t.Fatal(err)
		}
		r := got[n.ResourceName()]
		if !same(t, r.Noun, n) {
			t.Errorf("%s came back as %+v, want %+v", n.ResourceName(), r.Noun, n)
		}
		if r.Revision != head.Revision || at.Revision != head.Revision || r.CreateTime != r.UpdateTime || r.Number == 0 {
			t.Errorf("%s: record %+v at %+v", n.ResourceName(), r, at)
		}
	}
	// Every field emptied again, then filled again: no row keeps what its noun lost.
	for _, n := range full {
		bare := registry.New(n.Collection())
		reflect.ValueOf(bare).Elem().FieldByName("Name").SetString(n.ResourceName())
		switch n := bare.(type) {
		case *registry.Transfer:
			n.Exporter = "exporters/b"
		case *registry.Assessment:
			n.Exporter = "exporters/b"
		case *registry.Instrument:
			n.Recipient = "recipients/ali"
		}
		put(t, s, bare)
	}
	consistent(t, s)
	put(t, s, full...)
	consistent(t, s)
	got, _, err := s.Get(t.Context(), full[0].ResourceName())
	if err != nil {
		t.Fatal(err)
	}
	if r := got[full[0].ResourceName()]; r.CreateTime >= r.UpdateTime {
		t.Errorf("the time of creation did not survive updates: %+v", r)
	}
}

func compareAndSwap(t *testing.T, b Backend) {
	s := b.Open(t)
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if head.Revision != 0 || head.NextNumber != 1 || head.Epoch == "" || head.Changes != 0 || head.Clock == 0 {
		t.Fatalf("the first head is %+v", head)
	}
	w := registry.Write{Author: "operator", Time: start, Edits: []registry.Edit{{Name: "exporters/a", Noun: &registry.Exporter{Name: "exporters/a"}}}}
	after, changes, err := s.Commit(t.Context(), head, w)
	if err != nil {
		t.Fatal(err)
	}
	if after.Revision != 1 || after.NextNumber != 2 || after.Changes != 1 || len(changes) != 1 || changes[0].Number != 1 || changes[0].Index != 0 || changes[0].Root != after.Root {
		t.Fatalf("head %+v, changes %+v", after, changes)
	}
	w.Edits[0] = registry.Edit{Name: "exporters/b", Noun: &registry.Exporter{Name: "exporters/b"}}
	_, _, err = s.Commit(t.Context(), head, w)
	reason(t, err, "REVISION_MOVED")
	other := after
	other.Epoch += "0"
	_, _, err = s.Commit(t.Context(), other, w)
	reason(t, err, "REVISION_MOVED")
	now, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if now.Clock = after.Clock; now != after {
		t.Fatalf("a lost write moved the head to %+v from %+v", now, after)
	}
	// A time before that of the revision before is not recorded.
	w.Time = start - 1
	if _, changes, err = s.Commit(t.Context(), after, w); err != nil || changes[0].Time != start {
		t.Fatalf("recorded at %v, %v; want %v", changes, err, start)
	}
}

func gapless(t *testing.T, b Backend) {
	s := b.Open(t)
	const writers, each = 8, 6
	var wg sync.WaitGroup
	errs := make(chan error, writers)
	for i := range writers {
		wg.Go(func() {
			for j := 0; j < each; {
				head, err := s.Head(t.Context())
				if err != nil {
					errs <- err
					return
				}
				name := fmt.Sprintf("purposes/p%d-%d", i, j)
				_, _, err = s.Commit(t.Context(), head, registry.Write{Author: "operator", Time: start + registry.Time(head.Revision),
					Edits: []registry.Edit{{Name: name, Noun: &registry.Purpose{Name: name}}}})
				switch {
				case err == nil:
					j++
				case registry.ReasonOf(err) != "REVISION_MOVED":
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Fatal(err)
	}
	changes, err := s.Changes(t.Context(), 0, 0, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) != writers*each {
		t.Fatalf("%d changes, want %d", len(changes), writers*each)
	}
	for i, c := range changes {
		if c.Revision != int64(i+1) || c.Index != int64(i) || c.Number != uint32(i+1) {
			t.Fatalf("change %d is revision %d, index %d, number %d", i, c.Revision, c.Index, c.Number)
		}
	}
	consistent(t, s)
}

func foldOld(t *testing.T, b Backend) {
	s := b.Open(t)
	if at, seq, err := s.Fold(t.Context(), 0); err != nil || at != 0 {
		t.Fatalf("fold of nothing: %d %v", at, err)
	} else {
		for r := range seq {
			t.Fatalf("fold of nothing has %+v", r)
		}
	}
	put(t, s, World()...)                                                    // 1
	put(t, s, &registry.Recipient{Name: "recipients/ali", Title: "Aliyun"})  // 2
	write(t, s, registry.Write{}, []string{"agreements/amended"})            // 3
	put(t, s, &registry.Recipient{Name: "recipients/ali", Title: "Alibaba"}) // 4
	for revision, want := range map[int64]string{1: "", 2: "Aliyun", 3: "Aliyun", 4: "Alibaba", 0: "Alibaba"} {
		records, order := fold(t, s, revision)
		if got := records["recipients/ali"].Noun.(*registry.Recipient).Title; got != want {
			t.Errorf("at %d the title is %q, want %q", revision, got, want)
		}
		if _, ok := records["agreements/amended"]; ok != (revision == 1 || revision == 2) {
			t.Errorf("at %d the deleted agreement is there: %v", revision, ok)
		}
		if r := records["recipients/ali"]; r.CreateTime != start {
			t.Errorf("at %d the time of creation is %v", revision, r.CreateTime)
		}
		if order[0] != "categories/user" || order[1] != "categories/user.name" || order[3] != "purposes/delivery" || order[5] != "exporters/a" {
			t.Errorf("at %d the order is %v", revision, order)
		}
	}
	_, _, err := s.Fold(t.Context(), 5)
	reason(t, err, "NOT_FOUND")
	for at, want := range map[registry.Time]int64{start - 1: 0, start: 1, start + 1: 1, start + 3_600_000_000: 2, start + 99*3_600_000_000: 4} {
		if got, err := s.RevisionAt(t.Context(), at); err != nil || got != want {
			t.Errorf("the revision at %v is %d, %v; want %d", at, got, err, want)
		}
	}
}

func tombstones(t *testing.T, b Backend) {
	s := b.Open(t)
	put(t, s, &registry.Purpose{Name: "purposes/a"}, &registry.Purpose{Name: "purposes/b"})
	_, gone := write(t, s, registry.Write{Reason: "not needed"}, []string{"purposes/a"})
	if gone[0].Operation != registry.Delete || gone[0].Number != 1 || gone[0].Noun != nil || gone[0].Reason != "not needed" {
		t.Fatalf("the tombstone is %+v", gone[0])
	}
	if got, _, err := s.Get(t.Context(), "purposes/a"); err != nil || len(got) != 0 {
		t.Fatalf("the deleted purpose is there: %v %v", got, err)
	}
	_, again := put(t, s, &registry.Purpose{Name: "purposes/a"})
	if again[0].Number != 3 {
		t.Fatalf("the name came back with number %d, want 3", again[0].Number)
	}
	history, err := s.Changes(t.Context(), 0, 0, "purposes/a", 0)
	if err != nil || len(history) != 3 {
		t.Fatalf("the history has %d changes, %v", len(history), err)
	}
	consistent(t, s)
	// All of the World goes at once, whatever the order.
	put(t, s, World()...)
	var all []string
	for _, n := range World() {
		all = append(all, n.ResourceName())
	}
	write(t, s, registry.Write{}, all)
	if _, order := fold(t, s, 0); len(order) != 2 {
		t.Fatalf("left are %v", order)
	}
	consistent(t, s)
}

func refusals(t *testing.T, b Backend) {
	s := b.Open(t)
	head, _ := put(t, s, World()...)
	e := func(edits ...registry.Edit) registry.Write {
		return registry.Write{Author: "operator", Time: start, Edits: edits}
	}
	purpose := &registry.Purpose{Name: "purposes/new"}
	for name, test := range map[string]struct {
		w    registry.Write
		want string
	}{
		"nothing":               {e(), "FIELD_INVALID"},
		"a name twice":          {e(registry.Edit{Name: "purposes/new", Noun: purpose}, registry.Edit{Name: "purposes/new", Noun: purpose}), "FIELD_INVALID"},
		"another's name":        {e(registry.Edit{Name: "purposes/other", Noun: purpose}), "FIELD_INVALID"},
		"a malformed name":      {e(registry.Edit{Name: "purposes/", Noun: &registry.Purpose{Name: "purposes/"}}), "FIELD_INVALID"},
		"delete what is not":    {e(registry.Edit{Name: "purposes/new"}), "NOT_FOUND"},
		"create what is":        {e(registry.Edit{Name: "purposes/delivery", Noun: &registry.Purpose{Name: "purposes/delivery"}}), "ALREADY_EXISTS"},
		"another's number":      {e(registry.Edit{Name: "purposes/delivery", Noun: &registry.Purpose{Name: "purposes/delivery"}, Number: 1}), "NOT_FOUND"},
		"a dangling name":       {e(registry.Edit{Name: "agreements/new", Noun: &registry.Agreement{Name: "agreements/new", Exporters: []string{"exporters/none"}}}), "DANGLING_NAME"},
		"a category in the air": {e(registry.Edit{Name: "categories/none.leaf", Noun: &registry.Category{Name: "categories/none.leaf"}}), "DANGLING_NAME"},
		"delete what is used":   {e(registry.Edit{Name: "categories/user.name"}), "IN_USE"},
		"a hash of nobody": {registry.Write{Author: "operator", Time: start, Edits: []registry.Edit{{Name: "purposes/new", Noun: purpose}},
			TokenHashes: map[string][32]byte{"x": {}}}, "FIELD_INVALID"},
	} {
		_, _, err := s.Commit(t.Context(), head, test.w)
		if got := registry.ReasonOf(err); got != test.want {
			t.Errorf("%s: %v has reason %q, want %q", name, err, got, test.want)
		}
	}
	now, err := s.Head(t.Context())
	if err != nil || now.Revision != head.Revision || now.Root != head.Root {
		t.Fatalf("refused writes moved the head: %+v %v", now, err)
	}
	consistent(t, s)
}

func byteNames(t *testing.T, b Backend) {
	s := b.Open(t)
	put(t, s, &registry.Category{Name: "categories/user"}, &registry.Category{Name: "categories/user.b"}, &registry.Category{Name: "categories/user_a"},
		&registry.Category{Name: "categories/user0"}, &registry.Purpose{Name: "purposes/a-b"}, &registry.Purpose{Name: "purposes/ab"}, &registry.Purpose{Name: "purposes/a0"})
	for _, name := range []string{"purposes/AB", "purposes/ab ", " purposes/ab", "purposes/ab\u0301", "purposes/aB"} {
		if got, _, err := s.Get(t.Context(), name); err != nil || len(got) != 0 {
			t.Errorf("%q is found as %v, %v", name, got, err)
		}
	}
	list, _, err := s.List(t.Context(), registry.Purposes, "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := recordNames(list), []string{"purposes/a-b", "purposes/a0", "purposes/ab"}; !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
	list, _, err = s.List(t.Context(), registry.Categories, "", "categories/user", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := recordNames(list), []string{"categories/user.b", "categories/user0", "categories/user_a"}; !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
}

func recordNames(records []registry.Record) []string {
	var names []string
	for _, r := range records {
		names = append(names, r.Noun.ResourceName())
	}
	return names
}

func memory(t *testing.T, b Backend) {
	s := b.Open(t)
	if m, err := s.Remembered(t.Context(), "principals/legal", "one"); err != nil || m != nil {
		t.Fatalf("remembered %v, %v before any write", m, err)
	}
	w := registry.Write{RequestID: "one", Digest: sha256.Sum256([]byte("one")), Response: func(h registry.Head, cs []registry.Change) []byte {
		return fmt.Appendf(nil, "revision %d, %s", h.Revision, cs[0].Name)
	}}
	write(t, s, w, nil, &registry.Purpose{Name: "purposes/a"})
	m, err := s.Remembered(t.Context(), "principals/legal", "one")
	if err != nil || m == nil {
		t.Fatalf("remembered %v, %v", m, err)
	}
	if m.Digest != w.Digest || string(m.Response) != "revision 1, purposes/a" || m.Revision != 1 {
		t.Fatalf("remembered %+v", m)
	}
	for _, other := range [][2]string{{"principals/other", "one"}, {"principals/legal", "One"}, {"principals/legal", "one "}} {
		if m, err := s.Remembered(t.Context(), other[0], other[1]); err != nil || m != nil {
			t.Errorf("%v is remembered as %v, %v", other, m, err)
		}
	}
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.Author, w.Edits = "principals/legal", []registry.Edit{{Name: "purposes/b", Noun: &registry.Purpose{Name: "purposes/b"}}}
	_, _, err = s.Commit(t.Context(), head, w)
	reason(t, err, "IDEMPOTENCY_MISMATCH")
	// A day later it is forgotten, and the id may be used again.
	day := registry.Time(24 * time.Hour / time.Microsecond)
	if err := b.Exec(t, false, fmt.Sprintf("UPDATE idempotency SET create_time = create_time - %d", day)); err != nil {
		t.Fatal(err)
	}
	if m, err := s.Remembered(t.Context(), "principals/legal", "one"); err != nil || m != nil {
		t.Fatalf("remembered %v, %v after a day", m, err)
	}
	if _, _, err = s.Commit(t.Context(), head, w); err != nil {
		t.Fatal(err)
	}
}

func tokens(t *testing.T, b Backend) {
	s := b.Open(t)
	h1, h2 := sha256.Sum256([]byte("1")), sha256.Sum256([]byte("2"))
	p := &registry.Principal{Name: "principals/p", Tokens: []registry.Token{{ID: "t1"}, {ID: "t2"}}}
	write(t, s, registry.Write{TokenHashes: map[string][32]byte{"t1": h1, "t2": h2}}, nil, p)
	wanted := func(want map[string][32]byte) {
		t.Helper()
		if got, err := s.TokenHashes(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("hashes %v, %v; want %v", got, err, want)
		}
	}
	wanted(map[string][32]byte{"t1": h1, "t2": h2})
	put(t, s, &registry.Principal{Name: "principals/p", Title: "x", Tokens: []registry.Token{{ID: "t2", RevokeTime: start}}})
	wanted(map[string][32]byte{"t2": h2})
	changes, err := s.Changes(t.Context(), 0, 0, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if slices.Contains([]bool{containsBytes(c.Entry, h1[:]), containsBytes(c.Entry, h2[:])}, true) {
			t.Fatal("a change holds the hash of a token")
		}
	}
	write(t, s, registry.Write{}, []string{"principals/p"})
	wanted(map[string][32]byte{})
}

func containsBytes(b, sub []byte) bool {
	for i := range len(b) - len(sub) + 1 {
		if slices.Equal(b[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}

func referrers(t *testing.T, b Backend) {
	s := b.Open(t)
	put(t, s, World()...)
	put(t, s, Full()...)
	// By the rule's own list of names, for every noun.
	records, _ := fold(t, s, 0)
	want := map[string]map[string]bool{}
	for name, r := range records {
		for _, ref := range registry.References(r.Noun) {
			if want[ref.Name] == nil {
				want[ref.Name] = map[string]bool{}
			}
			want[ref.Name][name] = true
		}
	}
	for name := range records {
		got, err := s.Referrers(t.Context(), name, 0)
		if err != nil {
			t.Fatal(err)
		}
		var expected []string
		for n := range want[name] {
			// A grant of x.* is kept as what it covers.
			if r, ok := records[n].Noun.(*registry.Agreement); ok && name == "categories/user" && !slices.Contains(r.Categories, name) {
				continue
			}
			expected = append(expected, n)
		}
		slices.Sort(expected)
		if !slices.Equal(got, expected) {
			t.Errorf("%s is named by %v, want %v", name, got, expected)
		}
	}
	if got, err := s.Referrers(t.Context(), "recipients/sf", 2); err != nil || len(got) != 2 {
		t.Errorf("at most 2: %v, %v", got, err)
	}
	for _, name := range []string{"recipients/none", "settings", "nonsense"} {
		if got, err := s.Referrers(t.Context(), name, 0); err != nil || len(got) != 0 {
			t.Errorf("%s is named by %v, %v", name, got, err)
		}
	}
}

func lists(t *testing.T, b Backend) {
	s := b.Open(t)
	put(t, s, World()...)
	var nouns []registry.Noun
	for i := range 150 {
		nouns = append(nouns, &registry.Recipient{Name: fmt.Sprintf("recipients/r%03d", i)})
	}
	put(t, s, nouns...)
	put(t, s, &registry.Deployment{Name: "recipients/sf/deployments/us"}, &registry.Deployment{Name: "recipients/r000/deployments/x"})
	var all []string
	for after := ""; ; {
		page, head, err := s.List(t.Context(), registry.Recipients, "", after, 40)
		if err != nil || head.Revision != 3 {
			t.Fatalf("list at %+v: %v", head, err)
		}
		all = append(all, recordNames(page)...)
		if len(page) < 40 {
			break
		}
		after = all[len(all)-1]
	}
	if len(all) != 152 || !slices.IsSorted(all) {
		t.Fatalf("%d recipients: %v", len(all), all)
	}
	page, _, err := s.List(t.Context(), registry.Deployments, "recipients/sf", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := recordNames(page), []string{"recipients/sf/deployments/cn", "recipients/sf/deployments/us"}; !slices.Equal(got, want) {
		t.Fatalf("deployments %v, want %v", got, want)
	}
	_, _, err = s.List(t.Context(), 99, "", "", 0)
	reason(t, err, "FIELD_INVALID")
	consistent(t, s)
}

func changeLog(t *testing.T, b Backend) {
	s := b.Open(t)
	put(t, s, World()...)
	for i := range 5 {
		put(t, s, &registry.Purpose{Name: "purposes/hosting", Title: fmt.Sprint(i)})
	}
	changes, err := s.Changes(t.Context(), 0, 0, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	var tree ledger.Tree
	for i, c := range changes {
		tree.Append(ledger.LeafHash(c.Entry))
		if c.Index != int64(i) || c.Root != tree.Root() {
			t.Fatalf("change %d has not the root of its leaves", i)
		}
		e, err := ledger.DecodeChange(c.Entry)
		if err != nil || e.Name != c.Name || e.Author != c.Author || e.Revision != c.Revision || registry.Time(e.Time) != c.Time {
			t.Fatalf("entry %+v of change %+v: %v", e, c, err)
		}
	}
	head, err := s.Head(t.Context())
	if err != nil || head.Root != tree.Root() || head.Changes != tree.Size() {
		t.Fatalf("head %+v: %v", head, err)
	}
	for name, test := range map[string]struct {
		after, upTo int64
		name        string
		limit, want int
	}{
		"all":       {0, 0, "", 0, 21},
		"after":     {1, 0, "", 0, 5},
		"up to":     {0, 1, "", 0, 16},
		"between":   {2, 4, "", 0, 2},
		"of a name": {0, 0, "purposes/hosting", 0, 6},
		"at most":   {0, 0, "", 3, 3},
		"none":      {6, 0, "", 0, 0},
	} {
		if got, err := s.Changes(t.Context(), test.after, test.upTo, test.name, test.limit); err != nil || len(got) != test.want {
			t.Errorf("%s: %d changes, %v; want %d", name, len(got), err, test.want)
		}
	}
}

func differences(t *testing.T, b Backend) {
	for name, query := range map[string]string{
		"a field":       "UPDATE recipient SET title = 'other' WHERE name = 'recipients/sf'",
		"a nested list": "UPDATE recipient SET notices = '[]' WHERE name = 'recipients/sf'",
		"a reference":   "DELETE FROM agreement_purposes",
		"a mention":     "DELETE FROM recipient_notice_purposes",
		"a link":        "DELETE FROM subprocessor_link",
		"a row":         "DELETE FROM agreement WHERE name = 'agreements/amended' OR amends_id IS NOT NULL",
		"a revision":    "UPDATE exporter SET revision = 7 WHERE name = 'exporters/a'",
		"a row more":    "INSERT INTO settings (number, name, revision, create_time, update_time) VALUES (99, 'settings', 1, 1, 1)",
		"an enum":       "UPDATE recipient SET kind = 'NONSENSE' WHERE name = 'recipients/sf'",
	} {
		t.Run(name, func(t *testing.T) {
			s := b.Open(t)
			world := World()
			if name == "a row" {
				world[2].(*registry.Agreement).Exporters, world[2].(*registry.Agreement).Recipients = nil, nil
			}
			put(t, s, world...)
			consistent(t, s)
			if err := b.Exec(t, false, query); err != nil {
				t.Fatal(err)
			}
			if found, err := s.CompareRows(t.Context()); err == nil && len(found) == 0 {
				t.Fatal("the difference is not found")
			}
		})
	}
}

func deadline(t *testing.T, b Backend) {
	s := b.Open(t)
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Head(gone)
	reason(t, err, "REGISTRY_UNAVAILABLE")
	_, _, err = s.Commit(gone, head, registry.Write{Author: "operator", Time: start, Edits: []registry.Edit{{Name: "exporters/a", Noun: &registry.Exporter{Name: "exporters/a"}}}})
	if r := registry.ReasonOf(err); r != "REGISTRY_UNAVAILABLE" && r != "OUTCOME_UNKNOWN" {
		t.Fatalf("%v has reason %q", err, r)
	}
}
