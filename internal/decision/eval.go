package decision

import "waybill/internal/registry"

// bulk reports whether the share is of many persons without a list of them: reading
// R48. Edition 1 knew no list.
func (e *scratch) bulk() bool { return e.edition > 1 && e.q.Quantity > 1 }

// What a rule needs to be resolved before it can run: reading R2.
type need uint16

const (
	needExporter need = 1 << iota
	needRecipient
	needDeployment // the deployments judged: kind, role, countries
	needPurpose    // the purpose asked
	needServed     // the purpose served
	needGroup
	needPolicy // a governing version in every region
)

// Limits of a chain: reading R12.
const (
	maxLinks = 64
	maxDepth = 8
)

// asked is one category of the question.
type asked struct {
	number uint32
	*category
}

// judged is one deployment that is judged, or the recipient itself where it has
// none, under one governing version.
type judged struct {
	deploymentView
	class  kinds // one bit
	bidder bool  // a successor whose deal is not closed
	policy *policy
	bases  [6]registry.Basis // by regime
	// special: the basis comes with a ground of GDPR 9(2), by regime.
	special [6]bool
	// The asked categories that need a separate consent of rules 33 to 36.
	separate separate
}

// link is one link of the chain.
type link struct {
	linkView
	from     uint32 // the recipient that has it
	recorded bool
	depth    int
	rec      recipientView
}

// place is one country that is judged.
type place struct {
	country country
	record  uint32 // the recipient or deployment that names it; 0 is the question
	link    int    // index of the link, -1 outside the chain
}

// presented is one consent that is believed, resolved: presented with the question,
// held here, or a cohort's.
type presented struct {
	typ                       ConsentType
	purpose                   uint32
	names                     uint64 // the asked categories whose leaves it all names
	stands                    bool   // given, not expired, its policy version exists, its recipient and publication fit
	withdrew                  bool
	named                     bool // it names the question's recipient
	byGuardian, childInterest bool
	recipient                 uint32 // that it names; 0 is none, or none of the registry
	gave, withdrawn           registry.Time
}

// scratch is the working memory of one Check; it belongs to the Decision.
type scratch struct {
	s   *Snapshot
	t   *tables
	q   *Question
	in  *Inputs
	d   *Decision
	now registry.Time
	// The edition that decides: what changed its meaning without a row of its own
	// branches on it.
	edition int

	have      need
	exporter  *exporter
	recNumber uint32
	rec       recipientView
	purpose   *purpose
	served    *purpose
	group     registry.SubjectGroup
	age       AgeBand
	doubted   bool   // the age band was stated by one who is no source
	known     uint64 // asked categories that exist
	asked     []asked
	single    bool // every asked category that exists is a leaf
	deps      []judged
	links     []link
	overlong  bool // the chain goes beyond what is followed
	badChain  bool // a link of the question names a deployment of another
	opened    []uint32
	places    []place
	regions   []country
	policies  []*policy
	consents  []presented
	believed  bool // the caller is a source
	regimes   uint8
	abroad    [6]bool // by regime: the share is cross-border
	classes   kinds   // of the deployments judged
	bidding   bool    // one of them is a successor's whose deal is not closed
	cues      cue
	planned   plan
	last      last
	flags     uint16 // of all asked categories: what some leaf has
	tracing   bool
	rule      *rule

	// What the person said of its data, presented or held: readings R46, R47.
	erased, restricted, objected, untracked, noAds bool

	instrument instrument // that the question names
	claim      claim

	acceptedPolicy uint32
	later          bool // a version came after a governing one and did not take effect
	postponed      []postponed
	schedule       schedule
	cohort         bool      // the attestation of the cohort counts
	passed         [6]uint64 // by regime: the asked categories that some transfer passes for

	agreements []agreementView
	kin        []kin // once read, where some amend others
	kinRead    bool
	transfers  []transferView // the candidates of all regimes, once gathered
	gathered   bool
	volume     volume // where the share leaves the mainland
}

func (e *scratch) all() uint64 { return 1<<uint(len(e.asked)) - 1 }

