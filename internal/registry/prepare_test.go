package registry

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func sampled(t *testing.T) *memory {
	t.Helper()
	m := newMemory()
	m.put(t, sample()...)
	return m
}

func TestPrepareOrdersWhatIsNamedFirst(t *testing.T) {
	m := newMemory()
	nouns := sample()
	slices.Reverse(nouns)
	names, err := m.write(t, Request{Put: nouns})
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != len(nouns) {
		t.Fatalf("wrote %d of %d", len(names), len(nouns))
	}
	written := map[string]bool{}
	for _, n := range names {
		for _, r := range References(m.records[n].Noun) {
			if !written[r.Name] {
				t.Errorf("%s names %s, which is written later", n, r.Name)
			}
		}
		written[n] = true
	}
}

func TestPrepareOfTheSameIsNothing(t *testing.T) {
	m := sampled(t)
	names, err := m.write(t, Request{Put: sample()})
	if err != nil || len(names) != 0 {
		t.Fatalf("got edits %q, %v", names, err)
	}
	if _, err := m.write(t, Request{}); err != nil {
		t.Fatal(err)
	}
}

func TestPrepareReadsInFewCalls(t *testing.T) {
	m := sampled(t)
	m.gets = 0
	d := changed(t, m, "agreements/cloud-draft", func(a *Agreement) { a.Title = "New"; a.Categories = []string{"categories/device"} })
	m.put(t, d)
	if m.gets != 1 {
		t.Errorf("%d reads of records, want 1", m.gets)
	}
}

func TestPrepareKeepsToOneRevision(t *testing.T) {
	m := sampled(t)
	all := func(title string) Noun { // reads the records, then the list of deployments
		return changed(t, m, "recipients/cloud/deployments/main", func(d *Deployment) {
			d.Title, d.Links = title, slices.Clone(d.Links)
			d.Links[0].Deployment = ""
		})
	}
	d := all("New")
	m.moves = 1
	m.put(t, d)
	d = all("Newer")
	m.moves = 1 << 30
	_, err := m.write(t, Request{Put: []Noun{d}})
	refused(t, err, Aborted, "REVISION_MOVED")
}

func TestPrepareDoesNotTouchTheRequest(t *testing.T) {
	m := sampled(t)
	a := &Agreement{Name: "agreements/x", Title: "X", Type: AgreementTypeNda, Exporters: []string{"exporters/prosense"}, Recipients: []string{"recipients/sf"}, Categories: []string{"categories/user.*"}}
	m.put(t, a)
	if a.CoveredCategories != nil {
		t.Errorf("the caller's noun was changed: %q", a.CoveredCategories)
	}
}

