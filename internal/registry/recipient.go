package registry

// A half-open span of time.
type Period struct {
	// When it begins.
	StartTime Time `cbor:"1,keyasint,omitempty"`
	// When it ends; absent means open.
	EndTime Time `cbor:"2,keyasint,omitempty"`
	// Why.
	Reason string `cbor:"3,keyasint,omitempty"`
}

// What subjects were told of a recipient.
type Notice struct {
	// The recipient's name as told.
	RecipientTitle string `cbor:"1,keyasint,omitempty"`
	// The recipient's contact as told.
	Contact string `cbor:"2,keyasint,omitempty"`
	// The purposes told.
	Purposes []string `cbor:"3,keyasint,omitempty"`
	// The method of processing told.
	Method string `cbor:"4,keyasint,omitempty"`
	// The categories told; x.* stands for the descendants held when first recorded.
	Categories []string `cbor:"5,keyasint,omitempty"`
	// How rights are exercised against the recipient; needed overseas.
	RightsRoute string `cbor:"6,keyasint,omitempty"`
	// The groups that were told.
	SubjectGroups []SubjectGroup `cbor:"7,keyasint,omitempty"`
	// When they were told.
	NotifyTime Time `cbor:"8,keyasint,omitempty"`
	// The categories covered, wildcards expanded; output only.
	CoveredCategories []string `cbor:"9,keyasint,omitempty"`
}

// One screening against restricted and sanctions lists.
type Screening struct {
	// When it was made.
	ScreenTime Time `cbor:"1,keyasint,omitempty"`
	// What it found.
	Result ScreeningResult `cbor:"2,keyasint,omitempty"`
	// The lists that were read.
	Source string `cbor:"3,keyasint,omitempty"`
}

// A security incident at a recipient, S5-2, PIPL 57, GDPR 33.
type Incident struct {
	// Its id, unique within the recipient.
	ID string `cbor:"1,keyasint,omitempty"`
	// What happened, in one sentence; no data of persons.
	Sentence string `cbor:"2,keyasint,omitempty"`
	// When we learned of it.
	DiscoverTime Time `cbor:"3,keyasint,omitempty"`
	// When it was resolved; absent means open.
	ResolveTime Time `cbor:"4,keyasint,omitempty"`
	// The recipient is suspended while it is open.
	Suspends bool `cbor:"5,keyasint,omitempty"`
	// The categories that were affected.
	Categories []string `cbor:"6,keyasint,omitempty"`
	// The cause.
	Cause string `cbor:"7,keyasint,omitempty"`
	// The harm that may follow.
	Harm string `cbor:"8,keyasint,omitempty"`
	// The measures taken.
	Measures string `cbor:"9,keyasint,omitempty"`
	// Data of minors was affected: their guardians are told too.
	Minors bool `cbor:"10,keyasint,omitempty"`
	// Exported data was affected, CBDF 11.
	Exported bool `cbor:"11,keyasint,omitempty"`
	// A larger incident of the national reporting measures, art 4.
	Larger bool `cbor:"12,keyasint,omitempty"`
	// A high risk to persons, GDPR 34.
	HighRisk bool `cbor:"13,keyasint,omitempty"`
	// When the authority was told.
	AuthorityNotifyTime Time `cbor:"14,keyasint,omitempty"`
	// When the persons were told.
	SubjectsNotifyTime Time `cbor:"15,keyasint,omitempty"`
	// When the guardians were told.
	GuardiansNotifyTime Time `cbor:"16,keyasint,omitempty"`
}

// The deal by which a recipient of kind SUCCESSOR succeeds us, S4-1m, PIPL 22.
type Deal struct {
	// Its id.
	ID string `cbor:"1,keyasint,omitempty"`
	// When it closes; before that the successor is an ordinary bidder.
	CloseTime Time `cbor:"2,keyasint,omitempty"`
	// The purposes that the successor will use the data for; what is not named is a changed purpose.
	Purposes []string `cbor:"3,keyasint,omitempty"`
	// The method of processing changes.
	MethodChanged bool `cbor:"4,keyasint,omitempty"`
}

