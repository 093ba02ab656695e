package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "waybill/proto/waybill/v1"
)

// factsCommand writes and shows what is held of subjects.
func (c *cli) factsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "facts",
		Short: "Write and show what is held of subjects: consents, withdrawals, erasures, objections",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.factsWriteCommand(), c.factsWithdrawCommand(), c.factsGetCommand())
	return cmd
}

func (c *cli) factsWriteCommand() *cobra.Command {
	var file, id string
	cmd := &cobra.Command{
		Use:   "write -f FILE",
		Short: "Write the facts of a YAML file; when this returns no server answers by what was held before",
		Example: `  waybill facts write -f facts.yaml
  # - {subject: s-1, kind: OBJECTION, purpose: marketing}
  # - {subject: s-2, kind: POLICY_ACCEPTANCE, policy: 2026-03-01, byGuardian: true}
  # - {subject: s-3, kind: CONSENT, consentType: SEPARATE_CROSS_BORDER, purpose: delivery, categories: [user.name],
  #    recipient: sf, policy: 2026-03-01, countries: [HK]}`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			facts, err := c.factFile(file)
			if err != nil {
				return err
			}
			return c.writeFacts(cmd.Context(), id, facts)
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "YAML file with a list of facts; - is the standard input")
	cmd.Flags().StringVar(&id, "request-id", "", "makes a repeat within 24 hours write nothing more (default: a new one)")
	return cmd
}

func (c *cli) factsWithdrawCommand() *cobra.Command {
	f := &pb.Fact{Kind: pb.FactKind_FACT_KIND_WITHDRAWAL}
	var kind, at, id string
	cmd := &cobra.Command{
		Use:     "withdraw --subject REFERENCE --purpose NAME",
		Short:   "Record that a subject withdrew consent; when this returns nothing is allowed on it any more",
		Example: "  waybill facts withdraw --subject s-1 --purpose delivery",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := enumFlag("type", pb.ConsentType(0).Descriptor(), "CONSENT_TYPE_", kind)
			if err != nil {
				return err
			}
			f.ConsentType = pb.ConsentType(n)
			if f.GetSubject() == "" || f.GetPurpose() == "" {
				return usagef("--subject and --purpose are needed")
			}
			if at != "" {
				err := c.with(cmd.Context(), callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
					t, err := c.date(ctx, conn, "at", at)
					f.Time = timestamppb.New(t)
					return err
				})
				if err != nil {
					return err
				}
			}
			return c.writeFacts(cmd.Context(), id, []*pb.Fact{f})
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.Subject, "subject", "", "the subject, an opaque reference; it is tagged on arrival and never stored")
	fs.StringVar(&f.Purpose, "purpose", "", "the purpose; the served one where a service is asked for")
	fs.StringVar(&kind, "type", "", "the type of consent (default: every type)")
	fs.StringVar(&f.Recipient, "recipient", "", "the recipient (default: every one)")
	fs.StringVar(&f.Publication, "publication", "", "the publication (default: every one)")
	fs.StringVar(&at, "at", "", "when it was withdrawn: a date or RFC 3339 that has come (default: now)")
	fs.StringVar(&id, "request-id", "", "makes a repeat within 24 hours write nothing more (default: a new one)")
	complete(cmd, "type", flagValues(pb.ConsentType(0).Descriptor(), "CONSENT_TYPE_")...)
	return cmd
}

func (c *cli) factsGetCommand() *cobra.Command {
	var subject string
	cmd := &cobra.Command{
		Use:     "get --subject REFERENCE",
		Short:   "Show what is held of a subject; that it was asked is logged",
		Example: "  waybill facts get --subject s-1",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if subject == "" {
				return usagef("--subject is needed")
			}
			var held *pb.HeldFacts
			err := c.with(cmd.Context(), callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				var err error
				held, err = pb.NewFactServiceClient(conn).GetFacts(ctx, &pb.GetFactsRequest{Subject: subject})
				return err
			})
			if err != nil {
				return err
			}
			return c.print(held, func(w io.Writer) error { return heldFacts(w, held) })
		},
	}
	cmd.Flags().StringVar(&subject, "subject", "", "the subject, an opaque reference")
	return cmd
}

