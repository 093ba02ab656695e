package decision_test

import (
	"math/rand/v2"
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// asking is a question with the inputs it is asked with.
type asking struct {
	q         decision.Question
	now       registry.Time
	principal string // name; "" is none
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
	if r.IntN(6) == 0 {
		q.AgeBand = decision.AgeBand(r.IntN(9))
	}
	q.ToOwnAddress = r.IntN(4) > 0
	q.Deidentified = r.IntN(20) == 0
	if r.IntN(5) < 2 {
		w.askEvidence(r, q)
	}
	if r.IntN(5) > 0 {
		w.askConsents(r, q)
	}
	for _, m := range mutations {
		w.mutateAsking(newRand(m, 5), &k)
	}
	return k
}

func (w *scene) askPurpose(r *rand.Rand, q *decision.Question, recipient *registry.Recipient) {
	q.Purpose = "purposes/" + pick(r, "delivery", "account", "fraud", "ads", "profile", "research")
	service := ""
	switch recipient.Kind {
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
		safe = append(safe, "user", "secret", "secret.key", "secret.hash", "secret.code")
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
		for _, g := range []registry.Regime{registry.RegimeCn, registry.RegimeCnSz, registry.RegimeEu} {
			if r.IntN(4) > 0 {
				q.Bases[g] = named
			}
		}
	}
}

// askConsents presents consents of every type to everything, in this order of
// usefulness: sometimes only some of them.
func (w *scene) askConsents(r *rand.Rand, q *decision.Question) {
	served := q.ServedPurpose
	if served == "" {
		served = q.Purpose
	}
	for t := decision.ConsentOrdinary; t <= decision.ConsentGuardian; t++ {
		if r.IntN(10) == 0 {
			continue
		}
		c := decision.Consent{Type: t, Purpose: served, Categories: w.leaves(), Recipient: q.Recipient, Policy: "policies/v1", GiveTime: w.ago(50), CheckTime: w.now - 3*second}
		if t == decision.ConsentGuardian || r.IntN(3) == 0 {
			c.ByGuardian = true
		}
		if r.IntN(2) == 0 {
			c.ChildInterest = "plays"
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
	switch r.IntN(32) {
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
		q.Subject = pick(r, "", "s2")
	case 9:
		q.SubjectGroup = registry.SubjectGroup(r.IntN(6))
	case 10:
		q.SubjectRegions = pick(r, nil, []string{"UNKNOWN"}, []string{"CN"}, []string{"DE", "UNKNOWN"}, []string{pick(r, "FR", "SE", "ES", "SG", "US", "GB")}, []string{"CN", "SE"})
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
		for _, g := range []registry.Regime{registry.RegimeCn, registry.RegimeCnSz, registry.RegimeEu} {
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
		q.Exception = decision.Exception(r.IntN(7))
	case 25:
		k.principal = pick(r, "principals/caller", "")
	case 26:
		k.now = pick(r, k.now-1, k.now+1, k.now-aDay, k.now+aDay, k.now+4*second, k.now-400*aDay)
	case 27:
		q.Consents = nil
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
	field, at, less := w.IntN(14), w.instant(), partOf(w.Rand, w.leaves(), len(w.leaves()))
	for i := from; i < to; i++ {
		c := &q.Consents[i]
		switch field {
		case 0:
			c.Type = decision.ConsentType(w.IntN(8))
		case 1:
			c.Purpose = pick(w.Rand, w.names(registry.Purposes)...)
		case 2:
			c.Categories = less
		case 3:
			c.Recipient = pick(w.Rand, "", "recipients/r0", "recipients/none")
		case 4:
			c.Policy = pick(w.Rand, "", "policies/none", "policies/v2")
		case 5:
			c.GiveTime = at
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
		}
	}
}
