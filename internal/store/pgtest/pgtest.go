// Package pgtest starts a temporary PostgreSQL for tests. It owns the server's
// process and directory, and nothing of the schema.
//
// Invariants: a missing PostgreSQL fails, it never skips; the server listens on
// loopback only; it dies with the process that started it, however that dies.
package pgtest

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/lib/pq" // the driver "postgres"
)

var shared = sync.OnceValues(func() (*Server, error) { return Launch() })

// Start returns the DSN of a fresh, empty database on the server that all tests
// of this process share. The database is dropped when the test ends.
func Start(t testing.TB) (dsn string) {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("PostgreSQL is needed for this test: %v", err)
	}
	return s.database(t)
}

// New starts a server of the test's own, for one that stops or freezes it.
func New(t testing.TB) *Server {
	t.Helper()
	s, err := Launch()
	if err != nil {
		t.Fatalf("PostgreSQL is needed for this test: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("stop PostgreSQL: %v", err)
		}
	})
	return s
}

// Server is one temporary PostgreSQL.
type Server struct {
	bin, dir string
	port     int
	as       []string // the command that drops root, or nothing

	mu    sync.Mutex
	watch *exec.Cmd
	hold  io.WriteCloser // closing it, or our death, stops the server
}

// keeper runs the server and stops it at the end of its standard input, so that
// neither it nor its directory outlives the tests; told to keep, it leaves the
// directory.
const keeper = `"$1/postgres" -D "$2/data" >>"$2/log" 2>&1 & pid=$!
read -r word
kill -INT $pid 2>/dev/null
wait $pid
[ "$word" = keep ] || rm -rf "$2"`

// Launch starts a server outside a test; Close stops it.
func Launch() (_ *Server, err error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "waybill-pg-")
	if err != nil {
		return nil, fmt.Errorf("make the server's directory: %w", err)
	}
	s := &Server{bin: bin, dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if os.Geteuid() == 0 {
		// PostgreSQL refuses to run as root.
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, fmt.Errorf("root needs the user postgres: %w", err)
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return nil, fmt.Errorf("the id of the user postgres: %w", err)
		}
		if err := os.Chown(dir, uid, -1); err != nil {
			return nil, fmt.Errorf("give the directory to postgres: %w", err)
		}
		s.as = []string{"runuser", "-u", "postgres", "--"}
	}
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	init := s.command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust",
		"-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	if out, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	conf := fmt.Sprintf("listen_addresses = '127.0.0.1'\nport = %d\nunix_socket_directories = '%s'\nshared_buffers = 32MB\nmax_connections = 200\n", s.port, dir)
	f, err := os.OpenFile(filepath.Join(dir, "data", "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("configure the server: %w", err)
	}
	_, err = f.WriteString(conf)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("configure the server: %w", err)
	}
	return s, s.Run()
}

// Run starts the server again after Kill or Stop.
func (s *Server) Run() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.command("sh", "-c", keeper, "sh", s.bin, s.dir)
	// A signal to the tests' group is not for the keeper, which sees them end.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := c.StdinPipe()
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := c.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	s.watch, s.hold = c, in
	db, err := sql.Open("postgres", s.DSN("postgres"))
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	defer db.Close()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if err = db.Ping(); err == nil {
			return nil
		}
		if time.Now().After(end) {
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("PostgreSQL does not answer: %w: %s", err, log)
		}
	}
}

// Stop stops the server at once, as an operator would; what was committed stays.
func (s *Server) Stop() error { return s.stop("keep\n") }

func (s *Server) stop(word string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watch == nil {
		return nil
	}
	_, err := io.WriteString(s.hold, word)
	err = errors.Join(err, s.hold.Close())
	// Its exit status is that of a killed server: no news.
	_ = s.watch.Wait()
	s.watch, s.hold = nil, nil
	return err
}

// Close stops the server and removes its directory.
func (s *Server) Close() error {
	if err := s.stop(""); err != nil {
		return err
	}
	return os.RemoveAll(s.dir)
}

// Kill is kill -9 of the server and its children: nothing is flushed.
func (s *Server) Kill() error {
	if err := s.signal(syscall.SIGKILL); err != nil {
		return err
	}
	return s.Stop()
}

// Freeze stops the server's processes where they stand; Thaw lets them go on.
func (s *Server) Freeze() error { return s.signal(syscall.SIGSTOP) }

// Thaw ends Freeze.
func (s *Server) Thaw() error { return s.signal(syscall.SIGCONT) }

// Data is the directory of the server's files.
func (s *Server) Data() string { return filepath.Join(s.dir, "data") }

// Port is where it listens on 127.0.0.1.
func (s *Server) Port() int { return s.port }

// DSN names a database of the server.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable&connect_timeout=5", s.port, database)
}

// Database creates an empty database, dropped when the test ends.
func (s *Server) Database(t testing.TB) (dsn string) {
	t.Helper()
	return s.database(t)
}

func (s *Server) database(t testing.TB) string {
	t.Helper()
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		t.Fatalf("name a database: %v", err)
	}
	name := "test_" + hex.EncodeToString(b[:])
	if err := s.exec("CREATE DATABASE " + name + " TEMPLATE template0"); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		// The test may have stopped its server; the directory goes with it then.
		_ = s.exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)")
	})
	return s.DSN(name)
}

func (s *Server) exec(query string) error {
	db, err := sql.Open("postgres", s.DSN("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(query)
	return err
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	argv := append(slices.Clone(s.as), name)
	argv = append(argv, args...)
	c := exec.Command(argv[0], argv[1:]...)
	c.Dir = s.dir
	return c
}

// signal sends to the postmaster and to every child of it.
func (s *Server) signal(sig syscall.Signal) error {
	b, err := os.ReadFile(filepath.Join(s.dir, "data", "postmaster.pid"))
	if err != nil {
		return fmt.Errorf("find the server's process: %w", err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		return fmt.Errorf("find the server's process: %w", err)
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return fmt.Errorf("find the server's children: %w", err)
	}
	// The postmaster first, or it would start new children.
	for _, p := range append([]string{line}, strings.Fields(string(children))...) {
		n, err := strconv.Atoi(p)
		if err != nil {
			return fmt.Errorf("find the server's children: %w", err)
		}
		if err := syscall.Kill(n, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("signal the server: %w", err)
		}
	}
	return nil
}

// binaries finds the directory of initdb and postgres.
func binaries() (string, error) {
	var dirs []string
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.Reverse(installed)
	for _, d := range append(dirs, installed...) {
		_, e1 := os.Stat(filepath.Join(d, "initdb"))
		_, e2 := os.Stat(filepath.Join(d, "postgres"))
		if e1 == nil && e2 == nil {
			return d, nil
		}
	}
	return "", errors.New("initdb and postgres are neither in PATH nor in /usr/lib/postgresql/*/bin; install PostgreSQL")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
