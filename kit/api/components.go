package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// direction says whether a schema describes an input or an output. They differ: a field
// with a default may be left out of an input and is always in an output.
type direction string

const (
	input  direction = "Input"
	output direction = "Output"
)

// component is a type of Go among the components of a document.
type component struct {
	typ reflect.Type
	dir direction
}

// describer turns plans into schemas. Types with a name become components, so the
// description of a recursive type ends.
type describer struct {
	built map[component]*openapi.Schema
	order []component
	refs  []reference

	kinds   map[string]*errors.Kind // by the name in the document
	names   map[string]reflect.Type
	checked int // components whose names are checked
}

// reference is a place that refers to a component. The name of a component is known when
// all components are described.
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

// component is a reference to the component of the node's type. The first reference
// builds the component. A type without a name is described in place.
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

// claim reserves the name of a kind of error. The problem is another kind of that name.
func (d *describer) claim(kind *errors.Kind) (problem string) {
	name := kindSchemaName(kind)
	if other, taken := d.kinds[name]; taken && other != kind {
		return fmt.Sprintf("there are two kinds of error with the name %s; declare it once", name)
	}
	d.kinds[name] = kind
	return ""
}

// clashes are the names that two schemas have, or a schema and a kind of error. Each call
// looks at the components that have been described since the one before.
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

// name names every component and fills in the references. A type whose input and output
// differ has a name for each, as with FastAPI.
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

// differing are the types whose input and output have different schemas, or refer to
// such a type.
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
