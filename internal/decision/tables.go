package decision

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"waybill/internal/registry"
)

// Small nouns are compiled into tables that are read at check time and never
// expanded into recipients, so that every delta costs the record it changes.
// The tables are built anew, whole, when one of their nouns changes.

// Flags of a category.
const (
	flagSensitive = 1 << iota
	flagSpecial
	flagDirect
	flagIdentity
	flagAnalytics
	flagNonPersonal
	flagCode
	flagHash
	flagClear
	flagImportant // important data, CBDF 2
)

// category is a node of the tree with its leaves (itself, if it has none below).
type category struct {
	number uint32
	name   string
	place  uint32   // its ordinal
	leaves []uint32 // their ordinals, ascending
	any    uint16   // flags that some leaf has
	all    uint16   // flags that every leaf has
	own    uint16
}

type purpose struct {
	number    uint32
	place     uint32 // its ordinal
	service   registry.Service
	profiling bool // or interest advertising
	highRisk  bool

	analytics, tracking, interest bool
	foreign                       bool // it serves proceedings abroad
	windDown, deletion            bool
}

type product struct {
	id       string
	notAimed bool
	cease    registry.Time
	purposes ordinals // that used it
}

// zone is a free-trade zone, with the categories of its negative list. It counts
// from its approval on.
type zone struct {
	registry.Period
	approve registry.Time
	listed  ordinals
}

// hold is a duty of law to keep data, approved and cited.
type hold struct {
	registry.Period
	purposes, categories ordinals
}

type exporter struct {
	name        string
	number      uint32
	country     country
	shenzhen    bool
	greaterBay  bool // its city is one of the nine
	serves      []country
	servesEEA   [2]bool // without the territories, and with them
	servesCN    bool
	servesGB    bool
	products    []product
	allNotAimed bool
	ciio        []registry.Period // an operator of critical information infrastructure
	small       []registry.Period // a small handler
	zones       []zone
	openings    []registry.VolumeOpening
	holds       []hold
}

type kindList struct {
	any        bool
	purposes   ordinals
	categories ordinals
}

type basisEntry struct {
	purpose uint32
	kind    registry.RecipientKind
	regimes uint8 // bit a regime
	basis   registry.Basis
	special bool
}

type necessity struct {
	purpose         uint32
	approved, until registry.Time
	categories      ordinals
}

// policy is a version with its audience and what it states.
type policy struct {
	number       uint32
	place        int // in the order of the walk: reading R50
	notified     bool
	weakens      [2][]bool // by the place of an older version: against it, by R15 and by R83
	groups       uint16
	anywhere     bool
	regions      []country
	effective    registry.Time
	purposes     ordinals
	kinds        [13]kindList
	bases        []basisEntry
	necessity    []necessity
	servesMinors bool
	childRules   bool

	retention  []retention
	safeguards []safeguard
	waivers    [13][7]registry.WaiverEffect // by group and exception
	claimable  [7]uint16                    // by exception, a bit a kind of recipient
}

// retention is how long data of a purpose is kept, by the leaves it is of.
type retention struct {
	purpose uint32
	days    int32
	leaves  ordinals
}

// safeguard is a judgement on sensitive data: reading R64.
type safeguard struct {
	purpose         uint32
	approved, until registry.Time
	categories      ordinals
}

type tables struct {
	categories []*category // by ordinal
	purposes   []*purpose
	exporters  []*exporter
	policies   []*policy                // that may govern in edition 1, the newest first
	versions   []*policy                // with a time of effect, the oldest first
	named      []country                // the regions that some version names
	sources    map[uint32]registry.Time // how old a source's consents may be
	published  map[uint32]registry.Time // from when a policy version is there to be consented under
	principals map[uint32]*registry.Principal
	only       *exporter             // the registry's only exporter
	group      registry.SubjectGroup // the only one that the versions cover
	zone       *time.Location
	screening  registry.Time
	separate   bool
	contact    string
	hmtExport  bool // a body of Hong Kong, Macau or Taiwan is not foreign
	// What E5 does not put off: reading R54.
	agreementsStand, assessmentsStand bool
	// Of the volume tiers: reading R71.
	ownTier, statutoryLifts, countExempt bool
}

