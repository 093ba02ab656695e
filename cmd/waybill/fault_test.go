//go:build linux

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"waybill/internal/store/pgtest"
	pb "waybill/proto/waybill/v1"
)

// TestFault builds the program, serves it as a process of its own, and takes away
// what it stands on. WAYBILL_FAULTS=20 asks for that many rounds of each kill, and
// for outages of 10 s.
func TestFault(t *testing.T) {
	f := &faults{dir: t.TempDir(), rounds: 3, outage: 3 * time.Second}
	f.program = buildProgram(t, f.dir)
	if v := os.Getenv("WAYBILL_FAULTS"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			t.Fatalf("WAYBILL_FAULTS is %q: give the number of rounds", v)
		}
		f.rounds, f.outage = n, 10*time.Second
	}
	t.Run("KillSQLite", func(t *testing.T) { f.kill(t, f.onSQLite(t)) })
	t.Run("KillPostgreSQL", func(t *testing.T) { f.kill(t, f.onPostgreSQL(t, pgtest.Start(t))) })
	t.Run("DatabaseGone", f.databaseGone)
	t.Run("CommitUnknown", f.commitUnknown)
	t.Run("SyncBeforeReply", f.syncBeforeReply)
	t.Run("DiskFull", f.diskFull)
}

// faults is what the tests of this family share.
type faults struct {
	dir     string // outlives each of them
	program string
	rounds  int
	outage  time.Duration
	sqlite  *site // that others are copied from
}

// buildProgram builds the program as a user would; with the race detector if the
// test has it.
func buildProgram(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "waybill")
	args := []string{"build", "-buildvcs=false", "-o", path}
	if raceDetector() {
		args = append(args, "-race")
	}
	if out, err := exec.CommandContext(t.Context(), "go", append(args, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return path
}

func raceDetector() bool {
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-race" {
			return s.Value == "true"
		}
	}
	return false
}

// site is one registry with the example applied, kept from server to server.
type site struct {
	t       *testing.T
	program string
	dir     string // the data directory, "" on PostgreSQL
	dsn     string // "" on SQLite
	keys    string // the file of tag keys
	env     []string

	admin, legal string // tokens
}

// onSQLite makes a registry in a directory of the test's own.
func (f *faults) onSQLite(t *testing.T) *site {
	t.Helper()
	return f.inDirectory(t, filepath.Join(t.TempDir(), "data"))
}

// inDirectory makes a registry in a directory that is not there yet.
func (f *faults) inDirectory(t *testing.T, dir string) *site {
	t.Helper()
	if f.sqlite == nil {
		from := filepath.Join(f.dir, "prepared")
		f.sqlite = &site{t: t, program: f.program, dir: from, env: []string{"WAYBILL_DATA_DIR=" + from}}
		f.sqlite.prepare()
	}
	s := *f.sqlite
	s.t, s.dir, s.keys, s.env = t, dir, filepath.Join(dir, tagKeysFile), []string{"WAYBILL_DATA_DIR=" + dir}
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", f.sqlite.dir, dir).CombinedOutput(); err != nil {
		t.Fatalf("copy the registry: %v: %s", err, out)
	}
	return &s
}

// in is the same site for a subtest.
func (s *site) in(t *testing.T) *site {
	sub := *s
	sub.t = t
	return &sub
}

