package decision_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"

	"waybill/internal/decision"
	"waybill/internal/decision/oracle"
	"waybill/internal/registry"
)

// What the generator makes so that R83 is met, and where it was.

// inUnion reports whether one of the countries is a territory of the Union.
func inUnion(countries ...string) bool {
	return slices.ContainsFunc(countries, func(c string) bool { return slices.Contains(territories, c) && c != "NC" })
}

// widen changes a version as only one that is accepted may, or almost.
func (w *scene) widen(p *registry.Policy) {
	switch w.IntN(10) {
	case 0: // a basis more
		p.Bases = append(p.Bases, registry.BasisEntry{Purpose: pick(w.Rand, w.names(registry.Purposes)...), Kind: 1 + registry.RecipientKind(w.IntN(12)), Regimes: partOf(w.Rand, laws, 4),
			Basis: 1 + registry.Basis(w.IntN(6))})
	case 1, 9: // a special ground, or another one
		if len(p.Bases) > 0 {
			e := &p.Bases[w.IntN(len(p.Bases))]
			e.SpecialGround = pick(w.Rand, "", " ", "9(2)(g)", "9(2)(g)")
		}
	case 2: // the cells of the default again, or others
		p.Waivers = nil
		if w.chance(50) {
			w.addWaivers(p)
		}
	case 3:
		p.Waivers = append([]registry.WaiverCell{{Exception: 1 + registry.Exception(w.IntN(6)), Group: registry.WaiverGroupKindLists, Effect: registry.WaiverEffectYes}}, p.Waivers...)
	case 4: // kinds for exceptions
		p.ExceptionKinds = nil
		if w.chance(50) {
			w.addExceptionKinds(p)
		}
	case 5:
		if len(p.ExceptionKinds) > 0 {
			k := &p.ExceptionKinds[w.IntN(len(p.ExceptionKinds))]
			k.Kinds = append(slices.Clone(k.Kinds), 1+registry.RecipientKind(w.IntN(12)))
		}
	default: // no schedule for something that is still necessary, or no more
		if len(p.Retention) == 0 {
			return
		}
		i := w.IntN(len(p.Retention))
		gone := p.Retention[i]
		p.Retention = slices.Delete(p.Retention, i, i+1)
		switch w.IntN(4) {
		case 0, 1: // no more
			p.Necessity = slices.DeleteFunc(p.Necessity, func(n registry.Necessity) bool { return n.Purpose == gone.Purpose })
		case 2: // by nobody's word
			for k := range p.Necessity {
				if p.Necessity[k].Purpose == gone.Purpose {
					p.Necessity[k].ApprovedBy = ""
				}
			}
		}
	}
}

// addAmendments amends some agreements of a recipient: by the same, by less or more, by
// one that is not in force, of another type or with others, and some amendments again.
func (w *scene) addAmendments(id string, r *registry.Recipient) {
	contracts := w.chance(25) // on which transfers rest
	own := slices.DeleteFunc(w.names(registry.Agreements), func(n string) bool {
		return !slices.Contains(w.nouns[n].(*registry.Agreement).Recipients, r.Name) || strings.HasPrefix(n, "agreements/sc-") != contracts
	})
	undertaking := "agreements/" + id + "-undertaking" // which is mostly amended into none
	if w.nouns[undertaking] != nil && w.chance(25) {
		own = []string{undertaking}
	}
	for k := range pick(w.Rand, 0, 0, 0, 0, 0, 0, 1, 2) {
		if len(own) == 0 {
			return
		}
		a := cloneNoun(w.nouns[pick(w.Rand, own...)].(*registry.Agreement))
		a.Amends, a.Name = a.Name, fmt.Sprintf("agreements/%s-amendment-%d", id, k)
		a.EffectiveTime = w.ago(100) + pick(w.Rand, registry.Time(0), 0, 0, 1, -1)
		if a.Amends == undertaking && w.chance(70) {
			a.Type = registry.AgreementTypeSharingC2c
		}
		switch w.IntN(18) {
		case 0:
			a.Purposes = partOf(w.Rand, w.names(registry.Purposes), 12)
		case 1:
			a.CoveredCategories = partOf(w.Rand, w.leaves(), len(w.leaves()))
		case 2: // more than the amended one
			w.nouns[a.Amends].(*registry.Agreement).Purposes = partOf(w.Rand, w.names(registry.Purposes), 12)
			a.Purposes = w.names(registry.Purposes)
		case 3:
			a.EffectiveTime = w.now + pick(w.Rand, registry.Time(0), 1)
		case 4:
			a.TheirSignature = nil
		case 5:
			a.ExpireTime = w.now + pick(w.Rand, registry.Time(0), 1)
		case 6:
			a.TerminateTime = w.now + pick(w.Rand, registry.Time(0), 1)
		case 7:
			a.Type = 1 + registry.AgreementType(w.IntN(valuesOf(reflect.TypeFor[registry.AgreementType]())-1))
		case 8:
			w.onlyAmended(a, r.Name, func(t *registry.Terms, has bool) {
				if t.SubprocessorMode = registry.SubprocessorModeNone; has {
					t.SubprocessorMode = registry.SubprocessorModeGeneral
				}
			})
		case 9:
			w.onlyAmended(a, r.Name, func(t *registry.Terms, has bool) {
				if t.Confidentiality = ""; has {
					t.Confidentiality = "1"
				}
			})
		case 10:
			a.Recipients = []string{pick(w.Rand, w.names(registry.Recipients)...)}
		}
		w.nouns[a.Name] = a // for what repair looks up
		w.repair(a)
		w.put(a)
		own = append(own, a.Name, a.Name, a.Name)
	}
}

