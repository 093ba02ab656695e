package server

import (
	"fmt"
	"strings"
	"unicode"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// What any request may hold, before a field's own rule.
const (
	maxTextBytes      = 8 << 10
	maxRequestIDBytes = 128
	maxReasonBytes    = 1000
	maxFieldErrors    = 20
)

// validate holds a request to what is the same for every message: text without
// NUL or control characters and of a bounded length, enums that the contract
// knows, and the options of a write. Questions and nouns are left to
// internal/wire, which reads every field of them anyway.
func validate(req any) error {
	switch r := req.(type) {
	case *waybillv1.CheckShareRequest:
		return requestID("request_id", r.GetRequestId())
	case *waybillv1.BatchCheckSharesRequest:
		return requestID("request_id", r.GetRequestId())
	case *waybillv1.ExplainShareRequest:
		return nil
	}
	m, ok := req.(proto.Message)
	if !ok {
		return nil
	}
	var w walk
	w.message("", m.ProtoReflect())
	if o, ok := req.(interface {
		GetOptions() *waybillv1.WriteOptions
	}); ok {
		w.options(o.GetOptions())
	}
	if l, ok := req.(interface{ GetPageSize() int32 }); ok && l.GetPageSize() < 0 {
		w.add("page_size", "0 for the default, or more")
	}
	return w.err()
}

func requestID(field, id string) error {
	if len(id) <= maxRequestIDBytes && printable(id, false) {
		return nil
	}
	return invalid(field, fmt.Sprintf("at most %d printable characters", maxRequestIDBytes))
}

// invalid returns the error of one wrong field.
func invalid(field, expected string) *registry.Error {
	return &registry.Error{Kind: registry.Invalid, Reason: "FIELD_INVALID", Message: "the request is refused",
		Fields: []registry.FieldError{{Field: field, Expected: expected}}}
}

// walk gathers what is wrong with a message and what it holds.
type walk struct{ fields []registry.FieldError }

func (w *walk) add(field, expected string) {
	if len(w.fields) < maxFieldErrors {
		w.fields = append(w.fields, registry.FieldError{Field: field, Expected: expected})
	}
}

func (w *walk) err() error {
	if len(w.fields) == 0 {
		return nil
	}
	return &registry.Error{Kind: registry.Invalid, Reason: "FIELD_INVALID", Message: "the request is refused", Fields: w.fields}
}

func (w *walk) options(o *waybillv1.WriteOptions) {
	if err := requestID("options.request_id", o.GetRequestId()); err != nil {
		w.add("options.request_id", fmt.Sprintf("at most %d printable characters", maxRequestIDBytes))
	}
	if len(o.GetReason()) > maxReasonBytes {
		w.add("options.reason", fmt.Sprintf("at most %d bytes", maxReasonBytes))
	}
}

func (w *walk) message(path string, m protoreflect.Message) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		at := join(path, string(fd.Name()))
		switch {
		case fd.IsMap():
		case fd.IsList():
			for i := range v.List().Len() {
				w.value(fmt.Sprintf("%s[%d]", at, i), fd, v.List().Get(i))
			}
		default:
			w.value(at, fd, v)
		}
		return len(w.fields) < maxFieldErrors
	})
}

func (w *walk) value(path string, fd protoreflect.FieldDescriptor, v protoreflect.Value) {
	switch fd.Kind() {
	case protoreflect.StringKind:
		if len(v.String()) > maxTextBytes {
			w.add(path, fmt.Sprintf("at most %d bytes", maxTextBytes))
		} else if !printable(v.String(), true) {
			w.add(path, "text without control characters")
		}
	case protoreflect.EnumKind:
		if fd.Enum().Values().ByNumber(v.Enum()) == nil {
			w.add(path, "a value that the contract knows")
		}
	case protoreflect.MessageKind:
		if !isNoun(fd.Message()) {
			w.message(path, v.Message())
		}
	}
}

// isNoun reports whether internal/wire reads the message, field by field.
func isNoun(d protoreflect.MessageDescriptor) bool {
	return d.Fields().ByName("meta") != nil || d.FullName() == "waybill.v1.Resource"
}

// printable reports whether text holds no control character; lines may be allowed.
func printable(text string, lines bool) bool {
	return strings.IndexFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && !(lines && (r == '\n' || r == '\t' || r == '\r'))
	}) < 0
}

func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}
