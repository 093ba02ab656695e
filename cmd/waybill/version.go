package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"waybill/internal/decision"
	pb "waybill/proto/waybill/v1"
)

// version is the program's: the module's, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	commit, modified := "", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value[:min(len(s.Value), 12)]
		case "vcs.modified":
			if s.Value == "true" {
				modified = "+modified"
			}
		}
	}
	if commit == "" {
		return "devel"
	}
	return commit + modified
}

// versionCommand prints what this program judges, and on demand what a server does.
func (c *cli) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, the edition of the rules and what they do not judge; with --server, the server's",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := &pb.GetVersionResponse{
				Version: version(), Edition: decision.Edition, EditionDigest: decision.Digest(),
				RulesJudged: int32(decision.RulesJudged()), RulesTotal: decision.RulesTotal,
			}
			for _, code := range decision.NotJudged() {
				v.NotJudged = append(v.NotJudged, code.String())
			}
			if c.remote.address != "" {
				err := c.with(cmd.Context(), callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
					var err error
					v, err = pb.NewRegistryServiceClient(conn).GetVersion(ctx, &pb.GetVersionRequest{})
					return err
				})
				if err != nil {
					return err
				}
			}
			return c.print(v, func(w io.Writer) error { return printVersion(w, v) })
		},
	}
}

func printVersion(w io.Writer, v *pb.GetVersionResponse) error {
	fmt.Fprintf(w, "waybill %s\n", v.GetVersion())
	fmt.Fprintf(w, "edition %d (%d of %d rules), digest %s\n", v.GetEdition(), v.GetRulesJudged(), v.GetRulesTotal(), v.GetEditionDigest())
	if t := v.GetToken(); t != nil {
		fmt.Fprintf(w, "revision %d of %s\n", t.GetRevision(), t.GetEpoch())
		fmt.Fprintf(w, "%d %s\n", v.GetObservers(), plural(int(v.GetObservers()), "observer"))
	}
	if len(v.GetNotJudged()) == 0 {
		return nil
	}
	rows := make([][]string, 0, len(v.GetNotJudged()))
	for _, code := range v.GetNotJudged() {
		rows = append(rows, []string{fmt.Sprintf("rule %d", pb.ReasonCode_value["REASON_CODE_"+code]/10), code})
	}
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintln(w, "not judged, denying nothing yet:")
	return columns(w, "  ", rows)
}