// addTurns amends some agreements in turn, twice or three times, where those between are
// mostly not in force or with others, and the last says the same, less or nothing.
func (w *scene) addTurns(r *rand.Rand) {
	defer func(before *rand.Rand) { w.Rand = before }(w.Rand)
	w.Rand = r
	for _, first := range w.names(registry.Agreements) {
		n := w.nouns[first].(*registry.Agreement)
		if n.Amends != "" || len(n.Exporters) == 0 || !w.chance(7) {
			continue
		}
		last, turns := n, pick(r, 2, 2, 3)
		for k := range turns {
			a := cloneNoun(n)
			a.Amends, a.Name, a.EffectiveTime = last.Name, fmt.Sprintf("%s-turn-%d", first, k), w.ago(100)
			if k < turns-1 && w.chance(20) {
				a.Recipients = []string{pick(r, w.names(registry.Recipients)...)}
			} else if k < turns-1 {
				w.lapse(a)
			} else {
				switch r.IntN(8) {
				case 0, 1, 2:
					a.Type, a.SCCModule = registry.AgreementTypeNda, 0
				case 3:
					a.Purposes = partOf(r, w.names(registry.Purposes), 12)
				case 4:
					w.lapse(a)
				}
			}
			w.nouns[a.Name] = a // for what repair looks up
			w.repair(a)
			w.put(a)
			last = a
		}
	}
}

// addSiblings amends some agreements twice, each time the same one, where one of the two
// says less, is of another type, is over or was never signed, and they are in effect
// one after the other or at once.
func (w *scene) addSiblings(r *rand.Rand) {
	defer func(before *rand.Rand) { w.Rand = before }(w.Rand)
	w.Rand = r
	for _, first := range w.names(registry.Agreements) {
		n := w.nouns[first].(*registry.Agreement)
		if n.Amends != "" || len(n.Exporters) == 0 || !w.chance(5) {
			continue
		}
		at := w.ago(100)
		for k := range 2 {
			a := cloneNoun(n)
			a.Amends, a.Name = first, fmt.Sprintf("%s-sibling-%d", first, k)
			a.EffectiveTime = at + pick(r, 0, 0, 1, -1, -aDay)
			if w.chance(8) { // at once with what it amends, or before
				a.EffectiveTime = n.EffectiveTime - pick(r, registry.Time(0), 1)
			}
			switch r.IntN(10) {
			case 0, 1:
				a.Purposes = partOf(r, w.names(registry.Purposes), 12)
			case 2:
				if a.Type, a.SCCModule = registry.AgreementTypeNda, 0; w.chance(60) {
					a.ExpireTime = w.now - pick(r, registry.Time(0), aDay)
				}
			case 3:
				a.TheirSignature = nil
			case 4:
				a.ExpireTime = w.now - pick(r, registry.Time(0), aDay)
			case 5:
				a.TerminateTime = w.now - pick(r, registry.Time(0), aDay)
			case 6:
				w.lapse(a)
			}
			w.nouns[a.Name] = a // for what repair looks up
			w.repair(a)
			w.put(a)
		}
	}
}

// addAnew has some contracts on which transfers rest signed anew, in effect before or
// since, by a like one or by another, and some of them filed anew.
func (w *scene) addAnew(r *rand.Rand) {
	defer func(before *rand.Rand) { w.Rand = before }(w.Rand)
	w.Rand = r
	for _, name := range w.names(registry.Transfers) {
		t := w.nouns[name].(*registry.Transfer)
		n, _ := w.nouns[t.Agreement].(*registry.Agreement)
		often := 8
		switch t.Mechanism {
		case registry.MechanismStandardContract, registry.MechanismGbaContract:
			often = 80
		case registry.MechanismScc:
			often = 60
		}
		if n == nil || !w.chance(often) {
			continue
		}
		a := cloneNoun(n)
		a.Amends, a.Name = n.Name, n.Name+"-anew"
		days := pick(r, 2, 3, 4, 5, 5, 5, 6, 13, 14, 15, 16, 20, 40, 200, 241)
		a.EffectiveTime = w.ago(days)
		if w.chance(70) {
			a.OurSignature.SignTime = a.EffectiveTime - pick(r, registry.Time(0), aDay)
		}
		if w.chance(50) {
			a.TheirSignature.SignTime = a.EffectiveTime - pick(r, registry.Time(0), 2*aDay)
		}
		signed := max(a.OurSignature.SignTime, a.TheirSignature.SignTime)
		switch r.IntN(14) {
		case 0:
			a.Type = 1 + registry.AgreementType(r.IntN(valuesOf(reflect.TypeFor[registry.AgreementType]())-1))
		case 1:
			a.Type, a.SCCModule = registry.AgreementTypeSharingC2c, 0
		case 2, 3:
			w.lapse(a)
		case 4, 5, 6: // what was before is over
			n.ExpireTime = w.now - pick(r, registry.Time(0), aDay)
		}
		if t.Mechanism == registry.MechanismScc {
			if a.SCCModule == 2 || a.SCCModule == 3 { // in the mode for which the annexes name each perhaps only one of the two
				a.Terms.SubprocessorMode = pick(r, registry.SubprocessorModeSpecific, registry.SubprocessorModeSpecific, registry.SubprocessorModeGeneral)
				if n.Terms.SubprocessorMode = registry.SubprocessorModeGeneral; w.chance(60) {
					t.Annexes.Subprocessors = ""
				}
			}
			if w.chance(40) { // of the right module perhaps only one of the two
				of := pick(r, a, n, n)
				of.SCCModule = 5 - of.SCCModule
			}
		}
		if e := t.Evidence; e != nil && e.FilingNumber != "" {
			if w.chance(46) {
				e.FilingTime = signed + pick(r, registry.Time(0), 0, aDay, -1)
			} else if w.chance(40) { // signed lately
				a.EffectiveTime = w.ago(2 + r.IntN(5))
				a.OurSignature = &registry.Signature{Signatory: "us", SignTime: a.EffectiveTime}
			}
		} else if e != nil && w.chance(40) { // still to be filed, or hardly
			a.EffectiveTime = w.ago(2 + r.IntN(12))
		}
		w.nouns[a.Name] = a // for what repair looks up
		w.repair(a)
		w.put(a)
		if w.chance(8) {
			t.Agreement = a.Name
		}
	}
}

