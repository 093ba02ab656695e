package registry

import (
	"errors"
	"fmt"
	"strings"
)

// ErrorKind says what kind of failure it is; server maps it to a status code.
type ErrorKind uint8

// The kinds, in the order of their severity for a caller.
const (
	Internal          ErrorKind = iota
	Invalid                     // INVALID_ARGUMENT
	NotFound                    // NOT_FOUND
	Exists                      // ALREADY_EXISTS
	Precondition                // FAILED_PRECONDITION
	Aborted                     // ABORTED
	PermissionDenied            // PERMISSION_DENIED
	Unauthenticated             // UNAUTHENTICATED
	Unavailable                 // UNAVAILABLE
	ResourceExhausted           // RESOURCE_EXHAUSTED
)

// FieldError names one field that is wrong, by its path in the contract
// (recipient.notices[0].contact), and what was expected.
type FieldError struct {
	Field, Expected string
}

// Error is the one error of the domain. Reason is a name of the contract's
// ErrorReason without its prefix: "ETAG_MISMATCH". Message is a sentence that a
// person can act on; it holds no text of a caller that is no name of the registry.
type Error struct {
	Kind     ErrorKind
	Reason   string
	Message  string
	Fields   []FieldError
	Metadata map[string]string
	Err      error
}

// Error returns the message, the fields and what it wraps.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Field, f.Expected)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error without fields.
func Errorf(kind ErrorKind, reason, format string, args ...any) *Error {
	return &Error{Kind: kind, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// ReasonOf returns the reason of the Error in err's chain, or "".
func ReasonOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

// fieldErrors gathers what is wrong with one message.
type fieldErrors []FieldError

func (f *fieldErrors) add(field, format string, args ...any) {
	*f = append(*f, FieldError{field, fmt.Sprintf(format, args...)})
}

// err returns one Invalid error for all of them, or nil.
func (f fieldErrors) err(name string) error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Reason: "FIELD_INVALID", Message: name + " is refused", Fields: f}
}
