package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// direction tells the schema of what an API takes from that of what it gives:
// a field with a default may be left out of the one and is always in the other.
type direction string

const (
	input  direction = "Input"
	output direction = "Output"
)

// component is a type of Go that stands in the components of a document.
type component struct {
	typ reflect.Type
	dir direction
}

// describer turns plans into schemas. Types with a name become components, so
// that recursive types end.
type describer struct {
	built map[component]*openapi.Schema
	order []component
	refs  []reference

	kinds   map[string]*errors.Kind // by the name in the document
	names   map[string]reflect.Type
	checked int // components whose names are checked
}

// reference is a place that refers to a component, whose name is known when
// all components are.
type reference struct {
	place *string
	to    component
	from  component // zero outside of components
}

func newDescriber() *describer {
	return &describer{
		built: map[component]*openapi.Schema{},
		kinds: map[string]*errors.Kind{},
		names: map[string]reflect.Type{},
	}
}

// describe is the schema of a node. The component is the one that the schema is
// part of.
func (d *describer) describe(n *plan.Node, dir direction, from component) *openapi.Schema {
	s := d.describeValue(n, dir, from)
	if n.Nullable {
		return nullable(s)
	}
	return s
}

// nullable is the schema or null: a further type where that says it all, else
// an alternative.
func nullable(s *openapi.Schema) *openapi.Schema {
	if len(s.Type) > 0 && s.Enum == nil && s.Const == nil {
		s.Type = append(s.Type, "null")
		return s
	}
	null := &openapi.Schema{Type: openapi.Types{"null"}}
	if s.Ref == "" && len(s.AnyOf) > 0 {
		s.AnyOf = append(s.AnyOf, null)
		return s
	}
	return &openapi.Schema{AnyOf: []*openapi.Schema{s, null}}
}

func (d *describer) describeValue(n *plan.Node, dir direction, from component) *openapi.Schema {
	s := &openapi.Schema{}
	switch n.Kind {
	case plan.Bool:
		s.Type = openapi.Types{"boolean"}
	case plan.Integer:
		s.Type = openapi.Types{"integer"}
		integerBounds(n, s)
	case plan.Float:
		s.Type = openapi.Types{"number"}
		if n.Type.Kind() == reflect.Float32 {
			s.Format = "float" // its range is not that of a float64
		}
		numberBounds(n, s)
	case plan.Decimal:
		return describeDecimal(n, dir)
	case plan.String, plan.Text:
		s.Type = openapi.Types{"string"}
		s.MinLength, s.MaxLength, s.Pattern = n.MinLength, n.MaxLength, n.Pattern
	case plan.UUID:
		s.Type, s.Format = openapi.Types{"string"}, "uuid"
		if n.Format != "" {
			s.Format = n.Format
		}
	case plan.Datetime:
		s.Type, s.Format = openapi.Types{"string"}, "date-time"
	case plan.Date:
		s.Type, s.Format = openapi.Types{"string"}, "date"
	case plan.Email:
		s.Type, s.Format = openapi.Types{"string"}, "email"
		s.MinLength, s.MaxLength = n.MinLength, n.MaxLength
	case plan.URL:
		s.Type, s.Format = openapi.Types{"string"}, "uri"
		s.MinLength, s.MaxLength = n.MinLength, n.MaxLength
	case plan.Enum:
		return d.component(n, dir, from, func(s *openapi.Schema, _ component) { closedSet(s, n.Values) })
	case plan.Literal:
		closedSet(s, n.Values)
		if len(n.Values) == 1 {
			s.Const, s.Enum = n.Values[0], nil
		}
	case plan.List:
		s.Type = openapi.Types{"array"}
		s.Items = d.describe(n.Elem, dir, from)
		s.MinItems, s.MaxItems, s.UniqueItems = n.MinLength, n.MaxLength, n.Unique
	case plan.Map:
		s.Type = openapi.Types{"object"}
		s.Additional = d.describe(n.Elem, dir, from)
		s.MinProperties, s.MaxProperties = n.MinLength, n.MaxLength
		s.PropertyNames = d.propertyNames(n.Key, dir, from)
	case plan.Bytes:
		s.Type, s.ContentEncoding = openapi.Types{"string"}, "base64"
	case plan.Metadata:
		return describeMetadata()
	case plan.Object:
		return d.component(n, dir, from, func(s *openapi.Schema, in component) { d.object(n.Object, dir, s, in) })
	case plan.Union:
		return d.component(n, dir, from, func(s *openapi.Schema, in component) { d.union(n.Union, dir, s, in) })
	case plan.Any, plan.Raw, plan.Custom:
	}
	return s
}

