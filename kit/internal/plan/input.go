package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/noun"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// ForInput returns the plan of a request. The type is a schema, which is the body, or a
// struct of parameters, which may have a field Body.
func ForInput(t reflect.Type) (*Input, error) {
	return cached(&inputs, t, func() (*Input, error) { return compileInput(t) })
}

func compileInput(t reflect.Type) (*Input, error) {
	in := &Input{Type: t}
	if t.Kind() != reflect.Struct || t == timeType || embedsSchema(t) {
		n, err := For(t)
		if err != nil {
			return nil, err
		}
		in.Body = &Field{Node: n, Required: true}
		return in, nil
	}
	c := newCompiler(false)
	groups := map[string][]*Field{}
	err := c.finish(c.params(in, groups, t, nil))
	var invalid error
	in.validators, invalid = validatorsOf(t, true, isParameter)
	errs := []error{err, invalid}
	if beforeHook.of(t) {
		errs = append(errs, fmt.Errorf("%s: has a BeforeValidate method, and parameters have no raw value; put the method on the type of the body or of a field", t))
	}
	names := map[string]string{}
	for _, from := range append([]string{""}, places...) {
		for _, f := range groups[from] {
			for _, p := range f.wireNames() {
				key := p.In + " " + p.Name
				if p.In == "header" {
					key = strings.ToLower(key)
				}
				if other, taken := names[key]; taken {
					errs = append(errs, fmt.Errorf("%s: the fields %s and %s have the same wire name %q; rename one", t, other, f.GoName, p.Name))
				}
				names[key] = f.GoName
			}
			in.Params = append(in.Params, f)
			in.query = in.query || f.In == "query"
			in.cookies = in.cookies || f.In == "cookie"
		}
	}
	if in.Form = groups[placeForm]; in.Form != nil && in.Body != nil {
		errs = append(errs, errSecondBody(t.String()+"."+in.Form[0].GoName))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return in, nil
}

// wireNames are the parameters that the field reads: those of a kit.Parameter, and one for
// any other type.
func (f *Field) wireNames() []openapi.Parameter {
	if f.custom {
		return f.Parameters
	}
	return []openapi.Parameter{{In: f.In, Name: f.Name}}
}

// embedsSchema reports whether a struct embeds kit.Schema, directly or through
// other embedded structs.
func embedsSchema(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		sf := t.Field(i)
		if sf.Anonymous && (sf.Type == schemaType || embedsSchema(sf.Type)) {
			return true
		}
	}
	return false
}

// params collects the parameters of a struct by their places. The place "" is for embedded
// kit.Parameters, which are checked first, as FastAPI's dependencies are.
func (c *compiler) params(in *Input, groups map[string][]*Field, t reflect.Type, index []int) error {
	errs := make([]error, t.NumField())
	for i := range errs {
		errs[i] = c.inputField(in, groups, t.Field(i), append(index[:len(index):len(index)], i))
	}
	return errors.Join(errs...)
}

// inputField compiles what a field of a struct adds to the input.
func (c *compiler) inputField(in *Input, groups map[string][]*Field, sf reflect.StructField, at []int) error {
	where := in.Type.String() + "." + sf.Name
	from, name, err := placement(sf, where)
	_, aliased := sf.Tag.Lookup("alias")
	switch {
	case err != nil:
		return err
	case aliased:
		return fmt.Errorf("%s: the alias tag is for the fields of a body; take it away", where)
	case sf.IsExported() && readsItself(sf.Type):
		f, err := customParam(sf, from, name, at, where)
		if err != nil {
			return err
		}
		group := ""
		if from != "" {
			group = "query"
		}
		groups[group] = append(groups[group], f)
	case from != "":
		f, err := c.param(sf, from, name, at, where)
		if err != nil {
			return err
		}
		groups[from] = append(groups[from], f)
	case sf.Anonymous && sf.Type.Kind() == reflect.Pointer && sf.Type.Elem().Kind() == reflect.Struct:
		return fmt.Errorf("%s: embeds a pointer to %s; embed the struct itself", in.Type, sf.Type.Elem())
	case sf.Anonymous && sf.Type.Kind() == reflect.Struct:
		return c.params(in, groups, sf.Type, at)
	case sf.Name == "Body":
		if in.Body != nil {
			return errSecondBody(where)
		}
		in.Body, err = c.field(sf, "", at, where)
		return err
	case sf.Name == "Form":
		return c.formBody(in, sf, at, where)
	case sf.IsExported():
		return fmt.Errorf("%s: has no tag path, query, header, cookie or form and is not called Body or Form; if %s is a body, embed kit.Schema in it", where, in.Type)
	}
	return nil
}

