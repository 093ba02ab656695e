package decision_test

import (
	"fmt"
	"slices"
	"strings"

	"waybill/internal/registry"
)

// addRecipient adds a recipient with all that lets it receive everything.
func (w *scene) addRecipient(name string) {
	country := pick(w.Rand, "CN", "CN", "CN", "CN", "DE", "DE", "US", "HK", "JP", "GB", "BR", "SG", "TW", pick(w.Rand, territories...))
	r := &registry.Recipient{Name: name, Title: "a", Country: country,
		Kind:        1 + registry.RecipientKind(w.IntN(8)),
		Role:        pick(w.Rand, registry.RecipientRoleProcessor, registry.RecipientRoleController, registry.RecipientRoleController, registry.RecipientRoleJointController),
		ApproveTime: w.ago(500), DueDiligenceUntil: w.now + 300*aDay,
		Screenings: w.screenings(),
	}
	switch r.Kind {
	case registry.RecipientKindCloud, registry.RecipientKindMessaging, registry.RecipientKindSupport:
		r.Role = registry.RecipientRoleProcessor
	case registry.RecipientKindAffiliate:
		r.Role = registry.RecipientRoleController
	}
	r.NaturalPerson = w.chance(6)
	if w.chance(38) { // authority, rescue, successor, public
		r.Kind = registry.RecipientKindAuthority + pick(w.Rand, registry.RecipientKind(0), 0, 0, 1, 1, 2, 2, 3, 3)
		r.Role = [...]registry.RecipientRole{registry.RecipientRoleAuthority, registry.RecipientRoleController, registry.RecipientRoleController, registry.RecipientRoleNone}[r.Kind-registry.RecipientKindAuthority]
		if r.Kind == registry.RecipientKindRescue && w.chance(30) { // some rescue services are authorities
			r.Role = registry.RecipientRoleAuthority
		}
	}
	if r.Kind == registry.RecipientKindSuccessor && !w.chance(10) {
		r.Deal = &registry.Deal{ID: "d", CloseTime: pick(w.Rand, w.ago(10), w.ago(10), w.ago(10), w.now, w.now+1, 0), Purposes: partOf(w.Rand, w.names(registry.Purposes), 12), MethodChanged: w.chance(20)}
	}
	if r.Kind != registry.RecipientKindAuthority && !w.chance(4) || r.Kind == registry.RecipientKindAuthority && w.chance(50) { // others are told by the policy
		r.Notices = []registry.Notice{{RecipientTitle: "a", Contact: "b", Purposes: w.names(registry.Purposes), Method: "c", Categories: w.leaves(), CoveredCategories: w.leaves(),
			RightsRoute: "d", SubjectGroups: w.groups, NotifyTime: w.ago(200)}}
	}
	if w.chance(6) {
		r.Incidents = []registry.Incident{{ID: "i", Sentence: "a", DiscoverTime: w.ago(9), Suspends: w.chance(70), ResolveTime: pick(w.Rand, 0, w.ago(1), w.now)}}
	}
	w.put(r)
	if r.Kind == registry.RecipientKindRescue && w.chance(60) {
		w.addDemand(r)
	}
	roles := []registry.RecipientRole{r.Role}
	for i := range pick(w.Rand, 1, 1, 1, 2, 3) {
		d := &registry.Deployment{Name: fmt.Sprintf("%s/deployments/d%d", name, i), Title: "a", StorageCountries: []string{country}, AccessCountries: []string{country}, Hosting: w.chance(60)}
		if w.chance(15) {
			d.AccessCountries = append(d.AccessCountries, pick(w.Rand, slices.DeleteFunc(slices.Clone(sceneCountries), func(c string) bool { return c == country })...))
		}
		if w.chance(8) {
			d.Role = pick(w.Rand, registry.RecipientRoleProcessor, registry.RecipientRoleController, registry.RecipientRoleJointController)
			roles = append(roles, d.Role)
		}
		if r.Kind == registry.RecipientKindRescue && w.chance(8) {
			d.Role = pick(w.Rand, registry.RecipientRoleAuthority, registry.RecipientRoleController)
		}
		if w.chance(6) {
			d.Kind = 1 + registry.RecipientKind(w.IntN(12))
		}
		w.put(d)
	}
	id := strings.TrimPrefix(name, "recipients/")
	for i, role := range roles {
		for k := range pick(w.Rand, 1, 1, 2) {
			if r.Kind >= registry.RecipientKindAuthority && r.Kind != registry.RecipientKindSuccessor && w.chance(60) {
				continue // nobody signs with the police, nor with an ambulance
			}
			w.addAgreement(fmt.Sprintf("agreements/%s-%d-%d", id, i, k), name, w.fit(r, role))
		}
	}
	if r.Kind == registry.RecipientKindSuccessor && !w.chance(15) {
		w.addAgreement("agreements/"+id+"-undertaking", name, registry.Agreement{Type: registry.AgreementTypeSuccessorUndertaking})
	}
	if w.chance(30) {
		w.addAgreement("agreements/"+id+"-nda", name, registry.Agreement{Type: registry.AgreementTypeNda})
		if a, ok := w.nouns["agreements/"+id+"-0-0"].(*registry.Agreement); ok && w.chance(60) {
			a.Terms.Confidentiality = ""
		}
	}
	for _, e := range w.names(registry.Exporters) {
		w.addTransfers(id, r, e, country)
		w.addAssessments(id, r, e)
	}
	w.addAmendments(id, r)
}

