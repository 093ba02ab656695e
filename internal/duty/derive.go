package duty

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"strconv"
	"time"

	"waybill/internal/registry"
)

// Ahead is how long before its date a renewal or a check comes to be owed.
const Ahead = 90 * day

// extensionDays is the window before the end of a security assessment in which its
// extension is applied for (CBDF 9); certificateMonths is how long before its end a
// certificate's renewal is (CERT).
const (
	extensionDays     = 60
	certificateMonths = 6
)

// Registry is what duties follow from: the records of the registry as they stand.
// It is not changed once it is read.
type Registry struct {
	exporters   []held[*registry.Exporter]
	recipients  []held[*registry.Recipient]
	agreements  []held[*registry.Agreement]
	transfers   []held[*registry.Transfer]
	assessments []held[*registry.Assessment]
	minors      registry.Time // since when a policy version serves minors of the mainland; 0 for never

	numbers  map[string]uint32                // of recipients
	named    map[string]*registry.Agreement   // by name
	amending map[string][]*registry.Agreement // by the name of what they amend
	settings registry.Settings
	zone     *time.Location
}

// held is a noun with its permanent number.
type held[N registry.Noun] struct {
	noun   N
	number uint32
}

// Read takes the records of the registry at one revision.
func Read(records iter.Seq2[registry.Record, error]) (*Registry, error) {
	r := &Registry{numbers: map[string]uint32{}, named: map[string]*registry.Agreement{}, amending: map[string][]*registry.Agreement{}, zone: time.UTC}
	for rec, err := range records {
		if err != nil {
			return nil, err
		}
		r.add(rec)
	}
	if zone, err := time.LoadLocation(r.settings.Zone); err == nil {
		r.zone = zone
	}
	return r, nil
}

// add takes a record that duties may follow from; others are passed over.
func (r *Registry) add(rec registry.Record) {
	switch n := rec.Noun.(type) {
	case *registry.Exporter:
		r.exporters = append(r.exporters, held[*registry.Exporter]{n, rec.Number})
	case *registry.Recipient:
		r.recipients = append(r.recipients, held[*registry.Recipient]{n, rec.Number})
		r.numbers[n.Name] = rec.Number
	case *registry.Agreement:
		r.agreements = append(r.agreements, held[*registry.Agreement]{n, rec.Number})
		r.named[n.Name] = n
		if n.Amends != "" {
			r.amending[n.Amends] = append(r.amending[n.Amends], n)
		}
	case *registry.Transfer:
		r.transfers = append(r.transfers, held[*registry.Transfer]{n, rec.Number})
	case *registry.Assessment:
		r.assessments = append(r.assessments, held[*registry.Assessment]{n, rec.Number})
	case *registry.Policy:
		if n.ServesMinors && (slices.Contains(n.Regions, "*") || slices.Contains(n.Regions, "CN")) {
			r.minors = earliest(r.minors, n.EffectiveTime)
		}
	case *registry.Settings:
		r.settings = *n
	}
}

// Owed returns the duties that follow from the registry at a time, in the order of
// Compare. They are open; who closed one by evidence is known elsewhere.
func (r *Registry) Owed(now registry.Time) []Duty {
	var owed []Duty
	for _, a := range r.agreements {
		owed = append(owed, r.ofAgreement(a.noun, a.number, now)...)
	}
	for _, t := range r.transfers {
		owed = append(owed, r.ofTransfer(t.noun, t.number, now)...)
	}
	for _, x := range r.recipients {
		owed = append(owed, r.ofRecipient(x.noun, now)...)
		owed = append(owed, r.ofIncidents(x.noun, now)...)
	}
	for _, a := range r.assessments {
		owed = append(owed, r.ofAssessment(a.noun, a.number, now)...)
	}
	for _, e := range r.exporters {
		owed = append(owed, ofExporter(e.noun, e.number, now)...)
		owed = append(owed, r.ofMinors(e.noun, e.number, now)...)
	}
	slices.SortFunc(owed, Compare)
	return owed
}

// follow makes a duty that follows from a record. What else its id is made of is
// what it turns on, so that another end of the same record is another duty.
func follow(k Kind, record string, number uint32, begin, due registry.Time, turns ...string) Duty {
	from := append([]string{strconv.FormatUint(uint64(number), 10)}, turns...)
	return Open(Duty{ID: NewID(k, from...), Kind: k, Record: record, Cause: "registry", BeginTime: begin, CreateTime: begin, DueTime: due})
}

func instantText(t registry.Time) string { return strconv.FormatInt(int64(t), 10) }

// with says whom the duty concerns.
func (r *Registry) with(d Duty, exporters []string, recipient string) Duty {
	d.Exporters = slices.Sorted(slices.Values(exporters))
	d.Recipient, d.RecipientNumber = recipient, r.numbers[recipient]
	return d
}

