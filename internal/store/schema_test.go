package store

import (
	"slices"
	"testing"

	"waybill/ent/migrate"
	"waybill/internal/registry"
)

// TestReferences holds the list of foreign keys to the schema: a key that is
// not in it would be deleted from under its referrer, or refuse without a name.
func TestReferences(t *testing.T) {
	var want, have []string
	nouns := map[string]bool{}
	for _, table := range tables {
		nouns[table] = true
	}
	for _, table := range migrate.Tables {
		for _, f := range table.ForeignKeys {
			to := f.RefTable.Name
			// What a row owns goes with it.
			owner := table.Name == "token" || table.Name == "subprocessor_link" && to == "deployment" && f.Columns[0].Name == "deployment_id" ||
				!nouns[table.Name] && table.Name != "subprocessor_link" && f.Columns[0].Name == table.Columns[0].Name
			if nouns[to] && !owner {
				want = append(want, table.Name+"."+f.Columns[0].Name+" to "+to)
			}
		}
	}
	for c, refs := range references {
		for _, r := range refs {
			have = append(have, r.table+"."+r.column+" to "+tables[c])
		}
	}
	slices.Sort(want)
	slices.Sort(have)
	if !slices.Equal(have, want) {
		t.Fatalf("the references are\n%q\nwant\n%q", have, want)
	}
	if len(tables) != len(registry.Collections) {
		t.Fatalf("%d tables of nouns, want %d", len(tables), len(registry.Collections))
	}
}
