package decision

import "waybill/internal/registry"

// instrument is an instrument with what Check finds of it.
type instrument struct {
	instrumentView
	stands bool // reading R58
	relied bool // the share rests on it
}

// resolveInstrument looks up the instrument that the question names.
func (e *scratch) resolveInstrument() {
	if e.q.AuthorityInstrument == "" || e.edition == 1 {
		return
	}
	n, rec := e.s.find(registry.Instruments, e.q.AuthorityInstrument)
	e.readInstrument(n, rec, &e.instrument)
}

func (e *scratch) readInstrument(n uint32, rec []byte, v *instrument) {
	if n == 0 || len(rec) == 0 {
		return
	}
	readInstrument(n, rec, &v.instrumentView)
	v.stands = e.have&needExporter != 0 && v.exporters.has(e.exporter.number) && v.flags&states != 0 &&
		past(v.approve, e.now) && past(v.issue, e.now) && v.expire > e.now && !past(v.revoke, e.now)
}

// past reports whether an instant is given and has come.
func past(t, now registry.Time) bool { return t != 0 && t <= now }

// approved reports whether it stands and has the approval of PIPL 41.
func (v *instrument) approved(now registry.Time) bool {
	return v.stands && v.flags&statesApproval != 0 && past(v.permitted, now)
}

// isForeign reports whether the recipient is a foreign body under a regime: reading
// R59. The deployment is of the class AUTHORITY.
func (e *scratch) isForeign(r registry.Regime) bool {
	c := e.rec.country
	if r == registry.RegimeCn && e.t.hmtExport && (c == hk || c == mo || c == tw) {
		return false
	}
	return e.foreign(r, c)
}
