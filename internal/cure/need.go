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
	where, err := place(ctx, r, &filled)
	if err != nil {
		return nil, err
	}
	needs = append(needs, where...)
	f := &finder{ctx: ctx, s: s, r: r, q: &filled, in: in, nouns: map[string]registry.Noun{}}
	moves, ok, err := f.reach()
	if err != nil {
		return nil, err
	}
	if !ok || len(moves) > 0 { // an exception on file may ask for less
		claimed, less, found, err := f.claim(len(q.Categories) == 0)
		switch {
		case err != nil:
			return nil, err
		case found && (!ok || len(less) < len(moves)):
			needs, moves, ok = append(needs, claimed...), less, true
		default:
			f.q = &filled
		}
	}
	if !ok {
		// Somebody said no: every reason is a need that nobody can supply.
		if _, err := f.allowed(nil); err != nil {
			return nil, err
		}
		for _, reason := range f.d.Reasons {
			needs = append(needs, Need{Step{Class: decision.Info(reason.Code).Class, Field: "question", Record: s.Name(reason.Record), Codes: []decision.Code{reason.Code},
				Sentence: "It is denied by " + reason.Code.String() + "; explain the share with what is known of it to see why."}, true})
		}
		return needs, nil
	}
	steps, err := Find(ctx, s, r, f.q, in)
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

// reach returns the moves that make the share allowed, and whether there are some.
func (f *finder) reach() ([]move, bool, error) {
	moves, err := f.grow()
	if err != nil {
		return nil, false, err
	}
	ok, err := f.allowed(moves)
	return moves, ok, err
}

// maxClaims is how many exceptions on file are tried.
const maxClaims = 1000

// claim looks for the exception on file for this exporter, recipient and purpose by
// which the share may be made allowed with the fewest moves, with the instrument that it
// takes, and asks by it from then on. Categories that the question left out are those of the exception.
func (f *finder) claim(narrow bool) ([]Need, []move, bool, error) {
	exceptions, _, err := f.r.List(f.ctx, registry.Exceptions, "", "", maxClaims)
	if err != nil {
		return nil, nil, false, err
	}
	instruments, _, err := f.r.List(f.ctx, registry.Instruments, "", "", maxClaims)
	if err != nil {
		return nil, nil, false, err
	}
	asked := *f.q
	var best *decision.Question
	var needed []Need
	var fewest []move
	for _, r := range exceptions {
		x := r.Noun.(*registry.ExceptionRecord)
		if !slices.Contains(x.Exporters, asked.Exporter) || !slices.Contains(x.Recipients, asked.Recipient) || !slices.Contains(x.Purposes, asked.Purpose) {
			continue
		}
		tried := []string{x.Instrument}
		for _, r := range instruments {
			if i := r.Noun.(*registry.Instrument); i.Recipient == asked.Recipient && slices.Contains(i.Purposes, asked.Purpose) {
				tried = append(tried, i.Name)
			}
		}
		for _, instrument := range tried {
			q := asked
			q.Exception, q.ExceptionRecord, q.AuthorityInstrument = decision.Exception(x.Exception), x.Name, instrument
			if narrow {
				if q.Categories = both(asked.Categories, x.CoveredCategories); len(q.Categories) == 0 {
					q.Categories = x.CoveredCategories
				}
			}
			f.q = &q
			moves, ok, err := f.reach()
			if err != nil {
				return nil, nil, false, err
			}
			if ok && (best == nil || len(moves) < len(fewest)) {
				needs := []Need{{Step{Class: decision.EvidenceC, Field: "question.exception", Record: x.Name, Codes: []decision.Code{decision.LegalExceptionUnsupported},
					Sentence: "An exception on file by which the share may be made: " + x.Exception.String() + "."}, true}}
				if instrument != "" {
					needs = append(needs, Need{Step{Class: decision.EvidenceC, Field: "question.authority_instrument", Record: instrument,
						Codes: []decision.Code{decision.AuthorityInstrumentMissing}, Sentence: "The instrument on file that asks for it."}, true})
				}
				best, needed, fewest = &q, needs, moves
			}
		}
	}
	if f.q = best; best == nil {
		f.q = &asked
	}
	return needed, fewest, best != nil, nil
}

// both returns what stands in both.
func both(a, b []string) (out []string) {
	for _, s := range a {
		if slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

// place says whose data it is and where the person is, where the question does not.
func place(ctx context.Context, r Registry, q *decision.Question) ([]Need, error) {
	var needs []Need
	need := func(field, why string, code decision.Code) {
		needs = append(needs, Need{Step{Class: decision.EvidenceC, Field: field, Sentence: why, Codes: []decision.Code{code}}, true})
	}
	if q.Subject == "" && q.Quantity <= 1 {
		q.Subject = person
		need("question.subject", "Whose data it is, an opaque reference: what is held of the person is read by it.", decision.ConsentMissing)
	}
	if len(q.SubjectRegions) > 0 || q.Exporter == "" {
		return needs, nil
	}
	found, _, err := r.Get(ctx, q.Exporter)
	if err != nil {
		return nil, err
	}
	if x, ok := found[q.Exporter].Noun.(*registry.Exporter); ok && len(x.RegionsServed) > 1 {
		q.SubjectRegions = x.RegionsServed[:1]
		if slices.Contains(x.RegionsServed, x.Country) {
			q.SubjectRegions = []string{x.Country}
		}
		need("question.subject_regions", "Where the persons are: it decides which law applies; absent means every region that the exporter serves. Here: "+q.SubjectRegions[0]+".", decision.TransferNoMechanism)
	}
	return needs, nil
}

// person stands for the subject where the question names none.
const person = "the person"

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