func TestNumbers(t *testing.T) {
	m := sampled(t)
	before := m.records["recipients/cloud"].Number
	_, edits, err := Prepare(t.Context(), m, Request{Now: now, Put: []Noun{
		changed(t, m, "recipients/cloud", func(r *Recipient) { r.Title = "Other" }),
		&Purpose{Name: "purposes/new", Title: "N", Sentence: "S", Example: "E"},
	}, Delete: []string{"assessments/sf"}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]uint32{}
	for _, e := range edits {
		got[e.Name] = e.Number
	}
	want := map[string]uint32{"recipients/cloud": before, "purposes/new": 0, "assessments/sf": m.records["assessments/sf"].Number}
	if !maps.Equal(got, want) || before == 0 {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestExistenceAndEtags(t *testing.T) {
	m := sampled(t)
	purpose := &Purpose{Name: "purposes/delivry", Title: "N", Sentence: "S", Example: "E"}
	held := changed(t, m, "purposes/delivery", func(p *Purpose) { p.Title = "Other" })
	for name, c := range map[string]struct {
		req    Request
		kind   ErrorKind
		reason string
	}{
		"update of what is not there": {Request{Put: []Noun{purpose}, MustExist: true}, NotFound, "NOT_FOUND"},
		"create of what is there":     {Request{Put: []Noun{held}, MustNotExist: true}, Exists, "ALREADY_EXISTS"},
		"delete of what is not there": {Request{Delete: []string{"purposes/delivry"}}, NotFound, "NOT_FOUND"},
		"stale etag":                  {Request{Put: []Noun{held}, Etags: map[string]string{held.Name: "00"}}, Aborted, "ETAG_MISMATCH"},
		"stale etag of a deletion":    {Request{Delete: []string{"assessments/sf"}, Etags: map[string]string{"assessments/sf": "00"}}, Aborted, "ETAG_MISMATCH"},
		"etag of what is not there":   {Request{Put: []Noun{purpose}, Etags: map[string]string{purpose.Name: "00"}}, Aborted, "ETAG_MISMATCH"},
		"delete of the settings":      {Request{Delete: []string{"settings"}}, Invalid, "FIELD_INVALID"},
		"delete of no name":           {Request{Delete: []string{"john@example.com"}}, Invalid, "FIELD_INVALID"},
		"put and delete":              {Request{Put: []Noun{held}, Delete: []string{held.Name}}, Invalid, "FIELD_INVALID"},
		"put twice":                   {Request{Put: []Noun{held, held}}, Invalid, "FIELD_INVALID"},
		"nothing put":                 {Request{Put: []Noun{nil}}, Invalid, "FIELD_INVALID"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := m.write(t, c.req)
			e := refused(t, err, c.kind, c.reason)
			if c.kind == NotFound && !strings.Contains(e.Message, "purposes/delivery") {
				t.Errorf("the nearest name is not given: %s", e)
			}
			if strings.Contains(e.Error(), "delivry") && c.kind == NotFound || strings.Contains(e.Error(), "john") {
				t.Errorf("the error repeats what is no name: %s", e)
			}
		})
	}
	if _, err := m.write(t, Request{Put: []Noun{held}, MustExist: true, Etags: map[string]string{held.Name: m.etag(held.Name)}}); err != nil {
		t.Fatal(err)
	}
}

func TestDangling(t *testing.T) {
	m := sampled(t)
	a := &Agreement{
		Name: "agreements/new", Title: "N", Type: AgreementTypeDpa, Exporters: []string{"exporters/prosens"}, Recipients: []string{"recipients/sf"},
		Purposes: []string{"purposes/delivery", "purposes/hostin"}, Categories: []string{"categories/user.nam", "categories/usr.*"}, Amends: "agreements/sf-2024",
	}
	_, err := m.write(t, Request{Put: []Noun{a}})
	e := refused(t, err, Precondition, "DANGLING_NAME", "agreement.exporters[0]", "agreement.purposes[1]", "agreement.categories[0]", "agreement.categories[1]", "agreement.amends")
	if want := "a purpose of the registry; the nearest are purposes/hosting, purposes/analytics and purposes/delivery"; e.Fields[1].Expected != want {
		t.Errorf("got %q, want %q", e.Fields[1].Expected, want)
	}
	for _, typo := range []string{"prosens\"", "hostin ", "sf-2024", "usr"} {
		if strings.Contains(e.Error(), typo) {
			t.Errorf("the error repeats a name that is not known: %s", e)
		}
	}
	// Names that come in the same write do not dangle; names that go do.
	m.put(t, &Category{Name: "categories/a.b", Title: "B", Sentence: "S", Example: "E"}, &Category{Name: "categories/a", Title: "A", Sentence: "S", Example: "E"})
	_, err = m.write(t, Request{Put: []Noun{changed(t, m, "categories/a.b", func(c *Category) { c.Title = "C" })}, Delete: []string{"categories/a"}})
	refused(t, err, Precondition, "DANGLING_NAME", "category.name")
	// An orphan: its parent is no record.
	_, err = m.write(t, Request{Put: []Noun{&Category{Name: "categories/none.x", Title: "B", Sentence: "S", Example: "E"}, &Deployment{Name: "recipients/none/deployments/x", Title: "X"}}})
	refused(t, err, Precondition, "DANGLING_NAME", "resources[0].category.name", "resources[1].deployment.name")
}

func TestGrants(t *testing.T) {
	m := sampled(t)
	user := []string{"categories/user.contact", "categories/user.contact.email", "categories/user.contact.phone", "categories/user.name"}
	contact := user[1:3]
	policy := get[*Policy](t, m, "policies/2024-08-30")
	for name, c := range map[string]struct{ got, want []string }{
		"agreement":  {get[*Agreement](t, m, "agreements/sf-2025").CoveredCategories, append([]string{"categories/device"}, user...)},
		"transfer":   {get[*Transfer](t, m, "transfers/sf").CoveredCategories, contact},
		"assessment": {get[*Assessment](t, m, "assessments/sf").CoveredCategories, user},
		"notice":     {get[*Recipient](t, m, "recipients/sf").Notices[0].CoveredCategories, contact},
		"kind":       {policy.Kinds[0].CoveredCategories, append(slices.Clone(contact), "categories/user.name")},
		"any":        {policy.Kinds[1].CoveredCategories, nil},
		"necessity":  {policy.Necessity[0].CoveredCategories, user},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: covers %q, want %q", name, c.got, c.want)
		}
	}

	// A category recorded later is not covered by what is there, however it is written again.
	m.put(t, &Category{Name: "categories/user.contact.fax", Title: "F", Sentence: "S", Example: "E"})
	names, err := m.write(t, Request{Put: []Noun{found("agreements/sf-2025"), found("policies/2024-08-30"), found("recipients/sf")}})
	if err != nil || len(names) != 0 {
		t.Fatalf("edits %q, %v", names, err)
	}
	draft := changed(t, m, "policies/2024-08-30", func(p *Policy) {
		p.Title = "Other"
		p.Kinds = []KindList{{Kind: RecipientKindMessaging, Categories: []string{"categories/user.contact.*"}}, p.Kinds[1], p.Kinds[0]}
		p.Kinds[2].CoveredCategories = []string{"categories/device"} // a caller's word is not taken
	})
	if _, err := m.write(t, Request{Put: []Noun{draft}, Now: policy.EffectiveTime - 1}); err != nil {
		t.Fatal(err)
	}
	policy = get[*Policy](t, m, "policies/2024-08-30")
	fax := []string{"categories/user.contact.email", "categories/user.contact.fax", "categories/user.contact.phone"}
	if got := policy.Kinds[0].CoveredCategories; !slices.Equal(got, fax) {
		t.Errorf("a new list covers %q, want %q", got, fax)
	}
	if got := policy.Kinds[2].CoveredCategories; slices.Contains(got, "categories/user.contact.fax") || slices.Contains(got, "categories/device") || len(got) != 3 {
		t.Errorf("an unchanged list covers %q", got)
	}
	if got := policy.Necessity[0].CoveredCategories; !slices.Equal(got, user) {
		t.Errorf("an unchanged list covers %q", got)
	}

	// A changed list is expanded anew, with categories of the same write.
	m.put(t,
		&Category{Name: "categories/user.contact.post", Title: "P", Sentence: "S", Example: "E"},
		changed(t, m, "agreements/cloud-draft", func(a *Agreement) { a.Categories = []string{"categories/user.contact.*"} }))
	if got := get[*Agreement](t, m, "agreements/cloud-draft").CoveredCategories; len(got) != 4 {
		t.Errorf("covers %q", got)
	}

	for name, list := range map[string][]string{
		"an inner node":            {"categories/user.contact"},
		"a wildcard below a leaf":  {"categories/device.*"},
		"an inner node of a write": {"categories/device"},
	} {
		t.Run(name, func(t *testing.T) {
			req := Request{Put: []Noun{changed(t, m, "agreements/cloud-draft", func(a *Agreement) { a.Categories = list })}}
			if name == "an inner node of a write" {
				req.Put = append([]Noun{&Category{Name: "categories/device.id", Title: "I", Sentence: "S", Example: "E"}}, req.Put...)
				_, err := m.write(t, req)
				refused(t, err, Invalid, "FIELD_INVALID", "resources[1].agreement.categories[0]")
				return
			}
			_, err := m.write(t, req)
			refused(t, err, Invalid, "FIELD_INVALID", "agreement.categories[0]")
		})
	}
	// A leaf that became an inner node does not make the unchanged grant wrong.
	m.put(t, &Category{Name: "categories/device.id", Title: "I", Sentence: "S", Example: "E"})
	m.put(t, changed(t, m, "policies/2024-08-30", func(p *Policy) { p.Title = "Again" }))
}

func TestSignedAgreement(t *testing.T) {
	const name = "agreements/sf-2025"
	for field, f := range map[string]func(a *Agreement){
		"title":           func(a *Agreement) { a.Title = "Other" },
		"categories":      func(a *Agreement) { a.Categories = []string{"categories/device"} },
		"our_signature":   func(a *Agreement) { a.OurSignature = nil },
		"terms":           func(a *Agreement) { a.Terms = &Terms{Confidentiality: "13"} },
		"expire_time":     func(a *Agreement) { a.ExpireTime += day },
		"document_digest": func(a *Agreement) { a.DocumentDigest = "00" },
	} {
		t.Run(field, func(t *testing.T) {
			m := sampled(t)
			_, err := m.write(t, Request{Put: []Noun{changed(t, m, name, f)}})
			e := refused(t, err, Precondition, "AGREEMENT_SIGNED", "agreement."+field)
			if !strings.Contains(e.Message, "amend") || !strings.Contains(e.Fields[0].Expected, "amends is "+name) {
				t.Errorf("does not say how: %s", e)
			}
		})
	}
	m := sampled(t)
	terminated, err := TerminateAgreement(get[*Agreement](t, m, name), now, "breach")
	if err != nil {
		t.Fatal(err)
	}
	m.put(t, terminated)
	_, err = TerminateAgreement(terminated, now, "again")
	refused(t, err, Precondition, "STATE_INVALID")
	_, err = m.write(t, Request{Put: []Noun{changed(t, m, name, func(a *Agreement) { a.TerminateTime += day })}})
	refused(t, err, Precondition, "AGREEMENT_SIGNED", "agreement.terminate_time")
	_, err = m.write(t, Request{Put: []Noun{found(name)}}) // the file of before does not bring it back
	refused(t, err, Precondition, "AGREEMENT_SIGNED", "agreement.terminate_time", "agreement.terminate_reason")
	if _, err = TerminateAgreement(get[*Agreement](t, m, "agreements/cloud-draft"), now, "x"); ReasonOf(err) != "STATE_INVALID" {
		t.Errorf("a draft was terminated: %v", err)
	}
	// A draft may be signed, one side at a time, and is then fixed.
	sign := &Signature{SignTime: now}
	m.put(t, changed(t, m, "agreements/cloud-draft", func(a *Agreement) { a.OurSignature = sign }))
	m.put(t, changed(t, m, "agreements/cloud-draft", func(a *Agreement) { a.TheirSignature = sign; a.Title = "Final" }))
	_, err = m.write(t, Request{Put: []Noun{changed(t, m, "agreements/cloud-draft", func(a *Agreement) { a.Hosting = true })}})
	refused(t, err, Precondition, "AGREEMENT_SIGNED", "agreement.hosting")
	// The amendment is an agreement of its own.
	// The certificate of deletion follows the end, and is recorded once.
	m.put(t, changed(t, m, name, func(a *Agreement) { a.DeletionCertificateTime = now + day }))
	_, err = m.write(t, Request{Put: []Noun{changed(t, m, name, func(a *Agreement) { a.DeletionCertificateTime = 0 })}})
	refused(t, err, Precondition, "AGREEMENT_SIGNED", "agreement.deletion_certificate_time")
	amendment := changed(t, m, name, func(a *Agreement) {
		a.Name, a.Amends, a.TerminateTime, a.TerminateReason = "agreements/sf-2026", name, 0, ""
	})
	m.put(t, amendment)
}

func TestPolicyInForce(t *testing.T) {
	const name = "policies/2024-08-30"
	need := Necessity{Purpose: "purposes/hosting", Categories: []string{"categories/user.*"}, ApprovedBy: "DPO", ApproveTime: now, Reason: "All of it is hosted."}
	guard := Safeguard{
		Purpose: "purposes/delivery", Categories: []string{"categories/user.*"}, SpecificPurpose: "a", Necessity: "b", Protection: "c", Notice: "d",
		ApprovedBy: "DPO", ApproveTime: now,
	}
	for field, f := range map[string]func(p *Policy){
		"subject_groups": func(p *Policy) { p.SubjectGroups = append(p.SubjectGroups, SubjectGroupEmployee) },
		"regions":        func(p *Policy) { p.Regions = []string{"DE"} },
		"publish_time":   func(p *Policy) { p.PublishTime = p.EffectiveTime },
		"effective_time": func(p *Policy) { p.EffectiveTime = now + day },
		"significant":    func(p *Policy) { p.Significant = true },
		"weakens_rights": func(p *Policy) { p.WeakensRights = true },
		"purposes":       func(p *Policy) { p.Purposes = []string{"purposes/delivery", "purposes/hosting", "purposes/analytics"} },
		"kinds":          func(p *Policy) { p.Kinds = append(p.Kinds, KindList{Kind: RecipientKindMessaging}) },
		"bases":          func(p *Policy) { p.Bases = nil },
		"retention":      func(p *Policy) { p.Retention = []Retention{{"purposes/delivery", p.Retention[0].Categories, 365}} },
		"serves_minors":  func(p *Policy) { p.ServesMinors = true },
		"child_rules":    func(p *Policy) { p.ChildRules = "rules" },
		"text_digest":    func(p *Policy) { p.TextDigest = "00" },
		"notices":        func(p *Policy) { p.Notices = nil },
		"waivers":        func(p *Policy) { p.Waivers = []WaiverCell{{ExceptionMadePublic, WaiverGroupConsent, WaiverEffectNo}} },
		"exception_kinds": func(p *Policy) {
			p.ExceptionKinds = []ExceptionKinds{{ExceptionVitalInterest, []RecipientKind{RecipientKindRescue}}}
		},
		"safeguards[0].approve_time": func(p *Policy) {
			later := guard
			later.ApproveTime++
			p.Safeguards = []Safeguard{later}
		},
		"necessity": func(p *Policy) { p.Necessity = []Necessity{need} },
		"necessity[1].approve_time": func(p *Policy) {
			later := need
			later.ApproveTime++
			p.Necessity = append(p.Necessity, later)
		},
	} {
		t.Run(field, func(t *testing.T) {
			m := sampled(t)
			held := get[*Policy](t, m, name)
			body, err := Encode(held)
			if err != nil {
				t.Fatal(err)
			}
			wanted, err := Decode(Policies, body)
			if err != nil {
				t.Fatal(err)
			}
			f(wanted.(*Policy))
			_, err = m.write(t, Request{Put: []Noun{wanted}})
			e := refused(t, err, Precondition, "STATE_INVALID", "policy."+field)
			if !strings.Contains(e.Message, "amend it by a new version") {
				t.Errorf("does not say how: %s", e)
			}
			// Before it took effect it is a draft.
			if _, err := m.write(t, Request{Put: []Noun{wanted}, Now: held.EffectiveTime - 1}); err != nil {
				t.Errorf("a version that is not yet effective: %v", err)
			}
		})
	}
	m := sampled(t)
	held := get[*Policy](t, m, name)
	m.put(t, changed(t, m, name, func(p *Policy) {
		p.Title = "Other"
		p.Notices = []PolicyNotice{{Channel: "push", SendTime: now}, held.Notices[0]}
		p.Necessity = []Necessity{need, held.Necessity[0]}
		p.Safeguards = []Safeguard{guard}
	}))
	if p := get[*Policy](t, m, name); len(p.Necessity) != 2 || len(p.Safeguards) != 1 || len(p.Safeguards[0].CoveredCategories) == 0 || len(p.Necessity[0].CoveredCategories) == 0 || len(p.Notices) != 2 {
		t.Errorf("holds %+v", p)
	}

	_, err := m.write(t, Request{Delete: []string{name}})
	if e := refused(t, err, Precondition, "STATE_INVALID"); !strings.Contains(e.Message, name) {
		t.Error(e)
	}
	m.put(t, changed(t, m, name, func(p *Policy) { p.Name, p.EffectiveTime = "policies/next", now+1 }))
	if _, err := m.write(t, Request{Delete: []string{"policies/next"}}); err != nil || m.holds("policies/next") {
		t.Errorf("a version that never took effect: %v", err)
	}
}

func TestForGood(t *testing.T) {
	m := sampled(t)
	r, err := TerminateRecipient(get[*Recipient](t, m, "recipients/sf"), now-day)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := RevokeTransfer(get[*Transfer](t, m, "transfers/sf"), now-day, "breach")
	if err != nil {
		t.Fatal(err)
	}
	m.put(t, r, tr)
	_, err = m.write(t, Request{Put: []Noun{found("recipients/sf"), found("transfers/sf")}})
	refused(t, err, Precondition, "STATE_INVALID", "resources[0].recipient.terminate_time", "resources[1].transfer.revoke_time")
	m.put(t, changed(t, m, "recipients/sf", func(r *Recipient) { r.Title = "Other" }))
}

// What two offices approved is changed by nobody alone.
func TestApprovedByTwo(t *testing.T) {
	m := sampled(t)
	for field, n := range map[string]Noun{
		"instrument.categories":               changed(t, m, "instruments/order", func(n *Instrument) { n.Categories = []string{"categories/device"} }),
		"instrument.expire_time":              changed(t, m, "instruments/order", func(n *Instrument) { n.ExpireTime += day }),
		"instrument.second_approved_by":       changed(t, m, "instruments/order", func(n *Instrument) { n.SecondApprovedBy = "" }),
		"instrument.approve_time":             changed(t, m, "instruments/order", func(n *Instrument) { n.ApproveTime -= day }),
		"exception_record.recipients":         changed(t, m, "exceptions/case", func(n *ExceptionRecord) { n.Recipients = []string{"recipients/sf"} }),
		"exception_record.secrecy_citation":   changed(t, m, "exceptions/case", func(n *ExceptionRecord) { n.SecrecyCitation = "PIPL 18" }),
		"exception_record.second_approved_by": changed(t, m, "exceptions/case", func(n *ExceptionRecord) { n.SecondApprovedBy = "HR" }),
	} {
		_, err := m.write(t, Request{Put: []Noun{n}})
		if e := refused(t, err, Precondition, "STATE_INVALID", field); !strings.Contains(e.Message, "both must approve") {
			t.Errorf("does not say how: %s", e)
		}
	}
	m.put(t,
		changed(t, m, "instruments/order", func(n *Instrument) { n.Categories, n.ApproveTime = []string{"categories/device"}, now }),
		changed(t, m, "exceptions/case", func(n *ExceptionRecord) { n.Title, n.EmergencyEndTime = "Other", now }))
	m.put(t, changed(t, m, "instruments/order", func(n *Instrument) {
		n.RevokeTime, n.ForeignApproval, n.ConflictDecision = now, &ForeignApproval{Number: "1"}, &ConflictDecision{BindingLaw: "a"}
	}))
	_, err := m.write(t, Request{Put: []Noun{changed(t, m, "instruments/order", func(n *Instrument) { n.RevokeTime = 0 })}})
	refused(t, err, Precondition, "STATE_INVALID", "instrument.revoke_time")
	// Before both approved, it is a draft.
	draft := found("exceptions/case").(*ExceptionRecord)
	draft.Name, draft.SecondApprovedBy = "exceptions/draft", ""
	m.put(t, draft)
	m.put(t, changed(t, m, "exceptions/draft", func(n *ExceptionRecord) { n.Recipients, n.SecondApprovedBy = []string{"recipients/sf"}, "DPO" }))
}

func TestTokensStay(t *testing.T) {
	m := sampled(t)
	const name = "principals/shop"
	with := func(ts ...Token) *Principal { return changed(t, m, name, func(p *Principal) { p.Tokens = ts }) }
	if names, err := m.write(t, Request{Put: []Noun{with(Token{ID: "forged"})}}); err != nil || len(names) != 0 {
		t.Fatalf("edits %q, %v", names, err)
	}
	if _, err := m.write(t, Request{Put: []Noun{with(Token{ID: "a", CreateTime: now})}, EditTokens: true}); err != nil {
		t.Fatal(err)
	}
	p := found(name).(*Principal)
	p.Title = "Other"
	m.put(t, p)
	if got := get[*Principal](t, m, name); len(got.Tokens) != 1 || got.Title != "Other" {
		t.Errorf("tokens %v, title %q", got.Tokens, got.Title)
	}
	_, err := m.write(t, Request{Put: []Noun{with(Token{ID: "a"}, Token{ID: "a"})}, EditTokens: true})
	refused(t, err, Invalid, "FIELD_INVALID", "principal.tokens[1]")
}

func TestInUse(t *testing.T) {
	m := sampled(t)
	_, err := m.write(t, Request{Delete: []string{"purposes/delivery"}})
	e := refused(t, err, Precondition, "IN_USE")
	if want := "purposes/delivery is still named by agreements/sf-2025, assessments/sf, policies/2024-08-30 and 2 more"; e.Message != want {
		t.Errorf("got %q, want %q", e.Message, want)
	}
	for _, name := range []string{
		"categories/user.contact.phone", // only an expansion names it
		"categories/user", "recipients/cloud", "agreements/cloud-backup", "recipients/backup/deployments/cold",
	} {
		_, err := m.write(t, Request{Delete: []string{name}})
		refused(t, err, Precondition, "IN_USE")
	}
	// A referrer of the same write does not count, if it goes or lets go.
	names, err := m.write(t, Request{
		Put:    []Noun{changed(t, m, "recipients/cloud/deployments/main", func(d *Deployment) { d.Links = nil })},
		Delete: []string{"recipients/backup", "agreements/cloud-backup", "recipients/backup/deployments/cold"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"recipients/cloud/deployments/main", "-recipients/backup/deployments/cold", "-agreements/cloud-backup", "-recipients/backup"}
	if !slices.Equal(names, want) {
		t.Errorf("edits %q, want %q", names, want)
	}
	// A put that keeps an expansion keeps what it covers.
	_, err = m.write(t, Request{
		Put:    []Noun{changed(t, m, "agreements/cloud-draft", func(a *Agreement) { a.Title = "T" })},
		Delete: []string{"categories/user.name", "policies/2024-08-30", "assessments/sf", "transfers/sf", "agreements/sf-2025"},
		Now:    now - 900*day, // before the policy took effect
	})
	e = refused(t, err, Precondition, "IN_USE")
	if !strings.Contains(e.Message, "agreements/cloud-draft") {
		t.Error(e)
	}
	m.put(t, changed(t, m, "principals/shop", func(p *Principal) { p.Title = "T" }))
	if _, err := m.write(t, Request{Delete: []string{"principals/shop"}}); err != nil || m.holds("principals/shop") {
		t.Error(err)
	}
}

func TestCycles(t *testing.T) {
	link := func(recipient, deployment string) SubprocessorLink {
		return SubprocessorLink{Recipient: recipient, Deployment: deployment, Service: "purposes/hosting", Authorisation: AuthorisationSpecific}
	}
	m := sampled(t)
	cold := "recipients/backup/deployments/cold"
	for name, l := range map[string]SubprocessorLink{
		"to the deployment":           link("recipients/cloud", "recipients/cloud/deployments/main"),
		"to all of the recipient":     link("recipients/cloud", ""),
		"to itself":                   link("recipients/backup", cold),
		"to all of its own recipient": link("recipients/backup", ""),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := m.write(t, Request{Put: []Noun{changed(t, m, cold, func(d *Deployment) { d.Links = []SubprocessorLink{l} })}})
			refused(t, err, Precondition, "CYCLE", "deployment.links[0]")
		})
	}
	// A new deployment closes a circle through a link to all of its recipient's.
	m.put(t, changed(t, m, cold, func(d *Deployment) { d.Links = []SubprocessorLink{link("recipients/sf", "")} }))
	_, err := m.write(t, Request{Put: []Noun{&Deployment{Name: "recipients/sf/deployments/x", Title: "X", Links: []SubprocessorLink{link("recipients/cloud", "")}}}})
	refused(t, err, Precondition, "CYCLE", "deployment.links[0]")
	m.put(t, &Deployment{Name: "recipients/sf/deployments/x", Title: "X"})
	// A diamond is no circle.
	m.put(t, changed(t, m, "recipients/cloud/deployments/main", func(d *Deployment) { d.Links = append(slices.Clone(d.Links), link("recipients/sf", "")) }))

	draft := func(name, amends string) *Agreement {
		return &Agreement{Name: name, Title: "T", Type: AgreementTypeNda, Exporters: []string{"exporters/prosense"}, Recipients: []string{"recipients/sf"}, Amends: amends}
	}
	_, err = m.write(t, Request{Put: []Noun{draft("agreements/a", "agreements/b"), draft("agreements/b", "agreements/a")}})
	refused(t, err, Precondition, "CYCLE", "resources[0].agreement.amends", "resources[1].agreement.amends")
	names, err := m.write(t, Request{Put: []Noun{draft("agreements/a", "agreements/b"), draft("agreements/b", "")}})
	if err != nil || !slices.Equal(names, []string{"agreements/b", "agreements/a"}) {
		t.Errorf("edits %q, %v", names, err)
	}
}

func TestRelations(t *testing.T) {
	m := sampled(t)
	main := "recipients/cloud/deployments/main"
	links := func(f func(l *SubprocessorLink)) Noun {
		return changed(t, m, main, func(d *Deployment) { d.Links = slices.Clone(d.Links); f(&d.Links[0]) })
	}
	scc := changed(t, m, "transfers/sf", func(x *Transfer) { x.Regime, x.Mechanism = RegimeEu, MechanismScc })
	other := &Exporter{Name: "exporters/other", Title: "O", Country: "DE"}
	for name, c := range map[string]struct {
		put    []Noun
		fields []string
	}{
		"an agreement of another type":     {[]Noun{scc}, []string{"transfer.agreement"}},
		"an agreement of another exporter": {[]Noun{other, changed(t, m, "transfers/sf", func(x *Transfer) { x.Exporter = other.Name })}, []string{"resources[1].transfer.agreement"}},
		"a recipient that is no party":     {[]Noun{changed(t, m, "transfers/sf", func(x *Transfer) { x.Recipients = []string{"recipients/sf", "recipients/cloud"} })}, []string{"transfer.recipients[1]"}},
		"a purpose that is no service":     {[]Noun{links(func(l *SubprocessorLink) { l.Service = "purposes/delivery" })}, []string{"deployment.links[0].service"}},
		"a sub-agreement of others":        {[]Noun{links(func(l *SubprocessorLink) { l.SubAgreement = "agreements/sf-2025" })}, []string{"deployment.links[0].sub_agreement"}},
		"an unchanged link in a write": {[]Noun{found(main), changed(t, m, "purposes/hosting", func(p *Purpose) { p.Service = ServiceNone })},
			[]string{"resources[0].deployment.links[0].service"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := m.write(t, Request{Put: c.put})
			refused(t, err, Invalid, "FIELD_INVALID", c.fields...)
		})
	}
	// What others rest on may not change under them.
	m.put(t, &Agreement{Name: "agreements/sc-draft", Title: "D", Type: AgreementTypeCnSc, Exporters: []string{"exporters/prosense"}, Recipients: []string{"recipients/sf"}})
	m.put(t, changed(t, m, "transfers/sf", func(x *Transfer) { x.Agreement = "agreements/sc-draft" }))
	for name, n := range map[string]Noun{
		"transfers/sf": changed(t, m, "agreements/sc-draft", func(a *Agreement) { a.Type = AgreementTypeDpa }),
		main:           changed(t, m, "purposes/hosting", func(p *Purpose) { p.Service = ServiceNone }),
	} {
		_, err := m.write(t, Request{Put: []Noun{n}})
		if e := refused(t, err, Precondition, "IN_USE"); !strings.Contains(e.Message, name) {
			t.Error(e)
		}
	}
	_, err := m.write(t, Request{Put: []Noun{changed(t, m, "agreements/cloud-backup", func(a *Agreement) { a.Recipients = []string{"recipients/cloud", "recipients/sf"} })}})
	refused(t, err, Precondition, "IN_USE")
	m.put(t, changed(t, m, "agreements/sc-draft", func(a *Agreement) { a.Recipients = append(slices.Clone(a.Recipients), "recipients/cloud") }))
}

func TestFieldsOfSeveralNouns(t *testing.T) {
	_, _, err := Prepare(t.Context(), newMemory(), Request{Now: now, Put: []Noun{&Purpose{Name: "purposes/a"}, &Purpose{Name: "john@example.com", Title: "T", Sentence: "S", Example: "E"}}})
	e := refused(t, err, Invalid, "FIELD_INVALID", "resources[0].purpose.title", "resources[0].purpose.sentence", "resources[0].purpose.example", "resources[1].purpose.name")
	if e.Message != "purposes/a and purpose: refused" || e.Metadata["resource"] != "purposes/a" {
		t.Errorf("message %q, metadata %v", e.Message, e.Metadata)
	}
	_, _, err = Prepare(t.Context(), newMemory(), Request{Now: now, Put: []Noun{&Purpose{Name: "purposes/a", Title: "\xff", Sentence: "S", Example: "E"}}})
	refused(t, err, Invalid, "FIELD_INVALID")
}
