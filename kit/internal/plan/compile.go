package plan

import (
	"bytes"
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/definition"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/noun"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
	"github.com/polarkit-go/polarkit/kit/internal/python"
)

// plans, outputs and inputs hold what has been compiled, by reflect.Type. Failures are
// kept too, because a type does not change while the program runs.
var plans, outputs, inputs sync.Map

type compiled[T any] struct {
	plan T
	err  error
}

func cached[T any](cache *sync.Map, t reflect.Type, compile func() (T, error)) (T, error) {
	if found, ok := cache.Load(t); ok {
		c := found.(*compiled[T]) //nolint:forcetypeassert // each cache holds one type
		return c.plan, c.err
	}
	made := new(compiled[T])
	made.plan, made.err = compile()
	found, _ := cache.LoadOrStore(t, made) // when two compile at once, the first counts
	c := found.(*compiled[T])              //nolint:forcetypeassert // see above
	return c.plan, c.err
}

// For returns the plan of a body of the type. The error names the type and the field and
// says what to change. Several mistakes are joined; [Mistakes] separates them.
func For(t reflect.Type) (*Node, error) {
	return cached(&plans, t, func() (*Node, error) { return compileBody(t, false) })
}

// ForOutput returns the plan of a type that is only written. A type inside that can be
// written but not read is [Any] there. A type inside that cannot be written is an error.
func ForOutput(t reflect.Type) (*Node, error) {
	return cached(&outputs, t, func() (*Node, error) { return compileBody(t, true) })
}

func compileBody(t reflect.Type, output bool) (*Node, error) {
	c := newCompiler(output)
	n, err := c.node(t, "", t.String())
	if err = c.finish(err); err != nil {
		return nil, err
	}
	return n, nil
}

// Mistakes are the parts of an error of [For], [ForOutput] or [ForInput], each one
// mistake of a type.
func Mistakes(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // only a join is taken apart
	if !ok {
		return []error{err}
	}
	var all []error
	for _, each := range joined.Unwrap() {
		all = append(all, Mistakes(each)...)
	}
	return all
}

// compiler makes the plan of one type and all that it refers to.
type compiler struct {
	output   bool
	inForm   bool // the type is that of a parameter of a form
	objects  map[reflect.Type]*ObjectPlan
	unions   map[reflect.Type]*UnionPlan
	nodes    []*Node
	open     map[reflect.Type]bool // the lists and maps around a node, up to the next struct
	unioned  []func() error        // what needs all fields: the tags of unions
	labelled []func()              // what needs all tags: the labels of variants
	preset   []preset              // what needs the finished tree: defaults
}

// preset is a field with a default.
type preset struct {
	field       *Field
	text, where string
}

func newCompiler(output bool) *compiler {
	return &compiler{
		output: output, objects: map[reflect.Type]*ObjectPlan{}, unions: map[reflect.Type]*UnionPlan{},
		open: map[reflect.Type]bool{},
	}
}

// finish does what needs the whole tree. The error is that of the fields, to which it
// joins its own: what needs a part that is not there is left out.
func (c *compiler) finish(err error) error {
	whole := err == nil
	errs := []error{err}
	if whole {
		for _, complete := range c.unioned {
			errs = append(errs, complete())
		}
		for _, label := range c.labelled {
			label()
		}
		whole = errors.Join(errs...) == nil
	}
	for changed := true; changed; {
		changed = false
		for _, n := range c.nodes {
			if !n.sensitive && n.anySensitive() {
				n.sensitive, changed = true, true
			}
		}
	}
	for _, p := range c.preset {
		if whole || p.field.Node.flat() {
			errs = append(errs, p.field.parseDefault(p.text, p.where))
		}
	}
	return errors.Join(errs...)
}

// flat reports whether the value has no objects in it.
func (n *Node) flat() bool {
	return n.Kind != Object && n.Kind != Union && (n.Elem == nil || n.Elem.flat())
}

