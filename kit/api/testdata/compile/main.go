// Command compile is full of mistakes that the compiler must find.
package main

import (
	"context"
	"net/http"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/pagination"
)

type admin struct{}

type portal struct{}

type guard struct{}

func (guard) Authorize(*http.Request) (admin, error) { return admin{}, nil }
func (guard) Security() openapi.Security             { return openapi.Security{} }
func (guard) Fails() []*errors.Kind                  { return nil }

type resource struct {
	kit.TimestampedSchema `doc:"A resource."`
}

type list struct{ pagination.Params }

var g *api.Group

func get(context.Context, admin, list) (resource, error)            { return resource{}, nil }
func getAsCustomer(context.Context, portal, list) (resource, error) { return resource{}, nil }
func all(context.Context, admin, list) ([]resource, error)          { return nil, nil }

// Each line is a mistake of its own.
func main() {
	api.Get(g, "/me", guard{}, getAsCustomer)
	api.List(g, "/", guard{}, all)
	api.Get(g, "/me", get)
	api.Delete(g, "/me", guard{}, get)
}
