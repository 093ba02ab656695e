package registry

import (
	"fmt"
	"slices"
)

// What a policy version lets a kind of recipient get.
type KindList struct {
	// The kind.
	Kind RecipientKind `cbor:"1,keyasint,omitempty"`
	// The purposes it may be asked for.
	Purposes []string `cbor:"2,keyasint,omitempty"`
	// The categories it may get; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"3,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"4,keyasint,omitempty"`
	// No list of categories binds this kind; refused for cloud and logistics.
	AnyCategory bool `cbor:"5,keyasint,omitempty"`
}

// A basis that may be relied on (rules.md 2.4a).
type BasisEntry struct {
	// The purpose, the served one where a service is asked for.
	Purpose string `cbor:"1,keyasint,omitempty"`
	// The kind of recipient.
	Kind RecipientKind `cbor:"2,keyasint,omitempty"`
	// The regimes that list it.
	Regimes []Regime `cbor:"3,keyasint,omitempty"`
	// The basis.
	Basis Basis `cbor:"4,keyasint,omitempty"`
	// The ground of GDPR 9(2) that comes with it, for special categories.
	SpecialGround string `cbor:"5,keyasint,omitempty"`
}

// The categories that are necessary for a purpose, and who approved it.
type Necessity struct {
	// The purpose.
	Purpose string `cbor:"1,keyasint,omitempty"`
	// The categories; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"2,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"3,keyasint,omitempty"`
	// The office that approved the entry.
	ApprovedBy string `cbor:"4,keyasint,omitempty"`
	// When it was approved.
	ApproveTime Time `cbor:"5,keyasint,omitempty"`
	// Why they are necessary.
	Reason string `cbor:"6,keyasint,omitempty"`
	// Until when the judgement holds; absent means three years.
	ReviewUntil Time `cbor:"7,keyasint,omitempty"`
}

// How long data is kept.
type Retention struct {
	// The purpose.
	Purpose string `cbor:"1,keyasint,omitempty"`
	// The categories.
	Categories []string `cbor:"2,keyasint,omitempty"`
	// Days.
	Days int32 `cbor:"3,keyasint,omitempty"`
}

// A notice of a policy version.
type PolicyNotice struct {
	// E-mail, website or push.
	Channel string `cbor:"1,keyasint,omitempty"`
	// When it was sent.
	SendTime Time `cbor:"2,keyasint,omitempty"`
}

// The safeguards of sensitive data for a purpose, PIPL 28(2), 30, and who approved them.
type Safeguard struct {
	// The purpose, the served one where a service is asked for.
	Purpose string `cbor:"1,keyasint,omitempty"`
	// The categories; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"2,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"3,keyasint,omitempty"`
	// The specific purpose.
	SpecificPurpose string `cbor:"4,keyasint,omitempty"`
	// Why the data is sufficiently necessary for it.
	Necessity string `cbor:"5,keyasint,omitempty"`
	// The strict measures of protection.
	Protection string `cbor:"6,keyasint,omitempty"`
	// What persons were told of necessity and effects, PIPL 30.
	Notice string `cbor:"7,keyasint,omitempty"`
	// The office that approved them.
	ApprovedBy string `cbor:"8,keyasint,omitempty"`
	// When it did.
	ApproveTime Time `cbor:"9,keyasint,omitempty"`
	// Until when the judgement holds; absent means three years.
	ReviewUntil Time `cbor:"10,keyasint,omitempty"`
}

// One cell of the waiver matrix; a cell that no version states is the default's.
type WaiverCell struct {
	// The exception.
	Exception Exception `cbor:"1,keyasint,omitempty"`
	// The group of rules.
	Group WaiverGroup `cbor:"2,keyasint,omitempty"`
	// What the exception does to it.
	Effect WaiverEffect `cbor:"3,keyasint,omitempty"`
}

// The kinds of recipient that an exception may be claimed for; an exception that
// no version states has the default's.
type ExceptionKinds struct {
	// The exception.
	Exception Exception `cbor:"1,keyasint,omitempty"`
	// The kinds.
	Kinds []RecipientKind `cbor:"2,keyasint,omitempty"`
}

