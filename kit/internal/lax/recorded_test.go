package lax_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/internal/lax"
	"github.com/polarkit-go/polarkit/kit/internal/pydantic"
	"github.com/polarkit-go/polarkit/kit/internal/python"
	"github.com/polarkit-go/polarkit/kit/internal/recorded"
)

func TestRecorded(t *testing.T) {
	t.Parallel()

	lines, err := recorded.Read("testdata/pydantic.jsonl")
	require.NoError(t, err)
	counts := map[string]int{}
	for _, line := range lines {
		counts[line.T]++
		if difference := line.Difference(readRecorded(t, &line)); difference != "" {
			t.Error(difference)
		}
	}
	for _, typ := range []string{"int", "float", "bool", "uuid", "datetime", "date", "decimal"} {
		require.GreaterOrEqual(t, counts[typ], 40, typ)
	}
}

// read reads the value and writes it as the recording has it.
func readRecorded(t *testing.T, r *recorded.Line) (string, *pydantic.Issue) {
	t.Helper()
	switch r.T {
	case "int":
		if r.K == "f" {
			n, issue := lax.IntFromFloat(floatOf(t, r))
			return strconv.FormatInt(n, 10), issue
		}
		n, overflow, issue := lax.Int(r.V)
		if overflow != 0 && r.Ok != nil {
			// Beyond 64 bits only the side is known.
			require.Equal(t, overflow < 0, strings.HasPrefix(*r.Ok, "-"), r.V)
			require.GreaterOrEqual(t, len(strings.TrimPrefix(*r.Ok, "-")), 19)
			return *r.Ok, issue
		}
		return strconv.FormatInt(n, 10), issue
	case "float":
		f, issue := lax.Float(r.V)
		return python.FloatRepr(f), issue
	case "bool":
		b, issue := lax.Bool(r.V)
		return map[bool]string{true: "True", false: "False"}[b], issue
	case "uuid":
		id, issue := lax.UUID(r.V)
		return id.String(), issue
	case "datetime":
		return readRecordedDatetime(t, r)
	case "date":
		return readRecordedDate(t, r)
	case "decimal":
		return readRecordedDecimal(r)
	}
	t.Fatalf("unknown type %q", r.T)
	return "", nil
}

func floatOf(t *testing.T, r *recorded.Line) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(r.V, 64)
	if err != nil {
		require.ErrorIs(t, err, strconv.ErrRange)
	}
	return f
}

func intOf(t *testing.T, r *recorded.Line) int64 {
	t.Helper()
	n, err := strconv.ParseInt(r.V, 10, 64)
	require.NoError(t, err)
	return n
}

func readRecordedDatetime(t *testing.T, r *recorded.Line) (string, *pydantic.Issue) {
	t.Helper()
	var at time.Time
	var issue *pydantic.Issue
	aware := true
	switch r.K {
	case "f":
		at, issue = lax.DatetimeFromFloat(floatOf(t, r))
	case "i":
		at, issue = lax.DatetimeFromInt(intOf(t, r))
	default:
		at, aware, issue = lax.Datetime(r.V)
	}
	text := at.Format("2006-01-02 15:04:05.000000 ")
	if !aware {
		return text + "naive", issue
	}
	_, offset := at.Zone()
	return text + strconv.Itoa(offset), issue
}

func readRecordedDate(t *testing.T, r *recorded.Line) (string, *pydantic.Issue) {
	t.Helper()
	var year, day int
	var month time.Month
	var issue *pydantic.Issue
	switch r.K {
	case "f":
		year, month, day, issue = lax.DateFromFloat(floatOf(t, r))
	case "i":
		year, month, day, issue = lax.DateFromInt(intOf(t, r))
	default:
		year, month, day, issue = lax.Date(r.V)
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day), issue
}

func readRecordedDecimal(r *recorded.Line) (string, *pydantic.Issue) {
	n, issue := lax.Decimal(r.V)
	if issue != nil {
		return "", issue
	}
	limits := r.Rules.([]any)
	rules := lax.DecimalRules{MaxDigits: int(limits[0].(float64))}
	if places := int(limits[1].(float64)); places >= 0 {
		rules.Places = &places
	}
	return n.String(), n.Check(rules)
}

// What Pydantic takes by mistake.
func TestNotFollowed(t *testing.T) {
	t.Parallel()

	for _, s := range []string{"0-1", " 0-1", "+0-1", "00_-5"} {
		_, _, issue := lax.Int(s)
		require.Equal(t, "int_parsing", issue.Type, s)
	}
}

// CPython's limit of digits, and where it is another error.
func TestIntDigits(t *testing.T) {
	t.Parallel()

	ones := strings.Repeat("1", 4300)
	for name, c := range map[string]struct {
		text     string
		overflow int
		typ      string
	}{
		"most":            {ones, 1, ""},
		"too many":        {ones + "1", 0, "int_parsing_size"},
		"most, negative":  {"-" + ones[1:], -1, ""},
		"too many, minus": {"-" + ones, 0, "int_parsing_size"},
		"too many, plus":  {"+" + ones + "1", 0, "int_parsing"},
		"too many, space": {" " + ones + "1", 0, "int_parsing"},
		"most, plus":      {"+" + ones, 1, ""},
		"then text":       {ones + "1x", 0, "int_parsing_size"},
		"point":           {ones + ".0", 1, ""},
		"zeros":           {strings.Repeat("0", 5000), 0, ""},
		"leading zeros":   {"000" + ones, 1, ""},
		"underscores":     {strings.Repeat("1_", 4299) + "1", 1, ""},
		"too many of it":  {strings.Repeat("1_", 4300) + "1", 0, "int_parsing"},
		"spaces":          {strings.Repeat(" ", 5000) + "1", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			n, overflow, issue := lax.Int(c.text)
			require.Equal(t, c.typ, recorded.Describe(issue).Type)
			require.Equal(t, c.overflow, overflow)
			switch overflow {
			case 1:
				require.Equal(t, int64(math.MaxInt64), n)
			case -1:
				require.Equal(t, int64(math.MinInt64), n)
			}
		})
	}
	for text, want := range map[string]int64{"9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64} {
		n, overflow, issue := lax.Int(text)
		require.Nil(t, issue)
		require.Zero(t, overflow)
		require.Equal(t, want, n)
	}
}
