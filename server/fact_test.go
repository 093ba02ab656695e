package server

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	grpccodes "google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/ledger"
	"waybill/internal/registry"
	"waybill/internal/store/pgtest"
	waybillv1 "waybill/proto/waybill/v1"
)

func (w *world) facts(r registry.Role) waybillv1.FactServiceClient {
	return waybillv1.NewFactServiceClient(w.conns[r])
}

func (w *world) writeFacts(r registry.Role, id string, facts ...*waybillv1.Fact) (*waybillv1.WriteFactsResponse, error) {
	return w.facts(r).WriteFacts(w.t.Context(), &waybillv1.WriteFactsRequest{Facts: facts, RequestId: id})
}

func fact(subject string, kind waybillv1.FactKind) *waybillv1.Fact {
	return &waybillv1.Fact{Subject: subject, Kind: kind}
}

func heldConsent(subject string) *waybillv1.Fact {
	return &waybillv1.Fact{Subject: subject, Kind: waybillv1.FactKind_FACT_KIND_CONSENT, ConsentType: waybillv1.ConsentType_CONSENT_TYPE_ORDINARY,
		Purpose: "delivery", Categories: []string{"user.name", "categories/user.address"}, Policy: "policies/2025"}
}

// nameSource names the caller as a source of consent.
func (w *world) nameSource() {
	w.t.Helper()
	p := waybillv1.NewPrincipalServiceClient(w.conns[registry.RoleAdmin])
	have, err := p.GetPrincipal(w.t.Context(), &waybillv1.GetPrincipalRequest{Name: principalOf(registry.RoleCaller)})
	if err != nil {
		w.t.Fatal(err)
	}
	have.ConsentSource = &waybillv1.ConsentSource{}
	if _, err := w.apply(registry.RoleLegal, nil, res(have)); err != nil {
		w.t.Fatal(err)
	}
}