// resolve looks up every name of the question and fires what rules 1, 2 and 6
// say of those that resolve to nothing.
func (e *scratch) resolve() {
	q := e.q
	e.resolveExporter()
	var rec []byte
	if e.recNumber, rec = e.s.find(registry.Recipients, q.Recipient); e.recNumber != 0 {
		e.have |= needRecipient
		readRecipient(rec, &e.rec)
		e.resolveDeployments()
	}
	e.d.Recipient = e.recNumber
	e.resolvePurposes()
	e.resolveCategories()
	e.group = q.SubjectGroup
	if e.group == 0 {
		e.group = e.t.group
	}
	if e.group != 0 {
		e.have |= needGroup
	}
	if e.have&needExporter != 0 {
		e.resolveRegions()
		if e.have&needGroup != 0 {
			if e.edition == 1 {
				e.govern()
			} else {
				e.resolveAcceptance()
				e.governPerson()
			}
		}
	}
	e.classify()
	e.resolveInstrument()
	e.resolveSubject()
	if e.have&needDeployment != 0 {
		e.follow()
		e.locate()
	}
	e.present()
	e.attest()
	e.believeAge()
	if e.have&(needPolicy|needDeployment) == needPolicy|needDeployment {
		e.judgeUnderEach()
	}
	if e.have&(needPolicy|needServed|needDeployment) == needPolicy|needServed|needDeployment {
		for i := range e.deps {
			e.base(&e.deps[i])
		}
	}
	if e.have&(needPolicy|needServed) == needPolicy|needServed {
		e.resolveSchedule()
	}
	if e.have&needConsent == needConsent {
		for i := range e.deps {
			e.deps[i].separate = e.needSeparate(&e.deps[i])
		}
	}
	e.judgeClaim()
	e.cues = e.cued()
}

func (e *scratch) resolveExporter() {
	if only := e.t.only; e.q.Exporter == "" || only != nil && only.name == e.q.Exporter {
		e.exporter = only
	} else if n, rec := e.s.find(registry.Exporters, e.q.Exporter); n != 0 {
		e.exporter = e.t.exporters[ordinal(rec)]
	}
	if e.exporter != nil {
		e.have |= needExporter
		e.d.Exporter = e.exporter.number
	}
}

func (e *scratch) resolveDeployments() {
	if e.q.Deployment != "" {
		n, rec := e.s.find(registry.Deployments, e.q.Deployment)
		if n == 0 {
			return
		}
		e.judge(n, rec)
		if e.deps[0].recipient != e.recNumber {
			e.deps = e.deps[:0]
			return
		}
		e.d.Deployment = n
	}
	e.have |= needDeployment
	if e.q.Deployment == "" {
		for i := range e.rec.deployments.len() {
			n := e.rec.deployments.at(i)
			e.judge(n, e.s.record(n))
		}
	}
	if len(e.deps) == 0 {
		e.deps = append(e.deps, judged{})
	}
	for i := range e.deps {
		d := &e.deps[i]
		if d.kind == 0 {
			d.kind = e.rec.kind
		}
		if d.role == 0 {
			d.role = e.rec.role
		}
		if d.kind == 0 || int(d.kind) > int(registry.RecipientKindPublic) {
			d.kind = registry.RecipientKindPartner
		}
		if d.role == 0 {
			d.role = registry.RecipientRoleController
		}
	}
}

func (e *scratch) judge(n uint32, rec []byte) {
	e.deps = append(e.deps, judged{})
	readDeployment(n, rec, &e.deps[len(e.deps)-1].deploymentView)
}

// last is what the question before found.
type last struct {
	purpose, served uint32
	categories      [6]uint32
}

// recall finds a name, and first tries the record that the question before found in
// this place: callers ask for few purposes and categories.
func (e *scratch) recall(last *uint32, c registry.Collection, name string) (uint32, []byte) {
	if rec := e.s.record(*last); len(rec) > 0 && string(nameOf(rec)) == name && registry.Collection(rec[0]) == c {
		return *last, rec
	}
	n, rec := e.s.find(c, name)
	*last = n
	return n, rec
}

