package registry

import (
	"context"
	"slices"
)

// linkage refuses agreements in force with one recipient of kind ANALYTICS or
// ADVERTISING that together list an analytics category and one of identity or
// contact: it would hold the common key that a single question cannot show (S2-2(1);
// readings R65). It looks where the write may bring them together.
func (w *write) linkage(ctx context.Context) error {
	var ps problems
	done, put := map[string]bool{}, map[string]bool{} // put: recipients of which such a deployment is put
	for _, p := range w.all {
		if d, ok := p.noun.(*Deployment); ok && links(d.Kind) {
			put[RecipientOf(d.Name)] = true
		}
	}
	for _, p := range w.puts {
		recipients, err := w.linkable(ctx, p)
		if err != nil {
			return err
		}
		for _, r := range recipients {
			if done[r] {
				continue
			}
			done[r] = true
			if !put[r] {
				links, err := w.analytic(ctx, r)
				if err != nil {
					return err
				}
				if !links {
					continue
				}
			}
			l, err := w.linked(ctx, r)
			if err != nil {
				return err
			}
			if l != nil {
				l.refuse(w, p, r, &ps)
			}
		}
	}
	return w.refuse(Invalid, "FIELD_INVALID", "refused", ps)
}

// linkable returns the recipients whose agreements a put may bring together.
func (w *write) linkable(ctx context.Context, p *put) ([]string, error) {
	changes := func(fields ...string) bool {
		return !p.exists() || slices.ContainsFunc(p.changed, func(f string) bool { return slices.Contains(fields, f) })
	}
	switch n := p.noun.(type) {
	case *Agreement:
		if _, ok := n.force(w.req.Now); ok && changes("recipients", "categories", "covered_categories", "our_signature", "their_signature", "effective_time", "expire_time", "terminate_time") {
			return n.Recipients, nil
		}
	case *Recipient:
		if p.exists() && changes("kind") {
			return []string{n.Name}, nil
		}
	case *Deployment:
		if links(n.Kind) && changes("kind") {
			return []string{RecipientOf(n.Name)}, nil
		}
	case *Category:
		if p.exists() && (n.Analytics || n.IdentityOrContact) && changes("analytics", "identity_or_contact") {
			return w.recipientsOf(ctx, n.Name)
		}
	}
	return nil, nil
}

func links(k RecipientKind) bool {
	return k == RecipientKindAnalytics || k == RecipientKindAdvertising
}

