package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	pb "waybill/proto/waybill/v1"
)

// Names are completed from the registry; without a server there are none to
// offer, which is no error at a shell's prompt.

const completeTimeout = 2 * time.Second

func (c *cli) offer(ctx context.Context, prefix, typed string) []string {
	var names []string
	err := c.with(ctx, completeTimeout, func(ctx context.Context, conn *grpc.ClientConn) error {
		words := strings.NewReplacer("/", " ", ".", " ", "-", " ", "_", " ").Replace(strings.TrimPrefix(typed, prefix))
		if strings.TrimSpace(words) == "" {
			words = strings.TrimSuffix(prefix, "/")
		}
		r, err := pb.NewRegistryServiceClient(conn).Find(ctx, &pb.FindRequest{Words: words, PageSize: 100})
		for _, f := range r.GetFindings() {
			if !strings.HasPrefix(f.GetName(), prefix) {
				continue
			}
			// The prefix may be left out, and is where it was not typed.
			name := f.GetName()
			if !strings.HasPrefix(typed, prefix) {
				name = strings.TrimPrefix(name, prefix)
			}
			if strings.HasPrefix(name, typed) {
				names = append(names, name+"\t"+f.GetTitle())
			}
		}
		return err
	})
	if err != nil {
		return nil
	}
	return names
}

func (c *cli) completeNames(cmd *cobra.Command) {
	for flag, prefix := range map[string]string{
		"recipient": "recipients/", "purpose": "purposes/", "served-purpose": "purposes/", "category": "categories/", "chain": "recipients/",
	} {
		err := cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			return c.offer(cmd.Context(), prefix, typed), cobra.ShellCompDirectiveNoFileComp
		})
		if err != nil {
			panic(err) // the flags are those of questionFlags
		}
	}
}

func (c *cli) completeFirst(cmd *cobra.Command) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return c.offer(cmd.Context(), "", typed), cobra.ShellCompDirectiveNoFileComp
	}
}
