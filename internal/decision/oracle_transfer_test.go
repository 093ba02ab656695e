package decision_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/internal/registry"
)

// mechanismsOf are the tools that a regime knows.
var mechanismsOf = map[registry.Regime][]registry.Mechanism{
	registry.RegimeCn: {registry.MechanismSecurityAssessment, registry.MechanismSecurityAssessment, registry.MechanismStandardContract, registry.MechanismStandardContract, registry.MechanismStandardContract,
		registry.MechanismCertification, registry.MechanismExemption, registry.MechanismExemption, registry.MechanismExemption, registry.MechanismTreaty},
	registry.RegimeEu: {registry.MechanismScc, registry.MechanismScc, registry.MechanismScc, registry.MechanismBcr, registry.MechanismAdHocClauses, registry.MechanismCodeOrCertification, registry.MechanismDerogation},
	registry.RegimeUk: {registry.MechanismIdta, registry.MechanismIdta, registry.MechanismUkAddendum, registry.MechanismUkAddendum, registry.MechanismBcr, registry.MechanismDerogation},
}

// addTransfers adds a transfer or more under each regime.
func (w *scene) addTransfers(id string, r *registry.Recipient, exporter, country string) {
	for _, regime := range []registry.Regime{registry.RegimeCn, registry.RegimeEu, registry.RegimeUk} {
		for k := range pick(w.Rand, 1, 1, 2, 3) {
			t := &registry.Transfer{Name: fmt.Sprintf("transfers/%s-%s-%d-%d", id, exporter[len("exporters/"):], regime, k), Title: "a", Regime: regime, Exporter: exporter,
				Recipients: []string{r.Name}, Countries: sceneCountries, Purposes: w.names(registry.Purposes), Categories: w.leaves(), CoveredCategories: w.leaves(),
				ValidFrom: w.ago(250 + w.IntN(2)), Evidence: &registry.Evidence{Reference: "1", IssueTime: w.ago(260)}}
			t.Mechanism = pick(w.Rand, mechanismsOf[regime]...)
			if w.chance(70) {
				switch {
				case regime == registry.RegimeCn && (country == "HK" || country == "MO") && (w.nouns[exporter].(*registry.Exporter).City != "beijing" || w.chance(10)): // Beijing is not of the bay
					t.Mechanism = registry.MechanismGbaContract
				case regime == registry.RegimeEu && country == "US":
					t.Mechanism = registry.MechanismDpf
				case regime == registry.RegimeEu && (country == "JP" || country == "BR" || country == "GB"):
					t.Mechanism = registry.MechanismAdequacy
				case regime == registry.RegimeUk && country == "US":
					t.Mechanism = registry.MechanismUkBridge
				case regime == registry.RegimeUk && (country == "JP" || country == "DE"):
					t.Mechanism = registry.MechanismUkAdequacy
				}
			}
			w.completeTransfer(t, r)
			if w.chance(4) {
				t.Purposes = partOf(w.Rand, t.Purposes, len(t.Purposes))
			}
			if w.chance(40) {
				t.ValidTo = w.now + pick(w.Rand, aDay, 80*aDay, 400*aDay, 3*second)
			}
			if w.chance(2) {
				t.Suspensions = []registry.Period{{StartTime: w.ago(2), EndTime: pick(w.Rand, 0, w.now, w.now+1)}}
			}
			if w.chance(30) {
				t.OnwardRecipients = partOf(w.Rand, w.names(registry.Recipients), 2)
			}
			w.put(t)
		}
	}
}

