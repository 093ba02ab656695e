package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"waybill/internal/gate"
	"waybill/internal/store"
	"waybill/server"
)

// serveFlags are those of serve.
type serveFlags struct {
	placeFlags
	listen         string
	cert, key      string
	insecureListen bool
	logFormat      string
	logLevel       string
}

func (f *serveFlags) register(c *cli, cmd *cobra.Command) {
	f.placeFlags.register(c, cmd)
	fs := cmd.Flags()
	fs.StringVar(&f.listen, "listen", defaultAddress, "address to listen on; port 0 takes a free one")
	fs.StringVar(&f.cert, "tls-cert", "", "PEM file with the server's certificate chain")
	fs.StringVar(&f.key, "tls-key", "", "PEM file with its private key")
	fs.BoolVar(&f.insecureListen, "insecure-listen", false, "listen off loopback without TLS: something before the server does that")
	fs.StringVar(&f.logFormat, "log", "text", "how to log to stderr: text or json")
	fs.StringVar(&f.logLevel, "log-level", "info", "what to log: debug, info, warn or error")
	complete(cmd, "log", "text", "json")
	complete(cmd, "log-level", "debug", "info", "warn", "error")
}

// serveCommand runs the server until it is told to stop.
func (c *cli) serveCommand() *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve: without flags on SQLite in the user's data directory, on loopback",
		Example: `  waybill serve
  waybill serve --database postgres://… --tag-keys tag.keys --listen 0.0.0.0:7433 --tls-cert server.crt --tls-key server.key`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.serve(cmd.Context(), f, func(context.Context, *running) error { return nil })
		},
	}
	f.register(c, cmd)
	return cmd
}

// running is a server that answers.
type running struct {
	address string
	tokens  string // the file with the admin token, "" on PostgreSQL
	data    string // what it serves, for a person
}

// serve opens the registry, serves it, says where, calls ready, and returns when
// ctx ends or something fails. The order of stopping is: the server drains, the
// gate records what it holds, the keeper and the store close.
func (c *cli) serve(ctx context.Context, f *serveFlags, ready func(context.Context, *running) error) (err error) {
	log, err := c.logger(f.logFormat, f.logLevel)
	if err != nil {
		return err
	}
	transport, err := f.transport()
	if err != nil {
		return err
	}
	at, err := c.where(&f.placeFlags)
	if err != nil {
		return err
	}
	s, keys, err := c.openRegistry(ctx, at, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()

	lis, err := net.Listen("tcp", f.listen)
	if err != nil {
		return unavailablef("%w; another server may be running, --listen names another address", err)
	}
	run := &running{address: lis.Addr().String(), data: at.dir}
	if at.dir == "" {
		run.data = "PostgreSQL"
	} else {
		run.tokens = filepath.Join(at.dir, tokenFile)
	}

	if os.Getenv("GOGC") == "" {
		// A compiled registry has no pointers to walk: the live heap is small and
		// would be collected far too often.
		debug.SetGCPercent(400)
	}
	kc := gate.KeeperConfig{Log: log}
	if at.dir == "" {
		kc.Replicas = s // a directory has one server, a PostgreSQL several
	}
	keeper := gate.NewKeeper(s, kc, c.now)
	g := gate.New(keeper, s, keys, gate.Config{Log: log, Alone: at.dir != ""}, c.now)
	for _, use := range keys.Lacking() {
		log.Warn("the tag keys have none of a use; questions that need one get no answer", "use", use)
	}
	srv := server.New(server.Config{
		Keeper: keeper, Gate: g, Store: s, Segments: s, Duties: s, Now: c.now, Log: log, Version: version(), TLS: transport,
		LameDuck: lameDuck(f.listen),
	})
	return c.runAll(ctx, keeper, g, srv, lis, run, ready)
}

// lameDuck is how long a stopping server still answers, for balancers to see it:
// there is none before loopback.
func lameDuck(listen string) time.Duration {
	if loopback(listen) {
		return -1
	}
	return 0
}

func (c *cli) runAll(ctx context.Context, keeper *gate.Keeper, g *gate.Gate, srv *server.Server, lis net.Listener, run *running, ready func(context.Context, *running) error) error {
	// What runs behind the server outlives ctx until the server has drained.
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, behind := errgroup.WithContext(behind)
	group.Go(func() error { return quiet(keeper.Run(behind)) })
	group.Go(func() error { return quiet(g.Run(behind)) })
	served := make(chan error, 1)
	go func() { served <- srv.Serve(lis) }()

	err := c.awaitServing(ctx, behind, g)
	if err == nil {
		fmt.Fprintf(c.out, "Serving %s on %s\n", run.data, run.address)
		if run.tokens != "" {
			fmt.Fprintf(c.out, "Token of %s: %s\n", localAdmin, run.tokens)
		}
		err = ready(ctx, run)
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case <-behind.Done(): // the keeper or the gate failed; its error is the group's
		case err = <-served:
			err = fmt.Errorf("serve: %w", err)
		}
	}
	srv.Stop()
	stop()
	if errors.Is(err, errDone) {
		err = nil
	}
	return errors.Join(err, group.Wait())
}

// errDone is returned by ready when there is nothing to wait for.
var errDone = errors.New("done")

// quiet drops the error of having been told to stop.
func quiet(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// awaitServing waits until checks can be answered. A database that is away is no
// reason to give up: the process stays, says so to its health service, and tries.
func (c *cli) awaitServing(ctx, behind context.Context, g *gate.Gate) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for g.Serving() != nil {
		select {
		case <-ctx.Done():
			return nil
		case <-behind.Done():
			return nil
		case <-tick.C:
		}
	}
	return nil
}

func (c *cli) logger(format, level string) (*slog.Logger, error) {
	var opt slog.HandlerOptions
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usagef("--log-level %s: give debug, info, warn or error", level)
	}
	opt.Level = l
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(c.err, &opt)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(c.err, &opt)), nil
	}
	return nil, usagef("--log %s: give text or json", format)
}

// transport returns the TLS to serve with. Off loopback there is TLS, or the
// operator has said in as many words that there is none.
func (f *serveFlags) transport() (*tls.Config, error) {
	switch {
	case f.cert != "" && f.key != "":
		pair, err := tls.LoadX509KeyPair(f.cert, f.key)
		if err != nil {
			return nil, usagef("read the certificate: %w", err)
		}
		return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
	case f.cert != "" || f.key != "":
		return nil, usagef("--tls-cert and --tls-key go together")
	case loopback(f.listen) || f.insecureListen:
		return nil, nil
	}
	return nil, usagef("%s is not loopback: give --tls-cert and --tls-key, or say --insecure-listen if something before the server does TLS", f.listen)
}

// migrateCommand brings a database to this program's schema.
func (c *cli) migrateCommand() *cobra.Command {
	f := &placeFlags{}
	cmd := &cobra.Command{
		Use:   "migrate --database postgres://…",
		Short: "Bring the database to the schema of this program; the embedded one does it itself",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := c.where(f)
			if err != nil {
				return err
			}
			if err := store.Migrate(cmd.Context(), store.Config{Database: at.database, Replica: "migrate", Now: c.now}); err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.out, "The schema is that of this program.")
			return err
		},
	}
	f.register(c, cmd)
	return cmd
}
