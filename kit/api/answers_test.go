package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/pagination"
)

// statuses are those of an operation's answers in the document.
func statuses(t *testing.T, a *api.API, method, path string) []string {
	t.Helper()
	item, ok := a.Document().Paths.Get(path)
	require.True(t, ok, path)
	for _, o := range item.Operations() {
		if o.Method == method {
			all := make([]string, len(o.Operation.Responses))
			for i, response := range o.Operation.Responses {
				all[i] = response.Name
			}
			return all
		}
	}
	require.Fail(t, "there is no "+method+" "+path)
	return nil
}

func TestStatusWithoutContent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		options []api.Option
		want    int
	}{
		{nil, 204},
		{[]api.Option{api.Status(200)}, 200},
		{[]api.Option{api.Status(201)}, 201},
		{[]api.Option{api.Status(202)}, 202},
		{[]api.Option{api.Status(204)}, 204},
		{[]api.Option{api.Status(205)}, 205},
	} {
		for _, method := range []string{"POST", "PUT", "DELETE", "GET"} {
			a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
				api.Handle(root.Group("/v1"), method, "/imports", canRead, does[struct{}, api.NoContent], append(c.options, api.Name("start"))...)
			})
			require.Equal(t, fmt.Sprint(c.want), statuses(t, a, method, "/v1/imports")[0])
			w := call(a, method, "/v1/imports", "")
			require.Equal(t, c.want, w.Code)
			require.Zero(t, w.Body.Len())
			item, _ := a.Document().Paths.Get("/v1/imports")
			require.Empty(t, item.Operations()[0].Operation.Responses[0].Value.Content)
		}
	}
}

func TestStatusOfASchema(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		api.Post(root.Group("/v1"), "/imports", canRead, does[struct{}, customer], api.Status(202), api.Name("start"))
	})
	require.Equal(t, "202", statuses(t, a, "POST", "/v1/imports")[0])
	require.Equal(t, 202, call(a, "POST", "/v1/imports", "").Code)
}

func TestStatusOfARedirect(t *testing.T) {
	t.Parallel()
	send := func(context.Context, subject[admin], struct{}) (api.Redirect, error) {
		return api.Redirect{URL: "/there"}, nil
	}
	for _, c := range []struct {
		options []api.Option
		want    int
	}{{nil, 303}, {[]api.Option{api.Status(307)}, 307}} {
		a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
			api.Post(root.Group("/v1"), "/here", canRead, send, append(c.options, api.Name("send"))...)
		})
		require.Equal(t, fmt.Sprint(c.want), statuses(t, a, "POST", "/v1/here")[0])
		require.Equal(t, c.want, call(a, "POST", "/v1/here", "").Code)
	}
}

// described writes itself, through a pointer.
type described struct{}

func (d described) DescribeResponse() (int, openapi.Response) {
	return 203, openapi.Response{Description: "Text."}
}

func (d described) WriteResponse(w http.ResponseWriter, _ *http.Request) error {
	w.WriteHeader(203)
	return nil
}

type misdescribed struct{ described }

func (misdescribed) DescribeResponse() (int, openapi.Response) { return 404, openapi.Response{} }

func TestStatusMistakes(t *testing.T) {
	t.Parallel()
	for name, register := range map[string]func(g *api.Group){
		"status: 205 with a body":      func(g *api.Group) { api.Post(g, "/x", canRead, does[struct{}, customer], api.Status(205)) },
		"status: 304 with a body":      func(g *api.Group) { api.Post(g, "/x", canRead, does[struct{}, customer], api.Status(304)) },
		"status: 302 without a target": func(g *api.Group) { api.Post(g, "/x", canRead, does[struct{}, api.NoContent], api.Status(302)) },
		"status: 199":                  func(g *api.Group) { api.Post(g, "/x", canRead, does[struct{}, api.NoContent], api.Status(199)) },
		"status: a redirect with 200":  func(g *api.Group) { api.Post(g, "/x", canRead, does[struct{}, api.Redirect], api.Status(200)) },
		"status: a CSV with 202":       func(g *api.Group) { api.Post(g, "/x", canRead, does[struct{}, api.CSV], api.Status(202)) },
		"status: described as 404":     func(g *api.Group) { api.Post(g, "/x", canRead, does[struct{}, misdescribed]) },
		"status: a status of a verb":   func(g *api.Group) { api.Delete(g, "/x", canRead, service{}.Remove, api.Status(202)) },
		"status: of a group":           func(g *api.Group) { api.Get(g.Group("", api.Status(202)), "/x", canRead, does[struct{}, customer]) },
	} {
		mistakes(t, name, func(root *api.Group) { register(root.Group("/v1", api.Name("x"))) })
	}
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		api.Post(root.Group("/v1"), "/x", canRead, does[struct{}, *described], api.Name("x"))
	})
	require.Equal(t, "203", statuses(t, a, "POST", "/v1/x")[0])
}

