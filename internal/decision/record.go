package decision

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"time"

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

// recipient: role u8, flags u8, country u16, times, screenings, suspensions, notices.

type recipientView struct {
	kind         registry.RecipientKind
	role         registry.RecipientRole
	natural      bool
	country      country
	approve      registry.Time
	terminate    registry.Time
	dueDiligence registry.Time
	usableFrom   registry.Time
	screenings   []byte // 9 bytes each: time, result
	suspensions  []byte // 16 bytes each: start, end
	notices      []byte
	deployments  list
	agreements   list
	transfers    list
	assessments  list
}

func recipientRecord(n *registry.Recipient, r names) []byte {
	b := header(registry.Recipients, uint8(n.Kind), n.Name)
	flags := byte(0)
	if n.NaturalPerson {
		flags = 1
	}
	b = append(b, byte(n.Role), flags)
	b = binary.LittleEndian.AppendUint16(b, uint16(parseCountry(n.Country)))
	b = appendTimes(b, n.ApproveTime, n.TerminateTime, n.DueDiligenceUntil, n.UsableFrom)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(n.Screenings)))
	for _, s := range n.Screenings {
		b = append(appendTime(b, s.ScreenTime), byte(s.Result))
	}
	b = appendPeriods(b, n.Suspensions)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(n.Notices)))
	for _, s := range n.Notices {
		complete := byte(0)
		if s.RecipientTitle != "" && s.Contact != "" && s.Method != "" {
			complete = 1
		}
		if s.RightsRoute != "" {
			complete |= 2
		}
		b = appendTime(b, s.NotifyTime)
		b = append(b, complete)
		b = binary.LittleEndian.AppendUint16(b, groupBits(s.SubjectGroups))
		b = appendOrdinals(b, r.ordinals(s.Purposes))
		b = appendOrdinals(b, r.ordinals(s.CoveredCategories))
	}
	return finish(b)
}

func appendPeriods(b []byte, ps []registry.Period) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(len(ps)))
	for _, p := range ps {
		b = appendTime(appendTime(b, p.StartTime), p.EndTime)
	}
	return b
}

// inPeriod reports whether t lies in one of the periods, 16 bytes each.
func inPeriod(ps []byte, t registry.Time) bool {
	for i := 0; i+16 <= len(ps); i += 16 {
		if (registry.Period{StartTime: instantAt(ps, i), EndTime: instantAt(ps, i+8)}).Contains(t) {
			return true
		}
	}
	return false
}

func readRecipient(rec []byte, v *recipientView) {
	i := headerSize + u16(rec, 2)
	v.kind, v.role, v.natural = registry.RecipientKind(rec[1]), registry.RecipientRole(rec[i]), rec[i+1]&1 != 0
	v.country = country(u16(rec, i+2))
	var ts [4]registry.Time
	i = times(rec, i+4, ts[:])
	v.approve, v.terminate, v.dueDiligence, v.usableFrom = ts[0], ts[1], ts[2], ts[3]
	n := u16(rec, i) * 9
	v.screenings, i = rec[i+2:i+2+n], i+2+n
	n = u16(rec, i) * 16
	v.suspensions, i = rec[i+2:i+2+n], i+2+n
	v.notices = rec[i:u32(rec, 4)]
	r := relations(rec)
	v.deployments, i = cut(r, 0)
	v.agreements, i = cut(r, i)
	v.transfers, i = cut(r, i)
	v.assessments, _ = cut(r, i)
}

// deployment: role u8, hosting u8, recipient u32, storage, access, links.

type deploymentView struct {
	number    uint32
	kind      registry.RecipientKind
	role      registry.RecipientRole
	hosting   bool
	recipient uint32
	storage   countries
	access    countries
	links     []byte // linkSize each
}

const linkSize = 4 + 4 + 1 + 8 + 8 + 8 + 4

type linkView struct {
	recipient, deployment       uint32
	authorisation               registry.Authorisation
	authorise, notice, objected registry.Time
	agreement                   uint32
}

func deploymentRecord(n *registry.Deployment, r names) []byte {
	b := header(registry.Deployments, uint8(n.Kind), n.Name)
	hosting := byte(0)
	if n.Hosting {
		hosting = 1
	}
	b = append(b, byte(n.Role), hosting)
	b = binary.LittleEndian.AppendUint32(b, orNone(r.number(registry.RecipientOf(n.Name))))
	b = appendCountries(b, n.StorageCountries)
	b = appendCountries(b, n.AccessCountries)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(n.Links)))
	for _, l := range n.Links {
		b = binary.LittleEndian.AppendUint32(b, orNone(r.number(l.Recipient)))
		d := uint32(0)
		if l.Deployment != "" {
			d = orNone(r.number(l.Deployment))
		}
		b = binary.LittleEndian.AppendUint32(b, d)
		b = append(b, byte(l.Authorisation))
		b = appendTime(appendTime(appendTime(b, l.AuthoriseTime), l.NoticeUntil), l.ObjectTime)
		b = binary.LittleEndian.AppendUint32(b, r.number(l.SubAgreement))
	}
	return finish(b)
}

