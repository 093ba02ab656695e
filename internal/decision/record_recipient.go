package decision

import (
	"encoding/binary"
	"slices"

	"waybill/internal/registry"
)

// recipient: role u8, flags u8, country u16, times, screenings, suspensions,
// incidents, the purposes of its deal, notices.

type recipientView struct {
	kind         registry.RecipientKind
	role         registry.RecipientRole
	natural      bool
	country      country
	approve      registry.Time
	terminate    registry.Time
	dueDiligence registry.Time
	usableFrom   registry.Time
	screenings   []byte        // 11 bytes each: time, result, the first index of its source
	suspensions  []byte        // 16 bytes each: start, end
	incidents    []byte        // those that suspend, likewise
	close        registry.Time // of its deal
	newMethod    bool          // its deal changes the method
	dealt        ordinals      // the purposes of its deal
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
	deal := n.Deal
	if deal == nil {
		deal = &registry.Deal{}
	}
	if deal.MethodChanged {
		flags |= 2
	}
	b = append(b, byte(n.Role), flags)
	b = binary.LittleEndian.AppendUint16(b, uint16(parseCountry(n.Country)))
	b = appendTimes(b, n.ApproveTime, n.TerminateTime, n.DueDiligenceUntil, n.UsableFrom, deal.CloseTime)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(n.Screenings)))
	for _, s := range n.Screenings {
		b = append(appendTime(b, s.ScreenTime), byte(s.Result))
		first := slices.IndexFunc(n.Screenings, func(o registry.Screening) bool { return o.Source == s.Source })
		b = binary.LittleEndian.AppendUint16(b, uint16(first))
	}
	b = appendPeriods(b, n.Suspensions)
	b = appendPeriods(b, suspending(n.Incidents))
	b = appendOrdinals(b, r.ordinals(deal.Purposes))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(n.Notices)))
	for _, s := range n.Notices {
		complete := byte(0)
		if s.RecipientTitle != "" && s.Contact != "" && s.Method != "" {
			complete = 1
		}
		if s.RightsRoute != "" {
			complete |= 2
		}
		if s.RecipientTitle != "" && s.Contact != "" {
			complete |= toldWho
		}
		b = appendTime(b, s.NotifyTime)
		b = append(b, complete)
		b = binary.LittleEndian.AppendUint16(b, groupBits(s.SubjectGroups))
		b = appendOrdinals(b, r.ordinals(s.Purposes))
		b = appendOrdinals(b, r.ordinals(s.CoveredCategories))
	}
	return finish(b)
}

// screeningSize is the bytes of one screening.
const screeningSize = 11

// toldWho says of a notice that it names the recipient and how it is reached.
const toldWho = 4

// suspending returns the spans of the incidents that suspend while they are open.
func suspending(incidents []registry.Incident) (ps []registry.Period) {
	for _, n := range incidents {
		if n.Suspends && n.DiscoverTime != 0 {
			ps = append(ps, registry.Period{StartTime: n.DiscoverTime, EndTime: n.ResolveTime})
		}
	}
	return ps
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
	v.newMethod = rec[i+1]&2 != 0
	var ts [5]registry.Time
	i = times(rec, i+4, ts[:])
	v.approve, v.terminate, v.dueDiligence, v.usableFrom, v.close = ts[0], ts[1], ts[2], ts[3], ts[4]
	n := u16(rec, i) * screeningSize
	v.screenings, i = rec[i+2:i+2+n], i+2+n
	n = u16(rec, i) * 16
	v.suspensions, i = rec[i+2:i+2+n], i+2+n
	n = u16(rec, i) * 16
	v.incidents, i = rec[i+2:i+2+n], i+2+n
	v.dealt, i = cutOrdinals(rec, i)
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