// TestWriteFacts: what was written decides the next question, and says so.
func TestWriteFacts(t *testing.T) {
	w := newWorld(t)
	w.fill()
	ask := func() *waybillv1.ShareDecision {
		t.Helper()
		r, err := w.share(registry.RoleCaller).CheckShare(t.Context(), &waybillv1.CheckShareRequest{Question: deliveryQuestion()})
		if err != nil {
			t.Fatal(err)
		}
		return r.GetDecision()
	}
	if d := ask(); d.GetOutcome() != waybillv1.Outcome_OUTCOME_ALLOWED {
		t.Fatalf("before any fact: %v", d)
	}
	began := time.Now()
	resp, err := w.writeFacts(registry.RoleLegal, "r-1", fact("customer-17", waybillv1.FactKind_FACT_KIND_RESTRICTION), fact("customer-17", waybillv1.FactKind_FACT_KIND_ERASURE))
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 250*time.Millisecond {
		t.Errorf("it returns after %v, while answers without it may still be given", took)
	}
	if resp.GetReceipt().GetShard() == "" || len(resp.GetLeafHashes()) != 2 || !bytes.Equal(resp.GetReceipt().GetLeafHash(), resp.GetLeafHashes()[0]) ||
		resp.GetRecordTime() == nil || !resp.GetUseBy().AsTime().After(time.Now()) {
		t.Errorf("it answers %v", resp)
	}
	d := ask()
	codes := map[waybillv1.ReasonCode]bool{}
	for _, r := range d.GetReasons() {
		codes[r.GetCode()] = true
	}
	if d.GetOutcome() != waybillv1.Outcome_OUTCOME_DENIED || !codes[waybillv1.ReasonCode_REASON_CODE_SUBJECT_ERASED_OR_CANCELLED] || !codes[waybillv1.ReasonCode_REASON_CODE_SUBJECT_RESTRICTED_OR_OBJECTED] {
		t.Errorf("after them: %v", d)
	}
	again, err := w.writeFacts(registry.RoleLegal, "r-1", fact("customer-17", waybillv1.FactKind_FACT_KIND_RESTRICTION), fact("customer-17", waybillv1.FactKind_FACT_KIND_ERASURE))
	if err != nil || again.GetReceipt().GetIndex() != resp.GetReceipt().GetIndex() || len(again.GetLeafHashes()) != 0 {
		t.Errorf("a repeat answers %v, %v", again, err)
	}
	_, err = w.writeFacts(registry.RoleLegal, "r-1", fact("customer-17", waybillv1.FactKind_FACT_KIND_CORRECTION))
	refused(t, err, grpccodes.AlreadyExists, "IDEMPOTENCY_MISMATCH")
	// A list of decisions has no facts in it, and no fact is a decision.
	l, err := waybillv1.NewDecisionServiceClient(w.conns[registry.RoleAuditor]).ListDecisions(t.Context(), &waybillv1.ListDecisionsRequest{})
	if err != nil || len(l.GetDecisions()) != 2 {
		t.Errorf("%d decisions are listed, %v; want 2", len(l.GetDecisions()), err)
	}
	_, err = waybillv1.NewDecisionServiceClient(w.conns[registry.RoleAuditor]).GetDecision(t.Context(),
		&waybillv1.GetDecisionRequest{Name: decisionName(resp.GetReceipt().GetShard(), resp.GetReceipt().GetIndex())})
	refused(t, err, grpccodes.NotFound, "NOT_FOUND")
	// What is held, by its names.
	if _, err := w.writeFacts(registry.RoleAdmin, "", heldConsent("customer-17"),
		&waybillv1.Fact{Subject: "customer-17", Kind: waybillv1.FactKind_FACT_KIND_RESTRICTION, Off: true},
		&waybillv1.Fact{Subject: "customer-17", Kind: waybillv1.FactKind_FACT_KIND_OBJECTION, Purpose: "purposes/delivery"},
		&waybillv1.Fact{Subject: "customer-17", Kind: waybillv1.FactKind_FACT_KIND_AGE_BAND, AgeBand: waybillv1.AgeBand_AGE_BAND_14}); err != nil {
		t.Fatal(err)
	}
	held, err := w.facts(registry.RoleAuditor).GetFacts(t.Context(), &waybillv1.GetFactsRequest{Subject: "customer-17"})
	if err != nil {
		t.Fatal(err)
	}
	if held.GetFactCount() != 6 || !held.GetErased() || held.GetRestricted() || held.GetAgeBand() != waybillv1.AgeBand_AGE_BAND_14 ||
		len(held.GetObjectedPurposes()) != 1 || held.GetObjectedPurposes()[0] != "purposes/delivery" || len(held.GetConsents()) != 1 ||
		held.GetConsents()[0].GetPurpose() != "purposes/delivery" || len(held.GetConsents()[0].GetCategories()) != 2 || held.GetNewest().GetIndex() == 0 {
		t.Errorf("it holds %v", held)
	}
	if held, err := w.facts(registry.RoleLegal).GetFacts(t.Context(), &waybillv1.GetFactsRequest{Subject: "nobody"}); err != nil || !proto.Equal(held, &waybillv1.HeldFacts{}) {
		t.Errorf("of nobody it holds %v, %v", held, err)
	}
	if log := w.log.String(); !strings.Contains(log, "facts read") || strings.Contains(log, "customer-17") {
		t.Error("who was asked for is logged, or that it was asked is not")
	}
}

// TestWhoWritesFacts: legal, an admin, and a caller that legal named as a source.
func TestWhoWritesFacts(t *testing.T) {
	w := newWorld(t)
	w.fill()
	erase := fact("u", waybillv1.FactKind_FACT_KIND_ERASURE)
	for _, r := range []registry.Role{registry.RoleCaller, registry.RoleAuditor} {
		_, err := w.writeFacts(r, "", erase)
		refused(t, err, grpccodes.PermissionDenied, "ROLE_NOT_PERMITTED")
	}
	for _, r := range []registry.Role{registry.RoleCaller, registry.RoleAdmin} {
		_, err := w.facts(r).GetFacts(t.Context(), &waybillv1.GetFactsRequest{Subject: "u"})
		refused(t, err, grpccodes.PermissionDenied, "ROLE_NOT_PERMITTED")
	}
	w.nameSource()
	if _, err := w.writeFacts(registry.RoleCaller, "", erase); err != nil {
		t.Errorf("a source of consent: %v", err)
	}
}

