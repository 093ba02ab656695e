package decision

import (
	"encoding/hex"
	"strings"

	"waybill/internal/registry"
)

// The canonical bytes of a question and of an answer, as the ledger keeps them:
// deterministic CBOR (RFC 8949 4.2.1) with the contract's field numbers as keys.
// A name of the registry stands as its permanent number; all other text of the
// caller as its tag, 16 bytes, so that no text of a caller is ever stored.

// The heads of CBOR's major types.
const (
	cborUint     = 0 << 5
	cborNegative = 1 << 5
	cborBytes    = 2 << 5
	cborText     = 3 << 5
	cborArray    = 4 << 5
	cborMap      = 5 << 5
)

func appendHead(b []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= 0xff:
		return append(b, major|24, byte(n))
	case n <= 0xffff:
		return append(b, major|25, byte(n>>8), byte(n))
	case n <= 0xffffffff:
		return append(b, major|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, major|27, byte(n>>56), byte(n>>48), byte(n>>40), byte(n>>32), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// encoder appends one map, counting its pairs as it goes.
type encoder struct {
	b     []byte
	at    int // of the map's head
	pairs int
	s     *Snapshot
	tag   func([]byte, string) []byte
}

func (m *encoder) begin() { m.at, m.pairs = len(m.b), 0; m.b = append(m.b, 0) }

// end writes the head; 24 pairs and more need a second byte.
func (m *encoder) end() {
	if m.pairs < 24 {
		m.b[m.at] = cborMap | byte(m.pairs)
		return
	}
	m.b = append(m.b, 0)
	copy(m.b[m.at+2:], m.b[m.at+1:])
	m.b[m.at], m.b[m.at+1] = cborMap|24, byte(m.pairs)
}

func (m *encoder) key(k uint64) { m.b = appendHead(m.b, cborUint, k); m.pairs++ }

func (m *encoder) number(k, v uint64) {
	if v != 0 {
		m.key(k)
		m.b = appendHead(m.b, cborUint, v)
	}
}

func (m *encoder) flag(k uint64, v bool) {
	if v {
		m.key(k)
		m.b = append(m.b, 0xf5)
	}
}

func (m *encoder) text(k uint64, v string) {
	if v != "" {
		m.key(k)
		m.b = append(appendHead(m.b, cborText, uint64(len(v))), v...)
	}
}

func (m *encoder) texts(k uint64, vs []string) {
	if len(vs) > 0 {
		m.key(k)
		m.b = appendHead(m.b, cborArray, uint64(len(vs)))
		for _, v := range vs {
			m.b = append(appendHead(m.b, cborText, uint64(len(v))), v...)
		}
	}
}

// tagged appends the tag of a caller's text.
func (m *encoder) tagged(k uint64, v string) {
	if v != "" {
		m.key(k)
		m.tagOnly(v)
	}
}

const tagPrefix = "tag:"

func (m *encoder) tagOnly(v string) {
	m.b = append(m.b, cborBytes|16)
	if m.tag != nil {
		m.b = m.tag(m.b, v)
		return
	}
	raw, _ := hex.DecodeString(strings.TrimPrefix(v, tagPrefix)) // a question that was read
	m.b = append(m.b, raw...)
}

// ref appends a name as its number, or as a tag where it is none of the registry.
func (m *encoder) ref(v string) {
	if n := m.s.Number(v); n != 0 {
		m.b = appendHead(m.b, cborUint, uint64(n))
		return
	}
	m.tagOnly(v)
}

func (m *encoder) name(k uint64, v string) {
	if v != "" {
		m.key(k)
		m.ref(v)
	}
}

func (m *encoder) names(k uint64, vs []string) {
	if len(vs) > 0 {
		m.key(k)
		m.b = appendHead(m.b, cborArray, uint64(len(vs)))
		for _, v := range vs {
			m.ref(v)
		}
	}
}

// AppendQuestion appends the canonical bytes of q to dst. tag appends the
// 16-byte tag of a text; nil writes a question that DecodeQuestion read, whose
// texts are tags already. A product stands as its id where the exporter has it.
func AppendQuestion(dst []byte, s *Snapshot, q *Question, d *Decision, tag func(dst []byte, text string) []byte) []byte {
	m := encoder{b: dst, s: s, tag: tag}
	m.begin()
	m.name(1, q.Exporter)
	m.name(2, q.Recipient)
	m.name(3, q.Deployment)
	m.name(4, q.Purpose)
	m.name(5, q.ServedPurpose)
	m.names(6, q.Categories)
	m.tagged(7, q.Subject)
	m.number(8, uint64(q.SubjectGroup))
	m.texts(9, q.SubjectRegions)
	if q.Product != "" {
		if s.hasProduct(d.Exporter, q.Product) {
			m.text(10, q.Product)
		} else {
			m.tagged(10, q.Product)
		}
	}
	m.number(11, uint64(q.AgeBand))
	m.text(12, q.Origin)
	m.texts(13, q.DestinationCountries)
	m.number(14, uint64(q.Quantity))
	m.bases(q)
	if q.OrderRef != "" || q.OrderSubject != "" {
		m.key(16)
		m.b = appendHead(m.b, cborArray, 2)
		m.textOrNull(q.OrderRef)
		m.textOrNull(q.OrderSubject)
	}
	m.tagged(17, q.HRReference)
	m.tagged(18, q.Citation)
	m.name(19, q.Assessment)
	m.consents(q)
	m.flag(21, q.ToOwnAddress)
	m.flag(22, q.Deidentified)
	if len(q.Chain) > 0 {
		m.key(23)
		m.b = appendHead(m.b, cborArray, uint64(len(q.Chain)))
		for _, c := range q.Chain {
			m.b = appendHead(m.b, cborArray, 2)
			m.ref(c.Recipient)
			if c.Deployment == "" {
				m.b = append(m.b, 0xf6)
			} else {
				m.ref(c.Deployment)
			}
		}
	}
	if q.Exception != 0 {
		m.key(24)
		m.b = appendHead(m.b, cborArray, 2)
		m.b = appendHead(m.b, cborUint, uint64(q.Exception))
		if m.s.Number(q.ExceptionRecord) != 0 {
			m.ref(q.ExceptionRecord)
		} else {
			m.textOrNull(q.ExceptionRecord)
		}
	}
	m.flag(25, q.DoNotTrack)
	m.flag(26, q.OptedOutAds)
	m.flag(27, q.Restricted)
	m.flag(28, q.Erased)
	m.instant(29, q.CollectTime)
	m.name(30, q.AuthorityInstrument)
	m.name(31, q.AcceptedPolicy)
	m.cohort(&q.Cohort)
	m.tagged(34, q.CountKey)
	m.flag(35, q.Objected)
	m.tagged(36, q.Publication)
	m.end()
	return m.b
}

// instant appends a time, which may lie before 1970.
func (m *encoder) instant(k uint64, t registry.Time) {
	if t != 0 {
		m.key(k)
		m.signed(int64(t))
	}
}

func (m *encoder) signed(v int64) {
	if v < 0 {
		m.b = appendHead(m.b, cborNegative, uint64(-1-v))
		return
	}
	m.b = appendHead(m.b, cborUint, uint64(v))
}

func (m *encoder) cohort(c *Cohort) {
	if c.ID == "" {
		return
	}
	m.key(33)
	k := encoder{b: m.b, s: m.s, tag: m.tag}
	k.begin()
	k.tagged(1, c.ID)
	k.number(2, uint64(c.Size))
	k.name(3, c.Purpose)
	k.name(4, c.Recipient)
	if len(c.Types) > 0 {
		k.key(5)
		k.b = appendHead(k.b, cborArray, uint64(len(c.Types)))
		for _, t := range c.Types {
			k.b = appendHead(k.b, cborUint, uint64(t))
		}
	}
	k.name(6, c.Policy)
	k.instant(7, c.AttestTime)
	for i, n := range [...]int64{c.WithdrawnExcluded, c.MinorsExcluded, c.ObjectedExcluded} {
		if n != None {
			k.key(uint64(8 + i))
			k.b = appendHead(k.b, cborUint, uint64(n))
		}
	}
	k.end()
	m.b = k.b
}

// textOrNull appends the tag of a text, or null for none.
func (m *encoder) textOrNull(v string) {
	if v == "" {
		m.b = append(m.b, 0xf6)
		return
	}
	m.tagOnly(v)
}

func (m *encoder) bases(q *Question) {
	n := 0
	for _, b := range q.Bases {
		if b != 0 {
			n++
		}
	}
	if n == 0 {
		return
	}
	m.key(15)
	m.b = appendHead(m.b, cborMap, uint64(n))
	for r, b := range q.Bases {
		if b != 0 {
			m.b = appendHead(m.b, cborUint, uint64(r))
			m.b = appendHead(m.b, cborUint, uint64(b))
		}
	}
}

func (m *encoder) consents(q *Question) {
	if len(q.Consents) == 0 {
		return
	}
	m.key(20)
	m.b = appendHead(m.b, cborArray, uint64(len(q.Consents)))
	for i := range q.Consents {
		c := &q.Consents[i]
		k := encoder{b: m.b, s: m.s, tag: m.tag}
		k.begin()
		k.number(1, uint64(c.Type))
		k.name(2, c.Purpose)
		k.names(3, c.Categories)
		k.name(4, c.Recipient)
		k.name(5, c.Policy)
		k.number(6, uint64(c.GiveTime))
		k.number(7, uint64(c.ExpireTime))
		k.number(8, uint64(c.WithdrawTime))
		k.tagged(9, c.Method)
		k.tagged(10, c.Evidence)
		k.number(11, uint64(c.CheckTime))
		k.tagged(12, c.Subject)
		k.flag(13, c.ByGuardian)
		k.tagged(14, c.ChildInterest)
		k.tagged(15, c.Publication)
		k.texts(16, c.Countries)
		k.end()
		m.b = k.b
	}
}

func (s *Snapshot) hasProduct(exporterNumber uint32, id string) bool {
	for _, e := range s.t.exporters {
		if e != nil && e.number == exporterNumber {
			for _, p := range e.products {
				if p.id == id {
					return true
				}
			}
		}
	}
	return false
}

// AppendAnswer appends the canonical bytes of the answer to dst.
func AppendAnswer(dst []byte, d *Decision) []byte {
	m := encoder{b: dst}
	m.begin()
	m.number(1, uint64(d.Outcome))
	if len(d.Reasons) > 0 {
		m.key(2)
		m.b = appendHead(m.b, cborArray, uint64(len(d.Reasons)))
		for i := range d.Reasons {
			r := &d.Reasons[i]
			m.b = appendHead(m.b, cborArray, 5)
			for _, v := range [...]uint64{uint64(r.Code), uint64(r.Regime), uint64(r.Detail), uint64(r.Record), r.Categories} {
				m.b = appendHead(m.b, cborUint, v)
			}
		}
	}
	m.number(3, d.Permitted)
	if len(d.Obligations) > 0 {
		m.key(4)
		m.b = appendHead(m.b, cborArray, uint64(len(d.Obligations)))
		for _, o := range d.Obligations {
			m.b = appendHead(m.b, cborArray, 3)
			m.b = appendHead(m.b, cborUint, uint64(o.Code))
			m.b = appendHead(m.b, cborUint, uint64(o.Record))
			m.b = appendHead(m.b, cborUint, uint64(o.Due))
		}
	}
	m.list(5, d.Agreements)
	m.list(6, d.Transfers)
	m.number(7, uint64(d.Policy))
	m.number(8, uint64(d.UseBy))
	m.number(9, uint64(d.ConsentSource))
	m.number(10, uint64(d.Exporter))
	if len(d.Waived) > 0 {
		m.key(11)
		m.b = appendHead(m.b, cborArray, uint64(len(d.Waived)))
		for _, w := range d.Waived {
			deferred := uint64(0)
			if w.Deferred {
				deferred = 1
			}
			m.b = appendHead(m.b, cborArray, 4)
			for _, v := range [...]uint64{uint64(w.Code), uint64(w.Regime), uint64(w.Exception), deferred} {
				m.b = appendHead(m.b, cborUint, v)
			}
		}
	}
	if c := &d.Counted; c.Year != 0 {
		warn := uint64(0)
		if c.Warn {
			warn = 1
		}
		m.key(12)
		m.b = appendHead(m.b, cborArray, 6)
		for _, v := range [...]uint64{uint64(c.Year), uint64(c.PersonsBefore), uint64(c.PersonsAfter), uint64(c.SensitiveBefore), uint64(c.SensitiveAfter), warn} {
			m.b = appendHead(m.b, cborUint, v)
		}
	}
	m.end()
	return m.b
}

func (m *encoder) list(k uint64, ns []uint32) {
	if len(ns) > 0 {
		m.key(k)
		m.b = appendHead(m.b, cborArray, uint64(len(ns)))
		for _, n := range ns {
			m.b = appendHead(m.b, cborUint, uint64(n))
		}
	}
}
