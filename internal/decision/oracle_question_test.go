package decision_test

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"waybill/internal/decision"
	"waybill/internal/decision/oracle"
	"waybill/internal/registry"
)

// asking is a question with the inputs it is asked with.
type asking struct {
	q         decision.Question
	now       registry.Time
	principal string // name; "" is none
	facts     *decision.Facts
	counters  *decision.Counters
	blamed    []string // records that the reasons of an answer rest on
}

// ask builds a question to which, in a registry in order, the answer is mostly
// yes, and then applies the mutations, each a seed.
func (w *scene) ask(seed uint64, mutations []uint64) asking {
	r := newRand(seed, 4)
	k := asking{now: w.now, principal: "principals/source"}
	q := &k.q
	exporter := w.nouns[pick(r, w.names(registry.Exporters)...)].(*registry.Exporter)
	recipient := w.nouns[pick(r, w.names(registry.Recipients)...)].(*registry.Recipient)
	if len(w.touched) > 0 && r.IntN(2) == 0 {
		recipient = w.nouns[pick(r, w.touched...)].(*registry.Recipient)
	}
	q.Exporter, q.Recipient = exporter.Name, recipient.Name
	if ds := w.deploymentsOf(recipient.Name); len(ds) > 0 && r.IntN(3) > 0 {
		q.Deployment = pick(r, ds...)
	}
	w.askPurpose(r, q, recipient)
	w.askCategories(r, q)
	q.Subject = "s1"
	q.SubjectGroup = pick(r, w.groups...)
	if len(exporter.RegionsServed) > 0 && r.IntN(2) == 0 {
		q.SubjectRegions = partOf(r, exporter.RegionsServed, 2)
	}
	if len(exporter.Products) > 0 && r.IntN(3) == 0 {
		q.Product = pick(r, exporter.Products...).ID
	}
	q.AgeBand = decision.AgeAdult
	if r.IntN(5) == 0 {
		q.AgeBand = decision.AgeBand(r.IntN(9))
	}
	q.ToOwnAddress = r.IntN(4) > 0
	q.Deidentified = r.IntN(20) == 0
	q.CollectTime = pick(r, 0, w.ago(10), w.ago(10), w.ago(10), w.ago(10), w.ago(10), w.ago(10), w.ago(10), w.ago(99), w.ago(100), w.now-1)
	q.Publication = "list"
	if r.IntN(4) == 0 {
		q.AcceptedPolicy = pick(r, append(w.names(registry.Policies), "policies/none")...)
	}
	w.askInstrument(r, q, recipient)
	if r.IntN(5) < 2 {
		w.askEvidence(r, q)
	}
	if r.IntN(30) == 0 {
		w.askNobody(r, q)
	}
	if r.IntN(20) == 0 {
		w.askDeletion(r, q)
	}
	held := r.IntN(3) == 0
	if r.IntN(60) > 0 && !(held && r.IntN(3) == 0) {
		w.askConsents(r, q)
	}
	often := 18
	switch recipient.Kind {
	case registry.RecipientKindRescue: // which mostly has no agreement
		often = 55
	case registry.RecipientKindPublic:
		often = 38
	case registry.RecipientKindAuthority:
		often = 25
	}
	if r.IntN(100) < often {
		w.askException(r, q)
	}
	if r.IntN(25) == 0 {
		w.askCohort(r, q)
	}
	if held && q.Subject != "" { // without a subject nothing is held
		k.facts = w.askFacts(r, q)
	}
	if r.IntN(4) > 0 {
		k.counters = w.askCounters(r)
	}
	w.askFourth(r, &k)
	for _, m := range mutations {
		w.mutateAsking(newRand(m, 5), &k)
	}
	if q.Subject == "" {
		k.facts = nil
	}
	return k
}

