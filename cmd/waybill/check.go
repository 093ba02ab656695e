package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "waybill/proto/waybill/v1"
)

const questionExample = ` --recipient sf --purpose delivery --category user.name,user.address --order-ref O-1 --subject s-1`

// checkCommand asks one question and has the answer recorded.
func (c *cli) checkCommand() *cobra.Command {
	f := &questionFlags{}
	cmd := &cobra.Command{
		Use:     "check --recipient NAME --purpose NAME --category NAME…",
		Short:   "Ask whether a share is allowed, and record the answer",
		Example: "  waybill check" + questionExample,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q, at, err := f.question()
			if err != nil {
				return err
			}
			var d *pb.ShareDecision
			err = c.with(cmd.Context(), callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				r, err := pb.NewShareServiceClient(conn).CheckShare(ctx, &pb.CheckShareRequest{Question: q, AtLeastRevision: at, RequestId: f.requestID})
				d = r.GetDecision()
				return err
			})
			if err != nil {
				return questionFailed(err)
			}
			if err := c.print(d, func(w io.Writer) error { return answer(w, q, d) }); err != nil {
				return err
			}
			return denied(d)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.requestID, "request-id", "", "for correlation: echoed and recorded")
	c.completeNames(cmd)
	return cmd
}

// explainCommand asks the same without a record, with what every rule did.
func (c *cli) explainCommand() *cobra.Command {
	f := &questionFlags{}
	var at string
	var asOf int64
	var needs, goCode bool
	cmd := &cobra.Command{
		Use:     "explain --recipient NAME --purpose NAME [--category NAME…]",
		Short:   "Ask without a record, at any time and revision, with what every rule did and what would cure a denial; with --needs what a share would need",
		Example: "  waybill explain" + questionExample + "\n  waybill explain --recipient sf --purpose delivery --needs --go",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if goCode && !needs {
				return usagef("--go goes with --needs")
			}
			f.bare = needs
			q, least, err := f.question()
			if err != nil {
				return err
			}
			var r *pb.ExplainShareResponse
			err = c.with(cmd.Context(), callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				req := &pb.ExplainShareRequest{Question: q, AsOf: asOf, AtLeastRevision: least}
				if at != "" {
					t, err := c.date(ctx, conn, "at", at)
					if err != nil {
						return err
					}
					req.Time = timestamppb.New(t)
				}
				var err error
				r, err = pb.NewShareServiceClient(conn).ExplainShare(ctx, req)
				return err
			})
			if err != nil {
				return questionFailed(err)
			}
			if needs {
				return c.print(r, func(w io.Writer) error {
					if goCode {
						return goCall(w, q, r.GetNeeds())
					}
					return columns(w, "", needRows(r.GetNeeds()))
				})
			}
			err = c.print(r, func(w io.Writer) error {
				if err := answer(w, q, r.GetDecision()); err != nil {
					return err
				}
				if len(r.GetCures()) > 0 {
					fmt.Fprintln(w, "Allowed with:")
					if err := columns(w, "  ", cureRows(r.GetCures())); err != nil {
						return err
					}
				}
				fmt.Fprintln(w)
				return columns(w, "", traceRows(r.GetTrace()))
			})
			if err != nil {
				return err
			}
			return denied(r.GetDecision())
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&at, "at", "", "the instant judged: a date or RFC 3339 (default now)")
	cmd.Flags().Int64Var(&asOf, "as-of", 0, "the revision as recorded (default the newest); not for callers")
	cmd.Flags().BoolVar(&needs, "needs", false, "print what a share of recipient and purpose would need, without a decision; no category is asked for")
	cmd.Flags().BoolVar(&goCode, "go", false, "with --needs: print the call to paste into a Go service")
	c.completeNames(cmd)
	return cmd
}

// denied turns everything but ALLOWED into exit code 1.
func denied(d *pb.ShareDecision) error {
	if d.GetOutcome() == pb.Outcome_OUTCOME_ALLOWED {
		return nil
	}
	return &exitError{code: exitNo}
}

// questionFailed says that nothing was answered: to a script that is a no.
func questionFailed(err error) error {
	if exitCode(err) == exitUnavailable {
		return &exitError{code: exitUnavailable, err: fmt.Errorf("there is no answer, and no answer is a no: %s", message(err))}
	}
	return err
}
