package client

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	waybillv1 "waybill/proto/waybill/v1"
)

const (
	defaultTimeout = 2 * time.Second
	slowTimeout    = 30 * time.Second
	maxReceived    = 16 << 20
)

// Options say how a server is reached. The zero Options reach a server on
// loopback, which refuses whoever has no token.
type Options struct {
	// Token is wb_{id}_{secret}. It is sent with every call and nowhere logged.
	Token string
	// TLS is what the connection is held to. Nil is the system's authorities off
	// loopback, and no TLS on loopback.
	TLS *tls.Config
	// PlaintextOffLoopback sends token and questions in clear to another machine.
	PlaintextOffLoopback bool
	// Timeout bounds a check whose context has no deadline; 2 s when zero. Other
	// calls get 30 s.
	Timeout time.Duration
	// Now is the clock that use_by is held against; time.Now when nil.
	Now func() time.Time
}

// Client is a connection to a server. It is safe for concurrent use.
type Client struct {
	conn    *grpc.ClientConn
	share   waybillv1.ShareServiceClient
	timeout time.Duration
	now     func() time.Time
}

// serviceConfig retries only what may be made twice: reads, and questions, since a
// repeat is decided and recorded again. Writes are repeated by who made them, with
// the same request_id.
const serviceConfig = `{
  "methodConfig": [{
    "name": [
      {"service": "waybill.v1.ShareService"},
      {"service": "waybill.v1.DecisionService"},
      {"service": "waybill.v1.ChangeService"},
      {"service": "waybill.v1.TransferRegisterService"},
      {"service": "waybill.v1.DutyRegisterService"},
      %s
    ],
    "retryPolicy": {"maxAttempts": 3, "initialBackoff": "0.05s", "maxBackoff": "0.5s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}
  }],
  "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.1},
  "loadBalancingConfig": [{"round_robin": {}}]
}`

// reads are the methods of the services that also write, which only read.
var reads = map[string][]string{
	"ExporterService":        {"GetExporter", "ListExporters"},
	"RecipientService":       {"GetRecipient", "ListRecipients", "GetDeployment", "ListDeployments"},
	"AgreementService":       {"GetAgreement", "ListAgreements"},
	"TransferService":        {"GetTransfer", "ListTransfers"},
	"AssessmentService":      {"GetAssessment", "ListAssessments"},
	"PurposeService":         {"GetPurpose", "ListPurposes"},
	"CategoryService":        {"GetCategory", "ListCategories"},
	"PolicyService":          {"GetPolicy", "ListPolicies"},
	"SettingsService":        {"GetSettings"},
	"PrincipalService":       {"GetPrincipal", "ListPrincipals"},
	"InstrumentService":      {"GetInstrument", "ListInstruments"},
	"ExceptionRecordService": {"GetExceptionRecord", "ListExceptionRecords"},
	"FactService":            {"GetFacts"},
	"RegistryService":        {"Export", "Lookup", "Find", "GetVersion"},
}

func retries() string {
	var names []string
	for service, methods := range reads {
		for _, m := range methods {
			names = append(names, fmt.Sprintf(`{"service": "waybill.v1.%s", "method": "%s"}`, service, m))
		}
	}
	return fmt.Sprintf(serviceConfig, strings.Join(names, ",\n      "))
}

// Dial returns a client of the server at the address (host:port, or any target of
// grpc.NewClient). It connects at the first call, and again by itself. A token is
// refused for another machine without TLS.
func Dial(ctx context.Context, addr string, o Options) (*Client, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("dial waybill: %w", err)
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	transport, plain := credentials.TransportCredentials(nil), false
	switch {
	case o.TLS != nil:
		transport = credentials.NewTLS(o.TLS)
	case loopback(addr) || o.PlaintextOffLoopback:
		transport, plain = insecure.NewCredentials(), true
	default:
		transport = credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS13})
	}
	c := &Client{timeout: o.Timeout, now: o.Now}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultServiceConfig(retries()),
		grpc.WithDisableServiceConfig(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxReceived)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
		grpc.WithChainUnaryInterceptor(c.deadline),
	}
	if o.Token != "" {
		options = append(options, grpc.WithPerRPCCredentials(bearer{o.Token, plain}))
	}
	conn, err := grpc.NewClient(addr, options...)
	if err != nil {
		return nil, fmt.Errorf("dial waybill: %w", err)
	}
	c.conn, c.share = conn, waybillv1.NewShareServiceClient(conn)
	return c, nil
}

// Close ends the connection; calls that run fail.
func (c *Client) Close() error {
	if err := c.conn.Close(); err != nil && status.Code(err) != codes.Canceled {
		return fmt.Errorf("close waybill: %w", err)
	}
	return nil
}

// Conn returns the connection, for the generated clients of the services that
// this package has no method for: waybillv1.NewRecipientServiceClient(c.Conn()).
func (c *Client) Conn() *grpc.ClientConn { return c.conn }

// deadline bounds every unary call that has no deadline of its own.
func (c *Client) deadline(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if _, ok := ctx.Deadline(); !ok {
		timeout := max(c.timeout, slowTimeout)
		if strings.HasPrefix(method, "/waybill.v1.ShareService/") {
			timeout = c.timeout
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	return invoke(ctx, method, req, reply, cc, opts...)
}

// bearer sends the token with each call.
type bearer struct {
	token string
	plain bool
}

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + b.token}, nil
}

func (b bearer) RequireTransportSecurity() bool { return !b.plain }

// loopback reports whether the target is this machine.
func loopback(addr string) bool {
	if strings.HasPrefix(addr, "unix:") {
		return true
	}
	if i := strings.Index(addr, ":///"); i >= 0 {
		addr = addr[i+len(":///"):]
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.IsLoopback()
}
