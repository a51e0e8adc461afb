package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/request"
)

// compile checks an endpoint and fills in what follows from its types. Each
// mistake ends the registration.
func (e *Endpoint) compile() {
	params, problem := splitPattern(e.path)
	if problem != "" {
		e.fail("%s", problem)
	}
	e.compileSettings()
	e.compileInput(params)
	e.compileOutput()
	e.compileStatus()
	e.declared = e.kinds()
	e.checkGuidelines()
}

func (e *Endpoint) compileSettings() {
	if !slices.Contains(methods, e.method) {
		e.fail("the method must be one of %s", strings.Join(methods, ", "))
	}
	s := &e.settings
	if s.maxBody <= 0 || s.maxBody > request.MaxBodySize {
		e.fail("api.MaxBody(%d) must be from 1 to request.MaxBodySize (%d)", s.maxBody, request.MaxBodySize)
	}
	if s.timeout < 0 {
		e.fail("api.Timeout must not be negative; 0 is no limit")
	}
	for _, tag := range s.tags {
		if strings.TrimSpace(tag) == "" || strings.Contains(tag, ":") {
			e.fail("api.Tag(%q): a tag must be a name without a colon, such as customers", tag)
		}
	}
	for _, kind := range append(slices.Clone(s.fails), e.guardFails...) {
		if kind == nil {
			e.fail("api.Fails has a nil kind; declare it with errors.DefineKind before the endpoint")
		}
	}
	for _, h := range s.hooks {
		if !e.subject.AssignableTo(h.subject) || !e.input.AssignableTo(h.input) {
			e.fail("the hook of api.Bound takes (%s, %s) and the endpoint has (%s, %s); put it on endpoints whose types it takes, or let it take interfaces",
				h.subject, h.input, e.subject, e.input)
		}
	}
	if e.name() == "" {
		e.fail("the handler is a function literal, so the operation has no name; give it one with api.Name")
	}
	if !isSnakeCase(e.name()) {
		e.fail("the name %q of the operation must be snake_case; give it another with api.Name", e.name())
	}
	e.id = e.operationID()
	if s.summary == "" {
		s.summary = titleCase(e.name())
	}
}

// compileInput compiles the plan by which requests are bound.
func (e *Endpoint) compileInput(params []string) {
	t := e.input
	if t.Kind() != reflect.Struct {
		e.fail("the input %s must be a struct: a schema, or parameters with an optional Body", t)
	}
	compiled, err := plan.ForInput(t)
	if err != nil {
		e.fail("the input %s: %s", t, strings.TrimPrefix(err.Error(), "kit: "))
	}
	e.plan = compiled
	if compiled.Body != nil && (e.method == http.MethodGet || e.method == http.MethodDelete) {
		e.fail("the input %s has a body, which %s does not take; use query parameters, or api.Post", t, e.method)
	}
	var read []string
	for _, f := range compiled.Params {
		if f.In == "path" {
			read = append(read, f.Name)
			if !slices.Contains(params, f.Name) {
				e.fail(`the input %s reads the path parameter %q, which the path does not have; add {%s} to the path or remove the field`, t, f.Name, f.Name)
			}
		}
	}
	for _, name := range params {
		if !slices.Contains(read, name) {
			e.fail("the path parameter {%s} is not read by the input %s; give it a field with the tag `path:%q`", name, t, name)
		}
	}
	switch {
	case compiled.Body != nil:
	case e.verb == verbUpdate:
		e.fail("the input %s of an update has no body; give it a field named Body", t)
	case e.verb == verbCreate:
		e.fail("the input %s of a create has no body; embed kit.Schema in it, or give it a field named Body", t)
	}
	if e.verb == verbUpdate && compiled.Body.Node.Object == nil {
		e.fail("the body %s of an update must be a schema: a struct that embeds kit.Schema", compiled.Body.Node.Type)
	}
}

func (e *Endpoint) compileOutput() {
	t := e.output
	if t == reflect.TypeFor[NoContent]() || t.Implements(reflect.TypeFor[Response]()) {
		zero := reflect.Zero(t)
		if t.Kind() == reflect.Pointer {
			zero = reflect.New(t.Elem()) // the method may have a value receiver
		}
		if described, ok := zero.Interface().(Described); ok {
			status, response := described.DescribeResponse()
			if status < 200 || status > 399 {
				e.fail("the output %s describes the status %d; the status of a success is from 200 to 399", t, status)
			}
			e.response, e.described = &response, status
		}
		if e.verb != verbNone && e.verb != verbDelete {
			e.fail("%s answers with a schema; use api.Handle for %s", e.verb, t)
		}
		return
	}
	compiled, err := plan.ForOutput(t)
	if err != nil {
		e.fail("the output %s: %s", t, strings.TrimPrefix(err.Error(), "kit: "))
	}
	if compiled.Object == nil && compiled.Union == nil {
		e.fail("the output %s must be a struct that embeds kit.Schema or kit.TimestampedSchema", t)
	}
	e.outputPlan = compiled
}

// compileStatus chooses the status of a success: that of the verb, of the output,
// or of the option [Status].
func (e *Endpoint) compileStatus() {
	s := &e.settings
	redirect := e.output == reflect.TypeFor[Redirect]()
	switch chosen := s.status != 0; {
	case chosen && e.verb != verbNone:
		e.fail("api.Status is for api.Post and api.Handle: %s always answers %d", e.verb, e.verb.status())
	case chosen && (s.status < 200 || s.status > 399):
		e.fail("api.Status(%d): the status of a success is from 200 to 399; errors are returned by the handler", s.status)
	case chosen && e.described != 0 && e.described != s.status && !redirect:
		e.fail("api.Status(%d): the output %s answers %d by itself; take the option away", s.status, e.output, e.described)
	case chosen && redirect && s.status < 300:
		e.fail("api.Status(%d): the status of api.Redirect is from 300 to 399", s.status)
	case chosen && s.status > 299 && (e.outputPlan != nil || e.output == reflect.TypeFor[NoContent]()):
		e.fail("api.Status(%d): a status from 300 to 399 sends the client to another place; let the handler return api.Redirect", s.status)
	case chosen:
	case e.described != 0:
		s.status = e.described
	case e.output == reflect.TypeFor[NoContent]():
		s.status = http.StatusNoContent
	default:
		s.status = e.verb.status()
	}
	if e.outputPlan != nil && (s.status == http.StatusNoContent || s.status == http.StatusResetContent) {
		e.fail("an endpoint that answers %d has no body: let the handler return api.NoContent", s.status)
	}
}

// add takes the endpoint into the API.
func (a *API) add(e *Endpoint) {
	if a.serving.Load() {
		e.fail("the API serves already; register all endpoints before the first request")
	}
	if other := a.byID[e.id]; other != nil {
		e.fail("the operation ID %s is that of %s already; give one of them another name with api.Name", e.id, other.pattern)
	}
	if other := a.router.add(e); other != nil {
		e.fail("%s is registered already; remove one of them", other.pattern)
	}
	if !e.settings.private {
		e.operation = a.describer.operation(e)
		for _, kind := range e.declared {
			if err := a.describer.claim(kind); err != nil {
				e.fail("%s", err)
			}
		}
		if err := a.describer.check(); err != nil {
			e.fail("%s", err)
		}
	}
	a.byID[e.id] = e
	a.endpoints = append(a.endpoints, e)
}
