package weburl_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/recorded"
	"github.com/polarkit-go/polarkit/kit/internal/weburl"
)

func TestRecorded(t *testing.T) {
	t.Parallel()

	lines, err := recorded.Read("testdata/pydantic.jsonl")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(lines), 600)
	rules := map[any]weburl.Rules{"http": weburl.HTTP, "https": weburl.HTTPS, "any": {}}
	for _, line := range lines {
		require.Contains(t, rules, line.Rules)
		if difference := line.Difference(weburl.Normalize(line.V, rules[line.Rules])); difference != "" {
			t.Error(difference)
		}
	}
}
