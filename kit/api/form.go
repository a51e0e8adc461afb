package api

import (
	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// The media types of bodies.
const (
	mediaJSON = "application/json"
	mediaForm = "application/x-www-form-urlencoded"
	// mediaFiles is the type of forms that have files.
	mediaFiles = "multipart/form-data"
)

// requestBody describes the body of a request, nil where there is none.
func (d *describer) requestBody(in *plan.Input) *openapi.RequestBody {
	switch body := in.Body; {
	case in.Form != nil:
		return d.formParameters(in.Form)
	case body == nil:
		return nil
	case in.FormBody:
		return newRequestBody(true, mediaForm, d.describe(body.Node, input, component{}))
	default:
		return newRequestBody(body.Required, mediaJSON, d.describe(body.Node, input, component{}))
	}
}

func newRequestBody(required bool, media string, s *openapi.Schema) *openapi.RequestBody {
	return &openapi.RequestBody{
		Required: required,
		Content:  openapi.Map[openapi.MediaType]{{Name: media, Value: openapi.MediaType{Schema: s}}},
	}
}

// formParameters describes a body whose fields are parameters of a form. A form without any
// field is as good as none, so the body is required when a field is.
func (d *describer) formParameters(fields []*plan.Field) *openapi.RequestBody {
	s, media := &openapi.Schema{Type: openapi.Types{"object"}}, mediaForm
	for _, f := range fields {
		if f.HoldsFile() {
			media = mediaFiles
		}
		node := *f.Node
		node.Nullable = false // a form has no null
		property := d.describe(&node, input, component{})
		inBody := *f
		inBody.In = ""
		annotate(property, &inBody, f.Name, input)
		if f.Required && node.Kind == plan.String && property.MinLength == nil {
			property.MinLength = new(1) // an empty text is an absent one
		}
		s.Properties = append(s.Properties, openapi.Property{Name: f.Name, Schema: property})
		if f.Required {
			s.Required = append(s.Required, f.Name)
		}
	}
	return newRequestBody(len(s.Required) > 0, media, s)
}
