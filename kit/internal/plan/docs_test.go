package plan_test

import (
	"bufio"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
)

// TestRuleTable holds the table of docs/validation.md against the code.
func TestRuleTable(t *testing.T) {
	t.Parallel()

	types := map[string]reflect.Type{
		"string": reflect.TypeFor[string](), "int": reflect.TypeFor[int](), "float64": reflect.TypeFor[float64](),
		"[]string": reflect.TypeFor[[]string](), "map[string]int": reflect.TypeFor[map[string]int](),
		"uuid.UUID": reflect.TypeFor[uuid.UUID](), "time.Time": reflect.TypeFor[time.Time](),
		"kit.Date": reflect.TypeFor[kit.Date](), "kit.Decimal": reflect.TypeFor[kit.Decimal](),
	}
	file, err := os.Open("../../../docs/validation.md")
	require.NoError(t, err)
	defer file.Close()
	row := regexp.MustCompile("^\\| `([^`]+)` \\| `([^`]+)` \\| `([^`]+)` \\| `([a-z0-9_]+)` \\|(?: `([^`]+)`)? \\|$")
	rows := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		cells := row.FindStringSubmatch(lines.Text())
		if cells == nil {
			require.False(t, strings.HasPrefix(lines.Text(), "| `") && strings.Count(lines.Text(), "|") == 6, "no row: %s", lines.Text())
			continue
		}
		rows++
		rule, refused, typ, ctx := cells[1], cells[3], cells[4], cells[5]
		require.Contains(t, types, cells[2])
		tag := reflect.StructTag("json:\"v\" validate:\"" + rule + "\"")
		schema := reflect.StructOf([]reflect.StructField{{Name: "V", Type: types[cells[2]], Tag: tag}})
		n, err := plan.For(schema)
		require.NoError(t, err, rule)
		body := plan.Body{Data: []byte(`{"v":` + refused + `}`), JSON: true}
		err = n.Decode(t.Context(), body, reflect.New(schema).Elem())
		invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
		require.True(t, ok, "%s %s: %v", rule, refused, err)
		require.Len(t, invalid.Details(), 1, rule)
		got := invalid.Details()[0]
		require.Equal(t, typ, got.Type, "%s %s", rule, refused)
		values := map[string]any{}
		for _, value := range got.Ctx {
			values[value.Name] = value.Value
		}
		if ctx == "" {
			ctx = "{}"
		}
		written, err := json.Marshal(values)
		require.NoError(t, err)
		require.JSONEq(t, ctx, string(written), "%s %s", rule, refused)
	}
	require.Greater(t, rows, 35)
}