// Who receives.
type Recipient struct {
	// recipients/{id}.
	Name string `cbor:"1,keyasint,omitempty"`
	// The legal name.
	Title string `cbor:"2,keyasint,omitempty"`
	// What it is.
	Kind RecipientKind `cbor:"3,keyasint,omitempty"`
	// Whether it decides itself.
	Role RecipientRole `cbor:"4,keyasint,omitempty"`
	// Legal's answer to the question of who decides, with its author.
	RoleAnswer string `cbor:"5,keyasint,omitempty"`
	// A natural person under our authority.
	NaturalPerson bool `cbor:"6,keyasint,omitempty"`
	// The country of establishment, ISO 3166-1 alpha-2 or UNKNOWN.
	Country string `cbor:"7,keyasint,omitempty"`
	// The contact.
	Contact string `cbor:"8,keyasint,omitempty"`
	// The contact for privacy, or the data protection officer.
	PrivacyContact string `cbor:"9,keyasint,omitempty"`
	// The number in its company register.
	RegistrationNumber string `cbor:"10,keyasint,omitempty"`
	// What subjects were told of it.
	Notices []Notice `cbor:"11,keyasint,omitempty"`
	// When it was approved.
	ApproveTime Time `cbor:"12,keyasint,omitempty"`
	// When it was suspended.
	Suspensions []Period `cbor:"13,keyasint,omitempty"`
	// When it was terminated.
	TerminateTime Time `cbor:"14,keyasint,omitempty"`
	// Until when the due diligence holds.
	DueDiligenceUntil Time `cbor:"15,keyasint,omitempty"`
	// The screenings.
	Screenings []Screening `cbor:"16,keyasint,omitempty"`
	// From when it may be used: the end of a running notice period.
	UsableFrom Time `cbor:"17,keyasint,omitempty"`
	// One sentence on what it does for us.
	Sentence string `cbor:"18,keyasint,omitempty"`
	// It is also a source of personal data for us.
	InboundSource bool `cbor:"19,keyasint,omitempty"`
	// Its security incidents.
	Incidents []Incident `cbor:"20,keyasint,omitempty"`
	// The deal of a successor.
	Deal *Deal `cbor:"21,keyasint,omitempty"`
}

func (n *Recipient) validate(c *checks) {
	c.text("title", n.Title, "the legal name")
	if given(c, "kind", n.Kind) && given(c, "role", n.Role) {
		c.kindAndRole(n.Kind, n.Role)
	} else if n.Kind == 0 {
		given(c, "role", n.Role)
	}
	// The public has no country.
	if n.Country != "" || n.Kind != RecipientKindPublic {
		c.country("country", n.Country, true)
	}
	for i, t := range n.Notices {
		f := at("notices", i)
		if t.NotifyTime == 0 {
			c.add(f+".notify_time", "when subjects were told")
		}
		each(c, f+".subject_groups", t.SubjectGroups)
	}
	c.periods("suspensions", n.Suspensions)
	for i, s := range n.Screenings {
		if s.ScreenTime == 0 {
			c.add(at("screenings", i)+".screen_time", "when it was made")
		}
		given(c, at("screenings", i)+".result", s.Result)
	}
	ids := make([]string, len(n.Incidents))
	for i, e := range n.Incidents {
		f := at("incidents", i)
		ids[i] = e.ID
		if !isID(e.ID) {
			c.add(f+".id", "an id of lower-case letters, digits and hyphens")
		}
		if e.DiscoverTime == 0 {
			c.add(f+".discover_time", "when we learned of it")
		}
		c.span(e.DiscoverTime, f+".resolve_time", e.ResolveTime, "discover_time")
	}
	c.once("incidents", ids)
	if n.Deal != nil {
		if n.Kind != RecipientKindSuccessor {
			c.add("deal", "nothing: only a recipient of kind SUCCESSOR has one")
		}
		if !isID(n.Deal.ID) {
			c.add("deal.id", "an id of lower-case letters, digits and hyphens")
		}
	}
}

// kindAndRole asks that a kind stands with a role that it can have (rules.md 2.4).
func (c *checks) kindAndRole(k RecipientKind, r RecipientRole) {
	switch k {
	case RecipientKindAuthority:
		if r != RecipientRoleAuthority {
			c.add("role", "AUTHORITY, the role of kind AUTHORITY")
		}
	case RecipientKindSuccessor:
		if r != RecipientRoleController {
			c.add("role", "CONTROLLER, the role of kind SUCCESSOR")
		}
	case RecipientKindRescue: // a police that rescues is an authority all the same
		if r != RecipientRoleController && r != RecipientRoleAuthority {
			c.add("role", "CONTROLLER, or AUTHORITY for a public body, with kind RESCUE")
		}
	case RecipientKindPublic:
		if r != RecipientRoleNone {
			c.add("role", "NONE, the role of kind PUBLIC")
		}
	default:
		if r == RecipientRoleAuthority || r == RecipientRoleNone {
			c.add("role", "PROCESSOR, CONTROLLER or JOINT_CONTROLLER with kind %s", k)
		}
	}
}

