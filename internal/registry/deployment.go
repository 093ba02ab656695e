package registry

import (
	"slices"
)

// A sub-processor that a deployment reaches.
type SubprocessorLink struct {
	// The recipient that is reached.
	Recipient string `cbor:"1,keyasint,omitempty"`
	// Its deployment; absent means all of them.
	Deployment string `cbor:"2,keyasint,omitempty"`
	// The service purpose it serves.
	Service string `cbor:"3,keyasint,omitempty"`
	// How it was authorised.
	Authorisation Authorisation `cbor:"4,keyasint,omitempty"`
	// When it was authorised, or announced under a general authorisation.
	AuthoriseTime Time `cbor:"5,keyasint,omitempty"`
	// When the notice period ends; needed for a general authorisation.
	NoticeUntil Time `cbor:"6,keyasint,omitempty"`
	// When we objected.
	ObjectTime Time `cbor:"7,keyasint,omitempty"`
	// The contract of the same obligations between the two recipients.
	SubAgreement string `cbor:"8,keyasint,omitempty"`
}

// One of a recipient's services or regions.
type Deployment struct {
	// recipients/{id}/deployments/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// Where the data is stored, ISO 3166-1 alpha-2 or UNKNOWN.
	StorageCountries []string `cbor:"3,keyasint,omitempty"`
	// From where it is read, ISO 3166-1 alpha-2 or UNKNOWN.
	AccessCountries []string `cbor:"4,keyasint,omitempty"`
	// Its own kind, when it differs from the recipient's.
	Kind RecipientKind `cbor:"5,keyasint,omitempty"`
	// Its own role, when it differs from the recipient's.
	Role RecipientRole `cbor:"6,keyasint,omitempty"`
	// It hosts our business records.
	Hosting bool `cbor:"7,keyasint,omitempty"`
	// The sub-processors it reaches.
	Links []SubprocessorLink `cbor:"8,keyasint,omitempty"`
}

func (n *Deployment) validate(c *checks) {
	c.text("title", n.Title, "a title")
	c.countries("storage_countries", n.StorageCountries, true)
	c.countries("access_countries", n.AccessCountries, true)
	if known(c, "kind", n.Kind) && known(c, "role", n.Role) && n.Kind != 0 && n.Role != 0 {
		c.kindAndRole(n.Kind, n.Role)
	}
	stood := make(map[[3]string]bool, len(n.Links))
	for i, l := range n.Links {
		f := at("links", i)
		c.text(f+".recipient", l.Recipient, "the recipient that is reached")
		c.text(f+".service", l.Service, "the service purpose that it serves")
		given(c, f+".authorisation", l.Authorisation)
		if l.Authorisation == AuthorisationGeneral && l.NoticeUntil == 0 {
			c.add(f+".notice_until", "when the notice period ends, which a general authorisation needs")
		}
		if l.Deployment != "" && RecipientOf(l.Deployment) != l.Recipient {
			c.add(f+".deployment", "a deployment of the recipient that is reached")
		}
		k := [3]string{l.Recipient, l.Deployment, l.Service}
		if stood[k] {
			c.add(f, "a link that stands once in the list")
		}
		stood[k] = true
	}
}

func (n *Deployment) refer(r *references) {
	r.name("name", RecipientOf(n.Name), Recipients)
	for i, l := range n.Links {
		f := at("links", i)
		r.name(f+".recipient", l.Recipient, Recipients)
		r.name(f+".deployment", l.Deployment, Deployments)
		r.name(f+".service", l.Service, Purposes)
		r.name(f+".sub_agreement", l.SubAgreement, Agreements)
	}
}

func (n *Deployment) grants() []grant { return nil }

// relate checks what the deployment asks of the nouns that it names.
func (n *Deployment) relate(c *checks, look func(string) Noun) {
	for i, l := range n.Links {
		f := at("links", i)
		if p, ok := look(l.Service).(*Purpose); ok && p.Service <= ServiceNone {
			c.add(f+".service", "a purpose that is a service: HOSTING, MESSAGE_DELIVERY or TECH_SUPPORT")
		}
		a, ok := look(l.SubAgreement).(*Agreement)
		if !ok {
			continue
		}
		for _, who := range []string{RecipientOf(n.Name), l.Recipient} {
			if !slices.Contains(a.Recipients, who) {
				c.add(f+".sub_agreement", "an agreement between %s and %s", RecipientOf(n.Name), l.Recipient)
				break
			}
		}
	}
}