func (n *Node) anySensitive() bool {
	if n.Elem != nil && n.Elem.sensitive {
		return true
	}
	if n.Union != nil {
		for _, variant := range n.Union.Variants {
			if variant.Node.sensitive {
				return true
			}
		}
	}
	if n.Object != nil {
		if extra := n.Object.Extra; extra != nil && (extra.Sensitive || extra.Node.sensitive) {
			return true
		}
		for _, f := range n.Object.Fields {
			if f.Sensitive || f.Node != nil && f.Node.sensitive {
				return true
			}
		}
	}
	return false
}

var (
	timeType        = reflect.TypeFor[time.Time]()
	durationType    = reflect.TypeFor[time.Duration]()
	uuidType        = reflect.TypeFor[uuid.UUID]()
	rawType         = reflect.TypeFor[json.RawMessage]()
	numberType      = reflect.TypeFor[json.Number]()
	bigType         = reflect.TypeFor[big.Int]()
	textType        = reflect.TypeFor[encoding.TextUnmarshaler]()
	unmarshalerType = reflect.TypeFor[json.Unmarshaler]()
	marshalerType   = reflect.TypeFor[json.Marshaler]()
	textOutType     = reflect.TypeFor[encoding.TextMarshaler]()

	schemaType         = reflect.TypeFor[kit.Schema]()
	dateType           = reflect.TypeFor[kit.Date]()
	decimalType        = reflect.TypeFor[kit.Decimal]()
	spanType           = reflect.TypeFor[kit.Duration]()
	metadataType       = reflect.TypeFor[kit.Metadata]()
	metadataFilterType = reflect.TypeFor[kit.MetadataFilter]()
	parameterType      = reflect.TypeFor[kit.Parameter]()
	validatorType      = reflect.TypeFor[kit.Validator]()
	beforeType         = reflect.TypeFor[kit.BeforeValidator]()
)

// node compiles a type with the rules of a field. The text where is the place in errors.
func (c *compiler) node(t reflect.Type, validate, where string) (*Node, error) {
	rules, err := parseRules(validate)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return c.nodeWith(t, rules, where)
}

func (c *compiler) nodeWith(t reflect.Type, rules *ruleSet, where string) (*Node, error) {
	n := &Node{Type: t}
	if t.Kind() == reflect.Pointer {
		n.Nullable, n.Type = true, t.Elem()
		if n.Type.Kind() == reflect.Pointer {
			return nil, fmt.Errorf("%s: a pointer to a pointer means nothing; use one pointer for a value that may be null", where)
		}
	}
	c.nodes = append(c.nodes, n)
	if err := c.classify(n, rules, where); err != nil {
		return nil, err
	}
	switch n.Kind {
	case Object, Union, Any: // an object has its own validators, and the value of an interface is validated itself
	default:
		n.validates = !c.output && afterHook.of(n.Type)
		n.before = !c.output && beforeHook.of(n.Type)
	}
	if rules.items != nil && n.Kind != List && n.Kind != Set && n.Kind != Map && !c.output {
		return nil, fmt.Errorf("%s: the rule dive is for lists and maps and does not fit a value of type %s", where, n.Type)
	}
	if c.output {
		describeRules(n, rules)
		return n, nil
	}
	if err := applyRules(n, rules.own); err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return n, nil
}

func (c *compiler) classify(n *Node, rules *ruleSet, where string) error {
	t := n.Type
	pointer := reflect.PointerTo(t)
	if isFile, err := c.fileNode(n, where); isFile {
		return err
	}
	switch {
	case noun.IsOptional(t):
		return fmt.Errorf("%s: kit.Optional belongs around the type of a field; inside another type use a pointer", where)
	case t == durationType:
		return fmt.Errorf("%s: a time.Duration would be a number of nanoseconds on the wire; use kit.Duration, or an integer whose name says its unit, such as timeout_seconds", where)
	case t == timeType:
		n.Kind = Datetime
	case t == uuidType:
		n.Kind, n.Format = UUID, formatUUID
	case t == rawType:
		n.Kind = Raw
	case t == numberType && c.output:
		n.Kind = Float
	case t == numberType:
		return fmt.Errorf("%s: a json.Number cannot be read from a request; use kit.Decimal, or an integer or a float", where)
	case t == bigType:
		n.Kind, n.big = Integer, true
	case t == dateType:
		n.Kind = Date
	case t == decimalType:
		n.Kind = Decimal
	case t == spanType:
		n.Kind = Duration
	case t == metadataType:
		metadataNode(n)
	case noun.IsSet(t):
		return c.setNode(n, rules, where)
	case isEnum(t):
		return enumNode(n, where)
	case pointer.Implements(textType) || c.output && pointer.Implements(textOutType):
		n.Kind = Text
	case pointer.Implements(unmarshalerType) || c.output && pointer.Implements(marshalerType):
		n.Kind = Custom
	case t.Kind() == reflect.Interface:
		return c.interfaceNode(n, where)
	default:
		return c.plainNode(n, rules, where)
	}
	return nil
}