func (w *scene) askPurpose(r *rand.Rand, q *decision.Question, recipient *registry.Recipient) {
	q.Purpose = "purposes/" + pick(r, "delivery", "delivery", "account", "account", "fraud", "fraud", "ads", "profile", "research", pick(r, "measuring", "winding", "deletion", "proceedings"))
	service := ""
	switch recipient.Kind {
	case registry.RecipientKindAuthority:
		q.Purpose = "purposes/" + pick(r, "disclosure", "disclosure", "fraud", "account", "proceedings")
	case registry.RecipientKindRescue:
		q.Purpose = "purposes/" + pick(r, "rescue", "rescue", "account")
	case registry.RecipientKindCloud:
		service = "hosting"
	case registry.RecipientKindMessaging:
		service = "sending"
	case registry.RecipientKindSupport:
		service = "support"
	}
	if service == "" && recipient.Role == registry.RecipientRoleProcessor && r.IntN(2) == 0 {
		service = pick(r, "hosting", "sending", "support")
	}
	if service != "" {
		q.ServedPurpose, q.Purpose = q.Purpose, "purposes/"+service
	}
}

func (w *scene) askCategories(r *rand.Rand, q *decision.Question) {
	safe := []string{"user.name", "user.contact", "user.contact.phone", "user.contact.email", "user.address", "user_2", "user.race", "user.id_number", "health", "health.record",
		"health.mood", "device", "device.model", "device.usage", "device.ad", "statistics", "statistics.count", "secret.hint"}
	if r.IntN(8) == 0 {
		safe = append(safe, "grid", "user.cookie", "user", "secret", "secret.key", "secret.hash", "secret.code")
	}
	q.Categories = partOf(r, safe, pick(r, 1, 2, 3, 5))
	r.Shuffle(len(q.Categories), func(i, j int) { q.Categories[i], q.Categories[j] = q.Categories[j], q.Categories[i] })
	for i := range q.Categories {
		q.Categories[i] = "categories/" + q.Categories[i]
	}
}

// askEvidence gives the evidence of the basis that the first version lists.
func (w *scene) askEvidence(r *rand.Rand, q *decision.Question) {
	var named registry.Basis
	switch served := pick(r, q.ServedPurpose, q.ServedPurpose+q.Purpose); {
	case served == "purposes/account" || r.IntN(12) == 0:
		q.HRReference, named = "rules 1", registry.BasisHumanResources
	case served == "purposes/fraud" || r.IntN(12) == 0:
		q.Citation, named = "AML 3", registry.BasisLegalObligation
	case served == "purposes/research" || r.IntN(12) == 0:
		q.Assessment, named = pick(r, append(w.names(registry.Assessments), "assessments/none")...), registry.BasisLegitimateInterests
	default:
		q.OrderRef, q.OrderSubject, named = "order 1", q.Subject, registry.BasisContract
	}
	if r.IntN(3) == 0 {
		for _, g := range laws {
			if r.IntN(4) > 0 {
				q.Bases[g] = named
			}
		}
	}
}

// askNobody leaves out of whom the question is, mostly with the evidence of a basis
// that needs nobody's consent.
func (w *scene) askNobody(r *rand.Rand, q *decision.Question) {
	q.Subject, q.Quantity = "", int64(r.IntN(2))
	if r.IntN(2) == 0 { // nothing personal, or almost
		q.Categories = partOf(r, []string{"categories/device.ad", "categories/statistics", "categories/statistics.count", "categories/health.mood"}, 3)
		if r.IntN(3) > 0 {
			q.Categories = append(q.Categories, "categories/user_2")
		}
	}
	if r.IntN(5) == 0 {
		return
	}
	at := &q.Purpose
	if q.ServedPurpose != "" {
		at = &q.ServedPurpose
	}
	switch *at = "purposes/" + pick(r, "account", "account", "fraud", "research"); *at {
	case "purposes/account":
		q.HRReference, q.Deidentified = "rules 1", r.IntN(2) == 0
	case "purposes/fraud":
		q.Citation = "AML 3"
	default:
		q.Assessment = pick(r, append(w.names(registry.Assessments), "assessments/none")...)
	}
}