func (service) Remove(context.Context, subject[admin], struct{}) error { return nil }

// listOfCustomer names the customer whose rows are listed.
type listOfCustomer struct {
	customerID
	pagination.Params
}

type walkOfCustomer struct {
	customerID
	pagination.CursorParams
}

func TestErrorsThatFollowFromAnEndpoint(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API", Relaxed: map[api.Guideline]string{api.Descriptions: "a test"}}, func(root *api.Group) {
		s := service{}
		customers := root.Group("/v1/customers", api.Tag("customers"))
		api.List(customers, "/", canRead, s.List)
		api.Create(customers, "/", canRead, s.Create)
		api.Get(customers, "/{id}", canRead, s.Get)
		api.Update(customers, "/{id}", canRead, s.Update)
		api.Delete(customers, "/{id}", canRead, s.Delete)
		api.Post(customers, "/{id}/merge", canRead, s.Merge)
		api.List(customers, "/{id}/orders/", canRead, does[listOfCustomer, pagination.ListResource[order]], api.Name("orders"))
		api.ListByCursor(customers, "/{id}/logs/", canRead, does[walkOfCustomer, pagination.CursorList[order]], api.Name("logs"))
		api.Create(customers, "/{id}/orders/", canRead, does[updateCustomer, order], api.Name("order"))
		api.Handle(customers, "PUT", "/{id}/block", canRead, does[customerID, api.NoContent], api.Name("block"))
		api.Handle(customers, "GET", "/export", canRead, does[struct{}, api.CSV], api.Name("export"))
		api.Get(customers, "/me", canRead, does[struct{}, customer], api.Name("me"))
		api.Get(customers, "/external/{external_id}", canRead, s.GetExternal, api.Fails(errors.ResourceNotFound), api.Timeout(1e9))
	})
	for _, c := range []struct {
		method, path string
		want         []string
	}{
		{"GET", "/v1/customers/", []string{"200", "401", "422"}},
		{"POST", "/v1/customers/", []string{"201", "400", "401", "408", "413", "422"}},
		{"GET", "/v1/customers/{id}", []string{"200", "401", "404", "422"}},
		{"PATCH", "/v1/customers/{id}", []string{"200", "400", "401", "404", "408", "413", "422"}},
		{"DELETE", "/v1/customers/{id}", []string{"204", "401", "404", "422"}},
		{"POST", "/v1/customers/{id}/merge", []string{"200", "401", "404", "422"}},
		{"GET", "/v1/customers/{id}/orders/", []string{"200", "401", "404", "422"}},
		{"GET", "/v1/customers/{id}/logs/", []string{"200", "401", "404", "422"}},
		{"POST", "/v1/customers/{id}/orders/", []string{"201", "400", "401", "404", "408", "413", "422"}},
		{"PUT", "/v1/customers/{id}/block", []string{"204", "401", "404", "422"}},
		{"GET", "/v1/customers/export", []string{"200", "401"}},
		{"GET", "/v1/customers/me", []string{"200", "401"}},
		{"GET", "/v1/customers/external/{external_id}", []string{"200", "401", "404", "422", "503"}},
	} {
		require.Equal(t, c.want, statuses(t, a, c.method, c.path), "%s %s", c.method, c.path)
	}
	item, _ := a.Document().Paths.Get("/v1/customers/external/{external_id}")
	require.Equal(t, openapi.Ref("ResourceNotFound"), item.Get.Responses[2].Value.Content[0].Value.Schema, "declared again, it stands there once")
}

