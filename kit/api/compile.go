package api

import (
	"cmp"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/kit/request"
)

// compile fills in what follows from the types of an endpoint and notes each mistake.
// What cannot be compiled is left empty, and the rest is checked all the same.
func (e *Endpoint) compile() {
	e.compileInput()
	e.compileOutput()
	e.compileStatus()
	e.declared = e.kinds()
}

// compilePath checks the path and finds its parameters. Where the path of the group
// is wrong, which is noted already, it looks at the endpoint's own part alone.
func (e *Endpoint) compilePath(own string, groupBroken bool) {
	if own != "" && own[0] != '/' {
		e.mistake("the path of an endpoint must begin with a slash, or be empty for the path of its group")
		return
	}
	path := e.path
	if groupBroken {
		path, e.broken = cmp.Or(own, "/"), true
	}
	params, problems := splitPattern(path)
	for _, problem := range problems {
		e.mistake("%s", problem)
	}
	e.pathOK, e.pathParams = !groupBroken && len(problems) == 0, params
}

// compileGuards combines the guards of the groups with that of the endpoint.
func (e *Endpoint) compileGuards(own openapi.Security, fails []*errors.Kind) {
	var required []openapi.Security
	for _, shared := range e.settings.guards {
		required = append(required, shared.security)
		e.guardFails = append(e.guardFails, shared.fails...)
	}
	var possible bool
	if e.ways, possible = ways(append(required, own)...); !possible {
		e.mistake("no request satisfies both the guard of api.Behind and the endpoint's own: they take no type of credential in common; move the endpoint out of the group, or let one of them take more")
	}
	e.guardFails = append(e.guardFails, fails...)
	if slices.Contains(e.guardFails, nil) {
		e.mistake("the method Fails of its guard returns a nil kind; declare the kind with errors.DefineKind before the guard")
		e.guardFails = slices.DeleteFunc(e.guardFails, func(kind *errors.Kind) bool { return kind == nil })
	}
}

func (e *Endpoint) compileSettings(hasHandler bool) {
	s := &e.settings
	if !slices.Contains(methods, e.method) {
		e.mistake("the method must be one of %s", strings.Join(methods, ", "))
	}
	if s.maxBody <= 0 || s.maxBody > request.MaxBodySize {
		e.mistake("api.MaxBody(%d) must be from 1 to request.MaxBodySize (%d)", s.maxBody, request.MaxBodySize)
	}
	if s.timeout < 0 {
		e.mistake("api.Timeout must not be negative; 0 is no limit")
	}
	for _, tag := range s.tags {
		if strings.TrimSpace(tag) == "" || strings.Contains(tag, ":") {
			e.mistake("api.Tag(%q): a tag must be a name without a colon, such as customers", tag)
		}
	}
	for _, h := range s.hooks {
		if !e.subject.AssignableTo(h.subject) || !e.input.AssignableTo(h.input) {
			e.mistake("the hook of api.Bound takes (%s, %s) and the endpoint has (%s, %s); put it on endpoints whose types it takes, or let it take interfaces",
				h.subject, h.input, e.subject, e.input)
		}
	}
	switch name := e.name(); {
	case !hasHandler:
		e.mistake("there is no handler; pass the function that answers")
	case name == "":
		e.mistake("the handler is a function literal, so the operation has no name; give it one with api.Name")
	case !isSnakeCase(name):
		e.mistake("the name %q of the operation must be snake_case; give it another with api.Name", name)
	default:
		e.id = e.operationID()
	}
	if s.summary == "" {
		s.summary = e.summarize()
	}
}

// compileInput compiles the plan that binds requests.
func (e *Endpoint) compileInput() {
	t := e.input
	e.plan = &plan.Input{Type: t}
	if t.Kind() != reflect.Struct && t.Kind() != reflect.Interface {
		e.mistake("the input %s must be a struct: a schema, or parameters with an optional Body", t)
		return
	}
	compiled, err := plan.ForInput(t)
	if err != nil {
		e.planMistakes("input", t, err)
		return
	}
	if t.Kind() == reflect.Interface && compiled.Body.Node.Union == nil {
		e.mistake("the input %s must be a struct or a union: a schema, or parameters with an optional Body", t)
		return
	}
	e.plan = compiled
	if compiled.HasBody() && (e.method == http.MethodGet || e.method == http.MethodDelete) {
		e.mistake("the input %s has a body, which %s does not take; use query parameters, or api.Post", t, e.method)
	}
	e.comparePath()
	switch {
	case !compiled.HasBody() && verbs[e.verb].noBody != "":
		e.mistake("the input %s has no body, and %s needs one; %s", t, e.verb, verbs[e.verb].noBody)
	case compiled.Body != nil && e.verb == verbUpdate && len(bodySchemas(compiled.Body.Node)) == 0:
		e.mistake("the body %s of an update must be a schema: a struct that embeds kit.Schema, or a union of such structs", compiled.Body.Node.Type)
	}
}

// bodySchema is a struct that a body may be. The tags are the wire names of the fields
// that distinguish it in its unions.
type bodySchema struct {
	object *plan.ObjectPlan
	tags   []string
	tried  bool // it is in a union without a tag field, so its fields distinguish it
}

// bodySchemas are the structs that a body may be: itself, or the variants of a union. There
// are none where the body may be something else.
func bodySchemas(n *plan.Node) []bodySchema { return variantsOf(n, bodySchema{}) }

