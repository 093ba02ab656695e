package decision_test

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/decision/oracle"
	"waybill/internal/registry"
)

// questionsPerRegistry is how often one random registry is asked.
const questionsPerRegistry = 50

// cases is how many questions are asked: WAYBILL_ORACLE_CASES, else 20,000.
func cases(t *testing.T) int {
	text := os.Getenv("WAYBILL_ORACLE_CASES")
	if text == "" {
		return 20_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("WAYBILL_ORACLE_CASES: %v", err)
	}
	return n
}

// firstSeed is where the seeds begin: WAYBILL_ORACLE_SEED, else 1.
func firstSeed(t *testing.T) uint64 {
	text := os.Getenv("WAYBILL_ORACLE_SEED")
	if text == "" {
		return 1
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("WAYBILL_ORACLE_SEED: %v", err)
	}
	return n
}

// shown is how many differences are shown in full: WAYBILL_ORACLE_SHOWN, else 5.
func shown(t *testing.T) int {
	text := os.Getenv("WAYBILL_ORACLE_SHOWN")
	if text == "" {
		return 5
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("WAYBILL_ORACLE_SHOWN: %v", err)
	}
	return n
}

// trial is one question to one registry, made again from its seeds alone.
type trial struct {
	registrySeed, questionSeed         uint64
	registryMutations, askingMutations []uint64
}

func (k trial) String() string {
	return fmt.Sprintf("trial{%d, %d, %#v, %#v}", k.registrySeed, k.questionSeed, k.registryMutations, k.askingMutations)
}

// seedsFor returns n seeds that follow from one.
func seedsFor(seed uint64, n int) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = seed*1000 + uint64(i)
	}
	return out
}

// judges are engine and oracle over one registry.
type judges struct {
	w        *scene
	snapshot *decision.Snapshot
	plain    *oracle.Registry
}

func judgesOf(t testing.TB, w *scene) judges {
	records := w.records()
	s, err := decision.Compile(w.head(1), each(records))
	if err != nil {
		t.Fatalf("compile: %v", err)
	}
	return judges{w, s, oracle.New(records, w.head(1))}
}

