package server

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"time"

	"golang.org/x/net/netutil"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"waybill/internal/gate"
	"waybill/internal/ledger"
	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// The limits of the transport.
const (
	// MaxMessageBytes is the largest message that is received.
	MaxMessageBytes = 1 << 20
	// MaxConnections is how many connections are held at a time.
	MaxConnections = 1024

	maxStreams      = 250
	streamWorkers   = 256
	maxHeaderBytes  = 16 << 10
	connectTimeout  = 5 * time.Second
	defaultLameDuck = 2 * time.Second
	drainTimeout    = 20 * time.Second
	healthInterval  = 200 * time.Millisecond
)

// Segments reads the ledger of decisions.
type Segments interface {
	// Segments returns the segments of a query in the order (shard, first).
	Segments(ctx context.Context, q ledger.SegmentQuery) ([]ledger.Segment, error)
}

// Config is what a Server is made of. Keeper, Gate, Store, Segments and Duties are needed.
type Config struct {
	Keeper   *gate.Keeper
	Gate     *gate.Gate
	Store    registry.Store
	Segments Segments
	Duties   Duties
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Log is where faults, refusals of roles and writes are told; slog.Default when nil.
	Log *slog.Logger
	// Version is the program's, for GetVersion.
	Version string
	// TLS is what connections are held to; nil serves in clear, for loopback only.
	TLS *tls.Config
	// LameDuck is how long Stop waits between NOT_SERVING and GOAWAY; 2 s when
	// zero, none when negative.
	LameDuck time.Duration
}

// Server serves the contract over gRPC.
type Server struct {
	*core
	grpc     *grpc.Server
	health   *health.Server
	lameDuck time.Duration
}

// core is what all services share.
type core struct {
	keeper   *gate.Keeper
	gate     *gate.Gate
	store    registry.Store
	segments Segments
	duties   Duties
	now      func() time.Time
	log      *slog.Logger
	version  string
	access   access
	ids      requestIDs
	turn     chan struct{} // held by the one write that is being made
	flight   flight
	refusals refusals
	past     past
	words    wordIndex
	followed followed
	closing  context.Context // ends when watches of health are to end
	close    context.CancelFunc
}

// New returns a server of the contract's services.
func New(cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.LameDuck == 0 {
		cfg.LameDuck = defaultLameDuck
	}
	c := &core{
		keeper: cfg.Keeper, gate: cfg.Gate, store: cfg.Store, segments: cfg.Segments, duties: cfg.Duties,
		now: cfg.Now, log: cfg.Log, version: cfg.Version,
		turn: make(chan struct{}, 1),
	}
	c.ids.prefix = newPrefix()
	c.closing, c.close = context.WithCancel(context.Background())
	s := &Server{core: c, health: health.NewServer(), lameDuck: max(cfg.LameDuck, 0)}
	options := []grpc.ServerOption{
		grpc.UnaryInterceptor(c.unary),
		grpc.StreamInterceptor(c.stream),
		grpc.MaxRecvMsgSize(MaxMessageBytes),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.MaxHeaderListSize(maxHeaderBytes),
		grpc.ConnectionTimeout(connectTimeout),
		grpc.WaitForHandlers(true),
		// Workers keep their grown stacks from call to call.
		grpc.NumStreamWorkers(streamWorkers),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionIdle: 5 * time.Minute, MaxConnectionAge: 30 * time.Minute, MaxConnectionAgeGrace: 30 * time.Second,
			Time: 30 * time.Second, Timeout: 10 * time.Second,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 20 * time.Second}),
	}
	if cfg.TLS != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(cfg.TLS)))
	}
	s.grpc = grpc.NewServer(options...)
	s.register()
	c.access = newAccess(s.grpc.GetServiceInfo())
	return s
}

func (s *Server) register() {
	g, c := s.grpc, s.core
	g.RegisterService(shareServiceDesc(c), newShareService(c))
	waybillv1.RegisterExporterServiceServer(g, exporterService{core: c})
	waybillv1.RegisterRecipientServiceServer(g, recipientService{core: c})
	waybillv1.RegisterAgreementServiceServer(g, agreementService{core: c})
	waybillv1.RegisterTransferServiceServer(g, transferService{core: c})
	waybillv1.RegisterAssessmentServiceServer(g, assessmentService{core: c})
	waybillv1.RegisterPurposeServiceServer(g, purposeService{core: c})
	waybillv1.RegisterCategoryServiceServer(g, categoryService{core: c})
	waybillv1.RegisterPolicyServiceServer(g, policyService{core: c})
	waybillv1.RegisterSettingsServiceServer(g, settingsService{core: c})
	waybillv1.RegisterPrincipalServiceServer(g, principalService{core: c})
	waybillv1.RegisterInstrumentServiceServer(g, instrumentService{core: c})
	waybillv1.RegisterExceptionRecordServiceServer(g, exceptionService{core: c})
	waybillv1.RegisterRegistryServiceServer(g, registryService{core: c})
	waybillv1.RegisterDecisionServiceServer(g, decisionService{core: c})
	waybillv1.RegisterChangeServiceServer(g, changeService{core: c})
	waybillv1.RegisterTransferRegisterServiceServer(g, transferRegisterService{core: c})
	waybillv1.RegisterFactServiceServer(g, factService{core: c})
	waybillv1.RegisterDutyRegisterServiceServer(g, dutyRegisterService{core: c})
	waybillv1.RegisterDutyServiceServer(g, dutyService{core: c})
	healthv1.RegisterHealthServer(g, s.health)
}

// Serve accepts connections on lis until Stop; it is called once. Reflection is
// served only when lis is on loopback.
func (s *Server) Serve(lis net.Listener) error {
	if tcp, ok := lis.Addr().(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
		reflection.Register(s.grpc)
	}
	go s.watchHealth()
	go s.followLedger(s.closing)
	return s.grpc.Serve(netutil.LimitListener(lis, MaxConnections))
}

// watchHealth holds the health of ShareService to what the gate says of itself.
// The health of the process, "", is SERVING throughout.
func (s *Server) watchHealth() {
	tick := time.NewTicker(healthInterval)
	defer tick.Stop()
	var last healthv1.HealthCheckResponse_ServingStatus
	for {
		status, why := healthv1.HealthCheckResponse_SERVING, s.gate.Serving()
		if why != nil {
			status = healthv1.HealthCheckResponse_NOT_SERVING
		}
		if status != last {
			last = status
			s.health.SetServingStatus(waybillv1.ShareService_ServiceDesc.ServiceName, status)
			s.log.Info("share service", "status", status.String(), "reason", registry.ReasonOf(why))
		}
		select {
		case <-s.closing.Done():
			return
		case <-tick.C:
		}
	}
}

// Stop says NOT_SERVING, waits for balancers to see it, then lets what runs end
// within 20 s and closes the rest. It is called once, after Serve.
func (s *Server) Stop() {
	s.health.Shutdown()
	time.Sleep(s.lameDuck)
	s.close()
	ended := make(chan struct{})
	go func() { s.grpc.GracefulStop(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(drainTimeout):
		s.grpc.Stop()
		<-ended
	}
}
