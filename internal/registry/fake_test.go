package registry

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
)

// memory is a registry in a map.
type memory struct {
	head    Head
	records map[string]Record
	// moves is how many times another write comes between two reads.
	moves int
	gets  int
}

func newMemory() *memory {
	return &memory{head: Head{Epoch: "e", NextNumber: 1}, records: map[string]Record{}}
}

func (m *memory) Head(context.Context) (Head, error) { return m.head, nil }

func (m *memory) Get(_ context.Context, names ...string) (map[string]Record, Head, error) {
	m.gets++
	out := map[string]Record{}
	for _, n := range names {
		if r, ok := m.records[n]; ok {
			out[n] = r
		}
	}
	h := m.head
	if m.moves > 0 {
		m.moves--
		m.head.Revision++
	}
	return out, h, nil
}

func (m *memory) sorted() []Record {
	return slices.SortedFunc(maps.Values(m.records), func(a, b Record) int {
		ca, cb := a.Noun.Collection(), b.Noun.Collection()
		if ca != cb {
			return slices.Index(Collections, ca) - slices.Index(Collections, cb)
		}
		return cmp.Compare(a.Noun.ResourceName(), b.Noun.ResourceName())
	})
}

func (m *memory) Fold(_ context.Context, revision int64) (int64, iter.Seq2[Record, error], error) {
	return m.head.Revision, func(yield func(Record, error) bool) {
		for _, r := range m.sorted() {
			if !yield(r, nil) {
				return
			}
		}
	}, nil
}

func (m *memory) RevisionAt(context.Context, Time) (int64, error) { return m.head.Revision, nil }

func (m *memory) Changes(context.Context, int64, int64, string, int) ([]Change, error) {
	return nil, nil
}

func (m *memory) Referrers(_ context.Context, name string, limit int) ([]string, error) {
	var names []string
	for _, r := range m.sorted() {
		for _, ref := range References(r.Noun) {
			if ref.Name == name && len(names) < limit {
				names = append(names, r.Noun.ResourceName())
				break
			}
		}
	}
	return names, nil
}

func (m *memory) List(_ context.Context, c Collection, parent, after string, limit int) ([]Record, Head, error) {
	var out []Record
	for _, r := range m.sorted() {
		n := r.Noun.ResourceName()
		if r.Noun.Collection() == c && n > after && (parent == "" || strings.HasPrefix(n, parent+"/")) && len(out) < limit {
			out = append(out, r)
		}
	}
	return out, m.head, nil
}

func (m *memory) Commit(_ context.Context, base Head, w Write) (Head, []Change, error) {
	if base.Revision != m.head.Revision || base.Epoch != m.head.Epoch {
		return Head{}, nil, Errorf(Aborted, "REVISION_MOVED", "the registry moved")
	}
	m.head.Revision++
	for _, e := range w.Edits {
		if e.Noun == nil {
			delete(m.records, e.Name)
			continue
		}
		if e.Number == 0 {
			e.Number = m.head.NextNumber
			m.head.NextNumber++
		}
		m.records[e.Name] = Record{Noun: e.Noun, Number: e.Number, Revision: m.head.Revision}
	}
	return m.head, nil, nil
}

func (m *memory) Remembered(context.Context, string, string) (*Memory, error) { return nil, nil }
func (m *memory) TokenHashes(context.Context) (map[string][32]byte, error)    { return nil, nil }
func (m *memory) holds(name string) bool                                      { _, ok := m.records[name]; return ok }
func (m *memory) etag(name string) string                                     { return Etag(m.records[name]) }

// write prepares and commits, and returns the edits' names.
func (m *memory) write(t *testing.T, req Request) ([]string, error) {
	t.Helper()
	if req.Now == 0 {
		req.Now = now
	}
	head, edits, err := Prepare(t.Context(), m, req)
	if err != nil {
		return nil, err
	}
	if _, _, err := m.Commit(t.Context(), head, Write{Edits: edits}); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range edits {
		if e.Noun == nil {
			names = append(names, "-"+e.Name)
		} else {
			names = append(names, e.Name)
		}
	}
	return names, nil
}

func (m *memory) put(t *testing.T, nouns ...Noun) {
	t.Helper()
	if _, err := m.write(t, Request{Put: nouns}); err != nil {
		t.Fatal(err)
	}
}

// refused asserts an error's kind, reason and fields, and returns it.
func refused(t *testing.T, err error, kind ErrorKind, reason string, fields ...string) *Error {
	t.Helper()
	e, ok := err.(*Error)
	if !ok {
		t.Fatalf("got %v, want %s", err, reason)
	}
	if e.Kind != kind || e.Reason != reason {
		t.Fatalf("got %d %s (%v), want %d %s", e.Kind, e.Reason, e, kind, reason)
	}
	var got []string
	for _, f := range e.Fields {
		got = append(got, f.Field)
		if f.Expected == "" {
			t.Errorf("%s does not say what was expected", f.Field)
		}
	}
	if fields != nil && !slices.Equal(got, fields) {
		t.Fatalf("fields %q, want %q (%v)", got, fields, e)
	}
	return e
}

// get returns a noun as it is held.
func get[N Noun](t *testing.T, m *memory, name string) N {
	t.Helper()
	n, ok := m.records[name].Noun.(N)
	if !ok {
		t.Fatalf("%s is not held", name)
	}
	return n
}

// changed returns a copy of the held noun after f.
func changed[T any, N interface {
	*T
	Noun
}](t *testing.T, m *memory, name string, f func(N)) N {
	t.Helper()
	c := *get[N](t, m, name)
	f(&c)
	return &c
}

func describe(n Noun) string { return fmt.Sprintf("%+v", n) }