// TestFactsRefused: each wrong field is named, and nothing is recorded.
func TestFactsRefused(t *testing.T) {
	w := newWorld(t)
	w.fill()
	before := w.recorded()
	later := timestamppb.New(time.Now().Add(time.Minute))
	with := func(f *waybillv1.Fact, change func(*waybillv1.Fact)) *waybillv1.Fact { change(f); return f }
	consent := func(change func(*waybillv1.Fact)) *waybillv1.Fact { return with(heldConsent("u"), change) }
	for name, c := range map[string]struct {
		fact   *waybillv1.Fact
		fields []string
	}{
		"no subject":         {fact("", waybillv1.FactKind_FACT_KIND_ERASURE), []string{"facts[1].subject"}},
		"no kind":            {fact("u", 0), []string{"facts[1].kind"}},
		"unknown kind":       {fact("u", 99), []string{"facts[1].kind"}},
		"to come":            {with(fact("u", waybillv1.FactKind_FACT_KIND_ERASURE), func(f *waybillv1.Fact) { f.Time = later }), []string{"facts[1].time"}},
		"fields of another":  {with(fact("u", waybillv1.FactKind_FACT_KIND_ERASURE), func(f *waybillv1.Fact) { f.Purpose, f.Off, f.AgeBand = "delivery", true, 2 }), []string{"facts[1].purpose", "facts[1].off", "facts[1].age_band"}},
		"no purpose":         {fact("u", waybillv1.FactKind_FACT_KIND_WITHDRAWAL), []string{"facts[1].purpose"}},
		"unknown purpose":    {with(fact("u", waybillv1.FactKind_FACT_KIND_OBJECTION), func(f *waybillv1.Fact) { f.Purpose = "nothing" }), []string{"facts[1].purpose"}},
		"no band":            {fact("u", waybillv1.FactKind_FACT_KIND_AGE_BAND), []string{"facts[1].age_band"}},
		"no version":         {fact("u", waybillv1.FactKind_FACT_KIND_POLICY_ACCEPTANCE), []string{"facts[1].policy"}},
		"a bundle":           {consent(func(f *waybillv1.Fact) { f.Purpose, f.Categories, f.Policy, f.ConsentType = "", nil, "", 0 }), []string{"facts[1].purpose", "facts[1].categories", "facts[1].policy", "facts[1].consent_type"}},
		"of every recipient": {consent(func(f *waybillv1.Fact) { f.ConsentType = waybillv1.ConsentType_CONSENT_TYPE_SEPARATE_PROVISION }), []string{"facts[1].recipient"}},
		"of no publication":  {consent(func(f *waybillv1.Fact) { f.ConsentType = waybillv1.ConsentType_CONSENT_TYPE_SEPARATE_PUBLIC }), []string{"facts[1].publication"}},
		"of a publication":   {consent(func(f *waybillv1.Fact) { f.Publication = "post-1" }), []string{"facts[1].publication"}},
		"unknown names": {consent(func(f *waybillv1.Fact) {
			f.Recipient, f.Policy, f.Categories = "x", "y", []string{"user.name", "z", "user.name"}
		}), []string{"facts[1].recipient", "facts[1].policy", "facts[1].categories[1]", "facts[1].categories[2]"}},
		"of an unknown country": {consent(func(f *waybillv1.Fact) { f.Countries = []string{"HK", "UNKNOWN", "Germany", "HK"} }), []string{"facts[1].countries[1]", "facts[1].countries[2]", "facts[1].countries[3]"}},
		"a guardian's erasure":  {with(fact("u", waybillv1.FactKind_FACT_KIND_ERASURE), func(f *waybillv1.Fact) { f.ByGuardian, f.Countries = true, []string{"HK"} }), []string{"facts[1].by_guardian", "facts[1].countries"}},
		"a child's interest":    {with(fact("u", waybillv1.FactKind_FACT_KIND_POLICY_ACCEPTANCE), func(f *waybillv1.Fact) { f.Policy, f.ByGuardian, f.ChildInterest = "2024-08-30", true, true }), []string{"facts[1].child_interest"}},
		"ended before":          {consent(func(f *waybillv1.Fact) { f.ExpireTime = timestamppb.New(time.Unix(1, 0)) }), []string{"facts[1].expire_time"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.writeFacts(registry.RoleLegal, "", fact("u", waybillv1.FactKind_FACT_KIND_ERASURE), c.fact)
			refused(t, err, grpccodes.InvalidArgument, "FIELD_INVALID", c.fields...)
		})
	}
	_, err := w.writeFacts(registry.RoleLegal, "")
	refused(t, err, grpccodes.InvalidArgument, "FIELD_INVALID", "facts")
	many := make([]*waybillv1.Fact, 1001)
	for i := range many {
		many[i] = fact("u", waybillv1.FactKind_FACT_KIND_ERASURE)
	}
	_, err = w.writeFacts(registry.RoleLegal, "", many...)
	refused(t, err, grpccodes.InvalidArgument, "FIELD_INVALID", "facts")
	_, err = w.facts(registry.RoleLegal).GetFacts(t.Context(), &waybillv1.GetFactsRequest{})
	refused(t, err, grpccodes.InvalidArgument, "FIELD_INVALID", "subject")
	if n := w.recorded(); n != before {
		t.Errorf("%d entries are recorded of what was refused", n-before)
	}
}