// smallNoun is a noun of a table; its ordinal is its place in the table.
type smallNoun struct {
	noun    registry.Noun
	ordinal uint32
}

const (
	microsecond registry.Time = 1
	second                    = 1_000_000 * microsecond
	day                       = 86_400 * second
)

func groupBits(gs []registry.SubjectGroup) (m uint16) {
	for _, g := range gs {
		m |= 1 << (g & 15)
	}
	return m
}

// buildTables compiles the small nouns.
func buildTables(small map[uint32]smallNoun, r names) *tables {
	t := &tables{
		sources: map[uint32]registry.Time{}, published: map[uint32]registry.Time{}, principals: map[uint32]*registry.Principal{},
		screening: 365 * day, zone: defaultZone,
	}
	var versions []*registry.Policy
	versionNumber := map[*registry.Policy]uint32{}
	var groups uint16
	var nodes []*category
	for number, sn := range small {
		switch n := sn.noun.(type) {
		case *registry.Settings:
			if z, err := time.LoadLocation(n.Zone); err == nil && n.Zone != "" {
				t.zone = z
			}
			if n.ScreeningAgeDays > 0 {
				t.screening = registry.Time(n.ScreeningAgeDays) * day
			}
			t.separate = n.SeparateConsentWithoutConsentBasis
			t.contact = n.GapContact
			t.hmtExport = n.HmtAuthority == registry.HmtAuthorityExportOnly
			t.agreementsStand, t.assessmentsStand = n.AgreementDeferralOff, n.AssessmentDeferralOff
			t.ownTier = n.NonsensitiveTier == registry.NonsensitiveTierOwnTier
			t.statutoryLifts, t.countExempt = n.StatutoryDutyLiftsAssessment, n.CountExemptFlows
		case *registry.Category:
			c := &category{number: number, place: sn.ordinal, name: strings.TrimPrefix(n.Name, "categories/"), own: categoryFlags(n)}
			nodes = append(nodes, c)
			put(&t.categories, sn.ordinal, c)
		case *registry.Purpose:
			put(&t.purposes, sn.ordinal, &purpose{
				number: number, place: sn.ordinal, service: n.Service, profiling: n.Profiling || n.InterestAdvertising, highRisk: n.HighRisk,
				analytics: n.Analytics, tracking: n.Tracking, interest: n.InterestAdvertising,
				foreign: n.ForeignProceedings, windDown: n.WindDown, deletion: n.Deletion,
			})
		case *registry.Exporter:
			put(&t.exporters, sn.ordinal, compileExporter(number, n, r))
		case *registry.Policy:
			versions = append(versions, n)
			versionNumber[n] = number
			t.published[number] = cmp.Or(n.PublishTime, n.EffectiveTime)
			groups |= groupBits(n.SubjectGroups)
		case *registry.Principal:
			t.principals[number] = n
			if n.ConsentSource != nil {
				age := registry.Time(n.ConsentSource.MaxAgeSeconds)
				if age == 0 {
					age = 60
				}
				t.sources[number] = age * second
			}
		}
	}
	growTree(nodes)
	for _, e := range t.exporters {
		if e == nil {
			continue
		}
		if t.only != nil {
			t.only = nil
			break
		}
		t.only = e
	}
	for g := registry.SubjectGroup(1); g < 16; g++ {
		if groups == 1<<g {
			t.group = g
		}
	}
	slices.SortFunc(versions, func(a, b *registry.Policy) int {
		return cmp.Or(cmp.Compare(a.EffectiveTime, b.EffectiveTime), cmp.Compare(versionNumber[a], versionNumber[b]))
	})
	t.addVersions(versions, versionNumber, r, nodes)
	return t
}

var defaultZone = time.FixedZone("Asia/Shanghai", 8*3600)

func put[T any](s *[]*T, i uint32, v *T) {
	for uint32(len(*s)) <= i {
		*s = append(*s, nil)
	}
	(*s)[i] = v
}

