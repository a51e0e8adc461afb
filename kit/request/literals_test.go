package request_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

// A boolean with a oneof rule is Pydantic's Literal[True]: as in Python, 1 and 1.0 are True.
func TestBooleanLiterals(t *testing.T) {
	t.Parallel()

	type terms struct {
		kit.Schema

		Accepted bool `json:"accepted" validate:"oneof=true"`
		Either   bool `json:"either" default:"false" validate:"oneof=true false"`
	}
	for _, body := range []string{`{"accepted":true}`, `{"accepted":1}`, `{"accepted":1.0}`} {
		in, err := request.Decode[terms](post(body))
		require.NoError(t, err, body)
		require.Equal(t, terms{Accepted: true}, in)
	}
	for _, value := range []string{`false`, `0`, `2`, `"true"`, `null`, `[]`, `1.5`, `18446744073709551616`} {
		_, err := request.Decode[terms](post(`{"accepted":` + value + `}`))
		details := reported(t, err)
		require.Len(t, details, 1, value)
		require.Contains(t, details[0], `literal_error ["body","accepted"] `, value)
		require.Contains(t, details[0], `{"expected":"True"}`, value)
	}
	_, err := request.Decode[terms](post(`{"accepted":true,"either":2}`))
	require.Equal(t, []string{`literal_error ["body","either"] 2 {"expected":"True or False"}`}, reported(t, err))

	type query struct {
		Accepted bool `query:"accepted" validate:"oneof=true"`
	}
	_, err = request.Bind[query](httptest.NewRequest(http.MethodGet, "/?accepted=yes", nil))
	require.NoError(t, err)
	_, err = request.Bind[query](httptest.NewRequest(http.MethodGet, "/?accepted=no", nil))
	require.Equal(t, []string{`literal_error ["query","accepted"] "no" {"expected":"True"}`}, reported(t, err))

	require.ErrorContains(t, request.Check[struct {
		kit.Schema

		A bool `json:"a" validate:"oneof=yes"`
	}](), `the rule oneof=yes: "yes" is not a value of type bool`)
}
