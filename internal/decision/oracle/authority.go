package oracle

import (
	"slices"

	"waybill/internal/decision"
	"waybill/internal/registry"
)

// anyView reports whether a deployment judged has the property.
func (j *judge) anyView(is func(view) bool) bool { return slices.ContainsFunc(j.views, is) }

func (v view) isAuthority() bool { return v.class == authority }

// Rule 41 AUTHORITY_INSTRUMENT_MISSING (R59) reads the purpose asked.
func (j *judge) rule41() {
	if j.exporter == nil || j.purpose == nil || !j.anyView(view.isAuthority) {
		return
	}
	const code = decision.AuthorityInstrumentMissing
	i := j.instruments[j.q.AuthorityInstrument]
	if i == nil {
		j.fireAt(code, registry.RegimePolicy, "authority_instrument", "")
		return
	}
	if !j.stands(i) {
		j.fireAt(code, registry.RegimePolicy, "instrument.standing", i.Name)
	}
	if i.Recipient != j.recipient.Name || !slices.Contains(i.Purposes, j.purpose.Name) {
		j.fireAt(code, registry.RegimePolicy, "instrument.scope", i.Name)
	}
	if blank(i.NecessityReason) {
		j.fireAt(code, registry.RegimePolicy, "necessity_reason", i.Name)
	}
	for _, c := range j.asked {
		if !c.coveredBy(i.CoveredCategories) {
			j.fireAt(code, registry.RegimePolicy, "instrument.categories", i.Name, c.name)
		}
	}
}

// foreignProceedings reports whether the purpose asked or the served one serves
// proceedings abroad.
func (j *judge) foreignProceedings() bool {
	return j.purpose.ForeignProceedings || j.served != nil && j.served.ForeignProceedings
}

// asks42 reports whether rule 42 asks something of a deployment under a regime (R60, R81).
func (j *judge) asks42(v view, regime registry.Regime) bool {
	if v.class == public {
		return false
	}
	return j.foreign(v, regime) || j.foreignProceedings() && (regime == registry.RegimeCn || j.crossBorder(regime))
}

// approves reports whether the question's instrument is the approval of the PRC
// authority for a deployment (R60, R81).
func (j *judge) approves(v view) bool {
	i := j.instruments[j.q.AuthorityInstrument]
	return i != nil && j.stands(i) && slices.Contains(i.Purposes, j.purpose.Name) &&
		(!v.organ() || i.Recipient == j.recipient.Name) && j.approvedAbroad(i)
}

// approvedCategories are those for which the approval of the PRC authority stands in
// place of a mechanism: rule 42 was asked under CN, and passed by it (R60).
func (j *judge) approvedCategories() map[string]bool {
	out := map[string]bool{}
	if j.exporter == nil || j.purpose == nil || !j.regimes[registry.RegimeCn] {
		return out
	}
	asked := false
	for _, v := range j.views {
		if j.asks42(v, registry.RegimeCn) {
			asked = true
			if !j.approves(v) {
				return out
			}
		}
	}
	for _, c := range j.asked {
		if asked && c.coveredBy(j.instruments[j.q.AuthorityInstrument].CoveredCategories) {
			out[c.name] = true
		}
	}
	return out
}

// opens48 reports whether the question's instrument opens the way of GDPR 48: by a
// treaty, or by counsel's decision on the conflict (R60).
func (j *judge) opens48() bool {
	i := j.instruments[j.q.AuthorityInstrument]
	if i == nil || !j.stands(i) {
		return false
	}
	d := i.ConflictDecision
	return i.Treaty != "" || d != nil && d.BindingLaw != "" && d.ForbiddingLaw != "" && d.Reason != "" &&
		j.twoApproved(d.ApprovedBy, d.SecondApprovedBy, d.ApproveTime)
}

// conflict is the detail of 42 and 51 where the law of the question's instrument binds
// and another one forbids (R60).
func (j *judge) conflict(regime registry.Regime) string {
	i := j.instruments[j.q.AuthorityInstrument]
	if i != nil && j.stands(i) && j.regimes[i.Regime] && i.Regime != regime {
		return "conflict_of_laws"
	}
	return ""
}

// Rule 42 FOREIGN_AUTHORITY_APPROVAL_MISSING (R59, R60, R81) reads the purpose asked and
// the served one.
func (j *judge) rule42() {
	if j.exporter == nil || j.purpose == nil {
		return
	}
	const code = decision.ForeignAuthorityApprovalMissing
	for _, regime := range j.laws() {
		for _, v := range j.views {
			if !j.asks42(v, regime) {
				continue
			}
			if regime == registry.RegimeCn {
				if j.approves(v) {
					j.instrumentRelied = true
				} else {
					j.fireAt(code, regime, j.conflict(regime), "")
				}
				continue
			}
			if j.opens48() {
				j.instrumentRelied = true
				continue
			}
			for _, c := range j.asked {
				if _, codes := j.best(regime, c); len(codes) > 0 || len(j.candidates(regime)) == 0 {
					j.fireAt(code, regime, j.conflict(regime), "", c.name)
				}
			}
		}
	}
}

// Rule 43 SUCCESSOR_NOT_BOUND (R57, R83): of a successor, and of a bidder before closing.
func (j *judge) rule43() {
	if j.exporter == nil || j.served == nil {
		return
	}
	bound := false
	for _, a := range j.agreements {
		bound = bound || a.Type == registry.AgreementTypeSuccessorUndertaking && j.recipient != nil && j.between(a) && len(j.rules22to25(a)) == 0 && !j.amended(a)
	}
	for _, v := range j.views {
		detail := "undertaking"
		switch {
		case v.bidder:
			detail = "deal"
		case v.class != successor || bound:
			continue
		}
		for _, c := range j.asked {
			if !j.presented(decision.ConsentSeparateProvision, v, c, false) {
				j.fireAt(decision.SuccessorNotBound, registry.RegimePolicy, detail, "", c.name)
			}
		}
	}
}

// Rule 44 SUCCESSOR_PURPOSE_CHANGED (R57, R82), CN: the deal changes something, or what
// is served is neither the deal's nor ours.
func (j *judge) rule44() {
	if j.served == nil || !j.regimes[registry.RegimeCn] || len(j.versions) == 0 {
		return
	}
	for _, v := range j.viewsOf(44) {
		if v.class != successor {
			continue
		}
		deal := j.recipient.Deal
		changed := deal.MethodChanged || len(deal.Purposes) == 0 || slices.ContainsFunc(j.versions, func(p *registry.Policy) bool {
			return adds(deal.Purposes, p.Purposes)
		})
		for _, c := range j.asked {
			if j.presented(decision.ConsentSeparateProvision, v, c, false) {
				continue
			}
			if changed || !slices.Contains(deal.Purposes, j.served.Name) && !j.statesServed() {
				j.fire(decision.SuccessorPurposeChanged, registry.RegimeCn, c.name)
			}
		}
	}
}
