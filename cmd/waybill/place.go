package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// What the embedded server keeps in its data directory.
const (
	registryFile = "registry.db"
	ledgerFile   = "ledger.db"
	tokenFile    = "token"
	tagKeysFile  = "tag.keys"
)

// place returns the data directory: the flag, WAYBILL_DATA_DIR, or waybill in
// the user's data directory as the XDG specification has it.
func (c *cli) place() (string, error) {
	if c.dataDir != "" {
		return c.dataDir, nil
	}
	if d := c.getenv("WAYBILL_DATA_DIR"); d != "" {
		return d, nil
	}
	if d := c.getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "waybill"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", usagef("no home directory is known; give --data-dir")
	}
	return filepath.Join(home, ".local", "share", "waybill"), nil
}

// writeSecret writes a file that only its owner can read, whole or not at all.
func writeSecret(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// readSecret reads a file that writeSecret wrote and refuses one that others can
// read: a secret that leaked is to be replaced, not used.
func readSecret(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s can be read by others (mode %04o); run: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(b)), nil
}