// askInstrument names an instrument where the recipient needs one, and sometimes elsewhere.
func (w *scene) askInstrument(r *rand.Rand, q *decision.Question, recipient *registry.Recipient) {
	often := 12
	switch recipient.Kind {
	case registry.RecipientKindAuthority:
		often = 92
	case registry.RecipientKindRescue: // some are authorities
		often = 60
	case registry.RecipientKindPublic:
		often = 50
	}
	if q.Purpose == "purposes/proceedings" || q.ServedPurpose == "purposes/proceedings" {
		often = 85
	}
	all := w.names(registry.Instruments)
	if len(all) == 0 || r.IntN(100) >= often {
		return
	}
	own := slices.DeleteFunc(slices.Clone(all), func(n string) bool { return w.nouns[n].(*registry.Instrument).Recipient != recipient.Name })
	if len(own) > 0 && r.IntN(20) > 0 {
		all = own
	}
	q.AuthorityInstrument = pick(r, all...)
}

// askException claims an exception, mostly one that is recorded for the recipient.
func (w *scene) askException(r *rand.Rand, q *decision.Question) {
	all := w.names(registry.Exceptions)
	own := slices.DeleteFunc(slices.Clone(all), func(n string) bool {
		return !slices.Contains(w.nouns[n].(*registry.ExceptionRecord).Recipients, q.Recipient)
	})
	if len(own) > 0 && r.IntN(20) > 0 {
		all = own
	}
	if len(all) == 0 {
		return
	}
	q.ExceptionRecord = pick(r, all...)
	q.Exception = decision.Exception(w.nouns[q.ExceptionRecord].(*registry.ExceptionRecord).Exception)
	switch r.IntN(40) {
	case 0:
		q.Exception = decision.Exception(1 + r.IntN(6))
	case 1:
		q.ExceptionRecord = "exceptions/none"
	}
	if r.IntN(3) > 0 { // what it would waive
		q.Consents = nil
	}
	if r.IntN(5) < 2 { // and the local law of Shenzhen
		if q.HRReference = "rules 1"; q.ServedPurpose != "" {
			q.ServedPurpose = "purposes/account"
		} else {
			q.Purpose = "purposes/account"
		}
		for _, e := range w.names(registry.Exporters) {
			if w.nouns[e].(*registry.Exporter).City == "shenzhen" {
				q.Exporter, q.SubjectRegions, q.Product = e, nil, ""
			}
		}
	}
	if r.IntN(4) == 0 {
		q.Erased, q.Restricted, q.Objected = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(4) == 0
	}
}

// served is the purpose that the question serves, as it is given.
func served(q *decision.Question) string {
	if q.ServedPurpose != "" {
		return q.ServedPurpose
	}
	return q.Purpose
}

// askCohort makes the question one for many, mostly with a cohort in order.
func (w *scene) askCohort(r *rand.Rand, q *decision.Question) {
	q.Quantity, q.Subject, q.AgeBand = pick(r, int64(2), 17, 1000, 100_000), "", decision.AgeBand(r.IntN(2))
	if r.IntN(6) == 0 {
		return
	}
	c := decision.Cohort{ID: "c", Size: q.Quantity, Purpose: served(q), Recipient: q.Recipient, Policy: "policies/v1", AttestTime: w.ago(1) + pick(r, 0, second)}
	for t := decision.ConsentOrdinary; t <= decision.ConsentExplicitEUTransfer; t++ {
		if r.IntN(8) > 0 {
			c.Types = append(c.Types, t)
		}
	}
	if r.IntN(8) == 0 { // for whomever
		c.Recipient = ""
	}
	switch r.IntN(24) {
	case 0:
		c.Size++
	case 1:
		c.Purpose = pick(r, w.names(registry.Purposes)...)
	case 2:
		c.Recipient = pick(r, "", "recipients/r0")
	case 3:
		c.Policy = pick(r, "", "policies/none")
	case 4:
		c.AttestTime = pick(r, w.ago(1)-1, w.now+1, 0)
	case 5:
		c.MinorsExcluded = decision.None
	case 6:
		c.ObjectedExcluded = decision.None
	case 7:
		c.WithdrawnExcluded = decision.None
	}
	q.Cohort = c
}