// component is a reference to the component of the node's type, which is built
// when it is met first. A type without a name is described in place.
func (d *describer) component(n *plan.Node, dir direction, from component, build func(s *openapi.Schema, in component)) *openapi.Schema {
	if n.Type.Name() == "" {
		s := &openapi.Schema{}
		build(s, from)
		return s
	}
	c := component{typ: n.Type, dir: dir}
	place := openapi.Ref(schemaName(n.Type)) // until the components have their names
	d.refs = append(d.refs, reference{place: &place.Ref, to: c, from: from})
	if d.built[c] == nil {
		s := &openapi.Schema{Title: schemaName(n.Type)}
		d.built[c] = s
		d.order = append(d.order, c)
		build(s, c)
	}
	return place
}

func (d *describer) object(o *plan.ObjectPlan, dir direction, s *openapi.Schema, in component) {
	s.Type = openapi.Types{"object"}
	s.Description = o.Doc
	s.Closed = o.ForbidExtra && dir == input
	for _, f := range o.Fields {
		property := d.property(f, dir, in)
		annotate(property, f, dir)
		s.Properties = append(s.Properties, openapi.Property{Name: f.Name, Schema: property})
		if f.Required && dir == input || !f.Omits && dir == output {
			s.Required = append(s.Required, f.Name)
		}
	}
}

// property is the schema of a field's value as it is on the wire.
func (d *describer) property(f *plan.Field, dir direction, in component) *openapi.Schema {
	switch {
	case f.Quotes && dir == output:
		return describeQuoted(f.Node)
	case f.Optional && !f.Omits && !f.Node.Nullable && dir == output:
		return nullable(d.describe(f.Node, dir, in)) // an absent value is written as null
	default:
		return d.describe(f.Node, dir, in)
	}
}

// describeQuoted is the schema of the string option of a json tag: the JSON of
// the value, as a text.
func describeQuoted(n *plan.Node) *openapi.Schema {
	s := &openapi.Schema{Type: openapi.Types{"string"}}
	switch n.Kind {
	case plan.Bool:
		s.Enum = []any{"true", "false"}
	case plan.Integer:
		s.Pattern = integerText(n.Type)
	case plan.Enum, plan.Literal:
		for _, value := range n.Values {
			s.Enum = append(s.Enum, quotedText(value))
		}
	default:
	}
	if n.Nullable {
		return nullable(s)
	}
	return s
}

func quotedText(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(data)
}

// propertyNames says which keys a map may have, nil where any key will do. Keys
// are texts, also where Go has another type.
func (d *describer) propertyNames(key *plan.Node, dir direction, from component) *openapi.Schema {
	switch key.Kind {
	case plan.String:
		if key.MinLength == nil && key.MaxLength == nil && key.Pattern == "" {
			return nil
		}
	case plan.Integer:
		return &openapi.Schema{Type: openapi.Types{"string"}, Pattern: integerText(key.Type)}
	case plan.Enum, plan.Literal:
		if key.Type.Kind() == reflect.String {
			break
		}
		names := &openapi.Schema{Type: openapi.Types{"string"}}
		for _, value := range key.Values {
			names.Enum = append(names.Enum, fmt.Sprint(value))
		}
		return names
	case plan.UUID, plan.Date, plan.Datetime, plan.Email, plan.URL:
	default:
		return nil
	}
	return d.describe(key, dir, from)
}