// TestCanary: what callers say of persons is found nowhere: not in the databases,
// nor the log at its most talkative, nor an error, nor what is exported.
func TestCanary(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		w := newWorld(t)
		w.canary(func(found func(where string, b []byte)) { w.lookThrough(w.dir, found) })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		p := pgtest.New(t)
		dsn := p.Database(t)
		w := newWorldOn(t, dsn)
		w.canary(func(found func(where string, b []byte)) {
			w.lookThroughRows(dsn, found)
			if err := p.Stop(); err != nil { // so that all of it is in its files
				t.Fatal(err)
			}
			w.lookThrough(p.Data(), found)
		})
	})
}

// lookThrough shows every file under a directory.
func (w *world) lookThrough(dir string, found func(where string, b []byte)) {
	w.t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		files++
		found(filepath.Base(p), b)
		return err
	})
	if err != nil || files < 3 {
		w.t.Fatalf("%d files are looked through, %v", files, err)
	}
}

// lookThroughRows shows every row of every table, what is compressed on disk as well.
func (w *world) lookThroughRows(dsn string, found func(where string, b []byte)) {
	w.t.Helper()
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	column := func(query string) (out []string) {
		rows, err := db.QueryContext(w.t.Context(), query)
		if err != nil {
			w.t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				w.t.Fatal(err)
			}
			out = append(out, s)
		}
		if err := rows.Err(); err != nil {
			w.t.Fatal(err)
		}
		return out
	}
	rows := map[string]int{}
	for _, table := range column("SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = current_schema()") {
		for _, row := range column("SELECT t::text FROM " + table + " t") {
			rows[table]++
			found("table "+table, []byte(row))
			for _, h := range hexadecimal.FindAllString(row, -1) { // bytea
				b, err := hex.DecodeString(h[len(h)%2:])
				if err != nil {
					w.t.Fatal(err)
				}
				found("table "+table, b)
			}
		}
	}
	if rows["segment"] == 0 || rows["fact"] == 0 || rows["change"] == 0 {
		w.t.Fatalf("these rows are looked through: %v", rows)
	}
}

var hexadecimal = regexp.MustCompile("[0-9a-f]{16,}")

