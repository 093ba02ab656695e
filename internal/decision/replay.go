package decision

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"waybill/internal/registry"
)

// Entries are read strictly, through the library.

var strict = func() cbor.DecMode {
	m, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, UTF8: cbor.UTF8RejectInvalid,
		MaxNestedLevels: 8, MaxArrayElements: 4096, MaxMapPairs: 64,
	}.DecMode()
	if err != nil {
		panic(err)
	}
	return m
}()

// reference is a number of the registry, or a tag.
type reference struct {
	number uint32
	tag    []byte
	text   string
}

// UnmarshalCBOR reads a number, a tag of 16 bytes, a text or null.
func (r *reference) UnmarshalCBOR(b []byte) error {
	var v any
	if err := strict.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
	case uint64:
		if v == 0 || v >= uint64(noNumber) {
			return fmt.Errorf("number %d is none of a record", v)
		}
		r.number = uint32(v)
	case string:
		r.text = v
	case []byte:
		if len(v) != 16 {
			return fmt.Errorf("a tag has %d bytes, want 16", len(v))
		}
		r.tag = v
	default:
		return fmt.Errorf("a reference is a %T", v)
	}
	return nil
}

func (r reference) name(s *Snapshot) (string, error) {
	switch {
	case r.number != 0:
		if n := s.Name(r.number); n != "" {
			return n, nil
		}
		return "", fmt.Errorf("record %d is not in the registry at revision %d", r.number, s.head.Revision)
	case r.tag != nil:
		return tagPrefix + hex.EncodeToString(r.tag), nil
	}
	return r.text, nil
}

type consentEntry struct {
	Type          ConsentType   `cbor:"1,keyasint,omitempty"`
	Purpose       *reference    `cbor:"2,keyasint,omitempty"`
	Categories    []reference   `cbor:"3,keyasint,omitempty"`
	Recipient     *reference    `cbor:"4,keyasint,omitempty"`
	Policy        *reference    `cbor:"5,keyasint,omitempty"`
	GiveTime      registry.Time `cbor:"6,keyasint,omitempty"`
	ExpireTime    registry.Time `cbor:"7,keyasint,omitempty"`
	WithdrawTime  registry.Time `cbor:"8,keyasint,omitempty"`
	Method        *reference    `cbor:"9,keyasint,omitempty"`
	Evidence      *reference    `cbor:"10,keyasint,omitempty"`
	CheckTime     registry.Time `cbor:"11,keyasint,omitempty"`
	Subject       *reference    `cbor:"12,keyasint,omitempty"`
	ByGuardian    bool          `cbor:"13,keyasint,omitempty"`
	ChildInterest *reference    `cbor:"14,keyasint,omitempty"`
	Publication   *reference    `cbor:"15,keyasint,omitempty"`
	Countries     []string      `cbor:"16,keyasint,omitempty"`
}

type cohortEntry struct {
	ID         *reference    `cbor:"1,keyasint,omitempty"`
	Size       int64         `cbor:"2,keyasint,omitempty"`
	Purpose    *reference    `cbor:"3,keyasint,omitempty"`
	Recipient  *reference    `cbor:"4,keyasint,omitempty"`
	Types      []uint64      `cbor:"5,keyasint,omitempty"`
	Policy     *reference    `cbor:"6,keyasint,omitempty"`
	AttestTime registry.Time `cbor:"7,keyasint,omitempty"`
	Withdrawn  *int64        `cbor:"8,keyasint,omitempty"`
	Minors     *int64        `cbor:"9,keyasint,omitempty"`
	Objected   *int64        `cbor:"10,keyasint,omitempty"`
}

type exceptionEntry struct {
	_         struct{} `cbor:",toarray"`
	Exception Exception
	Record    reference
}

