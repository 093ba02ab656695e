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

func inEEA(country string) bool { return slices.Contains(eea, country) }

const unknown = "UNKNOWN"

// asked is a category of the question that the registry has, with its leaves.
type asked struct {
	name   string
	leaves []leaf
}

// any reports whether one of the leaves has the flag (R4).
func (a asked) any(flag func(leaf) bool) bool { return slices.ContainsFunc(a.leaves, flag) }

// coveredBy reports whether a list of leaves covers each leaf (R4).
func (a asked) coveredBy(covered []string) bool {
	return !a.any(func(l leaf) bool { return !slices.Contains(covered, l.name) })
}

// view is one deployment judged with its effective kind and role; deployment is
// nil for a recipient without deployments (R6).
type view struct {
	deployment *registry.Deployment
	kind       registry.RecipientKind
	role       registry.RecipientRole
	hosting    bool
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

	badDeployment, badServed, badProduct, badGroup bool
	unknownPurpose, unknownServed                  bool
}

func (j *judge) resolve() {
	j.agreementsRelied, j.transfersRelied = map[string]bool{}, map[string]bool{}
	j.resolveExporter()
	j.resolvePurposes()
	j.resolveRecipient()
	j.resolveCategories()
	j.resolveGroup()
	j.resolveRegions()
	j.resolveRegimes()
	j.resolveVersions()
	j.resolveChain()
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
			j.asked = append(j.asked, asked{name, j.leavesOf(name)})
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

// resolvedOf returns those of the regimes that are resolved.
func (j *judge) resolvedOf(regimes ...registry.Regime) []registry.Regime {
	return slices.DeleteFunc(regimes, func(r registry.Regime) bool { return !j.regimes[r] })
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
// country: of it only the question's destinations are judged.
func (j *judge) direct() []string {
	out := slices.Clone(j.q.DestinationCountries)
	if !j.public() {
		cs, _ := placesOf(j.recipient, j.judged())
		out = append(out, cs...)
	}
	return out
}

// public reports whether the public's list binds the question: then it has no
// countries but its own.
func (j *judge) public() bool { return j.narrowed() == registry.RecipientKindPublic }

// countries are all countries judged (R11).
func (j *judge) countries() []string {
	out := j.direct()
	for _, l := range j.links {
		if l.recipient != nil && !j.public() {
			cs, _ := placesOf(l.recipient, l.deployments)
			out = append(out, cs...)
		}
	}
	return out
}

// abroad reports whether a country lies abroad under a regime; UNKNOWN does (R38).
func abroad(regime registry.Regime, country string) bool {
	if regime == registry.RegimeCn {
		return country != "CN"
	}
	return !inEEA(country)
}

// crossBorder reports whether the share is cross-border under CN or EU (R38).
func (j *judge) crossBorder(regime registry.Regime) bool {
	return slices.ContainsFunc(j.countries(), func(c string) bool { return abroad(regime, c) })
}

// runs reports whether a rule runs for a kind; those that are not judged have
// their own short lists (R13).
func runs(rule int, kind registry.RecipientKind) bool {
	switch kind {
	case registry.RecipientKindAuthority, registry.RecipientKindRescue, registry.RecipientKindSuccessor:
		return slices.Contains([]int{1, 2, 3, 6, 7, 8, 9, 10, 14, 16, 18}, rule)
	case registry.RecipientKindPublic:
		return slices.Contains([]int{1, 2, 3, 10, 14, 16, 18, 30, 31, 32, 34, 36, 37, 38, 50}, rule)
	}
	return true
}

// judgedKind reports whether this edition judges the kind.
func judgedKind(kind registry.RecipientKind) bool { return runs(51, kind) }

// narrowed is the kind whose short list binds the whole question, whatever the
// other views are (R13): one that is not judged, the public last; 0 if there is none.
func (j *judge) narrowed() (kind registry.RecipientKind) {
	for _, v := range j.views {
		if !judgedKind(v.kind) && (kind == 0 || kind == registry.RecipientKindPublic) {
			kind = v.kind
		}
	}
	return kind
}

// viewsOf returns the views that a rule runs for.
func (j *judge) viewsOf(rule int) []view {
	if !runs(rule, j.narrowed()) {
		return nil
	}
	return j.views
}
