package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// document is the OpenAPI document in all of its forms.
type document struct {
	model *openapi.Document
	bytes []byte
	etag  string
}

// OpenAPI is the OpenAPI 3.1 document of the API, made of the plans that also bind
// the requests. It is the same bytes on every start. Private endpoints are not in
// it. The bytes are a copy.
func (a *API) OpenAPI() []byte { return slices.Clone(a.document.bytes) }

// Document is the model that [API.OpenAPI] writes. It is not a copy: do not change it.
func (a *API) Document() *openapi.Document { return a.document.model }

// DocumentHandler serves the document with an ETag, for GET and HEAD under any
// path, such as mux.Handle("/openapi.json", a.DocumentHandler()).
func (a *API) DocumentHandler() http.Handler {
	return a.renderer.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			a.renderer.Write(w, r, errors.MethodNotAllowed.New().WithHeader("Allow", "GET, HEAD"))
			return
		}
		d := &a.document
		h := w.Header()
		h.Set("ETag", d.etag)
		h.Set("Cache-Control", "no-cache") // clients keep it, and ask each time whether it is still true
		if matches(r.Header.Values("If-None-Match"), d.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", "application/json")
		h.Set("Content-Length", fmt.Sprint(len(d.bytes)))
		if r.Method == http.MethodHead {
			return
		}
		_, _ = w.Write(d.bytes)
	}))
}

// matches is the weak comparison of RFC 9110, section 13.1.2.
func matches(headers []string, etag string) bool {
	for _, header := range headers {
		for candidate := range strings.SplitSeq(header, ",") {
			candidate = strings.TrimSpace(candidate)
			if candidate == "*" || strings.TrimPrefix(candidate, "W/") == etag {
				return true
			}
		}
	}
	return false
}

func (a *API) describe() (document, error) {
	model := &openapi.Document{
		OpenAPI:  openapi.Version,
		Info:     openapi.Info{Title: a.config.Title, Description: a.config.Description, Version: a.config.Version},
		Servers:  a.config.Servers,
		Tags:     a.config.Tags,
		Paths:    openapi.Map[openapi.PathItem]{},
		Webhooks: a.config.Webhooks,
	}
	var schemes openapi.Map[openapi.SecurityScheme]
	paths := map[string]int{}
	for _, e := range a.endpoints {
		if e.settings.private {
			continue
		}
		i, there := paths[e.path]
		if !there {
			i = len(model.Paths)
			paths[e.path] = i
			model.Paths = append(model.Paths, openapi.Entry[openapi.PathItem]{Name: e.path})
		}
		model.Paths[i].Value.Set(e.method, e.operation)
		for _, credential := range slices.Concat(e.ways...) {
			if _, there := schemes.Get(credential.Name); !there {
				schemes = append(schemes, openapi.Entry[openapi.SecurityScheme]{Name: credential.Name, Value: credential.Scheme})
			}
		}
	}
	schemas := a.describer.name()
	for _, kind := range a.describer.kinds {
		schemas = append(schemas, kindSchemas(kind)...)
	}
	slices.SortFunc(schemas, func(a, b openapi.Entry[*openapi.Schema]) int { return strings.Compare(a.Name, b.Name) })
	model.Components = openapi.Components{Schemas: schemas, SecuritySchemes: schemes}
	data, err := model.JSON()
	if err != nil {
		for marshaler := (*json.MarshalerError)(nil); errors.As(err, &marshaler); err = marshaler.Err {
			continue // to the cause
		}
		return document{}, err
	}
	sum := sha256.Sum256(data)
	return document{model: model, bytes: data, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}, nil
}
