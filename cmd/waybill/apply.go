package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"waybill/internal/registry"
	"waybill/internal/wire"
	pb "waybill/proto/waybill/v1"
)

// chunkBytes is how much of the files goes into one message; the transport takes 1 MiB.
const chunkBytes = 512 << 10

// applyFlags are those of apply and diff.
type applyFlags struct {
	files     []string
	prune     bool
	pruneUsed []string
	reason    string
	yes       bool
	quiet     bool // print the sum of the plan, not its lines
	verbose   bool // print what the files do not hold, too
}

func (f *applyFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringArrayVarP(&f.files, "file", "f", nil, "file or directory of the registry's nouns in YAML, - for stdin; more may follow")
	fs.BoolVar(&f.prune, "prune", false, "withdraw what the files do not hold (never a termination)")
	fs.StringSliceVar(&f.pruneUsed, "prune-used", nil, "withdraw this row although a decision of the last 30 days rests on it")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "print a line for each noun that the files do not hold, too")
}

// withFiles reads files, dates in the registry's zone, and calls do with a server.
func (c *cli) withFiles(ctx context.Context, names []string, do func(context.Context, *grpc.ClientConn, []wire.Located) error) error {
	files, located, err := c.load(names)
	if err != nil {
		return err
	}
	return c.with(ctx, bulkTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
		located, err := inZone(ctx, conn, files, located)
		if err != nil {
			return err
		}
		return do(ctx, conn, located)
	})
}

// applyCommand makes the registry what the files say, in one transaction.
func (c *cli) applyCommand() *cobra.Command {
	f := &applyFlags{}
	cmd := &cobra.Command{
		Use:     "apply -f FILE…",
		Short:   "Show what the files would change, ask, and change it in one transaction",
		Example: "  waybill apply -f registry/\n  waybill apply -f recipients.yaml agreements.yaml --reason 'SF renewed' --yes",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withFiles(cmd.Context(), append(f.files, args...), func(ctx context.Context, conn *grpc.ClientConn, located []wire.Located) error {
				return c.apply(ctx, conn, f, located)
			})
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.reason, "reason", "", "why; kept in the change")
	cmd.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	return cmd
}

func (c *cli) apply(ctx context.Context, conn *grpc.ClientConn, f *applyFlags, located []wire.Located) error {
	plan, err := send(ctx, conn, f, located, &pb.WriteOptions{ValidateOnly: true, Reason: f.reason})
	if err != nil {
		return locate(err, located)
	}
	n := counted(plan.GetPlan())
	if c.output == "table" {
		items := plan.GetPlan()
		if f.quiet {
			fmt.Fprintln(c.out, n.String())
		} else {
			remarks, err := settingsRemarks(ctx, conn, items, located)
			if err != nil {
				return err
			}
			if err := printPlan(c.out, items, remarks, f.verbose); err != nil {
				return err
			}
		}
	}
	if n.changes() == 0 {
		return c.print(plan, func(w io.Writer) error {
			_, err := fmt.Fprintln(w, "Nothing to change.")
			return err
		})
	}
	if !f.yes {
		if !c.terminal {
			return usagef("nothing was changed: without a terminal to ask on, say --yes")
		}
		ok, err := c.ask(fmt.Sprintf("Make %d %s? [y/N] ", n.changes(), plural(n.changes(), "change")))
		if err != nil {
			return err
		}
		if !ok {
			fmt.Fprintln(c.err, "Nothing was changed.")
			return &exitError{code: exitNo}
		}
	}
	done, err := send(ctx, conn, f, located, &pb.WriteOptions{Etag: plan.GetEtag(), Reason: f.reason, RequestId: requestID()})
	if err != nil {
		return locate(err, located)
	}
	return c.print(done, func(w io.Writer) error {
		r := done.GetResult()
		fmt.Fprintf(w, "Done: revision %d.", r.GetToken().GetRevision())
		if r.GetUseBy() != nil {
			fmt.Fprintf(w, " The last answer given before lapses at %s.", r.GetUseBy().AsTime().UTC().Format("15:04:05Z"))
		}
		_, err := fmt.Fprintln(w)
		return err
	})
}

