package registry

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
}
