package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "waybill/proto/waybill/v1"
)

// dutiesFlags narrow the list.
type dutiesFlags struct {
	overdue             bool
	states              []string
	kind                string
	recipient, exporter string
	on                  string
	limit               int
}

// dutiesCommand lists who owes what by when; its subcommands open and close.
func (c *cli) dutiesCommand() *cobra.Command {
	f := &dutiesFlags{}
	cmd := &cobra.Command{
		Use:   "duties",
		Short: "List who owes what by when; open and close duties",
		Long: `Lists what is owed, the oldest date first: what follows from the registry as it
stands, and what decisions, facts and people opened. A duty that follows from the
registry goes when the registry is put right; any is closed by evidence.`,
		Example: `  waybill duties --overdue
  waybill duties open complaint --received 2026-09-25 --reason 'case 4711'
  waybill duties close duties/0123456789abcdef0123 --evidence letters/4711`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.limit < 0 {
				return usagef("--limit %d: give a number of duties, or 0 for all", f.limit)
			}
			req, err := f.request()
			if err != nil {
				return err
			}
			return c.with(cmd.Context(), bulkTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				if f.on != "" {
					at, err := c.date(ctx, conn, "on", f.on)
					if err != nil {
						return err
					}
					req.OnTime = timestamppb.New(at)
				}
				return c.listDuties(ctx, conn, req, f.limit)
			})
		},
	}
	fs := cmd.Flags()
	fs.BoolVar(&f.overdue, "overdue", false, "what is overdue, and what has no date because the calendar does not reach")
	fs.StringSliceVar(&f.states, "state", nil, "in these states: due, overdue, undated or closed (default all but closed)")
	fs.StringVar(&f.kind, "kind", "", "of this kind, such as delete-or-return")
	fs.StringVar(&f.recipient, "recipient", "", "that concern this recipient")
	fs.StringVar(&f.exporter, "exporter", "", "that concern this exporter, or every one")
	fs.StringVar(&f.on, "on", "", "as they stand or will stand then: a date or RFC 3339 (default now)")
	fs.IntVar(&f.limit, "limit", 0, "at most this many (default all)")
	complete(cmd, "state", flagValues(pb.DutyState(0).Descriptor(), "DUTY_STATE_")...)
	complete(cmd, "kind", flagValues(pb.DutyKind(0).Descriptor(), "DUTY_KIND_")...)
	cmd.AddCommand(c.dutiesOpenCommand(), c.dutiesCloseCommand())
	return cmd
}

func (f *dutiesFlags) request() (*pb.ListDutiesRequest, error) {
	req := &pb.ListDutiesRequest{Recipient: f.recipient, Exporter: f.exporter}
	if f.overdue {
		if len(f.states) > 0 {
			return nil, usagef("--overdue and --state: give one of them")
		}
		req.States = []pb.DutyState{pb.DutyState_DUTY_STATE_OVERDUE, pb.DutyState_DUTY_STATE_UNDATED}
	}
	for _, text := range f.states {
		n, err := enumFlag("state", pb.DutyState(0).Descriptor(), "DUTY_STATE_", text)
		if err != nil {
			return nil, err
		}
		req.States = append(req.States, pb.DutyState(n))
	}
	kind, err := dutyKind("kind", f.kind)
	req.Kind = kind
	return req, err
}

// dutyKind reads the name of a kind; a complaint is what a person calls it.
func dutyKind(flag, text string) (pb.DutyKind, error) {
	if strings.EqualFold(text, "complaint") {
		return pb.DutyKind_DUTY_KIND_ANSWER_COMPLAINT, nil
	}
	n, err := enumFlag(flag, pb.DutyKind(0).Descriptor(), "DUTY_KIND_", text)
	return pb.DutyKind(n), err
}

// listDuties reads page by page and prints what came.
func (c *cli) listDuties(ctx context.Context, conn *grpc.ClientConn, req *pb.ListDutiesRequest, limit int) error {
	all := &pb.ListDutiesResponse{}
	for req.PageSize = 1000; ; {
		if limit > 0 {
			req.PageSize = int32(min(limit-len(all.GetDuties()), 1000))
		}
		r, err := pb.NewDutyRegisterServiceClient(conn).ListDuties(ctx, req)
		if err != nil {
			return err
		}
		all.Duties = append(all.Duties, r.GetDuties()...)
		all.CalendarEdition, all.CalendarUntil = r.GetCalendarEdition(), r.GetCalendarUntil()
		req.PageToken = r.GetNextPageToken()
		if req.PageToken == "" || limit > 0 && len(all.GetDuties()) >= limit {
			return c.print(all, func(w io.Writer) error { return dutyTable(w, all) })
		}
	}
}

func dutyTable(w io.Writer, all *pb.ListDutiesResponse) error {
	if len(all.GetDuties()) == 0 {
		_, err := fmt.Fprintln(w, "None.")
		return err
	}
	head := []string{"NAME", "STATE", "DUE", "KIND", "OWNER", "RECIPIENT", "RESTS ON", "NOTE"}
	closed := slices.ContainsFunc(all.GetDuties(), func(d *pb.Duty) bool { return d.GetCloseTime() != nil })
	if closed {
		head = append(head, "OUTCOME", "EVIDENCE")
	}
	rows := [][]string{head}
	undated := ""
	for _, d := range all.GetDuties() {
		if d.GetUndatedReason() != "" {
			undated = d.GetUndatedReason()
		}
		row := []string{d.GetName(), dutyState(d), instant(d.GetDueTime()), enumText(d.GetKind().String(), "DUTY_KIND_"),
			d.GetOwner(), d.GetRecipient(), d.GetRecord(), d.GetNote()}
		if closed && d.GetCloseTime() != nil {
			row = append(row, enumText(d.GetOutcome().String(), "DUTY_OUTCOME_"), d.GetEvidence())
		}
		rows = append(rows, row)
	}
	if err := columns(w, "", rows); err != nil || undated == "" {
		return err
	}
	_, err := fmt.Fprintf(w, "What is UNDATED has no date: %s.\n", undated)
	return err
}

