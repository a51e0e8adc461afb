package api

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/pagination"
)

func checkPaginated(e *Endpoint, broken func(string, ...any)) {
	if e.verb != verbList {
		return
	}
	params := reflect.TypeFor[pagination.Params]()
	if f, _ := e.output.FieldByName("Pagination"); f.Type == reflect.TypeFor[pagination.CursorPagination]() {
		params = reflect.TypeFor[pagination.CursorParams]()
	}
	if !embeds(e.input, params) {
		broken("the input %s of a list is not paginated; embed %s in it", e.input, params)
	}
}

// checkPartialUpdate looks at the structs that the body of an update may be. In a union,
// what distinguishes a struct may be required: its tag, or any field where there is none.
func checkPartialUpdate(e *Endpoint, broken func(string, ...any)) {
	if e.verb != verbUpdate || e.plan.Body == nil {
		return
	}
	for _, schema := range bodySchemas(e.plan.Body.Node) {
		for _, f := range schema.object.Fields {
			switch {
			case f.Required && !schema.tried && !slices.Contains(schema.tags, f.Name):
				broken("the field %s of the update schema %s is required; an update changes only what is sent, so make it kit.Optional[%s]", f.GoName, schema.object.Type, goType(f.Node))
			case f.HasDefault:
				broken("the field %s of the update schema %s has a default, which would change what is not sent; make it kit.Optional[%s] without one", f.GoName, schema.object.Type, goType(f.Node))
			}
		}
	}
}

func checkSchemas(e *Endpoint, broken func(string, ...any)) {
	for _, side := range e.sides() {
		for _, o := range objects(side.node) {
			if !o.Schema {
				broken("the %s holds %s, which is not a schema; embed kit.Schema in it", side.name, o.Type)
			}
		}
	}
}

func checkComplete(e *Endpoint, broken func(string, ...any)) {
	for _, o := range objects(e.outputPlan) {
		if o.Type == reflect.TypeFor[pagination.Pagination]() {
			continue // its one optional field is there only where an application asks for it
		}
		for _, f := range o.Fields {
			switch {
			case f.Optional:
				broken("the field %s of the output %s may be absent; clients rely on every field, so make it a pointer, which is null when there is no value", f.GoName, o.Type)
			case f.Omits:
				broken("the field %s of the output %s is left out when it is empty; remove omitempty and omitzero from its json tag", f.GoName, o.Type)
			}
		}
	}
}

func checkTimestamps(e *Endpoint, broken func(string, ...any)) {
	for _, o := range objects(e.outputPlan) {
		if embeds(o.Type, reflect.TypeFor[kit.TimestampedSchema]()) {
			continue
		}
		for _, f := range o.Fields {
			if f.Node.Kind == plan.Datetime && slices.Contains(timestampNames, f.Name) {
				broken("the schema %s declares %s by hand; embed kit.TimestampedSchema, which has created_at and updated_at", o.Type, f.Name)
			}
		}
	}
}

var timestampNames = []string{
	"created_at", "created", "created_on", "creation_date", "date_created", "create_time",
	"updated_at", "updated", "updated_on", "modified_at", "modified", "modified_on", "last_modified", "changed_at", "date_updated", "update_time",
}

func checkSnakeCase(e *Endpoint, broken func(string, ...any)) {
	for _, side := range e.sides() {
		for _, o := range objects(side.node) {
			for _, f := range o.Fields {
				if !isSnakeCase(f.Name) {
					broken("the field %s of %s is %q on the wire; name it in snake_case, such as `json:%q`", f.GoName, o.Type, f.Name, snakeCase(f.GoName))
				}
			}
		}
	}
	for _, f := range e.plan.Params {
		for _, name := range parameterNames(f) {
			better := snakeCase(f.GoName)
			if f.Parameters != nil {
				better = snakeCase(name)
			}
			switch {
			case f.In == "path": // the path is checked already
			case f.In == "header" && !isSnakeCase(strings.ReplaceAll(name, "-", "_")):
				broken("the header %q of %s must be lower case with hyphens, such as x-request-id", name, e.input)
			case f.In == "body" && !isSnakeCase(name):
				broken("the field %q of the form of %s must be snake_case, such as %q", name, e.input, better)
			case f.In == "query" && !isSnakeCase(name):
				broken("the query parameter %q of %s must be snake_case, such as %q", name, e.input, better)
			}
		}
	}
}

// parameterNames are the names on the wire of a parameter. A kit.Parameter may have several.
func parameterNames(f *plan.Field) []string {
	if f.Parameters == nil {
		return []string{f.Name}
	}
	names := make([]string, len(f.Parameters))
	for i, p := range f.Parameters {
		names[i] = p.Name
	}
	return names
}

func checkDescriptions(e *Endpoint, broken func(string, ...any)) {
	for _, side := range e.sides() {
		for _, o := range objects(side.node) {
			if o.Schema && strings.TrimSpace(o.Doc) == "" {
				broken("the schema %s has no description; give the embedded Schema a doc tag", o.Type)
			}
			for _, f := range o.Fields {
				if strings.TrimSpace(f.Doc) == "" {
					broken("the field %s of %s has no description; give it a doc tag", f.GoName, o.Type)
				}
			}
		}
	}
	for _, f := range e.plan.Params {
		if f.Parameters == nil && strings.TrimSpace(f.Doc) == "" {
			broken("the %s parameter %s of %s has no description; give the field %s a doc tag", f.In, f.Name, e.input, f.GoName)
		}
		for _, p := range f.Parameters {
			if strings.TrimSpace(p.Description) == "" {
				broken("the %s parameter %s of %s has no description; give the field a doc tag", p.In, p.Name, e.input)
			}
		}
	}
}

