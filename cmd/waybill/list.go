package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "waybill/proto/waybill/v1"
)

// lists says which method lists a noun, and the columns beside name and state.
var lists = map[string]struct {
	method  protoreflect.FullName
	columns []string
}{
	"exporters":   {"waybill.v1.ExporterService.ListExporters", []string{"country", "title"}},
	"recipients":  {"waybill.v1.RecipientService.ListRecipients", []string{"kind", "role", "country", "title"}},
	"deployments": {"waybill.v1.RecipientService.ListDeployments", []string{"storage_countries", "access_countries", "title"}},
	"agreements":  {"waybill.v1.AgreementService.ListAgreements", []string{"type", "recipients", "expire_time", "title"}},
	"transfers":   {"waybill.v1.TransferService.ListTransfers", []string{"regime", "mechanism", "recipients", "countries", "valid_to"}},
	"register":    {"waybill.v1.TransferRegisterService.ListRegisteredTransfers", []string{"exporter", "regime", "mechanism", "recipients", "countries", "valid_to"}},
	"assessments": {"waybill.v1.AssessmentService.ListAssessments", []string{"type", "exporter", "recipients", "review_until"}},
	"purposes":    {"waybill.v1.PurposeService.ListPurposes", []string{"service", "title", "sentence"}},
	"categories":  {"waybill.v1.CategoryService.ListCategories", []string{"title", "sentence"}},
	"policies":    {"waybill.v1.PolicyService.ListPolicies", []string{"effective_time", "title"}},
	"principals":  {"waybill.v1.PrincipalService.ListPrincipals", []string{"role", "observe_until", "title"}},
	"instruments": {"waybill.v1.InstrumentService.ListInstruments", []string{"recipient", "number", "regime", "expire_time", "title"}},
	"exceptions":  {"waybill.v1.ExceptionRecordService.ListExceptionRecords", []string{"exception", "recipients", "expire_time", "title"}},
	"decisions":   {"waybill.v1.DecisionService.ListDecisions", []string{"principal", "question.recipient", "question.purpose", "decision.outcome", "decision.primary_reason", "decision.decide_time"}},
	"changes":     {"waybill.v1.ChangeService.ListChanges", []string{"revision", "operation", "author", "record_time", "reason"}},
}

func nouns() []string {
	var all []string
	for n := range lists {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

// listCommand prints every noun of a kind.
func (c *cli) listCommand() *cobra.Command {
	var t times
	var parent, recipient, outcome, since, until, of string
	var limit int
	cmd := &cobra.Command{
		Use:       "list NOUN",
		Short:     "List " + strings.Join(nouns(), ", "),
		ValidArgs: nouns(),
		Args:      cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 0 {
				return usagef("--limit %d: give a number of items, or 0 for all", limit)
			}
			kind := args[0]
			l, ok := lists[kind]
			if !ok {
				l, ok = lists[kind+"s"]
			}
			if !ok {
				return usagef("%s is no noun that is listed; there are: %s", kind, strings.Join(nouns(), ", "))
			}
			return c.with(cmd.Context(), bulkTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				on, known, err := c.instants(ctx, conn, t)
				if err != nil {
					return err
				}
				p := &pages{conn: conn, method: l.method, limit: limit}
				set := map[string]any{}
				put := func(field string, given bool, v any) {
					if given {
						set[field] = v
					}
				}
				put("on_time", on != nil, on)
				put("known_time", known != nil, known)
				put("parent", parent != "", parent)
				put("recipient", recipient != "", recipient)
				put("name", of != "", of)
				for field, text := range map[string]string{"start_time": since, "end_time": until} {
					if text == "" {
						continue
					}
					at, err := c.date(ctx, conn, map[string]string{"start_time": "since", "end_time": "until"}[field], text)
					if err != nil {
						return err
					}
					set[field] = timestamppb.New(at)
				}
				if outcome != "" {
					n, err := enumFlag("outcome", pb.Outcome(0).Descriptor(), "OUTCOME_", outcome)
					if err != nil {
						return err
					}
					set["outcome"] = n
				}
				if err := p.prepare(set); err != nil {
					return err
				}
				return c.printList(ctx, p, l.columns)
			})
		},
	}
	t.register(cmd)
	f := cmd.Flags()
	f.StringVar(&parent, "parent", "", "deployments of this recipient only")
	f.StringVar(&recipient, "recipient", "", "decisions on this recipient only")
	f.StringVar(&outcome, "outcome", "", "decisions with this outcome only: allowed or denied")
	f.StringVar(&of, "name", "", "changes of this noun only")
	f.StringVar(&since, "since", "", "decisions at or after")
	f.StringVar(&until, "until", "", "decisions before")
	f.IntVar(&limit, "limit", 0, "at most this many (default all)")
	complete(cmd, "outcome", "allowed", "denied")
	return cmd
}

// pages reads a listing page by page through the contract's descriptors: all
// listings have one shape.
type pages struct {
	conn   *grpc.ClientConn
	method protoreflect.FullName
	limit  int

	m     protoreflect.MethodDescriptor
	req   *dynamicpb.Message
	items protoreflect.FieldDescriptor
}

