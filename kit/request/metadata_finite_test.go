package request_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// What is accepted must be a JSON document, which the database takes and every
// reply repeats.
func TestMetadataRefusesWhatJSONCannotHold(t *testing.T) {
	t.Parallel()

	type input struct {
		kit.Schema

		Metadata kit.Metadata `json:"metadata"`
	}
	digits := strings.Repeat("9", 501) + ".5"
	four := []string{
		"string_type body metadata k constrained-str", "finite_number body metadata k int",
		"finite_number body metadata k float", "bool_type body metadata k bool",
	}
	text := []string{
		"string_too_long body metadata k constrained-str", "int_parsing body metadata k int",
		"finite_number body metadata k float", "bool_parsing body metadata k bool",
	}
	for body, want := range map[string][]string{
		`{"k":NaN}`:               four,
		`{"k":Infinity}`:          four,
		`{"k":-Infinity}`:         four,
		`{"k":1e400}`:             four,
		`{"k":` + digits + `}`:    four,
		`{"k":"` + digits + `"}`:  text,
		`{"k":"-` + digits + `"}`: text,
		`{"\ud800":1}`:            {"string_unicode body metadata \uFFFD [key]"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"metadata":`+body+`}`))
		r.Header.Set("Content-Type", "application/json")
		_, err := request.Decode[input](r)
		invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
		require.True(t, ok, "%.40s: %v", body, err)
		var got []string
		for _, e := range invalid.Details() {
			line := e.Type
			for _, part := range e.Loc {
				line += " " + part.(string)
			}
			got = append(got, line)
		}
		require.Equal(t, want, got, "%.40s", body)
	}
}
