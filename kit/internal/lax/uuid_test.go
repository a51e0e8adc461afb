package lax_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit/internal/lax"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
)

func TestUUIDVersion(t *testing.T) {
	t.Parallel()

	require.Nil(t, lax.UUIDVersion(uuid.MustParse("992fae2a-2a17-4b7a-8d9e-e287cf90131b"), 4))
	for _, other := range []string{
		"00000000-0000-0000-0000-000000000000", // nil
		"992fae2a-2a17-1b7a-8d9e-e287cf90131b", // version 1
		"992fae2a-2a17-7b7a-8d9e-e287cf90131b", // version 7
		"992fae2a-2a17-4b7a-0d9e-e287cf90131b", // another variant
		"992fae2a-2a17-4b7a-cd9e-e287cf90131b",
	} {
		require.Equal(t, &pydantic.Issue{
			Type: "uuid_version", Msg: "UUID version 4 expected", Ctx: errors.Ctx{{Name: "expected_version", Value: 4}},
		}, lax.UUIDVersion(uuid.MustParse(other), 4), other)
	}
}