// readsItself reports whether a type is a kit.Parameter. A struct that embeds one has its
// methods too, and is a struct of parameters all the same.
func readsItself(t reflect.Type) bool {
	if !reflect.PointerTo(t).Implements(parameterType) {
		return false
	}
	if t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			if sf := t.Field(i); sf.Anonymous && sf.IsExported() && reflect.PointerTo(sf.Type).Implements(parameterType) {
				return false
			}
		}
	}
	return true
}

// placeForm is the tag of a parameter of a form.
const placeForm = "form"

// places are the tags of parameters, in the order in which FastAPI checks them.
var places = []string{"path", "query", "header", "cookie", placeForm}

// placement returns the place of a field's parameter and its wire name.
func placement(sf reflect.StructField, where string) (from, name string, err error) {
	for _, key := range places {
		value, ok := sf.Tag.Lookup(key)
		if !ok {
			continue
		}
		switch {
		case !sf.IsExported():
			return "", "", fmt.Errorf("%s: has a %s tag but is not exported", where, key)
		case value == "":
			return "", "", fmt.Errorf("%s: the %s tag is empty; it holds the name of the parameter", where, key)
		case from != "":
			return "", "", fmt.Errorf("%s: has a %s tag and a %s tag; a parameter stands in one place", where, from, key)
		}
		from, name = key, value
	}
	return from, name, nil
}

func customParam(sf reflect.StructField, from, name string, at []int, where string) (*Field, error) {
	if from != "" && from != "query" {
		return nil, fmt.Errorf("%s: a %s reads query parameters; use a query tag", where, sf.Type)
	}
	parameter := reflect.New(sf.Type).Interface().(kit.Parameter) //nolint:forcetypeassert // readsItself has looked
	spec, err := parameter.CompileParameter(kit.ParameterField{Name: name, Tag: sf.Tag})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return &Field{
		Name: name, GoName: sf.Name, In: "query", Tag: sf.Tag, Doc: sf.Tag.Get("doc"), Parameters: spec.Document,
		index: at, state: spec.State, custom: true,
	}, nil
}

func (c *compiler) param(sf reflect.StructField, from, name string, at []int, where string) (*Field, error) {
	if sf.Type == metadataFilterType {
		return metadataParam(sf, from, name, at, where)
	}
	c.inForm = from == placeForm
	f, err := c.field(sf, name, at, where)
	c.inForm = false
	if err != nil {
		return nil, err
	}
	if f.In = from; from == placeForm {
		f.In = "body" // where FastAPI reports it
	}
	if f.JSON, err = isJSONParam(sf, from, where); err != nil {
		return nil, err
	}
	if noun.IsFilter(sf.Type) {
		f.Filter, f.Required = true, false
	}
	if err := f.isReadFromText(from, where, sf.Type); err != nil {
		return nil, err
	}
	if from == "path" && !f.Required {
		return nil, fmt.Errorf("%s: a path parameter is always there; take kit.Optional or the default away", where)
	}
	return f, nil
}

// readsText reports whether a value can be read from a text.
func (n *Node) readsText() bool {
	switch n.Kind {
	case List, Set, Map, Metadata, Object, Raw:
		return false
	case Union:
		return !n.Union.IsTagged() && !slices.ContainsFunc(n.Union.Variants, func(v Variant) bool { return !v.Node.readsText() })
	default:
		return true
	}
}