// A version of the privacy policy.
type Policy struct {
	// policies/{version}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// The subject groups of its audience.
	SubjectGroups []SubjectGroup `cbor:"3,keyasint,omitempty"`
	// The regions of its audience, ISO 3166-1 alpha-2; "*" is every region.
	Regions []string `cbor:"4,keyasint,omitempty"`
	// When it was published.
	PublishTime Time `cbor:"5,keyasint,omitempty"`
	// When it takes effect.
	EffectiveTime Time `cbor:"6,keyasint,omitempty"`
	// The change is significant.
	Significant bool `cbor:"7,keyasint,omitempty"`
	// The author's word that it weakens rights; what a comparison finds is added to it.
	WeakensRights bool `cbor:"8,keyasint,omitempty"`
	// The purposes it states.
	Purposes []string `cbor:"9,keyasint,omitempty"`
	// What each kind of recipient may get.
	Kinds []KindList `cbor:"10,keyasint,omitempty"`
	// The bases that may be relied on.
	Bases []BasisEntry `cbor:"11,keyasint,omitempty"`
	// The categories necessary for each purpose.
	Necessity []Necessity `cbor:"12,keyasint,omitempty"`
	// How long data is kept.
	Retention []Retention `cbor:"13,keyasint,omitempty"`
	// It serves minors.
	ServesMinors bool `cbor:"14,keyasint,omitempty"`
	// The document of special rules for children.
	ChildRules string `cbor:"15,keyasint,omitempty"`
	// The SHA-256 of its text, in hex.
	TextDigest string `cbor:"16,keyasint,omitempty"`
	// The notices sent.
	Notices []PolicyNotice `cbor:"17,keyasint,omitempty"`
	// The safeguards of sensitive data.
	Safeguards []Safeguard `cbor:"18,keyasint,omitempty"`
	// The cells of the waiver matrix that differ from the default.
	Waivers []WaiverCell `cbor:"19,keyasint,omitempty"`
	// The kinds of recipient that exceptions may be claimed for, where they differ from the default.
	ExceptionKinds []ExceptionKinds `cbor:"20,keyasint,omitempty"`
}

func (n *Policy) validate(c *checks) {
	c.text("title", n.Title, "a title")
	c.some("subject_groups", len(n.SubjectGroups), "subject group")
	each(c, "subject_groups", n.SubjectGroups)
	c.some("regions", len(n.Regions), "region, or *")
	if len(n.Regions) != 1 || n.Regions[0] != "*" {
		c.countries("regions", n.Regions, false)
	}
	if n.EffectiveTime == 0 {
		c.add("effective_time", "when it takes effect")
	} else if n.PublishTime > n.EffectiveTime {
		c.add("effective_time", "not earlier than publish_time")
	}
	kinds := map[RecipientKind]bool{}
	for i, k := range n.Kinds {
		f := at("kinds", i)
		if k.AnyCategory && (k.Kind == RecipientKindCloud || k.Kind == RecipientKindLogistics) {
			c.add(f+".any_category", "false: the list of %s is closed", k.Kind)
		}
		if k.AnyCategory && len(k.Categories) > 0 {
			c.add(f+".any_category", "false beside a list of categories")
		}
		if given(c, f+".kind", k.Kind) && kinds[k.Kind] {
			c.add(f+".kind", "a kind that stands once in the list")
		}
		kinds[k.Kind] = true
	}
	n.validateBases(c)
	for i, e := range n.Necessity {
		f := at("necessity", i)
		c.text(f+".purpose", e.Purpose, "the purpose")
		c.some(f+".categories", len(e.Categories), "category")
		c.approval(f, e.ApprovedBy, e.ApproveTime)
		c.text(f+".reason", e.Reason, "why they are necessary")
		c.span(e.ApproveTime, f+".review_until", e.ReviewUntil, "approve_time")
	}
	n.validateSafeguards(c)
	n.validateWaivers(c)
	kept := map[[2]string]int{}
	for i, e := range n.Retention {
		f := at("retention", i)
		c.text(f+".purpose", e.Purpose, "the purpose")
		c.some(f+".categories", len(e.Categories), "category")
		if e.Days <= 0 {
			c.add(f+".days", "days, more than none")
		}
		for j, g := range e.Categories {
			k := [2]string{e.Purpose, g}
			if first, ok := kept[k]; !ok {
				kept[k] = i
			} else if first != i {
				c.add(at(f+".categories", j), "a category that stands once for the purpose")
			}
		}
	}
	for i, t := range n.Notices {
		c.text(at("notices", i)+".channel", t.Channel, "the channel: e-mail, website or push")
		if t.SendTime == 0 {
			c.add(at("notices", i)+".send_time", "when it was sent")
		}
	}
}

func (n *Policy) validateBases(c *checks) {
	type key struct {
		purpose string
		kind    RecipientKind
		regime  Regime
		basis   Basis
	}
	listed := map[key]bool{}
	for i, e := range n.Bases {
		f := at("bases", i)
		c.text(f+".purpose", e.Purpose, "the purpose")
		given(c, f+".kind", e.Kind)
		given(c, f+".basis", e.Basis)
		c.some(f+".regimes", len(e.Regimes), "regime")
		for j, r := range e.Regimes {
			g := at(f+".regimes", j)
			k := key{e.Purpose, e.Kind, r, e.Basis}
			switch {
			case !given(c, g, r):
			case r == RegimePolicy:
				c.add(g, "the regime of a law")
			case e.Basis == BasisLegitimateInterests && r != RegimeEu && r != RegimeUk:
				c.add(g, "EU or UK: no other regime knows LEGITIMATE_INTERESTS")
			case listed[k]:
				c.add(g, "a basis that stands once for purpose, kind and regime")
			}
			listed[k] = true
		}
		switch {
		case e.SpecialGround == "":
		case e.Basis == BasisConsent:
			c.add(f+".special_ground", "nothing: with CONSENT the ground of special categories is the explicit consent itself")
		case !slices.Contains(e.Regimes, RegimeEu) && !slices.Contains(e.Regimes, RegimeUk):
			c.add(f+".special_ground", "nothing: it is a ground of GDPR 9(2) and comes with EU or UK")
		}
	}
}

