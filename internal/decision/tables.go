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
	serves      []country
	servesEEA   bool
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
	purpose    uint32
	approved   registry.Time
	categories ordinals
}

// policy is a version that may govern: it is effective from a stated time, was
// notified where significant, and does not weaken (readings R14, R15).
type policy struct {
	number       uint32
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
}

type tables struct {
	categories []*category // by ordinal
	purposes   []*purpose
	exporters  []*exporter
	policies   []*policy                // that may govern, the newest first
	sources    map[uint32]registry.Time // how old a source's consents may be
	principals map[uint32]*registry.Principal
	only       *exporter             // the registry's only exporter
	group      registry.SubjectGroup // the only one that the versions cover
	zone       *time.Location
	screening  registry.Time
	separate   bool
	contact    string
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
		sources: map[uint32]registry.Time{}, principals: map[uint32]*registry.Principal{},
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
			t.ownTier = n.NonsensitiveTier == registry.NonsensitiveTierOwnTier
			t.statutoryLifts, t.countExempt = n.StatutoryDutyLiftsAssessment, n.CountExemptFlows
		case *registry.Category:
			c := &category{number: number, place: sn.ordinal, name: strings.TrimPrefix(n.Name, "categories/"), own: categoryFlags(n)}
			nodes = append(nodes, c)
			put(&t.categories, sn.ordinal, c)
		case *registry.Purpose:
			put(&t.purposes, sn.ordinal, &purpose{number: number, place: sn.ordinal, service: n.Service, profiling: n.Profiling || n.InterestAdvertising, highRisk: n.HighRisk})
		case *registry.Exporter:
			put(&t.exporters, sn.ordinal, compileExporter(number, n, r))
		case *registry.Policy:
			versions = append(versions, n)
			versionNumber[n] = number
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
	var may []*registry.Policy // those that may govern, the oldest first
	for _, v := range versions {
		if v.EffectiveTime != 0 && notified(v) && !slices.ContainsFunc(before(v, may), func(o *registry.Policy) bool { return weakens(v, o) }) {
			may = append(may, v)
		}
	}
	for _, v := range slices.Backward(may) {
		t.policies = append(t.policies, compilePolicy(versionNumber[v], v, r))
	}
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
	for _, r := range n.RegionsServed {
		c := parseCountry(r)
		e.serves = append(e.serves, c)
		e.servesCN = e.servesCN || c == cn
		e.servesGB = e.servesGB || c == gb
		e.servesEEA = e.servesEEA || c.inEEA()
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

// notified reports whether a version is not significant, or a notice was sent
// before it took effect.
func notified(v *registry.Policy) bool {
	return !v.Significant || slices.ContainsFunc(v.Notices, func(n registry.PolicyNotice) bool {
		return n.SendTime != 0 && n.SendTime < v.EffectiveTime
	})
}

// before returns the versions that would govern persons of v's audience without
// it: for each subject group and region, the newest before it that may govern.
// Reading R15.
func before(v *registry.Policy, may []*registry.Policy) (out []*registry.Policy) {
	regions := v.Regions
	if slices.Contains(regions, "*") { // every region that some version names, and all others
		for _, o := range may {
			regions = append(slices.Clip(regions), o.Regions...)
		}
	}
	for _, g := range v.SubjectGroups {
		for _, r := range regions {
			for _, o := range slices.Backward(may) {
				if o.EffectiveTime < v.EffectiveTime && slices.Contains(o.SubjectGroups, g) &&
					(slices.Contains(o.Regions, "*") || slices.Contains(o.Regions, r)) {
					if !slices.Contains(out, o) {
						out = append(out, o)
					}
					break
				}
			}
		}
	}
	return out
}

// weakens reports whether v weakens rights against a version before it: reading R15.
func weakens(v, old *registry.Policy) bool {
	if v.WeakensRights || !subset(v.Purposes, old.Purposes) {
		return true
	}
	for _, k := range v.Kinds {
		i := slices.IndexFunc(old.Kinds, func(o registry.KindList) bool { return o.Kind == k.Kind })
		if i < 0 {
			return true
		}
		o := old.Kinds[i]
		if !subset(k.Purposes, o.Purposes) || k.AnyCategory && !o.AnyCategory ||
			!k.AnyCategory && !o.AnyCategory && !subset(k.CoveredCategories, o.CoveredCategories) {
			return true
		}
	}
	return longer(v.Retention, old.Retention)
}

// longer reports whether data of a purpose and category is kept longer than
// before, or is now kept by a schedule where there was none.
func longer(now, was []registry.Retention) bool {
	for _, r := range now {
		for _, c := range r.Categories {
			if !slices.ContainsFunc(was, func(o registry.Retention) bool {
				return o.Purpose == r.Purpose && slices.Contains(o.Categories, c) && r.Days <= o.Days
			}) {
				return true
			}
		}
	}
	return false
}

func subset(a, b []string) bool {
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

func compilePolicy(number uint32, n *registry.Policy, r names) *policy {
	p := &policy{
		number: number, groups: groupBits(n.SubjectGroups), effective: n.EffectiveTime,
		purposes: newOrdinals(r.ordinals(n.Purposes)), servesMinors: n.ServesMinors, childRules: n.ChildRules != "",
	}
	for _, c := range n.Regions {
		if c == "*" {
			p.anywhere = true
		} else {
			p.regions = append(p.regions, parseCountry(c))
		}
	}
	for _, k := range n.Kinds {
		if int(k.Kind) < len(p.kinds) {
			p.kinds[k.Kind] = kindList{k.AnyCategory, newOrdinals(r.ordinals(k.Purposes)), newOrdinals(r.ordinals(k.CoveredCategories))}
		}
	}
	for _, b := range n.Bases {
		e := basisEntry{purpose: r.number(b.Purpose), kind: b.Kind, basis: b.Basis, special: b.SpecialGround != ""}
		for _, g := range b.Regimes {
			e.regimes |= 1 << (g & 7)
		}
		p.bases = append(p.bases, e)
	}
	for _, m := range n.Necessity {
		if m.ApprovedBy != "" && m.ApproveTime != 0 {
			p.necessity = append(p.necessity, necessity{r.number(m.Purpose), m.ApproveTime, newOrdinals(r.ordinals(m.CoveredCategories))})
		}
	}
	return p
}

func (p *policy) covers(g registry.SubjectGroup, r country) bool {
	return p.groups&(1<<g) != 0 && (p.anywhere || slices.Contains(p.regions, r))
}
