package oracle_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/internal/decision"
	"waybill/internal/decision/oracle"
	"waybill/internal/registry"
)

const (
	second = registry.Time(1_000_000)
	aDay   = 24 * 3600 * second
)

// now is a Monday, and a working day.
var now = registry.At(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))

func ago(days int) registry.Time { return now - registry.Time(days)*aDay }
func in(days int) registry.Time  { return now + registry.Time(days)*aDay }

// world is a small registry by hand, in which every recipient is in order.
type world struct {
	nouns []registry.Noun
	q     decision.Question
	in    decision.Inputs
}

func (w *world) put(n registry.Noun) { w.nouns = append(w.nouns, n) }

// get returns a noun to take something away from.
func get[N registry.Noun](w *world, name string) N {
	for _, n := range w.nouns {
		if n.ResourceName() == name {
			return n.(N)
		}
	}
	panic("no " + name)
}

func (w *world) policy() *registry.Policy { return get[*registry.Policy](w, "policies/v1") }
func (w *world) us() *registry.Exporter   { return get[*registry.Exporter](w, "exporters/us") }
func (w *world) recipient() *registry.Recipient {
	return get[*registry.Recipient](w, w.q.Recipient)
}
func (w *world) of(collection string) string {
	return collection + "/" + w.q.Recipient[len("recipients/"):]
}
func (w *world) agreement() *registry.Agreement {
	return get[*registry.Agreement](w, w.of("agreements"))
}
func (w *world) transfer(regime string) *registry.Transfer {
	return get[*registry.Transfer](w, w.of("transfers")+"-"+regime)
}

func (w *world) drop(name string) {
	w.nouns = slices.DeleteFunc(w.nouns, func(n registry.Noun) bool { return n.ResourceName() == name })
}

func (w *world) categories() []string {
	var out []string
	for _, n := range w.nouns {
		if n.Collection() == registry.Categories {
			out = append(out, n.ResourceName())
		}
	}
	return out
}

func (w *world) purposes() []string {
	var out []string
	for _, n := range w.nouns {
		if n.Collection() == registry.Purposes {
			out = append(out, n.ResourceName())
		}
	}
	return out
}

var everyLaw = []registry.Regime{registry.RegimeCn, registry.RegimeCnSz, registry.RegimeEu, registry.RegimeUk}

