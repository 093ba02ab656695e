package decision

import (
	"fmt"
	"sort"
	"strings"

	"waybill/internal/registry"
)

// Rows is how many rows the catalogue has.
func Rows() int { return len(catalogue) }

// RowCodes returns the codes of a row (1-based) and whether the newest edition
// judges by it.
func RowCodes(row int) ([]Code, bool) { return RowCodesIn(row, Edition) }

// RowCodesIn is RowCodes of an edition.
func RowCodesIn(row, edition int) ([]Code, bool) {
	return catalogue[row-1].codes, catalogue[row-1].inForce(edition)
}

// CodesInForce returns the codes that an edition can give.
func CodesInForce(edition int) (out []Code) {
	for row := range catalogue {
		if codes, in := RowCodesIn(row+1, edition); in {
			out = append(out, codes...)
		}
	}
	return out
}

// Shipped is the newest edition that shipped.
const Shipped = len(shipped) - 1

// RowsInForce writes out the rows of an edition, one a line. The until of a row is
// left out: it is what a later edition may set.
func RowsInForce(edition int) string {
	var b strings.Builder
	for i := range catalogue {
		if r := &catalogue[i]; r.inForce(edition) {
			fmt.Fprintf(&b, "%d %v; %s; %c %d; since %d; needs %b; kinds %b\n", r.number, r.codes, r.clause, r.severity, r.class, r.since, r.needs, r.kinds)
		}
	}
	return b.String()
}

// CheckWithout decides under the newest edition without one row of the catalogue (1-based).
func (s *Snapshot) CheckWithout(row int, q *Question, in *Inputs, d *Decision) {
	s.CheckEditionWithout(Edition, row, q, in, d)
}

// CheckEditionWithout decides under an edition without one row of the catalogue.
func (s *Snapshot) CheckEditionWithout(edition, row int, q *Question, in *Inputs, d *Decision) {
	s.check(activate(catalogue, edition, row), q, in, d)
}

// AnEdition is what one edition makes of a table.
type AnEdition struct {
	Rows      []int // their places, from 1
	Judged    int
	NotJudged []Code
	Clause    string // of RequestInvalid
	Digest    string
	Ran       []int // the edition that each rule saw
}

// TwoEditions makes editions 1 and 2 of one table: a rule whose meaning changes,
// one that begins with edition 2, one outside the catalogue that ends with it.
func (s *Snapshot) TwoEditions(q *Question, in *Inputs) (out [2]AnEdition) {
	var ran []int
	saw := func(e *scratch) { ran = append(ran, e.edition) }
	table := []rule{
		{number: 1, codes: []Code{RequestInvalid}, clause: "old", since: 1, until: 2, kinds: forAll, whole: saw},
		{number: 1, codes: []Code{RequestInvalid}, clause: "new", since: 2, kinds: forAll, whole: saw},
		{number: 2, codes: []Code{PurposeUnknown}, since: 2, kinds: forAll, whole: saw},
		{number: 0, codes: []Code{KindNotJudged}, since: 1, until: 2, kinds: forAll, whole: saw},
	}
	for i, p := range programsOf(table, 2)[1:] {
		ran = nil
		s.check(p, q, in, new(Decision))
		d := describe(table, p.edition)
		e := AnEdition{Judged: d.judged, NotJudged: d.not, Clause: d.infos[RequestInvalid].Clause, Digest: d.digest, Ran: ran}
		for row := range table {
			if table[row].inForce(p.edition) {
				e.Rows = append(e.Rows, row+1)
			}
		}
		out[i] = e
	}
	return out
}

// Standing returns the names of the assessments of whole kinds, sorted.
func (s *Snapshot) Standing() (out []string) {
	for _, a := range s.standing {
		out = append(out, fmt.Sprint(s.Name(a.number), " ", s.Name(a.exporter), " ", a.kinds, " ", a.typ))
	}
	sort.Strings(out)
	return out
}

