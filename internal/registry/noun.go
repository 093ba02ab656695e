package registry

import (
	"strings"
)

// Collection is a kind of noun; the number is permanent and stands in every change.
type Collection uint8

// The collections, numbered as the contract's Resource.
const (
	Exporters   Collection = 1
	Recipients  Collection = 2
	Deployments Collection = 3
	Agreements  Collection = 4
	Transfers   Collection = 5
	Assessments Collection = 6
	SettingsOf  Collection = 7
	Purposes    Collection = 8
	Categories  Collection = 9
	Policies    Collection = 10
	Principals  Collection = 11
	Instruments Collection = 12
	Exceptions  Collection = 13
)

// Collections lists them in an order that can be applied: what is named comes first.
var Collections = []Collection{SettingsOf, Categories, Purposes, Exporters, Recipients, Agreements, Deployments, Transfers, Assessments, Policies, Instruments, Exceptions, Principals}

var prefixes = [...]string{
	Exporters: "exporters/", Recipients: "recipients/", Deployments: "recipients/", Agreements: "agreements/",
	Transfers: "transfers/", Assessments: "assessments/", SettingsOf: "settings", Purposes: "purposes/",
	Categories: "categories/", Policies: "policies/", Principals: "principals/",
	Instruments: "instruments/", Exceptions: "exceptions/",
}

var singulars = [...]string{
	Exporters: "exporter", Recipients: "recipient", Deployments: "deployment", Agreements: "agreement",
	Transfers: "transfer", Assessments: "assessment", SettingsOf: "settings", Purposes: "purpose",
	Categories: "category", Policies: "policy", Principals: "principal",
	Instruments: "instrument", Exceptions: "exception_record",
}

// String returns the singular: "agreement".
func (c Collection) String() string {
	if int(c) < len(singulars) && c > 0 {
		return singulars[c]
	}
	return "noun"
}

// Prefix returns what its names begin with: "agreements/".
func (c Collection) Prefix() string { return prefixes[c] }

// Noun is one record of the registry, a pointer to one of the thirteen structs.
type Noun interface {
	// Collection returns the noun's collection.
	Collection() Collection
	// ResourceName returns its name: agreements/sf-2025.
	ResourceName() string
}

func (*Exporter) Collection() Collection        { return Exporters }
func (*Recipient) Collection() Collection       { return Recipients }
func (*Deployment) Collection() Collection      { return Deployments }
func (*Agreement) Collection() Collection       { return Agreements }
func (*Transfer) Collection() Collection        { return Transfers }
func (*Assessment) Collection() Collection      { return Assessments }
func (*Settings) Collection() Collection        { return SettingsOf }
func (*Purpose) Collection() Collection         { return Purposes }
func (*Category) Collection() Collection        { return Categories }
func (*Policy) Collection() Collection          { return Policies }
func (*Principal) Collection() Collection       { return Principals }
func (*Instrument) Collection() Collection      { return Instruments }
func (*ExceptionRecord) Collection() Collection { return Exceptions }

func (n *Exporter) ResourceName() string        { return n.Name }
func (n *Recipient) ResourceName() string       { return n.Name }
func (n *Deployment) ResourceName() string      { return n.Name }
func (n *Agreement) ResourceName() string       { return n.Name }
func (n *Transfer) ResourceName() string        { return n.Name }
func (n *Assessment) ResourceName() string      { return n.Name }
func (n *Settings) ResourceName() string        { return n.Name }
func (n *Purpose) ResourceName() string         { return n.Name }
func (n *Category) ResourceName() string        { return n.Name }
func (n *Policy) ResourceName() string          { return n.Name }
func (n *Principal) ResourceName() string       { return n.Name }
func (n *Instrument) ResourceName() string      { return n.Name }
func (n *ExceptionRecord) ResourceName() string { return n.Name }

