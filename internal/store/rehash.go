package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"

	"waybill/internal/ledger"
)

// The sizes of what is read at once.
const (
	changePage  = 1000
	segmentPage = 64
)

// Rehashed is what reading the logs anew found.
type Rehashed struct {
	Changes, Shards, Entries int64
	// Wrong has the first mismatch of each log that has one, with its index.
	Wrong []string
}

// Rehash reads both logs from their first entry and holds the hashes of the
// entries to the roots that are kept: of each change, of the registry's head and
// of each shard's head. It reads page by page; what is written meanwhile, it
// leaves for the next time.
func (s *Store) Rehash(ctx context.Context) (Rehashed, error) {
	var r Rehashed
	head, err := s.Head(ctx)
	if err != nil {
		return r, err
	}
	wrong, err := s.rehashChanges(ctx, head.Changes, head.Root)
	if err != nil {
		return r, err
	}
	if wrong != "" {
		r.Wrong = append(r.Wrong, wrong)
	}
	r.Changes = head.Changes
	heads, err := s.shardHeads(ctx)
	if err != nil {
		return r, err
	}
	for _, h := range heads {
		if wrong, err = s.rehashShard(ctx, h); err != nil {
			return r, err
		}
		if wrong != "" {
			r.Wrong = append(r.Wrong, wrong)
		}
		r.Shards, r.Entries = r.Shards+1, r.Entries+h.size
	}
	return r, nil
}

// leaf is one entry of the change log, with the root after it.
type leaf struct {
	index       int64
	entry, root []byte
}

func (s *Store) rehashChanges(ctx context.Context, size int64, root ledger.Hash) (string, error) {
	var tree ledger.Tree
	for tree.Size() < size {
		page, err := read(ctx, s, s.reader, registryUnavailable, "read the change log", func(ctx context.Context, tx *sql.Tx) (page []leaf, err error) {
			rows, err := tx.QueryContext(ctx, s.sql("SELECT id, entry, root FROM change WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"), tree.Size(), size, changePage)
			if err != nil {
				return nil, err
			}
			defer rows.Close()
			for rows.Next() {
				var l leaf
				if err := rows.Scan(&l.index, &l.entry, &l.root); err != nil {
					return nil, err
				}
				page = append(page, l)
			}
			return page, rows.Err()
		})
		if err != nil {
			return "", err
		}
		if len(page) == 0 {
			return fmt.Sprintf("changes/%d: it is not there; the head counts %d", tree.Size(), size), nil
		}
		for _, l := range page {
			if l.index != tree.Size() {
				return fmt.Sprintf("changes/%d: it is not there", tree.Size()), nil
			}
			tree.Append(ledger.LeafHash(l.entry))
			if got := tree.Root(); !bytes.Equal(got[:], l.root) {
				return fmt.Sprintf("changes/%d: its entry does not give its root", l.index), nil
			}
		}
	}
	if tree.Root() != root {
		return fmt.Sprintf("changes: %d entries do not give the head's root", size), nil
	}
	return "", nil
}

// keptHead is a shard's head as its row has it, unchecked.
type keptHead struct {
	shard      string
	size       int64
	root, edge []byte
}

func (s *Store) shardHeads(ctx context.Context) ([]keptHead, error) {
	return read(ctx, s, s.entriesReader, ledgerUnavailable, "read the heads of shards", func(ctx context.Context, tx *sql.Tx) (heads []keptHead, err error) {
		rows, err := tx.QueryContext(ctx, "SELECT shard, size, root, right_edge FROM shard_head ORDER BY shard")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var h keptHead
			if err := rows.Scan(&h.shard, &h.size, &h.root, &h.edge); err != nil {
				return nil, err
			}
			heads = append(heads, h)
		}
		return heads, rows.Err()
	})
}

// segmentsFrom reads a page of a shard's segments by their index alone, so that
// the last page costs what the first does.
func (s *Store) segmentsFrom(ctx context.Context, shard string, first int64) ([]ledger.Segment, error) {
	return read(ctx, s, s.entriesReader, ledgerUnavailable, "read the ledger", func(ctx context.Context, tx *sql.Tx) (page []ledger.Segment, err error) {
		rows, err := tx.QueryContext(ctx, s.sql("SELECT first, entries, data FROM segment WHERE shard = ? AND first >= ? ORDER BY first LIMIT ?"), shard, first, segmentPage)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var g ledger.Segment
			if err := rows.Scan(&g.First, &g.Count, &g.Data); err != nil {
				return nil, err
			}
			page = append(page, g)
		}
		return page, rows.Err()
	})
}

func (s *Store) rehashShard(ctx context.Context, h keptHead) (string, error) {
	var tree ledger.Tree
	wrong := func(format string, args ...any) (string, error) {
		return fmt.Sprintf("%s/%d: %s", h.shard, tree.Size(), fmt.Sprintf(format, args...)), nil
	}
	for tree.Size() < h.size {
		page, err := s.segmentsFrom(ctx, h.shard, tree.Size())
		if err != nil {
			return "", err
		}
		if len(page) == 0 {
			return wrong("its segment is not there; the head counts %d", h.size)
		}
		for _, seg := range page {
			if tree.Size() == h.size {
				break
			}
			if seg.First != tree.Size() {
				return wrong("its segment is not there; the next begins at %d", seg.First)
			}
			entries, err := ledger.DecodeEntries(seg.Data, seg.Count)
			if err != nil {
				return wrong("its segment cannot be read: %v", err)
			}
			for _, e := range entries {
				tree.Append(ledger.LeafHash(e))
			}
		}
	}
	root := tree.Root()
	switch {
	case tree.Size() != h.size:
		return wrong("the head counts %d", h.size)
	case !bytes.Equal(root[:], h.root):
		return wrong("the entries before it do not give the head's root")
	case !bytes.Equal(tree.Edge(), h.edge):
		return wrong("the entries before it do not give the head's right edge")
	}
	return "", nil
}
