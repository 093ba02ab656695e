package decision_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/decision/oracle"
	"waybill/internal/registry"
)

// What holds of every answer whatever the rules say, asked of the engine alone.

// propertyRegistries is how many random registries each property is held to: 66, or
// more with WAYBILL_ORACLE_CASES.
func propertyRegistries(t *testing.T) uint64 { return uint64(max(1, cases(t)/300)) }

// clone returns a scene that may be changed without changing this one.
func (w *scene) clone() *scene {
	c := *w
	c.nouns, c.numbers = maps.Clone(w.nouns), maps.Clone(w.numbers)
	return &c
}

// change replaces a noun by a copy that was changed.
func change[N registry.Noun](w *scene, name string, f func(N)) {
	n := cloneNoun(w.nouns[name].(N))
	f(n)
	w.nouns[name] = n
}

// compiled is the engine over a scene.
func (w *scene) compiled(t testing.TB) *decision.Snapshot {
	s, err := decision.Compile(w.head(1), each(w.records()))
	if err != nil {
		t.Fatalf("compile: %v", err)
	}
	return s
}

// after is the engine over a scene that was made of another by a few changes.
func (w *scene) after(t testing.TB, before *scene, s *decision.Snapshot) *decision.Snapshot {
	var changes []registry.Change
	for name, noun := range before.nouns {
		c := registry.Change{Revision: 2, Index: int64(len(changes)), Name: name, Number: before.numbers[name], Author: "operator", Time: w.now}
		switch w.nouns[name] {
		case noun:
			continue
		case nil:
			c.Operation = registry.Delete
		default:
			c.Operation, c.Noun = registry.Put, w.nouns[name]
		}
		changes = append(changes, c)
	}
	if len(changes) == 0 {
		return s
	}
	next, err := s.Apply(w.head(2), changes)
	if errors.Is(err, decision.ErrRecompile) {
		return w.compiled(t)
	}
	if err != nil {
		t.Fatalf("apply: %v", err)
	}
	return next
}

// engine answers in the oracle's words.
func (k asking) engine(w *scene, s *decision.Snapshot) oracle.Answer {
	in := k.inputs(w)
	var d decision.Decision
	s.Check(&k.q, &in, &d)
	return answerOf(s, &k.q, &d)
}

// properties calls f with random registries and questions, mostly nearly in order.
func properties(t *testing.T, f func(t *testing.T, r *rand.Rand, w *scene, s *decision.Snapshot, k asking, of string)) {
	for seed := firstSeed(t); seed < firstSeed(t)+propertyRegistries(t); seed++ {
		r := newRand(seed, 7)
		w := newScene(seed, seedsFor(seed, pick(r, 0, 0, 1, 3, 8)))
		s := w.compiled(t)
		for i := range questionsPerRegistry {
			k := w.ask(seed*1000+uint64(i), seedsFor(seed*1000+uint64(i), pick(r, 0, 0, 0, 1, 2)))
			f(t, r, w, s, k, fmt.Sprintf("seed %d, question %d", seed, i))
			if t.Failed() {
				return
			}
		}
	}
}

// evidence is one thing of the column "Evidence that passes" of rules.md 2.2. Taking
// it away changes the scene or the question that it is given, which are copies, and
// says what went; "" if there was nothing to take.
type evidence func(r *rand.Rand, w *scene, k *asking) string

// takeFrom picks a noun of a collection, one that a reason rests on or else that
// concerns the question where there is one, and changes a copy of it.
func takeFrom[N registry.Noun](c registry.Collection, f func(r *rand.Rand, n N, k *asking) bool) evidence {
	return func(r *rand.Rand, w *scene, k *asking) string {
		names := w.names(c)
		own := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !concerns(w.nouns[name], &k.q) })
		if len(own) > 0 {
			names = own
		}
		if blamed := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(k.blamed, name) }); len(blamed) > 0 && r.IntN(3) > 0 {
			names = blamed
		}
		if len(names) == 0 {
			return ""
		}
		name, taken := pick(r, names...), false
		change(w, name, func(n N) { taken = f(r, n, k) })
		if !taken {
			return ""
		}
		return "of " + name
	}
}

