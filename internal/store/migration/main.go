// Command migration writes the next versioned SQL file of each dialect: the
// difference between what the files so far make of an empty database and what
// ent/schema states. On an unchanged schema it writes nothing. Triggers and data
// are written by hand beside its files. It runs in ent/, by go generate.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"waybill/ent/migrate"
	"waybill/internal/store/pgtest"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "migration:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	server, err := pgtest.Launch()
	if err != nil {
		return err
	}
	err = errors.Join(
		write(ctx, migrate.Postgres, "postgres", server.DSN("postgres"), dialect.Postgres, goose.DialectPostgres, func(string) bool { return true }),
		write(ctx, migrate.SQLiteRegistry, "sqlite", "file:registry?mode=memory&_pragma=foreign_keys(1)", dialect.SQLite, goose.DialectSQLite3, func(table string) bool {
			return table == "pruned" || !slices.Contains(migrate.LedgerTables, table)
		}),
		write(ctx, migrate.SQLiteLedger, "sqlite", "file:ledger?mode=memory&_pragma=foreign_keys(1)", dialect.SQLite, goose.DialectSQLite3, func(table string) bool {
			return slices.Contains(migrate.LedgerTables, table)
		}),
	)
	return errors.Join(err, server.Close())
}

func write(ctx context.Context, dir, driver, dsn, d string, g goose.Dialect, in func(table string) bool) error {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // an in-memory SQLite lives as long as its connection
	path := filepath.Join("migrate", filepath.FromSlash(dir))
	if p, err := goose.NewProvider(g, db, os.DirFS(path)); err == nil {
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("apply %s: %w", dir, err)
		}
	} else if !errors.Is(err, goose.ErrNoMigrations) {
		return fmt.Errorf("read %s: %w", dir, err)
	}
	scratch, err := os.MkdirTemp("", "waybill-migration-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	out, err := atlas.NewLocalDir(scratch)
	if err != nil {
		return err
	}
	m, err := schema.NewMigrate(entsql.OpenDB(d, db), schema.WithDir(out), schema.WithMigrationMode(schema.ModeInspect),
		schema.WithFormatter(atlas.DefaultFormatter), schema.WithDropColumn(true), schema.WithDropIndex(true))
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	if err := m.NamedDiff(ctx, "tables", tables(d, in)...); err != nil {
		return fmt.Errorf("compare %s with the schema: %w", dir, err)
	}
	made, err := filepath.Glob(filepath.Join(scratch, "*.sql"))
	if err != nil {
		return err
	}
	if len(made) == 0 {
		return nil
	}
	body, err := os.ReadFile(made[0])
	if err != nil {
		return err
	}
	before, err := filepath.Glob(filepath.Join(path, "*.sql"))
	if err != nil {
		return err
	}
	name := filepath.Join(path, fmt.Sprintf("%05d_tables.sql", len(before)+1))
	return os.WriteFile(name, []byte("-- +goose Up\n"+strings.TrimRight(string(body), "\n")+"\n"), 0o644)
}

// tables returns the tables of the dialect. Text is compared byte by byte, no
// foreign key deletes or empties what it refers from (what goes, goes by a
// change), and every foreign key has an index, for it is asked who refers.
func tables(d string, in func(string) bool) []*schema.Table {
	all, err := schema.CopyTables(migrate.Tables)
	if err != nil {
		panic(err) // the generated tables are at fault
	}
	all = slices.DeleteFunc(all, func(t *schema.Table) bool { return !in(t.Name) })
	for _, t := range all {
		for _, c := range t.Columns {
			if d == dialect.Postgres && c.Type == field.TypeString {
				c.Collation = "C"
			}
			// SQLite tells of a default without the brackets that ent puts around an
			// expression, so that one would differ for ever.
			if e, ok := c.Default.(schema.Expr); ok {
				c.Default = strings.Trim(string(e), "'")
			}
		}
		for _, f := range t.ForeignKeys {
			f.OnDelete = schema.NoAction
			if c := f.Columns[0]; !leads(t, c) {
				t.Indexes = append(t.Indexes, &schema.Index{Name: t.Name + "_" + c.Name, Columns: []*schema.Column{c}})
			}
		}
	}
	return all
}

// leads reports whether the column is the first of a key or an index.
func leads(t *schema.Table, c *schema.Column) bool {
	if t.PrimaryKey[0].Name == c.Name {
		return true
	}
	return slices.ContainsFunc(t.Indexes, func(i *schema.Index) bool { return i.Columns[0].Name == c.Name })
}