func (p *pages) prepare(set map[string]any) error {
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(p.method)
	if err != nil {
		return fmt.Errorf("find %s: %w", p.method, err)
	}
	p.m = d.(protoreflect.MethodDescriptor)
	p.req = dynamicpb.NewMessage(p.m.Input())
	fields := p.m.Input().Fields()
	for name, v := range set {
		f := fields.ByName(protoreflect.Name(name))
		if f == nil {
			return usagef("this noun is not listed by %s", strings.ReplaceAll(strings.TrimSuffix(name, "_time"), "_", "-"))
		}
		switch v := v.(type) {
		case *timestamppb.Timestamp:
			p.req.Set(f, protoreflect.ValueOfMessage(v.ProtoReflect()))
		case protoreflect.EnumNumber:
			p.req.Set(f, protoreflect.ValueOfEnum(v))
		default:
			p.req.Set(f, protoreflect.ValueOf(v))
		}
	}
	size := int32(1000)
	if p.limit > 0 {
		size = int32(min(p.limit, 1000))
	}
	p.req.Set(fields.ByName("page_size"), protoreflect.ValueOfInt32(size))
	out := p.m.Output().Fields()
	for i := range out.Len() {
		if out.Get(i).IsList() {
			p.items = out.Get(i)
		}
	}
	return nil
}

// each calls f for every item.
func (p *pages) each(ctx context.Context, f func(protoreflect.Message) error) error {
	path := fmt.Sprintf("/%s/%s", p.m.Parent().FullName(), p.m.Name())
	n := 0
	for {
		reply := dynamicpb.NewMessage(p.m.Output())
		if err := p.conn.Invoke(ctx, path, p.req, reply); err != nil {
			return err
		}
		l := reply.Get(p.items).List()
		for i := range l.Len() {
			if p.limit > 0 && n == p.limit {
				return nil
			}
			if err := f(l.Get(i).Message()); err != nil {
				return err
			}
			n++
		}
		next := reply.Get(p.m.Output().Fields().ByName("next_page_token")).String()
		if next == "" {
			return nil
		}
		p.req.Set(p.m.Input().Fields().ByName("page_token"), protoreflect.ValueOfString(next))
	}
}

func (c *cli) printList(ctx context.Context, p *pages, cols []string) error {
	if c.output != "table" {
		// One document an item: a listing may be longer than memory.
		return p.each(ctx, func(m protoreflect.Message) error {
			if c.output == "yaml" {
				if _, err := fmt.Fprintln(c.out, "---"); err != nil {
					return err
				}
			}
			return c.print(m.Interface(), nil)
		})
	}
	head := []string{"NAME"}
	stateful := p.items.Message().Fields().ByName("meta") != nil
	if stateful {
		head = append(head, "STATE")
	}
	for _, col := range cols {
		head = append(head, strings.ToUpper(strings.ReplaceAll(col[strings.LastIndexByte(col, '.')+1:], "_", " ")))
	}
	rows := [][]string{head}
	err := p.each(ctx, func(m protoreflect.Message) error {
		row := []string{cell(m, "name")}
		if stateful {
			row = append(row, metaOf(m).GetState())
		}
		for _, col := range cols {
			row = append(row, cell(m, col))
		}
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return err
	}
	if len(rows) == 1 {
		_, err := fmt.Fprintln(c.out, "None.")
		return err
	}
	return columns(c.out, "", rows)
}

// cell renders one field, found by its dotted path, for a table.
func cell(m protoreflect.Message, path string) string {
	name, rest, deeper := strings.Cut(path, ".")
	f := m.Descriptor().Fields().ByName(protoreflect.Name(name))
	if f == nil || !m.Has(f) {
		return ""
	}
	if deeper {
		return cell(m.Get(f).Message(), rest)
	}
	if f.IsList() {
		var all []string
		for i := range m.Get(f).List().Len() {
			all = append(all, scalar(f, m.Get(f).List().Get(i)))
		}
		return strings.Join(all, ",")
	}
	return scalar(f, m.Get(f))
}

func scalar(f protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch f.Kind() {
	case protoreflect.EnumKind:
		d := f.Enum()
		zero := string(d.Values().Get(0).Name())
		n := d.Values().ByNumber(v.Enum())
		if n == nil {
			return fmt.Sprint(v.Enum())
		}
		return strings.TrimPrefix(string(n.Name()), strings.TrimSuffix(zero, "UNSPECIFIED"))
	case protoreflect.MessageKind:
		if f.Message().FullName() == "google.protobuf.Timestamp" {
			t := v.Message()
			fields := t.Descriptor().Fields()
			at := time.Unix(t.Get(fields.ByName("seconds")).Int(), t.Get(fields.ByName("nanos")).Int()).UTC()
			return at.Format("2006-01-02T15:04:05Z")
		}
	}
	return v.String()
}
