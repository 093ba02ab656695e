package decision_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"waybill/internal/registry"
)

// addInstruments records what an authority asks by, what orders a publication, and
// some that proceedings abroad rest on.
func (w *scene) addInstruments(name string) {
	r := w.nouns[name].(*registry.Recipient)
	n := pick(w.Rand, 0, 0, 0, 1)
	if r.Kind == registry.RecipientKindAuthority || r.Kind == registry.RecipientKindPublic {
		n = pick(w.Rand, 1, 1, 2)
	}
	for k := range n {
		i := &registry.Instrument{Name: fmt.Sprintf("instruments/%s-%d", strings.TrimPrefix(name, "recipients/"), k), Title: "a", Recipient: name, Exporters: w.names(registry.Exporters), Number: "1", Citation: "law",
			Categories: w.leaves(), CoveredCategories: w.leaves(), Purposes: w.names(registry.Purposes), IssueTime: w.ago(20), ExpireTime: w.now + pick(w.Rand, 100*aDay, 100*aDay, 6*second),
			NecessityReason: "safety", OrdersPublication: w.chance(50), ParticularInquiry: w.chance(40),
			ApprovedBy: "legal", SecondApprovedBy: "board", ApproveTime: w.ago(19)}
		i.Regime = map[string]registry.Regime{"CN": registry.RegimeCn, "DE": registry.RegimeEu, "GB": registry.RegimeUk}[r.Country]
		if i.Regime == 0 || w.chance(25) {
			i.Regime = pick(w.Rand, laws...)
		}
		if w.chance(50) {
			i.SecrecyCitation = "law"
			if r.Kind == registry.RecipientKindAuthority && w.chance(35) { // of which the mainland knows nothing
				i.Regime = pick(w.Rand, laws...)
			}
		}
		if w.chance(40) {
			i.Treaty = "treaty"
		}
		if w.chance(75) {
			i.ForeignApproval = &registry.ForeignApproval{Number: "1", Authority: "the ministry", ApproveTime: w.ago(18)}
		}
		if w.chance(30) {
			i.ConflictDecision = &registry.ConflictDecision{BindingLaw: "a", ForbiddingLaw: "b", Reason: "c", ApprovedBy: "counsel", SecondApprovedBy: "board", ApproveTime: w.ago(17)}
		}
		if w.chance(4) {
			i.RevokeTime = w.now + pick(w.Rand, -1, 0, 1, 4*second)
		}
		if w.chance(8) {
			i.CoveredCategories = partOf(w.Rand, i.CoveredCategories, len(i.CoveredCategories))
			i.Categories = i.CoveredCategories
		}
		if w.chance(10) {
			w.lack(i)
		}
		w.repair(i)
		w.put(i)
	}
}

// addExceptions records exceptions that a recipient may be given something by: mostly
// in order, sometimes with one thing missing.
func (w *scene) addExceptions(name string) {
	r := w.nouns[name].(*registry.Recipient)
	for e := registry.ExceptionLegalObligation; e <= registry.ExceptionMadePublic; e++ {
		if often := w.suits(r, e); !w.chance(often) {
			continue
		}
		x := &registry.ExceptionRecord{Name: fmt.Sprintf("exceptions/%s-%d", strings.TrimPrefix(name, "recipients/"), e), Title: "a", Exception: e, Exporters: w.names(registry.Exporters), Recipients: []string{name},
			Purposes: w.names(registry.Purposes), Categories: w.leaves(), CoveredCategories: w.leaves(), Citation: "law", Regimes: partOf(w.Rand, laws, 4),
			ObligesSharing: w.chance(80), Organ: "organ", Demand: "demand", CaseNumber: "1", Interest: "life", WhyImpracticable: "unconscious", Emergency: true,
			LifeOrBody: w.chance(70), Incapable: w.chance(70), OrdersPublication: w.chance(75), ReasonableScope: "a", NoMajorImpact: "b",
			EffectiveTime: w.ago(10), ApprovedBy: "legal", SecondApprovedBy: "board", ApproveTime: w.ago(10)}
		if !slices.Contains(x.Regimes, registry.RegimeCn) && w.chance(50) {
			x.Regimes = append([]registry.Regime{registry.RegimeCn}, x.Regimes...)
		}
		if e == registry.ExceptionPublicInterest && w.chance(50) {
			x.DeclaredEmergency, x.Demand = "notice", ""
		}
		if w.chance(70) {
			x.SecrecyCitation = "law"
		}
		if w.chance(50) {
			x.SpecialGround = "9(2)(g)"
		}
		if w.chance(30) {
			x.EmergencyEndTime = w.now + pick(w.Rand, -aDay, aDay)
		}
		if w.chance(20) {
			x.ExpireTime = w.now + pick(w.Rand, 0, 1, 7*second, aDay)
		}
		if all := w.names(registry.Instruments); len(all) > 0 && !w.chance(10) {
			x.Instrument = pick(w.Rand, all...)
			if own := fmt.Sprintf("instruments/%s-0", strings.TrimPrefix(name, "recipients/")); w.nouns[own] != nil {
				x.Instrument = own
			}
		}
		if r.Role != registry.RecipientRoleProcessor && e == registry.ExceptionLegalObligation && w.chance(50) {
			x.Organ = ""
		}
		for _, leaf := range w.leaves() {
			x.Proofs = append(x.Proofs, registry.PublicationProof{Category: leaf, Reference: "page", CaptureTime: w.ago(40)})
		}
		if w.chance(10) {
			x.CoveredCategories = partOf(w.Rand, x.CoveredCategories, len(x.CoveredCategories))
			x.Categories = x.CoveredCategories
		}
		if w.chance(15) {
			w.lack(x)
		}
		w.repair(x)
		w.put(x)
	}
}

// suits is how often, in a hundred, an exception is recorded for a recipient: mostly
// where its kind may be claimed for, by the default or by the versions.
func (w *scene) suits(r *registry.Recipient, e registry.Exception) int {
	for _, name := range w.names(registry.Policies) {
		if !slices.Contains(w.nouns[name].(*registry.Policy).KindsOf(e), r.Kind) {
			return 15
		}
	}
	return 80
}

// lack takes one thing away from a record of evidence.
func (w *scene) lack(n registry.Noun) {
	v := reflect.ValueOf(n).Elem()
	fields := slices.DeleteFunc(slices.Clone(mutable[v.Type().Name()]), func(f string) bool {
		return f == "Exporters" || f == "Recipient" || f == "Recipients" || f == "RevokeTime"
	})
	name := pick(w.Rand, fields...)
	f := v.FieldByName(name)
	f.SetZero()
	if slices.Contains(blanked, name) && w.chance(30) {
		f.SetString(" ")
	}
}

// blanked are the texts that must not be blank, whatever else they are.
var blanked = []string{"Interest", "WhyImpracticable", "ReasonableScope", "NoMajorImpact", "NecessityReason", "ApprovedBy", "SecondApprovedBy"}
