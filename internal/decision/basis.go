package decision

import "waybill/internal/registry"

// The basis of a share under each regime: reading R26.

// base resolves the basis of a deployment under each regime: reading R26.
func (e *scratch) base(d *judged) {
	for r := registry.RegimeCn; r <= registry.RegimeUk; r++ {
		d.bases[r], d.special[r] = registry.BasisConsent, false
		if !e.under(r) {
			continue
		}
		named := e.q.Bases[r]
		chosen, several := registry.BasisUnspecified, false
		for i := range d.policy.bases {
			x := &d.policy.bases[i]
			if x.purpose != e.served.number || x.kind != d.kind || x.regimes&(1<<r) == 0 || x.basis == chosen ||
				x.basis <= registry.BasisConsent || named != 0 && named != x.basis || e.evidence(x.basis) != NoDetail {
				continue
			}
			several = chosen != 0
			chosen = x.basis
			if several {
				break
			}
		}
		if chosen != 0 && !several {
			d.bases[r] = chosen
			if r >= registry.RegimeEu {
				d.special[r] = d.policy.lists(e.served.number, d.kind, r, chosen, true)
			}
		}
	}
}

// lists reports whether the version lists a basis, with a ground of GDPR 9(2) if
// special asks for one.
func (p *policy) lists(purpose uint32, k registry.RecipientKind, r registry.Regime, b registry.Basis, special bool) bool {
	for i := range p.bases {
		if x := &p.bases[i]; x.basis == b && x.kind == k && x.purpose == purpose && x.regimes&(1<<r) != 0 && (!special || x.special) {
			return true
		}
	}
	return false
}

// evidence returns NoDetail if the evidence of a basis was given, else what lacks.
func (e *scratch) evidence(b registry.Basis) Detail {
	q := e.q
	switch b {
	case registry.BasisContract:
		switch {
		case e.bulk():
			return DetailBulk
		case q.OrderRef == "":
			return DetailOrderMissing
		case q.Subject == "" || q.OrderSubject != q.Subject:
			return DetailOrderOfAnother
		}
	case registry.BasisHumanResources:
		if q.HRReference == "" {
			return DetailHrReferenceMissing
		}
	case registry.BasisLegalObligation, registry.BasisPublicBodyRequest:
		if q.Citation == "" {
			return DetailCitationMissing
		}
	case registry.BasisLegitimateInterests:
		n, rec := e.s.find(registry.Assessments, q.Assessment)
		if n == 0 {
			return DetailAssessmentMissing
		}
		var a assessmentView
		readAssessment(n, rec, &a)
		if a.exporter != e.exporter.number || !a.recipients.has(e.recNumber) || !a.purposes.has(e.served.place) ||
			a.approve == 0 || a.approve > e.now || a.review <= e.now {
			return DetailAssessmentMissing
		}
	}
	return NoDetail
}