// concerns reports whether a noun is of the question's recipient.
func concerns(n registry.Noun, q *decision.Question) bool {
	switch n := n.(type) {
	case *registry.Recipient:
		return n.Name == q.Recipient
	case *registry.Deployment:
		return registry.RecipientOf(n.Name) == q.Recipient
	case *registry.Agreement:
		return slices.Contains(n.Recipients, q.Recipient)
	case *registry.Transfer:
		return slices.Contains(n.Recipients, q.Recipient)
	case *registry.Assessment:
		return slices.Contains(n.Recipients, q.Recipient)
	case *registry.Instrument:
		return n.Name == q.AuthorityInstrument
	case *registry.ExceptionRecord:
		return n.Name == q.ExceptionRecord
	}
	return true
}

// cut takes one element out of a list; false if there is none.
func cut[E any](r *rand.Rand, list *[]E) bool {
	if len(*list) == 0 {
		return false
	}
	i := r.IntN(len(*list))
	*list = slices.Delete(slices.Clone(*list), i, i+1)
	return true
}

// zero takes one of the fields away; false if it was not given.
func zero(r *rand.Rand, n any, fields ...string) bool {
	f := reflect.ValueOf(n).Elem().FieldByName(pick(r, fields...))
	given := !f.IsZero()
	f.SetZero()
	return given
}

// drops deletes a noun that nothing else names.
func drops(c registry.Collection) evidence {
	return func(r *rand.Rand, w *scene, k *asking) string {
		own := slices.DeleteFunc(w.names(c), func(name string) bool { return !concerns(w.nouns[name], &k.q) || !w.mayGo(name) })
		if len(own) == 0 {
			return ""
		}
		name := pick(r, own...)
		w.drop(name)
		return name
	}
}

