package plan

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/definition"
	"github.com/polarkit-go/polarkit/kit/internal/encode"
	"github.com/polarkit-go/polarkit/kit/internal/noun"
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
	n, err := c.node(t, noRules, t.String())
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

// tagged compiles a type with the tag of a field or of a union's variant. It reports whether
// the tag requires the value. The text where is the place in errors.
func (c *compiler) tagged(t reflect.Type, tag reflect.StructTag, where string) (n *Node, required bool, err error) {
	rules, err := parseRules(tag.Get("validate"))
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", where, err)
	}
	if n, err = c.node(t, rules, where); err != nil {
		return nil, false, err
	}
	for _, option := range []struct {
		key    string
		set    func(n *Node, text string) error
		output bool // a type that is only written has it too
	}{{"pattern", setPattern, true}, {"transform", setTransforms, false}, {"key_pattern", setKeyPattern, false}} {
		text, ok := tag.Lookup(option.key)
		if !ok || c.output && !option.output {
			continue
		}
		if err := option.set(n, text); err != nil {
			return nil, false, fmt.Errorf("%s: %w", where, err)
		}
	}
	return n, rules.required, nil
}

// node compiles a type with rules.
func (c *compiler) node(t reflect.Type, rules *ruleSet, where string) (*Node, error) {
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
	n.Elem, err = c.node(t.Elem(), rules.elem(), where+"[]")
	return err
}

func (c *compiler) mapKey(n *Node, rules *ruleSet, where string) (err error) {
	t := n.Type.Key()
	if c.output && t.Kind() != reflect.String && !isInteger(t) && !t.Implements(textOutType) {
		return fmt.Errorf("%s: keys of type %s cannot be written as JSON; use a string type", where, t)
	}
	if n.Key, err = c.node(t, rules.key(), where+"[key]"); err != nil || c.output {
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
