package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"waybill/internal/store/pgtest"
	waybillv1 "waybill/proto/waybill/v1"
)

// configuration is one line of the table.
type configuration struct {
	name     string
	mode     string
	inFlight int
	batch    int // questions a call; 0 is a single check
}

var configurations = []configuration{
	{"echo, the floor, 64 in flight", modeEcho, 64, 0},
	{"echo, the floor, 256 in flight", modeEcho, 256, 0},
	{"no durability, 64 in flight", modeMemory, 64, 0},
	{"no durability, 256 in flight", modeMemory, 256, 0},
	{"SQLite, 64 in flight", modeSQLite, 64, 0},
	{"SQLite, 256 in flight", modeSQLite, 256, 0},
	{"PostgreSQL, 64 in flight", modePostgres, 64, 0},
	{"PostgreSQL, 256 in flight", modePostgres, 256, 0},
	{"PostgreSQL, batches of 100", modePostgres, 8, 100},
	{"SQL per check, 64 in flight", modeNaive, 64, 0},
}

// connections is how many connections carry the load.
const connections = 8

// figure is one measurement.
type figure struct {
	PerSecond float64 `json:"per_second"`  // questions answered
	CPU       float64 `json:"cpu_us"`      // of the server's process, microseconds a question
	Postgres  float64 `json:"postgres_us"` // of PostgreSQL's processes
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
}

// result is one configuration with all its rounds.
type result struct {
	Name     string   `json:"name"`
	InFlight int      `json:"in_flight"`
	Batch    int      `json:"batch,omitempty"`
	Rounds   []figure `json:"rounds"`
}

// served is a running server under test.
type served struct {
	cmd   *exec.Cmd
	stop  context.CancelFunc
	conns []*grpc.ClientConn
	token string
}

// options of a run.
type options struct {
	examples string
	rounds   int
	length   time.Duration
	only     string
	profile  string
}

func (o options) chosen() (cs []configuration) {
	for _, c := range configurations {
		if c.mode == modeEcho || strings.Contains(c.name, o.only) {
			cs = append(cs, c)
		}
	}
	return cs
}

func measure(ctx context.Context, o options) ([]result, error) {
	chosen := o.chosen()
	if runtime.NumCPU() < 2 {
		return nil, fmt.Errorf("two cores are needed, there is %d", runtime.NumCPU())
	}
	if err := pin(os.Getpid(), 1); err != nil {
		return nil, err
	}
	pg, err := pgtest.Launch() // inherits the load's core
	if err != nil {
		return nil, err
	}
	defer pg.Close()
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	servers := map[string]*served{}
	for _, c := range chosen {
		if servers[c.mode] != nil {
			continue
		}
		database := ""
		if c.mode == modePostgres || c.mode == modeNaive {
			if database, err = newDatabase(ctx, pg, c.mode); err != nil {
				return nil, err
			}
		}
		s, err := startServer(ctx, c.mode, filepath.Join(dir, c.mode), database, o)
		if err != nil {
			return nil, fmt.Errorf("start %s: %w", c.mode, err)
		}
		defer s.close()
		servers[c.mode] = s
	}
	results := make([]result, len(chosen))
	for i, c := range chosen {
		results[i] = result{Name: c.name, InFlight: c.inFlight, Batch: c.batch}
		if _, err := load(ctx, servers[c.mode], c, o.length/3); err != nil { // warm-up
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for r := range o.rounds {
		for i, c := range chosen {
			f, err := load(ctx, servers[c.mode], c, o.length)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			results[i].Rounds = append(results[i].Rounds, f)
			fmt.Fprintf(os.Stderr, "round %d: %s: %.0f/s, %.1f us\n", r+1, c.name, f.PerSecond, f.CPU)
		}
	}
	return results, nil
}

func newDatabase(ctx context.Context, pg *pgtest.Server, name string) (string, error) {
	db, err := sql.Open("postgres", pg.DSN("postgres"))
	if err != nil {
		return "", err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "CREATE DATABASE bench_"+name); err != nil {
		return "", err
	}
	return pg.DSN("bench_" + name), nil
}

// pin keeps a process and what it starts on one core.
func pin(pid, core int) error {
	var set unix.CPUSet
	set.Set(core)
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return err
	}
	for _, t := range tasks {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(id, &set); err != nil {
			return fmt.Errorf("pin to core %d: %w", core, err)
		}
	}
	return nil
}

func startServer(ctx context.Context, mode, dir, database string, o options) (*served, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, "taskset", "-c", "0", self, "-serve", mode, "-dir", dir, "-database", database, "-examples", o.examples, "-profile", o.profile)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		stop()
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		stop()
		return nil, err
	}
	s := &served{cmd: cmd, stop: stop}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		s.close()
		return nil, fmt.Errorf("it did not say where it listens: %w", err)
	}
	go io.Copy(io.Discard, out)
	var r ready
	if err := json.Unmarshal(line, &r); err != nil {
		s.close()
		return nil, err
	}
	s.token = r.Token
	for range connections {
		conn, err := grpc.NewClient(r.Address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			s.close()
			return nil, err
		}
		s.conns = append(s.conns, conn)
	}
	return s, nil
}