// newWorld: a Shenzhen exporter that serves the mainland, one policy version, and a
// recipient of each kind.
func newWorld() *world {
	w := &world{}
	w.put(&registry.Settings{Name: "settings", Zone: "Asia/Shanghai"})
	for _, c := range []registry.Category{
		{Name: "name", IdentityOrContact: true}, {Name: "phone", IdentityOrContact: true}, {Name: "address"}, {Name: "id-number", Sensitive: true, Special: true},
		{Name: "usage", Analytics: true}, {Name: "context", NonPersonal: true}, {Name: "code", Credential: registry.CredentialCode},
		{Name: "hash", Credential: registry.CredentialHash}, {Name: "password", Credential: registry.CredentialClear}, {Name: "grid", ImportantData: true}, {Name: "device"},
	} {
		c.Name = "categories/" + c.Name
		w.put(&c)
	}
	for _, p := range []registry.Purpose{
		{Name: "delivery"}, {Name: "account"}, {Name: "fraud"}, {Name: "events"}, {Name: "marketing"}, {Name: "rescue"}, {Name: "disclosure"},
		{Name: "statistics", Analytics: true, Tracking: true}, {Name: "ads", InterestAdvertising: true}, {Name: "profile", Profiling: true},
		{Name: "proceedings", ForeignProceedings: true}, {Name: "wind-down", WindDown: true}, {Name: "deletion", Deletion: true}, {Name: "scoring", HighRisk: true},
		{Name: "hosting", Service: registry.ServiceHosting}, {Name: "sending", Service: registry.ServiceMessageDelivery},
	} {
		p.Name = "purposes/" + p.Name
		w.put(&p)
	}
	w.put(&registry.Exporter{Name: "exporters/us", Country: "CN", City: "shenzhen", RegionsServed: []string{"CN"},
		Products: []registry.Product{{ID: "app", Minors: registry.MinorsAimNotAimed}}})
	p := &registry.Policy{Name: "policies/v1", SubjectGroups: []registry.SubjectGroup{registry.SubjectGroupUser}, Regions: []string{"*"}, EffectiveTime: ago(800), Purposes: w.purposes()}
	for k := registry.RecipientKindAffiliate; k <= registry.RecipientKindPublic; k++ {
		l := registry.KindList{Kind: k, Purposes: w.purposes(), AnyCategory: true}
		if k == registry.RecipientKindCloud {
			l.AnyCategory, l.CoveredCategories = false, []string{"categories/device"}
		}
		p.Kinds = append(p.Kinds, l)
	}
	p.Bases = []registry.BasisEntry{
		{Purpose: "purposes/delivery", Kind: registry.RecipientKindLogistics, Regimes: everyLaw, Basis: registry.BasisContract},
		{Purpose: "purposes/account", Kind: registry.RecipientKindPartner, Regimes: everyLaw, Basis: registry.BasisHumanResources},
	}
	for _, name := range p.Purposes {
		p.Necessity = append(p.Necessity, registry.Necessity{Purpose: name, CoveredCategories: w.categories(), ApprovedBy: "legal", ApproveTime: ago(700), Reason: "a"})
		p.Safeguards = append(p.Safeguards, registry.Safeguard{Purpose: name, CoveredCategories: w.categories(), SpecificPurpose: "a", Necessity: "b", Protection: "c", Notice: "d", ApprovedBy: "legal", ApproveTime: ago(700)})
	}
	p.Retention = []registry.Retention{{Purpose: "purposes/delivery", Categories: []string{"categories/address"}, Days: 180}}
	w.put(p)
	w.put(&registry.Principal{Name: "principals/source", ConsentSource: &registry.ConsentSource{}})

	w.addRecipient("courier", registry.RecipientKindLogistics, registry.RecipientRoleController, "CN", registry.AgreementTypeSharingC2c)
	w.addRecipient("sms", registry.RecipientKindMessaging, registry.RecipientRoleProcessor, "CN", registry.AgreementTypeDpa)
	w.addRecipient("cloud", registry.RecipientKindCloud, registry.RecipientRoleProcessor, "CN", registry.AgreementTypeDpa)
	w.addRecipient("affiliate", registry.RecipientKindAffiliate, registry.RecipientRoleController, "CN", registry.AgreementTypeSharingC2c)
	w.addRecipient("partner", registry.RecipientKindPartner, registry.RecipientRoleController, "US", registry.AgreementTypeSharingC2c)
	w.addRecipient("near", registry.RecipientKindPartner, registry.RecipientRoleController, "CN", registry.AgreementTypeSharingC2c)
	w.addRecipient("analysts", registry.RecipientKindAnalytics, registry.RecipientRoleController, "CN", registry.AgreementTypeSharingC2c)
	w.addRecipient("police", registry.RecipientKindAuthority, registry.RecipientRoleAuthority, "CN", 0)
	w.addRecipient("fbi", registry.RecipientKindAuthority, registry.RecipientRoleAuthority, "US", 0)
	w.addRecipient("ambulance", registry.RecipientKindRescue, registry.RecipientRoleController, "CN", 0)
	w.addRecipient("rangers", registry.RecipientKindRescue, registry.RecipientRoleAuthority, "US", 0)
	w.addRecipient("buyer", registry.RecipientKindSuccessor, registry.RecipientRoleController, "CN", registry.AgreementTypeSuccessorUndertaking)
	w.addRecipient("everybody", registry.RecipientKindPublic, registry.RecipientRoleNone, "", 0)
	w.recipientNamed("buyer").Deal = &registry.Deal{ID: "deal", CloseTime: ago(1), Purposes: []string{"purposes/account"}}
	for _, name := range []string{"police", "fbi", "rangers", "everybody"} {
		i := &registry.Instrument{Name: "instruments/" + name, Recipient: "recipients/" + name, Exporters: []string{"exporters/us"}, Number: "1", Citation: "law 1", Regime: registry.RegimeCn,
			CoveredCategories: w.categories(), Purposes: w.purposes(), IssueTime: ago(10), ExpireTime: in(100), NecessityReason: "safety", OrdersPublication: name == "everybody",
			ApprovedBy: "legal", SecondApprovedBy: "board", ApproveTime: ago(9)}
		if name == "fbi" || name == "rangers" {
			i.Regime = 0
			i.ForeignApproval = &registry.ForeignApproval{Number: "2", Authority: "the ministry", ApproveTime: ago(5)}
		}
		w.put(i)
	}
	return w
}

