package decision

import "waybill/internal/registry"

// Rule 19: reading R65.

// linked returns the asked categories of analytics and those of identity or contact.
func (e *scratch) linked() (analytics, identity uint64) {
	return e.flagged(flagAnalytics), e.flagged(flagIdentity)
}

func ruleLinkage(e *scratch) {
	analytics, identity := e.linked()
	if analytics == 0 || identity == 0 {
		return
	}
	linking := e.purpose.analytics || e.served.analytics
	for i := range e.deps {
		k := e.deps[i].kind
		linking = linking || k == registry.RecipientKindAnalytics || k == registry.RecipientKindAdvertising
	}
	if linking {
		e.fire(AnalyticsLinkageForbidden, registry.RegimePolicy, DetailCategories, 0, analytics|identity)
	}
}

// unlink takes everything from what is permitted where it still holds both.
func (e *scratch) unlink() {
	if analytics, identity := e.linked(); e.d.Permitted&analytics != 0 && e.d.Permitted&identity != 0 {
		e.d.Permitted = 0
	}
}