// addEndings terminates some agreements that were amended before the amendment took
// effect, at once with it, since or soon, and some of the amendments too.
func (w *scene) addEndings(r *rand.Rand) {
	defer func(before *rand.Rand) { w.Rand = before }(w.Rand)
	w.Rand = r
	for _, name := range w.names(registry.Agreements) {
		a := w.nouns[name].(*registry.Agreement)
		o, _ := w.nouns[a.Amends].(*registry.Agreement)
		if o == nil || !w.chance(12) {
			continue
		}
		switch r.IntN(4) {
		case 0, 1:
			o.TerminateTime = a.EffectiveTime + pick(r, registry.Time(-1), 0, 1, aDay)
		case 2:
			o.TerminateTime = w.now + pick(r, registry.Time(-aDay), 0)
		case 3:
			o.TerminateTime = w.now + pick(r, registry.Time(1), second)
		}
		if w.chance(20) {
			a.TerminateTime = o.TerminateTime + pick(r, registry.Time(-1), 1, aDay)
		}
	}
}

// lapse puts an amendment mostly out of force, or has it be with others.
func (w *scene) lapse(a *registry.Agreement) {
	switch w.IntN(12) {
	case 0:
		a.OurSignature = nil
	case 1:
		a.TheirSignature = nil
	case 2:
		a.EffectiveTime = w.now + pick(w.Rand, registry.Time(0), 1)
	case 3, 4:
		a.TerminateTime = w.now - pick(w.Rand, registry.Time(0), 1, aDay)
	case 5, 6, 7:
		a.Recipients = []string{pick(w.Rand, w.names(registry.Recipients)...)}
	case 8:
		a.Exporters = []string{pick(w.Rand, w.names(registry.Exporters)...)}
	case 9, 10:
		a.ExpireTime = w.now - pick(w.Rand, registry.Time(0), 1, aDay)
	}
}

// onlyAmended gives a term to the agreement that an amendment amends, and takes it from
// the amendment and from every other agreement of the recipient.
func (w *scene) onlyAmended(amendment *registry.Agreement, recipient string, term func(t *registry.Terms, has bool)) {
	if amendment.Terms == nil {
		return
	}
	term(amendment.Terms, false)
	for _, name := range w.names(registry.Agreements) {
		if n := w.nouns[name].(*registry.Agreement); n.Terms != nil && slices.Contains(n.Recipients, recipient) && len(n.Exporters) > 0 {
			term(n.Terms, name == amendment.Amends)
		}
	}
}

// consentCountries are countries that a consent may name: everywhere, or not quite; where
// the recipient is, or elsewhere.
func (w *scene) consentCountries(r *rand.Rand, q *decision.Question) []string {
	country := "CN"
	if n, ok := w.nouns[q.Recipient].(*registry.Recipient); ok && n.Country != "" {
		country = n.Country
	}
	return pick(r, sceneCountries, sceneCountries, sceneCountries, sceneCountries[1:], append([]string{"UNKNOWN"}, sceneCountries...), []string{country}, []string{country}, []string{"CN", country},
		[]string{pick(r, sceneCountries...)}, partOf(r, sceneCountries, len(sceneCountries)), nil)
}

// askDeletion asks to have deleted what is held of a person, mostly one of whom it was
// to be, or by a service, or of many.
func (w *scene) askDeletion(r *rand.Rand, q *decision.Question) {
	if q.ServedPurpose != "" {
		q.ServedPurpose = "purposes/deletion"
	} else {
		q.Purpose = "purposes/deletion"
	}
	if r.IntN(8) > 0 {
		q.Erased, q.Restricted, q.Objected = r.IntN(3) > 0, r.IntN(5) == 0, r.IntN(5) == 0
	}
	if r.IntN(5) < 2 {
		w.askCohort(r, q)
	}
}

// askFourth lets some consents name countries, and some have been given under other
// versions; and it has versions accepted for a child, by it, by a guardian or by both.
func (w *scene) askFourth(r *rand.Rand, k *asking) {
	q := &k.q
	versions := append(w.names(registry.Policies), "policies/v1")
	if r.IntN(6) == 0 {
		countries := w.consentCountries(r, q)
		for i := range q.Consents {
			if r.IntN(8) > 0 {
				q.Consents[i].Countries = countries
			}
		}
		if k.facts != nil {
			for i := range k.facts.Consents {
				k.facts.Consents[i].Countries = countries
			}
		}
	}
	if r.IntN(6) == 0 || q.Cohort.ID != "" && r.IntN(4) == 0 {
		version := pick(r, versions...)
		if of := slices.DeleteFunc(w.names(registry.Policies), func(name string) bool {
			p := w.nouns[name].(*registry.Policy)
			return slices.Contains(p.Regions, "*") || len(p.Regions) < 2 || p.EffectiveTime > w.ago(60) || !slices.Contains(p.SubjectGroups, q.SubjectGroup)
		}); len(of) > 0 && r.IntN(3) > 0 {
			version = pick(r, of...)
		}
		exporter, _ := w.nouns[q.Exporter].(*registry.Exporter)
		if p, _ := w.nouns[version].(*registry.Policy); p != nil && !slices.Contains(p.Regions, "*") && exporter != nil && r.IntN(2) == 0 { // its audience, or almost
			if q.SubjectRegions = partOf(r, p.Regions, 2); r.IntN(3) == 0 {
				q.SubjectRegions = once(append(q.SubjectRegions, exporter.RegionsServed...))
			}
		}
		for i := range q.Consents {
			q.Consents[i].Policy = version
		}
		if k.facts != nil {
			for i := range k.facts.Consents {
				k.facts.Consents[i].Policy = w.numbers[version]
			}
		}
		if q.Cohort.ID != "" {
			q.Cohort.Policy = version
		}
	}
	if q.Subject == "" || len(versions) < 3 || r.IntN(5) > 0 {
		return
	}
	if k.facts == nil {
		k.facts = &decision.Facts{}
	}
	f, band := k.facts, pick(r, decision.AgeUnder13, decision.Age13, decision.Age13, decision.Age14, decision.Age14, decision.Age15, decision.Age15, decision.Age15, decision.Age16To17, decision.Age16To17,
		decision.AgeAdultLackingCapacity, decision.AgeAdultLackingCapacity, decision.AgeAdult, decision.AgeAdult)
	young := band >= decision.Age14 && band <= decision.Age16To17
	if r.IntN(2) == 0 {
		f.Age = band
	} else {
		q.AgeBand = band
	}
	for i := range q.Consents {
		q.Consents[i].ByGuardian = r.IntN(8) > 0
	}
	for _, name := range append(w.names(registry.Exporters), q.Exporter) { // where GDPR 8 may speak
		of := slices.DeleteFunc(slices.Clone(w.nouns[name].(*registry.Exporter).RegionsServed), func(c string) bool { return c == "CN" || c == "SG" || c == "US" })
		if young && len(of) > 0 && r.IntN(3) > 0 {
			q.Exporter, q.Product, q.SubjectRegions = name, "", partOf(r, of, 2)
		}
	}
	accepted := once(versions)
	own, byGuardian := accepted, accepted
	how := pick(r, 0, 1, 1, 1, 2, 3, 4, 5)
	if band == decision.AgeAdult && r.IntN(3) > 0 {
		how = 0
	}
	switch how {
	case 0:
		own = nil
	case 1:
		byGuardian = nil
	case 2: // each something else
		own = partOf(r, accepted, len(accepted))
		byGuardian = added(accepted, own)
	case 3: // the one some of the other
		byGuardian = partOf(r, accepted, len(accepted))
	case 4:
		own = partOf(r, accepted, len(accepted))
	case 5:
		own, byGuardian = partOf(r, accepted, len(accepted)), partOf(r, accepted, len(accepted))
	}
	f.Accepted, f.AcceptedByGuardian = w.numbersOf(own), w.numbersOf(byGuardian)
	if q.AcceptedPolicy = pick(r, versions...); r.IntN(9) == 0 {
		f.Accepted = nil
	}
	if r.IntN(5) == 0 {
		q.AcceptedPolicy = ""
	}
	if r.IntN(2) == 0 || young || band == decision.AgeAdult && r.IntN(2) == 0 {
		if w.askLater(r, q); r.IntN(2) == 0 {
			f.Consents = nil
		}
		if band == decision.AgeAdult && r.IntN(3) > 0 {
			q.AcceptedPolicy = ""
		} else if young && w.nouns["policies/wide"] != nil && r.IntN(3) > 0 {
			q.AcceptedPolicy = "policies/wide"
		}
	}
}