// Where a time may end during a change, its outcome may be unknown.
func TestUnknownOutcomesAreDocumented(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API", Timeout: time.Minute, Relaxed: map[api.Guideline]string{api.Descriptions: "a test"}}, func(root *api.Group) {
		s := service{}
		customers := root.Group("/v1/customers", api.Tag("customers"))
		api.List(customers, "/", canRead, s.List)
		api.Create(customers, "/", canRead, s.Create)
		api.Get(customers, "/{id}", canRead, s.Get)
		api.Update(customers, "/{id}", canRead, s.Update)
		api.Delete(customers, "/{id}", canRead, s.Delete)
	})
	for _, e := range a.Endpoints() {
		item, _ := a.Document().Paths.Get(e.Path())
		all := item.Operations()
		responses := all[slices.IndexFunc(all, func(o openapi.MethodOperation) bool { return o.Method == e.Method() })].Operation.Responses
		response, ok := responses.Get("503")
		require.True(t, ok, e.Pattern())
		text, err := json.Marshal(response)
		require.NoError(t, err)
		require.Contains(t, string(text), "#/components/schemas/ServiceUnavailable", e.Pattern())
		require.Equal(t, e.Method() != http.MethodGet, strings.Contains(string(text), "#/components/schemas/OutcomeUnknown"), e.Pattern())
	}
}

// A kind of error that the document does not have is logged.
func TestUndeclaredErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		logged bool
	}{
		{orderClosed.New(), true},
		{fmt.Errorf("wrapped: %w", errors.NotPermitted.New()), true},
		{errors.ResourceAlreadyExists, false}, // declared
		{errors.ResourceNotFound.New(), false},
		{errors.ValidationErrorAt(errors.Loc{"path", "id"}, "value_error", "No.", nil), false},
		{errors.Unauthorized.New(), false}, // the guard's
		{errors.New("out of order"), false},
		{errors.ServiceUnavailable.New(), false},
		{errors.OutcomeUnknown.New(), false},
	} {
		for name, register := range map[string]func(g *api.Group){
			"handler": func(g *api.Group) {
				api.Get(g, "/{id}", canRead,
					func(context.Context, subject[admin], customerID) (customer, error) { return customer{}, c.err }, api.Fails(errors.ResourceAlreadyExists))
			},
			"hook": func(g *api.Group) {
				api.Get(g, "/{id}", canRead, service{}.Get, api.Fails(errors.ResourceAlreadyExists),
					api.Bound(func(context.Context, subject[admin], customerID) error { return c.err }))
			},
			"response": func(g *api.Group) {
				rows := func(yield func([]string, error) bool) { yield(nil, c.err) }
				api.Handle(g, "GET", "/{id}", canRead, func(context.Context, subject[admin], customerID) (api.CSV, error) {
					return api.CSV{Rows: rows}, nil
				}, api.Fails(errors.ResourceAlreadyExists), api.Name("get"))
			},
		} {
			var log bytes.Buffer
			a := api.New(api.Config{Title: "Shop API", Logger: slog.New(slog.NewTextHandler(&log, nil))}, func(root *api.Group) {
				register(root.Group("/v1/customers"))
			})
			require.Equal(t, errors.KindOf(c.err).Status(), call(a, "GET", "/v1/customers/"+anID, "").Code)
			if !c.logged {
				require.NotContains(t, log.String(), "does not declare", "%s %v", name, c.err)
				continue
			}
			require.Contains(t, log.String(), "level=WARN", "%s %v", name, c.err)
			require.Contains(t, log.String(), "operation=get error="+errors.KindOf(c.err).Name(), "%s %v", name, c.err)
		}
	}
}

// holder holds what may be nil.
type holder struct {
	kit.Schema `doc:"What may be nil."`

	Shape  *shape         `json:"shape" doc:"A shape, or none."`
	Shapes []shape        `json:"shapes" doc:"Shapes."`
	Parent *holder        `json:"parent" doc:"What is around."`
	Parts  []*holder      `json:"parts" doc:"What is inside."`
	Notes  map[string]any `json:"notes" doc:"Notes."`
	Tags   []string       `json:"tags" doc:"Tags." example:"new"`
}