func (e *scratch) findPurpose(last *uint32, name string) *purpose {
	n, rec := e.recall(last, registry.Purposes, name)
	if n == 0 {
		return nil
	}
	return e.t.purposes[ordinal(rec)]
}

func (e *scratch) resolvePurposes() {
	e.purpose = e.findPurpose(&e.last.purpose, e.q.Purpose)
	if e.purpose == nil {
		return
	}
	e.have |= needPurpose
	e.d.Purpose = e.purpose.number
	isService := e.purpose.service > registry.ServiceNone
	switch {
	case !isService && (e.q.ServedPurpose == "" || e.q.ServedPurpose == e.q.Purpose):
		e.served = e.purpose
	case isService && e.q.ServedPurpose != "":
		if e.served = e.findPurpose(&e.last.served, e.q.ServedPurpose); e.served != nil && e.served.service > registry.ServiceNone {
			e.served = nil
		}
	}
	if e.served != nil {
		e.have |= needServed
		e.d.Served = e.served.number
	}
}

func (e *scratch) resolveCategories() {
	e.single = true
	for i, name := range e.q.Categories {
		a := asked{}
		if n, rec := e.recall(&e.last.categories[i%len(e.last.categories)], registry.Categories, name); n != 0 {
			a = asked{n, e.t.categories[ordinal(rec)]}
			e.known |= 1 << i
			e.flags |= a.any
			e.single = e.single && len(a.leaves) == 1
		}
		e.asked = append(e.asked, a)
	}
}

// judgeUnderEach judges every deployment under every governing version.
func (e *scratch) judgeUnderEach() {
	n := len(e.deps)
	for i, p := range e.policies {
		for k := range n {
			if i == 0 {
				e.deps[k].policy = p
				continue
			}
			d := e.deps[k]
			d.policy = p
			e.deps = append(e.deps, d)
		}
	}
}

// fire adds a reason, or its categories to the one that is alike. A zero mask
// names no category: the whole question.
func (e *scratch) fire(code Code, regime registry.Regime, detail Detail, record uint32, mask uint64) {
	if e.claim.supported != 0 && e.waive(code, regime, &mask) {
		return
	}
	if e.instrument.stands && e.conflicts(code, regime) {
		detail = DetailConflictOfLaws
	}
	rs := e.d.Reasons
	for i := range rs {
		if r := &rs[i]; r.Code == code && r.Regime == regime && r.Detail == detail && r.Record == record {
			if r.Categories != 0 && mask != 0 {
				r.Categories |= mask
			} else {
				r.Categories = 0
			}
			return
		}
	}
	e.d.Reasons = append(rs, Reason{Code: code, Regime: regime, Detail: detail, Record: record, Categories: mask})
}

// fireOn fires for categories, and not at all for none.
func (e *scratch) fireOn(code Code, regime registry.Regime, detail Detail, record uint32, mask uint64) {
	if mask != 0 {
		e.fire(code, regime, detail, record, mask)
	}
}

// flagged returns the asked categories of which some leaf has the flag.
func (e *scratch) flagged(flag uint16) (m uint64) {
	if e.flags&flag == 0 {
		return 0
	}
	for i := range e.asked {
		if c := e.asked[i].category; c != nil && c.any&flag != 0 {
			m |= 1 << i
		}
	}
	return m
}

// flaggedWhole returns the asked categories all of whose leaves have the flag.
func (e *scratch) flaggedWhole(flag uint16) (m uint64) {
	for i := range e.asked {
		if c := e.asked[i].category; c != nil && c.all&flag != 0 {
			m |= 1 << i
		}
	}
	return m
}

// covered returns the asked categories all of whose leaves are in the set.
func (e *scratch) covered(o ordinals) (m uint64) {
	if e.single && e.known == e.all() {
		for i := range e.asked {
			if o.has(e.asked[i].leaves[0]) {
				m |= 1 << i
			}
		}
		return m
	}
	for i := range e.asked {
		if c := e.asked[i].category; c != nil && o.hasAll(c.leaves) {
			m |= 1 << i
		}
	}
	return m
}
