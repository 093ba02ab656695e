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
	// The purposes that used it: rule 48 reads them of a ceased product that a question does not name.
	Purposes []string `cbor:"5,keyasint,omitempty"`
}

// A free-trade zone in which the exporter is established, CBDF 6: what its
// negative list does not name needs no mechanism.
type FreeTradeZone struct {
	// The zone.
	Zone string `cbor:"1,keyasint,omitempty"`
	// From when the exporter is within it.
	StartTime Time `cbor:"2,keyasint,omitempty"`
	// Until when; absent means open.
	EndTime Time `cbor:"3,keyasint,omitempty"`
	// The reference of the negative list.
	NegativeList string `cbor:"4,keyasint,omitempty"`
	// The categories that the negative list names; x.* stands for the descendants held when first recorded.
	ListedCategories []string `cbor:"5,keyasint,omitempty"`
	// The categories listed, wildcards expanded; output only.
	CoveredCategories []string `cbor:"6,keyasint,omitempty"`
	// The office that read the list.
	ApprovedBy string `cbor:"7,keyasint,omitempty"`
	// When it did.
	ApproveTime Time `cbor:"8,keyasint,omitempty"`
}

// A span in which the exporter is a small handler, fewer than 100,000 persons.
type SmallHandler struct {
	// When it begins.
	StartTime Time `cbor:"1,keyasint,omitempty"`
	// When it ends; absent means open.
	EndTime Time `cbor:"2,keyasint,omitempty"`
	// How many persons it handles, as proved; below 100,000.
	Persons int64 `cbor:"3,keyasint,omitempty"`
	// Where the proof is kept.
	Evidence string `cbor:"4,keyasint,omitempty"`
}

// How many persons were exported in a year before they were counted here.
type VolumeOpening struct {
	// The calendar year, Asia/Shanghai.
	Year int32 `cbor:"1,keyasint,omitempty"`
	// Distinct persons of flows that are not sensitive.
	Persons int64 `cbor:"2,keyasint,omitempty"`
	// Distinct persons of flows with sensitive data.
	SensitivePersons int64 `cbor:"3,keyasint,omitempty"`
	// Where the figures come from.
	Source string `cbor:"4,keyasint,omitempty"`
}

// A duty of law to keep data, PIPL 47: it cures rules 11, 47 and 49 within its scope.
type LegalHold struct {
	// The law and the article.
	Citation string `cbor:"1,keyasint,omitempty"`
	// The purposes it lets the data be used for.
	Purposes []string `cbor:"2,keyasint,omitempty"`
	// The categories it keeps; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"3,keyasint,omitempty"`
	// The categories kept, wildcards expanded; output only.
	CoveredCategories []string `cbor:"4,keyasint,omitempty"`
	// When it begins.
	StartTime Time `cbor:"5,keyasint,omitempty"`
	// When it ends; absent means open.
	EndTime Time `cbor:"6,keyasint,omitempty"`
	// The office that approved it.
	ApprovedBy string `cbor:"7,keyasint,omitempty"`
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
	// When it is an operator of critical information infrastructure.
	CIIOPeriods []Period `cbor:"9,keyasint,omitempty"`
	// The free-trade zones it is in.
	FreeTradeZones []FreeTradeZone `cbor:"10,keyasint,omitempty"`
	// When it is a small handler.
	SmallHandlers []SmallHandler `cbor:"11,keyasint,omitempty"`
	// What was exported before it was counted here.
	VolumeOpenings []VolumeOpening `cbor:"12,keyasint,omitempty"`
	// The duties of law to keep data.
	Holds []LegalHold `cbor:"13,keyasint,omitempty"`
}

