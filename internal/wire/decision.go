package wire

import (
	"math/bits"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/decision"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// What every answer of the edition shares is made once and never written again.
var (
	edition = &waybillv1.Edition{Number: decision.Edition, Digest: decision.Digest(),
		RulesJudged: int32(decision.RulesJudged()), RulesTotal: decision.RulesTotal}
	notJudgedCodes = func() (codes []waybillv1.ReasonCode) {
		for _, c := range decision.NotJudged() {
			codes = append(codes, waybillv1.ReasonCode(c))
		}
		return codes
	}()
	// always are the obligations that have neither record nor date.
	always = func() (made [decision.DeleteOrReturnAtEnd + 1]*waybillv1.Obligation) {
		for c := range made {
			code := decision.ObligationCode(c)
			made[c] = &waybillv1.Obligation{Code: waybillv1.ObligationCode(c), Sentence: duty(code, "", 0)}
		}
		return made
	}()
)

// answer is a decision with its two instants, allocated together.
type answer struct {
	decision        waybillv1.ShareDecision
	decideAt, useBy timestamppb.Timestamp
}

// names is what the sentences read of a snapshot.
type names interface {
	Name(number uint32) string
	Number(name string) uint32
	Nearest(c registry.Collection, name string, n int) []string
	GapContact() string
	Kind(number uint32) registry.RecipientKind
	Exception(number uint32) registry.Exception
}

// Decision returns the answer of the contract: every reason with its sentence,
// cure, clause and records by name. Mode, token, receipt, name and request_id are
// left to the server. edition, not_judged and obligations without a date are
// shared between answers: nobody writes to them. A refused question has no
// answer: see Refusal.
func Decision(s *decision.Snapshot, q *waybillv1.ShareQuestion, d *decision.Decision) *waybillv1.ShareDecision {
	return render(s, q, d)
}

// DecisionWithin is Decision that looks for near names at most *hints times and
// counts them down: each look walks the names of the whole registry, and a batch
// may ask for a thousand that are unknown.
func DecisionWithin(s *decision.Snapshot, q *waybillv1.ShareQuestion, d *decision.Decision, hints *int) *waybillv1.ShareDecision {
	return render(&hinting{s, hints}, q, d)
}

// hinting is a snapshot that tells only so many near names.
type hinting struct {
	*decision.Snapshot
	left *int
}

func (h *hinting) Nearest(c registry.Collection, name string, n int) []string {
	if *h.left <= 0 {
		return nil
	}
	*h.left--
	return h.Snapshot.Nearest(c, name, n)
}

// Refusal returns the error of a question that the edition does not judge (edition 1
// knew no law of the United Kingdom), nil
// when there is a decision: registry.Error, Invalid with REGIME_NOT_JUDGED.
func Refusal(d *decision.Decision) error {
	switch d.Refusal {
	case decision.NotRefused:
		return nil
	case decision.RefusedUK:
		return &registry.Error{Kind: registry.Invalid, Reason: "REGIME_NOT_JUDGED",
			Message:  "the share would fall under the law of the United Kingdom, which edition 1 does not judge; it must not be made on this question",
			Fields:   []registry.FieldError{{Field: "question.subject_regions", Expected: "regions outside GB, of an exporter that is not established there"}},
			Metadata: map[string]string{"regime": registry.RegimeUk.String()}}
	}
	return registry.Errorf(registry.Internal, "INTERNAL", "render a decision: unknown refusal %d", d.Refusal)
}

func render(s names, q *waybillv1.ShareQuestion, d *decision.Decision) *waybillv1.ShareDecision {
	a := new(answer)
	out := &a.decision
	out.Outcome = waybillv1.Outcome(d.Outcome)
	out.Edition, out.NotJudged = edition, notJudgedCodes
	out.DecideTime = stamp(&a.decideAt, d.Now)
	out.UseBy = stamp(&a.useBy, d.UseBy)
	if d.Policy != 0 {
		out.Policy = s.Name(d.Policy)
	}
	if d.ConsentSource != 0 {
		out.ConsentSource = s.Name(d.ConsentSource)
	}
	out.PermittedCategories = categoriesOf(q, d.Permitted)
	out.Agreements = namesOf(s, d.Agreements)
	out.Transfers = namesOf(s, d.Transfers)
	out.Obligations = obligations(s, d.Obligations)
	out.Waived = waived(s, d)
	out.Counted = counted(&d.Counted)
	if len(d.Reasons) == 0 {
		return out
	}
	v := voice{names: s, q: q, d: d}
	made := make([]waybillv1.Reason, len(d.Reasons))
	out.Reasons = make([]*waybillv1.Reason, len(d.Reasons))
	for i := range d.Reasons {
		v.reason(&d.Reasons[i], &made[i])
		out.Reasons[i] = &made[i]
	}
	out.PrimaryReason = made[0].Code
	return out
}

// Trace returns what every rule did, by names.
func Trace(s *decision.Snapshot, q *waybillv1.ShareQuestion, d *decision.Decision) []*waybillv1.TraceStep {
	return trace(s, q, d)
}

func trace(s names, q *waybillv1.ShareQuestion, d *decision.Decision) []*waybillv1.TraceStep {
	steps := make([]*waybillv1.TraceStep, len(d.Trace))
	for i, t := range d.Trace {
		step := &waybillv1.TraceStep{Rule: int32(t.Code.Rule()), Code: waybillv1.ReasonCode(t.Code), Regime: waybillv1.Regime(t.Regime), Result: "NOT_RUN"}
		switch t.Result {
		case decision.Passed:
			step.Result = "PASSED"
		case decision.Fired:
			step.Result = "FIRED"
		}
		if t.Record != 0 {
			step.Record = s.Name(t.Record)
		}
		if t.Category >= 0 && t.Category < len(q.Categories) {
			step.Category = knownName(s, prefixed(registry.Categories, q.Categories[t.Category]))
		}
		steps[i] = step
	}
	return steps
}

// knownName returns a name that the registry holds, "" for any other text of a caller.
func knownName(s names, name string) string {
	if s.Number(name) == 0 {
		return ""
	}
	return name
}

func stamp(into *timestamppb.Timestamp, t registry.Time) *timestamppb.Timestamp {
	if t == 0 {
		return nil
	}
	into.Seconds, into.Nanos = int64(t)/1e6, int32(int64(t)%1e6)*1e3
	if into.Nanos < 0 { // before 1970
		into.Seconds, into.Nanos = into.Seconds-1, into.Nanos+1e9
	}
	return into
}

// categoriesOf returns the question's categories of a bit set by full name. All
// of them, written in full, are the question's own slice.
func categoriesOf(q *waybillv1.ShareQuestion, set uint64) []string {
	if set == 0 {
		return nil
	}
	if n := len(q.Categories); n <= 64 && bits.OnesCount64(set) == n && inFull(q.Categories) {
		return q.Categories
	}
	out := make([]string, 0, bits.OnesCount64(set))
	for i, c := range q.Categories {
		if i < 64 && set&(1<<i) != 0 {
			out = append(out, prefixed(registry.Categories, c))
		}
	}
	return out
}

func inFull(categories []string) bool {
	for _, c := range categories {
		if !strings.HasPrefix(c, registry.Categories.Prefix()) {
			return false
		}
	}
	return true
}

func namesOf(s names, numbers []uint32) []string {
	if len(numbers) == 0 {
		return nil
	}
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = s.Name(n)
	}
	return out
}