// evidences are those that are taken away. Left out is what chooses the law that
// governs, so that less of it may let an older law allow: policy versions, their
// notices and acceptances, whether a principal is a source; the evidence of a basis
// but the order, because two of them name none and rules for staff bring rule 20; and
// what speaks against a share (a screening that found it listed, a withdrawal, the
// time of collection, which an open order makes good; that an agreement of a family was
// in effect, which takes away the others, or was terminated, which no exception waives; a necessity row of a purpose for which something is
// kept by a schedule, without which the version need not say how long).
var evidences = map[string]evidence{
	"a consent": func(r *rand.Rand, _ *scene, k *asking) string {
		if !cut(r, &k.q.Consents) {
			return ""
		}
		return "presented"
	},
	"a held consent": func(r *rand.Rand, _ *scene, k *asking) string {
		if k.facts == nil {
			return ""
		}
		f := *k.facts
		standing := slices.DeleteFunc(slices.Clone(f.Consents), func(c decision.HeldConsent) bool { return c.WithdrawTime != 0 })
		if len(standing) == 0 {
			return ""
		}
		gone := pick(r, standing...)
		f.Consents = slices.DeleteFunc(slices.Clone(f.Consents), func(c decision.HeldConsent) bool { return reflect.DeepEqual(c, gone) })
		k.facts = &f
		return "held"
	},
	"a guardian's hand": func(r *rand.Rand, _ *scene, k *asking) string {
		if len(k.q.Consents) == 0 {
			return ""
		}
		k.q.Consents = slices.Clone(k.q.Consents)
		c := &k.q.Consents[r.IntN(len(k.q.Consents))]
		had := c.ByGuardian || c.ChildInterest != ""
		c.ByGuardian, c.ChildInterest = false, ""
		if !had {
			return ""
		}
		return "presented"
	},
	"a cohort": func(_ *rand.Rand, _ *scene, k *asking) string {
		id := k.q.Cohort.ID
		k.q.Cohort = decision.Cohort{}
		return id
	},
	"an order": func(_ *rand.Rand, _ *scene, k *asking) string {
		if k.q.HRReference != "" || k.q.Citation != "" || k.q.Assessment != "" {
			return ""
		}
		order := k.q.OrderRef
		k.q.OrderRef, k.q.OrderSubject = "", ""
		return order
	},
	"an instrument": func(_ *rand.Rand, _ *scene, k *asking) string {
		i := k.q.AuthorityInstrument
		k.q.AuthorityInstrument = ""
		return i
	},
	"an address of one's own": func(_ *rand.Rand, _ *scene, k *asking) string {
		own := k.q.ToOwnAddress
		k.q.ToOwnAddress = false
		if !own {
			return ""
		}
		return "the question's"
	},
	"an agreement": func(r *rand.Rand, w *scene, k *asking) string {
		own := slices.DeleteFunc(w.names(registry.Agreements), func(name string) bool {
			a := w.nouns[name].(*registry.Agreement)
			return !concerns(a, &k.q) || !w.mayGo(name) || a.Amends != "" || a.TerminateTime != 0
		})
		if len(own) == 0 {
			return ""
		}
		name := pick(r, own...)
		w.drop(name)
		return name
	},
	"a transfer": drops(registry.Transfers), "an assessment": drops(registry.Assessments),
	"a signature or a date": func(r *rand.Rand, w *scene, k *asking) string {
		return takeFrom(registry.Agreements, func(r *rand.Rand, n *registry.Agreement, _ *asking) bool {
			if n.Amends != "" || w.isAmended(n.Name) {
				return zero(r, n, "Purposes", "CoveredCategories", "SubjectGroups", "Hosting")
			}
			return zero(r, n, "OurSignature", "TheirSignature", "EffectiveTime", "Purposes", "CoveredCategories", "SubjectGroups", "Hosting")
		})(r, w, k)
	},
	"a term": takeFrom(registry.Agreements, func(r *rand.Rand, n *registry.Agreement, _ *asking) bool {
		return n.Terms != nil && zero(r, n.Terms, slices.DeleteFunc(slices.Clone(mutable["Terms"]), func(f string) bool {
			return f == "Entrusting" || f == "SubprocessorMode" // which decide the role, and which annexes are asked
		})...)
	}),
	"a notice": takeFrom(registry.Recipients, func(r *rand.Rand, n *registry.Recipient, _ *asking) bool { return cut(r, &n.Notices) }),
	"an approval": takeFrom(registry.Recipients, func(r *rand.Rand, n *registry.Recipient, _ *asking) bool {
		return zero(r, n, "ApproveTime", "DueDiligenceUntil")
	}),
	"a clear screening": takeFrom(registry.Recipients, func(r *rand.Rand, n *registry.Recipient, _ *asking) bool {
		before := len(n.Screenings)
		n.Screenings = slices.DeleteFunc(n.Screenings, func(s registry.Screening) bool { return s.Result == registry.ScreeningResultClear })
		return len(n.Screenings) < before
	}),
	"a necessity row": func(r *rand.Rand, w *scene, _ *asking) string {
		kept := map[string]bool{} // purposes with a schedule
		for _, name := range w.names(registry.Policies) {
			for _, e := range w.nouns[name].(*registry.Policy).Retention {
				kept[e.Purpose] = true
			}
		}
		name := pick(r, append(w.names(registry.Policies), "")...)
		if name == "" {
			return ""
		}
		rows := w.nouns[name].(*registry.Policy).Necessity
		if len(rows) == 0 {
			return ""
		}
		i := r.IntN(len(rows))
		if kept[rows[i].Purpose] {
			return ""
		}
		change(w, name, func(p *registry.Policy) { p.Necessity = slices.Delete(p.Necessity, i, i+1) })
		return "of " + name
	},
	"a safeguard": takeFrom(registry.Policies, func(r *rand.Rand, n *registry.Policy, _ *asking) bool { return cut(r, &n.Safeguards) }),
	"an assessment's approval": takeFrom(registry.Assessments, func(r *rand.Rand, n *registry.Assessment, _ *asking) bool {
		return zero(r, n, "ApprovedBy", "ApproveTime", "ReviewUntil", "CoveredCategories", "Countries", "RecipientKinds")
	}),
	"a filing or a proof": takeFrom(registry.Transfers, func(r *rand.Rand, n *registry.Transfer, _ *asking) bool {
		return n.Evidence != nil && zero(r, n.Evidence, "FilingNumber", "FilingTime")
	}),
	"what a transfer rests on": takeFrom(registry.Transfers, func(r *rand.Rand, n *registry.Transfer, _ *asking) bool {
		return zero(r, n, "ValidFrom", "Annexes", "HRCoverage", "UKExtension", "SensitiveLabelled", "Occasional", "NoSafeguardsReason", "RecertifiedUntil", "CoveredCategories", "Countries", "Purposes")
	}),
	"what an instrument rests on": takeFrom(registry.Instruments, func(r *rand.Rand, n *registry.Instrument, _ *asking) bool {
		return zero(r, n, "ApprovedBy", "SecondApprovedBy", "ApproveTime", "Number", "Citation", "IssueTime", "ExpireTime", "NecessityReason", "SecrecyCitation", "OrdersPublication", "ParticularInquiry",
			"Treaty", "ForeignApproval", "ConflictDecision", "CoveredCategories", "Purposes")
	}),
	"what an exception rests on": takeFrom(registry.Exceptions, func(r *rand.Rand, n *registry.ExceptionRecord, _ *asking) bool {
		return zero(r, n, "ApprovedBy", "SecondApprovedBy", "ApproveTime", "EffectiveTime", "Citation", "Regimes", "ObligesSharing", "Organ", "Demand", "DeclaredEmergency", "CaseNumber", "Instrument", "Interest",
			"WhyImpracticable", "Emergency", "LifeOrBody", "Incapable", "SpecialGround", "Proofs", "ReasonableScope", "NoMajorImpact", "OrdersPublication", "SecrecyCitation", "CoveredCategories")
	}),
	"a hold":        takeFrom(registry.Exporters, func(r *rand.Rand, n *registry.Exporter, _ *asking) bool { return cut(r, &n.Holds) }),
	"a zone":        takeFrom(registry.Exporters, func(r *rand.Rand, n *registry.Exporter, _ *asking) bool { return cut(r, &n.FreeTradeZones) }),
	"a small scale": takeFrom(registry.Exporters, func(r *rand.Rand, n *registry.Exporter, _ *asking) bool { return cut(r, &n.SmallHandlers) }),
	"a declaration": takeFrom(registry.Exporters, func(r *rand.Rand, n *registry.Exporter, _ *asking) bool {
		return len(n.Products) > 0 && zero(r, &n.Products[r.IntN(len(n.Products))], "Minors")
	}),
	"an authorisation": takeFrom(registry.Deployments, func(r *rand.Rand, n *registry.Deployment, _ *asking) bool {
		return len(n.Links) > 0 && zero(r, &n.Links[r.IntN(len(n.Links))], "AuthoriseTime", "NoticeUntil", "SubAgreement")
	}),
	"a place": takeFrom(registry.Deployments, func(r *rand.Rand, n *registry.Deployment, _ *asking) bool {
		return zero(r, n, "StorageCountries", "AccessCountries", "Hosting")
	}),
}