func categoryFlags(n *registry.Category) (f uint16) {
	for _, b := range []struct {
		on   bool
		flag uint16
	}{
		{n.Sensitive, flagSensitive}, {n.Special, flagSpecial}, {n.DirectIdentifier, flagDirect},
		{n.IdentityOrContact, flagIdentity}, {n.Analytics, flagAnalytics}, {n.NonPersonal, flagNonPersonal},
		{n.Credential == registry.CredentialCode, flagCode}, {n.Credential == registry.CredentialHash, flagHash},
		{n.Credential == registry.CredentialClear, flagClear}, {n.Credential == registry.CredentialNone, flagNoCredential},
		{n.ImportantData, flagImportant},
	} {
		if b.on {
			f |= b.flag
		}
	}
	return f
}

const (
	flagNoCredential = 1 << 15
	flagCredentials  = flagCode | flagHash | flagClear | flagNoCredential
)

// growTree inherits flags downward and gathers the leaves of every node. A
// credential is the node's own or that of the nearest ancestor that gives one.
func growTree(nodes []*category) {
	slices.SortFunc(nodes, func(a, b *category) int { return cmp.Compare(a.name, b.name) })
	byName := make(map[string]*category, len(nodes))
	inner := map[string]bool{}
	for _, c := range nodes { // an ancestor's name is a prefix, so it comes first
		for name := parent(c.name); name != ""; name = parent(name) {
			inner[name] = true
			if p := byName[name]; p != nil {
				f := p.own
				if c.own&flagCredentials != 0 {
					f &^= flagCredentials
				}
				c.own |= f
				break
			}
		}
		byName[c.name] = c
	}
	for _, c := range nodes {
		for name := parent(c.name); name != ""; name = parent(name) {
			inner[name] = true
		}
	}
	for _, c := range nodes {
		if inner[c.name] {
			continue
		}
		for name := c.name; name != ""; name = parent(name) {
			if n := byName[name]; n != nil {
				if len(n.leaves) == 0 {
					n.all = c.own
				}
				n.leaves = append(n.leaves, c.place)
				n.any |= c.own
				n.all &= c.own
			}
		}
	}
	for _, c := range nodes {
		slices.Sort(c.leaves)
	}
}

func parent(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return ""
	}
	return name[:i]
}

func compileExporter(number uint32, n *registry.Exporter, r names) *exporter {
	e := &exporter{name: n.Name, number: number, country: parseCountry(n.Country)}
	e.shenzhen = e.country == cn && n.City == "shenzhen"
	e.greaterBay = slices.Contains(greaterBay, n.City)
	for _, r := range n.RegionsServed {
		c := parseCountry(r)
		e.serves = append(e.serves, c)
		e.servesCN = e.servesCN || c == cn
		e.servesGB = e.servesGB || c == gb
		e.servesEEA[0] = e.servesEEA[0] || c.inEEA(2)
		e.servesEEA[1] = e.servesEEA[1] || c.inEEA(Edition)
	}
	e.allNotAimed = len(n.Products) > 0
	for _, p := range n.Products {
		not := p.Minors == registry.MinorsAimNotAimed
		e.products = append(e.products, product{p.ID, not, p.CeaseTime, newOrdinals(r.ordinals(p.Purposes))})
		e.allNotAimed = e.allNotAimed && not
	}
	e.ciio = n.CIIOPeriods
	for _, h := range n.SmallHandlers {
		e.small = append(e.small, registry.Period{StartTime: h.StartTime, EndTime: h.EndTime})
	}
	for _, z := range n.FreeTradeZones {
		if z.ApprovedBy != "" && z.ApproveTime != 0 {
			e.zones = append(e.zones, zone{registry.Period{StartTime: z.StartTime, EndTime: z.EndTime}, z.ApproveTime, newOrdinals(r.ordinals(z.CoveredCategories))})
		}
	}
	for _, h := range n.Holds {
		if h.ApprovedBy != "" && h.Citation != "" {
			e.holds = append(e.holds, hold{registry.Period{StartTime: h.StartTime, EndTime: h.EndTime}, newOrdinals(r.ordinals(h.Purposes)), newOrdinals(r.ordinals(h.CoveredCategories))})
		}
	}
	e.openings = n.VolumeOpenings
	return e
}