func orNone(n uint32) uint32 {
	if n == 0 {
		return noNumber
	}
	return n
}

func readDeployment(number uint32, rec []byte, v *deploymentView) {
	i := headerSize + u16(rec, 2)
	v.number, v.kind, v.role, v.hosting = number, registry.RecipientKind(rec[1]), registry.RecipientRole(rec[i]), rec[i+1] != 0
	v.recipient = u32(rec, i+2)
	v.storage, i = cutCountries(rec, i+6)
	v.access, i = cutCountries(rec, i)
	v.links = rec[i+2 : i+2+u16(rec, i)*linkSize]
}

func readLink(b []byte) linkView {
	return linkView{
		u32(b, 0), u32(b, 4), registry.Authorisation(b[8]), instantAt(b, 9), instantAt(b, 17), instantAt(b, 25), u32(b, 33),
	}
}

// agreement: terms u32, groups u16, flags u8, module u8, retention u32, times,
// exporters, purposes, categories, recipients; its relations are the transfers
// that rest on it.

// Terms of an agreement, a bit each, in the order of their details.
const (
	termConfidentiality = 1 << iota
	termPurpose
	termPeriod
	termMethod
	termCategories
	termMeasures
	termAudit
	termSubprocessorMode
	termDeleteOrReturn
	termInstructions
	termStaffConfidentiality
	termAssistRights
	termAssistSecurity
	termAllocation
	termContact
	termEntrusting
)

type agreementView struct {
	number     uint32
	typ        registry.AgreementType
	terms      uint32
	groups     uint16
	hosting    bool
	noOnward   bool
	module     uint8
	retention  uint32 // days
	ours       registry.Time
	theirs     registry.Time
	effective  registry.Time
	expire     registry.Time
	terminate  registry.Time
	exporters  list
	purposes   ordinals
	categories ordinals
	recipients list
	resting    list

	// What Check finds of it as a candidate: whether its type fits, and its marks.
	fit   bool
	marks marks
	hits  hits
}

func agreementRecord(n *registry.Agreement, r names) []byte {
	b := header(registry.Agreements, uint8(n.Type), n.Name)
	terms, noOnward, retention := termBits(n.Terms), n.Type == registry.AgreementTypeGbaSc, int32(0)
	if n.Terms != nil {
		noOnward = noOnward || n.Terms.SubprocessorMode == registry.SubprocessorModeNone
		retention = n.Terms.RetentionLimitDays
	}
	b = binary.LittleEndian.AppendUint32(b, terms)
	b = binary.LittleEndian.AppendUint16(b, groupBits(n.SubjectGroups))
	flags := byte(0)
	if n.Hosting {
		flags |= 1
	}
	if noOnward {
		flags |= 2
	}
	b = append(b, flags, byte(n.SCCModule))
	b = binary.LittleEndian.AppendUint32(b, uint32(retention))
	b = appendTimes(b, signed(n.OurSignature), signed(n.TheirSignature), n.EffectiveTime, n.ExpireTime, n.TerminateTime)
	b = appendList(b, r.numbers(n.Exporters))
	b = appendOrdinals(b, r.ordinals(n.Purposes))
	b = appendOrdinals(b, r.ordinals(n.CoveredCategories))
	b = appendList(b, r.numbers(n.Recipients))
	return finish(b)
}

func signed(s *registry.Signature) registry.Time {
	if s == nil || s.Signatory == "" {
		return 0
	}
	return s.SignTime
}

func termBits(t *registry.Terms) (m uint32) {
	if t == nil {
		return 0
	}
	for i, s := range []string{
		t.Confidentiality, t.Purpose, t.Period, t.Method, t.Categories, t.Measures, t.Audit, t.SubprocessorMode.String(),
		t.DeleteOrReturn, t.Instructions, t.StaffConfidentiality, t.AssistRights, t.AssistSecurity, t.Allocation, t.Contact, t.Entrusting,
	} {
		if s != "" {
			m |= 1 << i
		}
	}
	return m
}

func readAgreement(number uint32, rec []byte, v *agreementView) {
	i := headerSize + u16(rec, 2)
	v.number, v.typ, v.terms, v.groups = number, registry.AgreementType(rec[1]), u32(rec, i), uint16(u16(rec, i+4))
	v.hosting, v.noOnward, v.module, v.retention = rec[i+6]&1 != 0, rec[i+6]&2 != 0, rec[i+7], u32(rec, i+8)
	var ts [5]registry.Time
	i = times(rec, i+12, ts[:])
	v.ours, v.theirs, v.effective, v.expire, v.terminate = ts[0], ts[1], ts[2], ts[3], ts[4]
	v.exporters, i = cut(rec, i)
	v.purposes, i = cutOrdinals(rec, i)
	v.categories, i = cutOrdinals(rec, i)
	v.recipients, i = cut(rec, i)
	v.resting, _ = cut(rec, i)
}

