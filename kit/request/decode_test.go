package request_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type signup struct {
	kit.Schema `doc:"A new account."`

	Email string                `json:"email" validate:"email"`
	Name  kit.Optional[*string] `json:"name" validate:"max=5"`
	Seats int                   `json:"seats" default:"1" validate:"min=1"`
}

func ExampleDecode() {
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"email":"a@b.example.com","name":null}`))
	r.Header.Set("Content-Type", "application/json")
	in, err := request.Decode[signup](r)
	name, sent := in.Name.Get()
	fmt.Println(in.Email, name == nil, sent, in.Seats, err)
	// Output: a@b.example.com true true 1 <nil>
}

func TestDecodeReportsEverything(t *testing.T) {
	t.Parallel()

	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"seats":"0","name":"abcdef","other":[1.10,{"_sa":1}]}`))
	r.Header.Set("Content-Type", "application/json")
	_, err := request.Decode[signup](r)
	invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
	require.True(t, ok, "%v", err)
	require.Len(t, invalid.Details(), 3)
	first := invalid.Details()[0]
	require.Equal(t, "missing", first.Type)
	require.Equal(t, errors.Loc{"body", "email"}, first.Loc)
	input, err := json.Marshal(first.Input)
	require.NoError(t, err)
	require.JSONEq(t, `{"seats":"0","name":"abcdef","other":[1.1,{}]}`, string(input))
	require.Equal(t, "string_too_long", invalid.Details()[1].Type)
	require.Equal(t, "greater_than_equal", invalid.Details()[2].Type)
	require.Equal(t, "0", invalid.Details()[2].Input)
}
