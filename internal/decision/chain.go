package decision

import (
	"slices"

	"waybill/internal/registry"
)

// follow gathers the links of the chain: reading R12. The links of a deployment
// are gathered once, each by itself: it has an authorisation and a sub-agreement of
// its own, whatever else reaches the same recipient.
func (e *scratch) follow() {
	for i := range e.deps {
		if d := &e.deps[i].deploymentView; d.number != 0 {
			e.open(d, e.recNumber, 1)
		}
	}
	recorded := len(e.links)
	for i, c := range e.q.Chain {
		if slices.Contains(e.q.Chain[:i], c) {
			continue
		}
		r, _ := e.s.find(registry.Recipients, c.Recipient)
		v := linkView{recipient: orNone(r), deployment: e.chained(r, c.Deployment)}
		if slices.ContainsFunc(e.links[:min(recorded, len(e.links))], func(l link) bool { return l.recipient == v.recipient }) {
			v.authorisation = registry.AuthorisationSpecific // it is judged by the recorded link
		}
		e.reach(link{linkView: v, from: e.recNumber, depth: 1})
	}
	for i := 0; i < len(e.links); i++ {
		l := &e.links[i]
		if rec := e.s.record(l.recipient); l.recipient != noNumber && len(rec) > 0 {
			readRecipient(rec, &l.rec)
			if l.depth <= maxDepth {
				r, of, depth := l.rec, l.recipient, l.depth+1
				e.deploymentsOf(l.deployment, &r, func(d *deploymentView) { e.open(d, of, depth) })
			}
		}
	}
}

// chained returns the deployment that a link of the question names, 0 for all: one
// that is not the recipient's makes the question invalid.
func (e *scratch) chained(recipient uint32, name string) uint32 {
	if name == "" || recipient == 0 {
		return 0
	}
	n, rec := e.s.find(registry.Deployments, name)
	if n == 0 {
		e.badChain = true
		return 0
	}
	var d deploymentView
	if readDeployment(n, rec, &d); d.recipient != recipient {
		e.badChain = true
		return 0
	}
	return n
}

// open adds the links of a deployment, once.
func (e *scratch) open(d *deploymentView, of uint32, depth int) {
	if slices.Contains(e.opened, d.number) {
		return
	}
	e.opened = append(e.opened, d.number)
	for i := 0; i+linkSize <= len(d.links); i += linkSize {
		e.reach(link{linkView: readLink(d.links[i:]), from: of, recorded: true, depth: depth})
	}
}

// reach adds a link, as long as the chain is within its bounds.
func (e *scratch) reach(l link) {
	if e.overlong = e.overlong || len(e.links) == maxLinks || l.depth > maxDepth; len(e.links) < maxLinks {
		e.links = append(e.links, l)
	}
}

// deploymentsOf calls f for the deployment of a link, or for all of its recipient.
func (e *scratch) deploymentsOf(named uint32, r *recipientView, f func(*deploymentView)) {
	var d deploymentView
	if named == noNumber {
		return
	}
	if named != 0 {
		if rec := e.s.record(named); len(rec) > 0 {
			readDeployment(named, rec, &d)
			f(&d)
		}
		return
	}
	for i := range r.deployments.len() {
		n := r.deployments.at(i)
		readDeployment(n, e.s.record(n), &d)
		f(&d)
	}
}

// locate gathers the countries judged: reading R11, and whether the share is
// cross-border: R38. A country that is not given is unknown.
func (e *scratch) locate() {
	for _, c := range e.q.DestinationCountries {
		e.place(parseCountry(c), 0, -1)
	}
	if e.classes != forPublic { // it has no country: reading R11
		e.locateRecipients()
	}
	for _, p := range e.places {
		e.abroad[registry.RegimeCn] = e.abroad[registry.RegimeCn] || p.country != cn
		e.abroad[registry.RegimeEu] = e.abroad[registry.RegimeEu] || !p.country.inEEA(e.edition)
		e.abroad[registry.RegimeUk] = e.abroad[registry.RegimeUk] || p.country != gb
	}
}

// locateRecipients adds the countries of the recipient, of the deployments judged
// and of the links.
func (e *scratch) locateRecipients() {
	e.place(e.rec.country, e.recNumber, -1)
	for i := range e.deps {
		switch d := &e.deps[i]; {
		case d.class == forPublic:
		case d.number != 0:
			e.placeDeployment(&d.deploymentView, -1)
		default:
			e.place(unknownCountry, e.recNumber, -1)
		}
	}
	for i := range e.links {
		l := &e.links[i]
		if l.recipient == noNumber {
			continue
		}
		e.place(l.rec.country, l.recipient, i)
		any := false
		e.deploymentsOf(l.deployment, &l.rec, func(d *deploymentView) { any = true; e.placeDeployment(d, i) })
		if !any {
			e.place(unknownCountry, l.recipient, i)
		}
	}
}

func (e *scratch) placeDeployment(d *deploymentView, link int) {
	for i := range d.storage.len() {
		e.place(d.storage.at(i), d.number, link)
	}
	for i := range d.access.len() {
		e.place(d.access.at(i), d.number, link)
	}
	if d.storage.len() == 0 || d.access.len() == 0 {
		e.place(unknownCountry, d.number, link)
	}
}

// place adds a country that is judged, once a record and link.
func (e *scratch) place(c country, record uint32, link int) {
	if !c.known() {
		c = unknownCountry
	}
	for i := range e.places {
		if p := &e.places[i]; p.country == c && p.record == record && p.link == link {
			return
		}
	}
	e.places = append(e.places, place{c, record, link})
}