// TestTakingEvidenceAwayNeverAllows: a share that is denied is not allowed with less
// evidence, nor is a category permitted that was not. (Rule 19 takes a category away
// only beside another, so what it takes of the permitted is not looked at.)
func TestTakingEvidenceAwayNeverAllows(t *testing.T) {
	kinds := slices.Sorted(maps.Keys(evidences))
	taken := map[string]int{}
	properties(t, func(t *testing.T, r *rand.Rand, w *scene, s *decision.Snapshot, k asking, of string) {
		before := k.engine(w, s)
		often := 1
		if n := len(before.Reasons); n > 0 && n < 3 { // near enough to be allowed by mistake
			often = 16
		}
		linked := false
		for _, r := range before.Reasons {
			linked = linked || r.Code == decision.AnalyticsLinkageForbidden
			k.blamed = append(k.blamed, r.Record)
		}
		for range often {
			kind := pick(r, kinds...)
			less, asked := w.clone(), k
			what := evidences[kind](r, less, &asked)
			if what == "" {
				continue
			}
			taken[kind]++
			after := asked.engine(less, less.after(t, w, s))
			if after.Outcome == decision.Allowed && before.Outcome != decision.Allowed || !linked && len(added(after.Permitted, before.Permitted)) > 0 {
				t.Errorf("%s: without %s (%s) more is allowed:\nbefore %v %v\nafter %v %v\n%s", of, kind, what, before.Permitted, before.Reasons, after.Permitted, after.Reasons, stated(&k.q))
				return
			}
		}
	})
	if cases(t) < 20_000 {
		return
	}
	for _, kind := range kinds {
		if taken[kind] == 0 {
			t.Errorf("%s was never taken away", kind)
		}
	}
}

