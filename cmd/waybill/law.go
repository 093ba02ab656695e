package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"waybill/internal/decision"
	"waybill/internal/registry"
	"waybill/internal/wire"
)

// lawCommand prints the rule table from the code.
func (c *cli) lawCommand() *cobra.Command {
	var open, matrix bool
	cmd := &cobra.Command{
		Use:   "law",
		Short: "Print the rule table: code, clause, regimes, severity, class and cure; with --matrix what exceptions waive, with --open where the law is uncertain",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch {
			case open:
				return c.printOpenPoints()
			case matrix:
				return c.printMatrix()
			}
			return c.printLaw()
		},
	}
	cmd.Flags().BoolVar(&open, "open", false, "print the open points: the setting, its default and why")
	cmd.Flags().BoolVar(&matrix, "matrix", false, "print the default waiver matrix: what each of the six exceptions does to each group of rules")
	cmd.MarkFlagsMutuallyExclusive("open", "matrix")
	return cmd
}

func (c *cli) printLaw() error {
	var list []any
	for _, r := range wire.Law() {
		list = append(list, map[string]any{"rule": r.Rule, "code": r.Code.String(), "clause": r.Clause, "regimes": strings.Join(stringsOf(r.Regimes), " "),
			"severity": r.Severity, "class": r.Class, "cure": r.Cure})
	}
	m, err := structOf(map[string]any{"edition": decision.Edition, "rules": list})
	if err != nil {
		return err
	}
	return c.print(m, func(w io.Writer) error {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "RULE\tCODE\tREGIMES\tSEVERITY\tCLASS\tCLAUSE")
		for _, r := range wire.Law() {
			fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\n", r.Rule, r.Code, strings.Join(stringsOf(r.Regimes), " "), r.Severity, r.Class, r.Clause)
			fmt.Fprintf(t, "\t  %s\t\t\t\t\n", r.Cure)
		}
		fmt.Fprintf(t, "Edition %d, %d of %d rules\n", decision.Edition, decision.RulesJudged(), decision.RulesTotal)
		return t.Flush()
	})
}

func stringsOf[S fmt.Stringer](list []S) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.String())
	}
	return out
}

// exceptions are the six, in the order of the policy.
func exceptions() []registry.Exception {
	var all []registry.Exception
	for e := range (registry.Exception(0)).Values() {
		if e > 0 {
			all = append(all, registry.Exception(e))
		}
	}
	return all
}

// waiverGroups are the groups of rules that an exception may waive.
func waiverGroups() []registry.WaiverGroup {
	var all []registry.WaiverGroup
	for g := range (registry.WaiverGroup(0)).Values() {
		if g > 0 {
			all = append(all, registry.WaiverGroup(g))
		}
	}
	return all
}

func (c *cli) printMatrix() error {
	cells := map[string]any{}
	for _, g := range waiverGroups() {
		row := map[string]any{}
		for _, e := range exceptions() {
			row[e.String()] = registry.DefaultWaiver(g, e).String()
		}
		cells[g.String()] = row
	}
	m, err := structOf(map[string]any{"matrix": cells})
	if err != nil {
		return err
	}
	return c.print(m, func(w io.Writer) error {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintf(t, "GROUP\t%s\n", strings.Join(stringsOf(exceptions()), "\t"))
		for _, g := range waiverGroups() {
			fmt.Fprint(t, g)
			for _, e := range exceptions() {
				fmt.Fprintf(t, "\t%s", registry.DefaultWaiver(g, e))
			}
			fmt.Fprintln(t)
		}
		fmt.Fprint(t, "KINDS")
		for _, e := range exceptions() {
			fmt.Fprintf(t, "\t%s", strings.Join(stringsOf(registry.DefaultExceptionKinds(e)), " "))
		}
		fmt.Fprintln(t)
		return t.Flush()
	})
}

func (c *cli) printOpenPoints() error {
	var list []any
	for _, p := range wire.OpenPoints {
		list = append(list, map[string]any{"point": p.Point, "setting": p.Setting, "default": p.Default, "why": p.Why})
	}
	m, err := structOf(map[string]any{"open": list})
	if err != nil {
		return err
	}
	return c.print(m, func(w io.Writer) error {
		for _, p := range wire.OpenPoints {
			setting := p.Setting
			if setting == "" {
				setting = "no setting"
			}
			fmt.Fprintf(w, "%s\n  setting  %s\n  default  %s\n  why      %s\n", p.Point, setting, p.Default, p.Why)
		}
		return nil
	})
}
