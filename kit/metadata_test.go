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

	// What another program may have written into a column.
	require.NoError(t, json.Unmarshal([]byte(`{"n":1e999,"m":-18446744073709551615,"o":{"p":[7]}}`), &m))
	require.Equal(t, kit.Metadata{
		"n": json.Number("1e999"), "m": json.Number("-18446744073709551615"), "o": map[string]any{"p": []any{int64(7)}},
	}, m)
	out, err := json.Marshal(m)
	require.NoError(t, err)
	require.Equal(t, `{"m":-18446744073709551615,"n":1e999,"o":{"p":[7]}}`, string(out))
}
