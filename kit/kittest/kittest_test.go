package kittest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/internal/sentence"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
	"github.com/polarkit-go/polarkit/kit/openapi"
	"github.com/polarkit-go/polarkit/pagination"
)

type animal interface{ animal() }

type cat struct {
	kit.Schema `doc:"A cat."`

	Type  string `json:"type" validate:"oneof=cat" doc:"What it is." example:"cat"`
	Lives int    `json:"lives" validate:"min=1,max=9" doc:"How many are left." example:"9"`
}

type dog struct {
	kit.Schema `doc:"A dog."`

	Type string `json:"type" validate:"oneof=dog" doc:"What it is." example:"dog"`
	Name string `json:"name" validate:"min=2" doc:"Its name." example:"Rex"`
}

func (cat) animal() {}
func (dog) animal() {}

var _ = kit.DefineUnion[animal]("type", cat{}, dog{})

type toy struct {
	kit.TimestampedSchema `doc:"A toy."`

	ID   uuid.UUID `json:"id" doc:"The ID of the toy." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Name string    `json:"name" doc:"The name of the toy." example:"Ball"`
}

type part struct {
	kit.Schema `doc:"A part of a toy."`

	Name  string                       `json:"name" validate:"min=1,max=5" doc:"The name." example:"Wheel"`
	Price float64                      `json:"price" doc:"The price." example:"1.50"`
	Parts kit.Optional[[]part]         `json:"parts" validate:"max=2" doc:"The parts of the part."`
	Sizes map[string]int               `json:"sizes" default:"{}" doc:"Sizes by name."`
	Made  kit.Optional[*kit.Date]      `json:"made" doc:"The day it was made." example:"2025-01-03"`
	Wait  kit.Optional[kit.Duration]   `json:"wait" doc:"How long it waits." example:"PT1H30M"`
	Owner kit.Optional[animal]         `json:"owner" doc:"Who plays with it."`
	Step  kit.Optional[int]            `json:"step" validate:"multiple_of=5" doc:"A step." example:"10"`
	Marks kit.Optional[[]string]       `json:"marks" validate:"min=1,unique" doc:"Marks." example:"new"`
	Extra kit.Optional[map[string]any] `json:"extra" doc:"Anything."`
}

type listToys struct {
	pagination.Params

	Color kit.Filter[string] `query:"color" validate:"max=2,dive,oneof=red blue" doc:"Filter by color." example:"red"`
}

type toyID struct {
	ID uuid.UUID `path:"id" doc:"The ID of the toy."`
}

func newToys(more ...func(toys *api.Group)) *api.API {
	return api.New(api.Config{Title: "Toys"}, func(root *api.Group) {
		toys := root.Group("/v1/toys", api.Tag("toys"))
		anyone := api.Public("a test")
		api.List(toys, "/", anyone, func(context.Context, api.NoSubject, listToys) (pagination.ListResource[toy], error) {
			return pagination.ListResource[toy]{Items: []toy{{Name: "Ball"}}}, nil
		})
		api.Get(toys, "/{id}", anyone, func(_ context.Context, _ api.NoSubject, in toyID) (toy, error) {
			return toy{ID: in.ID}, errors.ResourceNotFound.New()
		})
		api.Create(toys, "/", anyone, func(_ context.Context, _ api.NoSubject, in part) (toy, error) {
			return toy{Name: in.Name}, nil
		})
		for _, register := range more {
			register(toys)
		}
	})
}

// recorder is a test that records its failures.
type recorder struct {
	testing.TB

	text strings.Builder
}

type fatal struct{}

func (r *recorder) Helper()                   {}
func (r *recorder) Log(args ...any)           {}
func (r *recorder) Logf(string, ...any)       {}
func (r *recorder) Error(args ...any)         { fmt.Fprintln(&r.text, args...) }
func (r *recorder) Errorf(f string, a ...any) { fmt.Fprintf(&r.text, f+"\n", a...) }
func (r *recorder) Fatalf(f string, a ...any) { fmt.Fprintf(&r.text, f+"\n", a...); panic(fatal{}) }

// failure returns the text with which a check fails.
func failure(t *testing.T, check func(tb testing.TB)) (text string) {
	t.Helper()
	r := &recorder{TB: t}
	defer func() {
		if v := recover(); v != nil {
			require.Equal(t, fatal{}, v)
		}
		text = r.text.String()
	}()
	check(r)
	return r.text.String()
}

func TestAgreement(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newToys())
}

func TestAgreementFindsWhatDiffers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(d *openapi.Document)
		says   string
	}{
		{"a bound that the document does not know", func(d *openapi.Document) {
			property(d, "Part", "name").MaxLength = nil
			property(d, "Part", "name").MinLength = nil
		}, "the document allows this request and binding refuses it"},
		{"a bound that binding does not know", func(d *openapi.Document) {
			property(d, "Part", "name").MaxLength = new(4)
		}, "the document does not allow this request and binding accepts it"},
		{"a required field more", func(d *openapi.Document) {
			s := schema(d, "Part")
			s.Required = append(s.Required, "made")
		}, "the document does not allow this request and binding accepts it"},
		{"a required field less", func(d *openapi.Document) {
			s := schema(d, "Part")
			s.Required = s.Required[:1]
		}, "Field required (missing)"},
		{"null", func(d *openapi.Document) {
			property(d, "Part", "made").Type = openapi.Types{"string"}
		}, "the document does not allow this request and binding accepts it"},
		{"another type", func(d *openapi.Document) {
			property(d, "Cat", "lives").Type = openapi.Types{"string"}
		}, "binding"},
		{"a closed set", func(d *openapi.Document) {
			p := d.Paths[0].Value.Get.Parameters
			p[len(p)-1].Schema.Items = &openapi.Schema{Type: openapi.Types{"string"}}
		}, "Input should be 'red' or 'blue'"},
		{"a closed object", func(d *openapi.Document) {
			schema(d, "Dog").Closed = true
		}, "no_such_property"},
		{"no limit of a length", func(d *openapi.Document) {
			property(d, "Part", "name").MaxLength = nil
		}, "the document allows this request and binding refuses it"},
		{"the values of further keys", func(d *openapi.Document) {
			schema(d, "Dog").Additional = &openapi.Schema{Type: openapi.Types{"boolean"}}
		}, `"no_such_property":"maybe"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newToys()
			c.change(a.Document())
			require.Contains(t, failure(t, func(tb testing.TB) { kittest.Agreement(tb, a) }), c.says)
		})
	}
}