// isAmended reports whether an agreement is one that another amends.
func (w *scene) isAmended(name string) bool {
	return slices.ContainsFunc(w.names(registry.Agreements), func(n string) bool { return w.nouns[n].(*registry.Agreement).Amends == name })
}

// added are the elements of now that were not before.
func added(now, before []string) []string {
	return slices.DeleteFunc(slices.Clone(now), func(s string) bool { return slices.Contains(before, s) })
}

// TestAskingForMoreNeverAllows: a share that is denied is not allowed with a category more.
func TestAskingForMoreNeverAllows(t *testing.T) {
	properties(t, func(t *testing.T, r *rand.Rand, w *scene, s *decision.Snapshot, k asking, of string) {
		c := pick(r, append(w.names(registry.Categories), "categories/none")...)
		if slices.Contains(k.q.Categories, c) || len(k.q.Categories) >= decision.MaxCategories {
			return
		}
		before, more := k.engine(w, s), k
		more.q.Categories = append(slices.Clone(k.q.Categories), c)
		if after := more.engine(w, s); after.Outcome == decision.Allowed && before.Outcome != decision.Allowed {
			t.Errorf("%s: allowed with %s, denied without: %v\n%s", of, c, before.Reasons, stated(&k.q))
		}
	})
}

// TestAWithdrawalIsNeverRetroactive: a withdrawal changes nothing that was decided
// before it, however soon before.
func TestAWithdrawalIsNeverRetroactive(t *testing.T) {
	withdrawn := 0
	properties(t, func(t *testing.T, r *rand.Rand, w *scene, s *decision.Snapshot, k asking, of string) {
		before, at := k.engine(w, s), k.now+pick(r, 1, second, aDay)
		late := k
		late.q.Consents = slices.Clone(k.q.Consents)
		for i := range late.q.Consents {
			if c := &late.q.Consents[i]; c.WithdrawTime == 0 {
				c.WithdrawTime = at
				withdrawn++
			}
		}
		if k.facts != nil {
			f := *k.facts
			f.Consents = slices.Clone(f.Consents)
			for i := range f.Consents {
				if c := &f.Consents[i]; c.WithdrawTime == 0 {
					c.WithdrawTime = at
					withdrawn++
				}
			}
			late.facts = &f
		}
		if diff := difference(late.engine(w, s), before); diff != "" {
			t.Errorf("%s: a withdrawal at %s changed what is decided at %s (engine: with it, oracle: without):\n%s", of, at, k.now, diff)
		}
	})
	if withdrawn == 0 {
		t.Error("nothing was withdrawn")
	}
}

