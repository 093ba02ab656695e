package registry

// A token of a principal; its hash stays out of changes and exports.
type Token struct {
	// Its id, the middle of wb_{id}_{secret}.
	ID string `cbor:"1,keyasint,omitempty"`
	// When it was created.
	CreateTime Time `cbor:"2,keyasint,omitempty"`
	// When it expires; absent means never.
	ExpireTime Time `cbor:"3,keyasint,omitempty"`
	// When it was revoked.
	RevokeTime Time `cbor:"4,keyasint,omitempty"`
}

// Legal's word that a principal is a source of presented consent and of age bands.
type ConsentSource struct {
	// How old checked_at may be, in seconds; 60 when absent.
	MaxAgeSeconds int32 `cbor:"1,keyasint,omitempty"`
}

// Who calls.
type Principal struct {
	// principals/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The title.
	Title string `cbor:"2,keyasint,omitempty"`
	// What it may do.
	Role Role `cbor:"3,keyasint,omitempty"`
	// Observe until then, at most 90 days ahead; absent means enforce.
	ObserveUntil Time `cbor:"4,keyasint,omitempty"`
	// Why it observes.
	ObserveReason string `cbor:"5,keyasint,omitempty"`
	// It is a source of presented consent.
	ConsentSource *ConsentSource `cbor:"6,keyasint,omitempty"`
	// Its tokens; output only.
	Tokens []Token `cbor:"7,keyasint,omitempty"`
}
