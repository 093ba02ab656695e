package decision

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"waybill/internal/registry"
)

// Layouts of the compiled records. Every record begins with the header of
// storage.go and its name; fields follow at fixed places from the name's end.
// Times stand in the order of a mask, those not given left out.

// names resolves the names of the registry that is compiled.
type names interface {
	// number returns a record's number, 0 if there is none.
	number(name string) uint32
	// numbers returns the numbers of those that exist, ascending.
	numbers(names []string) []uint32
	// ordinals returns the places of those categories or purposes that exist.
	ordinals(names []string) []uint32
}

const noNumber = ^uint32(0) // a name that resolves to nothing: it matches no record

func header(c registry.Collection, kind uint8, name string) []byte {
	b := make([]byte, headerSize, 128)
	b[0], b[1] = byte(c), kind
	binary.LittleEndian.PutUint16(b[2:], uint16(len(name)))
	return append(b, name...)
}

// finish states the length of the body.
func finish(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)))
	return b
}

// appendTimes appends a mask byte and the times that are given.
func appendTimes(b []byte, ts ...registry.Time) []byte {
	at := len(b)
	b = append(b, 0)
	for i, t := range ts {
		if t != 0 {
			b[at] |= 1 << i
			b = appendTime(b, t)
		}
	}
	return b
}

// times reads the times at b[i:] into ts and returns where they end.
func times(b []byte, i int, ts []registry.Time) int {
	mask := b[i]
	i++
	for k := range ts {
		if mask&(1<<k) != 0 {
			ts[k] = instantAt(b, i)
			i += 8
		} else {
			ts[k] = 0
		}
	}
	return i
}

func timesLen(b []byte, i int) int { return 1 + 8*bits.OnesCount8(b[i]) }

func appendCountries(b []byte, cs []string) []byte {
	b = append(b, byte(len(cs)))
	for _, c := range cs {
		b = binary.LittleEndian.AppendUint16(b, uint16(parseCountry(c)))
	}
	return b
}

// countries is a counted list of countries: count u8, then u16 each.
type countries []byte

func (l countries) len() int         { return len(l) >> 1 }
func (l countries) at(i int) country { return country(binary.LittleEndian.Uint16(l[i<<1:])) }
func (l countries) has(c country) bool {
	for i := range l.len() {
		if l.at(i) == c {
			return true
		}
	}
	return false
}

func cutCountries(b []byte, i int) (countries, int) {
	end := i + 1 + int(b[i])*2
	return countries(b[i+1 : end]), end
}

// small: ordinal u32.

func smallRecord(c registry.Collection, name string, ordinal uint32) []byte {
	return finish(binary.LittleEndian.AppendUint32(header(c, 0, name), ordinal))
}

func ordinal(rec []byte) uint32 { return u32(rec, headerSize+u16(rec, 2)) }

// related lists the records in whose relations this one stands, by relation.
type relation struct {
	of  uint32 // the recipient or agreement
	rel uint8  // the place of the list
	has uint32 // this record
}

// The lists of a recipient's relations, in their order; an agreement has one,
// the transfers that rest on it.
const (
	relDeployments = iota
	relAgreements
	relTransfers
	relAssessments
	relCount
)

func relationsOf(number uint32, rec []byte) []relation {
	if len(rec) == 0 {
		return nil
	}
	var out []relation
	each := func(l list, rel uint8) {
		for i := range l.len() {
			out = append(out, relation{l.at(i), rel, number})
		}
	}
	switch registry.Collection(rec[0]) {
	case registry.Deployments:
		var v deploymentView
		readDeployment(number, rec, &v)
		if v.recipient != noNumber {
			out = append(out, relation{v.recipient, relDeployments, number})
		}
	case registry.Agreements:
		i := headerSize + u16(rec, 2) + 16
		i += timesLen(rec, i)
		_, i = cut(rec, i)
		_, i = cutOrdinals(rec, i)
		_, i = cutOrdinals(rec, i)
		parties, _ := cut(rec, i)
		each(parties, relAgreements)
	case registry.Transfers:
		var v transferView
		readTransfer(number, rec, &v)
		each(v.recipients, relTransfers)
		for i := range v.onward.len() {
			if n := v.onward.at(i); !v.recipients.has(n) {
				out = append(out, relation{n, relTransfers, number})
			}
		}
		if v.agreement != 0 {
			out = append(out, relation{v.agreement, 0, number})
		}
	case registry.Assessments:
		var v assessmentView
		readAssessment(number, rec, &v)
		each(v.recipients, relAssessments)
	}
	return out
}

// relationLists returns how many lists of relations a collection's record has.
func relationLists(c registry.Collection) int {
	switch c {
	case registry.Recipients:
		return relCount
	case registry.Agreements:
		return 1
	}
	return 0
}

// related returns rec with the relations added and removed.
func related(rec []byte, add, remove []relation) []byte {
	n := relationLists(registry.Collection(rec[0]))
	if n == 0 {
		return rec
	}
	old := relations(rec)
	out := slices.Clone(body(rec))
	i := 0
	for r := range uint8(n) {
		var ns []uint32
		if len(old) > 0 {
			var l list
			l, i = cut(old, i)
			for k := range l.len() {
				if v := l.at(k); !slices.ContainsFunc(remove, func(x relation) bool { return x.rel == r && x.has == v }) {
					ns = append(ns, v)
				}
			}
		}
		for _, a := range add {
			if a.rel == r {
				ns = append(ns, a.has)
			}
		}
		slices.Sort(ns)
		out = appendList(out, slices.Compact(ns))
	}
	return out
}
