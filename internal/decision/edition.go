package decision

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// Edition is the number of the newest rules and compiled-in data; Check decides
// under it. It is raised whenever any golden answer may change. Those before it
// stay in the binary, so that what they decided can be replayed.
const Edition = 3

// RulesTotal is how many rules the catalogue has.
const RulesTotal = 60

// shipped are the digests of the editions that shipped, by number: each as it was
// computed when its edition was the newest. What stands here is never changed.
var shipped = [...]string{
	1: "7ed7e98c22282609b8675aaeb9435c8096132b8080fb1d71a4016cb0add7ab22",
	2: "975ff53ef3cd8475b553857580b8a3f7921fa508b4050e7e9be429f4a0154053",
	3: "57b7a632c1ac15183714909b9b6ee1c31e3598521ffd1e2b85d611e5f7068097",
}

// ErrUnknownEdition says that this binary does not know an edition. What was
// decided under it can be neither confirmed nor refuted: a verification of it is
// incomplete, and nothing was tampered with.
var ErrUnknownEdition = errors.New("unknown edition")

var (
	newest   = describe(catalogue, Edition)
	programs = programsOf(catalogue, Edition) // by edition
	active   = programs[Edition]
)

func programsOf(table []rule, newest int) []*program {
	out := make([]*program, newest+1)
	for edition := 1; edition <= newest; edition++ {
		out[edition] = activate(table, edition, 0)
	}
	return out
}

// knows returns an error for an edition that this binary does not know.
func knows(edition int) error {
	if edition < 1 || edition > Edition {
		return fmt.Errorf("edition %d: %w: this binary knows 1 to %d", edition, ErrUnknownEdition, Edition)
	}
	return nil
}

// CheckEdition decides as Check does, under an edition of the rules. The error is
// ErrUnknownEdition, and d is then as it was.
func (s *Snapshot) CheckEdition(edition int, q *Question, in *Inputs, d *Decision) error {
	if err := knows(edition); err != nil {
		return err
	}
	s.check(programs[edition], q, in, d)
	return nil
}

// description is what an edition says of itself.
type description struct {
	digest string
	judged int    // rules of the catalogue in force
	not    []Code // of the others
	infos  map[Code]RuleInfo
}

// describe reads an edition off the table. The digest is over the edition's number,
// the rows in force and those that no edition judges yet.
func describe(table []rule, edition int) description {
	d := description{infos: map[Code]RuleInfo{}}
	h := sha256.New()
	if edition > 2 { // the rows of one may be those of the edition before
		fmt.Fprintln(h, "edition", edition)
	}
	var judged []int
	for i := range table {
		r := &table[i]
		in := r.inForce(edition)
		if in || !r.hasFunction() {
			fmt.Fprintln(h, r.number, r.codes, r.clause, r.severity, r.class, r.since, r.until, r.needs, r.kinds, in)
		}
		if in && r.number != 0 && !slices.Contains(judged, r.number) {
			judged = append(judged, r.number)
		}
		for _, c := range r.codes {
			if was, ok := d.infos[c]; in || !ok || !was.Judged {
				d.infos[c] = RuleInfo{r.number, r.codes, r.clause, r.class, byte(r.severity), in}
			}
		}
	}
	for i := range table {
		for _, c := range table[i].codes {
			if n := table[i].number; n != 0 && !silent(n) && !d.infos[c].Judged && !slices.Contains(d.not, c) {
				d.not = append(d.not, c)
			}
		}
	}
	d.digest, d.judged = hex.EncodeToString(h.Sum(nil)), len(judged)
	return d
}

// Digest returns the digest of the newest edition's rule table, in hex.
func Digest() string { return newest.digest }

// DigestOf returns the digest of an edition, or ErrUnknownEdition.
func DigestOf(edition int) (string, error) {
	if err := knows(edition); err != nil {
		return "", err
	}
	if edition < len(shipped) {
		return shipped[edition], nil
	}
	return newest.digest, nil
}

// RulesJudged returns how many rules of the catalogue the newest edition judges.
func RulesJudged() int { return newest.judged }

// NotJudged returns the codes of the rules that deny nothing in the newest edition.
func NotJudged() []Code { return newest.not }

// RuleInfo is what a rule says of itself. Severity is 'H' (only a change of the
// registry cures it) or 'D' (evidence cures it).
type RuleInfo struct {
	Number   int
	Codes    []Code
	Clause   string
	Class    Class
	Severity byte
	Judged   bool
}

// Info returns what the rule of a code says of itself in the newest edition; of a
// code that only an older edition gives, what it said last.
func Info(c Code) RuleInfo { return newest.infos[c] }

// ClassOf returns who can act on a reason: that of its rule, but for what a caller
// can show where the rule's other reasons are nobody's to cure (reading R76).
func ClassOf(c Code, d Detail) Class {
	if c == AuthorityInstrumentMissing && d == DetailNecessityReason || c == RetentionExpired && d == DetailCollectTime {
		return EvidenceC
	}
	return Info(c).Class
}
