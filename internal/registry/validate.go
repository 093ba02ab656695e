package registry

import (
	"strings"
)

// Validate reports everything that is wrong with a noun on its own at now: what
// is required and missing, what contradicts itself, what no rule reads, names
// that are malformed or stand twice. The error is Invalid with FIELD_INVALID and
// names each field by its path in the contract. A fact that is merely not given
// is no error where a rule denies for the lack of it.
func Validate(n Noun, now Time) error {
	f, err := fieldsOf(n, now)
	if err != nil {
		return err
	}
	return f.err(titleOf(n))
}

func fieldsOf(n Noun, now Time) (fieldErrors, error) {
	r, ok := n.(ruled)
	if !ok {
		return nil, Errorf(Invalid, "FIELD_INVALID", "no noun was given")
	}
	c := &checks{root: n.Collection().String() + ".", now: now}
	if got, ok := CollectionOf(n.ResourceName()); !ok || got != n.Collection() {
		c.add("name", "a name like %s", example(n.Collection()))
	}
	c.references(References(n))
	r.validate(c)
	return c.errs, nil
}

// titleOf returns the noun's name if it is one, else its collection: what is no
// name of the registry stands in no message.
func titleOf(n Noun) string {
	if c, ok := CollectionOf(n.ResourceName()); ok && c == n.Collection() {
		return n.ResourceName()
	}
	return n.Collection().String()
}

func example(c Collection) string {
	switch c {
	case SettingsOf:
		return "settings"
	case Deployments:
		return "recipients/sf/deployments/main"
	case Categories:
		return "categories/user.contact.phone"
	case Policies:
		return "policies/2024-08-30"
	default:
		return c.Prefix() + "a-name"
	}
}

// checks gathers what is wrong with one noun.
type checks struct {
	root string
	now  Time
	errs fieldErrors
}

func (c *checks) add(field, format string, args ...any) {
	c.errs.add(c.root+field, format, args...)
}

// references checks the shape of names, and that none stands twice in a list.
func (c *checks) references(refs []Reference) {
	type key struct {
		list, name string
		wild       bool
	}
	seen := make(map[key]bool, len(refs))
	for _, r := range refs {
		if r.Covered {
			continue
		}
		if got, ok := CollectionOf(r.Name); !ok || got != r.Collection {
			if r.Field != c.root+"name" {
				c.errs.add(r.Field, "a name like %s", example(r.Collection))
			}
			continue
		}
		if !strings.HasSuffix(r.Field, "]") {
			continue
		}
		k := key{r.Field[:strings.LastIndexByte(r.Field, '[')], r.Name, r.wild}
		if seen[k] {
			c.errs.add(r.Field, "a name that stands once in the list")
		}
		seen[k] = true
	}
}

// text asks for a text that is not blank.
func (c *checks) text(field, value, what string) {
	if strings.TrimSpace(value) == "" {
		c.add(field, "%s", what)
	}
}

// some asks for a list that is not empty.
func (c *checks) some(field string, n int, what string) {
	if n == 0 {
		c.add(field, "at least one %s", what)
	}
}

// country asks for ISO 3166-1 alpha-2 by its shape; which codes exist is known
// where messages are read.
func (c *checks) country(field, code string, unknown bool) {
	if len(code) == 2 && 'A' <= code[0] && code[0] <= 'Z' && 'A' <= code[1] && code[1] <= 'Z' {
		return
	}
	if unknown {
		if code != "UNKNOWN" {
			c.add(field, "a country, ISO 3166-1 alpha-2, or UNKNOWN")
		}
		return
	}
	c.add(field, "a country, ISO 3166-1 alpha-2")
}

func (c *checks) countries(field string, codes []string, unknown bool) {
	for i, code := range codes {
		c.country(at(field, i), code, unknown)
	}
	c.once(field, codes)
}

// once asks that no element stands twice.
func (c *checks) once(field string, list []string) {
	seen := make(map[string]bool, len(list))
	for i, v := range list {
		if seen[v] {
			c.add(at(field, i), "a value that stands once in the list")
		}
		seen[v] = true
	}
}

// span asks that to, if both are given, is later than from.
func (c *checks) span(from Time, toField string, to Time, fromField string) {
	if from != 0 && to != 0 && to <= from {
		c.add(toField, "later than %s", fromField)
	}
}

func (c *checks) periods(field string, ps []Period) {
	for i, p := range ps {
		c.open(at(field, i), p.StartTime, p.EndTime)
	}
}

// open asks that what stands at the path begins, and that it ends later if at all.
func (c *checks) open(path string, start, end Time) {
	if start == 0 {
		c.add(path+".start_time", "when it begins")
	}
	c.span(start, path+".end_time", end, "start_time")
}

// approval asks who approved what stands at the path, and when.
func (c *checks) approval(path, by string, when Time) {
	c.text(path+".approved_by", by, "the office that approved it")
	if when == 0 {
		c.add(path+".approve_time", "when it was approved")
	}
}

// twoOffices asks that the second approver, if both are given, is not the first.
func (c *checks) twoOffices(field, first, second string) {
	if second = strings.TrimSpace(second); second != "" && strings.EqualFold(second, strings.TrimSpace(first)) {
		c.add(field, "another office than approved_by: two must approve")
	}
}

// laws asks for regimes of laws, each once; POLICY is ours and no law.
func (c *checks) laws(field string, list []Regime) {
	each(c, field, list)
	for i, r := range list {
		if r == RegimePolicy {
			c.add(at(field, i), "the regime of a law")
		}
	}
}

type enum interface {
	~uint8
	Values() []string
}

// known asks for a value that the contract knows; absent is none.
func known[E enum](c *checks, field string, e E) bool {
	if v := e.Values(); int(e) >= len(v) {
		c.add(field, "one of %s", strings.Join(v[1:], ", "))
		return false
	}
	return true
}

// given asks for a value that the contract knows and that is not absent.
func given[E enum](c *checks, field string, e E) bool {
	if e == 0 {
		c.add(field, "one of %s", strings.Join(e.Values()[1:], ", "))
		return false
	}
	return known(c, field, e)
}

// each asks that every value is given and stands once.
func each[E enum](c *checks, field string, list []E) {
	var seen [256]bool
	for i, e := range list {
		if given(c, at(field, i), e) && seen[uint8(e)] {
			c.add(at(field, i), "a value that stands once in the list")
		}
		seen[uint8(e)] = true
	}
}
