package gate

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
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
	ring atomic.Pointer[[]key] // by from, ascending; never empty
	// renew reads or makes the keys anew; nil where they are no file.
	renew func(now time.Time) (*Keys, error)
}

type mac struct {
	hash.Hash
	buf []byte
}

// ParseKeys reads the content of a keys file.
func ParseKeys(data []byte) (*Keys, error) {
	var ks []key
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	for n := 1; ; n++ {
		var k key
		if err := d.Decode(&k); errors.Is(err, io.EOF) {
			break
		} else if err != nil { // its text may hold a secret
			return nil, fmt.Errorf("tag keys, key %d: want {\"id\",\"use\",\"from\",\"key\"}", n)
		}
		raw, err := hex.DecodeString(k.Key)
		if err != nil || len(raw) != 32 || k.ID == "" || len(k.ID) > 32 || k.Use != UseLedger || k.From.IsZero() {
			return nil, fmt.Errorf("tag keys, key %d: want an id, the use ledger, from, and a key of 64 hex digits", n)
		}
		k.Key = ""
		k.macs = &sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, raw)} }}
		ks = append(ks, k)
	}
	if len(ks) == 0 {
		return nil, errors.New("tag keys: there is none")
	}
	slices.SortStableFunc(ks, func(a, b key) int { return a.From.Compare(b.From) })
	ids := make(map[string]bool, len(ks))
	for i, k := range ks {
		if ids[k.ID] || i > 0 && ks[i-1].From.Equal(k.From) {
			return nil, fmt.Errorf("tag keys: two keys have the id %s, or its time", k.ID)
		}
		ids[k.ID] = true
	}
	keys := new(Keys)
	keys.ring.Store(&ks)
	return keys, nil
}

// KeysFromFile reads a keys file. It refuses a file that others may read. A gate
// that runs reads the file again each hour.
func KeysFromFile(path string) (*Keys, error) {
	keys, err := readKeys(path)
	if err != nil {
		return nil, err
	}
	keys.renew = func(time.Time) (*Keys, error) { return readKeys(path) }
	return keys, nil
}

func readKeys(path string) (*Keys, error) {
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
// none, and adds a key for the month of now if the newest is of an older one. A
// gate that runs does so again each hour.
func EmbeddedKeys(path string, now time.Time) (*Keys, error) {
	keys, err := embeddedKeys(path, now)
	if err != nil {
		return nil, err
	}
	keys.renew = func(now time.Time) (*Keys, error) { return embeddedKeys(path, now) }
	return keys, nil
}

func embeddedKeys(path string, now time.Time) (*Keys, error) {
	month := time.Date(now.UTC().Year(), now.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	keys, err := readKeys(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil {
		if ring := *keys.ring.Load(); !ring[len(ring)-1].From.Before(month) {
			return keys, nil
		}
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
	if n := len(old); n > 0 && old[n-1] != '\n' {
		old = append(old, '\n')
	}
	if err := replaceFile(path, append(old, append(line, '\n')...)); err != nil {
		return nil, fmt.Errorf("tag keys: %w", err)
	}
	return readKeys(path)
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
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	// The rename itself is durable only once its directory is.
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// at returns the newest key whose time has come, nil before the first.
func (ks *Keys) at(now time.Time) *key {
	ring := *ks.ring.Load()
	for i := len(ring) - 1; i >= 0; i-- {
		if !ring[i].From.After(now) {
			return &ring[i]
		}
	}
	return nil
}

// ID returns the id of the ledger key in use at now, "" if none is.
func (ks *Keys) ID(now time.Time) string {
	if k := ks.at(now); k != nil {
		return k.ID
	}
	return ""
}

// Since returns from when the ledger key in use at now is used; zero if none is.
func (ks *Keys) Since(now time.Time) time.Time {
	if k := ks.at(now); k != nil {
		return k.From
	}
	return time.Time{}
}

// Tag appends the 16-byte tag of a text, by the key in use at now; nothing if
// none is.
func (ks *Keys) Tag(dst []byte, text string, now time.Time) []byte {
	if k := ks.at(now); k != nil {
		return k.tag(dst, text)
	}
	return dst
}

// Renew reads a keys file again, or lets an embedded one add its month's key. What
// cannot be read leaves the keys as they were.
func (ks *Keys) Renew(now time.Time) error {
	if ks.renew == nil {
		return nil
	}
	next, err := ks.renew(now)
	if err != nil {
		return err
	}
	ks.ring.Store(next.ring.Load())
	return nil
}

func (k *key) tag(dst []byte, text string) []byte {
	m := k.macs.Get().(*mac)
	m.Reset()
	m.buf = append(m.buf[:0], text...)
	m.Write(m.buf) // never fails, hash.Hash
	m.buf = m.Sum(m.buf[:0])
	dst = append(dst, m.buf[:TagSize]...)
	k.macs.Put(m)
	return dst
}
