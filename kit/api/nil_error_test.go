package api_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/openapi"
)

// refusing is a guard that returns an error.
type refusing struct{ err error }

func (g refusing) Authorize(*http.Request) (subject[admin], error) { return subject[admin]{}, g.err }
func (refusing) Security() openapi.Security                        { return openapi.Security{} }
func (refusing) Fails() []*errors.Kind                             { return nil }

// flawed is a schema whose Validate method returns an error.
type flawed struct {
	kit.Schema `doc:"A schema."`

	Which int `json:"which" doc:"Which error." example:"1"`
}

var accidents = []error{
	(*errors.PolarRequestValidationError)(nil), (*errors.PolarError)(nil), (*errors.Kind)(nil), errors.NewRequestValidationError(),
	fmt.Errorf("x: %w", (*errors.PolarRequestValidationError)(nil)), errors.Join((*errors.Kind)(nil), (*errors.PolarError)(nil)),
}

func (f flawed) Validate(context.Context) error {
	if f.Which < 0 {
		return nil
	}
	return accidents[f.Which]
}

// A nil pointer that became an error is a 500 with a record in the log, wherever it
// is returned.
func TestNilPointersAsErrors(t *testing.T) {
	t.Parallel()

	for i, accident := range accidents {
		var log bytes.Buffer
		a := api.New(api.Config{Title: "Shop API", Logger: slog.New(slog.NewTextHandler(&log, nil))}, func(root *api.Group) {
			g := root.Group("/v1/shops")
			fine := func(context.Context, subject[admin], flawed) (customer, error) { return customer{}, nil }
			api.Post(g, "/handler", canRead, func(context.Context, subject[admin], struct{}) (customer, error) { return customer{}, accident }, api.Name("handler"))
			api.Post(g, "/guard", refusing{accident}, func(context.Context, subject[admin], struct{}) (customer, error) { return customer{}, nil }, api.Name("guard"))
			api.Post(g, "/behind", canRead, func(context.Context, subject[admin], struct{}) (customer, error) { return customer{}, nil }, api.Name("behind"), api.Behind(refusing{accident}))
			api.Post(g, "/hook", canRead, fine, api.Name("hook"), api.Bound(func(context.Context, subject[admin], flawed) error { return accident }))
			api.Post(g, "/validate", canRead, fine, api.Name("validate"))
			api.Delete(g, "/delete", canRead, func(context.Context, subject[admin], struct{}) error { return accident })
		})
		for _, path := range []string{"handler", "guard", "behind", "hook", "validate", "delete"} {
			log.Reset()
			method, body := http.MethodPost, ""
			switch path {
			case "delete":
				method = http.MethodDelete
			case "hook":
				body = `{"which":-1}`
			case "validate":
				body = fmt.Sprintf(`{"which":%d}`, i)
			}
			w := call(a, method, "/v1/shops/"+path, body)
			require.Equal(t, http.StatusInternalServerError, w.Code, "%s %d", path, i)
			require.Equal(t, `{"error":"InternalServerError","detail":"Internal Server Error"}`, w.Body.String(), "%s %d", path, i)
			require.Contains(t, log.String(), "level=ERROR", "%s %d", path, i)
			require.Contains(t, log.String(), "was returned", "%s %d", path, i)
		}
	}
}
