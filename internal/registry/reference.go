package registry

import (
	"strconv"
	"strings"
)

// Reference is one name that a noun holds of another noun.
type Reference struct {
	// Field is the path in the contract: agreement.recipients[2].
	Field string
	// Name is the full name of the other noun; a grant of x.* names x.
	Name string
	// Collection is the one that the name must belong to.
	Collection Collection
	// Covered marks a name that stands only in a stored expansion of a wildcard.
	Covered bool

	wild bool // it was written x.*
}

// ruled is what every noun knows of itself beside its name.
type ruled interface {
	Noun
	// validate adds what is wrong with the noun on its own.
	validate(c *checks)
	// refer adds the names that it holds, in the order of its fields.
	refer(r *references)
	// grants returns its lists of categories that are expanded when written.
	grants() []grant
}

var _ = [...]ruled{
	(*Exporter)(nil), (*Recipient)(nil), (*Deployment)(nil), (*Agreement)(nil), (*Transfer)(nil), (*Assessment)(nil),
	(*Settings)(nil), (*Purpose)(nil), (*Category)(nil), (*Policy)(nil), (*Principal)(nil), (*Instrument)(nil), (*ExceptionRecord)(nil),
}

// References lists the names that a noun holds, with their fields, in the order
// of the fields: those it states, those its name implies (a deployment's
// recipient, a category's parent), and those that its stored expansions cover.
// A field that is not given is left out; a name may be malformed or stand twice.
func References(n Noun) []Reference {
	r, ok := n.(ruled)
	if !ok {
		return nil
	}
	refs := references{root: n.Collection().String() + "."}
	r.refer(&refs)
	return refs.list
}

// references gathers the names of one noun.
type references struct {
	root string
	list []Reference
}

func (r *references) name(field, name string, c Collection) {
	if name != "" {
		r.list = append(r.list, Reference{Field: r.root + field, Name: name, Collection: c})
	}
}

func (r *references) names(field string, names []string, c Collection) {
	for i, n := range names {
		r.list = append(r.list, Reference{Field: r.root + at(field, i), Name: n, Collection: c})
	}
}

// categories adds a list in which x.* may stand.
func (r *references) categories(field string, names []string) {
	for i, n := range names {
		base, wild := strings.CutSuffix(n, ".*")
		r.list = append(r.list, Reference{Field: r.root + at(field, i), Name: base, Collection: Categories, wild: wild})
	}
}

func (r *references) covered(field string, names []string) {
	for i, n := range names {
		r.list = append(r.list, Reference{Field: r.root + at(field, i), Name: n, Collection: Categories, Covered: true})
	}
}

// at returns the path of an element: at("recipients", 2) is recipients[2].
func at(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
