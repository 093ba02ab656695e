package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/internal/gate"
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

// openTagKeys reads the tag keys of a registry. The embedded one makes its own
// at its first start; a shared one must be told, or it does not start. fresh says
// that there is no ledger yet: a lost file is never replaced in silence.
func openTagKeys(at location, fresh bool, now time.Time) (*gate.Keys, error) {
	if at.tagKeys == "" {
		return nil, usagef("no tag keys: name the file with --tag-keys or WAYBILL_TAG_KEYS")
	}
	if strings.HasPrefix(at.tagKeys, "{") { // the environment holds the keys themselves
		keys, err := gate.ParseKeys([]byte(at.tagKeys))
		if err != nil {
			return nil, usagef("WAYBILL_TAG_KEYS: %w", err)
		}
		return keys, nil
	}
	_, err := os.Stat(at.tagKeys)
	lost := errors.Is(err, fs.ErrNotExist)
	var keys *gate.Keys
	switch {
	case at.dir == "":
		keys, err = gate.KeysFromFile(at.tagKeys)
	case lost && !fresh:
		return nil, usagef("%s is lost: without it no record finds its subject. Put it back from a backup, or accept that and write new keys there, as the README says", at.tagKeys)
	default:
		keys, err = gate.EmbeddedKeys(at.tagKeys, now)
	}
	if err != nil {
		return nil, &exitError{code: exitUsage, err: err}
	}
	return keys, nil
}