func (c *compiler) plainNode(n *Node, rules *ruleSet, where string) (err error) {
	t := n.Type
	switch t.Kind() {
	case reflect.Bool:
		n.Kind = Bool
	case reflect.String:
		n.Kind = String
	case reflect.Float32, reflect.Float64:
		n.Kind = Float
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n.Kind = Integer
		n.numbers.max = 1<<(t.Bits()-1) - 1
		n.numbers.min = -n.numbers.max - 1
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n.Kind = Integer
		n.numbers.umax = 1<<t.Bits() - 1
		if t.Bits() == 64 {
			n.numbers.umax = ^uint64(0)
		}
	case reflect.Slice, reflect.Array, reflect.Map:
		if c.open[t] {
			return fmt.Errorf("%s: the type %s is made of itself alone; put a struct in between", where, t)
		}
		c.open[t] = true
		defer delete(c.open, t)
		return c.container(n, rules, where)
	case reflect.Struct:
		n.Kind = Object
		n.Object, err = c.object(t)
	case reflect.Uintptr:
		if !c.output {
			return fmt.Errorf("%s: a value of type %s cannot be read from a request", where, t)
		}
	default:
		if c.output {
			return fmt.Errorf("%s: a value of type %s cannot be written as JSON; leave the field out with the tag `json:\"-\"`", where, t)
		}
		return fmt.Errorf("%s: a value of type %s cannot be read from a request", where, t)
	}
	return err
}

// container compiles a slice, an array or a map.
func (c *compiler) container(n *Node, rules *ruleSet, where string) (err error) {
	t := n.Type
	switch {
	case t.Kind() == reflect.Map:
		n.Kind = Map
		if err := c.mapKey(n, rules, where); err != nil {
			return err
		}
	case t.Kind() == reflect.Array && !c.output:
		return fmt.Errorf("%s: a value of type %s cannot be read from a request; use a slice", where, t)
	case t.Elem().Kind() == reflect.Uint8 && !c.output:
		return fmt.Errorf("%s: a list of bytes has no JSON of its own; use string or json.RawMessage", where)
	case t.Kind() == reflect.Array:
		size := t.Len()
		n.Kind, n.MinLength, n.MaxLength = List, &size, &size
	case encode.IsBytes(t):
		n.Kind = Bytes
		return nil
	default:
		n.Kind = List
	}
	n.Elem, err = c.nodeWith(t.Elem(), rules.elem(), where+"[]")
	return err
}

func (c *compiler) mapKey(n *Node, rules *ruleSet, where string) (err error) {
	t := n.Type.Key()
	if c.output && t.Kind() != reflect.String && !isInteger(t) && !t.Implements(textOutType) {
		return fmt.Errorf("%s: keys of type %s cannot be written as JSON; use a string type", where, t)
	}
	if n.Key, err = c.nodeWith(t, rules.key(), where+"[key]"); err != nil || c.output {
		return err
	}
	if n.Key.before {
		return fmt.Errorf("%s: keys of type %s have a BeforeValidate method, and a key is always a text; use a type without it", where, t)
	}
	switch n.Key.Kind {
	case String, Enum, Literal, UUID, Integer, Text, Date, Datetime, Duration, Email, URL:
		return nil
	default:
		return fmt.Errorf("%s: keys of type %s cannot be read; use a string type", where, t)
	}
}

