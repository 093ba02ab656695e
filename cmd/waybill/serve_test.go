package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"waybill/internal/registry"
	"waybill/internal/store/pgtest"
)

// safeBuffer is a log that is read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestNothingServes: what a person reads where no server is.
func TestNothingServes(t *testing.T) {
	w := newWorld(t)
	if r := w.must(69, "find", "courier"); !strings.Contains(r.err, "waybill serve") {
		t.Errorf("without a token: %s", r.err)
	}
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	lis.Close()
	w.env["WAYBILL_TOKEN"] = "wb_00_00"
	r := w.must(69, "check", "--server", lis.Addr().String(), "--recipient", "x", "--purpose", "y", "--category", "z")
	if !strings.Contains(r.err, "no answer is a no") || !strings.Contains(r.err, lis.Addr().String()) {
		t.Errorf("without a server: %s", r.err)
	}
	delete(w.env, "WAYBILL_TOKEN")
	if r := w.must(64, "find", "x", "--server", "192.0.2.1:7433"); !strings.Contains(r.err, "WAYBILL_TOKEN") {
		t.Errorf("off loopback without a token: %s", r.err)
	}
	w.must(0, "doctor")
}

// TestToken: the embedded server's token is found again, and a lost one replaced.
func TestToken(t *testing.T) {
	w := newWorld(t)
	stop := w.serve()
	path := filepath.Join(w.dir, tokenFile)
	for _, f := range []string{tokenFile, tagKeysFile} {
		info, err := os.Stat(filepath.Join(w.dir, f))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%s: %v, %v", f, info.Mode(), err)
		}
	}
	first, _ := os.ReadFile(path)
	w.must(0, "list", "principals")
	stop()
	if r := w.must(0, "doctor"); !strings.Contains(r.out, "each is what its newest change says") || !strings.Contains(r.out, "give the roots that are kept") {
		t.Errorf("doctor: %s", r.out)
	}

	stop = w.serve()
	if again, _ := os.ReadFile(path); !bytes.Equal(first, again) {
		t.Error("a second start replaced the token")
	}
	stop()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	stop = w.serve()
	w.must(0, "list", "principals")
	w.env["WAYBILL_TOKEN"] = strings.TrimSpace(string(first))
	w.must(77, "list", "principals")
	delete(w.env, "WAYBILL_TOKEN")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if r := w.must(64, "list", "principals"); !strings.Contains(r.err, "chmod 600") {
		t.Errorf("a token that others can read: %s", r.err)
	}
	stop()
	w.must(64, "serve", "--listen", "127.0.0.1:0")
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(w.dir, tagKeysFile)); err != nil {
		t.Fatal(err)
	}
	if r := w.must(64, "serve", "--listen", "127.0.0.1:0"); !strings.Contains(r.err, "is lost") {
		t.Errorf("lost tag keys: %s", r.err)
	}
}

// TestListen: off loopback there is TLS, or it is said in as many words.
func TestListen(t *testing.T) {
	w := newWorld(t)
	if r := w.must(64, "serve", "--listen", "0.0.0.0:0"); !strings.Contains(r.err, "--insecure-listen") {
		t.Errorf("off loopback without TLS: %s", r.err)
	}
	w.must(64, "serve", "--tls-cert", "only.pem")
	w.must(64, "serve", "--database", "mysql://x")
	w.must(64, "serve", "--database", "postgres://127.0.0.1:1/x")
	cert, key := certificate(t)
	w.serve("--tls-cert", cert, "--tls-key", key)
	w.must(0, "list", "principals", "--tls-ca", cert)
	w.must(69, "list", "principals")
}

// TestTwoServers: one data directory has one server.
func TestTwoServers(t *testing.T) {
	w := newWorld(t)
	w.serve()
	if r := w.must(69, "serve", "--listen", "127.0.0.1:0"); !strings.Contains(r.err, "in use") {
		t.Errorf("a second server: %s", r.err)
	}
	other := newWorld(t)
	if r := other.must(69, "serve", "--listen", w.env["WAYBILL_SERVER"]); !strings.Contains(r.err, "--listen") {
		t.Errorf("a second address: %s", r.err)
	}
}

// TestPostgreSQL runs the README's way to serve for real.
func TestPostgreSQL(t *testing.T) {
	dsn := pgtest.Start(t)
	w := newWorld(t)
	w.now = time.Now // the database's clock is its own
	w.env["WAYBILL_DATABASE"] = dsn
	if r := w.must(64, "serve", "--listen", "127.0.0.1:0"); !strings.Contains(r.err, "--tag-keys") {
		t.Errorf("without tag keys: %s", r.err)
	}
	keys := filepath.Join(t.TempDir(), "tag.keys")
	line := fmt.Sprintf(`{"id":"2026-11","use":"ledger","from":"2020-01-01T00:00:00Z","key":"%064x"}`, 7)
	if err := os.WriteFile(keys, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.env["WAYBILL_TAG_KEYS"] = keys
	if r := w.run("serve", "--listen", "127.0.0.1:0"); r.code == 0 || !strings.Contains(r.err, "waybill migrate") {
		t.Errorf("a schema that is behind: exit %d, %s", r.code, r.err)
	}
	w.must(0, "migrate")
	w.must(0, "migrate", "--database", dsn)
	token := filepath.Join(t.TempDir(), "admin.token")
	w.must(0, "token", "create", "--role", "admin", "--database", dsn, "--write-to", token)
	stop := w.serve()
	second := *w
	second.env = maps.Clone(w.env)
	stopSecond := second.serve()
	w.must(0, "token", "create", "--role", "auditor", "--database", dsn)
	if r := w.must(0, "doctor"); strings.Count(r.out, "servers ") != 2 {
		t.Errorf("doctor does not show two servers: %s", r.out)
	}
	c := w.cli("", io.Discard, io.Discard)
	f := &tokenFlags{database: dsn}
	made, err := c.createTokenInDatabase(t.Context(), f, "principals/auditor", registry.RoleAuditor)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.revokeTokenInDatabase(t.Context(), f, "principals/auditor", made.GetToken().GetId()); err != nil {
		t.Fatal(err)
	}
	if r := w.must(0, "token", "list", "auditor", "--token-file", token); !regexp.MustCompile(made.GetToken().GetId() + ` +revoked`).MatchString(r.out) {
		t.Errorf("a token revoked in the database: %s", r.out)
	}
	w.must(69, "list", "changes")
	if r := w.must(0, "list", "changes", "--token-file", token); !strings.Contains(r.out, operator) {
		t.Errorf("the first token has another author: %s", r.out)
	}
	w.must(0, "apply", "-f", example, "--yes", "--token-file", token)
	if r := second.must(0, "list", "transfers", "--token-file", token); !strings.Contains(r.out, "harbour-gba") {
		t.Errorf("the second server has not what was applied through the first: %s", r.out)
	}
	stop()
	stopSecond()
	if r := w.must(0, "doctor"); strings.Contains(r.out, "servers ") || !strings.Contains(r.out, "each is what its newest change says") || !strings.Contains(r.out, "give the roots that are kept") {
		t.Errorf("doctor: %s", r.out)
	}
}

// certificate writes a certificate of its own authority for loopback.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "waybill test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")
	for path, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}
