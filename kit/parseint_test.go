package kit_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/kit"
)

func ExampleParseInt() {
	n, invalid := kit.ParseInt("1_000")
	fmt.Println(n, invalid)
	_, invalid = kit.ParseInt("1e3")
	fmt.Println(invalid.Type, "-", invalid.Msg)
	// Output:
	// 1000 <nil>
	// int_parsing - Input should be a valid integer, unable to parse string as an integer
}

func TestParseInt(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]int64{
		"12": 12, "\t+12 ": 12, //nolint:gocritic // white space is the point
		"012": 12, "12.0": 12, "-1_000": -1000,
		"9223372036854775808":     math.MaxInt64,
		"-9223372036854775809":    math.MinInt64,
		strings.Repeat("9", 4300): math.MaxInt64,
	} {
		got, invalid := kit.ParseInt(text)
		require.Nil(t, invalid, text)
		require.Equal(t, want, got, text)
	}
	_, invalid := kit.ParseInt(strings.Repeat("9", 4301))
	require.Equal(t, "int_parsing_size", invalid.Type)
	_, invalid = kit.ParseInt("")
	require.Equal(t, &errors.ValidationError{Type: "int_parsing", Msg: "Input should be a valid integer, unable to parse string as an integer"}, invalid)
}
