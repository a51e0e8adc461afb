package api

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// A Guard decides who may call an endpoint. S is what the handler gets to know of the
// caller. *auth.Requirement is a Guard. Guard is an interface, so this package depends on
// no way of authentication. It will not get more methods: those come in interfaces of
// their own, as [ReplyGuard] and [CheckedGuard] do.
//
// A guard is called for each request, concurrently, before the body is read.
type Guard[S any] interface {
	// Authorize returns the caller, or the error that the endpoint answers with.
	Authorize(r *http.Request) (S, error)
	// Security is what a caller needs, for the document. The zero value requires
	// nothing.
	Security() openapi.Security
	// Fails are the kinds of error that Authorize returns.
	Fails() []*errors.Kind
}

// A ReplyGuard is a [Guard] that also adds headers to replies, such as one that clears
// the cookie of a session that has ended.
type ReplyGuard interface {
	// ReplyHeader is called after an Authorize without an error, before the handler.
	ReplyHeader(r *http.Request, header http.Header)
}

// A CheckedGuard is a [Guard] that may be unusable, such as one that its constructor did
// not make.
type CheckedGuard interface {
	// Check says why the guard cannot be used, and what to change. [New] asks it once
	// and reports the error as a mistake.
	Check() error
}

// NoSubject is the subject of an endpoint that needs no credential.
type NoSubject struct{}

// Public is the guard of an endpoint that needs no credential. The reason is for the
// reader of the code. Public panics when the reason is empty.
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

// Behind puts a further guard before the endpoints of a group, such as one for a feature
// that is not open to every caller. The endpoint's own guard decides after it, and the
// handler gets the subject of that one. In the document a caller needs what both guards
// require. Where no request can satisfy both, [New] panics.
func Behind[S any](guard Guard[S]) Option {
	if isNil(guard) {
		return option(func(s *settings) {
			s.problems = append(s.problems, "api.Behind: there is no guard; leave the option out")
		})
	}
	if err := checkGuard(guard); err != nil {
		return option(func(s *settings) {
			s.problems = append(s.problems, fmt.Sprintf("api.Behind: the guard cannot be used: %v", err))
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

// sharedGuard is a guard whose subject is not used.
type sharedGuard struct {
	authorize func(r *http.Request) error
	reply     func(r *http.Request, header http.Header)
	security  openapi.Security
	fails     []*errors.Kind
}

// checkGuard is the Check of a guard that has one.
func checkGuard(guard any) error {
	if g, ok := guard.(CheckedGuard); ok {
		return g.Check()
	}
	return nil
}

// replyOf is the ReplyHeader of a guard, or a function that does nothing.
func replyOf(guard any) func(r *http.Request, header http.Header) {
	if g, ok := guard.(ReplyGuard); ok {
		return g.ReplyHeader
	}
	return func(*http.Request, http.Header) {}
}

// way is a set of credentials that together let a caller in.
type way []openapi.SecurityAlternative

// ways are all sets of credentials that satisfy every guard. A public endpoint has none.
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

// combination is a way together with the credential that it needs from each source.
type combination struct {
	way    way
	chosen []choice
}

// choice is the name of the credential from a source; empty means none.
type choice struct {
	source any
	name   string
}

// and is the combination with a further credential, or with further scopes of one that
// it has. It reports false where a request cannot have both.
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

// header is the place in a request that holds the credential of a scheme. It can hold
// one.
func header(scheme openapi.SecurityScheme) string {
	if scheme.Type == "apiKey" {
		return scheme.In + " " + strings.ToLower(scheme.Name)
	}
	return "header authorization"
}

// needsAllOf reports whether c needs the credentials of the other with all of their
// scopes. Then c is redundant beside the other.
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
