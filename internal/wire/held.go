package wire

import (
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"

	"waybill/internal/decision"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// Held is what a case says is held of its subject, by names: decision.Facts has
// numbers, which only a snapshot knows.
type Held struct {
	Erased, Restricted, DoNotTrack, OptedOutAds bool

	Objected []string // purposes/x
	Age      decision.AgeBand
	Accepted []string // policies/x
	// AcceptedByGuardian are those that a guardian accepted.
	AcceptedByGuardian []string
	Consents           []*waybillv1.Consent
}

// Tally is what a case says was counted of its exporter and year before.
type Tally struct {
	Persons, Sensitive     int64
	InPersons, InSensitive bool // the subject is counted there already
}

// WantedWaiver is one reason that a case wants to be waived.
type WantedWaiver struct {
	Code     decision.Code
	Regime   registry.Regime // 0 is any
	Deferred bool
}

// WantedCount is what a case wants to be counted; a nil figure is not asked.
type WantedCount struct {
	None            bool // nothing is counted
	PersonsAfter    *int64
	SensitiveAfter  *int64
	Warn            *bool
	PersonsBefore   *int64
	SensitiveBefore *int64
}

// heldKeys are those of facts; a presented consent's keys that a held one lacks
// are how it reached us, not what it says.
var (
	heldKeys    = []string{"erased", "restricted", "objected", "doNotTrack", "optedOutAds", "ageBand", "accepted", "acceptedByGuardian", "consents"}
	countKeys   = []string{"persons", "sensitive", "alreadyCounted"}
	waiverKeys  = []string{"code", "regime", "deferred"}
	countedKeys = []string{"personsBefore", "personsAfter", "sensitiveBefore", "sensitiveAfter", "warn"}
)

// held reads facts: what is held of the subject.
func (l *loader) held(n *yaml.Node) *Held {
	h := new(Held)
	l.keys(n, "facts", heldKeys, func(key string, v *yaml.Node) {
		path := "facts." + key
		switch key {
		case "erased":
			h.Erased = l.yes(v, path)
		case "restricted":
			h.Restricted = l.yes(v, path)
		case "doNotTrack":
			h.DoNotTrack = l.yes(v, path)
		case "optedOutAds":
			h.OptedOutAds = l.yes(v, path)
		case "objected":
			h.Objected = l.names(v, path, registry.Purposes)
		case "accepted":
			h.Accepted = l.names(v, path, registry.Policies)
		case "acceptedByGuardian":
			h.AcceptedByGuardian = l.names(v, path, registry.Policies)
		case "ageBand":
			h.Age = decision.AgeBand(l.value(v, path, waybillv1.AgeBand(0).Descriptor()))
		case "consents":
			for i, item := range l.items(v, path) {
				if c := l.heldConsent(item, fmt.Sprintf("%s[%d]", path, i)); c != nil {
					h.Consents = append(h.Consents, c)
				}
			}
		}
	})
	return h
}

// heldConsent reads one held consent: what a presented one says, without how it
// was shown.
func (l *loader) heldConsent(n *yaml.Node, path string) *waybillv1.Consent {
	f := filler{loader: l, lines: map[string]int{}, literal: true}
	c := new(waybillv1.Consent)
	before := len(l.errs.list)
	f.message(c.ProtoReflect(), n, path)
	need := func(ok bool, field, expected string) {
		if !ok {
			l.wrong(n.Line, path+field, expected)
		}
	}
	need(c.Type != 0, ".type", "a type of consent; it is needed")
	need(c.Purpose != "", ".purpose", "a purpose; it is needed")
	need(len(c.Categories) > 0, ".categories", "at least one category")
	need(c.Policy != "", ".policy", "the policy version under which it was given; it is needed")
	need(c.GiveTime != nil, ".giveTime", "when it was given; it is needed")
	need(c.CheckTime == nil && c.Subject == "" && c.Method == "" && c.Evidence == "", "", "nothing of how it was shown: a held consent has no checkTime, subject, method or evidence")
	if len(l.errs.list) > before {
		return nil
	}
	return c
}

// tally reads counters.
func (l *loader) tally(n *yaml.Node) *Tally {
	t := new(Tally)
	l.keys(n, "counters", countKeys, func(key string, v *yaml.Node) {
		path := "counters." + key
		switch key {
		case "persons":
			t.Persons = l.count(v, path)
		case "sensitive":
			t.Sensitive = l.count(v, path)
		case "alreadyCounted":
			for _, item := range l.items(v, path) {
				switch item.Value {
				case "persons":
					t.InPersons = true
				case "sensitive":
					t.InSensitive = true
				default:
					l.wrong(item.Line, path, "persons, sensitive, or both in a list")
				}
			}
		}
	})
	return t
}

// waivers reads the reasons that are wanted to be waived.
func (l *loader) waivers(n *yaml.Node) []WantedWaiver {
	all := []WantedWaiver{}
	for _, item := range l.items(n, "waived") {
		var w WantedWaiver
		l.keys(item, "waived", waiverKeys, func(key string, v *yaml.Node) {
			switch key {
			case "code":
				w.Code = decision.Code(l.value(v, "waived.code", waybillv1.ReasonCode(0).Descriptor()))
			case "regime":
				w.Regime = registry.Regime(l.value(v, "waived.regime", waybillv1.Regime(0).Descriptor()))
			case "deferred":
				w.Deferred = l.yes(v, "waived.deferred")
			}
		})
		if w.Code == 0 {
			l.wrong(item.Line, "waived.code", "the code of a reason; it is needed")
		}
		all = append(all, w)
	}
	return all
}

// counted reads what is wanted to be counted: figures, or false for nothing.
func (l *loader) counted(n *yaml.Node) *WantedCount {
	c := new(WantedCount)
	if n.Kind == yaml.ScalarNode {
		if c.None = n.Tag == "!!bool" && n.Value == "false"; !c.None {
			l.wrong(n.Line, "counted", "false, or a mapping of figures")
		}
		return c
	}
	l.keys(n, "counted", countedKeys, func(key string, v *yaml.Node) {
		figures := map[string]**int64{"personsBefore": &c.PersonsBefore, "personsAfter": &c.PersonsAfter,
			"sensitiveBefore": &c.SensitiveBefore, "sensitiveAfter": &c.SensitiveAfter}
		if into := figures[key]; into != nil {
			figure := l.count(v, "counted."+key)
			*into = &figure
			return
		}
		warn := l.yes(v, "counted.warn")
		c.Warn = &warn
	})
	return c
}

// byCode reads a mapping of codes to lists; each code must be of the case.
func (l *loader) byCode(n *yaml.Node, path string, of []decision.Code, each func(decision.Code, *yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		l.wrong(n.Line, path, "a mapping of reasons")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		code := decision.Code(l.value(n.Content[i], path, waybillv1.ReasonCode(0).Descriptor()))
		if code != 0 && !slices.Contains(of, code) {
			l.wrong(n.Content[i].Line, path, "one of the reasons of the case")
		}
		for _, item := range l.items(n.Content[i+1], path) {
			each(code, item)
		}
	}
}

// keys reads a mapping whose keys are known.
func (l *loader) keys(n *yaml.Node, path string, known []string, read func(key string, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		l.wrong(n.Line, path, "a mapping of fields")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !slices.Contains(known, key.Value) {
			l.unknownKey(key, known)
			continue
		}
		read(key.Value, n.Content[i+1])
	}
}

// names reads a list of names of one collection, which may lack their prefix.
func (l *loader) names(n *yaml.Node, path string, of registry.Collection) (names []string) {
	for _, item := range l.items(n, path) {
		name := prefixed(of, l.word(item, path))
		if !isName(of, name) {
			l.wrong(item.Line, path, nameExpected(of))
		}
		names = append(names, name)
	}
	return names
}

func (l *loader) yes(n *yaml.Node, path string) bool {
	if n.Tag != "!!bool" || n.Value != "true" && n.Value != "false" {
		l.wrong(n.Line, path, "true or false")
	}
	return n.Value == "true"
}

func (l *loader) count(n *yaml.Node, path string) int64 {
	f := filler{loader: l}
	m := new(waybillv1.Counted)
	fd := m.ProtoReflect().Descriptor().Fields().ByName("persons_before")
	v, ok := f.value(protoreflect.Value{}, fd, n, path)
	if !ok {
		return 0
	}
	if v.Int() < 0 {
		l.wrong(n.Line, path, "a number of persons, at least 0")
	}
	return v.Int()
}

// Facts returns what the case says is held, by the numbers of a snapshot; nil where
// it says nothing. A name that the snapshot lacks is an error: a fact rests on a
// record.
func (c *Case) Facts(number func(name string) uint32) (*decision.Facts, error) {
	h := c.Held
	if h == nil {
		return nil, nil
	}
	f := &decision.Facts{Erased: h.Erased, Restricted: h.Restricted, DoNotTrack: h.DoNotTrack, OptedOutAds: h.OptedOutAds, Age: h.Age}
	var missing error
	find := func(of registry.Collection, name string) uint32 {
		if name == "" {
			return 0
		}
		n := number(prefixed(of, name))
		if n == 0 && missing == nil {
			missing = registry.Errorf(registry.Invalid, "NOT_FOUND", "the registry has no %s that the facts of %q name", prefixed(of, name), c.Name)
		}
		return n
	}
	findAll := func(of registry.Collection, names []string) (all []uint32) {
		for _, name := range names {
			all = append(all, find(of, name))
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	f.Objected = findAll(registry.Purposes, h.Objected)
	f.Accepted = findAll(registry.Policies, h.Accepted)
	f.AcceptedByGuardian = findAll(registry.Policies, h.AcceptedByGuardian)
	for _, p := range h.Consents {
		held := decision.HeldConsent{Type: decision.ConsentType(p.Type), Purpose: find(registry.Purposes, p.Purpose),
			Recipient: find(registry.Recipients, p.Recipient), Policy: find(registry.Policies, p.Policy),
			Categories: findAll(registry.Categories, p.Categories), ByGuardian: p.ByGuardian, ChildInterest: p.ChildInterest != "", Publication: p.Publication, Countries: p.Countries}
		held.GiveTime, _ = instant(p.GiveTime)
		if p.ExpireTime != nil {
			held.ExpireTime, _ = instant(p.ExpireTime)
		}
		if p.WithdrawTime != nil {
			held.WithdrawTime, _ = instant(p.WithdrawTime)
		}
		f.Consents = append(f.Consents, held)
	}
	if missing != nil {
		return nil, missing
	}
	return f, nil
}

// countingZone is the one zone in which a year is counted, whatever the registry's.
var countingZone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Counters returns the counters before the case's question, of the year that holds
// its time; a case that says none is judged in a year in which nothing was exported.
func (c *Case) Counters() *decision.Counters {
	out := &decision.Counters{Year: int32(c.At.Std().In(countingZone).Year())}
	if t := c.Tally; t != nil {
		out.Persons, out.Sensitive, out.InPersons, out.InSensitive = t.Persons, t.Sensitive, t.InPersons, t.InSensitive
	}
	return out
}