// each iterates over records as a store's fold does.
func each(records []registry.Record) iter.Seq2[registry.Record, error] {
	return func(yield func(registry.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (k trial) judges(t testing.TB) judges {
	return judgesOf(t, newScene(k.registrySeed, k.registryMutations))
}

// inputs are what a question is asked with.
func (k asking) inputs(w *scene) decision.Inputs {
	return decision.Inputs{Now: k.now, Principal: w.numbers[k.principal], Facts: k.facts, Counters: k.counters}
}

// answers asks both; d is used again.
func (j judges) answers(k asking, d *decision.Decision) (engine, plain oracle.Answer) {
	in := k.inputs(j.w)
	j.snapshot.Check(&k.q, &in, d)
	return answerOf(j.snapshot, &k.q, d), j.plain.Decide(&k.q, in)
}

// detailed are the codes whose every detail the readings fix.
var detailed = map[decision.Code]bool{
	decision.RequestInvalid: true, decision.RecipientNotApproved: true, decision.AgreementNotSignedByBoth: true,
	decision.AgreementTermsIncomplete: true, decision.AgreementCategoryNotCovered: true,
	decision.LegalExceptionUnsupported: true, decision.SubjectRestrictedOrObjected: true, decision.AuthorityInstrumentMissing: true,
	decision.SuccessorNotBound: true, decision.RetentionExpired: true,
}

// detailOf is the detail of a reason as far as the readings fix it.
func detailOf(c decision.Code, d decision.Detail) string {
	switch text := d.String(); {
	case detailed[c],
		text == "conflict_of_laws" && (c == decision.ForeignAuthorityApprovalMissing || c == decision.TransferNoMechanism),
		text == "no_subject" && c == decision.ConsentMissing,
		text == "calendar" && c == decision.TransferFilingOverdue:
		return text
	}
	return ""
}

// rests reports whether the readings fix the record that a reason rests on: the
// country's, the recipient's, the version's, the agreement's, the instrument's, the
// assessment's, the transfer's.
func rests(c decision.Code) bool {
	switch rule := c.Rule(); {
	case rule == 4, rule == 5, rule >= 7 && rule <= 9, rule == 17, rule >= 22 && rule <= 28, rule == 39, rule == 41, rule == 49, rule >= 52:
		return true
	}
	return c == decision.CountryUnknown || c == decision.ImpactAssessmentStale
}

// owed reports whether the readings fix the record of an obligation.
func owed(c decision.ObligationCode) bool {
	return c <= decision.DeleteOrReturnAtEnd || c == decision.FileContract || c == decision.InformSAAndSubject
}

// answerOf puts the engine's answer into the oracle's words.
func answerOf(s *decision.Snapshot, q *decision.Question, d *decision.Decision) oracle.Answer {
	if d.Refusal != decision.NotRefused {
		return oracle.Answer{Refused: true}
	}
	names := func(bits uint64) []string {
		var out []string
		for i, c := range q.Categories {
			if bits&(1<<i) != 0 {
				out = append(out, c)
			}
		}
		return out
	}
	a := oracle.Answer{Outcome: d.Outcome, Permitted: names(d.Permitted), Policy: s.Name(d.Policy)}
	for _, r := range d.Reasons {
		o := oracle.Reason{Code: r.Code, Regime: r.Regime, Detail: detailOf(r.Code, r.Detail), Categories: names(r.Categories)}
		if rests(r.Code) {
			o.Record = s.Name(r.Record)
		}
		a.Reasons = append(a.Reasons, o)
	}
	a.Reasons = oracle.Merge(a.Reasons)
	for _, v := range d.Waived {
		a.Waived = append(a.Waived, oracle.Waived{Code: v.Code, Regime: v.Regime, Record: s.Name(v.Exception), Deferred: v.Deferred})
	}
	if d.Outcome != decision.Allowed {
		return a
	}
	a.UseBy, a.Counted = d.UseBy, d.Counted
	for _, n := range d.Agreements {
		a.Agreements = append(a.Agreements, s.Name(n))
	}
	for _, n := range d.Transfers {
		a.Transfers = append(a.Transfers, s.Name(n))
	}
	for _, o := range d.Obligations {
		record := ""
		if owed(o.Code) {
			record = s.Name(o.Record)
		}
		a.Obligations = append(a.Obligations, oracle.Obligation{Code: o.Code, Record: record, Due: o.Due})
	}
	slices.Sort(a.Agreements)
	slices.Sort(a.Transfers)
	return a
}

// difference says in lines where two answers differ, "" if nowhere.
func difference(engine, plain oracle.Answer) string {
	var out []string
	differ := func(what string, e, p any) {
		if es, ps := fmt.Sprint(e), fmt.Sprint(p); es != ps {
			out = append(out, fmt.Sprintf("%s: engine %s, oracle %s", what, es, ps))
		}
	}
	differ("refused", engine.Refused, plain.Refused)
	differ("outcome", engine.Outcome, plain.Outcome)
	differ("permitted", engine.Permitted, plain.Permitted)
	only := func(who string, have, other []oracle.Reason) {
		for _, r := range have {
			if !slices.ContainsFunc(other, func(o oracle.Reason) bool { return reflect.DeepEqual(o, r) }) {
				out = append(out, fmt.Sprintf("%s only: %s %s %s %s %v", who, r.Code, r.Regime, r.Detail, r.Record, r.Categories))
			}
		}
	}
	engineReasons, engineUnnamed := unnamed(engine.Reasons)
	plainReasons, plainUnnamed := unnamed(plain.Reasons)
	only("engine", engineReasons, plainReasons)
	only("oracle", plainReasons, engineReasons)
	if missing := added(plainUnnamed, engineUnnamed); len(missing) > 0 {
		out = append(out, fmt.Sprintf("no_subject: engine %v, oracle also %v", engineUnnamed, missing))
	}
	differ("waived", engine.Waived, plain.Waived)
	differ("counted", engine.Counted, plain.Counted)
	differ("policy", engine.Policy, plain.Policy)
	differ("agreements", engine.Agreements, plain.Agreements)
	differ("transfers", engine.Transfers, plain.Transfers)
	differ("obligations", sortedObligations(engine.Obligations), sortedObligations(plain.Obligations))
	differ("use_by", engine.UseBy, plain.UseBy)
	return strings.Join(out, "\n")
}

// unnamed takes the detail no_subject from rule 30 and says under which regimes it stood
// for which categories. R81 fixes it where the basis is not CONSENT, and leaves it open
// where it is (R25): an engine that says it there too is not wrong.
func unnamed(reasons []oracle.Reason) (without []oracle.Reason, at []string) {
	for _, r := range reasons {
		if r.Code == decision.ConsentMissing && r.Detail == "no_subject" {
			r.Detail = ""
			for _, c := range r.Categories {
				at = append(at, r.Regime.String()+" "+c)
			}
		}
		without = append(without, r)
	}
	return oracle.Merge(without), at
}

func sortedObligations(os []oracle.Obligation) []oracle.Obligation {
	os = slices.Clone(os)
	slices.SortFunc(os, func(a, b oracle.Obligation) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Record, b.Record), cmp.Compare(a.Due, b.Due))
	})
	return os
}

