package gate

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Use is what a key tags.
type Use string

// UseLedger tags what stands in the entries of decisions. Its keys are a month's
// each; destroying one turns its tags into noise while every hash still verifies.
const UseLedger Use = "ledger"

// TagSize is the length of a tag: HMAC-SHA-256 cut to 16 bytes (RFC 2104, 5).
const TagSize = 16

// key is one line of a keys file: JSON with the key's id, its use, the instant
// from which it is used, and 32 bytes in hex.
type key struct {
	ID   string    `json:"id"`
	Use  Use       `json:"use"`
	From time.Time `json:"from"`
	Key  string    `json:"key"`

	macs *sync.Pool
}

// Keys tags subjects and every other text of a caller. The newest ledger key
// whose time has come is used. A keys file has one JSON object a line:
//
//	{"id":"2026-11","use":"ledger","from":"2026-11-01T00:00:00Z","key":"<64 hex digits>"}
//
// and is the same on every replica.
type Keys struct {
	keys []key // by from, ascending
}

type mac struct {
	hash.Hash
	buf []byte
}

// ParseKeys reads the content of a keys file.
func ParseKeys(data []byte) (*Keys, error) {
	var ks []key
	for s, line := bufio.NewScanner(bytes.NewReader(data)), 1; s.Scan(); line++ {
		if len(bytes.TrimSpace(s.Bytes())) == 0 {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(s.Bytes()))
		d.DisallowUnknownFields()
		var k key
		if err := d.Decode(&k); err != nil {
			return nil, fmt.Errorf("tag keys, line %d: want {\"id\",\"use\",\"from\",\"key\"}", line) // the line holds a secret
		}
		raw, err := hex.DecodeString(k.Key)
		if err != nil || len(raw) != 32 || k.ID == "" || len(k.ID) > 32 || k.Use != UseLedger || k.From.IsZero() {
			return nil, fmt.Errorf("tag keys, line %d: want an id, the use ledger, from, and a key of 64 hex digits", line)
		}
		k.Key = ""
		k.macs = &sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, raw)} }}
		ks = append(ks, k)
	}
	if len(ks) == 0 {
		return nil, errors.New("tag keys: there is none")
	}
	slices.SortStableFunc(ks, func(a, b key) int { return a.From.Compare(b.From) })
	for i := range ks[1:] {
		if ks[i].ID == ks[i+1].ID || ks[i].From.Equal(ks[i+1].From) {
			return nil, fmt.Errorf("tag keys: %s and %s have one id or one time", ks[i].ID, ks[i+1].ID)
		}
	}
	return &Keys{ks}, nil
}

// KeysFromFile reads a keys file. It refuses a file that others may read.
func KeysFromFile(path string) (*Keys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("tag keys: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("tag keys: %s may be read by others (mode %o): want 600", path, info.Mode().Perm())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("tag keys: %w", err)
	}
	return ParseKeys(data)
}

// EmbeddedKeys reads the keys file beside embedded data, makes it if there is
// none, and adds a key for the month of now if the newest is of an older one.
func EmbeddedKeys(path string, now time.Time) (*Keys, error) {
	month := time.Date(now.UTC().Year(), now.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	ks, err := KeysFromFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil && !ks.keys[len(ks.keys)-1].From.Before(month) {
		return ks, nil
	}
	var raw [32]byte
	rand.Read(raw[:])
	line, err := json.Marshal(key{ID: month.Format("2006-01"), Use: UseLedger, From: month, Key: hex.EncodeToString(raw[:])})
	if err != nil {
		return nil, fmt.Errorf("tag keys: %w", err)
	}
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("tag keys: %w", err)
	}
	if err := replaceFile(path, append(old, append(line, '\n')...)); err != nil {
		return nil, fmt.Errorf("tag keys: %w", err)
	}
	return KeysFromFile(path)
}

// replaceFile writes a 0600 file so that a crash leaves the old one or the new one.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// at returns the newest key whose time has come; before all of them, the oldest.
func (ks *Keys) at(now time.Time) *key {
	for i := len(ks.keys) - 1; i > 0; i-- {
		if !ks.keys[i].From.After(now) {
			return &ks.keys[i]
		}
	}
	return &ks.keys[0]
}

// ID returns the id of the ledger key in use at now.
func (ks *Keys) ID(now time.Time) string { return ks.at(now).ID }

// Since returns from when the ledger key in use at now is used.
func (ks *Keys) Since(now time.Time) time.Time { return ks.at(now).From }

// Tag appends the 16-byte tag of a text, by the key in use at now.
func (ks *Keys) Tag(dst []byte, text string, now time.Time) []byte { return ks.at(now).tag(dst, text) }

func (k *key) tag(dst []byte, text string) []byte {
	m := k.macs.Get().(*mac)
	m.Reset()
	m.buf = append(m.buf[:0], text...)
	m.Write(m.buf)
	m.buf = m.Sum(m.buf[:0])
	dst = append(dst, m.buf[:TagSize]...)
	k.macs.Put(m)
	return dst
}