// TestAMatrixOfNoWaivesNothing: where every cell says that the rules stand, an
// exception that is claimed takes no reason away. What rests on an exception by its
// own rule (the exemption of an emergency and its like, R70; rule 37 beside vital
// interests, R63) is left out.
func TestAMatrixOfNoWaivesNothing(t *testing.T) {
	claims := 0
	var strict *scene
	var of0 *scene
	var compiled *decision.Snapshot
	properties(t, func(t *testing.T, r *rand.Rand, w *scene, _ *decision.Snapshot, k asking, of string) {
		if of0 != w {
			strict, of0 = w.clone(), w
			for _, name := range strict.names(registry.Policies) {
				change(strict, name, func(p *registry.Policy) {
					p.Waivers = nil
					for e := registry.ExceptionLegalObligation; e <= registry.ExceptionMadePublic; e++ {
						for g := registry.WaiverGroupErasedOrRestricted; g <= registry.WaiverGroupAssessment; g++ {
							p.Waivers = append(p.Waivers, registry.WaiverCell{Exception: e, Group: g, Effect: registry.WaiverEffectNo})
						}
					}
				})
			}
			for _, name := range strict.names(registry.Transfers) {
				x := strict.nouns[name].(*registry.Transfer)
				if slices.Contains([]registry.Exemption{registry.ExemptionEmergency, registry.ExemptionStatutoryDuty}, x.Exemption) ||
					slices.Contains([]registry.Derogation{registry.DerogationPublicInterest, registry.DerogationVitalInterests}, x.Derogation) {
					strict.drop(name)
				}
			}
			compiled = strict.compiled(t)
		}
		if k.q.Exception == 0 {
			w.askException(r, &k.q)
		}
		young := k.q.AgeBand >= decision.AgeUnder13 && k.q.AgeBand <= decision.Age16To17 || k.facts != nil && k.facts.Age >= decision.AgeUnder13 && k.facts.Age <= decision.Age16To17
		if k.q.Exception == 0 || young && k.q.Exception == decision.Exception(registry.ExceptionVitalInterest) {
			return
		}
		with := k.engine(strict, compiled)
		k.q.Exception, k.q.ExceptionRecord = 0, ""
		without := k.engine(strict, compiled)
		if with.Policy == "" { // no version governs: the default's cells hold
			return
		}
		claims++
		with.Reasons = slices.DeleteFunc(with.Reasons, func(r oracle.Reason) bool { return r.Code == decision.LegalExceptionUnsupported })
		if len(with.Waived) > 0 || !(len(with.Reasons) == 0 && len(without.Reasons) == 0) && !reflect.DeepEqual(with.Reasons, without.Reasons) {
			t.Errorf("%s: a matrix of NO changed the reasons:\nclaimed %v waived %v\nnot claimed %v\n%s", of, with.Reasons, with.Waived, without.Reasons, stated(&k.q))
		}
	})
	if claims == 0 {
		t.Error("nothing was claimed")
	}
}

// TestCountersAreReadWhereItSays: a decision that is not countable answers the same
// whatever was counted, and only a countable one counts.
func TestCountersAreReadWhereItSays(t *testing.T) {
	countable := 0
	properties(t, func(t *testing.T, r *rand.Rand, w *scene, s *decision.Snapshot, k asking, of string) {
		var d decision.Decision
		in := k.inputs(w)
		s.Check(&k.q, &in, &d)
		if d.Countable {
			countable++
			return
		}
		if d.Counted.Year != 0 {
			t.Errorf("%s: counted, and not countable: %s", of, stated(&k.q))
		}
		other := k
		other.counters = w.askCounters(r)
		if diff := difference(other.engine(w, s), answerOf(s, &k.q, &d)); diff != "" {
			t.Errorf("%s: not countable, but other counters change it (engine: other, oracle: first):\n%s\n%s", of, diff, stated(&k.q))
		}
	})
	if countable == 0 {
		t.Error("nothing was countable")
	}
}

// TestADecisionUsedAgainIsAsNew: the answers of a batch, whose decisions are used again,
// are those of single questions.
func TestADecisionUsedAgainIsAsNew(t *testing.T) {
	var used decision.Decision
	properties(t, func(t *testing.T, _ *rand.Rand, w *scene, s *decision.Snapshot, k asking, of string) {
		in := k.inputs(w)
		s.Check(&k.q, &in, &used)
		if diff := difference(answerOf(s, &k.q, &used), k.engine(w, s)); diff != "" {
			t.Errorf("%s (engine: used again, oracle: new):\n%s", of, diff)
		}
	})
}
