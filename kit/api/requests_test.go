package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

type logIn struct {
	Username string               `form:"username" validate:"max=10" doc:"The name." example:"ann"`
	Age      int                  `form:"age" validate:"min=0" doc:"The age." example:"30"`
	Remember bool                 `form:"remember" default:"false" doc:"Whether the session lasts."`
	Nick     kit.Optional[string] `form:"nick" doc:"Another name." example:"annie"`
	Scopes   []string             `form:"scope" default:"[]" doc:"The scopes." example:"read"`
}

type tokenForm struct {
	kit.Schema `doc:"A request for a token." extra:"forbid"`

	GrantType string            `json:"grant_type" validate:"oneof=authorization_code refresh_token" doc:"The grant."`
	ClientID  string            `json:"client_id" validate:"min=1" doc:"The client." example:"shop"`
	Lifetime  kit.Optional[int] `json:"lifetime" validate:"min=1" doc:"Seconds." example:"60"`
	Scopes    []string          `json:"scopes" default:"[]" validate:"max=2" doc:"The scopes." example:"read"`
}

type createToken struct {
	Trace string `header:"x-trace" default:"" doc:"A trace." example:"a1"`
	Form  tokenForm
}

type uploadAvatar struct {
	Image kit.File               `form:"image" doc:"The image."`
	Title string                 `form:"title" default:"none" validate:"max=5" doc:"Its title." example:"me"`
	More  []kit.File             `form:"more" default:"[]" validate:"max=2" doc:"More images."`
	Icon  kit.Optional[kit.File] `form:"icon" doc:"A small one."`
}

func newUploads() *api.API {
	type stored struct {
		kit.Schema `doc:"A stored file."`

		Name string `json:"name" doc:"Its name." example:"a.png"`
		Text string `json:"text" doc:"Its content." example:"x"`
	}
	return api.New(api.Config{Title: "Avatars"}, func(root *api.Group) {
		api.Post(root.Group("/v1/avatars", api.Tag("avatars")), "/upload", canRead, func(_ context.Context, _ subject[admin], in uploadAvatar) (stored, error) {
			data, err := io.ReadAll(in.Image.Open())
			return stored{Name: in.Image.Name, Text: string(data)}, err
		}, api.Name("upload"))
	})
}

func TestFilesInTheDocument(t *testing.T) {
	t.Parallel()

	require.JSONEq(t, `{"required":true,"content":{"multipart/form-data":{"schema":{"type":"object",
		"properties":{
			"image":{"type":"string","contentMediaType":"application/octet-stream","title":"Image","description":"The image."},
			"title":{"type":"string","title":"Title","description":"Its title. Defaults to `+"`none`"+`.","examples":["me"],"maxLength":5},
			"more":{"type":"array","title":"More","description":"More images. Defaults to `+"`[]`"+`.","maxItems":2,
				"items":{"type":"string","contentMediaType":"application/octet-stream"}},
			"icon":{"type":"string","contentMediaType":"application/octet-stream","title":"Icon","description":"A small one."}},
		"required":["image"]}}}}`, bodyOf(t, newUploads(), "/v1/avatars/upload"))
}

func TestFilesAgreeWithBinding(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newUploads())
}

func TestFileOverHTTP(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(newUploads())
	defer server.Close()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("image", "é.png")
	require.NoError(t, err)
	content := strings.Repeat("0123456789abcdef", 2<<16) // 2 MiB, which are not kept in memory
	_, err = io.WriteString(file, content)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	client := kittest.NewRemoteClient(t, server.URL).Bearer("x").Header("Content-Type", form.FormDataContentType())
	response := client.Post("/v1/avatars/upload", body.Bytes())
	require.Equal(t, http.StatusOK, response.Status)
	require.JSONEq(t, `{"name":"é.png","text":"`+content+`"}`, string(response.Body))

	response = client.Post("/v1/avatars/upload", body.Bytes()[:100])
	require.Equal(t, http.StatusUnprocessableEntity, response.Status)
	require.Contains(t, string(response.Body), `"loc":["body","image"],"msg":"Field required"`)
}

func newForms() *api.API {
	return api.New(api.Config{Title: "Forms"}, func(root *api.Group) {
		tokens := root.Group("/v1/tokens", api.Tag("tokens"))
		api.Post(tokens, "/log_in", canRead, does[logIn, customer], api.Name("log_in"))
		api.Create(tokens, "/", canRead, does[createToken, customer])
	})
}

func bodyOf(t *testing.T, a *api.API, path string) string {
	t.Helper()
	item, ok := a.Document().Paths.Get(path)
	require.True(t, ok)
	data, err := json.Marshal(item.Operations()[0].Operation.RequestBody)
	require.NoError(t, err)
	return string(data)
}

func TestFormsInTheDocument(t *testing.T) {
	t.Parallel()

	require.JSONEq(t, `{"required":true,"content":{"application/x-www-form-urlencoded":{"schema":{"type":"object",
		"properties":{
			"username":{"type":"string","title":"Username","description":"The name.","examples":["ann"],"minLength":1,"maxLength":10},
			"age":{"type":"integer","format":"int64","title":"Age","description":"The age.","examples":[30],"minimum":0},
			"remember":{"type":"boolean","title":"Remember","description":"Whether the session lasts. Defaults to `+"`false`"+`."},
			"nick":{"type":"string","title":"Nick","description":"Another name.","examples":["annie"]},
			"scope":{"type":"array","title":"Scope","description":"The scopes. Defaults to `+"`[]`"+`.","items":{"type":"string"},"examples":[["read"]]}},
		"required":["username","age"]}}}}`, bodyOf(t, newForms(), "/v1/tokens/log_in"))
	require.JSONEq(t, `{"required":true,"content":{"application/x-www-form-urlencoded":{"schema":{"$ref":"#/components/schemas/TokenForm"}}}}`,
		bodyOf(t, newForms(), "/v1/tokens/"))
}

