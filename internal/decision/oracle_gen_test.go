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
var sceneCountries = []string{"CN", "HK", "MO", "TW", "US", "DE", "FR", "GB", "JP", "BR", "SG", "RE", "GP", "AX", "NC"}

// territories are those of sceneCountries that are of the Union, and one that is not.
var territories = []string{"RE", "GP", "AX", "NC"}

// laws are the regimes that a basis or a citation may be of.
var laws = []registry.Regime{registry.RegimeCn, registry.RegimeCnSz, registry.RegimeEu, registry.RegimeUk}

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
	for _, name := range w.names(registry.Recipients) {
		w.addInstruments(name)
	}
	for _, name := range w.names(registry.Recipients) {
		w.addExceptions(name)
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
	w.addTurns(newRand(seed, 8))
	w.addSiblings(newRand(seed, 9))
	w.addAnew(newRand(seed, 10))
	w.addEndings(newRand(seed, 11))
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
	s.HmtAuthority, s.NonsensitiveTier = registry.HmtAuthority(w.IntN(3)), registry.NonsensitiveTier(w.IntN(3))
	s.StatutoryDutyLiftsAssessment, s.CountExemptFlows = w.chance(30), w.chance(20)
	s.AgreementDeferralOff, s.AssessmentDeferralOff = w.chance(10), w.chance(10)
	w.put(s)
	for _, c := range []registry.Category{
		{Name: "user"}, {Name: "user.name", IdentityOrContact: true},
		{Name: "user.contact", IdentityOrContact: true}, {Name: "user.contact.phone"}, {Name: "user.contact.email", DirectIdentifier: true},
		{Name: "user.address"}, {Name: "user_2"}, {Name: "user.race", Special: true}, {Name: "user.id_number", Sensitive: true, DirectIdentifier: true},
		{Name: "user.cookie", Analytics: true, IdentityOrContact: true},
		{Name: "health", Sensitive: true, Special: true}, {Name: "health.record"}, {Name: "health.mood", NonPersonal: true},
		{Name: "secret", Credential: registry.CredentialClear}, {Name: "secret.hint", Credential: registry.CredentialNone}, {Name: "secret.key"},
		{Name: "secret.hash", Credential: registry.CredentialHash}, {Name: "secret.code", Credential: registry.CredentialCode},
		{Name: "device"}, {Name: "device.model"}, {Name: "device.usage", Analytics: true}, {Name: "device.ad", NonPersonal: true},
		{Name: "statistics", NonPersonal: true}, {Name: "statistics.count"}, {Name: "grid", ImportantData: true},
	} {
		c.Name = "categories/" + c.Name
		c.Title, c.Sentence, c.Example = "a", "b", "c"
		w.put(&c)
	}
	for _, p := range []registry.Purpose{
		{Name: "delivery"}, {Name: "account"}, {Name: "fraud", Service: registry.ServiceNone}, {Name: "ads", InterestAdvertising: true, Tracking: true},
		{Name: "profile", Profiling: true}, {Name: "research", HighRisk: true}, {Name: "measuring", Analytics: true, Tracking: true},
		{Name: "proceedings", ForeignProceedings: true}, {Name: "winding", WindDown: true}, {Name: "deletion", Deletion: true}, {Name: "rescue"}, {Name: "disclosure"},
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
			registry.Exporter{Country: "CN", City: "shenzhen", RegionsServed: []string{"CN"}},
			registry.Exporter{Country: "CN", City: "shenzhen", RegionsServed: []string{"CN", "DE"}},
			registry.Exporter{Country: "CN", City: "beijing", RegionsServed: []string{"CN", "FR", "SE"}},
			registry.Exporter{Country: "CN", City: "beijing", RegionsServed: []string{"CN", "GB"}},
			registry.Exporter{Country: "SG", RegionsServed: []string{"SG"}},
			registry.Exporter{Country: "SG", RegionsServed: []string{"SG", "CN", "ES"}},
			registry.Exporter{Country: "DE", RegionsServed: []string{"DE", "FR"}},
			registry.Exporter{Country: "DE", RegionsServed: []string{"SE", "US"}},
			registry.Exporter{Country: "GB", RegionsServed: []string{"GB"}},
			registry.Exporter{Country: "GB", RegionsServed: []string{"GB", "DE"}},
			registry.Exporter{Country: "CN", City: "shenzhen", RegionsServed: []string{"CN", pick(w.Rand, territories...)}},
			registry.Exporter{Country: "SG", RegionsServed: []string{"SG", pick(w.Rand, territories...)}},
			registry.Exporter{Country: pick(w.Rand, territories...), RegionsServed: []string{pick(w.Rand, "FR", "US", "RE"), "AX"}},
			registry.Exporter{Country: "US"})
		e.Name, e.Title = fmt.Sprintf("exporters/e%d", i), "a"
		for p := range w.IntN(3) {
			product := registry.Product{ID: fmt.Sprintf("p%d", p), Minors: pick(w.Rand, registry.MinorsAimNotAimed, registry.MinorsAimNotAimed, registry.MinorsAimAimed)}
			product.Purposes = partOf(w.Rand, w.names(registry.Purposes), 5)
			if w.chance(15) {
				product.CeaseTime = pick(w.Rand, w.ago(9), w.now, w.now+1)
			}
			e.Products = append(e.Products, product)
		}
		w.addProofs(&e)
		w.put(&e)
	}
}

