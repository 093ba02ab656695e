package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"waybill/internal/registry"
	pb "waybill/proto/waybill/v1"
)

func (c *cli) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Create, list and revoke the tokens of principals",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.tokenCreateCommand(), c.tokenListCommand(), c.tokenRevokeCommand())
	return cmd
}

// principalName adds the collection where it was left out.
func principalName(name string) string {
	if strings.HasPrefix(name, registry.Principals.Prefix()) {
		return name
	}
	return registry.Principals.Prefix() + name
}

type tokenFlags struct {
	role, expires, writeTo, database string
}

func (c *cli) tokenCreateCommand() *cobra.Command {
	f := &tokenFlags{}
	cmd := &cobra.Command{
		Use:   "create [PRINCIPAL]",
		Short: "Create a token and show it once; with --role the principal is recorded if it is new",
		Example: `  waybill token create principals/checkout --role caller
  waybill token create --role admin --database postgres://…   # the first one, by the operator`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			role, err := enumFlag("role", pb.Role(0).Descriptor(), "ROLE_", f.role)
			if err != nil {
				return err
			}
			name := ""
			switch {
			case len(args) == 1:
				name = principalName(args[0])
			case role != 0:
				name = principalName(strings.ToLower(registry.Role(role).String()))
			default:
				return usagef("give a principal, or --role")
			}
			create := func() (*pb.CreateTokenResponse, error) { return c.createToken(cmd.Context(), f, name, pb.Role(role)) }
			revoke := func(id string) error { return c.revokeToken(cmd.Context(), name, id) }
			if f.database != "" {
				create = func() (*pb.CreateTokenResponse, error) {
					return c.createTokenInDatabase(cmd.Context(), f, name, registry.Role(role))
				}
				revoke = func(id string) error { return c.revokeTokenInDatabase(cmd.Context(), f, name, id) }
			}
			var made *pb.CreateTokenResponse
			if f.writeTo == "" {
				made, err = create()
			} else {
				var file *os.File
				if file, err = reserve(f.writeTo); err != nil {
					return err
				}
				made, err = createTo(file, create, revoke)
			}
			if err != nil {
				return err
			}
			return c.showToken(f, name, made)
		},
	}
	cmd.Flags().StringVar(&f.role, "role", "", "caller, legal, auditor or admin: records the principal if it is new")
	cmd.Flags().StringVar(&f.expires, "expires", "", "when it expires: a date, RFC 3339, or a duration such as 720h (default never)")
	cmd.Flags().StringVar(&f.writeTo, "write-to", "", "write the token to this new file, for its owner only, instead of printing it")
	cmd.Flags().StringVar(&f.database, "database", "", "make it in the database itself, as the operator: for the first token on PostgreSQL")
	complete(cmd, "role", flagValues(pb.Role(0).Descriptor(), "ROLE_")...)
	return cmd
}

// createToken has the server make the token.
func (c *cli) createToken(ctx context.Context, f *tokenFlags, name string, role pb.Role) (made *pb.CreateTokenResponse, err error) {
	err = c.with(ctx, callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
		principals := pb.NewPrincipalServiceClient(conn)
		req := &pb.CreateTokenRequest{Parent: name, Options: &pb.WriteOptions{RequestId: requestID()}}
		if f.expires != "" {
			t, err := c.expiry(ctx, conn, f.expires)
			if err != nil {
				return err
			}
			req.ExpireTime = timestamppb.New(t)
		}
		if role != 0 {
			p, err := principals.GetPrincipal(ctx, &pb.GetPrincipalRequest{Name: name})
			switch {
			case status.Code(err) == codes.NotFound:
				_, err = principals.CreatePrincipal(ctx, &pb.CreatePrincipalRequest{
					Principal: &pb.Principal{Name: name, Title: strings.TrimPrefix(name, registry.Principals.Prefix()), Role: role},
					Options:   &pb.WriteOptions{RequestId: requestID(), Reason: "token create"},
				})
				if err != nil {
					return err
				}
			case err != nil:
				return err
			case p.GetRole() != role:
				return usagef("%s has the role %s; a token does not change it", name, strings.TrimPrefix(p.GetRole().String(), "ROLE_"))
			}
		}
		var err error
		made, err = principals.CreateToken(ctx, req)
		return err
	})
	return made, err
}

