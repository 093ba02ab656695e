package registry

import (
	"time"
)

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

// ObserveLimit is how far ahead a principal may be under observe.
const ObserveLimit = Time(90 * 24 * time.Hour / time.Microsecond)

func (n *Principal) validate(c *checks) {
	c.text("title", n.Title, "a title")
	given(c, "role", n.Role)
	if n.ObserveUntil != 0 {
		if n.ObserveUntil > c.now+ObserveLimit {
			c.add("observe_until", "at most 90 days ahead")
		}
		c.text("observe_reason", n.ObserveReason, "why it observes")
	}
	if s := n.ConsentSource; s != nil && (s.MaxAgeSeconds < 0 || s.MaxAgeSeconds > 86400) {
		c.add("consent_source.max_age_seconds", "1 to 86400, or nothing for 60")
	}
	ids := make([]string, len(n.Tokens))
	for i, t := range n.Tokens {
		ids[i] = t.ID
		c.text(at("tokens", i)+".id", t.ID, "the id of the token")
		c.span(t.CreateTime, at("tokens", i)+".expire_time", t.ExpireTime, "create_time")
	}
	c.once("tokens", ids)
}

func (n *Principal) refer(*references) {}
func (n *Principal) grants() []grant   { return nil }
