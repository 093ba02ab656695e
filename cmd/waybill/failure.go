package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"waybill/internal/registry"
)

// The exit codes, after sysexits.h.
const (
	exitNo          = 1 // denied, cases failed, differences found
	exitUsage       = 64
	exitFile        = 65
	exitUnavailable = 69
	exitInternal    = 70
	exitPermission  = 77
)

// exitError ends the program with a code; a nil err has nothing more to say.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

func unavailablef(format string, args ...any) error {
	return &exitError{code: exitUnavailable, err: fmt.Errorf(format, args...)}
}

// refused marks an error as the refusal of a file, unless it is of another kind.
func refused(err error) error {
	if err == nil {
		return nil
	}
	var ex *exitError
	if errors.As(err, &ex) {
		return err
	}
	var re *registry.Error
	if errors.As(err, &re) {
		switch re.Kind {
		case registry.Invalid, registry.NotFound, registry.Exists, registry.Precondition:
			return &exitError{code: exitFile, err: err}
		}
		return err
	}
	switch status.Code(err) {
	case codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.FailedPrecondition:
		return &exitError{code: exitFile, err: err}
	}
	return err
}

// exit prints what went wrong and returns the exit code.
func (c *cli) exit(err error) int {
	if err == nil {
		return 0
	}
	var ex *exitError
	if errors.As(err, &ex) && ex.err == nil {
		return ex.code
	}
	code, text := exitCode(err), message(err)
	fmt.Fprintln(c.err, "waybill: "+text)
	return code
}

func exitCode(err error) int {
	var ex *exitError
	if errors.As(err, &ex) {
		return ex.code
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return exitUnavailable
	}
	var re *registry.Error
	if errors.As(err, &re) {
		switch re.Kind {
		case registry.Invalid, registry.NotFound, registry.Exists, registry.Precondition:
			return exitUsage
		case registry.PermissionDenied, registry.Unauthenticated:
			return exitPermission
		case registry.Unavailable, registry.ResourceExhausted, registry.Aborted:
			return exitUnavailable
		}
		return exitInternal
	}
	s, ok := status.FromError(err)
	if !ok {
		return exitInternal
	}
	switch s.Code() {
	case codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.FailedPrecondition, codes.OutOfRange:
		return exitUsage
	case codes.PermissionDenied, codes.Unauthenticated:
		return exitPermission
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted, codes.Aborted, codes.Canceled:
		return exitUnavailable
	}
	return exitInternal
}

// message is what a person reads: the sentence, one line for each field that is
// wrong, and what to do where the sentence cannot know.
func message(err error) string {
	var b strings.Builder
	var re *registry.Error
	var violations []*errdetails.BadRequest_FieldViolation
	reason := ""
	s, ok := statusOf(err)
	switch {
	case errors.As(err, &re):
		b.WriteString(re.Message)
		reason = re.Reason
		for _, f := range re.Fields {
			violations = append(violations, &errdetails.BadRequest_FieldViolation{Field: f.Field, Description: f.Expected})
		}
		if re.Err != nil {
			fmt.Fprintf(&b, ": %v", re.Err)
		}
	case ok:
		violations, reason = violationsOf(s), reasonOf(s)
		b.WriteString(bareMessage(s))
	default:
		return err.Error()
	}
	for _, v := range violations {
		fmt.Fprintf(&b, "\n  %s: %s", flagOf(v.GetField()), v.GetDescription())
	}
	if hint := hints[reason]; hint != "" {
		b.WriteString("\n" + hint)
	}
	return b.String()
}

// hints say what to do next, by the reason of the error.
var hints = map[string]string{
	"AGREEMENT_SIGNED":   "A signed agreement is not changed; amend it: record a new agreement that names this one in `amends`. A termination that is recorded stands: what goes on needs a new agreement.",
	"ETAG_MISMATCH":      "Someone else wrote in between. Run the command again and look at what it shows.",
	"REVISION_MOVED":     "Someone else wrote in between. Run the command again.",
	"UNAUTHENTICATED":    "Give a token in WAYBILL_TOKEN or --token-file; an admin makes one with: waybill token create",
	"ROLE_NOT_PERMITTED": "Ask an admin for a token of a role that may do this.",
	"RECENTLY_USED":      "Name each such row with --prune-used NAME if it is really to go.",
	"OUTCOME_UNKNOWN":    "It is not known whether it was written. Run `waybill diff` before trying again.",
	"SCHEMA_VERSION":     "Bring the database up to this program with: waybill migrate --database …",
}

// statusOf returns the status that err wraps, if it is one.
func statusOf(err error) (*status.Status, bool) {
	var g interface{ GRPCStatus() *status.Status }
	if errors.As(err, &g) {
		return g.GRPCStatus(), true
	}
	return nil, false
}

func violationsOf(s *status.Status) []*errdetails.BadRequest_FieldViolation {
	var all []*errdetails.BadRequest_FieldViolation
	for _, d := range s.Details() {
		switch d := d.(type) {
		case *errdetails.BadRequest:
			all = append(all, d.GetFieldViolations()...)
		case *errdetails.PreconditionFailure:
			for _, v := range d.GetViolations() {
				if v.GetDescription() != s.Message() {
					all = append(all, &errdetails.BadRequest_FieldViolation{Field: v.GetSubject(), Description: v.GetDescription()})
				}
			}
		}
	}
	return all
}

// flagOf names the flag that a field of the question came from, and what of it;
// other fields are themselves.
func flagOf(field string) string {
	for i := len(field); i > 0; i = strings.LastIndexAny(field[:i], ".[") {
		if flag := questionFlag[field[:i]]; flag != "" {
			return strings.TrimSpace(flag + " " + strings.TrimPrefix(field[i:], "."))
		}
	}
	return field
}

// questionFlag names the flag that a field of the question, or of a duty, came from.
var questionFlag = map[string]string{
	"question.exporter": "--exporter", "question.recipient": "--recipient", "question.deployment": "--deployment",
	"question.purpose": "--purpose", "question.served_purpose": "--served-purpose", "question.categories": "--category",
	"question.subject": "--subject", "question.subject_group": "--subject-group", "question.subject_regions": "--subject-region",
	"question.product": "--product", "question.age_band": "--age-band", "question.origin": "--origin",
	"question.destination_countries": "--destination", "question.quantity": "--quantity", "question.bases": "--basis",
	"question.order.reference": "--order-ref", "question.order.subject": "--order-subject", "question.hr_reference": "--hr-ref",
	"question.citation": "--citation", "question.assessment": "--assessment", "question.consents": "--consent",
	"begin_time": "--received", "due_time": "--due", "evidence": "--evidence", "options.reason": "--reason",
	"question.deidentified": "--deidentified", "question.chain": "--chain", "question.exception": "--exception",
}

// bareMessage is the sentence without the fields that it ends in.
func bareMessage(s *status.Status) string {
	text := s.Message()
	for _, v := range violationsOf(s) {
		text = strings.ReplaceAll(text, "; "+v.GetField()+": "+v.GetDescription(), "")
	}
	return text
}

func infoOf(s *status.Status) *errdetails.ErrorInfo {
	for _, d := range s.Details() {
		if i, ok := d.(*errdetails.ErrorInfo); ok {
			return i
		}
	}
	return nil
}

func reasonOf(s *status.Status) string { return infoOf(s).GetReason() }