// expiry reads when a token expires, and refuses a time that has passed before
// anything is written.
func (c *cli) expiry(ctx context.Context, conn *grpc.ClientConn, text string) (time.Time, error) {
	var t time.Time
	if d, err := time.ParseDuration(text); err == nil {
		t = c.now().Add(d)
	} else if t, err = c.date(ctx, conn, "expires", text); err != nil {
		return t, err
	}
	if !t.After(c.now()) {
		return t, usagef("--expires %s: write a time to come, as 2027-01-31T00:00:00Z or 720h", text)
	}
	return t, nil
}

func (c *cli) showToken(f *tokenFlags, name string, made *pb.CreateTokenResponse) error {
	return c.print(made, func(w io.Writer) error {
		fmt.Fprintf(w, "%s  token %s", name, made.GetToken().GetId())
		if t := made.GetToken().GetExpireTime(); t != nil {
			fmt.Fprintf(w, "  expires %s", instant(t))
		}
		fmt.Fprintln(w)
		if f.writeTo != "" {
			_, err := fmt.Fprintf(w, "written to %s\n", f.writeTo)
			return err
		}
		_, err := fmt.Fprintf(w, "%s\nIt is shown once. Give it to clients as WAYBILL_TOKEN.\n", made.GetSecret())
		return err
	})
}

func (c *cli) tokenListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list [PRINCIPAL]",
		Short: "List tokens: their ids, never the tokens themselves",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				all, err := principals(ctx, conn)
				if err != nil {
					return err
				}
				if len(args) == 1 {
					name := principalName(args[0])
					p, err := pb.NewPrincipalServiceClient(conn).GetPrincipal(ctx, &pb.GetPrincipalRequest{Name: name})
					if err != nil {
						return err
					}
					all = []*pb.Principal{p}
				}
				return c.print(&pb.ListPrincipalsResponse{Principals: all}, func(w io.Writer) error { return c.tokenTable(w, all) })
			})
		},
	}
}

func principals(ctx context.Context, conn *grpc.ClientConn) ([]*pb.Principal, error) {
	var all []*pb.Principal
	page := ""
	for {
		r, err := pb.NewPrincipalServiceClient(conn).ListPrincipals(ctx, &pb.ListPrincipalsRequest{PageSize: 1000, PageToken: page})
		if err != nil {
			return nil, err
		}
		all = append(all, r.GetPrincipals()...)
		if page = r.GetNextPageToken(); page == "" {
			return all, nil
		}
	}
}

func (c *cli) tokenTable(w io.Writer, all []*pb.Principal) error {
	rows := [][]string{{"PRINCIPAL", "ROLE", "TOKEN", "STATE", "CREATED", "EXPIRES"}}
	for _, p := range all {
		for _, t := range p.GetTokens() {
			state := "active"
			switch {
			case t.GetRevokeTime() != nil:
				state = "revoked"
			case t.GetExpireTime() != nil && !c.now().Before(t.GetExpireTime().AsTime()):
				state = "expired"
			}
			rows = append(rows, []string{p.GetName(), strings.TrimPrefix(p.GetRole().String(), "ROLE_"), t.GetId(), state, instant(t.GetCreateTime()), instant(t.GetExpireTime())})
		}
	}
	if len(rows) == 1 {
		_, err := fmt.Fprintln(w, "None.")
		return err
	}
	return columns(w, "", rows)
}

func (c *cli) tokenRevokeCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "revoke ID",
		Short: "Revoke a token by its id; when this returns no server takes it any more",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), callTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
				all, err := principals(ctx, conn)
				if err != nil {
					return err
				}
				for _, p := range all {
					for _, t := range p.GetTokens() {
						if t.GetId() != args[0] {
							continue
						}
						r, err := pb.NewPrincipalServiceClient(conn).RevokeToken(ctx, &pb.RevokeTokenRequest{
							Parent: p.GetName(), Id: t.GetId(), Options: &pb.WriteOptions{RequestId: requestID(), Reason: reason},
						})
						if err != nil {
							return err
						}
						return c.print(r, func(w io.Writer) error {
							_, err := fmt.Fprintf(w, "%s  token %s is revoked\n", p.GetName(), t.GetId())
							return err
						})
					}
				}
				return usagef("there is no token of this id; `waybill token list` shows them")
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; kept in the change")
	return cmd
}