// diffCommand shows the same plan and changes nothing.
func (c *cli) diffCommand() *cobra.Command {
	f := &applyFlags{}
	cmd := &cobra.Command{
		Use:   "diff -f FILE…",
		Short: "Show what apply would change; exit 1 if anything",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withFiles(cmd.Context(), append(f.files, args...), func(ctx context.Context, conn *grpc.ClientConn, located []wire.Located) error {
				plan, err := send(ctx, conn, f, located, &pb.WriteOptions{ValidateOnly: true})
				used := inUse(err)
				if len(used) > 0 { // apply refuses these; the plan is shown all the same
					all := *f
					all.pruneUsed = append(slices.Clone(f.pruneUsed), used...)
					plan, err = send(ctx, conn, &all, located, &pb.WriteOptions{ValidateOnly: true})
				}
				if err != nil {
					return locate(err, located)
				}
				remarks, err := settingsRemarks(ctx, conn, plan.GetPlan(), located)
				if err != nil {
					return err
				}
				for _, name := range used {
					remarks[name] = "in use: a decision of the last 30 days rests on it; apply wants --prune-used " + name
				}
				if err := c.print(plan, func(w io.Writer) error { return printPlan(w, plan.GetPlan(), remarks, f.verbose) }); err != nil {
					return err
				}
				if counted(plan.GetPlan()).changes() > 0 {
					return &exitError{code: exitNo}
				}
				return nil
			})
		},
	}
	f.register(cmd)
	return cmd
}

// send streams the nouns and returns the plan, or what was done.
func send(ctx context.Context, conn *grpc.ClientConn, f *applyFlags, located []wire.Located, opt *pb.WriteOptions) (*pb.ApplyResponse, error) {
	stream, err := pb.NewRegistryServiceClient(conn).Apply(ctx)
	if err != nil {
		return nil, err
	}
	req := &pb.ApplyRequest{Options: &pb.ApplyOptions{Options: opt, Prune: f.prune, PruneUsed: f.pruneUsed}}
	size := 0
	flush := func() error {
		// io.EOF: the server has ended the stream; why is what it answers.
		if err := stream.Send(req); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		req, size = &pb.ApplyRequest{}, 0
		return nil
	}
	for _, l := range located {
		n := proto.Size(l.Resource)
		if size > 0 && size+n > chunkBytes {
			if err := flush(); err != nil {
				return nil, err
			}
		}
		req.Resources = append(req.Resources, l.Resource)
		size += n
	}
	if err := flush(); err != nil {
		return nil, err
	}
	return stream.CloseAndRecv()
}

// ask puts a question to the person at the terminal.
func (c *cli) ask(question string) (bool, error) {
	fmt.Fprint(c.err, question)
	line, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read the answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true, nil
	}
	return false, nil
}

// counts is a plan by its actions.
type counts map[pb.PlanAction]int

func counted(items []*pb.PlanItem) counts {
	n := counts{}
	for _, i := range items {
		n[i.GetAction()]++
	}
	return n
}

// changes is how many nouns apply would write.
func (n counts) changes() int {
	return n[pb.PlanAction_PLAN_ACTION_ADD] + n[pb.PlanAction_PLAN_ACTION_CHANGE] + n[pb.PlanAction_PLAN_ACTION_REMOVE]
}

var planSigns = map[pb.PlanAction]string{
	pb.PlanAction_PLAN_ACTION_ADD: "+ add", pb.PlanAction_PLAN_ACTION_CHANGE: "~ change",
	pb.PlanAction_PLAN_ACTION_REMOVE: "- remove", pb.PlanAction_PLAN_ACTION_ABSENT: "? not in the files",
}

// inUse returns the rows that a refusal to withdraw names.
func inUse(err error) []string {
	s, ok := statusOf(err)
	if !ok || reasonOf(s) != "RECENTLY_USED" {
		return nil
	}
	var names []string
	for _, v := range violationsOf(s) {
		name, _, _ := strings.Cut(v.GetDescription(), ",")
		names = append(names, name)
	}
	return names
}

