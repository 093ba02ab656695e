package main

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/wire"
	pb "waybill/proto/waybill/v1"
)

// demoCases are the questions of the demonstration, in the example's directory.
const demoCases = "cases/00-dozen.yaml"

// demoCommand serves an example, applies it and prints a dozen answers.
func (c *cli) demoCommand() *cobra.Command {
	f := &serveFlags{}
	var once bool
	cmd := &cobra.Command{
		Use:   "demo DIR",
		Short: "Serve a registry with the example in DIR applied, and print a dozen answers",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.serve(cmd.Context(), f, func(ctx context.Context, run *running) error {
				if err := c.demo(ctx, run, args[0]); err != nil {
					return err
				}
				if once {
					return errDone
				}
				fmt.Fprintf(c.out, "\nIt serves on %s until you stop it (Ctrl-C). Ask it yourself in another shell:\n", run.address)
				fmt.Fprintf(c.out, "  export WAYBILL_DATA_DIR=%s WAYBILL_SERVER=%s\n  bin/waybill find courier\n", run.data, run.address)
				return nil
			})
		},
	}
	f.register(c, cmd)
	cmd.Flags().BoolVar(&once, "once", false, "stop after the table")
	return cmd
}

// demo applies the files of dir to the server and asks the example's dozen.
func (c *cli) demo(ctx context.Context, run *running, dir string) error {
	c.remote = remote{address: run.address}
	files, located, err := c.load([]string{dir})
	if err != nil {
		return err
	}
	questions, err := c.read([]string{filepath.Join(dir, demoCases)})
	if err != nil {
		return err
	}
	cases, err := wire.LoadCases(questions[0])
	if err != nil {
		return refused(err)
	}
	return c.with(ctx, bulkTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
		located, err := inZone(ctx, conn, files, located)
		if err != nil {
			return err
		}
		if err := c.apply(ctx, conn, &applyFlags{yes: true, reason: "demonstration", quiet: true}, located); err != nil {
			return err
		}
		callers := map[string]pb.ShareServiceClient{"": pb.NewShareServiceClient(conn)}
		rows := [][]string{{"ANSWER", "RECIPIENT", "PURPOSE", "CATEGORIES", "REASONS"}}
		for _, item := range cases {
			as := callers[item.As]
			if as == nil {
				own, err := c.connectAs(ctx, conn, item.As)
				if err != nil {
					return err
				}
				defer own.Close()
				as = pb.NewShareServiceClient(own)
				callers[item.As] = as
			}
			q := askedNow(&item, c.now())
			r, err := as.CheckShare(ctx, &pb.CheckShareRequest{Question: q})
			if err != nil {
				return fmt.Errorf("ask %s:%d: %w", item.File, item.Line, err)
			}
			rows = append(rows, demoRow(q, r.GetDecision()))
		}
		fmt.Fprintln(c.out)
		return columns(c.out, "", rows)
	})
}

// connectAs connects as a principal of the example, by a token for ten minutes.
func (c *cli) connectAs(ctx context.Context, conn *grpc.ClientConn, principal string) (*grpc.ClientConn, error) {
	t, err := pb.NewPrincipalServiceClient(conn).CreateToken(ctx, &pb.CreateTokenRequest{
		Parent: principal, ExpireTime: timestamppb.New(c.now().Add(10 * time.Minute)),
		Options: &pb.WriteOptions{RequestId: requestID(), Reason: "demonstration"},
	})
	if err != nil {
		return nil, err
	}
	return c.dialAs(c.address(), t.GetSecret())
}

// askedNow is a case's question as a source of consent would ask it now: what it
// looked up so and so long before the case's time, it looked up so long ago.
func askedNow(item *wire.Case, now time.Time) *pb.ShareQuestion {
	q := proto.CloneOf(item.Question)
	for _, consent := range q.GetConsents() {
		if t := consent.GetCheckTime(); t != nil {
			consent.CheckTime = timestamppb.New(now.Add(t.AsTime().Sub(item.At.Std())))
		}
	}
	return q
}

func demoRow(q *pb.ShareQuestion, d *pb.ShareDecision) []string {
	var codes []string
	for _, r := range d.GetReasons() {
		codes = append(codes, codeName(r.GetCode()))
	}
	var categories []string
	for _, cat := range q.GetCategories() {
		categories = append(categories, short(cat))
	}
	recipient := strings.TrimPrefix(q.GetRecipient(), "recipients/")
	if q.GetDeployment() != "" {
		recipient += " (" + path.Base(q.GetDeployment()) + ")"
	}
	return []string{strings.TrimPrefix(d.GetOutcome().String(), "OUTCOME_"), recipient, strings.TrimPrefix(q.GetPurpose(), "purposes/"), strings.Join(categories, ", "), strings.Join(codes, ", ")}
}
