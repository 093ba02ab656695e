package decision

import (
	"math/bits"
	"slices"

	"waybill/internal/registry"
)

// useFor is how long an answer may be acted upon; renewal is how long before its
// end a reliance is to be renewed.
const (
	useFor  = 10 * second
	renewal = 90 * day
)

// Check decides q at in.Now under the newest edition and writes the answer into d.
// It reads no clock and allocates nothing once d has been used before.
func (s *Snapshot) Check(q *Question, in *Inputs, d *Decision) { s.check(active, q, in, d) }

func (s *Snapshot) check(p *program, q *Question, in *Inputs, d *Decision) {
	d.reset()
	d.Now, d.Revision = in.Now, s.head.Revision
	e := &d.scratch
	e.s, e.t, e.q, e.in, e.d, e.now, e.tracing = s, s.t, q, in, d, in.Now, d.Tracing
	e.edition = p.edition
	e.resolve()
	if e.edition == 1 && e.under(registry.RegimeUk) {
		d.Refusal = RefusedUK
		e.clear()
		return
	}
	if e.edition > 1 && e.crosses(registry.RegimeCn) && e.runs(needCandidates, forTransfers) {
		d.Countable = true
		e.measure()
	}
	if e.runs(needCandidates, forAgreements) {
		e.agree()
	}
	e.postpone()
	e.plan(p)
	e.runAll(p.whole, e.planned.whole)
	if e.runs(needCandidates, forAgreements) {
		e.restOnAgreements(p)
	}
	if e.runs(needCandidates, forTransfers) {
		e.restOnTransfers(p)
	}
	e.runAll(p.after, e.planned.after)
	e.conclude()
	e.clear()
}

// runAll runs the planned of the rules, and all of them where each is to be traced.
func (e *scratch) runAll(rows []row[func(*scratch)], planned uint64) {
	if e.tracing {
		for i := range rows {
			e.traceWhole(&rows[i])
		}
		return
	}
	for ; planned != 0; planned &= planned - 1 {
		r := &rows[bits.TrailingZeros64(planned)]
		e.rule = r.rule
		r.run(e)
	}
}

// traceWhole runs a rule and records what it did: one step, also of a rule that has
// an end beside its beginning.
func (e *scratch) traceWhole(r *row[func(*scratch)]) {
	before, ran := len(e.d.Reasons), e.runs(r.needs, r.kinds)
	if ran {
		e.rule = r.rule
		r.run(e)
	}
	fired := len(e.d.Reasons) != before
	begun := slices.IndexFunc(e.d.Trace, func(x Step) bool { return x.Code == r.rule.codes[0] })
	switch {
	case begun >= 0 && fired:
		e.d.Trace[begun].Result = Fired
	case begun >= 0:
	case ran:
		e.step(r.rule, registry.RegimeUnspecified, fired, 0, -1)
	default:
		e.stepNotRun(r.rule)
	}
}

// runs reports whether a rule runs for this question.
func (e *scratch) runs(n need, k kinds) bool { return e.have&n == n && k&e.classes != 0 }

// conclude orders the reasons and writes what follows from them.
func (e *scratch) conclude() {
	d := e.d
	order(d.Reasons)
	slices.Sort(d.Agreements)
	slices.Sort(d.Transfers)
	d.Permitted = e.all()
	linked := false
	for i := range d.Reasons {
		switch r := &d.Reasons[i]; {
		case r.Categories == 0:
			d.Permitted = 0
		case r.Code == AnalyticsLinkageForbidden:
			linked = true
		default:
			d.Permitted &^= r.Categories
		}
	}
	if linked {
		e.unlink()
	}
	d.UseBy = e.now + useFor
	d.Outcome = Denied
	if len(d.Reasons) == 0 {
		d.Outcome = Allowed
		e.oblige()
	}
}

// order sorts by code, regime, record and detail: the order of the catalogue.
func order(rs []Reason) {
	for i := 1; i < len(rs); i++ {
		for k := i; k > 0 && less(&rs[k], &rs[k-1]); k-- {
			rs[k], rs[k-1] = rs[k-1], rs[k]
		}
	}
}

func less(a, b *Reason) bool {
	switch {
	case a.Code != b.Code:
		return a.Code < b.Code
	case a.Regime != b.Regime:
		return a.Regime < b.Regime
	case a.Record != b.Record:
		return a.Record < b.Record
	}
	return a.Detail < b.Detail
}