// recipientsOf returns the parties of the agreements that list a category or one
// below it.
func (w *write) recipientsOf(ctx context.Context, category string) ([]string, error) {
	all, err := w.names(ctx, Categories, "")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range all {
		if !under(c, category) {
			continue
		}
		agreements, err := w.agreementsNaming(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, a := range agreements {
			out = append(out, a.Recipients...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// under reports whether a category is another or stands below it.
func under(category, other string) bool {
	for ; category != ""; category = ParentOf(category) {
		if category == other {
			return true
		}
	}
	return false
}

// analytic reports whether the recipient, or one of its deployments that the write
// leaves as it is, is of a kind that may not link.
func (w *write) analytic(ctx context.Context, recipient string) (bool, error) {
	if err := w.fetch(ctx, []string{recipient}); err != nil {
		return false, err
	}
	if r, ok := w.look(recipient).(*Recipient); ok && links(r.Kind) {
		return true, nil
	}
	if p := w.byName[recipient]; p != nil && !p.exists() {
		return false, nil // it has none that are stored
	}
	names, err := w.view.names(ctx, Deployments, recipient)
	if err != nil {
		return false, err
	}
	if err := w.fetch(ctx, names); err != nil {
		return false, err
	}
	return slices.ContainsFunc(names, func(name string) bool {
		d, ok := w.look(name).(*Deployment)
		return ok && links(d.Kind)
	}), nil
}

// agreementsNaming returns the agreements that will name a noun, in order.
func (w *write) agreementsNaming(ctx context.Context, name string) ([]*Agreement, error) {
	names, err := w.view.referrers(ctx, name, recheckLimit)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { c, _ := CollectionOf(n); return c != Agreements })
	if err := w.fetch(ctx, names); err != nil {
		return nil, err
	}
	for _, p := range w.all {
		if _, ok := p.noun.(*Agreement); ok {
			names = append(names, p.name())
		}
	}
	slices.Sort(names)
	var out []*Agreement
	for _, n := range slices.Compact(names) {
		if a, ok := w.look(n).(*Agreement); ok && slices.ContainsFunc(References(a), func(r Reference) bool { return r.Name == name }) {
			out = append(out, a)
		}
	}
	return out, nil
}

// force returns when an agreement is in force, if that is not over: from both
// signatures and its effect on, until it expires or is terminated.
func (n *Agreement) force(now Time) (Period, bool) {
	if !n.Signed() || n.EffectiveTime == 0 {
		return Period{}, false
	}
	p := Period{StartTime: max(n.EffectiveTime, n.OurSignature.SignTime, n.TheirSignature.SignTime), EndTime: n.ExpireTime}
	if t := n.TerminateTime; t != 0 && (p.EndTime == 0 || t < p.EndTime) {
		p.EndTime = t
	}
	return p, p.EndTime == 0 || p.EndTime > max(now, p.StartTime)
}

func overlap(a, b Period) bool {
	return (b.EndTime == 0 || a.StartTime < b.EndTime) && (a.EndTime == 0 || b.StartTime < a.EndTime)
}

// linkedPair are two agreements, or one twice, and the categories that link.
type linkedPair struct {
	analytics, identity         *Agreement
	analyticsCategory, category string
}

// linked returns agreements of a recipient that link, nil if none do.
func (w *write) linked(ctx context.Context, recipient string) (*linkedPair, error) {
	agreements, err := w.agreementsNaming(ctx, recipient)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, a := range agreements {
		for _, c := range a.CoveredCategories {
			for ; c != ""; c = ParentOf(c) {
				names = append(names, c)
			}
		}
	}
	slices.Sort(names)
	if err := w.fetch(ctx, slices.Compact(names)); err != nil {
		return nil, err
	}
	type side struct {
		*Agreement
		in       Period
		category string
	}
	var analytics, identity []side
	for _, a := range agreements {
		in, ok := a.force(w.req.Now)
		if !ok {
			continue
		}
		if c := w.flagged(a, func(c *Category) bool { return c.Analytics }); c != "" {
			analytics = append(analytics, side{a, in, c})
		}
		if c := w.flagged(a, func(c *Category) bool { return c.IdentityOrContact }); c != "" {
			identity = append(identity, side{a, in, c})
		}
	}
	for _, x := range analytics {
		for _, y := range identity {
			if overlap(x.in, y.in) {
				return &linkedPair{x.Agreement, y.Agreement, x.category, y.category}, nil
			}
		}
	}
	return nil, nil
}

// flagged returns the first category of an agreement that it or one above it flags,
// "" for none.
func (w *write) flagged(a *Agreement, flag func(*Category) bool) string {
	for _, name := range a.CoveredCategories {
		for c := name; c != ""; c = ParentOf(c) {
			if n, ok := w.look(c).(*Category); ok && flag(n) {
				return name
			}
		}
	}
	return ""
}

// refuse names the field of the write that brings the two together.
func (l *linkedPair) refuse(w *write, p *put, recipient string, ps *problems) {
	field := map[Collection]string{Recipients: "recipient.kind", Deployments: "deployment.kind", Categories: "category.identity_or_contact"}[p.noun.Collection()]
	if field != "" && slices.Contains(p.changed, "analytics") {
		field = "category.analytics"
	}
	for _, a := range []*Agreement{l.identity, l.analytics} {
		if q := w.byName[a.Name]; q != nil && (field == "" || !p.exists()) {
			p, field = q, "agreement.categories"
			break
		}
	}
	expected := "categories that do not link: " + recipient + " is for analytics or advertising, and while both are in force " +
		l.analytics.Name + " lists " + l.analyticsCategory + " and " + l.identity.Name + " " + l.category
	ps.add(p, FieldError{field, expected})
}