func (d *describer) union(u *plan.UnionPlan, dir direction, s *openapi.Schema, in component) {
	mapping := openapi.Map[string]{}
	for _, v := range u.Variants {
		s.OneOf = append(s.OneOf, d.describe(v.Node, dir, in))
		for _, tag := range v.Tags {
			mapping = append(mapping, openapi.Entry[string]{Name: tag})
		}
	}
	i := 0
	for _, v := range u.Variants {
		for range v.Tags {
			d.refs = append(d.refs, reference{place: &mapping[i].Value, to: component{v.Node.Type, dir}, from: in})
			i++
		}
	}
	s.Discriminator = &openapi.Discriminator{PropertyName: u.Tag, Mapping: mapping}
}

// annotate puts on a schema what the field says of it.
func annotate(s *openapi.Schema, f *plan.Field, dir direction) {
	if s.Ref == "" {
		s.Title = titleCase(f.Name)
	}
	s.Description = f.Doc
	s.WriteOnly = f.Sensitive && dir == input
	if f.Example != "" {
		s.Examples = []any{exampleValue(f.Node, f.Example)}
		if f.Quotes && dir == output {
			s.Examples[0] = quotedText(s.Examples[0])
		}
	}
	switch {
	case !f.HasDefault || dir == output:
	case f.In != "":
		s.Default = defaultValue(f)
	default:
		s.Description = withDefault(f)
	}
}

// withDefault is the description of a property with its default in words. The
// keyword default would make the property required for generators of clients that
// take a schema with a default for one of an answer.
func withDefault(f *plan.Field) string {
	data, err := json.Marshal(defaultValue(f))
	if err != nil {
		return f.Doc
	}
	var value string
	if json.Unmarshal(data, &value) != nil || value == "" {
		value = string(data) // no text, or an empty one
	}
	text := "Defaults to `" + value + "`."
	switch doc := strings.TrimSpace(f.Doc); {
	case doc == "":
		return text
	case strings.HasSuffix(doc, "."):
		return doc + " " + text
	default:
		return doc + ". " + text
	}
}

func defaultValue(f *plan.Field) any {
	data, err := json.Marshal(f.Default)
	if err != nil {
		return f.Tag.Get("default")
	}
	return json.RawMessage(data)
}

// exampleValue is the text of an example tag as a value of the node's kind.
func exampleValue(n *plan.Node, text string) any {
	switch n.Kind {
	case plan.Bool, plan.Integer, plan.Float, plan.Any, plan.Raw, plan.Custom, plan.Object, plan.Map, plan.Metadata, plan.Union:
		if json.Valid([]byte(text)) {
			return json.RawMessage(text)
		}
	case plan.List:
		if strings.HasPrefix(text, "[") && json.Valid([]byte(text)) {
			return json.RawMessage(text)
		}
		return []any{exampleValue(n.Elem, text)}
	case plan.Enum, plan.Literal:
		if i, err := strconv.ParseInt(text, 10, 64); err == nil && slices.Contains(n.Values, any(i)) {
			return i
		}
	default:
	}
	return text
}

func closedSet(s *openapi.Schema, values []any) {
	s.Type = openapi.Types{"string"}
	if len(values) > 0 {
		if _, isText := values[0].(string); !isText {
			s.Type = openapi.Types{"integer"}
		}
	}
	s.Enum = values
}

func describeMetadata() *openapi.Schema {
	return &openapi.Schema{
		Type:          openapi.Types{"object"},
		MaxProperties: new(50),
		PropertyNames: &openapi.Schema{Type: openapi.Types{"string"}, MinLength: new(1), MaxLength: new(40)},
		Additional: &openapi.Schema{AnyOf: []*openapi.Schema{
			{Type: openapi.Types{"string"}, MinLength: new(1), MaxLength: new(500)},
			{Type: openapi.Types{"integer"}},
			{Type: openapi.Types{"number"}},
			{Type: openapi.Types{"boolean"}},
		}},
	}
}