// Details is one past the last detail.
func Details() Detail { return Detail(len(detailNames)) }

// Describe writes a record out with names in place of numbers and places, so that
// snapshots that were made in different ways can be compared.
func (s *Snapshot) Describe(number uint32) string {
	rec := s.record(number)
	if len(rec) == 0 {
		return ""
	}
	names := func(l list) (out []string) {
		for i := range l.len() {
			out = append(out, s.Name(l.at(i)))
		}
		sort.Strings(out)
		return out
	}
	categories := func(o ordinals) (out []string) {
		for _, c := range s.t.categories {
			if c != nil && o.has(c.place) {
				out = append(out, c.name)
			}
		}
		sort.Strings(out)
		return out
	}
	purposes := func(o ordinals) (out []string) {
		for _, p := range s.t.purposes {
			if p != nil && o.has(p.place) {
				out = append(out, s.Name(p.number))
			}
		}
		sort.Strings(out)
		return out
	}
	out := fmt.Sprint(rec[0], " ", string(nameOf(rec)), " ")
	switch registry.Collection(rec[0]) {
	case registry.Recipients:
		var v recipientView
		readRecipient(rec, &v)
		out += fmt.Sprint(v.kind, v.role, v.natural, v.country, v.approve, v.terminate, v.dueDiligence, v.usableFrom, v.screenings, v.suspensions,
			v.incidents, v.close, v.newMethod, purposes(v.dealt),
			names(v.deployments), names(v.agreements), names(v.transfers), names(v.assessments))
		i := 2
		for range u16(v.notices, 0) {
			out += fmt.Sprint(v.notices[i : i+11])
			var p, c ordinals
			p, i = cutOrdinals(v.notices, i+11)
			c, i = cutOrdinals(v.notices, i)
			out += fmt.Sprint(purposes(p), categories(c))
		}
	case registry.Deployments:
		var v deploymentView
		readDeployment(number, rec, &v)
		out += fmt.Sprint(v)
	case registry.Agreements:
		var v agreementView
		readAgreement(number, rec, &v)
		out += fmt.Sprint(names(v.exporters), names(v.recipients), names(v.resting), purposes(v.purposes), categories(v.categories))
		v.exporters, v.recipients, v.resting, v.purposes, v.categories = nil, nil, nil, nil, nil
		out += fmt.Sprint(v)
	case registry.Transfers:
		var v transferView
		readTransfer(number, rec, &v)
		out += fmt.Sprint(names(v.onward), names(v.recipients), purposes(v.purposes), categories(v.categories))
		v.onward, v.recipients, v.purposes, v.categories = nil, nil, nil, nil
		out += fmt.Sprint(v)
	case registry.Instruments:
		var v instrumentView
		readInstrument(number, rec, &v)
		out += fmt.Sprint(names(v.exporters), purposes(v.purposes), categories(v.categories))
		v.exporters, v.purposes, v.categories = nil, nil, nil
		out += fmt.Sprint(v)
	case registry.Exceptions:
		var v exceptionView
		readException(number, rec, &v)
		out += fmt.Sprint(names(v.exporters), names(v.recipients), purposes(v.purposes), categories(v.categories))
		for i := 0; i+proofSize <= len(v.proofs); i += proofSize {
			out += fmt.Sprint(s.t.categories[u32(v.proofs, i)].name, instantAt(v.proofs, i+4))
		}
		v.exporters, v.recipients, v.purposes, v.categories, v.proofs = nil, nil, nil, nil, nil
		out += fmt.Sprint(v)
	case registry.Assessments:
		var v assessmentView
		readAssessment(number, rec, &v)
		out += fmt.Sprint(names(v.recipients), purposes(v.purposes), categories(v.categories))
		v.recipients, v.purposes, v.categories = nil, nil, nil
		out += fmt.Sprint(v)
	}
	return out
}
