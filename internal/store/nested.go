package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"

	"waybill/internal/registry"
)

// Nested lists are JSON in the contract's field names, with enums by name and
// instants in RFC 3339, so that a person can read them in SQL. What is not given
// is left out.

// toJSON returns the JSON of a noun's list or part.
func toJSON(v any) (json.RawMessage, error) {
	b, err := json.Marshal(plain(reflect.ValueOf(v)))
	if err != nil {
		return nil, fmt.Errorf("nested JSON of %T: %w", v, err)
	}
	return b, nil
}

var timeType = reflect.TypeFor[registry.Time]()

// named is an enum of the registry.
type named interface {
	fmt.Stringer
	Values() []string
}

// plain turns structs into maps, and enums and instants into text.
func plain(v reflect.Value) any {
	if v.Type() == timeType {
		return registry.Time(v.Int()).String()
	}
	if n, ok := v.Interface().(named); ok {
		return n.String()
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	case reflect.Struct:
		m := map[string]any{}
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() {
				m[fieldName(v.Type().Field(i).Name)] = plain(f)
			}
		}
		return m
	}
	return v.Interface()
}

// fromJSON reads what toJSON wrote into the pointer.
func fromJSON(b json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return fmt.Errorf("nested JSON of %T: %w", into, err)
	}
	if err := fill(reflect.ValueOf(into).Elem(), v); err != nil {
		return fmt.Errorf("nested JSON of %T: %w", into, err)
	}
	return nil
}

func fill(v reflect.Value, from any) error {
	if from == nil {
		return nil
	}
	mismatch := func() error { return fmt.Errorf("%T where %s belongs", from, v.Type()) }
	if text, ok := from.(string); ok {
		if v.Type() == timeType {
			t, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				return err
			}
			v.SetInt(int64(registry.At(t)))
			return nil
		}
		if scanner, ok := v.Addr().Interface().(interface{ Scan(any) error }); ok {
			return scanner.Scan(text)
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return fill(v.Elem(), from)
	case reflect.Slice:
		list, ok := from.([]any)
		if !ok {
			return mismatch()
		}
		if len(list) == 0 {
			return nil
		}
		v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
		for i := range list {
			if err := fill(v.Index(i), list[i]); err != nil {
				return err
			}
		}
	case reflect.Struct:
		m, ok := from.(map[string]any)
		if !ok {
			return mismatch()
		}
		for i := range v.NumField() {
			if f, ok := m[fieldName(v.Type().Field(i).Name)]; ok {
				if err := fill(v.Field(i), f); err != nil {
					return err
				}
			}
		}
	case reflect.String:
		text, ok := from.(string)
		if !ok {
			return mismatch()
		}
		v.SetString(text)
	case reflect.Bool:
		b, ok := from.(bool)
		if !ok {
			return mismatch()
		}
		v.SetBool(b)
	case reflect.Int32, reflect.Int64:
		n, ok := from.(json.Number)
		if !ok {
			return mismatch()
		}
		i, err := n.Int64()
		if err != nil || v.OverflowInt(i) {
			return mismatch()
		}
		v.SetInt(i)
	default:
		return mismatch()
	}
	return nil
}

// fieldName is the contract's name of a Go field: SubprocessorMode is
// subprocessor_mode, ID is id.
func fieldName(goName string) string {
	var b strings.Builder
	r := []rune(goName)
	for i, c := range r {
		if unicode.IsUpper(c) {
			if i > 0 && (unicode.IsLower(r[i-1]) || (i+1 < len(r) && unicode.IsLower(r[i+1]))) {
				b.WriteByte('_')
			}
			c = unicode.ToLower(c)
		}
		b.WriteRune(c)
	}
	return b.String()
}
