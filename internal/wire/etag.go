package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"waybill/internal/registry"
)

// Etag returns the etag of a record's state: equal for equal number and revision.
func Etag(rec registry.Record) string {
	var b [12]byte
	binary.BigEndian.PutUint32(b[:4], rec.Number)
	binary.BigEndian.PutUint64(b[4:], uint64(rec.Revision))
	sum := sha256.Sum256(b[:])
	return hex.EncodeToString(sum[:8])
}
