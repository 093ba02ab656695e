// Package oracle is the law read a second time: a slow and plain judge of the
// same question that internal/decision answers, written from the catalogue of
// rules and docs/readings.md (R1 to R83) alone. Tests hold the engine to it.
//
// It judges edition 3; editions 1 and 2 are held by their corpora. It owns no record
// and no sentence, shares nothing with the engine but the question, the codes and the
// registry's nouns, and is imported by tests only. Each rule is one method that names
// its rule and its readings; what two rules read is a method beside them. It compiles
// nothing: names stay names, and every rule looks at the nouns themselves.
package oracle

import (
	"cmp"
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// Reason is one reason of a denial. No categories: the whole question (R5).
// Detail and Record are given where the readings name them.
type Reason struct {
	Code       decision.Code
	Regime     registry.Regime
	Detail     string
	Record     string
	Categories []string // sorted
}

// Waived is a reason that the exception took away, or put off (R55).
type Waived struct {
	Code     decision.Code
	Regime   registry.Regime
	Record   string
	Deferred bool
}

// Obligation is one thing that must be done with an allowed share. Record is given
// where the readings name it.
type Obligation struct {
	Code   decision.ObligationCode
	Record string
	Due    registry.Time
}

// Answer is the oracle's answer. Agreements, Transfers, Obligations, UseBy and
// Counted are those of an allowed share.
type Answer struct {
	Refused     bool // never by the oracle: every question is judged (R44)
	Outcome     decision.Outcome
	Reasons     []Reason // by code, regime, record, detail
	Permitted   []string // in the order of the question
	Waived      []Waived // by code, regime
	Agreements  []string // sorted
	Transfers   []string // sorted
	Policy      string   // the newest governing version; "" where rule 3 fires
	Obligations []Obligation
	UseBy       registry.Time
	Counted     decision.Counted
}

// Decide answers the question from the records of a fold.
func Decide(nouns []registry.Record, head registry.Head, q *decision.Question, in decision.Inputs) Answer {
	return New(nouns, head).Decide(q, in)
}

// Decide answers the question at in.Now.
func (r *Registry) Decide(q *decision.Question, in decision.Inputs) Answer {
	j := &judge{Registry: r, q: q, t: in.Now, principal: r.principals[in.Principal]}
	if in.Facts != nil {
		j.held = *in.Facts
	}
	if in.Counters != nil {
		j.counters = *in.Counters
	}
	j.resolve()
	for _, rule := range []func(){
		j.rule1, j.rule2, j.rule3, j.rule4, j.rule5, j.rules6to9, j.rule10, j.rule11, j.rule12, j.rule13,
		j.rule14, j.rule15, j.rule16, j.rule17, j.rule18, j.rule19, j.rule20, j.rules21to28and49, j.rule29,
		j.rules30to32, j.rule33, j.rule34, j.rule35, j.rule36, j.rule37, j.rule38, j.rule39, j.rule40,
		j.rule41, j.rule42, j.rule43, j.rule44, j.rule45, j.rule46, j.rule47, j.rule48, j.rule50, j.rules51to60,
	} {
		rule()
	}
	left := j.unwaived()
	a := Answer{Outcome: decision.Allowed, Reasons: Merge(left), Waived: j.waivedInOrder()}
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
	a.Counted = j.counted(a.Transfers)
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
	held      decision.Facts
	counters  decision.Counters

	facts
	reasons                           []Reason // before the exception waives
	waived                            map[Waived]bool
	agreementsRelied, transfersRelied map[string]bool
	instrumentRelied                  bool // 42 was passed by it (R75)
}

// fire adds a reason; no categories means the whole question.
func (j *judge) fire(code decision.Code, regime registry.Regime, cats ...string) {
	j.fireAt(code, regime, "", "", cats...)
}

func (j *judge) fireAt(code decision.Code, regime registry.Regime, detail, record string, cats ...string) {
	j.reasons = append(j.reasons, Reason{code, regime, detail, record, cats})
}

// Merge sorts reasons by code, regime, record and detail, and makes one of those
// that are alike but for the categories (R5). One that hits the whole question
// absorbs those that name some.
func Merge(reasons []Reason) []Reason {
	type key struct {
		code           decision.Code
		regime         registry.Regime
		detail, record string
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

// permitted returns every asked category that no reason hits (R5). Rule 19 takes
// nothing away by itself, but all of it where what is left would still link (R65).
func (j *judge) permitted(reasons []Reason) []string {
	var out []string
	linked := false
	for _, c := range j.q.Categories {
		hit := false
		for _, r := range reasons {
			if r.Code == decision.AnalyticsLinkageForbidden {
				linked = true
				continue
			}
			hit = hit || len(r.Categories) == 0 || slices.Contains(r.Categories, c)
		}
		if !hit {
			out = append(out, c)
		}
	}
	if linked && j.linkage(out) {
		return nil
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
