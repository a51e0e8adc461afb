package repository

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/polarkit-go/polarkit/internal/jsonnum"
	"github.com/polarkit-go/polarkit/kit"
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

// scanTarget is what a column is scanned into, given the pointer to its field.
func scanTarget(field any) any {
	switch field.(type) {
	case *map[string]any, *[]any:
		return &jsonTarget{field}
	}
	return field
}