// oblige adds the obligations of an allowed share and ends its use with what it
// relies upon: readings R42, R43.
func (e *scratch) oblige() {
	d := e.d
	add := func(c ObligationCode, record uint32, due registry.Time) {
		d.Obligations = append(d.Obligations, Obligation{c, record, due})
	}
	ends := func(at registry.Time, renew ObligationCode, record uint32) {
		if at == 0 {
			return
		}
		d.UseBy = min(d.UseBy, at)
		if at < e.now+renewal {
			add(renew, record, at)
		}
	}
	if e.edition == 1 || e.classes != forPublic {
		add(KeepConfidential, 0, 0)
		add(PurposeLimit, 0, 0)
	}
	for i := range e.agreements {
		a := &e.agreements[i]
		n := a.number
		if !slices.Contains(d.Agreements, n) {
			continue
		}
		if a.noOnward {
			add(NoOnwardTransfer, n, 0)
		}
		if a.retention > 0 {
			add(RetainUntil, n, e.now+registry.Time(a.retention)*day)
		}
		ends(a.expire, RenewAgreementBy, n)
		if a.terminate != 0 {
			d.UseBy = min(d.UseBy, a.terminate)
		}
	}
	for _, n := range d.Transfers {
		var t transferView
		readTransfer(n, e.s.record(n), &t)
		ends(e.transferEnd(&t), RenewMechanismBy, n)
		if e.edition > 1 && t.files() && !e.filed(&t) {
			add(FileContract, n, e.fileBy(&t))
		}
		if t.mechanism == registry.MechanismDerogation && registry.Derogation(t.ground) == registry.DerogationCompellingInterests {
			add(InformSAAndSubject, n, 0)
		}
		if t.revoke != 0 {
			d.UseBy = min(d.UseBy, t.revoke)
		}
		var a agreementView
		if t.contract(e.edition) && e.contractOf(&t, &a) && a.terminate != 0 {
			d.UseBy = min(d.UseBy, a.terminate)
		}
	}
	for i := range e.deps {
		if e.deps[i].role == registry.RecipientRoleProcessor {
			add(DeleteOrReturnAtEnd, 0, 0)
			break
		}
	}
	if d.Countable && e.count() {
		add(CountQuantity, 0, 0)
	}
	if len(d.Waived) != 0 {
		e.obligeClaim(add)
	}
	if e.classes&forAuthority != 0 && e.under(registry.RegimeCn) && !e.secret() && e.disclosureStated() {
		add(NotifySubjectOfDisclosure, e.instrument.number, 0)
	}
	if e.minor() && !e.servesMinors() && e.edition > 1 {
		add(MinorDeletionDue, 0, 0)
	}
	if v := &e.instrument; v.relied {
		d.UseBy = min(d.UseBy, v.expire)
		if v.revoke != 0 {
			d.UseBy = min(d.UseBy, v.revoke)
		}
	}
}

// transferEnd is the earliest end of a transfer: its own, its re-certification's,
// its agreement's.
func (e *scratch) transferEnd(t *transferView) registry.Time {
	end := t.end
	earlier := func(at registry.Time) {
		if at != 0 && (end == 0 || at < end) {
			end = at
		}
	}
	earlier(t.recertified)
	var a agreementView
	if t.contract(e.edition) && e.contractOf(t, &a) {
		earlier(a.expire)
	}
	return end
}

// reset empties d and keeps its memory.
func (d *Decision) reset() {
	d.Refusal, d.Outcome, d.Permitted, d.Policy, d.ConsentSource = NotRefused, Undecided, 0, 0, 0
	d.Exporter, d.Recipient, d.Deployment, d.Purpose, d.Served = 0, 0, 0, 0, 0
	d.Reasons, d.Obligations = d.Reasons[:0], d.Obligations[:0]
	d.Waived, d.Countable, d.Counted = d.Waived[:0], false, Counted{}
	d.Agreements, d.Transfers, d.Trace = d.Agreements[:0], d.Transfers[:0], d.Trace[:0]
	e := &d.scratch
	e.have, e.known, e.regimes, e.abroad, e.flags = 0, 0, 0, [6]bool{}, 0
	e.erased, e.restricted, e.objected, e.untracked, e.noAds = false, false, false, false, false
	if e.claim.judged {
		e.claim = claim{}
	}
	if e.instrument.number != 0 {
		e.instrument = instrument{}
	}
	e.acceptedPolicy, e.later, e.cohort, e.gathered, e.passed, e.postponed = 0, false, false, false, [6]uint64{}, e.postponed[:0]
	e.recNumber, e.believed, e.overlong, e.badChain = 0, false, false, false
	e.opened = e.opened[:0]
	e.asked, e.deps, e.links, e.places = e.asked[:0], e.deps[:0], e.links[:0], e.places[:0]
	e.regions, e.policies, e.consents = e.regions[:0], e.policies[:0], e.consents[:0]
	e.agreements, e.transfers = e.agreements[:0], e.transfers[:0]
	e.kin, e.kinRead = e.kin[:0], false
}

// clear lets go of the question and the snapshot.
func (e *scratch) clear() {
	e.s, e.t, e.q, e.in, e.rule, e.exporter, e.purpose, e.served = nil, nil, nil, nil, nil, nil, nil, nil
}

// What follows records what the rules did; it is called only when tracing.

func (e *scratch) step(r *rule, regime registry.Regime, fired bool, record uint32, category int) {
	result := Passed
	if fired {
		result = Fired
	}
	e.d.Trace = append(e.d.Trace, Step{r.codes[0], regime, result, record, category})
}

func (e *scratch) stepNotRun(r *rule) {
	e.d.Trace = append(e.d.Trace, Step{r.codes[0], registry.RegimeUnspecified, NotRun, 0, -1})
}

func (e *scratch) stepAsked(r *rule, regime registry.Regime, h hit, record uint32) {
	for k := range e.asked {
		if e.asked[k].category != nil {
			e.step(r, regime, h.asked&(1<<k) != 0, record, k)
		}
	}
}
