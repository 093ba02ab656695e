// Command bench measures what a check costs: the gate against the floor, a bare
// grpc-go server that decodes and encodes the same two messages, without
// durability, with SQLite and with PostgreSQL, single and in batches, and beside
// the naive way of asking SQL for every check.
//
// The server under test is a process of its own on the first core; the load, and
// PostgreSQL, have the second. Rounds are interleaved, so that a machine whose
// speed drifts still gives ratios that hold. CPU is utime + stime of the server's
// process; PostgreSQL's is shown beside it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	serve := flag.String("serve", "", "serve one mode (for bench itself)")
	dir := flag.String("dir", "", "the served mode's directory")
	database := flag.String("database", "", "the served mode's PostgreSQL")
	examples := flag.String("examples", "examples/prosense", "the registry that is served")
	rounds := flag.Int("rounds", 7, "rounds of every configuration, interleaved")
	length := flag.Duration("length", 3*time.Second, "of one measurement")
	only := flag.String("only", "", "measure only configurations whose name contains this, and the floor")
	profile := flag.String("profile", "", "directory for a CPU profile of each served mode")
	kept := flag.String("json", "", "file to keep the figures in")
	flag.Parse()
	if *serve != "" {
		return profiled(*profile, *serve, func() error { return serveMode(ctx, *serve, *dir, *database, *examples) })
	}
	results, err := measure(ctx, options{examples: *examples, rounds: *rounds, length: *length, only: *only, profile: *profile})
	if err != nil {
		return err
	}
	printTable(os.Stdout, results)
	if *kept == "" {
		return nil
	}
	out, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(*kept, append(out, '\n'), 0o644)
}

// profiled runs f under the CPU profiler, if a directory is given.
func profiled(dir, name string, f func() error) (err error) {
	if dir == "" {
		return f()
	}
	out, err := os.Create(filepath.Join(dir, name+".pprof"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return f()
}
