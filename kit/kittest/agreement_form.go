package kittest

import (
	"maps"
	"net/url"
	"slices"

	"github.com/polarkit-go/polarkit/kit/openapi"
)

const mediaForm = "application/x-www-form-urlencoded"

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