// askFacts are what is held of the subject.
func (w *scene) askFacts(r *rand.Rand, q *decision.Question) *decision.Facts {
	rare := func() bool { return r.IntN(25) == 0 }
	f := &decision.Facts{Erased: rare(), Restricted: rare(), DoNotTrack: rare(), OptedOutAds: rare()}
	if r.IntN(12) == 0 {
		f.Objected = w.numbersOf(partOf(r, w.names(registry.Purposes), 3))
	}
	if r.IntN(4) == 0 {
		f.Age = pick(r, decision.AgeAdult, decision.AgeAdult, decision.AgeBand(r.IntN(9)))
	}
	if r.IntN(3) == 0 {
		f.Accepted = w.numbersOf(partOf(r, w.names(registry.Policies), 3))
	}
	for t := decision.ConsentOrdinary; t <= decision.ConsentExplicitEUTransfer; t++ {
		if r.IntN(3) == 0 {
			continue
		}
		c := decision.HeldConsent{Type: t, Purpose: w.numbers[served(q)], Recipient: w.numbers[q.Recipient], Policy: w.numbers["policies/v1"], Categories: w.numbersOf(w.leaves()),
			GiveTime: w.ago(60), ByGuardian: r.IntN(3) == 0, ChildInterest: r.IntN(2) == 0}
		if t == decision.ConsentSeparatePublic {
			c.Publication = pick(r, "list", "list", "list", "book")
		}
		switch r.IntN(16) {
		case 0, 1:
			c.WithdrawTime = pick(r, w.now, w.now+1, w.ago(10), w.ago(50), w.ago(50)+1, w.ago(55))
		case 2, 8:
			c.Recipient = pick(r, 0, w.numbers["recipients/r0"])
		case 3:
			c.Policy = pick(r, 0, w.next+9)
		case 4:
			c.Purpose = w.numbers[pick(r, w.names(registry.Purposes)...)]
		case 5:
			c.Categories = w.numbersOf(partOf(r, w.leaves(), len(w.leaves())))
		case 6:
			c.GiveTime = pick(r, w.now, w.now+1)
		case 7:
			c.ExpireTime = pick(r, w.now, w.now+1)
		}
		f.Consents = append(f.Consents, c)
	}
	return f
}

// numbersOf are the numbers of names, ascending.
func (w *scene) numbersOf(names []string) []uint32 {
	var out []uint32
	for _, n := range names {
		out = append(out, w.numbers[n])
	}
	slices.Sort(out)
	return out
}

// askCounters are those of the exporter and year: mostly small, sometimes at a bound.
func (w *scene) askCounters(r *rand.Rand) *decision.Counters {
	c := &decision.Counters{Year: w.year(), Persons: int64(r.IntN(90)), Sensitive: int64(r.IntN(9)), InPersons: r.IntN(4) == 0, InSensitive: r.IntN(4) == 0}
	saved := w.Rand
	w.Rand = r
	if r.IntN(4) == 0 {
		c.Persons = w.volume()
	}
	if r.IntN(4) == 0 {
		c.Sensitive = w.volume()
	}
	w.Rand = saved
	if r.IntN(30) == 0 {
		c.Year--
	}
	return c
}

// askConsents presents consents of every type to everything, in this order of
// usefulness: sometimes only some of them.
func (w *scene) askConsents(r *rand.Rand, q *decision.Question) {
	served := served(q)
	for t := decision.ConsentOrdinary; t <= decision.ConsentExplicitEUTransfer; t++ {
		if r.IntN(30) == 0 {
			continue
		}
		c := decision.Consent{Type: t, Purpose: served, Categories: w.leaves(), Recipient: q.Recipient, Policy: "policies/v1", GiveTime: w.ago(50), CheckTime: w.now - 3*second}
		if t == decision.ConsentGuardian || r.IntN(3) == 0 {
			c.ByGuardian = true
		}
		if r.IntN(5) < 2 {
			c.ChildInterest = "plays"
		}
		if t == decision.ConsentSeparatePublic {
			c.Publication = pick(r, "list", "list", "list", "list", "book", "")
		}
		q.Consents = append(q.Consents, c)
	}
	if served != q.Purpose && r.IntN(2) == 0 {
		q.Consents = append(q.Consents, decision.Consent{Type: decision.ConsentOrdinary, Purpose: q.Purpose, Categories: w.leaves(), Policy: "policies/v1", GiveTime: w.ago(50), CheckTime: w.now - 3*second})
	}
}