func dutyState(d *pb.Duty) string { return enumText(d.GetState().String(), "DUTY_STATE_") }

func enumText(name, prefix string) string { return strings.TrimPrefix(name, prefix) }

// dutiesOpenCommand opens a duty by hand.
func (c *cli) dutiesOpenCommand() *cobra.Command {
	var received, due, regime, exporter, recipient, record, reason string
	cmd := &cobra.Command{
		Use:   "open KIND",
		Short: "Open a duty by hand: a complaint, or any other that does not follow from the registry",
		Example: `  waybill duties open complaint --received 2026-09-25T09:30:00+08:00 --reason 'case 4711'
  waybill duties open complaint --received 2026-09-25 --regime eu --reason 'case 4712'
  waybill duties open delete-minor-data --received 2026-09-25 --recipient sf --reason 'case 4713'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			kind, err := dutyKind("kind", args[0])
			if err != nil {
				return usagef("%s is no kind of duty: give complaint, or one of %s", args[0], strings.Join(flagValues(pb.DutyKind(0).Descriptor(), "DUTY_KIND_"), ", "))
			}
			if received == "" {
				return usagef("--received is needed: when the complaint was received, or when the clock began")
			}
			law, err := enumFlag("regime", pb.Regime(0).Descriptor(), "REGIME_", regime)
			if err != nil {
				return err
			}
			return c.with(cmd.Context(), callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				req := &pb.OpenDutyRequest{
					Kind: kind, Regime: pb.Regime(law), Exporter: exporter, Recipient: recipient, Record: record,
					Options: &pb.WriteOptions{RequestId: requestID(), Reason: reason},
				}
				at, err := c.date(ctx, conn, "received", received)
				if err != nil {
					return err
				}
				req.BeginTime = timestamppb.New(at)
				if due != "" {
					if at, err = c.date(ctx, conn, "due", due); err != nil {
						return err
					}
					req.DueTime = timestamppb.New(at)
				}
				r, err := pb.NewDutyServiceClient(conn).OpenDuty(ctx, req)
				if err != nil {
					return err
				}
				return c.print(r, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "%s  %s by %s\n  %s\n", r.GetDuty().GetName(), dutyState(r.GetDuty()), instant(r.GetDuty().GetDueTime()), r.GetDuty().GetSentence())
					return err
				})
			})
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&received, "received", "", "when it was received, or its clock began: a date or RFC 3339")
	fs.StringVar(&due, "due", "", "when it is due, where no clock says: a date, at whose beginning it is overdue, or RFC 3339")
	fs.StringVar(&regime, "regime", "", "of a complaint: eu or uk for a request under the GDPR, one month (default 15 working days)")
	fs.StringVar(&exporter, "exporter", "", "the exporter that it concerns (default all)")
	fs.StringVar(&recipient, "recipient", "", "the recipient that it concerns")
	fs.StringVar(&record, "record", "", "the record of the registry that it rests on")
	fs.StringVar(&reason, "reason", "", "what it is about: the number of the case, no data of persons")
	complete(cmd, "regime", "policy", "cn", "eu", "uk")
	return cmd
}

// dutiesCloseCommand closes a duty by evidence.
func (c *cli) dutiesCloseCommand() *cobra.Command {
	var evidence, outcome, reason string
	cmd := &cobra.Command{
		Use:   "close NAME",
		Short: "Close a duty by evidence",
		Example: `  waybill duties close duties/0123456789abcdef0123 --evidence letters/4711
  waybill duties close duties/0123456789abcdef0123 --evidence letters/4711 --outcome refused --reason 'not our data'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if evidence == "" {
				return usagef("--evidence is needed: where the proof is kept")
			}
			n, err := enumFlag("outcome", pb.DutyOutcome(0).Descriptor(), "DUTY_OUTCOME_", outcome)
			if err != nil {
				return err
			}
			name := args[0]
			if !strings.Contains(name, "/") {
				name = "duties/" + name
			}
			return c.with(cmd.Context(), callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				r, err := pb.NewDutyServiceClient(conn).CloseDuty(ctx, &pb.CloseDutyRequest{
					Name: name, Evidence: evidence, Outcome: pb.DutyOutcome(n), Options: &pb.WriteOptions{RequestId: requestID(), Reason: reason},
				})
				if err != nil {
					return err
				}
				return c.print(r, func(w io.Writer) error {
					if _, err := fmt.Fprintf(w, "%s  CLOSED, %s: %s\n", r.GetDuty().GetName(), enumText(r.GetDuty().GetOutcome().String(), "DUTY_OUTCOME_"), r.GetDuty().GetEvidence()); err != nil || r.GetNext() == nil {
						return err
					}
					_, err := fmt.Fprintf(w, "%s  goes on, %s by %s\n", r.GetNext().GetName(), dutyState(r.GetNext()), instant(r.GetNext().GetDueTime()))
					return err
				})
			})
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&evidence, "evidence", "", "where the proof is kept; no data of persons")
	fs.StringVar(&outcome, "outcome", "", "done, or of a complaint refused or extended (default done)")
	fs.StringVar(&reason, "reason", "", "why a complaint is refused or put off, as the person was told")
	complete(cmd, "outcome", flagValues(pb.DutyOutcome(0).Descriptor(), "DUTY_OUTCOME_")...)
	return cmd
}