func (n *Recipient) refer(r *references) {
	for i, t := range n.Notices {
		f := at("notices", i)
		r.names(f+".purposes", t.Purposes, Purposes)
		r.categories(f+".categories", t.Categories)
		r.covered(f+".covered_categories", t.CoveredCategories)
	}
	for i, e := range n.Incidents {
		r.names(at("incidents", i)+".categories", e.Categories, Categories)
	}
	if n.Deal != nil {
		r.names("deal.purposes", n.Deal.Purposes, Purposes)
	}
}

func (n *Recipient) grants() []grant {
	var gs []grant
	for i := range n.Notices {
		t := &n.Notices[i]
		gs = append(gs, grant{at("notices", i) + ".categories", t.NotifyTime.String(), &t.Categories, &t.CoveredCategories})
	}
	return gs
}

// Approve records that the recipient was approved at a time, or, if it is
// approved, that its due diligence was renewed until dueDiligenceUntil (0: as it
// is). It returns a copy. STATE_INVALID: it is terminated, or it is approved and
// nothing is renewed; FIELD_INVALID: the due diligence would end at once.
func Approve(r *Recipient, when, dueDiligenceUntil Time) (*Recipient, error) {
	n := *r
	switch {
	case n.TerminateTime != 0 && n.TerminateTime <= when:
		return nil, stateInvalid(r, "terminated")
	case dueDiligenceUntil != 0 && dueDiligenceUntil <= when:
		return nil, fieldErrors{{"due_diligence_until", "later than the time of the approval"}}.err(titleOf(r))
	case n.ApproveTime != 0 && n.ApproveTime <= when && dueDiligenceUntil == 0:
		return nil, stateInvalid(r, "approved already")
	}
	if n.ApproveTime == 0 || n.ApproveTime > when {
		n.ApproveTime = when
	}
	if dueDiligenceUntil != 0 {
		n.DueDiligenceUntil = dueDiligenceUntil
	}
	return &n, nil
}

// Suspend records a suspension in [when, end), open if end is 0. It returns a
// copy. STATE_INVALID: it is suspended or terminated then.
func Suspend(r *Recipient, when, end Time, reason string) (*Recipient, error) {
	switch {
	case r.TerminateTime != 0 && r.TerminateTime <= when:
		return nil, stateInvalid(r, "terminated")
	case suspended(r.Suspensions, when):
		return nil, stateInvalid(r, "suspended already")
	case end != 0 && end <= when:
		return nil, fieldErrors{{"end_time", "later than the time of the suspension"}}.err(titleOf(r))
	}
	n := *r
	n.Suspensions = append(append([]Period(nil), r.Suspensions...), Period{StartTime: when, EndTime: end, Reason: reason})
	return &n, nil
}

// Resume ends every suspension that contains the time. It returns a copy.
// STATE_INVALID: it is not suspended then, or it is terminated.
func Resume(r *Recipient, when Time) (*Recipient, error) {
	switch {
	case r.TerminateTime != 0 && r.TerminateTime <= when:
		return nil, stateInvalid(r, "terminated")
	case !suspended(r.Suspensions, when):
		return nil, stateInvalid(r, "not suspended")
	}
	n := *r
	n.Suspensions = nil
	for _, p := range r.Suspensions {
		if p.Contains(when) {
			if p.StartTime == when {
				continue // it never held
			}
			p.EndTime = when
		}
		n.Suspensions = append(n.Suspensions, p)
	}
	return &n, nil
}

// TerminateRecipient ends the recipient for good. It returns a copy.
// STATE_INVALID: its termination is recorded already.
func TerminateRecipient(r *Recipient, when Time) (*Recipient, error) {
	if r.TerminateTime != 0 {
		return nil, stateInvalid(r, "terminated already")
	}
	n := *r
	n.TerminateTime = when
	return &n, nil
}

func suspended(ps []Period, on Time) bool {
	for _, p := range ps {
		if p.Contains(on) {
			return true
		}
	}
	return false
}

func stateInvalid(n Noun, state string) error {
	return Errorf(Precondition, "STATE_INVALID", "%s is %s", titleOf(n), state)
}
