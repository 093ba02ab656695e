package decision

import "waybill/internal/registry"

// Rules 1 to 3, 6 to 10, and what is unknown.

func ruleRequest(e *scratch) {
	q := e.q
	policyFire := func(d Detail) { e.fire(RequestInvalid, registry.RegimePolicy, d, 0, 0) }
	if e.have&needExporter == 0 {
		policyFire(DetailExporter)
	}
	if e.have&(needRecipient|needDeployment) == needRecipient {
		policyFire(DetailDeployment)
	}
	if e.have&(needPurpose|needServed) == needPurpose && !e.servedUnknown() {
		policyFire(DetailServedPurpose)
	}
	if e.have&needGroup == 0 {
		policyFire(DetailSubjectGroup)
	}
	if q.Deidentified && e.flagged(flagDirect) != 0 {
		policyFire(DetailDeidentified)
	}
	if e.badChain {
		policyFire(DetailChain)
	}
	if e.edition > 1 && q.CollectTime > e.now {
		policyFire(DetailCollectTime)
	}
	if q.Product != "" && e.exporter != nil && !e.hasProduct() {
		policyFire(DetailProduct)
	}
}

// servedUnknown reports whether the served purpose is a name of no purpose,
// which is for rule 2 to say.
func (e *scratch) servedUnknown() bool {
	return e.purpose.service > registry.ServiceNone && e.q.ServedPurpose != "" && e.findPurpose(&e.last.served, e.q.ServedPurpose) == nil
}

func (e *scratch) hasProduct() bool {
	for _, p := range e.exporter.products {
		if p.id == e.q.Product {
			return true
		}
	}
	return false
}

func ruleUnknown(e *scratch) {
	if e.have&needPurpose == 0 {
		e.fire(PurposeUnknown, registry.RegimePolicy, DetailPurpose, 0, 0)
	} else if e.have&needServed == 0 && e.servedUnknown() {
		e.fire(PurposeUnknown, registry.RegimePolicy, DetailServedPurpose, 0, 0)
	}
	e.fireOn(CategoryUnknown, registry.RegimePolicy, DetailCategories, 0, e.all()&^e.known)
	if e.have&needDeployment == 0 || e.classes == forPublic {
		return
	}
	for _, p := range e.places {
		if !p.country.known() {
			e.fire(CountryUnknown, registry.RegimePolicy, DetailCountry, p.record, 0)
		}
	}
}

func rulePolicyInForce(e *scratch) {
	if e.have&needPolicy == 0 {
		e.fire(PolicyVersionNotInForce, registry.RegimePolicy, DetailPolicy, 0, 0)
	}
}

func ruleRecipientKnown(e *scratch) {
	if e.have&needRecipient == 0 {
		e.fire(RecipientUnknown, registry.RegimePolicy, DetailRecipient, 0, 0)
	}
	for i := range e.links {
		if e.links[i].recipient == noNumber {
			e.fire(RecipientUnknown, registry.RegimePolicy, DetailChain, 0, 0)
		}
	}
}

// eachRecipient calls f for the recipient and for that of every link.
func (e *scratch) eachRecipient(f func(uint32, *recipientView)) {
	if e.have&needRecipient != 0 {
		f(e.recNumber, &e.rec)
	}
	for i := range e.links {
		if l := &e.links[i]; l.recipient != noNumber {
			f(l.recipient, &l.rec)
		}
	}
}

// screened returns when the newest screening was made, and whether some list has the
// recipient: readings R22, R81.
func (e *scratch) screened(r *recipientView) (at registry.Time, listed bool) {
	for i := 0; i+screeningSize <= len(r.screenings); i += screeningSize {
		if t := instantAt(r.screenings, i); t != 0 && t <= e.now && t >= at {
			at, listed = t, r.screenings[i+8] == byte(registry.ScreeningResultListed)
		}
	}
	for i := 0; e.edition > 1 && !listed && i+screeningSize <= len(r.screenings); i += screeningSize {
		listed = e.listedBy(r.screenings, i)
	}
	return at, listed
}

// listedBy reports whether the i-th screening is LISTED and no newer one of its
// source took it back.
func (e *scratch) listedBy(b []byte, i int) bool {
	at := instantAt(b, i)
	if b[i+8] != byte(registry.ScreeningResultListed) || !past(at, e.now) {
		return false
	}
	for k := 0; k+screeningSize <= len(b); k += screeningSize {
		if t := instantAt(b, k); u16(b, k+9) == u16(b, i+9) && t > at && t <= e.now {
			return false
		}
	}
	return true
}

