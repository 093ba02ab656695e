package registry

import (
	"slices"
	"strings"
)

// The waiver matrix says what each of the six exceptions does to each group of
// rules (rules.md 2.3). A policy version may state cells of its own; the others are
// these. A statutory exception cannot be made wider than the law, so a version may
// narrow a cell, and widen only what the seed's own words waive.

// defaultWaivers holds a row a group, a column an exception.
var defaultWaivers = [...][7]WaiverEffect{
	WaiverGroupErasedOrRestricted: waivers("YYYYYN"),
	WaiverGroupPurpose:            waivers("YYYYYN"),
	WaiverGroupKindLists:          waivers("NNNNYN"),
	WaiverGroupDeidentification:   waivers("YYYYYN"),
	WaiverGroupAgreement:          waivers("NNNNDN"),
	WaiverGroupNotice:             waivers("LLLLDN"),
	WaiverGroupConsent:            waivers("YYYYYY"),
	WaiverGroupSeparateConsent:    waivers("YYYYYY"),
	WaiverGroupGuardian:           waivers("YYYYYN"),
	WaiverGroupPublic:             waivers("LNLLNN"),
	WaiverGroupRetention:          waivers("NNNNNN"),
	WaiverGroupAssessment:         waivers("NNNNDN"),
}

// waivers reads a row: the effects of E1 to E6 by their first letters.
func waivers(row string) (effects [7]WaiverEffect) {
	for i, letter := range row {
		effects[i+1] = map[rune]WaiverEffect{
			'N': WaiverEffectNo, 'Y': WaiverEffectYes, 'D': WaiverEffectDeferred, 'L': WaiverEffectIfLawDemands,
		}[letter]
	}
	return effects
}

// DefaultWaiver returns the cell of the default matrix: NO for a group or an
// exception that there is not.
func DefaultWaiver(g WaiverGroup, e Exception) WaiverEffect {
	if int(g) >= len(defaultWaivers) || int(e) >= len(defaultWaivers[g]) || defaultWaivers[g][e] == 0 {
		return WaiverEffectNo
	}
	return defaultWaivers[g][e]
}

// defaultKinds are the kinds of recipient that each exception may be claimed for.
// An affiliate is there only where the cited article obliges the sharing, and a
// processor that acts for an authority may stand in its place: rules judge both.
var defaultKinds = [...][]RecipientKind{
	ExceptionLegalObligation:     {RecipientKindAuthority, RecipientKindAffiliate},
	ExceptionNationalSecurity:    {RecipientKindAuthority},
	ExceptionPublicInterest:      {RecipientKindAuthority},
	ExceptionCriminalProceedings: {RecipientKindAuthority},
	ExceptionVitalInterest:       {RecipientKindAuthority, RecipientKindRescue},
	ExceptionMadePublic: {
		RecipientKindAffiliate, RecipientKindCloud, RecipientKindLogistics, RecipientKindMessaging, RecipientKindSupport, RecipientKindAnalytics,
		RecipientKindAdvertising, RecipientKindPartner, RecipientKindAuthority, RecipientKindRescue, RecipientKindSuccessor,
	},
}

// DefaultExceptionKinds returns the kinds of recipient that the exception may be
// claimed for where no version says otherwise.
func DefaultExceptionKinds(e Exception) []RecipientKind {
	if int(e) >= len(defaultKinds) {
		return nil
	}
	return slices.Clone(defaultKinds[e])
}

// Waiver returns what the exception does to the group of rules under the version:
// its own cell, else the default's.
func (n *Policy) Waiver(g WaiverGroup, e Exception) WaiverEffect {
	for _, w := range n.Waivers {
		if w.Group == g && w.Exception == e {
			return w.Effect
		}
	}
	return DefaultWaiver(g, e)
}

// KindsOf returns the kinds of recipient that the exception may be claimed for under
// the version: its own, else the default's.
func (n *Policy) KindsOf(e Exception) []RecipientKind {
	for _, k := range n.ExceptionKinds {
		if k.Exception == e {
			return slices.Clone(k.Kinds)
		}
	}
	return DefaultExceptionKinds(e)
}

// allowedWaivers returns the effects that a version may state for a cell: to let the
// rules stand, and the default. KIND_LISTS may be YES besides: the literal policy lets
// an exception be claimed of any kind of recipient (rules.md 2.3, alternative (a)), and
// the lists of a kind that is no authority would take that back. A child cannot waive,
// so GUARDIAN of MADE_PUBLIC stays NO.
func allowedWaivers(g WaiverGroup, e Exception) []WaiverEffect {
	allowed := []WaiverEffect{WaiverEffectNo}
	if d := DefaultWaiver(g, e); d != WaiverEffectNo {
		allowed = append(allowed, d)
	}
	if g == WaiverGroupKindLists && !slices.Contains(allowed, WaiverEffectYes) {
		allowed = append(allowed, WaiverEffectYes)
	}
	return allowed
}

func (n *Policy) validateWaivers(c *checks) {
	cells := map[WaiverCell]bool{}
	for i, w := range n.Waivers {
		f := at("waivers", i)
		e, g, fx := given(c, f+".exception", w.Exception), given(c, f+".group", w.Group), given(c, f+".effect", w.Effect)
		if e && g && fx {
			if allowed := allowedWaivers(w.Group, w.Exception); !slices.Contains(allowed, w.Effect) {
				names := make([]string, len(allowed))
				for j, a := range allowed {
					names[j] = a.String()
				}
				c.add(f+".effect", "%s: the law lets %s do no more to %s", strings.Join(names, " or "), w.Exception, w.Group)
			}
		}
		cell := WaiverCell{Exception: w.Exception, Group: w.Group}
		if cells[cell] {
			c.add(f, "a cell that stands once in the list")
		}
		cells[cell] = true
	}
	seen := map[Exception]bool{}
	for i, k := range n.ExceptionKinds {
		f := at("exception_kinds", i)
		if given(c, f+".exception", k.Exception) && seen[k.Exception] {
			c.add(f+".exception", "an exception that stands once in the list")
		}
		seen[k.Exception] = true
		c.some(f+".kinds", len(k.Kinds), "kind of recipient")
		each(c, f+".kinds", k.Kinds)
	}
}
