package reply_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/reply"
)

// A client reads the errors that have been written, and writes them again as they were.
func TestValidationErrorsAreReadAgain(t *testing.T) {
	t.Parallel()
	write := func(err error) []byte {
		w := httptest.NewRecorder()
		reply.Error(w, httptest.NewRequest(http.MethodPost, "/", nil), err)
		require.Equal(t, http.StatusUnprocessableEntity, w.Code)
		return w.Body.Bytes()
	}
	body := write(errors.NewRequestValidationError(
		errors.ValidationError{
			Type: "too_long", Loc: errors.Loc{"body", "items", 3}, Msg: "Too long.", Input: []any{1, 2.5, "é", nil, true},
			Ctx: errors.Ctx{{Name: "max_length", Value: 1}, {Name: "actual_length", Value: 5}},
		},
		errors.ValidationError{Type: "value_error", Msg: "Value error, no", Input: int64(1) << 62},
	))
	invalid, err := errors.ParseRequestValidation(body)
	require.NoError(t, err)
	require.JSONEq(t, string(body), string(write(invalid)))
}
