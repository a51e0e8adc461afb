package api

import (
	"net/http"
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

// Anyone is the subject of an endpoint that needs no credential.
type Anyone struct{}

// Public is the guard of an endpoint that needs no credential. The reason is
// for the reader of the code; Public panics when it is empty.
//
//	api.Get(plans, "/{id}", api.Public("price list"), s.Plan)
func Public(reason string) Guard[Anyone] {
	if strings.TrimSpace(reason) == "" {
		panic(`api: Public(""): say why the endpoint needs no credential, such as api.Public("price list")`)
	}
	return public{}
}

type public struct{}

func (public) Authorize(*http.Request) (Anyone, error) { return Anyone{}, nil }
func (public) Security() openapi.Security              { return openapi.Security{} }
func (public) Fails() []*errors.Kind                   { return nil }
