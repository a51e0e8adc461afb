package errors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
)

func TestDetailsAreCopies(t *testing.T) {
	t.Parallel()
	invalid := errors.ValidationErrorAt(errors.Loc{"body", "email"}, "value_error", "It is taken.", "a@example.com")
	want := invalid.Error()
	details := invalid.Details()
	details[0].Loc[1], details[0].Type, details[0].Msg = "password", "missing", ""
	require.Equal(t, want, invalid.Error())
	require.Equal(t, "It is taken.", invalid.Details()[0].Msg)

	shared := errors.Ctx{{Name: "expected", Value: "'a' or 'b'"}}
	invalid = errors.NewRequestValidationError(errors.ValidationError{Type: "enum", Loc: errors.Loc{"body"}, Ctx: shared})
	invalid.Details()[0].Ctx[0].Value = "anything"
	require.Equal(t, "'a' or 'b'", shared[0].Value)
}