// shape is a difference without what is particular to the case, to group by.
func shape(difference string) string {
	var out []string
	for _, line := range strings.Split(difference, "\n") {
		f := strings.Fields(line)
		if strings.HasSuffix(f[0], ":") {
			out = append(out, f[0])
		} else {
			out = append(out, strings.Join(f[:4], " "))
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "; ")
}

// shrunk drops mutations, one at a time, as long as the answers still differ in
// the same shape.
func (k trial) shrunk(t testing.TB, was string) trial {
	differs := func(k trial) bool {
		j := k.judges(t)
		engine, plain := j.answers(j.w.ask(k.questionSeed, k.askingMutations), new(decision.Decision))
		d := difference(engine, plain)
		return d != "" && shape(d) == was
	}
	for again := true; again; {
		again = false
		for i := range k.registryMutations {
			less := k
			less.registryMutations = slices.Delete(slices.Clone(k.registryMutations), i, i+1)
			if differs(less) {
				k, again = less, true
				break
			}
		}
		for i := range k.askingMutations {
			less := k
			less.askingMutations = slices.Delete(slices.Clone(k.askingMutations), i, i+1)
			if differs(less) {
				k, again = less, true
				break
			}
		}
	}
	return k
}

// stated writes the fields of a struct that are given.
func stated(v any) string {
	s := reflect.Indirect(reflect.ValueOf(v))
	if s.Kind() != reflect.Struct {
		return fmt.Sprint(v)
	}
	var out []string
	for i := range s.NumField() {
		f := s.Field(i)
		if !s.Type().Field(i).IsExported() || f.IsZero() {
			continue
		}
		value := fmt.Sprint(f.Interface())
		switch {
		case f.Kind() == reflect.Pointer:
			value = stated(f.Interface())
		case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct && f.Len() > 9:
			value = fmt.Sprintf("[%d of them]", f.Len())
		case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
			var list []string
			for j := range f.Len() {
				list = append(list, stated(f.Index(j).Interface()))
			}
			value = "[" + strings.Join(list, ", ") + "]"
		case f.Kind() == reflect.Slice && f.Len() > 7:
			value = fmt.Sprintf("[%d of them]", f.Len())
		}
		out = append(out, s.Type().Field(i).Name+"="+value)
	}
	return "{" + strings.Join(out, " ") + "}"
}

// report shows a case in full: the question, the difference, the nouns named.
func (k trial) report(t testing.TB) string {
	j := k.judges(t)
	asked := j.w.ask(k.questionSeed, k.askingMutations)
	engine, plain := j.answers(asked, new(decision.Decision))
	out := fmt.Sprintf("%s\nat %s by %q: %s\n", k, asked.now, asked.principal, stated(&asked.q))
	if asked.facts != nil {
		out += fmt.Sprintf("held %s\n", stated(asked.facts))
	}
	if asked.counters != nil {
		out += fmt.Sprintf("counted %s\n", stated(asked.counters))
	}
	out += difference(engine, plain) + "\n"
	for _, r := range j.w.records() {
		switch n := r.Noun.(type) {
		case *registry.Exporter, *registry.Settings:
		case *registry.Policy:
			p := *n // without its long lists
			p.Kinds, p.Bases, p.Necessity, p.Safeguards, p.Retention = nil, nil, nil, nil, nil
			out += fmt.Sprintf("  %d %s\n", r.Number, stated(&p))
			continue
		default:
			name := r.Noun.ResourceName()
			if name != asked.q.Recipient && registry.RecipientOf(name) != asked.q.Recipient && name != asked.q.ExceptionRecord && name != asked.q.AuthorityInstrument &&
				!strings.Contains(difference(engine, plain), name+" ") {
				continue
			}
		}
		out += fmt.Sprintf("  %d %s\n", r.Number, stated(r.Noun))
	}
	return out
}

// TestEngineAgreesWithOracle asks random questions of random registries and
// holds every part of the engine's answer to the oracle's. It also holds the
// questions to be worth asking: every code is met, and enough pass.
func TestEngineAgreesWithOracle(t *testing.T) {
	total, seed := cases(t), firstSeed(t)
	fired := map[decision.Code]int{}
	waived := map[string]int{} // by group and exception
	looked := map[string]int{} // by point of R81
	met := map[string]int{}    // by point of R83
	var asked, allowed, few int
	shapes, failing := map[string]int{}, map[string]trial{}
	var d decision.Decision
	for asked < total {
		r := newRand(seed, 6)
		k := trial{registrySeed: seed, registryMutations: seedsFor(seed, pick(r, 0, 0, 1, 3, 8, 16, 24))}
		j := k.judges(t)
		for i := range questionsPerRegistry {
			k.questionSeed = seed*1000 + uint64(i)
			k.askingMutations = seedsFor(k.questionSeed, pick(r, 0, 0, 0, 0, 1, 1, 2, 3))
			question := j.w.ask(k.questionSeed, k.askingMutations)
			engine, plain := j.answers(question, &d)
			asked++
			for point, meets := range j.w.secondLook(question, plain) {
				if meets {
					looked[point]++
				}
			}
			for point, meets := range j.w.fourthLook(question, plain) {
				if meets {
					met[point]++
				}
			}
			if plain.Outcome == decision.Allowed {
				allowed++
			}
			codes := map[decision.Code]bool{}
			for _, r := range plain.Reasons {
				codes[r.Code] = true
			}
			for c := range codes {
				fired[c]++
			}
			cells := map[string]bool{}
			for _, v := range plain.Waived {
				cells[fmt.Sprint(oracle.GroupOf(v.Code), " ", j.w.nouns[v.Record].(*registry.ExceptionRecord).Exception)] = true
			}
			for c := range cells {
				waived[c]++
			}
			if len(codes) < 3 && !plain.Refused {
				few++
			}
			if diff := difference(engine, plain); diff != "" {
				s := shape(diff)
				if shapes[s]++; shapes[s] == 1 {
					failing[s] = k
				}
			}
		}
		seed++
	}
	t.Logf("%d questions: %d allowed, %d with fewer than three reasons", asked, allowed, few)
	t.Logf("points of R81: %v", looked)
	t.Logf("points of R83: %v", met)
	all := make([]string, 0, len(shapes))
	for s := range shapes {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(shapes[b]-shapes[a], cmp.Compare(a, b)) })
	for i, s := range all {
		if i == shown(t) {
			t.Errorf("%d further shapes of difference: %q", len(all)-i, all[i:])
			break
		}
		t.Errorf("differs %d times: %s\n%s", shapes[s], s, failing[s].shrunk(t, s).report(t))
	}
	if total < 20_000 {
		return
	}
	for _, c := range decision.CodesInForce(decision.Edition) {
		if fired[c] < 20 {
			t.Errorf("%s fired %d times, want 20 or more", c, fired[c])
		}
	}
	for g := registry.WaiverGroupErasedOrRestricted; g <= registry.WaiverGroupAssessment; g++ {
		for e := registry.ExceptionLegalObligation; e <= registry.ExceptionMadePublic; e++ {
			if cell := fmt.Sprint(g, " ", e); registry.DefaultWaiver(g, e) != registry.WaiverEffectNo && waived[cell] < 3 {
				t.Errorf("%s was waived %d times, want 3 or more", cell, waived[cell])
			}
		}
	}
	for point := range newScene(seed, nil).secondLook(asking{}, oracle.Answer{}) {
		if looked[point] < 5 {
			t.Errorf("R81, %s: met %d times, want 5 or more", point, looked[point])
		}
	}
	for point := range newScene(seed, nil).fourthLook(asking{}, oracle.Answer{}) {
		if met[point] < 5 {
			t.Errorf("R83, %s: met %d times, want 5 or more", point, met[point])
		}
	}
	if 100*allowed < 15*asked {
		t.Errorf("%d of %d questions are allowed, want 15 %%", allowed, asked)
	}
}