func (n *Exporter) validate(c *checks) {
	c.text("title", n.Title, "the legal name")
	c.country("country", n.Country, false)
	switch {
	case n.City == "" && n.Country == "CN":
		c.add("city", "the city, which decides local law in the mainland of China: shenzhen")
	case n.City != "" && !isID(n.City):
		c.add("city", "a city in lower-case letters: shenzhen")
	}
	c.countries("regions_served", n.RegionsServed, false)
	ids := make([]string, len(n.Products))
	for i, p := range n.Products {
		ids[i] = p.ID
		if !isID(p.ID) {
			c.add(at("products", i)+".id", "an id of lower-case letters, digits and hyphens")
		}
		known(c, at("products", i)+".minors", p.Minors)
	}
	c.once("products", ids)
	c.periods("ciio_periods", n.CIIOPeriods)
	for i, z := range n.FreeTradeZones {
		f := at("free_trade_zones", i)
		c.text(f+".zone", z.Zone, "the zone")
		c.open(f, z.StartTime, z.EndTime)
		c.text(f+".negative_list", z.NegativeList, "the reference of the negative list")
		// An empty list would free everything from a mechanism, so it is no list.
		c.some(f+".listed_categories", len(z.ListedCategories), "category that the negative list names")
		c.approval(f, z.ApprovedBy, z.ApproveTime)
	}
	for i, h := range n.SmallHandlers {
		f := at("small_handlers", i)
		c.open(f, h.StartTime, h.EndTime)
		if h.Persons < 1 || h.Persons >= smallHandlerLimit {
			c.add(f+".persons", "1 to %d persons, fewer than %d", smallHandlerLimit-1, smallHandlerLimit)
		}
	}
	n.validateOpenings(c)
	for i, h := range n.Holds {
		f := at("holds", i)
		c.text(f+".citation", h.Citation, "the law and the article")
		c.some(f+".purposes", len(h.Purposes), "purpose")
		c.some(f+".categories", len(h.Categories), "category")
		c.open(f, h.StartTime, h.EndTime)
		c.text(f+".approved_by", h.ApprovedBy, "the office that approved it")
	}
}

// smallHandlerLimit is the number of persons from which a handler is not small.
const smallHandlerLimit = 100_000

func (n *Exporter) validateOpenings(c *checks) {
	years := map[int32]bool{}
	for i, v := range n.VolumeOpenings {
		f := at("volume_openings", i)
		switch first, last := int32(MinTime.Std().Year()), int32(MaxTime.Std().Year()-1); {
		case v.Year < first || v.Year > last:
			c.add(f+".year", "a calendar year, %d to %d", first, last)
		case years[v.Year]:
			c.add(f+".year", "a year that stands once in the list")
		}
		years[v.Year] = true
		if v.Persons < 0 {
			c.add(f+".persons", "how many persons, not negative")
		}
		if v.SensitivePersons < 0 {
			c.add(f+".sensitive_persons", "how many persons, not negative")
		}
	}
}

func (n *Exporter) refer(r *references) {
	for i, p := range n.Products {
		r.names(at("products", i)+".purposes", p.Purposes, Purposes)
	}
	for i, z := range n.FreeTradeZones {
		f := at("free_trade_zones", i)
		r.categories(f+".listed_categories", z.ListedCategories)
		r.covered(f+".covered_categories", z.CoveredCategories)
	}
	for i, h := range n.Holds {
		f := at("holds", i)
		r.names(f+".purposes", h.Purposes, Purposes)
		r.categories(f+".categories", h.Categories)
		r.covered(f+".covered_categories", h.CoveredCategories)
	}
}

func (n *Exporter) grants() []grant {
	var gs []grant
	for i := range n.FreeTradeZones {
		z := &n.FreeTradeZones[i]
		gs = append(gs, grant{at("free_trade_zones", i) + ".listed_categories", "zone " + z.Zone, &z.ListedCategories, &z.CoveredCategories})
	}
	for i := range n.Holds {
		h := &n.Holds[i]
		gs = append(gs, grant{at("holds", i) + ".categories", "hold " + h.Citation, &h.Categories, &h.CoveredCategories})
	}
	return gs
}
