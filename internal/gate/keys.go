package gate

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
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

	"waybill/internal/ledger"
)

// Use is what a key tags.
type Use string

// UseLedger tags what stands in the entries of decisions. Its keys are a month's
// each; destroying one turns its tags into noise while every hash still verifies.
// UseFacts tags the subjects of held facts, UseCounting those that are counted:
// there is one key of each, for good, because what is held is found by no other.
const (
	UseLedger   Use = "ledger"
	UseFacts    Use = "facts"
	UseCounting Use = "counting"
)

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
// at most one with the use facts and one with the use counting, and is the same on
// every replica.
type Keys struct {
	set atomic.Pointer[keySet]
	// renew reads or makes the keys anew; nil where they are no file.
	renew func(now time.Time) (*Keys, error)
}

// keySet is one reading of the keys.
type keySet struct {
	ring            []key // of the ledger, by from, ascending; never empty
	facts, counting *key  // nil where there is none
}

type mac struct {
	hash.Hash
	buf []byte
}

// ParseKeys reads the content of a keys file.
func ParseKeys(data []byte) (*Keys, error) {
	var set keySet
	ids := map[string]bool{}
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
		if err != nil || len(raw) != 32 || k.ID == "" || len(k.ID) > 32 || k.From.IsZero() {
			return nil, fmt.Errorf("tag keys, key %d: want an id, a use, from, and a key of 64 hex digits", n)
		}
		if ids[k.ID] {
			return nil, fmt.Errorf("tag keys: two keys have the id %s", k.ID)
		}
		ids[k.ID] = true
		k.Key = ""
		k.macs = &sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, raw)} }}
		if err := set.add(k); err != nil {
			return nil, fmt.Errorf("tag keys, key %d: %w", n, err)
		}
	}
	if len(set.ring) == 0 {
		return nil, errors.New("tag keys: there is none of the ledger")
	}
	slices.SortStableFunc(set.ring, func(a, b key) int { return a.From.Compare(b.From) })
	for i, k := range set.ring {
		if i > 0 && set.ring[i-1].From.Equal(k.From) {
			return nil, fmt.Errorf("tag keys: two keys have the time of %s", k.ID)
		}
	}
	keys := new(Keys)
	keys.set.Store(&set)
	return keys, nil
}

func (s *keySet) add(k key) error {
	one := &s.facts
	switch k.Use {
	case UseLedger:
		s.ring = append(s.ring, k)
		return nil
	case UseFacts:
	case UseCounting:
		one = &s.counting
	default:
		return errors.New("want the use ledger, facts or counting")
	}
	if *one != nil {
		return fmt.Errorf("a second one of the use %s: what was tagged by the first would not be found", k.Use)
	}
	*one = &k
	return nil
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
// none, and adds what lacks: a ledger key for the month of now if the newest is of
// an older one, a facts key and a counting key. A gate that runs does so again
// each hour.
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
	var set keySet
	if err == nil {
		set = *keys.set.Load()
	}
	var lines []byte
	lack := func(lacks bool, id string, use Use) error {
		if !lacks {
			return nil
		}
		var raw [32]byte
		rand.Read(raw[:])
		line, err := json.Marshal(key{ID: id, Use: use, From: month, Key: hex.EncodeToString(raw[:])})
		lines = append(append(lines, line...), '\n')
		return err
	}
	n := len(set.ring)
	err = errors.Join(
		lack(n == 0 || set.ring[n-1].From.Before(month), month.Format("2006-01"), UseLedger),
		lack(set.facts == nil, string(UseFacts), UseFacts),
		lack(set.counting == nil, string(UseCounting), UseCounting),
	)
	if err != nil {
		return nil, fmt.Errorf("tag keys: %w", err)
	}
	if len(lines) == 0 {
		return keys, nil
	}
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("tag keys: %w", err)
	}
	if n := len(old); n > 0 && old[n-1] != '\n' {
		old = append(old, '\n')
	}
	if err := replaceFile(path, append(old, lines...)); err != nil {
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
	ring := ks.set.Load().ring
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
	have, set := ks.set.Load(), next.set.Load()
	if !have.facts.continues(set.facts) || !have.counting.continues(set.counting) {
		return errors.New("tag keys: the facts key and the counting key cannot be another one: what is held would not be found")
	}
	ks.set.Store(set)
	return nil
}

// continues reports whether next tags as k did; where there was no key it does.
func (k *key) continues(next *key) bool {
	return k == nil || next != nil && bytes.Equal(k.tag(nil, "same"), next.tag(nil, "same"))
}

// Lacking returns the uses that there is no key of: questions that need one get no
// answer.
func (ks *Keys) Lacking() []Use {
	var uses []Use
	set := ks.set.Load()
	if set.facts == nil {
		uses = append(uses, UseFacts)
	}
	if set.counting == nil {
		uses = append(uses, UseCounting)
	}
	return uses
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

// What is tagged by the facts key, told apart so that no tag of one stands for
// another.
const (
	factSubject byte = 1 + iota
	factPublication
	factRequest
	factDigest
)

// factTag returns the tag of a text by the facts key.
func (k *key) factTag(what byte, text string) (t ledger.Tag) {
	m := k.macs.Get().(*mac)
	m.Reset()
	m.buf = append(append(m.buf[:0], what), text...)
	m.sum(&t)
	k.macs.Put(m)
	return t
}

// Who is counted, and in what.
const (
	countedSubject byte = 1 + iota
	countedKey
)

// countTag returns the tag of a subject, or of a bulk share's key, by the counting
// key: exporter, year, what it counts in and who it is go before the text, in a
// fixed length, so that nobody is recognised from one year or exporter in another.
func (k *key) countTag(exporter uint32, year int32, sensitive bool, who byte, text string) (t ledger.Tag) {
	m := k.macs.Get().(*mac)
	m.Reset()
	m.buf = binary.BigEndian.AppendUint32(m.buf[:0], exporter)
	m.buf = binary.BigEndian.AppendUint32(m.buf, uint32(year))
	in := byte(0)
	if sensitive {
		in = 1
	}
	m.buf = append(append(m.buf, in, who), text...)
	m.sum(&t)
	k.macs.Put(m)
	return t
}

// sum hashes what is in the buffer.
func (m *mac) sum(t *ledger.Tag) {
	m.Write(m.buf) // never fails, hash.Hash
	m.buf = m.Sum(m.buf[:0])
	copy(t[:], m.buf)
}
