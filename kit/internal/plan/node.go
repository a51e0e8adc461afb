package plan

import (
	"reflect"
	"regexp"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// Kind is the kind of the values of a [Node].
type Kind uint8

// The kinds of nodes.
const (
	// Any takes every value. It decodes to the Go values of encoding/json, except for
	// numbers: they are int64, float64, or json.Number beyond both.
	Any Kind = iota
	// Raw is json.RawMessage.
	Raw
	// Bool is a Go bool.
	Bool
	// Integer is any Go integer type, or big.Int.
	Integer
	// Float is float32 or float64.
	Float
	// String is a Go string.
	String
	// UUID is uuid.UUID, or a string with a uuid rule.
	UUID
	// Datetime is time.Time.
	Datetime
	// Date is kit.Date.
	Date
	// Decimal is kit.Decimal.
	Decimal
	// Duration is kit.Duration.
	Duration
	// Email is a string with the email rule.
	Email
	// URL is a string with one of the url rules.
	URL
	// Enum is a named type with a Values method: Pydantic's enum.
	Enum
	// Literal is a string, an integer or a boolean with a oneof rule: Pydantic's Literal.
	Literal
	// Text is a type that reads itself from text (encoding.TextUnmarshaler).
	Text
	// Custom is a type that reads itself from JSON (json.Unmarshaler).
	Custom
	// Object is a struct.
	Object
	// List is a slice.
	List
	// Set is kit.Set.
	Set
	// Map is a map with keys that are texts.
	Map
	// Metadata is kit.Metadata.
	Metadata
	// Union is an interface with a closed set of types.
	Union
	// Bytes is a slice of bytes. It is written as base64, and read from the part of a form.
	Bytes
	// File is kit.File, a file of a form.
	File
)

var kindNames = [...]string{
	"any", "raw", "bool", "integer", "float", "string", "uuid", "datetime", "date", "decimal", "duration", "email", "url",
	"enum", "literal", "text", "custom", "object", "list", "set", "map", "metadata", "union", "bytes", "file",
}

// String is the name of the kind, for messages.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// A Node is the plan of one value.
type Node struct {
	Kind Kind
	// Type is the Go type of the value, without the pointer of a nullable one.
	Type reflect.Type
	// Nullable says that null is a value: the Go type is a pointer to Type.
	Nullable bool
	// Format narrows a kind: "uuid4" for UUID, "aware" or "naive" for Datetime,
	// "http", "https" or "any" for URL.
	Format string
	// Values are the values of an Enum or a Literal: strings, int64s or bools.
	Values []any
	// Elem is the node of a List's items or a Map's values.
	Elem *Node
	// Key is the node of a Map's keys.
	Key *Node
	// Object holds the fields of an Object.
	Object *ObjectPlan
	// Union holds the variants of a Union.
	Union *UnionPlan

	// The rules with their numbers. A rule that is absent is nil.
	MinLength, MaxLength       *int // characters of a text, items of a list or map
	GE, GT, LE, LT, MultipleOf *float64
	MaxDigits, DecimalPlaces   *int
	Pattern                    string
	Unique                     bool

	checks    []check
	transform *transformation
	minLength *sizeRule
	maxLength *sizeRule
	numbers   numberRules
	decimals  decimalRules
	durations bounds[kit.Duration]
	pattern   *patternRule
	expected  pydantic.Issue // for Enum and Literal
	texts     map[string]struct{}
	sensitive bool // holds a sensitive field somewhere
	big       bool // big.Int
	validates bool // the type has a Validate method and is no struct of fields
	before    bool // the same with BeforeValidate
}

// ObjectPlan is the plan of a struct.
type ObjectPlan struct {
	// Type is the struct.
	Type reflect.Type
	// Doc describes the schema: the doc tag of the embedded Schema.
	Doc string
	// Schema says that the struct embeds kit.Schema, and so refuses NUL characters.
	Schema bool
	// ForbidExtra says that unknown keys are refused (extra:"forbid" on the embedded Schema).
	ForbidExtra bool
	// Extra is the field that keeps the keys which no other field is read from, or nil.
	Extra *Field
	// Fields are in the order of the struct. Those of an embedded struct are in its place.
	Fields []*Field

	byName     map[string]int
	keys       map[string]int // of an object that has fields with aliases
	validators [][]int        // the structs with a Validate method, as paths
	before     [][]int        // the same with BeforeValidate
}

// Field is a field of an [ObjectPlan], or a parameter of an [Input].
type Field struct {
	// Name is the wire name.
	Name string
	// GoName is the name in Go.
	GoName string
	// In is the place of a parameter: "path", "query", "header", "cookie", or "body" for
	// one of a form. It is empty for a field of a body.
	In string
	// Node is the plan of the value.
	Node *Node
	// Required says that the field must be present.
	Required bool
	// Omits says that some values of an output leave the field out.
	Omits bool
	// Quotes says that an output writes the JSON of the value as a text.
	Quotes bool
	// Optional says that the Go type is kit.Optional.
	Optional bool
	// HasDefault says that an absent field takes Default.
	HasDefault bool
	// Default is the value of an absent field, in Go.
	Default any
	// Doc describes the field.
	Doc string
	// Example is the text of the example tag.
	Example string
	// Deprecated says that clients should stop using the field.
	Deprecated bool
	// Hidden says that the document does not show the field.
	Hidden bool
	// Sensitive says that the value is never echoed.
	Sensitive bool
	// Filter says that the Go type is kit.Filter.
	Filter bool
	// JSON says that the text of a parameter is JSON.
	JSON bool
	// MetadataFilter are the bounds of a kit.MetadataFilter, and Node is nil then. It is
	// nil for other types.
	MetadataFilter *MetadataBounds
	// Parameters describes the query parameters of a kit.Parameter. Node is nil then.
	Parameters []openapi.Parameter
	// Tag is the whole tag.
	Tag reflect.StructTag

	index    []int
	boxed    any              // Name, for locations
	aliases  []alias          // where an input has the field, instead of Name
	fallback *pyjson.Document // the default, scanned
	state    any
	custom   bool
}

// Input is the plan of a request.
type Input struct {
	Type reflect.Type
	// Params are the parameters in the order in which they are checked: those of embedded
	// kit.Parameters, then path, query, header, cookie and form.
	Params []*Field
	// Body is the field of the body, or nil without a body. Its Name is empty.
	Body *Field
	// Form are the parameters of a form. They are the last ones of Params.
	Form []*Field
	// FormBody says that the body is read from a form.
	FormBody bool

	validators [][]int // as of an ObjectPlan
	query      bool    // a parameter is in the query
	cookies    bool    // a parameter is a cookie
}

type sizeRule struct {
	n     int
	issue pydantic.Issue
}

type patternRule struct {
	re    *regexp.Regexp
	issue pydantic.Issue
}

// check is a rule that is applied after a value has been read. One of its functions is set.
// It returns nil when the value passes.
type check struct {
	issue func(v reflect.Value) *pydantic.Issue
	err   func(v reflect.Value) error // of a rule of the application that makes its error
}

type limit struct {
	i     int64
	f     float64
	issue pydantic.Issue
}

type numberRules struct {
	multipleOf, le, lt, ge, gt *limit
	min, max                   int64  // the range of the Go type
	umax                       uint64 // for unsigned types
}