// settingsRemarks says what each changed setting was and will be: a setting bears
// on every answer.
func settingsRemarks(ctx context.Context, conn *grpc.ClientConn, items []*pb.PlanItem, located []wire.Located) (map[string]string, error) {
	remarks := map[string]string{}
	for _, i := range items {
		if i.GetAction() != pb.PlanAction_PLAN_ACTION_CHANGE || i.GetName() != "settings" {
			continue
		}
		at := slices.IndexFunc(located, func(l wire.Located) bool { return l.Noun.Collection() == registry.SettingsOf })
		if at < 0 {
			continue
		}
		before, err := pb.NewSettingsServiceClient(conn).GetSettings(ctx, &pb.GetSettingsRequest{Name: i.GetName()})
		if err != nil {
			return nil, fmt.Errorf("read the settings: %w", err)
		}
		after := wire.Noun(located[at].Resource).ProtoReflect()
		var changed []string
		for _, f := range i.GetFields() {
			changed = append(changed, fmt.Sprintf("%s: %s -> %s", f, cmp.Or(cell(before.ProtoReflect(), f), "unset"), cmp.Or(cell(after, f), "unset")))
		}
		remarks[i.GetName()] = strings.Join(changed, "; ")
	}
	return remarks, nil
}

// printPlan writes one line a noun and the sum; what the files do not hold and
// stays as it is has lines only on demand. A remark stands instead of the fields.
func printPlan(w io.Writer, items []*pb.PlanItem, remarks map[string]string, verbose bool) error {
	var rows [][]string
	for _, i := range items {
		if i.GetAction() == pb.PlanAction_PLAN_ACTION_ABSENT && !verbose {
			continue
		}
		rows = append(rows, []string{planSigns[i.GetAction()], i.GetName(), cmp.Or(remarks[i.GetName()], strings.Join(i.GetFields(), ", "))})
	}
	if err := columns(w, "", rows); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, counted(items))
	return err
}

// String is the sum of a plan.
func (n counts) String() string {
	s := fmt.Sprintf("%d added, %d changed, %d removed", n[pb.PlanAction_PLAN_ACTION_ADD], n[pb.PlanAction_PLAN_ACTION_CHANGE], n[pb.PlanAction_PLAN_ACTION_REMOVE])
	if absent := n[pb.PlanAction_PLAN_ACTION_ABSENT]; absent > 0 {
		s += fmt.Sprintf("; %d not in the files and left alone (--prune withdraws them)", absent)
	}
	return s
}

// exportCommand writes the registry as files that apply takes back.
func (c *cli) exportCommand() *cobra.Command {
	var known string
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Write the registry as YAML that apply takes back with no change",
		Long:    "Write the registry as YAML that apply takes back with no change. A list whose x.* would now\nreach categories recorded after it names what it grants instead, so that an empty registry\ntakes over the same grants.",
		Example: "  waybill export > registry.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd.Context(), bulkTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				_, at, err := c.instants(ctx, conn, times{known: known})
				if err != nil {
					return err
				}
				stream, err := pb.NewRegistryServiceClient(conn).Export(ctx, &pb.ExportRequest{KnownTime: at})
				if err != nil {
					return err
				}
				all := &pb.ExportResponse{}
				for {
					part, err := stream.Recv()
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						return err
					}
					all.Resources = append(all.Resources, part.GetResources()...)
					if part.GetToken() != nil {
						all.Token = part.GetToken()
					}
				}
				if c.output == "json" {
					return c.print(all, nil)
				}
				if t := all.GetToken(); t != nil {
					if _, err := fmt.Fprintf(c.out, "# The registry at revision %d of %s.\n", t.GetRevision(), t.GetEpoch()); err != nil {
						return err
					}
				}
				return wire.WriteYAML(c.out, slices.Clip(all.GetResources()))
			})
		},
	}
	cmd.Flags().StringVar(&known, "known", "", "as recorded by then: a date or RFC 3339 (default now)")
	return cmd
}