func ruleApproved(e *scratch) {
	e.eachRecipient(func(n uint32, r *recipientView) {
		fire := func(d Detail) { e.fire(RecipientNotApproved, registry.RegimePolicy, d, n, 0) }
		if r.approve == 0 || r.approve > e.now {
			fire(DetailApproveTime)
		}
		if r.dueDiligence <= e.now {
			fire(DetailDueDiligenceUntil)
		}
		if at, listed := e.screened(r); at == 0 {
			fire(DetailScreeningMissing)
		} else if !listed && at+e.t.screening <= e.now {
			fire(DetailScreeningStale)
		}
		if r.usableFrom > e.now {
			fire(DetailUsableFrom)
		}
	})
}

func ruleActive(e *scratch) {
	e.eachRecipient(func(n uint32, r *recipientView) {
		switch {
		case inPeriod(r.suspensions, e.now):
			e.fire(RecipientSuspended, registry.RegimePolicy, DetailSuspensions, n, 0)
		case len(r.incidents) != 0 && inPeriod(r.incidents, e.now):
			e.fire(RecipientSuspended, registry.RegimePolicy, DetailIncidents, n, 0)
		}
		if r.terminate != 0 && r.terminate <= e.now {
			e.fire(RecipientTerminated, registry.RegimePolicy, DetailTerminateTime, n, 0)
		}
	})
}

func ruleListed(e *scratch) {
	e.eachRecipient(func(n uint32, r *recipientView) {
		if _, listed := e.screened(r); listed {
			e.fire(RecipientRestrictedList, registry.RegimePolicy, NoDetail, n, 0)
		}
	})
}

func ruleKind(e *scratch) {
	e.fire(KindNotJudged, registry.RegimePolicy, DetailKind, e.recNumber, 0)
}

func ruleException(e *scratch) {
	if e.q.Exception != 0 {
		e.fire(LegalExceptionUnsupported, registry.RegimePolicy, DetailException, 0, 0)
	}
}

// Rules 45 and 46.

func ruleAuthorised(e *scratch) {
	if e.overlong {
		e.fire(SubprocessorNotAuthorised, registry.RegimePolicy, DetailLinkDepth, e.recNumber, 0)
	}
	for i := range e.links {
		l := &e.links[i]
		record := l.recipient
		if record == noNumber {
			record = 0
		}
		switch {
		case !l.recorded && l.authorisation == 0:
			e.fire(SubprocessorNotAuthorised, registry.RegimePolicy, DetailLinkUnrecorded, record, 0)
		case l.recorded && (!e.authorised(&l.linkView) || !e.mayEngage(l)):
			e.fire(SubprocessorNotAuthorised, registry.RegimePolicy, DetailLinkAuthorisation, record, 0)
		}
	}
}

func (e *scratch) authorised(l *linkView) bool {
	switch l.authorisation {
	case registry.AuthorisationSpecific:
		return l.authorise != 0 && l.authorise <= e.now
	case registry.AuthorisationGeneral:
		return l.notice != 0 && l.notice <= e.now && (l.objected == 0 || l.objected > e.now)
	}
	return false
}

// mayEngage reports whether an agreement in force lets our recipient engage others the
// way that the link was authorised; where none is in force rules 21 to 25
// speak, and 26 where one states no mode. Reading R82.
func (e *scratch) mayEngage(l *link) bool {
	if e.edition == 1 || l.from != e.recNumber {
		return true
	}
	some := false
	for i := range e.agreements {
		a := &e.agreements[i]
		if e.state(a) != 0 {
			continue
		}
		if some = true; a.general || a.terms&termSubprocessorMode == 0 || a.specific && l.authorisation == registry.AuthorisationSpecific {
			return true
		}
	}
	return !some
}

func ruleFlowdown(e *scratch) {
	for i := range e.links {
		l := &e.links[i]
		if !l.recorded || l.recipient == noNumber {
			continue
		}
		var a agreementView
		if rec := e.s.record(l.agreement); l.agreement != 0 && len(rec) > 0 {
			readAgreement(l.agreement, rec, &a)
		}
		if a.number == 0 || !a.recipients.has(l.from) || !a.recipients.has(l.recipient) || e.state(&a) != 0 ||
			e.edition > 1 && a.typ == registry.AgreementTypeNda {
			e.fire(SubprocessorFlowdownMissing, registry.RegimePolicy, DetailSubAgreement, l.recipient, 0)
		}
	}
}
