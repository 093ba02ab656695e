package registry

import (
	"time"
)

// Settings of the registry; there is one.
type Settings struct {
	// Always "settings".
	Name string `cbor:"1,keyasint,omitempty"`
	// The zone in which a date is 00:00, an IANA name: Asia/Shanghai.
	Zone string `cbor:"2,keyasint,omitempty"`
	// Days after which a screening is stale; 365 when absent.
	ScreeningAgeDays int32 `cbor:"3,keyasint,omitempty"`
	// Separate consents are asked also where the basis is not consent.
	SeparateConsentWithoutConsentBasis bool `cbor:"4,keyasint,omitempty"`
	// Whom a caller asks when the registry is incomplete.
	GapContact string `cbor:"5,keyasint,omitempty"`
	// How a body of Hong Kong, Macau or Taiwan is seen.
	HmtAuthority HmtAuthority `cbor:"6,keyasint,omitempty"`
	// What a flow without sensitive data needs once sensitive ones demand the assessment.
	NonsensitiveTier NonsensitiveTier `cbor:"7,keyasint,omitempty"`
	// The exemption of a statutory duty lifts the security assessment too, NDSMR 35(6); off unless set.
	StatutoryDutyLiftsAssessment bool `cbor:"8,keyasint,omitempty"`
	// Flows that are exempt under CBDF 3 to 6 are counted too; off unless set.
	CountExemptFlows bool `cbor:"9,keyasint,omitempty"`
	// Vital interests do not defer rules 21 to 28; they do unless set.
	AgreementDeferralOff bool `cbor:"10,keyasint,omitempty"`
	// Vital interests do not defer rule 50; they do unless set.
	AssessmentDeferralOff bool `cbor:"11,keyasint,omitempty"`
}

func (n *Settings) validate(c *checks) {
	// The empty zone and "Local" load too, as the server's own, which no file states.
	_, err := time.LoadLocation(n.Zone)
	if err != nil || n.Zone == "" || n.Zone == "Local" {
		c.add("zone", "an IANA zone: Asia/Shanghai")
	}
	if n.ScreeningAgeDays < 0 || n.ScreeningAgeDays > 3650 {
		c.add("screening_age_days", "1 to 3650 days, or nothing for 365")
	}
	known(c, "hmt_authority", n.HmtAuthority)
	known(c, "nonsensitive_tier", n.NonsensitiveTier)
}

func (n *Settings) refer(*references) {}
func (n *Settings) grants() []grant   { return nil }
