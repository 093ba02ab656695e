package client

import (
	"time"

	waybillv1 "waybill/proto/waybill/v1"
)

// Question is what a share is asked with; see the contract's ShareQuestion.
type Question = waybillv1.ShareQuestion

// Decision is the answer to one question, or that there was none. The zero
// Decision and the nil one say no.
type Decision struct {
	message *waybillv1.ShareDecision
	asked   time.Time // when the question was sent, by the client's clock
	now     func() time.Time
}

// MayProceed is the one question to ask before data leaves: true only for an
// answer that is ALLOWED and has not lapsed. While the caller is under OBSERVE it
// is true also for a denial whose every reason is what the registry lacks (GAP) or
// what the caller could have shown (EVIDENCE), never for a VIOLATION. It is
// judged anew at each call: ask right before the share.
func (d *Decision) MayProceed() bool {
	if d == nil || d.message == nil || d.now == nil || d.message.GetReceipt() == nil || d.lapsed() {
		return false // also what was not recorded, which is no answer
	}
	switch d.message.GetOutcome() {
	case waybillv1.Outcome_OUTCOME_ALLOWED:
		return len(d.message.GetReasons()) == 0
	case waybillv1.Outcome_OUTCOME_DENIED:
		return d.excused()
	}
	return false
}

// lapsed reports whether use_by has come: by the clocks' instants, and by how long
// the answer was given for since it was asked, so that a clock that is behind the
// server's, or stepped back, prolongs nothing.
func (d *Decision) lapsed() bool {
	useBy, decided := d.message.GetUseBy(), d.message.GetDecideTime()
	if useBy == nil || decided == nil {
		return true
	}
	now := d.now()
	return !now.Before(useBy.AsTime()) || now.Sub(d.asked) >= useBy.AsTime().Sub(decided.AsTime())
}

func (d *Decision) excused() bool {
	if d.message.GetMode() != waybillv1.Mode_MODE_OBSERVE || len(d.message.GetReasons()) == 0 {
		return false
	}
	for _, r := range d.message.GetReasons() {
		switch r.GetClass() {
		case waybillv1.ReasonClass_REASON_CLASS_GAP, waybillv1.ReasonClass_REASON_CLASS_EVIDENCE:
		default:
			return false
		}
	}
	return true
}

// Reasons returns why the share is denied, in the order of the catalogue.
func (d *Decision) Reasons() []*waybillv1.Reason { return d.Message().GetReasons() }

// Obligations returns what must be done with an allowed share.
func (d *Decision) Obligations() []*waybillv1.Obligation { return d.Message().GetObligations() }

// PermittedCategories returns the categories that would pass alone.
func (d *Decision) PermittedCategories() []string { return d.Message().GetPermittedCategories() }

// UseBy returns when the answer lapses, zero when there is none.
func (d *Decision) UseBy() time.Time {
	if t := d.Message().GetUseBy(); t != nil {
		return t.AsTime()
	}
	return time.Time{}
}

// Message returns the answer as the contract has it, nil when there is none.
func (d *Decision) Message() *waybillv1.ShareDecision {
	if d == nil {
		return nil
	}
	return d.message
}
