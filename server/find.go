package server

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

const (
	defaultFindings = 10
	maxFindings     = 100
	maxFindWords    = 12
)

// Find returns purposes, categories and recipients by words, the best first.
func (s registryService) Find(ctx context.Context, r *waybillv1.FindRequest) (*waybillv1.FindResponse, error) {
	words := wordsOf(r.GetWords())
	if len(words) == 0 || len(words) > maxFindWords {
		return nil, invalid("words", "1 to 12 words")
	}
	limit := int(r.GetPageSize())
	if limit == 0 {
		limit = defaultFindings
	}
	entries, err := s.words.at(ctx, s.core)
	if err != nil {
		return nil, err
	}
	resp := &waybillv1.FindResponse{}
	for _, e := range ranked(entries, words, min(limit, maxFindings)) {
		resp.Findings = append(resp.Findings, &waybillv1.Finding{
			Name: e.name, Title: e.title, Sentence: e.sentence, Example: e.example, Remark: remark(e.noun, entries, registry.At(s.now())),
		})
	}
	return resp, nil
}

// wordIndex holds the words of every purpose, category and recipient at a
// revision. It is carried on by changes, and built anew where there is a gap.
type wordIndex struct {
	mu       sync.Mutex
	epoch    string
	revision int64
	entries  map[string]*wordEntry // replaced as a whole, never changed
}

// wordEntry is one noun with the words of its fields by their weight.
type wordEntry struct {
	noun                           registry.Noun
	name, title, sentence, example string
	words                          map[string]float64 // the weight of the best field that has it
}

// at returns the entries as the running snapshot has the registry, or newer.
func (x *wordIndex) at(ctx context.Context, s *core) (map[string]*wordEntry, error) {
	head := s.keeper.View().Head
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.entries != nil && x.epoch == head.Epoch && x.revision >= head.Revision {
		return x.entries, nil
	}
	if x.entries != nil && x.epoch == head.Epoch {
		if changes, err := s.store.Changes(ctx, x.revision, head.Revision, "", maxDelta+1); err != nil {
			return nil, err
		} else if len(changes) <= maxDelta {
			x.apply(changes, head)
			return x.entries, nil
		}
	}
	entries := map[string]*wordEntry{}
	revision, records, err := s.store.Fold(ctx, 0)
	if err != nil {
		return nil, err
	}
	for rec, err := range records {
		if err != nil {
			return nil, err
		}
		if e := newWordEntry(rec.Noun); e != nil {
			entries[e.name] = e
		}
	}
	x.epoch, x.revision, x.entries = head.Epoch, revision, entries
	return entries, nil
}

func (x *wordIndex) apply(changes []registry.Change, head registry.Head) {
	entries := make(map[string]*wordEntry, len(x.entries))
	for n, e := range x.entries {
		entries[n] = e
	}
	for _, ch := range changes {
		delete(entries, ch.Name)
		if ch.Noun == nil {
			continue
		}
		if e := newWordEntry(ch.Noun); e != nil {
			entries[e.name] = e
		}
	}
	x.revision, x.entries = head.Revision, entries
}

func newWordEntry(n registry.Noun) *wordEntry {
	e := &wordEntry{noun: n, name: n.ResourceName(), words: map[string]float64{}}
	switch n := n.(type) {
	case *registry.Purpose:
		e.title, e.sentence, e.example = n.Title, n.Sentence, n.Example
	case *registry.Category:
		e.title, e.sentence, e.example = n.Title, n.Sentence, n.Example
	case *registry.Recipient:
		e.title, e.sentence = n.Title, n.Sentence
	default:
		return nil
	}
	_, id, _ := strings.Cut(e.name, "/")
	for _, f := range []struct {
		text   string
		weight float64
	}{{id, 4}, {e.title, 3}, {e.example, 2}, {e.sentence, 2}} {
		for _, w := range wordsOf(f.text) {
			e.words[w] = max(e.words[w], f.weight)
		}
	}
	return e
}

// wordsOf returns the words of a text, lower case and without the s of a plural,
// each once. Han characters are words of their own.
func wordsOf(text string) []string {
	var words []string
	add := func(w string) {
		if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
			w = w[:len(w)-1]
		}
		if w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		from := 0
		for i, r := range w {
			if unicode.Is(unicode.Han, r) {
				add(w[from:i])
				add(string(r))
				from = i + len(string(r))
			}
		}
		add(w[from:])
	}
	return words
}

// match returns how well an entry has a word: its weight, or less than half of it
// where the word (of three letters or more) only begins one, or one of four only
// begins the word.
func (e *wordEntry) match(word string) float64 {
	if w := e.words[word]; w > 0 {
		return w
	}
	best := 0.0
	for own, w := range e.words {
		if len(word) >= 3 && strings.HasPrefix(own, word) || len(own) >= 4 && strings.HasPrefix(word, own) {
			best = max(best, 0.4*w)
		}
	}
	return best
}

// ranked returns the best entries: a rare word counts more than a frequent one,
// and having all words more than having some. Equals stand in the order of names.
func ranked(entries map[string]*wordEntry, words []string, limit int) []*wordEntry {
	type scored struct {
		*wordEntry
		weights []float64
		score   float64
	}
	var found []scored
	having := make([]int, len(words))
	for _, e := range entries {
		weights := make([]float64, len(words))
		any := false
		for i, w := range words {
			if weights[i] = e.match(w); weights[i] > 0 {
				having[i]++
				any = true
			}
		}
		if any {
			found = append(found, scored{wordEntry: e, weights: weights})
		}
	}
	for i := range found {
		matched := 0
		for j, w := range found[i].weights {
			if w > 0 {
				matched++
				found[i].score += w * math.Log1p(float64(len(entries))/float64(having[j]))
			}
		}
		found[i].score *= float64(matched) / float64(len(words))
	}
	slices.SortFunc(found, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.name, b.name))
	})
	var best []*wordEntry
	for _, f := range found[:min(limit, len(found))] {
		best = append(best, f.wordEntry)
	}
	return best
}

// remark says what one should know before using a noun.
func remark(n registry.Noun, entries map[string]*wordEntry, now registry.Time) string {
	switch n := n.(type) {
	case *registry.Category:
		return categoryRemark(n, entries)
	case *registry.Purpose:
		if n.Service != 0 && n.Service != registry.ServiceNone {
			return "a service to us: name the purpose that it serves too"
		}
	case *registry.Recipient:
		switch state := registry.State(n, now); state {
		case "", registry.StateApproved:
		default:
			return strings.ToLower(strings.ReplaceAll(state, "_", " "))
		}
	}
	return ""
}

// categoryRemark follows rule 16; a credential that a category does not state is
// that of its nearest ancestor, and a flag is inherited.
func categoryRemark(n *registry.Category, entries map[string]*wordEntry) string {
	credential, sensitive, special := registry.Credential(0), false, false
	for name := n.Name; ; {
		if e := entries[name]; e != nil {
			c := e.noun.(*registry.Category)
			if credential == 0 {
				credential = c.Credential
			}
			sensitive, special = sensitive || c.Sensitive, special || c.Special
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			break
		}
		name = name[:i]
	}
	switch {
	case credential == registry.CredentialCode:
		return "only to a messaging processor, to the subject's own number or address"
	case credential == registry.CredentialHash:
		return "only to a deployment that hosts our business records"
	case credential == registry.CredentialClear:
		return "never shared"
	case sensitive && special:
		return "sensitive under PIPL 28 and special under GDPR 9"
	case sensitive:
		return "sensitive under PIPL 28"
	case special:
		return "special under GDPR 9"
	}
	return ""
}