func (w *world) recipientNamed(name string) *registry.Recipient {
	return get[*registry.Recipient](w, "recipients/"+name)
}

func (w *world) addRecipient(name string, kind registry.RecipientKind, role registry.RecipientRole, country string, agreement registry.AgreementType) {
	users := []registry.SubjectGroup{registry.SubjectGroupUser}
	w.put(&registry.Recipient{Name: "recipients/" + name, Kind: kind, Role: role, Country: country, ApproveTime: ago(500), DueDiligenceUntil: in(300),
		Screenings: []registry.Screening{{ScreenTime: ago(30), Result: registry.ScreeningResultClear}},
		Notices:    []registry.Notice{{RecipientTitle: "a", Contact: "b", Method: "c", RightsRoute: "d", Purposes: w.purposes(), CoveredCategories: w.categories(), SubjectGroups: users, NotifyTime: ago(200)}}})
	d := &registry.Deployment{Name: "recipients/" + name + "/deployments/main"}
	if country != "" {
		d.StorageCountries, d.AccessCountries = []string{country}, []string{country}
	}
	w.put(d)
	if agreement != 0 {
		w.put(w.agreementOf("agreements/"+name, "recipients/"+name, agreement))
	}
	w.put(&registry.Assessment{Name: "assessments/" + name, Type: registry.AssessmentTypePipia, Exporter: "exporters/us", Recipients: []string{"recipients/" + name}, Purposes: w.purposes(),
		CoveredCategories: w.categories(), Countries: []string{"CN", "US", "DE", "GB"}, ApprovedBy: "dpo", ApproveTime: ago(100), ReviewUntil: in(200)})
	if country != "CN" && country != "" {
		w.put(&registry.Transfer{Name: "transfers/" + name + "-cn", Regime: registry.RegimeCn, Mechanism: registry.MechanismCertification, Exporter: "exporters/us", Recipients: []string{"recipients/" + name},
			Countries: []string{country}, Purposes: w.purposes(), CoveredCategories: w.categories(), ValidFrom: ago(100), Evidence: &registry.Evidence{Reference: "1", IssueTime: ago(100)}})
	}
}

func (w *world) agreementOf(name, recipient string, kind registry.AgreementType) *registry.Agreement {
	return &registry.Agreement{Name: name, Type: kind, Exporters: []string{"exporters/us"}, Recipients: []string{recipient},
		OurSignature: &registry.Signature{SignTime: ago(300)}, TheirSignature: &registry.Signature{SignTime: ago(299)}, EffectiveTime: ago(290),
		Purposes: w.purposes(), CoveredCategories: w.categories(), SubjectGroups: []registry.SubjectGroup{registry.SubjectGroupUser},
		Terms: &registry.Terms{Confidentiality: "1", Purpose: "2", Period: "3", Method: "4", Categories: "5", Measures: "6", Audit: "7",
			SubprocessorMode: registry.SubprocessorModeGeneral, DeleteOrReturn: "8", RetentionLimitDays: 30}}
}