// ofAgreement: what ends within Ahead is to be renewed; what has ended is to be
// followed by deletion or return, unless a renewal carries it on.
func (r *Registry) ofAgreement(a *registry.Agreement, number uint32, now registry.Time) []Duty {
	if !a.Signed() || a.EffectiveTime == 0 || a.EffectiveTime > now {
		return nil
	}
	end := earliest(a.ExpireTime, a.TerminateTime)
	if end == 0 || end <= a.EffectiveTime || len(a.Exporters) == 0 && len(a.Recipients) < 2 {
		return nil
	}
	var owed []Duty
	switch {
	case end > now:
		if a.TerminateTime == 0 && end-Ahead <= now && !r.renewed(a, end) {
			for _, x := range a.Recipients {
				d := follow(RenewAgreement, a.Name, number, end-Ahead, end, x, instantText(end))
				owed = append(owed, r.with(d, a.Exporters, x))
			}
		}
	case returns(a) && a.DeletionCertificateTime == 0 && !r.carriedOn(a, now):
		for _, x := range holders(a) {
			d := follow(DeleteOrReturn, a.Name, number, end, 0, x, instantText(end))
			owed = append(owed, r.with(d, a.Exporters, x))
		}
	}
	return owed
}

// holders are the parties who hold what is to be deleted or returned: every
// recipient, and in a sub-agreement the second, whom the first engaged.
func holders(a *registry.Agreement) []string {
	if len(a.Exporters) == 0 {
		return a.Recipients[1:]
	}
	return a.Recipients
}

// returns reports whether the end of an agreement asks for deletion or return: all
// that entrust data, the standard contracts and clauses, and any that says so.
func returns(a *registry.Agreement) bool {
	switch a.Type {
	case registry.AgreementTypeDpa, registry.AgreementTypeCnSc, registry.AgreementTypeGbaSc, registry.AgreementTypeEuScc,
		registry.AgreementTypeIdta, registry.AgreementTypeUkAddendum:
		return true
	}
	return a.Terms != nil && a.Terms.DeleteOrReturn != ""
}

// renewed reports whether a signed agreement that names this one, or one that does,
// goes on without a gap and for longer.
func (r *Registry) renewed(a *registry.Agreement, end registry.Time) bool {
	return slices.ContainsFunc(r.amending[a.Name], func(n *registry.Agreement) bool {
		until := earliest(n.ExpireTime, n.TerminateTime)
		return covers(n, a) && (n.Signed() && n.EffectiveTime != 0 && n.EffectiveTime <= end && (until == 0 || until > end) || r.renewed(n, end))
	})
}

// carriedOn reports whether a signed agreement that names this one, or one that does, is
// in force. One that is terminated after it was amended ends as amended (readings R83).
func (r *Registry) carriedOn(a *registry.Agreement, now registry.Time) bool {
	return slices.ContainsFunc(r.amending[a.Name], func(n *registry.Agreement) bool {
		ended := a.TerminateTime > n.EffectiveTime && a.TerminateTime <= now
		return covers(n, a) && !ended && (registry.State(n, now) == registry.StateInForce || r.carriedOn(n, now))
	})
}

// covers reports whether an agreement has all the parties of another.
func covers(n, a *registry.Agreement) bool {
	return within(a.Exporters, n.Exporters) && within(a.Recipients, n.Recipients)
}

func within(part, whole []string) bool {
	return !slices.ContainsFunc(part, func(s string) bool { return !slices.Contains(whole, s) })
}

// ofTransfer: a standard contract in effect is filed, and a mechanism that ends is
// extended or replaced.
func (r *Registry) ofTransfer(t *registry.Transfer, number uint32, now registry.Time) []Duty {
	if t.ValidFrom == 0 || t.RevokeTime != 0 && t.RevokeTime <= now {
		return nil
	}
	end := r.mechanismEnd(t)
	if end != 0 && end <= now {
		return nil
	}
	begin, unfiled := r.takesEffect(t, now), r.unfiled(t, now)
	from, due, renewing := renewal(t.Mechanism, end, now)
	renewing = renewing && t.ValidFrom <= now && t.RevokeTime == 0 && !applied(t, now) && !r.replaced(t, end)
	var owed []Duty
	for _, x := range t.Recipients {
		if unfiled && begin <= now {
			d := follow(FileContract, t.Name, number, begin, 0, x, instantText(begin))
			owed = append(owed, r.with(d, []string{t.Exporter}, x))
		}
		if renewing {
			d := follow(RenewMechanism, t.Name, number, from, due, x, instantText(end))
			owed = append(owed, r.with(d, []string{t.Exporter}, x))
		}
	}
	return owed
}

