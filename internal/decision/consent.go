package decision

import (
	"slices"

	"waybill/internal/registry"
)

// What a person said: consents presented with the question (readings R23, R24),
// the basis of a share (R26), and the age band.

// present resolves the consents that count: readings R23, R47, R48.
func (e *scratch) present() {
	if e.in.Facts != nil {
		e.hold()
	}
	e.believe()
	e.withdrawEarlier()
}

// believe adds the consents that are presented and believed: reading R23.
func (e *scratch) believe() {
	if len(e.q.Consents) == 0 || e.q.Subject == "" || e.bulk() {
		return
	}
	maxAge := e.t.sources[e.in.Principal]
	if maxAge == 0 {
		return
	}
	for i := range e.q.Consents {
		c := &e.q.Consents[i]
		if c.Subject != "" && c.Subject != e.q.Subject || c.CheckTime > e.now || e.now-c.CheckTime > maxAge {
			continue
		}
		e.believed = true
		p := presented{typ: c.Type, purpose: e.s.Number(c.Purpose), byGuardian: c.ByGuardian, childInterest: c.ChildInterest != "",
			named: c.Recipient != "" && c.Recipient == e.q.Recipient, recipient: e.s.Number(c.Recipient), gave: c.GiveTime, withdrawn: c.WithdrawTime}
		n, _ := e.s.find(registry.Policies, c.Policy)
		p.stands = n != 0 && e.standing(n, c.GiveTime) && (e.edition == 1 || c.GiveTime <= c.CheckTime) && past(c.GiveTime, e.now) && !past(c.ExpireTime, e.now) &&
			fitsRecipient(c.Type, c.Recipient == "", p.named) && e.fitsPublication(c.Type, c.Publication) && e.fitsAudience(n) && e.fitsCountries(c.Countries)
		p.withdrew = past(c.WithdrawTime, e.now)
		for k := range e.asked {
			if e.asked[k].category != nil && e.namesAll(c, e.asked[k].category) {
				p.names |= 1 << k
			}
		}
		e.consents = append(e.consents, p)
	}
	if e.believed {
		e.d.ConsentSource = e.in.Principal
	}
}

// withdrawEarlier takes with each withdrawal what was consented to before it for the
// same purpose, and to the same recipient if both name one: of its own type, and of
// every type if consent as such was withdrawn. Readings R47, R80, R82.
func (e *scratch) withdrawEarlier() {
	if e.edition == 1 {
		return
	}
	for i := range e.consents {
		w := &e.consents[i]
		if !past(w.withdrawn, e.now) {
			continue
		}
		whole := w.typ == ConsentOrdinary || w.typ == ConsentGuardian
		for k := range e.consents {
			if c := &e.consents[k]; (whole || c.typ == w.typ) && c.purpose == w.purpose && c.gave < w.withdrawn &&
				(c.recipient == 0 || w.recipient == 0 || c.recipient == w.recipient) {
				c.withdrew = true
			}
		}
	}
}

// standing reports whether a policy version was there to be consented under.
func (e *scratch) standing(policy uint32, at registry.Time) bool {
	return e.edition == 1 || e.t.published[policy] <= at
}

// fitsRecipient reports whether a consent is to this recipient: one of a type that is
// given to one recipient must name it.
func fitsRecipient(t ConsentType, none, named bool) bool {
	return named || none && !t.ToRecipient()
}

// fitsPublication reports whether a consent to a publication is to this one: reading
// R49. Edition 1 knew no publications.
func (e *scratch) fitsPublication(t ConsentType, publication string) bool {
	return t != ConsentSeparatePublic || e.edition == 1 || publication != "" && publication == e.q.Publication
}

// fitsAudience reports whether a policy version speaks to the person, wherever of the
// regions resolved it is: reading R83.
func (e *scratch) fitsAudience(version uint32) bool {
	if e.edition < 3 || e.have&(needGroup|needExporter) != needGroup|needExporter {
		return true
	}
	for _, v := range e.t.versions {
		if v.number == version {
			return !slices.ContainsFunc(e.regions, func(r country) bool { return !v.covers(e.group, r) })
		}
	}
	return false
}

