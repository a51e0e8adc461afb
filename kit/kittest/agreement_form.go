package kittest

import (
	"bytes"
	"io"
	"maps"
	"mime/multipart"
	"net/url"
	"slices"

	"github.com/polarkit-go/polarkit/kit/openapi"
)

const (
	mediaForm  = "application/x-www-form-urlencoded"
	mediaFiles = "multipart/form-data"
)

// multipart writes a form as multipart/form-data.
func (c *checker) multipart(form url.Values) (body []byte, contentType string) {
	c.tb.Helper()
	content, _ := c.operation.RequestBody.Content.Get(mediaFiles)
	isFile := func(name string) bool {
		return slices.ContainsFunc(c.samples.resolve(content.Schema).Properties, func(p openapi.Property) bool {
			return p.Name == name && (p.Schema.ContentMediaType != "" || p.Schema.Items != nil && p.Schema.Items.ContentMediaType != "")
		})
	}
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			create := w.CreateFormField
			if isFile(name) {
				create = func(name string) (io.Writer, error) { return w.CreateFormFile(name, "file") }
			}
			part, err := create(name)
			if err == nil {
				_, err = io.WriteString(part, value)
			}
			if err != nil {
				c.tb.Fatalf("kittest: %v", err)
			}
		}
	}
	if err := w.Close(); err != nil {
		c.tb.Fatalf("kittest: %v", err)
	}
	return out.Bytes(), w.FormDataContentType()
}

// sampleForm returns a form with the required fields.
func (c *checker) sampleForm(s *openapi.Schema) url.Values {
	form := url.Values{}
	for _, p := range s.Properties {
		if slices.Contains(s.Required, p.Name) {
			form[p.Name] = texts(c.samples.one(p.Schema, 0))
		}
	}
	return form
}

// checkForm is check for a body that is a form. Its fields are texts, as parameters are.
func (c *checker) checkForm(base call, s *openapi.Schema) {
	c.tb.Helper()
	form, _ := base.body.(url.Values)
	with := func(name string, values []string) call {
		changed := maps.Clone(form)
		changed[name] = values
		return call{params: base.params, body: changed}
	}
	for _, p := range s.Properties {
		valid, invalid := c.samples.of(p.Schema, 0)
		for _, v := range valid {
			if v != nil {
				c.accepted(with(p.Name, texts(v)))
			}
		}
		for _, v := range invalid {
			if text, ok := textual(c.samples.resolve(p.Schema), v); ok {
				c.refused(with(p.Name, text))
			}
		}
		if slices.Contains(s.Required, p.Name) {
			c.refused(with(p.Name, nil))
		}
	}
	if s.Closed {
		c.refused(with("an unknown field", []string{"1"}))
	}
	if c.operation.RequestBody.Required && len(s.Required) > 0 {
		c.refused(call{params: base.params, body: none{}})
	}
}
