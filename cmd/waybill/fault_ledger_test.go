//go:build linux

package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waybill/internal/decision"
	"waybill/internal/gate"
	"waybill/internal/ledger"
	"waybill/internal/store"
	pb "waybill/proto/waybill/v1"
)

// tagger returns the tag of a request id by the ledger key of a site. It is the
// test's own: HMAC-SHA-256 cut to 16 bytes.
func (s *site) tagger() func(text string) [gate.TagSize]byte {
	s.t.Helper()
	b, err := os.ReadFile(s.keys)
	if err != nil {
		s.t.Fatal(err)
	}
	var line struct{ Use, Key string }
	for _, text := range strings.Split(strings.TrimSpace(string(b)), "\n") { // a line a use
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			s.t.Fatalf("the tag keys are not lines of JSON: %v", err)
		}
		if line.Use == "ledger" {
			break
		}
	}
	if line.Use != "ledger" {
		s.t.Fatal("the tag keys have none of the use ledger")
	}
	key, err := hex.DecodeString(line.Key)
	if err != nil {
		s.t.Fatal(err)
	}
	return func(text string) [gate.TagSize]byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(text))
		return [gate.TagSize]byte(m.Sum(nil))
	}
}

// recorded is what stands on disk, as far as the audit compares it.
type recorded struct {
	decisions int // entries of all shards
	shards    int
	changes   int
	surplus   int // entries whose caller was not answered
}

// audit reads ledger and change log as they stand on disk and holds them to what
// the outside world was told. On SQLite no server may run.
func (s *site) audit(k *told) recorded {
	s.t.Helper()
	at := s.dsn
	if at == "" {
		at = s.dir
	}
	st, err := store.Open(s.t.Context(), store.Config{Database: at, Replica: "audit"})
	if err != nil {
		s.t.Fatalf("open the registry after the fault: %v", err)
	}
	defer st.Close()
	k.mu.Lock()
	defer k.mu.Unlock()
	var r recorded
	entries := s.auditShards(st, &r)
	s.auditAnswers(entries, k, &r)
	s.auditChanges(st, k, &r)
	return r
}

// auditShards reads every segment, and holds every head to what its entries give.
func (s *site) auditShards(st *store.Store, r *recorded) map[string][][]byte {
	s.t.Helper()
	entries := map[string][][]byte{}
	lastNow := map[string]int64{}
	q := ledger.SegmentQuery{Limit: 500}
	for {
		segments, err := st.Segments(s.t.Context(), q)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, seg := range segments {
			if have := int64(len(entries[seg.Shard])); seg.First != have {
				s.t.Errorf("shard %s: a segment begins at %d after %d entries", seg.Shard, seg.First, have)
			}
			some, err := ledger.DecodeEntries(seg.Data, seg.Count)
			if err != nil {
				s.t.Fatalf("segment %s/%d: %v", seg.Shard, seg.First, err)
			}
			entries[seg.Shard] = append(entries[seg.Shard], some...)
			lastNow[seg.Shard] = max(lastNow[seg.Shard], seg.MaxNow)
			r.decisions += seg.Count
			q.AfterShard, q.AfterFirst = seg.Shard, seg.First
		}
		if len(segments) < q.Limit {
			break
		}
	}
	heads := s.shards()
	r.shards = len(heads)
	for shard := range entries {
		if !heads[shard] {
			s.t.Errorf("shard %s has entries and no head", shard)
		}
	}
	for shard := range heads {
		h, err := st.ShardHead(s.t.Context(), shard)
		if err != nil {
			s.t.Errorf("the head of shard %s: %v", shard, err)
			continue
		}
		var tree ledger.Tree
		for _, e := range entries[shard] {
			tree.Append(ledger.LeafHash(e))
		}
		if h.Tree.Size() != tree.Size() || h.Root != tree.Root() || h.LastNow != lastNow[shard] {
			s.t.Errorf("the head of shard %s says %d entries, root %x, last now %d; its entries give %d, %x, %d",
				shard, h.Tree.Size(), h.Root, h.LastNow, tree.Size(), tree.Root(), lastNow[shard])
		}
	}
	return entries
}

