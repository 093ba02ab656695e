package migrate

import (
	"embed"
	"io/fs"
)

//go:embed postgres/*.sql sqlite/registry/*.sql sqlite/ledger/*.sql
var files embed.FS

// The directories of versioned SQL. PostgreSQL is one database; SQLite is two
// files, so that an import never stalls a check.
const (
	Postgres       = "postgres"
	SQLiteRegistry = "sqlite/registry"
	SQLiteLedger   = "sqlite/ledger"
)

// Files returns the versioned SQL of a directory, in goose's format.
func Files(dir string) (fs.FS, error) { return fs.Sub(files, dir) }

// LedgerTables live in SQLite's ledger.db, all others in registry.db; pruned is
// in both, because triggers of both read it.
var LedgerTables = []string{"replica", "shard_head", "segment", "duty", "pruned", "fact", "fact_request", "counter", "counted"}
