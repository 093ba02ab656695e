package gate

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func keyLine(id, from string, b byte) string {
	return fmt.Sprintf(`{"id":%q,"use":"ledger","from":%q,"key":%q}`, id, from, strings.Repeat(hex.EncodeToString([]byte{b}), 32)) + "\n"
}

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }

func TestKeysInUse(t *testing.T) {
	// Neither their order nor what is between them matters.
	ks, err := ParseKeys([]byte(keyLine("b", "2026-11-01T00:00:00Z", 2) + "\n" + strings.TrimSpace(keyLine("a", "2026-10-01T00:00:00Z", 1)) + keyLine("c", "2026-12-01T00:00:00Z", 3)))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time]string{
		day(9, 30): "", day(10, 1): "a", day(11, 1).Add(-1): "a", day(11, 1): "b", day(11, 23): "b", day(12, 1): "c", day(12, 31): "c",
	} {
		if got := ks.ID(at); got != want {
			t.Errorf("at %v the key is %q, want %q", at, got, want)
		}
	}
	h := hmac.New(sha256.New, bytes.Repeat([]byte{2}, 32))
	h.Write([]byte("u-1"))
	if got := ks.Tag([]byte("x"), "u-1", day(11, 5)); !bytes.Equal(got, append([]byte("x"), h.Sum(nil)[:16]...)) {
		t.Errorf("the tag is %x", got)
	}
	if got := ks.Tag(nil, "u-1", day(9, 1)); got != nil {
		t.Errorf("a tag without a key: %x", got)
	}
}

func TestKeysRefused(t *testing.T) {
	good := keyLine("a", "2026-10-01T00:00:00Z", 1)
	for name, text := range map[string]string{
		"none": "\n", "the same id": good + keyLine("a", "2026-11-01T00:00:00Z", 2), "the same time": good + keyLine("b", "2026-10-01T00:00:00Z", 2),
		"a short key": strings.Replace(good, "0101", "01", 1), "no hex": strings.Replace(good, "0101", "zz01", 1), "another use": strings.Replace(good, "ledger", "facts", 1),
		"no id": keyLine("", "2026-10-01T00:00:00Z", 1), "no time": `{"id":"a","use":"ledger","key":"` + strings.Repeat("01", 32) + `"}`,
		"an unknown field": strings.Replace(good, `"id"`, `"secret":"s3cret","id"`, 1), "not JSON": "s3cret", "cut off": good[:len(good)-4],
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseKeys([]byte(text))
			if err == nil {
				t.Fatal("it is taken")
			}
			if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "0101") {
				t.Errorf("the error tells of what is secret: %v", err)
			}
		})
	}
}

func TestKeysFromFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	if _, err := KeysFromFile(path); err == nil {
		t.Error("a file that is not there is read")
	}
	if err := os.WriteFile(path, []byte(keyLine("a", "2026-10-01T00:00:00Z", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	ks, err := KeysFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// What an operator adds is taken over; what is broken changes nothing.
	if err := os.WriteFile(path, []byte(keyLine("a", "2026-10-01T00:00:00Z", 1)+keyLine("b", "2026-11-01T00:00:00Z", 2)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ks.Renew(day(11, 2)); err != nil || ks.ID(day(11, 2)) != "b" || !ks.Since(day(11, 2)).Equal(day(11, 1)) {
		t.Errorf("after it was renewed the key is %q: %v", ks.ID(day(11, 2)), err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ks.Renew(day(11, 2)); err == nil || ks.ID(day(11, 2)) != "b" {
		t.Errorf("an empty file leaves the key %q: %v", ks.ID(day(11, 2)), err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := KeysFromFile(path); err == nil || !strings.Contains(err.Error(), "600") {
		t.Errorf("a file that others may read: %v", err)
	}
}

func TestEmbeddedKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	ks, err := EmbeddedKeys(path, day(10, 20))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file's mode is %v: %v", info.Mode(), err)
	}
	if ks.ID(day(10, 20)) != "2026-10" {
		t.Errorf("the first key is %q", ks.ID(day(10, 20)))
	}
	october := ks.Tag(nil, "u-1", day(10, 20))
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := ks.Renew(day(10, 31)); err != nil || !bytes.Equal(readFile(t, path), first) {
		t.Errorf("a key was added within its month: %v", err)
	}
	if err := ks.Renew(day(12, 1)); err != nil || ks.ID(day(12, 1)) != "2026-12" {
		t.Errorf("in a new month the key is %q: %v", ks.ID(day(12, 1)), err)
	}
	again, err := EmbeddedKeys(path, day(12, 2))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Tag(nil, "u-1", day(11, 5)), october) || bytes.Equal(again.Tag(nil, "u-1", day(12, 2)), october) {
		t.Error("the keys of the file are not those that tagged")
	}
	if !bytes.HasPrefix(readFile(t, path), first) {
		t.Error("the first key is gone")
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