// New returns an empty noun of the collection, or nil if there is no such one.
func New(c Collection) Noun {
	switch c {
	case Exporters:
		return new(Exporter)
	case Recipients:
		return new(Recipient)
	case Deployments:
		return new(Deployment)
	case Agreements:
		return new(Agreement)
	case Transfers:
		return new(Transfer)
	case Assessments:
		return new(Assessment)
	case SettingsOf:
		return new(Settings)
	case Purposes:
		return new(Purpose)
	case Categories:
		return new(Category)
	case Policies:
		return new(Policy)
	case Principals:
		return new(Principal)
	case Instruments:
		return new(Instrument)
	case Exceptions:
		return new(ExceptionRecord)
	}
	return nil
}

// isID: [a-z0-9-]{1,64} without a hyphen at an end. Every name of a change passes
// here several times, so it is no regular expression.
func isID(s string) bool {
	return isWord(s, '-') && s[0] != '-' && s[len(s)-1] != '-'
}

// isCategory: one to ten parts [a-z0-9_]{1,64} joined by dots.
func isCategory(s string) bool {
	for range 10 {
		part, rest, more := strings.Cut(s, ".")
		if !isWord(part, '_') {
			return false
		}
		if !more {
			return true
		}
		s = rest
	}
	return false
}

// isWord reports whether s is 1 to 64 lower-case letters, digits and the mark.
func isWord(s string, mark byte) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != mark {
			return false
		}
	}
	return len(s) > 0 && len(s) <= 64
}

// CollectionOf returns the collection that a full name belongs to, and whether
// the name is well formed: ids are [a-z0-9-]{1,64} without a hyphen at an end,
// categories are parts [a-z0-9_]{1,64} joined by dots.
func CollectionOf(name string) (Collection, bool) {
	if name == "settings" {
		return SettingsOf, true
	}
	head, id, ok := strings.Cut(name, "/")
	if !ok {
		return 0, false
	}
	switch head {
	case "exporters":
		return Exporters, isID(id)
	case "recipients":
		if r, d, ok := strings.Cut(id, "/deployments/"); ok {
			return Deployments, isID(r) && isID(d)
		}
		return Recipients, isID(id)
	case "agreements":
		return Agreements, isID(id)
	case "transfers":
		return Transfers, isID(id)
	case "assessments":
		return Assessments, isID(id)
	case "purposes":
		return Purposes, isID(id)
	case "categories":
		return Categories, isCategory(id)
	case "policies":
		return Policies, isID(id)
	case "principals":
		return Principals, isID(id)
	case "instruments":
		return Instruments, isID(id)
	case "exceptions":
		return Exceptions, isID(id)
	}
	return 0, false
}

// RecipientOf returns the recipient of a deployment's name.
func RecipientOf(deployment string) string {
	r, _, _ := strings.Cut(deployment, "/deployments/")
	return r
}

// Head is the state of the registry as one row.
type Head struct {
	// Epoch names the history; it changes on failover and restore.
	Epoch string
	// Revision is the newest revision; revisions are gapless and in commit order.
	Revision int64
	// NextNumber is the permanent number that the next new noun gets.
	NextNumber uint32
	// Changes is the number of leaves of the change log at Revision.
	Changes int64
	// Root is the RFC 6962 root of the change log at Revision.
	Root [32]byte
	// Time is when Revision was recorded, by the clock of its writer.
	Time Time
	// Clock is the database's time when the head was read.
	Clock Time
}

// Operation is what a change did.
type Operation uint8

// The operations, numbered as the contract's ChangeOperation.
const (
	Put    Operation = 1
	Delete Operation = 2
)

// Change is one edit: the full state after, with its author and reason.
type Change struct {
	Revision  int64
	Index     int64 // of its leaf in the change log
	Operation Operation
	Name      string
	Number    uint32
	Author    string // principals/x or operator
	Reason    string
	Time      Time
	Noun      Noun     // nil after Delete
	Root      [32]byte // of the change log with this change as its last leaf
	Entry     []byte   // canonical bytes of the envelope
}

// Record is a noun as the registry holds it.
type Record struct {
	Noun       Noun
	Number     uint32
	Revision   int64 // that recorded this state
	CreateTime Time
	UpdateTime Time
}
