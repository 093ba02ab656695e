package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"waybill/internal/gate"
	"waybill/internal/registry"
	"waybill/internal/store"
	pb "waybill/proto/waybill/v1"
)

// clockLimit is how far a server's clock may be off its database's.
const clockLimit = 2 * time.Second

// tagKeyAge is when a month's ledger key is old.
const tagKeyAge = 32 * 24 * time.Hour

// finding is one line of doctor's report.
type finding struct{ state, what, text string }

const (
	fine  = "ok"
	bad   = "BAD"
	maybe = "look"
)

// examination gathers findings.
type examination struct{ findings []finding }

func (e *examination) add(state, what, format string, args ...any) {
	e.findings = append(e.findings, finding{state, what, fmt.Sprintf(format, args...)})
}

// doctorCommand looks at what a server stands on.
func (c *cli) doctorCommand() *cobra.Command {
	f := &placeFlags{}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check database, schema, rows against changes, both logs against their roots, keys, clock and token file; exit 1 if something is bad",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			e := &examination{}
			if err := c.examine(cmd.Context(), f, e); err != nil {
				return err
			}
			if c.output == "table" {
				rows := make([][]string, 0, len(e.findings))
				for _, x := range e.findings {
					rows = append(rows, []string{x.state, x.what, x.text})
				}
				if err := columns(c.out, "", rows); err != nil {
					return err
				}
			} else if err := c.printFindings(e); err != nil {
				return err
			}
			for _, x := range e.findings {
				if x.state == bad {
					return &exitError{code: exitNo}
				}
			}
			return nil
		},
	}
	f.register(c, cmd)
	return cmd
}

func (c *cli) printFindings(e *examination) error {
	var list []any
	for _, x := range e.findings {
		list = append(list, map[string]any{"state": x.state, "what": x.what, "text": x.text})
	}
	m, err := structOf(map[string]any{"findings": list})
	if err != nil {
		return err
	}
	return c.print(m, func(io.Writer) error { return nil })
}

func (c *cli) examine(ctx context.Context, f *placeFlags, e *examination) error {
	at, err := c.where(f)
	if err != nil {
		return err
	}
	c.examineServer(ctx, e)
	c.examineKeys(at, e)
	if at.dir != "" {
		c.examineToken(at, e)
		if _, err := os.Stat(filepath.Join(at.dir, registryFile)); errors.Is(err, fs.ErrNotExist) {
			e.add(maybe, "database", "%s holds no registry; `waybill serve` makes one", at.dir)
			return nil
		}
	}
	bounded, cancel := context.WithTimeout(ctx, bulkTimeout)
	defer cancel()
	s, err := store.Open(bounded, store.Config{Database: at.database, Replica: "doctor", Now: c.now})
	if err != nil {
		what, state := "database", bad
		if registry.ReasonOf(err) == "SCHEMA_VERSION" {
			what = "schema"
		}
		if at.dir != "" && strings.Contains(err.Error(), "in use") {
			state = maybe
			e.add(state, what, "a server has %s open; stop it to check rows against changes", at.dir)
			return nil
		}
		e.add(state, what, "%s", strings.ReplaceAll(message(err), "\n", " "))
		return nil
	}
	defer s.Close()
	e.add(fine, "schema", "the schema is that of this program")
	examineStore(bounded, s, c.now, e)
	// A ledger grows without bound, and so does the time to read it.
	examineLogs(ctx, s, e)
	return nil
}

// examineServer asks the server that the command line would ask.
func (c *cli) examineServer(ctx context.Context, e *examination) {
	err := c.with(ctx, completeTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
		v, err := pb.NewRegistryServiceClient(conn).GetVersion(ctx, &pb.GetVersionRequest{})
		if err == nil {
			e.add(fine, "server", "%s answers: waybill %s, edition %d, revision %d", c.address(), v.GetVersion(), v.GetEdition(), v.GetToken().GetRevision())
			if n := v.GetObservers(); n > 0 {
				e.add(maybe, "observers", "%d %s only, what the gate denies does not bind them: `waybill list principals`", n, cmp.Or(map[int32]string{1: "principal observes"}[n], "principals observe"))
			}
		}
		return err
	})
	if err != nil {
		e.add(maybe, "server", "%s", strings.ReplaceAll(message(err), "\n", " "))
	}
}

