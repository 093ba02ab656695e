package registry

import (
	"slices"
	"testing"
)

// The default matrix, as rules.md 2.3 prints it.
func TestDefaultWaivers(t *testing.T) {
	letters := map[WaiverEffect]byte{WaiverEffectNo: 'N', WaiverEffectYes: 'Y', WaiverEffectDeferred: 'D', WaiverEffectIfLawDemands: 'L'}
	for g, want := range map[WaiverGroup]string{
		WaiverGroupErasedOrRestricted: "YYYYYN", WaiverGroupPurpose: "YYYYYN", WaiverGroupKindLists: "NNNNYN", WaiverGroupDeidentification: "YYYYYN",
		WaiverGroupAgreement: "NNNNDN", WaiverGroupNotice: "LLLLDN", WaiverGroupConsent: "YYYYYY", WaiverGroupSeparateConsent: "YYYYYY",
		WaiverGroupGuardian: "YYYYYN", WaiverGroupPublic: "LNLLNN", WaiverGroupRetention: "NNNNNN", WaiverGroupAssessment: "NNNNDN",
	} {
		for e := ExceptionLegalObligation; e <= ExceptionMadePublic; e++ {
			if got := letters[DefaultWaiver(g, e)]; got != want[e-1] {
				t.Errorf("%s × %s is %c, want %c", g, e, got, want[e-1])
			}
		}
	}
	for _, cell := range []WaiverCell{{}, {Group: WaiverGroupConsent}, {Group: 99, Exception: 1}, {Group: 1, Exception: 99}} {
		if got := DefaultWaiver(cell.Group, cell.Exception); got != WaiverEffectNo {
			t.Errorf("%v is %s", cell, got)
		}
	}
}

func TestDefaultExceptionKinds(t *testing.T) {
	if got := DefaultExceptionKinds(ExceptionVitalInterest); !slices.Equal(got, []RecipientKind{RecipientKindAuthority, RecipientKindRescue}) {
		t.Errorf("got %v", got)
	}
	all := DefaultExceptionKinds(ExceptionMadePublic)
	if len(all) != len(recipientKindNames)-2 || slices.Contains(all, RecipientKindPublic) {
		t.Errorf("got %v", all)
	}
	if got := DefaultExceptionKinds(99); got != nil {
		t.Errorf("got %v", got)
	}
	DefaultExceptionKinds(ExceptionVitalInterest)[0] = RecipientKindPublic
	if got := DefaultExceptionKinds(ExceptionVitalInterest); got[0] != RecipientKindAuthority {
		t.Error("a caller changed the default")
	}
}

func TestWaiversOfAVersion(t *testing.T) {
	p := &Policy{
		Waivers:        []WaiverCell{{ExceptionMadePublic, WaiverGroupConsent, WaiverEffectNo}},
		ExceptionKinds: []ExceptionKinds{{ExceptionVitalInterest, []RecipientKind{RecipientKindRescue}}},
	}
	if got := p.Waiver(WaiverGroupConsent, ExceptionMadePublic); got != WaiverEffectNo {
		t.Errorf("got %s", got)
	}
	if got := p.Waiver(WaiverGroupConsent, ExceptionVitalInterest); got != WaiverEffectYes {
		t.Errorf("got %s", got)
	}
	if got := p.KindsOf(ExceptionVitalInterest); !slices.Equal(got, []RecipientKind{RecipientKindRescue}) {
		t.Errorf("got %v", got)
	}
	if got := p.KindsOf(ExceptionPublicInterest); !slices.Equal(got, []RecipientKind{RecipientKindAuthority}) {
		t.Errorf("got %v", got)
	}
}

// Every cell: NO and the default may be stated, YES for the lists of kinds, nothing else.
func TestWaiversThatMayBeStated(t *testing.T) {
	for g := WaiverGroupErasedOrRestricted; g <= WaiverGroupAssessment; g++ {
		for e := ExceptionLegalObligation; e <= ExceptionMadePublic; e++ {
			for x := WaiverEffectNo; x <= WaiverEffectIfLawDemands; x++ {
				allowed := x == WaiverEffectNo || x == DefaultWaiver(g, e) || g == WaiverGroupKindLists && x == WaiverEffectYes
				n := edit("policies/2024-08-30", func(n *Policy) { n.Waivers = []WaiverCell{{e, g, x}} })
				err := Validate(n, now)
				if allowed && err != nil {
					t.Errorf("%s × %s to %s: %v", g, e, x, err)
				}
				if !allowed {
					refused(t, err, Invalid, "FIELD_INVALID", "policy.waivers[0].effect")
				}
			}
		}
	}
}