// completeTransfer gives a transfer what its mechanism asks for.
func (w *scene) completeTransfer(t *registry.Transfer, r *registry.Recipient) {
	t.Countries = slices.Clone(t.Countries)
	w.keepCountries(t)
	agreement := func(a registry.Agreement) {
		added := w.addAgreement(strings.Replace(t.Name, "transfers/", "agreements/sc-", 1), r.Name, a)
		if t.Agreement = added.Name; t.Regime == registry.RegimeCn && t.Evidence.FilingNumber == "" && w.chance(85) {
			added.EffectiveTime = t.ValidFrom + pick(w.Rand, 0, 0, 1, aDay) // the ten days begin with the earlier
			if w.chance(60) {
				added.EffectiveTime, t.ValidFrom = t.ValidFrom, min(w.now, t.ValidFrom+pick(w.Rand, 1, aDay, aDay, 9*aDay))
			}
		}
	}
	module := int32(1)
	if r.Role == registry.RecipientRoleProcessor {
		module = int32(2 + w.IntN(2))
	}
	if w.chance(10) {
		module = int32(1 + w.IntN(4))
	}
	if t.Regime == registry.RegimeCn {
		w.fileTransfer(t)
	}
	switch t.Mechanism {
	case registry.MechanismStandardContract:
		agreement(registry.Agreement{Type: registry.AgreementTypeCnSc})
	case registry.MechanismGbaContract:
		agreement(registry.Agreement{Type: registry.AgreementTypeGbaSc})
	case registry.MechanismScc:
		agreement(registry.Agreement{Type: registry.AgreementTypeEuScc, SCCModule: module})
		t.ImporterUnderGDPR = w.chance(4)
	case registry.MechanismBcr:
		agreement(registry.Agreement{Type: registry.AgreementTypeBcrMembership})
	case registry.MechanismIdta:
		agreement(registry.Agreement{Type: registry.AgreementTypeIdta})
	case registry.MechanismUkAddendum:
		agreement(registry.Agreement{Type: registry.AgreementTypeUkAddendum, SCCModule: pick(w.Rand, 0, module)})
	case registry.MechanismDpf, registry.MechanismUkBridge:
		t.RecertifiedUntil = w.now + 100*aDay
		t.HRCoverage = w.chance(70)
		t.UKExtension = t.Mechanism == registry.MechanismUkBridge && w.chance(92)
		t.SensitiveLabelled = t.Mechanism == registry.MechanismUkBridge && w.chance(80)
	case registry.MechanismExemption:
		t.Exemption = 1 + registry.Exemption(w.IntN(7))
	case registry.MechanismDerogation:
		t.Derogation = 1 + registry.Derogation(w.IntN(8))
		if w.chance(35) {
			t.Derogation = registry.DerogationExplicitConsent
		}
		t.Occasional = w.chance(90)
		if w.chance(90) {
			t.NoSafeguardsReason = "none is to be had"
		}
	}
	if t.Mechanism == registry.MechanismScc || t.Mechanism == registry.MechanismUkAddendum {
		t.Annexes = &registry.Annexes{Parties: "a", Transfer: "b", Authority: "c", Measures: "d"}
		if w.chance(70) {
			t.Annexes.Subprocessors = "e"
		}
	}
}

// fileTransfer gives a transfer of the mainland its filing, or lets ten working days
// be about to pass, and sometimes an approved scale.
func (w *scene) fileTransfer(t *registry.Transfer) {
	filed := 68
	if _, err := registry.AddWorkingDays(w.ago(30), 10); err != nil { // no calendar says when
		filed = 93
	}
	if w.chance(filed) {
		t.Evidence.FilingNumber, t.Evidence.FilingTime = "2", w.ago(240)
		if w.chance(6) { // before both had signed, or not quite
			t.Evidence.FilingTime = w.ago(299) - pick(w.Rand, registry.Time(0), 0, 1, aDay, aDay+1)
		}
	} else if w.chance(70) {
		t.ValidFrom = w.ago(1 + w.IntN(pick(w.Rand, 4, 8, 22)))
		if w.chance(30) { // the midnight that ends the tenth working day, or one beside it
			from := w.now
			for n := 0; n < 30; n++ {
				from -= aDay
				if due, err := registry.AddWorkingDays(from, 10); err != nil || due <= w.now {
					break
				}
			}
			t.ValidFrom = from
		}
		t.Evidence.IssueTime = t.ValidFrom
	}
	if w.chance(15) {
		t.ApprovedScale = pick(w.Rand, int64(1), 16, 100, 100_000, 2_000_000)
	}
}

// shanghaiYear is the calendar year of an instant in China.
func shanghaiYear(at registry.Time) int32 { return int32(at.Std().Add(8 * time.Hour).Year()) }