// fitsCountries reports whether a consent that names countries names each that the
// data comes to, but for the exporter's own: reading R83.
func (e *scratch) fitsCountries(named []string) bool {
	if len(named) == 0 || e.edition < 3 {
		return true
	}
	for i := range e.places {
		c := e.places[i].country
		if e.exporter != nil && c.known() && c == e.exporter.country {
			continue
		}
		if !slices.ContainsFunc(named, func(n string) bool { return c.known() && parseCountry(n) == c }) {
			return false
		}
	}
	return true
}

// namesAll reports whether the consent names every leaf of the category.
func (e *scratch) namesAll(c *Consent, k *category) bool {
	for _, leaf := range k.leaves {
		found := false
		name := nameOf(e.s.record(e.t.categories[leaf].number))
		for _, n := range c.Categories {
			if string(name) == n {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// types is a set of consent types.
type types uint16

func only(t ConsentType) types { return 1 << t }

// ordinary are the types that count for a purpose: a separate consent does too,
// one to publication where the kind is the public, and a guardian's where the person
// has one (edition 1 took it of anybody).
func (e *scratch) ordinary(kind registry.RecipientKind) types {
	t := only(ConsentOrdinary) | only(ConsentSeparateProvision) | only(ConsentSeparateSensitive) |
		only(ConsentSeparateCrossBorder) | only(ConsentExplicitEU)
	if e.edition == 1 || e.minor() || e.age == AgeAdultLackingCapacity {
		t |= only(ConsentGuardian)
	}
	if kind == registry.RecipientKindPublic {
		t |= only(ConsentSeparatePublic)
	}
	return t
}

// consented returns the asked categories that a consent of these types to the
// purpose covers; guardian asks for one given by the guardian.
func (e *scratch) consented(purpose uint32, t types, guardian bool) (m uint64) {
	for i := range e.consents {
		c := &e.consents[i]
		if t&only(c.typ) != 0 && c.purpose == purpose && c.stands && !c.withdrew && (!guardian || c.byGuardian) {
			m |= c.names
		}
	}
	return m
}

// Rules 30 to 36.

func ruleConsent(e *scratch) {
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		if r == registry.RegimeCnSz || !e.under(r) {
			continue
		}
		if e.q.Quantity > 1 && !e.cohort {
			if e.rule.number == 30 && (r != registry.RegimeCn || e.classes != forSuccessor) {
				e.fireOn(ConsentMissing, r, e.whyBulk(), 0, e.known)
			}
			continue
		}
		for i := range e.deps {
			d := &e.deps[i]
			if d.class&e.rule.kinds == 0 || d.class == forSuccessor && r == registry.RegimeCn {
				continue
			}
			if d.bases[r] != registry.BasisConsent {
				if e.rule.number == 30 && e.nameless() {
					e.fireOn(ConsentMissing, r, DetailNoSubject, 0, e.known&^e.flaggedWhole(flagNonPersonal))
				}
				continue
			}
			ord := e.ordinary(e.deps[i].kind)
			missing := e.known &^ e.consented(e.served.number, ord, false)
			if missing == 0 {
				continue
			}
			var withdrawn uint64
			some := false
			for k := range e.consents {
				c := &e.consents[k]
				if ord&only(c.typ) == 0 || c.purpose != e.served.number {
					continue
				}
				some = true
				if c.stands && c.withdrew {
					withdrawn |= c.names
				}
			}
			withdrawn &= missing
			switch e.rule.number {
			case 30:
				if !some {
					e.fireOn(ConsentMissing, r, e.whyConsent(&e.deps[i], r), 0, missing)
				}
			case 31:
				e.fireOn(ConsentWithdrawn, r, NoDetail, 0, withdrawn)
			case 32:
				if some {
					e.fireOn(ConsentScopeMismatch, r, NoDetail, 0, missing&^withdrawn)
				}
			}
		}
	}
}

// nameless reports whether the share is of one person and says nothing of who it is,
// so that nothing that is held of the person was read: reading R81.
func (e *scratch) nameless() bool {
	return e.edition > 1 && e.q.Quantity <= 1 && e.q.Subject == ""
}

// whyBulk says why a bulk share has no consent.
func (e *scratch) whyBulk() Detail {
	if e.edition > 1 && e.q.Cohort.ID != "" {
		return DetailCohort
	}
	return DetailBulk
}

// whyConsent says why no other basis stands and why no consent counts.
func (e *scratch) whyConsent(d *judged, r registry.Regime) Detail {
	if len(e.q.Consents) > 0 && !e.bulk() {
		switch {
		case e.q.Subject == "":
			return DetailNoSubject
		case e.t.sources[e.in.Principal] == 0:
			return DetailNotASource
		case len(e.consents) == 0:
			return DetailCheckStale
		}
	}
	if b := e.q.Bases[r]; b > registry.BasisConsent {
		if !d.policy.lists(e.served.number, d.kind, r, b, false) {
			return DetailBasisNotListed
		}
		return e.evidence(b)
	}
	for b := registry.BasisContract; b <= registry.BasisPublicBodyRequest; b++ {
		if d.policy.lists(e.served.number, d.kind, r, b, false) {
			if why := e.evidence(b); why != NoDetail {
				return why
			}
		}
	}
	return DetailNonePresented
}

// asksSeparate reports whether separate consents are asked under CN.
func (e *scratch) asksSeparate(d *judged) bool {
	return d.bases[registry.RegimeCn] == registry.BasisConsent || e.t.separate
}

func controls(r registry.RecipientRole) bool {
	return r == registry.RecipientRoleController || r == registry.RecipientRoleJointController
}

// separate holds the asked categories that need a separate consent, by the type
// that would cure them; all are of CN but the explicit ones (EU, UK).
type separate struct {
	provision, sensitive, crossBorder uint64
	explicit                          [2]uint64 // EU, UK
}

// provides reports whether rule 33 runs for the deployment, exports rule 35.
func (e *scratch) provides(d *judged) bool {
	if e.edition == 1 {
		return d.kind < registry.RecipientKindAuthority
	}
	return d.class == forOrdinary
}

func (e *scratch) exports(d *judged) bool {
	return e.provides(d) || e.edition > 1 && d.class == forAuthority
}

func (e *scratch) needSeparate(d *judged) (m separate) {
	if cn := registry.RegimeCn; e.under(cn) && d.class != forSuccessor && e.asksSeparate(d) {
		if controls(d.role) && e.provides(d) {
			m.provision = e.known
		}
		if m.sensitive = e.flagged(flagSensitive); e.under14() {
			m.sensitive = e.known
		}
		if e.abroad[cn] && e.exports(d) {
			m.crossBorder = e.known
		}
	}
	for r := registry.RegimeEu; r <= registry.RegimeUk; r++ {
		if e.under(r) && !d.special[r] {
			m.explicit[r-registry.RegimeEu] = e.flagged(flagSpecial)
		}
	}
	return m
}

// lacking returns the asked categories of a mask without a consent of the type.
func (e *scratch) lacking(mask uint64, t ConsentType, guardian bool) uint64 {
	if mask == 0 {
		return 0
	}
	return mask &^ e.consented(e.served.number, only(t), guardian)
}

func ruleProvision(e *scratch) {
	for i := range e.deps {
		if d := &e.deps[i]; d.class&e.rule.kinds != 0 {
			e.fireOn(SeparateConsentMissingProvision, registry.RegimeCn, NoDetail, 0, e.lacking(d.separate.provision, ConsentSeparateProvision, false))
		}
	}
}

func ruleSensitive(e *scratch) {
	for i := range e.deps {
		m := &e.deps[i].separate
		e.fireOn(SeparateConsentMissingSensitive, registry.RegimeCn, NoDetail, 0, e.lacking(m.sensitive, ConsentSeparateSensitive, false))
		for r := registry.RegimeEu; r <= registry.RegimeUk; r++ {
			e.fireOn(SeparateConsentMissingSensitive, r, NoDetail, 0, e.lacking(m.explicit[r-registry.RegimeEu], ConsentExplicitEU, false))
		}
	}
}

func ruleCrossBorder(e *scratch) {
	for i := range e.deps {
		if d := &e.deps[i]; d.class&e.rule.kinds != 0 {
			e.fireOn(SeparateConsentMissingCrossBorder, registry.RegimeCn, NoDetail, 0, e.lacking(d.separate.crossBorder, ConsentSeparateCrossBorder, false))
		}
	}
}

func rulePublic(e *scratch) {
	for i := range e.deps {
		if e.deps[i].kind == registry.RecipientKindPublic {
			e.fireOn(SeparateConsentMissingPublic, registry.RegimePolicy, NoDetail, 0, e.lacking(e.known, ConsentSeparatePublic, false))
		}
	}
}