func schema(d *openapi.Document, name string) *openapi.Schema {
	s, ok := d.Components.Schemas.Get(name)
	if !ok {
		panic("no schema " + name)
	}
	return s
}

func property(d *openapi.Document, name, field string) *openapi.Schema {
	for _, p := range schema(d, name).Properties {
		if p.Name == field {
			return p.Schema
		}
	}
	panic("no property " + field)
}

func TestExcept(t *testing.T) {
	t.Parallel()
	a := newToys()
	property(a.Document(), "Part", "name").MaxLength = new(4)
	kittest.Agreement(t, a, kittest.Except("toys:create", "to be done"))
	text := failure(t, func(tb testing.TB) { kittest.Agreement(tb, newToys(), kittest.Except("toys:nope", "gone")) })
	sentence.Equal(t, "Except: an unknown operation", strings.TrimSpace(text))
	sentence.Panics(t, "Except: no reason", func() { kittest.Except("toys:create", " ") })
}

func TestGuidelines(t *testing.T) {
	t.Parallel()
	kittest.Guidelines(t, newToys())
	a := api.New(api.Config{Title: "Toys", Relaxed: map[api.Guideline]string{api.PluralResources: "old"}}, func(root *api.Group) {
		api.Get(root.Group("/v1/toy"), "/{id}", api.Public("a test"), func(context.Context, api.NoSubject, toyID) (toy, error) { return toy{}, nil }, api.Name("get"))
	})
	require.Empty(t, failure(t, func(tb testing.TB) { kittest.Guidelines(tb, a) }))
}

func TestClient(t *testing.T) {
	t.Parallel()
	client := kittest.NewClient(t, newToys())
	list := kittest.Decode[pagination.ListResource[toy]](client.Get("/v1/toys/?color=red").Want(http.StatusOK))
	require.Equal(t, "Ball", list.Items[0].Name)
	client.Get("/v1/toys/992fae2a-2a17-4b7a-8d9e-e287cf90131b").Want(404).WantError("ResourceNotFound")
	client.Post("/v1/toys/", `{"price":1}`).WantInvalid("missing body.name")
	client.Post("/v1/toys/", map[string]any{"name": "x", "price": "1"}).Want(201)
	client.Post("/v1/toys/", []byte(`{"name":12}`)).WantInvalid("string_type body.name", "missing body.price")
	client.Header("Content-Type", "text/plain").Post("/v1/toys/", `{}`).WantInvalid("model_attributes_type body")
	require.Equal(t, 405, client.Put("/v1/toys/", nil).Status)
	require.Equal(t, 405, client.Patch("/v1/toys/", nil).Status)
	require.Equal(t, "GET, HEAD, POST", client.Delete("/v1/toys/").Header.Get("Allow"))
}

func TestClientFailures(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(c *kittest.Client){
		"another status": func(c *kittest.Client) { c.Get("/nope").Want(200) },
		"another error":  func(c *kittest.Client) { c.Get("/nope").WantError("X") },
		"no error":       func(c *kittest.Client) { c.Get("/v1/toys/992fae2a-2a17-4b7a-8d9e-e287cf90131b?x").WantInvalid() },
		"other errors":   func(c *kittest.Client) { c.Post("/v1/toys/", `{}`).WantInvalid("missing body.x") },
		"errors in another order": func(c *kittest.Client) {
			c.Post("/v1/toys/", `{}`).WantInvalid("missing body.price", "missing body.name")
		},
		"an error for validation":   func(c *kittest.Client) { c.Post("/v1/toys/", `{}`).WantError("PolarRequestValidationError") },
		"no validation error":       func(c *kittest.Client) { c.Get("/nope").Invalid() },
		"a body that has no JSON":   func(c *kittest.Client) { c.Post("/v1/toys/", func() {}) },
		"a body that is not read":   func(c *kittest.Client) { c.Post("/v1/toys/", broken{}) },
		"an answer of another type": func(c *kittest.Client) { kittest.Decode[int](c.Get("/nope")) },
	} {
		said := failure(t, func(tb testing.TB) { use(kittest.NewClient(tb, newToys())) })
		sentence.Equal(t, "Client: "+name, strings.TrimSpace(said))
	}
	require.Contains(t, failure(t, func(tb testing.TB) { kittest.NewClient(tb, newToys()).Get("\x7f") }), "kittest: GET \x7f: ")
}

// An error has one shape.
func TestWantErrorReadsTheWholeAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ media, body string }{
		"another media type":       {"text/plain", `{"error":"X","detail":"x"}`},
		"no detail":                {"application/json", `{"error":"X"}`},
		"a member that is unknown": {"application/json", `{"error":"X","detail":"x","code":1}`},
	} {
		handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.media)
			_, _ = io.WriteString(w, c.body)
		})
		said := failure(t, func(tb testing.TB) { kittest.NewClient(tb, handler).Get("/").WantError("X") })
		sentence.Equal(t, "WantError: "+name, strings.TrimSpace(said))
	}
}
