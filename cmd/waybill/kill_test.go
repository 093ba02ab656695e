package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"

	"waybill/internal/store/pgtest"
	pb "waybill/proto/waybill/v1"
)

var killRounds = flag.Int("kill-rounds", 3, "how often the server is killed on each database")

// asServer makes the test's own binary the program, for a process that can be killed.
const asServer = "WAYBILL_TEST_ARGUMENTS"

func TestMain(m *testing.M) {
	if args := os.Getenv(asServer); args != "" {
		os.Exit(Run(context.Background(), strings.Split(args, "\n"), os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// process is a server in a process of its own.
type process struct {
	cmd *exec.Cmd
	log *safeBuffer
}

// spawn starts a server and waits until it serves.
func (w *world) spawn() *process {
	w.t.Helper()
	p := &process{cmd: exec.Command(os.Args[0]), log: &safeBuffer{}}
	p.cmd.Env = append(os.Environ(), asServer+"="+strings.Join([]string{"serve", "--listen", "127.0.0.1:0"}, "\n"))
	for k, v := range w.env {
		if k != "WAYBILL_SERVER" {
			p.cmd.Env = append(p.cmd.Env, k+"="+v)
		}
	}
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(p.kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), " on "); ok && strings.HasPrefix(lines.Text(), "Serving ") {
			w.env["WAYBILL_SERVER"] = address
			return p
		}
	}
	w.t.Fatalf("the server did not come up: %s", p.log.String())
	return nil
}

// kill is kill -9; a second one does nothing.
func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill() // it may have ended by itself
		_ = p.cmd.Wait()         // the signal is its error
	}
}

// held is what the outside world was told.
type held struct {
	mu        sync.Mutex
	decisions map[string]bool
	changes   map[string]bool
}

func (h *held) add(to map[string]bool, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	to[name] = true
}

func (h *held) count() (decisions, changes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.decisions), len(h.changes)
}

// TestKill kills the server under load, again and again: every answer that was
// given is in the ledger, every change that was acknowledged is in the registry,
// and the restart needs no hand.
func TestKill(t *testing.T) {
	for _, database := range []string{"SQLite", "PostgreSQL"} {
		t.Run(database, func(t *testing.T) {
			w := newWorld(t)
			w.now = time.Now // a process has its own clock
			if database == "PostgreSQL" {
				w.onPostgreSQL()
			}
			p := w.spawn()
			w.must(0, "apply", "-f", example, "--yes")
			h := &held{decisions: map[string]bool{}, changes: map[string]bool{}}
			for round := range *killRounds {
				before, changed := h.count()
				w.load(h, round, p)
				if after, changes := h.count(); after == before || changes == changed {
					t.Fatalf("round %d: no load: %d answers, %d changes", round, after-before, changes-changed)
				}
				p = w.spawn()
				w.holds(h)
			}
			d, c := h.count()
			t.Logf("%d rounds: %d answers and %d changes held", *killRounds, d, c)
		})
	}
}

// onPostgreSQL makes the world's registry one on PostgreSQL, with its first token.
func (w *world) onPostgreSQL() {
	w.t.Helper()
	dir := w.t.TempDir()
	keys, token := filepath.Join(dir, "tag.keys"), filepath.Join(dir, "token")
	line := fmt.Sprintf(`{"id":"2026-11","use":"ledger","from":"2020-01-01T00:00:00Z","key":"%064x"}`, 7)
	if err := os.WriteFile(keys, []byte(line+"\n"), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.env["WAYBILL_DATABASE"], w.env["WAYBILL_TAG_KEYS"] = pgtest.Start(w.t), keys
	w.must(0, "migrate")
	w.must(0, "token", "create", "--role", "admin", "--database", w.env["WAYBILL_DATABASE"], "--write-to", token)
	secret, err := readSecret(token)
	if err != nil {
		w.t.Fatal(err)
	}
	w.env["WAYBILL_TOKEN"] = secret
}

// load asks and writes until the server is killed in the middle of it.
func (w *world) load(h *held, round int, p *process) {
	w.t.Helper()
	conn, err := w.cli("", nil, nil).dial()
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	var load sync.WaitGroup
	for worker := range 8 {
		load.Go(func() {
			q := &pb.ShareQuestion{
				Exporter: "prosense-shenzhen", Recipient: "swift-courier", Purpose: "delivery", Categories: []string{"user.name"},
				Subject: fmt.Sprintf("customer-%d", worker), SubjectGroup: pb.SubjectGroup_SUBJECT_GROUP_USER, SubjectRegions: []string{"CN"},
			}
			for {
				r, err := pb.NewShareServiceClient(conn).CheckShare(ctx, &pb.CheckShareRequest{Question: q})
				if err != nil {
					return
				}
				h.add(h.decisions, r.GetDecision().GetName())
			}
		})
	}
	load.Go(func() {
		for i := 0; ; i++ {
			name := fmt.Sprintf("principals/kill-%d-%d", round, i)
			_, err := pb.NewPrincipalServiceClient(conn).CreatePrincipal(ctx, &pb.CreatePrincipalRequest{
				Principal: &pb.Principal{Name: name, Title: "Written under load", Role: pb.Role_ROLE_CALLER},
				Options:   &pb.WriteOptions{RequestId: requestID()},
			})
			if err != nil {
				return
			}
			h.add(h.changes, name)
		}
	})
	time.Sleep(time.Duration(150+50*round%200) * time.Millisecond)
	p.kill()
	load.Wait()
}

// holds checks that the restarted server knows all that was told.
func (w *world) holds(h *held) {
	w.t.Helper()
	conn, err := w.cli("", nil, nil).dial()
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close()
	for _, x := range []struct {
		noun string
		told map[string]bool
	}{{"decisions", h.decisions}, {"principals", h.changes}} {
		known := w.names(conn, x.noun)
		for name := range x.told {
			if !known[name] {
				w.t.Errorf("%s was told and is lost", name)
			}
		}
	}
}

// names lists a noun.
func (w *world) names(conn *grpc.ClientConn, noun string) map[string]bool {
	w.t.Helper()
	p := &pages{conn: conn, method: lists[noun].method}
	if err := p.prepare(nil); err != nil {
		w.t.Fatal(err)
	}
	names := map[string]bool{}
	err := p.each(w.t.Context(), func(m protoreflect.Message) error {
		names[cell(m, "name")] = true
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return names
}