type questionEntry struct {
	Exporter     *reference                         `cbor:"1,keyasint,omitempty"`
	Recipient    *reference                         `cbor:"2,keyasint,omitempty"`
	Deployment   *reference                         `cbor:"3,keyasint,omitempty"`
	Purpose      *reference                         `cbor:"4,keyasint,omitempty"`
	Served       *reference                         `cbor:"5,keyasint,omitempty"`
	Categories   []reference                        `cbor:"6,keyasint,omitempty"`
	Subject      *reference                         `cbor:"7,keyasint,omitempty"`
	Group        registry.SubjectGroup              `cbor:"8,keyasint,omitempty"`
	Regions      []string                           `cbor:"9,keyasint,omitempty"`
	Product      *reference                         `cbor:"10,keyasint,omitempty"`
	Age          AgeBand                            `cbor:"11,keyasint,omitempty"`
	Origin       string                             `cbor:"12,keyasint,omitempty"`
	Destinations []string                           `cbor:"13,keyasint,omitempty"`
	Quantity     int64                              `cbor:"14,keyasint,omitempty"`
	Bases        map[registry.Regime]registry.Basis `cbor:"15,keyasint,omitempty"`
	Order        []reference                        `cbor:"16,keyasint,omitempty"`
	HR           *reference                         `cbor:"17,keyasint,omitempty"`
	Citation     *reference                         `cbor:"18,keyasint,omitempty"`
	Assessment   *reference                         `cbor:"19,keyasint,omitempty"`
	Consents     []consentEntry                     `cbor:"20,keyasint,omitempty"`
	Own          bool                               `cbor:"21,keyasint,omitempty"`
	Deidentified bool                               `cbor:"22,keyasint,omitempty"`
	Chain        [][]reference                      `cbor:"23,keyasint,omitempty"`
	Exception    *exceptionEntry                    `cbor:"24,keyasint,omitempty"`
	DoNotTrack   bool                               `cbor:"25,keyasint,omitempty"`
	OptedOut     bool                               `cbor:"26,keyasint,omitempty"`
	Restricted   bool                               `cbor:"27,keyasint,omitempty"`
	Erased       bool                               `cbor:"28,keyasint,omitempty"`
	CollectTime  registry.Time                      `cbor:"29,keyasint,omitempty"`
	Instrument   *reference                         `cbor:"30,keyasint,omitempty"`
	Accepted     *reference                         `cbor:"31,keyasint,omitempty"`
	Cohort       *cohortEntry                       `cbor:"33,keyasint,omitempty"`
	CountKey     *reference                         `cbor:"34,keyasint,omitempty"`
	Objected     bool                               `cbor:"35,keyasint,omitempty"`
	Publication  *reference                         `cbor:"36,keyasint,omitempty"`
}

// DecodeQuestion reads a question from its canonical bytes. s is the registry at
// the entry's revision; a tag is read as "tag:" and its hex, which is no name of
// the registry, so that the question decides as it did. It refuses what does not
// encode to the same bytes again.
func DecodeQuestion(s *Snapshot, b []byte) (*Question, error) {
	var e questionEntry
	if err := strict.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("decode a question: %w", err)
	}
	r := resolver{s: s}
	q := &Question{
		Exporter: r.name(e.Exporter), Recipient: r.name(e.Recipient), Deployment: r.name(e.Deployment),
		Purpose: r.name(e.Purpose), ServedPurpose: r.name(e.Served), Categories: r.names(e.Categories),
		Subject: r.name(e.Subject), SubjectGroup: e.Group, SubjectRegions: e.Regions, Product: r.name(e.Product),
		AgeBand: e.Age, Origin: e.Origin, DestinationCountries: e.Destinations, Quantity: e.Quantity,
		HRReference: r.name(e.HR), Citation: r.name(e.Citation), Assessment: r.name(e.Assessment),
		ToOwnAddress: e.Own, Deidentified: e.Deidentified,
		DoNotTrack: e.DoNotTrack, OptedOutAds: e.OptedOut, Restricted: e.Restricted, Objected: e.Objected, Erased: e.Erased,
		CollectTime: e.CollectTime, AuthorityInstrument: r.name(e.Instrument), AcceptedPolicy: r.name(e.Accepted),
		CountKey: r.name(e.CountKey), Publication: r.name(e.Publication),
	}
	if c := e.Cohort; c != nil {
		count := func(n *int64) int64 {
			if n == nil {
				return None
			}
			return *n
		}
		q.Cohort = Cohort{
			ID: r.name(c.ID), Size: c.Size, Purpose: r.name(c.Purpose), Recipient: r.name(c.Recipient), Policy: r.name(c.Policy),
			AttestTime: c.AttestTime, WithdrawnExcluded: count(c.Withdrawn), MinorsExcluded: count(c.Minors), ObjectedExcluded: count(c.Objected),
		}
		for _, t := range c.Types {
			q.Cohort.Types = append(q.Cohort.Types, ConsentType(t))
		}
	}
	for regime, basis := range e.Bases {
		if int(regime) >= len(q.Bases) {
			return nil, fmt.Errorf("decode a question: regime %d", regime)
		}
		q.Bases[regime] = basis
	}
	if len(e.Order) == 2 {
		q.OrderRef, q.OrderSubject = r.name(&e.Order[0]), r.name(&e.Order[1])
	}
	for _, c := range e.Consents {
		q.Consents = append(q.Consents, Consent{
			Type: c.Type, Purpose: r.name(c.Purpose), Categories: r.names(c.Categories), Recipient: r.name(c.Recipient),
			Policy: r.name(c.Policy), GiveTime: c.GiveTime, ExpireTime: c.ExpireTime, WithdrawTime: c.WithdrawTime,
			CheckTime: c.CheckTime, Method: r.name(c.Method), Evidence: r.name(c.Evidence), Subject: r.name(c.Subject),
			ByGuardian: c.ByGuardian, ChildInterest: r.name(c.ChildInterest), Publication: r.name(c.Publication), Countries: c.Countries,
		})
	}
	for _, l := range e.Chain {
		if len(l) != 2 {
			return nil, fmt.Errorf("decode a question: a link has %d parts", len(l))
		}
		q.Chain = append(q.Chain, ChainLink{r.name(&l[0]), r.name(&l[1])})
	}
	if e.Exception != nil {
		q.Exception, q.ExceptionRecord = e.Exception.Exception, r.name(&e.Exception.Record)
	}
	if r.err != nil {
		return nil, fmt.Errorf("decode a question: %w", r.err)
	}
	d := Decision{Exporter: s.Number(q.Exporter)}
	if q.Exporter == "" && s.t.only != nil {
		d.Exporter = s.t.only.number
	}
	if again := AppendQuestion(nil, s, q, &d, nil); !bytes.Equal(again, b) {
		return nil, fmt.Errorf("decode a question: the bytes are not canonical")
	}
	return q, nil
}

