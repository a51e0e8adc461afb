package kit_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
)

func TestMetadataKeepsTheTypesOfJSON(t *testing.T) {
	t.Parallel()

	var m kit.Metadata
	require.NoError(t, json.Unmarshal([]byte(`{"seats":25,"rate":25.0,"text":"25","on":true,"big":9007199254740993}`), &m))
	require.Equal(t, kit.Metadata{"seats": int64(25), "rate": 25.0, "text": "25", "on": true, "big": int64(9007199254740993)}, m)

	require.NoError(t, json.Unmarshal([]byte(`null`), &m))
	require.Nil(t, m)
	require.Error(t, json.Unmarshal([]byte(`[]`), &m))
	require.Error(t, json.Unmarshal([]byte(`{"n":1e999}`), &m))
}
