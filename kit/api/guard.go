package api

import (
	"net/http"
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
// document a caller needs what both of them require.
func Behind[S any](guard Guard[S]) Option {
	if isNil(guard) {
		panic("api: Behind: there is no guard")
	}
	return option(func(s *settings) {
		s.guards = append(s.guards, sharedGuard{
			authorize: func(r *http.Request) error {
				_, err := guard.Authorize(r)
				return err
			},
			security: guard.Security(),
			fails:    guard.Fails(),
		})
	})
}

// sharedGuard is a guard whose subject is of no interest.
type sharedGuard struct {
	authorize func(r *http.Request) error
	security  openapi.Security
	fails     []*errors.Kind
}

// way is one way into an endpoint: all the credentials that it needs together.
type way []openapi.SecurityAlternative

// ways are the ways in that satisfy every guard, none for a public endpoint.
func ways(requirements ...openapi.Security) []way {
	var all []way
	for _, required := range requirements {
		if len(required.Alternatives) == 0 {
			continue
		}
		before := all
		if before == nil {
			before = []way{nil}
		}
		all = nil
		for _, w := range before {
			for _, alternative := range required.Alternatives {
				all = append(all, w.and(alternative))
			}
		}
	}
	return all
}

// and is the way with a further credential, or with further scopes for one that
// it has already.
func (w way) and(further openapi.SecurityAlternative) way {
	if further.Name == "" {
		return w // also without a credential
	}
	w = slices.Clone(w)
	for i, has := range w {
		if has.Name != further.Name {
			continue
		}
		w[i].Scopes = slices.Clone(has.Scopes)
		for _, scope := range further.Scopes {
			if !slices.Contains(has.Scopes, scope) {
				w[i].Scopes = append(w[i].Scopes, scope)
			}
		}
		return w
	}
	return append(w, further)
}
