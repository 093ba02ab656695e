package decision

import "waybill/internal/registry"

// country is an ISO 3166-1 alpha-2 code as two bytes; zero is "not given".
type country uint16

const (
	unknownCountry country = 1
	cn                     = country('C')<<8 | 'N'
	gb                     = country('G')<<8 | 'B'
	hk                     = country('H')<<8 | 'K'
	mo                     = country('M')<<8 | 'O'
	tw                     = country('T')<<8 | 'W'
)

func parseCountry(s string) country {
	switch {
	case s == "":
		return 0
	case len(s) == 2:
		return country(s[0])<<8 | country(s[1])
	}
	return unknownCountry
}

// String returns the code, "UNKNOWN", or "".
func (c country) String() string {
	switch c {
	case 0:
		return ""
	case unknownCountry:
		return "UNKNOWN"
	}
	return string([]byte{byte(c >> 8), byte(c)})
}

// known reports whether c is a stated country.
func (c country) known() bool { return c > unknownCountry }

// region is what is compiled in of a country of the EEA: what it is, and the age
// of consent of GDPR 8. It is data of the edition.
type region struct {
	territory bool // of a member: reading R83
	age       uint8
}

// regions: readings R10, R30 and R83. Members without a stated age ask 16. The
// territories of TFEU 355(1) and (4) that have codes of their own are of their states.
var regions = func() map[country]region {
	m := map[country]region{}
	for age, list := range map[uint8]string{
		13: "BE EE FI LV MT PT SE IS",
		14: "AT BG CY ES IT LT",
		15: "CZ FR GR",
		16: "DE DK HR HU IE LU NL PL RO SK SI LI NO",
	} {
		for i := 0; i+2 <= len(list); i += 3 {
			m[parseCountry(list[i:i+2])] = region{age: age}
		}
	}
	for state, list := range map[string]string{"FR": "GF GP MF MQ RE YT", "FI": "AX"} {
		for i := 0; i < len(list); i += 3 {
			m[parseCountry(list[i:i+2])] = region{territory: true, age: m[parseCountry(state)].age}
		}
	}
	return m
}()

// eeaBits hold one bit for each two-letter code, for the hot path: of the members,
// and of them with their territories.
var eeaBits = func() (b [2][26]uint32) {
	for c, r := range regions {
		for i := range b {
			if i > 0 || !r.territory {
				b[i][c>>8-'A'] |= 1 << (c&0xff - 'A')
			}
		}
	}
	return
}()

// inEEA reports whether c is of the European Economic Area. Editions 1 and 2 took the
// territories for countries of their own.
func (c country) inEEA(edition int) bool {
	bits := &eeaBits[0]
	if edition > 2 {
		bits = &eeaBits[1]
	}
	hi, lo := byte(c>>8)-'A', byte(c)-'A'
	return hi < 26 && lo < 26 && bits[hi]&(1<<lo) != 0
}

// adequacy is the span of a Commission decision under GDPR 45: reading R41.
type adequacy struct{ from, until registry.Time }

var adequacies = func() map[country]adequacy {
	m := map[country]adequacy{}
	const list = "AD AR CA FO GG IL IM JP JE NZ KR CH UY"
	for i := 0; i+2 <= len(list); i += 3 {
		m[parseCountry(list[i:i+2])] = adequacy{}
	}
	m[gb] = adequacy{until: instant("2031-12-27T00:00:00Z")}
	m[parseCountry("BR")] = adequacy{from: instant("2026-01-26T00:00:00Z")}
	return m
}()

// There is no table of the United Kingdom's regulations: none has an end, and a
// country that they do not list is refused when it is written (reading R74).
