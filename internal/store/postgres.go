package store

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"

	"waybill/internal/registry"
)

// ioTimeout bounds every wait on a PostgreSQL socket: longer than any statement
// may take, so that only a server that hangs is given up.
const ioTimeout = 40 * time.Second

// foldTimeout is the statement_timeout, in milliseconds, of the reads that grow
// with the registry.
const foldTimeout = 30_000

// session is what each connection is told, unless the URL says otherwise.
var session = map[string]string{
	"statement_timeout":                   "5000",
	"lock_timeout":                        "2000",
	"idle_in_transaction_session_timeout": "10000",
	"tcp_user_timeout":                    "10000",
	// A dead server's connections go when PostgreSQL notices.
	"tcp_keepalives_idle":     "5",
	"tcp_keepalives_interval": "2",
	"tcp_keepalives_count":    "3",
	// The session's own word outlives a reload that turns it off.
	"synchronous_commit": "on",
}

func (s *Store) openPostgres(ctx context.Context, cfg Config, migrating bool) error {
	s.dialect = dialect.Postgres
	// The timeline changes at failover; pg_control's still says the old one then.
	s.epoch = "epoch || '-' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
	s.clock = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
	s.unsafe = "concat_ws(', ', CASE WHEN NOT current_setting('fsync')::bool THEN 'fsync' END, CASE WHEN NOT current_setting('full_page_writes')::bool THEN 'full_page_writes' END)"
	s.share = " FOR SHARE"
	base, err := pq.NewConfig(cfg.Database)
	if err != nil {
		// The driver's error may hold the URL, and that the password.
		return registry.Errorf(registry.Invalid, "FIELD_INVALID", "the database URL cannot be read")
	}
	if base.TargetSessionAttrs == "" || base.TargetSessionAttrs == pq.TargetSessionAttrsAny {
		base.TargetSessionAttrs = pq.TargetSessionAttrsReadWrite
	}
	if base.ConnectTimeout == 0 {
		base.ConnectTimeout = 2 * time.Second
	}
	if base.ApplicationName == "" {
		base.ApplicationName = strings.TrimSpace("waybill " + cfg.Replica)
	}
	for _, p := range []struct {
		db     **sql.DB
		binary bool
		size   int
	}{{&s.writer, false, 8}, {&s.polls, false, 2}, {&s.entries, true, 4}, {&s.entriesReader, true, 4}, {&s.replicas, false, 4}} {
		c := base.Clone()
		c.BinaryParameters = p.binary
		if c.Runtime == nil {
			c.Runtime = map[string]string{}
		}
		for k, v := range session {
			if _, given := c.Runtime[k]; !given && !migrating {
				c.Runtime[k] = v
			}
		}
		if *p.db, err = s.pool(c, p.size, migrating); err != nil {
			return err
		}
		s.listener = c
	}
	s.reader = s.writer
	return s.checkPostgres(ctx)
}

func (s *Store) pool(c pq.Config, size int, migrating bool) (*sql.DB, error) {
	connector, err := pq.NewConnectorConfig(c)
	if err != nil {
		return nil, registry.Errorf(registry.Invalid, "FIELD_INVALID", "the database URL cannot be used")
	}
	if !migrating {
		connector.Dialer(dialer{})
	}
	db := sql.OpenDB(pq.ConnectorWithNoticeHandler(connector, s.notice))
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	db.SetConnMaxLifetime(5 * time.Minute)
	return db, nil
}

// notice sees what PostgreSQL says beside its answers. When somebody cancels the
// wait for a synchronous standby, the COMMIT succeeds with a warning only.
func (s *Store) notice(n *pq.Error) {
	if n.Code == "01000" && strings.Contains(n.Message, "synchronous replication") {
		s.unsynced.Add(1)
	}
}

// checkPostgres refuses a server that would lose what it acknowledged.
func (s *Store) checkPostgres(ctx context.Context) error {
	for _, name := range []string{"synchronous_commit", "fsync", "full_page_writes"} {
		var v string
		if err := s.polls.QueryRowContext(ctx, "SHOW "+name).Scan(&v); err != nil {
			return s.fail(registryUnavailable, "read the database's "+name, err)
		}
		if v == "off" {
			return registry.Errorf(registry.Precondition, "STATE_INVALID", "PostgreSQL runs with %s off: a record could be lost after its answer; turn it on", name)
		}
	}
	var encoding string
	if err := s.polls.QueryRowContext(ctx, "SHOW server_encoding").Scan(&encoding); err != nil {
		return s.fail(registryUnavailable, "read the database's encoding", err)
	}
	if encoding != "UTF8" {
		return registry.Errorf(registry.Precondition, "STATE_INVALID", "the database's encoding is %s; make it UTF8", encoding)
	}
	return nil
}

// dialer dials connections on which no wait is endless: pq waits for an answer
// even after a cancelled context.
type dialer struct{}

func (dialer) Dial(network, address string) (net.Conn, error) {
	return dialer{}.DialContext(context.Background(), network, address)
}

func (dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return dialer{}.DialContext(ctx, network, address)
}

func (dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{KeepAlive: 5 * time.Second}
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("dial the database: %w", err)
	}
	return &boundConn{Conn: c}, nil
}

// boundConn gives each read and write ioTimeout, unless pq set its own deadline.
type boundConn struct {
	net.Conn
	own atomic.Bool
}

func (c *boundConn) SetDeadline(t time.Time) error {
	c.own.Store(!t.IsZero())
	return c.Conn.SetDeadline(t)
}

func (c *boundConn) Read(b []byte) (int, error) {
	if !c.own.Load() {
		if err := c.Conn.SetReadDeadline(time.Now().Add(ioTimeout)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(b)
}

func (c *boundConn) Write(b []byte) (int, error) {
	if !c.own.Load() {
		if err := c.Conn.SetWriteDeadline(time.Now().Add(ioTimeout)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(b)
}
