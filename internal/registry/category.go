package registry

import (
	"strings"
)

// What is shared. Categories are a tree by their dotted ids; flags inherit
// downward; a question that asks for an inner node asks for all its leaves.
type Category struct {
	// categories/{dotted.id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// One sentence that says what it is.
	Sentence string `cbor:"3,keyasint,omitempty"`
	// One example; never a value of a person.
	Example string `cbor:"4,keyasint,omitempty"`
	// Sensitive under PIPL 28.
	Sensitive bool `cbor:"5,keyasint,omitempty"`
	// Special under GDPR 9.
	Special bool `cbor:"6,keyasint,omitempty"`
	// Identifies a person directly.
	DirectIdentifier bool `cbor:"7,keyasint,omitempty"`
	// What kind of credential it is.
	Credential Credential `cbor:"8,keyasint,omitempty"`
	// Identity or contact data.
	IdentityOrContact bool `cbor:"9,keyasint,omitempty"`
	// Analytics data.
	Analytics bool `cbor:"10,keyasint,omitempty"`
	// Not personal data.
	NonPersonal bool `cbor:"11,keyasint,omitempty"`
	// Important data, as an authority told or published, CBDF 2; set by compliance, never inferred.
	ImportantData bool `cbor:"12,keyasint,omitempty"`
	// The clause of the policy that names it.
	Clause string `cbor:"13,keyasint,omitempty"`
}

func (n *Category) validate(c *checks) {
	c.text("title", n.Title, "a title")
	c.text("sentence", n.Sentence, "one sentence that says what it is")
	c.text("example", n.Example, "one example")
	known(c, "credential", n.Credential)
	if n.NonPersonal && (n.Sensitive || n.Special || n.DirectIdentifier || n.IdentityOrContact) {
		c.add("non_personal", "false: it is sensitive, special, or says who somebody is")
	}
}

// ParentOf returns the category above one, "" if it is at the top:
// categories/user.contact of categories/user.contact.phone.
func ParentOf(category string) string {
	if i := strings.LastIndexByte(category, '.'); i > 0 {
		return category[:i]
	}
	return ""
}

func (n *Category) refer(r *references) { r.name("name", ParentOf(n.Name), Categories) }
func (n *Category) grants() []grant     { return nil }
