package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// placeFlags say which registry is meant, for the commands that open it themselves.
type placeFlags struct{ database, tagKeys string }

func (f *placeFlags) register(c *cli, cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.database, "database", "", "postgres://… (WAYBILL_DATABASE; default: SQLite in the data directory)")
	cmd.Flags().StringVar(&f.tagKeys, "tag-keys", "", "file with the keys that tag subjects (WAYBILL_TAG_KEYS; default on SQLite: "+tagKeysFile+" beside the data)")
}

// location is where a registry is kept.
type location struct {
	dir      string // the data directory, "" on PostgreSQL
	database string // what the store opens: a URL or dir
	tagKeys  string // the file of tag keys, "" if none was named
}

func (c *cli) where(f *placeFlags) (location, error) {
	first := func(values ...string) string {
		for _, v := range values {
			if v != "" {
				return v
			}
		}
		return ""
	}
	at := location{database: first(f.database, c.getenv("WAYBILL_DATABASE")), tagKeys: first(f.tagKeys, c.getenv("WAYBILL_TAG_KEYS"))}
	if at.database != "" {
		if !strings.HasPrefix(at.database, "postgres://") && !strings.HasPrefix(at.database, "postgresql://") {
			return location{}, usagef("--database takes a postgres:// URL; where SQLite is kept is said by --data-dir")
		}
		return at, nil
	}
	dir, err := c.place()
	if err != nil {
		return location{}, err
	}
	at.dir, at.database = dir, dir
	if at.tagKeys == "" {
		at.tagKeys = filepath.Join(dir, tagKeysFile)
	}
	return at, nil
}

// tagKeyBytes is the size of the secret that the tag keys are derived from.
const tagKeyBytes = 32

// readTagKeys reads the secret: 64 hex digits in a file of its owner only.
func readTagKeys(path string) ([]byte, error) {
	text, err := readSecret(path)
	if err != nil {
		return nil, fmt.Errorf("read the tag keys: %w", err)
	}
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != tagKeyBytes {
		return nil, fmt.Errorf("read the tag keys: %s holds no %d bytes in hex; make it with: head -c %d /dev/urandom | od -An -tx1 | tr -d ' \\n'", path, tagKeyBytes, tagKeyBytes)
	}
	return key, nil
}

// openTagKeys reads the tag keys of a registry. The embedded one makes its own
// at its first start; a shared one must be told, or it does not start. fresh says
// that the registry holds no record yet, so that a lost file is never replaced in
// silence.
func openTagKeys(at location, fresh bool) ([]byte, error) {
	if at.tagKeys == "" {
		return nil, usagef("no tag keys: name the file with --tag-keys or WAYBILL_TAG_KEYS, the same on every replica")
	}
	key, err := readTagKeys(at.tagKeys)
	if err == nil {
		return key, nil
	}
	if at.dir == "" || !errors.Is(err, fs.ErrNotExist) {
		return nil, &exitError{code: exitUsage, err: err}
	}
	if !fresh {
		return nil, usagef("%s is lost: without it no record finds its subject. Put it back from a backup; or accept that and write a new one there, 64 hex digits, mode 0600", at.tagKeys)
	}
	if err := writeSecret(at.tagKeys, randomHex(tagKeyBytes)+"\n"); err != nil {
		return nil, err
	}
	return readTagKeys(at.tagKeys)
}
