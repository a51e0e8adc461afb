package repository

import (
	"context"
	"database/sql"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/jsonnum"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/jsonio"
)

// registerJSON registers json or jsonb, and its array, with the codec that is already
// registered. Only values of the type any are read in another way: integers stay
// integers. A codec with a reader of the program keeps that reader.
func registerJSON(types *pgtype.Map, oid, array uint32) {
	known, ok := types.TypeForOID(oid)
	if !ok {
		return
	}
	codec := known.Codec
	switch c := codec.(type) {
	case *pgtype.JSONCodec:
		codec = &pgtype.JSONCodec{Marshal: c.Marshal, Unmarshal: exact(c.Unmarshal)}
	case *pgtype.JSONBCodec:
		codec = &pgtype.JSONBCodec{Marshal: c.Marshal, Unmarshal: exact(c.Unmarshal)}
	}
	element := &pgtype.Type{Name: known.Name, OID: oid, Codec: metadataCodec{codec}}
	types.RegisterType(element)
	types.RegisterType(&pgtype.Type{Name: "_" + known.Name, OID: array, Codec: &pgtype.ArrayCodec{ElementType: element}})
}

func exact(unmarshal func([]byte, any) error) func([]byte, any) error {
	if reflect.ValueOf(unmarshal).Pointer() == reflect.ValueOf(json.Unmarshal).Pointer() {
		return jsonnum.Unmarshal
	}
	return unmarshal
}

// metadataCodec is a codec of JSON, with a plan for kit.Metadata, which reads itself.
// encoding/json would read the text three times.
type metadataCodec struct{ pgtype.Codec }

func (c metadataCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(*kit.Metadata); ok && format == pgtype.TextFormatCode {
		return scanMetadata{}
	}
	return c.Codec.PlanScan(m, oid, format, target)
}

type scanMetadata struct{}

func (scanMetadata) Scan(src []byte, dst any) error {
	metadata, ok := dst.(*kit.Metadata)
	if !ok {
		return fmt.Errorf("repository: metadata is scanned into %T", dst)
	}
	if src == nil {
		*metadata = nil
		return nil
	}
	if err := metadata.UnmarshalJSON(src); err != nil {
		return fmt.Errorf("repository: metadata: %w", err)
	}
	return nil
}

// jsonTarget reads JSON into a map or a list of values of the type any. It works also
// where the types of the connection are not registered.
type jsonTarget struct{ target any }

// ScanBytes makes jsonTarget a pgtype.BytesScanner.
func (j *jsonTarget) ScanBytes(src []byte) error {
	if src == nil {
		reflect.ValueOf(j.target).Elem().SetZero()
		return nil
	}
	return jsonnum.Unmarshal(src, j.target)
}

// target is what the column is scanned into, given the pointer to its field.
func (c *column) target(field any) any {
	switch field.(type) {
	case *map[string]any, *[]any:
		return &jsonTarget{field}
	}
	if c.union {
		return &unionTarget{field}
	}
	return field
}

// unionTarget reads JSON into a type that holds an interface of kit.DefineUnion, which
// encoding/json cannot fill in.
type unionTarget struct{ target any }

// ScanBytes makes unionTarget a pgtype.BytesScanner.
func (u *unionTarget) ScanBytes(src []byte) error {
	if src == nil || string(src) == "null" {
		reflect.ValueOf(u.target).Elem().SetZero()
		return nil
	}
	err := jsonio.Unmarshal(context.Background(), src, u.target)
	if err == nil {
		return nil
	}
	if details, _ := errors.DetailsOf(err); len(details) > 0 {
		// A stored value is no part of a request: the error is no 422.
		return fmt.Errorf("the JSON is no %s: %s", reflect.TypeOf(u.target).Elem(), err.Error())
	}
	return err
}

// unionValue is a value that holds an interface of kit.DefineUnion. It is written as
// replies are, so that it can be read again: encoding/json writes a nil slice as null.
type unionValue struct{ value any }

// MarshalJSON makes unionValue a json.Marshaler.
func (u unionValue) MarshalJSON() ([]byte, error) { return jsonio.Marshal(u.value) }

var (
	readsJSON  = reflect.TypeFor[json.Unmarshaler]()
	readsText  = reflect.TypeFor[encoding.TextUnmarshaler]()
	readsValue = reflect.TypeFor[sql.Scanner]()
)

// holdsUnion reports whether a type holds a named interface, in a place that JSON fills
// in. No reader but that of package jsonio can do so.
func holdsUnion(t reflect.Type) bool { return findUnion(t, map[reflect.Type]bool{}) }

func findUnion(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	if t.Kind() == reflect.Interface {
		return t.NumMethod() > 0 || t.Name() != "" // a union of scalars is a named interface without methods
	}
	for _, reads := range []reflect.Type{readsJSON, readsText, readsValue} {
		if reflect.PointerTo(t).Implements(reads) {
			return false
		}
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return findUnion(t.Elem(), seen)
	case reflect.Struct:
		for field := range t.Fields() {
			if (field.IsExported() || field.Anonymous) && field.Tag.Get("json") != "-" && findUnion(field.Type, seen) {
				return true
			}
		}
	default:
	}
	return false
}
