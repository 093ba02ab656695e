package cure

import (
	"fmt"
	"slices"
	"strings"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// The offices that a hypothetical row is signed and approved by.
const (
	office  = "legal"
	another = "counsel"
)

func (f *finder) since() registry.Time { return f.in.Now - day }
func (f *finder) until() registry.Time { return f.in.Now + year }

// byRegistry answers what legal can record.
func (f *finder) byRegistry(r *decision.Reason) *move {
	name := f.s.Name(r.Record)
	switch r.Code {
	case decision.CountryUnknown:
		return f.countries(name)
	case decision.PolicyChangeNotNotified:
		return f.policyNotice(name)
	case decision.RecipientNotApproved:
		return f.approval(name, r.Detail)
	case decision.CategoryNotNecessaryForPurpose:
		return f.necessity(name, r)
	case decision.AgreementNotSignedByBoth:
		return f.signature(name, r.Detail)
	case decision.AgreementTermsIncomplete:
		return f.terms(name)
	case decision.AgreementMissing, decision.AgreementNotYetEffective, decision.AgreementExpired, decision.AgreementTerminated,
		decision.AgreementPurposeNotCovered, decision.AgreementCategoryNotCovered, decision.RecipientRetentionExceeds:
		return f.agreement()
	case decision.NoticeMissing:
		return f.notice()
	case decision.SensitiveSafeguardsMissing:
		return f.safeguard(r)
	case decision.ImpactAssessmentMissing, decision.ImpactAssessmentStale:
		if r.Regime == registry.RegimeCn {
			return f.assessment(registry.AssessmentTypePipia, "impact assessment (PIPIA)")
		}
		return f.assessment(registry.AssessmentTypeDpia, "impact assessment (DPIA)")
	case decision.TransferTiaMissing:
		return f.assessment(transferAssessments[r.Regime], "assessment of the law at the destination")
	case decision.TransferFilingOverdue:
		return row("filing "+name, name, "evidence.filing_number", "File the contract, and record the filing number and its date.", func(t *trial) {
			if n := edit[registry.Transfer](t, name); n != nil {
				e := registry.Evidence{}
				if n.Evidence != nil {
					e = *n.Evidence
				}
				e.FilingNumber, e.FilingTime = "number", t.since()
				n.Evidence = &e
			}
		})
	case decision.TransferNoMechanism, decision.TransferMechanismInsufficient, decision.TransferMechanismNotYetEffective, decision.TransferMechanismExpired,
		decision.TransferDestinationNotCovered, decision.TransferRecipientNotCovered, decision.TransferPurposeNotCovered, decision.TransferCategoryNotCovered,
		decision.TransferVolumeExceeded, decision.OnwardDestinationNotCovered:
		return f.transfer(r.Regime)
	case decision.SubprocessorNotAuthorised:
		return f.authorisation(name, r.Detail)
	case decision.SubprocessorFlowdownMissing:
		return f.flowdown(name)
	case decision.SubjectErasedOrCancelled:
		return f.hold(r)
	case decision.RetentionExpired:
		return f.hold(r)
	case decision.AuthorityInstrumentMissing, decision.ForeignAuthorityApprovalMissing:
		return f.instrument()
	}
	return nil
}

var transferAssessments = map[registry.Regime]registry.AssessmentType{
	registry.RegimeCn: registry.AssessmentTypeCnScLaw, registry.RegimeEu: registry.AssessmentTypeTia, registry.RegimeUk: registry.AssessmentTypeUkTra,
}

func (f *finder) exporter() string  { return f.s.Name(f.d.Exporter) }
func (f *finder) recipient() string { return f.s.Name(f.d.Recipient) }
func (f *finder) purpose() string   { return f.s.Name(f.d.Purpose) }
func (f *finder) served() string    { return f.s.Name(f.d.Served) }

// countries answers an unknown country with the exporter's own: whether another
// would do is asked with that one.
func (f *finder) countries(name string) *move {
	if name == "" {
		return nil
	}
	return row("countries "+name, name, "country, storage_countries, access_countries", "Record where it is established, where it stores the data and from where the data is read.", func(t *trial) {
		home := []string{"CN"}
		if e, ok := t.recorded(t.exporter()).(*registry.Exporter); ok && e != nil {
			home = []string{e.Country}
		}
		switch t.recorded(name).(type) {
		case *registry.Recipient:
			n := edit[registry.Recipient](t, name)
			if n.Country == "" || n.Country == "UNKNOWN" {
				n.Country = home[0]
			}
			if len(t.deployments(name)) == 0 {
				t.put(&registry.Deployment{Name: name + "/deployments/main", Title: "main", StorageCountries: home, AccessCountries: home})
			}
		case *registry.Deployment:
			n := edit[registry.Deployment](t, name)
			n.StorageCountries, n.AccessCountries = known(n.StorageCountries, home), known(n.AccessCountries, home)
		}
	})
}

func known(countries, home []string) []string {
	out := slices.DeleteFunc(slices.Clone(countries), func(c string) bool { return c == "UNKNOWN" })
	if len(out) == 0 {
		return home
	}
	return out
}

func (f *finder) policyNotice(name string) *move {
	return row("policy notice "+name, name, "notices", "Record the notice that was sent before the version took effect.", func(t *trial) {
		if n := edit[registry.Policy](t, name); n != nil {
			n.Notices = append(slices.Clone(n.Notices), registry.PolicyNotice{Channel: "e-mail", SendTime: n.EffectiveTime - day})
		}
	})
}

func (f *finder) approval(name string, d decision.Detail) *move {
	if d == decision.DetailUsableFrom {
		return nil // its notice period runs
	}
	words := map[decision.Detail][2]string{
		decision.DetailApproveTime: {"approve_time", "Approve it."}, decision.DetailDueDiligenceUntil: {"due_diligence_until", "Make its due diligence, and record until when it holds."},
		decision.DetailScreeningMissing: {"screenings", "Screen it against restricted and sanctions lists."}, decision.DetailScreeningStale: {"screenings", "Screen it again against restricted and sanctions lists."},
	}[d]
	return row("approval "+name+words[0], name, words[0], words[1], func(t *trial) {
		n := edit[registry.Recipient](t, name)
		switch {
		case n == nil:
		case d == decision.DetailApproveTime:
			n.ApproveTime = t.since()
		case d == decision.DetailDueDiligenceUntil:
			n.DueDiligenceUntil = t.until()
		default:
			n.Screenings = append(slices.Clone(n.Screenings), registry.Screening{ScreenTime: t.since(), Result: registry.ScreeningResultClear, Source: "lists"})
		}
	})
}

// necessity and safeguards are of the versions that govern; where several do, the
// reasons name each.
func (f *finder) necessity(policy string, r *decision.Reason) *move {
	return row("necessity "+policy, policy, "necessity", fmt.Sprintf("Approve why %s is necessary for %s, in a version of the policy.", listed(f.asked(r)), f.served()), func(t *trial) {
		if n := edit[registry.Policy](t, policy); n != nil {
			n.Necessity = append(slices.Clone(n.Necessity), registry.Necessity{Purpose: t.served(), Categories: t.leaves(), CoveredCategories: t.leaves(),
				ApprovedBy: office, ApproveTime: t.since(), Reason: "necessary", ReviewUntil: t.until()})
		}
	})
}

func (f *finder) safeguard(r *decision.Reason) *move {
	policy := f.s.Name(r.Record)
	return row("safeguard "+policy, policy, "safeguards", fmt.Sprintf("Approve the safeguards of %s for %s: specific purpose, necessity, protection and notice.", listed(f.asked(r)), f.served()), func(t *trial) {
		if n := edit[registry.Policy](t, policy); n != nil {
			n.Safeguards = append(slices.Clone(n.Safeguards), registry.Safeguard{Purpose: t.served(), Categories: t.leaves(), CoveredCategories: t.leaves(),
				SpecificPurpose: "purpose", Necessity: "necessity", Protection: "protection", Notice: "notice", ApprovedBy: office, ApproveTime: t.since(), ReviewUntil: t.until()})
		}
	})
}

func (f *finder) signature(name string, d decision.Detail) *move {
	ours := d == decision.DetailOurSignature
	field, who := "their_signature", "The other side signs it."
	if ours {
		field, who = "our_signature", "We sign it."
	}
	return row("signature "+name+field, name, field, who, func(t *trial) {
		n := edit[registry.Agreement](t, name)
		s := &registry.Signature{Signatory: office, SignTime: t.since()}
		switch {
		case n == nil:
		case ours:
			n.OurSignature = s
		default:
			n.TheirSignature = s
		}
	})
}

func fullTerms() *registry.Terms {
	return &registry.Terms{
		Confidentiality: "1", Purpose: "2", Period: "3", Method: "4", Categories: "5", Measures: "6", Audit: "7", SubprocessorMode: registry.SubprocessorModeNone,
		DeleteOrReturn: "8", Instructions: "9", StaffConfidentiality: "10", AssistRights: "11", AssistSecurity: "12", InfringementWarning: "13", BreachNotice: "14",
		Allocation: "15", Contact: "16", RetentionLimitDays: 1,
	}
}

func (f *finder) terms(name string) *move {
	return row("terms "+name, name, "terms", "Agree the terms that it lacks, by an amendment.", func(t *trial) {
		n := edit[registry.Agreement](t, name)
		if n == nil {
			return
		}
		full := fullTerms()
		if n.Terms != nil {
			full.Entrusting, full.SubprocessorMode = n.Terms.Entrusting, n.Terms.SubprocessorMode
			if full.RetentionLimitDays = n.Terms.RetentionLimitDays; full.SubprocessorMode == 0 {
				full.SubprocessorMode = registry.SubprocessorModeNone
			}
		}
		n.Terms = full
	})
}

// roles returns the effective roles of the deployments judged, and the kind.
func (f *finder) roles() (roles []registry.RecipientRole, successor, natural, hosting bool) {
	n, _ := f.recorded(f.recipient()).(*registry.Recipient)
	if n == nil {
		return nil, false, false, false
	}
	add := func(r registry.RecipientRole) {
		if r == 0 {
			r = n.Role
		}
		if r == 0 {
			r = registry.RecipientRoleController
		}
		if !slices.Contains(roles, r) {
			roles = append(roles, r)
		}
	}
	for _, d := range f.deployments(n.Name) {
		if f.q.Deployment == "" || f.q.Deployment == d.Name {
			add(d.Role)
		}
	}
	if len(roles) == 0 {
		add(n.Role)
	}
	return roles, n.Kind == registry.RecipientKindSuccessor, n.NaturalPerson, f.s.Kind(f.d.Recipient) == registry.RecipientKindCloud
}

// agreement answers with an agreement in force of a type that fits each role.
func (f *finder) agreement() *move {
	roles, successor, natural, hosting := f.roles()
	if len(roles) == 0 || f.d.Exporter == 0 {
		return nil
	}
	var types []registry.AgreementType
	for _, r := range roles {
		switch {
		case natural:
			types = append(types, registry.AgreementTypeNda)
		case successor:
			types = append(types, registry.AgreementTypeSuccessorUndertaking)
		case r == registry.RecipientRoleProcessor:
			types = append(types, registry.AgreementTypeDpa)
		case r == registry.RecipientRoleJointController:
			types = append(types, registry.AgreementTypeJoint)
		default:
			types = append(types, registry.AgreementTypeSharingC2c)
		}
	}
	slices.Sort(types)
	types = slices.Compact(types)
	var words []string
	for _, x := range types {
		words = append(words, strings.ReplaceAll(x.String(), "_", " "))
	}
	sentence := fmt.Sprintf("Sign an agreement (%s) of %s and %s that covers %s and what is asked, with its terms and a limit of retention.", listed(words), f.exporter(), f.recipient(), f.purpose())
	return row("agreement", "agreements/…", "", sentence, func(t *trial) {
		for _, x := range types {
			t.put(t.newAgreement("agreements/needed-"+strings.ToLower(strings.ReplaceAll(x.String(), "_", "-")), x, hosting))
		}
	})
}

func (t *trial) newAgreement(name string, typ registry.AgreementType, hosting bool) *registry.Agreement {
	sign := &registry.Signature{Signatory: office, SignTime: t.since()}
	return &registry.Agreement{
		Name: name, Title: "needed", Type: typ, Exporters: []string{t.exporter()}, Recipients: []string{t.recipient()}, OurSignature: sign, TheirSignature: sign,
		Purposes: []string{t.purpose()}, Categories: t.leaves(), CoveredCategories: t.leaves(), SubjectGroups: everyGroup(), Hosting: hosting,
		EffectiveTime: t.since(), ExpireTime: t.until(), Terms: fullTerms(),
	}
}

func everyGroup() []registry.SubjectGroup {
	var all []registry.SubjectGroup
	for g := range (registry.SubjectGroup(0)).Values() {
		if g > 0 {
			all = append(all, registry.SubjectGroup(g))
		}
	}
	return all
}

func (f *finder) notice() *move {
	return row("notice", f.recipient(), "notices", fmt.Sprintf("Tell the persons who receives, how to reach it, for what (%s), how, which data and how rights are exercised, and record the notice.", f.purpose()), func(t *trial) {
		if n := edit[registry.Recipient](t, t.recipient()); n != nil {
			n.Notices = append(slices.Clone(n.Notices), registry.Notice{RecipientTitle: n.Title, Contact: "contact", Purposes: []string{t.purpose()}, Method: "method",
				Categories: t.leaves(), CoveredCategories: t.leaves(), RightsRoute: "route", SubjectGroups: everyGroup(), NotifyTime: t.since()})
		}
	})
}

func (f *finder) assessment(typ registry.AssessmentType, what string) *move {
	name := "assessments/needed-" + strings.ToLower(strings.ReplaceAll(typ.String(), "_", "-"))
	countries := f.placesJudged()
	return row("assessment "+typ.String(), "assessments/…", "", fmt.Sprintf("Approve an %s of %s for %s and what is asked, in %s.", what, f.recipient(), f.purpose(), listed(countries)), func(t *trial) {
		t.put(&registry.Assessment{Name: name, Title: "needed", Type: typ, Exporter: t.exporter(), Recipients: []string{t.recipient()}, Purposes: []string{t.purpose()},
			Categories: t.leaves(), CoveredCategories: t.leaves(), Countries: countries, ApprovedBy: office, ApproveTime: t.since(), ReviewUntil: t.until()})
	})
}

// placesJudged returns the countries of the last trial, without UNKNOWN.
func (f *finder) placesJudged() []string {
	return slices.DeleteFunc(f.d.Countries(), func(c string) bool { return c == "UNKNOWN" || c == "" })
}

// transfer answers with a mechanism that reaches every tier.
func (f *finder) transfer(r registry.Regime) *move {
	countries := f.placesJudged()
	t0 := registry.Transfer{Name: "transfers/needed-" + strings.ToLower(r.String()), Title: "needed", Regime: r, Exporter: f.exporter(), Recipients: []string{f.recipient()},
		Countries: countries, Purposes: []string{f.purpose()}, Categories: f.leaves(), CoveredCategories: f.leaves(), ValidFrom: f.since(), ValidTo: f.until()}
	var agreement *registry.AgreementType
	words := ""
	switch r {
	case registry.RegimeCn:
		t0.Mechanism, words = registry.MechanismSecurityAssessment, "a mechanism of PIPL 38 that the year's volume allows (the security assessment always does)"
		t0.Evidence = &registry.Evidence{Reference: "number", Issuer: "authority", IssueTime: f.since()}
	case registry.RegimeEu:
		t0.Mechanism, words = registry.MechanismScc, "the standard contractual clauses with their annexes"
		t0.Annexes = &registry.Annexes{Parties: "I.A", Transfer: "I.B", Authority: "I.C", Measures: "II", Subprocessors: "III"}
		x := registry.AgreementTypeEuScc
		agreement, t0.Agreement = &x, "agreements/needed-clauses"
	case registry.RegimeUk:
		t0.Mechanism, words = registry.MechanismIdta, "the international data transfer agreement"
		x := registry.AgreementTypeIdta
		agreement, t0.Agreement = &x, "agreements/needed-idta"
	default:
		return nil
	}
	sentence := fmt.Sprintf("Record %s for %s to %s, for %s and what is asked.", words, f.recipient(), listed(countries), f.purpose())
	return row("transfer "+r.String(), "transfers/…", "", sentence, func(t *trial) {
		if agreement != nil {
			a := t.newAgreement(t0.Agreement, *agreement, false)
			if *agreement == registry.AgreementTypeEuScc {
				a.SCCModule = 1
				if roles, _, _, _ := t.roles(); slices.Contains(roles, registry.RecipientRoleProcessor) {
					a.SCCModule = 2
				}
			}
			t.put(a)
		}
		n := t0
		t.put(&n)
	})
}

// authorisation answers for a link that is recorded on a deployment of the
// recipient itself.
func (f *finder) authorisation(reached string, d decision.Detail) *move {
	if d != decision.DetailLinkAuthorisation {
		return nil
	}
	return row("link "+reached, f.recipient(), "links.authorisation", fmt.Sprintf("Authorise %s as sub-processor.", reached), func(t *trial) {
		t.links(reached, func(l *registry.SubprocessorLink) {
			l.Authorisation, l.AuthoriseTime = registry.AuthorisationSpecific, t.since()
		})
	})
}

func (f *finder) flowdown(reached string) *move {
	return row("flowdown "+reached, f.recipient(), "links.sub_agreement", fmt.Sprintf("Record the contract of the same obligations of %s and %s.", f.recipient(), reached), func(t *trial) {
		a := t.newAgreement("agreements/needed-sub-"+strings.TrimPrefix(reached, registry.Recipients.Prefix()), registry.AgreementTypeDpa, false)
		a.Exporters, a.Recipients = nil, []string{t.recipient(), reached}
		slices.Sort(a.Recipients)
		t.put(a)
		t.links(reached, func(l *registry.SubprocessorLink) { l.SubAgreement = a.Name })
	})
}

// links changes the links of the recipient's deployments that reach another.
func (t *trial) links(reached string, change func(*registry.SubprocessorLink)) {
	for _, d := range t.deployments(t.recipient()) {
		if !slices.ContainsFunc(d.Links, func(l registry.SubprocessorLink) bool { return l.Recipient == reached }) {
			continue
		}
		n := edit[registry.Deployment](t, d.Name)
		n.Links = slices.Clone(n.Links)
		for i := range n.Links {
			if n.Links[i].Recipient == reached {
				change(&n.Links[i])
			}
		}
	}
}

func (f *finder) hold(r *decision.Reason) *move {
	if f.d.Exporter == 0 || f.d.Served == 0 {
		return nil
	}
	return row("hold", f.exporter(), "holds", fmt.Sprintf("Record the law that obliges us to keep %s for %s, if there is one.", listed(f.asked(r)), f.served()), func(t *trial) {
		if n := edit[registry.Exporter](t, t.exporter()); n != nil {
			n.Holds = append(slices.Clone(n.Holds), registry.LegalHold{Citation: "law", Purposes: []string{t.served()}, Categories: t.leaves(), CoveredCategories: t.leaves(),
				StartTime: t.since(), EndTime: t.until(), ApprovedBy: office})
		}
	})
}

// instrument answers with an instrument of the recipient that stands, with the
// approval that a foreign one needs.
func (f *finder) instrument() *move {
	const name = "instruments/needed"
	return row("instrument", "instruments/…", "", fmt.Sprintf("Record the instrument of %s: number, law, scope, dates, why the disclosure is necessary, two approvers; for a body abroad also the approval of the competent authority. The question names it.", f.recipient()), func(t *trial) {
		t.put(&registry.Instrument{Name: name, Title: "needed", Recipient: t.recipient(), Exporters: []string{t.exporter()}, Number: "number", Citation: "law", Regime: registry.RegimeCn,
			Categories: t.leaves(), CoveredCategories: t.leaves(), Purposes: []string{t.purpose()}, IssueTime: t.since(), ExpireTime: t.until(), NecessityReason: "reason",
			Treaty: "treaty", ForeignApproval: &registry.ForeignApproval{Number: "number", Authority: "authority", ApproveTime: t.since()},
			ApprovedBy: office, SecondApprovedBy: another, ApproveTime: t.since()})
		t.q.AuthorityInstrument = name
	})
}