// transfer: regime u8, exporter u32, agreement u32, times, suspensions,
// countries, purposes, categories, onward, recipients.

type transferView struct {
	number      uint32
	mechanism   registry.Mechanism
	regime      registry.Regime
	exporter    uint32
	agreement   uint32
	from        registry.Time
	end         registry.Time // of its validity, its statutory limit included
	recertified registry.Time
	revoke      registry.Time
	suspensions []byte
	countries   countries
	purposes    ordinals
	categories  ordinals
	onward      list
	recipients  list

	// What Check finds of it as a candidate.
	marks marks
	hits  hits
}

func transferRecord(n *registry.Transfer, r names, zone *time.Location) []byte {
	b := header(registry.Transfers, uint8(n.Mechanism), n.Name)
	b = append(b, byte(n.Regime))
	b = binary.LittleEndian.AppendUint32(b, orNone(r.number(n.Exporter)))
	b = binary.LittleEndian.AppendUint32(b, r.number(n.Agreement))
	b = appendTimes(b, n.ValidFrom, validityEnd(n, zone), n.RecertifiedUntil, n.RevokeTime)
	b = appendPeriods(b, n.Suspensions)
	b = appendCountries(b, n.Countries)
	b = appendOrdinals(b, r.ordinals(n.Purposes))
	b = appendOrdinals(b, r.ordinals(n.CoveredCategories))
	b = appendList(b, r.numbers(n.OnwardRecipients))
	b = appendList(b, r.numbers(n.Recipients))
	return finish(b)
}

// validityEnd returns the earlier of the stated end and, for an assessment and a
// certificate, three years after the result (CBDF 9, CERT 8): reading R40.
func validityEnd(n *registry.Transfer, zone *time.Location) registry.Time {
	end := n.ValidTo
	if n.Mechanism == registry.MechanismSecurityAssessment || n.Mechanism == registry.MechanismCertification {
		base := n.ValidFrom
		if n.Evidence != nil && n.Evidence.IssueTime != 0 && (base == 0 || n.Evidence.IssueTime < base) {
			base = n.Evidence.IssueTime
		}
		if base != 0 {
			t := base.Std().In(zone)
			limit := t.AddDate(3, 0, 0)
			if limit.Day() != t.Day() { // 29 February
				limit = limit.AddDate(0, 0, -limit.Day())
			}
			if l := registry.At(limit); end == 0 || l < end {
				end = l
			}
		}
	}
	return end
}

func readTransfer(number uint32, rec []byte, v *transferView) {
	i := headerSize + u16(rec, 2)
	v.number, v.mechanism, v.regime = number, registry.Mechanism(rec[1]), registry.Regime(rec[i])
	v.exporter, v.agreement = u32(rec, i+1), u32(rec, i+5)
	var ts [4]registry.Time
	i = times(rec, i+9, ts[:])
	v.from, v.end, v.recertified, v.revoke = ts[0], ts[1], ts[2], ts[3]
	n := u16(rec, i) * 16
	v.suspensions, i = rec[i+2:i+2+n], i+2+n
	v.countries, i = cutCountries(rec, i)
	v.purposes, i = cutOrdinals(rec, i)
	v.categories, i = cutOrdinals(rec, i)
	v.onward, i = cut(rec, i)
	v.recipients, _ = cut(rec, i)
}

// assessment: approved u8, exporter u32, times, countries, purposes, categories, recipients.

type assessmentView struct {
	number     uint32
	typ        registry.AssessmentType
	exporter   uint32
	approve    registry.Time // 0 without the office that approved
	review     registry.Time
	countries  countries
	purposes   ordinals
	categories ordinals
	recipients list
}

func assessmentRecord(n *registry.Assessment, r names) []byte {
	b := header(registry.Assessments, uint8(n.Type), n.Name)
	b = binary.LittleEndian.AppendUint32(b, orNone(r.number(n.Exporter)))
	approve := n.ApproveTime
	if n.ApprovedBy == "" {
		approve = 0
	}
	b = appendTimes(b, approve, n.ReviewUntil)
	b = appendCountries(b, n.Countries)
	b = appendOrdinals(b, r.ordinals(n.Purposes))
	b = appendOrdinals(b, r.ordinals(n.CoveredCategories))
	b = appendList(b, r.numbers(n.Recipients))
	return finish(b)
}

func readAssessment(number uint32, rec []byte, v *assessmentView) {
	i := headerSize + u16(rec, 2)
	v.number, v.typ, v.exporter = number, registry.AssessmentType(rec[1]), u32(rec, i)
	var ts [2]registry.Time
	i = times(rec, i+4, ts[:])
	v.approve, v.review = ts[0], ts[1]
	v.countries, i = cutCountries(rec, i)
	v.purposes, i = cutOrdinals(rec, i)
	v.categories, i = cutOrdinals(rec, i)
	v.recipients, _ = cut(rec, i)
}

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
		i := headerSize + u16(rec, 2) + 12
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