// TestDeltaAnswersAsFold holds a snapshot that changes were applied to, one
// revision after the other, to the answers of one compiled from the whole fold.
func TestDeltaAnswersAsFold(t *testing.T) {
	for seed := firstSeed(t); seed < firstSeed(t)+40; seed++ {
		var applied *decision.Snapshot
		for i, s := range randomHistory(seed, 8, 15) {
			compiled, err := decision.Compile(s.head, each(s.records))
			if err != nil {
				t.Fatalf("seed %d, revision %d: compile: %v", seed, i+1, err)
			}
			if i == 0 {
				applied = compiled
			} else {
				applied, err = applied.Apply(s.head, s.changes)
			}
			if errors.Is(err, decision.ErrRecompile) && slices.ContainsFunc(s.changes, func(c registry.Change) bool { return c.Name == "settings" }) {
				applied, err = compiled, nil // the zone changed
			}
			if err != nil {
				t.Fatalf("seed %d, revision %d: apply: %v", seed, i+1, err)
			}
			for _, k := range s.asked {
				var ofApplied, ofCompiled decision.Decision
				in := decision.Inputs{Now: k.now, Principal: compiled.Number(k.principal), Facts: k.facts, Counters: k.counters}
				applied.Check(&k.q, &in, &ofApplied)
				compiled.Check(&k.q, &in, &ofCompiled)
				if diff := difference(answerOf(applied, &k.q, &ofApplied), answerOf(compiled, &k.q, &ofCompiled)); diff != "" {
					t.Fatalf("seed %d, revision %d (engine: applied, oracle: compiled): %s\n%s", seed, i+1, stated(&k.q), diff)
				}
			}
		}
	}
}