// mutateAsking changes one thing of the question or of its inputs.
func (w *scene) mutateAsking(r *rand.Rand, k *asking) {
	saved := w.Rand
	w.Rand = r
	defer func() { w.Rand = saved }()
	q := &k.q
	pool := func(c registry.Collection, more ...string) string { return pick(r, append(w.names(c), more...)...) }
	switch r.IntN(44) {
	case 0:
		q.Exporter = pick(r, "", "exporters/none", pool(registry.Exporters))
	case 1:
		q.Recipient = pool(registry.Recipients, "recipients/none")
		if r.IntN(2) == 0 {
			q.Deployment = ""
		}
	case 2:
		q.Deployment = pick(r, "", "", pool(registry.Deployments, ""), q.Recipient+"/deployments/none")
	case 3:
		q.Purpose = pool(registry.Purposes, "purposes/none")
	case 4:
		q.ServedPurpose = pool(registry.Purposes, "", "", "purposes/none")
	case 5, 6:
		c := pool(registry.Categories, "categories/none")
		if !slices.Contains(q.Categories, c) {
			q.Categories = append(q.Categories, c)
		}
	case 7:
		q.Categories = []string{pool(registry.Categories, "categories/none")}
	case 8:
		if q.Subject = pick(r, "", "s2"); q.Subject == "" && r.IntN(2) == 0 {
			w.askNobody(r, q)
		}
	case 9:
		q.SubjectGroup = registry.SubjectGroup(r.IntN(6))
	case 10:
		q.SubjectRegions = pick(r, nil, []string{"UNKNOWN"}, []string{"CN"}, []string{"DE", "UNKNOWN"}, []string{pick(r, "FR", "SE", "ES", "SG", "US", "GB")}, []string{pick(r, territories...)}, []string{"CN", "SE"}, []string{"GB", "DE"})
	case 11:
		q.Product = pick(r, "", "p0", "p1", "none")
	case 12, 13:
		q.AgeBand = decision.AgeBand(r.IntN(9))
	case 14:
		q.Origin = pick(r, "", "CN", "DE", "UNKNOWN", "US")
	case 15:
		q.DestinationCountries = append(q.DestinationCountries, pick(r, append([]string{"UNKNOWN"}, sceneCountries...)...))
	case 16:
		q.Quantity = int64(r.IntN(3))
	case 17:
		for _, g := range laws {
			q.Bases[g] = registry.Basis(r.IntN(7))
		}
	case 18:
		w.askEvidence(r, q)
	case 19:
		q.OrderSubject, q.OrderRef = pick(r, "", "s1", "s2"), pick(r, "", "order 2")
	case 20:
		q.ToOwnAddress = !q.ToOwnAddress
	case 21:
		q.Deidentified = !q.Deidentified
	case 22, 23:
		l := decision.ChainLink{Recipient: pool(registry.Recipients, "recipients/none")}
		if of := w.deploymentsOf(l.Recipient); len(of) > 0 && r.IntN(2) == 0 {
			if l.Deployment = pick(r, of...); r.IntN(6) == 0 { // another recipient's, or none
				l.Deployment = pool(registry.Deployments, "recipients/none/deployments/x")
			}
		}
		q.Chain = append(q.Chain, l)
	case 24:
		w.askException(r, q)
	case 25:
		k.principal = pick(r, "principals/caller", "")
	case 26:
		k.now = pick(r, k.now-1, k.now+1, k.now-aDay, k.now+aDay, k.now+4*second, k.now-400*aDay)
	case 27:
		q.Consents = nil
	case 28:
		q.DoNotTrack = true
	case 29:
		q.OptedOutAds = true
	case 30:
		q.Restricted, q.Objected = r.IntN(2) == 0, r.IntN(2) == 0
	case 31:
		q.Erased = true
	case 32:
		q.CollectTime = pick(r, 0, k.now, k.now+1, w.ago(100), w.ago(100)+1, w.ago(400))
	case 33:
		q.AuthorityInstrument = pool(registry.Instruments, "instruments/none", "")
	case 34:
		q.AcceptedPolicy = pool(registry.Policies, "")
	case 35:
		q.Publication = pick(r, "", "book")
	case 36:
		w.askCohort(r, q)
	case 37:
		k.facts = w.askFacts(r, q)
	case 38:
		k.counters = w.askCounters(r)
	case 39:
		q.ExceptionRecord = pool(registry.Exceptions, "exceptions/none", "")
	default:
		w.mutateConsents(q)
	}
}

