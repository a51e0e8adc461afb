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

// An Option sets something of a group, for all endpoints below it, or of one
// endpoint. It is made by this package only.
type Option interface{ apply(s *settings) }

type option func(s *settings)

func (o option) apply(s *settings) { o(s) }

// settings are the result of the options of the groups from the outermost on,
// and then of the endpoint.
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

// Tag adds a tag: the group of the documentation that an endpoint stands in,
// and the first part of its operation ID.
func Tag(name string) Option {
	return option(func(s *settings) {
		if !slices.Contains(s.tags, name) {
			s.tags = append(s.tags, name)
		}
	})
}

// Fails declares kinds of error that the handler returns, and names them in the
// document. Those of the guard and of binding need no declaration; neither does
// errors.ResourceNotFound (404) where the path has a parameter, whatever the verb:
// what the path names may not exist. Nor does a 500 or a 503. A kind that a handler returns and its endpoint does not declare is logged as a
// warning.
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

// Use puts middleware around the endpoints. It runs inside of that of the
// groups further out, after the route is known (r.PathValue and r.Pattern are
// set) and before the guard. The first one is the outermost.
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

// Summary is the short title of an endpoint in the document. The default is made of
// the verb and the resource of the path, such as "List Customers" for a list of
// /v1/customers/ and "Get Customer" for a get of /v1/customers/{id}. An operation
// with another name than its verb has that name: "Get External" for GetExternal.
func Summary(text string) Option { return option(func(s *settings) { s.summary = text }) }

// Resource names the resource of a group in the default summaries of its endpoints,
// one and many of it:
//
//	people := v1.Group("/people", api.Resource("Person", "People"))
//
// The default is the last plural of the path, and its singular by the rules of
// regular nouns. Both names must be given.
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

// Name is the second part of the operation ID, in snake_case: "merge" in
// customers:merge. The default is the name of the handler, or of the verb where
// the handler has none.
func Name(name string) Option { return option(func(s *settings) { s.name = name }) }

// Status is the status of a success for [Post] and [Handle]; the other verbs have
// their own. It is from 200 to 299, and for a [Redirect] from 300 to 399. For any
// other [Described] output it must be the status of DescribeResponse. Default: 204
// for [NoContent], the status of DescribeResponse for a [Described] output, else 200.
func Status(status int) Option { return option(func(s *settings) { s.status = status }) }

// MaxBody limits the size of a request's body in bytes; a body of exactly the
// limit passes. The default is that of [Config], the most request.MaxBodySize.
func MaxBody(bytes int64) Option { return option(func(s *settings) { s.maxBody = bytes }) }

// Timeout ends the context of the handler after a time. A handler that returns
// its error then is answered with a 503. A body has as long to arrive (408), or 30
// seconds where there is no limit, unless the server has a ReadTimeout. The default
// is that of [Config].
func Timeout(d time.Duration) Option { return option(func(s *settings) { s.timeout = d }) }

// Private leaves the endpoints out of the document. They answer as all others.
func Private() Option { return option(func(s *settings) { s.private = true }) }

// Deprecated marks the endpoints as deprecated in the document.
func Deprecated() Option { return option(func(s *settings) { s.deprecated = true }) }

// Bound adds a hook that runs after the input is bound and valid and before
// the handler; an error from it is the endpoint's. S and In must be the types of
// the endpoint, or interfaces that they satisfy; where they do not fit, [New] panics.
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
			// The types are checked when the endpoint is registered; only a nil
			// interface as the subject falls through, as the zero value.
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