type resolver struct {
	s   *Snapshot
	err error
}

func (r *resolver) name(ref *reference) string {
	if ref == nil {
		return ""
	}
	n, err := ref.name(r.s)
	if err != nil && r.err == nil {
		r.err = err
	}
	return n
}

func (r *resolver) names(refs []reference) []string {
	var out []string
	for i := range refs {
		out = append(out, r.name(&refs[i]))
	}
	return out
}

type answerEntry struct {
	Outcome     Outcome       `cbor:"1,keyasint,omitempty"`
	Reasons     [][5]uint64   `cbor:"2,keyasint,omitempty"`
	Permitted   uint64        `cbor:"3,keyasint,omitempty"`
	Obligations [][3]uint64   `cbor:"4,keyasint,omitempty"`
	Agreements  []uint32      `cbor:"5,keyasint,omitempty"`
	Transfers   []uint32      `cbor:"6,keyasint,omitempty"`
	Policy      uint32        `cbor:"7,keyasint,omitempty"`
	UseBy       registry.Time `cbor:"8,keyasint,omitempty"`
	Source      uint32        `cbor:"9,keyasint,omitempty"`
	Exporter    uint32        `cbor:"10,keyasint,omitempty"`
	Waived      [][4]uint64   `cbor:"11,keyasint,omitempty"`
	Counted     []int64       `cbor:"12,keyasint,omitempty"`
}

// DecodeAnswer reads an answer from its canonical bytes, and refuses what does
// not encode to the same bytes again.
func DecodeAnswer(b []byte) (*Decision, error) {
	var e answerEntry
	if err := strict.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("decode an answer: %w", err)
	}
	d := &Decision{
		Outcome: e.Outcome, Permitted: e.Permitted, Agreements: e.Agreements, Transfers: e.Transfers, Policy: e.Policy,
		UseBy: e.UseBy, ConsentSource: e.Source, Exporter: e.Exporter,
	}
	for _, r := range e.Reasons {
		d.Reasons = append(d.Reasons, Reason{Code(r[0]), registry.Regime(r[1]), Detail(r[2]), uint32(r[3]), r[4]})
	}
	for _, o := range e.Obligations {
		d.Obligations = append(d.Obligations, Obligation{ObligationCode(o[0]), uint32(o[1]), registry.Time(o[2])})
	}
	for _, w := range e.Waived {
		d.Waived = append(d.Waived, Waived{Code(w[0]), registry.Regime(w[1]), uint32(w[2]), w[3] != 0})
	}
	if c := e.Counted; len(c) == 6 {
		d.Counted = Counted{int32(c[0]), c[1], c[2], c[3], c[4], c[5] != 0}
	}
	if again := AppendAnswer(nil, d); !bytes.Equal(again, b) {
		return nil, fmt.Errorf("decode an answer: the bytes are not canonical")
	}
	return d, nil
}
