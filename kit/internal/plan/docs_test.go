package plan_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/internal/email"
	"github.com/polarkit-go/polarkit/kit/internal/idn"
	"github.com/polarkit-go/polarkit/kit/internal/plan"
	"github.com/polarkit-go/polarkit/kit/internal/pyjson"
	"github.com/polarkit-go/polarkit/kit/internal/python"
	"github.com/polarkit-go/polarkit/kit/internal/weburl"
	"github.com/polarkit-go/polarkit/kit/request"
)

// TestRuleTable holds the table of docs/validation.md against the code.
func TestRuleTable(t *testing.T) {
	t.Parallel()

	types := map[string]reflect.Type{
		"string": reflect.TypeFor[string](), "int": reflect.TypeFor[int](), "float64": reflect.TypeFor[float64](), "bool": reflect.TypeFor[bool](),
		"[]string": reflect.TypeFor[[]string](), "map[string]int": reflect.TypeFor[map[string]int](),
		"uuid.UUID": reflect.TypeFor[uuid.UUID](), "time.Time": reflect.TypeFor[time.Time](),
		"kit.Date": reflect.TypeFor[kit.Date](), "kit.Decimal": reflect.TypeFor[kit.Decimal](), "kit.Duration": reflect.TypeFor[kit.Duration](),
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

// The length of an address or a URL is checked wherever the rule stands in the tag.
func TestLengthAmongOtherRules(t *testing.T) {
	t.Parallel()

	for _, rules := range []string{"email,max=5", "email,contains=a,max=5", "email,max=5,contains=z", "contains=a,min=3,max=5,email", "url,contains=a,max=5"} {
		tag := reflect.StructTag("json:\"v\" validate:\"" + rules + "\"")
		schema := reflect.StructOf([]reflect.StructField{{Name: "V", Type: reflect.TypeFor[string](), Tag: tag}})
		n, err := plan.For(schema)
		require.NoError(t, err, rules)
		value := `{"v":"ann@example.com"}`
		if strings.HasPrefix(rules, "url") {
			value = `{"v":"https://a.com/"}`
		}
		err = n.Decode(t.Context(), plan.Body{Data: []byte(value), JSON: true}, reflect.New(schema).Elem())
		invalid, ok := errors.AsType[*errors.PolarRequestValidationError](err)
		require.True(t, ok, "%s: %v", rules, err)
		require.Len(t, invalid.Details(), 1, rules)
		require.Equal(t, "too_long", invalid.Details()[0].Type, rules)
	}
}

// TestLimitsTable holds the table of the limits in docs/validation.md against the
// constants that they are.
func TestLimitsTable(t *testing.T) {
	t.Parallel()

	page, err := os.ReadFile("../../../docs/validation.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "## Limits\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	limits := map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \|`).FindAllStringSubmatch(table, -1) {
		limits[row[1]] = row[2]
	}
	delete(limits, "What")
	require.Equal(t, map[string]string{
		"the body":                                   fmt.Sprintf("%d MiB, or less with `http.MaxBytesReader`", request.MaxBodySize>>20),
		"nesting":                                    fmt.Sprintf("%d levels", pyjson.MaxDepth),
		"an e-mail address":                          fmt.Sprintf("%d characters with a display name, %d bytes without", email.MaxText, email.MaxAddress),
		"a URL with `http_url` or `https_url`":       fmt.Sprintf("%d bytes", weburl.MaxLength),
		"an international label in a URL":            fmt.Sprintf("%d characters, and %d for its length times its different characters", idn.MaxCharacters, idn.MaxSteps),
		"digits of an integer":                       strconv.Itoa(python.MaxDigits),
		"errors in one reply":                        fmt.Sprintf("%d, and none beyond %d MiB of echoed inputs and locations", plan.MaxErrors, plan.MaxEcho>>20),
		"files of a form":                            strconv.Itoa(request.MaxFormFiles),
		"a text of `multipart/form-data`":            fmt.Sprintf("%d KiB", request.MaxFormText>>10),
		"headers of a part of `multipart/form-data`": fmt.Sprintf("%d, of %d bytes each", request.MaxFormHeaders, request.MaxFormHeader),
		"fields of a form":                           strconv.Itoa(request.MaxFormFields),
		"values that are read again to report the errors of unions without tags": fmt.Sprintf("%d for each value of the body, and %d", plan.ReportedPerValue, plan.ReportedBesides),
		"what `BeforeValidate` methods make of one request":                      fmt.Sprintf("%d bytes for each byte of the body, and %d MiB", plan.RewrittenPerByte, plan.RewrittenBesides>>20),
		"keys of a `kit.MetadataFilter`":                                         fmt.Sprintf("%d, or the tag `max_keys`", kit.MaxMetadataKeys),
		"different values of a `kit.MetadataFilter`, all keys together":          fmt.Sprintf("%d, or the tag `max_values`", plan.MetadataFilterValues),
	}, limits)
}