// mutateConsents changes one field of a consent, or of all of them.
func (w *scene) mutateConsents(q *decision.Question) {
	if len(q.Consents) == 0 {
		return
	}
	q.Consents = slices.Clone(q.Consents)
	from, to := 0, len(q.Consents)
	if w.chance(50) {
		from = w.IntN(len(q.Consents))
		to = from + 1
	}
	field, at, less, there := w.IntN(16), w.instant(), partOf(w.Rand, w.leaves(), len(w.leaves())), w.consentCountries(w.Rand, q)
	for i := from; i < to; i++ {
		c := &q.Consents[i]
		switch field {
		case 0:
			c.Type = decision.ConsentType(w.IntN(9))
		case 1:
			c.Purpose = pick(w.Rand, w.names(registry.Purposes)...)
		case 2:
			c.Categories = less
		case 3:
			c.Recipient = pick(w.Rand, "", "recipients/r0", "recipients/none")
		case 4:
			c.Policy = pick(w.Rand, "", "policies/none", "policies/v2")
		case 5:
			c.GiveTime = pick(w.Rand, at, at, c.CheckTime, c.CheckTime+1)
		case 6:
			c.ExpireTime = at
		case 7, 8, 13:
			c.WithdrawTime = at
		case 9:
			c.CheckTime = w.now - pick(w.Rand, 0, -1, 60*second, 60*second+1, 120*second, 120*second+1, w.now)
		case 10:
			c.Subject = pick(w.Rand, "s1", "s2")
		case 11:
			c.ByGuardian = !c.ByGuardian
		case 12:
			c.ChildInterest = ""
		case 14:
			c.Publication = pick(w.Rand, "", "book")
		case 15:
			c.Countries = there
		}
	}
}

