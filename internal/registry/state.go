package registry

// States that dated facts give; they are computed, never stored.
const (
	StateDraft           = "DRAFT"             // nobody approved or signed it yet
	StateApproved        = "APPROVED"          // a recipient that may be used
	StateNotYetEffective = "NOT_YET_EFFECTIVE" // complete, but its time has not come
	StateInForce         = "IN_FORCE"
	StateSuspended       = "SUSPENDED"
	StateExpired         = "EXPIRED" // its time, due diligence or review has run out
	StateTerminated      = "TERMINATED"
	StateRevoked         = "REVOKED"
	StateObserve         = "OBSERVE" // a principal's mode
	StateEnforce         = "ENFORCE"
)

// State returns the state that the noun's own facts give at a time, "" for nouns
// that have none. It is for people to read: the gate reads the facts. What rests
// on another noun (a transfer's agreement, a screening's age) is not seen, and
// the three years of an assessment or certificate are counted in UTC.
func State(n Noun, on Time) string {
	switch n := n.(type) {
	case *Recipient:
		switch {
		case past(n.TerminateTime, on):
			return StateTerminated
		case suspended(n.Suspensions, on):
			return StateSuspended
		case !past(n.ApproveTime, on):
			return StateDraft
		case past(n.DueDiligenceUntil, on):
			return StateExpired
		case n.UsableFrom > on:
			return StateNotYetEffective
		}
		return StateApproved
	case *Agreement:
		switch {
		case past(n.TerminateTime, on):
			return StateTerminated
		case !n.Signed() || n.OurSignature.SignTime > on || n.TheirSignature.SignTime > on:
			return StateDraft
		case past(n.ExpireTime, on):
			return StateExpired
		case !past(n.EffectiveTime, on):
			return StateNotYetEffective
		}
		return StateInForce
	case *Transfer:
		switch {
		case past(n.RevokeTime, on):
			return StateRevoked
		case past(n.end(), on):
			return StateExpired
		case suspended(n.Suspensions, on):
			return StateSuspended
		case !past(n.ValidFrom, on):
			return StateNotYetEffective
		}
		return StateInForce
	case *Assessment:
		switch {
		case !past(n.ApproveTime, on) || n.ApprovedBy == "":
			return StateDraft
		case n.ReviewUntil <= on:
			return StateExpired
		}
		return StateInForce
	case *Instrument:
		switch {
		case past(n.RevokeTime, on):
			return StateRevoked
		case !n.Approved(on):
			return StateDraft
		case past(n.ExpireTime, on):
			return StateExpired
		case !past(n.IssueTime, on):
			return StateNotYetEffective
		}
		return StateInForce
	case *ExceptionRecord:
		switch {
		case !n.Approved(on):
			return StateDraft
		case past(n.ExpireTime, on):
			return StateExpired
		case !past(n.EffectiveTime, on):
			return StateNotYetEffective
		}
		return StateInForce
	case *Policy:
		if past(n.EffectiveTime, on) {
			return StateInForce
		}
		return StateNotYetEffective
	case *Principal:
		if n.ObserveUntil > on {
			return StateObserve
		}
		return StateEnforce
	}
	return ""
}

// past reports whether a fact is given and its time has come.
func past(t, on Time) bool { return t != 0 && t <= on }

// end returns the earliest of the ends that the transfer states or that its
// mechanism has by law, 0 for none.
func (n *Transfer) end() Time {
	end := n.ValidTo
	if n.RecertifiedUntil != 0 && (end == 0 || n.RecertifiedUntil < end) {
		end = n.RecertifiedUntil
	}
	if n.Mechanism != MechanismSecurityAssessment && n.Mechanism != MechanismCertification {
		return end
	}
	from := n.ValidFrom
	if n.Evidence != nil && n.Evidence.IssueTime != 0 && n.Evidence.IssueTime < from {
		from = n.Evidence.IssueTime
	}
	begin := from.Std()
	three := begin.AddDate(3, 0, 0)
	if three.Day() != begin.Day() { // 29 February ends on the 28th
		three = three.AddDate(0, 0, -1)
	}
	if t := At(three); end == 0 || t < end {
		end = t
	}
	return end
}