// askLater asks for what a later version states and the first does not, where there is
// something, without a consent that would cure it.
func (w *scene) askLater(r *rand.Rand, q *decision.Question) {
	first, _ := w.nouns["policies/v1"].(*registry.Policy)
	var more []string
	for _, name := range w.names(registry.Policies) {
		if p := w.nouns[name].(*registry.Policy); first != nil && p.EffectiveTime <= w.now {
			for _, purpose := range added(p.Purposes, first.Purposes) {
				if w.nouns[purpose].(*registry.Purpose).Service == 0 {
					more = append(more, purpose)
				}
				if w.nouns[name] != first && r.IntN(2) == 0 {
					q.AcceptedPolicy = name
				}
			}
		}
	}
	if len(more) == 0 {
		return
	}
	if q.Consents = nil; q.ServedPurpose != "" {
		q.ServedPurpose = pick(r, more...)
	} else {
		q.Purpose = pick(r, more...)
	}
}

// fourthLook says which points of R83 a question and its answer meet, as far as can be
// seen of them from without.
func (w *scene) fourthLook(k asking, a oracle.Answer) map[string]bool {
	q, now := &k.q, k.now
	has := func(codes ...decision.Code) bool {
		return slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool { return slices.Contains(codes, r.Code) })
	}
	allowed := a.Outcome == decision.Allowed

	exporter, _ := w.nouns[q.Exporter].(*registry.Exporter)
	if exporter == nil {
		exporter = &registry.Exporter{}
	}
	recipient, _ := w.nouns[q.Recipient].(*registry.Recipient)
	if recipient == nil {
		recipient = &registry.Recipient{}
	}
	points := map[string]bool{} // each that stands below an if is named here, met or not
	for _, point := range []string{"of fourteen to seventeen, accepted by itself alone, governs", "of fourteen to seventeen, accepted by a guardian alone, governs",
		"of fourteen to seventeen, accepted by itself as held, refused", "of fourteen to seventeen, accepted by itself as presented, refused", "of an adult, accepted by a guardian, refused",
		"of a child, accepted by a guardian, governs", "of a child, accepted by itself as held, refused", "of a child, accepted by itself as presented, refused",
		"secret by a law of the mainland, not told", "secret by another law, told or to be told"} {
		points[point] = false
	}
	for what := range changes(&registry.Policy{}, &registry.Policy{}) {
		points["a version with "+what+" governs"], points["a version with "+what+" does not govern"] = false, false
	}

	first, _ := w.nouns["policies/v1"].(*registry.Policy)
	for _, name := range w.names(registry.Policies) {
		p := w.nouns[name].(*registry.Policy)
		if first == nil || p == first {
			continue
		}
		newer := p.EffectiveTime > first.EffectiveTime && p.EffectiveTime <= now && slices.Contains(p.SubjectGroups, q.SubjectGroup) && a.Policy != ""
		for what, differs := range changes(p, first) {
			if newer && differs && a.Policy == name {
				points["a version with "+what+" governs"] = true
			}
			if newer && differs && a.Policy == first.Name {
				points["a version with "+what+" does not govern"] = true
			}
		}
	}
	f := decision.Facts{}
	if k.facts != nil {
		f = *k.facts
	}
	guarded := func(b decision.AgeBand) bool {
		return b == decision.AgeUnder13 || b == decision.Age13 || b == decision.AgeAdultLackingCapacity
	}
	if guarded(q.AgeBand) || guarded(f.Age) {
		points["of a child, accepted by a guardian, governs"] = a.Policy != "" && a.Policy != "policies/v1" && slices.Contains(f.AcceptedByGuardian, w.numbers[a.Policy])
		points["of a child, accepted by itself as held, refused"] = slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool {
			return r.Code == decision.PolicyWeakensRightsNoConsent && slices.Contains(f.Accepted, w.numbers[r.Record])
		})
		points["of a child, accepted by itself as presented, refused"] = slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool {
			return r.Code == decision.PolicyWeakensRightsNoConsent && q.AcceptedPolicy == r.Record
		})
	}

	refused := func(is func(version string) bool) bool {
		return slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool {
			return r.Code == decision.PolicyWeakensRightsNoConsent && is(r.Record)
		})
	}
	presentedAs := func(version string) bool { return k.principal == "principals/source" && q.AcceptedPolicy == version }
	byPerson := func(version string) bool {
		return presentedAs(version) || slices.Contains(f.Accepted, w.numbers[version])
	}
	byGuardian := func(version string) bool { return slices.Contains(f.AcceptedByGuardian, w.numbers[version]) }
	young := func(b decision.AgeBand) bool { return b >= decision.Age14 && b <= decision.Age16To17 }
	if !guarded(q.AgeBand) && !guarded(f.Age) && (young(q.AgeBand) || young(f.Age)) {
		p, _ := w.nouns[a.Policy].(*registry.Policy)
		weaker := p != nil && first != nil && p != first && (p.WeakensRights || len(added(p.Purposes, first.Purposes)) > 0)
		points["of fourteen to seventeen, accepted by itself alone, governs"] = weaker && byPerson(a.Policy) && !byGuardian(a.Policy)
		points["of fourteen to seventeen, accepted by a guardian alone, governs"] = weaker && !byPerson(a.Policy) && byGuardian(a.Policy)
		points["of fourteen to seventeen, accepted by itself as held, refused"] = refused(func(v string) bool { return slices.Contains(f.Accepted, w.numbers[v]) })
		points["of fourteen to seventeen, accepted by itself as presented, refused"] = refused(presentedAs)
	}
	if q.AgeBand == decision.AgeAdult && (f.Age == decision.AgeAdult || f.Age == 0) {
		points["of an adult, accepted by a guardian, refused"] = refused(byGuardian)
	}

	regions := q.SubjectRegions
	if len(regions) == 0 || slices.Contains(regions, "UNKNOWN") {
		regions = append(slices.Clone(regions), exporter.RegionsServed...)
	}
	audience := func(name string, of func(p *registry.Policy) bool) bool {
		p, _ := w.nouns[name].(*registry.Policy)
		return p != nil && slices.Contains(p.SubjectGroups, q.SubjectGroup) && of(p)
	}
	every := func(p *registry.Policy) bool { return len(regions) > 0 && len(added(regions, p.Regions)) == 0 }
	some := func(p *registry.Policy) bool {
		return !slices.Contains(p.Regions, "*") && !every(p) && len(added(regions, p.Regions)) < len(regions)
	}
	speaks := func(name string) bool {
		return audience(name, func(p *registry.Policy) bool { return slices.Contains(p.Regions, "*") || every(p) })
	}
	consents := slices.Clone(q.Consents)
	for _, h := range f.Consents {
		for name, n := range w.numbers {
			if n == h.Policy {
				consents = append(consents, decision.Consent{Policy: name, Countries: h.Countries})
			}
		}
	}
	mute := slices.ContainsFunc(consents, func(c decision.Consent) bool { return w.nouns[c.Policy] != nil && !speaks(c.Policy) })
	other := slices.ContainsFunc(consents, func(c decision.Consent) bool { return c.Policy != "policies/v1" && speaks(c.Policy) })
	points["a consent under a version of others, refused"] = mute && has(decision.ConsentScopeMismatch)
	points["a consent under another version of theirs, no mismatch"] = other && allowed
	points["a consent under a version of some of their regions, refused"] = has(decision.ConsentScopeMismatch) && slices.ContainsFunc(consents, func(c decision.Consent) bool { return audience(c.Policy, some) })
	points["a consent under a version that names all of their regions, allowed"] = allowed && slices.ContainsFunc(consents, func(c decision.Consent) bool { return audience(c.Policy, every) && len(regions) > 1 })
	points["a cohort under a version of some of their regions"] = q.Cohort.ID != "" && audience(q.Cohort.Policy, some)
	points["a cohort under a version of others"] = q.Cohort.ID != "" && w.nouns[q.Cohort.Policy] != nil && !speaks(q.Cohort.Policy)
	points["a cohort under a version of theirs, 30 silent"] = q.Cohort.ID != "" && speaks(q.Cohort.Policy) && !has(decision.ConsentMissing)
	named := func(has bool) bool {
		return slices.ContainsFunc(consents, func(c decision.Consent) bool {
			return len(c.Countries) > 0 && slices.Contains(c.Countries, recipient.Country) == has
		})
	}
	points["a consent to the country, allowed"] = named(true) && allowed
	points["a consent to another country, refused"] = named(false) && has(decision.ConsentScopeMismatch)
	points["a consent to another country, at home, allowed"] = named(false) && recipient.Country == exporter.Country && allowed
	points["a held consent with countries"] = slices.ContainsFunc(f.Consents, func(c decision.HeldConsent) bool { return len(c.Countries) > 0 })

	eu := slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool { return r.Regime == registry.RegimeEu })
	points["a person of a territory, judged by EU"] = inUnion(q.SubjectRegions...) && !slices.ContainsFunc(q.SubjectRegions, func(c string) bool { return slices.Contains([]string{"DE", "FR", "SE", "ES"}, c) }) && eu
	points["an exporter of a territory, judged by EU"] = inUnion(exporter.Country) && eu
	points["a recipient of a territory, allowed"] = inUnion(recipient.Country) && allowed
	points["a recipient of a territory, of an exporter of the Union, allowed"] = inUnion(recipient.Country) && slices.Contains([]string{"DE", "RE", "AX", "GP"}, exporter.Country) && allowed
	points["a recipient of a territory, not covered"] = inUnion(recipient.Country) && has(decision.TransferDestinationNotCovered, decision.TransferNoMechanism)
	points["an authority of a territory"] = inUnion(recipient.Country) && recipient.Kind == registry.RecipientKindAuthority
	points["a child of a territory"] = inUnion(q.SubjectRegions...) && q.AgeBand >= decision.AgeUnder13 && q.AgeBand <= decision.Age15

	relied := func(is func(*registry.Agreement) bool) bool {
		return slices.ContainsFunc(a.Agreements, func(n string) bool { return is(w.nouns[n].(*registry.Agreement)) })
	}
	amendedBy := func(name string) *registry.Agreement {
		for _, n := range w.names(registry.Agreements) {
			if o := w.nouns[n].(*registry.Agreement); o.Amends == name {
				return o
			}
		}
		return nil
	}
	points["an amendment relied upon"] = relied(func(n *registry.Agreement) bool { return n.Amends != "" })
	points["an amendment of an amendment relied upon"] = relied(func(n *registry.Agreement) bool {
		before, _ := w.nouns[n.Amends].(*registry.Agreement)
		return before != nil && before.Amends != ""
	})
	points["an agreement relied upon, its amendment not in force or with others"] = relied(func(n *registry.Agreement) bool { return amendedBy(n.Name) != nil })
	points["an agreement of which an amendment takes everything"] = has(decision.AgreementMissing) && slices.ContainsFunc(w.names(registry.Agreements), func(n string) bool {
		return slices.Contains(w.nouns[n].(*registry.Agreement).Recipients, q.Recipient) && amendedBy(n) != nil
	})
	inForce := func(n *registry.Agreement) bool {
		past := func(t registry.Time) bool { return t != 0 && t <= now }
		signed := func(s *registry.Signature) bool { return s != nil && past(s.SignTime) }
		return signed(n.OurSignature) && signed(n.TheirSignature) && past(n.EffectiveTime) && !past(n.ExpireTime) && !past(n.TerminateTime)
	}
	ours := func(n *registry.Agreement) bool {
		return slices.Contains(n.Exporters, q.Exporter) && slices.Contains(n.Recipients, q.Recipient)
	}
	// overLapsed finds an agreement that an amendment in force amends only through one
	// that is not in force, or with others.
	overLapsed := func(with bool) bool {
		return slices.ContainsFunc(w.names(registry.Agreements), func(n string) bool {
			last := w.nouns[n].(*registry.Agreement)
			between, _ := w.nouns[last.Amends].(*registry.Agreement)
			if between == nil || !inForce(last) || !ours(last) {
				return false
			}
			first, _ := w.nouns[between.Amends].(*registry.Agreement)
			if first == nil || !ours(first) || !inForce(first) || !with && (!ours(between) || inForce(between)) || with && ours(between) {
				return false
			}
			return with == slices.Contains(a.Agreements, first.Name)
		})
	}
	points["an agreement amended through one not in force, an amendment relied upon"] = overLapsed(false) && relied(func(n *registry.Agreement) bool { return n.Amends != "" })
	points["an agreement amended through one not in force, of which the last takes everything"] = overLapsed(false) && has(decision.AgreementMissing)
	points["an agreement amended through one with others, relied upon"] = overLapsed(true)
	points["an amendment that falls short"] = slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool {
		n, _ := w.nouns[r.Record].(*registry.Agreement)
		return n != nil && n.Amends != "" && r.Code.Rule() >= 26 && r.Code.Rule() <= 28
	})
	points["a transfer relied upon that rests on an amended agreement"] = slices.ContainsFunc(a.Transfers, func(n string) bool {
		t := w.nouns[n].(*registry.Transfer)
		return t.Agreement != "" && amendedBy(t.Agreement) != nil
	})

	past := func(t registry.Time) bool { return t != 0 && t <= now }
	stood := func(n *registry.Agreement) bool {
		return n.OurSignature != nil && n.TheirSignature != nil && past(n.OurSignature.SignTime) && past(n.TheirSignature.SignTime) && past(n.EffectiveTime)
	}
	familyOf := func(n *registry.Agreement) []*registry.Agreement {
		family := []*registry.Agreement{n}
		for i := 0; i < len(family) && ours(n); i++ {
			for _, name := range w.names(registry.Agreements) {
				o := w.nouns[name].(*registry.Agreement)
				if ours(o) && !slices.Contains(family, o) && (o.Amends == family[i].Name || family[i].Amends == o.Name) {
					family = append(family, o)
				}
			}
		}
		return family
	}
	// counts is what counts of the family of an agreement; nil where nothing does.
	counts := func(n *registry.Agreement) *registry.Agreement {
		var last *registry.Agreement
		for _, o := range familyOf(n) {
			if stood(o) && (last == nil || o.EffectiveTime > last.EffectiveTime || o.EffectiveTime == last.EffectiveTime && w.numbers[o.Name] > w.numbers[last.Name]) {
				last = o
			}
		}
		return last
	}
	var superseded []*registry.Agreement // in force by themselves, but another counts
	for _, name := range w.names(registry.Agreements) {
		n := w.nouns[name].(*registry.Agreement)
		if c := counts(n); ours(n) && inForce(n) && c != n {
			superseded = append(superseded, n)
		}
	}
	sibling := func(n, o *registry.Agreement) bool {
		return n != o && n.Amends != "" && n.Amends == o.Amends && ours(o) && stood(o)
	}
	anyAgreement := func(is func(*registry.Agreement) bool) bool {
		return slices.ContainsFunc(w.names(registry.Agreements), func(name string) bool { return is(w.nouns[name].(*registry.Agreement)) })
	}
	points["the last of siblings relied upon"] = relied(func(n *registry.Agreement) bool {
		return anyAgreement(func(o *registry.Agreement) bool { return sibling(n, o) && o.EffectiveTime < n.EffectiveTime })
	})
	points["the higher number of siblings in effect at once relied upon"] = relied(func(n *registry.Agreement) bool {
		return anyAgreement(func(o *registry.Agreement) bool { return sibling(n, o) && o.EffectiveTime == n.EffectiveTime })
	})
	points["what was amended relied upon, in effect since its amendment"] = relied(func(n *registry.Agreement) bool {
		return anyAgreement(func(o *registry.Agreement) bool { return o.Amends == n.Name && ours(o) && stood(o) })
	})
	over := func(n *registry.Agreement) bool { return past(n.ExpireTime) || past(n.TerminateTime) }
	points["nothing comes back behind what is over"] = slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool {
		return (r.Code == decision.AgreementExpired || r.Code == decision.AgreementTerminated) &&
			slices.ContainsFunc(superseded, func(n *registry.Agreement) bool { return counts(n).Name == r.Record })
	})
	points["nothing comes back behind what is over and of another type"] = has(decision.AgreementMissing) &&
		slices.ContainsFunc(superseded, func(n *registry.Agreement) bool { return over(counts(n)) && counts(n).Type != n.Type })
	// ended is whether another of its family is terminated at such a time.
	ended := func(n *registry.Agreement, when func(at registry.Time) bool) bool {
		return slices.ContainsFunc(familyOf(n), func(o *registry.Agreement) bool {
			return o != n && stood(o) && o.TerminateTime != 0 && when(o.TerminateTime)
		})
	}
	since := func(n *registry.Agreement) bool { // but not itself
		return !past(n.TerminateTime) && ended(n, func(at registry.Time) bool { return past(at) && at > n.EffectiveTime })
	}
	points["terminated with what it amended"] = slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool {
		n, _ := w.nouns[r.Record].(*registry.Agreement)
		return n != nil && r.Code == decision.AgreementTerminated && since(n)
	})
	points["not terminated with what it amended before, relied upon"] = relied(func(n *registry.Agreement) bool {
		return ended(n, func(at registry.Time) bool { return at < n.EffectiveTime })
	})
	points["not terminated with what it amended at once, relied upon"] = relied(func(n *registry.Agreement) bool {
		return ended(n, func(at registry.Time) bool { return at == n.EffectiveTime })
	})
	points["used until what it amended is terminated"] = relied(func(n *registry.Agreement) bool {
		return n.TerminateTime != a.UseBy && ended(n, func(at registry.Time) bool { return at == a.UseBy })
	})
	points["what never took effect, judged beside what counts"] = slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool {
		n, _ := w.nouns[r.Record].(*registry.Agreement)
		return n != nil && ours(n) && !stood(n) && counts(n) != nil
	})

	// rests is what a transfer by contract names, and what counts in its place.
	rests := func(name string) (t *registry.Transfer, named, counted *registry.Agreement, another bool) {
		t, _ = w.nouns[name].(*registry.Transfer)
		if t == nil {
			return &registry.Transfer{}, &registry.Agreement{}, &registry.Agreement{}, false
		}
		named, _ = w.nouns[t.Agreement].(*registry.Agreement)
		if named == nil {
			return t, &registry.Agreement{}, &registry.Agreement{}, false
		}
		if counted = counts(named); counted == nil {
			counted = named
		}
		return t, named, counted, counted != named
	}
	hits := func(code decision.Code, is func(name string) bool) bool {
		return slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool { return r.Code == code && r.Detail == "" && is(r.Record) })
	}
	of := func(is func(t *registry.Transfer, named, counted *registry.Agreement) bool) func(string) bool {
		return func(name string) bool {
			t, named, counted, another := rests(name)
			return another && is(t, named, counted)
		}
	}
	like := func(_ *registry.Transfer, named, counted *registry.Agreement) bool { return named.Type == counted.Type }
	points["a transfer relied upon that rests on another contract"] = slices.ContainsFunc(a.Transfers, of(like))
	points["a transfer relied upon whose own contract is over"] = slices.ContainsFunc(a.Transfers, of(func(_ *registry.Transfer, named, _ *registry.Agreement) bool { return over(named) }))
	points["a transfer whose other contract has expired"] = hits(decision.TransferMechanismExpired, of(func(_ *registry.Transfer, named, counted *registry.Agreement) bool {
		return inForce(named) && past(counted.ExpireTime)
	}))
	points["a transfer whose other contract was terminated"] = hits(decision.TransferMechanismSuspended, of(func(t *registry.Transfer, named, counted *registry.Agreement) bool {
		return inForce(named) && past(counted.TerminateTime) && like(t, named, counted)
	}))
	points["a transfer whose contract was terminated with what it amended"] = hits(decision.TransferMechanismSuspended, func(name string) bool {
		t, named, counted, _ := rests(name)
		return since(counted) && like(t, named, counted) && !past(t.RevokeTime) && len(t.Suspensions) == 0
	})
	points["a transfer whose contract is no more"] = hits(decision.TransferMechanismSuspended, of(func(t *registry.Transfer, named, counted *registry.Agreement) bool {
		return inForce(named) && inForce(counted) && !like(t, named, counted)
	}))
	points["a transfer relied upon whose contract has a module of its own"] = slices.ContainsFunc(a.Transfers, of(func(t *registry.Transfer, named, counted *registry.Agreement) bool {
		return t.Mechanism == registry.MechanismScc && named.SCCModule != counted.SCCModule
	}))
	points["no transfer, by a module that is the other's"] = has(decision.TransferNoMechanism) && slices.ContainsFunc(w.names(registry.Transfers), of(func(t *registry.Transfer, named, counted *registry.Agreement) bool {
		return t.Mechanism == registry.MechanismScc && t.Exporter == q.Exporter && named.SCCModule != counted.SCCModule && inForce(named) && inForce(counted)
	}))
	points["annexes asked by the other's mode"] = hits(decision.TransferMechanismNotYetEffective, of(func(t *registry.Transfer, named, counted *registry.Agreement) bool {
		return t.Annexes != nil && t.Annexes.Subprocessors == "" && named.Terms != nil && counted.Terms != nil && named.Terms.SubprocessorMode != counted.Terms.SubprocessorMode
	}))

	owed := func(is func(string) bool) bool {
		return slices.ContainsFunc(a.Obligations, func(o oracle.Obligation) bool { return o.Code == decision.FileContract && is(o.Record) })
	}
	filed := func(t *registry.Transfer) bool {
		return t.Evidence != nil && t.Evidence.FilingNumber != "" && past(t.Evidence.FilingTime)
	}
	void := func(name string) bool { // filed before a signature of what counts
		t, _, counted, _ := rests(name)
		return filed(t) && (counted.OurSignature != nil && t.Evidence.FilingTime < counted.OurSignature.SignTime || counted.TheirSignature != nil && t.Evidence.FilingTime < counted.TheirSignature.SignTime)
	}
	voidOwn := func(name string) bool {
		_, _, _, another := rests(name)
		return void(name) && !another
	}
	voidOther := func(name string) bool {
		_, _, _, another := rests(name)
		return void(name) && another
	}
	points["filed before its own signatures, overdue"] = hits(decision.TransferFilingOverdue, voidOwn)
	points["filed before the other's signatures, overdue"] = hits(decision.TransferFilingOverdue, voidOther)
	points["filed before the other's signatures, to be filed anew"] = owed(voidOther)
	files := func(t *registry.Transfer) bool {
		return t.Mechanism == registry.MechanismStandardContract || t.Mechanism == registry.MechanismGbaContract
	}
	points["filed since it was signed anew, relied upon"] = slices.ContainsFunc(a.Transfers, func(name string) bool {
		t, named, counted, another := rests(name)
		return another && files(t) && filed(t) && !void(name) && counted.Signed() && named.Signed() && counted.OurSignature.SignTime > named.OurSignature.SignTime
	})
	points["not filed, counted from the other's effect, overdue"] = hits(decision.TransferFilingOverdue, of(func(t *registry.Transfer, _, _ *registry.Agreement) bool { return !filed(t) }))
	points["not filed, counted from the other's effect, to be filed"] = owed(of(func(t *registry.Transfer, _, _ *registry.Agreement) bool { return !filed(t) }))

	earlier := func(name string) bool {
		t, _ := w.nouns[name].(*registry.Transfer)
		if t == nil {
			return false
		}
		c, _ := w.nouns[t.Agreement].(*registry.Agreement)
		return c != nil && c.EffectiveTime != 0 && c.EffectiveTime < t.ValidFrom
	}
	points["a contract in effect before its transfer, overdue"] = slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool {
		return r.Code == decision.TransferFilingOverdue && r.Detail == "" && earlier(r.Record)
	})
	points["a contract in effect before its transfer, to be filed"] = slices.ContainsFunc(a.Obligations, func(o oracle.Obligation) bool {
		return o.Code == decision.FileContract && earlier(o.Record)
	})

	deletes, many := q.Purpose == "purposes/deletion", q.Quantity > 1
	erased, restricted := q.Erased || f.Erased, q.Restricted || f.Restricted || q.Objected
	gone := has(decision.SubjectErasedOrCancelled)
	points["erased, to be deleted, allowed"] = deletes && !many && erased && allowed
	points["erased, to be deleted, denied by another rule"] = deletes && !many && erased && !allowed && !gone
	points["erased, to be deleted for many, refused"] = deletes && many && erased && gone
	points["erased, to be deleted by a service, refused"] = !deletes && served(q) == "purposes/deletion" && erased && gone
	points["restricted or objected, to be deleted, refused"] = deletes && restricted && has(decision.SubjectRestrictedOrObjected)
	points["to be deleted for many, allowed"] = deletes && many && allowed

	i, _ := w.nouns[q.AuthorityInstrument].(*registry.Instrument)
	if i != nil && i.SecrecyCitation != "" && recipient.Kind == registry.RecipientKindAuthority {
		mainland := i.Regime == registry.RegimeCn || i.Regime == registry.RegimeCnSz
		told := slices.ContainsFunc(a.Obligations, func(o oracle.Obligation) bool { return o.Code == decision.NotifySubjectOfDisclosure })
		missing := slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool {
			return r.Code == decision.NoticeMissing && r.Regime == registry.RegimeCn
		})
		points["secret by a law of the mainland, not told"] = mainland && allowed && !told
		points["secret by another law, told or to be told"] = !mainland && (told || missing)
	}
	return points
}

