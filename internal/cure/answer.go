package cure

import (
	"fmt"
	"slices"
	"strings"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

const (
	second registry.Time = 1_000_000
	day                  = 86_400 * second
	year                 = 365 * day
)

// answer returns the move that answers a reason, nil where there is none: a person
// or a list says no, a time must pass, or what was asked is not known.
func (f *finder) answer(r *decision.Reason) *move {
	m := f.bySubject(r)
	if m == nil {
		m = f.byRegistry(r)
	}
	if m != nil {
		m.Codes = []decision.Code{r.Code}
	}
	return m
}

// evidence is a move of the caller, in the question or the facts.
func evidence(key, field, sentence string, do func(*trial)) *move {
	return &move{Step: Step{Class: decision.EvidenceC, Field: field, Sentence: sentence}, key: key, do: do}
}

// row is a move of legal, in the registry.
func row(key, record, field, sentence string, do func(*trial)) *move {
	return &move{Step: Step{Class: decision.Gap, Record: record, Field: field, Sentence: sentence}, key: key, do: do}
}

// bySubject answers what the caller can show, or a person can say.
func (f *finder) bySubject(r *decision.Reason) *move {
	served := f.d.Served
	switch r.Code {
	case decision.LegalExceptionUnsupported:
		return evidence("exception", "question.exception", "Leave out the exception, which is not supported, and show what the rules ask.", func(t *trial) {
			t.q.Exception, t.q.ExceptionRecord = 0, ""
		})
	case decision.ConsentMissing, decision.ConsentWithdrawn, decision.ConsentScopeMismatch:
		if m := f.basisEvidence(r.Detail); m != nil {
			return m
		}
		return f.consent(decision.ConsentOrdinary, served, r)
	case decision.PurposeOutsidePolicy:
		return f.consent(decision.ConsentOrdinary, served, r)
	case decision.PurposeOutsideRecipientKind:
		return f.consent(decision.ConsentOrdinary, f.d.Purpose, r)
	case decision.SeparateConsentMissingProvision, decision.SuccessorNotBound, decision.SuccessorPurposeChanged:
		return f.consent(decision.ConsentSeparateProvision, served, r)
	case decision.SeparateConsentMissingSensitive:
		if r.Regime == registry.RegimeCn {
			return f.consent(decision.ConsentSeparateSensitive, served, r)
		}
		return f.consent(decision.ConsentExplicitEU, served, r)
	case decision.SeparateConsentMissingCrossBorder:
		return f.consent(decision.ConsentSeparateCrossBorder, served, r)
	case decision.SeparateConsentMissingPublic, decision.PublicDisclosureNotPermitted:
		return f.consent(decision.ConsentSeparatePublic, served, r)
	case decision.MinorGuardianConsentMissing:
		if r.Detail == decision.DetailProducts {
			return evidence("age", "question.age_band", "Show the age band of the person, from a source of consent.", func(t *trial) { t.facts.Age = decision.AgeAdult })
		}
		return f.consent(decision.ConsentGuardian, served, r)
	case decision.DeidentificationRequired:
		return evidence("deidentified", "question.deidentified", "De-identify the data, and say so.", func(t *trial) { t.q.Deidentified = true })
	case decision.RetentionExpired:
		if f.q.CollectTime == 0 {
			return evidence("collect_time", "question.collect_time", "Say when the data was collected; it is within the schedule if that is recent.", func(t *trial) {
				t.q.CollectTime = t.in.Now - second
			})
		}
	}
	return nil
}

// basisEvidence answers a missing basis where the policy lists one whose evidence
// the caller can show.
func (f *finder) basisEvidence(d decision.Detail) *move {
	switch d {
	case decision.DetailOrderMissing, decision.DetailOrderOfAnother:
		return evidence("order", "question.order", "Show the order or prize reference of a contract to which the person is party.", func(t *trial) {
			t.who()
			t.q.OrderRef, t.q.OrderSubject = "order", t.q.Subject
		})
	case decision.DetailHrReferenceMissing:
		return evidence("hr", "question.hr_reference", "Show the HR rules or the collective contract.", func(t *trial) { t.q.HRReference = "reference" })
	case decision.DetailCitationMissing:
		return evidence("citation", "question.citation", "Cite the law and the article.", func(t *trial) { t.q.Citation = "citation" })
	}
	return nil
}

// who makes sure that the question is of one person.
func (t *trial) who() {
	if t.q.Subject == "" {
		t.q.Subject = person
	}
	t.q.Quantity, t.q.Cohort = 0, decision.Cohort{}
}

var consentWords = map[decision.ConsentType]string{
	decision.ConsentOrdinary: "consent", decision.ConsentSeparateProvision: "separate consent to provision", decision.ConsentSeparateSensitive: "separate consent to sensitive data",
	decision.ConsentSeparateCrossBorder: "separate consent to the transfer abroad", decision.ConsentSeparatePublic: "separate consent to the publication",
	decision.ConsentExplicitEU: "explicit consent", decision.ConsentExplicitEUTransfer: "explicit consent to the transfer", decision.ConsentGuardian: "consent of the guardian",
}

// article puts "a" or "an" before a noun.
func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// consent answers with a consent of the person to a purpose, for the categories
// that the reason hits.
func (f *finder) consent(typ decision.ConsentType, purpose uint32, r *decision.Reason) *move {
	if purpose == 0 {
		return nil
	}
	guardian := f.minor()
	names := f.s.Name(purpose)
	to := ""
	if typ.ToRecipient() {
		to = " that names " + f.s.Name(f.d.Recipient)
	}
	what := consentWords[typ]
	if guardian && typ != decision.ConsentGuardian {
		what += ", given by the guardian,"
	}
	key := fmt.Sprintf("consent %d %d", typ, purpose)
	return evidence(key, "question.consents", fmt.Sprintf("Show %s to %s%s for %s.", article(what), names, to, listed(f.asked(r))), func(t *trial) {
		t.who()
		if typ == decision.ConsentSeparatePublic && t.q.Publication == "" {
			t.q.Publication = "publication"
		}
		c := decision.HeldConsent{
			Type: typ, Purpose: purpose, Recipient: t.s.Number(t.q.Recipient), Policy: f.d.Policy, GiveTime: t.in.Now - second,
			ByGuardian: guardian || typ == decision.ConsentGuardian, ChildInterest: typ == decision.ConsentGuardian,
		}
		if typ == decision.ConsentSeparatePublic {
			c.Publication = t.q.Publication
		}
		for _, leaf := range t.leaves() {
			c.Categories = append(c.Categories, t.s.Number(leaf))
		}
		slices.Sort(c.Categories)
		t.facts.Consents = append(t.facts.Consents, c)
	})
}

func (f *finder) minor() bool {
	age := f.q.AgeBand
	return age >= decision.AgeUnder13 && age <= decision.Age16To17
}

// asked returns the categories of the question that a reason names, all for none.
func (f *finder) asked(r *decision.Reason) []string {
	var out []string
	for i, c := range f.q.Categories {
		if r.Categories == 0 || r.Categories&(1<<i) != 0 {
			out = append(out, strings.TrimPrefix(c, registry.Categories.Prefix()))
		}
	}
	return out
}

// leaves returns the leaves of the question's known categories.
func (f *finder) leaves() []string {
	var out []string
	for _, c := range f.q.Categories {
		for _, leaf := range f.s.Leaves(c) {
			if !slices.Contains(out, leaf) {
				out = append(out, leaf)
			}
		}
	}
	slices.Sort(out)
	return out
}

func listed(names []string) string { return strings.Join(names, ", ") }
