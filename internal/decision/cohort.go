package decision

import "waybill/internal/registry"

// cohortFor is how long the attestation of a cohort counts.
const cohortFor = day

// attest adds the consents of a cohort whose attestation counts: reading R48.
func (e *scratch) attest() {
	c := &e.q.Cohort
	if c.ID == "" || !e.bulk() || e.have&needServed == 0 || !e.attested(c) {
		return
	}
	e.cohort = true
	e.d.ConsentSource = e.in.Principal
	named := c.Recipient != "" && c.Recipient == e.q.Recipient
	for _, t := range c.Types {
		e.consents = append(e.consents, presented{
			typ: t, purpose: e.served.number, names: e.known, named: named,
			// It names no publication.
			stands: t != ConsentSeparatePublic && fitsRecipient(t, c.Recipient == "", named),
		})
	}
}

// attested reports whether the attestation counts: readings R48, R81, R83.
func (e *scratch) attested(c *Cohort) bool {
	n, _ := e.s.find(registry.Policies, c.Policy)
	return n != 0 && e.fitsAudience(n) && c.Recipient != "" && e.t.sources[e.in.Principal] != 0 && c.AttestTime <= e.now && e.now-c.AttestTime <= cohortFor && c.Size == e.q.Quantity &&
		c.WithdrawnExcluded != None && c.MinorsExcluded != None && c.ObjectedExcluded != None &&
		e.s.Number(c.Purpose) == e.served.number
}
