package registry

// Why data is shared.
type Purpose struct {
	// purposes/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// One sentence that says what it is.
	Sentence string `cbor:"3,keyasint,omitempty"`
	// One example.
	Example string `cbor:"4,keyasint,omitempty"`
	// The service it is; NONE serves itself.
	Service Service `cbor:"5,keyasint,omitempty"`
	// It analyses behaviour.
	Analytics bool `cbor:"6,keyasint,omitempty"`
	// It tracks.
	Tracking bool `cbor:"7,keyasint,omitempty"`
	// It profiles.
	Profiling bool `cbor:"8,keyasint,omitempty"`
	// It shows advertising by interests.
	InterestAdvertising bool `cbor:"9,keyasint,omitempty"`
	// It is of high risk, GDPR 35.
	HighRisk bool `cbor:"10,keyasint,omitempty"`
	// The clause of the policy that states it.
	Clause string `cbor:"11,keyasint,omitempty"`
}
