package duty

import (
	"slices"
	"strings"

	"waybill/internal/registry"
)

// The clocks of an incident, from when we learned of it. PIPL 57 says no hours; the
// reporting measures of the mainland say four, and one for an operator of critical
// information infrastructure, of a larger incident; GDPR 33 says 72.
const (
	reportHours   = 4
	operatorHours = 1
	breachHours   = 72
)

// ofIncidents: the authority and the persons are told of what happened at a
// recipient, and of a minor's data the guardians too.
func (r *Registry) ofIncidents(x *registry.Recipient, now registry.Time) []Duty {
	var owed []Duty
	for _, i := range x.Incidents {
		if i.DiscoverTime == 0 || i.DiscoverTime > now {
			continue
		}
		exporters := r.sharing(x.Name)
		mainland := i.Exported || slices.ContainsFunc(exporters, inMainland)
		add := func(k Kind, told registry.Time, hours int, what, note string) {
			if told != 0 {
				return
			}
			d := follow(k, x.Name, r.numbers[x.Name], i.DiscoverTime, i.DiscoverTime+registry.Time(hours)*hour, i.ID, what)
			d.Note = note
			owed = append(owed, r.with(d, names(exporters), x.Name))
		}
		report, note := breachHours, "Incident "+i.ID+"; what it may have hit: waybill list decisions --outcome allowed --recipient "+strings.TrimPrefix(x.Name, "recipients/")+"."
		if mainland {
			report = reportHours
			if i.Larger && slices.ContainsFunc(exporters, func(e *registry.Exporter) bool { return operator(e, i.DiscoverTime) }) {
				report = operatorHours
			}
		}
		authority := note
		if i.Exported {
			authority += " The provincial CAC too: exported data was affected (CBDF 11)."
		}
		add(NotifyIncidentAuthority, i.AuthorityNotifyTime, report, "authority", authority)
		// Under the GDPR alone persons are told only of a high risk (34(1)).
		if mainland || i.HighRisk {
			add(NotifyIncidentSubjects, i.SubjectsNotifyTime, breachHours, "subjects", note)
		}
		if i.Minors {
			add(NotifyIncidentSubjects, i.GuardiansNotifyTime, breachHours, "guardians", note+" Their guardians: data of minors was affected.")
		}
	}
	return owed
}

// sharing returns the exporters that have or had an agreement or a transfer with a
// recipient, all where none has: whose data an incident may have hit.
func (r *Registry) sharing(recipient string) []*registry.Exporter {
	with := map[string]bool{}
	for _, a := range r.agreements {
		for _, e := range a.noun.Exporters {
			with[e] = with[e] || slices.Contains(a.noun.Recipients, recipient)
		}
	}
	for _, t := range r.transfers {
		e := t.noun.Exporter
		with[e] = with[e] || slices.Contains(t.noun.Recipients, recipient)
	}
	var sharing, all []*registry.Exporter
	for _, e := range r.exporters {
		all = append(all, e.noun)
		if with[e.noun.Name] {
			sharing = append(sharing, e.noun)
		}
	}
	if len(sharing) == 0 {
		return all
	}
	return sharing
}

// inMainland reports whether the law of the mainland binds an exporter: it is
// established there or serves persons there.
func inMainland(e *registry.Exporter) bool {
	return e.Country == "CN" || slices.Contains(e.RegionsServed, "CN")
}

// operator reports whether an exporter is an operator of critical information
// infrastructure at a time.
func operator(e *registry.Exporter, on registry.Time) bool {
	return slices.ContainsFunc(e.CIIOPeriods, func(p registry.Period) bool { return p.Contains(on) })
}

func names(exporters []*registry.Exporter) []string {
	var all []string
	for _, e := range exporters {
		all = append(all, e.Name)
	}
	return all
}