// TestFormOverHTTP sends forms to a server.
func TestFormOverHTTP(t *testing.T) {
	t.Parallel()

	type granted struct {
		kit.Schema `doc:"A token."`

		Token  string   `json:"token" doc:"The token." example:"a1"`
		Scopes []string `json:"scopes" doc:"Its scopes." example:"read"`
	}
	grant := func(_ context.Context, _ subject[admin], in createToken) (granted, error) {
		return granted{Token: in.Trace + ":" + in.Form.ClientID, Scopes: in.Form.Scopes}, nil
	}
	server := httptest.NewServer(api.New(api.Config{Title: "Tokens"}, func(root *api.Group) {
		api.Create(root.Group("/v1/tokens", api.Tag("tokens"), api.MaxBody(100)), "/", canRead, grant)
	}))
	defer server.Close()
	client := kittest.NewRemoteClient(t, server.URL).Bearer("x").Header("X-Trace", "t")

	response := client.Post("/v1/tokens/", url.Values{"grant_type": {"refresh_token"}, "client_id": {"shop é"}, "scopes": {"a", "b"}})
	require.Equal(t, http.StatusCreated, response.Status)
	require.JSONEq(t, `{"token":"t:shop é","scopes":["a","b"]}`, string(response.Body))

	response = client.Post("/v1/tokens/", url.Values{"client_id": {""}, "more": {"1"}})
	require.Equal(t, http.StatusUnprocessableEntity, response.Status)
	require.JSONEq(t, `{"error":"PolarRequestValidationError","detail":[
		{"type":"missing","loc":["body","grant_type"],"msg":"Field required","input":{"client_id":"","scopes":[],"more":"1"}},
		{"type":"string_too_short","loc":["body","client_id"],"msg":"String should have at least 1 character","input":"","ctx":{"min_length":1}},
		{"type":"extra_forbidden","loc":["body","more"],"msg":"Extra inputs are not permitted","input":"1"}]}`, string(response.Body))

	require.Equal(t, http.StatusUnprocessableEntity, client.Post("/v1/tokens/", `{"grant_type":"refresh_token","client_id":"shop"}`).Status)
	require.Equal(t, http.StatusRequestEntityTooLarge, client.Post("/v1/tokens/", url.Values{"client_id": {strings.Repeat("a", 100)}}).Status)
}

func TestFormsAgreeWithBinding(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newForms())
}

type showCart struct {
	Cart   uuid.UUID          `cookie:"cart" validate:"uuid4" doc:"The cart." example:"992fae2a-2a17-4b7a-8d9e-e287cf90131b"`
	Visits int                `cookie:"visits" default:"0" validate:"min=0" doc:"How often the caller came."`
	Theme  string             `cookie:"theme" default:"light" validate:"oneof=light dark" doc:"The colors."`
	Track  kit.Optional[bool] `cookie:"_track" doc:"Whether visits are counted."`
	Tags   []string           `header:"x-tag" default:"[]" validate:"max=2" doc:"Tags, a header for each."`
}

func newCarts() *api.API {
	return api.New(api.Config{Title: "Carts"}, func(root *api.Group) {
		api.Get(root.Group("/v1/carts", api.Tag("carts")), "/mine", canRead, does[showCart, customer], api.Name("mine"))
	})
}

func TestCookiesInTheDocument(t *testing.T) {
	t.Parallel()

	path, ok := newCarts().Document().Paths.Get("/v1/carts/mine")
	require.True(t, ok)
	data, err := json.Marshal(path.Operations()[0].Operation.Parameters)
	require.NoError(t, err)
	require.JSONEq(t, `[
		{"name":"x-tag","in":"header","required":false,"description":"Tags, a header for each.",
			"schema":{"type":"array","title":"X Tag","description":"Tags, a header for each.","items":{"type":"string"},"maxItems":2,"default":[]}},
		{"name":"cart","in":"cookie","required":true,"description":"The cart.",
			"schema":{"type":"string","format":"uuid4","title":"Cart","description":"The cart.","examples":["992fae2a-2a17-4b7a-8d9e-e287cf90131b"]}},
		{"name":"visits","in":"cookie","required":false,"description":"How often the caller came.",
			"schema":{"type":"integer","format":"int64","title":"Visits","description":"How often the caller came.","minimum":0,"default":0}},
		{"name":"theme","in":"cookie","required":false,"description":"The colors.",
			"schema":{"type":"string","title":"Theme","description":"The colors.","enum":["light","dark"],"default":"light"}},
		{"name":"_track","in":"cookie","required":false,"description":"Whether visits are counted.",
			"schema":{"type":"boolean","title":"Track","description":"Whether visits are counted."}}
	]`, string(data))
}

func TestCookiesAgreeWithBinding(t *testing.T) {
	t.Parallel()
	kittest.Agreement(t, newCarts())
}
