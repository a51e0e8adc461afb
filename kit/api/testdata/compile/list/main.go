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

var g = api.New(api.Config{Title: "Shop API"}).Group("/v1/resources")

func all(context.Context, admin, list) ([]resource, error) { return nil, nil }

func main() { api.List(g, "/", guard{}, all) }
