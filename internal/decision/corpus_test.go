package decision_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/klauspost/compress/zstd"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// How much of the generator's output a corpus holds, and the seed it begins with.
const (
	corpusScenes    = 300
	corpusQuestions = 40
	corpusSeed      = 7_000_001
)

// corpusRegistry is one registry of a corpus and what was asked of it: what the
// change log and the ledger keep, and nothing that was compiled. A corpus is a
// sequence of them in CBOR, compressed.
type corpusRegistry struct {
	_          struct{} `cbor:",toarray"`
	Epoch      string
	Revision   int64
	NextNumber uint32
	Records    []corpusRecord // in the order of the fold
	Decisions  []corpusDecision
}

type corpusRecord struct {
	_          struct{} `cbor:",toarray"`
	Number     uint32
	Collection registry.Collection
	Noun       []byte
}

type corpusDecision struct {
	_         struct{} `cbor:",toarray"`
	Principal uint32
	Now       registry.Time
	Question  []byte
	Answer    []byte
	// What was held and counted when it was asked, as the ledger keeps them; edition 1
	// read neither, and its corpus ends before.
	Facts    []byte
	Counters []byte
}

// UnmarshalCBOR reads the corpus of edition 1 too, whose decisions have four elements.
func (k *corpusDecision) UnmarshalCBOR(b []byte) error {
	var elements []cbor.RawMessage
	if err := cbor.Unmarshal(b, &elements); err != nil {
		return err
	}
	into := []any{&k.Principal, &k.Now, &k.Question, &k.Answer, &k.Facts, &k.Counters}
	if len(elements) != 4 && len(elements) != len(into) {
		return fmt.Errorf("a decision of %d elements", len(elements))
	}
	for i, e := range elements {
		if err := cbor.Unmarshal(e, into[i]); err != nil {
			return err
		}
	}
	return nil
}

// corpusTag tags a text as a ledger does: 16 bytes of HMAC-SHA-256 under a key.
func corpusTag(dst []byte, text string) []byte {
	h := hmac.New(sha256.New, []byte("the key of the corpus"))
	h.Write([]byte(text))
	return append(dst, h.Sum(nil)[:16]...)
}

func corpusDir(edition int) string {
	return filepath.Join("testdata", fmt.Sprintf("edition-%d", edition))
}

func corpusFile(edition int) string { return filepath.Join(corpusDir(edition), "corpus.cbor.zst") }

// recorded puts a registry into the form of a corpus.
func recorded(t *testing.T, head registry.Head, records []registry.Record) corpusRegistry {
	t.Helper()
	c := corpusRegistry{Epoch: head.Epoch, Revision: head.Revision, NextNumber: head.NextNumber}
	for _, r := range records {
		b, err := registry.Encode(r.Noun)
		if err != nil {
			t.Fatal(err)
		}
		c.Records = append(c.Records, corpusRecord{Number: r.Number, Collection: r.Noun.Collection(), Noun: b})
	}
	return c
}

// ask decides under the newest edition and records the decision; what is refused
// has no entry in a ledger and none here.
func (c *corpusRegistry) ask(s *decision.Snapshot, q *decision.Question, in decision.Inputs) {
	var d decision.Decision
	if s.Check(q, &in, &d); d.Refusal != decision.NotRefused {
		return
	}
	c.Decisions = append(c.Decisions, corpusDecision{
		Principal: in.Principal, Now: in.Now,
		Question: decision.AppendQuestion(nil, s, q, &d, corpusTag), Answer: decision.AppendAnswer(nil, &d),
		Facts: decision.AppendFacts(nil, in.Facts, corpusTag), Counters: decision.AppendCounters(nil, in.Counters),
	})
}

// compile builds the snapshot from the bytes alone.
func (c *corpusRegistry) compile(t *testing.T) *decision.Snapshot {
	t.Helper()
	var records []registry.Record
	for _, r := range c.Records {
		n, err := registry.Decode(r.Collection, r.Noun)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, registry.Record{Noun: n, Number: r.Number, Revision: c.Revision})
	}
	s, err := decision.Compile(registry.Head{Epoch: c.Epoch, Revision: c.Revision, NextNumber: c.NextNumber}, each(records))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newCorpus asks the newest edition every case of the lawyers and the generator's
// questions.
func newCorpus(t *testing.T, put func(corpusRegistry)) {
	for _, l := range lawyersCases(t) {
		c := recorded(t, l.s.Head(), l.records)
		c.ask(l.s, &l.q, l.in)
		put(c)
	}
	for seed := uint64(corpusSeed); seed < corpusSeed+corpusScenes; seed++ {
		r := newRand(seed, 6)
		w := newScene(seed, seedsFor(seed, pick(r, 0, 0, 1, 1, 2, 3, 5, 8, 16)))
		c := recorded(t, w.head(1), w.records())
		s := c.compile(t)
		for i := range corpusQuestions {
			asked := seed*1000 + uint64(i)
			k := w.ask(asked, seedsFor(asked, pick(r, 0, 0, 1, 1, 2, 4)))
			c.ask(s, &k.q, k.inputs(w))
		}
		put(c)
	}
}

// writeCorpus writes the corpus of the newest edition.
func writeCorpus(t *testing.T) {
	t.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(32<<20))
	if err != nil {
		t.Fatal(err)
	}
	enc := cbor.NewEncoder(z)
	newCorpus(t, func(c corpusRegistry) {
		if err := enc.Encode(c); err != nil {
			t.Fatal(err)
		}
	})
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(corpusDir(decision.Edition), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(corpusFile(decision.Edition), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func inputs(t *testing.T, s *decision.Snapshot, k corpusDecision) *decision.Inputs {
	t.Helper()
	in := &decision.Inputs{Now: k.Now, Principal: k.Principal}
	var err error
	if in.Facts, err = decision.DecodeFacts(s, k.Facts); err != nil {
		t.Fatal(err)
	}
	if in.Counters, err = decision.DecodeCounters(k.Counters); err != nil {
		t.Fatal(err)
	}
	return in
}

// readCorpus calls f for every registry of an edition's corpus.
func readCorpus(t *testing.T, edition int, f func(corpusRegistry)) {
	t.Helper()
	file, err := os.Open(corpusFile(edition))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	z, err := zstd.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(z.Close)
	for dec := cbor.NewDecoder(z); ; {
		var c corpusRegistry
		if err := dec.Decode(&c); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		f(c)
	}
}