// onPostgreSQL makes a registry in an empty database.
func (f *faults) onPostgreSQL(t *testing.T, dsn string) *site {
	t.Helper()
	dir := t.TempDir()
	s := &site{t: t, program: f.program, dsn: dsn, keys: filepath.Join(dir, "tag.keys")}
	var lines string
	for i, use := range []string{"ledger", "counting", "facts"} {
		lines += fmt.Sprintf(`{"id":"%s-2026","use":"%s","from":"2020-01-01T00:00:00Z","key":"%064x"}`+"\n", use, use, 7+i)
	}
	if err := os.WriteFile(s.keys, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	s.env = []string{"WAYBILL_DATABASE=" + dsn, "WAYBILL_TAG_KEYS=" + s.keys, "WAYBILL_DATA_DIR=" + filepath.Join(dir, "none")}
	s.must("migrate")
	token := filepath.Join(dir, "admin.token")
	s.must("token", "create", "--role", "admin", "--database", dsn, "--write-to", token)
	secret, err := readSecret(token)
	if err != nil {
		t.Fatal(err)
	}
	s.admin = secret
	s.prepare()
	return s
}

// prepare applies the example and makes a token for legal.
func (s *site) prepare() {
	s.t.Helper()
	p := s.start()
	if s.dir != "" {
		secret, err := readSecret(filepath.Join(s.dir, tokenFile))
		if err != nil {
			s.t.Fatal(err)
		}
		s.admin = secret
	}
	s.must("apply", "--server", p.address, "-f", example, "--yes")
	made, err := pb.NewPrincipalServiceClient(p.dial(s.admin)).CreateToken(s.t.Context(), &pb.CreateTokenRequest{
		Parent: "principals/legal-desk", Options: &pb.WriteOptions{RequestId: requestID(), Reason: "fault test"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.legal = made.GetSecret()
	p.stop()
}

// must runs the program to its end, which has to be a good one.
func (s *site) must(args ...string) string {
	s.t.Helper()
	c := exec.CommandContext(s.t.Context(), s.program, args...)
	c.Env = s.environment()
	out, err := c.CombinedOutput()
	if err != nil {
		s.t.Fatalf("waybill %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (s *site) environment() []string {
	env := append(os.Environ(), s.env...)
	env = append(env, "GORACE=atexit_sleep_ms=0") // else each end takes a second
	if s.admin != "" {
		env = append(env, "WAYBILL_TOKEN="+s.admin)
	}
	return env
}

// life is one server process, from its start to its end.
type life struct {
	site    *site
	cmd     *exec.Cmd
	pid     int // the server's own, also under a tracer
	address string
	log     *safeBuffer
	tookOff time.Duration // from the start of the process to serving
	ended   bool
}

// start starts a server, behind the command of a tracer if one is given, and
// waits until it serves.
func (s *site) start(tracer ...string) *life {
	s.t.Helper()
	argv := append(tracer[:len(tracer):len(tracer)], s.program, "serve", "--listen", "127.0.0.1:0")
	p := &life{site: s, cmd: exec.Command(argv[0], argv[1:]...), log: &safeBuffer{}}
	p.cmd.Env = append(s.environment(), "GOTRACEBACK=all")
	p.cmd.Stderr = p.log
	// No server outlives the test, however that ends.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	begun := time.Now()
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	p.pid = p.cmd.Process.Pid
	s.t.Cleanup(p.kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), " on "); ok && strings.HasPrefix(lines.Text(), "Serving ") {
			p.address, p.tookOff = address, time.Since(begun)
			if len(tracer) > 0 {
				p.pid = onlyChild(s.t, p.pid)
			}
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return p
		}
	}
	p.kill()
	s.t.Fatalf("the server did not come up:\n%s", p.log.String())
	return nil
}

func onlyChild(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatalf("the children of process %d are %q", pid, b)
	}
	return child
}

// dial connects as the holder of a token, without any retry of the client's own.
func (p *life) dial(token string) *grpc.ClientConn {
	p.site.t.Helper()
	conn, err := grpc.NewClient(p.address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithPerRPCCredentials(bearer{token, true}), grpc.WithDisableRetry())
	if err != nil {
		p.site.t.Fatal(err)
	}
	p.site.t.Cleanup(func() { conn.Close() })
	return conn
}

// kill is kill -9. A second one, or one after stop, does nothing.
func (p *life) kill() {
	if p.ended {
		return
	}
	_ = syscall.Kill(p.pid, syscall.SIGKILL) // it may have ended by itself
	_ = p.cmd.Wait()                         // the signal is its error
	p.end()
}

// stop stops the server as an operator does.
func (p *life) stop() {
	p.site.t.Helper()
	if err := syscall.Kill(p.pid, syscall.SIGTERM); err != nil {
		p.site.t.Errorf("the server has ended by itself: %v", err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.site.t.Errorf("the server stopped with %v:\n%s", err, p.log.String())
	}
	p.end()
}

// dump ends the server and returns the stacks of its goroutines.
func (p *life) dump() string {
	p.site.t.Helper()
	before := len(p.log.String())
	if err := syscall.Kill(p.pid, syscall.SIGQUIT); err != nil {
		p.site.t.Fatalf("the server has ended by itself: %v", err)
	}
	var exit *exec.ExitError
	if err := p.cmd.Wait(); !errors.As(err, &exit) {
		p.site.t.Fatalf("the server did not end of SIGQUIT: %v", err)
	}
	stacks := p.log.String()[before:]
	p.ended = true
	return stacks
}

func (p *life) end() {
	p.ended = true
	log := p.log.String()
	for _, bad := range []string{"DATA RACE", "panic", "goroutine "} {
		if strings.Contains(log, bad) {
			p.site.t.Errorf("the server's log has %q:\n%s", bad, log)
			return
		}
	}
}

// state reads one figure of /proc/PID/status, such as VmRSS in kB or Threads.
func (p *life) state(name string) int {
	p.site.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		p.site.t.Fatalf("the server has ended by itself: %v\n%s", err, p.log.String())
	}
	for line := range bytes.Lines(b) {
		if rest, ok := bytes.CutPrefix(line, []byte(name+":")); ok {
			n, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
			if err != nil {
				p.site.t.Fatal(err)
			}
			return n
		}
	}
	p.site.t.Fatalf("there is no %s in /proc/%d/status", name, p.pid)
	return 0
}

// doctor holds the site to what `waybill doctor` finds; no server may run on SQLite.
func (s *site) doctor() {
	s.t.Helper()
	out := s.must("doctor")
	if strings.Contains(out, bad) || !strings.Contains(out, "each is what its newest change says") {
		s.t.Errorf("doctor is not content:\n%s", out)
	}
}
