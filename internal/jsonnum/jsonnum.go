// Package jsonnum decodes JSON numbers into values of the type any without losing digits.
//
// An integer that fits is an int64. A number with a fraction or an exponent is a float64.
// Other numbers are a [json.Number], which keeps the text: an integer of more than 64
// bits, and a number that would be an infinite float64.
package jsonnum

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// Value returns the value of a JSON number.
func Value(text string) any {
	if !strings.ContainsAny(text, ".eE") {
		if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
			return whole
		}
	} else if float, err := strconv.ParseFloat(text, 64); err == nil {
		return float
	}
	return json.Number(strings.Clone(text))
}

// Unmarshal is json.Unmarshal, except for the numbers in values of the type any.
func Unmarshal(data []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(target); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("there is more than one JSON value")
	}
	if v := reflect.ValueOf(target); holdsAny(v.Type()) {
		convert(v)
	}
	return nil
}

// convert replaces the numbers in values of the type any.
func convert(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			convert(v.Elem())
		}
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		if value, changed := converted(v.Interface()); changed && v.CanSet() {
			v.Set(reflect.ValueOf(value))
		}
	case reflect.Map:
		for rows := v.MapRange(); rows.Next(); {
			convertEntry(v, rows.Key(), rows.Value())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			convert(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); isFilled(field) && holdsAny(field.Type) {
				convert(v.Field(i))
			}
		}
	default:
	}
}

// convertEntry converts a value of a map, which cannot be set in place.
func convertEntry(m, key, value reflect.Value) {
	settable := reflect.New(value.Type()).Elem()
	settable.Set(value)
	convert(settable)
	m.SetMapIndex(key, settable)
}

// converted returns the value for an any. Containers stay the same, with their numbers
// replaced.
func converted(value any) (result any, changed bool) {
	switch value := value.(type) {
	case json.Number:
		return Value(value.String()), true
	case map[string]any:
		for key, each := range value {
			if replacement, changed := converted(each); changed {
				value[key] = replacement
			}
		}
	case []any:
		for i, each := range value {
			if replacement, changed := converted(each); changed {
				value[i] = replacement
			}
		}
	}
	return nil, false
}

// holding remembers which types can hold an any.
var holding sync.Map // of reflect.Type to bool

var unmarshalerType = reflect.TypeFor[json.Unmarshaler]()

// holdsAny reports whether a type can hold an any that the decoder fills in.
func holdsAny(t reflect.Type) bool {
	if known, ok := holding.Load(t); ok {
		return known.(bool) //nolint:forcetypeassert // nothing else is stored
	}
	holds := search(t, map[reflect.Type]bool{})
	holding.Store(t, holds)
	return holds
}

// isFilled reports whether encoding/json fills in a field, or fields inside it.
func isFilled(field reflect.StructField) bool {
	return field.IsExported() || field.Anonymous && field.Type.Kind() == reflect.Struct
}

func search(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] || reflect.PointerTo(t).Implements(unmarshalerType) {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return t.NumMethod() == 0
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return search(t.Elem(), seen)
	case reflect.Struct:
		for field := range t.Fields() {
			if isFilled(field) && search(field.Type, seen) {
				return true
			}
		}
	default:
	}
	return false
}
