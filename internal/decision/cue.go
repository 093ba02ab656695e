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
)

// cued finds the cues of the question, once it is resolved.
func (e *scratch) cued() (c cue) {
	add := func(x cue, is bool) {
		if is {
			c |= x
		}
	}
	add(cueClaim, e.claim.judged)
	add(cueSubject, e.erased || e.restricted || e.objected || e.untracked || e.noAds)
	add(cueVersion, e.later || e.have&needPolicy == 0)
	add(cueCredential, e.flags&(flagCode|flagHash|flagClear) != 0)
	add(cueLinkage, e.flags&flagAnalytics != 0 && e.flags&flagIdentity != 0)
	add(cueShenzhen, e.under(registry.RegimeCnSz))
	add(cueSensitive, e.flags&(flagSensitive|flagSpecial) != 0 || e.under14())
	add(cueExport, e.abroad[registry.RegimeCn])
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		add(cueCrossing, e.abroad[r] && e.under(r))
	}
	add(cueForeign, e.classes&forAuthority != 0 || e.purpose != nil && e.purpose.foreign || e.served != nil && e.served.foreign)
	add(cueSuccession, e.classes&forSuccessor != 0 || e.bidding)
	add(cueChain, len(e.links) != 0 || e.overlong)
	add(cueSchedule, e.schedule.kept != 0)
	add(cueConsent, e.q.Quantity > 1 || e.onConsent())
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
