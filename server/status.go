package server

import (
	"context"
	"errors"
	"maps"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"waybill/internal/registry"
)

// Domain is that of google.rpc.ErrorInfo in every status.
const Domain = "waybill"

// retryDelay is how long a caller is asked to wait before it tries again.
const retryDelay = 100 * time.Millisecond

var kindCodes = map[registry.ErrorKind]codes.Code{
	registry.Invalid:           codes.InvalidArgument,
	registry.NotFound:          codes.NotFound,
	registry.Exists:            codes.AlreadyExists,
	registry.Precondition:      codes.FailedPrecondition,
	registry.Aborted:           codes.Aborted,
	registry.PermissionDenied:  codes.PermissionDenied,
	registry.Unauthenticated:   codes.Unauthenticated,
	registry.Unavailable:       codes.Unavailable,
	registry.ResourceExhausted: codes.ResourceExhausted,
}

// statusOf turns an error into a status error. known is false for a fault of
// ours, which the caller learns nothing of but the request id.
func statusOf(err error, requestID string) (st error, known bool) {
	var e *registry.Error
	if errors.As(err, &e) {
		if code, ok := kindCodes[e.Kind]; ok {
			return domainStatus(code, e, requestID), true
		}
		return internalStatus(requestID), false
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return status.Error(codes.DeadlineExceeded, "the deadline has passed"), true
	case errors.Is(err, context.Canceled):
		return status.Error(codes.Canceled, "the caller has gone"), true
	}
	if s, ok := status.FromError(err); ok {
		return s.Err(), true // of the transport
	}
	return internalStatus(requestID), false
}

func domainStatus(code codes.Code, e *registry.Error, requestID string) error {
	info := &errdetails.ErrorInfo{Reason: e.Reason, Domain: Domain, Metadata: map[string]string{"request_id": requestID}}
	maps.Copy(info.Metadata, e.Metadata)
	details := []protoadapt.MessageV1{info}
	switch {
	case code == codes.InvalidArgument && len(e.Fields) > 0:
		bad := new(errdetails.BadRequest)
		for _, f := range e.Fields {
			bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{Field: f.Field, Description: f.Expected, Reason: e.Reason})
		}
		details = append(details, bad)
	case code == codes.FailedPrecondition:
		details = append(details, preconditions(e))
	case code == codes.Unavailable, code == codes.ResourceExhausted:
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(retryDelay)})
	}
	st := status.New(code, message(e))
	if with, err := st.WithDetails(details...); err == nil {
		st = with
	}
	return st.Err()
}

func preconditions(e *registry.Error) *errdetails.PreconditionFailure {
	p := new(errdetails.PreconditionFailure)
	for _, f := range e.Fields {
		p.Violations = append(p.Violations, &errdetails.PreconditionFailure_Violation{Type: e.Reason, Subject: f.Field, Description: f.Expected})
	}
	if len(p.Violations) == 0 {
		p.Violations = append(p.Violations, &errdetails.PreconditionFailure_Violation{Type: e.Reason, Subject: e.Metadata["name"], Description: e.Message})
	}
	return p
}

// message is what the error says without what it wraps, which may speak of SQL.
func message(e *registry.Error) string {
	bare := *e
	bare.Err = nil
	return bare.Error()
}

func internalStatus(requestID string) error {
	st := status.New(codes.Internal, "internal error")
	if with, err := st.WithDetails(&errdetails.ErrorInfo{Reason: "INTERNAL", Domain: Domain, Metadata: map[string]string{"request_id": requestID}}); err == nil {
		st = with
	}
	return st.Err()
}
