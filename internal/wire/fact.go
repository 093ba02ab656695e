package wire

import (
	"fmt"

	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/decision"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// MaxFacts is how many facts one write may hold.
const MaxFacts = 1000

// What each kind of fact has beside its subject and time.
const (
	hasOff = 1 << iota
	hasType
	hasPurpose
	hasCategories
	hasRecipient
	hasPolicy
	hasExpire
	hasGuardian
	hasInterest
	hasPublication
	hasAge
	hasCountries
)

var factFields = [...]int{
	decision.FactConsent:    hasType | hasPurpose | hasCategories | hasRecipient | hasPolicy | hasExpire | hasGuardian | hasInterest | hasPublication | hasCountries,
	decision.FactWithdrawal: hasType | hasPurpose | hasRecipient | hasPublication,
	decision.FactErasure:    0, decision.FactCancellation: 0,
	decision.FactRestriction: hasOff, decision.FactObjection: hasOff | hasPurpose, decision.FactDoNotTrack: hasOff, decision.FactAdsOptOut: hasOff,
	decision.FactAgeBand: hasAge, decision.FactAcceptance: hasPolicy | hasGuardian, decision.FactCorrection: 0,
}

// Facts reads the facts of a write at a time; what they name is found in s, where
// it must be. Subjects and publications are left to who tags them. It returns one
// registry.Error, Invalid with FIELD_INVALID, that names every wrong field
// (facts[2].purpose), and repeats no text of the request.
func Facts(src []*waybillv1.Fact, s *decision.Snapshot, now registry.Time) ([]decision.Fact, error) {
	var r factReader
	r.s, r.now = s, now
	if len(src) == 0 || len(src) > MaxFacts {
		r.wrong("facts", fmt.Sprintf("1 to %d facts", MaxFacts))
		return nil, r.errs.err("FIELD_INVALID", "the facts are refused")
	}
	facts := make([]decision.Fact, len(src))
	for i, f := range src {
		r.fact(i, f, &facts[i])
	}
	return facts, r.errs.err("FIELD_INVALID", "the facts are refused")
}

// Subject checks a reference to a subject.
func Subject(field, s string) error {
	var a asker
	a.subject(field, s)
	return a.errs.err("FIELD_INVALID", "the request is refused")
}

func (a *asker) subject(field, s string) {
	if s == "" || len(s) > maxSubject || !clean(s, false) {
		a.wrong(field, fmt.Sprintf("1 to %d bytes of text without control characters", maxSubject))
	}
}

// factReader gathers what is wrong with facts.
type factReader struct {
	asker
	s   *decision.Snapshot
	now registry.Time
}

func (r *factReader) fact(i int, f *waybillv1.Fact, into *decision.Fact) {
	field := func(rest string) string { return at("facts", i, rest) }
	if len(f.ProtoReflect().GetUnknown()) > 0 {
		r.wrong(field(""), "only fields that this version knows")
	}
	r.subject(field(".subject"), f.GetSubject())
	if !r.known(field(".kind"), int32(f.GetKind()), waybillv1.FactKind_name, true) {
		return
	}
	into.Kind = decision.FactKind(f.GetKind())
	has := factFields[into.Kind]
	for _, x := range []struct {
		name  string
		part  int
		given bool
	}{
		{".off", hasOff, f.GetOff()}, {".consent_type", hasType, f.GetConsentType() != 0}, {".purpose", hasPurpose, f.GetPurpose() != ""},
		{".categories", hasCategories, len(f.GetCategories()) > 0}, {".recipient", hasRecipient, f.GetRecipient() != ""},
		{".policy", hasPolicy, f.GetPolicy() != ""}, {".expire_time", hasExpire, f.GetExpireTime() != nil},
		{".by_guardian", hasGuardian, f.GetByGuardian()}, {".child_interest", hasInterest, f.GetChildInterest()},
		{".countries", hasCountries, len(f.GetCountries()) > 0},
		{".publication", hasPublication, f.GetPublication() != ""}, {".age_band", hasAge, f.GetAgeBand() != 0},
	} {
		if x.given && has&x.part == 0 {
			r.wrong(field(x.name), "nothing: a fact of this kind has no such field")
		}
	}
	into.Off, into.ByGuardian, into.ChildInterest = f.GetOff(), f.GetByGuardian(), f.GetChildInterest()
	into.Time = r.instant(field(".time"), f.GetTime())
	if into.Time > r.now {
		r.wrong(field(".time"), "a time that has come; what is to happen is told when it does")
	}
	if has&hasPurpose != 0 {
		into.Purpose = r.number(field(".purpose"), registry.Purposes, f.GetPurpose(), true)
	}
	if has&hasAge != 0 && r.known(field(".age_band"), int32(f.GetAgeBand()), waybillv1.AgeBand_name, true) {
		into.Age = decision.AgeBand(f.GetAgeBand())
	}
	if has&hasPolicy != 0 {
		into.Policy = r.number(field(".policy"), registry.Policies, f.GetPolicy(), true)
	}
	if has&hasType != 0 {
		r.consented(field, f, into)
	}
}

// consented reads what a consent or a withdrawal has. A consent is never a bundle:
// it is of one purpose, of one recipient or of one publication, as its type says.
func (r *factReader) consented(field func(string) string, f *waybillv1.Fact, into *decision.Fact) {
	consent := into.Kind == decision.FactConsent
	if r.known(field(".consent_type"), int32(f.GetConsentType()), waybillv1.ConsentType_name, consent) {
		into.Type = decision.ConsentType(f.GetConsentType())
	}
	named := into.Type.ToRecipient()
	into.Recipient = r.number(field(".recipient"), registry.Recipients, f.GetRecipient(), consent && named)
	public := into.Type == decision.ConsentSeparatePublic
	switch p := f.GetPublication(); {
	case p == "" && public && consent:
		r.wrong(field(".publication"), "the publication consented to; it is needed: one consent is of one publication")
	case p != "" && !public && into.Type != 0:
		r.wrong(field(".publication"), "nothing: only a consent of type SEPARATE_PUBLIC is of a publication")
	case p != "":
		r.publication(field(".publication"), p)
	}
	if !consent {
		return
	}
	if n := len(f.GetCategories()); n == 0 || n > decision.MaxCategories {
		r.wrong(field(".categories"), fmt.Sprintf("1 to %d categories", decision.MaxCategories))
		return
	}
	for j, c := range f.GetCategories() {
		n := r.number(at(field(".categories"), j, ""), registry.Categories, c, true)
		for _, other := range into.Categories {
			if other == n && n != 0 {
				r.wrong(at(field(".categories"), j, ""), "each category once")
			}
		}
		into.Categories = append(into.Categories, n)
	}
	into.Countries = r.consentCountries(field(".countries"), nil, f.GetCountries())
	into.ExpireTime = r.instant(field(".expire_time"), f.GetExpireTime())
	if given := max(into.Time, 1); into.ExpireTime != 0 && (into.ExpireTime <= given || into.Time == 0 && into.ExpireTime <= r.now) {
		r.wrong(field(".expire_time"), "a time after it was given")
	}
}

// number returns the number of a record that the registry holds.
func (r *factReader) number(field string, c registry.Collection, s string, required bool) uint32 {
	name := r.name(field, c, s, required)
	if name == "" {
		return 0
	}
	n := r.s.Number(name)
	if n == 0 {
		r.wrong(field, "a name that the registry holds, of the form "+c.Prefix()+"{id}")
	}
	return n
}

func (r *factReader) instant(field string, t *timestamppb.Timestamp) registry.Time {
	if t == nil {
		return 0
	}
	i, ok := instant(t)
	if !ok || i <= 0 {
		r.wrong(field, instantExpected)
		return 0
	}
	return i
}

// HeldFacts returns what is held of a subject, with the names that s has.
func HeldFacts(s *decision.Snapshot, h *decision.Held, count int64) *waybillv1.HeldFacts {
	names := func(numbers []uint32) (all []string) {
		for _, n := range numbers {
			all = append(all, recordName(s, n))
		}
		return all
	}
	m := &waybillv1.HeldFacts{
		FactCount: count, Erased: h.Erased, Restricted: h.Restricted, DoNotTrack: h.DoNotTrack, OptedOutInterestAds: h.OptedOutAds,
		ObjectedPurposes: names(h.Objected), AgeBand: waybillv1.AgeBand(h.Age), AcceptedPolicies: names(h.Accepted), PoliciesAcceptedByGuardian: names(h.AcceptedByGuardian),
	}
	if h.Source.Shard != "" {
		m.Newest = &waybillv1.Receipt{Shard: h.Source.Shard, Index: h.Source.Index}
	}
	for i := range h.Consents {
		c := &h.Consents[i]
		m.Consents = append(m.Consents, &waybillv1.HeldConsent{
			Type: waybillv1.ConsentType(c.Type), Purpose: recordName(s, c.Purpose), Categories: names(c.Categories), Recipient: recordName(s, c.Recipient),
			Policy: recordName(s, c.Policy), GiveTime: heldTime(c.GiveTime), ExpireTime: heldTime(c.ExpireTime), WithdrawTime: heldTime(c.WithdrawTime),
			ByGuardian: c.ByGuardian, ChildInterest: c.ChildInterest, OfPublication: c.Publication != [16]byte{}, Countries: c.Countries,
		})
	}
	return m
}

// recordName returns the name of a record, or what is left of one that was deleted.
func recordName(s *decision.Snapshot, number uint32) string {
	if number == 0 {
		return ""
	}
	if n := s.Name(number); n != "" {
		return n
	}
	return fmt.Sprintf("deleted/%d", number)
}

func heldTime(t registry.Time) *timestamppb.Timestamp {
	if t == 0 {
		return nil
	}
	return timestamppb.New(t.Std())
}
