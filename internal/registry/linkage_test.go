package registry

import (
	"strings"
	"testing"
)

// TestLinkage: the agreements in force with one recipient for analytics do not
// together list what would link (rule 19).
func TestLinkage(t *testing.T) {
	const usage, phone = "categories/device", "categories/user.contact.phone"
	agreement := func(name, recipient string, categories ...string) *Agreement {
		return &Agreement{Name: "agreements/" + name, Title: name, Type: AgreementTypeDpa, Exporters: []string{"exporters/prosense"}, Recipients: []string{"recipients/" + recipient},
			OurSignature: &Signature{Signatory: "a", SignTime: now - day}, TheirSignature: &Signature{Signatory: "b", SignTime: now - day},
			Purposes: []string{"purposes/analytics"}, Categories: categories, EffectiveTime: now - day}
	}
	usages := func() *memory {
		m := sampled(t)
		m.put(t, changed(t, m, usage, func(c *Category) { c.Analytics = true }),
			changed(t, m, "categories/user.contact", func(c *Category) { c.IdentityOrContact = true }),
			&Recipient{Name: "recipients/stats", Title: "S", Kind: RecipientKindAnalytics, Role: RecipientRoleProcessor, Country: "CN"},
			agreement("usage", "stats", usage), agreement("cloud-usage", "cloud", usage), agreement("cloud-phone", "cloud", phone))
		return m
	}
	for name, c := range map[string]struct {
		put    func(m *memory) []Noun
		fields []string
	}{
		"another that lists a contact": {func(*memory) []Noun { return []Noun{agreement("x", "stats", phone)} }, []string{"agreement.categories"}},
		"one that lists both":          {func(*memory) []Noun { return []Noun{agreement("x", "stats", phone, usage)} }, []string{"agreement.categories"}},
		"neither identity nor contact": {func(*memory) []Noun { return []Noun{agreement("x", "stats", "categories/user.name")} }, nil},
		"a draft":                      {func(*memory) []Noun { a := agreement("x", "stats", phone); a.TheirSignature = nil; return []Noun{a} }, nil},
		"over":                         {func(*memory) []Noun { a := agreement("x", "stats", phone); a.ExpireTime = now; return []Noun{a} }, nil},
		"later, and both are in force": {func(*memory) []Noun {
			a := agreement("x", "stats", phone)
			a.EffectiveTime = now + 50*day
			return []Noun{a}
		}, []string{"agreement.categories"}},
		"another recipient": {func(*memory) []Noun { return []Noun{agreement("x", "sf", phone)} }, nil},
		"two of one write":  {func(*memory) []Noun { return []Noun{agreement("x", "sf", phone), agreement("y", "stats", phone)} }, []string{"resources[1].agreement.categories"}},
		"the recipient turns to it": {func(m *memory) []Noun {
			return []Noun{changed(t, m, "recipients/cloud", func(r *Recipient) { r.Kind = RecipientKindAdvertising })}
		}, []string{"recipient.kind"}},
		"the recipient turns elsewhere": {func(m *memory) []Noun {
			return []Noun{changed(t, m, "recipients/cloud", func(r *Recipient) { r.Kind = RecipientKindSupport })}
		}, nil},
		"its deployment turns to it": {func(m *memory) []Noun {
			return []Noun{changed(t, m, "recipients/cloud/deployments/main", func(d *Deployment) { d.Kind = RecipientKindAnalytics })}
		}, []string{"deployment.kind"}},
		"a new deployment is for it": {func(*memory) []Noun {
			return []Noun{&Deployment{Name: "recipients/cloud/deployments/ads", Title: "A", Kind: RecipientKindAdvertising}}
		}, []string{"deployment.kind"}},
		"a category turns to a contact": {func(m *memory) []Noun {
			m.put(t, agreement("x", "stats", "categories/user.name"))
			return []Noun{changed(t, m, "categories/user.name", func(c *Category) { c.IdentityOrContact = true })}
		}, []string{"category.identity_or_contact"}},
		"one above it turns to one": {func(m *memory) []Noun {
			m.put(t, agreement("x", "stats", "categories/user.name"))
			return []Noun{changed(t, m, "categories/user", func(c *Category) { c.IdentityOrContact = true })}
		}, []string{"category.identity_or_contact"}},
		"a category turns to analytics": {func(m *memory) []Noun {
			m.put(t, agreement("x", "stats", "categories/user.name"))
			return []Noun{changed(t, m, "categories/user.name", func(c *Category) { c.IdentityOrContact, c.Analytics = true, true })}
		}, []string{"category.analytics"}},
		"what lists it ends first": {func(m *memory) []Noun {
			e, _ := TerminateAgreement(get[*Agreement](t, m, "agreements/usage"), now, "x")
			return []Noun{e, agreement("x", "stats", phone)}
		}, nil},
		"what it links is not its title": {func(m *memory) []Noun {
			return []Noun{changed(t, m, "recipients/stats", func(r *Recipient) { r.Title = "T" })}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := usages()
			_, err := m.write(t, Request{Put: c.put(m)})
			if c.fields == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			e := refused(t, err, Invalid, "FIELD_INVALID", c.fields...)
			if !strings.Contains(e.Fields[0].Expected, "agreements/") || !strings.Contains(e.Fields[0].Expected, "categories/") {
				t.Errorf("does not say which: %s", e.Fields[0].Expected)
			}
		})
	}
}