func (n *Policy) validateSafeguards(c *checks) {
	for i, s := range n.Safeguards {
		f := at("safeguards", i)
		c.text(f+".purpose", s.Purpose, "the purpose")
		c.some(f+".categories", len(s.Categories), "category")
		c.text(f+".specific_purpose", s.SpecificPurpose, "the specific purpose")
		c.text(f+".necessity", s.Necessity, "why the data is sufficiently necessary for it")
		c.text(f+".protection", s.Protection, "the strict measures of protection")
		c.text(f+".notice", s.Notice, "what persons were told of necessity and effects")
		c.approval(f, s.ApprovedBy, s.ApproveTime)
		c.span(s.ApproveTime, f+".review_until", s.ReviewUntil, "approve_time")
	}
}

func (n *Policy) refer(r *references) {
	r.names("purposes", n.Purposes, Purposes)
	for i, k := range n.Kinds {
		f := at("kinds", i)
		r.names(f+".purposes", k.Purposes, Purposes)
		r.categories(f+".categories", k.Categories)
		r.covered(f+".covered_categories", k.CoveredCategories)
	}
	for i, b := range n.Bases {
		r.name(at("bases", i)+".purpose", b.Purpose, Purposes)
	}
	for i, e := range n.Necessity {
		f := at("necessity", i)
		r.name(f+".purpose", e.Purpose, Purposes)
		r.categories(f+".categories", e.Categories)
		r.covered(f+".covered_categories", e.CoveredCategories)
	}
	for i, e := range n.Retention {
		r.name(at("retention", i)+".purpose", e.Purpose, Purposes)
		r.categories(at("retention", i)+".categories", e.Categories)
	}
	for i, s := range n.Safeguards {
		f := at("safeguards", i)
		r.name(f+".purpose", s.Purpose, Purposes)
		r.categories(f+".categories", s.Categories)
		r.covered(f+".covered_categories", s.CoveredCategories)
	}
}

func (n *Policy) grants() []grant {
	var gs []grant
	for i := range n.Kinds {
		k := &n.Kinds[i]
		gs = append(gs, grant{at("kinds", i) + ".categories", "kind " + k.Kind.String(), &k.Categories, &k.CoveredCategories})
	}
	for i := range n.Necessity {
		e := &n.Necessity[i]
		gs = append(gs, grant{at("necessity", i) + ".categories", "necessity " + e.Purpose, &e.Categories, &e.CoveredCategories})
	}
	for i := range n.Safeguards {
		s := &n.Safeguards[i]
		gs = append(gs, grant{at("safeguards", i) + ".categories", "safeguard " + s.Purpose, &s.Categories, &s.CoveredCategories})
	}
	return gs
}

// fixed returns what is wrong with a change at now, given the stored state. Once a
// version has taken effect, people were told of it and consented under it: what
// widens it in place would escape the comparison with the version before. Only its
// title may change, notices be added, and necessity and safeguards that are approved:
// what is judged of a version later widens nothing that it states.
func (n *Policy) fixed(next *Policy, changed []string, now Time) (fieldErrors, error) {
	var errs fieldErrors
	if !past(n.EffectiveTime, now) {
		return nil, nil
	}
	for _, f := range changed {
		var added []int
		var approved func(i int) Time
		kept, err := false, error(nil)
		switch f {
		case "title":
			continue
		case "notices":
			_, kept, err = additions(n.Notices, next.Notices)
		case "necessity":
			added, kept, err = additions(n.Necessity, next.Necessity)
			approved = func(i int) Time { return next.Necessity[i].ApproveTime }
		case "safeguards":
			added, kept, err = additions(n.Safeguards, next.Safeguards)
			approved = func(i int) Time { return next.Safeguards[i].ApproveTime }
		}
		if err != nil {
			return nil, err
		}
		if !kept {
			errs.add(f, "as it took effect; amend it by a new version (policies/...)")
		}
		for _, i := range added {
			if !past(approved(i), now) {
				errs.add(at(f, i)+".approve_time", "an approval that was given, not later than now")
			}
		}
	}
	return errs, nil
}

// additions returns which elements are new, and whether all that were there still are.
func additions[E any](before, after []E) (added []int, kept bool, err error) {
	left := map[string]int{}
	for _, e := range before {
		b, err := canonicalEncoder.Marshal(e)
		if err != nil {
			return nil, false, fmt.Errorf("compare two states of a list: %w", err)
		}
		left[string(b)]++
	}
	for i, e := range after {
		b, err := canonicalEncoder.Marshal(e)
		if err != nil {
			return nil, false, fmt.Errorf("compare two states of a list: %w", err)
		}
		if left[string(b)] == 0 {
			added = append(added, i)
			continue
		}
		if left[string(b)]--; left[string(b)] == 0 {
			delete(left, string(b))
		}
	}
	return added, len(left) == 0, nil
}
