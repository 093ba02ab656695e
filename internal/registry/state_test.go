package registry

import (
	"slices"
	"testing"
	"time"
)

func TestState(t *testing.T) {
	recipient := func(f func(*Recipient)) Noun { return edit("recipients/sf", f) }
	agreement := func(f func(*Agreement)) Noun { return edit("agreements/sf-2025", f) }
	transfer := func(f func(*Transfer)) Noun { return edit("transfers/sf", f) }
	for name, c := range map[string]struct {
		noun Noun
		want string
	}{
		"recipient":                      {recipient(func(*Recipient) {}), "APPROVED"},
		"recipient, not approved":        {recipient(func(n *Recipient) { n.ApproveTime = 0 }), "DRAFT"},
		"recipient, approved later":      {recipient(func(n *Recipient) { n.ApproveTime = now + 1 }), "DRAFT"},
		"recipient, approved now":        {recipient(func(n *Recipient) { n.ApproveTime = now }), "APPROVED"},
		"recipient, due diligence ends":  {recipient(func(n *Recipient) { n.DueDiligenceUntil = now }), "EXPIRED"},
		"recipient, notice period":       {recipient(func(n *Recipient) { n.UsableFrom = now + 1 }), "NOT_YET_EFFECTIVE"},
		"recipient, suspended":           {recipient(func(n *Recipient) { n.Suspensions = []Period{{StartTime: now}} }), "SUSPENDED"},
		"recipient, suspended until now": {recipient(func(n *Recipient) { n.Suspensions = []Period{{StartTime: now - 1, EndTime: now}} }), "APPROVED"},
		"recipient, terminated":          {recipient(func(n *Recipient) { n.TerminateTime = now }), "TERMINATED"},
		"recipient, to be terminated":    {recipient(func(n *Recipient) { n.TerminateTime = now + 1 }), "APPROVED"},
		"agreement":                      {agreement(func(*Agreement) {}), "IN_FORCE"},
		"agreement, one signature":       {agreement(func(n *Agreement) { n.TheirSignature = nil }), "DRAFT"},
		"agreement, undated signature":   {agreement(func(n *Agreement) { n.OurSignature = &Signature{} }), "DRAFT"},
		"agreement, signed later":        {agreement(func(n *Agreement) { n.OurSignature = &Signature{SignTime: now + 1} }), "DRAFT"},
		"agreement, no effective time":   {agreement(func(n *Agreement) { n.EffectiveTime = 0 }), "NOT_YET_EFFECTIVE"},
		"agreement, effective later":     {agreement(func(n *Agreement) { n.EffectiveTime = now + 1 }), "NOT_YET_EFFECTIVE"},
		"agreement, expires now":         {agreement(func(n *Agreement) { n.ExpireTime = now }), "EXPIRED"},
		"agreement, terminated":          {agreement(func(n *Agreement) { n.TerminateTime = now }), "TERMINATED"},
		"transfer":                       {transfer(func(*Transfer) {}), "IN_FORCE"},
		"transfer, later":                {transfer(func(n *Transfer) { n.ValidFrom = now + 1 }), "NOT_YET_EFFECTIVE"},
		"transfer, ended":                {transfer(func(n *Transfer) { n.ValidTo = now }), "EXPIRED"},
		"transfer, not re-certified":     {transfer(func(n *Transfer) { n.RecertifiedUntil = now; n.ValidTo = now + day }), "EXPIRED"},
		"transfer, suspended":            {transfer(func(n *Transfer) { n.Suspensions = []Period{{StartTime: 1}} }), "SUSPENDED"},
		"transfer, revoked":              {transfer(func(n *Transfer) { n.RevokeTime = now }), "REVOKED"},
		"transfer, three years of a certificate": {transfer(func(n *Transfer) {
			n.Mechanism, n.ValidFrom, n.Evidence.IssueTime = MechanismCertification, now, At(now.Std().AddDate(-3, 0, 0))
		}), "EXPIRED"},
		"transfer, a moment less": {transfer(func(n *Transfer) {
			n.Mechanism, n.ValidFrom, n.Evidence.IssueTime = MechanismCertification, now, At(now.Std().AddDate(-3, 0, 0))+1
		}), "IN_FORCE"},
		"assessment":                 {found("assessments/sf"), "IN_FORCE"},
		"assessment, not approved":   {edit("assessments/sf", func(n *Assessment) { n.ApprovedBy = "" }), "DRAFT"},
		"assessment, review due":     {edit("assessments/sf", func(n *Assessment) { n.ReviewUntil = now }), "EXPIRED"},
		"instrument":                 {found("instruments/order"), "IN_FORCE"},
		"instrument of one approver": {edit("instruments/order", func(n *Instrument) { n.SecondApprovedBy = " " }), "DRAFT"},
		"instrument, approved later": {edit("instruments/order", func(n *Instrument) { n.ApproveTime = now + 1 }), "DRAFT"},
		"instrument, expires now":    {edit("instruments/order", func(n *Instrument) { n.ExpireTime = now }), "EXPIRED"},
		"instrument, issued later":   {edit("instruments/order", func(n *Instrument) { n.IssueTime = now + 1 }), "NOT_YET_EFFECTIVE"},
		"instrument, revoked":        {edit("instruments/order", func(n *Instrument) { n.RevokeTime = now }), "REVOKED"},
		"exception":                  {found("exceptions/case"), "IN_FORCE"},
		"exception of one approver":  {edit("exceptions/case", func(n *ExceptionRecord) { n.ApprovedBy = "" }), "DRAFT"},
		"exception, later":           {edit("exceptions/case", func(n *ExceptionRecord) { n.EffectiveTime = now + 1 }), "NOT_YET_EFFECTIVE"},
		"exception, expires now":     {edit("exceptions/case", func(n *ExceptionRecord) { n.ExpireTime = now }), "EXPIRED"},
		"policy":                     {found("policies/2024-08-30"), "IN_FORCE"},
		"policy, later":              {edit("policies/2024-08-30", func(n *Policy) { n.EffectiveTime = now + 1 }), "NOT_YET_EFFECTIVE"},
		"principal":                  {found("principals/shop"), "ENFORCE"},
		"principal observes":         {edit("principals/shop", func(n *Principal) { n.ObserveUntil = now + 1 }), "OBSERVE"},
		"purpose":                    {found("purposes/delivery"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := State(c.noun, now); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	leap := &Transfer{Mechanism: MechanismSecurityAssessment, ValidFrom: At(time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC))}
	if got, want := leap.end(), At(time.Date(2027, 2, 28, 12, 0, 0, 0, time.UTC)); got != want {
		t.Errorf("a 29 February ends at %s, want %s", got, want)
	}
}

func TestVerbs(t *testing.T) {
	sf := found("recipients/sf").(*Recipient)
	suspended, err := Suspend(sf, now, 0, "incident")
	if err != nil || State(suspended, now) != StateSuspended || len(sf.Suspensions) != 0 {
		t.Fatalf("%v, %v", suspended, err)
	}
	resumed, err := Resume(suspended, now+day)
	if err != nil || State(resumed, now+day) != StateApproved || State(resumed, now) != StateSuspended {
		t.Fatalf("%v, %v", resumed, err)
	}
	if undone, err := Resume(suspended, now); err != nil || len(undone.Suspensions) != 0 {
		t.Errorf("%v, %v", undone, err)
	}
	twice, err := Suspend(resumed, now+2*day, now+3*day, "again")
	if err != nil || len(twice.Suspensions) != 2 || !slices.Equal(resumed.Suspensions, twice.Suspensions[:1]) {
		t.Errorf("%v, %v", twice, err)
	}
	terminated, err := TerminateRecipient(sf, now)
	if err != nil || State(terminated, now) != StateTerminated {
		t.Fatalf("%v, %v", terminated, err)
	}
	draft := *sf
	draft.ApproveTime, draft.DueDiligenceUntil = 0, 0
	approved, err := Approve(&draft, now, now+day)
	if err != nil || approved.ApproveTime != now || approved.DueDiligenceUntil != now+day {
		t.Errorf("%v, %v", approved, err)
	}
	renewed, err := Approve(sf, now, now+900*day)
	if err != nil || renewed.ApproveTime != sf.ApproveTime || renewed.DueDiligenceUntil != now+900*day {
		t.Errorf("%v, %v", renewed, err)
	}
	tr := found("transfers/sf").(*Transfer)
	revoked, err := RevokeTransfer(tr, now, "breach")
	if err != nil || State(revoked, now) != StateRevoked || revoked.RevokeReason != "breach" {
		t.Fatalf("%v, %v", revoked, err)
	}

	for name, c := range map[string]struct {
		do     func() error
		kind   ErrorKind
		reason string
	}{
		"suspend twice":        {func() error { _, err := Suspend(suspended, now, 0, "x"); return err }, Precondition, "STATE_INVALID"},
		"suspend backwards":    {func() error { _, err := Suspend(sf, now, now, "x"); return err }, Invalid, "FIELD_INVALID"},
		"suspend terminated":   {func() error { _, err := Suspend(terminated, now, 0, "x"); return err }, Precondition, "STATE_INVALID"},
		"resume what runs":     {func() error { _, err := Resume(sf, now); return err }, Precondition, "STATE_INVALID"},
		"resume twice":         {func() error { _, err := Resume(resumed, now+day); return err }, Precondition, "STATE_INVALID"},
		"resume terminated":    {func() error { _, err := Resume(terminated, now); return err }, Precondition, "STATE_INVALID"},
		"approve twice":        {func() error { _, err := Approve(sf, now, 0); return err }, Precondition, "STATE_INVALID"},
		"approve terminated":   {func() error { _, err := Approve(terminated, now, now+day); return err }, Precondition, "STATE_INVALID"},
		"approve for the past": {func() error { _, err := Approve(&draft, now, now); return err }, Invalid, "FIELD_INVALID"},
		"terminate twice":      {func() error { _, err := TerminateRecipient(terminated, now); return err }, Precondition, "STATE_INVALID"},
		"revoke twice":         {func() error { _, err := RevokeTransfer(revoked, now, "x"); return err }, Precondition, "STATE_INVALID"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, c.do(), c.kind, c.reason) })
	}
}

func TestNearest(t *testing.T) {
	names := []string{"purposes/a", "purposes/analytics", "purposes/delivery", "purposes/hosting"}
	for name, c := range map[string]struct {
		name string
		n    int
		want []string
	}{
		"a slip":          {"purposes/delivrey", 1, []string{"purposes/delivery"}},
		"three":           {"purposes/hostings", 3, []string{"purposes/hosting", "purposes/analytics", "purposes/a"}},
		"more than there": {"purposes/a", 9, []string{"purposes/a", "purposes/hosting", "purposes/analytics", "purposes/delivery"}},
		"none":            {"purposes/a", 0, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Nearest(c.name, names, c.n); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
