package oracle

import (
	"slices"
	"strings"
	"time"

	"waybill/internal/registry"
)

// Registry is the nouns of a fold by their names.
type Registry struct {
	settings    registry.Settings
	exporters   map[string]*registry.Exporter
	recipients  map[string]*registry.Recipient
	deployments map[string]*registry.Deployment
	agreements  map[string]*registry.Agreement
	transfers   map[string]*registry.Transfer
	assessments map[string]*registry.Assessment
	purposes    map[string]*registry.Purpose
	categories  map[string]*registry.Category
	policies    map[string]*registry.Policy
	instruments map[string]*registry.Instrument
	exceptions  map[string]*registry.ExceptionRecord
	principals  map[uint32]*registry.Principal
	numbers     map[string]uint32
	names       map[uint32]string
	leaves      map[string][]leaf // those that a category stands for
}

// New puts the records of a fold into maps. head is the state that they were
// read at; no rule reads it.
func New(records []registry.Record, _ registry.Head) *Registry {
	r := &Registry{
		exporters:   map[string]*registry.Exporter{},
		recipients:  map[string]*registry.Recipient{},
		deployments: map[string]*registry.Deployment{},
		agreements:  map[string]*registry.Agreement{},
		transfers:   map[string]*registry.Transfer{},
		assessments: map[string]*registry.Assessment{},
		purposes:    map[string]*registry.Purpose{},
		categories:  map[string]*registry.Category{},
		policies:    map[string]*registry.Policy{},
		instruments: map[string]*registry.Instrument{},
		exceptions:  map[string]*registry.ExceptionRecord{},
		principals:  map[uint32]*registry.Principal{},
		numbers:     map[string]uint32{},
		names:       map[uint32]string{},
		leaves:      map[string][]leaf{},
	}
	for _, rec := range records {
		r.numbers[rec.Noun.ResourceName()] = rec.Number
		r.names[rec.Number] = rec.Noun.ResourceName()
		switch n := rec.Noun.(type) {
		case *registry.Settings:
			r.settings = *n
		case *registry.Exporter:
			r.exporters[n.Name] = n
		case *registry.Recipient:
			r.recipients[n.Name] = n
		case *registry.Deployment:
			r.deployments[n.Name] = n
		case *registry.Agreement:
			r.agreements[n.Name] = n
		case *registry.Transfer:
			r.transfers[n.Name] = n
		case *registry.Assessment:
			r.assessments[n.Name] = n
		case *registry.Purpose:
			r.purposes[n.Name] = n
		case *registry.Category:
			r.categories[n.Name] = n
		case *registry.Policy:
			r.policies[n.Name] = n
		case *registry.Instrument:
			r.instruments[n.Name] = n
		case *registry.ExceptionRecord:
			r.exceptions[n.Name] = n
		case *registry.Principal:
			r.principals[rec.Number] = n
		}
	}
	for name := range r.categories {
		r.leaves[name] = r.leavesOf(name)
	}
	return r
}

// deploymentsOf returns all deployments of a recipient, by number.
func (r *Registry) deploymentsOf(recipient string) []*registry.Deployment {
	var out []*registry.Deployment
	for _, d := range r.deployments {
		if registry.RecipientOf(d.Name) == recipient {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b *registry.Deployment) int {
		return int(r.numbers[a.Name]) - int(r.numbers[b.Name])
	})
	return out
}

// zone is the registry's.
func (r *Registry) zone() *time.Location {
	name := r.settings.Zone
	if name == "" {
		name = "Asia/Shanghai"
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return loc
}

// service reports whether the purpose is a service purpose (2.4).
func service(p *registry.Purpose) bool { return p.Service > registry.ServiceNone }

// leaf is a category without descendants, its own flags and its ancestors' put
// together (R4).
type leaf struct {
	name                                              string
	sensitive, special, directIdentifier, nonPersonal bool
	analytics, identity, important                    bool
	credential                                        registry.Credential
}

// leavesOf returns the leaves that an asked category stands for (R4).
func (r *Registry) leavesOf(name string) []leaf {
	var out []leaf
	for below := range r.categories {
		if (below == name || strings.HasPrefix(below, name+".")) && !r.inner(below) {
			out = append(out, r.leaf(below))
		}
	}
	slices.SortFunc(out, func(a, b leaf) int { return strings.Compare(a.name, b.name) })
	return out
}

// inner reports whether a category has descendants.
func (r *Registry) inner(name string) bool {
	for other := range r.categories {
		if strings.HasPrefix(other, name+".") {
			return true
		}
	}
	return false
}

func (r *Registry) leaf(name string) leaf {
	l := leaf{name: name}
	for at := name; ; {
		if c := r.categories[at]; c != nil {
			l.sensitive = l.sensitive || c.Sensitive
			l.special = l.special || c.Special
			l.directIdentifier = l.directIdentifier || c.DirectIdentifier
			l.nonPersonal = l.nonPersonal || c.NonPersonal
			l.analytics = l.analytics || c.Analytics
			l.identity = l.identity || c.IdentityOrContact
			l.important = l.important || c.ImportantData
			if l.credential == registry.CredentialUnspecified { // the nearest that is given
				l.credential = c.Credential
			}
		}
		dot := strings.LastIndexByte(at, '.')
		if dot < 0 {
			return l
		}
		at = at[:dot]
	}
}

// within reports whether a category is the one that an entry names, or lies below it.
// x.* names what lies below x.
func within(category, named string) bool {
	above, wild := strings.CutSuffix(named, ".*")
	return !wild && category == named || strings.HasPrefix(category, above+".")
}
