package client

import (
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	waybillv1 "waybill/proto/waybill/v1"
)

// domain is that of the server's google.rpc.ErrorInfo.
const domain = "waybill"

// Reason returns why a call failed, by the contract's stable reasons;
// ERROR_REASON_UNSPECIFIED for nil and for what no server of ours said, such as a
// connection that could not be made.
func Reason(err error) waybillv1.ErrorReason {
	st, ok := status.FromError(err)
	if !ok || err == nil {
		return waybillv1.ErrorReason_ERROR_REASON_UNSPECIFIED
	}
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && info.GetDomain() == domain {
			return waybillv1.ErrorReason(waybillv1.ErrorReason_value["ERROR_REASON_"+info.GetReason()])
		}
	}
	return waybillv1.ErrorReason_ERROR_REASON_UNSPECIFIED
}

// FieldViolation names one field of a refused request and what was expected.
type FieldViolation struct {
	Field, Expected string
}

// Fields returns the fields that a refused request had wrong.
func Fields(err error) []FieldViolation {
	st, ok := status.FromError(err)
	if !ok || err == nil {
		return nil
	}
	var fields []FieldViolation
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				fields = append(fields, FieldViolation{v.GetField(), v.GetDescription()})
			}
		case *errdetails.PreconditionFailure:
			for _, v := range d.GetViolations() {
				fields = append(fields, FieldViolation{v.GetSubject(), v.GetDescription()})
			}
		}
	}
	return fields
}
