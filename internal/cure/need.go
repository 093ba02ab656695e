package cure

import (
	"context"
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// Need is one input or piece of evidence that some rule reads for a pair of
// recipient and purpose.
type Need struct {
	Step
	Required bool // without it the share is denied
}

// probe is an input that is tried on the share as it would be allowed.
type probe struct {
	field, why string
	do         func(*decision.Question)
}

// probes say what is known of the person, the data and the share that a rule may
// read without asking for it.
func (f *finder) probes() []probe {
	return []probe{
		{"question.age_band", "The age of the person: minors need a guardian, and a version that serves them.", func(q *decision.Question) { q.AgeBand = decision.Age13 }},
		{"question.erased", "Whether the person was erased or cancelled the account.", func(q *decision.Question) { q.Erased = true }},
		{"question.restricted", "Whether a restriction is in force.", func(q *decision.Question) { q.Restricted = true }},
		{"question.objected", "Whether the person objected to this purpose, or refused it.", func(q *decision.Question) { q.Objected = true }},
		{"question.do_not_track", "Whether do-not-track is on.", func(q *decision.Question) { q.DoNotTrack = true }},
		{"question.opted_out_interest_ads", "Whether the person opted out of interest-based advertising.", func(q *decision.Question) { q.OptedOutAds = true }},
		{"question.collect_time", "When the data was collected: it is kept no longer than the schedule.", func(q *decision.Question) { q.CollectTime = f.in.Now - 50*year }},
		{"question.destination_countries", "Further countries that the share reaches.", func(q *decision.Question) { q.DestinationCountries = []string{"ZW"} }},
		{"question.subject_regions", "Where the persons are: it decides which law applies. Absent means all regions that the exporter serves.", func(q *decision.Question) { q.SubjectRegions = []string{"CN", "DE", "GB"} }},
		{"question.origin", "Where the data was collected.", func(q *decision.Question) { q.Origin = "CN" }},
		{"question.quantity", "How many persons: more than one needs a list of subjects or a cohort.", func(q *decision.Question) { q.Quantity = 1000 }},
		{"question.product", "The product: whether it is aimed at minors, and whether it ceased.", func(q *decision.Question) { q.Product = "-" }},
		{"question.to_own_address", "Whether a credential goes to the person's own number or address.", func(q *decision.Question) { q.ToOwnAddress = !q.ToOwnAddress }},
		{"question.chain", "Further recipients that will be reached.", func(q *decision.Question) {
			q.Chain = append(slices.Clone(q.Chain), decision.ChainLink{Recipient: "recipients/-"})
		}},
	}
}

// Needs returns what some rule reads for the question's recipient and purpose:
// first what the share cannot do without, in the order of who supplies it, then
// what a rule reads where it is given. What the question leaves out of exporter,
// served purpose, group and categories is filled with what the registry holds, and
// is a need itself. Its errors are those of the registry.
func Needs(ctx context.Context, s *decision.Snapshot, r Registry, q *decision.Question, in decision.Inputs) ([]Need, error) {
	filled := *q
	filled.Consents = slices.Clone(q.Consents)
	needs := fill(s, &filled)
	f := &finder{ctx: ctx, s: s, r: r, q: &filled, in: in, nouns: map[string]registry.Noun{}}
	moves, err := f.grow()
	if err != nil {
		return nil, err
	}
	if ok, err := f.allowed(moves); err != nil {
		return nil, err
	} else if !ok {
		// Somebody said no: every reason is a need that nobody can supply.
		for _, reason := range f.d.Reasons {
			needs = append(needs, Need{Step{Class: decision.Info(reason.Code).Class, Record: s.Name(reason.Record), Codes: []decision.Code{reason.Code}}, true})
		}
		return needs, nil
	}
	steps, err := Find(ctx, s, r, &filled, in)
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		needs = append(needs, Need{step, true})
	}
	for _, p := range f.probes() {
		codes, err := f.probed(moves, p.do)
		if err != nil {
			return nil, err
		}
		if len(codes) > 0 && !slices.ContainsFunc(needs, func(n Need) bool { return n.Field == p.field }) {
			needs = append(needs, Need{Step{Class: decision.EvidenceC, Field: p.field, Sentence: p.why, Codes: codes}, false})
		}
	}
	return needs, nil
}

// probed returns the codes that deny the share, allowed with the moves, once the
// input is given.
func (f *finder) probed(moves []move, do func(*decision.Question)) ([]decision.Code, error) {
	m := move{do: func(t *trial) { do(&t.q) }}
	if _, err := f.allowed(append(slices.Clone(moves), m)); err != nil {
		return nil, err
	}
	var codes []decision.Code
	for _, r := range f.d.Reasons {
		if !slices.Contains(codes, r.Code) {
			codes = append(codes, r.Code)
		}
	}
	return codes, nil
}

// fill gives the question what it leaves out, and says so.
func fill(s *decision.Snapshot, q *decision.Question) []Need {
	var needs []Need
	need := func(field, why string, required bool, code decision.Code) {
		needs = append(needs, Need{Step{Class: decision.EvidenceC, Field: field, Sentence: why, Codes: []decision.Code{code}}, required})
	}
	exporters, served := s.MayAsk(q.Purpose)
	if q.Exporter == "" && len(exporters) > 0 {
		q.Exporter = exporters[0]
		need("question.exporter", "Which of our companies sends: it decides law and agreement.", len(exporters) > 1, decision.RequestInvalid)
	}
	if q.ServedPurpose == "" && len(served) > 0 {
		q.ServedPurpose = served[0]
		for _, p := range served {
			if len(s.Necessary(p)) > 0 {
				q.ServedPurpose = p
				break
			}
		}
		need("question.served_purpose", "Which purpose of ours the service serves.", true, decision.RequestInvalid)
	}
	if q.SubjectGroup == 0 {
		q.SubjectGroup = registry.SubjectGroupUser
		need("question.subject_group", "Whose data it is; absent only where the policy versions cover one group.", true, decision.RequestInvalid)
	}
	if len(q.Categories) == 0 {
		purpose := q.ServedPurpose
		if purpose == "" {
			purpose = q.Purpose
		}
		q.Categories = s.Necessary(purpose)
		need("question.categories", "Which categories; those that the policy finds necessary are taken here.", true, decision.CategoryUnknown)
	}
	return needs
}
