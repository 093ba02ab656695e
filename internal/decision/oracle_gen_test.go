package decision_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"waybill/internal/registry"
)

// scene is a random registry that is mostly in order: every recipient has what
// the rules ask for, until mutations take something away.
type scene struct {
	*rand.Rand
	now     registry.Time
	nouns   map[string]registry.Noun
	numbers map[string]uint32
	next    uint32
	groups  []registry.SubjectGroup
	touched []string // recipients that mutations concern
}

const (
	second = registry.Time(1_000_000)
	aDay   = 24 * 3600 * second
)

func newRand(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

func pick[E any](r *rand.Rand, of ...E) E { return of[r.IntN(len(of))] }

// partOf returns a random part of a list, in its order; empty only if the list is.
func partOf[E any](r *rand.Rand, of []E, most int) []E {
	if len(of) == 0 {
		return nil
	}
	n := 1 + r.IntN(min(most, len(of)))
	places := r.Perm(len(of))[:n]
	slices.Sort(places)
	out := make([]E, n)
	for i, p := range places {
		out[i] = of[p]
	}
	return out
}

func (w *scene) chance(percent int) bool { return w.IntN(100) < percent }

func (w *scene) put(n registry.Noun) {
	name := n.ResourceName()
	w.nouns[name] = n
	if w.numbers[name] == 0 {
		w.next += 1 + uint32(w.IntN(5)/4) // numbers of deleted nouns leave gaps
		w.numbers[name] = w.next
	}
}

func (w *scene) drop(name string) {
	delete(w.nouns, name)
	delete(w.numbers, name)
}

// names returns the names of a collection, sorted.
func (w *scene) names(c registry.Collection) []string {
	var out []string
	for name, n := range w.nouns {
		if n.Collection() == c {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// records returns the fold: in the order of Collections, then of names.
func (w *scene) records() []registry.Record {
	var out []registry.Record
	for _, c := range registry.Collections {
		for _, name := range w.names(c) {
			out = append(out, registry.Record{Noun: w.nouns[name], Number: w.numbers[name], Revision: 1, CreateTime: w.now - 900*aDay, UpdateTime: w.now - 900*aDay})
		}
	}
	return out
}

func (w *scene) head(revision int64) registry.Head {
	return registry.Head{Epoch: "e", Revision: revision, NextNumber: w.next + 1}
}

// leaves returns the names of the categories without descendants.
func (w *scene) leaves() []string {
	all := w.names(registry.Categories)
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		return slices.ContainsFunc(all, func(o string) bool { return strings.HasPrefix(o, name+".") })
	})
}

// sceneCountries are those that the registries of the generator know.
var sceneCountries = []string{"CN", "HK", "MO", "US", "DE", "FR", "GB", "JP", "BR", "SG"}

func (w *scene) ago(days int) registry.Time { return w.now - registry.Time(days)*aDay }

// newScene builds a registry that is in order but for the mutations, each a seed.
func newScene(seed uint64, mutations []uint64) *scene {
	w := &scene{Rand: newRand(seed, 1), nouns: map[string]registry.Noun{}, numbers: map[string]uint32{}}
	w.now = registry.At(pick(w.Rand,
		time.Date(2026, 11, 23, 10, 30, 57, 0, time.UTC), time.Date(2026, 11, 23, 10, 30, 57, 1000, time.UTC),
		time.Date(2025, 12, 30, 16, 0, 0, 0, time.UTC), time.Date(2032, 2, 29, 3, 4, 5, 6000, time.UTC), time.Date(2027, 2, 28, 3, 4, 5, 6000, time.UTC)))
	w.addTaxonomy()
	w.addExporters()
	w.addPolicies()
	w.addPrincipals()
	for i := range 4 + w.IntN(4) {
		w.addRecipient(fmt.Sprintf("recipients/r%d", i))
	}
	for _, name := range w.names(registry.Deployments) {
		w.addLinks(name)
	}
	switch w.IntN(60) {
	case 0, 1:
		w.addChain(6 + w.IntN(5))
	case 2:
		w.addFan(62 + w.IntN(5))
	}
	for _, m := range mutations {
		w.mutate(newRand(m, 2))
	}
	return w
}

func (w *scene) addTaxonomy() {
	s := &registry.Settings{Name: "settings", Zone: pick(w.Rand, "Asia/Shanghai", "UTC", "Europe/Berlin"), GapContact: "legal@example.com"}
	s.SeparateConsentWithoutConsentBasis = w.chance(20)
	if w.chance(30) {
		s.ScreeningAgeDays = int32(60 + w.IntN(60))
	}
	w.put(s)
	for _, c := range []registry.Category{
		{Name: "user"}, {Name: "user.name", IdentityOrContact: true},
		{Name: "user.contact", IdentityOrContact: true}, {Name: "user.contact.phone"}, {Name: "user.contact.email", DirectIdentifier: true},
		{Name: "user.address"}, {Name: "user_2"}, {Name: "user.race", Special: true}, {Name: "user.id_number", Sensitive: true, DirectIdentifier: true},
		{Name: "health", Sensitive: true, Special: true}, {Name: "health.record"}, {Name: "health.mood", NonPersonal: true},
		{Name: "secret", Credential: registry.CredentialClear}, {Name: "secret.hint", Credential: registry.CredentialNone}, {Name: "secret.key"},
		{Name: "secret.hash", Credential: registry.CredentialHash}, {Name: "secret.code", Credential: registry.CredentialCode},
		{Name: "device"}, {Name: "device.model"}, {Name: "device.usage", Analytics: true}, {Name: "device.ad", NonPersonal: true},
		{Name: "statistics", NonPersonal: true}, {Name: "statistics.count"},
	} {
		c.Name = "categories/" + c.Name
		c.Title, c.Sentence, c.Example = "a", "b", "c"
		w.put(&c)
	}
	for _, p := range []registry.Purpose{
		{Name: "delivery"}, {Name: "account"}, {Name: "fraud", Service: registry.ServiceNone}, {Name: "ads", InterestAdvertising: true, Tracking: true},
		{Name: "profile", Profiling: true}, {Name: "research", HighRisk: true},
		{Name: "hosting", Service: registry.ServiceHosting}, {Name: "sending", Service: registry.ServiceMessageDelivery},
		{Name: "support", Service: registry.ServiceTechSupport, HighRisk: w.chance(20)},
	} {
		p.Name = "purposes/" + p.Name
		p.Title, p.Sentence, p.Example = "a", "b", "c"
		w.put(&p)
	}
}

func (w *scene) addExporters() {
	for i := range pick(w.Rand, 1, 1, 2) {
		e := pick(w.Rand,
			registry.Exporter{Country: "CN", City: "shenzhen", RegionsServed: []string{"CN"}},
			registry.Exporter{Country: "CN", City: "shenzhen", RegionsServed: []string{"CN", "DE"}},
			registry.Exporter{Country: "CN", City: "beijing", RegionsServed: []string{"CN", "FR", "SE"}},
			registry.Exporter{Country: "SG", RegionsServed: []string{"SG"}},
			registry.Exporter{Country: "SG", RegionsServed: []string{"SG", "CN", "ES"}},
			registry.Exporter{Country: "DE", RegionsServed: []string{"DE", "FR"}},
			registry.Exporter{Country: "DE", RegionsServed: []string{"SE", "US"}},
			registry.Exporter{Country: "US"})
		e.Name, e.Title = fmt.Sprintf("exporters/e%d", i), "a"
		for p := range w.IntN(3) {
			e.Products = append(e.Products, registry.Product{ID: fmt.Sprintf("p%d", p), Minors: pick(w.Rand, registry.MinorsAimNotAimed, registry.MinorsAimNotAimed, registry.MinorsAimAimed)})
		}
		w.put(&e)
	}
}

func (w *scene) addPolicies() {
	w.groups = pick(w.Rand, []registry.SubjectGroup{registry.SubjectGroupUser}, []registry.SubjectGroup{registry.SubjectGroupUser, registry.SubjectGroupEmployee})
	p := &registry.Policy{Name: "policies/v1", Title: "a", SubjectGroups: w.groups, Regions: []string{"*"}, PublishTime: w.ago(900),
		EffectiveTime: w.ago(800), Purposes: w.names(registry.Purposes), ServesMinors: w.chance(60)}
	if w.chance(60) {
		p.ChildRules = "child rules"
	}
	for k := registry.RecipientKindAffiliate; k <= registry.RecipientKindPublic; k++ {
		l := registry.KindList{Kind: k, Purposes: w.names(registry.Purposes), AnyCategory: w.chance(30)}
		switch {
		case k == registry.RecipientKindCloud:
			l.AnyCategory = false
			l.Categories = []string{"categories/device.model", "categories/device.usage"}
		case k == registry.RecipientKindLogistics || !l.AnyCategory:
			l.AnyCategory = false
			l.Categories = w.leaves()
		}
		l.CoveredCategories = l.Categories
		p.Kinds = append(p.Kinds, l)
		w.addBases(p, k)
	}
	for _, name := range p.Purposes {
		p.Necessity = append(p.Necessity, registry.Necessity{Purpose: name, Categories: w.leaves(), CoveredCategories: w.leaves(), ApprovedBy: "legal", ApproveTime: w.ago(900), Reason: "a"})
		if w.chance(30) {
			p.Retention = append(p.Retention, registry.Retention{Purpose: name, Categories: w.leaves()[:2], Days: 100})
		}
	}
	w.put(p)
	for i := range pick(w.Rand, 0, 0, 1, 1, 2, 3) {
		w.addPolicy(p, i+2)
	}
}

func (w *scene) addBases(p *registry.Policy, k registry.RecipientKind) {
	every := []registry.Regime{registry.RegimeCn, registry.RegimeCnSz, registry.RegimeEu}
	ground := ""
	if w.chance(50) {
		ground = "9(2)(h)"
	}
	p.Bases = append(p.Bases,
		registry.BasisEntry{Purpose: "purposes/delivery", Kind: k, Regimes: every, Basis: registry.BasisContract, SpecialGround: ground},
		registry.BasisEntry{Purpose: "purposes/account", Kind: k, Regimes: every, Basis: registry.BasisHumanResources, SpecialGround: ground},
		registry.BasisEntry{Purpose: "purposes/fraud", Kind: k, Regimes: every, Basis: registry.BasisLegalObligation, SpecialGround: ground},
		registry.BasisEntry{Purpose: "purposes/research", Kind: k, Regimes: every[2:], Basis: registry.BasisLegitimateInterests, SpecialGround: ground})
	if w.chance(30) {
		p.Bases = append(p.Bases,
			registry.BasisEntry{Purpose: "purposes/fraud", Kind: k, Regimes: partOf(w.Rand, every, 3), Basis: registry.BasisPublicBodyRequest},
			registry.BasisEntry{Purpose: "purposes/account", Kind: k, Regimes: partOf(w.Rand, every, 3), Basis: registry.BasisContract})
	}
}

// addPolicy adds a later version: mostly the first one again, for all or a part
// of its audience.
func (w *scene) addPolicy(first *registry.Policy, i int) {
	p := cloneNoun(first)
	p.Name = fmt.Sprintf("policies/v%d", i)
	p.EffectiveTime = pick(w.Rand, w.ago(400-i), w.ago(400-i), w.ago(300), w.now, w.now+1, w.now-1)
	p.PublishTime = p.EffectiveTime - aDay
	p.Significant = w.chance(40)
	if w.chance(80) {
		p.Notices = []registry.PolicyNotice{{Channel: "e-mail", SendTime: p.EffectiveTime - pick(w.Rand, aDay, 1, 0)}}
	}
	if w.chance(40) {
		p.Regions = partOf(w.Rand, []string{"CN", "DE", "FR", "SG", "SE"}, 3)
	}
	if w.chance(30) {
		p.SubjectGroups = partOf(w.Rand, w.groups, 2)
	}
	for range w.IntN(3) { // what narrows
		switch w.IntN(6) {
		case 0:
			p.Purposes = partOf(w.Rand, p.Purposes, len(p.Purposes))
		case 1:
			p.Necessity = partOf(w.Rand, p.Necessity, len(p.Necessity))
		case 2:
			p.Bases = partOf(w.Rand, p.Bases, len(p.Bases))
		case 3:
			k := &p.Kinds[w.IntN(len(p.Kinds))]
			k.Purposes = partOf(w.Rand, k.Purposes, len(k.Purposes))
		case 4:
			p.ServesMinors = !p.ServesMinors
		case 5:
			p.Kinds = partOf(w.Rand, p.Kinds, len(p.Kinds))
		}
	}
	if w.chance(15) { // what widens
		k := &p.Kinds[w.IntN(len(p.Kinds))]
		switch w.IntN(4) {
		case 0:
			p.WeakensRights = true
		case 1:
			k.CoveredCategories, k.AnyCategory = w.leaves(), false
			k.Categories = k.CoveredCategories
		case 2:
			k.AnyCategory, k.Categories, k.CoveredCategories = true, nil, nil
		case 3:
			p.Retention = append(p.Retention, registry.Retention{Purpose: "purposes/ads", Categories: w.leaves()[2:3], Days: 10})
		}
	}
	w.repair(p)
	w.put(p)
}

func (w *scene) addPrincipals() {
	w.put(&registry.Principal{Name: "principals/source", Title: "a", Role: registry.RoleCaller, ConsentSource: &registry.ConsentSource{MaxAgeSeconds: pick(w.Rand, int32(0), 120)}})
	w.put(&registry.Principal{Name: "principals/caller", Title: "a", Role: registry.RoleCaller})
}

// addRecipient adds a recipient with all that lets it receive everything.
func (w *scene) addRecipient(name string) {
	country := pick(w.Rand, "CN", "CN", "CN", "DE", "DE", "US", "HK", "JP", "GB", "BR", "SG")
	r := &registry.Recipient{Name: name, Title: "a", Country: country,
		Kind:        1 + registry.RecipientKind(w.IntN(8)),
		Role:        pick(w.Rand, registry.RecipientRoleProcessor, registry.RecipientRoleController, registry.RecipientRoleController, registry.RecipientRoleJointController),
		ApproveTime: w.ago(500), DueDiligenceUntil: w.now + 300*aDay,
		Screenings: []registry.Screening{{ScreenTime: w.ago(400), Result: registry.ScreeningResultListed}, {ScreenTime: w.ago(30), Result: registry.ScreeningResultClear}},
		Notices: []registry.Notice{{RecipientTitle: "a", Contact: "b", Purposes: w.names(registry.Purposes), Method: "c", Categories: w.leaves(), CoveredCategories: w.leaves(),
			RightsRoute: "d", SubjectGroups: w.groups, NotifyTime: w.ago(200)}},
	}
	switch r.Kind {
	case registry.RecipientKindCloud, registry.RecipientKindMessaging, registry.RecipientKindSupport:
		r.Role = registry.RecipientRoleProcessor
	case registry.RecipientKindAffiliate:
		r.Role = registry.RecipientRoleController
	}
	r.NaturalPerson = w.chance(8)
	if w.chance(8) {
		r.Kind = registry.RecipientKindAuthority + registry.RecipientKind(w.IntN(4))
		r.Role = [...]registry.RecipientRole{registry.RecipientRoleAuthority, registry.RecipientRoleController, registry.RecipientRoleController, registry.RecipientRoleNone}[r.Kind-registry.RecipientKindAuthority]
	}
	w.put(r)
	roles := []registry.RecipientRole{r.Role}
	for i := range pick(w.Rand, 1, 1, 1, 2, 3) {
		d := &registry.Deployment{Name: fmt.Sprintf("%s/deployments/d%d", name, i), Title: "a", StorageCountries: []string{country}, AccessCountries: []string{country}, Hosting: w.chance(60)}
		if w.chance(15) {
			d.AccessCountries = append(d.AccessCountries, pick(w.Rand, sceneCountries...))
		}
		if w.chance(10) {
			d.Role = pick(w.Rand, registry.RecipientRoleProcessor, registry.RecipientRoleController, registry.RecipientRoleJointController)
			roles = append(roles, d.Role)
		}
		if w.chance(8) {
			d.Kind = 1 + registry.RecipientKind(w.IntN(12))
		}
		w.put(d)
	}
	id := strings.TrimPrefix(name, "recipients/")
	for i, role := range roles {
		for k := range pick(w.Rand, 1, 1, 2) {
			w.addAgreement(fmt.Sprintf("agreements/%s-%d-%d", id, i, k), name, w.fit(r, role))
		}
	}
	if w.chance(30) {
		w.addAgreement("agreements/"+id+"-nda", name, registry.Agreement{Type: registry.AgreementTypeNda})
		if w.chance(60) {
			w.nouns["agreements/"+id+"-0-0"].(*registry.Agreement).Terms.Confidentiality = ""
		}
	}
	for _, e := range w.names(registry.Exporters) {
		w.addTransfers(id, name, e, country)
		w.addAssessments(id, name, e)
	}
}

func (w *scene) addAssessments(id, recipient, exporter string) {
	for i, t := range []registry.AssessmentType{registry.AssessmentTypePipia, registry.AssessmentTypeDpia} {
		for k := range pick(w.Rand, 1, 1, 2) {
			w.put(&registry.Assessment{Name: fmt.Sprintf("assessments/%s-%s-%d-%d", id, exporter[len("exporters/"):], i, k), Title: "a", Type: t, Exporter: exporter, Recipients: []string{recipient},
				Purposes: w.names(registry.Purposes), Categories: w.leaves(), CoveredCategories: w.leaves(), Countries: sceneCountries,
				ApprovedBy: "dpo", ApproveTime: w.ago(100 + w.IntN(2)), ReviewUntil: w.now + 200*aDay})
		}
	}
}

// fit returns a type of agreement that fits the role.
func (w *scene) fit(r *registry.Recipient, role registry.RecipientRole) registry.Agreement {
	entrusting := &registry.Terms{Entrusting: "1"}
	switch {
	case r.NaturalPerson:
		return registry.Agreement{Type: registry.AgreementTypeNda}
	case role == registry.RecipientRoleProcessor:
		return pick(w.Rand, registry.Agreement{Type: registry.AgreementTypeDpa}, registry.Agreement{Type: registry.AgreementTypeDpa},
			registry.Agreement{Type: registry.AgreementTypeEuScc, SCCModule: int32(2 + w.IntN(2))},
			registry.Agreement{Type: registry.AgreementTypeCnSc, Terms: entrusting}, registry.Agreement{Type: registry.AgreementTypeGbaSc, Terms: entrusting})
	case role == registry.RecipientRoleJointController:
		return registry.Agreement{Type: registry.AgreementTypeJoint}
	}
	return pick(w.Rand, registry.Agreement{Type: registry.AgreementTypeSharingC2c}, registry.Agreement{Type: registry.AgreementTypeSharingC2c},
		registry.Agreement{Type: registry.AgreementTypeEuScc, SCCModule: 1}, registry.Agreement{Type: registry.AgreementTypeCnSc})
}

// addAgreement adds a complete agreement of the given type, and returns it.
func (w *scene) addAgreement(name, recipient string, a registry.Agreement) *registry.Agreement {
	t := &registry.Terms{Confidentiality: "1", Purpose: "2", Period: "3", Method: "4", Categories: "5", Measures: "6", Audit: "7",
		SubprocessorMode: 1 + registry.SubprocessorMode(w.IntN(3)), DeleteOrReturn: "9", Instructions: "10", StaffConfidentiality: "11",
		AssistRights: "12", AssistSecurity: "13", Allocation: "14", Contact: "15"}
	if a.Terms != nil {
		t.Entrusting = a.Terms.Entrusting
	}
	if w.chance(20) {
		t.RetentionLimitDays = 30
	}
	a.Name, a.Title, a.Terms = name, "a", t
	a.Exporters, a.Recipients = w.names(registry.Exporters), []string{recipient}
	a.OurSignature = &registry.Signature{Signatory: "us", SignTime: w.ago(300)}
	a.TheirSignature = &registry.Signature{Signatory: "they", SignTime: w.ago(299)}
	a.Purposes, a.Categories, a.SubjectGroups = w.names(registry.Purposes), w.leaves(), w.groups
	a.CoveredCategories = a.Categories
	if w.chance(6) {
		a.Purposes = partOf(w.Rand, a.Purposes, len(a.Purposes))
	}
	a.Hosting = w.chance(50)
	a.EffectiveTime = w.ago(290 + w.IntN(3))
	if w.chance(50) {
		a.ExpireTime = w.now + pick(w.Rand, aDay, 89*aDay, 91*aDay, 400*aDay, 5*second)
	}
	w.put(&a)
	return &a
}

// addTransfers adds a transfer or two under each regime.
func (w *scene) addTransfers(id, recipient, exporter, country string) {
	for _, regime := range []registry.Regime{registry.RegimeCn, registry.RegimeEu} {
		for k := range pick(w.Rand, 1, 1, 2) {
			t := &registry.Transfer{Name: fmt.Sprintf("transfers/%s-%s-%d-%d", id, exporter[len("exporters/"):], regime, k), Title: "a", Regime: regime, Exporter: exporter,
				Recipients: []string{recipient}, Countries: sceneCountries, Purposes: w.names(registry.Purposes), Categories: w.leaves(), CoveredCategories: w.leaves(),
				ValidFrom: w.ago(250 + w.IntN(2)), Evidence: &registry.Evidence{Reference: "1", IssueTime: w.ago(260)}}
			if regime == registry.RegimeCn {
				t.Mechanism = pick(w.Rand, registry.MechanismSecurityAssessment, registry.MechanismStandardContract, registry.MechanismCertification)
				if country == "HK" && w.chance(70) {
					t.Mechanism = registry.MechanismGbaContract
				}
			} else {
				t.Mechanism = pick(w.Rand, registry.MechanismScc, registry.MechanismBcr)
				if w.chance(70) {
					switch country {
					case "US":
						t.Mechanism = registry.MechanismDpf
					case "JP", "BR", "GB":
						t.Mechanism = registry.MechanismAdequacy
					}
				}
			}
			w.completeTransfer(t, recipient)
			if w.chance(4) {
				t.Purposes = partOf(w.Rand, t.Purposes, len(t.Purposes))
			}
			if w.chance(40) {
				t.ValidTo = w.now + pick(w.Rand, aDay, 80*aDay, 400*aDay, 3*second)
			}
			if w.chance(30) {
				t.OnwardRecipients = partOf(w.Rand, w.names(registry.Recipients), 2)
			}
			w.put(t)
		}
	}
}

// completeTransfer gives a transfer what its mechanism asks for.
func (w *scene) completeTransfer(t *registry.Transfer, recipient string) {
	t.Countries = slices.Clone(t.Countries)
	w.keepCountries(t)
	agreement := strings.Replace(t.Name, "transfers/", "agreements/sc-", 1)
	switch t.Mechanism {
	case registry.MechanismStandardContract:
		t.Agreement = w.addAgreement(agreement, recipient, registry.Agreement{Type: registry.AgreementTypeCnSc}).Name
	case registry.MechanismGbaContract:
		t.Agreement = w.addAgreement(agreement, recipient, registry.Agreement{Type: registry.AgreementTypeGbaSc}).Name
	case registry.MechanismScc:
		t.Agreement = w.addAgreement(agreement, recipient, registry.Agreement{Type: registry.AgreementTypeEuScc, SCCModule: int32(1 + w.IntN(3))}).Name
	case registry.MechanismDpf:
		t.RecertifiedUntil = w.now + 100*aDay
	}
}

// addLinks lets some deployments reach another recipient, with authorisation and
// sub-agreement.
func (w *scene) addLinks(deployment string) {
	if !w.chance(25) {
		return
	}
	d := w.nouns[deployment].(*registry.Deployment)
	for range 1 + w.IntN(2) {
		to := pick(w.Rand, w.names(registry.Recipients)...)
		l := registry.SubprocessorLink{Recipient: to, Service: "purposes/hosting", Authorisation: registry.AuthorisationSpecific, AuthoriseTime: w.ago(150)}
		if w.chance(50) {
			l.Authorisation, l.NoticeUntil = registry.AuthorisationGeneral, w.ago(90)
		}
		if of := w.deploymentsOf(to); len(of) > 0 && w.chance(50) {
			l.Deployment = pick(w.Rand, of...)
		}
		if slices.ContainsFunc(d.Links, func(o registry.SubprocessorLink) bool { return o.Recipient == l.Recipient }) {
			continue
		}
		w.addLink(deployment, l)
	}
}

// addChain lets a deployment reach n recipients, one behind the other.
func (w *scene) addChain(n int) {
	at := pick(w.Rand, w.names(registry.Deployments)...)
	for i := range n {
		next := fmt.Sprintf("recipients/chain%d", i)
		w.put(&registry.Recipient{Name: next, Title: "a", Kind: registry.RecipientKindSupport, Role: registry.RecipientRoleProcessor, Country: "CN",
			ApproveTime: w.ago(500), DueDiligenceUntil: w.now + 300*aDay, Screenings: []registry.Screening{{ScreenTime: w.ago(30), Result: registry.ScreeningResultClear}}})
		w.put(&registry.Deployment{Name: next + "/deployments/d0", Title: "a", StorageCountries: []string{"CN"}, AccessCountries: []string{"CN"}})
		w.addLink(at, registry.SubprocessorLink{Recipient: next, Service: "purposes/hosting", Authorisation: registry.AuthorisationSpecific, AuthoriseTime: w.ago(150)})
		at = next + "/deployments/d0"
	}
}

// addFan gives a deployment up to n links, to every deployment and service.
func (w *scene) addFan(n int) {
	at := pick(w.Rand, w.names(registry.Deployments)...)
	w.nouns[at].(*registry.Deployment).Links = nil
	for _, to := range w.names(registry.Recipients) {
		for _, d := range append(w.deploymentsOf(to), "") {
			for _, service := range []string{"purposes/hosting", "purposes/sending", "purposes/support"} {
				if n--; n >= 0 {
					w.addLink(at, registry.SubprocessorLink{Recipient: to, Deployment: d, Service: service, Authorisation: registry.AuthorisationSpecific, AuthoriseTime: w.ago(150)})
				}
			}
		}
	}
}

// addLink adds a link with its sub-agreement to a deployment.
func (w *scene) addLink(deployment string, l registry.SubprocessorLink) {
	from, d := registry.RecipientOf(deployment), w.nouns[deployment].(*registry.Deployment)
	a := w.addAgreement(fmt.Sprintf("agreements/sub-%d-%d", w.numbers[deployment], len(d.Links)), from, registry.Agreement{Type: registry.AgreementTypeDpa})
	a.Exporters, a.Recipients = nil, []string{from, l.Recipient}
	l.SubAgreement = a.Name
	d.Links = append(d.Links, l)
}

func (w *scene) deploymentsOf(recipient string) []string {
	return slices.DeleteFunc(w.names(registry.Deployments), func(d string) bool { return registry.RecipientOf(d) != recipient })
}