// unfiled reports whether a standard contract lacks number or date of its filing,
// as rule 58 reads it.
func (r *Registry) unfiled(t *registry.Transfer, now registry.Time) bool {
	if t.Mechanism != registry.MechanismStandardContract && t.Mechanism != registry.MechanismGbaContract {
		return false
	}
	if t.Evidence == nil || t.Evidence.FilingNumber == "" || t.Evidence.FilingTime == 0 || t.Evidence.FilingTime > now {
		return true
	}
	a := r.counting(r.named[t.Agreement], now)
	return a != nil && a.Signed() && t.Evidence.FilingTime < max(a.OurSignature.SignTime, a.TheirSignature.SignTime)
}

// takesEffect is when the contract of a transfer takes effect: that of the amendment
// that counts in its place, else the agreement's time or that of the transfer,
// whichever is given and earlier.
func (r *Registry) takesEffect(t *registry.Transfer, now registry.Time) registry.Time {
	a := r.named[t.Agreement]
	switch n := r.counting(a, now); {
	case a == nil:
		return t.ValidFrom
	case n != a:
		return n.EffectiveTime
	}
	return earliest(a.EffectiveTime, t.ValidFrom)
}

// counting returns the agreement that counts in the place of one: of those that are
// joined by what they amend, the last that took effect; itself where none did
// (readings R83).
func (r *Registry) counting(a *registry.Agreement, now registry.Time) *registry.Agreement {
	if a == nil {
		return nil
	}
	root := a
	for up := r.named[root.Amends]; up != nil && covers(root, up); up = r.named[root.Amends] {
		root = up
	}
	return cmp.Or(r.last(root, now), a)
}

// last returns the last that took effect of an agreement and those that amend it, in
// turn; nil for none.
func (r *Registry) last(a *registry.Agreement, now registry.Time) (last *registry.Agreement) {
	if a.Signed() && a.EffectiveTime != 0 && a.EffectiveTime <= now {
		last = a
	}
	for _, n := range r.amending[a.Name] {
		if covers(n, a) {
			if n = r.last(n, now); n != nil && (last == nil || n.EffectiveTime >= last.EffectiveTime) {
				last = n
			}
		}
	}
	return last
}

// renewal returns from when a mechanism's renewal is owed and until when, if it is
// by now. A security assessment's extension is applied for within the 60 working
// days before its end, a certificate's six months before; the others are replaced
// by their end. Where the calendar does not reach the window it is owed Ahead of
// the end, which is about as long: the window only says from when, the end until when.
func renewal(m registry.Mechanism, end, now registry.Time) (from, due registry.Time, ok bool) {
	if end == 0 {
		return 0, 0, false
	}
	switch m {
	case registry.MechanismSecurityAssessment:
		from, due = end-Ahead, end
		window, err := registry.WorkingDaysBefore(end, extensionDays)
		var uncovered *registry.UncoveredError
		if err == nil {
			from = window
		} else if !errors.As(err, &uncovered) {
			return 0, 0, false
		}
	case registry.MechanismCertification:
		due = addMonths(end, -certificateMonths)
		from = due - Ahead
	default:
		from, due = end-Ahead, end
	}
	return from, due, from <= now
}

// applied reports whether the extension or renewal was applied for where that is
// what is owed. It is not validity: the mechanism still ends when it ends.
func applied(t *registry.Transfer, now registry.Time) bool {
	return (t.Mechanism == registry.MechanismSecurityAssessment || t.Mechanism == registry.MechanismCertification) &&
		t.RenewalApplyTime > t.ValidFrom && t.RenewalApplyTime <= now
}

// replaced reports whether another transfer of the same exporter and regime carries
// on what this one covers, without a gap and for longer.
func (r *Registry) replaced(t *registry.Transfer, end registry.Time) bool {
	return slices.ContainsFunc(r.transfers, func(o held[*registry.Transfer]) bool {
		n := o.noun
		until := r.mechanismEnd(n)
		return n.Name != t.Name && n.Exporter == t.Exporter && n.Regime == t.Regime && n.RevokeTime == 0 &&
			n.ValidFrom != 0 && n.ValidFrom <= end && (until == 0 || until > end) &&
			within(t.Recipients, n.Recipients) && within(t.Countries, n.Countries) &&
			within(t.Purposes, n.Purposes) && within(t.CoveredCategories, n.CoveredCategories)
	})
}

// mechanismEnd returns when a mechanism ends, as the gate reads it: what the
// transfer states, and three years after the result of an assessment or certificate,
// counted in the registry's zone; 0 for never.
func (r *Registry) mechanismEnd(t *registry.Transfer) registry.Time {
	end := earliest(t.ValidTo, t.RecertifiedUntil)
	if t.Mechanism != registry.MechanismSecurityAssessment && t.Mechanism != registry.MechanismCertification {
		return end
	}
	from := t.ValidFrom
	if t.Evidence != nil && t.Evidence.IssueTime != 0 {
		from = min(from, t.Evidence.IssueTime)
	}
	begin := from.Std().In(r.zone)
	three := begin.AddDate(3, 0, 0)
	if three.Day() != begin.Day() { // 29 February ends on the 28th
		three = three.AddDate(0, 0, -1)
	}
	return earliest(end, registry.At(three))
}

