package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Run does what args ask and returns the exit code. What was asked for goes to
// stdout; what went wrong, and questions to a person, to stderr. Cancelling ctx
// stops a server gracefully.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &cli{in: stdin, out: stdout, err: stderr, getenv: os.Getenv, now: time.Now, terminal: isTerminal(stdin)}
	return c.run(ctx, args)
}

// cli is one run of the program.
type cli struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time
	terminal bool // a person sits at stdin

	output  string // table, json or yaml
	dataDir string
	remote  remote

	started bool // the arguments were understood
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (c *cli) run(ctx context.Context, args []string) int {
	root := c.root()
	root.SetArgs(args)
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	err := root.ExecuteContext(ctx)
	if err != nil && !c.started {
		err = &exitError{code: exitUsage, err: fmt.Errorf("%w\nSee: waybill --help", err)}
	}
	return c.exit(err)
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "waybill",
		Short: "A registry of everyone personal data is shared with, and the gate every outbound share passes",
		Long: `Waybill answers "may I share these categories, for this purpose, with this
recipient, now?" with reasons, and records the answer before it is given.

Exit codes: 0 done or allowed; 1 denied, cases failed or differences found;
64 usage; 65 a file was refused; 69 unavailable; 70 internal; 77 not permitted.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			switch c.output {
			case "table", "json", "yaml":
			default:
				return fmt.Errorf("-o %s: give table, json or yaml", c.output)
			}
			c.started = true
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := root.PersistentFlags()
	f.StringVarP(&c.output, "output", "o", "table", "how to print: table, json or yaml")
	f.StringVar(&c.dataDir, "data-dir", "", "where the embedded registry and its token are (WAYBILL_DATA_DIR; default: waybill in the user's data directory)")
	f.StringVar(&c.remote.address, "server", "", "address of the server (WAYBILL_SERVER; default "+defaultAddress+")")
	f.StringVar(&c.remote.tokenFile, "token-file", "", "file that holds the token (WAYBILL_TOKEN is the token itself; default: the embedded server's, on loopback)")
	f.StringVar(&c.remote.ca, "tls-ca", "", "PEM file of the authority that the server's certificate is checked against (default: the system's)")
	f.BoolVar(&c.remote.insecure, "insecure", false, "talk to a server off loopback without TLS")
	complete(root, "output", "table", "json", "yaml")

	root.AddCommand(
		c.serveCommand(), c.migrateCommand(), c.demoCommand(),
		c.applyCommand(), c.diffCommand(), c.exportCommand(),
		c.checkCommand(), c.explainCommand(), c.testCommand(),
		c.findCommand(), c.getCommand(), c.listCommand(), c.dutiesCommand(), c.factsCommand(),
		c.tokenCommand(), c.doctorCommand(), c.versionCommand(), c.lawCommand(),
	)
	return root
}

// complete offers fixed values of a flag to the shell.
func complete(cmd *cobra.Command, flag string, values ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is defined a line above
	}
}