// claim takes the name of a kind of error. The problem is another kind of that name.
func (d *describer) claim(kind *errors.Kind) (problem string) {
	name := kindSchemaName(kind)
	if other, taken := d.kinds[name]; taken && other != kind {
		return fmt.Sprintf("there are two kinds of error with the name %s; declare it once", name)
	}
	d.kinds[name] = kind
	return ""
}

// clashes are the things of one name in the document, among the components that
// have been described since the last call and all kinds of error.
func (d *describer) clashes() (problems []string) {
	for ; d.checked < len(d.order); d.checked++ {
		c := d.order[d.checked]
		name := schemaName(c.typ)
		if other, taken := d.names[name]; taken && other != c.typ {
			problems = append(problems, fmt.Sprintf("the schemas %s and %s have the same name %s in the document; rename one of the types", other, c.typ, name))
			continue
		}
		d.names[name] = c.typ
	}
	for _, name := range slices.Sorted(maps.Keys(d.kinds)) {
		if typ, taken := d.names[name]; taken {
			problems = append(problems, fmt.Sprintf("the schema %s has the name of the error %s in the document; rename the type", typ, name))
		}
	}
	return problems
}

// name gives every component its name and fills in the references. A type that
// is taken and given in different forms has a name for each, as with FastAPI.
func (d *describer) name() openapi.Map[*openapi.Schema] {
	split := d.differing()
	final := func(c component) string {
		if split[c.typ] {
			return schemaName(c.typ) + "-" + string(c.dir)
		}
		return schemaName(c.typ)
	}
	var schemas openapi.Map[*openapi.Schema]
	for _, c := range d.order {
		name := final(c)
		if _, there := schemas.Get(name); !there {
			schemas = append(schemas, openapi.Entry[*openapi.Schema]{Name: name, Value: d.built[c]})
		}
	}
	for _, r := range d.refs {
		*r.place = openapi.Ref(final(r.to)).Ref
	}
	return schemas
}

// differing are the types whose schemas differ by direction, also in what they
// refer to.
func (d *describer) differing() map[reflect.Type]bool {
	differ := map[reflect.Type]bool{}
	for _, c := range d.order {
		other, ok := d.built[component{c.typ, output}]
		if c.dir != input || !ok {
			continue
		}
		a, errA := json.Marshal(d.built[c])
		b, errB := json.Marshal(other)
		differ[c.typ] = errA != nil || errB != nil || !bytes.Equal(a, b)
	}
	for changed := true; changed; {
		changed = false
		for _, r := range d.refs {
			_, both := d.built[component{r.from.typ, output}]
			_, taken := d.built[component{r.from.typ, input}]
			if r.from.typ != nil && both && taken && differ[r.to.typ] && !differ[r.from.typ] {
				differ[r.from.typ], changed = true, true
			}
		}
	}
	for typ, is := range differ {
		if !is {
			delete(differ, typ)
		}
	}
	return differ
}

// schemaName is the name of a type in the document: ListResource_Customer_ for
// pagination.ListResource[customer.Customer], as Pydantic names it.
func schemaName(t reflect.Type) string {
	var b strings.Builder
	start := true
	for _, word := range splitTypeName(t.Name()) {
		if word == "[" || word == "]" || word == "," {
			b.WriteByte('_')
			start = true
			continue
		}
		word = word[strings.LastIndexByte(word, '.')+1:]
		word, _, _ = strings.Cut(word, "·") // a type declared inside of a function
		if start && word != "" {
			word = strings.ToUpper(word[:1]) + word[1:]
		}
		start = false
		b.WriteString(word)
	}
	return b.String()
}

// splitTypeName cuts the name of a type at brackets and commas.
func splitTypeName(name string) []string {
	var words []string
	from := 0
	for i := range len(name) {
		switch name[i] {
		case '[', ']', ',':
			if i > from {
				words = append(words, strings.TrimLeft(name[from:i], "*"))
			}
			words = append(words, name[i:i+1])
			from = i + 1
		}
	}
	if from < len(name) {
		words = append(words, name[from:])
	}
	return words
}
