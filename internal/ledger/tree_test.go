package ledger_test

import (
	"encoding/hex"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"waybill/internal/ledger"
)

// TestVectors holds the tree to the known answers of RFC 6962, those of the
// reference implementation of Certificate Transparency.
func TestVectors(t *testing.T) {
	leaves := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := []string{
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var tree ledger.Tree
	for n, want := range roots {
		root := tree.Root()
		if got := hex.EncodeToString(root[:]); got != want {
			t.Errorf("the root of %d leaves is %s, want %s", n, got, want)
		}
		if n < len(leaves) {
			b, err := hex.DecodeString(leaves[n])
			if err != nil {
				t.Fatal(err)
			}
			tree.Append(ledger.LeafHash(b))
		}
	}
}

// hashes keeps the stored hashes of a log as tlog numbers them.
type hashes []tlog.Hash

func (h hashes) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, k := range at {
		out[i] = h[k]
	}
	return out, nil
}

// TestTreeIsTlog: at every size the root is that of tlog, and a tree made of its
// edge goes on as the one it was taken from.
func TestTreeIsTlog(t *testing.T) {
	var stored hashes
	var tree ledger.Tree
	for n := range int64(301) {
		want, err := tlog.TreeHash(n, stored)
		if err != nil {
			t.Fatal(err)
		}
		if tree.Size() != n || tree.Root() != ledger.Hash(want) {
			t.Fatalf("the root of %d leaves differs", n)
		}
		again, err := ledger.NewTree(n, tree.Edge())
		if err != nil {
			t.Fatal(err)
		}
		if again.Size() != n || again.Root() != tree.Root() {
			t.Fatalf("the edge of %d leaves makes another tree", n)
		}
		leaf := fmt.Appendf(nil, "leaf %d", n)
		added, err := tlog.StoredHashes(n, leaf, stored)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, added...)
		again.Append(ledger.LeafHash(leaf))
		tree.Append(ledger.LeafHash(leaf))
		if again.Root() != tree.Root() {
			t.Fatalf("the edge of %d leaves goes on as another tree", n)
		}
	}
}

func TestLeafHash(t *testing.T) {
	for _, n := range []int{0, 1, 55, 1022, 1023, 1024, 1025, 5000} {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(i)
		}
		if ledger.LeafHash(b) != ledger.Hash(tlog.RecordHash(b)) {
			t.Errorf("the leaf hash of %d bytes differs", n)
		}
	}
	b := make([]byte, 300)
	var tree ledger.Tree
	if n := testing.AllocsPerRun(100, func() { tree.Append(ledger.LeafHash(b)) }); n != 0 {
		t.Errorf("a leaf allocates %v times", n)
	}
}

func TestNewTreeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		size int64
		edge int
	}{
		"below zero": {-1, 0}, "too short": {3, 32}, "too long": {4, 64}, "none": {1, 0}, "one for nothing": {0, 32}, "a part": {2, 31},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ledger.NewTree(c.size, make([]byte, c.edge)); err == nil {
				t.Errorf("a tree of %d leaves takes an edge of %d bytes", c.size, c.edge)
			}
		})
	}
}