func checkExamples(e *Endpoint, broken func(string, ...any)) {
	if e.settings.private {
		return
	}
	for _, side := range e.sides() {
		for _, o := range objects(side.node) {
			for _, f := range o.Fields {
				if why := exampleProblem(f); why != "" {
					broken("the field %s of %s %s", f.GoName, o.Type, why)
				}
			}
		}
	}
}

// exampleProblem says what is wrong with the example of a field; empty where nothing is.
// A boolean, a closed set and an object need no example, since readers can guess a value.
// A list needs one where its items do.
func exampleProblem(f *plan.Field) string {
	n := f.Node
	for n.Kind == plan.List {
		n = n.Elem
	}
	if f.Sensitive {
		return "" // people would copy the example of a secret into a configuration
	}
	switch n.Kind {
	case plan.String, plan.Integer, plan.Float, plan.Decimal, plan.UUID, plan.Datetime, plan.Date, plan.Duration, plan.Email, plan.URL, plan.Text:
	default:
		return ""
	}
	text := strings.TrimSpace(f.Example)
	switch {
	case text == "":
		return "has no example; give it an example tag with a value that a client would see"
	case slices.Contains(emptyExamples, strings.ToLower(text)):
		return fmt.Sprintf("has the example %q, which means nothing; give it a value that a client would see", f.Example)
	case n.Kind == plan.UUID && f.Node.Kind == plan.UUID && uuid.Validate(text) != nil:
		return fmt.Sprintf("has the example %q, which is not a UUID", f.Example)
	}
	return ""
}

var emptyExamples = []string{
	"string", "text", "example", "foo", "bar", "test", "todo", "xxx", "lorem ipsum", "value", "n/a", "...", "00000000-0000-0000-0000-000000000000",
}

func checkPlural(e *Endpoint, broken func(string, ...any)) {
	if e.verb == verbNone || !e.pathOK {
		return
	}
	segments := strings.Split(strings.Trim(e.path, "/"), "/")
	last := len(segments) - 1
	if segments[last] == "{id}" && last > 0 {
		last--
	} else if e.verb != verbList && e.verb != verbCreate {
		return // such as /v1/users/me
	}
	name := segments[last]
	if isLiteral(name) && !isPlural(name) {
		broken("the resource %q of /%s is a singular; name it in the plural, such as %q", name, strings.Join(segments[:last+1], "/"), plural(name))
	}
}

func checkOneShape(e *Endpoint, broken func(string, ...any)) {
	if e.verb != verbList && e.verb != verbGet {
		return
	}
	collection, item := e.resource()
	if collection == "" {
		return
	}
	for _, other := range e.api.endpoints {
		if other == e {
			return // later endpoints are compared with this one when it is their turn
		}
		if other.verb == e.verb || other.verb != verbList && other.verb != verbGet {
			continue
		}
		otherCollection, otherItem := other.resource()
		if otherCollection == collection && otherItem != item {
			broken("its read schema is %s, and that of %s is %s; a resource has the same shape in its list and alone, so use one schema for both", item, other.pattern, otherItem)
		}
	}
}

// resource is the path of the collection that a list or a get belongs to, and the read
// schema of its items.
func (e *Endpoint) resource() (collection string, item reflect.Type) {
	collection = strings.TrimSuffix(e.path, "/")
	if e.verb == verbList {
		if f, ok := e.output.FieldByName("Items"); ok {
			return patternShape(collection), pointed(f.Type.Elem())
		}
		return "", nil
	}
	parent, isItem := strings.CutSuffix(collection, "/{id}")
	if !isItem {
		return "", nil
	}
	return patternShape(parent), pointed(e.output)
}

// pointed is the type behind a pointer, and any other type itself.
func pointed(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func checkFixedShape(e *Endpoint, broken func(string, ...any)) {
	for _, f := range e.plan.Params {
		for _, name := range parameterNames(f) {
			if f.In == "query" && slices.Contains(shapeNames, name) {
				broken("the query parameter %q of %s changes the shape of the answer, which clients rely on; remove it, and add an endpoint where another shape is needed", name, e.input)
			}
		}
	}
}

var shapeNames = []string{"expand", "fields", "include", "includes", "exclude", "embed", "omit", "view"}

// side is the body or the output of an endpoint.
type side struct {
	name string
	node *plan.Node
}

func (e *Endpoint) sides() []side {
	var sides []side
	if e.plan.Body != nil {
		sides = append(sides, side{"body", e.plan.Body.Node})
	}
	if e.outputPlan != nil {
		sides = append(sides, side{"output", e.outputPlan})
	}
	return sides
}

// objects are the structs in a value. Each is there once, and outer ones come first.
func objects(n *plan.Node) []*plan.ObjectPlan {
	var found []*plan.ObjectPlan
	seen := map[*plan.Node]bool{}
	var visit func(n *plan.Node)
	visit = func(n *plan.Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		visit(n.Elem)
		if n.Object != nil && !slices.ContainsFunc(found, func(o *plan.ObjectPlan) bool { return o.Type == n.Object.Type }) {
			found = append(found, n.Object)
			for _, f := range n.Object.Fields {
				visit(f.Node)
			}
		}
		if n.Union != nil {
			for _, v := range n.Union.Variants {
				visit(v.Node)
			}
		}
	}
	visit(n)
	return found
}

// embeds reports whether a struct embeds a type, at any depth.
func embeds(t, embedded reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && (f.Type == embedded || embeds(f.Type, embedded)) {
			return true
		}
	}
	return false
}

func goType(n *plan.Node) string {
	if n.Nullable {
		return "*" + n.Type.String()
	}
	return n.Type.String()
}