func isInteger(t reflect.Type) bool { return t.Kind() >= reflect.Int && t.Kind() <= reflect.Uintptr }

func (c *compiler) interfaceNode(n *Node, where string) (err error) {
	if def, ok := definition.UnionOf(n.Type); ok {
		n.Kind = Union
		n.Union, err = c.union(n.Type, def)
		return err
	}
	if n.Type.NumMethod() > 0 && !c.output {
		return fmt.Errorf("%s: %s is an interface; name its variants with kit.DefineUnion or kit.DefineSmartUnion", where, n.Type)
	}
	n.Kind = Any
	return nil
}

// isEnum reports whether the type is a closed set: a named string or integer
// type whose Values method returns a slice of it.
func isEnum(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint8, reflect.Uint16, reflect.Uint32:
	default:
		return false
	}
	m, ok := t.MethodByName("Values")
	return ok && m.Type.NumIn() == 1 && m.Type.NumOut() == 1 && m.Type.Out(0) == reflect.SliceOf(t)
}

func enumNode(n *Node, where string) error {
	n.Kind = Enum
	values := reflect.Zero(n.Type).MethodByName("Values").Call(nil)[0]
	if values.Len() == 0 {
		return fmt.Errorf("%s: Values of %s is empty; a closed set needs a value", where, n.Type)
	}
	for i := range values.Len() {
		n.Values = append(n.Values, plainValue(values.Index(i)))
	}
	n.expect("enum")
	return n.checkWritten(values, where)
}

// checkWritten refuses a closed set whose values are written in another form than they are
// read and documented.
func (n *Node) checkWritten(values reflect.Value, where string) error {
	for i, value := range n.Values {
		written, err := encode.Append(nil, values.Index(i).Interface())
		if plain, _ := encode.Append(nil, value); err != nil || !bytes.Equal(written, plain) {
			return fmt.Errorf("%s: a closed set is on the wire as its values, and %s writes %s as %s; take away its MarshalText or MarshalJSON, or its Values",
				where, n.Type, plain, written)
		}
	}
	return nil
}

func plainValue(v reflect.Value) any {
	switch {
	case v.Kind() == reflect.String:
		return v.String()
	case v.CanUint():
		return int64(v.Uint()) //nolint:gosec // at most 32 bits
	default:
		return v.Int()
	}
}

// expect prepares the issue of a closed set.
func (n *Node) expect(typ string) {
	reprs := make([]string, len(n.Values))
	for i, value := range n.Values {
		switch value := value.(type) {
		case string:
			reprs[i] = python.Repr(value)
		case int64:
			reprs[i] = strconv.FormatInt(value, 10)
		case bool:
			reprs[i] = python.Bool(value)
		}
	}
	expected := pydantic.Expected(reprs)
	n.expected = pydantic.Issue{Type: typ, Msg: "Input should be " + expected, Ctx: errors.Ctx{{Name: "expected", Value: expected}}}
	n.texts = nil
	if len(n.Values) > few && n.Type.Kind() == reflect.String {
		n.texts = make(map[string]struct{}, len(n.Values))
		for _, value := range n.Values {
			n.texts[value.(string)] = struct{}{} //nolint:forcetypeassert // the kind says so
		}
	}
}

// object compiles a struct once, however often it is referred to.
func (c *compiler) object(t reflect.Type) (*ObjectPlan, error) {
	if o, ok := c.objects[t]; ok {
		return o, nil
	}
	o := &ObjectPlan{Type: t, byName: map[string]int{}}
	c.objects[t] = o
	outside := c.open
	c.open = map[reflect.Type]bool{}
	defer func() { c.open = outside }()
	err := c.fields(o, t, nil)
	if o.ForbidExtra && o.Extra != nil {
		err = errors.Join(err, fmt.Errorf("%s: extra:\"forbid\" contradicts %s, which keeps further keys; take one away", t, o.Extra.GoName))
	}
	if !c.output {
		var after, before error
		o.validators, after = validatorsOf(t, o.Schema, isBodyField)
		o.before, before = beforeHook.methodsOf(t, o.Schema, isBodyField)
		err = errors.Join(err, after, before, unreadable(t), o.nameKeys())
	}
	return o, err
}