// addProofs gives an exporter some of what its volumes and holds are judged by.
func (w *scene) addProofs(e *registry.Exporter) {
	if w.chance(6) {
		e.CIIOPeriods = []registry.Period{{StartTime: w.ago(9)}}
	}
	if w.chance(40) {
		z := registry.FreeTradeZone{Zone: "z", StartTime: w.ago(90), NegativeList: "1", CoveredCategories: partOf(w.Rand, w.leaves(), 3), ApprovedBy: "legal", ApproveTime: w.ago(80)}
		z.ListedCategories = z.CoveredCategories
		e.FreeTradeZones = append(e.FreeTradeZones, z)
	}
	if w.chance(30) {
		e.SmallHandlers = []registry.SmallHandler{{StartTime: w.ago(90), Persons: 10}}
	}
	if w.chance(30) {
		v := registry.VolumeOpening{Year: pick(w.Rand, w.year(), w.year(), w.year()-1), Persons: 10, SensitivePersons: 5, Source: "a"}
		if w.chance(20) {
			v.Persons, v.SensitivePersons = w.volume(), w.volume()
		}
		e.VolumeOpenings = []registry.VolumeOpening{v}
	}
	if w.chance(30) {
		h := registry.LegalHold{Citation: "law", Purposes: partOf(w.Rand, w.names(registry.Purposes), 12), CoveredCategories: partOf(w.Rand, w.leaves(), 20), StartTime: w.ago(90), ApprovedBy: "legal"}
		h.Categories = h.CoveredCategories
		e.Holds = []registry.LegalHold{h}
	}
}

// year is that of the scene in China.
func (w *scene) year() int32 { return shanghaiYear(w.now) }

// volume is a number of persons on or around a bound.
func (w *scene) volume() int64 {
	return max(0, pick(w.Rand, int64(0), 7_999, 8_000, 9_999, 10_000, 79_999, 99_998, 99_999, 100_000, 799_999, 999_999, 1_000_000)-int64(w.IntN(3))%2)
}

func (w *scene) addPrincipals() {
	w.put(&registry.Principal{Name: "principals/source", Title: "a", Role: registry.RoleCaller, ConsentSource: &registry.ConsentSource{MaxAgeSeconds: pick(w.Rand, int32(0), 120)}})
	w.put(&registry.Principal{Name: "principals/caller", Title: "a", Role: registry.RoleCaller})
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
