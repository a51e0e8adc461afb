package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// A Guard decides who may call an endpoint, and S is what the handler learns
// of the caller. It is an interface so that this package depends on no way of
// authentication: *auth.Requirement is one. Methods may be added to it only
// under another name.
//
// A guard is called for each request, concurrently, before the body is read.
type Guard[S any] interface {
	// Authorize is the caller, or the error that the endpoint answers with.
	Authorize(r *http.Request) (S, error)
	// Security is what the document says of the endpoint. The zero value
	// requires nothing.
	Security() openapi.Security
	// Fails are the kinds of error that Authorize returns.
	Fails() []*errors.Kind
}

// A ReplyGuard is a [Guard] that also adds headers to the reply to a caller that it
// lets in, such as to clear the cookie of a session that has ended. The method is
// optional.
type ReplyGuard interface {
	// ReplyHeader is called when Authorize has let the request in, before the
	// handler.
	ReplyHeader(r *http.Request, header http.Header)
}

// NoSubject is the subject of an endpoint that needs no credential: nobody is asked who they are.
type NoSubject struct{}

// Public is the guard of an endpoint that needs no credential. The reason is
// for the reader of the code; Public panics when it is empty.
//
//	api.Get(plans, "/{id}", api.Public("price list"), s.Plan)
func Public(reason string) Guard[NoSubject] {
	if strings.TrimSpace(reason) == "" {
		panic(`api: Public(""): say why the endpoint needs no credential, such as api.Public("price list")`)
	}
	return public{}
}

type public struct{}

func (public) Authorize(*http.Request) (NoSubject, error) { return NoSubject{}, nil }
func (public) Security() openapi.Security                 { return openapi.Security{} }
func (public) Fails() []*errors.Kind                      { return nil }

// Behind puts a further guard before the endpoints of a group, such as one for
// a feature that is not open to everybody. Who it says the caller is, is dropped:
// the subject is that of the endpoint's own guard, which decides after it. In the
// document a caller needs what both of them require. Guards that no request can
// satisfy together are a mistake: [New] panics.
func Behind[S any](guard Guard[S]) Option {
	if isNil(guard) {
		return option(func(s *settings) {
			s.problems = append(s.problems, "api.Behind: there is no guard; leave the option out")
		})
	}
	return option(func(s *settings) {
		s.guards = append(s.guards, sharedGuard{
			authorize: func(r *http.Request) error {
				_, err := guard.Authorize(r)
				return err
			},
			reply:    replyOf(guard),
			security: guard.Security(),
			fails:    guard.Fails(),
		})
	})
}

// sharedGuard is a guard whose subject is of no interest.
type sharedGuard struct {
	authorize func(r *http.Request) error
	reply     func(r *http.Request, header http.Header)
	security  openapi.Security
	fails     []*errors.Kind
}

// replyOf is the ReplyHeader of a guard; it does nothing for a guard without one.
func replyOf(guard any) func(r *http.Request, header http.Header) {
	if g, ok := guard.(ReplyGuard); ok {
		return g.ReplyHeader
	}
	return func(*http.Request, http.Header) {}
}

// way is one way into an endpoint: all the credentials that it needs together.
type way []openapi.SecurityAlternative

// ways are the ways in that satisfy every guard, none for a public endpoint.
// Possible is false where no request can satisfy all guards.
func ways(requirements ...openapi.Security) (all []way, possible bool) {
	combined, public := []combination{{}}, true
	for _, required := range requirements {
		if len(required.Alternatives) == 0 {
			continue
		}
		public = false
		before := combined
		combined = nil
		for _, c := range before {
			for _, alternative := range required.Alternatives {
				if further, ok := c.and(required.Source, alternative); ok {
					combined = append(combined, further)
				}
			}
		}
	}
	if public {
		return nil, true
	}
	for i, c := range combined {
		if !slices.ContainsFunc(combined[:i], c.needsAllOf) && !slices.ContainsFunc(combined[i+1:], c.needsMoreThan) {
			all = append(all, c.way)
		}
	}
	return all, len(all) > 0
}

// combination is a way, with the credential that it needs of each source.
type combination struct {
	way    way
	chosen []choice
}

// choice is the credential of a source, by name; empty is none.
type choice struct {
	source any
	name   string
}

// and is the combination with one more credential, or with more scopes for one
// that it has already. It reports false where a request cannot have both.
func (c combination) and(source any, further openapi.SecurityAlternative) (combination, bool) {
	if source != nil {
		for _, other := range c.chosen {
			same := other.source == source
			if same && other.name != further.Name || !same && reflect.TypeOf(other.source) == reflect.TypeOf(source) {
				return c, false
			}
		}
		c.chosen = append(slices.Clone(c.chosen), choice{source, further.Name})
	}
	if further.Name == "" {
		return c, true // also without a credential
	}
	for i, has := range c.way {
		switch {
		case has.Name == further.Name:
			c.way = slices.Clone(c.way)
			c.way[i].Scopes = slices.Clone(has.Scopes)
			for _, scope := range further.Scopes {
				if !slices.Contains(has.Scopes, scope) {
					c.way[i].Scopes = append(c.way[i].Scopes, scope)
				}
			}
			return c, true
		case header(has.Scheme) == header(further.Scheme):
			return c, false
		}
	}
	c.way = append(slices.Clone(c.way), further)
	return c, true
}

// header is where a request carries the credential of a scheme: it has room for
// one.
func header(scheme openapi.SecurityScheme) string {
	if scheme.Type == "apiKey" {
		return scheme.In + " " + strings.ToLower(scheme.Name)
	}
	return "header authorization"
}

// needsAllOf reports whether c needs the credentials of the other with all of
// their scopes, so that c is redundant beside the other.
func (c combination) needsAllOf(other combination) bool {
	if len(c.way) != len(other.way) {
		return false
	}
	for _, needed := range other.way {
		i := slices.IndexFunc(c.way, func(has openapi.SecurityAlternative) bool { return has.Name == needed.Name })
		if i < 0 || slices.ContainsFunc(needed.Scopes, func(scope string) bool { return !slices.Contains(c.way[i].Scopes, scope) }) {
			return false
		}
	}
	return true
}

// needsMoreThan is needsAllOf without the converse.
func (c combination) needsMoreThan(other combination) bool {
	return c.needsAllOf(other) && !other.needsAllOf(c)
}
