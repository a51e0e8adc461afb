package pydantic_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

func TestExpected(t *testing.T) {
	t.Parallel()

	require.Empty(t, pydantic.Expected(nil))
	require.Equal(t, "'a'", pydantic.Expected([]string{"'a'"}))
	require.Equal(t, "'a' or 'b'", pydantic.Expected([]string{"'a'", "'b'"}))
	require.Equal(t, "1, 2 or 3", pydantic.Expected([]string{"1", "2", "3"}))
}

func TestFloatText(t *testing.T) {
	t.Parallel()

	for want, f := range map[string]float64{"1": 1, "1.5": 1.5, "100000000000000000000": 1e20, "0.0000001": 1e-7} {
		require.Equal(t, want, pydantic.FloatText(f))
	}
}