// waived names what the exception claimed took away, with its record.
func waived(s names, d *decision.Decision) []*waybillv1.Waiver {
	if len(d.Waived) == 0 {
		return nil
	}
	out := make([]*waybillv1.Waiver, len(d.Waived))
	for i, w := range d.Waived {
		out[i] = &waybillv1.Waiver{
			Code: waybillv1.ReasonCode(w.Code), Regime: waybillv1.Regime(w.Regime), Evidence: s.Name(w.Exception),
			Exception: waybillv1.Exception(s.Exception(w.Exception)), Deferred: w.Deferred,
		}
	}
	return out
}

func counted(c *decision.Counted) *waybillv1.Counted {
	if c.Year == 0 {
		return nil
	}
	return &waybillv1.Counted{
		Year: c.Year, PersonsBefore: c.PersonsBefore, PersonsAfter: c.PersonsAfter,
		SensitiveBefore: c.SensitiveBefore, SensitiveAfter: c.SensitiveAfter, Warn: c.Warn,
	}
}

func obligations(s names, list []decision.Obligation) []*waybillv1.Obligation {
	if len(list) == 0 {
		return nil
	}
	out := make([]*waybillv1.Obligation, len(list))
	for i, o := range list {
		if o.Record == 0 && o.Due == 0 && int(o.Code) < len(always) {
			out[i] = always[o.Code]
			continue
		}
		name := ""
		if o.Record != 0 {
			name = s.Name(o.Record)
		}
		out[i] = &waybillv1.Obligation{Code: waybillv1.ObligationCode(o.Code), DueTime: timestamp(o.Due), Record: name, Sentence: duty(o.Code, name, o.Due)}
	}
	return out
}

// duty says what must be done with an allowed share.
func duty(c decision.ObligationCode, record string, due registry.Time) string {
	by := ""
	if due != 0 {
		by = due.Std().Format("2006-01-02T15:04:05Z")
	}
	of := func(what string) string {
		if record == "" {
			return what
		}
		return record
	}
	switch c {
	case decision.KeepConfidential:
		return "Keep the data confidential."
	case decision.PurposeLimit:
		return "Use it for this purpose only."
	case decision.NoOnwardTransfer:
		return "Give it to nobody else (" + of("the agreement") + ")."
	case decision.RetainUntil:
		if by == "" {
			return "Keep it no longer than " + of("the agreement") + " permits."
		}
		return "Keep it no longer than " + by + " (" + of("the agreement") + ")."
	case decision.RenewAgreementBy, decision.RenewMechanismBy:
		if by == "" {
			return "Renew " + of("what the share rests on") + " before it ends."
		}
		return "Renew " + of("what the share rests on") + " before it ends at " + by + "."
	case decision.DeleteOrReturnAtEnd:
		return "Have the data deleted or returned when the work ends."
	case decision.FileContract:
		return "File " + of("the contract") + before(by) + "."
	case decision.NotifySubjectAfterEmergency:
		return "Tell the person of the share once the emergency has ended" + after(by) + "."
	case decision.RegulariseAgreement:
		return "Sign the agreement that is missing or incomplete" + before(by) + "."
	case decision.RegulariseAssessment:
		return "Approve the impact assessment that is missing or stale" + before(by) + "."
	case decision.MinorDeletionDue:
		return "Delete the minor's data as soon as possible: the privacy policy does not serve minors."
	case decision.NotifySubjectOfDisclosure:
		return "Tell the person of the disclosure to the authority."
	case decision.InformSAAndSubject:
		return "Inform the supervisory authority and the person of the transfer (" + of("the transfer") + ")."
	case decision.CountQuantity:
		return "The share is counted for the volume tiers of the year."
	case decision.KeepExceptionFile:
		return "Keep the file of the exception (" + of("its record") + ")."
	}
	return "Do what " + of("the agreement") + " asks."
}

// before and after say a date, nothing where there is none.
func before(by string) string {
	if by == "" {
		return ""
	}
	return " before " + by
}

func after(by string) string {
	if by == "" {
		return ""
	}
	return ", from " + by + " on"
}
