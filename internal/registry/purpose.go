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
	// It decides by automated means, PIPL 55(2).
	AutomatedDecision bool `cbor:"12,keyasint,omitempty"`
	// It serves proceedings abroad, PIPL 41.
	ForeignProceedings bool `cbor:"13,keyasint,omitempty"`
	// It winds down a ceased service.
	WindDown bool `cbor:"14,keyasint,omitempty"`
	// It deletes, corrects or returns data.
	Deletion bool `cbor:"15,keyasint,omitempty"`
}

func (n *Purpose) validate(c *checks) {
	c.text("title", n.Title, "a title")
	c.text("sentence", n.Sentence, "one sentence that says what it is")
	c.text("example", n.Example, "one example")
	known(c, "service", n.Service)
}

func (n *Purpose) refer(*references) {}
func (n *Purpose) grants() []grant   { return nil }
