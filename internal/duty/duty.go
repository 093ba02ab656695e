package duty

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"waybill/internal/registry"
)

// Prefix is what the name of a duty begins with.
const Prefix = "duties/"

// TagBytes is the length of the tag of a subject.
const TagBytes = 16

// Duty is something owed by a date. Once it is recorded, only its closing is added.
type Duty struct {
	// ID is the name without its prefix; see NewID.
	ID   string
	Kind Kind
	// Owner is the office that owes: legal, the exporter's service, or the recipient
	// through legal.
	Owner string
	// Exporters are those of ours whom it concerns, sorted; none is all.
	Exporters []string
	// Recipient is whom it concerns, "" for none, with its permanent number.
	Recipient       string
	RecipientNumber uint32
	// Record is what it rests on: agreements/sf-2025.
	Record string
	// Cause is what opened it: revisions/{number}, decisions/{id}, facts/{id},
	// duties/{id}, hand, or registry for what follows from it as it stands.
	Cause string
	// SubjectTag is the tag of the person by the facts key, TagBytes long, or none;
	// never the reference.
	SubjectTag []byte
	// Regime is whose clock it runs on where the kind has several.
	Regime registry.Regime
	// BeginTime is when its clock began; CreateTime when it came to be owed.
	BeginTime, CreateTime registry.Time
	// DueTime is when it is overdue, from that instant on; 0 where the calendar does
	// not reach.
	DueTime registry.Time
	// Calendar is the edition that counted DueTime, 0 where none did.
	Calendar uint32
	// Note says more, and by whom it was opened.
	Note, OpenedBy string

	// CloseTime and what follows stand once it is closed.
	CloseTime           registry.Time
	ClosedBy            string
	Outcome             Outcome
	Evidence, CloseNote string
}

// State is where a duty stands at a time, numbered as the contract's DutyState.
type State uint8

// The states. All but Closed are open.
const (
	Pending State = 1 // owed, its date has not come
	Overdue State = 2
	Closed  State = 3
	Undated State = 4 // owed, and no date: the calendar does not reach
)

// State returns where the duty stands at a time. Its date counts as soon as a
// calendar reaches it.
func (d *Duty) State(on registry.Time) State {
	due := d.Date()
	switch {
	case d.CloseTime != 0 && d.CloseTime <= on:
		return Closed
	case due == 0:
		return Undated
	case due <= on:
		return Overdue
	}
	return Pending
}

// Date returns when it is due, by this calendar where it had no date before; 0
// where the calendar still does not reach.
func (d *Duty) Date() registry.Time {
	if d.DueTime != 0 {
		return d.DueTime
	}
	due, err := d.count()
	if err != nil {
		return 0
	}
	return due
}

func (d *Duty) count() (registry.Time, error) {
	if d.Kind == AnswerComplaint {
		return AnswerDue(d.Regime, d.BeginTime, false)
	}
	return Due(d.Kind, d.BeginTime)
}

// Open fills in what follows from the kind and the time that the clock begins:
// owner, due time and the calendar's edition. Where the calendar does not reach the
// duty has no date, and Why says so.
func Open(d Duty) Duty {
	if d.Owner == "" {
		d.Owner = d.Kind.Owner()
	}
	slices.Sort(d.Exporters)
	if d.DueTime != 0 {
		return d
	}
	due, err := d.count()
	var uncovered *registry.UncoveredError
	if errors.As(err, &uncovered) {
		return d
	}
	d.DueTime = due
	if kinds[d.Kind].clock.working > 0 && !Monthly(d.Regime) {
		d.Calendar = registry.CalendarEdition
	}
	return d
}

// Why returns why a duty has no date, "" where it has one.
func (d *Duty) Why() string {
	if d.DueTime != 0 {
		return ""
	}
	if _, err := d.count(); err != nil {
		return err.Error()
	}
	return ""
}

// NewID returns the id of a duty: 20 hex digits of the SHA-256 over the kind and
// what it follows from, in order. The same duty gets the same id again.
func NewID(k Kind, from ...string) string {
	h := sha256.Sum256([]byte(k.String() + "\x00" + strings.Join(from, "\x00")))
	return hex.EncodeToString(h[:10])
}

// Compare orders duties by their recorded date, those without one first, and then
// by id. It is the order of lists.
func Compare(a, b Duty) int {
	if a.DueTime != b.DueTime {
		if a.DueTime < b.DueTime {
			return -1
		}
		return 1
	}
	return strings.Compare(a.ID, b.ID)
}

// Query narrows a reading of recorded duties; its zero value is all of them.
type Query struct {
	IDs []string
	// On and States are those that may be in one of the states at a time; no states
	// is all that were recorded by then.
	On     registry.Time
	States []State
	Kind   Kind
	// Recipient is a full name; Exporter too, and finds what concerns all exporters.
	Recipient, Exporter string
	// AfterDue and AfterID continue after that duty, in the order of Compare.
	AfterDue registry.Time
	AfterID  string
	Limit    int // 0: all
}
