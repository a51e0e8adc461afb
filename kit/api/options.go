package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/polarkit-go/polarkit/errors"
)

// An Option changes a setting of one endpoint, or of a group and so of all endpoints
// below it. Only this package makes options.
type Option interface{ apply(s *settings) }

type option func(s *settings)

func (o option) apply(s *settings) { o(s) }

// settings are the result of all options of an endpoint: those of its groups, the
// outermost first, and then its own.
type settings struct {
	tags        []string
	fails       []*errors.Kind
	middleware  []func(http.Handler) http.Handler
	hooks       []hook
	guards      []sharedGuard
	summary     string
	singular    string
	plural      string
	description string
	name        string
	status      int
	maxBody     int64
	timeout     time.Duration
	private     bool
	deprecated  bool
	problems    []string // of the options that are applied
}

// with is a copy of the settings with further options. The problems are what is
// wrong with those options.
func (s settings) with(options []Option) (merged settings, problems []string) {
	s.tags = slices.Clip(s.tags)
	s.fails = slices.Clip(s.fails)
	s.middleware = slices.Clip(s.middleware)
	s.hooks = slices.Clip(s.hooks)
	s.guards = slices.Clip(s.guards)
	for i, o := range options {
		if isNil(o) {
			s.problems = append(s.problems, fmt.Sprintf("the option with the index %d is nil; leave it out", i))
			continue
		}
		o.apply(&s)
	}
	problems, s.problems = s.problems, nil
	return s, problems
}

// Tag adds a tag. The documentation groups endpoints by their tags, and the operation ID
// begins with them.
func Tag(name string) Option {
	return option(func(s *settings) {
		if !slices.Contains(s.tags, name) {
			s.tags = append(s.tags, name)
		}
	})
}

// Fails declares kinds of error that the handler returns. The document names them. These
// need no declaration:
//
//   - the kinds of the guard, of binding, and of the timeout;
//   - errors.ResourceNotFound (404) where the path has a parameter, for every verb and for
//     [Post] and [Handle] too: what the path names may not exist;
//   - a 500 or a 503.
//
// A handler that returns a kind which is not declared is answered all the same, and a
// warning is logged.
func Fails(kinds ...*errors.Kind) Option {
	return option(func(s *settings) {
		for _, kind := range kinds {
			switch {
			case kind == nil:
				s.problems = append(s.problems, "api.Fails has a nil kind; declare it with errors.DefineKind before the endpoint")
			case !slices.Contains(s.fails, kind):
				s.fails = append(s.fails, kind)
			}
		}
	})
}

// Use puts middleware around the endpoints. It runs after the route is known (r.PathValue
// and r.Pattern are set) and before the guard. That of outer groups runs around that of
// inner ones, and the first one of a call is the outermost.
func Use(middleware ...func(http.Handler) http.Handler) Option {
	return option(func(s *settings) {
		for i, each := range middleware {
			if each == nil {
				s.problems = append(s.problems, fmt.Sprintf("api.Use: the middleware with the index %d is nil; leave it out", i))
				continue
			}
			s.middleware = append(s.middleware, each)
		}
	})
}

// Summary is the short title of an endpoint in the document. The default is made of the
// verb and the resource of the path, such as "List Customers" for a list of
// /v1/customers/ and "Get Customer" for a get of /v1/customers/{id}. Where the name of
// the operation is not that of the verb, the default is the name: "Get External" for the
// handler GetExternal.
func Summary(text string) Option { return option(func(s *settings) { s.summary = text }) }

// Resource names the resource of a group in the default summaries of its endpoints: one
// of it, and many.
//
//	keys := v1.Group("/api-keys", api.Resource("API Key", "API Keys"))
//
// By default both names are made from the path. The singular follows the rules of regular
// English nouns and a few exceptions. Neither name may be empty.
func Resource(one, many string) Option {
	return option(func(s *settings) {
		if strings.TrimSpace(one) == "" || strings.TrimSpace(many) == "" {
			s.problems = append(s.problems, fmt.Sprintf(`api.Resource(%q, %q): name one and many, such as api.Resource("Person", "People")`, one, many))
			return
		}
		s.singular, s.plural = one, many
	})
}

// Description is the longer text of an endpoint in the document, in Markdown.
func Description(text string) Option { return option(func(s *settings) { s.description = text }) }

// Name is the name of the operation in snake_case: "merge" in the operation ID
// customers:merge. The default is the name of the handler. A function literal has no
// name; the default is then the name of the verb.
func Name(name string) Option { return option(func(s *settings) { s.name = name }) }

// Status is the status of a success of [Post] and [Handle]. The other verbs have a status
// of their own. It is from 200 to 299, and for a [Redirect] from 300 to 399. For any
// other [Described] output it must be the status of DescribeResponse. Default: 204 for
// [NoContent], the status of DescribeResponse for a [Described] output, else 200.
func Status(status int) Option { return option(func(s *settings) { s.status = status }) }

// MaxBody limits the size of a request's body in bytes. A body of exactly the limit
// passes. The default is MaxBody of [Config]. The most that is possible is
// request.MaxBodySize.
func MaxBody(bytes int64) Option { return option(func(s *settings) { s.maxBody = bytes }) }

// Timeout ends the context of the handler after a time. When the handler returns the
// context's error, the answer is a 503. A body has the same time to arrive, or 30 seconds
// where there is no limit, and else the answer is a 408; a ReadTimeout of the server
// replaces that limit. The default is Timeout of [Config].
func Timeout(d time.Duration) Option { return option(func(s *settings) { s.timeout = d }) }

// Private leaves the endpoints out of the document. They answer like all others.
func Private() Option { return option(func(s *settings) { s.private = true }) }

// Deprecated marks the endpoints as deprecated in the document.
func Deprecated() Option { return option(func(s *settings) { s.deprecated = true }) }

// Bound adds a hook that runs before the handler, when the input is bound and valid. The
// endpoint answers with an error of the hook as with one of the handler. S and In must be
// the types of the endpoint, or interfaces that these satisfy. Where they do not fit,
// [New] panics.
//
//	api.Bound(func(ctx context.Context, subject auth.AuthSubject[auth.Admin], in CustomerCreate) error { … })
func Bound[S, In any](fn Procedure[S, In]) Option {
	if fn == nil {
		return option(func(s *settings) { s.problems = append(s.problems, "api.Bound: the hook is nil; leave the option out") })
	}
	h := hook{
		subject: reflect.TypeFor[S](),
		input:   reflect.TypeFor[In](),
		call: func(ctx context.Context, subject, in any) error {
			// The types have been checked. Only a subject that is a nil interface fails
			// the assertion, and S is then the zero value.
			s, _ := subject.(S)
			i, _ := in.(In)
			return fn(ctx, s, i)
		},
	}
	return option(func(s *settings) { s.hooks = append(s.hooks, h) })
}

type hook struct {
	subject reflect.Type
	input   reflect.Type
	call    func(ctx context.Context, subject, in any) error
}
