package store

import (
	"bufio"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/lib/pq"
)

// How long the connection that listens may be silent before it is asked whether it
// is there, how long it may take to say so, and when another is tried.
const (
	listenSilence = 10 * time.Second
	listenAnswer  = 2 * time.Second
	listenAgain   = time.Second
)

// Listen calls changed when PostgreSQL says that the registry may have moved,
// until ctx ends. It promises nothing: a word may be lost, late or said twice, and
// SQLite says none. No wait on its connection is without an end: pq's own listener
// hangs on a server that hangs (reliability finding 5), so there is none of it.
func (s *Store) Listen(ctx context.Context, changed func()) {
	for ctx.Err() == nil {
		if s.postgres() {
			// Polls go on without it: what failed is tried again, and told by them.
			_ = s.listen(ctx, changed)
		}
		select {
		case <-ctx.Done():
		case <-time.After(listenAgain):
		}
	}
}

// listen listens on one connection, until that fails or ctx ends.
func (s *Store) listen(ctx context.Context, changed func()) error {
	connector, err := pq.NewConnectorConfig(s.listener.Clone())
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	t := &tap{}
	connector.Dialer(t)
	conn, err := pq.ConnectorWithNotificationHandler(connector, func(*pq.Notification) { changed() }).Connect(ctx)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer conn.Close() // within the deadline that is set; it is not used again
	defer context.AfterFunc(ctx, func() { t.Conn.Close() })()
	if err := t.run(conn, "LISTEN "+Channel); err != nil {
		return err
	}
	changed() // there may have been a word before
	for {
		if err := t.await(listenSilence); err != nil {
			return err
		}
		// What PostgreSQL said is read along with any answer, and handed on there.
		if err := t.run(conn, "SELECT 1"); err != nil {
			return err
		}
	}
}

// tap is the socket of the connection that listens. It is looked at without
// reading, because pq reads only when it is asked something.
type tap struct {
	net.Conn
	in *bufio.Reader
}

func (t *tap) Dial(network, address string) (net.Conn, error) {
	return t.DialContext(context.Background(), network, address)
}

func (t *tap) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return t.DialContext(ctx, network, address)
}

func (t *tap) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := dialer{}.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	t.Conn = c.(*boundConn).Conn // the deadlines are set here
	t.in = bufio.NewReader(t.Conn)
	return t, nil
}

func (t *tap) Read(b []byte) (int, error) { return t.in.Read(b) }

// await returns when there is something to read, or after d.
func (t *tap) await(d time.Duration) error {
	if err := t.SetReadDeadline(time.Now().Add(d)); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if _, err := t.in.Peek(1); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("listen: %w", err)
	}
	return nil
}

// run runs a statement, within listenAnswer.
func (t *tap) run(conn driver.Conn, query string) error {
	if err := t.SetDeadline(time.Now().Add(listenAnswer)); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	e, ok := conn.(driver.ExecerContext)
	if !ok {
		return errors.New("listen: the driver cannot execute")
	}
	if _, err := e.ExecContext(context.Background(), query, nil); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return nil
}