// changes says what of R83 a version changes of the first.
func changes(p, first *registry.Policy) map[string]bool {
	basis, ground, cell, kind, schedule := false, false, false, false, false
	for _, e := range p.Bases {
		same := func(o registry.BasisEntry) bool {
			return o.Purpose == e.Purpose && o.Kind == e.Kind && o.Basis == e.Basis
		}
		basis = basis || e.Basis != registry.BasisConsent && !slices.ContainsFunc(first.Bases, same)
		ground = ground || strings.TrimSpace(e.SpecialGround) != "" && slices.ContainsFunc(first.Bases, same) &&
			!slices.ContainsFunc(first.Bases, func(o registry.BasisEntry) bool { return same(o) && o.SpecialGround != "" })
	}
	for e := registry.ExceptionLegalObligation; e <= registry.ExceptionMadePublic; e++ {
		for g := registry.WaiverGroupErasedOrRestricted; g <= registry.WaiverGroupAssessment; g++ {
			cell = cell || p.Waiver(g, e) != first.Waiver(g, e) && p.Waiver(g, e) != registry.WaiverEffectNo
		}
		for _, k := range p.KindsOf(e) {
			kind = kind || !slices.Contains(first.KindsOf(e), k)
		}
	}
	purposes := map[string]bool{}
	for _, e := range p.Retention {
		purposes[e.Purpose] = true
	}
	idle := false
	for _, e := range first.Retention {
		if purposes[e.Purpose] {
			continue
		}
		if slices.ContainsFunc(p.Necessity, func(n registry.Necessity) bool {
			return n.Purpose == e.Purpose && n.ApprovedBy != "" && n.ApproveTime != 0
		}) {
			schedule = true
		} else {
			idle = true
		}
	}
	return map[string]bool{"a basis more": basis, "a special ground more": ground, "a cell wider": cell, "a kind more for an exception": kind,
		"no schedule for what is necessary": schedule, "no schedule for what is not necessary": idle}
}
