package registry

// A product of an exporter.
type Product struct {
	// Its id, unique within the exporter.
	ID string `cbor:"1,keyasint,omitempty"`
	// Its title.
	Title string `cbor:"2,keyasint,omitempty"`
	// Whether it is aimed at minors.
	Minors MinorsAim `cbor:"3,keyasint,omitempty"`
	// When it was ceased.
	CeaseTime Time `cbor:"4,keyasint,omitempty"`
}

// One of our own companies, the one that sends.
type Exporter struct {
	// exporters/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The legal name.
	Title string `cbor:"2,keyasint,omitempty"`
	// The country of establishment, ISO 3166-1 alpha-2.
	Country string `cbor:"3,keyasint,omitempty"`
	// The city of establishment, given in the mainland of China: shenzhen.
	City string `cbor:"4,keyasint,omitempty"`
	// The regions whose persons it serves, ISO 3166-1 alpha-2: the activity of GDPR 3(2).
	RegionsServed []string `cbor:"5,keyasint,omitempty"`
	// Its products.
	Products []Product `cbor:"6,keyasint,omitempty"`
	// Whom subjects and authorities contact.
	Contact string `cbor:"7,keyasint,omitempty"`
	// Operator of critical information infrastructure; refused in this edition.
	CIIO bool `cbor:"8,keyasint,omitempty"`
}

func (n *Exporter) validate(c *checks) {
	c.text("title", n.Title, "the legal name")
	c.country("country", n.Country, false)
	switch {
	case n.City == "" && n.Country == "CN":
		c.add("city", "the city, which decides local law in the mainland of China: shenzhen")
	case n.City != "" && !idPattern.MatchString(n.City):
		c.add("city", "a city in lower-case letters: shenzhen")
	}
	c.countries("regions_served", n.RegionsServed, false)
	ids := make([]string, len(n.Products))
	for i, p := range n.Products {
		ids[i] = p.ID
		if !idPattern.MatchString(p.ID) {
			c.add(at("products", i)+".id", "an id of lower-case letters, digits and hyphens")
		}
		known(c, at("products", i)+".minors", p.Minors)
	}
	c.once("products", ids)
	if n.CIIO {
		c.add("ciio", "false: an operator of critical information infrastructure is "+NotJudged)
	}
}

func (n *Exporter) refer(*references) {}
func (n *Exporter) grants() []grant   { return nil }