func (c *cli) writeFacts(ctx context.Context, id string, facts []*pb.Fact) error {
	if id == "" {
		id = requestID()
	}
	var r *pb.WriteFactsResponse
	err := c.with(ctx, callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
		var err error
		r, err = pb.NewFactServiceClient(conn).WriteFacts(ctx, &pb.WriteFactsRequest{Facts: facts, RequestId: id})
		return err
	})
	if err != nil {
		return err
	}
	return c.print(r, func(w io.Writer) error {
		what := "1 fact is recorded"
		if len(facts) > 1 {
			what = fmt.Sprintf("%d facts are recorded", len(facts))
		}
		_, err := fmt.Fprintf(w, "%s and in force. Answers that were given before lapse by %s.\n", what, instant(r.GetUseBy()))
		return err
	})
}

// factFile reads a list of facts.
func (c *cli) factFile(path string) ([]*pb.Fact, error) {
	if path == "" {
		return nil, usagef("-f is needed: a YAML file with a list of facts")
	}
	data, name, err := []byte(nil), path, error(nil)
	if path == "-" {
		name = "standard input"
		data, err = io.ReadAll(io.LimitReader(c.in, maxFactFile))
	} else {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, usagef("read the facts: %w", err)
	}
	items, err := yamlList(data, "fact", map[string]string{"kind": "FACT_KIND_", "consentType": "CONSENT_TYPE_", "ageBand": "AGE_BAND_"})
	if err != nil {
		return nil, &exitError{code: exitFile, err: fmt.Errorf("%s: %w", name, err)}
	}
	facts := make([]*pb.Fact, len(items))
	for i, item := range items {
		facts[i] = &pb.Fact{}
		if err := protojson.Unmarshal(item.json, facts[i]); err != nil {
			return nil, &exitError{code: exitFile, err: fmt.Errorf("%s:%d: fact: %s", name, item.line, protoComplaint(err))}
		}
	}
	return facts, nil
}

const maxFactFile = 4 << 20

// heldFacts prints what is held of a subject.
func heldFacts(w io.Writer, h *pb.HeldFacts) error {
	if h.GetFactCount() == 0 {
		_, err := fmt.Fprintln(w, "Nothing is held.")
		return err
	}
	var states []string
	for _, s := range []struct {
		is   bool
		name string
	}{
		{h.GetErased(), "erased"}, {h.GetRestricted(), "restricted"}, {h.GetDoNotTrack(), "do-not-track"}, {h.GetOptedOutInterestAds(), "opted out of interest-based ads"},
	} {
		if s.is {
			states = append(states, s.name)
		}
	}
	rows := [][]string{{"FACTS", fmt.Sprint(h.GetFactCount())}}
	line := func(name string, values []string) {
		if len(values) > 0 {
			rows = append(rows, []string{name, strings.Join(values, ", ")})
		}
	}
	line("STATE", states)
	line("OBJECTED", h.GetObjectedPurposes())
	if b := h.GetAgeBand(); b != 0 {
		line("AGE", []string{strings.TrimPrefix(b.String(), "AGE_BAND_")})
	}
	line("ACCEPTED", h.GetAcceptedPolicies())
	line("BY A GUARDIAN", h.GetPoliciesAcceptedByGuardian())
	if err := columns(w, "", rows); err != nil || len(h.GetConsents()) == 0 {
		return err
	}
	fmt.Fprintln(w)
	table := [][]string{{"CONSENT", "PURPOSE", "RECIPIENT", "COUNTRIES", "GIVEN", "ENDS", "WITHDRAWN", "CATEGORIES"}}
	for _, k := range h.GetConsents() {
		kind := strings.TrimPrefix(k.GetType().String(), "CONSENT_TYPE_")
		if k.GetType() == 0 {
			kind = "every type"
		}
		table = append(table, []string{kind, k.GetPurpose(), k.GetRecipient(), strings.Join(k.GetCountries(), ", "), instant(k.GetGiveTime()), instant(k.GetExpireTime()), instant(k.GetWithdrawTime()),
			strings.Join(k.GetCategories(), ", ")})
	}
	return columns(w, "", table)
}
