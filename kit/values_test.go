package kit_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit"
)

func ExampleDate() {
	day, err := kit.ParseDate("2024-02-29")
	fmt.Println(day, err, day.In(time.UTC))
	_, err = kit.ParseDate("2023-02-29")
	fmt.Println(err)
	// Output:
	// 2024-02-29 <nil> 2024-02-29 00:00:00 +0000 UTC
	// kit: ParseDate: Input should be a valid date or datetime, day value is outside expected range
}

func ExampleDecimal() {
	price, err := kit.ParseDecimal("1.50")
	other, _ := kit.ParseDecimal("1.5")
	fmt.Println(price, err, price.Compare(other))
	text, err := json.Marshal(price)
	fmt.Println(string(text), err)
	// Output:
	// 1.50 <nil> 0
	// "1.50" <nil>
}

func TestDate(t *testing.T) {
	t.Parallel()

	day := kit.DateOf(time.Date(2024, 1, 2, 23, 0, 0, 0, time.FixedZone("", -3600)))
	require.Equal(t, "2024-01-02", day.String())
	require.Equal(t, -1, day.Compare(kit.Date{Year: 2024, Month: 1, Day: 3}))
	require.True(t, kit.Date{}.IsZero())

	var back kit.Date
	require.NoError(t, json.Unmarshal([]byte(`"2024-01-02"`), &back))
	require.Equal(t, day, back)
	require.Error(t, json.Unmarshal([]byte(`"x"`), &back))

	value, err := day.Value()
	require.NoError(t, err)
	require.Equal(t, "2024-01-02", value)
	value, err = kit.Date{}.Value()
	require.NoError(t, err)
	require.Nil(t, value)
	for _, src := range []any{"2024-01-02", []byte("2024-01-02"), time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC)} {
		var scanned kit.Date
		require.NoError(t, scanned.Scan(src))
		require.Equal(t, day, scanned)
	}
	require.NoError(t, back.Scan(nil))
	require.True(t, back.IsZero())
	require.Error(t, back.Scan(1))
}

func TestDecimal(t *testing.T) {
	t.Parallel()

	var zero kit.Decimal
	require.Equal(t, "0", zero.String())
	require.True(t, zero.IsZero())
	for _, c := range []struct {
		src  any
		want string
	}{{"1.50", "1.50"}, {[]byte("1e3"), "1E+3"}, {int64(-7), "-7"}, {1.1, "1.1"}, {nil, "0"}} {
		var scanned kit.Decimal
		require.NoError(t, scanned.Scan(c.src))
		require.Equal(t, c.want, scanned.String())
		value, err := scanned.Value()
		require.NoError(t, err)
		require.Equal(t, c.want, value)
	}
	require.Error(t, zero.Scan(true))
	_, err := kit.ParseDecimal("NaN")
	require.Error(t, err)

	small, err := kit.ParseDecimal("-0.5")
	require.NoError(t, err)
	require.Equal(t, -1, small.Compare(zero))
	require.InDelta(t, -0.5, small.Float64(), 0)
	var back kit.Decimal
	require.NoError(t, json.Unmarshal([]byte(`"-0.50"`), &back))
	require.Zero(t, back.Compare(small))
	require.Error(t, json.Unmarshal([]byte(`"x"`), &back))
}

func TestDuration(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]time.Duration{"PT1H30M": 90 * time.Minute, "-PT0.000001S": -time.Microsecond, "PT0S": 0, "P1Y": 365 * 24 * time.Hour} {
		length, err := kit.ParseDuration(text)
		require.NoError(t, err)
		std, ok := length.Std()
		require.True(t, ok)
		require.Equal(t, want, std)
		require.Equal(t, length, kit.DurationOf(want))
		require.Equal(t, text, length.String())
		require.Equal(t, want == 0, length.IsZero())
		require.InDelta(t, want.Seconds(), length.Seconds(), 0)
	}
	var length kit.Duration
	require.NoError(t, json.Unmarshal([]byte(`"-P999999999D"`), &length))
	_, ok := length.Std()
	require.False(t, ok, "a time.Duration has no room for it")
	require.Equal(t, -1, length.Compare(kit.Duration{}))
	require.Error(t, json.Unmarshal([]byte(`"1 hour"`), &length))
}
