package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/wire"
	pb "waybill/proto/waybill/v1"
)

// date reads a date, which is 00:00 in the registry's zone, or an RFC 3339 instant.
func (c *cli) date(ctx context.Context, conn *grpc.ClientConn, flag, text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return time.Time{}, usagef("--%s %s: write a date such as 2025-01-31, or 2025-01-31T08:00:00Z", flag, text)
	}
	zone, err := zoneOf(ctx, conn)
	if err != nil {
		return time.Time{}, fmt.Errorf("--%s %s (an instant with its zone needs none): %w", flag, text, err)
	}
	return time.ParseInLocation(time.DateOnly, text, zone)
}

// times are the two times of a reading: in force on, as recorded by.
type times struct{ on, known string }

func (t *times) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&t.on, "on", "", "in force then: a date or RFC 3339 (default now)")
	cmd.Flags().StringVar(&t.known, "known", "", "as recorded by then: a date or RFC 3339 (default now)")
}

func (c *cli) instants(ctx context.Context, conn *grpc.ClientConn, t times) (on, known *timestamppb.Timestamp, err error) {
	for _, x := range []struct {
		flag, text string
		to         **timestamppb.Timestamp
	}{{"on", t.on, &on}, {"known", t.known, &known}} {
		if x.text == "" {
			continue
		}
		at, err := c.date(ctx, conn, x.flag, x.text)
		if err != nil {
			return nil, nil, err
		}
		*x.to = timestamppb.New(at)
	}
	return on, known, nil
}

// findCommand searches ids, titles, sentences and examples.
func (c *cli) findCommand() *cobra.Command {
	var limit int32
	cmd := &cobra.Command{
		Use:     "find WORDS",
		Short:   "Find purposes, categories and recipients by words",
		Example: "  waybill find 'sms code'",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 0 {
				return usagef("--limit %d: give a number of findings, or 0 for 10", limit)
			}
			return c.with(cmd.Context(), callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				r, err := pb.NewRegistryServiceClient(conn).Find(ctx, &pb.FindRequest{Words: strings.Join(args, " "), PageSize: limit})
				if err != nil {
					return err
				}
				return c.print(r, func(w io.Writer) error {
					if len(r.GetFindings()) == 0 {
						_, err := fmt.Fprintln(w, "Nothing was found. Try fewer or other words.")
						return err
					}
					for _, f := range r.GetFindings() {
						fmt.Fprintf(w, "%s  %s\n", f.GetName(), f.GetTitle())
						for _, line := range []string{f.GetSentence(), prefixed("For example: ", f.GetExample()), f.GetRemark()} {
							if line != "" {
								fmt.Fprintln(w, "  "+line)
							}
						}
					}
					return nil
				})
			})
		},
	}
	cmd.Flags().Int32Var(&limit, "limit", 0, "at most this many (default 10, at most 100)")
	return cmd
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// getCommand prints one noun, or one decision, as it stands or stood.
func (c *cli) getCommand() *cobra.Command {
	var t times
	cmd := &cobra.Command{
		Use:     "get NAME",
		Short:   "Print one noun as it stands, or stood on a date, as known on a date",
		Example: "  waybill get agreements/sf-2025 --on 2025-06-30 --known 2025-07-01",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				if strings.HasPrefix(args[0], "decisions/") {
					return c.getDecision(ctx, conn, args[0])
				}
				on, known, err := c.instants(ctx, conn, t)
				if err != nil {
					return err
				}
				r, err := pb.NewRegistryServiceClient(conn).Lookup(ctx, &pb.LookupRequest{Name: args[0], OnTime: on, KnownTime: known})
				if err != nil {
					return err
				}
				return c.print(r, func(w io.Writer) error {
					zone, err := zoneOf(ctx, conn)
					if err != nil {
						return err
					}
					return printLookup(w, r, zone)
				})
			})
		},
	}
	t.register(cmd)
	c.completeFirst(cmd)
	return cmd
}

func (c *cli) getDecision(ctx context.Context, conn *grpc.ClientConn, name string) error {
	d, err := pb.NewDecisionServiceClient(conn).GetDecision(ctx, &pb.GetDecisionRequest{Name: name})
	if err != nil {
		return err
	}
	return c.print(d, func(w io.Writer) error {
		q := d.GetQuestion()
		fmt.Fprintf(w, "%s asked at %s: %s, %s, %s\n", d.GetPrincipal(), instant(d.GetDecision().GetDecideTime()),
			q.GetRecipient(), q.GetPurpose(), strings.Join(q.GetCategories(), ", "))
		return answer(w, q, d.GetDecision())
	})
}

func metaOf(n protoreflect.Message) *pb.Meta {
	f := n.Descriptor().Fields().ByName("meta")
	if f == nil || !n.Has(f) {
		return nil
	}
	switch m := n.Get(f).Message().Interface().(type) {
	case *pb.Meta:
		return m
	default: // a dynamic message of the same shape
		meta := &pb.Meta{}
		if b, err := proto.Marshal(m); err == nil && proto.Unmarshal(b, meta) == nil {
			return meta
		}
		return nil
	}
}

// printLookup writes the two times of a reading, and the noun as a file has it.
func printLookup(w io.Writer, r *pb.LookupResponse, zone *time.Location) error {
	n := wire.Noun(r.GetResource())
	if n == nil {
		return fmt.Errorf("the server answered without a noun")
	}
	meta := metaOf(n.ProtoReflect())
	stands := "As it stands"
	if meta.GetState() != "" {
		stands = meta.GetState()
	}
	fmt.Fprintf(w, "# %s on %s, as known at revision %d; recorded at revision %d on %s\n", stands,
		instant(r.GetOnTime()), r.GetRevision(), meta.GetRevision(), instant(meta.GetUpdateTime()))
	return wire.WriteYAMLIn(w, zone, []*pb.Resource{r.GetResource()})
}
