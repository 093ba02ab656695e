package decision

import (
	"slices"

	"waybill/internal/registry"
)

// resolveRegions resolves regions and regimes: readings R8 and R9.
func (e *scratch) resolveRegions() {
	given, unknown := len(e.q.SubjectRegions) > 0, false
	for _, r := range e.q.SubjectRegions {
		c := parseCountry(r)
		unknown = unknown || c == unknownCountry
		e.regions = append(e.regions, c)
	}
	if !given || unknown {
		for _, c := range e.exporter.serves {
			if !slices.Contains(e.regions, c) {
				e.regions = append(e.regions, c)
			}
		}
	}
	if len(e.regions) == 0 {
		e.regions = append(e.regions, unknownCountry)
	}
	x := e.exporter
	origin := parseCountry(e.q.Origin)
	in := func(r registry.Regime, yes bool) {
		if yes {
			e.regimes |= 1 << r
		}
	}
	in(registry.RegimePolicy, true)
	in(registry.RegimeCn, x.country == cn || origin == cn || !origin.known() && x.servesCN || slices.Contains(e.regions, cn))
	in(registry.RegimeCnSz, x.shenzhen)
	eea := false
	for _, c := range e.regions {
		eea = eea || c.inEEA(e.edition)
	}
	serves := x.servesEEA[0]
	if e.edition > 2 {
		serves = x.servesEEA[1]
	}
	in(registry.RegimeEu, x.country.inEEA(e.edition) || eea && serves)
	in(registry.RegimeUk, x.country == gb || x.servesGB && slices.Contains(e.regions, gb))
}

func (e *scratch) under(r registry.Regime) bool { return e.regimes&(1<<r) != 0 }
