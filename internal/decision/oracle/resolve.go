package oracle

import (
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// eea lists the countries of R10.
var eea = []string{
	"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT",
	"LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO",
}

// stateOf is the state that a country is of: the Union's territories with a code of
// their own are of France and of Finland (R83).
func stateOf(country string) string {
	switch country {
	case "GF", "GP", "MF", "MQ", "RE", "YT":
		return "FR"
	case "AX":
		return "FI"
	}
	return country
}

// inEEA is R10, read with R83.
func inEEA(country string) bool { return slices.Contains(eea, stateOf(country)) }

const unknown = "UNKNOWN"

// asked is a category of the question that the registry has, with its leaves.
type asked struct {
	name   string
	leaves []leaf
}

// any reports whether one of the leaves has the flag (R4).
func (a asked) any(flag func(leaf) bool) bool { return slices.ContainsFunc(a.leaves, flag) }

// personal reports whether it is personal data: non_personal only if all leaves are (R4).
func (a asked) personal() bool { return a.any(func(l leaf) bool { return !l.nonPersonal }) }

// coveredBy reports whether a list of leaves covers each leaf (R4).
func (a asked) coveredBy(covered []string) bool {
	return !a.any(func(l leaf) bool { return !slices.Contains(covered, l.name) })
}

// class is what kind makes of a deployment: which rules run for it (R45).
type class uint8

const (
	ordinary class = iota
	public
	authority
	successor // of a deal that is closed
)

// has reports whether a class has a rule under a regime (R45). Rule 42 runs beyond
// it for foreign proceedings and a rescue service that is an authority (R81), and 43
// for a bidder: they look themselves.
func (c class) has(rule int, regime registry.Regime) bool {
	in := func(from, to int) bool { return from <= rule && rule <= to }
	switch c {
	case public:
		return !(in(6, 9) || rule == 15 || rule == 17 || in(20, 29) || rule == 33 || rule == 35 || in(41, 46) || rule == 49 || in(51, 60))
	case authority:
		return !(rule == 15 || rule == 17 || in(20, 28) || rule == 33 || rule == 36 || rule == 40 || rule == 43 || rule == 44 || rule == 49)
	case successor:
		return !(rule == 14 || rule == 15 || rule == 17 || rule == 20 || rule == 33 || rule == 35 || rule == 36 || in(40, 42) ||
			regime == registry.RegimeCn && (in(30, 32) || rule == 34))
	}
	return !(rule == 36 || in(40, 41) || in(43, 44) || rule == 42)
}

// view is one deployment judged with its effective kind and role; deployment is
// nil for a recipient without deployments (R6).
type view struct {
	deployment *registry.Deployment
	kind       registry.RecipientKind
	role       registry.RecipientRole
	hosting    bool
	class      class
	bidder     bool // a successor whose deal is not closed: judged as PARTNER
}

// controls reports whether the recipient decides itself what it does.
func (v view) controls() bool {
	return v.role == registry.RecipientRoleController || v.role == registry.RecipientRoleJointController
}

// organ reports whether a deployment is of a public body that rule 42 judges: an
// AUTHORITY, or a rescue service that is itself one (R59, R81).
func (v view) organ() bool {
	return v.class == authority || v.kind == registry.RecipientKindRescue && v.role == registry.RecipientRoleAuthority
}

// link is a further recipient of the chain (R12). recorded is nil for a link
// that only the question names.
type link struct {
	holder      string // the recipient that has the link
	recorded    *registry.SubprocessorLink
	recipient   *registry.Recipient // nil: unknown
	deployments []*registry.Deployment
}

// facts are what the question's names and silences resolve to. nil is unknown,
// and a rule that reads what is unknown does not run (R2).
type facts struct {
	exporter     *registry.Exporter
	purpose      *registry.Purpose
	served       *registry.Purpose // nil too where R3 leaves none
	recipient    *registry.Recipient
	views        []view // empty where recipient or deployment is unknown
	group        registry.SubjectGroup
	regions      []string // nil where they rest on an unknown exporter
	regimes      map[registry.Regime]bool
	versions     []*registry.Policy // governing, one or more; none where a region has none
	regionless   bool               // some region has no governing version
	asked        []asked
	links        []link
	chainTooLong bool
	chainInvalid bool

	// Of the subject (R46, R47).
	erased, restricted, objected, doNotTrack, optedOut bool
	age                                                decision.AgeBand
	cohort                                             bool      // the question's counts (R48)
	believed                                           []consent // presented and held

	walks       map[string][]*registry.Policy           // by region, the oldest first
	took        map[string]*registry.Policy             // by region, the last that took effect
	under       map[*registry.Policy]map[string]verdict // what 4, 5, 14, 15 and 17 say, by category
	claim       *registry.ExceptionRecord               // nil: none is claimed, or none is known
	unsupported []Reason                                // of rule 10
	supported   map[string]bool                         // asked categories that the claim is supported for

	badDeployment, badServed, badProduct, badGroup bool
	unknownPurpose, unknownServed                  bool
}

func (j *judge) resolve() {
	j.agreementsRelied, j.transfersRelied, j.waived = map[string]bool{}, map[string]bool{}, map[Waived]bool{}
	j.resolveExporter()
	j.resolvePurposes()
	j.resolveRecipient()
	j.resolveCategories()
	j.resolveGroup()
	j.resolveRegions()
	j.resolveRegimes()
	j.resolveSubject()
	j.resolveVersions()
	j.resolveChain()
	j.resolveException()
	j.resolveVerdicts()
}

// R1; R7 for the product.
func (j *judge) resolveExporter() {
	if j.q.Exporter != "" {
		j.exporter = j.exporters[j.q.Exporter]
	} else if len(j.exporters) == 1 {
		for _, e := range j.exporters {
			j.exporter = e
		}
	}
	if j.exporter != nil && j.q.Product != "" && j.product() == nil {
		j.badProduct = true
	}
}

// product is the exporter's product that the question names.
func (j *judge) product() *registry.Product {
	for i := range j.exporter.Products {
		if j.exporter.Products[i].ID == j.q.Product {
			return &j.exporter.Products[i]
		}
	}
	return nil
}

// R3.
func (j *judge) resolvePurposes() {
	j.purpose = j.purposes[j.q.Purpose]
	j.unknownPurpose = j.purpose == nil
	given := j.purposes[j.q.ServedPurpose]
	j.unknownServed = j.q.ServedPurpose != "" && given == nil
	switch {
	case j.purpose == nil: // whether it serves itself is unknown, so what is served is too
	case given != nil && service(given):
		j.badServed = true // a service purpose given as served purpose
	case service(j.purpose):
		j.served = given
		j.badServed = j.q.ServedPurpose == "" // missing
	case j.q.ServedPurpose == "" || j.q.ServedPurpose == j.q.Purpose:
		j.served = j.purpose // it serves itself
	default:
		j.badServed = true // a different one given with it
	}
}

// R6; R13 for what is not given.
func (j *judge) resolveRecipient() {
	j.recipient = j.recipients[j.q.Recipient]
	if j.recipient == nil {
		return
	}
	judged := j.deploymentsOf(j.recipient.Name)
	if j.q.Deployment != "" {
		d := j.deployments[j.q.Deployment]
		if d == nil || registry.RecipientOf(d.Name) != j.recipient.Name {
			j.badDeployment = true
			return
		}
		judged = []*registry.Deployment{d}
	}
	if len(judged) == 0 {
		j.views = []view{j.viewOf(nil)}
	}
	for _, d := range judged {
		j.views = append(j.views, j.viewOf(d))
	}
}

func (j *judge) viewOf(d *registry.Deployment) view {
	v := view{deployment: d, kind: j.recipient.Kind, role: j.recipient.Role}
	if d != nil {
		v.hosting = d.Hosting
		if d.Kind != 0 {
			v.kind = d.Kind
		}
		if d.Role != 0 {
			v.role = d.Role
		}
	}
	if v.kind == 0 {
		v.kind = registry.RecipientKindPartner
	}
	if v.role == 0 {
		v.role = registry.RecipientRoleController
	}
	switch v.kind {
	case registry.RecipientKindPublic:
		v.class = public
	case registry.RecipientKindAuthority:
		v.class = authority
	case registry.RecipientKindSuccessor:
		if deal := j.recipient.Deal; deal != nil && given(deal.CloseTime, j.t) {
			v.class = successor
		} else {
			v.kind, v.bidder = registry.RecipientKindPartner, true
		}
	}
	return v
}

// judged are the deployments of the views.
func (j *judge) judged() []*registry.Deployment {
	var out []*registry.Deployment
	for _, v := range j.views {
		if v.deployment != nil {
			out = append(out, v.deployment)
		}
	}
	return out
}

// R4; an unknown category is judged by nothing further (R2).
func (j *judge) resolveCategories() {
	for _, name := range j.q.Categories {
		if j.categories[name] != nil {
			j.asked = append(j.asked, asked{name, j.leaves[name]})
		}
	}
}

// R16.
func (j *judge) resolveGroup() {
	j.group = j.q.SubjectGroup
	if j.group != 0 {
		return
	}
	covered := map[registry.SubjectGroup]bool{}
	for _, p := range j.policies {
		for _, g := range p.SubjectGroups {
			covered[g] = true
		}
	}
	if len(covered) != 1 {
		j.badGroup = true
		return
	}
	for g := range covered {
		j.group = g
	}
}

// R8.
func (j *judge) resolveRegions() {
	given := j.q.SubjectRegions
	switch {
	case j.exporter == nil: // what is served, and so the law, is unknown
	case len(given) > 0 && !slices.Contains(given, unknown):
		j.regions = slices.Clone(given)
	case len(given) > 0:
		j.regions = append(slices.Clone(given), j.exporter.RegionsServed...)
	case len(j.exporter.RegionsServed) > 0:
		j.regions = slices.Clone(j.exporter.RegionsServed)
	default:
		j.regions = []string{unknown}
	}
}

// R9.
func (j *judge) resolveRegimes() {
	j.regimes = map[registry.Regime]bool{}
	e := j.exporter
	if e == nil {
		return
	}
	serves := func(country string) bool { return slices.Contains(e.RegionsServed, country) }
	subject := func(country string) bool { return slices.Contains(j.regions, country) }
	noOrigin := j.q.Origin == "" || j.q.Origin == unknown

	j.regimes[registry.RegimeCn] = e.Country == "CN" || subject("CN") || j.q.Origin == "CN" || noOrigin && serves("CN")
	j.regimes[registry.RegimeCnSz] = e.Country == "CN" && e.City == "shenzhen"
	j.regimes[registry.RegimeEu] = inEEA(e.Country) ||
		slices.ContainsFunc(j.regions, inEEA) && slices.ContainsFunc(e.RegionsServed, inEEA)
	j.regimes[registry.RegimeUk] = e.Country == "GB" || subject("GB") && serves("GB")
}

// R12: links of the deployments judged, then the question's, then those of the
// recipients reached, each once, to a depth of 8 and 64 links. Each recorded link is
// one, whatever it reaches: it has an authorisation and a sub-agreement of its own.
// What was met beyond the depth is judged too, and followed no further.
func (j *judge) resolveChain() {
	const maxDepth, maxLinks = 8, 64
	if len(j.views) == 0 {
		return // it begins at the deployments judged, which are unknown
	}
	seen := map[string]bool{} // deployments whose links stand in the chain
	var level []link
	open := func(d *registry.Deployment) (out []link) {
		if seen[d.Name] {
			return nil
		}
		seen[d.Name] = true
		for i := range d.Links {
			l := &d.Links[i]
			out = append(out, link{registry.RecipientOf(d.Name), l, j.recipients[l.Recipient], j.reached(l.Recipient, l.Deployment)})
		}
		return out
	}
	for _, d := range j.judged() {
		level = append(level, open(d)...)
	}
	asked := map[decision.ChainLink]bool{}
	for _, l := range j.q.Chain {
		if !asked[l] {
			asked[l] = true
			if l.Deployment != "" && j.recipients[l.Recipient] != nil && (j.deployments[l.Deployment] == nil || registry.RecipientOf(l.Deployment) != l.Recipient) {
				j.chainInvalid = true
			}
			level = append(level, link{"", nil, j.recipients[l.Recipient], j.reached(l.Recipient, l.Deployment)})
		}
	}
	for depth := 1; len(level) > 0; depth++ {
		if depth > maxDepth || len(j.links)+len(level) > maxLinks {
			j.chainTooLong = true
			j.links = append(j.links, level[:min(len(level), maxLinks-len(j.links))]...)
			return
		}
		j.links = append(j.links, level...)
		var next []link
		for _, l := range level {
			for _, d := range l.deployments {
				next = append(next, open(d)...)
			}
		}
		level = next
	}
}

// reached are the deployments of a link's recipient: the one named, else all.
func (j *judge) reached(recipient, deployment string) []*registry.Deployment {
	if d := j.deployments[deployment]; d != nil && registry.RecipientOf(deployment) == recipient {
		return []*registry.Deployment{d}
	}
	return j.deploymentsOf(recipient)
}

// recordedOn reports whether a link to the recipient is recorded on a deployment judged.
func (j *judge) recordedOn(recipient string) bool {
	for _, d := range j.judged() {
		for _, l := range d.Links {
			if l.Recipient == recipient {
				return true
			}
		}
	}
	return false
}

// placesOf returns the countries of a recipient and of the deployments (R11):
// its establishment, their storage and their access; and the records that lack one.
// What is lacking is UNKNOWN.
func placesOf(r *registry.Recipient, ds []*registry.Deployment) (countries, lacking []string) {
	add := func(record string, list ...string) {
		if len(list) == 0 {
			list = []string{""}
		}
		for _, c := range list {
			if c == "" || c == unknown {
				c = unknown
				lacking = append(lacking, record)
			}
			countries = append(countries, c)
		}
	}
	add(r.Name, r.Country)
	if len(ds) == 0 {
		add(r.Name)
	}
	for _, d := range ds {
		add(d.Name, d.StorageCountries...)
		add(d.Name, d.AccessCountries...)
	}
	return countries, lacking
}

// direct are the countries judged that the chain does not add. The public has no
// country: of it only the question's destinations are judged (R11).
func (j *judge) direct() []string {
	out := slices.Clone(j.q.DestinationCountries)
	if j.recipient != nil && len(j.views) > 0 && !j.allPublic() {
		cs, _ := placesOf(j.recipient, j.placed())
		out = append(out, cs...)
	}
	return out
}

// placed are the deployments judged that have countries: all but the public's.
func (j *judge) placed() []*registry.Deployment {
	var out []*registry.Deployment
	for _, v := range j.views {
		if v.class != public && v.deployment != nil {
			out = append(out, v.deployment)
		}
	}
	return out
}

// allPublic reports whether every deployment judged is the public's.
func (j *judge) allPublic() bool {
	return len(j.views) > 0 && !slices.ContainsFunc(j.views, func(v view) bool { return v.class != public })
}

// countries are all countries judged (R11).
func (j *judge) countries() []string {
	out := j.direct()
	for _, l := range j.links {
		if l.recipient != nil && !j.allPublic() {
			cs, _ := placesOf(l.recipient, l.deployments)
			out = append(out, cs...)
		}
	}
	return out
}

// abroad reports whether a country lies abroad under a regime; UNKNOWN does (R38, R44).
func abroad(regime registry.Regime, country string) bool {
	switch regime {
	case registry.RegimeCn:
		return country != "CN"
	case registry.RegimeUk:
		return country != "GB"
	}
	return !inEEA(country)
}

// crossBorder reports whether the share is cross-border under CN, EU or UK (R38).
func (j *judge) crossBorder(regime registry.Regime) bool {
	return slices.ContainsFunc(j.countries(), func(c string) bool { return abroad(regime, c) })
}

// laws are those of CN, EU and UK that are resolved: most rules run once for each (R44).
func (j *judge) laws() []registry.Regime {
	return slices.DeleteFunc([]registry.Regime{registry.RegimeCn, registry.RegimeEu, registry.RegimeUk}, func(r registry.Regime) bool { return !j.regimes[r] })
}

// viewsOf returns the deployments judged that a rule of the policy runs for (R45).
func (j *judge) viewsOf(rule int) []view { return j.viewsUnder(rule, registry.RegimePolicy) }

// viewsUnder returns the deployments judged that a rule runs for under a regime.
func (j *judge) viewsUnder(rule int, regime registry.Regime) []view {
	var out []view
	for _, v := range j.views {
		if v.class.has(rule, regime) {
			out = append(out, v)
		}
	}
	return out
}

// runs reports whether a rule that reads no deployment runs: not where every one is
// of a class that lacks it (R45).
func (j *judge) runs(rule int) bool { return len(j.views) == 0 || len(j.viewsOf(rule)) > 0 }