// ofRecipient: due diligence and screening of a recipient in use are repeated before
// they lapse.
func (r *Registry) ofRecipient(x *registry.Recipient, now registry.Time) []Duty {
	if x.ApproveTime == 0 || x.ApproveTime > now || x.TerminateTime != 0 && x.TerminateTime <= now {
		return nil
	}
	var owed []Duty
	number := r.numbers[x.Name]
	check := func(what, note string, until registry.Time) {
		if until == 0 || until-Ahead > now {
			return
		}
		d := follow(Recheck, x.Name, number, until-Ahead, until, what, instantText(until))
		d.Note = note
		owed = append(owed, r.with(d, nil, x.Name))
	}
	check("due_diligence_until", "The due diligence ends.", x.DueDiligenceUntil)
	var last registry.Time
	for _, s := range x.Screenings {
		last = max(last, s.ScreenTime)
	}
	if last != 0 {
		check("screenings", "The screening against restricted and sanctions lists grows stale.", last+registry.Time(cmp.Or(r.settings.ScreeningAgeDays, 365))*day)
	}
	return owed
}

// ofAssessment: an approved assessment is reviewed before its time has run out.
func (r *Registry) ofAssessment(a *registry.Assessment, number uint32, now registry.Time) []Duty {
	if a.ApproveTime == 0 || a.ApproveTime > now || a.ReviewUntil == 0 || a.ReviewUntil-Ahead > now || r.reassessed(a) {
		return nil
	}
	var owed []Duty
	for _, x := range a.Recipients {
		d := follow(Recheck, a.Name, number, a.ReviewUntil-Ahead, a.ReviewUntil, "review_until", x, instantText(a.ReviewUntil))
		d.Note = "The assessment is due for review."
		owed = append(owed, r.with(d, []string{a.Exporter}, x))
	}
	return owed
}

// reassessed reports whether a later approved assessment of the same type covers
// what this one does.
func (r *Registry) reassessed(a *registry.Assessment) bool {
	return slices.ContainsFunc(r.assessments, func(o held[*registry.Assessment]) bool {
		n := o.noun
		return n.Name != a.Name && n.Type == a.Type && n.Exporter == a.Exporter && n.ApproveTime != 0 && n.ReviewUntil > a.ReviewUntil &&
			within(a.Recipients, n.Recipients) && within(a.Purposes, n.Purposes) && within(a.Countries, n.Countries) &&
			within(a.CoveredCategories, n.CoveredCategories)
	})
}

// ofExporter: the users of a product that ceases are told by the time that it does.
func ofExporter(e *registry.Exporter, number uint32, now registry.Time) []Duty {
	var owed []Duty
	for _, p := range e.Products {
		if p.CeaseTime == 0 || p.CeaseTime-Ahead > now {
			continue
		}
		d := follow(InformServiceCeased, e.Name, number, p.CeaseTime-Ahead, p.CeaseTime, p.ID, instantText(p.CeaseTime))
		d.Note = "Product " + p.ID + "."
		d.Exporters = []string{e.Name}
		owed = append(owed, d)
	}
	return owed
}

// minorsReg is the first year of the Regulations on the Protection of Minors in
// Cyberspace.
const minorsReg = 2024

// ofMinors: who serves minors under the law of the mainland audits each calendar year
// how their data was handled, from the year in which a policy version first does. A
// version that ends it deletes no data: each year is closed by its evidence.
func (r *Registry) ofMinors(e *registry.Exporter, number uint32, now registry.Time) []Duty {
	if r.minors == 0 || r.minors > now || e.Country != "CN" && !slices.Contains(e.RegionsServed, "CN") {
		return nil
	}
	var owed []Duty
	for year := max(minorsReg, r.minors.Std().In(shanghai).Year()); year <= now.Std().In(shanghai).Year(); year++ {
		begin, end := registry.At(time.Date(year, 1, 1, 0, 0, 0, 0, shanghai)), registry.At(time.Date(year+1, 1, 1, 0, 0, 0, 0, shanghai))
		d := follow(AuditMinors, e.Name, number, max(begin, r.minors), end, strconv.Itoa(year))
		d.Note = "Year " + strconv.Itoa(year) + "."
		d.Exporters = []string{e.Name}
		owed = append(owed, d)
	}
	return owed
}

// earliest returns the earlier of two times of which either may not be given.
func earliest(a, b registry.Time) registry.Time {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