func (c *cli) examineKeys(at location, e *examination) {
	path := at.tagKeys
	if path == "" {
		e.add(maybe, "tag keys", "no file was named; --tag-keys or WAYBILL_TAG_KEYS")
		return
	}
	if strings.HasPrefix(path, "{") {
		_, err := gate.ParseKeys([]byte(path))
		if err != nil {
			e.add(bad, "tag keys", "%s", err)
		} else {
			e.add(fine, "tag keys", "the environment holds them")
		}
		return
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		e.add(map[bool]string{true: maybe, false: bad}[at.dir != ""], "tag keys", "%s is not there", path)
		return
	}
	keys, err := gate.KeysFromFile(path)
	if err != nil {
		e.add(bad, "tag keys", "%s", err)
		return
	}
	since := keys.Since(c.now())
	if age := c.now().Sub(since); age > tagKeyAge {
		e.add(maybe, "tag keys", "%s: the key in use, %s, is %d days old; a month has its own", path, keys.ID(c.now()), int(age.Hours()/24))
		return
	}
	e.add(fine, "tag keys", "%s: the key in use, %s, is of %s", path, keys.ID(c.now()), since.Format(time.DateOnly))
}

func (c *cli) examineToken(at location, e *examination) {
	path := filepath.Join(at.dir, tokenFile)
	_, err := readSecret(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.add(maybe, "token file", "%s is not there; `waybill serve` writes a new one and revokes the old token", path)
	case err != nil:
		e.add(bad, "token file", "%s", err)
	default:
		e.add(fine, "token file", "%s can be read by its owner only", path)
	}
}

// examineStore checks the clock, and that the rows are what the changes say.
func examineStore(ctx context.Context, s *store.Store, now func() time.Time, e *examination) {
	before := now()
	head, err := s.Head(ctx)
	if err != nil {
		e.add(bad, "database", "%s", message(err))
		return
	}
	after := now()
	e.add(fine, "database", "revision %d of %s, %d changes", head.Revision, head.Epoch, head.Changes)
	middle := before.Add(after.Sub(before) / 2)
	if off := head.Clock.Std().Sub(middle).Abs(); off > clockLimit {
		e.add(bad, "clock", "this machine's clock is %s off the database's; a server here refuses to answer", off.Round(time.Millisecond))
	} else {
		e.add(fine, "clock", "within %s of the database's", clockLimit)
	}
	examineReplicas(ctx, s, head, e)
	wrong, err := s.CompareRows(ctx)
	switch {
	case err != nil:
		e.add(bad, "rows", "%s", message(err))
	case len(wrong) == 0:
		e.add(fine, "rows", "each is what its newest change says")
	}
	for _, w := range wrong {
		e.add(bad, "rows", "%s (the changes are the truth)", w)
	}
}

// examineReplicas shows the servers that a registry write waits for.
func examineReplicas(ctx context.Context, s *store.Store, head registry.Head, e *examination) {
	live, err := s.LiveReplicas(ctx)
	if err != nil {
		e.add(bad, "servers", "%s", message(err))
		return
	}
	for _, r := range live {
		state := fine
		if !r.Confirmed(head.Epoch, head.Revision) {
			state = maybe
		}
		e.add(state, "servers", "%s registered %s, answers by revision %d", r.ID, r.RegisterTime.Std().Format(time.RFC3339), r.Revision)
	}
}

// examineLogs reads the change log and the ledger from their beginnings.
func examineLogs(ctx context.Context, s *store.Store, e *examination) {
	r, err := s.Rehash(ctx)
	switch {
	case err != nil:
		e.add(bad, "logs", "%s", message(err))
	case len(r.Wrong) == 0:
		e.add(fine, "logs", "%d changes, and %d entries of %d %s, give the roots that are kept", r.Changes, r.Entries, r.Shards, plural(int(r.Shards), "shard"))
	}
	for _, w := range r.Wrong {
		e.add(bad, "logs", "%s", w)
	}
}