// ask puts a question with every consent, to be taken away.
func (w *world) ask(recipient, purpose string, categories ...string) {
	w.q = decision.Question{Recipient: "recipients/" + recipient, Purpose: "purposes/" + purpose, Subject: "s1", AgeBand: decision.AgeAdult, CollectTime: ago(10)}
	for _, c := range categories {
		w.q.Categories = append(w.q.Categories, "categories/"+c)
	}
	served := w.q.Purpose
	if purpose == "sending" || purpose == "hosting" {
		w.q.ServedPurpose = "purposes/account"
		served = w.q.ServedPurpose
	}
	if recipient == "police" || recipient == "fbi" || recipient == "rangers" {
		w.q.AuthorityInstrument = "instruments/" + recipient
	}
	for t := decision.ConsentOrdinary; t <= decision.ConsentExplicitEUTransfer; t++ {
		w.consent(t, served)
	}
	w.in = decision.Inputs{Now: now, Principal: 1}
}

func (w *world) consent(t decision.ConsentType, purpose string) *decision.Consent {
	c := decision.Consent{Type: t, Purpose: purpose, Categories: w.categories(), Recipient: w.q.Recipient, Policy: "policies/v1", GiveTime: ago(50), CheckTime: now - second, Publication: "list"}
	w.q.Consents = append(w.q.Consents, c)
	w.q.Publication = "list"
	return &w.q.Consents[len(w.q.Consents)-1]
}

// no takes away the presented consents of the types, all of them if none is named.
func (w *world) no(types ...decision.ConsentType) {
	w.q.Consents = slices.DeleteFunc(w.q.Consents, func(c decision.Consent) bool { return len(types) == 0 || slices.Contains(types, c.Type) })
}

// claim records an exception in order for the question, and claims it.
func (w *world) claim(e registry.Exception) *registry.ExceptionRecord {
	r := &registry.ExceptionRecord{Name: "exceptions/x", Exception: e, Exporters: []string{"exporters/us"}, Recipients: []string{w.q.Recipient}, Purposes: []string{w.q.Purpose}, CoveredCategories: w.categories(),
		Citation: "law 1", Regimes: []registry.Regime{registry.RegimeCn}, Organ: "organ", Demand: "demand", CaseNumber: "1", Instrument: w.q.AuthorityInstrument,
		Interest: "life", WhyImpracticable: "unconscious", Emergency: true, ReasonableScope: "a", NoMajorImpact: "b",
		EffectiveTime: ago(5), ApprovedBy: "legal", SecondApprovedBy: "board", ApproveTime: ago(5)}
	for _, c := range w.categories() {
		r.Proofs = append(r.Proofs, registry.PublicationProof{Category: c, Reference: "page", CaptureTime: ago(20)})
	}
	w.put(r)
	w.q.Exception, w.q.ExceptionRecord = decision.Exception(e), r.Name
	return r
}

// answer asks the oracle.
func (w *world) answer() oracle.Answer {
	var records []registry.Record
	next := uint32(1)
	for _, n := range w.nouns {
		next++
		r := registry.Record{Noun: n, Number: next}
		if n.Collection() == registry.Principals {
			r.Number = 1
		}
		records = append(records, r)
	}
	return oracle.Decide(records, registry.Head{}, &w.q, w.in)
}

// number is that which answer gives to a noun.
func (w *world) number(name string) uint32 {
	for i, n := range w.nouns {
		if n.ResourceName() == name {
			return uint32(i + 2)
		}
	}
	return 0
}

// said writes the codes of an answer: "ALLOWED", or the reasons, a regime where it is
// not the policy, a detail where there is one.
func said(a oracle.Answer) string {
	if a.Outcome == decision.Allowed {
		return "ALLOWED"
	}
	var out []string
	for _, r := range a.Reasons {
		s := r.Code.String()
		if r.Regime != registry.RegimePolicy {
			s += "/" + r.Regime.String()
		}
		if r.Detail != "" {
			s += "(" + r.Detail + ")"
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

func obliged(a oracle.Answer, code decision.ObligationCode) string {
	for _, o := range a.Obligations {
		if o.Code == code {
			return fmt.Sprintf("due %s", o.Due)
		}
	}
	return "none"
}