// secondLook says which points of R81 a question and its answer meet.
func (w *scene) secondLook(k asking, a oracle.Answer) map[string]bool {
	q, now := &k.q, k.now
	has := func(code decision.Code, is func(oracle.Reason) bool) bool {
		return slices.ContainsFunc(a.Reasons, func(r oracle.Reason) bool { return r.Code == code && is(r) })
	}
	anywhere := func(oracle.Reason) bool { return true }

	recipient, known := w.nouns[q.Recipient].(*registry.Recipient)
	if !known {
		recipient = &registry.Recipient{}
	}
	var latest, latestListed registry.Time
	sources := map[string]bool{}
	atOnce := false
	for _, s := range recipient.Screenings {
		if s.ScreenTime == 0 || s.ScreenTime > now {
			continue
		}
		latest, sources[s.Source] = max(latest, s.ScreenTime), true
		if s.Result != registry.ScreeningResultListed {
			continue
		}
		latestListed = max(latestListed, s.ScreenTime)
		atOnce = atOnce || slices.ContainsFunc(recipient.Screenings, func(o registry.Screening) bool {
			return o.ScreenTime == s.ScreenTime && o.Result == registry.ScreeningResultClear
		})
	}
	restricted := has(decision.RecipientRestrictedList, func(r oracle.Reason) bool { return r.Record == q.Recipient })

	organ := false // a deployment judged is of a rescue service that is an authority
	for _, name := range w.deploymentsOf(q.Recipient) {
		d := w.nouns[name].(*registry.Deployment)
		organ = organ || (q.Deployment == "" || q.Deployment == name) && cmp.Or(d.Kind, recipient.Kind) == registry.RecipientKindRescue && cmp.Or(d.Role, recipient.Role) == registry.RecipientRoleAuthority
	}
	abroad := organ && recipient.Country != "CN"
	instrument, _ := w.nouns[q.AuthorityInstrument].(*registry.Instrument)
	approved := instrument != nil && instrument.Recipient == q.Recipient && instrument.ForeignApproval != nil
	unapproved := has(decision.ForeignAuthorityApprovalMissing, func(r oracle.Reason) bool { return r.Regime == registry.RegimeCn })

	presents := func(t decision.ConsentType, recipient bool) bool {
		return slices.ContainsFunc(q.Consents, func(c decision.Consent) bool { return c.Type == t && (c.Recipient != "") == recipient })
	}
	heldFor := func(recipient bool) bool {
		return k.facts != nil && slices.ContainsFunc(k.facts.Consents, func(c decision.HeldConsent) bool {
			return c.Type == decision.ConsentExplicitEUTransfer && (c.Recipient != 0) == recipient
		})
	}
	derogates := func(t *registry.Transfer) bool {
		return t.Derogation == registry.DerogationExplicitConsent && t.Occasional && t.NoSafeguardsReason != "" && t.Exporter == q.Exporter && slices.Contains(t.Recipients, q.Recipient)
	}
	may := slices.ContainsFunc(w.names(registry.Transfers), func(n string) bool { return derogates(w.nouns[n].(*registry.Transfer)) })
	does := slices.ContainsFunc(a.Transfers, func(n string) bool { return derogates(w.nouns[n].(*registry.Transfer)) })
	transfer, other := presents(decision.ConsentExplicitEUTransfer, true), presents(decision.ConsentExplicitEU, true)

	nobody := known && q.Subject == "" && q.Quantity <= 1
	unnamed := has(decision.ConsentMissing, func(r oracle.Reason) bool { return r.Detail == "no_subject" })
	missing := has(decision.ConsentMissing, anywhere)
	return map[string]bool{
		"several sources":                             len(sources) > 1,
		"listed, another list clear since":            restricted && latestListed < latest,
		"listed once, and not now":                    latestListed != 0 && !restricted,
		"listed and clear at one instant":             atOnce && restricted,
		"listed and clear at one instant, allowed":    atOnce && !restricted,
		"a cohort for whomever":                       q.Cohort.ID != "" && q.Cohort.Recipient == "",
		"a cohort for the recipient, 30 silent":       q.Cohort.ID != "" && q.Cohort.Recipient == q.Recipient && !missing,
		"of nobody, detail no_subject":                unnamed,
		"of nobody, on rules for staff":               unnamed && q.HRReference != "",
		"of nobody, some permitted":                   unnamed && len(a.Permitted) > 0,
		"of nobody, on consent":                       nobody && missing && !unnamed,
		"of nobody, 30 silent":                        nobody && !missing,
		"a rescue authority at home, 42 CN silent":    organ && !abroad && !unapproved,
		"a rescue authority abroad, not approved":     abroad && unapproved && !approved,
		"a rescue authority abroad, approved":         abroad && !unapproved && approved,
		"a rescue authority under EU or UK":           organ && has(decision.ForeignAuthorityApprovalMissing, func(r oracle.Reason) bool { return r.Regime > registry.RegimeCnSz }),
		"a consent to the transfer for whomever":      presents(decision.ConsentExplicitEUTransfer, false) || heldFor(false),
		"a consent to the transfer, held":             heldFor(true),
		"the derogation relied upon":                  does,
		"the derogation, only the consent of 9(2)(a)": may && other && !transfer && !heldFor(true),
		"no other consent than to the transfer, 30 fires": transfer && missing && !slices.ContainsFunc(q.Consents, func(c decision.Consent) bool {
			return c.Type != decision.ConsentExplicitEUTransfer && c.Purpose == served(q)
		}),
	}
}
