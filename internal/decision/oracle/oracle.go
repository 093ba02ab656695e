// Package oracle is the law read a second time: a slow and plain judge of the
// same question that internal/decision answers, written from the catalogue of
// rules and docs/readings.md (R1 to R43) alone. Tests hold the engine to it.
//
// It owns no record and no sentence, shares nothing with the engine but the
// question, the codes and the registry's nouns, and is imported by tests only.
// Each rule is one method, in the order of the catalogue, that names its rule
// and its readings; what two rules read is a method beside them. It compiles
// nothing: names stay names, and every rule looks at the nouns themselves.
package oracle

import (
	"cmp"
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// Reason is one reason of a denial. No categories: the whole question (R5).
// Detail is given for rules 1, 7, 22, 26 and 28, whose readings name the field.
type Reason struct {
	Code       decision.Code
	Regime     registry.Regime
	Detail     decision.Detail
	Record     string
	Categories []string // sorted
}

// Obligation is one thing that must be done with an allowed share.
type Obligation struct {
	Code   decision.ObligationCode
	Record string
	Due    registry.Time
}

// Answer is the oracle's answer. A refused question has nothing else. Agreements,
// Transfers, Obligations and UseBy are those of an allowed share.
type Answer struct {
	Refused     bool
	Outcome     decision.Outcome
	Reasons     []Reason // by code, regime, record, detail
	Permitted   []string // in the order of the question
	Agreements  []string // sorted
	Transfers   []string // sorted
	Policy      string   // the newest governing version; "" where rule 3 fires
	Obligations []Obligation
	UseBy       registry.Time
}

// Decide answers the question from the records of a fold.
func Decide(nouns []registry.Record, head registry.Head, q *decision.Question, in decision.Inputs) Answer {
	return New(nouns, head).Decide(q, in)
}

// Decide answers the question at in.Now.
func (r *Registry) Decide(q *decision.Question, in decision.Inputs) Answer {
	j := &judge{Registry: r, q: q, t: in.Now, principal: r.principals[in.Principal]}
	j.resolve()
	if j.regimes[registry.RegimeUk] { // R9: there is no decision.
		return Answer{Refused: true}
	}
	for _, rule := range []func(){
		j.rule1, j.rule2, j.rule3, j.rules6to9, j.kindNotJudged, j.rule10,
		j.rule14, j.rule15, j.rule16, j.rule17, j.rule18, j.rule20, j.rules21to28, j.rule29,
		j.rules30to32, j.rule33, j.rule34, j.rule35, j.rule36, j.rule37, j.rule38,
		j.rule45, j.rule46, j.rule50, j.rules51to60,
	} {
		rule()
	}
	a := Answer{Outcome: decision.Allowed, Reasons: j.merged()}
	for _, v := range j.versions {
		if a.Policy == "" || r.newer(v, r.policies[a.Policy]) {
			a.Policy = v.Name
		}
	}
	if len(a.Reasons) > 0 {
		a.Outcome = decision.Denied
		a.Permitted = j.permitted(a.Reasons)
		return a
	}
	a.Permitted = slices.Clone(q.Categories)
	a.Agreements, a.Transfers = keys(j.agreementsRelied), keys(j.transfersRelied)
	a.Obligations = j.obligations(a.Agreements, a.Transfers)
	a.UseBy = j.useBy(a.Agreements, a.Transfers)
	return a
}

// judge is one question being judged.
type judge struct {
	*Registry
	q         *decision.Question
	t         registry.Time
	principal *registry.Principal // nil: none, or unknown

	facts
	reasons                           []Reason
	agreementsRelied, transfersRelied map[string]bool
}

// fire adds a reason; no categories means the whole question.
func (j *judge) fire(code decision.Code, regime registry.Regime, cats ...string) {
	j.fireAt(code, regime, decision.NoDetail, "", cats...)
}

func (j *judge) fireAt(code decision.Code, regime registry.Regime, detail decision.Detail, record string, cats ...string) {
	j.reasons = append(j.reasons, Reason{code, regime, detail, record, cats})
}

// merged returns the reasons in their order, those alike but for the categories
// as one (R5). One that hits the whole question absorbs those that name some.
func (j *judge) merged() []Reason { return Merge(j.reasons) }

// Merge sorts reasons by code, regime, record and detail, and makes one of those
// that are alike but for the categories (R5).
func Merge(reasons []Reason) []Reason {
	type key struct {
		code   decision.Code
		regime registry.Regime
		detail decision.Detail
		record string
	}
	byKey := map[key]Reason{}
	for _, r := range reasons {
		k := key{r.Code, r.Regime, r.Detail, r.Record}
		m, ok := byKey[k]
		switch {
		case !ok:
			m = r
			m.Categories = slices.Clone(r.Categories)
		case len(m.Categories) == 0 || len(r.Categories) == 0:
			m.Categories = nil
		default:
			m.Categories = append(m.Categories, r.Categories...)
		}
		slices.Sort(m.Categories)
		m.Categories = slices.Compact(m.Categories)
		byKey[k] = m
	}
	var out []Reason
	for _, r := range byKey {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Regime, b.Regime),
			cmp.Compare(a.Record, b.Record), cmp.Compare(a.Detail, b.Detail))
	})
	return out
}

// permitted returns every asked category that no reason hits (R5).
func (j *judge) permitted(reasons []Reason) []string {
	var out []string
	for _, c := range j.q.Categories {
		hit := false
		for _, r := range reasons {
			hit = hit || len(r.Categories) == 0 || slices.Contains(r.Categories, c)
		}
		if !hit {
			out = append(out, c)
		}
	}
	return out
}

func keys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
