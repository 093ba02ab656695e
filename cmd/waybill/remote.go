package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

// defaultAddress is where an embedded server listens and a client looks.
const defaultAddress = "127.0.0.1:7433"

// callTimeout bounds one call; applying and exporting may take longer.
const (
	callTimeout = 15 * time.Second
	bulkTimeout = 10 * time.Minute
)

// remote is how a server is reached.
type remote struct {
	address, tokenFile, ca string
	insecure               bool
}

// bearer sends the token with each call.
type bearer struct {
	token string
	plain bool // without TLS: loopback, or told so in as many words
}

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + b.token}, nil
}

func (b bearer) RequireTransportSecurity() bool { return !b.plain }

// loopback reports whether the address's host is this machine only.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}

func (c *cli) address() string {
	for _, a := range []string{c.remote.address, c.getenv("WAYBILL_SERVER")} {
		if a != "" {
			if _, _, err := net.SplitHostPort(a); err != nil {
				_, port, _ := net.SplitHostPort(defaultAddress)
				return net.JoinHostPort(strings.Trim(a, "[]"), port)
			}
			return a
		}
	}
	return defaultAddress
}

// token finds the token: the flag's file, WAYBILL_TOKEN, and for a server on
// loopback the file that the embedded server wrote. That one is sent nowhere else.
func (c *cli) token(address string) (string, error) {
	if c.remote.tokenFile != "" {
		t, err := readSecret(c.remote.tokenFile)
		if err != nil {
			return "", usagef("read the token: %w", err)
		}
		return t, nil
	}
	if t := strings.TrimSpace(c.getenv("WAYBILL_TOKEN")); t != "" {
		return t, nil
	}
	if !loopback(address) {
		return "", usagef("no token for %s: give WAYBILL_TOKEN or --token-file", address)
	}
	dir, err := c.place()
	if err != nil {
		return "", err
	}
	t, err := readSecret(filepath.Join(dir, tokenFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", unavailablef("no token in %s: start a server with `waybill serve`, or give WAYBILL_TOKEN", dir)
	}
	if err != nil {
		return "", usagef("read the token: %w", err)
	}
	return t, nil
}

// dial opens the connection; nothing is sent before the first call.
func (c *cli) dial() (*grpc.ClientConn, error) {
	address := c.address()
	token, err := c.token(address)
	if err != nil {
		return nil, err
	}
	return c.dialAs(address, token)
}

func (c *cli) dialAs(address, token string) (*grpc.ClientConn, error) {
	var transport credentials.TransportCredentials
	plain := false
	switch {
	case c.remote.ca != "":
		pem, err := os.ReadFile(c.remote.ca)
		if err != nil {
			return nil, usagef("read --tls-ca: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, usagef("--tls-ca %s holds no certificate in PEM", c.remote.ca)
		}
		transport = credentials.NewTLS(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12})
	case loopback(address) || c.remote.insecure:
		transport, plain = insecure.NewCredentials(), true
	default:
		transport = credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})
	}
	conn, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(transport),
		grpc.WithPerRPCCredentials(bearer{token, plain}),
		grpc.WithUserAgent("waybill-cli"),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)),
	)
	if err != nil {
		return nil, usagef("--server %s: %w", address, err)
	}
	return conn, nil
}

// reached says where no server answered; an UNAVAILABLE that a server sent has a
// reason of its own and is left alone.
func reached(address string, err error) error {
	s, ok := statusOf(err)
	if err == nil || !ok || s.Code() != codes.Unavailable || reasonOf(s) != "" {
		return err
	}
	return status.Errorf(codes.Unavailable, "no server answers at %s; start one with `waybill serve`, or name one with --server (%s)", address, s.Message())
}

// with dials, bounds the call and closes.
func (c *cli) with(ctx context.Context, timeout time.Duration, do func(context.Context, *grpc.ClientConn) error) error {
	conn, err := c.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return reached(c.address(), do(ctx, conn))
}

// requestID makes a write repeatable: one of its own for each command run.
func requestID() string { return fmt.Sprintf("cli-%s", randomHex(12)) }
