package storetest

import (
	"fmt"
	"testing"

	"waybill/internal/registry"
)

// History makes one history of writes on a fresh store and returns everything
// that it answers, in an order, without the epoch and the clock.
func History(t *testing.T, b Backend) [][]byte {
	s := b.Open(t)
	var answers [][]byte
	add := func(format string, args ...any) { answers = append(answers, fmt.Appendf(nil, format, args...)) }
	put(t, s, World()...)
	put(t, s, Full()...)
	write(t, s, registry.Write{Reason: "the end"}, []string{"agreements/amended", "transfers/full"}, &registry.Recipient{Name: "recipients/sf", Title: "顺丰"})
	changes, err := s.Changes(t.Context(), 0, 0, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		add("change %d %x %x", c.Index, c.Root, c.Entry)
	}
	for revision := range int64(4) {
		_, order := fold(t, s, revision)
		add("fold %d %v", revision, order)
	}
	for _, c := range registry.Collections {
		list, head, err := s.List(t.Context(), c, "", "", 0)
		if err != nil {
			t.Fatal(err)
		}
		add("list %s at %d %x: %v", c, head.Revision, head.Root, recordNames(list))
		for _, r := range list {
			referrers, err := s.Referrers(t.Context(), r.Noun.ResourceName(), 0)
			if err != nil {
				t.Fatal(err)
			}
			body, err := registry.Encode(r.Noun)
			if err != nil {
				t.Fatal(err)
			}
			add("record %d %d %v %v %x %v", r.Number, r.Revision, r.CreateTime, r.UpdateTime, body, referrers)
		}
	}
	for _, edits := range [][]registry.Edit{
		nil, {{Name: "exporters/a"}}, {{Name: "exporters/none"}}, {{Name: "exporters/a", Noun: &registry.Exporter{Name: "exporters/a"}}},
	} {
		head, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Commit(t.Context(), head, registry.Write{Author: "operator", Time: start, Edits: edits})
		add("refused: %s", registry.ReasonOf(err))
	}
	return answers
}