// shards names all shard heads, which the store has no list of.
func (s *site) shards() map[string]bool {
	s.t.Helper()
	driver, at := "postgres", s.dsn
	if at == "" {
		driver, at = "sqlite", filepath.Join(s.dir, ledgerFile)
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(s.t.Context(), "SELECT shard FROM shard_head")
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	all := map[string]bool{}
	for rows.Next() {
		var shard string
		if err := rows.Scan(&shard); err != nil {
			s.t.Fatal(err)
		}
		all[shard] = true
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return all
}

// auditAnswers finds every answer in the ledger, where its receipt says, and finds
// nothing there that nobody asked or that stands twice.
func (s *site) auditAnswers(entries map[string][][]byte, k *told, r *recorded) {
	s.t.Helper()
	tag := s.tagger()
	complain := limited(s.t)
	asked, sent := k.asked(), map[[gate.TagSize]byte]string{}
	for request := range asked {
		sent[tag(request)] = request
	}
	stands := map[string]int{}
	for shard, all := range entries {
		for i, b := range all {
			e, err := ledger.DecodeDecision(b)
			if err != nil {
				complain("entry %s-%d: %v", shard, i, err)
				continue
			}
			request, ok := sent[[gate.TagSize]byte(e.RequestID)]
			if !ok {
				complain("entry %s-%d is of no request that was sent", shard, i)
			}
			stands[request]++
		}
	}
	for request, n := range stands {
		if n != asked[request] {
			complain("%s asked %d questions and has %d entries", request, asked[request], n)
		}
	}
	places := map[string]bool{}
	for i := range k.receipts {
		c := &k.receipts[i]
		place := fmt.Sprintf("%s-%d", c.shard, c.index)
		if places[place] {
			complain("%s was given to two answers, one of %s", place, c.request)
		}
		places[place] = true
		if c.index < 0 || c.index >= int64(len(entries[c.shard])) {
			complain("the answer %s to %s is not in the ledger: its shard has %d entries", place, c.request, len(entries[c.shard]))
			continue
		}
		b := entries[c.shard][c.index]
		if ledger.LeafHash(b) != c.leaf {
			complain("the answer %s to %s has leaf %x, its entry %x", place, c.request, c.leaf, ledger.LeafHash(b))
			continue
		}
		e, err := ledger.DecodeDecision(b)
		if err != nil {
			continue // said above
		}
		if own := tag(c.request); string(e.RequestID) != string(own[:]) {
			complain("the entry %s is not that of %s", place, c.request)
		}
		d, err := decision.DecodeAnswer(e.Answer)
		if err != nil || pb.Outcome(d.Outcome) != c.outcome {
			complain("the answer %s to %s was %s, its entry says %v (%v)", place, c.request, c.outcome, d.Outcome, err)
		}
	}
	r.surplus = r.decisions - len(places)
}

// auditChanges holds the change log to its roots and to what was acknowledged.
func (s *site) auditChanges(st *store.Store, k *told, r *recorded) {
	s.t.Helper()
	changes, err := st.Changes(s.t.Context(), 0, 0, "", 0)
	if err != nil {
		s.t.Fatal(err)
	}
	head, err := st.Head(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	r.changes = len(changes)
	complain := limited(s.t)
	var tree ledger.Tree
	var last int64
	at := map[int64]string{}
	times := map[string]int{}
	for i := range changes {
		c := &changes[i]
		if c.Index != int64(i) || c.Revision < last || c.Revision > last+1 {
			complain("change %d has index %d and revision %d after %d", i, c.Index, c.Revision, last)
		}
		last = c.Revision
		tree.Append(ledger.LeafHash(c.Entry))
		if tree.Root() != c.Root {
			complain("the root after change %d is %x, its entries give %x", i, c.Root, tree.Root())
		}
		at[c.Revision] = c.Name
		times[c.Name]++
	}
	if head.Revision != last || head.Changes != tree.Size() || head.Root != tree.Root() {
		complain("the head is revision %d with %d changes, root %x; the changes give %d, %d, %x", head.Revision, head.Changes, head.Root, last, tree.Size(), tree.Root())
	}
	made := map[string]int64{}
	wanted := map[string]int{}
	for _, c := range k.changes {
		if at[c.revision] != c.noun {
			complain("%s was acknowledged as revision %d of %s; that revision is of %q", c.request, c.revision, c.noun, at[c.revision])
		}
		if was, again := made[c.request]; again && was != c.revision {
			complain("%s was acknowledged as revision %d and as %d", c.request, was, c.revision)
		} else if !again {
			wanted[c.noun]++
		}
		made[c.request] = c.revision
	}
	// A write without an answer is settled before the audit: none may be left over.
	for noun, n := range wanted {
		if times[noun] != n {
			complain("%s has %d changes, %d were acknowledged", noun, times[noun], n)
		}
	}
}

// limited complains ten times and then holds its tongue.
func limited(t *testing.T) func(format string, args ...any) {
	n := 0
	return func(format string, args ...any) {
		t.Helper()
		if n++; n <= 10 {
			t.Errorf(format, args...)
		}
	}
}

// seen holds what a running server shows of the newest answers and of every
// change to what was told.
func (p *life) seen(k *told, newest int) {
	t := p.site.t
	t.Helper()
	conn := p.dial(p.site.admin)
	decisions := pb.NewDecisionServiceClient(conn)
	for _, c := range k.receipts[max(0, len(k.receipts)-newest):] {
		name := fmt.Sprintf("decisions/%s-%d", c.shard, c.index)
		d, err := decisions.GetDecision(t.Context(), &pb.GetDecisionRequest{Name: name})
		if err != nil {
			t.Errorf("%s, the answer to %s: %v", name, c.request, err)
			continue
		}
		if leaf := ledger.LeafHash(d.GetEntry()); leaf != c.leaf || d.GetDecision().GetOutcome() != c.outcome {
			t.Errorf("%s shows leaf %x and %s; the answer to %s had %x and %s", name, leaf, d.GetDecision().GetOutcome(), c.request, c.leaf, c.outcome)
		}
	}
	at := map[int64]string{}
	for page := ""; ; {
		r, err := pb.NewChangeServiceClient(conn).ListChanges(t.Context(), &pb.ListChangesRequest{PageSize: 1000, PageToken: page})
		if err != nil {
			t.Fatalf("list the changes: %v", err)
		}
		for _, c := range r.GetChanges() {
			at[c.GetRevision()] = c.GetName()
		}
		if page = r.GetNextPageToken(); page == "" {
			break
		}
	}
	for _, c := range k.changes {
		if at[c.revision] != c.noun {
			t.Errorf("%s was acknowledged as revision %d of %s; ListChanges has %q there", c.request, c.revision, c.noun, at[c.revision])
		}
	}
	var last *acknowledged
	if n := len(k.changes); n > 0 {
		last = &k.changes[n-1]
	}
	if last == nil {
		return
	}
	got, err := pb.NewRecipientServiceClient(p.dial(p.site.legal)).GetRecipient(t.Context(), &pb.GetRecipientRequest{Name: last.noun})
	if err != nil || got.GetMeta().GetRevision() != last.revision {
		t.Errorf("GetRecipient of %s gives revision %d, %v; %s was acknowledged as %d", last.noun, got.GetMeta().GetRevision(), err, last.request, last.revision)
	}
}