// canary lets persons by marked names through everything, and looks for the marks in
// what is kept and said.
func (w *world) canary(keep func(found func(where string, b []byte))) {
	t := w.t
	w.fill()
	w.nameSource()
	var marks []string
	mark := func() string {
		m := fmt.Sprintf("canary-%d-%d", len(marks), time.Now().UnixNano())
		marks = append(marks, m)
		return m
	}
	subject := mark()
	var said strings.Builder // what came back to auditors and in errors
	tell := func(err error) {
		if err != nil {
			fmt.Fprintf(&said, "%v\n", err)
		}
	}
	consent := heldConsent(subject)
	public := heldConsent(subject)
	public.ConsentType, public.Publication = waybillv1.ConsentType_CONSENT_TYPE_SEPARATE_PUBLIC, mark()
	_, err := w.writeFacts(registry.RoleCaller, mark(), consent, public, &waybillv1.Fact{Subject: subject, Kind: waybillv1.FactKind_FACT_KIND_WITHDRAWAL, Purpose: "delivery"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // facts that are wrong, and the repeat of a request
		_, err = w.writeFacts(registry.RoleCaller, marks[len(marks)-1], &waybillv1.Fact{Subject: subject, Kind: waybillv1.FactKind_FACT_KIND_OBJECTION, Purpose: mark()},
			&waybillv1.Fact{Subject: strings.Repeat(mark(), 99), Kind: waybillv1.FactKind_FACT_KIND_WITHDRAWAL, Purpose: "delivery", Publication: "?" + mark()})
		tell(err)
	}
	tell(func() error {
		_, err := w.writeFacts(registry.RoleCaller, marks[2], fact(mark(), waybillv1.FactKind_FACT_KIND_ERASURE))
		return err
	}())
	now := timestamppb.Now()
	q := deliveryQuestion()
	q.Subject, q.Order, q.Publication = subject, &waybillv1.OrderReference{Reference: mark(), Subject: subject}, marks[1]
	q.Consents = []*waybillv1.Consent{{Type: waybillv1.ConsentType_CONSENT_TYPE_ORDINARY, Purpose: "delivery", Categories: []string{"user.name"}, Policy: "policies/2025",
		GiveTime: now, CheckTime: now, Method: mark(), Evidence: mark(), Subject: subject, ChildInterest: mark()}}
	bulk := deliveryQuestion()
	bulk.Subject, bulk.Quantity, bulk.CountKey = "", 10, mark()
	bulk.Cohort = &waybillv1.CohortAttestation{Id: mark(), Size: 10, Purpose: "delivery", Recipient: bulk.Recipient, Policy: "policies/2025", ConsentTypes: []waybillv1.ConsentType{1}, AttestTime: now}
	wrong := deliveryQuestion()
	wrong.Recipient, wrong.Subject, wrong.Publication = mark(), mark(), "?"+mark()
	unknown := deliveryQuestion()
	unknown.Recipient, unknown.Purpose, unknown.Product, unknown.Subject = mark(), mark(), mark(), mark()
	for _, q := range []*waybillv1.ShareQuestion{q, bulk, wrong, unknown} {
		r, err := w.share(registry.RoleCaller).CheckShare(t.Context(), &waybillv1.CheckShareRequest{Question: q, RequestId: mark()})
		tell(err)
		for _, reason := range r.GetDecision().GetReasons() {
			said.WriteString(reason.GetSentence() + reason.GetRecord() + "\n")
		}
		_, err = w.share(registry.RoleCaller).ExplainShare(t.Context(), &waybillv1.ExplainShareRequest{Question: q})
		tell(err)
	}
	held, err := w.facts(registry.RoleAuditor).GetFacts(t.Context(), &waybillv1.GetFactsRequest{Subject: subject})
	tell(err)
	fmt.Fprintln(&said, held)
	l, err := waybillv1.NewDecisionServiceClient(w.conns[registry.RoleAuditor]).ListDecisions(t.Context(), &waybillv1.ListDecisionsRequest{})
	if err != nil || len(l.GetDecisions()) < 3 {
		t.Fatalf("%d decisions, %v", len(l.GetDecisions()), err)
	}
	fmt.Fprintln(&said, l)
	segments, err := w.store.Segments(t.Context(), ledger.SegmentQuery{})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[ledger.Kind]int{}
	for _, s := range segments {
		entries, err := ledger.DecodeEntries(s.Data, s.Count)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			kinds[ledger.KindOf(e)]++
			said.Write(e)
		}
	}
	if kinds[ledger.KindFact] != 3 || kinds[ledger.KindDecision] < 3 {
		t.Fatalf("the ledger holds %v", kinds)
	}
	w.stop()
	found := func(where string, b []byte) {
		for _, m := range marks {
			if bytes.Contains(b, []byte(m)) {
				t.Errorf("%s is found in %s", m, where)
			}
		}
	}
	found("what is said to others", []byte(said.String()))
	found("the log", []byte(w.log.String()))
	keep(found)
}
