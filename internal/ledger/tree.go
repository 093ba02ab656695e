package ledger

import (
	"crypto/sha256"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a SHA-256 node of a tree, RFC 6962 2.1.
type Hash = [32]byte

// LeafHash returns the RFC 6962 leaf hash of an entry's bytes.
func LeafHash(entry []byte) Hash {
	// Most entries fit on the stack, and then nothing is allocated.
	var buf [1024]byte
	if len(entry) < len(buf) {
		return sha256.Sum256(buf[:1+copy(buf[1:], entry)]) // 0x00 || entry
	}
	return Hash(tlog.RecordHash(entry))
}

// Tree is the right edge of a Merkle tree: enough to append leaves and to tell
// the root, without the leaves. The zero Tree is empty.
type Tree struct {
	size  int64
	edge  [64]Hash // the roots of the full subtrees, the largest first
	nedge int
}

// Size returns the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Append adds one leaf by its hash. It does not allocate.
func (t *Tree) Append(leaf Hash) {
	h := leaf
	for s := t.size; s&1 == 1; s >>= 1 {
		t.nedge--
		h = Hash(tlog.NodeHash(tlog.Hash(t.edge[t.nedge]), tlog.Hash(h)))
	}
	t.edge[t.nedge] = h
	t.nedge++
	t.size++
}

// Root returns the RFC 6962 tree hash; the empty tree's is SHA-256 of nothing.
func (t *Tree) Root() Hash {
	if t.size == 0 {
		return emptyRoot
	}
	h := t.edge[t.nedge-1]
	for i := t.nedge - 2; i >= 0; i-- {
		h = Hash(tlog.NodeHash(tlog.Hash(t.edge[i]), tlog.Hash(h)))
	}
	return h
}

var emptyRoot = func() Hash {
	h, err := tlog.TreeHash(0, nil)
	if err != nil {
		panic(err)
	}
	return Hash(h)
}()

// Edge returns the right edge as bytes, 32 for each full subtree, to be kept
// beside the size.
func (t *Tree) Edge() []byte {
	b := make([]byte, 0, t.nedge*32)
	for i := range t.nedge {
		b = append(b, t.edge[i][:]...)
	}
	return b
}

// NewTree returns the tree of a size and its right edge.
func NewTree(size int64, edge []byte) (Tree, error) {
	t := Tree{size: size, nedge: bits.OnesCount64(uint64(size))}
	if size < 0 || len(edge) != t.nedge*32 {
		return Tree{}, fmt.Errorf("tree of %d leaves: its edge has %d bytes, want %d", size, len(edge), t.nedge*32)
	}
	for i := range t.nedge {
		copy(t.edge[i][:], edge[i*32:])
	}
	return t, nil
}