func (s *served) close() {
	for _, c := range s.conns {
		c.Close()
	}
	s.stop()
	s.cmd.Wait()
}

// load keeps inFlight calls under way for the length and measures.
func load(ctx context.Context, s *served, c configuration, length time.Duration) (figure, error) {
	ctx, cancel := context.WithTimeout(ctx, length+30*time.Second)
	defer cancel()
	if s.token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+s.token)
	}
	call := func(client waybillv1.ShareServiceClient) error {
		_, err := client.CheckShare(ctx, &waybillv1.CheckShareRequest{Question: question()})
		return err
	}
	questions := 1
	if c.batch > 0 {
		questions = c.batch
		qs := make([]*waybillv1.ShareQuestion, c.batch)
		for i := range qs {
			qs[i] = question()
		}
		call = func(client waybillv1.ShareServiceClient) error {
			_, err := client.BatchCheckShares(ctx, &waybillv1.BatchCheckSharesRequest{Questions: qs})
			return err
		}
	}
	serverBefore, pgBefore, err := cpu(s.cmd.Process.Pid)
	if err != nil {
		return figure{}, err
	}
	began := time.Now()
	var answered atomic.Int64
	var failed atomic.Pointer[error]
	latencies := make([][]time.Duration, c.inFlight)
	var wg sync.WaitGroup
	for i := range c.inFlight {
		client := waybillv1.NewShareServiceClient(s.conns[i%len(s.conns)])
		wg.Go(func() {
			for time.Since(began) < length {
				t := time.Now()
				if err := call(client); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				latencies[i] = append(latencies[i], time.Since(t))
				answered.Add(int64(questions))
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	if e := failed.Load(); e != nil {
		return figure{}, *e
	}
	serverAfter, pgAfter, err := cpu(s.cmd.Process.Pid)
	if err != nil {
		return figure{}, err
	}
	all := slices.Concat(latencies...)
	slices.Sort(all)
	n := float64(answered.Load())
	at := func(p float64) float64 { return float64(all[int(p*float64(len(all)-1))].Microseconds()) / 1000 }
	return figure{
		PerSecond: n / took.Seconds(), CPU: (serverAfter - serverBefore) / n, Postgres: (pgAfter - pgBefore) / n, P50: at(0.5), P99: at(0.99),
	}, nil
}

// cpu returns utime + stime, in microseconds, of a process and of all of PostgreSQL's.
func cpu(pid int) (server, postgres float64, err error) {
	if server, _, err = ticks(pid); err != nil {
		return 0, 0, err
	}
	dirs, err := os.ReadDir("/proc")
	if err != nil {
		return 0, 0, err
	}
	for _, d := range dirs {
		if id, err := strconv.Atoi(d.Name()); err == nil {
			if t, name, err := ticks(id); err == nil && name == "postgres" { // it may end meanwhile
				postgres += t
			}
		}
	}
	return server, postgres, nil
}

// ticksPerSecond is the kernel's USER_HZ on every platform that Go runs on.
const ticksPerSecond = 100

func ticks(pid int) (microseconds float64, name string, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, "", err
	}
	head, tail, ok := strings.Cut(string(b), ") ")
	if !ok {
		return 0, "", fmt.Errorf("/proc/%d/stat cannot be read", pid)
	}
	_, name, _ = strings.Cut(head, "(")
	fields := strings.Fields(tail)
	if len(fields) < 15 {
		return 0, "", fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	total := 0.0
	for _, i := range []int{11, 12} { // utime, stime: fields 14 and 15 of proc(5)
		v, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return 0, "", err
		}
		total += v
	}
	return total * 1e6 / ticksPerSecond, name, nil
}
