package oracle

import (
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// renewal is the span of 90 days of R42, half-open as all spans.
const renewal = 90 * day

// obligations of an allowed share (R42, R54, R55, R62, R63, R72, R73, R75), each once.
func (j *judge) obligations(agreements, transfers []string) []Obligation {
	var out []Obligation
	add := func(code decision.ObligationCode, record string, due registry.Time) {
		if o := (Obligation{code, record, due}); !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	if !j.allPublic() {
		add(decision.KeepConfidential, "", 0)
		add(decision.PurposeLimit, "", 0)
	}
	for _, name := range agreements {
		a := j.agreements[name]
		t := terms(a)
		if t.SubprocessorMode == registry.SubprocessorModeNone || a.Type == registry.AgreementTypeGbaSc {
			add(decision.NoOnwardTransfer, name, 0)
		}
		if t.RetentionLimitDays > 0 {
			add(decision.RetainUntil, name, j.t+registry.Time(t.RetentionLimitDays)*day)
		}
		if a.ExpireTime != 0 && a.ExpireTime < j.t+renewal {
			add(decision.RenewAgreementBy, name, a.ExpireTime)
		}
	}
	for _, name := range transfers {
		t := j.transfers[name]
		if end := j.endOf(t); end != 0 && end < j.t+renewal {
			add(decision.RenewMechanismBy, name, end)
		}
		if unfiled, due, known := j.files(t); unfiled && known {
			add(decision.FileContract, name, due)
		}
		if t.Mechanism == registry.MechanismDerogation && t.Derogation == registry.DerogationCompellingInterests {
			add(decision.InformSAAndSubject, name, 0)
		}
	}
	if j.anyView(func(v view) bool { return v.role == registry.RecipientRoleProcessor }) {
		add(decision.DeleteOrReturnAtEnd, "", 0)
	}
	if j.counted(transfers).Year != 0 {
		add(decision.CountQuantity, "", 0)
	}
	if j.under18() && slices.ContainsFunc(j.versions, func(p *registry.Policy) bool { return !p.ServesMinors }) {
		add(decision.MinorDeletionDue, "", 0)
	}
	if j.anyView(view.isAuthority) && j.regimes[registry.RegimeCn] && !j.secret() && j.statesServed() {
		add(decision.NotifySubjectOfDisclosure, "", 0)
	}
	for w := range j.waived {
		add(decision.KeepExceptionFile, "", 0)
		if !w.Deferred {
			continue
		}
		fiveDays, _ := registry.AddWorkingDays(j.t, 5)
		switch GroupOf(w.Code) {
		case registry.WaiverGroupNotice:
			add(decision.NotifySubjectAfterEmergency, "", j.claim.EmergencyEndTime)
		case registry.WaiverGroupAgreement:
			add(decision.RegulariseAgreement, "", fiveDays)
		case registry.WaiverGroupAssessment:
			add(decision.RegulariseAssessment, "", fiveDays)
		}
	}
	return out
}

// useBy is R43 and R75. An agreement ends when it expires or its termination takes
// effect, or that of another of its family (R83), a transfer by R40, by its revocation or
// with the contract that counts (R83), an exception where it waived something, an
// instrument where rule 41 or 42 passed by it.
func (j *judge) useBy(agreements, transfers []string) registry.Time {
	until := j.t + 10_000_000
	end := func(at registry.Time) {
		if at > j.t && at < until {
			until = at
		}
	}
	for _, name := range agreements {
		end(j.agreements[name].ExpireTime)
		end(j.endedAt(j.agreements[name]))
	}
	for _, name := range transfers {
		t := j.transfers[name]
		end(j.endOf(t))
		end(t.RevokeTime)
		if a, _ := j.restsOn(t); a != nil {
			end(j.endedAt(a))
		}
	}
	if len(j.waived) > 0 {
		end(j.claim.ExpireTime)
	}
	if j.instrumentRelied || j.anyView(view.isAuthority) {
		i := j.instruments[j.q.AuthorityInstrument]
		end(i.ExpireTime)
		end(i.RevokeTime)
	}
	return until
}
