// Package storetest is the contract of a store as a suite. It is run on SQLite
// and on PostgreSQL, and holds them to the same answers.
package storetest

import (
	"testing"

	"waybill/internal/store"
)

// Backend makes stores of one kind.
type Backend struct {
	// Open returns a migrated, empty store, closed when the test ends.
	Open func(t testing.TB) *store.Store
	// Exec runs SQL on the newest store behind its back, in the registry's or
	// the ledger's database.
	Exec func(t testing.TB, inLedger bool, query string) error
}

// Run runs the suite.
func Run(t *testing.T, b Backend) {
	for name, test := range map[string]func(*testing.T, Backend){
		"round trip of every noun":        roundTrip,
		"commit is a compare-and-swap":    compareAndSwap,
		"revisions are gapless":           gapless,
		"fold at old revisions":           foldOld,
		"deletes are tombstones":          tombstones,
		"edits that are refused":          refusals,
		"names are bytes":                 byteNames,
		"writes are remembered":           memory,
		"tokens":                          tokens,
		"referrers":                       referrers,
		"lists":                           lists,
		"changes and their log":           changeLog,
		"append-only":                     appendOnly,
		"shards":                          shards,
		"segments":                        segments,
		"duties":                          dutyRecords,
		"duties are only closed":          dutyGuard,
		"lists of duties":                 dutyLists,
		"duties of many at once":          dutyRaces,
		"replicas":                        replicas,
		"held facts":                      facts,
		"requests of facts":               requests,
		"counters":                        counters,
		"counters take turns":             counterTurns,
		"an abandoned transaction":        abandonedTransaction,
		"differences of rows are found":   differences,
		"a deadline before the statement": deadline,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, b)
		})
	}
}