// fields compiles the fields of a struct. It goes on behind a mistake, so that the
// error has those of all fields.
func (c *compiler) fields(o *ObjectPlan, t reflect.Type, index []int) error {
	errs := make([]error, t.NumField())
	for i := range errs {
		errs[i] = c.objectField(o, t.Field(i), append(index[:len(index):len(index)], i))
	}
	return errors.Join(errs...)
}

// objectField compiles what a field of a struct adds to the object.
func (c *compiler) objectField(o *ObjectPlan, sf reflect.StructField, at []int) error {
	if sf.Name == "_" {
		if err := o.readExtra(sf.Tag); err != nil {
			return err
		}
	}
	if _, ok := sf.Tag.Lookup("extra"); ok && sf.Name != "_" && !sf.Anonymous {
		return c.keepExtra(o, sf, at)
	}
	name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
	if sf.Tag.Get("json") != "-" && !c.output {
		if err := misplaced(sf, o.Type.String()+"."+sf.Name); err != nil {
			return err
		}
	}
	if sf.Anonymous && name == "" {
		if embedded, err := c.embedded(o, sf, at); embedded || err != nil {
			return err
		}
	}
	if sf.Tag.Get("json") == "-" {
		return nil
	}
	if !sf.IsExported() {
		if _, named := sf.Tag.Lookup("json"); named {
			return fmt.Errorf("%s.%s: has a json tag but is not exported; export the field or take the tag away", o.Type, sf.Name)
		}
		return nil
	}
	if name == "" {
		name = sf.Name
	}
	where := o.Type.String() + "." + sf.Name
	if _, ok := sf.Tag.Lookup("content"); ok && !c.output {
		return fmt.Errorf("%s: has a content tag, which belongs to a parameter of the query, a header or a cookie", where)
	}
	f, err := c.field(sf, name, at, where)
	if err != nil {
		return err
	}
	if !c.output {
		if err := f.aliasTag(sf, where); err != nil {
			return err
		}
	}
	if other, ok := o.byName[name]; ok {
		return fmt.Errorf("%s: the fields %s and %s have the same wire name %q; rename one",
			o.Type, o.Fields[other].GoName, sf.Name, name)
	}
	o.byName[name] = len(o.Fields)
	o.Fields = append(o.Fields, f)
	return nil
}

// readExtra reads the extra tag of the embedded Schema. A struct that embeds no Schema may
// have the tag at a field _.
func (o *ObjectPlan) readExtra(tag reflect.StructTag) error {
	switch extra := tag.Get("extra"); extra {
	case "", "ignore":
	case "forbid":
		o.ForbidExtra = true
	case "allow":
		return fmt.Errorf("%s: extra:\"allow\" belongs to the field that keeps the further keys, such as Extra map[string]any `json:\"-\" extra:\"allow\"`", o.Type)
	default:
		return fmt.Errorf("%s: extra:%q is neither \"forbid\" nor \"ignore\"", o.Type, extra)
	}
	return nil
}

// embedded adds the fields of an embedded struct. It reports false for an embedded type
// that is a field like any other.
func (c *compiler) embedded(o *ObjectPlan, sf reflect.StructField, at []int) (bool, error) {
	t := sf.Type
	if t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct {
		return false, fmt.Errorf("%s: embeds a pointer to %s; embed the struct itself", o.Type, t.Elem())
	}
	if t.Kind() != reflect.Struct || t == timeType {
		return false, nil
	}
	if o.Doc == "" {
		o.Doc = sf.Tag.Get("doc")
	}
	if err := o.readExtra(sf.Tag); err != nil {
		return false, err
	}
	if t == schemaType {
		o.Schema = true
		return true, nil
	}
	return true, c.fields(o, t, at)
}

