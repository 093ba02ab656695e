package decision

import "waybill/internal/registry"

// cue is something of a question without which some rules say nothing: most
// questions have few, and the rules of the others are not called.
type cue uint16

const (
	cueClaim      cue = 1 << iota // an exception is claimed
	cueSubject                    // the person objected, or the like
	cueVersion                    // a version did not take effect, or none governs
	cueCredential                 // of some leaf
	cueLinkage                    // analytics, and identity or contact
	cueShenzhen                   // CN_SZ is resolved
	cueSensitive                  // sensitive, special, or under 14
	cueExport                     // abroad under CN
	cueCrossing                   // abroad under a regime that is resolved
	cueForeign                    // an authority, or proceedings abroad
	cueSuccession                 // a successor, or a bidder
	cueChain                      // links
	cueSchedule                   // data with a schedule
	cueConsent                    // a basis is consent, or the share is of many persons

	cueAlways cue = 1 << 15
)

// cued finds the cues of the question, once it is resolved.
func (e *scratch) cued() cue {
	c := cueAlways
	if e.claim.judged {
		c |= cueClaim
	}
	if e.erased || e.restricted || e.objected || e.untracked || e.noAds {
		c |= cueSubject
	}
	if e.later || e.have&needPolicy == 0 {
		c |= cueVersion
	}
	if e.flags&(flagCode|flagHash|flagClear) != 0 {
		c |= cueCredential
	}
	if e.flags&flagAnalytics != 0 && e.flags&flagIdentity != 0 {
		c |= cueLinkage
	}
	if e.under(registry.RegimeCnSz) {
		c |= cueShenzhen
	}
	if e.flags&(flagSensitive|flagSpecial) != 0 || e.under14() {
		c |= cueSensitive
	}
	if e.abroad != [6]bool{} {
		c |= e.crossed()
	}
	if e.toAuthority() || e.purpose != nil && e.purpose.foreign || e.served != nil && e.served.foreign {
		c |= cueForeign
	}
	if e.classes&forSuccessor != 0 || e.bidding {
		c |= cueSuccession
	}
	if len(e.links) != 0 || e.overlong {
		c |= cueChain
	}
	if e.schedule.kept != 0 {
		c |= cueSchedule
	}
	if e.q.Quantity > 1 || e.nameless() || e.onConsent() {
		c |= cueConsent
	}
	return c
}

// crossed finds the cues of borders.
func (e *scratch) crossed() (c cue) {
	if e.abroad[registry.RegimeCn] {
		c |= cueExport
	}
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		if e.abroad[r] && e.under(r) {
			c |= cueCrossing
		}
	}
	return c
}

// onConsent reports whether the basis of some deployment is consent under a regime
// that asks for it.
func (e *scratch) onConsent() bool {
	for i := range e.deps {
		for _, r := range [...]registry.Regime{registry.RegimeCn, registry.RegimeEu, registry.RegimeUk} {
			if e.under(r) && e.deps[i].bases[r] == registry.BasisConsent {
				return true
			}
		}
	}
	return false
}

// plan is which rows of a program run, a bit each, for questions of one shape: what
// is resolved, the classes of the deployments, and the cues.
type plan struct {
	program                                                *program
	have                                                   need
	classes                                                kinds
	cues                                                   cue
	whole, after, agreement, perAsked, transfer, perAskedT uint64
}

// plan finds which rules run. The last plan stands for questions of the same shape,
// which is most of them.
func (e *scratch) plan(p *program) {
	l := &e.planned
	if l.program == p && l.have == e.have && l.classes == e.classes && l.cues == e.cues {
		return
	}
	*l = plan{
		program: p, have: e.have, classes: e.classes, cues: e.cues,
		whole: planned(e, p.whole), after: planned(e, p.after),
		agreement: planned(e, p.agreement), perAsked: planned(e, p.perAsked),
		transfer: planned(e, p.transfer), perAskedT: planned(e, p.perAskedT),
	}
}

func planned[F any](e *scratch, rows []row[F]) (m uint64) {
	for i := range rows {
		if r := &rows[i]; e.cues&r.when != 0 && e.runs(r.needs, r.kinds) {
			m |= 1 << i
		}
	}
	return m
}
