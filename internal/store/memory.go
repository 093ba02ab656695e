package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"waybill/internal/registry"
)

// remembered is how long a write's answer is kept, by the database's clock.
const remembered = registry.Time(24 * time.Hour / time.Microsecond)

// Remembered returns what an earlier write of the author and request id
// answered within 24 hours: nil if there was none.
func (s *Store) Remembered(ctx context.Context, author, requestID string) (*registry.Memory, error) {
	return read(ctx, s, s.reader, registryUnavailable, "look for an earlier answer", func(ctx context.Context, tx *sql.Tx) (*registry.Memory, error) {
		head, err := s.head(ctx, tx)
		if err != nil {
			return nil, err
		}
		var m registry.Memory
		var digest []byte
		err = tx.QueryRowContext(ctx, s.sql("SELECT digest, response, revision FROM idempotency WHERE author = ? AND request_id = ? AND create_time > ?"),
			author, requestID, int64(head.Clock-remembered)).Scan(&digest, &m.Response, &m.Revision)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if len(digest) != sha256.Size {
			return nil, fmt.Errorf("a remembered digest has %d bytes", len(digest))
		}
		m.Digest = [32]byte(digest)
		return &m, nil
	})
}

// remember keeps the answer of a write, and forgets those of the day before.
func (s *Store) remember(ctx context.Context, tx *sql.Tx, head registry.Head, changes []registry.Change, w registry.Write) error {
	if w.RequestID == "" {
		return nil
	}
	if _, err := tx.ExecContext(ctx, s.sql("DELETE FROM idempotency WHERE create_time <= ?"), int64(head.Clock-remembered)); err != nil {
		return fmt.Errorf("forget old answers: %w", err)
	}
	response := []byte{}
	if w.Response != nil {
		response = append(response, w.Response(head, changes)...)
	}
	_, err := tx.ExecContext(ctx, s.sql("INSERT INTO idempotency (author, request_id, digest, response, revision, create_time) VALUES (?, ?, ?, ?, ?, ?)"),
		w.Author, w.RequestID, w.Digest[:], response, head.Revision, int64(head.Clock))
	if e := s.fail(registryUnavailable, "remember the answer", err); registry.ReasonOf(e) == "ALREADY_EXISTS" {
		return &registry.Error{Kind: registry.Exists, Reason: "IDEMPOTENCY_MISMATCH", Message: "the request id was used within 24 hours", Err: err}
	}
	return err
}

// TokenHashes returns the SHA-256 of the secrets of all tokens, by token id.
func (s *Store) TokenHashes(ctx context.Context) (map[string][32]byte, error) {
	return read(ctx, s, s.reader, registryUnavailable, "read the hashes of tokens", func(ctx context.Context, tx *sql.Tx) (map[string][32]byte, error) {
		rows, err := tx.QueryContext(ctx, "SELECT id, hash FROM token")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		hashes := map[string][32]byte{}
		for rows.Next() {
			var id string
			var hash []byte
			if err := rows.Scan(&id, &hash); err != nil {
				return nil, err
			}
			if len(hash) != sha256.Size {
				return nil, fmt.Errorf("the hash of a token has %d bytes", len(hash))
			}
			hashes[id] = [32]byte(hash)
		}
		return hashes, rows.Err()
	})
}

// keepTokens drops the hashes of tokens that their principals no longer have,
// and keeps the new ones.
func (s *Store) keepTokens(ctx context.Context, tx *sql.Tx, log []edit, hashes map[string][32]byte) error {
	kept := 0
	for _, e := range log {
		p, ok := e.change.Noun.(*registry.Principal)
		if !ok {
			continue
		}
		drop, args := "DELETE FROM token WHERE principal_id = ?", []any{int64(e.change.Number)}
		if len(p.Tokens) > 0 {
			drop += " AND id NOT IN (" + places(len(p.Tokens)) + ")"
		}
		for _, t := range p.Tokens {
			args = append(args, t.ID)
		}
		if _, err := tx.ExecContext(ctx, s.sql(drop), args...); err != nil {
			return fmt.Errorf("drop tokens: %w", err)
		}
		for _, t := range p.Tokens {
			hash, ok := hashes[t.ID]
			if !ok {
				continue
			}
			kept++
			if _, err := tx.ExecContext(ctx, s.sql("INSERT INTO token (id, principal_id, hash) VALUES (?, ?, ?)"), t.ID, int64(e.change.Number), hash[:]); err != nil {
				return fmt.Errorf("keep a token: %w", err)
			}
		}
	}
	if kept != len(hashes) {
		return registry.Errorf(registry.Invalid, "FIELD_INVALID", "a token's hash belongs to no principal of the write")
	}
	return nil
}
