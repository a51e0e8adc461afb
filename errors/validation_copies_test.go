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

	list := []errors.ValidationError{{Type: "a"}, {Type: "b"}}
	invalid = errors.NewRequestValidationError(list...)
	list[0].Type = "c"
	require.Equal(t, "a", invalid.Details()[0].Type)
}

// The copies of one call do not run into each other.
func TestDetailsGrowApart(t *testing.T) {
	t.Parallel()
	invalid := errors.NewRequestValidationError(
		errors.ValidationError{Type: "a", Loc: errors.Loc{"body", "a"}, Ctx: errors.Ctx{{Name: "x", Value: 1}}},
		errors.ValidationError{Type: "b", Loc: errors.Loc{"body", "b"}},
		errors.ValidationError{Type: "c", Loc: errors.Loc{}, Ctx: errors.Ctx{{Name: "y", Value: 2}}},
	)
	details := invalid.Details()
	details[0].Loc = append(details[0].Loc, "more")
	details[0].Ctx = append(details[0].Ctx, errors.CtxValue{Name: "more"})
	details[2].Loc = append(details[2].Loc, "more")
	require.Equal(t, errors.Loc{"body", "b"}, details[1].Loc)
	require.Nil(t, details[1].Ctx)
	require.Equal(t, errors.Ctx{{Name: "y", Value: 2}}, details[2].Ctx)
	require.Equal(t, errors.Loc{}, invalid.Details()[2].Loc)
}