func variantsOf(n *plan.Node, in bodySchema) (all []bodySchema) {
	switch {
	case n.Object != nil:
		in.object = n.Object
		return []bodySchema{in}
	case n.Union == nil:
		return nil
	case n.Union.IsTagged():
		in.tags = append(in.tags[:len(in.tags):len(in.tags)], n.Union.Tag)
	default:
		in.tried = true
	}
	for _, v := range n.Union.Variants {
		some := variantsOf(v.Node, in)
		if len(some) == 0 {
			return nil
		}
		all = append(all, some...)
	}
	return all
}

// comparePath compares the parameters of the path with those that the input reads.
func (e *Endpoint) comparePath() {
	if !e.pathOK {
		return
	}
	var read []string
	for _, f := range e.plan.Params {
		if f.In != "path" {
			continue
		}
		read = append(read, f.Name)
		if !slices.Contains(e.pathParams, f.Name) {
			e.mistake(`the input %s reads the path parameter %q, which the path does not have; add {%s} to the path or remove the field`, e.input, f.Name, f.Name)
		}
	}
	for _, name := range e.pathParams {
		if !slices.Contains(read, name) {
			e.mistake("the path parameter {%s} is not read by the input %s; give it a field with the tag `path:%q`", name, e.input, name)
		}
	}
}

// planMistakes notes what is wrong with a type, once for all endpoints that use it.
func (e *Endpoint) planMistakes(side string, t reflect.Type, err error) {
	for _, each := range plan.Mistakes(err) {
		says := each.Error()
		if !strings.HasPrefix(says, t.String()) {
			says = t.String() + ": " + says
		}
		e.note(each.Error(), "the "+side+" "+says)
	}
}

func (e *Endpoint) compileOutput() {
	t := e.output
	if t == reflect.TypeFor[NoContent]() || t.Implements(reflect.TypeFor[Response]()) {
		e.compileResponse()
		return
	}
	compiled, err := plan.ForOutput(t)
	switch {
	case err != nil:
		e.planMistakes("output", t, err)
	case compiled.Object == nil && compiled.Union == nil:
		e.mistake("the output %s must be a struct that embeds kit.Schema or kit.TimestampedSchema", t)
	default:
		e.outputPlan = compiled
	}
}

// compileResponse describes an output that writes itself, or nothing.
func (e *Endpoint) compileResponse() {
	t := e.output
	zero := reflect.Zero(t)
	if t.Kind() == reflect.Pointer {
		zero = reflect.New(t.Elem()) // the method may have a value receiver
	}
	if described, ok := zero.Interface().(Described); ok {
		status, response := described.DescribeResponse()
		if status < 200 || status > 399 {
			e.mistake("the output %s describes the status %d; the status of a success is from 200 to 399", t, status)
		}
		e.response, e.described = &response, status
	}
	if e.verb != verbNone && e.verb != verbDelete {
		e.mistake("%s answers with a schema; use api.Handle for %s", e.verb, t)
	}
}

// compileStatus chooses the status of a success: that of the verb, of the output,
// or of the option [Status].
func (e *Endpoint) compileStatus() {
	s := &e.settings
	redirect := e.output == reflect.TypeFor[Redirect]()
	switch chosen := s.status != 0; {
	case chosen && e.verb != verbNone:
		e.mistake("api.Status is for api.Post and api.Handle: %s always answers %d", e.verb, verbs[e.verb].status)
	case chosen && (s.status < 200 || s.status > 399):
		e.mistake("api.Status(%d): the status of a success is from 200 to 399; errors are returned by the handler", s.status)
	case chosen && e.described != 0 && e.described != s.status && !redirect:
		e.mistake("api.Status(%d): the output %s answers %d by itself; take the option away", s.status, e.output, e.described)
	case chosen && redirect && s.status < 300:
		e.mistake("api.Status(%d): the status of api.Redirect is from 300 to 399", s.status)
	case chosen && s.status > 299 && (e.outputPlan != nil || e.output == reflect.TypeFor[NoContent]()):
		e.mistake("api.Status(%d): a status from 300 to 399 sends the client to another place; let the handler return api.Redirect", s.status)
	case chosen && e.outputPlan != nil && (s.status == http.StatusNoContent || s.status == http.StatusResetContent):
		e.mistake("an endpoint that answers %d has no body: let the handler return api.NoContent", s.status)
	case chosen:
	case e.described != 0:
		s.status = e.described
	case e.output == reflect.TypeFor[NoContent]():
		s.status = http.StatusNoContent
	default:
		s.status = verbs[e.verb].status
	}
}

// add takes the endpoint into the API. Of a broken endpoint it takes only what finds
// further mistakes: its name and its path.
func (a *API) add(e *Endpoint) {
	if other := a.byID[e.id]; other != nil {
		e.mistake("the operation ID %s is that of %s already; give one of them another name with api.Name", e.id, other.pattern)
	}
	if e.pathOK && slices.Contains(methods, e.method) {
		if other := a.router.add(e); other != nil {
			e.mistake("%s is registered already; remove one of them", other.pattern)
		}
	}
	if !e.broken && !e.settings.private {
		e.operation = a.describer.operation(e)
		for _, kind := range e.declared {
			if problem := a.describer.claim(kind); problem != "" {
				e.sharedMistake("%s", problem)
			}
		}
		for _, problem := range a.describer.clashes() {
			e.sharedMistake("%s", problem)
		}
	}
	if e.id != "" {
		a.byID[e.id] = e
	}
	a.endpoints = append(a.endpoints, e)
}
