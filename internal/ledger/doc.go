// Package ledger owns the tamper-evident logs as a format: the envelopes of
// changes and decisions, their leaf hashes, the Merkle tree, segments and shard
// heads. It is pure and imports nothing of ours; who writes a log is
// internal/gate and internal/store.
//
// Invariants: a leaf is the canonical bytes of one entry (deterministic CBOR,
// RFC 8949 4.2.1); hashes are those of RFC 6962; a decoder refuses what does not
// encode to the same bytes again; a shard only grows.
package ledger