// field compiles a field of a body or a parameter.
func (c *compiler) field(sf reflect.StructField, name string, at []int, where string) (*Field, error) {
	f := &Field{
		Name: name, GoName: sf.Name, Doc: sf.Tag.Get("doc"), Example: sf.Tag.Get("example"), Tag: sf.Tag,
		index: at, boxed: name,
	}
	t := sf.Type
	if f.Omits, f.Quotes = encode.FieldOptions(sf); f.Quotes && !c.output {
		return nil, fmt.Errorf("%s: the option string of the json tag is for outputs; a request's value is read in the form of its type, so take the option away", where)
	}
	if noun.IsOptional(t) {
		f.Optional = true
		t = noun.Fill(reflect.New(t).Elem()).Type()
	}
	for name, flag := range map[string]*bool{"sensitive": &f.Sensitive, "deprecated": &f.Deprecated, "hidden": &f.Hidden} {
		switch value := sf.Tag.Get(name); value {
		case "", "false":
		case "true":
			*flag = true
		default:
			return nil, fmt.Errorf("%s: %s:%q is neither \"true\" nor \"false\"", where, name, value)
		}
	}
	rules, err := parseRules(sf.Tag.Get("validate"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	if f.Node, err = c.nodeWith(t, rules, where); err != nil {
		return nil, err
	}
	if pattern, ok := sf.Tag.Lookup("pattern"); ok {
		if err := setPattern(f.Node, pattern); err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
	}
	if tag, ok := sf.Tag.Lookup("transform"); ok && !c.output {
		if err := setTransforms(f.Node, tag); err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
	}
	if pattern, ok := sf.Tag.Lookup("key_pattern"); ok && !c.output {
		if err := setKeyPattern(f.Node, pattern); err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
	}
	text, hasDefault := sf.Tag.Lookup("default")
	if hasDefault {
		f.HasDefault = true
		c.preset = append(c.preset, preset{f, text, where})
	}
	f.Required = !f.Optional && !hasDefault
	if f.Hidden && f.Required && !c.output {
		return nil, fmt.Errorf("%s: a client that does not know a hidden field cannot send it; use kit.Optional or give it a default", where)
	}
	if rules.required && !f.Required && !c.output {
		other := "the default"
		if f.Optional {
			other = "kit.Optional"
		}
		return nil, fmt.Errorf("%s: required contradicts %s; take one away", where, other)
	}
	return f, nil
}

// parseDefault scans the default and decodes it once, so that a mistake is found when the
// plan is compiled.
func (f *Field) parseDefault(text, where string) error {
	f.fallback = new(pyjson.Document)
	err := f.fallback.Load(f.Node.defaultJSON(text))
	if err == nil {
		d := newDecoder(context.Background())
		defer d.free()
		d.doc, d.presetting = f.fallback, true
		t := f.Node.Type
		if f.Node.Nullable {
			t = reflect.PointerTo(t)
		}
		v := reflect.New(t).Elem()
		if f.Node.decode(d, 0, v) {
			f.Default = v.Interface()
			return nil
		}
		err = d.err()
		if invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err); ok && len(invalid.Details()) > 0 {
			err = errors.New(invalid.Details()[0].Msg)
		}
	}
	return fmt.Errorf("%s: the default %q does not parse: %w", where, text, err)
}

// defaultJSON returns the JSON of a default tag. The tag holds the text itself for types
// that are text on the wire, and JSON for all others. Commas may separate the items of a
// list.
func (n *Node) defaultJSON(text string) []byte {
	switch {
	case n.Nullable && text == "null":
		return []byte(text)
	case n.isText():
		return encode.AppendString(nil, text)
	case !json.Valid([]byte(text)) && (n.Kind == Integer || n.Kind == Float || n.Kind == Bool || n.Kind == Enum || n.Kind == Literal):
		return encode.AppendString(nil, text)
	case (n.Kind == List || n.Kind == Set) && !strings.HasPrefix(text, "["):
		out := []byte{'['}
		for i, item := range strings.Split(text, ",") {
			if text == "" {
				break
			}
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, n.Elem.defaultJSON(item)...)
		}
		return append(out, ']')
	}
	return []byte(text)
}

func (n *Node) isText() bool {
	switch n.Kind {
	case String, UUID, Datetime, Date, Decimal, Duration, Email, URL, Text:
		return true
	case Enum, Literal:
		return n.Type.Kind() == reflect.String
	}
	return false
}