type onlyShape struct {
	kit.Schema `doc:"A shape."`

	Shape shape `json:"shape" doc:"The shape."`
}

func TestNilOutputs(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	a := api.New(api.Config{Title: "Shop API", Logger: slog.New(slog.NewTextHandler(&log, nil))}, func(root *api.Group) {
		g := root.Group("/v1")
		api.Get(g, "/pointers/{id}", canRead, does[customerID, *customer], api.Name("pointer"))
		api.Get(g, "/unions/{id}", canRead, does[customerID, shape], api.Name("union"))
		api.Get(g, "/typeds/{id}", canRead, func(context.Context, subject[admin], customerID) (shape, error) { return (*circle)(nil), nil }, api.Name("typed"))
		api.Get(g, "/fields/{id}", canRead, does[customerID, onlyShape], api.Name("field"))
		api.Get(g, "/items/{id}", canRead, func(context.Context, subject[admin], customerID) (holder, error) {
			return holder{Shapes: []shape{circle{}, nil}}, nil
		}, api.Name("item"))
		api.Handle(g, "GET", "/responses/{id}", canRead, does[customerID, *described], api.Name("response"))
		api.Handle(g, "GET", "/any/{id}", canRead, does[customerID, api.Response], api.Name("any"))
	})
	for path, says := range map[string]string{
		"pointers":  "the handler of GET /v1/pointers/{id} returned neither an output nor an error: a nil *api_test.customer",
		"unions":    "a nil api_test.shape",
		"typeds":    "a nil api_test.shape",
		"fields":    "shape: a api_test.shape is nil; it must hold one of its variants",
		"items":     "shapes: [1]: a api_test.shape is nil",
		"responses": "a nil *api_test.described",
		"any":       "a nil api.Response",
	} {
		log.Reset()
		w := call(a, "GET", "/v1/"+path+"/"+anID, "")
		require.Equal(t, 500, w.Code, path)
		require.JSONEq(t, `{"error":"InternalServerError","detail":"Internal Server Error"}`, w.Body.String(), path)
		require.Contains(t, log.String(), says)
		require.Contains(t, log.String(), "level=ERROR")
	}
	item, _ := a.Document().Paths.Get("/v1/pointers/{id}")
	require.Equal(t, openapi.Ref("Customer"), item.Get.Responses[0].Value.Content[0].Value.Schema, "null is not an answer")
}

// What may be nil inside of an output is null, [] or {}, as the document says.
func TestNilInsideOfAnOutput(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		api.Get(root.Group("/v1"), "/holders/{id}", canRead, func(context.Context, subject[admin], customerID) (*holder, error) {
			return &holder{Parts: []*holder{nil}}, nil
		}, api.Name("get"))
	})
	w := call(a, "GET", "/v1/holders/"+anID, "")
	require.Equal(t, 200, w.Code)
	require.JSONEq(t, `{"shape":null,"shapes":[],"parent":null,"parts":[null],"notes":{},"tags":[]}`, w.Body.String())
	null := &openapi.Schema{Type: openapi.Types{"null"}}
	for _, place := range []string{"Holder shape", "Holder parent"} {
		require.Contains(t, property(t, a.Document(), place).AnyOf, null, place)
	}
	require.Contains(t, property(t, a.Document(), "Holder parts").Items.AnyOf, null)
}

// A pointer to the read schema is the read schema.
func TestOneShapeThroughAPointer(t *testing.T) {
	t.Parallel()
	a := api.New(api.Config{Title: "Shop API"}, func(root *api.Group) {
		api.List(root.Group("/v1/customers"), "/", canRead, service{}.List)
		api.Get(root.Group("/v1/customers"), "/{id}", canRead, does[customerID, *customer], api.Name("get"))
	})
	alone := a.Document().Paths[1].Value.Get.Responses[0].Value.Content[0].Value.Schema
	require.Equal(t, openapi.Ref("Customer").Ref, alone.Ref)
	list, ok := a.Document().Components.Schemas.Get("ListResource_Customer_")
	require.True(t, ok)
	require.Equal(t, alone.Ref, list.Properties[0].Schema.Items.Ref)
}