// screeningSources are the lists that are read, as they are written; none is one too.
var screeningSources = []string{"", "cac", "CAC", "un"}

// screenings are mostly those of a recipient that is in order: of one source, or of
// several, of which a clear one is the newest of its own.
func (w *scene) screenings() []registry.Screening {
	source := pick(w.Rand, screeningSources...)
	out := []registry.Screening{{ScreenTime: w.ago(30), Result: registry.ScreeningResultClear, Source: source}}
	if w.chance(60) { // listed once, and cleared since
		out = append(out, registry.Screening{ScreenTime: w.ago(400), Result: registry.ScreeningResultListed, Source: source})
	}
	if w.chance(40) { // other lists, read before, at the same instant and since
		for _, other := range partOf(w.Rand, screeningSources, 3) {
			out = append(out, registry.Screening{ScreenTime: w.ago(pick(w.Rand, 20, 30, 30, 40, 380)), Result: registry.ScreeningResultClear, Source: other})
		}
	}
	if w.chance(2) { // one of them is listed
		out = append(out, registry.Screening{ScreenTime: pick(w.Rand, w.ago(30), w.ago(30), w.ago(20), w.ago(40), w.ago(380), w.now, w.now+1), Result: registry.ScreeningResultListed, Source: pick(w.Rand, screeningSources...)})
	}
	if w.chance(1) { // nothing was read for long
		for i := range out {
			out[i].ScreenTime -= 400 * aDay
		}
	}
	w.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// addDemand records an instrument of a rescue service, mostly with the approval that one
// of another country needs where it is an authority.
func (w *scene) addDemand(r *registry.Recipient) {
	i := &registry.Instrument{Name: "instruments/" + strings.TrimPrefix(r.Name, "recipients/") + "-rescue", Title: "a", Recipient: r.Name, Exporters: w.names(registry.Exporters), Number: "1", Citation: "law",
		Regime: pick(w.Rand, laws...), Categories: w.leaves(), CoveredCategories: w.leaves(), Purposes: w.names(registry.Purposes), IssueTime: w.ago(20), ExpireTime: w.now + 100*aDay,
		NecessityReason: "safety", ApprovedBy: "legal", SecondApprovedBy: "board", ApproveTime: w.ago(19)}
	if w.chance(75) {
		i.ForeignApproval = &registry.ForeignApproval{Number: "1", Authority: "the ministry", ApproveTime: w.ago(18)}
	}
	if w.chance(30) {
		i.Treaty = "treaty"
	}
	w.put(i)
}

// addAssessments adds an assessment or two of each type but that of legitimate interests.
func (w *scene) addAssessments(id string, r *registry.Recipient, exporter string) {
	for t := registry.AssessmentTypePipia; t <= registry.AssessmentTypeCnScLaw; t++ {
		for k := range pick(w.Rand, 1, 1, 2) {
			a := &registry.Assessment{Name: fmt.Sprintf("assessments/%s-%s-%d-%d", id, exporter[len("exporters/"):], t, k), Title: "a", Type: t, Exporter: exporter, Recipients: []string{r.Name},
				Purposes: w.names(registry.Purposes), Categories: w.leaves(), CoveredCategories: w.leaves(), Countries: sceneCountries,
				ApprovedBy: "dpo", ApproveTime: w.ago(100 + w.IntN(2)), ReviewUntil: w.now + 200*aDay, Simplified: w.chance(4)}
			if t <= registry.AssessmentTypeDpia && w.chance(15) { // for whole kinds
				a.Recipients, a.RecipientKinds = nil, []registry.RecipientKind{r.Kind}
			}
			if r.Kind == registry.RecipientKindRescue && w.chance(60) {
				continue // to be made up for
			}
			w.put(a)
		}
	}
}

// fit returns a type of agreement that fits the role.
func (w *scene) fit(r *registry.Recipient, role registry.RecipientRole) registry.Agreement {
	entrusting := &registry.Terms{Entrusting: "1"}
	switch {
	case r.NaturalPerson && role == registry.RecipientRoleProcessor:
		return registry.Agreement{Type: registry.AgreementTypeNda}
	case role == registry.RecipientRoleProcessor:
		return pick(w.Rand, registry.Agreement{Type: registry.AgreementTypeDpa}, registry.Agreement{Type: registry.AgreementTypeDpa},
			registry.Agreement{Type: registry.AgreementTypeEuScc, SCCModule: int32(2 + w.IntN(2))},
			registry.Agreement{Type: registry.AgreementTypeCnSc, Terms: entrusting}, registry.Agreement{Type: registry.AgreementTypeGbaSc, Terms: entrusting})
	case role == registry.RecipientRoleJointController:
		return registry.Agreement{Type: registry.AgreementTypeJoint}
	}
	return pick(w.Rand, registry.Agreement{Type: registry.AgreementTypeSharingC2c}, registry.Agreement{Type: registry.AgreementTypeSharingC2c},
		registry.Agreement{Type: registry.AgreementTypeEuScc, SCCModule: 1}, registry.Agreement{Type: registry.AgreementTypeCnSc})
}

// addAgreement adds a complete agreement of the given type, and returns it.
func (w *scene) addAgreement(name, recipient string, a registry.Agreement) *registry.Agreement {
	t := &registry.Terms{Confidentiality: "1", Purpose: "2", Period: "3", Method: "4", Categories: "5", Measures: "6", Audit: "7",
		SubprocessorMode: pick(w.Rand, registry.SubprocessorModeNone, registry.SubprocessorModeSpecific, registry.SubprocessorModeGeneral, registry.SubprocessorModeGeneral, registry.SubprocessorModeGeneral), DeleteOrReturn: "9", Instructions: "10", StaffConfidentiality: "11",
		AssistRights: "12", AssistSecurity: "13", Allocation: "14", Contact: "15"}
	if a.Terms != nil {
		t.Entrusting = a.Terms.Entrusting
	}
	if !w.chance(15) {
		t.RetentionLimitDays = pick(w.Rand, int32(30), 30, 30, 99, 100, 101)
	}
	a.Name, a.Title, a.Terms = name, "a", t
	a.Exporters, a.Recipients = w.names(registry.Exporters), []string{recipient}
	a.OurSignature = &registry.Signature{Signatory: "us", SignTime: w.ago(300)}
	a.TheirSignature = &registry.Signature{Signatory: "they", SignTime: w.ago(299)}
	a.Purposes, a.Categories, a.SubjectGroups = w.names(registry.Purposes), w.leaves(), w.groups
	a.CoveredCategories = a.Categories
	if w.chance(6) {
		a.Purposes = partOf(w.Rand, a.Purposes, len(a.Purposes))
	}
	a.Hosting = w.chance(50)
	a.EffectiveTime = w.ago(290 + w.IntN(3))
	if w.chance(50) {
		a.ExpireTime = w.now + pick(w.Rand, aDay, 89*aDay, 91*aDay, 400*aDay, 5*second)
	}
	switch w.IntN(100) {
	case 0:
		a.ExpireTime = w.now - pick(w.Rand, registry.Time(0), 1, aDay)
	case 1:
		a.TerminateTime = w.now - pick(w.Rand, registry.Time(0), 1, aDay)
	case 2:
		t.Confidentiality = ""
	case 3:
		t.Measures, t.Contact = "", ""
	}
	w.put(&a)
	return &a
}
