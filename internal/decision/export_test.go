package decision

import (
	"fmt"
	"sort"

	"waybill/internal/registry"
)

// Rows is how many rows the catalogue has.
func Rows() int { return len(catalogue) }

// RowCodes returns the codes of a row (1-based) and whether it judges.
func RowCodes(row int) ([]Code, bool) { return catalogue[row-1].codes, catalogue[row-1].judged() }

// CheckWithout decides without one row of the catalogue (1-based).
func (s *Snapshot) CheckWithout(row int, q *Question, in *Inputs, d *Decision) {
	s.check(activate(catalogue, row), q, in, d)
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
	case registry.Assessments:
		var v assessmentView
		readAssessment(number, rec, &v)
		out += fmt.Sprint(names(v.recipients), purposes(v.purposes), categories(v.categories))
		v.recipients, v.purposes, v.categories = nil, nil, nil
		out += fmt.Sprint(v)
	}
	return out
}
