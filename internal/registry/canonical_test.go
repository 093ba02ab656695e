package registry

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files and docs/records.md anew")

func golden(c Collection) string { return filepath.Join("testdata", c.String()+".cbor.hex") }

// The bytes of a noun with every field filled are settled: a difference here
// breaks every registry that exists.
func TestGolden(t *testing.T) {
	for _, c := range Collections {
		t.Run(c.String(), func(t *testing.T) {
			n := filled(c)
			b, err := Encode(n)
			if err != nil {
				t.Fatal(err)
			}
			text := wrap(hex.EncodeToString(b))
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden(c), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden(c))
			if err != nil {
				t.Fatal(err)
			}
			if text != string(want) {
				t.Errorf("the canonical bytes changed:\n%s", text)
			}
			again, err := Decode(c, b)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(again, n) {
				t.Errorf("decoded %s\nwant %s", describe(again), describe(n))
			}
		})
	}
}

// wrap breaks hex into lines of 64 bytes.
func wrap(s string) string {
	var b strings.Builder
	for len(s) > 128 {
		b.WriteString(s[:128] + "\n")
		s = s[128:]
	}
	return b.String() + s + "\n"
}

// unwrap reads a golden file.
func unwrap(t testing.TB, c Collection) []byte {
	t.Helper()
	text, err := os.ReadFile(golden(c))
	if err != nil {
		t.Fatal(err)
	}
	b, err := hex.DecodeString(strings.ReplaceAll(string(text), "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEnumListsAreByteStrings(t *testing.T) {
	b, err := Encode(&Policy{SubjectGroups: []SubjectGroup{SubjectGroupUser, SubjectGroupEmployee}})
	if err != nil {
		t.Fatal(err)
	}
	// {3: h'0104'}, and not {3: [1, 4]}
	if want := []byte{0xa1, 0x03, 0x42, 0x01, 0x04}; !bytes.Equal(b, want) {
		t.Errorf("got %x, want %x", b, want)
	}
	if _, err := Decode(Policies, []byte{0xa1, 0x03, 0x82, 0x01, 0x04}); err == nil {
		t.Error("an array of numbers was taken for a list of enums")
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, b := range map[string]string{
		"nothing":                 "",
		"null":                    "f6",
		"an unknown field":        "a118c801",
		"an unsorted map":         "a2026161016162",
		"a key twice":             "a2016161016162",
		"a long form":             "a11801" + "6161",
		"a default that is given": "a10160",
		"an indefinite length":    "bf016161ff",
		"a text key":              "a1616101",
		"a tag":                   "c0a0",
		"a float":                 "a105f93c00",
		"what follows":            "a000",
		"text that is no UTF-8":   "a10161ff",
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := hex.DecodeString(b)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := Decode(Agreements, raw); err == nil {
				t.Errorf("decoded to %s", describe(n))
			}
		})
	}
	if _, err := Decode(0, []byte{0xa0}); err == nil {
		t.Error("a collection that does not exist was decoded")
	}
}

func TestFlippedBits(t *testing.T) {
	for _, c := range Collections {
		b := unwrap(t, c)
		n := filled(c)
		for i := range b {
			for bit := range 8 {
				b[i] ^= 1 << bit
				if got, err := Decode(c, b); err == nil && reflect.DeepEqual(got, n) {
					t.Fatalf("%s: byte %d bit %d is not read", c, i, bit)
				}
				b[i] ^= 1 << bit
			}
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, c := range Collections {
		t.Run(c.String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				n := New(c)
				draw(t, reflect.ValueOf(n).Elem(), c.String())
				b, err := Encode(n)
				if err != nil {
					t.Fatal(err)
				}
				again, err := Decode(c, b)
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(n, again) {
					t.Fatalf("got %s\nwant %s", describe(again), describe(n))
				}
			})
		})
	}
}

// draw fills a value at random; an empty list is nil, as it is decoded.
func draw(t *rapid.T, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			draw(t, v.Field(i), v.Type().Field(i).Name)
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, path) {
			v.Set(reflect.New(v.Type().Elem()))
			draw(t, v.Elem(), path)
		}
	case reflect.Slice:
		if n := rapid.IntRange(0, 3).Draw(t, path); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				draw(t, v.Index(i), path)
			}
		}
	case reflect.String:
		v.SetString(rapid.String().Draw(t, path))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, path))
	case reflect.Uint8:
		v.SetUint(uint64(rapid.Uint8().Draw(t, path)))
	case reflect.Int32:
		v.SetInt(int64(rapid.Int32().Draw(t, path)))
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, path))
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range Collections {
		f.Add(uint8(c), unwrap(f, c))
		f.Add(uint8(c), []byte{0xa0})
	}
	f.Fuzz(func(t *testing.T, c uint8, b []byte) {
		n, err := Decode(Collection(c), b)
		if err != nil {
			return
		}
		again, err := Encode(n)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, again) {
			t.Errorf("%x encodes again to %x", b, again)
		}
		// Nothing that decodes may break a rule's code.
		_ = Validate(n, now)
		_ = State(n, now)
	})
}
